"""Boards of Trello: cards are stories and epics, checklists of criteria their criteria."""

from __future__ import annotations

import json
from typing import Any

import pytest

from assistant.domain import Epic
from assistant.sources.files.batches import read_files
from assistant.sources.reading import Reading

STORY = "As a paddler I want to reserve a kayak so that I do not queue."
RULES = "Acceptance criteria"


def checklist(name: str, *items: str) -> dict[str, Any]:
    """A checklist, its items the wrong way round, as an export may list them."""
    told = [{"name": item, "pos": at, "state": "incomplete"} for at, item in enumerate(items)]
    return {"name": name, "checkItems": told[::-1]}


def card(name: str, desc: str = "", *checklists: dict[str, Any], **more: Any) -> dict[str, Any]:
    """A card of the first list; labels by their names."""
    labels = [{"id": "l", "name": label, "nodeId": None} for label in more.pop("labels", ())]
    return {"name": name, "desc": desc, "own": checklists, "labels": labels, "idList": "list 0",
            "closed": False, "badges": {"comments": 0}, "customFieldItems": [], **more}  # fmt: skip


def board(
    *cards: dict[str, Any], lists: tuple[str, ...] = ("Backlog",), **more: Any
) -> dict[str, Any]:
    """The export of a board, with what Trello adds to everything."""
    found, checklists = [], []
    for number, one in enumerate(cards, 1):
        own = {"id": f"card {number}", "idShort": number, "shortLink": f"aBcDeF{number:02}", **one}
        own["shortUrl"] = f"https://trello.com/c/{own['shortLink']}"
        checklists += [{**each, "idCard": own["id"], "pos": at, "nodeId": None}
                       for at, each in enumerate(own.pop("own"))]  # fmt: skip
        found.append(own)
    return {
        "id": "b", "nodeId": None, "name": "Boat house", "desc": "", "closed": False, "labels": [],
        "lists": [{"id": f"list {number}", "name": name, "closed": False, "idBoard": "b"}
                  for number, name in enumerate(lists)],
        "cards": found, "checklists": checklists, "members": [], "actions": [], "customFields": [],
        **more,
    }  # fmt: skip


def readings(payload: object) -> list[Reading]:
    """All documents that an upload of the board gives."""
    outcomes = list(read_files("board.json", json.dumps(payload).encode()))
    assert all(one.reading for one in outcomes), [one.error for one in outcomes]
    return [one.reading for one in outcomes if one.reading]


def epics(payload: object) -> tuple[Epic, ...]:
    """The epics of a board of nothing but epics and stories."""
    (reading,) = readings(payload)
    return reading.epics


def below(payload: object) -> dict[str, list[str]]:
    """The titles of the stories below each epic's."""
    return {one.title: [story.title for story in one.stories] for one in epics(payload)}


def test_a_card_is_a_story_with_the_items_of_its_criteria() -> None:
    (reading,) = readings(board(
        card("BH-7 · Reserve a kayak", STORY,
             checklist("Tasks", "Endpoint", "Calendar"),
             checklist(RULES, "A kayak is held for 20 minutes.", "Nobody holds two kayaks."),
             labels=["Water", "User story", ""]),
    ))  # fmt: skip
    ((story,),) = [one.stories for one in reading.epics]
    assert (story.key, story.title, story.labels) == ("BH-7", "Reserve a kayak", ("Water",))
    assert story.narrative == STORY
    assert [one.text for one in story.criteria] == [
        "A kayak is held for 20 minutes.", "Nobody holds two kayaks.",
    ]  # fmt: skip
    assert story.uri == "https://trello.com/c/aBcDeF01"
    assert reading.document.metadata.project == "Boat house"
    assert any("Tasks (BH-7)" in note for note in reading.notes)
    assert "nodeId" not in reading.document.text


@pytest.mark.parametrize(
    ("name", "read"),
    [
        ("Akzeptanzkriterien", True), ("Critères d'acceptation", True), ("Kriterien", True),
        ("AC", True), ("Business rules", True), ("Kryteria akceptacji", True),
        ("Checklist", False), ("Definition of Done", False), ("To do", False),
        ("Review criteria with Jo", False),
    ],
)  # fmt: skip
def test_the_name_of_a_checklist_says_whether_it_holds_criteria(name: str, read: bool) -> None:
    ((story,),) = [
        one.stories for one in epics(board(card("Reserve", STORY, checklist(name, "It floats."))))
    ]
    assert [one.text for one in story.criteria] == ["It floats."] * read


@pytest.mark.parametrize(
    ("name", "key", "title"),
    [
        ("BH-7 · Reserve", "BH-7", "Reserve"), ("BH-7: Reserve", "BH-7", "Reserve"),
        ("BH-7 Reserve", "BH-7", "Reserve"), ("[US3] Reserve", "US3", "Reserve"),
        ("BH-E1 - Season", "BH-E1", "Season"), ("Reserve (BH-7)", "BH-7", "Reserve"),
        ("Reserve 2 kayaks", "aBcDeF01", "Reserve 2 kayaks"),
        ("UTF-8: names of boats", "aBcDeF01", "UTF-8: names of boats"),
        ("A4-sized pass", "aBcDeF01", "A4-sized pass"),
    ],
)  # fmt: skip
def test_the_key_in_a_name_is_the_cards(name: str, key: str, title: str) -> None:
    ((story,),) = [one.stories for one in epics(board(card(name, STORY, labels=["Story"])))]
    assert (story.key, story.title) == (key, title)


def test_a_key_that_two_cards_begin_with_is_none() -> None:
    """The short link tells them apart, and stays when a card is renamed or moved."""
    same = [card(f"Q3: {name}", STORY) for name in ("Reserve", "Return")]
    ((first, second),) = [one.stories for one in epics(board(*same))]
    assert (first.key, first.title) == ("aBcDeF01", "Q3: Reserve")
    assert (second.key, second.title) == ("aBcDeF02", "Q3: Return")


def test_fields_labels_and_lists_name_release_team_and_sprint() -> None:
    fields = [
        {"id": "f", "name": "Entrega", "type": "list",
         "options": [{"id": "o", "value": {"text": "Spring"}}]},
        {"id": "n", "name": "Points", "type": "number"},
    ]  # fmt: skip
    values = [{"idCustomField": "f", "idValue": "o", "value": None},
              {"idCustomField": "n", "idValue": None, "value": {"number": "8"}}]  # fmt: skip
    payload = board(
        card("Reserve", STORY, labels=["Team: Shore"], idList="list 1", customFieldItems=values),
        card("Return", STORY, labels=["Release 4"]),
        lists=("Backlog", "Sprint 12"), customFields=fields,
    )  # fmt: skip
    ((first, second),) = [one.stories for one in epics(payload)]
    assert (first.release, first.team, first.sprint) == ("Spring", "Shore", "Sprint 12")
    assert (second.release, second.team, second.sprint) == ("Release 4", "", "")


def test_a_field_of_criteria_counts_beside_a_checklist() -> None:
    value = {"idCustomField": "f", "value": {"text": "- The hull is dry.\n- The key hangs."}}
    payload = board(
        card("Return", STORY, checklist(RULES, "It floats."), customFieldItems=[value]),
        customFields=[{"id": "f", "name": "Acceptance criteria", "type": "text"}],
    )
    ((story,),) = [one.stories for one in epics(payload)]
    assert {one.text for one in story.criteria} == {
        "The hull is dry.",
        "The key hangs.",
        "It floats.",
    }


@pytest.mark.parametrize(
    "epic",
    [
        card("Season", labels=["Epic"]), card("Season", labels=["Épica"]),
        card("Epic: Season"), card("[Epic] Season"), card("Season", idList="list 1"),
    ],
)  # fmt: skip
def test_a_label_a_list_or_its_name_makes_a_card_an_epic(epic: dict[str, Any]) -> None:
    payload = board(epic, card("Reserve", f"Epic: aBcDeF01\n\n{STORY}"), lists=("Backlog", "Epics"))
    assert [(one.key, one.title, [s.title for s in one.stories]) for one in epics(payload)] == [
        ("aBcDeF01", "Season", ["Reserve"]),
    ]  # fmt: skip


@pytest.mark.parametrize(
    "line",
    [
        "Epic: BH-E1", "**Épica**: BH-E1", "- Epic: [Season](https://trello.com/c/aBcDeF01/1-season)",
        "Epic: Season", "Epic: https://trello.com/c/aBcDeF01",
    ],
)  # fmt: skip
def test_a_story_names_its_epic(line: str) -> None:
    payload = board(card("BH-E1 · Season", labels=["Epic"]), card("Reserve", f"{line}\n\n{STORY}"))
    (epic,) = epics(payload)
    ((story,),) = [epic.stories]
    assert (epic.key, story.narrative) == ("BH-E1", STORY)


@pytest.mark.parametrize(
    "epic",
    [
        card("Season", "All of summer.\n\nStories: BH-1, BH-2", labels=["Epic"]),
        card("Season", "User stories:\n- BH-1 reserve\n- [BH-2](https://trello.com/c/aBcDeF03)",
             labels=["Epic"]),
        card("Season", "", checklist("Cards", "https://trello.com/c/aBcDeF02/2-x", "BH-2 return"),
             labels=["Epic"]),
        card("Season", labels=["Epic"], attachments=[
            {"name": "a", "url": "https://trello.com/c/aBcDeF02"},
            {"name": "b", "url": "https://trello.com/c/aBcDeF03/3-return"}]),
    ],
)  # fmt: skip
def test_an_epic_lists_its_stories(epic: dict[str, Any]) -> None:
    stories = [card("BH-1 · Reserve", STORY), card("BH-2 · Return", STORY)]
    assert below(board(epic, *stories)) == {"Season": ["Reserve", "Return"]}


def test_what_an_epic_only_mentions_is_not_below_it() -> None:
    epic = card("Season", "After BH-1 was built.\n\nOut of scope:\n- BH-1", labels=["Epic"])
    two = [card(name, "Stories: BH-2", labels=["Epic"]) for name in ("Winter", "Summer")]
    found = below(board(epic, *two, card("BH-1 · Reserve", STORY), card("BH-2 · Return", STORY)))
    assert [found.pop(name) for name in ("Season", "Winter", "Summer")] == [[], [], []]
    assert list(found.values()) == [["Reserve", "Return"]]


def test_an_epic_that_is_no_card_is_one_by_its_name() -> None:
    epic = "https://trello.com/c/zzzzzzzz/9-archived"
    payload = board(card("Reserve", f"Epic: Winter season\n\n{STORY}"),
                    card("Return", f"Epic: {epic}\n\n{STORY}"))  # fmt: skip
    assert next(one.title for one in epics(payload)) == "Winter season"
    assert "zzzz" not in str(below(payload))


def test_comments_are_said_by_somebody_on_a_day() -> None:
    who = {"memberCreator": {"fullName": "Ola Berg"}, "type": "commentCard"}
    of = {"card": {"id": "card 1"}}
    payload = board(
        card("BH-7 · Reserve", STORY, badges={"comments": 3}),
        actions=[
            {"date": "2027-05-04T08:00:00Z", "data": {"text": "No: 30 minutes.", **of}, **who},
            {"date": "2027-05-03T08:00:00Z", "data": {"text": "20 minutes?", **of}, **who},
            {"date": "2027-05-02T08:00:00Z", "type": "updateCard", "data": of},
        ],
    )  # fmt: skip
    (reading,) = readings(payload)
    assert [one.label for one in reading.places if "comment" in one.label] == [
        "comment by Ola Berg, 2027-05-03", "comment by Ola Berg, 2027-05-04",
    ]  # fmt: skip
    assert not any(
        "minutes" in c.text for e in reading.epics for s in e.stories for c in s.criteria
    )
    assert "Comments that the cards count and the export leaves out: 1." in reading.notes


def test_archived_cards_are_left_out_and_counted() -> None:
    payload = board(
        card("Reserve", STORY), card("Old", STORY, closed=True),
        card("Older", STORY, idList="list 1"), card("A template", STORY, isTemplate=True),
        lists=("Backlog", "Done"),
    )  # fmt: skip
    payload["lists"][1]["closed"] = True
    (reading,) = readings(payload)
    assert [story.title for story in reading.epics[0].stories] == ["Reserve"]
    assert "Archived cards and templates were left out: 3." in reading.notes
    assert "Old" not in reading.document.text


def test_other_cards_are_one_page() -> None:
    bug = "Expected result:\n- Monday is first\n\nActual: Sunday"
    said = {
        "type": "commentCard",
        "date": "2027-05-04T08:00:00Z",
        "data": {"card": {"id": "card 2"}, "text": "Done."},
        "memberCreator": {"fullName": "Ola Berg"},
    }
    first, page = readings(board(
        card("Reserve", STORY, attachments=[{"name": "plan.pdf", "url": "https://x.example/plan"}]),
        card("Calendar begins on Sunday", bug, labels=["Bug"]),
        card("Buy rope", "", checklist("Shops", "North pier")), actions=[said],
    ))  # fmt: skip
    assert [story.title for epic in first.epics for story in epic.stories] == ["Reserve"]
    assert first.report.unread_parts == ("attached file plan.pdf",)
    assert (page.document.kind, page.document.title, page.epics) == (
        "page", "Boat house: other cards", ())  # fmt: skip
    text = page.document.text
    assert text.index("## Calendar begins on Sunday") < text.index("## Buy rope")
    assert "North pier" in text
    assert "# Comments on Calendar begins on Sunday" in text
    assert [one.label for one in page.places] == ["comment by Ola Berg, 2027-05-04"]
    assert page.authors == ("Ola Berg",)


def test_a_bug_with_criteria_is_a_story() -> None:
    payload = board(card("Week", "", checklist(RULES, "Monday is first."), labels=["Bug"]))
    assert [len(story.criteria) for epic in epics(payload) for story in epic.stories] == [1]


def test_what_trello_leaves_open_does_no_harm() -> None:
    odd = card("Reserve", STORY, labels=[], customFieldItems=[{"idCustomField": 7, "value": 3}])
    odd |= {"labels": None, "badges": None, "attachments": "none", "shortLink": None, "desc": None}
    payload = board(odd | {"name": f"BH-7: {STORY}"}, actions=None, customFields=None, members=None)
    payload["checklists"] = [{"idCard": "card 1", "name": RULES, "pos": "top", "checkItems": None}]
    assert [story.key for epic in epics(payload) for story in epic.stories] == ["BH-7"]


def test_another_list_of_cards_is_no_board() -> None:
    payload = {"cards": [{"name": "Ace", "desc": STORY}], "lists": [{"name": "Hearts"}]}
    (reading,) = readings(payload)
    assert (reading.document.kind, reading.epics) == ("page", ())
