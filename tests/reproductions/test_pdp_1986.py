"""The small networks of 1986: the quick preset end to end, a golden trace, and the measures."""

import numpy as np
import pytest

from core.datasets import families
from core.learning import checks
from core.learning.ops import squared_error
from core.networks import grouped
from reproductions.cli import rooms
from reproductions.pdp_1986 import argument, family_trees, film, now
from reproductions.pdp_1986 import experiment as experiments
from reproductions.pdp_1986.run import RECIPE, symmetry

XOR = {**RECIPE, "task": "xor", "net": "xor 2-2-1", "sweeps": 3000, "entropy": 1986}

# Losses every 100 sweeps of the symmetry net, seed 0, computed once through the ordered system alone.
GOLDEN = [
    7.5309505835398936, 3.9996062182340566, 3.999515626589721, 3.999378791434885, 3.9991571137123034,
    3.9987652336422563, 3.9979946371660215, 3.9962337806423998, 3.9905222509139753, 3.8464091604562496,
]  # fmt: skip


def test_the_quick_run_measures_every_claim_and_draws_every_figure(quick_of):
    folder, record, _ = quick_of("pdp_1986")
    paper = rooms.paper_of("pdp_1986")
    ours = {claim["id"]: claim["ours"] for claim in record["claims"]}
    assert list(ours) == [claim.id for claim in paper.claim]
    assert ours["xor_direct"]["n"] >= 55
    assert ours["encoder"]["estimate"] > 0.9
    drawn = {path.stem for path in (folder / "figures").glob("*.svg")}
    assert {figure.id for figure in paper.figure} - drawn <= {"xor_surfaces"}
    tables = {table["id"]: table for table in record["tables"]}
    for name in ("tasks", "hidden", "rates", "addition", "scale", "losses"):
        columns = tables[name]["columns"]
        assert {"seeds", "diverged", "sweeps at most", "learned, %"} <= set(columns), name


def test_parameter_counts():
    counts = {
        "xor 2-2-1": 9,
        "xor direct": 7,
        "parity": 25,
        "symmetry": 17,
        "encoder": 59,
        "addition 4-3-3": 27,
        "2-1-4-4": 31,
    }
    for name, count in counts.items():
        assert experiments.NETS[name].parameters == count
    assert family_trees.TREES.parameters == 24 * 6 + 6 + 12 * 6 + 6 + 12 * 12 + 12 + 12 * 6 + 6 + 6 * 24 + 24
    assert experiments.tied_wiring().parameters == 12


def test_the_symmetry_golden_trace():
    cell = symmetry(6, sweeps=900, every=100, entropy=1986)
    found = experiments.learn(cell, [0])[0]
    assert found["losses"] == pytest.approx(GOLDEN, rel=1e-6)


def test_gradients_of_a_grouped_net_are_measured_slopes():
    net = grouped.Net((2, 1, 2, 1), ((0,), (0, 1), (1, 2)))
    rng = np.random.default_rng(0)
    x, t = rng.standard_normal((5, 2)), rng.uniform(0, 1, (5, 1))

    def loss(system, p, x, t):
        y = grouped.outputs(system, net, p, system.constant(x))
        return system.apply(squared_error, y, system.constant(t))

    checks.require(checks.full_error(loss, net.init(rng, 1.0), x, t), "grouped")


def test_activities_of_a_grouped_net_by_the_written_formula():
    net = grouped.Net((2, 1, 2, 1), ((0,), (0, 1), (1, 2)))
    rng = np.random.default_rng(0)
    x, p = rng.standard_normal((5, 2)), net.init(rng, 1.0)
    first = 1 / (1 + np.exp(-(x @ p["w0_1"] + p["b1"])))
    second = 1 / (1 + np.exp(-(x @ p["w0_2"] + first @ p["w1_2"] + p["b2"])))
    last = 1 / (1 + np.exp(-(first @ p["w1_3"] + second @ p["w2_3"] + p["b3"])))
    for found, expected in zip(grouped.evaluate(net, net.flat(p), x), (first, second, last), strict=True):
        assert found == pytest.approx(expected, rel=1e-12)


def test_a_seed_learns_the_same_whoever_shares_its_block():
    together = experiments.learn(XOR, [4, 5, 6])
    for seed, row in zip([4, 5, 6], together, strict=True):
        assert experiments.learn(XOR, [seed])[0] == row


def test_what_is_stuck_is_told_and_not_restarted():
    short = experiments.learn({**XOR, "sweeps": 10}, range(8))
    assert all(row["solved"] == 0 and "sweeps" not in row and "failed" not in row for row in short)
    assert all(row["presentations"] == 40 for row in short)
    long = experiments.learn(XOR, range(8))
    assert all(row["presentations"] == 4 * row["sweeps"] for row in long if row["solved"])


def test_mirrored_powers_of_two_are_measured_as_such():
    unit = np.array([1.0, -2, 4, -4, 2, -1])
    found = experiments.mirror(np.stack([3 * unit, -3 * unit], axis=1))
    assert found == pytest.approx({"largest": 4, "middle": 2, "residual": 0, "copies": 0})
    assert experiments.mirror(np.ones((6, 2)))["residual"] == pytest.approx(2)


def test_bit_counters_and_kernels_are_told_from_others():
    bits = np.array([0, 1, 1, 2])
    counter = np.array([[0.1, 0.9], [0.5, 0.5], [0.5, 0.5], [0.9, 0.1]])
    assert experiments.counting(counter, bits) == pytest.approx(1)
    assert experiments.counting(np.array([[0.5], [0.0], [1.0], [0.5]]), bits) == pytest.approx(0)
    assert experiments.kind_of(np.ones((3, 3))) == "one sign"
    assert experiments.kind_of(np.array([[-1, -1, -1], [-1, 8, -1], [-1, -1, -1.0]])) == "centre against surround"
    assert experiments.kind_of(np.array([[1, 0, -1]] * 3)) == "bar or edge"


def test_tied_weights_are_shared_and_the_output_does_not_mind_where_a_letter_is():
    wiring = experiments.tied_wiring()
    assert len(wiring.bias) == 26
    assert len(wiring.source) == 25 * 9 + 25
    assert set(wiring.weight[: 25 * 9]) == set(range(9))
    assert set(wiring.weight[25 * 9 :]) == {10}
    side, letter = experiments.RETINA, np.array([[1, 1, 1], [0, 1, 0], [0, 1, 0]])
    views = []
    for corner in ((1, 1), (2, 3)):  # one square from the edge, so that every window that sees it is there
        retina = np.zeros((side, side))
        retina[corner[0] : corner[0] + 3, corner[1] : corner[1] + 3] = letter
        window = [retina.ravel()[wiring.source[9 * k : 9 * k + 9]] for k in range(25)]
        views.append(sorted(map(tuple, window)))
    assert sum(any(view) for view in views[0]) >= 9
    assert set(views[0]) & set(views[1])
    rows = experiments.t_and_c({"rate": 0.02, "momentum": 0.9, "reach": 1.0, "sweeps": 8000, "entropy": 1}, range(8))
    assert np.mean([row["solved"] for row in rows]) >= 0.25


def test_the_printed_net_of_figure_5_is_in_its_minimum_and_gives_its_outputs():
    x, _ = experiments.task("xor")
    printed = experiments.evaluate(experiments.NETS["xor 2-2-1"], experiments.FIGURE_5, x)[-1][:, 0]
    assert printed == pytest.approx([0.1, 0.5, 0.9, 0.5], abs=0.12)
    rows = experiments.learn({**XOR, "rate": 0.25, "figure_5": True}, range(8))
    assert all(row["solved"] == 0 for row in rows)


def test_adders_of_the_chapter_read_every_unit_before():
    for name, count in (("addition 2", 5 + 6 + 3 * 7), ("addition 3", 5 + 6 + 7 + 3 * 8), ("negation", 15 + 3 * 8)):
        assert experiments.NETS[name].parameters == count


def test_every_rung_from_then_to_now_learns_and_the_last_the_soonest():
    solved, sweeps = [], []
    for rung in range(len(now.LADDER)):
        rows = now.climb({"rung": rung, "sweeps": 1000, "entropy": 1}, range(24))
        solved.append(sum(row["solved"] for row in rows))
        sweeps.append(np.median([row["sweeps"] for row in rows if row["solved"]]))
    assert min(solved) >= 4
    assert sweeps[-1] < sweeps[0]


def test_trees_hold_out_four_cases_and_score_them_apart():
    cell = {
        "stages": [[0.02, 0.9, 3000]],
        "decay": 0.0002,
        "reach": 1.0,
        "entropy": 3,
        "liberal": False,
        "negligible": 5.0,
    }
    rows = family_trees.trees(cell, [0, 1])
    for row in rows:
        assert 0 <= row["held_out"] <= 4
        assert 100 * row["train"] == pytest.approx(round(100 * row["train"]))  # a share of the 100 cases shown
        assert row["loss"][-1] < 0.5 * row["loss"][0]
        assert row["people"].shape == (24, 6)
    nation = np.zeros((24, 6))
    nation[:, 2] = np.repeat([1.0, -1.0], 12) + 0.01 * np.arange(24)
    nation[:, [0, 1, 3, 4, 5]] = np.random.default_rng(0).standard_normal((24, 5))
    assert family_trees.told(nation)["nation"] > 0.95
    assert sorted(set(families.GENERATION)) == [1, 2, 3]


# Weights to hidden units 1 and 2 of input 1, of input 2, thresholds; then of the output. OR and AND; then either alone.
ONES_BETWEEN = np.array([9.0, 9.0, 9.0, 9.0, -4.0, -14.0, 9.0, -9.0, -4.0])
ZEROS_BETWEEN = np.array([9.0, -9.0, -9.0, 9.0, -4.0, -4.0, 9.0, 9.0, -4.0])


@pytest.mark.parametrize(("net", "inside"), [(ONES_BETWEEN, [1, 2]), (ZEROS_BETWEEN, [0, 3])])
def test_the_drawn_argument_tells_which_points_lie_between_the_lines(net, inside):
    assert argument.between(net) == inside
    axes = argument.two_lines({"xor_weights": net}, None).axes
    assert ("ones" if inside == [1, 2] else "zeros") in axes[0].get_title()
    assert argument.numbers(ONES_BETWEEN)[1] == "hidden 2: 9.00 x₁ + 9.00 x₂ − 14.00"


def test_the_argument_in_words_holds_of_whatever_net_is_drawn():
    paper = rooms.paper_of("pdp_1986")
    caption = next(one.caption for one in paper.figure if one.id == "two_lines")
    for text in (paper.explanation.text, caption):
        assert "(0,1)" not in text
        assert "between them the output" not in text


def test_the_film_shows_the_net_of_the_trial():
    (row,) = experiments.learn(XOR, [0])
    path = film.learn(1986, 0, int(row["sweeps"]))
    off = np.abs(path.outputs - [0.1, 0.9, 0.9, 0.1]).max(axis=1)
    assert int(np.argmax(off < RECIPE["margin"])) == row["sweeps"]
    assert len(path.parameters) == len(path.losses) <= 2 * row["sweeps"] + 1
    shown = film._frames(path)
    assert shown[0] == 0
    assert np.all(np.diff(shown) > 0)
    assert film.middle_net({"xor_two": np.array([300.0, np.nan, 100.0, 200.0])}) == (3, 200)
