"""How a compiled op stands in for a plain one, with the same name after `fast_`, and hands back what it does not do."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from core.learning.ops.table import OPS, Op, register

PRECISIONS = (np.float32, np.float64)


def twin(plain: Callable[..., Any], fits: Callable[..., bool]) -> Callable[..., Any]:
    """Decorator for the class of a twin's `forward` and `backward`: registers the op `fast_...`, gives its forward."""
    op: Op = OPS[plain.__name__]

    def make(rules: Any) -> Callable[..., Any]:
        def forward(*inputs, **settings):
            if not fits(*inputs) or inputs[0].dtype not in PRECISIONS:
                y, cache = op.forward(*inputs, **settings)
                return y, (None, None, cache)
            y, cache = rules.forward(*inputs, **settings)
            return y, (rules, inputs[0].dtype, cache)

        def backward(dy, cache, needs=None):
            chosen, kind, cache = cache
            if chosen is None:
                return op.backward(dy, cache, needs=needs)
            return chosen.backward(np.ascontiguousarray(dy, kind) if np.ndim(dy) else dy, cache, needs=needs)

        forward.__name__ = forward.__qualname__ = f"fast_{op.name}"
        forward.__doc__ = f"The op `{op.name}`, compiled."
        register(forward, backward, cost=op.cost)
        return forward

    return make
