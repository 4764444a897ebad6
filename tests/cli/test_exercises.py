"""The exercises of every reproduction: three each, and commands that name real settings."""

import shlex
from pathlib import Path

import pytest

from core.evidence.record import load_record
from reproductions.cli import catalogue, check, execute, rooms


@pytest.mark.parametrize("name", catalogue.ids())
def test_exercises_start_from_commands_that_run(name):
    exercises = rooms.paper_of(name).exercise
    assert [one.do for one in exercises] == ["predict", "change", "explain"]
    changed = 0
    for exercise in exercises:
        words = shlex.split(exercise.command)
        assert words[:3] == ["backstory", "run", name]
        assert words[3::2] == ["--set"] * len(words[3::2])
        changes = tuple(words[4::2])
        assert len(words) == 3 + 2 * len(changes)
        room = rooms.room(name)
        settings, preset, folder = execute.settings_for(execute.Request(name, changes=changes), room)
        assert preset.startswith("quick")
        assert len(settings.model_dump()) == len(room.presets["quick"].model_dump())
        assert (", changed: " in preset) == bool(changes) == ("custom" in folder.parts)
        changed += bool(changes)
    assert changed >= 2


@pytest.mark.parametrize("name", catalogue.ids())
def test_what_is_to_be_changed_names_a_claim_and_an_effect_that_would_be_seen(name):
    paper, room = rooms.paper_of(name), rooms.room(name)
    assert list(check._exercises(paper, room)) == []
    published = Path("reports") / name / "record.json"
    if published.exists():
        assert list(check._unseen(paper, load_record(published), room)) == []


@pytest.mark.parametrize("name", catalogue.ids())
def test_reports_that_measure_the_same_thing_name_each_other(name):
    assert list(check._named_back(rooms.paper_of(name), check._others(name))) == []


@pytest.mark.parametrize("name", catalogue.ids())
def test_a_talk_shows_three_to_six_figures(name):
    assert 3 <= len(rooms.paper_of(name).key_pictures()) <= 6
