"""Atlassian Document Format (JSON) to Markdown; unknown nodes give the text in them.

Source of the format: Atlassian, "Atlassian Document Format", document structure (version 1), and
the schema in Atlassian's package ``adf-schema`` for nodes that only Confluence writes.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import groupby

from assistant.sources.json_values import mapping
from assistant.sources.pasted.tables import markdown_table, spread_cells
from assistant.sources.readers.atlassian.adf_inline import (
    INLINE_KINDS,
    Node,
    attribute,
    card,
    children_of,
    inline,
    macro,
    parameters,
    picture,
)
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
