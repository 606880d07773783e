"""Untrusted text as it may stand in a prompt.

What users and documents wrote is data. It is joined as plain text (no template engine sees it),
stands between delimiters that cannot be forged (any look-alike inside is broken), and holds none of
the model's special tokens and no invisible characters.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

from assistant.generation.messages import neutralise
from assistant.generation.sentence_words import clipped

_DELIMITER = re.compile(
    r"<(?=\s*/?\s*(?:source|condition|epic|story|criterion|checklist|item|case|example|example_case"
    r"|out_of_scope|open_question)\b)",
    re.IGNORECASE,
)
_STRAIGHT = re.compile(r'"([^"\n]*)"')
"""Messages stand in typographic marks in a prompt: a small model that has to escape straight ones
inside JSON tends to end its text at the first of them instead."""

_VARIATION = re.compile("[\ufe00-\ufe0f\U000e0100-\U000e01ef]")


def data_text(text: str, special_tokens: Sequence[str] = (), *, limit: int = 100_000) -> str:
    """Untrusted text as it may stand in a prompt: visible, without delimiters, clipped."""
    visible = _VARIATION.sub("", unicodedata.normalize("NFC", text))
    kept = "".join(
        character
        for character in visible
        if character in "\n\t" or unicodedata.category(character) not in {"Cf", "Cc", "Cs", "Co"}
    )
    safe = _DELIMITER.sub("‹", neutralise(kept, special_tokens))
    return clipped(_STRAIGHT.sub(r"“\1”", safe), limit)
