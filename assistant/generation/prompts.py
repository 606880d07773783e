"""Messages to a chat model, and untrusted text as it may stand in one.

What users and documents wrote is data. It is joined as plain text (no template engine sees it),
stands between delimiters that cannot be forged (any look-alike inside is broken), and holds none of
the model's special tokens and no invisible characters.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Literal, TypeVar

from assistant.generation.sentence_words import clipped
from assistant.language.quoted_messages import STRAIGHT

Item = TypeVar("Item")
Role = Literal["system", "user", "assistant"]
Message = tuple[Role, str]
"""A role and what it says."""


def neutralise(text: str, special_tokens: Sequence[str]) -> str:
    """``text`` in which none of ``special_tokens`` is left whole, and little else has changed.

    A chunk that holds ``<|im_start|>system`` would otherwise open a real turn of the conversation.
    Each occurrence is broken by a space after its first character, which stays readable.
    """
    # One-character tokens cannot be broken; blank ones are ordinary white space in some
    # vocabularies and open no turn.
    breakable = sorted({t for t in special_tokens if len(t.strip()) > 1}, key=len, reverse=True)
    if not breakable:
        return text
    pattern = re.compile("|".join(map(re.escape, breakable)))
    # Breaking one token can complete no other that has no space inside; those that have one need
    # another round, and each round makes the text longer where it matches.
    while pattern.search(text):
        text = pattern.sub(lambda match: f"{match[0][0]} {match[0][1:]}", text)
    return text


_DELIMITER = re.compile(
    r"<(?=\s*/?\s*(?:document|source|condition|epic|story|criterion|checklist|item|case|example|example_case"
    r"|out_of_scope|open_question|question|earlier_question|earlier_answer|request|taken|written|present_case|wrong|wish|changes|release)\b)",
    re.IGNORECASE,
)
_VARIATION = re.compile("[\ufe00-\ufe0f\U000e0100-\U000e01ef]")


def in_parts(
    items: Iterable[Item], length_of: Callable[[Item], int], room: int, most: int | None = None
) -> Iterator[list[Item]]:
    """Items in their order in parts for a request each: at most so many, and of about so many
    characters; one that is longer is a part of its own."""
    part: list[Item] = []
    length = 0
    for one in items:
        size = length_of(one)
        if part and (len(part) == most or length + size > room):
            yield part
            part, length = [], 0
        part.append(one)
        length += size
    if part:
        yield part


def data_text(text: str, special_tokens: Sequence[str] = (), *, limit: int = 100_000) -> str:
    """Untrusted text as it may stand in a prompt: visible, without delimiters, clipped."""
    visible = _VARIATION.sub("", unicodedata.normalize("NFC", text))
    kept = "".join(
        character
        for character in visible
        if character in "\n\t" or unicodedata.category(character) not in {"Cf", "Cc", "Cs", "Co"}
    )
    safe = _DELIMITER.sub("‹", neutralise(kept, special_tokens))
    # A small model that has to escape straight marks inside JSON tends to end its text at them.
    return clipped(STRAIGHT.sub(r"“\1”", safe), limit)
