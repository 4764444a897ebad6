"""The one exception that reaches a user: a sentence saying what was wrong, what was expected and what to do."""

import difflib
from collections.abc import Iterable


class BackstoryError(Exception):
    """Bad input or a fault outside the program. The command line prints it and exits with code 2."""


def unknown(what: str, name: str, known: Iterable[str], more: str = "") -> BackstoryError:
    """The error for a name that does not exist: it suggests a near one, or lists all if none is near."""
    return BackstoryError(f"there is no {what} {name!r}; {hint(name, known)} {more}".rstrip())


def hint(name: str, known: Iterable[str]) -> str:
    """The end of a sentence about a name that does not exist: a near one, or all of them."""
    names = list(known)
    close = near(name, names)
    return f"did you mean {close!r}?" if close else f"known: {', '.join(names)}."


def near(name: str, known: Iterable[str]) -> str | None:
    """A known name that is spelled nearly alike or begins alike, or None.

    >>> near("zip", ["zipcodes", "roads"]), near("raods", ["zipcodes", "roads"]), near("foo", ["factors"])
    ('zipcodes', 'roads', None)
    """
    names, word = list(known), name.lower()
    begins = [one for one in names if len(word) >= 2 and one.lower().startswith(word)]
    if begins:
        return min(begins, key=len)
    alike = difflib.get_close_matches(word, [one.lower() for one in names], n=1, cutoff=0.7)
    stems = difflib.get_close_matches(word, [one.lower()[: len(word) + 1] for one in names], n=1, cutoff=0.8)
    for found in (alike, stems if len(word) >= 4 else []):
        if found:
            return next(one for one in names if one.lower().startswith(found[0]))
    return None
