"""MNIST's files and texts: parsing, parts and bad input."""

import gzip
import hashlib

import numpy as np
import pytest

from core.datasets import mnist, store, text
from core.errors import BackstoryError


def idx(values):
    values = np.asarray(values, np.uint8)
    return bytes([0, 0, 8, values.ndim]) + np.array(values.shape, ">u4").tobytes() + values.tobytes()


def test_idx_files_are_read_and_scaled():
    x = mnist.images(idx(np.full((2, 28, 28), 255)))
    assert x.shape == (2, 784)
    assert x.dtype == np.float32
    assert np.all(x == 1)
    assert mnist.labels(idx([3, 9])).tolist() == [3, 9]


@pytest.mark.parametrize("content", [b"", b"abc", idx([1, 2])[:-1], idx([[1, 2]]), idx([1, 2]) + b"x"])
def test_what_is_no_idx_file_is_refused(content):
    with pytest.raises(BackstoryError, match="IDX file"):
        mnist.labels(content)


def test_labels_above_nine_are_refused():
    with pytest.raises(BackstoryError, match="above 9"):
        mnist.labels(idx([3, 10]))


def test_the_embedded_digits_are_flat_and_in_the_unit_interval():
    data = mnist.load("embedded")
    assert data.train_x.shape == (1297, 256)
    assert 0 <= data.train_x.min() < data.train_x.max() <= 1


def test_a_text_is_cut_in_order_and_its_windows_follow_on():
    found = text.split("abc", "abcabcabcabcabcabcab", {})
    assert (len(found.train), len(found.tune), len(found.test)) == (18, 1, 1)
    assert found.alphabet == "abc"
    x, y = text.windows(found.train, 2)
    assert "".join(found.alphabet[k] for k in [*x[4], y[4]]) == "bca"
    assert len(x) == len(y) == 16


def test_the_embedded_text_is_there():
    data = text.load("topics")
    assert len(data.train) > 100_000
    assert data.sha256


@pytest.mark.parametrize(
    ("read", "content", "words"),
    [
        (mnist.images, idx([3, 9]), "IDX file of labels stands where one of images was expected"),
        (mnist.labels, idx(np.zeros((2, 28, 28))), "IDX file of images stands where one of labels was expected"),
        (mnist.images, idx(np.zeros((2, 28, 28)))[:-100], "100 bytes more"),
        (mnist.labels, idx([1, 2, 3]) + b"ab", "2 bytes fewer"),
        (mnist.images, idx(np.zeros((2, 20, 20))), "20x20 pixels where 28x28"),
        (mnist.images, b"<html>not found</html>", "22 bytes are not an IDX file of images"),
    ],
)
def test_swapped_truncated_and_other_files_are_told_apart_in_one_sentence(read, content, words):
    with pytest.raises(BackstoryError, match=words) as caught:
        read(content)
    assert "\n" not in str(caught.value)
    assert "backstory data --fetch" in str(caught.value)


def test_labels_of_another_length_are_refused():
    mnist.belong_together(np.zeros((3, 784)), np.zeros(3), "train")
    with pytest.raises(BackstoryError, match="train set has 3 images but 2 labels"):
        mnist.belong_together(np.zeros((3, 784)), np.zeros(2), "train")


@pytest.mark.parametrize("fault", ["swapped", "truncated"])
def test_a_folder_with_swapped_or_truncated_mnist_files_is_refused(monkeypatch, tmp_path, fault):
    """Files that are whole in themselves but stand under each other's names, and one that ends too early."""
    folder = tmp_path / "mnist"
    folder.mkdir()
    contents = {
        "train images": idx(np.zeros((2, 28, 28))), "train labels": idx([1, 2]),
        "test images": idx(np.ones((2, 28, 28))), "test labels": idx([3, 4]),
    }  # fmt: skip
    files = {
        part: store.DataFile(f"mnist/{part}.gz", hashlib.sha256(content).hexdigest(), ())
        for part, content in contents.items()
    }
    monkeypatch.setattr(store, "DATASETS", {"mnist": files})
    monkeypatch.setenv("BACKSTORY_DATA", str(tmp_path))
    if fault == "swapped":
        contents["train labels"], contents["test labels"] = contents["test labels"], contents["train labels"]
    for part, content in contents.items():
        raw = gzip.compress(content)
        (tmp_path / files[part].path).write_bytes(raw[:-9] if fault == "truncated" else raw)
    mnist.load.cache_clear()
    with pytest.raises(BackstoryError, match="SHA-256" if fault == "swapped" else "cut short") as caught:
        mnist.load("mnist")
    assert "\n" not in str(caught.value)
