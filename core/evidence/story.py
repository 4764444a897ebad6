"""The popular account as data: its statements, what bears on them, and one rule that weighs it."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Literal, NamedTuple

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from core.errors import BackstoryError, hint
from core.evidence.claims import Paper, Standing
from core.evidence.record import ClaimResult, Record
from core.evidence.verdicts import AGREES, agrees

Outcome = Literal[
    "supported", "partly", "not supported", "not yet run", "documented", "not documented", "differs from the record"
]
Weight = Literal["for", "in part", "against", "open"]
RULE = (
    "One rule computes every verdict of this page. A claim speaks for a statement if our result agrees with it by the "
    "claim's own rule, in part if it agrees in part, and against it if it does not; where a claim says the opposite of "
    "the statement, for and against change places. A claim that was not measured is left out. Supported: every claim "
    "speaks for the statement. Partly: some do, or do in part. Not supported: none does. Where a reproduction that "
    "bears on the statement has no published record, or a document says otherwise, the most a statement can get is "
    "partly. Not yet run: no claim has been measured. Statements that only documents bear on are documented, unless a "
    "document says otherwise: then they differ from the record; a document that we recall and have not seen does not "
    "count. Claims whose value we worked out or recall count here as others do; their reports say which they are."
)


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Bearing(_Strict):
    """Claims of one reproduction that bear on a statement: all of them if none is named.

    Agreement with a claim in `claims` speaks for the statement, with one in `against` against it.
    """

    reproduction: str
    why: str
    claims: list[str] = []
    against: list[str] = []


class Document(_Strict):
    """What a document says about a statement, how we know it, and keys of references.bib.

    "more" means it adds something without contradicting.
    """

    text: str
    where: str
    standing: Standing
    says: Literal["the same", "more", "otherwise"]
    keys: list[str] = []


class Statement(_Strict):
    """One statement of the popular account, in our words, and our remark on it."""

    id: str
    text: str
    remark: str = ""
    bearing: list[Bearing] = []
    document: list[Document] = []


class Story(_Strict):
    """One story TOML."""

    title: str
    about: list[str]
    keys: list[str] = []
    statement: list[Statement] = Field(min_length=1)


class Weighed(NamedTuple):
    """A claim as it bears on a statement; `against` marks one that says the opposite of it."""

    claim: ClaimResult
    weight: Weight
    against: bool


class StoryVerdict(NamedTuple):
    """The outcome, the sentence that says why, and whether a document says otherwise."""

    verdict: Outcome
    reason: str
    differs: bool


def load_story(path: Path) -> Story:
    """Read a story TOML. Raises BackstoryError saying which entry is wrong."""
    try:
        return Story.model_validate(tomllib.loads(path.read_text(encoding="utf-8")))
    except (OSError, tomllib.TOMLDecodeError) as fault:
        raise BackstoryError(f"cannot read the story file {path}: {fault}.") from fault
    except ValidationError as fault:
        first = fault.errors()[0]
        place = ".".join(str(part) for part in first["loc"]) or "the file"
        raise BackstoryError(f"{path.name}: {place}: {first['msg']}; mend the entry.") from fault


def check(story: Story, papers: Mapping[str, Paper]) -> None:
    """Raises BackstoryError, with the nearest name, for a claim that a reproduction we have does not have."""
    seen: set[str] = set()
    for statement in story.statement:
        if statement.id in seen:
            raise BackstoryError(f"two statements of the story are called {statement.id!r}; rename one.")
        seen.add(statement.id)
        if not statement.bearing and not statement.document:
            raise BackstoryError(f"nothing bears on the statement {statement.id!r} of the story; add what does.")
        for part in statement.bearing:
            known = [claim.id for claim in papers[part.reproduction].claim] if part.reproduction in papers else None
            for name in (*part.claims, *part.against):
                if known is not None and name not in known:
                    raise BackstoryError(
                        f"the statement {statement.id!r} of the story names the claim {name!r}, which "
                        f"{part.reproduction} does not have; {hint(name, known)}"
                    )


def weigh(part: Bearing, record: Record) -> list[Weighed]:
    """Every claim of a record that bears on a statement, with its weight, in the record's order."""
    named = {*part.claims, *part.against}
    found = [claim for claim in record.claims if not named or claim.id in named]
    return [Weighed(claim, _weight(claim, claim.id in part.against), claim.id in part.against) for claim in found]


def _weight(claim: ClaimResult, against: bool) -> Weight:
    judged = claim.verdict != "not comparable" or "by the rule it" in claim.reason
    if not judged:
        return "open"
    if claim.verdict == "partly" or f"by the rule it {AGREES['partly']} (" in claim.reason:
        return "in part"
    return "for" if agrees(claim.verdict, claim.reason) != against else "against"


def story_verdict(statement: Statement, records: Mapping[str, Record]) -> StoryVerdict:
    """Weigh one statement by RULE; `records` holds the published records by reproduction."""
    differs = any(document.says == "otherwise" for document in statement.document)
    if not statement.bearing:
        return _documents(statement, differs)
    run = [part for part in statement.bearing if part.reproduction in records]
    missing = sorted({part.reproduction for part in statement.bearing} - set(records))
    weights = [one.weight for part in run for one in weigh(part, records[part.reproduction])]
    judged = [weight for weight in weights if weight != "open"]
    told = []
    if judged:
        told.append(f"{judged.count('for')} of {len(judged)} claims {'speaks' if len(judged) == 1 else 'speak'} for it")
        told += [f"{judged.count(kind)} {kind}" for kind in ("in part", "against") if kind in judged]
    told += [f"{weights.count('open')} not measured"] if "open" in weights else []
    told += [f"not yet run: {', '.join(missing)}"] if missing else []
    told += ["a document says otherwise"] if differs else []
    verdict: Outcome
    if not judged:
        verdict = "not yet run"
    elif all(weight == "for" for weight in judged) and not missing and not differs:
        verdict = "supported"
    else:
        verdict = "partly" if any(weight != "against" for weight in judged) else "not supported"
    return StoryVerdict(verdict, "; ".join(told), differs)


def _documents(statement: Statement, differs: bool) -> StoryVerdict:
    seen = [document for document in statement.document if document.standing != "recalled"]
    n = f"{len(seen)} {'document' if len(seen) == 1 else 'documents'} seen or seen quoted"
    if any(document.says == "otherwise" for document in seen):
        return StoryVerdict("differs from the record", f"{n}; at least one says otherwise", differs)
    if not any(document.says == "the same" for document in seen):
        return StoryVerdict("not documented", f"{n}; none says the same", differs)
    return StoryVerdict("documented", f"{n}; none says otherwise", differs)
