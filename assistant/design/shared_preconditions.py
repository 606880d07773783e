"""Preconditions that an epic or a story states once for all of its criteria.

They stand in a section "Preconditions" or "Assumptions" of its own text, or are the given that all
criteria of a story begin with (a Background, for example). Questions and what is out of scope are
none.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Literal

from assistant.design.questions.scope import is_scope_statement
from assistant.domain import AcceptanceCriterion, Epic, UserStory, Value
from assistant.language.casing import capital, one_line
from assistant.reading.criteria import read_rules

MAX_LINES = 8
"""Stated preconditions of one text; a longer list is documentation."""

MAX_LENGTH = 240

Level = Literal["epic", "story"]

_HEADING = re.compile(
    r"^[ \t]*[#*_]*[ \t]*(?P<name>pre-?[ ]?conditions?|pre-?[ ]?requisites?|assumptions?"
    r"|assumed)[*_]*[ \t]*:[*_]*[ \t]*(?P<rest>\S[^\n]*)?$",
    re.IGNORECASE | re.MULTILINE,
)
_LABEL = re.compile(r"^[ \t]*[A-Z][\w /&-]{2,40}:[ \t]*$")
BULLET = re.compile(r"^[ \t]*(?:[-*•–+]|\d{1,2}[.)])[ \t]+")
"""The mark of an item of a list."""
_NO_FACT = re.compile(r"\?\s*$|\b(?:tbd|tbc|to be (?:confirmed|decided|clarified))\b", re.I)


class SharedPrecondition(Value):
    """A precondition of all criteria of an epic or a story: ``key`` is whose.

    ``text`` is the line as a case carries it, ``quote`` the words that state it (they stand in the
    text of the epic, the story, or each of its criteria). ``stated`` tells whether a section says
    so, else all criteria do.
    """

    level: Level
    key: str
    text: str
    quote: str
    stated: bool = True


def stated_preconditions(text: str) -> tuple[str, ...]:
    """The lines below "Preconditions:" and "Assumptions:" in a text, in its own words."""
    found: list[str] = []
    for heading in _HEADING.finditer(text):
        rest = heading["rest"]
        lines = [rest] if rest else list(_below(text[heading.end() :]))
        for line in lines:
            words = BULLET.sub("", line).strip()
            if re.search(r"\w", words) and len(words) <= MAX_LENGTH and not _NO_FACT.search(words):
                found.append(words)
    kept = (one for one in dict.fromkeys(found) if not is_scope_statement(one))
    return tuple(kept)[:MAX_LINES]


def _below(text: str) -> Iterator[str]:
    """The lines of a section: its list, or else its one paragraph."""
    listed = False
    begun = False
    for line in text.lstrip("\n").splitlines():
        if not line.strip():
            if begun and not listed:
                return
            continue
        if _LABEL.match(line) or line.lstrip().startswith("#"):
            return
        item = bool(BULLET.match(line))
        if begun and listed and not item and not line[:1].isspace():
            return
        listed = listed or item
        begun = True
        yield line


def shared_preconditions(epic: Epic) -> tuple[SharedPrecondition, ...]:
    """What holds before all cases of the epic, then of each of its stories, in source order."""
    found = [
        SharedPrecondition(level="epic", key=epic.key, text=as_line(words), quote=words)
        for words in stated_preconditions(epic.description)
    ]
    for story in epic.stories:
        found += [
            SharedPrecondition(level="story", key=story.key, text=as_line(words), quote=words)
            for words in stated_preconditions(story.narrative)
        ]
        found += [
            SharedPrecondition(
                level="story", key=story.key, text=as_line(words), quote=words, stated=False
            )
            for words in _given_by_all(story)
        ]
    return tuple(found)


def as_line(words: str) -> str:
    """Words as a precondition of a case: a sentence."""
    plain = re.sub(r"^(?:given|and|that|assumes?|assuming)\b(?: that)?\s+", "", words, flags=re.I)
    said = capital(one_line(plain))
    return said if said[-1] in ".!?" else f"{said}."


def _given_by_all(story: UserStory) -> tuple[str, ...]:
    """What each criterion of a story states to be given; one criterion alone shares nothing."""
    if len(story.criteria) < 2:
        return ()
    common: dict[str, str] = {}
    for place, criterion in enumerate(story.criteria):
        here = {one.casefold(): one for one in _given(criterion)}
        common = here if not place else {key: one for key, one in common.items() if key in here}
        if not common:
            return ()
    return tuple(common.values())


def _given(criterion: AcceptanceCriterion) -> Iterator[str]:
    """What a criterion states to be given, one by one."""
    if criterion.form == "table":
        return
    for rule in read_rules(criterion.text, gherkin=criterion.form == "gherkin")[:1]:
        said = [c.words for c in rule.conditions if c.keyword == "given"]
        for span in (*rule.context, *said):
            words = re.sub(r"^(?:given|and)\b(?: that)?\s+", "", one_line(span.text), flags=re.I)
            if words:
                yield words.rstrip(".")
