"""The report of a checked suite as a file: CSV for a spreadsheet, Markdown to be read."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Sequence

from assistant.domain import LintFinding
from assistant.suite.export.csv_file import encodable, mark
from assistant.workflow.review.case_checks import (
    VERDICTS,
    CaseCheck,
    Quotation,
    StepCheck,
    SuiteCheck,
)

HEADERS = (
    "Case", "Title", "Verdict", "Held against", "Linked", "Step", "Expected result",
    "Verdict of the step", "Findings", "Quotations",
)  # fmt: skip


def as_csv(report: SuiteCheck) -> bytes:
    """A row for each step, and one for what concerns a case as a whole; worst cases first.

    UTF-8 with a signature, formulas made harmless.
    """
    out = io.StringIO(newline="")
    writer = csv.writer(out, quoting=csv.QUOTE_ALL)
    writer.writerow(HEADERS)
    for row in _rows(report):
        writer.writerow([mark(encodable(cell)) for cell in row])
    return out.getvalue().encode("utf-8-sig")


def as_markdown(report: SuiteCheck) -> bytes:
    """What was found, case by case, worst first; cases without a finding are listed at the end."""
    return "\n".join(_markdown(report)).encode("utf-8", "replace")


def summary(report: SuiteCheck) -> str:
    """How many cases have each verdict, in one line."""
    said = ", ".join(f"{count} {name}" for name, count in report.counts.items())
    checked = len(report.cases)
    of = f"{checked} of {report.total}" if checked != report.total else str(checked)
    noun = "case" if report.total == 1 else "cases"
    read = f" {report.reading}." if report.reading else ""
    return f"{of} {noun} checked: {said}.{read}"


def _rows(report: SuiteCheck) -> Iterator[tuple[str, ...]]:
    for checked in report.worst_first:
        case = checked.case
        held = ", ".join(checked.link.criterion_ids)
        head = (case.id, case.title, checked.verdict, held, checked.link.says)
        if checked.findings or not checked.steps:
            yield (*head, "", "", "", _findings(checked.findings), "")
        for step in checked.steps:
            quotations = "\n".join(map(_quoted, step.quotations))
            yield (*head, str(step.number), step.expected_result, step.verdict,
                   _findings(step.findings), quotations)  # fmt: skip


def _findings(findings: Sequence[LintFinding]) -> str:
    return "\n".join(f"{one.rule}: {one.message}" for one in findings)


def _quoted(one: Quotation) -> str:
    return f"[{one.source}] {one.name}: “{one.quote}”"


def _markdown(report: SuiteCheck) -> Iterator[str]:
    yield f"# Check of {_line(report.file) or 'a suite'}"
    yield ""
    yield summary(report)
    yield ""
    for name in report.counts:
        yield f"- **{name}**: {VERDICTS[name]}"
    quiet = []
    for checked in report.worst_first:
        if checked.verdict == "no automatic finding":
            quiet.append(checked)
        else:
            yield from _case(checked)
    if quiet:
        yield from ("", "## No automatic finding", "")
        yield from (f"- {_line(one.case.id)} {_line(one.case.title)}" for one in quiet)
    yield ""


def _case(checked: CaseCheck) -> Iterator[str]:
    yield from ("", f"## {_line(checked.case.id)} {_line(checked.case.title)}", "")
    held = ", ".join(checked.link.criterion_ids) or "no criterion"
    yield f"{checked.verdict}. Held against {_line(held)}: {_line(checked.link.says)}."
    yield ""
    for finding in checked.findings:
        yield f"- {finding.rule}: {_line(finding.message)}"
    for step in checked.steps:
        if step.findings:
            yield from _step(step)


def _step(step: StepCheck) -> Iterator[str]:
    yield f"- Step {step.number} expects “{_line(step.expected_result)}”"
    for finding in step.findings:
        yield f"    - {finding.rule}: {_line(finding.message)}"
    for one in step.quotations:
        yield f"    - {_line(_quoted(one))}"


def _line(text: str) -> str:
    """Foreign words on one line, without effect in Markdown."""
    return re.sub(r"([\\`*_\[\]<>|#])", r"\\\1", " ".join(text.split()))
