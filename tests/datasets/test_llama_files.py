"""Files of Llamas: llama2.c's, Hugging Face's, tokenizers; what is wrong with a file is said in one sentence."""

import json
import os
import struct
from dataclasses import asdict

import numpy as np
import pytest

from core.datasets import hugging_face, llama2c, store, token_text, tokens
from core.errors import BackstoryError
from core.learning.compiled.llama import FAST
from core.networks import generation, llama
from core.networks.llama import Config
from tests.conftest import REAL_DATA

SMALL = Config(270, 8, 2, 4, 2, 10, 16)


def net(config, kind=np.float32):
    rng = np.random.default_rng(0)
    return {k: (v + rng.standard_normal(v.shape)).astype(kind) for k, v in llama.init(rng, config).items()}


def checkpoint_file(config, arrays):
    """The bytes of a checkpoint of llama2.c; the unread tables of angles are zeros."""
    numbers = [config[name] for name in llama2c.HEADER]
    numbers[llama2c.HEADER.index("vocabulary")] *= 1 if config["tied"] else -1
    pieces = [struct.pack(f"<{len(numbers)}i", *numbers)]
    for name, shape in llama2c._parts(config):
        if name == "angles":
            array = np.zeros(shape)
        elif "*" in name:
            array = np.stack([arrays[name.replace("*", str(layer))] for layer in range(config["layers"])])
        else:
            array = arrays[name]
        pieces.append(np.ascontiguousarray(array, "<f4").tobytes())
    return b"".join(pieces)


def vocabulary_file(words=(b" ", b"a", b"b", b"ab", b" ab", b"abab"), size=None):
    pieces = [b"<unk>", b"\n<s>\n", b"\n</s>\n", *(b"<0x%02X>" % byte for byte in range(256)), *words]
    pieces = pieces[:size]
    return struct.pack("<i", 7) + b"".join(
        struct.pack("<fi", float(len(piece)) if at > 258 else 0.0, len(piece)) + piece
        for at, piece in enumerate(pieces)
    )


@pytest.mark.parametrize("tied", [True, False])
def test_a_checkpoint_of_llama2c_comes_back_as_it_was(tied):
    config = asdict(Config(270, 8, 2, 4, 2, 10, 16, tied=tied))
    p = net(Config.of(config))
    values, found = llama2c.checkpoint(checkpoint_file(config, p))
    assert Config.of(values) == Config.of(config)
    assert sorted(found) == sorted(p)
    for name, array in p.items():
        np.testing.assert_array_equal(found[name], array)


@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        (lambda raw: raw[:-4], "cut short or of another version"),
        (lambda raw: raw + b"1234", "cut short or of another version"),
        (lambda raw: raw[:10], "28 bytes of header"),
        (lambda raw: b"ak42" + raw[4:], "not one of export version 0"),
        (lambda raw: struct.pack("<i", -8) + raw[4:], "not one of export version 0"),
    ],
)
def test_a_checkpoint_that_is_none_is_refused(spoil, words):
    raw = checkpoint_file(asdict(SMALL), net(SMALL))
    with pytest.raises(BackstoryError, match=words):
        llama2c.checkpoint(spoil(raw))


def test_the_tokenizer_merges_the_best_pair_first():
    tokenizer = llama2c.tokenizer(vocabulary_file(), 265)
    space, a, b, ab, space_ab, abab = range(259, 265)
    assert tokenizer.encode("abab") == [space_ab, ab]  # " ab" scores more than a second "ab"
    assert tokenizer.encode("ab") == [space_ab]
    assert tokenizer.encode("ba") == [space, b, a]
    assert tokenizer.encode("") == []
    assert tokenizer.encode("é") == [space, 0xC3 + 3, 0xA9 + 3]
    assert tokenizer.encode("babab") == [space, b, abab]
    for text in ("abab", "ba é\n日本", "", " a"):
        assert tokenizer.decode(tokenizer.encode(text)) == text
    assert tokenizer.prompt("").tolist() == [1]


def test_characters_come_out_whole():
    tokenizer = llama2c.tokenizer(vocabulary_file(), 265)
    pieces = list(tokenizer.stream(tokenizer.encode("é日")))
    assert "".join(pieces) == "é日"
    assert pieces == ["é", "日"]
    assert tokenizer.decode([0xC3 + 3]) == "\ufffd"
    assert tokenizer.decode([0xFF + 3, 260]) == "\ufffda"


@pytest.mark.parametrize(
    ("raw", "words"),
    [
        (vocabulary_file()[:-1], "cut short or no tokenizer"),
        (b"", "cut short or no tokenizer"),
        (vocabulary_file(size=261), "261 tokens and the model 265"),
    ],
)
def test_a_tokenizer_that_does_not_fit_is_refused(raw, words):
    with pytest.raises(BackstoryError, match=words):
        llama2c.tokenizer(raw, 265)


def test_bytes_that_are_no_utf8_are_refused():
    assert tokens.characters("é".encode()) == "é"
    with pytest.raises(BackstoryError, match="the prompt is no UTF-8 from byte 1 on"):
        tokens.characters(b"a\xff")


def library():
    return pytest.importorskip("safetensors", reason="files of Hugging Face need the package safetensors")


@pytest.mark.parametrize("files", [1, 3])
@pytest.mark.parametrize("kind", [np.float32, np.float16])
def test_a_folder_of_safetensors_comes_back_as_it_was(tmp_path, files, kind):
    library()
    config = Config(30, 8, 2, 2, 1, 10, 16, tied=False, pairing="halves", scaling=(8.0, 1.0, 4.0, 16.0))
    p = net(config, kind)
    hugging_face.write(tmp_path, asdict(config) | {"bos": 1}, p, files=files)
    values, found = hugging_face.read(tmp_path)
    assert Config.of(values) == config
    assert values["bos"] == 1
    for name, array in p.items():
        assert found[name].dtype == np.float32
        np.testing.assert_array_equal(found[name], array.astype(np.float32))


def test_bfloat16_is_the_upper_half_of_a_float(tmp_path):
    safetensors = library()
    config = Config(30, 8, 1, 2, 1, 10, 16, pairing="halves")
    p = net(config)
    hugging_face.write(tmp_path, asdict(config), p)
    halves = {hugging_face.their_name(k): (v.view(np.uint32) >> 16).astype("<u2") for k, v in p.items()}
    specs = {
        name: safetensors.TensorSpec(dtype="bfloat16", shape=a.shape, data_ptr=a.ctypes.data, data_len=a.nbytes)
        for name, a in halves.items()
    }
    safetensors.serialize_file(specs, tmp_path / "model.safetensors")
    _, found = hugging_face.read(tmp_path)
    for name, array in p.items():
        np.testing.assert_array_equal(found[name], (array.view(np.uint32) & 0xFFFF0000).view(np.float32))


def test_neighbours_are_brought_apart_when_they_are_written(tmp_path):
    library()
    config = Config(30, 8, 2, 2, 1, 10, 16)
    p, seen = net(config), np.array([[3, 1, 4, 1, 5, 9]])
    hugging_face.write(tmp_path, asdict(config), p)
    values, found = hugging_face.read(tmp_path)
    other = Config.of(values)
    assert other.pairing == "halves"
    np.testing.assert_allclose(llama.surprises(p, seen, config), llama.surprises(dict(found), seen, other), rtol=1e-5)


def spoil_json(folder, **changes):
    path = folder / "config.json"
    raw = json.loads(path.read_text()) | changes
    path.write_text(json.dumps({name: value for name, value in raw.items() if value is not None}))


@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        (lambda d: (d / "config.json").unlink(), "point to the folder"),
        (lambda d: (d / "config.json").write_text("{"), "cannot be read as JSON"),
        (lambda d: spoil_json(d, model_type="gpt2"), "not of a Llama"),
        (lambda d: spoil_json(d, attention_bias=True), "asks for biases"),
        (lambda d: spoil_json(d, rope_parameters={"rope_type": "yarn"}), "by 'yarn'"),
        (lambda d: spoil_json(d, hidden_size=None), "does not say 'hidden_size'"),
        (lambda d: spoil_json(d, intermediate_size=12), "where config asks"),
        (lambda d: spoil_json(d, num_hidden_layers=3), "has no part 'model.layers.2"),
        (lambda d: (d / "model-00002-of-00002.safetensors").unlink(), "lacks model-00002-of-00002"),
        (lambda d: os.truncate(d / "model-00001-of-00002.safetensors", 900), "damaged or cut short"),
        (lambda d: (d / "model.safetensors.index.json").write_text("[]"), "does not list"),
    ],
)
def test_a_folder_that_is_not_whole_is_refused(tmp_path, spoil, words):
    library()
    config = Config(30, 8, 2, 2, 1, 10, 16)
    hugging_face.write(tmp_path, asdict(config), net(config), files=2)
    spoil(tmp_path)
    with pytest.raises(BackstoryError, match=words):
        hugging_face.read(tmp_path)


def test_byte_pairs_of_a_text_and_their_file(tmp_path):
    pytest.importorskip("tokenizers", reason="byte-pair vocabularies need the package tokenizers")
    text = "to be or not to be, that is the question: " * 20
    made = tokens.byte_pairs(text, 280)
    assert made.size == 280
    for words in (text, "é日 not seen\n", ""):
        assert made.decode(made.encode(words)) == words
    assert len(made.encode(text)) < len(text) / 2
    assert made.json() == tokens.byte_pairs(text, 280).json()
    with pytest.raises(BackstoryError, match="ask for fewer"):
        tokens.byte_pairs("ab", 300)
    with pytest.raises(BackstoryError, match="the prompt is empty"):
        made.prompt("")
    path = tmp_path / "tokenizer.json"
    path.write_text(made.json(), encoding="utf-8")
    read = tokens.from_json(path, 300, bos=0)
    assert read.encode("to be") == made.encode("to be")
    assert read.prompt("to be")[0] == 0
    for place, size, words in (
        (path, 279, "280 tokens and the model 279"),
        (tmp_path / "no.json", 280, "no tokenizer at"),
    ):
        with pytest.raises(BackstoryError, match=words):
            tokens.from_json(place, size, bos=None)
    path.write_text("{}")
    with pytest.raises(BackstoryError, match="no tokenizer that can be read"):
        tokens.from_json(path, 280, bos=None)


def test_the_embedded_text_in_tokens():
    pytest.importorskip("tokenizers", reason="byte-pair vocabularies need the package tokenizers")
    found = token_text.load("descriptions", 400)
    text, _ = token_text.content("descriptions")
    cut = token_text.parts(text)
    assert "".join(cut.values()) == text
    assert found.tokenizer.decode(found.held[found.tuned :]) == cut["test"]
    assert found.characters == {part: len(piece) for part, piece in cut.items()}


def test_a_file_without_address_says_where_to_put_it():
    with pytest.raises(BackstoryError, match="no public mirror of it is known; get the file elsewhere and put it at"):
        token_text.stories()
    lines = store.status("tinystories", fetch=True)
    assert lines[0]["state"] == "missing"
    assert lines[0]["from"].startswith("no address")


@pytest.fixture
def real(monkeypatch):
    if not REAL_DATA:
        pytest.skip("the checkpoint of 260,032 parameters needs $BACKSTORY_DATA")
    monkeypatch.setenv("BACKSTORY_DATA", REAL_DATA)


def test_the_checkpoint_tells_its_documented_story(real):
    values, p = llama2c.checkpoint(store.read("stories260k", "checkpoint"))
    config = Config.of(values)
    assert llama.count(config) == sum(array.size for array in p.values()) == 260_032
    tokenizer = llama2c.tokenizer(store.read("stories260k", "tokenizer"), config.vocabulary)
    written = list(generation.write(p, config, tokenizer.prompt(""), 256, stop=(1,)))
    wanted = (store.data_folder() / "llama" / "stories260K_greedy.txt").read_text()
    assert tokenizer.decode(written) == wanted
    assert len(wanted) == 565
    seen = np.array([[1, *tokenizer.encode(wanted)]])
    assert seen[0, 1:].tolist() == written
    scores = -llama.surprises(p, seen, config, FAST)
    assert scores.mean() == pytest.approx(-0.4573, abs=1e-3)
    assert len(token_text.stories()) == 966
