"""A template from a sample: the company's own file, with what each of its columns holds.

What can be seen in the rows is taken over: one row per case or per step, on which rows the fields
of a case stand, which columns are always filled, which few words a column uses. A person looks at
it and corrects it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import get_args

from assistant.domain import TECHNIQUES, CaseTemplate, Column, Priority, TemplateField, Value
from assistant.errors import TemplateError
from assistant.suite.rows import STEP_FIELDS

MOST_WORDS = 12
"""A column with more different cells than this has no fixed set of words."""

_LEAST_ROWS = 3
_STATUSES = {
    "draft": ("draft", "new", "design", "open", "to review", "in review", "entwurf"),
    "accepted": ("approved", "accepted", "ready", "final", "active", "reviewed", "freigegeben"),
    "rejected": ("rejected", "obsolete", "deprecated", "retired", "closed", "abgelehnt"),
}

Meaning = Callable[[str], str]
"""Our word for one of theirs, empty where it is not known."""


class SampleColumn(Value):
    """A column of the sample; ``field`` is ``None`` where nobody knows what it holds."""

    header: str
    field: TemplateField | None = None


def template_from_sample(
    columns: Sequence[SampleColumn],
    rows: Sequence[Sequence[str]],
    *,
    name: str,
    meanings: Mapping[TemplateField, Meaning],
) -> CaseTemplate:
    """The template that ``rows`` follow; ``meanings`` translate the words of priority and type.

    Raises ``TemplateError`` where no column has a header.
    """
    named = [(n, column) for n, column in enumerate(columns) if column.header.strip()]
    if not named:
        raise TemplateError("The sample has no headers. Choose a file with a header row.")
    groups = _cases(columns, rows)
    per_step = any(len(group) > 1 for group in groups)
    layout = _layout(columns, groups) if per_step else {"row_per": "case"}
    if not per_step and not any(column.field == "step_expected" for column in columns):
        named = [(n, _all_steps(column)) for n, column in named]
    used: set[str] = set()
    made = []
    for number, column in named:
        cells = [
            (row[number] if number < len(row) else "").strip()
            for group in groups
            for row in (group if column.field in STEP_FIELDS else group[:1])
        ]
        made.append(_column(column, _unique(column.header.strip(), used), cells, meanings))
    if per_step and not layout["repeat_case_fields"]:
        made = [
            column.model_copy(update={"every_row": True})
            if column.field not in STEP_FIELDS and _repeated(number, groups)
            else column
            for (number, _), column in zip(named, made, strict=True)
        ]
    return CaseTemplate.model_validate(
        {"name": name.strip() or "Company template", "columns": made, **layout}
    )


def _all_steps(column: SampleColumn) -> SampleColumn:
    """A lone column of steps in a row per case holds actions and results together."""
    return column.model_copy(update={"field": "steps"}) if column.field == "step_action" else column


def _cases(
    columns: Sequence[SampleColumn], rows: Sequence[Sequence[str]]
) -> list[list[Sequence[str]]]:
    """The rows of each case: those with the same id and title, or with none, belong together."""
    keys = [n for n, column in enumerate(columns) if column.field in ("id", "title")]
    groups: list[list[Sequence[str]]] = []
    for row in rows:
        if not any(cell.strip() for cell in row):
            continue
        cells = [(row[n] if n < len(row) else "").strip() for n in keys]
        first = [groups[-1][0][n] if n < len(groups[-1][0]) else "" for n in keys] if groups else []
        goes_on = bool(groups) and bool(keys) and all(
            cell in ("", before.strip()) for cell, before in zip(cells, first, strict=True)
        )  # fmt: skip
        if goes_on:
            groups[-1].append(row)
        else:
            groups.append([row])
    return groups


def _layout(
    columns: Sequence[SampleColumn], groups: Sequence[Sequence[Sequence[str]]]
) -> dict[str, object]:
    """On which rows of a case its fields stand."""
    steps = [n for n, column in enumerate(columns) if column.field in STEP_FIELDS]
    titles = [n for n, column in enumerate(columns) if column.field == "title"] or [
        n for n, column in enumerate(columns) if column.field == "id"
    ]
    long = [group for group in groups if len(group) > 1]
    repeated = sum(all(_filled(row, titles) for row in group) for group in long) * 2 > len(long)
    titled = sum(not _filled(group[0], steps) and _filled(group[1], steps) for group in long)
    return {
        "row_per": "step",
        "repeat_case_fields": repeated,
        "title_row": titled * 2 > len(long),
    }


def _filled(row: Sequence[str], numbers: Sequence[int]) -> bool:
    return any(n < len(row) and row[n].strip() for n in numbers)


def _repeated(number: int, groups: Sequence[Sequence[Sequence[str]]]) -> bool:
    long = [group for group in groups if len(group) > 1]
    return sum(all(_filled(row, [number]) for row in group) for group in long) * 2 > len(long)


def _column(
    column: SampleColumn,
    header: str,
    cells: Sequence[str],
    meanings: Mapping[TemplateField, Meaning],
) -> Column:
    filled = [cell for cell in cells if cell]
    words = list(dict.fromkeys(filled))
    few = len(words) <= MOST_WORDS and len(filled) >= _LEAST_ROWS and len(words) * 2 <= len(filled)
    field = column.field
    always = len(filled) == len(cells) >= _LEAST_ROWS
    if field in ("priority", "type", "status") and few:
        values = _values(field, words, meanings)
        usual = Counter(filled).most_common(1)[0][0]
        if values:
            return Column(
                header=header, field=field, required=always, allowed=tuple(words), values=values,
                default=usual if always else "",
            )  # fmt: skip
        if field == "type":  # "Functional", "Regression": no technique of ours
            return Column(header=header, field="constant", default=usual, allowed=tuple(words))
    if field is None:
        same = words[0] if len(words) == 1 and always else ""
        return Column(header=header, field="constant", default=same)
    return Column(header=header, field=field, required=always)


def _values(
    field: TemplateField, words: Sequence[str], meanings: Mapping[TemplateField, Meaning]
) -> dict[str, str]:
    """Our words to theirs, the first that means it; no entry where the words are the same."""
    if field == "status":
        found = {
            ours: theirs
            for ours, known in _STATUSES.items()
            for theirs in words
            if theirs.casefold() in known
        }
        if not found:
            return {}
        return {"imported": found.get("accepted") or found.get("draft") or words[0], **found}
    ours: tuple[str, ...] = get_args(Priority) if field == "priority" else TECHNIQUES
    meaning = meanings.get(field)
    if meaning is None:
        return {}
    named: dict[str, str] = {}
    for theirs in words:
        named.setdefault(meaning(theirs), theirs)
    return {word: named[word] for word in ours if word in named}


def _unique(header: str, used: set[str]) -> str:
    """Headers of a template differ; a second "Step" becomes "Step (2)"."""
    shown, count = header, 1
    while shown in used:
        count += 1
        shown = f"{header} ({count})"
    used.add(shown)
    return shown
