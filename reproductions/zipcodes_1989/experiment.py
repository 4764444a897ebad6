"""The networks of 1989 trained as the paper tells, measured after every pass; and many settings side by side."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

import numpy as np

from core.datasets import digits
from core.evidence.classification import error_after_rejecting, error_and_mse, rejects_needed
from core.learning import optimizers
from core.learning.compiled import zipcode as compiled_zipcode
from core.learning.compiled import zipcode_batches
from core.learning.ops import squared_error
from core.learning.ordered import Entry
from core.learning.seeds import generator
from core.networks import dense, zipcode

# The configuration of the paper, with what it leaves unsaid as we chose it; every arm says what it changes in it.
HEADLINE: dict[str, Any] = {"net": "zipcode", "update": "sdlm", "init": "1/F", "table": "blocks", "border": -1.0}
HOPELESS = 0.5  # a network with this share of the training digits wrong at the end counts as failed
GOAL = 0.01  # error on the digits that are not rejected
SPREADS: dict[str, Callable[[int], float]] = {
    "1/F": lambda fan_in: 2.4 / fan_in,
    "1/sqrt(F)": lambda fan_in: 2.4 / fan_in**0.5,
}
RUNS = 25  # contiguous runs of digits into which the training file is cut; every fifth is held out
Arrays = dict[str, np.ndarray]
Set = tuple[np.ndarray, np.ndarray]  # images (N, 1, 16, 16) and labels (N,)


def split(cell: Mapping[str, Any]) -> tuple[Set, Set]:
    """Training and test set; for choosing settings, four fifths and one fifth of the training set.

    cell["split"] "validation" holds out every fifth digit, "blocks" every fifth of RUNS contiguous runs, so that digits
    of one writer, which follow each other in the file, are seldom on both sides.
    """
    data = digits.load(cell["data"])
    if cell["split"] == "test":
        return (data.train_x, data.train_y), (data.test_x, data.test_y)
    place = np.arange(len(data.train_y))
    held = (place % 5 if cell["split"] == "validation" else place * RUNS // len(place) % 5) == 4
    return (data.train_x[~held], data.train_y[~held]), (data.train_x[held], data.train_y[held])


class Net:
    """The network that a cell names: how it starts, one online pass, its outputs, and its loss as an ordered system."""

    def __init__(self, cell: Mapping[str, Any]) -> None:
        spread = SPREADS[cell["init"]]
        self.init: Callable[[np.random.Generator], Arrays]
        if cell["net"] == "control":
            self.init = partial(dense.init, sizes=zipcode.CONTROL, spread=spread)
            self.forward: Callable[..., Entry] = zipcode.control_outputs
            self.online_pass: Callable[..., Arrays] = compiled_zipcode.dense_pass
            self.outputs: Callable[..., np.ndarray] = compiled_zipcode.dense_outputs
        else:
            form: dict[str, Any] = {"table": zipcode.TABLES[cell["table"]], "borders": (-1.0, cell["border"])}
            bias = None if cell.get("bias") == "as weights" else 0.0
            self.init = partial(zipcode.init, spread=spread, table=form["table"], bias=bias)
            self.forward = partial(zipcode.outputs, **form)
            self.online_pass = partial(compiled_zipcode.convolutional_pass, **form)
            self.outputs = partial(compiled_zipcode.convolutional_outputs, **form)

    def loss(self, system: Any, parameters: Mapping[str, Entry], x: np.ndarray, t: np.ndarray) -> Entry:
        """Half the squared error of some patterns, for second derivatives."""
        outputs = self.forward(system, parameters, system.constant(x))
        entry: Entry = system.apply(squared_error, outputs, system.constant(t))
        return entry

    def start(self, cell: Mapping[str, Any], seeds: Sequence[int]) -> Arrays:
        """Initial parameters (R, ...) of several seeds."""
        alone = [self.init(generator(cell["entropy"], seed)) for seed in seeds]
        return {name: np.stack([p[name] for p in alone]) for name in alone[0]}


def descend(
    cell: Mapping[str, Any],
    net: Net,
    parameters: Arrays,
    eta: np.ndarray,
    mu: np.ndarray,
    train: Set,
    after: Callable[[int, Arrays], None],
) -> list[np.ndarray]:
    # parameters (R, ...), eta, mu (R,)
    """Train replicas in lockstep, each with its own eta and mu; after(pass, parameters) before and after every pass.

    Second derivatives are estimated before every pass, or with cell["curvature"] "once" before the first alone. Returns
    their quantiles in each group of weights, one array (R, groups, 5) for every estimate.
    """
    x, targets = train[0], digits.targets(train[1])
    seen = []
    after(0, parameters)
    rates = _each(parameters, lambda value: _like(eta, value) + np.zeros_like(value))
    for number in range(1, cell["passes"] + 1):
        if cell["update"] == "sdlm" and (number == 1 or cell.get("curvature") != "once"):
            wanted = min(cell["curvature_patterns"], len(x))
            some = (np.arange(wanted) * len(x) // wanted + number - 1) % len(x)
            h = optimizers.mean_curvatures_each(net.loss, parameters, x[some], targets[some])
            rates = _each(h, lambda value: _like(eta, value) / (_like(mu, value) + value))
            seen.append(quantiles(h))
        parameters = net.online_pass(parameters, rates, x, targets)
        after(number, parameters)
    return seen


def _each(values: Mapping[str, np.ndarray], function: Callable[[np.ndarray], np.ndarray]) -> Arrays:
    return {name: function(value) for name, value in values.items()}


def _like(numbers: np.ndarray, value: np.ndarray) -> np.ndarray:
    # (R,) -> (R, 1, ...), to meet value (R, ...)
    return numbers.reshape(-1, *[1] * (value.ndim - 1))


def measures(outputs: np.ndarray, labels: np.ndarray) -> np.ndarray:
    # (R, N, 10), (N,) -> (R, 2)
    """Share misclassified and mean squared error."""
    return np.stack(error_and_mse(outputs, labels, digits.targets(labels)), axis=-1)


def learn(cell: Mapping[str, Any], seeds: Sequence[int]) -> list[dict[str, Any]]:
    """Train one network per seed, in lockstep, as `cell` says, and measure every pass on both sets.

    When settings are chosen only the end is measured.
    """
    train, test = split(cell)
    net = Net(cell)
    curves: list[np.ndarray] = []
    last: dict[str, Any] = {}

    def after(number: int, parameters: Arrays) -> None:
        if cell["split"] == "test" or number == cell["passes"]:
            on_train, on_test = net.outputs(parameters, train[0]), net.outputs(parameters, test[0])
            curves.append(np.concatenate([measures(on_train, train[1]), measures(on_test, test[1])], axis=-1))
            last.update(parameters=parameters, outputs=on_test)

    ones = np.ones(len(seeds))
    curvatures = descend(cell, net, net.start(cell, seeds), cell["rate"] * ones, cell["mu"] * ones, train, after)
    history = np.stack(curves, axis=1)  # (R, passes + 1, 4); when settings are chosen (R, 1, 4)
    found = []
    for r in range(len(seeds)):
        one = closing(history[r], last["outputs"][r], test[1])
        if cell["split"] == "test":
            one |= cases(last["outputs"][r], test[1])
            if cell["update"] == "sdlm":
                one["curvatures"] = np.stack([h[r] for h in curvatures])
            if cell["net"] == "zipcode":
                one["kernels"] = last["parameters"]["w1"][r]
        found.append(one | {"presentations": float(cell["passes"] * len(train[0]))})
    return found


def quantiles(h: Mapping[str, np.ndarray]) -> np.ndarray:
    # (R, ...) by parameter -> (R, parameter, 5)
    return np.stack(
        [np.quantile(v.reshape(len(v), -1), (0, 0.25, 0.5, 0.75, 1), axis=1).T for _, v in sorted(h.items())], axis=1
    )


def closing(curves: np.ndarray, outputs: np.ndarray, labels: np.ndarray) -> dict[str, Any]:
    # curves (passes measured, 4), outputs (N, 10), labels (N,)
    """The measurements of one finished network; one that diverged or did not learn says so."""
    failed = {}
    if not np.all(np.isfinite(curves)):
        passes = np.flatnonzero(~np.isfinite(curves).all(axis=1))
        failed = {"failed": f"diverged in pass {passes[0]}" if len(curves) > 1 else "diverged"}
    elif curves[-1, 0] >= HOPELESS:
        failed = {"failed": "did not learn: half of the training digits or more are wrong at the end"}
    train_error, train_mse, test_error, test_mse = curves[-1]
    return {
        "train_error": train_error,
        "train_mse": train_mse,
        "test_error": test_error,
        "test_mse": test_mse,
        "rejects": rejects_needed(error_after_rejecting(outputs, labels), GOAL),
        "curves": curves,
        **failed,
    }


def cases(outputs: np.ndarray, labels: np.ndarray) -> dict[str, np.ndarray]:
    # outputs (N, 10), labels (N,) -> arrays (N,)
    """What a network does with every test digit: the answer, whether it is wrong, how sure, and the squared error."""
    answer = outputs.argmax(axis=-1)
    top = np.sort(outputs, axis=-1)
    return {
        "answer": answer.astype(np.int8),
        "wrong": answer != labels,
        "margin": (top[:, -1] - top[:, -2]).astype(np.float32),
        "square": np.square(outputs - digits.targets(labels)).mean(axis=-1).astype(np.float32),
    }


def at_points(cell: Mapping[str, Any], seeds: Sequence[int]) -> list[dict[str, Any]]:
    """Train each seed once for every point (eta over mu, mu) of cell["points"], all in lockstep.

    Measures after the passes of cell["measured"], into arrays by point: curves (points, passes measured, 4), rejects
    and lost (points,): whether the network diverged or did not learn.
    """
    train, test = split(cell)
    net, points = Net(cell), np.array(cell["points"], dtype=float)
    start = net.start(cell, seeds)
    curves: list[np.ndarray] = []
    outputs: list[np.ndarray] = []

    def after(number: int, parameters: Arrays) -> None:
        if number in cell["measured"] or number == cell["passes"]:
            both = [(net.outputs(parameters, x), labels) for x, labels in (train, test)]
            curves.append(np.concatenate([measures(y, labels) for y, labels in both], axis=-1))
            outputs[:] = [both[1][0]]

    eta, mu = np.tile(points[:, 0] * points[:, 1], len(seeds)), np.tile(points[:, 1], len(seeds))
    descend(cell, net, _each(start, lambda value: np.repeat(value, len(points), axis=0)), eta, mu, train, after)
    history = np.stack(curves, axis=1)
    found = []
    for k in range(len(seeds)):
        own = slice(k * len(points), (k + 1) * len(points))
        curve, answers = history[own], outputs[0][own]
        lost = ~np.isfinite(curve).all(axis=(1, 2)) | (curve[:, -1, 0] >= HOPELESS)
        found.append(
            {
                "curves": curve,
                "rejects": np.array([rejects_needed(error_after_rejecting(y, test[1]), GOAL) for y in answers]),
                "lost": lost,
                "presentations": float(cell["passes"] * len(train[0]) * len(points)),
            }
        )
    return found


def true_gradient(cell: Mapping[str, Any], seeds: Sequence[int]) -> list[dict[str, Any]]:
    """Train each seed at every rate of cell["rates"] by the slope over all training digits, one step for each pass.

    Returns the mean squared error on them after every pass, (rates, passes + 1).
    """
    (x, labels), _ = split(cell)
    net, rates = Net(cell), np.array(cell["rates"], dtype=float)
    parts = zipcode_batches.Parts(zipcode.TABLES[cell["table"]], (-1.0, cell["border"]), softmax=False)
    p = _each(net.start(cell, seeds), lambda value: np.repeat(value, len(rates), axis=0))
    own = np.tile(rates, len(seeds))
    rule = zipcode_batches.Rule(_each(p, lambda value: _like(own, value) + np.zeros_like(value)))
    order = np.tile(np.arange(len(x)), (len(own), 1))
    mse = [measures(net.outputs(p, x), labels)[:, 1]]
    for _ in range(cell["passes"]):
        p = zipcode_batches.pass_of_batches(p, rule, x, labels, order, parts=parts, batch=len(x))
        mse.append(measures(net.outputs(p, x), labels)[:, 1])
    curves = np.stack(mse, axis=1).reshape(len(seeds), len(rates), -1)
    shown = float(cell["passes"] * len(x) * len(rates))
    return [{"descent": curve, "presentations": shown} for curve in curves]
