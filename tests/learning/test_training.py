"""Training in small batches, in place."""

import gc
import tracemalloc
import weakref

import numpy as np
import pytest

from core.learning import checks, training
from core.learning.ops import affine
from core.learning.ops.classes import mean_cross_entropy, rows
from core.networks import language


def logistic(system, p, x, y):
    a = system.apply(affine, system.constant(x), p["w"], p["b"])
    return system.apply(mean_cross_entropy, a, system.constant(y))


def data():
    rng = np.random.default_rng(0)
    return rng.standard_normal((7, 3)), rng.integers(0, 2, 7)


def test_one_plain_step_by_hand():
    x, y = np.array([[1.0, 2.0]]), np.array([1])
    p = {"w": np.zeros((2, 2)), "b": np.zeros(2)}
    value = training.train(logistic, p, iter([(x, y)]), rule=training.Plain(), rate=lambda k: 0.5)
    assert value == pytest.approx(np.log(2))
    assert p["b"] == pytest.approx([-0.25, 0.25])
    assert p["w"] == pytest.approx(np.array([[-0.25, 0.25], [-0.5, 0.5]]))


def test_adams_first_step_is_the_rate_and_its_second_as_written():
    p = {"w": np.array([1.0])}
    rule = training.Adam()
    rule.step("w", p["w"], np.array([0.3]), 0.1)
    assert p["w"] == pytest.approx([0.9])
    rule.step("w", p["w"], np.array([-0.1]), 0.1)
    m = (0.9 * 0.1 * 0.3 + 0.1 * -0.1) / (1 - 0.81)
    v = (0.999 * 0.001 * 0.09 + 0.001 * 0.01) / (1 - 0.999**2)
    assert p["w"] == pytest.approx([0.9 - 0.1 * m / (np.sqrt(v) + 1e-8)])


def test_every_case_is_shown_once_before_any_comes_again():
    x, y = data()
    seen = [x[0] for x, _ in training.batches(np.arange(7)[:, None], y, 1, 14, np.random.default_rng(1))]
    assert sorted(int(s[0]) for s in seen[:7]) == list(range(7))
    sizes = [len(b) for b, _ in training.batches(x, y, 4, 10, np.random.default_rng(1))]
    assert sizes == [4, 3, 3]


def test_divergence_ends_training_with_nan_and_no_batch_is_refused():
    x, y = data()
    p = {"w": np.full((3, 2), np.inf), "b": np.zeros(2)}
    with np.errstate(invalid="ignore"):
        last = training.train(logistic, p, iter([(x, y)]), rule=training.Plain(), rate=lambda k: 1)
    assert np.isnan(last)
    with pytest.raises(ValueError, match="at least one batch"):
        training.train(logistic, p, iter([]), rule=training.Plain(), rate=lambda k: 1)


def test_the_arrays_of_a_batch_do_not_outlive_its_step():
    def watched(batches):
        for x, y in batches:
            alive.append(weakref.ref(x))
            yield x, y

    x, y = data()
    p, alive = {"w": np.zeros((3, 2)), "b": np.zeros(2)}, []
    gc.disable()
    try:
        batches = training.batches(x, y, 1, 14, np.random.default_rng(0))
        training.train(logistic, p, watched(batches), rule=training.Plain(), rate=lambda k: 0.1)
    finally:
        gc.enable()
    assert len(alive) == 14
    assert sum(array() is not None for array in alive) == 0


def test_single_precision_stays_single():
    x, y = data()
    p = {"w": np.zeros((3, 2), np.float32), "b": np.zeros(2, np.float32)}
    training.train(logistic, p, iter([(x.astype(np.float32), y)]), rule=training.Adam(), rate=lambda k: 0.1)
    assert p["w"].dtype == p["b"].dtype == np.float32


@pytest.mark.parametrize("shape", [(3, 2, 4), (5, 1, 2)])
def test_slopes_of_the_language_model_are_measured_slopes(shape):
    cases, context, features = shape
    rng = np.random.default_rng(2)
    p = {
        k: v.astype(float)
        for k, v in language.init(rng, vocabulary=6, context=context, features=features, hidden=3).items()
    }
    x, y = rng.integers(0, 6, (cases, context)), rng.integers(0, 6, cases)
    checks.require(checks.full_error(language.loss, p, x, y), "language model")
    assert sum(v.size for v in p.values()) == language.parameters(6, context, features, 3)


def test_rows_named_twice_gather_both_slopes():
    table = np.arange(6.0).reshape(3, 2)
    y, cache = rows(table, np.array([[0, 0], [2, 0]]))
    assert y.tolist() == [[0, 1, 0, 1], [4, 5, 0, 1]]
    from core.learning.ops.classes import rows_backward

    assert rows_backward(np.ones((2, 4)), cache)[0].tolist() == [[3, 3], [0, 0], [1, 1]]


def test_an_entry_of_the_table_of_features_moves_only_if_it_was_seen():
    rng = np.random.default_rng(3)
    p = language.init(rng, vocabulary=5, context=2, features=3, hidden=4)
    before = p["c"].copy()
    training.train(
        language.loss, p, iter([(np.array([[0, 1]]), np.array([2]))]), rule=training.Plain(), rate=lambda k: 1.0
    )
    moved = np.any(p["c"] != before, axis=1)
    assert moved.tolist() == [True, True, False, False, False]


@pytest.mark.parametrize(("kind", "near"), [(np.float64, 1e-10), (np.float32, 1e-5)])
def test_adam_in_place_follows_the_formula_as_printed(kind, near):
    rng = np.random.default_rng(4)
    w = rng.standard_normal((3, 2)).astype(kind)
    wanted, rule, m, v = w.astype(float), training.Adam(), np.zeros((3, 2)), np.zeros((3, 2))
    for k in range(1, 21):
        slope = rng.standard_normal((3, 2)).astype(kind)
        m, v = 0.9 * m + 0.1 * slope, 0.999 * v + 0.001 * slope.astype(float) ** 2
        wanted -= 0.03 * (m / (1 - 0.9**k)) / (np.sqrt(v / (1 - 0.999**k)) + 1e-8)
        rule.step("w", w, slope.copy(), 0.03)
    assert w.dtype == kind
    assert w == pytest.approx(wanted, rel=near, abs=near)


def test_a_batch_of_windows_copies_the_windows_of_that_batch_only():
    windows = np.lib.stride_tricks.sliding_window_view(np.arange(200_000), 8)  # 12.8 MB as a copy
    stream = training.batches(windows, windows[:, 0], 10, 30, np.random.default_rng(0))
    x, y = next(stream)
    assert np.array_equal(x[:, 0], y)
    tracemalloc.start()
    try:
        next(stream)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 1e6


@pytest.mark.parametrize(("kind", "near"), [(np.float64, 1e-12), (np.float32, 1e-5)])
def test_momentum_follows_the_formula_as_printed(kind, near):
    rng = np.random.default_rng(4)
    p = {name: rng.standard_normal((3, 2)).astype(kind) for name in "wb"}
    rule = training.Momentum(0.9, {"w": 0.0005}, {"b": 2.0})
    wanted, v = {name: value.astype(float) for name, value in p.items()}, {name: np.zeros((3, 2)) for name in p}
    for rate in (0.01, 0.01, 0.001):
        for name, w in p.items():
            slope = rng.standard_normal((3, 2)).astype(kind)
            eps = rate * (2 if name == "b" else 1)
            v[name] = 0.9 * v[name] - (0.0005 if name == "w" else 0) * eps * wanted[name] - eps * slope
            wanted[name] += v[name]
            rule.step(name, w, slope.copy(), rate)
    for name, w in p.items():
        assert w.dtype == kind
        assert w == pytest.approx(wanted[name], rel=near, abs=near)
