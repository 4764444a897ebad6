"""The studies of 2023: a real checkpoint, what the parts promise, and Llamas trained from nothing."""

from __future__ import annotations

from typing import Any

from core.datasets import token_text
from core.errors import BackstoryError
from core.evidence.measured import Cost
from core.evidence.rows import Rows
from core.evidence.studies import Cells, Study
from core.learning.seeds import generator
from reproductions.llama_2023 import capital, checkpoint, ladder, parts, telling, training
from reproductions.llama_2023.settings import Settings

RECIPE: dict[str, Any] = {"clip": 1.0, "decay": 0.1}
CONTEXT, FEATURES, OLD_BATCH, OLD_RATE = 8, 24, 64, 0.003  # of the network of 2003
THEIRS = "Llama"
USUAL, LARGER = "usual shape", "larger"  # the two nets of the study of size
WITHOUT_HEAD = {"width": 64, "layers": 2, "heads": 8, "hidden": 64, "length": 16, "vocabulary": 64}


def ablations(s: Settings) -> dict[str, dict[str, Any]]:
    """Each part taken away or replaced, by its name in tables; with ReLU half as many hidden units again."""
    wide = 3 * s.hidden // 2
    then = {"gate": "relu", "hidden": wide, "norm": "layer", "positions": "learned", "schedule": "constant"}
    return {
        THEIRS: {},
        "ReLU, as many numbers": {"gate": "relu", "hidden": wide},
        "layer normalisation": {"norm": "layer"},
        "no normalisation": {"norm": "none"},
        "learned positions": {"positions": "learned"},
        "no positions": {"positions": "none"},
        "output not tied": {"tied": False},
        "constant rate": {"schedule": "constant"},
        "no clipping": {"clip": 0},
        "no decay": {"decay": 0},
        "parts of 2017": then,
    }


def shape(s: Settings) -> dict[str, Any]:
    """The shape of the nets that are trained."""
    names = ("vocabulary", "width", "layers", "heads", "groups", "hidden", "length")
    return {name: getattr(s, name) for name in names}


def _lesson(s: Settings, steps: int) -> dict[str, Any]:
    return {"text": s.text, "batch": s.batch, "steps": steps, "rate": s.rate, "warm_up": max(1, steps // 20), **RECIPE}


def prepare(s: Settings, quiet: bool) -> None:
    """Fetch and check the text, the checkpoint and the user's own weights before any trial starts."""
    token_text.load(s.text, s.vocabulary, quiet=quiet)
    if s.checkpoint:
        p, config, tokenizer = checkpoint.model()
        token_text.stories(quiet=quiet)
        telling.tell(p, config, tokenizer, s.story_prompt, 1, temperature=s.temperature, rng=generator(s.entropy, 0))
    if s.capital and capital.folder() is None:
        raise BackstoryError(capital.absent())


def studies(s: Settings) -> list[Study]:
    """Every study, the costly ones last."""
    return [*_parts(s), *_checkpoint(s), *_learning(s)]


def _parts(s: Settings) -> list[Study]:
    """Counts and costs; positions, groups and norms; the derivative at the scores."""
    one, five = range(1), range(5)
    positions = [
        ({"head_size": 64, "length": 256, "draws": 20, "pairing": pairing, "theta": 10000.0}, five)
        for pairing in ("adjacent", "halves")
    ]
    heads = [({**WITHOUT_HEAD, "groups": groups}, five) for groups in (1, 4)]
    at_the_scores = {"width": 16, "vocabulary": 128256, "cases": 4}
    timed = ("seconds_forward", "seconds_backward", "seconds_ratio")
    return [
        Study("sizes", parts.sizes, [({"positions": 131072}, one)]),
        Study("positions", parts.positions, positions),
        Study("groups", parts.groups, heads),
        Study("norms", parts.norms, [({"width": 64, "cases": 100}, five)]),
        Study("scores", parts.at_the_scores, [(at_the_scores, five)]),
        Study("block", parts.ordered_block, [(shape(s), one)]),
        Study("costs", parts.costs, [({**shape(s), "batch": s.batch, "rounds": 7}, one)], alone=True, timed=timed),
    ]


def _checkpoint(s: Settings) -> list[Study]:
    """What needs the files of a model that others trained."""
    one = range(1)
    found: list[Study] = []
    if s.checkpoint:
        drawn: dict[str, Any] = {"prompt": s.story_prompt, "temperature": s.temperature, "top_p": 0.9}
        told: Cells = [({"temperature": 0.0}, one), (drawn, range(3))]
        found = [
            Study("story", checkpoint.story, told, timed=("seconds",)),
            Study("stories", checkpoint.story_losses, [({}, one)]),
            Study("probabilities", checkpoint.probabilities, [({"temperatures": [0.5, 1.0, 2.0]}, one)]),
            Study(
                "slopes",
                checkpoint.derivatives,
                [({"sentence": s.sentence, "sample": s.sample}, one)],
                beside=("reference", "reference_exact"),
            ),
            Study("pooled", checkpoint.pooled, [({"length": 128, "stories": 50}, range(5))]),
        ]
    if s.capital:
        cell = {"folder": str(capital.folder()), "sentence": capital.SENTENCE}
        clocks = ("seconds", "seconds_forward", "peak_gb")
        found.append(Study("capital", capital.sentence, [(cell, one)], alone=True, timed=clocks))
    return found


def _learning(s: Settings) -> list[Study]:
    """Counting, the network of 2003, Llamas, and Llamas with a part taken away."""
    moments = sorted({k for k in s.moments if k < s.steps} | {s.steps})
    main = {**_lesson(s, s.steps), **shape(s), "looks": s.looks}
    shown = {"moments": moments, "prompt": s.prompt, "written": s.written}
    small = {**shape(s), "layers": s.ablation_layers, "length": s.ablation_length, "looks": 2}
    old = {
        "text": s.text,
        "context": CONTEXT,
        "features": FEATURES,
        "hidden": s.old_hidden,
        "batch": OLD_BATCH,
        "steps": s.old_steps,
        "rate": OLD_RATE,
        "looks": 4,
    }
    without = [
        ({**_lesson(s, s.ablation_steps), **small, **change, "without": name}, range(s.ablation_seeds))
        for name, change in ablations(s).items()
    ]
    equal = {**_lesson(s, s.larger_steps), **shape(s), "looks": s.larger_looks}
    wide = {"width": s.larger_width, "hidden": s.larger_hidden, "rate": s.larger_rate}
    sizes = [
        ({**equal, **change, "size": name}, range(s.larger_seeds)) for name, change in ((USUAL, {}), (LARGER, wide))
    ]
    return [
        Study("counting", ladder.counted, [({"text": s.text, "orders": s.orders}, range(1))]),
        Study("learning", training.learn, [({**main, **shown}, range(s.seeds))], timed=("seconds",)),
        Study("network of 2003", ladder.network_of_2003, [(old, range(s.old_seeds))], timed=("seconds",)),
        Study("ablations", training.learn, without, timed=("seconds",)),
        Study("larger", training.learn, sizes, timed=("seconds",)),
    ]


def cost(s: Settings, rows: Rows) -> Cost:
    """Tokens shown to the Llamas that are trained, and multiplications of their two walks."""
    nets = [row for name in ("learning", "ablations", "larger") for row in rows.get(name, []) if not row.failed]
    shown, operated = (sum(row.values[name] for row in nets) for name in ("tokens", "operations"))
    seconds = sum(row.seconds for row in rows["learning"]) / max(1, len(rows["learning"]))
    are = "multiplications of the Llamas that are trained, forward and backward; presentations are tokens"
    return Cost(int(shown), int(operated), are, seconds, dict(token_text.content(s.text)[1]))
