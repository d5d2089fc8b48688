"""The other norms of the study, and which norm stands where."""

import torch
from torch import nn
from torch.nn import functional as F

from draws import between, filled
from mixture import MOMENTUM, MixtureNorm

EPS = 1e-5


class BatchNorm(nn.BatchNorm2d):
    """PyTorch's, whose averages can be started anew."""

    averaged = None

    def forward(self, x):
        if self.training and self.averaged is not None:
            self.averaged += 1
            self.momentum = 1 / self.averaged
        y = self.normalize(x)
        self.momentum = MOMENTUM
        return y

    def normalize(self, x):
        return super().forward(x)


class GhostBatchNorm(BatchNorm):
    """In groups, each by its own statistics; the running ones move once a batch, by the mean over the groups."""

    def __init__(self, channels, groups):
        super().__init__(channels)
        self.groups = groups

    def normalize(self, x):
        if not self.training:
            return super().normalize(x)
        indices = self.indices(len(x))
        parts = [x[own] for own in indices]
        with torch.no_grad():
            for running, each in (
                (self.running_mean, [part.mean((0, 2, 3)) for part in parts]),
                (self.running_var, [part.var((0, 2, 3)) for part in parts]),
            ):
                running.lerp_(torch.stack(each).mean(0), self.momentum)
        normalized = [F.batch_norm(part, None, None, self.weight, self.bias, True) for part in parts]
        return torch.cat(normalized)[torch.cat(indices).argsort()]

    def indices(self, count):
        """The images of each group: of count = q·groups + r, the first r·(q + 1) are dealt out to r groups, the rest to the others."""
        q, r = divmod(count, self.groups)
        images = torch.arange(count, device=self.weight.device)
        first, rest = images[: r * (q + 1)], images[r * (q + 1) :]
        return [first[p::r] for p in range(r)] + [rest[p :: self.groups - r] for p in range(self.groups - r)]


class ModeNorm(nn.Module):
    """Mode normalization: lib/ops/mode-norm.ts."""

    averaged = None

    def __init__(self, channels, components, random):
        super().__init__()
        shape = components, channels
        bound = channels**-0.5
        gates = filled(lambda: 1 / components + 0.01 * random.normal(), *shape)
        self.weight = nn.Parameter(torch.ones(channels))
        self.bias = nn.Parameter(torch.zeros(channels))
        self.gate_weight = nn.Parameter(torch.from_numpy(gates))
        self.gate_bias = nn.Parameter(torch.from_numpy(between(random, -bound, bound, components)))
        self.register_buffer("means", torch.zeros(shape))
        self.register_buffer("squares", torch.zeros(shape))

    def forward(self, images):
        x = images.flatten(2)
        centres = x.mean(2)
        gates = (centres @ self.gate_weight.t() + self.gate_bias).softmax(1)
        if self.training:
            shares = (gates / gates.sum(0)).t()
            means = shares @ centres
            distances = centres[None] - means[:, None]
            within = shares @ x.var(2, unbiased=False)
            variances = within + torch.einsum("kn,knc->kc", shares, distances**2)
            self.track(means.detach(), variances.detach())
        else:
            means, variances = self.means, (self.squares - self.means**2).clamp_min(0)
        scales = torch.rsqrt(variances + EPS)
        scale = (gates @ scales) * self.weight
        shift = self.bias - (gates @ (scales * means)) * self.weight
        return (x * scale[:, :, None] + shift[:, :, None]).view_as(images)

    @torch.no_grad()
    def track(self, means, variances):
        share = MOMENTUM
        if self.averaged is not None:
            self.averaged += 1
            share = 1 / self.averaged
        self.means.lerp_(means, share)
        self.squares.lerp_(variances + means**2, share)


def make_norm(channels, place, settings, random):
    """The norm of a sweep's run at a place of the network."""
    studied = "norm-at" not in settings or place in settings["norm-at"].split(",")
    name = settings["norm"] if studied else "bn"
    if name == "bn":
        norm = BatchNorm(channels)
    elif name == "mn":
        norm = MixtureNorm(channels, random, settings)
    elif name == "mode":
        norm = ModeNorm(channels, int(settings.get("components", 2)), random)
    else:
        norm = GhostBatchNorm(channels, int(settings["groups"]))
    if studied:
        nn.init.constant_(norm.weight, float(settings.get("norm-gamma", 1)))
    return norm
