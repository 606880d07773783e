"""Use cases in a table, under headings and behind labels, in several languages."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.domain import Epic, UserStory
from assistant.sources.files.files import read_file
from assistant.sources.pasted.pages import text_kind
from assistant.sources.pasted.pasted import read_pasted
from assistant.sources.reading import Reading

TABLE = """# 4 Ticket office

## 4.1 UC-07 Change a reservation

| Use case ID | UC-07 |
| --- | --- |
| Use case name | Change a reservation |
| Primary actor | Box office clerk |
| Preconditions | The reservation is not paid. |
| Main success scenario | 1. The clerk opens the reservation.<br>\
2. The clerk picks other seats.<br>3. The system sets the status to CHANGED (BR-4). |
| Extensions | 2a Seats are taken<br>2a1. The system shows "These seats are taken."<br>\
2a2. The flow goes on at step 2.<br>3a Guest leaves<br>3a1. The clerk cancels. |
| Exceptions | E1 Printer is offline: the slip is sent by e-mail. |
| Postconditions | The old seats are free. |

# 5 Bar

## 5.1 UC-08 Take stock

| ID | UC-08 |
| --- | --- |
| Actor | Barkeeper |
| Basic flow | 1. The barkeeper counts the bottles.<br>2. The system books the difference. |
"""

HEADED = """# Lending desk

## UC 3: Return a bike

**Primary actor:** Attendant

**Trigger:** A guest brings a bike back.

### Normal flow

1. The attendant scans the frame number.

2. The system closes the loan.

### Alternative flows

#### 1a Frame number cannot be read

The attendant types the number.

#### Alternative flow 2: the bike is damaged

The attendant ticks "damaged". The system blocks the bike.

### Notes

Bells are not checked.
"""

COCKBURN = """Use case 12: Issue a visitor badge

Primary actor: Porter
Precondition: The visit is announced.

Main success scenario:
1. The porter finds the visit.
2. The visitor shows an identity card.
3. The system prints the badge.

Extensions:
2a. No identity card:
   2a1. The porter calls the host.
   2a2. The host fetches the visitor.
*a. At any time the fire alarm rings:
   *a1. The system prints no badge.
Business rules:
BR1: A badge is valid until 18:00 of the day of the visit.
"""

GERMAN = """# Anwendungsfall UC-21: Gutschein einlösen

**Akteur:** Kassenkraft

**Vorbedingungen:** Die Kasse ist offen.

**Hauptablauf**

1. Die Kassenkraft scannt den Gutschein.
2. Das System zieht den Wert ab.

**Alternative Abläufe**

1a Gutschein ist abgelaufen: Das System zeigt „Gutschein abgelaufen“.

**Ausnahmen**

E1 Der Scanner antwortet nicht: Die Nummer wird eingetippt.
"""

FRENCH = """# Cas d'utilisation 4 : Rendre un livre

Acteur principal : Bibliothécaire

## Scénario nominal

1. La bibliothécaire scanne le livre.
2. Le système clôt le prêt.

## Scénarios alternatifs

2a Le livre est en retard : le système calcule l'amende.
"""

STORY = """# Vouchers

## User story

As a clerk I want to redeem vouchers so that guests pay less.

### Main flow

1. The clerk scans the voucher.

### Acceptance criteria

- An expired voucher is refused.
"""


def stories(text: str) -> dict[str, UserStory]:
    reading = read_pasted(text)
    return {story.key: story for epic in reading.epics for story in epic.stories}


def flows(story: UserStory) -> dict[str, str]:
    assert {one.form for one in story.criteria} <= {"flow", "rule"}
    return {one.id.removeprefix(f"{story.key}-"): one.text for one in story.criteria}


def test_a_use_case_in_a_table_is_a_story_and_its_flows_are_the_criteria(
    sound: Callable[[Reading], None],
) -> None:
    reading = read_pasted(TABLE)
    sound(reading)
    assert [epic.title for epic in reading.epics] == ["4 Ticket office", "5 Bar"]
    first, second = (epic.stories[0] for epic in reading.epics)
    assert (first.key, first.title) == ("UC-07", "Change a reservation")
    assert "Primary actor: Box office clerk" in first.narrative
    assert "Postconditions: The old seats are free." in first.narrative
    found = flows(first)
    assert list(found) == ["main", "2a", "3a", "E1"]
    assert found["main"].splitlines()[2] == "3. The system sets the status to CHANGED (BR-4)."
    assert found["2a"].splitlines() == [
        "2a Seats are taken", '2a1. The system shows "These seats are taken."',
        "2a2. The flow goes on at step 2.",
    ]  # fmt: skip
    assert found["E1"] == "E1 Printer is offline: the slip is sent by e-mail."
    assert (second.key, second.title) == ("UC-08", "Take stock")
    assert not reading.unread


def test_a_use_case_under_headings_keeps_where_its_flows_stand(
    sound: Callable[[Reading], None],
) -> None:
    reading = read_pasted(HEADED)
    sound(reading)
    (epic,) = reading.epics
    (story,) = epic.stories
    assert (epic.title, story.key, story.title) == ("Lending desk", "UC-3", "Return a bike")
    found = {one.text.splitlines()[0]: one for one in story.criteria}
    assert list(found) == [
        "1. The attendant scans the frame number.", "1a Frame number cannot be read",
        "Alternative flow 2: the bike is damaged",
    ]  # fmt: skip
    assert "The system blocks the bike." in found["Alternative flow 2: the bike is damaged"].text
    for one in story.criteria:
        assert one.start is not None
        assert reading.document.text[one.start : one.end] == one.text
    assert "Notes: Bells are not checked." in story.narrative
    assert "Bells" not in "".join(one.text for one in story.criteria)


def test_extensions_behind_labels_have_their_steps_and_rules_are_criteria() -> None:
    story = stories(COCKBURN)["UC-12"]
    assert story.title == "Issue a visitor badge"
    found = flows(story)
    assert list(found) == ["main", "2a", "a", "BR1"]
    assert "2a2. The host fetches the visitor." in found["2a"]
    assert "fire alarm" in found["a"]
    assert "prints no badge" in found["a"]
    assert found["BR1"].endswith("until 18:00 of the day of the visit.")


@pytest.mark.parametrize(
    ("text", "key", "title", "ids"),
    [
        (GERMAN, "UC-21", "Gutschein einlösen", ["main", "1a", "E1"]),
        (FRENCH, "UC-4", "Rendre un livre", ["main", "2a"]),
    ],
)
def test_use_cases_of_other_languages(text: str, key: str, title: str, ids: list[str]) -> None:
    story = stories(text)[key]
    assert story.title == title
    assert list(flows(story)) == ids


def test_a_file_of_use_cases_is_a_test_basis_and_a_user_story_with_a_flow_stays_one() -> None:
    assert text_kind(TABLE) == "epic"
    reading = read_file("uc.md", TABLE.encode())
    assert [story.key for epic in reading.epics for story in epic.stories] == ["UC-07", "UC-08"]
    (epic,) = read_pasted(STORY).epics
    assert [one.text for one in epic.criteria] == ["An expired voucher is refused."]


@pytest.mark.parametrize(
    "text",
    [
        "# Guide\n\n## Main flow\n\nWater goes from the lake to the mill.\n",
        "# List\n\n| ID | Name | Primary actor |\n| --- | --- | --- |\n| UC-1 | Pay | Clerk |\n",
        "Main success scenario:\n1. Nobody says of what.\n",
    ],
)
def test_a_page_that_only_names_a_flow_is_no_use_case(text: str) -> None:
    assert text_kind(text) == "page"


def test_a_heading_behind_the_flows_is_no_flow() -> None:
    text = f"{HEADED}\n## Open points\n\nWho pays for a lost bell?\n"
    (story,) = stories(text).values()
    assert "lost bell" not in story.model_dump_json()
    assert any("lost bell" in one.text for one in read_pasted(text).unread)


@given(
    st.lists(
        st.sampled_from(
            [
                "## UC-1 Pay", "**ID:** UC-2", "Main flow", "### Main flow", "1. The clerk pays.",
                "Extensions:", "#### 2a No money", "2a1. The clerk leaves.", "| ID | UC-3 |",
                "| --- | --- |", "| Actor | Clerk |", "| Basic flow | 1. Go<br>2. Stay |", "",
                "**Exceptions**", "- E1 Power fails", "Actors: x", "# Chapter", "Text.",
            ]
        ),
        max_size=24,
    )
)  # fmt: skip
def test_any_order_of_parts_is_read_whole(
    sound: Callable[[Reading], None], lines: list[str]
) -> None:
    sound(read_pasted("\n".join(["Clerk", *lines])))


@pytest.mark.long
def test_a_long_specification_is_read_in_linear_time() -> None:
    one = TABLE.partition("\n\n## 4.1")[2].partition("# 5 Bar")[0]

    def seconds(times: int) -> float:
        text = "# 4 Office\n\n" + "".join(
            f"## 4.{n} " + one.replace("UC-07", f"UC-{n}") for n in range(times)
        )
        begin = time.perf_counter()
        found: tuple[Epic, ...] = read_pasted(text).epics
        assert len(found[0].stories) == times
        return time.perf_counter() - begin

    seconds(10)
    assert seconds(200) < 12 * seconds(40)
