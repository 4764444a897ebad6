"""Our side of every claim of the era, by its id in paper.toml."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from core.evidence import intervals
from core.evidence import measured as m
from core.evidence.measured import Count, Measured, Quantity, Runs, Simple
from core.evidence.rows import Rows, failures, finished, grouped, pick, stacked
from core.evidence.trials import Row
from core.networks import dense, zipcode
from reproductions.zipcodes_1989.settings import Settings

CASES = 2007  # test digits of the paper
READINGS = {"mean of (y - t)²": 1.0, "mean of ½ (y - t)²": 0.5}  # of the mean squared error
TRAIN_ERROR, TRAIN_MSE, TEST_ERROR, TEST_MSE = range(4)
DRAWS = 200  # test sets drawn again for the rejects
EARLY, LATE = 10, 23  # passes between which curves are compared


def measure(s: Settings, rows: Rows) -> dict[str, Measured]:
    """Our side of every claim."""
    training = rows["training"]
    arms = {name: pick(training, arm=name) for name in dict.fromkeys(row.cell["arm"] for row in training)}
    return {**_counts(arms), **_errors(arms), **_curves(arms["headline"]), **_methods(rows, arms), **_now(rows, arms)}


def _counts(arms: Mapping[str, Sequence[Row]]) -> dict[str, Measured]:
    ours, nips = zipcode.total(zipcode.counts()), zipcode.total(zipcode.nips_counts())
    shown = finished(arms["headline"], "presentations")
    return {
        "units": Count(ours.units),
        "connections": Count(ours.connections),
        "parameters": Count(ours.parameters),
        "control_links": Count(dense.connections(zipcode.CONTROL)),
        "presentations": Count(float(shown[0])) if len(shown) else None,
        "nips_units": Count(nips.units),
        "nips_connections": Count(nips.connections),
        "nips_parameters": Count(nips.parameters),
    }


def _errors(arms: Mapping[str, Sequence[Row]]) -> dict[str, Measured]:
    headline, control = arms["headline"], arms["control"]
    found: dict[str, Measured] = {
        "mse_train": {name: m.runs(headline, "train_mse", scale=half) for name, half in READINGS.items()},
        "mse_test": {
            name: m.runs_on_cases(headline, "square", cases=CASES, scale=half) if finite(headline) else None
            for name, half in READINGS.items()
        },
        "mse_ratio": _ratio_of_errors(headline),
        "better_than_control": m.difference_on_cases(headline, control, "wrong", scale=100),
        "fewer_maps": m.difference_on_cases(arms["fewer_maps"], headline, "wrong", scale=100),
    }
    for group, prefix in ((headline, ""), (control, "control_")):
        found |= {
            f"{prefix}train_error": m.runs(group, "train_error", scale=100),
            f"{prefix}test_error": m.runs_on_cases(group, "wrong", cases=CASES, scale=100) if finite(group) else None,
            f"{prefix}rejects": rejects(group),
        }
    return found


def finite(group: Sequence[Row]) -> list[Row]:
    """The networks that came to something."""
    return [row for row in group if not row.failed]


def rejects(group: Sequence[Row]) -> Runs | None:
    """Rejects that single networks need, in percent, a new one on a new test set of the paper's size."""
    if not finite(group):
        return None
    margins, wrong = stacked(group, "margin").astype(float), stacked(group, "wrong")
    between = case_variance_of_rejects(margins, wrong, CASES) + case_variance_of_rejects(margins, wrong, wrong.shape[1])
    values = finished(group, "rejects")
    return Runs(100 * values, failed=failures(group), sampling=100**2 * between, covers=("seeds", "test cases"))


def case_variance_of_rejects(margins: np.ndarray, wrong: np.ndarray, cases: int, goal: float = 0.01) -> float:
    # margins, wrong (nets, our cases)
    """Variance of the rejects needed, averaged over the nets, between test sets of `cases` cases drawn from ours."""
    rng = np.random.default_rng(m.SEED_OF_BOOTSTRAP)
    weights = rng.multinomial(cases, np.full(wrong.shape[1], 1 / wrong.shape[1]), DRAWS)
    means = np.zeros(DRAWS)
    for margin, missed in zip(margins, wrong, strict=True):
        order = np.argsort(-margin, kind="stable")
        kept = np.cumsum(weights[:, order], axis=1)
        errors = np.cumsum(weights[:, order] * missed[order], axis=1)
        enough = errors <= goal * kept  # keeping so many of the surest leaves few enough errors
        most = np.where(enough, kept, 0).max(axis=1)
        means += 1 - most / cases
    return float((means / len(margins)).var(ddof=1))


def _ratio_of_errors(group: Sequence[Row]) -> Simple:
    """Test over training error, both squared: single networks, a new one on a new test set."""
    if not finite(group):
        return None
    train = finished(group, "train_mse")
    on_cases = m.runs_on_cases(group, "square", cases=CASES)
    return Runs(
        on_cases.values / train,
        failed=on_cases.failed,
        sampling=on_cases.sampling / float(train.mean()) ** 2,
        covers=on_cases.covers,
    )


def _curves(headline: Sequence[Row]) -> dict[str, Measured]:
    """What is read off the paper's curves, for the same passes of ours."""
    if not finite(headline):
        return dict.fromkeys(("initial_mse", "first_pass", "late_train_mse", "late_test_mse"))
    curves, lost = stacked(headline, "curves"), failures(headline)
    found: dict[str, Measured] = {
        "initial_mse": {name: Runs(half * curves[:, 0, TEST_MSE], failed=lost) for name, half in READINGS.items()},
        "first_pass": Runs(100 * curves[:, 1, TEST_ERROR], failed=lost),
    }
    long = curves.shape[1] > LATE
    for column, name in ((TRAIN_MSE, "late_train_mse"), (TEST_MSE, "late_test_mse")):
        found[name] = Runs(curves[:, LATE, column] / curves[:, EARLY, column], failed=lost) if long else None
    return found


def _methods(rows: Rows, arms: Mapping[str, Sequence[Row]]) -> dict[str, Measured]:
    headline = arms["headline"]
    learned = np.array([0.0 if row.failed else 1.0 for row in headline])
    share = m.share(learned)
    return {
        "speed_of_second_order": passes_ratio(arms["sgd"], headline),
        "reliable": None if share is None else m.scaled(share, 100),
        "stochastic": passes_of_the_true_gradient(rows.get("true gradient", []), headline),
    }


def passes_ratio(slow: Sequence[Row], fast: Sequence[Row]) -> Quantity | None:
    """Passes that `slow` needs over passes that `fast` needs, to the training MSE that both reach, for equal seeds."""
    other = {row.seed: row for row in finite(fast)}
    pairs = [(row.arrays["curves"], other[row.seed].arrays["curves"]) for row in finite(slow) if row.seed in other]
    took = []
    for a, b in pairs:
        goal = max(a[-1, TRAIN_MSE], b[-1, TRAIN_MSE])
        took.append([first_below(a[:, TRAIN_MSE], goal), first_below(b[:, TRAIN_MSE], goal)])
    if not took:
        return None
    x, y = np.array(took, dtype=float).T
    return m.ratio(x, y, failed=failures([*slow, *fast]))


def first_below(curve: np.ndarray, goal: float) -> int:
    """The first pass, from the first on, after which a curve that gets there is at most `goal`."""
    return max(int(np.argmax(curve <= goal)), 1)


def passes_of_the_true_gradient(batch: Sequence[Row], online: Sequence[Row]) -> Quantity | None:
    """Median of the passes that the true gradient needs to where one pass, one digit at a time, leads with that seed.

    At the rate of the lowest median; seeds that do not get there count with all the passes that they were given, so
    that the median is a bound from below where many do not.
    """
    one = {row.seed: row.arrays["curves"][1, TRAIN_MSE] for row in finite(online) if len(row.arrays["curves"]) > 1}
    group = [row for row in finite(batch) if row.seed in one]
    if len(group) < 2:
        return None
    curves = stacked(group, "descent")  # (seeds, rates, passes + 1)
    below = np.less_equal(curves, np.array([one[row.seed] for row in group])[:, None, None])
    there: np.ndarray = below.any(axis=2)
    took = np.where(there, below.argmax(axis=2), curves.shape[2] - 1)
    best = int(np.argmin(np.median(took, axis=0)))
    low, high = intervals.median(took[:, best])
    unfinished = int(np.sum(~there[:, best]))
    return Quantity(float(np.median(took[:, best])), low, high, n=len(group), unfinished=unfinished, statistic="median")


def _now(rows: Rows, arms: Mapping[str, Sequence[Row]]) -> dict[str, Measured]:
    """Steps of the ladder to today, paired by seed, and what is left of the errors at its top."""
    rungs = {"1989": arms["headline"], **grouped(rows.get("ladder", []), "rung")}

    def step(to: str, start: str) -> Quantity | None:
        if to not in rungs or start not in rungs:
            return None
        return m.difference_on_cases(rungs[to], rungs[start], "wrong", scale=100, pairs=True)

    return {
        "now_softmax_train": m.runs(rungs["softmax"], "train_error", scale=100) if "softmax" in rungs else None,
        "now_shifts": step("shifts", "adam"),
        "now_dropout": step("dropout", "relu"),
        "now_left": _left(rungs["more passes"], rungs["1989"]) if "more passes" in rungs else None,
    }


def _left(now: Sequence[Row], then: Sequence[Row]) -> Quantity | None:
    """Errors of today's recipe over those of 1989's, for equal seeds, networks and test digits drawn again."""
    other = {row.seed: row for row in finite(then)}
    both = [(row.arrays["wrong"], other[row.seed].arrays["wrong"]) for row in finite(now) if row.seed in other]
    if len(both) < 2:
        return None
    new, old = (np.array([pair[k] for pair in both], dtype=float) for k in (0, 1))
    ratio = float(new.mean() / old.mean())
    low, high = intervals.difference_on_cases(new, ratio * old, pairs=True)  # the ratio's linear part, about nothing
    half = (high - low) / 2 / float(old.mean())
    return Quantity(
        ratio,
        ratio - half,
        ratio + half,
        n=len(new),
        failed=failures([*now, *then]),
        covers=("pairs of seeds", "test cases"),
        statistic="ratio of means",
    )
