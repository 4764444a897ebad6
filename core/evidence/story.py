"""The popular account as data: each statement is an event, which documents decide, or a fact, which experiments can.

A fact is decided only by claims that it entails: if it is true, the claim must come out so. A re-run that failed under
settings that had to be guessed is neutral, and no votes are counted.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Literal, NamedTuple

from pydantic import Field, ValidationError, model_validator

from core.errors import BackstoryError, hint
from core.evidence.claims import Paper, Standing, Strict
from core.evidence.record import Record
from core.evidence.verdicts import ClaimResult

Outcome = Literal[
    "documented",
    "accounts differ",
    "documented otherwise",
    "not documented",
    "borne out",
    "contradicted",
    "depends",
    "open",
    "not yet run",
]
Weight = Literal["comes out so", "comes out otherwise", "open", "depends"]
RULE = (
    "An event (who, when, what was said) is decided by documents alone: documented if a document that was read or seen "
    "quoted says so, documented otherwise if those that speak of it say something else, accounts differ if both stand. "
    "A fact is decided by experiments, and only by claims that it entails: were it true, each of them would have to "
    "come out as named. Borne out: all that were decided did. Contradicted: one came out the other way. Depends: one "
    "hangs on what was left unsaid. Open: none was decided. A re-run that failed under settings that we had to guess "
    "counts neither way. The remark says what decides."
)


class Entailed(Strict):
    """Claims of one reproduction that must come out as the paper has them if the statement is true, and why.

    Those in `otherwise` must come out the other way.
    """

    reproduction: str
    why: str
    claims: list[str] = []
    otherwise: list[str] = []

    @model_validator(mode="after")
    def _some(self) -> Entailed:
        if not self.claims and not self.otherwise:
            raise ValueError(f"name the claims of {self.reproduction} that the statement entails")
        return self


class Document(Strict):
    """The sentences that decide, in full, with their date; how we know them; keys of references.bib.

    says: "so", "otherwise", or "more" if they add something without deciding. `about` is the date of the event told.
    """

    text: str
    date: str
    about: str = ""
    where: str
    standing: Standing
    says: Literal["so", "otherwise", "more"]
    keys: list[str]


class Statement(Strict):
    """One statement of the popular account, in our words, and the remark that says what decides."""

    id: str
    text: str
    kind: Literal["event", "fact"]
    remark: str = ""
    entails: list[Entailed] = []
    document: list[Document] = []

    @model_validator(mode="after")
    def _decidable(self) -> Statement:
        if self.kind == "event" and self.entails:
            raise ValueError(f"the event {self.id!r} is decided by documents; it entails no claims")
        if self.kind == "fact" and not self.entails:
            raise ValueError(f"the fact {self.id!r} is decided by experiments; name claims that it entails")
        if not self.entails and not self.document:
            raise ValueError(f"nothing bears on the statement {self.id!r}")
        return self


class Story(Strict):
    """One story file."""

    title: str
    about: list[str]
    keys: list[str] = []
    statement: list[Statement] = Field(min_length=1)


class Weighed(NamedTuple):
    """A claim that a statement entails, how it must come out, and how it did."""

    claim: ClaimResult
    weight: Weight
    otherwise: bool


class StoryVerdict(NamedTuple):
    """The outcome and the sentence that says why."""

    outcome: Outcome
    reason: str


def load_story(path: Path) -> Story:
    """Read a story file. Raises BackstoryError saying which entry is wrong."""
    try:
        return Story.model_validate(tomllib.loads(path.read_text(encoding="utf-8")))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as fault:
        raise BackstoryError(f"cannot read the story file {path}: {fault}.") from fault
    except ValidationError as fault:
        first = fault.errors()[0]
        place = ".".join(str(part) for part in first["loc"]) or "the file"
        raise BackstoryError(f"{path.name}: {place}: {first['msg']}; mend the entry.") from fault


def check(story: Story, papers: Mapping[str, Paper]) -> None:
    """Raises BackstoryError, with the nearest name, for a claim or a reproduction that there is not."""
    seen: set[str] = set()
    for statement in story.statement:
        if statement.id in seen:
            raise BackstoryError(f"two statements of the story are called {statement.id!r}; rename one.")
        seen.add(statement.id)
        for part in statement.entails:
            if part.reproduction not in papers:
                continue
            known = [claim.id for claim in papers[part.reproduction].claim]
            for name in (*part.claims, *part.otherwise):
                if name not in known:
                    raise BackstoryError(
                        f"the statement {statement.id!r} of the story names the claim {name!r}, which "
                        f"{part.reproduction} does not have; {hint(name, known)}"
                    )


def weigh(part: Entailed, record: Record) -> list[Weighed]:
    """The claims of a record that a statement entails, with how each came out, in the record's order."""
    named = {*part.claims, *part.otherwise}
    found = [claim for claim in record.claims if claim.id in named]
    return [Weighed(claim, _weight(claim, claim.id in part.otherwise), claim.id in part.otherwise) for claim in found]


def _weight(claim: ClaimResult, otherwise: bool) -> Weight:
    if claim.outcome == "depends":
        return "depends"
    if claim.outcome not in ("agrees", "disagrees"):
        return "open"
    return "comes out so" if (claim.outcome == "agrees") != otherwise else "comes out otherwise"


def story_verdict(statement: Statement, records: Mapping[str, Record]) -> StoryVerdict:
    """Decide one statement by RULE; `records` holds the published records by reproduction."""
    if statement.kind == "event":
        return _by_documents(statement)
    missing = sorted({part.reproduction for part in statement.entails} - set(records))
    weighed = [
        one
        for part in statement.entails
        if part.reproduction in records
        for one in weigh(part, records[part.reproduction])
    ]
    weights = [one.weight for one in weighed]
    told = [f"{weights.count(kind)} of {len(weights)} {kind}" for kind in dict.fromkeys(weights)]
    told += [f"not yet run: {', '.join(missing)}"] if missing else []
    outcome: Outcome
    if not weights:
        outcome = "not yet run"
    elif "comes out otherwise" in weights:
        outcome = "contradicted"
    elif "depends" in weights:
        outcome = "depends"
    else:
        outcome = "borne out" if "comes out so" in weights else "open"
    return StoryVerdict(outcome, "; ".join(told))


def _by_documents(statement: Statement) -> StoryVerdict:
    seen = [document for document in statement.document if document.standing in ("read", "quoted")]
    so = sum(document.says == "so" for document in seen)
    otherwise = sum(document.says == "otherwise" for document in seen)
    documents = "document" if len(seen) == 1 else "documents"
    told = f"{len(seen)} {documents} read or seen quoted: {so} so, {otherwise} otherwise"
    if so and otherwise:
        return StoryVerdict("accounts differ", told)
    if otherwise:
        return StoryVerdict("documented otherwise", told)
    return StoryVerdict("documented" if so else "not documented", told)
