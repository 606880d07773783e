"""Inline nodes of the Atlassian Document Format: text with marks, mentions, lozenges, cards, ...

Source of the format: Atlassian, "Atlassian Document Format", inline nodes and marks.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Callable, Sequence
from itertools import groupby
from typing import Any

from assistant.sources.json_values import mapping, objects
from assistant.sources.pasted.jira_wiki import NAVIGATION

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
