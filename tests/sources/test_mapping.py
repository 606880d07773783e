"""A mapping of unknown columns: suggested, corrected, saved, applied again."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from file_writers import delimited

from assistant.errors import SourceError
from assistant.sources.files.files import read_file, tables_of
from assistant.sources.grids.mapping import ColumnMapping, guess_holds, suggest_mapping
from assistant.sources.reading import Reading

HEADERS = ["Nr.", "Prüfling", "Was zu tun ist", "Soll", "Wichtigkeit", "Bezug", "Notiz"]
ROWS = [
    ["TF-1", "Plan verlängern gratis", "Open the plan", "The plan is shown", "hoch", "CC-12", ""],
    ["TF-1", "Plan verlängern gratis", "Enter 14 days", "The date is saved", "hoch", "CC-12", "x"],
    ["TF-2", "Plan beenden im Portal", "Click End", "An error is shown", "niedrig", "CC-13", ""],
]  # fmt: skip


def read(mapping: ColumnMapping, headers: Sequence[str], rows: Sequence[Sequence[str]]) -> Reading:
    """The table as it is read where a project has saved ``mapping``."""
    return read_file("table.csv", delimited([headers, *rows], ";"), mappings=[mapping])


def test_columns_are_found_by_header_and_by_content() -> None:
    mapping = suggest_mapping(HEADERS, ROWS)
    assert {column.header: column.field for column in mapping.columns} == {
        "Nr.": "id", "Prüfling": "title", "Was zu tun ist": "step_action",
        "Soll": "step_expected", "Wichtigkeit": "priority", "Bezug": "story", "Notiz": "ignore",
    }  # fmt: skip
    by_header = {column.header: column for column in mapping.columns}
    assert by_header["Soll"].reason == "by its content: 3 of 3 cells"
    assert by_header["Was zu tun ist"].sample == "Open the plan"
    assert mapping.problems == ()


def test_applied_mapping_gives_cases() -> None:
    reading = read(suggest_mapping(HEADERS, ROWS), HEADERS, ROWS)
    cases = reading.cases
    assert [(c.id, len(c.steps), c.priority, c.story_key) for c in cases] == [
        ("TF-1", 2, "High", "CC-12"), ("TF-2", 1, "Low", "CC-13"),
    ]  # fmt: skip
    assert cases[0].steps[1].expected_result == "The date is saved"
    assert reading.unread == ()


def test_a_person_corrects_saves_and_applies_again() -> None:
    mapping = suggest_mapping(HEADERS, ROWS).with_field(6, "labels").with_field(4, "ignore")
    assert mapping.columns[6].reason == "set by a person"
    saved = ColumnMapping.model_validate_json(mapping.model_dump_json())
    assert saved == mapping
    cases = read(saved, HEADERS, ROWS).cases
    assert cases[0].labels == ("x",)
    assert cases[0].priority == "Medium"


def test_known_headers_need_no_guess() -> None:
    headers = ["Test Case ID", "Title", "Test Step", "Expected Result", "Colour"]
    mapping = suggest_mapping(headers, [["T-1", "x", "y", "z", "red"]])
    assert [column.field for column in mapping.columns] == [
        "id", "title", "step_action", "step_expected", "ignore",
    ]  # fmt: skip
    assert mapping.columns[0].reason == "by its header"


def test_what_cannot_be_applied_says_why() -> None:
    mapping = suggest_mapping(["A", "B"], [["1", "2"]])
    assert len(mapping.problems) == 2
    good = suggest_mapping(HEADERS, ROWS)
    with pytest.raises(SourceError, match="no column 9"):
        good.with_field(8, "title")


def test_a_file_is_read_under_a_saved_mapping() -> None:
    data = "\n".join(";".join(row) for row in [HEADERS, *ROWS]).encode()
    assert read_file("tests.csv", data).cases == ()
    [grid] = tables_of("tests.csv", data)
    mapping = suggest_mapping(grid.header, grid.rows)
    reading = read_file("tests.csv", data, mappings=[mapping])
    assert [case.id for case in reading.cases] == ["TF-1", "TF-2"]
    assert reading.document.kind == "test_cases"
    assert tables_of("a.md", b"# words") == ()


STEP_HEADERS = ["Key", "What", "Step 1", "Result 1", "Step 2", "Result 2", "Ticket"]
STEP_ROWS = [
    ["T-1", "Pay a fee today", "Open", "Shown", "Pay", "Paid", "CC-12"],
    ["T-2", "Quit the portal now", "Open", "", "Quit", "Gone", "CC-12"],
]


def test_a_column_for_each_step_is_seen_saved_and_applied() -> None:
    mapping = suggest_mapping(STEP_HEADERS, STEP_ROWS)
    assert [column.field for column in mapping.columns] == [
        "id", "title", "step_action", "step_expected", "step_action", "step_expected", "story",
    ]  # fmt: skip
    assert mapping.columns[2].reason == "by its header"
    assert mapping.columns[6].reason == "by its header and its cells"
    saved = ColumnMapping.model_validate_json(mapping.with_field(3, "ignore").model_dump_json())
    cases = read(saved, STEP_HEADERS, STEP_ROWS).cases
    assert [[(s.action, s.expected_result) for s in case.steps] for case in cases] == [
        [("Open", ""), ("Pay", "Paid")], [("Open", ""), ("Quit", "Gone")],
    ]  # fmt: skip
    turned = [row[::-1] for row in STEP_ROWS]
    assert read(saved, STEP_HEADERS[::-1], turned).cases == cases


def test_what_cases_share_is_not_suggested_as_their_id() -> None:
    rows = [["S-1", "Pay a fee today", "Click Pay"], ["S-1", "Quit the portal now", "Click Quit"]]
    mapping = suggest_mapping(["Set", "Summary", "Steps"], rows)
    assert [column.field for column in mapping.columns] == ["ignore", "title", "step_action"]
    own = [["S-1", *rows[0][1:]], ["S-2", *rows[1][1:]]]
    assert suggest_mapping(["Set", "Summary", "Steps"], own).columns[0].field == "id"


# --- User stories -------------------------------------------------------------------------------

STORY_HEADERS = ["What we want", "Why", "Done if", "Ref", "Wave"]
STORIES = [
    ["As a customer I want to cancel in the portal.", "Calls cost money",
     "1. Within 14 days no fee is charged.\n2. After 14 days a fee of 30 EUR is charged.",
     "P-1", "R5"],
    ["As an agent I want to see the reason.", "Agents ask for it",
     "- The reason is shown.\n- It is in English.", "P-2", "R6"],
]  # fmt: skip


def stories_of(reading: Reading) -> list[tuple[str, str, list[str]]]:
    """Key, narrative and criteria of each story."""
    return [
        (story.key, story.narrative, [criterion.text for criterion in story.criteria])
        for epic in reading.epics
        for story in epic.stories
    ]


def story_mapping() -> ColumnMapping:
    """The suggestion for the stories, their release told by a person."""
    return suggest_mapping(STORY_HEADERS, STORIES, "stories").with_field(4, "release")


def test_stories_under_a_company_s_headers_are_asked_for() -> None:
    reading = read_file("stories.csv", delimited([STORY_HEADERS, *STORIES], ";"))
    assert (reading.epics, reading.columns) == ((), "unsure")
    [grid] = tables_of("stories.csv", delimited([STORY_HEADERS, *STORIES], ";"))
    assert guess_holds(grid) == "stories"
    mapping = suggest_mapping(grid.header, grid.rows, "stories")
    assert [(column.field, column.is_guess) for column in mapping.columns] == [
        ("narrative", True), ("benefit", False), ("criteria", True), ("key", False),
        ("ignore", False),
    ]  # fmt: skip
    assert mapping.problems == ()


def test_a_table_is_read_as_stories_as_those_of_known_headers_are() -> None:
    reading = read(story_mapping(), STORY_HEADERS, STORIES)
    known = ["User story", "Details", "Acceptance criteria", "Story key", "Release"]
    as_known = read_file("known.csv", delimited([known, *STORIES], ";"))
    assert stories_of(reading) == stories_of(as_known)
    assert stories_of(reading)[0] == (
        "P-1", "As a customer I want to cancel in the portal.\n\nCalls cost money",
        ["Within 14 days no fee is charged.", "After 14 days a fee of 30 EUR is charged."],
    )  # fmt: skip
    assert [s.release for epic in reading.epics for s in epic.stories] == ["R5", "R6"]
    assert (reading.document.kind, reading.columns) == ("epic", "known")


def test_what_keeps_columns_from_being_stories_is_said() -> None:
    mapping = story_mapping()
    assert mapping.with_field(4, "key").problems == (
        "2 columns hold the key of a story. Choose one.",
    )
    assert mapping.with_field(0, "ignore").problems == (
        "No column holds the title or the words of a story. Choose one.",
    )


def test_what_was_read_as_cases_or_stories_can_be_said_to_be_something_else() -> None:
    headers = ["ID", "Title", "Steps", "Expected result"]
    rows = [["A-1", "Cancel", "1. In time\n2. Too late", "No fee"], ["A-2", "Pay", "x", "Paid"]]
    assert len(read_file("t.csv", delimited([headers, *rows], ";")).cases) == 2
    mapping = suggest_mapping(headers, rows, "stories").with_field(2, "criteria")
    reading = read(mapping, headers, rows)
    assert reading.cases == ()
    assert [(key, said) for key, _, said in stories_of(reading)] == [
        ("A-1", ["In time", "Too late"]), ("A-2", ["x"]),
    ]  # fmt: skip
    facts = read(suggest_mapping(headers, rows, "facts"), headers, rows)
    assert (facts.cases, facts.epics, facts.document.kind) == ((), (), "table")
    assert "| A-1 | Cancel |" in facts.document.text


def test_facts_are_known_by_all_their_headers() -> None:
    headers = ["ID", "Title", "Steps", "Expected result"]
    facts = suggest_mapping(headers[:2], [], "facts")
    rows = [["A-1", "Cancel", "Open", "Shown"], ["A-2", "Pay", "Open", "Paid"]]
    assert len(read(facts, headers, rows).cases) == 2, "another table with these columns in it"
    whole = suggest_mapping(headers[::-1], [], "facts")
    assert read(whole, headers, rows).cases == (), "their order does not matter"


@pytest.mark.parametrize(
    "more",
    [
        ["Steps", "Expected result"],  # test cases
        ["Work Item Type", "Acceptance Criteria", "Parent"],  # a tracker's export
        ["Value"],
    ],
)
def test_stories_are_known_by_all_their_headers(more: list[str]) -> None:
    headers = ["ID", "Title", "Description"]
    row = ["P-1", "Book a boat", "Members book a boat"]
    stories = suggest_mapping(headers, [row], "stories").with_field(2, "narrative")
    assert stories_of(read(stories, headers[::-1], [row[::-1]]))[0][0] == "P-1"
    wide = [*headers, *more], [[*row, *("User Story" for _ in more)]]
    bare = read_file("table.csv", delimited([wide[0], *wide[1]], ";"))
    mapped = read(stories, *wide)
    assert (mapped.document.text, mapped.cases) == (bare.document.text, bare.cases)
    assert mapped.notes == bare.notes


def test_columns_that_a_mapping_does_not_know_are_named_as_not_used() -> None:
    headers, rows = [*HEADERS, "Rule"], [[*row, "Members only"] for row in ROWS]
    reading = read(suggest_mapping(HEADERS, ROWS), headers, rows)
    assert len(reading.cases) == 2
    assert "Columns not used: Notiz, Rule." in reading.notes


def test_requirements_that_are_said_to_be_facts_stay_a_table() -> None:
    headers = ["ID", "Title", "Type"]
    rows = [["R-1", "Members only", "Requirement"], ["R-2", "Three boats", "Requirement"]]
    assert read_file("t.csv", delimited([headers, *rows], ";")).document.kind == "rules"
    document = read(suggest_mapping(headers, rows, "facts"), headers, rows).document
    assert document.kind == "table"
    assert "| R-1 | Members only | Requirement |" in document.text


def test_columns_made_for_a_table_come_before_those_that_fit_it_too() -> None:
    cases = suggest_mapping(HEADERS[:6], [row[:6] for row in ROWS])
    facts = suggest_mapping(HEADERS, ROWS, "facts")
    data = delimited([HEADERS, *ROWS], ";")
    assert read_file("t.csv", data, mappings=[cases]).cases
    assert not read_file("t.csv", data, mappings=[cases, facts]).cases


def test_stories_whose_criteria_stand_in_an_unknown_column_are_asked_for() -> None:
    headers = ["Key", "User story", "Done if"]
    rows = [[row[3], row[0], "1. It is free.\n2. It is quick."] for row in STORIES]
    assert read_file("t.csv", delimited([headers, *rows], ";")).columns == "unsure"
    known = delimited([[*headers[:2], "Acceptance criteria"], *rows], ";")
    assert read_file("t.csv", known).columns == "known"


@pytest.mark.parametrize("known", ["Step", "Expected result"])
def test_cases_without_actions_or_results_beside_unused_sentences_are_asked_for(known: str) -> None:
    headers = ["ID", "Title", "Precondition", known, "Wirkung"]
    words = ["Der Antrag steht in der Liste", "Die Frist ist neu gezählt"]
    rows = [[f"T-{n}", f"Case {n}", "Signed in", f"do {n}", word] for n, word in enumerate(words)]
    assert read_file("t.csv", delimited([headers, *rows], ";")).columns == "unsure"
    used = [[*row[:-1], f"day {n}"] for n, row in enumerate(rows)]  # not words that could be steps
    assert read_file("t.csv", delimited([headers, *used], ";")).columns == "known"
    whole = [*headers[:3], "Step", "Expected result", "Wirkung"]
    both = [[*row[:4], "seen", row[4]] for row in rows]
    assert read_file("t.csv", delimited([whole, *both], ";")).columns == "known"
