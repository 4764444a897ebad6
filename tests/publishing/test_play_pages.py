"""How a page to touch is made: one file, safe data, no network; and where it comes from."""

import json
import re

import numpy as np
import pytest

from core.datasets.kept import kept
from core.publishing.play import pages
from reproductions.cli import catalogue, rooms

TEMPLATE = """{% extends "page.html.j2" %}
{% block title %}Turn it{% endblock %}
{% block lead %}A gadget.{% endblock %}
{% block main %}<button type="button" id="turn">Turn</button>{% endblock %}
{% block script %}document.title += Stage.data.turns.length;{% endblock %}
"""
PLAYED = [name for name in catalogue.ids() if rooms.play_of(name)]


def test_a_page_is_one_file_with_its_data_and_asks_nothing_of_the_network(fake, tmp_path):
    (tmp_path / pages.TEMPLATE).write_text(TEMPLATE, encoding="utf-8")
    data = {"turns": np.array([1.0, np.nan, 2.5]), "said": "</script><b>", "deep": {1: [np.int64(3), None, (True,)]}}
    text = pages.page(tmp_path, fake.record, fake.paper, data, fake.folder.parent / "references.bib")
    assert text == pages.page(tmp_path, fake.record, fake.paper, data, fake.folder.parent / "references.bib")
    inside = re.search(r'<script type="application/json" id="record">(.*?)</script>', text, re.DOTALL)
    told = json.loads(inside[1])
    assert told["turns"] == [1, None, 2.5]
    assert told["said"] == "</script><b>"
    assert told["deep"] == {"1": [3, None, [True]]}
    assert told["published"] == (fake.record.preset == "paper")
    assert not re.search(r"<(?:link|script|img)[^>]*(?:src|href)=\"(?!data:)", text)
    assert "fetch(" not in text
    assert "<title>Turn it" in text
    assert len(text.encode()) < pages.LARGEST


@pytest.mark.parametrize("name", PLAYED)
def test_an_era_that_is_played_has_a_page_with_unique_ids_for_everybody(name):
    text = (rooms.folder_of(name) / pages.TEMPLATE).read_text(encoding="utf-8")
    ids = re.findall(r'\bid="([^"{]+)"', text)
    assert len(ids) == len(set(ids))
    assert not {"record", "main"} & set(ids)
    for used in set(re.findall(r"\$\(\"([a-z0-9-]+)\"\)", text)):
        assert used in ids, used
    assert 'role="status"' in text
    for canvas in re.findall(r"<canvas[^>]*>", text):
        assert "aria-label=" in canvas or 'aria-hidden="true"' in canvas


def test_an_era_without_a_page_makes_none():
    others = set(catalogue.ids()) - set(PLAYED)
    assert others
    assert all(rooms.play_of(name) is None for name in others)


def test_a_network_that_only_a_page_needs_is_trained_once():
    calls = []

    def make(found):
        calls.append(found)
        return found

    told = [{"rate": 0.1}, 3]
    assert kept(told, lambda: make(None)) is None
    for _ in range(2):
        found = kept(told, lambda: make({"w": np.arange(3, dtype=np.float16)}))
        np.testing.assert_array_equal(found["w"], [0, 1, 2])
        assert found["w"].dtype == np.float16
    assert len(calls) == 2
    kept([{"rate": 0.2}, 3], lambda: make({"w": np.zeros(1)}))
    assert len(calls) == 3
