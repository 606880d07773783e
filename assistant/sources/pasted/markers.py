"""List markers and requirement ids at the beginning of a line: "1.", "- [ ]", "AC2:", "FR 3 -"."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace

from assistant.sources.pasted.lines import Line, plain
from assistant.sources.pasted.names_and_ids import EPIC_WORDS, KEY, is_key

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
_AC = r"(?:AC|ac|Ac)[ _#-]{0,2}\d{1,3}(?:\.\d{1,3})*[a-z]?"
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
_SERIES = re.compile(
    rf"{_OPENS}(?P<id>(?P<letters>[A-Z]{{1,4}})[ _-]?\d{{1,3}}(?:\.\d{{1,3}})*[a-z]?)[\])]?"
    r"(?:(?P=open)\s*[:：.)|–—]|\s*[:：.)|–—](?P=open))(?=[\s*_]|$)"
)
_SURE = re.compile(rf"(?:{KEY}[-_ .:]?)?{_AC}|{_PATH}|(?:{_DOTTED})|(?i:{_WORDED})")


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
    given, length = read_id(text[content:])
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

    Letters count where two lines or more begin with them, a number and a separator.
    """
    found = dict[int, tuple[str, str]]()
    for at, line in enumerate(lines):
        marker = None if line.code or line.blank else read_marker(line)
        text = line.text[marker.content if marker else 0 :]
        match = None if marker and marker.id else _SERIES.match(text)
        if match and not line.code and (is_key(f"{match['letters']}-1")):
            found[at] = (match["letters"], match["id"])
    counts = Counter(letters for letters, _ in found.values())
    return [
        replace(line, series=found[at][1]) if at in found and counts[found[at][0]] > 1 else line
        for at, line in enumerate(lines)
    ]


def read_id(text: str) -> tuple[str, int]:
    """The requirement id that ``text`` begins with, and the column behind it and its separator."""
    match = _ID.match(text)
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
