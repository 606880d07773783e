"""Mapping files beside an export: what an importer would otherwise ask for column by column.

Formats: TestRail's import configuration (``.cfg``, as its importer saves it), and the
``importConfiguration.json`` of Xray's Test Case Importer. Both name columns by their number, so
they are made from the template that is exported.
"""

from __future__ import annotations

import json
import re
from pathlib import Path

from assistant.domain import CaseTemplate, Value
from assistant.errors import TemplateError
from assistant.language.word_lists import read_table
from assistant.suite.template import TESTRAIL, XRAY

WHAT_LINKS_LINK = (
    "“Links” is the key of the story that a case tests: the importer links the new test to that "
    "issue of your Jira, by the link type that this number stands for (“Test”: the test “tests” "
    "the story). It is no number of an issue."
)
WHERE_LINK_TYPES_ARE = (
    "It is another in every Jira: an administrator sees it there under Settings, Issues, Issue "
    "linking (in the address of “Edit”), and everybody at /rest/api/2/issueLinkType (the “id” of "
    "the one whose “outward” is “tests”)."
)


class ImporterFields(Value):
    """What importers call the columns, by their headers; see ``importer_fields.toml``."""

    testrail: dict[str, str]
    testrail_ids: dict[str, dict[str, str]]
    xray: dict[str, tuple[str, str, str]]


class MappingFile(Value):
    """A file to load into a tool's importer, and what to look at there before importing."""

    name: str
    content: str
    note: str
    lost: str = ""
    """What an import with it would lose, and what to do about that; empty where nothing is."""


def mapping_files(
    template: CaseTemplate, *, project_key: str = "", link_type_id: str = ""
) -> tuple[MappingFile, ...]:
    """The mapping file of the tool whose headers the template has; empty for any other template.

    ``project_key`` is the Jira project that Xray imports into, ``link_type_id`` the number of the
    link type of that Jira by which a test is linked to its story. Raises ``TemplateError`` where
    that is no number.
    """
    link_type_id = link_type_id.strip()
    if link_type_id and not re.fullmatch("[0-9]+", link_type_id):
        raise TemplateError(f"“{link_type_id}” is no number of a link type. {WHERE_LINK_TYPES_ARE}")
    headers = [column.header for column in template.columns]
    if headers == [column.header for column in TESTRAIL.columns]:
        return (_testrail(template),)
    if headers == [column.header for column in XRAY.columns]:
        return (_xray(template, project_key, link_type_id),)
    return ()


_FIELDS = read_table(Path(__file__).with_name("importer_fields.toml"), ImporterFields)


def _testrail(template: CaseTemplate) -> MappingFile:
    headers = [column.header for column in template.columns]
    columns = [_FIELDS.testrail[header] for header in headers]
    values: dict[str, object] = {
        str(number): {"mapping": _FIELDS.testrail_ids[header]}
        if header in _FIELDS.testrail_ids
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


def _xray(template: CaseTemplate, project_key: str, link_type_id: str) -> MappingFile:
    fields = dict(_FIELDS.xray)
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
        note="Load it in the first step of Xray's Test Case Importer.",
        lost=""
        if link_type_id
        else "“Links”, the key of the story that a case tests, is not mapped: tests would be "
        "imported without a link to it. Give the number of the link type “Test” of your Jira, or "
        f"map “Links” in the importer to “tests”. {WHERE_LINK_TYPES_ARE}",
    )
