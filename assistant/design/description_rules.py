"""Rules that an epic or a story states in its description and in no acceptance criterion.

Many teams write half of their rules above the list of criteria. A paragraph or list item in which
code reads a limit, a condition or a restriction is offered as a criterion; whether it is one is for
a person to say.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator

from assistant.design.conditions import derive_conditions
from assistant.design.questions.open_questions import only_asks
from assistant.design.questions.scope import out_of_scope
from assistant.design.shared_preconditions import stated_preconditions
from assistant.domain import AcceptanceCriterion, Epic, UserStory
from assistant.language.casing import bare_words
from assistant.reading.narratives import read_narrative

_MARK = re.compile(r"^\s*(?:[-*•–+]|\d{1,2}[.)])\s+")
_DIVISION = re.compile(r"^\s*(?:#{1,6}\s|\||```)")
"""Headings, rows of tables and code are no paragraph."""


def described_rules(epic: Epic) -> tuple[AcceptanceCriterion, ...]:
    """The rules in the descriptions of an epic's stories, then in its own, under ids of their own
    ("KEY-D1"), in the words of the text."""
    held = [bare_words(one.text) for one in epic.criteria]
    descriptions = {story.key: story.narrative for story in epic.stories}
    descriptions.setdefault(epic.key, epic.description)
    if descriptions[epic.key] != epic.description:  # a story that has the epic's key
        descriptions[epic.key] += f"\n\n{epic.description}"
    for text in descriptions.values():
        held += map(bare_words, stated_preconditions(text))
    found = []
    for key, description in descriptions.items():
        number = 0
        for words in _paragraphs(description):
            rule = AcceptanceCriterion(id=f"{key}-D{number + 1}", text=words, form="text")
            bare = bare_words(words)
            if not any(_holds(one, bare) for one in held) and _states_rule(rule):
                number += 1
                found.append(rule)
                held.append(bare)
    return tuple(found)


def with_described(epic: Epic, ids: Collection[str]) -> Epic:
    """``epic`` with those rules of its descriptions among its criteria. Rules of the epic itself
    are criteria of a story that has its key."""
    stories = {story.key: story for story in epic.stories}
    for rule in described_rules(epic):
        if rule.id in ids:
            key = rule.id.rpartition("-D")[0]
            story = stories.get(key) or UserStory(key=key, title=epic.title, uri=epic.uri)
            stories[key] = story.model_copy(update={"criteria": (*story.criteria, rule)})
    return epic.model_copy(update={"stories": tuple(stories.values())})


def with_described_as(epic: Epic, then: Epic) -> Epic:
    """``epic`` with those rules of its descriptions that were criteria ``then``: wherever they
    stand now, also where some of their words are others."""
    taken = {
        one.id: bare_words(one.text)
        for story in then.stories
        for one in story.criteria
        if re.fullmatch(re.escape(story.key) + r"-D\d+", one.id)
    }
    if not taken:
        return epic
    now = {rule.id: bare_words(rule.text) for rule in described_rules(epic)}
    standing = {name for name, words in now.items() if words in taken.values()}
    gone = [words for words in taken.values() if words not in now.values()]
    changed = {name for name, words in now.items() if any(_alike(words, old) for old in gone)}
    return with_described(epic, standing | changed)


def _alike(one: str, other: str) -> bool:
    """Whether two rules have more than half of their words in common: one is the other, changed."""
    first, second = set(one.split()), set(other.split())
    return len(first & second) * 2 > max(len(first), len(second))


def _paragraphs(description: str) -> Iterator[str]:
    """Its paragraphs and the items of its lists, without marks."""
    lines: list[str] = []
    for line in (*description.splitlines(), ""):
        mark = _MARK.match(line)
        if lines and (mark or not line.strip() or _DIVISION.match(line)):
            yield " ".join(lines)
            lines = []
        if line.strip() and not _DIVISION.match(line):
            lines.append(line[mark.end() :].strip() if mark else line.strip())


def _states_rule(rule: AcceptanceCriterion) -> bool:
    """Whether code reads more in it than that something happens: what is tested on another side."""
    if only_asks(rule.text) or read_narrative(rule.text):
        return False
    states = any(one.technique != "positive" for one in derive_conditions(rule))
    return states and not out_of_scope(rule.text)


def _holds(said: str, bare: str) -> bool:
    """Whether bare words say what others say already: all of it, or most of it."""
    return bare in said or (bool(said) and said in bare and len(said) * 2 > len(bare))
