"""Which limit the words around a quantity set: "up to", "before", "or more", "must not exceed".

Only words that touch the quantity count, and a negation earlier in the same clause turns the
comparison round ("cannot withdraw more than £500" allows at most £500, and so does "no withdrawal
may exceed £500") or denies an act within it: "if the bill is not paid within 14 days" denies the
paying, and the limit on it stays 14 days at most.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from assistant.domain import Value
from assistant.language.units import QuantityKind
from assistant.language.word_lists import WORDS, filled, read_patterns, read_table

Comparison = Literal["at most", "less than", "at least", "more than", "exactly", "none"]


@dataclass(frozen=True, slots=True)
class Limit:
    """A comparison with the span of the whole limit phrase ("up to 14 days").

    ``negated`` says that a negation apart from the phrase turned it round; ``word`` holds the
    words of the comparison, in lower case, for those who rewrite the phrase.
    """

    comparison: Comparison
    start: int
    end: int
    word: str = ""
    negated: bool = False


class _Words(Value):
    """Words that make ``comparison`` of the amount beside them."""

    comparison: Comparison
    words: tuple[str, ...]

    @property
    def pattern(self) -> str:
        return filled("|".join(self.words), _FILE.pieces)


class _File(Value):
    """What ``comparisons.toml`` holds."""

    before: tuple[_Words, ...]
    after: tuple[_Words, ...]
    pieces: dict[str, str]


_FILE = read_table(WORDS / "comparisons.toml", _File)
_BEFORE_PATTERNS = tuple(
    (
        one.comparison,
        re.compile(rf"(?<![\w-])(?P<word>{one.pattern})(?:\s*|-)[\"“']?$", re.IGNORECASE),
    )
    for one in _FILE.before
)
_AFTER_PATTERNS = tuple(
    (
        one.comparison,
        re.compile(rf"[\"”']?(?: old)?(?:\s*(?P<word>{one.pattern})(?![\w-]))", re.IGNORECASE),
    )
    for one in _FILE.after
)
TURNED: dict[Comparison, Comparison] = {
    "at most": "more than", "less than": "at least", "at least": "less than",
    "more than": "at most", "exactly": "exactly", "none": "none",
}  # fmt: skip
_MIRRORED: dict[Comparison, Comparison] = {
    "at most": "at least", "less than": "more than", "at least": "at most",
    "more than": "less than", "exactly": "exactly", "none": "none",
}  # fmt: skip
_ARRIVED = ("reach", "attain", "hit")
_SO_OFTEN = re.compile(r"(?:^once|^twice| times)$", re.IGNORECASE)
_PATTERNS = read_patterns(__file__)
_FREE_OF_CHARGE = _PATTERNS["free_of_charge"]
"""What makes a limit of "the first 200 kWh each month are free of charge"."""
SET_OUT = _PATTERNS["set_out"]
"""Where the newest so many are a limit: "shows the last 10 orders"."""
_RATED = _PATTERNS["rated"]
""" "5 % from 10 pieces, free delivery from 3 items"."""
_STATUS_FROM = _PATTERNS["status_from"]
""" "Silver status from 1,500 points"."""
_OPENS = re.compile(r"(?:^|[,;] (?:and )?|\band )from $", re.IGNORECASE)
_OUTCOME = re.compile(r",? (?:the|an?|they|it|he|she|no|half|full|free)\b", re.IGNORECASE)
""" "(from) 12 years (the full fare)"."""
_DIFFERS = _PATTERNS["differs"]
_UTMOST = re.compile(
    r"(?:earliest|shortest|smallest|lowest|fewest|youngest|latest|longest|largest|highest|greatest"
    r"|oldest)\b",
    re.IGNORECASE,
)
"""Says the most or the least there may be, unless the amount says itself which it is."""
_CHANGES = _PATTERNS["changes"]


def read_limit(text: str, start: int, end: int, kind: QuantityKind, number_end: int) -> Limit:
    """The limit that the words next to ``text[start:end]`` set on the quantity there.

    ``number_end`` is the end of the bare number, since "3 or more items" and "18+ years" put the
    comparison between the number and its unit.
    """
    before = text[max(0, start - 70) : start]
    passed_over = Limit("none", start, end)
    behind = any(
        pattern.match(text, place)
        for comparison, pattern in _AFTER_PATTERNS if comparison != "none"
        for place in (end, number_end)
    )  # fmt: skip
    for comparison, pattern in _BEFORE_PATTERNS:
        match = pattern.search(before)
        if match is None or not _fits(match["word"].lower(), kind, before, text[end:]):
            continue
        if behind and _UTMOST.match(match["word"]):
            continue  # "the oldest invoice is 15 or more days overdue"
        word = re.sub(r"\s+", " ", match["word"].lower())
        if word.startswith(_ARRIVED) and _SO_OFTEN.search(text[start:end]):
            continue  # "cannot be reached twice"
        comparison = _by_kind(comparison, word, kind, text, start, end)
        phrase_start = start - len(before) + match.start("word")
        if comparison == "none":
            free = word.endswith("first") and _FREE_OF_CHARGE.match(text, end)
            shown = kind == "count" and SET_OUT.search(before[: match.start()])
            if free or shown:
                return Limit("at most", start, end, word)
            passed_over = Limit("none", start, end, word)
            break
        if word == "only":
            return Limit(comparison, phrase_start, end, word)
        negated = turns_round(text, phrase_start, word)
        if _stays_said(word, kind):
            turned = negated and word.startswith(_ARRIVED)
            return Limit(TURNED[comparison] if turned else comparison, start, end, word)
        if negated:
            comparison = TURNED[comparison]
        ahead = _AHEAD.match(text, end) if word == "from" and kind == "duration" else None
        return Limit(comparison, phrase_start, ahead.end() if ahead else end, word, negated)
    for comparison, pattern in _AFTER_PATTERNS:
        for place in (end, number_end):
            match = pattern.match(text, place)
            only = match and match["word"].lower() == "only"
            if only and (kind != "count" or before.endswith(" for ")):
                continue
            if match and not (place < end and text[place:end].strip(" -") == match["word"]):
                word = re.sub(r"\s+", " ", match["word"].lower())
                if comparison == "none":
                    return Limit(_at_the_end(word), start, end, word[word.rindex(" at ") + 1 :])
                return Limit(comparison, start, max(end, match.end()), word)
    return passed_over


_AHEAD = re.compile(r"\s+(?:before|prior to)\b", re.IGNORECASE)
""" "from 12 months before (its end until 6 months after)"."""


def _stays_said(word: str, kind: QuantityKind) -> bool:
    """Whether the words of a comparison are no part of its phrase: "opens at", "for the first"."""
    if word.startswith(_ARRIVED):
        return True
    opening = re.match(r"(?:start|begin|close|end|stop|open)s? (?:at|from|on)|turn", word)
    first = word.endswith("the first") and kind != "duration"
    return word in ("once", "as soon as", "when") or opening is not None or first


def _fits(word: str, kind: QuantityKind, before: str, after: str) -> bool:
    """Whether a comparison word can be one with this kind of quantity and in this place."""
    clock = kind in ("date", "time")
    if re.search(r"(?:last|past|previous|preceding)$", word) and " " in word:
        window = word.startswith(("in ", "during ", "over ", "of ", "from ", "throughout "))
        part = re.search(r"(?:\d|\b(?:two|three|four|five|six|one)) of the \w+ $", before)
        return not window or (kind == "duration" and part is None)
    if word == "from" and not clock:
        return kind == "age" or _from_here_on(kind, before, after)
    if word.startswith(("from a ", "from an ")):  # "from an order value of £50"
        other = clock or kind == "duration" or re.match(r"\s+(?:to|until)\b", after)
        return not other and not _DIFFERS.search(before)
    if word in ("since", "as of", "as from") or word.startswith(("starting", "beginning")):
        return clock or kind == "age" or (word == "since" and kind == "duration")
    if word.startswith(("start", "begin")):
        return kind == "money" or (kind == "time" and word.endswith("at"))
    if word.startswith("turn"):
        return kind == "age"
    if re.match(r"(?:close|open)s? on", word):
        return kind == ("date" if word.endswith(" on") else "time")
    if re.match(r"(?:close|end|stop|open)s? at", word):
        return kind == "time"
    if word in ("as soon as", "when"):
        return kind == "duration" and bool(
            re.match(r"\s+(?:have|has) (?:passed|elapsed|gone)", after)
        )
    if word.startswith(("before ", "until ")):
        return kind in ("age", "duration") and bool(re.match(r"(?: old| of age)?(?:\W|$)", after))
    if word == "once":
        return not clock and bool(re.match(r"\s+(?:ha(?:s|ve)|are|is|were|was)\b", after))
    if word == "by" or word.startswith(("earliest", "latest")):
        return clock or (kind == "duration" and word.endswith((" is", " are")))
    if word == "before":
        return clock or bool(re.match(r"\s+(?:have|has) (?:passed|elapsed)|\s+expire", after))
    if word in ("until", "till", "up until", "up till"):
        return clock or kind == "duration"
    if word.endswith(" for"):
        return kind == "duration"
    if word in ("only", "just"):
        return kind in ("count", "length") and not re.match(
            r"\s+(?:of|exists?|remains?|is left|are left)\b", after
        )
    if word in ("=", "=="):
        return not before.rstrip("= ").endswith(("<", ">", "!"))
    return True


def _from_here_on(kind: QuantityKind, before: str, after: str) -> bool:
    """Whether "from" opens an upper range: "from 10 years on", "free delivery from £40"."""
    if re.match(r"\s+(?:on|onwards?|upwards?)\b", after):
        return True
    if kind == "duration" and _OPENS.search(before) and _OUTCOME.match(after):
        return True
    if kind == "duration" and _AHEAD.match(after):
        return True
    of = before[: -len("from ")].split()
    if kind == "count" and _STATUS_FROM.search(before):
        return not re.match(r"\s*(?:to|until|-|–)\s*\S*\d", after)
    if kind in ("count", "duration", "number") and _RATED.search(before):
        return not re.match(r"\s*(?:to|until|-|–)\s*\S*\d", after)
    return (
        kind in ("money", "measure")
        and bool(of)
        and not re.search(r"(?:ed|en|(?<!shipp)(?<!park)(?<!book)ing)$", of[-1], re.IGNORECASE)
        and not _DIFFERS.search(before)
    )


def _at_the_end(words: str) -> Comparison:
    """The limit of "after the order at the latest" and its like: later is nearer to an event."""
    later = words.endswith("latest")
    ahead = words.startswith(("before", "prior", "ahead", "in advance", "beforehand"))
    return "at most" if later != ahead else "at least"


def _by_kind(
    comparison: Comparison, word: str, kind: QuantityKind, text: str, start: int, end: int
) -> Comparison:
    """Meanings that hang on the kind of quantity and on what follows it."""
    if word == "after" and kind not in ("date", "time"):
        return "at least"
    ahead = re.match(r"\s+(?:before|prior to|ahead of|in advance)", text[end:])
    if kind != "duration" or not ahead:
        return comparison
    if re.search(r"\blimit\b", word):  # "the time limit is 2 days before": which side is not said
        return "none"
    if word.startswith("up to") and _CHANGES.search(text[:start]):
        return "at least"
    if re.search(r"\b(?:later|latest|until|till)\b", word):  # later is nearer to the event
        return _MIRRORED[comparison]
    if re.search(r"\b(?:earlier|sooner|earliest|from|since|starting|beginning|as of)\b", word):
        return _MIRRORED[comparison]
    return comparison


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
