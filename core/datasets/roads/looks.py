"""How roads look: brightness of road, shoulders, lines and ground, texture, shadows, light and sensor noise."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from typing import Any

import numpy as np

POLARITIES = ("lighter", "darker", "either")
LINE_WIDTH, DASH = 0.15, 6.0  # metres; a dash and the gap after it are DASH metres each


@dataclass(frozen=True)
class Conditions:
    """What looks are drawn from. Brightness runs from 0 to 1; ranges are (low, high), amplitudes the largest values.

    A lined road has two lanes; the vehicle follows the middle of the right one, whose width is the road's `width`.
    """

    contrast: tuple[float, float] = (0.2, 0.5)
    middle: tuple[float, float] = (0.35, 0.65)
    polarity: str = "lighter"
    shoulder: float = 0.4
    lined: bool = False
    texture: float = 0.06
    gradient: float = 0.2
    shadow: float = 0.3
    noise: float = 0.03

    def __post_init__(self) -> None:
        numbers = (*self.contrast, *self.middle, self.shoulder, self.texture, self.gradient, self.shadow, self.noise)
        if self.polarity not in POLARITIES:
            raise ValueError(f"a road is {', '.join(POLARITIES)} in brightness, not {self.polarity!r}")
        if not np.all(np.isfinite(numbers)) or min(numbers) < 0:
            raise ValueError(f"the conditions of a road must be finite and not negative, not {self}")

    def steady(self) -> Conditions:
        """The same without variation of light: one brightness and contrast, no gradients and no shadows."""
        contrast, middle = (float(np.mean(pair)) for pair in (self.contrast, self.middle))
        return replace(self, contrast=(contrast,) * 2, middle=(middle,) * 2, gradient=0.0, shadow=0.0)


@dataclass(frozen=True, eq=False)
class Looks:
    """The looks of R roads, every array (R, ...). Waves are cycles per metre along and across, and a phase."""

    road: np.ndarray
    ground: np.ndarray
    gradient: np.ndarray
    shadow: np.ndarray
    texture: np.ndarray
    waves: np.ndarray
    noise: np.ndarray
    shoulder: float
    lined: bool

    def mirrored(self) -> Looks:
        """The looks of the mirrored roads; lined roads have no mirror image, as traffic keeps to the right."""
        if self.lined:
            raise ValueError("a lined road in right-hand traffic has no mirror image")
        waves, gradient = self.waves.copy(), self.gradient.copy()
        waves[..., 1] *= -1
        gradient[:, 0] *= -1
        return replace(self, waves=waves, gradient=gradient)

    def only(self, which: np.ndarray) -> Looks:
        """The looks of the roads with those numbers, in that order."""
        changed: dict[str, Any] = {name: getattr(self, name)[which] for name in _ARRAYS}
        return replace(self, **changed)

    def with_contrast(self, contrast: float) -> Looks:
        """The same roads with the brightness of road minus ground set to `contrast`."""
        middle = 0.5 * (self.road + self.ground)
        return replace(self, road=middle + contrast / 2, ground=middle - contrast / 2)

    def with_noise(self, noise: float) -> Looks:
        """The same roads seen by a sensor of that noise (standard deviation)."""
        return replace(self, noise=np.full_like(self.noise, noise))


_ARRAYS = [f.name for f in fields(Looks) if f.name not in ("shoulder", "lined")]


def draw(rng: np.random.Generator, roads: int, conditions: Conditions) -> Looks:
    """Looks of so many roads. The same numbers are drawn whatever the conditions."""
    sign = {"lighter": np.ones(roads), "darker": -np.ones(roads)}
    either = np.where(rng.random(roads) < 0.5, 1.0, -1.0)
    contrast = rng.uniform(*conditions.contrast, roads) * sign.get(conditions.polarity, either)
    middle = rng.uniform(*conditions.middle, roads)
    waves = np.empty((roads, 6, 3))
    waves[:, :4, :2] = rng.uniform(0.2, 1.2, (roads, 4, 2)) * rng.choice([-1.0, 1.0], (roads, 4, 2))
    waves[:, 4:, :2] = rng.uniform(0.04, 0.15, (roads, 2, 2)) * rng.choice([-1.0, 1.0], (roads, 2, 2))
    waves[:, :, 2] = rng.random((roads, 6))
    return Looks(
        road=middle + contrast / 2,
        ground=middle - contrast / 2,
        gradient=conditions.gradient * rng.uniform(-1, 1, (roads, 2)),
        shadow=conditions.shadow * rng.random(roads),
        texture=conditions.texture * rng.random(roads),
        waves=waves,
        noise=conditions.noise * rng.random(roads),
        shoulder=conditions.shoulder,
        lined=conditions.lined,
    )


def together(parts: Sequence[Looks]) -> Looks:
    """The looks of several groups of roads as one group. Shoulders and lines are those of the first."""
    joined: dict[str, Any] = {name: np.concatenate([getattr(one, name) for one in parts]) for name in _ARRAYS}
    return replace(parts[0], **joined)


def _wave(wave: np.ndarray, along: np.ndarray, across: np.ndarray) -> np.ndarray:
    # wave (B, 3), along, across (B, ...) -> (B, ...)
    """A triangle wave in [-1, 1], cheaper than a sine."""
    a, b, phase = (wave[:, k].astype(along.dtype)[:, None, None] for k in range(3))
    t = a * along
    t += b * across
    t += phase
    t -= np.floor(t)
    t -= 0.5
    np.abs(t, out=t)
    t *= 4
    t -= 1
    return t


def _within(offset: np.ndarray, low: np.ndarray, high: np.ndarray, blur: np.ndarray) -> np.ndarray:
    """Share of a pixel, `blur` metres wide, that lies between two offsets."""
    return np.clip((offset - low) / blur + 0.5, 0, 1) - np.clip((offset - high) / blur + 0.5, 0, 1)


def brightness(
    looks: Looks, which: np.ndarray, along: np.ndarray, offset: np.ndarray, width: np.ndarray, blur: np.ndarray
) -> np.ndarray:
    # which (B,), along, offset (B, rows, columns), width (B, rows, 1), blur (rows, 1) -> (B, rows, columns)
    """Brightness of the ground at places along and beside a road, before the light and the sensor."""
    kind = offset.dtype

    def one(values: np.ndarray) -> np.ndarray:
        return values[which].astype(kind)[:, None, None]

    right = -width / 2
    left = 3 * width / 2 if looks.lined else width / 2
    on_road = _within(offset, right, left, blur)
    fade = one(looks.texture) / (1 + (2 * blur) ** 2)
    grain = [_wave(looks.waves[which, k], along, offset) * fade for k in range(4)]
    road, ground = one(looks.road) + grain[0] + grain[1], one(looks.ground) + grain[2] + grain[3]
    if looks.shoulder > 0:
        beside = _within(offset, right - looks.shoulder, left + looks.shoulder, blur)
        ground = ground + 0.5 * (beside - on_road) * (road - ground)
    seen = ground + on_road * (road - ground)
    if looks.lined:
        half = LINE_WIDTH / 2
        dashed = ((along / (2 * DASH)) % 1 < 0.5).astype(kind)
        lines = _within(offset, width / 2 - half, width / 2 + half, blur) * dashed
        for edge in (right + 2 * half, left - 2 * half):
            lines = lines + _within(offset, edge - half, edge + half, blur)
        seen = seen + lines * (1.0 - seen)
    shade = _wave(looks.waves[which, 4], along, offset) + _wave(looks.waves[which, 5], along, offset)
    return seen * (1 - one(looks.shadow) * np.clip(4 * (shade - 0.6), 0, 1))
