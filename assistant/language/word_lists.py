"""Word lists as text: easier to read and to extend than lists of quoted strings."""

from __future__ import annotations

import tomllib
from pathlib import Path

WordLists = dict[str, dict[str, tuple[str, ...]]]
"""Table -> name -> its words, in the order of the file."""

WORDS = Path(__file__).with_name("words")


def word_set(text: str) -> frozenset[str]:
    """The words of a text, without order."""
    return frozenset(text.split())


def word_list(text: str) -> tuple[str, ...]:
    """The words of a text, in order."""
    return tuple(text.split())


def word_lists(name: str, folder: Path = WORDS) -> WordLists:
    """The tables of ``FOLDER/NAME.toml``. Raises ``ValueError`` where one holds anything else."""
    tables = tomllib.loads((folder / f"{name}.toml").read_text("utf-8"))
    for table, lists in tables.items():
        for key, words in lists.items():
            if not isinstance(words, list) or not all(isinstance(word, str) for word in words):
                raise ValueError(f"{name}.toml: {table}.{key} is no list of words")
            lists[key] = tuple(words)
    return tables
