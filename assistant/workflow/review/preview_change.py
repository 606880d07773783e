"""A document's next version, or one that is new, looked at before it is kept: what it would change.

The text is read as an import reads it and held in memory: which sentences change, which cases rest
on those, what the proof finds in cases then and not today, which items of the checklist come and
go. ``apply_change`` keeps the text by the path that an import takes; nothing is kept before.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from assistant.design.questions.conflicts import clause_at, clauses_of
from assistant.design.questions.supersession import changes
from assistant.domain import (
    Chunk,
    Epic,
    TestCase,
    Value,
)
from assistant.errors import LibraryError
from assistant.language.languages import language_of
from assistant.language.value_changes import value_changes
from assistant.library import StoredCase, StoredDocument
from assistant.workflow.deployment.jobs import Progress
from assistant.workflow.deployment.workspace import Workspace
from assistant.workflow.review.current_citations import (
    NextVersion,
    in_one_alone,
    present_epics,
)
from assistant.workflow.review.lineage import cases_resting_on
from assistant.workflow.review.newer_sources import KINDS, stating
from assistant.workflow.review.next_proof import (
    Basis,
    QuestionChange,
    checklist_change,
    question_changes,
)
from assistant.workflow.review.next_proof import ChecklistChange as ChecklistChange
from assistant.workflow.review.next_proof import NewFault as NewFault
from assistant.workflow.review.sentences import SentenceChange, text_changes
from assistant.workflow.review.stale import (
    NUMBER_CHANGED,
    OF_PROOF,
    RULE_CHANGED,
    Change,
    NamedCase,
    StaleFinding,
    by_case,
    named,
    stale_cases,
)
from assistant.workflow.sources.duplicate_texts import known_copies
from assistant.workflow.sources.import_sources import Preview, document_of, put
from assistant.workflow.sources.reindex import chunks_of
from assistant.workflow.writing.answers import MAX_COMPARED, answers_to, with_answers


class TouchedPlace(Value):
    """A part of a case that cites what changes; ``said`` are the case's own words there."""

    where: str
    step: int | None = None
    said: str = ""


class TouchedSentence(Value):
    """A sentence that a case rests on and that changes, with the places that cite it, that say a
    number of it which changes, or that name its ``rule`` (see ``Change``)."""

    change: Change
    old: str
    new: str = ""
    rule: str = ""
    places: tuple[TouchedPlace, ...]


class TouchedCase(NamedCase):
    """A case that rests on what changes, or in which the proof finds something new."""

    rests_on: tuple[TouchedSentence, ...] = ()
    faults: tuple[NewFault, ...] = ()

    @property
    def cites_it(self) -> bool:
        """Whether it rests on what changes by a citation or a criterion."""
        return any(one.change not in (NUMBER_CHANGED, RULE_CHANGED) for one in self.rests_on)

    @property
    def says_it(self) -> bool:
        """Whether it says a number that changes, and cites nothing that does."""
        return not self.cites_it and any(one.change == NUMBER_CHANGED for one in self.rests_on)

    @property
    def is_denied(self) -> bool:
        """Whether the new text says otherwise than one of its results."""
        return any(one.denied for one in self.faults)


class FormerValue(Value):
    """A sentence of another source with the value that a sentence of the new text calls the former
    one."""

    document_id: str
    title: str
    said: str
    new: str


class ChangePreview(Value):
    """What a text would change as a document's next version.

    ``version`` is the present one, 0 of a document that the project does not have. ``moved``
    counts sentences that only stand elsewhere then, and
    ``languages`` are the present and the new one where they differ. ``cases`` are those touched,
    worst first; ``asked`` counts others that belong to a criterion on which the new text raises a
    question. Of the rest ``untouched`` were written from sources, and ``uncited`` were imported:
    they cite nothing, so nothing can be told of them. ``resting`` counts the cases that cite this
    document. ``righted`` are stale today and would not be. ``connection`` keeps the document
    fresh. ``notes`` tell what was not read as it is
    now, ``source`` is what would be kept. ``former`` are other sources that say what the new text
    calls the former value.
    """

    document_id: str
    title: str
    version: int
    connection: str = ""
    languages: tuple[str, ...] = ()
    changes: tuple[SentenceChange, ...] = ()
    moved: int = 0
    cases: tuple[TouchedCase, ...] = ()
    resting: int = 0
    asked: int = 0
    untouched: int = 0
    uncited: int = 0
    righted: tuple[str, ...] = ()
    checklist: ChecklistChange | None = None
    questions: tuple[QuestionChange, ...] = ()
    former: tuple[FormerValue, ...] = ()
    notes: tuple[str, ...] = ()
    source: Preview

    @property
    def counts(self) -> dict[str, int]:
        """How many sentences change in each way."""
        found = Counter(one.kind for one in self.changes)
        return {name: found[name] for name in ("changed", "added", "removed") if found[name]}

    @property
    def is_new(self) -> bool:
        """Whether the project does not have the document yet."""
        return self.version == 0

    @property
    def rests(self) -> int:
        """How many cases rest on what changes."""
        return sum(one.cites_it for one in self.cases)

    @property
    def says(self) -> int:
        """How many cases say a number that changes, and cite nothing that does."""
        return sum(one.says_it for one in self.cases)

    @property
    def names(self) -> int:
        """How many cases, or their criteria, name a rule that changes and touch it in no other of
        these ways."""
        return sum(bool(one.rests_on) and not (one.cites_it or one.says_it) for one in self.cases)

    @property
    def denied(self) -> int:
        """How many cases have a result of which the new text says otherwise."""
        return sum(one.is_denied for one in self.cases)


def preview_change(
    workspace: Workspace,
    project_id: str,
    source: Preview,
    *,
    progress: Progress = lambda done, total: None,
) -> ChangePreview:
    """What ``source`` would change as its document's next version (see ``next_version``), or as a
    document that the project does not have yet.

    Of a new one are told the cases that rest on another limit than it sets, the questions that it
    raises, and the checklist of its epics. ``progress`` gets cases judged and in all.
    """
    document_id = source.reading.document.id
    present = _present(workspace, project_id, source)
    document, held_epics = present.document, present.epics
    upcoming = NextVersion(
        document=document_of(source.reading).model_copy(update={"version": document.version + 1}),
        epics=source.reading.epics,
        cases=source.reading.cases,
    )
    said, moved = text_changes(document.text, upcoming.document.text)
    today = _Side(workspace, project_id)
    then = _Side(workspace, project_id, upcoming, progress)
    held = [one for one in workspace.library.cases(project_id) if one.status != "rejected"]
    looked_at = (_touched(one, today, then) for one in held)
    cases = [one for one in looked_at if one.rests_on or one.faults]
    traced: dict[str, list[str]] = {}
    for stored in held:
        for name in stored.case.criterion_ids:
            traced.setdefault(name, []).append(stored.id)
    questions = question_changes(
        workspace, project_id, today.basis, then.basis, present, upcoming, traced
    )
    asked = {name for one in questions if not one.settled for name in one.case_ids}
    told = asked | {one.case_id for one in cases}
    others = [one.source_run_id is not None for one in held if one.id not in told]
    resting = cases_resting_on(workspace, project_id, document_id)
    return ChangePreview(
        document_id=document_id,
        title=document.title,
        version=document.version,
        connection=_connection(workspace, project_id, document_id),
        languages=_languages(document.text, upcoming.document.text),
        changes=said,
        moved=moved,
        cases=tuple(
            sorted(cases, key=lambda one: (not one.is_denied, not one.cites_it, not one.rests_on))
        ),
        resting=sum(one.status != "rejected" for one in resting),
        asked=len(told) - len(cases),
        untouched=others.count(True),
        uncited=others.count(False),
        righted=tuple(name for name in today.stale if name not in then.stale),
        checklist=checklist_change(today.basis.epics, then.basis.epics)
        if held_epics or upcoming.epics
        else None,
        questions=questions,
        former=tuple(_former(workspace, project_id, present, upcoming)),
        notes=tuple(_notes(present, source)),
        source=source,
    )


def _former(
    workspace: Workspace, project_id: str, present: NextVersion, upcoming: NextVersion
) -> Iterator[FormerValue]:
    """Where the project's other sources say what the new text calls the former value. Of more text
    than is compared at once nothing is told."""
    _, come = in_one_alone(present.chunks, upcoming.chunks)
    told = [
        one
        for one in stating(upcoming.document, come)
        if any(value_changes(each.text) for each in clauses_of(one.text))
    ]
    if not told:
        return
    others: list[Chunk] = []
    copies = known_copies(workspace, project_id)
    for held in workspace.library.documents(project_id):
        if held.id not in copies and held.id != upcoming.document.id and held.kind in KINDS:
            document = workspace.library.document(project_id, held.id)
            others += stating(document, chunks_of(workspace.library, project_id, held.id))
    if len(others) > MAX_COMPARED:
        return
    for one in changes([*others, *told]):
        if one.newer in told and one.sentence:
            yield FormerValue(
                document_id=one.older.document_id,
                title=one.older.title,
                said=clause_at(one.older.text, one.older_value.start).text,
                new=one.sentence,
            )


def _present(workspace: Workspace, project_id: str, source: Preview) -> NextVersion:
    """The document as it is; without a word where the project does not have it."""
    name = source.reading.document.id
    if workspace.library.find_document(project_id, name) is None:
        nothing = source.reading.document.model_copy(update={"text": "", "version": 0})
        return NextVersion(document=nothing)
    document, epics, cases = workspace.library.document_parts(project_id, name)
    return NextVersion(document=document, epics=epics, cases=cases)


def apply_change(
    workspace: Workspace, project_id: str, preview: ChangePreview, *, by: str
) -> StoredDocument:
    """Keep the previewed text as the document's next version, or as a document of its own. What is
    kept is not indexed yet.

    Raises ``LibraryError`` where the document has changed, came or went since it was previewed.
    """
    held = workspace.library.find_document(project_id, preview.document_id)
    if (held.version if held is not None else 0) != preview.version:
        raise LibraryError(
            f"“{preview.title}” has changed since this preview was made. Look at the preview again."
        )
    return put(workspace, project_id, preview.source.reading, by=by)


def _languages(old: str, new: str) -> tuple[str, ...]:
    """The languages of both texts where they differ."""
    found = (language_of(old), language_of(new))
    return found if found[0] != found[1] else ()


def _connection(workspace: Workspace, project_id: str, document_id: str) -> str:
    held = workspace.library.find_document(project_id, document_id)
    names = {one.id: one.name for one in workspace.library.connections.list(project_id)}
    return names.get(held.connection_id, "") if held is not None else ""


def _notes(present: NextVersion, source: Preview) -> Iterator[str]:
    """What a person should know of how the new text was read."""
    gone = [key for key in _keys(present.epics) if key not in _keys(source.reading.epics)]
    if gone:
        yield f"Nothing in the new text is read under these keys any more: {', '.join(gone)}."
    yield from source.reading.report.sentences
    yield from source.reading.notes_with_gaps
    for piece in source.reading.unread:
        yield f"Not understood: “{' '.join(piece.text.split())[:200]}”"


def _keys(epics: Sequence[Epic]) -> list[str]:
    return [key for epic in epics for key in (epic.key, *(story.key for story in epic.stories))]


class _Side:
    """The project as it is, or as it would be: its stale cases, and its epics with answers."""

    def __init__(
        self,
        workspace: Workspace,
        project_id: str,
        upcoming: NextVersion | None = None,
        progress: Progress = lambda done, total: None,
    ) -> None:
        found = stale_cases(workspace, project_id, upcoming=upcoming, progress=progress)
        self.stale = by_case(found)
        epics, _ = present_epics(workspace.library, project_id, upcoming)
        given = answers_to(workspace, project_id, epics)
        answered = tuple(with_answers(epic, given) for epic in epics)
        self.basis = Basis(epics=answered, given=given)

    def findings(self, case_id: str) -> tuple[StaleFinding, ...]:
        """What is stale in a case."""
        found = self.stale.get(case_id)
        return found.findings if found is not None else ()


# --- Cases --------------------------------------------------------------------------------------


def _touched(stored: StoredCase, today: _Side, then: _Side) -> TouchedCase:
    """What of a case is touched, if anything is."""
    before = {one.key for one in today.findings(stored.id)}
    found = [one for one in then.findings(stored.id) if one.key not in before]
    return TouchedCase(
        **named(stored),
        rests_on=_sentences(stored.case, [one for one in found if one.change not in OF_PROOF]),
        faults=tuple(fault for one in found for fault in one.faults),
    )


def _sentences(case: TestCase, found: Sequence[StaleFinding]) -> tuple[TouchedSentence, ...]:
    """Findings of the same words as one, with the places that rest on them."""
    grouped: dict[tuple[Change, str, str, str], dict[TouchedPlace, None]] = {}
    for one in found:
        place = TouchedPlace(where=one.where, step=one.step, said=_cited_text(case, one))
        rule = one.quote if one.change == RULE_CHANGED else ""
        grouped.setdefault((one.change, one.old, one.new, rule), {})[place] = None
    return tuple(
        TouchedSentence(change=change, old=old, new=new, rule=rule, places=tuple(places))
        for (change, old, new, rule), places in grouped.items()
    )


def _cited_text(case: TestCase, finding: StaleFinding) -> str:
    """The case's own words where it rests on what changes."""
    step = next((one for one in case.steps if one.number == finding.step), None)
    return str(getattr(step, finding.part, "")) if step is not None else ""
