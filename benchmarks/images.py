"""Time and memory of one training step of the 80-second net of cuda-convnet, beside PyTorch and a limit.

The net (145,578 parameters) learns from random images in batches of 128, in single precision, by momentum with weight
decay. Each way runs in a process of its own with two threads, in turn, several rounds; medians. All ways start at the
same weights and must come to the same loss. The limit is what the products of the plain convolutions, 3 multiplications
for every connection that learns, would take at the rate of a large product of matrices on this machine; the products
with the shapes that they have are shown too. Ours makes fewer multiplications, see core/learning/compiled/tiles.py.

    python benchmarks/images.py            the table, also as benchmarks/images.md with --write
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import statistics
import subprocess
import sys
import time
import warnings
from collections.abc import Callable, Mapping
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np

BATCH, THREADS, STEPS = 128, 2, 40
RATE, BIAS_FACTOR, MOMENTUM = 0.001, 2.0, 0.9
PLAIN, SHAPED = "matrix products alone, at the rate of a large one", "matrix products alone, in their shapes"


def start() -> tuple[dict[str, np.ndarray], np.ndarray, np.ndarray]:
    """Weights of the net, with larger ones than its authors' so that losses differ, images and labels."""
    from core.networks import convnet, convnets

    rng = np.random.default_rng(0)
    p = convnet.init(rng, convnets.NETS["layers-80sec"], gain=2**0.5)
    return p, rng.standard_normal((BATCH, 32, 32, 3), dtype=np.float32), rng.integers(0, 10, BATCH)


def ours() -> Callable[[], float]:
    """Through the ordered system."""
    from core.learning import training
    from core.memory import keep_freed_memory
    from core.networks import convnet, convnets

    keep_freed_memory()
    net, (p, x, y) = convnets.NETS["layers-80sec"], start()
    factors = {name: BIAS_FACTOR for name in p if name.startswith("b")}
    rule = training.Momentum(MOMENTUM, convnet.decays(net), factors)

    def step() -> float:
        return training.train(
            lambda *entries: convnet.loss(*entries, net=net), p, iter([(x, y)]), rule=rule, rate=lambda k: RATE
        )

    return step


def pytorch(last: bool) -> Callable[[], float]:
    """torch.nn and torch.optim.SGD, with the maps last in memory or in its usual layout."""
    import torch
    from torch import nn

    from core.networks import convnet, convnets

    torch.set_num_threads(THREADS)
    p, x, y = start()
    layout = torch.channels_last if last else torch.contiguous_format

    def pool(kind: Any) -> Any:
        return kind(3, 2, ceil_mode=True)

    net = nn.Sequential(
        nn.Conv2d(3, 32, 5, padding=2), pool(nn.MaxPool2d), nn.ReLU(),
        nn.Conv2d(32, 32, 5, padding=2), nn.ReLU(), pool(nn.AvgPool2d),
        nn.Conv2d(32, 64, 5, padding=2), nn.ReLU(), pool(nn.AvgPool2d),
        nn.Flatten(), nn.Linear(1024, 64), nn.ReLU(), nn.Linear(64, 10),
    )  # fmt: skip
    trained = [layer for layer in net if isinstance(layer, nn.Conv2d | nn.Linear)]
    groups: list[Mapping[str, Any]] = []
    decays = convnet.decays(convnets.NETS["layers-80sec"])
    with torch.no_grad():
        for k, layer in enumerate(trained, start=1):
            w = torch.from_numpy(p[f"w{k}"])
            if k == 4:  # its inputs come map by map here, and pixel by pixel in ours
                w = w.reshape(4, 4, 64, 64).permute(2, 0, 1, 3).reshape(1024, 64)
            layer.weight.copy_(w.permute(3, 2, 0, 1) if w.ndim == 4 else w.T)
            layer.bias.copy_(torch.from_numpy(p[f"b{k}"]))
            groups += [
                {"params": [layer.weight], "weight_decay": decays[f"w{k}"]},
                {"params": [layer.bias], "lr": BIAS_FACTOR * RATE},
            ]
    net = net.to(memory_format=layout)
    rule, loss = torch.optim.SGD(groups, lr=RATE, momentum=MOMENTUM), nn.CrossEntropyLoss()
    images = torch.from_numpy(x).permute(0, 3, 1, 2).contiguous(memory_format=layout)
    labels = torch.from_numpy(y)

    def step() -> float:
        rule.zero_grad()
        value = loss(net(images), labels)
        value.backward()
        rule.step()
        return float(value.detach())

    return step


WAYS: dict[str, Callable[[], Callable[[], float]]] = {
    "ours": ours,
    "PyTorch, channels last": lambda: pytorch(True),
    "PyTorch, its usual layout": lambda: pytorch(False),
}


def products() -> list[tuple[int, int, int]]:
    """Rows, terms and columns of the products of a step: forwards, to the weights, and to all inputs but the pixels."""
    from core.networks import convnet, convnets

    found = []
    for k, layer in enumerate(c for c in convnet.counts(convnets.NETS["layers-80sec"]) if c.parameters):
        columns = layer.shape[-1]
        rows = BATCH * int(np.prod(layer.shape[:-1]))
        terms = layer.multiplications // (rows // BATCH) // columns
        found += [(rows, terms, columns), (terms, rows, columns)] + ([(rows, columns, terms)] if k else [])
    return found


def limits() -> tuple[float, float, float]:
    """Milliseconds of the plain products at a large product's rate, and in their shapes; that rate in GFLOP/s."""
    a = np.ones((2048, 2048), np.float32)
    a @ a
    rate = max(2 * 2048.0**3 / _seconds(lambda: a @ a) for _ in range(5))
    work = sum(2.0 * rows * terms * columns for rows, terms, columns in products())
    shaped = 0.0
    for rows, terms, columns in products():
        b, c = np.ones((rows, terms), np.float32), np.ones((terms, columns), np.float32)
        b @ c
        shaped += min(_seconds(lambda b=b, c=c: b @ c) for _ in range(3))  # type: ignore[misc]
    return 1e3 * work / rate, 1e3 * shaped, rate / 1e9


def _seconds(work: Callable[[], object]) -> float:
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun


def own_peak() -> float:
    """Peak resident memory of this process in MB; Linux's own figure first, as ru_maxrss counts the parent's too."""
    status = Path("/proc/self/status")
    if status.exists():
        line = next(line for line in status.read_text().splitlines() if line.startswith("VmHWM"))
        return float(line.split()[1]) / 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (2**20 if sys.platform == "darwin" else 2**10)


def alone(way: str) -> None:
    """One way in this process: print milliseconds a step, peak memory in MB and the loss after three steps, as JSON."""
    warnings.simplefilter("ignore")
    if way in (PLAIN, SHAPED):
        print(json.dumps(limits()))
        return
    step = WAYS[way]()
    losses = [step() for _ in range(4)]
    times = [_seconds(step) for _ in range(STEPS)]
    print(json.dumps([1e3 * statistics.median(times), own_peak(), losses[-1]]))


def table(rounds: int) -> str:
    """The results in Markdown. Raises AssertionError if the ways do not come to the same loss."""
    from core.evidence.run import provenance

    found: dict[str, list[list[float]]] = {way: [] for way in (*WAYS, PLAIN)}
    kinds = ("OPENBLAS", "OMP", "MKL", "NUMBA")
    surroundings = os.environ | {f"{name}_NUM_THREADS": str(THREADS) for name in kinds}
    surroundings["PYTHONPATH"] = str(Path(__file__).resolve().parents[1])
    for _ in range(rounds):
        for way in found:
            done = subprocess.run(
                [sys.executable, __file__, "--alone", way], capture_output=True, text=True, check=True, env=surroundings
            )
            found[way].append(json.loads(done.stdout))
    middle = {way: [statistics.median(column) for column in zip(*times, strict=True)] for way, times in found.items()}
    losses = [middle[way][2] for way in WAYS]
    np.testing.assert_allclose(losses, losses[0], rtol=1e-3)
    first = middle["PyTorch, channels last"][0]
    lines = ["| way | ms a step | speed, PyTorch channels last = 1 | peak memory, MB |", "| --- | --- | --- | --- |"]
    lines += [f"| {way} | {ms:.1f} | {first / ms:.2f} | {mb:.0f} |" for way, (ms, mb, _) in list(middle.items())[:-1]]
    plain, shaped, rate = middle[PLAIN]
    lines += [f"| {name} | {ms:.1f} | {first / ms:.2f} | |" for name, ms in ((PLAIN, plain), (SHAPED, shaped))]
    work = sum(2.0 * np.prod(sizes) for sizes in products()) / 1e9
    made = provenance()
    versions = ", ".join(f"{name} {version(name)}" for name in ("numpy", "numba", "torch"))
    lines += [
        "",
        f"Medians of {rounds} rounds in turn of {STEPS} steps each, {THREADS} threads, single precision, batches of "
        f"{BATCH}. The plain sums of a step are {work:.2f} GFLOP, a large product of matrices runs at {rate:.0f} "
        f"GFLOP/s. Loss after three steps: {', '.join(f'{loss:.5f}' for loss in losses)}. {versions}, Python "
        f"{made.python}, {made.processor}.",
    ]
    return "\n".join(lines) + "\n"


def main() -> None:
    """Print the table, or run one way."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--rounds", type=int, default=7, help="timed rounds of each")
    parser.add_argument("--write", action="store_true", help="also write benchmarks/images.md")
    parser.add_argument("--alone", choices=[*WAYS, PLAIN], help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    if chosen.alone:
        alone(chosen.alone)
        return
    text = "# One training step of the 80-second net\n\nMade by `make bench`.\n\n" + table(chosen.rounds)
    print(text)
    if chosen.write:
        Path(__file__).with_suffix(".md").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
