"""The reference implementation, where the extra `reference` is installed: derivatives by PyTorch's own walk."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path

import numpy as np

from core.datasets import hugging_face
from core.networks.llama import Config


def slopes(p: Mapping[str, np.ndarray], config: Config, tokens: np.ndarray) -> dict[str, np.ndarray] | None:
    """Derivatives of the mean loss by `transformers` in single precision, by our names; None if it is not installed.

    The net goes there through files of safetensors. Rows of queries and keys come back in our order.
    """
    try:
        import torch
        import transformers
    except ImportError:
        return None
    with tempfile.TemporaryDirectory() as place:
        hugging_face.write(Path(place), asdict(config) | {"bos": 1}, p)
        model = transformers.LlamaForCausalLM.from_pretrained(place, dtype=torch.float32)
    given = torch.tensor(tokens)
    model(given, labels=given).loss.backward()
    theirs = {name: value.grad.numpy() for name, value in model.named_parameters()}
    found = {name: theirs[hugging_face.their_name(name)] for name in p}
    if config.pairing == "adjacent":
        found = {
            name: hugging_face.together(slope, config.head_size) if name.endswith((".wq", ".wk")) else slope
            for name, slope in found.items()
        }
    return found
