"""The commands for those who show and teach: compare, cite, slides, figures and course."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from core.errors import BackstoryError, unknown
from reproductions.cli import catalogue
from reproductions.cli.console import AsJson, Reports, as_json, expanded, say

if TYPE_CHECKING:
    from core.evidence.claims import Claim, Paper, Picture
    from core.publishing.slides import Slide, Talk

Where = Annotated[str, typer.Argument(metavar="RECORD", help="A record.json, its folder, or a published reproduction.")]
Into = Annotated[Path, typer.Option("--out", parser=expanded, metavar="FOLDER", help="Folder to write to.")]
Theme = Annotated[str, typer.Option(help="light or dark; pictures are drawn for it.")]


def compare(before: Where, after: Where, reports: Reports = Path("reports"), json_: AsJson = False) -> None:
    """Set two records of one reproduction side by side: changed settings, and each claim before and after."""
    from core.evidence import comparison
    from core.publishing.terminal import print_comparison

    found = comparison.compare(*(comparison.load(_place(where, reports)) for where in (before, after)))
    if json_:
        return as_json(found.model_dump(mode="json"))
    return print_comparison(found)


def _place(where: str, reports: Path) -> Path:
    from reproductions.cli import execute

    path = expanded(where)
    if path.exists() or os.sep in where or path.suffix == ".json":
        return path
    return execute.place_of(where, "", reports)


def cite(
    name: Annotated[str | None, typer.Argument(help="A reproduction; without it, the whole suite.")] = None,
    figure: Annotated[str | None, typer.Option(metavar="ID", help="One figure: its file name, without ending.")] = None,
    claim: Annotated[str | None, typer.Option(metavar="ID", help="One claim, by its id in reports/claims.csv.")] = None,
    style: Annotated[
        str, typer.Option(help="bibtex, apa, csl (CSL-JSON), or caption: one line to stand below a figure.")
    ] = "bibtex",
    json_: AsJson = False,
) -> None:
    """Print how to cite the suite, a reproduction, one figure or one claim, with every original paper it rests on.

    For example: `backstory cite NAME --figure ID --style apa`, with a name as `backstory list` shows it, and an ID as
    `backstory slides NAME --figures list` does.
    """
    from importlib.metadata import version as installed

    from core.publishing import citations, citing
    from reproductions.cli import rooms

    if style not in citing.STYLES:
        raise BackstoryError(f"there is no citation style {style!r}; choose {', '.join(citing.STYLES)}.")
    if figure and claim:
        raise BackstoryError("give a figure or a claim to cite, not both.")
    if not name and (figure or claim):
        name = _owner(figure or claim or "", "figure" if figure else "claim")
    papers = [rooms.paper_of(name)] if name else list(_papers().values())
    entries, version = citations.load(catalogue.BIBLIOGRAPHY), installed("backstory")
    keys = list(dict.fromkeys(key for paper in papers for key in paper.originals()))
    work = citing.Work(version)
    if name:
        era = papers[0].reproduction
        part = None
        if figure:
            picture = _pictures(papers[0])[_known(figure, _pictures(papers[0]), f"figure of {name} called")]
            part, keys = citing.Part("figure", figure, picture.title), papers[0].keys_of(picture)
        if claim:
            one = _claims(papers[0])[_known(claim, _claims(papers[0]), f"claim of {name} called")]
            part, keys = citing.Part("claim", claim, one.statement), list(dict.fromkeys([one.key, *one.beside]))
        work = citing.Work(version, era.id, era.title, part)
    if style == "csl":
        return as_json([work.csl(), *(citations.csl(entries, key) for key in keys)])
    if style == "caption":
        after = keys if name else [paper.paper.key for paper in papers]
        texts = [work.caption(citing.after_keys(after, entries))]
    elif style == "apa":
        texts = [work.apa(), *citations.apa_all(entries, keys)]
    else:
        texts = [work.bibtex(), *(citations.bibtex(entries, [key]) for key in keys)]
    if json_:
        return as_json({"style": style, "citations": texts})
    return say("\n".join(text.rstrip("\n") for text in texts))


def _papers() -> dict[str, Paper]:
    """Every paper file that can be read; what is wrong with another costs one sentence."""
    from reproductions.cli import rooms

    found = {}
    for one in catalogue.ids():
        try:
            found[one] = rooms.paper_of(one)
        except BackstoryError as fault:
            typer.echo(f"backstory: left out: {fault}", err=True)
    return found


def _pictures(paper: Paper) -> Mapping[str, Picture]:
    from core.evidence.claims import Picture
    from core.publishing import pictures

    title = "The verdicts in one picture"
    verdicts = Picture(id=pictures.VERDICTS, title=title, caption="", alt="", keys=paper.originals())
    return {picture.id: picture for picture in pictures.pictures(paper, verdicts)}


def _claims(paper: Paper) -> Mapping[str, Claim]:
    return {claim.id: claim for claim in paper.claim}


def _known(name: str, known: Mapping[str, Any], what: str) -> str:
    if name not in known:
        raise unknown(what, name, known)
    return name


def _owner(name: str, kind: str) -> str:
    """The only reproduction that has a figure or a claim of this id. Raises BackstoryError if none has, or several."""
    owners: dict[str, list[str]] = {}
    for one, paper in _papers().items():
        for part in paper.figure if kind == "figure" else paper.claim:
            owners.setdefault(part.id, []).append(one)
    if name not in owners:
        raise unknown(kind, name, owners)
    if len(owners[name]) > 1:
        raise BackstoryError(
            f"{' and '.join(owners[name])} have a {kind} {name!r}; say which, as in "
            f"`backstory cite {owners[name][0]} --{kind} {name}`."
        )
    return owners[name][0]


def slides(
    eras: Annotated[
        list[str] | None, typer.Argument(metavar="[ERA]...", help="Reproductions; else all there are.")
    ] = None,
    reports: Reports = Path("reports"),
    out: Into = Path("slides"),
    theme: Theme = "light",
    figures: Annotated[
        str, typer.Option(metavar="ID,ID", help="Only these figures, in this order; `list` tells which there are.")
    ] = "",
    verdicts: Annotated[
        str, typer.Option(help="picture: every measurement in one picture; summary: tallies and five claims; none.")
    ] = "picture",
    json_: AsJson = False,
) -> None:
    """Make a talk of reports: a 16:9 PowerPoint deck, and the same as one HTML page for a browser.

    The answer comes first, then each figure under what it shows, the verdicts, and the conclusion: three slides more
    than figures. Notes start with a sentence to say, and end with sources. In the browser arrow keys turn pages, n
    shows notes, f fills the screen.
    """
    from core.publishing import citing, decks, folders
    from core.publishing import slides as layout
    from reproductions.cli import rooms

    _among(theme, ("light", "dark"), "theme")
    _among(verdicts, layout.VERDICTS, "way to show verdicts, --verdicts")
    places = _places(eras or [], reports)
    if figures == "list":
        return _tell(
            [(f"{one}.{picture.id}", picture.says) for one in places for picture in rooms.paper_of(one).figure]
        )
    folders.check_writable(out)
    made: list[Slide] = []
    with tempfile.TemporaryDirectory() as working:
        talks = [_talk(one, place, Path(working), theme) for one, place in places.items()]
        chosen = _chosen([one.strip() for one in figures.split(",") if one.strip()], talks)
        made += [layout.opening(talks)] if len(talks) > 1 else []
        for talk in talks:
            wanted = chosen[talk.record.reproduction]
            if figures and not wanted and len(talks) > 1:
                continue
            made += layout.deck(talk, wanted, verdicts)
        single = talks[0].paper.reproduction.title if len(talks) == 1 else ""
        name, title = (talks[0].record.reproduction, f"{single}, re-run") if single else ("backstory", citing.TITLE)
        small = {s.title: size for s in made if (size := layout.small_type(s)) is not None and size < layout.SMALL}
        paths = decks.write(out, name, title, made, theme)
    quick = [talk.record.reproduction for talk in talks if talk.record.preset != "paper"]
    for one in quick:
        typer.echo(f"backstory: {one} has only a quick report under {reports}; the slides say so.", err=True)
    for what, size in small.items():
        typer.echo(f"backstory: the smallest type on the slide {what!r} is {size:g} points.", err=True)
    if json_:
        return as_json({"files": [str(path) for path in paths], "slides": len(made), "quick": quick})
    return say("\n".join(f"Slides: {path}" for path in paths))


def figures(
    name: Annotated[str, typer.Argument(metavar="ERA", help="A reproduction.")],
    reports: Reports = Path("reports"),
    out: Into = Path("figures"),
    figures: Annotated[
        str, typer.Option(metavar="ID,ID", help="Only these figures; else all; `list` tells which there are.")
    ] = "",
    width: Annotated[
        float | None, typer.Option(min=1.5, max=20, help="Inches, for a column of print; type stays readable.")
    ] = None,
    theme: Theme = "light",
    formats: Annotated[str, typer.Option(help="svg, png, pdf; mp4 for films (needs ffmpeg).")] = "pdf,png",
    json_: AsJson = False,
) -> None:
    """Draw the figures of a report anew, from its record: for a column of print, or for a dark slide.

    Each file carries its title, licence, the papers it rests on and a citation key. For a column of a two-column page
    give --width 3.3.
    """
    from core.publishing import documents, folders, verdict_picture
    from core.publishing import figures as drawing
    from core.publishing.pictures import pictures
    from reproductions.cli import execute

    _among(theme, ("light", "dark"), "theme")
    endings = execute.check_formats(formats.split(","))
    place = execute.place_of(name, "", reports)
    if figures != "list":
        folders.check_writable(out)
    with tempfile.TemporaryDirectory() as working:
        talk = _talk(name, place, Path(working), theme, drawn=True)
        draw = dict(talk.draw) | {verdict_picture.ID: lambda: verdict_picture.draw(talk.record, talk.paper)}
        known = {p.id: p for p in pictures(talk.paper, verdict_picture.picture_of(talk.record, talk.paper))}
        known = {one: picture for one, picture in known.items() if one in draw}
        if figures == "list":
            return _tell([(one, picture.says) for one, picture in known.items()])
        wanted = [one.strip() for one in figures.split(",") if one.strip()] or list(known)
        paths = []
        for one in wanted:
            picture = known[_known(one, known, f"figure of {name} called")]
            credit = documents.credit_of(picture, talk.record, talk.paper, talk.entries)
            paths += drawing.save(one, credit, draw[one], out, endings, theme=theme, width=width)
    if json_:
        return as_json([str(path) for path in paths])
    return say("\n".join(f"Figure: {path}" for path in paths))


def _tell(shown: Sequence[tuple[str, str]]) -> None:
    """Names in one column, what they show in the next."""
    width = max(len(name) for name, _ in shown)
    say("\n".join(f"{name:{width}}  {told}" for name, told in shown))


def _among(value: str, known: Sequence[str], what: str) -> None:
    if value not in known:
        raise BackstoryError(f"there is no {what} {value!r}; choose {' or '.join(known)}.")


def _places(eras: Sequence[str], reports: Path) -> dict[str, Path]:
    """The folder of each reproduction asked for; without any, all published ones, else all quick ones."""
    from reproductions.cli import execute

    if eras:
        names = list(dict.fromkeys(one for era in eras for one in catalogue.chosen(era)))
        return {one: execute.place_of(one, "", reports) for one in names}
    for preset in execute.PRESETS:
        found = {one: execute.folder_for(one, preset, reports) for one in catalogue.ids()}
        found = {one: place for one, place in found.items() if (place / "record.json").exists()}
        if found:
            return found
    raise BackstoryError(f"there is no report under {reports}; make one with `backstory run NAME`.")


def _talk(name: str, place: Path, working: Path, theme: str, drawn: bool = False) -> Talk:
    """A report and how its figures are drawn; on light ground those of the report are used where they are."""
    from core.evidence import published
    from core.evidence.record import load_record
    from core.publishing import citations
    from core.publishing.slides import Talk
    from reproductions.cli import rooms

    name = catalogue.entry(name)["id"]
    paper, entries = rooms.paper_of(name), citations.load(catalogue.BIBLIOGRAPHY)
    there = all((place / "figures" / f"{picture.id}.png").exists() for picture in paper.key_pictures())
    if theme == "light" and there and not drawn:
        return Talk(place, load_record(place / "record.json"), paper, entries, {}, working, theme)
    record, arrays = published.load(place)
    return Talk(place, record, paper, entries, rooms.room(name).figures(record, arrays), working, theme)


def _chosen(wanted: Sequence[str], talks: Sequence[Talk]) -> dict[str, list[str]]:
    """The chosen figures by reproduction, as ID or ERA.ID. Raises BackstoryError for one that there is not."""
    found: dict[str, list[str]] = {talk.record.reproduction: [] for talk in talks}
    every = {picture.id for talk in talks for picture in talk.paper.figure}
    for one in wanted:
        era, _, name = one.rpartition(".")
        owners = [
            talk.record.reproduction
            for talk in talks
            if any(picture.id == name for picture in talk.paper.figure) and era in ("", talk.record.reproduction)
        ]
        if not owners:
            raise unknown("figure", one, every)
        for owner in owners:
            found[owner].append(name)
    return found


def course(
    name: Annotated[str, typer.Argument(metavar="ERA", help="A reproduction's name as `backstory list` shows it.")],
    solutions: Annotated[
        bool, typer.Option("--solutions", help="Also the sheet and the notebook for teachers.")
    ] = False,
    out: Into = Path("course"),
    reports: Reports = Path("reports"),
    json_: AsJson = False,
) -> None:
    """Write a lesson of fifty minutes: a sheet for students (HTML, and PDF by a browser if there is one), a notebook.

    With --solutions also those for teachers, with answers from the record, the plan and what to watch for.
    """
    from core.publishing import folders
    from core.publishing.course import sheets
    from reproductions.cli import lessons

    folders.check_writable(out)
    written = lessons.write(name, out, reports, solutions=solutions)
    if json_:
        return as_json([str(path) for path in written])
    for path in written:
        say(str(path))
    if not any(path.suffix == ".pdf" for path in written):
        why = "the browser here would not print" if sheets.browser() else "there is no Chromium or Chrome here"
        say(f"No PDF: {why}; print the sheets from any browser.")
    return None
