"""Our side of every claim of `six_parameters`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from core.evidence.intervals import percentile
from core.evidence.record import Ours
from core.evidence.summaries import SEED_OF_BOOTSTRAP, difference, exactly, finished, over_seeds, share
from core.evidence.trials import Row
from reproductions.six_parameters.tables import NAMES, PUBLISHED, best_rate, of_learning, steps_of


def measure(
    settings: Any, point: Row, replayed: Sequence[Row], ordered: Sequence[Row], learned: Sequence[Row],
    mapped: Sequence[Row], planes: Sequence[Row],
) -> Mapping[str, Ours | None]:  # fmt: skip
    """Our side of every claim, by its id in papers/welch2025.toml."""
    at, (sgd, adam) = point.arrays, replayed[:2]
    log = sgd.arrays["losses"]
    widest = of_learning(planes, hidden=max(settings.hidden))
    on_map = of_learning(mapped, keep=False, rate=settings.map_rates[0])
    sixes = of_learning(planes, hidden=0)
    return {
        "logits": exactly(np.max(np.abs(at["logits"] - [2.3514, 0.0, -2.3514]))),
        **{f"p_{city}": exactly(p) for city, p in zip(("madrid", "paris", "berlin"), at["probabilities"], strict=True)},
        "loss": exactly(point.values["point_loss"]),
        **{name.replace(" ", "_").lower(): exactly(d) for name, d in zip(NAMES, at["exact"], strict=True)},
        "balance": exactly(point.values["balance"]),
        "screen_slope": exactly(at["exact"][1]),
        "nudged_loss": exactly(point.values["nudged_loss"]),
        "screen_measured": exactly(at["forward"][0, 1]),
        "forward_coarse": exactly(at["forward"][0, 1]),
        "forward_fine": exactly(at["forward"][2, 1]),
        "central_coarse": exactly(at["central"][0, 1]),
        "log_losses": exactly(max(abs(log[step - 1] - loss) for step, loss in PUBLISHED.items())),
        "log_first": exactly(sgd.values["first"]),
        "log_right": exactly(min(sgd.arrays["shares"][step - 1] for step in (31, 46, 80))),
        "adam_loss": exactly(adam.arrays["losses"][9]),
        "adam_right": exactly(adam.arrays["shares"][69]),
        "readings": exactly(point.values["forward_readings"]),
        "drift": exactly(sgd.values["drift"]),
        "sgd_orders": over_seeds(of_learning(ordered, method="sgd"), "first"),
        "adam_orders": over_seeds(of_learning(ordered, method="adam", order="random"), "first"),
        "map_solved": share(finished(on_map, "solved")),
        "entropy_solved": _entropy_solved(settings, learned),
        "entropy_steps": _entropy_steps(settings, learned),
        "temperature_start": exactly(_largest_difference(settings, learned)),
        "plane_six": over_seeds(sixes, "squared") if sixes else None,
        "plane_law": _plane_law(settings, planes),
        "sinking": over_seeds(widest, "sinking"),
    }


def _at_best(settings: Any, learned: Sequence[Row], spread: float) -> tuple[list[Row], list[Row]]:
    """Rows of cross-entropy and of squared error, each at its best rate for starts of that spread."""
    rate = {loss: best_rate(learned, loss, spread) for loss in ("cross-entropy", "squared error")}
    first, second = (
        of_learning(learned, series="losses", loss=loss, spread=spread, rate=rate[loss]) for loss in rate
    )  # fmt: skip
    return first, second


def _entropy_solved(settings: Any, learned: Sequence[Row]) -> Ours | None:
    entropy, squared = _at_best(settings, learned, settings.far)
    return difference(entropy, squared, "solved", scale=100)


def _entropy_steps(settings: Any, learned: Sequence[Row]) -> Ours | None:
    """Mean steps by squared error less those by cross-entropy, over the runs that got all right."""
    entropy, squared = ([r for r in rows if r.values["solved"]] for rows in _at_best(settings, learned, settings.near))
    return difference(squared, entropy, "steps")


def _largest_difference(settings: Any, learned: Sequence[Row]) -> float:
    """Largest difference in steps between a high temperature and the start and rate that stand for it."""
    hot = steps_of(of_learning(learned, series="temperature", temperature=max(settings.temperatures)))
    instead = steps_of(of_learning(learned, series="instead"))
    same = (hot == instead) | (np.isinf(hot) & np.isinf(instead))
    return float(np.max(np.where(same, 0.0, np.abs(np.nan_to_num(hot) - np.nan_to_num(instead)))))


def _plane_law(settings: Any, planes: Sequence[Row]) -> Ours | None:
    """Exponent, in the number of parameters, of the root mean square of the share of a path that a plane sees."""
    groups = [of_learning(planes, hidden=hidden) for hidden in settings.hidden]
    n = np.array([rows[0].values["parameters"] for rows in groups])
    seen = np.array([finished(rows, "squared") for rows in groups])  # (widths, seeds)
    rng = np.random.default_rng(SEED_OF_BOOTSTRAP)

    def exponent(values: np.ndarray) -> float:
        return float(np.polyfit(np.log(n), 0.5 * np.log(values.mean(axis=1)), 1)[0])

    draws = [exponent(np.take_along_axis(seen, rng.integers(0, seen.shape[1], seen.shape), axis=1))
             for _ in range(2000)]  # fmt: skip
    low, high = percentile(np.array(draws))
    covers = "exponent of root mean squares over seeds (bootstrap)"
    return Ours(estimate=exponent(seen), low=low, high=high, n=seen.shape[1], covers=covers)
