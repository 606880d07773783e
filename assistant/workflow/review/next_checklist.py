"""What a document's next version would do to the checklist, and to the questions worth asking."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from assistant.domain import TECHNIQUES, Chunk, Epic, Question, TestCondition, Value
from assistant.workflow.deployment.workspace import Workspace
from assistant.workflow.review.current_citations import NextVersion
from assistant.workflow.writing.answers import Answer
from assistant.workflow.writing.compare_criteria import Comparison
from assistant.workflow.writing.questions import open_questions
from assistant.workflow.writing.requests import conditions_of

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
