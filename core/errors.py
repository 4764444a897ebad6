"""The one exception that reaches a user: a sentence saying what was wrong, what was expected and what to do."""

import difflib
from collections.abc import Iterable


class BackstoryError(Exception):
    """Bad input or a fault outside the program. The command line prints it and exits with code 2."""


def unknown(what: str, name: str, known: Iterable[str], more: str = "") -> BackstoryError:
    """The error for a name that does not exist: it suggests the nearest known one, or lists all if none is near."""
    return BackstoryError(f"there is no {what} {name!r}; {hint(name, known)} {more}".rstrip())


def hint(name: str, known: Iterable[str]) -> str:
    """The end of a sentence about a name that does not exist: the nearest known one, or all of them."""
    names = list(known)
    near = difflib.get_close_matches(name, names, n=1, cutoff=0.4)
    return f"did you mean {near[0]!r}?" if near else f"known: {', '.join(names)}."
