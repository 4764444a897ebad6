"""The front page of the reports and the story, made from the records, paper files and figures under a report folder."""

from __future__ import annotations

import os
import tomllib
from pathlib import Path

from core.errors import BackstoryError, unknown
from core.evidence import record as records
from core.evidence import story as stories
from core.evidence.tallies import tally
from core.publishing import exhibition, folders
from core.publishing import stories as story_pages
from reproductions import catalogue, execute

HERE = Path(__file__).parent
CHOICES = HERE / "exhibition.toml"
STORY = HERE / "story.toml"
MARKS = ("<!-- table: backstory report all -->\n", "<!-- end of table -->")


def recorded(preset: str, out: Path) -> list[str]:
    """The reproductions that have a record under the report folder."""
    return [name for name in catalogue.ids() if (execute.folder_for(name, preset, out) / "record.json").exists()]


def chosen(name: str, preset: str, out: Path) -> list[str]:
    """The reproductions whose reports a NAME asks to draw again: one, or for "all" every one that has a record.

    Raises BackstoryError if none has.
    """
    if name != "all":
        return catalogue.chosen(name)
    found = recorded(preset, out)
    if not found:
        raise BackstoryError(f"there is no record under {out}; make one with `backstory run all --preset {preset}`.")
    return found


def render(preset: str, out: Path, story: Path = STORY) -> dict[str, str]:
    """Every file of the exhibition by its place under `root(preset, out)`; the story only beside paper presets.

    Raises BackstoryError for a record that cannot be read, or a claim or picture that does not exist.
    """
    papers = {name: execute.paper_of(name) for name in catalogue.ids()}
    choices = _choices()
    there = recorded(preset, out)
    found = {name: records.load_record(execute.folder_for(name, preset, out) / "record.json") for name in there}
    shown = {name: {k: v for k, v in choice.items() if k != "asks"} for name, choice in choices.items()}
    exhibits = [exhibition.Exhibit(paper, found.get(name), **shown.get(name, {})) for name, paper in papers.items()]
    told = None
    if preset == "paper":
        told = stories.load_story(story)
        stories.check(told, papers)
    files = exhibition.render(root(preset, out), exhibits, told)
    if told:
        titles = {name: paper.reproduction.title for name, paper in papers.items()}
        pages = story_pages.render(told, found, titles, catalogue.BIBLIOGRAPHY)
        files |= {f"story/{name}": text for name, text in pages.items()}
    return files


def _choices() -> dict[str, dict[str, str]]:
    """The claim and picture chosen for each reproduction. Raises BackstoryError for anything else in the file."""
    found = tomllib.loads(CHOICES.read_text(encoding="utf-8"))
    known = catalogue.ids()
    for name, choice in found.items():
        if name not in known:
            raise unknown("reproduction", name, known, f"Mend {CHOICES.name}.")
        if strange := sorted(set(choice) - {"asks", "claim", "picture"}):
            raise BackstoryError(
                f"{CHOICES.name}: {name}: {strange[0]!r} is neither asks, claim nor picture; mend the entry."
            )
    return found


def readme_table(out: Path) -> str:
    """The table of reproductions of the README: era, name, question, and the verdicts of the published record."""
    lines = ["| era | name | what it asks | verdicts of the published run |", "| --- | --- | --- | --- |"]
    choices, there = _choices(), recorded("paper", out)
    for name in catalogue.ids():
        era = execute.paper_of(name).reproduction
        asks = choices.get(name, {}).get("asks", era.question)
        year = "1950s" if name.endswith("1950s") else str(era.year)
        told = "not yet published"
        if name in there:
            found = tally(records.load_record(out / name / "record.json"))
            told = f"of {found.total} experimental claims {found.words}"
            told = f"{found.equal} of {found.counts} counts agree; {told}" if found.counts else told
        lines.append(f"| {year} | [`{name}`]({out.name}/{name}/report.md) | {asks} | {told} |")
    return "\n".join(lines) + "\n"


def with_table(text: str, table: str) -> str:
    """A README with its table of reproductions written anew between its two marks; as it is if it has none."""
    before, start, rest = text.partition(MARKS[0])
    _, end, after_it = rest.partition(MARKS[1])
    return before + start + table + end + after_it if start and end else text


def root(preset: str, out: Path) -> Path:
    """The folder that holds the reports of a preset, and their front page."""
    return execute.folder_for("any", preset, out).parent


def after(name: str, preset: str, out: Path) -> list[Path]:
    """Write the exhibition after all reproductions were run or drawn again; the front page, or nothing otherwise."""
    return [write(preset, out)] if name == "all" and recorded(preset, out) else []


def write(preset: str, out: Path) -> Path:
    """Write the exhibition; each file takes the place of the old one whole. Returns the front page."""
    files, place = render(preset, out), root(preset, out)
    readme = out.resolve().parent / "README.md"
    if preset == "paper" and readme.exists():
        old = readme.read_text(encoding="utf-8")
        new = with_table(old, readme_table(out))
        files |= {os.path.relpath(readme, place.resolve()): new} if new != old else {}
    folders.write_files(place, files)
    return place / "index.html"
