"""What an export holds comes back from an import as it was: every profile, every naughty string."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Sequence
from datetime import date, timedelta
from pathlib import Path

import pytest

from assistant.domain import CaseTemplate, TestCase, TestStep
from assistant.sources.files.clean import clean_text
from assistant.sources.files.files import read_file
from assistant.sources.reading import Reading
from assistant.suite.export import (
    EXPORT_PROFILES,
    ProfileName,
    losses,
    write_csv,
    write_xlsx,
)
from assistant.suite.template import DEFAULT_TEMPLATE, READY_TEMPLATES

PROFILES: list[ProfileName] = list(EXPORT_PROFILES)
LINE_SIGNS = ("\u2028", "\u2029", "\x85", "\x0b", "\x0c")
"""What Python's ``splitlines`` ends a line at, and RFC 4180 does not."""


def naughty(shared_dir: Path) -> list[str]:
    """Strings that no one here wrote, with the line signs; blank ones are no text of a case."""
    folder = shared_dir / "hostile"
    texts: list[str] = json.loads((folder / "blns" / "blns.json").read_text("utf-8"))
    payloads = (folder / "csv-injection" / "payloads.txt").read_text("utf-8")
    texts += payloads.split("\n")
    texts += [f"one{sign}two" for sign in LINE_SIGNS]
    return [text for text in dict.fromkeys(texts) if as_read(text)]


def as_read(text: str) -> str:
    """A cell as an import cleans it: harmless, and without white space around it."""
    return clean_text(text).text.strip()


def case_of(number: int, text: str) -> TestCase:
    """A case with ``text`` in every field that a person writes; a list has a line each."""
    lines = tuple(text.split("\n"))
    step = TestStep(number=1, action=text, test_data=text, expected_result=text)
    return TestCase(
        id=f"T-{number}", title=text, objective="What it is for", preconditions=lines,
        postconditions=lines, steps=(step,),
        test_date=date(2027, 2, 1) + timedelta(number) if number % 3 else None,
    )  # fmt: skip


def fields(case: TestCase) -> dict[str, object]:
    """What a person wrote in a case."""
    names = {"id", "title", "objective", "test_date", "preconditions", "postconditions"}
    steps = [(step.action, step.test_data, step.expected_result) for step in case.steps]
    return {**case.model_dump(include=names), "steps": steps}


def read_back(form: str, cases: Sequence[TestCase]) -> Reading:
    """What an import makes of the default template's file of these cases."""
    if form == "xlsx":
        return read_file("cases.xlsx", write_xlsx(DEFAULT_TEMPLATE, cases, sources={}))
    profile: ProfileName = "excel" if form == "excel" else "import"
    data = write_csv(DEFAULT_TEMPLATE, cases, profile=profile, sources={})
    return read_file("cases.csv", data)


@pytest.mark.parametrize("form", [*PROFILES, "xlsx"])
def test_each_case_comes_back_with_its_test_date_or_none(form: str) -> None:
    cases = [case_of(number, "Pay") for number in range(4)]
    assert [bool(one.test_date) for one in cases] == [False, True, True, False]
    assert [one.test_date for one in read_back(form, cases).cases] == [
        one.test_date for one in cases
    ]


@pytest.mark.long
@pytest.mark.parametrize("form", [*PROFILES, "xlsx"])
def test_every_naughty_string_comes_back_in_every_field(form: str, shared_dir: Path) -> None:
    texts = naughty(shared_dir)
    assert len(texts) > 520
    cases = [case_of(number, text) for number, text in enumerate(texts)]
    reading = read_back(form, cases)
    wanted = [fields(case_of(number, as_read(text))) for number, text in enumerate(texts)]
    assert len(reading.cases) == len(wanted)
    read = [fields(case) for case in reading.cases]
    assert [pair for pair in zip(read, wanted, strict=True) if pair[0] != pair[1]] == []
    assert not reading.unread


def as_written(text: str) -> str:
    """What a file in UTF-8 can hold of a text: a lone half of a character is marked."""
    return text.encode("utf-8", "replace").decode("utf-8").replace("\0", "\ufffd")


@pytest.mark.parametrize("template", READY_TEMPLATES, ids=lambda one: one.name)
def test_every_naughty_string_stands_whole_in_the_file_for_a_tool(
    template: CaseTemplate, shared_dir: Path
) -> None:
    """Each field in its place, or told as lost; no record is split, added or dropped."""
    texts = naughty(shared_dir)
    cases = [case_of(number, text) for number, text in enumerate(texts)]
    data = write_csv(template, cases, profile="import", sources={}).decode("utf-8-sig")
    header, *records = csv.reader(io.StringIO(data, newline=""))
    assert all(len(record) == len(header) for record in records)
    by_case = 1 + template.title_row + template.preconditions_first
    assert len(records) == by_case * len(cases)
    lost = {one.what for one in losses(template, cases, profile="import")}
    place = {column.field: at for at, column in enumerate(template.columns)}
    for number, text in enumerate(texts):
        rows, said = records[number * by_case : (number + 1) * by_case], as_written(text)
        assert rows[0][place["title"]] == said
        assert rows[-1][place["step_expected"]] == said
        action = said if "step_data" in place else f"{said}\nTest data: {said}"
        assert rows[-1][place["step_action"]] == action
        if "step_data" in place:
            assert rows[-1][place["step_data"]] == said
        cells = "\n".join(cell for row in rows for cell in row)
        if "postconditions" not in lost:
            assert f"Postconditions:\n- {as_written(text.split(chr(10))[0])}" in cells


@pytest.mark.parametrize("sign", LINE_SIGNS)
@pytest.mark.parametrize("quoted", ['"{}"', "{}"])
def test_records_end_at_line_ends_only(sign: str, quoted: str) -> None:
    result = quoted.format(f"Shown{sign}Kept")
    rows = ["ID,Title,Step,Expected Result", f"T-1,First,Open,{result}", "T-2,Second,Save,Saved"]
    reading = read_file("cases.csv", "\r\n".join(rows).encode())
    assert [case.title for case in reading.cases] == ["First", "Second"]
    assert reading.cases[0].steps[0].expected_result == "Shown\nKept"


def test_a_pasted_row_ends_at_a_line_end_only() -> None:
    from assistant.sources.pasted.pasted import read_pasted

    text = "ID\tTitle\tStep\tExpected Result\nT-1\tFirst\tOpen\tShown\x0bKept\nT-2\tB\tSave\tSaved"
    reading = read_pasted(text)
    assert [case.title for case in reading.cases] == ["First", "B"]
    assert reading.cases[0].steps[0].expected_result == "Shown\nKept"


@pytest.mark.parametrize("profile", PROFILES)
def test_every_cell_is_quoted(profile: ProfileName) -> None:
    data = write_csv(DEFAULT_TEMPLATE, [case_of(1, "a\u2028b")], profile=profile, sources={})
    header, row = data.decode("utf-8-sig").removesuffix("\r\n").split("\r\n")
    assert header.count('","') == row.count('","') == len(DEFAULT_TEMPLATE.columns) - 1
    assert row.startswith('"T-1","a\u2028b"')
    assert row.endswith('"')


WHOLE = TestCase(
    id="TC-US-7-AC2-B1",
    title="A late return costs the fee",
    objective="US-7-AC2: “A return after 14 days costs a fee.”",
    preconditions=("The item was lent on 3 May 2027.", "The fee is 2.50 EUR: see the price list."),
    steps=(
        TestStep(number=1, action="Open the loan.", expected_result="It is 15 days old."),
        TestStep(
            number=2,
            action="Return the item.",
            test_data="Item: 12; day: 18 May 2027",
            expected_result="The fee is 2.50 EUR.\nThe loan is closed.",
            calculation=("2027-05-03 + 15 days = 2027-05-18", "EUR 2.50 * 1 = EUR 2.50"),
        ),
    ),
    test_date=date(2027, 5, 18),
    postconditions=("The loan is deleted.",),
    open_questions=("Who waives the fee?",),
    running_questions=("On which screen is the fee shown?",),
    priority="High",
    epic_key="LIB-1",
    story_key="US-7",
    criterion_ids=("US-7-AC2", "US-7-AC3"),
)


@pytest.mark.parametrize("template", READY_TEMPLATES, ids=lambda one: one.name)
def test_a_file_for_a_tool_reads_back_as_the_cases_in_it(template: CaseTemplate) -> None:
    one_step = WHOLE.model_copy(update={"id": "TC-US-7-AC1-P1", "title": "A", "steps": ()})
    one_step = one_step.model_copy(
        update={"steps": WHOLE.steps[:1], "preconditions": (), "test_date": None}
    )
    cases = [WHOLE, one_step]
    data = write_csv(template, cases, profile="import", sources={})
    read = read_file("cases.csv", data).cases
    same = {"title", "preconditions", "priority", "story_key"}
    lost = {one.what for one in losses(template, cases, profile="import")}
    parts = (("objective", "objective"), ("postconditions", "postconditions"),
             ("criterion_ids", "acceptance criteria"), ("open_questions", "open questions"),
             ("running_questions", "open questions"), ("test_date", "test dates"),
             ("id", "test case ids"))  # fmt: skip
    same |= {field for field, what in parts if what not in lost}
    assert [case.model_dump(include=same) for case in read] == [
        case.model_dump(include=same) for case in cases
    ]
    steps = [[(s.action, s.test_data, s.expected_result) for s in case.steps] for case in read]
    if "objective" not in lost:
        assert [[s.calculation for s in case.steps] for case in read] == [
            [s.calculation for s in case.steps] for case in cases
        ]
    assert steps == [
        [(s.action, s.test_data, s.expected_result) for s in case.steps] for case in cases
    ]
