"""The command that lets a small Llama tell a story."""

from __future__ import annotations

from typing import Annotated

import typer


def tell(
    prompt: Annotated[str, typer.Argument(help="How the story begins; nothing lets the model begin.")] = "",
    tokens: Annotated[int, typer.Option(help="Most tokens that are told.")] = 256,
    temperature: Annotated[float, typer.Option(help="0: always the likeliest token; 1: as the model has it.")] = 0.0,
    top_p: Annotated[float, typer.Option(help="Draw from the likeliest tokens that hold so much probability.")] = 1.0,
    seed: Annotated[int, typer.Option(help="Another story for each, above temperature 0.")] = 0,
) -> None:
    """Tell a story by the checkpoint of 260,032 parameters that llama_2023 runs, as it comes."""
    from reproductions.cli import rooms

    rooms.keep_compiled_code_apart()
    from core.learning.seeds import generator
    from reproductions.llama_2023 import checkpoint, telling

    p, config, tokenizer = checkpoint.model()
    drawn = generator(2023, abs(seed))
    pieces = telling.tell(p, config, tokenizer, prompt, tokens, temperature=temperature, top_p=top_p, rng=drawn)
    print(prompt, end="", flush=True)
    for piece in pieces:
        print(piece, end="", flush=True)
    print()
