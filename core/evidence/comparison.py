"""Two records of one reproduction -> what was set differently, and each claim before and after."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict

from core.errors import BackstoryError
from core.evidence.record import Record, load_record
from core.evidence.verdicts import ClaimResult


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True)


class SettingPair(_Part):
    """A setting that differs; None where a record does not have it."""

    name: str
    before: Any
    after: Any


class ClaimPair(_Part):
    """A claim in both records; None where a record does not have it."""

    id: str
    before: ClaimResult | None
    after: ClaimResult | None

    @property
    def verdict_changed(self) -> bool:
        """Whether the verdicts differ, or one record does not have the claim."""
        return self.before is None or self.after is None or self.before.word != self.after.word

    @property
    def moved(self) -> bool:
        """Whether our estimate differs."""
        first, second = (one.ours.estimate if one and one.ours else None for one in (self.before, self.after))
        return first != second


class Comparison(_Part):
    """Two records side by side."""

    reproduction: str
    presets: tuple[str, str]
    seeds: tuple[int, int]
    settings: list[SettingPair]
    claims: list[ClaimPair]


def load(place: Path) -> Record:
    """The record in a folder, or in a file. Raises BackstoryError if there is none or it cannot be read."""
    return load_record(place / "record.json" if place.is_dir() or not place.suffix else place)


def compare(before: Record, after: Record) -> Comparison:
    """Set two records side by side. Raises BackstoryError if they are of different reproductions."""
    if before.reproduction != after.reproduction:
        raise BackstoryError(
            f"the first record is of {before.reproduction}, the second of {after.reproduction}; "
            "compare two records of the same reproduction."
        )
    names = dict.fromkeys([*before.settings, *after.settings])
    pairs = [SettingPair(name=n, before=before.settings.get(n), after=after.settings.get(n)) for n in names]
    first, second = ({claim.id: claim for claim in record.claims} for record in (before, after))
    return Comparison(
        reproduction=before.reproduction,
        presets=(before.preset, after.preset),
        seeds=(before.seeds, after.seeds),
        settings=[pair for pair in pairs if pair.before != pair.after],
        claims=[ClaimPair(id=n, before=first.get(n), after=second.get(n)) for n in dict.fromkeys([*first, *second])],
    )
