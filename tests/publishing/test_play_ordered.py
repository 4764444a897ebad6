"""The ordered system of the pages beside that of core, in a real browser: values and slopes of every op it has."""

import numpy as np
import pytest

from core.learning.ops.table import OPS
from core.learning.ordered import OrderedSystem, ordered_derivatives
from tests import browsers
from tests.conftest import ROOT

sync_api = pytest.importorskip("playwright.sync_api", reason="no playwright here; `pip install -e '.[browser]'` has it")
SCRIPT = ROOT / "core" / "publishing" / "play" / "ordered.js"
CASES = {
    "add": [([(3, 2), (2,)], {}), ([(3, 2), (3, 1)], {}), ([(), (2, 3)], {})],
    "subtract": [([(3, 2), (2,)], {}), ([(1, 2), (3, 2)], {})],
    "multiply": [([(3, 2), (2,)], {}), ([(), ()], {}), ([(4, 1), (1, 3)], {})],
    "part": [([(4, 3)], {"index": 2}), ([(4, 3)], {"index": [3, 0, 3]}), ([(5,)], {"index": 1})],
    "flatten": [([(2, 3, 2, 2)], {}), ([(2, 3, 2)], {"axes": 2})],
    "affine": [([(4, 3), (3, 2), (2,)], {}), ([(1, 1), (1, 3), (3,)], {})],
    "convolution": [
        ([(2, 2, 5, 4), (3, 2, 3, 3), (3,)], {}),
        (
            [(1, 3, 6, 6), (2, 2, 3, 3), (2, 3, 3)],
            {"stride": 2, "padding": 1, "border": -1.0, "table": [[0, 2], [1, 2]]},
        ),
    ],
    "sigmoid": [([(3, 2)], {})],
    "tanh": [([(3, 2)], {})],
    "scaled_tanh": [([(3, 2)], {}), ([(3, 2)], {"amplitude": 1.0, "slope": 0.5})],
    "relu": [([(3, 2)], {})],
    "exponential": [([(3, 2)], {})],
    "logarithm": [([(3, 2)], {})],
    "sine": [([(3, 2)], {})],
    "softmax": [([(3, 4)], {}), ([(3, 4)], {"temperature": 2.5})],
    "squared_error": [([(3, 2), (3, 2)], {})],
    "softmax_cross_entropy": [([(3, 4), (3, 4)], {})],
}
WALK = """([op, inputs, settings, weights]) => {
  const system = new Ordered.System();
  const given = inputs.map((value, k) => system.parameter(`x${k}`, value));
  const y = system.apply(op, given, settings);
  const target = system.apply("multiply", [y, system.constant(weights)]);
  const found = Ordered.derivatives(target);
  return [Ordered.nested(y.value), given.map((one) => Ordered.nested(found.of(one)))];
}"""
NETWORK = """([p, x, t]) => {
  const system = new Ordered.System();
  const e = system.parameters(p);
  const h = system.apply("tanh", [system.apply("affine", [system.constant(x), e.w, e.b])]);
  const a = system.apply("affine", [system.apply("add", [h, system.apply("multiply", [h, h])]), e.v, e.c]);
  const loss = system.apply("softmax_cross_entropy", [a, system.constant(t)]);
  const found = Ordered.derivatives(loss).by;
  const steps = [...Ordered.walk(loss)].map((step) => step.entry.index);
  return [Ordered.nested(loss.value), Object.fromEntries(Object.entries(found).map(([k, v]) => [k, Ordered.nested(v)])), steps];
}"""


@pytest.fixture(scope="module")
def browser():
    yield from browsers.started(sync_api)


@pytest.fixture(scope="module")
def page(browser):
    found = browser.new_page()
    found.set_content("<!doctype html><title>empty</title>")
    found.add_script_tag(content=SCRIPT.read_text(encoding="utf-8"))
    yield found
    found.close()


def test_its_ops_are_those_of_core_and_each_is_tried(page):
    names = set(page.evaluate("Object.keys(Ordered.OPS)"))
    assert names == set(CASES)
    assert names <= set(OPS)


@pytest.mark.parametrize(("op", "shapes", "settings"), [(op, *case) for op, cases in CASES.items() for case in cases])
def test_values_and_slopes_of_every_op_are_those_of_core(page, op, shapes, settings):
    rng = np.random.default_rng(1974)
    for scale in (0.5, 3.0):
        inputs = [scale * rng.standard_normal(shape) for shape in shapes]
        if op == "logarithm":
            inputs = [np.abs(value) + 0.1 for value in inputs]
        system = OrderedSystem()
        given = [system.parameter(f"x{k}", value) for k, value in enumerate(inputs)]
        y = system.apply(OPS[op].forward, *given, **settings)
        weights = rng.standard_normal(y.value.shape)
        found = ordered_derivatives(y * system.constant(weights))
        value, slopes = page.evaluate(WALK, [op, [one.tolist() for one in inputs], settings, weights.tolist()])
        np.testing.assert_allclose(value, y.value, rtol=1e-9, atol=1e-12)
        for k, one in enumerate(given):
            np.testing.assert_allclose(slopes[k], found.of(one), rtol=1e-9, atol=1e-12, err_msg=f"input {k}")


def test_a_network_walks_back_over_the_same_list(page):
    rng = np.random.default_rng(1986)
    p = {"w": rng.normal(size=(3, 4)), "b": rng.normal(size=4), "v": rng.normal(size=(4, 2)), "c": rng.normal(size=2)}
    x, t = rng.normal(size=(5, 3)), np.eye(2)[rng.integers(0, 2, 5)]
    system = OrderedSystem()
    e = system.parameters(p)
    tanh, affine = OPS["tanh"].forward, OPS["affine"].forward
    h = system.apply(tanh, system.apply(affine, system.constant(x), e["w"], e["b"]))
    a = system.apply(affine, h + h * h, e["v"], e["c"])
    loss = system.apply(OPS["softmax_cross_entropy"].forward, a, system.constant(t))
    found = ordered_derivatives(loss)
    given = {name: value.tolist() for name, value in p.items()}
    value, slopes, steps = page.evaluate(NETWORK, [given, x.tolist(), t.tolist()])
    assert value == pytest.approx(float(loss.value), rel=1e-9)
    for name in p:
        np.testing.assert_allclose(slopes[name], found[name], rtol=1e-9, atol=1e-12)
    ops = [entry.index for entry in system.entries if entry.op is not None]
    assert steps == ops[::-1]
