"""Paper files: the committed ones are sound, and mistakes are named."""

import pytest

from core.errors import BackstoryError
from core.evidence.claims import load_paper
from core.publishing import citations
from reproductions.cli import catalogue

GOOD = """
[reproduction]
id = "x"
title = "X"
year = 1989
question = "?"
quick = "q"
paper = "p"
cost_then = "c"
did = []
[paper]
key = "k"
known_from = "here"
[[claim]]
id = "a"
statement = "s"
value = 1
where = "text"
standing = "read"
rule = { kind = "exact", because = "b" }
"""


def write(tmp_path, text):
    path = tmp_path / "x.toml"
    path.write_text(text)
    return path


def test_a_sound_file_is_read(tmp_path):
    paper = load_paper(write(tmp_path, GOOD))
    assert paper.claim[0].paper == "k"


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (('kind = "exact"', 'kind = "roughly"'), "claim.0.rule.kind"),
        (('standing = "read"', 'standing = "heard"'), "claim.0.standing"),
        (("value = 1", 'value = "one"'), "claim.0.value"),
        (('id = "a"', 'id = "a"\nmisspelt = 1'), "misspelt"),
        (('where = "text"\nstanding = "read"', 'where = "page 3"\nstanding = "recalled"'), "cannot carry a page"),
        (('kind = "exact"', 'kind = "within_factor", tolerance = 1.0'), "tolerance above 1"),
        (("[paper]", "[paper"), "cannot read the paper file"),
    ],
)
def test_a_mistake_is_named(tmp_path, change, words):
    assert change[0] in GOOD
    with pytest.raises(BackstoryError, match=words):
        load_paper(write(tmp_path, GOOD.replace(*change)))


def test_two_claims_cannot_share_an_id(tmp_path):
    with pytest.raises(BackstoryError, match="same id"):
        load_paper(write(tmp_path, GOOD + GOOD[GOOD.index("[[claim]]") :]))


@pytest.mark.parametrize("name", catalogue.ids())
def test_committed_papers_are_sound_and_every_key_is_in_the_bibliography(name):
    paper = load_paper(catalogue.entry(name)["file"])
    known = citations.load(catalogue.BIBLIOGRAPHY)
    keys = {paper.paper.key, *(c.paper for c in paper.claim), *(o.key for c in paper.claim for o in c.comparators)}
    keys |= {
        k
        for part in (paper.assumption, paper.substitution, paper.note, paper.open_question)
        for c in part
        for k in c.keys
    }
    assert keys <= set(known)
    assert all(citations.plain(known, key) for key in keys)
    assert all(claim.rule.because for claim in paper.claim)
