"""A record and its claims -> the report folder: report.md, report.html, figures, tables, references."""

from __future__ import annotations

import base64
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import jinja2
import joblib

from core.evidence.claims import Paper, Picture
from core.evidence.record import ClaimResult, Record
from core.evidence.tallies import tally
from core.publishing import citations, figures, tables
from core.publishing.credits import Credit

TEMPLATES = Path(__file__).with_name("templates")
BAND = "Line: median over seeds; darker band: 5 to 95 %; lighter band: all seeds."
LEGEND = (
    "One function computes every verdict from the claim and the record. exact: equal. interval: reproduced if the "
    "paper's value lies in the middle 95 % of our runs, partly if only in the interval with sampling; a wide "
    "interval makes agreement easier. within_factor: reproduced if our mean is within the factor, partly if only "
    "our interval reaches it. ordering, at_most, at_least: reproduced if our whole interval is on the paper's "
    "side of the value (of zero for ordering, where only the sign is judged), partly if only our mean is. law: an "
    "exponent, by our interval and a tolerance. More than 10 % failed trials lower reproduced to partly. Known "
    "as: read means seen in the source or in a faithful transcript of it, quoted seen quoted by others, computed "
    "worked out by us from theory, recalled known from memory only; the last two are compared by the same rule but "
    "never called reproduced."
)


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
    extra = record.measurements.get("tables", [])
    for table in extra:
        tables.write(folder / "tables", table["id"], table["title"], table["columns"], table["rows"])
    keys = cited(paper, record)
    (folder / "references.bib").write_text(citations.bibtex(entries, keys), encoding="utf-8")
    context = _context(record, paper, entries, keys, words) | {"figures": shown, "tables": extra}
    for name in ("report.md", "report.html"):
        (folder / name).write_text(environment().get_template(f"{name}.j2").render(context), encoding="utf-8")


def cited(paper: Paper, record: Record) -> list[str]:
    """Every key of references.bib that the report leans on, the paper's own first."""
    keys = [paper.paper.key, *(c.paper for c in record.claims), *(o.key for c in record.claims for o in c.comparators)]
    keys += [key for note in (*paper.note, *paper.open_question) for key in note.keys]
    keys += [key for choice in (*paper.assumption, *paper.substitution) for key in choice.keys]
    return list(dict.fromkeys(keys))


def credit_of(picture: Picture, record: Record, paper: Paper, entries: Mapping[str, Any]) -> Credit:
    """What the files of one figure say of it."""
    era, version = (record.reproduction, paper.reproduction.title), record.provenance["backstory"]
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
    """What {names} in captions and notes stand for: settings, measured words, and each claim's estimate as ours_ID."""
    ours = {f"ours_{c.id}": tables.claim_cells(c)[2] for c in record.claims}
    return {**record.settings, **record.measurements.get("words", {}), **ours, "seeds": len(record.seeds), "band": BAND}


def _context(
    record: Record, paper: Paper, entries: Mapping[str, Any], keys: Sequence[str], words: Mapping[str, Any]
) -> dict[str, Any]:
    era, version = paper.reproduction, record.provenance["backstory"]
    return {
        "record": record,
        "paper": paper,
        "era": era,
        "claims": [_claim(claim, entries) for claim in record.claims],
        "told": tally(record),
        "sampled": any(claim.ours and claim.ours.wide_low is not None for claim in record.claims),
        "legend": LEGEND,
        "failures": f" ({record.measurements['failures']})" if record.measurements.get("failures") else "",
        "notes": [
            note.text.format(**words) for note in paper.note if note.only_when.items() <= record.settings.items()
        ],
        "references": [(key, citations.plain(entries, key)) for key in keys],
        "main_reference": citations.plain(entries, paper.paper.key),
        "cite_plain": citations.project_plain(version, (era.id, era.title)),
        "cite_bibtex": citations.project_bibtex(version, (era.id, era.title)),
        "command": _command(record),
        "settings": sorted(record.settings.items()),
    }


def _command(record: Record) -> str:
    """The command that makes this record again, its changed settings included."""
    preset, _, changed = record.preset.partition(", changed: ")
    return " ".join(
        ["backstory run", record.reproduction, "--preset", preset, *(f"--set '{c}'" for c in changed.split())]
    )


def _claim(claim: ClaimResult, entries: Mapping[str, Any]) -> dict[str, Any]:
    cells = dict(zip(tables.CLAIM_COLUMNS, tables.claim_cells(claim), strict=True))
    unit = claim.unit if claim.unit == "%" else ""
    others = [
        f"{_author(entries[o.key])} {entries[o.key].fields['year']}: {tables.number(o.value, unit)} ({o.note})"
        for o in claim.comparators
    ]
    of = tables.interval_of(claim.ours.covers) if claim.ours and not claim.ours.counted else ""
    return cells | {"result": claim, "of": of, "slug": slug(claim.verdict), "others": others}


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
