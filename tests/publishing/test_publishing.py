"""Figures, tables, citations and folders."""

import csv
import errno
import io
import re
from pathlib import Path

import numpy as np
import pytest

from core.errors import BackstoryError
from core.evidence.claims import Comparator, Rule
from core.evidence.record import ClaimResult, Ours
from core.publishing import citations, documents, figures, folders, latex, tables
from core.publishing.credits import Credit
from reproductions.cli import catalogue, execute


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [
        (None, "", ""),
        (64660, "", "64,660"),
        (5.0, "%", "5 %"),
        (0.14, "%", "0.14 %"),
        (2.5e-3, "", "0.0025"),
        (-3.1, "", "-3.1"),
        (12.345, "", "12.3"),
        (1.2e-5, "", "1.2e-05"),
        (123456.7, "", "123,457"),
        (123456789.5, "", "1.23e+08"),
        ("yes", "", "yes"),
        (0, "", "0"),
        (float("nan"), "", ""),
    ],
)
def test_numbers_are_written_as_people_read_them(value, unit, text):
    assert tables.number(value, unit) == text


def claim(**change):
    fields = {
        "id": "c",
        "paper": "lecun1989backpropagation",
        "statement": "50 % | half_of",
        "value": 5.0,
        "unit": "%",
        "where": "w",
        "standing": "read",
        "shown": "",
        "rule": Rule(kind="interval", because="b"),
        "verdict": "reproduced",
        "reason": "r",
        "comparators": [],
        "ours": Ours(estimate=5.2, low=4.9, high=5.5, n=30, wide_low=4.0, wide_high=6.0),
    }
    return ClaimResult(**(fields | change))


def test_a_claim_as_cells():
    assert tables.claim_cells(claim())[1:6] == ["5 %", "5.2 %", "4.9 – 5.5 %", "4 – 6 %", "30"]
    assert tables.claim_cells(claim(ours=None))[2] == "not measured"
    assert tables.claim_cells(claim(standing="recalled"))[0].endswith("[recalled]")


def test_tables_escape_what_their_form_cannot_hold():
    lines = [tables.claim_cells(claim())]
    assert "50 % \\| half_of" in tables.as_markdown(tables.CLAIM_COLUMNS, lines)
    source = tables.as_latex(tables.CLAIM_COLUMNS, lines, "5 & 6")
    assert r"50 \% \textbar{} half\_of" in source
    assert r"\caption{5 \& 6}" in source
    assert source.count(r"\toprule") == source.count(r"\bottomrule") == 1
    read = list(csv.reader(io.StringIO(tables.as_csv(["a", "b"], [["x,y", None], [0.1 + 0.2, 3]]))))
    assert read == [["a", "b"], ["x,y", ""], ["0.30000000000000004", "3"]]


@pytest.mark.parametrize(
    ("text", "source"),
    [
        ("n² ± ½", r"n$^2$ $\pm$ $\frac12$"),
        ("η, Σ, ρ, Α", r"$\eta$, $\Sigma$, $\rho$, $A$"),
        ("-3.1", "$-$3.1"),
        ("p - y", "p - y"),
        ("2-2-1", "2-2-1"),
        ("1 < 2", r"1 \textless{} 2"),
        ("[a]*", "{[}a]{*}"),
        ("x₂, 10⁻⁵", "x$_{2}$, 10$^{−}$$^{5}$"),
        ("é", "é"),
    ],
)
def test_letters_that_latex_cannot_set_become_mathematics(text, source):
    assert latex.escape(text) == source


def test_a_latex_table_wraps_only_when_it_must_and_leaves_empty_columns_out():
    narrow = latex.table(["a", "b", "c"], [["1", "", "2"]], "t")
    assert r"\begin{longtable}{ll}" in narrow
    wide = latex.table(["a", "b"], [["word " * 40, "1"]], "t")
    assert wide.count("raggedright") == 2


def picture():
    canvas, ax = figures.canvas()
    figures.band(ax, np.arange(5), np.random.default_rng(0).random((8, 5)), figures.BLUE)
    figures.paper_line(ax, 0.5, "paper")
    figures.paper_mark(ax, 1, 0.2, "paper")
    figures.end_label(ax, 4, 0.5, "ours", figures.BLUE)
    return canvas


CREDIT = Credit("Title", "Source (2026).", "ab12", "backstory_lms_1959_f")


def test_a_figure_drawn_twice_is_the_same_file(tmp_path):
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    first = figures.save("f", CREDIT, picture, tmp_path / "a", figures.FORMATS)
    second = figures.save("f", CREDIT, picture, tmp_path / "b", figures.FORMATS)
    assert [p.name for p in first] == ["f.svg", "f.png", "f.pdf"]
    for a, b in zip(first, second, strict=True):
        assert a.read_bytes() == b.read_bytes()
    assert b"<title>Title</title>" in first[0].read_bytes() or b"Title" in first[0].read_bytes()


def test_coordinates_of_drawings_are_no_finer_than_hundredths(tmp_path):
    (path,) = figures.save("f", CREDIT, picture, tmp_path, ["svg"])
    drawn = path.read_text()
    places = re.findall(r"\.\d+", " ".join(re.findall(r' [dxy]="([^"]*)"', drawn)))
    assert len(places) > 100
    assert max(map(len, places)) == 3
    assert re.search(r"scale\(0\.015625\b", drawn)  # the size of letters is left as it was


def test_every_figure_file_carries_its_credit(tmp_path):
    from PIL import Image

    def film():
        return figures.Film(picture(), lambda k: picture(), range(2))

    svg, png, pdf = figures.save("f", CREDIT, film, tmp_path, ("svg", "png", "pdf"))
    with Image.open(png) as one, Image.open(tmp_path / "f.gif") as other:
        told = [svg.read_text(), "\n".join(map(str, one.info.values())), other.info["comment"].decode()]
    told.append(pdf.read_bytes().decode("latin-1"))
    for text in told:
        for part in ("Title", "The Backstory project", "CC BY 4.0", "Source", "(2026", "ab12", "backstory_lms_1959_f"):
            assert part in text.replace("\\(", "(")


def test_a_strip_shows_every_seed_and_the_papers_value():
    _, ax = figures.canvas()
    figures.strip(ax, [("a", np.array([1.0, 2.0]), 1.5), ("b", np.array([3.0]), None)], [figures.BLUE, figures.RED])
    points = [line for line in ax.lines if line.get_marker() == "o"]
    assert [len(line.get_xdata()) for line in points] == [2, 1]
    assert [line.get_xdata() for line in ax.lines if line.get_marker() == "D"] == [[1.5]]


def test_every_entry_of_the_bibliography_can_be_written():
    known = citations.load(catalogue.BIBLIOGRAPHY)
    for key in known:
        assert known[key].fields["year"] in citations.plain(known, key)
        assert key in citations.bibtex(known, [key])
        assert f"({known[key].fields['year']})" in citations.apa(known, key)
    assert citations.apa(known, "lecun1989backpropagation") == (
        "LeCun, Y., Boser, B., Denker, J. S., Henderson, D., Howard, R. E., Hubbard, W., & Jackel, L. D. (1989). "
        "Backpropagation Applied to Handwritten Zip Code Recognition. Neural Computation, 1(4), 541–551."
    )


def test_an_unknown_reference_is_refused(tmp_path):
    with pytest.raises(BackstoryError, match="no reference 'nobody'"):
        citations.plain(citations.load(catalogue.BIBLIOGRAPHY), "nobody")
    with pytest.raises(BackstoryError, match="cannot read the references"):
        citations.load(tmp_path / "none.bib")


def test_a_folder_is_replaced_whole_or_not_at_all(tmp_path):
    target = tmp_path / "out" / "report"
    with folders.replacing(target) as working:
        (working / "a").write_text("1")
    assert [p.name for p in target.iterdir()] == ["a"]
    with pytest.raises(ZeroDivisionError), folders.replacing(target) as working:
        (working / "b").write_text(str(1 // 0))
    with pytest.raises(BackstoryError, match="No space left"), folders.replacing(target) as working:
        raise OSError(errno.ENOSPC, "No space left on device")
    assert [p.name for p in target.iterdir()] == ["a"]
    with folders.replacing(target) as working:
        (working / "b").write_text("2")
    assert [p.name for p in target.iterdir()] == ["b"]
    assert [p.name for p in target.parent.iterdir()] == ["report"]


def test_a_folder_set_aside_by_a_killed_run_comes_back(tmp_path):
    aside = tmp_path / ".report-abc-old"
    aside.mkdir()
    (aside / "a").write_text("1")
    with pytest.raises(ZeroDivisionError), folders.replacing(tmp_path / "report"):
        _ = 1 // 0
    assert (tmp_path / "report" / "a").read_text() == "1"


def test_a_place_that_cannot_be_written_is_found_out_before_the_work(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(BackstoryError, match=r"cannot write to .*--out"):
        folders.check_writable(tmp_path / "file" / "reports")


@pytest.mark.parametrize(("seconds", "text"), [(6.43, "6.43 s"), (119, "119 s"), (750, "12 min"), (9000, "2.5 h")])
def test_durations_are_said_as_people_say_them(seconds, text):
    assert documents.duration(seconds) == text


def test_comparators_are_named_by_author_and_year():
    known = citations.load(catalogue.BIBLIOGRAPHY)
    other = Comparator(key="karpathy2022deep", value=4.09, note="on MNIST")
    shown = documents._claim(claim(comparators=[other]), known)
    assert shown["others"] == ["Karpathy 2022: 4.09 % (on MNIST)"]


def test_a_file_is_replaced_whole_or_not_at_all(tmp_path, monkeypatch):
    assert folders.write_files(tmp_path, {"a.txt": "é", "sub/b.bin": b"\0"}) == [
        tmp_path / "a.txt",
        tmp_path / "sub/b.bin",
    ]
    assert (tmp_path / "a.txt").read_bytes() == "é".encode()

    def full(path, content):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(Path, "write_bytes", full)
    with pytest.raises(BackstoryError, match="No space left"):
        folders.write_files(tmp_path, {"a.txt": "new"})
    assert (tmp_path / "a.txt").read_text(encoding="utf-8") == "é"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.txt", "sub"]


def test_labels_at_the_ends_of_lines_keep_apart():
    _, ax = figures.canvas()
    ax.set(xlim=(0, 1), ylim=(0, 1))
    figures.end_labels(ax, [(0.5, 0.5, "a", "r"), (0.5, 0.52, "b", "g"), (0.55, 0.51, "c", "b"), (0.9, 0.51, "d", "k")])
    found = {text.get_text(): text.xy for text in ax.texts}
    assert found["a"] == pytest.approx((0.5, 0.5))
    assert found["d"] == pytest.approx((0.9, 0.51))  # far enough to the right
    heights = sorted(found[name][1] for name in "abc")
    assert np.all(np.diff(heights) > 0.05)


def test_films_as_mp4_need_ffmpeg_and_say_so(tmp_path, monkeypatch):
    def film():
        return figures.Film(picture(), lambda k: picture(), range(2))

    monkeypatch.setattr(figures.shutil, "which", lambda name: None)
    with pytest.raises(BackstoryError, match="ffmpeg"):
        figures.save("f", CREDIT, film, tmp_path, ("svg", "mp4"))
    paths = figures.save("g", CREDIT, picture, tmp_path, ("svg", "mp4"))  # a figure that stands still needs none
    assert [path.name for path in paths] == ["g.svg"]
    with pytest.raises(BackstoryError, match="ffmpeg"):  # the command says so before it trains anything
        execute.check_formats(["svg", "mp4"])


def test_films_as_mp4_are_handed_to_ffmpeg_frame_by_frame(tmp_path, monkeypatch):
    program = tmp_path / "ffmpeg"
    program.write_text('#!/bin/sh\nfor last; do :; done\ncat | wc -c > "$last"\n')
    program.chmod(0o755)
    monkeypatch.setattr(figures.shutil, "which", lambda name: str(program))
    figures.save("f", CREDIT, lambda: figures.Film(picture(), lambda k: picture(), range(3)), tmp_path, ("svg", "mp4"))
    width, height = 560, 336
    assert int((tmp_path / "f.mp4").read_text()) == 3 * 3 * width * height
    program.write_text("#!/bin/sh\necho no such encoder >&2\nexit 1\n")
    with pytest.raises(BackstoryError, match="no such encoder"):
        figures.save("f", CREDIT, lambda: figures.Film(picture(), lambda k: picture(), range(3)), tmp_path, ("mp4",))
