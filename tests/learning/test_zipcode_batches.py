"""The twin that trains the zip-code reader as today, against the ordered system and the plain rules."""

from functools import partial

import numpy as np
import pytest

from core.datasets import digits
from core.learning import checks, training
from core.learning.compiled import zipcode_batches
from core.learning.ops import relu, scaled_tanh, softmax_cross_entropy, squared_error
from core.learning.ordered import OrderedSystem, ordered_derivatives
from core.networks import zipcode

COUNT, BATCH, REPLICAS = 23, 5, 3  # the last batch is smaller
BORDERS = (-1.0, -1.0)


@pytest.fixture(scope="module")
def case():
    g = np.random.default_rng(3)
    images, labels = g.uniform(-1, 1, (COUNT, 1, 16, 16)), g.integers(0, 10, COUNT)
    alone = [zipcode.init(np.random.default_rng(k), spread=lambda f: 2.4 / f**0.5, bias=None) for k in range(REPLICAS)]
    p = {name: np.stack([one[name] for one in alone]) for name in alone[0]}
    order = np.stack([g.permutation(COUNT) for _ in range(REPLICAS)])
    shifts = g.integers(-1, 2, (REPLICAS, COUNT, 2))
    keep = g.random((REPLICAS, COUNT, 192)) < 0.75
    return p, images, labels, order, shifts, keep


def moved(image, down, right):
    """The image (1, 16, 16) shifted, background coming in."""
    wide = np.pad(image, ((0, 0), (1, 1), (1, 1)), constant_values=-1.0)
    return wide[:, 1 - down : 17 - down, 1 - right : 17 - right]


def plainly(case, r, rule, rate, squash, shifted, dropout, decay=0.0):
    """One seed trained batch by batch through the ordered system."""
    p, images, labels, order, shifts, keep = case
    w = {name: value[r].copy() for name, value in p.items()}
    t = np.eye(10)[labels]
    for start in range(0, COUNT, BATCH):
        rows = range(start, min(start + BATCH, COUNT))
        x = np.stack([moved(images[order[r, n]], *(shifts[r, n] if shifted else (0, 0))) for n in rows])
        stay = np.stack([keep[r, n] for n in rows]) / (1 - dropout) if dropout else None
        system = OrderedSystem()
        parts = {"table": zipcode.TABLES["blocks"], "borders": BORDERS, "squash": squash, "squash_outputs": False}
        y = zipcode.outputs(system, system.parameters(w), system.constant(x), keep=stay, **parts)
        total = system.apply(softmax_cross_entropy, y, system.constant(t[order[r, list(rows)]]))
        slopes = ordered_derivatives(total)
        for name in w:
            before = w[name].copy()
            rule.step(name, w[name], slopes[name] / len(rows), rate)
            w[name] -= rate * decay * before
    return w


@pytest.mark.parametrize("adam", [False, True])
@pytest.mark.parametrize(
    ("rectified", "shifted", "dropout"), [(False, False, 0.0), (False, True, 0.0), (True, True, 0.25)]
)
def test_a_pass_in_batches_is_the_ordered_systems(case, adam, rectified, shifted, dropout):
    p, images, labels, order, shifts, keep = case
    parts = zipcode_batches.Parts(zipcode.TABLES["blocks"], BORDERS, relu=rectified)
    rate, decay = 0.01, 0.1 if adam else 0.0
    rule = zipcode_batches.Rule(rate, adam=adam, decay=decay)
    options = {"shifts": shifts} if shifted else {}
    options |= {"keep": keep, "dropout": dropout} if dropout else {}
    fast = zipcode_batches.pass_of_batches(p, rule, images, labels, order, parts=parts, batch=BATCH, **options)
    for r in range(REPLICAS):
        plain_rule = training.Adam() if adam else training.Plain()
        plain = plainly(case, r, plain_rule, rate, relu if rectified else scaled_tanh, shifted, dropout, decay)
        for name in plain:
            assert checks.relative_error(plain[name], fast[name][r]) < 1e-9, name
            assert checks.relative_error(plain[name], p[name][r]) > 1e-5, name
    assert rule.steps == -(-COUNT // BATCH)
    system = OrderedSystem()
    made = partial(zipcode.outputs, table=parts.table, borders=BORDERS, squash=relu if rectified else scaled_tanh)
    y = made(system, system.parameters(fast), system.constant(images), squash_outputs=False)
    assert checks.relative_error(y.value, zipcode_batches.outputs_of(fast, images, parts=parts)) < 1e-12


def test_rates_of_every_weight_and_batches_of_one_are_the_online_pass(case):
    p, images, labels, _, _, _ = case
    parts = zipcode_batches.Parts(zipcode.TABLES["blocks"], BORDERS)
    g = np.random.default_rng(1)
    rates = {name: g.uniform(0.001, 0.02, value.shape) for name, value in p.items()}
    order = np.tile(np.arange(COUNT), (REPLICAS, 1))
    fast = zipcode_batches.pass_of_batches(p, zipcode_batches.Rule(rates), images, labels, order, parts=parts, batch=1)
    w = {name: value.copy() for name, value in p.items()}
    for n in range(COUNT):
        system = OrderedSystem()
        y = zipcode.outputs(
            system,
            system.parameters(w),
            system.constant(images[n : n + 1]),
            table=parts.table,
            borders=BORDERS,
            squash_outputs=False,
        )
        slopes = ordered_derivatives(
            system.apply(softmax_cross_entropy, y, system.constant(np.eye(10)[labels[n : n + 1]]))
        )
        w = {name: value - rates[name] * slopes[name] for name, value in w.items()}
    for name in w:
        assert checks.relative_error(w[name], fast[name]) < 1e-10, name


def test_squared_error_in_one_batch_is_the_true_gradient(case):
    p, images, labels, order, _, _ = case
    parts = zipcode_batches.Parts(zipcode.TABLES["blocks"], BORDERS, softmax=False)
    fast = zipcode_batches.pass_of_batches(
        p, zipcode_batches.Rule(0.3), images, labels, order, parts=parts, batch=COUNT
    )
    system = OrderedSystem()
    y = zipcode.outputs(system, system.parameters(p), system.constant(images), table=parts.table, borders=BORDERS)
    slopes = ordered_derivatives(system.apply(squared_error, y, system.constant(digits.targets(labels))))
    for name in p:
        plain = p[name] - 0.3 * slopes[name] / COUNT
        assert checks.relative_error(plain, fast[name]) < 1e-10, name
        assert checks.relative_error(plain, p[name]) > 1e-5, name


def test_adam_goes_on_where_it_was_and_a_seed_learns_the_same_in_any_company(case):
    p, images, labels, order, shifts, keep = case
    parts = zipcode_batches.Parts(zipcode.TABLES["blocks"], BORDERS, relu=True)

    def twice(seeds):
        rule = zipcode_batches.Rule(0.003, adam=True)
        w = {name: value[seeds] for name, value in p.items()}
        for _ in range(2):
            w = zipcode_batches.pass_of_batches(
                w,
                rule,
                images,
                labels,
                order[seeds],
                parts=parts,
                batch=BATCH,
                shifts=shifts[seeds],
                keep=keep[seeds],
                dropout=0.25,
            )
        assert rule.steps == 2 * -(-COUNT // BATCH)
        return w

    together, alone = twice([0, 1, 2]), twice([2])
    for name in together:
        np.testing.assert_array_equal(together[name][2], alone[name][0], err_msg=name)
