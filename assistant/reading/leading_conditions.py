"""Condition clauses at the beginning of a sentence."""

from __future__ import annotations

import re
from itertools import islice

from assistant.language.clauses import parse_clause
from assistant.language.coordination import (
    CLAUSAL,
    MAX_TRIED,
    OCCASION,
    OPPOSED,
    ends_in_amount,
    has_limit,
    is_gerund,
    starts_clause,
)
from assistant.language.nouns import ARTICLE
from assistant.language.quantities import find_quantities
from assistant.language.quoted_messages import mask_quotes
from assistant.language.sentences import Span, span
from assistant.language.verbs import is_base
from assistant.language.word_lists import read_patterns, word_set
from assistant.reading.rules import Condition
from assistant.reading.trailing_conditions import WORD, lacks

_PATTERNS = read_patterns(__file__)
_LEAD = _PATTERNS["lead"]


_ORDINAL = _PATTERNS["ordinal"]


_LEVEL = _PATTERNS["level"]


_NO_CUT_AFTER = word_set("of to in for by with from on at that and or")


def take_leading(
    text: str, start: int, end: int, conditions: list[Condition], context: list[Span]
) -> int:
    """Take condition clauses off the front; returns where the rest starts."""
    level = _LEVEL.match(text[start:end])
    if level:  # "above 25% the commercial director must approve"
        first = next(iter(find_quantities(text[start:end])), None)
        rest = text[start + first.phrase_end : end].lstrip(" ,") if first else ""
        rest = re.sub(r"^(?:on|onwards?|upwards?),? ", "", rest)
        here = first is not None and first.is_limit and first.phrase_start == 0
        if first and here and ARTICLE.match(rest) and parse_clause(rest):
            named = span(text, start, end - len(rest))
            conditions.append(Condition(level.group().strip().lower(), named))
            return end - len(rest)
    ordinal = _ORDINAL.match(text[start:end])
    if ordinal and parse_clause(text[start + ordinal.end() : end].strip(" ,")):
        named = span(text, start, start + len(ordinal.group().rstrip(",")))
        if has_limit(text, named.start, named.end):
            conditions.append(Condition("after", named))
        else:
            context.append(named)
        start = span(text, start + ordinal.end(), end).start
    while match := _LEAD.match(text[start:end]):
        word = re.sub(r"\s+", " ", match["word"].lower())
        cut = _end_of_lead(text, start + match.end(), end, word)
        if cut is None:
            return start
        words = span(text, start + match.end(), cut)
        if word in ("after", "before", "within", "on", "in") and has_limit(text, start, cut):
            conditions.append(Condition(word, span(text, start, cut)))
        elif word in OCCASION:
            conditions.append(Condition(word, words))
        elif word == WORD and lacks(words.text):
            conditions.append(Condition(word, words, holds=False))
        elif (word in CLAUSAL and (parse_clause(words.text) or is_gerund(words.text))) or word in (
            "if",
            "when",
            "where",
            "once",
            "unless",
        ):
            conditions.append(Condition(word, words, not word.startswith(OPPOSED)))
        else:
            context.append(span(text, start, cut))
        start = span(text, cut, end).start
        if re.match(r"(?:then|and)\s", text[start:end], re.IGNORECASE):
            start = span(text, start + 4, end).start
    return start


_INVERTED = re.compile(r"(?:should|had) (?P<words>[^,]+), ", re.IGNORECASE)


def take_inverted(text: str, start: int, end: int, conditions: list[Condition]) -> int:
    """ "Should the switch be rejected, ...": a condition without a conjunction."""
    match = _INVERTED.match(mask_quotes(text), start, end)
    if match is None or not parse_clause(text[match.end() : end]):
        return start
    conditions.append(Condition("should", span(text, *match.span("words"))))
    return span(text, match.end(), end).start


def _end_of_lead(text: str, start: int, end: int, word: str) -> int | None:
    """Where a leading condition ends: at a comma (or "then") before a readable main clause."""
    masked = mask_quotes(text)
    clausal = word in CLAUSAL
    cuts: list[int] = []
    marks = re.finditer(
        r",(?=\s)|:(?=\s)|(?:\s-|\s?[–—])(?=\s)|\s(?=then\s)|\s\s+(?=\S)", masked[start:end]
    )
    for match in islice(marks, MAX_TRIED):
        cut = start + match.start()
        left, right = text[start:cut].strip(), text[cut:end].strip(" ,:–—-")
        sure = right.startswith("then ")
        right = re.sub(r"^then\s+", "", right)
        if _SUBORDINATE.match(right) or not (parse_clause(right) or is_order(right)):
            continue
        if _ends_list(right):
            continue
        if word in OCCASION and parse_clause(left):
            continue  # "in case of damage the bond is kept, ...": what it names ends before
        if (
            clausal
            and word not in ("after", "before")
            and not (
                parse_clause(left)
                or is_gerund(left)
                or (len(left.split()) <= 5 and "," not in left)
            )
        ):
            continue
        cuts.append(cut)
        if sure:
            return cut
    if cuts:
        return _after_list(text, start, cuts, end) if clausal else cuts[0]
    if word in OCCASION:
        return _end_of_occasion(text, masked, start, end)
    if not clausal:
        return None
    if word in ("after", "before"):  # "After a rejection the holder sees the reason and ..."
        named = _end_of_occasion(text, masked, start, end)
        if named is not None and not is_gerund(text[start:named].strip()):
            return named
    if word.startswith("only"):  # "Only if a coach is present may members use the room"
        turned = [
            match.start()
            for match in islice(_TURNED_ROUND.finditer(masked, start, end), MAX_TRIED)
            if parse_clause(text[start : match.start()])
        ]
        # "Only if A holds and the box is the last one is it sold": "the box" wants its verb first
        whole = (at for at in turned if parse_clause(_JOINT.split(text[start:at])[-1].strip()))
        if turned:
            return next(whole, turned[0])
    # no comma: the main clause starts at a determiner after the condition's own verb
    for match in re.finditer(
        r"\s(?=(?:the|a|an|all|any|no|it|each|I|they|he|she|_\w+)\s)", masked[start:end]
    ):
        cut = start + match.start()
        left, right = text[start:cut].strip(), text[cut:end].strip()
        main = parse_clause(right)
        before = left.split()[-1].lower() if left.split() else ""
        if (
            main
            and (ends_in_amount(left) or (main.form in ("modal", "be") and parse_clause(left)))
            and before not in _NO_CUT_AFTER
            and len(main.subject.split()) <= 7
            and not re.search(r"\b(?:that|which|if|when|who)\b", main.subject)
        ):  # fmt: skip
            return cut
    return None


def _end_of_occasion(text: str, masked: str, start: int, end: int) -> int | None:
    """ "In case of a power outage the station shall ...": cut before the second thing named."""
    for match in islice(re.finditer(r"\s(?=(?:the|an?|all|no|it|they) )", masked[start:end]), 6):
        cut = start + match.start()
        left, right = text[start:cut].strip(), text[cut:end].strip()
        main = parse_clause(right)
        last = left.split()[-1].lower() if left.split() else ""
        if main and left and last not in _NO_CUT_AFTER and parse_clause(left) is None:
            return cut
    return None


_TURNED_ROUND = _PATTERNS["turned_round"]


_SUBORDINATE = _PATTERNS["subordinate"]


def is_order(words: str) -> bool:
    """Whether words are an instruction to the system: "reject the request"."""
    first = words.split()[0].strip(",.") if words.split() else ""
    return first.islower() and is_base(first) and len(words.split()) > 1


_JOINT = re.compile(r"\b(?:and|or)\b")


def _ends_list(words: str) -> bool:
    """Whether words end a list before their main clause: "(the order is new,) paid and packed, it
    is shipped". Of several subjects the last one is joined behind the last comma."""
    clause = parse_clause(words)
    if clause is None:
        return False
    listed, comma, last = mask_quotes(clause.subject).rpartition(", ")
    joined = comma and _JOINT.search(listed) and not _JOINT.search(last)
    return bool(joined) and starts_clause(words[len(listed) + len(comma) :])


def _after_list(text: str, start: int, cuts: list[int], end: int) -> int:
    """The cut after a list of conditions: "A, B and C, then X" is cut before X, not before B.

    The list is known by its "and" or "or" in the part before the last comma, where the part after
    it has none. In "A, the box and its lid are kept, X" and in "A, B is shown and kept, X" the word
    joins no conditions: A is whole, and what follows is one clause.
    """
    if len(cuts) == 1:
        return cuts[0]
    masked = mask_quotes(text)
    joints = list(_JOINT.finditer(masked, cuts[-2], cuts[-1]))
    if not joints or re.search(r"\band\b", masked[cuts[-1] : end]):
        return cuts[0]
    item = span(text, cuts[-2], cuts[-1])
    ends = (
        parse_clause(text[start : cuts[-2]]) is None or not starts_clause(item.text)
        or any(
            starts_clause(text[item.start : joint.start()])
            and starts_clause(text[joint.end() : item.end].lstrip())
            for joint in joints
        )
    )  # fmt: skip
    return cuts[-1] if ends else cuts[0]
