"""MNIST's files and texts: parsing, parts and bad input."""

import numpy as np
import pytest

from core.datasets import mnist, text
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
