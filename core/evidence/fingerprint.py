"""A hash of the code that a reproduction's trials depend on, so that stored trials never outlive it."""

from __future__ import annotations

import ast
import hashlib
import importlib.metadata
from collections.abc import Iterator, Mapping
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
NUMERIC_LIBRARIES = ("numpy", "scipy", "numba", "scikit-learn")
# Trials compute with these; the rest of core.evidence and all of core.publishing only handle what trials return.
COMPUTING = (
    "core/learning/",
    "core/networks/",
    "core/datasets/",
    "core/evidence/classification",
    "core/evidence/seeds",
    "reproductions/experiments/",
)
# Not hashed: files that only list names, and the store, whose files are known by their own hashes.
LISTING = ("__init__.py", "store.py")


def code_fingerprint(script: Path, *, versions: Mapping[str, str] | None = None) -> str:
    """Hash of a reproduction script, every computing module that it imports, directly or not, and library versions.

    `versions` stands in for the installed ones, to ask whether a record was made by this source code.
    """
    digest = hashlib.sha256()
    for path in sources(script):
        digest.update(path.relative_to(ROOT).as_posix().encode() + b"\0" + path.read_bytes() + b"\0")
    for library in NUMERIC_LIBRARIES:
        version = versions[library] if versions else importlib.metadata.version(library)
        digest.update(f"{library} {version}\0".encode())
    return digest.hexdigest()[:16]


def sources(script: Path) -> list[Path]:
    """The files that `code_fingerprint` reads, sorted."""
    found, waiting = set(), [script.resolve()]
    while waiting:
        path = waiting.pop()
        if path not in found:
            found.add(path)
            waiting += _imported(path)
    return sorted(path for path in found if path.name not in LISTING)


def _listed(package: str) -> dict[str, str]:
    """The names that the __init__ of a package imports, and the modules they come from; empty for a module."""
    place = ROOT / package.replace(".", "/") / "__init__.py"
    if not place.exists():
        return {}
    nodes = ast.walk(ast.parse(place.read_text(encoding="utf-8")))
    return {a.name: n.module for n in nodes if isinstance(n, ast.ImportFrom) and n.module for a in n.names}


def _imported(path: Path) -> Iterator[Path]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        names = []
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module:
            listed = _listed(node.module)
            names = [listed.get(alias.name, f"{node.module}.{alias.name}") for alias in node.names]
            names += [] if listed else [node.module]
        for name in names:
            place = name.replace(".", "/")
            for candidate in (f"{place}.py", f"{place}/__init__.py"):
                if candidate.startswith(COMPUTING) and (ROOT / candidate).exists():
                    yield ROOT / candidate
