"""Two amounts of which one takes the place of the other: "is extended from 30 to 45 days".

Whether "from 30 to 45 days" is a range or a change is told by the verb: one of those by which an
amount changes. What is in force then is the new amount, with the limit that the sentence would set
if it stated nothing else: "the period is 45 days".
"""

from __future__ import annotations

import re
from dataclasses import replace

from assistant.language.amounts import Quantity
from assistant.language.comparisons import Comparison, read_limit
from assistant.language.periods import unsaid_limit
from assistant.language.word_lists import read_patterns

REACH = 60
"""Characters in front of the old amount in which the verb stands."""

_PATTERNS = read_patterns(__file__)
_VERB = _PATTERNS["verb"]
_FRENCH_VERB = _PATTERNS["french_verb"]
_SCALE = _PATTERNS["scale"]
""" "ratings go from 1 to 5 stars" changes nothing."""
_TO = re.compile(r"\s(?:(?:up |down )?to)\s", re.IGNORECASE)
_AUF = re.compile(r"\bvon\s$", re.IGNORECASE)
""" "von 500 auf 600 Euro" is no range, whatever the verb: that is "von 500 bis 600 Euro"."""
_AUXILIARIES = re.compile(
    r"(?:\s(?:is|are|was|were|be|been|being|will|shall|should|must|can|may|has|have|had|now|to))+$",
    re.IGNORECASE,
)
_THING = re.compile(r"\s*(?:(?:of|in) )?(?P<thing>(?:the|an?|our|its|their|this|that) [^,;]+)")


def tells_change(lead: str) -> bool:
    """Whether two amounts behind ``lead`` are an old and a new one: "is raised from" (5 to 6 %)."""
    lead = lead[-REACH:]
    return _VERB.search(lead) is not None and _SCALE.search(lead) is None


def is_change(text: str, first: Quantity, second: Quantity) -> bool:
    """Whether the second of two amounts takes the place of the first, in the languages whose verbs
    of change are known; in German by "von ... auf"."""
    gap, lead = text[first.end : second.start], text[: first.start]
    if _TO.fullmatch(gap):
        return tells_change(lead)
    if gap == " auf ":
        return _AUF.search(lead) is not None
    return gap == " à " and second.kind != "percent" and bool(_FRENCH_VERB.search(lead[-REACH:]))


def as_change(text: str, first: Quantity, second: Quantity) -> tuple[Quantity, Quantity] | None:
    """Both amounts of a change, the new one with the limit that it sets; ``None`` for others."""
    if not is_change(text, first, second):
        return None
    if first.kind == "age" and second.kind == "duration":  # "from 18 to 16 years"
        second = replace(second, kind=first.kind)
    said = replace(second, comparison=_in_force(text, first, second))
    old, new = (replace(one, phrase_start=one.start, phrase_end=one.end) for one in (first, said))
    return old, new


def _in_force(text: str, first: Quantity, second: Quantity) -> Comparison:
    """The limit that is set by "the period is 45 days" for "the period is extended from 30 to 45
    days"; "none" where the words do not tell it."""
    start = max(0, first.start - 2 * REACH)
    verb = _VERB.search(text[start : first.start])
    if verb is None:
        return "none"
    between = _THING.fullmatch(text[start + verb.end("verb") : start + verb.start("from")])
    before = re.split(r"[.;:,\n]\s", text[start : start + verb.start()])[-1]
    thing = between["thing"] if between else _AUXILIARIES.sub("", before.rstrip())
    stated = f"{thing.strip()} is "
    told = f"{stated}{text[second.start :]}"
    end = len(stated) + second.end - second.start
    number_end = len(stated) + len(second.prefix) + len(second.digits)
    limit = read_limit(told, len(stated), end, second.kind, number_end)
    if limit.comparison == "none" and not limit.word:
        limit = unsaid_limit(told, len(stated), end, second.kind)
    return limit.comparison
