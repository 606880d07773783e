"""Which cases become pairs, and which stories are kept back to measure a model.

A story is never divided: its cases are siblings that give each other away.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from typing import Literal

from pydantic import Field

from assistant.domain import CaseStatus, CaseTemplate, StoryCases, TestCase, Value
from assistant.errors import TrainingError
from assistant.generation.lint import lint
from assistant.generation.writers.item_answer import completion_of
from assistant.suite.near_duplicates import near_duplicates, shingles
from assistant.suite.template import template_problems
from assistant.training.data.data_sheet import UNLINKED, LeftOut, NearDuplicate
from assistant.training.data.pairs import Split

CountTokens = Callable[[str], int]


def answer_text(case: TestCase) -> str:
    """The words of a case's answer: preconditions, actions and expected results, a line each."""
    steps = (text for step in case.steps for text in (step.action, step.expected_result))
    return "\n".join((*case.preconditions, *steps))


class DatasetConfig(Value):
    """The choices for a dataset; stored with its adapter.

    ``rows`` "both" gives each train case once without and once with context, "one" gives it once,
    with context for the share ``with_context``. ``smells`` are rules of ``lint`` that a case must
    not break, ``template`` the company's template that it must fit. Shares are of all cases.
    """

    split_by: SplitBy = "story"
    seed: int = 7
    held_out: float = Field(default=0.2, gt=0, lt=1)
    validation: float = Field(default=0.05, ge=0, lt=1)
    rows: Literal["both", "one"] = "both"
    with_context: float = Field(default=0.5, ge=0, le=1)
    statuses: tuple[CaseStatus, ...] = ("accepted", "imported")
    include_edited: bool = False
    template: CaseTemplate | None = None
    smells: tuple[str, ...] = ()
    masked: bool = False
    near_duplicate: float = Field(default=0.85, gt=0.3, le=1)
    drop_near_duplicates: bool = True
    max_completion_characters: int = Field(default=2400, ge=200)
    max_tokens: int = Field(default=0, ge=0)
    """Kept with adapters of earlier versions; characters bound a case."""
    min_train: int = Field(default=30, ge=1)


class Selection(Value):
    """The stories with the cases that are used, the split of each story, and what was left out."""

    stories: tuple[StoryCases, ...]
    split_of: dict[str, Split]
    left_out: tuple[LeftOut, ...]
    near_duplicates: tuple[NearDuplicate, ...]

    def of(self, *splits: Split) -> tuple[StoryCases, ...]:
        """The stories of these splits, in order."""
        return tuple(one for one in self.stories if self.split_of[one.story.key] in splits)


def select(
    stories: Sequence[StoryCases],
    config: DatasetConfig,
    *,
    left_out: Sequence[LeftOut] = (),
) -> Selection:
    """The cases that pass the filters, split, without near-duplicates across the split.

    ``left_out`` are cases that were left out before (unlinked ones of a library). Raises
    ``TrainingError`` where too few remain, with the number needed.
    """
    out = list(left_out)
    linked = _linked(_merged(stories), out)
    if not linked:
        raise nothing_linked(len(out))
    usable = _usable(linked, config, out)
    split_of = split_stories(
        usable,
        by=config.split_by,
        seed=config.seed,
        held_out=config.held_out,
        validation=config.validation,
    )
    found = _across(usable, split_of, config)
    if config.drop_near_duplicates:
        usable = _without(usable, found, out)
    _check_size(usable, split_of, config, out)
    kept = {one.story.key: split_of[one.story.key] for one in usable}
    return Selection(
        stories=tuple(usable),
        split_of=kept,
        left_out=tuple(out),
        near_duplicates=tuple(found),
    )


def nothing_linked(cases: int) -> TrainingError:
    """What is said where none of so many cases can be used."""
    if not cases:
        return TrainingError(
            "There are no cases yet. Import existing cases that name their story, or accept some."
        )
    return TrainingError(
        f"None of the {cases} cases is linked to a story. Give the cases the key of their story "
        f"and import them again."
    )


def _merged(stories: Sequence[StoryCases]) -> list[StoryCases]:
    """Each story once, with all cases that came under its key."""
    found: dict[str, StoryCases] = {}
    for one in stories:
        known = found.get(one.story.key)
        cases = (*known.cases, *one.cases) if known else one.cases
        found[one.story.key] = (known or one).model_copy(update={"cases": cases})
    return list(found.values())


def _linked(stories: Sequence[StoryCases], out: list[LeftOut]) -> list[StoryCases]:
    linked = []
    for one in stories:
        if one.story.key and (one.story.title or one.story.narrative or one.story.criteria):
            linked.append(one)
            continue
        reason = UNLINKED if not one.story.key else "its story has no text"
        out.extend(
            LeftOut(case_id=case.id, reason=reason, story_key=one.story.key) for case in one.cases
        )
    return linked


def _usable(
    stories: Sequence[StoryCases], config: DatasetConfig, out: list[LeftOut]
) -> list[StoryCases]:
    """The stories with the cases that pass every filter; a copy of an earlier case does not."""
    seen: dict[tuple[str, str], str] = {}
    usable = []
    for one in stories:
        kept = []
        for case in one.cases:
            answer = completion_of(case)
            reason = _reason(case, answer, config)
            if not reason and (case.title, answer) in seen:
                reason = "an exact copy of another case"
            if reason:
                key = one.story.key
                out.append(LeftOut(case_id=case.id, reason=reason, story_key=key))
                continue
            seen[case.title, answer] = case.id
            kept.append(case)
        if kept:
            usable.append(one.model_copy(update={"cases": tuple(kept)}))
    return usable


def _reason(case: TestCase, answer: str, config: DatasetConfig) -> str:
    if case.status not in config.statuses:
        return f"status {case.status}"
    if case.origin.edited_by and not config.include_edited:
        return "edited in review, which the project does not learn from"
    if not case.title.strip():
        return "no title"
    if not any(step.action.strip() for step in case.steps):
        return "no steps"
    if not all(step.action.strip() for step in case.steps):
        return "a step without an action"
    if not any(step.expected_result.strip() for step in case.steps):
        return "no expected result"
    if len(answer) > config.max_completion_characters:
        return f"the case is longer than {config.max_completion_characters} characters"
    if config.smells:
        smells = {finding.rule for finding in lint(case)} & set(config.smells)
        if smells:
            return f"smell: {min(smells)}"
    if config.template is not None and template_problems(config.template, case):
        return f"does not fit the template {config.template.name}"
    return ""


def _across(
    stories: Sequence[StoryCases], split_of: dict[str, Split], config: DatasetConfig
) -> list[NearDuplicate]:
    """Cases and stories of the train split that are nearly those of another split."""
    train = [one for one in stories if split_of[one.story.key] == "train"]
    others = [one for one in stories if split_of[one.story.key] != "train"]
    found = []
    for kind, texts in (("story", _story_texts), ("case", _case_texts)):
        pairs = near_duplicates(
            {name: shingles(text) for name, text in texts(train).items()},
            {name: shingles(text) for name, text in texts(others).items()},
            config.near_duplicate,
        )
        found += [
            NearDuplicate(
                kind=kind,
                train_id=left,
                other_id=right,
                similarity=round(value, 4),
                dropped=config.drop_near_duplicates,
            )
            for left, right, value in pairs
        ]
    return found


def _story_texts(stories: Sequence[StoryCases]) -> dict[str, str]:
    return {
        one.story.key: "\n".join(
            [one.story.title, one.story.narrative, *(c.text for c in one.story.criteria)]
        )
        for one in stories
    }


def _case_texts(stories: Sequence[StoryCases]) -> dict[str, str]:
    return {case.id: answer_text(case) for one in stories for case in one.cases}


def _without(
    stories: Sequence[StoryCases], found: Sequence[NearDuplicate], out: list[LeftOut]
) -> list[StoryCases]:
    story_keys = {one.train_id for one in found if one.kind == "story"}
    case_ids = {one.train_id for one in found if one.kind == "case"}
    kept = []
    for one in stories:
        key = one.story.key
        cases = []
        for case in one.cases:
            if key in story_keys:
                reason = "its story is nearly one that is kept back"
            elif case.id in case_ids:
                reason = "nearly a case that is kept back"
            else:
                cases.append(case)
                continue
            out.append(LeftOut(case_id=case.id, reason=reason, story_key=key))
        if cases:
            kept.append(one.model_copy(update={"cases": tuple(cases)}))
    return kept


def _check_size(
    stories: Sequence[StoryCases],
    split_of: dict[str, Split],
    config: DatasetConfig,
    out: Sequence[LeftOut],
) -> None:
    train = sum(len(one.cases) for one in stories if split_of[one.story.key] == "train")
    if train >= config.min_train:
        return
    copies = sum(one.reason == "an exact copy of another case" for one in out)
    why = f" {copies} cases are exact copies of others." if copies else ""
    raise TrainingError(
        f"{train} cases can be trained on ({sum(len(one.cases) for one in stories)} in all, the "
        f"others are kept back to measure); at least {config.min_train} are needed.{why} Accept "
        f"or import at least {config.min_train - train} more cases that are linked to stories."
    )


SplitBy = Literal["story", "epic", "time"]


def split_stories(
    stories: Sequence[StoryCases],
    *,
    by: SplitBy,
    seed: int,
    held_out: float,
    validation: float,
) -> dict[str, Split]:
    """The split of each story, by its key.

    "story" and "epic" draw whole stories or epics with the seed until ``held_out`` and
    ``validation`` (shares of all cases) are reached; the order of ``stories`` does not matter.
    "time" keeps back the last stories in the order given, the newest ones, for a case is only
    useful in a release that comes after it was learnt.
    """
    sizes: dict[str, int] = {}
    group_of: dict[str, str] = {}
    for one in stories:
        key = one.story.key
        group = (one.epic.key or key) if by == "epic" else key
        group_of[key] = group
        sizes[group] = sizes.get(group, 0) + len(one.cases)
    if by == "time":
        order = list(reversed(sizes))
    else:
        order = sorted(sizes)
        random.Random(seed).shuffle(order)
    total = sum(sizes.values())
    parts: dict[str, Split] = {}
    taken = 0
    for group in order:
        if taken < held_out * total:
            parts[group] = "held-out"
        elif taken < (held_out + validation) * total:
            parts[group] = "validation"
        else:
            parts[group] = "train"
        taken += sizes[group]
    return {key: parts[group] for key, group in group_of.items()}
