"""Atlassian Document Format (JSON) to Markdown; unknown nodes give the text in them.

Source of the format: Atlassian, "Atlassian Document Format", document structure (version 1).
"""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from typing import Any

Node = dict[str, Any]


def is_adf(value: object) -> bool:
    """Whether a JSON value is a document in this format."""
    return isinstance(value, dict) and value.get("type") == "doc" and "content" in value


def adf_to_markdown(document: Node) -> str:
    """The document as Markdown: headings, lists, tables, panels, tasks and code are kept."""
    return "\n\n".join(block for block in _blocks(_children(document)) if block.strip())


def _children(node: Node) -> list[Node]:
    content = node.get("content")
    return (
        [child for child in content if isinstance(child, dict)] if isinstance(content, list) else []
    )


def _attribute(node: Node, name: str) -> str:
    attributes = node.get("attrs")
    value = attributes.get(name, "") if isinstance(attributes, dict) else ""
    return str(value) if isinstance(value, str | int | float) else ""


def _blocks(nodes: Sequence[Node]) -> list[str]:
    return [_block(node) for node in nodes]


def _block(node: Node) -> str:
    kind, inner = node.get("type"), _children(node)
    if kind == "paragraph":
        return _inline(inner)
    if kind == "heading":
        level = int(_attribute(node, "level") or 1)
        return f"{'#' * min(max(level, 1), 6)} {_inline(inner)}"
    if kind in {"bulletList", "orderedList", "taskList", "decisionList"}:
        return _list(node)
    if kind == "codeBlock":
        words = "".join(str(child.get("text", "")) for child in inner)
        return f"```{_attribute(node, 'language')}\n{words}\n```"
    if kind in {"blockquote", "panel"}:
        return _quoted("\n\n".join(_blocks(inner)))
    if kind == "rule":
        return "---"
    if kind == "table":
        return _table(inner)
    if kind in {"expand", "nestedExpand"}:
        title = _attribute(node, "title")
        return "\n\n".join([f"**{title}**"] * bool(title) + _blocks(inner))
    if kind in {"media", "mediaInline"}:
        name = _attribute(node, "alt")
        return f"[picture: {name}]" if name else ""
    if kind in {"blockCard", "embedCard"}:
        return _attribute(node, "url")
    if inner and all(child.get("type") in _BLOCK_KINDS for child in inner):
        return "\n\n".join(block for block in _blocks(inner) if block.strip())
    return _inline([node] if kind in _INLINE_KINDS or not inner else inner)


_BLOCK_KINDS = frozenset(
    [
        "paragraph",
        "heading",
        "bulletList",
        "orderedList",
        "taskList",
        "decisionList",
        "codeBlock",
        "blockquote",
        "panel",
        "rule",
        "table",
        "expand",
        "nestedExpand",
        "media",
        "mediaSingle",
        "mediaGroup",
        "blockCard",
        "embedCard",
        "layoutSection",
        "layoutColumn",
        "bodiedExtension",
        "extension",
    ]
)
_INLINE_KINDS = frozenset(
    ["text", "hardBreak", "mention", "emoji", "date", "status", "inlineCard", "placeholder"]
)


def _list(node: Node) -> str:
    ordered = node.get("type") == "orderedList"
    start = _attribute(node, "order")
    number = int(start) if start.isdigit() else 1
    lines = list[str]()
    for child in _children(node):
        if child.get("type") in {"taskList", "bulletList", "orderedList"}:
            lines.extend(f"  {line}" for line in _list(child).split("\n"))
            continue
        mark = f"{number}. " if ordered else "- "
        number += 1
        state = _attribute(child, "state")
        if child.get("type") == "taskItem":
            mark += "[x] " if state == "DONE" else "[ ] "
        inner = _children(child)
        if inner and inner[0].get("type") in _BLOCK_KINDS:
            words = "\n".join(block for block in _blocks(inner) if block.strip())
        else:
            words = _inline(inner)
        first, *rest = (words or "").split("\n")
        lines.append(f"{mark}{first}")
        lines.extend(f"{' ' * (3 if ordered else 2)}{line}" for line in rest)
    return "\n".join(lines)


def _quoted(words: str) -> str:
    return "\n".join(f"> {line}" if line else ">" for line in words.split("\n"))


def _table(rows: Sequence[Node]) -> str:
    cells = [[_cell(cell) for cell in _children(row)] for row in rows]
    width = max((len(row) for row in cells), default=0)
    if not width:
        return ""
    lines = ["| " + " | ".join(row + [""] * (width - len(row))) + " |" for row in cells]
    lines.insert(1, "|" + " --- |" * width)
    return "\n".join(lines)


def _cell(node: Node) -> str:
    words = "\n".join(block for block in _blocks(_children(node)) if block.strip())
    if node.get("type") == "tableHeader" and words.count("**") == 2:
        words = words.strip("*")
    return "<br>".join(words.replace("|", "\\|").split("\n"))


def _inline(nodes: Sequence[Node]) -> str:
    return "".join(map(_span, nodes)).strip()


def _span(node: Node) -> str:
    kind = node.get("type")
    if kind == "text":
        return _marked(str(node.get("text", "")), node.get("marks"))
    if kind == "hardBreak":
        return "\n"
    if kind in {"mention", "emoji", "status", "placeholder"}:
        return _attribute(node, "text") or _attribute(node, "shortName")
    if kind == "inlineCard":
        return _attribute(node, "url")
    if kind == "date":
        stamp = _attribute(node, "timestamp")
        if stamp.lstrip("-").isdigit() and len(stamp) < 16:
            moment = datetime.datetime.fromtimestamp(int(stamp) / 1000, datetime.UTC)
            return moment.date().isoformat()
        return stamp
    inner = _children(node)
    return _inline(inner) if inner else str(node.get("text", "") or _attribute(node, "text"))


def _marked(text: str, marks: object) -> str:
    if not text.strip() or not isinstance(marks, list):
        return text
    left = text[: len(text) - len(text.lstrip())]
    right = text[len(text.rstrip()) :]
    words = text.strip()
    for mark in marks:
        kind = mark.get("type") if isinstance(mark, dict) else ""
        if kind == "code":
            words = f"`{words}`"
        elif kind == "strong":
            words = f"**{words}**"
        elif kind == "em":
            words = f"_{words}_"
        elif kind == "strike":
            words = f"~~{words}~~"
        elif kind == "link" and isinstance(mark.get("attrs"), dict) and mark["attrs"].get("href"):
            words = f"[{words}]({mark['attrs']['href']})"
    return f"{left}{words}{right}"
