"""LMS and the perceptron rule: steps worked by hand, twins, theory, and refusals."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.datasets import letters
from core.learning import lms, lms_theory
from core.learning.compiled import lms as fast

W, X, D = np.array([1.0, -1.0]), np.array([[1.0, 2.0]]), np.array([3.0])  # the sum is -1, the error 4, |x|^2 = 5


@pytest.mark.parametrize("module", [lms, fast])
def test_one_step_of_each_rule_worked_by_hand(module):
    assert module.mu_lms(W, X, D, mu=0.1).weights == pytest.approx([1.8, 0.6])
    assert module.alpha_lms(W, X, D, alpha=0.5).weights == pytest.approx([1.4, -0.2])
    assert module.alpha_lms(W, X, D, alpha=0.5).errors == pytest.approx([4.0])
    assert D - module.alpha_lms(W, X, D, alpha=0.5).weights @ X[0] == pytest.approx(2.0)  # half of the error is left
    assert module.perceptron(W, X, np.array([1.0]), rate=0.5).weights == pytest.approx([1.5, 0.0])
    right = module.perceptron(W, X, np.array([-1.0]))
    assert right.weights.tolist() == W.tolist()
    assert right.errors.tolist() == [0.0]
    unclear = module.perceptron(W, X, np.array([-1.0]), deadzone=1.5)  # right, by 1, which is not clear enough
    assert unclear.weights == pytest.approx([0.0, -3.0])
    assert W.tolist() == [1.0, -1.0]  # arguments are left alone


@settings(max_examples=40, deadline=None)
@given(st.integers(1, 9), st.integers(1, 12), st.integers(0, 10**6))
def test_compiled_twins_agree_with_the_plain_rules(n, count, seed):
    rng = np.random.default_rng(seed)
    w, x, d = rng.standard_normal(n), rng.standard_normal((count, n)), rng.standard_normal(count)
    order = rng.integers(0, count, 40)
    signs = np.where(d > 0, 1.0, -1.0)
    for name, targets, options in (
        ("mu_lms", d, {"mu": 0.01}),
        ("alpha_lms", d, {"alpha": 0.7}),
        ("perceptron", signs, {"rate": 0.3, "deadzone": 0.1}),
    ):
        a = getattr(lms, name)(w, x, targets, order, keep=True, **options)
        b = getattr(fast, name)(w, x, targets, order, keep=True, **options)
        assert a.weights == pytest.approx(b.weights, rel=1e-9, abs=1e-12)
        assert a.errors == pytest.approx(b.errors, rel=1e-9, abs=1e-9)
        assert a.history == pytest.approx(b.history, rel=1e-9, abs=1e-12)
        assert a.history.shape == (41, n)
        assert a.diverged is None
        assert b.diverged is None


@pytest.mark.parametrize("module", [lms, fast])
@pytest.mark.parametrize(
    ("change", "match"),
    [
        ({"mu": 0.0}, "mu must be a positive number, not 0"),
        ({"mu": np.nan}, "mu must be a positive number"),
        ({"x": np.array([[1.0, np.inf]])}, "patterns must be finite"),
        ({"d": np.array([np.nan])}, "targets must be finite"),
        ({"w": np.array([np.nan, 1.0])}, "weights must be finite"),
        ({"w": np.ones(3)}, "do not belong together"),
        ({"d": np.ones(2)}, "do not belong together"),
        ({"x": np.ones((0, 2)), "d": np.ones(0)}, "no patterns"),
        ({"order": np.array([0, 1])}, "numbers of patterns, 0 to 0"),
    ],
)
def test_bad_input_is_refused_with_a_sentence(module, change, match):
    arguments = {"w": W, "x": X, "d": D, "order": None, "mu": 0.1} | change
    with pytest.raises(ValueError, match=match):
        module.mu_lms(**arguments)


@pytest.mark.parametrize("module", [lms, fast])
def test_zero_patterns_are_refused_only_where_their_length_divides(module):
    x, d = np.array([[1.0, 1.0], [0.0, 0.0]]), np.ones(2)
    with pytest.raises(ValueError, match="pattern 1 is all zeros"):
        module.alpha_lms(W, x, d, alpha=1.0)
    assert np.isfinite(module.alpha_lms(W, x, d, np.array([0, 0]), alpha=1.0).weights).all()
    assert np.isfinite(module.mu_lms(W, x, d, mu=0.1).weights).all()
    with pytest.raises(ValueError, match=r"\+1 or -1"):
        module.perceptron(W, x, np.array([0.0, 1.0]))
    with pytest.raises(ValueError, match="deadzone cannot be -1"):
        module.perceptron(W, x, d, deadzone=-1)


@pytest.mark.parametrize("module", [lms, fast])
def test_divergence_is_recorded_never_a_silent_nan(module):
    x, d = np.full((5000, 1), 2.0), np.ones(5000)
    with np.errstate(over="ignore", invalid="ignore"):
        found = module.mu_lms(np.array([3.0]), x, d, mu=0.5, keep=True)  # the bound is 1/4
    assert found.diverged is not None
    assert np.isfinite(found.weights).all()
    assert np.isfinite(found.history).all()
    assert np.isnan(found.errors[found.diverged :]).all()
    assert np.isfinite(found.errors[: found.diverged]).all()
    below = module.mu_lms(np.array([3.0]), x, d, mu=0.24)
    assert below.diverged is None
    assert below.weights == pytest.approx([0.5])


def test_the_constants_of_the_six_patterns():
    x, d = letters.inputs(letters.patterns()), letters.TARGETS
    assert np.sum(d**2) == 14_400
    r, p = lms_theory.correlations(x, d)
    values = lms_theory.eigenvalues(r)
    assert values[:6] == pytest.approx([6.108, 4.658, 2.532, 2.258, 0.956, 0.488], abs=5e-4)
    assert np.abs(values[6:]).max() < 1e-12
    assert np.trace(r) == pytest.approx(17)
    assert np.linalg.matrix_rank(x) == 6
    solution = lms_theory.wiener(r, p)
    assert x @ solution == pytest.approx(d)  # no least-squares residual is left
    constants = lms_theory.time_constants(r, mu=1 / 34)
    assert constants[:6] == pytest.approx([2.8, 3.6, 6.7, 7.5, 17.8, 34.9], abs=0.06)
    assert np.isinf(constants[6:]).all()
    first = [
        np.sum((d - fast.alpha_lms(np.zeros(17), x, d, np.array([k]), alpha=1.0).weights @ x.T) ** 2) for k in range(6)
    ]
    assert sorted({round(float(v)) for v in first}) == [13877, 14400, 14475, 20753]
    one = fast.alpha_lms(np.zeros(17), x, d, np.array([0]), alpha=1.0).weights
    assert np.abs(one) == pytest.approx(np.full(17, 60 / 17))
    again = fast.alpha_lms(np.zeros(17), x, d, np.array([0, 0]), alpha=1.0).weights
    assert again == pytest.approx(one)  # a pattern shown again changes nothing


def test_equal_lengths_make_the_two_forms_one_rule():
    rng = np.random.default_rng(3)
    x = rng.choice([-1.0, 1.0], (50, 9))
    d = rng.standard_normal(50)
    a = lms.alpha_lms(np.zeros(9), x, d, alpha=0.6)
    b = lms.mu_lms(np.zeros(9), x, d, mu=0.6 / 18)
    assert a.weights == pytest.approx(b.weights, abs=1e-12)


def test_bounds_and_misadjustment_at_known_points():
    one, many = np.eye(1) * 2, np.eye(8)
    assert lms_theory.trace_bound(many) == pytest.approx(1 / 8)
    assert lms_theory.gaussian_bound(one) == pytest.approx(1 / 6)  # 1 / (3 trace R)
    assert lms_theory.gaussian_bound(many) == pytest.approx(1 / 10)  # 1 / (n + 2)
    assert lms_theory.misadjustment(many, 0.01) == pytest.approx(0.08)
    s = 8 * 0.01 / 0.98
    assert lms_theory.misadjustment_gaussian(many, 0.01) == pytest.approx(s / (1 - s))
    assert lms_theory.misadjustment_gaussian(many, 0.11) == np.inf


def test_sweeps_of_the_perceptron_end_when_all_are_right():
    x, d = np.eye(7), np.ones(7)
    w, updates = fast.perceptron_until_right(np.zeros(7), x, d)
    assert updates == 7
    assert (x @ w > 0).all()
    x = np.array([[1.0, 1.0], [1.0, 1.0]])
    assert fast.perceptron_until_right(np.zeros(2), x, np.array([1.0, -1.0]), most_updates=1000)[1] is None
