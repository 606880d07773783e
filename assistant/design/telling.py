"""Clauses told as results and conditions: in the third person, as facts."""

from __future__ import annotations

import re
from functools import lru_cache

from assistant.design.casing import capital, lower_start, one_line
from assistant.design.lexicon import word_set
from assistant.design.verbs import is_base, third_person
from assistant.design.wording import fact


@lru_cache(maxsize=8192)
def third(text: str) -> str:
    """First person told of in the third: "I am logged in" -> "The user is logged in"."""
    said = re.sub(r"^I am\b", "the user is", text)
    said = re.sub(r"^I have\b", "the user has", said)
    said = re.sub(r"^I do not\b", "the user does not", said)
    said = re.sub(r"^I (can|cannot|may|did)\b", r"the user \1", said)
    match = re.match(r"^I (?P<adverb>\w+ly )?(?P<verb>[a-z]+)\b(?P<rest>.*)$", said, re.DOTALL)
    if match and (
        is_base(match["verb"])
        or (not match["verb"].endswith(("ed", "s")) and match["verb"] not in _NO_PRESENT)
    ):
        verb, rest = third_person(match["verb"]), _all_third(match["rest"])
        said = f"the user {match['adverb'] or ''}{verb}{rest}"
    elif match:
        said = f"the user {match['adverb'] or ''}{match['verb']}{match['rest']}"
    if said != text or re.search(r"\b(?:my|me)\b", said):
        said = re.sub(
            r"\band I (\w+)",
            lambda m: f"and the user {third_person(m[1]) if is_base(m[1]) else m[1]}",
            said,
        )
        said = re.sub(r"\bmy\b", "the user's", re.sub(r"\bme\b", "the user", said))
    return said


_NO_PRESENT = word_set(
    """was had did went saw chose took gave got sent made paid held kept left could would will"""
)


def _all_third(rest: str) -> str:
    """Further verbs of the same subject: "parse or encode", "... and create a list"."""

    def third(match: re.Match[str]) -> str:
        verb = match["verb"]
        return match["lead"] + (third_person(verb) if is_base(verb) else verb)

    rest = re.sub(r"^(?P<lead> (?:or|and) )(?P<verb>[a-z]+)", third, rest)
    return re.sub(
        r"(?P<lead>\band (?:only |also |then )?)(?P<verb>[a-z]+)(?= (?:the|a|an|my|their|his|all"
        r"|each|any|access|requests)\b)",
        third, rest,
    )  # fmt: skip


def in_sentence(words: str) -> str:
    """Words of a condition inside a sentence: in the third person, without a capital."""
    said = observed(words)
    original = one_line(words)
    if original[:1].islower() or re.match(r"I\b", original):
        return said[:1].lower() + said[1:]
    return lower_start(said)


@lru_cache(maxsize=8192)
def observed(effect: str) -> str:
    """An effect as the observable result of a step: a fact, in the third person, capitalised."""
    return told(fact(effect))


def told(text: str) -> str:
    """A fact as the result of a step: in the third person, definite and capitalised."""
    said = third(text)
    said = re.sub(r"^(?:an?|each|every) (?=[a-zA-Z])", "the ", lower_start(said))
    said = re.sub(
        r" and I (\w+)",
        lambda m: f" and the user {third_person(m[1]) if is_base(m[1]) else m[1]}",
        said,
    )
    return capital(one_line(said))


_PLACED = re.compile(
    r"(?:after|within|before|on|in|at(?! (?:least|most)\b)|from|below|above|over|under|beyond"
    r"|up to|without|during)\b",
    re.IGNORECASE,
)


def is_placed(words: str) -> bool:
    """Whether words start with a preposition: "after 3 tries" needs no "when" and no "with"."""
    return _PLACED.match(words) is not None
