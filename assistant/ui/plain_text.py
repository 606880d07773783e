"""Foreign text on screen: shown letter for letter, never obeyed.

Documents, pasted text and model output may hold Markdown, HTML, formulas or links that a reviewer's
browser would act on. ``plain`` escapes them so that ``st.markdown`` shows exactly the characters
that are in the text, and ``highlighted`` marks passages of such text. Three things need more than a
backslash, because Streamlit's front end looks for them after Markdown has been parsed: bare web
and mail addresses, ``:name:`` short codes, and arrows such as ``->``. A word joiner (U+2060, no
width) inside them stops that.

Two versions of a text side by side, the words that the other one lacks marked.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from typing import Literal
from urllib.parse import urlsplit

_PUNCTUATION = re.compile(r"([!-/:-@\[-`{-~])")
_AFTER_PARSING = re.compile(
    r"(?<=:)(?=[\w+\-][\w+\-/]*:)"  # :name: and :material/name:
    r"|(?<=http)(?=s?:)|(?<=www)(?=\.)"  # bare addresses
    r"|(?<=[-.\w+]@)(?=[-\w])"  # mail addresses
    r"|(?<=<)(?=-)|(?<=-)(?=[->])|(?<=[<>~])(?==)",  # <-> -> <- -- >= <= ~=
    re.IGNORECASE,
)
_ORDINARY = re.compile(r"[\n\t -~\u00a0-\u00ac\u00ae-\u02ff\u2013\u2014\u2018-\u201d\u2026\u20ac]*")
_JOINER = "\u2060"
_NO_BREAK_SPACE = "\u00a0"
_HIDDEN = frozenset(("Cc", "Cs", "Cf", "Zl", "Zp"))
_BLANK = re.compile("[\u034f\u115f\u1160\u17b4\u17b5\u180e\u3164\uffa0\U000e0000-\U000e0fff]")
"""Fillers that show nothing, though Unicode calls them letters or marks."""
_SHOWN = re.compile("[\u0600-\u0605\u06dd\u070f\u0890\u0891\u08e2\U000110bd\U000110cd]")
"""Number signs that Unicode counts as format characters, and that are seen."""
_SELECTORS = re.compile("[\u180b-\u180d\u180f\ufe00-\ufe0f\U000e0100-\U000e01ef]")
_JOINED_SCRIPTS = re.compile(
    "[\u0600-\u08ff\u0900-\u0dff\u1000-\u109f\u1780-\u18af\ua840-\ua87f\ufb50-\ufdff\ufe70-\ufefc]"
)
"""Arabic, Syriac, N'Ko and their like, the scripts of India, Myanmar, Khmer, Mongolian."""
_EMOJI = re.compile("[\u2190-\u21ff\u2300-\u2bff\U0001f000-\U0001faff]")
_VIRAMA = 9  # its canonical combining class


def visible(text: str) -> str:
    """``text`` with what is invisible or cannot be sent shown as signs.

    Control and format characters (of no width, soft hyphens, those that turn the direction of
    writing), fillers and lone surrogates can make a text read differently from what it says: they
    become ``⟦U+202E⟧``. Line breaks stay, and joiners and selectors where a script or an emoji
    needs them.
    """
    lines = text.replace("\r\n", "\n").replace("\r", "\n")
    # Nearly all text is plain letters, and a page shows thousands of pieces of it.
    return lines if _ORDINARY.fullmatch(lines) else "".join(_signs(lines))


def _signs(text: str) -> list[str]:
    """How each character of a text is shown."""
    return [
        char if char in "\n\t" or _is_seen(text, place) else f"⟦U+{ord(char):04X}⟧"
        for place, char in enumerate(text)
    ]


def _is_seen(text: str, place: int) -> bool:
    char, before = text[place], text[max(0, place - 1) : place]
    if char in "\u200c\u200d":
        return _joins(text, place)
    if _SELECTORS.match(char):
        return _selects(before, text[place + 1 : place + 2])
    if _BLANK.match(char):
        return False
    return unicodedata.category(char) not in _HIDDEN or bool(_SHOWN.match(char))


def _joins(text: str, place: int) -> bool:
    """Whether a joiner stands between letters of a script, or emoji, that it is needed for."""
    before, after = text[max(0, place - 1) : place], text[place + 1 : place + 2]
    if _is_joined_letter(before):
        return _is_joined_letter(after) or unicodedata.combining(before) == _VIRAMA
    if text[place] != "\u200d" or not _EMOJI.match(after):
        return False
    if before == "\ufe0f":
        before = text[max(0, place - 2) : place - 1]
    return bool(_EMOJI.match(before))


def _is_joined_letter(char: str) -> bool:
    return bool(_JOINED_SCRIPTS.match(char)) and unicodedata.category(char)[0] in "LM"


def _selects(before: str, after: str) -> bool:
    """Whether a variation selector has a symbol or an ideograph before it whose form it chooses."""
    if before <= "\u00a0":  # a digit with the frame of a key, or no character at all
        return after == "\u20e3"
    symbols = ("So", "Sm", "Sk", "Po", "Lo")
    return not _BLANK.match(before) and unicodedata.category(before) in symbols


def plain(text: str) -> str:
    """``text`` as Markdown that shows just these characters, line breaks kept."""
    return "  \n".join(_indented(line) for line in visible(text).split("\n"))


def label(text: str, *, limit: int = 120) -> str:
    """``text`` as a one-line label of a widget, cut at ``limit`` characters."""
    line = " ".join(visible(text).split())
    return _escape(cut(line, limit))


_QUOTED_LINE = re.compile(r"\n(?: ?>)+")


def one_line(text: str) -> str:
    """A sentence of a source on one line, without the ">" of the lines that a mail quotes."""
    return " ".join(_QUOTED_LINE.sub(" ", text).split())


def label_lines(text: str, *, limit: int) -> list[str]:
    """``text`` line by line, each as ``label`` makes it, cut at ``limit`` characters in all; a line
    that begins with a small letter only goes on with the one above, as in a wrapped text."""
    lines: list[str] = []
    for line in map(str.strip, visible(text).splitlines()):
        if lines and line[:1].islower():
            lines[-1] += f" {line}"
        elif line:
            lines.append(line)
    shown: list[str] = []
    for line in lines:
        if limit < 1:
            shown[-1] += "…"
            break
        shown.append(label(line, limit=max(limit, 40)))
        limit -= len(line)
    return shown


def cut(line: str, limit: int) -> str:
    """At most ``limit`` characters of a line, cut at a word where one ends near."""
    if len(line) <= limit:
        return line
    space = line.rfind(" ", 0, limit)
    return line[: space if space > limit // 2 else limit - 1].rstrip(" ,;:") + "…"


def small(markdown: str) -> str:
    """Markdown of this module in small letters; each line on its own, as directives need it."""
    return "  \n".join(f":small[{line}]" if line else "" for line in markdown.split("  \n"))


def highlighted(text: str, spans: Iterable[tuple[int, int]]) -> str:
    """``text`` as Markdown with the character ranges ``spans`` marked.

    Ranges may overlap, lie in any order or outside the text.
    """
    return "  \n".join(_marked_line(*line) for line in _with_marks(text, spans))


def with_tables(text: str, spans: Iterable[tuple[int, int]]) -> str:
    """As ``highlighted``, with the pipe tables of ``text`` (GitHub's Markdown) as tables: a line
    break within a cell is a space there."""
    lines = _with_marks(text, spans)
    shown: list[str] = []
    rows: list[list[str]] = []
    for at, (line, marked) in enumerate(lines):
        begins = not rows and at + 1 < len(lines) and _TABLE_RULE.fullmatch(lines[at + 1][0])
        if line.lstrip().startswith("|") and (rows or begins):
            rows.append(_cells(line, marked))
            continue
        shown += [*_table(rows), _marked_line(line, marked)]
        rows = []
    return "  \n".join([*shown, *_table(rows)])


_TABLE_RULE = re.compile(r"\s*\|(?:\s*:?-+:?\s*\|)+\s*")
_CELL_END = re.compile(r"(?<!\\)\|")
_IN_CELL = re.compile(r"<br\s*/?>|\\(?=\|)", re.IGNORECASE)


def _cells(line: str, marked: list[bool]) -> list[str]:
    """The cells of a row of a table as Markdown."""
    begin = line.index("|") + 1
    ends = [one.start() for one in _CELL_END.finditer(line, begin)]
    if line[(ends[-1] + 1 if ends else begin) :].strip():
        ends.append(len(line))  # the last cell of a row may have no end
    cells = []
    for end in ends:
        signs = list(zip(line[begin:end], marked[begin:end], strict=True))
        for found in reversed([*_IN_CELL.finditer(line, begin, end)]):
            space = [] if found[0] == "\\" else [(" ", marked[found.start()])]
            signs[found.start() - begin : found.end() - begin] = space
        while signs and signs[0][0].isspace():
            del signs[0]
        while signs and signs[-1][0].isspace():
            del signs[-1]
        cells.append(_marked_line("".join(sign for sign, _ in signs), [on for _, on in signs]))
        begin = end + 1
    return cells


def _table(rows: list[list[str]]) -> list[str]:
    """Rows, the second of them the rule below the first, as the lines of a Markdown table."""
    if not rows:
        return []
    width = max(map(len, rows))  # what has no column in the header would be left out
    head, *others = [[*row, *[""] * (width - len(row))] for row in (rows[0], *rows[2:])]
    body = (head, ["---"] * width, *others)
    return ["", *(f"| {' | '.join(row)} |" for row in body), ""]


def _with_marks(text: str, spans: Iterable[tuple[int, int]]) -> list[tuple[str, list[bool]]]:
    """The lines of a text, and of each which of its characters are marked."""
    marked = [False] * len(text)
    for start, end in spans:
        for place in range(max(0, start), min(end, len(text))):
            marked[place] = True
    lines: list[tuple[str, list[bool]]] = []
    position = 0
    for line in text.split("\n"):
        lines.append((line, marked[position : position + len(line)]))
        position += len(line) + 1
    return lines


def _marked_line(line: str, marked: list[bool]) -> str:
    parts: list[str] = []
    signs = list(line) if _ORDINARY.fullmatch(line) else _signs(line.replace("\r", "\n"))
    start = 0
    for place in range(1, len(line) + 1):
        if place == len(line) or marked[place] != marked[start]:
            piece = "".join(signs[start:place])
            part = _indented(piece) if start == 0 else _escape(piece)
            parts.append(f":yellow-background[{part}]" if marked[start] and part else part)
            start = place
    return "".join(parts)


def _indented(shown: str) -> str:
    """One line escaped; white space at its start would make Markdown see a code block."""
    body = shown.lstrip(" \t")
    indent = shown[: len(shown) - len(body)].replace("\t", "    ")
    return _NO_BREAK_SPACE * len(indent) + _escape(body)


def _escape(text: str) -> str:
    return _PUNCTUATION.sub(r"\\\1", _AFTER_PARSING.sub(_JOINER, text))


_ITALICS = re.compile(r"(?<![\w*_])([*_])(?=[^\s*_])[^\n*_]*(?<=[^\s*_])\1(?![\w*_])")
"""Not within a word (``first_name``), nor a sign between blanks (``2 * 3``)."""


_BOLD = re.compile(r"\*\*")
_PARAGRAPHS = re.compile(r"(\n[^\S\n]*\n)")
_HEADING = re.compile(r"^#{1,6}[ \t]+(?=\S)", re.MULTILINE)


def without_emphasis(
    text: str, spans: Iterable[tuple[int, int]] = ()
) -> tuple[str, list[tuple[int, int]]]:
    """A Markdown source without the signs of bold, italics and headings, and the ranges where they
    are in what is left.

    Source documents are Markdown; the signs would only be in the way of reading. Signs of bold that
    are no pairs within a paragraph are words of it.
    """
    bold, signs, start = list[int](), set[int](), 0
    for paragraph in _PARAGRAPHS.split(text):
        found = [start + at for m in _BOLD.finditer(paragraph) for at in range(*m.span())]
        bold += found
        signs.update(found if len(found) % 4 == 0 else ())
        start += len(paragraph)
    for match in _HEADING.finditer(text):
        signs.update(range(*match.span()))
    for match in _ITALICS.finditer(text):
        signs |= {match.start(), match.end() - 1} - set(bold)
    moved = [
        (start - sum(s < start for s in signs), end - sum(s < end for s in signs))
        for start, end in spans
    ]
    return "".join(sign for at, sign in enumerate(text) if at not in signs), moved


def safe_link(uri: str) -> str:
    """``uri`` where it is a web address that may be linked to, otherwise an empty text."""
    if not re.fullmatch(r"https?://[!-~]+", uri):
        return ""
    try:
        parts = urlsplit(uri)
        named = bool(parts.hostname) and parts.username is None
    except ValueError:
        return ""
    return uri if named else ""


EMPTY = ":gray[empty]"
"""Stands for a side without words."""
COLORS: dict[Literal["out", "in"], str] = {"out": "red", "in": "green"}


def marked_words(
    runs: Iterable[tuple[str, str]], own: Literal["out", "in"], *, limit: int = 2000
) -> str:
    """One side of a change as Markdown: ``out`` is the old text, ``in`` the new one. Lines stay."""
    lines: list[list[str]] = [[]]
    for kind, words in runs:
        if kind not in ("same", own):
            continue
        first, *others = words.split("\n")
        lines[-1] += _marked(first, own if kind == own else None, limit)
        lines += [_marked(one, own if kind == own else None, limit) for one in others]
    return "  \n".join(" ".join(line) for line in lines)


def _marked(words: str, own: Literal["out", "in"] | None, limit: int) -> list[str]:
    shown = label(words, limit=limit)
    if not shown:
        return []
    return [shown if own is None else f":{COLORS[own]}-background[{shown}]"]
