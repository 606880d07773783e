"""Boards of monday.com: groups, items, subitems and updates of a workbook."""

from __future__ import annotations

from collections.abc import Sequence

from file_writers import workbook

from assistant.sources.files.batches import read_files
from assistant.sources.reading import Reading

HEADER = ("Name", "Subitems", "Owner", "Status", "Story ID", "Epic", "Story / acceptance",
          "Item ID (auto generated)")  # fmt: skip
NARRATIVE = "As a keeper I want to book a hide so that I see the owls."


def board(*rows: Sequence[str], updates: Sequence[Sequence[str]] = ()) -> Reading:
    """The one document of a board whose first group is "Release 2.1"."""
    above = [("Hides and owls",), ("Backlog of the rangers",), (), ("Release 2.1",)]
    sheets = {"hides": [*above, HEADER, *rows]}
    if updates:
        header = ("Item ID", "Item Name", "User", "Created At", "Update Content")
        sheets["updates"] = [("Hides and owls",), header, *updates]
    (outcome,) = read_files("hides.xlsx", workbook(sheets))
    assert outcome.reading is not None, outcome.error
    return outcome.reading


def item(name: str, key: str, words: str = NARRATIVE, *, number: str = "901") -> tuple[str, ...]:
    """An item of the epic "Hides"."""
    return (name, "", "Ida", "Working on it", key, "Hides", words, number)


BELOW = ("Subitems", "Name", "Owner", "Status", "Note")


def criteria(found: Reading) -> dict[str, list[str]]:
    """The criteria of each story."""
    return {story.key: [one.text for one in story.criteria]
            for epic in found.epics for story in epic.stories}  # fmt: skip


def test_items_are_stories_of_their_epic_and_groups_are_releases() -> None:
    found = board(
        item("Book a hide", "OWL-1", f"{NARRATIVE}\n- A hide has four seats."),
        ("", "", "", "", "", "", "", ""),
        ("Release 2.2",),
        HEADER,
        item("Leave a hide", "OWL-2", f"{NARRATIVE}\n- The key goes into the box."),
    )
    (epic,) = found.epics
    assert epic.title == "Hides"
    assert [(one.key, one.title, one.release) for one in epic.stories] == [
        ("OWL-1", "Book a hide", "Release 2.1"),
        ("OWL-2", "Leave a hide", "Release 2.2"),
    ]
    assert criteria(found) == {
        "OWL-1": ["A hide has four seats."], "OWL-2": ["The key goes into the box."],
    }  # fmt: skip


def test_subitems_are_criteria_of_an_item_that_has_no_others() -> None:
    found = board(
        item("Book a hide", "OWL-1"),
        BELOW,
        ("", "At most four people", "Ida", "Done", ""),
        ("", "The warden gets a mail", "Ida", "Done", "mail box of the test system"),
        ("", "A lamp is lent", "Ida", "Cancelled", ""),
        item("Leave a hide", "OWL-2", f"{NARRATIVE}\n- The key goes into the box."),
        BELOW,
        ("", "Write the mail", "Ida", "Done", ""),
    )
    first, second = criteria(found).values()
    assert [one.splitlines()[0] for one in first] == [
        "At most four people",
        "The warden gets a mail",
    ]
    assert first[1].splitlines()[1:] == ["  mail box of the test system"]
    assert second == ["The key goes into the box."]
    notes = " ".join(found.notes)
    assert "Subitems were read as acceptance criteria where an item has no others: OWL-1." in notes
    assert "left out: Subitems (OWL-2)" in notes


def test_updates_stand_at_their_item() -> None:
    found = board(
        item("Book a hide", "OWL-1", f"{NARRATIVE}\n- A hide has four seats.", number="901"),
        BELOW,
        updates=[
            ("901", "Book a hide", "Ida", "25/August/2026  09:12:31 AM", "Hide 7 has two seats."),
            ("999", "Something else", "Ida", "25/August/2026  09:12:31 AM", "Not of this board."),
        ],
    )
    assert "Hide 7 has two seats." in found.document.text
    assert "2026-08-25" in found.document.text
    assert "Not of this board." not in found.document.text


def test_a_table_whose_first_column_is_a_name_is_no_board() -> None:
    rows = [("Name", "Owner", "Seats"), ("Hide 7", "Ida", "2"), ("Hide 8", "Ole", "4")]
    (outcome,) = read_files("hides.xlsx", workbook(rows))
    assert outcome.reading is not None
    assert not outcome.reading.epics
    assert "| Hide 7 | Ida | 2 |" in outcome.reading.document.text


def test_an_item_may_have_a_name_alone_and_a_sheet_beside_the_board_is_a_table() -> None:
    first = item("Book a hide", "OWL-1", f"{NARRATIVE}\n- A hide has four seats.")
    last = item("Leave a hide", "OWL-2", f"{NARRATIVE}\n- The key goes into the box.")
    data = workbook({
        "Sheet": [("Hides",), ("Release 2.1",), HEADER, first, BELOW, ("Feed the owls",), last],
        "Limits": [("Key", "Value"), ("SEATS", "8 is the limit")],
    })  # fmt: skip
    found = [one.reading for one in read_files("hides.xlsx", data) if one.reading]
    stories = [story for one in found for epic in one.epics for story in epic.stories]
    assert [(one.key, one.release) for one in stories] == [
        ("OWL-1", "Release 2.1"), ("OWL-2", "Release 2.1"),
    ]  # fmt: skip
    text = "\n".join(one.document.text for one in found)
    assert "Feed the owls" in text
    assert "8 is the limit" in text


def test_a_table_of_names_with_its_header_again_is_read_whatever_its_case() -> None:
    (outcome,) = read_files("x.csv", b"NAME,seats\nHide 7,2\nNAME,seats\nHide 8,4\n")
    assert outcome.reading is not None, outcome.error
    assert "| Hide 8 | 4 |" in outcome.reading.document.text
