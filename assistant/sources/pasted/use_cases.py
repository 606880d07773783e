"""Use cases, in a table, under headings or behind labels, as user stories.

A use case is a user story under its own id and name; its main success scenario, each alternative
flow and each exception is an acceptance criterion with its steps as written; what else is said of
it (actor, trigger, pre- and postconditions) is the narrative. The heading above several use cases
is their epic. The parts are those of Cockburn's template ("Writing Effective Use Cases", 2000).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from assistant.sources.pasted.basis import EpicDraft
from assistant.sources.pasted.criteria import CriterionDraft
from assistant.sources.pasted.headings import setext_level
from assistant.sources.pasted.lines import (
    Line,
    Passage,
    passage,
    plain,
    split_lines,
    unmarked,
    unwrap,
)
from assistant.sources.pasted.names_and_ids import EPIC_WORDS, OWN_ID
from assistant.sources.pasted.outline import open_fences
from assistant.sources.pasted.story_parts import StoryDraft
from assistant.sources.pasted.story_sentences import starts_story
from assistant.sources.pasted.tables import Cell, read_table, table_length

_WORDS = EPIC_WORDS["use_cases"]
_PART = re.compile(
    "|".join(f"(?P<{name}>{'|'.join(words)})" for name, words in _WORDS.items() if name != "start"),
    re.IGNORECASE,
)
_MAIN = re.compile("|".join(_WORDS["main"]), re.IGNORECASE)
_START = re.compile(
    rf"(?:(?:{'|'.join(_WORDS['start'])})[\s:#._–-]*(?P<number>\d+(?:[.-]\d+)*)?"
    r"|(?P<id>UC[-_.]?[A-Z]*[-_.]?\d+(?:[.-]\d+)*))"
    r"(?![\w])[\s:.)|–—-]*(?P<name>.*)",
    re.IGNORECASE,
)
_NUMBERING = re.compile(r"^\s*\d{1,3}(?:\.\d{1,3})*[.)]?\s+(?=\S)")
_ATX = re.compile(r"^\s{0,3}(#{1,6})\s+(.*?)\s*#*\s*$")
_LABEL = re.compile(r"^\s*(?:[-*•+]\s+)?(?P<label>[^:|]{2,60}?)\s*:\s*(?P<rest>.*)$")
_BOLD = re.compile(r"^\s*(?:\*\*|__)(?P<label>[^*_]{2,120})(?:\*\*|__)\s*:?\s*$")
_BREAK = re.compile(r"<br\s*/?>", re.IGNORECASE)

_FLOW = re.compile(
    r"\s*(?:[-*•+]\s+)?"
    r"(?P<id>\*?\d{1,2}(?:-\d{1,2})?[a-z]{1,2}|\*[a-z]|[A-Z]{1,3}[-_. ]?\d{1,2}[a-z]?)"
    r"(?!\w|[.-]\d)[.):]?\s*(?:[–—-]\s*)?(?P<name>\S.*)"
)
"""What begins a flow: "4a Seller is too young", "*a. At any time", "E1 ...", "AF-2: ..."."""

_ITEM = re.compile(r"(?P<indent>\s*)(?:[-*•+]|\d{1,2}[.)])\s+\S")
_RULE = re.compile(
    rf"\s*(?:[-*•+]\s+)?(?P<id>{OWN_ID})\s*[:.–—-]?\s+(?P<words>\S+(?:\s+\S+){{3,}})"
)

TITLE = 120
"""Characters of a line that may be a title."""

FLOWS = ("main", "alternative", "exception")


def names_use_case_part(label: str) -> bool:
    """Whether a label is the name of a part of a use case: "Use case ID"."""
    return _PART.fullmatch(label) is not None


@dataclass(slots=True)
class _Part:
    """A labelled part of a use case. ``level`` is that of its heading, else the use case's;
    ``flows`` has where a heading within begins a flow."""

    name: str
    label: str
    level: int
    lines: list[Line] = field(default_factory=list)
    flows: list[int] = field(default_factory=list)


@dataclass(slots=True)
class _UseCase:
    """A use case while it is read. ``level`` is that of its heading, ``chapter`` the one above."""

    id: str = ""
    name: str = ""
    level: int = 7
    chapter: str = ""
    parts: list[_Part] = field(default_factory=list)

    def part(self, *names: str) -> Iterator[_Part]:
        return (part for part in self.parts if part.name in names)

    @property
    def is_whole(self) -> bool:
        """Whether it has a flow, and is known for a use case by its id or another part."""
        flow = any(part.lines for part in self.part("main"))
        return flow and bool(self.id or any(self.part("actor", "precondition", "alternative")))


def is_use_case_text(text: str) -> bool:
    """Whether ``text`` describes use cases, and no user stories beside them."""
    if not _MAIN.search(text):
        return False
    lines = split_lines(text)
    return not any(starts_story(line.text) for line in lines) and bool(_Reader(lines).use_cases())


def read_use_cases(text: str) -> list[EpicDraft]:
    """The use cases of ``text`` by the chapter that they stand in; each chapter is an epic."""
    epics: dict[str, EpicDraft] = {}
    for found in _Reader(split_lines(text)).use_cases():
        epic = epics.setdefault(found.chapter, EpicDraft(title=found.chapter))
        epic.stories.append(_story(text, found))
    return list(epics.values())


class _Reader:
    """Reads the lines of one text; ``use_cases()`` gives what is whole, in source order."""

    def __init__(self, lines: Sequence[Line]) -> None:
        self.lines = open_fences(lines)
        self.found: list[_UseCase] = []
        self.open: _UseCase | None = None
        self.headings: list[tuple[int, str]] = []
        """The headings above the present line, outermost first."""

    def use_cases(self) -> list[_UseCase]:
        """What has a flow and is known for a use case."""
        at = 0
        while at < len(self.lines):
            at += self._take(at)
        return [one for one in self.found if one.is_whole]

    def _take(self, at: int) -> int:
        line = self.lines[at]
        if length := table_length(self.lines, at):
            self._table(self.lines[at : at + length])
            return length
        if match := _ATX.match(line.text):
            self._heading(len(match[1]), unwrap(match[2]), line.part(match.start(2)))
        elif level := setext_level(self.lines, at):
            self._heading(level, unwrap(line.content), line)
            return 2
        elif match := _BOLD.match(line.text):
            self._named(match["label"].strip(" :"), line)
        elif start := self._plain_start(at):
            self._start(start, 7, self.headings)
        elif not self._labelled(line):
            self._add(line)
        return 1

    def _plain_start(self, at: int) -> re.Match[str] | None:
        """A line of its own that names a use case: "Use case 12: Issue a badge"."""
        line = self.lines[at].content
        if len(line) > TITLE or (at and not self.lines[at - 1].blank):
            return None
        start = _START.fullmatch(line)
        given = start and (start["id"] or start["number"])
        apart = start and re.search(r"[:–—|]|\s-", line[: start.start("name")])
        return start if given and apart else None

    def _heading(self, level: int, title: str, line: Line) -> None:
        bare = _NUMBERING.sub("", title)
        part = _part_name(bare)
        start = None if part else _START.fullmatch(bare)
        deeper = level > self._level or bool(_FLOW.fullmatch(bare))
        within = start is None and self._in_flows and deeper
        if within and (part is None or part[1]):
            self._flow(line, bare, part[0] if part else "")
            return
        while self.headings and self.headings[-1][0] >= level:
            self.headings.pop()
        if part and self.open:
            self._begin(part[0], bare, level)
            return
        self.headings.append((level, title))
        if start:
            self._start(start, level, self.headings[:-1])
        elif self.open and level <= self.open.level:
            self.open = None
        elif self.open:
            self._begin("other", bare, level)

    @property
    def _level(self) -> int:
        """Of the heading of the open part, else of the use case."""
        return self.open.parts[-1].level if self.open and self.open.parts else 0

    @property
    def _in_flows(self) -> bool:
        parts = self.open.parts if self.open else []
        return bool(parts) and parts[-1].name in {"alternative", "exception"}

    def _flow(self, line: Line, bare: str, name: str) -> None:
        """A heading within the flows begins one: "5a Samples differ", "Alternative flow 2: ..."."""
        if name and name not in {self.open.parts[-1].name if self.open else ""}:
            self._begin(name, bare)
        assert self.open is not None
        part = self.open.parts[-1]
        part.flows.append(len(part.lines))
        part.lines.append(line.part(line.text.find(bare)) if bare in line.text else line)

    def _start(self, start: re.Match[str], level: int, above: Sequence[tuple[int, str]]) -> None:
        given = start["id"] or start["number"] or ""
        number = f"UC-{given}" if given and given[0].isdigit() else given
        self.open = _UseCase(number, start["name"].strip(), level, above[-1][1] if above else "")
        self.found.append(self.open)

    def _named(self, label: str, line: Line) -> None:
        """A bold line names a part, a use case, or a flow."""
        bare = _NUMBERING.sub("", label)
        if part := _part_name(bare):
            if part[1] and self._in_flows:
                self._flow(line, bare, part[0])
            else:
                self._begin(part[0], bare)
        elif (start := _START.fullmatch(bare)) and (start["id"] or start["number"]):
            self._start(start, 7, self.headings)
        elif self._in_flows and self.open:
            self._flow(line, bare, "")
        else:
            self._add(line)

    def _labelled(self, line: Line) -> bool:
        words = plain(line.text)
        match = _LABEL.match(words)
        if match is None:
            return False
        part = _part_name(match["label"].strip())
        if part is None or part[1]:
            return False
        if self.open is None and part[0] in {"other", "rule"}:
            return False
        # Within a flow a word like "Description:" of a step begins no part.
        self._begin(part[0], match["label"].strip())
        if match["rest"].strip():
            self._add(line.part(match.start("rest")))
        return True

    def _begin(self, name: str, label: str, level: int = 0) -> None:
        """Open a part, of a new use case where the present one has it already; ``level`` is that
        of its heading."""
        known = {part.name for part in self.open.parts} if self.open else set()
        first = name in {"id", "name"} and bool(known - {"id", "name"})
        again = name == "main" and name in known
        if self.open is None or first or again:
            above_level, title = self.headings[-1] if self.headings else (6, "")
            above = self.headings[-2][1] if len(self.headings) > 1 else ""
            own = self.open is None and name not in {"id", "name"}
            start = _START.fullmatch(_NUMBERING.sub("", title)) if title else None
            of_heading = start or own
            self.open = _UseCase(
                name=_NUMBERING.sub("", title) if own and not start else "",
                level=above_level if of_heading else above_level + 1,
                chapter=above if of_heading else title,
            )
            self.found.append(self.open)
        self.open.parts.append(_Part(name, label, level or self.open.level))

    def _add(self, line: Line) -> None:
        if self.open and self.open.parts and (self.open.parts[-1].lines or not line.blank):
            self.open.parts[-1].lines.append(line)

    def _table(self, lines: Sequence[Line]) -> None:
        rows = read_table(lines).rows
        fields = [_part_name(row[0].text) if len(row) > 1 else None for row in rows]
        if sum(found is not None and not found[1] for found in fields) < 3:
            for row in rows:  # steps in columns: actor and system side by side
                cells = [cell for cell in row if cell.text]
                if cells and self.open and self.open.parts:
                    words = " | ".join(cell.text for cell in cells)
                    self._add(Line(cells[0].start, cells[-1].end, words))
            return
        for row, found in zip(rows, fields, strict=True):
            if found and not found[1]:
                self._begin(found[0], row[0].text)
            elif row[0].text:
                self._begin("other", row[0].text)
            for cell in row[1:]:
                for piece in _pieces(cell):
                    self._add(piece)


def _pieces(cell: Cell) -> Iterator[Line]:
    """The lines of a cell; their places are those in the text only where it has no line break."""
    at = cell.start
    for words in cell.text.split("\n"):
        yield Line(at, at + len(words), words)
        at += len(words) + 1


def _part_name(label: str) -> tuple[str, str] | None:
    """The part that a label names, and what stands behind it: "2: card is refused"."""
    label = unwrap(label.strip(" \t#*_")).strip(" :*_")
    if whole := _PART.fullmatch(label):
        return whole.lastgroup or "", ""
    found = _PART.match(label)
    if found and found.lastgroup in {"alternative", "exception"}:
        tail = label[found.end() :]
        if re.match(r"\s*(?:[-–—:(#]|[A-Z]{0,2}\d)", tail):
            return found.lastgroup, tail.strip()
    return None


def _story(text: str, found: _UseCase) -> StoryDraft:
    given = _line_of(found, "id") or found.id
    name = _line_of(found, "name") or found.name
    match = _START.fullmatch(name)
    if match and (match["id"] or match["number"]):
        given, name = given or match["id"] or f"UC-{match['number']}", match["name"] or name
    draft = StoryDraft(key="".join(given.split()), title=name or given)
    draft.named = bool(name)
    for part in found.parts:
        if part.name in FLOWS:
            draft.criteria.extend(_flows(text, part))
        elif part.name == "rule" and (rules := list(_rules(text, part))):
            draft.criteria.extend(rules)
        elif part.name not in {"id", "name"} and part.lines:
            words = [unmarked(line.content) for line in part.lines if not line.blank]
            joint = " " if len(words) == 1 else "\n"
            draft.narrative.append(f"{part.label.rstrip(' :')}:{joint}" + "\n".join(words))
    return draft


def _line_of(found: _UseCase, name: str) -> str:
    return next((unwrap(part.lines[0].content) for part in found.part(name) if part.lines), "")


def _flows(text: str, part: _Part) -> Iterator[CriterionDraft]:
    """One criterion for the main scenario, else one for each flow of the part."""
    if not part.lines:
        return
    if part.name == "main":
        yield CriterionDraft(_passage(text, part.lines), "flow", part.label, "main")
        return
    marks = [_FLOW.fullmatch(line.text.replace("**", "")) for line in part.lines]
    begins = part.flows or [at for at, mark in enumerate(marks) if mark] or _items(part.lines)
    for begin, end in zip([*begins], [*begins[1:], len(part.lines)], strict=True):
        mark = marks[begin]
        given = mark["id"].lstrip("*") if mark else ""
        words = _passage(text, part.lines[begin:end])
        yield CriterionDraft(words, "flow", part.label, given)


def _passage(text: str, lines: Sequence[Line]) -> Passage:
    """The words of ``lines`` without the blank ones behind them."""
    end = max((at for at, line in enumerate(lines, 1) if not line.blank), default=0)
    return passage(text, lines[:end])


def _items(lines: Sequence[Line]) -> list[int]:
    """Where the outermost items of a list begin; the first line, where there is no list."""
    items = [
        (at, len(found["indent"]))
        for at, line in enumerate(lines)
        if (found := _ITEM.match(line.text))
    ]
    outer = min((indent for _, indent in items), default=0)
    begins = [at for at, indent in items if indent == outer]
    return begins if begins and begins[0] == 0 else [0]


def _rules(text: str, part: _Part) -> Iterator[CriterionDraft]:
    """The rules that are stated there, not only named."""
    for line in part.lines:
        if match := _RULE.fullmatch(line.text):
            yield CriterionDraft(passage(text, [line]), "rule", "", match["id"])
