"""The story's rule: events by documents, facts by what they entail, and no counting of votes."""

import pytest

from core.errors import BackstoryError
from core.evidence.measured import Quantity
from core.evidence.story import Statement, Story, check, story_verdict, weigh
from core.evidence.verdicts import judge
from tests.evidence.test_verdicts import claim
from tests.evidence.toy_room import PAPER


class FakeRecord:
    def __init__(self, **outcomes):
        ends = {"agrees": (1, 2), "disagrees": (11, 12), "undecided": (9, 11)}
        self.claims = [judge(claim("at_most", id=name), Quantity(1, *ends[o], 30), {}) for name, o in outcomes.items()]


def statement(kind="fact", **fields):
    return Statement(id="x", text="t", kind=kind, **fields)


def document(says, standing="read"):
    return {"text": "q", "date": "1986", "where": "p. 1", "standing": standing, "says": says, "keys": ["k"]}


def entails(claims=("a",), otherwise=()):
    return [{"reproduction": "r", "why": "w", "claims": list(claims), "otherwise": list(otherwise)}]


@pytest.mark.parametrize(
    ("record", "claims", "otherwise", "outcome"),
    [
        (FakeRecord(a="agrees", b="agrees"), "ab", "", "borne out"),
        (FakeRecord(a="agrees", b="undecided"), "ab", "", "borne out"),
        (FakeRecord(a="undecided"), "a", "", "open"),
        (FakeRecord(a="agrees", b="disagrees"), "ab", "", "contradicted"),  # nine for and one against is against
        (FakeRecord(a="disagrees"), "", "a", "borne out"),
        (FakeRecord(a="agrees"), "", "a", "contradicted"),
    ],
)
def test_a_fact_is_decided_by_what_it_entails(record, claims, otherwise, outcome):
    found = story_verdict(statement(entails=entails(claims, otherwise)), {"r": record})
    assert found.outcome == outcome


def test_a_fact_whose_claims_hang_on_unstated_settings_depends():
    record = FakeRecord(a="agrees")
    record.claims[0] = judge(
        claim("at_most", id="a", across=["x"]), {"1": Quantity(1, 1, 2, 9), "2": Quantity(11, 11, 12, 9)}, {}
    )
    assert story_verdict(statement(entails=entails()), {"r": record}).outcome == "depends"


def test_an_era_without_a_record_is_not_yet_run():
    assert story_verdict(statement(entails=entails()), {}).outcome == "not yet run"


@pytest.mark.parametrize(
    ("documents", "outcome"),
    [
        ([document("so")], "documented"),
        ([document("otherwise")], "documented otherwise"),
        ([document("so"), document("otherwise")], "accounts differ"),
        ([document("more")], "not documented"),
        ([document("so", "recalled")], "not documented"),
    ],
)
def test_an_event_is_decided_by_documents(documents, outcome):
    assert story_verdict(statement("event", document=documents), {}).outcome == outcome


def test_an_event_entails_no_claims():
    with pytest.raises(ValueError, match="decided by documents"):
        statement("event", entails=entails())
    with pytest.raises(ValueError, match="nothing bears"):
        statement("event")


def test_a_fact_is_never_left_to_documents():
    with pytest.raises(ValueError, match="name claims that it entails"):
        statement("fact", document=[document("so")])


def test_only_named_claims_are_weighed():
    assert [
        one.claim.id for one in weigh(statement(entails=entails("b")).entails[0], FakeRecord(a="agrees", b="agrees"))
    ] == ["b"]


def test_a_claim_that_there_is_not_is_named():
    told = Story(
        title="T",
        about=[],
        statement=[statement(entails=[{"reproduction": "toy_1986", "why": "w", "claims": ["solve"]}])],
    )
    with pytest.raises(BackstoryError, match="did you mean 'solved'"):
        check(told, {"toy_1986": PAPER})
