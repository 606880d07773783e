"""Foreign text on screen: shown letter for letter, never obeyed.

Documents, pasted text and model output may hold Markdown, HTML, formulas or links that a reviewer's
browser would act on. ``plain`` escapes them so that ``st.markdown`` shows exactly the characters
that are in the text, and ``highlighted`` marks passages of such text. Three things need more than a
backslash, because Streamlit's front end looks for them after Markdown has been parsed: bare web
and mail addresses, ``:name:`` short codes, and arrows such as ``->``. A word joiner (U+2060, no
width) inside them stops that.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from urllib.parse import urlsplit

_PUNCTUATION = re.compile(r"([!-/:-@\[-`{-~])")
_AFTER_PARSING = re.compile(
    r"(?<=:)(?=[\w+\-][\w+\-/]*:)"  # :name: and :material/name:
    r"|(?<=http)(?=s?:)|(?<=www)(?=\.)"  # bare addresses
    r"|(?<=[-.\w+]@)(?=[-\w])"  # mail addresses
    r"|(?<=<)(?=-)|(?<=-)(?=[->])|(?<=[<>~])(?==)",  # <-> -> <- -- >= <= ~=
    re.IGNORECASE,
)
_ORDINARY = re.compile(r"[\n\t -~\u00a0-\u02ff\u2013\u2014\u2018-\u201d\u2026\u20ac]*")
_JOINER = "\u2060"
_NO_BREAK_SPACE = "\u00a0"
_BIDI = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


def visible(text: str) -> str:
    """``text`` with what is invisible or cannot be sent shown as signs.

    Control characters, lone surrogates and characters that turn the direction of writing (they can
    make a text read differently from what it says) become ``⟦U+202E⟧``; line breaks stay.
    """
    lines = text.replace("\r\n", "\n").replace("\r", "\n")
    # Nearly all text is plain letters, and a page shows thousands of pieces of it.
    return lines if _ORDINARY.fullmatch(lines) else "".join(_sign(char) for char in lines)


def _sign(char: str) -> str:
    if char in "\n\t":
        return char
    hidden = unicodedata.category(char) in ("Cc", "Cs") or char in _BIDI
    tagged = 0xE0000 <= ord(char) <= 0xE007F
    return f"⟦U+{ord(char):04X}⟧" if hidden or tagged else char


def plain(text: str) -> str:
    """``text`` as Markdown that shows just these characters, line breaks kept."""
    return "  \n".join(_line(line) for line in visible(text).split("\n"))


def label(text: str, *, limit: int = 120) -> str:
    """``text`` as a one-line label of a widget, cut at ``limit`` characters."""
    line = " ".join(visible(text).split())
    return _escape(cut(line, limit))


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
    marked = [False] * len(text)
    for start, end in spans:
        for place in range(max(0, start), min(end, len(text))):
            marked[place] = True
    lines: list[str] = []
    position = 0
    for line in text.split("\n"):
        lines.append(_marked_line(line, marked[position : position + len(line)]))
        position += len(line) + 1
    return "  \n".join(lines)


def _marked_line(line: str, marked: list[bool]) -> str:
    parts: list[str] = []
    start = 0
    for place in range(1, len(line) + 1):
        if place == len(line) or marked[place] != marked[start]:
            piece = line[start:place]
            part = _line(piece) if start == 0 else _escape(visible(piece))
            parts.append(f":yellow-background[{part}]" if marked[start] and part else part)
            start = place
    return "".join(parts)


def _line(line: str) -> str:
    """One line escaped; white space at its start would make Markdown see a code block."""
    shown = visible(line)
    body = shown.lstrip(" \t")
    indent = shown[: len(shown) - len(body)].replace("\t", "    ")
    return _NO_BREAK_SPACE * len(indent) + _escape(body)


def _escape(text: str) -> str:
    return _PUNCTUATION.sub(r"\\\1", _AFTER_PARSING.sub(_JOINER, text))


def without_emphasis(
    text: str, spans: Iterable[tuple[int, int]] = ()
) -> tuple[str, list[tuple[int, int]]]:
    """A Markdown source without its ``**`` signs, and the ranges where they are in what is left.

    Source documents are Markdown; the signs of bold keys would only be in the way of reading.
    """
    signs = [match.start() for match in re.finditer(r"\*\*", text)]
    if len(signs) % 2:
        return text, list(spans)
    moved = [
        (start - 2 * sum(s < start for s in signs), end - 2 * sum(s < end for s in signs))
        for start, end in spans
    ]
    return text.replace("**", ""), moved


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
