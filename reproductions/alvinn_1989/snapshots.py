"""Snapshots of simulated roads, and the network of 1989 that learns to steer from them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from core.datasets.roads import centre_lines, steering, vehicles
from core.datasets.roads import images as road_images
from core.datasets.roads import looks as road_looks
from core.datasets.roads.cameras import Camera
from core.learning.compiled import road_follower
from core.learning.seeds import generator
from core.networks import alvinn

CAMERA, SCANNER, VEHICLE = Camera(), road_images.Scanner(), vehicles.Vehicle()
LOOKAHEAD = 7.0  # metres, as in the paper
SHARPEST = 0.1  # 1/m: the curvature of the outermost units
BENDS = 1 / 30  # 1/m: the sharpest bend of a road
WIDTH, WIDTHS = 3.6, (2.6, 5.2)  # metres: the fixed width, and the range of varying ones
OFFSET, ANGLE = 1.0, np.deg2rad(8.0)  # how far from the middle, and how askew, a snapshot is taken
POSTS, POST_RADIUS, POST_HEIGHT = 8, 0.25, 2.0  # posts beside 100 m of road, metres
PER_ROAD, PIECE = 5, 60.0  # snapshots of each road, and metres of road they are taken from
EPOCHS_AT_RANDOM = 10  # epochs in which the fed-back unit is given random values
NEAR = 2  # units; "within two units of the correct one"


class Snapshots(NamedTuple):
    """Inputs (N, 1217) whose last column is unset, curvatures to steer, unit of 0 or 1 for a darker or lighter road."""

    x: np.ndarray
    curvature: np.ndarray
    lighter: np.ndarray

    def targets(self) -> np.ndarray:
        # -> (N, 46)
        """A hill over the steering units, and the intensity of the road."""
        hill = steering.hill_of_1989(self.curvature, alvinn.STEERING, SHARPEST)
        return np.concatenate([hill, self.lighter[:, None]], axis=1)


def worlds(cell: Mapping[str, Any]) -> int:
    """The number from which the random worlds of a cell start: those of tuning differ from those of the studies."""
    return int(cell["entropy"]) + int(cell.get("worlds", 0))


def lay_roads(
    rng: np.random.Generator, count: int, length: float, *, varying: bool, width: float = WIDTH
) -> centre_lines.Roads:
    """Random walks of curvature, of the fixed width or of one that varies."""
    profiles = [centre_lines.wandering(length, rng, limit=BENDS) for _ in range(count)]
    if not varying:
        return centre_lines.lay(profiles, width)
    return centre_lines.lay(
        profiles, np.array([centre_lines.varying_width(length, rng, *WIDTHS) for _ in range(count)])
    )


def posts_beside(rng: np.random.Generator, lain: centre_lines.Roads, per_hundred: float) -> np.ndarray:
    # -> (R, M, 4)
    """Posts at random places beside the roads, 0.5 to 3 m from their edges."""
    count, each = len(lain.x), round(per_hundred * lain.length / 100)
    which = np.repeat(np.arange(count), each)
    along = rng.uniform(0, lain.length, count * each)
    index = np.rint(along / centre_lines.SPACING).astype(int)
    aside = lain.width[which, index] / 2 + rng.uniform(0.5, 3.0, count * each)
    pose, _ = centre_lines.poses(lain, which, along, aside * rng.choice([-1.0, 1.0], count * each))
    size = np.broadcast_to([POST_RADIUS, POST_HEIGHT], (count * each, 2))
    return np.concatenate([pose[:, :2], size], axis=1).reshape(count, each, 4)


def sight(
    lain: centre_lines.Roads,
    looks: road_looks.Looks,
    posts: np.ndarray,
    which: np.ndarray,
    pose: np.ndarray,
    index: np.ndarray,
    rng: road_images.Randomness,
    camera: Camera = CAMERA,
) -> np.ndarray:
    # -> (B, 1217)
    """What the network is shown from poses: picture and ranges within +-1, and a place for the fed-back unit."""
    picture = road_images.pictures(camera, lain, looks, which, pose, index, rng)
    ranges = road_images.range_images(SCANNER, which, pose, posts, rng)
    x = np.empty((len(pose), alvinn.SIZES_1989[0]))
    x[:, : alvinn.PICTURE] = 2 * picture.reshape(len(pose), -1) - 1
    x[:, alvinn.PICTURE : -1] = 2 * ranges.reshape(len(pose), -1) - 1
    x[:, -1] = 0.5
    return x


def snapshots(rng: np.random.Generator, images: int, cell: Mapping[str, Any]) -> Snapshots:
    """Snapshots from random places on new roads, PER_ROAD of each in turn, with the steering of pure pursuit."""
    count = -(-images // PER_ROAD)
    conditions = road_looks.Conditions(polarity=cell.get("polarity", "either"))
    lain = lay_roads(rng, count, PIECE, varying=cell["varying"])
    looks = road_looks.draw(rng, count, conditions)
    posts = posts_beside(rng, lain, POSTS)
    which = np.repeat(np.arange(count), PER_ROAD)[:images]
    pose, index = centre_lines.poses(
        lain,
        which,
        rng.uniform(0, PIECE, images),
        rng.uniform(-OFFSET, OFFSET, images),
        rng.uniform(-ANGLE, ANGLE, images),
    )
    x = sight(lain, looks, posts, which, pose, index, rng)
    curvature = vehicles.pure_pursuit(lain, which, pose, index, lookahead=LOOKAHEAD)
    return Snapshots(x, curvature, (looks.road > looks.ground)[which].astype(float))


def in_road_order(rng: np.random.Generator, images: int) -> np.ndarray:
    """The roads in random order, the snapshots of each in turn, so that the image before is mostly of the same road."""
    whole = np.arange(images).reshape(-1, PER_ROAD)
    return whole[rng.permutation(len(whole))].ravel()


def fed_back(kind: str, epoch: int, images: int, rng: np.random.Generator) -> np.ndarray:
    """What the fed-back unit is given: random numbers at first, then (NaN) the network's own output."""
    at_random = rng.random(images)
    return at_random if kind == "random" or epoch < EPOCHS_AT_RANDOM else np.full(images, np.nan)


def finite(p: Mapping[str, np.ndarray]) -> bool:
    """Whether a network has not diverged."""
    return all(bool(np.all(np.isfinite(values))) for values in p.values())


def train(
    cell: Mapping[str, Any], shown: Snapshots, rng: np.random.Generator, after_epoch: Any = None
) -> dict[str, np.ndarray]:
    """Train one network of 1217-hidden-46 units; after_epoch(number, parameters) is called before and after epochs."""
    sizes = (alvinn.SIZES_1989[0], cell["hidden"], alvinn.SIZES_1989[2])
    p = alvinn.init(rng, sizes)
    targets, own = shown.targets(), 0.5
    if after_epoch:
        after_epoch(0, p)
    for epoch in range(cell["epochs"]):
        order = in_road_order(rng, len(shown.x))
        fed = fed_back(cell["feedback"], epoch, len(order), rng)
        p, own = road_follower.train(p, shown.x, targets, rate=cell["rate"], order=order, fed=fed, own=own)
        if after_epoch:
            after_epoch(epoch + 1, p)
    return p


def chosen(p: Mapping[str, np.ndarray], shown: Snapshots, feedback: str, rng: np.random.Generator) -> np.ndarray:
    """Outputs (N, 46) for snapshots in turn, the last unit fed back."""
    fed = rng.random(len(shown.x)) if feedback == "random" else np.full(len(shown.x), np.nan)
    return road_follower.outputs_of(p, shown.x, fed=fed)


def units_off(outputs: np.ndarray, shown: Snapshots) -> np.ndarray:
    """Units between the most active steering unit and the correct one, to the left positive."""
    correct = np.rint(steering.unit_of(shown.curvature, alvinn.STEERING, SHARPEST)).astype(int)
    return np.argmax(outputs[:, : alvinn.STEERING], axis=1) - correct


def learn(cell: Mapping[str, Any], seeds: Sequence[int]) -> list[dict[str, Any]]:
    """Train on one world of snapshots; test on novel roads, with other range images, and on roads of the other kind."""
    return [_learn(cell, *(generator(worlds(cell) + part, seed) for part in (0, 2))) for seed in seeds]


def _learn(cell: Mapping[str, Any], rng: np.random.Generator, new: np.random.Generator) -> dict[str, Any]:
    shown, novel = snapshots(rng, cell["images"], cell), snapshots(new, cell["novel"], cell)
    curve: list[tuple[float, float]] = []
    before = [0.0]

    def measure(epoch: int, p: Mapping[str, np.ndarray]) -> None:
        if epoch == 0:
            groups = excitatory_groups(p["w2"][:, : alvinn.STEERING])
            before[0] = float(np.mean((groups >= 1) & (groups <= 3)))
        if cell["curve"] or epoch == cell["epochs"]:
            off = [units_off(chosen(p, s, cell["feedback"], new), s) for s in (novel, shown)]
            curve.append((np.mean(np.abs(off[0]) <= NEAR), np.mean(np.abs(off[1]) <= NEAR)))

    p = train(cell, shown, rng, measure)
    outputs = chosen(p, novel, cell["feedback"], new)
    if not np.all(np.isfinite(outputs)):
        return {"failed": "diverged"}
    off = units_off(outputs, novel)
    held = novel._replace(x=novel.x.copy())
    held.x[:, alvinn.PICTURE : -1] = 2 * SCANNER.clear().ravel() - 1
    off_held = units_off(chosen(p, held, cell["feedback"], new), held)
    found: dict[str, Any] = {
        "near": curve[-1][0],
        "near_trained": curve[-1][1],
        "near_held": np.mean(np.abs(off_held) <= NEAR),
        "exact": np.mean(off == 0),
        "units_off": np.mean(np.abs(off)),
        "intensity": np.mean((outputs[:, -1] > 0.5) == (novel.lighter > 0.5)),
        **shape_of(p),
    }
    other = snapshots(new, cell["novel"], {**cell, "varying": not cell["varying"]})
    found["near_other"] = np.mean(np.abs(units_off(chosen(p, other, cell["feedback"], new), other)) <= NEAR)
    found["filters_before"] = before[0]
    found["held_costs"] = found["near"] - found["near_held"]
    if cell["curve"]:
        correct = np.rint(steering.unit_of(novel.curvature, alvinn.STEERING, SHARPEST)).astype(int)
        confusion = np.zeros((alvinn.STEERING, alvinn.STEERING))
        np.add.at(confusion, (correct, correct + off), 1)
        found |= {"curve": np.array(curve), "confusion": confusion}
    if cell.get("keep"):
        found |= {
            "w1": p["w1"].astype(np.float32),
            "w2": p["w2"].astype(np.float32),
            "seen": novel.x[::PER_ROAD][:12].astype(np.float32),
            "seen_curvature": novel.curvature[::PER_ROAD][:12],
        }
    return found


def shape_of(p: Mapping[str, np.ndarray]) -> dict[str, float]:
    """What moves the hidden units, in numbers, from pictures of a straight road whose edges are moved one by one.

    one_sided: |L - R| / (L + R) for the variances L and R of a unit's input as the left or the right edge moves alone,
    mean over units; 1 is a unit that sees one edge only. to_width: share of the variance that comes with the width,
    the rest with the position. tuning: share of the energy of a unit's steering weights held by the 9 neighbouring
    outputs that hold most. filters: share of the units that excite one to three groups of steering units.
    """
    edges = np.linspace(1.0, 2.8, 7)
    left, right = (values.ravel() for values in np.meshgrid(edges, edges, indexing="ij"))
    lain = centre_lines.lay(
        [centre_lines.straight(PIECE)] * len(left),
        np.repeat((left + right)[:, None], round(PIECE / centre_lines.SPACING) + 1, axis=1),
    )
    plain = road_looks.Conditions(texture=0, gradient=0, shadow=0, noise=0, contrast=(0.3, 0.3), middle=(0.5, 0.5))
    looks = road_looks.draw(np.random.default_rng(0), len(left), plain)
    which = np.arange(len(left))
    pose, index = centre_lines.poses(lain, which, np.full(len(left), 10.0), (right - left) / 2)
    seen = road_images.pictures(CAMERA, lain, looks, which, pose, index, np.random.default_rng(0))
    total = (2.0 * seen.reshape(len(seen), -1) - 1) @ p["w1"][: alvinn.PICTURE]
    grid = total.reshape(len(edges), len(edges), -1)
    by_left, by_right = grid.var(axis=0).mean(axis=0), grid.var(axis=1).mean(axis=0)
    # The middle diagonals: equal width along one, equal position along the other.
    by_place = np.diagonal(grid[:, ::-1]).var(axis=1)
    by_width = np.diagonal(grid).var(axis=1)
    out = (p["w2"][:, : alvinn.STEERING] - p["w2"][:, : alvinn.STEERING].mean(axis=1, keepdims=True)) ** 2
    groups = excitatory_groups(p["w2"][:, : alvinn.STEERING])
    window = np.apply_along_axis(lambda r: np.convolve(r, np.ones(9), "valid").max(), 1, out)
    return {
        "one_sided": float(np.mean(np.abs(by_left - by_right) / (by_left + by_right))),
        "to_width": float(np.mean(by_width / (by_width + by_place))),
        "tuning": float(np.mean(window / out.sum(axis=1))),
        "filters": float(np.mean((groups >= 1) & (groups <= 3))),
    }


def excitatory_groups(w: np.ndarray) -> np.ndarray:
    # (hidden, steering units) -> (hidden,)
    """How many groups of neighbouring steering units each hidden unit excites.

    A group is a run of weights, each averaged with its two neighbours, above half of the largest of them.
    """
    smooth = np.apply_along_axis(lambda row: np.convolve(row, np.ones(3) / 3, "valid"), 1, w)
    above = smooth > np.maximum(smooth.max(axis=1, keepdims=True) / 2, 0)
    return above[:, 0] + np.count_nonzero(above[:, 1:] & ~above[:, :-1], axis=1)
