"""A hash of what a function computes: of its own text and of everything of this project that it refers to.

Taken from the syntax tree: comments, docstrings, type hints, line breaks, the names of files, functions and local
variables, and code that is not referred to, do not count. So a record can be told from the code that made it by what
was computed, not by where a byte moved.
"""

from __future__ import annotations

import ast
import hashlib
import importlib.util
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, ClassVar

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("core", "reproductions", "tests")
Symbol = tuple[str, str]  # module, name in it; an empty name stands for what the module does when it is imported
NO_EFFECT = (ast.Import, ast.ImportFrom, ast.Pass)


class _Module:
    """A parsed file: what its names are bound to."""

    def __init__(self, name: str, path: Path, source: Source) -> None:
        self.name = name
        self.bound: dict[str, list[ast.stmt]] = {}
        self.imported: dict[str, tuple[str, str | None]] = {}  # local name -> module and name in it, None for a module
        self.effects: list[ast.stmt] = []
        package = name if path.name == "__init__.py" else name.rpartition(".")[0]
        tree = ast.parse(path.read_text(encoding="utf-8"))
        for node in ast.walk(tree):
            if isinstance(node, ast.Import):
                for alias in node.names:
                    whole = alias.name if alias.asname else alias.name.partition(".")[0]
                    self.imported[alias.asname or whole] = (whole, None)
            elif isinstance(node, ast.ImportFrom):
                base = node.module or ""
                if node.level:
                    parents = package.split(".")
                    base = ".".join(
                        [*parents[: len(parents) - node.level + 1], *([node.module] if node.module else [])]
                    )
                for alias in node.names:
                    inner = f"{base}.{alias.name}"
                    found = (inner, None) if source.has(inner) else (base, alias.name)
                    self.imported[alias.asname or alias.name] = found
        for statement in tree.body:
            self._add(statement)

    def _add(self, statement: ast.stmt) -> None:
        names = [n.id for n in ast.walk(statement) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)]
        if isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            self.bound.setdefault(statement.name, []).append(statement)
        elif isinstance(statement, ast.Assign | ast.AnnAssign | ast.AugAssign):
            for name in names:
                self.bound.setdefault(name, []).append(statement)
        elif isinstance(statement, ast.If) and _is_main_or_typing(statement.test):
            pass
        elif not isinstance(statement, NO_EFFECT) and not _is_docstring(statement):
            self.effects.append(statement)


def _is_main_or_typing(test: ast.expr) -> bool:
    text = ast.unparse(test)
    return "__name__" in text or "TYPE_CHECKING" in text


def _is_docstring(statement: ast.stmt) -> bool:
    return (
        isinstance(statement, ast.Expr)
        and isinstance(statement.value, ast.Constant)
        and isinstance(statement.value.value, str)
    )


class Source:
    """The project's modules under a folder, parsed as they are needed. What was found once is not looked for again."""

    def __init__(self, root: Path = ROOT) -> None:
        self.root = root
        self._modules: dict[str, _Module | None] = {}
        self._there: dict[str, bool] = {}
        self._written: dict[Symbol, list[Written]] = {}

    def _path(self, name: str) -> Path | None:
        if name.partition(".")[0] not in PACKAGES:
            return None
        place = self.root / name.replace(".", "/")
        for path in (place.with_suffix(".py"), place / "__init__.py"):
            if path.is_file():
                return path
        return place if place.is_dir() else None

    def has(self, name: str) -> bool:
        """Whether there is a module or package of this name."""
        if name not in self._there:
            self._there[name] = self._path(name) is not None
        return self._there[name]

    def module(self, name: str) -> _Module | None:
        """The parsed module, or None for a name outside the project or a folder without code of its own."""
        if name not in self._modules:
            path = self._path(name)
            self._modules[name] = _Module(name, path, self) if path is not None and path.is_file() else None
        return self._modules[name]

    def resolve(self, module: str, name: str) -> Symbol | str | None:
        """What a name of a module stands for: a symbol of the project, the dotted name of a library, or neither.

        A module of the project is the symbol (module, "*").
        """
        for _ in range(20):
            here = self.module(module)
            if here is None:
                return None
            if name in here.bound:
                return module, name
            if name not in here.imported:
                return (f"{module}.{name}", "*") if self.has(f"{module}.{name}") else None
            target, inner = here.imported[name]
            if not self.has(target):
                return target if inner is None else f"{target}.{inner}"
            if inner is None:
                return target, "*"
            module, name = target, inner
        raise ValueError(f"{name!r} of {module} is imported in a circle")

    def written(self, module: str, name: str) -> list[Written]:
        """The statements that a symbol stands for."""
        if (module, name) not in self._written:
            here = self.module(module)
            self._written[module, name] = [_write(self, module, one) for one in _statements(here, name)] if here else []
        return self._written[module, name]


def _write(source: Source, module: str, statement: ast.stmt) -> Written:
    writer = _Writer(source, module)
    return Written(repr(writer.write(statement)).split(_Reference.MARK), writer.met)


@dataclass(frozen=True)
class Written:
    """A statement as text in which every second piece counts the symbol of the project that stands there, among all
    that were met on the way."""

    pieces: list[str]
    met: list[Symbol]

    def text(self, numbers: dict[Symbol, int]) -> str:
        """The text with numbers for symbols; those that have none get the next ones."""
        for symbol in self.met:
            _count(numbers, symbol)
        named = [f"'§{numbers[self.met[int(k)]]}'" if at % 2 else k for at, k in enumerate(self.pieces)]
        return "".join(named)


def _count(numbers: dict[Symbol, int], symbol: Symbol) -> None:
    numbers.setdefault((symbol[0], ""), len(numbers))  # importing a module does what it does
    numbers.setdefault(symbol, len(numbers))


@dataclass(frozen=True)
class _Reference:
    """A symbol of the project, by its place among those that were met."""

    MARK: ClassVar = "\0"  # which stands in no text written by `repr`
    place: int

    def __repr__(self) -> str:
        return f"{self.MARK}{self.place}{self.MARK}"


class _Writer:
    """Writes syntax trees as nested lists in which the names of the project are references, and collects those."""

    def __init__(self, source: Source, module: str) -> None:
        self.source = source
        self.module = module
        self.met: list[Symbol] = []
        self.local: dict[str, str] = {}

    def number(self, symbol: Symbol) -> _Reference:
        self.met.append(symbol)
        return _Reference(len(self.met) - 1)

    def name(self, name: str) -> str | _Reference:
        target = self.source.resolve(self.module, name)
        known = self.number(target) if isinstance(target, tuple) else target
        if name in self.local:
            return self.local[name]  # a local name hides the project's, which is then counted needlessly, not wrongly
        return known or name

    def attribute(self, node: ast.Attribute) -> Any:
        """A chain of names that starts at a module of the project or of a library, or None for any other."""
        chain, base = [node.attr], node.value
        while isinstance(base, ast.Attribute):
            chain.append(base.attr)
            base = base.value
        if not isinstance(base, ast.Name) or base.id in self.local:
            return None
        target = self.source.resolve(self.module, base.id)
        if not isinstance(target, tuple) or target[1] != "*":
            return None
        module, _ = target
        while chain:
            found = self.source.resolve(module, chain.pop())
            if found is None:
                return None
            if isinstance(found, str):
                return ["library", found, *reversed(chain)]
            if found[1] != "*":
                return ["of", self.number(found), *reversed(chain)]
            module = found[0]
        return ["of", self.number((module, "*"))]

    def write(self, node: Any) -> Any:
        if isinstance(node, list):
            return [self.write(item) for item in node if not (isinstance(item, ast.stmt) and _is_docstring(item))]
        if not isinstance(node, ast.AST):
            return repr(node)
        if isinstance(node, ast.Import | ast.ImportFrom):
            return ["import"]
        if isinstance(node, ast.Name):
            return ["name", self.name(node.id)]
        if isinstance(node, ast.Attribute) and (chain := self.attribute(node)) is not None:
            return chain
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and not self.local:
            return self._function(node)
        fields = [type(node).__name__]
        for field in node._fields:
            if field in ("ctx", "type_comment", "returns", "annotation", "type_params"):
                if field == "annotation" and isinstance(node, ast.AnnAssign):
                    fields.append(self.write(node.annotation))
                continue
            value = getattr(node, field, None)
            if field == "name" and isinstance(value, str):
                value = self.local.get(value, value if isinstance(node, ast.ExceptHandler) else "")
            fields.append(self.write(value))
        return fields

    def _function(self, node: ast.FunctionDef | ast.AsyncFunctionDef) -> Any:
        """A function with its local variables numbered in order; parameters keep their names, as callers use them."""
        inner = list(ast.walk(node))
        kept = {a.arg for n in inner if isinstance(n, ast.arguments) for a in _parameters(n)}
        kept |= {name for n in inner if isinstance(n, ast.Global | ast.Nonlocal) for name in n.names}
        stored = [n.id for n in inner if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)]
        stored += [n.name for n in inner[1:] if isinstance(n, ast.FunctionDef | ast.ClassDef)]
        stored += [n.name for n in inner if isinstance(n, ast.ExceptHandler) and n.name]
        self.local = {name: name for name in kept}
        self.local |= {name: f"local {k}" for k, name in enumerate(dict.fromkeys(n for n in stored if n not in kept))}
        self.local.setdefault("", "")  # so that functions inside are written as what they are: parts of this one
        try:
            parts = [self.write(node.decorator_list), self.write(node.args), self.write(node.body)]
            return [type(node).__name__, *parts]
        finally:
            self.local = {}


def _parameters(arguments: ast.arguments) -> Iterator[ast.arg]:
    yield from (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs)
    yield from (one for one in (arguments.vararg, arguments.kwarg) if one is not None)


def closure_hash(roots: Iterable[Symbol], source: Source | None = None) -> str:
    """Hash of what these functions compute, 16 hexadecimal digits.

    Raises ValueError for a root that is not there.
    """
    source = source or _here()
    numbers: dict[Symbol, int] = {}
    for module, name in roots:
        found = source.resolve(module, name)
        if not isinstance(found, tuple) or found[1] == "*":
            raise ValueError(f"there is no function {name!r} in {module}")
        _count(numbers, found)
    digest, done = hashlib.sha256(), 0
    while done < len(numbers):
        for module, name in list(numbers)[done:]:
            done += 1
            for statement in source.written(module, name):
                digest.update(statement.text(numbers).encode() + b"\0")
            digest.update(b"\1")
    return digest.hexdigest()[:16]


def _statements(module: _Module, name: str) -> list[ast.stmt]:
    if name == "*":  # the module itself was handed on, so that anything in it may be used
        return [statement for group in module.bound.values() for statement in group]
    return module.effects if name == "" else module.bound[name]


@lru_cache(maxsize=1)
def _here() -> Source:
    return Source()


def symbol_of(function: Callable[..., Any]) -> Symbol:
    """The module and name of a function. Raises ValueError if it is not one of a module of the project."""
    function = getattr(function, "py_func", function)  # a compiled function
    module, name = function.__module__, function.__qualname__
    if "." in name or "<" in name:
        raise ValueError(f"{name} is not a function of a module by itself, so that its code cannot be named")
    if module == "__main__":
        spec = importlib.util.find_spec("__main__")
        module = spec.name if spec else module
    return module, name


def functions_hash(*functions: Callable[..., Any]) -> str:
    """Hash of what these functions compute."""
    return closure_hash(symbol_of(function) for function in functions)
