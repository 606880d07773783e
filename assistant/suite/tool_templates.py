"""Case templates of test tools as data: the headers and row layouts that their importers document.

Sources: Xray "Importing Tests using Test Case Importer" and its sample files, Zephyr Scale "Import
test cases from CSV", TestRail "Import from CSV/Excel" (layout "multiple rows"), Azure DevOps "Bulk
import or export test cases". Export them in the *import* profile: the mark that makes a cell safe
in Excel would be imported as text.
"""

from __future__ import annotations

from assistant.domain import CaseTemplate, Column

_STEP_BY_STEP = "Test Script (Step-by-Step) - "

XRAY = CaseTemplate(
    name="Jira Xray",
    repeat_case_fields=False,
    max_cases=1000,
    columns=(
        Column(header="Issue ID", field="id", required=True, every_row=True),
        Column(header="Issue Key", field="constant"),
        Column(header="Test Type", field="constant", required=True, default="Manual"),
        Column(header="Test Summary", field="title", required=True, max_chars=255),
        Column(header="Test Priority", field="priority"),
        Column(header="Action", field="step_action", required=True),
        Column(header="Data", field="step_data"),
        Column(header="Result", field="step_expected"),
        Column(header="Test Repo", field="epic"),
        Column(header="Precondition", field="constant"),
        Column(header="Issue Type", field="constant", default="test"),
        Column(header="Precondition Type", field="constant"),
        Column(header="Unstructured Definition", field="constant"),
        Column(header="Labels", field="labels", separator=";"),
        Column(header="Component", field="team"),
        Column(header="Gherkin definition", field="constant"),
        Column(header="Description", field="description"),
        Column(header="Links", field="story"),
    ),
)
"""Rows of one Issue ID are one test; preconditions stand in the description, because a column of
them would have to name precondition issues."""

ZEPHYR_SCALE = CaseTemplate(
    name="Zephyr Scale",
    repeat_case_fields=False,
    columns=(
        Column(header="Key", field="constant"),
        Column(header="Name", field="title", required=True, max_chars=255),
        Column(
            header="Status", field="status", allowed=("Draft", "Approved", "Deprecated"),
            values={
                "draft": "Draft", "imported": "Draft", "accepted": "Approved",
                "rejected": "Deprecated",
            },
        ),
        Column(header="Precondition", field="preconditions"),
        Column(header="Objective", field="description"),
        Column(header="Folder", field="epic"),
        Column(
            header="Priority", field="priority", allowed=("High", "Normal", "Low"),
            values={"Medium": "Normal"},
        ),
        Column(header="Component", field="team"),
        Column(header="Labels", field="labels", separator=","),
        Column(header="Owner", field="constant"),
        Column(header="Estimated Time", field="constant"),
        Column(header="Coverage (Issues)", field="story"),
        Column(header="Coverage (Pages)", field="constant"),
        Column(header=f"{_STEP_BY_STEP}Step", field="step_action", required=True),
        Column(header=f"{_STEP_BY_STEP}Test Data", field="step_data"),
        Column(header=f"{_STEP_BY_STEP}Expected Result", field="step_expected"),
        Column(header="Test Script (Plain Text)", field="constant"),
        Column(header="Test Script (BDD)", field="constant"),
    ),
)  # fmt: skip
"""The first row holds the fields and step 1; the objective also holds what has no column.
Importing again creates the cases again."""

TESTRAIL = CaseTemplate(
    name="TestRail",
    repeat_case_fields=False,
    columns=(
        Column(header="Title", field="title", required=True, max_chars=250),
        Column(header="Section", field="epic"),
        Column(header="Priority", field="priority", allowed=("Critical", "High", "Medium", "Low")),
        Column(header="Type", field="constant", default="Acceptance"),
        Column(header="Preconditions", field="preconditions"),
        Column(header="Step", field="step_action", required=True),
        Column(header="Expected Result", field="step_expected"),
        Column(header="References", field="story"),
    ),
)
"""Layout "multiple rows": a case begins where Title is filled."""

AZURE_DEVOPS = CaseTemplate(
    name="Azure DevOps",
    repeat_case_fields=False,
    title_row=True,
    preconditions_first=True,
    columns=(
        Column(header="ID", field="constant"),
        Column(header="Work Item Type", field="constant", default="Test Case"),
        Column(header="Title", field="title", required=True, max_chars=128),
        Column(header="Test Step", field="step_number", required=True),
        Column(header="Step Action", field="step_action", required=True),
        Column(header="Step Expected", field="step_expected"),
        Column(header="Area Path", field="constant"),
        Column(header="Assigned To", field="constant"),
        Column(header="State", field="constant", default="Design"),
        Column(
            header="Priority", field="priority", allowed=("1", "2", "3", "4"),
            values={"High": "1", "Medium": "2", "Low": "3"},
        ),
        Column(header="Tags", field="tags", separator="; "),
        Column(header="Description", field="description"),
    ),
)  # fmt: skip
"""A row with the title, then the steps; an empty ID creates a test case."""

READY_TEMPLATES = (XRAY, ZEPHYR_SCALE, TESTRAIL, AZURE_DEVOPS)
