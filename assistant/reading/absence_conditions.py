""" "Without": what must be there for something to be possible, named as what may be lacking.

"An order cannot be cancelled without a reason" hangs on whether there is a reason. Where nothing is
refused the word only tells the manner ("can be returned without a receipt"), and so it does in
"without delay".
"""

from __future__ import annotations

import re

from assistant.language.clauses import parse_clause
from assistant.language.quoted_messages import mask_quotes
from assistant.language.sentences import Span, span
from assistant.reading.outcomes import is_restrictive

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
