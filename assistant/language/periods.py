"""Limits that a text sets without a word of comparison: periods and exact lengths.

"The period is 14 days", "entries are kept for 365 days" and "probation lasts six months" end after
that time; "30 days after the visit" and "has been inactive for 90 days" begin with it. "A code of
6 digits" has neither more nor fewer.
"""

from __future__ import annotations

import re

from assistant.language.comparisons import SET_OUT, Comparison, Limit
from assistant.language.units import QuantityKind
from assistant.language.word_lists import read_patterns

REACH = 120
"""Characters before a quantity in which the words that make it a limit are looked for."""

_PATTERNS = read_patterns(__file__)
_NAMED = _PATTERNS["named"]
_BEGINS = re.compile(r"(?:waiting|qualifying|notice|minimum|quarantine|lead|embargo)\b", re.I)
_HOLDING = _PATTERNS["holding"]
_SO_FAR = _PATTERNS["so_far"]
_CONDITION_FOR = _PATTERNS["condition_for"]
_MAIN_FOR = _PATTERNS["main_for"]
""" "A user who enters a wrong code is blocked for" is no condition any more."""
_LASTING = re.compile(r"\b(?:last|lasts|take|takes|run|runs|lasting)$", re.IGNORECASE)
_IN_CONDITION = _PATTERNS["in_condition"]
_ARROW = re.compile(r"\s*(?:→|⇒|-{1,2}>|=>)")
""" "payment fails (3 times) -> order blocked"."""
_HAS_DONE = _PATTERNS["has_done"]
""" "if a customer has caused (two accidents)"."""
_USED_UP = _PATTERNS["used_up"]
""" "once a customer has used (80 %) of the volume"."""
_REACHED = re.compile(r" (?:ha(?:s|ve) been|is|are|was|were) (?:reached|attained|used up)\b", re.I)
_OVERRUN = re.compile(r" (?:ha(?:s|ve) been|is|are|was|were) exceeded\b", re.I)
_OVER = _PATTERNS["over"]
_AFTER_THE = re.compile(r"\b(?:after|once|when|as soon as)(?: (?:its|their|this|that))?$", re.I)
""" "after the (14-day) withdrawal period has passed"."""
_FULL = re.compile(r" (?:full|complete[d]?|charged|used|filled|loaded|booked|occupied)\b", re.I)
""" "when a container is (90 %) full"."""
_UNTIL_ALL = re.compile(r" (?:is|are|ha(?:s|ve) been) [a-z]+(?:ed|en|t)\b", re.IGNORECASE)
""" "keeps them until (10 devices) are stored"."""
_BARRED = _PATTERNS["barred"]
""" "cannot be picked up again for (14 days)"."""
_GAPPED = _PATTERNS["gapped"]
""" "is limited to 14 days and the daily rate to (60 EUR)"."""
_SO_OFTEN_IN = _PATTERNS["so_often_in"]
""" "it is the second return in (12 months)"."""
_APPOSED = re.compile(r"\w,$")
""" "a label with SSCC, (18 digits)"."""
_IS = re.compile(r"\b(?:is|are|becomes?|equals?|drops? to|falls? to|reaches)$", re.IGNORECASE)
_WHO = re.compile(r"\b(?:who|that|which)\b[^.;,:\n]*$", re.IGNORECASE)
_CLOSED = re.compile(r"\s*(?:[.;,)]|$)")
_CAN_BE_FOR = _PATTERNS["can_be_for"]
""" "it can be collected for (7 days)"."""
_LATE_BY = re.compile(r"\b(?:overdue|late|delayed|past due|in arrears) by$", re.IGNORECASE)
""" "if an invoice is overdue by (14 days)"."""
_GIVEN = re.compile(r"\b(?:has|have|gets?|given|granted|receives?)$", re.IGNORECASE)
_TO_DO = re.compile(r" to [a-z]+", re.IGNORECASE)
""" "the citizen has (21 days) to upload them"."""
_LETS = re.compile(r"\b(?:can|may|able|allowed|entitled|possible)\b", re.IGNORECASE)
""" "can be downloaded for (24 months after discharge)"."""
_REPEATED = re.compile(r" times$|^twice$|\b(?:consecutive|successive) [a-z]", re.IGNORECASE)
_MOVED_BY = _PATTERNS["moved_by"]
_DUE_IN = re.compile(r"\b(?:due|payable|answered|ready) in$", re.IGNORECASE)
_FILLER = _PATTERNS["filler"]
_RUNNING = re.compile(r" (?:in a row|in succession|running|consecutively)\b", re.IGNORECASE)
_NEWEST = re.compile(r" (?:most recent|newest|latest|last) [a-z]", re.IGNORECASE)
_ORDINAL = _PATTERNS["ordinal"]
_HEADED = _PATTERNS["headed"]
_ITEM = re.compile(r"[;,:–—] [\w '’/-]{1,40}:? $")
""" "Retention periods – audit log: (10 years); call recordings: (6 months)"."""
_A_PAGE = re.compile(r"\s+(?:per|a|to a|on a|on each|on every) (?:page|screen)\b", re.IGNORECASE)
_NOTICE = re.compile(r"['’]?s?(?: [\w-]+){0,2} notice\b", re.IGNORECASE)
_OVERDUE = re.compile(r" (?:overdue|late|past due|in arrears)\b", re.IGNORECASE)
_IDLE = _PATTERNS["idle"]
_FROM_THEN = re.compile(r" (?:afterwards|thereafter|after that)\b", re.IGNORECASE)
_OPENS = re.compile(r"\bopens?$", re.IGNORECASE)
_CLOSES = re.compile(r"\b(?:closes?|ends?|stops?)$", re.IGNORECASE)
_INCLUDES = re.compile(r"\b(?:includes?|comes? with)$", re.IGNORECASE)
_BEFOREHAND = re.compile(r" (?:before|prior to)\b", re.IGNORECASE)
_AFTERWARDS = re.compile(r" (?:after|following|from) (?!each\b|every\b)", re.IGNORECASE)
_EXACT = _PATTERNS["exact"]


def lasts_so_far(lead: str) -> bool:
    """Whether words that end with "for" tell how long something must last: "is idle for"."""
    near = lead[-REACH:]
    condition = _CONDITION_FOR.search(near) and not _MAIN_FOR.search(near)
    return bool(_SO_FAR.search(near) or condition)


def unsaid_limit(text: str, start: int, end: int, kind: QuantityKind) -> Limit:
    """The limit on ``text[start:end]``, next to which no word of comparison stands, if any."""
    before = text[max(0, start - REACH) : start]
    filler = _FILLER.search(before)
    lead = before[: filler.start()] if filler else before.rstrip()
    kept = _HOLDING.search(lead) or _BARRED.search(lead)
    held = kind == "duration" and lead.endswith(" for") and kept
    if held and not lasts_so_far(lead):
        return Limit("at most", start - len(before) + len(lead) - 3, end, "for")
    return Limit(_plain(text, before, lead, (start, end), kind), start, end)


def _plain(
    text: str, before: str, lead: str, place: tuple[int, int], kind: QuantityKind
) -> Comparison:
    start, end = place
    if _GAPPED.search(lead):
        return "at most"
    if _REACHED.match(text, end) and _IN_CONDITION.search(lead):
        return "at least"
    if _OVERRUN.match(text, end) and _IN_CONDITION.search(lead):
        return "more than"
    if _USED_UP.search(lead) and _IN_CONDITION.search(lead) and kind not in ("date", "time"):
        return "at least"
    if kind == "percent" and _FULL.match(text, end) and _IN_CONDITION.search(lead):
        return "at least"
    if kind == "number" and text[start:end].lower() in ("zero", "0") and _IS.search(lead):
        return "exactly"
    if kind == "length":
        if _APPOSED.search(lead) and _CLOSED.match(text, end):
            return "exactly"
        compound = re.match(r"[\w.,]+-(?:digit|character|letter)\b", text[start:end], re.IGNORECASE)
        decimals = "decimal" in text[start:end] and re.search(r"\b(?:with|to|in)$", lead)
        return "exactly" if compound or decimals or _EXACT.search(before) else "none"
    if kind == "count" and _is_reached(text, lead, place):
        return "at least"
    headed = _HEADED.match(text)
    beforehand = _BEFOREHAND.match(text, end)  # a deadline is kept by more time, a window by less
    if headed and kind != "number" and _ITEM.search(text[:start]):
        most: Comparison = "none" if beforehand else "at most"
        return "at least" if headed["kind"].lower().startswith("min") else most
    if kind in ("count", "number") and _A_PAGE.match(text, end):
        return "at most"
    if (
        kind == "number"
        and _NEWEST.match(text, end)
        and SET_OUT.search(before.removesuffix("the "))
    ):
        return "at most"
    if kind in ("size", "measure", "duration") and _INCLUDES.search(lead):
        return "at most"
    return _period(text, before, lead, place) if kind == "duration" else "none"


def _is_reached(text: str, lead: str, place: tuple[int, int]) -> bool:
    """Whether a count is one that has to be reached: "the third failed attempt"."""
    start, end = place
    told = _IN_CONDITION.search(lead) or _ARROW.match(text, end)
    whose = _IN_CONDITION.search(lead) or _WHO.search(lead)
    return bool(
        (lead.endswith("until") and _UNTIL_ALL.match(text, end))
        or (told and _REPEATED.search(text[start:end]))
        or _ORDINAL.match(text[start:end])
        or (whose and _RUNNING.match(text, end))
        or (told and _HAS_DONE.search(lead))
    )


def _period(text: str, before: str, lead: str, place: tuple[int, int]) -> Comparison:
    """The limit on a period next to which no word of comparison stands."""
    start, end = place
    if _ORDINAL.match(text[start:end]):
        return "at least"
    if _AFTER_THE.search(lead) and _OVER.match(text, end):
        return "at least"
    if _SO_OFTEN_IN.search(lead) and text[start] not in "aA":
        return "at most"
    if _LATE_BY.search(lead) and _IN_CONDITION.search(lead):
        return "at least"
    if _GIVEN.search(lead) and _TO_DO.match(text, end):
        return "at most"
    if _IDLE.match(text, end) or _NOTICE.match(text, end) or _OVERDUE.match(text, end):
        return "at least"
    if _BEFOREHAND.match(text, end) and _OPENS.search(lead):
        return "at most"
    if _BEFOREHAND.match(text, end) and _CLOSES.search(lead):
        return "at least"
    named = _NAMED.search(before)
    if named and not named["lead"]:
        most: Comparison = "none" if _BEFOREHAND.match(text, end) else "at most"
        return "at least" if _BEGINS.match(named["kind"] or named.group()) else most
    if lead.endswith(" for"):
        if _CAN_BE_FOR.search(lead) and not _IN_CONDITION.search(lead):
            return "at most"
        if _FROM_THEN.match(text, end):
            return "at most"
        if _AFTERWARDS.match(text, end) and _LETS.search(lead):
            return "at most"
        return "at least" if lasts_so_far(lead) else "none"
    if _LASTING.search(lead):
        return "at least" if _IN_CONDITION.search(lead) else "at most"
    if _MOVED_BY.search(lead) or _DUE_IN.search(lead):
        return "at most"
    if _IS.search(lead):
        return "none"  # "the due date is 56 days after the report": neither earlier nor later
    granted = _GIVEN.search(lead) is not None  # "has 28 days from the notice to ...": a time limit
    return "at least" if _AFTERWARDS.match(text, end) and not granted else "none"
