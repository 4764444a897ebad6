"""The six patterns of 1960, as drawn."""

import numpy as np
import pytest

from core.datasets import letters


def test_patterns_are_the_letters_drawn_and_the_second_of_each_is_the_first_moved_right():
    pictures = letters.patterns()
    assert pictures.shape == (6, 4, 4)
    assert (pictures[0] == [[1, 1, 1, -1], [-1, 1, -1, -1], [-1, 1, -1, -1], [-1, 1, -1, -1]]).all()
    for letter in range(3):
        assert (letters.placed(pictures[2 * letter]) == pictures[2 * letter : 2 * letter + 2]).all()
    assert (pictures > 0).sum(axis=(1, 2)).tolist() == [6, 6, 10, 10, 7, 7]
    x = letters.inputs(pictures)
    assert x.shape == (6, 17)
    assert (x[:, 0] == 1).all()
    assert (np.sum(x**2, axis=1) == 17).all()


def test_turning_flipping_and_reading():
    t = letters.patterns()[0]
    turns = letters.turned(t)
    assert turns.shape == (4, 4, 4)
    assert (letters.turned(turns[1])[3] == t).all()
    rng = np.random.default_rng(0)
    assert (letters.flipped(t, 0.0, rng) == t).all()
    assert (letters.flipped(t, 1.0, rng) == -t).all()
    share = np.mean(letters.flipped(np.ones((20000, 4, 4)), 0.2, rng) < 0)
    assert share == pytest.approx(0.2, abs=0.005)
    assert letters.read(np.array([100.0, 31, 29, -29, -31, -100])).tolist() == [0, 0, 1, 1, 2, 2]
    with pytest.raises(ValueError, match="between 0 and 1"):
        letters.flipped(t, 1.5, rng)
