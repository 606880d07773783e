"""The smells of a file of cases: CSV, Excel, feature files and whatever else the import reads, and
JSON lines of cases."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

from assistant.domain import Fix, Severity, TestCase, Value
from assistant.errors import SourceError
from assistant.generation.house_rules import HouseRules, learn_rules
from assistant.generation.lint import lint
from assistant.training.data.case_files import read_case_file
from assistant.workflow.review.case_lists import bytes_of, cases_in_bytes


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
        yield LintRow(
            file=file,
            case_id=case.id,
            title=case.title,
            step=one.step,
            rule=one.rule,
            severity=one.severity,
            message=one.message,
            words=one.words,
            fix=one.fix,
        )
