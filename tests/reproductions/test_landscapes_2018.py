"""The trials of landscapes, small: seeds apart from their blocks, matching, slices, stationary points, chance."""

import numpy as np
import pytest

from core.evidence.trials import Row
from core.learning import curvature, landscape
from core.learning.ordered import OrderedSystem
from core.learning.slopes import flatten
from core.networks import grouped
from reproductions.cli import rooms
from reproductions.landscapes_2018 import claims, hessians, lines, matching, nets, paths, run, slices, stuck
from reproductions.landscapes_2018.figures import downwards
from reproductions.landscapes_2018.settings import PRESETS
from reproductions.landscapes_2018.tables import fallen

DIGITS = {
    "entropy": 3, "data": "embedded", "examples": 200, "pool": 4, "passes": 2, "batch": 20, "rule": "plain",
    "rate": 0.2, "on": 50, "nets": 2,
}  # fmt: skip
LAYERED = DIGITS | {"net": "layered", "hidden": [5], "activation": "tanh"}
RESIDUAL = DIGITS | {"net": "residual", "width": 6, "depth": 2, "skips": True, "momentum": 0.9, "decay": 1e-3}
XOR = {
    "entropy": 1986, "layers": [2, 2, 1], "reach": 0.5, "rate": 0.5, "momentum": 0.9, "sweeps": 1500, "off": 0.1,
    "margin": 0.4, "longer": 3000,
}  # fmt: skip
LINE, WIDTHS = {"shares": [0, 1, 11], "points": 5}, {"reach": {"filters": 1.0, "raw": 3.0}, "points": 9, "rise": 0.3}
TRIALS = {
    lines.straight: LAYERED | LINE,
    lines.between: LAYERED | LINE,
    lines.straight_xor: XOR | LINE,
    lines.straight_zipcode: {"entropy": 1, "data": "embedded", "passes": 1, "rate": 0.01, "on": 20} | LINE,
    slices.planes: RESIDUAL | {"extent": 1.0, "points": 7, "kinds": ["filters", "raw", "tensors"], "keep": True},
    slices.widths: LAYERED | WIDTHS,
    slices.rescaled: LAYERED | {"activation": "relu", "factor": 10.0} | WIDTHS,
    paths.components: LAYERED | {"looks": 6, "planes": 3},
    paths.displacement: RESIDUAL | {"directions": 4},
    paths.wormhole: LAYERED | {"looks": 3, "extent": 1.0, "points": 5, "keep": True},
    hessians.spectrum: LAYERED | {"looks": 2},
    hessians.ends: LAYERED | {"looks": 1, "count": 2},
    hessians.index_and_loss: LAYERED | {"looks": 2, "tries": 2, "noise": 1.0, "steps": 8, "small": 1.0, "decay": 0.01},
    hessians.chance: {"entropy": 2, "n": 2, "matrices": 500},
    stuck.xor: XOR | {"sweeps": 150, "longer": 50},
}  # fmt: skip


def same(a, b):
    assert a.keys() == b.keys()
    for name in a:
        np.testing.assert_allclose(a[name], b[name], rtol=1e-9, atol=1e-12, err_msg=name)


@pytest.mark.parametrize("trial", TRIALS, ids=lambda trial: trial.__name__)
def test_a_seed_s_numbers_do_not_depend_on_its_block(trial):
    cell = TRIALS[trial]
    together = trial(cell, [0, 1, 2])
    nets._trained.cache_clear()
    same(together[2], trial(cell, [2])[0])
    assert all("failed" not in row for row in together)
    assert any(np.any(together[0][name] != together[1][name]) for name in together[0].keys() & together[1].keys())
    for row in together:
        assert all(isinstance(value, float | np.ndarray) for value in row.values()), row


@pytest.mark.parametrize("cell", [LAYERED | {"rate": 1e30}, RESIDUAL | {"rate": 1e30}])
@pytest.mark.parametrize("trial", [lines.straight, slices.planes, paths.components, hessians.spectrum])
def test_divergence_is_told_and_not_raised(trial, cell):
    assert trial(TRIALS[trial] | cell, [0]) == [{"failed": "diverged"}]


def test_more_seeds_than_lanes():
    rows = stuck.xor(XOR | {"sweeps": 150, "longer": 50}, range(9))
    assert len(rows) == 9
    same(rows[8], stuck.xor(XOR | {"sweeps": 150, "longer": 50}, [8])[0])


def test_training_learns_and_its_looks_are_on_the_way():
    found = nets.trained(LAYERED | {"hidden": [20], "passes": 60, "looks": 4}, 0)
    assert found.sound
    assert found.train_error < 0.2 < found.error < 0.4
    assert found.steps.tolist() == [0, 150, 300, 450, 600]
    for name in found.end:
        np.testing.assert_array_equal(found.looks[-1][name], found.end[name])
        np.testing.assert_array_equal(found.looks[0][name], found.start[name])
        assert found.end[name].dtype == np.float32


def test_digits_are_pooled_and_chosen_once_for_all_seeds():
    data = nets.digits_of(LAYERED)
    assert data.x.shape == (200, 16)
    np.testing.assert_allclose(nets._pooled(np.arange(16.0)[None], 2), [[2.5, 4.5, 10.5, 12.5]])
    assert nets.digits_of(LAYERED | {"pool": 1}).x.shape == (200, 256)


def layered(hidden=(6, 5), seed=0):
    net = nets.layered((4, *hidden, 3), "tanh")
    return net, nets.double(net.start(np.random.default_rng(seed)))


@pytest.mark.parametrize("hidden", [(9,), (6, 5), (4, 4, 4)])
def test_matching_recovers_a_planted_permutation(hidden):
    net, p = layered(hidden)
    g = np.random.default_rng(1)
    orders = {k: g.permutation(size) for k, size in enumerate(hidden, start=1)}
    other = matching.permuted(p, orders)
    x = g.standard_normal((7, 4))
    both = []
    for q in (p, other):
        system = OrderedSystem()
        both.append(net.scores(system, system.parameters(q), x).value)
    np.testing.assert_allclose(both[0], both[1], atol=1e-12)
    found, found_orders = matching.matched(p, other)
    for name in p:
        np.testing.assert_array_equal(found[name], p[name])
    for k, order in orders.items():
        np.testing.assert_array_equal(order[found_orders[k]], np.arange(len(order)))


def test_matching_never_moves_two_nets_apart():
    for seed in range(5):
        (_, p), (_, other) = layered(seed=seed), layered(seed=seed + 50)
        near, _ = matching.matched(p, other)
        assert sum(np.sum((near[n] - p[n]) ** 2) for n in p) <= sum(np.sum((other[n] - p[n]) ** 2) for n in p) + 1e-12


def test_what_a_line_shows():
    shares = np.linspace(0, 1, 5)
    row = lines.line_row(shares, np.array([4.0, 2.0, 1.0, 0.5, 0.25]))
    assert (row["monotone"], row["convex"], row["climb"]) == (1.0, 1.0, 0.0)
    assert row["barrier"] == 0.0
    row = lines.line_row(shares, np.array([4.0, 5.0, 1.0, 0.5, 0.0]))
    assert (row["monotone"], row["convex"]) == (0.0, 0.0)
    assert row["climb"] == pytest.approx(1 / 4)
    assert row["barrier"] == pytest.approx(2.0)
    assert lines.line_row(shares, np.array([1.0, 1.1, 1.2, 1.3, 1.4]))["monotone"] == 0.0  # it rises throughout


def test_slices_go_through_the_net_and_scale_as_their_directions():
    row = slices.planes(TRIALS[slices.planes], [0])[0]
    for kind in ("filters", "raw", "tensors"):
        assert row[f"{kind}_surface"][3, 3] == pytest.approx(row["filters_middle"], rel=1e-12)
        assert 0 <= row[f"{kind}_negative"] <= 1
    net, centre = layered((5,))
    x, y = np.random.default_rng(0).standard_normal((20, 4)), np.arange(20) % 3
    d = slices.pair({"entropy": 1}, 0, centre, "raw")
    assert [slices.length(one) for one in d] == pytest.approx([1.0, 1.0])
    bent = slices.seen(slices.surface(net, centre, d, landscape.grid(1e-2, 3), x, y), 1e-2)
    flat = np.stack([flatten(one) for one in d])
    small = flat @ curvature.hessian(net.loss, centre, x, y) @ flat.T
    assert [bent["least"], bent["most"]] == pytest.approx(list(np.linalg.eigvalsh(small)), rel=1e-3, abs=1e-5)


def test_widths_by_hand():
    at = np.linspace(-2, 2, 5)
    assert slices.width_of(at, np.array([4.0, 1.0, 0.0, 1.0, 4.0]), 2.0) == pytest.approx(1 + 1 / 3)
    assert slices.width_of(at, np.array([4.0, 1.0, 0.0, 0.0, 0.5]), 2.0) == pytest.approx((1 + 1 / 3 + 2) / 2)
    assert slices.width_of(at, np.array([np.inf, 1.0, 0.0, 1.0, np.inf]), 2.0) == pytest.approx(2.0)


def test_a_rescaled_net_is_the_same_function_and_only_its_raw_slices_change():
    row = slices.rescaled(TRIALS[slices.rescaled], [0])[0]
    assert row["outputs"] < 1e-9
    assert row["filters_difference"] < 1e-9
    assert row["raw_difference"] > 1e-3


def test_components_of_a_path_and_of_a_walk():
    row = paths.components(LAYERED | {"looks": 20, "planes": 5, "passes": 10}, [0])[0]
    assert row["one"] < row["two"] <= 1
    assert row["two"] > row["random_most"] > row["random"] > 0
    assert row["along"].shape == (21,)


def test_a_random_plane_sees_the_way_as_chance_says():
    rows = paths.displacement(LAYERED | {"hidden": [20], "directions": 60, "looks": 1}, range(6))
    ratio = np.mean([row["seen"] / row["expected"] for row in rows])
    assert ratio == pytest.approx(1.0, abs=0.2)
    assert rows[0]["parameters"] == 16 * 20 + 20 + 20 * 10 + 10


def test_the_wormhole_stays_where_it_is():
    row = paths.wormhole(LAYERED | {"looks": 4, "extent": 1.0, "points": 7, "keep": True, "passes": 10}, [0])[0]
    assert row["frames"].shape == (5, 7, 7)
    np.testing.assert_allclose(row["frames"][:, 3, 3], row["middle"])
    assert row["middle"][-1] < row["middle"][0]
    np.testing.assert_allclose(row["in_plane"][0], 0, atol=1e-9)
    assert np.abs(row["in_plane"]).max() < row["out_of_plane"][-1]


def test_the_spectrum_is_that_of_the_hessian_and_lanczos_finds_its_ends():
    row, ends = (
        hessians.spectrum(LAYERED | {"looks": 2}, [0])[0],
        hessians.ends(LAYERED | {"looks": 2, "count": 3, "tolerance": 1e-8}, [0])[0],
    )
    assert row["eigenvalues"].shape == (3, 16 * 5 + 5 + 5 * 10 + 10)
    np.testing.assert_allclose(ends["largest"], row["eigenvalues"][:, :-4:-1], rtol=1e-5)
    np.testing.assert_allclose(ends["lowest"][:, ::-1], row["eigenvalues"][:, :3], rtol=1e-4, atol=1e-7)
    np.testing.assert_allclose(ends["ratio"], row["ratio"], rtol=1e-3, atol=1e-6)
    assert hessians.index(np.array([-1.0, -1e-9, 0.0, 2.0])) == 0.25


def test_a_stationary_point_is_found_to_the_last_digit():
    """A single logistic unit on XOR cannot do better than 1/2 for every pattern; that is where its slope vanishes."""
    net, (x, t) = grouped.layers(2, 1), stuck.xor_task(XOR)
    end = stuck.stationary(net, np.array([0.3, -0.4, 0.2]), x, t)
    np.testing.assert_allclose(end, 0.0, atol=1e-8)
    ground = stuck._ground(net, end, x, t)
    assert ground["slope"] < stuck.STILL
    assert ground["index"] == 0.0
    assert ground["loss"] == pytest.approx(4 * 0.5 * 0.4**2)


def test_decay_adds_its_own_curvature():
    net, p = layered((5,))
    x, y = np.random.default_rng(0).standard_normal((20, 4)), np.arange(20) % 3
    plain, bent = (curvature.hessian(hessians.decayed(net.loss, decay), p, x, y) for decay in (0.0, 0.3))
    np.testing.assert_allclose(plain, curvature.hessian(net.loss, p, x, y), atol=1e-14)
    weights = np.concatenate([np.full(value.size, 0.3 * (name[0] == "w")) for name, value in p.items()])
    np.testing.assert_allclose(bent - plain, np.diag(weights), atol=1e-12)
    end, slope = hessians.nearest_stationary(hessians.decayed(net.loss, 0.3), p, x, y, steps=60)
    assert slope < 1e-9
    assert slope == pytest.approx(
        np.linalg.norm(flatten(curvature.slopes(hessians.decayed(net.loss, 0.3), end, x, y))), abs=1e-9
    )


def test_kinds_of_ground():
    row = {"solved_later": 0.0, "still_slope": 0.0, "still_length": 5.0, "still_index": 0.0}
    assert stuck.kind_of(row) == "minimum"
    assert stuck.kind_of(row | {"still_index": 0.1}) == "saddle"
    assert stuck.kind_of(row | {"still_length": 1e3}) == "slope to infinity"
    assert stuck.kind_of(row | {"still_slope": 1e-3}) == "slope to infinity"
    assert stuck.kind_of(row | {"solved_later": 1.0}) == "only slow"


def test_chance_matrices():
    g = np.random.default_rng(0)
    many = hessians.gaussian(g, 4000, 4)
    np.testing.assert_array_equal(hessians.positive_definite(many), np.linalg.eigvalsh(many)[:, 0] > 0)
    assert np.var(many[:, 0, 0]) == pytest.approx(2.0, rel=0.15)
    assert np.var(many[:, 0, 1]) == pytest.approx(1.0, rel=0.15)
    assert hessians.chance({"entropy": 1, "n": 2, "matrices": 40_000}, [0])[0]["share"] == pytest.approx(
        0.1464, abs=0.01
    )


def test_the_quick_run_measures_every_claim_and_draws_every_figure(quick_of):
    folder, record, _ = quick_of("landscapes_2018")
    results = {claim["id"]: claim for claim in record["claims"]}
    missing = [name for name, claim in results.items() if claim["outcome"] == "not measured"]
    assert set(missing) <= {"index_loss"}  # few places of a small search lead to a still point
    paper = rooms.paper_of("landscapes_2018")
    for picture in ("card", *(one.id for one in paper.figure)):
        assert (folder / "figures" / f"{picture}.svg").stat().st_size > 1000, picture
    assert (folder / "figures" / "wormhole.gif").exists()
    for name in ("rescale_same", "rescale_normal", "random_plane", "worm_shadow", "every_dimension"):
        assert results[name]["outcome"] == "agrees", name


@pytest.mark.parametrize("count", [1, 2, 3, 9])
def test_any_number_of_seeds_asks_for_that_many_lines(count):
    s = PRESETS["quick"].model_copy(update={"seeds": count})
    lines = next(study for study in run.studies(s) if study.name == "straight lines")
    assert {len(seeds) for _, seeds in lines.cells} == {count}


def test_slices_of_one_net_are_in_one_block():
    (_, seeds), *_ = run.by_net([{}], 3, 2)
    assert [seed % 3 for seed in seeds] == [0, 0, 1, 1, 2, 2]


def rows_of(values, nets=2):
    return [Row({"nets": nets}, seed, False, "", {"x": x}, {}, 0.0) for seed, x in enumerate(values)]


def test_slices_are_averaged_within_their_net():
    np.testing.assert_allclose(claims.by_net(rows_of([1.0, 10.0, 3.0, 20.0]), "x"), [2.0, 15.0])


def test_an_exponent_by_hand():
    groups = [np.array([[2.0, -1.0, 0.0], [2.0, -1.2, 0.0]]), np.array([[4.0, -2.0, 0.0], [4.0, -2.2, 0.0]])]
    assert claims.exponent(groups) == pytest.approx(-0.5)
    assert claims.correlation([np.array([[0.0, 0.0], [1.0, 2.0]]), np.array([[2.0, 4.0]])]) == pytest.approx(1.0)


def test_lines_are_told_as_shares_of_their_fall():
    arrays, values = {"losses": np.array([4.0, 5.0, 2.0])}, {"first": 4.0, "last": 2.0, "monotone": 0.0}
    told = fallen([Row({}, 0, False, "", values, arrays, 0.0)])
    np.testing.assert_allclose(told, [[1.0, 1.5, 0.0, 0.0]])


def test_where_a_surface_curves_downwards():
    x, y = np.meshgrid(np.linspace(-1, 1, 5), np.linspace(-1, 1, 5))
    assert not downwards(x**2 + y**2, 0.5).any()
    assert downwards(x**2 - 0.1 * y**2, 0.5).all()
    assert downwards(3 * x * y + x**2 + y**2, 0.5).all()


def test_digits_are_asked_for_before_the_first_trial(monkeypatch):
    asked = []
    monkeypatch.setattr(run.mnist, "load", lambda name, quiet: asked.append(name))
    monkeypatch.setattr(run.digits, "load", lambda name, quiet: asked.append(name))
    run.prepare(PRESETS["paper"], True)
    assert asked == ["mnist", "usps"]


def test_a_still_point_counts_once():
    arrays = {"losses": np.array([2.0, 1.0, 2.0 + 1e-9, 1.5]), "index": np.array([0.3, 0.0, 0.3, 0.1])}
    points = claims.distinct(Row({}, 0, False, "", {}, arrays, 0.0))
    np.testing.assert_allclose(points, [[1.0, 0.0], [1.5, 0.1], [2.0, 0.3]])
    assert claims.ranks_agree(points) == pytest.approx(1.0)
    assert np.isnan(claims.ranks_agree(points[:2]))
