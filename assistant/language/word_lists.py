"""Words and other data in TOML files: easier to read and to extend than literals in code."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import TypeVar

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
    from pydantic import TypeAdapter  # word lists are read by file readers too, which start often

    return TypeAdapter(form).validate_python(tomllib.loads(path.read_text("utf-8")))


def word_lists(name: str, folder: Path = WORDS) -> WordLists:
    """The tables of ``FOLDER/NAME.toml``, lists of words or texts of words one beside the other.

    Raises ``ValueError`` where one holds anything else.
    """
    found: WordLists = {}
    for table, lists in _tables(folder / f"{name}.toml").items():
        found[table] = {}
        for key, given in lists.items():
            words = word_list(given) if isinstance(given, str) else given
            if not isinstance(words, list | tuple) or not all(isinstance(w, str) for w in words):
                raise ValueError(f"{name}.toml: {table}.{key} is no list of words")
            found[table][key] = tuple(words)
    return found


def filled(pattern: str, pieces: Mapping[str, str]) -> str:
    """A pattern with the pieces that it names in braces."""
    for name, piece in pieces.items():
        pattern = pattern.replace(f"{{{name}}}", piece)
    return pattern


def read_patterns(module: str) -> dict[str, re.Pattern[str]]:
    """The patterns of a module (its ``__file__``) in ``patterns.toml`` beside it, by name.

    Raises ``ValueError`` where one is no list of texts.
    """
    path = Path(module)
    found = {}
    for name, parts in _tables(path.with_name("patterns.toml"))[path.stem].items():
        if not isinstance(parts, list) or not all(isinstance(one, str) for one in parts):
            raise ValueError(f"{path.stem}.{name} of patterns.toml is no list of texts")
        found[name] = re.compile("".join(parts), re.IGNORECASE)
    return found


@cache
def _tables(path: Path) -> Mapping[str, Mapping[str, object]]:
    """What a file holds; several modules read from one."""
    return tomllib.loads(path.read_text("utf-8"))
