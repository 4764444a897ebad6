"""The table of ops: each forward function with its hand-written derivative and Gauss-Newton rule."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Op:
    """An elementary function.

    forward(*inputs, **settings) -> (output, cache)
    backward(d_output, cache, needs=None) -> one derivative per input; None where needs[i] is False
    curvature(d2_output, cache, needs=None) -> the same with every partial derivative squared
    """

    name: str
    forward: Callable[..., Any]
    backward: Callable[..., tuple[Any, ...]]
    curvature: Callable[..., tuple[Any, ...]] | None = None


OPS: dict[str, Op] = {}


def register(
    forward: Callable[..., Any],
    backward: Callable[..., tuple[Any, ...]],
    curvature: Callable[..., tuple[Any, ...]] | None = None,
) -> None:
    """Enter an op in the table under the name of its forward function."""
    name = forward.__name__
    if name in OPS:
        raise ValueError(f"an op named {name!r} is registered already")
    OPS[name] = Op(name, forward, backward, curvature)


def op_of(forward: Callable[..., Any]) -> Op:
    """The registered op of a forward function. Raises ValueError if it was never registered."""
    op = OPS.get(forward.__name__)
    if op is None or op.forward is not forward:
        raise ValueError(f"{forward.__name__!r} is not a registered op; see core/learning/ops/table.py")
    return op
