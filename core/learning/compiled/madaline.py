"""The rules of `core.learning.madaline`, compiled from the same lines."""

from __future__ import annotations

from core.learning import madaline
from core.learning.compiled.vectors import compiled

rule_one = compiled(madaline.rule_one)
rule_two = compiled(madaline.rule_two)
