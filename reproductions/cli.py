"""The command line: backstory list | run | report | verdicts | compare | cite | slides | data | doctor."""

from __future__ import annotations

import signal
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

import typer

from core.errors import BackstoryError, unknown
from reproductions import catalogue, cli_sharing
from reproductions.console import AsJson, Formats, Name, Out, Preset, as_json, say

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
    if json_:
        return as_json([{k: v for k, v in e.items() if k not in ("file", "did")} for e in found])
    for e in found:
        say(f"{e['id']}  {e['title']}, {e['claims']} claims")
        say(f"  {e['question']}")
        say(f"  quick: {e['quick']}")
        say(f"  paper: {e['paper']}")
    return None


@app.command()
def run(
    name: Name,
    preset: Preset = "quick",
    seeds: Annotated[int | None, typer.Option(help="Number of seeds of the main configuration.")] = None,
    set_: Annotated[list[str] | None, typer.Option("--set", metavar="NAME=VALUE", help="Change a setting.")] = None,
    workers: Annotated[int, typer.Option(help="Processes on this machine; 0 means one per core.")] = 0,
    scheduler: Annotated[str | None, typer.Option(help="Address of a Dask scheduler to use instead.")] = None,
    out: Out = Path("reports"),
    formats: Formats = "svg,png",
    fresh: Annotated[bool, typer.Option("--fresh", help="Run every trial again, even finished ones.")] = False,
    quiet: Annotated[bool, typer.Option("--quiet", help="No progress.")] = False,
    json_: AsJson = False,
) -> None:
    """Run a reproduction over many seeds and write its report.

    Finished trials are kept, so a run that was stopped goes on where it was when started again. Results of changed
    settings go to custom/ and never replace a published report.
    """
    from core.evidence.trials import Workers, cores
    from core.publishing.terminal import print_verdicts
    from reproductions import execute, exhibition

    if workers < 0:
        raise BackstoryError(f"--workers cannot be {workers}; give a number of processes, or 0 for one per core.")
    where = Workers(workers or cores(), scheduler)
    requests = [
        execute.Request(
            one, preset, tuple(set_ or ()), seeds, where, out, tuple(formats.split(",")), fresh, quiet or json_
        )
        for one in catalogue.chosen(name)
    ]
    results = [execute.run(request) for request in requests]
    front = exhibition.after(name, preset, out)
    if json_:
        return as_json(
            [{"folder": str(folder), "record": record.model_dump(mode="json")} for record, folder in results]
        )
    for record, folder in results:
        print_verdicts(record)
        say(f"Report: {folder / 'report.html'} (and report.md, record.json, figures, tables)\n")
    for page in front:
        say(f"All of them on one page: {page}")


@app.command()
def report(
    name: Name,
    preset: Preset = "paper",
    out: Out = Path("reports"),
    formats: Formats = "svg,png",
    json_: AsJson = False,
) -> None:
    """Draw a report again from its record, without training, byte for byte; with `all` also the page of all reports."""
    from reproductions import execute, exhibition

    chosen = exhibition.chosen(name, preset, out)
    folders = [execute.redraw(one, preset, out, formats.split(",")) for one in chosen]
    front = exhibition.after(name, preset, out)
    if json_:
        return as_json([str(folder) for folder in folders])
    for page in [*(folder / "report.html" for folder in folders), *front]:
        say(f"Report: {page}")


@app.command()
def verdicts(
    name: Annotated[str, typer.Argument(help="A reproduction, or all.")] = "all",
    out: Out = Path("reports"),
    json_: AsJson = False,
) -> None:
    """Show the verdict table of every record under the report folder."""
    from core.publishing.terminal import print_verdicts
    from reproductions import execute

    wanted = set(catalogue.chosen(name))
    readable, faults = execute.found_records(out)
    for fault in faults:
        typer.echo(f"backstory: skipped: {fault}", err=True)
    found = [(place, record) for place, record in readable if record.reproduction in wanted]
    if not found:
        what = "any reproduction" if name == "all" else name
        raise BackstoryError(f"there is no record of {what} under {out}; make one with `backstory run {name}`.")
    if json_:
        keys = ("reproduction", "preset", "claims")
        return as_json([{"folder": str(p), **{k: r.model_dump(mode="json")[k] for k in keys}} for p, r in found])
    for _, record in found:
        print_verdicts(record)
    return None


app.command()(cli_sharing.compare)
app.command()(cli_sharing.cite)
app.command()(cli_sharing.slides)


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
        get = f"`backstory data --fetch` gets it from {row['from']}" if row["from"] else "no public mirror is known"
        say(f"  {row['dataset']}, {row['file']}: {row['state']}, {row['place'] or get}")
    return None


@app.command()
def doctor(json_: AsJson = False) -> None:
    """Check this installation: versions, cores, folders, data, and the compiled loops."""
    from reproductions.doctor import findings

    found = findings()
    if json_:
        as_json([{"check": what, "ok": ok, "finding": text} for what, ok, text in found])
    else:
        for what, ok, text in found:
            say(f"{'ok ' if ok else 'BAD'}  {what}: {text}")
    if not all(ok for _, ok, _ in found):
        raise typer.Exit(1)


def _stop(signum: int, frame: Any) -> None:
    raise KeyboardInterrupt


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line; exits with 0, with 2 and one sentence on bad input, or with 130 when interrupted."""
    signal.signal(signal.SIGTERM, _stop)
    words = list(sys.argv[1:] if arguments is None else arguments)
    try:
        status = app(args=words or ["--help"], prog_name="backstory", standalone_mode=False)
    except BackstoryError as fault:
        status = _complain(str(fault))
    except (KeyboardInterrupt, typer.Abort):
        status = 130
    except BrokenPipeError:
        sys.stderr.close()
        status = 0
    except Exception as fault:
        if not hasattr(fault, "format_message"):  # every usage error has it, in each version of typer
            raise
        status = _complain(f"{fault.format_message().rstrip('.')}; see `backstory --help`.")
    if status == 130:
        typer.echo("backstory: interrupted; finished trials are kept, the same command goes on from there.", err=True)
    sys.exit(status if isinstance(status, int) else 0)


def _complain(text: str) -> int:
    typer.echo(f"backstory: {text}", err=True)
    return 2


if __name__ == "__main__":
    main()
