"""Settings as a user gives them: names, values, and an answer to names that there are not."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any

from pydantic import BaseModel, ValidationError

from core.errors import BackstoryError, near

# Words that students try first, and how a setting that means the same is called or its meaning begins.
RATE = r"rates?|etas?|learning rates?\b.*|first rates of .*|rates? (of|tried)\b.*"
SWEEPS = r"passes .*|sweeps .*|epochs .*|presentations .*|exposures .*"
SEEDS = r"seeds"
MEANT = {
    "learning_rate": RATE, "lr": RATE, "eta": RATE, "alpha": rf"momentum.*|{RATE}", "momentum": r"momentum.*",
    "hidden": r"((other )?numbers? of )?hidden (units|layers)\b.*", "epochs": SWEEPS, "passes": SWEEPS,
    "sweeps": SWEEPS, "iterations": rf"steps .*|{SWEEPS}", "steps": r"steps .*|presentations .*", "runs": SEEDS,
    "n": SEEDS, "nets": SEEDS, "seed": r"the number from which all random numbers start", "batch": r"\w+ in a batch.*",
}  # fmt: skip
SAME = {"hidden_units": "hidden", "random_seed": "seed", "batch_size": "batch", "rate": "learning_rate"}


def changed(
    name: str, preset: str, presets: Mapping[str, BaseModel], changes: Sequence[str], seeds: int | None
) -> BaseModel:
    """The preset with the user's changes.

    Raises BackstoryError for an unknown preset or setting and for a value out of range, with what would be right.
    """
    if preset not in presets:
        raise BackstoryError(f"there is no preset {preset!r}; choose {' or '.join(presets)}.")
    base = presets[preset]
    wanted = dict(_parse(text) for text in changes)
    if seeds is not None:
        if "seeds" not in type(base).model_fields:
            raise BackstoryError(f"{name} has no setting seeds, so that --seeds says nothing to it; leave it out.")
        wanted["seeds"] = seeds
    for one in sorted(set(wanted) - set(type(base).model_fields)):
        raise BackstoryError(f"{name} has no setting called {one!r}; {_meant(name, one, type(base))}")
    try:
        return type(base).model_validate(base.model_dump() | wanted)
    except ValidationError as fault:
        first = fault.errors()[0]
        if not first["loc"]:
            raise BackstoryError(f"these settings of {name} do not go together: {_lower(first['msg'])}.") from fault
        place = str(first["loc"][0])
        given = json.dumps(wanted.get(place, first["input"]), default=str)
        advice = f"for example --set {example(place, base)}"
        raise BackstoryError(
            f"setting {place} of {name} cannot be {given}: {_lower(first['msg'])}; {advice}."
        ) from fault


def differing(before: BaseModel, after: BaseModel) -> dict[str, Any]:
    """The settings that differ between two, with the values after."""
    was, now = before.model_dump(mode="json"), after.model_dump(mode="json")
    return {name: value for name, value in now.items() if value != was[name]}


def folder_name(changes: Mapping[str, Any]) -> str:
    """The name of the folder for a run with changed settings, such as "passes=5,seeds=3"."""
    text = ",".join(f"{name}={_short(value)}" for name, value in changes.items())
    safe = re.sub(r"[^A-Za-z0-9=,._+-]+", "-", text).strip("-")
    return safe if len(safe) <= 80 else f"{safe[:70]}-{abs(hash_of(text)):08x}"


def hash_of(text: str) -> int:
    """A number of eight hexadecimal digits that stands for a text, the same in every process."""
    import zlib

    return zlib.crc32(text.encode())


def _short(value: Any) -> str:
    return "-".join(_short(item) for item in value) if isinstance(value, list) else str(value)


def example(name: str, preset: BaseModel) -> str:
    """How a setting is written on the command line, with the value of the preset."""
    value = preset.model_dump(mode="json")[name]
    text = json.dumps(value, separators=(",", ":"))
    text = value if isinstance(value, str) else text
    return f"'{name}={text}'" if re.search(r"[^\w.+-]", text) else f"{name}={text}"


def described(preset: BaseModel) -> list[dict[str, str]]:
    """Every setting with its meaning, default, limits and an example."""
    lines = []
    for name, field in type(preset).model_fields.items():
        default = json.dumps(preset.model_dump(mode="json")[name])
        lines.append(
            {
                "setting": name,
                "meaning": field.description or "",
                "default": default,
                "limits": limits(type(preset), name),
                "example": f"--set {example(name, preset)}",
            }
        )
    return lines


def limits(model: type[BaseModel], name: str) -> str:
    """What values a setting may take, in words, from the model's schema."""
    schema = model.model_json_schema()
    return _in_words(schema["properties"][name], schema.get("$defs", {}))


def _in_words(part: Mapping[str, Any], parts: Mapping[str, Any]) -> str:
    if "$ref" in part:
        return _in_words(parts[part["$ref"].rpartition("/")[2]], parts)
    if "enum" in part:
        return " or ".join(map(str, part["enum"]))
    if "const" in part:
        return str(part["const"])
    if "anyOf" in part:
        return " or ".join(_in_words(one, parts) for one in part["anyOf"])
    kind = part.get("type", "")
    if kind == "array":
        if "prefixItems" in part:
            return f"a list of {len(part['prefixItems'])}: " + ", ".join(
                _in_words(p, parts) for p in part["prefixItems"]
            )
        least = f"at least {part['minItems']} of " if part.get("minItems", 0) > 1 else ""
        return f"a list: {least}{_in_words(part.get('items', {}), parts)}"
    ends = []
    for key, word in (
        ("minimum", "from"),
        ("exclusiveMinimum", "above"),
        ("maximum", "to"),
        ("exclusiveMaximum", "below"),
    ):
        if key in part:
            ends.append(f"{word} {part[key]:,}" if isinstance(part[key], int) else f"{word} {part[key]:g}")
    if "multipleOf" in part:
        ends.append(f"a multiple of {part['multipleOf']}")
    names = {
        "integer": "a whole number",
        "number": "a number",
        "boolean": "true or false",
        "string": "a word",
        "null": "null",
    }
    return " ".join([names.get(kind, kind or "any value"), *ends])


def _meant(name: str, word: str, model: type[BaseModel]) -> str:
    """What to try instead of a word that is no setting."""
    told = suggested(word, model)
    seen = f"`backstory settings {name}` tells all of them"
    return f"did you mean {' or '.join(told)}? {seen}." if told else f"{seen}."


def suggested(word: str, model: type[BaseModel]) -> list[str]:
    """The settings that a word may stand for, at most six: those of its meaning, or else one spelled nearly alike.

    For a word whose meaning is known, a setting that is only spelled alike would mislead: "momentum" is no "moments".
    """
    fields, word = model.model_fields, word.lower().replace("-", "_")
    pattern = MEANT.get(SAME.get(word, word))
    if pattern is None:
        close = near(word, fields)
        return [close] if close else []
    plural = [f"{word}s"] if f"{word}s" in fields else []
    meant = [f for f, x in fields.items() if any(re.fullmatch(pattern, told) for told in (f, x.description or ""))]
    return list(dict.fromkeys([*plural, *meant]))[:6]


def _parse(text: str) -> tuple[str, Any]:
    name, equals, value = text.partition("=")
    if not equals or not name.strip():
        raise BackstoryError(
            f"--set takes name=value, for example --set seeds=5 or --set 'rates=[0.1,0.5]', not {text!r}."
        )
    try:
        return name.strip(), json.loads(value)
    except ValueError:
        if value.strip().startswith(("[", "(", "{")):
            raise BackstoryError(
                f"--set {name.strip()} is given {value.strip()!r}, which is no list; a list is written as [0.1,0.5], "
                "in quotes so that the shell leaves it alone: --set 'rates=[0.1,0.5]'."
            ) from None
        return name.strip(), value.strip()


def _lower(text: str) -> str:
    text = text.removeprefix("Value error, ")
    return text[:1].lower() + text[1:]
