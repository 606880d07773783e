"""Use cases, in a table, under headings or behind labels, as user stories.

A use case is a user story under its own id and name; its main success scenario, each alternative
flow and each exception is an acceptance criterion with its steps as written; what else is said of
it (actor, trigger, pre- and postconditions) is the narrative. The heading above several use cases
is their epic. The parts are those of Cockburn's template ("Writing Effective Use Cases", 2000).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from assistant.sources.pasted.basis import EpicDraft
from assistant.sources.pasted.headings import setext_level
from assistant.sources.pasted.issue_lines import issue_line
from assistant.sources.pasted.lines import Line, is_rule_line, plain, split_lines, unwrap
from assistant.sources.pasted.outline import open_fences
from assistant.sources.pasted.story_sentences import starts_story
from assistant.sources.pasted.tables import Cell, read_table, table_length
from assistant.sources.pasted.use_case_flows import FLOW, FLOWS, ITEM, Part, UseCase, story_of
from assistant.sources.pasted.use_case_names import (
    names_column,
    names_main_flow,
    names_test_cases,
    names_use_case,
    numberless,
    own_id,
    part_name,
    read_start,
)

_ATX = re.compile(r"\s{0,3}(#{1,6})\s+(?=\S)")
_LABEL = re.compile(r"^\s*(?:[-*•+]\s+)?(?P<label>[^:|]{2,60}?)\s*:\s*(?P<rest>.*)$")
_BOLD = re.compile(
    r" ?(?P<mark>\*{1,3}|_{1,3})(?P<label>[^*\s][^*]{0,118}[^*\s])(?P=mark)(?P<rest>(?![\w*]).*)"
)
_TAG = re.compile(r"</?(?:ol|ul|li|p)\b[^<>]*>", re.IGNORECASE)

OWN = {"id", "name"}
"""Parts that say which use case it is."""

_LOOSE = {"other", "rule", "criteria"}
"""Parts that other texts have too, so that no use case begins with them."""

TITLE = 120
"""Characters of a line that may be a title."""


def is_use_case_text(text: str) -> bool:
    """Whether ``text`` describes use cases, and no user stories but those of use cases that are
    called so."""
    return bool(_use_cases(text)[0])


def _use_cases(text: str) -> tuple[list[UseCase], str]:
    """The use cases of a text, and the text without them where it tells of stories, issues or
    requirements beside: nothing else of it is a use case's. The rest keeps its places. No use case
    where they cannot be told from those."""
    if not names_main_flow(text) or names_test_cases(text):
        return [], ""
    reader = _Reader(split_lines(text))
    found = reader.use_cases()
    whole = {id(one) for one in found}
    owned = [id(owner) in whole for owner in reader.owners]
    stated = sum(one.stated for one in found)
    apart = stated == len(found)
    stories = (starts_story(line.text) for line in reader.lines)
    if (
        sum(story and (own or not apart) for story, own in zip(stories, owned, strict=True))
        > stated
    ):
        return [], ""
    beside = [owned[at] for at in _beside(reader, found, owned)]
    if not beside:
        return found, ""
    return (found, _without(text, reader.lines, owned)) if apart and not any(beside) else ([], "")


def _beside(reader: _Reader, found: Sequence[UseCase], owned: Sequence[bool]) -> Iterator[int]:
    """The lines that tell of stories, issues or requirements beside the use cases."""
    keys = {one.stated_id for one in found}
    for at, line in enumerate(reader.lines):
        told = issue_line(reader.lines, at)
        heading = told.heading
        title = numberless(unwrap(line.content.strip("# ")))
        if told.tells == "nothing" or (heading and read_start(title)):
            continue
        if heading and heading.role == "story":
            titled = bool(heading.title) and not starts_story(title)
            if titled and not heading.feature:
                yield at
                continue
        apart = told.tells in {"sentence", "requirement", "criteria"}
        if told.tells in {"epic", "keyed"} and heading:
            apart = bool(heading.key) and heading.key not in keys
        if apart and not owned[at]:
            yield at


def _without(text: str, lines: Sequence[Line], owned: Sequence[bool]) -> str:
    """A text with blanks for the lines that are use cases'."""
    left = list(text)
    for line, own in zip(lines, owned, strict=True):
        if own:
            left[line.start : line.end] = " " * (line.end - line.start)
    return "".join(left)


def read_use_cases(text: str) -> tuple[list[EpicDraft], str]:
    """The use cases of ``text`` by the chapter that they stand in; each chapter is an epic. Several
    that stand in none are of the epic that the text opens with; none where ``text`` describes
    other things. Where it tells of stories, issues or requirements beside, the text without the use
    cases is given too, in its places."""
    use_cases, rest = _use_cases(text)
    epics: dict[str, EpicDraft] = {}
    for found in use_cases:
        draft = story_of(text, found)
        chapter = found.chapter(draft)
        epics.setdefault(chapter, EpicDraft(title=chapter)).stories.append(draft)
    if not rest and (bare := epics.get("")) and len(bare.stories) > 1:
        bare.title = _opening(text)
    return list(epics.values()), rest


def _opening(text: str) -> str:
    """The short first line that a text opens with, above any heading or table."""
    first = next((line.strip() for line in text.splitlines() if line.strip()), "")
    return unwrap(first) if len(first) <= TITLE and first[0] not in "#|-*<" else ""


class _Reader:
    """Reads the lines of one text; ``use_cases()`` gives what is whole, in source order."""

    def __init__(self, lines: Sequence[Line]) -> None:
        self.lines = open_fences(lines)
        self.found: list[UseCase] = []
        self.open: UseCase | None = None
        self.owners: list[UseCase | None] = []
        """Of each line, the use case that it stands in."""
        self.headings: list[tuple[int, str]] = []
        """The headings above the present line, outermost first."""

    def use_cases(self) -> list[UseCase]:
        """What has a flow and is known for a use case."""
        at = 0
        while at < len(self.lines):
            known = len(self.found)
            length = self._take(at)
            rows = self.found[-1] if len(self.found) > known else None
            self.owners += [self.open or rows] * length
            at += length
        return [one for one in self.found if one.is_whole]

    @property
    def _part(self) -> Part | None:
        """The open part."""
        return self.open.parts[-1] if self.open and self.open.parts else None

    @property
    def _in_flow(self) -> str:
        """The name of the open part, where it is of flows."""
        return self._part.name if self._part and self._part.name in FLOWS else ""

    @property
    def _has_main(self) -> bool:
        """Whether the main flow was read, so that others may follow."""
        return self.open is not None and any(self.open.part("main"))

    def _take(self, at: int) -> int:
        line = self.lines[at]
        if line.code:
            self._add(line)
            return 1
        if length := table_length(self.lines, at):
            self._table(self.lines[at : at + length])
            return length
        if match := _ATX.match(line.text):
            title = line.text[match.end() :].rstrip().rstrip("#")
            self._heading(len(match[1]), unwrap(title.rstrip()), line.part(match.end()))
        elif level := setext_level(self.lines, at):
            self._heading(level, unwrap(line.content), line)
            return 2
        elif start := self._plain_start(at):
            self._start(start, 7, self.headings)
        elif not (self._labelled(line) or self._bare(line) or self._marked(line)):
            self._add(line)
        return 1

    def _plain_start(self, at: int) -> re.Match[str] | None:
        """A line of its own that names a use case: "Use case 12: Issue a badge"."""
        line = unwrap(self.lines[at].content)
        above = at and not self.lines[at - 1].blank and not is_rule_line(self.lines[at - 1])
        start = None if len(line) > TITLE or above else read_start(line)
        if start is None or not own_id(start):
            return None
        apart = re.search(r"[:–—|]|\s-", line[: start.start("name")])
        return start if apart or line != self.lines[at].content else None

    def _heading(self, level: int, title: str, line: Line) -> None:
        bare = numberless(title)
        part = part_name(bare)
        start = None if part else read_start(bare)
        if part and part[1] and self._has_main:
            self._flow(line, part[0], bare, "#", level)
            return
        if part is None and start is None and self._within(level, bare):
            self._flow(line, "", bare, "#")
            return
        while self.headings and self.headings[-1][0] >= level:
            self.headings.pop()
        if part and (part[0] not in _LOOSE or self._own(level)):
            self._begin(part[0], bare, level)
        elif start is None and self._labelled(line):
            return
        else:
            self.headings.append((level, title))
            begun = self.open and any(self.open.part("actor", "precondition", *FLOWS))
            if start:
                self._start(start, level, self.headings[:-1])
            elif self.open and level <= self.open.level and (begun or level < self.open.level):
                self.open = None
            elif self.open:
                self._begin("other", bare, level)

    def _own(self, level: int) -> bool:
        """Whether a heading of this level may be the open use case's."""
        return self.open is not None and (self.open.level == 7 or level >= self.open.level)

    def _within(self, level: int, bare: str) -> bool:
        """Whether a heading stands in the open part of flows: it is deeper than the part's, has
        the id of a flow, or is the first below a label."""
        part = self._part
        if part is None or not self._in_flow or self.open is None:
            return False
        if part.name == "main":
            return 0 < part.level < level
        if part.level:
            deeper = level > part.level
        else:
            deeper = level > self.open.level and (not part.lines or part.form == "#")
        return deeper or FLOW.fullmatch(bare) is not None

    def _flow(self, line: Line, name: str, label: str, form: str, level: int = 0) -> None:
        """A line begins a flow: "5a Samples differ", "Alternative flow 2: ..."."""
        if name and (self._in_flow != name or not self._part or self._part.form != form):
            self._begin(name, label, level)
        assert self._part is not None
        if self._part.name != "main":
            self._part.flows.append(len(self._part.lines))
        self._part.form = form
        self._part.lines.append(line)

    def _start(self, start: re.Match[str], level: int, above: Sequence[tuple[int, str]]) -> None:
        titles = [title for _, title in above]
        self.open = UseCase(own_id(start), start["name"].strip(), level, titles, stated=True)
        self.found.append(self.open)

    def _marked(self, line: Line) -> bool:
        """A line that begins with bold or italic words begins a flow where the first line of the
        flows does; with a colon behind them, it else begins a part of another name."""
        match = _BOLD.fullmatch(line.text)
        if match is None or self.open is None:
            return False
        label, rest = match["label"], match["rest"].strip()
        colon = label.endswith(":") or rest.startswith(":")
        part = self._part
        if self._in_flow and part:
            first = not part.lines and (colon or not rest)
            if first or part.form == match["mark"]:
                self._flow(line, "", "", match["mark"])
                return True
            if part.form == "#" or not part.lines:
                return False
        if colon:
            self._begin("other", label.strip(" :"))
            if rest.strip(" :"):
                self._add(line.part(match.start("rest") + match["rest"].index(rest.strip(" :"))))
        return colon

    def _bare(self, line: Line) -> bool:
        """A line of only the name of a part."""
        item = len(line.content) > TITLE or ITEM.match(line.text)
        found = None if item else part_name(line.content)
        bold = line.content.startswith(("*", "_"))
        if found is None or (self.open is None and (found[0] in _LOOSE or not bold)):
            return False
        if found[1] and not self._has_main:
            return False
        if found[1]:
            self._flow(line, found[0], unwrap(line.content), "")
        else:
            self._begin(found[0], unwrap(line.content).strip(" :"))
        return True

    def _labelled(self, line: Line) -> bool:
        match = _LABEL.match(
            plain(line.text).lstrip("# ") if "#" in line.text[:4] else plain(line.text)
        )
        part = part_name(match["label"]) if match else None
        if match is None or part is None or (self.open is None and part[0] in _LOOSE):
            return False
        item = ITEM.match(line.text) is not None
        if part[0] in OWN and self._in_flow and not self._states(match["label"], match["rest"]):
            return False  # "Name: the name of the guest" of a step
        if item and self._in_flow and self._part and not self._part.item:
            return False  # a word like "Trigger:" of a step begins no part
        label, rest = match["label"].strip(), match["rest"].strip()
        if part[1]:
            if item or not self._has_main:
                return False
            self._flow(line, part[0], label, "")
            return True
        self._begin(part[0], label)
        assert self._part is not None
        self._part.item = item
        if rest:
            self._add(
                line.part(line.text.rindex(rest) if rest in line.text else match.start("rest"))
            )
        return True

    def _begin(self, name: str, label: str, level: int = 0) -> None:
        """Open a part, of a new use case where the present one has it already; ``level`` is that
        of its heading."""
        known = {part.name for part in self.open.parts if part.lines} if self.open else set()
        first = name in OWN and bool(known - OWN - _LOOSE)
        again = name == "main" and name in known
        if self.open is None or first or again:
            above_level, title = self.headings[-1] if self.headings else (6, "")
            own = self.open is None and name not in OWN
            start = read_start(numberless(title))
            titles = [title for _, title in self.headings]
            self.open = UseCase(
                name=numberless(title) if own and not start else "",
                level=above_level if start or own else above_level + 1,
                above=titles[:-1] if start or own else titles,
            )
            self.found.append(self.open)
        if name == "course":
            name = "main" if any(self.open.part("actor")) else "other"
        self.open.parts.append(Part(name, numberless(unwrap(label)).strip(" :"), level))

    def _add(self, line: Line) -> None:
        if self._part and (self._part.lines or not line.blank):
            self._part.lines.append(line)

    def _table(self, lines: Sequence[Line]) -> None:
        rows = read_table(lines).rows
        columns = [part_name(cell.text) for cell in rows[0]] if rows else []
        fields = [part_name(row[0].text) if len(row) > 1 else None for row in rows]
        if _count(columns) > 2 and "main" in {found[0] for found in columns if found}:
            for row in rows[1:]:  # a use case in each row
                self.open = None
                for found, head, cell in zip(columns, rows[0], row, strict=False):
                    self._field(found, head, [cell])
            self.open = None
        elif self._of_fields(rows, fields):
            for row, found in zip(rows, fields, strict=True):
                if found or not names_column(row[0].text):
                    self._field(found, row[0], row[1:])
        else:
            for row in rows:
                self._row(row)

    def _of_fields(
        self, rows: Sequence[Sequence[Cell]], fields: Sequence[tuple[str, str] | None]
    ) -> bool:
        """Whether the rows of a table are parts of a use case: not those of a table of data within
        one, which may be called ID and name too."""
        if _count(fields) < 3 and not (len(rows) > 1 and all(fields)):
            return False
        named = {found[0] for found in fields if found}
        if self.open is None or not named & OWN or named - OWN - _LOOSE:
            return True
        told = any(part.lines for part in self.open.parts if part.name not in OWN | _LOOSE)
        return not told or any(
            self._states(row[0].text, row[1].text)
            for row, found in zip(rows, fields, strict=True)
            if found and found[0] in OWN
        )

    def _states(self, label: str, words: str) -> bool:
        """Whether an id or a name is said to be that of a use case."""
        start = read_start(unwrap(words))
        return names_use_case(label) or bool(start and own_id(start))

    def _row(self, row: Sequence[Cell]) -> None:
        """Steps in columns, as actor and system side by side; or a field in each cell."""
        cells = [cell for cell in row if cell.text]
        fields = 0
        if not self._in_flow:
            fields = sum([self._labelled(Line(cell.start, cell.end, cell.text)) for cell in cells])
        if cells and not fields:
            words = " | ".join(cell.text for cell in cells)
            self._add(Line(cells[0].start, cells[-1].end, words))

    def _field(self, found: tuple[str, str] | None, head: Cell, cells: Sequence[Cell]) -> None:
        """A named field of a table, with what is said there."""
        cells = [cell for cell in cells if cell.text]
        if found or head.text:
            self._begin(found[0] if found else "other", head.text)
        pieces = list(_pieces(cells))
        for piece in pieces:
            if not (len(pieces) > 1 and self._bare(piece)) and not self._marked(piece):
                self._add(piece)


def _count(names: Sequence[tuple[str, str] | None]) -> int:
    return sum(name is not None for name in names)


def _pieces(cells: Sequence[Cell]) -> Iterator[Line]:
    """The lines of a cell; their places are those in the text only where it has no line break.
    Several cells are one line."""
    if len(cells) > 1:
        yield Line(cells[0].start, cells[-1].end, " | ".join(cell.text for cell in cells))
        return
    for cell in cells:
        at = cell.start
        for words in _TAG.sub("\n", cell.text).split("\n"):
            if words.strip():
                yield Line(at, at + len(words), words)
            at += len(words) + 1
