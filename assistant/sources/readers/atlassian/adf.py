"""Atlassian Document Format (JSON) to Markdown; unknown nodes give the text in them.

Source of the format: Atlassian, "Atlassian Document Format", document structure (version 1), and
the schema in Atlassian's package ``adf-schema`` for nodes that only Confluence writes.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Callable, Iterator, Sequence
from itertools import groupby
from typing import Any

from assistant.sources.json_values import mapping, objects
from assistant.sources.markdown_tables import (
    column_labels,
    header_rows,
    markdown_table,
    spread_cells,
)
from assistant.sources.pasted.jira_wiki import NAVIGATION
from assistant.sources.readers.documents.html import to_markdown

_LISTS = frozenset({"bulletList", "orderedList", "taskList", "decisionList"})
_TASKS = frozenset({"taskItem", "blockTaskItem"})
_LINES = frozenset({"paragraph", "caption", "heading"})
_BLOCKS = _LISTS | _LINES | {"codeBlock", "blockquote", "panel", "table", "expand", "rule"}
_MAX_SPAN = 50
_FENCE = re.compile(r"^\s*(`{3,})", re.MULTILINE)


def is_adf(value: object) -> bool:
    """Whether a JSON value is a document in this format."""
    return isinstance(value, dict) and value.get("type") == "doc" and "content" in value


def adf_to_markdown(document: Node) -> str:
    """The document as Markdown: headings, lists, tables, panels, tasks and code are kept."""
    return "\n\n".join(_blocks(children_of(document)))


def _blocks(nodes: Sequence[Node]) -> list[str]:
    """The blocks of a container that have words; inline nodes side by side are one paragraph."""
    found = list[str]()
    for is_inline, run in groupby(nodes, _is_inline):
        if is_inline:
            found.append(_inline(list(run)))
        else:
            found.extend(map(_block, run))
    return [block for block in found if block.strip()]


def _is_inline(node: Node) -> bool:
    kind = node.get("type")
    return kind in INLINE_KINDS or (kind not in _LINES and "text" in node)


def _inline(nodes: Sequence[Node]) -> str:
    return inline(nodes, _words)


def _words(node: Node) -> str:
    """The words of a node that nothing is known of, or of a block among inline nodes."""
    if isinstance(text := node.get("text"), str) and text:
        return text
    if node.get("type") not in INLINE_KINDS and children_of(node):
        return " ".join(_block(node).split("\n"))
    return _kept(node) or _inline(children_of(node)) or attribute(node, "text")


def _kept(node: Node) -> str:
    """What an editor kept of an element that it could not read itself."""
    if html := attribute(node, "cxhtml"):
        return to_markdown(html).strip()
    original = mapping(mapping(node.get("attrs")).get("originalValue"))
    return "\n\n".join(_blocks([original])) if original else ""


def _block(node: Node) -> str:
    kind, inner = node.get("type"), children_of(node)
    if kind in {"paragraph", "caption"}:
        return _line(inner)
    if kind == "heading":
        level = attribute(node, "level")
        marks = "#" * min(max(int(level) if level.isdecimal() else 1, 1), 6)
        return f"{marks} {' '.join(_line(inner).split())}"
    if kind in _LISTS:
        return _list(node)
    if kind == "codeBlock":
        return _code(node)
    if kind in {"blockquote", "panel"}:
        return _quoted("\n\n".join(_blocks(inner)))
    if kind == "rule":
        return "---"
    if kind == "table":
        return _table(inner)
    if kind == "media":
        return picture(node)
    if kind in {"blockCard", "embedCard"}:
        return card(node)
    title = _title(node)
    body = [f"**{title}**"] * bool(title) + _blocks(inner)
    if not inner:
        words = macro(node) if attribute(node, "extensionKey") else attribute(node, "text")
        body = [_kept(node) or words or (f"**{title}**" if title else "")]
    return "\n\n".join(body)


def _title(node: Node) -> str:
    """The words that stand over a container: of an expand, or of an app's element with a body."""
    if node.get("type") in {"expand", "nestedExpand"}:
        return attribute(node, "title").strip()
    return parameters(node).get("title", "").strip() if children_of(node) else ""


def _line(inner: Sequence[Node]) -> str:
    """A line of inline nodes; a block has no place in it, but one that is there is kept."""
    if any(each.get("type") in _BLOCKS for each in inner):
        return "\n\n".join(_blocks(inner))
    return _inline(inner)


def _source(node: Node) -> str:
    return "".join(
        "\n" if child.get("type") == "hardBreak" else str(child.get("text", ""))
        for child in children_of(node)
    )


def _code(node: Node) -> str:
    """Source text in a fence longer than any in it."""
    words = _source(node)
    longest = max((len(each) for each in _FENCE.findall(words)), default=0)
    fence = "`" * max(3, longest + 1)
    return f"{fence}{attribute(node, 'language')}\n{words}\n{fence}"


def _list(node: Node) -> str:
    ordered = node.get("type") == "orderedList"
    start = attribute(node, "order")
    number = int(start) if start.isdecimal() else 1
    lines, width = list[str](), 0
    for child in children_of(node):
        if child.get("type") in _LISTS:
            lines.extend(f"{' ' * width}{line}" for line in _list(child).split("\n"))
            continue
        mark = f"{number}. " if ordered else "- "
        width, number = len(mark), number + 1
        if child.get("type") in _TASKS:
            mark += "[x] " if attribute(child, "state") == "DONE" else "[ ] "
        first, *rest = _item(child).split("\n")
        if attribute(child, "state") == "UNDECIDED":
            first += " (undecided)"
        lines.append(f"{mark}{first}")
        lines.extend(f"{' ' * width}{line}".rstrip() for line in rest)
    return "\n".join(lines)


def _item(node: Node) -> str:
    """An item with its paragraphs apart; a list follows the words that it belongs to."""
    out = list[str]()
    for is_inline, run in groupby(children_of(node), _is_inline):
        for nodes in [list(run)] if is_inline else [[each] for each in run]:
            block = _inline(nodes) if is_inline else _block(nodes[0])
            if block.strip():
                apart = "\n" if nodes[0].get("type") in _LISTS else "\n\n"
                out.extend([apart, block] if out else [block])
    return "".join(out)


def _quoted(words: str) -> str:
    return "\n".join(f"> {line}" if line else ">" for line in words.split("\n"))


# --- Tables -----------------------------------------------------------------------------------


def _table(rows: Sequence[Node]) -> str:
    cells = spread_cells(
        [(_cell(cell), _span_of(cell, "colspan"), _span_of(cell, "rowspan"))
         for cell in children_of(row)]
        for row in rows
    )  # fmt: skip
    if not any(cells):
        return ""
    own = [children_of(row) for row in rows]
    heads = header_rows(
        (all(cell.get("type") == "tableHeader" for cell in each), len(each)) for each in own
    )
    if heads > 1:
        cells = [column_labels(cells[:heads]), *cells[heads:]]
    return markdown_table(cells)


def _span_of(cell: Node, name: str) -> int:
    value = attribute(cell, name)
    return min(max(int(value), 1), _MAX_SPAN) if value.isdecimal() else 1


def _cell(node: Node) -> str:
    words = "\n".join(line for line in _cell_lines(children_of(node)) if line.strip())
    bold = words.startswith("**") and words.endswith("**") and words.count("**") == 2
    if node.get("type") == "tableHeader" and bold:
        words = words[2:-2]
    return words


def _cell_lines(nodes: Sequence[Node]) -> Iterator[str]:
    """The lines of a cell, in which no block of Markdown can stand."""
    for is_inline, run in groupby(nodes, _is_inline):
        if is_inline:
            yield _inline(list(run))
            continue
        for node in run:
            kind, inner = node.get("type"), children_of(node)
            if kind in _LINES:
                yield _line(inner)
            elif kind == "codeBlock":
                yield _source(node)
            elif kind == "table":
                rows = [" / ".join(" ".join(_cell_lines(children_of(cell))).replace("\n", " ")
                                   for cell in children_of(row)) for row in inner]  # fmt: skip
                yield "; ".join(rows)
            elif kind in _LISTS or not inner:
                yield "" if kind == "rule" else _block(node)
            else:
                if title := _title(node):
                    yield f"**{title}**"
                yield from _cell_lines(inner)


Node = dict[str, Any]

INLINE_KINDS = frozenset({
    "text", "hardBreak", "mention", "emoji", "date", "status", "inlineCard", "placeholder",
    "mediaInline", "inlineExtension", "unsupportedInline", "confluenceUnsupportedInline",
    "confluenceJiraIssue",
})  # fmt: skip

_TICKS = re.compile(r"`+")
_JOINS_BEFORE, _JOINS_BEHIND = frozenset("@#[(*_`~\"'"), frozenset(")]*_`~\"'%")
_EXPONENT = re.compile(r"[-+−]?\d")


def children_of(node: Node) -> list[Node]:
    """The nodes in a node."""
    return objects(node.get("content"))


def attribute(node: Node, name: str) -> str:
    """An attribute of a node as text; empty where it has none or it is no simple value."""
    value = mapping(node.get("attrs")).get(name, "")
    return str(value) if isinstance(value, str | int | float) else ""


def inline(nodes: Sequence[Node], others: Callable[[Node], str]) -> str:
    """The text of inline nodes, no word glued to what stands beside it.

    ``others`` gives the words of a node that is not inline.
    """
    pieces = list[tuple[str, bool]]()
    for text, run in groupby(nodes, lambda node: node.get("type") == "text"):
        if text:
            pieces.append((_marked([_text(node) for node in run], 0), True))
        else:
            pieces.extend((_span(node, others), False) for node in run)
    out, plain, last = list[str](), True, ""
    for words, is_text in pieces:
        if not words:
            continue
        if not (plain and is_text) and _would_glue(last, words[0]):
            out.append(" ")
        out.append(words)
        plain, last = is_text, words[-1]
    return "".join(out).strip()


def _would_glue(before: str, behind: str) -> bool:
    left = before.isalnum() or before in _JOINS_BEHIND
    return bool(before) and left and (behind.isalnum() or behind in _JOINS_BEFORE)


def _span(node: Node, others: Callable[[Node], str]) -> str:
    kind = node.get("type")
    if kind == "hardBreak":
        return "\n"
    if kind in {"mention", "emoji", "status", "placeholder"}:
        return attribute(node, "text") or attribute(node, "shortName")
    if kind == "inlineCard":
        return card(node)
    if kind == "date":
        return _date(attribute(node, "timestamp"))
    if kind == "mediaInline":
        return picture(node)
    if kind == "inlineExtension":
        return macro(node)
    if kind == "confluenceJiraIssue":
        return attribute(node, "issueKey")
    return others(node)


def _date(stamp: str) -> str:
    if stamp.lstrip("-").isdigit() and len(stamp) < 16:
        moment = datetime.datetime.fromtimestamp(int(stamp) / 1000, datetime.UTC)
        return moment.date().isoformat()
    return stamp


def card(node: Node) -> str:
    """A smart link: its address, after its name where that is known."""
    known = mapping(mapping(node.get("attrs")).get("data"))
    url = attribute(node, "url") or str(known.get("url") or known.get("@id") or "")
    name = known.get("name")
    return f"[{name}]({url})" if isinstance(name, str) and name and url else str(name or url)


def picture(node: Node) -> str:
    """A picture or file by its words; empty where it has none."""
    name = attribute(node, "alt") or attribute(node, "__fileName")
    if not name and attribute(node, "type") == "external":
        name = attribute(node, "url")
    return f"[picture: {name}]" if name else ""


def macro(node: Node) -> str:
    """An app's element without a body: the values given to it, after its name."""
    key = attribute(node, "extensionKey")
    if key in NAVIGATION:
        return ""
    given = parameters(node)
    if key == "status" and given.get("title"):
        return given["title"]
    if key == "jira" and given.get("key"):
        return given["key"]
    words = ", ".join(value for value in given.values() if value)
    if words:
        return f"[{key}: {words}]"
    return attribute(node, "text")


def parameters(node: Node) -> dict[str, str]:
    """The values given to an app's element, by name."""
    given = mapping(mapping(node.get("attrs")).get("parameters"))
    found = dict[str, str]()
    if isinstance(given.get("title"), str):
        found["title"] = given["title"]
    for name, value in mapping(given.get("macroParams")).items():
        inner = value.get("value") if isinstance(value, dict) else value
        if isinstance(inner, str | int | float) and not isinstance(inner, bool):
            found[str(name)] = str(inner)
    return found


# --- Text and its marks -----------------------------------------------------------------------

_LEVELS = ("strong", "em", "strike", "link", "code")
"""Marks from the outermost to the innermost; nothing can stand in code."""

_SIGNS = {"strong": "**", "em": "_", "strike": "~~"}

_Text = tuple[str, dict[str, str]]
"""A text, with its marks and what they say."""


def _text(node: Node) -> _Text:
    text, found = str(node.get("text", "")), dict[str, str]()
    for mark in objects(node.get("marks")):
        kind, says = str(mark.get("type")), mapping(mark.get("attrs"))
        if kind in {"strong", "em", "strike", "code"}:
            found[kind] = kind
        elif kind == "link" and isinstance(says.get("href"), str) and says["href"]:
            found[kind] = says["href"]
        elif kind == "subsup" and says.get("type") == "sup" and _EXPONENT.match(text):
            # "10" and a raised "6" are no 106.
            text = f"^{text}"
    return text, found


def _marked(run: Sequence[_Text], level: int) -> str:
    """Texts side by side, each mark written once around all that have it."""
    if level == len(_LEVELS):
        return "".join(text for text, _ in run)
    name = _LEVELS[level]
    return "".join(
        _wrapped(_marked(list(group), level + 1), name, says)
        for says, group in groupby(run, lambda each: each[1].get(name, ""))
    )


def _wrapped(inner: str, name: str, says: str) -> str:
    words = inner.strip()
    if not says or not words:
        return inner
    left, right = inner[: len(inner) - len(inner.lstrip())], inner[len(inner.rstrip()) :]
    if name == "link":
        words = f"[{words}]({says})"
    elif name == "code":
        ticks = "`" * (max((len(each) for each in _TICKS.findall(words)), default=0) + 1)
        room = " " if words.startswith("`") or words.endswith("`") else ""
        words = f"{ticks}{room}{words}{room}{ticks}"
    else:
        words = f"{_SIGNS[name]}{words}{_SIGNS[name]}"
    return f"{left}{words}{right}"
