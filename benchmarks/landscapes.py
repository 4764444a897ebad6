"""Time of a 51x51 slice of a digit net's loss: ours in lockstep beside PyTorch, the same weights and directions.

A 784-100-10 net of tanh units, mean cross-entropy of 2,000 images (random numbers: the time does not depend on them),
filter-normalised directions, single precision, one thread. PyTorch reads the loss point by point, or many points at
once by vmap; and, as ours can, with the first layer run once for the middle and once for each direction, since its sums
are linear in the coordinates. All ways are held to the same surface.

    python benchmarks/landscapes.py            the table, also as benchmarks/landscapes.md with --write
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

from core.evidence.run import provenance
from core.learning import landscape
from core.learning.ops import affine, mean_cross_entropy, tanh

PIXELS, HIDDEN, CLASSES, IMAGES, POINTS = 784, 100, 10, 2000, 51
Surface = Callable[[], np.ndarray]


def problem() -> tuple[dict[str, np.ndarray], list[dict[str, np.ndarray]], np.ndarray, np.ndarray]:
    """Weights, two directions, images and labels."""
    g = np.random.default_rng(0)
    shapes = {"w1": (PIXELS, HIDDEN), "b1": (HIDDEN,), "w2": (HIDDEN, CLASSES), "b2": (CLASSES,)}
    p = {name: (g.standard_normal(s) / s[0] ** 0.5).astype(np.float32) for name, s in shapes.items()}
    drawn = [landscape.filter_normalised(landscape.random_direction(g, p), p) for _ in range(2)]
    directions = [{name: value.astype(np.float32) for name, value in d.items()} for d in drawn]
    return p, directions, g.random((IMAGES, PIXELS), dtype=np.float32), g.integers(0, CLASSES, IMAGES)


def rest(system: Any, p: Any, sums: Any, labels: np.ndarray) -> Any:
    """The loss from the sums of the first layer."""
    a = system.apply(affine, system.apply(tanh, sums), p["w2"], p["b2"])
    return system.apply(mean_cross_entropy, a, system.constant(labels))


def loss(system: Any, p: Any, x: np.ndarray, labels: np.ndarray) -> Any:
    """The whole network."""
    return rest(system, p, system.apply(affine, system.constant(x), p["w1"], p["b1"]), labels)


def ours() -> Surface:
    """Every layer at every point, points in lockstep."""
    p, directions, x, y = problem()
    return lambda: landscape.values(loss, p, directions, landscape.grid(1.0, POINTS), x, y, together=1)


def ours_by_layer() -> Surface:
    """The first layer three times in all."""
    p, directions, x, y = problem()
    return lambda: landscape.values_by_layer(
        rest, lambda q: x @ q["w1"] + q["b1"], ("w1", "b1"), p, directions, landscape.grid(1.0, POINTS), y, together=1
    )


def torch_problem() -> tuple[Any, ...]:
    """The same as tensors, and the coordinates of all points."""
    import torch

    p, directions, x, y = problem()
    middle, first, second = ({name: torch.from_numpy(v) for name, v in q.items()} for q in (p, *directions))
    points = torch.from_numpy(landscape.grid(1.0, POINTS).reshape(-1, 2).astype(np.float32))
    return middle, first, second, torch.from_numpy(x), torch.from_numpy(y), points


def torch_by_point() -> Surface:
    """A module whose weights are set at every point."""
    import torch

    middle, first, second, x, y, points = torch_problem()
    net = torch.nn.Sequential(torch.nn.Linear(PIXELS, HIDDEN), torch.nn.Tanh(), torch.nn.Linear(HIDDEN, CLASSES))
    names = {"w1": net[0].weight, "b1": net[0].bias, "w2": net[2].weight, "b2": net[2].bias}
    measure = torch.nn.CrossEntropyLoss()

    def run() -> np.ndarray:
        with torch.no_grad():
            found = []
            for a, b in points.tolist():
                for name, value in names.items():
                    value.copy_((middle[name] + a * first[name] + b * second[name]).t())
                found.append(measure(net(x), y))
            return torch.stack(found).reshape(POINTS, POINTS).numpy()

    return run


def torch_vmap() -> Surface:
    """vmap of the loss over points, 17 at a time."""
    import torch
    from torch.func import vmap

    middle, first, second, x, y, points = torch_problem()

    def one(at: Any) -> Any:
        q = {name: middle[name] + at[0] * first[name] + at[1] * second[name] for name in middle}
        h = torch.tanh(x @ q["w1"] + q["b1"])
        return torch.nn.functional.cross_entropy(h @ q["w2"] + q["b2"], y)

    many = vmap(one)

    def run() -> np.ndarray:
        with torch.no_grad():
            return torch.cat([many(part) for part in points.split(17)]).reshape(POINTS, POINTS).numpy()

    return run


def torch_by_layer() -> Surface:
    """The first layer three times in all."""
    import torch

    middle, first, second, x, y, points = torch_problem()

    def run() -> np.ndarray:
        with torch.no_grad():
            sums = [x @ q["w1"] + q["b1"] for q in (middle, first, second)]
            found = []
            for a, b in points.tolist():
                w2, b2 = (middle[n] + a * first[n] + b * second[n] for n in ("w2", "b2"))
                h = torch.tanh(sums[0] + a * sums[1] + b * sums[2])
                found.append(torch.nn.functional.cross_entropy(torch.addmm(b2, h, w2), y))
            return torch.stack(found).reshape(POINTS, POINTS).numpy()

    return run


WAYS: dict[str, Callable[[], Surface]] = {
    "PyTorch, point by point": torch_by_point,
    "PyTorch, vmap over points": torch_vmap,
    "PyTorch, first layer once": torch_by_layer,
    "ours, every layer at every point": ours,
    "ours, first layer once": ours_by_layer,
}


def table(rounds: int) -> str:
    """The results in Markdown. Raises AssertionError if the surfaces differ."""
    import torch

    torch.set_num_threads(1)
    made = {name: make() for name, make in WAYS.items()}
    times: dict[str, list[float]] = {name: [] for name in WAYS}
    surfaces = {}
    for _ in range(rounds):
        for name, run in made.items():
            begun = time.perf_counter()
            surfaces[name] = run()
            times[name].append(time.perf_counter() - begun)
    for name, found in surfaces.items():
        np.testing.assert_allclose(found, surfaces["PyTorch, point by point"], rtol=2e-4, err_msg=name)
    middle = {name: statistics.median(found) for name, found in times.items()}
    plain = middle["PyTorch, point by point"]
    lines = ["| way | seconds | times as fast as PyTorch point by point |", "| --- | --- | --- |"]
    lines += [f"| {name} | {seconds:.2f} | {plain / seconds:.2f} |" for name, seconds in middle.items()]
    machine = provenance()
    lines += [
        "",
        f"Medians of {rounds} rounds in turn, one thread, float32, {POINTS}x{POINTS} points, {IMAGES:,} images. "
        f"PyTorch {torch.__version__.split('+')[0]}, NumPy {machine.libraries['numpy']}, "
        f"Python {machine.python}, {machine.processor}.",
    ]
    return "\n".join(lines) + "\n"


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--rounds", type=int, default=5, help="timed rounds of each")
    parser.add_argument("--write", action="store_true", help="also write benchmarks/landscapes.md")
    chosen = parser.parse_args()
    with threadpool_limits(limits=1), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        text = table(chosen.rounds)
    print(text)
    if chosen.write:
        head = f"# A {POINTS}x{POINTS} slice of a digit net beside PyTorch\n\nMade by `make bench`.\n\n"
        Path(__file__).with_name("landscapes.md").write_text(head + text, encoding="utf-8")


if __name__ == "__main__":
    main()
