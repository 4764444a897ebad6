"""Names in braces in the texts of a paper file, and what they stand for in a record."""

from __future__ import annotations

import string
from collections.abc import Mapping
from typing import Any

from core.evidence.record import Record
from core.publishing import tables

BAND = "Line: median over seeds; darker band: 5 to 95 %; lighter band: all seeds."


class _Missing:
    """What a name stands for in a run that did not measure it."""

    def __format__(self, form: str) -> str:
        return "not measured"

    def __str__(self) -> str:
        return "not measured"


class _Formatter(string.Formatter):
    def get_value(self, key: int | str, args: Any, kwargs: Mapping[str, Any]) -> Any:
        value = kwargs.get(str(key))
        return _Missing() if value is None else value

    def format_field(self, value: Any, form: str) -> str:
        return str(value) if isinstance(value, str) else format(value, form)


def filled_in(record: Record) -> dict[str, Any]:
    """What {names} in texts stand for: settings, measured words, and each claim's estimate as ours_ID, with its unit.

    Of a claim with several answers, each is ours_ID_1, ours_ID_2 and so on, in order.
    An estimate with no unit, such as a share, is percent_ID, too.
    """
    ours = {f"ours_{c.id}": tables.ours_cell(c) for c in record.claims}
    for c in record.claims:
        for k, one in enumerate(c.answers, start=1):
            ours[f"ours_{c.id}_{k}"] = tables.estimate_cell(one.ours, c.unit, c.digits)
    percents = {
        f"percent_{c.id}": f"{100 * c.ours.estimate:.3g} %" if c.ours else None for c in record.claims if not c.unit
    }
    return {**record.settings, **record.words, **ours, **percents, "seeds": record.seeds, "band": BAND}


def fill(text: str, words: Mapping[str, Any]) -> str:
    """A text with its names in braces filled in; what a run did not measure is told so."""
    return _Formatter().vformat(text, (), words)
