"""Mixture normalization in PyTorch: the layer of lib/nn/mixture-norm.ts, with the joint posterior.

A sample is a pixel. x is [N, C, S], posteriors are [N, K, S], weights [K], means and variances [K, C].
"""

from itertools import permutations

import torch
from torch import nn

EPS, REG_COVAR, MIN_WEIGHT, MOMENTUM, FIRST_ITERATIONS = 1e-5, 1e-4, 1e-3, 0.1, 10
SEEDS = 4096


def posteriors(x, weights, means, variances):
    """τ = softmax over k of log λ_k − ½ Σ_c [(x_c − μ_kc)²/σ²_kc + log σ²_kc]."""
    precisions = 1 / variances
    constant = weights.log() - 0.5 * (variances.log() + means * means * precisions).sum(1)
    form = torch.matmul(means * precisions, x) - 0.5 * torch.matmul(precisions, x * x)
    return (form + constant[:, None]).softmax(1)


def m_step(x, tau):
    """λ with its floor, μ and σ² of given posteriors."""
    counts = tau.sum((0, 2))
    divisor = counts.clamp_min(1e-12)[:, None]
    means = torch.matmul(tau, x.transpose(1, 2)).sum(0) / divisor
    squares = torch.matmul(tau, (x * x).transpose(1, 2)).sum(0) / divisor
    raised = (counts / (x.shape[0] * x.shape[2])).clamp_min(MIN_WEIGHT)
    return raised / raised.sum(), means, (squares - means * means).clamp_min(0)


def fit(x, mixture, rounds):
    """The posteriors after so many rounds of EM, and the mixture that they are of."""
    tau = posteriors(x, *mixture)
    for _ in range(rounds):
        weights, means, variances = m_step(x, tau)
        mixture = weights, means, variances + REG_COVAR
        tau = posteriors(x, *mixture)
    return tau, mixture


def standardize(x, tau, weights, means, variances, fisher, gamma, beta):
    """γ Σ_k (τ_k/√λ_k)(x − μ_k)/√(σ²_k + eps) + β, as two products over k."""
    shares = tau / weights.sqrt()[:, None] if fisher else tau
    scales = gamma * torch.rsqrt(variances + EPS)
    shift = torch.matmul((means * scales).t(), shares)
    return torch.matmul(scales.t(), shares) * x - shift + beta[:, None]


def average(first, second, share):
    """The mixture of averages of n, Σx and Σx²; docs/mixture-normalization.md."""
    (w1, m1, v1), (w2, m2, v2) = first, second
    weights = (1 - share) * w1 + share * w2
    part = torch.where(w2 > MIN_WEIGHT, share * w2 / (weights + 1e-30), torch.zeros_like(w2))[:, None]
    moved = m2 - m1
    return weights, m1 + part * moved, (1 - part) * v1 + part * v2 + part * (1 - part) * moved * moved


class MixtureNorm(nn.Module):
    def __init__(self, channels, random, settings):
        super().__init__()
        self.components = int(settings.get("components", 3))
        self.iterations = int(settings.get("iterations", 2))
        self.gradient = settings.get("gradient", "detached")
        self.fisher = settings.get("scale") == "fisher"
        self.seeding = settings.get("seeding", "warm")
        self.shuffle = settings.get("shuffle-posteriors", False)
        self.random, self.batches, self.averaged, self.last = random, 0, None, None
        self.weight = nn.Parameter(torch.ones(channels))
        self.bias = nn.Parameter(torch.zeros(channels))
        each = (self.components, channels)
        self.register_buffer("weights", torch.full(each[:1], 1 / self.components))
        self.register_buffer("means", torch.zeros(each))
        self.register_buffer("variances", torch.ones(each))
        self.register_buffer("dead", torch.zeros(each[:1], dtype=torch.bool))

    @property
    def running(self):
        return self.weights, self.means, self.variances

    @torch.no_grad()
    def set_running(self, mixture):
        for old, new in zip(self.running, mixture):
            old.copy_(new)

    def forward(self, images):
        x = images.flatten(2)
        y = self.train_on(x) if self.training else self.evaluate(x)
        return y.view_as(images)

    def evaluate(self, x):
        weights, means, variances = self.running
        if self.shuffle:  # posteriors of other pixels are λ on average, and all components the whole
            mean = weights @ means
            variances = (weights @ (variances + (means - mean) ** 2)).expand_as(means)
            means = mean.expand_as(means)
        tau = posteriors(x, weights, means, variances + REG_COVAR)
        return standardize(x, tau, weights, means, variances, self.fisher, self.weight, self.bias)

    def train_on(self, x):
        first = self.batches == 0
        with torch.no_grad():
            # about the mean of all pixels: what is squared is then no larger than need be
            about = x.mean((0, 2))
            start = self.start(x, first)
        rounds = FIRST_ITERATIONS if first and self.seeding == "warm" else self.iterations
        centred = x - about[:, None]
        tau, found = self.assign(centred, (start[0], start[1] - about, start[2]), rounds)
        weights, means, variances = m_step(centred, tau)
        if self.gradient == "detached":
            weights = weights.detach()
        y = standardize(centred, tau, weights, means, variances, self.fisher, self.weight, self.bias)
        found = found or (weights, means, variances)
        self.track(tuple(t.detach() for t in (found[0], found[1] + about, found[2])), x, first, start)
        return y

    def assign(self, x, start, rounds):
        """Posteriors, with as much of their gradient as is asked for; and the mixture found where they are shuffled."""
        if self.gradient == "unrolled":
            return fit(x, start, rounds)[0], None
        with torch.no_grad():
            tau, source = fit(x.detach(), start, rounds)
        if self.gradient == "posterior":
            return posteriors(x, *source), None
        if not self.shuffle:
            return tau, None
        found = m_step(x.detach(), tau)
        count, _, size = tau.shape
        order = torch.randperm(count * size, device=x.device)
        pixels = tau.transpose(1, 2).reshape(count * size, -1)[order]
        return pixels.view(count, size, -1).transpose(1, 2), found

    def start(self, x, first):
        if not first and self.seeding == "warm":
            weights, means, variances = self.running
            return weights, means, variances + REG_COVAR
        return self.seeds(x, self.random if first else None)

    def seeds(self, x, random):
        """Means by k-means++ on a sample of the pixels, the variance of all, equal weights."""
        count, channels, size = x.shape
        skip = min(size, max(1, -(-count * size // SEEDS)))
        pixels = x[:, :, ::skip].transpose(1, 2).reshape(-1, channels)
        means, nearest = [], None
        for _ in range(self.components):
            noise = gumbel(len(pixels), random, x.device)
            drawn = pixels[(noise if nearest is None else (nearest + 1e-30).log() + noise).argmax()]
            distance = ((pixels - drawn) ** 2).sum(1)
            nearest = distance if nearest is None else torch.minimum(nearest, distance)
            means.append(drawn)
        variances = x.var((0, 2), unbiased=False) + REG_COVAR
        weights = torch.full_like(self.weights, 1 / self.components)
        return weights, torch.stack(means), variances.expand(self.components, -1)

    def track(self, batch, x, first, start):
        if self.seeding == "kmeans" and not first:
            batch = matched(batch, self.means, start[2][0])
        if self.averaged is not None:
            share, self.averaged = 1 / (self.averaged + 1), self.averaged + 1
        else:
            share = 1 if first else MOMENTUM
            if self.seeding == "warm":
                self.dead, self.last = batch[0] <= MIN_WEIGHT, x.detach()
        self.set_running(average(self.running, batch, share))
        self.batches += 1

    @torch.no_grad()
    def restart(self, dead):
        """Moves dead components, told between two updates, onto random pixels of the last batch."""
        count, channels, size = self.last.shape
        for k in dead:
            n, s = self.random.integer(count), self.random.integer(size)
            self.means[k] = self.last[n, :, s]
            self.variances[k] = self.last.var((0, 2), unbiased=False)
            self.weights[k] = 1 / self.components
        self.weights /= self.weights.sum()


def gumbel(count, random, device):
    """−log(−log u): from mixgrad's generator, or from PyTorch's where no draw need be the same."""
    u = torch.rand(count, device=device, dtype=torch.float64) if random is None else (
        torch.tensor([random.uniform() for _ in range(count)], device=device, dtype=torch.float64))
    return (-(-(1e-12 + (1 - 2e-12) * u).log()).log()).float()


def matched(batch, means, variances):
    """The components in the order, of all, in which their means lie nearest to the running ones."""
    distances = ((batch[1][:, None] - means[None]) ** 2 / variances).sum(2)
    orders = torch.tensor(list(permutations(range(len(means)))), device=means.device)
    totals = distances[orders, torch.arange(len(means), device=means.device)].sum(1)
    order = orders[totals.argmin()]
    return tuple(t[order] for t in batch)
