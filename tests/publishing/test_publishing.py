"""Figures, tables, citations and folders."""

import csv
import errno
import io
import math
import re
from pathlib import Path

import numpy as np
import pytest

from core.errors import BackstoryError
from core.evidence import measured as m
from core.evidence.claims import Claim, Rule
from core.evidence.verdicts import judge
from core.publishing import documents, figures, films, folders, latex, tables, themes
from core.publishing.credits import Credit
from reproductions.cli import execute


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
        (1.2e-5, "", "1.2 × 10⁻⁵"),
        (123456.7, "", "123,457"),
        (123456789.5, "", "1.23 × 10⁸"),
        ("yes", "", "yes"),
        (0, "", "0"),
        (float("nan"), "", ""),
    ],
)
def test_numbers_are_written_as_people_read_them(value, unit, text):
    assert tables.number(value, unit) == text


@pytest.mark.parametrize(
    ("printed", "text"),
    [("1.11e4", "11,100"), ("6e2", "600"), ("18629", "18,629"), ("0.0025", "0.0025"), ("2.5e-3", "0.0025"),
     ("7e-5", "7 × 10⁻⁵"), ("60,000", "60,000"), ("2.50", "2.50"), ("about 3", "about 3"), ("", "")],
)  # fmt: skip
def test_what_a_paper_prints_is_shown_as_readers_write_it(printed, text):
    assert tables.as_printed(printed) == text


def test_large_counts_are_told_in_three_digits():
    assert tables.about(233_280_000) == "2.33 × 10⁸"
    assert tables.about(1500) == "1,500"


def claim(measured, **changes):
    fields = {
        "id": "c", "kind": "measurement", "standing": "read", "key": "k", "where": "w", "unit": "%", "printed": "5.0",
        "statement": "50 % | half_of", "rule": Rule(kind="printed", because="b"),
    }  # fmt: skip
    return judge(Claim(**(fields | changes)), measured, {})


def test_a_claim_as_cells():
    runs = m.Runs(np.linspace(4.9, 5.5, 30))
    cells = dict(zip(tables.CLAIM_COLUMNS, tables.claim_cells(claim(runs)), strict=True))
    assert cells["paper"] == "5.0 %"
    assert cells["ours"] == "5.2 %"
    assert cells["95 % interval of"].endswith("%, a new run")
    assert cells["runs"] == "30"
    assert tables.claim_cells(claim(None))[2] == "not measured"
    assert tables.claim_cells(claim(runs, changed="because"))[5].endswith(" *")
    several = claim({"a": m.Count(5.0), "b": m.Count(6.0)}, across=["x"])
    assert tables.ours_cell(several) == "5 % (a); 6 % (b)"


def test_ends_that_there_are_none_of_are_told_in_words():
    assert tables.span(3.0, math.inf) == "3 – no end"
    assert tables.span(math.inf, math.inf) == "no end"


def test_tables_escape_what_their_form_cannot_hold():
    lines = [tables.claim_cells(claim(m.Runs(np.linspace(4.9, 5.5, 30))))]
    assert "50 % \\| half_of" in tables.as_markdown(tables.CLAIM_COLUMNS, lines)
    source = tables.as_latex(tables.CLAIM_COLUMNS, lines, "5 & 6")
    assert r"50 \% \textbar{} half\_of" in source
    assert r"\caption{5 \& 6}" in source
    assert source.count(r"\toprule") == source.count(r"\bottomrule") == 1
    two = tables.as_latex(tables.CLAIM_COLUMNS, lines, "5 & 6", floats=True)
    assert r"\begin{table" in two
    assert "longtable" not in two
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
        ("x₂, 10⁻⁵", "x$_{2}$, 10$^{-}$$^{5}$"),
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


def test_a_table_for_two_columns_stands_in_one_across_both_or_in_parts():
    assert r"\begin{table}" in latex.floats(["a", "b"], [["1", "2"]], "t")
    assert r"\begin{table*}" in latex.floats(["a", "b"], [["word " * 40, "1"]], "t")
    tall = latex.floats(["a"], [[str(k)] for k in range(100)], "t")
    assert tall.count(r"\begin{tabular}") == 3
    assert r"\caption{t (3 of 3)}" in tall


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


def panels():
    canvas, axes = figures.canvas(2, width=11.0, height=4.0)
    axes[0].set(xlabel="left")
    return canvas


@pytest.mark.parametrize("width", [3.3, 6.5])
def test_a_figure_for_a_column_of_print_has_its_width_and_type_that_reads(tmp_path, width):
    from PIL import Image

    svg, png, pdf = figures.save("f", CREDIT, panels, tmp_path, ("svg", "png", "pdf"), width=width)
    assert figures.size_of(svg.read_text())[0] == pytest.approx(72 * width)
    box = re.search(r"viewBox=\"0 0 ([\d.]+)", svg.read_text())
    assert 12 * 72 * width / float(box[1]) >= 7  # points of type, of 12 as drawn
    media = re.search(rb"/MediaBox \[ 0 0 ([\d.]+)", pdf.read_bytes())
    assert float(media[1]) == pytest.approx(72 * width)
    with Image.open(png) as picture:
        assert picture.size[0] / picture.info["dpi"][0] == pytest.approx(width, rel=0.01)


def test_a_theme_is_drawn_and_then_forgotten(tmp_path):
    for theme in themes.THEMES:
        (path,) = figures.save(theme, CREDIT, picture, tmp_path, ["svg"], theme=theme)
        assert themes.value(themes.PAPER, theme) in path.read_text()
    (again,) = figures.save("again", CREDIT, picture, tmp_path, ["svg"])
    assert again.read_bytes() == (tmp_path / "light.svg").read_bytes()
    assert (tmp_path / "dark.svg").read_bytes() != again.read_bytes()


def test_panels_side_by_side_come_to_stand_one_below_the_other():
    with figures.narrow(5.2):
        stacked = panels()
    assert stacked.get_figwidth() <= 5.2
    assert [ax.get_subplotspec().rowspan.start for ax in stacked.axes] == [0, 1]
    assert panels().get_figwidth() == 11.0


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

    svg, png, pdf, _ = figures.save("f", CREDIT, film, tmp_path, ("svg", "png", "pdf"))
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


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0.0123, "12 thousandths of a second"),
        (6.43, "6.43 seconds"),
        (119, "119 seconds"),
        (750, "12.5 minutes"),
        (3000, "50 minutes"),
        (9000, "2.5 hours"),
        (3e9, "95 years"),
    ],
)
def test_durations_are_said_as_people_say_them(seconds, text):
    assert documents.duration(seconds) == text


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


def test_labels_at_the_ends_of_lines_stay_beside_the_axes():
    with figures.style():
        _, ax = figures.canvas(width=4, height=3)
        ax.set(xlim=(0, 1), ylim=(0, 1))
        figures.end_labels(ax, [(1.0, 0.97 + 0.01 * k, str(k), "k") for k in range(4)], gap=0.1)
    heights = [text.xy[1] for text in sorted(ax.texts, key=lambda one: one.get_text())]
    assert heights == pytest.approx([figures.TOP - 0.1 * k for k in (3, 2, 1, 0)])


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

    monkeypatch.setattr(films.shutil, "which", lambda name: None)
    monkeypatch.setattr(films.importlib.util, "find_spec", lambda name: None)
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
    monkeypatch.setattr(films.shutil, "which", lambda name: str(program))
    figures.save("f", CREDIT, lambda: figures.Film(picture(), lambda k: picture(), range(3)), tmp_path, ("svg", "mp4"))
    width, height = 560, 336
    assert int((tmp_path / "f.mp4").read_text()) == 3 * 3 * width * height
    program.write_text("#!/bin/sh\necho no such encoder >&2\nexit 1\n")
    with pytest.raises(BackstoryError, match="no such encoder"):
        figures.save("f", CREDIT, lambda: figures.Film(picture(), lambda k: picture(), range(3)), tmp_path, ("mp4",))


def test_sounds_lie_beside_their_picture_in_order(tmp_path):
    sounds = {"after 5 passes": b"RIFF five", "after 1 pass": b"RIFF one"}
    paths = figures.save("f", CREDIT, lambda: figures.Audible(picture(), lambda: sounds), tmp_path, ("svg",))
    assert [path.name for path in paths] == ["f.svg"]
    told = figures.sounds_of("f", tmp_path)
    assert [(one["said"], one["file"]) for one in told] == [
        ("after 5 passes", "figures/f.0-after-5-passes.wav"),
        ("after 1 pass", "figures/f.1-after-1-pass.wav"),
    ]
    assert (tmp_path / "f.1-after-1-pass.wav").read_bytes() == b"RIFF one"
    assert figures.sounds_of("g", tmp_path) == []


def test_a_film_keeps_the_colours_of_all_its_frames(tmp_path):
    from PIL import Image

    def frame(k):
        drawn, ax = figures.canvas(width=3.0, height=2.0, layout="none")
        ax.plot([0, 1], [0, 1], color=("#ff0000", "#00ff00", "#0000ff")[k % 3], linewidth=4)
        return drawn

    figures.save("f", CREDIT, lambda: figures.Film(frame(0), frame, range(4)), tmp_path, ("svg",))
    with Image.open(tmp_path / "f.gif") as film:
        for k, colour in enumerate(((255, 0, 0), (0, 255, 0), (0, 0, 255))):
            film.seek(k)
            near = np.abs(np.asarray(film.convert("RGB")).astype(int) - colour).sum(axis=-1)
            assert near.min() < 40, f"frame {k}"
