"""Llamas: counts from configurations, a whole net by measured slopes, and what their parts promise."""

from dataclasses import replace

import numpy as np
import pytest

from core.learning import checks, training
from core.learning.compiled import adam
from core.learning.compiled.llama import FAST
from core.learning.operation_counts import count
from core.learning.ordered import OrderedSystem, ordered_derivatives
from core.networks import generation, llama, llama_layers, llama_sizes
from core.networks.llama import Config

SMALL = Config(7, 8, 2, 4, 2, 10, 16)
KINDS = [
    {},
    {"tied": False, "pairing": "halves", "scaling": (8.0, 1.0, 4.0, 6.0)},
    {"heads": 2, "groups": 2, "head_size": 6},
    {"gate": "relu"},
    {"norm": "layer"},
    {"norm": "none"},
    {"positions": "learned"},
    {"positions": "none"},
]


def net(config, kind=float, seed=0, spread=0.3):
    rng = np.random.default_rng(seed)
    return {k: (v + spread * rng.standard_normal(v.shape)).astype(kind) for k, v in llama.init(rng, config).items()}


def tokens(config, *shape, seed=1):
    return np.random.default_rng(seed).integers(0, config.vocabulary, shape)


def scores_of(p, seen, config, ops=llama.PLAIN):
    system = OrderedSystem()
    return llama.scores(system, system.parameters(p), seen, config, ops).value.reshape(*seen.shape, -1)


def test_parameters_are_counted_from_configurations():
    assert llama.count(llama_sizes.STORIES_260K) == 260_032
    assert llama.count(llama_sizes.LLAMA_3_2_1B) == 1_235_814_400
    assert llama.count(llama_sizes.LLAMA_3_1_405B) == 405_853_388_800
    assert llama.count(Config(32000, 288, 6, 6, 6, 768, 256)) == 15_191_712
    assert llama.count(replace(llama_sizes.STORIES_260K, vocabulary=65)) == 231_424
    for kind in KINDS:
        config = replace(SMALL, **{"head_size": 0, **kind})
        assert sum(v.size for v in net(config).values()) == llama.count(config)


@pytest.mark.parametrize("ops", [llama.PLAIN, FAST], ids=["plain", "compiled"])
@pytest.mark.parametrize("kind", KINDS, ids=str)
def test_slopes_of_a_whole_net_are_measured_slopes(kind, ops):
    config = replace(SMALL, **{"head_size": 0, "layers": 1, **kind})
    x, y = tokens(config, 2, 5), tokens(config, 2, 5, seed=2)
    y[0, :2] = -1
    error = checks.full_error(lambda s, p, x, y: llama.loss(s, p, x, y, config, ops), net(config), x, y)
    checks.require(error, str(kind))


def test_a_new_net_knows_nothing():
    config = llama_sizes.STORIES_260K
    p = llama.init(np.random.default_rng(0), config)
    seen = tokens(config, 2, 65)
    assert llama.surprises(p, seen, config, FAST).mean() == pytest.approx(np.log(512), abs=0.05)


def test_surprises_are_the_loss():
    p, seen = net(SMALL), tokens(SMALL, 3, 9)
    system = OrderedSystem()
    loss = llama.loss(system, system.parameters(p), seen[:, :-1], seen[:, 1:], SMALL)
    assert llama.surprises(p, seen, SMALL).mean() == pytest.approx(float(loss.value))


def test_what_comes_later_changes_nothing_before():
    p, seen = net(SMALL), tokens(SMALL, 1, 12)
    other = seen.copy()
    other[0, 7:] = (other[0, 7:] + 1) % 7
    one, two = scores_of(p, seen, SMALL), scores_of(p, other, SMALL)
    np.testing.assert_array_equal(one[:, :7], two[:, :7])
    assert np.abs(one[:, 7:] - two[:, 7:]).max() > 1e-3


def test_without_learned_places_only_distances_count():
    p, seen = net(SMALL), np.array([[3, 1, 4, 1, 5]])
    shifted = scores_of(p, np.concatenate([[[0, 0, 0]], seen], axis=1), SMALL)
    table = llama.tables(SMALL, 16)
    from core.learning.ops import rotary

    q, k = np.random.default_rng(0).standard_normal((2, 16, 8))
    q[:], k[:] = q[0], k[0]
    turned = [rotary(v, **table, pairing=SMALL.pairing)[0][0] for v in (q, k)]
    score = np.einsum("ihd,jhd->hij", *turned)
    for distance in range(-10, 10):
        diagonal = np.diagonal(score, distance, axis1=1, axis2=2)
        np.testing.assert_allclose(diagonal, diagonal[:, :1] + 0 * diagonal, atol=1e-12)
    assert np.ptp(score) > 0.1
    assert shifted.shape == (1, 8, 7)


def test_grouped_queries_are_repeated_heads():
    p = net(SMALL)
    wide = replace(SMALL, groups=SMALL.heads)
    repeated = dict(p)
    for layer in range(SMALL.layers):
        for name in ("wk", "wv"):
            heads = p[f"{layer}.{name}"].reshape(SMALL.groups, SMALL.head_size, -1)
            repeated[f"{layer}.{name}"] = np.repeat(heads, 2, axis=0).reshape(-1, SMALL.width)
    seen = tokens(SMALL, 2, 9)
    np.testing.assert_allclose(scores_of(repeated, seen, wide), scores_of(p, seen, SMALL), atol=1e-12)
    assert llama_sizes.cache_bytes(wide, 10) == 2 * llama_sizes.cache_bytes(SMALL, 10)


def test_sizes_of_what_is_kept():
    assert llama_sizes.cache_bytes(llama_sizes.LLAMA_3_1_8B, 1) == 131_072
    assert llama_sizes.cache_bytes(llama_sizes.LLAMA_3_1_405B, 1) == 516_096


def test_operations_are_those_that_the_system_counts():
    config = replace(SMALL, vocabulary=40)
    p, seen = net(config), tokens(config, 2, 9)
    system = OrderedSystem()
    found = count(llama.loss(system, system.parameters(p), seen[:, :-1], seen[:, 1:], config))
    matrices, pairs = llama_sizes.operations(config, 8)
    told = 16 * (matrices + pairs)
    assert told < found.forward < 1.4 * told
    assert 1.7 < found.backward / found.forward < 2.2


def test_llama_3_slows_the_slow_pairs_and_keeps_the_fast_ones():
    config = llama_sizes.LLAMA_3_2_1B
    plain = llama.frequencies(replace(config, scaling=None))
    slowed = plain / llama.frequencies(config)
    assert slowed[0] == 1
    assert slowed[-1] == pytest.approx(32)
    assert np.all(np.diff(slowed) > -1e-12)


def test_a_text_longer_than_the_model_is_refused():
    with pytest.raises(ValueError, match="17 tokens are more than the 16"):
        scores_of(net(SMALL), tokens(SMALL, 1, 17), SMALL)
    with pytest.raises(ValueError, match="equal groups"):
        Config(7, 8, 2, 4, 3, 10, 16)


@pytest.mark.parametrize("config", [SMALL, replace(SMALL, tied=False, pairing="halves", vocabulary=50, hidden=37)])
def test_with_kept_keys_and_values_the_scores_are_the_same(config):
    p, seen = net(config, np.float32), tokens(config, 1, 16)
    decoder = generation.Decoder(p, config)
    kept = np.array([decoder.step(int(token)).copy() for token in seen[0]])
    np.testing.assert_allclose(kept, scores_of(p, seen, config)[0], atol=2e-5)
    with pytest.raises(ValueError, match="room for 16 tokens"):
        decoder.step(0)


def test_choosing_a_token():
    rng, scores = np.random.default_rng(0), np.log(np.array([0.5, 0.3, 0.15, 0.05]))
    assert generation.choose(scores, temperature=0, top_p=1, rng=None) == 0
    drawn = [generation.choose(scores, temperature=1, top_p=1, rng=rng) for _ in range(4000)]
    np.testing.assert_allclose(np.bincount(drawn) / 4000, [0.5, 0.3, 0.15, 0.05], atol=0.03)
    drawn = [generation.choose(scores, temperature=1, top_p=0.7, rng=rng) for _ in range(4000)]
    np.testing.assert_allclose(np.bincount(drawn) / 4000, [0.625, 0.375], atol=0.03)
    cold = [generation.choose(scores, temperature=0.1, top_p=1, rng=rng) for _ in range(500)]
    assert np.mean(np.equal(cold, 0)) > 0.97
    with pytest.raises(ValueError, match="generator of random numbers"):
        generation.choose(scores, temperature=1, top_p=1, rng=None)


def test_writing_streams_stops_and_refuses():
    p, seen = net(SMALL, np.float32), []
    stream = generation.write(p, SMALL, [1, 2], 5, look=lambda scores: seen.append(scores.copy()))
    first = next(stream)
    assert len(seen) == 1
    written = [first, *stream]
    assert len(written) == len(seen) == 5
    by_hand = [1, 2]
    for _ in range(5):
        by_hand.append(int(scores_of(p, np.array([by_hand]), SMALL)[0, -1].argmax()))
    assert by_hand[2:] == written
    assert list(generation.write(p, SMALL, [1, 2], 5, stop=(written[0],))) == []
    with pytest.raises(ValueError, match="after at least one token"):
        next(generation.write(p, SMALL, [], 5))
    with pytest.raises(ValueError, match="do not fit"):
        next(generation.write(p, SMALL, [1, 2], 16))
    with pytest.raises(ValueError, match="all their parts"):
        generation.Decoder(p, replace(SMALL, norm="none"))


def test_training_in_parts_with_clipping_is_training_at_once():
    config = replace(SMALL, layers=1)
    x, y = tokens(config, 8, 6), tokens(config, 8, 6, seed=2)
    ends = []
    for parts, in_place in ((1, training.adam_in_place), (2, adam.adam_in_place)):
        p = net(config)
        rule = training.Adam(beta2=0.95, decay=0.1, in_place=in_place)
        rate = training.cosine(0.01, 6, warm_up=2)
        batches = ((x[k : k + 4], y[k : k + 4]) for k in (0, 4, 0, 4, 0, 4))
        last = training.train(
            lambda s, p, x, y: llama.loss(s, p, x, y, config), p, batches, rule=rule, rate=rate, clip=0.5, parts=parts
        )
        ends.append((last, p))
    assert ends[0][0] == pytest.approx(ends[1][0], rel=1e-10)
    for name, value in ends[0][1].items():
        np.testing.assert_allclose(ends[1][1][name], value, rtol=1e-8, atol=1e-12)
    with pytest.raises(ValueError, match="equal parts"):
        training.train(
            lambda s, p, x, y: llama.loss(s, p, x, y, config),
            p,
            iter([(x[:3], y[:3])]),
            rule=training.Plain(),
            rate=lambda k: 0.1,
            parts=2,
        )


def test_gains_do_not_decay_and_matrices_do():
    rule = training.Adam(decay=0.5)
    w, g = np.ones((2, 2)), np.ones(2)
    rule.step("w", w, np.zeros((2, 2)), 0.1)
    rule.step("g", g, np.zeros(2), 0.1)
    np.testing.assert_allclose(w, 0.95)
    np.testing.assert_array_equal(g, 1)


def test_the_cosine_rises_falls_and_ends_at_a_tenth():
    rate = training.cosine(1.0, 100, warm_up=10)
    assert [rate(0), rate(9), rate(10)] == pytest.approx([0.1, 1.0, 1.0])
    assert rate(55) == pytest.approx(0.55)
    assert rate(100) == rate(500) == pytest.approx(0.1)


def test_slopes_are_scaled_down_together():
    slopes = {"a": np.array([3.0]), "b": np.array([4.0])}
    assert training.scale_down(slopes, 1.0) == pytest.approx(5)
    assert (float(slopes["a"][0]), float(slopes["b"][0])) == pytest.approx((0.6, 0.8))
    assert training.scale_down(slopes, 1.0) == pytest.approx(1)


def test_forgetting_on_the_way_back_changes_no_derivative():
    p, seen = net(SMALL), tokens(SMALL, 2, 6)
    found = []
    for forget in (False, True):
        system = OrderedSystem()
        loss = llama.loss(system, system.parameters(p), seen[:, :-1], seen[:, 1:], SMALL)
        found.append(dict(ordered_derivatives(loss, forget=forget)))
    for name in p:
        np.testing.assert_array_equal(found[0][name], found[1][name])


@pytest.mark.parametrize("kind", [{}, {"tied": False, "pairing": "halves"}, {"norm": "layer"}], ids=str)
def test_layer_by_layer_all_derivatives_are_those_of_one_walk(kind):
    config = replace(SMALL, **kind)
    p, x, y = net(config), tokens(config, 2, 6), tokens(config, 2, 6, seed=2)
    system = OrderedSystem()
    loss = llama.loss(system, system.parameters(p), x, y, config)
    wanted = ordered_derivatives(loss)
    asked = []

    class Lazy(dict):
        def __getitem__(self, name):
            asked.append(name)
            return p[name]

    weights = Lazy(p)
    entered = llama_layers.streams(weights, x, config)
    np.testing.assert_allclose(
        llama_layers.scores(weights, entered[-1], config), scores_of(p, x, config).reshape(12, -1)
    )
    parts = list(llama_layers.slopes_by_layer(weights, x, y, entered, config))
    assert [part for part, _ in parts] == ["output", "1", "0", "embedding"]
    found = {name: slope for _, slopes in parts for name, slope in slopes.items()}
    assert sorted(found) == sorted(p)
    for name, slope in found.items():
        np.testing.assert_allclose(slope, wanted[name], atol=1e-13)
    assert max(asked.count(name) for name in p if name[0].isdigit()) == 2
