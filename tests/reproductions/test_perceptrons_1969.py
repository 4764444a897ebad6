"""What one layer cannot do: the quick preset end to end, and its parts against known numbers."""

import numpy as np
import pytest

from core.datasets import alphabet, boolean
from reproductions.cli import rooms
from reproductions.perceptrons_1969 import experiment as experiments
from reproductions.perceptrons_1969 import film, rosenblatt
from reproductions.perceptrons_1969.tables import LISTED


def test_the_quick_run_measures_what_it_can_and_draws_every_figure(quick_of):
    folder, record, _ = quick_of("perceptrons_1969")
    paper = rooms.paper_of("perceptrons_1969")
    ours = {claim["id"]: claim["ours"] for claim in record["claims"]}
    assert list(ours) == [claim.id for claim in paper.claim]
    assert {name for name, value in ours.items() if value is None} == {"functions_4", "fraction"}  # of the paper preset
    assert [ours[f"functions_{n}"]["estimate"] for n in (1, 2, 3)] == [4, 14, 104]
    assert ours["parity_order"]["estimate"] == 1
    assert {path.stem for path in (folder / "figures").glob("*.svg")} >= {figure.id for figure in paper.figure}


def test_the_perceptron_needs_the_updates_of_the_notes_for_parity():
    told = {1: (5, 2), 2: (29, 5), 3: (177, 13), 4: (1185, 38), 5: (7437, 102), 6: (50261, 295)}
    for n, (updates, largest) in told.items():
        found = experiments.parity_updates({"n": n}, [0])[0]
        assert (found["updates"], found["largest"]) == (updates, largest)
        assert 2**n / n <= updates <= 10**n


def test_masks_are_products_of_bits_and_parity_needs_the_largest():
    x = boolean.corners(3)
    features = experiments.masks(3, 2)
    assert features.shape == (8, 7)
    assert features[:, 0].tolist() == [1] * 8
    assert (features[:, 4] == x[:, 0] * x[:, 1]).all()
    assert [experiments.parity_order({"n": n}, [0])[0]["order"] for n in (2, 3, 4)] == [2, 3, 4]
    # Parity of n bits is sum over masks of (-2)^(size - 1): the exact coefficients, whose largest is 2^(n - 1).
    for n in (2, 5):
        found = experiments.coefficients({"n": n}, [0])[0]
        assert found["largest"] == pytest.approx(2 ** (n - 1))
        assert found["last"] == pytest.approx(2 ** (n - 1))


def test_unate_never_rejects_a_threshold_function():
    rng = np.random.default_rng(0)
    x = 2 * boolean.corners(4) - 1
    functions = np.where(x @ rng.standard_normal((4, 300)) + rng.standard_normal(300) > 0, 1.0, -1.0).T
    assert experiments.unate(functions, 4).all()
    assert not experiments.unate(2 * boolean.parity(4)[1].T - 1, 4).any()


def test_two_figures_that_windows_see_alike_differ_in_pieces():
    found = experiments.windows_alike({}, [0])[0]
    assert (found["pieces_a"], found["pieces_b"]) == (1, 2)
    assert found["window"] >= experiments.SPACING
    a, b = experiments.connectedness_figures()
    assert a.sum() == b.sum()
    assert experiments._views(a, 30) != experiments._views(b, 30)


def test_one_layer_and_xor():
    row = experiments.xor_one_layer({"sweeps": 300, "entropy": 1}, [0])[0]
    assert row["period"] >= 1
    assert row["least_wrong"] >= 1
    assert row["lms_largest"] < 0.1
    assert row["logistic_from_half"] < 0.01
    solved = experiments.xor_hidden({"sweeps": 5000, "entropy": 1}, range(8))
    assert np.mean([r["solved"] for r in solved]) >= 0.5


def test_counts_of_separable_functions_as_listed_and_as_enumerated():
    assert LISTED[:6] == (2, 4, 14, 104, 1882, 94572)
    for n in (1, 2, 3):
        assert experiments.functions({"n": n}, [0])[0]["separable"] == LISTED[n]


def test_the_rule_ends_within_the_bound_and_the_bound_is_that_of_the_points():
    for row in rosenblatt.separable_points({"margin": 0.1, "entropy": 1}, range(20)):
        x = np.column_stack([np.ones(len(row["points"])), row["points"]])
        assert np.all(row["classes"] * (x @ row["line"]) > 0)
        assert row["gap"] >= 0.1
        assert row["updates"] <= row["bound"] <= (np.sqrt(3) / 0.1) ** 2


def test_the_alphabet_has_26_different_letters_and_codes():
    drawn = alphabet.drawn()
    assert len({letter.tobytes() for letter in drawn}) == 26
    assert alphabet.on_retina(drawn).shape == (26, 20, 20)
    assert alphabet.on_retina(drawn).sum() == 4 * drawn.sum()
    assert len({tuple(code) for code in alphabet.codes()}) == 26


def test_a_machine_of_the_mark_is_size_learns_the_alphabet():
    rows = rosenblatt.mark_i({"points": 20, "sweeps": 200, "entropy": 1}, range(3))
    assert all(row["solved"] for row in rows)
    assert all(row["wrong"][-1] == 0 and row["wrong"][0] > 20 for row in rows)


def test_the_answer_takes_its_counts_from_the_record(quick_of):
    _, record, _ = quick_of("perceptrons_1969")
    paper = rooms.paper_of("perceptrons_1969")
    assert "1,882" not in paper.reproduction.answer
    assert record["words"]["functions_told"] == "14 of 16 with 2 inputs; 104 of 256 with 3 inputs"
    assert record["words"]["share_most"] == "41 %"


def test_the_film_ends_where_a_line_exists_and_goes_round_on_xor():
    x = np.column_stack([np.ones(4), boolean.corners(2)])
    ended = film.corrections(np.zeros(3), x, np.array([-1.0, -1, -1, 1]), 100)
    assert ended[-1].wrong == -1
    assert np.array_equal(np.sign(x @ ended[-1].weights), [-1, -1, -1, 1])
    round_ = film.corrections(np.zeros(3), x, np.array([-1.0, 1, 1, -1]), 50)
    assert len(round_) == 50
    assert min(one.wrong for one in round_) >= 0
    assert len({tuple(one.weights) for one in round_}) < 20
