"""Folders that are either whole or not there: written under a temporary name, then renamed."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from core.errors import BackstoryError


def check_writable(parent: Path, remedy: str = "choose another folder with --out") -> None:
    """Fail before the work, not after it. Raises BackstoryError, naming the remedy, if `parent` cannot be written."""
    try:
        parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=parent) as probe:
            probe.write(b"x" * 65536)
            probe.flush()
    except OSError as fault:
        raise BackstoryError(_sentence(parent, fault, remedy)) from fault


@contextmanager
def replacing(target: Path) -> Iterator[Path]:
    """Give an empty folder to fill; on success it takes the place of `target`, on any failure `target` is untouched.

    Raises BackstoryError if the disk is full or the place cannot be written.
    """
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        for kept in target.parent.glob(f".{target.name}-*-old"):  # left by a run killed between two renames
            if not target.exists():
                os.replace(kept, target)
        working = Path(tempfile.mkdtemp(prefix=f".{target.name}-", dir=target.parent))
        working.chmod(0o755)
    except OSError as fault:
        raise BackstoryError(_sentence(target.parent, fault)) from fault
    try:
        yield working
        old = working.with_name(working.name + "-old")
        if target.exists():
            os.replace(target, old)
        try:
            os.replace(working, target)
        except OSError:
            if old.exists():
                os.replace(old, target)
            raise
        shutil.rmtree(old, ignore_errors=True)
    except OSError as fault:
        raise BackstoryError(_sentence(target, fault)) from fault
    finally:
        shutil.rmtree(working, ignore_errors=True)


def write_files(folder: Path, files: Mapping[str, str | bytes]) -> list[Path]:
    """Write files by their place under a folder; each takes the place of the old one whole, or not at all.

    Raises BackstoryError if the disk is full or a place cannot be written.
    """
    paths = [folder / name for name in files]
    for path, content in zip(paths, files.values(), strict=True):
        check_writable(path.parent)
        working = path.with_name(f".{path.name}-{os.getpid()}")
        try:
            working.write_bytes(content if isinstance(content, bytes) else content.encode())
            os.replace(working, path)
        except OSError as fault:
            raise BackstoryError(_sentence(path, fault)) from fault
        finally:
            working.unlink(missing_ok=True)
    return paths


def _sentence(place: Path, fault: OSError, remedy: str = "choose another folder with --out") -> str:
    return f"cannot write to {place} ({fault.strerror or fault}); make room there, or {remedy}."
