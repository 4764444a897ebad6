"""The examples in docstrings run and give what they say; every op has one."""

import doctest
import importlib
import inspect
import pkgutil

import numpy as np
import pytest

from core.learning import ops
from core.learning.ops import OPS

MODULES = [
    "core.learning.ordered",
    "core.learning.lms",
    "core.learning.slopes",
    "core.evidence.intervals",
    "core.evidence.claims",
    *(f"core.learning.ops.{found.name}" for found in pkgutil.iter_modules(ops.__path__)),
]


@pytest.mark.parametrize("name", MODULES)
def test_the_examples_of_a_module_hold(name):
    with np.printoptions(legacy="1.25"):
        result = doctest.testmod(importlib.import_module(name))
    assert result.failed == 0
    assert result.attempted or name in ("core.learning.ops.table", "core.learning.ops.real")


@pytest.mark.parametrize("name", sorted(name for name in OPS if not name.startswith("fast_")))
def test_every_op_shows_an_example(name):
    lines = inspect.getdoc(OPS[name].forward).splitlines()
    assert any(line.startswith(">>> ") and f"{name}(" in line for line in lines)
