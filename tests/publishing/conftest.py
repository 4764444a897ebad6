"""Reports and a front page of eras that were never run, published once for all tests of this folder."""

import shutil
from types import SimpleNamespace

import pytest

from core.evidence.story import Story
from core.publishing import exhibition, stories
from tests.publishing import fake_era

STORY = {
    "title": "The story, checked", "about": ["Told in a film.", "A fine one."], "keys": ["later1902"],
    "statement": [
        {"id": "turns", "text": "A gadget turns.", "kind": "fact", "remark": "It does.",
         "entails": [{"reproduction": "fake_1901", "why": "counted", "claims": ["own_agrees"]},
                     {"reproduction": "unseen", "why": "not there", "claims": ["x"]}]},
        {"id": "said", "text": "Ada said so.", "kind": "event",
         "document": [{"text": "“It turns.\nIt does.”", "date": "1901", "about": "1900", "where": "page 1",
                       "standing": "read", "says": "so", "keys": ["first1901"]},
                      {"text": "It hardly turns.", "date": "1902", "where": "a letter", "standing": "quoted",
                       "says": "otherwise", "keys": ["later1902"]}]},
    ],
}  # fmt: skip


@pytest.fixture(scope="session")
def fake(tmp_path_factory):
    """One published report: its folder, paper and record."""
    folder = tmp_path_factory.mktemp("fake") / "fake_1901"
    paper, record = fake_era.publish(folder)
    return SimpleNamespace(folder=folder, paper=paper, record=record)


@pytest.fixture(scope="session")
def exhibited(fake, tmp_path_factory):
    """A folder of three reports, one of them not yet published, with its front page and a story."""
    root = tmp_path_factory.mktemp("reports")
    shutil.copytree(fake.folder, root / "fake_1901")
    other = fake_era.publish(root / "fake_1986", "fake_1986", 1986, wrong=("own_agrees", "teeth"))
    exhibits = [exhibition.Exhibit(fake.paper, fake.record), exhibition.Exhibit(*other)]
    (root / "fake_1901" / "play.html").write_text("<!doctype html><title>play</title>")
    exhibits.append(exhibition.Exhibit(fake_era.paper_of("fake_2020", 2020)))
    story = Story.model_validate(STORY)
    files = exhibition.render(root, exhibits, story)
    records = {one.id: one.record for one in exhibits if one.record}
    titles = {one.id: one.paper.reproduction.title for one in exhibits}
    pages = stories.render(story, records, titles, root / "references.bib")
    files |= {f"story/{name}": text for name, text in pages.items()}
    for name, text in files.items():
        (root / name).parent.mkdir(exist_ok=True)
        (root / name).write_text(text, encoding="utf-8")
    exhibition.draw(root, exhibits)
    return SimpleNamespace(root=root, exhibits=exhibits, files=files, story=story)
