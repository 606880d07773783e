"""Cases that repeat each other: the same situation and the same outcome in other words."""

from __future__ import annotations

from difflib import SequenceMatcher

from assistant.domain import TestCase
from assistant.generation.proof.amounts import numbers
from assistant.generation.proof.case_basis import results_of, situation_of
from assistant.generation.proof.polarity import read_clauses
from assistant.generation.proof.statement_words import NEUTRAL, all_content, meeting
from assistant.language.casing import bare_words

ALIKE = 0.75
"""Share of the words of the longer of two texts that both hold, from which on they say the same."""


TITLE_WORDS = 2
"""Words of a title that may name another value."""

WHOLE_TITLE = 4
"""Words from which on a title says what is proved."""


def repeats(case: TestCase, other: TestCase, texts: str = "") -> bool:
    """Whether two cases have the same situation and the same outcome, or say in the same title that
    they prove the same. ``texts`` are the words of criteria and sources: where these name what the
    titles differ in ("code orange or red"), each is a case of its own."""
    if set(case.criterion_ids) != set(other.criterion_ids):
        return False
    title = bare_words(case.title)
    if len(title.split()) >= WHOLE_TITLE and title == bare_words(other.title):
        return True
    if _of_other_values(case, other, texts):
        return False
    mine_of, theirs_of = set(case.condition_ids), set(other.condition_ids)
    if mine_of and theirs_of and not mine_of & theirs_of:
        return False
    mine, theirs = "\n".join(situation_of(case)), "\n".join(situation_of(other))
    if _values(mine) != _values(theirs) or _denials(mine) != _denials(theirs):
        return False
    said, told = "\n".join(results_of(case)), "\n".join(results_of(other))
    return (
        _values(said) == _values(told)
        and _denials(said) == _denials(told)
        and _alike(mine, theirs)
        and _alike(said, told)
    )


def _of_other_values(case: TestCase, other: TestCase, texts: str) -> bool:
    """Whether titles differ in one or two words each, which the texts and the cases' own data or
    actions name."""
    mine, theirs = all_content(case.title), all_content(other.title)
    apart = (mine - theirs, theirs - mine)
    named = all_content(texts)
    situations = (all_content("\n".join(situation_of(one))) for one in (case, other))
    return all(
        0 < len(words) <= TITLE_WORDS and words <= named & own
        for words, own in zip(apart, situations, strict=True)
    )


def _values(text: str) -> set[tuple[str, object]]:
    return {(one.unit, one.value) for one in numbers(text)}


def _denials(text: str) -> int:
    return sum(clause.negative for line in text.splitlines() for clause in read_clauses(line))


def _alike(text: str, other: str) -> bool:
    mine, theirs = all_content(text) - NEUTRAL, all_content(other) - NEUTRAL
    longer = max(len(mine), len(theirs))
    if longer and min(len(meeting(mine, theirs)), len(meeting(theirs, mine))) >= ALIKE * longer:
        return True
    return SequenceMatcher(None, bare_words(text), bare_words(other), autojunk=False).ratio() >= 0.9
