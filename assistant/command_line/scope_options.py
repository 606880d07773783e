"""What several commands take: a text from a file or stdin, and how much is tested."""

from __future__ import annotations

import sys
from argparse import ArgumentParser
from pathlib import Path

from assistant.domain import DEPTHS, TECHNIQUES, Technique
from assistant.errors import SettingsError, SourceError

STDIN = "-"


def add_scope(parser: ArgumentParser) -> None:
    """How much is tested: the options ``--depth`` and ``--techniques``."""
    parser.add_argument("--depth", choices=DEPTHS, help="default: standard")
    parser.add_argument(
        "--techniques", metavar="A,B", help=f"of: {', '.join(TECHNIQUES)} (default: all)"
    )


def techniques_of(named: str | None) -> tuple[Technique, ...]:
    """The techniques named, in their order. Raises ``SettingsError`` for an unknown one."""
    if named is None:
        return TECHNIQUES
    wanted = [name.strip().lower() for name in named.split(",") if name.strip()]
    unknown = [name for name in wanted if name not in TECHNIQUES]
    if unknown or not wanted:
        raise SettingsError(
            f"'{', '.join(unknown) or named}' is no technique. Choose of: {', '.join(TECHNIQUES)}."
        )
    return tuple(name for name in TECHNIQUES if name in wanted)


def text_of(given: str) -> tuple[str, bytes]:
    """The name and the content of a file, or what stdin holds. ``SourceError`` without the file."""
    if given == STDIN:
        return "stdin.md", sys.stdin.buffer.read()
    path = Path(given)
    if not path.is_file():
        raise SourceError(f"'{path}' is not a file. Check the path, or use - for stdin.")
    return path.name, path.read_bytes()
