"""One training step of a network in PyTorch, timed: what `npm run bench -- --against torch` runs.

The networks, the optimizer and the settings are those of mixgrad's benchmark (models/networks/,
models/bench/step.ts). Batch normalization is PyTorch's own. Mixture normalization is written with
tensor operations as matrix products over the pixels, after docs/mixture-normalization.md: the joint
posterior, two rounds of EM from the running mixture, constants for the posteriors in the gradient.
Variances come from second moments here, which is quicker than about the mean and good enough to time.
Prints one line of JSON with the same fields as mixgrad's.
"""

import argparse
import json
import resource
import time

import torch
from torch import nn
from torch.nn import functional as F

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


def cifar_cnn(norm):
    make_norm = {"bn": nn.BatchNorm2d, "mn": MixtureNorm}[norm]
    layers = []
    for inputs, outputs, size in ((3, 64, 5), (64, 128, 5), (128, 128, 5), (128, 256, 3)):
        layers += [
            nn.Conv2d(inputs, outputs, size, padding=size // 2, bias=False),
            make_norm(outputs),
            nn.ReLU(),
            nn.MaxPool2d(3, stride=2, padding=1) if size == 5 else nn.AvgPool2d(4),
        ]
    return nn.Sequential(*layers, nn.Flatten(), nn.Linear(256, 10))


def mlp(norm):
    return nn.Sequential(
        nn.Flatten(), nn.Linear(784, 256), nn.ReLU(), nn.Linear(256, 128), nn.ReLU(), nn.Linear(128, 10)
    )


def mnist_cnn(norm):
    return nn.Sequential(
        nn.Conv2d(1, 24, 5), nn.MaxPool2d(2), nn.ReLU(),
        nn.Conv2d(24, 32, 3), nn.MaxPool2d(2), nn.ReLU(),
        nn.Flatten(), nn.Linear(800, 128), nn.ReLU(), nn.Linear(128, 10),
    )


# Each network with the shape of an image.
NETWORKS = {"cifar-cnn": (cifar_cnn, (3, 32, 32)), "mlp": (mlp, (1, 28, 28)), "mnist-cnn": (mnist_cnn, (1, 28, 28))}


def median_ms(call, times):
    """The median of some calls, after one that is not counted."""
    call()
    measured = []
    for _ in range(times):
        start = time.perf_counter()
        call()
        measured.append(1000 * (time.perf_counter() - start))
    measured.sort()
    return (measured[(times - 1) // 2] + measured[times // 2]) / 2


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--model", choices=NETWORKS, required=True)
    parser.add_argument("--norm", choices=("bn", "mn", "none"), required=True)
    for name in ("batch", "steps", "threads"):
        parser.add_argument(f"--{name}", type=int, required=True)
    flags = parser.parse_args()
    torch.set_num_threads(flags.threads)
    torch.manual_seed(1)
    network, shape = NETWORKS[flags.model]
    model = network(flags.norm)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.01, momentum=0.9, weight_decay=1e-4)
    images = torch.randn(flags.batch, *shape)
    labels = torch.randint(10, (flags.batch,))

    def train_step():
        loss = F.cross_entropy(model(images), labels)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        if not torch.isfinite(loss):
            raise SystemExit("the loss is not finite: the figures would mean nothing")

    @torch.no_grad()
    def eval_step():
        if not model(images).isfinite().all():
            raise SystemExit("a logit is not finite: the figures would mean nothing")

    train = median_ms(train_step, flags.steps)
    model.eval()
    evaluate = median_ms(eval_step, flags.steps)
    print(
        json.dumps(
            {
                "framework": f"pytorch {torch.__version__}",
                "model": flags.model,
                "norm": flags.norm,
                "batch": flags.batch,
                "steps": flags.steps,
                "device": "cpu",
                "threads": flags.threads,
                "parameters": sum(param.numel() for param in model.parameters()),
                "train_step_ms": round(train, 2),
                "images_per_s": round(1000 * flags.batch / train, 2),
                "eval_ms": round(evaluate, 2),
                "peak_rss_bytes": 1024 * resource.getrusage(resource.RUSAGE_SELF).ru_maxrss,
            }
        )
    )


main()
