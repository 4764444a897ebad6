"""The experiments of `alexnet_2012`, small: what they measure, that they can fail, and that seeds stand alone."""

import numpy as np
import pytest

from core import memory
from core.datasets import images
from core.evidence.published import load
from core.evidence.trials import Row
from core.networks import convnet, convnets
from reproductions.alexnet_2012 import accounting, claims, experiment, learning, run
from reproductions.alexnet_2012.settings import PRESETS, Settings
from reproductions.alexnet_2012.tables import median_passes
from reproductions.cli import rooms
from tests.conftest import REAL_DATA

UNITS = {
    "data": "embedded", "examples": 400, "net": "tiny", "unit": "relu", "rate": 0.01, "batch": 32, "passes": 3,
    "looks": 4, "target": 0.25, "entropy": 2012,
}  # fmt: skip
LEARN = {
    "data": "embedded", "examples": 300, "side": 24, "passes": 2, "batch": 64, "rate": 0.001, "rule": "momentum",
    "schedule": "drops", "start": "own", "decay": 1.0, "augment": False, "maps": (8, 8), "entropy": 2012,
}  # fmt: skip


@pytest.fixture(scope="module")
def quick(quick_of):
    return quick_of("alexnet_2012")


def trial(seed, cell=None, arrays=None, failed=False, **values):
    return Row(cell or {}, seed, failed, "", values, arrays or {}, 1.0)


@pytest.mark.slow
def test_the_quick_run_measures_what_it_can_and_draws_it(quick):
    folder, record, _ = quick
    paper = rooms.paper_of("alexnet_2012")
    told = {claim["id"]: claim for claim in record["claims"]}
    assert list(told) == [claim.id for claim in paper.claim]
    left_out = {name for name, claim in told.items() if claim["outcome"] == "not measured"}
    assert left_out == {"jpeg", "today"}  # embedded patches have no copies, and the ladder is not among the studies
    assert told["parameters"]["outcome"] == told["input"]["outcome"] == "agrees"
    for name in ("neurons", "first_layer", "one_percent", "crops_count"):
        assert told[name]["outcome"] == "disagrees"
    drawn = {path.stem for path in (folder / "figures").glob("*.svg")}
    assert {figure.id for figure in paper.figure} - drawn == {"pixels", "ladder"}
    assert record["cost"]["presentations"] > 0
    shown = {table["id"]: table["rows"] for table in record["tables"]}
    assert len(shown["units"]) == 5
    assert len(shown["layers"]) == 9
    curves = load(folder)[1]["running_relu"]
    assert curves.shape == (record["seeds"], record["settings"]["unit_passes"])


def test_each_study_can_be_run_alone():
    for topic, count in {"units": 2, "parts": 1, "pixels": 1, "pictures": 1, "now": 1, "counts": 1}.items():
        assert len(run.studies(Settings(studies=(topic,)))) == count
    assert run.studies(Settings(studies=("pixels",), data="embedded")) == []
    assert len(run.places(Settings())) == 5
    assert len(run.places(PRESETS["quick"])) == 2
    rungs = run.ladder(Settings())
    assert rungs[0]["start"] == "own"
    assert rungs[-1]["stacked"]
    assert rungs[-1]["rule"] == "adam"


def test_nets_that_were_not_there_leave_the_interval_open():
    there = [trial(k, solved=1.0, passes=p) for k, p in enumerate((2.0, 4.0, 8.0))]
    slow = [trial(k, solved=1.0, passes=p) for k, p in enumerate((6.0, 12.0, 24.0))]
    found = claims.times_as_fast(slow, there, 30)
    assert (found.estimate, found.low, found.high) == pytest.approx((3, 3, 3))
    endless = claims.times_as_fast([*slow[:2], trial(2, solved=0.0)], there, 24)
    assert endless.estimate == pytest.approx(3)
    assert endless.high == np.inf
    assert endless.unfinished == 1
    assert claims.times_as_fast(there, [*slow[:2], trial(2, failed=True)], 24).low == 0
    assert claims.times_as_fast(slow[:1], there[:1], 30) is None
    assert median_passes([*slow[:2], trial(2, solved=0.0)]) == 12
    assert median_passes([trial(k, solved=0.0) for k in range(3)]) is None


def test_effects_are_paired_by_seed():
    a = [trial(k, test=0.5 + k / 10, train=0.4) for k in range(3)]
    b = [trial(k, test=0.4 + k / 10, train=0.4 + k / 100) for k in reversed(range(3))]
    assert claims.points(a, b, "test").estimate == pytest.approx(10)
    assert claims.points(a, b, "test").low == pytest.approx(10)
    assert claims.points(a, b, "gap").estimate == pytest.approx(11)  # 10, 11 and 12
    assert claims.points(a[:1], b, "gap") is None


def test_the_rate_is_the_one_that_was_there_first():
    s = Settings(nets=("tiny",), batches=(16,), more_images=500)
    first, more = run.places(s)
    cell = {**first._asdict(), "unit": "relu"}
    lines = {"running": np.array([0.5])}
    rows = [
        trial(0, {**cell, "rate": 0.1}, failed=True),
        trial(0, {**cell, "rate": 0.01}, lines, solved=1.0, passes=5.0),
        trial(0, {**cell, "rate": 0.02}, lines, solved=1.0, passes=4.0),
        trial(0, {**cell, "rate": 0.04}, lines, solved=0.0),
    ]
    for place in (first, more):
        assert run.chosen(s, {"rates": rows}, place, "relu") == 0.02
    assert run.chosen(s, {"rates": [rows[0], rows[3]]}, first, "relu") == 0.04


def test_missing_and_damaged_images_are_told_in_one_sentence(backstory, tmp_path):
    place = tmp_path / "data" / "cifar10"
    place.mkdir(parents=True)
    (place / "cifar10-images.zip").write_bytes(b"not a zip")
    words = ("run", "alexnet_2012", "--preset", "paper", "--out", tmp_path / "out")
    done = backstory(*words, BACKSTORY_DATA=str(tmp_path / "data"), BACKSTORY_CACHE=str(tmp_path / "cache"))
    assert done.returncode == 2
    assert done.stderr.startswith("backstory: ")
    assert done.stderr.count("\n") == 1
    assert not [path for path in (tmp_path / "out").rglob("*") if path.is_file()]


def same(one, other):
    assert one.keys() == other.keys()
    for name in one:
        np.testing.assert_array_equal(one[name], other[name])


def test_a_net_views_bytes_about_the_mean_image():
    x = np.random.default_rng(0).integers(0, 256, (50, 32, 32, 3), dtype=np.uint8)
    plain, unit = learning.view_of(x, 32, unit=False), learning.view_of(x, 24, unit=True)
    np.testing.assert_allclose(plain(x).mean(axis=0), 0, atol=1e-3)
    np.testing.assert_allclose(plain(x)[3] - plain(x)[2], x[3].astype(float) - x[2], atol=1e-3)
    seen = unit(x)
    assert seen.shape == (50, 24, 24, 3)
    assert seen.dtype == np.float32
    assert seen.std() == pytest.approx(1, abs=0.02)
    np.testing.assert_allclose(seen, plain(x)[:, 4:28, 4:28] / unit.scale, rtol=1e-5, atol=1e-6)


def test_parts_of_images_come_from_everywhere_and_half_of_them_mirrored():
    x = np.arange(32 * 32 * 3, dtype=np.uint16).reshape(1, 32, 32, 3).repeat(400, axis=0)
    view = learning.View(np.zeros((32, 32, 3), np.float32), 1.0, 24)
    found = view.anywhere(x, np.random.default_rng(0))
    np.testing.assert_array_equal(found, view.anywhere(x, np.random.default_rng(0)))
    places, mirrored = set(), 0
    for one in found:
        turned = one[0, 0, 0] > one[0, 1, 0]
        straight = one[:, ::-1] if turned else one
        top, left = divmod(int(straight[0, 0, 0]) // 3, 32)
        np.testing.assert_array_equal(straight, x[0, top : top + 24, left : left + 24])
        places.add((top, left))
        mirrored += turned
    assert {top for top, _ in places} == {left for _, left in places} == set(range(9))
    assert 150 < mirrored < 250


def test_rates_fall_as_they_are_told_to():
    rate = learning.dropped(0.1, 100, (0.8, 0.9))
    assert [rate(k) for k in (0, 79, 80, 89, 90, 99)] == pytest.approx([0.1, 0.1, 0.01, 0.01, 0.001, 0.001])
    fall = learning.falling(0.1, 100)
    assert [fall(k) for k in (0, 50, 100, 101)] == pytest.approx([0.1, 0.05, 0, 0])


def test_the_passes_that_a_net_needed_are_read_off_between_two_looks():
    assert experiment.passed([np.nan, 0.5, 0.3, 0.2], 0.25) == pytest.approx(2.5)
    assert experiment.passed([np.nan, 0.5, 0.25], 0.25) == 2
    assert experiment.passed([np.nan, np.nan, 0.2], 0.25) == 2
    with pytest.raises(StopIteration):
        experiment.passed([np.nan, 0.5], 0.25)


def test_a_seed_gives_the_same_numbers_in_any_block():
    together, alone = experiment.units(UNITS, [0, 1]), experiment.units(UNITS, [1])
    same(together[1], alone[0])
    assert not np.array_equal(together[0]["running"], together[1]["running"])
    cell = {**LEARN, "dropout": 0.5, "augment": True}
    same(experiment.learn(cell, [3, 4])[1], experiment.learn(cell, [4])[0])


def test_a_net_is_measured_on_all_training_images_until_it_has_the_error_asked_for():
    (row,) = experiment.units({**UNITS, "keep": True}, [0])
    assert row["solved"] == 1
    looks = len(row["running"])
    assert row["errors"].shape == (looks + 1,)
    assert row["errors"][-1] <= 0.25
    assert (looks - 1) / 4 <= row["passes"] <= looks / 4
    assert row["kernels"].shape == (looks + 1, 5, 5, 3, 8)
    assert not np.array_equal(row["kernels"][0], row["kernels"][-1])
    (longer,) = experiment.units({**UNITS, "target": 0.01, "passes": 1}, [0])
    assert longer["solved"] == 0
    assert "passes" not in longer
    np.testing.assert_array_equal(longer["running"][:looks], row["running"][:4])


def test_a_rate_that_is_too_high_is_told_or_given_up():
    (row,) = experiment.units({**UNITS, "rate": 1e4}, [0])
    assert row["failed"] == "diverged"
    assert row["solved"] == 0
    (row,) = experiment.units({**UNITS, "rate": 1e-9, "passes": 9}, [0])  # learns nothing, and is told after 3 passes
    assert "failed" not in row
    assert row["shown"] == 3
    (row,) = experiment.learn({**LEARN, "rate": 1e6}, [0])
    assert row == {"failed": "diverged"}


CHANGES = [
    {"normalization": "across"}, {"normalization": "within"}, {"overlap": False}, {"dropout": 0.5}, {"augment": True},
    {"decay": 0.0}, {"maps": (8,)}, {"hidden": 8}, {"start": "scaled", "rule": "adam", "schedule": "falling"},
    {"stacked": True, "start": "scaled", "passes": 1},
]  # fmt: skip


@pytest.mark.parametrize("change", CHANGES, ids=str)
def test_every_part_can_be_left_out_or_put_in(change):
    (plain,), (changed,) = experiment.learn(LEARN, [0]), experiment.learn({**LEARN, **change}, [0])
    assert set(changed) == set(plain)
    assert 0 <= changed["test"] <= 1
    assert np.unpackbits(changed["wrong"])[:616].mean() == pytest.approx(changed["test"])
    assert not np.array_equal(changed["running"], plain["running"]) or changed["test_loss"] != plain["test_loss"]


def test_nets_of_a_seed_start_alike_and_see_the_images_in_the_same_order():
    started = {}
    for name, change in {"plain": {}, "dropout": {"dropout": 0.5}, "one stage": {"maps": (8,)}}.items():
        cell = {**LEARN, **change, "passes": 0}
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(learning.Learner, "wrong", lambda self, x, y: np.zeros(1))
            _, learner, data = experiment._learned(cell, 5)
        started[name] = learner, data
    (plain, data), (dropping, _), (single, _) = started.values()
    same(plain.p, dropping.p)
    np.testing.assert_array_equal(plain.p["w1"], single.p["w1"])
    orders = [learner._order.permutation(300).tolist() for learner in (plain, dropping, single)]
    assert orders[0] == orders[1] == orders[2]
    assert len(data.train_x) == 300


def test_rates_are_chosen_on_training_images_that_were_held_out():
    whole = images.load("embedded")
    some = learning.held_out(whole, 100)
    assert len(some.test_x) == 100
    assert len(some.train_x) == len(whole.train_x) - 100
    known = {one.tobytes() for one in whole.train_x}
    assert {one.tobytes() for one in some.test_x} <= known
    np.testing.assert_array_equal(some.test_x, learning.held_out(whole, 100).test_x)
    (row,) = experiment.learn({**LEARN, "held_out": 60}, [0])
    assert row["wrong"].shape == (8,)


def test_nearest_rows_are_the_nearest():
    rng = np.random.default_rng(0)
    known, asked = rng.standard_normal((40, 5)), rng.standard_normal((3, 5))
    apart = np.linalg.norm(known[None] - asked[:, None], axis=2)
    np.testing.assert_array_equal(experiment.nearest(known, asked, 4), np.argsort(apart, axis=1)[:, :4])


def test_pictures_of_what_a_net_came_to_see():
    (row,) = experiment.pictures({**LEARN, "start": "scaled", "rate": 0.01, "hidden": 8, "queries": 4}, [0])
    data, _ = learning.looked_at("embedded", 300, 24, True)
    assert row["kernels"].shape == (5, 5, 3, 8)
    assert row["near"].shape == row["near_by_pixels"].shape == (12, experiment.NEAR)
    assert data.test_y[row["queries"]].tolist() == [0] * 4 + [1] * 4 + [2] * 4
    share = np.mean(data.train_y[row["near"]] == data.test_y[row["queries"]][:, None])
    assert row["same"] == pytest.approx(share)
    assert row["confusions"].sum() == len(data.test_y)
    assert np.trace(row["confusions"]) == pytest.approx((1 - row["test"]) * len(data.test_y))
    assert np.all(row["worst_taken_for"] != data.test_y[row["worst"]])
    assert np.all(np.diff(row["worst_sure"]) <= 0)


def test_the_operations_of_alexnet_are_counted_by_its_layers():
    found = accounting.totals()
    assert found["operations"] == pytest.approx(4.7e17, rel=0.005)
    assert found["operations"] == 6 * 724_406_816 * 1_200_000 * 90
    assert found["by_parameters"] == pytest.approx(3.95e16, rel=0.001)
    assert found["ratio"] == pytest.approx(724_406_816 / 60_965_224) == pytest.approx(11.88, abs=0.01)
    assert sum(layer.operations for layer in accounting.shares()) == found["operations"]
    dense = [layer for layer in accounting.shares() if layer.name.startswith("dense")]
    assert sum(layer.parameters for layer in dense) / found["parameters"] > 0.96
    assert sum(layer.multiplications for layer in dense) / found["multiplications"] < 0.09
    assert 0.25 < found["used_low"] < found["used_high"] < 0.4


def test_freed_memory_is_kept_where_the_library_can():
    assert memory.keep_freed_memory() in (True, False)
    assert memory.keep_freed_memory() == memory.keep_freed_memory()


def test_later_nets_of_as_many_parameters_have_no_more():
    count = sum(layer.parameters for layer in convnet.counts(convnets.stacked_net()))
    assert count == 140_074 <= sum(layer.parameters for layer in convnet.counts(convnets.NETS["layers-80sec"]))


@pytest.mark.slow
@pytest.mark.skipif(not REAL_DATA, reason="the files of CIFAR-10 are looked for in $BACKSTORY_DATA")
def test_nets_learn_from_either_kind_of_pixels(monkeypatch):
    monkeypatch.setenv("BACKSTORY_DATA", REAL_DATA)
    cell = {**LEARN, "examples": 500, "start": "scaled", "rate": 0.01, "passes": 2}
    rows = [experiment.pixels({**cell, "pixels": kind}, [0])[0] for kind in ("original", "JPEG")]
    for row in rows:
        assert row["test"] == row["test_original" if row is rows[0] else "test_jpeg"]
        assert row["test_original"] != row["test_jpeg"]


@pytest.mark.slow
def test_speeds_are_measured():
    (row,) = experiment.speed({"repeats": 1, "images": 2}, [0])
    assert 0 < row["step"] < row["alexnet"] < 60
    assert row["hours"] == pytest.approx(row["alexnet"] / 2 * 1.2e6 * 90 / 3600)
