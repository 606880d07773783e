"""Words and other data in TOML files: easier to read and to extend than literals in code."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import TypeVar

from pydantic import TypeAdapter

Form = TypeVar("Form")

WordLists = dict[str, dict[str, tuple[str, ...]]]
"""Table -> name -> its words, in the order of the file."""

WORDS = Path(__file__).with_name("words")


def word_set(text: str) -> frozenset[str]:
    """The words of a text, without order."""
    return frozenset(text.split())


def word_list(text: str) -> tuple[str, ...]:
    """The words of a text, in order."""
    return tuple(text.split())


def read_table(path: Path, form: type[Form]) -> Form:
    """What a TOML file holds, as ``form``. Raises ``ValueError`` where it holds anything else."""
    return TypeAdapter(form).validate_python(tomllib.loads(path.read_text("utf-8")))


def word_lists(name: str, folder: Path = WORDS) -> WordLists:
    """The tables of ``FOLDER/NAME.toml``, lists of words or texts of words one beside the other.

    Raises ``ValueError`` where one holds anything else.
    """
    tables = read_table(folder / f"{name}.toml", dict[str, dict[str, tuple[str, ...] | str]])
    return {
        table: {
            key: word_list(words) if isinstance(words, str) else words
            for key, words in lists.items()
        }
        for table, lists in tables.items()
    }


def filled(pattern: str, pieces: Mapping[str, str]) -> str:
    """A pattern with the pieces that it names in braces."""
    for name, piece in pieces.items():
        pattern = pattern.replace(f"{{{name}}}", piece)
    return pattern
