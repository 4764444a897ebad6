"""Figures of `alexnet_2012` made of pixels: kernels, a film of them while they learn, and photographs."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure as Canvas

from core.publishing import figures as draw

Arrays = Mapping[str, np.ndarray]
SIDE_BY_SIDE = (6.4, 3.7)  # inches of a frame of the film


def in_colour(kernels: np.ndarray) -> np.ndarray:
    # kernels (K, K, 3, maps) -> (maps, K, K, 3)
    """Each kernel as a picture, grey where it is zero, its largest weight black or at the edge of its colour."""
    pictures = np.moveaxis(kernels, -1, 0)
    largest = np.abs(pictures).max(axis=(1, 2, 3), keepdims=True)
    return 0.5 + 0.5 * pictures / np.maximum(largest, 1e-12)


def tiled(pictures: np.ndarray, columns: int) -> np.ndarray:
    # pictures (n, K, K, 3) -> (height, width, 3)
    """Pictures beside and below one another, a white pixel between."""
    n, side = pictures.shape[:2]
    rows = -(-n // columns)
    sheet = np.ones((rows * (side + 1) - 1, columns * (side + 1) - 1, 3))
    for k, picture in enumerate(pictures):
        top, left = (k // columns) * (side + 1), (k % columns) * (side + 1)
        sheet[top : top + side, left : left + side] = picture
    return sheet


def shown(ax: Axes, pixels: np.ndarray) -> None:
    """A picture in colour without axes."""
    ax.imshow(pixels, interpolation="nearest")
    ax.set_axis_off()


def kernels(arrays: Arrays) -> Canvas:
    """The kernels of a first layer."""
    figure, ax = draw.canvas(width=5.0, height=2.8)
    shown(ax, tiled(in_colour(arrays["first_kernels"]), 8))
    return figure


def film(arrays: Arrays) -> draw.Film:
    """Kernels of one net of each kind while they learn; one that is there holds its last frame."""
    frames = max(len(arrays["kernels_relu"]), len(arrays["kernels_tanh"]))
    return draw.Film(_frame(arrays, frames - 1), partial(_frame, arrays), range(frames), milliseconds=250)


def _frame(arrays: Arrays, k: int) -> Canvas:
    figure = Canvas(figsize=SIDE_BY_SIDE)
    figure.set_layout_engine("none")  # axes stay where they are put, also when a second format is written
    grid = figure.add_gridspec(1, 2, left=0.02, right=0.98, top=0.84, bottom=0.03, wspace=0.08)
    for place, (unit, name, colour) in enumerate((("relu", "ReLU", draw.BLUE), ("tanh", "tanh", draw.ORANGE))):
        history = arrays[f"kernels_{unit}"]
        at = min(k, len(history) - 1)
        ax = figure.add_subplot(grid[place])
        shown(ax, tiled(in_colour(history[at]), 4))
        told = f"pass {at}" if at < len(history) - 1 else f"ends at pass {at}"
        ax.set_title(f"{name}, {told}", fontsize=14, color=colour)
    return figure


def neighbours(arrays: Arrays) -> Canvas:
    """Test images, each with the training images that are nearest to it for the net."""
    names, near = arrays["class_names"], arrays["near_images"]
    count, across = near.shape[:2]
    figure, axes = draw.canvas(across + 1, count, width=5.8, height=0.78 * count + 0.1, squeeze=False)
    for line, query, label, found in zip(axes, arrays["query_images"], arrays["query_classes"], near, strict=True):
        shown(line[0], query)
        line[0].text(-0.12, 0.5, str(names[label]), transform=line[0].transAxes, ha="right", va="center", fontsize=12)
        for ax, one in zip(line[1:], found, strict=True):
            shown(ax, one)
    return figure


def mistakes(arrays: Arrays) -> Canvas:
    """The test images that were given to a wrong class with the highest probability."""
    names = arrays["class_names"]
    figure, axes = draw.canvas(3, 4, width=5.6, height=7.0, squeeze=False)
    for ax in axes.flat:
        ax.set_axis_off()
    worst = zip(arrays["worst_images"], arrays["worst_classes"], arrays["worst_taken_for"], strict=True)
    for ax, (pixels, label, taken) in zip(axes.flat, worst, strict=False):
        shown(ax, pixels)
        ax.set_title(f"{names[label]} →\n{names[taken]}", fontsize=12, pad=3)
    return figure
