"""Rules that only a description states."""

from __future__ import annotations

from assistant.design.description_rules import described_rules, with_described, with_described_as
from assistant.domain import AcceptanceCriterion, Epic, UserStory

NARRATIVE = """As a driver I want to skip a stop so that I can go on.

Skipping is possible up to 3 times a round.

The list was slow in 2025.

- If the depot is closed, the stop is grey.
- Out of scope: stops of more than 2 days.
- Is it more than 5 stops?"""
CRITERION = AcceptanceCriterion(id="S-1-AC1", text="A reason is given.")
STORY = UserStory(key="S-1", title="Skip", narrative=NARRATIVE, criteria=(CRITERION,))
EPIC = Epic(key="E-1", title="Round", description="Only drivers see it.", stories=(STORY,))


def changed(old: str, new: str) -> Epic:
    story = STORY.model_copy(update={"narrative": NARRATIVE.replace(old, new)})
    return EPIC.model_copy(update={"stories": (story,)})


def test_limits_conditions_and_restrictions_are_rules_and_what_only_tells_is_none() -> None:
    assert [(one.id, one.text) for one in described_rules(EPIC)] == [
        ("S-1-D1", "Skipping is possible up to 3 times a round."),
        ("S-1-D2", "If the depot is closed, the stop is grey."),
        ("E-1-D1", "Only drivers see it."),
    ]


def test_what_a_criterion_says_already_is_offered_by_no_description() -> None:
    said = CRITERION.model_copy(update={"text": "Skipping is possible up to 3 times a round!"})
    story = STORY.model_copy(update={"criteria": (said,)})
    ids = [one.text for one in described_rules(EPIC.model_copy(update={"stories": (story,)}))]
    assert ids == ["If the depot is closed, the stop is grey.", "Only drivers see it."]


def test_rules_that_are_taken_are_criteria_behind_the_others() -> None:
    epic = with_described(EPIC, ["S-1-D2", "E-1-D1"])
    assert [one.id for one in epic.criteria] == ["S-1-AC1", "S-1-D2", "E-1-D1"]
    assert epic.story_of("E-1-D1").key == "E-1", "the epic's own story"
    assert with_described(EPIC, ()) == EPIC


def test_rules_that_were_taken_are_found_again_by_their_words() -> None:
    then = with_described(EPIC, ["S-1-D1"])
    before = changed("Skipping", "A stop is at most 90 minutes away.\n\nSkipping")
    assert [one.text for one in with_described_as(before, then).criteria] == [
        "A reason is given.", "Skipping is possible up to 3 times a round.",
    ]  # fmt: skip
    other = with_described_as(changed("3 times", "4 times"), then).criteria
    assert [one.text for one in other][1:] == ["Skipping is possible up to 4 times a round."]
    gone = changed("Skipping is possible up to 3 times a round.", "")
    assert with_described_as(gone, then).criteria == (CRITERION,), "no other rule takes its place"
