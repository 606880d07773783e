"""Grids to a reading: existing cases, requirement tables, or a plain table document."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence

from assistant.domain import DocumentKind, Epic, SourceDocument, SourceMetadata, TestCase, Unread
from assistant.errors import UnreadableFile
from assistant.language.validity import is_withdrawn
from assistant.sources.files.clean import clean_text
from assistant.sources.grids.case_rows import STATUS, read_cases
from assistant.sources.grids.comments import Comment, column_comments, with_comments
from assistant.sources.grids.delimited import read_delimited
from assistant.sources.grids.grids import Grid, make_grid, unmarked
from assistant.sources.grids.header_words import HEADERS
from assistant.sources.grids.headers import cell_of, field_of, normalised
from assistant.sources.grids.requirement_rows import (
    RequirementText,
    authors_of,
    finish_all,
    read_requirements,
    tracker_columns,
)
from assistant.sources.grids.tool_headers import english_header
from assistant.sources.grids.trackers.tracker_items import withdrawn_note
from assistant.sources.markdown_tables import markdown_table
from assistant.sources.pasted.assemble import Assembled, assemble
from assistant.sources.pasted.basis import EpicDraft
from assistant.sources.pasted.lines import split_lines
from assistant.sources.pasted.names_and_ids import Taken
from assistant.sources.pasted.tables import read_table, table_length
from assistant.sources.reading import Reading


def read_grids(
    grids: Sequence[Grid],
    *,
    title: str,
    document_id: str,
    content_hash: str,
    notes: Sequence[str] = (),
    uri: str = "",
) -> Reading:
    """The reading of the sheets of one file (a CSV has one).

    Requirement sheets are written out as Markdown, so that criteria have offsets in it; all other
    sheets stand in the document as Markdown tables, each under its sheet's name. Raises
    ``UnreadableFile`` where there is no filled cell.
    """
    if not grids:
        raise UnreadableFile(f"{title} holds no filled cell. Choose a file with content.")
    out, drafts, taken = RequirementText(), list[EpicDraft](), Taken()
    cases, unread, said = list[TestCase](), list[Unread](), list(notes)
    authors, withdrawn, rules = list[str](), list[str](), False
    remarks = list[tuple[str, Sequence[Comment]]]()
    for grid in grids:
        if len(grids) > 1:
            out.add(f"# {grid.name}")
        for row in grid.above:
            out.add(" ".join(cell for cell in row if cell.strip()))
        is_told = grid.columns is not None or grid.is_facts
        if not is_told and (columns := _columns_of_rules(grid)):
            withdrawn.extend(_add_rules(grid, columns, out))
            rules = True
        elif grid.columns is None:
            _add_table(grid, out)
        elif grid.columns.kind == "cases":
            found, strange = read_cases(grid, taken)
            cases.extend(found)
            unread.extend(strange)
            _add_table(grid, out)
            said.extend(_unknown_columns(grid))
        else:
            drafts.extend(read_requirements(grid, out))
            authors.extend(authors_of(grid))
            used = set(tracker_columns(grid).values())
            remarks.extend(_remarks(grid, used))
            said.extend(_unknown_columns(grid, used))
            said.extend(_unused_cells(grid))
    text = out.text.rstrip("\n") + "\n"
    finish_all(text, drafts)
    found_epics = assemble(drafts, title=title, uri=uri) if drafts else None
    epics = found_epics.epics if found_epics else ()
    if withdrawn:
        said.append(withdrawn_note(withdrawn))
    if cases:
        said.append(f"Found {len(cases)} existing test cases.")
        said.extend(_withdrawn(cases))
    reading = Reading(
        document=SourceDocument(
            id=document_id,
            kind="rules" if rules and not (epics or cases) else _kind(epics, cases),
            title=title,
            text=text,
            uri=uri,
            metadata=_metadata(found_epics, cases),
            content_hash=content_hash,
        ),
        epics=epics,
        cases=tuple(cases),
        unread=tuple(unread),
        notes=(*said, *(found_epics.notes if found_epics else ())),
        places=tuple(out.places),
        authors=tuple(dict.fromkeys(filter(None, authors))),
    )
    return with_comments(reading, remarks)


def _remarks(grid: Grid, used: Container[int]) -> Iterator[tuple[str, list[Comment]]]:
    """What the columns say of each requirement that nothing else is read from, by its name."""
    columns = grid.columns
    assert columns is not None
    unused = [n for n in columns.unknown if n not in used]
    for row in grid.rows:
        name = f"{columns.cell(row, 'key')} {columns.cell(row, 'title')}".strip()
        yield name, column_comments(grid.header, row, unused)


def _withdrawn(cases: Sequence[TestCase]) -> list[str]:
    """Which cases their file says are no longer in force, as a note; none where there are none."""
    found = [case.id for case in cases if is_withdrawn(case.status_reason.removeprefix(STATUS))]
    some = ", ".join(found[:5]) + (f" and {len(found) - 5} others" if len(found) > 5 else "")
    return [f"Not in force any more by their status in the file: {some}."] if found else []


def _columns_of_rules(grid: Grid) -> dict[str, int]:
    """The columns of a list of requirements or rules, as Polarion, Jama and codebeamer export them:
    each row has an id, words and a type, and most types say so. Empty for another table."""
    found = dict[str, int]()
    for number, name in enumerate(english_header(grid.header)):
        if field := field_of(normalised(name), "requirements"):
            found.setdefault(field, number)
    if not ({"key", "type"} <= found.keys() and found.keys() & {"title", "narrative"}):
        return {}
    cells = [(cell_of(row, found["key"]), cell_of(row, found["type"])) for row in grid.rows]
    told = [bool(key and _OF_RULES.search(type_)) for key, type_ in cells if key or type_]
    return found if sum(told) * 2 > len(told) else {}


def _add_rules(grid: Grid, columns: Mapping[str, int], out: RequirementText) -> list[str]:
    """Write each row under its id, with all else that it says beside it, or above that where it
    has several lines; a row of one cell, or without id and type, is a note. Those that their status
    withdraws are left out and named."""
    withdrawn, status = list[str](), tracker_columns(grid).get("status")
    own = {columns[name] for name in ("key", "title", "narrative") if name in columns}
    for number, row in enumerate(grid.rows, grid.first_row):
        key, title, words = (
            cell_of(row, columns[name]) if name in columns else ""
            for name in ("key", "title", "narrative")
        )
        head = " ".join(f"{key} {title}".split())
        if status is not None and is_withdrawn(cell_of(row, status)):
            withdrawn.append(f"{head} ({cell_of(row, status)})")
            continue
        out.place = grid.place(number)
        filled = [cell.strip() for cell in row if cell.strip()]
        if not cell_of(row, columns["type"]) and (not key or len(filled) == 1):
            if filled:
                out.add(" ".join(filled))
            continue
        named = dict(enumerate(map(str.strip, grid.header)))
        rest = [(named.get(at, ""), cell.strip()) for at, cell in enumerate(row)
                if at not in own and cell.strip()]  # fmt: skip
        long = [f"{name}:\n\n{cell}" if name else cell for name, cell in rest if "\n" in cell]
        short = [f"{name}: {cell}" if name else cell for name, cell in rest if "\n" not in cell]
        beside = f"({'; '.join(short)})" if short else ""
        parts = (f"## {head}" if head else "", words, *long, beside)
        out.add("\n\n".join(filter(None, parts)))
    out.place = ""
    return withdrawn


def _add_table(grid: Grid, out: RequirementText) -> None:
    """Write a sheet as a Markdown table, and notes below it as text; each row's place is
    remembered."""
    end = _end_of_table(grid)
    lines = out.add(markdown_table([grid.header, *grid.rows[:end]]))[2:]
    marked = list(enumerate(lines, grid.first_row))
    for number, row in enumerate(grid.rows[end:], grid.first_row + end):
        if words := "".join(row).strip():
            marked.extend((number, line) for line in out.add(words))
    if grid.first_row:
        for number, line in marked:
            out.mark(line.start, line.end, grid.place(number))


def _end_of_table(grid: Grid) -> int:
    """The number of rows above a blank one below which no row has more than one cell."""
    filled = [sum(bool(cell.strip()) for cell in row) for row in grid.rows]
    last = max((n for n, cells in enumerate(filled) if cells > 1), default=len(filled))
    return next((n for n in range(last + 1, len(filled)) if not filled[n]), len(filled))


def pasted_table(text: str) -> Grid | None:
    """The grid of a text that is, as a whole, one table of requirements or of test cases.

    Tab-separated, as copied out of a spreadsheet or an issue list, or a Markdown table. ``text``
    is as it was pasted: rows of the first kind end at CR or LF only, others at any line end.
    """
    body = text.strip("\r\n")
    first = re.split(r"[\r\n]", body, maxsplit=1)[0]
    if "\t" in first.strip():
        with contextlib.suppress(UnreadableFile):
            rows = read_delimited(
                body, "the paste", max_cells=_CELLS, max_cell_characters=_CELLS, delimiter="\t"
            )
            return _recognised([list(map(unmarked, row)) for row in rows])
    lines = split_lines(clean_text(body).text.strip("\n"))
    if first.lstrip().startswith("|") and table_length(lines, 0) == len(lines):
        return _recognised(read_table(lines).texts)
    return None


def _recognised(rows: list[list[str]]) -> Grid | None:
    """The grid of ``rows`` whose first row names the columns of cases or requirements."""
    grid = make_grid("", rows)
    return grid if grid is not None and grid.columns is not None and not grid.above else None


_CELLS = 1_000_000
_OF_RULES = re.compile(
    rf"\b(?:requirement|rule|{'|'.join(HEADERS['cases_in_other_languages']['story'])})s?\b",
    re.IGNORECASE,
)
TYPES = "Issue types in the file:"
"""How the note begins that names them."""


def _kind(epics: Sequence[Epic], cases: Sequence[TestCase]) -> DocumentKind:
    if cases and len(cases) >= len(epics):
        return "test_cases"
    return "epic" if epics else "table"


def _metadata(found: Assembled | None, cases: Sequence[TestCase]) -> SourceMetadata:
    if found is not None:
        return found.metadata
    releases = {case.release for case in cases}
    teams = {case.team for case in cases}
    return SourceMetadata(
        release=releases.pop() if len(releases) == 1 else "",
        team=teams.pop() if len(teams) == 1 else "",
    )


def _unknown_columns(grid: Grid, used: Container[int] = ()) -> list[str]:
    """The columns that nothing is read from, as a note; of those of requirements whose cells say
    something this is kept as remarks."""
    assert grid.columns is not None
    told = grid.columns.kind == "requirements"
    filled = [
        grid.header[n].strip()
        for n in grid.columns.unknown
        if n not in used
        and any(n < len(row) and row[n].strip() for row in grid.rows)
        and not (told and any(column_comments(grid.header, row, [n]) for row in grid.rows))
    ]
    return [f"Columns not used: {', '.join(filled)}."] if filled else []


def _unused_cells(grid: Grid) -> list[str]:
    assert grid.columns is not None
    return types_note(grid.columns.cell(row, "type") for row in grid.rows)


def types_note(types: Iterable[str]) -> list[str]:
    """What types of issues there are, as a note; none where nothing says."""
    kinds = sorted(set(types) - {""})
    return [f"{TYPES} {', '.join(kinds)}."] if kinds else []
