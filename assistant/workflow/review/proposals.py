"""Changes of stored cases that other programs propose: proved, kept beside the case, decided on.

A proposal changes nothing until a person takes it; then it is an ordinary edit, with a version and
an undo. Where the case changed since, what is taken are the fields that the proposal changes: every
other field stays as it is now.

Two people saved one case: both versions field by field, word by word, and what is made of them.

Nothing of the second one's words is dropped: the page keeps the case that could not be saved, shows
it beside the stored one, and saves what was taken of each as a new version.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from itertools import zip_longest
from typing import Literal

from assistant.domain import TestCase, TestStep, Value
from assistant.errors import LibraryError
from assistant.library import StoredCase, StoredProposal
from assistant.suite.case_changes import word_diff
from assistant.workflow.deployment.workspace import Workspace
from assistant.workflow.review import review
from assistant.workflow.review.review import StepEdit
from assistant.workflow.sources.mask_sources import masked_cases, masked_text
from assistant.workflow.writing.recheck_case import rechecked

Side = Literal["theirs", "mine"]
Words = tuple[tuple[Literal["same", "out", "in"], str], ...]


class FieldConflict(Value):
    """A field on which two versions differ.

    ``words`` runs from their text to mine: "out" stands in theirs alone, "in" in mine alone.
    ``changed_by`` says who changed it since the version that both began with.
    """

    field: str
    theirs: str
    mine: str
    words: Words
    changed_by: Literal["theirs", "mine", "both"]

    @property
    def proposed(self) -> Side:
        """The side that loses no words: theirs where they alone changed the field, else mine."""
        return "theirs" if self.changed_by == "theirs" else "mine"


STEPS = "Steps"
"""All steps as one field: where some were moved, put in or taken out, numbers compare nothing."""
_FIELDS = {
    "Title": "title",
    "Priority": "priority",
    "Test date": "test_date",
    "Preconditions": "preconditions",
    "Objective": "objective",
    "Postconditions": "postconditions",
}
_STEP_FIELDS = {
    "action": "action",
    "test data": "test_data",
    "expected result": "expected_result",
    "calculation": "calculation",
}


def conflicts(
    workspace: Workspace, project_id: str, mine: TestCase, seen_version: int
) -> tuple[FieldConflict, ...]:
    """The fields on which ``mine`` and the stored case differ; ``seen_version`` is what both began
    with. Empty where they say the same."""
    theirs = workspace.library.case(project_id, mine.id).case
    history = workspace.library.history(project_id, mine.id)
    base = next((one.case for one in history if one.version == seen_version), theirs)
    compared = (base, theirs, mine)
    shared = min(len(one.steps) for one in compared)
    by_number = same_places(base, theirs) and same_places(base, mine)
    before, left, right = (_texts(one, shared if by_number else None) for one in compared)
    return tuple(
        _conflict(field, before.get(field, ""), old, new)
        for field, old, new in _differences(left, right)
    )


def _conflict(field: str, base: str, theirs: str, mine: str) -> FieldConflict:
    return FieldConflict(
        field=field,
        theirs=theirs,
        mine=mine,
        words=word_diff(theirs, mine, lines=True),
        changed_by="theirs" if mine == base else "mine" if theirs == base else "both",
    )


def changed_fields(before: TestCase, after: TestCase) -> tuple[str, ...]:
    """The names of the fields that a person can edit and in which two versions differ."""
    return tuple(name for name, _, _ in _changes(before, after))


def changed_words(before: TestCase, after: TestCase) -> tuple[tuple[str, Words], ...]:
    """The fields of ``changed_fields`` with their words from the one version to the other."""
    return tuple(
        (name, word_diff(old, new, lines=True)) for name, old, new in _changes(before, after)
    )


def _changes(before: TestCase, after: TestCase) -> list[tuple[str, str, str]]:
    shared = min(len(before.steps), len(after.steps)) if same_places(before, after) else None
    return _differences(_texts(before, shared), _texts(after, shared))


def _differences(old: Mapping[str, str], new: Mapping[str, str]) -> list[tuple[str, str, str]]:
    """The fields whose texts differ, with both."""
    both = ((name, old.get(name, ""), new.get(name, "")) for name in dict.fromkeys((*old, *new)))
    return [one for one in both if one[1] != one[2]]


def same_places(base: TestCase, case: TestCase) -> bool:
    """Whether each step stands where it stood: some reworded, or others put behind the last."""
    for words in (_action, _step_words):
        pairs = zip_longest(map(words, base.steps), map(words, case.steps))
        changed = [(old, new) for old, new in pairs if old != new]
        if {old for old, _ in changed} & {new for _, new in changed}:
            return False
    if len(base.steps) == len(case.steps):
        return True
    both = zip(base.steps, case.steps, strict=False)
    return all(_action(old) == _action(new) for old, new in both)


def _action(step: TestStep) -> str:
    return " ".join(step.action.split())


def _step_words(step: TestStep) -> tuple[str, ...]:
    return tuple(" ".join(str(getattr(step, one)).split()) for one in _STEP_FIELDS.values())


def _texts(case: TestCase, shared: int | None) -> dict[str, str]:
    """The case's fields in words: the first ``shared`` steps field by field, each further one
    whole; with ``None`` all steps as one field."""
    texts = {name: _text(getattr(case, attribute)) for name, attribute in _FIELDS.items()}
    if shared is None:
        return texts | {STEPS: "\n".join(_line(step) for step in case.steps)}
    for number, step in enumerate(case.steps, 1):
        if number > shared:
            texts[f"Step {number}"] = _line(step)
            continue
        for name, attribute in _STEP_FIELDS.items():
            texts[f"Step {number}, {name}"] = _text(getattr(step, attribute))
    return texts


def _text(value: str | date | tuple[str, ...] | None) -> str:
    return "\n".join(value) if isinstance(value, tuple) else str(value or "")


def _line(step: TestStep) -> str:
    calculation = "; ".join(step.calculation)
    parts = (step.action, step.test_data, step.expected_result, calculation)
    return f"{step.number}. " + " | ".join(part for part in parts if part.strip())


def merged(theirs: TestCase, mine: TestCase, taken: Mapping[str, Side]) -> TestCase:
    """Their case with the fields that are taken of mine; a field not named stays theirs."""
    own = {field for field, side in taken.items() if side == "mine"}
    values: dict[str, object] = {
        attribute: getattr(mine, attribute) for name, attribute in _FIELDS.items() if name in own
    }
    values["steps"] = mine.steps if STEPS in own else _merged_steps(theirs, mine, own)
    return theirs.model_copy(update=values)


def _merged_steps(theirs: TestCase, mine: TestCase, own: set[str]) -> tuple[TestStep, ...]:
    kept: list[TestStep] = []
    for number, (left, right) in enumerate(zip_longest(theirs.steps, mine.steps), 1):
        step = right if f"Step {number}" in own else left
        if left is not None and step is left and right is not None:
            step = _merged_step(number, left, right, own)
        if step is not None:
            kept.append(step.model_copy(update={"number": len(kept) + 1}))
    return tuple(kept)


def _merged_step(number: int, theirs: TestStep, mine: TestStep, own: set[str]) -> TestStep:
    taken = [
        attribute for name, attribute in _STEP_FIELDS.items() if f"Step {number}, {name}" in own
    ]
    # The mark and the sources belong to the result that is kept; saving checks them anew.
    step = mine if "expected_result" in taken else theirs
    other = theirs if step is mine else mine
    differ = [a for a in _STEP_FIELDS.values() if (a in taken) != (step is mine)]
    return step.model_copy(update={name: getattr(other, name) for name in differ})


def save_merged(
    workspace: Workspace,
    project_id: str,
    mine: TestCase,
    taken: Mapping[str, Side],
    *,
    theirs_version: int,
    by: str,
) -> StoredCase:
    """Keep what was taken of both versions as a new one.

    Raises ``EditConflict`` where the stored case is no longer the one that was compared.
    """
    stored = workspace.library.case(project_id, mine.id)
    if not taken:
        raise LibraryError("Both versions say the same. There is nothing to merge.")
    case = merged(stored.case, mine, taken)
    return review.save(workspace, project_id, case, seen_version=theirs_version, by=by)


TAKEN, DISMISSED = "proposed change taken", "proposed change dismissed"


class ProposedChange(Value):
    """The fields of a case that are to read differently; ``None``: as they are."""

    title: str | None = None
    test_date: date | Literal[""] | None = None
    """Empty: it has no day of its own any more."""
    preconditions: tuple[str, ...] | None = None
    steps: tuple[StepEdit, ...] | None = None


class Proposal(Value):
    """A change that waits, held against the case as it is now.

    ``fields`` are those that it changes, from the present words to its own; none where the case
    reads like that already. ``case`` is what taking it would make, with its findings. ``moved``:
    the case was changed after this was proposed.
    """

    seq: int
    case_id: str
    by: str
    at: datetime
    reason: str
    case_version: int
    present_version: int
    fields: tuple[FieldConflict, ...]
    case: TestCase

    @property
    def moved(self) -> bool:
        """Whether the case has changed since."""
        return self.case_version != self.present_version


def changed(
    workspace: Workspace, project_id: str, stored: StoredCase, change: ProposedChange
) -> TestCase:
    """The case with a change in it, proved like any edit; nothing is kept.

    Raises ``LibraryError`` for a change that changes nothing, and as ``review.proved``.
    """
    case = stored.case
    update: dict[str, object] = {}
    if change.title is not None:
        update["title"] = change.title
    if change.test_date is not None:
        update["test_date"] = change.test_date or None
    if change.preconditions is not None:
        update["preconditions"] = change.preconditions
    if change.steps is not None:
        update["steps"] = review.edited_steps(case, change.steps)
    (after,) = masked_cases(workspace, project_id, [case.model_copy(update=update)])
    if not _changes(case, after):
        raise LibraryError(f"{case.id} reads like this already. Nothing was proposed.")
    return review.proved(workspace, project_id, stored, after)


def propose(
    workspace: Workspace, project_id: str, case: TestCase, *, seen_version: int, reason: str,
    by: str,
) -> None:  # fmt: skip
    """Keep a changed case beside the stored one; a newer one of the same person replaces it.

    Raises ``EditConflict`` where the case is not at ``seen_version``, ``LibraryError`` without a
    reason and where too many wait.
    """
    if not reason.strip():
        raise LibraryError(f"Say why {case.id} should change; the reason is shown to the reviewer.")
    reason = masked_text(workspace, project_id, reason)
    workspace.library.proposals.put(
        project_id, case, case_version=seen_version, reason=reason.strip(), by=by
    )


def proposals(workspace: Workspace, project_id: str, stored: StoredCase) -> tuple[Proposal, ...]:
    """What waits beside a case, held against it as it is now, oldest first."""
    found = workspace.library.proposals.of_case(project_id, stored.id)
    return tuple(_held(workspace, project_id, stored, one) for one in found)


def _held(
    workspace: Workspace, project_id: str, stored: StoredCase, kept: StoredProposal
) -> Proposal:
    proposed = TestCase.model_validate_json(kept.body)
    fields = _own_fields(workspace, project_id, proposed, kept)
    after = proposed
    if kept.case_version != stored.row_version:
        after = merged(stored.case, proposed, _taken(fields))
        after = rechecked(workspace, project_id, stored, after)
    return Proposal(
        **kept.model_dump(exclude={"body"}),
        present_version=stored.row_version,
        fields=fields,
        case=after,
    )


def _own_fields(
    workspace: Workspace, project_id: str, proposed: TestCase, kept: StoredProposal
) -> tuple[FieldConflict, ...]:
    """The fields that the proposal changes; what only the case changed since is none of them."""
    found = conflicts(workspace, project_id, proposed, kept.case_version)
    return tuple(one for one in found if one.changed_by != "theirs")


def _taken(fields: Sequence[FieldConflict]) -> dict[str, Side]:
    return {one.field: "mine" for one in fields}


def take(
    workspace: Workspace, project_id: str, seq: int, *, seen_version: int, by: str
) -> StoredCase:
    """Make a proposal's change, as an edit of the person who takes it.

    ``seen_version`` is the version of the case that the person saw it against. Raises
    ``EditConflict`` where the case has changed since, ``LibraryError`` where the proposal was
    decided on or replaced.
    """
    kept = workspace.library.proposals.one(project_id, seq)
    proposed = TestCase.model_validate_json(kept.body)
    fields = _own_fields(workspace, project_id, proposed, kept)
    stored = save_merged(
        workspace, project_id, proposed, _taken(fields), theirs_version=seen_version, by=by
    )
    workspace.library.proposals.remove(project_id, seq, TAKEN, by=by)
    return stored


def dismiss(workspace: Workspace, project_id: str, seq: int, *, by: str) -> None:
    """Let go of a proposal; the case stays as it is."""
    workspace.library.proposals.one(project_id, seq)
    workspace.library.proposals.remove(project_id, seq, DISMISSED, by=by)
