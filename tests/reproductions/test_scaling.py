"""Scale: the quick preset end to end, and its parts."""

import json
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest

from core.datasets.history import COSTS, SYSTEMS
from core.evidence.power_laws import JOINT, OFFSET, PLAIN
from core.evidence.trials import Row
from core.learning import checks, training
from reproductions.cli import rooms
from reproductions.scaling import claims, film, now, run
from reproductions.scaling import experiment as experiments
from reproductions.scaling import laws as scaling_laws
from reproductions.scaling.settings import PRESETS, Settings

LM = {"text": "topics", "features": 8, "looked_at": 2000, "entropy": 1}


def row(cell, seed=0, **values):
    return Row(cell, seed, False, "", values, {}, 0.0)


def test_the_quick_run_measures_every_claim_and_draws_every_figure(quick_of):
    folder, record, _ = quick_of("scaling")
    paper = rooms.paper_of("scaling")
    assert [claim["id"] for claim in record["claims"]] == [claim.id for claim in paper.claim]
    assert not {claim["id"] for claim in record["claims"] if claim["outcome"] == "not measured"}
    drawn = {path.stem for path in (folder / "figures").glob("*.svg")}
    assert {figure.id for figure in paper.figure} <= drawn
    tables = {table["id"]: table for table in record["tables"]}
    losses = [line[-2] for line in tables["text"]["rows"]]
    assert len(losses) == 12  # 4 sizes, 3 lengths of text
    assert min(losses) < 2.6 < np.log(94)
    for line in tables["held_out"]["rows"]:
        found, foretold, low, high, above = line[4:]
        assert low < high
        assert above == pytest.approx(100 * (found / foretold - 1))
    chosen = {tuple(line[:3]) for line in tables["tuning"]["rows"] if line[-1]}
    assert chosen == {tuple(line[:3]) for line in tables["tuning"]["rows"]}
    ratio = {line[0]: line[3] for line in tables["gradients"]["rows"] if "by rule" in line[1]}
    assert ratio[9760] == pytest.approx(3254, abs=0.5)
    assert ratio[405000000000] == pytest.approx(1.35e11, rel=1e-3)
    years = {line[0]: line[2:] for line in tables["years"]["rows"]}
    assert years["zip codes, 1989"][:2] == ["3 days", "26.7 years"]
    assert years["AlexNet"][1] == "301,000 years"
    assert years["Llama 3.1 405B"][:2] == [None, None]
    hours = {line[0]: line for line in tables["hours"]["rows"]}
    assert hours["Symmetry"][2] == "12.9 minutes"  # 6-2-1, 64 patterns, 1,425 sweeps, on an IBM 704
    published = json.dumps(record["tables"])
    assert "zipcodes_1989" not in published, "a record must not depend on other records"


def test_a_language_model_learns_and_its_looks_are_in_order():
    cell = {**LM, "size": 3000, "examples": 10001, "passes": 2, "looks": 4, "rate": 0.01}
    found = experiments.characters(cell, [0])[0]
    assert found["looks"][:, 0].tolist() == [78 * 64, 10001, 10001 + 79 * 64, 20002]
    assert found["test"] < found["looks"][0, 2]
    assert found["tune"] == found["looks"][:, 1].min()
    again = experiments.characters(cell, [0])[0]
    assert again["test"] == found["test"]
    with np.errstate(all="ignore"):
        assert experiments.characters({**cell, "rate": 1e300}, [0])[0] == {"failed": "diverged"}


def test_a_mixture_is_told_of_the_network_whose_loss_is_told():
    cell = {**LM, "size": 2000, "examples": 5000, "passes": 1, "looks": 1, "rate": 0.01}
    found = experiments.characters_beside_counts(cell, [0])[0]
    assert found["test"] == experiments.characters(cell, [0])[0]["test"]
    counted = experiments._counted("topics", 2000)
    worst = -np.log(counted / 2).mean(axis=1)  # a network of no use at all
    for order in experiments.MIXED:
        assert found[f"mixed_{order}"] < worst[order - 1]
        assert found[f"mixed_{order}"] < found["test"]


def test_probabilities_are_those_of_the_loss():
    _, p = experiments._characters({**LM, "size": 2000, "examples": 3000, "passes": 1, "looks": 1, "rate": 0.01},
                                   np.random.default_rng(0))  # fmt: skip
    x, y = experiments._parts("topics", 2000, experiments.CONTEXT)[1]
    assert -np.log(experiments.probabilities(p, x, y)).mean() == pytest.approx(experiments.mean_loss(p, x, y), rel=1e-5)


@pytest.mark.parametrize(
    ("shown", "examples", "size"), [(20, 10, 4), (23, 10, 4), (3, 10, 4), (10, 10, 10), (25, 5, 5)]
)
def test_steps_are_those_that_the_batches_take(shown, examples, size):
    x = np.zeros((examples, 1))
    batches = list(training.batches(x, x[:, 0], size, shown, np.random.default_rng(0)))
    assert experiments.steps_of(shown, examples, size) == len(batches)


def test_digits_get_better_with_examples():
    cell = {"data": "embedded", "hidden": 20, "shown": 6000, "rate": 0.01, "entropy": 1}
    few, many = (experiments.digits({**cell, "examples": m}, [0])[0] for m in (60, 1200))
    assert many["error"] < few["error"] < 0.6
    held = experiments.digits({**cell, "examples": 600, "tuning": True}, [0])[0]
    assert held["error"] < 0.4


# Then and now.


@pytest.mark.parametrize("units", ["tanh", "gated"])
def test_gradients_of_a_rung_are_measured_slopes(units):
    cell = {"context": 3, "features": 2, "units": units, "size": 120}
    rng = np.random.default_rng(0)
    p = {name: value.astype(float) for name, value in now.start(rng, cell, 7).items()}
    assert ("g" in p) == (units == "gated")
    x, y = rng.integers(0, 7, (5, 3)), rng.integers(0, 7, 5)
    checks.require(checks.full_error(now.loss, p, x, y), units)


def test_rungs_have_equal_sizes_and_see_the_same_places():
    sizes = {}
    for rung in run.rungs(PRESETS["paper"]):
        p = now.start(np.random.default_rng(0), rung, 65)
        sizes[rung["rung"]] = sum(value.size for value in p.values())
    assert all(abs(size / 100000 - 1) < 0.01 for size in sizes.values()), sizes
    codes = np.arange(40)
    (x8, y8), (x16, y16) = now.windows(codes, 8), now.windows(codes, 16)
    assert np.array_equal(y8, y16)
    assert np.array_equal(x8, x16[:, 8:])


def test_each_rung_changes_one_thing():
    cells = [{k: v for k, v in rung.items() if k != "rung"} for rung in run.rungs(PRESETS["paper"])]
    for before, after in pairwise(cells):
        assert sum(before[name] != after[name] for name in before) == 1


# Laws.


def test_laws_foretell_what_was_held_out_or_miss_it():
    x = np.tile(np.array([100.0, 300, 1000, 3000, 10000]), 4)
    y = (0.02 + 3 * x**-0.5) * np.exp(np.random.default_rng(0).normal(0, 0.01, len(x)))
    law = scaling_laws.law(x[None], y, x, x == x.max(), 40)
    found = law.found_over_foretold()
    assert found.low < 1 < found.high < 1.1
    assert law.misfit(held=False).estimate < 2
    exponent = law.exponent(0)
    assert exponent.low - 0.1 < 0.5 < exponent.high + 0.1
    broken = scaling_laws.law(x[None], np.where(x == x.max(), 3 * y, y), x, x == x.max(), 40).found_over_foretold()
    assert broken.estimate == pytest.approx(3, rel=0.1)
    assert broken.low > 2.5


def test_departures_are_those_of_the_means_of_groups():
    x = np.repeat([100.0, 1000.0, 10000.0], 2)
    y = np.array([1.0, 1.0, 0.1, 0.1, 0.01, 0.01]) * np.exp([0.3, -0.3, 0.2, -0.2, 0.1, -0.1])
    law = replace(scaling_laws.law(x[None], y, x, x < 0, 2, PLAIN), fit=np.array([np.log(100), 1.0]))
    assert law.misfits()[0] == pytest.approx(0, abs=1e-9)  # runs scatter by 30 %, the means of their logarithms do not
    off = replace(law, fit=np.array([np.log(110), 1.0]))
    assert off.misfits()[0] == pytest.approx(100 * np.log(1.1))
    assert law.freedom == 3


@pytest.mark.parametrize(("sets", "at_least"), [(10, 0.7), pytest.param(60, 0.88, marks=pytest.mark.slow)])
@pytest.mark.parametrize("form", [PLAIN, OFFSET])
def test_intervals_of_what_is_foretold_hold_what_they_promise(form, sets, at_least):
    x, inside = np.repeat(np.geomspace(100, 6e4, 7), 5), []
    for seed in range(sets):
        noise = np.random.default_rng(seed).normal(0, 0.05, len(x))
        y = ((0.02 if form.floor else 0) + 2 * x**-0.4) * np.exp(noise)
        found = scaling_laws.law(x[None], y, x, x == x.max(), 40, form).found_over_foretold()
        inside.append(found.low <= 1 <= found.high)
    assert np.mean(inside) >= at_least


def test_data_for_size_is_the_ratio_of_the_exponents():
    n, d = (a.ravel().repeat(3) for a in np.meshgrid(np.geomspace(1e3, 1e6, 6), np.geomspace(2e4, 1e6, 5)))
    groups = np.array([f"{a:.0f} {b:.0f}" for a, b in zip(n, d, strict=True)])
    inside = []
    for seed in range(6):
        noise = np.exp(np.random.default_rng(seed).normal(0, 0.002, len(n)))
        law = scaling_laws.law(
            np.stack([n, d]), ((4e5 / n) ** (0.08 / 0.10) + 3e6 / d) ** 0.10 * noise, groups, n < 0, 20, JOINT
        )
        found = claims.data_for_size(law)
        assert found.estimate == pytest.approx(0.8, abs=0.05)
        assert law.misfits()[0] < 0.3
        inside.append(found.low <= 0.8 <= found.high)
    assert sum(inside) >= 4


def planted_runs(alpha, beta, noise=0.0, seed=0):
    rng = np.random.default_rng(seed)
    runs = [
        [n, 6 * n * d, d, 20 / n**alpha + 30 / d**beta]
        for n in np.geomspace(1e3, 1e6, 8)
        for d in np.geomspace(2e4, 1e6, 5)
        for _ in range(3)
    ]
    found = np.array(runs)
    found[:, 3] *= np.exp(rng.normal(0, noise, len(found)))
    return found


@pytest.mark.parametrize(("alpha", "beta"), [(0.3, 0.3), (0.35, 0.25)])
def test_the_best_size_for_a_budget_grows_as_planted(alpha, beta):
    found = scaling_laws.frontier(planted_runs(alpha, beta, 0.002), draws=20)
    assert found["best size"].estimate == pytest.approx(beta / (alpha + beta), abs=0.06)
    assert found["best size"].low < found["best size"].estimate < found["best size"].high
    assert found["least loss"].estimate == pytest.approx(alpha * beta / (alpha + beta), abs=0.02)
    for one in scaling_laws.budgets(planted_runs(alpha, beta)):
        assert one.sizes[0] <= one.best <= one.sizes[-1]
        assert one.loss <= one.losses.min() * 1.005
        ours = (alpha * 20 / (beta * 30)) ** (1 / (alpha + beta)) * (one.operations / 6) ** (beta / (alpha + beta))
        assert one.best == pytest.approx(ours, rel=0.5)


def test_intervals_of_the_frontier_hold_what_single_seeds_scatter_about():
    exact = scaling_laws.frontier(planted_runs(0.3, 0.3), draws=2)["best size"].estimate
    found = [scaling_laws.frontier(planted_runs(0.3, 0.3, 0.01, seed), draws=20)["best size"] for seed in range(10)]
    assert sum(one.low <= exact <= one.high for one in found) >= 7


def test_without_runs_at_equal_budgets_there_is_no_frontier():
    runs = np.array([[1e3, 1e9, 1e5, 2.0], [1e4, 1e10, 1e5, 1.8]])
    assert scaling_laws.budgets(runs) == []
    assert scaling_laws.frontier(runs, draws=3) == {}


# Claims.


def models(loss, seeds=3):
    sizes, lengths = (1000, 10000), (20000, 80000, 320000)
    return [
        row({"size": n, "examples": d}, k, test=loss(n, d) * (1 + 1e-6 * k)) for n in sizes for d in lengths
        for k in range(seeds)
    ]  # fmt: skip


@pytest.mark.parametrize(("factor", "expected"), [(1, 0), (4, 2), (2, 1), (0.5, -1)])
def test_halvings_of_the_text_by_hand(factor, expected):
    """A larger model that needs a quarter of the text saves two halvings; one that needs twice as much loses one."""
    s = Settings(sizes=((1000, 4), (10000, 8), (20000, 8)), examples=(20000, 80000, 320000))
    rows = {"text": models(lambda n, d: (d * (factor if n == 10000 else 1)) ** -0.1)}
    found = claims._saved(s, rows, 1000, 10000)
    assert found.estimate == pytest.approx(expected, abs=1e-3)


def test_the_worst_shape_above_the_best_by_hand():
    s = Settings(shapes=(2, 4, 8))
    losses = {2: 2.06, 4: 2.0, 8: 2.02}
    rows = {"shapes": [row({"features": f}, k, test=loss) for f, loss in losses.items() for k in range(3)]}
    assert claims._shape(s, rows).estimate == pytest.approx(3)


def test_the_shift_of_the_exponent_by_hand():
    s = Settings()
    rows = {
        "digits": [
            row({"hidden": h, "examples": m}, k, error=scale * m**-b)
            for h, scale, b in ((300, 2.0, 0.5), (30, 3.0, 0.45))
            for m in s.train_sizes
            for k in range(5)
        ]
    }
    found = claims._shift(s, rows)
    assert found.estimate == pytest.approx(0.05)
    assert found.low == pytest.approx(found.high)


def test_doubling_times_are_those_planted(monkeypatch):
    planted = [(f"system {k}", 1990.0 + k, 1.0, 2.0 ** (k / 0.75), "") for k in range(20)]
    monkeypatch.setattr(claims, "SYSTEMS", planted)
    assert claims.doubling(1990, 2010) == pytest.approx(9)


def test_doubling_times_of_the_listed_systems():
    assert 4 < claims.doubling(2010, 2030) < 8
    assert claims.doubling(2010, 2030, "AlexNet") != claims.doubling(2010, 2030)
    assert len(SYSTEMS) == 22
    assert len(claims.listed(1950, 2010)) == 15
    assert COSTS[-1][1] == 4.05e11


def test_settings_leave_digits_to_tune_on_and_sizes_to_fit():
    with pytest.raises(ValueError, match="tuned_on must be below"):
        Settings(tuned_on=60000)
    with pytest.raises(ValueError, match="held_out must be below"):
        Settings(held_out=8)


def test_the_film_reads_losses_between_runs_and_none_beyond_them():
    runs = np.array([[10, 1e2, 1, 4.0], [10, 1e4, 2, 1.0], [20, 1e3, 1, 3.0], [20, 1e3, 1, 5.0]])
    small, large = film.curves(runs)
    assert (small.size, large.size) == (10, 20)
    assert film.at(small, 1e3) == pytest.approx(2.0)
    assert large.loss == pytest.approx([4.0])
    assert np.isnan(film.at(small, 1e5))
