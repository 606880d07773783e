"""Markdown text to blocks with offsets: prose, list items and table rows under their headings.

A line-based reader instead of a Markdown parser, because chunks are cited word for word: each block
is a span of the text, and all spans together hold everything but headings, table headers and white
space. It takes time linear in the text, whatever the text is. ``RuleReader`` says which blocks
state a rule, and under which id.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right, insort
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from assistant.domain import DocumentKind
from assistant.knowledge.chunks import markup
from assistant.knowledge.chunks.markup import Line
from assistant.language.line_breaks import soft_breaks
from assistant.language.sentences import sentences

Span = tuple[int, int]


class Spans:
    """A growing set of spans in order; each question takes logarithmic time."""

    def __init__(self, spans: Iterable[Span] = ()) -> None:
        self._spans: list[Span] = []
        for span in spans:
            self.add(span)

    def add(self, span: Span) -> bool:
        """Take a span in; ``False`` (and nothing changes) where it overlaps one or is empty."""
        if span[0] >= span[1] or self.overlap(*span):
            return False
        insort(self._spans, span)
        return True

    def overlap(self, start: int, end: int) -> bool:
        """Whether some span shares a character with ``text[start:end]``."""
        at = bisect_left(self._spans, (end, end))
        return at > 0 and self._spans[at - 1][1] > start

    def gaps(self, start: int, end: int) -> Iterator[Span]:
        """The stretches of ``text[start:end]`` between the spans."""
        at = bisect_right(self._spans, (start, start))
        if at > 0 and self._spans[at - 1][1] > start:
            start = self._spans[at - 1][1]
        for left, right in self._spans[at:]:
            if left >= end:
                break
            if start < left:
                yield start, left
            start = max(start, right)
        if start < end:
            yield start, end


def trim(text: str, start: int, end: int) -> Span:
    """``start`` and ``end`` moved inwards past white space."""
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    return start, end


LABEL_LEVEL = 7
"""Level of a line that heads what follows without being a heading ("Acceptance criteria:")."""


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading or label line: offsets of the whole line, and its title without marks."""

    start: int
    end: int
    level: int
    title: str


Path = tuple[Heading, ...]


@dataclass(frozen=True, slots=True)
class Block:
    """A span of the text under a path of headings.

    ``cells`` of a row are ``(header, value)`` pairs of the cells that are not empty; headers are
    empty where the table has none. ``intro`` is the sentence that leads into a list or table.
    """

    kind: Literal["prose", "item", "row"]
    start: int
    end: int
    path: Path
    cells: tuple[tuple[str, str], ...] = ()
    intro: str = ""


@dataclass(frozen=True, slots=True)
class Outline:
    """All headings and blocks of a text, in order; ``paths[i]`` ends with ``headings[i]``."""

    headings: tuple[Heading, ...]
    blocks: tuple[Block, ...]

    paths: tuple[Path, ...]

    def path_at(self, offset: int) -> Path:
        """The headings above the character at ``offset``, the one on its own line included."""
        above = bisect_right(self.headings, offset, key=lambda heading: heading.start)
        return self.paths[above - 1] if above else ()


def read_blocks(text: str) -> Outline:
    """The outline of a Markdown text."""
    reader = _Reader(text)
    reader.run()
    return Outline(tuple(reader.headings), tuple(reader.blocks), tuple(reader.paths))


def _under(path: Path, heading: Heading) -> Path:
    return (*(above for above in path if above.level < heading.level), heading)


LABEL_CHARACTERS = 100
"""Of the name of a column at most."""


class _Reader:
    def __init__(self, text: str) -> None:
        self._text = text
        self._lines: Sequence[Line] = tuple(markup.lines_of(text))
        self._wraps = soft_breaks(text)
        self._at = 0
        self._path: Path = ()
        self._intro = ""
        self._paragraph: list[Line] = []
        self.headings: list[Heading] = []
        self.paths: list[Path] = []
        self.blocks: list[Block] = []

    def run(self) -> None:
        self._front_matter()
        while self._at < len(self._lines):
            line = self._lines[self._at]
            if line.blank:
                self._end_paragraph()
                self._at += 1
            elif not (self._heading(line) or self._fence(line) or self._table(line)):
                self._item_or_prose(line)
        self._end_paragraph()

    def _front_matter(self) -> None:
        """Take a YAML head between ``---`` lines as one block, or nothing where there is none."""
        if not self._lines or self._lines[0].text.strip() != "---":
            return
        for number in range(2, min(len(self._lines), 80)):
            if self._lines[number].text.strip() in {"---", "..."}:
                self._add("prose", self._lines[1].start, self._lines[number - 1].end)
                self._at = number + 1
                return

    def _heading(self, line: Line) -> bool:
        if found := markup.heading(line.text):
            self._end_paragraph()
            self._add_heading(line.start, line.end, *found)
        elif self._paragraph and len(self._paragraph) == 1 and markup.underline_level(line.text):
            title = self._paragraph.pop()
            level = markup.underline_level(line.text)
            self._add_heading(title.start, line.end, level, markup.plain(title.text))
        elif not self._paragraph and markup.is_ruler(line.text):
            pass
        elif not self._paragraph and (title_text := markup.label(line.text)):
            self._add_heading(line.start, line.end, LABEL_LEVEL, title_text)
        else:
            return False
        self._at += 1
        return True

    def _add_heading(self, start: int, end: int, level: int, title: str) -> None:
        heading = Heading(start, end, level, title)
        self._path = _under(self._path, heading)
        self._intro = ""
        self.headings.append(heading)
        self.paths.append(self._path)

    def _fence(self, line: Line) -> bool:
        mark = markup.fence(line.text)
        if not mark:
            return False
        self._end_paragraph()
        last = self._at + 1
        while last < len(self._lines):
            closing = self._lines[last].text.strip()
            if closing.startswith(mark) and not closing.strip(mark[0]):
                break
            last += 1
        last = min(last, len(self._lines) - 1)
        self._add("prose", line.start, self._lines[last].end)
        self._at = last + 1
        return True

    def _table(self, line: Line) -> bool:
        after = self._lines[self._at + 1].text if self._at + 1 < len(self._lines) else ""
        headed = "|" in line.text and markup.is_separator(after)
        if not headed and not line.text.lstrip().startswith("|"):
            return False
        self._end_paragraph()
        headers = markup.cells(line.text) if headed else []
        self._at += 2 if headed else 0
        if headed and not _are_labels(headers, self._rows_below()):
            self._add("row", line.start, line.end, tuple(("", cell) for cell in headers if cell))
            headers = []
        headers = [markup.plain(name) for name in headers]
        while self._at < len(self._lines) and "|" in self._lines[self._at].text:
            row = self._lines[self._at]
            self._at += 1
            if markup.is_separator(row.text):
                continue
            values = markup.cells(row.text)
            names = [*headers, *[""] * (len(values) - len(headers))]
            pairs = tuple((h, v) for h, v in zip(names, values, strict=False) if v)
            if pairs:
                self._add("row", row.start, row.end, pairs)
        if headed and (not self.blocks or self.blocks[-1].start < line.start):
            self._add("prose", line.start, line.end)
        return True

    def _rows_below(self) -> Iterator[list[str]]:
        """The cells of the table's rows from the current line on."""
        for at in range(self._at, len(self._lines)):
            text = self._lines[at].text
            if "|" not in text:
                return
            if not markup.is_separator(text):
                yield markup.cells(text)

    def _item_or_prose(self, line: Line) -> None:
        indent = markup.item_indent(line.text)
        wrapped = bool(self._paragraph) and self._is_wrapped(line)
        if indent is None or wrapped or (self._paragraph and indent >= 4):
            if self._paragraph and self._begins_rule(line):
                self._end_paragraph()
            self._paragraph.append(line)
            self._at += 1
            return
        self._end_paragraph()
        last = self._at
        self._at += 1
        while self._at < len(self._lines) and self._continues(indent):
            if not self._lines[self._at].blank:
                last = self._at
            self._at += 1
        self._at = last + 1
        self._add("item", line.start, self._lines[last].end)

    def _continues(self, indent: int) -> bool:
        """Whether the current line belongs to the item whose marker stands at ``indent``."""
        line = self._lines[self._at]
        if line.blank:
            following = self._at + 1
            return following < len(self._lines) and (
                self._lines[following].blank or self._lines[following].indent > indent
            )
        if self._is_wrapped(line):
            return True
        nested = markup.item_indent(line.text)
        if nested is not None:
            return nested > indent + 1
        if line.indent > indent:
            return True
        if self._lines[self._at - 1].blank or markup.heading(line.text) or markup.fence(line.text):
            return False
        return "|" not in line.text and not markup.label(line.text) and not self._begins_rule(line)

    def _is_wrapped(self, line: Line) -> bool:
        """Whether a sentence of the line above goes on in this one ("ab dem", "1. Mai")."""
        return line.start - 1 in self._wraps

    def _begins_rule(self, line: Line) -> bool:
        found, set_off = markup.rule_id(line.text)
        before = self._lines[self._at - 1].text.rstrip().rstrip("*_") if self._at else ""
        return bool(found) and set_off and before.endswith((".", "!", "?", ";", ":", '"', "”"))

    def _end_paragraph(self) -> None:
        if not self._paragraph:
            return
        first, last = self._paragraph[0], self._paragraph[-1]
        self._paragraph = []
        self._add("prose", first.start, last.end)
        words = self._text[first.start : last.end].strip()
        self._intro = markup.plain(words) if words.endswith(":") and len(words) <= 200 else ""

    def _add(
        self,
        kind: Literal["prose", "item", "row"],
        start: int,
        end: int,
        pairs: tuple[tuple[str, str], ...] = (),
    ) -> None:
        start, end = trim(self._text, start, end)
        intro = "" if kind == "prose" else self._intro
        self.blocks.append(Block(kind, start, end, self._path, pairs, intro))
        if kind == "prose":
            self._intro = ""


_RULE_HEADING = re.compile(
    r"\b(?:rules?|polic(?:y|ies)|limits?|constraints?|eligib\w+|validations?|thresholds?"
    r"|entitlements?|permissions?|exceptions?|restrictions?|conditions)\b",
    re.IGNORECASE,
)
_NORMATIVE = re.compile(
    r"\b(?:must|shall|may|can(?:not|'t| not)|only|never|always|at least|at most"
    r"|no (?:more|less|fewer|later|earlier|longer) than|(?:more|less|fewer|later|older) than"
    r"|not (?:allowed|permitted)|(?:is|are) (?:required|mandatory|refused|rejected|allowed)"
    r"|minimum|maximum|exactly|within|up to|between|unless|need(?:s|ed)?|requires?)\b",
    re.IGNORECASE,
)
_PREFIX = re.compile(r"^[A-Za-z_-]+")


_VALUE_WORDS = 3
"""Words of a value in a table; a cell of more says something."""


def _are_labels(cells: Sequence[str], rows: Iterable[Sequence[str]]) -> bool:
    """Whether the first row of a table names its columns. One without a header, as notes and mails
    have it, begins with words that label nothing below them: most of its cells are too long for a
    label, or one has sentences and its column says something below it too."""
    filled = [cell for cell in cells if cell]
    if 2 * sum(len(one) > LABEL_CHARACTERS or len(sentences(one)) > 1 for one in filled) > len(
        filled
    ):
        return False
    said = [at for at, cell in enumerate(cells) if len(sentences(cell)) > 1 and _ends(cell)]
    below = list(rows) if said else []
    for at in said:
        column = [row[at] for row in below if at < len(row) and row[at]]
        if 2 * sum(len(one.split()) > _VALUE_WORDS for one in column) > len(column):
            return False
    return True


def _ends(cell: str) -> bool:
    """Whether the last sentence of a cell has its full stop ("Approx. price. EUR" has none)."""
    return markup.plain(cell).rstrip("\"'”’) ").endswith((".", "!", "?"))


class RuleReader:
    """Recognises the rules of one document, by its kind, its headings and the ids it uses."""

    def __init__(self, text: str, kind: DocumentKind, outline: Outline) -> None:
        self._text = text
        self._kind = kind
        leads = [markup.rule_id(self._words(block)) for block in outline.blocks]
        used = Counter(_prefix(found) for found, set_off in leads if found and set_off)
        self._prefixes = {prefix for prefix, count in used.items() if prefix and count > 1}

    def _words(self, block: Block) -> str:
        return block.cells[0][1] if block.cells else self._text[block.start : block.end]

    def key_of(self, words: str) -> str:
        """The rule id that ``words`` begin with, or an empty string where they begin with none."""
        found, set_off = markup.rule_id(words)
        if not found or not set_off:
            return ""
        known = self._kind == "rules" or _prefix(found) in self._prefixes
        return found if known or markup.is_rule_prefix(found) else ""

    def rule(self, block: Block) -> tuple[bool, str]:
        """Whether a block is a rule, and its id where it has one."""
        words = self._words(block)
        if key := self.key_of(words):
            return True, key
        if block.kind == "row":
            return False, ""
        under_rules = any(
            heading.level > 1 and _RULE_HEADING.search(heading.title) for heading in block.path
        )
        normative = _NORMATIVE.search(words) is not None
        if block.kind == "item":
            if self._kind != "rules" and not under_rules and markup.is_definition(words):
                return False, ""
            return self._kind == "rules" or under_rules or normative, ""
        return self._kind == "rules" and normative and not _is_metadata(words), ""

    def section_key(self, path: Path) -> str:
        """The id of the rule that a section is about ("### BR-12 Refunds"), or an empty string."""
        return self.key_of(path[-1].title) if path else ""


def _prefix(rule_id: str) -> str:
    match = _PREFIX.match(rule_id)
    return match[0].rstrip("-_").upper() if match else ""


def _is_metadata(words: str) -> bool:
    """Whether every line is a short "Label: value", as at the head of a wiki page."""
    return all(re.match(r"^[\w /-]{1,30}:\s*\S.{0,80}$", line) for line in words.splitlines())
