"""Cases proved against what their sources would say: what the proof finds then and not today.

A case is held against what the run that wrote it had before it, once with a document's present
version in it and once with its next one. Only what is found with the next one alone is told.

What a document's next version would do to the checklist, and to the questions worth asking.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property

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
from assistant.generation.proof.proof_faults import CONTRADICTION, UNSUPPORTED, WRONG_SIDE
from assistant.library import StoredCase
from assistant.workflow.deployment.jobs import Progress
from assistant.workflow.deployment.workspace import Workspace
from assistant.workflow.review.current_citations import NextVersion, PresentWords, present_epics
from assistant.workflow.review.sentences import closest, in_their_places, plain_words
from assistant.workflow.writing.answers import (
    Answer,
    answers_to,
    open_questions,
    with_answers,
)
from assistant.workflow.writing.compare_criteria import Comparison
from assistant.workflow.writing.recheck_case import ground_of_run
from assistant.workflow.writing.requests import conditions_of

DENIED = frozenset((CONTRADICTION, WRONG_SIDE))
TOLD = DENIED | {UNSUPPORTED, NOT_IN_SOURCES}


def new_findings(
    workspace: Workspace,
    project_id: str,
    present: tuple[NextVersion, Sequence[Epic]],
    upcoming: tuple[NextVersion, Sequence[Epic]],
    progress: Progress,
) -> Iterator[tuple[str, tuple[LintFinding, ...]]]:
    """The ids of the cases in which the proof finds something new, with what it finds.

    ``present`` and ``upcoming`` are the document's versions, each with the project's epics as they
    are with it, answers in them. ``progress`` gets runs done and in all.
    """
    library = workspace.library
    wording = upcoming[0].wording
    document_id = upcoming[0].document.id
    used = library.lineage.used_chunks(project_id, document_id)
    moved = {
        run_id
        for run_id, chunks in used.items()
        if any(plain_words(one.text) not in wording.whole for one in chunks)
    }
    for done, run_id in enumerate(sorted(moved)):
        progress(done, len(moved))
        run = library.run(project_id, run_id)
        now, changed = (
            _RunWith(run, {document_id: version}, epics).run
            for version, epics in (present, upcoming)
        )
        before, after = Sources(now.retrieved), Sources(changed.retrieved)
        for stored in library.lineage.cases_of_runs(project_id, [run_id]):
            if stored.status == "rejected":
                continue
            case = stored.case
            then = _found(case, ground_of_run(changed, case, after))
            today = _found(case, ground_of_run(now, case, before)) if then else {}
            fresh = tuple(
                one
                for key, one in then.items()
                if key not in today and not (upcoming[0].epics and _of_two_sources(one))
            )
            if fresh:
                yield stored.id, fresh
    progress(len(moved), len(moved))


class NewFault(Value):
    """What the proof finds against a newer text and not against the earlier one.

    ``denied``: the newer text says otherwise (``finding`` quotes it), else none of the sources that
    the run of the case read says it then. ``said`` is the expected result that it is about.
    """

    finding: LintFinding
    denied: bool
    said: str = ""


def faults_of(case: TestCase, findings: Iterable[LintFinding]) -> tuple[NewFault, ...]:
    """What was found in a case, with what the case says there."""
    said = {step.number: step.expected_result for step in case.steps}
    return tuple(
        NewFault(finding=one, denied=one.rule in DENIED, said=said.get(one.step or 0, ""))
        for one in findings
    )


def present_faults(
    workspace: Workspace, project_id: str, stored: StoredCase
) -> tuple[NewFault, ...]:
    """What the proof finds in a case against its sources as they are now, and not as its run had
    them; nothing of a case that no run wrote."""
    if stored.source_run_id is None:
        return ()
    library, case = workspace.library, stored.case
    run = library.run(project_id, stored.source_run_id)
    words, versions = PresentWords(library, project_id), dict[str, NextVersion]()
    for chunk in (one.chunk for one in run.retrieved):
        state = words.state(chunk.document_id)
        if state is None or state.removed_at is not None or chunk.document_id in versions:
            continue
        if (state.id, state.version) != (chunk.document_id, chunk.version):
            document, epics, cases = library.document_parts(project_id, state.id)
            versions[chunk.document_id] = NextVersion(document=document, epics=epics, cases=cases)
    epics, _ = present_epics(library, project_id)
    given = answers_to(workspace, project_id, epics)
    now = _RunWith(run, versions, [with_answers(epic, given) for epic in epics]).run
    then = _found(case, ground_of_run(now, case))
    before = _found(case, ground_of_run(run, case)) if then else {}
    has_epics = any(one.epics for one in versions.values())
    fresh = (
        one
        for key, one in then.items()
        if key not in before and not (has_epics and _of_two_sources(one))
    )
    return faults_of(case, fresh)


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


class _RunWith:
    """A run with other versions of documents, and the epics of then, in place of what it had.

    ``versions`` are by the id that the run knows each document under.
    """

    def __init__(
        self, run: GenerationRun, versions: Mapping[str, NextVersion], epics: Sequence[Epic]
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
        said = {one.id: plain_words(one.text) for epic in self._old.epics for one in epic.criteria}
        changed = {
            key for key, now in self._criteria.items()
            if now is None or plain_words(now.text) != said[key]
        }  # fmt: skip
        items = conditions_of(self._epics_then, choices.techniques, choices.depth)
        derived = {one.id: one for one in items}

        def then(one: TestCondition) -> TestCondition | None:
            if one.legs:
                legs = tuple(leg for each in one.legs if (leg := then(each)) is not None)
                return one.model_copy(update={"legs": legs})
            if one.criterion_id not in changed:
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
    old = {one.text for one in present.chunks}
    new = {one.text for one in upcoming.chunks}
    before = _questions(workspace, project_id, upcoming.document.id, today, same, [
        one for one in present.chunks if one.text not in new
    ])  # fmt: skip
    after = _questions(workspace, project_id, upcoming.document.id, then, same, [
        one for one in upcoming.chunks if one.text not in old
    ])  # fmt: skip
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
        found += open_questions(
            workspace, project_id, own, basis.given, exclude_documents=[document_id]
        )
    if others and sources and not own:
        raised = workspace.comparisons.questions(Comparison(epics=others, sources=tuple(sources)))
        found += [one for each in raised for one in each if one.kind == "conflict"]
    return {(one.criterion_id, one.text): one for one in found}
