"""The laws that `scaling` fits, what they foretell, and where a budget of operations is best spent."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

import numpy as np
from scipy import stats

from core.evidence import power_laws
from core.evidence.measured import Quantity
from core.evidence.power_laws import JOINT, OFFSET, PLAIN, Form
from core.evidence.rows import Rows
from core.evidence.trials import Row
from reproductions.scaling.settings import Settings

TAIL = 0.975
SEEDS = ("seeds within sizes",)


@dataclass(frozen=True)
class Law:
    """A fitted law: points (terms, n), values and their groups, the fit and its fits to seeds drawn again.

    Points of `held` groups were left out of the fit. `again` are values drawn again within their groups, of all points.
    """

    form: Form
    x: np.ndarray
    y: np.ndarray
    groups: np.ndarray
    held: np.ndarray
    fit: np.ndarray
    draws: np.ndarray
    again: np.ndarray

    @property
    def freedom(self) -> int:
        """Degrees of freedom of the scatter between seeds: runs less groups."""
        return max(len(self.y) - len(np.unique(self.groups)), 1)

    def exponent(self, term: int) -> Quantity:
        """An exponent with its interval by resampling."""
        found = self.form.exponents(self.fit, len(self.x))[term]
        return self.quantity(found, self.form.exponents(self.draws, len(self.x))[:, term], "exponent")

    def floor(self) -> Quantity:
        """The floor with its interval."""
        place = 2 * len(self.x)
        return self.quantity(np.exp(self.fit[place]), np.exp(self.draws[:, place]), "floor")

    def misfit(self, held: bool | None = None) -> Quantity:
        """Root mean square of the relative differences between the law and the mean of each group, in percent.

        Over all groups, or those held out, or those fitted.
        """
        rms = self.misfits(held)
        return self.quantity(rms[0], rms[1:], "root mean square departure")

    def misfits(self, held: bool | None = None) -> np.ndarray:
        # -> (1 + draws,)
        """The same as numbers: of the fit, then of the fits to seeds drawn again."""
        chosen = np.ones(len(self.y), dtype=bool) if held is None else self.held == held
        pairs = [(self.y, self.fit), *zip(self.again, self.draws, strict=True)]
        return np.array([100 * np.sqrt(np.mean(self._departures(y, fit, chosen) ** 2)) for y, fit in pairs])

    def found_over_foretold(self) -> Quantity:
        """Mean ratio of the values held out to what the fit to the others foretells, as a geometric mean."""
        ours = float(np.exp(self._departures(self.y, self.fit, self.held).mean()))
        pairs = zip(self.again, self.draws, strict=True)
        drawn = [float(np.exp(self._departures(y, fit, self.held).mean())) for y, fit in pairs]
        return self.quantity(ours, np.array(drawn), "geometric mean ratio")

    def _departures(self, y: np.ndarray, fit: np.ndarray, chosen: np.ndarray) -> np.ndarray:
        """Logarithm of each group's geometric mean over the law."""
        gaps = np.log(y / power_laws.predict(self.x, fit, self.form))
        return np.array([gaps[chosen & (self.groups == one)].mean() for one in np.unique(self.groups[chosen])])

    def quantity(self, estimate: float, draws: np.ndarray, name: str) -> Quantity:
        """A fitted number with the middle 95 % of its values when seeds are drawn again within each size."""
        return fitted(float(estimate), draws, n=len(self.y), freedom=self.freedom, name=name)


def fitted(
    estimate: float, draws: np.ndarray, *, n: int, freedom: int, name: str, covers: tuple[str, ...] = SEEDS
) -> Quantity:
    """An estimate with the middle 95 % of its draws, widened as Student's t asks for so few runs."""
    low, high = np.percentile(draws, [100 * (1 - TAIL), 100 * TAIL])
    widen = float(stats.t.ppf(TAIL, freedom) / stats.norm.ppf(TAIL))
    return Quantity(
        estimate,
        estimate + widen * (float(low) - estimate),
        estimate + widen * (float(high) - estimate),
        n=n,
        covers=covers,
        statistic=name,
    )


def law(x: np.ndarray, y: np.ndarray, groups: np.ndarray, held: np.ndarray, draws: int, form: Form = OFFSET) -> Law:
    """Fit on the points that are not held out; and again, with the seeds of every size drawn again."""
    parts = (np.ascontiguousarray(part) for part in (x, y, groups.astype("U24"), held))
    found = _law(tuple((part.tobytes(), part.dtype.str, part.shape) for part in parts), draws, form)
    return found


@lru_cache(maxsize=64)
def _law(parts: tuple[tuple[bytes, str, tuple[int, ...]], ...], draws: int, form: Form) -> Law:
    x, y, groups, held = (np.frombuffer(data, kind).reshape(shape) for data, kind, shape in parts)
    rng, kept = np.random.default_rng(0), ~held
    fit = power_laws.fit(x[:, kept], y[kept], form)
    places = [np.flatnonzero(groups == one) for one in np.unique(groups)]
    again = np.exp([power_laws.redrawn(np.log(y), places, rng) for _ in range(draws)])
    fits = np.array([power_laws.fit(x[:, kept], one[kept], form, near=fit) for one in again])
    return Law(form, x, y, groups, held, fit, fits, again)


class Points(NamedTuple):
    """Values by their sizes: x (terms, n), y (n,), the group of each run, and which groups are held out."""

    x: np.ndarray
    y: np.ndarray
    groups: np.ndarray
    held: np.ndarray


def by_examples(s: Settings, rows: Rows, width: int) -> list[Row]:
    """Digit nets of one width, few examples first."""
    chosen = [row for row in rows["digits"] if row.cell["hidden"] == width and not row.failed]
    return sorted((row for row in chosen if row.cell["examples"] in s.train_sizes), key=lambda r: r.cell["examples"])


def by_width(s: Settings, rows: Rows) -> list[Row]:
    """Digit nets trained on all examples, narrow ones first."""
    chosen = [row for row in rows["digits"] if row.cell["examples"] == max(s.train_sizes) and not row.failed]
    return sorted((row for row in chosen if row.cell["hidden"] in s.widths), key=lambda row: row.cell["hidden"])


def digit_points(s: Settings, rows: Rows, what: str) -> Points:
    """Errors of digit nets: by `examples`, by examples with the `other` width, or by `width`; the largest held out."""
    if what == "width":
        chosen = by_width(s, rows)
        x = np.array([row.values["parameters"] for row in chosen])
    else:
        chosen = by_examples(s, rows, s.size_width if what == "examples" else s.other_width)
        x = np.array([row.cell["examples"] for row in chosen], dtype=float)
    y = np.array([max(row.values["error"], 1e-4) for row in chosen])
    return Points(x[None], y, x, x == x.max())


def text_points(s: Settings, rows: Rows, study: str) -> Points:
    """Losses of language models by parameters and characters; the largest sizes of those that read once held out."""
    chosen = [row for row in rows[study] if not row.failed]
    x = np.array([[row.values["parameters"], row.cell["examples"]] for row in chosen], dtype=float).T
    y = np.array([row.values["test"] for row in chosen])
    largest = sorted(row[0] for row in s.sizes)[-s.held_out :]
    held = np.array([row.cell["size"] in largest for row in chosen])
    return Points(x, y, np.array([f"{row.cell['size']} {row.cell['examples']}" for row in chosen]), held)


def digit_law(s: Settings, rows: Rows, what: str, form: Form) -> Law:
    """The law of digit errors in examples or parameters, the largest size held out."""
    return law(*digit_points(s, rows, what), s.draws, form)


def text_law(s: Settings, rows: Rows, form: Form, study: str = "text", *, everything: bool = False) -> Law:
    """The law of losses in parameters and characters, the largest models held out or, with `everything`, fitted."""
    points = text_points(s, rows, study)
    held = np.zeros_like(points.held) if everything else points.held
    return law(*points._replace(held=held), s.draws, form)


FLOORS: Mapping[str, Form] = {"with a floor": OFFSET, "without a floor": PLAIN}
SUMS: Mapping[str, Form] = {"the sum of Hoffmann et al.": OFFSET, "the form of Kaplan et al.": JOINT}
READ: Mapping[str, str] = {"each text read once": "text", "texts read again": "text, read again"}


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
    return np.array(
        [
            [row.values["parameters"], 2 * row.values["operations"], row.cell["examples"], row.values["test"]]
            for row in rows
            if not row.failed
        ]
    )


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


def frontier(runs: np.ndarray, draws: int) -> dict[str, Quantity]:
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
    freedom = max(len(runs) - len(places), 1)
    return {
        name: fitted(full[k], found[:, k], n=len(runs), freedom=freedom, name="exponent")
        for k, name in enumerate(("best size", "least loss"))
    }


def _slopes(runs: np.ndarray) -> tuple[float, float] | None:
    found = budgets(runs)
    if len(found) < 2:
        return None
    spent, best, loss = np.log([[one.operations, one.best, one.loss] for one in found]).T
    return float(np.polyfit(spent, best, 1)[0]), -float(np.polyfit(spent, loss, 1)[0])
