"""Tables, words and arrays that the report of 1974 shows."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from core.evidence import intervals
from core.evidence.rows import Rows, failures, finished, pick, stacked
from core.evidence.tables import Table, means_table, table
from core.evidence.trials import Row
from reproductions.ordered_derivatives_1974.claims import PREY, best_fits
from reproductions.ordered_derivatives_1974.costs import SAMPLE
from reproductions.ordered_derivatives_1974.dynamic_feedback import GUESS
from reproductions.ordered_derivatives_1974.page import page
from reproductions.ordered_derivatives_1974.run import RUNGS, networks, sweeps_at_most
from reproductions.ordered_derivatives_1974.settings import Settings

NAMES = (*PREY, "hares, 1900", "lynxes, 1900")
SERIES: tuple[tuple[str, str, tuple[str, ...], Callable[[np.ndarray], np.ndarray]], ...] = (
    ("Series A, ARMA(1,1)", "ARMA", ("mean", "phi", "theta"), np.asarray),
    ("hares and lynxes", "predators", NAMES, np.exp),
)


def tables(s: Settings, rows: Rows) -> list[Table]:
    """The page itself, costs, fits, cut derivatives, and nets that learn parity."""
    return [
        _page(rows),
        *_costs(s, rows),
        _estimates(rows),
        _fits(rows),
        _cut(rows["truncated"], s.cuts),
        means_table(
            "parity",
            f"Parity of {s.parity_bits} bits: layered nets and Werbos's fully ordered ones",
            ["form", "hidden units", "rate"],
            [
                ([form, units, rate], pick(rows["parity"], form=form, units=units, rate=rate))
                for form in ("layered", "ordered")
                for units in s.parity_units
                for rate in s.parity_rates
            ],
            [("weights and biases", "weights", 1), ("learned, %", "solved", 100)],
        ),
        _ladder(s, rows),
        _product(rows),
    ]


def _page(rows: Rows) -> Table:
    _, names = page()
    row, lines = rows["page"][0].arrays, []
    for k, (name, formula) in enumerate(names):
        exact, measured = float(row["exact"][k]), float(row["measured"][k])
        told = [exact, measured, abs(exact - measured)] if row["varies"][k] > 0 else [None, None, None]
        lines.append([k + 1, name, formula, float(row["values"][k]), *told])
    columns = ["line", "name", "is", "value", "ordered derivative", "measured slope", "difference"]
    return table("page", "One page of an ordered system: values down, ordered derivatives of E up", columns, lines)


def _costs(s: Settings, rows: Rows) -> list[Table]:
    """All slopes of each network by every way: forward passes counted, and by the clock with its intervals."""
    counted, clocked = list[list[Any]](), list[list[Any]]()
    seconds = stacked(rows["clock"], "seconds")  # (repetitions, nets, [forward, walk, tangent])
    ratios = stacked(rows["clock"], "ratios")
    for k, (sizes, row) in enumerate(zip(networks(s), rows["cost"], strict=True)):
        name, v = "-".join(map(str, sizes)), row.values
        n = int(v["parameters"])
        nudged = pick(rows["nudges"], sizes=sizes)
        passes, unit_passes = (finished(nudged, what) for what in ("slopes_time", "units_time"))
        counted.append([name, n, n + 1, v["tangent_ratio"], int(v["units"]) + 1, v["ratio"], int(v["numbers"])])
        every = nudged[0].values["run"] > 0
        clocked.append(
            [
                name,
                float(seconds[:, k, 0].mean()),
                float(ratios[:, k].mean()),
                *intervals.mean(ratios[:, k]),
                float(passes.mean()),
                "all" if every else SAMPLE,
                float(n * (seconds[:, k, 2] / seconds[:, k, 0]).mean()),
                float(unit_passes.mean()),
                float(finished(nudged, "slopes_error").max()),
                float(finished(nudged, "units_error").max()),
            ]
        )
    first = ["network", "weights and biases", "measured slopes, n + 1", "forward mode", "one nudge a unit"]
    second = ["network", "seconds of one forward pass", "one walk back, with the value", "low", "high"]
    return [
        table(
            "cost",
            "All slopes of one network in forward passes, counted",
            [*first, "one walk back, with the value", "numbers kept"],
            counted,
        ),
        table(
            "clock",
            "The same by the clock: means over repetitions, 100 patterns at once",
            [
                *second,
                "measured slopes",
                "weights nudged",
                "forward mode",
                "one nudge a unit, one pattern",
                "measured slopes off by",
                "nudged units off by",
            ],
            clocked,
        ),
    ]


def _estimates(rows: Rows) -> Table:
    lines = []
    for name, study, parts, change in SERIES:
        best = best_fits(rows[study])
        if best:
            at, there = (change(best[0].arrays[kind]) for kind in ("estimate", "by_slopes"))
            lines += [[name, part, float(at[k]), float(there[k])] for k, part in enumerate(parts)]
    columns = ["series", "parameter", "by derivatives", "by n + 1 measured slopes"]
    return table("estimates", "Fits through time: estimates by derivatives and by measured slopes", columns, lines)


def _fits(rows: Rows) -> Table:
    return means_table(
        "fits",
        "Fits through time: their cost in forward passes",
        ["series"],
        [([name], rows[study]) for name, study, *_ in SERIES],
        [
            ("by derivatives", "passes", 1),
            ("by measured slopes", "passes_by_slopes", 1),
            ("seconds by derivatives", "fit_seconds", 1),
            ("seconds by measured slopes", "slopes_seconds", 1),
            ("value and all derivatives, forward passes", "ratio", 1),
            ("lines of the system", "entries", 1),
            ("least loss", "loss", 1),
        ],
    )


def _cut(rows: Sequence[Row], cuts: Sequence[int]) -> Table:
    """Bias and spread of estimates by cut derivatives of simulated series."""
    lines = []
    planted = rows[0].cell
    for name, key in [("full", "full"), *((f"{k} steps", str(k)) for k in sorted(cuts, reverse=True))]:
        values = {part: finished(rows, f"{part}_{key}") for part in ("phi", "theta")}
        rest = np.isfinite(values["theta"])
        cells: list[Any] = [name, len(rows), int(np.count_nonzero(~rest))]
        for part in ("phi", "theta"):
            kept = values[part][rest]
            told = (kept.mean(), kept.std(), np.sqrt(np.mean((kept - planted[part]) ** 2))) if len(kept) else ()
            cells += [float(value) for value in told] or [None, None, None]
        lines.append(cells)
    title = f"Derivatives that reach back so far: simulated series, phi {planted['phi']:g}, theta {planted['theta']:g}"
    columns = [
        "derivatives",
        "series",
        "no rest found",
        "phi, mean",
        "sd",
        "rms error",
        "theta, mean",
        "sd of it",
        "rms error of it",
    ]
    return table("truncated", title, columns, lines)


def _ladder(s: Settings, rows: Rows) -> Table:
    """Every rung: its rate, nets that learned, sweeps, and what it changed of the rung before, seed by seed."""
    lines, before = list[list[Any]](), None
    for name in RUNGS:
        group = pick(rows["rungs"], rung=name)
        took = sweeps_at_most(group, s.now_sweeps)
        learned = np.array([row.values.get("solved", 0.0) for row in group])
        fewer: list[float | None] = [None, None]
        if before is not None and len(took) > 1:
            logs = np.log2(np.maximum(before, 1)) - np.log2(np.maximum(took, 1))
            fewer = [float(logs.mean()), float(logs.std(ddof=1) / np.sqrt(len(logs)))]
        low, high = intervals.wilson(int(learned.sum()), len(learned))
        shares = [100 * float(learned.mean()), 100 * low, 100 * high]
        rate = group[0].cell["rate"]
        lines.append([name, rate, len(group), failures(group), *shares, float(np.median(took)), *fewer])
        before = took
    columns = [
        "recipe, one change after the other",
        "rate",
        "nets",
        "failed",
        "learned, %",
        "low",
        "high",
        "median sweeps",
        "halvings of the sweeps by this change",
        "standard error",
    ]
    title = f"Then and now: parity of {s.parity_bits} bits by the fully ordered net with {s.now_units} hidden units"
    return table("rungs", f"{title}, {s.now_sweeps:,} sweeps at most", columns, lines)


def _product(rows: Rows) -> Table:
    lines = [[row.cell["factors"], row.values["ratio"]] for row in rows["product"]]
    columns = ["factors", "product and all derivatives, over the product"]
    return table("product", "A product of many numbers: multiplications", columns, lines)


def arrays(s: Settings, rows: Rows) -> dict[str, np.ndarray]:
    """What the figures draw."""
    cost = [row.values for row in rows["cost"] if not row.failed]
    cut = [name for name in rows["truncated"][0].values if name.startswith("theta_")]
    reach = [row.values for row in rows["reach"] if not row.failed]
    years = sorted(int(name.split("_")[1]) for name in reach[0] if name.startswith("cosine_"))
    best = best_fits(rows["predators"])
    nudged = [pick(rows["nudges"], sizes=sizes) for sizes in networks(s)]
    times = ("slopes_time", "units_time", "run", "slopes_seconds")
    rungs = [pick(rows["rungs"], rung=name) for name in RUNGS]
    return {
        "page": np.stack([rows["page"][0].arrays[k] for k in ("values", "exact", "measured", "varies")]),
        "cost": np.array([[v[name] for name in ("parameters", "units", "ratio", "tangent_ratio")] for v in cost]),
        "seconds": stacked(rows["clock"], "seconds"),
        "ratios": stacked(rows["clock"], "ratios"),
        "nudged": np.array([[finished(group, name).mean() for name in times] for group in nudged]),
        "theta": np.array([[row.values[name] for name in cut] for row in rows["truncated"] if not row.failed]),
        "theta_cuts": np.array([0 if name == "theta_full" else int(name.split("_")[1]) for name in cut]),
        "reach": np.array([[[v[f"cosine_{k}"], v[f"length_{k}"]] for k in years] for v in reach]),
        "reach_years": np.array(years),
        "tape": np.array([[r.cell["length"], r.values["numbers"], r.values["ratio"]] for r in rows["tape"]]),
        "prey": best[0].arrays["estimate"] if best else GUESS,
        "passes": np.array(
            [
                [k, row.values["passes"], row.values["passes_by_slopes"]]
                for k, (_, study, *_) in enumerate(SERIES)
                for row in rows[study]
                if not row.failed
            ]
        ),
        "rungs_solved": np.array([[row.values.get("solved", 0.0) for row in group] for group in rungs]),
        "rungs_sweeps": np.array([sweeps_at_most(group, s.now_sweeps) for group in rungs]),
        "parity": np.array(
            [
                [row.cell["form"] == "ordered", row.cell["units"], row.values["weights"], row.values["solved"]]
                for row in rows["parity"]
                if not row.failed
            ],
            dtype=float,
        ),
    }


def words(s: Settings, rows: Rows) -> dict[str, Any]:
    """Numbers that the text of the report names."""
    cost = rows["cost"]
    n, ratio = finished(cost, "parameters"), finished(cost, "ratio")
    large = n >= 1e3
    clock = stacked(rows["clock"], "ratios").mean(axis=0)
    climbed = {name: pick(rows["rungs"], rung=name) for name in RUNGS}
    learned = {name: _share(rung) for name, rung in climbed.items()}
    middle = {name: _median(sweeps_at_most(rung, s.now_sweeps), s.now_sweeps) for name, rung in climbed.items()}
    then, last, units = "the recipe of 1986", list(RUNGS)[-1], "tanh units"
    fits = {study: rows[study] for _, study, *_ in SERIES}
    seconds = {
        study: float(np.mean(finished(group, "slopes_seconds")) / np.mean(finished(group, "fit_seconds")))
        for study, group in fits.items()
    }
    forms = {form: _by_weights(pick(rows["parity"], form=form)) for form in ("ordered", "layered")}
    ordered = min(forms["ordered"])
    layered = min((n for n in forms["layered"] if n >= ordered), default=max(forms["layered"]))
    return {
        "page_lines": len(rows["page"][0].arrays["exact"]),
        "ordered_weights": int(ordered),
        "layered_weights": int(layered),
        "ordered_learned": f"{forms['ordered'][ordered]:.0f} %",
        "layered_learned": f"{forms['layered'][layered]:.0f} %",
        "largest_difference": f"{rows['page'][0].values['largest']:.0e}",
        "most_weights": f"{n.max():,.0f}",
        "least_ratio": f"{ratio[large].min():.2f}",
        "most_ratio": f"{ratio.max():.2f}",
        "least_clock": f"{clock.min():.2f}",
        "most_clock": f"{clock.max():.2f}",
        "dearer": f"{(n.max() + 1) / ratio[np.argmax(n)]:,.0f}",
        "then_learned": learned[then],
        "then_sweeps": middle[then],
        "tanh_learned": learned[units],
        "tanh_sweeps": middle[units],
        "last_learned": learned[last],
        "last_sweeps": middle[last],
        "arma_seconds": f"{seconds['ARMA']:.1f}",
        "prey_seconds": f"{seconds['predators']:.1f}",
    }


def _by_weights(rows: Sequence[Row]) -> dict[float, float]:
    """Percentage of nets that learned, over all rates, by their number of weights."""
    weights = finished(rows, "weights")
    return {n: 100 * float(finished(rows, "solved")[weights == n].mean()) for n in np.unique(weights)}


def _share(rows: Sequence[Row]) -> str:
    """Percentage of nets that learned."""
    return f"{100 * float(np.mean([row.values.get('solved', 0.0) for row in rows])):.0f} %"


def _median(sweeps: np.ndarray, given: int) -> str:
    """The median in words, where more than half of the nets may have learned nothing."""
    return f"{np.median(sweeps):,.0f}" if np.median(sweeps) < given else f"more than {given:,}"
