"""The body of a section as blocks: paragraphs, lists, Given/When/Then groups, tables, code."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from assistant.sources.pasted.lines import (
    Line,
    Marker,
    is_rule_line,
    read_marker,
    reads_as_gherkin,
    step_word,
)
from assistant.sources.pasted.metadata import metadata_pairs, table_metadata, tracker_line
from assistant.sources.pasted.tables import Table, is_delimiter, read_table, table_length

_EXAMPLES = re.compile(
    r"^\s*[*_]{0,3}(?:examples?|scenarios?|beispiele?|exemples?"
    r"|ejemplos)\s*:?[*_]{0,3}\s*:?\s*$",
    re.IGNORECASE,
)
_TERMINAL = re.compile(r"[.!?;:][\"'”’)\]*_]*\s*$")


@dataclass(slots=True)
class Paragraph:
    """Lines of running text."""

    lines: list[Line]


@dataclass(slots=True)
class Code:
    """A fenced block, kept as it is."""

    lines: list[Line]


@dataclass(slots=True)
class Steps:
    """One Given/When/Then group; ``lines`` begin behind their list markers."""

    lines: list[Line]


@dataclass(slots=True)
class Meta:
    """Metadata lines that belong to the section."""

    pairs: list[tuple[str, str]]


@dataclass(slots=True)
class Item:
    """A list item: its own lines (behind the marker) and what is nested in it."""

    marker: Marker
    lines: list[Line]
    steps: list[Steps] = field(default_factory=list)
    tables: list[Table] = field(default_factory=list)
    children: list[Item] = field(default_factory=list)

    def all_lines(self) -> Iterator[Line]:
        """Its own lines and all nested ones (behind their markers), in order."""
        yield from self.lines
        for steps in self.steps:
            yield from steps.lines
        for table in self.tables:
            yield from table.lines
        for child in self.children:
            yield from child.all_lines()


@dataclass(slots=True)
class Listing:
    """A list; ``lines`` are the lines as they stand."""

    items: list[Item]
    lines: list[Line]


Block = Paragraph | Code | Steps | Meta | Listing | Table


def parse_blocks(lines: Sequence[Line], *, metadata: bool) -> list[Block]:
    """The blocks of ``lines``. Without ``metadata``, as among criteria, only the plainest metadata
    ("Priority: High") is taken for it."""
    return list(_Parser(lines, metadata).blocks())


class _Parser:
    def __init__(self, lines: Sequence[Line], metadata: bool) -> None:
        self.lines = lines
        self.metadata = metadata
        self.at = 0
        self.no_steps_before = 0
        """No Given/When/Then group begins before this line: it was looked for and not found."""

    def blocks(self) -> Iterator[Block]:
        while self.at < len(self.lines):
            line = self.lines[self.at]
            if line.blank or is_rule_line(line):
                self.at += 1
            elif line.code:
                yield self._code()
            elif length := table_length(self.lines, self.at):
                table = self._table(length)
                pairs = table_metadata(table.texts) if self.metadata else []
                yield Meta(pairs) if pairs else table
            elif pairs := self._pairs(line):
                self.at += 1
                yield Meta(pairs)
            elif steps := self._steps():
                yield steps
            elif read_marker(line):
                yield self._listing()
            else:
                yield self._paragraph()

    def _pairs(self, line: Line) -> list[tuple[str, str]]:
        """Metadata on a line; among criteria only what no criterion would begin with."""
        if self.metadata or (line.indent == 0 and tracker_line(line.text)):
            return metadata_pairs(line.text)
        return []

    def _code(self) -> Code:
        begin = self.at
        while self.at < len(self.lines) and self.lines[self.at].code:
            self.at += 1
        return Code(list(self.lines[begin : self.at]))

    def _table(self, length: int) -> Table:
        table = read_table(self.lines[self.at : self.at + length])
        self.at += length
        return table

    def _paragraph(self) -> Paragraph:
        taken = [self.lines[self.at]]
        self.at += 1
        while self.at < len(self.lines):
            line = self.lines[self.at]
            if line.blank or line.code or is_rule_line(line) or table_length(self.lines, self.at):
                break
            if read_marker(line) or self._pairs(line):
                break
            if step_word(line.text) in {"given", "when"} and self._steps(peek=True):
                break
            taken.append(line)
            self.at += 1
        return Paragraph(taken)

    def _next_filled(self, at: int) -> int:
        while at < len(self.lines) and self.lines[at].blank:
            at += 1
        return at

    # --- Given/When/Then --------------------------------------------------------------------

    def _words(self, at: int) -> tuple[Line, str, Marker | None]:
        """The line behind its list marker, its step word, and the marker."""
        line = self.lines[at]
        marker = read_marker(line)
        part = line.part(marker.content) if marker else line
        return part, step_word(part.text), marker

    def _steps(self, peek: bool = False) -> Steps | None:
        """The group that begins here, or ``None`` (a "When" without "Then" is prose)."""
        if self.at < self.no_steps_before:
            return None
        part, word, marker = self._words(self.at)
        if word not in {"given", "when"} or (marker and marker.id):
            return None
        if marker and reads_as_gherkin(part.text):
            return None
        taken, seen = [part], {word}
        if reads_as_gherkin(part.text):
            seen.add("then")
        at = self.at + 1
        while at < len(self.lines):
            step = self._next_step(at, taken, seen, bool(marker))
            if step is None:
                break
            taken.extend(step[0])
            seen.add(step[1])
            at = step[2]
        if not ({"given", "when"} & seen and "then" in seen) and not {"given", "when"} <= seen:
            self.no_steps_before = at
            return None
        if not peek:
            self.at = at
        return Steps(taken)

    def _next_step(
        self, at: int, taken: list[Line], seen: set[str], listed: bool
    ) -> tuple[list[Line], str, int] | None:
        """What continues a group at ``at``: the lines, their word, and where it goes on."""
        blank = self.lines[at].blank
        at = self._next_filled(at)
        if at >= len(self.lines) or self.lines[at].code:
            return None
        line = self.lines[at]
        length = table_length(self.lines, at)
        if length and (not blank or _EXAMPLES.match(taken[-1].text)):
            return list(self.lines[at : at + length]), "", at + length
        if _EXAMPLES.match(line.text):
            return [line], "", at + 1
        if line.content.startswith(('"""', "'''")):
            quote, rest = line.content[:3], range(at + 1, len(self.lines))
            end = next((n for n in rest if self.lines[n].content == quote), None)
            return (list(self.lines[at : end + 1]), "", end + 1) if end else None
        part, word, marker = self._words(at)
        if word == "given":
            repeated = "then" in seen or (blank and "given" in seen)
            return None if repeated or (marker and marker.id) else ([part], word, at + 1)
        if word:
            restart = word == "when" and "then" in seen and ("given" not in seen or blank)
            if restart or (marker and (marker.id or not listed) and blank):
                return None
            return [part], word, at + 1
        if blank or marker or is_rule_line(line) or self._pairs(line):
            return None
        if _TERMINAL.search(taken[-1].text) and line.indent == 0 and line.content[:1].isupper():
            return None
        return [line], "", at + 1

    # --- Lists --------------------------------------------------------------------------------

    def _listing(self) -> Listing:
        begin = self.at
        roots: list[Item] = []
        stack: list[Item] = []
        while self.at < len(self.lines):
            at = self._next_filled(self.at)
            if at >= len(self.lines):
                break
            gap, line = at > self.at, self.lines[at]
            if stack and self._nested(at, gap, stack, roots):
                continue
            marker = read_marker(line)
            if marker is None or line.code or is_rule_line(line):
                break
            if roots and self._pairs(line):
                break
            self._place(Item(marker, [line.part(marker.content)]), roots, stack)
            self.at = at + 1
        return Listing(roots, list(self.lines[begin : self.at]))

    def _nested(self, at: int, gap: bool, stack: list[Item], roots: list[Item]) -> bool:
        """Take steps, a table or running text at ``at`` into the innermost item, if it belongs."""
        line, item = self.lines[at], stack[-1]
        if line.code or is_rule_line(line):
            return False
        deeper = line.indent > item.marker.indent
        if length := table_length(self.lines, at):
            if not (deeper or item.lines[-1].content.rstrip("*_ ").endswith(":")):
                return False
            self.at = at
            item.tables.append(self._table(length))
            return True
        _, word, marker = self._words(at)
        if word in {"given", "when"} and not (marker and marker.id):
            titled = bool(item.marker.id) or item.lines[-1].content.rstrip("*_ ").endswith(":")
            siblings = stack[-2].children if len(stack) > 1 else roots
            belongs = deeper or titled or (not gap and not marker and _heads_steps(siblings))
            same_list = bool(marker and marker.listed and not deeper and not titled)
            before, self.at = self.at, at
            steps = self._steps(peek=not belongs) if not same_list else None
            if steps and belongs:
                item.steps.append(steps)
                return True
            self.at = before
            if steps:
                return False
        if marker or (not deeper and self._pairs(line)):
            return False
        if item.steps or item.tables or is_delimiter(line.text):
            return False
        last = item.lines[-1].content
        wrapped = not last or not _TERMINAL.search(last) or line.content[:1].islower()
        if (gap and not deeper) or (not gap and not deeper and not wrapped):
            return False
        item.lines.extend(self.lines[self.at : at + 1])
        self.at = at + 1
        return True

    def _place(self, item: Item, roots: list[Item], stack: list[Item]) -> None:
        while stack and not _encloses(stack[-1], item):
            stack.pop()
        (stack[-1].children if stack else roots).append(item)
        stack.append(item)


def _heads_steps(siblings: Sequence[Item]) -> bool:
    """Whether the last item of a list is the title of the steps right below it: no sentence, and
    each item before it has steps too. Else the item and the steps each state something."""
    *before, last = siblings
    stated = _TERMINAL.search(last.lines[-1].content) is not None
    return bool(last.steps) or not (stated or any(not item.steps for item in before))


def _rank(marker: Marker) -> int:
    if marker.bullet and not marker.number:
        return 3
    if marker.letter:
        return 2
    return 1 if marker.number else 0


def _encloses(outer: Item, inner: Item) -> bool:
    """Whether ``inner`` nests in ``outer``: by indent, by "1.1" under "1", or by kind."""
    a, b = outer.marker, inner.marker
    if b.indent > a.indent + 1:
        return True
    if b.indent < a.indent - 1:
        return False
    if a.number and b.number:
        return b.number.startswith(a.number + ".")
    if b.id and (a.id or _rank(b) == 0):
        return False
    return _rank(b) > _rank(a) and _rank(a) < 2
