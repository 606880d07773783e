"""Cases as table rows: the template decides columns, order, defaults and the words of values."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from assistant.domain import (
    CASE_PARTS,
    HOW_TO_RUN,
    CaseTemplate,
    Chunk,
    Citation,
    Column,
    TemplateField,
    TestCase,
    TestStep,
)
from assistant.suite.step_marks import MARK_WORDS, StepMark, mark_of, rests_on_old, worst_mark
from assistant.suite.titles import titled

Sources = Mapping[str, Chunk]
"""Chunks by id: what the ``chunk_id`` of a citation points to."""

UNSUPPORTED_MARK = f" [{MARK_WORDS['unsupported']}]"
DENIED_MARK = f" [{MARK_WORDS['denied']}]"
"""End an expected result without a source, or that one denies, where the template has no column
for support."""

STEP_FIELDS: tuple[TemplateField, ...] = (
    "step_number", "step_action", "step_data", "step_expected", "step_sources", "step_support",
)  # fmt: skip
"""Fields that belong to one step; in a row per case they list all steps, numbered."""

LIST_FIELDS: tuple[TemplateField, ...] = ("criteria", "labels", "tags")
"""Fields that hold several values in one cell; values are renamed and checked one by one."""


def rows(
    template: CaseTemplate,
    cases: Iterable[TestCase],
    *,
    sources: Sources,
    mark_unsupported: bool = True,
) -> Iterator[list[str]]:
    """The header row, then the rows of ``cases`` in the order in which they come, without the
    ``optional`` columns that none of them fills.

    Cells hold the stored text unchanged: making them safe for a spreadsheet is the exporter's
    business. For ``mark_unsupported`` see ``case_rows``.
    """
    table = [[column.header for column in template.columns]]
    for case in cases:
        table += case_rows(template, case, sources=sources, mark_unsupported=mark_unsupported)
    kept = [
        place
        for place, column in enumerate(template.columns)
        if not column.optional or any(row[place] for row in table[1:])
    ]
    for row in table:
        yield [row[place] for place in kept]


def case_rows(
    template: CaseTemplate, case: TestCase, *, sources: Sources, mark_unsupported: bool = True
) -> list[list[str]]:
    """The rows of one case: one, or one per step (one where it has no step).

    Where ``repeat_case_fields`` is off, only the first row carries the fields of the case and the
    following rows those of the step, the layout that most test tools import; with ``title_row`` a
    row without a step stands above them. Test data goes with the action where the template has no
    column for it. ``mark_unsupported`` ends results without a source, that one denies, or that rest
    on drafts and old ones alone, with a mark where the template has no column for support: for a
    reader, never for a tool that would import it as text.
    """
    if template.date_in_preconditions and case.test_date and not _has_day(template):
        dated = f"{CASE_PARTS['test_date']}: {_day(case)}"
        case = case.model_copy(update={"preconditions": (dated, *case.preconditions)})
    marks = _Marks.of(template, case, mark_unsupported)
    steps = sorted(case.steps, key=lambda step: step.number)
    if template.preconditions_first and case.preconditions:
        steps = _with_preconditions(case, steps)
    case = case.model_copy(update={"title": titled(template.title_pattern, case)})
    if template.row_per == "case":
        return [[_case_cell(column, case, steps, sources, marks) for column in template.columns]]
    result: list[list[str]] = []
    shown: Sequence[TestStep | None] = steps or [None]
    if template.title_row and steps:
        shown = [None, *steps]
    for step in shown:
        following = bool(result) and not template.repeat_case_fields
        row: list[str] = []
        for column in template.columns:
            if column.field in STEP_FIELDS:
                text = "" if step is None else _step_text(column.field, step, sources, marks)
                titling = step is None and template.title_row
                said = "" if titling else _in_their_words(column, text)
                row.append(said if step is None else _with_old(column, said, [step], marks))
            elif following and not column.every_row:
                row.append("")
            else:
                row.append(_case_cell(column, case, steps, sources, marks))
        result.append(row)
    return result


def _has_day(template: CaseTemplate) -> bool:
    """Whether a column has the test date, or a description that names it."""
    return any(column.field in ("test_date", "description") for column in template.columns)


def _with_preconditions(case: TestCase, steps: Sequence[TestStep]) -> list[TestStep]:
    """The steps behind a first one that says what must hold before."""
    words = _listed("preconditions", case.preconditions)
    first = TestStep(number=1, action=words, expected_result="")
    return [first, *(step.model_copy(update={"number": step.number + 1}) for step in steps)]


@dataclass(frozen=True, slots=True)
class _Marks:
    """What a template has no column for, and goes into another cell."""

    unsupported: bool
    denied: bool
    old_in_results: bool
    data: bool
    fields: frozenset[TemplateField]
    steps: Mapping[int, StepMark | None]
    """Each step's mark by the number under which it stands in the file."""
    old: Mapping[int, str]
    """In the same way, which drafts or old sources alone a step's result rests on."""

    @classmethod
    def of(cls, template: CaseTemplate, case: TestCase, mark_unsupported: bool) -> _Marks:
        """``unsupported`` and ``denied`` results would be invisible; test ``data`` would be
        lost."""
        fields = frozenset(column.field for column in template.columns)
        moved = bool(template.preconditions_first and case.preconditions)
        return cls(
            unsupported=mark_unsupported and is_unseen(template, case),
            denied=mark_unsupported and not tells_support(template),
            old_in_results=mark_unsupported and not any(map(_tells_old, template.columns)),
            data="step_action" in fields and not fields & {"step_data", "steps"},
            fields=fields | {"preconditions"} if template.preconditions_first else fields,
            steps={step.number + moved: mark_of(step, case.findings) for step in case.steps},
            old={
                step.number + moved: one.message.removesuffix(".")
                for step in case.steps
                for one in case.findings
                if rests_on_old(one, step)
            },
        )


def tells_support(template: CaseTemplate) -> bool:
    """Whether a column of the template says what bears a result."""
    return any(column.field in ("support", "step_support") for column in template.columns)


def is_unseen(template: CaseTemplate, case: TestCase) -> bool:
    """Whether no column of the template tells that a result of ``case`` has no source.

    Imported and hand-written cases were never derived from a source.
    """
    return case.origin.writer in ("rules", "model") and not tells_support(template)


def _case_cell(
    column: Column, case: TestCase, steps: Sequence[TestStep], sources: Sources, marks: _Marks
) -> str:
    field = column.field
    if field == "constant":
        return column.default
    if field == "writer":
        return _in_their_words(column, _writer(case, plain=bool(column.values or column.allowed)))
    if field == "description":
        return _in_their_words(column, _description(case, steps, marks.fields))
    if field == "sources":
        return _in_their_words(column, _sources(case.all_citations, sources))
    if field == "steps":
        listed = (f"{step.number}. {_step_block(step, marks)}" for step in steps)
        return _in_their_words(column, "\n".join(listed))
    if field in STEP_FIELDS:
        texts = [(step.number, _step_text(field, step, sources, marks)) for step in steps]
        if field == "step_number":
            return _in_their_words(column, "\n".join(text for _, text in texts))
        if field == "step_support":
            texts = [
                (step.number, _with_old(column, _in_their_words(column, text), [step], marks))
                for step, (_, text) in zip(steps, texts, strict=True)
            ]
        return "\n".join(f"{number}. {text}" for number, text in texts if text) or column.default
    items = _CASE_FIELDS[field](case)
    if field == "support":
        return _with_old(column, _in_their_words(column, "\n".join(items)), steps, marks)
    if field in LIST_FIELDS:
        status = [case.status] if field != "criteria" and case.status in column.values else []
        words = dict.fromkeys(column.values.get(item, item) for item in (*items, *status))
        return column.separator.join(words) or column.default
    return _in_their_words(column, "\n".join(items))


def _day(case: TestCase) -> str:
    return case.test_date.isoformat() if case.test_date else ""


def _questions(case: TestCase) -> list[str]:
    return [*case.open_questions, *(HOW_TO_RUN + text for text in case.running_questions)]


_CASE_FIELDS: dict[TemplateField, Callable[[TestCase], Sequence[str]]] = {
    "id": lambda case: (case.id,),
    "title": lambda case: (case.title,),
    "objective": lambda case: (case.objective,),
    "test_date": lambda case: (_day(case),),
    "preconditions": lambda case: case.preconditions,
    "postconditions": lambda case: case.postconditions,
    "priority": lambda case: (case.priority,),
    "type": lambda case: (case.technique or "",),
    "release": lambda case: (case.release,),
    "team": lambda case: (case.team,),
    "epic": lambda case: (case.epic_key,),
    "story": lambda case: (case.story_key,),
    "criteria": lambda case: case.criterion_ids,
    "labels": lambda case: case.labels,
    "status": lambda case: (case.status,),
    "support": lambda case: (worst_mark(case) or "",),
    "tags": lambda case: tags(case),
    "questions": _questions,
}


_NEAREST_TYPE = {"end-to-end": "positive", "pairwise": "decision-table rule"}
"""What a technique is to a company that has no word of its own for it."""


def _in_their_words(column: Column, text: str) -> str:
    if column.field == "type" and text not in (*column.values, *column.allowed):
        text = column.values.get(_NEAREST_TYPE.get(text, ""), text)
    if column.field not in ("support", "step_support"):
        return column.values.get(text, text) or column.default
    # A company that names what no source has, and not what one denies, has no better word for it.
    known = "unsupported" if text == "denied" and text not in column.values else text
    return column.values.get(known, _MARK_WORDS.get(text, text)) or column.default


def _tells_old(column: Column) -> bool:
    """Whether a column says what drafts or old sources a result rests on alone: one of support, but
    for one with a company's own words, which takes no others."""
    own_words = column.values or column.allowed
    return column.field in ("support", "step_support") and not own_words


def _with_old(column: Column, text: str, steps: Sequence[TestStep], marks: _Marks) -> str:
    """What a column says of steps, with the drafts or old sources that their results rest on."""
    found = [marks.old[step.number] for step in steps if step.number in marks.old]
    return "; ".join(filter(None, dict.fromkeys((text, *found)))) if _tells_old(column) else text


_MARK_WORDS: Mapping[str, str] = {str(mark): words for mark, words in MARK_WORDS.items()}


def _step_text(field: TemplateField, step: TestStep, sources: Sources, marks: _Marks) -> str:
    match field:
        case "step_number":
            return str(step.number)
        case "step_action":
            return "\n".join(_action_lines(step)) if marks.data else step.action
        case "step_data":
            return step.test_data
        case "step_expected":
            return _expected(step, marks)
        case "step_sources":
            return _sources(step.citations, sources)
        case _:
            return marks.steps.get(step.number) or ""


def _action_lines(step: TestStep) -> list[str]:
    data = f"Test data: {step.test_data}" if step.test_data else ""
    return [line for line in (step.action, data) if line]


def _step_block(step: TestStep, marks: _Marks) -> str:
    return "\n".join([*_action_lines(step), f"Expected result: {_expected(step, marks)}"])


def _expected(step: TestStep, marks: _Marks) -> str:
    mark = marks.steps.get(step.number)
    if mark == "denied" and marks.denied:
        return step.expected_result + DENIED_MARK
    if marks.old_in_results and (old := marks.old.get(step.number)):
        return f"{step.expected_result} [{old}]"
    shown = marks.unsupported and mark == "unsupported"
    return step.expected_result + UNSUPPORTED_MARK if shown else step.expected_result


def _description(
    case: TestCase, steps: Sequence[TestStep], fields: frozenset[TemplateField]
) -> str:
    """What a tool without columns for it keeps in one text; no other column repeats it."""
    parts = [case.objective] if case.objective and "objective" not in fields else []
    sums = [f"Step {step.number}: {line}" for step in steps for line in step.calculation]
    lists: tuple[tuple[str, Sequence[str]], ...] = (
        ("preconditions", case.preconditions),
        ("postconditions", case.postconditions),
        ("calculations", sums),
        ("questions", _questions(case)),
    )
    parts += [_listed(field, lines) for field, lines in lists if lines and field not in fields]
    values: tuple[tuple[TemplateField, str], ...] = (
        ("test_date", _day(case)),
        ("story", case.story_key),
        ("criteria", ", ".join(case.criterion_ids)),
        ("priority", case.priority),
        ("id", case.id),
    )
    parts += [
        f"{CASE_PARTS[field]}: {value}"
        for field, value in values
        if value and (field not in fields or field == "id")
    ]
    return "\n\n".join(parts)


def _listed(field: str, lines: Sequence[str]) -> str:
    return "\n".join([f"{CASE_PARTS[field]}:", *(f"- {line}" for line in lines)])


def tags(case: TestCase) -> tuple[str, ...]:
    """What a tool without columns for it keeps as tags, each once."""
    named = (case.release, case.team, case.epic_key, case.story_key, *case.criterion_ids)
    return tuple(dict.fromkeys(filter(None, (*case.labels, *named))))


def _writer(case: TestCase, *, plain: bool) -> str:
    """Who wrote the case; ``plain``: only the word, for columns with a fixed set of values."""
    origin = case.origin
    if plain:
        return origin.writer
    text = f"{origin.writer} ({origin.model_id})" if origin.model_id else origin.writer
    if origin.replaces:
        text += ", in place of the model's draft"
    return f"{text}, edited by {origin.edited_by}" if origin.edited_by else text


def _sources(citations: Iterable[Citation], sources: Sources) -> str:
    """One line per citation, ``[n] title: “quote”``, each once, by source number."""
    lines: dict[str, int] = {}
    for citation in citations:
        chunk = sources.get(citation.chunk_id)
        title = "" if chunk is None else chunk.title or chunk.key or chunk.document_id
        label = f"[{citation.source}] {title}".rstrip()
        line = f"{label}: “{citation.quote}”" if title else f"{label} “{citation.quote}”"
        lines.setdefault(line, citation.source)
    return "\n".join(sorted(lines, key=lambda line: lines[line]))
