"""The test cases of a file on this computer or of an upload, read and not kept.

The smells of a file of cases: CSV, Excel, feature files and whatever else the import reads, and
JSON lines of cases.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

from assistant.domain import CaseOrigin, Epic, Fix, Severity, TestCase, Value
from assistant.errors import SourceError, UnknownColumns
from assistant.generation.house_rules import HouseRules, learn_rules
from assistant.generation.lint import lint
from assistant.sources.files.batches import read_files
from assistant.sources.grids.mapping import ColumnMapping
from assistant.training.data.case_files import gherkin_parts, read_case_file


def cases_of_file(path: Path) -> tuple[TestCase, ...]:
    """The cases of a file or an archive, each id once.

    Raises ``SourceError`` where the file cannot be read or holds no case.
    """
    cases: dict[str, TestCase] = {}
    problem = ""
    for outcome in read_files(path.name, bytes_of(path)):
        problem = problem or outcome.error
        for case in outcome.reading.cases if outcome.reading else ():
            cases.setdefault(case.id, case)
    if not cases:
        raise SourceError(problem or f"No test case was found in '{path}'. Is it the right file?")
    return tuple(cases.values())


def bytes_of(path: Path) -> bytes:
    """What a file holds; ``SourceError`` where it cannot be read."""
    try:
        return path.read_bytes()
    except OSError as error:
        raise SourceError(
            f"'{path}' cannot be read ({error.strerror}). Name a file that holds test cases."
        ) from error


def cases_in_bytes(
    name: str, data: bytes, *, mappings: Sequence[ColumnMapping] = ()
) -> Iterator[TestCase]:
    """The cases of a file or an archive; the scenarios of a feature file are cases.

    Raises ``SourceError`` where one of its files cannot be read, ``UnknownColumns`` where one is a
    table of cases, or the only thing there is a table, and no saved mapping reads it.
    """
    table, found = "", 0
    for outcome in read_files(name, data, mappings=mappings):
        if outcome.reading is None:
            raise SourceError(f"'{outcome.name}' cannot be read: {outcome.error}")
        reading = outcome.reading
        if reading.columns == "unsure" and not reading.cases:
            raise _unknown_columns(outcome.name)
        cases = reading.cases or [one for epic in reading.epics for one in _scenarios(epic)]
        if reading.document.kind == "table" and not cases:
            table = outcome.name
        found += len(cases)
        yield from cases
    if table and not found:
        raise _unknown_columns(table)


def _unknown_columns(name: str) -> UnknownColumns:
    return UnknownColumns(
        f"'{name}' is a table, but which of its columns hold test cases is not known for certain. "
        "Say what each of them holds and save that: Import sources, Show and correct the columns."
    )


def _scenarios(epic: Epic) -> Iterator[TestCase]:
    for criterion in epic.criteria:
        if criterion.form == "gherkin":
            before, steps = gherkin_parts(criterion.text.splitlines())
            yield TestCase(
                id=criterion.id,
                title=criterion.title or epic.story_of(criterion.id).title,
                preconditions=before,
                steps=steps,
                status="imported",
                origin=CaseOrigin(writer="import"),
            )


class LintRow(Value):
    """One finding in a file: ``step`` is ``None`` where it concerns the case as a whole."""

    file: str
    case_id: str
    title: str
    step: int | None
    rule: str
    severity: Severity
    message: str
    words: str = ""
    fix: Fix | None = None


class LintReport(Value):
    """All findings of the files, and how many of each kind there are."""

    rows: tuple[LintRow, ...]
    cases: int
    steps: int
    by_rule: dict[str, int]
    per_case: float


def lint_files(paths: Sequence[Path]) -> LintReport:
    """The findings of the cases in these files.

    Raises ``SourceError`` (``TrainingError`` for JSON lines) where a file cannot be read or holds
    no test case.
    """
    rows: list[LintRow] = []
    cases = steps = 0
    for path in paths:
        found = list(cases_in(path))
        if not found:
            raise SourceError(
                f"'{path.name}' holds no test cases. Give a table of cases, a feature file, or "
                "JSON lines with a title and steps."
            )
        house = learn_rules(found)
        cases += len(found)
        steps += sum(len(case.steps) for case in found)
        rows += [row for case in found for row in _rows(path.name, case, house)]
    counts = Counter(row.rule for row in rows)
    return LintReport(
        rows=tuple(rows),
        cases=cases,
        steps=steps,
        by_rule=dict(counts.most_common()),
        per_case=round(len(rows) / cases, 4) if cases else 0.0,
    )


def cases_in(path: Path) -> Iterator[TestCase]:
    """The cases of one file; the scenarios of a feature file are cases."""
    if path.suffix.casefold() in (".jsonl", ".ndjson"):
        for story in read_case_file(path):
            yield from story.cases
        return
    yield from cases_in_bytes(path.name, bytes_of(path))


def _rows(file: str, case: TestCase, house: HouseRules) -> Iterator[LintRow]:
    for one in lint(case, house):
        yield LintRow(file=file, case_id=case.id, title=case.title, **dict(one))
