"""Which changes of a case stand: each made a version, and an undo brings back the one before it."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Protocol

from assistant.library.storage.records import CaseAction

UNJOINED: Mapping[int, int] = MappingProxyType({})
"""Every version is a change of its own."""
_NOBODYS: frozenset[CaseAction] = frozenset({"checked", "asked"})
"""What a run notes beside the words of a case: its findings, its questions."""


class Version(Protocol):
    """What a version says of itself: a row of the database, or what is read of it."""

    @property
    def action(self) -> CaseAction: ...
    @property
    def restores(self) -> int | None: ...


def original(history: Mapping[int, Version], version: int) -> int:
    """The version whose text this one shows: itself, or the one that an undo brought back."""
    restores = history[version].restores
    return version if restores is None else restores


def before_notes(history: Mapping[int, Version], version: int) -> int:
    """The version that said what this one shows before a run noted something beside it: what
    changes findings or questions only is nobody's change of the case."""
    shown = original(history, version)
    while history[shown].action in _NOBODYS and shown - 1 in history:
        shown = original(history, shown - 1)
    return shown


def last_change(
    history: Mapping[int, Version], version: int, begun: Mapping[int, int]
) -> tuple[int, int] | None:
    """The version that the last change made, and the one before it; ``None`` where the words that
    ``version`` shows came from no change that can be taken back."""
    shown = before_notes(history, version)
    before = begun.get(shown, shown - 1)
    if before not in history or history[before].action == "removed":
        return None
    return None if history[shown].action == "masked" else (shown, before)


def standing(
    history: Mapping[int, Version], version: int, begun: Mapping[int, int]
) -> tuple[list[int], int]:
    """The versions that ``undo`` after ``undo`` would take back from ``version`` on, and the one
    that the case would show then."""
    found: list[int] = []
    while (last := last_change(history, version, begun)) is not None:
        changed, version = last
        found.append(changed)
    return found, before_notes(history, version)
