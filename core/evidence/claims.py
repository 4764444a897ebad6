"""What a paper says, as data: claims with their rule of comparison, assumptions, substitutions and sources."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, ValidationError, model_validator

from core.errors import BackstoryError

Standing = Literal["read", "quoted", "recalled", "computed"]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Rule(_Strict):
    """How ours is compared with the paper's value; `core.evidence.verdicts` says what each kind does."""

    kind: Literal["exact", "interval", "within_factor", "at_most", "at_least", "ordering", "law"]
    tolerance: float = 0.0
    because: str

    @model_validator(mode="after")
    def _complete(self) -> Rule:
        if self.kind == "within_factor" and self.tolerance <= 1:
            raise ValueError("a within_factor rule needs a tolerance above 1, the factor itself")
        if self.tolerance < 0:
            raise ValueError("a tolerance cannot be negative")
        return self


class Comparator(_Strict):
    """Somebody else's number for the same quantity, shown beside ours and never judged."""

    key: str
    value: float
    note: str


class Claim(_Strict):
    """One statement of a paper, in our words, with its number.

    `shown` stands in tables in place of the number, where the paper gives none and `value` is our reading of it.
    `digits` are the significant digits with which the paper's number and ours are told.
    """

    id: str
    statement: str
    value: float
    unit: str = ""
    shown: str = ""
    digits: int = 3
    where: str
    standing: Standing
    rule: Rule
    only_when: dict[str, Any] = {}
    comparators: list[Comparator] = []
    paper: str = ""

    @model_validator(mode="after")
    def _judgeable(self) -> Claim:
        if self.rule.kind == "within_factor" and self.value <= 0:
            raise ValueError("a within_factor rule needs a positive value")
        if self.rule.kind == "ordering" and self.value == 0:
            raise ValueError("an ordering rule needs a value with a sign")
        return self


class Choice(_Strict):
    """Something the paper leaves unsaid (an assumption) or that we replaced (a substitution), and why."""

    id: str
    what: str
    ours: str
    because: str
    keys: list[str] = []


class Note(_Strict):
    """A remark in the report: an explanation of a result (names in braces as in figures), or an open question.

    `only_when` names the settings of the runs whose report it belongs to.
    """

    text: str
    keys: list[str] = []
    only_when: dict[str, Any] = {}


class Picture(_Strict):
    """Words of a figure. {seeds}, {band} (how bands are read), settings and measured words are filled in."""

    id: str
    title: str
    caption: str
    alt: str


class Exercise(_Strict):
    """A task for a course: what to predict, change or explain, and the command to start from."""

    title: str
    text: str
    command: str


class Era(_Strict):
    """The reproduction as a catalogue entry: what is asked and what it cost then.

    `cost_now` says what the time of one trial of the main configuration is the time of.
    `words` explains terms of the report, `counting` how its claims are counted, `trials` the columns of trials.csv.
    `key_figures` are the ids of the figures that a talk shows, the most telling first; without them it shows all.
    """

    id: str
    title: str
    year: int
    question: str
    quick: str
    paper: str
    cost_then: str
    cost_now: str = "per trial of the main configuration"
    did: list[str]
    words: list[str] = []
    counting: str = ""
    trials: str = ""
    key_figures: list[str] = []


class Source(_Strict):
    """The paper itself: its key in references.bib and how its numbers were read."""

    key: str
    known_from: str


class Paper(_Strict):
    """One paper TOML."""

    reproduction: Era
    paper: Source
    claim: list[Claim]
    assumption: list[Choice] = []
    substitution: list[Choice] = []
    note: list[Note] = []
    open_question: list[Note] = []
    figure: list[Picture] = []
    exercise: list[Exercise] = []

    @model_validator(mode="after")
    def _consistent(self) -> Paper:
        ids = [claim.id for claim in self.claim]
        if len(set(ids)) < len(ids):
            raise ValueError("two claims have the same id")
        for claim in self.claim:
            if claim.standing in ("recalled", "computed") and "page" in claim.where.lower():
                raise ValueError(f"claim {claim.id!r} is {claim.standing} and so cannot carry a page number")
        absent = set(self.reproduction.key_figures) - {picture.id for picture in self.figure}
        if absent:
            raise ValueError(f"the key figure {min(absent)!r} is not among the figures")
        return self

    def originals(self) -> list[str]:
        """The keys of the papers whose claims are re-run, the main one first."""
        return list(dict.fromkeys([self.paper.key, *(claim.paper for claim in self.claim)]))

    def key_pictures(self) -> list[Picture]:
        """The figures that a talk shows, in their order."""
        known = {picture.id: picture for picture in self.figure}
        return [known[name] for name in self.reproduction.key_figures or known]


def load_paper(path: Path) -> Paper:
    """Read a paper TOML; every claim gets the paper's key. Raises BackstoryError saying which entry is wrong."""
    try:
        raw = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, tomllib.TOMLDecodeError) as fault:
        raise BackstoryError(f"cannot read the paper file {path}: {fault}.") from fault
    for claim in raw.get("claim", []):
        claim.setdefault("paper", raw.get("paper", {}).get("key", ""))
    try:
        return Paper.model_validate(raw)
    except ValidationError as fault:
        first = fault.errors()[0]
        place = ".".join(str(part) for part in first["loc"]) or "the file"
        raise BackstoryError(f"{path.name}: {place}: {first['msg']}; mend the entry.") from fault
