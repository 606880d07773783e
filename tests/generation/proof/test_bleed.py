"""Bleed: what a case says that stands in none of its sources is found, marked and traced."""

from __future__ import annotations

import pytest
from briefs import brief_of_case
from hypothesis import given
from hypothesis import strategies as st

from assistant.domain import Chunk, Epic, RetrievedChunk, TestCase, TestStep, UserStory
from assistant.generation.proof.bleed import bleed, bleed_findings, memorised
from assistant.generation.writer import CaseBrief

STORY = UserStory(
    key="s", title="Adding a tax", narrative='As an Administrator I want a tax of "EU VAT", 23 %'
)
TITLE = TestCase(id="c", title="Adding a tax for Norway")
SOURCE = RetrievedChunk(
    chunk=Chunk(id="1", document_id="d", ordinal=0, text="BR-7: Pay in 14 days to Jon Snow."),
    score=1.0,
    rank=1,
)
BRIEF: CaseBrief = brief_of_case(Epic(key="e", title="Taxes"), STORY, TITLE, sources=(SOURCE,))


def case(*preconditions: str, action: str = "When I add it", expected: str = "") -> TestCase:
    step = TestStep(number=1, action=action, expected_result=expected)
    return TITLE.model_copy(update={"preconditions": preconditions, "steps": (step,)})


@pytest.mark.parametrize(
    ("text", "strange"),
    [
        ('Given the store has a tax "EU VAT"', ()),
        ('Given the store has a tax "Food"', ("Food",)),
        ("Given the store has a tax “eu  vat”", ()),
        ("And I am logged in as an Administrator", ()),
        ("And I look at Norway", ()),
        ("And there is a Lannister Coat for sale", ("Lannister Coat",)),
        ("And I write to Jon Snow", ()),
        ("And I see GB-SCT", ("GB-SCT",)),
        ("And it follows BR-7", ()),
        ("And I pay within 14 days", ()),
        ("And I pay within 30 days", ("30 days",)),
        ("And I write to ted@example.com", ("ted@example.com",)),
        ("Given I add it", ()),
        ("Then The tax is added", ()),
    ],
)
def test_strange_items_are_found_and_others_are_not(text: str, strange: tuple[str, ...]) -> None:
    found = bleed(case(text), BRIEF)
    assert set(strange) <= set(found)
    assert bool(found) == bool(strange)


def test_every_item_is_marked_at_its_step() -> None:
    written = case('Given a "Food" tax', action='When I add "Food"', expected='Then I see "Mug"')
    findings = bleed_findings(written, BRIEF)
    assert [(one.step, one.rule) for one in findings] == [
        (None, "not in the sources"),
        (1, "not in the sources"),
        (1, "not in the sources"),
    ]
    for item in bleed(written, BRIEF):
        assert any(f"“{item}”" in one.message for one in findings)


@given(st.lists(st.text(max_size=60), max_size=4), st.text(max_size=60), st.text(max_size=60))
def test_no_bleed_is_unmarked(lines: list[str], action: str, expected: str) -> None:
    written = case(*lines, action=action, expected=expected)
    messages = [one.message for one in bleed_findings(written, BRIEF)]
    for item in bleed(written, BRIEF):
        assert any(f"“{item}”" in message for message in messages)


def test_a_memorised_sentence_is_one_with_a_strange_item_from_training() -> None:
    training = ['Given the store has a tax "Food"\nAnd I add it to the "Lannister Coat"']
    written = case(
        'Given the store has a tax "Food"', "And I add it", action='When I sell a "Unicorn"'
    )
    found = memorised(written, BRIEF, training)
    assert found.items == ("Food",)
    assert found.sentences == ('Given the store has a tax "Food"',)
    assert memorised(case("And I add it"), BRIEF, training).sentences == ()
