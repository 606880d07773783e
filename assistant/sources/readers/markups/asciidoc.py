"""AsciiDoc to Markdown: sections, lists, tables, blocks, and the values of its attributes.

Source of the format: the AsciiDoc Language Documentation (Eclipse Foundation), as Asciidoctor
reads it. Conditions (``ifdef``) are not decided: which text holds depends on how the document is
published. Included files are not read here; ``files.asciidoc_files`` has put the attributes that
they define behind the line that includes them, where they came with the document.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from html import escape

from assistant.sources.asciidoc_lines import ATTRIBUTE, INCLUDE, INCLUDED, INCLUDED_END
from assistant.sources.readers.documents.html import parse
from assistant.sources.readers.markups.asciidoc_inline import Inline, picture_words
from assistant.sources.readers.markups.asciidoc_tables import Cell, table_rows
from assistant.sources.readers.markups.markup_page import page_markdown

_SETTINGS = re.compile(
    r"toc(?:-title|levels|-placement)?|sect(?:nums|numlevels|anchors|links|ids)|icons|iconsdir|"
    r"iconfont-\w+|lang|doctype|source-(?:highlighter|language|indent)|experimental|imagesdir|"
    r"\w+-caption|note-caption|figure-caption|idprefix|idseparator|partnums|numbered|compat-mode|"
    r"hardbreaks|hide-uri-scheme|nofooter|noheader|notitle|showtitle|stylesheet|stylesdir|linkcss|"
    r"docinfo\d?|data-uri|encoding|pdf-[\w-]+|page-[\w-]+|xrefstyle|stem|table-[\w-]+|"
    r"(?:rouge|pygments|highlightjs|coderay)-[\w-]+|kroki-[\w-]+|plantuml-[\w-]+|safe-mode\w*|"
    r"env(?:-\w+)?|allow-uri-read|reproducible|last-update-label|max-width|media|title-[\w-]+|"
    r"leveloffset|attribute-missing|attribute-undefined|figure-number|appendix-caption|"
    r"(?:keywords|description|author|authorinitials|email|firstname|lastname|revnumber|revdate)"
)
"""Attributes that say how a document is published, or what its header says; no values of rules."""

_SECTION = re.compile(r"^(?P<marks>={1,6}|#{1,6})[ \t]+(?P<title>\S.*?)(?:[ \t]+(?P=marks))?$")
_UNDERLINES = "=-~^+"
"""What titles on two lines are underlined with, by level."""

_DELIMITER = re.compile(
    r"^(?:-{4,}|\.{4,}|={4,}|\*{4,}|_{4,}|\+{4,}|/{4,}|--|`{3,}[\w+-]*|[|,:!]={3,})$"
)
_MARKED = re.compile(
    r"^[ \t]*(?P<mark>\*{1,6}|-|\.{1,6}|\d{1,4}\.|[A-Za-z]\.|[ivxIVX]{1,6}\)|<(?:\d{1,3}|\.)>|•)"
    r"[ \t]+(?P<words>\S.*)$"
)
_BULLET = re.compile(r"^(?:\*{1,6}|-|•)[ \t]")
_TERM = re.compile(r"^[ \t]*(?P<term>\S.*?)(?P<mark>:{2,4}|;;)(?:[ \t]+(?P<words>.*))?$")
_ADMONITION = re.compile(r"^(?P<name>NOTE|TIP|IMPORTANT|WARNING|CAUTION):[ \t]+(?P<words>\S.*)$")
_ATTRIBUTES = re.compile(r"^\[(?P<inner>(?:[^\W\d]|[_.#%{,\"']).*)?\][ \t]*$")
_ANCHOR = re.compile(r"^\[\[(?P<id>[^\[\],]{1,200})(?:,[^\]]{0,300})?\]\][ \t]*$")
_SHORT_ID = re.compile(r"#([\w.:-]{1,200})")
_TITLE = re.compile(r"^\.(?P<title>[^\s.].*)$")
_MACRO = re.compile(
    r"^(?P<name>image|video|audio|toc)::(?P<target>[^\s\[]{0,500})\[(?P<words>[^\n]*)\][ \t]*$"
)
_CONDITION = re.compile(
    r"^(?P<name>ifdef|ifndef|ifeval|endif)::[^\[\n]{0,300}\[(?P<words>[^\n]*)\][ \t]*$"
)
_NAMED = re.compile(
    r"""(?P<name>[\w-]{1,60})\s*=\s*(?:"(?P<a>[^"]*)"|'(?P<b>[^']*)'|(?P<c>[^,]*))"""
)
_KEY = re.compile(r"[A-Z][A-Z0-9]{0,9}(?:[-_.][A-Z0-9]{1,10}){0,4}")
_AUTHOR = re.compile(r"\s*<[^<>]{1,200}>")
_REVISION = re.compile(r"^(?:v?\d[\w.-]*\b.*|v\S+,.*)$")
_ADMONITIONS = {"NOTE", "TIP", "IMPORTANT", "WARNING", "CAUTION"}
_LOOKED_AHEAD = 60
_CELL_DEPTH = 4

Options = dict[str, str]


def read(data: bytes, options: Mapping[str, object]) -> Iterator[object]:
    """The document in ``data`` (UTF-8) as one part; "name" of the options is for one that has no
    title."""
    lines = [line.rstrip() for line in data.decode("utf-8", "replace").splitlines()]
    document = _Document(lines)
    html = document.html()
    name = str(options.get("name", ""))
    text = page_markdown(html)
    yield {"title": document.title or name, "author": document.author}
    yield {"part": "", "text": text}
    yield from ({"note": note} for note in document.notes())
    pictures = document.inline.pictures
    unread = [f"{pictures} pictures"] if pictures else []
    yield {"report": {"reader": "asciidoc", "parts": 1, "unread_parts": unread}}


class _Document:
    """The header of a document, its blocks, and what has to be said of it."""

    def __init__(self, lines: Sequence[str]) -> None:
        self.lines = lines
        self.title = self.author = ""
        self.inline = Inline(_titles(lines))
        self.own = dict[str, str]()
        self.includes = dict[str, None]()
        self.conditions = 0
        self.unclosed = dict[str, int]()

    def html(self) -> str:
        at, head = self._header()
        body = _Blocks(self, self.lines[at:]).html()
        return "\n".join([*head, body, self._left_over()])

    def _header(self) -> tuple[int, list[str]]:
        """Where the body begins, and what the header says; attributes before it are read."""
        blocks = _Blocks(self, self.lines)
        blocks.entries()
        section = _section(blocks.lines, blocks.at) if blocks.more else None
        if section is None or section[0] != 1:
            return blocks.at, []
        _, words, length = section
        blocks.at += length
        said, place = list[str](), 0
        while blocks.more and blocks.line:
            if blocks.entry():
                continue
            if place > 1 or _DELIMITER.match(blocks.line) or _section(blocks.lines, blocks.at):
                break
            if place == 0 and not _REVISION.match(blocks.line):
                self.author = _AUTHOR.sub("", blocks.line).strip()
            else:
                said.append(blocks.line)
                self._revision(blocks.line)
                place = 1
            place += 1
            blocks.at += 1
        self.title = re.sub(r"<[^<>]*>", "", self.inline.filled(words))
        title = self.inline.html(words)
        return blocks.at, [f"<h1>{title}</h1>", *(f"<p>{escape(line)}</p>" for line in said)]

    def _revision(self, line: str) -> None:
        number, _, rest = line.partition(",")
        self.inline.values.setdefault("revnumber", number.strip().removeprefix("v"))
        self.inline.values.setdefault("revdate", rest.partition(":")[0].strip())

    def _left_over(self) -> str:
        """A table of the attributes that the document defines and never names: other documents
        take their values from it."""
        left = {
            name: value
            for name, value in self.own.items()
            if value and name.casefold() not in self.inline.used and not _SETTINGS.fullmatch(name)
        }
        if not left:
            return ""
        rows = "".join(
            f"<tr><td>{escape(name)}</td><td>{self.inline.html(value)}</td></tr>"
            for name, value in left.items()
        )
        return f"<table><tr><th>Attribute</th><th>Value</th></tr>{rows}</table>"

    def notes(self) -> Iterator[str]:
        if self.includes:
            names = ", ".join(list(self.includes)[:12])
            yield (
                f"Includes {names}: of included files only the attributes are used, where they "
                "came in the same folder or archive; their text is not part of this document."
            )
        if self.inline.missing:
            names = ", ".join(f"{{{name}}}" for name in list(self.inline.missing)[:12])
            more = len(self.inline.missing) - 12
            names += f" and {more} more" if more > 0 else ""
            yield (
                f"No value is known for {names}, which stay as written. Import the document in one "
                "folder or archive with the file that defines them."
            )
        if self.unclosed:
            names = ", ".join(list(self.unclosed)[:12])
            yield (
                f"{sum(self.unclosed.values())} marks of blocks ({names}) are never closed. They "
                "stand in the text, and what follows is read as if they were not there."
            )
        if self.conditions:
            yield (
                f"{self.conditions} conditions (ifdef, ifndef, ifeval) were not decided; their "
                "lines stand in the text."
            )


def _titles(lines: Sequence[str]) -> dict[str, str]:
    """The titles of the sections that anchors stand before."""
    found, waiting = dict[str, str](), list[str]()
    for at, line in enumerate(lines):
        if anchor := _ANCHOR.match(line):
            waiting.append(anchor["id"])
        elif waiting and (section := _section(lines, at)):
            found.update(dict.fromkeys(waiting, section[1]))
            waiting = []
        elif line and not _ATTRIBUTES.match(line):
            waiting = []
    return found


def _section(lines: Sequence[str], at: int) -> tuple[int, str, int] | None:
    """The level of the section that begins at a line, its title, and how many lines this takes.

    A title of two lines is a text with a run of one sign below that is as long, give or take one.
    """
    line = lines[at]
    if match := _SECTION.match(line):
        return len(match["marks"]), match["title"], 1
    run = lines[at + 1] if at + 1 < len(lines) else ""
    if len(run) < 3 or abs(len(run) - len(line)) > 1 or run.strip(run[0]):
        return None
    level = _UNDERLINES.find(run[0]) + 1
    if not level or line[0] in ". \t" or not re.search(r"\w", line) or _DELIMITER.match(line):
        return None
    if any(each.match(line) for each in (_MACRO, _CONDITION, _TERM, _BULLET, INCLUDE)):
        return None
    return level, line, 2


def _options(inner: str) -> Options:
    """An attribute line as names and values; "1" is the first value without a name."""
    found = {m["name"]: m["a"] or m["b"] or (m["c"] or "").strip() for m in _NAMED.finditer(inner)}
    bare = [part.strip() for part in _NAMED.sub("", inner).split(",")]
    found["1"] = re.split(r"[.#%]", bare[0])[0]
    found["2"] = bare[1] if len(bare) > 1 else ""
    stated = ",".join(re.findall(r"%([\w-]+)", bare[0]))
    found["options"] = ",".join(each for each in (found.get("options", ""), stated) if each)
    if identity := _SHORT_ID.search(bare[0]):
        found["id"] = identity[1]
    return found


class _Blocks:
    """The blocks of some lines, one after the other."""

    def __init__(self, document: _Document, lines: Sequence[str], depth: int = 0) -> None:
        self.document = document
        self.inline = document.inline
        self.lines = lines
        self.depth = depth
        self.at = 0
        self.closing: dict[str, deque[int]] | None = None

    @property
    def more(self) -> bool:
        return self.at < len(self.lines)

    @property
    def line(self) -> str:
        return self.lines[self.at]

    def html(self) -> str:
        out = list[str]()
        while True:
            self.entries()
            if not self.more:
                return "\n".join(out)
            out.append(self._block())

    # --- Lines that show nothing ---

    def entries(self) -> None:
        """Pass over blank lines, comments, attributes and includes."""
        while self.more:
            if not self.line:
                self.at += 1
            elif not self.entry():
                return

    def entry(self) -> bool:
        """Pass over one line that shows nothing; whether it was one."""
        line = self.line
        if line.startswith("//") and not line.startswith("///"):
            if line == INCLUDED:
                self._included()
            self.at += 1
            return True
        if re.fullmatch(r"/{4,}", line) and self._end() is not None:
            self._delimited()
            return True
        if match := ATTRIBUTE.match(line):
            self._define(match, own=True)
            return True
        if match := INCLUDE.match(line):
            self.document.includes.setdefault(match["target"])
            self.at += 1
            return True
        if (match := _CONDITION.match(line)) and not match["words"] and self._only_entries():
            self.at += 1
            return True
        return False

    def _included(self) -> None:
        self.at += 1
        while self.more and self.line != INCLUDED_END:
            if match := ATTRIBUTE.match(self.line):
                self._define(match, own=False)
            else:
                self.at += 1

    def without_included(self, *, table: bool) -> list[str]:
        """These lines of a block without the attributes that were put in, which are read first: in
        code and cells each line is a text. In a table the line that includes is none."""
        kept = list[str]()
        while self.more:
            match = INCLUDE.match(self.line)
            if match:
                self.document.includes.setdefault(match["target"])
            if self.line == INCLUDED:
                self._included()
            elif not (match and table):
                kept.append(self.line)
            self.at += 1
        return kept

    def _define(self, match: re.Match[str], *, own: bool) -> None:
        self.at += 1
        name, value = match["name"], (match["value"] or "").strip()
        while value.endswith("\\") and self.more:
            value = f"{value.removesuffix(chr(92)).removesuffix(' +').rstrip()} {self.line.strip()}"
            self.at += 1
        if match["off"] or match["end"]:
            self.inline.values.pop(name.casefold(), None)
            return
        self.inline.define(name, value)
        if own:
            self.document.own[name] = value

    def _only_entries(self) -> bool:
        """Whether a condition begins or ends what only defines attributes."""
        for line in self.lines[self.at + 1 : self.at + _LOOKED_AHEAD]:
            if line.startswith("endif::"):
                return True
            if line and not (ATTRIBUTE.match(line) or line.startswith(("//", "if"))):
                break
        for line in reversed(self.lines[max(0, self.at - _LOOKED_AHEAD) : self.at]):
            if line.startswith(("ifdef::", "ifndef::")):
                return self.line.startswith("endif::")
            if line and not (ATTRIBUTE.match(line) or line.startswith("//")):
                break
        return False

    # --- Blocks ---

    def _block(self, around: tuple[str, ...] = ()) -> str:
        """The block that begins here, with its title and attributes; the next item of the lists
        with the marks ``around`` is none."""
        title, options, anchors = "", Options(), list[str]()
        while self.more:
            if not self.line:
                self.at += 1
            elif self.entry():
                continue
            elif match := _ANCHOR.match(self.line):
                anchors.append(match["id"])
                self.at += 1
            elif match := self._attributes():
                options.update(
                    {k: v for k, v in _options(self.inline.filled(match["inner"] or "")).items()
                     if v}
                )  # fmt: skip
                anchors += [options.pop("id")] if "id" in options else []
                self.at += 1
            elif match := _TITLE.match(self.line):
                title = match["title"]
                self.at += 1
            else:
                break
        if not self.more:
            return f"<p>{self.inline.html(title)}</p>" if title else ""
        start = self.at
        body = self._body(options, around)
        shown = "\n".join(self.lines[start : start + 3])
        keys = [key for key in anchors if _is_key(key) and key not in shown]
        lead = f"<p><strong>{self.inline.html(title)}</strong></p>\n" if title else ""
        if keys:  # the only place that names the rule
            key = escape(", ".join(keys))
            begun = re.match(r"<(?:p|h\d)>", body)
            if begun and not title:
                return f"{begun[0]}{key}: {body[begun.end() :]}"
            lead = f"<p>{key}:</p>\n{lead}"
        return lead + body

    def _attributes(self) -> re.Match[str] | None:
        """The attributes of a block at this line; a line in brackets that no block follows is a
        text, and so is one apart from the paragraph behind it."""
        match = _ATTRIBUTES.match(self.line)
        if match is None:
            return None
        after = self.at + 1
        while after < len(self.lines) and not self.lines[after]:
            after += 1
        if after == len(self.lines):
            return None
        apart = after > self.at + 1 and not (
            self._begins_block(self.lines[after]) or self._item(self.lines[after])
            or _section(self.lines, after)
        )  # fmt: skip
        return None if apart else match

    def _body(self, options: Options, around: tuple[str, ...]) -> str:
        line, style = self.line, options.get("1", "")
        if _DELIMITER.match(line):
            if self._end() is not None:
                return self._delimited_block(options)
            self.at += 1
            self.document.unclosed[line] = self.document.unclosed.get(line, 0) + 1
            return f"<p><code>{escape(line)}</code></p>"
        if section := _section(self.lines, self.at):
            level, title, length = section
            self.at += length
            return f"<h{level}>{self.inline.html(title)}</h{level}>"
        if match := _MACRO.match(line):
            self.at += 1
            return self._macro(match)
        if match := _CONDITION.match(line):
            self.at += 1
            self.document.conditions += match["name"] != "endif"
            return f"<p><code>{escape(line)}</code></p>"
        if line in {"'''", "---", "***", "<<<"}:
            self.at += 1
            return "" if line == "<<<" else "<hr>"
        if item := self._item():
            return "" if item[0] in around else self._list(around)
        if line == "+":
            self.at += 1
            return ""
        if style in {"source", "listing", "literal"} or line[0] in " \t":
            return _preformatted(self._paragraph_lines(), options)
        return self._paragraph(options)

    def _paragraph_lines(self) -> list[str]:
        found = [self.line]
        self.at += 1
        while self.more and self.line and not _DELIMITER.match(self.line):
            if self.line == "+" or _ANCHOR.match(self.line) or _CONDITION.match(self.line):
                break
            if self._attributes() or INCLUDE.match(self.line):
                break
            if not self.line.startswith("//"):
                found.append(self.line)
            self.at += 1
        return found

    def _paragraph(self, options: Options) -> str:
        words = "\n".join(self._paragraph_lines())
        style = options.get("1", "")
        if match := _ADMONITION.match(words.partition("\n")[0]):
            style, words = match["name"], words[match.start("words") :]
        html = f"<p>{self.inline.html(words)}</p>"
        if style in _ADMONITIONS:
            return f"<p><strong>{style.capitalize()}:</strong> {html[3:]}"
        return f"<blockquote>{html}</blockquote>" if style in {"quote", "verse"} else html

    def _macro(self, match: re.Match[str]) -> str:
        if match["name"] == "toc":
            return ""
        self.inline.pictures += 1
        return f"<p>{self.inline.html(picture_words(match['target'], match['words']))}</p>"

    # --- Blocks between marks ---

    def _end(self) -> int | None:
        """Where the mark stands that ends the block that begins at this line."""
        mark = self.line
        if mark.startswith("```"):
            mark = "```"
        if self.closing is None:
            self.closing = {}
            for place, line in enumerate(self.lines):
                if _DELIMITER.match(line):
                    self.closing.setdefault(line, deque()).append(place)
        places = self.closing.get(mark, deque())
        while places and places[0] <= self.at:
            places.popleft()
        return places[0] if places else None

    def _delimited(self) -> list[str]:
        """The lines up to the mark that ends the block."""
        end = self._end()
        assert end is not None
        inner = list(self.lines[self.at + 1 : end])
        self.at = end + 1
        return inner

    def _delimited_block(self, options: Options) -> str:
        mark, style = self.line, options.get("1", "")
        inner = self._delimited()
        kind = mark[0] if mark != "--" else "--"
        table = mark[1:4] == "===" and kind != "="
        if kind == "/" or style == "comment":
            return ""
        verbatim = (kind in "-.`" and mark != "--") or style in {"source", "listing", "literal"}
        if table or verbatim or kind == "+":
            inner = _Blocks(self.document, inner).without_included(table=table)
        if table:
            return self._table(inner, options, kind)
        if verbatim:
            if mark.startswith("```"):
                options = {**options, "2": mark[3:]}
            return _preformatted(inner, options)
        if kind == "+":
            return str(parse("\n".join(inner)))  # its elements are closed
        if self.depth > 100:
            return _preformatted(inner, options)
        body = _Blocks(self.document, inner, self.depth + 1).html()
        if style in _ADMONITIONS:
            name = f"<strong>{style.capitalize()}:</strong>"
            return f"<p>{name} {body[3:]}" if body.startswith("<p>") else f"<p>{name}</p>\n{body}"
        return f"<blockquote>{body}</blockquote>" if kind == "_" else body

    def _table(self, inner: list[str], options: Options, mark: str) -> str:
        rows, header = table_rows(inner, options, mark)
        out = ["<table>"]
        for number, row in enumerate(rows):
            tag = "th" if number == 0 and header else "td"
            out.append(f"<tr>{''.join(self._cell(cell, tag) for cell in row)}</tr>")
        return "\n".join([*out, "</table>"])

    def _cell(self, cell: Cell, tag: str) -> str:
        tag = "th" if cell.style == "h" else tag
        spans = "".join(
            f' {name}="{number}"'
            for name, number in (("colspan", cell.columns), ("rowspan", cell.rows))
            if number > 1
        )
        if cell.style == "a" and self.depth < _CELL_DEPTH:
            lines = [line.rstrip() for line in cell.text.split("\n")]
            words = _Blocks(self.document, lines, self.depth + 1).html()
        else:
            parts = re.split(r"\n\s*\n", cell.text)
            words = "<br>".join(self.inline.html(part) for part in parts)
        return f"<{tag}{spans}>{words}</{tag}>"

    # --- Lists ---

    def _item(self, line: str | None = None) -> tuple[str, str, str] | None:
        """The mark, the term and the words of an item that begins at this line, or is ``line``."""
        line = self.line if line is None else line
        if match := _MARKED.match(line):
            mark = match["mark"]
            if mark[0] == "<" or mark[0].isalnum():
                mark = "<" if mark[0] == "<" else "1" if mark[0].isdecimal() else "a"
            return mark, "", match["words"]
        if match := _TERM.match(line):
            return match["mark"], match["term"], match["words"] or ""
        return None

    def _list(self, around: tuple[str, ...]) -> str:
        """The list that begins here, inside lists with the marks ``around``."""
        first = self._item()
        assert first is not None
        mark, inside = first[0], (*around, first[0])
        tag = "dl" if mark[0] in ":;" else "ul" if mark[0] in "*-•" else "ol"
        out = [f"<{tag}>"]
        while self.more and (item := self._item()) is not None and item[0] == mark:
            self.at += 1
            body = self._item_body(item[2], inside)
            if tag == "dl":
                out.append(f"<dt>{self.inline.html(item[1])}</dt>")
                out += [f"<dd>{body}</dd>"] if body else []
            else:
                out.append(f"<li>{body}</li>")
        return "".join([*out, f"</{tag}>"])

    def _item_body(self, words: str, inside: tuple[str, ...]) -> str:
        lines, blocks = [words] if words else [], list[str]()
        while self.more:
            line = self.line
            if line == "+":
                self.at += 1
                if self.more and self.line:
                    blocks.append(self._block(inside))
            elif not line:
                if not self._goes_on(inside, empty=not (lines or blocks)):
                    break
            elif line.startswith("//") and not line.startswith("///"):
                self.at += 1
            elif (item := self._item()) is not None:
                if item[0] in inside:
                    break
                blocks.append(self._list(inside))
            elif blocks or self._begins_block(line):
                break
            else:
                lines.append(line.strip())
                self.at += 1
        text = self.inline.html("\n".join(lines)) if lines else ""
        tight = all(block.startswith(("<ul>", "<ol>", "<dl>")) for block in blocks)
        return "".join([text if tight or not text else f"<p>{text}</p>", *blocks])

    def _begins_block(self, line: str) -> bool:
        return bool(
            _DELIMITER.match(line) or _ATTRIBUTES.match(line) or _ANCHOR.match(line)
            or _SECTION.match(line) or _CONDITION.match(line) or INCLUDE.match(line)
            or ATTRIBUTE.match(line) or _TITLE.match(line) or _MACRO.match(line)
        )  # fmt: skip

    def _goes_on(self, inside: tuple[str, ...], *, empty: bool) -> bool:
        """Whether what follows blank lines belongs to the item; it is then the next line."""
        start = self.at
        while self.more and not self.line:
            self.at += 1
        if not self.more:
            return False
        item = self._item()
        if item is not None:
            return item[0] not in inside
        begins = self._begins_block(self.line) or _section(self.lines, self.at)
        if empty and inside[-1][0] in ":;" and not begins:
            return True
        self.at = start
        return False


def _preformatted(lines: Sequence[str], options: Options) -> str:
    language = options.get("language") or options.get("2", "")
    named = f' data-language="{escape(language)}"' if language.isalnum() else ""
    return f"<pre{named}>{escape(chr(10).join(lines), quote=False)}</pre>"


def _is_key(anchor: str) -> bool:
    """Whether an anchor is a key, as rules have one ("RG-INS-01")."""
    return any(map(str.isdigit, anchor)) and bool(_KEY.fullmatch(anchor))
