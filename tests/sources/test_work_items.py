"""Azure DevOps' CSV export of work items: a flat query and a tree, with its HTML and paths."""

from __future__ import annotations

import pytest
from file_writers import delimited

from assistant.sources.files.files import read_file
from assistant.sources.grids.issues import Issue
from assistant.sources.reading import Reading


def exported(*rows: tuple[str, ...]) -> Reading:
    return read_file("query.csv", b"\xef\xbb\xbf" + delimited(rows))


def told(reading: Reading) -> list[tuple[str, str, list[tuple[str, str, list[str]]]]]:
    """Keys and titles of epics and stories, with the criteria."""
    return [
        (e.key, e.title, [(s.key, s.title, [c.text for c in s.criteria]) for s in e.stories])
        for e in reading.epics
    ]


TREE = (
    "ID", "Work Item Type", "Title 1", "Title 2", "Title 3", "State", "Area Path",
    "Iteration Path", "Tags", "Description", "Acceptance Criteria",
)  # fmt: skip


def test_a_tree_of_titles_tells_what_belongs_to_which_epic() -> None:
    reading = exported(
        TREE,
        ("1", "Epic", "Lending", "", "", "Active", "Town\\Library", "Town\\Release 7", "7; UAT",
         "<div>Books &amp; more.</div>", ""),
        ("2", "Feature", "", "Loans", "", "Active", "Town\\Library", "Town\\Release 7", "", "", ""),
        ("3", "User Story", "", "", "Lend a book", "Active", "Town\\Library",
         "Town\\Release 7\\Sprint 2", "desk;7", "<div>As a <b>librarian</b> I want to lend.</div>",
         "<div><ul><li>At most 10 books</li><li>Not for minors</li></ul></div>"),
        ("4", "Epic", "Fees", "", "", "New", "Town", "Town", "", "", ""),
        ("5", "User Story", "", "Charge", "", "New", "Town\\Cash", "Town", "",
         "", "<div><table><tr><th>Days</th><th>Fee</th></tr><tr><td>1</td><td>2.00</td></tr>"
         "<tr><td>8</td><td>5.00</td></tr></table></div>"),
    )  # fmt: skip
    assert told(reading) == [
        ("1", "Lending", [("3", "Lend a book", ["At most 10 books", "Not for minors"])]),
        ("4", "Fees", [("5", "Charge", ["Days: 1; Fee: 2.00", "Days: 8; Fee: 5.00"])]),
    ]  # fmt: skip
    lending, fees = reading.epics
    assert lending.description == "Books & more.\n\n## 2 Loans"
    assert (lending.release, lending.team, lending.labels) == ("Release 7", "Library", ("7", "UAT"))
    (story,) = lending.stories
    assert (story.release, story.sprint, story.labels) == ("Release 7", "Sprint 2", ("desk", "7"))
    assert "**librarian**" in story.narrative
    assert (fees.release, fees.team, fees.stories[0].team) == ("", "Town", "Cash")
    headings = [line for line in reading.document.text.split("\n") if line.startswith("#")]
    assert headings.index("# 4 Fees") > headings.index("## 3 Lend a book")


def test_removed_items_and_bugs_are_no_stories_and_a_feature_with_criteria_is_one() -> None:
    reading = exported(
        TREE,
        ("1", "Epic", "Lending", "", "", "Active", "Town", "Town", "", "", ""),
        ("2", "User Story", "", "Lend", "", "Active", "Town", "Town", "", "", "<p>At most 5.</p>"),
        ("3", "User Story", "", "Haggle", "", "Removed", "Town", "Town", "", "", "<p>80 %.</p>"),
        ("4", "Bug", "", "It hangs", "", "New", "Town", "Town", "", "<p>With 6 lines.</p>", ""),
        ("5", "Feature", "", "Loans", "", "New", "Town", "Town", "", "", "<p>At most 3.</p>"),
        ("6", "User Story", "", "", "Renew", "New", "Town", "Town", "", "", "<p>Once.</p>"),
    )
    stories = [("2", "Lend", ["At most 5."]), ("5", "Loans", ["At most 3."]),
               ("6", "Renew", ["Once."])]  # fmt: skip
    assert told(reading) == [("1", "Lending", stories)]
    assert "Withdrawn, left out: 3 Haggle (Removed)." in reading.notes
    assert not any("No acceptance criterion" in note for note in reading.notes_with_gaps)
    assert "| 4 | It hangs | New | With 6 lines. |" in reading.document.text


def test_only_the_first_removed_items_are_named() -> None:
    removed = [(str(n), "User Story", "", f"S{n}", "", "Removed", "", "", "", "", "")
               for n in range(3, 15)]  # fmt: skip
    reading = exported(
        TREE,
        ("1", "Epic", "Lending", "", "", "Active", "", "", "", "", ""),
        ("2", "User Story", "", "Lend", "", "Active", "", "", "", "", "<p>At most 5.</p>"),
        *removed,
    )
    (note,) = (note for note in reading.notes if note.startswith("Withdrawn"))
    assert note.endswith("6 S6 (Removed), 7 S7 (Removed) and 7 others.")
    assert [key for _, _, stories in told(reading) for key, *_ in stories] == ["2"]


def test_items_are_not_compared_with_each_other(monkeypatch: pytest.MonkeyPatch) -> None:
    compared = list[object]()

    def equal(one: Issue, other: object) -> bool:
        compared.append(other)
        return one is other

    monkeypatch.setattr(Issue, "__eq__", equal)
    kinds = (("Bug", "New"), ("User Story", "New"), ("User Story", "Removed"), ("Feature", "New"))
    rows = [(str(n), *("Epic", "E"), *("", ""), "New", *[""] * 5) if n % 50 == 0 else
            (str(n), kinds[n % 4][0], "", f"T{n}", "", kinds[n % 4][1], *[""] * 5)
            for n in range(200)]  # fmt: skip
    rows += [(f"{n}a", "User Story", "", "", f"U{n}", "New", *[""] * 5) for n in range(200)]
    reading = exported(TREE, *rows)
    assert len(reading.epics) >= 4
    assert len(compared) < len(rows)


@pytest.mark.parametrize(
    ("path", "names"),
    [
        ("Town\\R7\\R7.3 Barcarolle", ("R7.3 Barcarolle", "")),
        ("Town\\R7\\R7.3\\Sprint 2", ("R7.3", "Sprint 2")),
        ("Town\\R7\\R70", ("R7", "R70")),
    ],
)
def test_the_deepest_iteration_that_goes_on_with_the_releases_name_is_the_release(
    path: str, names: tuple[str, str]
) -> None:
    reading = exported(
        ("ID", "Work Item Type", "Title", "Iteration Path", "Acceptance Criteria"),
        ("3", "User Story", "Lend", path, "<ul><li>One</li></ul>"),
    )
    ((story,),) = (epic.stories for epic in reading.epics)
    assert (story.release, story.sprint) == names


def test_a_flat_query_names_parents_by_their_ids() -> None:
    header = ("ID", "Work Item Type", "Title", "Parent", "Acceptance Criteria")
    reading = exported(
        header,
        ("3", "User Story", "Lend", "2", "<ul><li>One</li><li>Two</li></ul>"),
        ("2", "Feature", "Loans", "1", ""),
        ("9", "Product Backlog Item", "Sort", "8", "<ul><li>By size</li><li>By age</li></ul>"),
        ("8", "Feature", "Shelves", "77", ""),
    )  # fmt: skip
    assert told(reading) == [
        ("2", "Loans", [("3", "Lend", ["One", "Two"])]),
        ("8", "Shelves", [("9", "Sort", ["By size", "By age"])]),
    ]  # fmt: skip


def test_test_cases_with_their_steps_stay_cases() -> None:
    reading = exported(
        ("ID", "Work Item Type", "Title", "Test Step", "Step Action", "Step Expected"),
        ("7", "Test Case", "Sign in", "", "", ""),
        ("", "", "", "1", "Open", "Shown"),
    )
    assert [(case.id, case.title) for case in reading.cases] == [("7", "Sign in")]
    assert reading.epics == ()


def test_what_other_columns_say_is_kept_as_remarks_on_the_item() -> None:
    reading = exported(
        ("ID", "Work Item Type", "Title", "State", "Assigned To", "Acceptance Criteria",
         "Discussion"),
        ("3", "User Story", "Lend a book", "Active", "Ann Lee <ann@town.example>",
         "At most 10 books",
         "Ann 24/06: since yesterday it is 12 books, for all cards."),
        ("4", "User Story", "Bring a book", "Active", "Ann Lee", "It is booked", "ok"),
    )  # fmt: skip
    assert [c.text for epic in reading.epics for c in epic.criteria] == [
        "At most 10 books", "It is booked",
    ]  # fmt: skip
    _, behind = reading.document.text.split("# Comments on 3 Lend a book")
    assert "since yesterday it is 12 books" in behind
    assert "Ann Lee" not in behind
    assert [one.label for one in reading.places] == ["comment by column Discussion"]
