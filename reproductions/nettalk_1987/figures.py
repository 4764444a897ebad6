"""The figures of 1987, drawn from the record."""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Mapping
from functools import partial

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure as Canvas
from scipy.spatial.distance import pdist

from core.datasets.nettalk import PHONEME_CLASS
from core.datasets.phonemes import SYMBOLS
from core.evidence.record import Record
from core.publishing import figures as draw
from reproductions.nettalk_1987 import curves, speech, today

Arrays = Mapping[str, np.ndarray]
LONGEST = 25  # letters of a line of the sentence
COLOURS = (draw.FAINT, draw.SKY, draw.GREEN, draw.ORANGE, draw.PURPLE, draw.BLUE)
# As told of the paper: hidden units and phonemes right; then the dictionary before, and after some passes.
TOLD = ((0, 82), (80, 95), (120, 98))
TOLD_DICTIONARY = {"one": ((0, 77), (1, 85), (5, 90)), "two": ((0, 80), (1, 87))}


def figures(record: Record, arrays: Arrays) -> Mapping[str, Callable[[], Canvas | draw.Audible]]:
    """How to draw each figure of paper.toml, and the picture of the card."""
    drawn = (card, hidden, dictionary, more_words, curve, damage, spacing, clusters, reading, now)
    return {function.__name__: partial(function, arrays, record) for function in drawn}


def _told(record: Record) -> bool:
    """Whether the words are those that the paper's numbers are for."""
    return record.settings["words"] == "common"


def _way(ax: Axes, arrays: Arrays, chosen: np.ndarray) -> None:
    """Curves of learning for some numbers of hidden units, named at their right ends."""
    x = np.arange(len(arrays["looks"]))
    labels = []
    for place, k in enumerate(chosen):
        y, colour = 100 * arrays["way"][k], COLOURS[(len(COLOURS) - len(chosen) + place) % len(COLOURS)]
        ax.plot(x, y, "o-", color=colour, markersize=5, linewidth=2)
        labels.append((float(x[-1]), float(y[-1]), f"{arrays['way_hidden'][k]:.0f}", colour))
    ax.set_xticks(x, [f"{look:.0f}" for look in arrays["looks"]])
    ax.set_ylim(0, 102)
    draw.end_labels(ax, labels, gap=0.075)


def card(arrays: Arrays, record: Record) -> Canvas:
    """Share right against passes for the least, a middle and the largest number of hidden units."""
    figure, ax = draw.canvas(width=3.6, height=3.2)
    order = np.argsort(arrays["way_hidden"])
    _way(ax, arrays, order[[0, len(order) // 3, -1]])
    ax.set(xlabel="passes", ylabel="sounds right, %")
    ax.annotate("hidden\nunits", (0.99, 0.42), xycoords="axes fraction", ha="right", va="top")
    return figure


def hidden(arrays: Arrays, record: Record) -> Canvas:
    """Phonemes right by number of hidden units, and the way there."""
    figure, axes = draw.canvas(2, width=10.5, height=4.8)
    ax = axes[0]
    sizes = np.unique(arrays["hidden"][:, 0])
    for k, size in enumerate(sizes):
        for then, colour, shift in ((1, draw.BLUE, -0.12), (0, draw.ORANGE, 0.12)):
            points = arrays["hidden"][(arrays["hidden"][:, 0] == size) & (arrays["hidden"][:, 1] == then), 2]
            spread = np.linspace(-0.08, 0.08, len(points))
            ax.plot(k + shift + spread, 100 * np.sort(points), "o", color=colour, markersize=4)
    for then, colour, shift in ((1, draw.BLUE, -0.12), (0, draw.ORANGE, 0.12)):
        points = arrays["two_layers"][arrays["two_layers"][:, 0] == then, 1]
        spread = np.linspace(-0.08, 0.08, len(points))
        ax.plot(len(sizes) + shift + spread, 100 * np.sort(points), "o", color=colour, markersize=4)
    if _told(record):
        places = {float(size): k for k, size in enumerate(sizes)} | {-1.0: len(sizes)}
        for size, value in (*TOLD, (-1, 97)):
            if float(size) in places:
                ax.plot([places[float(size)]], [value], "D", color=draw.INK, markersize=9, zorder=5)
    ax.set_xticks(range(len(sizes) + 1), [*(f"{size:.0f}" for size in sizes), "two\nlayers"])
    ax.set(xlabel="hidden units", ylabel="phonemes right, %", title="after the last pass")
    for row, (text, colour) in enumerate((("rule of 1987", draw.BLUE), ("rule of 1986", draw.ORANGE))):
        ax.annotate(text, (0.5, 0.14 - 0.08 * row), xycoords="axes fraction", ha="center", color=colour)
    _way(axes[1], arrays, np.argsort(arrays["way_hidden"]))
    axes[1].set(xlabel="passes", title="on the way; numbers: hidden units")
    return figure


def dictionary(arrays: Arrays, record: Record) -> Canvas:
    """Phonemes right over the dictionary, before and after each pass over it."""
    figure, ax = draw.canvas(width=7.5, height=4.8)
    names = {
        "one": (f"one layer of {record.settings['one_layer']}", draw.BLUE, -0.04),
        "two": (f"two layers of {record.settings['two_layers']}", draw.ORANGE, 0.04),
    }
    for row, (name, (text, colour, shift)) in enumerate(names.items()):
        right = 100 * arrays[f"dictionary_{name}"]
        x = np.arange(right.shape[1]) + shift
        ax.plot(x, right.mean(axis=0), "-", color=colour, linewidth=2)
        for line in right:
            ax.plot(x, line, "o", color=colour, markersize=4, alpha=0.6)
        during = 100 * arrays[f"during_{name}"]
        ax.plot(np.full(len(during), 0.5 + shift), during, "s", color=colour, markersize=6, fillstyle="none")
        ax.annotate(text, (0.97, 0.16 - 0.07 * row), xycoords="axes fraction", ha="right", color=colour)
        if _told(record):
            for place, value in TOLD_DICTIONARY[name]:
                ax.plot(
                    [place + 4 * shift], [value], "D", color=colour, markeredgecolor=draw.INK, mew=1.8, markersize=10
                )
    ax.annotate("◇ as told of the paper   □ as each word is met", (0.97, 0.23), xycoords="axes fraction", ha="right")
    ax.set_xticks(range(arrays["dictionary_one"].shape[1]))
    ax.set(xlabel="passes over the dictionary", ylabel="phonemes right, %")
    return figure


def more_words(arrays: Arrays, record: Record) -> Canvas:
    """Phonemes right on words learned and on others, by how many were learned."""
    figure, ax = draw.canvas(width=7.0, height=4.4)
    shown, learned, tested = arrays["more"].T
    sizes = np.unique(shown)
    for values, text, colour in ((learned, "words learned", draw.FAINT), (tested, "words never shown", draw.BLUE)):
        ax.plot(shown, 100 * values, "o", color=colour, markersize=4, alpha=0.6)
        means = [100 * values[shown == size].mean() for size in sizes]
        ax.plot(sizes, means, "-", color=colour, linewidth=2)
        middle, away = len(sizes) // 2, 14 if means[-1] < means[0] else -16  # on the side that the line leaves free
        place = sizes[middle], means[middle]
        ax.annotate(text, place, xytext=(6, away), textcoords="offset points", va="center", color=colour)
    ax.set_xscale("log")
    ax.set_xticks(sizes, [f"{size:.0f}" for size in sizes])
    ax.minorticks_off()
    ax.set(xlabel="words learned", ylabel="phonemes right, %")
    ax.margins(y=0.12)
    return figure


def curve(arrays: Arrays, record: Record) -> Canvas:
    """Errors against words shown on logarithmic axes, with laws fitted to the mean."""
    figure, axes = draw.canvas(2, width=10.5, height=4.8)
    t = arrays["curve_shown"]
    fitted = (("power", draw.BLUE, "-"), ("exponential", draw.RED, "--"), ("power with a floor", draw.GREEN, "-."))
    for ax, name, title in zip(
        axes, ("wrong_phoneme", "error"), ("phonemes wrong, a share", "squared error per output"), strict=True
    ):
        errors = arrays[f"curve_{name}"]
        ax.plot(t, errors.T, color=draw.FAINT, linewidth=0.6, alpha=0.5)
        mean = errors.mean(axis=0)
        ax.plot(t, mean, "o", color=draw.INK, markersize=5)
        for row, (law, colour, style) in enumerate(fitted):
            q, _ = curves.fit(law, t, mean)
            ax.plot(t, np.exp(curves.FORMS[law][0](t, q)), style, color=colour, linewidth=2)
            ax.annotate(law, (0.04, 0.2 - 0.07 * row), xycoords="axes fraction", color=colour)
        ax.set(xscale="log", xlabel="words shown", title=title)
        draw.logarithmic_y(ax)
    return figure


def damage(arrays: Arrays, record: Record) -> Canvas:
    """Damage by amount, and learning at first beside learning again."""
    figure, axes = draw.canvas(2, width=10.5, height=4.8)
    for k, (text, colour) in enumerate((("rule of 1987", draw.BLUE), ("rule of 1986", draw.ORANGE))):
        x, right = arrays[f"relative_{k}"], 100 * arrays[f"damage_{k}"]
        axes[0].plot(x.T, right.T, color=colour, linewidth=0.6, alpha=0.4)
        axes[0].plot(x.mean(axis=0), right.mean(axis=0), "o-", color=colour, markersize=5, linewidth=2)
        axes[0].annotate(text, (0.97, 0.93 - 0.08 * k), xycoords="axes fraction", ha="right", color=colour)
    axes[0].set(
        xlabel="change, ±, in mean weights",
        ylabel="phonemes right, %",
        title="damage",
        xlim=(-0.05, 2.5),
        ylim=(0, 102),
    )
    every = record.settings["relearn_every"]
    ax = axes[1]
    for seed, (first, again) in enumerate(zip(arrays["first"], arrays["again"], strict=True)):
        begun = int(np.flatnonzero(first >= again[0])[0]) if (first >= again[0]).any() else 0
        there = first[begun : begun + len(again)]
        wide = 0.6 if seed else 2.2
        ax.plot(every * np.arange(len(there)), 100 * there, color=draw.FAINT, linewidth=wide)
        ax.plot(every * np.arange(len(again)), 100 * again, color=draw.BLUE, linewidth=wide)
    for row, (text, colour) in enumerate((("again, after damage", draw.BLUE), ("the first time", draw.FAINT))):
        ax.annotate(text, (0.97, 0.14 - 0.08 * row), xycoords="axes fraction", ha="right", color=colour)
    ax.set(xlabel="words shown from there", title="learning")
    return figure


def spacing(arrays: Arrays, record: Record) -> Canvas:
    """Error on a new item against spacing, for each time of the test."""
    figure, ax = draw.canvas(width=7.5, height=4.6)
    errors = arrays["practice"]  # (nets, spacings, retentions)
    spacings, retentions = record.settings["spacings"], record.settings["retentions"]
    x, labels = np.arange(len(spacings)), []
    for k, gone in enumerate(retentions):
        mean = errors[:, :, k].mean(axis=0)
        error = errors[:, :, k].std(axis=0, ddof=1) / np.sqrt(len(errors))
        colour = (draw.FAINT, draw.SKY, draw.ORANGE, draw.BLUE)[k % 4]
        ax.errorbar(x, mean, yerr=error, fmt="o-", color=colour, linewidth=2, capsize=3)
        labels.append((float(x[-1]), float(mean[-1]), f"after {gone}" if gone else "at once", colour))
    ax.set_xticks(x, [str(k) for k in spacings])
    ax.set(xlabel="known words between two repetitions", ylabel="squared error per output")
    draw.end_labels(ax, labels, gap=0.07)
    return figure


def clusters(arrays: Arrays, record: Record) -> Canvas:
    """Distances between pairs in two nets, and what nets have in common before and after learning."""
    figure, axes = draw.canvas(2, width=10.5, height=4.6)
    a, b = (pdist(arrays[f"means_{name}"]) for name in "ab")
    axes[0].plot(a, b, ".", color=draw.BLUE, markersize=3, alpha=0.5, rasterized=True)
    axes[0].set(xlabel="distance in one net", ylabel="distance in another", title="pairs of letter and sound")
    names = ("distances", "clusters", "weights", "responses")
    alike = arrays["alike"]  # (measures, nets, before and after)
    for k, colour in ((0, draw.FAINT), (1, draw.BLUE)):
        mean, error = alike[:, :, k].mean(axis=1), alike[:, :, k].std(axis=1)
        axes[1].barh(
            np.arange(4) + 0.2 - 0.4 * (1 - k), mean, 0.36, xerr=error, color=colour, ecolor=draw.INK, capsize=3
        )
    axes[1].set_yticks(range(4), names)
    axes[1].set_ylim(3.6, -0.9)
    axes[1].set(xlim=(0, 1.05), title="alike, from 0 to 1")
    axes[1].grid(axis="y", visible=False)
    axes[1].annotate("before learning", (0.02, -0.65), xycoords="data", color=draw.FAINT, va="center")
    axes[1].annotate("after", (0.5, -0.65), xycoords="data", color=draw.BLUE, va="center")
    return figure


def reading(arrays: Arrays, record: Record) -> draw.Audible:
    """A sentence letter by letter, and the symbols that a net says for it after more and more passes."""
    sentence = record.settings["sentence"].split()
    looks, said, truth = record.settings["reading_looks"], arrays["said"].astype(int), arrays["truth"].astype(int)
    lines = textwrap.wrap(" ".join(sentence), LONGEST)
    figure, axes = draw.canvas(1, len(lines), width=5.2, height=0.34 * len(lines) * (len(looks) + 2), squeeze=False)
    place = 0
    for ax, line in zip(axes[:, 0], lines, strict=True):
        for at, letter in enumerate(line):
            if letter == " ":
                continue
            ax.text(at, 0, letter, ha="center", va="center", fontweight="bold")
            for row, symbols in enumerate(said, start=1):
                _symbol(ax, at, row, int(symbols[place]), int(truth[place]))
            place += 1
        ax.set_yticks(range(len(looks) + 1), ["letters", *(f"{look} pass{'es' * (look != 1)}" for look in looks)])
        ax.set_xticks([])
        ax.set(xlim=(-1, LONGEST), ylim=(len(looks) + 0.6, -0.6))
        ax.grid(visible=False)
        for side in ax.spines.values():
            side.set_visible(False)
        ax.tick_params(length=0)
    return draw.Audible(figure, partial(_sounds, arrays, record))


def _symbol(ax: Axes, x: float, y: float, said: int, truth: int) -> None:
    """A symbol that is said for a letter, on blue if it is right."""
    right = PHONEME_CLASS[said] == PHONEME_CLASS[truth]
    box = {"boxstyle": "square,pad=0.14", "facecolor": draw.BLUE, "edgecolor": "none"} if right else None
    ax.text(x, y, SYMBOLS[said], ha="center", va="center", color=draw.WHITE if right else draw.INK, bbox=box)


def _sounds(arrays: Arrays, record: Record) -> dict[str, bytes]:
    """What the net says after each number of passes, as WAV files; none without espeak-ng."""
    if not speech.installed():
        return {}
    cell = {"sentence": record.settings["sentence"]}
    row = {"phonemes": arrays["said"], "stresses": arrays["said_stresses"]}
    return {
        f"after {look} pass{'es' * (look != 1)}": speech.wav(speech.read_aloud(row, k, cell))
        for k, look in enumerate(record.settings["reading_looks"])
    }


def now(arrays: Arrays, record: Record) -> Canvas:
    """Phonemes right on words not taught, step by step from then to now."""
    figure, ax = draw.canvas(width=7.5, height=4.2)
    steps = np.unique(arrays["now"][:, 0]).astype(int)
    for row, k in enumerate(steps):
        values = 100 * arrays["now"][arrays["now"][:, 0] == k, 1]
        error = values.std(ddof=1) / np.sqrt(len(values)) if len(values) > 1 else 0.0
        ax.barh(row, values.mean(), 0.6, xerr=error, color=draw.BLUE if row else draw.FAINT, ecolor=draw.INK, capsize=3)
        ax.annotate(
            f"{values.mean():.1f}",
            (values.mean(), row),
            xytext=(-12, 0),
            textcoords="offset points",
            ha="right",
            va="center",
            color=draw.WHITE if row else draw.BLACK,
        )
    ax.set_yticks(range(len(steps)), [today.STEPS[k] if not k else f"+ {today.STEPS[k]}" for k in steps])
    ax.invert_yaxis()
    ax.set(xlabel="phonemes right on words not taught, %", xlim=(0, 100))
    ax.grid(axis="y", visible=False)
    return figure
