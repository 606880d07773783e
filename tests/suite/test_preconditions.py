"""Each precondition once, word for word, with its cases; what is to be set up comes first."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable

from hypothesis import given
from hypothesis import strategies as st

from assistant.domain import TestCase
from assistant.suite.export import preconditions_csv
from assistant.suite.export.csv_file import encodable, restore
from assistant.suite.preconditions import SET_UP, Precondition, preconditions


def case(name: str, *lines: str, criteria: tuple[str, ...] = ()) -> TestCase:
    return TestCase(id=name, title=f"Title {name}", preconditions=lines, criterion_ids=criteria)


def told(rows: Iterable[Precondition]) -> list[tuple[bool, str, str]]:
    return [(row.to_set_up, row.text, " ".join(c.id for c in row.cases)) for row in rows]


def read(data: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(data.decode("utf-8-sig"), newline=""), strict=True))


def test_what_is_to_be_set_up_comes_first_and_then_what_most_cases_need() -> None:
    rows = preconditions(
        [
            case("A", "Day: 12 May", "To be set up: contract of Ann, rent 640.00."),
            case("B", "Contract C-1, active", "Day:  12 May"),
            case("C", "to be set up : a booking\nof Bea", "Day: 13 May", "Day: 12 May"),
        ]
    )
    assert told(rows) == [
        (True, "contract of Ann, rent 640.00.", "A"),
        (True, "a booking\nof Bea", "C"),
        (False, "Day: 12 May", "A B C"),
        (False, "Contract C-1, active", "B"),
        (False, "Day: 13 May", "C"),
    ]


def test_a_record_that_two_cases_need_in_the_same_words_is_one_line_with_both() -> None:
    rows = preconditions(
        [
            case("A", "To be set up: a contract", "To be set up: a contract", criteria=("R-1",)),
            case("B", "To be set up:  a\tcontract", criteria=("R-2", "R-1")),
            case("C", "To be set up: a Contract"),
        ]
    )
    assert told(rows) == [(True, "a contract", "A B"), (True, "a Contract", "C")]
    assert rows[0].criterion_ids == ("R-1", "R-2")


def test_words_between_the_mark_and_its_colon_are_kept() -> None:
    """When it has to be made belongs to the record."""
    line = "To be set up on 27 April, before the nightly job: a rental"
    (row,) = preconditions([case("A", line)])
    assert (row.to_set_up, row.text) == (True, line)


def test_other_ways_to_say_that_something_is_missing_are_listed_among_the_others() -> None:
    lines = ("An account has to be set up", "To be set upright: the tank", "  ", "")
    rows = preconditions([case("A", *lines)])
    assert told(rows) == [(False, lines[0], "A"), (False, lines[1], "A")]
    assert told(preconditions([case("A", "To be set up:")])) == [(True, "To be set up:", "A")]
    assert preconditions([case("A"), case("B", " ")]) == ()


TEXTS = st.one_of(
    st.text(max_size=12),
    st.builds(lambda mark, text: f"{mark}{text}", st.sampled_from([SET_UP, f"{SET_UP}:", "=", " "]),
              st.text(max_size=8)),
)  # fmt: skip


@given(st.lists(st.lists(TEXTS, max_size=4), max_size=5))
def test_no_precondition_is_lost_changed_or_told_twice(given_lines: list[list[str]]) -> None:
    cases = [case(f"T-{number}", *lines) for number, lines in enumerate(given_lines)]
    rows = preconditions(cases)
    for one in cases:
        for line in filter(str.strip, one.preconditions):
            words = " ".join(line.split())
            mine = [" ".join(row.text.split()) for row in rows if one in row.cases]
            assert any(words.endswith(text) for text in mine)
    verbatim = [line.strip() for one in cases for line in one.preconditions]
    for row in rows:
        assert any(line.endswith(row.text) for line in verbatim)
        assert len({one.id for one in row.cases}) == len(row.cases) > 0
    keys = [(row.to_set_up, " ".join(row.text.split())) for row in rows]
    assert len(set(keys)) == len(keys)
    assert keys == sorted(keys, key=lambda key: not key[0])
    header, *cells = read(preconditions_csv(cases))
    assert header == [
        "To be set up", "Precondition", "Number of cases", "Cases", "Criteria",
        "Named by several cases",
    ]  # fmt: skip
    assert [restore(row[1]) for row in cells] == [encodable(row.text) for row in rows]
    assert [row[0] for row in cells] == ["yes" if row.to_set_up else "" for row in rows]


def test_the_file_opens_in_a_spreadsheet_and_runs_no_formula() -> None:
    hostile = TestCase(
        id="=1+1", title="x", preconditions=('To be set up: =HYPERLINK("http://evil.example")',)
    )
    data = preconditions_csv([hostile, case("B", "Zürich is open", criteria=("R",))])
    assert data.startswith(b"\xef\xbb\xbf")
    assert read(data)[1:] == [
        ["yes", '\'=HYPERLINK("http://evil.example")', "1", "'=1+1 x", "", ""],
        ["", "Zürich is open", "1", "B Title B", "R", ""],
    ]


def test_no_cell_is_longer_than_excel_can_show() -> None:
    many = [
        case(f"T-{number:04}", "Day: 12 May", criteria=(f"R-{number:04}" * 4,))
        for number in range(3_000)
    ]
    (row,) = read(preconditions_csv(many))[1:]
    assert row[2] == "3000"
    for cell, between in ((row[3], "\n"), (row[4], ", ")):
        assert 32_000 < len(cell) <= 32_767
        *listed, more = cell.split(between)
        assert more == f"and {3_000 - len(listed)} more"
        assert listed[-1].startswith(("T-", "R-"))


def test_a_precondition_longer_than_a_cell_of_excel_says_how_much_more_there_is() -> None:
    for text in ("y" * 40_000, "=" + "😀" * 40_000, "z" * 32_767):
        ((_, cell, *_),) = read(preconditions_csv([case("A", text)]))[1:]
        assert 32_700 < len(cell.encode("utf-16-le")) // 2 <= 32_767
        held, _, more = restore(cell).partition(" and ")
        assert text.startswith(held)
        assert more == f"{len(text) - len(held)} more characters"
