"""The table of ops: each forward function with its hand-written derivative, Gauss-Newton rule and cost.

>>> import numpy as np
>>> def softplus(x):
...     # x (...) -> (...)
...     return np.log1p(np.exp(x)), x
>>> def softplus_backward(dy, x, needs=None):
...     return (dy / (1 + np.exp(-x)),)
>>> register(softplus, softplus_backward, cost=each_value)
>>> op_of(softplus)
<op softplus>
>>> del OPS["softplus"]
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

# (inputs, output, which inputs vary) -> operations forwards, and backwards
Cost = Callable[[Sequence[np.ndarray], np.ndarray, Sequence[bool]], tuple[int, int]]


@dataclass(frozen=True, repr=False)
class Op:
    """An elementary function.

    forward(*inputs, **settings) -> (output, cache)
    backward(d_output, cache, needs=None) -> one derivative per input; None where needs[i] is False
    curvature(d2_output, cache, needs=None) -> the same with every partial derivative squared
    cost(inputs, output, varies) -> operations of the forward pass, and of the backward walk
    """

    name: str
    forward: Callable[..., Any]
    backward: Callable[..., tuple[Any, ...]]
    curvature: Callable[..., tuple[Any, ...]] | None = None
    cost: Cost | None = None

    def __repr__(self) -> str:
        return f"<op {self.name}>"


OPS: dict[str, Op] = {}


def register(
    forward: Callable[..., Any],
    backward: Callable[..., tuple[Any, ...]],
    curvature: Callable[..., tuple[Any, ...]] | None = None,
    *,
    cost: Cost | None = None,
) -> None:
    """Enter an op in the table under the name of its forward function.

    Raises TypeError if a part is no function, ValueError if the name is taken. Without `curvature` it cannot stand in
    a network trained by the second-order method; without `cost` its operations cannot be counted.
    """
    for what, given in (("forward", forward), ("backward", backward), ("curvature", curvature), ("cost", cost)):
        if not callable(given) and (given is not None or what in ("forward", "backward")):
            raise TypeError(
                f"register takes functions, as in register(softplus, softplus_backward); {what} is "
                f"{given!r}. The op is named after its forward function."
            )
    name = forward.__name__
    if name in OPS:
        raise ValueError(f"an op named {name!r} is registered already")
    OPS[name] = Op(name, forward, backward, curvature, cost)


def op_of(forward: Callable[..., Any]) -> Op:
    """The registered op of a forward function. Raises ValueError if it was never registered."""
    name = getattr(forward, "__name__", repr(forward))
    op = OPS.get(name)
    if op is None:
        raise ValueError(
            f"{name!r} is not a registered op; known: {', '.join(sorted(OPS))}. See core/learning/ops/table.py"
        )
    if op.forward is not forward:
        raise ValueError(
            f"{name!r} of {getattr(forward, '__module__', None) or 'another package'} is not the registered op of that "
            f"name; import it with `from core.learning.ops import {name}`"
        )
    return op


def free(inputs: Sequence[np.ndarray], output: np.ndarray, varies: Sequence[bool]) -> tuple[int, int]:
    """The cost of sums, differences and of moving numbers about: nothing is multiplied."""
    return 0, 0


def each_value(inputs: Sequence[np.ndarray], output: np.ndarray, varies: Sequence[bool]) -> tuple[int, int]:
    """The cost of a function of every element: one value forwards, one product backwards, for each."""
    return output.size, output.size


def products(inputs: Sequence[np.ndarray], output: np.ndarray, varies: Sequence[bool]) -> tuple[int, int]:
    """The cost of multiplying two inputs element by element: one product, and one backwards for each that varies."""
    return output.size, output.size * sum(varies)
