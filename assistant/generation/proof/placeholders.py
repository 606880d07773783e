"""Places of a message that a case leaves open or fills ("Please complete {field name}."), and what
stands for nothing ("n/a")."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from pathlib import Path

from assistant.domain import TestStep
from assistant.generation.proof.proof_faults import UNFILLED, Mark, shown
from assistant.generation.proof.support_texts import folded
from assistant.language.casing import bare_words
from assistant.language.quoted_messages import find_messages
from assistant.language.word_lists import word_lists

_WORDS = word_lists("words", Path(__file__).parent)["placeholders"]
_NAME = r"[^\W\d][^{}<>=/\n]{1,40}"
_PLACE = re.compile(
    rf"\{{!?(?P<braces>{_NAME}|[^\W\d]|\d{{1,2}}(?:,[^{{}}\n]{{1,40}})?)\}}"
    rf"|(?<![^\W_])<(?P<angles>{_NAME})>"
)
"""A name or a number in braces ("{0}" of a label, with its form in Java's "{0,date,dd/MM/yyyy}",
"{!Account.Name}" of Salesforce), or a name in angle brackets of their own; with "=" or "/" in it
they are markup."""

LONGEST = 60
"""Characters that a place is filled with."""

LITERAL = 0.4
"""Share of a message that must be the source's own words around its places."""

FEWEST = 2
"""Words beside the place from which on a quotation is a message: "{name}" alone may be meant."""


def unfilled(step: TestStep, texts: Sequence[str]) -> Iterator[Mark]:
    """The marks of a result that quotes a message of ``texts`` with its place still open.

    A place is filled where the step tells elsewhere what its name stands for. A step that nobody
    has worded yet is to be completed anyway; a pair of tags is markup, not a place.
    """
    result = step.expected_result
    if not step.action.strip():
        return
    for message in find_messages(result):
        beside = bare_words(_PLACE.sub(" ", message.text)).split()
        around = (result[: message.start], result[message.end :])
        rest = " ".join((step.action, step.test_data, *around))
        for match in _PLACE.finditer(message.text):
            place, name = match.group(), match["braces"] or match["angles"]
            given = any(place in quoted.text for text in texts for quoted in find_messages(text))
            tagged = f"</{name.split()[0]}>" in message.text
            told = f" {bare_words(name)} " in f" {bare_words(rest)} "
            if given and not tagged and not told and len(beside) >= FEWEST:
                yield Mark(UNFILLED, place, f"{shown(message.text)} leaves “{place}” open.")


def is_placeholder(text: str, question: str = "") -> bool:
    """Whether a text only fills a place: a mark, "xxx", "TBD" or a place to fill in. "No" and a
    value say something, so do "None." and "X", and "x" where the question has it."""
    if text in _WORDS["bare"]:
        return text not in bare_words(question).split()
    said = " ".join(re.sub(r"[^\w\s/]|_", "", _PLACE.sub(" ", text)).casefold().split())
    return said != "x" and (not said.strip("x/ ") or said in _WORDS["nothing"])


def has_place(text: str) -> bool:
    """Whether a text has a place to fill in."""
    return _PLACE.search(text) is not None


def fillings(message: str, text: str) -> tuple[str, ...]:
    """What a message fills into places of ``text``, of which it is a part from word to word; empty
    where it is none or hardly more than what it fills in.

    Of "Text: Order {number} is open. Close it first." a message may be "Order 4711 is open".
    """
    pieces = _PLACE.split(folded(text))[::3]  # with two groups between each
    said = folded(message).strip(" .!")
    for place in range(len(pieces) - 1):
        before = pieces[place]
        for start in range(len(before) + 1):
            head = before[start:]
            if said.startswith(head) and not (start and before[start - 1 : start + 1].isalnum()):
                found = _filled_behind(said[len(head) :], pieces[place + 1 :])
                if found and sum(map(len, found)) <= (1 - LITERAL) * len(said):
                    return found
    return ()


def _filled_behind(said: str, pieces: Sequence[str]) -> tuple[str, ...]:
    """What stands in the places before each of ``pieces``; the last may be cut at a word."""
    after, *more = pieces
    for length in range(1, min(len(said), LONGEST) + 1):
        rest = said[length:]
        if not said[:length].strip():
            continue
        ends = after.startswith(rest) and not (after[len(rest) - 1 : len(rest) + 1].isalnum())
        if ends or not rest:
            return (said[:length].strip(),)
        goes_on = more and after and rest.startswith(after)
        if goes_on and (found := _filled_behind(rest[len(after) :], more)):
            return (said[:length].strip(), *found)
    return ()
