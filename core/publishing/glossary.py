"""Terms explained where they first appear: in a page by a button with a tip, in Markdown by a footnote."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from markupsafe import Markup, escape

# Words of the judge, which every report may use.
COMMON = {
    "95 % interval": "the span that would hold the true value in 19 of 20 such experiments",
    "interval of a new run": "where one more run like ours would fall, 19 times out of 20",
    "percentile": "how many of a hundred of our runs, put in order, lie below",
}


@dataclass(frozen=True)
class Term:
    """A term that has been explained: its number, in order of appearance, and its meaning."""

    number: int
    term: str
    meaning: str


class Glossary:
    """Marks each term once, at its first appearance in the texts that are passed through, in their order."""

    def __init__(self, words: Mapping[str, str]) -> None:
        self._meanings = {term.lower(): (term, meaning) for term, meaning in {**COMMON, **words}.items()}
        self.used: list[Term] = []

    def html(self, text: object) -> Markup:
        """A plain text as HTML; the first appearance of a term becomes a button that tells its meaning.

        What stands between backticks is set as code.
        """
        parts = self._parts(str(text))
        made = Markup("").join(
            escape(part) if term is None else _button(part, term) for part, term in parts if part or term
        )
        return Markup(re.sub(r"`([^`<>]+)`", r"<code>\1</code>", str(made)))

    def markdown(self, text: object) -> str:
        """A plain text as Markdown; the first appearance of a term gets the number of its footnote."""
        return "".join(part if term is None else f"{part}[^{term.number}]" for part, term in self._parts(str(text)))

    def _parts(self, text: str) -> list[tuple[str, Term | None]]:
        parts: list[tuple[str, Term | None]] = []
        while self._meanings:
            found = re.search(self._pattern(), text, re.IGNORECASE)
            if not found:
                break
            term, meaning = self._meanings.pop(self._known(found[0]))
            self.used.append(Term(len(self.used) + 1, term, meaning))
            parts += [(text[: found.start()], None), (found[0], self.used[-1])]
            text = text[found.end() :]
        return [*parts, (text, None)]

    def _known(self, found: str) -> str:
        """The term that a word of the text is, as it stands or as a plural."""
        low = found.lower()
        return next(one for one in (low, low.removesuffix("s"), low.removesuffix("es")) if one in self._meanings)

    def _pattern(self) -> str:
        longest = sorted(self._meanings, key=len, reverse=True)
        return rf"(?<![\w{{-])(?:{'|'.join(re.escape(one) for one in longest)})(?:es|s)?(?![\w}}-])"


def _button(text: str, term: Term) -> Markup:
    name = f"word-{term.number}"
    return Markup(
        '<button type="button" class="term" aria-describedby="{0}">{1}<sup>{2}</sup></button>'
        '<span class="tip" role="tooltip" id="{0}">{3}</span>'
    ).format(name, text, term.number, term.meaning)
