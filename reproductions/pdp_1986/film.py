"""XOR being learned, as a film: two lines move in the plane of the inputs, and the points they see move apart."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any, NamedTuple

import numpy as np
from matplotlib.figure import Figure as Canvas

from core.evidence.record import Record
from core.learning.ops import squared_error
from core.learning.optimizers import gradient
from core.learning.seeds import generator
from core.networks.grouped import outputs
from core.publishing import figures as draw
from reproductions.pdp_1986.argument import POINTS, hidden_of, marked, two_lines_over
from reproductions.pdp_1986.experiment import NETS, task
from reproductions.pdp_1986.run import RECIPE

Arrays = Mapping[str, np.ndarray]
NET = NETS["xor 2-2-1"]
FRAMES, LEAST, LONGER = 60, 0.005, 2  # the film ends where the error is this small, or at this many times the sweeps
NAMES = ("00", "01", "10", "11")


class Path(NamedTuple):
    """A net on its way: the sweeps, flat parameters (sweeps + 1, 9), outputs (sweeps + 1, 4) and losses."""

    parameters: np.ndarray
    outputs: np.ndarray
    losses: np.ndarray


def middle_net(arrays: Arrays) -> tuple[int, int]:
    """The seed of the published net of which as many learned sooner as later, and its sweeps."""
    sweeps = arrays["xor_two"]
    order = np.argsort(sweeps)  # nets that never learned come last
    seed = int(order[np.count_nonzero(np.isfinite(sweeps)) // 2])
    return seed, int(sweeps[seed])


def learn(entropy: int, seed: int, sweeps: int) -> Path:
    """One net of the main study, sweep by sweep, by the ordered system; for longer than it took to learn."""

    def loss(system: Any, entries: Any, x: np.ndarray, t: np.ndarray) -> Any:
        return system.apply(squared_error, outputs(system, NET, entries, system.constant(x)), system.constant(t))

    x, t = task("xor")
    targets = RECIPE["off"] + (1 - 2 * RECIPE["off"]) * t
    p = NET.init(generator(entropy, seed), RECIPE["reach"])
    change = {name: np.zeros_like(value) for name, value in p.items()}
    parameters = [NET.flat(p)]
    losses: list[float] = []
    while len(losses) <= LONGER * sweeps and (len(losses) <= sweeps or losses[-1] > LEAST):
        value, slope = gradient(loss, p, x, targets)
        change = {name: RECIPE["momentum"] * change[name] - RECIPE["rate"] * slope[name] for name in p}
        p = {name: p[name] + change[name] for name in p}
        parameters.append(NET.flat(p))
        losses.append(float(value))
    every = np.array(parameters[:-1])
    answers = np.array([_answers(one) for one in every])
    return Path(every, answers, np.array(losses))


def _answers(p: np.ndarray) -> np.ndarray:
    # (9,) -> (4,)
    z = hidden_of(p, POINTS) @ p[6:8] + p[8]
    return np.asarray(0.5 * (1 + np.tanh(0.5 * z)))


def xor_learning(arrays: Arrays, record: Record) -> draw.Film:
    """The published net in the middle of all that learned: its lines, its hidden plane, its answers and its error."""
    seed, sweeps = middle_net(arrays)
    path = learn(record.settings["entropy"], seed, sweeps)
    still, axes = draw.canvas(3, width=11.0, height=4.2)
    for ax, k in zip(axes, (0, sweeps, len(path.losses) - 1), strict=True):
        two_lines_over(ax, path.parameters[k], 20)
        ax.set(title=f"after {k} sweeps" if k else "at the start", xlabel="input 1")
    axes[0].set_ylabel("input 2")
    return draw.Film(still, partial(_frame, path, sweeps), _frames(path), 200)


def _frames(path: Path) -> list[int]:
    """Sweeps that are shown, closer together where the answers change."""
    moved = np.abs(np.diff(path.outputs, axis=0)).sum(axis=1)
    along = np.concatenate([[0.0], np.cumsum(0.4 / len(moved) + 0.6 * moved / moved.sum())])
    return np.unique(np.searchsorted(along, np.linspace(0, along[-1] - 1e-9, FRAMES))).tolist()


def _frame(path: Path, sweeps: int, k: int) -> Canvas:
    figure = draw.blank(7.4, 6.6)
    left = figure.add_axes((0.09, 0.46, 0.38, 0.45))
    right = figure.add_axes((0.58, 0.46, 0.38, 0.45))
    below = figure.add_axes((0.09, 0.1, 0.38, 0.22))
    answers = figure.add_axes((0.58, 0.1, 0.38, 0.22))
    p, last = path.parameters[k], len(path.losses) - 1
    told = f"sweep {k}: every answer within {RECIPE['margin']:g}" if k >= sweeps else f"sweep {k}"
    figure.suptitle(told, x=0.525, fontsize=13, color=draw.GREEN if k >= sweeps else draw.INK)
    two_lines_over(left, p, 18)
    left.set(xlabel="input 1", ylabel="input 2", title="two lines, one for each hidden unit")
    _plane(right, p)
    below.plot(path.losses, color=draw.FAINT, linewidth=1.5)
    below.plot(path.losses[: k + 1], color=draw.RED, linewidth=2.5)
    below.axvline(sweeps, color=draw.GREEN, linewidth=1.5)
    below.plot([k], [path.losses[k]], "o", color=draw.RED, markersize=8)
    below.set(xlim=(-0.02 * last, 1.04 * last), ylim=(0, 1.15 * path.losses.max()), xlabel="sweeps", ylabel="error")
    answers.bar(NAMES, path.outputs[k], color=[draw.FAINT, draw.BLUE, draw.BLUE, draw.FAINT], width=0.6)
    for place, wanted in enumerate((0.1, 0.9, 0.9, 0.1)):
        answers.plot([place - 0.36, place + 0.36], [wanted, wanted], color=draw.INK, linewidth=2.5)
    answers.set(ylim=(0, 1.02), yticks=[0, 0.5, 1], title="its answers, and what is wanted (lines)")
    answers.grid(axis="x", visible=False)
    return figure


def _plane(ax: Any, p: np.ndarray) -> None:
    """The four points where the hidden units put them, and the line of the output unit."""
    v, c = p[6:8], p[8]
    side = np.linspace(-0.2, 1.2, 61)
    z = np.stack(np.meshgrid(side, side), axis=-1) @ v + c
    if z.min() < 0 < z.max():
        ax.contour(side, side, z, levels=[0], colors=[draw.INK], linewidths=2.4)
    marked(ax, hidden_of(p, POINTS), 18)
    ax.set(
        xlim=(-0.2, 1.2),
        ylim=(-0.2, 1.2),
        aspect="equal",
        xticks=[0, 1],
        yticks=[0, 1],
        xlabel="hidden unit 1",
        ylabel="hidden unit 2",
        title="what the output sees",
    )
    ax.grid(visible=False)
