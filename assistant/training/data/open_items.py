"""What an open pair stands for in the product: its item, its brief and its case.

The item is read from the fixed words of ``test`` and the quotations of ``outcome``; the story and
the form of the criterion are what the product reads when both are pasted.

The item that the product reads from a pair's criterion, and the data that it would hand over.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import Literal

from assistant.design.conditions import condition_label, outcome_label
from assistant.design.processes.end_to_end import conditions_of_epic
from assistant.domain import (
    AcceptanceCriterion,
    Chunk,
    Epic,
    Fact,
    Outcome,
    RetrievedChunk,
    TestCase,
    TestCondition,
    TestStep,
    UserStory,
)
from assistant.errors import SourceError
from assistant.generation.numbering import Numbering, story_chunks
from assistant.generation.proof import Sources, with_sources
from assistant.generation.proof.limits import limits_of
from assistant.generation.proof.measures import comparable
from assistant.generation.proof.support_texts import Known, folded, meaning
from assistant.generation.writer import CaseBrief
from assistant.generation.writers.item_data import person_of, situation_of
from assistant.language.quantities import find_quantities
from assistant.sources.pasted.pasted import read_pasted
from assistant.training.data.open_pairs import OpenPair

ANOTHER = "another"
REFUSED = "refused"
MAIN_FLOW = "main flow"

_QUOTE = r"“((?:[^“”]|“[^“”]*”)*)”"
"""A quotation, which may hold a message in the same marks."""
_QUOTED = re.compile(_QUOTE)
_SIDE = re.compile(_QUOTE + r" (holds|does not hold)")
_VALUE = re.compile(r"value: (?P<value>[^;]+); ")
_ROLE = re.compile(rf"role: (?P<role>[^;]+); {_QUOTE}(?P<rest>(?:; .*)?)$")
_ACTING = re.compile(r"role: (?P<role>[^;]+); (?=.* (?:holds|does not hold)$)")
_CHANGE = re.compile(rf"(?P<barred>not allowed: )?from {_QUOTE} to {_QUOTE}(?P<rest>(?:; .*)?)$")
_FIELD = re.compile(rf"field {_QUOTE} (?:is|has) (?P<entry>[^;]+)(?P<rest>(?:; .*)?)$")
_OUTCOME = re.compile(rf"(?P<not>not: )?(?:\[(?P<source>\d+)\] )?{_QUOTE}")


class UnreadItem(ValueError):
    """``test`` or ``outcome`` is in none of the forms; the text says which are."""


def quotations(text: str) -> list[str]:
    """What stands between “ ” in a text."""
    return [match[1] for match in _QUOTED.finditer(text)]


def facts_of(pair: OpenPair) -> tuple[Fact, ...]:
    """The facts that ``test`` sets. Raises ``UnreadItem``."""
    test = pair.test.strip()
    if test == MAIN_FLOW:
        return (Fact(kind="main flow", quote=_main_quote(pair)),)
    if test == REFUSED:
        return (Fact(kind="main flow", quote="", holds=False),)
    if value := _VALUE.match(test):
        first, *others = _sides(test[value.end() :])
        tried = first.model_copy(update={"kind": "limit", "value": value["value"].strip()})
        return (tried, *others)
    if role := _ROLE.match(test):
        name = role["role"].strip()
        acting = Fact(kind="role", quote=role[2], holds=name != ANOTHER, value=name)
        return (acting, *(_sides(role["rest"][2:]) if role["rest"] else ()))
    if acts := _ACTING.match(test):
        name = acts["role"].strip()
        return (Fact(kind="role", quote=name, value=name), *_sides(test[acts.end() :]))
    if change := _CHANGE.match(test):
        states = (
            Fact(kind="transition", quote=change[2], value="from"),
            Fact(kind="transition", quote=change[3], value="to"),
        )
        return (*states, *(_sides(change["rest"][2:]) if change["rest"] else ()))
    if entry := _FIELD.match(test):
        return tuple(_entry(entry[1], entry["entry"].strip(), entry["rest"][2:]))
    return tuple(_sides(test))


def _sides(text: str) -> list[Fact]:
    """Quotations that hold or do not; nothing else may stand there."""
    found = []
    for side in _SIDE.finditer(text):
        limit = any(quantity.is_limit for quantity in find_quantities(side[1]))
        kind = "limit" if limit else "condition"
        found.append(Fact(kind=kind, quote=side[1], holds=side[2] == "holds"))
    if not found or _SIDE.sub("", text).strip(" ;"):
        raise UnreadItem(
            f"test is in none of the known forms at {text!r}; write value:, role:, from “A” to "
            "“B”, field “F” is/has, main flow, refused, or “...” holds / does not hold"
        )
    return found


def _entry(name: str, entry: str, rest: str) -> Iterator[Fact]:
    """The entry of a field, with the limit that it is held against where one is quoted."""
    quotes = quotations(rest)
    if not quotes:
        yield Fact(kind="field", quote=name, value=entry)
    elif _SIDE.search(rest):
        yield Fact(kind="field", quote=name, value=entry)
        yield from _sides(rest)
    else:
        yield Fact(kind="field", quote=name)
        limit = Fact(kind="limit", quote=quotes[0], value=entry)
        yield limit.model_copy(update={"holds": side_of(limit) is not False})


def side_of(fact: Fact, text: str = "") -> bool | None:
    """Whether the quoted words of a limit hold at its value; ``None`` where nobody can tell: where
    the limit reads otherwise in its ``text`` than alone ("can be moved up to 7 days before")."""
    if text and _comparisons(fact.quote, fact.quote) != _comparisons(fact.quote, text):
        return None
    condition = TestCondition(
        id="", criterion_id="", technique="boundary", statement="", facts=(fact,)
    )
    limit = next(limits_of(condition), None)
    if limit is None or limit.tried is None:
        return None
    if not all(comparable(limit.tried, bound) for _, bound in limit.bounds):
        return None
    return limit.holds_at(limit.tried.value)


def _comparisons(quote: str, text: str) -> list[str]:
    """The comparisons of the limits in a quotation, as they are read in a text that holds it."""
    start = " ".join(text.split()).casefold().find(" ".join(quote.split()).casefold())
    end = start + len(" ".join(quote.split()))
    return [
        one.comparison
        for one in find_quantities(" ".join(text.split()))
        if start <= one.start < end and one.comparison != "none"
    ]


def outcomes_of(pair: OpenPair) -> tuple[Outcome, ...]:
    """The quotations of ``outcome``; ``source_id`` is "" for the criterion, else the source's
    number. Raises ``UnreadItem`` where it has words of its own."""
    rest = _OUTCOME.sub("", pair.outcome)
    if rest.strip(" ;,."):
        raise UnreadItem(f"outcome has own words: {rest.strip(' ;,.')!r}; quote the text")
    return tuple(
        Outcome(source_id=one["source"] or "", quote=one[3], happens=not one["not"])
        for one in _OUTCOME.finditer(pair.outcome)
    )


def _main_quote(pair: OpenPair) -> str:
    """What a main flow shows, as the product names it: the first outcome of the criterion."""
    own = [one for one in outcomes_of(pair) if not one.source_id and one.happens]
    return own[0].quote if own else ""


@lru_cache(maxsize=4096)
def _basis(story: str, criterion: str, domain: str, key: str) -> Epic:
    """Story and criterion as the product reads them when both are pasted.

    A criterion that it would divide is kept whole, for the pair is about the whole.
    """
    title, narrative = story, ""
    own = AcceptanceCriterion(id=f"{key}-AC1", text=criterion.strip(), form="text")
    try:
        reading = read_pasted(f"{story}\n\nAcceptance criteria:\n{criterion}")
    except SourceError:
        reading = None
    stories = [one for epic in reading.epics for one in epic.stories] if reading else []
    if len(stories) == 1:
        title, narrative = stories[0].title, stories[0].narrative
        read = stories[0].criteria
        if len(read) == 1 and read[0].text.split() == criterion.split():
            own = own.model_copy(update={"form": read[0].form})
    told_story = UserStory(key=key, title=title, narrative=narrative, criteria=(own,))
    return Epic(key=domain, title=domain, stories=(told_story,))


def epic_of(pair: OpenPair) -> Epic:
    """The pair's story with its one criterion, in an epic that stands for the domain."""
    return _basis(pair.story, pair.criterion, pair.domain, pair.criterion_key)


def brief_of(pair: OpenPair) -> CaseBrief:
    """What a writer gets for the pair's item: basis and sources numbered as in a run.

    Raises ``UnreadItem``.
    """
    epic = epic_of(pair)
    story = epic.stories[0]
    criterion = story.criteria[0]
    numbering = Numbering()
    basis = numbering.basis(story_chunks(epic, story, ()))
    found = [
        RetrievedChunk(chunk=_chunk(pair, number, text), score=1.0, rank=number, stage="fused")
        for number, text in enumerate(pair.sources, start=1)
    ]
    sources = (*basis, *numbering.retrieved(found))
    facts = facts_of(pair)
    outcomes = tuple(
        one.model_copy(update={"source_id": _source_id(pair, one.source_id, criterion.id)})
        for one in outcomes_of(pair)
    )
    technique = pair.case.product_technique
    condition = TestCondition(
        id=pair.id,
        criterion_id=criterion.id,
        technique=technique,
        valid=technique != "negative",
        statement=_statement(pair.test, facts),
        facts=facts,
        outcomes=outcomes,
        expected=outcome_label(outcomes),
    )
    return CaseBrief(
        epic=epic, story=story, criterion=criterion, condition=condition, sources=sources
    )


def _statement(test: str, facts: Sequence[Fact]) -> str:
    """The label of the item; a limit without a value is told as a condition."""
    if test.strip() == REFUSED:
        return REFUSED
    return condition_label(
        [
            one.model_copy(update={"kind": "condition"})
            if one.kind == "limit" and not one.value
            else one
            for one in facts
        ]
    )


def _chunk(pair: OpenPair, number: int, text: str) -> Chunk:
    name = _source_id(pair, str(number), "")
    return Chunk(id=name, document_id=f"source-{name}", ordinal=0, text=text, kind="rule")


def _source_id(pair: OpenPair, number: str, criterion_id: str) -> str:
    return f"{pair.criterion_key}-{number}" if number else criterion_id


def case_of_pair(pair: OpenPair, brief: CaseBrief, sources: Sources) -> TestCase:
    """The pair's case, the numbers of its sources made citations.

    What its data say stands among its preconditions, as in the product.
    """
    ranks = _ranks(brief.sources)
    steps = tuple(
        TestStep(
            number=number,
            action=step.do,
            test_data=step.data,
            expected_result=step.see,
            citations=with_sources(
                step.see,
                [ranks[n] for n in step.sources if n < len(ranks)],
                sources,
                action=f"{step.do}\n{step.data}",
                title=pair.case.title,
            ),
        )
        for number, step in enumerate(pair.case.steps, start=1)
    )
    return TestCase(
        id=pair.id,
        title=pair.case.title,
        preconditions=tuple(dict.fromkeys((*pair.case.given, *pair.facts))),
        steps=steps,
        technique=pair.case.product_technique,
        epic_key=brief.epic.key,
        story_key=brief.story.key,
        criterion_ids=(brief.criterion.id,),
        condition_ids=(brief.condition.id,),
    )


def _ranks(sources: Sequence[RetrievedChunk]) -> list[int]:
    """The run's number of the criterion and of each source, by the pair's own numbers."""
    return [sources[0].rank, *(one.rank for one in sources if one.is_hit)]


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
