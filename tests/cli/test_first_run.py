"""What strangers tripped over at their first run, kept as tests: consoles, notebooks, folders, signals, names."""

import errno
import io
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
import typing
from pathlib import Path

import numpy as np
import pytest

import reproductions
from core.datasets import store
from core.errors import BackstoryError
from core.evidence import closure
from core.evidence.trials import cores
from reproductions.cli import catalogue, main, options, rooms
from tests.conftest import ROOT

ERA = "perceptrons_1969"  # the era whose quick run is the shortest
SMALLEST = [f"--set={name}=1" for name in ("seeds", "letter_seeds")]


def process(*words, cwd=ROOT, python=("-m", "reproductions.cli"), stdin=None, shell=None, **variables):
    """One run of the command in a process of its own: (exit code, what it wrote, what it complained of), in bytes."""
    kept = ("BACKSTORY_DATA", "PYTHONIOENCODING", "MPLBACKEND")
    environment = {k: v for k, v in os.environ.items() if k not in kept} | variables
    command = [sys.executable, *python, *map(str, words)]
    if shell:
        command = ["bash", "-c", shell.format(backstory=" ".join(command))]
    done = subprocess.run(command, capture_output=True, cwd=cwd, env=environment, timeout=300, stdin=stdin)
    return done.returncode, done.stdout, done.stderr


def called(*words):
    """One run of the command in this process: its exit code."""
    kept = {one: signal.getsignal(one) for one in (signal.SIGTERM, signal.SIGINT)}
    try:
        with pytest.raises(SystemExit) as left:
            main(list(map(str, words)))
    finally:
        for one, handler in kept.items():
            signal.signal(one, handler)
    return left.value.code


@pytest.fixture
def tiny(tmp_path, monkeypatch):
    """The name of a small era, as `backstory new` writes it, that is the only one; in an empty folder."""
    name, room_folder = "tiny_1949", tmp_path / "reproductions"
    there = closure.Source(tmp_path)

    class Both(closure.Source):
        def _path(self, name):
            return super()._path(name) or there._path(name)

    room_folder.mkdir()
    (tmp_path / "empty").mkdir()
    monkeypatch.chdir(tmp_path / "empty")
    monkeypatch.setattr(catalogue, "ROOMS", room_folder)
    monkeypatch.setattr(reproductions, "__path__", [*reproductions.__path__, str(room_folder)])
    source = Both()
    monkeypatch.setattr(closure, "_here", lambda: source)
    assert called("new", name) == 0
    yield name
    for module in [one for one in sys.modules if one.startswith(f"reproductions.{name}")]:
        del sys.modules[module]


# Consoles that do not know every letter.


def test_a_console_of_windows_shows_every_letter():
    code, out, err = process("verdicts", ERA, PYTHONIOENCODING="cp1252", PYTHONUTF8="0")
    assert (code, err) == (0, b"")
    out.decode("cp1252")
    assert b"\\u" not in out


@pytest.mark.parametrize("encoding", ["ascii", "utf-16", "cp932"])
@pytest.mark.parametrize(
    "words",
    [
        ["verdicts", ERA],
        ["list"],
        ["settings", ERA],
        ["cite", "--style", "apa"],
        ["compare", ERA, ERA],
        ["number", ERA, "{claim}"],
        ["data"],
        ["check", "nothing"],
        ["run", "nothing"],
    ],
    ids=lambda words: words[0],
)
def test_every_console_can_show_every_letter(words, encoding, monkeypatch):
    streams = [io.TextIOWrapper(io.BytesIO(), encoding=encoding) for _ in range(2)]
    monkeypatch.chdir(ROOT)
    with monkeypatch.context() as here:
        here.setattr(sys, "stdout", streams[0])
        here.setattr(sys, "stderr", streams[1])
        code = called(*(word.format(claim=rooms.paper_of(ERA).claim[0].id) for word in words))
        for stream in streams:
            stream.flush()
    told = "".join(stream.buffer.getvalue().decode(encoding) for stream in streams)
    assert code == {"check": 1, "run": 2}.get(words[0], 0)
    assert told
    assert "Traceback" not in told
    assert "\\u" not in told


def test_what_a_console_cannot_write_is_told_in_plain_letters():
    _, out, _ = process(
        "-c",
        "from reproductions.cli.console import plain_where_needed, say\n"
        "plain_where_needed()\nsay('±0.5, 2 ≤ η, naïve – “so”, 日')",
        python=(),
        PYTHONIOENCODING="ascii",
    )
    assert out.decode().strip() == '+-0.5, 2 <= eta, naive - "so", ?'


# Notebooks and matplotlib's own settings.


@pytest.mark.parametrize("words", [["verdicts", ERA], ["list"], ["cite", ERA]])
def test_a_notebooks_backend_is_nobodys_business(words):
    code, _, err = process(*words, MPLBACKEND="module://matplotlib_inline.backend_inline")
    assert (code, err) == (0, b"")


READING = (
    ["list"],
    ["cite", ERA],
    ["cite", "--figure", "capacity"],
    ["verdicts", ERA],
    ["compare", ERA, ERA],
    ["number", ERA, "{claim}"],
    ["settings", ERA],
    ["judge", "{file}", "--era", ERA],
)


@pytest.mark.parametrize("words", READING, ids=lambda words: " ".join(words[:2]))
def test_what_only_reads_needs_no_drawing(words, tmp_path):
    """With a matplotlib that cannot be imported, as where its files are broken."""
    (tmp_path / "broken" / "matplotlib").mkdir(parents=True)
    (tmp_path / "broken" / "matplotlib" / "__init__.py").write_text("raise ImportError('broken')")
    claim = rooms.paper_of(ERA).claim[0].id
    (tmp_path / "mine.csv").write_text(f"claim,value\n{claim},3\n")
    words = [word.format(claim=claim, file=tmp_path / "mine.csv") for word in words]
    code, out, err = process(*words, PYTHONPATH=os.pathsep.join([str(tmp_path / "broken"), str(ROOT)]))
    assert (code, err) == (0, b"")
    assert out


def test_settings_read_alone_are_those_of_the_room():
    for name in catalogue.ids():
        alone, room = rooms.presets_of(name), rooms.room(name)
        assert {k: v.model_dump() for k, v in alone.items()} == {k: v.model_dump() for k, v in room.presets.items()}


def test_figures_do_not_follow_the_users_matplotlibrc(tmp_path):
    (tmp_path / "matplotlibrc").write_text(
        "text.usetex: True\nlines.linewidth: 6\nfont.size: 30\naxes.facecolor: red\n"
    )
    text = (
        "import sys\nfrom pathlib import Path\nfrom core.publishing import figures as draw\n"
        "from core.publishing.credits import Credit\n"
        "def one():\n    figure, ax = draw.canvas()\n    ax.plot([0, 1], [0, 1])\n    ax.set(title='a_b')\n    return figure\n"
        "draw.save('x', Credit('t', 's', 'd', 'k'), one, Path(sys.argv[1]), ['svg', 'png'])\n"
    )
    for name, variables in (
        ("plain", {}),
        ("odd", {"MATPLOTLIBRC": str(tmp_path / "matplotlibrc"), "LC_ALL": "de_DE.UTF-8"}),
    ):
        (tmp_path / name).mkdir()
        code, _, err = process("-c", text, tmp_path / name, python=(), **variables)
        assert code == 0, err.decode()
    for ending in ("svg", "png"):
        assert (tmp_path / "plain" / f"x.{ending}").read_bytes() == (tmp_path / "odd" / f"x.{ending}").read_bytes()


def test_a_matplotlibrc_may_ask_for_a_locale_that_is_not_installed(tmp_path):
    for place in (tmp_path, tmp_path / "elsewhere"):
        place.mkdir(exist_ok=True)
        (place / "matplotlibrc").write_text("axes.formatter.use_locale: True\n")
    text = (
        "from reproductions.cli import main\ntry:\n    main(['list'])\nexcept SystemExit as left:\n"
        "    assert not left.code\nimport core.publishing.figures"
    )
    variables = {"LC_ALL": "xx_XX.UTF-8", "PYTHONPATH": str(ROOT)}
    for cwd, more in ((tmp_path, {}), (ROOT, {"MATPLOTLIBRC": str(tmp_path / "elsewhere" / "matplotlibrc")})):
        code, _, err = process("-c", text, python=(), cwd=cwd, **variables, **more)
        assert (code, err) == (0, b"")


# Line ends.


def test_a_clone_with_windows_line_ends_has_the_same_sources(tmp_path):
    subprocess.run(["git", "clone", "-q", "-c", "core.autocrlf=true", str(ROOT), str(tmp_path / "clone")], check=True)
    for path in ("core/learning/ordered.py", "reproductions/references.bib", "README.md"):
        committed = subprocess.run(["git", "show", f"HEAD:{path}"], cwd=ROOT, capture_output=True, check=True).stdout
        assert (tmp_path / "clone" / path).read_bytes() == committed
        assert b"\r\n" not in committed


# Few seeds and many.


@pytest.mark.slow
@pytest.mark.parametrize("seeds", [1, 2, 3, 9])
@pytest.mark.parametrize("name", catalogue.ids())
def test_every_era_runs_with_any_number_of_seeds(name, seeds, tmp_path):
    code, out, err = process(
        "run", name, "--seeds", seeds, "--out", tmp_path, "--formats", "svg", BACKSTORY_CACHE=str(tmp_path)
    )
    assert code == 0, err.decode()
    assert b"Report: " in out


@pytest.mark.parametrize("seeds", [1, 2, 3, 9])
def test_an_era_runs_with_any_number_of_seeds(tiny, seeds, capsys):
    assert called("run", tiny, "--seeds", seeds, "--workers", 1, "--formats", "svg") == 0
    assert "Report: " in capsys.readouterr().out


# Places.


def test_a_home_that_cannot_be_written_is_one_sentence(tmp_path):
    (tmp_path / "file").write_text("")
    home = {
        "HOME": str(tmp_path / "file"),
        "BACKSTORY_CACHE": "",
        "XDG_CACHE_HOME": str(tmp_path / "file" / "x"),
        "NUMBA_CACHE_DIR": "",
    }
    del home["NUMBA_CACHE_DIR"]
    environment = {k: v for k, v in os.environ.items() if k not in ("NUMBA_CACHE_DIR", "BACKSTORY_CACHE")} | home
    for words in (["run", ERA, "--out", str(tmp_path / "out")], ["verify", ERA]):
        done = subprocess.run(
            [sys.executable, "-m", "reproductions.cli", *words],
            capture_output=True,
            text=True,
            cwd=ROOT,
            env=environment,
        )
        assert done.returncode == 2
        assert re.fullmatch(r"backstory: cannot write to .*set \$BACKSTORY_CACHE to another folder\.\n", done.stderr)
    well = subprocess.run(
        [sys.executable, "-m", "reproductions.cli", "doctor"],
        capture_output=True,
        text=True,
        cwd=ROOT,
        env=environment | {"BACKSTORY_CACHE": str(tmp_path / "cache")},
    )
    assert "BAD" not in well.stdout, well.stdout


@pytest.mark.parametrize("variable", ["BACKSTORY_CACHE", "BACKSTORY_DATA"])
def test_a_tilde_in_a_variable_is_the_home_folder(variable, tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("USERPROFILE", str(tmp_path))
    monkeypatch.setenv(variable, "~/x")
    (tmp_path / "x").mkdir()
    found = store.cache_folder() if variable == "BACKSTORY_CACHE" else store.data_folder()
    assert found == tmp_path / "x"


def test_a_tilde_in_an_option_is_the_home_folder(tmp_path, monkeypatch):
    """Of every command, so that a new option for a place is no exception."""
    from reproductions.cli.console import expanded
    from reproductions.cli.main import app

    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("USERPROFILE", str(tmp_path))
    assert expanded("~/x") == tmp_path / "x"
    seen = set()
    for command in app.registered_commands:
        for name, hint in typing.get_type_hints(command.callback, include_extras=True).items():
            kind, *about = typing.get_args(hint) or (hint,)
            if kind is Path or Path in typing.get_args(kind):
                assert [one.parser for one in about] == [expanded], (command.callback.__name__, name)
                seen.add((command.callback.__name__, name))
    assert seen >= {
        ("run", "out"),
        ("report", "reports"),
        ("verdicts", "reports"),
        ("judge", "file"),
        ("course", "out"),
    }


def test_a_tilde_in_what_is_compared_is_the_home_folder(tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("USERPROFILE", str(tmp_path))
    shutil.copytree(ROOT / "reports" / ERA, tmp_path / "mine", ignore=shutil.ignore_patterns("figures", "tables"))
    assert called("compare", "~/mine", "~/mine/record.json") == 0
    assert "All settings are the same." in capsys.readouterr().out


@pytest.mark.parametrize("words", [["run"], ["run", "--preset", "paper"], ["report"], ["verify"]], ids=" ".join)
def test_a_checkout_that_cannot_be_written_is_one_sentence(words, tmp_path, monkeypatch, capsys):
    """Nothing in the folder of the program may be written, as where somebody else installed it."""
    monkeypatch.chdir(ROOT)

    def refusing(make):
        def made(*positions, **options):
            if Path(options["dir"] or tempfile.gettempdir()).absolute().is_relative_to(ROOT / "reports"):
                raise PermissionError(errno.EACCES, "Permission denied")
            return make(*positions, **options)

        return made

    for name in ("NamedTemporaryFile", "mkdtemp"):
        monkeypatch.setattr(tempfile, name, refusing(getattr(tempfile, name)))
    assert called(words[0], ERA, *words[1:]) == 2
    told = capsys.readouterr().err
    assert re.fullmatch(r"backstory: cannot write to .*\(Permission denied\); make room there, or .*\.\n", told)


@pytest.mark.parametrize(
    ("file", "names"),
    [
        ("usps/zip.train.gz", ["usps/zip.train"]),
        ("mnist/train-images-idx3-ubyte.gz", ["mnist/train-images-idx3-ubyte", "mnist/train-images.idx3-ubyte"]),
    ],
)
def test_data_is_found_unpacked_or_under_its_other_name(file, names, tmp_path, monkeypatch):
    found = store.DataFile(file, "0", ())
    for name in names:
        place = tmp_path / name.replace("/", "-") / name
        place.parent.mkdir(parents=True)
        place.write_bytes(b"x")
        monkeypatch.setenv("BACKSTORY_DATA", str(tmp_path / name.replace("/", "-")))
        assert store.locate(found) == place


def make(*words, cwd, **variables):
    return subprocess.run(["make", *words], capture_output=True, text=True, cwd=cwd, env=os.environ | variables)


@pytest.mark.parametrize(("place", "again"), [("{here}", False), ("/somewhere/else", True), ("", True)])
def test_an_environment_of_another_folder_is_made_anew(tmp_path, place, again):
    for name in ("Makefile", "pyproject.toml", "constraints.txt"):
        shutil.copy(ROOT / name, tmp_path)
    (tmp_path / ".venv").mkdir()
    (tmp_path / ".venv" / "place").write_text(place.format(here=tmp_path))
    time.sleep(0.02)
    for name in ("made", "ready", "ready-dev"):
        (tmp_path / ".venv" / name).write_text("")
        time.sleep(0.02)
    said = make("-n", "test", cwd=tmp_path).stdout
    assert ("-m venv --clear" in said) is again


def test_inside_the_environment_nothing_is_installed_for_the_user(tmp_path):
    shutil.copy(ROOT / "Makefile", tmp_path)
    (tmp_path / "more.mk").write_text("show:\n\t@echo user is $$PIP_USER\n")
    assert "user is 0" in make("-f", "Makefile", "-f", "more.mk", "show", cwd=tmp_path, PIP_USER="1").stdout


def test_a_copied_checkout_is_told_whose_code_runs(tmp_path):
    (tmp_path / "reproductions" / "cli").mkdir(parents=True)
    (tmp_path / "reproductions" / "cli" / "main.py").write_text("")
    text = "import sys; sys.path[:0] = [sys.argv.pop(1)]; from reproductions.cli import main; main(['list'])"
    code, _, err = process("-c", text, ROOT, python=(), cwd=tmp_path)
    assert code == 0
    assert f"this runs the code in {ROOT}, not that of the folder you are in ({tmp_path})" in err.decode()


def test_another_package_called_core_is_named(tmp_path):
    (tmp_path / "core").mkdir()
    (tmp_path / "core" / "__init__.py").write_text("")
    text = f"import sys; sys.path[:0] = [{str(tmp_path)!r}]; sys.path.append({str(ROOT)!r}); from reproductions.cli import main; main(['list'])"
    code, _, err = process("-c", text, python=(), cwd=tmp_path)
    assert code == 2
    assert f"backstory: another package called core was found first, at {tmp_path / 'core'}" in err.decode()
    assert b"Traceback" not in err


# What was just done is not advised again.


def test_after_a_quick_run_slides_and_report_use_it(tiny, capsys):
    assert called("run", tiny, "--workers", 1, "--formats", "svg,png") == 0
    assert called("slides", tiny) == 0
    assert called("report", tiny) == 0
    told = capsys.readouterr()
    assert f"reports/quick/{tiny}/report.html" in told.out.splitlines()[-1]
    assert "backstory run" not in told.out + told.err
    assert called("report", tiny, "--preset", "paper") == 2
    assert "add --preset quick" in capsys.readouterr().err


def test_a_preset_that_there_is_not_is_named():
    code, _, err = process("report", ERA, "--preset", "papr")
    assert code == 2
    assert b"there is no preset 'papr'; choose paper or quick." in err


# Pipes, signals, threads, workers.


def test_a_full_disk_is_one_sentence():
    code, _, err = process(shell="{backstory} list > /dev/full")
    assert code == 2
    assert err.decode().startswith("backstory: cannot write the output (No space left on device)")
    assert err.count(b"\n") == 1


def test_a_reader_who_leaves_is_no_fault():
    code, out, err = process(shell="{backstory} verdicts | head -1; exit ${{PIPESTATUS[0]}}")
    assert (code, err) == (0, b"")
    assert out.count(b"\n") == 1


@pytest.mark.skipif(not hasattr(os, "killpg"), reason="no groups of processes here")
@pytest.mark.parametrize("seconds", [0.2, 0.6])
def test_an_interrupt_from_a_terminal_is_one_sentence_while_workers_start(tmp_path, seconds):
    command = [sys.executable, "-m", "reproductions.cli", "run", ERA, "--workers", "2", "--out", str(tmp_path / "out")]
    environment = os.environ | {"BACKSTORY_CACHE": str(tmp_path)}
    pipe = subprocess.PIPE
    with subprocess.Popen(
        command, stdout=pipe, stderr=pipe, cwd=ROOT, env=environment, start_new_session=True
    ) as running:
        deadline = time.monotonic() + 20
        while not (tmp_path / "matplotlib").exists() and time.monotonic() < deadline:
            time.sleep(0.02)  # the command is there, and workers are started soon
        time.sleep(seconds)
        os.killpg(running.pid, signal.SIGINT)
        _, err = running.communicate(timeout=30)
    assert running.returncode == 130
    assert [line for line in err.splitlines() if not line.startswith(ERA.encode())] == [
        b"backstory: interrupted; finished trials are kept, the same command goes on from there."
    ]


def test_two_interrupts_in_a_row_are_one(tmp_path):
    environment = os.environ | {"BACKSTORY_CACHE": str(tmp_path)}
    command = [
        sys.executable,
        "-m",
        "reproductions.cli",
        "run",
        ERA,
        "--preset",
        "paper",
        "--out",
        str(tmp_path / "out"),
    ]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=ROOT, env=environment
    ) as running:
        running.stderr.readline()
        time.sleep(1.5)
        running.send_signal(signal.SIGINT)
        time.sleep(0.05)
        running.send_signal(signal.SIGINT)
        _, err = running.communicate(timeout=30)
    assert running.returncode == 130
    assert b"Traceback" not in err
    assert err.strip().splitlines()[-1].startswith(b"backstory: interrupted; finished trials are kept")


def test_the_command_may_be_called_from_a_thread(capsys):
    left = []

    def call():
        try:
            main(["list"])
        except SystemExit as end:
            left.append(end.code)

    thread = threading.Thread(target=call)
    thread.start()
    thread.join()
    assert left == [0]


def test_more_workers_than_make_sense_are_refused():
    code, _, err = process("run", ERA, "--workers", "500")
    assert code == 2
    assert f"this machine has {cores()} cores: give 1 to {4 * cores()}" in err.decode()


def test_a_scheduler_that_is_not_there_is_told_even_if_everything_is_stored(tmp_path):
    code, _, err = process("run", ERA, "--scheduler", "tcp://127.0.0.1:9", "--out", tmp_path)
    assert code == 2
    assert b"no Dask scheduler with a worker answers at 'tcp://127.0.0.1:9'" in err


# Settings.


@pytest.mark.parametrize("name", catalogue.ids())
def test_every_setting_is_told_with_its_meaning_limits_and_an_example(name):
    room = rooms.room(name)
    for line in options.described(room.presets["quick"]):
        assert line["meaning"], line["setting"]
        assert not line["limits"].startswith("any"), line
        changed = line["example"].removeprefix("--set ").strip("'")
        assert options.changed(name, "quick", room.presets, [changed], None) == room.presets["quick"]


# What is answered to `learning_rate`, `momentum` and `hidden` where no setting has the name; all eras have `seeds`.
ANSWERS = {
    "slopes_1950s": ([], [], []),
    "lms_1959": ([], [], []),
    "perceptrons_1969": ([], [], []),
    "ordered_derivatives_1974": (["parity_rates", "now_rates"], [], ["parity_units", "now_units"]),
    "pdp_1986": (["map_rates", "rates", "solla_rates"], [], None),
    "nettalk_1987": (["rate", "smoothed_rate", "ladder_rates", "old_rates"], None, None),
    "alvinn_1989": (["rate", "tuning_rates", "fly_rate"], [], ["hidden_1989", "hidden_1991"]),
    "zipcodes_1989": (["etas", "sgd_rates", "batch_rates"], [], []),
    "lenet_1998": (["sgd_rates"], [], ["shapes"]),
    "alexnet_2012": (["rates", "rate"], [], None),
    "landscapes_2018": (None, None, None),
    "scaling": (["digit_rates", "text_rates"], [], ["size_width", "other_width", "widths"]),
    "llama_2023": (["rate"], [], None),
    "six_parameters": (["rate", "rates", "map_rates"], [], None),
}


@pytest.mark.parametrize("name", catalogue.ids())
def test_the_names_that_students_try_first_exist_or_are_answered_by_what_means_the_same(name):
    presets = rooms.presets_of(name)
    model = type(presets["quick"])
    assert "seeds" in model.model_fields
    for word, expected in zip(("learning_rate", "momentum", "hidden"), ANSWERS[name], strict=True):
        if word in model.model_fields:
            assert expected is None, word
            continue
        with pytest.raises(BackstoryError) as told:
            options.changed(name, "quick", presets, [f"{word}=1"], None)
        answer = f"did you mean {' or '.join(expected)}? " if expected else ""
        whole = f"{name} has no setting called '{word}'; {answer}`backstory settings {name}` tells all of them."
        assert str(told.value) == whole


def test_a_word_without_a_meaning_of_its_own_is_answered_by_spelling():
    with pytest.raises(BackstoryError, match="did you mean xor_sweeps"):
        options.changed("pdp_1986", "quick", rooms.presets_of("pdp_1986"), ["xor_sweep=1"], None)


def test_a_list_that_is_none_is_answered_with_how_one_is_written():
    with pytest.raises(Exception, match=r"a list is written as \[0.1,0.5\]"):
        options.changed("pdp_1986", "quick", rooms.room("pdp_1986").presets, ["rates=(0.1, 0.2)"], None)


def test_every_change_has_a_folder_of_its_own(tiny, capsys):
    for change in ("rate=0.1", "rate=4.0"):
        assert called("run", tiny, "--set", change, "--quiet", "--workers", 1, "--formats", "svg") == 0
        assert capsys.readouterr() == ("", "")
    place = Path("reports") / "custom" / tiny
    assert sorted(one.name for one in place.iterdir()) == ["rate=0.1", "rate=4.0"]
    assert called("compare", place / "rate=0.1", place / "rate=4.0") == 0
    text = capsys.readouterr().out
    assert 0 <= text.index("rate") < text.index("verdicts differ")


def test_all_eras_end_with_a_line_each(monkeypatch, capsys, tmp_path):
    from reproductions.cli import execute

    record = execute.load_record(ROOT / "reports" / ERA / "record.json")
    monkeypatch.setattr(execute, "run", lambda request: (record, tmp_path))
    with pytest.raises(SystemExit):
        main(["run", "all", "--out", str(tmp_path)])
    lines = [line for line in capsys.readouterr().out.splitlines() if line.startswith(ERA)]
    assert len(lines) == len(catalogue.ids())


@pytest.mark.parametrize("name", catalogue.ids())
def test_every_room_can_be_run(name):
    text = (ROOT / "reproductions" / name / "__main__.py").read_bytes()
    assert text == (ROOT / "reproductions" / ERA / "__main__.py").read_bytes()


def test_rooms_run_as_modules_and_as_folders_quiet_is_quiet_and_used_trials_are_told_once(tmp_path):
    said = {}
    for place, python in {"module": ("-m", f"reproductions.{ERA}"), "folder": (ROOT / "reproductions" / ERA,)}.items():
        out = tmp_path / place
        words = ["--out", out, "--workers", 1, *SMALLEST, *["--quiet"] * (place == "module")]
        said[place] = process(*words, python=map(str, python), BACKSTORY_CACHE=str(tmp_path / "cache"))
        assert len(list(out.glob(f"custom/{ERA}/*/record.json"))) == 1
    assert said["module"] == (0, b"", b"")
    code, told, err = said["folder"]
    assert code == 0, err.decode()
    assert b"Report: " in told
    reused = [line for line in err.decode().splitlines() if "--fresh" in line]
    assert len(reused) == 1
    assert "this or another checkout" in reused[0]


def test_the_readme_tells_how_to_start_without_make():
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    for line in ("python -m venv .venv", "pip install -e . -c constraints.txt", "backstory run all"):
        assert line in text
    assert Path(ROOT / "tests" / "interpreters.py").is_file()


def test_the_lines_for_a_notebook_run():
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    lines = text.partition("```python\n")[2].partition("```")[0]
    names: dict = {}
    exec(lines, names)
    h = names["sigmoid"](names["x"] @ np.array([[0.5], [-0.5]]))[0]
    slope = names["x"].T @ ((h - names["t"]) * h * (1 - h))
    assert names["ordered_derivatives"](names["loss"]).of(names["w"]) == pytest.approx(slope)
