"""Runs the command line in forks of one process that has imported it, so that tests need not wait for its imports.

Each order on the standard input is a line of JSON: the words, the folder to start in, the environment, and the files
for what is written and complained of. Each answer is the exit code. Where there are no forks, or a test asks what a
process of its own does when it starts, commands are run as a user runs them.
"""

from __future__ import annotations

import importlib
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import Any

PRELOADED = ("main", "author", "check", "execute", "front_page", "judging", "lessons", "rooms", "share", "telling")
ALONE = ("run", "verify")  # which start processes of their own, and are to end as they do for a user
POSSIBLE = hasattr(os, "fork")


class Server:
    """One process that has imported the project in `folder`, and its forks."""

    def __init__(self, folder: Path, environment: Mapping[str, str]) -> None:
        words = [sys.executable, str(Path(__file__).resolve()), str(folder)]
        pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
        self._process = subprocess.Popen(words, cwd=folder, env=dict(environment), **pipes) if POSSIBLE else None

    def run(self, words: Sequence[object], folder: Path, environment: Mapping[str, str]) -> Any:
        """What subprocess.run would say of the command with these words."""
        if not self._process or words[0] in ALONE:
            command = [sys.executable, "-m", "reproductions.cli", *map(str, words)]
            text = {"text": True, "encoding": "utf-8", "timeout": 300}
            return subprocess.run(command, capture_output=True, cwd=folder, env=dict(environment), **text)
        with tempfile.TemporaryDirectory() as place:
            files = [str(Path(place) / name) for name in ("out", "err")]
            order = {"words": [str(one) for one in words], "folder": str(folder), "environment": dict(environment)}
            self._process.stdin.write(json.dumps(order | {"files": files}) + "\n")
            self._process.stdin.flush()
            code = int(self._process.stdout.readline())
            out, err = (Path(one).read_text(encoding="utf-8") for one in files)
        return SimpleNamespace(returncode=code, stdout=out, stderr=err)

    def close(self) -> None:
        """Let the process end."""
        if self._process:
            self._process.communicate()


def serve(folder: str) -> None:
    """Answer orders until there are no more."""
    sys.path[0] = folder
    for name in PRELOADED:
        importlib.import_module(f"reproductions.cli.{name}")
    importlib.import_module("core.publishing.documents")
    for line in sys.stdin:
        order = json.loads(line)
        child = os.fork()
        if not child:
            _be(order)
        _, status = os.waitpid(child, 0)
        print(os.waitstatus_to_exitcode(status), flush=True)


def _be(order: Mapping[str, Any]) -> None:
    """Be the process that was asked for; does not return."""
    for k, name in enumerate(order["files"], 1):
        os.dup2(os.open(name, os.O_WRONLY | os.O_CREAT), k)
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    sys.stdin = os.fdopen(0, encoding="utf-8")
    sys.stdout, sys.stderr = (os.fdopen(k, "w", encoding="utf-8") for k in (1, 2))
    os.environ.clear()
    os.environ.update(order["environment"])
    os.chdir(order["folder"])
    code: object = 1
    try:
        importlib.import_module("reproductions.cli.main").main(order["words"])
    except SystemExit as left:
        code = left.code or 0
    except BaseException:
        importlib.import_module("traceback").print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code if isinstance(code, int) else 1)


if __name__ == "__main__":
    serve(sys.argv[1])
