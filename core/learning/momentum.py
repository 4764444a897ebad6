"""Steps with momentum, plain or Nesterov's, and decay of the weights: a rule for `core.learning.training`."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np


@dataclass
class Momentum:
    """v <- momentum v + (dE/dw + decay w); w <- w - rate v, or with `nesterov` w - rate (dE/dw + decay w + momentum v).

    The decay, that of a penalty decay |w|^2 / 2, is for weights and not for biases, arrays of one axis. Nesterov's
    (1983) form is the one of Sutskever et al. (2013) as libraries write it.
    """

    momentum: float = 0.9
    decay: float = 0.0
    nesterov: bool = False
    _speed: dict[str, np.ndarray] = field(default_factory=dict)

    def step(self, name: str, w: np.ndarray, slope: np.ndarray, rate: float) -> None:
        """Change w in place; the array of slopes is used up."""
        kind = w.dtype.type
        if self.decay and w.ndim > 1:
            slope += kind(self.decay) * w
        v = self._speed.setdefault(name, np.zeros_like(w))
        v *= kind(self.momentum)
        v += slope
        if self.nesterov:
            slope += kind(self.momentum) * v
            w -= kind(rate) * slope
        else:
            w -= kind(rate) * v
