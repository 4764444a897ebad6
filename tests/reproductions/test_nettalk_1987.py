"""The trials of NETtalk, small: seeds apart from their blocks, what they measure, speech, curves, then and now."""

import io
import wave

import numpy as np
import pytest

from core.datasets import nettalk as words
from core.datasets import spelling
from core.errors import BackstoryError
from core.evidence.trials import Row
from reproductions.cli import rooms
from reproductions.nettalk_1987 import claims, clusters, curves, damage, experiment, spacing, speech, today
from reproductions.nettalk_1987.lessons import Course, groups, lesson_of

BASE = {"entropy": 7, "rate": 2.0, "smoothing": 0.9, "words": "invented", "hidden": [12], "drawn": 120}
TRIALS = {
    experiment.learning: {"looks": [0, 1, 3]},
    experiment.generalisation: {"passes": 2, "others": "invented", "whole": "invented", "then": 1},
    experiment.more_words: {"shown": 50, "tested": 40, "letters": 500},
    experiment.curve: {"first": 20, "factor": 1.6, "passes": 3},
    experiment.soft_and_hard: {"letter": "c", "sounds": ["k", "s"], "looks": [8, 16]},
    damage.degradation: {"passes": 2, "amounts": [0.0, 0.5], "patterns": 2},
    damage.lesions: {"passes": 3},
    damage.relearning: {"passes": 3, "amount": 1.0, "every": 40, "again": 160},
    spacing.practice: {
        "passes": 1, "targets": 2, "repetitions": 3, "spacings": [0, 4], "retentions": [0, 8], "length": 5,
    },
    clusters.shared: {"passes": 3, "least": 3, "groups": [2, 4]},
    speech.reading: {"known": "invented", "looks": [0, 1, 2], "sentence": "green bottle"},
    today.ladder: {"step": 4, "tested": "invented", "passes": 2, "adam_rate": 0.01, "decay": 0.1},
}  # fmt: skip


def same(a, b):
    assert a.keys() == b.keys()
    for name in a:
        np.testing.assert_array_equal(a[name], b[name], err_msg=name)


@pytest.mark.parametrize("trial", TRIALS, ids=lambda trial: trial.__name__)
def test_a_seed_s_numbers_do_not_depend_on_its_block(trial):
    cell = BASE | TRIALS[trial]
    together = trial(cell, [0, 3, 9])
    assert len(together) == 3
    same(together[1], trial(cell, [3])[0])
    same(together[2], trial(cell, [9, 8])[0])
    assert all("failed" not in row for row in together)
    assert any(np.any(together[0][name] != together[1][name]) for name in together[0])


def test_seeds_are_grouped_by_eights():
    assert list(groups([9, 0, 3, 8])) == [[0, 3], [9, 8]]


def test_what_is_learned_is_scored_by_hand_written_sums():
    row = experiment.learning(BASE | {"looks": [0, 6]}, [1])[0]
    course, lesson = Course(BASE, [1]), lesson_of(BASE)
    assert len(lesson) == 120
    course.passes(lesson, 6)
    said, _ = words.guesses(course.outputs(lesson)[0])
    assert row["phoneme"][1] == pytest.approx(
        np.mean(words.PHONEME_CLASS[said] == words.PHONEME_CLASS[lesson.phonemes])
    )
    assert row["phoneme"][1] > row["phoneme"][0] + 0.2
    in_pieces = course.score(lesson, together=7)
    for name, value in course.score(lesson).items():
        np.testing.assert_allclose(in_pieces[name], value, rtol=1e-12)


def test_generalisation_counts_and_damage_at_nothing_is_nothing():
    row = experiment.generalisation(BASE | TRIALS[experiment.generalisation], [0])[0]
    assert row["others_phoneme"].shape == (2,)
    assert row["others_phoneme"][0] < row["during_phoneme"] < row["others_phoneme"][1] + 0.05
    row = damage.degradation(BASE | {"passes": 4, "amounts": [0.0, 1e-9, 3.0], "patterns": 1}, [0])[0]
    assert row["phoneme"][0] == row["phoneme"][1] > row["phoneme"][2]
    row = damage.relearning(BASE | {"passes": 6, "amount": 1.5, "every": 20, "again": 200}, [0])[0]
    assert row["from_here"] == row["again"][0] < row["level"] < row["first"][-1]
    assert damage._crossing(np.array([0.1, 0.2, 0.4]), 0.3) == pytest.approx(1.5)
    assert damage._crossing(np.array([0.1, 0.2]), 0.3) == np.inf


def test_counts_of_the_paper():
    found = experiment.counts({"hidden": [80], "words": "invented"}, [0])[0]
    assert (found["inputs"], found["outputs"], found["with_input_thresholds"]) == (203, 26, 18_629)


def test_the_pairing_of_units_finds_a_planted_permutation():
    g = np.random.default_rng(0)
    order = g.permutation(9)
    w1, b1, w2 = g.standard_normal((203, 9)), g.standard_normal(9), g.standard_normal((9, 26))
    p = {"w1": np.stack([w1, w1[:, order]]), "b1": np.stack([b1, b1[order]]), "w2": np.stack([w2, w2[order]])}
    cosine, columns = clusters.units_alike(p, 0, 1)
    assert cosine == pytest.approx(1.0)
    np.testing.assert_array_equal(order[columns], np.arange(9))


def test_clusters_of_the_same_activities_in_other_units_are_the_same():
    g = np.random.default_rng(0)
    means = g.standard_normal((20, 5))
    found = clusters.alike(means, means[:, g.permutation(5)], [2, 5])
    assert all(value == pytest.approx(1.0) for value in found.values())
    assert abs(clusters.alike(means, g.standard_normal((20, 5)), [5])["distances"]) < 0.4
    names = ["ab", "ak", "ea", "ei"]
    assert clusters.vowels_apart(np.array([[0.0], [0.1], [5.0], [5.1]]), names) == 1.0


def test_pairs_and_means_by_hand():
    lesson = words.encode([words.Entry("abba", "@b-x", "1<>0"), words.Entry("ab", "@b", "1<")], "two")
    names, pair = clusters.pairs_of(lesson, 2)
    assert names == ["a@", "bb"]
    np.testing.assert_array_equal(pair, [0, 1, -1, -1, 0, 1])
    means = clusters.means_of(np.arange(6.0)[:, None], pair, 2)
    np.testing.assert_allclose(means.ravel(), [2.0, 3.0])


def test_every_symbol_can_be_spoken():
    assert set(speech.ESPEAK) == set(words.SYMBOLS)
    assert speech.espeak("D-Is", ">><<") == "D|I|s"
    assert speech.espeak("xge-n", "0>1<<") == "@|g|'eI|n"
    row = speech.reading(BASE | TRIALS[speech.reading], [0])[0]
    said = speech.read_aloud(row, 1, TRIALS[speech.reading])
    assert [len(one) for one, _ in said] == [5, 6]
    with pytest.raises(ValueError, match="not in invented: xyz"):
        speech.reading(BASE | TRIALS[speech.reading] | {"sentence": "green xyz"}, [0])


def test_sound_is_a_wav_file_or_a_sentence_that_says_what_is_missing(monkeypatch):
    if speech.installed():
        sound = speech.wav([("D-Is", ">>1<"), ("----", "<<<<")])
        assert sound[:4] == b"RIFF"
        assert len(sound) > 5000
    monkeypatch.setenv("PATH", "")
    assert not speech.installed()
    with pytest.raises(BackstoryError, match="not installed"):
        speech.wav([("D-Is", ">>1<")])


@pytest.mark.parametrize("form", curves.FORMS)
def test_a_curve_of_a_form_is_told_to_be_of_it(form):
    t = np.geomspace(10, 1e4, 25)
    planted = {
        "power": np.array([0.5, 0.6]), "power with a floor": np.array([0.5, np.log(0.9), np.log(0.02)]),
        "exponential": np.array([-0.5, np.log(4e-4)]),
        "exponential with a floor": np.array([-0.5, np.log(2e-3), np.log(0.03)]),
        "logarithm": np.array([1.0, np.log(0.1)]),
    }[form]  # fmt: skip
    error = np.exp(curves.FORMS[form][0](t, planted))
    found = curves.compared(t, error * np.exp(0.01 * np.random.default_rng(0).standard_normal(25)))
    assert found[form]["rms"] < 0.02
    assert found[form]["aic"] < min(found[other]["aic"] for other in found if form not in other) + 1e-9
    if form == "power":
        assert curves.exponent(t, error) == pytest.approx(0.6, abs=1e-6)
        assert curves.best(found) in ("power", "power with a floor")


def test_the_ladder_keeps_the_parameters_of_1987():
    for step in range(1, len(today.STEPS)):
        row = today.ladder(BASE | TRIALS[today.ladder] | {"step": step, "hidden": [80]}, [0])[0]
        assert row["parameters"] == 18_426
    held, tested = today.parts(BASE | {"held": 20})
    assert (len(held), len(tested)) == (100, 20)
    assert not {e.word for e in held.entries} & {e.word for e in tested.entries}
    assert {e.word for e in held.entries} <= set(spelling.WORDS)


def test_the_quick_run_measures_what_it_can_and_draws_every_figure(quick_of):
    folder, record, _ = quick_of("nettalk_1987")
    paper = rooms.paper_of("nettalk_1987")
    ours = {claim["id"]: claim["outcome"] for claim in record["claims"]}
    assert list(ours) == [claim.id for claim in paper.claim]
    only_common = {claim.id for claim in paper.claim if claim.only_when}
    assert {name for name, outcome in ours.items() if outcome == "not measured"} == only_common
    assert ours["weights"] == ours["weights_used"] == "agrees"
    assert {path.stem for path in (folder / "figures").glob("*.svg")} >= {figure.id for figure in paper.figure}
    page = (folder / "report.html").read_text()
    assert page.count("<audio") == len(list((folder / "figures").glob("*.wav")))


def test_words_not_drawn_are_those_that_others_are_tested_on():
    cell = BASE | {"others": "invented", "tested": "invented"}
    drawn, others = ({entry.word for entry in lesson_of(cell, key).entries} for key in ("words", "others"))
    assert len(drawn) == 120
    assert not drawn & others
    assert drawn | others == set(spelling.WORDS)
    assert {entry.word for entry in lesson_of(cell, "tested").entries} == others


def test_without_a_unit_is_without_its_weights():
    row = damage.lesions(BASE | {"passes": 4}, [2])[0]
    course, lesson = Course(BASE, [2]), lesson_of(BASE)
    course.passes(lesson, 4)
    right = course.score(lesson)["phoneme"][0]
    w2 = course.p["w2"].copy()
    w2[0, 5] = 0
    course.p = course.p | {"w2": w2}
    assert row["lost"].shape == (12,)
    assert row["lost"][5] == pytest.approx(right - course.score(lesson)["phoneme"][0])
    assert row["most_lost"] == row["lost"].max() >= row["mean_lost"]


def test_half_the_samples_of_a_sound_are_means_of_two():
    sound = io.BytesIO()
    with wave.open(sound, "wb") as out:
        out.setparams((1, 2, 22050, 0, "NONE", "not compressed"))
        out.writeframes(np.array([10, 20, -4, -6, 7], dtype="<i2").tobytes())
    with wave.open(io.BytesIO(speech.thinned(sound.getvalue()))) as half:
        assert half.getframerate() == 11025
        assert np.frombuffer(half.readframes(9), dtype="<i2").tolist() == [15, -5]


def row(seed, cell, **values):
    arrays = {name: value for name, value in values.items() if np.ndim(value)}
    single = {name: float(value) for name, value in values.items() if not np.ndim(value)}
    return Row(cell=cell, seed=seed, failed=False, reason="", values=single, arrays=arrays, seconds=0.0)


def test_loss_between_amounts_and_gain_for_each_doubling_by_hand():
    nets = [
        row(0, {"amounts": [0.0, 1.0]}, relative=np.array([0.0, 2.0]), phoneme=np.array([0.9, 0.5])),
        row(1, {"amounts": [0.0, 1.0]}, relative=np.array([0.0, 1.0]), phoneme=np.array([0.8, 0.7])),
    ]
    np.testing.assert_allclose(claims.lost_at(nets, 0.5, relative=True), [10, 5])
    np.testing.assert_allclose(claims.lost_at(nets, 0.5, relative=False), [20, 5])
    more = [
        row(8 * k, {"shown": shown}, tested_phoneme=share) for k in (0, 1) for shown, share in ((100, 0.6), (400, 0.7))
    ]
    np.testing.assert_allclose(claims.per_doubling({"more words": more}), [5, 5])
    again = [row(0, {}, first_words=800, again_words=100), row(1, {}, first_words=200, again_words=100)]
    found = claims.faster([*again, row(2, {}, first_words=300, again_words=np.inf)])
    assert (found.estimate, found.n, found.failed) == (pytest.approx(4), 2, 1)
    runs = claims.percent([row(k, {}, phoneme=np.array([0.0, 0.5])) for k in range(5)], "phoneme", 1, letters=5000)
    assert runs.values.tolist() == [50] * 5
    assert runs.sampling == pytest.approx(1)  # 100^2 x 2 x 0.25 / 5000
