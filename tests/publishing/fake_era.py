"""An era that was never run, with every outcome of every family of claims: what the publishing tests render."""

import csv
import json
from pathlib import Path

import numpy as np

from core.evidence import measured as m
from core.evidence.claims import Paper
from core.evidence.record import Provenance, Record, Spent, Table, Trials, write_record
from core.evidence.verdicts import judge
from core.publishing import documents, figures

FAMILIES = {
    "own": ("measurement", "read"),
    "count": ("theorem", "quoted"),
    "rerun": ("measurement", "rerun"),
    "derived": ("measurement", "derived"),
    "recalled": ("measurement", "recalled"),
}
MEASURED = {
    "agrees": m.Quantity(100, 96, 104, n=30),
    "partly": m.Quantity(115, 108, 122, n=30),
    "depends": {"a wide range": m.Quantity(101, 97, 105, n=30), "a narrow range": m.Quantity(300, 280, 320, n=30)},
    "undecided": m.Quantity(100, 60, 140, n=30, failed=2),
    "disagrees": m.Quantity(200, 190, 210, n=30, unfinished=3),
    "not_measured": None,
}
BIBLIOGRAPHY = """@article{first1901,
  author = {First, Ada and Second, Bo B.},
  title = {A Rule of 50\\% \\& More},
  journal = {Journal of Fakes},
  volume = {1},
  pages = {1--9},
  year = {1901}
}

@techreport{later1902,
  author = {Later, Cy},
  title = {Another report_with_underscores},
  institution = {Institute of Fakes},
  year = {1902},
  note = {Seen at https://example.org/a_b}
}

@techreport{later1902b,
  author = {Later, Cy},
  title = {Yet another report},
  institution = {Institute of Fakes},
  year = {1902}
}
"""


def paper_of(name="fake_1901", year=1901):
    """The paper file as tables."""
    rule = {"kind": "within", "tolerance": 10, "farther": 30, "because": "a tenth of the number"}
    claims = []
    for family, (kind, standing) in FAMILIES.items():
        for outcome in MEASURED:
            claim = {
                "id": f"{family}_{outcome}", "section": "first" if family in ("own", "count") else "second",
                "statement": f"A gadget of the kind {family} turns 100 times: how often it turns, {outcome}",
                "kind": kind, "standing": standing, "key": "first1901", "value": 100, "unit": "turns", "rule": rule,
                "where": "page 3" if standing in ("read", "quoted") else "as told", "resolution_is": "difference",
            }  # fmt: skip
            if outcome == "depends":
                claim["across"] = ["range"]
            if outcome == "disagrees":
                claim["changed"] = "a tolerance of a tenth in place of a half; after the first run"
                claim["comparators"] = [{"key": "later1902", "value": 120, "note": "on another gadget"}]
                claim["beside"] = ["later1902b"]
            claims.append(claim)
    claims += [
        {
            "id": "parts", "section": "second", "statement": "A gadget has two speeds", "kind": "measurement",
            "standing": "quoted", "key": "later1902", "where": "page 9", "printed": "0.14", "unit": "m/s",
            "rule": {"kind": "printed", "because": "as printed"}, "label": "two speeds",
            "parts": {"slow": {"statement": "slowly", "printed": "0.14"}, "fast": {"statement": "fast", "printed": "9"}},
        },
        {
            "id": "single", "section": "second", "statement": "A gadget stops after 558 turns: one run",
            "kind": "measurement", "standing": "read", "key": "first1901", "where": "page 4", "printed": "558",
            "scale": "log", "rule": {"kind": "printed", "because": "one run"},
        },
        {
            "id": "more", "section": "second", "statement": "Oil helps <always> & everywhere: turns more with oil",
            "kind": "measurement", "standing": "read", "key": "first1901", "where": "page 5", "shown": "more",
            "unit": "turns", "rule": {"kind": "more", "because": "no number is given"},
        },
        {
            "id": "teeth", "section": "second", "statement": "A gadget has 37 teeth", "kind": "count",
            "standing": "read", "key": "first1901", "where": "page 1", "printed": "37",
            "rule": {"kind": "printed", "because": "a count"},
        },
    ]  # fmt: skip
    return Paper.model_validate(
        {
            "reproduction": {
                "id": name, "title": f"Gadgets that turn ({year})", "year": year,
                "question": "Does a gadget turn a hundred times?",
                "answer": "It does: {ours_own_agrees} on average, of {seeds} gadgets. Not {ours_own_disagrees}.",
                "quick": "ten gadgets", "paper": "a thousand gadgets", "cost_then": "a week by hand",
                "cost_now": "for one gadget", "did": ["A gadget was turned."],
                "words": {"gadget": "a thing that turns", "turn": "once round", "oil": "what makes it slide"},
                "counting": "Turns count.", "columns": {"turns": "how often it turned"},
                "key_figures": ["turning", "spread"],
            },
            "paper": {"key": "first1901", "known_from": "a dream"},
            "card": {"asks": "Does a gadget turn?", "year": str(year), "alt": "A line that goes up, as gadgets do."},
            "explanation": {"formula": "turns = 100", "text": "Because it is built so.", "figure": "argument"},
            "section": [
                {"id": "first", "title": "Turning", "question": "Does it turn?", "finding": "{ours_own_agrees} times.",
                 "tables": ["short", "long"], "see": {"other_1950": "turns them backwards"}},
                {"id": "second", "title": "Others", "question": "And others?", "finding": "Nobody knows {nothing}."},
            ],
            "claim": claims,
            "assumption": [{"id": "oil", "what": "Oil", "ours": "none", "because": "not told", "keys": ["later1902"]}],
            "substitution": [{"id": "brass", "what": "Brass", "ours": "numbers", "because": "cheaper"}],
            "note": [
                {"text": "Gadgets vary, by {spread}.", "section": "first"},
                {"text": "Never shown.", "section": "first", "only_when": {"seeds": -1}},
                {"text": "A note of the whole."},
            ],
            "open_question": [{"text": "Why 100?"}],
            "figure": [
                {"id": "turning", "section": "first", "title": "Does it turn?", "says": "Gadgets turn a hundred times",
                 "caption": "Turns of {seeds} gadgets.", "alt": "A rising line and the paper's value as a dashed line."},
                {"id": "spread", "section": "second", "title": "Spread", "says": "They differ", "caption": "Two panels.",
                 "alt": "Two panels with a rising line each, and nothing else.", "keys": ["later1902", "later1902b"]},
                {"id": "film", "section": "second", "title": "A film", "says": "It moves", "caption": "Moving.",
                 "alt": "A point that moves to the right, four times over."},
            ],
            "exercise": [
                {"do": "predict", "title": "Predict: does it?", "text": "Guess.", "command": f"backstory run {name}",
                 "solution": "It does, {ours_own_agrees} times."}
            ],
        }
    )  # fmt: skip


def record_of(paper, preset="paper", seeds=30, wrong=()):
    """A record of it; claims named in `wrong` come out the other way."""
    rng = np.random.default_rng(3)
    measured = {f"{family}_{outcome}": ours for family in FAMILIES for outcome, ours in MEASURED.items()}
    measured |= {
        "parts": {"slow": m.Runs(rng.normal(0.14, 0.01, 30)), "fast": m.Runs(rng.normal(5, 0.1, 30))},
        "single": m.Runs(np.exp(rng.normal(6.3, 0.2, 40)), unfinished=3),
        "more": m.Quantity(3.1, 1.2, 5.0, n=30, statistic="mean difference"),
        "teeth": m.Count(37.0),
    }
    measured |= dict.fromkeys(wrong, MEASURED["disagrees"])
    settings = {"seeds": seeds, "rate": 0.5, "ranges": [0.1, 0.2], "name": "x"}
    table = Table(
        id="short", title="Turns", columns=["kind", "turns", "empty"], rows=[["a", 3, None], ["b", 1.5, None]]
    )
    long = Table(id="long", title="All | turns", columns=["n", "turns"], rows=[[k, (7 * k) % 31] for k in range(31)])
    return Record(
        schema_version=2,
        reproduction=paper.reproduction.id,
        preset=preset,
        settings=settings,
        seeds=seeds,
        claims=[judge(claim, measured.get(claim.id), settings) for claim in paper.claim],
        trials=Trials(n=1234, failed=2, failures={"diverged": 2}),
        cost=Spent(
            wall_seconds=9.0, trial_seconds=4000.0, seconds_each=0.25, trials_reused=0, workers="2 here",
            presentations=123456, operations=7_000_000_000, operations_are="multiply-accumulates",
        ),
        provenance=Provenance(
            backstory="0.1.0", commit="0123456789abcdef", python="3.11", libraries={"numpy": "2"}, system="Linux",
            processor="an abacus", data={"beads": "ab" * 32},
        ),
        tables=[table, long],
        words={"spread": "a little"},
        files={"trials.csv": "cd" * 32},
    )  # fmt: skip


def drawings():
    """What draws its figures."""

    def line(columns=1, width=5.0):
        figure, axes = figures.canvas(columns, width=width, height=3.0)
        for ax in np.atleast_1d(axes):
            ax.plot([0, 1], [0, 1], color=figures.BLUE)
            figures.paper_line(ax, 0.5, "paper: 0.5")
        return figure

    def film():
        def frame(k):
            figure, ax = figures.canvas(width=3.0, height=2.0, layout="none")
            ax.plot([k], [0], "o", color=figures.INK)
            ax.set(xlim=(0, 4))
            return figure

        return figures.Film(frame(3), frame, range(4))

    return {
        "card": lambda: line(width=3.6),
        "argument": line,
        "turning": line,
        "spread": lambda: line(2, 11.0),
        "film": film,
    }


def publish(folder: Path, name="fake_1901", year=1901, preset="paper", formats=("svg", "png"), wrong=(), **changes):
    """Write a whole report of it, with its trials and references; returns paper and record."""
    folder.mkdir(parents=True, exist_ok=True)
    bibliography = folder.parent / "references.bib"
    bibliography.write_text(BIBLIOGRAPHY, encoding="utf-8")
    paper = paper_of(name, year)
    record = record_of(paper, preset, wrong=wrong).model_copy(update=changes)
    with (folder / "trials.csv").open("w", newline="") as file:
        csv.writer(file).writerows(
            [["study", "cell", "seed", "failed", "reason", "seconds", "rate", "turns"], ["a", 0, 0, 0, "", 1, 0.5, 99]]
        )
    write_record(folder / "record.json", record)
    (folder / "cells.json").write_text(json.dumps({}))
    titles = {"other_1950": "Backwards (1950)"}
    documents.write(folder, record, paper, drawings(), bibliography, formats, titles=titles)
    return paper, record
