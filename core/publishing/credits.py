"""What every figure file carries about itself: title, author, licence, source, record and citation key."""

from __future__ import annotations

from dataclasses import dataclass

from core.publishing.citing import AUTHOR, LICENCE


@dataclass(frozen=True)
class Credit:
    """Where a figure comes from. `record` is the SHA-256 of trials.csv, the same when a report is drawn again."""

    title: str
    source: str = ""
    record: str = ""
    key: str = ""

    def named(self) -> dict[str, str]:
        """Every part by its name, the empty ones left out."""
        parts = {
            "Title": self.title,
            "Author": AUTHOR,
            "Copyright": LICENCE,
            "Source": self.source,
            "Record": f"SHA-256 of trials.csv {self.record}" if self.record else "",
            "Citation key": self.key,
        }
        return {name: text for name, text in parts.items() if text}

    def text(self) -> str:
        """All parts as lines of text."""
        return "\n".join(f"{name}: {text}" for name, text in self.named().items())

    def for_matplotlib(self, ending: str) -> dict[str, str | None]:
        """The parts under the names that matplotlib knows for a format, without a date."""
        named = self.named()
        rest = ". ".join(f"{name}: {named[name].rstrip('.')}" for name in ("Source", "Record") if name in named)
        if ending == "svg":
            dublin_core = {"Description": rest, "Identifier": self.key}
            told = {"Title": self.title, "Creator": AUTHOR, "Rights": LICENCE, "Source": self.source, **dublin_core}
            return {"Date": None, **{name: text for name, text in told.items() if text}}
        if ending == "pdf":
            subject = f"Licence: {LICENCE}. {rest}".strip()
            return {
                "CreationDate": None,
                "Title": self.title,
                "Author": AUTHOR,
                "Subject": subject,
                "Keywords": self.key,
            }
        return dict(named)
