"""Tables as LaTeX that compiles with pdflatex: booktabs lines, columns that wrap, and no letter it cannot set."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

PACKAGES = ("array", "booktabs", "longtable")
# For each size of print, characters of a line across a page and of the space between two columns.
CHARACTERS = {"footnotesize": (86, 2.0), "scriptsize": (106, 1.5)}
COLUMN = 0.48  # of a page's width: one of two columns
TALLEST = 40  # lines of print of a table that does not run over pages
SPECIAL = {letter: "\\" + letter for letter in "&%$#_{}"} | {
    "\\": r"\textbackslash{}", "~": r"\textasciitilde{}", "^": r"\textasciicircum{}", "<": r"\textless{}",
    ">": r"\textgreater{}", "|": r"\textbar{}", '"': "''", "√": r"$\surd$", "²": r"$^2$", "³": r"$^3$",
    "–": "--", "—": "---", "−": "$-$", "±": r"$\pm$", "·": r"$\cdot$", "×": r"$\times$", "½": r"$\frac12$",
    "¼": r"$\frac14$", "→": r"$\rightarrow$", "←": r"$\leftarrow$", "↑": r"$\uparrow$", "↓": r"$\downarrow$",
    "≤": r"$\leq$", "≥": r"$\geq$", "≈": r"$\approx$", "≠": r"$\neq$", "∞": r"$\infty$", "∂": r"$\partial$",
    "∈": r"$\in$", "°": r"$^\circ$", "µ": r"$\mu$", "“": "``", "”": "''", "‘": "`", "’": "'", "…": r"\ldots{}",
    "\u00a0": "~", "ο": "o", "[": "{[}", "*": "{*}",  # a row must not start with an option or a star
}  # fmt: skip
WIDTHS = {"0123456789": 1.15, "ABCDEFGHIJKLMNOPQRSTUVWXYZmw%+<>=±×≤≥−": 1.6, ".,;:'!|()ijl ": 0.7}
ROMAN_CAPITALS = dict(zip("ΑΒΕΖΗΙΚΜΝΟΡΤΧ", "ABEZHIKMNOPTX", strict=True))


def escape(text: str) -> str:
    """Plain text as LaTeX. Greek letters and signs become mathematics, a minus before a number a real one."""
    text = re.sub(r"(?<![\w.)\]-])-(?=\.?\d)", "−", text)
    return "".join(_letter(letter) for letter in text)


def _letter(letter: str) -> str:
    if letter.isascii() or letter in SPECIAL:
        return SPECIAL.get(letter, letter)
    name = unicodedata.name(letter, "").split()
    if name[:1] == ["GREEK"] and len(name) == 4 and name[2] == "LETTER":
        small = name[1] == "SMALL"
        word = {"LAMDA": "lambda", "FINAL": "varsigma"}.get(name[3], name[3].lower())
        return f"${ROMAN_CAPITALS[letter]}$" if letter in ROMAN_CAPITALS else f"$\\{word if small else word.title()}$"
    if name[:1] in (["SUBSCRIPT"], ["SUPERSCRIPT"]):
        plain = unicodedata.normalize("NFKC", letter).replace("−", "-")
        return f"${'_' if name[0] == 'SUBSCRIPT' else '^'}{{{plain}}}$"
    return letter


def table(columns: Sequence[str], rows: Sequence[Sequence[str]], caption: str) -> str:
    """A table of plain texts that runs over pages where it must. It needs PACKAGES and a one-column page.

    Columns keep their natural width if the line holds them all; otherwise they wrap, as browsers lay out tables.
    Columns without any text are left out.
    """
    full = [k for k in range(len(columns)) if any(row[k] for row in rows)]
    columns, rows = [columns[k] for k in full], [[row[k] for k in full] for row in rows]
    size, layout = _layout([[column, *(row[k] for row in rows)] for k, column in enumerate(columns)])
    lines = [" & ".join(map(escape, row)) + r" \\" for row in rows]
    head = [r"\toprule", " & ".join(map(escape, columns)) + r" \\", r"\midrule", r"\endhead"]
    foot = [r"\bottomrule", r"\endlastfoot"]
    narrow = r"\setlength{\tabcolsep}{3pt}" if size == "scriptsize" else ""
    start = [rf"{{\{size}{narrow}", rf"\begin{{longtable}}{{{''.join(layout)}}}", rf"\caption{{{escape(caption)}}}\\"]
    return "\n".join([*start, *head, *foot, *lines, r"\end{longtable}}", ""])


def floats(columns: Sequence[str], rows: Sequence[Sequence[str]], caption: str) -> str:
    """A table for a page of two columns: in one of them if it fits, else across both; a tall one in several parts."""
    full = [k for k in range(len(columns)) if any(row[k] for row in rows)]
    columns, rows = [columns[k] for k in full], [[row[k] for k in full] for row in rows]
    texts = [[column, *(row[k] for row in rows)] for k, column in enumerate(columns)]
    natural = sum(max(map(_width, column)) + 3 for column in texts)
    narrow = natural <= COLUMN * CHARACTERS["footnotesize"][0]
    size, layout = ("footnotesize", ["l"] * len(columns)) if narrow else _layout(texts)
    name = "table" if narrow else "table*"
    parts = _parts(rows, size, narrow)
    lines = []
    for k, part in enumerate(parts):
        told = caption if len(parts) == 1 else f"{caption} ({k + 1} of {len(parts)})"
        lines += [rf"\begin{{{name}}}", rf"\{size}\setlength{{\tabcolsep}}{{3pt}}", rf"\caption{{{escape(told)}}}"]
        lines += [rf"\begin{{tabular}}{{@{{}}{''.join(layout)}@{{}}}}", r"\toprule"]
        lines += [" & ".join(map(escape, columns)) + r" \\", r"\midrule"]
        lines += [" & ".join(map(escape, row)) + r" \\" for row in part]
        lines += [r"\bottomrule", r"\end{tabular}", rf"\end{{{name}}}", ""]
    return "\n".join(lines)


def _parts(rows: Sequence[Sequence[str]], size: str, narrow: bool) -> list[list[Sequence[str]]]:
    """Rows in parts that are not taller than a page."""
    letters = CHARACTERS[size][0]
    parts: list[list[Sequence[str]]] = [[]]
    used = 0.0
    for row in rows:
        tall = 1.0 if narrow else max(1.0, 1.6 * sum(map(_width, row)) / letters)
        if parts[-1] and used + tall > TALLEST:
            parts.append([])
            used = 0.0
        parts[-1].append(row)
        used += tall
    return parts


def _width(text: str) -> float:
    """About how long a text is, in small letters."""
    return sum(next((wide for letters, wide in WIDTHS.items() if letter in letters), 1.0) for letter in text)


def _layout(columns: Sequence[Sequence[str]]) -> tuple[str, list[str]]:
    """The size of print, and how each column is set, from all its texts."""
    natural = [max(map(_width, column)) + 1 for column in columns]
    least = [max(_width(word) for text in column for word in (text or " ").split(" ")) + 1 for column in columns]
    room = {size: characters - gap * len(columns) for size, (characters, gap) in CHARACTERS.items()}
    if sum(natural) <= room["footnotesize"]:
        return "footnotesize", ["l"] * len(columns)
    size = "footnotesize" if sum(least) <= 0.6 * room["footnotesize"] else "scriptsize"
    gap = CHARACTERS[size][1]
    spare, wanted = max(room[size] - sum(least), 0), max(sum(natural) - sum(least), 1)
    widths = [few + (many - few) * spare / wanted + gap for few, many in zip(least, natural, strict=True)]
    return size, [
        rf">{{\raggedright\arraybackslash}}p{{\dimexpr {width / sum(widths):.4f}\linewidth-2\tabcolsep\relax}}"
        for width in widths
    ]
