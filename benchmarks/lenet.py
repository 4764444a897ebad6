"""Time and memory of learning one digit at a time: LeNet-5 and a dense net, ours beside PyTorch and scikit-learn.

One presentation is: forward, backward and update for one pattern, every weight having a rate of its own as in 1998.
LeNet-5 has its subsampling coefficients, its table of links, its radial basis outputs and their criterion; the dense
net is 784-300-10 of scaled tanh units with squared error. Digits are scikit-learn's, enlarged to MNIST's fields: what
ours takes depends on how much of the field is ink, so it is timed on noise too. Before anything is timed, PyTorch's
LeNet-5 must agree with ours after some presentations. One thread each; variants take turns, so that a machine whose
speed drifts slows them all alike; medians over rounds are shown.

    python benchmarks/lenet.py            the table, also as benchmarks/lenet.md with --write
    python benchmarks/lenet.py --rounds 9
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
from importlib.metadata import version
from pathlib import Path

import numpy as np
from threadpoolctl import threadpool_limits

from core.datasets import digit_fields
from core.datasets.digits import targets
from core.learning import optimizers
from core.learning.compiled.lenet import Twin
from core.learning.compiled.wide_nets import WideNet
from core.networks import dense, lenet
from core.networks.digit_bitmaps import bitmaps

RATE, RUBBISH, SIZES = 1e-3, 5.0, (784, 300, 10)
PLAN = lenet.LENET_5
Step = Callable[[np.ndarray, np.ndarray], object]


def stacked(init: Callable[[np.random.Generator], dict[str, np.ndarray]], count: int) -> dict[str, np.ndarray]:
    """`count` networks as one, each with its own initial weights."""
    alone = [init(np.random.default_rng(seed)) for seed in range(count)]
    return {name: np.stack([p[name] for p in alone]) for name in alone[0]}


def rates_of(p: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    """A rate for every weight."""
    rng = np.random.default_rng(5)
    return {name: RATE * rng.uniform(0.5, 1.5, value.shape) for name, value in p.items()}


def ours(count: int, precision: type) -> Step:
    """The compiled pass over LeNet-5, `count` seeds in lockstep."""
    p = stacked(lambda g: lenet.init(g, PLAN), count)
    rates, twin = rates_of(p), Twin(PLAN, centres=bitmaps(), rubbish=RUBBISH, precision=precision)
    return lambda x, y: p.update(twin.learn(p, rates, x, y).parameters)


def plain() -> Step:
    """The same pass through the ordered system, in NumPy."""
    p = lenet.init(np.random.default_rng(0), PLAN)
    rates = rates_of({name: value[None] for name, value in p.items()})
    rates = {name: value[0] for name, value in rates.items()}

    def loss(system, entries, x, t):  # type: ignore[no-untyped-def]
        return lenet.loss(system, entries, x, t, plan=PLAN, rubbish=RUBBISH)

    return lambda x, y: p.update(optimizers.online_pass(loss, p, rates, x, np.eye(10)[y]))


def torch_parts():  # type: ignore[no-untyped-def]
    """LeNet-5 in PyTorch: its loss for parameters by name, C3 as one convolution whose missing links are masked."""
    import torch
    import torch.nn.functional as F

    torch.set_num_threads(1)
    links = torch.tensor(PLAN.links)
    centres = torch.tensor(bitmaps(), dtype=torch.float32)

    def squash(a):  # type: ignore[no-untyped-def]
        return 1.7159 * torch.tanh(a * (2 / 3))

    def subsample(x, w, b):  # type: ignore[no-untyped-def]
        return squash(F.avg_pool2d(x, 2) * (4 * w)[:, None, None] + b[:, None, None])

    def loss(p, x, label):  # type: ignore[no-untyped-def]
        h = subsample(squash(F.conv2d(x, p["w1"], p["b1"])), p["w2"], p["b2"])
        full = p["w3"].new_zeros(16, 6, 5, 5).index_put((links[:, 0], links[:, 1]), p["w3"])
        h = subsample(squash(F.conv2d(h, full, p["b3"])), p["w4"], p["b4"])
        h = squash(torch.addmm(p["b5"], h.flatten(1), p["w5"]))
        h = squash(torch.addmm(p["b6"], h, p["w6"]))
        y = ((h - centres) ** 2).sum(dim=1)
        right = y.index_select(0, label[None])[0]
        return right + torch.logsumexp(torch.cat((-y, y.new_tensor([-RUBBISH]))), 0)

    return torch, loss


def torch_one() -> Step:
    """One LeNet-5, autograd with one pattern at a time; the update is one fused call for all weights."""
    torch, loss = torch_parts()
    q = {name: value[0] for name, value in stacked(lambda g: lenet.init(g, PLAN), 1).items()}
    rates = [torch.tensor(-r[0], dtype=torch.float32) for r in rates_of({k: v[None] for k, v in q.items()}).values()]
    p = {name: torch.tensor(value, dtype=torch.float32, requires_grad=True) for name, value in q.items()}

    def run(x: np.ndarray, y: np.ndarray) -> object:
        inputs, labels = torch.tensor(x, dtype=torch.float32), torch.tensor(y)
        for n in range(len(inputs)):
            slopes = torch.autograd.grad(loss(p, inputs[n : n + 1], labels[n]), list(p.values()))
            with torch.no_grad():
                torch._foreach_addcmul_(list(p.values()), rates, list(slopes))
        return {name: value.detach().numpy() for name, value in p.items()}

    return run


def torch_eight() -> Step:
    """Eight networks at once: torch.func's vmap of the gradient over stacked parameters."""
    torch, loss = torch_parts()
    q = stacked(lambda g: lenet.init(g, PLAN), 8)
    rates = [torch.tensor(-r, dtype=torch.float32) for r in rates_of(q).values()]
    p = {name: torch.tensor(value, dtype=torch.float32) for name, value in q.items()}
    slopes_of = torch.func.vmap(torch.func.grad(loss), in_dims=(0, None, None))

    def run(x: np.ndarray, y: np.ndarray) -> object:
        inputs, labels = torch.tensor(x, dtype=torch.float32), torch.tensor(y)
        for n in range(len(inputs)):
            slopes = slopes_of(p, inputs[n : n + 1], labels[n])
            torch._foreach_addcmul_(list(p.values()), rates, [slopes[name] for name in p])
        return None

    return run


def ours_dense(precision: type) -> Step:
    """One dense net, a register across its units."""
    p = stacked(lambda g: dense.init(g, SIZES, spread=lambda f: 2.4 / f), 1)
    rates, net = rates_of(p), WideNet(SIZES, precision=precision)
    return lambda x, y: p.update(net.learn(p, rates, x[:, 0, 2:-2, 2:-2].reshape(len(x), -1), targets(y)).parameters)


def torch_dense() -> Step:
    """The same net and update in PyTorch."""
    import torch

    torch.set_num_threads(1)
    q = dense.init(np.random.default_rng(0), SIZES, spread=lambda f: 2.4 / f)
    rates = [torch.tensor(-r[0], dtype=torch.float32) for r in rates_of({k: v[None] for k, v in q.items()}).values()]
    p = [torch.tensor(value, dtype=torch.float32, requires_grad=True) for value in q.values()]

    def run(x: np.ndarray, y: np.ndarray) -> None:
        inputs = torch.tensor(x[:, 0, 2:-2, 2:-2].reshape(len(x), -1), dtype=torch.float32)
        wanted = torch.tensor(targets(y), dtype=torch.float32)
        for n in range(len(inputs)):
            h = 1.7159 * torch.tanh(torch.addmm(p[1], inputs[n : n + 1], p[0]) * (2 / 3))
            out = 1.7159 * torch.tanh(torch.addmm(p[3], h, p[2]) * (2 / 3))
            slopes = torch.autograd.grad(0.5 * ((out - wanted[n : n + 1]) ** 2).sum(), p)
            with torch.no_grad():
                torch._foreach_addcmul_(p, rates, list(slopes))

    return run


def sklearn_dense() -> Step:
    """scikit-learn's MLPClassifier(300 tanh units), one partial_fit per pattern, one rate; it has a cross-entropy."""
    from sklearn.neural_network import MLPClassifier

    net = MLPClassifier((300,), activation="tanh", solver="sgd", learning_rate_init=RATE, momentum=0.0, alpha=0.0)
    classes = np.arange(10)

    def run(x: np.ndarray, y: np.ndarray) -> None:
        rows = x[:, 0, 2:-2, 2:-2].reshape(len(x), -1)
        for n in range(len(rows)):
            net.partial_fit(rows[n : n + 1], y[n : n + 1], classes=classes)

    return run


# name: (how to make it, seeds that learn at once, patterns a round, group, whether on noise)
VARIANTS: dict[str, tuple[Callable[[], Step], int, int, str, bool]] = {
    "PyTorch": (torch_one, 1, 100, "LeNet-5", False),
    "PyTorch, 8 seeds by vmap": (torch_eight, 8, 30, "LeNet-5", False),
    "ours, plain NumPy": (plain, 1, 100, "LeNet-5", False),
    "ours, compiled, 8 seeds in double precision": (lambda: ours(8, np.float64), 8, 1000, "LeNet-5", False),
    "ours, compiled, 16 seeds in single precision": (lambda: ours(16, np.float32), 16, 1000, "LeNet-5", False),
    "ours, compiled, 8 seeds, double, on noise": (lambda: ours(8, np.float64), 8, 1000, "LeNet-5", True),
    "PyTorch ": (torch_dense, 1, 300, "784-300-10", False),
    "scikit-learn partial_fit": (sklearn_dense, 1, 100, "784-300-10", False),
    "ours, compiled, double precision": (lambda: ours_dense(np.float64), 1, 1000, "784-300-10", False),
    "ours, compiled, single precision": (lambda: ours_dense(np.float32), 1, 1000, "784-300-10", False),
}
OPERATIONS = {"LeNet-5": lenet.operations(PLAN), "784-300-10": dense.operations(SIZES)}


def patterns(count: int, noise: bool) -> tuple[np.ndarray, np.ndarray]:
    """Digits of 32x32 in the network's input values, or noise of the same size, and labels."""
    data = digit_fields.load("embedded")
    x = digit_fields.network_input(data.train_x[:count])
    if noise:
        x = np.random.default_rng(0).uniform(-1, 1, x.shape).astype(np.float32)
    return x, data.train_y[:count]


def compare(count: int = 20) -> float:
    """Largest difference of a weight between PyTorch's LeNet-5 and ours after some presentations, over its change."""
    x, y = patterns(count, False)
    p = stacked(lambda g: lenet.init(g, PLAN), 1)
    after = Twin(PLAN, centres=bitmaps(), rubbish=RUBBISH).learn(p, rates_of(p), x, y).parameters
    theirs = torch_one()(x, y)
    assert isinstance(theirs, dict)
    return max(float(np.abs(theirs[k] - after[k][0]).max() / np.abs(after[k] - p[k]).max()) for k in p)


def measure(rounds: int) -> dict[str, float]:
    """Median microseconds per presentation of one seed, for every variant."""
    made = {name: make() for name, (make, *_) in VARIANTS.items()}
    times: dict[str, list[float]] = {name: [] for name in VARIANTS}
    for number in range(rounds + 1):
        for name, (_, count, size, _, noise) in VARIANTS.items():
            x, y = patterns(size, noise)
            start = time.perf_counter()
            made[name](x, y)
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
        lines = status.read_text().splitlines()
        return float(next(line for line in lines if line.startswith("VmHWM")).split()[1]) / 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (2**20 if sys.platform == "darwin" else 2**10)


def processor() -> str:
    """The processor's name, where Linux tells it."""
    place = Path("/proc/cpuinfo")
    lines = place.read_text(encoding="utf-8").splitlines() if place.exists() else []
    return next((line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")), platform.machine())


def table(rounds: int) -> str:
    """The results in Markdown."""
    apart = compare()
    if apart > 1e-3:
        raise SystemExit(f"PyTorch's LeNet-5 is not ours: weights differ by {apart:.2g} of what they changed")
    found = measure(rounds)
    memory = {name: peak_memory(name) for name in VARIANTS}
    lines = []
    for group, operations in OPERATIONS.items():
        members = [name for name, variant in VARIANTS.items() if variant[3] == group]
        theirs = found[next(name for name in members if name.strip() == "PyTorch")]
        lines += [
            f"**{group}**, {operations:,} multiply-accumulates a presentation",
            "",
            "| loop | µs per presentation of one seed | times as fast as PyTorch | GFLOP/s | peak memory, MB |",
            "| --- | --- | --- | --- | --- |",
        ]
        for name in members:
            speed = theirs / found[name], 2e-3 * operations / found[name]
            cells = name.strip(), f"{found[name]:.1f}", f"{speed[0]:.2f}", f"{speed[1]:.2f}", f"{memory[name]:.0f}"
            lines.append(f"| {' | '.join(cells)} |")
        lines.append("")
    lines.append(
        f"One thread each, medians of {rounds} rounds in turn. PyTorch {version('torch').split('+')[0]} and "
        f"scikit-learn {version('scikit-learn')} in single precision and double; after 20 presentations PyTorch's "
        f"weights differ from ours by {apart:.1g} of what they changed. NumPy {version('numpy')}, Numba "
        f"{version('numba')}, Python {platform.python_version()}, {processor()}. Peak memory: of a "
        "process that runs this loop alone. A multiply-accumulate counts as two operations, those left out where the "
        "paper is blank too. One seed alone fills one lane of 8 or 16, so it costs as much as all."
    )
    return "\n".join(lines) + "\n"


def main() -> None:
    """Print the table, or the peak memory of one variant."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--rounds", type=int, default=7, help="timed rounds of every variant")
    parser.add_argument("--write", action="store_true", help="also write benchmarks/lenet.md")
    parser.add_argument("--alone", choices=list(VARIANTS), help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    with threadpool_limits(limits=1), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        if chosen.alone:
            make, _, size, _, noise = VARIANTS[chosen.alone]
            make()(*patterns(size, noise))
            print(own_peak())
            return
        text = table(chosen.rounds)
    print(text)
    if chosen.write:
        head = "# LeNet-5 and a dense net, one digit at a time\n\nMade by `make bench`.\n\n"
        Path(__file__).with_name("lenet.md").write_text(head + text, encoding="utf-8")


if __name__ == "__main__":
    main()
