"""What the page to touch starts from: one Llama of the record, its vocabulary, and what it makes of text not seen.

The record keeps losses and not weights, so the net is trained again, once, from the same cell and seed up to its best
look, and kept in the cache; its loss on the test part must be that of the record. Weights travel in half precision.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from itertools import islice
from typing import Any

import numpy as np

from core.datasets import token_text
from core.datasets.kept import kept
from core.datasets.token_text import TokenText
from core.errors import BackstoryError
from core.evidence.record import Record
from core.evidence.rows import Rows, finished, pick
from core.evidence.trials import Row
from core.learning import training as learning
from core.learning.compiled import adam
from core.learning.compiled.llama import FAST
from core.learning.seeds import generator
from core.networks import llama
from core.networks.llama import Config
from reproductions.llama_2023.run import LARGER, THEIRS
from reproductions.llama_2023.training import BETAS, config_of, nats_a_character, windows

NEAR = 0.02  # nats a character; five nets of one shape spread as far
STRETCHES, LONG = 240, 100  # of text not seen, and characters of each at least
PROMPTS = {
    "shakespeare": ("My lord, I", "To be, or not to", "The king is"),
    "descriptions": ("The data set", "This is a copy of"),
}
ABOUT = {"shakespeare": "the plays of Shakespeare", "descriptions": "descriptions of data sets"}
BREAK = "\n"  # what the net has read before a text begins
SHOWN = 60  # ranks of the published distribution that are drawn


def data(record: Record, arrays: Mapping[str, np.ndarray], rows: Rows) -> dict[str, Any] | None:
    """The net, its tokenizer, the losses beside which a text is set; None without the text, or if it learns otherwise.

    `weights` are those of `llama.shapes` one after the other, in half precision, as base64.
    """
    nets = [row for row in rows["learning"] if not row.failed]
    if not nets:
        return None
    try:
        text = token_text.load(nets[0].cell["text"], nets[0].cell["vocabulary"])
    except BackstoryError:
        return None
    row, config = nets[0], config_of(nets[0].cell)
    p = network(row, config, text)
    if p is None:
        return None
    pieces, merges = vocabulary(text)
    single = {name: value.astype(np.float32) for name, value in p.items()}
    counted = rows["counting"][0].values
    return {
        "config": {
            name: getattr(config, name)
            for name in ("vocabulary", "width", "layers", "heads", "groups", "hidden", "length", "theta", "epsilon")
        },
        "weights": base64.b64encode(b"".join(p[name].tobytes() for name in llama.shapes(config))).decode("ascii"),
        "pieces": pieces,
        "merges": merges,
        "break": text.tokenizer.encode(BREAK)[0],
        "stretches": np.round(np.sort(stretches(single, config, text)), 3),
        "net": {
            "about": ABOUT[text.name],
            "seed": row.seed,
            "parameters": row.values["parameters"],
            "steps": row.values["best_step"],
            "tokens": row.values["tokens"],
            "start": row.values["start"],
            "test": row.values["test"],
            "here": nats_a_character(single, config, text, "test"),
        },
        "rungs": {
            "chance": counted["uniform"],
            "counts": [counted[f"order_{k}"] for k in range(1, rows["counting"][0].cell["orders"] + 1)],
            "2003": finished(rows["network of 2003"], "test"),
            "llamas": finished(nets, "test"),
            "others": others(rows),
        },
        "prompts": [row.cell["prompt"], *PROMPTS[text.name]],
        "moments": {
            "steps": arrays["moment_steps"],
            "probabilities": [[float(f"{v:.4g}") for v in one[:SHOWN]] for one in arrays["moment_probabilities"]],
        },
    }


def others(rows: Rows) -> list[dict[str, Any]]:
    """Llamas of other sizes in the record, by what they are called, with the mean of their losses."""
    groups = (pick(rows["ablations"], without=THEIRS), pick(rows.get("larger", []), size=LARGER))
    found = []
    for group in ([row for row in each if not row.failed] for each in groups):
        if group:
            size, steps = group[0].values["parameters"], group[0].cell["steps"]
            name = f"{len(group)} Llamas of {size:,.0f} numbers, {steps:,} steps"
            found.append({"name": name, "test": float(np.mean(finished(group, "test")))})
    return found


def network(row: Row, config: Config, text: TokenText) -> dict[str, np.ndarray] | None:
    """The net of a row in half precision, trained or from the cache; None if its loss is not that of the row."""
    cell, wanted = row.cell, row.values["test"]
    return kept([dict(cell), row.seed, wanted], lambda: _halved(taught(row, config, text), config, text, wanted))


def _halved(
    p: Mapping[str, np.ndarray], config: Config, text: TokenText, wanted: float
) -> dict[str, np.ndarray] | None:
    found = nats_a_character(p, config, text, "test")
    if not abs(found - wanted) < NEAR:
        return None
    return {name: value.astype("<f2") for name, value in p.items()}


def taught(row: Row, config: Config, text: TokenText) -> dict[str, np.ndarray]:
    """The net of a row, trained from its cell and seed as in `training.learn` up to its best look."""
    cell = row.cell
    starting, drawing = generator(cell["entropy"], row.seed).spawn(2)
    p = llama.init(starting, config)
    learning.train(
        lambda system, w, x, y: llama.loss(system, w, x, y, config, FAST),
        p,
        islice(windows(text.train, config.length, cell["batch"], drawing), int(row.values["best_step"])),
        rule=learning.Adam(*BETAS, decay=cell["decay"], in_place=adam.adam_in_place),
        rate=learning.cosine(cell["rate"], cell["steps"], warm_up=cell["warm_up"]),
        clip=cell["clip"] or None,
    )
    return p


def vocabulary(text: TokenText) -> tuple[list[str], list[list[int]]]:
    """Every token as byte-level vocabularies write it, and the merges, commonest first, as pairs of tokens."""
    model = json.loads(text.tokenizer.json())["model"]
    pieces = sorted(model["vocab"], key=lambda piece: model["vocab"][piece])
    return pieces, [[model["vocab"][one] for one in pair] for pair in model["merges"]]


def stretches(p: Mapping[str, np.ndarray], config: Config, text: TokenText) -> np.ndarray:
    # -> (S,)
    """Nats a character of stretches of whole lines of the test part, each read after a line break and nothing else."""
    whole = token_text.parts(token_text.content(text.name)[0])["test"]
    lines = whole.splitlines(keepends=True)
    first = text.tokenizer.encode(BREAK)[0]
    found = []
    for begin in np.unique(np.linspace(0, len(lines) - 1, STRETCHES).round().astype(int)):
        said = ""
        for line in lines[begin:]:
            said += line
            if len(said.strip()) >= LONG:
                break
        said = said.strip()
        if len(said) < LONG:
            continue
        codes = np.array([first, *text.tokenizer.encode(said)])[: config.length + 1]
        said = text.tokenizer.decode(codes[1:])
        found.append(float(llama.surprises(p, codes[None], config, FAST).sum()) / len(said))
    return np.array(found)
