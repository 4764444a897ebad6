"""Our side of every claim of the era, by its id in paper.toml."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import floor

import numpy as np

from core.evidence import measured as m
from core.evidence.intervals import wilson
from core.evidence.measured import Count, Measured, Quantity, Simple
from core.evidence.rows import Rows, failures, finished, grouped, pick
from core.evidence.trials import Row
from core.networks import alvinn
from reproductions.alvinn_1989.run import CLAIMED, TESTS
from reproductions.alvinn_1989.settings import Settings

SHAPES = ("one_sided", "to_width", "tuning")
PRINTED, LATER = "as printed in 1990", "as recalled of 1991"


def measure(s: Settings, rows: Rows) -> dict[str, Measured]:
    """Our side of every claim."""
    return {
        **_counts(),
        **_snapshots(rows),
        **_representation(rows),
        **_drives(s, rows),
        **_on_the_fly(rows),
        **_ablation(s, rows),
    }


def _counts() -> dict[str, Measured]:
    return {
        "inputs": Count(alvinn.SIZES_1989[0]),
        "outputs": Count(alvinn.SIZES_1989[2]),
        "weights": Count(alvinn.weights(alvinn.SIZES_1989)),
    }


def trained(rows: Rows, name: str) -> list[Row]:
    """The networks of 1989 of one training."""
    return pick(rows["snapshots"], trained=name)


def _snapshots(rows: Rows) -> dict[str, Measured]:
    main, plain = trained(rows, "varying width"), trained(rows, "no feedback")
    feedback = m.difference(main, plain, "near", scale=100, pairs=True) if plain else None
    return {
        "novel": m.runs(main, "near", scale=100),
        "held": m.mean_of(main, "held_costs", scale=100),
        "feedback_helps": feedback,
        "feedback_unneeded": feedback,
    }


def _representation(rows: Rows) -> dict[str, Measured]:
    varying, fixed = trained(rows, "varying width"), trained(rows, "one width")
    return {
        "told_apart": told_apart(varying, fixed),
        "road_filters": m.mean_of(fixed, "filters", scale=100),
        "one_edge": m.difference(varying, fixed, "one_sided", pairs=True),
        "wide_range": m.difference(fixed, varying, "tuning", pairs=True),
    }


def told_apart(one: Sequence[Row], other: Sequence[Row]) -> Quantity | None:
    """Share in percent of networks whose training can be told from their hidden units alone.

    Each network is left out in turn and given to the group whose mean is nearer in SHAPES, scaled by the spread of the
    rest.
    """
    features = [
        np.array([[row.values[name] for name in SHAPES] for row in group if not row.failed]) for group in (one, other)
    ]
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
    return _percent(m.share(np.array(hits), covers=("networks",)))


def _percent(found: Quantity | None) -> Quantity | None:
    return None if found is None else m.scaled(found, 100)


def share_by_network(rows: Sequence[Row], names: Sequence[str]) -> Quantity | None:
    """Mean over networks of the share of their drives in which something happens, in percent.

    A network's drives are not independent of each other: the interval is Wilson's for as many trials as networks, and
    for their shares added up and rounded down. A network that failed counts as one that did not.
    """
    shares = [np.mean([row.values[name] for name in names]) for row in rows if not row.failed]
    n, failed = len(rows), failures(rows)
    if not shares:
        return None
    hits = float(np.sum(shares))
    low, high = wilson(floor(hits + 1e-9), n)
    return m.scaled(
        Quantity(hits / n, low, max(high, hits / n), n=n, failed=failed, covers=("networks",), statistic="share"), 100
    )


def _drives(s: Settings, rows: Rows) -> dict[str, Measured]:
    found: dict[str, Measured] = {}
    for name, speed in (("drive", 0.5), ("drive_faster", 1.8)):
        there = pick(rows["drives, 1989"], speed=speed, sees="ranges")
        found[name] = share_by_network(there, ["completed"]) if there else None
    return found


def _completed(rows: Sequence[Row]) -> Quantity | None:
    return share_by_network(rows, ["new_completed"]) if rows else None


def _on_the_fly(rows: Rows) -> dict[str, Measured]:
    """Shares of networks that complete a new road, by both recipes; and what is recalled of offsets."""
    roads: Mapping[str, list[Row]] = grouped(rows["recipes and roads"], "road")

    def by_recipe(road: str) -> dict[str, Simple]:
        return {name: _completed(group) for name, group in grouped(roads[road], "recipe").items()}

    flight = pick(roads["one lane"], recipe=LATER)
    labels = rows["labels"]
    forgetting: list[Row] = [row for row in rows.get("forgetting", []) if row.cell["straight"]]
    with_all, bare = pick(forgetting, method="+trans +buf"), pick(forgetting, method="-trans -buf")
    return {
        "five_minutes": by_recipe("one lane"),
        "lined": by_recipe("two lanes, lined"),
        "dirt": by_recipe("dirt"),
        "twenty": by_recipe("20 miles an hour"),
        "two_minutes": _completed(pick(rows["minutes"], minutes=CLAIMED)),
        "forgets": m.difference(with_all, bare, "bends", pairs=True) if bare and with_all else None,
        "lateral_mean": m.runs(flight, "new_right_cm"),
        "lateral_spread": m.runs(flight, "new_spread_cm"),
        "person_spread": m.runs(flight, "person_spread_cm"),
        "labels": m.difference_of_shares(
            finished(flight, "new_completed"), finished(labels, "new_completed"), scale=100
        ),
    }


def _ablation(s: Settings, rows: Rows) -> dict[str, Measured]:
    def of(method: str, course: str) -> list[Row]:
        return pick(rows["ablation"], method=method, course=course, laps=s.laps)

    bare, copies, both = of("-trans -buf", "one way"), of("+trans -buf", "one way"), of("+trans +buf", "both ways")
    sideways = [np.mean([row.values[f"{test}_right_cm"] for test in TESTS]) for row in copies if not row.failed]
    return {
        "neither_leaves": share_by_network(bare, [f"{test}_left" for test in TESTS]) if bare else None,
        "copies_bias": m.mean(np.array(sideways), failed=failures(copies)) if sideways else None,
        "both_follow": share_by_network(both, [f"{test}_completed" for test in TESTS]) if both else None,
    }
