"""Our side of every claim of the era, by its id in paper.toml."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from core.evidence import measured as m
from core.evidence.measured import Count, Measured, Quantity
from core.evidence.rows import Rows, failures, finished, pick
from core.evidence.trials import Row
from reproductions.ordered_derivatives_1974.costs import LARGE
from reproductions.ordered_derivatives_1974.settings import Settings

PREY = ("alpha", "beta", "gamma", "delta")
BEST = 1.0001  # fits whose loss is within this factor of the least found count as having found it


def measure(s: Settings, rows: Rows) -> dict[str, Measured]:
    """Our side of every claim."""
    gap = ordered_gap(rows["parity"])
    return {**_exact(rows), **_counts(rows), **_clock(rows), **_series(rows), "ordered_net": gap}


def _exact(rows: Rows) -> dict[str, Measured]:
    return {
        "page": Count(rows["page"][0].values["largest"]),
        "networks": Count(float(finished(rows["networks"], "relative").max())),
        "tangents": Count(float(finished(rows["cost"], "tangent_error").max())),
        "by_units": Count(float(finished(rows["nudges"], "units_error").max())),
    }


def _counts(rows: Rows) -> dict[str, Measured]:
    nets = [row for row in rows["cost"] if not row.failed]
    wide = [row for row in nets if len(row.cell["sizes"]) == 5]
    n, ratio = (finished(nets, name) for name in ("parameters", "ratio"))
    tape = [row.values for row in rows["tape"]]
    kept, operations = ([v[name] for v in tape] for name in ("numbers", "operations"))
    ratios = [*ratio, *(v["ratio"] for v in tape), *finished(rows["product"], "ratio")]
    large = n >= LARGE
    return {
        "proportion": _exponent(n, (n + 1) / ratio),
        "typical": {weights(row): Count(row.values["ratio"]) for row in wide},
        "forward_mode": {weights(row): Count(row.values["tangent_ratio"] / row.values["parameters"]) for row in wide},
        "exactly_three": {f"{row.cell['factors']:,} factors": Count(row.values["ratio"]) for row in rows["product"]},
        "bound": Count(max(ratios)),
        "flat": _exponent(n[large], ratio[large]) if np.count_nonzero(large) > 1 else None,
        "formula": Count(float(finished(nets, "off_formula").max())),
        "memory": _exponent(operations, kept),
    }


def weights(row: Row) -> str:
    """What a net of the table of costs is called in a claim with several parts."""
    return f"{row.values['parameters']:,.0f} weights"


def _exponent(x: Sequence[float] | np.ndarray, y: Sequence[float] | np.ndarray) -> Count | None:
    """The slope of a straight line through the logarithms of counts, of at least two points."""
    return Count(float(np.polyfit(np.log(x), np.log(y), 1)[0])) if len(x) > 1 else None


def _clock(rows: Rows) -> dict[str, Measured]:
    """The mean over repetitions of the whole measurement, each paired with its forward passes."""
    found = m.mean(finished(rows["clock"], "ratio"), failed=failures(rows["clock"]), covers=("repetitions",))
    return {"time": found}


def _series(rows: Rows) -> dict[str, Measured]:
    arma, prey = best_fits(rows["ARMA"]), best_fits(rows["predators"])
    at = arma[0].arrays["estimate"] if arma else None
    rates = np.exp(prey[0].arrays["estimate"]) if prey else None
    found = np.array([float(row in prey) for row in rows["predators"] if not row.failed])
    return {
        "arma_same": _largest(arma),
        "arma_phi": Count(float(at[1])) if at is not None else None,
        "arma_theta": Count(float(at[2])) if at is not None else None,
        "arma_cost": passes_saved(rows["ARMA"]),
        "prey_same": _largest(prey),
        **{f"prey_{name}": Count(float(rates[k])) if rates is not None else None for k, name in enumerate(PREY)},
        "prey_cost": passes_saved(rows["predators"]),
        "prey_found": m.share(found, failed=failures(rows["predators"]), covers=("starts",)),
        "truncated": _worse(rows["truncated"]),
    }


def best_fits(rows: Sequence[Row]) -> list[Row]:
    """Fits that found the least loss that any of them found."""
    good = [row for row in rows if not row.failed]
    least = min((row.values["loss"] for row in good), default=0.0)
    return [row for row in good if row.values["loss"] <= BEST * least]


def _largest(rows: Sequence[Row]) -> Count | None:
    return Count(float(finished(rows, "apart").max())) if rows else None


def passes_saved(rows: Sequence[Row]) -> Quantity | None:
    """Forward passes of a fit by measured slopes over those of the fit by derivatives, from equal starts."""
    by_slopes, by_derivatives = (finished(rows, name) for name in ("passes_by_slopes", "passes"))
    return m.ratio(by_slopes, by_derivatives, failed=failures(rows), covers=("starts",)) if len(by_slopes) else None


def _worse(rows: Sequence[Row]) -> Quantity | None:
    """Mean squared error of the planted theta by derivatives cut off soonest, less that by full ones, seed by seed."""
    planted, first = rows[0].cell["theta"], min(rows[0].cell["cuts"])
    good = [row.values for row in rows if not row.failed]
    cut, full = (np.array([v[f"theta_{name}"] for v in good]) - planted for name in (first, "full"))
    return m.mean(cut**2 - full**2, failed=failures(rows), covers=("simulated series",))


def ordered_gap(rows: Sequence[Row]) -> Quantity | None:
    """Share learned by fully ordered nets less that by layered ones, seed by seed, over the same units and rates."""
    shares: dict[str, Mapping[int, float]] = {}
    for form in ("ordered", "layered"):
        by_seed: dict[int, list[Row]] = {}
        for row in pick(rows, form=form):
            by_seed.setdefault(row.seed, []).append(row)
        shares[form] = {seed: float(finished(group, "solved").mean()) for seed, group in by_seed.items()}
    gaps = np.array([shares["ordered"][seed] - shares["layered"][seed] for seed in shares["ordered"]])
    return m.mean(gaps, failed=failures(rows), covers=("seeds",))
