"""Lists of words that are data: the TOML files of ``assistant/sources/words``."""

from __future__ import annotations

import tomllib
from pathlib import Path

WordLists = dict[str, dict[str, tuple[str, ...]]]
"""Table -> name -> its words, in the order of the file."""

_FOLDER = Path(__file__).with_name("words")


def word_lists(name: str) -> WordLists:
    """The tables of ``words/NAME.toml``. Raises ``ValueError`` where one holds anything else."""
    tables = tomllib.loads((_FOLDER / f"{name}.toml").read_text("utf-8"))
    for table, lists in tables.items():
        for key, words in lists.items():
            if not isinstance(words, list) or not all(isinstance(word, str) for word in words):
                raise ValueError(f"{name}.toml: {table}.{key} is no list of words")
            lists[key] = tuple(words)
    return tables
