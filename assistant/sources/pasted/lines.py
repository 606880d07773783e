"""Lines of a text with their offsets, and the markers that a line can begin with."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from assistant.language.full_stops import ends_sentence
from assistant.language.quoted_messages import find_messages
from assistant.sources.pasted.names_and_ids import AREA_ID, EPIC_WORDS, KEY, is_area_id, is_key

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
_LINK = re.compile(r"\[([^\[\]\n]+)\]\([^()\n]*\)")
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
    """The id that it begins with, where lines of the text are counted so ("AK2", "REQ-INT-010")."""

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


def unlinked(text: str) -> str:
    """``text`` with the words of its links in their place."""
    return _LINK.sub(r"\1", text) if "](" in text else text


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
    and a capital, digit or quote, except after common abbreviations and within a quotation (a
    message of two sentences is one message), unless that is all there is; or at a blank line.
    """
    begin = start
    quoted = find_messages(text[start:end])
    if any(one.start <= 1 and one.end + 1 >= end - start for one in quoted):
        quoted = ()
    opened = [start + one.start for one in quoted]
    for match in _SENTENCE_END.finditer(text, start, end):
        if match.group(1) == "." and not ends_sentence(text, match.end(1)):
            continue
        last = bisect_right(opened, match.start()) - 1
        if match.group(1) and last >= 0 and match.end(1) <= start + quoted[last].end:
            continue
        left, right = trimmed(text, begin, match.start() + len(match.group(1) or ""))
        if left < right:
            yield left, right
        begin = match.end()
    left, right = trimmed(text, begin, end)
    if left < right:
        yield left, right


_SENTENCE_END = re.compile(
    r"([.!?。！？]+[\"'”’“»«)\]*_]*)(?:\s+(?=[\"'“‘(\[*_]*[A-Z0-9À-ÖØ-Þ])|(?<=[。！？]))|\n[ \t]*\n"
)


_BULLET = re.compile(
    r"^[ \t\u00a0]*(?:>[ ]?)?(?:[-*+][ \t]+|[•●○◦▪▫■□‣⁃∙·➢➤►▶–—→✓✔✗※][ \t\u00a0]*|[-=]>[ \t]+"
    r"|o[ \t]{2,}|o\t)(?=\S)"
)
_AFTER_LETTER = frozenset({".", ")", " ", "\t"})
_TASK = re.compile(r"[ \t]*(?:\[[ xX✓]?\]|[☐☑☒✅⬜])[ \t]*(?=\S)")
_NUMBER = re.compile(
    r"^[ \t\u00a0]*(?:>[ ]?)?(?:\((?P<a>\d{1,3})\)"
    r"|(?P<b>\d{1,3}(?:\.\d{1,3})*)(?:[.)][ \t\u00a0]+|[.)](?=[A-Z*\"“])"
    r"|(?<=\.\d)[ \t]+(?=[A-Z*\"“])|(?<=\.\d\d)[ \t]+(?=[A-Z*\"“])))[ \t]*(?=\S)"
)
_LETTER = re.compile(r"^[ \t\u00a0]*\(?(?P<letter>[a-z]|[ivx]{1,5}|[A-H])[.)][ \t]+(?=\S)")
_AC = r"(?:(?:AC|ac|Ac)[ _#-]{0,2}|(?:CA|AK|KA)[ _#]?)\d{1,3}(?:\.\d{1,3})*[a-z]?"
"""Acceptance criteria, as they are abbreviated in English, French and its kin, German and Polish;
"CA-12" would be the key of an issue."""
_WORDED = r"(?:(?:Acceptance\s+)?Criteri(?:on|a)|Requirement|Rule)\s*#?\d{1,3}(?:\.\d{1,3})*"
_CODED = (
    r"(?:FR|NFR|BR|UR|SR|CR|TR|REQ|RQ|SRS|SyRS|URS|RULE|Rule|UC|R"
    r"|F)[-_ .]{0,2}\d{1,4}(?:[.-]\d{1,4})*[a-z]?"
)
_PATH = r"[A-Z]{1,8}\d{0,4}(?:[.-][A-Z]{0,3}\d{1,4}){0,4}[.-](?:AC|ac)[ _-]?\d{1,3}[a-z]?"
_DOTTED = r"[A-Z]{1,8}\d{0,3}(?:[.-]\d{1,4}){2,6}"
_SEPARATOR = r"\s*(?:[:：.)|–—]|-(?=\s))\s*"
_OPENS = r"^[ \t]*(?P<open>[*_]{0,3})[\[(]?"
_CLOSES = (
    rf"[\])]?(?P<after>(?P=open)(?:{_SEPARATOR}|\s+|$)|{_SEPARATOR}(?:(?P=open)\s*)?|\s*$|\s+)"
)
"""Behind an id: emphasis is taken off only where it was opened before it."""
_ID = re.compile(
    rf"{_OPENS}(?P<id>{KEY}[-_ .:]?{_AC}|{_AC}|(?i:{_WORDED})|{_CODED}|{_PATH}|{_DOTTED}|{KEY})"
    rf"{_CLOSES}"
)
_AREA = re.compile(rf"{_OPENS}(?P<id>{AREA_ID}){_CLOSES}")
_HEADING_MARK = re.compile(r"^ {0,3}#{1,6}[ \t]+")
_SERIES = re.compile(
    rf"{_OPENS}(?P<id>(?P<letters>[A-Z]{{1,4}})[ _-]?\d{{1,3}}(?:\.\d{{1,3}})*[a-z]?)[\])]?"
    r"(?:(?P=open)\s*[:：.)|–—]|\s*[:：.)|–—](?P=open))(?=[\s*_]|$)"
)
_SURE = re.compile(rf"(?:{KEY}[-_ .:]?)?{_AC}|{_PATH}|(?:{_DOTTED})|{AREA_ID}|(?i:{_WORDED})")


@dataclass(frozen=True, slots=True)
class Marker:
    """What a line begins with. ``content`` is the column where its own words begin.

    ``number`` is a list number ("3" or "1.2"), ``letter`` a list letter, ``id`` a requirement id
    as written ("AC 3", "CC-12-AC3").
    """

    indent: int
    content: int
    bullet: bool = False
    number: str = ""
    letter: str = ""
    id: str = ""
    series: bool = False
    """Whether ``id`` is one only because other lines are counted with the same letters."""

    @property
    def listed(self) -> bool:
        """Whether the line is a list item by its marker, not only by an id."""
        return self.bullet or bool(self.number or self.letter)


def read_marker(line: Line) -> Marker | None:
    """The list marker and id that ``line`` begins with, or ``None``."""
    text = line.text
    head = text.lstrip()[:3]
    if not head or (
        head[0].islower() and head[1:2] not in _AFTER_LETTER and head[0] not in "ivxac"
    ):
        return None
    bullet, number, letter, content = False, "", "", 0
    if match := _BULLET.match(text):
        bullet, content = True, match.end()
    elif match := _NUMBER.match(text):
        number, content = match["a"] or match["b"], match.end()
    elif match := _LETTER.match(text):
        letter, content = match["letter"], match.end()
    if match := _TASK.match(text, content):
        bullet, content = True, match.end()
    if bullet and (match := _NUMBER.match(text[content:])):
        number, content = match["a"] or match["b"], content + match.end()
    given, length = read_id(text[content:], line.series)
    counted = not given and bool(line.series)
    if counted:
        match = _SERIES.match(text[content:])
        given, length = (match["id"], match.end()) if match else ("", 0)
        length += len(text) - content - length - len(text[content + length :].lstrip())
    if not (bullet or number or letter or given):
        return None
    return Marker(line.indent, content + length, bullet, number, letter, given, counted)


def mark_series(lines: Sequence[Line]) -> list[Line]:
    """``lines``, those marked that are counted with letters of the author's: "AK1:", "AK2:".

    Letters count where two lines or more begin with them, a number and a separator. Ids of areas
    count where lines and headings begin with two of one first part: "REQ-INT-010", "REQ-BIL-020".
    """
    found, areas = dict[int, tuple[str, str]](), set[str]()
    for at, line in enumerate(lines):
        marker = None if line.code or line.blank else read_marker(line)
        text = line.text[marker.content if marker else 0 :]
        if line.code or (marker and marker.id):
            continue
        if (match := _SERIES.match(text)) and is_key(f"{match['letters']}-1"):
            found[at] = (match["letters"], match["id"])
        elif (match := _AREA.match(_HEADING_MARK.sub("", text))) and is_area_id(match["id"]):
            found[at] = (f"{match['id'].partition('-')[0]}-", match["id"])
            areas.add(match["id"])
    counts = Counter(letters for letters, given in found.values() if given not in areas)
    counts.update(f"{given.partition('-')[0]}-" for given in areas)
    return [
        replace(line, series=found[at][1]) if at in found and counts[found[at][0]] > 1 else line
        for at, line in enumerate(lines)
    ]


def read_id(text: str, series: str = "") -> tuple[str, int]:
    """The requirement id that ``text`` begins with, and the column behind it and its separator.

    ``series`` is the line's (``mark_series``): an id of an area is none on its own.
    """
    match = _ID.match(text)
    if not match and series and (match := _AREA.match(text)) and match["id"] != series:
        match = None
    if not match:
        return "", 0
    given, after = match["id"], match["after"]
    separated = bool(re.search(r"[:：.)|–—\[\]-]|\*\*|__", after)) or text.lstrip()[:1] in "[("
    sure = _SURE.fullmatch(given)
    if sure and not separated and after.strip() == "" and match.end() < len(text):
        return (given, match.end()) if re.match(r"[A-Z\"“*]", text[match.end() :]) else ("", 0)
    if not separated and match.end() < len(text):
        key = re.fullmatch(KEY, given) and is_key(given)
        if not (key and re.match(r"[A-Z\"“]", text[match.end() :])):
            return "", 0
    if re.fullmatch(KEY, given) and not is_key(given) and not sure:
        return "", 0
    return given, match.end()


_STEP = re.compile(
    r"^[ \t>]*[*_`]{0,3}(?:"
    + "|".join(f"(?P<{name}_>{'|'.join(words)})" for name, words in EPIC_WORDS["steps"].items())
    + r")[*_`]{0,3}[:,]?[*_`]{0,3}(?=[ \t]|$)",
    re.IGNORECASE,
)
_INLINE_THEN = re.compile(
    r"[\s,;.]\W*(?:then|dann|alors|entonces|então|allora|dan)\b", re.IGNORECASE
)
_INLINE_WHEN = re.compile(r"[\s,;.]\W*(?:when|wenn|quand|lorsque?|cuando|quando)\b", re.IGNORECASE)


def step_word(text: str) -> str:
    """The Gherkin word that ``text`` begins with: given, when, then, and ("" for none)."""
    match = _STEP.match(text[:40])
    return (match.lastgroup or "").rstrip("_") if match else ""


def reads_as_gherkin(text: str) -> bool:
    """Whether ``text``, on one line or several, is a Given/When/Then of its own."""
    head = plain(text[:2000])
    word = step_word(head)
    if word not in {"given", "when"}:
        return False
    if word == "given":
        return bool(_INLINE_THEN.search(head)) and bool(_INLINE_WHEN.search(head) or "\n" in text)
    return bool(
        re.search(r"(?:,|\n|;)\s*\W*(?:then|dann|alors|entonces|então)\b", head, re.IGNORECASE)
    )
