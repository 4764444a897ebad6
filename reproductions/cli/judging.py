"""The commands about numbers: one of ours with its source, somebody else's judged by our claims, ours tried again."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Annotated, Any

import typer

from core.errors import BackstoryError, unknown
from reproductions.cli import catalogue
from reproductions.cli.console import AsJson, Name, Reports, as_json, expanded, say


def number(
    era: Annotated[str, typer.Argument(help="A reproduction.")],
    claim: Annotated[str, typer.Argument(help="The id of one of its claims, as in reports/claims.csv.")],
    reports: Reports = Path("reports"),
    json_: AsJson = False,
) -> None:
    """Tell one number of a report with its interval, its source and how to cite it."""
    from core.evidence.record import load_record
    from core.publishing import citations, citing, tables
    from reproductions.cli import execute

    folder = execute.place_of(era, "", reports)
    record = load_record(folder / "record.json")
    known = {one.id: one for one in record.claims}
    if claim not in known:
        raise unknown(f"claim of {era}", claim, known)
    found, version = known[claim], record.provenance.backstory
    entries = citations.load(catalogue.BIBLIOGRAPHY)
    title = catalogue.entry(era)["title"]
    told = {
        "claim": found.statement,
        "source": f"{citations.short(entries, found.key)}, {found.where} ({found.standing})",
        "paper": tables.paper_cell(found),
        "ours": tables.ours_cell(found),
        "interval": tables.interval_cell(found),
        "verdict": f"{found.word}: {found.reason}",
        "record": f"{folder / 'record.json'}, preset {record.preset}, commit {record.provenance.commit[:12]}",
        "cite": [
            citing.Work(version, record.reproduction, title, citing.Part("claim", claim, found.statement)).apa(),
            citations.apa(entries, found.key),
        ],
    }
    if json_:
        return as_json(told | {"fields": found.model_dump(mode="json")})
    for name, text in told.items():
        say(f"{name:<9} {text if isinstance(text, str) else ' '.join(text)}")
    return None


def judge(
    file: Annotated[
        Path, typer.Argument(parser=expanded, metavar="FILE", help="A CSV or JSON file of claims and values.")
    ],
    era: Annotated[str, typer.Option(help="The reproduction that the claims belong to, if their ids do not say.")] = "",
    reports: Reports = Path("reports"),
    json_: AsJson = False,
) -> None:
    """Judge somebody else's results by our claims: your own network against the paper's numbers.

    A CSV file has the columns claim and value, one line per run; a JSON file maps each claim to a list of values. A
    claim is named by its id, such as xor_direct, or with its era, such as ERA.xor_direct. Times that never came to
    an end are written as inf; for a share give 1 or 0 for every run.
    """
    from core.evidence.record import load_record
    from core.evidence.run import judged
    from core.publishing.terminal import print_claims
    from reproductions.cli import execute, rooms

    values = _values(file)
    papers = {name: rooms.paper_of(name) for name in ([catalogue.entry(era)["id"]] if era else catalogue.ids())}
    by_era: dict[str, dict[str, list[float]]] = {}
    for name, numbers in values.items():
        owner, claim = _owner(name, papers)
        by_era.setdefault(owner, {})[claim] = numbers
    results = []
    for owner, given in by_era.items():
        place = next(
            (
                p
                for p in (execute.folder_for(owner, preset, reports) for preset in execute.PRESETS)
                if (p / "record.json").exists()
            ),
            None,
        )
        ours = {c.id: c.ours for c in load_record(place / "record.json").claims} if place else {}
        paper = papers[owner].model_copy(update={"claim": [c for c in papers[owner].claim if c.id in given]})
        conditions = {k: v for claim in paper.claim for k, v in claim.only_when.items()}
        found = judged(paper, {name: _measured(numbers, ours.get(name)) for name, numbers in given.items()}, conditions)
        results += [(owner, one) for one in found]
    if json_:
        return as_json([{"reproduction": owner, **one.model_dump(mode="json")} for owner, one in results])
    for owner in by_era:
        print_claims(f"Your results beside the claims of {owner}", [one for name, one in results if name == owner])
    return None


def _values(file: Path) -> dict[str, list[float]]:
    advice = 'give a CSV file with the columns claim and value, or a JSON file such as {"xor_direct": [558, 412]}'
    try:
        text = file.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as fault:
        raise BackstoryError(f"cannot read {file} ({fault}); {advice}.") from fault
    try:
        if file.suffix.lower() == ".json":
            raw = json.loads(text)
            found = {
                str(name): [float(v) for v in (many if isinstance(many, list) else [many])]
                for name, many in raw.items()
            }
        else:
            found = {}
            for line in csv.DictReader(text.splitlines()):
                found.setdefault(line["claim"].strip(), []).append(float(line["value"]))
    except (ValueError, KeyError, TypeError, AttributeError) as fault:
        raise BackstoryError(f"{file} is not what was expected ({type(fault).__name__}: {fault}); {advice}.") from fault
    if not found:
        raise BackstoryError(f"{file} holds no claim; {advice}.")
    return found


def _owner(name: str, papers: dict[str, Any]) -> tuple[str, str]:
    era, dot, claim = name.partition(".")
    if dot and era in papers:
        if claim not in {c.id for c in papers[era].claim}:
            raise unknown(f"claim of {era}", claim, [c.id for c in papers[era].claim])
        return era, claim
    owners = [one for one, paper in papers.items() if name in {c.id for c in paper.claim}]
    if not owners:
        raise unknown("claim", name, sorted({c.id for paper in papers.values() for c in paper.claim}))
    if len(owners) > 1:
        raise BackstoryError(f"{' and '.join(owners)} have a claim {name!r}; write {owners[0]}.{name}, or give --era.")
    return owners[0], name


def _measured(values: list[float], ours: Any) -> Any:
    """The user's runs as the kind of measurement that ours is: a count, a share, a mean, or single runs."""
    import numpy as np

    from core.evidence import measured as m

    numbers = np.array(values, dtype=float)
    if ours is not None and ours.interval == "exact":
        return m.Count(float(numbers[0]))
    if ours is not None and ours.statistic == "share" and set(values) <= {0.0, 1.0}:
        return m.share(numbers)
    if ours is not None and ours.interval == "confidence":
        return m.mean(numbers[np.isfinite(numbers)])
    return m.Runs(numbers[np.isfinite(numbers)], unfinished=int(np.isinf(numbers).sum()))


def verify(
    name: Name,
    seconds: Annotated[float, typer.Option(min=1, help="About how long to try trials, for each reproduction.")] = 60,
    reports: Reports = Path("reports"),
    json_: AsJson = False,
) -> None:
    """Run a sample of published trials again and compare every number: does the code still compute what is published?

    Whole numbers must be the same, others agree to a millionth; times are left out. What was seen is written beside the
    record, as verified.json. Exits with 1 if something differs.
    """
    from reproductions.cli import execute

    seen = []
    for one in catalogue.chosen(name):
        if name == "all" and not (execute.folder_for(one, "paper", reports) / "record.json").exists():
            continue
        found, _ = execute.verified(one, reports, seconds)
        seen.append(found)
        if not json_:
            _tell(found)
    if not seen:
        raise BackstoryError(f"there is no record under {reports}; make one with `backstory run {name}`.")
    if json_:
        as_json([one.model_dump(mode="json") for one in seen])
    if not all(one.passed for one in seen):
        raise typer.Exit(1)


def _tell(found: Any) -> None:
    outcome = "the same" if found.passed else "DIFFERS"
    tried = f"{found.trials:,} trials, {found.values:,} numbers, {found.seconds:.0f} s"
    say(f"{found.reproduction}: {outcome}: {tried}")
    if found.worst is not None and found.worst.difference:
        worst = found.worst
        where = f"{worst.measurement} of {worst.study}, seed {worst.seed}"
        say(f"  farthest apart: {where}: {worst.difference:.2g} of its size")
    for fault in found.faults:
        say(f"  {fault}")
    for study, why in found.not_tried.items():
        say(f"  not tried: {study}: {why}")
