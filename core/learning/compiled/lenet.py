"""Fast twin of `core.networks.lenet`: online passes, slopes, second derivatives and outputs of the whole family.

All seeds see the same pattern in the same order, so up to a register of them learn in lockstep: 8 in double precision,
16 in single. Parameters are dicts of arrays with one replica axis in front; in double precision results agree with the
ordered system to rounding. Where the paper is blank nothing is computed twice: `background` is its value, and the
results are the same whatever it is.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np

from core.learning.compiled import class_outputs
from core.learning.compiled.lenet_walks import CURVATURES, FRAME, LEARN, OUTPUTS, SLOPES, Net, run
from core.learning.compiled.registers import RECTIFIED, SCALED_TANH, lanes, pack, unpack

Arrays = Mapping[str, np.ndarray]
ENDS = {"rbf": class_outputs.RADIAL_BASIS, "tanh": class_outputs.SCALED_TANH, "softmax": class_outputs.SOFTMAX}
PAPER = -0.1  # the value of blank paper in the images of 1998


class Pass(NamedTuple):
    """Parameters after an online pass, and of each seed: answers wrong and mean loss, both as the pass went on."""

    parameters: dict[str, np.ndarray]
    wrong: np.ndarray
    loss: np.ndarray


class Twin:
    """The twin of one plan of `core.networks.lenet`.

    centres (10, inputs) and `rubbish`, the constant j, are those of the radial basis outputs. `precision` is float64
    or float32. Raises ValueError for more seeds than a register holds, and for images of another size.
    """

    def __init__(
        self,
        plan: Any,
        *,
        centres: np.ndarray | None = None,
        rubbish: float = 0.0,
        whole: bool = False,
        precision: Any = np.float64,
        background: float = PAPER,
    ) -> None:
        self.plan, self.precision, self.background = plan, np.dtype(precision), float(background)
        self.seeds, self.width = lanes(precision), plan.sides[0] + FRAME
        if (plan.output == "rbf") != (centres is not None):
            raise ValueError("centres belong to radial basis outputs, and to no others")
        if plan.units == "relu" and plan.output != "softmax":
            raise ValueError("rectified units go with a softmax output")
        self.net = _net(plan, np.zeros((0, 0)) if centres is None else centres, rubbish, whole, self.seeds)

    def learn(self, parameters: Arrays, rates: Arrays, images: np.ndarray, labels: np.ndarray) -> Pass:
        """One online pass: w <- w - rate dE/dw after every pattern. parameters and rates (R, ...), images (N, ...)."""
        p = self.flat(parameters)
        wrong, losses = self._run(LEARN, p, self.flat(rates), np.empty_like(p), images, labels)
        count, replicas = max(len(images), 1), len(parameters["w1"])
        return Pass(self.shaped(p, parameters), wrong[:replicas].astype(int), losses[:replicas] / count)

    def slopes(self, parameters: Arrays, images: np.ndarray, labels: np.ndarray) -> dict[str, np.ndarray]:
        """The derivatives of the loss, summed over the patterns."""
        return self._sums(SLOPES, parameters, images, labels)

    def flat_slopes(self, p: np.ndarray, images: np.ndarray, labels: np.ndarray, g: np.ndarray) -> np.ndarray:
        """The same for parameters laid out by `flat`, written to g. Returns the sum of losses of each lane."""
        g[:] = 0
        return self._run(SLOPES, p, p, g, images, labels)[1]

    def mean_curvatures(self, parameters: Arrays, images: np.ndarray, labels: np.ndarray) -> dict[str, np.ndarray]:
        """The twin of `core.learning.optimizers.mean_curvatures`: h_kk of the loss of one pattern, averaged."""
        found = self._sums(CURVATURES, parameters, images, labels)
        return {name: value / len(images) for name, value in found.items()}

    def outputs(self, parameters: Arrays, images: np.ndarray) -> np.ndarray:
        """Outputs (R, N, 10) without learning: penalties, units or logits."""
        p, size = self.flat(parameters), self.seeds
        raw = np.empty((len(images), 10 * size), self.precision)
        self._run(OUTPUTS, p, p, p, images, np.zeros(len(images), np.int64), raw)
        return unpack(raw.ravel(), (len(parameters["w1"]), len(images), 10))

    def _sums(self, mode: int, parameters: Arrays, images: np.ndarray, labels: np.ndarray) -> dict[str, np.ndarray]:
        p = self.flat(parameters)
        g = np.zeros_like(p)
        self._run(mode, p, p, g, images, labels)
        return self.shaped(g, parameters)

    def flat(self, arrays: Arrays) -> np.ndarray:
        """All arrays of a network one after another, w1, b1, w2, ..., the seed last."""
        return np.concatenate([pack(arrays[name], self.precision) for name in _names(arrays)])

    def shaped(self, flat: np.ndarray, like: Arrays) -> dict[str, np.ndarray]:
        """The inverse of `flat`."""
        pieces = np.split(flat, self.net.at[1:-1])
        return {name: unpack(piece, like[name].shape) for name, piece in zip(_names(like), pieces, strict=True)}

    def _run(
        self,
        mode: int,
        p: np.ndarray,
        rates: np.ndarray,
        g: np.ndarray,
        images: np.ndarray,
        labels: np.ndarray,
        raw: np.ndarray | None = None,
    ) -> tuple[np.ndarray, np.ndarray]:
        width = self.width
        flat = np.ascontiguousarray(np.reshape(images, (len(images), -1)), dtype=self.precision)
        if len(p) != self.net.at[-1] or flat.shape[1] != width * width or len(labels) != len(images):
            raise ValueError(f"this network takes its own parameters, and images of {width}x{width} with their labels")
        wrong, losses = np.zeros(self.seeds), np.zeros(self.seeds)
        nothing = np.empty((0, 0), self.precision) if raw is None else raw
        labels = np.ascontiguousarray(labels, dtype=np.int64)
        run(self.net, mode, flat, labels, self.precision.type(self.background), p, rates, g, nothing, losses, wrong)
        return wrong, losses


def _names(arrays: Arrays) -> list[str]:
    return [f"{kind}{k}" for k in range(1, len(arrays) // 2 + 1) for kind in "wb"]


def _starts(counts: Any) -> np.ndarray:
    return np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)


def _net(plan: Any, centres: np.ndarray, rubbish: float, whole: bool, seeds: int) -> Net:
    c3 = plan.sides[2]
    links, source, last = np.asarray(plan.links), np.asarray(plan.source), len(plan.table)
    by_read = np.argsort(links[:, 1], kind="stable")
    maps_of_s2, dense = len(source), list(zip(plan.sizes, plan.sizes[1:], strict=False))
    counts = [plan.maps * 25, plan.maps, maps_of_s2, maps_of_s2, len(links) * 25, last, last, last]
    counts += [n for inputs, units in dense for n in (inputs * units, units)]
    return Net(
        at=_starts(np.array(counts) * seeds),
        units=_starts(np.array(plan.sizes) * seeds),
        sides=tuple(plan.sides),
        source=source,
        readers=_starts(np.bincount(source, minlength=plan.maps)),
        own=_starts(np.ones(last, int)),
        first_link=_starts(np.bincount(links[:, 0], minlength=last)),
        linked=np.ascontiguousarray(links[:, 1]),
        first_read=_starts(np.bincount(links[:, 1], minlength=maps_of_s2)),
        link=by_read,
        reader=np.ascontiguousarray(links[by_read, 0]),
        columns=((0,) * 4, (0,) * c3, (0,) * (c3 + FRAME)),
        end=ENDS[plan.output],
        centres=np.ascontiguousarray(centres, dtype=np.float64),
        rubbish=float(rubbish),
        whole=bool(whole),
        form=RECTIFIED if plan.units == "relu" else SCALED_TANH,
    )
