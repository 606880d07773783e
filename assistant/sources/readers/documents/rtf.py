"""Rich text (RTF) by striprtf: headings, lists, tables by their cells, footnotes in place.

striprtf gives words only. So before it runs, marks (private characters) are put where RTF says what
a paragraph is, and afterwards the marks are written as Markdown. Source of the control words:
Microsoft, "Rich Text Format Specification 1.9.1".
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from assistant.sources.markdown_tables import markdown_table
from assistant.sources.readers.refusals import Refused

_HEADING, _LEVEL = 0xE000, 0xE010
"""First of nine marks: the level of a heading, the depth of a list item."""

_CELL, _ROW, _TABLE, _PLAIN = "\ue020", "\ue021", "\ue022", "\ue023"
"""Ends of a cell and a row, begin of a table row, and a paragraph that is nothing yet."""

_HEADINGS = re.compile(f"[{chr(_HEADING)}-{chr(_LEVEL - 1)}]")
_MARKS = re.compile(f"[{chr(_HEADING)}-{_PLAIN}]")
_WORD = r"(?<!\\)((?:\\\\)*)\\{}(?![a-z0-9-]) ?"
_STYLE = re.compile(r"\\s(\d+)(?!\d)[^;]*?\bheading (\d);", re.IGNORECASE)
_ITEM = re.compile(r"^\s*(?:[•·◦▪‣■□●○–\uf000-\uf0ff]|o(?=\t))+[\t ]+(?=\S)")
_NUMBER = re.compile(r"^\s*(\(?[0-9a-zA-Z]{1,4}(?:\.\d+)*[.)])\t\s*(?=\S)")
_OTHER_LETTERS = re.compile(
    r"\\fcharset(?:7[89]|8[0-3]|12[89]|13[046]|16[12]|17[78]|204|222|238)\b"
)
_HEX = re.compile(r"(\\u-?\d+ ?)?\\'([89a-f][0-9a-f])", re.IGNORECASE)
_PART = re.compile(f"([{_CELL}{_ROW}{_TABLE}\n])")


def read(data: bytes, options: Mapping[str, object]) -> Iterator[object]:
    """The text in ``data`` as one part; pictures, objects, headers and footers are counted."""
    from striprtf.striprtf import rtf_to_text

    source = data.decode("latin-1")
    text = str(rtf_to_text(_marked(source), errors="replace"))  # type: ignore[no-untyped-call]
    lines = list(_markdown(text))
    if not any(line.strip() for line in lines):
        raise Refused("damaged", "no text was found in it")
    yield {"part": "", "text": "\n".join(lines)}
    unread = [
        f"{count} {name}"
        for name, pattern in (("pictures", r"\\pict\b"), ("objects", r"\\object\b"),
                              ("headers and footers", r"\{\\(?:header|footer)[lrf]?\b"))
        if (count := len(re.findall(pattern, source)))
    ]  # fmt: skip
    yield {"report": {"reader": "striprtf", "parts": 1, "unread_parts": unread}}


def _marked(source: str) -> str:
    """``source`` with marks for headings, list levels and cells, and footnotes in their place."""
    source = _mac_letters(source)
    source = _footnotes(source)
    at = source.find("{\\stylesheet")
    sheet = source[at : _group_end(source, at)] if at >= 0 else ""
    styles = {number: int(level) for number, level in _STYLE.findall(sheet)}
    body = re.compile(r"(?<!\\)((?:\\\\)*\\(outlinelevel|s|ilvl)(\d{1,3})(?!\d) ?)")

    def mark(match: re.Match[str]) -> str:
        word, number = match[2], int(match[3])
        if word == "ilvl":
            return match[1] + chr(_LEVEL + min(number, 8))
        level = styles.get(match[3], 0) if word == "s" else number + 1
        return match[1] + (chr(_HEADING + level - 1) if 1 <= level <= 9 else "")

    source = body.sub(mark, source)
    for word, replaced in (("nestcell", " / "), ("nestrow", "; "), ("cell", _CELL), ("row", _ROW)):
        source = re.sub(_WORD.format(word), rf"\1{replaced}", source)
    source = re.sub(r"(?<!listtext)" + _WORD.format("pard"), lambda m: m[0] + _PLAIN, source)
    return re.sub(_WORD.format("trowd"), lambda m: f"{m[0]}{_TABLE}", source)


def _mac_letters(source: str) -> str:
    """Letters of a file from a Macintosh, whose code page Python knows under another name."""
    head = source[:400]
    mac = re.search(r"\\ansicpg10000\b", head) or (
        re.search(r"\\mac\b", head) and not re.search(r"\\ansicpg", head)
    )
    if not mac or _OTHER_LETTERS.search(source):
        return source

    def letter(match: re.Match[str]) -> str:
        if match[1]:  # stands for a Unicode letter, for readers that know none
            return match[0]
        return f"\\u{ord(bytes.fromhex(match[2]).decode('mac_roman'))}?"

    return _HEX.sub(letter, source)


def _footnotes(source: str) -> str:
    out, at = list[str](), 0
    for match in re.finditer(r"\{\\footnote(?![a-z])(?:\\ftnalt)? ?", source):
        if match.start() < at:
            continue
        end = _group_end(source, match.start())
        out.append(source[at : match.start()] + "{ [Footnote: ")
        # Its own paragraphs end nothing of the paragraph that it belongs to.
        out.append(re.sub(r"\\pard?(?![a-z]) ?", " ", source[match.end() : end]) + "]}")
        at = end + 1
    return "".join(out) + source[at:]


def _group_end(source: str, start: int) -> int:
    """Where the group that begins at ``start`` is closed."""
    depth = 0
    for match in re.compile(r"\\.|[{}]", re.DOTALL).finditer(source, start):
        depth += {"{": 1, "}": -1}.get(match[0], 0)
        if depth == 0:
            return match.start()
    return len(source)


def _markdown(text: str) -> Iterator[str]:
    """The lines of a marked text."""
    line, cells, table, row = "", list[str](), list[list[str]](), False
    held: dict[str, int] = {}
    for part in [*_PART.split(text), "\n"]:
        if part == _TABLE:
            if not row and line.strip():
                yield from _table(table)
                yield _line(line, held)
            line, row = (line if row else ""), True
        elif part == _CELL:
            cells.append(line)
            line, row = "", True
        elif part == _ROW:
            table.append([*cells, *([line] if _MARKS.sub("", line).strip() else [])])
            line, cells, row = "", [], False
        elif part != "\n" or row:
            line += part
        else:
            if line.strip():
                yield from _table(table)
            if not table:
                yield _line(line, held)
            line = ""
    yield from _table(table)
    yield from (_line(rest, held) for rest in [*cells, *line.split("\n")] if rest.strip())


def _table(rows: list[list[str]]) -> Iterator[str]:
    """The rows so far as a Markdown table, and none left."""
    if not rows:
        return
    if len(rows[0]) == 1 < len(rows):  # a cell over all columns is the title of the table
        yield from ("", _cell(rows.pop(0)[0]).replace("\n", "<br>"))
    yield from ("", *markdown_table([list(map(_cell, row)) for row in rows]).split("\n"), "")
    rows.clear()


def _cell(text: str) -> str:
    # A heading in a cell is a cell.
    lines = [_line(_HEADINGS.sub("", line), {}).strip() for line in text.split("\n")]
    return "\n".join(filter(None, lines))


def _line(line: str, held: dict[str, int]) -> str:
    """A paragraph as Markdown; ``held`` is what it and those after it are until said otherwise."""
    for mark in map(ord, _MARKS.findall(line)):
        if mark == ord(_PLAIN):
            held.clear()
        elif mark < _LEVEL:
            held.setdefault("heading", mark - _HEADING + 1)
        else:
            held["depth"] = mark - _LEVEL
    line = re.sub(r"\[Footnote:\s+", "[Footnote: ", _MARKS.sub("", line))
    words = line.strip()
    if words and "heading" in held:
        return f"\n{'#' * min(held['heading'], 6)} {words}\n"
    item = _NUMBER.sub(r"\1 ", _ITEM.sub("- ", line))
    return item if item == line else "  " * held.get("depth", 0) + item.lstrip()
