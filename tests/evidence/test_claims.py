"""Paper files: the committed ones are sound, and mistakes are named."""

import pytest

from core.errors import BackstoryError
from core.evidence.claims import faults_in, load_paper, raw_paper
from core.publishing import citations
from reproductions.cli import catalogue

GOOD = """
[reproduction]
id = "x"
title = "X"
year = 1989
question = "?"
answer = "!"
quick = "q"
paper = "p"
cost_then = "c"
did = []
[paper]
key = "k"
known_from = "here"
[card]
asks = "?"
year = "1989"
alt = "a"
[[section]]
id = "s"
title = "S"
question = "?"
finding = "!"
[[claim]]
id = "a"
section = "s"
statement = "s"
kind = "measurement"
printed = "0.14"
where = "text"
standing = "read"
key = "k"
rule = { kind = "printed", because = "b" }
"""


def write(tmp_path, text):
    path = tmp_path / "x.toml"
    path.write_text(text)
    return path


def test_a_sound_file_is_read(tmp_path):
    paper = load_paper(write(tmp_path, GOOD))
    assert paper.claim[0].number == 0.14
    assert paper.originals() == ["k"]


@pytest.mark.parametrize(
    ("before", "after", "words"),
    [
        ('kind = "printed"', 'kind = "roughly"', "claim 'a', rule, kind"),
        ('standing = "read"', 'standing = "heard"', "claim 'a', standing"),
        ('printed = "0.14"', 'printed = "about 0.14"', "is not a number as a paper prints it"),
        ('printed = "0.14"', "", "needs the number as printed, or a value"),
        ('id = "a"', 'id = "a"\nmisspelt = 1', "misspelt"),
        ('where = "text"\nstanding = "read"', 'where = "page 3"\nstanding = "recalled"', "cannot carry a page"),
        ('where = "text"\nstanding = "read"', 'where = "page 3"\nstanding = "derived"', "cannot carry a page"),
        ('kind = "printed"', 'kind = "factor", tolerance = 1.0', "tolerance above 1"),
        ('kind = "printed"', 'kind = "within"', "tolerance above 0"),
        ('kind = "printed"', 'kind = "between", low = 1', "needs low and high"),
        ('kind = "printed"', 'kind = "within", tolerance = 2, farther = 1', "wider than the first"),
        ('key = "k"\nrule', "rule", "claim 'a', key: Field required"),
        ('kind = "measurement"\n', "", "claim 'a', kind: Field required"),
        ('standing = "read"', 'standing = "read"\nresolution = 3.0', "go together"),
        ('standing = "read"', 'standing = "read"\nruns = 3\nscale = "log"', "on the plain scale"),
        ('section = "s"', 'section = "t"', "names the section 't'"),
        ("[paper]", "[paper", "cannot read the paper file"),
    ],
)
def test_a_mistake_is_named(tmp_path, before, after, words):
    assert before in GOOD
    with pytest.raises(BackstoryError, match=words):
        load_paper(write(tmp_path, GOOD.replace(before, after)))


def test_two_claims_cannot_share_an_id(tmp_path):
    with pytest.raises(BackstoryError, match="two claims have the id 'a'"):
        load_paper(write(tmp_path, GOOD + GOOD[GOOD.index("[[claim]]") :]))


def test_an_explanation_is_short(tmp_path):
    long = f'[explanation]\nformula = "f"\ntext = "{"word " * 151}"\n'
    with pytest.raises(BackstoryError, match="at most 150"):
        load_paper(write(tmp_path, GOOD.replace("[[section]]", long + "[[section]]")))


def test_all_mistakes_of_a_file_are_found_at_once(tmp_path):
    from pydantic import ValidationError

    from core.evidence.claims import Paper

    path = write(
        tmp_path, GOOD.replace('standing = "read"', 'standing = "heard"').replace('year = "1989"\nalt = "a"', "")
    )
    raw = raw_paper(path)
    with pytest.raises(ValidationError) as fault:
        Paper.model_validate(raw)
    told = faults_in(raw, fault.value)
    assert any("claim 'a', standing" in one for one in told)
    assert any("card, alt" in one for one in told)


@pytest.mark.parametrize("name", catalogue.ids())
def test_committed_papers_are_sound_and_every_key_is_in_the_bibliography(name):
    paper = load_paper(catalogue.entry(name)["file"])
    known = citations.load(catalogue.BIBLIOGRAPHY)
    keys = {paper.paper.key, *(key for c in paper.claim for key in (c.key, *c.beside))}
    keys |= {o.key for c in paper.claim for o in c.comparators}
    parts = (paper.assumption, paper.substitution, paper.note, paper.open_question, paper.figure)
    keys |= {key for part in parts for one in part for key in one.keys}
    assert keys <= set(known)
    assert all(citations.plain(known, key) for key in keys)
    assert all(claim.rule.because for claim in paper.claim)
    assert all(claim.section for claim in paper.claim)
