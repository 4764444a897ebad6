"""Our side of every claim of the toy, by its id in paper.toml."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from core.evidence import measured as m
from core.evidence.measured import Count, Measured, Quantity
from core.evidence.rows import Rows, finished, pick
from core.evidence.trials import Row
from reproductions.six_parameters.run import LOSSES
from reproductions.six_parameters.settings import Settings
from reproductions.six_parameters.tables import NAMES, PUBLISHED, best_rate, convention, steps_of


def measure(s: Settings, rows: Rows) -> dict[str, Measured]:
    """Our side of every claim."""
    return {**_point(rows), **_logs(s, rows), **_learning(s, rows), **_landscape(s, rows)}


def _point(rows: Rows) -> dict[str, Measured]:
    row = rows["the published point"][0]
    at, value = row.arrays, row.values
    found: dict[str, Measured] = {
        "logits": Count(float(np.max(np.abs(at["logits"] - [2.3514, 0.0, -2.3514])))),
        "loss": Count(value["point_loss"]),
        "nudged_probability": Count(value["nudged_probability"]),
        "nudged_loss": Count(value["nudged_loss"]),
        "softmax_near": Count(100 * value["softmax_near"]),
        "softmax_far": Count(100 * value["softmax_far"]),
        "balance": Count(value["balance"]),
        "screen_slope": Count(float(at["exact"][1])),
        "screen_measured": Count(float(at["forward"][0, 1])),
        "forward_coarse": Count(float(at["forward"][0, 1])),
        "forward_fine": Count(float(at["forward"][2, 1])),
        "central_coarse": Count(float(at["central"][0, 1])),
        "readings": Count(value["forward_readings"]),
    }
    for city, p in zip(("madrid", "paris", "berlin"), at["probabilities"], strict=True):
        found[f"p_{city}"] = Count(float(p))
    for name, slope in zip(NAMES, at["exact"], strict=True):
        found[name.replace(" ", "_").lower()] = Count(float(slope))
    return found


def _logs(s: Settings, rows: Rows) -> dict[str, Measured]:
    sgd = pick(rows["the log"], method="sgd")[0]
    adams = pick(rows["the log"], method="adam")
    log, shares = sgd.arrays["losses"], sgd.arrays["shares"]
    by_method = {"gradient descent": sgd, "Adam": adams[0]}
    orders = rows["other orders"]
    return {
        "log_losses": Count(float(max(abs(log[step - 1] - loss) for step, loss in PUBLISHED.items()))),
        "log_first": Count(sgd.values["first"]),
        "log_right": Count(float(min(shares[step - 1] for step in (31, 46, 80)))),
        "drift": Count(sgd.values["drift"]),
        "adam_loss": {convention(row): Count(float(row.arrays["losses"][9])) for row in adams},
        "adam_right": Count(float(adams[0].arrays["shares"][69])),
        "outer": {name: Count(row.values["outer"]) for name, row in by_method.items()},
        "steady": {name: Count(row.values["steady"]) for name, row in by_method.items()},
        "sgd_orders": m.runs_until(pick(orders, method="sgd"), "first", "reached", limit=float(s.sgd_steps)),
        "adam_orders": m.runs_until(
            pick(orders, method="adam", order="random"), "first", "reached", limit=float(s.adam_steps)
        ),
    }


def _learning(s: Settings, rows: Rows) -> dict[str, Measured]:
    learned = rows["losses and temperatures"]
    entropy, squared = _at_best(learned, s.far)
    near_entropy, near_squared = _at_best(learned, s.near)
    on_map = pick(rows["the map"], keep=False, rate=s.map_rates[0])
    return {
        "entropy_solved": m.difference_of_shares(finished(entropy, "solved"), finished(squared, "solved"), scale=100),
        "entropy_steps": m.difference(near_squared, near_entropy, "steps", pairs=True),
        "temperature_start": Count(_largest_difference(s, learned)),
        "map_solved": m.share_of(on_map, "solved"),
    }


def _at_best(learned: Sequence[Row], spread: float) -> tuple[list[Row], list[Row]]:
    """Rows of cross-entropy and of squared error, each at its best rate for starts of that spread."""
    first, second = (
        pick(learned, series="losses", loss=loss, spread=spread, rate=best_rate(learned, loss, spread))
        for loss in LOSSES
    )
    return first, second


def _largest_difference(s: Settings, learned: Sequence[Row]) -> float:
    """Largest difference in steps between a high temperature and the start and rate that stand for it."""
    hot = steps_of(pick(learned, series="temperature", temperature=max(s.temperatures)))
    instead = steps_of(pick(learned, series="instead"))
    same = (hot == instead) | (np.isinf(hot) & np.isinf(instead))
    return float(np.max(np.where(same, 0.0, np.abs(np.nan_to_num(hot) - np.nan_to_num(instead)))))


def _landscape(s: Settings, rows: Rows) -> dict[str, Measured]:
    planes = rows["random planes"]
    return {
        "plane_six": m.mean_of(pick(planes, hidden=0), "squared"),
        "plane_law": _plane_law(s, planes),
        "sinking": m.mean_of(pick(planes, hidden=max(s.hidden)), "sinking"),
    }


def _plane_law(s: Settings, planes: Sequence[Row]) -> Quantity | None:
    """Exponent, in the number of parameters, of the root mean square of the share of a path that a plane sees."""
    groups = [pick(planes, hidden=hidden) for hidden in s.hidden]
    n = np.array([rows[0].values["parameters"] for rows in groups])

    def exponent(seen: Sequence[np.ndarray]) -> float:
        return float(np.polyfit(np.log(n), [0.5 * np.log(one.mean()) for one in seen], 1)[0])

    squares = [finished(rows, "squared") for rows in groups]
    return m.resampled(squares, exponent, "exponent", covers=("planes within sizes",))
