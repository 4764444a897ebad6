"""Our side of every claim on landscapes, by its id in paper.toml."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from scipy.stats import spearmanr

from core.evidence import measured as m
from core.evidence.measured import Count, Measured, Quantity
from core.evidence.rows import Rows, finished, grouped, pick
from core.evidence.trials import Row
from reproductions.landscapes_2018 import stuck
from reproductions.landscapes_2018.run import CHANCE, MADE, ORDINARY
from reproductions.landscapes_2018.settings import Settings

TOSSES = 0.5**5
SLICES = ("nets",)  # what is resampled where several slices go through each of several nets


def measure(s: Settings, rows: Rows) -> dict[str, Measured]:
    """Our side of every claim."""
    return {**_lines(rows), **_scale(s, rows), **_skips(s, rows), **_paths(rows), **_curvature(rows), **_stuck(rows)}


def by_net(rows: Sequence[Row], name: str) -> np.ndarray:
    # -> (nets,)
    """The mean of a measurement over the slices through each net, by the number of the net."""
    found: dict[int, list[float]] = {}
    for row in rows:
        if not row.failed and name in row.values:
            found.setdefault(row.seed % row.cell["nets"], []).append(row.values[name])
    return np.array([np.mean(found[net]) for net in sorted(found)])


def _lines(rows: Rows) -> dict[str, Measured]:
    kinds = grouped(rows["straight lines"], "name")
    ordinary: dict[str, Quantity | None] = {name: m.share_of(kinds[name], "monotone") for name in ORDINARY}
    ordinary["zip-code reader"] = m.share_of(rows["straight, zip codes"], "monotone")
    pairs = {named(layers): group for layers, group in grouped(rows["pairs"], "hidden").items()}
    return {
        "straight_ordinary": ordinary,
        "straight_made": {name: m.share(1 - finished(kinds[name], "monotone")) for name in MADE},
        "straight_xor": m.share_of(rows["straight, XOR"], "monotone"),
        "barrier": {name: m.mean_of(group, "barrier") for name, group in pairs.items()},
        "matched": {
            name: m.mean(finished(group, "matched_barrier") / finished(group, "barrier"), covers=("pairs of nets",))
            for name, group in pairs.items()
        },
    }


def named(layers: Sequence[int]) -> str:
    """Hidden layers as they are told: "100", "100-100"."""
    return "-".join(map(str, layers))


def _scale(s: Settings, rows: Rows) -> dict[str, Measured]:
    cells = {
        (kind, size): pick(rows["batch and decay"], decay=decay, batch=batch)
        for kind, decay in (("without", 0.0), ("with", s.decay))
        for size, batch in (("small", s.small_batch), ("large", s.large_batch))
    }

    def of(name: str, kind: str) -> tuple[np.ndarray, np.ndarray]:
        return by_net(cells[kind, "small"], name), by_net(cells[kind, "large"], name)

    kinds = ("without", "with")
    before, after = (by_net(cells[kind, "small"], "norm") for kind in kinds)
    errors = {kind: of("error", kind) for kind in kinds}
    return {
        "rescale_same": Count(float(finished(rows["rescaled"], "outputs").max())),
        "rescale_normal": Count(float(finished(rows["rescaled"], "filters_difference").max())),
        "rescale_raw": Count(float(finished(rows["rescaled"], "raw_difference").min())),
        "sharp_flip": {kind: ratio(*of("raw_width", kind)) for kind in kinds},
        "normal_sharp": {kind: ratio(*of("filters_width", kind)) for kind in kinds},
        "batch_error": {
            kind: m.mean(100 * (large - small), covers=SLICES) if len(large) == len(small) else None
            for kind, (small, large) in errors.items()
        },
        "norm_grows": ratio(before, after),
    }


def ratio(a: np.ndarray, b: np.ndarray) -> Quantity | None:
    """Mean ratio over the nets of two kinds, net by net from the same starts; None if one of them failed."""
    return m.ratio(a, b, covers=("pairs of nets",)) if len(a) == len(b) else None


def _skips(s: Settings, rows: Rows) -> dict[str, Measured]:
    low, high = min(s.depths), max(s.depths)
    kinds = {
        (depth, skips): pick(rows["planes"], depth=depth, skips=skips) for depth in s.depths for skips in (True, False)
    }
    curved = {kind: by_net(group, "filters_negative") for kind, group in kinds.items()}
    error = {kind: by_net(group, "error") for kind, group in kinds.items()}
    both = [np.column_stack([curved[kind], error[kind]]) for kind in kinds if len(curved[kind])]
    return {
        "chaos_depth": apart(curved[high, False], curved[low, False]),
        "steady_skips": apart(curved[high, True], curved[low, True]),
        "skips_curved": apart(curved[high, False], curved[high, True]),
        "skips_error": apart(100 * error[high, False], 100 * error[high, True]),
        "flat_error": m.resampled(both, correlation, "correlation", covers=SLICES),
    }


def apart(a: np.ndarray, b: np.ndarray) -> Quantity | None:
    """Mean of a less mean of b over nets from the same starts."""
    return m.mean(a - b, covers=("pairs of nets",)) if len(a) == len(b) else None


def correlation(groups: Sequence[np.ndarray]) -> float:
    # (nets, 2) each
    """Correlation of two measurements over the nets of all kinds."""
    x, y = np.concatenate(list(groups)).T
    return float(np.corrcoef(x, y)[0, 1]) if x.std() and y.std() else 0.0


def _paths(rows: Rows) -> dict[str, Measured]:
    kinds = grouped(rows["components"], "name")
    sizes = [finished_pairs(group) for group in grouped(rows["random planes"], "pool", "hidden").values()]
    law = np.concatenate([10 ** (pairs[:, 1] - pairs[:, 2]) for pairs in sizes])
    worms = rows["wormhole"]
    fall = np.array([row.arrays["middle"][0] - row.arrays["middle"][-1] for row in worms])
    walked = np.array([row.arrays["middle"][0] - row.values["walked"] for row in worms])
    pit = np.array([row.values["lowest"] - row.arrays["middle"][-1] for row in worms])
    return {
        "two_components": {name: m.mean_of(group, "two", scale=100) for name, group in kinds.items()},
        "walk": m.mean_of(rows["components"], "walk", scale=100),
        "random_plane": m.mean_of(rows["components"], "random", scale=100),
        "plane_law": m.mean(law),
        "plane_exponent": m.resampled(sizes, exponent, "exponent", covers=("seeds within sizes",)),
        "worm_still": m.mean_of(worms, "moved"),
        "worm_opens": m.mean(pit),
        "worm_shadow": m.mean(walked / fall),
    }


def finished_pairs(rows: Sequence[Row]) -> np.ndarray:
    # -> (seeds, 3)
    """Decimal logarithms of parameters, of the share of the way seen and of the share expected, net by net."""
    return np.log10(np.column_stack([finished(rows, name) for name in ("parameters", "seen", "expected")]))


def exponent(groups: Sequence[np.ndarray]) -> float:
    """Slope of the logarithm of what is seen on that of the number of parameters."""
    points = np.concatenate(list(groups))
    return float(np.polyfit(points[:, 0], points[:, 1], 1)[0])


def _curvature(rows: Rows) -> dict[str, Measured]:
    spectra, ends = rows["spectra"], rows["ends of spectra"]
    falls = np.array([row.arrays["index"][0] - row.arrays["index"][-1] for row in spectra if not row.failed])
    last = {
        f"{int(finished(group, 'parameters')[0]):,} parameters": m.mean(
            np.array([100 * row.arrays["ratio"][-1] for row in group if not row.failed])
        )
        for group in (spectra, ends)
        if len(finished(group, "parameters"))
    }
    found = [distinct(row) for row in rows["still points"] if not row.failed]
    still = [points for points in found if len(points)]
    return {
        "convex_end": last,
        "index_falls": m.mean(falls),
        "index_loss": m.mean(np.array([ranks_agree(points) for points in still])),
        "saddles": m.mean(np.array([np.mean(points[:, 1] > 0) for points in still])),
    }


def distinct(row: Row) -> np.ndarray:
    # -> (points, 2)
    """Loss and index of the still points of a net, each once: those of equal loss are one, or mirror images of one.

    From most places that lie high the search ends in the same point, that of a net whose units are all dead.
    """
    _, first = np.unique(np.round(row.arrays["losses"], 6), return_index=True)
    return np.column_stack([row.arrays["losses"][first], row.arrays["index"][first]])


def ranks_agree(points: np.ndarray) -> float:
    """Rank correlation of loss and index; NaN for fewer than three points or where all have one index."""
    varied = len(points) > 2 and len(set(points[:, 1])) > 1
    return float(spearmanr(points[:, 0], points[:, 1]).statistic) if varied else float("nan")


def _stuck(rows: Rows) -> dict[str, Measured]:
    kinds = finished(rows["stuck XOR nets"], "kind")
    stays = kinds[kinds > stuck.KINDS.index("only slow")]
    grown = [
        not row.values["solved_later"] and row.values["later_length"] > row.values["length"]
        for row in rows["stuck XOR nets"]
        if row.values.get("solved") == 0.0
    ]
    found = grouped(rows["chance"], "n")
    five = m.mean(finished(found[max(CHANCE)], "share") / TOSSES)
    return {
        "stuck_minimum": m.share(stays == stuck.KINDS.index("minimum")),
        "stuck_infinity": m.share(stays == stuck.KINDS.index("slope to infinity")),
        "stuck_grow": m.share(np.array(grown, dtype=float)),
        "chance": {f"n = {n}": m.mean_of(group, "share") for n, group in found.items()},
        "every_dimension": five,
    }
