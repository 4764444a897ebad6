"""LeCun, Boser, Denker, Henderson, Howard, Hubbard and Jackel (1989): handwritten zip codes, straight from pixels."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from functools import partial
from itertools import product
from typing import Annotated, Any, Literal

import numpy as np
from pydantic import BaseModel, ConfigDict, Field

from core.datasets import digits
from core.evidence.classification import error_after_rejecting, error_and_mse, single_run
from core.evidence.record import Ours
from core.evidence.run import Result, Run
from core.evidence.summaries import difference, exactly, finished, over_seeds, passes_ratio
from core.evidence.trials import Row
from core.evidence.tuning import tune
from core.learning import optimizers
from core.learning.compiled import zipcode as compiled_zipcode
from core.learning.compiled.vectors import LANES
from core.learning.ops import squared_error
from core.learning.seeds import generator
from core.networks import dense, zipcode
from reproductions.zipcodes_1989.tables import LABELS, SWEEP_MEASURES, figures, gather, tables

__all__ = ["PRESETS", "Settings", "figures", "run"]

Rate = Annotated[float, Field(gt=0, le=10)]


class Settings(BaseModel):
    """Everything that is free in this reproduction. The paper fixes passes and sizes; the rest is listed as assumed."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    data: Literal["embedded", "usps"] = "usps"
    passes: int = Field(23, ge=1, le=1000)
    seeds: int = Field(30, ge=1, le=10000)
    sweep_seeds: int = Field(10, ge=1, le=10000)
    tuning_seeds: int = Field(8, ge=1, le=10000)
    etas: tuple[Rate, ...] = Field((3e-5, 1e-4, 3e-4, 1e-3, 3e-3), min_length=1)
    mus: tuple[Rate, ...] = Field((0.005, 0.02, 0.08, 0.32), min_length=1)
    sgd_rates: tuple[Rate, ...] = Field((3e-4, 1e-3, 3e-3, 1e-2, 3e-2), min_length=1)
    curvature_patterns: int = Field(500, ge=1, le=7291)
    entropy: int = Field(1989, ge=0)


PRESETS = {
    "quick": Settings(
        data="embedded", passes=10, seeds=8, sweep_seeds=4, tuning_seeds=2, etas=(3e-4, 1e-3), mus=(0.02,),
        sgd_rates=(1e-2, 3e-2), curvature_patterns=100,
    ),
    "paper": Settings(),
}  # fmt: skip

# The arms of the experiment: what each changes in the headline configuration. Those with a rate of their own are tuned.
HEADLINE = {"net": "zipcode", "update": "sdlm", "init": "1/F", "table": "blocks", "border": -1.0}
TUNED: dict[str, dict[str, Any]] = {
    "headline": {},
    "sgd": {"update": "sgd"},
    "init_sqrt": {"init": "1/sqrt(F)"},
    "control": {"net": "control"},
    "fewer_maps": {"table": "half"},
}
INHERITED: dict[str, dict[str, Any]] = {
    "other_table": {"table": "cyclic"},
    "zero_border": {"border": 0.0},
}
HOPELESS = 0.5  # a network with this share of the training digits wrong at the end counts as failed
SPREADS = {"1/F": lambda fan_in: 2.4 / fan_in, "1/sqrt(F)": lambda fan_in: 2.4 / fan_in**0.5}


def learn(cell: Mapping[str, Any], seeds: Sequence[int]) -> list[dict[str, Any]]:
    """Train one network per seed, in lockstep, as `cell` says, and measure every pass on both sets."""
    (train_x, train_y), (test_x, test_y) = split(cell)
    init, one_pass, outputs, loss = network(cell)
    targets = digits.targets(train_y)
    alone = [init(generator(cell["entropy"], seed)) for seed in seeds]
    parameters = {name: np.stack([p[name] for p in alone]) for name in alone[0]}
    curves, curvatures = [], []
    for number in range(cell["passes"] + 1):
        if number:
            rates = optimizers.uniform_rates(parameters, cell["rate"])
            if cell["update"] == "sdlm":
                wanted = min(cell["curvature_patterns"], len(train_x))
                some = (np.arange(wanted) * len(train_x) // wanted + number - 1) % len(train_x)
                h = optimizers.mean_curvatures_each(loss, parameters, train_x[some], targets[some])
                rates = optimizers.levenberg_marquardt_rates(h, eta=cell["rate"], mu=cell["mu"])
                curvatures.append(quantiles(h))
            parameters = one_pass(parameters, rates, train_x, targets)
        if cell["split"] == "test" or number == cell["passes"]:
            on_train, on_test = outputs(parameters, train_x), outputs(parameters, test_x)
            both = (on_train, train_y), (on_test, test_y)
            curves.append(np.stack([m for y, t in both for m in error_and_mse(y, t, digits.targets(t))], axis=-1))
    history = np.stack(curves, axis=1)  # (R, passes + 1, 4); when tuning (R, 1, 4)
    h_history = np.stack(curvatures, axis=1) if curvatures else np.zeros((len(seeds), 0, 0, 0))
    kernels = parameters["w1"] if cell["net"] == "zipcode" else np.zeros((len(seeds), 0))
    presented = float(cell["passes"] * len(train_x))
    return [
        closing(history[r], on_test[r], test_y, h_history[r], kernels[r]) | {"presentations": presented}
        for r in range(len(seeds))
    ]


def split(cell: Mapping[str, Any]) -> tuple[tuple[np.ndarray, np.ndarray], tuple[np.ndarray, np.ndarray]]:
    """Training and test set; for tuning, four fifths and one fifth of the training set."""
    data = digits.load(cell["data"])
    if cell["split"] == "test":
        return (data.train_x, data.train_y), (data.test_x, data.test_y)
    held = np.arange(len(data.train_y)) % 5 == 4
    return (data.train_x[~held], data.train_y[~held]), (data.train_x[held], data.train_y[held])


def network(cell: Mapping[str, Any]) -> tuple[Any, Any, Any, Any]:
    """init(rng), one online pass, outputs, and the loss as an ordered system, for the network that `cell` names."""
    spread = SPREADS[cell["init"]]
    forward: Any
    if cell["net"] == "control":
        init = partial(dense.init, sizes=zipcode.CONTROL, spread=spread)
        forward = zipcode.control_outputs
        passes: tuple[Any, Any] = compiled_zipcode.dense_pass, compiled_zipcode.dense_outputs
    else:
        form: dict[str, Any] = {"table": zipcode.TABLES[cell["table"]], "borders": (-1.0, cell["border"])}
        init = partial(zipcode.init, spread=spread, table=form["table"])
        forward = partial(zipcode.outputs, **form)
        passes = (
            partial(compiled_zipcode.convolutional_pass, **form),
            partial(compiled_zipcode.convolutional_outputs, **form),
        )

    def loss(system, parameters, x, t):
        return system.apply(squared_error, forward(system, parameters, system.constant(x)), system.constant(t))

    return init, *passes, loss


def operations(cell: Mapping[str, Any]) -> int:
    """Multiply-accumulates of one presentation."""
    if cell["net"] == "control":
        return dense.operations(zipcode.CONTROL)
    return zipcode.operations(zipcode.TABLES[cell["table"]])


def quantiles(h: Mapping[str, np.ndarray]) -> np.ndarray:
    # (R, ...) by parameter -> (R, parameter, 5)
    return np.stack(
        [np.quantile(v.reshape(len(v), -1), (0, 0.25, 0.5, 0.75, 1), axis=1).T for _, v in sorted(h.items())], axis=1
    )


def closing(
    curves: np.ndarray, outputs: np.ndarray, labels: np.ndarray, curvatures: np.ndarray, kernels: np.ndarray
) -> dict[str, Any]:
    """The measurements of one finished network; one that diverged or did not learn says so."""
    failed = {}
    if not np.all(np.isfinite(curves)):
        passes = np.flatnonzero(~np.isfinite(curves).all(axis=1))
        failed = {"failed": f"diverged in pass {passes[0]}" if len(curves) > 1 else "diverged"}
    elif curves[-1, 0] >= HOPELESS:
        failed = {"failed": "did not learn: half of the training digits or more are wrong at the end"}
    return {
        "train_error": curves[-1, 0], "train_mse": curves[-1, 1],
        "test_error": curves[-1, 2], "test_mse": curves[-1, 3],
        **single_run(outputs, labels, digits.targets(labels), goal=0.01),
        "curves": curves, "rejection": error_after_rejecting(outputs, labels)[: len(labels) // 2],
        "curvatures": curvatures, "kernels": kernels, "predictions": outputs.argmax(axis=-1).astype(np.int8), **failed,
    }  # fmt: skip


def prepare(settings: Settings, *, quiet: bool) -> None:
    """Find or fetch the data before any work starts."""
    digits.load(settings.data, quiet=quiet)


def run(settings: Settings, run: Run) -> Result:
    """Choose rates on the validation split, train every arm, and measure each claim."""
    common = settings.model_dump(include={"data", "passes", "curvature_patterns", "entropy"})
    grid = [{"rate": eta, "mu": mu} for eta, mu in product(settings.etas, settings.mus)]
    plain = [{"rate": rate, "mu": 0.0} for rate in settings.sgd_rates]
    chosen, sweep = tune(
        run,
        learn,
        {
            name: ({**common, **HEADLINE, **change, "split": "validation"}, plain if name == "sgd" else grid)
            for name, change in TUNED.items()
        },
        seeds=settings.tuning_seeds,
        score=("test_error", "test_mse"),
        measures=SWEEP_MEASURES,
        block=LANES,
        title="Every setting tried, on the validation fifth of the training set",
        labels=LABELS,
    )
    arms = {name: {**HEADLINE, **change, **chosen[name]} for name, change in TUNED.items()}
    arms |= {name: {**arms["headline"], **change} for name, change in INHERITED.items()}
    many = {"headline": settings.seeds, "control": settings.seeds}
    cells = [
        ({"arm": name, **common, **arm, "split": "test"}, range(many.get(name, settings.sweep_seeds)))
        for name, arm in arms.items()
    ]
    rows = run.trials("training", learn, cells, block=LANES)
    by_arm = {name: [row for row in rows if row.cell["arm"] == name] for name in arms}
    data = digits.load(settings.data)
    arrays = gather(by_arm, data.test_x[:, 0], data.test_y)
    presentations = sum(int(row.values.get("presentations", 0)) for row in run.rows)
    return run.result(
        measure(by_arm),
        seeds=range(settings.seeds),
        arrays=arrays,
        presentations=presentations,
        operations=sum(int(row.values.get("presentations", 0)) * operations(row.cell) for row in run.rows),
        operations_are="multiply-accumulates of forward and backward passes, counted from the layers' sizes",
        seconds_each=float(np.mean([row.seconds for row in by_arm["headline"]])),
        data=data.sha256,
        measurements={
            "tables": [*tables(by_arm, len(data.test_y)), sweep],
            "chosen": chosen,
            "words": {"training_digits": len(data.train_y), "always_wrong": int(arrays.get("always_wrong", 0))},
        },
    )


def measure(arms: Mapping[str, list[Row]]) -> dict[str, Ours | None]:
    """Our side of every claim, by its id in papers/lecun1989.toml."""
    count, headline, control = zipcode.total(zipcode.counts()), arms["headline"], arms["control"]
    presented = finished(headline, "presentations")
    measured: dict[str, Ours | None] = {
        "units": exactly(count.units),
        "connections": exactly(count.connections),
        "parameters": exactly(count.parameters),
        "control_links": exactly(dense.connections(zipcode.CONTROL)),
        "presentations": exactly(presented[0]) if len(presented) else None,
        "better_than_control": difference(headline, control, "test_error", scale=100),
        "fewer_maps": difference(arms["fewer_maps"], headline, "test_error", scale=100),
        "speed_of_second_order": passes_ratio(arms["sgd"], headline, "curves", 1),
    }
    for scale, suffix in ((1.0, ""), (0.5, "_half")):
        measured["mse_train" + suffix] = over_seeds(headline, "train_mse", scale=scale)
        measured["mse_test" + suffix] = over_seeds(headline, "test_mse", scale=scale, sampling="test_mse_se")
    for rows, prefix in ((headline, ""), (control, "control_")):
        measured[prefix + "train_error"] = over_seeds(rows, "train_error", scale=100)
        measured[prefix + "test_error"] = over_seeds(rows, "test_error", scale=100, sampling="test_error_se")
        measured[prefix + "rejects"] = over_seeds(rows, "rejects", scale=100, sampling="rejects_se")
    return measured


if __name__ == "__main__":
    from reproductions.cli.main import main

    main(["run", "zipcodes_1989", *sys.argv[1:]])
