"""One training step of a network in PyTorch, timed: what `npm run bench -- --against torch` runs.

The networks, the optimizer and the settings are those of mixgrad's benchmark (models/networks/,
models/bench/step.ts). Prints one line of JSON with the same fields as mixgrad's.
"""

import argparse
import json
import resource
import time

import torch
from torch.nn import functional as F

from torch_networks import NETWORKS
from torch_norms import NORMS


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
    parser.add_argument("--norm", choices=(*NORMS, "none"), required=True)
    parser.add_argument("--width", type=int)
    for name in ("batch", "steps", "threads"):
        parser.add_argument(f"--{name}", type=int, required=True)
    flags = parser.parse_args()
    torch.set_num_threads(flags.threads)
    torch.manual_seed(1)
    network, shape, width = NETWORKS[flags.model]
    model = network(NORMS.get(flags.norm), flags.width or width)
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
                **({"width": flags.width} if flags.width else {}),
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
