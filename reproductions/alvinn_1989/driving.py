"""Closed loops with the network of 1989: drives on new roads, and what stops it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from core.datasets.roads import centre_lines, steering, vehicles
from core.datasets.roads import images as road_images
from core.datasets.roads import looks as road_looks
from core.datasets.roads.cameras import Camera
from core.learning.seeds import generator
from core.networks import alvinn
from reproductions.alvinn_1989 import snapshots

RUN_IN = 5.0  # metres that are driven before anything is measured
Arrays = Mapping[str, np.ndarray]


class Fleet:
    """Vehicles side by side, each with its own network, road, looks and random numbers."""

    def __init__(
        self,
        nets: Sequence[Arrays],
        lain: centre_lines.Roads,
        looks: road_looks.Looks,
        *,
        each: int,
        rngs: Sequence[np.random.Generator],
        camera: Camera = snapshots.CAMERA,
    ) -> None:
        """`nets` one for every `each` vehicles, as many roads and looks as vehicles, one generator for each."""
        self.stack = {name: np.stack([p[name] for p in nets]) for name in nets[0]}
        self.each, self.net_of = each, np.repeat(np.arange(len(nets)), each)
        self.which = np.arange(len(self.net_of))
        self.lain, self.looks, self.rngs, self.camera = lain, looks, rngs, camera
        self.outputs = np.zeros((len(self.which), self.stack["b2"].shape[-1]))

    def answer(self, runs: np.ndarray, x: np.ndarray) -> np.ndarray:
        # x (B, I) -> (B, O)
        """Outputs of each vehicle's own network, kept for the next time."""
        # One row at a time, so that a vehicle drives the same whoever drives beside it.
        for net in np.unique(self.net_of[runs]) if self.each > 1 else (runs,):
            mine = self.net_of[runs] == net
            own = {name: values[net] for name, values in self.stack.items()}
            self.outputs[runs[mine]] = alvinn.answers(own, x[mine][:, None])[:, 0]
        return self.outputs[runs]

    def pictures(self, runs: np.ndarray, pose: np.ndarray, places: centre_lines.Places) -> np.ndarray:
        """What the cameras see."""
        rngs = [self.rngs[k] for k in runs]
        return road_images.pictures(self.camera, self.lain, self.looks, self.which[runs], pose, places.point, rngs)


def steer_1989(fleet: Fleet, posts: np.ndarray, sees: str = "ranges") -> vehicles.Steer:
    """Steering by the most active of 45 units, the intensity unit fed back; `sees` "clear" shows no posts."""
    fleet.outputs[:, -1] = 0.5

    def steer(runs: np.ndarray, pose: np.ndarray, places: centre_lines.Places) -> np.ndarray:
        rngs = [fleet.rngs[k] for k in runs]
        x = snapshots.sight(fleet.lain, fleet.looks, posts, runs, pose, places.point, rngs, fleet.camera)
        if sees == "clear":
            x[:, alvinn.PICTURE : -1] = 2 * snapshots.SCANNER.clear().ravel() - 1
        x[:, -1] = fleet.outputs[runs, -1]
        return steering.peak(fleet.answer(runs, x)[:, : alvinn.STEERING], snapshots.SHARPEST)

    return steer


def measured(run: vehicles.Drive) -> list[dict[str, Any]]:
    """Outcome and offset of every run: share completed, and in centimetres mean to the right, spread and worst."""
    found = []
    lateral = 100 * run.lateral(RUN_IN)
    for k, (mean, spread, worst) in enumerate(lateral):
        reached = np.nanmax(run.along[:, k], initial=0.0)
        found.append(
            {
                "completed": float(run.outcome[k] == vehicles.COMPLETED),
                "left": float(run.outcome[k] == vehicles.LEFT_THE_ROAD),
                "metres": float(reached),
                "right_cm": -mean,
                "spread_cm": spread,
                "worst_cm": worst,
            }
        )
    return found


def over_runs(runs: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Measurements of one network over its runs: means, the worst of all, and counts."""
    found = {name: float(np.mean([r[name] for r in runs])) for name in ("completed", "left", "metres")}
    seen = [r for r in runs if np.isfinite(r["right_cm"])]
    if not seen:
        return found | {"right_cm": np.nan, "spread_cm": np.nan, "worst_cm": np.nan, "runs": float(len(runs))}
    right = float(np.mean([r["right_cm"] for r in seen]))
    # Spread within and between runs, about the network's own mean.
    square = np.mean([r["spread_cm"] ** 2 + r["right_cm"] ** 2 for r in seen])
    return found | {
        "right_cm": right,
        "spread_cm": float(np.sqrt(max(square - right**2, 0.0))),
        "worst_cm": max(r["worst_cm"] for r in seen),
        "runs": float(len(runs)),
    }


# What stops a network: how the world of a test is changed by one number.
Change = Callable[[dict[str, Any], float], None]


def _width(world: dict[str, Any], level: float) -> None:
    world["lain"] = centre_lines.widened(world["lain"], level)


def _contrast(world: dict[str, Any], level: float) -> None:
    world["looks"] = world["looks"].with_contrast(level)


def _noise(world: dict[str, Any], level: float) -> None:
    world["looks"] = world["looks"].with_noise(level)


def _pitch(world: dict[str, Any], level: float) -> None:
    world["camera"] = replace(world["camera"], pitch=world["camera"].pitch + level)


def _speed(world: dict[str, Any], level: float) -> None:
    world["speed"] = level


def _posts(world: dict[str, Any], level: float) -> None:
    world["posts_per_hundred"] = level


CHANGES: dict[str, Change] = {
    "width": _width,
    "contrast": _contrast,
    "noise": _noise,
    "pitch": _pitch,
    "speed": _speed,
    "posts": _posts,
}


def trained(cell: Mapping[str, Any], seeds: Sequence[int]) -> tuple[list[Arrays], list[np.random.Generator]]:
    """The networks of 1989 that `snapshots.learn` trains from the same cell and seeds, and their generators."""
    nets: list[Arrays] = []
    rngs = []
    for seed in seeds:
        rng = generator(snapshots.worlds(cell), seed)
        shown = snapshots.snapshots(rng, cell["images"], cell)
        nets.append(snapshots.train(cell, shown, rng))
        rngs.append(
            generator(snapshots.worlds(cell) + 1, seed)
        )  # roads to be judged on have random numbers of their own
    return nets, rngs


def drive(cell: Mapping[str, Any], seeds: Sequence[int]) -> list[dict[str, Any]]:
    """Train, then drive `each` new roads per network; with cell["change"], once for each of cell["levels"]."""
    nets, rngs = trained(cell, seeds)
    each, length = cell["each"], cell["distance"] + 10.0
    count = len(nets) * each
    lain_by_net = [snapshots.lay_roads(rng, each, length, varying=cell["varying"]) for rng in rngs]
    lain = centre_lines.together(lain_by_net)
    conditions = road_looks.Conditions(polarity=cell.get("polarity", "either"))
    looks = road_looks.together([road_looks.draw(rng, each, conditions) for rng in rngs])
    found: list[dict[str, Any]] = [{} for _ in seeds]
    by_level = []
    for level in cell.get("levels", (None,)):
        own = [np.random.default_rng(rng.integers(2**63)) for rng in rngs for _ in range(each)]
        world = {
            "lain": lain,
            "looks": looks,
            "camera": snapshots.CAMERA,
            "speed": cell["speed"],
            "posts_per_hundred": snapshots.POSTS,
        }
        if level is not None:
            CHANGES[cell["change"]](world, level)
        posts = np.concatenate(
            [
                snapshots.posts_beside(own[k * each], lain_by_net[k], world["posts_per_hundred"])
                for k in range(len(nets))
            ]
        )
        fleet = Fleet(nets, world["lain"], world["looks"], each=each, rngs=own, camera=world["camera"])
        run = vehicles.drive(
            world["lain"],
            np.arange(count),
            snapshots.VEHICLE,
            steer_1989(fleet, posts, cell.get("sees", "ranges")),
            speed=world["speed"],
            step=cell["step"],
            distance=cell["distance"],
        )
        runs = measured(run)
        by_level.append([over_runs(runs[k * each : (k + 1) * each]) for k in range(len(nets))])
    for k, one in enumerate(found):
        if not snapshots.finite(nets[k]):
            one["failed"] = "diverged"
        elif "levels" in cell:
            one["by_level"] = np.array(
                [[level[k][m] for m in ("completed", "right_cm", "spread_cm", "worst_cm")] for level in by_level]
            )
        else:
            one |= by_level[0][k]
    return found
