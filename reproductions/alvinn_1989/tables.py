"""Tables, words and arrays that the report of ALVINN shows."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from core.evidence import measured as m
from core.evidence.rows import Rows, finished, grouped, pick, stacked
from core.evidence.tables import means_table, table
from core.evidence.trials import Row
from core.networks import alvinn
from reproductions.alvinn_1989 import now
from reproductions.alvinn_1989.claims import LATER, PRINTED, trained
from reproductions.alvinn_1989.run import COURSES, TESTS
from reproductions.alvinn_1989.settings import METHODS, Settings

MEASURES = ("completed", "right_cm", "spread_cm", "worst_cm")
DRIVES = [
    ("completed, %", "completed", 100.0),
    ("to the right, cm", "right_cm", 1.0),
    ("spread, cm", "spread_cm", 1.0),
    ("worst, cm", "worst_cm", 1.0),
]
NAMED = {
    "-trans -buf": "newest picture alone",
    "-trans +buf": "buffer, no copies",
    "+trans -buf": "copies, no buffer",
    "+trans +buf": "copies and buffer",
}
SAID = {
    "1989": "the recipe of 1989",
    "softmax": "softmax and cross-entropy",
    "adam": "Adam, batches of 16",
    "mirror": "mirrored images",
    "relu": "rectified units",
    "convolution": "convolution, no more weights",
    "rate decay": "rate falls to a tenth",
}


def tables(s: Settings, rows: Rows) -> list[dict[str, Any]]:
    """Accuracy on snapshots; drives; what was tried on the fly; the ablation; tests by level; rates; the ladder."""
    found = [
        _snapshots(rows),
        means_table(
            "shapes",
            "What moves the hidden units of 1989 (see the words)",
            ["trained on"],
            [([f"roads of {name}"], trained(rows, name)) for name in ("varying width", "one width")],
            [
                ("one-sided", "one_sided", 1.0),
                ("moved by width", "to_width", 1.0),
                ("tuning", "tuning", 1.0),
                ("one to three filters, %", "filters", 100.0),
                ("the same before training, %", "filters_before", 100.0),
            ],
        ),
        means_table(
            "drives",
            "Drives of the networks of 1989 on new roads",
            ["speed, m/s", "range finder"],
            [
                ([speed, "as it is" if sees == "ranges" else "held at open ground"], group)
                for (speed, sees), group in grouped(rows["drives, 1989"], "speed", "sees").items()
            ],
            DRIVES,
        ),
        _flights(rows),
        *_ablations(s, rows),
        _levels(rows),
        _rates(rows),
    ]
    if rows.get("forgetting"):
        found.append(_forgetting(rows))
    if rows.get("ladder"):
        found += [_ladder(rows), *([_ladder_rates(rows)] if rows.get("rates of the ladder") else [])]
    return [one for one in found if one["rows"]]


def _snapshots(rows: Rows) -> dict[str, Any]:
    hidden = alvinn.SIZES_1989[1]
    groups = [
        ([f"roads of {name}" if "width" in name else name, hidden], group)
        for name, group in grouped(rows["snapshots"], "trained").items()
    ]
    groups += [
        (["roads of varying width", width], group)
        for width, group in grouped(rows["hidden units, 1989"], "hidden").items()
    ]
    return means_table(
        "snapshots",
        "Networks of 1989 on snapshots of novel roads, percent",
        ["trained on", "hidden units"],
        groups,
        [
            ("within two units, novel", "near", 100.0),
            ("trained", "near_trained", 100.0),
            ("ranges held clear", "near_held", 100.0),
            ("roads of the other widths", "near_other", 100.0),
            ("exact", "exact", 100.0),
            ("intensity right", "intensity", 100.0),
        ],
    )


# What is changed in training on the fly: a name, the study, and what its cells hold.
CHOICES: dict[str, tuple[str, dict[str, Any]]] = {
    LATER: ("recipes and roads", {"recipe": LATER, "road": "one lane"}),
    PRINTED: ("recipes and roads", {"recipe": PRINTED, "road": "one lane"}),
    "two lanes, lined": ("recipes and roads", {"recipe": LATER, "road": "two lanes, lined"}),
    "two lanes, as printed": ("recipes and roads", {"recipe": PRINTED, "road": "two lanes, lined"}),
    "dirt road": ("recipes and roads", {"recipe": LATER, "road": "dirt"}),
    "dirt road, as printed": ("recipes and roads", {"recipe": PRINTED, "road": "dirt"}),
    "20 miles an hour": ("recipes and roads", {"recipe": LATER, "road": "20 miles an hour"}),
    "20 miles an hour, as printed": ("recipes and roads", {"recipe": PRINTED, "road": "20 miles an hour"}),
    "copies with the driver's steering": ("labels", {}),
    "one unit on, not a hill": ("codes", {"code": "one unit"}),
    "narrow hill": ("codes", {"code": "narrow hill"}),
    "wide hill": ("codes", {"code": "wide hill"}),
    "one output, a number": ("codes", {"code": "scalar"}),
    "steady light": ("light", {"light": False}),
    "new light in the test": ("light", {"light": True, "lights": 1}),
    "12 lights, a new one in the test": ("light", {"light": True, "lights": 12}),
}


def choices(rows: Rows) -> dict[str, list[Row]]:
    """The trials of what is changed in training on the fly, by name; the first is what the others change."""
    found = {name: pick(rows.get(study, []), **cell) for name, (study, cell) in CHOICES.items()}
    return {name: group for name, group in found.items() if group}


def _flights(rows: Rows) -> dict[str, Any]:
    groups: list[tuple[list[Any], list[Row]]] = [(["choice", name], group) for name, group in choices(rows).items()]
    groups += [
        (["minutes watched", f"{minutes:g}"], group) for minutes, group in grouped(rows["minutes"], "minutes").items()
    ]
    groups += [
        (["hidden units", f"{width}"], group) for width, group in grouped(rows["hidden units, 1991"], "hidden").items()
    ]
    measures = [(title, f"new_{name}", scale) for title, name, scale in DRIVES]
    return means_table("flights", "Networks trained on the fly, on a new road", ["varied", "what"], groups, measures)


def _ablations(s: Settings, rows: Rows) -> list[dict[str, Any]]:
    found = []
    for laps, name, title in ((s.laps, "ablation", "The ablation"), (1, "ablation_one_lap", "The ablation, one lap")):
        if laps == 1 and name == "ablation_one_lap" and s.laps == 1:
            continue
        groups = [
            ([NAMED[method], "both ways" if course == "both ways" else "right bends only"], group)
            for method in METHODS
            for course in COURSES
            if (group := pick(rows["ablation"], method=method, course=course, laps=laps))
        ]
        measures = [(f"{test}: {what}", f"{test}_{column}", scale) for test in TESTS for what, column, scale in DRIVES]
        found.append(
            means_table(
                name, f"{title}: drives of the course and of its mirror", ["trained on", "lesson"], groups, measures
            )
        )
    return found


def _rates(rows: Rows) -> dict[str, Any]:
    lines: list[list[Any]] = []
    for rate, group in grouped(rows["rates, 1989"], "rate").items():
        near = finished(group, "near")
        lines.append(["1989", rate, len(group), 100 * float(near.mean()) if len(near) else None, None, None])
    for (recipe, rate), group in grouped(rows["rates, 1991"], "recipe", "rate").items():
        done, spread = (float(np.nanmean(finished(group, f"new_{name}"))) for name in ("completed", "spread_cm"))
        lines.append([recipe, rate, len(group), None, 100 * done, spread])
    columns = ["network", "rate", "seeds", "within two units, %", "completed, %", "spread, cm"]
    return table("rates", "Learning rates tried, on worlds of their own", columns, lines)


def _levels(rows: Rows) -> dict[str, Any]:
    lines = []
    for year in ("1989", "1991"):
        for change, group in grouped(rows[f"breaks, {year}"], "change").items():
            good = [one.arrays["by_level"] for one in group if not one.failed]
            if good:
                mean = np.nanmean(np.array(good), axis=0)
                lines += [
                    [year, change, float(level), len(group), 100 * float(each[0]), *map(float, each[1:])]
                    for level, each in zip(group[0].cell["levels"], mean, strict=True)
                ]
    columns = ["network", "what is changed", "to", "seeds", *(title for title, _, _ in DRIVES)]
    return table("breaks", "Drives in worlds that were changed", columns, lines)


def _forgetting(rows: Rows) -> dict[str, Any]:
    groups = [
        ([NAMED[method], f"{straight:g} min" if straight else "none"], group)
        for (method, straight), group in grouped(rows["forgetting"], "method", "straight").items()
    ]
    return means_table(
        "forgetting",
        "Steering in bends after a lesson, over the right steering: 1 is right, 0 is straight ahead",
        ["trained on", "straight road at the end"],
        groups,
        [("steering in bends", "bends", 1.0)],
    )


def rungs_of(rows: Rows) -> dict[str, list[Row]]:
    """The networks of every rung of the ladder to today, from 1989 up."""
    return {"1989": trained(rows, "varying width"), **grouped(rows.get("ladder", []), "rung")}


def _ladder(rows: Rows) -> dict[str, Any]:
    lines: list[list[Any]] = []
    before: list[Row] = []
    for name, group in rungs_of(rows).items():
        near, off = 100 * finished(group, "near"), finished(group, "units_off")
        step = m.difference(group, before, "units_off", pairs=True) if before else None
        weights = finished(group, "weights")
        lines.append(
            [
                SAID[name],
                group[0].cell["rate"],
                int(weights[0]) if len(weights) else alvinn.weights(alvinn.SIZES_1989),
                len(group),
                float(near.mean()) if len(near) else None,
                float(off.mean()) if len(off) else None,
                float(off.std(ddof=1) / np.sqrt(len(off))) if len(off) > 1 else None,
                *((step.estimate, step.low, step.high) if step else (None, None, None)),
                float(100 * finished(group, "near_trained").mean()) if len(near) else None,
            ]
        )
        before = group
    columns = [
        "added",
        "rate",
        "weights",
        "networks",
        "within two units, %",
        "units off",
        "standard error",
        "step",
        "from",
        "to",
        "within two units, trained, %",
    ]
    title = "From the recipe of 1989 to today's, on the same images; steps paired by seed, with 95 % intervals"
    return table("ladder", title, columns, lines)


def _ladder_rates(rows: Rows) -> dict[str, Any]:
    taken = {name: group[0].cell["rate"] for name, group in grouped(rows["ladder"], "rung").items()}
    tried = sorted(
        grouped(rows["rates of the ladder"], "rung", "rate").items(),
        key=lambda item: (list(now.RUNGS).index(item[0][0]), item[0][1]),
    )
    groups = [([SAID[name], rate, "yes" if taken.get(name) == rate else ""], group) for (name, rate), group in tried]
    measures = [("units off", "units_off", 1.0), ("within two units, %", "near", 100.0)]
    return means_table("ladder_rates", "Rates tried for the ladder", ["added", "rate", "taken"], groups, measures)


def words(s: Settings, rows: Rows) -> dict[str, Any]:
    """Numbers and sentences that the text of the report names."""
    fixed, varying = trained(rows, "one width"), trained(rows, "varying width")
    forgetting = grouped([row for row in rows.get("forgetting", []) if row.cell["straight"]], "method")
    bends = {name: float(np.mean(finished(group, "bends"))) for name, group in forgetting.items()}
    ladder = {
        name: float(finished(group, "units_off").mean())
        for name, group in rungs_of(rows).items()
        if len(finished(group, "units_off"))
    }
    both = grouped(rows["ablation"], "method", "course", "laps")

    def leave(method: str, course: str) -> str:
        group = both.get((method, course, s.laps), [])
        left = [row.values[f"{test}_left"] for row in group if not row.failed for test in TESTS]
        return f"{100 * np.mean(left):.3g} %" if left else "not tried"

    return {
        "five_printed": _completed(rows, PRINTED, "one lane"),
        "world": told(rows.get("another world", []), s.world_seeds),
        "filters_before": f"{100 * float(np.mean(finished(fixed, 'filters_before'))):.3g} %",
        "filters_varying": f"{100 * float(np.mean(finished(varying, 'filters'))):.3g} %",
        "bare_bends": f"{bends.get('-trans -buf', float('nan')):.2f}",
        "both_bends": f"{bends.get('+trans +buf', float('nan')):.2f}",
        "now_first": f"{ladder['1989']:.3g}" if "1989" in ladder else "unknown",
        "now_last": f"{list(ladder.values())[-1]:.3g}" if len(ladder) > 1 else "not tried",
        "copies_leave": leave("+trans -buf", "one way"),
        "both_leave": leave("+trans +buf", "one way"),
        "bare_leave": leave("-trans -buf", "both ways"),
        "buffer_leave": leave("-trans +buf", "both ways"),
        "full_leave": leave("+trans +buf", "both ways"),
    }


def _completed(rows: Rows, recipe: str, road: str) -> str:
    done = finished(pick(rows["recipes and roads"], recipe=recipe, road=road), "new_completed")
    return f"{100 * done.mean():.3g} %" if len(done) else "not tried"


def told(world: Sequence[Row], wanted: int) -> str:
    """The sentences of the report about the world that we did not make."""
    if not wanted:
        return "The drive in a world that we did not make is left out of this preset."
    good = [row.values for row in world if not row.failed]
    if not good:
        return (
            "The drive in a world that we did not make was skipped, as the simulator is not installed; "
            "`pip install -e '.[world]'` in the project's folder brings it."
        )
    own, theirs = (np.array([values[name] for values in good]) for name in ("tiles", "expert_tiles"))
    return (
        f"A world that we did not make: {len(good)} networks of 1991 each watched a scripted driver for one lap of a "
        f"track of CarRacing ({world[0].cell['simulator']}) and then drove another track from its pixels. They visited "
        f"{100 * own.mean():.3g} % of its tiles on average ({100 * own.min():.3g} % at worst), the scripted driver "
        f"{100 * theirs.mean():.3g} %; {sum(own >= 0.95)} of {len(own)} networks visited 95 % or more."
    )


def values(rows: Sequence[Row], prefix: str = "") -> np.ndarray:
    # -> (trials, 4)
    """MEASURES of trials, NaN where one is missing."""
    return np.array([[row.values.get(prefix + name, np.nan) for name in MEASURES] for row in rows]).reshape(-1, 4)


def arrays(s: Settings, rows: Rows) -> dict[str, np.ndarray]:
    """What the figures draw."""
    found: dict[str, np.ndarray] = {}
    for key, name in (("varying", "varying width"), ("fixed", "one width")):
        group = [row for row in trained(rows, name) if not row.failed]
        if group:
            found[f"curve_{key}"] = stacked(group, "curve")
            found[f"confusion_{key}"] = stacked(group, "confusion").sum(axis=0)
            found[f"w1_{key}"] = group[0].arrays["w1"][: alvinn.PICTURE].astype(np.float16)
            found[f"w2_{key}"] = group[0].arrays["w2"].astype(np.float16)
    for row in trained(rows, "varying width")[:1]:
        found |= {part: row.arrays[part][:6] for part in ("seen", "seen_curvature") if part in row.arrays}
    sizes = [*rows["hidden units, 1989"], *trained(rows, "varying width")]
    found["hidden_1989"] = np.array([[row.cell["hidden"], row.values.get("near", np.nan)] for row in sizes])
    found["drives"] = values(pick(rows["drives, 1989"], speed=s.speeds_1989[0], sees="ranges"))
    for key, study, cell in (("minutes", "minutes", "minutes"), ("hidden", "hidden units, 1991", "hidden")):
        group = list(rows[study])
        found[f"flown_{key}"] = np.column_stack([[row.cell[cell] for row in group], values(group, "new_")])
    for year in ("1989", "1991"):
        for change, group in grouped(rows[f"breaks, {year}"], "change").items():
            if good := [row for row in group if not row.failed]:
                found[f"breaks_{year}_{change}"] = stacked(good, "by_level")
    for (method, course), group in grouped(pick(rows["ablation"], laps=s.laps), "method", "course").items():
        for test in TESTS:
            if traces := [row.arrays[f"{test}_trace"] for row in group if not row.failed]:
                found[f"trace_{method}_{course}_{test}"] = np.array(traces, dtype=np.float16)
    found |= {f"choice_{name}": values(group, "new_") for name, group in choices(rows).items()}
    for row in rows["film"]:
        found |= {f"film_{name}": value for name, value in row.arrays.items()}
    for name, group in rungs_of(rows).items():
        if rows.get("ladder") and len(finished(group, "units_off")):
            found[f"rung_{name}"] = np.stack([finished(group, "units_off"), finished(group, "near")])
    return found
