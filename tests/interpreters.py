"""Try the quick run and the fast tests under every interpreter from Python 3.11 to 3.14 that this machine has.

    python tests/interpreters.py [3.12 ...]

Each gets a clone of the committed state and an environment of its own in a temporary folder. Exits with 1 if one fails.
"""

import glob
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
VERSIONS = ("3.11", "3.12", "3.13", "3.14")


def found(version):
    """An interpreter of this version: on the path, or where pyenv keeps them."""
    places = [
        shutil.which(f"python{version}"),
        *sorted(glob.glob(str(Path.home() / f".pyenv/versions/{version}.*/bin/python"))),
    ]
    for place in filter(None, places):
        try:
            said = subprocess.run(
                [place, "-c", "import sys; print('%d.%d' % sys.version_info[:2])"], capture_output=True, text=True
            )
        except OSError:
            continue
        if said.stdout.strip() == version:
            return place
    return None


def tried(version, python):
    """Whether both commands end well under one interpreter, and what they said last."""
    with tempfile.TemporaryDirectory() as folder:
        clone = Path(folder) / "clone"
        subprocess.run(["git", "clone", "-q", str(ROOT), str(clone)], check=True)
        environment = os.environ | {"BACKSTORY_CACHE": str(Path(folder) / "cache")}
        environment.pop("VIRTUAL_ENV", None)
        for target in ("reproduce", "test"):
            start = time.monotonic()
            pins = clone / "constraints.txt"
            if version != "3.11" and target == "reproduce":  # what is pinned was resolved for 3.11
                text = pins.read_text(encoding="utf-8")
                pins.write_text(re.sub(r"^(?!#).*\n", "", text, flags=re.M), encoding="utf-8")
            done = subprocess.run(
                ["make", target, f"PYTHON={python}"], cwd=clone, env=environment, capture_output=True, text=True
            )
            last = (done.stdout + done.stderr).strip().splitlines()[-1:]
            print(
                f"Python {version}: make {target}: exit {done.returncode} after {time.monotonic() - start:.0f} s: {' '.join(last)}",
                flush=True,
            )
            if done.returncode:
                print("\n".join((done.stdout + done.stderr).splitlines()[-40:]), flush=True)
                return False
    return True


def main(wanted):
    """Try every version asked for, by default all that are here."""
    well = True
    for version in wanted or VERSIONS:
        python = found(version)
        if python is None:
            print(f"Python {version}: not on this machine", flush=True)
            continue
        well &= tried(version, python)
    return 0 if well else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
