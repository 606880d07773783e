"""The order of stories that an epic's own text lists: "the agent finds the account, verifies ...".

A sentence counts only where it names at least two stories of the epic, each by the verb and the
object of its title, in the order in which they are to happen. What is done today is no process of
the epic.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from assistant.design.processes.handovers import STOP, command_facts
from assistant.design.questions.conflicts import stem
from assistant.domain import AcceptanceCriterion, Epic
from assistant.language.sentences import sentences

NAMED = 0.75
"""Share of the telling words of a part that a criterion must hold to be what it speaks of."""

LEAST_WORDS = 4

_PARTS = re.compile(r"[,;:]\s+(?:and |then |next |finally )*|\s+and (?:then )?|\s*(?:→|->|=>)\s*")
_TODAY = re.compile(
    r"^\W*(?:today|currently|at present|until now|so far)\b|\bnow\b|\bno longer\b", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Stage:
    """A part of a process: a story, or one criterion of it, with the words that name it."""

    story_key: str
    criterion_id: str
    words: str


def stated_flow(epic: Epic) -> tuple[Stage, ...]:
    """The stories and criteria that the epic lists in order; empty where it lists none."""
    best: tuple[Stage, ...] = ()
    for said in sentences(epic.description):
        if _TODAY.search(said.text):
            continue
        found = _stages(epic, _PARTS.split(said.text))
        if len({one.story_key for one in found}) > max(1, len({one.story_key for one in best})):
            best = found
    return best


def _stages(epic: Epic, parts: Sequence[str]) -> tuple[Stage, ...]:
    found: list[Stage] = []
    for part in parts:
        words = _stems(part)
        story = next(
            (one for one in epic.stories if one.criteria and _is_named(one.title, words)), None
        )
        if story is not None:
            if all(one.story_key != story.key for one in found):
                found.append(Stage(story.key, "", part))
            continue
        keys = {one.story_key for one in found}
        named = [c for s in epic.stories if s.key in keys for c in s.criteria if _tells(c, words)]
        if len(named) == 1:
            found.append(Stage(epic.story_of(named[0].id).key, named[0].id, part))
    return tuple(found)


def _is_named(title: str, words: frozenset[str]) -> bool:
    """Whether words hold verb and object of a story's title."""
    return any(
        stem(fact.value) in words and words.issuperset(fact.name)
        for fact in command_facts(title)
        if fact.kind == "done"
    )


def _tells(criterion: AcceptanceCriterion, words: frozenset[str]) -> bool:
    return len(words) >= LEAST_WORDS and len(words & _stems(criterion.text)) >= NAMED * len(words)


def _stems(text: str) -> frozenset[str]:
    found = (word for word in re.findall(r"[A-Za-z][A-Za-z-]+", text) if word.lower() not in STOP)
    return frozenset(map(stem, found))
