"""Machines whose speed is on record, and how long counted operations would have taken on them, at least.

An operation is an addition or a multiplication of two numbers; a multiply-accumulate counts as two. Times are a matter
of division: memory, which would have been the harder limit, is left out, and so is everything that is not counted.

>>> span(3.0e6), span(1.6e9)
('34.7 days', '50.7 years')
"""

from __future__ import annotations

from typing import NamedTuple

DAY = 86400.0


class Machine(NamedTuple):
    """A machine, the year it stands for, its operations a second, where the speed is from, and that entry's key."""

    name: str
    year: int
    speed: float
    source: str
    key: str

    def seconds(self, operations: float) -> float:
        """What so many operations take, at least."""
        return operations / self.speed


MACHINES: tuple[Machine, ...] = (
    Machine(
        "IBM 704", 1960, 12000.0, "assumed by Epoch for the perceptron, called speculative there", "epoch2025trends"
    ),
    Machine(
        "PDP-10 (KA10)",
        1972,
        170000.0,
        "its Whetstone rating of 0.17 million instructions a second, of which only a part are operations on numbers",
        "norskdata1983speeds",
    ),
    Machine(
        "VAX-11/780 with floating-point accelerator",
        1983,
        1.14e6,
        "its Whetstone rating of 1.14 million instructions a second, of which only a part are operations on numbers",
        "norskdata1983speeds",
    ),
    Machine("SPARCstation", 1989, 1.4e6, "assumed by Epoch for the digit net of 1989", "epoch2025trends"),
    Machine(
        "DSP-32C",
        1989,
        25e6,
        "12.5 million multiply-accumulates a second, as LeCun et al. (1989) give it",
        "lecun1989backpropagation",
    ),
)


def span(seconds: float) -> str:
    """A time in the largest unit that fits, to three digits."""
    units = (("years", 365.25 * DAY), ("days", DAY), ("hours", 3600.0), ("minutes", 60.0))
    unit, length = next((one for one in units if seconds >= one[1]), ("seconds", 1.0))
    value = float(f"{seconds / length:.3g}")
    return f"{value:,.10g} {unit}" if value < 1e7 else f"{value:.3g} {unit}"
