"""The ordered system of Werbos (1974) and the one place where the chain rule is applied.

An ordered system is a list of entries in which each depends only on entries before it. A network
writes its forward pass as such a list; `ordered_derivatives` walks the list once, backwards.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from core.learning.ops.table import Op, op_of


@dataclass(frozen=True, eq=False)
class Entry:
    """One line of an ordered system: a value and, unless it was given, the op and entries it came from."""

    system: OrderedSystem
    index: int
    value: np.ndarray
    name: str | None = None
    varies: bool = True
    op: Op | None = None
    inputs: tuple[Entry, ...] = ()
    cache: Any = None


class OrderedSystem:
    """A growing list of entries, each depending only on earlier ones."""

    def __init__(self) -> None:
        self.entries: list[Entry] = []

    def _append(self, value: Any, **fields: Any) -> Entry:
        entry = Entry(self, len(self.entries), np.asarray(value), **fields)
        self.entries.append(entry)
        return entry

    def constant(self, value: Any) -> Entry:
        """Add a given value whose derivative is not wanted (an input pattern, a target)."""
        return self._append(value, varies=False)

    def parameter(self, name: str, value: Any) -> Entry:
        """Add a given value whose derivative is wanted, under `name`. Raises ValueError if the name is taken."""
        if any(entry.name == name for entry in self.entries):
            raise ValueError(f"this ordered system has a parameter named {name!r} already")
        return self._append(value, name=name)

    def parameters(self, values: Mapping[str, np.ndarray]) -> dict[str, Entry]:
        """Add several parameters and return their entries by name."""
        return {name: self.parameter(name, value) for name, value in values.items()}

    def apply(self, forward: Callable[..., Any], *inputs: Entry, **settings: Any) -> Entry:
        """Add `forward(*inputs)`, where `forward` is a registered op.

        Raises ValueError if an input belongs to another system: it would not be earlier in this one.
        """
        if any(entry.system is not self for entry in inputs):
            raise ValueError("every input of an entry must be an earlier entry of the same ordered system")
        value, cache = forward(*(entry.value for entry in inputs), **settings)
        varies = any(entry.varies for entry in inputs)
        return self._append(value, varies=varies, op=op_of(forward), inputs=inputs, cache=cache)


class Derivatives(Mapping[str, np.ndarray]):
    """Derivatives of the target: by parameter name, or by entry through `of`."""

    def __init__(self, system: OrderedSystem, found: dict[int, np.ndarray]) -> None:
        self._found = found
        self._entries = {entry.name: entry for entry in system.entries if entry.name is not None}

    def of(self, entry: Entry) -> np.ndarray:
        """Derivative with respect to any entry; zero where the target does not depend on it."""
        if entry.index in self._found:
            return self._found[entry.index]
        return np.zeros_like(entry.value, dtype=float)

    def __getitem__(self, name: str) -> np.ndarray:
        return self.of(self._entries[name])

    def __iter__(self) -> Iterator[str]:
        return iter(self._entries)

    def __len__(self) -> int:
        return len(self._entries)


def _walk_back(target: Entry, rule: Callable[[Op], Callable[..., Any]]) -> Derivatives:
    found: dict[int, np.ndarray] = {target.index: np.ones_like(target.value, dtype=float)}
    for entry in reversed(target.system.entries[: target.index + 1]):
        if entry.op is None or not entry.varies or entry.index not in found:
            continue
        needs = tuple(source.varies for source in entry.inputs)
        parts = rule(entry.op)(found[entry.index], entry.cache, needs=needs)
        for source, part in zip(entry.inputs, parts, strict=True):
            if source.varies:
                found[source.index] = found[source.index] + part if source.index in found else part
    return Derivatives(target.system, found)


def ordered_derivatives(target: Entry) -> Derivatives:
    """Ordered derivatives of `target` with respect to every earlier entry, in one backward walk.

    F_i = sum over later entries j that use i of F_j * df_j/dz_i, starting from 1 at the target.
    A target of shape (R,) holds R independent losses, one per replica; each gets its own derivatives.
    Source: Werbos, Beyond Regression (PhD thesis, Harvard, 1974); the recursion is re-derived here.
    """
    return _walk_back(target, lambda op: op.backward)


def ordered_curvatures(target: Entry) -> Derivatives:
    """Diagonal Gauss-Newton second derivatives of `target`, by the same walk with squared Jacobians.

    h_i = sum over later j of h_j (df_j/dz_i)^2, the f'' terms dropped, off-diagonal terms dropped, so h >= 0.
    Summed over every case in the batch. The target must be a loss op, whose own second derivative starts the walk.
    Source: LeCun, Bottou, Bengio and Haffner (1998), appendix C.
    Raises ValueError if some op on the way has no curvature rule.
    """

    def rule(op: Op) -> Callable[..., Any]:
        if op.curvature is None:
            raise ValueError(f"op {op.name!r} has no Gauss-Newton rule; register one beside its derivative")
        return op.curvature

    return _walk_back(target, rule)
