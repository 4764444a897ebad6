"""The exercises of every reproduction: three each, and commands that name real settings."""

import shlex

import pytest

from reproductions.cli import catalogue, execute, rooms


@pytest.mark.parametrize("name", catalogue.ids())
def test_exercises_start_from_commands_that_run(name):
    exercises = rooms.paper_of(name).exercise
    assert [one.title.split(":")[0] for one in exercises] == ["Predict", "Change", "Explain"]
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
def test_a_talk_shows_three_to_six_figures(name):
    assert 3 <= len(rooms.paper_of(name).key_pictures()) <= 6
