"""The items of changes of state: each that is stated, and those between its states that are not."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from assistant.design.items import Item, Result, Setting, Variables, find_words, one_line
from assistant.language.sentences import Span
from assistant.reading.rules import Rule
from assistant.reading.states import find_transitions


def _stated_changes(text: str, rule: Rule) -> list[tuple[Span, Span]]:
    """The states of each change that a rule states, as they stand in the text."""
    stated: list[tuple[Span, Span]] = []
    for change in find_transitions(rule):
        start = find_words(text, change.start.strip("\"“”'‘’"), rule.whole.start)
        end = find_words(text, change.end.strip("\"“”'‘’"), start.end) if start else None
        if start is not None and end is not None:
            stated.append((start, end))
    return stated


def with_change(text: str, rule: Rule, items: Iterator[Item]) -> Iterator[Item]:
    """Items of a rule whose effect is one change of state: the first that makes it shows it."""
    stated = _stated_changes(text, rule)
    done = len(stated) != 1
    for item in items:
        if not done and item.results and item.results[0].happens:
            done = True
            start, end = stated[0]
            yield replace(
                item, settings=(*_moves(start, end), *item.settings),
                variables=(*item.variables, *_between(start, end)),
            )  # fmt: skip
        else:
            yield item


def without_stated(items: Sequence[Item]) -> Iterator[Item]:
    """The items of a criterion but the changes that one rule leaves out and another states."""
    changes = [
        tuple(s.words.text for s in item.settings if s.kind == "transition") for item in items
    ]
    stated = {change for item, change in zip(items, changes, strict=True) if item.valid}
    for item, change in zip(items, changes, strict=True):
        if item.technique != "state transition" or item.valid or change not in stated:
            yield item


def transition_items(text: str, rule: Rule) -> Iterator[Item]:
    """Each change of state that is stated; for a thorough test those that are not."""
    stated = _stated_changes(text, rule)
    for start, end in stated if len(stated) > 1 or not rule.conditions else ():
        yield Item(
            "state transition", True, _moves(start, end), (Result(rule.effect),), (rule.whole,),
            _between(start, end), "High",
        )  # fmt: skip
    named = {words.text: words for pair in stated for words in pair}
    known = {(start.text, end.text) for start, end in stated}
    for start in named.values():
        for end in named.values():
            if start is not end and (start.text, end.text) not in known:
                yield Item(
                    "state transition", False, _moves(start, end), (), (rule.whole,),
                    _between(start, end), further=1,
                )  # fmt: skip


def _moves(start: Span, end: Span) -> tuple[Setting, ...]:
    return Setting("transition", start, value="from"), Setting("transition", end, value="to")


def _between(start: Span, end: Span) -> Variables:
    return ("from state", one_line(start.text)), ("to state", one_line(end.text))
