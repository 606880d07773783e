"""Mapping files beside an export: what an importer would otherwise ask for column by column.

Formats: TestRail's import configuration (``.cfg``, as its importer saves it), and the
``importConfiguration.json`` of Xray's Test Case Importer. Both name columns by their number, so
they are made from the template that is exported.
"""

from __future__ import annotations

import json

from assistant.domain import CaseTemplate, Value
from assistant.suite.tool_templates import TESTRAIL, XRAY


class MappingFile(Value):
    """A file to load into a tool's importer, and what to look at there before importing."""

    name: str
    content: str
    note: str


def mapping_files(
    template: CaseTemplate, *, project_key: str = "", link_type_id: str = ""
) -> tuple[MappingFile, ...]:
    """The mapping file of the tool whose headers the template has; empty for any other template.

    ``project_key`` is the Jira project that Xray imports into, ``link_type_id`` the number of the
    link type of that Jira by which a test is linked to its story.
    """
    headers = [column.header for column in template.columns]
    if headers == [column.header for column in TESTRAIL.columns]:
        return (_testrail(template),)
    if headers == [column.header for column in XRAY.columns]:
        return (_xray(template, project_key, link_type_id),)
    return ()


_TESTRAIL_FIELDS: dict[str, str] = {
    "Title": "cases:title",
    "Section": "cases:section_hierarchy",
    "Priority": "cases:priority_id",
    "Type": "cases:type_id",
    "Preconditions": "cases:custom_preconds",
    "Step": "cases:custom_steps_separated.content",
    "Expected Result": "cases:custom_steps_separated.expected",
    "References": "cases:refs",
}
_TESTRAIL_IDS = {
    "Priority": {"low": "1", "medium": "2", "high": "3", "critical": "4"},
    "Type": {"acceptance": "1"},
}
"""Ids of a new TestRail instance; an administrator may have changed them."""


def _testrail(template: CaseTemplate) -> MappingFile:
    headers = [column.header for column in template.columns]
    columns = [_TESTRAIL_FIELDS[header] for header in headers]
    values: dict[str, object] = {
        str(number): {"mapping": _TESTRAIL_IDS[header]}
        if header in _TESTRAIL_IDS
        else {"remove_html": False}
        for number, header in enumerate(headers)
    }
    body = {
        "import": {"format": "csv", "version": 1},
        "file": {
            "encoding": "UTF-8", "delimiter": ",", "start_row": 1, "has_header": True,
            "skip_empty": True,
        },
        "layout": {"format": "multi", "break": headers.index("Title"), "template": 2},
        "columns": columns,
        "values": values,
    }  # fmt: skip
    return MappingFile(
        name="testrail-import.cfg",
        content=json.dumps(body, indent=2) + "\n",
        note="Load it in TestRail's import dialog. Template 2 is “Test Case (Steps)” of a new "
        "instance: choose yours there if it differs.",
    )


_XRAY_FIELDS: dict[str, tuple[str, str, str]] = {
    "Issue ID": ("Xray", "__xray_testId", "string"),
    "Issue Key": ("Xray", "__issue_key", "string"),
    "Test Type": ("Xray", "xray_testtype", "string"),
    "Test Summary": ("Native", "summary", "string"),
    "Test Priority": ("Native", "__priority_name", "string"),
    "Action": ("Xray Test Step Fields", "__xray_step_action", "text"),
    "Data": ("Xray Test Step Fields", "__xray_step_data", "text"),
    "Result": ("Xray Test Step Fields", "__xray_step_result", "text"),
    "Test Repo": ("Xray", "xray_test_repository_folder", "string"),
    "Issue Type": ("Xray", "__xray_issue_type", "string"),
    "Labels": ("Native", "labels", "array"),
    "Component": ("Native", "__component_names", "array"),
    "Description": ("Native", "description", "string"),
}
"""Group, id and type of the fields; columns that are left empty are not mapped."""


def _xray(template: CaseTemplate, project_key: str, link_type_id: str) -> MappingFile:
    fields = dict(_XRAY_FIELDS)
    if link_type_id:
        fields["Links"] = ("Issue Links", f"__issuelink_outward_{link_type_id}", "array")
    mappings = [
        {
            "column.index": number,
            "jira.field": dict(zip(("group", "id", "type"), fields[column.header], strict=True)),
        }
        for number, column in enumerate(template.columns)
        if column.header in fields and (column.field != "constant" or column.default)
    ]
    body = {
        "config.encoding": "UTF-8",
        "config.delimiter": ",",
        "config.project.from.csv": False,
        "config.project.key": project_key,
        "config.list.delimiter": ";",
        "config.date.format": "DD/MM/YYYY HH:mm",
        "config.create.test.repository.folders": True,
        "config.field.mappings": mappings,
    }
    return MappingFile(
        name="importConfiguration.json",
        content=json.dumps(body, indent=2) + "\n",
        note="Load it in the first step of Xray's Test Case Importer."
        + (
            ""
            if link_type_id
            else " Map “Links” there yourself, or give the number of the link type: its field is "
            "named after it, and it is another in every Jira (Settings, Issues, Issue linking)."
        ),
    )
