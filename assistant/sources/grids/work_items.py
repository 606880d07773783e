"""Azure DevOps' own export of work items: the CSV of a query, flat or as a tree.

Source of the columns: Azure Boards, "Export to CSV" of a query's results. A tree has a column of
titles for each level ("Title 1", "Title 2"): what stands further to the left above is the parent.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from assistant.language.validity import is_withdrawn
from assistant.sources.files.source_file import Source
from assistant.sources.grids.comments import column_comments
from assistant.sources.grids.field_choice import names_of_paths
from assistant.sources.grids.grids import Grid
from assistant.sources.grids.header_words import HEADERS
from assistant.sources.grids.issues import Issue, read_issues
from assistant.sources.grids.trackers.tracker_items import withdrawn_note
from assistant.sources.reading import ExtractionReport, Reading

_LEVEL = re.compile(r"title [1-9]\d?")
_STEPS = frozenset({"step action", "test step", "steps"})
_FAULTS = frozenset(HEADERS["types"]["fault"])
_READ = frozenset(
    {"id", "work item type", "description", "acceptance criteria", "parent", "area path",
     "iteration path", "tags", "state", "priority", "team project", "created by"}
)  # fmt: skip
_NO_ISSUES = frozenset({"shared steps", "shared parameter", "test plan", "test suite"})


def is_work_item_table(grid: Grid) -> bool:
    """Whether a table is such an export; that of test cases with their steps is a table of
    cases."""
    names = set(_names(grid))
    titled = "title" in names or "title 1" in names
    return titled and {"id", "work item type"} <= names and not names & _STEPS


def work_item_reading(grid: Grid, source: Source, notes: Sequence[str]) -> Reading:
    """The reading of an export of work items, its HTML turned to Markdown before.

    Raises ``UnreadableFile`` where there is no item.
    """
    issues = list(_issues(grid))
    report = ExtractionReport(reader="Azure DevOps CSV", parts=len(issues))
    kept, read, faults, gone = list[Issue](), list[Issue](), list[Issue](), list[str]()
    for issue in issues:
        if is_withdrawn(issue.status):
            gone.append(f"{issue.key} {issue.title} ({issue.status})")
            continue
        kept.append(issue)
        is_fault = issue.type.casefold() in _FAULTS and not issue.criteria
        (faults if is_fault else read).append(issue)
    if kept and gone:
        notes = (*notes, withdrawn_note(gone))
    if not read:  # a list of bugs or of what was withdrawn is still what somebody chose to import
        read, faults = kept or issues, []
    return read_issues(read, source, notes=notes, report=report, beside=faults, apart=faults)


def _names(grid: Grid) -> list[str]:
    return [" ".join(name.split()).casefold() for name in grid.header]


def _issues(grid: Grid) -> Iterator[Issue]:
    names = _names(grid)
    titles = [n for n, name in enumerate(names) if name == "title" or _LEVEL.fullmatch(name)]
    unused = [n for n, name in enumerate(names) if n not in titles and name not in _READ]
    above: dict[int, str] = {}
    for row in grid.rows:
        cells = {name: cell.strip() for name, cell in zip(names, row, strict=False)}
        level = next((n for n in titles if n < len(row) and row[n].strip()), titles[0])
        parents = [key for place, key in sorted(above.items()) if place < level]
        above = {place: key for place, key in above.items() if place < level}
        above[level] = cells["id"]
        if not cells["id"] or cells["work item type"].casefold() in _NO_ISSUES:
            continue
        yield Issue(
            key=cells["id"],
            title=row[level].strip() if level < len(row) else "",
            type=cells["work item type"],
            description=cells.get("description", ""),
            criteria=cells.get("acceptance criteria", ""),
            parent=cells.get("parent", "") or (parents[-1] if parents else ""),
            **names_of_paths(cells.get("area path", ""), cells.get("iteration path", "")),
            labels=tuple(filter(None, (one.strip() for one in cells.get("tags", "").split(";")))),
            status=cells.get("state", ""),
            priority=cells.get("priority", ""),
            project=cells.get("team project", ""),
            author=cells.get("created by", ""),
            comments=tuple(column_comments(grid.header, row, unused)),
        )
