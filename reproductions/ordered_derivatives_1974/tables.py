"""Claims, tables and arrays of `ordered_derivatives_1974`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from core.evidence.record import Ours
from core.evidence.summaries import exactly, finished, over_mean, over_seeds, over_values, share
from core.evidence.tables import means_table
from core.evidence.trials import Row
from reproductions.ordered_derivatives_1974.clocked_slopes import SAMPLE
from reproductions.ordered_derivatives_1974.dynamic_feedback import GUESS
from reproductions.ordered_derivatives_1974.experiment import page

Rows = Mapping[str, Sequence[Row]]
PUBLISHED = (32, 64, 128, 256, 512)
NAMES = ("alpha", "beta", "gamma", "delta", "hares, 1900", "lynxes, 1900")
BEST = 1.0001  # fits whose loss is within this factor of the least found count as having found it


def measure(settings: Any, rows: Rows) -> dict[str, Ours | None]:
    """Our side of every claim, by its id in papers/werbos1974.toml."""
    cost = {tuple(row.cell["sizes"]): row.values for row in rows["cost"] if not row.failed}
    by_width = {h: cost.get((32, h, h, h, 1)) for h in PUBLISHED}
    values = list(cost.values())
    large = [v for v in values if v["parameters"] >= 1e4]
    nudged = [[v[name] for v in values if "slope_passes" in v] for name in ("parameters", "slope_passes")]
    arma, prey = _best(rows["ARMA"]), _best(rows["predators"])
    estimates = np.array([row.arrays["estimate"] for row in arma])
    rates = np.exp([row.arrays["estimate"] for row in prey])
    cuts = settings.cuts
    first = min(cuts)
    long = [row.values for row in rows["tape"]]
    lengths = [row.cell["length"] for row in rows["tape"]]
    return {
        "page": exactly(rows["page"][0].values["largest"]),
        "networks": over_seeds(rows["networks"], "relative"),
        **{f"counts_{h}": exactly(v["ratio"]) if v else None for h, v in by_width.items()},
        **{f"forward_mode_{h}": exactly(v["tangent_ratio"]) if (v := by_width[h]) else None for h in (32, 512)},
        "bound": exactly(max([v["ratio"] for v in values] + [r.values["ratio"] for r in rows["tape"]])),
        "flat": _exponent([v["parameters"] for v in large], [v["ratio"] for v in large]),
        "time": over_values(np.array([v["time_ratio"] for v in large])) if large else None,
        "tangents": exactly(max(v["tangent_error"] for v in values)),
        "by_units": exactly(max(v["unit_error"] for v in values)),
        "fd_law": _exponent(*nudged),
        "memory": _exponent(lengths, [v["numbers"] for v in long]),
        "arma_same": _largest(arma, "apart"),
        "arma_phi": _single(estimates, 1),
        "arma_theta": _single(estimates, 2),
        "arma_cost": _ratio(rows["ARMA"]),
        "prey_same": _largest(prey, "apart"),
        **{f"prey_{name}": _single(rates, k) for k, name in enumerate(NAMES[:4])},
        "prey_cost": _ratio(rows["predators"]),
        "prey_found": share(np.array([float(row in prey) for row in rows["predators"] if not row.failed]),
                            failed=sum(row.failed for row in rows["predators"])),
        "truncated": _worse(rows["truncated"], first),
        "ordered_net": _parity_gap(rows["parity"]),
    }  # fmt: skip


def _exponent(x: Sequence[float], y: Sequence[float]) -> Ours | None:
    """The slope of a straight line through the logarithms, of at least two points."""
    return exactly(float(np.polyfit(np.log(x), np.log(y), 1)[0])) if len(x) > 1 else None


def _best(rows: Sequence[Row]) -> list[Row]:
    """Fits that found the least loss that any of them found."""
    good = [row for row in rows if not row.failed]
    if not good:
        return []
    least = min(row.values["loss"] for row in good)
    return [row for row in good if row.values["loss"] <= BEST * least]


def _largest(rows: Sequence[Row], name: str) -> Ours | None:
    return over_values(np.array([row.values[name] for row in rows])) if rows else None


def _single(estimates: np.ndarray, k: int) -> Ours | None:
    return over_values(estimates[:, k]) if len(estimates) else None


def _ratio(rows: Sequence[Row]) -> Ours | None:
    """Forward passes of a fit by measured slopes over those of the fit by derivatives, from equal starts."""
    good = [row.values for row in rows if not row.failed]
    return over_values(np.array([v["passes_by_slopes"] / v["passes"] for v in good]), failed=len(rows) - len(good))


def _worse(rows: Sequence[Row], cut: int) -> Ours | None:
    """Mean squared error of the planted theta by truncated derivatives less that by full ones, with its interval."""
    planted = rows[0].cell["theta"]
    pairs = np.array([
        [row.values[f"theta_{cut}"] - planted, row.values["theta_full"] - planted] for row in rows if not row.failed
    ])  # fmt: skip
    kept = pairs[np.isfinite(pairs).all(axis=1)]
    gap = kept[:, 0] ** 2 - kept[:, 1] ** 2
    return over_mean(gap, failed=len(rows) - len(kept), covers="mean over seeds (bootstrap)")


def _parity_gap(rows: Sequence[Row]) -> Ours | None:
    """Share learned by fully ordered nets less that by layered ones, over the same units, rates and seeds."""
    by = {
        form: {(r.cell["units"], r.cell["rate"], r.seed): r.values["solved"] for r in rows if r.cell["form"] == form}
        for form in ("ordered", "layered")
    }
    gap = np.array([by["ordered"][key] - by["layered"][key] for key in by["ordered"]])
    return over_mean(gap, covers="difference of shares over seeds (bootstrap)")


def tables(settings: Any, rows: Rows) -> list[dict[str, Any]]:
    """The page itself, costs, estimates, truncation, fully ordered nets."""
    _, names = page()
    row = rows["page"][0].arrays
    lines = []
    for k, (name, formula) in enumerate(names):
        varies = row["varies"][k] > 0
        exact, measured = float(row["exact"][k]), float(row["measured"][k])
        told = [exact, measured, abs(exact - measured)] if varies else [None, None, None]
        lines.append([k + 1, name, formula, float(row["values"][k]), *told])
    series = []
    for name, study, parts, change in (
        ("Series A, ARMA(1,1)", "ARMA", ("mean", "phi", "theta"), lambda v: v),
        ("hares and lynxes", "predators", NAMES, np.exp),
    ):
        best = _best(rows[study])
        if best:
            at, there = (change(best[0].arrays[kind]) for kind in ("estimate", "by_slopes"))
            series += [[name, part, float(at[k]), float(there[k])] for k, part in enumerate(parts)]
    forms = [(f, u) for f in ("layered", "ordered") for u in settings.parity_units]
    rates = settings.parity_rates
    return [
        {"id": "page", "whole": True,
         "title": "One page of an ordered system: values down, ordered derivatives of E up",
         "columns": ["line", "name", "is", "value", "ordered derivative", "measured slope", "difference"],
         "rows": lines},
        *_cost_tables(rows),
        {"id": "estimates", "title": "Fits through time: estimates by derivatives and by measured slopes",
         "columns": ["series", "parameter", "by derivatives", "by n + 1 measured slopes"], "rows": series},
        means_table(
            "fits", "Fits through time: their cost in forward passes", ["series"],
            [(["Series A, ARMA(1,1)"], rows["ARMA"]), (["hares and lynxes"], rows["predators"])],
            [("by derivatives", "passes", 1), ("by measured slopes", "passes_by_slopes", 1),
             ("seconds by derivatives", "fit_seconds", 1), ("seconds by measured slopes", "slopes_seconds", 1),
             ("value and all derivatives, forward passes", "ratio", 1), ("lines of the system", "entries", 1),
             ("least loss", "loss", 1)]),
        _cut_table(rows["truncated"], settings.cuts),
        means_table(
            "parity", f"Parity of {settings.parity_bits} bits by layered and by fully ordered nets",
            ["form", "hidden units", "rate"],
            [([f, u, rate], [r for r in rows["parity"]
                             if (r.cell["form"], r.cell["units"], r.cell["rate"]) == (f, u, rate)])
             for f, u in forms for rate in rates],
            [("weights and biases", "weights", 1), ("learned, %", "solved", 100)]),
    ]  # fmt: skip


def _cost_tables(rows: Rows) -> list[dict[str, Any]]:
    """All slopes of each network by every way: forward passes, and the seconds behind them."""
    passes, seconds = list[list[Any]](), list[list[Any]]()
    for row, clocked in zip(rows["cost"], rows["clock"], strict=True):
        v, c, name = row.values, clocked.values, "-".join(map(str, row.cell["sizes"]))
        n, both = int(v["parameters"]), v["forward_seconds"] + v["backward_seconds"]
        passes.append([name, n, n + 1, c["slopes_time"], v["tangent_ratio"], v["tangent_time"], int(v["units"]) + 1,
                       c["units_time"], v["ratio"], v["time_ratio"], int(v["numbers"])])  # fmt: skip
        seconds.append([name, v["forward_seconds"], both, c["slopes_seconds"], "all" if c["run"] else SAMPLE,
                        c["slopes_error"], c["units_seconds"], c["units_error"]])  # fmt: skip
    return [
        {"id": "cost", "title": "All slopes of one network, in forward passes; counted, and by the clock",
         "columns": ["network", "weights and biases", "measured slopes, n + 1", "by the clock", "forward mode, counted",
                     "by the clock", "one perturbation a unit", "by the clock", "backprop, counted", "by the clock",
                     "numbers on the tape"],
         "rows": passes},
        {"id": "seconds", "title": "The seconds behind them, and how far measured slopes are off",
         "columns": ["network", "one forward pass, 100 patterns", "value and all derivatives",
                     "all slopes by nudging weights", "weights nudged", "largest error",
                     "by nudging units, one pattern", "largest error of all weights' slopes"],
         "rows": seconds},
    ]  # fmt: skip


def _cut_table(rows: Sequence[Row], cuts: Sequence[int]) -> dict[str, Any]:
    """Bias and spread of estimates by truncated derivatives of simulated series."""
    lines = []
    for name, key in [("full", "full"), *((f"{k} steps", str(k)) for k in sorted(cuts, reverse=True))]:
        cells: list[Any] = [name, len(rows)]
        values = {part: finished(rows, f"{part}_{key}") for part in ("phi", "theta")}
        rest = np.isfinite(values["theta"])
        cells.append(int(np.count_nonzero(~rest)))
        for part in ("phi", "theta"):
            kept, planted = values[part][rest], rows[0].cell[part]
            cells += [float(kept.mean()) if len(kept) else None, float(kept.std()) if len(kept) else None,
                      float(np.sqrt(np.mean((kept - planted) ** 2))) if len(kept) else None]  # fmt: skip
        lines.append(cells)
    planted = rows[0].cell
    return {
        "id": "truncated",
        "title": f"Derivatives that reach back so far: simulated series, phi {planted['phi']:g}, "
        f"theta {planted['theta']:g}",
        "columns": ["derivatives", "seeds", "no rest found", "phi, mean", "sd", "rms error", "theta, mean", "sd",
                    "rms error"],
        "rows": lines,
    }  # fmt: skip


def gather(rows: Rows) -> dict[str, np.ndarray]:
    """What the figures draw."""
    cost = [row.values for row in rows["cost"] if not row.failed]
    names = ("parameters", "units", "ratio", "time_ratio", "tangent_ratio", "tangent_time", "forward_seconds",
             "backward_seconds")  # fmt: skip
    cut = [name for name in rows["truncated"][0].values if name.startswith("theta_")]
    reach = [row.values for row in rows["reach"] if not row.failed]
    years = sorted(int(name.split("_")[1]) for name in reach[0] if name.startswith("cosine_"))
    best = _best(rows["predators"])
    return {
        "page": np.stack([rows["page"][0].arrays[k] for k in ("values", "exact", "measured", "varies")]),
        "cost": np.array([[v[name] for name in names] for v in cost]),
        "clock": np.array([[row.values[name] for name in ("slopes_time", "units_time", "run", "slopes_seconds")]
                           for row in rows["clock"]]),
        "theta": np.array([[row.values[name] for name in cut] for row in rows["truncated"] if not row.failed]),
        "theta_cuts": np.array([0 if name == "theta_full" else int(name.split("_")[1]) for name in cut]),
        "reach": np.array([[[v[f"cosine_{k}"], v[f"length_{k}"]] for k in years] for v in reach]),
        "reach_years": np.array(years),
        "tape": np.array([[r.cell["length"], r.values["numbers"], r.values["ratio"]] for r in rows["tape"]]),
        "prey": best[0].arrays["estimate"] if best else GUESS,
        "prey_losses": np.array([r.values["loss"] if not r.failed else np.nan for r in rows["predators"]]),
        "passes": np.array([
            [r.values["passes"], r.values["passes_by_slopes"]] for n in ("ARMA", "predators") for r in rows[n]
            if not r.failed]),
        "passes_series": np.array(
            [k for k, n in enumerate(("ARMA", "predators")) for r in rows[n] if not r.failed]),
    }  # fmt: skip
