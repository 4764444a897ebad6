"""Dropout: units left out at random, by random numbers that are given."""

from __future__ import annotations

from core.learning.ops.table import register


def dropout(x, numbers, *, share=0.5):
    # x (...), numbers (...) uniform in [0, 1) -> y (...)
    """y = x where the random number is at least `share`, else 0: a unit is left out with probability `share`.

    Nothing is scaled up; a network that uses all its units multiplies their outputs by 1 - share instead.
    Hinton, Srivastava, Krizhevsky, Sutskever and Salakhutdinov (2012), arXiv 1207.0580; Krizhevsky et al. (2012),
    section 4.2. Raises ValueError if there is not one number for each unit.

    >>> import numpy as np
    >>> dropout(np.array([1.0, 2.0, 3.0]), np.array([0.9, 0.1, 0.6]), share=0.5)[0]
    array([1., 0., 3.])
    """
    if numbers.shape != x.shape:
        raise ValueError(f"{numbers.shape} random numbers do not fit {x.shape} units")
    kept = numbers >= share
    return x * kept, kept


def dropout_backward(dy, kept, needs=None):
    """dx = dy where the unit was kept, else 0. The squared Jacobian is the same map; the choice has no derivative."""
    return dy * kept, None


def dropout_cost(inputs, output, varies):
    """One comparison for every unit; backwards nothing is multiplied."""
    return output.size, 0


register(dropout, dropout_backward, dropout_backward, cost=dropout_cost)
