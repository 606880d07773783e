"""Two versions of a text side by side, the words that the other one lacks marked."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

from assistant.ui.plain_text import label

COLORS: dict[Literal["out", "in"], str] = {"out": "red", "in": "green"}


def marked_words(
    runs: Iterable[tuple[str, str]], own: Literal["out", "in"], *, limit: int = 2000
) -> str:
    """One side of a change as Markdown: ``out`` is the old text, ``in`` the new one."""
    return " ".join(
        f":{COLORS[own]}-background[{label(words, limit=limit)}]"
        if kind == own
        else label(words, limit=limit)
        for kind, words in runs
        if kind in ("same", own)
    )
