"""What a paper says, as data: claims with their region and rule, what it leaves unsaid, and how its report is laid out.

How a claim is judged stands in `core.evidence.verdicts`; this module says what a paper file may hold.
"""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from core.errors import BackstoryError
from core.evidence.regions import Region, as_printed, number_in

Kind = Literal["measurement", "count", "theorem"]
Standing = Literal["read", "quoted", "rerun", "derived", "recalled"]
Scale = Literal["plain", "log", "logit"]
WITH_PAGE: tuple[Standing, ...] = ("read", "quoted")


class Strict(BaseModel):
    """A part of a paper file: no field that is not known, and nothing changed afterwards."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Rule(Strict):
    """The paper's side of a claim, as a region.

    printed: what rounds to the number as printed. within: the value and `tolerance` on either side. factor: between the
    value over `tolerance` and the value times `tolerance`. at_most, at_least: a half-line from the value. more, less:
    a half-line from zero, for an ordering. between: from `low` to `high`. `farther` is the tolerance of a second,
    wider region within which the claim is met in part. `because` says why this region, before the run.
    """

    kind: Literal["printed", "within", "factor", "at_most", "at_least", "more", "less", "between"]
    tolerance: float = Field(0.0, ge=0)
    farther: float | None = None
    low: float | None = None
    high: float | None = None
    because: str

    @model_validator(mode="after")
    def _complete(self) -> Rule:
        if self.kind == "factor" and self.tolerance <= 1:
            raise ValueError("a factor rule needs a tolerance above 1, the factor itself")
        if self.kind == "within" and self.tolerance == 0:
            raise ValueError("a within rule needs a tolerance above 0")
        if (self.kind == "between") != (self.low is not None and self.high is not None):
            raise ValueError("a between rule, and no other, needs low and high")
        if self.farther is not None and (self.kind not in ("within", "factor") or self.farther <= self.tolerance):
            raise ValueError("farther is a second tolerance, wider than the first, of a within or factor rule")
        return self

    def region(self, value: float, printed: str, farther: bool = False) -> Region:
        """The interval of values that the paper's statement allows.

        >>> region = Rule(kind="factor", tolerance=2, because="the paper's two machines differ so").region(10.0, "10")
        >>> region.low, region.high
        (5.0, 20.0)
        """
        reach = self.farther if farther and self.farther is not None else self.tolerance
        if self.kind == "printed":
            return as_printed(printed)
        if self.kind == "within":
            return Region(value - reach, value + reach)
        if self.kind == "factor":
            return Region(value / reach, value * reach)
        if self.kind == "between" and self.low is not None and self.high is not None:
            return Region(self.low, self.high)
        start = 0.0 if self.kind in ("more", "less") else value
        upward = self.kind in ("at_least", "more")
        strict = self.kind in ("more", "less")
        return Region(start, None, strict) if upward else Region(None, start, strict)


class Comparator(Strict):
    """Somebody else's number for the same quantity, shown beside ours and never judged."""

    key: str
    value: float
    note: str


class Part(Strict):
    """One part of a claim that has several, with its own number where it has one."""

    statement: str
    printed: str = ""
    rule: Rule | None = None


class Claim(Strict):
    """One statement of a paper, in our words, with its number.

    `printed` is the number as the paper prints it, and gives the region where the rule is `printed`; `value` is that
    number unless said otherwise; `shown` stands in tables in place of it where the paper gives words.
    `label` names it in pictures, in at most forty letters, where the statement is long.
    `key` is the entry of references.bib that says it, `beside` further ones. `section` is the study it belongs to.
    `runs` is how many runs the paper's number is the mean of; `scale` the one on which our runs are spread evenly.
    `possible` bounds the values that the quantity can take. `resolution` is the largest factor (or difference, with
    `resolution_is`) that an agreement may leave open, where it is not 2, with its reason.
    `across` names the unstated settings that the claim is run over; `parts` its parts. `changed` says what was changed
    after a result was seen, why, and after which run. `only_when` names the settings under which it is compared.
    """

    id: str
    section: str = ""
    statement: str
    label: str = Field("", max_length=40)
    kind: Kind
    standing: Standing
    key: str
    beside: list[str] = []
    where: str
    printed: str = ""
    value: float | None = None
    unit: str = ""
    shown: str = ""
    digits: int = 3
    rule: Rule
    runs: int = Field(1, ge=1)
    scale: Scale = "plain"
    possible: tuple[float | None, float | None] = (None, None)
    resolution: float | None = None
    resolution_is: Literal["", "factor", "difference"] = ""
    resolution_because: str = ""
    across: list[str] = []
    parts: dict[str, Part] = {}
    changed: str = ""
    only_when: dict[str, Any] = {}
    comparators: list[Comparator] = []

    @model_validator(mode="after")
    def _judgeable(self) -> Claim:
        if self.standing not in WITH_PAGE and "page" in self.where.lower():
            raise ValueError(f"claim {self.id!r} is {self.standing} and so cannot carry a page number")
        if not self.printed and self.value is None and self.rule.kind not in ("more", "less", "between"):
            raise ValueError(f"claim {self.id!r} needs the number as printed, or a value")
        if self.rule.kind == "printed" and not self.printed:
            raise ValueError(f"claim {self.id!r} is judged by the number as printed, and so needs `printed`")
        if self.printed:
            number_in(self.printed)
        if self.rule.kind == "factor" and self.number <= 0:
            raise ValueError(f"claim {self.id!r}: a factor rule needs a positive value")
        if (self.resolution is None) != (not self.resolution_because):
            raise ValueError(f"claim {self.id!r}: resolution and resolution_because go together")
        if self.runs > 1 and self.scale != "plain":
            raise ValueError(f"claim {self.id!r}: a mean of several runs is compared on the plain scale")
        return self

    @property
    def number(self) -> float:
        """The paper's number."""
        if self.value is not None:
            return self.value
        if self.printed:
            return number_in(self.printed)
        low, high = self.rule.low, self.rule.high
        return (low + high) / 2 if low is not None and high is not None else 0.0

    @property
    def bounds(self) -> tuple[float | None, float | None]:
        """The values that the quantity can take, percentages between 0 and 100."""
        low, high = self.possible
        if self.unit == "%" and self.possible == (None, None) and self.rule.kind not in ("more", "less"):
            return 0.0, 100.0
        return low, high


class Choice(Strict):
    """Something the paper leaves unsaid (an assumption) or that we replaced (a substitution), and why."""

    id: str
    what: str
    ours: str
    because: str
    keys: list[str] = []


class Note(Strict):
    """A remark in the report: an explanation of a result (names in braces as in figures), or an open question.

    `section` is the study it stands in, or empty for the whole report. `only_when` names the settings of the runs whose
    report it belongs to.
    """

    text: str
    section: str = ""
    keys: list[str] = []
    only_when: dict[str, Any] = {}


class Picture(Strict):
    """Words of a figure. {seeds}, {band} (how bands are read), settings and measured words are filled in.

    `section` is the study it stands in; `keys` the papers that it rests on, where they are not the section's claims'.
    `says` is what it shows, as the title of a slide. `sometimes` says what a run must have found for it to be drawn.
    """

    id: str
    section: str = ""
    title: str
    says: str = ""
    caption: str
    alt: str
    keys: list[str] = []
    sometimes: str = ""


class Section(Strict):
    """One study as the report shows it: its question, its finding (names in braces filled in) and its tables.

    Claims, figures and remarks name their section; `tables` lists the ids of the tables that stand here.
    `see` names another report that measures the same thing, and the difference in settings.
    """

    id: str
    title: str
    question: str
    finding: str
    tables: list[str] = []
    see: dict[str, str] = {}


class Exercise(Strict):
    """A task for a course: what to predict, change or explain, and the command to start from.

    `claim` and `effect` say which claim's estimate should move, and by how much at least, for `check` to compute
    whether that would be seen with as many runs as the command makes: those of the setting `runs`. An exercise
    that changes something must have both. `solution` is the worked answer, names in braces filled in.
    """

    do: Literal["predict", "change", "explain"]
    title: str
    text: str
    command: str
    solution: str = ""
    claim: str = ""
    effect: float | None = None
    runs: str = "seeds"


class Explanation(Strict):
    """The box that explains: one formula, as plain text, and an argument of at most 150 words."""

    formula: str
    text: str
    figure: str = ""

    @model_validator(mode="after")
    def _short(self) -> Explanation:
        if len(self.text.split()) > 150:
            raise ValueError(f"the explanation has {len(self.text.split())} words; at most 150 are read")
        return self


class Card(Strict):
    """The card on the front page: the question in one line, the year as shown, and the picture made for it."""

    asks: str
    year: str
    picture: str = "card"
    alt: str


class Era(Strict):
    """The reproduction as a catalogue entry: what is asked, what was found, and what it cost then.

    `answer` is at most two sentences with names in braces filled in from the record. `cost_then` and `cost_now` are
    told as sentences; `cost_now` says what the time of one trial is the time of. `words` maps a term of the report to
    its explanation, shown where it first appears. `counting` says how claims are counted, `columns` what the columns of
    trials.csv are. `key_figures` are the figures that a talk shows, the most telling first.
    """

    id: str
    title: str
    year: int
    question: str
    answer: str
    quick: str
    paper: str
    cost_then: str
    cost_now: str = "per trial of the main configuration"
    did: list[str]
    words: dict[str, str] = {}
    counting: str = ""
    columns: dict[str, str] = {}
    key_figures: list[str] = []


class Source(Strict):
    """The paper itself: its key in references.bib and how its numbers were read."""

    key: str
    known_from: str


class Paper(Strict):
    """One paper file."""

    reproduction: Era
    paper: Source
    card: Card
    explanation: Explanation | None = None
    section: list[Section] = []
    claim: list[Claim]
    assumption: list[Choice] = []
    substitution: list[Choice] = []
    note: list[Note] = []
    open_question: list[Note] = []
    figure: list[Picture] = []
    exercise: list[Exercise] = []

    @model_validator(mode="after")
    def _consistent(self) -> Paper:
        faults = list(self.faults())
        if faults:
            raise ValueError("; ".join(faults))
        return self

    def faults(self) -> list[str]:
        """Everything that does not fit together, one clause each."""
        found = []
        sections = [section.id for section in self.section]
        figures = [picture.id for picture in self.figure]
        for what, ids in (("claims", [c.id for c in self.claim]), ("figures", figures), ("sections", sections)):
            found += [f"two {what} have the id {one!r}" for one in sorted({i for i in ids if ids.count(i) > 1})]
        for what, parts in (("claim", self.claim), ("figure", self.figure)):
            for part in parts:
                if part.section not in (sections or [""]):
                    found.append(f"the {what} {part.id!r} names the section {part.section!r}, which there is not")
        found += [
            f"a note names the section {note.section!r}, which there is not"
            for note in self.note
            if note.section and note.section not in sections
        ]
        claims = {claim.id for claim in self.claim}
        found += [
            f"the exercise {one.title!r} names the claim {one.claim!r}, which there is not"
            for one in self.exercise
            if one.claim and one.claim not in claims
        ]
        found += [
            f"the key figure {one!r} is not among the figures"
            for one in self.reproduction.key_figures
            if one not in figures
        ]
        return found

    def originals(self) -> list[str]:
        """The keys of the sources whose claims are re-run, the main one first."""
        return list(dict.fromkeys([self.paper.key, *(claim.key for claim in self.claim)]))

    def key_pictures(self) -> list[Picture]:
        """The figures that a talk shows, in their order."""
        known = {picture.id: picture for picture in self.figure}
        return [known[name] for name in self.reproduction.key_figures or known]

    def keys_of(self, picture: Picture) -> list[str]:
        """The sources that a figure rests on: its own keys, or those of its section's claims, or the paper's."""
        of_section = [key for c in self.claim if c.section == picture.section for key in (c.key, *c.beside)]
        return list(dict.fromkeys(picture.keys or of_section or [self.paper.key]))


def load_paper(path: Path) -> Paper:
    """Read a paper file. Raises BackstoryError saying which entry is wrong, the first of them."""
    return checked(raw_paper(path), path)


def raw_paper(path: Path) -> dict[str, Any]:
    """The tables of a paper file as they stand. Raises BackstoryError if it cannot be read."""
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as fault:
        raise BackstoryError(f"cannot read the paper file {path}: {fault}.") from fault


def checked(raw: dict[str, Any], path: Path) -> Paper:
    """A paper from its tables. Raises BackstoryError with the first fault."""
    try:
        return Paper.model_validate(raw)
    except ValidationError as fault:
        raise BackstoryError(f"{path.parent.name}/{path.name}: {faults_in(raw, fault)[0]}; mend the entry.") from fault


def faults_in(raw: dict[str, Any], fault: ValidationError) -> list[str]:
    """Every fault of a paper file, each with its place: the entry's id where it has one."""
    told = []
    for error in fault.errors():
        place: Any = raw
        names: list[str] = []
        for step in error["loc"]:
            place = place[step] if _has(place, step) else None
            if isinstance(step, int) and isinstance(place, dict) and "id" in place:
                names[-1] = f"{names[-1]} {place['id']!r}"
            elif isinstance(step, int):
                names[-1] = f"{names[-1]} number {step + 1}"
            else:
                names.append(str(step))
        message = error["msg"].removeprefix("Value error, ")
        told.append(f"{', '.join(names)}: {message}" if names else message)
    return told


def _has(place: Any, step: Any) -> bool:
    return step in place if isinstance(place, dict) else isinstance(step, int) and step < len(place)
