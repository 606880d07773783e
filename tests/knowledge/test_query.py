from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assistant.domain import TECHNIQUES
from assistant.knowledge.query import ParsedRequest, Vocabulary, parse_request, sense_of

KNOWN = Vocabulary(
    releases=("Drop-1", "Drop-2", "Drop-3", "Drop-10"),
    teams=("Call Centre", "Billing", "Field Service"),
    labels=("uat", "refunds", "payment-plans", "billing", "roles"),
    epics=(("CC-12", "Caller verification"), ("CC-13", "Complaints and goodwill")),
)


def parse(text: str) -> ParsedRequest:
    return parse_request(text, KNOWN)


@pytest.mark.parametrize(
    "text",
    ["Generate UAT test cases for Drop-3 Call Centre epics", "call center, DROP 3",
     "all epics of the callcentre team in release drop3", "Drop_3 test cases for Call-Centre"],
)  # fmt: skip
def test_release_and_team_are_matched_loosely(text: str) -> None:
    parsed = parse(text)
    assert parsed.filter.releases == ("Drop-3",)
    assert parsed.filter.teams == ("Call Centre",)
    assert parsed.text == ""
    assert parsed.unmatched == ()
    assert parsed.understood == ("release Drop-3", "team Call Centre")


def test_keys_and_techniques() -> None:
    parsed = parse("negative and boundary cases for CC-12 and cc 13")
    assert parsed.epic_keys == ("CC-12", "CC-13")
    assert parsed.techniques == ("negative", "boundary")
    assert parsed.text == ""


def test_what_is_left_is_what_it_is_about() -> None:
    parsed = parse(
        "boundary tests for refunds of customers who move home in Billing, release Drop 2"
    )
    assert parsed.text == "refunds of customers who move home"
    assert parsed.filter.teams == ("Billing",)
    assert parsed.filter.releases == ("Drop-2",)
    assert parsed.filter.labels == (), "a word that is also a label does not bar other epics"


@pytest.mark.parametrize(
    ("text", "releases"),
    [("Drops 1 to 3", ("Drop-1", "Drop-2", "Drop-3")), ("drop 1, 2", ("Drop-1", "Drop-2")),
     ("Drop-1 and Drop-10", ("Drop-1", "Drop-10")), ("Drop 10", ("Drop-10",)),
     ("Drop 1 with 3 retries", ("Drop-1",))],
)  # fmt: skip
def test_several_releases(text: str, releases: tuple[str, ...]) -> None:
    assert parse(text).filter.releases == releases


@pytest.mark.parametrize(
    ("text", "unmatched"),
    [("cases for Drop 9", ("Drop 9",)), ("release 2024", ("release 2024",)),
     ("CC-99 and CC-12", ("CC-99",)), ("epics of the Sales team", ("Sales",)),
     ("tests for team Marketing", ("Marketing",))],
)  # fmt: skip
def test_unknown_names_are_reported(text: str, unmatched: tuple[str, ...]) -> None:
    assert parse(text).unmatched == unmatched


@pytest.mark.parametrize(
    ("text", "techniques"),
    [("no boundary cases for CC-12", tuple(t for t in TECHNIQUES if t != "boundary")),
     ("happy path tests", ("positive",)), ("permissions and limit tests", ("boundary", "role")),
     ("edge cases and decision tables", ("boundary", "decision-table rule")),
     ("tests for the role change of an agent", ()), ("test the credit limit", ())],
)  # fmt: skip
def test_techniques(text: str, techniques: tuple[str, ...]) -> None:
    assert parse(text).techniques == techniques


def test_labels_are_named_as_labels_or_have_several_words() -> None:
    assert parse("epics labelled refunds").filter.labels == ("refunds",)
    assert parse("#refunds").filter.labels == ("refunds",)
    assert parse("payment plans").filter.labels == ("payment-plans",)
    assert parse("UAT cases").filter.labels == ()


def test_an_epic_by_its_title() -> None:
    assert parse("negative tests for complaints & goodwil").epic_keys == ()
    assert parse("negative tests for Complaints and Goodwil").epic_keys == ("CC-13",)


@given(st.text(max_size=200))
@settings(max_examples=200, deadline=None)
def test_any_text_is_a_request(text: str) -> None:
    parsed = parse(text)
    words = " ".join(text.split())
    assert all(part in words for part in parsed.text.split(", ") if part)
    assert parse_request(text, Vocabulary()).filter.releases == ()


@pytest.mark.parametrize(
    ("text", "sense"),
    [
        ("What is the cooling-off period?", "question"),
        ("Wie lange ist die Widerrufsfrist?", "question"),
        ("¿Cuánto dura el plazo de desistimiento?", "question"),
        ("Quel est le délai de rétractation ?", "question"),
        ("違約金はいくらですか？", "question"),
        ("Generate UAT test cases for Drop-3 Call Centre epics", "order"),
        ("Testfälle für CC-200", "order"),
        ("Casos de prueba para CC-200", "order"),
        ("Can you write test cases for CC-200?", "unclear"),
        ("Which tests cover CC-12?", "unclear"),
        ("CC-200", "unclear"),
        ("cooling-off period", "unclear"),
        ("", "unclear"),
    ],
)
def test_a_question_is_told_from_an_order(text: str, sense: str) -> None:
    assert sense_of(text) == sense
