"""Small colour images in ten classes (CIFAR-10), and patches of photographs in their place for quick runs.

CIFAR-10 comes as JPEG copies, whose pixels differ from the original's; in Krizhevsky's own binary files, where the user
has them or lets them be fetched; and as the part of it that is at hand with its original pixels.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np

from core.datasets import image_files, store
from core.errors import BackstoryError

SIDE = image_files.SIDE
STEP = 8  # rows between the patches of a column of a photograph


@dataclass(frozen=True)
class Images:
    """train_x (N, 32, 32, 3) bytes, train_y (N,) numbers of classes, the same for test, and SHA-256 by source file."""

    name: str
    train_x: np.ndarray
    train_y: np.ndarray
    test_x: np.ndarray
    test_y: np.ndarray
    classes: tuple[str, ...]
    sha256: dict[str, str]


NAMES = ("cifar10", "cifar10-binary", "cifar10-lossless", "embedded")


@lru_cache(maxsize=2)
def load(name: str, *, quiet: bool = True) -> Images:
    """The data set of a name.

    "cifar10": 50,000 / 10,000 JPEG copies, ordered by class; "cifar10-binary": the same images as Krizhevsky gives
    them, in his order; "cifar10-lossless": the first 4,000 / 1,000 of these; "embedded": see `embedded`.
    Raises BackstoryError if the name is another, or if a file is missing, damaged or not the one expected.
    """
    if name == "embedded":
        return embedded()
    makers: dict[str, Callable[..., image_files.Parts]] = {
        "cifar10": _copies,
        "cifar10-binary": image_files.binary,
        "cifar10-lossless": image_files.lossless,
    }
    if name not in makers:
        raise BackstoryError(f"there is no data set of images called {name!r}; known: {', '.join(NAMES)}.")
    parts = makers[name](quiet=quiet)
    hashes = {f"{name}/{part}": file.sha256 for part, file in store.DATASETS[name].items()}
    return Images(name, *parts, image_files.CLASSES, hashes)


def _copies(*, quiet: bool = True) -> image_files.Parts:
    images, counts = image_files.copies(quiet=quiet), image_files.COUNTS
    labels = [np.repeat(np.arange(len(image_files.CLASSES)), count) for count in counts]
    first = len(labels[0])
    return images[:first], labels[0], images[first:], labels[1]


def embedded() -> Images:
    """Patches of 32x32 pixels of three photographs; the class is the photograph that a patch was taken from.

    The photographs are china.jpg and flower.jpg of scikit-learn and grace_hopper.jpg of Matplotlib. Each is cut into
    columns 32 pixels wide, and every fifth column is for testing, so no test patch shares a pixel with a training
    patch. The patches of a column are 8 rows apart: 2,536 for training and 616 for testing.
    """
    found: dict[bool, list[tuple[np.ndarray, int]]] = {False: [], True: []}
    photographs = _photographs()
    for number, photograph in enumerate(photographs.values()):
        for column in range(photograph.shape[1] // SIDE):
            across = slice(column * SIDE, (column + 1) * SIDE)
            for top in range(0, photograph.shape[0] - SIDE + 1, STEP):
                found[column % 5 == 4].append((photograph[top : top + SIDE, across], number))
    x = {test: np.stack([patch for patch, _ in patches]) for test, patches in found.items()}
    y = {test: np.array([label for _, label in patches]) for test, patches in found.items()}
    return Images("embedded", x[False], y[False], x[True], y[True], tuple(photographs), {})


def _photographs() -> dict[str, np.ndarray]:
    import matplotlib.cbook
    from sklearn.datasets import load_sample_image

    path = matplotlib.cbook.get_sample_data("grace_hopper.jpg", asfileobj=False)
    portrait = image_files.pixels(Path(str(path)).read_bytes(), "grace_hopper.jpg")
    return {"temple": load_sample_image("china.jpg"), "flower": load_sample_image("flower.jpg"), "portrait": portrait}


@lru_cache(maxsize=1)
def paired(*, quiet: bool = True) -> tuple[Images, Images]:
    """The 4,000 / 1,000 images with their original pixels, and the JPEG copies of the same images in the same order.

    The copies of each class are numbered in the order of the original. Raises BackstoryError if files are missing or
    the two do not show the same images.
    """
    original, all_copies = load("cifar10-lossless", quiet=quiet), load("cifar10", quiet=quiet)
    chosen = [
        _same_order(original.train_y, all_copies.train_x, all_copies.train_y),
        _same_order(original.test_y, all_copies.test_x, all_copies.test_y),
    ]
    for own, copy in zip((original.train_x, original.test_x), chosen, strict=True):
        apart = np.abs(own.astype(np.int16) - copy).mean(axis=(1, 2, 3))
        if apart.max() > 30:
            raise BackstoryError(
                f"image {int(apart.argmax())} of cifar10-lossless and its JPEG copy differ by {apart.max():.0f} of 255 "
                "on average, so they are not the same image; fetch both data sets again."
            )
    copies = Images(
        "cifar10-lossless as JPEG",
        chosen[0],
        original.train_y,
        chosen[1],
        original.test_y,
        original.classes,
        all_copies.sha256,
    )
    return original, copies


def _same_order(labels: np.ndarray, images: np.ndarray, classes: np.ndarray) -> np.ndarray:
    """The images, kept by class, in the order of the labels."""
    found = np.empty((len(labels), *images.shape[1:]), images.dtype)
    for label in range(int(classes.max()) + 1):
        here = np.flatnonzero(labels == label)
        found[here] = images[np.flatnonzero(classes == label)[: len(here)]]
    return found
