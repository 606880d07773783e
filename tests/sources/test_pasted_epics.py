"""Epics in the forms that people paste: stories, narratives and criteria as a reader finds them."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import pytest
from reading_checks import sound

from assistant.domain import UserStory
from assistant.sources.pasted.lines import unmarked
from assistant.sources.pasted.pasted import read_pasted
from assistant.sources.pasted.story_sentences import story_title

LABELLED: list[dict[str, Any]] = tomllib.loads(
    Path(__file__).with_name("pasted_epics.toml").read_text(encoding="utf-8")
)["epics"]


def flat(text: str) -> str:
    """``text`` with its white space as single spaces."""
    return " ".join(text.split())


def stories_of(text: str) -> list[UserStory]:
    """The stories of a text."""
    return [story for epic in read_pasted(text).epics for story in epic.stories]


def is_key(key: str, label: str) -> bool:
    """Whether ``key`` is the label, or ends with it behind the epic's key."""
    bare = label.replace("-", "") if label.startswith("US") else label
    return key == label or any(key.endswith(f"-{end}") for end in (label, bare, f"S{label}"))


@pytest.mark.parametrize("wanted", LABELLED, ids=lambda wanted: str(wanted["name"]))
def test_a_pasted_epic_is_read_as_a_reader_does(wanted: dict[str, Any]) -> None:
    reading = read_pasted(wanted["text"])
    sound(reading)
    (epic,) = reading.epics
    if wanted["key"]:
        assert (epic.key, epic.title) == (wanted["key"], wanted["title"])
    assert len(epic.stories) == len(wanted["stories"])
    for story, labelled in zip(epic.stories, wanted["stories"], strict=True):
        assert is_key(story.key, labelled["key"]), story.key
        assert labelled["sentence"] in flat(unmarked(story.narrative))
        if "title" in labelled:
            assert story.title == labelled["title"]
        else:
            words = flat(unmarked(story.narrative)).casefold()
            assert flat(story.title).rstrip("…").casefold() in words
        assert [flat(c.text) for c in story.criteria] == [
            flat(text) for _, text in labelled["criteria"]
        ]
        for criterion, (given, _) in zip(story.criteria, labelled["criteria"], strict=True):
            assert not given or criterion.id in {given, f"{story.key}-{given}"}
    assert not reading.unread


@pytest.mark.parametrize(
    ("sentence", "title"),
    [
        ("As a clerk I want to extend a plan so that it lasts.", "Extend a plan"),
        ("As a clerk I want to accept, hold or return a plan.", "Accept, hold or return a plan"),
        ("As a clerk I'd like to be able to see fees.", "See fees"),
        ("As a clerk, I can reopen a case because errors happen.", "Reopen a case"),
        ("As a clerk I want a list of open cases, so that none is late", "A list of open cases"),
        ("As a smith I want tongs to be checked.", "As a smith I want tongs to be checked"),
        ("As a nurse I want the pump to warn me.", "As a nurse I want the pump to warn me"),
        ("As a guest I do not want calls so I can sleep.", None),
        ("As a vet I want doses checked so that I can trust them", "Doses checked"),
        ("As a vet I want to set **max_dose** twice.", "Set max_dose twice"),
        ("Als Wirt möchte ich Fässer bestellen.", None),
    ],
)
def test_a_title_is_a_piece_of_its_sentence(sentence: str, title: str | None) -> None:
    assert story_title(sentence) == (title or sentence.rstrip("."))


def test_a_long_sentence_is_cut_at_a_word() -> None:
    sentence = "As a keeper I want the gates to open and the lamps to burn " + "all night long " * 9
    title = story_title(sentence)
    assert len(title) <= 101
    assert sentence.startswith(title.rstrip("…") + " ")


@pytest.mark.parametrize(
    ("line", "text"),
    [
        ("AC1: **GIVEN** a tram **WHEN** it stops **THEN** the doors open",
         "GIVEN a tram WHEN it stops THEN the doors open"),
        ("**AC1:** The doors open", "The doors open"),
        ("**AC1**: The doors *always* open", "The doors always open"),
        ("**AC1: The doors open**", "The doors open"),
        ("AC1: The doors __never__ open", "The doors never open"),
        ("- AC1 - **The** doors open", "The doors open"),
        ("AC1: Set `**max**` and door_open_time", "Set `**max**` and door_open_time"),
        ("AC1: 2 * 3 * 4 doors, *.csv and a*b*c", "2 * 3 * 4 doors, *.csv and a*b*c"),
        ("AC1: Fields with * are mandatory, others *", "Fields with * are mandatory, others *"),
    ],
)  # fmt: skip
def test_emphasis_is_no_part_of_a_criterion(line: str, text: str) -> None:
    whole = f"TRAM-2 Doors\n\nAs a driver I want doors to open.\n\n{line}\nAC2: They close again.\n"
    reading = read_pasted(whole)
    sound(reading)
    first = reading.epics[0].criteria[0]
    assert (first.id, first.text) == ("TRAM-2-AC1", text)
    assert (first.start is None) == line.endswith("open**")  # a line in bold is a heading


@pytest.mark.parametrize(
    "label", ["Story 4:", "US4:", "US 4 -", "D4.2:", "**User story 4:**", "X9:"]
)
@pytest.mark.parametrize("mark", ["", "- ", "* "])
def test_a_story_line_is_no_criterion(label: str, mark: str) -> None:
    text = (
        f"Epic DAM-1: Sluice gates\n\nThe river is dammed.\n\n{mark}{label} As a keeper, I want to "
        f"raise the gate, {'even by night and in the worst of storms, ' * 4}so that no one drowns."
        "\n  - The gate is raised by at most 2 m\n  - The siren sounds first\n"
    )
    (story,) = stories_of(text)
    assert [c.text for c in story.criteria] == [
        "The gate is raised by at most 2 m",
        "The siren sounds first",
    ]
    assert story.narrative.startswith("As a keeper, I want to raise the gate")
    assert story.title.startswith("Raise the gate")


def test_who_is_to_read_it_is_no_criterion() -> None:
    text = (
        "TRAM-2 Doors\n\nAs a driver I want doors to open.\n\nAcceptance criteria\n\n"
        "- The doors open\n\ncc @ann-lee, @b.cole\n"
    )
    (story,) = stories_of(text)
    assert [c.text for c in story.criteria] == ["The doors open"]


def test_sentences_that_begin_with_a_mention_or_a_slash_are_criteria() -> None:
    lines = [
        "@name: the list of users opens when the user types it.",
        "@all - every member of the channel gets a message.",
        "/status must answer 200 within 2 seconds.",
        "/close ends the session",
    ]
    text = "TRAM-3 Chat\n\nAs a driver I want to chat.\n\nAcceptance criteria\n\n"
    (story,) = stories_of(text + "\n\n".join(lines))
    assert [c.text for c in story.criteria] == lines


def test_rows_of_a_table_take_no_id_of_the_authors() -> None:
    reading = read_pasted(
        "DAM-2 Levels\n\nAs a keeper I want alarms.\n\nAcceptance criteria\n\nAC1: x is shown\n\n"
        "| # | Level | Alarm |\n|---|---|---|\n| 1 | 2 m | Yellow |\n| 2 | 3 m | Red |\n\n"
        "- y is shown\n\nAC3: z is shown\nAC2: w is shown\n"
    )
    sound(reading)
    assert {c.id.removeprefix("DAM-2-"): c.text for c in reading.epics[0].criteria} == {
        "AC1": "x is shown",
        "ROW1": "Level: 2 m; Alarm: Yellow",
        "ROW2": "Level: 3 m; Alarm: Red",
        "AC4": "y is shown",
        "AC3": "z is shown",
        "AC2": "w is shown",
    }


STEPS = "Given a full lock\nWhen the gate opens\nThen the water falls\nAnd the lamp burns"
ITEMS = "{0} The lock is shut at noon.\n{1} The siren sounds first"
LIST = ["The lock is shut at noon.", "The siren sounds first"]


@pytest.mark.parametrize("last", [True, False])
@pytest.mark.parametrize("marks", [("-", "-"), ("1.", "2."), ("a)", "b)"), ("•", "•")])
@pytest.mark.parametrize(
    ("form", "wanted"),
    [
        ("{s}\n\n{l}", [STEPS, *LIST]),
        ("{s}\n{l}", [STEPS, *LIST]),
        ("{l}\n\n{s}", [*LIST, STEPS]),
        ("{l}\n{s}", [*LIST, STEPS]),
        ("{s}\n\n{l}\n\n{s}", [STEPS, *LIST, STEPS]),
        ("Acceptance criteria\n{l}\n{s}", [*LIST, STEPS]),
        ("**AC:**\n{s}\n\n{l}\n{s}", [STEPS, *LIST, STEPS]),
        ("Description:\nIt is old.\n\n{s}\n\n{l}", [STEPS, *LIST]),
        ("Scenario: At night\n{s}\n\n{l}", [STEPS, *LIST]),
        ("{s}\n\n{l}\n\nScenario: At night\n{s}", [STEPS, *LIST, STEPS]),
        ("At night:\n{s}\n\nBy day:\n{l}", [STEPS, *LIST]),
    ],
)
def test_a_list_beside_steps_is_of_criteria(
    form: str, wanted: list[str], marks: tuple[str, str], last: bool
) -> None:
    story = "DAM-2 Gates\nAs a keeper I want to shut gates.\n\n"
    story += form.replace("{s}", STEPS).replace("{l}", ITEMS.format(*marks))
    other = "DAM-3 Lamps\nAs a keeper I want light.\n\nAcceptance criteria:\n- A lamp burns"
    stories = [other, story] if last else [story, other]
    reading = read_pasted("\n\n".join(["DAM-1 Sluices", "The river is dammed.", *stories]))
    sound(reading)
    (read,) = (one for epic in reading.epics for one in epic.stories if one.key == "DAM-2")
    assert [c.text for c in read.criteria] == wanted
    assert "siren" not in read.narrative


WISH = """\
DAM-1 Sluice gates by radio

As Lowland Rivers we want keepers to raise gates by radio, so that no one has to walk.{more}

DAM-2 Raise a gate
{kind}As a keeper I want to raise a gate.

Acceptance criteria:
- The gate is raised by at most 2 m

DAM-3 Sound a siren
{kind}As a keeper I want to sound a siren.

Given a gate that rises
When it is night
Then the siren sounds
"""


def test_a_wish_above_stories_with_criteria_is_their_epic() -> None:
    reading = read_pasted(WISH.format(more="", kind=""))
    sound(reading)
    (epic,) = reading.epics
    assert (epic.key, epic.title) == ("DAM-1", "Sluice gates by radio")
    assert epic.description.startswith("As Lowland Rivers we want keepers")
    assert [(s.key, len(s.criteria)) for s in epic.stories] == [("DAM-2", 1), ("DAM-3", 1)]
    (note,) = reading.notes
    assert note.startswith("DAM-1 is read as the epic of the stories below it")
    assert not reading.unread


@pytest.mark.parametrize(
    ("more", "kind"),
    [
        (" Gates must stop at 3 m.", ""),
        ("\n\n- A gate stops at 3 m", ""),
        ("\nType: Story", "Type: Story\n"),
    ],
)
def test_what_states_a_criterion_or_is_called_a_story_is_no_epic(more: str, kind: str) -> None:
    keys = [s.key for s in stories_of(WISH.format(more=more, kind=kind))]
    assert keys == ["DAM-1", "DAM-2", "DAM-3"]
    assert len(stories_of(WISH.format(more="", kind=kind))) == 2


PLAIN = """\
{mark}DAM-1 Raise a gate

{first}

{mark}DAM-2 Lower a gate

{second}

Acceptance criteria:
- The gate is lowered by at most 2 m

{mark}DAM-3 Sound a siren

{third}

Acceptance criteria:
- The siren sounds at night
"""
WANTS = (
    "As a keeper I want to raise a gate.",
    "As a keeper I want to shut it.",
    "As a guard I want",
)
TELLS = ("A keeper raises a gate.", "The gate stays shut.", "It warns the village.")
EPIC = "As Lowland Rivers we want safe gates."


@pytest.mark.parametrize(
    ("mark", "texts", "is_story"),
    [
        ("", WANTS, True),
        ("## ", WANTS, True),
        ("## ", TELLS, True),
        (
            "",
            (
                "As the guards we want gates.",
                "As the guards we want light.",
                "As the guards we want",
            ),
            True,
        ),
        (
            "",
            ("En tant que garde je veux voir.", "En tant que garde je veux ouvrir.", WANTS[2]),
            True,
        ),
        ("", TELLS, False),
        ("", (EPIC, *WANTS[1:]), False),
        ("## ", (TELLS[0], *WANTS[1:]), False),
        ("", (WANTS[0], *TELLS[1:]), False),
    ],
)
def test_a_first_story_without_criteria_is_told_by_the_form_of_the_others(
    mark: str, texts: tuple[str, str, str], *, is_story: bool
) -> None:
    first, second, third = texts
    text = PLAIN.format(mark=mark, first=first, second=second, third=third + " a siren.")
    reading = read_pasted(text)
    sound(reading)
    (epic,) = reading.epics
    told = [(story.key, len(story.criteria)) for story in epic.stories]
    assert told == [("DAM-1", 0)] * is_story + [("DAM-2", 1), ("DAM-3", 1)]
    gaps = reading.notes_with_gaps
    assert any("DAM-1" in note and "criteri" in note for note in gaps) or not is_story


def test_the_sentence_of_what_is_called_an_epic_is_no_story() -> None:
    text = (
        "Epic: Sluices\nAs Lowland Rivers we want keepers to raise gates, so that no one walks.\n\n"
        "As a keeper I want to raise a gate.\n- It is raised by 2 m\n\n"
        "As a keeper I want to sound a siren.\n- It sounds at night\n"
    )
    (epic,) = read_pasted(text).epics
    assert [len(story.criteria) for story in epic.stories] == [1, 1]
    assert epic.description.startswith("As Lowland Rivers")


@pytest.mark.parametrize(
    ("line", "epic"),
    [
        ("Epic DAM-10 (stories DAM-11, 12) and epic DAM-20. DAM-13 is only shown.", ""),
        ("Epic DAM-10 is tested by the keepers.", ""),
        ("Epic DAM-10 Sluices and gates", "DAM-10"),
        ("Epic DAM-10: Sluices open and shut.", "DAM-10"),
    ],
)
def test_a_sentence_about_an_epic_is_not_its_heading(line: str, epic: str) -> None:
    text = f"# Test plan\n\n## Scope\n\n{line}\n\n## Users\n\nThe keepers' user is gate.1.\n"
    reading = read_pasted(text)
    assert [one.key for one in reading.epics if one.key == "DAM-10"] == [epic] * bool(epic)
