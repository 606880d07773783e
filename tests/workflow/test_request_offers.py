"""What is offered for a sentence that was not understood whole, and what pressing it takes."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from assistant.domain import AcceptanceCriterion, Epic, UserStory
from assistant.knowledge.query import parse_request
from assistant.knowledge.request_parts import Vocabulary
from assistant.knowledge.selection import select
from assistant.workflow.writing.request_offers import Offer, offers, with_offers
from assistant.workflow.writing.requests import Asked, nothing_selected

STORIES = {
    "A-11": ("Register a motor claim", "The police reference is asked for after a theft."),
    "A-12": ("Reserve and payment", "A reserve above £500 needs approval."),
    "A-13": ("Book courtesy car", "The car is returned within 2 days."),
    "A-14": ("Choose a garage", "Garages within 20 miles are listed."),
    "B-21": ("Refund by card", "The card is credited."),
    "B-22": ("Waive a fee", "A late instalment has a fee."),
}


def _epic(key: str, title: str, **filed: str) -> Epic:
    stories = (
        UserStory(key=k, title=t, criteria=(AcceptanceCriterion(id=f"{k}-AC1", text=said),))
        for k, (t, said) in STORIES.items()
        if k[:1] == key[:1]
    )
    return Epic(key=key, title=title, stories=tuple(stories), **filed)


KNOWN = Vocabulary(
    releases=("Drop-1", "Drop-2"),
    teams=("Motor", "Billing"),
    epics=(
        _epic("A-1", "Claims: choose a garage and book a courtesy car", release="Drop-1",
              team="Motor"),
        _epic("B-2", "Refunds and fees", release="Drop-2", team="Billing"),
    ),
)  # fmt: skip


def asked(text: str, known: Vocabulary = KNOWN) -> Asked:
    reading = parse_request(text, known)
    return Asked(known=known, parts=(), reading=reading, selection=select(reading, known))


def told(text: str, known: Vocabulary = KNOWN) -> list[str]:
    """The offers, each as its kind and key."""
    return [one.id for one in offers(asked(text, known))]


def keys(found: Asked) -> list[str]:
    chosen = found.selection.chosen
    return [key for one in chosen for key in (one.stories or (one.epic,))]


def pressed(text: str, *ids: str) -> list[str]:
    """What is selected once these offers are pressed."""
    found = asked(text)
    named: Mapping[str, Offer] = {one.id: one for one in offers(found)}
    return keys(with_offers(found, [named[one] for one in ids]))


def test_the_nearest_by_title_or_criterion_are_offered_and_added() -> None:
    assert not keys(asked("tests for the police reference"))
    assert told("tests for the police reference") == ["add:A-11"]
    assert pressed("tests for the police reference", "add:A-11") == ["A-11"]
    assert pressed("cases for A-13 and late instalments", "add:B-22") == ["A-13", "B-22"]


def test_nothing_is_taken_before_it_is_pressed() -> None:
    found = asked("cases for A-13 and late instalments")
    assert offers(found)
    assert with_offers(found, ()) == found


def test_an_aside_is_left_aside_with_one_press() -> None:
    sentence = "Drop-1 cases, the device team tests the rest"
    assert not keys(asked(sentence))
    assert told(sentence)[0] == "aside:"
    assert pressed(sentence, "aside:") == ["A-1"]


def test_of_words_for_an_epic_and_one_of_its_stories_the_story_is_offered_alone() -> None:
    assert keys(asked("courtesy car")) == ["A-1"]
    assert told("courtesy car") == ["only:A-13"]
    assert pressed("courtesy car", "only:A-13") == ["A-13"]


def test_words_passed_over_beside_an_epic_offer_its_story_and_no_other() -> None:
    assert asked("cases for A-1 reserve rules").unread
    assert told("cases for A-1 reserve rules") == ["only:A-12"]
    assert asked("cases for A-1 card games").unread
    assert not told("cases for A-1 card games"), "B-21 is about cards"


@pytest.mark.parametrize(
    "sentence",
    ["smoke tests for A-13", "Drop-1 without the garage story", "all epics",
     "A-1 and B-2, Ann goes on leave in March"],
)  # fmt: skip
def test_where_nothing_is_to_be_asked_nothing_is_offered(sentence: str) -> None:
    assert not told(sentence)


def test_what_is_left_out_is_not_offered() -> None:
    assert "only:A-14" not in told("A-1 without A-14, the garage with the ramp")
    assert not told("Drop-1 without the police bits")


def test_what_all_names_but_one_select_is_offered_where_that_is_nothing() -> None:
    assert not keys(asked("Motor epics in Drop-2"))
    assert told("Motor epics in Drop-2") == ["add:B-2", "add:A-1"]


def test_where_nothing_is_near_the_epics_are_offered_if_they_are_few() -> None:
    assert told("tests for solar panels") == ["add:A-1", "add:B-2"]
    many = Vocabulary(epics=tuple(Epic(key=f"E-{n}", title=f"Part {n}") for n in range(30)))
    assert not told("tests for solar panels", many)


def test_a_number_is_near_to_nothing() -> None:
    assert told("cases for A-13 and Drop-20") == []


def test_the_page_says_once_what_was_not_understood() -> None:
    found = asked("tests for solar panels")
    assert "solar panels" in nothing_selected(found)
    assert "solar panels" not in nothing_selected(found, told_beside=True)


def test_of_many_epics_the_first_are_named() -> None:
    many = Vocabulary(epics=tuple(Epic(key=f"E-{n}", title=f"Part {n}") for n in range(30)))
    assert nothing_selected(asked("solar panels", many)).endswith("E-11 and 18 more.")
