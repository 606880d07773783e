"""What the authors of an epic ask themselves: criteria that only ask, lists of open questions."""

from __future__ import annotations

import re

from assistant.design.questions.scope import listed_below
from assistant.language.quoted_messages import mask_quotes
from assistant.language.sentences import sentences
from assistant.language.word_lists import word_lists

_FEWEST_WORDS = 4
"""Of a sentence that states something; "Jens asks." states nothing."""
_LABELS = "|".join(
    re.escape(one)
    for words in word_lists("languages")["open_questions"].values()
    for one in sorted(words, key=len, reverse=True)
)
_LABEL = re.compile(
    rf"^[ \t]*[-*•]?[ \t]*[*_]*(?:{_LABELS})[*_]*[ \t]*(?:\([^)\n]*\))?[*_]*[ \t]*[:：–—][*_]*\s*",
    re.IGNORECASE | re.MULTILINE,
)


def only_asks(text: str) -> bool:
    """Whether a criterion asks and states nothing ("Open: do we need the report? Jens asks."):
    there is nothing to test before somebody answers."""
    told = sentences(mask_quotes(text))
    asked = [one for one in told if one.text.rstrip().endswith("?")]
    rest = [one.text.strip() for one in told if one not in asked]
    return bool(asked) and all(
        len(one.split()) < _FEWEST_WORDS and one[:1].isupper() for one in rest
    )


def open_questions(text: str) -> tuple[tuple[int, int], ...]:
    """The questions listed below "Open questions:" or its like, each from and to."""
    return tuple(
        piece for label in _LABEL.finditer(text) for piece in listed_below(text, label.end())
    )
