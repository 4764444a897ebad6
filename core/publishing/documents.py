"""A record and its claims -> the report folder: report.md, report.html, figures, tables, references, metadata."""

from __future__ import annotations

import base64
import csv
import json
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import Any

import jinja2
import joblib
from markupsafe import Markup

from core.evidence import tallies, verify
from core.evidence.claims import Paper, Picture
from core.evidence.published import FIXED
from core.evidence.record import Record
from core.evidence.verdicts import among_runs
from core.publishing import (
    chapters,
    citations,
    citing,
    comparisons,
    figures,
    marks,
    metadata,
    placing,
    tables,
    verdict_picture,
)
from core.publishing.credits import Credit
from core.publishing.glossary import Glossary
from core.publishing.pictures import pictures
from core.publishing.words import fill, filled_in

TEMPLATES = Path(__file__).with_name("templates")
BROAD = 620  # points: a figure wider than this is scrolled on a phone, if it cannot be drawn in another way
COLUMNS = {
    "study": "the study that the trial belongs to",
    "cell": "number of its cell in cells.json, which holds all of its settings",
    "seed": "the seed from which its random numbers start",
    "failed": "1 if the trial counts as failed, for the reason that stands beside it; it is left out of means",
    "reason": "why it failed",
    "seconds": "how long it took",
}


def write(
    folder: Path,
    record: Record,
    paper: Paper,
    draw: Mapping[str, Callable[[], Any]],
    bibliography: Path,
    formats: Sequence[str] = ("svg", "png"),
    processes: int = 1,
    titles: Mapping[str, str] | None = None,
) -> None:
    """Write everything but the record itself into `folder`. The same inputs give byte-identical files.

    Figures are drawn by `processes` worker processes; in a quick run films have few frames, and
    figures no second drawing for phones. `titles` names other reproductions that the report speaks of.
    """
    for sub in ("figures", "tables"):
        (folder / sub).mkdir(exist_ok=True)
    words, entries = filled_in(record), citations.load(bibliography)
    verdicts = verdict_picture.picture_of(record, paper)
    drawn = {**draw, verdicts.id: partial(verdict_picture.draw, record, paper)}
    wanted = [(one, credit_of(one, record, paper, entries)) for one in pictures(paper, verdicts) if one.id in drawn]
    glance = record.preset.startswith("quick")
    with joblib.parallel_config("loky", n_jobs=processes, inner_max_num_threads=1):
        tasks = (
            joblib.delayed(_figure)(picture, credit, drawn[picture.id], folder, words, formats, glance)
            for picture, credit in wanted
        )
        with closing(joblib.Parallel(batch_size=1, return_as="generator")(tasks)) as drawing:
            keys = cited(paper, record)
            _write_tables(folder / "tables", record)  # while the first figures are drawn
            _write(folder / "references.bib", citations.bibtex(entries, keys))
            _write(folder / metadata.FILE, metadata.text(record, paper, entries))
            shown: list[Any] = list(drawing)
    told = context(folder, record, paper, entries, {one["id"]: one for one in shown}, titles or {})
    for name in ("report.md", "report.html"):
        explained = Glossary(paper.reproduction.words)
        gloss = explained.html if name.endswith("html") else explained.markdown
        _write(folder / name, render(f"{name}.j2", told | {"gloss": gloss, "terms": explained.used}))


def _write(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8", newline="\n")


def _write_tables(folder: Path, record: Record) -> None:
    lines = [tables.claim_cells(claim) for claim in record.claims]
    tables.write(folder, "claims", "Paper and reproduction", tables.CLAIM_COLUMNS, lines)
    for table in record.tables:
        tables.write(folder, table.id, table.title, table.columns, table.rows)


def context(
    folder: Path,
    record: Record,
    paper: Paper,
    entries: Mapping[str, Any],
    shown: Mapping[str, dict[str, Any]],
    titles: Mapping[str, str],
) -> dict[str, Any]:
    """Everything that the templates of a report tell."""
    era, words = paper.reproduction, filled_in(record)
    apart = {paper.card.picture, verdict_picture.ID, paper.explanation.figure if paper.explanation else ""}
    explained = paper.explanation.figure if paper.explanation else ""
    main = citing.Work(record.provenance.backstory, era.id, era.title)
    keys = cited(paper, record)
    return {
        "era": era,
        "paper": paper,
        "record": record,
        "published": record.preset == "paper",
        "answer": fill(era.answer, words),
        "card": shown.get(paper.card.picture),
        "explaining": shown.get(explained) if explained != paper.card.picture else None,
        "verdicts": shown.get(verdict_picture.ID),
        "tallies": tallies.tallies(record.claims),
        "comparison": comparison(record, paper),
        "chapters": chapters.chapters(
            record, paper, entries, [one for one in shown.values() if one["id"] not in apart], titles, words
        ),
        "remarks": chapters.remarks(record, paper, "", words),
        "open_questions": [fill(note.text, words) for note in paper.open_question],
        "exercises": [
            (one.model_copy(update={"text": fill(one.text, words)}), fill(one.solution, words))
            for one in paper.exercise
        ],
        "settings": sorted(record.settings.items()),
        "columns": data_dictionary(folder / "trials.csv", paper),
        "verified": verify.read(folder) if (folder / verify.FILE).exists() else None,
        "play": (folder / "play.html").exists(),
        "command": f"backstory run {era.id} --preset {record.preset.split(',')[0]}",
        "main_reference": citations.plain(entries, paper.paper.key),
        "cite": main,
        "replication": metadata.title(record, citations.csl(entries, paper.paper.key)["title"]),
        "replication_rule": metadata.RULE,
        "references": [(key, citations.plain(entries, key)) for key in sorted(keys)],
    }


def comparison(record: Record, paper: Paper) -> dict[str, Any]:
    """The picture of the verdicts as rows of a page."""
    groups = comparisons.groups(record, paper)
    reach = comparisons.reach_of(groups)
    return {
        "groups": groups,
        "about": comparisons.ABOUT,
        "ticks": [(100 * (place / reach + 1) / 2, name) for place, name in placing.ticks(reach)],
        "named": [(100 * (place / reach + 1) / 2, name) for place, name in placing.ticks(reach, spaced=True)],
        "tracks": {
            row.claim.id: [
                _track(one, placing.own_reach(row.places) if one.scale != "factor" else reach) for one in row.places
            ]
            for group in groups
            for row in group.rows
        },
        "others": sorted(comparisons.others_of(record), key=lambda claim: tallies.OUTCOMES.index(claim.outcome)),
        "outcomes": [(one, sorted({c.word for c in record.claims if c.outcome == one})) for one in tallies.OUTCOMES],
    }


def _track(place: placing.Place, reach: float) -> dict[str, Any]:
    """A comparison as percentages of the width of its line."""
    at = {name: round(100 * share, 2) for name, share in placing.shares(place, reach).items()}
    beyond = {"left": place.low < -reach, "right": place.high > reach}
    return {**at, **beyond, "outcome": place.outcome, "label": place.label}


def data_dictionary(trials: Path, paper: Paper) -> list[tuple[str, str]]:
    """Every column of trials.csv and what it is; what the paper file does not explain is a setting of the trial."""
    if not trials.exists():
        return []
    with trials.open(encoding="utf-8", newline="") as file:
        names = next(csv.reader(file), [])
    known = {**COLUMNS, **paper.reproduction.columns}
    assert set(FIXED) <= set(COLUMNS)
    return [(name, known.get(name, "a setting of the trial")) for name in names]


def cited(paper: Paper, record: Record) -> list[str]:
    """Every key of references.bib that the report leans on, the paper's own first."""
    keys = [paper.paper.key, *(key for c in record.claims for key in (c.key, *c.beside))]
    keys += [o.key for c in record.claims for o in c.comparators]
    keys += [key for note in (*paper.note, *paper.open_question) for key in note.keys]
    keys += [key for choice in (*paper.assumption, *paper.substitution) for key in choice.keys]
    keys += [key for picture in paper.figure for key in picture.keys]
    return list(dict.fromkeys(keys))


def credit_of(picture: Picture, record: Record, paper: Paper, entries: Mapping[str, Any]) -> Credit:
    """What the files of one figure say of it: every paper that it rests on is named."""
    era = paper.reproduction
    work = citing.Work(record.provenance.backstory, era.id, era.title, citing.Part("figure", picture.id, picture.title))
    source = work.caption(citing.after_keys(paper.keys_of(picture), entries))
    return Credit(picture.title, source, record.files.get("trials.csv", ""), work.key)


def _figure(
    picture: Picture,
    credit: Credit,
    draw: Callable[[], Any],
    folder: Path,
    words: Mapping[str, Any],
    formats: Sequence[str],
    glance: bool,
) -> dict[str, Any]:
    """Draw one figure and fill its caption; an SVG is always written, because the documents show it."""
    endings = list(dict.fromkeys(["svg", *formats]))
    files = figures.save(picture.id, credit, draw, folder / "figures", endings, glance=glance)
    film = folder / "figures" / f"{picture.id}.gif"
    phone = None if glance else figures.for_phones(draw)
    drawn = files[0].read_text(encoding="utf-8")
    width, height = figures.size_of(drawn)
    return {
        "film": f"figures/{film.name}" if film.exists() else "",
        "film_data": base64.b64encode(film.read_bytes()).decode() if film.exists() else "",
        "sounds": figures.sounds_of(picture.id, folder / "figures"),
        "id": picture.id,
        "section": picture.section,
        "title": picture.title,
        "says": picture.says,
        "caption": fill(picture.caption, words),
        "alt": fill(picture.alt, words),
        "file": f"figures/{picture.id}.svg",
        "data": figures.as_address(drawn),
        "phone": figures.as_address(phone) if phone else "",
        "width": round(width * 4 / 3),
        "height": round(height * 4 / 3),
        "broad": width > BROAD and not phone and not film.exists(),
        "credit": credit.source,
    }


def render(name: str, told: Mapping[str, Any]) -> str:
    """A page from its template."""
    return environment().get_template(name).render(told)


def environment() -> jinja2.Environment:
    """Where the templates are, and the filters they use."""
    made = jinja2.Environment(
        loader=jinja2.FileSystemLoader(TEMPLATES),
        autoescape=lambda name: bool(name and ".html" in name),
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    made.filters["number"] = tables.number
    made.filters["about"] = tables.about
    made.filters["duration"] = duration
    made.filters["among_runs"] = among_runs
    made.filters["slug"] = marks.slug
    made.filters["setting"] = setting
    made.filters["sentence"] = sentence
    made.filters["address"] = Markup  # an address that a page carries is written by figures.as_address, for attributes
    made.globals["markdown_table"] = tables.as_markdown
    made.globals["mark"] = marks.mark
    made.globals["cell"] = lambda text: str(text).replace("|", "\\|").replace("\n", " ")
    return made


def setting(value: Any) -> str:
    """The value of a setting as it is given on the command line."""
    return value if isinstance(value, str) else json.dumps(value)


def sentence(text: str) -> str:
    """A phrase as a sentence: a capital letter and a full stop."""
    text = text.strip()
    return (text[:1].upper() + text[1:]).rstrip(".") + ("" if text.endswith(("?", "!")) else ".") if text else ""


def duration(seconds: float) -> str:
    """A time as a person would say it."""
    for unit, length in (("years", 365.25 * 86400), ("days", 86400), ("hours", 3600), ("minutes", 60)):
        if seconds >= 2 * length:
            return f"{seconds / length:,.3g} {unit}" if seconds < 20 * length else f"{seconds / length:,.0f} {unit}"
    return f"{seconds:.3g} seconds" if seconds >= 0.1 else f"{1000 * seconds:.2g} thousandths of a second"
