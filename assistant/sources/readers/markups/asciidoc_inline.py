"""Text of AsciiDoc between its block marks, as HTML: attributes, formatting, links, macros.

Source of the format: the AsciiDoc Language Documentation (Eclipse Foundation), as Asciidoctor
reads it. Each pattern stops at the sign that ends it or at a length, so that no text of repeated
signs takes long.
"""

from __future__ import annotations

import re
from html import escape

from assistant.sources.readers.markups.markup_page import Held, without_holders

_REFERENCE = re.compile(r"(\\?)\{([\w][\w-]{0,100})\}")
_CHARACTERS = {
    "amp": "&", "apos": "'", "asterisk": "*", "backslash": "\\", "backtick": "`", "blank": "",
    "brvbar": "¦", "caret": "^", "cpp": "C++", "deg": "°", "empty": "", "endsb": "]", "gt": ">",
    "ldquo": "“", "lsquo": "‘", "lt": "<", "nbsp": " ", "plus": "+", "quot": '"', "rdquo": "”",
    "rsquo": "’", "sp": " ", "startsb": "[", "tilde": "~", "two-colons": "::",
    "two-semicolons": ";;", "vbar": "|", "wj": "", "zwsp": "",
}  # fmt: skip
"""Attributes that stand for a sign in every document."""

MAX_VALUE = 10_000
MAX_FILLED = 1_000_000
"""Characters of an attribute's value, and of all values filled in: values may hold values."""

_PASS = re.compile(
    r"\+\+\+(?P<triple>(?:[^+]|\+(?!\+\+)){0,2000})\+\+\+"
    r"|(?<![\w+])\+\+(?P<double>[^+\s](?:[^+\n]{0,500}[^+\s])?)\+\+(?!\+)"
    r"|(?<![\w+`])\+(?P<single>[^+\s](?:[^+\n]{0,500}[^+\s])?)\+(?![\w+])"
    r"|\bpass:[\w,]{0,20}\[(?P<macro>[^\]]{0,2000})\]"
    r"|``(?P<codes>[^`]{1,2000})``"
    r"|(?<![\w`])`(?P<code>[^`\s](?:[^`]{0,1000}[^`\s])?)`(?![\w`])"
)
_INNER_PASS = re.compile(r"\+(.+)\+", re.DOTALL)
_LINK = re.compile(
    r"(?:\blink:(?P<target>[^\s\[\]]{1,1000})"
    r"|(?P<address>\b(?:https?|ftp|irc)://[^\s\[\]<>]{1,1000}|\bmailto:[^\s\[\]<>]{1,300}))"
    r"(?:\[(?P<words>[^\]]{0,500})\])?"
)
_XREF = re.compile(
    r"&lt;&lt;(?P<id>[^,&]{1,200})(?:,(?P<words>[^&]{0,500}(?:&amp;[^&]{0,500}){0,5}))?&gt;&gt;"
    r"|\bxref:(?P<target>[^\s\[\]]{1,300})\[(?P<text>[^\]]{0,500})\]"
)
_ANCHOR = re.compile(r"\[\[[^\[\]\n]{1,200}\]\]|\banchor:[^\s\[\]]{1,200}\[[^\]]{0,200}\]")
_IMAGE = re.compile(
    r"\b(?:image|icon):(?P<target>[^\s:\[\]][^\s\[\]]{0,500})\[(?P<alt>[^\]]{0,500})\]"
)
_MACRO = re.compile(
    r"\b(?P<name>footnote|kbd|btn|menu|stem|latexmath|asciimath|indexterm2?)"
    r":(?P<target>[^\s\[\]]{0,200})\[(?P<words>[^\]]{0,2000})\]"
)
_TERM = re.compile(r"\(\(\([^()\n]{1,300}\)\)\)|\(\((?P<shown>[^()\n]{1,300})\)\)")
_ROLE = re.compile(r"(?<!\w)\[(?P<role>[.#%][\w.#%-]{0,100})\](?=[*_#`])")
_STRUCK = re.compile(r"\[[.\w#%-]{0,100}line-through[.\w#%-]{0,100}\]##?([^#\n]{1,1000})##?")
_EFFECTS = (
    (re.compile(r"\*\*([^*\n]{1,1000})\*\*"), r"<strong>\1</strong>"),
    (re.compile(r"(?<![\w*\\])\*([^*\s](?:[^*]{0,1000}[^*\s])?)\*(?![\w*])"),
     r"<strong>\1</strong>"),
    (re.compile(r"__([^_\n]{1,1000})__"), r"<em>\1</em>"),
    (re.compile(r"(?<![\w_\\])_([^_\s](?:[^_]{0,1000}[^_\s])?)_(?![\w_])"), r"<em>\1</em>"),
    (re.compile(r"##([^#\n]{1,1000})##"), r"\1"),
    (re.compile(r"(?<![\w#&\\])#([^#\s](?:[^#]{0,1000}[^#\s])?)#(?![\w#])"), r"\1"),
    (re.compile(r"\^([^\s^]{1,100})\^"), r"<sup>\1</sup>"),
    (re.compile(r"(?<![\w~])~([^\s~]{1,100})~(?!~)"), r"<sub>\1</sub>"),
)  # fmt: skip
_ESCAPED = re.compile(r"\\(?=[*_`#^~+\[<{&])")
_HARD_BREAK = re.compile(r" \+$", re.MULTILINE)


class Inline:
    """Turns texts of a document into HTML, with the values that its attributes have so far.

    ``missing`` are the attributes that a text names and nothing defines; ``used`` those that were
    filled in; ``titles`` what anchors stand before, by id; ``pictures`` counts images.
    """

    def __init__(self, titles: dict[str, str]) -> None:
        self.values = dict[str, str]()
        self.missing = dict[str, None]()
        self.used = set[str]()
        self.titles = titles
        self.pictures = 0
        self._left = MAX_FILLED

    def define(self, name: str, value: str) -> None:
        """Set an attribute; what its value names is filled in now."""
        self.values[name.casefold()] = self.filled(value, note=False)[:MAX_VALUE]

    def filled(self, text: str, *, note: bool = True) -> str:
        """``text`` with the values of the attributes it names; one without stays as written."""
        if "{" not in text:
            return text

        def value(match: re.Match[str]) -> str:
            name = match[2].casefold()
            if match[1]:
                return match[0][1:]
            if name in self.values and len(self.values[name]) <= self._left:
                self._left -= len(self.values[name])
                self.used.add(name)
                return self.values[name]
            if name in _CHARACTERS:
                return _CHARACTERS[name]
            if note:
                self.missing.setdefault(match[2])
            return match[0]

        return _REFERENCE.sub(value, text)

    def html(self, text: str) -> str:
        """``text`` as HTML; line ends stay, a line that ends in " +" has a break."""
        held = Held()
        text = self.filled(without_holders(text))
        text = _PASS.sub(lambda m: _passed(m, held), text)
        text = _LINK.sub(lambda m: _link(m, held), text)
        text = escape(text, quote=False)
        text = _XREF.sub(self._xref, text)
        text = _ANCHOR.sub("", text)
        text = _IMAGE.sub(self._image, text)
        text = _MACRO.sub(_macro, text)
        text = _TERM.sub(lambda m: m["shown"] or "", text)
        text = _STRUCK.sub(r"<del>\1</del>", text)
        text = _ROLE.sub("", text)
        for pattern, replacement in _EFFECTS:
            text = pattern.sub(replacement, text)
        text = _HARD_BREAK.sub("<br>", text)
        return held.release(_ESCAPED.sub("", text))

    def _xref(self, match: re.Match[str]) -> str:
        words = (match["words"] or match["text"] or "").strip()
        target = (match["id"] or match["target"]).strip()
        path, _, anchor = target.rpartition("#")
        anchor = anchor or path
        return words or escape(self.titles.get(anchor, anchor.lstrip("_")), quote=False)

    def _image(self, match: re.Match[str]) -> str:
        self.pictures += 1
        return picture_words(match["target"], match["alt"])


def picture_words(target: str, attributes: str) -> str:
    """What stands for a picture: its alternative text, or the name of its file."""
    alt = attributes.split(",")[0].strip().strip('"')
    return alt if alt and "=" not in alt else target.rpartition("/")[2]


def _passed(match: re.Match[str], held: Held) -> str:
    name = str(match.lastgroup)
    words = match[name]
    if name in {"code", "codes"}:
        inner = _INNER_PASS.fullmatch(words)
        return held.code(inner[1] if inner else words)
    return held.hold(escape(words, quote=False))


def _link(match: re.Match[str], held: Held) -> str:
    target = match["target"] or match["address"]
    words = (match["words"] or "").split(",window=")[0].strip().rstrip("^").strip('"')
    if match["target"] and match["words"] is None:
        return match[0]
    if match["words"] is None or not words:
        return held.hold(escape(target.removeprefix("mailto:"), quote=False))
    start, end = held.hold(f'<a href="{escape(target)}">'), held.hold("</a>")
    return f"{start}{words}{end}"


def _macro(match: re.Match[str]) -> str:
    name, target, words = match["name"], match["target"], match["words"]
    if name == "footnote":
        return f" ({words})" if words else ""
    if name == "menu":
        return " > ".join(part.strip() for part in [target, *words.split("&gt;")] if part.strip())
    return "" if name == "indexterm" else words
