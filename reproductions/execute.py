"""Run, redraw and read reproductions: what the command line does, without the command line."""

from __future__ import annotations

import hashlib
import importlib
import json
import os
import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ValidationError

from core.datasets.store import cache_folder, data_folder
from core.errors import BackstoryError, unknown
from core.evidence import record as records
from core.evidence.claims import Paper, load_paper
from core.evidence.fingerprint import code_fingerprint
from core.evidence.progress import Progress
from core.evidence.run import Run
from core.evidence.trial_store import TrialStore
from core.evidence.trials import Workers
from core.publishing import documents, folders
from core.publishing.figures import FORMATS, film_encoder
from reproductions import catalogue


@dataclass(frozen=True)
class Request:
    """What a user asked to run."""

    name: str
    preset: str = "quick"
    changes: tuple[str, ...] = ()
    seeds: int | None = None
    workers: Workers = field(default_factory=Workers)
    out: Path = Path("reports")
    formats: tuple[str, ...] = ("svg", "png")
    fresh: bool = False
    quiet: bool = False


def script(name: str) -> Any:
    """The module of a reproduction: Settings, PRESETS, run and figures."""
    keep_compiled_code_apart()
    return importlib.import_module(f"reproductions.{catalogue.entry(name)['id']}")


def keep_compiled_code_apart() -> None:
    """Give each version of the compiled loops a cache of its own, unless $NUMBA_CACHE_DIR says where it is.

    Numba recompiles a loop when its own file changes, but not when a file changes that it calls into.
    """
    compiled = Path(__file__).resolve().parents[1] / "core" / "learning" / "compiled"
    digest = hashlib.sha256(b"".join(path.read_bytes() for path in sorted(compiled.glob("*.py")))).hexdigest()[:12]
    os.environ.setdefault("NUMBA_CACHE_DIR", str(cache_folder() / "compiled" / digest))


def paper_of(name: str) -> Paper:
    """The claims, assumptions and substitutions of a reproduction."""
    return load_paper(catalogue.entry(name)["file"])


def settings_for(request: Request) -> tuple[BaseModel, str]:
    """The preset with the user's changes, and its name: "paper", or "paper, changed: seeds=5 passes=3".

    Raises BackstoryError for an unknown preset or setting and for a value out of range.
    """
    module = script(request.name)
    if request.preset not in module.PRESETS:
        raise BackstoryError(f"there is no preset {request.preset!r}; choose {' or '.join(module.PRESETS)}.")
    preset: BaseModel = module.PRESETS[request.preset]
    changes = dict(_parse(text) for text in request.changes)
    if request.seeds is not None:
        changes["seeds"] = request.seeds
    strange = sorted(set(changes) - set(type(preset).model_fields))
    if strange:
        raise unknown(f"setting of {request.name} called", strange[0], type(preset).model_fields)
    try:
        settings = type(preset).model_validate(preset.model_dump() | changes)
    except ValidationError as fault:
        first = fault.errors()[0]
        place, given = first["loc"][0], first["input"]
        raise BackstoryError(f"setting {place} cannot be {given!r}: {_lower(first['msg'])}.") from fault
    was, now = preset.model_dump(mode="json"), settings.model_dump(mode="json")
    differing = [f"{k}={json.dumps(v, separators=(',', ':'))}" for k, v in now.items() if v != was[k]]
    return settings, request.preset + (f", changed: {' '.join(differing)}" if differing else "")


def _parse(text: str) -> tuple[str, Any]:
    name, equals, value = text.partition("=")
    if not equals or not name.strip():
        raise BackstoryError(f"--set takes name=value, for example --set passes=5, not {text!r}.")
    try:
        return name.strip(), json.loads(value)
    except ValueError:
        return name.strip(), value.strip()


def _lower(text: str) -> str:
    return text[:1].lower() + text[1:]


def check_formats(formats: Sequence[str]) -> tuple[str, ...]:
    """Figure formats, each known and possible here. Raises BackstoryError for one that is not."""
    formats = [one.strip() for one in formats]
    for one in formats:
        if one not in FORMATS:
            raise BackstoryError(f"there is no figure format {one!r}; choose among {', '.join(FORMATS)}.")
    if "mp4" in formats:
        film_encoder()
    return tuple(formats)


def folder_for(name: str, preset: str, out: Path) -> Path:
    """Where a report goes: published ones by name; quick and changed ones apart, never in their place."""
    if preset == "paper":
        return out / name
    return out / ("quick" if preset == "quick" else "custom") / name


def run(request: Request) -> tuple[records.Record, Path]:
    """Run one reproduction and publish its report. Nothing is written to the report folder unless all went well."""
    settings, preset = settings_for(request)
    paper = paper_of(request.name)
    formats = check_formats(request.formats)
    target = folder_for(request.name, preset, request.out)
    data_folder()
    folders.check_writable(target.parent)
    folders.check_writable(cache_folder(), "set $BACKSTORY_CACHE to another folder")
    module = script(request.name)
    store = TrialStore(
        cache_folder() / "trials" / request.name, code=code_fingerprint(Path(module.__file__)), fresh=request.fresh
    )
    progress = Progress(request.name, quiet=request.quiet)
    if hasattr(module, "prepare"):
        module.prepare(settings, quiet=request.quiet)
    result = module.run(settings, Run(paper, preset, settings, store, request.workers, progress))
    with folders.replacing(target) as working:
        records.save(working, result.record, result.rows, result.arrays)
        _publish(working, paper, module.figures, formats, request.workers.count)
    return result.record, target


def redraw(name: str, preset: str, out: Path, formats: Sequence[str]) -> Path:
    """Write a report again from its record, without training; figure formats that are there already stay.

    Raises BackstoryError if there is no record, or if it was judged by other rules than those of the paper file now.
    """
    target = folder_for(catalogue.entry(name)["id"], preset, out)
    paper, figures = paper_of(name), script(name).figures
    chosen = check_formats(formats)
    record = records.load_record(target / "record.json")
    ours = {claim.id: claim.ours for claim in record.claims if claim.ours}
    if [c.id for c in record.claims] == [c.id for c in paper.claim]:
        now = records.judged(paper, ours, record.settings)
        changed = [c.id for c, old in zip(now, record.claims, strict=True) if _essence(c) != _essence(old)]
    else:
        now, changed = [], ["a claim added, removed or moved"]
    if changed:
        raise BackstoryError(
            f"claims or rules of {name} were changed after the record in {target} was made ({changed[0]}); "
            f"run it again with `backstory run {name} --preset {preset}`."
        )
    kept = [one for one in FORMATS if any((target / "figures").glob(f"*.{one}"))]
    with folders.replacing(target) as working:
        for part in ("trials.csv", "arrays.npz"):
            if (target / part).exists():
                shutil.copyfile(target / part, working / part)
        records.write_record(working / "record.json", record.model_copy(update={"claims": now}))
        _publish(working, paper, figures, [*chosen, *kept])
    return target


def _essence(claim: records.ClaimResult) -> tuple[Any, ...]:
    """What a claim was judged by, and how: the wording may be mended afterwards, this may not."""
    return claim.value, claim.standing, claim.rule.kind, claim.rule.tolerance, claim.verdict


def _publish(
    folder: Path, paper: Paper, figures: Callable[..., Any], formats: Sequence[str], processes: int = 1
) -> None:
    record, arrays = records.load(folder)
    documents.write(folder, record, paper, figures(record, arrays), catalogue.BIBLIOGRAPHY, formats, processes)


def found_records(out: Path) -> tuple[list[tuple[Path, records.Record]], list[str]]:
    """Every record under the report folder (published, quick and changed), and why others could not be read."""
    places = [folder_for(name, preset, out) for preset in ("paper", "quick", "changed") for name in catalogue.ids()]
    found, faults = [], []
    for place in places:
        if (place / "record.json").exists():
            try:
                found.append((place, records.load_record(place / "record.json")))
            except BackstoryError as fault:
                faults.append(str(fault))
    return found, faults
