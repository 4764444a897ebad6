"""Scale: the quick preset end to end, and its parts."""

import numpy as np
import pytest

from core.datasets.history import COSTS, SYSTEMS
from core.evidence.power_laws import OFFSET, PLAIN
from core.learning import ngrams, training
from reproductions import scaling
from reproductions.cli import execute
from reproductions.scaling import claims as scaling_claims
from reproductions.scaling import experiment as experiments
from reproductions.scaling import laws as scaling_laws


def test_the_quick_run_measures_every_claim_and_draws_every_figure(quick_of):
    folder, record, _ = quick_of("scaling")
    paper = execute.paper_of("scaling")
    ours = {claim["id"]: claim["ours"] for claim in record["claims"]}
    assert list(ours) == [claim.id for claim in paper.claim]
    assert {name for name, value in ours.items() if value is None} == {"kn5", "kn6"}
    assert {path.stem for path in (folder / "figures").glob("*.svg")} == {figure.id for figure in paper.figure}
    tables = {table["id"]: table for table in record["measurements"]["tables"]}
    losses = [line[-2] for line in tables["text"]["rows"]]
    assert len(losses) == 12  # 4 sizes, 3 lengths of text
    assert max(losses) < np.log(94)
    assert min(losses) < 2.6
    assert {line[0] for line in tables["held_out"]["rows"]} == {line[0] for line in tables["forms"]["rows"]}
    for line in tables["held_out"]["rows"]:
        found, low, high = line[-4:-1]
        inside, of = (int(word) for word in line[-1].split()[:3:2])
        assert of in (1, 5)
        assert low < high
        assert of > 1 or (inside == 1) == (low <= found <= high)
    chosen = {tuple(line[:3]) for line in tables["tuning"]["rows"] if line[-1]}
    assert chosen == {tuple(line[:3]) for line in tables["tuning"]["rows"]}
    assert len(tables["longer"]["rows"]) == 1
    ratio = {line[0]: line[3] for line in tables["gradients"]["rows"] if "by rule" in line[1]}
    assert ratio[9760] == pytest.approx(3254, abs=0.5)
    assert ratio[405000000000] == pytest.approx(1.35e11, rel=1e-3)
    years = {line[0]: line[2:] for line in tables["years"]["rows"]}
    assert years["zip codes, 1989"][:2] == ["3 days", "26.7 years"]
    assert years["AlexNet"][1] == "301,000 years"
    assert years["Llama 3.1 405B"][:2] == [None, None]
    hours = {line[0]: line for line in tables["hours"]["rows"]}
    assert hours["one training: Symmetry"][2:4] == ["12.9 minutes", "19.5 seconds"]  # 6-2-1, 64 patterns, 1,425 sweeps
    assert hours["zipcodes_1989"][-1] is not None
    assert "scaling" not in hours


def test_ngrams_by_hand():
    train, held = np.array([0, 1, 0, 1, 1]), np.array([0, 1])
    p = ngrams.kneser_ney(train, held, 2, 2, discount=0.5)
    one = np.array([(2 - 0.5) / 5 + 0.5 * 2 / 5 / 2, (3 - 0.5) / 5 + 0.5 * 2 / 5 / 2])
    assert p[0] == pytest.approx(one[held])
    before = np.array([1, 2])  # 0 is preceded by 1 only, 1 by 0 and by 1
    lower = (before - 0.5) / 3 + 0.5 * 2 / 3 / 2
    assert p[1, 1] == pytest.approx((2 - 0.5) / 2 + 0.5 * 1 / 2 * lower[1])
    assert p[1, 0] == pytest.approx(lower[0])  # nothing stands before the first character


def test_probabilities_of_every_next_character_add_up_to_one():
    rng = np.random.default_rng(0)
    train = rng.integers(0, 4, 300)
    context = [2, 1]
    total = sum(ngrams.kneser_ney(train, np.array([*context, k]), 4, 3)[-1, -1] for k in range(4))
    assert total == pytest.approx(1)


def test_a_language_model_learns_and_its_looks_are_in_order():
    cell = {
        "text": "topics",
        "size": 3000,
        "features": 8,
        "examples": 10001,
        "passes": 2,
        "looks": 4,
        "looked_at": 2000,
        "rate": 0.01,
        "entropy": 1,
    }
    row = experiments.characters(cell, [0])[0]
    assert row["looks"][:, 0].tolist() == [78 * 64, 10001, 10001 + 79 * 64, 20002]
    assert row["test"] < row["looks"][0, 2]
    again = experiments.characters(cell, [0])[0]
    assert again["test"] == row["test"]
    with np.errstate(all="ignore"):
        assert experiments.characters({**cell, "rate": 1e300}, [0])[0] == {"failed": "diverged"}


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


def test_laws_foretell_what_was_held_out_or_say_that_it_lies_outside():
    x = np.tile(np.array([100.0, 300, 1000, 3000, 10000]), 4)
    y = (0.02 + 3 * x**-0.5) * np.exp(np.random.default_rng(0).normal(0, 0.01, len(x)))
    law = scaling_laws.law(x[None], y, x, x == x.max(), 40)
    assert law.inside.mean() >= 0.75
    assert law.misses(law.held_x, law.held_y) < 0.03
    exponent = law.exponent(0)
    assert exponent.low - 0.1 < 0.5 < exponent.high + 0.1
    broken = scaling_laws.law(x[None], np.where(x == x.max(), 3 * y, y), x, x == x.max(), 40)
    assert not broken.inside.any()
    assert broken.misses(broken.held_x, broken.held_y) > 1


@pytest.mark.parametrize(("sets", "at_least"), [(8, 0.85), pytest.param(60, 0.9, marks=pytest.mark.slow)])
@pytest.mark.parametrize("form", [PLAIN, OFFSET])
def test_intervals_of_held_out_sizes_hold_what_they_promise(form, sets, at_least):
    x, inside = np.repeat(np.geomspace(100, 6e4, 7), 5), []
    for seed in range(sets):
        noise = np.random.default_rng(seed).normal(0, 0.05, len(x))
        y = ((0.02 if form.floor else 0) + 2 * x**-0.4) * np.exp(noise)
        inside += [*scaling_laws.law(x[None], y, x, x == x.max(), 40, form).inside]
    assert np.mean(inside) >= at_least


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


def test_doubling_times_are_those_planted(monkeypatch):
    rng = np.random.default_rng(0)
    planted = [("", 1990.0 + k, 1.0, 2.0 ** (k / 0.75 + rng.normal(0, 0.2)), "") for k in range(20)]
    monkeypatch.setattr(scaling_claims, "SYSTEMS", planted)
    months, draws = scaling_claims.doubling(1990, 2010)
    assert months == pytest.approx(9, abs=0.3)
    low, high = np.percentile(draws, [2.5, 97.5])
    assert low < 9 < high


def test_settings_leave_digits_to_tune_on_and_sizes_to_fit():
    with pytest.raises(ValueError, match="tuned_on must be below"):
        scaling.Settings(tuned_on=60000)
    with pytest.raises(ValueError, match="held_out must be below"):
        scaling.Settings(held_out=8)


def test_doubling_times_of_the_listed_systems():
    months, draws = scaling_claims.doubling(2010, 2030)
    assert 4 < months < 8
    assert np.all(draws > 0)
    assert len(SYSTEMS) == 22
    assert COSTS[-1][1] == 4.05e11
