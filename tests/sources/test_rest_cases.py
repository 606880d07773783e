"""Existing cases from what TestRail, qTest, Zephyr Scale and Azure DevOps give out over REST, and
from Qase's export."""

from __future__ import annotations

import json

import pytest
from reading_checks import whole_steps_of as steps_of

from assistant.sources.files.files import read_file
from assistant.sources.reading import Reading


def given_out(payload: object) -> Reading:
    """The reading of a file with this answer of a tool."""
    return read_file("answer.json", json.dumps(payload).encode())


# --- TestRail ---------------------------------------------------------------------------------

PAY = {
    "id": 13, "title": "Pay a fee", "section_id": 6, "template_id": 2, "type_id": 6,
    "priority_id": 4, "milestone_id": None, "refs": "CC-1, CC-2", "suite_id": 4, "is_deleted": 0,
    "custom_preconds": "1. A plan exists\r\n2. A fee is due", "custom_steps": None,
    "custom_steps_separated": [
        {"content": "Open the fees", "expected": "They are shown", "additional_info": ""},
        {"content": "<p>Pay <b>R&amp;D</b>&nbsp;now</p>", "expected": "It is paid",
         "additional_info": "Amount: 20"},
        {"shared_step_id": 5, "content": None, "expected": None},
    ],
}  # fmt: skip
TEXT = {
    "id": 14, "title": "Cancel", "section_id": 6, "priority_id": 1, "refs": None,
    "custom_steps": "1. Open\n2. Cancel", "custom_expected": "It ends",
    "custom_steps_separated": None,
}  # fmt: skip
SCENARIO = {
    "id": 15, "title": "Renew", "section_id": 6, "priority_id": 2,
    "custom_testrail_bdd_scenario": json.dumps(
        [{"content": "Given a plan\r\nWhen it is renewed\r\nThen it runs"}]
    ),
}  # fmt: skip
DELETED = {"id": 16, "title": "Gone", "section_id": 6, "priority_id": 2, "is_deleted": 1}


def test_testrail_cases_of_each_template() -> None:
    cases = [PAY, TEXT, SCENARIO, DELETED]
    reading = given_out({"offset": 0, "limit": 250, "size": 4, "_links": {}, "cases": cases})
    pay, cancel, renew = reading.cases
    assert (pay.id, pay.title, pay.priority, pay.story_key) == ("C13", "Pay a fee", "High", "CC-1")
    assert pay.preconditions == ("A plan exists", "A fee is due")
    assert steps_of(pay) == [
        ("Open the fees", "", "They are shown"),
        ("Pay **R&D** now", "Amount: 20", "It is paid"),
        ("Shared steps 5", "", ""),
    ]
    assert (cancel.priority, steps_of(cancel)) == (
        "Low", [("Open", "", ""), ("Cancel", "", "It ends")],
    )  # fmt: skip
    assert (renew.priority, renew.preconditions) == ("Medium", ("Given a plan",))
    assert steps_of(renew) == [("When it is renewed", "", "Then it runs")]
    assert "Cases that are deleted in TestRail were left out: 1." in reading.notes


def test_testrail_steps_in_a_field_of_the_companys_own() -> None:
    steps = [{"content": "Open", "expected": "Shown"}, {"content": "Pay", "expected": "Paid"}]
    case = {"id": 1, "title": "Pay", "suite_id": 4, "priority_id": 3, "custom_our_steps": steps}
    (found,) = given_out(case).cases
    assert steps_of(found) == [("Open", "", "Shown"), ("Pay", "", "Paid")]


def test_tests_of_a_testrail_run_are_their_cases() -> None:
    test = {"id": 900, "case_id": 13, "title": "Pay", "priority_id": 7, "custom_expected": "Paid"}
    (found,) = given_out({"tests": [test]}).cases
    assert (found.id, found.priority) == ("C13", "Medium")
    assert steps_of(found) == [("", "", "Paid")]


# --- qTest ------------------------------------------------------------------------------------


@pytest.mark.parametrize("page", [False, True])
def test_qtest(page: bool) -> None:
    case = {
        "links": [], "id": 1, "name": "Pay", "order": 1, "pid": "TC-7", "web_url": "https://q.example/7",
        "properties": [
            {"field_id": 1, "field_name": "Priority", "field_value": "722",
             "field_value_name": "Urgent"},
            {"field_name": "Status", "field_value": "201", "field_value_name": "New"},
        ],
        "description": "<p>Pays &amp; closes</p>", "precondition": "A plan",
        "test_steps": [
            {"description": "", "expected": "", "order": 2, "called_test_case_name": "Log off"},
            {"id": 2, "description": "<p>Open</p>", "expected": "Shown", "order": 1},
        ],
    }  # fmt: skip
    answer = {"page": 1, "page_size": 100, "total": 1, "items": [case]} if page else [case]
    reading = given_out(answer)
    (found,) = reading.cases
    assert (found.id, found.title, found.objective) == ("TC-7", "Pay", "Pays & closes")
    assert (found.priority, found.preconditions) == ("High", ("A plan",))
    assert steps_of(found) == [("Open", "", "Shown"), ("Test case Log off", "", "")]


def test_qtest_runs_are_no_cases() -> None:
    run = {"id": 1, "pid": "TR-1", "name": "Pay", "test_case_version_id": 2, "properties": []}
    assert not given_out([run, run]).cases


# --- Zephyr Scale -----------------------------------------------------------------------------


def test_zephyr_scale_cloud_with_steps_and_called_cases() -> None:
    named = {"id": 1, "self": "https://z.example/1"}
    case = {
        "id": 9, "key": "CC-T9", "name": "Pay", "objective": "<b>Pays</b>", "labels": ["smoke"],
        "priority": {**named, "name": "High"}, "status": named, "component": None, "folder": named,
        "testScript": {"type": "steps", "steps": [
            {"inline": {"description": "Open<br>the fees", "testData": "None",
                        "expectedResult": "Shown"}, "testCase": None},
            {"inline": None, "testCase": {"self": "https://z.example/2", "testCaseKey": "CC-T2"}},
        ]},
    }  # fmt: skip
    (found,) = given_out({"startAt": 0, "isLast": True, "values": [case]}).cases
    assert (found.id, found.objective, found.priority) == ("CC-T9", "**Pays**", "High")
    assert (found.labels, found.status_reason) == (("smoke",), "")
    assert steps_of(found) == [("Open\nthe fees", "", "Shown"), ("Test case CC-T2", "", "")]


def test_zephyr_scale_scripts_in_one_piece() -> None:
    script = {"type": "BDD", "text": "Given a plan\nWhen it is cancelled\nThen it ends"}
    (found,) = given_out({"key": "CC-T1", "name": "Cancel", "testScript": script}).cases
    assert found.preconditions == ("Given a plan",)
    assert steps_of(found) == [("When it is cancelled", "", "Then it ends")]


def test_zephyr_scale_steps_without_their_case() -> None:
    inline = {"description": "Open", "testData": "20", "expectedResult": "Shown"}
    page = {"maxResults": 100, "startAt": 0, "values": [{"inline": inline, "testCase": None}]}
    (found,) = read_file("CC-T9 steps.json", json.dumps(page).encode()).cases
    assert (found.title, steps_of(found)) == ("CC-T9 steps", [("Open", "20", "Shown")])


def test_zephyr_scale_steps_of_an_execution_are_one_case() -> None:
    steps = [
        {"index": n, "description": f"Do {n}", "testData": None, "expectedResult": f"Done {n}",
         "actualResult": "ok", "status": {"id": 1}} for n in (1, 0)
    ]  # fmt: skip
    (found,) = given_out(steps).cases
    assert steps_of(found) == [("Do 0", "", "Done 0"), ("Do 1", "", "Done 1")]


def test_records_of_ones_own_are_not_taken_for_steps() -> None:
    rows = [{"id": f"TC-{n}", "description": "Pay", "expectedResult": "Paid"} for n in (1, 2)]
    reading = given_out(rows)
    assert reading.report.reader == "json"
    assert [case.id for case in reading.cases] == ["TC-1", "TC-2"]


# --- Azure DevOps -----------------------------------------------------------------------------

CELL = '<parameterizedString isformatted="true">{}</parameterizedString>'


def step(action: str, result: str = "") -> str:
    """A step as Azure DevOps writes it: escaped HTML in XML."""
    cells = CELL.format(action) + CELL.format(result)
    return f'<step id="2" type="ActionStep">{cells}<description/></step>'


OPEN = step(
    "&lt;DIV&gt;&lt;P&gt;Open as @user&amp;nbsp;&lt;/P&gt;&lt;/DIV&gt;", "&lt;P&gt;Shown&lt;/P&gt;"
)
SAVE = step("Save", "&lt;P&gt;Saved&lt;BR/&gt;R&amp;amp;D&lt;/P&gt;")
DATA = (
    "<NewDataSet><xs:schema id='NewDataSet' xmlns:xs='http://www.w3.org/2001/XMLSchema'/>"
    "<Table1><user>ann</user></Table1><Table1><user>bob</user></Table1></NewDataSet>"
)


def work_item(number: int, kind: str, title: str, **fields: object) -> dict[str, object]:
    """A work item; underscores in the names of ``fields`` stand for dots."""
    named = {name.replace("_", "."): value for name, value in fields.items()}
    own = {"System.WorkItemType": kind, "System.Title": title, "System.State": "Design"}
    return {"id": number, "rev": 1, "fields": {**own, **named}}


def test_azure_work_items_with_shared_steps_and_parameters() -> None:
    steps = (
        f'<steps id="0">{OPEN}<compref id="3" ref="9">{SAVE}<compref ref="88"/></compref></steps>'
    )
    case = work_item(
        7, "Test Case", "Sign in", Microsoft_VSTS_TCM_Steps=steps,
        Microsoft_VSTS_TCM_LocalDataSource=DATA, Microsoft_VSTS_Common_Priority=1,
        System_Tags="a; b", System_AreaPath="Shop\\Web", System_IterationPath="Shop\\Drop 3",
    )  # fmt: skip
    tested = "Microsoft.VSTS.Common.TestedBy-Reverse"
    case["relations"] = [{"rel": tested, "url": "https://d.example/_apis/wit/workItems/5"}]
    shared = work_item(
        9, "Shared Steps", "Enter", Microsoft_VSTS_TCM_Steps=f"<steps>{step('Enter')}</steps>"
    )
    story = work_item(
        5, "User Story", "Sign in", System_Description="<div>As a user I sign in</div>",
        Microsoft_VSTS_Common_AcceptanceCriteria="<ul><li>It is saved</li><li>It is on</li></ul>",
        System_Parent=4,
    )  # fmt: skip
    epic = work_item(4, "Epic", "Access")
    reading = given_out({"count": 4, "value": [case, shared, story, epic]})
    (found,) = reading.cases
    assert (found.id, found.title, found.priority) == ("7", "Sign in", "High")
    assert (found.story_key, found.labels, found.release) == ("5", ("a", "b"), "Drop 3")
    assert steps_of(found) == [
        ("Open as @user", "user: ann, bob", "Shown"),
        ("Enter", "", ""),
        ("Save", "", "Saved\nR&D"),
        ("Shared steps 88", "", ""),
    ]
    assert [(e.key, [s.key for s in e.stories]) for e in reading.epics] == [("4", ["5"])]
    assert [c.text for c in reading.epics[0].stories[0].criteria] == ["It is saved", "It is on"]


def test_azure_parameters_that_cases_share() -> None:
    mapped = {"localParamName": "user", "sharedParameterName": "agent",
              "sharedParameterDataSetId": 5}  # fmt: skip
    case = work_item(
        7, "Test Case", "Sign in", Microsoft_VSTS_TCM_Steps=f"<steps>{OPEN}{SAVE}</steps>",
        Microsoft_VSTS_TCM_LocalDataSource=json.dumps({"parameterMap": [mapped, mapped | {
            "sharedParameterDataSetId": 6}]}),
    )  # fmt: skip
    rows = "".join(
        f'<dataRow id="1"><kvp key="agent" value="{value}"/><kvp key="b" value="x"/></dataRow>'
        for value in ("ann", "bob")
    )
    names = "<paramNames><param>agent</param></paramNames>"
    data = f"<parameterSet>{names}<paramData>{rows}</paramData></parameterSet>"
    shared = work_item(5, "Shared Parameter", "Agents", Microsoft_VSTS_TCM_Parameters=data)
    (found,) = given_out({"value": [case, shared]}).cases
    assert [step.test_data for step in found.steps] == ["user: ann, bob", ""]


@pytest.mark.parametrize(
    ("item", "fields", "suite"),
    [("workItem", "workItemFields", "testSuite"), ("work_item", "work_item_fields", "test_suite")],
)
def test_azure_cases_of_a_suite(item: str, fields: str, suite: str) -> None:
    listed = [{"Microsoft.VSTS.TCM.Steps": f"<steps>{SAVE}</steps>"}, {"System.State": "Ready"},
              {"System.WorkItemType": "Test Case"}]  # fmt: skip
    entry = {item: {"id": 26, "name": "Save", fields: listed}, suite: {"id": 25, "name": "Fees"}}
    whole = {**entry, suite: {"id": 24, "name": "<root>"}, item: {**entry[item], "id": 27}}
    first, second = given_out({"value": [entry, whole], "count": 2}).cases
    assert (first.id, first.title, first.labels) == ("26", "Save", ("Fees",))
    assert (second.id, second.labels) == ("27", ())
    assert steps_of(first) == steps_of(second) == [("Save", "", "Saved\nR&D")]


def test_azure_steps_that_are_damaged_or_dangerous_cost_only_themselves() -> None:
    entity = '<!DOCTYPE s [<!ENTITY x SYSTEM "file:///etc/passwd">]><steps>&x;</steps>'
    items = [
        work_item(1, "Test Case", "Broken", Microsoft_VSTS_TCM_Steps="<steps><step>"),
        work_item(2, "Test Case", "Evil", Microsoft_VSTS_TCM_Steps=entity),
        work_item(3, "Test Case", "Good", Microsoft_VSTS_TCM_Steps=f"<steps>{SAVE}</steps>"),
    ]
    reading = given_out(items)
    assert [(case.id, len(case.steps)) for case in reading.cases] == [("1", 0), ("2", 0), ("3", 1)]
    assert [note[:36] for note in reading.notes[:2]] == [
        f"The steps of {n} could not be read: it"[:36] for n in (1, 2)
    ]


@pytest.mark.parametrize("wrong", [None, 7, "x", {"a": 1}, [1, None, "x"]])
def test_fields_of_another_kind_than_the_tool_writes_cost_only_themselves(wrong: object) -> None:
    payloads: list[dict[str, object]] = [
        {"id": 1, "title": "Pay", "section_id": 2, "priority_id": wrong, "refs": wrong,
         "custom_steps_separated": wrong, "custom_testrail_bdd_scenario": wrong, "labels": wrong},
        {"pid": "TC-1", "name": "Pay", "properties": wrong, "test_steps": wrong},
        {"key": "CC-T1", "name": "Pay", "testScript": {"steps": wrong, "text": wrong},
         "parameters": {"entries": wrong}, "labels": wrong, "folder": wrong, "issueLinks": wrong},
        {**work_item(1, "Test Case", "Pay", Microsoft_VSTS_TCM_LocalDataSource=wrong,
                     System_Description=wrong, System_Tags=wrong), "relations": wrong},
        work_item(1, "Test Case", "Pay", Microsoft_VSTS_TCM_LocalDataSource=json.dumps(
            {"parameterMap": wrong})),
    ]  # fmt: skip
    for payload in payloads:
        assert [case.title for case in given_out(payload).cases] == ["Pay"]


# --- Rich text in tables ----------------------------------------------------------------------


def test_entities_are_converted_where_other_cells_are_html() -> None:
    header = "ID,Title,Step,Expected Result\n"
    rich = header + "T-1,Pay,<p>Pay R&amp;D</p>,R&amp;D is paid\nT-2,Wait,Wait&nbsp;a day,Done\n"
    pay, wait = read_file("rich.csv", rich.encode()).cases
    assert steps_of(pay) == [("Pay R&D", "", "R&D is paid")]
    assert steps_of(wait) == [("Wait a day", "", "Done")]
    plain = header + "T-1,Escape,Enter &lt;b&gt;,&lt;b&gt; is shown\n"
    (escape,) = read_file("plain.csv", plain.encode()).cases
    assert steps_of(escape) == [("Enter &lt;b&gt;", "", "&lt;b&gt; is shown")]


# --- Qase -------------------------------------------------------------------------------------


def qase_case(number: int, title: str, **more: object) -> dict[str, object]:
    """A case as Qase exports it."""
    return {
        "id": number, "title": title, "description": None, "preconditions": None,
        "postconditions": None, "priority": "medium", "behavior": "positive", "status": "actual",
        "steps_type": "classic", "steps": [], "tags": [], "params": [], "milestone": None, **more,
    }  # fmt: skip


def qase_step(position: int, action: str, expected: str = "", **more: object) -> dict[str, object]:
    return {"position": position, "action": action, "expected_result": expected, "data": "",
            "steps": [], **more}  # fmt: skip


def test_qase_suites_within_suites() -> None:
    inner = {
        "id": 3, "title": "Refunds", "description": None, "preconditions": "The till is open",
        "suites": [],
        "cases": [qase_case(
            31, "Refund twice", priority="high", behavior="negative", status="deprecated",
            preconditions="A fee is paid", postconditions="One refund stands", tags=["money"],
            milestone="R7", steps=[
                qase_step(2, "Refund again", "It is refused"),
                qase_step(1, "Refund", steps=[qase_step(1, "Enter the sum", data="20 EUR")]),
            ],
        )],
    }  # fmt: skip
    pay_by_card = qase_case(12, "Pay", params=[{"title": "Card", "values": ["A", "B"]}])
    outer = {"id": 1, "title": "Fees", "suites": [inner], "cases": [pay_by_card]}
    reading = given_out({"suites": [outer]})
    pay, refund = reading.cases
    assert reading.document.kind == "test_cases"
    assert (pay.id, pay.title, pay.labels) == ("12", "Pay", ("Fees",))
    assert (refund.id, refund.priority, refund.technique) == ("31", "High", "negative")
    assert refund.preconditions == ("The till is open", "A fee is paid")
    assert refund.postconditions == ("One refund stands",)
    assert (refund.release, refund.labels) == ("R7", ("Fees", "Refunds", "money"))
    assert steps_of(refund) == [
        ("Refund", "", ""), ("Enter the sum", "20 EUR", ""), ("Refund again", "", "It is refused"),
    ]  # fmt: skip
    assert refund.status_reason == "Status in the file: deprecated"
    assert "Not in force any more by their status in the file: 31." in reading.notes
    assert "The values of the parameters of 12 were not read." in reading.notes


def test_suites_of_another_tool_are_no_cases_of_qase() -> None:
    suite = {"title": "Fees", "cases": [{"id": 1, "title": "Pay", "steps": "none"}]}
    assert not given_out({"suites": [suite]}).cases
