"""One room per era: what a paper claimed, the experiment again, and how ours is compared."""

import importlib.util
import sys
from pathlib import Path


def _check_core() -> None:
    """End with one sentence if another package called core would be imported in place of ours."""
    spec = importlib.util.find_spec("core")
    places = [Path(place).resolve() for place in (spec.submodule_search_locations or [])] if spec else []
    mine = Path(__file__).resolve().parents[1] / "core"
    if mine not in places:
        found = places[0] if places else spec.origin if spec else "nowhere"
        print(
            f"backstory: another package called core was found first, at {found}; ours is {mine}: "
            "run from the checkout, in its own environment.",
            file=sys.stderr,
        )
        raise SystemExit(2)


_check_core()
