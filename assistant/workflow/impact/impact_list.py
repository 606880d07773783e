"""What a reading said of existing cases as a list: for a table, and as a file."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence

from assistant.domain import Value
from assistant.generation.impact_reading import IMPACTS, CaseImpact, changed
from assistant.library import StoredCase
from assistant.suite.case_changes import StepChange
from assistant.suite.export.csv_file import encodable, mark
from assistant.workflow.deployment.workspace import Workspace
from assistant.workflow.impact.impact_job import ImpactReading
from assistant.workflow.review.duplicates import EXISTING

HEADERS = (
    "Case", "Title", "Impact", "Why", "Where", "Words now", "Words then", "The text says",
    "Source", "Tests",
)  # fmt: skip
FIRST = {"change": 0, "remove": 1, "keep": 2}
"""What asks for work stands first."""


class ImpactRow(Value):
    """A case with what was said of it: its ``lines`` as they are and would be, and the ``items`` of
    the checklist that it tests, in words.
    ``moved``: it reads otherwise by now; ``proposed``: a change of it waits."""

    said: CaseImpact
    title: str
    lines: tuple[StepChange, ...] = ()
    items: tuple[str, ...] = ()
    moved: bool = False
    proposed: bool = False


def rows(workspace: Workspace, project_id: str, reading: ImpactReading) -> tuple[ImpactRow, ...]:
    """A row for each case of which something was said and that is there, what changes first."""
    waiting = workspace.library.proposals.counts(project_id)
    held = workspace.library.cases(project_id, statuses=EXISTING)
    stored = {one.id: one for one in held}
    found = [
        _row(said, stored[said.case_id], reading, bool(waiting[said.case_id]))
        for said in reading.found
        if said.case_id in stored
    ]
    return tuple(sorted(found, key=lambda row: FIRST[row.said.impact]))


def _row(
    said: CaseImpact,
    stored: StoredCase,
    reading: ImpactReading,
    proposed: bool,
) -> ImpactRow:
    now = reading.now(stored.case)
    return ImpactRow(
        said=now or said,
        title=stored.case.title,
        lines=changed(stored.case, now.changes) if now else (),
        items=tuple(reading.items[name] for name in said.condition_ids if name in reading.items),
        moved=now is None,
        proposed=proposed,
    )


def lines(reading: ImpactReading) -> Iterator[str]:
    """What it said, a line for each case and each of its changes; the counts last."""
    for one in reading.found:
        yield f"{one.case_id}  {one.impact}: {one.because}"
        for change in one.changes:
            place = f"step {change.step}, {change.part}" if change.step else change.part
            instead = f" -> “{change.instead}”" if change.instead else ""
            yield f"    {place}: “{change.words}”{instead}  (“{change.source}”)"
    counts = ", ".join(f"{len(reading.by_impact(name))} {name}" for name in IMPACTS)
    yield (
        f"{len(reading.read)} of {reading.held} cases read by {reading.title}: {counts}; nothing "
        f"said of {len(reading.read) - len(reading.found)}"
    )
    if reading.left:
        yield f"not at its end: {reading.left} to go"


def as_csv(rows: Sequence[ImpactRow]) -> bytes:
    """A row for each change, and one for each case that stays or goes. UTF-8 with a signature,
    formulas made harmless."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, quoting=csv.QUOTE_ALL)
    writer.writerow(HEADERS)
    for row in rows:
        said = row.said
        head = (said.case_id, row.title, f"{said.impact}: {IMPACTS[said.impact]}", said.because)
        tests = "; ".join(row.items)
        for one in said.changes:
            where = f"step {one.step}, {one.part}" if one.step else one.part
            cells = (*head, where, one.words, one.instead, one.source, one.title, tests)
            writer.writerow([mark(encodable(cell)) for cell in cells])
        if not said.changes:
            cells = (*head, "", "", "", "", "", tests)
            writer.writerow([mark(encodable(cell)) for cell in cells])
    return out.getvalue().encode("utf-8-sig")
