"""Time of LMS: our compiled loop beside scikit-learn's SGDRegressor, one epoch each, in one run, one thread each.

200,000 presentations of n inputs, squared error, constant rate, no penalty, given order, no intercept of its own. The
two take turns; medians over rounds are shown. scikit-learn's eta0 is our 2 mu. Both end at the same weights.

    python benchmarks/lms.py            the table, also as benchmarks/lms.md with --write
"""

from __future__ import annotations

import argparse
import statistics
import time
import warnings
from pathlib import Path

import numpy as np
from threadpoolctl import threadpool_limits

from core.evidence.run import provenance
from core.learning.compiled import lms

PRESENTATIONS, MU = 200_000, 0.001
WIDTHS = (4, 17, 64)


def task(n: int) -> tuple[np.ndarray, np.ndarray]:
    """White Gaussian patterns, and targets from random weights with noise."""
    rng = np.random.default_rng(0)
    x = rng.standard_normal((PRESENTATIONS, n))
    return x, x @ rng.standard_normal(n) + 0.1 * rng.standard_normal(PRESENTATIONS)


def ours(x: np.ndarray, d: np.ndarray) -> np.ndarray:
    """One compiled pass from zero weights."""
    return lms.mu_lms(np.zeros(x.shape[1]), x, d, mu=MU).weights


def theirs(x: np.ndarray, d: np.ndarray) -> np.ndarray:
    """One epoch of SGDRegressor from zero weights."""
    from sklearn.linear_model import SGDRegressor

    return np.asarray(
        SGDRegressor(
            penalty=None,
            learning_rate="constant",
            eta0=2 * MU,
            max_iter=1,
            tol=None,
            shuffle=False,
            fit_intercept=False,
        )
        .fit(x, d)
        .coef_
    )


def table(rounds: int) -> str:
    """The results in Markdown. Raises AssertionError if the two do not end at the same weights."""
    lines = [
        "| inputs | ours, µs per presentation | SGDRegressor | times as fast |",
        "| --- | --- | --- | --- |",
    ]
    for n in WIDTHS:
        x, d = task(n)
        np.testing.assert_allclose(ours(x, d), theirs(x, d), rtol=1e-6)
        times: dict[str, list[float]] = {"ours": [], "theirs": []}
        for _ in range(rounds):
            for name, run in (("ours", ours), ("theirs", theirs)):
                start = time.perf_counter()
                run(x, d)
                times[name].append(1e6 * (time.perf_counter() - start) / PRESENTATIONS)
        a, b = statistics.median(times["ours"]), statistics.median(times["theirs"])
        lines.append(f"| {n} | {a:.4f} | {b:.4f} | {b / a:.2f} |")
    made = provenance()
    libraries = made.libraries
    lines += [
        "",
        f"Medians of {rounds} rounds in turn, one thread each, checks of the input included in both. NumPy "
        f"{libraries['numpy']}, Numba {libraries['numba']}, scikit-learn {libraries['scikit-learn']}, Python "
        f"{made.python}, {made.processor}.",
    ]
    return "\n".join(lines) + "\n"


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--rounds", type=int, default=15, help="timed rounds of each")
    parser.add_argument("--write", action="store_true", help="also write benchmarks/lms.md")
    chosen = parser.parse_args()
    with threadpool_limits(limits=1), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        text = table(chosen.rounds)
    print(text)
    if chosen.write:
        head = f"# LMS: {PRESENTATIONS:,} presentations beside scikit-learn's SGDRegressor\n\nMade by `make bench`.\n\n"
        Path(__file__).with_name("lms.md").write_text(head + text, encoding="utf-8")


if __name__ == "__main__":
    main()
