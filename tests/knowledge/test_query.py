from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assistant.domain import TECHNIQUES, Epic, UserStory
from assistant.knowledge.name_matching import tokens
from assistant.knowledge.query import parse_request, sense_of
from assistant.knowledge.request_parts import RequestReading, Vocabulary
from assistant.knowledge.request_words import closed_words, folded, word_lists_of_requests

STORIES = (
    UserStory(key="CC-14", title="Cancel a contract without charge"),
    UserStory(key="CC-15", title="Refund what has been paid"),
)
EPICS = (
    Epic(key="CC-12", title="Caller verification", stories=STORIES),
    Epic(key="CC-13", title="Complaints and goodwill"),
)
KNOWN = Vocabulary(
    releases=("Drop-1", "Drop-2", "Drop-3", "Drop-10"),
    teams=("Call Centre", "Billing", "Field Service"),
    labels=("uat", "payment-plans", "billing", "roles"),
    epics=EPICS,
)


def parse(text: str) -> RequestReading:
    return parse_request(text, KNOWN)


def named(text: str, *kinds: str) -> list[str]:
    """What a sentence names of these kinds; "-" before what is left out, "?" after the unknown."""
    return [
        f"{'-' * part.excluded}{part.name}{'' if part.known else '?'}"
        for part in parse(text).parts
        if not kinds or part.kind in kinds
    ]


@pytest.mark.parametrize(
    "text",
    ["Generate UAT test cases for Drop-3 Call Centre epics", "call center, DROP 3",
     "all epics of the callcentre team in release drop3", "Drop_3 test cases for Call-Centre",
     "Testfälle für Drop-3 Call Centre", "cas de test pour l'équipe Call Centre, Drop-3"],
)  # fmt: skip
def test_release_and_team_are_matched_loosely(text: str) -> None:
    assert sorted(named(text)) == ["Call Centre", "Drop-3"]
    assert parse(text).unread == ()


def test_a_version_alone_names_its_release() -> None:
    known = Vocabulary(releases=("Release 2026.3", "Release 2027.1", "App 2027.1", "R 3"))
    assert [p.name for p in parse_request("the 2026.3 epics", known).parts] == ["Release 2026.3"]
    assert [p for p in parse_request("the 2027.1 epics", known).parts if p.known] == []
    assert [p for p in parse_request("3 cases", known).parts if p.known] == []


@pytest.mark.parametrize("text", ["R12 epics", "Release 12", "rel. 12", "release-12 cases"])
def test_a_short_word_before_a_number_is_the_long_one(text: str) -> None:
    known = Vocabulary(releases=("Release 12", "R12", "R13"), labels=("s3", "r12"))
    assert [part.name for part in parse_request(text, known).parts] == ["Release 12"]
    assert [p.name for p in parse_request("sprint 3", known).parts if p.known] == []


@pytest.mark.parametrize(
    ("text", "parts"),
    [("Drops 1 to 3", ["Drop-1", "Drop-2", "Drop-3"]), ("drop 1, 2", ["Drop-1", "Drop-2"]),
     ("drop 1 and 2", ["Drop-1", "Drop-2"]), ("Drop-1 and Drop-10", ["Drop-1", "Drop-10"]),
     ("Drop 10", ["Drop-10"]), ("Drop 1 with 3 retries", ["Drop-1"]),
     ("Drop 3 to 1", ["Drop-3", "Drop-1", "Drop-2"]),
     ("Drop 1 to 12", ["Drop-1", "Drop-2", "Drop-3", "Drop-10", "Drop 4–9?", "Drop 11–12?"]),
     ("Drop-2 to Drop-4", ["Drop-2", "Drop-3", "Drop 4?"]),
     ("Drops 2 through 3", ["Drop-2", "Drop-3"]), ("Drop 7 to 9", ["Drop 7?", "9?"])],
)  # fmt: skip
def test_several_releases(text: str, parts: list[str]) -> None:
    assert named(text, "release") == parts


@pytest.mark.parametrize(
    ("text", "parts"),
    [("cases for Drop 9", ["Drop 9?"]), ("release 2024", ["release 2024?"]),
     ("CC-99 and CC-12", ["CC-99?", "CC-12"]), ("epics of the Sales team", ["Sales?"]),
     ("tests for team Marketing", ["Marketing?"]), ("Call Centre and the Legal team",
      ["Call Centre", "Legal?"]), ("everything labelled solar", ["solar?"]),
     ("tests for solar panels", ["solar panels?"]), ("CC-14-AC3", ["CC-14", "CC-14-AC3?"])],
)  # fmt: skip
def test_what_the_project_does_not_know_is_named_as_unknown(text: str, parts: list[str]) -> None:
    assert named(text) == parts


@pytest.mark.parametrize(
    ("text", "parts"),
    [("Drop-3 without refunds", ["Drop-3", "-refunds"]),
     ("Drop-3 except CC-12 and complaints", ["Drop-3", "-CC-12", "-complaints"]),
     ("Billing but not Drop-3", ["Billing", "-Drop-3"]),
     ("everything other than Billing", ["-Billing"]),
     ("everything except CC-12 in Drop-3", ["-CC-12", "Drop-3"]),
     ("no negative cases for CC-12", ["-negative", "CC-12"]),
     ("Drop-3 ohne Billing", ["Drop-3", "-Billing"]),
     ("Drop-3 außer CC-12, nur negative Fälle", ["Drop-3", "-CC-12", "negative"]),
     ("Testfälle für Drop-3 auser CC-12", ["Drop-3", "-CC-12"]),
     ("Drop-3 excpt CC-12", ["Drop-3", "-CC-12"]),
     ("les epics de Drop-3 sauf Billing", ["Drop-3", "-Billing"]),
     ("casos de prueba para Drop-3, pero no Billing", ["Drop-3", "-Billing"]),
     ("Drop-3 sans Billing", ["Drop-3", "-Billing"]),
     ("Drop-3 w/o Billing", ["Drop-3", "-Billing"]),
     ("Drop-3 excl. Billing", ["Drop-3", "-Billing"]),
     ("Drop-3, complaints excluded", ["Drop-3", "-complaints"]),
     ("Drop-3, leave complaints out", ["Drop-3", "-complaints"]),
     ("leave Billing, all of Drop-3", ["-Billing", "Drop-3"]),
     ("cases for annual leave", ["annual leave?"]),
     ("test leave approval", ["leave approval?"]),
     ("Call Centre without complaints in Drop-9", ["Call Centre", "-complaints", "Drop-9?"]),
     ("Call Centre without complaints in Drop-3", ["Call Centre", "-complaints", "-Drop-3"]),
     ("Drop-3 without web chat", ["Drop-3", "-web chat?"]),
     ("not only Drop-1 but Drop-2", ["Drop-1", "Drop-2"]),
     ("cancel a contract without charge", ["CC-14"]),
     ("contracts cancelled without charge", ["contracts cancelled without charge"])],
)  # fmt: skip
def test_what_is_left_out(text: str, parts: list[str]) -> None:
    assert named(text) == parts


@pytest.mark.parametrize(
    ("text", "techniques"),
    [("no boundary cases for CC-12", [t for t in TECHNIQUES if t != "boundary"]),
     ("happy path tests", ["positive"]), ("permissions and limit tests", ["boundary", "role"]),
     ("edge cases and decision tables", ["boundary", "decision-table rule"]),
     ("negative and boundary cases for CC-12", ["negative", "boundary"]),
     ("just bounday values", ["boundary"]), ("Grenzwerttests", ["boundary"]),
     ("tests de bout en bout", ["end-to-end"]), ("tests de rôles pour CC-12", ["role"]),
     ("CC-12, roles only", ["role"]), ("negatives and limits for CC-12", ["negative", "boundary"]),
     ("nur Negativtests", ["negative"]),
     ("CC-12, no roles", [t for t in TECHNIQUES if t != "role"]),
     ("tests for the role change of an agent", []), ("test the credit limit", [])],
)  # fmt: skip
def test_techniques(text: str, techniques: list[str]) -> None:
    assert list(parse(text).techniques) == techniques


@pytest.mark.parametrize(
    ("text", "depth"),
    [("smoke tests for CC-12", "smoke"), ("smoketests", "smoke"), ("quick check", "smoke"),
     ("in-depth tests", "thorough"), ("gründliche Testfälle", "thorough"),
     ("Rauchtests für CC-12", "smoke"), ("tests approfondis", "thorough"),
     ("standard tests", "standard"), ("full coverage of CC-12", "thorough"),
     ("no smoke test, but thorough", "thorough"),
     ("no smoke, no standard: thorough", "thorough"), ("not too thorough", None),
     ("Drop-3 without complaints, smoke", "smoke"), ("tests for CC-12", None),
     ("no smoke, no standard cases for CC-12", "thorough"), ("Drops 1 through 2", None)],
)  # fmt: skip
def test_depth(text: str, depth: str | None) -> None:
    assert parse(text).depth == depth


def test_what_is_left_out_of_depth_and_techniques_is_left_out_or_said_to_have_no_effect() -> None:
    assert parse("CC-12, not smoke").depths == ("standard", "thorough")
    assert parse("CC-12 without negative cases").without_effect == ()
    for text in ("smoke tests for CC-12, no smoke", "negative cases, no negative cases for CC-12"):
        assert [part.excluded for part in parse(text).without_effect] == [True]


CLOSED = ("without", "with", "because", "until", "and", "about", "of", "all", "cases", "request")


def test_every_closed_class_word_is_reached() -> None:
    tables = word_lists_of_requests()
    for language in tables["request"]:
        known = closed_words(language)
        for table in CLOSED:
            for entry in tables[table].get(language, ()):
                words = [folded(token.word) for token in tokens(entry.rstrip("*"))]
                (found,) = known.find(words, [True] * len(words))
                assert found.meaning == table, (language, table, entry)
        entries = [
            tuple(folded(token.word) for token in tokens(entry))
            for table in tables
            for entry in tables[table].get(language, ())
            if table in CLOSED and not entry.endswith("*")
        ]
        assert len(entries) == len(set(entries)), language


@pytest.mark.parametrize(
    ("text", "expected"),
    [("cases for Drop-2; the complaints are Drop-3, leave them out",
      ["Drop-2", "-complaints", "-Drop-3"]),
     ("UAT cases for Drop-2 please. Refunds is Drop-3, skip it.",
      ["Drop-2", "-Refunds", "-Drop-3"]),
     ("Drop-2; refunds, complaints: not those", ["Drop-2", "-refunds", "-complaints"]),
     ("Drop-2. Complaints is Drop-3: that one is not needed",
      ["Drop-2", "-Complaints", "-Drop-3"]),
     ("Testfälle für Drop-2; Refunds, das bitte weglassen", ["Drop-2", "-Refunds"]),
     ("casos de Drop-2, refunds; los complaints no, que van después",
      ["Drop-2", "refunds", "-complaints"]),
     ("Drop-2. Refunds, complaints excluded", ["Drop-2", "-Refunds", "-complaints"]),
     ("Drop-3, nothing else", ["Drop-3"]),
     ("Drop-3, no others please", ["Drop-3"]),
     ("Billing and Drop-3, leave complaints out", ["Billing", "Drop-3", "-complaints"]),
     ("leave it out", []),
     ("both epics of Drop-3", ["Drop-3"])],
)  # fmt: skip
def test_what_was_named_before_is_left_out_by_a_clause_that_names_nothing(
    text: str, expected: list[str]
) -> None:
    assert named(text) == expected


def test_labels_are_named_as_labels_or_by_their_words() -> None:
    assert named("epics labelled roles", "label") == ["roles"]
    assert named("#roles", "label") == ["roles"]
    assert named("payment plans") == ["payment-plans"]
    assert named("UAT cases") == []


def test_a_topic_has_all_of_its_words_in_a_title() -> None:
    assert named("negative tests for complaints & goodwil", "epic", "topic") == [
        "complaints", "goodwil",
    ]  # fmt: skip
    assert named("negative tests for Complaints and Goodwil", "epic") == ["CC-13"]
    assert named("refund appeals") == ["refund appeals?"]


def test_what_names_nothing_where_nothing_is_named_is_passed_over() -> None:
    reading = parse("Hi, CC-12 please, Daniel wants them by noon because CC-13 is late")
    assert named(reading.text) == ["CC-12"]
    assert reading.unread == ("Daniel", "noon", "because CC-13 is late")


def test_a_part_can_be_taken_out() -> None:
    reading = parse("smoke tests for Drop-3 without complaints")
    assert [p.id for p in reading.parts] == ["depth:smoke", "release:Drop-3", "-topic:complaints"]
    left = reading.without(["depth:smoke", "-topic:complaints"])
    assert [part.name for part in left.parts] == ["Drop-3"]
    assert left.depth is None


@pytest.mark.long
@given(st.text(max_size=200))
@settings(max_examples=200, deadline=None)
def test_any_text_is_a_request(text: str) -> None:
    reading = parse(text)
    words = " ".join(text.split())
    assert all(part in words for part in reading.unread)
    assert not [p for p in parse_request(text, Vocabulary()).parts if p.kind == "team" and p.known]


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
