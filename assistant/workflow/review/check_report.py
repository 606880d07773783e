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
    Older,
    Quotation,
    StepCheck,
    SuiteCheck,
)

NONE_OLDER = Older()
HEADERS = (
    "Case", "Title", "Verdict", "Held against", "Linked", "Step", "Expected result",
    "Verdict of the step", "Findings", "Quotations", "Changed since",
)  # fmt: skip


NOT_NAMED = "that no case names or quotes"
PERHAPS = "perhaps with one"
"""What is known of criteria without a case: of others a case may be, which is not sure."""


def as_csv(report: SuiteCheck, older: Older = NONE_OLDER) -> bytes:
    """A row for each step, and one for what concerns a case as a whole; worst cases first. Then one
    for each criterion without a case. ``older`` are the verdicts that are older than the sources.

    UTF-8 with a signature, formulas made harmless.
    """
    out = io.StringIO(newline="")
    writer = csv.writer(out, quoting=csv.QUOTE_ALL)
    writer.writerow(HEADERS)
    for row in _rows(report, older):
        writer.writerow([mark(encodable(cell)) for cell in row])
    return out.getvalue().encode("utf-8-sig")


def as_markdown(report: SuiteCheck, older: Older = NONE_OLDER) -> bytes:
    """What was found, case by case, worst first; cases without a finding are listed at the end,
    behind them the criteria without a case. ``older`` as for ``as_csv``."""
    return "\n".join(_markdown(report, older)).encode("utf-8", "replace")


def summary(report: SuiteCheck) -> str:
    """How many cases have each verdict, in one line."""
    said = ", ".join(f"{count} {name}" for name, count in report.counts.items())
    checked = len(report.cases)
    of = f"{checked} of {report.total}" if checked != report.total else str(checked)
    noun = "case" if report.total == 1 else "cases"
    read = f" {report.reading}." if report.reading else ""
    return f"{of} {noun} checked: {said}.{read}"


def gaps_line(report: SuiteCheck) -> str:
    """How many criteria of the suite's epics have no case in it; empty where each has one."""
    perhaps = sum(bool(one.perhaps) for one in report.gaps)
    without = len(report.gaps) - perhaps
    counts = {NOT_NAMED: without, PERHAPS: perhaps}
    said = ", ".join(f"{count} {name}" for name, count in counts.items() if count)
    return f"Criteria without a case in this suite: {said}." if said else ""


def _rows(report: SuiteCheck, older: Older) -> Iterator[tuple[str, ...]]:
    changed = "; ".join(one.says for one in older.changes)
    for checked in report.worst_first:
        case = checked.case
        held = ", ".join(checked.link.criterion_ids)
        head = (case.id, case.title, checked.verdict, held, checked.link.says)
        since = changed if checked.number in older.numbers else ""
        if checked.findings or not checked.steps:
            yield (*head, "", "", "", _findings(checked.findings), "", since)
        for step in checked.steps:
            quotations = "\n".join(map(_quoted, step.quotations))
            yield (*head, str(step.number), step.expected_result, step.verdict,
                   _findings(step.findings), quotations, since)  # fmt: skip
    for gap in report.gaps:
        verdict = f"criterion {PERHAPS if gap.perhaps else NOT_NAMED}"
        maybe = ", ".join(gap.perhaps)
        yield ("", gap.criterion.text, verdict, gap.criterion.id, maybe, *[""] * 6)


def _findings(findings: Sequence[LintFinding]) -> str:
    return "\n".join(f"{one.rule}: {one.message}" for one in findings)


def _quoted(one: Quotation) -> str:
    return f"[{one.source}] {one.name}: “{one.quote}”"


def _markdown(report: SuiteCheck, older: Older) -> Iterator[str]:
    yield f"# Check of {_line(report.file) or 'a suite'}"
    yield ""
    yield summary(report)
    if report.states:
        yield ""
        times = sorted({one.at for one in report.states})
        last = f" to {times[-1]:%d %B %Y %H:%M}" if times[1:] else ""
        yield f"Verdicts on the sources as of {times[0]:%d %B %Y %H:%M}{last} UTC."
    if older.changes:
        changed = ", ".join(_line(one.says) for one in older.changes)
        yield f"Changed since {len(older.numbers)} of them were made: {changed}."
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
    yield from _gaps(report)
    yield ""


def _gaps(report: SuiteCheck) -> Iterator[str]:
    if not report.gaps:
        return
    yield from ("", "## Criteria without a case in this suite", "", gaps_line(report))
    if len(report.cases) < report.total:
        yield f"Only {len(report.cases)} of {report.total} cases were checked."
    story = ""
    for gap in report.gaps:
        one = gap.criterion
        if one.story_key != story:
            story = one.story_key
            yield from ("", f"### {_line(one.story_key)} {_line(one.story_title)}", "")
        maybe = f" (perhaps {_line(', '.join(gap.perhaps))})" if gap.perhaps else ""
        yield f"- {_line(one.id)}{maybe}: {_line(one.text)}"
    if report.other_epics:
        yield from ("", f"No case is held against {_line(', '.join(report.other_epics))}.")


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
