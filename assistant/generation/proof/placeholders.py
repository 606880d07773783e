"""Places of a message that a case leaves open: "Please complete the field {field name}."."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from assistant.domain import TestStep
from assistant.generation.proof.proof_faults import UNFILLED, Mark, shown
from assistant.language.casing import bare_words
from assistant.language.quoted_messages import find_messages

_NAME = r"[^\W\d][^{}<>=/\n]{1,40}"
_PLACE = re.compile(rf"\{{(?P<braces>{_NAME})\}}|(?<![^\W_])<(?P<angles>{_NAME})>")
"""A name in braces, or in angle brackets of their own; with "=" or "/" in it they are markup."""

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
