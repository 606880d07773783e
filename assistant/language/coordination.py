"""Clauses joined by "and" and "but": where one ends, what subject the next has, what opens one."""

from __future__ import annotations

import re
from functools import lru_cache

from assistant.language.casing import one_line
from assistant.language.clauses import Clause, parse_clause
from assistant.language.nouns import is_person
from assistant.language.quantities import find_quantities
from assistant.language.quoted_messages import mask_quotes
from assistant.language.verbs import base_of_gerund, base_of_third, is_base
from assistant.language.word_lists import word_set

MAX_CLAUSE = 240
"""Characters within which the subject and the verb of a clause are looked for."""


_RANGED = re.compile(r"\b(?:between|from) \S*\d[^,;]{0,20}$", re.IGNORECASE)


def joins_ends(masked: str, start: int, end: int) -> bool:
    """Whether the "and" at these offsets joins the ends of a range: "between 11 pm and 5 am"."""
    near = masked[max(0, start - 40) : start]
    if near.rstrip().endswith("between"):
        return True
    return bool(_RANGED.search(near) and re.match(r"\S*\d", masked[end:]))


@lru_cache(maxsize=4096)
def coordinated(text: str) -> tuple[str, ...]:
    """The clauses that "and" joins: each with a subject of its own, or sharing the first one's."""
    masked = mask_quotes(text)
    cuts = [0]
    ends: list[int] = []
    for match in re.finditer(
        r",? and (?!a half\b|including\b)(?:then |also )?"
        r"|,? but (?=(?:cannot|can|may|must|is|are|does|do|will|has|have"
        r"|the|it|they)\b)|; ",
        masked,
    ):
        right = text[match.end() : match.end() + MAX_CLAUSE]
        left = text[cuts[-1] : match.start()][:MAX_CLAUSE]
        if (
            (starts_clause(right) or _starts_predicate(right))
            and (len(cuts) > 1 or parse_clause(left))
            and not joins_ends(masked, match.start(), match.end())
        ):
            ends.append(match.start())
            cuts.append(match.end())
    bounds = zip(cuts, [*ends, len(text)], strict=True)
    return tuple(text[start:end].strip() for start, end in bounds)


def starts_clause(text: str) -> bool:
    """Whether a clause with a subject of its own begins the text; its verb stands near."""
    text = text[:MAX_CLAUSE]
    clause = parse_clause(text)
    if clause is None or clause.form == "past" or len(clause.subject) > 90:
        return False
    subject = mask_quotes(clause.subject)
    opening = subject.split()[:2]
    if len(opening) == 2 and is_base(opening[0]) and (
        opening[1].lower() in ("the", "a", "an", "any", "all", "each", "it")
        or opening[1].endswith("ing")
    ):  # fmt: skip
        return False
    if re.search(r"\b(?:and|or|but)$", subject):  # "(lives in Ireland or) Malta and is over 18"
        return False
    if "," in subject or (
        re.search(r"\b(?:and|or|that|which)\b", subject) and len(subject.split()) > 7
    ):
        return False
    if re.match(r"\s*(?:that|which|who|when|if|where)\b", text):
        return False
    return bool(
        re.match(
            r"\s*(?:the|a|an|no|its|their|it|they|I|he|she|all|each|this|these|there|at least"
            r"|at most|more than|fewer than|exactly)\b|[\"“'‘]",
            text,
        )
        or clause.form in ("be", "modal", "perfect")
        or (clause.verb == "have" and len(clause.subject.split()) < 4)
        or is_person(clause.subject)
    )


def _starts_predicate(text: str) -> bool:
    words = [word.strip(",.;").lower() for word in text[:MAX_CLAUSE].split()[:3]]
    if not words:
        return False
    if words[0] in (
        "is",
        "are",
        "can",
        "cannot",
        "must",
        "has",
        "shall",
        "will",
        "may",
        "does",
        "gets",
    ):
        return True
    return base_of_third(words[0]) is not None and len(words) > 1 and words[1] not in ("is", "are")


def clauses_of(text: str) -> tuple[Clause, ...]:
    """The coordinated clauses that can be read; one without a subject has the first one's."""
    found: list[Clause] = []
    for part in coordinated(one_line(text)):
        clause = parse_clause(part)
        if found and (clause is None or not starts_own(part, clause)):
            clause = parse_clause(f"{found[0].subject} {part}")
        if clause:
            found.append(clause)
    return tuple(found)


def starts_own(part: str, clause: Clause) -> bool:
    """Whether a joined clause has a subject of its own."""
    return bool(clause.subject) and not _starts_predicate(part)


MAX_TRIED = 40
"""Places at which a clause is tried to be cut; a sentence of 2,000 words has hundreds."""

CLAUSAL = word_set(
    "if when whenever once unless until where while provided given after before"
) | {
    "only if", "if and only if", "only when", "only where", "only once", "only after",
    "as soon as", "as long as", "so long as", "in case",
    "in the event that", "provided that", "given that", "assuming", "assuming that",
    "on condition that", "on the condition that",
}  # fmt: skip
OCCASION = ("in case of", "in the event of")
OPPOSED = ("unless", "until", "except", "before")


def has_limit(text: str, start: int, end: int) -> bool:
    """Whether a limit stands between two offsets of a text."""
    return any(quantity.is_limit for quantity in find_quantities(text[start:end]))


def is_gerund(words: str) -> bool:
    """Whether words begin with a verb in -ing: "after entering the code"."""
    first = words.split()[0].lower() if words.split() else ""
    return base_of_gerund(first) is not None


def ends_in_amount(words: str) -> bool:
    """Whether words end with an amount, a date or a time."""
    found = find_quantities(words)
    return bool(found) and found[-1].end >= len(words.rstrip())
