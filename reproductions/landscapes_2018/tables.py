"""Tables of the report on landscapes, the words it names, and the arrays that its figures draw."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from core.evidence.rows import Rows, finished, grouped, pick, stacked
from core.evidence.tables import Table, means_table, table
from core.evidence.trials import Row
from reproductions.landscapes_2018 import stuck
from reproductions.landscapes_2018.claims import by_net, distinct, named, ranks_agree
from reproductions.landscapes_2018.run import CHANCE, MADE, ORDINARY, XOR
from reproductions.landscapes_2018.settings import Settings

MUCH = 0.01  # the share of the fall from which a climb would be seen in a figure
LEARNED = 0.1  # the training error up to which a net is told to have learned


def tables(s: Settings, rows: Rows) -> list[Table]:
    """One table for each study."""
    lines: dict[str, Sequence[Row]] = {**grouped(rows["straight lines"], "name")}
    lines["zip-code reader of 1989"] = rows["straight, zip codes"]
    lines["XOR nets of 1986"] = rows["straight, XOR"]
    worms = rows["wormhole"]
    return [
        means_table(
            "lines",
            "The straight line from start to solution",
            ["network"],
            [([name], group) for name, group in lines.items()],
            [
                ("only falls, % of nets", "monotone", 100),
                ("largest climb, % of the fall", "climb", 100),
                ("bends upwards all along, %", "convex", 100),
                ("training error, %", "train_error", 100),
                ("test error, %", "error", 100),
            ],
        ),
        means_table(
            "pairs",
            "The line between two solutions",
            ["hidden units"],
            [([named(layers)], group) for layers, group in grouped(rows["pairs"], "hidden").items()],
            [
                ("barrier, nats", "barrier", 1),
                ("after matching, nats", "matched_barrier", 1),
                ("distance left, %", "nearer", 100),
                ("test error, %", "error", 100),
            ],
        ),
        means_table(
            "scale",
            "Batch, decay and the width of slices",
            ["digits a step", "weight decay"],
            [(list(key), group) for key, group in grouped(rows["batch and decay"], "batch", "decay").items()],
            [
                ("length of the weights", "norm", 1),
                ("raw width", "raw_width", 1),
                ("filter-normalised width", "filters_width", 1),
                ("training error, %", "train_error", 100),
                ("test error, %", "error", 100),
            ],
        ),
        means_table(
            "planes",
            "Slices through deep nets, filter-normalised",
            ["layers", "skips"],
            [
                ([depth, "with" if skips else "without"], group)
                for (depth, skips), group in grouped(rows["planes"], "depth", "skips").items()
            ],
            [
                ("curves downwards, %", "filters_negative", 100),
                ("by a tenth of the other curvature, %", "filters_ratio", 100),
                ("rim over middle, nats", "filters_rise", 1),
                ("test error, %", "error", 100),
            ],
        ),
        means_table(
            "components",
            "A path's own best two directions, and two random ones",
            ["training"],
            [([name], group) for name, group in grouped(rows["components"], "name").items()],
            [
                ("first two components, %", "two", 100),
                ("from the mean, %", "two_centred", 100),
                ("random walk of the same steps, %", "walk", 100),
                ("random plane, %", "random", 100),
            ],
        ),
        means_table(
            "random_planes",
            "Size of the cosine between the way and a random direction",
            ["parameters"],
            [([int(p)], pick_parameters(rows["random planes"], p)) for p in sizes(rows)],
            [
                ("seen", "seen", 1),
                ("expected", "expected", 1),
                ("seen in filter-normalised directions", "filters", 1),
                ("test error, %", "error", 100),
            ],
        ),
        table(
            "wormhole",
            "The plane of the start and the net that leaves it",
            [
                "net",
                "loss at the start",
                "at the end",
                "lowest in the first plane",
                "end's shadow on it",
                "moved within the plane",
            ],
            [
                [
                    row.seed,
                    float(row.arrays["middle"][0]),
                    float(row.arrays["middle"][-1]),
                    row.values["lowest"],
                    row.values["walked"],
                    row.values["moved"],
                ]
                for row in worms
                if not row.failed
            ],
        ),
        _spectra(rows),
        _ends(rows),
        _stuck(rows),
        table(
            "chance",
            "All eigenvalues of a random symmetric matrix positive",
            ["dimensions", "matrices", "share", "tosses of a coin"],
            [
                [n, int(finished(group, "matrices").sum()), float(finished(group, "share").mean()), 0.5**n]
                for n, group in grouped(rows["chance"], "n").items()
            ],
        ),
    ]


def sizes(rows: Rows) -> list[float]:
    """Numbers of parameters of the nets seen in random planes, rising."""
    return sorted(set(finished(rows["random planes"], "parameters")))


def pick_parameters(rows: Sequence[Row], count: float) -> list[Row]:
    """The rows of nets of so many parameters."""
    return [row for row in rows if row.values.get("parameters") == count]


def _spectra(rows: Rows) -> Table:
    done = [row for row in rows["spectra"] if not row.failed]
    steps = done[0].arrays["steps"]
    mean = {name: stacked(done, name).mean(axis=0) for name in ("losses", "index", "ratio", "large")}
    lines = [
        [
            int(steps[k]),
            len(done),
            float(mean["losses"][k]),
            100 * float(mean["index"][k]),
            100 * float(mean["ratio"][k]),
            float(mean["large"][k]),
        ]
        for k in range(len(steps))
    ]
    columns = ["steps", "nets", "loss", "ways down, %", "most negative over largest, %", "large ones"]
    return table("spectra", "All eigenvalues of a small net along training", columns, lines)


def _ends(rows: Rows) -> Table:
    lines = [
        [
            row.seed,
            int(row.values["parameters"]),
            "start" if k == 0 else "end",
            float(row.arrays["largest"][k, 0]),
            float(row.arrays["lowest"][k, -1]),
            100 * float(row.arrays["ratio"][k]),
        ]
        for row in rows["ends of spectra"]
        if not row.failed
        for k in (0, -1)
    ]
    columns = ["net", "parameters", "when", "largest eigenvalue", "most negative", "their ratio, %"]
    return table("ends", "The ends of the spectrum of a larger net", columns, lines)


def _stuck(rows: Rows) -> Table:
    every = [row for row in rows["stuck XOR nets"] if not row.failed]
    lines: list[list[Any]] = []
    for k, kind in enumerate(stuck.KINDS):
        group = [row for row in every if row.values["kind"] == k]
        told: list[Any] = [None] * 3
        if k and group:
            told = [float(np.median(finished(group, name))) for name in ("loss", "slope", "length")]
        lines.append([kind, len(group), *told])
    columns = ["what it is", "nets", "loss, median", "slope, median", "length of the weights, median"]
    return table("stuck", "XOR nets of 1986, and the ground under those that did not learn", columns, lines)


def words(s: Settings, rows: Rows) -> dict[str, Any]:
    """Numbers that the text names."""
    return {**_words_of_lines(s, rows), **_words_of_pictures(s, rows), **_words_of_curvature(rows)}


def percent(share: float, digits: int = 0) -> str:
    """A share as a percentage in a sentence."""
    return f"{100 * share:.{digits}f} %"


def _words_of_lines(s: Settings, rows: Rows) -> dict[str, Any]:
    kinds = grouped(rows["straight lines"], "name")
    plain = np.concatenate(
        [*(finished(kinds[name], "monotone") for name in ORDINARY), finished(rows["straight, zip codes"], "monotone")]
    )
    climbing = {name: 1 - finished(kinds[name], "monotone").mean() for name in MADE if len(kinds[name])}
    climbing["XOR nets of 1986"] = 1 - finished(rows["straight, XOR"], "monotone").mean()
    made = np.concatenate([finished(kinds[name], "monotone") for name in MADE])
    made_error = np.concatenate([finished(kinds[name], "train_error") for name in MADE])
    learned = made[made_error <= LEARNED]
    much = {name: (finished(rows[name], "climb") > MUCH).mean() for name in ("straight, XOR", "straight, zip codes")}
    pairs = grouped(rows["pairs"], "hidden")
    widest = max(pairs, key=lambda layers: (-len(layers), max(layers)))
    return {
        "straight_percent": percent(float(plain.mean())),
        "made_percent": percent(1 - float(made.mean())),
        "made_unlearned": percent(float(np.mean(made_error > LEARNED))),
        "made_learned_percent": percent(1 - float(learned.mean())) if len(learned) else "none",
        "much_xor": percent(float(much["straight, XOR"])),
        "much_zip": percent(float(much["straight, zip codes"])),
        "made_names": "It climbs for " + ", ".join(f"{percent(share)} of {name}" for name, share in climbing.items()),
        "barrier": f"{finished(pairs[widest], 'barrier').mean():.2f}",
        "matched": f"{finished(pairs[widest], 'matched_barrier').mean():.2f}",
        "barrier_net": named(widest),
        "longer": f"{XOR['longer']:,}",
    }


def _words_of_pictures(s: Settings, rows: Rows) -> dict[str, Any]:
    widths = {
        decay: [by_net(pick(rows["batch and decay"], decay=decay, batch=b), "raw_width").mean() for b in batches]
        for batches in ((s.small_batch, s.large_batch),)
        for decay in (0.0, s.decay)
    }
    deepest = max(s.depths)
    deep = {skips: pick(rows["planes"], depth=deepest, skips=skips) for skips in (True, False)}
    kinds = grouped(rows["components"], "name")
    worms = rows["wormhole"]
    seen = finished(rows["components"], "random").mean()
    return {
        "raw_difference": f"{finished(rows['rescaled'], 'raw_difference').mean():.1f}",
        "width_without": f"{widths[0.0][0] / widths[0.0][1]:.2f}",
        "width_with": f"{widths[s.decay][0] / widths[s.decay][1]:.2f}",
        "deepest": deepest,
        "curved_with": percent(finished(deep[True], "filters_negative").mean()),
        "curved_without": percent(finished(deep[False], "filters_negative").mean()),
        "error_with": percent(finished(deep[True], "error").mean(), 1),
        "error_without": percent(finished(deep[False], "error").mean(), 1),
        "two_small": percent(finished(kinds["small batch"], "two").mean()),
        "walk_share": percent(finished(rows["components"], "walk").mean()),
        "random_share": f"{100 * seen:.2g} %",
        "plane_share": f"{100 * seen:.2g} %",
        "plane_parameters": f"{int(finished(rows['components'], 'parameters')[0]):,}",
        "directions": 30,
        "worm_start": f"{np.mean([row.arrays['middle'][0] for row in worms]):.2f}",
        "worm_end": f"{np.mean([row.arrays['middle'][-1] for row in worms]):.2f}",
        "worm_moved": f"{finished(worms, 'moved').mean():.3f}",
        "worm_lowest": f"{finished(worms, 'lowest').mean():.2f}",
    }


def _words_of_curvature(rows: Rows) -> dict[str, Any]:
    spectra = [row for row in rows["spectra"] if not row.failed]
    index = stacked(spectra, "index").mean(axis=0)
    kinds = finished(rows["stuck XOR nets"], "kind")
    counted = {kind: int(np.sum(kinds == k)) for k, kind in enumerate(stuck.KINDS)}
    found = np.array([ranks_agree(distinct(row)) for row in rows["still points"] if not row.failed])
    found = found[np.isfinite(found)]
    chance = grouped(rows["chance"], "n")
    shares = [f"{finished(chance[n], 'share').mean():.3g}" for n in CHANCE]
    return {
        "index_start": percent(float(index[0])),
        "index_end": percent(float(index[-1])),
        "index_correlation": f"{found.mean():.2f}" if len(found) else "not known",
        "small_parameters": int(spectra[0].values["parameters"]),
        "stuck_count": counted["saddle"] + counted["slope to infinity"] + counted["minimum"],
        "stuck_minimum": counted["minimum"] or "none",
        "stuck_infinity": counted["slope to infinity"] or "none",
        "chance_list": ", ".join(shares),
    }


def arrays(s: Settings, rows: Rows) -> dict[str, np.ndarray]:
    """Lines, surfaces, paths, the film and spectra, for the figures."""
    lines = grouped(rows["straight lines"], "name")
    found = {f"line_{k}": fallen(lines[name]) for k, name in enumerate((*ORDINARY, *MADE))}
    found["line_zip"], found["line_xor"] = fallen(rows["straight, zip codes"]), fallen(rows["straight, XOR"])
    pairs = grouped(rows["pairs"], "hidden")
    widest = max(pairs, key=lambda layers: (-len(layers), max(layers)))
    found["pairs"], found["pairs_matched"] = (
        stacked(pairs[widest], name).astype(np.float32) for name in ("losses", "matched_losses")
    )
    one = rows["rescaled"][0].arrays
    for name in ("raw_slice", "raw_scaled_slice", "filters_slice", "filters_scaled_slice"):
        found[name] = one[name]
    for skips in (True, False):
        group = [row for row in pick(rows["planes"], depth=max(s.depths), skips=skips) if not row.failed]
        found["plane_with" if skips else "plane_without"] = group[0].arrays["filters_surface"].astype(np.float32)
    found["curved"] = np.array(
        [
            [row.cell["depth"], row.cell["skips"], row.values["filters_negative"], row.values["error"]]
            for row in rows["planes"]
            if not row.failed
        ]
    )
    for k, group in enumerate(grouped(rows["components"], "name").values()):
        found[f"path_{k}"] = np.column_stack([group[0].arrays["along"], group[0].arrays["across"]])
    found["random_planes"] = np.array(
        [[row.values["parameters"], row.values["seen"]] for row in rows["random planes"] if not row.failed]
    )
    film = next(row for row in rows["wormhole"] if "frames" in row.arrays)
    found["film"] = film.arrays["frames"].astype(np.float32)
    found["film_places"], found["film_steps"] = film.arrays["in_plane"], film.arrays["steps"]
    found["eigenvalues"] = stacked(rows["spectra"], "eigenvalues")[:, [0, -1]]
    found["still"] = np.concatenate(
        [np.column_stack([row.arrays["losses"], row.arrays["index"]]) for row in rows["still points"] if not row.failed]
    )
    found["stuck"] = np.array(
        [
            [row.values["length"], row.values["later_length"], row.values["kind"]]
            for row in rows["stuck XOR nets"]
            if row.values.get("solved") == 0.0
        ]
    ).reshape(-1, 3)
    found["chance"] = np.array(
        [[n, finished(group, "share").mean()] for n, group in grouped(rows["chance"], "n").items()]
    )
    return found


def fallen(rows: Sequence[Row]) -> np.ndarray:
    # -> (nets, points + 1)
    """Lines as shares of their fall, 1 at the start and 0 at the end, and whether each only falls in the last place."""
    told = []
    for row in rows:
        if row.failed or row.values["first"] == row.values["last"]:
            continue
        line = (row.arrays["losses"] - row.values["last"]) / (row.values["first"] - row.values["last"])
        told.append([*line, row.values["monotone"]])
    return np.array(told, dtype=np.float32)
