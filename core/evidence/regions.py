"""The paper's side of a claim: an interval of values, and what rounds to a number as it is printed."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import NamedTuple


class Region(NamedTuple):
    """Values from `low` to `high`, None where there is no bound; `strict` leaves the bounds themselves out.

    >>> Region(1.0, 2.0).holds(1.5), Region(None, 0.0, True).holds(0.0)
    (True, False)
    """

    low: float | None
    high: float | None
    strict: bool = False

    @property
    def half_line(self) -> bool:
        """Whether it has one bound only."""
        return (self.low is None) != (self.high is None)

    def holds(self, x: float) -> bool:
        """Whether a value lies in it."""
        return self._after_low(x) and self._before_high(x)

    def holds_all(self, low: float, high: float) -> bool:
        """Whether the whole interval lies in it."""
        return self._after_low(low) and self._before_high(high)

    def holds_none(self, low: float, high: float) -> bool:
        """Whether the whole interval lies outside it."""
        return not (self._after_low(high) and self._before_high(low))

    def _after_low(self, x: float) -> bool:
        return self.low is None or (x > self.low if self.strict else x >= self.low - _slack(self.low))

    def _before_high(self, x: float) -> bool:
        return self.high is None or (x < self.high if self.strict else x <= self.high + _slack(self.high))


def _slack(bound: float) -> float:
    return 1e-9 * abs(bound)  # a bound that is met but for rounding is met


PLAIN = re.compile(r"[-+]?\d[\d,]*(\.\d*)?([eE][-+]?\d+)?")


def number_in(printed: str) -> float:
    """The number that is printed. Raises ValueError if it is none.

    >>> number_in("60,000"), number_in("2.5e-3")
    (60000.0, 0.0025)
    """
    if not PLAIN.fullmatch(printed.strip()):
        raise ValueError(f"{printed!r} is not a number as a paper prints it, such as 0.14, 60,000 or 2.5e-3")
    return float(printed.replace(",", ""))


def as_printed(printed: str) -> Region:
    """What rounds to a number as it is printed: half a unit of its last digit on either side.

    >>> as_printed("0.14")
    Region(low=0.135, high=0.145, strict=False)
    >>> as_printed("1,425")
    Region(low=1424.5, high=1425.5, strict=False)
    >>> as_printed("2.5e-3")
    Region(low=0.00245, high=0.00255, strict=False)
    """
    number_in(printed)
    value = Decimal(printed.strip().replace(",", ""))
    exponent = value.as_tuple().exponent
    half = Decimal(5).scaleb(int(exponent) - 1)
    return Region(float(value - half), float(value + half))
