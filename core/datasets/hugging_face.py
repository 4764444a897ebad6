"""Llamas in the files of Hugging Face: `config.json` and one or many files of safetensors, read by memory map.

The package `safetensors` checks every file; numbers are fetched from the map only when an array is asked for, as
float32, whether they are stored as float32, float16 or bfloat16. Nothing is unpickled.
"""

from __future__ import annotations

import json
import struct
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from core.errors import BackstoryError

PARTS = {
    "attention_norm": "input_layernorm",
    "wq": "self_attn.q_proj",
    "wk": "self_attn.k_proj",
    "wv": "self_attn.v_proj",
    "wo": "self_attn.o_proj",
    "feed_norm": "post_attention_layernorm",
    "w1": "mlp.gate_proj",
    "w2": "mlp.down_proj",
    "w3": "mlp.up_proj",
}
KINDS = {"F32": "<f4", "F16": "<f2", "BF16": "<u2"}
KEYS = {
    "vocabulary": "vocab_size",
    "width": "hidden_size",
    "layers": "num_hidden_layers",
    "heads": "num_attention_heads",
    "groups": "num_key_value_heads",
    "hidden": "intermediate_size",
    "length": "max_position_embeddings",
    "head_size": "head_dim",
    "epsilon": "rms_norm_eps",
}


def _library() -> Any:
    try:
        import safetensors.numpy
    except ImportError as fault:
        raise BackstoryError(
            "files of this model need the package `safetensors`; install it with `pip install safetensors`."
        ) from fault
    return safetensors


class Weights(Mapping[str, np.ndarray]):
    """The parameters of a folder by the names of `core.networks.llama`; each is read anew when it is asked for."""

    def __init__(self, places: dict[str, tuple[Path, str, tuple[int, ...], int]]) -> None:
        self._places = places  # file, kind, shape, first byte

    def __getitem__(self, name: str) -> np.ndarray:
        path, kind, shape, first = self._places[name]
        stored = np.memmap(path, KINDS[kind], "r", first, shape)
        if kind == "BF16":  # the upper half of a float32
            wide = np.left_shift(stored, 16, dtype=np.uint32)
            return np.asarray(wide).view(np.float32)
        return np.array(stored, np.float32)

    def __iter__(self) -> Iterator[str]:
        return iter(self._places)

    def __len__(self) -> int:
        return len(self._places)


def read(folder: Path) -> tuple[dict[str, Any], Weights]:
    """The configuration and the parameters of a Llama in a folder.

    Raises BackstoryError if a file is missing or damaged, the model is no Llama, or a part has another shape.
    """
    config = configuration(folder)
    found: dict[str, tuple[Path, str, tuple[int, ...], int]] = {}
    for path in _files(folder):
        found |= {name: (path, *place) for name, place in _header(path).items()}
    places = {}
    for name, shape in _shapes(config).items():
        theirs = their_name(name)
        if theirs not in found:
            raise BackstoryError(
                f"{folder} has no part {theirs!r}; a file of the model is missing or it is another model."
            )
        if found[theirs][2] != shape or found[theirs][1] not in KINDS:
            raise BackstoryError(
                f"part {theirs!r} in {folder} is {found[theirs][1]} of shape {found[theirs][2]}, where config asks "
                f"for {shape} in one of {', '.join(KINDS)}; fetch the folder again."
            )
        places[name] = found[theirs]
    return config, Weights(places)


def configuration(folder: Path) -> dict[str, Any]:
    """What `config.json` says, in the words of `core.networks.llama.Config`, and "bos", which begins a text."""
    path = folder / "config.json"
    try:
        raw = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as fault:
        raise BackstoryError(f"there is no {path}; point to the folder that holds the model's files.") from fault
    except (OSError, ValueError) as fault:
        raise BackstoryError(f"{path} cannot be read as JSON ({fault}); fetch it again.") from fault
    if not isinstance(raw, dict) or raw.get("model_type") != "llama" or raw.get("hidden_act", "silu") != "silu":
        raise BackstoryError(f"{path} is not of a Llama; only models of type 'llama' with 'silu' are read.")
    if raw.get("attention_bias") or raw.get("mlp_bias"):
        raise BackstoryError(f"{path} asks for biases, which Llamas do not have; this model cannot be read.")
    rope = raw.get("rope_parameters") or raw.get("rope_scaling") or {}
    kind = rope.get("rope_type", rope.get("type", "default"))
    if kind not in ("default", "llama3"):
        raise BackstoryError(f"{path} scales its rotary positions by {kind!r}; only 'default' and 'llama3' are known.")
    defaults: dict[str, Any] = {
        "num_key_value_heads": raw.get("num_attention_heads"),
        "head_dim": 0,
        "rms_norm_eps": 1e-6,
    }
    try:
        config: dict[str, Any] = {
            ours: raw.get(theirs) or defaults[theirs] if theirs in defaults else raw[theirs]
            for ours, theirs in KEYS.items()
        }
        scaling = None
        if kind == "llama3":
            names = ("factor", "low_freq_factor", "high_freq_factor", "original_max_position_embeddings")
            scaling = tuple(float(rope[name]) for name in names)
    except KeyError as fault:
        raise BackstoryError(f"{path} does not say {fault.args[0]!r}; fetch it again.") from fault
    bos = raw.get("bos_token_id")
    return config | {
        "head_size": config["head_size"] or config["width"] // config["heads"],
        "tied": bool(raw.get("tie_word_embeddings", False)),
        "theta": float(rope.get("rope_theta") or raw.get("rope_theta") or 10000.0),
        "pairing": "halves",
        "scaling": scaling,
        "bos": bos[0] if isinstance(bos, list) else bos,
    }


def _files(folder: Path) -> list[Path]:
    index = folder / "model.safetensors.index.json"
    names = ["model.safetensors"]
    if index.is_file():
        try:
            names = sorted(set(json.loads(index.read_text(encoding="utf-8"))["weight_map"].values()))
        except (ValueError, KeyError, TypeError, AttributeError) as fault:
            raise BackstoryError(f"{index} does not list the model's files; fetch it again.") from fault
    for name in names:
        if not (folder / name).is_file():
            raise BackstoryError(f"{folder} lacks {name}, one of {len(names)} files of the model; put it there.")
    return [folder / name for name in names]


def _header(path: Path) -> dict[str, tuple[str, tuple[int, ...], int]]:
    """Kind, shape and first byte of every array of a file that the package finds sound."""
    library = _library()
    try:
        with library.safe_open(path, framework="np"), path.open("rb") as file:
            (length,) = struct.unpack("<Q", file.read(8))
            parts = json.loads(file.read(length))
    except (library.SafetensorError, OSError, ValueError) as fault:
        raise BackstoryError(f"{path} is damaged or cut short ({fault}); fetch it again.") from fault
    return {
        name: (part["dtype"], tuple(part["shape"]), 8 + length + part["data_offsets"][0])
        for name, part in parts.items()
        if name != "__metadata__"
    }


def _shapes(c: Mapping[str, Any]) -> dict[str, tuple[int, ...]]:
    queries, keys, width, hidden = c["heads"] * c["head_size"], c["groups"] * c["head_size"], c["width"], c["hidden"]
    each = {
        "attention_norm": (width,),
        "wq": (queries, width),
        "wk": (keys, width),
        "wv": (keys, width),
        "wo": (width, queries),
        "feed_norm": (width,),
        "w1": (hidden, width),
        "w2": (width, hidden),
        "w3": (hidden, width),
    }
    layers = {f"{layer}.{name}": shape for layer in range(c["layers"]) for name, shape in each.items()}
    ends = {"norm": (width,)} if c["tied"] else {"norm": (width,), "output": (c["vocabulary"], width)}
    return {"embedding": (c["vocabulary"], width), **layers, **ends}


def their_name(name: str) -> str:
    """The name that these files have for a parameter."""
    layer, _, part = name.partition(".")
    if part:
        return f"model.layers.{layer}.{PARTS[part]}.weight"
    return {"embedding": "model.embed_tokens.weight", "norm": "model.norm.weight", "output": "lm_head.weight"}[name]


def write(folder: Path, config: Mapping[str, Any], arrays: Mapping[str, np.ndarray], *, files: int = 1) -> None:
    """Write a Llama so that `transformers` opens it: config.json and `files` files of safetensors, float32 or float16.

    Queries and keys whose rotary pairs are neighbours are reordered, as these files have pairs half a head apart.
    """
    library = _library()
    folder.mkdir(parents=True, exist_ok=True)
    named = {}
    for name in _shapes(config):
        array = np.ascontiguousarray(arrays[name])
        if name.endswith((".wq", ".wk")) and config["pairing"] == "adjacent":
            array = apart(array, config["head_size"])
        named[their_name(name)] = array
    shares = [list(named)[part::files] for part in range(files)]
    titles = [f"model-{part + 1:05d}-of-{files:05d}.safetensors" for part in range(files)]
    titles = titles if files > 1 else ["model.safetensors"]
    for title, share in zip(titles, shares, strict=True):
        library.numpy.save_file({name: named[name] for name in share}, folder / title, metadata={"format": "pt"})
    if files > 1:
        where = {name: title for title, share in zip(titles, shares, strict=True) for name in share}
        total = {"total_size": sum(array.nbytes for array in named.values())}
        text = json.dumps({"metadata": total, "weight_map": where}, indent=1)
        (folder / "model.safetensors.index.json").write_text(text, encoding="utf-8")
    rope: dict[str, Any] = {"rope_type": "default", "rope_theta": config["theta"]}
    if config["scaling"] is not None:
        names = ("factor", "low_freq_factor", "high_freq_factor", "original_max_position_embeddings")
        rope |= dict(zip(names, (*config["scaling"][:3], int(config["scaling"][3])), strict=True)) | {
            "rope_type": "llama3"
        }
    said = {theirs: config[ours] for ours, theirs in KEYS.items()} | {
        "architectures": ["LlamaForCausalLM"],
        "model_type": "llama",
        "hidden_act": "silu",
        "attention_bias": False,
        "mlp_bias": False,
        "tie_word_embeddings": config["tied"],
        "rope_theta": config["theta"],
        "rope_parameters": rope,
        "bos_token_id": config.get("bos"),
    }
    if config["scaling"] is not None:
        said["rope_scaling"] = rope
    (folder / "config.json").write_text(json.dumps(said, indent=1), encoding="utf-8")


def apart(w: np.ndarray, head_size: int) -> np.ndarray:
    # (H S, D) -> (H S, D)
    """Rows of a matrix of queries or keys, pairs of neighbours brought half a head apart."""
    return np.ascontiguousarray(w.reshape(-1, head_size // 2, 2, w.shape[-1]).swapaxes(1, 2)).reshape(w.shape)


def together(w: np.ndarray, head_size: int) -> np.ndarray:
    # (H S, D) -> (H S, D)
    """The inverse of `apart`."""
    return np.ascontiguousarray(w.reshape(-1, 2, head_size // 2, w.shape[-1]).swapaxes(1, 2)).reshape(w.shape)
