"""How the epics that a run was written from read now: criteria that are new, changed or gone; and
what sources that changed or came since say against them.

What a run's coverage counts and its questions ask is told of the present text where that differs.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

from assistant.design.description_rules import with_described_as
from assistant.design.questions.conflicts import without_stages
from assistant.design.questions.scope import left_out_in
from assistant.domain import Chunk, Epic, GenerationRun, Question, TestCase, Value
from assistant.sources.pasted.pasted import story_as_criterion
from assistant.workflow.deployment.workspace import Workspace
from assistant.workflow.review.current_citations import PresentWords, in_one_alone
from assistant.workflow.review.sentences import in_their_places, plain_words
from assistant.workflow.sources.duplicate_texts import known_copies
from assistant.workflow.writing.answers import (
    COMPARED,
    PREFIX,
    Asked,
    answers_to,
    asked_of,
    conflicts_with,
    raised_questions,
)
from assistant.workflow.writing.answers import with_answers as answered_epic


class BasisChange(Value):
    """Criteria of a run's epics as they are now, against those that it was written from.

    ``now`` are the run's stories and those that came since, with the answers given. ``new`` and
    ``changed`` are ids as they are now, ``gone`` as they were. ``present_ids`` has the present id
    of each criterion of the run that still stands, with these words or others. ``removed`` are
    the keys of the epics that no source has now: they are in ``now`` as they were. ``left_out``
    are those that the run's request left out, by their present ids: ``changed`` and ``gone`` have
    none of them.
    """

    now: tuple[Epic, ...] = ()
    new: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    gone: tuple[str, ...] = ()
    present_ids: Mapping[str, str] = {}
    removed: tuple[str, ...] = ()
    left_out: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.new or self.changed or self.gone)

    @property
    def same_ids(self) -> dict[str, str]:
        """Of ``present_ids`` those of criteria that read as then."""
        return {old: now for old, now in self.present_ids.items() if now not in self.changed}


def basis_change(workspace: Workspace, project_id: str, run: GenerationRun) -> BasisChange:
    """What became of the criteria of a run's epics."""
    present = _Present(workspace, project_id)
    since = _stories_since(workspace, project_id, run, present)
    parts = [present.of(epic, since) for epic in run.epics]
    present_ids = {old: now for one in parts for old, now in one.present_ids.items()}
    then = run.generation.criteria_left_out
    left_out = tuple(present_ids[old] for old in then if old in present_ids)
    return BasisChange(
        now=tuple(epic for one in parts for epic in one.now),
        new=tuple(name for one in parts for name in one.new),
        changed=tuple(name for one in parts for name in one.changed if name not in left_out),
        gone=tuple(name for one in parts for name in one.gone if name not in then),
        present_ids=present_ids,
        removed=tuple(name for one in parts for name in one.removed),
        left_out=left_out,
    )


def cases_now(
    workspace: Workspace, project_id: str, run: GenerationRun, change: BasisChange
) -> tuple[TestCase, ...]:
    """The cases of a run's list, traced to the criteria by their present ids."""
    present = _Present(workspace, project_id)
    ids: dict[str, Mapping[str, str]] = {run.id: change.present_ids}
    found = []
    for stored in workspace.library.cases(project_id, run_id=run.id):
        source = stored.source_run_id or run.id
        if source not in ids:
            epics = workspace.library.run_epics(project_id, source)
            then = (present.of(epic).present_ids for epic in epics)
            ids[source] = {old: now for each in then for old, now in each.items()}
        case, known = stored.case, ids[source]
        found.append(
            case.model_copy(
                update={
                    "criterion_ids": tuple(known.get(one, one) for one in case.criterion_ids),
                    "condition_ids": tuple(condition_now(one, known) for one in case.condition_ids),
                }
            )
        )
    return tuple(found)


def condition_now(condition_id: str, present_ids: Mapping[str, str]) -> str:
    """The id of a condition with its criterion's present id in it."""
    old = criterion_of(condition_id, present_ids)
    return present_ids.get(old, "") + condition_id.removeprefix(old)


def criterion_of(condition_id: str, names: Iterable[str]) -> str:
    """The criterion of a condition: the id of one may begin like that of another."""
    held = (one for one in names if condition_id.startswith(f"{one}-"))
    return max(held, key=len, default="")


class QuestionsNow(Value):
    """Questions of a run: those that stand, those that the present text of a changed criterion
    raises, and those on earlier words that the present ones do not raise."""

    standing: tuple[Asked, ...] = ()
    raised: tuple[Asked, ...] = ()
    earlier: tuple[Asked, ...] = ()


def questions_now(
    workspace: Workspace,
    project_id: str,
    run: GenerationRun,
    asked: Sequence[Asked],
    change: BasisChange,
) -> QuestionsNow:
    """What is asked of a run's epics as they read now, and of what sources say now.

    A question of the run stands where neither its criterion nor one that it quotes has changed, and
    what disagreed with it stands. Nothing more is asked of an epic that no source has now.
    """
    gone, come = _sources_since(workspace, project_id, run)
    if not (change or gone or come):
        return QuestionsNow(standing=tuple(asked))
    raised = _conflicts(workspace, project_id, change, come)
    settled = _conflicts(workspace, project_id, change, gone).keys() - raised.keys()
    standing = [one for one in asked if _place(one, change) not in settled]
    if change:
        found = _on_changed_epics(workspace, project_id, run, standing, change)
    else:
        known = {_matter(one.question) for one in asked}
        new = [one for key, one in raised.items() if key not in known]
        found = QuestionsNow(
            standing=tuple(standing), raised=asked_of(workspace, project_id, change.now, new)
        )
    ended = tuple(one for one in asked if one not in standing)
    return found.model_copy(update={"earlier": (*found.earlier, *ended)})


def _conflicts(
    workspace: Workspace, project_id: str, change: BasisChange, sources: Sequence[Chunk]
) -> dict[tuple[str, str], Question]:
    """The criteria that disagree with sources, save those that the request left out, by what is
    asked of them whether or not a source is a draft by now."""
    epics = [epic for epic in change.now if epic.key not in change.removed]
    found = conflicts_with(workspace, project_id, epics, sources) if epics and sources else []
    asked = (one for one in found if one.criterion_id not in change.left_out)
    return {_matter(one): one for one in asked}


def _matter(question: Question) -> tuple[str, str]:
    return question.criterion_id, without_stages(question.text)


def _place(one: Asked, change: BasisChange) -> tuple[str, str]:
    """The matter of a question of the run under its criterion's present id."""
    criterion_id, said = _matter(one.question)
    return change.present_ids.get(criterion_id, ""), said


def _sources_since(
    workspace: Workspace, project_id: str, run: GenerationRun
) -> tuple[list[Chunk], list[Chunk]]:
    """What the sources that criteria are compared with said when a run began and say no more, and
    what they have said since."""
    library = workspace.library
    times = library.lineage.version_times(project_id)
    begun = run.created_at.isoformat()
    came = library.lineage.sources_after_runs(project_id).get(run.id, frozenset())
    documents = library.documents(project_id)
    changed = [
        one
        for one in documents
        if one.kind in COMPARED
        and not (one.id.startswith(PREFIX) or one.metadata.outdated)
        and (one.id in came or times.get(one.id, ("",))[-1] > begun)
    ]
    if not changed:
        return [], []
    older = known_copies(workspace, project_id)
    words = PresentWords(library, project_id, workspace.memo)
    gone, new = list[Chunk](), list[Chunk]()
    for one in changed:
        if one.id in older:
            continue
        kept = library.lineage.versions(project_id, one.id)
        held = [each.version for each in kept if each.stored_at <= run.created_at]
        before = words.version(one.id, max(held)).chunks if held and one.id not in came else ()
        went, arose = in_one_alone(before, words.version(one.id, one.version).chunks)
        gone += went
        new += arose
    return gone, new


def _on_changed_epics(
    workspace: Workspace,
    project_id: str,
    run: GenerationRun,
    asked: Sequence[Asked],
    change: BasisChange,
) -> QuestionsNow:
    """What is asked of epics whose criteria changed since the run."""
    held_by = workspace.library.documents_of_epics(project_id)
    holders = {name for epic in change.now for name in held_by.get(epic.key, ())}
    given = answers_to(workspace, project_id, change.now)
    found, _ = raised_questions(
        workspace, project_id, change.now, given,
        exclude_documents=holders, left_out=change.left_out,
    )  # fmt: skip
    then = {one.id: plain_words(one.text) for epic in run.epics for one in epic.criteria}
    texts = {plain_words(one.text) for epic in change.now for one in epic.criteria}
    lost = [text for text in then.values() if text not in texts]
    moved = [one for one in asked if _rests_on(one.question, then, lost)]
    standing = tuple(one for one in asked if one not in moved)
    known = {_place(one, change) for one in standing}
    left = {c.id for epic in change.now if epic.key in change.removed for c in epic.criteria}
    present = {_matter(one): one for one in found if one.criterion_id not in left}
    again = {key: one for key, one in present.items() if key not in known}
    return QuestionsNow(
        standing=standing,
        raised=asked_of(workspace, project_id, change.now, again.values()),
        earlier=tuple(one for one in moved if _place(one, change) not in again),
    )


def _rests_on(question: Question, then: Mapping[str, str], lost: Collection[str]) -> bool:
    """Whether a question is on words of criteria that stand no more; one on criteria that are left
    out is asked for each of them."""
    _, left_out = left_out_in(question)
    if left_out:
        return all(then.get(name, "") in lost for name in left_out)
    own = then.get(question.criterion_id, "")
    quotes = [plain_words(one.quote) for one in question.evidence]
    return own in lost or any(quote and quote in text for quote in quotes for text in lost)


class _Present:
    """The epics of a project as they are, with and without the answers given on them."""

    def __init__(self, workspace: Workspace, project_id: str) -> None:
        stored = workspace.library.epics(project_id)
        given = answers_to(workspace, project_id, stored)
        self.own = {epic.key: epic for epic in stored}
        self._answered = {epic.key: answered_epic(epic, given) for epic in stored}

    def of(self, then: Epic, since: Collection[str] = ()) -> BasisChange:
        """What became of an epic's criteria. ``since`` are the keys of the stories that came after
        the run; another story that it did not have was left out of it."""
        if then.key not in self.own:
            same_ids = {one.id: one.id for one in then.criteria}
            return BasisChange(now=(then,), present_ids=same_ids, removed=(then.key,))
        own = _stories_as_criteria(self.own[then.key], then)
        now = _stories_as_criteria(self._answered[then.key], then)
        forms = {
            one.id: (plain_words(one.text), plain_words(with_answer.text))
            for one, with_answer in zip(own.criteria, now.criteria, strict=True)
        }
        said = {one.id: plain_words(one.text) for one in then.criteria}
        same = dict(same_words(said, forms))
        olds = {name: text for name, text in said.items() if name not in same}
        free = {name: texts for name, texts in forms.items() if name not in set(same.values())}
        places = in_their_places(olds, free, set(said.values()))
        other = dict[str, str]()
        for name, text in places.items():
            taken = set(other.values())
            found = (one for one, texts in free.items() if text in texts and one not in taken)
            if (one := next(found, None)) is not None:
                other[name] = one
        present = same | other
        held = set(present.values())
        keys = {story.key for story in then.stories}
        stories = tuple(
            story
            for story in now.stories
            if story.key in keys
            or story.key in since
            or any(one.id in held for one in story.criteria)
        )
        return BasisChange(
            now=(now.model_copy(update={"stories": stories}),),
            new=tuple(
                one.id
                for story in stories
                if story.key in keys or story.key in since
                for one in story.criteria
                if one.id not in held
            ),
            changed=tuple(other.values()),
            gone=tuple(name for name in said if name not in present),
            present_ids=present,
        )


def same_words(
    said: Mapping[str, str], forms: Mapping[str, Collection[str]]
) -> Iterator[tuple[str, str]]:
    """The present id of each criterion whose words stand: its own one if they stand there.

    ``said`` are words by the id of then, ``forms`` those that each present id may have.
    """
    left = {name: text for name, text in said.items() if text not in forms.get(name, ())}
    taken = set(said) - set(left)
    yield from ((name, name) for name in said if name in taken)
    for name, text in left.items():
        found = next((i for i, texts in forms.items() if text in texts and i not in taken), None)
        if found is not None:
            taken.add(found)
            yield name, found


def _stories_as_criteria(epic: Epic, then: Epic) -> Epic:
    """The epic with those stories as their own criterion that were so then, and with those rules
    of its descriptions."""
    for story in then.stories:
        now = next((one for one in epic.stories if one.key == story.key), None)
        if now is not None and story.criteria and not now.criteria and now.narrative.strip():
            epic = story_as_criterion(epic, story.key)
    return with_described_as(epic, then)


def _stories_since(
    workspace: Workspace, project_id: str, run: GenerationRun, present: _Present
) -> Collection[str]:
    """The keys of the stories that came into a run's epics after it had begun.

    No document held such a story then, and the one that holds it came in since or has an earlier
    version of then. Where what is kept does not tell that, a story is taken for an old one.
    """
    had = {story.key for epic in run.epics for story in epic.stories}
    own = [present.own[epic.key] for epic in run.epics if epic.key in present.own]
    if had.issuperset(story.key for epic in own for story in epic.stories):
        return ()
    library = workspace.library
    documents = {one.id: one for one in library.documents(project_id)}
    read = {one.chunk.document_id for one in run.retrieved if one.stage == "basis"}
    if not documents.keys() >= read:
        return ()  # What a removed document held may not be kept.
    then = library.lineage.epics_at(project_id, run.created_at)
    came = library.lineage.sources_after_runs(project_id).get(run.id, frozenset())
    known = had | {s.key for epics in then.values() for epic in epics for s in epic.stories}
    for one in documents.values():
        if one.epic_count and one.id not in then:
            first, *_ = library.lineage.versions(project_id, one.id)
            if first.version > 1 or one.id not in came:  # It, or one like it, was there before.
                _, epics, _ = library.document_parts(project_id, one.id)
                known |= {story.key for epic in epics for story in epic.stories}
    return {story.key for epic in own for story in epic.stories} - known
