"""Requirements and test cases in the tables of a document: a Word file, a wiki page, Markdown."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from assistant.domain import DocumentKind, Epic, TestCase, Unread
from assistant.sources.grids.case_rows import read_cases
from assistant.sources.grids.grids import Grid, make_grid
from assistant.sources.grids.headers import settled
from assistant.sources.grids.requirement_rows import RequirementText, finish_all, read_requirements
from assistant.sources.pasted.assemble import assemble
from assistant.sources.pasted.basis import EpicDraft
from assistant.sources.pasted.lines import split_lines
from assistant.sources.pasted.names_and_ids import Taken
from assistant.sources.pasted.tables import read_table, table_length
from assistant.sources.reading import Reading


def with_tables(reading: Reading) -> Reading:
    """``reading`` with what stands in those tables of its text whose headers name known columns.

    A test basis and a reading that has cases already are left as they are. Criteria from table
    rows have no offsets: their words stand in cells. A document of which most is tables of cases
    is a document of test cases, one with requirement tables a test basis.
    """
    document = reading.document
    if reading.epics or reading.cases or document.kind == "epic":
        return reading
    cases, unread, taken = list[TestCase](), list[Unread](), Taken()
    rows, drafts, inside = RequirementText(), list[EpicDraft](), 0
    for grid, length in _known_tables(document.text):
        assert grid.columns is not None
        if grid.columns.kind == "cases":
            found, strange = read_cases(grid, taken)
            cases.extend(found)
            unread.extend(strange)
            inside += length
        elif document.kind != "rules" and grid.columns.fields.keys() & {"criteria", "criterion_id"}:
            drafts.extend(read_requirements(grid, rows))
    if not cases and not drafts:
        return reading
    said, epics = list[str](), tuple[Epic, ...]()
    if drafts:
        finish_all(rows.text, drafts)
        assembled = assemble(drafts, title=document.title, uri=document.uri)
        epics = tuple(_without_offsets(epic) for epic in assembled.epics)
        said.extend(assembled.notes)
    if cases:
        said.append(f"Found {len(cases)} existing test cases.")
    kind: DocumentKind = "epic" if epics else document.kind
    if cases and inside * 2 > len(document.text):
        kind = "test_cases"
    return reading.changed(
        {"kind": kind}, epics=epics, cases=tuple(cases), unread=(*reading.unread, *unread),
        notes=(*reading.notes, *said),
    )  # fmt: skip


def _known_tables(text: str) -> Iterator[tuple[Grid, int]]:
    """The tables in ``text`` whose columns are known, each with the number of its characters."""
    lines = split_lines(text)
    at = 0
    while at < len(lines):
        length = table_length(lines, at)
        if length < 2:
            at += max(length, 1)
            continue
        rows = lines[at : at + length]
        grid = make_grid("", read_table(rows).texts)
        if grid is not None and grid.columns is not None:
            columns = settled(grid.columns, grid.header, grid.rows)
            yield replace(grid, columns=columns), rows[-1].end - rows[0].start
        at += length


def _without_offsets(epic: Epic) -> Epic:
    """``epic`` with criteria that point nowhere: they were read from text of our own making."""
    gone = {"start": None, "end": None}
    stories = tuple(
        story.model_copy(
            update={"criteria": tuple(c.model_copy(update=gone) for c in story.criteria)}
        )
        for story in epic.stories
    )
    return epic.model_copy(update={"stories": stories})
