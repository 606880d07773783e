"""Cases proved against what their sources would say: what the proof finds then and not today.

A case is held against what the run that wrote it had before it, once as it was and once with the
versions of now, or with a next one, in its place. Only what is found with these alone is told.

What a document's next version would do to the checklist, and to the questions worth asking.
"""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

from assistant.design.questions.conflicts import without_stages
from assistant.domain import (
    TECHNIQUES,
    AcceptanceCriterion,
    Chunk,
    Epic,
    GenerationRun,
    LintFinding,
    Question,
    RetrievedChunk,
    TestCase,
    TestCondition,
    Value,
)
from assistant.generation.proof import Ground, Sources, grounded
from assistant.generation.proof.bleed import NOT_IN_SOURCES
from assistant.generation.proof.proof_faults import (
    CONTRADICTION,
    OTHER_LIMIT,
    UNSUPPORTED,
    WRONG_SIDE,
)
from assistant.library import StoredCase
from assistant.workflow.deployment.workspace import Workspace
from assistant.workflow.review.current_citations import NextVersion, PresentWords, in_one_alone
from assistant.workflow.review.sentences import closest, in_their_places, plain_words
from assistant.workflow.writing.answers import (
    COMPARED,
    Answer,
    conflicts_with,
    raised_questions,
)
from assistant.workflow.writing.recheck_case import ground_of_run
from assistant.workflow.writing.requests import conditions_of

if TYPE_CHECKING:
    from assistant.library import Library

DENIED = frozenset((CONTRADICTION, WRONG_SIDE, OTHER_LIMIT))
TOLD = DENIED | {UNSUPPORTED, NOT_IN_SOURCES}
_QUOTED = re.compile(r"“([^”]*)”")
"""What a finding quotes: see ``proof_faults.shown``."""


class NewFault(Value):
    """What the proof finds against a newer text and not against the earlier one.

    ``denied``: the newer text says otherwise (``finding`` quotes it), else none of the sources that
    the run of the case read says it then. ``said`` is the expected result that it is about.
    """

    finding: LintFinding
    denied: bool
    said: str = ""


@dataclass(frozen=True)
class FaultNow:
    """A fault with the sentence of the run's source that it comes of: ``old``, and ``new`` in its
    place. Without ``chunk`` no single sentence that changed is known to be the one."""

    fault: NewFault
    chunk: Chunk | None = None
    old: str = ""
    new: str = ""


@dataclass
class _Proved:
    """What was found in cases against the same texts: by case beside its words of then."""

    found: dict[str, tuple[str, tuple[FaultNow, ...]]] = field(default_factory=dict)


RUNS_HELD = 512
"""Runs of which proofs are remembered, as long as none of their texts changes: every look at stale
cases asks, and a proof takes long."""


class ProofNow:
    """Cases held against their sources as they are, or would be: what the proof finds in them that
    it does not find against what their run had before it.

    ``words`` say what each document says now, ``epics`` are those of now with the answers in them.
    """

    def __init__(
        self, library: Library, project_id: str, words: PresentWords, epics: Mapping[str, Epic]
    ) -> None:
        self._library, self._project_id = library, project_id
        self._words, self._epics = words, epics
        self._kept: dict[str, _Proved | None] = {}
        self._grounds: dict[str, _Grounds] = {}

    def faults(
        self, stored: StoredCase, chunks: Sequence[Chunk], epic_keys: Iterable[str]
    ) -> tuple[FaultNow, ...]:
        """The new faults of a case; ``chunks`` are what its run read of documents that have another
        version now, ``epic_keys`` those of the run's epics."""
        run_id = stored.source_run_id
        if run_id is None:
            return ()
        if run_id not in self._kept:
            self._kept[run_id] = self._of_run(run_id, chunks, epic_keys)
        kept = self._kept[run_id]
        if kept is None:
            return ()
        body, found = kept.found.get(stored.id, ("", ()))
        if body != stored.body:
            found = tuple(self._prove(stored.case, run_id, chunks))
            kept.found[stored.id] = stored.body, found
        return found

    def _of_run(
        self, run_id: str, chunks: Sequence[Chunk], epic_keys: Iterable[str]
    ) -> _Proved | None:
        """What is kept of a run; ``None`` where all that it read still stands."""
        documents = dict.fromkeys(one.document_id for one in chunks)
        now = {name: self._words.now(name).whole for name in documents}
        if all(plain_words(one.text) in now[one.document_id] for one in chunks):
            return None
        made_of = hashlib.sha256()
        for name, text in now.items():
            made_of.update(f"{name}\0{text}\0".encode("utf-8", "replace"))
        for key in epic_keys:
            held = self._epics.get(key)
            made_of.update((held.model_dump_json() if held else "").encode("utf-8", "replace"))
        texts = (run_id, made_of.hexdigest())
        return self._words.memo.get("proofs", self._project_id, texts, _Proved, most=RUNS_HELD)

    def _prove(self, case: TestCase, run_id: str, chunks: Sequence[Chunk]) -> Iterator[FaultNow]:
        if run_id not in self._grounds:
            run = self._library.run(self._project_id, run_id)
            documents = dict.fromkeys(one.document_id for one in chunks)
            held = {name: self._words.present(name) for name in documents}
            versions = {name: one for name, one in held.items() if one is not None}
            self._grounds[run_id] = _Grounds(run, _RunWith(run, versions, self._epics.values()))
        grounds = self._grounds[run_id]
        then = _found(case, ground_of_run(grounds.now.run, case, grounds.after))
        before = _found(case, ground_of_run(grounds.run, case, grounds.before)) if then else {}
        said = {step.number: step.expected_result for step in case.steps}
        reworded = grounds.now.changed.intersection(case.criterion_ids)
        changes: list[tuple[Chunk, str, str]] | None = None
        for key, one in then.items():
            if key in before or (reworded and _of_two_sources(one)):
                continue
            denied = one.rule in DENIED
            fault = NewFault(finding=one, denied=denied, said=said.get(one.step or 0, ""))
            if changes is None:
                changes = list(self._changes(chunks))
            yield FaultNow(fault, *_sentence_of(fault, changes))

    def _changes(self, chunks: Sequence[Chunk]) -> Iterator[tuple[Chunk, str, str]]:
        """The sentences of what a run read that changed, came and went, each with a chunk of the
        same document."""
        seen = set[tuple[str, str, str]]()
        for chunk in chunks:
            found = self._words.replacement(chunk)
            said = plain_words(chunk.text)
            gone = [one for one in found.gone if one in said]
            pairs = [(old, found.twins.get(old, "")) for old in gone]
            taken = set(found.twins.values())
            pairs += [("", one) for one in found.fresh if one not in taken]
            for old, new in pairs:
                if (chunk.document_id, old, new) not in seen:
                    seen.add((chunk.document_id, old, new))
                    yield chunk, old, new


def _sentence_of(
    fault: NewFault, changes: Sequence[tuple[Chunk, str, str]]
) -> tuple[Chunk | None, str, str]:
    """The change that a fault comes of: the new sentence that it quotes, or the one that said the
    case's words and does no more."""
    if fault.denied:
        quoted = (one.removesuffix("…").strip() for one in _QUOTED.findall(fault.finding.message))
        for words in sorted(filter(None, quoted), key=len, reverse=True):
            for chunk, old, new in changes:
                if words in new and words not in old:
                    return chunk, old, new
    elif words := plain_words(fault.finding.words).casefold():
        for chunk, old, new in changes:
            if words in old.casefold() and words not in new.casefold():
                return chunk, old, new
    return None, "", ""


def _of_two_sources(finding: LintFinding) -> bool:
    """Whether a criterion and another source disagree: of a new criterion that is a question."""
    return finding.rule == CONTRADICTION and finding.step is None


def _found(case: TestCase, ground: Ground) -> dict[tuple[int | None, str, str], LintFinding]:
    bare = case.model_copy(update={"findings": ()})
    return {
        (one.step, one.rule, one.words): one
        for one in grounded(bare, ground).findings
        if one.rule in TOLD
    }


@dataclass(frozen=True)
class _Grounds:
    """What a run had before its cases, and what it would have."""

    run: GenerationRun
    now: _RunWith

    @cached_property
    def before(self) -> Sources:
        """The sources of then."""
        return Sources(self.run.retrieved)

    @cached_property
    def after(self) -> Sources:
        """Those of now."""
        return Sources(self.now.run.retrieved)


class _RunWith:
    """A run with other versions of documents, and the epics of then, in place of what it had.

    ``versions`` are by the id that the run knows each document under.
    """

    def __init__(
        self, run: GenerationRun, versions: Mapping[str, NextVersion], epics: Iterable[Epic]
    ) -> None:
        self._old, self._versions = run, versions
        self._epics = {epic.key: epic for epic in epics}

    @cached_property
    def run(self) -> GenerationRun:
        """The run as it would have been, under the ids that its cases know."""
        return self._old.model_copy(
            update={
                "epics": self._epics_then,
                "conditions": tuple(self._conditions()),
                "retrieved": tuple(self._retrieved()),
            }
        )

    @cached_property
    def changed(self) -> frozenset[str]:
        """The criteria of the run that read otherwise, or are gone."""
        said = {one.id: plain_words(one.text) for epic in self._old.epics for one in epic.criteria}
        return frozenset(
            key
            for key, now in self._criteria.items()
            if now is None or plain_words(now.text) != said[key]
        )

    @cached_property
    def _criteria(self) -> Mapping[str, AcceptanceCriterion | None]:
        """By id what each criterion of the run would be; ``None`` for one that is gone."""
        found = {}
        for epic in self._old.epics:
            now = self._epics.get(epic.key)
            if now is None:
                continue  # it was typed or removed: this document says nothing of it
            there = {plain_words(one.text): one for one in now.criteria}
            said = {one.id: plain_words(one.text) for one in epic.criteria}
            olds = {name: text for name, text in said.items() if text not in there}
            texts = {one.id: (text,) for text, one in there.items()}
            places = in_their_places(olds, texts, set(said.values()))
            for criterion in epic.criteria:
                same = there.get(places.get(criterion.id, said[criterion.id]))
                found[criterion.id] = same and criterion.model_copy(
                    update={"text": same.text, "form": same.form}
                )
        return found

    @cached_property
    def _epics_then(self) -> tuple[Epic, ...]:
        return tuple(
            epic.model_copy(
                update={
                    "stories": tuple(
                        story.model_copy(
                            update={
                                "criteria": tuple(
                                    now
                                    for one in story.criteria
                                    if (now := self._criteria.get(one.id, one)) is not None
                                )
                            }
                        )
                        for story in epic.stories
                    )
                }
            )
            for epic in self._old.epics
        )

    def _conditions(self) -> Iterator[TestCondition]:
        """The run's items; those of a changed criterion as they would be, where they still are."""
        choices = self._old.generation
        items = conditions_of(self._epics_then, choices.techniques, choices.depth)
        derived = {one.id: one for one in items}

        def then(one: TestCondition) -> TestCondition | None:
            if one.legs:
                legs = tuple(leg for each in one.legs if (leg := then(each)) is not None)
                return one.model_copy(update={"legs": legs})
            if one.criterion_id not in self.changed:
                return one
            now = derived.get(one.id)
            return now if now is not None and _shape(now) == _shape(one) else None

        for one in self._old.conditions:
            if (now := then(one)) is not None:
                yield now

    def _retrieved(self) -> Iterator[RetrievedChunk]:
        for one in self._old.retrieved:
            chunk = one.chunk
            version = self._versions.get(chunk.document_id)
            if version is not None:
                text = self._text_then(chunk, version)
                if not text:
                    continue
                one = one.model_copy(update={"chunk": chunk.model_copy(update={"text": text})})
            yield one

    def _text_then(self, chunk: Chunk, version: NextVersion) -> str:
        """What stands where a chunk stood; "" where nothing like it does."""
        if plain_words(chunk.text) in version.wording.whole:
            return chunk.text
        if chunk.kind == "criterion" and chunk.key in self._criteria:
            now = self._criteria[chunk.key]
            return now.text if now is not None else ""
        alike = [one for one in version.chunks if one.kind == chunk.kind]
        keyed = next((one.text for one in alike if chunk.key and one.key == chunk.key), "")
        return keyed or closest(chunk.text, (one.text for one in alike))


def _shape(condition: TestCondition) -> tuple[object, ...]:
    """What kind of item it is, whatever its words and values are.

    That somebody else acts is told by the words on who may: with other words it is another item.
    """
    facts = tuple(
        (one.kind, one.holds, one.quote if one.kind == "role" and not one.holds else "")
        for one in condition.facts
    )
    return condition.technique, condition.valid, facts


Key = tuple[str, str]


class Basis(Value):
    """The project's epics with answers in them, and the answers, as they are or would be."""

    epics: tuple[Epic, ...]
    given: Mapping[str, tuple[Answer, ...]]


class ChecklistChange(Value):
    """Items of the checklist that come, go and stay with the new text."""

    arising: tuple[TestCondition, ...] = ()
    vanishing: tuple[TestCondition, ...] = ()
    staying: int = 0


class QuestionChange(Value):
    """A question that the new text raises, or (``settled``) does away with.

    ``criterion`` are the criterion's words; ``case_ids`` the cases that are traced to it.
    """

    question: Question
    criterion: str
    settled: bool = False
    case_ids: tuple[str, ...] = ()


def checklist_change(before: Sequence[Epic], after: Sequence[Epic]) -> ChecklistChange:
    """The items of epics as they are and as they would be, told apart by what they say.

    An item whose criterion only has another number stays.
    """
    same = set(before) & set(after)
    old = conditions_of([one for one in before if one not in same], TECHNIQUES)
    new = conditions_of([one for one in after if one not in same], TECHNIQUES)
    arising, vanishing = _without(new, old), _without(old, new)
    return ChecklistChange(arising=arising, vanishing=vanishing, staying=len(new) - len(arising))


def _without(
    conditions: Iterable[TestCondition], others: Iterable[TestCondition]
) -> tuple[TestCondition, ...]:
    held = Counter(map(_item, others))
    left = []
    for one in conditions:
        if held[_item(one)]:
            held[_item(one)] -= 1
        else:
            left.append(one)
    return tuple(left)


def _item(one: TestCondition) -> tuple[object, ...]:
    return one.technique, one.valid, one.facts, one.expected, tuple(map(_item, one.legs))


def question_changes(
    workspace: Workspace,
    project_id: str,
    today: Basis,
    then: Basis,
    present: NextVersion,
    upcoming: NextVersion,
    traced: Mapping[str, Sequence[str]],
) -> tuple[QuestionChange, ...]:
    """The questions that come and go: on the epics that change; where none does, on criteria that
    disagree with what changes.

    ``traced`` are the cases of each criterion.
    """
    same = set(today.epics) & set(then.epics)
    gone, come = in_one_alone(present.chunks, upcoming.chunks)
    if upcoming.document.kind not in COMPARED:
        gone, come = [], []
    document_id = upcoming.document.id
    before = _questions(workspace, project_id, document_id, today, same, gone)
    after = _questions(workspace, project_id, document_id, then, same, come)
    now, new_words = _texts(today), _texts(then)
    return tuple(
        QuestionChange(
            question=question,
            criterion=(now if settled else new_words)[question.criterion_id],
            settled=settled,
            case_ids=tuple(traced.get(question.criterion_id, ())),
        )
        for settled, found, others in ((False, after, before), (True, before, after))
        for key, question in found.items()
        if key not in others
    )


def _texts(basis: Basis) -> dict[str, str]:
    return {one.id: one.text for epic in basis.epics for one in epic.criteria}


def _questions(
    workspace: Workspace,
    project_id: str,
    document_id: str,
    basis: Basis,
    same: set[Epic],
    sources: Sequence[Chunk],
) -> dict[Key, Question]:
    """What is asked on the epics that change; where none does, what disagrees with ``sources``."""
    own = [one for one in basis.epics if one not in same]
    others = tuple(one for one in basis.epics if one in same)
    found: list[Question] = []
    if own:
        still_open, _ = raised_questions(
            workspace, project_id, own, basis.given, exclude_documents=[document_id]
        )
        found += still_open
    if others and sources and not own:
        found += conflicts_with(workspace, project_id, others, sources)
    return {(one.criterion_id, without_stages(one.text)): one for one in found}
