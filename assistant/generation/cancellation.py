"""Cancelling work that takes long: a caller's question "has it been cancelled?", and the answer."""

from __future__ import annotations

from collections.abc import Callable

from assistant.errors import GenerationError

CancelCheck = Callable[[], bool]
"""Asked between steps, from any thread; true once the user has cancelled."""


class Cancelled(GenerationError):
    """The user cancelled; nothing is wrong, and what was finished before is kept."""


def never_cancelled() -> bool:
    """The answer of a caller that does not cancel."""
    return False


def raise_if_cancelled(cancelled: CancelCheck, what: str) -> None:
    """Raise ``Cancelled`` naming ``what`` was going on, where the user has cancelled."""
    if cancelled():
        raise Cancelled(f"{what} was cancelled. Start it again to go on.")
