"""Review a case: edit it, accept it, reject it with a reason, undo. Each call is one transaction.

Every change names the version that the reviewer saw. Where someone else saved first, the library
raises ``EditConflict`` and nothing is overwritten.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from types import MappingProxyType

from assistant.domain import (
    DRAFT_OR_OLD,
    OTHER_LIMIT,
    SECOND_READER,
    CaseStatus,
    LintFinding,
    TestCase,
    TestStep,
    Value,
    WriterRating,
)
from assistant.errors import AssistantError, EmptyCase, LibraryError
from assistant.generation.lint import with_fix
from assistant.generation.proof import still_cited, still_said
from assistant.generation.proof.proof_faults import CONTRADICTION
from assistant.generation.proof.statement_words import all_content, meeting
from assistant.library import StoredCase
from assistant.suite import case_chains
from assistant.workflow.deployment.workspace import Workspace
from assistant.workflow.review.lineage import chains
from assistant.workflow.review.stale import by_case, stale_cases
from assistant.workflow.writing.recheck_case import rechecked

Answered = Mapping[str, str]
"""By question: ``ANSWERED`` or ``SAID``; one that is not named is open."""
NONE_ANSWERED: Answered = MappingProxyType({})
Chain = Sequence[str]
REJECTION_REASONS = (
    "Duplicate of another case",
    "Expected result is wrong",
    "Cannot be tested",
    "Out of scope",
    "Too vague",
)
NO_REASON = "No reason given"
"""What is kept where a reviewer rejects with one key and says nothing."""


class StepEdit(Value):
    """The fields of a step that a person can change, and how computed values of its result come
    about; ``None``: as before, but for values that it does not name any more."""

    action: str
    test_data: str = ""
    expected_result: str
    calculation: tuple[str, ...] | None = None


def edited_steps(case: TestCase, edits: Sequence[StepEdit]) -> tuple[TestStep, ...]:
    """The case's steps with a person's words in them, numbered anew.

    A citation supports the words it was found for. Where a person changes an expected result, the
    citations of what changed and its mark of support go; ``save`` checks the new words against the
    sources.
    """
    steps: list[TestStep] = []
    for number, edit in enumerate(edits, start=1):
        before = case.steps[number - 1] if number <= len(case.steps) else None
        if before is None:
            steps.append(TestStep(number=number, **edit.model_dump(exclude_none=True)))
            continue
        said, says = before.expected_result, edit.expected_result
        changed = says.strip() != said.strip()
        stays = still_cited(said, says, before.citations, case.title) if changed else ()
        kept = tuple(
            citation
            for citation in before.citations
            if not (changed and citation.supports == "expected_result") or citation in stays
        )
        steps.append(
            before.model_copy(
                update={
                    "calculation": still_said(before.calculation, said, says),
                    **edit.model_dump(exclude_none=True),
                    "number": number,
                    "citations": kept,
                    "support": "unsupported" if changed else before.support,
                }
            )
        )
    return tuple(steps)


def with_step(case: TestCase, after: int) -> TestCase:
    """The case with an empty step after step number ``after`` (0: before the first)."""
    empty = TestStep(number=after + 1, action="", expected_result="")
    return _numbered(case, (*case.steps[:after], empty, *case.steps[after:]))


def without_step(case: TestCase, number: int) -> TestCase:
    """The case without step ``number``; ``LibraryError`` where it is the only one."""
    if len(case.steps) < 2:
        raise LibraryError(f"{case.id} needs at least one step. The change was not saved.")
    return _numbered(case, tuple(step for step in case.steps if step.number != number))


def with_step_moved(case: TestCase, number: int, by: int) -> TestCase:
    """The case with step ``number`` moved by ``by`` places, at most to either end. The step keeps
    its sources and its mark."""
    steps = list(case.steps)
    step = steps.pop(number - 1)
    steps.insert(min(max(number - 1 + by, 0), len(steps)), step)
    return _numbered(case, steps)


def _numbered(case: TestCase, steps: Sequence[TestStep]) -> TestCase:
    numbered = tuple(
        step.model_copy(update={"number": number}) for number, step in enumerate(steps, start=1)
    )
    return case.model_copy(update={"steps": numbered})


def save(
    workspace: Workspace, project_id: str, case: TestCase, *, seen_version: int, by: str
) -> StoredCase:
    """Keep an edited case, checked again. Raises as ``proved``, and ``EditConflict``."""
    stored = workspace.library.case(project_id, case.id)
    case = proved(workspace, project_id, stored, case)
    return workspace.library.update_case(project_id, case, expected_version=seen_version, by=by)


def proved(workspace: Workspace, project_id: str, stored: StoredCase, case: TestCase) -> TestCase:
    """An edit of a stored case, with marks and findings made anew; nothing is kept.

    ``LibraryError`` where a case would be left without title or steps, or a step without the words
    that it had. A step that nobody has worded yet may stay empty: an outline is completed field by
    field, and until then the case needs somebody.
    """
    if not case.title.strip():
        raise LibraryError(f"{case.id} needs a title. The change was not saved.")
    if not case.steps or _emptied(stored.case, case):
        raise LibraryError(
            f"Every step of {case.id} needs an action and an expected result. "
            "The change was not saved. To be rid of a step, remove it."
        )
    return rechecked(workspace, project_id, stored, case)


def _emptied(before: TestCase, after: TestCase) -> bool:
    """Whether words of a step were deleted: more empty ones than there were and were added."""
    added = max(0, len(after.steps) - len(before.steps))
    actions, results = (
        sum(not words.strip() for words in after_words)
        - sum(not words.strip() for words in before_words)
        for after_words, before_words in (
            ([s.action for s in after.steps], [s.action for s in before.steps]),
            ([s.expected_result for s in after.steps], [s.expected_result for s in before.steps]),
        )
    )
    return max(actions, results) > added


def apply_fix(
    workspace: Workspace,
    project_id: str,
    case: TestCase,
    finding: LintFinding,
    *,
    seen_version: int,
    by: str,
) -> StoredCase:
    """Put what a finding proposes into the case and keep it; ``undo`` takes it back."""
    if finding.fix is None or finding not in case.findings:
        raise LibraryError(f"This finding of {case.id} is no longer there. Look at the case again.")
    return save(workspace, project_id, with_fix(case, finding), seen_version=seen_version, by=by)


def set_status(
    workspace: Workspace,
    project_id: str,
    case_id: str,
    status: CaseStatus,
    *,
    reason: str = "",
    seen_version: int,
    seen_text: str = "",
    by: str,
) -> StoredCase:
    """Accept, reject or reopen a case; a rejection needs a reason.

    ``seen_text`` is ``StoredCase.text_hash`` of the words that were on screen. Raises
    ``EditConflict`` where the case reads differently now, ``LibraryError`` without a reason, and
    ``EmptyCase`` where a case to be accepted is an outline that nobody has completed, or says
    neither what to do nor what to see.
    """
    if status == "accepted":
        _refuse_unfinished(workspace.library.case(project_id, case_id).case)
    if status == "rejected" and not reason.strip():
        raise LibraryError(f"Say why {case_id} is rejected; the reason is kept with the case.")
    return workspace.library.set_status(
        project_id,
        case_id,
        status,
        reason=reason.strip(),
        by=by,
        expected_version=seen_version,
        seen_text=seen_text,
    )


def _refuse_unfinished(case: TestCase) -> None:
    if case.is_unfinished:
        raise EmptyCase(
            f"{case.id} was not accepted: {left_open(case)}. Complete it first (Edit, key E), or "
            "reject it."
        )
    if says_nothing(case):
        raise EmptyCase(
            f"{case.id} was not accepted: it says neither what to do nor what to see. "
            "Edit it, or reject it."
        )


def says_nothing(case: TestCase) -> bool:
    """Whether no step of a case has an action or an expected result: nobody could run it."""
    return not any(one.action.strip() or one.expected_result.strip() for one in case.steps)


OUTLINE = "Outline: complete it"
STANDS_IN = "the text's own words: the model wrote no case"
CONTRADICTS = "contradicts a source"
FAULTY = "the case is at odds with itself or its item"
"""An error that is none of the sources: data on the wrong side or that do not agree, an echo."""
UNSUPPORTED = "result not in the sources"
QUESTION = "open question"
ANSWERED = "question answered"
"""A question was open when the case was written, and somebody has answered it."""
SAID = "a source says something to its question"
"""Its writer takes words of a source for the answer, and the case cites none of them."""
DOUBTED = "doubted by a second reader"
OTHER = "keeps to another limit or text than its criterion's"
OLD = "rests on a draft or an old source alone"
STALE = "stale"
"""What it rests on has changed since it was written: see ``stale``."""
OF_CHAIN = (case_chains.REJECTED, case_chains.OTHER_TITLE, case_chains.LATER)
"""What has become of a case that this one goes on from: see ``lineage.chains``."""
RATED: dict[WriterRating, str] = {
    "poor": "by a model of whose cases readers would use few as they stand: read every line",
    "unknown": "written by a model whose cases nobody has rated: read every line",
}


NEEDS = (
    CONTRADICTS, FAULTY, OTHER, DOUBTED, STALE, *OF_CHAIN, OUTLINE, STANDS_IN, QUESTION,
    ANSWERED, SAID, UNSUPPORTED, OLD, *RATED.values(),
)  # fmt: skip
"""What a case may need a person for, worst first."""


def needs_of(
    case: TestCase, answered: Answered = NONE_ANSWERED, *, stale: bool = False, chain: Chain = ()
) -> tuple[str, ...]:
    """What a person has to look at before the case can be used (``TestCase.needs_you``, or that it
    is stale, which its words do not tell), as fixed phrases, worst first. ``chain`` are those of
    ``OF_CHAIN`` that hold."""
    of_questions = {answered.get(one, QUESTION) for one in case.open_questions}
    found = {
        CONTRADICTS: bool(contradictions_of(case)),
        FAULTY: bool(faults_of(case)),
        OTHER: bool(other_limits_of(case)),
        DOUBTED: bool(doubts_of(case)),
        STALE: stale,
        **dict.fromkeys(chain, True),
        OUTLINE: case.is_outline,
        STANDS_IN: case.stands_in and not case.is_outline,
        **{name: name in of_questions for name in (QUESTION, ANSWERED, SAID)},
        UNSUPPORTED: bool(case.unsupported_steps),
        OLD: bool(drafts_of(case)),
    }
    needs = [name for name, present in found.items() if present]
    if case.origin.rating:
        needs.append(RATED[case.origin.rating])
    return tuple(needs)


def left_open(case: TestCase) -> str:
    """What a case lacks that a tester needs, as the end of a sentence; empty where it has all."""
    if not case.steps:
        return "it has no step"
    steps, idle = len(case.steps), sum(not one.action.strip() for one in case.steps)
    blind = not any(one.expected_result.strip() for one in case.steps)
    if steps == 1:
        lacks = "action" if idle else "expected result" if blind else ""
        return f"its step has no {lacks}" if lacks else ""
    said = [f"{idle} of {steps} steps {'has' if idle == 1 else 'have'} no action"] if idle else []
    return " and ".join(said + ["none has an expected result"] * blind)


def contradictions_of(case: TestCase) -> tuple[LintFinding, ...]:
    """The errors that say which words of a source deny the case."""
    return tuple(one for one in _errors(case) if one.rule == CONTRADICTION)


def faults_of(case: TestCase) -> tuple[LintFinding, ...]:
    """The other errors."""
    return tuple(one for one in _errors(case) if one.rule != CONTRADICTION)


def other_limits_of(case: TestCase) -> tuple[LintFinding, ...]:
    """The limits and texts of its criterion that a case breaks by keeping to those of a source."""
    return tuple(one for one in case.findings if one.rule == OTHER_LIMIT)


def doubts_of(case: TestCase) -> tuple[LintFinding, ...]:
    """What a second reader doubts."""
    return tuple(one for one in case.findings if one.rule == SECOND_READER)


def drafts_of(case: TestCase) -> tuple[LintFinding, ...]:
    """Which results rest on drafts and old sources alone."""
    return tuple(one for one in case.findings if one.rule == DRAFT_OR_OLD)


def _errors(case: TestCase) -> list[LintFinding]:
    return [one for one in case.findings if one.severity == "error"]


def worst_first(needs: Sequence[str]) -> int:
    """The place of a case with these needs among others: a contradiction first, none last."""
    return NEEDS.index(needs[0]) if needs else len(NEEDS)


class SeenVersion(Value):
    """A case as a reviewer saw it: its version, and the hash of the words that were on screen."""

    case_id: str
    version: int
    text_hash: str = ""


class BulkOutcome(Value):
    """What a decision on many cases did: the cases that changed, at their new version; those that
    somebody changed meanwhile, and those that are ``empty``, stay."""

    changed: tuple[tuple[str, int], ...]
    skipped: tuple[str, ...] = ()
    empty: tuple[str, ...] = ()


STRANGE = "edited, with an action of which no word stands elsewhere in the case"
"""No check holds actions against the sources: a person's own has to be read by one."""


def _has_strange_action(case: TestCase) -> bool:
    """Whether an action shares no word with its data and result, the other steps, what the case
    says of itself and the words that it cites."""
    steps = case.steps
    about = (case.title, case.objective, *case.preconditions, *case.postconditions)
    told = [*about, *(one.quote for one in case.all_citations)]
    told += [text for one in steps for text in (one.test_data, one.expected_result)]

    def is_strange(step: TestStep) -> bool:
        others = (one.action for one in steps if one != step)
        known = frozenset[str]().union(*map(all_content, (*told, *others)))
        return bool(step.action.strip()) and not meeting(all_content(step.action), known)

    return any(map(is_strange, steps))


def set_aside(
    stored: StoredCase,
    stale: Collection[str] = (),
    answered: Answered = NONE_ANSWERED,
    chain: Chain = (),
) -> str:
    """Why *Accept all* leaves a draft to a person, as a fixed phrase; empty where it does not.
    ``stale`` are the ids of stale cases, ``answered`` and ``chain`` as ``needs_of`` takes them."""
    case = stored.case
    needs = needs_of(case, answered, stale=stored.id in stale, chain=chain)
    if needs:
        return needs[0]
    if case.findings:
        return "finding"
    return STRANGE if case.origin.edited_by and _has_strange_action(case) else ""


def decide(
    workspace: Workspace,
    project_id: str,
    seen: Sequence[SeenVersion],
    status: CaseStatus,
    *,
    reason: str = "",
    by: str,
) -> BulkOutcome:
    """Accept or reject cases, each as it was seen.

    A case that somebody changed meanwhile is skipped and named, and so is one that cannot be
    accepted because it is empty or unfinished. Raises ``LibraryError`` where a
    rejection has no reason.
    """
    if status == "rejected" and not reason.strip():
        raise LibraryError("Say why these cases are rejected; the reason is kept with each.")
    changed: list[tuple[str, int]] = []
    skipped: list[str] = []
    empty: list[str] = []
    for one in seen:
        try:
            stored = set_status(
                workspace, project_id, one.case_id, status, reason=reason,
                seen_version=one.version, seen_text=one.text_hash, by=by,
            )  # fmt: skip
        except EmptyCase:
            empty.append(one.case_id)
        except AssistantError:
            skipped.append(one.case_id)
        else:
            changed.append((stored.id, stored.row_version))
    return BulkOutcome(changed=tuple(changed), skipped=tuple(skipped), empty=tuple(empty))


def accept_all(
    workspace: Workspace, project_id: str, cases: Sequence[StoredCase], *, by: str
) -> BulkOutcome:
    """Accept the drafts among ``cases`` that ``set_aside`` leaves to nobody, as seen."""
    stale = by_case(stale_cases(workspace, project_id))
    found = {name: chains(workspace, project_id, name) for name in {s.run_id or "" for s in cases}}
    clean = [
        one
        for one in cases
        if one.case.status == "draft"
        and not set_aside(one, stale, chain=found[one.run_id or ""].needs(one.id))
    ]
    seen = [
        SeenVersion(case_id=one.id, version=one.row_version, text_hash=one.text_hash)
        for one in clean
    ]
    return decide(workspace, project_id, seen, "accepted", by=by)


def undo_all(workspace: Workspace, project_id: str, outcome: BulkOutcome, *, by: str) -> int:
    """Take a decision on many cases back; cases that were changed since stay. Returns how many."""
    done = 0
    for case_id, version in outcome.changed:
        try:
            workspace.library.undo(project_id, case_id, by=by, expected_version=version)
        except AssistantError:
            continue
        done += 1
    return done
