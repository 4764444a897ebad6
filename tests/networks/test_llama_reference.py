"""Logits and every derivative beside the reference implementation, `transformers` on PyTorch, through files on disk."""

from dataclasses import asdict

import numpy as np
import pytest

from core.datasets import hugging_face
from core.learning.compiled.llama import FAST
from core.learning.ordered import OrderedSystem, ordered_derivatives
from core.networks import generation, llama
from core.networks.llama import Config

WHY = "the reference implementation is not installed: pip install 'backstory[reference]'"
torch = pytest.importorskip("torch", reason=WHY)
transformers = pytest.importorskip("transformers", reason=WHY)
pytestmark = pytest.mark.filterwarnings("ignore")

SCALING = (8.0, 1.0, 4.0, 16.0)
CONFIGS = {
    "plain heads, tied, neighbours": Config(61, 32, 2, 4, 4, 44, 64),
    "grouped heads, tied, neighbours": Config(61, 32, 2, 8, 4, 44, 64),
    "one group, untied, halves": Config(50, 24, 3, 3, 1, 40, 64, tied=False, pairing="halves"),
    "grouped, untied, Llama 3": Config(
        77, 48, 2, 6, 2, 64, 64, tied=False, pairing="halves", theta=500.0, scaling=SCALING
    ),
    "plain, tied, Llama 3, neighbours": Config(77, 32, 2, 4, 4, 48, 64, theta=500.0, scaling=SCALING, epsilon=1e-6),
    "heads wider than the stream": Config(40, 24, 2, 4, 2, 32, 64, head_size=16, pairing="halves"),
}


def net(config, seed=0):
    rng = np.random.default_rng(seed)
    return {
        k: v + np.float32(0.15) * rng.standard_normal(v.shape, np.float32) for k, v in llama.init(rng, config).items()
    }


def reference(folder, config, p, files=1):
    hugging_face.write(folder, asdict(config) | {"bos": 1}, p, files=files)
    return transformers.LlamaForCausalLM.from_pretrained(folder, dtype=torch.float32)


def error(ours, theirs):
    return float(np.abs(ours - theirs).max() / max(1.0, np.abs(theirs).max()))


@pytest.mark.parametrize("ops", [llama.PLAIN, FAST], ids=["plain", "compiled"])
@pytest.mark.parametrize("name", CONFIGS)
def test_logits_and_all_derivatives_are_the_references(name, ops, tmp_path):
    config = CONFIGS[name]
    p = net(config)
    model = reference(tmp_path, config, p, files=2)
    tokens = np.random.default_rng(1).integers(0, config.vocabulary, (3, 41))
    out = model(torch.tensor(tokens), labels=torch.tensor(tokens))
    out.loss.backward()
    system = OrderedSystem()
    scores = llama.scores(system, system.parameters(p), tokens, config, ops).value
    assert error(scores, out.logits.detach().numpy().reshape(scores.shape)) < 1e-5
    system = OrderedSystem()
    loss = llama.loss(system, system.parameters(p), tokens[:, :-1], tokens[:, 1:], config, ops)
    assert float(loss.value) == pytest.approx(float(out.loss.detach()), rel=1e-5)
    found = ordered_derivatives(loss)
    theirs = {n: w.grad.numpy() for n, w in model.named_parameters()}
    assert len(theirs) == len(p)
    assert sum(w.size for w in theirs.values()) == llama.count(config)
    for name in p:
        ours = found[name]
        if name.endswith((".wq", ".wk")) and config.pairing == "adjacent":
            ours = hugging_face.apart(ours, config.head_size)
        wanted = theirs[hugging_face.their_name(name)]
        assert np.abs(ours - wanted).max() < 1e-5 * np.abs(wanted).max() + 1e-7, name


def test_what_we_write_greedily_is_what_the_reference_writes(tmp_path):
    config = CONFIGS["grouped, untied, Llama 3"]
    p = net(config, seed=3)
    model = reference(tmp_path, config, p)
    prompt = [1, 5, 9]
    theirs = model.generate(
        torch.tensor([prompt]), max_new_tokens=30, do_sample=False, eos_token_id=None, pad_token_id=0
    )
    assert list(generation.write(p, config, prompt, 30)) == theirs[0, 3:].tolist()


def test_a_model_that_the_reference_writes_is_read_the_same_in_bfloat16(tmp_path):
    config = CONFIGS["one group, untied, halves"]
    model = reference(tmp_path / "ours", config, net(config)).to(torch.bfloat16)
    model.save_pretrained(tmp_path / "theirs", max_shard_size="10KB")
    assert len(list((tmp_path / "theirs").glob("*.safetensors"))) > 1
    values, found = hugging_face.read(tmp_path / "theirs")
    assert Config.of(values) == config
    for name, array in found.items():
        wanted = model.state_dict()[hugging_face.their_name(name)].float().numpy()
        np.testing.assert_array_equal(array, wanted)
