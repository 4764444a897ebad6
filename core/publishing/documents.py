"""A record and its claims -> the report folder: report.md, report.html, figures, tables, references."""

from __future__ import annotations

import base64
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import jinja2
import joblib

from core.evidence.claims import Paper, Picture
from core.evidence.record import Record
from core.publishing import citations, figures, tables
from core.publishing.credits import Credit

TEMPLATES = Path(__file__).with_name("templates")
BAND = "Line: median over seeds; darker band: 5 to 95 %; lighter band: all seeds."


def write(folder: Path, record: Record, paper: Paper, draw: Mapping[str, Callable[[], Any]], bibliography: Path,
          formats: Sequence[str] = ("svg", "png"), processes: int = 1) -> None:  # fmt: skip
    """Write everything but the record itself into `folder`. The same inputs give byte-identical files.

    Figures are drawn by `processes` worker processes.
    """
    for sub in ("figures", "tables"):
        (folder / sub).mkdir(exist_ok=True)
    words = filled_in(record)
    entries = citations.load(bibliography)
    chosen = [(picture, credit_of(picture, record, paper, entries)) for picture in paper.figure if picture.id in draw]
    with joblib.parallel_config("loky", n_jobs=processes, inner_max_num_threads=1):
        shown = joblib.Parallel(batch_size=1)(
            joblib.delayed(_figure)(picture, credit, draw[picture.id], folder, words, formats)
            for picture, credit in chosen
        )
    claim_lines = [tables.claim_cells(claim) for claim in record.claims]
    tables.write(folder / "tables", "claims", "Paper and reproduction", tables.CLAIM_COLUMNS, claim_lines)
    for table in record.tables:
        tables.write(folder / "tables", table.id, table.title, table.columns, table.rows)
    keys = cited(paper, record)
    (folder / "references.bib").write_text(citations.bibtex(entries, keys), encoding="utf-8")
    assert shown is not None


def cited(paper: Paper, record: Record) -> list[str]:
    """Every key of references.bib that the report leans on, the paper's own first."""
    keys = [paper.paper.key, *(key for c in record.claims for key in (c.key, *c.beside))]
    keys += [o.key for c in record.claims for o in c.comparators]
    keys += [key for note in (*paper.note, *paper.open_question) for key in note.keys]
    keys += [key for choice in (*paper.assumption, *paper.substitution) for key in choice.keys]
    return list(dict.fromkeys(keys))


def credit_of(picture: Picture, record: Record, paper: Paper, entries: Mapping[str, Any]) -> Credit:
    """What the files of one figure say of it."""
    era, version = (record.reproduction, paper.reproduction.title), record.provenance.backstory
    named = (picture.id, picture.title)
    source = citations.project_caption(version, citations.short(entries, paper.paper.key), era, named)
    return Credit(picture.title, source, record.files.get("trials.csv", ""), citations.project_key(era, named))


def _figure(picture: Picture, credit: Credit, draw: Callable[[], Any], folder: Path, words: Mapping[str, Any],
            formats: Sequence[str]) -> dict[str, str]:  # fmt: skip
    """Draw one figure and fill its caption; an SVG is always written, because the documents show it."""
    endings = list(dict.fromkeys(["svg", *formats]))
    files = figures.save(picture.id, credit, draw, folder / "figures", endings)
    film = folder / "figures" / f"{picture.id}.gif"
    return {
        "film": f"figures/{film.name}" if film.exists() else "",
        "film_data": base64.b64encode(film.read_bytes()).decode() if film.exists() else "",
        "id": picture.id,
        "title": picture.title,
        "caption": picture.caption.format(**words),
        "alt": picture.alt.format(**words),
        "file": f"figures/{picture.id}.svg",
        "data": base64.b64encode(files[0].read_bytes()).decode(),
    }


def filled_in(record: Record) -> dict[str, Any]:
    """What {names} in captions and notes stand for: settings, measured words, and each claim's estimate as ours_ID.

    Of a claim with several answers, each is ours_ID_1, ours_ID_2 and so on, in order.
    """
    ours = {f"ours_{c.id}": tables.ours_cell(c) for c in record.claims}
    for c in record.claims:
        for k, one in enumerate(c.answers, start=1):
            ours[f"ours_{c.id}_{k}"] = tables.estimate_cell(one.ours, c.unit, c.digits)
    return {**record.settings, **record.words, **ours, "seeds": record.seeds, "band": BAND}


def slug(verdict: str) -> str:
    """A verdict as a class name of the pages' style sheets."""
    return verdict.replace(" ", "-")


def _author(entry: Any) -> str:
    return " ".join(entry.persons["author"][0].last_names)


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
    made.filters["duration"] = duration
    made.filters["slug"] = slug
    made.globals["markdown_table"] = tables.as_markdown
    made.globals["cell"] = lambda text: str(text).replace("|", "\\|")
    return made


def duration(seconds: float) -> str:
    """Seconds, minutes or hours, as a person would say it."""
    if seconds < 120:
        return f"{seconds:.3g} s"
    return f"{seconds / 60:.0f} min" if seconds < 7200 else f"{seconds / 3600:.1f} h"
