"""A story's own sentence: "As a parent I want to sign": the role, and what is read as a rule."""

from __future__ import annotations

import re
from dataclasses import replace

from assistant.language.sentences import Span, sentences, span
from assistant.language.word_lists import read_patterns
from assistant.reading.criteria import read_rules
from assistant.reading.rules import Condition, Rule

_PATTERNS = read_patterns(__file__)
_STORY = _PATTERNS["story"]
_OCCASION = _PATTERNS["occasion"]
_PURPOSE = _PATTERNS["purpose"]
_AIM = _PATTERNS["aim"]


def read_narrative(text: str) -> Rule | None:
    """The rule in a story sentence, or ``None`` where the text is none.

    It is read from "I want ..." on, up to the purpose; offsets are those of ``text``.
    """
    found = _STORY.search(text)
    if found is None or found.start() > 400:
        found = _OCCASION.match(text)
    if found is None:
        return None
    start = found.start("teller")
    purpose = _PURPOSE.search(text, found.end())
    wanted = span(text, start, purpose.start() if purpose else len(text))
    if not re.search(r"\w", text[found.end() : wanted.end]):
        return None
    rules = read_rules(wanted.text)
    whole = span(text, found.start(), wanted.end)
    if len(rules) != 1:
        return Rule(whole, wanted)
    return replace(_moved(rules[0], wanted.start), whole=whole)


def read_purpose(text: str) -> Rule | None:
    """The rule in what a story sentence is for ("so that I get an answer within 2 hours"), or
    ``None`` where the text is no story sentence or says nothing of that."""
    story = _STORY.search(text) or _OCCASION.match(text)
    purpose = _AIM.search(text) if story else None
    if story is None or purpose is None:
        return None
    end = story.start() if purpose.end() <= story.start() else len(text)
    stated = sentences(text[purpose.end() : end])
    if not stated:
        return None
    said = span(text, purpose.end() + stated[0].start, purpose.end() + stated[0].end)
    rules = read_rules(said.text)
    return _moved(rules[0], said.start) if len(rules) == 1 else Rule(said, said)


def _moved(rule: Rule, by: int) -> Rule:
    """A rule of a part of a text that begins ``by`` characters into it."""

    def placed(words: Span) -> Span:
        return Span(words.text, words.start + by, words.end + by)

    def maybe(words: Span | None) -> Span | None:
        return placed(words) if words else None

    def condition(one: Condition) -> Condition:
        return replace(one, words=placed(one.words), part=maybe(one.part))

    return replace(
        rule,
        whole=placed(rule.whole),
        effect=placed(rule.effect),
        conditions=tuple(map(condition, rule.conditions)),
        context=tuple(map(placed, rule.context)),
        otherwise=maybe(rule.otherwise),
        notice=maybe(rule.notice),
        also=tuple(map(placed, rule.also)),
        exception=maybe(rule.exception),
    )


_OPENING = re.compile(r"\s*as (?:an? |the )?(?P<role>[^,.;:\n]{2,60})", re.IGNORECASE)


def role_of(narrative: str) -> str:
    """The role that a story speaks for ("Call Centre Agent"), or an empty string.

    What stands in brackets behind it is no part of its name.
    """
    match = _STORY.search(narrative) or _OPENING.match(narrative)
    return " ".join(match["role"].partition("(")[0].split()) if match else ""
