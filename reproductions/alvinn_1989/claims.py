"""Our side of every claim of `alvinn_1989`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from core.evidence.summaries import difference, exactly, over_seeds, over_values, share

from core.evidence.record import Ours
from core.evidence.trials import Row
from core.networks import alvinn
from reproductions.alvinn_1989.tables import Rows, chosen, main_flight, select

TWENTY = 8.9408  # m/s: 20 miles an hour
SHAPES = ("one_sided", "to_width", "tuning")


def measure(rows: Rows) -> Mapping[str, Ours | None]:
    """Our side of every claim, by its id in papers/pomerleau1989.toml."""
    learned, flown = rows["learned"], rows["flown"]
    main, fixed = select(learned, "main"), select(learned, "fixed width")
    flight = main_flight(rows)

    def ablation(method: str, course: str) -> list[Row]:
        return select(flown, "ablation", method=method, course=course)

    bare, copies, both = (
        ablation("-trans -buf", "one way"),
        ablation("+trans -buf", "one way"),
        ablation("+trans +buf", "both ways"),
    )
    tests = ("same", "mirror")
    sideways = [np.mean([row.values.get(f"{test}_right_cm", np.nan) for test in tests]) for row in copies]
    return {
        "inputs": exactly(alvinn.SIZES_1989[0]),
        "outputs": exactly(alvinn.SIZES_1989[2]),
        "weights": exactly(alvinn.weights(alvinn.SIZES_1989)),
        "novel": over_seeds(main, "near", scale=100),
        "held": over_seeds(main, "held_costs", scale=100),
        "told_apart": told_apart(main, fixed),
        "drive": completed_runs(select(rows["drives"], "drive")),
        "five_minutes": completed(flight),
        "two_minutes": completed(select(flown, "minutes", minutes=2.0)),
        "lined": completed(chosen(rows, "two lanes, lined")),
        "dirt": completed(chosen(rows, "dirt road")),
        "twenty": _at_level(select(flown, "breaks", change="speed"), TWENTY),
        "neither_leaves": _share([row.values.get(f"{test}_left", np.nan) for row in bare for test in tests]),
        "copies_bias": over_values(np.array(sideways)) if sideways else None,
        "both_follow": _share([row.values.get(f"{test}_completed", np.nan) for row in both for test in tests]),
        "lateral_mean": over_seeds(flight, "new_right_cm"),
        "lateral_spread": over_seeds(flight, "new_spread_cm"),
        "person_spread": over_seeds(flight, "person_spread_cm"),
        "labels": difference(flight, select(flown, "labels"), "new_completed", scale=100),
    }


def _share(hits: Sequence[float]) -> Ours | None:
    """Share in percent of runs in which something happened; runs that failed are NaN."""
    seen = np.array([hit for hit in hits if np.isfinite(hit)])
    found = share(seen, failed=len(hits) - len(seen))
    if found is None:
        return None
    return found.model_copy(update={k: 100 * getattr(found, k) for k in ("estimate", "low", "high")})


def completed(rows: Sequence[Row]) -> Ours | None:
    """Share of networks that complete the new road, in percent."""
    return _share([row.values.get("new_completed", np.nan) for row in rows])


def completed_runs(rows: Sequence[Row]) -> Ours | None:
    """Share of all runs of all networks that complete the distance, in percent."""
    hits: list[float] = []
    for row in rows:
        if row.failed:
            hits.append(np.nan)
        else:
            count = round(row.values["runs"])
            done = round(row.values["completed"] * count)
            hits += [1.0] * done + [0.0] * (count - done)
    return _share(hits)


def _at_level(rows: Sequence[Row], level: float) -> Ours | None:
    """Share of networks that complete the test at one level of a change, in percent."""
    found = [
        float(row.arrays["by_level"][list(row.cell["levels"]).index(level), 0])
        for row in rows if not row.failed and level in row.cell["levels"]
    ]  # fmt: skip
    return _share(found) if found else None


def told_apart(one: Sequence[Row], other: Sequence[Row]) -> Ours | None:
    """Share in percent of networks whose training can be told from their hidden units alone.

    Each network is left out in turn and given to the group whose mean is nearer in SHAPES, scaled by the spread of the
    rest.
    """
    features = [np.array([[row.values[name] for name in SHAPES] for row in group if not row.failed])
                for group in (one, other)]  # fmt: skip
    if min(len(group) for group in features) < 3:
        return None
    everything, kind = np.concatenate(features), np.repeat([0, 1], [len(group) for group in features])
    hits = []
    for k in range(len(everything)):
        rest = np.arange(len(everything)) != k
        means = np.array([everything[rest & (kind == c)].mean(axis=0) for c in (0, 1)])
        scale = (everything[rest] - means[kind[rest]]).std(axis=0)
        away = (((everything[k] - means) / scale) ** 2).sum(axis=1)
        hits.append(float(np.argmin(away) == kind[k]))
    return _share(hits)
