"""Requirement tables to epics (Key, Summary, Acceptance Criteria, Epic Link, ...)."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from assistant.sources.grids.grids import Grid
from assistant.sources.grids.header_words import HEADERS
from assistant.sources.grids.headers import normalised
from assistant.sources.grids.table_kinds import is_total
from assistant.sources.grids.tool_headers import english_header
from assistant.sources.pasted.basis import EpicDraft
from assistant.sources.pasted.jira_wiki import is_jira_wiki, jira_to_markdown
from assistant.sources.pasted.layout_tags import leave_out_layout
from assistant.sources.pasted.lines import Line, split_lines
from assistant.sources.pasted.metadata import label_list
from assistant.sources.pasted.names_and_ids import find_key, split_key, title_key
from assistant.sources.pasted.outline import build_outline, open_fences
from assistant.sources.pasted.story_parts import StoryDraft, add_part, finish_story
from assistant.sources.reading import Place

_TRACKER_KEY = re.compile(r"[A-Z][\w-]*-\d+|(?:[\w.-]+/[\w.-]+)?#\d+|&?\d+")
"""A key as a tracker may write it: unlike in running text, a hyphen more or mere digits are no
doubt."""


_STATEMENT = re.compile(r"requirements?(?: text| statement| description)?")
"""Names a column of sentences that say what must be, not of titles."""

_STORY_FIELDS = frozenset({"criteria", "given", "when", "then", "narrative", "want", "type"})
"""What a table that says so elsewhere has: in another one the requirement is its own criterion."""


@dataclass(slots=True)
class RequirementText:
    """The Markdown that the rows are written to, so that criteria have offsets in it."""

    parts: list[str] = field(default_factory=list)
    length: int = 0
    place: str = ""
    """What the original calls the place that the next words come from ("sheet Rules, row 12")."""

    places: list[Place] = field(default_factory=list)

    def add(self, words: str) -> list[Line]:
        """Append ``words`` and a blank line; the lines of ``words`` at their offsets."""
        start = self.length
        if self.place and words:
            self.mark(start, start + len(words), self.place)
        self.parts.append(words + "\n\n")
        self.length += len(words) + 2
        return [
            Line(line.start + start, line.end + start, line.text) for line in split_lines(words)
        ]

    def mark(self, start: int, end: int, label: str) -> None:
        """Say where ``start`` to ``end`` come from; neighbours of one place become one."""
        if self.places and self.places[-1].label == label:
            start = self.places.pop().start
        self.places.append(Place(start=start, end=end, label=label))

    @property
    def text(self) -> str:
        """All that was added."""
        return "".join(self.parts)


@dataclass(slots=True)
class _Row:
    """One requirement: the first row of its key, and the criteria cells of all its rows."""

    cells: dict[str, str]
    place: str = ""
    criteria: list[tuple[str, str]] = field(default_factory=list)


def read_requirements(grid: Grid, out: RequirementText) -> list[EpicDraft]:
    """The epics in ``grid``; stories are grouped by their epic link, in order of appearance.

    Several rows of one key are one story with a criterion each. Each epic's heading stands above
    its own stories, whatever the order of the rows; stories of epics without a row come first,
    below none. The stories must be finished (``finish_all``) once all of ``out`` is written.
    """
    requirements = _requirements(grid)
    epics: dict[str, EpicDraft] = {}
    loose = EpicDraft()
    opened = [(_open_epic(epics, r), r) for r in requirements if _is_epic(r.cells)]
    below: dict[int, list[tuple[EpicDraft, _Row]]] = {id(epic): [] for epic, _ in opened}
    others: list[tuple[EpicDraft, _Row]] = []
    for requirement in requirements:
        if not _is_epic(requirement.cells):
            epic = _epic_of(epics, requirement.cells, loose)
            below.get(id(epic), others).append((epic, requirement))
    _write_stories(others, out)
    for epic, requirement in opened:
        out.place = requirement.place
        _write_epic(epic, out)
        _write_stories(below[id(epic)], out)
    out.place = ""
    if loose.stories:
        epics[""] = loose
    return list({id(epic): epic for epic in epics.values()}.values())


def _requirements(grid: Grid) -> list[_Row]:
    columns = grid.columns
    assert columns is not None
    found: list[_Row] = []
    by_key: dict[tuple[str, str], _Row] = {}
    epic = {"epic": "", "epic_title": ""}
    names = [normalised(name) for name in english_header(grid.header)]
    openings = {
        part: _OPENING_OF.get(names[columns.fields[part][0]], default)
        for part, default in _OPENINGS.items()
        if part in columns.fields
    }
    of_titles = columns.fields.get("title", ())
    says_requirement = not columns.fields.keys() & _STORY_FIELDS and any(
        _STATEMENT.fullmatch(names[number]) for number in of_titles
    )
    for number, row in enumerate(grid.rows, grid.first_row):
        if not any(cell.strip() for cell in row) or is_total(row):
            continue
        joiners = dict.fromkeys(("labels", "release", "team", "sprint"), ", ")
        cells = {n: columns.cell(row, n, joiners.get(n, "\n\n")) for n in columns.fields}
        cells |= {n: _opened(cells[n], n, opening) for n, opening in openings.items() if cells[n]}
        steps = [(w, cells.get(w, "")) for w in ("given", "when", "then")]
        criterion = cells.get("criteria", "") or "\n".join(
            cell if cell.casefold().startswith(word) else f"{word.capitalize()} {cell}"
            for word, cell in steps
            if cell
        )
        title = cells.get("title", "") or cells.get("narrative", "")
        criterion = criterion or (title if says_requirement else "")
        above = found[-1].cells if found else {}
        same = (
            bool(found)
            and cells.get("key", "") in {"", above.get("key", "")}
            and title in {"", above.get("title", "") or above.get("narrative", "")}
        )
        known = by_key.get((cells.get("key", ""), title)) if cells.get("key") else None
        target = found[-1] if same else known
        if target is None:
            epic.update({name: cells[name] for name in epic if cells.get(name)})
            if "key" not in columns.fields and not cells.get("epic"):
                cells.update({name: value for name, value in epic.items() if value})
            target = _Row(cells, grid.place(number))
            found.append(target)
            by_key[(cells.get("key", ""), title)] = target
        if criterion:
            target.criteria.append((cells.get("criterion_id", ""), criterion))
    return found


_OPENINGS = {"role": "As a", "want": "I want", "benefit": "so that"}
_OPENING_OF = {name: opening for opening, names in HEADERS["openings"].items() for name in names}


def _opened(cell: str, part: str, opening: str) -> str:
    """A ``part`` of a story's sentence behind its ``opening``, unless it begins so itself."""
    if cell.casefold().startswith((_OPENINGS[part].casefold(), opening.casefold())):
        return cell
    if cell.casefold().startswith("to "):
        opening = opening.removesuffix(" to")
    return f"{opening} {cell.strip()}"


EPIC_TYPES = frozenset(HEADERS["types"]["epic"])
"""What an epic's type is called, also by trackers that were set up in another language."""


def _is_epic(cells: dict[str, str]) -> bool:
    return cells.get("type", "").strip().casefold() in EPIC_TYPES


def _write_stories(stories: Iterable[tuple[EpicDraft, _Row]], out: RequirementText) -> None:
    for epic, requirement in stories:
        out.place = requirement.place
        epic.stories.append(_story(requirement, out))


def _write_epic(epic: EpicDraft, out: RequirementText) -> None:
    out.add(f"# {epic.key} {epic.title}".replace("  ", " ").strip())
    for words in epic.description:
        out.add(leave_out_layout(words))


def _open_epic(epics: dict[str, EpicDraft], requirement: _Row) -> EpicDraft:
    cells = requirement.cells
    epic = EpicDraft(cells.get("key", "").strip(), cells.get("title", "").strip())
    _metadata(epic, cells)
    parts = [cells.get("narrative", ""), *(words for _, words in requirement.criteria)]
    epic.description.extend(filter(None, parts))
    epics[epic.key or epic.title] = epic
    name = cells.get("epic_title", "").strip()
    if name and name not in epics:
        epic.meta.title = name
        epics.setdefault(f"\x00{name}", epic)
    return epic


def _epic_of(epics: dict[str, EpicDraft], cells: dict[str, str], loose: EpicDraft) -> EpicDraft:
    link, name = cells.get("epic", "").strip(), cells.get("epic_title", "").strip()
    key, title = split_key(link)
    if not key and (name or not link.isdigit()) and _TRACKER_KEY.fullmatch(link):
        key = link
    if not link and find_key(name) == name:  # the number of a record that has no other name
        key, name = name, ""
    for wanted in (key, link, name):
        if wanted and wanted in epics:
            return epics[wanted]
        if wanted and f"\x00{wanted}" in epics:
            return epics[f"\x00{wanted}"]
    if not (key or link or name):
        return loose
    named = name or title or (link if not key else "")
    epic = EpicDraft(key or title_key(named), named)
    epics[key or link or name] = epic
    return epic


def _metadata(draft: EpicDraft | StoryDraft, cells: dict[str, str]) -> None:
    draft.meta.release = draft.meta.release or cells.get("release", "")
    draft.meta.team = draft.meta.team or cells.get("team", "")
    draft.meta.sprint = draft.meta.sprint or cells.get("sprint", "")
    draft.meta.labels.extend(label_list(cells.get("labels", "")))


def _story(requirement: _Row, out: RequirementText) -> StoryDraft:
    cells = requirement.cells
    story = StoryDraft(cells.get("key", "").strip(), " ".join(cells.get("title", "").split()))
    _metadata(story, cells)
    if len(story.key) > 60 or "\n" in story.key:
        story.key = ""
    out.add(f"## {story.key} {story.title}".rstrip())
    if parts := [cells[name] for name in _OPENINGS if cells.get(name)]:
        story.add("intro", "", out.add("\n".join(parts)))
    if words := cells.get("narrative", ""):
        outline = build_outline(open_fences(out.add(_markdown(words))))
        story.add("intro", "", outline.body)
        for child in outline.children:
            add_part(story, child, "group")
    if requirement.criteria:
        out.add("### Acceptance criteria")
    for given, words in requirement.criteria:
        lines = out.add(_markdown(words))
        outline = build_outline(open_fences(lines))
        if outline.children:
            story.add("criteria", "", outline.body)
            for child in outline.children:
                add_part(story, child, "criteria")
        elif len(requirement.criteria) > 1 or given:
            story.add("criterion", "", lines, given=given)
        else:
            story.add("criteria", "", lines)
    return story


def _markdown(words: str) -> str:
    return leave_out_layout(jira_to_markdown(words) if is_jira_wiki(words) else words)


def finish_all(text: str, epics: list[EpicDraft]) -> None:
    """Finish the stories of ``epics`` over the whole document text."""
    for epic in epics:
        for story in epic.stories:
            finish_story(text, story)


def authors_of(grid: Grid) -> list[str]:
    """Who wrote the rows of a requirement table, row by row."""
    at = tracker_columns(grid).get("author")
    return [row[at].strip() for row in grid.rows if at is not None and at < len(row)]


def tracker_columns(grid: Grid) -> dict[str, int]:
    """The numbers of the columns that the test basis has no field for, by what they hold."""
    names = [normalised(name) for name in english_header(grid.header)]
    return {
        field: names.index(name)
        for field, known in HEADERS["tracker"].items()
        for name in names
        if name in known
    }
