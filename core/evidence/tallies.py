"""What the verdicts of a record come to, as reports, cards, slides and the README tell it."""

from __future__ import annotations

from collections import Counter
from typing import NamedTuple, get_args

from core.evidence.record import Record
from core.evidence.verdicts import UNREAD, Outcome, agrees

VERDICTS: tuple[Outcome, ...] = get_args(Outcome)


class Tally(NamedTuple):
    """Verdicts of the experimental claims, counts apart; and claims whose value was recalled or worked out, not read.

    A count holds by construction, so it would flatter the experiments. `equal` and `unread_agree` are how many agree.
    """

    experiments: dict[Outcome, int]
    counts: int
    equal: int
    unread: int
    unread_agree: int

    @property
    def total(self) -> int:
        """Number of experimental claims."""
        return sum(self.experiments.values())

    @property
    def words(self) -> str:
        """The experimental verdicts, as in "2 reproduced, 1 not comparable"."""
        return ", ".join(f"{n} {verdict}" for verdict, n in self.experiments.items())


def tally(record: Record) -> Tally:
    """Count the verdicts of a record; those that no claim has are left out."""
    counts = [claim for claim in record.claims if claim.ours and claim.ours.counted]
    unread = [claim for claim in record.claims if claim.ours and claim.standing in UNREAD]
    found = Counter(claim.verdict for claim in record.claims if not (claim.ours and claim.ours.counted))
    return Tally(
        {verdict: found[verdict] for verdict in VERDICTS if found[verdict]},
        len(counts),
        sum(agrees(claim.verdict, claim.reason) for claim in counts),
        len(unread),
        sum(agrees(claim.verdict, claim.reason) for claim in unread),
    )
