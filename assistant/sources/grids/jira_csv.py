"""Jira's CSV export ("all fields"): repeated columns, custom fields and links to issues.

Source of the columns: Jira's issue navigator, "Export CSV (all fields)", Cloud and Data Center.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from assistant.sources.files.source_file import Source
from assistant.sources.grids.field_choice import Chosen, choose_fields
from assistant.sources.grids.grids import Grid
from assistant.sources.grids.headers import english_header, normalised
from assistant.sources.grids.issues import Issue, read_issues
from assistant.sources.pasted.jira_wiki import tracker_text
from assistant.sources.pasted.names_and_ids import KEY
from assistant.sources.reading import ExtractionReport, FieldChoice, Reading

_LINK = re.compile(r"^(?:(?P<english>(?:inward|outward) issue link)|.+?) ?\((?P<name>.+)\)$")
"""A column of links, whatever it is called in the language of the export."""

_CUSTOM = re.compile(r"^custom field \((.+)\)$", re.IGNORECASE)
_PLAIN_FIELDS = frozenset({"team", "epic link", "acceptance criteria", "release", "squad"})
_PROOF = frozenset(
    {"issue id", "project key", "project name", "resolution", "reporter", "creator", "assignee",
     "parent summary"}
)  # fmt: skip


def is_issue_table(grid: Grid) -> bool:
    """Whether a table is Jira's own export of issues: it has the columns that only that has.

    In whichever language they are called so; a column of a custom field counts as one of them.
    """
    english = english_header(grid.header)
    names = {name.strip().casefold() for name in english}
    custom = any(_CUSTOM.match(" ".join(name.split())) for name in english)
    proof = len(names & _PROOF) + custom
    return {"issue key", "summary", "issue type"} <= names and proof >= 2


def issue_reading(grid: Grid, source: Source, notes: Sequence[str]) -> Reading:
    """The reading of an export of issues, with its links, statuses and found fields."""
    table = _Table(grid)
    fields = {
        name: (shown, [_joined(row, numbers) for row in grid.rows])
        for name, (shown, numbers) in table.custom.items()
    }
    chosen = choose_fields(fields)
    issues = [table.issue(row, chosen) for row in grid.rows if any(cell.strip() for cell in row)]
    choices = [FieldChoice.model_validate(choice.record(role)["field"])
               for role, choice in chosen.items()]  # fmt: skip
    comments = sum(
        bool(n < len(row) and row[n].strip()) for row in grid.rows for n in table.of("comment")
    )
    unread = (f"{comments} comments",) if comments else ()
    report = ExtractionReport(reader="Jira CSV", parts=len(issues), unread_parts=unread)
    return read_issues(issues, source, notes=notes, fields=choices, report=report)


def _joined(row: Sequence[str], numbers: Sequence[int], joiner: str = "\n") -> str:
    cells = (row[n].strip() for n in numbers if n < len(row))
    return joiner.join(dict.fromkeys(cell for cell in cells if cell))


def _holds_keys(grid: Grid, number: int) -> bool:
    """Whether a column is filled and each cell of it is an issue's key."""
    cells = [row[number].strip() for row in grid.rows if number < len(row) and row[number].strip()]
    return bool(cells) and all(re.fullmatch(KEY, cell) for cell in cells)


class _Table:
    """The columns of an export by name, and the keys of its issues by their numbers."""

    def __init__(self, grid: Grid) -> None:
        self._columns: dict[str, list[int]] = {}
        self.custom: dict[str, tuple[str, list[int]]] = {}
        self._links: list[tuple[str, int]] = []
        for number, header in enumerate(english_header(grid.header)):
            name = " ".join(header.split()).casefold()
            self._columns.setdefault(name, []).append(number)
            match = _CUSTOM.match(" ".join(header.split()))
            if match or normalised(header) in _PLAIN_FIELDS:
                shown = match.group(1) if match else header.strip()
                self.custom.setdefault(name, (shown, []))[1].append(number)
            link = None if match else _LINK.match(name)
            if link and (link["english"] or _holds_keys(grid, number)):
                self._links.append((link["name"], number))
        self._keys = {
            self.text(row, "issue id"): self.text(row, "issue key")
            for row in grid.rows
            if self.text(row, "issue id")
        }

    def of(self, *names: str) -> list[int]:
        """The numbers of the columns with one of these names."""
        return [number for name in names for number in self._columns.get(name, [])]

    def text(self, row: Sequence[str], *names: str, joiner: str = "\n") -> str:
        """The filled cells under these names."""
        return _joined(row, self.of(*names), joiner)

    def issue(self, row: Sequence[str], chosen: dict[str, Chosen]) -> Issue:
        """The issue in a row."""

        def by(role: str) -> str:
            choice = chosen.get(role)
            return _joined(row, self.custom[choice.field][1]) if choice else ""

        above = self.text(row, "parent key") or self.text(row, "parent", "parent id")
        parent = self._keys.get(above, above)
        kind = self.text(row, "issue type")
        epic_title = self.text(row, "custom field (epic name)", "epic name")
        return Issue(
            key=self.text(row, "issue key"),
            title=self.text(row, "summary"),
            type=kind,
            description=tracker_text(self.text(row, "description")),
            criteria=tracker_text(by("criteria")),
            epic=by("epic"),
            epic_title=epic_title
            or ("" if kind.casefold() == "epic" else self.text(row, "parent summary")),
            parent=parent,
            release=self.text(row, "fix version/s", "fix versions", "fix version", joiner=", ")
            or by("release"),
            team=by("team") or self.text(row, "component/s", "components", joiner=", "),
            labels=tuple(self.text(row, "labels").split()),
            status=self.text(row, "status"),
            priority=self.text(row, "priority"),
            project=self.text(row, "project key"),
            author=self.text(row, "reporter", "creator"),
            links=tuple(
                (relation, key)
                for relation, number in self._links
                if number < len(row) and (key := row[number].strip())
            ),
        )
