"""The runs of a sweep in PyTorch: the study's networks and norms, written a second time.

    mixgrad sweep --dataset cifar10 --norm bn,mn --seed 1..5 … --out DIR
    python3 models/study/torch/runs.py DIR --data FOLDER
    mixgrad sweep collect DIR

Weights, order of images and the seeds of the first mixtures are mixgrad's, bit for bit (draws.py): a run here is the run of
mixgrad's with another arithmetic. What is written into DIR/runs is what `mixgrad sweep collect` reads. A run that is
finished is passed over, any other begins anew. With several processes each takes a share: --share 2/3.
"""

import argparse
import json
import os
import platform
import time

import numpy as np
import torch
from torch.nn import functional as F

from data import Data, epoch_order
from mixture import MixtureNorm
from network import CifarCnn, first_weights

CLASSES = 10
EVALUATED = 1000
PRECISE_IMAGES = 1024
# What a run must say, since `train` has other defaults; what it may say; and what it may leave out.
NEEDED = {"dataset": "cifar10", "optimizer": "adamw", "schedule": "constant", "augment": False}
CHOICES = {
    "model": ["cifar-cnn"],
    "norm": ["bn", "mn", "mode", "ghost"],
    "posterior": ["joint"],
    "gradient": ["detached", "posterior", "unrolled"],
    "scale": ["fisher", "unit"],
    "seeding": ["warm", "kmeans"],
}
DEFAULTS = {"batch-size": "16", "epochs": "10", "seed": "1", "lr": "0.001", "weight-decay": "0.0005", "norm": "mn"}
FREE = {"data", "device", "norm-at", "norm-gamma", "components", "iterations", "shuffle-posteriors", "groups"}
FREE |= {"precise-batches", "eval-every-steps"}


def short(number):
    """A float32 in the digits that it has."""
    return float(f"{number:.7g}")


def checked(settings):
    """The settings with their defaults. Ends the program where this one would make another run of them."""
    for flag, value in NEEDED.items():
        if settings.get(flag) != value:
            raise SystemExit(f"--{flag} is {settings.get(flag, 'missing')}: these runs need {value}")
    for flag, value in settings.items():
        if value not in CHOICES.get(flag, [value]) or not (flag in {*NEEDED, *CHOICES, *DEFAULTS, *FREE}):
            raise SystemExit(f"--{flag} {value}: these runs do not have it")
    if settings.get("norm") == "ghost" and "groups" not in settings:
        raise SystemExit("--norm ghost: these runs need --groups")
    return DEFAULTS | settings


class Run:
    def __init__(self, folder, settings, data, device):
        settings = checked(settings)
        self.folder, self.settings, self.data, self.device = folder, settings, data, device
        self.batch = int(settings["batch-size"])
        self.per_epoch = len(data.train[0]) // self.batch
        self.total = self.per_epoch * int(settings["epochs"])
        self.every = int(settings.get("eval-every-steps", self.per_epoch))
        some = min(self.per_epoch, -(-PRECISE_IMAGES // self.batch))
        self.precise_batches = int(settings.get("precise-batches", some))
        if not 1 <= self.precise_batches <= self.per_epoch:
            raise SystemExit(f"--precise-batches {self.precise_batches}: an epoch has {self.per_epoch}")
        seed = settings["seed"]
        torch.manual_seed(int(seed))
        start = self.cached("weights", lambda: first_weights(seed, CLASSES))
        self.net = CifarCnn(settings, CLASSES, start).to(device)
        self.norms = [module for name, module in self.net.named_children() if name.startswith("norm")]
        self.mixtures = [norm for norm in self.norms if isinstance(norm, MixtureNorm)]
        rates = {"lr": float(settings["lr"]), "weight_decay": float(settings["weight-decay"])}
        self.optimizer = torch.optim.AdamW(self.net.parameters(), **rates)

    def cached(self, name, make):
        """What is drawn for a seed, kept in the sweep's folder: drawing takes seconds."""
        path = os.path.join(self.folder, "..", "..", "draws", f"{self.settings['seed']}-{name}.npz")
        if not os.path.exists(path):
            os.makedirs(os.path.dirname(path), exist_ok=True)
            part = f"{path}.{os.getpid()}.npz"
            np.savez(part, **make())
            os.replace(part, path)
        return dict(np.load(path))

    def order(self, name, epoch):
        count = len(self.data.train[0])
        make = lambda: {"order": epoch_order(self.settings["seed"], name, epoch, count)}
        order = self.cached(f"{name}-{epoch}-of-{count}", make)["order"]
        return torch.from_numpy(order.astype(np.int64)).to(self.device)

    def go(self, deadline):
        """Trains to the end, or to a time, and writes what was recorded."""
        os.makedirs(self.folder, exist_ok=True)
        self.write_config()
        self.began = time.perf_counter()
        with open(os.path.join(self.folder, "metrics.jsonl"), "w", encoding="utf8") as self.file:
            for step in range(self.total):
                if time.time() > deadline:
                    return "unfinished"
                if not self.update(step):
                    self.end("diverged", step)
                    return "diverged"
                if (step + 1) % self.every == 0 or step + 1 == self.total:
                    self.assess(step + 1)
        self.end("finished", self.total)
        return "finished"

    def update(self, step):
        before = time.perf_counter()
        epoch, at = divmod(step, self.per_epoch)
        if at == 0:
            self.epoch_order = self.order("batches", epoch)
        batch = self.epoch_order[at * self.batch : (at + 1) * self.batch]
        images, labels = (part[batch] for part in self.data.train)
        self.net.train()
        logits = self.net(images)
        loss = F.cross_entropy(logits, labels)
        self.optimizer.zero_grad()
        loss.backward()
        dead = [mixture.dead for mixture in self.mixtures]
        seen = torch.cat([loss.detach()[None], (logits.argmax(1) == labels).float().mean()[None], *dead]).tolist()
        if not np.isfinite(seen[0]):
            return False
        self.optimizer.step()
        self.restart(seen[2:])
        spent = time.perf_counter() - before
        self.record(
            kind="train", step=step + 1, epoch=epoch + 1, loss=short(seen[0]), accuracy=short(seen[1]),
            lr=float(self.settings["lr"]), images_per_s=round(self.batch / spent, 1),
        )  # fmt: skip
        return True

    def restart(self, dead):
        for mixture in self.mixtures:
            own, dead = dead[: mixture.components], dead[mixture.components :]
            if any(own):
                mixture.restart([k for k, is_dead in enumerate(own) if is_dead])

    @torch.no_grad()
    def assess(self, step):
        """Evaluates by running statistics, then by precise ones; the network is then as it was."""
        self.net.eval()
        self.score(step, "running")
        before = {name: value.clone() for name, value in self.net.state_dict().items()}
        order = self.order("precise", 0)
        for norm in self.norms:
            norm.averaged = 0
            norm.train()
        for at in range(self.precise_batches):
            self.net(self.data.train[0][order[at * self.batch : (at + 1) * self.batch]])
        for norm in self.norms:
            norm.averaged = None
        self.net.eval()
        self.score(step, "precise")
        self.net.load_state_dict(before)

    def score(self, step, statistics):
        images, labels = self.data.test
        parts = range(0, len(labels), EVALUATED)
        logits = torch.cat([self.net(images[at : at + EVALUATED]) for at in parts])
        loss = F.cross_entropy(logits, labels).item()
        accuracy = (logits.argmax(1) == labels).double().mean().item()
        epoch = -(-step // self.per_epoch)
        self.record(kind="eval", step=step, epoch=epoch, split="test", statistics=statistics, loss=short(loss), accuracy=accuracy)

    def record(self, **metric):
        metric["elapsed_s"] = round(time.perf_counter() - self.began, 3)
        self.file.write(json.dumps(metric, separators=(",", ":")) + "\n")

    def write_config(self):
        camel = lambda flag: "".join(w if i == 0 else w.capitalize() for i, w in enumerate(flag.split("-")))
        config = {camel(flag): value for flag, value in self.settings.items()}
        numbers = {"batchSize": int, "epochs": int, "seed": int, "lr": float, "weightDecay": float}
        config |= {name: read(config[name]) for name, read in numbers.items()}
        where = torch.cuda.get_device_name() if self.device == "cuda" else f"{platform.machine()} processor"
        config |= {
            "device": where,
            "framework": f"pytorch {torch.__version__}",
            "tf32": torch.backends.cudnn.allow_tf32 and self.device == "cuda",
            "trainImages": len(self.data.train[0]),
            "testImages": len(self.data.test[0]),
            "classes": CLASSES,
            "parameters": sum(parameter.numel() for parameter in self.net.parameters()),
            "totalSteps": self.total,
        }
        self.write("config.json", config)

    def end(self, ended, steps):
        seconds = round(time.perf_counter() - self.began, 3)
        self.write("ended.json", {"ended": ended, "steps": steps, "seconds": seconds})

    def write(self, name, value):
        with open(os.path.join(self.folder, name), "w", encoding="utf8") as file:
            file.write(json.dumps(value, indent=2) + "\n")


def read_runs(folder):
    path = os.path.join(folder, "sweep.json")
    try:
        with open(path, encoding="utf8") as file:
            return json.load(file)["runs"]
    except FileNotFoundError:
        raise SystemExit(f"{path}: no such file; `mixgrad sweep` writes it") from None
    except (ValueError, KeyError):
        raise SystemExit(f"{path}: is damaged, expected the runs of a sweep") from None


def read_share(text):
    try:
        own, count = map(int, text.split("/"))
    except ValueError:
        own, count = 0, 0
    if not 1 <= own <= count:
        raise SystemExit(f"--share {text}: expected i/n with i from 1 to n")
    return own, count


def main():
    parser = argparse.ArgumentParser(description="Runs a sweep of mixgrad's in PyTorch.")
    parser.add_argument("sweep", help="the folder that `mixgrad sweep` wrote")
    parser.add_argument("--data", required=True, help="the folder of CIFAR-10's binary version")
    parser.add_argument("--device", default="cuda" if torch.cuda.is_available() else "cpu")
    parser.add_argument("--share", default="1/1", help="i/n: each n-th run, from the i-th")
    parser.add_argument("--tf32", action="store_true", help="round the inputs of convolutions to 10 bits of fraction, on GPUs")
    parser.add_argument("--seconds", type=float, default=float("inf"), help="after which no update is made")
    flags = parser.parse_args()
    deadline = time.time() + flags.seconds
    torch.backends.cudnn.allow_tf32 = flags.tf32
    torch.backends.cudnn.benchmark = True
    runs = read_runs(flags.sweep)
    own, count = read_share(flags.share)
    data = Data(flags.data, flags.device)
    for run in runs[own - 1 :: count]:
        folder = os.path.join(flags.sweep, "runs", run["name"])
        if os.path.exists(os.path.join(folder, "ended.json")):
            continue
        began = time.time()
        ended = Run(folder, run["settings"], data, flags.device).go(deadline)
        print(f"{run['name']}: {ended} after {time.time() - began:.1f} s", flush=True)


if __name__ == "__main__":
    main()
