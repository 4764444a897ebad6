"""Everything that is wrong with a room, found at once and before any long work."""

from __future__ import annotations

import re
import shlex
import string
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from pydantic import BaseModel, ValidationError

from core.errors import BackstoryError
from core.evidence import closure, decidable
from core.evidence import run as runs
from core.evidence.claims import Claim, Paper, faults_in, raw_paper
from core.evidence.progress import Progress
from core.evidence.record import Record
from core.evidence.reproduction import Reproduction
from core.evidence.run import Result
from core.evidence.trials import Workers
from core.publishing import citations, documents
from core.publishing.course import plans
from core.publishing.play import pages
from reproductions.cli import catalogue, options, rooms


def faults(name: str, *, reports: Path = Path("reports"), dry: bool = True) -> list[str]:
    """What is wrong with a room, one sentence each; an empty list if nothing is.

    First what can be seen without running: the paper file, its keys, the contract, the settings, the exercises. If that
    is well, one seed of the quick preset is run in a folder of its own, and its measurements, tables, figures and words
    are held against the paper file. Rules are tried on the published record where there is one.
    """
    folder = catalogue.ROOMS / name
    if not (folder / "paper.toml").is_file():
        return [f"there is no {folder.name}/paper.toml; `backstory new {name}` writes a room that runs"]
    paper, found = _paper(folder / "paper.toml", name)
    room, of_room = _room(name)
    found += of_room
    if paper is not None:
        found += _keys(paper)
        found += _exercises(paper, room)
        found += _named_back(paper, _others(name))
        found += _lessons(folder, paper)
    if room is not None:
        found += _settings(room)
        found += _studies(room)
    if paper is not None and room is not None and not found and dry:
        found += _dry_run(name, paper, room)
    if paper is not None and (reports / name / "record.json").exists():
        found += _rules(paper, reports / name)
    return found


def _paper(path: Path, name: str) -> tuple[Paper | None, list[str]]:
    try:
        raw = raw_paper(path)
    except BackstoryError as fault:
        return None, [str(fault).rstrip(".")]
    try:
        paper = Paper.model_validate(raw)
    except ValidationError as fault:
        return None, [f"paper.toml: {one}" for one in faults_in(raw, fault)]
    found = []
    if paper.reproduction.id != name:
        found.append(f"paper.toml: the id is {paper.reproduction.id!r}, but the folder is called {name!r}")
    if "FIXME" in path.read_text(encoding="utf-8"):
        found.append("paper.toml: a FIXME stands where words are missing")
    return paper, found


def _room(name: str) -> tuple[Reproduction[BaseModel] | None, list[str]]:
    try:
        rooms.keep_compiled_code_apart()
        import importlib

        found = importlib.import_module(f"reproductions.{name}.room").REPRODUCTION
    except Exception as fault:
        return None, [f"reproductions/{name} cannot be loaded: {type(fault).__name__}: {fault}".splitlines()[0]]
    if not isinstance(found, Reproduction):
        return None, [f"REPRODUCTION in reproductions/{name}/room.py is no Reproduction"]
    return found, []


def _keys(paper: Paper) -> Iterator[str]:
    entries = citations.load(catalogue.BIBLIOGRAPHY)
    used: list[tuple[str, Sequence[str]]] = [("the paper", [paper.paper.key])]
    used += [(f"claim {c.id!r}", [c.key, *c.beside, *(o.key for o in c.comparators)]) for c in paper.claim]
    used += [(f"{choice.id!r}", choice.keys) for choice in (*paper.assumption, *paper.substitution)]
    used += [("a note", note.keys) for note in (*paper.note, *paper.open_question)]
    used += [(f"figure {picture.id!r}", picture.keys) for picture in paper.figure]
    for what, keys in used:
        for key in keys:
            if key not in entries:
                yield f"{what} cites {key!r}, which is not in references.bib"


def _others(name: str) -> dict[str, Paper]:
    """The paper files of all other rooms that can be read."""
    found = {}
    for other in catalogue.ids():
        paper, _ = _paper(catalogue.ROOMS / other / "paper.toml", other) if other != name else (None, [])
        if paper is not None:
            found[other] = paper
    return found


def _named_back(paper: Paper, others: Mapping[str, Paper]) -> Iterator[str]:
    """Reports that measure the same thing name each other: whom this paper names, and who names it."""
    names = {era for section in paper.section for era in section.see}
    yield from (f"a section sees {era!r}, which there is not" for era in sorted(names - set(others)))
    for era, other in others.items():
        for section in other.section:
            if paper.reproduction.id in section.see and era not in names:
                yield (
                    f"section {section.id!r} of {era} says that it measures the same thing, and no section here "
                    f"names it back; add `see`, with the difference in settings"
                )


def _lessons(folder: Path, paper: Paper) -> Iterator[str]:
    """What is wrong with the page to touch and with the course, where there are any."""
    if (folder / "play.py").exists() != (folder / pages.TEMPLATE).exists():
        yield f"a page to touch needs both play.py and {pages.TEMPLATE}"
    try:
        course = plans.course_of(folder, paper, played=False)
    except BackstoryError as fault:
        yield str(fault).rstrip(".")
        return
    known = {picture.id for picture in paper.figure}
    for step in course.step:
        if step.figure and step.figure not in known:
            yield f"{plans.FILE}: a step shows the figure {step.figure!r}, which is not among the figures"


def _settings(room: Reproduction[BaseModel]) -> Iterator[str]:
    if sorted(room.presets) != ["paper", "quick"]:
        yield f"the presets must be quick and paper, not {', '.join(sorted(room.presets))}"
    if not room.settings.model_config.get("frozen"):
        yield 'Settings must be frozen: model_config = ConfigDict(frozen=True, extra="forbid")'
    for name, field in room.settings.model_fields.items():
        if not field.description:
            yield f"the setting {name} has no description, which `backstory settings` tells"


def _studies(room: Reproduction[BaseModel]) -> Iterator[str]:
    for preset, settings in room.presets.items():
        try:
            studies = room.studies(settings)
        except Exception as fault:
            yield f"studies of the preset {preset} cannot be listed: {type(fault).__name__}: {fault}"
            continue
        names = [study.name for study in studies]
        yield from (f"two studies are called {one!r}" for one in sorted({n for n in names if names.count(n) > 1}))
        for study in studies:
            try:
                closure.functions_hash(study.function)
            except ValueError as fault:
                yield f"the trial function of study {study.name!r}: {fault}"


def _exercises(paper: Paper, room: Reproduction[BaseModel] | None) -> Iterator[str]:
    for one in paper.exercise:
        if one.do == "change" and (not one.claim or one.effect is None):
            yield f"the exercise {one.title!r} must name the claim that its change moves, and the least effect on it"
        words = shlex.split(one.command)
        if words[:1] != ["backstory"]:
            yield f"the exercise {one.title!r} has the command {one.command!r}, which does not start with backstory"
            continue
        if words[1:3] == ["run", paper.reproduction.id] and room is not None:
            try:
                settings = _settings_of(one.command, paper.reproduction.id, room)
            except BackstoryError as fault:
                yield f"the exercise {one.title!r} cannot be done: {fault}".rstrip(".")
                continue
            if one.claim and not isinstance(getattr(settings, one.runs, None), int):
                yield f"the exercise {one.title!r} counts its runs by {one.runs!r}, which is no number of the settings"


def _settings_of(command: str, name: str, room: Reproduction[BaseModel]) -> BaseModel:
    """The settings that an exercise's command runs with. Raises BackstoryError if it cannot be run."""
    words = shlex.split(command)
    changes = [words[k + 1] for k, word in enumerate(words[:-1]) if word == "--set"]
    preset = words[words.index("--preset") + 1] if "--preset" in words else "quick"
    seeds = int(words[words.index("--seeds") + 1]) if "--seeds" in words else None
    return options.changed(name, preset, room.presets, changes, seeds)


def _small(room: Reproduction[BaseModel]) -> BaseModel:
    """The quick preset with one seed wherever the name of a setting speaks of seeds."""
    quick = room.presets["quick"]
    for seeds in (1, 2, 3):
        changes = {name: seeds for name in room.settings.model_fields if name == "seeds" or name.endswith("_seeds")}
        try:
            return room.settings.model_validate(quick.model_dump() | changes)
        except ValidationError:
            continue
    return quick


def _dry_run(name: str, paper: Paper, room: Reproduction[BaseModel]) -> list[str]:
    settings = _small(room)
    with tempfile.TemporaryDirectory() as cache:
        try:
            room.prepare(settings, True)
            result = runs.run(
                room,
                paper,
                settings,
                "quick",
                cache=Path(cache),
                fresh=True,
                workers=Workers(1),
                progress=Progress(name, quiet=True),
            )
        except BackstoryError as fault:
            return [f"a run with one seed fails: {fault}".rstrip(".")]
        except Exception as fault:
            return [f"a run with one seed fails: {type(fault).__name__}: {fault}".splitlines()[0]]
    return [*_measured(paper, room, result), *_shown(paper, room, result)]


def _measured(paper: Paper, room: Reproduction[BaseModel], result: Result) -> Iterator[str]:
    measured = room.measure(room.settings.model_validate(result.record.settings), result.rows)
    for claim in paper.claim:
        if claim.id not in measured:
            yield f"the claim {claim.id!r} is never measured; add it to `measure`, or None where it cannot be"
    columns = {name for group in result.rows.values() for row in group for name in row.values}
    for one in sorted(columns - set(paper.reproduction.columns)):
        yield f"the column {one!r} of trials.csv is not explained in [reproduction.columns]"


def _shown(paper: Paper, room: Reproduction[BaseModel], result: Result) -> Iterator[str]:
    figures = set(room.figures(result.record, result.arrays))
    pictures = {picture.id for picture in paper.figure}
    extra = {paper.card.picture} | (
        {paper.explanation.figure} if paper.explanation and paper.explanation.figure else set()
    )
    yield from (
        f"the figure {one!r} is drawn but has no words in paper.toml" for one in sorted(figures - pictures - extra)
    )
    always = {picture.id for picture in paper.figure if not picture.sometimes}
    yield from (f"the figure {one!r} has words but is not drawn" for one in sorted((always | extra) - figures))
    tables = {table.id for table in result.record.tables}
    named = {one for section in paper.section for one in section.tables}
    yield from (f"the table {one!r} is in no section" for one in sorted(tables - named))
    words = documents.filled_in(result.record)
    for what, text in _texts(paper):
        for _, field, _, _ in string.Formatter().parse(text):
            if field and re.split(r"[.\[:!]", field)[0] not in words:
                yield f"{what} names {{{field}}}, which is neither a setting, a word, ours_CLAIM nor percent_CLAIM"


def _texts(paper: Paper) -> Iterator[tuple[str, str]]:
    yield "the answer", paper.reproduction.answer
    for section in paper.section:
        yield f"the finding of section {section.id!r}", section.finding
    for picture in paper.figure:
        yield f"the caption of figure {picture.id!r}", picture.caption
        yield f"the text for figure {picture.id!r}", picture.alt
    for note in paper.note:
        yield f"a note of section {note.section!r}", note.text
    for exercise in paper.exercise:
        yield f"the solution of {exercise.title!r}", exercise.solution


def _rules(paper: Paper, folder: Path) -> Iterator[str]:
    """Rules that could not have failed or passed, and exercises whose effect would not be seen."""
    try:
        room = rooms.room(paper.reproduction.id)
        record: Record = runs.measured_again_in(folder, paper, room)
    except BackstoryError:
        return
    results = {claim.id: claim for claim in record.claims}
    for claim in paper.claim:
        fault = decidable.undecidable(claim, results[claim.id]) if claim.id in results else None
        if fault:
            yield f"the claim {claim.id!r} decides nothing: {fault}"
    yield from _unseen(paper, record, room)


def _unseen(paper: Paper, record: Record, room: Reproduction[BaseModel]) -> Iterator[str]:
    """Exercises whose change would not be told from chance with the runs of their command.

    The spread of a claim is that of the published runs; `decidable.seen` scales it to the number asked for.
    """
    claims: Mapping[str, Claim] = {claim.id: claim for claim in paper.claim}
    results = {claim.id: claim for claim in record.claims}
    for one in paper.exercise:
        if not one.claim or one.effect is None or one.claim not in results:
            continue
        try:
            settings = _settings_of(one.command, paper.reproduction.id, room)
        except BackstoryError:
            continue  # what is wrong with the command is told where commands are looked at
        runs = getattr(settings, one.runs, None)
        if runs is not None and not decidable.seen(claims[one.claim], results[one.claim], one.effect, runs):
            yield (
                f"the exercise {one.title!r}: a change of {one.effect:g} in {one.claim} would not be seen "
                f"with {one.runs}={runs}"
            )
