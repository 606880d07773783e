"""The same stories and conditions through every column, case by case.

Story by story, and within a story column by column, so that a comparison which is cancelled half
way holds whole stories in all columns. What was scored already is not written again.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from time import perf_counter

from assistant.domain import (
    CaseTemplate,
    StoryCases,
    TestCase,
    TestCondition,
    Value,
)
from assistant.errors import AssistantError
from assistant.evaluation.columns import ColumnSpec, brief_for, column_kind
from assistant.evaluation.matching import TextEmbedder
from assistant.evaluation.quality import (
    case_text,
    grounding,
    memory_bytes,
    problems_of,
    smells,
)
from assistant.evaluation.records import CaseLoss, CaseScore, Comparison, EvaluationSet
from assistant.evaluation.style_similarity import CompanyProfile, known_templates, learn_profile
from assistant.evaluation.summary import PlannedStory, summarise
from assistant.generation.cancellation import CancelCheck, Cancelled, never_cancelled
from assistant.generation.proof import ground_of, verified
from assistant.generation.proof import grounded as checked
from assistant.generation.proof.bleed import NOT_IN_SOURCES, Memorised, bleed, memorised
from assistant.suite.template import DEFAULT_TEMPLATE

Conditions = Callable[[StoryCases], Sequence[TestCondition]]


class Progress(Value):
    """How far a comparison is: items are cases of all columns."""

    done: int
    total: int
    column: str = ""
    story_key: str = ""


OnProgress = Callable[[Progress], None]


def _silent(_: Progress) -> None:
    """For callers who do not watch."""


def compare(
    stories: Sequence[StoryCases],
    columns: Mapping[str, ColumnSpec],
    conditions_for: Conditions,
    *,
    comparison_id: str,
    evaluation_set: EvaluationSet,
    embedder: TextEmbedder,
    company: Sequence[TestCase] = (),
    training_texts: Sequence[str] = (),
    template: CaseTemplate = DEFAULT_TEMPLATE,
    losses: Mapping[str, Sequence[CaseLoss]] | None = None,
    done: Sequence[CaseScore] = (),
    progress: OnProgress = _silent,
    cancelled: CancelCheck = never_cancelled,
) -> Iterator[CaseScore | Comparison]:
    """Write a case for every condition in every column: ``CaseScore``..., then ``Comparison``.

    ``conditions_for`` is asked once a story: all columns get the same conditions. ``company`` are
    cases that show how the company writes (the training cases; the reference cases themselves where
    none are given), ``training_texts`` what an adapter was trained on, to tell what it took from
    there. ``losses`` are each column's losses on the reference cases, for perplexity.
    ``done`` are scores of an earlier, unfinished comparison of the same set: items with an equal
    condition are kept and not yielded again.

    Where the user cancels, the last value is a ``Comparison`` of the whole stories so far, with
    ``complete`` false. Raises ``AssistantError`` where two stories have one key, or where there is
    nothing to compare, and passes on ``GenerationError``; what was yielded stays valid.
    """
    plan = _planned(stories, columns, conditions_for)
    profile = _profile(stories, company)
    trained = ("\n".join(training_texts),) if training_texts else ()
    earlier = {score.place: score for score in done}
    scores: list[CaseScore] = []
    total = len(columns) * sum(len(item.conditions) for item in plan)
    complete = True
    try:
        for item in plan:
            for column, spec in columns.items():
                for condition in item.conditions:
                    key = item.stories.story.key
                    known = earlier.get((column, key, condition.id))
                    if known is not None and known.condition == condition:
                        scores.append(known)
                        continue
                    if cancelled():
                        raise Cancelled("Comparing was cancelled. Start it again to go on.")
                    progress(Progress(done=len(scores), total=total, column=column, story_key=key))
                    score = score_case(
                        column,
                        spec,
                        item.stories,
                        condition,
                        template=template,
                        profile=profile,
                        training_texts=trained,
                        cancelled=cancelled,
                    )
                    scores.append(score)
                    yield score
    except Cancelled:
        complete = False
    progress(Progress(done=len(scores), total=total))
    yield summarise(
        comparison_id,
        evaluation_set,
        plan,
        {column: spec.writer.spec for column, spec in columns.items()},
        scores,
        embedder,
        profile=profile,
        losses=losses or {},
        template=template,
        complete=complete,
    )


def score_case(
    column: str,
    spec: ColumnSpec,
    stories: StoryCases,
    condition: TestCondition,
    *,
    template: CaseTemplate = DEFAULT_TEMPLATE,
    profile: CompanyProfile | None = None,
    training_texts: Sequence[str] = (),
    cancelled: CancelCheck = never_cancelled,
) -> CaseScore:
    """Write one case and measure all that can be measured on it alone. Raises as the writer."""
    brief, left_out = brief_for(spec, stories, condition)
    started = perf_counter()
    result = spec.writer.write(brief, cancelled=cancelled)
    seconds = perf_counter() - started
    case = checked(verified(result.case, brief.sources), ground_of(brief.as_story()))
    grounded, expected = grounding(case)
    problems = problems_of(case, template)
    strange = bleed(case, brief)
    marks = [one.message for one in result.case.findings if one.rule == NOT_IN_SOURCES]
    from_training = memorised(case, brief, training_texts) if strange else Memorised()
    known, templates = known_templates(case, profile) if profile else (0, 0)
    return CaseScore(
        column=column,
        story_key=stories.story.key,
        condition=condition,
        case=case,
        valid=not problems,
        problems=problems,
        expected=expected,
        grounded=grounded,
        bleed=strange,
        marked=tuple(item for item in strange if any(f"“{item}”" in text for text in marks)),
        memorised=(*from_training.items, *from_training.sentences),
        smells=smells(case),
        templates=templates,
        known_templates=known,
        refused_drafts=len(result.rejected),
        replaced=case.origin.replaces,
        sources=tuple(source.chunk.id for source in brief.sources),
        left_out=left_out,
        prompt_tokens=result.prompt_tokens,
        generated_tokens=result.generated_tokens,
        seconds=seconds,
        memory_bytes=memory_bytes(),
        text=case_text(case),
    )


def choose_stories(stories: Sequence[StoryCases], limit: int, seed: int) -> tuple[StoryCases, ...]:
    """``limit`` stories with reference cases, drawn by ``seed``, in the order given; 0 means all.

    The draw depends on keys alone, not on the order, and a larger limit holds the smaller one's.
    """
    usable = [story for story in stories if story.cases]
    if limit <= 0 or limit >= len(usable):
        return tuple(usable)
    keys = sorted(story.story.key for story in usable)
    random.Random(seed).shuffle(keys)
    chosen = set(keys[:limit])
    return tuple(story for story in usable if story.story.key in chosen)


def _planned(
    stories: Sequence[StoryCases], columns: Mapping[str, ColumnSpec], conditions_for: Conditions
) -> tuple[PlannedStory, ...]:
    if not columns:
        raise AssistantError("There is no column to compare. Choose at least one.")
    for column in columns:
        column_kind(column)
    keys = [item.story.key for item in stories]
    twice = next((key for key in keys if keys.count(key) > 1), None)
    if twice is not None:
        raise AssistantError(
            f"Two stories have the key “{twice}”. Give each story a key of its own and try again."
        )
    plan = tuple(PlannedStory(item, tuple(conditions_for(item))) for item in stories if item.cases)
    if not any(item.conditions for item in plan):
        raise AssistantError(
            "There is nothing to compare: no story has both reference cases and a test condition. "
            "Link existing cases to stories and try again."
        )
    for item in plan:
        ids = [condition.id for condition in item.conditions]
        if len(set(ids)) < len(ids):
            raise AssistantError(
                f"Two test conditions of story “{item.stories.story.key}” have the same id. "
                "Give each case of the story an id of its own and try again."
            )
    return plan


def _profile(stories: Sequence[StoryCases], company: Sequence[TestCase]) -> CompanyProfile | None:
    cases = list(company) or [case for item in stories for case in item.cases]
    return learn_profile(cases) if any(case.steps or case.preconditions for case in cases) else None
