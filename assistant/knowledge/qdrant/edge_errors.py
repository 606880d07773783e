"""Errors of Qdrant Edge, which raises bare ``Exception`` and panics, as ``RetrievalError``."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from assistant.errors import RetrievalError
from assistant.knowledge.qdrant.collection import damaged


@contextmanager
def translated(
    folder: Path, what: str, message: Callable[[str, str], str] = damaged
) -> Iterator[None]:
    """Whatever the engine raises inside becomes ``RetrievalError`` with ``message``."""
    try:
        yield
    except (RetrievalError, KeyboardInterrupt, SystemExit, GeneratorExit, MemoryError):
        raise
    except BaseException as error:
        # A panic of the engine is no Exception; nothing else of that kind can arise here.
        raise RetrievalError(message(f"in {folder}", f"{what}: {_first_line(error)}")) from error


@contextmanager
def writing(folder: Path) -> Iterator[None]:
    """``translated`` for writes."""
    with translated(folder, "the engine says", _not_written):
        yield


def _not_written(where: str, what: str) -> str:
    return (
        f"The search index {where} could not be written ({what}). Check the free disk space "
        "and the folder's permissions and try again; if that does not help, rebuild the index."
    )


def _first_line(error: BaseException) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[0][:200]
