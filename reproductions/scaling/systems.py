"""Tables of `scaling` about others' systems, old machines, and what measured slopes would have cost."""

from __future__ import annotations

from core.datasets.history import COSTS, SYMMETRY, SYSTEMS
from core.evidence.machines import DAY, MACHINES, span
from core.evidence.tables import Table, table
from reproductions.scaling.claims import ERAS, doubling, listed

SINGLE = ("ADALINE", "Family trees", "ALVINN", "NETtalk", "Zip codes", "LeNet-5")


def trainings() -> list[tuple[str, float]]:
    """One training of systems of before 2000, as listed or worked out, the least first: name and operations."""
    found = [(name, flop) for name, _, _, flop, _ in SYSTEMS if name in SINGLE]
    return sorted([*found, SYMMETRY], key=lambda one: one[1])


def tables(speed: float) -> list[Table]:
    """Years by measured slopes, doubling times, systems, and times on old machines, given one core's speed here."""
    return [_years(speed), _doubling(), _systems(), _hours(speed)]


def machines(speed: float) -> list[tuple[str, float]]:
    """Names of machines and their operations a second, this one last."""
    return [*((f"{one.name}, {one.year}", one.speed) for one in MACHINES), ("one core here", speed)]


def _years(speed: float) -> Table:
    """What each training took or takes, and what it would take if every gradient were measured slope by slope."""
    lines = []
    for name, p, operations, days in COSTS:
        if operations is not None:
            dearer, here = (p + 1) / 3, operations / speed
            then = [f"{days:g} days", span(days * DAY * dearer)] if days is not None else [None, None]
            lines.append([name, f"{operations:.3g}", *then, span(here), span(here * dearer)])
    columns = [
        "network",
        "operations of training",
        "training took then",
        "then, by measured slopes",
        "on one core here",
        "on one core here, by measured slopes",
    ]
    title = "The same trainings by measured slopes: (P + 1) / 3 times as long; not run, worked out"
    return table("years", title, columns, lines)


def _doubling() -> Table:
    """Doubling times, and between what they move when any one system is left out."""
    lines = []
    for (first, last), paper in ((ERAS["before"], "Sevilla et al.: 20"), (ERAS["after"], "Sevilla et al.: 6")):
        names = listed(first, last)
        without = [doubling(first, last, name) for name in names]
        years = f"{first:.0f} to {last:.0f}" if last < 2030 else f"from {first:.0f}"
        lines.append([years, len(names), doubling(first, last), min(without), max(without), paper])
    columns = ["years", "systems", "months", "least, one left out", "most, one left out", "in the paper"]
    return table("doubling", "Months in which the compute of training doubled, over the systems listed", columns, lines)


def _systems() -> Table:
    lines = [[name, f"{int(year)}", n, f"{flop:.3g}", basis] for name, year, n, flop, basis in SYSTEMS]
    columns = ["system", "year", "parameters", "operations", "basis"]
    return table("systems", "Systems, and the operations of their training", columns, lines)


def _hours(speed: float) -> Table:
    known = machines(speed)
    lines = [[name, f"{flop:.3g}", *(span(flop / rate) for _, rate in known)] for name, flop in trainings()]
    columns = ["one training of", "operations", *(f"at the speed of: {name}" for name, _ in known)]
    return table("hours", "How long single trainings would take on machines of their days, at least", columns, lines)
