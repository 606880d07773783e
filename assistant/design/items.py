"""Items of the checklist before they get their ids: settings, results, and their words."""

from __future__ import annotations

from dataclasses import dataclass

from assistant.domain import FactKind, Priority, Technique
from assistant.language.sentences import Span

Variables = tuple[tuple[str, str], ...]
"""The facts and quantities that an item depends on, each with its value."""


@dataclass(frozen=True, slots=True)
class Setting:
    """What an item sets, by verbatim words of the criterion (``Fact`` with a place).

    A "limit" has the value tried; a "field" the entry; a "role" who acts, or "another"; a "row" the
    column of the cell; a "transition" whether the state is that "from" or "to" which it goes; a
    "condition" whose words several share ("storm or hail") the part that is its own.
    """

    kind: FactKind
    words: Span
    holds: bool = True
    value: str = ""


@dataclass(frozen=True, slots=True)
class Result:
    """What the text says follows, or must then not be, in its own words."""

    words: Span
    happens: bool = True


@dataclass(frozen=True, slots=True)
class Item:
    """A test condition without id and criterion; ``spans`` are further words that it rests on.

    ``further`` is 0 for what a standard test needs, 1 for what it can leave out (neighbours of
    neighbours, every value of a list, a row of which a limit's values show the same) and 2 for the
    rows that only a full decision table has.
    """

    technique: Technique
    valid: bool
    settings: tuple[Setting, ...]
    results: tuple[Result, ...] = ()
    spans: tuple[Span, ...] = ()
    variables: Variables = ()
    priority: Priority = "Medium"
    further: int = 0


def one_line(text: str) -> str:
    """Words on one line, as labels and names of variables show them."""
    return " ".join(text.split())


def found(text: str, words: str, start: int = 0) -> Span | None:
    """Words as they stand in a text from an offset on; ``None`` where they do not."""
    place = text.find(words, start) if words else -1
    return Span(words, place, place + len(words)) if place >= 0 else None
