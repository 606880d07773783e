"""Lists of words that are data: the TOML files of ``assistant/sources/words``."""

from __future__ import annotations

from pathlib import Path

from assistant.language import word_lists as lists

_FOLDER = Path(__file__).with_name("words")


def word_lists(name: str) -> lists.WordLists:
    """The tables of ``words/NAME.toml``. Raises ``ValueError`` where one holds anything else."""
    return lists.word_lists(name, _FOLDER)
