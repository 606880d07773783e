"""Rules that only a description states."""

from __future__ import annotations

from time import process_time

from assistant.design.description_rules import (
    described_rules,
    other_passages,
    with_described,
    with_described_as,
)
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


def ids(epic: Epic) -> dict[str, str]:
    return {one.text: one.id for one in described_rules(epic)}


TIMES, CLOSED, DRIVERS = (
    "Skipping is possible up to 3 times a round.",
    "If the depot is closed, the stop is grey.",
    "Only drivers see it.",
)


def test_limits_conditions_and_restrictions_are_rules_and_what_only_tells_is_none() -> None:
    found = described_rules(EPIC)
    assert [one.text for one in found] == [TIMES, CLOSED, DRIVERS]
    assert [one.id.rpartition("-D")[0] for one in found] == ["S-1", "S-1", "E-1"]
    moved = changed(TIMES, f"A stop is at most 90 minutes away.\n\n{TIMES}")
    assert ids(moved)[TIMES] == ids(EPIC)[TIMES], "the same words have the same id"


def test_what_a_criterion_says_already_is_offered_by_no_description() -> None:
    said = CRITERION.model_copy(update={"text": TIMES.replace(".", "!")})
    story = STORY.model_copy(update={"criteria": (said,)})
    assert list(ids(EPIC.model_copy(update={"stories": (story,)}))) == [CLOSED, DRIVERS]
    more = said.model_copy(update={"text": "Skipping is possible up to 30 times a round."})
    story = STORY.model_copy(update={"criteria": (more,)})
    assert TIMES in ids(EPIC.model_copy(update={"stories": (story,)})), "another number"


def test_rules_that_are_taken_are_criteria_behind_the_others() -> None:
    known = ids(EPIC)
    epic = with_described(EPIC, [known[CLOSED], known[DRIVERS]])
    assert [one.text for one in epic.criteria] == [CRITERION.text, CLOSED, DRIVERS]
    assert epic.story_of(known[DRIVERS]).key == "E-1", "the epic's own story"
    assert with_described(EPIC, ()) == EPIC


def test_rules_that_were_taken_are_found_again_by_their_words() -> None:
    taken = ids(EPIC)[TIMES]
    then = with_described(EPIC, [taken])
    before = changed("Skipping", "A stop is at most 90 minutes away.\n\nSkipping")
    assert [one.text for one in with_described_as(before, then).criteria][1:] == [TIMES]
    (_, other) = with_described_as(changed("3 times", "4 times"), then).criteria
    assert (other.id, "4 times" in other.text) == (taken, True), "it reads otherwise now"
    gone = changed(TIMES, "")
    assert with_described_as(gone, then).criteria == (CRITERION,), "no other rule takes its place"


def test_a_rule_that_nobody_took_takes_the_place_of_none_that_is_gone() -> None:
    both = "Members may borrow up to 5 books.\n\nGuests may borrow up to 2 books."
    members, _ = both.split("\n\n")
    epic = changed(NARRATIVE, both)
    then = with_described(epic, [ids(epic)[members]])
    assert len(then.criteria) == 2
    assert with_described_as(changed(NARRATIVE, both.replace(members, "")), then).criteria == (
        CRITERION,
    )


def test_a_criterion_that_is_labelled_like_a_rule_is_none() -> None:
    own = CRITERION.model_copy(update={"id": "S-1-DBEEF"})
    story = STORY.model_copy(update={"criteria": (own,)})
    epic = EPIC.model_copy(update={"stories": (story,)})
    assert with_described_as(epic, epic) == epic


def test_a_text_of_many_pages_in_one_paragraph_is_no_rule_and_takes_no_time() -> None:
    line = "The agent searches claim {0}. If the claim is older than {0} days it is archived."
    text = "\n".join(line.format(number) for number in range(1500))
    epic = Epic(key="E-1", title="Search", description=text, stories=())
    began = process_time()
    assert described_rules(epic) == ()
    assert process_time() - began < 2


def test_what_no_criterion_has_and_no_rule_is_read_in_is_told_and_can_be_taken() -> None:
    table = "| Field | Required | Length |\n|---|---|---|\n| Policy number | yes | 10 |"
    held = AcceptanceCriterion(id="H-1-AC1", text="A closed claim cannot be changed.")
    story = UserStory(
        key="H-1",
        title="Close",
        narrative="As a handler I want to close it so that it is done.\n\nThe file goes away.\n\n"
        "A closed claim cannot be changed.",
        criteria=(held,),
    )
    alone = UserStory(key="H-2", title="Reopen", narrative="The claim is shown.")
    epic = Epic(
        key="H", title="Claims", description=f"It is a page.\n\n{table}", stories=(story, alone)
    )
    others = {one.text: one.id for one in other_passages(epic)}
    assert list(others) == ["The file goes away.", "It is a page."], "H-2 may stand for itself"
    (rows,) = described_rules(epic)
    assert rows.text == table
    taken = with_described(epic, [*others.values(), rows.id])
    assert {one.text for one in taken.criteria} == {held.text, table, *others}
    assert not other_passages(taken)
    assert not described_rules(taken)
    assert with_described_as(epic, taken) == taken


def test_words_that_only_lead_to_a_list_are_no_passage() -> None:
    text = "Business rules:\n- Gift cards are applied before any other means of payment.\n"
    held = AcceptanceCriterion(id="E-1-AC1", text="It is listed.")
    story = UserStory(key="E-1", title="Pay", criteria=(held,))
    epic = Epic(key="E", title="Gift cards", description=text, stories=(story,))
    (only,) = other_passages(epic)
    assert only.text.startswith("Gift cards")
