"""The ordered system of Werbos (1974) and the one place where the chain rule is applied.

An ordered system is a list of entries in which each depends only on entries before it. A network
writes its forward pass as such a list; `ordered_derivatives` walks the list once, backwards.

>>> s = OrderedSystem()
>>> w = s.parameter("w", 3.0)
>>> loss = (2 * w + 1) * w
>>> loss
<entry 5: multiply of 4 and 'w', shape (), value 21>
>>> float(ordered_derivatives(loss)["w"])
13.0
"""

from __future__ import annotations

import weakref
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import numpy as np

from core.learning.ops.arithmetic import add, multiply, subtract
from core.learning.ops.shapes import part
from core.learning.ops.table import Op, op_of


class Entry:
    """One line of an ordered system: a value and, unless it was given, the op and entries it came from.

    `value` is an array; `name` that of a parameter, or None; `varies` whether its derivative may be wanted. Sums,
    differences and products of entries, also with plain numbers and arrays, and slices `entry[...]` are entries.
    """

    __array_ufunc__ = None  # lets `array * entry` reach __rmul__ instead of making an array of entries
    __slots__ = ("__weakref__", "_system", "cache", "index", "inputs", "name", "op", "value", "varies")

    def __init__(
        self,
        system: OrderedSystem,
        index: int,
        value: np.ndarray,
        *,
        name: str | None = None,
        varies: bool = True,
        op: Op | None = None,
        inputs: tuple[Entry, ...] = (),
        cache: Any = None,
    ) -> None:
        # A weak reference: system and entries would keep each other, and all their arrays, alive for a while.
        self._system = system.itself
        self.index, self.value, self.name, self.varies = index, value, name, varies
        self.op, self.inputs, self.cache = op, inputs, cache

    @property
    def system(self) -> OrderedSystem:
        """The system that the entry is a line of. Raises ReferenceError if nothing else keeps that system."""
        system = self._system()
        if system is None:
            raise ReferenceError(
                "the ordered system of this entry is gone; keep it in a variable while you use its entries"
            )
        return system

    def __repr__(self) -> str:
        what = f"parameter {self.name!r}" if self.name is not None else "parameter" if self.varies else "constant"
        if self.op is not None:
            what = f"{self.op.name} of {' and '.join(entry.called for entry in self.inputs)}"
        value = f", value {self.value:.6g}" if self.value.ndim == 0 and self.value.dtype.kind in "fiu" else ""
        return f"<entry {self.index}: {what}, shape {self.value.shape}{value}>"

    @property
    def called(self) -> str:
        """The entry in a sentence: its name in quotes, or its number."""
        return repr(self.name) if self.name is not None else str(self.index)

    def _with(self, forward: Callable[..., Any], other: Any, turned: bool = False) -> Entry:
        system = self.system
        entry = other if isinstance(other, Entry) else system.constant(other)
        return system.apply(forward, entry, self) if turned else system.apply(forward, self, entry)

    def __add__(self, other: Any) -> Entry:
        return self._with(add, other)

    def __radd__(self, other: Any) -> Entry:
        return self._with(add, other, True)

    def __sub__(self, other: Any) -> Entry:
        return self._with(subtract, other)

    def __rsub__(self, other: Any) -> Entry:
        return self._with(subtract, other, True)

    def __mul__(self, other: Any) -> Entry:
        return self._with(multiply, other)

    def __rmul__(self, other: Any) -> Entry:
        return self._with(multiply, other, True)

    def __neg__(self) -> Entry:
        return self._with(multiply, -1.0)

    def __getitem__(self, index: Any) -> Entry:
        return self.system.apply(part, self, index=index)

    __iter__ = None  # without it a loop over an entry would go on adding slices


class OrderedSystem:
    """A growing list of entries, each depending only on earlier ones."""

    def __init__(self) -> None:
        self.entries: list[Entry] = []
        self.itself = weakref.ref(self)
        self._names: set[str] = set()

    def __repr__(self) -> str:
        numbers = sum(entry.value.size for entry in self.entries)
        return (
            f"<ordered system of {len(self.entries)} entries, {len(self._names)} named parameters, {numbers:,} numbers>"
        )

    def _append(self, value: Any, **fields: Any) -> Entry:
        entry = Entry(self, len(self.entries), np.asarray(value), **fields)
        self.entries.append(entry)
        return entry

    def constant(self, value: Any) -> Entry:
        """Add a given value whose derivative is not wanted (an input pattern, a target)."""
        return self._append(value, varies=False)

    def parameter(self, name: str, value: Any) -> Entry:
        """Add a given value whose derivative is wanted, under `name`. Raises ValueError if the name is taken."""
        if name in self._names:
            raise ValueError(f"this ordered system has a parameter named {name!r} already")
        self._names.add(name)
        return self._append(value, name=name)

    def parameters(self, values: Mapping[str, np.ndarray]) -> dict[str, Entry]:
        """Add several parameters and return their entries by name."""
        return {name: self.parameter(name, value) for name, value in values.items()}

    def apply(self, forward: Callable[..., Any], *inputs: Entry, **settings: Any) -> Entry:
        """Add `forward(*inputs)`, where `forward` is a registered op.

        Raises ValueError if `forward` is not registered, if shapes do not fit, or if an input belongs to another
        system, as it would not be earlier in this one; TypeError if an input is no entry.
        """
        op = op_of(forward)
        for entry in inputs:
            if not isinstance(entry, Entry):
                raise TypeError(
                    f"{op.name}: inputs must be entries of an ordered system, not {type(entry).__name__}; "
                    "wrap it in system.constant(...), or system.parameter(name, ...) if its derivative is wanted"
                )
            if entry._system is not self.itself:
                raise ValueError("every input of an entry must be an earlier entry of the same ordered system")
        try:
            value, cache = forward(*(entry.value for entry in inputs), **settings)
        except (ValueError, IndexError) as fault:
            shapes = ", ".join(f"{_place(entry)} of shape {entry.value.shape}" for entry in inputs)
            raise ValueError(f"{op.name} of {shapes}: {fault}") from fault
        varies = any(entry.varies for entry in inputs)
        return self._append(value, varies=varies, op=op, inputs=inputs, cache=cache)


def _place(entry: Entry) -> str:
    return f"parameter {entry.name!r}" if entry.name is not None else f"entry {entry.index}"


class Derivatives(Mapping[str, np.ndarray]):
    """Derivatives of the target: by parameter name, or by entry through `of`."""

    def __init__(self, system: OrderedSystem, found: dict[int, np.ndarray]) -> None:
        self._found = found
        self._entries = {entry.name: entry for entry in system.entries if entry.name is not None}

    def __repr__(self) -> str:
        return f"<derivatives by {', '.join(map(repr, self._entries)) or 'no named parameter'}>"

    def of(self, entry: Entry) -> np.ndarray:
        """Derivative with respect to any entry; zeros, made here, where the target does not depend on it."""
        if entry.index in self._found:
            return self._found[entry.index]
        return np.zeros_like(entry.value, dtype=float)

    def __getitem__(self, name: str) -> np.ndarray:
        return self.of(self._entries[name])

    def __iter__(self) -> Iterator[str]:
        return iter(self._entries)

    def __len__(self) -> int:
        return len(self._entries)


def _walk_back(target: Entry, rule: Callable[[Op], Callable[..., Any]], forget: bool = False) -> Derivatives:
    system = target.system
    found: dict[int, np.ndarray] = {target.index: np.ones_like(target.value, dtype=float)}
    for entry in reversed(system.entries[: target.index + 1]):
        if entry.op is None or not entry.varies or entry.index not in found:
            continue
        needs = tuple(source.varies for source in entry.inputs)
        parts = rule(entry.op)(found[entry.index], entry.cache, needs=needs)
        if not isinstance(parts, tuple) or len(parts) != len(needs):
            given = f"{len(parts)} derivatives" if isinstance(parts, tuple) else type(parts).__name__
            raise TypeError(
                f"the derivative of op {entry.op.name!r} must be a tuple with one part per input "
                f"({len(needs)} here, as in `return (dx,)`), not {given}"
            )
        for source, part_ in zip(entry.inputs, parts, strict=True):
            if source.varies:
                found[source.index] = found[source.index] + part_ if source.index in found else part_
        if forget:
            del found[entry.index]
    return Derivatives(system, found)


def ordered_derivatives(target: Entry, *, forget: bool = False) -> Derivatives:
    """Ordered derivatives of `target` with respect to every earlier entry, in one backward walk.
    With `forget` only those of given entries are kept.

    F_i = sum over later entries j that use i of F_j * df_j/dz_i, starting from 1 at the target.
    A target of shape (R,) holds R independent losses, one per replica; each gets its own derivatives.
    Source: Werbos, Beyond Regression (PhD thesis, Harvard, 1974); the recursion is re-derived here.

    >>> s = OrderedSystem()
    >>> a, b = s.parameter("a", 2.0), s.parameter("b", 5.0)
    >>> found = ordered_derivatives(a * b - a)
    >>> float(found["a"]), float(found["b"])
    (4.0, 2.0)
    """
    return _walk_back(target, lambda op: op.backward, forget)


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
