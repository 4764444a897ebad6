"""Time of training 1,000 XOR networks for 1,000 sweeps: ours in lockstep, PyTorch one by one, and PyTorch's vmap.

2-2-1 networks of sigmoid units, batch gradient descent with momentum 0.9 on half the sum of squared errors. One by one
is timed on fewer networks and sweeps and scaled, which the table says. One thread each; medians over rounds in turn.

    python benchmarks/small_nets.py            the table, also as benchmarks/small_nets.md with --write
"""

from __future__ import annotations

import argparse
import statistics
import time
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from threadpoolctl import threadpool_limits

from core.datasets import boolean
from core.evidence.run import provenance
from core.learning.compiled import small_nets
from core.learning.compiled.vectors import LANES
from core.networks import grouped

NETS, SWEEPS, RATE, MOMENTUM = 1000, 1000, 0.5, 0.9
ALONE = 3  # networks that PyTorch trains one by one in a round
SHORT = 200  # sweeps of those
NET = grouped.layers(2, 2, 1)


def starts() -> np.ndarray:
    """Initial parameters of all networks."""
    return np.stack([NET.flat(NET.init(np.random.default_rng(seed), 0.5)) for seed in range(NETS)])


def ours(start: np.ndarray) -> np.ndarray:
    """All networks, LANES at a time."""
    x, t = boolean.parity(2)
    found = [
        small_nets.train(
            NET.wiring,
            start[k : k + LANES],
            x,
            t,
            rate=RATE,
            momentum=MOMENTUM,
            margin=0.0,
            sweeps=SWEEPS,
            check=SWEEPS,
        ).final
        for k in range(0, len(start), LANES)
    ]
    return np.concatenate(found)


def torch_parameters(start: np.ndarray) -> list[Any]:
    """Named parameters as PyTorch tensors, float64 as ours."""
    import torch

    return [torch.tensor(value) for value in NET.named(start).values()]


def forward(p: Any, x: Any) -> Any:
    """The network in PyTorch."""
    import torch

    return torch.sigmoid(torch.sigmoid(x @ p[0] + p[1]) @ p[2] + p[3])


def torch_alone(start: np.ndarray) -> np.ndarray:
    """A few networks one after another, autograd and momentum written out."""
    import torch

    x, t = (torch.tensor(a) for a in boolean.parity(2))
    ends = []
    for one in start[:ALONE]:
        p = [value.requires_grad_() for value in torch_parameters(one)]
        v = [torch.zeros_like(value) for value in p]
        for _ in range(SHORT):
            slopes = torch.autograd.grad(0.5 * ((forward(p, x) - t) ** 2).sum(), p)
            with torch.no_grad():
                for value, change, slope in zip(p, v, slopes, strict=True):
                    change.mul_(MOMENTUM).sub_(slope, alpha=RATE)
                    value.add_(change)
        ends.append(np.concatenate([value.detach().numpy().ravel() for value in p]))
    return np.stack(ends)


def torch_vmap(start: np.ndarray) -> np.ndarray:
    """All networks at once through torch.func: vmap of grad."""
    import torch
    from torch.func import grad, vmap

    x, t = (torch.tensor(a) for a in boolean.parity(2))
    slope = vmap(grad(lambda p: 0.5 * ((forward(p, x) - t) ** 2).sum()))
    p = torch_parameters(start)
    v = [torch.zeros_like(value) for value in p]
    for _ in range(SWEEPS):
        for value, change, one in zip(p, v, slope(p), strict=True):
            change.mul_(MOMENTUM).sub_(one, alpha=RATE)
            value.add_(change)
    return np.concatenate([value.numpy().reshape(len(start), -1) for value in p], axis=1)


def table(rounds: int) -> str:
    """The results in Markdown. Raises AssertionError if the ways do not end at the same weights."""
    import torch

    torch.set_num_threads(1)
    start = starts()
    scaled = (NETS / ALONE) * (SWEEPS / SHORT)
    ways: dict[str, tuple[Callable[[np.ndarray], np.ndarray], float]] = {
        f"ours, {LANES} at a time": (ours, 1.0),
        "PyTorch, vmap over all": (torch_vmap, 1.0),
        f"PyTorch, one by one ({ALONE} networks, {SHORT} sweeps, scaled)": (torch_alone, scaled),
    }
    np.testing.assert_allclose(ours(start), torch_vmap(start), rtol=1e-6, atol=1e-8)
    times: dict[str, list[float]] = {name: [] for name in ways}
    for number in range(rounds + 1):
        for name, (run, factor) in ways.items():
            begun = time.perf_counter()
            run(start)
            if number:
                times[name].append(factor * (time.perf_counter() - begun))
    middle = {name: statistics.median(found) for name, found in times.items()}
    fastest = next(iter(middle.values()))
    lines = ["| way | seconds | times ours |", "| --- | --- | --- |"]
    lines += [f"| {name} | {seconds:.3f} | {seconds / fastest:.1f} |" for name, seconds in middle.items()]
    made = provenance()
    lines += [
        "",
        f"Medians of {rounds} rounds in turn, one thread each, float64. PyTorch {torch.__version__.split('+')[0]}, "
        f"NumPy {made.libraries['numpy']}, Numba {made.libraries['numba']}, Python {made.python}, "
        f"{made.processor}.",
    ]
    return "\n".join(lines) + "\n"


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--rounds", type=int, default=7, help="timed rounds of each")
    parser.add_argument("--write", action="store_true", help="also write benchmarks/small_nets.md")
    chosen = parser.parse_args()
    with threadpool_limits(limits=1), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        text = table(chosen.rounds)
    print(text)
    if chosen.write:
        head = f"# {NETS:,} XOR networks, {SWEEPS:,} sweeps, beside PyTorch\n\nMade by `make bench`.\n\n"
        Path(__file__).with_name("small_nets.md").write_text(head + text, encoding="utf-8")


if __name__ == "__main__":
    main()
