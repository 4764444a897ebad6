"""Time and memory of online learning: our loops beside PyTorch's and scikit-learn's, one thread each, in one run.

One presentation is: forward, backward and update for one pattern. The zip-code network of 1989 (9,760 parameters)
and its fully connected control (10,690) learn from random images; the arithmetic does not depend on the pixels.
Variants take turns, so that a machine whose speed drifts slows them all alike; medians over rounds are shown.

    python benchmarks/online_pass.py            the table, also as benchmarks/results.md with --write
    python benchmarks/online_pass.py --rounds 9
"""

from __future__ import annotations

import argparse
import platform
import resource
import statistics
import subprocess
import sys
import time
import warnings
from collections.abc import Callable
from pathlib import Path

import numpy as np
from threadpoolctl import threadpool_limits

from core.datasets.digits import targets
from core.evidence.run import provenance
from core.learning import optimizers
from core.learning.compiled import zipcode as compiled_zipcode
from core.learning.compiled.vectors import LANES
from core.learning.ops import squared_error
from core.networks import dense, zipcode

RATE, BORDERS, TABLE = 0.003, (-1.0, -1.0), zipcode.TABLES["blocks"]
Step = Callable[[np.ndarray, np.ndarray], None]


def seeds(init: Callable[[np.random.Generator], dict[str, np.ndarray]], count: int) -> dict[str, np.ndarray]:
    """`count` networks as one, each with its own initial weights."""
    alone = [init(np.random.default_rng(seed)) for seed in range(count)]
    return {name: np.stack([p[name] for p in alone]) for name in alone[0]}


def ours_zipcode(count: int) -> Step:
    """The compiled pass over the zip-code network, `count` seeds in lockstep."""
    p = seeds(lambda g: zipcode.init(g, spread=lambda f: 2.4 / f), count)
    rates = optimizers.uniform_rates(p, RATE)
    return lambda x, t: p.update(compiled_zipcode.convolutional_pass(p, rates, x, t, table=TABLE, borders=BORDERS))


def ours_control(count: int) -> Step:
    """The compiled pass over the control, `count` seeds in lockstep."""
    p = seeds(lambda g: dense.init(g, zipcode.CONTROL, spread=lambda f: 2.4 / f), count)
    rates = optimizers.uniform_rates(p, RATE)
    return lambda x, t: p.update(compiled_zipcode.dense_pass(p, rates, x, t))


def plain_zipcode() -> Step:
    """The same pass through the ordered system, in NumPy."""
    p = zipcode.init(np.random.default_rng(0), spread=lambda f: 2.4 / f)
    rates = optimizers.uniform_rates(p, RATE)

    def loss(system, entries, x, t):
        y = zipcode.outputs(system, entries, system.constant(x), table=TABLE, borders=BORDERS)
        return system.apply(squared_error, y, system.constant(t))

    return lambda x, t: p.update(optimizers.online_pass(loss, p, rates, x, t))


def torch_loop(forward, parameters) -> Step:  # type: ignore[no-untyped-def]
    """Autograd with one pattern at a time, float32, and a plain SGD step written out, faster than torch.optim's."""
    import torch

    torch.set_num_threads(1)
    p = [torch.tensor(value, dtype=torch.float32, requires_grad=True) for value in parameters]

    def run(x: np.ndarray, t: np.ndarray) -> None:
        inputs, wanted = torch.tensor(x, dtype=torch.float32), torch.tensor(t, dtype=torch.float32)
        for n in range(len(inputs)):
            loss = 0.5 * ((forward(p, inputs[n : n + 1]) - wanted[n : n + 1]) ** 2).sum()
            slopes = torch.autograd.grad(loss, p)
            with torch.no_grad():
                for weight, slope in zip(p, slopes, strict=True):
                    weight.sub_(slope, alpha=RATE)

    return run


def torch_zipcode(masked: bool) -> Step:
    """H2 as three grouped convolutions of 8 maps, or as one of 12 maps whose missing connections are masked."""
    import torch
    import torch.nn.functional as F

    q = zipcode.init(np.random.default_rng(0), spread=lambda f: 2.4 / f)
    mask = np.zeros((12, 12, 1, 1))
    mask[np.arange(12)[:, None], TABLE] = 1
    full = np.zeros((12, 12, 5, 5))
    full[np.arange(12)[:, None], TABLE] = q["w2"]
    connected = torch.tensor(mask, dtype=torch.float32)

    def squash(a):  # type: ignore[no-untyped-def]
        return 1.7159 * torch.tanh(a * (2 / 3))

    def forward(p, x):  # type: ignore[no-untyped-def]
        w1, b1, w2, b2, w3, b3, w4, b4 = p
        h = squash(F.conv2d(F.pad(x, (2, 2, 2, 2), value=-1.0), w1, stride=2) + b1)
        h = F.pad(h, (2, 2, 2, 2), value=-1.0)
        if masked:
            a = F.conv2d(h, w2 * connected, stride=2)
        else:
            parts = h[:, :8], h[:, 4:], torch.cat((h[:, :4], h[:, 8:]), 1)
            a = torch.cat([F.conv2d(part, w2[4 * k : 4 * k + 4], stride=2) for k, part in enumerate(parts)], 1)
        h = squash(torch.addmm(b3, squash(a + b2).flatten(1), w3))
        return squash(torch.addmm(b4, h, w4))

    return torch_loop(forward, [full if masked and k == "w2" else q[k] for k in compiled_zipcode.CONVOLUTIONAL])


def torch_control() -> Step:
    """The control in PyTorch."""
    import torch

    q = dense.init(np.random.default_rng(0), zipcode.CONTROL, spread=lambda f: 2.4 / f)

    def forward(p, x):  # type: ignore[no-untyped-def]
        h = 1.7159 * torch.tanh(torch.addmm(p[1], x.flatten(1), p[0]) * (2 / 3))
        return 1.7159 * torch.tanh(torch.addmm(p[3], h, p[2]) * (2 / 3))

    return torch_loop(forward, [q[k] for k in compiled_zipcode.DENSE])


def sklearn_control() -> Step:
    """scikit-learn's MLPClassifier(40 tanh units), one partial_fit per pattern; its loss is cross-entropy."""
    from sklearn.neural_network import MLPClassifier

    net = MLPClassifier((40,), activation="tanh", solver="sgd", learning_rate_init=RATE, momentum=0.0, alpha=0.0)
    classes = np.arange(10)

    def run(x: np.ndarray, t: np.ndarray) -> None:
        rows, labels = x.reshape(len(x), -1), t.argmax(axis=1)
        for n in range(len(rows)):
            net.partial_fit(rows[n : n + 1], labels[n : n + 1], classes=classes)

    return run


# name: (how to make it, seeds that learn at once, patterns a round, which comparator group)
VARIANTS: dict[str, tuple[Callable[[], Step], int, int, str]] = {
    "PyTorch, H2 in three groups": (lambda: torch_zipcode(False), 1, 150, "zip-code network"),
    "PyTorch, H2 masked": (lambda: torch_zipcode(True), 1, 150, "zip-code network"),
    "ours, plain NumPy": (plain_zipcode, 1, 150, "zip-code network"),
    "ours, compiled, one seed": (lambda: ours_zipcode(1), 1, 1500, "zip-code network"),
    f"ours, compiled, {LANES} seeds": (lambda: ours_zipcode(LANES), LANES, 1500, "zip-code network"),
    "PyTorch": (torch_control, 1, 300, "control"),
    "scikit-learn partial_fit": (sklearn_control, 1, 150, "control"),
    "ours, compiled, one seed ": (lambda: ours_control(1), 1, 5000, "control"),
    f"ours, compiled, {LANES} seeds ": (lambda: ours_control(LANES), LANES, 5000, "control"),
}
OPERATIONS = {"zip-code network": zipcode.operations(TABLE), "control": dense.operations(zipcode.CONTROL)}


def patterns(count: int) -> tuple[np.ndarray, np.ndarray]:
    """Random images and targets."""
    rng = np.random.default_rng(0)
    return rng.uniform(-1, 1, (count, 1, 16, 16)), targets(rng.integers(0, 10, count))


def measure(rounds: int) -> dict[str, float]:
    """Median microseconds per presentation of every variant."""
    made = {name: make() for name, (make, _, _, _) in VARIANTS.items()}
    times: dict[str, list[float]] = {name: [] for name in VARIANTS}
    for number in range(rounds + 1):
        for name, (_, count, size, _) in VARIANTS.items():
            x, t = patterns(size)
            start = time.perf_counter()
            made[name](x, t)
            if number:  # the first round compiles and warms up
                times[name].append(1e6 * (time.perf_counter() - start) / (size * count))
    return {name: statistics.median(found) for name, found in times.items()}


def peak_memory(name: str) -> float:
    """Peak resident memory in MB of a process that runs one variant alone."""
    done = subprocess.run([sys.executable, __file__, "--alone", name], capture_output=True, text=True, check=True)
    return float(done.stdout)


def own_peak() -> float:
    """Peak resident memory of this process in MB; Linux's own figure first, as ru_maxrss counts the parent's too."""
    status = Path("/proc/self/status")
    if status.exists():
        return (
            float(next(line for line in status.read_text().splitlines() if line.startswith("VmHWM")).split()[1]) / 1024
        )
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (2**20 if sys.platform == "darwin" else 2**10)


def table(rounds: int) -> str:
    """The results in Markdown."""
    found = measure(rounds)
    memory = {name: peak_memory(name) for name in VARIANTS}
    made = provenance()
    lines = []
    for group, operations in OPERATIONS.items():
        members = [name for name, variant in VARIANTS.items() if variant[3] == group]
        theirs = min(found[name] for name in members if name.startswith("PyTorch"))
        lines += [
            f"**{group}**, {operations:,} multiply-accumulates a presentation",
            "",
            "| loop | µs per presentation | times as fast as PyTorch | GFLOP/s | peak memory, MB |",
            "| --- | --- | --- | --- | --- |",
        ]
        for name in members:
            speed = theirs / found[name], 2e-3 * operations / found[name]
            cells = name.strip(), f"{found[name]:.1f}", f"{speed[0]:.2f}", f"{speed[1]:.2f}", f"{memory[name]:.0f}"
            lines.append(f"| {' | '.join(cells)} |")
        lines.append("")
    import torch

    lines.append(
        f"One thread each, medians of {rounds} rounds in turn, the faster PyTorch loop as the measure. PyTorch "
        f"{torch.__version__.split('+')[0]} in float32, ours in float64. NumPy {made.libraries['numpy']}, Numba "
        f"{made.libraries['numba']}, Python {platform.python_version()}, {made.processor}. One seed alone fills "
        f"one lane of {LANES}, so it costs as much as {LANES}. Peak memory: of a process that runs this loop alone. "
        "A multiply-accumulate counts as two operations. Plain gradient steps; the time with several seeds is per "
        "presentation of one seed."
    )
    return "\n".join(lines) + "\n"


def main() -> None:
    """Print the table, or the peak memory of one variant."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--rounds", type=int, default=7, help="timed rounds of every variant")
    parser.add_argument("--write", action="store_true", help="also write benchmarks/results.md")
    parser.add_argument("--alone", choices=list(VARIANTS), help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    with threadpool_limits(limits=1), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        if chosen.alone:
            make, _, size, _ = VARIANTS[chosen.alone]
            make()(*patterns(size))
            print(own_peak())
            return
        text = table(chosen.rounds)
    print(text)
    if chosen.write:
        head = "# Online learning: ours beside PyTorch and scikit-learn\n\nMade by `make bench`.\n\n"
        Path(__file__).with_name("results.md").write_text(head + text, encoding="utf-8")


if __name__ == "__main__":
    main()
