"""The tools' templates have the headers and row layouts that their importers document."""

from __future__ import annotations

import csv
import io
import json

import pytest

from assistant.domain import CaseTemplate, TestCase, TestStep
from assistant.suite.export import write_csv
from assistant.suite.mapping_files import mapping_files
from assistant.suite.template import (
    AZURE_DEVOPS,
    READY_TEMPLATES,
    TESTRAIL,
    XRAY,
    ZEPHYR_SCALE,
    dump_template,
    load_template,
    template_problems,
)

CASES = [
    TestCase(
        id="CC-12-AC1-P",
        title="Extend a plan by 14 days",
        objective="A plan runs longer.",
        preconditions=("The plan is active.", "The agent is logged in."),
        priority="High",
        epic_key="CC-10",
        story_key="CC-12",
        team="Call Centre",
        criterion_ids=("CC-12-AC1",),
        labels=("smoke", "plans"),
        steps=(
            TestStep(
                number=1,
                action="Enter the days",
                test_data="14",
                expected_result="It is shown.",
                support="supported",
            ),
            TestStep(number=2, action="Save", expected_result="The plan is extended."),
        ),
        status="accepted",
    ),
    TestCase(
        id="CC-12-AC2-N",
        title="Refuse 15 days",
        story_key="CC-12",
        priority="Medium",
        steps=(TestStep(number=1, action="Enter 15", expected_result="An error is shown."),),
    ),
]

HEADERS = {
    "Jira Xray": "Issue ID,Issue Key,Test Type,Test Summary,Test Priority,Action,Data,Result,"
    "Test Repo,Precondition,Issue Type,Precondition Type,Unstructured Definition,Labels,Component,"
    "Gherkin definition,Description,Links",
    "Zephyr Scale": "Key,Name,Status,Precondition,Objective,Folder,Priority,Component,Labels,Owner,"
    "Estimated Time,Coverage (Issues),Coverage (Pages),Test Script (Step-by-Step) - Step,"
    "Test Script (Step-by-Step) - Test Data,Test Script (Step-by-Step) - Expected Result,"
    "Test Script (Plain Text),Test Script (BDD)",
    "TestRail": "Title,Section,Priority,Type,Preconditions,Step,Expected Result,References",
    "Azure DevOps": "ID,Work Item Type,Title,Test Step,Step Action,Step Expected,Area Path,"
    "Assigned To,State,Priority,Tags,Description",
}


def rows_of(template: CaseTemplate) -> list[dict[str, str]]:
    """The rows of the exported file, by header, read back from its bytes."""
    data = write_csv(template, CASES, profile="import", sources={})
    return list(csv.DictReader(io.StringIO(data.decode("utf-8-sig"))))


@pytest.mark.parametrize("template", READY_TEMPLATES, ids=lambda t: t.name)
def test_headers_and_that_the_cases_fit(template: CaseTemplate) -> None:
    assert ",".join(column.header for column in template.columns) == HEADERS[template.name]
    assert load_template(dump_template(template)) == template
    assert [template_problems(template, case) for case in CASES] == [(), ()]


def test_xray_names_the_test_on_each_row_and_the_rest_once() -> None:
    first, second, third = rows_of(XRAY)
    assert [row["Issue ID"] for row in (first, second, third)] == [
        "CC-12-AC1-P", "CC-12-AC1-P", "CC-12-AC2-N",
    ]  # fmt: skip
    assert (first["Test Type"], first["Issue Type"], first["Labels"]) == (
        "Manual", "test", "smoke;plans",
    )  # fmt: skip
    assert (first["Action"], first["Data"], first["Result"]) == (
        "Enter the days", "14", "It is shown.",
    )  # fmt: skip
    assert "- The plan is active." in first["Description"]
    assert "Acceptance criteria: CC-12-AC1" in first["Description"]
    assert {name for name, cell in second.items() if cell} == {"Issue ID", "Action", "Result"}


def test_zephyr_has_the_fields_in_the_first_row_only() -> None:
    first, second, third = rows_of(ZEPHYR_SCALE)
    assert (first["Status"], first["Priority"], third["Priority"]) == ("Approved", "High", "Normal")
    assert (first["Labels"], first["Coverage (Issues)"]) == ("smoke,plans", "CC-12")
    assert {name for name, cell in second.items() if cell} == {
        "Test Script (Step-by-Step) - Step", "Test Script (Step-by-Step) - Expected Result",
    }  # fmt: skip


def test_testrail_begins_a_case_where_the_title_is_filled() -> None:
    rows = rows_of(TESTRAIL)
    assert [row["Title"] for row in rows] == ["Extend a plan by 14 days", "", "Refuse 15 days"]
    assert rows[0]["Step"] == "Enter the days\nTest data: 14"
    assert rows[0]["Preconditions"] == "The plan is active.\nThe agent is logged in."
    assert rows[1]["Type"] == ""


def test_azure_has_a_row_for_the_title_and_then_the_steps() -> None:
    rows = rows_of(AZURE_DEVOPS)
    assert [(r["Work Item Type"], r["Title"], r["Test Step"], r["State"]) for r in rows[:4]] == [
        ("Test Case", "Extend a plan by 14 days", "", "Design"),
        ("", "", "1", ""), ("", "", "2", ""), ("", "", "3", ""),
    ]  # fmt: skip
    assert rows[1]["Step Action"].startswith("Preconditions:\n- The plan is active.")
    assert rows[2]["Step Action"] == "Enter the days\nTest data: 14"
    assert rows[2]["Step Expected"] == "It is shown."
    assert rows[4]["Title"] == "Refuse 15 days"


def test_a_draft_is_told_from_an_accepted_case_where_the_tool_has_a_field_for_it() -> None:
    """Importers of Xray and Azure DevOps set no status of a new test: a label or tag says it."""
    shown = [(row["Labels"] or "").split(";") for row in rows_of(XRAY) if row["Test Summary"]]
    assert shown == [["smoke", "plans"], ["draft"]]
    tags = [row["Tags"].split("; ") for row in rows_of(AZURE_DEVOPS) if row["Title"]]
    assert ["draft" in each for each in tags] == [False, True]
    statuses = [row["Status"] for row in rows_of(ZEPHYR_SCALE) if row["Name"]]
    assert statuses == ["Approved", "Draft"]


def test_the_testrail_mapping_names_the_columns_in_order() -> None:
    [file] = mapping_files(TESTRAIL)
    body = json.loads(file.content)
    assert body["columns"] == [
        "cases:title", "cases:section_hierarchy", "cases:priority_id", "cases:type_id",
        "cases:custom_preconds", "cases:custom_steps_separated.content",
        "cases:custom_steps_separated.expected", "cases:refs",
    ]  # fmt: skip
    assert body["layout"]["format"] == "multi"
    assert TESTRAIL.columns[body["layout"]["break"]].header == "Title"
    assert body["values"]["2"]["mapping"]["high"] == "3"


def test_the_xray_mapping_points_at_the_filled_columns() -> None:
    [file] = mapping_files(XRAY, project_key="CC")
    body = json.loads(file.content)
    assert body["config.project.key"] == "CC"
    named = {
        XRAY.columns[entry["column.index"]].header: entry["jira.field"]["id"]
        for entry in body["config.field.mappings"]
    }
    assert named["Issue ID"] == "__xray_testId"
    assert named["Action"] == "__xray_step_action"
    assert named["Test Priority"] == "__priority_name"
    assert "Gherkin definition" not in named
    assert mapping_files(ZEPHYR_SCALE) == ()
