"""Time and memory of one epoch of a 784-300-10 network in batches of 100: ours, PyTorch and scikit-learn.

Tanh units, softmax, mean cross-entropy, plain steps, 60,000 images in single precision (random numbers: the time does
not depend on them). Each way runs in a process of its own with two threads, in turn, several rounds; medians.

    python benchmarks/minibatch.py            the table, also as benchmarks/minibatch.md with --write
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
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path

import numpy as np

IMAGES, PIXELS, HIDDEN, CLASSES, BATCH, RATE = 60000, 784, 300, 10, 100, 0.1
THREADS = 2


def data() -> tuple[np.ndarray, np.ndarray]:
    """Images (60000, 784) float32 and labels."""
    rng = np.random.default_rng(0)
    return rng.random((IMAGES, PIXELS), dtype=np.float32), rng.integers(0, CLASSES, IMAGES)


def ours() -> Callable[[], object]:
    """Through the ordered system."""
    from core.learning import training
    from core.networks import dense

    x, y = data()
    p, rng = dense.single_precision(np.random.default_rng(1), (PIXELS, HIDDEN, CLASSES)), np.random.default_rng(2)

    def epoch(cases: int = IMAGES) -> float:
        return training.train(
            dense.classifier, p, training.batches(x, y, BATCH, cases, rng), rule=training.Plain(), rate=lambda k: RATE
        )

    epoch(2000)
    return epoch


def pytorch() -> Callable[[], object]:
    """torch.nn and torch.optim.SGD, batches drawn from a shuffled index."""
    import torch

    torch.set_num_threads(THREADS)
    x, y = (torch.from_numpy(a) for a in data())
    net = torch.nn.Sequential(torch.nn.Linear(PIXELS, HIDDEN), torch.nn.Tanh(), torch.nn.Linear(HIDDEN, CLASSES))
    rule, loss = torch.optim.SGD(net.parameters(), lr=RATE), torch.nn.CrossEntropyLoss()

    def epoch(cases: int = IMAGES) -> float:
        order, last = torch.randperm(len(x))[:cases], torch.zeros(())
        for at in range(0, cases, BATCH):
            chosen = order[at : at + BATCH]
            rule.zero_grad()
            last = loss(net(x[chosen]), y[chosen])
            last.backward()
            rule.step()
        return float(last.detach())

    epoch(2000)
    return epoch


def scikit_learn() -> Callable[[], object]:
    """MLPClassifier, one iteration."""
    from sklearn.neural_network import MLPClassifier

    x, y = data()

    def epoch() -> object:
        net = MLPClassifier(
            (HIDDEN,),
            activation="tanh",
            solver="sgd",
            alpha=0.0,
            batch_size=BATCH,
            momentum=0.0,
            learning_rate_init=RATE,
            max_iter=1,
            random_state=0,
        )
        return net.fit(x, y)

    return epoch


WAYS = {"ours": ours, "PyTorch": pytorch, "scikit-learn": scikit_learn}


def alone(way: str) -> None:
    """One way in this process: print the seconds of its second epoch and the peak memory as JSON."""
    warnings.simplefilter("ignore")
    epoch = WAYS[way]()
    epoch()
    begun = time.perf_counter()
    epoch()
    seconds = time.perf_counter() - begun
    print(json.dumps([seconds, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024]))


def table(rounds: int) -> str:
    """The results in Markdown."""
    from core.evidence.run import provenance

    found: dict[str, list[list[float]]] = {way: [] for way in WAYS}
    surroundings = os.environ | {f"{name}_NUM_THREADS": str(THREADS) for name in ("OPENBLAS", "OMP", "MKL")}
    for _ in range(rounds):
        for way in WAYS:
            done = subprocess.run(
                [sys.executable, __file__, "--alone", way], capture_output=True, text=True, check=True, env=surroundings
            )
            found[way].append(json.loads(done.stdout))
    middle = {way: [statistics.median(column) for column in zip(*times, strict=True)] for way, times in found.items()}
    first = middle["ours"][0]
    lines = ["| way | seconds an epoch | times ours | peak memory, MB |", "| --- | --- | --- | --- |"]
    lines += [f"| {way} | {s:.2f} | {s / first:.2f} | {memory:.0f} |" for way, (s, memory) in middle.items()]
    made = provenance()
    versions = ", ".join(f"{name} {version(name)}" for name in ("numpy", "torch", "scikit-learn"))
    lines += [
        "",
        f"Medians of {rounds} rounds in turn, {THREADS} threads each, float32; the images take "
        f"{IMAGES * PIXELS * 4 / 2**20:.0f} MB in each process. {versions}, Python {made.python}, "
        f"{made.processor}.",
    ]
    return "\n".join(lines) + "\n"


def main() -> None:
    """Print the table, or run one way."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--rounds", type=int, default=15, help="timed rounds of each")
    parser.add_argument("--write", action="store_true", help="also write benchmarks/minibatch.md")
    parser.add_argument("--alone", choices=WAYS, help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    if chosen.alone:
        alone(chosen.alone)
        return
    text = "# One epoch of a 784-300-10 network\n\nMade by `make bench`.\n\n" + table(chosen.rounds)
    print(text)
    if chosen.write:
        Path(__file__).with_suffix(".md").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
