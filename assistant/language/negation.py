"""Whether a negation in front of a limit turns the limit round, or denies an act within it.

"A customer cannot withdraw more than £500" allows at most £500, and so does "no withdrawal may
exceed £500". "If the bill is not paid within 14 days" denies the paying: the limit on it stays 14
days at most.
"""

from __future__ import annotations

import re

from assistant.language.word_lists import read_patterns

_IN_NO_CASE = r"(?:in|under|at|on|by) no (?:event|circumstances?|case|time|account|point|means)"
_NEGATION = re.compile(
    rf"\b(?:not|cannot|never|neither|nor|unable to|{_IN_NO_CASE})\b|n['’]t\b", re.IGNORECASE
)
_PROHIBITION = re.compile(
    r"\b(?:(?:can|may|must|shall|should|will|could)(?: \w+)? not|cannot"
    rf"|{_IN_NO_CASE}"
    r"|(?:ca|must|sha|should|wo)n['’]t|not (?:be )?(?:possible|allowed|permitted|able)|unable)\b",
    re.IGNORECASE,
)
_PATTERNS = read_patterns(__file__)
_NONE_DOES = _PATTERNS["none_does"]
_FINITE = _PATTERNS["finite"]
_BREAK = _PATTERNS["break"]
_CONDITION = _PATTERNS["condition"]
_LEFT_UNDONE = _PATTERNS["left_undone"]
_AUXILIARY = _PATTERNS["auxiliary"]
_HALF_DAY = re.compile(r"\b([ap])\.m\.", re.IGNORECASE)
_MORE = re.compile(r"\s*(?:(?:for|by|in|to|at|on|be|of) )?", re.IGNORECASE)
_STILL_SO = _PATTERNS["still_so"]
_STILL_SO_IF = re.compile(r"(?: not|n['’]t| never)\b[^,;.]*\bfor $", re.IGNORECASE)
_COMPARED = re.compile(
    r"\b(?:than|exceed\w*|at (?:most|least)|up to|over|above|below)\b"
    r" (?:the age of )?(?:an? )?\S*\d"
)
_DEADLINE = re.compile(
    r"within|by$|after$|before$|(?:on or|prior to)\b|(?:no|not) later than$|at the latest$"
)
REACH = 60
MAX_WORDS = 9


_OF_A_THING = _PATTERNS["of_a_thing"]
""" "cannot reopen (a case closed) more than 10 days ago": the limit is the case's."""


def turns_round(text: str, start: int, word: str) -> bool:
    """Whether a negation before ``start`` turns the comparison that ``word`` there makes."""
    lead = _HALF_DAY.sub(r"\1_m_", text[max(0, start - 4 * REACH) : start])
    clause = _clause_before(lead)
    told = _NEGATION.search(clause)
    since = clause[told.end() if told else 0 :]
    if _OF_A_THING.search(since):
        return False
    if len(since) > REACH or len(since.split()) > MAX_WORDS:
        return False
    if _lasts(lead, clause) or (_DEADLINE.match(word) and _COMPARED.search(clause)):
        return False
    if told is None:
        return not _DEADLINE.match(word) and _none_does(clause, word)
    return not (_DEADLINE.match(word) and _left_undone(lead, clause))


def _clause_before(lead: str) -> str:
    """The clause that ``lead`` ends with; "or" in front of a further limit does not end it.

    "cannot be shorter than 8 or (longer than 64)" denies both.
    """
    breaks = list(_BREAK.finditer(lead))
    while breaks:
        clause = lead[breaks[-1].end() :]
        more = _MORE.fullmatch(clause) and breaks[-1].group().lower() in ("or", "nor")
        if not (more and _COMPARED.search(lead[: breaks[-1].start()])):
            return clause
        breaks.pop()
    return lead


def _lasts(lead: str, clause: str) -> bool:
    """Whether it is the denied state that lasts: "has not been used for more than 90 days".

    "must not be kept for more than 90 days" forbids, and so does "is not kept for" outside a
    condition.
    """
    if _PROHIBITION.search(clause):
        return False
    so_far = _STILL_SO.search(clause)
    return bool(so_far or (_STILL_SO_IF.search(clause) and _CONDITION.search(lead)))


def _none_does(clause: str, word: str) -> bool:
    """ "no shift may last longer than", "no day exceeds"; not "no file larger than 5 MB is"."""
    none = _NONE_DOES.match(clause)
    return bool(none and (word.startswith("exceed") or _FINITE.search(none["who"])))


def _left_undone(lead: str, clause: str) -> bool:
    """Whether the act itself is denied: in a condition ("if it is not paid within") or by a
    participle ("invoices not paid within"), never where something is forbidden."""
    if _PROHIBITION.search(clause):
        return False
    participle = _LEFT_UNDONE.search(clause)
    if participle and not _AUXILIARY.match(participle["before"]):
        return True
    return _CONDITION.search(lead) is not None
