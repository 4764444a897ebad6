"""A text told by a Llama, as it comes: what the command line streams."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np

from core.datasets import tokens
from core.datasets.tokens import Tokenizer
from core.errors import BackstoryError
from core.learning.seeds import generator
from core.networks import generation
from core.networks.llama import Config
from reproductions.llama_2023 import checkpoint


def tell(
    p: Mapping[str, np.ndarray],
    config: Config,
    tokenizer: Tokenizer,
    prompt: str | bytes,
    count: int,
    *,
    temperature: float = 0.0,
    top_p: float = 1.0,
    rng: np.random.Generator | None = None,
) -> Iterator[str]:
    """The prompt's continuation in pieces of whole characters, at most `count` tokens, ended by a new beginning.

    Everything is checked before the first piece is asked for. Raises BackstoryError if the prompt is empty and nothing
    else begins a text, is no UTF-8, or with `count` tokens is longer than the model's length; if the tokenizer has more
    tokens than the model; or if temperature, top_p or count are out of range.
    """
    if not (0 <= temperature <= 100 and 0 < top_p <= 1 and count >= 1):
        raise BackstoryError(
            f"a text is told with a temperature from 0 to 100, top_p above 0 and at most 1 and at least one token, not "
            f"{temperature}, {top_p} and {count}."
        )
    if tokenizer.size > config.vocabulary:
        raise BackstoryError(
            f"the tokenizer has {tokenizer.size} tokens and the model {config.vocabulary}; give the model's own."
        )
    text = tokens.characters(prompt) if isinstance(prompt, bytes) else prompt
    try:
        text.encode("utf-8")
    except UnicodeEncodeError as fault:  # bytes of a command line that were no UTF-8
        raise BackstoryError(
            f"the prompt is no UTF-8 at character {fault.start}; type it again in a terminal set to UTF-8."
        ) from fault
    given = tokenizer.prompt(text)
    if len(given) + count - 1 > config.length:
        raise BackstoryError(
            f"the prompt's {len(given)} tokens and {count} more do not fit the {config.length} that the model was made "
            "for; give a shorter prompt or ask for fewer tokens."
        )
    stop = () if tokenizer.bos is None else (tokenizer.bos,)
    stream = generation.write(
        p, config, given, count, temperature=temperature, top_p=top_p, rng=rng or np.random.default_rng(0), stop=stop
    )
    # What encoding puts before a text is taken away only where no prompt stands before it.
    return tokenizer.stream(stream, begun=bool(text))


def pieces(prompt: str, count: int, *, temperature: float, top_p: float, seed: int) -> Iterator[str]:
    """What the checkpoint of 260,032 parameters goes on with, in pieces. Raises BackstoryError as `tell` does."""
    p, config, tokenizer = checkpoint.model()
    rng = generator(0, seed)
    return tell(p, config, tokenizer, prompt, count, temperature=temperature, top_p=top_p, rng=rng)
