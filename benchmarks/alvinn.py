"""Time of training the 1217-29-46 network of ALVINN, one image at a time: ours beside PyTorch, in one run.

One presentation is: forward, backward and update for one image, plain gradient steps on half the sum of squared
errors. Then the whole task of the reproduction: 30 networks, 40 epochs of 1,200 images each, in two processes.

    python benchmarks/alvinn.py            the table, also as benchmarks/alvinn.md with --write
"""

from __future__ import annotations

import argparse
import statistics
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
from joblib import Parallel, delayed
from threadpoolctl import threadpool_limits

from core.evidence.run import provenance
from core.learning import checks
from core.learning.compiled import road_follower
from core.learning.ops import squared_error
from core.learning.optimizers import online_pass
from core.networks import alvinn

RATE, IMAGES, EPOCHS, NETWORKS = 0.02, 1200, 40, 30
SLOW = 200  # images in a timed round of the slower ways
Weights = dict[str, np.ndarray]


def task(seed: int, images: int) -> tuple[Weights, np.ndarray, np.ndarray]:
    """A network, random images and random targets; the arithmetic does not depend on them."""
    rng = np.random.default_rng(seed)
    inputs, _, outputs = alvinn.SIZES_1989
    return (
        alvinn.init(rng, alvinn.SIZES_1989),
        rng.uniform(-1, 1, (images, inputs)),
        rng.random((images, outputs)),
    )


def ours(p: Weights, x: np.ndarray, t: np.ndarray) -> Weights:
    """The compiled loop."""
    return road_follower.train(p, x, t, rate=RATE)[0]


def plain(p: Weights, x: np.ndarray, t: np.ndarray) -> Weights:
    """The ordered system, in NumPy."""

    def loss(system, entries, x, t):  # type: ignore[no-untyped-def]
        return system.apply(squared_error, alvinn.outputs(system, entries, system.constant(x)), system.constant(t))

    return online_pass(loss, p, dict.fromkeys(p, RATE), x, t)


def torch_loop(p: Weights, x: np.ndarray, t: np.ndarray, precision: str = "float32") -> Weights:
    """Autograd with one image at a time and the gradient step written out, faster than torch.optim's."""
    import torch

    torch.set_num_threads(1)
    kind = getattr(torch, precision)
    w = [torch.tensor(p[name], dtype=kind, requires_grad=True) for name in road_follower.NAMES]
    inputs, wanted = torch.tensor(x, dtype=kind), torch.tensor(t, dtype=kind)
    for n in range(len(x)):
        h = torch.sigmoid(torch.addmm(w[1], inputs[n : n + 1], w[0]))
        y = torch.sigmoid(torch.addmm(w[3], h, w[2]))
        slopes = torch.autograd.grad(0.5 * ((y - wanted[n : n + 1]) ** 2).sum(), w)
        with torch.no_grad():
            for weight, slope in zip(w, slopes, strict=True):
                weight.sub_(slope, alpha=RATE)
    return {name: value.detach().numpy() for name, value in zip(road_follower.NAMES, w, strict=True)}


WAYS: dict[str, tuple[Callable[..., Weights], int]] = {
    "ours, compiled, float64": (ours, IMAGES),
    "ours, the ordered system in NumPy, float64": (plain, SLOW),
    "PyTorch, float32": (torch_loop, SLOW),
    "PyTorch, float64": (lambda p, x, t: torch_loop(p, x, t, "float64"), SLOW),
}


def whole(seed: int) -> None:
    """One network of the reproduction."""
    p, x, t = task(seed, IMAGES)
    for _ in range(EPOCHS):
        p = ours(p, x, t)


def table(rounds: int) -> str:
    """The results in Markdown. Raises AssertionError if ours and PyTorch's do not end at the same weights."""
    p, x, t = task(0, SLOW)
    mine, theirs = ours(p, x, t), torch_loop(p, x, t, "float64")
    for name in road_follower.NAMES:
        assert checks.relative_error(mine[name], theirs[name]) < 1e-9, name
    times: dict[str, list[float]] = {name: [] for name in WAYS}
    for _ in range(rounds):
        for name, (run, images) in WAYS.items():
            p, x, t = task(0, images)
            start = time.perf_counter()
            run(p, x, t)
            times[name].append(1e6 * (time.perf_counter() - start) / images)
    found = {name: statistics.median(values) for name, values in times.items()}
    measure = min(value for name, value in found.items() if name.startswith("PyTorch"))
    start = time.perf_counter()
    Parallel(n_jobs=2, inner_max_num_threads=1)(delayed(whole)(seed) for seed in range(NETWORKS))
    seconds = time.perf_counter() - start
    made = provenance()
    import torch

    return (
        "\n".join(
            [
                "| way | µs per presentation | times as fast as PyTorch |",
                "| --- | --- | --- |",
                *(f"| {name} | {value:.1f} | {measure / value:.1f} |" for name, value in found.items()),
                "",
                f"{NETWORKS} networks x {EPOCHS} epochs x {IMAGES:,} images in two processes: {seconds:.1f} s, "
                "the making of random images and the start of the processes included.",
                "",
                f"Medians of {rounds} rounds in turn, one thread each, the faster PyTorch loop as the measure. "
                "Ours and "
                f"PyTorch in float64 end at the same weights. PyTorch {torch.__version__.split('+')[0]}, NumPy "
                f"{made.libraries['numpy']}, Numba {made.libraries['numba']}, Python {made.python}, "
                f"{made.processor}.",
            ]
        )
        + "\n"
    )


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--rounds", type=int, default=9, help="timed rounds of each")
    parser.add_argument("--write", action="store_true", help="also write benchmarks/alvinn.md")
    chosen = parser.parse_args()
    with threadpool_limits(limits=1):
        text = table(chosen.rounds)
    print(text)
    if chosen.write:
        head = "# The network of ALVINN (1217-29-46), one image at a time, beside PyTorch\n\nMade by `make bench`.\n\n"
        Path(__file__).with_name("alvinn.md").write_text(head + text, encoding="utf-8")


if __name__ == "__main__":
    main()
