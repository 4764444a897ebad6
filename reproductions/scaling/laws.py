"""The laws that `scaling` fits, what they foretell, and where a budget of operations is best spent."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from core.evidence import power_laws
from core.evidence.power_laws import JOINT, OFFSET, PLAIN, Form
from core.evidence.record import Ours
from core.evidence.trials import Row

Rows = Mapping[str, Sequence[Row]]


@dataclass(frozen=True)
class Law:
    """A fitted law: points (terms, n), values, the fit, its resampled fits, and where and what was held out."""

    form: Form
    x: np.ndarray
    y: np.ndarray
    fit: np.ndarray
    draws: np.ndarray
    held_x: np.ndarray
    held_y: np.ndarray
    low: np.ndarray
    high: np.ndarray

    def exponent(self, term: int) -> Ours:
        """An exponent with its interval by resampling."""
        draws = self.form.exponents(self.draws, len(self.x))
        n = len(self.y) - len(self.held_y)
        return fitted(float(self.form.exponents(self.fit, len(self.x))[term]), draws[:, term], n)

    @property
    def inside(self) -> np.ndarray:
        """Which held-out values lie in their predicted interval."""
        return np.asarray((self.low <= self.held_y) & (self.held_y <= self.high))

    def misses(self, x: np.ndarray, y: np.ndarray) -> float:
        """Root mean square of the relative differences between values and the law, or NaN without any."""
        gaps = np.log(y / power_laws.predict(x, self.fit, self.form))
        return float(np.sqrt(np.mean(gaps**2))) if len(gaps) else float("nan")


def fitted(estimate: float, draws: np.ndarray, n: int, again: str = "seeds") -> Ours:
    """A fitted number with the middle 95 % of its values when seeds, or what `again` names, are drawn again."""
    low, high = np.percentile(draws, [2.5, 97.5])
    covers = f"difference of fits (resampled {again})"
    return Ours(estimate=estimate, low=float(low), high=float(high), n=n, covers=covers)


def law(x: np.ndarray, y: np.ndarray, groups: np.ndarray, held: np.ndarray, draws: int, form: Form = OFFSET) -> Law:
    """Fit on the points that are not held out, and predict those that are, with the scatter of single runs.

    Runs of small nets scatter more, so the scatter is that of the two largest sizes that were fitted, about the fit;
    it is drawn from Student's t, because so few runs seldom show how far the next may lie.
    """
    rng = np.random.default_rng(0)
    kept = ~held
    fit = power_laws.fit(x[:, kept], y[kept], form)
    again = power_laws.resampled(x[:, kept], y[kept], groups[kept], fit, form, draws=draws, rng=rng)
    largest = x[0, kept] >= np.unique(x[0, kept])[-2:][0]
    scatter = np.log(y[kept] / power_laws.predict(x[:, kept], fit, form))[largest]
    low = high = np.zeros(0)
    if held.any():
        ahead = np.array([power_laws.predict(x[:, held], one, form) for one in again]).repeat(25, axis=0)
        freedom = max(len(scatter) - 1, 1)
        spread = np.sqrt(np.sum(scatter**2) / freedom)
        ahead = ahead * np.exp(spread * rng.standard_t(freedom, ahead.shape))
        low, high = np.percentile(ahead, [2.5, 97.5], axis=0)
    return Law(form, x, y, fit, again, x[:, held], y[held], low, high)


def by_examples(s: Any, rows: Rows) -> list[Row]:
    """Digit nets of one width, few examples first."""
    chosen = [row for row in rows["digits"] if row.cell["hidden"] == s.size_width]
    return sorted(chosen, key=lambda row: row.cell["examples"])


def by_width(s: Any, rows: Rows) -> list[Row]:
    """Digit nets trained on all examples, narrow ones first."""
    chosen = [row for row in rows["digits"] if row.cell["examples"] == max(s.train_sizes)]
    return sorted((row for row in chosen if row.cell["hidden"] in s.widths), key=lambda row: row.cell["hidden"])


def studied(s: Any, rows: Rows) -> dict[str, Law]:
    """The laws of the study, the largest sizes held out: digits by examples and by parameters, characters by both.

    Each with a floor, and without one under the name with "_plain" behind it.
    """
    found = {}
    for name, chosen, size in (
        ("examples", by_examples(s, rows), lambda row: row.cell["examples"]),
        ("width", by_width(s, rows), lambda row: row.values["parameters"]),
    ):
        kept = [row for row in chosen if not row.failed]
        x = np.array([size(row) for row in kept], dtype=float)
        y = np.array([max(row.values["error"], 1e-4) for row in kept])
        for mark, form in (("", OFFSET), ("_plain", PLAIN)):
            found[name + mark] = law(x[None], y, x, x == x.max(), s.draws, form)
    text = [row for row in rows["text"] if not row.failed]
    x = np.array([[row.values["parameters"], row.cell["examples"]] for row in text], dtype=float).T
    y = np.array([row.values["test"] for row in text])
    largest = sorted(row[0] for row in s.sizes)[-s.held_out :]
    held = np.array([row.cell["size"] in largest for row in text])
    groups = np.array([f"{row.cell['size']} {row.cell['examples']}" for row in text])
    for mark, form in (("", OFFSET), ("_plain", JOINT)):
        found["text" + mark] = law(x, y, groups, held, s.draws, form)
    return found


class Budget(NamedTuple):
    """Operations to spend; sizes that were run at that budget and their losses; the best size and its loss."""

    operations: float
    sizes: np.ndarray
    losses: np.ndarray
    parabola: np.ndarray
    best: float
    loss: float


def runs_of(rows: Sequence[Row]) -> np.ndarray:
    # -> (runs, 4)
    """Parameters, operations (two for each multiply-accumulate), characters and test loss of every finished model."""
    kept = [row for row in rows if not row.failed]
    return np.array([
        [row.values["parameters"], 2 * row.values["operations"], row.cell["examples"], row.values["test"]]
        for row in kept
    ])  # fmt: skip


def budgets(runs: np.ndarray, least: int = 3) -> list[Budget]:
    """Losses at equal budgets: the loss of each size is read off straight lines in logarithms between its runs.

    A budget counts if at least so many sizes reach it and the lowest point of the parabola of log loss in log N lies
    among them. Source: the second approach of Hoffmann et al. (2022).
    """
    lines = []
    for n in np.unique(runs[:, 0]):
        mine = runs[runs[:, 0] == n]
        spent = np.unique(mine[:, 1])
        lines.append((n, np.log(spent), [np.log(mine[mine[:, 1] == c, 3]).mean() for c in spent]))
    found = []
    for c in np.geomspace(runs[:, 1].min(), runs[:, 1].max(), 61):
        here = [(np.log(n), np.interp(np.log(c), x, y)) for n, x, y in lines if x[0] <= np.log(c) <= x[-1]]
        if len(here) >= least:
            size, loss = np.array(here).T
            parabola = np.polyfit(size, loss, 2)
            lowest = -parabola[1] / (2 * parabola[0]) if parabola[0] > 0 else np.inf
            if size[0] <= lowest <= size[-1]:
                least_loss = float(np.exp(np.polyval(parabola, lowest)))
                found.append(Budget(float(c), np.exp(size), np.exp(loss), parabola, float(np.exp(lowest)), least_loss))
    return found


def frontier(runs: np.ndarray, draws: int) -> dict[str, Ours]:
    """How the best size and the least loss go with the budget: exponents, with intervals by drawing seeds again.

    Empty if fewer than two budgets have a best size, in the runs or in any draw.
    """
    rng = np.random.default_rng(0)
    places = [np.flatnonzero((runs[:, [0, 2]] == one).all(axis=1)) for one in np.unique(runs[:, [0, 2]], axis=0)]
    full, again = _slopes(runs), runs.copy()
    drawn = []
    for _ in range(draws):
        again[:, 3] = np.exp(power_laws.redrawn(np.log(runs[:, 3]), places, rng))
        drawn.append(_slopes(again))
    found = np.array([one for one in drawn if one is not None])
    if full is None or len(found) < draws:  # where some draws have no frontier, the interval would flatter
        return {}
    return {name: fitted(full[k], found[:, k], len(runs)) for k, name in enumerate(("best size", "least loss"))}


def _slopes(runs: np.ndarray) -> tuple[float, float] | None:
    found = budgets(runs)
    if len(found) < 2:
        return None
    spent, best, loss = np.log([[one.operations, one.best, one.loss] for one in found]).T
    return float(np.polyfit(spent, best, 1)[0]), -float(np.polyfit(spent, loss, 1)[0])
