"""Condition clauses at the end of a sentence, and what "without" names as lacking.

"An order cannot be cancelled without a reason" hangs on whether there is a reason. Where nothing is
refused the word only tells the manner ("can be returned without a receipt"), and so it does in
"without delay".
"""

from __future__ import annotations

import re
from itertools import islice

from assistant.language.clauses import parse_clause
from assistant.language.coordination import (
    MAX_TRIED,
    OCCASION,
    OPPOSED,
    coordinated,
    ends_in_amount,
    is_gerund,
)
from assistant.language.nouns import is_plural
from assistant.language.quantities import find_quantities
from assistant.language.quoted_messages import mask_quotes
from assistant.language.sentences import Span, span
from assistant.language.word_lists import read_patterns
from assistant.reading.condition_facts import PROVIDED
from assistant.reading.outcomes import is_restrictive
from assistant.reading.rules import Condition

WORD = "without"
"""The keyword of such a condition."""

_WITHOUT = re.compile(r"\bwithout (?=[\w\"“‘'])", re.IGNORECASE)
_PATTERNS = read_patterns(__file__)
_MANNER = _PATTERNS["manner"]
_NAMED = _PATTERNS["named"]
_NOBODY = re.compile(r"(?:no|nobody|none|neither)\b", re.IGNORECASE)
_END = re.compile(r"[.;]|, (?!and |or )")


def trailing_lack(text: str, start: int, end: int) -> tuple[int, Span] | None:
    """Where the effect ends, and what "without ..." after it names; ``None`` for manner.

    The effect must refuse or deny something; offsets are those of ``text``.
    """
    masked = mask_quotes(text)
    for match in _WITHOUT.finditer(masked, start, end):
        left = text[start : match.start()].rstrip(" ,")
        clause = parse_clause(left)
        if clause is None or _MANNER.match(text, match.end()):
            continue
        denied = clause.negated or _NOBODY.match(left)
        if not denied and not (is_restrictive(left) and _NAMED.match(text, match.end())):
            continue
        stop = _END.search(masked, match.end(), end)
        if stop and text[stop.start() : end].strip(" .;"):
            continue  # more follows: what it belongs to cannot be told
        place = stop.start() if stop else end
        return match.start(), span(text, match.end(), place)
    return None


def lacks(words: str) -> bool:
    """Whether "Without ..." in front of a main clause names what may be lacking, not a manner."""
    return bool(words) and not _MANNER.match(words)


_TRAIL = re.compile(
    r",?\s(?P<word>(?:but |and )?only (?:if|when|where|after|once)|if and only if|if|when|whenever"
    r"|unless"
    rf"|until|once|as long as|so long as|provided that|{PROVIDED}|in case of|in the event of"
    r"|where|while|after|before|except when"
    r"|except if|except where|in case|as soon as)\s",
    re.IGNORECASE,
)


_ASKS = _PATTERNS["asks"]
"""Verbs whose "if" means whether: "the system checks if the card has expired"."""
_ASKED_FOR = _PATTERNS["asked_for"]
""" "register for the practical test (if ...)"."""


_DURING = _PATTERNS["during"]
""" "The voice is muted during a phone call": where there is one."""


def take_trailing(text: str, start: int, end: int, conditions: list[Condition]) -> int:
    """Take one condition clause off the end; returns where the effect ends."""
    masked = mask_quotes(text)
    lack = trailing_lack(text, start, end) if not conditions else None
    if lack is not None and not _TRAIL.search(masked, start, lack[0]):
        conditions.append(Condition(WORD, lack[1], holds=False))
        return lack[0]
    during = _DURING.search(masked, start, end)
    if during and not conditions and parse_clause(text[start : during.start()].strip(" ,")):
        named = span(text, during.end("lead"), end - text[start:end].rstrip().endswith("."))
        conditions.append(Condition("in case of", named))
        return during.start()
    for match in islice(_TRAIL.finditer(masked, start, end), MAX_TRIED):
        word = re.sub(r"^(?:but |and )", "", re.sub(r"\s+", " ", match["word"].lower()))
        left, right = text[start : match.start()], span(text, match.end(), end)
        asks = _ASKS.search(left) and not _ASKED_FOR.search(left)
        if word == "if" and (asks or left.endswith(" even")):
            continue
        if word == "once" and left.endswith(" at"):
            continue
        if left.count("(") > left.count(")"):
            continue
        clause = parse_clause(right.text)
        told = clause is not None and word in _PLAIN and len(left.split()) > 1
        if not told and not parse_clause(left.strip(" ,")):
            continue
        if word in OCCASION:
            conditions.append(Condition(word, _without_unless(text, right, conditions)))
            return match.start()
        gerund = is_gerund(right.text) and word in ("after", "before", "when", "while")
        if not clause and not gerund and not _phrase_after(word, right.text):
            continue
        if masked[: match.start()].endswith((" and", " and,", " but,")):
            continue  # "is shown and, after logging in, opened again"
        if word in ("after", "before") and (find_quantities(right.text) or _ends_in_duration(left)):
            continue
        if word == "until" and any(
            q.start == 0 and q.kind != "count" for q in find_quantities(right.text)
        ):
            continue  # "is valid until 31 January and can be redeemed"
        if word == "where" and match.group().startswith(",") and _THERE.match(right.text):
            continue  # "the pickup point, where it can be collected"
        if word == "where" and not match.group().startswith(",") and _names_place(left):
            continue  # "back to where they were", "on pages where nothing may be stored"
        if conditions and _tells_when(word, left):
            continue
        holds = not word.startswith(OPPOSED)
        words = span(text, right.start, right.end - right.text.endswith("."))
        conditions.append(Condition(word, _without_unless(text, words, conditions), holds))
        return match.start()
    return end


def _without_unless(text: str, words: Span, conditions: list[Condition]) -> Span:
    """A condition without the "unless" behind it, which is added to ``conditions``."""
    apart = _UNLESS.search(mask_quotes(words.text))
    if apart is None:
        return words
    rest = span(text, words.start + apart.end(), words.end)
    conditions.append(Condition("unless", rest, holds=False))
    return span(text, words.start, words.start + apart.start())


_PLACE = _PATTERNS["place"]


def _names_place(left: str) -> bool:
    """Whether "where" follows a noun that it tells more of."""
    last = left.split()[-1] if left.split() else ""
    return bool(_PLACE.search(left)) or (is_plural(last) and not ends_in_amount(left))


_THERE = re.compile(r"(?:it|they|he|she|we|you|I) (?:can|may|will|must|is|are)\b", re.IGNORECASE)


def _tells_when(word: str, left: str) -> bool:
    """Whether a clause after an effect that has its condition tells when only the effect is.

    "If A, a check is made before the order is released"; "if A, scans are stored and are sent once
    B" lets B decide on the sending alone.
    """
    later = word in ("once", "until", "as soon as", "while", "after")
    return word == "before" or (later and len(coordinated(left)) > 1)


_UNLESS = re.compile(r",? (?:unless|except (?:if|when|where)) ", re.IGNORECASE)
_PLAIN = ("if", "when", "whenever", "unless", "only if", "only when", "if and only if", "provided")


def _phrase_after(word: str, words: str) -> bool:
    """Whether words without a readable verb still are a condition: "if available"."""
    plain = word in ("if", "unless", "only if", "if and only if", "except if", "provided")
    return plain and 0 < len(words.split()) <= 14


def _ends_in_duration(words: str) -> bool:
    found = find_quantities(words)
    return bool(found) and found[-1].kind == "duration" and found[-1].end >= len(words.rstrip())
