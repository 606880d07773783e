"""Existing cases from CSV and XLSX, under the company's headers and those of the usual tools."""

from __future__ import annotations

import json
from datetime import date

import pytest
from file_writers import delimited, workbook
from reading_checks import whole_steps_of as steps_of

from assistant.sources.files.files import read_file
from assistant.sources.reading import Reading


def reading_of(header: str, rows: list[list[str]], *, delimiter: str = ",") -> Reading:
    """The reading of a CSV with these columns and rows."""
    return read_file("cases.csv", delimited([header.split(","), *rows], delimiter))


COMPANY = (
    "Test Case ID,Title,Epic,User Story,Type,Priority,Preconditions,Step No,Test Step,Test Data,"
    "Expected Result,Status"
)


def test_company_template_with_a_row_per_step() -> None:
    first = ["TC-1", "Extend", "CC-10", "CC-12", "Boundary", "High", "Logged in\nPlan exists"]
    reading = reading_of(
        COMPANY,
        [
            [*first, "1", "Open the plan", "P-1", "It is shown", "Accepted"],
            [*first, "2", "Extend it", "14 days", "It is saved", "Accepted"],
            ["TC-2", "Cancel", "CC-10", "CC-13", "", "P3", "", "1", "Cancel", "", "It ends", ""],
        ],
    )
    assert reading.document.kind == "test_cases"
    one, two = reading.cases
    assert (one.id, one.title, one.epic_key, one.story_key) == ("TC-1", "Extend", "CC-10", "CC-12")
    assert (one.technique, one.priority, one.status) == ("boundary", "High", "imported")
    assert one.origin.writer == "import"
    assert one.preconditions == ("Logged in", "Plan exists")
    assert steps_of(one) == [
        ("Open the plan", "P-1", "It is shown"),
        ("Extend it", "14 days", "It is saved"),
    ]
    assert [step.number for step in one.steps] == [1, 2]
    assert "Accepted" in one.status_reason
    assert two.priority == "Low"
    assert not reading.unread


def test_blank_case_fields_continue_the_case_above() -> None:
    reading = reading_of(
        COMPANY,
        [
            ["TC-1", "Extend", "", "", "", "", "", "1", "Open", "", "Shown", ""],
            ["", "", "", "", "", "", "", "2", "Extend", "", "Saved", ""],
            ["", "", "", "", "", "", "", "", "", "", "", ""],
            ["TC-2", "Cancel", "", "", "", "", "", "1", "Cancel", "", "Ended", ""],
        ],
    )
    assert [len(case.steps) for case in reading.cases] == [2, 1]


XRAY = (
    "Issue ID,Issue Key,Test Type,Test Summary,Test Priority,Action,Data,Result,Test "
    "Repo,Precondition,"
    "Issue Type,Precondition Type,Unstructured Definition,Labels,Component,Gherkin "
    "definition,Description,Links"
)
ZEPHYR = (
    "Key,Name,Status,Precondition,Objective,Folder,Priority,Component,Labels,Owner,Estimated Time,"
    "Coverage (Issues),Coverage (Pages),Test Script (Step-by-Step) - Step,"
    "Test Script (Step-by-Step) - Test Data,Test Script (Step-by-Step) - Expected Result,"
    "Test Script (Plain Text),Test Script (BDD)"
)
TESTRAIL = "Title,Section,Priority,Type,Preconditions,Step,Expected Result,References"
TESTRAIL_EXPORT = (
    "ID,Title,Section Hierarchy,Type,Priority,Estimate,References,Preconditions,Steps (Step),"
    "Steps (Expected Result)"
)
AZURE = "ID,Work Item Type,Title,Test Step,Step Action,Step Expected,Area Path,Assigned To,State"
QTEST = (
    "Name,Id,Attachments,Status,Type,Description,Precondition,Test Step #,Test Step Description,"
    "Test Step Expected Result,Test Step Attachment,Requirement Ids,Requirements,Version,"
    "Assigned To,Priority"
)


@pytest.mark.parametrize(
    ("header", "rows"),
    [
        (
            XRAY,
            [
                "1,T-1,Manual,Extend,High,Open,d,Shown,,,Test,,,a b,CC,,,",
                "1,,,,,Save,,Saved,,,,,,,,,,",
            ],
        ),
        (
            ZEPHYR,
            [
                "T-1,Extend,Draft,In,,/a,High,,,,,CC-12,,Open,d,Shown,,",
                ",,,,,,,,,,,,,Save,,Saved,,",
            ],
        ),
        (TESTRAIL, ["Extend,A > B,High,Functional,In,Open,Shown,CC-12", ",,,,,Save,Saved,"]),
        (TESTRAIL_EXPORT, ["T-1,Extend,A,Other,High,,CC-12,In,Open,Shown", ",,,,,,,,Save,Saved"]),
        (
            AZURE,
            ["12,Test Case,Extend,,,,A\\B,me,Design", ",,,1,Open,Shown,,,", ",,,2,Save,Saved,,,"],
        ),
        (
            QTEST,
            [
                "Extend,T-1,,New,Manual,d,In,1,Open,Shown,,CC-12,,1,me,High",
                "Extend,T-1,,New,Manual,d,In,2,Save,Saved,,CC-12,,1,me,High",
            ],
        ),
    ],
    ids=["xray", "zephyr", "testrail", "testrail-export", "azure", "qtest"],
)
def test_headers_of_the_usual_tools(header: str, rows: list[str]) -> None:
    reading = read_file("export.csv", "\n".join([header, *rows]).encode())
    assert reading.document.kind == "test_cases"
    (case,) = reading.cases
    assert case.title == "Extend"
    assert [(step.action, step.expected_result) for step in case.steps] == [
        ("Open", "Shown"),
        ("Save", "Saved"),
    ]
    if "CC-12" in rows[0]:
        assert case.story_key == "CC-12"


@pytest.mark.parametrize(
    ("header", "ids", "wanted"),
    [
        ("Test ID,Issue Key", [("1", "HL-7"), ("1", ""), ("2", "HL-9")], ["HL-7", "HL-9"]),
        ("Issue ID,Issue Key", [("T-1", ""), ("T-1", ""), ("T-2", "")], ["T-1", "T-2"]),
        ("Test ID,Issue Key", [("1", "HL-7"), ("1", ""), ("2", "")], ["1", "2"]),
        ("Test ID,Issue Key", [("1", "HL-7"), ("1", ""), ("2", "HL-7")], ["1", "2"]),
        ("Test ID,Issue Key", [("T-1", "HL-7"), ("T-1", ""), ("T-2", "HL-9")], ["T-1", "T-2"]),
    ],
    ids=["counted", "no keys", "a key is missing", "one key for two", "ids of their own"],
)
def test_a_case_is_called_by_its_issue_where_its_number_only_counts(
    header: str, ids: list[tuple[str, str]], wanted: list[str]
) -> None:
    cells = [["Pay", "Open", "Shown"], ["", "Save", "Saved"], ["Refund", "Open", "Shown"]]
    rows = [[*own, *rest] for own, rest in zip(ids, cells, strict=True)]
    cases = reading_of(f"{header},Test Summary,Action,Result", rows).cases
    assert [(case.id, len(case.steps)) for case in cases] == list(zip(wanted, (2, 1), strict=True))


def test_steps_in_one_cell() -> None:
    reading = reading_of(
        "ID,Title,Steps,Expected Result",
        [
            ["T-1", "Numbered", "1. Open\n2. Save", "1. Shown\n2. Saved"],
            ["T-2", "One result", "1. Open\n2. Save", "Saved"],
            [
                "T-3",
                "Inline",
                "1. Open\n   Expected: Shown\n2. Save\n   Data: x\n   Expected: Saved",
                "",
            ],
            ["T-4", "Plain", "Open and save", "Saved"],
            ["T-5", "Lines", "Open\nSave", "Shown\nSaved"],
        ],
    )
    numbered, result, inline, plain, lines = (steps_of(case) for case in reading.cases)
    assert numbered == lines == [("Open", "", "Shown"), ("Save", "", "Saved")]
    assert result == [("Open", "", ""), ("Save", "", "Saved")]
    assert inline == [("Open", "", "Shown"), ("Save", "x", "Saved")]
    assert plain == [("Open and save", "", "Saved")]


def test_gherkin_cells() -> None:
    script = "Given I am logged in\nWhen I extend\nAnd I save\nThen it is saved"
    reading = reading_of(
        "Key,Summary,Test Type,Gherkin definition", [["T-1", "Extend", "Cucumber", script]]
    )
    (case,) = reading.cases
    assert case.preconditions == ("Given I am logged in",)
    assert steps_of(case) == [("When I extend\nAnd I save", "", "Then it is saved")]


def test_made_ids_are_stable_and_unique() -> None:
    rows = [["Extend", "Open", "Shown"], ["Extend", "Other", "Shown"], ["Cancel", "Open", "Ended"]]
    first = reading_of("Title,Step,Expected Result", rows[:1] + rows[2:])
    more = reading_of("Title,Step,Expected Result", [*rows[:1], *rows[2:], ["New", "a", "b"]])
    assert [case.id for case in first.cases] == [case.id for case in more.cases][:2]
    assert len({case.id for case in more.cases}) == 3


def test_a_row_that_is_no_case_is_shown() -> None:
    reading = reading_of(
        "ID,Title,Step,Expected Result", [["", "", "Orphan", "x"], ["T", "t", "a", "b"]]
    )
    assert "Orphan" in reading.unread[0].text
    assert "Row 2" in reading.unread[0].reason
    assert len(reading.cases) == 1


def test_cases_in_a_workbook_with_a_title_row_and_two_sheets() -> None:
    case = ["TC-1", "Extend", "CC-10", "CC-12"] + ["x"] * 8
    cases = [["UAT Drop-3"], [], COMPANY.split(","), case]
    data = workbook({"Sheet": cases, "Lists": [["High", "Low"]]})
    reading = read_file("cases.xlsx", data)
    assert [case.id for case in reading.cases] == ["TC-1"]
    assert "UAT Drop-3" in reading.document.text
    assert "| High | Low |" in reading.document.text


def test_formula_payloads_come_back_as_they_were_before_our_marker() -> None:
    reading = reading_of("ID,Title,Step,Expected Result", [["T-1", "'=1+1", "'@SUM(A1)", "'-x"]])
    (case,) = reading.cases
    assert (case.title, *steps_of(case)[0]) == ("=1+1", "@SUM(A1)", "", "-x")


TESTRAIL_ROWS = """sep=;
"ID";"Title";"Created By";"Expected Result";"Goals";"Preconditions";"Priority";"References";\
"Section";"Section Depth";"Section Hierarchy";"Steps";"Steps";"Steps (Additional Info)";\
"Steps (Expected Result)";"Steps (Shared step ID)";"Steps (Step)";"Suite";"Template";"Type"
"C7";"Pay a fee";"Ada";"";"";"
![](index.php?/attachments/get/1)
<div>A plan exists</div>";"Critical";"CC-12";"Fees";"1";"Care > Fees";"Open the fees
Expected Result:

The fees are shown,
newest first
Enter <amount> and pay
Expected Result:
<div>It is paid</div>";"";"";"The fees are shown,
newest first
<div>It is paid</div>";"";"Open the fees
Enter <amount> and pay";"Master";"Test Case (Steps)";"Functional"
"C8";"Cancel";"Ada";"It ends";"";"";"Low";"";"Plans";"1";"Care > Plans";"";"1. Open
2. Cancel";"";"";"";"";"Master";"Test Case (Text)";"Other"
""".replace("\\\n", "")
"""The shape of TestRail's CSV export: semicolons under "sep=;", two columns "Steps", beside them
the actions and the results alone; HTML and pictures in cells; one row a case."""


def test_testrail_export_with_actions_and_results_by_turns() -> None:
    steps, text = read_file("testrail.csv", TESTRAIL_ROWS.encode()).cases
    assert (steps.id, steps.priority, steps.story_key) == ("C7", "High", "CC-12")
    assert steps.labels == ("Care", "Fees")
    assert steps.preconditions[-1] == "A plan exists"
    assert steps_of(steps) == [
        ("Open the fees", "", "The fees are shown,\nnewest first"),
        ("Enter <amount> and pay", "", "It is paid"),
    ]
    assert [step.number for step in steps.steps] == [1, 2]
    assert (text.id, text.labels) == ("C8", ("Care", "Plans"))
    assert steps_of(text) == [("Open", "", ""), ("Cancel", "", "It ends")]


def test_testrail_export_without_the_columns_beside() -> None:
    cell = "Open\nExpected Result:\nShown\nin full\nSave\nExpected Result:\nSaved"
    reading = reading_of("ID,Title,Steps,Expected Result", [["C1", "Extend", cell, ""]])
    assert steps_of(reading.cases[0]) == [("Open", "", "Shown\nin full"), ("Save", "", "Saved")]


def test_results_are_paired_by_their_numbers() -> None:
    reading = reading_of(
        "ID,Title,Steps,Expected Result",
        [["T-1", "Gaps", "1. Open\n2. Wait\n3. Save", "1. Shown\n3. Saved"]],
    )
    assert steps_of(reading.cases[0]) == [
        ("Open", "", "Shown"), ("Wait", "", ""), ("Save", "", "Saved"),
    ]  # fmt: skip


def test_headers_in_other_languages() -> None:
    for header in (
        "用例编号,用例标题,前置条件,步骤,预期,优先级",
        "Номер,Название,Предусловие,Шаги,Ожидаемый результат,Приоритет",
        "ID,Título,Precondiciones,Pasos,Resultado esperado,Prioridad",
        "ID,Titre,Préconditions,Étapes,Résultat attendu,Priorité",
    ):  # fmt: skip
        (case,) = reading_of(header, [["T-1", "t", "p", "1. a", "1. b", "Alta"]]).cases
        assert (case.id, case.title, case.preconditions, case.priority) == (
            "T-1",
            "t",
            ("p",),
            "High",
        )
        assert steps_of(case) == [("a", "", "b")]


def test_azure_rows_of_shared_steps_begin_no_case() -> None:
    rows = [
        "7,Test Case,Extend,,,,A\\B,Design",
        ",,,1,Open,Shown,,",
        "9,Shared Steps,Sign in,2,,,,",
        ',,,3,"Save\n\nPlan = @plan",Saved,,',
        "8,Test Case,Cancel,,,,A\\B,Design",
        ",,,1,Cancel,Ended,,",
    ]
    header = "ID,Work Item Type,Title,Test Step,Step Action,Step Expected,Area Path,State"
    first, second = read_file("cases.csv", "\n".join([header, *rows]).encode()).cases
    assert (first.id, second.id) == ("7", "8")
    assert [step.action for step in first.steps] == [
        "Open", "Shared steps: Sign in", "Save\n\nPlan = @plan",
    ]  # fmt: skip


def test_a_row_without_an_id_that_counts_on_belongs_to_the_case_above() -> None:
    reading = reading_of(
        "ID,Title,Step #,Steps,Expected",
        [
            ["A.1", "Register", "", "", ""], ["", "automated_name", "1", "Open", "Shown"],
            ["", "", "2", "Save", "Saved"], ["A.2", "Sign in", "1", "Open", "Shown"],
            ["", "another_name", "2", "Enter", "Let in"],
        ],
    )  # fmt: skip
    assert [(case.id, len(case.steps)) for case in reading.cases] == [("A.1", 2), ("A.2", 2)]


def test_qtest_workbook_with_merged_cells() -> None:
    """qTest exports a sheet a module; a case's own cells are merged over the rows of its steps."""
    rows = [
        ["Name", "Id", "Status", "Type", "Description", "Precondition", "Test Step #",
         "Test Step Description", "Test Step Expected Result", "Priority"],
        ["Pay", "TC-1", "New", "Manual", "<p>Pays a fee</p>", "A plan", 1, "Open", "Shown", "High"],
        ["", "", "", "", "", "", 2, "<p>Pay <b>now</b></p>", "<ul><li>Paid</li></ul>", ""],
        ["Cancel", "TC-2", "New", "Manual", "", "", 1, "Cancel", "Ended", "Low"],
    ]  # fmt: skip
    data = workbook({"Fees": rows}, *(f"{column}2:{column}3" for column in "ABCDEFJ"))
    pay, cancel = read_file("export.xlsx", data).cases
    assert (pay.id, pay.objective, pay.preconditions) == ("TC-1", "Pays a fee", ("A plan",))
    assert steps_of(pay) == [("Open", "", "Shown"), ("Pay **now**", "", "- Paid")]
    assert (cancel.id, cancel.priority) == ("TC-2", "Low")


def test_testrail_field_of_steps_that_a_company_named() -> None:
    header = "ID,Title,Expected Result,Steps,Our Steps,Our Steps (Expected Result),Our Steps (Step)"
    both = "Open\nExpected Result:\nShown\nPay\nExpected Result:\nPaid"
    rows = [["C1", "Pay", "", "", both, "Shown\nPaid", "Open\nPay"],
            ["C2", "Quit", "", "", "1. Quit", "1. Gone", "1. Quit"],
            ["C3", "Wait", "It ends", "Wait", "", "", ""]]  # fmt: skip
    reading = reading_of(header, rows)
    assert [steps_of(case) for case in reading.cases] == [
        [("Open", "", "Shown"), ("Pay", "", "Paid")], [("Quit", "", "Gone")],
        [("Wait", "", "It ends")],
    ]  # fmt: skip
    assert not any("Columns not used" in note for note in reading.notes)


def test_a_testrail_run_gives_its_cases_their_own_ids() -> None:
    header = "ID,Title,Case ID,Status,Steps (Expected Result),Steps (Status),Steps (Step)"
    (case,) = reading_of(header, [["T42", "Pay", "C9", "Passed", "Paid", "Passed", "Pay"]]).cases
    assert (case.id, steps_of(case)) == ("C9", [("Pay", "", "Paid")])


def test_fields_that_a_company_added_count_where_the_tool_has_no_column() -> None:
    header = "ID,Work Item Type,Title,Test Step,Step Action,Step Expected,Custom.ExpectedResult,"
    rows = ["7,Test Case,Pay,,,,Paid,A plan", ",,,1,Open,Shown,,", ",,,2,Pay,Paid,,"]
    data = "\n".join([f"{header}Custom.Preconditions", *rows])
    (case,) = read_file("cases.csv", data.encode()).cases
    assert case.preconditions == ("A plan",)
    assert steps_of(case) == [("Open", "", "Shown"), ("Pay", "", "Paid")]


def test_names_without_spaces_as_the_keys_of_records_have_them() -> None:
    data = json.dumps([
        {"testCaseId": f"T-{n}", "title": "Pay", "stepAction": "Pay", "testData": "20",
         "expectedResult": "Paid"} for n in (1, 2)
    ])  # fmt: skip
    cases = read_file("cases.json", data.encode()).cases
    assert [case.id for case in cases] == ["T-1", "T-2"]
    assert steps_of(cases[0]) == [("Pay", "20", "Paid")]


def test_a_numbered_precondition_goes_on_in_lines_without_a_number() -> None:
    header = "ID,Title,Preconditions,Step,Expected Result"
    cells = ["1. Sign in at https://a.example\nas an agent.\n2. Open a plan", "A plan\nA fee"]
    rows = [[f"T-{n}", "Pay", cell, "Pay", "Paid"] for n, cell in enumerate(cells, 1)]
    numbered, plain = reading_of(header, rows).cases
    assert numbered.preconditions == (
        "Sign in at https://a.example as an agent.", "Open a plan",
    )  # fmt: skip
    assert plain.preconditions == ("A plan", "A fee")


def test_qtest_workbook_without_ids() -> None:
    rows = [
        ["Name", "Attachments", "Status", "Type", "Precondition", "Test step #",
         "Test step description", "Test step expected result", "Test Step Attachment", "Priority"],
        ["Pay", "", "New", "Manual", "A plan", 1, "Open", "Shown", "", "High"],
        ["", "", "", "", "", 2, "Pay", "Paid", "", ""],
        ["Cancel", "", "New", "Manual", "", 1, "Cancel", "Ended", "", "Low"],
    ]  # fmt: skip
    data = workbook(rows, *(f"{column}2:{column}3" for column in "ABCDEIJ"))
    pay, cancel = read_file("export.xlsx", data).cases
    assert (pay.title, pay.preconditions, pay.priority) == ("Pay", ("A plan",), "High")
    assert steps_of(pay) == [("Open", "", "Shown"), ("Pay", "", "Paid")]
    assert steps_of(cancel) == [("Cancel", "", "Ended")]


FOREIGN = (
    "User story: As a customer, I want to pay by card, so that I need no cash",
    "Acceptance criteria: the amount is shown, in EUR, before paying",
    "Test case: Verify login",
    "Postconditions:\n- The card is blocked",
    "Priority: to be agreed with Ann",
    "Calculations:\n- 2 x 3 = 6 EUR",
    "Test date: at the end of the month",
    "Test date: 2027-02-30",
)


@pytest.mark.parametrize("words", FOREIGN)
def test_a_paragraph_that_is_not_as_we_write_it_stays_in_the_objective(words: str) -> None:
    header = "Title,Description,Priority,Postconditions,Test Step,Expected Result"
    row = ["Pay", f"Paying\n\n{words}", "High", "The sum is booked", "Open it", "It is shown"]
    (case,) = reading_of(header, [row]).cases
    assert case.objective == f"Paying\n\n{words}"
    assert (case.story_key, case.criterion_ids, case.priority) == ("", (), "High")
    assert case.test_date is None
    assert case.id.startswith("TC-")
    assert case.postconditions == ("The sum is booked",)


def test_a_paragraph_as_we_write_it_fills_a_part_that_has_no_other_value() -> None:
    header = "Test Case ID,Title,Description,Priority,Story,Test Step,Expected Result"
    said = ["Test case: T-1", "User story: CC-13", "Acceptance criteria: CC-12-AC1, BR-7",
            "Priority: Low", "Calculations:\n- Step 1: 2 * 3 = 6",
            "Open questions:\n- Who pays?"]  # fmt: skip
    row = ["T-1", "Pay", "\n\n".join(said), "", "CC-12", "Open it", "It is shown"]
    (case,) = reading_of(header, [row]).cases
    assert case.objective == "User story: CC-13"
    assert (case.id, case.story_key, case.priority) == ("T-1", "CC-12", "Low")
    assert case.criterion_ids == ("CC-12-AC1", "BR-7")
    assert case.steps[0].calculation == ("2 * 3 = 6",)
    assert case.open_questions == ("Who pays?",)


def test_a_calculation_of_a_step_that_is_not_there_stays_in_the_objective() -> None:
    row = ["Pay", "Calculations:\n- Step 2: 2 * 3 = 6", "Open it", "It is shown"]
    (case,) = reading_of("Title,Description,Test Step,Expected Result", [row]).cases
    assert case.objective == "Calculations:\n- Step 2: 2 * 3 = 6"


DAY = date(2027, 2, 15)


@pytest.mark.parametrize(
    ("name", "day"),
    [
        *((name, DAY) for name in (
            "Test date", "TestDate", "Planned date", "Planned Test Date", "Scheduled for",
            "Scheduled date", "Custom field (Test date)", "Testdatum", "Geplantes Datum",
            "Date de test", "Date prévue", "Fecha prevista", "测试日期",
        )),
        *((name, None) for name in (
            "Date", "Created", "Created on", "Created date", "Executed on", "Execution date",
            "Last run", "Due date", "Date tested", "Updated", "Datum", "Erstellt am",
            "Ausgeführt am", "Date d'exécution", "Date de création",
        )),
    ],
)  # fmt: skip
def test_the_test_date_is_known_by_its_header_and_other_days_are_none(
    name: str, day: date | None
) -> None:
    row = ["T-1", "Pay", "15.02.2027", "Open it", "It is shown"]
    (case,) = reading_of(f"ID,Title,{name},Test Step,Expected Result", [row]).cases
    assert (case.id, case.title, case.test_date) == ("T-1", "Pay", day)


def test_a_day_that_is_not_clear_is_left_empty_and_told() -> None:
    header = "ID,Title,Planned date,Test Step,Expected Result"
    rows = [
        [f"T-{number}", "Pay", day, "Open it", "It is shown"]
        for number, day in enumerate(["TBD", "3/4/2027", "2027-02-15", "", "TBD"], 1)
    ]
    reading = reading_of(header, rows)
    assert [case.test_date for case in reading.cases] == [None, None, DAY, None, None]
    (told,) = reading.unread
    assert told.text == "TBD, 3/4/2027"
    assert told.reason.startswith("These are no clear days")


def test_each_column_of_test_dates_is_read_for_itself() -> None:
    header = "ID,Title,Planned date,Scheduled for,Test Step,Expected Result"
    said = [
        ("2027-02-15", "Release 2"), ("Release 2", "15.02.2027"), ("2027-02-15", "2027-02-16"),
        ("2027-02-15", "2027-02-15"), ("TBD", "Release 2"),
    ]  # fmt: skip
    rows = [
        [f"T-{number}", f"Pay {number}", *days, "Open it", "It is shown"]
        for number, days in enumerate(said, 1)
    ]
    reading = reading_of(header, rows)
    assert [case.test_date for case in reading.cases] == [DAY, DAY, DAY, DAY, None]
    assert [" ".join(one.text.split()) for one in reading.unread] == [
        "2027-02-15, 2027-02-16",
        "TBD Release 2",
    ]


@pytest.mark.parametrize(
    ("names", "results", "day"),
    [
        ("Test Date,Actual Result,Pass/Fail", ["It is shown", "Pass"], None),
        ("Test Date,Tester,Result", ["Ann", "Pass"], None),
        ("Test Date,Actual Result,Pass/Fail", ["", ""], DAY),
        ("Planned Test Date,Actual Result,Pass/Fail", ["It is shown", "Pass"], DAY),
        ("Test Date,Tester,Status", ["Ann", "Draft"], DAY),
        ("Testdatum,Tatsächliches Ergebnis,Tester", ["Es steht da", "Ann"], None),
        ("Testdatum,Ist-Ergebnis,Tester", ["Es steht da", "Ann"], None),
        ("Testdatum,Getestet von,Ergebnis", ["Ann", "ok"], None),
        ("Date de test,Résultat obtenu,Testeur", ["Affiché", "Ann"], None),
        ("Fecha de prueba,Resultado obtenido,Probado por", ["Visible", "Ana"], None),
        ("Testdatum,Tatsächliches Ergebnis,Tester", ["", ""], DAY),
        ("Geplantes Testdatum,Tatsächliches Ergebnis,Tester", ["Es steht da", "Ann"], DAY),
        ("Testdatum,Tester,Status", ["Ann", "Entwurf"], DAY),
    ],
)
def test_the_day_of_a_run_is_no_test_date(names: str, results: list[str], day: date | None) -> None:
    row = ["T-1", "Pay", "Open it", "It is shown", "15.02.2027", *results]
    (case,) = reading_of(f"ID,Title,Test Step,Expected Result,{names}", [row]).cases
    assert (case.test_date, case.steps[0].expected_result) == (day, "It is shown")


def test_a_day_of_a_workbook_and_rows_of_a_case_that_name_two() -> None:
    rows = [
        ["ID", "Title", "Planned date", "Test Step", "Expected Result"],
        ["T-1", "Pay", DAY, "Open it", "It is shown"],
        ["T-1", "Pay", DAY.replace(day=16), "Pay", "It is paid"],
    ]
    reading = read_file("cases.xlsx", workbook(rows))
    (case,) = reading.cases
    assert (case.test_date, len(case.steps)) == (DAY, 2)
    (told,) = reading.unread
    assert told.reason == "The rows of T-1 name more than one test date. The first was taken."


@pytest.mark.parametrize(
    ("words", "day"), [("2027-05-18", DAY.replace(year=2027, month=5, day=18)), ("soon", None)]
)
def test_a_test_date_above_the_preconditions_is_none_of_them(words: str, day: date | None) -> None:
    cell = f"Test date: {words}\nA plan exists"
    reading = reading_of(
        "Title,Preconditions,Step,Expected Result", [["Pay", cell, "Pay it", "It is paid"]]
    )
    (case,) = reading.cases
    assert case.test_date == day
    assert case.preconditions[-1] == "A plan exists"
    assert len(case.preconditions) == (1 if day else 2)


def test_a_test_date_above_preconditions_that_are_the_first_step_is_none_of_them() -> None:
    header = "ID,Title,Step,Expected Result"
    first = "Preconditions:\n- Test date: 2027-02-15\n- A plan exists"
    (case,) = reading_of(
        header, [["T-1", "Pay", first, ""], ["", "", "Pay it", "It is paid"]]
    ).cases
    assert (case.test_date, case.preconditions) == (DAY, ("A plan exists",))
    assert len(case.steps) == 1


def test_a_column_of_test_dates_counts_before_the_words_of_a_description() -> None:
    header = "ID,Title,Description,Test date,Test Step,Expected Result"
    said = ["T-1", "Pay", "Test date: 2027-02-15"]
    same, other = ["15.02.2027", "Open it", "It is shown"], ["16.02.2027", "Open it", "It is shown"]
    (case,) = reading_of(header, [[*said, *same]]).cases
    assert (case.test_date, case.objective) == (DAY, "")
    (case,) = reading_of(header, [[*said, *other]]).cases
    assert (case.test_date, case.objective) == (DAY.replace(day=16), said[-1])
