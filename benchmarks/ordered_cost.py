"""Time of a walk backwards through an ordered system beside its forward pass, the table's own overhead included.

The zip-code network of 1989 and dense networks from 10,000 parameters up, float64, one thread.

    python benchmarks/ordered_cost.py            the table, also as benchmarks/ordered_cost.md with --write
"""

from __future__ import annotations

import argparse
import statistics
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
from threadpoolctl import threadpool_limits

from core.evidence.run import provenance
from core.learning.ops import squared_error, tanh
from core.learning.ordered import Entry, OrderedSystem, ordered_derivatives
from core.networks import dense, zipcode

CASES = 100
DENSE = ((32, 64, 64, 64, 1), (64, 128, 64, 10), (256, 40, 10), (784, 300, 10), (256, 1024, 1024, 10))


def dense_forward(sizes: tuple[int, ...]) -> Callable[[], Entry]:
    """The forward pass of a dense network of tanh units, as a function."""
    rng = np.random.default_rng(0)
    p = dense.init(rng, sizes, spread=lambda fan: fan**-0.5)
    x, t = rng.uniform(-1, 1, (CASES, sizes[0])), rng.uniform(-0.5, 0.5, (CASES, sizes[-1]))

    def forward() -> Entry:
        system = OrderedSystem()
        y = dense.outputs(system, system.parameters(p), system.constant(x), activation=tanh)
        return system.apply(squared_error, y, system.constant(t))

    return forward


def zipcode_forward() -> Callable[[], Entry]:
    """The forward pass of the network of 1989."""
    rng = np.random.default_rng(0)
    p = zipcode.init(rng, spread=lambda fan: 2.4 / fan)
    x, t = rng.uniform(-1, 1, (CASES, 1, 16, 16)), rng.uniform(-1, 1, (CASES, 10))

    def forward() -> Entry:
        system = OrderedSystem()
        y = zipcode.outputs(
            system, system.parameters(p), system.constant(x), table=zipcode.TABLES["blocks"], borders=(-1.0, -1.0)
        )
        return system.apply(squared_error, y, system.constant(t))

    return forward


def seconds(run: Callable[[], object], rounds: int) -> float:
    """Median time of a run."""
    times = []
    for number in range(rounds + 2):
        begun = time.perf_counter()
        run()
        if number > 1:
            times.append(time.perf_counter() - begun)
    return statistics.median(times)


def table(rounds: int) -> str:
    """The results in Markdown."""
    ways = {"zip codes of 1989": zipcode_forward()} | {"-".join(map(str, s)): dense_forward(s) for s in DENSE}
    lines = ["| network | parameters | forward, ms | backward, ms | backward over forward |", "| --- " * 5 + "|"]
    for name, forward in ways.items():
        target = forward()
        number = sum(e.value.size for e in target.system.entries if e.name is not None)
        there, back = seconds(forward, rounds), seconds(lambda target=target: ordered_derivatives(target), rounds)  # type: ignore[misc]
        lines.append(f"| {name} | {number:,} | {1e3 * there:.2f} | {1e3 * back:.2f} | {back / there:.2f} |")
    made = provenance()
    lines += [
        "",
        f"{CASES} patterns at once, float64, one thread, medians of {rounds} runs. NumPy {made.libraries['numpy']}, "
        f"Python {made.python}, {made.processor}.",
    ]
    return "\n".join(lines) + "\n"


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--rounds", type=int, default=31, help="timed runs of each")
    parser.add_argument("--write", action="store_true", help="also write benchmarks/ordered_cost.md")
    chosen = parser.parse_args()
    with threadpool_limits(limits=1):
        text = "# Backward beside forward\n\nMade by `make bench`.\n\n" + table(chosen.rounds)
    print(text)
    if chosen.write:
        Path(__file__).with_suffix(".md").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
