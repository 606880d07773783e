"""Lines of a text with their offsets, and the markers that a line can begin with."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

_MARK = re.compile(r"\*+|_+|`+|\\|\u00a0")
_ESCAPE = re.compile(r"\\([*_`\[\]#~-])")
_PAIRED = re.compile(r"^(\*\*|__|\*|_)(?=\S)(.+?)(?<=\S)\1$")
_RULE_LINE = re.compile(r"^\s*(?:[-*_=~]\s*){3,}$|^\s*>\s*$")
_EMPHASIS = re.compile(
    r"(?<![\w*\\])(\*{1,3})(?=[^\W_]|[\"“'‘<\[(£$€])([^*\n]*?[^\s*])\1(?![\w*])"
    r"|(?<![\w\\])(_{1,3})(?=[^\W_]|[\"“'‘<\[(£$€])([^_\n]*?[^\s_])\3(?!\w)"
)
_HALF = re.compile(r"^(?:\*\*|__)(?=\w)|(?<=[^\s*_])(?:\*\*|__)$")
_LITERAL = re.compile(r"(`[^`\n]+`)")
_BREAK = re.compile(r"(?:\\|<br ?/?>)\s*$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Line:
    """One line, or the part of one from ``start`` to ``end`` of the text."""

    start: int
    end: int
    text: str
    code: bool = False
    """Whether it stands in a fenced block, where nothing is markup."""

    series: str = ""
    """The id that it begins with, where lines of the text are counted so ("AK2")."""

    @property
    def blank(self) -> bool:
        """Whether there is nothing but white space (and Markdown line breaks) on it."""
        return not self.text.strip(" \t\u00a0\\")

    @property
    def indent(self) -> int:
        """Columns of white space before the first character, with tabs to multiples of four."""
        column = 0
        for character in self.text:
            if character == "\t":
                column += 4 - column % 4
            elif character.isspace():
                column += 1
            else:
                break
        return column

    @property
    def content(self) -> str:
        """The line without surrounding white space."""
        return self.text.strip()

    def part(self, start: int) -> Line:
        """The line from column ``start`` on."""
        return Line(self.start + start, self.end, self.text[start:])


@dataclass(frozen=True, slots=True)
class Passage:
    """Words, and where they stand in the text; ``None`` where they were put together."""

    text: str
    start: int | None = None
    end: int | None = None


def split_lines(text: str) -> list[Line]:
    """The lines of ``text`` (LF only)."""
    lines, start = [], 0
    for part in text.split("\n"):
        lines.append(Line(start, start + len(part), part))
        start += len(part) + 1
    return lines


def is_rule_line(line: Line) -> bool:
    """Whether a line only separates: a rule, an empty quote."""
    return not line.code and bool(_RULE_LINE.match(line.text))


def plain(text: str) -> str:
    """``text`` with Markdown's marks blanked, of the same length so that offsets stay right.

    Marks are what stands in pairs around words, or at the beginning or end. What stands inside a
    word is no mark: ``agf__ADM_Work__c``, ``2*3`` and ``C:\\temp`` stay as they are.
    """
    marks = list(_MARK.finditer(text))
    if not marks:
        return text
    blanked = list(text)
    opened = dict[str, re.Match[str]]()
    for mark in marks:
        run, before = mark.group(), text[max(mark.start() - 1, 0) : mark.start()]
        after = text[mark.end() : mark.end() + 1]
        if run == "\u00a0" or (run == "\\" and _is_mark(before, after)):
            found = [mark]
        elif run == "\\" or (before == "\\" and blanked[mark.start() - 1] == "\\"):
            continue
        elif run in opened and before.strip() and (run[0] != "_" or not after.isalnum()):
            found = [opened.pop(run), mark]
        elif not any(map(str.isalnum, text[: mark.start()])) or not text[mark.end() :].strip():
            opened[run], found = mark, [mark]
        else:
            if not before.isalnum() and after.strip():
                opened[run] = mark
            continue
        for one in found:
            blanked[one.start() : one.end()] = " " * len(one.group())
    return "".join(blanked)


def _is_mark(before: str, after: str) -> bool:
    """Whether a backslash ends a line or escapes the sign that a line begins with."""
    return not after.strip() or (not before.strip() and after in "*_`#-+.[>")


def unescaped(text: str) -> str:
    """``text`` without the backslash that Markdown puts before a sign that is no mark."""
    return _ESCAPE.sub(r"\1", text)


def unmarked(text: str) -> str:
    """``text`` without emphasis marks around its words; what stands in backticks is kept."""
    parts = _LITERAL.split(text)
    for at in range(0, len(parts), 2):
        before = ""
        while before != parts[at]:
            before = parts[at]
            parts[at] = _EMPHASIS.sub(lambda m: m[2] or m[4], before)
    whole = "".join(parts)
    return _HALF.sub("", whole) if whole.count("**") % 2 or whole.count("__") % 2 else whole


def unwrap(text: str) -> str:
    """``text`` without emphasis around all of it, for titles and labels."""
    text = _BREAK.sub("", text).strip()
    while match := _PAIRED.match(text):
        inner = match.group(2)
        if match.group(1) in inner:
            break
        text = inner.strip()
    return text


def passage(text: str, lines: Sequence[Line]) -> Passage:
    """The words of ``lines``, with offsets where they stand in ``text`` in one run."""
    lines = [line for line in lines if not line.blank] if _gaps(lines) else lines
    if not lines:
        return Passage("")
    words = "\n".join(line.text for line in lines)
    start = lines[0].start + len(words) - len(words.lstrip())
    words = words.strip().rstrip("\\").rstrip()
    if text[start : start + len(words)] != words:
        return Passage(words)
    inner = unwrap(words) if "\n" not in words else words
    if inner != words and (at := words.find(inner)) >= 0:
        start, words = start + at, inner
    return Passage(words, start, start + len(words))


def _gaps(lines: Sequence[Line]) -> bool:
    return any(b.start != a.end + 1 for a, b in pairwise(lines))


def trimmed(text: str, start: int, end: int) -> tuple[int, int]:
    """The offsets ``start`` and ``end`` moved inwards past white space."""
    while start < end and text[start].isspace():
        start += 1
    while end > start and (text[end - 1].isspace() or text[end - 1] == "\\"):
        end -= 1
    return start, end


def sentences(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Offsets of the sentences of ``text[start:end]``, trimmed.

    A sentence ends at ``.``, ``!`` or ``?`` (with a closing quote or bracket) before white space
    and a capital, digit or quote, except after common abbreviations; or at a blank line.
    """
    begin = start
    for match in _SENTENCE_END.finditer(text, start, end):
        if match.group(1) is not None and _ABBREVIATION.search(
            text, max(begin, match.end(1) - 10), match.end(1)
        ):
            continue
        left, right = trimmed(text, begin, match.start() + len(match.group(1) or ""))
        if left < right:
            yield left, right
        begin = match.end()
    left, right = trimmed(text, begin, end)
    if left < right:
        yield left, right


_SENTENCE_END = re.compile(
    r"([.!?。！？]+[\"'”’)\]*_]*)(?:\s+(?=[\"'“‘(\[*_]*[A-Z0-9À-ÖØ-Þ])|(?<=[。！？]))|\n[ \t]*\n"
)
_ABBREVIATION = re.compile(
    r"(?:^|[\s(])(?:e\.g|i\.e|etc|cf|vs|no|nr|fig|sec|approx|incl|max|min|mr|mrs|ms|dr|st)\.$",
    re.IGNORECASE,
)
