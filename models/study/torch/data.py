"""CIFAR-10 on a device, standardized as datasets/batches.ts does it, in mixgrad's order."""

import os

import numpy as np
import torch

from draws import create_random

FILES = {"train": [f"data_batch_{i}.bin" for i in range(1, 6)], "test": ["test_batch.bin"]}


def read(folder, split):
    """Images [N, 3, 1024] and labels [N] of the binary version's files."""
    parts = []
    for name in FILES[split]:
        path = os.path.join(folder, name)
        if not os.path.exists(path):
            raise SystemExit(f"{path}: no such file; expected CIFAR-10's binary version")
        part = np.fromfile(path, np.uint8)
        if len(part) == 0 or len(part) % 3073:
            raise SystemExit(f"{path}: {len(part)} bytes are no records of 3073")
        parts.append(part.reshape(-1, 3073))
    records = np.concatenate(parts)
    return records[:, 1:].reshape(-1, 3, 1024), records[:, 0].astype(np.int64)


class Data:
    def __init__(self, folder, device):
        pixels, labels = read(folder, "train")
        values = np.arange(256)
        table = np.empty((3, 256), np.float32)
        for c in range(3):
            counts = np.bincount(pixels[:, c].ravel(), minlength=256)
            mean = counts @ values / counts.sum()
            table[c] = (values - mean) / np.sqrt(counts @ (values - mean) ** 2 / counts.sum())
        self.train = self.place(table, pixels, labels, device)
        self.test = self.place(table, *read(folder, "test"), device)

    @staticmethod
    def place(table, pixels, labels, device):
        table = torch.from_numpy(table).to(device)
        images = torch.empty(len(pixels), 3, 32, 32, device=device)
        for start in range(0, len(pixels), 1000):
            part = torch.from_numpy(pixels[start : start + 1000]).to(device).long()
            for c in range(3):
                images[start : start + 1000, c] = table[c][part[:, c]].view(-1, 32, 32)
        return images, torch.from_numpy(labels).to(device)


def epoch_order(seed, name, epoch, count):
    """In which order the images of an epoch come: those of the updates ('batches'), or of precise statistics ('precise')."""
    return create_random(f"{seed}/{name}").fork(f"epoch {epoch}").fork("order").permutation(count)
