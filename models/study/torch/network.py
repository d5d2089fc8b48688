"""The CIFAR CNN of models/networks/cifar-cnn.ts, with the same first weights."""

import math

import torch
from torch import nn
from torch.nn import functional as F

from draws import between, create_random
from norms import make_norm

BOUND = 6 / (1 + math.sqrt(5) ** 2)


class CifarCnn(nn.Module):
    def __init__(self, settings, classes, start):
        super().__init__()
        random = create_random(settings["seed"]).fork("init")
        for i, (inputs, outputs) in enumerate(((3, 64), (64, 128), (128, 128), (128, 256)), 1):
            place = f"conv{i}"
            conv = nn.Conv2d(inputs, outputs, 5, padding=2, bias=False)
            conv.weight.data = torch.from_numpy(start[place])
            self.add_module(place, conv)
            self.add_module(f"norm{i}", make_norm(outputs, place, settings, random.fork(f"mixture of {place}")))
        self.linear = nn.Linear(256, classes)
        self.linear.weight.data = torch.from_numpy(start["weight"])
        self.linear.bias.data = torch.from_numpy(start["bias"])

    def forward(self, x):
        for conv, norm in ((self.conv1, self.norm1), (self.conv2, self.norm2), (self.conv3, self.norm3)):
            x = F.relu(F.max_pool2d(norm(conv(x)), 3, stride=2, padding=1))
        x = F.avg_pool2d(F.relu(self.norm4(self.conv4(x))), 4)
        return self.linear(x.flatten(1))


def first_weights(seed, classes):
    """Drawn as mixgrad draws them, by name."""
    random = create_random(seed).fork("init")
    start = {}
    for i, (inputs, outputs) in enumerate(((3, 64), (64, 128), (128, 128), (128, 256)), 1):
        bound = math.sqrt(BOUND / (25 * inputs))
        start[f"conv{i}"] = between(random.fork(f"conv{i}"), -bound, bound, outputs, inputs, 5, 5)
    linear = random.fork("linear")
    bound = math.sqrt(BOUND / 256)
    start["weight"] = between(linear, -bound, bound, classes, 256)
    start["bias"] = between(linear, -1 / 16, 1 / 16, classes)
    return start
