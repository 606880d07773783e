"""The company's case template: the default one, reading and writing it as JSON, and its rules.

A template file is the JSON form of ``CaseTemplate``: a name, ``row_per`` and ``columns``, each with
``header`` and ``field`` and, where needed, ``required``, ``max_chars``, ``allowed``, ``default``
and ``values`` (our word to theirs), ``optional`` (no column where no case fills it).

Case templates as data: the standard one and those of test tools (``case_templates.toml``).
"""

from __future__ import annotations

from collections.abc import Sequence
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING, get_args

from pydantic import ValidationError

from assistant.domain import CaseTemplate, Column, TemplateField, TestCase
from assistant.errors import TemplateError
from assistant.language.word_lists import read_table
from assistant.suite.rows import LIST_FIELDS, Sources, case_rows
from assistant.suite.titles import TITLE_SLOTS, unknown_slots

if TYPE_CHECKING:
    from pydantic_core import ErrorDetails

TEMPLATES = read_table(Path(__file__).with_name("case_templates.toml"), dict[str, CaseTemplate])
"""All templates by the names of the file."""

XRAY = TEMPLATES["xray"]
ZEPHYR_SCALE = TEMPLATES["zephyr_scale"]
TESTRAIL = TEMPLATES["testrail"]
AZURE_DEVOPS = TEMPLATES["azure_devops"]
READY_TEMPLATES = (XRAY, ZEPHYR_SCALE, TESTRAIL, AZURE_DEVOPS)


DEFAULT_TEMPLATE = TEMPLATES["standard"]
"""The template of a project without its own: one row per step, fields of IEEE 29119-3."""

UNDATED_TEMPLATE = DEFAULT_TEMPLATE.model_copy(
    update={"columns": tuple(one for one in DEFAULT_TEMPLATE.columns if one.field != "test_date")}
)
"""The same as earlier versions gave it to a project."""


def load_template(text: str) -> CaseTemplate:
    """The template written in ``text`` (JSON).

    Raises ``TemplateError`` naming the column that is wrong and what to write instead: not JSON,
    unknown field, missing header, header twice, a column both required and optional, a default or
    value that ``allowed`` does not have, an unknown slot in the title pattern.
    """
    try:
        template = CaseTemplate.model_validate_json(text.removeprefix("\ufeff"))
    except ValidationError as error:
        raise TemplateError(_explain(error.errors()[0])) from error
    except UnicodeEncodeError as error:
        raise TemplateError(
            "The template holds a broken character (half of a surrogate pair). "
            "Save the file as UTF-8 and load it again."
        ) from error
    _check(template)
    return template


def dump_template(template: CaseTemplate) -> str:
    """The template as indented JSON that ``load_template`` reads back equal."""
    return template.model_dump_json(indent=2, exclude_defaults=True) + "\n"


def template_problems(
    template: CaseTemplate, case: TestCase, *, sources: Sources | None = None
) -> tuple[str, ...]:
    """What in ``case`` breaks the template's rules, one sentence each, none twice.

    Checked on the cells as exported: required and empty, longer than ``max_chars``, not among the
    allowed values.
    """
    problems: dict[str, None] = {}
    table = case_rows(template, case, sources=sources or {})
    by_column = zip(*table, strict=True)
    for column, cells in zip(template.columns, by_column, strict=True):
        per_row = template.row_per == "step" and column.field.startswith("step_")
        own_row = template.title_row and len(cells) > 1
        checked = cells[own_row:] if per_row else cells[:1]
        for number, cell in enumerate(checked, start=1):
            place = f", step {number}" if per_row and case.steps else ""
            for problem in _cell_problems(column, cell):
                problems.setdefault(f"{column.header}{place}: {problem}")
    return tuple(problems)


def left_out(template: CaseTemplate, case: TestCase) -> tuple[str, ...]:
    """What of ``case`` no column of the template shows, in the words of the page."""
    fields: set[str] = {column.field for column in template.columns}
    fields |= {slot for slot in TITLE_SLOTS if f"{{{slot}}}" in template.title_pattern}
    if "steps" in fields:
        fields |= {"step_action", "step_data", "step_expected"}
    if "step_action" in fields:
        fields.add("step_data")
    if "description" in fields:
        fields |= {"objective", "preconditions", "postconditions", "questions", "id"}
        fields |= {"story", "criteria", "priority", "test_date"}
    if "tags" in fields:
        fields |= {"labels", "release", "team", "epic", "story", "criteria"}
    if template.preconditions_first:
        fields.add("preconditions")
    if template.date_in_preconditions and "preconditions" in fields:
        fields.add("test_date")
    held: tuple[tuple[TemplateField, str, bool], ...] = (
        ("title", "title", True),
        ("objective", "objective", bool(case.objective)),
        ("test_date", "test dates", bool(case.test_date)),
        ("preconditions", "preconditions", bool(case.preconditions)),
        ("step_action", "actions", bool(case.steps)),
        ("step_data", "test data", any(step.test_data for step in case.steps)),
        ("step_expected", "expected results", any(s.expected_result for s in case.steps)),
        ("postconditions", "postconditions", bool(case.postconditions)),
        ("story", "user story", bool(case.story_key)),
        ("criteria", "acceptance criteria", bool(case.criterion_ids)),
        ("priority", "priority", True),
        ("labels", "labels", bool(case.labels)),
        ("questions", "open questions", bool(case.open_questions or case.running_questions)),
        ("id", "test case ids", True),
    )
    return tuple(words for field, words, filled in held if filled and field not in fields)


def _cell_problems(column: Column, cell: str) -> list[str]:
    if not cell.strip():
        return ["required, but empty."] if column.required else []
    problems = []
    if column.max_chars is not None and len(cell) > column.max_chars:
        problems.append(
            f"{len(cell)} characters, the template allows {column.max_chars}; shorten it."
        )
    items = cell.split(column.separator) if column.field in LIST_FIELDS else [cell]
    for item in items:
        if column.allowed and item not in column.allowed:
            problems.append(f"“{item}” is not allowed; use one of {_listed(column.allowed)}.")
    return problems


def _check(template: CaseTemplate) -> None:
    """Rules between the parts of a template that single fields cannot express."""
    seen: set[str] = set()
    for column in template.columns:
        name = f"Column “{column.header}”"
        if not column.header.strip():
            raise TemplateError("A column's header is blank. Give each column a header.")
        if column.header in seen:
            raise TemplateError(f"{name} occurs twice. Rename or remove one of them.")
        seen.add(column.header)
        if column.required and column.optional:
            raise TemplateError(
                f"{name} is required, but left out where no case fills it. Choose one of the two."
            )
        if column.field == "constant" and column.required and not column.default:
            raise TemplateError(f"{name} is a required constant without a text. Set its default.")
        if not column.allowed:
            continue
        for word in (*column.values.values(), *filter(None, [column.default])):
            if word not in column.allowed:
                raise TemplateError(
                    f"{name}: “{word}” is not among its allowed values "
                    f"({_listed(column.allowed)}). Add it there or use one of them."
                )
    unknown = unknown_slots(template.title_pattern)
    if unknown:
        raise TemplateError(
            f"The title pattern has an unknown slot {{{unknown[0]}}}. "
            f"Use these: {', '.join('{' + slot + '}' for slot in TITLE_SLOTS)}."
        )


def _explain(error: ErrorDetails) -> str:
    """One sentence of what is wrong where, one of what to write instead."""
    if error["type"] == "json_invalid":
        reason = str(error.get("ctx", {}).get("error", error["msg"]))
        return f"The template is not valid JSON: {reason}. Correct that place and load it again."
    place, given = error["loc"], error["input"]
    where = "The template"
    if len(place) >= 2 and place[0] == "columns":
        where = f"Column {int(place[1]) + 1}"
    name = str(place[-1]) if place else ""
    match error["type"]:
        case "missing":
            return f"{where} lacks “{name}”. Add it."
        case "extra_forbidden":
            model = Column if place[0] == "columns" else CaseTemplate
            return (
                f"{where} has an unknown entry “{name}”. {_meant(name, list(model.model_fields))}"
            )
        case "literal_error" if name == "field":
            known = list(get_args(TemplateField))
            return f"{where}: “{given}” is no field of a test case. {_meant(str(given), known)}"
        case _ if not place:
            return 'The template is not an object. Write {"name": …, "columns": [ … ]}.'
    return f"{where}, “{name}”: {error['msg']}. Correct it and load the template again."


def _meant(word: str, known: Sequence[str]) -> str:
    close = get_close_matches(word, known, n=1)
    hint = f"Did you mean “{close[0]}”? " if close else ""
    return f"{hint}Known are: {', '.join(known)}."


def _listed(words: Sequence[str]) -> str:
    return ", ".join(f"“{word}”" for word in words)
