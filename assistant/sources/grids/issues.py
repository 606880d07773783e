"""Issues of a tracker (Jira, Copado, Agile Accelerator, Azure DevOps) to one reading.

Whatever export they come from, issues become the same rows: epics and stories are read as a
requirement table, tests as a table of cases. Jira's CSV export has repeated columns, custom fields
and links; source of the columns: Jira's issue navigator, "Export CSV (all fields)", Cloud and Data
Center.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from assistant.domain import Epic, SourceMetadata, Value
from assistant.sources.files.source_file import Source
from assistant.sources.grids.comments import (
    Comment,
    comment_in_cell,
    comments_without_struck,
    with_comments,
)
from assistant.sources.grids.field_choice import Chosen, choose_fields, joined_names
from assistant.sources.grids.grids import Grid, make_grid
from assistant.sources.grids.header_words import HEADERS
from assistant.sources.grids.headers import cell_of, normalised
from assistant.sources.grids.requirement_rows import EPIC_TYPES
from assistant.sources.grids.table_files import TYPES, read_grids, types_note
from assistant.sources.grids.tool_headers import english_header
from assistant.sources.pasted.jira_wiki import tracker_text
from assistant.sources.pasted.names_and_ids import KEY
from assistant.sources.pasted.strikethrough import leave_out_struck, struck_note
from assistant.sources.reading import ExtractionReport, FieldChoice, Reading

_EPIC_TYPES = EPIC_TYPES | {"feature"}
_RELATED = frozenset({"relates", "relates to", "is related to"})
_REQUIREMENT_HEADER = (
    "Key", "Issue Type", "Summary", "Description", "Acceptance Criteria", "Epic Link", "Epic Name",
    "Fix Version", "Team", "Labels", "Sprint",
)  # fmt: skip
_CASE_HEADER = (
    "Test Case ID", "Title", "Objective", "Preconditions", "Postconditions", "Priority", "Type",
    "Release", "Team", "Epic", "User Story", "Labels", "Status", "Step No", "Step Action",
    "Test Data", "Expected Result", "Gherkin",
)  # fmt: skip


class Issue(Value):
    """One issue under its own key; texts are Markdown or Jira wiki text."""

    key: str
    title: str = ""
    type: str = ""
    description: str = ""
    criteria: str = ""
    epic: str = ""
    epic_title: str = ""
    parent: str = ""
    release: str = ""
    team: str = ""
    sprint: str = ""
    labels: tuple[str, ...] = ()
    status: str = ""
    priority: str = ""
    project: str = ""
    author: str = ""
    links: tuple[tuple[str, str], ...] = ()
    uri: str = ""
    preconditions: str = ""
    postconditions: str = ""
    steps: tuple[tuple[str, str, str], ...] = ()
    gherkin: str = ""
    technique: str = ""
    comments: tuple[Comment, ...] = ()
    """The oldest first."""

    @property
    def kind(self) -> Literal["epic", "story", "case", "document"]:
        """What the issue becomes."""
        name = self.type.strip().casefold()
        if name in _EPIC_TYPES:
            return "epic"
        if name in HEADERS["types"]["test"]:
            return "case"
        return "document" if name in HEADERS["types"]["other_test"] else "story"


def read_issues(
    issues: Sequence[Issue],
    source: Source,
    *,
    notes: Sequence[str] = (),
    fields: Sequence[FieldChoice] = (),
    report: ExtractionReport | None = None,
    beside: Sequence[Issue] = (),
    apart: Sequence[Issue] = (),
) -> Reading:
    """The reading of ``issues``: epics with stories, and existing cases.

    ``beside`` are issues that are read elsewhere and only name the epics above these; ``apart``
    are bugs that only stand in the document. Issues that only organise tests (executions, plans,
    sets) are left out. Raises ``UnreadableFile`` where there is no issue.
    """
    read = [_without_struck(issue) for issue in issues]
    issues = [issue for issue, _ in read]
    if struck := sum(passages for _, passages in read):
        notes = (*notes, struck_note(struck))
    by_key = {issue.key: issue for issue in (*beside, *issues) if issue.key}
    grids = []
    stories = [issue for issue in issues if issue.kind in {"epic", "story"}]
    tests = [issue for issue in issues if issue.kind == "case"]
    types = types_note(issue.type for issue in issues) if stories else []
    if stories:
        groups = _groups(stories, by_key)
        grouped = {id(one) for those in groups.values() for one in those}
        rows = [_requirement(issue, by_key, groups.get(issue.key, ())) for issue in stories
                if id(issue) not in grouped]  # fmt: skip
        grids.append(make_grid("Issues", [_REQUIREMENT_HEADER, *rows]))
    if tests:
        rows = [row for issue in tests for row in _case(issue, by_key)]
        grids.append(make_grid("Test cases", [_CASE_HEADER, *rows]))
    if apart:
        told = [(one.key, one.title, one.status, leave_out_struck(one.description)[0])
                for one in apart]  # fmt: skip
        faults = make_grid("Bugs", [("Key", "Title", "Status", "Description"), *told])
        grids.append(replace(faults, columns=None) if faults else None)
    reading = read_grids(
        [replace(grid, first_row=0) for grid in grids if grid is not None],
        title=source.title, document_id=source.id, content_hash=source.content_hash,
        notes=(*notes, *types),
    )  # fmt: skip
    known = {*notes, *types}
    said = [note for note in reading.notes if note in known or not note.startswith(TYPES)]
    projects = list(dict.fromkeys(issue.project for issue in issues if issue.project))
    known_metadata = reading.document.metadata
    project = known_metadata.project or (projects[0] if len(projects) == 1 else "")
    whole = reading.changed(
        {"metadata": known_metadata.model_copy(update={"project": project})},
        epics=tuple(_with_uris(epic, by_key) for epic in reading.epics),
        authors=tuple(dict.fromkeys(issue.author for issue in issues if issue.author)),
        notes=tuple(dict.fromkeys(said)),
        fields=tuple(fields),
        report=report or ExtractionReport(parts=len(issues)),
    )
    alone = len(issues) == 1
    said_on = ("" if alone else f"{one.key} {one.title}".strip() for one in issues)
    return with_comments(whole, zip(said_on, (one.comments for one in issues), strict=True))


def _without_struck(issue: Issue) -> tuple[Issue, int]:
    """An issue without what its texts strike through, and how much that is."""
    description, first = leave_out_struck(issue.description)
    criteria, second = leave_out_struck(issue.criteria)
    comments, said = comments_without_struck(issue.comments)
    kept = {"description": description, "criteria": criteria, "comments": comments}
    return issue.model_copy(update=kept), first + second + said


def metadata_of(issue: Issue) -> SourceMetadata:
    """An issue's own metadata, for a document of its own."""
    return SourceMetadata(project=issue.project, release=issue.release, team=issue.team,
                          labels=issue.labels, author=issue.author, key=issue.key)  # fmt: skip


def _groups(issues: Sequence[Issue], by_key: dict[str, Issue]) -> dict[str, list[Issue]]:
    """The features that only hold an epic's stories, by the epic's key: they state nothing to test
    themselves."""
    keys = {issue.key for issue in issues}
    holders = {issue.parent or issue.epic for issue in issues if issue.kind == "story"}
    found = dict[str, list[Issue]]()
    for issue in issues:
        epic, _ = _epic_of(issue, by_key)
        if _is_feature(issue) and epic in keys and issue.key in holders and not issue.criteria:
            found.setdefault(epic, []).append(issue)
    return found


def _is_feature(issue: Issue) -> bool:
    return issue.type.strip().casefold() == "feature"


def _requirement(
    issue: Issue, by_key: dict[str, Issue], groups: Sequence[Issue]
) -> tuple[str, ...]:
    epic, title = _epic_of(issue, by_key)
    is_epic = issue.kind == "epic" and not (_is_feature(issue) and epic in by_key)
    if is_epic:
        epic, title = "", ""
    parts = [f"## {one.key} {one.title}\n\n{one.description}".strip() for one in groups]
    return (
        issue.key, "Epic" if is_epic else issue.type, issue.title,
        "\n\n".join(filter(None, (issue.description, *parts))), issue.criteria, epic, title,
        issue.release, issue.team, ", ".join(issue.labels),
        issue.sprint,
    )  # fmt: skip


def _epic_of(issue: Issue, by_key: dict[str, Issue]) -> tuple[str, str]:
    """The key and title of the epic above an issue, through the stories in between; of the feature
    where no epic is above that."""
    seen, at, feature = {issue.key}, issue, ("", "")
    while True:
        above = at.epic or at.parent
        if not above or above in seen:
            return feature if feature[0] else ("", at.epic_title)
        seen.add(above)
        known = by_key.get(above)
        if known is None:
            return feature if feature[0] else (above, at.epic_title)
        if known.kind == "epic":
            named = known.key, known.epic_title or known.title
            if known.type.strip().casefold() != "feature":
                return named
            feature = feature if feature[0] else named
        at = known


def _case(issue: Issue, by_key: dict[str, Issue]) -> list[tuple[str, ...]]:
    tested = [
        key for name, key in issue.links if name.casefold() in {"tests", "verifies", "covers"}
    ]
    tested = tested or _one_story_beside(issue, by_key)
    story = ", ".join(tested)
    epic = issue.epic or next(
        (_epic_of(known, by_key)[0] for key in tested if (known := by_key.get(key))), ""
    )
    description, preconditions, steps = issue.description, issue.preconditions, issue.steps
    if not (steps or issue.gherkin) and (written := _written_steps(description)):
        description, steps = written.before, written.cells
        preconditions = preconditions or written.preconditions
    first = (
        issue.key, issue.title, description, preconditions, issue.postconditions, issue.priority,
        issue.technique, issue.release, issue.team, epic, story, ", ".join(issue.labels),
        issue.status,
    )  # fmt: skip
    if not steps:
        return [(*first, "", "", "", "", issue.gherkin)]
    if not issue.steps and len(steps) == 1:  # the cell may hold several steps
        return [(*first, "", *steps[0], "")]
    # Without a key, a title in each row would begin a case in each row.
    blank = (issue.key, issue.title if issue.key else "", *[""] * (len(first) - 2))
    return [
        (*(blank if number > 1 else first), str(number), action, data, expected, "")
        for number, (action, data, expected) in enumerate(steps, 1)
    ]


def _one_story_beside(issue: Issue, by_key: dict[str, Issue]) -> list[str]:
    """The story that a test only "relates to", where there is exactly one."""
    near = {key for name, key in issue.links if name.casefold() in _RELATED}
    stories = [
        key for key in near
        if (known := by_key.get(key)) and known.kind == "story"
        and known.type.casefold() not in HEADERS["types"]["fault"]
    ]  # fmt: skip
    return stories if len(stories) == 1 else []


def _with_uris(epic: Epic, by_key: dict[str, Issue]) -> Epic:
    own = by_key.get(epic.key)
    stories = tuple(
        story.model_copy(update={"uri": known.uri})
        if (known := by_key.get(story.key)) and known.uri
        else story
        for story in epic.stories
    )
    return epic.model_copy(update={"stories": stories, "uri": own.uri if own else epic.uri})


# --- Steps that are written in a description --------------------------------------------------

_LABEL = re.compile(
    r"^[ \t]*(?:#{1,6}[ \t]+|[-*][ \t]+)?[*_]{0,2}"
    r"(?:(?P<expected>expected(?:[ ]+(?:results?|outcomes?|behaviou?rs?))?)"
    r"|(?P<actual>(?:actual|observed)(?:[ ]+(?:results?|outcomes?|behaviou?rs?))?)"
    r"|(?P<steps>(?:test[ ]+)?steps?(?:[ ]+to[ ]+(?:reproduce|execute|follow|test))?|actions?)"
    r"|(?P<preconditions>pre-?[ ]?(?:conditions?|requisites?))"
    r"|(?P<data>(?:test|input)[ ]+data))"
    r"[*_]{0,2}[ \t]*(?:[:：][*_]{0,2}|(?=\n|$))[ \t]*",
    re.IGNORECASE | re.MULTILINE,
)


@dataclass(frozen=True, slots=True)
class _WrittenSteps:
    """A test's description taken apart; ``before`` is what no label names a step of.

    ``cells`` are action, data and expected result: of all steps, or of one after the other.
    """

    cells: tuple[tuple[str, str, str], ...]
    before: str = ""
    preconditions: str = ""


def _written_steps(description: str) -> _WrittenSteps | None:
    """The steps in a description where it says what is expected; ``None`` where it does not.

    Without a label for the steps, all that stands before the result is what to do. Where each step
    has its result, a result is one line, and what follows is the next step.
    """
    marks = list(_LABEL.finditer(description))
    parts: dict[str, list[str]] = {}
    for number, mark in enumerate(marks):
        end = marks[number + 1].start() if number + 1 < len(marks) else len(description)
        parts.setdefault(str(mark.lastgroup), []).append(description[mark.end() : end].strip())
    told = {name: "\n".join(filter(None, texts)) for name, texts in parts.items()}
    before = description[: marks[0].start()].strip() if marks else ""
    actions = told.get("steps", "")
    if not actions:
        actions, before = before, ""
    results = [result for result in parts.get("expected", []) if result]
    if not (actions and results):
        return None
    if told.get("actual"):
        before = "\n\n".join(filter(None, (before, f"Actual result: {told['actual']}")))
    if len(results) == 1:
        cells = [(actions, told.get("data", ""), results[0])]
    else:
        cells = [*_by_turns(actions, results)]
        cells[0] = (cells[0][0], told.get("data", ""), cells[0][2])
    return _WrittenSteps(tuple(cells), before, told.get("preconditions", ""))


def _by_turns(first: str, results: list[str]) -> Iterator[tuple[str, str, str]]:
    """Steps whose results each begin a text that goes on with the next step."""
    action = first
    for number, text in enumerate(results):
        result, _, following = text.partition("\n")
        if number == len(results) - 1:
            result, following = text, ""
        yield action, "", result.strip()
        action = following.strip()


_LINK = re.compile(r"^(?:(?P<english>(?:inward|outward) issue link)|.+?) ?\((?P<name>.+)\)$")
"""A column of links, whatever it is called in the language of the export."""

_CUSTOM = re.compile(r"^custom field \((.+)\)$", re.IGNORECASE)
_PLAIN_FIELDS = frozenset({"team", "epic link", "acceptance criteria", "release", "squad"})
_PROOF = frozenset(
    {"issue id", "project key", "project name", "resolution", "reporter", "creator", "assignee",
     "parent summary", "comment"}
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
    report = ExtractionReport(reader="Jira CSV", parts=len(issues))
    return read_issues(issues, source, notes=notes, fields=choices, report=report)


def _joined(row: Sequence[str], numbers: Sequence[int], joiner: str = "\n") -> str:
    cells = (row[n].strip() for n in numbers if n < len(row))
    return joiner.join(dict.fromkeys(cell for cell in cells if cell))


def _holds_keys(grid: Grid, number: int) -> bool:
    """Whether a column is filled and each cell of it is an issue's key."""
    cells = [cell for row in grid.rows if (cell := cell_of(row, number))]
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
        self._people = {
            self.text(row, f"{role} id"): self.text(row, role)
            for row in grid.rows
            for role in ("assignee", "reporter", "creator", "project lead")
            if self.text(row, f"{role} id")
        }
        """Jira Cloud names who commented by an account's id alone."""

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
            team=joined_names(by("team"), self.text(row, "component/s", "components", joiner=", ")),
            sprint=self.text(row, "sprint", "custom field (sprint)", joiner=", "),
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
            comments=tuple(self._comments(row)),
        )

    def _comments(self, row: Sequence[str]) -> Iterator[Comment]:
        for number in self.of("comment"):
            if number < len(row) and row[number].strip():
                author, day, words = comment_in_cell(row[number])
                yield self._people.get(author, author), day, tracker_text(words)
