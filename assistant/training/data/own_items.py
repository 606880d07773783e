"""The item that the product reads from a pair's criterion, and the data that it would hand over."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Literal

from assistant.design.processes.end_to_end import conditions_of_epic
from assistant.domain import Fact, Outcome, TestCondition
from assistant.generation.proof.support_texts import Known, folded, meaning
from assistant.generation.writer import CaseBrief
from assistant.generation.writers.item_data import person_of, situation_of
from assistant.training.data.open_items import brief_of
from assistant.training.data.open_pairs import OpenPair

Match = Literal["the same words", "the same item", "built from the pair"]
"""How the item of a row stands to what the product reads from the criterion."""


_NAME = re.compile(r"\b[A-ZÀ-Ý][\w'’-]+ [A-ZÀ-Ý][\w'’-]+")


def own_item(pair: OpenPair) -> tuple[CaseBrief, Match, bool]:
    """The pair's brief with the item that the product reads from the criterion where that is the
    same, how it stands to it, and whether the outcome is the product's too.

    Outcomes are those of the criterion, as in the product: what sources say stands in the prompt.
    """
    brief = brief_of(pair)
    wanted = brief.condition
    told = tuple(one for one in wanted.outcomes if one.source_id == brief.criterion.id)
    condition = wanted.model_copy(update={"outcomes": told})
    match: Match = "built from the pair"
    offered = [one for one in conditions_of_epic(brief.epic, depth="thorough") if not one.legs]
    same = [one for one in offered if folded(one.statement) == folded(wanted.statement)]
    found = next(iter(same), None) or next((o for o in offered if _same_item(o, wanted)), None)
    own = False
    if found is not None:
        match = "the same words" if same else "the same item"
        own = bool(found.outcomes) and _agree(found.outcomes, told)
        condition = condition.model_copy(
            update={
                "statement": found.statement,
                "facts": found.facts,
                "outcomes": found.outcomes if own else told,
            }
        )
    return brief.model_copy(update={"condition": condition}), match, own


def _same_item(one: TestCondition, other: TestCondition) -> bool:
    """Whether two items set the same: each fact of the one has its fellow among the other's."""
    return len(one.facts) == len(other.facts) and all(
        any(_same_fact(fact, theirs) for theirs in other.facts) for fact in one.facts
    )


def _same_fact(one: Fact, other: Fact) -> bool:
    if _kind(one) != _kind(other) or one.holds != other.holds:
        return False
    if not _within(one.quote, other.quote):
        return False
    values = (_value(one), _value(other))
    return values[0] == values[1] or (one.kind == "role" and _within(*values))


def _kind(fact: Fact) -> str:
    """A limit without a value is a condition: which it is called depends on the reader."""
    return "condition" if fact.kind == "limit" and not fact.value else fact.kind


def _value(fact: Fact) -> str:
    """A value by its digits, for the units stand in one of "17" and "17 years" alone."""
    digits = "".join(re.findall(r"\d+", fact.value))
    return digits or folded(fact.value).strip()


def _within(one: str, other: str) -> bool:
    """Whether one text holds the other, closing stops left aside."""
    words = [folded(text).strip(" .;,") for text in (one, other)]
    return words[0] in words[1] or words[1] in words[0]


def _agree(own: Sequence[Outcome], told: Sequence[Outcome]) -> bool:
    """Whether each outcome of the product speaks of one of the pair's, to the same side."""
    return all(
        any(one.happens == other.happens and _within(one.quote, other.quote) for other in told)
        for one in own
    )


def own_data(pair: OpenPair, brief: CaseBrief) -> str:
    """The data as the product computes them, told of the pair's person; "" where its steps speak of
    more than these."""
    data = situation_of(brief).data
    named = next((name for name in _NAME.findall(pair.data) if name in pair.answer), "")
    if named:
        data = data.replace(person_of(brief.condition.id), named)
    story = brief.story
    texts = (brief.criterion.text, story.title, story.narrative, *pair.sources, data)
    taken = meaning(pair.data) & meaning(pair.answer)
    if taken - frozenset[str]().union(*map(meaning, texts)):
        return ""
    return "" if Known(texts).strange(pair.answer) else data
