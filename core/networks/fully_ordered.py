"""Werbos's network: units in one order, each of which reads every input and every earlier unit."""

from __future__ import annotations

from core.networks.grouped import Net


def fully_ordered(inputs: int, units: int, outputs: int = 1) -> Net:
    """A network of `units` hidden units in order, then a group of `outputs` units that reads everything before.

    Layers are the special case in which most of its weights are zero.
    Source: described by Widrow and Lehr (1990), page 1421.
    """
    sizes = (inputs, *[1] * units, outputs)
    return Net(sizes, tuple(tuple(range(k)) for k in range(1, len(sizes))))
