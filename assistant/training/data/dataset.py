"""From stories with their cases to prompt-completion pairs, in exactly generation's prompt.

Cases of the library are linked to their stories first. A case becomes a pair without retrieved
sources and one with them. What is retrieved for a pair never holds its answer: neither a case of
its own story, nor one that is kept back, nor a near copy of the answer under another id. The same
stories, choices and retriever give the same bytes.
"""

from __future__ import annotations

import hashlib
import random
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from assistant.domain import (
    Epic,
    RetrievedChunk,
    StoryCases,
    TestCase,
    TestCondition,
    UserStory,
    Value,
)
from assistant.generation.prompts import Message
from assistant.generation.writers.existing_case import condition_of_case, criterion_of
from assistant.generation.writers.item_answer import completion_of
from assistant.generation.writers.item_prompt import ITEM_PROMPT_VERSION, item_prompt
from assistant.suite.near_duplicates import held_share, shingles
from assistant.training.data.case_files import read_case_file
from assistant.training.data.context import HELD_SHARE, AnswerGuard, ContextFor
from assistant.training.data.data_sheet import (
    UNLINKED,
    DataSheet,
    LeftOut,
    NearDuplicate,
    SplitCount,
    lengths_of,
)
from assistant.training.data.masking import Masker
from assistant.training.data.pairs import CasePair, Split, jsonl_lines, write_jsonl
from assistant.training.data.selection import (
    CountTokens,
    DatasetConfig,
    Selection,
    answer_text,
    nothing_linked,
    select,
)

__all__ = [
    "ContextFor",
    "Dataset",
    "DatasetConfig",
    "LinkedCases",
    "Selection",
    "describe_pairs",
    "from_library",
    "nothing_linked",
    "pairs_of",
    "read_case_file",
    "select",
]


class LinkedCases(Value):
    """Stories with their cases, and the cases that belong to none, each with the reason."""

    stories: tuple[StoryCases, ...]
    left_out: tuple[LeftOut, ...]


def from_library(epics: Sequence[Epic], cases: Sequence[TestCase]) -> LinkedCases:
    """Link cases to stories by story key, or by the first criterion id that a story has.

    A case that names an epic with a single story belongs to that story. Stories stand in the order
    of the epics; those without a case are left out.
    """
    by_key: dict[str, tuple[Epic, UserStory]] = {}
    by_criterion: dict[str, str] = {}
    only_story: dict[str, str] = {}
    for epic in epics:
        if len(epic.stories) == 1:
            only_story[_folded(epic.key)] = _folded(epic.stories[0].key)
        for story in epic.stories:
            by_key.setdefault(_folded(story.key), (epic, story))
            for criterion in story.criteria:
                by_criterion.setdefault(_folded(criterion.id), _folded(story.key))
    linked: dict[str, list[TestCase]] = {}
    left_out = []
    for case in cases:
        key = _folded(case.story_key)
        if key not in by_key:
            found = (by_criterion.get(_folded(one)) for one in case.criterion_ids)
            key = next((one for one in found if one), only_story.get(_folded(case.epic_key), ""))
        if key in by_key:
            linked.setdefault(key, []).append(case)
        else:
            left_out.append(
                LeftOut(case_id=case.id, reason=_reason(case), story_key=case.story_key)
            )
    stories = tuple(
        StoryCases(epic=epic, story=story, cases=tuple(linked[key]))
        for key, (epic, story) in by_key.items()
        if key in linked
    )
    return LinkedCases(stories=stories, left_out=tuple(left_out))


def _reason(case: TestCase) -> str:
    if case.story_key:
        return "its story is not in the library"
    if case.criterion_ids:
        return "none of its criteria is in the library"
    return UNLINKED


def _folded(key: str) -> str:
    return " ".join(key.split()).casefold()


SPLITS: tuple[Split, ...] = ("train", "validation", "held-out")


class Dataset(Value):
    """Pairs of all splits in the order of their stories, the selection, and the data sheet."""

    pairs: tuple[CasePair, ...]
    selection: Selection
    sheet: DataSheet

    def of(self, split: Split, *, with_context: bool | None = None) -> tuple[CasePair, ...]:
        """The pairs of a split; with and without context where ``with_context`` is ``None``."""
        return tuple(
            pair
            for pair in self.pairs
            if pair.split == split and with_context in (None, pair.with_context)
        )

    def write(self, folder: Path) -> Path:
        """Write ``pairs.jsonl`` and ``data_sheet.md`` into a folder; returns the pairs file."""
        folder.mkdir(parents=True, exist_ok=True)
        write_jsonl(self.pairs, folder / "pairs.jsonl")
        (folder / "data_sheet.md").write_text(self.sheet.to_markdown(), encoding="utf-8")
        return folder / "pairs.jsonl"


def pairs_of(
    selection: Selection,
    context_for: ContextFor | None,
    config: DatasetConfig,
    *,
    special_tokens: Sequence[str] = (),
    progress: Callable[[int, int], None] | None = None,
) -> Dataset:
    """The pairs of a selection. ``context_for`` must search its train split only.

    ``special_tokens`` are those of the model to be trained, neutralised as in generation.
    ``progress`` gets cases done and cases in all.
    """
    maker = _Maker(selection, context_for, config, special_tokens)
    total = sum(len(one.cases) for one in selection.stories)
    pairs: list[CasePair] = []
    done = 0
    for one in selection.stories:
        for case in one.cases:
            pairs.extend(maker.pairs(one, case))
            done += 1
            if progress:
                progress(done, total)
    left_out = (*selection.left_out, *maker.left_out)
    sheet = describe_pairs(
        pairs,
        split_by=config.split_by,
        seed=config.seed,
        masked=config.masked,
        left_out=left_out,
        near=selection.near_duplicates,
        kept=maker.guard.left_out,
    )
    return Dataset(pairs=tuple(pairs), selection=selection, sheet=sheet)


@dataclass
class _Maker:
    """Makes the pairs of one case after another."""

    selection: Selection
    context_for: ContextFor | None
    config: DatasetConfig
    special_tokens: Sequence[str]
    left_out: list[LeftOut] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._random = random.Random(self.config.seed)
        self.guard = AnswerGuard(self.selection, self.config)

    def pairs(self, one: StoryCases, case: TestCase) -> Iterator[CasePair]:
        split = self.selection.split_of[one.story.key]
        condition = condition_of_case(one.story, case)
        found = self.context_for(one, condition) if self.context_for else ()
        sources = self.guard.kept(one, case, found)
        wanted = self._wanted(split)
        if split == "train" and not sources:
            wanted = (False,)
        for with_context in wanted:
            pair = self._pair(one, case, sources if with_context else (), split)
            if pair is not None:
                yield pair.model_copy(update={"with_context": with_context})

    def _wanted(self, split: Split) -> tuple[bool, ...]:
        if self.context_for is None:
            return (False,)
        if split != "train" or self.config.rows == "both":
            return (False, True)
        return (self._random.random() < self.config.with_context,)

    def _pair(
        self, one: StoryCases, case: TestCase, sources: tuple[RetrievedChunk, ...], split: Split
    ) -> CasePair | None:
        epic, story = one.epic, one.story
        if self.config.masked:
            masker = Masker()
            epic, story = masker.epic(epic), masker.story(story)
            title = masker.text(case.title)
            sources = masker.sources(sources)
            case = masker.case(case).model_copy(update={"title": title})
        condition = condition_of_case(story, case)
        prompt = self._prompt(story, condition, sources)
        answer = completion_of(case)
        # Each source was looked at alone already; two of them may share an answer's words.
        told = self._prompt(story, condition, ())
        if held_share(shingles(answer_text(case)), shingles(told[-1][1])) >= HELD_SHARE:
            reason = "its story or condition holds the answer already"
            out = LeftOut(case_id=case.id, reason=reason, story_key=story.key)
            if out not in self.left_out:
                self.left_out.append(out)
            return None
        return CasePair(
            case_id=case.id,
            story_key=story.key,
            epic_key=epic.key,
            split=split,
            prompt=prompt,
            completion=answer,
        )

    def _prompt(
        self,
        story: UserStory,
        condition: TestCondition,
        sources: Sequence[RetrievedChunk],
    ) -> tuple[Message, ...]:
        """The question that a tuned model is asked when it writes."""
        return item_prompt(
            story,
            criterion_of(story, condition),
            condition,
            sources,
            self.special_tokens,
            examples=False,
        ).messages


def describe_pairs(
    pairs: Sequence[CasePair],
    *,
    split_by: str,
    seed: int,
    masked: bool = False,
    left_out: Sequence[LeftOut] = (),
    near: Sequence[NearDuplicate] = (),
    kept: Counter[str] | None = None,
    count_tokens: CountTokens | None = None,
    split_given: bool = False,
) -> DataSheet:
    """The data sheet of some pairs; ``kept`` counts what no prompt got, by reason;
    ``split_given`` says that no seed drew the split."""
    counts = []
    for split in SPLITS:
        own = [pair for pair in pairs if pair.split == split]
        counts.append(
            SplitCount(
                split=split,
                stories=len({pair.story_key for pair in own}),
                cases=len({pair.case_id for pair in own}),
                pairs=len(own),
                with_context=sum(pair.with_context for pair in own),
            )
        )
    texts = {
        "prompt": ["\n".join(t for _, t in p.prompt) for p in pairs if not p.with_context],
        "prompt with context": ["\n".join(t for _, t in p.prompt) for p in pairs if p.with_context],
        "completion": list(dict.fromkeys(pair.completion for pair in pairs)),
    }
    lengths = [lengths_of(what, "characters", [len(t) for t in own]) for what, own in texts.items()]
    if count_tokens is not None:
        lengths += [
            lengths_of(what, "tokens", [count_tokens(text) for text in own])
            for what, own in texts.items()
        ]
    digest = hashlib.sha256()
    for line in jsonl_lines(pairs):
        digest.update(line.encode("utf-8"))
    return DataSheet(
        prompt_version=ITEM_PROMPT_VERSION,
        split_by=split_by,
        seed=seed,
        masked=masked,
        splits=tuple(counts),
        lengths=tuple(lengths),
        left_out=tuple(left_out),
        near_duplicates=tuple(near),
        kept_from_context=tuple(sorted((kept or Counter()).items())),
        sha256=digest.hexdigest(),
        split_given=split_given,
    )
