"""The ops of a Llama by what is known of them, and their compiled twins against them."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.learning import checks
from core.learning.compiled import adam as compiled_adam
from core.learning.compiled import blocks
from core.learning.compiled.llama import FAST
from core.learning.operation_counts import count
from core.learning.ops import (
    OPS,
    attention,
    centred,
    embedding,
    linear,
    mean_cross_entropy,
    next_token_loss,
    rms_norm,
    rotary,
    rows,
    swiglu,
)
from core.learning.ops.table import Op
from core.learning.optimizers import adam_in_place
from core.learning.ordered import OrderedSystem
from tests.learning.llama_cases import angles

TWINS = sorted(set(FAST) - {"linear"})


def normal(*shape, seed=0):
    return np.random.default_rng(seed).standard_normal(shape)


def squares(curvature, forward, inputs, u):
    """Each input's sum over outputs of u (dy/dx)^2, by measured slopes of every output."""
    y = forward(*inputs)
    found = []
    for k, x in enumerate(inputs):
        total = np.zeros(x.shape)
        for place in np.ndindex(*y.shape):
            slopes = checks.measured_slopes(
                lambda v, k=k, place=place: forward(*inputs[:k], v, *inputs[k + 1 :])[place], x
            )
            total += u[place] * slopes**2
        found.append(total)
    return found


@pytest.mark.parametrize(
    ("op", "inputs", "options"),
    [
        (linear, (normal(2, 3), normal(2, 3, seed=1)), {}),
        (rms_norm, (normal(2, 3), normal(3, seed=1)), {"epsilon": 0.1}),
        (centred, (normal(2, 3),), {}),
        (rotary, (normal(2, 8),), {"pairing": "adjacent", **angles(2, 2)}),
        (rotary, (normal(2, 8),), {"pairing": "halves", **angles(2, 2)}),
        (swiglu, (normal(2, 3), normal(2, 3, seed=1)), {}),
    ],
)
def test_curvatures_are_squared_slopes(op, inputs, options):
    y, cache = op(*inputs, **options)
    u = normal(*y.shape, seed=5) ** 2
    wanted = squares(None, lambda *x: op(*x, **options)[0], list(inputs), u)
    for found, right in zip(OPS[op.__name__].curvature(u, cache), wanted, strict=True):
        np.testing.assert_allclose(found, right, rtol=1e-6, atol=1e-9)


def test_embedding_is_rows_one_token_a_case():
    table, tokens = normal(5, 3), np.array([[1, 4], [1, 1]])
    y, cache = embedding(table, tokens)
    same, its = rows(table, tokens.reshape(-1, 1))
    np.testing.assert_array_equal(y, same)
    dy = normal(4, 3, seed=1)
    np.testing.assert_allclose(OPS["embedding"].backward(dy, cache)[0], OPS["rows"].backward(dy, its)[0])


@pytest.mark.parametrize("loss", [next_token_loss, FAST["next_token_loss"]])
def test_the_loss_is_that_of_its_two_halves_and_leaves_out_what_it_is_told_to(loss):
    h, w, tokens = normal(300, 4), normal(37, 4, seed=1), np.random.default_rng(2).integers(0, 37, 300)
    value, cache = loss(h, w, tokens)
    alone, its = mean_cross_entropy(h @ w.T, tokens)
    assert value == pytest.approx(float(alone), rel=1e-12)
    da = OPS["mean_cross_entropy"].backward(np.array(1.0), its)[0]
    dh, dw, none = OPS[loss.__name__].backward(np.array(1.0), cache)
    np.testing.assert_allclose(dh, da @ w, atol=1e-14)
    np.testing.assert_allclose(dw, da.T @ h, atol=1e-14)
    assert none is None
    some = np.where(np.arange(300) % 3, tokens, -1)
    value, cache = loss(h, w, some)
    assert value == pytest.approx(float(mean_cross_entropy((h @ w.T)[some >= 0], some[some >= 0])[0]), rel=1e-12)
    assert not OPS[loss.__name__].backward(np.array(1.0), cache)[0][some < 0].any()
    with pytest.raises(ValueError, match="every token is left out"):
        loss(h, w, np.full(300, -1))


def test_attention_written_out_for_every_query():
    b, t, heads, groups, size = 2, 5, 4, 2, 3
    q, k, v = normal(b, t, heads, size), normal(b, t, groups, size, seed=1), normal(b * t, groups * size, seed=2)
    out = attention(q, k, v)[0].reshape(b, t, heads, size)
    values = v.reshape(b, t, groups, size)
    for s, i, h in np.ndindex(b, t, heads):
        score = np.array([q[s, i, h] @ k[s, j, h // 2] for j in range(i + 1)]) / np.sqrt(size)
        p = np.exp(score) / np.exp(score).sum()
        np.testing.assert_allclose(out[s, i, h], p @ values[s, : i + 1, h // 2])


def test_attention_refuses_heads_and_lengths_that_do_not_fit():
    q, k, v = normal(2, 5, 4, 3), normal(2, 5, 3, 3), normal(10, 9)
    with pytest.raises(ValueError, match="equal groups"):
        attention(q, k, v)
    with pytest.raises(ValueError, match="values"):
        attention(q, k[:, :, :2], v)
    with pytest.raises(ValueError, match="adjacent or halves"):
        rotary(normal(3, 4), pairing="far", **angles(3, 2))
    with pytest.raises(ValueError, match="do not fit tables"):
        rotary(normal(4, 4), **angles(3, 2))


@given(
    b=st.integers(1, 2),
    t=st.integers(1, 70),
    groups=st.integers(1, 3),
    each=st.integers(1, 3),
    size=st.sampled_from([1, 2, 8, 17, 48]),
    kind=st.sampled_from([np.float32, np.float64]),
)
@settings(max_examples=25, deadline=None)
def test_compiled_attention_at_any_shape(b, t, groups, each, size, kind):
    shapes = ((b, t, groups * each, size), (b, t, groups, size), (b * t, groups * size))
    q, k, v = (3 * normal(*shape, seed=s).astype(kind) for s, shape in enumerate(shapes))
    near = 1e-12 if kind is np.float64 else 2e-5
    y, cache = attention(q, k, v)
    fast, its = FAST["attention"](q, k, v)
    np.testing.assert_allclose(fast, y, atol=near * 3)
    dy = normal(*y.shape, seed=9).astype(kind)
    for one, other in zip(OPS["attention"].backward(dy, cache), OPS["fast_attention"].backward(dy, its), strict=True):
        assert other.dtype == kind
        np.testing.assert_allclose(other, one, atol=near * max(1.0, float(np.abs(one).max())) * 3)


@pytest.mark.parametrize("kind", [np.float32, np.float64])
@pytest.mark.parametrize("width", [1, 6, 16, 50])
@pytest.mark.parametrize("name", [name for name in TWINS if name != "attention"])
def test_compiled_twins_are_their_ops(name, width, kind):
    tokens = np.random.default_rng(3).integers(0, 7, (2, 6))
    inputs, options = {
        "embedding": ((normal(7, width).astype(kind), tokens), {}),
        "rms_norm": ((normal(12, width).astype(kind), normal(width, seed=1).astype(kind)), {"epsilon": 1e-5}),
        "rotary": ((normal(12, 4 * width).astype(kind),), {"pairing": "halves", **angles(6, 2)}),
        "swiglu": ((9 * normal(12, width).astype(kind), normal(12, width, seed=1).astype(kind)), {}),
        "next_token_loss": (
            (normal(12, 5).astype(kind), normal(width + 7, 5, seed=1).astype(kind), tokens.ravel()),
            {},
        ),
    }[name]
    near = 1e-13 if kind is np.float64 else 1e-5
    y, cache = OPS[name].forward(*inputs, **options)
    fast, its = OPS[f"fast_{name}"].forward(*inputs, **options)
    np.testing.assert_allclose(fast, y, rtol=near, atol=near)
    dy = np.asarray(normal(*np.shape(y), seed=9)).astype(kind)
    for one, other in zip(OPS[name].backward(dy, cache), OPS[f"fast_{name}"].backward(dy, its), strict=True):
        if one is not None:
            assert other.dtype == kind
            np.testing.assert_allclose(other, one, rtol=near, atol=near)


def test_rotary_pairs_of_both_kinds_are_one_another_reordered():
    x, tables = normal(6, 8), angles(3, 4)
    apart = np.concatenate([x[:, ::2], x[:, 1::2]], axis=1)
    adjacent = rotary(x, pairing="adjacent", **tables)[0].reshape(6, 8)
    halves = rotary(apart, pairing="halves", **tables)[0].reshape(6, 8)
    np.testing.assert_array_equal(np.concatenate([adjacent[:, ::2], adjacent[:, 1::2]], axis=1), halves)
    np.testing.assert_allclose(np.linalg.norm(adjacent, axis=1), np.linalg.norm(x, axis=1))


def test_rms_norm_of_what_has_no_mean_is_layer_normalisation():
    x, g = normal(4, 6), normal(6, seed=1)
    layer = (x - x.mean(axis=1, keepdims=True)) / np.sqrt(x.var(axis=1, keepdims=True) + 1e-5) * g
    np.testing.assert_allclose(rms_norm(centred(x)[0], g)[0], layer)


def test_costs_counted_by_hand():
    def of(op, *inputs, **options):
        system = OrderedSystem()
        entries = [
            system.parameter(str(k), x) if x.dtype.kind == "f" else system.constant(x) for k, x in enumerate(inputs)
        ]
        found = count(system.apply(op, *entries, **options))
        return found.forward, found.backward

    assert of(linear, normal(4, 3), normal(2, 3)) == (24, 48)
    pairs = 2 * 4 * (1 + 2 + 3)
    assert of(attention, normal(2, 3, 4, 5), normal(2, 3, 2, 5), normal(6, 10)) == (pairs * 12, pairs * 28)
    tokens = np.zeros(4, int)
    assert of(next_token_loss, normal(4, 3), normal(7, 3), tokens) == (4 * (7 * 4 + 1), 4 * 7 * 8)
    assert of(swiglu, normal(2, 3), normal(2, 3)) == (18, 30)


@pytest.mark.parametrize("kind", [np.float32, np.float64])
def test_exponentials_of_whole_vectors(kind):
    x = np.linspace(-80, 80, 3200).astype(kind)
    found = x.copy()
    total = blocks.exponentials(found, 0, len(found), kind(0.5))
    wanted = np.exp((x - kind(0.5)).astype(float))
    np.testing.assert_allclose(found, wanted, rtol=6e-7 if kind is np.float32 else 4e-16)
    assert total == pytest.approx(wanted.sum(), rel=1e-5)
    assert blocks.largest(found, 0, len(found)) == found.max()
    spoiled = np.full(32, np.nan, kind)
    assert np.isnan(blocks.exponentials(spoiled, 0, 32, kind(0)))


@pytest.mark.parametrize("kind", [np.float32, np.float64])
def test_compiled_adam_follows_the_plain_one(kind):
    w, m, v = (normal(5, 7, seed=s).astype(kind) for s in range(3))
    v = np.abs(v)
    same = [x.copy() for x in (w, m, v)]
    for k in range(1, 6):
        slope = normal(5, 7, seed=10 + k).astype(kind)
        constants = {"learning_rate": 0.02, "beta2": 0.95, "decay": 0.1}
        adam_in_place(w, slope, m, v, np.empty_like(w), k, **constants)
        compiled_adam.adam_in_place(same[0], slope, *same[1:], np.empty(0, kind), k, **constants)
    for one, other in zip((w, m, v), same, strict=True):
        np.testing.assert_allclose(other, one, rtol=1e-5 if kind is np.float32 else 1e-12)


def test_twins_are_checked_by_measured_slopes_too():
    for name in ("fast_rms_norm", "fast_swiglu"):
        op: Op = OPS[name]
        inputs = (normal(3, 5), normal(5, seed=1)) if name == "fast_rms_norm" else (normal(3, 5), normal(3, 5, seed=1))
        checks.require(checks.projection_error(op, inputs, np.random.default_rng(0)), name)
