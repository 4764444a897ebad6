"""The pages to touch, in a real browser: their numbers are those of core and of the record, and all can play them.

They are made from the published records, or from those in the folder that $BACKSTORY_REPORTS names; what a page needs
besides its record, and cannot make without data that are not here, is taken from the published page.
"""

import base64
import json
import os
import re
from dataclasses import replace
from functools import cache
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from core.datasets import boolean, cities, dichotomies, letters, tokens
from core.datasets.roads import cameras, centre_lines, images, looks, steering, vehicles
from core.errors import BackstoryError
from core.evidence import published
from core.learning import lms, slopes
from core.learning.ops import affine, softmax, softmax_cross_entropy, squared_error, tanh
from core.learning.ops.table import OPS
from core.learning.ordered import OrderedSystem, ordered_derivatives
from core.networks import alvinn, generation, grouped, llama, zipcode
from core.publishing.play import pages
from reproductions.cli import catalogue, rooms
from reproductions.landscapes_2018 import lines
from tests import browsers
from tests.conftest import ROOT

sync_api = pytest.importorskip("playwright.sync_api", reason="no playwright here; `pip install -e '.[browser]'` has it")
axe = pytest.importorskip(
    "axe_playwright_python.sync_playwright", reason="no axe here; `pip install -e '.[browser]'` has it"
)

REPORTS = Path(os.environ.get("BACKSTORY_REPORTS", ROOT / "reports"))
PLAYED = [name for name in catalogue.ids() if rooms.play_of(name)]
WIDTHS = (320, 390, 768, 1300, 1920)
CORNERS = [[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]]


@cache
def arrays_of(name):
    """The arrays of a published record and the text of its page; skips where it is not of this program's schema."""
    try:
        record, arrays = published.load(REPORTS / name)
    except (BackstoryError, OSError):
        return None
    data = rooms.play_of(name)(record, arrays, published.load_rows(REPORTS / name, record)) or carried(name)
    if data is None:
        return None
    page = pages.page(rooms.folder_of(name), record, rooms.paper_of(name), data, catalogue.BIBLIOGRAPHY)
    return arrays, page


def carried(name):
    """The data in the page that was published; None if there is none."""
    page = REPORTS / name / pages.FILE
    if not page.exists():
        return None
    told = re.search(r'<script type="application/json" id="record">(.*?)</script>', page.read_text("utf-8"), re.DOTALL)
    return json.loads(told[1])


def made(name):
    found = arrays_of(name)
    if found is None:
        pytest.skip(f"no record of {name} by this program under {REPORTS}, or no data for its page")
    return found


@pytest.fixture(scope="module")
def browser():
    yield from browsers.started(sync_api)


@pytest.fixture
def visit(browser):
    yield from browsers.visits(browser)


@pytest.fixture
def opened(visit, tmp_path):
    """opened(name, **options): the page of an era, from disk."""

    def go(name, **options):
        path = tmp_path / f"{name}.html"
        path.write_text(made(name)[1], encoding="utf-8")
        return visit(path, **options)

    return go


# Numbers.


def test_the_nets_of_1986_are_those_of_core_and_learn_in_the_published_sweeps(opened):
    arrays, _ = made("pdp_1986")
    page, net = opened("pdp_1986"), grouped.layers(2, 2, 1)
    x = np.random.default_rng(2).uniform(-0.5, 1.5, (20, 2))
    for weights in (arrays["xor_weights"], np.array(page.evaluate("XOR.data.figure5"))):
        hidden, output = grouped.evaluate(net, weights, x)
        for k, point in enumerate(x.tolist()):
            _, h, _, y = page.evaluate("([w, x]) => XOR.output(w, x)", [weights.tolist(), point])
            np.testing.assert_allclose([*h, *y], [*hidden[k], *output[k]], atol=1e-9)
            assert page.evaluate("([w, x]) => XOR.answers(w, x)", [weights.tolist(), point]) == pytest.approx(y[0])
        error = 0.5 * np.sum(
            (grouped.evaluate(net, weights, np.array(CORNERS))[-1] - page.evaluate("XOR.data.targets")) ** 2
        )
        assert page.evaluate("(w) => XOR.errorOf(w)", weights.tolist()) == pytest.approx(error, abs=1e-9)
    sweeps = page.evaluate("XOR.data.sweeps")
    learned = [k for k, n in enumerate(sweeps) if n is not None and n < 2000][:20]
    assert [page.evaluate("(k) => XOR.sweepsOf(k)", k) for k in learned] == [sweeps[k] for k in learned]


def test_rules_of_nudging_step_as_those_of_core(opened):
    page, rng = opened("slopes_1950s"), np.random.default_rng(1959)
    told = """([rule, v, task, draws]) => { const r = () => draws.shift();
        return SLOPES.RULES[rule].step(v, task, SLOPES.error, r); }"""
    meter = slopes.Meter(lambda points: 1 + np.sum(points**2, axis=-1))
    for _ in range(20):
        v, task = rng.normal(size=5), {"rate": 0.02, "step": 0.3, "samples": 10}
        draws = rng.uniform(size=20)
        normal = np.sqrt(-2 * np.log(1 - draws[::2])) * np.cos(2 * np.pi * draws[1::2])
        there, cost = page.evaluate(told, ["DSD", v.tolist(), task, []])
        path = slopes.differential_steepest_descent(meter, v, rate=0.02, step=0.3, iterations=1)
        np.testing.assert_allclose(there, path[1], atol=1e-9)
        assert cost == 100
        there, cost = page.evaluate(told, ["LRS", v.tolist(), task, draws.tolist()])
        u = 0.3 * normal[:5]
        np.testing.assert_allclose(there, v + 0.02 * (meter.loss(v) - meter.loss(v + u)) * u, atol=1e-9)
        there, cost = page.evaluate(told, ["LMS", v.tolist(), task, draws.tolist()])
        found = lms.mu_lms(v, normal[None, :5], normal[5:6], mu=0.02)
        np.testing.assert_allclose(there, found.weights, atol=1e-9)
        assert cost == 1
    mean, variance = page.evaluate("SLOPES.mean([1, 1], 10, 20000)")
    assert mean == pytest.approx(3, rel=0.02)
    assert variance == pytest.approx(2 * 3**2 / 10, rel=0.05)


def test_the_list_of_1974_is_the_published_page_and_follows_core(opened):
    arrays, _ = made("ordered_derivatives_1974")
    page = opened("ordered_derivatives_1974")
    found = page.evaluate("LIST.slopes(LIST.EXAMPLES['the published page: two units'])")
    lines = [name.replace("²", "2") for name, _ in page.evaluate("LIST.data.lines")]
    seen = 0
    for name, value, exact, measured, varies in zip(lines, *arrays["page"], strict=True):
        if name == "½":
            continue
        seen += 1
        assert found[name][0] == pytest.approx(value, abs=1e-9)
        if varies:
            assert found[name][1] == pytest.approx(exact, abs=1e-9)
            assert found[name][2] == pytest.approx(measured, abs=1e-6)
    assert seen == 25
    rng = np.random.default_rng(1974)
    for a, b, c in rng.uniform(0.2, 2.0, (20, 3)):
        code = f"a = {a}\nb = {b}\ngiven c = {c}\nd = sin(a * b) - log(b + c) * -a^2\nE = tanh(d) * exp(-b) + sigmoid(2 * d - 1) * d"
        system = OrderedSystem()
        u, v = system.parameter("a", a), system.parameter("b", b)
        w = system.constant(c)
        ops = {name: OPS[name].forward for name in ("sine", "logarithm", "tanh", "exponential", "sigmoid")}
        d = system.apply(ops["sine"], u * v) - system.apply(ops["logarithm"], v + w) * (-1.0 * (u * u))
        e = (
            system.apply(ops["tanh"], d) * system.apply(ops["exponential"], -v)
            + system.apply(ops["sigmoid"], 2 * d - 1) * d
        )
        found, told = ordered_derivatives(e), page.evaluate("(code) => LIST.slopes(code)", code)
        assert told["E"][0] == pytest.approx(float(e.value), abs=1e-9)
        assert [told["a"][1], told["b"][1]] == pytest.approx([float(found["a"]), float(found["b"])], abs=1e-9)
        assert told["d"][1] == pytest.approx(float(found.of(d)), abs=1e-9)


def test_what_is_wrong_with_a_list_is_said(opened):
    page = opened("ordered_derivatives_1974")
    for code, told in (
        ("a = 1", "the last line must be computed"),
        ("a = 1\nb = a *", "line 2: the formula ends too early"),
        ("a = 1\nb = (a + 1", "line 2: a bracket is not closed"),
        ("a = 1\nb = c + 1", "line 2: c is not in an earlier line"),
        ("a = 1\na = a + 1", "line 2: a is there already"),
        ("a = 1\nb = a ^ 0.5", "line 2: a power must be"),
        ("a = 1\nb = a / 2", "line 2: “/” cannot stand here"),
        ("a = -1\nb = log(a)", "no finite number"),
        ("a", "line 1: expected a name"),
    ):
        page.fill("#code", code)
        assert told in page.inner_text("#state")
    page.fill("#code", "a = 2\nb = a * a")
    assert "A list of 2 lines" in page.inner_text("#state")


def test_the_perceptron_follows_the_rule_of_core_and_knows_what_is_separable(opened):
    arrays, _ = made("perceptrons_1969")
    page, rng = opened("perceptrons_1969"), np.random.default_rng(1958)
    for _ in range(20):
        x, d = rng.uniform(-0.4, 1.4, (4, 2)), rng.choice([-1.0, 1.0], 4)
        full = np.column_stack([np.ones(4), x])
        found = page.evaluate("([x, d]) => PERCEPTRON.widest(x, d)", [full.tolist(), d.tolist()])
        assert (found is not None) == dichotomies.separable(full, d)
        order = rng.integers(0, 4, 30)
        path = lms.perceptron(np.zeros(3), full, d, order, keep=True).history
        told = "([x, d, o]) => PERCEPTRON.perceptron([0, 0, 0], x, d, o)"
        np.testing.assert_allclose(page.evaluate(told, [x.tolist(), d.tolist(), order.tolist()]), path, atol=1e-9)
        if found:
            margin = (d * (full @ found["line"])) / np.linalg.norm(found["line"])
            assert margin.min() == pytest.approx(found["gap"])
            _, updates = lms_until_right(full, d)
            assert updates <= (found["reach"] / found["gap"]) ** 2 + 1e-9
    x = rng.uniform(-0.5, 1.5, (20, 2))
    hidden, output = grouped.evaluate(grouped.layers(2, 2, 1), arrays["hidden"], x)
    for k, point in enumerate(x.tolist()):
        _, h, _, y = page.evaluate("([w, x]) => PERCEPTRON.output(w, x)", [arrays["hidden"].tolist(), point])
        np.testing.assert_allclose([*h, *y], [*hidden[k], *output[k]], atol=1e-9)


def lms_until_right(x, d):
    w, updates, clean, k = np.zeros(x.shape[1]), 0, 0, 0
    while clean < len(d) and k < 10**6:
        if d[k % len(d)] * (w @ x[k % len(d)]) <= 0:
            w, updates, clean = w + d[k % len(d)] * x[k % len(d)], updates + 1, 0
        else:
            clean += 1
        k += 1
    return w, updates


def test_the_adaline_turns_its_knobs_as_core_does(opened):
    arrays, _ = made("lms_1959")
    page, last = opened("lms_1959"), arrays["film_weights"][-1]
    found = page.evaluate(
        "([w, shown]) => ADALINE.follow(w, shown, 1)",
        [arrays["film_weights"][0].tolist(), arrays["film_shown"].tolist()],
    )
    np.testing.assert_allclose(found, last, atol=1e-9)
    shown = letters.flipped(np.tile(letters.patterns(), (4, 1, 1))[:20], 0.2, np.random.default_rng(1960))
    for one in shown:
        meter = page.evaluate("([w, s]) => ADALINE.output(w, s)", [last.tolist(), one.ravel().tolist()])
        assert meter == pytest.approx(float(letters.inputs(one) @ last), abs=1e-9)


def test_the_six_parameters_walk_the_published_log(opened):
    arrays, _ = made("six_parameters")
    page, path = opened("six_parameters"), arrays["log_sgd_path"]
    for n in (1, 22, 100):
        np.testing.assert_allclose(page.evaluate("(n) => SIX.follow(n)", n), path[n], atol=1e-9)
    x, _ = cities.by_longitude()
    for point in np.concatenate([x[:, 0], np.linspace(-6, 16, 5)]):
        heights = affine(np.array([[point]]), path[-1][None, :3], path[-1][3:])[0]
        np.testing.assert_allclose(
            page.evaluate("([w, x]) => SIX.output(w, x)", [path[-1].tolist(), float(point)]),
            softmax(heights)[0][0],
            atol=1e-9,
        )
    for n in (0, 50, 100):
        loss = page.evaluate("(w) => [SIX.mean(w), SIX.quickMean(w)]", path[n].tolist())
        np.testing.assert_allclose(loss, arrays["surface_all"][n], atol=1e-9)
    slopes = page.evaluate("SIX.slopes([1, 0, -1, 0, 0, 0], [5], 1).six")
    np.testing.assert_allclose(slopes, arrays["point_exact"], atol=1e-9)


def test_the_zip_code_reader_is_the_network_of_core(opened):
    page = opened("zipcodes_1989")
    given = page.evaluate("ZIP.data")
    p = {name: np.reshape(one["data"], one["shape"]) for name, one in given["weights"].items()}
    images = np.concatenate([np.reshape(given["hard"]["images"], (-1, 256))[:19], np.full((1, 256), -1.0)])
    form = {"table": np.array(given["table"]), "borders": tuple(given["borders"])}
    system = OrderedSystem()
    x = system.constant(images.reshape(-1, 1, 16, 16))
    wanted = zipcode.outputs(system, system.parameters(p), x, **form).value
    hidden = {entry.value.shape[1:]: entry.value for entry in system.entries}  # squashed values come after sums
    for k, image in enumerate(images.tolist()):
        found = page.evaluate("(image) => { const f = ZIP.forward(image); return [f.y, [...f.h3], [...f.h1]]; }", image)
        np.testing.assert_allclose(found[0], wanted[k], atol=1e-9)
        np.testing.assert_allclose(found[1], hidden[(30,)][k], atol=1e-9)
        np.testing.assert_allclose(found[2], hidden[(12, 8, 8)][k].ravel(), atol=1e-9)


def test_the_road_camera_and_vehicle_of_the_page_are_those_of_core(opened):
    page, rng = opened("alvinn_1989"), np.random.default_rng(1989)
    given = page.evaluate("ALVINN.data")
    camera, vehicle = cameras.Camera(**given["camera"]), vehicles.Vehicle(**given["vehicle"])
    lain = centre_lines.lay([np.tile(given["profile"], 2)], given["width"])
    np.testing.assert_allclose(page.evaluate("ALVINN.road.x"), lain.x[0], atol=1e-9)
    for place in rng.uniform(0, 2 * given["lap"], 6):
        pose, index = centre_lines.poses(
            lain, np.zeros(1, int), np.array([place]), rng.uniform(-1, 1), rng.normal(0, 0.1)
        )
        found = page.evaluate("([p, k]) => ALVINN.locate(p, k)", [pose[0].tolist(), int(index[0]) + 3])
        wanted = centre_lines.locate(lain, np.zeros(1, int), pose, index)
        assert (found["along"], found["offset"]) == pytest.approx((wanted.along[0], wanted.offset[0]), abs=1e-9)
        waves = [[*rng.uniform(-1, 1, 2), rng.random()] for _ in range(4)]
        told = {"road": 0.7, "ground": 0.3, "texture": 0.05, "noise": 0, "shoulder": 0.4, "waves": waves}
        drawn = looks.draw(rng, 1, looks.Conditions(gradient=0.0, shadow=0.0, noise=0.0))
        drawn = replace(drawn, road=np.array([0.7]), ground=np.array([0.3]), texture=np.array([0.05]))
        drawn.waves[0, :4] = waves
        image = images.pictures(camera, lain, drawn, np.zeros(1, int), pose, index, rng)[0]
        seen = page.evaluate("([p, k, l]) => [...ALVINN.picture(p, k, l)]", [pose[0].tolist(), int(index[0]), told])
        np.testing.assert_allclose(seen, image.ravel(), atol=2e-3)  # core's pictures are in single precision
        shift, turn, bent, command = rng.uniform(-0.6, 0.6), rng.uniform(-0.1, 0.1), *rng.uniform(-0.1, 0.1, 2)
        moved = page.evaluate("([i, s, t]) => [...ALVINN.displaced(i, s, t)]", [seen, shift, turn])
        image = np.reshape(seen, (1, 30, 32))
        wanted = cameras.displaced(camera, image, np.array([shift]), np.array([turn]))
        np.testing.assert_allclose(moved, wanted.ravel(), atol=1e-9)
        label = page.evaluate("([k, s, t]) => ALVINN.corrected(k, s, t)", [bent, shift, turn])
        assert label == pytest.approx(cameras.displaced_curvature(bent, shift, turn, given["lookahead"]), abs=1e-9)
        after = page.evaluate("([p, k, c]) => ALVINN.moved(p, k, c).flat()", [pose[0].tolist(), bent, command])
        there, wheels = vehicles.moved(
            vehicle, pose, np.array([bent]), np.array([command]), speed=given["speed"], step=given["step"]
        )
        np.testing.assert_allclose(after, [*there[0], *wheels], atol=1e-9)


def test_the_road_follower_learns_and_answers_as_core_does(opened):
    page, rng = opened("alvinn_1989"), np.random.default_rng(1991)
    p = alvinn.init(rng, alvinn.SIZES_1991)
    x, curvature = rng.uniform(-1, 1, (20, 960)), rng.uniform(-0.12, 0.12, 20)
    t = steering.gaussian(curvature, 30, 0.1)
    np.testing.assert_allclose(page.evaluate("(k) => k.map(ALVINN.hill)", curvature.tolist()), t, atol=1e-9)
    given = {name: value.tolist() for name, value in p.items()}
    answers = [page.evaluate("([p, x]) => ALVINN.said(p, x)", [given, one]) for one in x.tolist()]
    np.testing.assert_allclose(answers, alvinn.answers(p, x), atol=1e-9)
    read = page.evaluate("(y) => y.map(ALVINN.read)", answers)
    np.testing.assert_allclose(read, steering.centre_of_mass(np.array(answers), 0.1), atol=1e-9)
    learned = page.evaluate("([p, x, t]) => ALVINN.learned(p, x, t, 0.1)", [given, x.tolist(), t.tolist()])
    for one, target in zip(x, t, strict=True):
        system = OrderedSystem()
        y = alvinn.outputs(system, system.parameters(p), system.constant(one[None]))
        slopes = ordered_derivatives(system.apply(squared_error, y, system.constant(target[None])))
        p = {name: value - 0.1 * slopes[name] for name, value in p.items()}
    for name, value in p.items():
        np.testing.assert_allclose(learned[name], value, atol=1e-9)


TEXTS = (
    "ROMEO:\nBut, soft! what light through yonder window breaks?",
    "don't we'll I'd they've she's it'em 'Tis o'er",
    "  two  spaces\n\n\n and\ttabs \r\n at the end  ",
    "1597 was 15 97, x2; ½ ² Ⅷ",
    "naïve café — “Ça va?” … e\u0301 日本語 🎉👩‍🚀",
    "\u00a0no break\u0085next line\u2003wide\ufeffmark\u200b",
    "ĠĊ are letters here <|endoftext|> \x00\x7f",
    "",
)


def test_the_llama_of_the_page_is_the_net_of_core(opened):
    page, rng = opened("llama_2023"), np.random.default_rng(2023)
    config = llama.Config(**page.evaluate("LLAMA.data.config"))
    flat = np.frombuffer(base64.b64decode(page.evaluate("LLAMA.data.weights")), "<f2").astype(float)
    shapes, p = llama.shapes(config), {}
    ends = np.cumsum([np.prod(shape) for shape in shapes.values()])
    for (name, shape), part in zip(shapes.items(), np.split(flat, ends), strict=False):
        p[name] = part.reshape(shape)
    assert ends[-1] == len(flat) == llama.count(config)

    def scores(read):
        system = OrderedSystem()
        given = {name: system.constant(value) for name, value in p.items()}
        return llama.scores(system, given, np.array([read]), config).value

    for length in np.linspace(1, config.length, 20).astype(int):
        read = rng.integers(0, config.vocabulary, length).tolist()
        found = page.evaluate("(read) => LLAMA.scores(read).at(-1)", read)
        np.testing.assert_allclose(found, scores(read)[-1], atol=1e-9)
    read = rng.integers(0, config.vocabulary, config.length + 10).tolist()
    found = page.evaluate("(read) => LLAMA.scores(read).slice(-11)", read)
    np.testing.assert_allclose(found[0], scores(read[: config.length])[-1], atol=1e-9)
    np.testing.assert_allclose(found[10], scores(read[config.length // 2 :])[-1], atol=1e-9)
    said = "My lord, I know not what to say."
    read = [page.evaluate("LLAMA.data.break"), *page.evaluate("(said) => LLAMA.encode(said)", said)]
    lost = llama.surprises(p, np.array([read]), config).sum() / len(said)
    assert page.evaluate("(read) => LLAMA.lossOf(read)", read[1:]) == pytest.approx(lost, abs=1e-9)


def test_the_llama_of_the_page_cuts_text_as_the_tokenizer_does_and_draws_as_core_does(opened):
    page, rng = opened("llama_2023"), np.random.default_rng(1)
    library = pytest.importorskip("tokenizers")
    pieces, merges = page.evaluate("[LLAMA.data.pieces, LLAMA.data.merges]")
    pairs = [(pieces[a], pieces[b]) for a, b in merges]
    inner = library.Tokenizer(library.models.BPE({piece: k for k, piece in enumerate(pieces)}, pairs))
    inner.pre_tokenizer = library.pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer = tokens.BytePairs(inner, None)
    for text in (*TEXTS, " ".join(TEXTS), "".join(pieces)):
        found = page.evaluate("(text) => LLAMA.encode(text)", text)
        assert found == tokenizer.encode(text)
        assert page.evaluate("(found) => LLAMA.decode(found)", found) == tokenizer.decode(found) == text
    for _ in range(20):
        scores, u = rng.normal(0, 3, 50), rng.random()
        for temperature, top_p in ((0, 1.0), (0.8, 1.0), (1.0, 0.9), (2.0, 0.5), (0.25, 0.1)):
            wanted = generation.choose(
                scores, temperature=temperature, top_p=top_p, rng=SimpleNamespace(random=lambda u=u: u)
            )
            given = [scores.tolist(), temperature, top_p, u]
            assert page.evaluate("([s, t, p, u]) => LLAMA.choose(s, t, p, u)", given) == wanted


def test_the_same_seed_writes_the_same(opened):
    page, written = opened("llama_2023", reduced_motion="reduce"), []
    for seed in ("7", "8", "7"):
        page.fill("#seed", seed)
        page.click("#write")
        says(page, "#wrote", f"It wrote 40 tokens at temperature 0.8, seed {seed}")
        written.append(page.input_value("#prompt"))
        page.click("#back")
        assert page.input_value("#prompt") == page.evaluate("LLAMA.data.prompts[1]")
    assert written[0] == written[2] != written[1]
    page.fill("#prompt", "")
    says(page, "#state", "Before any text")
    page.click("#mark")
    says(page, "#place", "There is no text yet")
    page.click("#one")
    says(page, "#wrote", "It wrote 1 token")


def test_the_net_of_the_landscapes_is_that_of_core(opened):
    page, rng = opened("landscapes_2018"), np.random.default_rng(2018)
    x, t = (np.array(one, float) for one in page.evaluate("[WORM.X, WORM.T]"))

    def slopes_at(w):
        units = (len(w) - 2) // 5
        parts = np.split(w, np.array([2, 3, 5]) * units)
        shapes = {"w1": (2, units), "b1": (units,), "w2": (units, 2), "b2": (2,)}
        system = OrderedSystem()
        p = {name: system.parameter(name, part.reshape(shapes[name])) for name, part in zip(shapes, parts, strict=True)}
        h = system.apply(tanh, system.apply(affine, system.constant(x), p["w1"], p["b1"]))
        loss = system.apply(softmax_cross_entropy, system.apply(affine, h, p["w2"], p["b2"]), system.constant(t))
        found = ordered_derivatives(loss)
        return float(loss.value) / len(x), np.concatenate([found[name].ravel() for name in shapes]) / len(x)

    told = "(w) => { const found = WORM.slopes(w); return [found.loss, WORM.lossOf(w), found.by]; }"
    for k in range(21):
        w = rng.normal(0, 2, 5 * (2, 16, 32)[k % 3] + 2)
        loss, slopes_ = slopes_at(w)
        exact, quick, by = page.evaluate(told, w.tolist())
        assert (exact, quick) == pytest.approx((loss, loss), abs=1e-9)
        np.testing.assert_allclose(by, slopes_, atol=1e-9)
    start = np.array(page.evaluate("WORM.startOf(16, 1)"))
    w, change = start, np.zeros_like(start)
    for _ in range(30):
        change = 0.9 * change - 0.3 * slopes_at(w)[1]
        w = w + change
    np.testing.assert_allclose(page.evaluate("WORM.learned(16, 1, 30)"), w, atol=1e-9)
    for end in (w, start + rng.normal(0, 3, len(start)), start + 4 * (w - start)):
        found = page.evaluate("([a, b]) => WORM.straight(a, b)", [start.tolist(), end.tolist()])
        shares = np.linspace(0, 1, 51)
        line = np.array([slopes_at(start + share * (end - start))[0] for share in shares])
        np.testing.assert_allclose(found["losses"], line, atol=1e-9)
        wanted = lines.line_row(shares, line)
        assert found["falls"] == bool(wanted["monotone"])
        assert found["climb"] / abs(found["fall"]) == pytest.approx(wanted["climb"], abs=1e-9)


def test_a_random_plane_is_that_of_its_seed_and_sees_what_chance_says(opened):
    page = opened("landscapes_2018")
    planes = np.array(page.evaluate("[1, 1, 2].map((seed) => WORM.planeOf(82, seed))"))
    np.testing.assert_array_equal(planes[0], planes[1])
    assert np.abs(planes[0] - planes[2]).max() > 0.1
    for u, v in planes:
        np.testing.assert_allclose([u @ u, v @ v, u @ v], [1, 1, 0], atol=1e-12)
    way = np.random.default_rng(1).normal(size=82)
    seen = page.evaluate("(way) => Array.from({ length: 40 }, (_, k) => WORM.shareOf(way, k))", way.tolist())
    assert np.mean(seen) == pytest.approx(np.sqrt(2 / (np.pi * 82)), rel=0.1)
    page.fill("#planed", "2")
    page.dispatch_event("#planed", "change")
    page.click("#learn")
    says(page, "#state", "Learned")
    first = page.inner_text("#seen")
    page.click("#plane")
    page.fill("#planed", "2")
    page.dispatch_event("#planed", "change")
    assert page.inner_text("#seen") == first


def test_a_drawing_is_brought_to_sixteen_pixels_wherever_it_stands(opened):
    page = opened("zipcodes_1989")
    draw = """([x0, x1, y0, y1]) => ZIP.normalised(Float64Array.from({ length: 100 * 100 },
        (_, k) => Number(k % 100 >= x0 && k % 100 < x1 && k / 100 >= y0 && k / 100 < y1)), 100, 100)"""
    tall = np.reshape(page.evaluate(draw, [10, 18, 20, 52]), (16, 16))
    assert (tall[:, 6:10] == 1).all()
    assert (np.delete(tall, range(6, 10), axis=1) == -1).all()
    moved = np.reshape(page.evaluate(draw, [70, 78, 60, 92]), (16, 16))
    np.testing.assert_array_equal(moved, tall)
    assert set(page.evaluate(draw, [5, 5, 5, 5])) == {-1}


# Everybody can play.


@pytest.mark.parametrize("name", PLAYED)
def test_a_page_is_small_soon_ready_and_fits_every_width(opened, name):
    assert len(made(name)[1].encode()) < pages.LARGEST
    page = opened(name)
    slow = page.context.new_cdp_session(page)
    slow.send("Emulation.setCPUThrottlingRate", {"rate": 4})
    page.reload()
    ready = page.evaluate("performance.getEntriesByType('navigation')[0].domContentLoadedEventEnd")
    assert 0 < ready < 2000
    slow.send("Emulation.setCPUThrottlingRate", {"rate": 1})
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 900})
        assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert float(page.evaluate("getComputedStyle(document.body).fontSize").removesuffix("px")) > 20  # at 1920


@pytest.mark.parametrize(("width", "scheme"), [(390, "dark"), (1300, "light"), (1300, "dark")])
@pytest.mark.parametrize("name", PLAYED)
def test_axe_finds_nothing_serious(opened, name, width, scheme):
    page = opened(name, color_scheme=scheme, viewport={"width": width, "height": 844}, reduced_motion="reduce")
    found = axe.Axe().run(page).response["violations"]
    bad = [(one["id"], one["nodes"][0]["html"][:200]) for one in found if one["impact"] in ("serious", "critical")]
    assert bad == []


def reach(page, selector):
    """Go to a control by the tab key alone."""
    for _ in range(120):
        if page.evaluate("(s) => document.activeElement.matches(s)", selector):
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"{selector} is not reached by the tab key")


def press(page, selector, *keys):
    reach(page, selector)
    for key in keys or ("Enter",):
        page.keyboard.press(key)


def says(page, selector, words):
    page.wait_for_function("([s, w]) => document.querySelector(s).textContent.includes(w)", arg=[selector, words])


# What is done on each page (control, keys or a tap), and what is then said where.
GAMES = {
    "pdp_1986": [
        ("#once", ("Enter",), "#state", "After 1 sweep"),
        ("#never", ("Enter",), "#state", "in the record it never learned"),
        ("#stick", ("Enter",), "#state", "figure 5"),
        ("#fresh", ("Enter",), "#state", "A random start"),
        ("#run", ("Enter",), "#state", "published nets"),
        ("#next", ("Enter",) * 6, "#told", "Back: the slope of E"),
        ("#whole", ("Enter",), "#told", "All nine slopes"),
        ("#land .planes button:first-child", ("Enter",), "#land .landed", "of the way"),
    ],
    "slopes_1950s": [
        ("#knobs input", ("ArrowRight",) * 5, "#state", "Nothing has been read"),
        ("#read", ("Enter",), "#state", "Reading 1"),
        ("#bowl", ("Enter",), "#state", "The true error is"),
        ("#run", ("Enter",), "#told", "published runs"),
        ("#rules button:last-child", ("Enter",), "#told", "LMS: error times input, 4 weights: not run yet"),
    ],
    "ordered_derivatives_1974": [
        ("#next", ("Enter",) * 16, "#told", "Up: the slope of E is 1.0000"),
        ("#nudge", ("Enter",), "#told", "largest difference"),
        ("#again", ("Enter",), "#told", "walk down the list"),
        ("#whole", ("Enter",), "#told", "every slope is there"),
    ],
    "perceptrons_1969": [
        ("#step", ("Enter",), "#rule", "Shown (0, 0)"),
        ("#run", ("Enter",), "#rule", "ended after"),
        ("[data-k='1']", ("Enter",), "#rule", "No point has been shown"),
        ("#known", ("Enter",), "#state", "published net"),
        ("#fresh", ("Enter",), "#state", "random start"),
    ],
    "lms_1959": [
        ("#letters button:nth-child(3)", ("Enter",), "#state", "G: wanted 0"),
        ("#knobs input", ("ArrowRight",) * 4, "#state", "4 touches"),
        ("#again", ("Enter",), "#told", "All knobs stand at zero"),
        ("#one", ("Enter",), "#told", "shown: error"),
        ("#run", ("Enter",), "#told", "published runs"),
    ],
    "alvinn_1989": [
        ("#ways button:first-child", ("Enter",), "#state", "knows nothing"),
        ("#wheel", ("ArrowLeft",) * 3, "#steer", "to the left"),
        ("#teacher", ("Enter",), "#state", "A lap is driven"),
        ("#go", ("Enter",), "#state", "Your network"),
        ("#drive", ("Enter",), "#state", "You drive"),
        ("#drive", ("Enter",), "#state", "Stopped"),
    ],
    "zipcodes_1989": [
        ("#hard", ("Enter",), "#state", "The label is"),
        ("#clear", ("Enter",), "#state", "Nothing is drawn"),
        ("#pad", ("Space", *["ArrowDown"] * 10, "Space"), "#state", "It says"),
    ],
    "llama_2023": [
        ("#examples button:nth-child(3)", ("Enter",), "#state", "Likeliest next"),
        ("#prompt", ("End", "x", "y"), "#state", "characters in"),
        ("#likely tr:nth-child(2) button", ("Enter",), "#told", "Learning, at temperature 1"),
        ("#knobs .slider:nth-child(2) input", ("ArrowLeft",) * 3, "#state", "It draws from"),
        ("#one", ("Enter",), "#wrote", "It wrote 1 token"),
        ("#write", ("Enter",), "#wrote", "It wrote 41 tokens"),
        ("#back", ("Enter",), "#wrote", "Taken back"),
        ("#mark", ("Enter",), "#place", "nats a character: "),
    ],
    "landscapes_2018": [
        ("#once", ("Enter",), "#state", "After 1 step"),
        ("#learn", ("Enter",), "#state", "Learned"),
        ("#plane", ("Enter",), "#seen", "In the start's own plane"),
        ("#moment", ("ArrowLeft",) * 3, "#when", "steps"),
        ("#kind", ("ArrowDown",) * 5, "#hill", "8 narrow layers"),
        ("#fresh", ("Enter",), "#state", "After 0 steps"),
        ("#learn", ("Enter",), "#place", "random directions saw"),
    ],
    "six_parameters": [
        ("#six-0", ("ArrowLeft",) * 3, "#state", "Shown: Paris"),
        ("#step", ("Enter",), "#told", "1 step so far"),
        ("#log", ("Enter",), "#told", "nine digits"),
        ("#random", ("Enter",), "#place", "published runs"),
        ("#land .planes button:nth-child(2)", ("Enter",), "#land .landed", "It sees"),
    ],
}


@pytest.mark.parametrize("motion", ["no-preference", "reduce"])
@pytest.mark.parametrize("name", GAMES)
def test_a_page_is_played_by_keyboard_alone(opened, name, motion):
    page = opened(name, reduced_motion=motion)
    for control, keys, where, words in GAMES[name]:
        press(page, control, *keys)
        says(page, where, words)


@pytest.mark.parametrize("name", GAMES)
def test_a_page_is_played_by_touch(opened, name):
    page = opened(name, viewport={"width": 390, "height": 844}, is_mobile=True, has_touch=True, reduced_motion="reduce")
    for control, keys, where, words in GAMES[name]:
        if keys[0].startswith("Arrow"):
            continue  # a slider; fingers drag what the browser makes of it
        for _ in keys:
            page.locator(control).tap()
        says(page, where, words)
        assert page.evaluate("document.documentElement.scrollWidth") <= 390
    small = page.evaluate(
        "[...document.querySelectorAll('button, select, input')].filter((e) => e.checkVisibility())"
        ".filter((e) => { const r = e.getBoundingClientRect(); return r.height < 24 || r.width < 24; }).length"
    )
    assert small == 0


def test_a_point_is_dragged_by_a_finger_and_by_arrow_keys(opened):
    page = opened("perceptrons_1969", viewport={"width": 390, "height": 844})
    point = page.locator("[data-k='0']")
    point.scroll_into_view_if_needed()
    box = point.locator("circle").last.bounding_box()
    at = (box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.mouse.move(*at)
    page.mouse.down()
    page.mouse.move(at[0] + 60, at[1] - 40, steps=4)
    page.mouse.up()
    label = page.locator("[data-k='0']").get_attribute("aria-label")
    assert "at 0, 0" not in label
    assert "class 0" in label
    press(page, "[data-k='0']", *["ArrowLeft"] * 3)
    assert page.locator("[data-k='0']").get_attribute("aria-label") != label
    press(page, "#step")
    says(page, "#rule", "Shown")


def test_xor_goes_in_circles_on_one_line_and_not_on_two(opened):
    page = opened("perceptrons_1969", reduced_motion="reduce")
    page.get_by_role("button", name="XOR").click()
    assert "No line separates" in page.locator("#theory").inner_text()
    page.locator("#run").click()
    says(page, "#rule", "in a circle")
    for _ in range(8):  # about one in six stays stuck
        page.locator("#fresh").click()
        page.locator("#train").click()
        page.wait_for_function("document.querySelector('#state').textContent.startsWith('A')")
        page.wait_for_function("document.querySelector('#train').textContent === 'Train'")
        if "All four right" in page.locator("#state").inner_text():
            break
    assert "what one could not" in page.locator("#state").inner_text()
    assert boolean.corners(2).tolist() == CORNERS
