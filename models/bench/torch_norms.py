"""Normalizations for the networks of torch_networks.py.

Batch normalization is PyTorch's own. Mixture normalization is written with tensor operations as
matrix products over the pixels, after docs/mixture-normalization.md: the joint posterior, two rounds
of EM from the running mixture, constants for the posteriors in the gradient. Variances come from
second moments here, which is quicker than about the mean and good enough to time.
"""

import torch
from torch import nn

COMPONENTS, ITERATIONS, FIRST_ITERATIONS = 3, 2, 10
EPS, REG_COVAR, MIN_WEIGHT, MOMENTUM = 1e-5, 1e-4, 1e-3, 0.1


def posterior(x, squares, weights, means, variances):
    """tau [M, K] of the pixels x [M, C]: the quadratic form as two products with [C, K] matrices."""
    precision = variances.reciprocal()
    constant = weights.log() - 0.5 * (variances.log() + means * means * precision).sum(1)
    form = torch.addmm(constant, x, (means * precision).t())
    return form.addmm(squares, precision.t(), alpha=-0.5).softmax(1)


def moments(x, squares, tau):
    """Counts [K], means and variances [K, C] of x under tau."""
    counts = tau.sum(0).clamp_min(1e-12)[:, None]
    means = tau.t() @ x / counts
    variances = (tau.t() @ squares / counts - means * means).clamp_min(0)
    return counts[:, 0], means, variances


class MixtureNorm(nn.Module):
    def __init__(self, channels):
        super().__init__()
        self.weight = nn.Parameter(torch.ones(channels))
        self.bias = nn.Parameter(torch.zeros(channels))
        self.register_buffer("weights", torch.full((COMPONENTS,), 1 / COMPONENTS))
        self.register_buffer("means", torch.zeros(COMPONENTS, channels))
        self.register_buffer("variances", torch.ones(COMPONENTS, channels))
        self.seeded = False

    @torch.no_grad()
    def fit(self, x, squares):
        """The posteriors after EM from the running mixture; the first batch starts at some of its pixels."""
        rounds = ITERATIONS
        weights, means, variances = self.weights, self.means, self.variances + REG_COVAR
        if not self.seeded:
            rounds = FIRST_ITERATIONS
            means = x[torch.randint(len(x), (COMPONENTS,))]
            variances = x.var(0).expand(COMPONENTS, -1)
        for _ in range(rounds):
            tau = posterior(x, squares, weights, means, variances)
            counts, means, variances = moments(x, squares, tau)
            weights = (counts / counts.sum()).clamp_min(MIN_WEIGHT)
            weights = weights / weights.sum()
            variances = variances + REG_COVAR
        return posterior(x, squares, weights, means, variances)

    @torch.no_grad()
    def track(self, weights, means, variances):
        share = MOMENTUM if self.seeded else 1.0
        for running, batch in ((self.weights, weights), (self.means, means), (self.variances, variances)):
            running.lerp_(batch, share)
        self.seeded = True

    def forward(self, images):
        x = images.permute(0, 2, 3, 1).flatten(0, 2)
        squares = x * x
        if self.training:
            tau = self.fit(x.detach(), squares.detach())
            counts, means, variances = moments(x, squares, tau)
            weights = (counts / counts.sum()).clamp_min(MIN_WEIGHT)
            self.track(weights, means, variances)
        else:
            weights, means, variances = self.weights, self.means, self.variances
            tau = posterior(x, squares, weights, means, variances + REG_COVAR)
        scales = (variances + EPS).rsqrt()
        shares = tau / weights.sqrt()
        scaled = torch.addmm(self.bias, shares, -self.weight * scales * means)
        y = torch.addcmul(scaled, x, shares @ (self.weight * scales))
        count, channels, height, width = images.shape
        return y.view(count, height, width, channels).permute(0, 3, 1, 2)


NORMS = {"bn": nn.BatchNorm2d, "mn": MixtureNorm}
