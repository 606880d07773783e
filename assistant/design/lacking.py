""" "Without": what must be there for something to be possible, read as a fact that may be lacking.

"An order cannot be cancelled without a reason" hangs on whether there is a reason. Where nothing is
refused the word only tells the manner ("can be returned without a receipt"), and so it does in
"without delay".
"""

from __future__ import annotations

import re

from assistant.design.clauses import parse_clause
from assistant.design.messages import mask_quotes
from assistant.design.nouns import is_plural
from assistant.design.outcomes import is_restrictive
from assistant.design.people import head_noun
from assistant.design.sentences import Span
from assistant.design.verbs import base_of_gerund, participle

WORD = "without"
"""The keyword of such a condition."""

_WITHOUT = re.compile(r"\bwithout (?=[\w\"“‘'])", re.IGNORECASE)
_MANNER = re.compile(
    r"(?:(?:any |a |undue |further |unnecessary |unreasonable |prior |due )*(?:delay|notice|limit"
    r"|limitation|exception|restriction|charge|fee|cost|interruption|prejudice|warning|loss|effect"
    r"|difficulty|problem|error|trace)s?\b|exceeding\b|further\b|regard\b|affecting\b|changing\b"
    r"|leaving\b|prejudice\b)",
    re.IGNORECASE,
)
_NAMED = re.compile(
    r"(?:an?|any|the|their|its|his|her|your|both|at least|all|valid|signed|written)\b",
    re.IGNORECASE,
)
_NOBODY = re.compile(r"(?:no|nobody|none|neither)\b", re.IGNORECASE)
_END = re.compile(r"[.;]|, (?!and |or )")


def trailing_lack(text: str, start: int, end: int) -> tuple[int, Span] | None:
    """Where the effect ends, and the fact that "without ..." after it lacks; ``None`` for manner.

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
        fact = _fact(text[match.end() : stop.start() if stop else end].strip(), clause.subject)
        if fact:
            place = stop.start() if stop else end
            return match.start(), Span(fact, place - len(fact), place)
    return None


def leading_lack(text: str, start: int, end: int) -> Span | None:
    """The fact that "Without ...," in front of a main clause lacks; the words end at ``end``."""
    words = text[start:end].strip(" ,")
    if not words or _MANNER.match(words):
        return None
    fact = _fact(words, "")
    return Span(fact, end - len(fact), end) if fact else None


def _fact(words: str, subject: str) -> str:
    """What would be the case: "a reason" -> "there is a reason", "entering a PIN" -> "a PIN is
    entered", "being signed in" -> "the user is signed in" where ``subject`` is the user."""
    words = re.sub(r"^(?:first|previously|also) ", "", words, flags=re.IGNORECASE)
    first, _, rest = words.partition(" ")
    about = _NOBODY.sub("a", subject, count=1)
    if first.lower() in ("being", "having"):
        if not about or not rest:
            return ""
        many = is_plural(head_noun(about))
        be = ("are", "have") if many else ("is", "has")
        return f"{about} {be[first.lower() == 'having']} {rest}"
    base = base_of_gerund(first)
    if base is not None:
        if not rest:
            return ""
        done = parse_clause(f"{rest} must be x")
        return f"{rest} {'are' if done and done.plural else 'is'} {participle(base)}"
    named = re.match(r"(?:the|their|its|his|her|your|both|all)\b", words, re.IGNORECASE)
    many = is_plural(head_noun(words) or words)
    if named:
        return f"{words} {'are' if many else 'is'} present"
    one = re.match(r"an? ", words, re.IGNORECASE)
    return f"there {'are' if many and not one else 'is'} {words}"
