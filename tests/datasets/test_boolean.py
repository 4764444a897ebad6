"""Truth tables of the small tasks, and the family trees."""

import numpy as np
import pytest

from core.datasets import boolean, families


def test_truth_tables():
    assert boolean.parity(2)[1][:, 0].tolist() == [0, 1, 1, 0]
    x, t = boolean.symmetry(6)
    assert x.shape == (64, 6)
    assert t.sum() == 8
    assert t[int("101101", 2)] == 1
    assert t[int("101100", 2)] == 0
    x, t = boolean.addition()
    for row, total in zip(x.astype(int), t.astype(int), strict=True):
        assert 2 * row[0] + row[1] + 2 * row[2] + row[3] == 4 * total[0] + 2 * total[1] + total[2]
    x, t = boolean.negation()
    assert t[int("0101", 2)].tolist() == [1, 0, 1]
    assert t[int("1101", 2)].tolist() == [0, 1, 0]
    x, t = boolean.encoder(8)
    assert (x == t).all()
    x, t = boolean.contiguity(6)
    clumps = [len([c for c in "".join(str(int(b)) for b in row).split("0") if c]) for row in x]
    assert sorted(set(clumps)) == [2, 3]
    assert t[:, 0].tolist() == [float(c == 3) for c in clumps]


def test_t_and_c_have_five_points_in_every_turn():
    x, t = boolean.t_and_c(7)
    assert x.shape == (8, 49)
    assert (x.sum(axis=1) == 5).all()
    assert t[:, 0].tolist() == [1] * 4 + [0] * 4
    assert len({row.tobytes() for row in x}) == 8


@pytest.mark.parametrize(
    ("call", "match"),
    [
        (lambda: boolean.symmetry(5), "even"),
        (lambda: boolean.corners(0), "1 to 24"),
        (lambda: boolean.t_and_c(2), "3x3"),
    ],
)
def test_impossible_tasks_are_refused(call, match):
    with pytest.raises(ValueError, match=match):
        call()


def test_family_trees_hold_112_triples_in_104_cases():
    found = families.triples()
    assert len(found) == len(set(found)) == 112
    assert sum(a < 12 for a, _, _ in found) == 56
    people = families.ENGLISH + families.ITALIAN
    names = {(people[a], families.RELATIONS[r], people[b]) for a, r, b in found}
    assert ("Colin", "aunt", "Jennifer") in names
    assert ("Colin", "aunt", "Margaret") in names
    assert ("Colin", "father", "James") in names
    assert ("Charlotte", "brother", "Colin") in names
    assert ("Alfonso", "uncle", "Emilio") in names
    assert ("Arthur", "niece", "Charlotte") in names
    assert ("Christopher", "wife", "Penelope") in names
    x, t = families.cases()
    assert x.shape == (104, 36)
    assert (x.sum(axis=1) == 2).all()
    assert sorted(np.unique(t.sum(axis=1))) == [1, 2]
    assert t.sum() == 112
    # A relation of the second tree is that of the first, twelve places on.
    assert {(a - 12, r, b - 12) for a, r, b in found if a >= 12} == {(a, r, b) for a, r, b in found if a < 12}
