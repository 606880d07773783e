"""Events named by a noun: "upon loss of the signal", "after receipt of the payment"."""

from __future__ import annotations

import re

from assistant.language.lexicon import word_set

_NOUNS = word_set(
    """loss removal receipt approval rejection refusal cancellation completion detection activation
    deactivation registration submission confirmation termination payment deletion creation
    insertion selection installation renewal withdrawal acceptance publication modification
    addition verification validation execution interruption disconnection restoration
    revocation suspension signing closure opening release acknowledgement assignment
    reassignment presentation delivery dispatch settlement replacement notification
    authorisation authorization conclusion identification conversion transmission upload
    archiving expiry expiration failure arrival lapse departure death start end beginning"""
)
_EVENT = re.compile(
    r"(?:(?:the|an?|any|each|every) )?(?:(?:successful|early|final|full|complete) )?"
    r"(?P<noun>[a-z]+) of (?P<thing>[^,;:]+)$",
    re.IGNORECASE,
)
MAX_WORDS = 12


def names_event(words: str) -> bool:
    """Whether words name an event by its noun, with what it happens to."""
    found = _EVENT.match(words.strip())
    return (
        found is not None
        and found["noun"].lower() in _NOUNS
        and len(found["thing"].split()) <= MAX_WORDS
    )
