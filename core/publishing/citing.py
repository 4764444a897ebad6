"""How to cite this project: the whole of it, a reproduction, one of its figures, or one of its claims."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from core.publishing.citations import escaped, letters, short

YEAR = 2026
AUTHOR = "The Backstory project"
LICENCE = "CC BY 4.0, https://creativecommons.org/licenses/by/4.0/"
STYLES = ("bibtex", "apa", "caption", "csl")
TITLE = "Backstory: the history of backpropagation, re-run"
KEY = "backstory"


@dataclass(frozen=True)
class Part:
    """A figure or a claim of a reproduction: its kind, id and title."""

    kind: str  # "figure" or "claim"
    id: str
    title: str


@dataclass(frozen=True)
class Work:
    """What is cited: the suite, or one reproduction of it by its id and title, or a part of that."""

    version: str
    era: str = ""
    title: str = ""
    part: Part | None = None

    @property
    def key(self) -> str:
        """The citation key."""
        return "_".join(one for one in (KEY, self.era, self.part.id if self.part else "") if one)

    def bibtex(self) -> str:
        """A software entry with its classic twin, or a misc entry for a part; every field can be set by LaTeX."""
        if self.part:
            what = f"{self.part.kind.title()} {self.part.id} of the reproduction {self.era}"
            fields = {
                "title": f"{{{escaped(self.part.title)}}}",
                "howpublished": f"{escaped(self.title)}, re-run. Backstory, version {self.version}",
                "note": f"{escaped(what)}, CC BY 4.0",
            }
            return _entry("misc", self.key, fields)
        title = f"{{{escaped(self.title or TITLE)}}}{', re-run' if self.era else ''}"
        note = f"Reproduction {escaped(self.era)} of Backstory, version {self.version}" if self.era else ""
        told = {"title": title, "version": self.version} | ({"note": note} if note else {})
        classic = {"title": title, "howpublished": "Computer software", "note": note or f"Version {self.version}"}
        comment = "For styles that do not know software, such as plain:\n"
        return f"{_entry('software', self.key, told)}\n{comment}{_entry('misc', f'{self.key}_misc', classic)}"

    def apa(self) -> str:
        """A line of text in APA form."""
        if self.part:
            where = f"In {self.title}, re-run (Backstory, Version {self.version}). CC BY 4.0."
            return f"{AUTHOR}. ({YEAR}). {self.part.title} [{self.part.kind.title()} {self.part.id}]. {where}"
        if self.era:
            where = f"[Reproduction {self.era}]. In Backstory (Version {self.version}) [Computer software]."
            return f"{AUTHOR}. ({YEAR}). {self.title}, re-run {where}"
        return f"{AUTHOR}. ({YEAR}). {TITLE} (Version {self.version}) [Computer software]."

    def caption(self, after: str) -> str:
        """A credit short enough for a caption; `after` names the original papers."""
        what = f", reproduction {self.era}" if self.era else ""
        what += f", {self.part.kind} {self.part.id}" if self.part else ""
        return f"Backstory {self.version} ({YEAR}){what}, CC BY 4.0. After {after}."

    def csl(self) -> dict[str, Any]:
        """An item of CSL-JSON."""
        item: dict[str, Any] = {
            "id": self.key,
            "type": "graphic" if self.part and self.part.kind == "figure" else "software",
            "author": [{"literal": AUTHOR}],
            "issued": {"date-parts": [[YEAR]]},
            "version": self.version,
            "title": self.part.title if self.part else f"{self.title}, re-run" if self.era else TITLE,
        }
        if self.part:
            item["container-title"] = f"{self.title}, re-run"
            item["note"] = f"{self.part.kind.title()} {self.part.id} of the reproduction {self.era}, CC BY 4.0"
        elif self.era:
            item["container-title"], item["note"] = "Backstory", f"Reproduction {self.era}"
        return item


def _entry(kind: str, key: str, fields: dict[str, str]) -> str:
    told = {"author": f"{{{AUTHOR}}}", **fields, "year": str(YEAR)}
    lines = ",\n".join(f"  {name} = {{{value}}}" for name, value in told.items())
    return f"@{kind}{{{key},\n{lines}\n}}\n"


def after(names: Sequence[str]) -> str:
    """The names of original papers in one phrase."""
    return "; ".join(dict.fromkeys(names))


def after_keys(keys: Sequence[str], entries: Mapping[str, Any]) -> str:
    """The sources of these keys in one phrase, with letters where authors and year are the same."""
    told = letters(entries, keys)
    return after([short(entries, key, told[key]) for key in keys])
