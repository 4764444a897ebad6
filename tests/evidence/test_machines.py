"""Old machines and the clock."""

import time

import numpy as np
import pytest

from core.evidence import clock, machines


@pytest.mark.parametrize(
    ("seconds", "told"),
    [
        (0.5, "0.5 seconds"),
        (90, "1.5 minutes"),
        (7200, "2 hours"),
        (86400 * 30.44, "30.4 days"),
        (9e13, "2,850,000 years"),
    ],
)
def test_a_time_in_the_largest_unit_that_fits(seconds, told):
    assert machines.span(seconds) == told


def test_times_are_a_matter_of_division():
    first = machines.MACHINES[0]
    assert machines.span(first.seconds(6.0 * 17 * 64 * 1425)) == "12.9 minutes"
    assert [m.year for m in machines.MACHINES] == sorted(m.year for m in machines.MACHINES)
    assert np.all(np.diff([m.speed for m in machines.MACHINES]) > 0)


def test_runs_take_turns_and_the_quickest_time_is_told():
    order = []

    def run(name, seconds):
        order.append(name)
        time.sleep(seconds)

    found = clock.in_turn([lambda: run("a", 0.001), lambda: run("b", 0.004)], least=0, rounds=3)
    assert order == ["a", "b"] * 4
    assert 0.001 <= found[0] < found[1]
    assert found[1] >= 0.004
