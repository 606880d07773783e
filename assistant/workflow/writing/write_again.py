"""Write cases again, or one step of a case: the same test, from the present sources, by the same
writer or another.

A writer of whole stories is shown the case as it stands, what changed since or is wrong with it,
and what a person wants different; which items of the checklist the outcome covers is decided from
what it does. Any other writer gets the condition of the case, as when it was written; of one step
that takes the place of another it writes the whole case, and only this step is taken.

The words come in as the next version of the case, as a draft: what stood before is in its history,
and undo brings it back with its sources. An accepted case is replaced only where a person asked for
that very case (``accepted=True``). Around one step, other steps, edits in them, what was decided
about the case and its answered questions stay.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from contextlib import suppress

from assistant.domain import (
    SECOND_READER,
    GenerationRun,
    RetrievedChunk,
    TestCase,
    TestStep,
)
from assistant.errors import EditConflict, LibraryError
from assistant.generation.proof import RULES
from assistant.generation.step_replacement import renumbered, replacement, with_step
from assistant.generation.writer import Revision, WrittenCase
from assistant.library import StoredCase
from assistant.workflow.deployment.models import is_usable
from assistant.workflow.deployment.ways_of_writing import writes_stories
from assistant.workflow.deployment.workspace import Workspace
from assistant.workflow.review import stale
from assistant.workflow.review.stale import StaleCase, StaleFinding
from assistant.workflow.sources.mask_sources import masked_text
from assistant.workflow.sources.source_standing import with_standings
from assistant.workflow.writing import follow_up_runs, runs
from assistant.workflow.writing.current_basis import PresentBasis
from assistant.workflow.writing.follow_up_runs import Again, planned_run
from assistant.workflow.writing.recheck_case import house_rules, rechecked_against
from assistant.workflow.writing.requests import conditions_of_run

SAYS = "Written again"
WRONG = RULES | {SECOND_READER}
"""Rules of findings that say what is wrong with a case, wherever in it."""
CHANGED, ASKED, DOUBTED = "its sources changed", "asked for", "a second reader's doubt"
"""Why a case is written again, as its history says it."""


def start_where_possible(
    workspace: Workspace, project_id: str, case_ids: Sequence[str], *, by: str, reason: str
) -> tuple[list[str], tuple[str, ...]]:
    """The jobs that write those of the cases again that can be, and why the others are not: their
    conditions are gone, or they are accepted.

    Raises what ``begin`` raises where none can be written.
    """
    planned, left = planned_where_possible(workspace, project_id, case_ids, by=by, reason=reason)
    if left and not planned:
        raise left[0]
    jobs = follow_up_runs.start(workspace, project_id, planned)
    # What happened, without the next step: who shows several of these says it once.
    return jobs, tuple(str(error).split(". ")[0] for error in left)


def planned_where_possible(
    workspace: Workspace, project_id: str, case_ids: Sequence[str], *, by: str, reason: str
) -> tuple[tuple[Again, ...], tuple[LibraryError, ...]]:
    """The runs that write those of the cases again that can be, not yet kept, and why the others
    cannot. Raises ``ModelUnavailable`` where the writer is known no longer."""
    possible: list[str] = []
    left: list[LibraryError] = []
    basis = PresentBasis(workspace, project_id)
    for case_id in dict.fromkeys(case_ids):
        try:
            stored, source = _source_of(workspace, project_id, case_id)
            _items_now(workspace, basis, source, stored)
        except LibraryError as error:
            left.append(error)
        else:
            possible.append(case_id)
    return begin(workspace, project_id, possible, by=by, reason=reason), tuple(left)


def begin(
    workspace: Workspace,
    project_id: str,
    case_ids: Sequence[str],
    *,
    by: str,
    writer: str | None = None,
    reason: str = CHANGED,
    accepted: bool = False,
    wish: str = "",
) -> tuple[Again, ...]:
    """The runs that write these cases again, one for each run that wrote them, not yet kept.

    ``wish`` is what the person wants different, which a writer of whole stories is told.

    Raises ``LibraryError`` where a case was not generated, what it was derived from is gone, it
    covers no item and the writer writes item by item, or it is accepted and ``accepted`` does not
    say that it may be replaced, and ``ModelUnavailable`` for an unknown writer.
    """
    workspace.take_folder()
    by_runs: dict[tuple[str, str], tuple[GenerationRun, list[StoredCase]]] = {}
    for case_id in dict.fromkeys(case_ids):
        stored, source = _source_of(workspace, project_id, case_id, accepted=accepted)
        key = (source.id, stored.run_id or source.id)
        by_runs.setdefault(key, (source, []))[1].append(stored)
    basis = PresentBasis(workspace, project_id)
    wish = masked_text(workspace, project_id, wish)
    return tuple(
        _planned(
            workspace, project_id, source, list_id, cases, basis, by, writer, reason, wish
        )
        for (_, list_id), (source, cases) in by_runs.items()
    )  # fmt: skip


def _source_of(
    workspace: Workspace, project_id: str, case_id: str, *, accepted: bool = False
) -> tuple[StoredCase, GenerationRun]:
    """A case that may be written again, and the run that wrote its words."""
    stored = workspace.library.case(project_id, case_id)
    if stored.status == "accepted" and not accepted:
        raise LibraryError(
            f"{stored.id} is accepted and stays as it is. Open it to write it again."
        )
    return stored, workspace.library.run(project_id, derived_by(stored))


def has_writer(
    workspace: Workspace, project_id: str, run_id: str, case_ids: Collection[str]
) -> bool:
    """Whether the writer of one of these cases of a run's list can write now; true of none."""
    listed = workspace.library.cases(project_id, run_id=run_id)
    sources = {one.source_run_id for one in listed if one.id in case_ids}
    wanted = {one.writer for one in workspace.library.runs(project_id) if one.id in sources}
    return not wanted or any(is_usable(workspace, writer) for writer in wanted)


def why_not_written(stored: StoredCase) -> str:
    """Why no writer's words stand in for a case, as the end of a sentence; empty where they may."""
    if stored.case.origin.writer == "person":
        return "was written by a person"
    return "" if stored.source_run_id else "was imported"


def can_be_written(stored: StoredCase) -> bool:
    """Whether a run wrote a case, so that it can be written again."""
    return not why_not_written(stored)


def derived_by(stored: StoredCase) -> str:
    """The run that wrote a case's words; ``LibraryError`` where no run wrote it."""
    if not stored.source_run_id or not can_be_written(stored):
        raise LibraryError(
            f"{stored.id} {why_not_written(stored)}, so it cannot be written again. Edit it "
            "instead."
        )
    return stored.source_run_id


def _items_now(
    workspace: Workspace,
    basis: PresentBasis,
    source: GenerationRun,
    stored: StoredCase,
    *,
    writer: str | None = None,
    same_words: bool = False,
    asked: bool = False,
) -> tuple[str, ...]:
    """The items, by their ids in the run that wrote it, that a case is about and that stand still:
    those that it covers, for a writer of whole stories those that it claims too (it would lose the
    claim, and another case be written for them), or those of its criteria where it is not seen to
    cover any, or where somebody ``asked`` for this very case, one that it covers is gone, and the
    writer writes whole stories.

    Raises ``LibraryError`` where they are gone, or the writer needs one that the case covers.
    """
    case = stored.case
    writer = writer or source.generation.writer
    if not case.condition_ids and not writes_stories(workspace, writer):
        raise LibraryError(
            f"{stored.id} is not seen to cover an item of the checklist, and {writer} writes item "
            "by item. Choose a model that writes whole stories, or edit the case."
        )
    try:
        if not case.condition_ids:
            return _around(basis, source, case, same_words=same_words)
        whole = writes_stories(workspace, writer)
        try:
            basis.find(source, case.condition_ids, same_words=same_words)
        except LibraryError:
            if not asked or not whole:
                raise
            return _around(basis, source, case, same_words=same_words)
        claimed = case.claimed_ids if whole else ()
        claimed = _standing(basis, source, claimed, same_words=same_words)
        return tuple(dict.fromkeys((*case.condition_ids, *claimed)))
    except LibraryError as error:
        raise LibraryError(
            f"{stored.id} cannot be written again: {error}. Reject the case, edit it, or generate "
            "the epic anew."
        ) from error


def without_item(
    workspace: Workspace, project_id: str, case_ids: Collection[str]
) -> Mapping[str, str]:
    """Of these cases those of which what they test is no longer on the checklist: why they cannot
    be written again as they are, with the next step."""
    basis = PresentBasis(workspace, project_id, searched=False)
    sources: dict[str, GenerationRun] = {}
    found: dict[str, str] = {}
    for stored in workspace.library.cases(project_id):
        if stored.id not in case_ids or not can_be_written(stored) or not stored.case.condition_ids:
            continue
        run_id = derived_by(stored)
        source = sources.get(run_id) or workspace.library.run(project_id, run_id)
        sources[run_id] = source
        try:
            _items_now(workspace, basis, source, stored)
        except LibraryError as error:
            found[stored.id] = str(error)
            try:
                _around(basis, source, stored.case, same_words=False)
            except LibraryError:
                continue  # its criterion is gone too
            found[stored.id] += (
                " A model that writes whole stories, chosen under Write again, writes it for what "
                "its criterion says now."
            )
    return found


def _around(
    basis: PresentBasis, source: GenerationRun, case: TestCase, *, same_words: bool
) -> tuple[str, ...]:
    """The items of the criteria that a case names, or of its story, that stand still."""
    criteria = set(case.criterion_ids) or {
        criterion.id
        for epic in source.epics
        for story in epic.stories
        if story.key == case.story_key
        for criterion in story.criteria
    }
    every = conditions_of_run(source)
    own = [one.id for one in every if not one.legs and one.criterion_id in criteria]
    if found := _standing(basis, source, own, same_words=same_words):
        return found
    if own:
        basis.find(source, own[-1:], same_words=same_words)
    raise LibraryError(f"no item of the checklist is about {case.story_key or case.epic_key}")


def _standing(
    basis: PresentBasis, source: GenerationRun, names: Sequence[str], *, same_words: bool
) -> tuple[str, ...]:
    """Those of the items that stand still."""
    found = []
    for name in names:
        with suppress(LibraryError):
            basis.find(source, [name], same_words=same_words)
            found.append(name)
    return tuple(found)


def run_title(source: GenerationRun) -> str:
    """How a run that writes again is called."""
    return f"{SAYS}: {source.request.removeprefix(f'{SAYS}: ')}"


def _says(case: TestCase) -> TestCase:
    """What a case says and rests on, whoever wrote it and whatever was decided about it."""
    bare = TestCase(id="", title="")
    kept = {name: getattr(bare, name) for name in ("id", "status", "status_reason", "origin")}
    return case.unnumbered.model_copy(update=kept)


def _with_questions(
    workspace: Workspace, project_id: str, stored: StoredCase, written: WrittenCase
) -> WrittenCase:
    """A case that was doubted with the questions that stood at it, less those that a second reader
    has put aside from it: the writer was told to ask only what is new."""
    history = workspace.library.history(project_id, stored.id)
    once = {text for one in history for text in one.case.open_questions}
    asides = once.difference(stored.case.open_questions)
    asked = [*stored.case.open_questions, *written.case.open_questions]
    running = [*stored.case.running_questions, *written.case.running_questions]
    put = {
        "open_questions": tuple(one for one in dict.fromkeys(asked) if one not in asides),
        "running_questions": tuple(dict.fromkeys(running)),
    }
    return written.model_copy(update={"case": written.case.model_copy(update=put)})


def _words(case: TestCase) -> TestCase:
    """As ``_says``, whatever is held against it."""
    return _says(case.model_copy(update={"findings": ()}))


def _planned(
    workspace: Workspace,
    project_id: str,
    source: GenerationRun,
    list_run_id: str,
    cases: Sequence[StoredCase],
    basis: PresentBasis,
    by: str,
    writer: str | None,
    reason: str,
    wish: str,
) -> Again:
    """A run over the stories of these cases, as they are now."""
    by_id = {stored.id: stored for stored in cases}
    items = {
        stored.id: _items_now(
            workspace, basis, source, stored, writer=writer, asked=reason == ASKED
        )
        for stored in cases
    }
    present, epics = basis.find(source, [name for names in items.values() for name in names])
    changed = stale.by_case(stale.stale_cases(workspace, project_id, run_id=list_run_id))
    run = planned_run(
        workspace, project_id, source, basis, epics,
        list_run_id=list_run_id, request=run_title(source), by=by, writer=writer,
    )  # fmt: skip

    def keep(written: WrittenCase) -> StoredCase:
        stored = by_id[written.case.id]
        if reason == ASKED and _says(written.case) == _says(stored.case):
            return stored
        if reason == DOUBTED:
            written = _with_questions(workspace, project_id, stored, written)
            if _words(written.case) == _words(stored.case):
                return stored  # the writer stands by it, and the doubt by its side
        try:
            return workspace.library.rewrite_case(
                project_id,
                written.case,
                run.id,
                rejected=written.rejected,
                expected_version=_version_now(workspace, project_id, stored),
                reason=_with(reason, wish, written.aim),
            )
        except EditConflict as error:
            raise EditConflict(
                f"{stored.id} stays as it is now: it was edited or decided on while it was being "
                "written again, and what was written is dropped. Write it again if you still want "
                "to."
            ) from error

    return Again(
        run,
        frozenset(present.values()),
        keep,
        not_style=frozenset(by_id),
        revisions=tuple(
            Revision(
                case=stored.case,
                conditions=tuple(dict.fromkeys(present[name] for name in items[stored.id])),
                wrong=_wrong(workspace, project_id, stored, changed.get(stored.id)),
                wish=wish,
            )
            for stored in cases
        ),
    )


def _version_now(workspace: Workspace, project_id: str, stored: StoredCase) -> int:
    """The version of a case that still reads as ``stored``: findings and questions may have come to
    it while the writing waited. Else that of ``stored``, which is no longer the present one."""
    now = workspace.library.case(project_id, stored.id)
    same = (now.text_hash, now.status) == (stored.text_hash, stored.status)
    return now.row_version if same else stored.row_version


def _with(reason: str, *details: str) -> str:
    """A reason as the history says it, with what was wanted and why the aim changed."""
    said = [one for one in (" ".join(each.split()) for each in details) if one]
    return f"{reason}: {'; '.join(said)}" if said else reason


def _wrong(
    workspace: Workspace, project_id: str, stored: StoredCase, changed: StaleCase | None,
    step: int = 0,
) -> tuple[str, ...]:  # fmt: skip
    """What is wrong with a case, or one step of it, and what changed since it was written.

    Advice on the whole case (its title, its length) is none: it stays the same test.
    """
    found = [
        f"Step {one.step}: {one.message}" if one.step else one.message
        for one in stored.case.findings
        if (one.step == step if step else one.step or one.severity == "error" or one.rule in WRONG)
    ]
    moved = changed.findings if changed else ()
    found += [_moved(one) for one in moved if not step or one.step == step]
    given = runs.replies_on(workspace, project_id, stored).answers
    found += [f"It was asked: {asked} The answer: {one.text}" for asked, one in given.items()]
    return tuple(dict.fromkeys(found))


def _moved(one: StaleFinding) -> str:
    if one.change == stale.ANOTHER_LIMIT:
        return (
            f"{one.where}: it rests on “{one.old}” ({one.cited_title}); {one.title}, which came "
            f"later, says “{one.new}”."
        )
    if one.change == stale.NUMBER_CHANGED:
        return (
            f"{one.where}: it says “{one.quote}”, as did “{one.old}” ({one.title}); that says now "
            f"“{one.new}”."
        )
    if one.change == stale.RULE_CHANGED:
        now = f"says now “{one.new}”" if one.new else "says that no more"
        return f"{one.where}: it names {one.quote}, which said “{one.old}” and {now}."
    if one.change in stale.OF_PROOF:
        return f"{one.where}: {' '.join(fault.finding.message for fault in one.faults)}"
    now = f"it says now “{one.new}”" if one.new else "that is gone"
    return f"{one.where}: it rests on “{one.old}” ({one.title}); {now}."


def begin_step(
    workspace: Workspace,
    project_id: str,
    case_id: str,
    number: int,
    *,
    by: str,
    writer: str | None = None,
    wish: str = "",
) -> Again:
    """The run that writes step ``number`` of a case again, not yet kept.

    Raises ``LibraryError`` where the case has no such step, or its acceptance criterion no longer
    reads as it did, and else as ``begin``.
    """
    workspace.take_folder()
    stored, source = _source_of(workspace, project_id, case_id, accepted=True)
    before = _step(stored, number)
    basis = PresentBasis(workspace, project_id)
    wish = masked_text(workspace, project_id, wish)
    items = _items_now(workspace, basis, source, stored, writer=writer, same_words=True)
    if not writes_stories(workspace, writer or source.generation.writer):
        items = items[:1]
    present, epics = basis.find(source, items)
    changed = stale.by_case(stale.stale_cases(workspace, project_id, run_id=stored.run_id))
    run = planned_run(
        workspace, project_id, source, basis, epics,
        list_run_id=stored.run_id or source.id, request=run_title(source), by=by, writer=writer,
    )  # fmt: skip

    def keep(written: WrittenCase) -> StoredCase:
        why = _with(f"step {number}", wish)
        return _keep(workspace, project_id, run, case_id, number, before, written, why)

    return Again(
        run,
        frozenset(present.values()),
        keep,
        sourced=lambda found: _together(source, found),
        not_style=frozenset({case_id}),
        revisions=(
            Revision(
                case=stored.case,
                conditions=tuple(dict.fromkeys(present.values())),
                wrong=_wrong(workspace, project_id, stored, changed.get(case_id), number),
                wish=wish,
                step=number,
            ),
        ),
    )


def _keep(
    workspace: Workspace,
    project_id: str,
    run: GenerationRun,
    case_id: str,
    number: int,
    before: TestStep,
    written: WrittenCase,
    reason: str,
) -> StoredCase:
    """Put the step into the case as it is by now; other edits made meanwhile stay."""
    library = workspace.library
    stored = library.case(project_id, case_id)
    if _step(stored, number) != before:
        raise LibraryError(
            f"Step {number} of {case_id} was changed while it was being written again. Nothing was "
            "overwritten. Look at it, and write it again if you still want to."
        )
    fresh: TestStep | None = None
    if written.step:
        fresh = written.case.steps[number - 1]
    else:
        fresh = replacement(stored.case, written.case, number)
    if fresh is None:
        raise LibraryError(
            f"Step {number} of {case_id} does not follow from its condition: it was added by hand. "
            "Edit it instead."
        )
    sources = with_standings(workspace, project_id, library.run(project_id, run.id))
    numbers = {item.chunk.id: item.rank for item in sources.retrieved}
    checked = rechecked_against(
        sources,
        with_step(stored.case, renumbered(fresh, numbers), number),
        house_rules(workspace, project_id),
    )
    case = with_step(stored.case, checked.steps[number - 1], number)
    if case == stored.case:
        return stored  # the sources give the words that stand there
    rating = written.case.origin.rating or case.origin.rating
    origin = case.origin.model_copy(update={"rating": rating})
    return library.rewrite_case(
        project_id,
        case.model_copy(update={"findings": checked.findings, "origin": origin}),
        run.id,
        rejected=written.rejected,
        expected_version=stored.row_version,
        reason=reason,
        keep_status=True,
    )


def _step(stored: StoredCase, number: int) -> TestStep:
    if not 1 <= number <= len(stored.case.steps):
        raise LibraryError(
            f"{stored.id} has no step {number}; it has {len(stored.case.steps)}. Look at the case "
            "again."
        )
    return stored.case.steps[number - 1]


def _together(
    source: GenerationRun, found: tuple[RetrievedChunk, ...]
) -> tuple[RetrievedChunk, ...]:
    """The sources of the case's other steps under their numbers, then those found in addition."""
    known = {item.chunk.id for item in source.retrieved}
    last = max((item.rank for item in source.retrieved), default=0)
    new = [item for item in found if item.chunk.id not in known]
    return source.retrieved + tuple(
        item.model_copy(update={"rank": rank}) for rank, item in enumerate(new, start=last + 1)
    )
