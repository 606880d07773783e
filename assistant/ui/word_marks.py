"""Two versions of a text side by side, the words that the other one lacks marked."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

from assistant.ui.plain_text import label

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
