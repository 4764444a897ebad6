"""Time of NETtalk's learning, a letter at a time: ours in lockstep beside PyTorch, the same rule and the same weights.

203-80-26 logistic units, squared error without errors within 0.1, slopes summed over the letters of a word and one step
a word. PyTorch goes letter by letter (batch 1, as the network meets them), or takes a word's letters as one batch,
which is the same rule with fewer calls; one-hot inputs, or rows of the weights looked up. All in double precision, one
thread; the ways take turns and end at the same weights. A presentation is one letter, forwards and backwards, and its
share of the steps.

    python benchmarks/nettalk.py            the table, also as benchmarks/nettalk.md with --write
"""

from __future__ import annotations

import argparse
import statistics
import time
import warnings
from collections.abc import Callable
from pathlib import Path

import numpy as np
from threadpoolctl import threadpool_limits

from core.datasets import nettalk as words
from core.evidence.run import provenance
from core.learning.compiled import nettalk as fast
from core.learning.compiled.vectors import LANES
from core.learning.grouped_steps import Rule, grouped_pass
from core.networks import nettalk

RATE, LAYERS, SHORT = 0.5, nettalk.sizes(80), 25  # words that the slow ways are timed on
Nets = dict[str, np.ndarray]


def start(seeds: int) -> Nets:
    """Initial nets."""
    alone = [nettalk.init(np.random.default_rng(seed), LAYERS) for seed in range(seeds)]
    return {name: np.stack([p[name] for p in alone]) for name in alone[0]}


def ours(lesson: words.Words, p: Nets) -> Nets:
    """One pass of the compiled loops."""
    order = np.arange(len(lesson))
    return fast.grouped_pass(
        p, lesson.windows, lesson.targets, lesson.starts, order, Rule(RATE), margin=nettalk.MARGIN
    )[0]


def plain(lesson: words.Words, p: Nets) -> Nets:
    """One pass through the ordered system in NumPy."""
    x = words.one_hot(lesson.windows)
    return grouped_pass(nettalk.loss, p, x, lesson.targets, lesson.starts, np.arange(len(lesson)), Rule(RATE))[0]


def pytorch(by_word: bool, looked_up: bool) -> Callable[[words.Words, Nets], Nets]:
    """One pass of PyTorch for one net."""
    import torch

    def run(lesson: words.Words, p: Nets) -> Nets:
        q = {name: torch.tensor(value[0], requires_grad=True) for name, value in p.items()}
        shown = torch.tensor(lesson.windows) if looked_up else torch.tensor(words.one_hot(lesson.windows))
        wanted = torch.tensor(lesson.targets)

        def backwards(rows: slice) -> None:
            x = shown[rows]
            first = q["w1"][x].sum(dim=1) if looked_up else x @ q["w1"]
            y = torch.sigmoid(torch.sigmoid(first + q["b1"]) @ q["w2"] + q["b2"])
            off = y - wanted[rows]
            off = torch.where(off.abs() > nettalk.MARGIN, off, torch.zeros_like(off))
            (0.5 * (off * off).sum()).backward()

        for k in range(len(lesson)):
            begin, end = int(lesson.starts[k]), int(lesson.starts[k + 1])
            if by_word:
                backwards(slice(begin, end))
            else:
                for n in range(begin, end):
                    backwards(slice(n, n + 1))
            with torch.no_grad():
                for value in q.values():
                    value.sub_(value.grad, alpha=RATE)
                    value.grad = None
        return {name: value.detach().numpy()[None] for name, value in q.items()}

    return run


def ways() -> dict[str, tuple[Callable[[words.Words, Nets], Nets], int, bool]]:
    """Name: how to run a pass, seeds at once, whether on all words."""
    return {
        "PyTorch, letter by letter": (pytorch(False, False), 1, False),
        "PyTorch, letter by letter, weights looked up": (pytorch(False, True), 1, False),
        "PyTorch, word by word": (pytorch(True, False), 1, False),
        "PyTorch, word by word, weights looked up": (pytorch(True, True), 1, False),
        "ours, ordered system in NumPy": (plain, 1, False),
        "ours, compiled, one seed": (ours, 1, True),
        f"ours, compiled, {LANES} seeds": (ours, LANES, True),
    }


def measure(rounds: int) -> dict[str, float]:
    """Median microseconds a presentation of one seed. Raises AssertionError if weights at the end differ."""
    whole = words.load("invented")
    few = whole.chosen(range(SHORT))
    runs = ways()
    expected = plain(few, start(1))
    for name, (run, _, _) in runs.items():
        for key, value in run(few, start(1)).items():
            np.testing.assert_allclose(value, expected[key], rtol=1e-9, atol=1e-12, err_msg=name)
    times: dict[str, list[float]] = {name: [] for name in runs}
    for number in range(rounds + 1):
        for name, (run, seeds, everything) in runs.items():
            lesson, p = whole if everything else few, start(seeds)
            begun = time.perf_counter()
            run(lesson, p)
            if number:
                times[name].append(1e6 * (time.perf_counter() - begun) / (len(lesson.windows) * seeds))
    return {name: statistics.median(found) for name, found in times.items()}


def table(rounds: int) -> str:
    """The results in Markdown."""
    import torch

    torch.set_num_threads(1)
    found = measure(rounds)
    made = provenance()
    letter = min(value for name, value in found.items() if name.startswith("PyTorch, letter"))
    word = min(value for name, value in found.items() if name.startswith("PyTorch, word"))
    lines = [
        "| way | µs a presentation | times as fast as PyTorch letter by letter | word by word |",
        "| --- | --- | --- | --- |",
    ]
    lines += [f"| {name} | {t:.2f} | {letter / t:.1f} | {word / t:.1f} |" for name, t in found.items()]
    lines += [
        "",
        f"Medians of {rounds} rounds in turn, one thread, float64, against the faster PyTorch of each kind. "
        f"{nettalk.operations(LAYERS):,} multiply-accumulates a letter where only the inputs that are on are counted. "
        f"With {LANES} seeds: a presentation of one of them. PyTorch {torch.__version__.split('+')[0]}, "
        f"NumPy {made.libraries['numpy']}, Numba {made.libraries['numba']}, Python {made.python}, "
        f"{made.processor}. Words: those invented for quick runs.",
    ]
    return "\n".join(lines) + "\n"


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--rounds", type=int, default=7, help="timed rounds of each")
    parser.add_argument("--write", action="store_true", help="also write benchmarks/nettalk.md")
    chosen = parser.parse_args()
    with threadpool_limits(limits=1), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        text = table(chosen.rounds)
    print(text)
    if chosen.write:
        head = "# NETtalk's online learning beside PyTorch\n\nMade by `make bench`.\n\n"
        Path(__file__).with_name("nettalk.md").write_text(head + text, encoding="utf-8")


if __name__ == "__main__":
    main()
