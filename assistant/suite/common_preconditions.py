"""Preconditions that most cases of an epic, or of one of its stories, have in common.

Read off the cases as they are, whoever wrote them, so that what a tester prepares once is seen
once. The cases keep their preconditions: a test tool shows one case at a time.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

from assistant.domain import TestCase, Value

MOST = 0.6
"""Share of the cases from which on a precondition is common to them."""

LEAST_CASES = 3
"""Fewer cases have nothing in common that is worth telling."""


class CommonPrecondition(Value):
    """A precondition of ``cases`` among ``total`` of an epic, or of a story of it."""

    epic_key: str
    story_key: str = ""
    text: str
    cases: int
    total: int


def common_preconditions(cases: Iterable[TestCase]) -> tuple[CommonPrecondition, ...]:
    """Epic by epic, what most of its cases start from, then story by story what is left.

    Rejected cases do not count.
    """
    counted = [case for case in cases if case.status != "rejected"]
    found: list[CommonPrecondition] = []
    for epic_key in dict.fromkeys(case.epic_key for case in counted):
        mine = [case for case in counted if case.epic_key == epic_key]
        stories = {case.story_key for case in mine}
        shared = [one for one in _common(mine) if len(stories) == 1 or _in_several(one[0], mine)]
        said = {_key(text) for text, _ in shared}
        found += [
            CommonPrecondition(epic_key=epic_key, text=text, cases=number, total=len(mine))
            for text, number in shared
        ]
        for story_key in dict.fromkeys(case.story_key for case in mine if case.story_key):
            own = [case for case in mine if case.story_key == story_key]
            found += [
                CommonPrecondition(
                    epic_key=epic_key, story_key=story_key, text=text, cases=number, total=len(own)
                )
                for text, number in _common(own)
                if _key(text) not in said
            ]
    return tuple(found)


def _in_several(text: str, cases: Sequence[TestCase]) -> bool:
    """Whether cases of more than one story have a precondition; else it is that story's."""
    key = _key(text)
    having = {one.story_key for one in cases if any(_key(t) == key for t in one.preconditions)}
    return len(having) > 1


def _common(cases: Sequence[TestCase]) -> list[tuple[str, int]]:
    """The preconditions of most of the cases, as first written, with how many have them."""
    if len(cases) < LEAST_CASES:
        return []
    words: dict[str, str] = {}
    counts: Counter[str] = Counter()
    for case in cases:
        for key, text in {_key(text): text for text in case.preconditions}.items():
            words.setdefault(key, text)
            counts[key] += 1
    return [(words[key], n) for key, n in counts.items() if key and n >= MOST * len(cases)]


def _key(text: str) -> str:
    return " ".join(text.split()).rstrip(".").casefold()
