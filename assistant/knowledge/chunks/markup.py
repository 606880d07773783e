"""The marks that lines of Markdown begin with, and the ids that rules carry."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

_HEADING = re.compile(r"^ {0,3}(#{1,6})[ \t]+(.*?)[ \t]*+#*+[ \t]*+$")
_UNDERLINE = re.compile(r"^ {0,3}(=+|-{2,})[ \t]*$")
_ITEM = re.compile(
    r"^(?P<indent>[ \t]*)(?:[-*+•◦‣–][ \t]+|\(?(?:\d{1,3}|[A-Za-z]|[ivxIVX]{1,5})[.)][ \t]+"
    r"|\d{1,3}(?:\.\d{1,3})+\.?[ \t]+)(?=\S)"
)
_BULLET = re.compile(r"^[-*+•◦‣–][ \t]+(?=\S)")
_DEFINITION = re.compile(r"^(\*\*|__)(?=\S)[^*_\n]{1,60}?(?<=\S)(?::\1|\1[ \t]*[:–—])")
_FENCE = re.compile(r"^ {0,3}(`{3,}|~{3,})")
_RULE_LINE = re.compile(r"^ {0,3}([-*_])(?:[ \t]*\1){2,}[ \t]*$")
_SEPARATOR = re.compile(r"^[ \t]*\|?[ \t]*:?-+:?[ \t]*(?:\|[ \t]*:?-+:?[ \t]*)*\|?[ \t]*$")
_CELL_END = re.compile(r"(?<!\\)\|")
_BREAK = re.compile(r"<br ?/?>", re.IGNORECASE)
_BOLD_LINE = re.compile(r"^[ \t]*(\*\*|__)(?=\S)([^*_]{1,80})(?<=\S)\1:?[ \t]*$")
_LABEL_LINE = re.compile(r"^[ \t]*[*_]*([^\W\d_][^:|]{0,58}):[*_]*[ \t]*$")
_RULE_ID = re.compile(
    r"^[\s>*_#\[(|]*(?P<id>(?:[A-Z]{1,8}(?:[-_][A-Z]{1,8})*[-_]?|(?:Rule|RULE|Policy)[ -]?)"
    r"\d{1,4}(?:[.-]\d{1,3})*[a-z]?)(?P<after>[\])*_]*[ \t]*[:.)|–—-]|[\])*_]+|(?=\s)|$)"
)
_RULE_PREFIX = re.compile(r"^(?:BR|BRULE|VR|POL|RULE|REQ|R|BL|FR|NFR|POLICY)(?=[-_ .\d])", re.I)


@dataclass(frozen=True, slots=True)
class Line:
    """One line: its offsets in the text (line end excluded) and its characters."""

    start: int
    end: int
    text: str

    @property
    def blank(self) -> bool:
        """Whether it holds white space only."""
        return not self.text.strip()

    @property
    def indent(self) -> int:
        """Columns of white space at its beginning; a tab reaches the next multiple of four."""
        lead = self.text[: len(self.text) - len(self.text.lstrip())]
        return len(lead.expandtabs(4))


def lines_of(text: str) -> Iterator[Line]:
    """The lines of ``text``, with offsets; LF, CR LF and CR end a line."""
    start = 0
    for part in re.split(r"(\r\n|\n|\r)", text):
        if part not in {"\n", "\r\n", "\r"}:
            yield Line(start, start + len(part), part)
        start += len(part)


def heading(line: str) -> tuple[int, str] | None:
    """Level and title of a ``#`` heading."""
    match = _HEADING.match(line)
    return (len(match[1]), plain(match[2])) if match and match[2] else None


def underline_level(line: str) -> int:
    """1 or 2 where the line underlines a heading (``===``, ``---``), else 0."""
    match = _UNDERLINE.match(line)
    return 0 if match is None else 1 if match[1][0] == "=" else 2


def label(line: str) -> str:
    """Title of a line that heads what follows without being a heading, else an empty string.

    "**Refunds**" or "Acceptance criteria:", at most eight words.
    """
    match = _BOLD_LINE.match(line)
    title = match[2] if match else ""
    if not title:
        match = _LABEL_LINE.match(line)
        title = match[1] if match else ""
    title = plain(title).rstrip(":").strip()
    return title if title and len(title.split()) <= 8 else ""


def item_indent(line: str) -> int | None:
    """Indentation of a list item's marker, or ``None`` where the line begins no list item."""
    match = _ITEM.match(line)
    if match is None or _RULE_LINE.match(line):
        return None
    return len(match["indent"].expandtabs(4))


def after_marker(text: str) -> str:
    """``text`` without the list marker that it begins with."""
    return _ITEM.sub("", text, count=1)


def bullet_length(text: str) -> int:
    """Characters of the bullet and white space (not of a number) that ``text`` begins with."""
    match = _BULLET.match(text)
    return match.end() if match else 0


def is_definition(text: str) -> bool:
    """Whether a list item defines a term ("**Cooling-off period**: the 14 days in which...")."""
    return _DEFINITION.match(after_marker(text)) is not None


def fence(line: str) -> str:
    """The characters that open a fenced block, or an empty string."""
    match = _FENCE.match(line)
    return match[1] if match else ""


def is_ruler(line: str) -> bool:
    """Whether the line is a thematic break (``---``)."""
    return _RULE_LINE.match(line) is not None


def is_separator(line: str) -> bool:
    """Whether the line separates a table's headers from its rows."""
    return "-" in line and "|" in line and _SEPARATOR.match(line) is not None


def cells(line: str) -> list[str]:
    """The cells of a table row, escapes and line breaks resolved."""
    inner = line.strip()
    inner = inner.removeprefix("|")
    if inner.endswith("|") and not inner.endswith("\\|"):
        inner = inner[:-1]
    return [
        " ".join(_BREAK.sub(" ", cell.replace("\\|", "|")).split())
        for cell in _CELL_END.split(inner)
    ]


_EMPHASIS = re.compile(
    r"\*\*|(?<!\w)__(?=\w)|(?<=\w)__(?!\w)|`|(?<!\w)[*_](?=\w)|(?<=\w)[*_](?!\w)"
)
"""Not the underscores within a name: "Cause__c"."""


def plain(text: str) -> str:
    """``text`` without emphasis and link marks, for headings."""
    text = re.sub(r"!?\[([^\]]*)\]\([^)\s]*\)", r"\1", text)
    return " ".join(_EMPHASIS.sub("", text).split())


def rule_id(text: str) -> tuple[str, bool]:
    """The id that ``text`` begins with (``BR-12``, ``Rule 3``), and whether it is set off.

    Set off means that a mark follows it (``BR-12:``, ``**BR-12**``), or that its prefix is one
    that only rules carry; "UTF-8 is the encoding" begins with an id that is neither.
    """
    match = _RULE_ID.match(after_marker(text))
    if match is None:
        return "", False
    found = match["id"].strip()
    return found, bool(match["after"].strip()) or is_rule_prefix(found)


def is_rule_prefix(rule_id: str) -> bool:
    """Whether the prefix of an id says by itself that a rule follows (``BR-12``, ``Rule 3``)."""
    return _RULE_PREFIX.match(rule_id) is not None
