"""Trials of the Llama on small nets: pure functions of cell and seed, and what they find."""

from dataclasses import asdict

import numpy as np
import pytest

from core.datasets import hugging_face, tokens
from core.errors import BackstoryError
from core.evidence.trials import Row
from core.learning.compiled.llama import FAST
from core.learning.ordered import OrderedSystem, ordered_derivatives
from core.networks import llama
from core.networks.llama import Config
from reproductions.cli import rooms
from reproductions.llama_2023 import (
    capital,
    checkpoint,
    claims,
    ladder,
    parts,
    reference,
    run,
    telling,
    training,
)
from reproductions.llama_2023.settings import PRESETS, Settings
from reproductions.llama_2023.tables import in_one_line, larger_finding, nets_of_the_ladder
from reproductions.llama_2023.tables import told as text_of
from tests.conftest import REAL_DATA

SHAPE = {"width": 16, "layers": 1, "heads": 2, "groups": 1, "hidden": 24, "length": 16}
CELL = {
    "text": "descriptions",
    "vocabulary": 320,
    "batch": 4,
    "steps": 8,
    "rate": 0.01,
    "warm_up": 2,
    "clip": 1.0,
    "decay": 0.1,
    "looks": 2,
    "entropy": 1,
    **SHAPE,
}


@pytest.fixture
def pairs():
    pytest.importorskip("tokenizers", reason="byte-pair vocabularies need the package tokenizers")


@pytest.fixture
def real(monkeypatch):
    if not REAL_DATA:
        pytest.skip("the checkpoint of 260,032 parameters needs $BACKSTORY_DATA")
    monkeypatch.setenv("BACKSTORY_DATA", REAL_DATA)


def same(a, b):
    return all(np.array_equal(a[k], b[k]) for k in a if k != "seconds")


def test_a_seeds_numbers_do_not_depend_on_its_block(pairs):
    cell = CELL | {"moments": [0, 4, 8], "prompt": "The data", "written": 5}
    together, alone = training.learn(cell, (0, 1)), training.learn(cell, (1,))
    assert same(together[1], alone[0])
    assert together[0]["tune"] != together[1]["tune"]
    row = alone[0]
    assert row["start"] == pytest.approx(np.log(320), abs=0.05)
    assert row["looks"].shape == (2, 3)
    assert row["tune"] < row["start"]
    assert row["moment_probabilities"].shape == (3, training.SHOWN)
    assert np.all(row["moment_shares"][0] < [2 * k / 320 for k in training.SHARES])
    assert row["moment_entropy"][0] == pytest.approx(np.log(320), abs=0.1)
    assert row["parameters"] == llama.count(training.config_of(cell))


def test_runs_of_one_seed_see_the_same_batches(pairs):
    ends = [training.learn(CELL | change, (3,))[0] for change in ({}, {"gate": "relu"}, {"schedule": "constant"})]
    assert len({row["tune"] for row in ends}) == 3
    looks = training.learn(CELL | {"looks": 3, "moments": [3, 7], "prompt": "a", "written": 2}, (3,))[0]["looks"]
    assert looks[:, 0].tolist() == [3, 5, 8]
    tuning = training.learn(CELL | {"tuning": True}, (3,))[0]
    assert "test" not in tuning
    assert tuning["tune"] == ends[0]["tune"]


def test_divergence_is_recorded(pairs):
    row = training.learn(CELL | {"rate": 1e30, "clip": 0}, (0,))[0]
    assert row["failed"] == "diverged"


def test_every_character_is_scored_once(pairs):
    from core.datasets import token_text

    data = token_text.load("descriptions", 320)
    config = training.config_of(CELL)
    p = {name: np.zeros_like(value) for name, value in llama.init(np.random.default_rng(0), config).items()}
    for part, count in (("tune", data.tuned), ("test", len(data.held) - data.tuned)):
        wanted = count * np.log(320) / data.characters[part]
        assert training.nats_a_character(p, config, data, part) == pytest.approx(wanted, rel=1e-6)


def test_the_ladder_below(pairs):
    row = ladder.counted({"text": "descriptions", "orders": 3}, (0,))[0]
    assert row["uniform"] > row["order_1"] > row["order_2"] > row["order_3"]
    cell = {"text": "descriptions", "context": 3, "features": 4, "hidden": 8, "batch": 16, "steps": 300, "rate": 0.02}
    one = ladder.network_of_2003(cell | {"looks": 2, "entropy": 1}, (0,))[0]
    assert row["order_2"] < one["test"] < row["uniform"]


def test_parts_keep_their_promises():
    entropy = {"entropy": 1}
    for pairing in ("adjacent", "halves"):
        cell = {"head_size": 8, "length": 20, "pairing": pairing, "theta": 100.0, "draws": 20, **entropy}
        row = parts.positions(cell, (0,))[0]
        assert row["spread"] < 1e-12
        assert row["bound"][0] == 2.5
    assert parts.groups({**SHAPE, "vocabulary": 50, **entropy}, (0,))[0]["difference"] < 1e-12
    row = parts.norms({"cases": 5, "width": 8, **entropy}, (0,))[0]
    assert max(row["layer"], row["rescaled"], row["layer_recentred"]) < 1e-12 < 0.1 < row["recentred"]
    row = parts.sizes({"positions": 1}, (0,))[0]
    assert row["Llama 3.1 405B: parameters"] == 405_853_388_800
    assert row["Llama 3.1 405B: cache without groups"] == 16 * row["Llama 3.1 405B: cache"]
    row = parts.costs({**SHAPE, "vocabulary": 500, "batch": 2, "rounds": 1, **entropy}, (0,))[0]
    assert row["forward"] >= row["parameters"] * 0.9
    assert 1.9 < row["ratio"] < 2.2
    row = parts.at_the_scores({"width": 64, "vocabulary": 3000, "cases": 60, **entropy}, (0,))[0]
    assert row["loss"] == pytest.approx(row["ln_v"], abs=0.1)
    assert row["difference"] < 1e-12


def test_the_ordered_system_of_one_block():
    row = parts.ordered_block({**SHAPE, "vocabulary": 50, "entropy": 1}, (0,))[0]
    called, inputs = row["entries"].tolist(), row["inputs"]
    assert called[0] == "x"
    assert [called.count(name) for name in ("rms_norm", "linear", "rotary", "attention", "swiglu", "add")] == [
        2,
        7,
        2,
        1,
        1,
        2,
    ]
    assert np.all(inputs < np.arange(len(called))[:, None])
    assert row["walked"][0] == len(called) - 1
    at = called.index("attention")
    assert [called[int(k)] for k in inputs[at]] == ["rotary", "rotary", "linear"]


def small_1b(folder, config, **changes):
    made = tokens.byte_pairs("The capital of France is Paris. " * 30 + "the quick brown fox " * 9, 290)
    p = llama.init(np.random.default_rng(0), config)
    hugging_face.write(folder, asdict(config) | {"bos": 0}, p, files=2)
    (folder / "tokenizer.json").write_text(made.json(), encoding="utf-8")
    return p, made


def test_the_capital_through_a_small_model_in_the_same_files(pairs, tmp_path):
    pytest.importorskip("safetensors", reason="files of Hugging Face need the package safetensors")
    config = Config(300, 16, 3, 4, 2, 24, 32, pairing="halves", scaling=(32.0, 1.0, 4.0, 16.0), theta=500.0)
    p, made = small_1b(tmp_path, config)
    row = capital.sentence({"folder": str(tmp_path), "sentence": capital.SENTENCE}, (0,))[0]
    seen = np.array([0, *made.encode(capital.SENTENCE)])
    assert row["tokens"].tolist() == seen.tolist()
    np.testing.assert_allclose(row["losses"], llama.surprises(p, seen[None], config)[0], rtol=1e-4)
    assert row["p_last"] == pytest.approx(np.exp(-row["losses"][-1]))
    assert row["numbers"] == row["parameters"] == llama.count(config)
    assert row["parts"].tolist() == ["output", "2", "1", "0", "embedding"]
    system = OrderedSystem()
    loss = llama.loss(system, system.parameters(p), seen[None, :-1], seen[None, 1:], config, FAST)
    found = ordered_derivatives(loss)
    assert row["norm"] == pytest.approx(np.sqrt(sum(np.sum(found[name] ** 2) for name in p)), rel=1e-4)
    layer = np.sqrt(sum(np.sum(found[name] ** 2) for name in p if name.startswith("1.")))
    assert row["norms"][2] == pytest.approx(layer, rel=1e-4)
    with pytest.raises(BackstoryError, match="one token has no loss"):
        capital.sentence({"folder": str(tmp_path), "sentence": ""}, (0,))
    (tmp_path / "model-00002-of-00002.safetensors").unlink()
    with pytest.raises(BackstoryError, match="lacks model-00002"):
        capital.sentence({"folder": str(tmp_path), "sentence": "a"}, (0,))


def test_without_the_users_weights_one_sentence_says_so(tmp_path, monkeypatch):
    assert capital.folder() is None
    assert capital.absent().count(". ") == 0 or capital.absent().endswith(".")
    monkeypatch.setenv("BACKSTORY_DATA", str(tmp_path))
    assert capital.folder() is None
    (tmp_path / "llama-3.2-1b").mkdir()
    assert capital.folder() == tmp_path / "llama-3.2-1b"


def test_the_checkpoint_tells_and_is_surprised(real):
    row = checkpoint.story({"entropy": 1}, (0,))[0]
    assert (row["characters"], row["same"], row["tokens"]) == (565, 1, 256)
    drawn = checkpoint.story({"entropy": 1, "temperature": 1.0, "top_p": 0.9}, (0, 1))
    assert bytes(drawn[0]["text"]) != bytes(drawn[1]["text"])
    row = checkpoint.story_losses({"stories": 8, "entropy": 1}, (0,))[0]
    assert row["losses"].shape == (8,)
    assert 0.8 < row["a_token"] < 2
    row = checkpoint.probabilities({"temperatures": [0.5, 1.0, 2.0]}, (0,))[0]
    assert np.all(np.diff(row["entropy"].mean(axis=1)) > 0)
    assert np.array_equal(row["top"][:, 0], row["chosen"])


def test_all_derivatives_of_the_checkpoint(real):
    cell = {"sentence": "Once upon a time, there was a girl.", "sample": 10, "entropy": 1}
    row = checkpoint.derivatives(cell, (0,))[0]
    assert row["numbers"] == 260_032
    assert row["measured"] < 1e-6
    assert row["single"] < 1e-4


def test_our_derivatives_beside_the_references(real):
    why = "the reference implementation is not installed: pip install 'backstory[reference]'"
    pytest.importorskip("torch", reason=why)
    pytest.importorskip("transformers", reason=why)
    p, config, tokenizer = checkpoint.model()
    seen = np.array([tokenizer.prompt("Once upon a time, there was a little girl named Lily.")])
    theirs = reference.slopes(p, config, seen)
    system = OrderedSystem()
    found = ordered_derivatives(
        llama.loss(system, system.parameters(p), seen[:, :-1], seen[:, 1:], config, llama.PLAIN)
    )
    assert sum(slope.size for slope in theirs.values()) == 260_032
    for name, slope in theirs.items():
        assert np.abs(found[name] - slope).max() < 1e-4 * np.abs(slope).max(), name


def test_pooled_heads_cost_something(real):
    rows = checkpoint.pooled({"stories": 4, "length": 64, "entropy": 1}, (0, 1))
    assert rows[0]["mean"] == rows[1]["mean"] > rows[0]["four"]
    assert rows[0]["new"] != rows[1]["new"]


def test_a_text_is_told_in_pieces_or_refused_before_it_begins(pairs):
    made = tokens.byte_pairs("The capital of France is Paris. " * 30 + "the quick brown fox " * 9, 290)
    config = Config(300, 16, 1, 4, 2, 24, 32)
    p = llama.init(np.random.default_rng(0), config)
    told = list(telling.tell(p, config, made, "The", 12))
    again = telling.tell(p, config, made, b"The", 12)
    assert next(again) == told[0]
    drawn = [
        "".join(telling.tell(p, config, made, "The", 12, temperature=1.0, top_p=0.9, rng=np.random.default_rng(k)))
        for k in (1, 1, 2)
    ]
    assert drawn[0] == drawn[1] != drawn[2]
    for change, words in (
        ({"prompt": ""}, "the prompt is empty"),
        ({"prompt": b"\xff"}, "is no UTF-8 from byte 0"),
        ({"prompt": "a\udcff"}, "is no UTF-8 at character 1"),
        ({"count": 33}, "do not fit the 32"),
        ({"count": 0}, "at least one token"),
        ({"temperature": -1.0}, "temperature from 0"),
        ({"top_p": 0.0}, "top_p above 0"),
        ({"config": Config(289, 16, 1, 4, 2, 24, 32)}, "290 tokens and the model 289"),
    ):
        given = {"p": p, "config": config, "tokenizer": made, "prompt": "The", "count": 5} | change
        with pytest.raises(BackstoryError, match=words):
            telling.tell(**given)


def test_the_checkpoint_goes_on_from_a_prompt(real):
    p, config, tokenizer = checkpoint.model()
    whole = "".join(telling.tell(p, config, tokenizer, "", 40))
    begun = "Once upon a time,"
    assert whole.startswith(begun)
    assert whole.startswith(begun + "".join(telling.tell(p, config, tokenizer, begun, 8)))


def test_the_quick_run_measures_what_needs_no_files_and_draws_every_figure(quick_of):
    folder, record, _ = quick_of("llama_2023")
    paper = rooms.paper_of("llama_2023")
    ours = {claim["id"]: claim["ours"] for claim in record["claims"]}
    assert list(ours) == [claim.id for claim in paper.claim]
    needs = {claim.id for claim in paper.claim if {"checkpoint", "capital", "text"} & set(claim.only_when)}
    assert {name for name, value in ours.items() if value is None} == needs
    assert ours["count_405b"]["estimate"] == 405_853_388_800
    assert ours["cache_405b"]["estimate"] == 16
    assert ours["start"]["estimate"] == pytest.approx(0, abs=0.1)
    drawn = {path.stem for path in (folder / "figures").glob("*.svg")}
    assert drawn >= {figure.id for figure in paper.figure if not figure.sometimes}
    assert "descriptions of data sets" in (folder / "play.html").read_text(encoding="utf-8")


def row(values, **cell):
    return Row(cell=cell, seed=0, failed=False, reason="", values=values, arrays={}, seconds=0.0)


def test_the_best_count_is_chosen_on_the_tuning_part():
    counted = row({"tune_1": 3.0, "tune_2": 2.0, "tune_3": 2.5, "order_1": 3.1, "order_2": 2.2, "order_3": 2.1})
    assert claims.best_count({"counting": [counted]}) == (2, 2.2)


def test_a_curve_decays_to_the_mean_of_its_last_quarter():
    falling = row({})
    falling.arrays["bound"] = np.array([8.0, 4, 4, 4, 4, 4, 2, 4])
    assert claims.decays([falling], "bound") == 3 / 8


def test_every_net_without_a_part_has_about_as_many_numbers():
    s = PRESETS["paper"]
    sizes = {}
    for name, change in run.ablations(s).items():
        config = training.config_of({**run.shape(s), **change})
        sizes[name] = llama.count(config)
    assert sizes["ReLU, as many numbers"] == sizes[run.THEIRS] == 292_800
    assert sizes["no positions"] == sizes[run.THEIRS]
    assert sizes["output not tied"] - sizes[run.THEIRS] == s.vocabulary * s.width


def test_the_larger_net_is_compared_with_the_usual_one_at_equal_steps():
    s = PRESETS["paper"]
    (usual, seeds), (larger, others) = next(study for study in run.studies(s) if study.name == "larger").cells
    assert seeds == others == range(5)
    sizes = [llama.count(training.config_of(cell)) for cell in (usual, larger)]
    assert sizes == [292_800, 1_038_720]
    differing = {name for name in usual if usual[name] != larger[name]}
    assert differing == {"width", "hidden", "rate", "size"}
    losses = {run.USUAL: (1.70, 1.72, 1.71), run.LARGER: (1.60, 1.61, 1.65)}
    rows = [
        Row(
            cell={"size": size, "steps": 1000},
            seed=seed,
            failed=False,
            reason="",
            values={"test": loss},
            arrays={},
            seconds=0.0,
        )
        for size, values in losses.items()
        for seed, loss in enumerate(values)
    ]
    found = claims.larger_better({"larger": rows})
    assert found.estimate == pytest.approx(0.09)
    assert found.low < 0.09 < found.high
    assert claims.larger_better({}) is None
    shown = nets_of_the_ladder({"network of 2003": [], "learning": [], "larger": rows})
    assert list(shown) == ["network of 2003", "Llama", "Llama, 1,000 steps", "larger Llama, 1,000 steps"]
    assert "1.620" in larger_finding({"larger": [one_with(row, parameters=1.0) for row in rows]})
    assert larger_finding({}) == ""


def one_with(row, **values):
    return Row(row.cell, row.seed, row.failed, row.reason, row.values | values, row.arrays, row.seconds)


def test_texts_come_back_from_their_bytes():
    raw = np.frombuffer("a\u00e9\n\n b".encode().ljust(9, b"\0"), np.uint8)
    assert text_of(raw) == "a\u00e9\n\n b"
    assert in_one_line(raw) == "a\u00e9 / b"
    assert in_one_line(np.zeros(4)) == "(white space)"


@pytest.mark.parametrize("change", [{"width": 30}, {"groups": 3}, {"width": 24, "heads": 8, "groups": 4}])
def test_shapes_that_do_not_fit_are_refused(change):
    with pytest.raises(ValueError, match="width must be an even number of times heads"):
        Settings(**change)


def test_a_run_of_files_that_are_wrong_or_not_there_is_one_sentence(backstory, tmp_path):
    (tmp_path / "llama").mkdir()
    (tmp_path / "llama" / "stories260K.bin").write_bytes(b"short")
    for change, words in (("checkpoint=true", "stories260K.bin"), ("capital=true", "Llama 3.2 1B was not run")):
        done = backstory("run", "llama_2023", "--set", change, "--out", tmp_path, BACKSTORY_DATA=str(tmp_path))
        assert done.returncode == 2
        assert words in done.stderr
        assert len(done.stderr.strip().splitlines()) == 1


def test_the_command_line_tells_the_story(backstory, real):
    import hashlib

    done = backstory("tell", BACKSTORY_DATA=REAL_DATA)
    assert done.returncode == 0, done.stderr
    assert hashlib.sha256(done.stdout.removesuffix("\n").encode()).hexdigest() == checkpoint.STORY_SHA256
    done = backstory("tell", "Once upon a time", "--tokens", 600, BACKSTORY_DATA=REAL_DATA)
    assert (done.returncode, done.stdout) == (2, "")
    assert "do not fit the 512" in done.stderr
