"""Wikitext of MediaWiki to Markdown: headings, lists, tables, links, and templates as their words.

Source of the format: mediawiki.org, "Help:Formatting", "Help:Tables", "Help:Lists". Templates are
not filled in, since their text lies on other pages: their name and arguments stand in brackets, for
"{{Outdated|since=4.0}}" says what a reader has to know.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from html import escape

from assistant.sources.readers.fragments import without_stray_tags
from assistant.sources.readers.markups.markup_page import Held, page_markdown, without_holders

_MAX_DEPTH = 40
"""Templates and tables that lie deeper in each other are text."""

_MAX_CELLS = 300
"""Of one line of a table; the last one holds the rest of a longer line."""

_VERBATIM_NAMES = (
    "nowiki", "pre", "source", "syntaxhighlight", "math", "code", "score", "timeline",
)  # fmt: skip
_VERBATIM = re.compile(
    rf"<(?P<name>{'|'.join(_VERBATIM_NAMES)})(?P<about>\s[^<>]{{0,500}})?(?P<empty>/)?>",
    re.IGNORECASE,
)
_REFERENCE = re.compile(r"<ref(?:\s[^<>]{0,500}?)?(?P<empty>/)?>", re.IGNORECASE)
_REFERENCES = re.compile(r"<references(?:\s[^<>]{0,500})?/?>(?:\s*</references>)?", re.IGNORECASE)
_SWITCH = re.compile(r"__[A-Z]{3,30}__")
_BRACES = re.compile(r"\{\{\{?|\}\}\}?|\[\[|\]\]")
_PAGE_SETTING = re.compile(
    r"(?:DEFAULTSORT|DISPLAYTITLE|SORTKEY|DEFAULTCATEGORYSORT)\s*:", re.IGNORECASE
)
_SIGNS = {"!": "|", "=": "=", "(": "{", ")": "}", "pipe": "|", "nbsp": " ", "-": "—"}
"""Templates and magic words that stand for a sign."""

_HEADING = re.compile(r"^(?P<marks>={1,6})(?P<title>[^=].*?)(?P=marks)\s*$")
_ITEM = re.compile(r"^(?P<marks>[*#:;]{1,30})\s*(?P<words>.*)$")
_ADDRESS = re.compile(
    r"\[(?P<target>(?:https?://|ftp://|mailto:|//)[^\s\[\]]{1,1000})(?:\s+(?P<words>[^\[\]]{1,500}))?\]"
)
_BOLD = re.compile(r"'''(?P<words>(?:[^'\n]|'(?!''))+)'''")
_ITALIC = re.compile(r"''(?P<words>(?:[^'\n]|'(?!'))+)''")
_CELL_MARK = re.compile(r"\|\||!!")
_SPAN = re.compile(r"""\b(?P<name>colspan|rowspan)\s*=\s*["']?(?P<number>\d{1,3})""", re.IGNORECASE)
_ATTRIBUTE = r"""[\w-]{1,40}\s{0,3}=\s{0,3}(?:"[^"]*"|'[^']*'|[^\s"'|]+)"""
_ATTRIBUTES = re.compile(rf"\s*{_ATTRIBUTE}(?:\s+{_ATTRIBUTE})*\s*")


@dataclass(slots=True)
class Wiki:
    """What names of namespaces stand for in a wiki, in lower case, and what was seen on a page."""

    files: frozenset[str] = frozenset({"file", "image"})
    categories: frozenset[str] = frozenset({"category"})
    labels: list[str] = field(default_factory=list)
    pictures: int = 0


def wikitext_to_markdown(text: str, wiki: Wiki) -> str:
    """``text`` as Markdown; the labels of ``wiki`` get its categories."""
    held = Held()
    text = without_holders(text.replace("\r\n", "\n"))
    text = _without_comments(text)
    text = _hold_verbatim(text, held)
    text = _references(text)
    text = _SWITCH.sub("", _REFERENCES.sub("", text))
    text = without_stray_tags(_braces(text, held, wiki))
    html = _Blocks(text.split("\n"), held).html()
    return page_markdown(held.release(html))


def _without_comments(text: str) -> str:
    if "<!--" not in text:
        return text
    shown, *rest = text.split("<!--")
    kept = [shown]
    for part in rest:
        _, ended, after = part.partition("-->")
        kept.append(after if ended else "")
    return "".join(kept)


def _hold_verbatim(text: str, held: Held) -> str:
    """Hold what no mark counts in; an element that does not end is none."""
    folded = text.casefold()
    lower = folded if len(folded) == len(text) else text
    ends = {name: lower.rfind(f"</{name}") for name in _VERBATIM_NAMES}
    out, at = list[str](), 0
    while match := _VERBATIM.search(text, at):
        name = match["name"].casefold()
        out.append(text[at : match.start()])
        at = match.end()
        if match["empty"]:
            continue
        if ends[name] < at:
            out.append(held.hold(escape(match[0], quote=False)))
            continue
        end = lower.index(f"</{name}", at)
        inner = text[at:end]
        at = text.find(">", end) + 1 or len(text)
        out.append(_verbatim(name, match["about"] or "", inner, held))
    return "".join([*out, text[at:]])


def _verbatim(name: str, about: str, inner: str, held: Held) -> str:
    words = escape(re.sub(r"</?nowiki\s*/?>", "", inner), quote=False)
    if name in {"nowiki", "math"}:
        return held.hold(words)
    if name == "code" or "inline" in about:
        return held.hold(f"<code>{words}</code>")
    return f"\n{held.hold(f'<pre>{words.strip(chr(10))}</pre>')}\n"


def _references(text: str) -> str:
    """Footnotes in brackets where they are set."""
    out, at = list[str](), 0
    last = text.rfind("</ref>")
    while match := _REFERENCE.search(text, at):
        out.append(text[at : match.start()])
        at = match.end()
        if match["empty"] or at > last:
            continue
        end = text.index("</ref>", at)
        words = " ".join(text[at:end].split())
        begun = "" if not out[-1] or out[-1].endswith("\n") else " "  # a blank begins a program
        out.append(f"{begun}({words})" if words else "")
        at = end + len("</ref>")
    return "".join([*out, text[at:]])


# --- Templates and links ---


def _braces(text: str, held: Held, wiki: Wiki) -> str:
    """Templates and links as HTML, inner ones first; what is not closed stays."""
    stack: list[tuple[str, list[str], int]] = [("", [], 0)]
    at = 0
    for match in _BRACES.finditer(text):
        mark, start = match[0], match.start()
        stack[-1][1].append(text[at:start])
        at = match.end()
        if mark in {"{{", "{{{", "[["}:
            if len(stack) > _MAX_DEPTH:
                stack[-1][1].append(mark)
            else:
                stack.append((mark, [], start))
            continue
        opened = stack[-1][0]
        if mark == "}}}" and opened == "{{":
            mark, at = "}}", start + 2
        elif mark == "}}" and opened == "{{{":  # "{" and a template
            stack[-1] = ("{{", stack[-1][1], stack[-1][2] + 1)
            stack[-2][1].append("{")
            opened = "{{"
        if _CLOSES.get(opened) != mark:
            stack[-1][1].append(mark)
            continue
        _, parts, begun = stack.pop()
        shown = _closed(opened, "".join(parts), held, wiki)
        if opened == "{{" and _alone(text, begun, at):
            shown = f"\n{shown}\n"
        stack[-1][1].append(shown)
    stack[-1][1].append(text[at:])
    return "".join(mark + "".join(parts) for mark, parts, _ in stack)


def _alone(text: str, start: int, end: int) -> bool:
    """Whether lines end where a template begins and ends: it is a block then."""
    return text[start - 1 : start] in {"", "\n"} and text[end : end + 1] in {"", "\n"}


_CLOSES = {"{{": "}}", "{{{": "}}}", "[[": "]]"}


def _closed(opened: str, inner: str, held: Held, wiki: Wiki) -> str:
    if opened == "[[":
        return _link(inner, held, wiki)
    if opened == "{{{":
        return f"{held.hold('{{{')}{inner}{held.hold('}}}')}"
    return _template(inner, held)


def _template(inner: str, held: Held) -> str:
    """A template as its name and arguments in brackets."""
    name, *arguments = inner.split("|")
    name = " ".join(name.split())
    if name in _SIGNS and not arguments:
        return held.hold(_SIGNS[name])
    if _PAGE_SETTING.match(name):
        return ""
    said = [" ".join(re.sub(r"^\s*([^=<>]{1,60}?)\s*=\s*", r"\1: ", each, count=1).split())
            for each in arguments]  # fmt: skip
    words = "; ".join(each for each in said if each and not each.endswith(": "))
    return f"{held.hold('[')}{name}{': ' if words else ''}{words}{held.hold(']')}"


def _link(inner: str, held: Held, wiki: Wiki) -> str:
    """A link as the words that it shows; a picture as its caption, a category as nothing."""
    target, *rest = inner.split("|")
    target = target.strip()
    space = target.partition(":")[0].strip().casefold() if ":" in target else ""
    if space in wiki.categories:
        wiki.labels.append(target.partition(":")[2].strip())
        return ""
    if space in wiki.files:
        wiki.pictures += 1
        caption = rest[-1].strip() if len(rest) > 1 or (rest and " " in rest[0]) else ""
        return caption or target.partition(":")[2]
    if rest and rest[-1].strip():
        return rest[-1].strip()
    target = target.lstrip(":")
    page, _, section = target.partition("#")
    return held.hold(escape(page or section, quote=False))


# --- Blocks ---


class _Blocks:
    """The blocks of some lines."""

    def __init__(self, lines: Sequence[str], held: Held, depth: int = 0) -> None:
        self.lines = lines
        self.held = held
        self.depth = depth
        self.at = 0

    def html(self) -> str:
        return "\n".join(self._blocks())

    def _blocks(self) -> Iterator[str]:
        paragraph = list[str]()
        while self.at < len(self.lines):
            line = self.lines[self.at]
            block = self._block(line)
            if block is None:
                self.at += 1
                if line.strip():
                    paragraph.append(_inline(line.strip()))
                    continue
            if paragraph:
                yield f"<p>{chr(10).join(paragraph)}</p>"
                paragraph = []
            if block:
                yield block
        if paragraph:
            yield f"<p>{chr(10).join(paragraph)}</p>"

    def _block(self, line: str) -> str | None:
        """The block that begins at ``line``; ``None`` for a line of a paragraph."""
        if line.startswith("=") and (match := _HEADING.match(line)):
            self.at += 1
            level = len(match["marks"])
            return f"<h{level}>{_inline(match['title'].strip())}</h{level}>"
        if line.lstrip(" :").startswith("{|") and self.depth < _MAX_DEPTH:
            return self._table()
        if line[:1] in {"*", "#", ":", ";"}:
            return self._list()
        if re.match(r"-{4,}", line):
            self.at += 1
            return "<hr>"
        if line[:1] == " " and line.strip() and "<" not in line:
            found = list[str]()
            while self.at < len(self.lines) and self.lines[self.at][:1] == " ":
                found.append(self.lines[self.at][1:])
                self.at += 1
            return f"<pre>{chr(10).join(found)}</pre>"
        return None

    def _list(self) -> str:
        items = list[tuple[str, str]]()
        while self.at < len(self.lines) and (match := _ITEM.match(self.lines[self.at])):
            self.at += 1
            marks, words = match["marks"], match["words"]
            term, colon, said = _term(words) if marks[-1] == ";" else (words, "", "")
            items.append((marks, _inline(term)))
            if colon:
                items.append((f"{marks[:-1]}:", _inline(said)))
        return _nested(items)

    def _table(self) -> str:
        """The table that begins here, to the line that ends it."""
        self.at += 1
        caption, rows = "", list[list[_Cell]]([[]])
        inside = 0
        while self.at < len(self.lines):
            line = self.lines[self.at].strip()
            self.at += 1
            if inside or line.startswith("{|"):
                inside += line.startswith("{|") - line.startswith("|}")
                if rows[-1]:
                    rows[-1][-1].lines.append(line)
            elif line.startswith("|}"):
                break
            elif line.startswith("|+"):
                caption = _said(line[2:])[1]
            elif line.startswith("|-"):
                rows.append([])
            elif line.startswith(("|", "!")):
                rows[-1] += _cells(line)
            elif rows[-1]:
                rows[-1][-1].lines.append(line)
            elif line:
                caption = f"{caption} {line}".strip()
        body = "\n".join(
            f"<tr>{''.join(self._cell(cell) for cell in row)}</tr>" for row in rows if row
        )
        above = f"<p><strong>{_inline(caption)}</strong></p>\n" if caption else ""
        return f"{above}<table>{body}</table>" if body else above

    def _cell(self, cell: _Cell) -> str:
        words = _inline(cell.lines[0])
        if len(cell.lines) > 1:
            words = _Blocks(cell.lines, self.held, self.depth + 1).html()
        spans = "".join(
            f' {m["name"].casefold()}="{m["number"]}"' for m in _SPAN.finditer(cell.about)
        )
        return f"<{cell.tag}{spans}>{words}</{cell.tag}>"


@dataclass(slots=True)
class _Cell:
    tag: str
    about: str
    lines: list[str]


def _cells(line: str) -> Iterator[_Cell]:
    """The cells of a line: "| a || b", "! a !! b"."""
    tag = "th" if line[0] == "!" else "td"
    if tag == "th":
        parts = _CELL_MARK.split(line[1:], _MAX_CELLS)
    else:
        parts = line[1:].split("||", _MAX_CELLS)
    for part in parts:
        about, words = _said(part)
        yield _Cell(tag, about, [words.strip()])


def _said(part: str) -> tuple[str, str]:
    """The attributes before a cell's words, and the words."""
    about, bar, words = part.partition("|")
    if bar and "=" in about and _ATTRIBUTES.fullmatch(about[:1000]):
        return about, words
    return "", part


def _term(words: str) -> tuple[str, str, str]:
    """A term and what is said of it behind a colon that is no part of an address."""
    match = re.search(r"\s:\s|:\s", words)
    if match is None:
        return words, "", ""
    return words[: match.start()], ":", words[match.end() :]


def _nested(items: Iterable[tuple[str, str]]) -> str:
    """Items with their marks ("*#") as lists in lists."""
    out, opened = list[str](), ""
    for marks, words in items:
        same = 0
        while same < min(len(marks), len(opened)) and _KIND[marks[same]] == _KIND[opened[same]]:
            same += 1
        for mark in reversed(opened[same:]):
            out.append(f"</{_PART[mark]}></{_KIND[mark]}>")
        if (same and same == len(marks)) or (same and marks[same - 1] != opened[same - 1]):
            out.append(f"</{_PART[opened[same - 1]]}><{_PART[marks[same - 1]]}>")
        for mark in marks[same:]:
            out.append(f"<{_KIND[mark]}><{_PART[mark]}>")
        out.append(words)
        opened = marks
    out += [f"</{_PART[mark]}></{_KIND[mark]}>" for mark in reversed(opened)]
    return "".join(out)


_KIND = {"*": "ul", "#": "ol", ":": "dl", ";": "dl"}
_PART = {"*": "li", "#": "li", ":": "dd", ";": "dt"}


def _inline(text: str) -> str:
    """A line without its marks as HTML; elements of HTML stay."""
    text = _ADDRESS.sub(_address, text)
    text = _BOLD.sub(r"<strong>\g<words></strong>", text)
    return _ITALIC.sub(r"<em>\g<words></em>", text)


def _address(match: re.Match[str]) -> str:
    target = escape(match["target"])
    return f'<a href="{target}">{match["words"]}</a>' if match["words"] else target
