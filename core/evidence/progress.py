"""Progress of long work on standard error: a bar on a terminal, plain lines elsewhere, nothing when quiet."""

from __future__ import annotations

import sys
import time
from typing import Any, TextIO

LINE_EVERY = 10.0  # seconds between plain lines


class Progress:
    """Counts finished trials and estimates the time left from the pace of those run so far."""

    def __init__(self, label: str, *, quiet: bool = False, stream: TextIO | None = None) -> None:
        self.label = label
        self.quiet = quiet
        self.stream = stream or sys.stderr
        self._bar: Any = None
        self._total = self._done = self._found = 0
        self._start = self._last = 0.0

    def start(self, total: int, *, done: int = 0, damaged: int = 0) -> None:
        """Begin a stage of `total` trials of which `done` were found finished; `damaged` files are run again."""
        self._total, self._done, self._found = total, done, done
        self._start = self._last = time.monotonic()
        if self.quiet:
            return
        if damaged:
            self.say(f"damaged files of stored trials: {damaged}; they are run again")
        if self.stream.isatty() and done < total:
            from rich.console import Console
            from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeElapsedColumn, TimeRemainingColumn
            from rich.progress import Progress as Bar

            columns = TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TextColumn("trials")
            times = TimeElapsedColumn(), TextColumn("gone,"), TimeRemainingColumn(), TextColumn("left")
            self._bar = Bar(*columns, *times, console=Console(file=self.stream))
            self._task = self._bar.add_task(self.label, total=total, completed=done)
            self._bar.start()
        elif done < total:
            self.say(f"{total - done} trials to run" + (f", {done} are there" if done else ""))

    def advance(self, count: int) -> None:
        """Report `count` more finished trials."""
        self._done += count
        if self._bar is not None:
            self._bar.advance(self._task, count)
            return
        now = time.monotonic()
        if not self.quiet and (now - self._last >= LINE_EVERY or self._done == self._total):
            self._last = now
            gone = now - self._start
            left = gone * (self._total - self._done) / max(self._done - self._found, 1)
            self.say(f"{self._done} of {self._total} trials, {_minutes(gone)} gone, about {_minutes(left)} left")

    def finish(self) -> None:
        """End the stage."""
        if self._bar is not None:
            self._bar.stop()
            self._bar = None

    def stage(self, label: str) -> Progress:
        """The same display for one part of the work, which is named after the whole."""
        return Progress(f"{self.label}, {label}", quiet=self.quiet, stream=self.stream)

    def say(self, text: str) -> None:
        """One line about the work, named after it."""
        print(f"{self.label}: {text}", file=self.stream, flush=True)


def _minutes(seconds: float) -> str:
    return f"{seconds:.0f} s" if seconds < 90 else f"{seconds / 60:.0f} min"
