"""Find, fetch and verify data files.

A file is looked for in `$BACKSTORY_DATA`, then in the user's cache, then downloaded from its mirrors. What is
verified is the SHA-256 of the decompressed content, because mirrors recompress; of an archive, that of its own bytes.
Nothing is ever unpickled.
"""

from __future__ import annotations

import errno
import gzip
import hashlib
import os
import tempfile
import zlib
from dataclasses import dataclass
from pathlib import Path

from core.errors import BackstoryError

MNIST = (
    "https://ossci-datasets.s3.amazonaws.com/mnist/",
    "https://storage.googleapis.com/cvdf-datasets/mnist/",
)
# The dictionary as it lies here, without the notice on top of UCI's copy; the list as the CMU benchmark has it.
NETTALK = {
    "nettalk.data": ("https://raw.githubusercontent.com/yamato796/nettalk/6f15f80248a5481d2d7a3b028e70b5c1e321d51f/",),
    "nettalk.list": (
        "https://archive.ics.uci.edu/ml/machine-learning-databases/undocumented/connectionist-bench/nettalk/",
        "http://www.cs.cmu.edu/afs/cs/project/ai-repository/ai/areas/neural/bench/cmu/nettalk/",
    ),
}
HASTIE = (
    "https://hastie.su.domains/ElemStatLearn/datasets/",
    "https://web.stanford.edu/~hastie/ElemStatLearn/datasets/",
)
TINY_LLAMAS = "https://huggingface.co/karpathy/tinyllamas/resolve/main/stories260K/"
KRIZHEVSKY = (
    "https://www.cs.toronto.edu/~kriz/",
    "https://storage.googleapis.com/s4tf-hosted-binaries/datasets/CIFAR10/",
)


@dataclass(frozen=True)
class DataFile:
    """One public file: where it lies under a data folder, its content's SHA-256, and its mirrors.

    A file without a mirror was prepared from a public one and must be put into a data folder by hand.
    An archive is read and verified as it is.
    """

    path: str
    sha256: str
    mirrors: tuple[str, ...]
    archive: bool = False

    @property
    def names(self) -> list[str]:
        """The places where it may lie under a data folder: as mirrors pack it, unpacked, or as others name it."""
        bare = self.path.removesuffix(".gz")
        dotted = bare.replace("-idx", ".idx")  # train-images.idx3-ubyte, as many downloads call it
        return list(dict.fromkeys([self.path, bare, dotted, f"{dotted}.gz"]))


def _usps(name: str, sha256: str) -> DataFile:
    return DataFile(f"usps/{name}", sha256, tuple(base + name for base in HASTIE))


def _mnist(name: str, sha256: str) -> DataFile:
    return DataFile(f"mnist/{name}-ubyte.gz", sha256, tuple(f"{base}{name}-ubyte.gz" for base in MNIST))


LOSSLESS = {
    "train 0": ("train_0000-0999.png", "0614720d69293a033786d5fe2924c4e9a9b48874f19ca4627c4662a864ee9f2d"),
    "train 1": ("train_1000-1999.png", "2927e26ea68602e34a7424826b76b7336ce36b8f6bcc2e9fce0c05568ff6b4c1"),
    "train 2": ("train_2000-2999.png", "0b2759e307bb405bb1a6531f8a0f557eaec46d7546050612fdb836f0fa60eae0"),
    "train 3": ("train_3000-3999.png", "a4530ff15c83886058a97c352f53f38be07d191de8f410e998e91786b5900a26"),
    "test 0": ("test_0000-0999.png", "5cea9e8fb7933540a2236a4bb25c1ed3a8447f345c55ae659143a95a5d8dac5e"),
    "train labels": ("train_labels.txt", "12324eb5b8a5d1c2c91dcf12bfdc7b4f6e7171439db5d64483e932c80c5822d5"),
    "test labels": ("test_labels.txt", "e602a45343190014a0fc0792d2cf0fba72d2233a32c8f0c1affd6098bae526dd"),
}


def _nettalk(name: str, sha256: str) -> DataFile:
    return DataFile(f"nettalk/{name}", sha256, tuple(base + name for base in NETTALK[name]))


DATASETS: dict[str, dict[str, DataFile]] = {
    "usps": {
        "train": _usps("zip.train.gz", "abc9f5c75b997cabe66b5d01727d5a681c69298e1641a8d37b55433a52129dc0"),
        "test": _usps("zip.test.gz", "6bde17b4f1cd68e0630cd2751d6495b5795d9165ab2dc4a0be8b7002b732f4cc"),
    },
    "mnist": {
        "train images": _mnist("train-images-idx3", "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db"),
        "train labels": _mnist("train-labels-idx1", "65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5"),
        "test images": _mnist("t10k-images-idx3", "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7"),
        "test labels": _mnist("t10k-labels-idx1", "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2"),
    },
    "shakespeare": {
        "text": DataFile(
            "text/tinyshakespeare.txt",
            "86c4e6aa9db7c042ec79f339dcb96d42b0075e16b8fc2e86bf0ca57e2dc565ed",
            ("https://raw.githubusercontent.com/karpathy/char-rnn/master/data/tinyshakespeare/input.txt",),
        )
    },
    "stories260k": {
        "checkpoint": DataFile(
            "llama/stories260K.bin",
            "b0a507e7ad0f626624f17112325e66691f9076d622e1d3274d103d00299f2696",
            (TINY_LLAMAS + "stories260K.bin",),
        ),
        "tokenizer": DataFile(
            "llama/tok512.bin",
            "037cb335abb25d1fa9e8ecae30ed2a3a8ace9302862ebcdc05d51a6bbb10c312",
            (TINY_LLAMAS + "tok512.bin",),
        ),
    },
    "tinystories": {
        "sample": DataFile(
            "llama/tinystories_sample.txt", "35a25a314ad214c2b1cb791292cabf98fd20848c6d7e9fd952b0bf9a9568c5fb", ()
        ),
    },
    "cifar10": {
        "images": DataFile(
            "cifar10/cifar10-images.zip", "ce962c3636592f547756899545a76d9da96b647fe7452affc10474e033f56311", ()
        )
    },
    "cifar10-binary": {
        "archive": DataFile(
            "cifar10/cifar-10-binary.tar.gz",
            "c4a38c50a1bc5f3a1c5537f2155ab9d68f9f25eb1ed8d9ddda3db29a59bca1dd",
            tuple(base + "cifar-10-binary.tar.gz" for base in KRIZHEVSKY),
            archive=True,
        )
    },
    "cifar10-lossless": {
        part: DataFile(f"cifar10-lossless/{name}", sha256, ()) for part, (name, sha256) in LOSSLESS.items()
    },
    "nettalk": {
        "dictionary": _nettalk("nettalk.data", "ef4ca3fb591ccccddd7d4236f0e4f12fe07dc404ea25e6c9ccee16771ae75f18"),
        "common words": _nettalk("nettalk.list", "07c47f92dba791e5525b757ee5797953bb42b50a7de5937dd3af5cb0e112b856"),
    },
}
DESCRIPTIONS = {
    "usps": "9,298 handwritten digits from US mail, 16x16 grey (Hastie, Tibshirani and Friedman's copy)",
    "mnist": "70,000 handwritten digits, 28x28 grey (LeCun, Cortes and Burges)",
    "shakespeare": "tiny Shakespeare, 1,115,394 characters of plays (from char-rnn)",
    "stories260k": "a Llama of 260,032 parameters that tells stories, and its 512 tokens (karpathy/tinyllamas, MIT)",
    "tinystories": "966 stories of the validation split of TinyStories, prepared (CDLA-Sharing-1.0)",
    "cifar10": "60,000 colour images of 32x32 in ten classes, as JPEG copies whose pixels differ from the original's",
    "cifar10-binary": "the same with their original pixels (Krizhevsky's archive)",
    "cifar10-lossless": "the first 4,000 training and 1,000 test images of it, as PNG files with their original pixels",
    "embedded photographs": "patches of photographs that ship with scikit-learn and Matplotlib; always there",
    "nettalk": "20,007 English words with phonemes and stresses, for non-commercial research (Sejnowski and Rosenberg)",
    "embedded digits": "1,797 handwritten digits that ship with scikit-learn, brought from 8x8 to 16x16; always there",
}


def cache_folder() -> Path:
    """Where downloads and finished trials are kept: `$BACKSTORY_CACHE`, or the user's cache folder."""
    chosen = os.environ.get("BACKSTORY_CACHE")
    if chosen:
        return Path(chosen).expanduser()
    import pooch

    return Path(pooch.os_cache("backstory"))


def data_folder() -> Path | None:
    """The folder named by `$BACKSTORY_DATA`, or None if it is not set. Raises BackstoryError if it does not exist."""
    named = os.environ.get("BACKSTORY_DATA")
    if not named:
        return None
    folder = Path(named).expanduser()
    if not folder.is_dir():
        raise BackstoryError(
            f"$BACKSTORY_DATA points to {named!r}, which is not a folder; "
            "point it to a folder that holds the data sets, or unset it to use downloads."
        )
    return folder


def locate(file: DataFile) -> Path | None:
    """Where a copy of the file already is, unverified, or None."""
    folder = data_folder()
    places = ([folder] if folder else []) + [cache_folder() / "data"]
    return next((place / name for place in places for name in file.names if (place / name).exists()), None)


def status(dataset: str, *, fetch: bool = False, quiet: bool = True) -> list[dict[str, str]]:
    """One line per file of a data set: whether and where it is here; `fetch` downloads and verifies it first.

    Of a file without a known mirror only a copy that is here is verified.
    Raises BackstoryError as `read` does.
    """
    lines = []
    for part, file in DATASETS[dataset].items():
        seen = fetch and bool(file.mirrors or locate(file))
        if seen:
            read(dataset, part, quiet=quiet)
        place = locate(file)
        source = file.mirrors[0] if file.mirrors else "no address: prepared from a public file"
        state = "verified" if seen else "here, not verified" if place else "missing"
        lines.append({"dataset": dataset, "file": file.path, "state": state, "place": str(place or ""), "from": source})
    return lines


def read(dataset: str, part: str, *, quiet: bool = True) -> bytes:
    """The decompressed, verified content of one file of a data set, downloaded if it is nowhere here.

    Raises BackstoryError if it cannot be read, is not the file expected, or cannot be downloaded.
    """
    file = DATASETS[dataset][part]
    path = locate(file)
    if path is None:
        path = _download(dataset, file, quiet)
    return _verified(path, file)


def _content(path: Path, archive: bool = False) -> bytes:
    try:
        raw = path.read_bytes()
    except OSError as fault:
        raise BackstoryError(
            f"cannot read the data file {path} ({fault.strerror}); make it readable or remove it."
        ) from fault
    if path.name.endswith(".gz") and not archive:
        try:
            if not raw:
                raise EOFError
            return gzip.decompress(raw)
        except (OSError, EOFError, zlib.error) as fault:
            raise BackstoryError(
                f"the data file {path} is damaged or cut short ({len(raw):,} bytes, not a whole gzip file); "
                "remove it and fetch it again with `backstory data --fetch`."
            ) from fault
    return raw


def _verified(path: Path, file: DataFile) -> bytes:
    content = _content(path, file.archive)
    found = hashlib.sha256(content).hexdigest()
    if found != file.sha256:
        raise BackstoryError(
            f"the content of {path} is not the expected file: its SHA-256 is {found[:16]}..., expected "
            f"{file.sha256[:16]}...; remove it and fetch it again with `backstory data --fetch`."
        )
    return content


def _download(dataset: str, file: DataFile, quiet: bool) -> Path:
    import pooch
    import requests

    target = cache_folder() / "data" / file.path
    if not file.mirrors:
        raise BackstoryError(
            f"the data set {dataset!r} needs {file.path}, which is neither in $BACKSTORY_DATA nor in the cache, and no "
            f"public mirror of it is known; get the file elsewhere and put it at {target}, or use `--preset quick`, "
            "which runs on embedded data."
        )
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        temporary = Path(tempfile.mkdtemp(prefix=".fetch-", dir=target.parent)) / target.name
    except OSError as fault:
        raise BackstoryError(
            f"cannot write to the cache folder {target.parent} ({fault.strerror}); set $BACKSTORY_CACHE to a folder "
            "that can be written."
        ) from fault
    faults = []
    try:
        for url in file.mirrors:
            try:
                pooch.HTTPDownloader(progressbar=not quiet, timeout=15)(url, str(temporary), None)
                _verified(temporary, file)
            except BackstoryError:
                faults.append(f"{url} (holds another or a damaged file)")
                continue
            except (OSError, requests.RequestException, ValueError) as fault:
                if isinstance(fault, OSError) and fault.errno in (errno.ENOSPC, errno.EDQUOT, errno.EROFS):
                    raise BackstoryError(f"cannot write to {target.parent} ({fault.strerror}); make room.") from fault
                faults.append(f"{url} (no answer or no such file)")
                continue
            os.replace(temporary, target)
            return target
    finally:
        temporary.unlink(missing_ok=True)
        temporary.parent.rmdir()
    raise BackstoryError(
        f"the data set {dataset!r} needs {file.path}, which is neither in $BACKSTORY_DATA nor in the cache and could "
        f"not be downloaded from {', nor from '.join(faults)}; get the file elsewhere and put it at {target}, or use "
        "`--preset quick`, which runs on embedded data."
    )
