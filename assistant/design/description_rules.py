"""Rules that an epic or a story states in its description and in no acceptance criterion.

Many teams write half of their rules above the list of criteria. A paragraph or list item in which
code reads a limit, a condition or a restriction is offered as a criterion; whether it is one is for
a person to say.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from functools import lru_cache
from hashlib import sha256

from assistant.design.conditions import derive_conditions
from assistant.design.questions.open_questions import only_asks
from assistant.design.questions.scope import out_of_scope
from assistant.design.shared_preconditions import BULLET, stated_preconditions
from assistant.domain import AcceptanceCriterion, Epic, UserStory
from assistant.language.casing import bare_words
from assistant.reading.narratives import read_narrative

_DIVISION = re.compile(r"^\s*(?:#{1,6}\s|\||```)")
"""Headings, rows of tables and code are no paragraph."""
_OF_WORDS = re.compile(r"-D[0-9A-F]{4}$")
"""Ends the id of a criterion that was taken from a description."""
LONGEST = 3_000
"""Characters of a paragraph that may be a rule: a longer one is a text, and reading it as one
sentence takes minutes."""


def described_rules(epic: Epic) -> tuple[AcceptanceCriterion, ...]:
    """The rules in the descriptions of an epic's stories, then in its own, in the words of the text
    and under ids made of them ("KEY-D7F3A"): the same words have the same id wherever they stand.
    """
    return tuple(one for one in _in_no_criterion(epic) if _states_rule(one.text))


def other_passages(epic: Epic) -> tuple[AcceptanceCriterion, ...]:
    """What else stands in these descriptions and in no criterion: paragraphs, items and whole
    tables in which code reads no rule, each as the criterion that it may be taken as.

    Not those of a story without any criterion, which may stand for itself, nor what wishes, asks,
    sets out of scope or, as "Business rules:", only leads to what follows it.
    """
    bare = {story.key for story in epic.stories if not story.criteria}
    return tuple(
        one
        for one in _in_no_criterion(epic)
        if one.id.rpartition("-D")[0] not in bare
        and not one.text.endswith((":", "："))
        and not (only_asks(one.text) or read_narrative(one.text) or out_of_scope(one.text))
        and not _states_rule(one.text)
    )


def _in_no_criterion(epic: Epic) -> tuple[AcceptanceCriterion, ...]:
    """The passages of the descriptions whose words no criterion has."""
    held = [bare_words(one.text) for one in epic.criteria]
    descriptions = _descriptions(epic)
    for text in descriptions.values():
        held += map(bare_words, stated_preconditions(text))
    found = []
    for key, description in descriptions.items():
        for words in _passages(description):
            bare = bare_words(words)
            if bare and not any(_holds(one, bare) for one in held):
                found.append(AcceptanceCriterion(id=_id(key, bare), text=words, form="text"))
                held.append(bare)
    return tuple(found)


def described_ids(ids: Iterable[str]) -> frozenset[str]:
    """Those ids of criteria that may be rules of descriptions, by their form."""
    return frozenset(one for one in ids if _OF_WORDS.search(one))


def with_described(epic: Epic, ids: Collection[str]) -> Epic:
    """``epic`` with those rules of its descriptions among its criteria. Rules of the epic itself
    are criteria of a story that has its key."""
    if not ids:
        return epic
    return _with(epic, {one.id: one for one in _in_no_criterion(epic) if one.id in ids})


def with_described_as(epic: Epic, then: Epic) -> Epic:
    """``epic`` with those rules of its descriptions that were criteria ``then``: by their words, or
    under the old id where they read otherwise now. A rule that stood there already and was not
    taken takes no other's place."""
    told = {key: bare_words(text) for key, text in _descriptions(then).items()}
    taken = {
        one.id: bare_words(one.text)
        for story in then.stories
        for one in story.criteria
        if _OF_WORDS.search(one.id) and bare_words(one.text) in told[story.key]
    }
    if not taken:
        return epic
    now = _in_no_criterion(epic)
    words = {rule.id: bare_words(rule.text) for rule in now}
    found = {rule.id: rule for rule in now if words[rule.id] in taken.values()}
    for name, old in taken.items():
        if old in words.values():
            continue
        key = name.rpartition("-D")[0]
        new = [
            rule
            for rule in now
            if rule.id.startswith(f"{key}-D")
            and _alike(words[rule.id], old)
            and not _holds(told[key], words[rule.id])
        ]
        if len(new) == 1:
            found[new[0].id] = new[0].model_copy(update={"id": name})
    return _with(epic, found)


def _with(epic: Epic, rules: Mapping[str, AcceptanceCriterion]) -> Epic:
    stories = {story.key: story for story in epic.stories}
    for rule in rules.values():
        key = rule.id.rpartition("-D")[0]
        story = stories.get(key) or UserStory(key=key, title=epic.title, uri=epic.uri)
        stories[key] = story.model_copy(update={"criteria": (*story.criteria, rule)})
    return epic.model_copy(update={"stories": tuple(stories.values())})


def _descriptions(epic: Epic) -> dict[str, str]:
    """The descriptions by the key of what they describe; a story may have the epic's."""
    found = {story.key: story.narrative for story in epic.stories}
    own = found.get(epic.key, "")
    found[epic.key] = own if own == epic.description else f"{own}\n\n{epic.description}"
    return found


def _id(key: str, bare: str) -> str:
    return f"{key}-D{sha256(bare.encode('utf-8', 'replace')).hexdigest()[:4].upper()}"


def _alike(one: str, other: str) -> bool:
    """Whether two rules have more than half of their words in common: one is the other, changed."""
    first, second = set(one.split()), set(other.split())
    return len(first & second) * 2 > max(len(first), len(second))


def _passages(description: str) -> Iterator[str]:
    """Its paragraphs and the items of its lists, without marks, and its tables as they stand."""
    lines: list[str] = []
    rows: list[str] = []
    for line in (*description.splitlines(), ""):
        if line.lstrip().startswith("|"):
            rows.append(line.strip())
        elif rows:
            yield "\n".join(rows)
            rows = []
        mark = BULLET.match(line)
        if lines and (mark or not line.strip() or _DIVISION.match(line)):
            yield " ".join(lines)
            lines = []
        if line.strip() and not _DIVISION.match(line):
            lines.append(line[mark.end() :].strip() if mark else line.strip())


@lru_cache(maxsize=4096)
def _states_rule(words: str) -> bool:
    """Whether code reads more in it than that something happens: what is tested on another side.

    Kept, because a page asks it of each paragraph whenever it is drawn.
    """
    if len(words) > LONGEST or only_asks(words) or read_narrative(words):
        return False
    rule = AcceptanceCriterion(id="D", text=words, form="text")
    states = any(one.technique != "positive" for one in derive_conditions(rule))
    return states and not out_of_scope(words)


def _holds(said: str, bare: str) -> bool:
    """Whether bare words say what others say already: all of it, or most of it."""
    whole, part = f" {said} ", f" {bare} "
    return part in whole or (bool(said) and whole in part and len(said) * 2 > len(bare))
