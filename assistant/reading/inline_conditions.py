"""Conditions told in the middle of a sentence: "An order must, if it is large, be signed"."""

from __future__ import annotations

import re

from assistant.language.clause_words import OPPOSED
from assistant.language.clauses import parse_clause
from assistant.language.quoted_messages import mask_quotes
from assistant.language.sentences import Span, span
from assistant.reading.rules import Condition

MAX_LEFT = 120
"""Characters before an aside: a subject, and perhaps its auxiliary."""
_OPENS = re.compile(
    r",\s+(?P<word>if|unless|when|whenever|where|once|until|only if|provided(?: that)?|as long as"
    r"|so long as|except when|except if|in case)\s+",
    re.IGNORECASE,
)
_SUBORDINATE = re.compile(
    r"\s*(?:if|when|whenever|where|unless|until|once|while|as|after|before|provided|given|in case"
    r"|for|on|upon|in|at|during|with|without)\b",
    re.IGNORECASE,
)


def take_aside(text: str, start: int, end: int, conditions: list[Condition]) -> Span | None:
    """The effect around a condition between commas, which is added to ``conditions``.

    The effect keeps the aside; ``None`` where no condition stands between a subject and its verb.
    """
    masked = mask_quotes(text)
    opened = _OPENS.search(masked, start, min(end, start + MAX_LEFT))
    if opened is None:
        return None
    left = text[start : opened.start()].strip()
    before = parse_clause(left)
    if _SUBORDINATE.match(left) or (before is not None and (before.verb or before.tail)):
        return None
    word = re.sub(r"\s+", " ", opened["word"].lower())
    stops = [m.start() for m in re.finditer(r",\s+", masked[opened.end() : end])]
    for stop in reversed(stops):
        words = span(text, opened.end(), opened.end() + stop)
        rest = span(text, opened.end() + stop + 1, end)
        said = rest.text.rstrip(".")
        whole = f"{left} {said}"
        clause = parse_clause(whole)
        if clause is None or not (clause.verb or clause.tail) or not parse_clause(words.text):
            continue
        if len(clause.subject) > len(left) or parse_clause(said) is not None:
            continue
        stop_at = rest.end - (len(rest.text) - len(said))
        conditions.append(Condition(word, words, not word.startswith(OPPOSED)))
        return span(text, start, stop_at)
    return None
