"""The company's case template: from a sample or a tool, edited, seen on real cases, saved."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Literal, get_args

from assistant.domain import CaseTemplate, Column, TemplateField, TestCase, Value
from assistant.errors import TemplateError, UnsupportedFile
from assistant.sources.files.files import tables_of
from assistant.sources.grids.case_rows import priority_of, technique_of
from assistant.sources.grids.grids import Grid
from assistant.sources.grids.headers import numbered_steps
from assistant.sources.grids.mapping import (
    ColumnField,
    ColumnMapping,
    MappedColumn,
    mapping_for,
    suggest_mapping,
)
from assistant.suite.mapping_files import WHAT_LINKS_LINK as WHAT_LINKS_LINK
from assistant.suite.mapping_files import WHERE_LINK_TYPES_ARE as WHERE_LINK_TYPES_ARE
from assistant.suite.mapping_files import MappingFile as MappingFile
from assistant.suite.mapping_files import mapping_files as mapping_files
from assistant.suite.rows import rows
from assistant.suite.template import (
    DEFAULT_TEMPLATE,
    dump_template,
    left_out,
    load_template,
    template_problems,
)
from assistant.suite.template import READY_TEMPLATES as READY_TEMPLATES
from assistant.suite.template_sample import SampleColumn, template_from_sample
from assistant.workflow.deployment.workspace import Workspace
from assistant.workflow.review.export_cases import cited_chunks, in_known_names
from assistant.workflow.sources.map_columns import saved

FIELDS: tuple[TemplateField, ...] = get_args(TemplateField)
PREVIEW_CASES = 3
SAMPLE_ROWS = 5_000

Layout = Literal["case", "step", "step, fields once", "step, title row"]
LAYOUTS: dict[Layout, dict[str, object]] = {
    "case": {"row_per": "case", "repeat_case_fields": True, "title_row": False},
    "step": {"row_per": "step", "repeat_case_fields": True, "title_row": False},
    "step, fields once": {"row_per": "step", "repeat_case_fields": False, "title_row": False},
    "step, title row": {"row_per": "step", "repeat_case_fields": False, "title_row": True},
}


class ColumnEdit(Value):
    """A column as a person edits it in a table: lists as text.

    ``place`` is where it stands (1 is first, 1.5 goes between 1 and 2); ``allowed`` reads
    "P1; P2", ``renames`` reads "High = P1; Medium = P2". ``row`` is its number in the table; a row
    that is not filled in yet has no header or no field.
    """

    row: int = 0
    place: float
    header: str
    field: TemplateField | None
    required: bool = False
    text: str = ""
    max_chars: int | None = None
    allowed: str = ""
    renames: str = ""
    every_row: bool = False
    optional: bool = False
    separator: str = ", "


class TemplatePreview(Value):
    """The first cases of the project as they would be exported, and what does not fit."""

    headers: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...] = ()
    cases: int = 0
    problems: tuple[str, ...] = ()
    left_out: tuple[str, ...] = ()
    unset: tuple[str, ...] = ()
    """Headers of the columns that hold nothing of any case."""


class SavedTemplate(Value):
    """An earlier state of the project's template."""

    seq: int
    at: datetime
    by: str
    template: CaseTemplate


# --- Where a template comes from ----------------------------------------------------------------

_FIELD_OF: dict[ColumnField, TemplateField] = {
    "gherkin": "steps", "plain": "steps", "status": "status", "type": "type", "labels": "labels",
}  # fmt: skip
"""Fields that an import knows, where the template calls them otherwise."""


def from_sample(workspace: Workspace, project_id: str, name: str, data: bytes) -> CaseTemplate:
    """As ``from_file``, with the columns as a person saved them for the project under the same
    headers."""
    return from_file(name, data, saved(workspace, project_id))


def from_file(name: str, data: bytes, mappings: Sequence[ColumnMapping] = ()) -> CaseTemplate:
    """The template in a file: our JSON, or the columns of a sample of the company's cases, those
    that one of ``mappings`` knows as it reads them.

    Raises ``TemplateError`` where the JSON is wrong or the file holds no table, and ``SourceError``
    where it cannot be read.
    """
    if data.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"{"):
        return load_template(data.decode("utf-8", "replace"))
    try:
        grids = [grid for grid in tables_of(name, data) if any(grid.header)]
    except UnsupportedFile:
        grids = []
    if not grids:
        raise TemplateError(
            f"'{name}' holds no table. Choose a CSV or an Excel file with your cases, or a "
            "template saved here (JSON)."
        )
    best = max(grids, key=lambda grid: len(suggest_mapping(grid.header, grid.rows).fields))
    mapping = _known_mapping(best, mappings) or suggest_mapping(best.header, best.rows)
    single = numbered_steps(best.header)  # a column a step, which a template has no field for
    columns = [
        SampleColumn(
            header=column.header,
            field=None if number in single else _template_field(column.field),
        )
        for number, column in enumerate(mapping.columns)
    ]
    title = name.rsplit("/", 1)[-1].rsplit(".", 1)[0]
    return template_from_sample(
        columns,
        best.rows[:SAMPLE_ROWS],
        name=title,
        meanings={"priority": priority_of, "type": lambda word: technique_of(word) or ""},
    )


def _known_mapping(grid: Grid, mappings: Sequence[ColumnMapping]) -> ColumnMapping | None:
    """The saved columns of cases under these headers, with those that they leave out."""
    known = mapping_for([one for one in mappings if one.holds == "cases"], grid.header)
    if known is None:
        return None
    fields = {one.number: one for one in known.columns}
    columns = [
        fields.get(number) or MappedColumn(number=number, header=header)
        for number, header in enumerate(grid.header)
    ]
    return known.model_copy(update={"columns": tuple(columns)})


def _template_field(field: ColumnField) -> TemplateField | None:
    if field == "ignore":
        return None
    return _FIELD_OF.get(field) or next(known for known in FIELDS if known == field)


def ready_template(name: str) -> CaseTemplate:
    """The ready-made template with this name (case does not count).

    Raises ``TemplateError`` naming those that exist.
    """
    for template in (DEFAULT_TEMPLATE, *READY_TEMPLATES):
        if template.name.casefold() == " ".join(name.split()).casefold():
            return template
    known = ", ".join(f"“{template.name}”" for template in (DEFAULT_TEMPLATE, *READY_TEMPLATES))
    raise TemplateError(f"There is no template “{name}”. Use one of these: {known}.")


# --- Editing --------------------------------------------------------------------------------------


def layout_of(template: CaseTemplate) -> Layout:
    """How the rows of a case are laid out."""
    if template.row_per == "case":
        return "case"
    if template.title_row:
        return "step, title row"
    return "step" if template.repeat_case_fields else "step, fields once"


def edits_of(template: CaseTemplate) -> tuple[ColumnEdit, ...]:
    """The columns as rows of a table to edit."""
    return tuple(
        ColumnEdit(
            row=place,
            place=place,
            header=column.header,
            field=column.field,
            required=column.required,
            text=column.default,
            max_chars=column.max_chars,
            allowed="; ".join(column.allowed),
            renames="; ".join(f"{ours} = {theirs}" for ours, theirs in column.values.items()),
            every_row=column.every_row,
            optional=column.optional,
            separator=column.separator,
        )
        for place, column in enumerate(template.columns, start=1)
    )


def edited(
    edits: Sequence[ColumnEdit],
    *,
    name: str,
    layout: Layout,
    title_pattern: str = "",
    preconditions_first: bool = False,
    date_in_preconditions: bool = False,
) -> CaseTemplate:
    """The template that the table describes; ``TemplateError`` says what is wrong where."""
    columns = [_column(edit) for edit in sorted(edits, key=lambda edit: edit.place)]
    body = {
        "name": " ".join(name.split()),
        "columns": columns,
        "title_pattern": title_pattern.strip(),
        "preconditions_first": preconditions_first,
        "date_in_preconditions": date_in_preconditions,
        **LAYOUTS[layout],
    }
    if not body["name"]:
        raise TemplateError("The template needs a name. Type one.")
    if not columns:
        raise TemplateError("The template has no columns. Add one to the table.")
    return load_template(json.dumps(body))


def _column(edit: ColumnEdit) -> dict[str, object]:
    if not edit.header.strip() or edit.field is None:
        lacking = "holds nothing yet" if edit.header.strip() else "has no header"
        said = edit.header.strip() or edit.field or edit.text or edit.renames or edit.allowed
        named = f" (“{said}”)" if said else ""
        raise TemplateError(
            f"Row {edit.row or edit.place:g}{named} {lacking}. Fill that in, or delete the row."
        )
    renames: dict[str, str] = {}
    for part in filter(None, map(str.strip, edit.renames.split(";"))):
        ours, sign, theirs = part.partition("=")
        if not sign or not ours.strip():
            raise TemplateError(
                f"Column “{edit.header}”: the rename “{part}” is not understood. Write our word, "
                "=, your word: High = P1; Medium = P2"
            )
        renames[ours.strip()] = theirs.strip()
    column = Column.model_construct(
        header=edit.header.strip(),
        field=edit.field,
        required=edit.required,
        max_chars=edit.max_chars,
        allowed=tuple(filter(None, map(str.strip, edit.allowed.split(";")))),
        default=edit.text,
        values=renames,
        separator=edit.separator,
        every_row=edit.every_row,
        optional=edit.optional,
    )
    return column.model_dump()


# --- On real cases --------------------------------------------------------------------------------


def preview(workspace: Workspace, project_id: str, template: CaseTemplate) -> TemplatePreview:
    """Some cases of the project under the template, reviewed ones first."""
    cases = in_known_names(workspace, project_id, _cases(workspace, project_id))
    sources = cited_chunks(workspace, project_id, cases)
    header, *body = rows(template, cases, sources=sources)
    problems = (
        f"{case.id}: {problem}"
        for case in cases
        for problem in template_problems(template, case, sources=sources)
    )
    lost = dict.fromkeys(words for case in cases for words in left_out(template, case))
    return TemplatePreview(
        headers=tuple(header),
        rows=tuple(map(tuple, body)),
        cases=len(cases),
        problems=tuple(problems),
        left_out=tuple(lost),
        unset=tuple(
            column.header
            for column in template.columns
            if column.field == "constant" and not column.default
        ),
    )


def faults(
    workspace: Workspace, project_id: str, cases: Collection[TestCase]
) -> Mapping[str, tuple[str, ...]] | None:
    """Which rules of the company's template cases break, a sentence each, by the id of the case;
    ``None`` where the project has no template of its own."""
    template = workspace.project(project_id).template
    if template == DEFAULT_TEMPLATE:
        return None
    sources = cited_chunks(workspace, project_id, cases)
    found = {case.id: template_problems(template, case, sources=sources) for case in cases}
    return {name: problems for name, problems in found.items() if problems}


def _cases(workspace: Workspace, project_id: str) -> list[TestCase]:
    for statuses in (("accepted",), ("draft",), ("imported",)):
        found = workspace.library.cases(project_id, statuses=statuses)  # type: ignore[arg-type]
        if found:
            return [stored.case for stored in found[:PREVIEW_CASES]]
    return []


# --- Saving and the way back ----------------------------------------------------------------------


def save(workspace: Workspace, project_id: str, template: CaseTemplate, *, by: str = "") -> None:
    """Make this the project's template; the one before stays to go back to."""
    template = load_template(dump_template(template))
    before = workspace.project(project_id).template
    if template == before:
        return
    if not workspace.library.saved.history(project_id, "case template"):
        workspace.library.saved.save(project_id, "case template", before.name, before)
    workspace.library.saved.save(project_id, "case template", template.name, template, by=by)
    workspace.library.save_template(project_id, template, by=by)


def earlier(workspace: Workspace, project_id: str) -> tuple[SavedTemplate, ...]:
    """The templates that the project had before its current one, the latest first, none twice."""
    seen = [workspace.project(project_id).template]
    found = []
    for value in workspace.library.saved.history(project_id, "case template"):
        template = CaseTemplate.model_validate_json(value.body)
        if template not in seen:
            seen.append(template)
            found.append(SavedTemplate(seq=value.seq, at=value.at, by=value.by, template=template))
    return tuple(found)


def as_json(template: CaseTemplate) -> bytes:
    """The template as a file that ``from_file`` reads back."""
    return dump_template(template).encode()


def guessed_project_key(workspace: Workspace, project_id: str) -> str:
    """The Jira project that the cases' stories are in: what stands before the number."""
    keys = [case.story_key.rpartition("-")[0] for case in _cases(workspace, project_id)]
    return next((key for key in keys if key), "")
