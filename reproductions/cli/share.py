"""The commands for those who show and teach: compare, cite and slides."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

import typer

from core.errors import BackstoryError, unknown
from reproductions.cli import catalogue
from reproductions.cli.console import AsJson, Out, as_json, say

Where = Annotated[str, typer.Argument(metavar="RECORD", help="A record.json, its folder, or a published reproduction.")]


def compare(before: Where, after: Where, out: Out = Path("reports"), json_: AsJson = False) -> None:
    """Set two records of one reproduction side by side: changed settings, and each claim before and after."""
    from core.evidence import comparison
    from core.publishing.terminal import print_comparison

    found = comparison.compare(*(comparison.load(_place(where, out)) for where in (before, after)))
    if json_:
        return as_json(found.model_dump(mode="json"))
    return print_comparison(found)


def _place(where: str, out: Path) -> Path:
    path = Path(where)
    if path.exists() or os.sep in where or path.suffix == ".json":
        return path
    return out / str(catalogue.entry(where)["id"])


def cite(
    name: Annotated[str | None, typer.Argument(help="A reproduction; without it, the whole suite.")] = None,
    figure: Annotated[str | None, typer.Option(metavar="ID", help="One figure: its file name, without ending.")] = None,
    style: Annotated[str, typer.Option(help="bibtex, apa, or caption: one line to stand below a figure.")] = "bibtex",
    json_: AsJson = False,
) -> None:
    """Print how to cite the suite, a reproduction or one figure, with the original papers."""
    from importlib.metadata import version as installed

    from core.evidence.claims import load_paper
    from core.publishing import citations

    if style not in citations.STYLES:
        raise BackstoryError(f"there is no citation style {style!r}; choose {', '.join(citations.STYLES)}.")
    name = _with_figure(figure) if figure and not name else name
    papers = [load_paper(catalogue.entry(one)["file"]) for one in ([name] if name else catalogue.ids())]
    era = (papers[0].reproduction.id, papers[0].reproduction.title) if name else None
    shown = None
    if name and figure:
        titles = {picture.id: picture.title for picture in papers[0].figure}
        if figure not in titles:
            raise unknown(f"figure of {name} called", figure, titles)
        shown = (figure, titles[figure])
    entries, version = citations.load(catalogue.BIBLIOGRAPHY), installed("backstory")
    keys = list(dict.fromkeys(key for paper in papers for key in paper.originals()))
    if style == "caption":
        main = dict.fromkeys(paper.paper.key for paper in papers)
        after = "; ".join(citations.short(entries, key) for key in main)
        texts = [citations.project_caption(version, after, era, shown)]
    elif style == "apa":
        texts = [citations.project_plain(version, era, shown), *(citations.apa(entries, key) for key in keys)]
    else:
        texts = [citations.project_bibtex(version, era, shown)]
        texts += [citations.bibtex(entries, [key]) for key in keys]
    if json_:
        return as_json({"style": style, "citations": texts})
    return say("\n".join(text.rstrip("\n") for text in texts))


def _with_figure(figure: str) -> str:
    """The only reproduction that has a figure of this id. Raises BackstoryError if there is none, or more than one."""
    from core.evidence.claims import load_paper

    owners: dict[str, list[str]] = {}
    for one in catalogue.ids():
        for picture in load_paper(catalogue.entry(one)["file"]).figure:
            owners.setdefault(picture.id, []).append(one)
    if figure not in owners:
        raise unknown("figure", figure, owners)
    if len(owners[figure]) > 1:
        raise BackstoryError(
            f"{' and '.join(owners[figure])} have a figure {figure!r}; say which, as in "
            f"`backstory cite {owners[figure][0]} --figure {figure}`."
        )
    return owners[figure][0]


def slides(
    eras: Annotated[
        list[str] | None, typer.Argument(metavar="[ERA]...", help="Reproductions; else all there are.")
    ] = None,
    out: Annotated[Path, typer.Option("--out", help="Folder to write the decks to.")] = Path("slides"),
    reports: Annotated[Path, typer.Option("--reports", help="Folder that holds the published reports.")] = Path(
        "reports"
    ),
    json_: AsJson = False,
) -> None:
    """Make a talk of published reports: a 16:9 PowerPoint deck, and the same as one HTML page for a browser.

    One slide asks the question, one shows each key figure, then come verdicts and caveats; sources are in the notes.
    In the browser arrow keys turn the page, n shows the notes, f fills the screen.
    """
    from core.evidence import record as records
    from core.evidence.claims import load_paper
    from core.publishing import citations, decks, folders
    from core.publishing.slides import deck

    there = [one for one in catalogue.ids() if (reports / one / "record.json").exists()]
    chosen = list(dict.fromkeys(one for era in eras for one in catalogue.chosen(era))) if eras else there
    if not chosen:
        raise BackstoryError(f"there is no published report under {reports}; make one with `backstory run NAME`.")
    folders.check_writable(out)
    entries = citations.load(catalogue.BIBLIOGRAPHY)
    made = []
    for one in chosen:
        record = records.load_record(reports / one / "record.json")
        made += deck(reports / one, record, load_paper(catalogue.entry(one)["file"]), entries)
    single = catalogue.entry(chosen[0])["title"] if len(chosen) == 1 else ""
    name, title = (chosen[0], f"{single}, re-run") if single else ("backstory", citations.SUITE["title"])
    paths = decks.write(out, name, title, made)
    if json_:
        return as_json({"files": [str(path) for path in paths], "slides": len(made)})
    return say("\n".join(f"Slides: {path}" for path in paths))
