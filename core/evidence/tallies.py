"""What the verdicts of a record come to, by family, as reports, cards, slides and the README tell it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple, get_args

from core.evidence.verdicts import FAMILIES, ClaimResult, Family, Outcome, word_of

OUTCOMES: tuple[Outcome, ...] = ("agrees", "partly", "depends", "undecided", "disagrees", "not measured")
PLURALS = {"holds": "hold", "fails": "fail"}
SINGULAR: dict[Family, str] = {
    "measurements": "measurement of the paper",
    "counts": "count or theorem of the paper",
    "re-runs": "result of others who re-ran it",
}
assert set(OUTCOMES) == set(get_args(Outcome))


class Tally(NamedTuple):
    """The outcomes of one family of claims, and how many of its rules were changed after a result was seen."""

    family: Family
    outcomes: dict[Outcome, int]
    changed: int

    @property
    def total(self) -> int:
        """Number of claims."""
        return sum(self.outcomes.values())

    @property
    def name(self) -> str:
        """The family's name, of one claim as of one."""
        return SINGULAR.get(self.family, FAMILIES[self.family]) if self.total == 1 else FAMILIES[self.family]

    @property
    def words(self) -> str:
        """The outcomes in the family's own words, as in "2 reproduced, 1 undecided"."""
        return ", ".join(f"{n} {self.word(outcome)}" for outcome, n in self.outcomes.items())

    def word(self, outcome: Outcome) -> str:
        """What an outcome is called here, of several claims as of several."""
        word = word_of(self.family, outcome)
        return word if self.outcomes.get(outcome) == 1 else PLURALS.get(word, word)

    @property
    def sentence(self) -> str:
        """The whole tally, as in "of 5 measurements of the paper 2 reproduced, 3 undecided"."""
        mark = f" ({self.changed} by a rule changed after a result was seen)" if self.changed else ""
        return f"of {self.total} {self.name} {self.words}{mark}"


def tallies(claims: Sequence[ClaimResult]) -> list[Tally]:
    """The tallies of all families that have a claim, measurements first; a disagreement is always among them."""
    found = []
    for family in FAMILIES:
        members = [claim for claim in claims if claim.family == family]
        counts = Counter(claim.outcome for claim in members)
        if members:
            shown = {outcome: counts[outcome] for outcome in OUTCOMES if counts[outcome]}
            found.append(Tally(family, shown, sum(bool(claim.changed) for claim in members)))
    return found
