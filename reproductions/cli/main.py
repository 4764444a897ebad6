"""The commands that run and show reproductions; `share`, `judging`, `author` and `telling` hold the others."""

from __future__ import annotations

import gc
import locale
import os
import signal
import sys
import tempfile
import threading
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Annotated, Any

import typer

from core.errors import BackstoryError, unknown
from reproductions.cli import author, catalogue, judging, share, telling
from reproductions.cli.console import (
    AsJson,
    Formats,
    Name,
    Out,
    Preset,
    Reports,
    as_json,
    complain,
    plain_where_needed,
    say,
)

app = typer.Typer(
    name="backstory",
    help="The history of backpropagation, re-run. Start with `backstory list`, then `backstory run NAME`.",
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


@app.command("list")
def list_(json_: AsJson = False) -> None:
    """List the reproductions: what each asks, and what its two presets do."""
    found = catalogue.entries()
    _tell_broken()
    if json_:
        return as_json([{k: v for k, v in e.items() if k not in ("file", "did")} for e in found])
    for e in found:
        say(f"{e['id']}  {e['title']}, {e['claims']} claims")
        say(f"  {e['question']}")
        say(f"  quick: {e['quick']}")
        say(f"  paper: {e['paper']}")
    return None


def _tell_broken() -> None:
    for sentence in catalogue.broken().values():
        complain(str(sentence))


@app.command()
def run(
    name: Name,
    preset: Preset = "quick",
    seeds: Annotated[int | None, typer.Option(help="Number of seeds of the main study.")] = None,
    set_: Annotated[
        list[str] | None,
        typer.Option("--set", metavar="NAME=VALUE", help="Change a setting; `backstory settings NAME` tells them."),
    ] = None,
    workers: Annotated[int, typer.Option(help="Processes on this machine; 0 means one per core.")] = 0,
    scheduler: Annotated[str | None, typer.Option(help="Address of a Dask scheduler to use instead.")] = None,
    out: Out = Path("reports"),
    formats: Formats = "",
    fresh: Annotated[bool, typer.Option("--fresh", help="Run every trial again, even finished ones.")] = False,
    quiet: Annotated[bool, typer.Option("--quiet", help="Say nothing unless something is wrong.")] = False,
    json_: AsJson = False,
) -> None:
    """Run a reproduction over many seeds and write its report.

    Finished trials are kept, so a run that was stopped goes on where it was when started again. Results of changed
    settings go to custom/, each into a folder named after the change, and never replace a published report.
    """
    from core.evidence.trials import Workers, check_scheduler, cores
    from reproductions.cli import execute

    most = 4 * cores()
    if not 0 <= workers <= most:
        raise BackstoryError(
            f"--workers cannot be {workers}; this machine has {cores()} cores: give 1 to {most}, or 0 for one per core."
        )
    execute.check_preset(preset)
    if scheduler is not None:
        check_scheduler(scheduler)
    where = Workers(workers or cores(), scheduler)
    endings = tuple((formats or execute.FORMATS[preset]).split(","))
    requests = [
        execute.Request(one, preset, tuple(set_ or ()), seeds, where, out, endings, fresh, quiet or json_)
        for one in catalogue.chosen(name)
    ]
    _tell_broken()
    results = [execute.run(request) for request in requests]
    from core.publishing.terminal import print_verdicts, tally_line
    from reproductions.cli import front_page

    front = front_page.after(name, preset, out)
    if json_:
        return as_json(
            [{"folder": str(folder), "record": record.model_dump(mode="json")} for record, folder in results]
        )
    if quiet:
        return None
    for record, folder in results:
        if name == "all":
            say(tally_line(record))
        else:
            print_verdicts(record)
            say(f"Report: {folder / 'report.html'} (and report.md, record.json, figures, tables)")
    for page in front:
        say(f"All of them on one page: {page}; `backstory verdicts NAME` tells every claim.")
    return None


@app.command()
def report(
    name: Name,
    preset: Annotated[
        str, typer.Option(help="paper or quick; without it the published report, else the quick one.")
    ] = "",
    reports: Reports = Path("reports"),
    formats: Formats = "",
    json_: AsJson = False,
) -> None:
    """Write a report again from its record, without training, byte for byte; with `all` also the page of all reports.

    Claims are judged by the paper file as it is now, and measured again from the published trials.
    """
    from reproductions.cli import execute, front_page

    if preset:
        execute.check_preset(preset)
    chosen = front_page.chosen(name, preset or "paper", reports)
    written = [execute.redraw(one, preset, reports, formats.split(",") if formats else []) for one in chosen]
    front = front_page.after(name, preset or "paper", reports)
    if json_:
        return as_json([str(folder) for folder in written])
    for page in [*(folder / "report.html" for folder in written), *front]:
        say(f"Report: {page}")
    return None


@app.command()
def verdicts(
    name: Annotated[str, typer.Argument(help="A reproduction, or all.")] = "all",
    reports: Reports = Path("reports"),
    json_: AsJson = False,
) -> None:
    """Show the verdict table of every record under the report folder."""
    from core.publishing.terminal import print_verdicts
    from reproductions.cli import execute

    wanted = set(catalogue.chosen(name))
    readable, faults = execute.found_records(reports)
    for fault in faults:
        complain(f"skipped: {fault}")
    found = [(place, record) for place, record in readable if record.reproduction in wanted]
    if not found:
        what = "any reproduction" if name == "all" else name
        raise BackstoryError(f"there is no record of {what} under {reports}; make one with `backstory run {name}`.")
    if json_:
        keys = ("reproduction", "preset", "claims")
        return as_json([{"folder": str(p), **{k: r.model_dump(mode="json")[k] for k in keys}} for p, r in found])
    for _, record in found:
        print_verdicts(record)
    return None


@app.command()
def settings(
    name: Annotated[str, typer.Argument(help="A reproduction's name as `backstory list` shows it.")],
    preset: Preset = "quick",
    json_: AsJson = False,
) -> None:
    """Tell every setting of a reproduction: what it means, its value in the preset, its limits, how to change it."""
    from reproductions.cli import execute, options, rooms

    lines = options.described(rooms.presets_of(catalogue.entry(name)["id"])[execute.check_preset(preset)])
    if json_:
        return as_json(lines)
    say(f"Settings of {name}, preset {preset}. Change one with: backstory run {name} --set NAME=VALUE")
    for line in lines:
        say(f"\n{line['setting']} = {line['default']}")
        say(f"  {line['meaning']}")
        say(f"  {line['limits']}; for example {line['example']}")
    return None


@app.command()
def data(
    name: Annotated[str, typer.Argument(help="A data set, or all.")] = "all",
    fetch: Annotated[bool, typer.Option("--fetch", help="Download what is missing, and verify everything.")] = False,
    quiet: Annotated[bool, typer.Option("--quiet", help="No progress.")] = False,
    json_: AsJson = False,
) -> None:
    """Show which data sets are here, and where they are looked for."""
    from core.datasets import store

    if name != "all" and name not in store.DATASETS:
        raise unknown("data set", name, store.DATASETS)
    names = list(store.DATASETS) if name == "all" else [name]
    rows = [row for one in names for row in store.status(one, fetch=fetch, quiet=quiet or json_)]
    if json_:
        return as_json(rows)
    say(f"Looked for in $BACKSTORY_DATA ({store.data_folder() or 'not set'}), then in {store.cache_folder() / 'data'}.")
    for dataset, text in store.DESCRIPTIONS.items():
        say(f"{dataset}: {text}")
    for row in rows:
        get = f"`backstory data --fetch` gets it from {row['from']}"
        say(f"  {row['dataset']}, {row['file']}: {row['state']}, {row['place'] or get}")
    return None


@app.command()
def doctor(json_: AsJson = False) -> None:
    """Check this installation: versions, cores, folders, data, and the compiled loops."""
    from reproductions.cli.doctor import findings

    found = findings()
    if json_:
        as_json([{"check": what, "ok": ok, "finding": text} for what, ok, text in found])
    else:
        for what, ok, text in found:
            say(f"{'ok ' if ok else 'BAD'}  {what}: {text}")
    if not all(ok for _, ok, _ in found):
        raise typer.Exit(1)


app.command()(share.compare)
app.command()(share.cite)
app.command()(share.slides)
app.command()(share.figures)
app.command()(share.course)
app.command()(telling.tell)
app.command()(judging.number)
app.command()(judging.judge)
app.command()(judging.verify)
app.command()(author.new)
app.command()(author.check)


def _stop(signum: int, frame: Any) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # a second Ctrl-C while the first is being tidied up changes nothing
    raise KeyboardInterrupt


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line; exits with 0, with 2 and one sentence on bad input, or with 130 when interrupted."""
    plain_where_needed()
    _keep_drawing_apart()
    if threading.current_thread() is threading.main_thread():
        for one in (signal.SIGTERM, signal.SIGINT):
            signal.signal(one, _stop)
    words = list(sys.argv[1:] if arguments is None else arguments)
    _warn_of_another_checkout()
    try:
        status = app(args=words or ["--help"], prog_name="backstory", standalone_mode=False)
        sys.stdout.flush()
    except BackstoryError as fault:
        status = _complain(str(fault))
    except (KeyboardInterrupt, typer.Abort):
        status = 130
    except BrokenPipeError:
        _leave_pipe()
        status = 0
    except SystemExit as left:  # typer's own answer to a reader who is gone is 1
        _leave_pipe()
        status = 0 if left.code == 1 else left.code
    except OSError as fault:
        _leave_pipe()
        status = _complain(f"cannot write the output ({fault.strerror or fault}); make room, or send it elsewhere.")
    except Exception as fault:
        if not hasattr(fault, "format_message"):  # every usage error has it, in each version of typer
            raise
        page = getattr(getattr(fault, "ctx", None), "command_path", "backstory")
        status = _complain(f"{fault.format_message().rstrip('.')}; see `{page} --help`.")
    if "core.evidence.trials" in sys.modules:
        trials = sys.modules["core.evidence.trials"]
        trials.stop(at_once=status == 130)
    gc.freeze()  # what was imported need not be searched for garbage on the way out, which takes half a second
    if status == 130:
        complain("interrupted; finished trials are kept, the same command goes on from there.")
    sys.exit(status if isinstance(status, int) else 0)


def _keep_drawing_apart() -> None:
    """Let matplotlib draw without a screen or a notebook, and keep its font list beside our files, not in the home."""
    from core.datasets.store import cache_folder

    os.environ["MPLBACKEND"] = "agg"
    place = cache_folder() / "matplotlib"
    try:
        place.mkdir(parents=True, exist_ok=True)
        usable = os.access(place, os.W_OK)
    except OSError:
        usable = False
    os.environ["MPLCONFIGDIR"] = str(place) if usable else tempfile.mkdtemp(prefix="backstory-fonts-")
    os.environ.pop("MATPLOTLIBRC", None)  # figures do not follow it, but it could stop matplotlib from starting
    if not _has_locale():
        os.environ["LC_ALL"] = "C"  # a matplotlibrc in this folder may ask for the user's


def _has_locale() -> bool:
    """Whether the locale that the user's variables name is installed."""
    before = locale.setlocale(locale.LC_ALL)
    try:
        locale.setlocale(locale.LC_ALL, "")
    except locale.Error:
        return False
    finally:
        locale.setlocale(locale.LC_ALL, before)
    return True


def _leave_pipe() -> None:
    """Let what is still to be written go nowhere, so that closing the stream at the end does not complain."""
    with suppress(OSError, ValueError):  # a stream that is no file has nothing to be redirected
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _complain(text: str) -> int:
    complain(str(text))
    return 2


def _warn_of_another_checkout() -> None:
    """Say so if the folder we are in holds another copy of this program: its environment was copied with it."""
    mine = Path(__file__).resolve().parents[2]
    for folder in (Path.cwd(), *Path.cwd().parents):
        if (folder / "reproductions" / "cli" / "main.py").is_file():
            if folder.resolve() != mine:
                complain(
                    f"this runs the code in {mine}, not that of the folder you are in ({folder}); "
                    "run `make` there, or remove its .venv first."
                )
            return


if __name__ == "__main__":
    main()
