"""The files of CIFAR-10: a zip of JPEG copies, Krizhevsky's binary files, and rows of pixels in PNG files."""

from __future__ import annotations

import hashlib
import io
import os
import tarfile
import tempfile
import zipfile
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from core.datasets import store
from core.errors import BackstoryError

SIDE = 32
PIXELS = SIDE * SIDE * 3
CLASSES = ("airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck")
COUNTS = (5000, 1000)  # images of each class for training and for testing
AGAIN = "fetch the file again"

# SHA-256 of the members of cifar-10-binary.tar.gz, each 10,000 times a label and 32x32 bytes of red, green and blue.
MEMBERS = {
    "data_batch_1.bin": "cee916563c9f80d84e3cc88e17fdc0941787f1244f00a67874d45b261883ada5",
    "data_batch_2.bin": "a591ca11fa1708a91ee40f54b3da4784ccd871ecf2137de63f51ada8b3fa57ed",
    "data_batch_3.bin": "bbe8596564c0f86427f876058170b84dac6670ddf06d79402899d93ceea26f67",
    "data_batch_4.bin": "014e562d6e23c72197cc727519169a60359f5eccd8945ad5a09d710285ff4e48",
    "data_batch_5.bin": "755304fc0b379caeae8c14f0dac912fbc7d6cd469eb67a1029a08a39453a9add",
    "test_batch.bin": "8e2eb146ae340b09e24670f29cabc6326dba54da8789dab6768acf480273f65b",
}
FOLDERS = ("cifar10/cifar-10-batches-bin", "cifar10", "cifar-10-batches-bin")
Parts = tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]


def pixels(content: bytes, name: str) -> np.ndarray:
    # -> (H, W, 3) bytes
    """The pixels of an image file. Raises BackstoryError if it is none, is cut short, or is not in three colours."""
    from PIL import Image, UnidentifiedImageError

    try:
        with Image.open(io.BytesIO(content)) as image:
            found = np.asarray(image)
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError, Image.DecompressionBombError) as fault:
        raise BackstoryError(f"{name} is no image or is cut short; {AGAIN}.") from fault
    if found.ndim != 3 or found.shape[2] != 3 or found.dtype != np.uint8:
        raise BackstoryError(f"{name} is not an image in three colours of 8 bits; {AGAIN}.")
    return found


def copies(*, quiet: bool = True) -> np.ndarray:
    # -> (60000, 32, 32, 3) bytes: training images by class, then test images by class
    """The JPEG copies, decoded once; the pixels are kept in the cache folder and read from there afterwards.

    Raises BackstoryError if the zip is missing, is not the one expected, or the cache folder cannot be written to.
    """
    file = store.DATASETS["cifar10"]["images"]
    kept = store.cache_folder() / "data" / "cifar10" / f"pixels-{file.sha256[:16]}.npy"
    shape = (sum(COUNTS) * len(CLASSES), SIDE, SIDE, 3)
    found = _kept(kept, shape)
    if found is None:
        found = unpack_zip(store.read("cifar10", "images", quiet=quiet), file.path)
        _keep(kept, found)
    return found


def _kept(path: Path, shape: tuple[int, ...]) -> np.ndarray | None:
    try:
        found = np.load(path, allow_pickle=False)
    except (OSError, ValueError, EOFError):
        return None
    return found if found.shape == shape and found.dtype == np.uint8 else None


def _keep(path: Path, found: np.ndarray) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        descriptor, draft = tempfile.mkstemp(prefix=".pixels-", dir=path.parent)
    except OSError as fault:
        raise BackstoryError(
            f"cannot write to the cache folder {path.parent} ({fault.strerror}); set $BACKSTORY_CACHE to a folder that "
            "can be written."
        ) from fault
    try:
        with os.fdopen(descriptor, "wb") as file:
            np.save(file, found)
        os.replace(draft, path)
    except OSError as fault:
        Path(draft).unlink(missing_ok=True)
        raise BackstoryError(
            f"cannot write {found.nbytes / 1e6:.0f} MB to the cache folder {path.parent} ({fault.strerror}); make room "
            "or set $BACKSTORY_CACHE to another folder."
        ) from fault


def unpack_zip(content: bytes, name: str, counts: Sequence[int] = COUNTS) -> np.ndarray:
    # -> (N, 32, 32, 3) bytes
    """The images train/<class>/0000.jpg and so on, then test/<class>/..., in the order of CLASSES and of their numbers.

    Raises BackstoryError if it is no zip, a class or an image is missing or too many, or an image is damaged or of
    another size.
    """
    try:
        archive = zipfile.ZipFile(io.BytesIO(content))
    except zipfile.BadZipFile as fault:
        raise BackstoryError(f"{name} is not a zip archive, or is cut short; {AGAIN}.") from fault
    with archive:
        wanted = [
            f"{part}/{label}/{number:04d}.jpg"
            for part, count in zip(("train", "test"), counts, strict=True)
            for label in CLASSES
            for number in range(count)
        ]
        _same_names(wanted, [entry for entry in archive.namelist() if not entry.endswith("/")], name)
        found = np.empty((len(wanted), SIDE, SIDE, 3), np.uint8)
        for place, entry in enumerate(wanted):
            try:
                image = archive.read(entry)
            except (zipfile.BadZipFile, OSError, EOFError, NotImplementedError, RuntimeError) as fault:
                raise BackstoryError(f"{entry} in {name} is damaged; {AGAIN}.") from fault
            one = pixels(image, f"{entry} in {name}")
            if one.shape[:2] != (SIDE, SIDE):
                size = f"{one.shape[1]}x{one.shape[0]}"
                raise BackstoryError(f"{entry} in {name} has {size} pixels, not {SIDE}x{SIDE}; {AGAIN}.")
            found[place] = one
    return found


def _same_names(wanted: list[str], given: list[str], name: str) -> None:
    """Raise a BackstoryError that names the first class folder or image too many, or missing."""
    folders = sorted({entry.rpartition("/")[0] for entry in given} - {entry.rpartition("/")[0] for entry in wanted})
    if folders:
        expected = f"train and test, each with a folder for {', '.join(CLASSES)}"
        raise BackstoryError(f"{name} holds a folder {folders[0]!r} too many; expected are {expected}; {AGAIN}.")
    missing, extra = sorted(set(wanted) - set(given)), sorted(set(given) - set(wanted))
    if missing or extra or len(given) != len(set(given)):
        what = f"lacks {missing[0]}" if missing else f"holds {extra[0]} too many" if extra else "names an image twice"
        raise BackstoryError(f"{name} {what}; expected are {len(wanted):,} images, not {len(given):,}; {AGAIN}.")


def binary(*, quiet: bool = True) -> Parts:
    """Krizhevsky's files, unpacked in a data folder or the cache, or in his archive, which is fetched if need be.

    Raises BackstoryError if one is missing, damaged or not the one expected.
    """
    contents = _unpacked() or _members(store.read("cifar10-binary", "archive", quiet=quiet))
    parts = [records(contents[name], name) for name in MEMBERS]
    x, y = zip(*parts, strict=True)
    return np.concatenate(x[:-1]), np.concatenate(y[:-1]), x[-1], y[-1]


def _unpacked() -> dict[str, bytes] | None:
    """The files, where they lie unpacked side by side."""
    for folder in FOLDERS:
        places = {name: store.locate(store.DataFile(f"{folder}/{name}", "", ())) for name in MEMBERS}
        found = [place for place in places.values() if place]
        if found:
            missing = [name for name, place in places.items() if not place]
            if missing:
                raise BackstoryError(f"{found[0].parent} lacks {missing[0]}; put all of {', '.join(MEMBERS)} there.")
            return {name: _verified(place.read_bytes(), name) for name, place in places.items() if place}
    return None


def _members(archive: bytes) -> dict[str, bytes]:
    found = {}
    with tarfile.open(fileobj=io.BytesIO(archive)) as files:
        for member in files:
            name = Path(member.name).name
            reader = files.extractfile(member) if name in MEMBERS else None
            if reader:
                found[name] = _verified(reader.read(), name)
    missing = [name for name in MEMBERS if name not in found]
    if missing:
        raise BackstoryError(f"cifar-10-binary.tar.gz lacks {missing[0]}; {AGAIN}.")
    return found


def _verified(content: bytes, name: str) -> bytes:
    digest = hashlib.sha256(content).hexdigest()
    if digest != MEMBERS[name]:
        raise BackstoryError(
            f"{name} is not CIFAR-10's: its SHA-256 is {digest[:16]}..., expected {MEMBERS[name][:16]}...; {AGAIN}."
        )
    return content


def records(content: bytes, name: str) -> tuple[np.ndarray, np.ndarray]:
    # -> (N, 32, 32, 3) bytes, (N,)
    """Records of a label and 32x32 bytes of red, of green and of blue. Raises BackstoryError if they are not such."""
    if len(content) % (1 + PIXELS) or not content:
        raise BackstoryError(f"{name} does not hold records of {1 + PIXELS:,} bytes; {AGAIN}.")
    rows = np.frombuffer(content, np.uint8).reshape(-1, 1 + PIXELS)
    if rows[:, 0].max() >= len(CLASSES):
        raise BackstoryError(f"{name} holds labels above 9; {AGAIN}.")
    return np.ascontiguousarray(rows[:, 1:].reshape(-1, 3, SIDE, SIDE).transpose(0, 2, 3, 1)), rows[:, 0].astype(int)


def lossless(*, quiet: bool = True) -> Parts:
    """The first 4,000 training and 1,000 test images with their original pixels.

    Raises BackstoryError if a file is missing, damaged or not the one expected.
    """
    parts = {part: store.read("cifar10-lossless", part, quiet=quiet) for part in store.DATASETS["cifar10-lossless"]}
    x = {
        kind: np.concatenate(
            [rows(parts[name], name) for name in parts if name.startswith(kind) and name[-1].isdigit()]
        )
        for kind in ("train", "test")
    }
    y = {kind: labels(parts[f"{kind} labels"], len(x[kind])) for kind in ("train", "test")}
    return x["train"], y["train"], x["test"], y["test"]


def rows(content: bytes, name: str) -> np.ndarray:
    # -> (N, 32, 32, 3) bytes
    """Images of a PNG file with an image a row, its pixels in reading order. Raises BackstoryError if it is another."""
    found = pixels(content, name)
    if found.shape[1] != SIDE * SIDE:
        raise BackstoryError(f"{name} has rows of {found.shape[1]:,} pixels, not {SIDE * SIDE:,}; {AGAIN}.")
    return found.reshape(-1, SIDE, SIDE, 3)


def labels(content: bytes, count: int) -> np.ndarray:
    # -> (N,)
    """Labels, one a line. Raises BackstoryError if they are not so many numbers from 0 to 9."""
    words = content.split()
    if len(words) != count or any(not word.isdigit() or int(word) >= len(CLASSES) for word in words):
        raise BackstoryError(f"the file of labels does not hold {count:,} numbers from 0 to 9; {AGAIN}.")
    return np.array([int(word) for word in words])
