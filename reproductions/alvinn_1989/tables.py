"""Tables and arrays that `alvinn_1989` keeps."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal

import numpy as np
from core.evidence.summaries import finished, stacked

from core.evidence.tables import means_table
from core.evidence.trials import Row
from core.networks import alvinn

Rows = Mapping[str, Sequence[Row]]
MEASURES = ("completed", "right_cm", "spread_cm", "worst_cm")
Method = Literal["-trans -buf", "-trans +buf", "+trans -buf", "+trans +buf"]
METHODS: tuple[Method, ...] = ("-trans -buf", "-trans +buf", "+trans -buf", "+trans +buf")
COURSES, TESTS = ("both ways", "one way"), ("same", "mirror")
DRIVES = [("completed, %", "completed", 100), ("to the right, cm", "right_cm", 1), ("spread, cm", "spread_cm", 1),
          ("worst, cm", "worst_cm", 1)]  # fmt: skip
# What the figure of choices shows: a name, and how its trials are told.
CHOICES: dict[str, dict[str, Any]] = {
    "as in 1991": {"study": "main"},
    "one unit on, not a hill": {"study": "code", "code": "one unit"},
    "narrow hill": {"study": "code", "code": "narrow hill"},
    "wide hill": {"study": "code", "code": "wide hill"},
    "one output, a number": {"study": "code", "code": "scalar"},
    "copies keep the driver's steering": {"study": "labels"},
    "steady light": {"study": "light", "light": False},
    "new light in the test": {"study": "light", "light": True, "lights": 1},
    "12 lights, a new one in the test": {"study": "light", "light": True, "lights": 12},
    "two lanes, lined": {"study": "roads", "kind": "two lanes, lined"},
    "dirt road": {"study": "roads", "kind": "dirt"},
}


def select(rows: Sequence[Row], study: str, **cell: Any) -> list[Row]:
    """The trials of a study whose cell agrees."""
    wanted = {"study": study, **cell}
    return [row for row in rows if all(row.cell.get(name) == value for name, value in wanted.items())]


def main_flight(rows: Rows) -> list[Row]:
    """Networks trained on the fly as in 1991, after the lesson nearest to 5 minutes."""
    trained = select(rows["flown"], "minutes")
    minutes = min({row.cell["minutes"] for row in trained}, key=lambda m: abs(m - 5))
    return [row for row in trained if row.cell["minutes"] == minutes]


def chosen(rows: Rows, name: str) -> list[Row]:
    """The trials of one of CHOICES."""
    wanted = CHOICES[name]
    return main_flight(rows) if wanted["study"] == "main" else select(rows["flown"], **wanted)


def values(rows: Sequence[Row], prefix: str = "") -> np.ndarray:
    # -> (trials, 4)
    """MEASURES of trials, NaN where one is missing."""
    return np.array([[row.values.get(prefix + name, np.nan) for name in MEASURES] for row in rows])


def gather(rows: Rows) -> dict[str, np.ndarray]:
    """What the figures draw."""
    learned, flown = rows["learned"], rows["flown"]
    arrays: dict[str, np.ndarray] = {}
    for name, study in (("varying", "main"), ("fixed", "fixed width")):
        trained = [row for row in select(learned, study) if not row.failed]
        if trained:
            arrays[f"curve_{name}"] = stacked(trained, "curve")
            arrays[f"confusion_{name}"] = stacked(trained, "confusion").sum(axis=0)
            first = trained[0].arrays
            arrays[f"w1_{name}"] = first["w1"][: alvinn.PICTURE].astype(np.float16)
            arrays[f"w2_{name}"] = first["w2"].astype(np.float16)
    for row in select(learned, "main")[:1]:
        arrays |= {part: row.arrays[part][:6] for part in ("seen", "seen_curvature") if part in row.arrays}
    arrays["hidden_1989"] = np.array(
        [[row.cell["hidden"], row.values.get("near", np.nan)]
         for row in (*select(learned, "hidden"), *select(learned, "main"))]
    )  # fmt: skip
    arrays["drives"] = values(select(rows["drives"], "drive"))
    arrays["drives_clear"] = values(select(rows["drives"], "drive, ranges held clear"))
    for name in ("minutes", "hidden"):
        found = select(flown, name)
        arrays[f"flown_{name}"] = np.column_stack([[row.cell[name] for row in found], values(found, "new_")])
    for year, some in (("1989", rows["drives"]), ("1991", flown)):
        for change in dict.fromkeys(row.cell["change"] for row in select(some, "breaks")):
            found = [row for row in select(some, "breaks", change=change) if not row.failed]
            if found:
                arrays[f"breaks_{year}_{change}"] = stacked(found, "by_level")
    for method in METHODS:
        for course in COURSES:
            found = select(flown, "ablation", method=method, course=course)
            for test in TESTS:
                traces = [row.arrays[f"{test}_trace"] for row in found if not row.failed]
                if traces:
                    arrays[f"trace_{method}_{course}_{test}"] = np.array(traces, dtype=np.float16)
    for name in CHOICES:
        if found := chosen(rows, name):
            arrays[f"choice_{name}"] = values(found, "new_")
    for row in rows["film"]:
        arrays |= {f"film_{name}": value for name, value in row.arrays.items()}
    if rows["world"]:
        arrays["world"] = np.array(
            [[row.values.get(name, np.nan) for name in ("tiles", "expert_tiles")] for row in rows["world"]]
        )
    return arrays


def tables(rows: Rows) -> list[dict[str, Any]]:
    """Accuracy on snapshots; drives of 1989; what was tried on the fly; the ablation; tests by level; rates tried."""
    learned, flown = rows["learned"], rows["flown"]
    ablation = [(m, c) for m in METHODS for c in COURSES]
    found = [
        means_table(
            "snapshots", "Networks of 1989 on snapshots of novel roads, percent", ["trained", "hidden units"],
            [([row.cell["study"], row.cell["hidden"]], group) for row, group in _groups(learned, "study", "hidden")
             if row.cell["study"] != "rate"],
            [("within two units, novel", "near", 100), ("trained", "near_trained", 100),
             ("ranges held clear", "near_held", 100), ("roads of the other widths", "near_other", 100),
             ("exact", "exact", 100), ("intensity right", "intensity", 100)],
        ),
        means_table(
            "shapes", "What moves the hidden units of 1989 (see the words)", ["trained on"],
            [([name], select(learned, study)) for name, study in
             (("roads of varying width", "main"), ("roads of one width", "fixed width"))],
            [("one-sided", "one_sided", 1), ("moved by width", "to_width", 1), ("tuning", "tuning", 1)],
        ),
        means_table(
            "drives", "Drives of the networks of 1989 on new roads", ["drive"],
            [([study], select(rows["drives"], study)) for study in ("drive", "drive, ranges held clear")], DRIVES,
        ),
        means_table(
            "flights", "Networks trained on the fly, on a new road", ["study", "what"],
            [([row.cell["study"], _what(row)], group)
             for row, group in _groups(flown, "study", "minutes", "kind", "labels", "hidden", "code", "light", "lights")
             if row.cell["study"] in ("minutes", "roads", "labels", "hidden", "code", "light")],
            [(title, f"new_{name}", scale) for title, name, scale in DRIVES],
        ),
        *(
            means_table(
                study.replace(", ", "_").replace(" ", "_"), f"The {study}: drives of the course and of its mirror",
                ["method", "course of the lesson"],
                [([m, c], group) for m, c in ablation if (group := select(flown, study, method=m, course=c))],
                [(f"{test}: {title}", f"{test}_{name}", scale) for test in TESTS for title, name, scale in DRIVES],
            )
            for study in ("ablation", "ablation, one lap")
        ),
        _rates(rows),
    ]  # fmt: skip
    return [table for table in found if table["rows"]] + _levels(rows)


def _groups(rows: Sequence[Row], *names: str) -> list[tuple[Row, list[Row]]]:
    """Trials that agree in the named parts of their cells, each group with its first."""
    groups: dict[tuple[Any, ...], list[Row]] = {}
    for row in rows:
        groups.setdefault(tuple(row.cell.get(name) for name in names), []).append(row)
    return [(group[0], group) for group in groups.values()]


def _what(row: Row) -> str:
    cell = row.cell
    return {
        "minutes": f"{cell['minutes']:g} min of driving", "roads": cell.get("kind", ""),
        "labels": "copies keep the driver's steering", "hidden": f"{cell.get('hidden')} hidden",
        "code": cell.get("code", ""),
        "light": f"{cell.get('lights')} light{'s' * (cell.get('lights') != 1)}"
        f"{'' if cell.get('light') else ', steady'}{', a new one in the test' if cell.get('new_light') else ''}",
    }[cell["study"]]  # fmt: skip


def _rates(rows: Rows) -> dict[str, Any]:
    lines: list[list[Any]] = []
    for row, group in _groups(select(rows["learned"], "rate"), "rate"):
        near = finished(group, "near")
        lines.append(
            ["1989", row.cell["rate"], len(group), 100 * float(near.mean()) if len(near) else None, None, None]
        )
    for row, group in _groups(select(rows["flown"], "rate"), "rate"):
        done, spread = (np.nanmean(finished(group, f"new_{name}")) for name in ("completed", "spread_cm"))
        lines.append(["1991", row.cell["rate"], len(group), None, 100 * float(done), float(spread)])
    columns = ["network", "rate", "seeds", "within two units, %", "completed, %", "spread, cm"]
    return {"id": "rates", "title": "Learning rates tried, on worlds of their own", "columns": columns, "rows": lines}


def _levels(rows: Rows) -> list[dict[str, Any]]:
    lines = []
    for year, some in (("1989", rows["drives"]), ("1991", rows["flown"])):
        for row, group in _groups(select(some, "breaks"), "change"):
            good = [one.arrays["by_level"] for one in group if not one.failed]
            if good:
                mean = np.nanmean(np.array(good), axis=0)
                lines += [
                    [year, row.cell["change"], float(level), len(group), 100 * float(m[0]), *map(float, m[1:])]
                    for level, m in zip(row.cell["levels"], mean, strict=True)
                ]
    columns = ["network", "what is changed", "to", "seeds", *(title for title, _, _ in DRIVES)]
    return [{"id": "breaks", "title": "Drives in worlds that were changed", "columns": columns, "rows": lines}]


def told(world: Sequence[Row], wanted: int, simulator: str) -> str:
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
        f"track of CarRacing ({simulator}) and then drove another track from its pixels. They visited "
        f"{100 * own.mean():.3g} % of its tiles on average ({100 * own.min():.3g} % at worst), the scripted driver "
        f"{100 * theirs.mean():.3g} %; {sum(own >= 0.95)} of {len(own)} networks visited 95 % or more."
    )
