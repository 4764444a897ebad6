"""The two family trees of Rumelhart, Hinton and Williams (1986): who is whose father, aunt, nephew."""

from __future__ import annotations

import numpy as np

ENGLISH = ("Christopher", "Andrew", "Arthur", "James", "Charles", "Colin",
           "Penelope", "Christine", "Victoria", "Jennifer", "Margaret", "Charlotte")  # fmt: skip
ITALIAN = ("Roberto", "Pierro", "Emilio", "Marco", "Tomaso", "Alfonso",
           "Maria", "Francesca", "Lucia", "Angela", "Gina", "Sophia")  # fmt: skip
RELATIONS = ("father", "mother", "husband", "wife", "son", "daughter", "uncle", "aunt", "brother", "sister", "nephew",
             "niece")  # fmt: skip
GENERATION = np.tile([1, 1, 2, 2, 2, 3], 4)
# The same tree twice, by places in ENGLISH: couples (husband, wife) and their children.
_COUPLES = {(0, 6): (2, 8), (1, 7): (3, 9), (2, 10): (), (3, 8): (5, 11), (4, 9): ()}


def triples() -> list[tuple[int, int, int]]:
    """All (person, relation, person) that hold, as places in ENGLISH + ITALIAN and RELATIONS: 112 of them."""
    return [(a + 12 * tree, r, b + 12 * tree) for tree in (0, 1) for a, r, b in _one_tree()]


def _one_tree() -> list[tuple[int, int, int]]:
    men = set(range(6))
    spouse: dict[int, int] = {}
    parents: dict[int, tuple[int, int]] = {}
    children: dict[int, tuple[int, ...]] = {}
    for (man, woman), young in _COUPLES.items():
        spouse |= {man: woman, woman: man}
        children |= {man: young, woman: young}
        parents |= dict.fromkeys(young, (man, woman))

    def siblings(a: int) -> list[int]:
        return [b for b in children[parents[a][0]] if b != a] if a in parents else []

    found = []
    for a in range(12):
        related: dict[str, list[int]] = {name: [] for name in RELATIONS}
        if a in parents:
            related["father"], related["mother"] = [parents[a][0]], [parents[a][1]]
            near = [s for p in parents[a] for s in siblings(p)]
            near += [spouse[s] for s in near if s in spouse]
            related["uncle"] = [s for s in near if s in men]
            related["aunt"] = [s for s in near if s not in men]
        if a in spouse:
            related["wife" if a in men else "husband"] = [spouse[a]]
        for b in children.get(a, ()):
            related["son" if b in men else "daughter"].append(b)
        for b in siblings(a):
            related["brother" if b in men else "sister"].append(b)
        own = siblings(a) + (siblings(spouse[a]) if a in spouse else [])
        for b in (child for s in own for child in children.get(s, ())):
            related["nephew" if b in men else "niece"].append(b)
        found += [(a, RELATIONS.index(name), b) for name in RELATIONS for b in sorted(set(related[name]))]
    return found


def cases() -> tuple[np.ndarray, np.ndarray]:
    """Inputs (104, 36), 24 people then 12 relations, and targets (104, 24): every (person, relation) with an answer."""
    answers: dict[tuple[int, int], list[int]] = {}
    for a, r, b in triples():
        answers.setdefault((a, r), []).append(b)
    x, t = np.zeros((len(answers), 36)), np.zeros((len(answers), 24))
    for k, ((a, r), right) in enumerate(answers.items()):
        x[k, a] = x[k, 24 + r] = 1.0
        t[k, right] = 1.0
    return x, t
