"""The networks of models/networks/ in PyTorch. Each takes what makes a norm of some channels, and its width."""

import torch
from torch import nn


def scaled(factor, width):
    """A number of channels in proportion to the width."""
    return max(1, int(factor * width + 0.5))


def cifar_cnn(norm, width):
    layers = []
    for i, (inputs, outputs) in enumerate(((3, width), (width, 2 * width), (2 * width, 2 * width), (2 * width, 4 * width))):
        layers += [
            nn.Conv2d(inputs, outputs, 5, padding=2, bias=False),
            norm(outputs),
            nn.ReLU(),
            nn.MaxPool2d(3, stride=2, padding=1) if i < 3 else nn.AvgPool2d(4),
        ]
    return nn.Sequential(*layers, nn.Flatten(), nn.Linear(4 * width, 10))


def mlp(norm, width):
    half = scaled(1 / 2, width)
    return nn.Sequential(
        nn.Flatten(), nn.Linear(784, width), nn.ReLU(), nn.Linear(width, half), nn.ReLU(), nn.Linear(half, 10)
    )


def mnist_cnn(norm, width):
    channels, hidden = scaled(4 / 3, width), scaled(16 / 3, width)
    return nn.Sequential(
        nn.Conv2d(1, width, 5), nn.MaxPool2d(2), nn.ReLU(),
        nn.Conv2d(width, channels, 3), nn.MaxPool2d(2), nn.ReLU(),
        nn.Flatten(), nn.Linear(25 * channels, hidden), nn.ReLU(), nn.Linear(hidden, 10),
    )


class Block(nn.Module):
    """Two convolutions beside a shortcut without parameters."""

    def __init__(self, norm, inputs, outputs):
        super().__init__()
        self.added = outputs - inputs
        stride = 2 if self.added else 1
        self.conv1 = nn.Conv2d(inputs, outputs, 3, stride=stride, padding=1, bias=False)
        self.norm1 = norm(outputs)
        self.conv2 = nn.Conv2d(outputs, outputs, 3, padding=1, bias=False)
        self.norm2 = norm(outputs)

    def forward(self, x):
        y = self.norm2(self.conv2(self.norm1(self.conv1(x)).relu()))
        if self.added:
            x = nn.functional.pad(x[:, :, ::2, ::2], (0, 0, 0, 0, 0, self.added))
        return (y + x).relu()


def resnet20(norm, width):
    layers = [nn.Conv2d(3, width, 3, padding=1, bias=False), norm(width), nn.ReLU()]
    channels = width
    for outputs in (width, 2 * width, 4 * width):
        for _ in range(3):
            layers.append(Block(norm, channels, outputs))
            channels = outputs
    return nn.Sequential(*layers, nn.AvgPool2d(8), nn.Flatten(), nn.Linear(channels, 10))


class DenseLayer(nn.Module):
    """Adds channels to x."""

    def __init__(self, norm, inputs, growth, bottleneck):
        super().__init__()
        parts = []
        if bottleneck:
            parts += [norm(inputs), nn.ReLU(), nn.Conv2d(inputs, 4 * growth, 1, bias=False)]
            inputs = 4 * growth
        parts += [norm(inputs), nn.ReLU(), nn.Conv2d(inputs, growth, 3, padding=1, bias=False)]
        self.parts = nn.Sequential(*parts)

    def forward(self, x):
        return torch.cat((x, self.parts(x)), 1)


def densenet(count, factor, bottleneck=False, kept=1.0):
    def make(norm, width):
        growth, channels = scaled(factor, width), width
        layers = [nn.Conv2d(3, width, 3, padding=1, bias=False)]
        for block in range(3):
            for _ in range(count):
                layers.append(DenseLayer(norm, channels, growth, bottleneck))
                channels += growth
            layers += [norm(channels), nn.ReLU()]
            if block < 2:
                outputs = int(kept * channels)
                layers += [nn.Conv2d(channels, outputs, 1, bias=False), nn.AvgPool2d(2)]
                channels = outputs
        return nn.Sequential(*layers, nn.AvgPool2d(8), nn.Flatten(), nn.Linear(channels, 10))

    return make


class Joined(nn.Module):
    """Branches side by side, whose channels are joined."""

    def __init__(self, *branches):
        super().__init__()
        self.branches = nn.ModuleList(branches)

    def forward(self, x):
        return torch.cat([branch(x) for branch in self.branches], 1)


def inception_v3(norm, width):
    """The layers are written as [channels, kernel, stride and whether there is a margin], rows as lists, branches as tuples."""

    def build(part, inputs):
        if isinstance(part, nn.Module):
            return part, inputs
        if isinstance(part, list) and isinstance(part[0], int):
            outputs, kernel, stride, margin = scaled(part[0] / 32, width), part[1], *(part[2:] or (1, True))
            height, breadth = kernel if isinstance(kernel, tuple) else (kernel, kernel)
            padding = (height // 2, breadth // 2) if margin else 0
            conv = nn.Conv2d(inputs, outputs, (height, breadth), stride=stride, padding=padding, bias=False)
            return nn.Sequential(conv, norm(outputs), nn.ReLU()), outputs
        if isinstance(part, tuple):
            built = [build(each, inputs) for each in part]
            return Joined(*(module for module, _ in built)), sum(outputs for _, outputs in built)
        modules = []
        for each in part:
            module, inputs = build(each, inputs)
            modules.append(module)
        return nn.Sequential(*modules), inputs

    half = (2, False)
    mean = nn.AvgPool2d(3, stride=1, padding=1)

    def small(pooled):
        return ([64, 1], [[48, 1], [64, 5]], [[64, 1], [96, 3], [96, 3]], [mean, [pooled, 3]])

    def long(inner):
        row = [[inner, 1], [inner, (7, 1)], [192, (1, 7)]]
        stack = [[inner, 1], [inner, (7, 1)], [inner, (1, 7)], [inner, (7, 1)], [192, (1, 7)]]
        return ([192, 1], row, stack, [mean, [192, 1]])

    both = ([384, (1, 3)], [384, (3, 1)])
    broad = ([320, 1], [[384, 1], both], [[448, 1], [384, 3], both], [mean, [192, 1]])
    features, channels = build(
        [
            [32, 3], [32, 3], [64, 3], [80, 1], [192, 3, 1, False],
            small(32), small(64), small(64),
            ([384, 3, *half], [[64, 1], [96, 3], [96, 3, *half]], nn.MaxPool2d(3, stride=2)),
            long(128), long(160), long(160), long(192),
            (
                [[192, 1], [320, 3, *half]],
                [[192, 1], [192, (1, 7)], [192, (7, 1)], [192, 3, *half]],
                nn.AvgPool2d(3, stride=2),
            ),
            broad, broad,
        ],
        3,
    )
    return nn.Sequential(features, nn.AvgPool2d(6), nn.Flatten(), nn.Dropout(), nn.Linear(channels, 10))


CIFAR, MNIST = (3, 32, 32), (1, 28, 28)

# Each network with the shape of an image, and the width where none is given.
NETWORKS = {
    "cifar-cnn": (cifar_cnn, CIFAR, 64),
    "densenet-40": (densenet(12, 12 / 16), CIFAR, 16),
    "densenet-100": (densenet(32, 12 / 16), CIFAR, 16),
    "densenet-bc-100": (densenet(16, 12 / 24, bottleneck=True, kept=0.5), CIFAR, 24),
    "inception-v3": (inception_v3, CIFAR, 32),
    "resnet-20": (resnet20, CIFAR, 16),
    "mlp": (mlp, MNIST, 256),
    "mnist-cnn": (mnist_cnn, MNIST, 24),
}
