"""The parts of a case that code fills for every writer: ids, traceability, and cited quotations."""

from __future__ import annotations

import re
from collections.abc import Sequence

from assistant.design.shared_preconditions import as_line, stated_preconditions
from assistant.domain import (
    CaseOrigin,
    Chunk,
    Citation,
    Epic,
    Outcome,
    Support,
    TestCase,
    TestStep,
    UserStory,
)
from assistant.generation.proof.passages import Passage, Sources, Supports, quoted
from assistant.generation.sentence_words import clipped
from assistant.generation.writer import CaseBrief
from assistant.generation.writers.item_words import quotation


def case_of(
    brief: CaseBrief,
    origin: CaseOrigin,
    sources: Sources,
    *,
    title: str,
    preconditions: Sequence[str] = (),
    steps: Sequence[TestStep] = (),
    citations: Sequence[Citation] = (),
) -> TestCase:
    """A case for the condition of the brief; its id is a placeholder until the run gives one.

    What epic and stories state to hold before all of their cases stands first in it.
    """
    condition, epic = brief.condition, brief.epic
    stories = (
        [epic.story_of(name) for name in condition.criterion_ids]
        if condition.legs
        else [brief.story]
    )
    labels = [label for story in stories for label in story.labels]
    criterion_ids = condition.criterion_ids if condition.legs else (brief.criterion.id,)
    case = TestCase(
        id=f"TC-{condition.id}",
        title=title,
        objective=quoted_criteria(epic, criterion_ids),
        preconditions=tuple(preconditions),
        steps=tuple(steps),
        priority=condition.priority,
        technique=condition.technique,
        release=brief.story.release or epic.release,
        team=brief.story.team or epic.team,
        epic_key=epic.key,
        story_key=brief.story.key,
        criterion_ids=criterion_ids,
        condition_ids=(condition.id,),
        labels=tuple(dict.fromkeys((*epic.labels, *labels))),
        citations=tuple(dict.fromkeys(citations)),
        origin=origin,
    )
    return _with_shared_preconditions(case, epic, stories, sources)


OBJECTIVE_CHARACTERS = 300
"""Characters of a criterion that an objective quotes."""


def quoted_criteria(epic: Epic, criterion_ids: Sequence[str]) -> str:
    """What a case is to show: the words of each of these criteria behind its id, a line each."""
    texts = {one.id: " ".join(one.text.split()) for one in epic.criteria}
    return "\n".join(
        f"{name}: {quotation(clipped(texts[name], OBJECTIVE_CHARACTERS))}"
        for name in criterion_ids
        if texts.get(name)
    )


def _with_shared_preconditions(
    case: TestCase, epic: Epic, stories: Sequence[UserStory], sources: Sources
) -> TestCase:
    """The case with the preconditions that the epic and these stories state for all of their
    criteria in front of its own, each with the words that state it cited."""
    texts = (epic.description, *(story.narrative for story in dict.fromkeys(stories)))
    words = [one for text in texts for one in stated_preconditions(text)]
    found = [
        next((c for p in sources.passages if (c := quoted(p, one, "precondition"))), None)
        for one in words
    ]
    lines = dict.fromkeys((*map(as_line, words), *case.preconditions))
    cited = dict.fromkeys((*(one for one in found if one is not None), *case.citations))
    return case.model_copy(update={"preconditions": tuple(lines), "citations": tuple(cited)})


def cited_words(passage: Passage | None, quote: str, supports: Supports) -> Citation | None:
    """A citation of a quotation in a passage; white space and letter case may differ there."""
    words = quote.split()
    if passage is None or not words:
        return None
    exact = quoted(passage, quote, supports)
    if exact is not None:
        return exact
    place = stated_in(quote, passage.source.chunk)
    return passage.citation(*place, supports) if place else None


def stated_in(quote: str, chunk: Chunk) -> tuple[int, int] | None:
    """``stated_at`` of a source, also with whose comment it is, as a prompt tells it in front."""
    said = f"({chunk.place})" if chunk.is_comment else ""
    return stated_at(quote.strip().removeprefix(said), chunk.text)


def stated_at(quote: str, text: str) -> tuple[int, int] | None:
    """Where a quotation stands in a text; white space, letter case, bold type and the form of
    quotation marks, apostrophes and dashes may differ."""
    words = ("".join(map(_any_form, word)) for word in quote.replace("*", " ").split())
    pattern = r"[\s*]+".join(words)
    found = re.search(pattern, text, re.IGNORECASE) if pattern else None
    return found.span() if found else None


_FORMS = ('“”„«»"', "'’‘", "–—−‑-")
"""Marks that are written in several forms."""


def _any_form(sign: str) -> str:
    """The pattern of a sign: a mark in any form, and bold type that ends before it or begins."""
    forms = next((f"[{marks}]" for marks in _FORMS if sign in marks), re.escape(sign))
    return forms if sign.isalnum() else rf"\**{forms}\**"


def outcome_citations(
    outcomes: Sequence[Outcome], sources: Sources
) -> tuple[tuple[Citation, ...], Support]:
    """The citations of quoted outcomes, and what they give the result that states them.

    A result is ``derived`` where it tells that what the words say must not happen: it follows
    from them by the technique. It is ``unsupported`` where a quotation stands in no source.
    """
    found: list[Citation] = []
    for one in outcomes:
        passage = sources.of_key(one.source_id) or sources.of_id(one.source_id)
        citation = cited_words(passage, one.quote, "expected_result")
        if citation is None:
            return tuple(dict.fromkeys(found)), "unsupported"
        found.append(citation)
    if not found:
        return (), "unsupported"
    support: Support = "supported" if all(one.happens for one in outcomes) else "derived"
    return tuple(dict.fromkeys(found)), support
