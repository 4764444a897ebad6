"""A world we did not make: gymnasium's CarRacing, driven by a network trained on the fly from its own pixels.

Lengths are the simulator's units. The picture shows the ground from above, the car near its lower edge.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Mapping, Sequence
from importlib import metadata, util
from typing import Any

import numpy as np

from core.datasets.roads.cameras import COLUMNS, ROWS, displaced_curvature
from core.learning.compiled import road_follower
from core.learning.seeds import generator
from core.networks import alvinn
from reproductions.alvinn_1989 import network_1991 as fly
from reproductions.alvinn_1989.snapshots import worlds

WHEELBASE, LIMIT = 3.24, 0.4  # of the simulator's car; radians
LOOKAHEAD = 15.0
SPEED = 30.0  # units a second
EVERY = 4  # frames between commands, at 50 frames a second
PICTURE_EVERY = 20  # frames between pictures while the expert drives
FRAMES = 2400  # a drive ends after so many at the latest
SIDE, SHOWN = 96, 84  # pixels; the rows below show instruments
ACROSS, UPWARDS, CAR_ROW = 0.096 * 16.2, 0.12 * 16.2, 72  # pixels per unit, and the row of the car
SHIFT, TURN = 3.0, np.deg2rad(15.0)
SHARPEST = 0.12
AIM_SPREAD = 1.0


def installed() -> str:
    """Which simulator is here, or nothing."""
    if util.find_spec("gymnasium") is None or util.find_spec("Box2D") is None:
        return ""
    return f"gymnasium {metadata.version('gymnasium')}"


def _simulator() -> Any:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of its libraries, about the Python of tomorrow
        from gymnasium.envs.box2d.car_racing import CarRacing

    class Quiet(CarRacing):
        """The simulator, drawing only when it is asked to."""

        looking = False

        def _render(self, mode: str) -> Any:
            return super()._render(mode) if self.looking else np.zeros((SIDE, SIDE, 3), dtype=np.uint8)

        def look(self) -> np.ndarray:
            """The picture of this moment."""
            self.looking = True
            seen = super()._render("state_pixels")
            self.looking = False
            return seen

    return Quiet(continuous=True)


def grey(pixels: np.ndarray) -> np.ndarray:
    # (SIDE, SIDE, 3) of 0 to 255 -> (SHOWN, SIDE) of 0 to 1
    """Brightness without the instruments; the car itself is painted over with the ground before it."""
    found = (pixels[:SHOWN] @ np.array([0.299, 0.587, 0.114])) / 255
    found[CAR_ROW - 6 : CAR_ROW + 7, SIDE // 2 - 5 : SIDE // 2 + 5] = found[CAR_ROW - 10, SIDE // 2]
    return found


def retina(picture: np.ndarray) -> np.ndarray:
    # (SHOWN, SIDE) -> (960,) within +-1
    """Means over blocks of pixels, 30 rows of 32."""
    rows = np.add.reduceat(picture, np.arange(ROWS) * SHOWN // ROWS, axis=0)
    heights = np.diff(np.append(np.arange(ROWS) * SHOWN // ROWS, SHOWN))[:, None]
    return (2 * (rows / heights).reshape(ROWS, COLUMNS, -1).mean(axis=2) - 1).ravel()


def displaced(picture: np.ndarray, shift: float, turn: float) -> np.ndarray:
    """The same ground from a car `shift` to the right and turned `turn` radians to the right; edges repeat."""
    row, column = np.mgrid[:SHOWN, :SIDE]
    ahead, left = (CAR_ROW - row) / UPWARDS, (SIDE / 2 - 0.5 - column) / ACROSS
    c, s = np.cos(turn), np.sin(turn)
    there = c * ahead + s * left, -shift - s * ahead + c * left
    rows = np.clip(np.rint(CAR_ROW - there[0] * UPWARDS), 0, SHOWN - 1).astype(int)
    columns = np.clip(np.rint(SIDE / 2 - 0.5 - there[1] * ACROSS), 0, SIDE - 1).astype(int)
    return picture[rows, columns]


def expert(simulator: Any, aside: float) -> float:
    """Pure pursuit of the point of the track's middle LOOKAHEAD away; aims `aside` units to the left."""
    track = np.array(simulator.track)[:, 2:]
    x, y = simulator.car.hull.position
    heading = simulator.car.hull.angle + np.pi / 2
    nearest = int(np.argmin((track[:, 0] - x) ** 2 + (track[:, 1] - y) ** 2))
    ring = (nearest + np.arange(len(track))) % len(track)
    dx, dy = track[ring, 0] - x, track[ring, 1] - y
    k = int(np.argmax(np.hypot(dx, dy) >= LOOKAHEAD))
    c, s = np.cos(heading), np.sin(heading)
    ahead, left = dx[k] * c + dy[k] * s, dy[k] * c - dx[k] * s + aside
    return float(2 * left / (ahead**2 + left**2))


def lap(track: int, steer: Callable[[Any, int], float]) -> dict[str, float]:
    """Drive one track with steer(simulator, frame) -> curvature every EVERY frames: share of tiles visited, frames."""
    simulator = _simulator()
    simulator.reset(seed=track)
    bent, frame = 0.0, 0
    for frame in range(FRAMES):
        if frame % EVERY == 0:
            bent = steer(simulator, frame)
        wheels = np.clip(np.arctan(WHEELBASE * bent), -LIMIT, LIMIT)
        speed = np.hypot(*simulator.car.hull.linearVelocity)
        gas, brake = 0.3 * (speed < SPEED), 0.2 * (speed > 1.2 * SPEED)
        over = simulator.step(np.array([-wheels, gas, brake], dtype=np.float32))[2]
        if over:
            break
    found = {"tiles": simulator.tile_visited_count / len(simulator.track), "frames": float(frame + 1)}
    simulator.close()
    return found


def learn_and_drive(cell: Mapping[str, Any], seeds: Sequence[int]) -> list[dict[str, Any]]:
    """Train on one track while the expert drives `laps` of it, then network and expert each drive another one."""
    return [_learn_and_drive(cell, generator(worlds(cell), seed)) for seed in seeds]


def _learn_and_drive(cell: Mapping[str, Any], rng: np.random.Generator) -> dict[str, Any]:
    seen: list[tuple[np.ndarray, float]] = []
    aim = [rng.normal(0, AIM_SPREAD)]

    def show(simulator: Any, frame: int) -> float:
        if frame % PICTURE_EVERY == 0:
            aim[0] = 0.7 * aim[0] + rng.normal(0, 0.7 * AIM_SPREAD)
            if frame >= 50:  # the view zooms in at first
                seen.append((grey(simulator.look()), expert(simulator, 0.0)))
        return expert(simulator, aim[0])

    for track in rng.integers(2**31, size=cell["laps"]):
        lap(int(track), show)
    p = alvinn.init(rng, (alvinn.PICTURE, cell["hidden"], alvinn.SIZES_1991[2]))
    buffer = fly.Buffer(fly.BUFFER, rng)
    for picture, bent in seen:
        shift, turn = rng.uniform(-SHIFT, SHIFT, cell["copies"]), rng.uniform(-TURN, TURN, cell["copies"])
        bent = float(np.clip(bent, -1 / LOOKAHEAD, 1 / LOOKAHEAD))
        x = [retina(picture), *(retina(displaced(picture, s, t)) for s, t in zip(shift, turn, strict=True))]
        label = displaced_curvature(np.full(len(shift), bent), shift, turn, LOOKAHEAD)
        buffer.add(np.array(x), np.append(bent, label))
        order = np.concatenate([rng.permutation(buffer.filled) for _ in range(-(-fly.BUFFER // buffer.filled))])
        targets = code(buffer.curvature[: buffer.filled])
        p, _ = road_follower.train(p, buffer.x[: buffer.filled], targets, rate=cell["rate"], order=order[: fly.BUFFER])

    def follow(simulator: Any, frame: int) -> float:
        answer = alvinn.answers(p, retina(grey(simulator.look()))[None])
        return float(fly.steering.centre_of_mass(answer, SHARPEST)[0])

    track = int(rng.integers(2**31))
    own, theirs = lap(track, follow), lap(track, lambda simulator, frame: expert(simulator, 0.0))
    return {
        "tiles": own["tiles"],
        "frames": own["frames"],
        "expert_tiles": theirs["tiles"],
        "expert_frames": theirs["frames"],
        "pictures": float(len(seen)),
        "lap": float(own["tiles"] >= 0.95),
    }


def code(curvature: np.ndarray) -> np.ndarray:
    """The hill of 1991 over the curvatures of this world."""
    return fly.steering.gaussian(curvature, alvinn.SIZES_1991[2], SHARPEST)
