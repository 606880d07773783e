"""A tester's answer to an open question: a source document like any other, indexed at once.

The document says what was asked, of which criterion, who answered and when. Its id is made of the
criterion's text and the question, so that the question stays answered as long as both are the
same, and comes back when the criterion changes.

The questions worth asking before cases are written, compared with what the project holds.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime

from assistant.design.processes.end_to_end import planned_conditions
from assistant.design.questions.conflicts import without_stages
from assistant.design.questions.scope import left_out_by_ids, left_out_in
from assistant.design.questions.similar_criteria import Progress
from assistant.domain import (
    AcceptanceCriterion,
    Chunk,
    DocumentStage,
    Epic,
    Question,
    SourceAnswer,
    SourceDocument,
    SourceMetadata,
    TestCase,
    TestCondition,
    TopK,
    Value,
    utc_now,
)
from assistant.errors import SourceError
from assistant.knowledge.chunks.chunking import split
from assistant.library import StoredDocument
from assistant.reading.references import find_references
from assistant.sources.pasted.lines import unmarked
from assistant.workflow.deployment.workspace import Workspace
from assistant.workflow.sources.duplicate_texts import current_texts, known_copies
from assistant.workflow.sources.mask_sources import masked_text
from assistant.workflow.sources.reindex import chunks_of, index_documents
from assistant.workflow.sources.source_standing import standings
from assistant.workflow.writing.compare_criteria import Comparison

PREFIX = "answer-"
TESTED, STAYS_OUT = "It is tested.", "It stays left out."
"""How answers begin on criteria that a model wrote no case for: a person chooses one of these."""
MAX_ANSWER = 4_000
"""Characters of an answer."""
_MAX_ROUNDS = 5
"""An answer that takes a criterion's place may be asked about itself, this often."""
_FORM = re.compile(
    r"\A# Answer on (?P<id>[^\n]*)\n\nAnswered by: (?P<by>[^\n]*)\nAnswered on: (?P<on>[^\n]*)\n"
    r"In place of the criterion: (?P<replaces>yes|no)\n\n"
    r"## “(?P<criterion>[^\n]*)” – (?P<question>[^\n]*)\n\n(?P<text>.*)\Z",
    re.DOTALL,
)
"""The criterion and the question are the heading above the answer: they are searched with it, and
are not part of what is cited."""


class Answer(Value):
    """An answer as stored; ``document_id`` is the source document that holds it.

    ``replaces`` says that cases are written for ``text`` instead of the criterion's own words.
    """

    document_id: str
    question: str
    criterion_id: str
    criterion: str
    text: str
    by: str
    at: datetime
    replaces: bool = False

    @property
    def is_tested(self) -> bool:
        """Of one on what is left out: whether it may say that it is tested all the same. Whatever
        somebody wrote may, but that it stays left out."""
        return not self.text.startswith(STAYS_OUT)


class Asked(Value):
    """A question of a run, and the answer that somebody gave to it."""

    question: Question
    answer: Answer | None = None

    @property
    def is_open(self) -> bool:
        """Whether it asks what holds, and neither a source nor a person has answered it."""
        return self.answer is None and self.question.is_open and not self.question.is_on_running

    @property
    def once(self) -> tuple[str, ...]:
        """What it asks: the same asked of several criteria is one question, but whether a
        criterion is tested, and one with a suggestion, which is of one criterion's words."""
        own = is_on_left_out(self.question) or self.question.suggestion
        of = self.question.criterion_id if own else ""
        return self.question.kind, self.question.text, of

    def is_on(self, case: TestCase) -> bool:
        """Whether a case carries it, or cites the answer that was given before it was written. What
        bears on cases by their titles was put to them when they were written; a title may have been
        edited since."""
        told = {one.chunk_id for one in self.question.source_answers}
        if (
            told
            and self.answer is not None
            and any(one.chunk_id in told for one in case.all_citations)
        ):
            return True
        of_it = self.question.criterion_id in case.criterion_ids
        return self.question.text in case.open_questions and (
            of_it or bool(self.question.case_titles)
        )


def is_on_left_out(question: Question) -> bool:
    """Whether it asks if criteria are tested that a model wrote no case for."""
    return bool(left_out_in(question)[1])


def answer(
    workspace: Workspace,
    project_id: str,
    epic: Epic,
    question: Question,
    text: str,
    *,
    by: str,
    replaces: bool = False,
) -> Answer:
    """Keep an answer as a source of the project and index it; answering again replaces it.

    ``replaces`` lets the answer stand in place of the criterion: it then has to be a statement of
    what must happen. Raises ``SourceError`` for an empty or over-long answer.
    """
    said = masked_text(workspace, project_id, text.strip())
    if not re.search(r"\w", said):
        raise SourceError("The answer is empty. Write what the criterion should say.")
    if len(said) > MAX_ANSWER:
        raise SourceError(
            f"The answer has {len(said):,} characters; at most {MAX_ANSWER:,} are kept. Import a "
            "longer text as a source instead."
        )
    criterion = _criterion(epic, question.criterion_id)
    now = utc_now()
    name = by.strip() or "a tester"
    body = (
        f"# Answer on {_line(criterion.id)}\n\nAnswered by: {_line(name)}\n"
        f"Answered on: {now.isoformat(timespec='milliseconds')}\n"
        f"In place of the criterion: {'yes' if replaces else 'no'}\n\n"
        f"## “{_line(criterion.text)}” – {_line(question.text)}\n\n{said}"
    )
    document = SourceDocument(
        id=question_key(criterion, question),
        kind="rules",
        title=f"Answer of {_line(name)}, {now:%d %b %Y}, on {criterion.id}",
        text=body,
        metadata=SourceMetadata(
            release=epic.release, team=epic.team, labels=("answer",), author=_line(name),
            key=epic.key,
        ),
        content_hash=hashlib.sha256(body.encode("utf-8", "surrogatepass")).hexdigest(),
        fetched_at=now,
    )  # fmt: skip
    workspace.library.put_document(project_id, document, by=name)
    index_documents(workspace.library, workspace.knowledge(project_id), project_id, [document.id])
    return _read(document)


def withdraw(workspace: Workspace, project_id: str, document_id: str, *, by: str = "") -> None:
    """Take an answer back: its question is open again; what cases cite of it stays with them."""
    knowledge = workspace.knowledge(project_id)
    workspace.library.remove_document(project_id, document_id, by=by)
    knowledge.remove(document_id)


def question_key(criterion: AcceptanceCriterion, question: Question) -> str:
    """The id of the document that answers this question on this text."""
    said = f"{question.kind}\n{without_stages(question.text)}"
    asked = hashlib.sha256(said.encode("utf-8", "replace"))
    return f"{_prefix(criterion.text)}{asked.hexdigest()[:12]}"


def answers_to(
    workspace: Workspace, project_id: str, epics: Iterable[Epic]
) -> dict[str, tuple[Answer, ...]]:
    """The answers given on the criteria of these epics, by criterion id, oldest first.

    Answers on an answer that took a criterion's place count as that criterion's.
    """
    ids = workspace.library.document_ids(project_id, prefix=PREFIX)
    if not ids:
        return {}
    held: dict[str, Answer] = {}
    found: dict[str, tuple[Answer, ...]] = {}
    for epic in epics:
        for criterion in epic.criteria:
            given: list[Answer] = []
            text = criterion.text
            for _ in range(_MAX_ROUNDS):
                here = []
                for name in ids:
                    if name.startswith(_prefix(text)):
                        if name not in held:
                            held[name] = _read(workspace.library.document(project_id, name))
                        here.append(held[name])
                here.sort(key=lambda one: one.at)
                given += here
                taking = [one for one in here if one.replaces and one.text != text]
                if not taking:
                    break
                text = taking[-1].text
            if given:
                found[criterion.id] = tuple(given)
    return found


def asked_of(
    workspace: Workspace, project_id: str, epics: Sequence[Epic], questions: Iterable[Question]
) -> tuple[Asked, ...]:
    """The questions on these epics, each with its answer as far as one was given."""
    given = {
        one.document_id: one
        for several in answers_to(workspace, project_id, epics).values()
        for one in several
    }
    criteria = {one.id: one for epic in epics for one in epic.criteria} if given else {}

    def answer_to(question: Question) -> Answer | None:
        criterion = criteria.get(question.criterion_id)
        return given.get(question_key(criterion, question)) if criterion else None

    # a source that became a draft in between asks the same in other words
    once = {(one.criterion_id, one.kind, without_stages(one.text)): one for one in questions}
    return tuple(Asked(question=one, answer=answer_to(one)) for one in once.values())


def asked_on(case: TestCase, asked: Iterable[Asked]) -> dict[str, list[Asked]]:
    """The questions that a case carries, or cites the answer of, by what is asked: the same may be
    asked of several of its criteria."""
    found: dict[str, list[Asked]] = {}
    for one in asked:
        if one.is_on(case):
            found.setdefault(one.question.text, []).append(one)
    return found


def answer_to_all(several: Sequence[Asked]) -> Answer | None:
    """The answer to what is asked of several criteria, where each has one: the last."""
    return several[-1].answer if all(one.answer for one in several) else None


def sources_on_all(several: Sequence[Asked]) -> tuple[SourceAnswer, ...]:
    """What sources say to what is asked of several criteria, where each has a source or an
    answer."""
    if not all(one.answer or one.question.source_answers for one in several):
        return ()
    return tuple(dict.fromkeys(said for one in several for said in one.question.source_answers))


def with_answers(epic: Epic, given: Mapping[str, tuple[Answer, ...]]) -> Epic:
    """The epic with the answers in place of the criteria that they replace."""
    stories = []
    for story in epic.stories:
        criteria = []
        for criterion in story.criteria:
            taking = [one for one in given.get(criterion.id, ()) if one.replaces]
            if taking:
                criterion = criterion.model_copy(
                    update={"text": taking[-1].text, "form": "text", "start": None, "end": None}
                )
            criteria.append(criterion)
        stories.append(story.model_copy(update={"criteria": tuple(criteria)}))
    return epic.model_copy(update={"stories": tuple(stories)})


def items_to_test(
    epic: Epic, criterion_id: str, text: str
) -> tuple[tuple[TestCondition, ...], tuple[TestCondition, ...]]:
    """What a criterion asks to be tested as it reads, and as it would with ``text`` in its place.

    Raises ``SourceError`` where the epic has no such criterion.
    """
    criterion = _criterion(epic, criterion_id)
    replaced = criterion.model_copy(update={"text": text, "form": "text"})
    return planned_conditions(criterion), planned_conditions(replaced)


def answered_chunks(
    workspace: Workspace, project_id: str, epics: Iterable[Epic], basis: Iterable[Chunk]
) -> list[Chunk]:
    """The basis chunks of epics with answers in them: a criterion that an answer replaced is
    cited from the answer's document."""
    texts = {one.id: one.text for epic in epics for one in epic.criteria}
    chunks = list(basis)
    kept = [
        chunk
        for chunk in chunks
        if not (chunk.kind == "criterion" and chunk.key in texts and _replaced(chunk, texts))
    ]
    held = {chunk.key for chunk in kept if chunk.kind == "criterion"}
    for stored in workspace.library.documents(project_id):
        if stored.id.startswith(PREFIX):
            document = workspace.library.document(project_id, stored.id)
            one = _read(document)
            if one.replaces and texts.get(one.criterion_id) == one.text:
                for chunk in split(document):
                    if one.text in chunk.text and one.criterion_id not in held:
                        held.add(one.criterion_id)
                        kept.append(
                            chunk.model_copy(update={"kind": "criterion", "key": one.criterion_id})
                        )
    return kept


def _replaced(chunk: Chunk, texts: Mapping[str, str]) -> bool:
    """Whether a criterion's chunk no longer says what the criterion says."""
    said, now = _line(unmarked(chunk.text)), _line(texts[chunk.key])
    return said != now and now not in said and said not in now


def _criterion(epic: Epic, criterion_id: str) -> AcceptanceCriterion:
    for criterion in epic.criteria:
        if criterion.id == criterion_id:
            return criterion
    raise SourceError(f"{criterion_id} is not a criterion of {epic.key}. Read the epic again.")


def _prefix(text: str) -> str:
    words = " ".join(text.split())
    return f"{PREFIX}{hashlib.sha256(words.encode('utf-8', 'replace')).hexdigest()[:12]}-"


def _line(text: str) -> str:
    return " ".join(text.split())


def _read(document: SourceDocument) -> Answer:
    match = _FORM.match(document.text)
    if match is None:
        raise SourceError(
            f"'{document.title}' is not an answer as this program writes them. Remove the document "
            "and answer the question again."
        )
    return Answer(
        document_id=document.id,
        question=match["question"],
        criterion_id=match["id"],
        criterion=match["criterion"],
        text=match["text"],
        by=match["by"],
        at=datetime.fromisoformat(match["on"]),
        replaces=match["replaces"] == "yes",
    )


MAX_COMPARED = 800
"""Chunks of rules and pages that are all compared; of a larger project, those found by search."""
MAX_SEARCHED = 60
"""Criteria that a larger project is searched for; the run itself searches for all of them."""
COMPARED = frozenset({"rules", "page", "table"})
"""The kinds of documents that criteria are compared with."""


def conflicts_with(
    workspace: Workspace, project_id: str, epics: Sequence[Epic], sources: Sequence[Chunk]
) -> list[Question]:
    """The criteria of epics with which these chunks disagree, as what there is to ask."""
    compared = Comparison(
        epics=tuple(epics), sources=tuple(sources), stages=_stages(workspace, project_id, sources)
    )
    raised = workspace.comparisons.questions(compared)
    return [one for each in raised for one in each if one.kind == "conflict"]


def _stages(
    workspace: Workspace, project_id: str, sources: Iterable[Chunk]
) -> dict[str, DocumentStage]:
    """Of the documents of these chunks, those that are no newest or no agreed edition."""
    known = standings(workspace, project_id)
    found = {name: known.of(name).stage for name in {one.document_id for one in sources}}
    return {name: stage for name, stage in sorted(found.items()) if stage}


def raised_questions(
    workspace: Workspace,
    project_id: str,
    epics: Sequence[Epic],
    given: Mapping[str, tuple[Answer, ...]],
    *,
    exclude_documents: Collection[str] = (),
    left_out: Collection[str] = (),
    progress: Progress | None = None,
) -> tuple[tuple[Question, ...], tuple[Question, ...]]:
    """What is to be asked on these epics, criterion by criterion, and what a person has answered of
    it, with the answer's words (``given``); nothing of criteria that are ``left_out``.

    Each criterion is compared with the rules and pages of the project, with its story and with the
    other criteria. ``exclude_documents`` are those that hold the epics themselves.
    ``progress`` gets criteria compared and in all, where there are thousands. Raises
    ``SourceError`` where comparing ends early.
    """
    documents = workspace.library.documents(project_id)
    not_compared = {*exclude_documents, *known_copies(workspace, project_id)}
    stored = [
        one
        for one in documents
        if one.kind in COMPARED
        and one.id not in not_compared
        and not (one.id.startswith(PREFIX) or one.metadata.outdated)
    ]
    known: list[str] = []
    if sum(one.chunk_count or 1 for one in stored) <= MAX_COMPARED:
        sources = [c for one in stored for c in chunks_of(workspace.library, project_id, one.id)]
    else:
        sources = _searched(workspace, project_id, epics, stored, exclude_documents)
        known = _mentions(workspace, project_id, epics)
    if sources or known:  # a criterion may refer to one of another epic
        known += [f"{one.id} {one.text}" for epic in epics for one in epic.criteria]
    answered = {one.document_id: one for several in given.values() for one in several}
    found, settled = [], []
    compared = Comparison(
        epics=tuple(epics),
        sources=tuple(sources),
        known=tuple(known),
        left_out=tuple(left_out),
        stages=_stages(workspace, project_id, sources),
    )
    raised = workspace.comparisons.questions(compared, progress)
    for epic, questions in zip(epics, raised, strict=True):
        by_id = {criterion.id: criterion for criterion in epic.criteria}
        for question in questions:
            given_to_it = answered.get(question_key(by_id[question.criterion_id], question))
            if given_to_it is None:
                found.append(question)
            else:
                settled.append(_settled(workspace, project_id, question, given_to_it))
    return tuple(found), tuple(settled)


def tested_all_the_same(
    workspace: Workspace,
    project_id: str,
    epics: Sequence[Epic],
    questions: Iterable[Question],
    ids: Mapping[str, str],
) -> tuple[Question, ...]:
    """Those of these questions on what is left out of ``epics`` to which a person has answered that
    it is tested, with the answer's words; on criteria that have an id by ``ids``, by that."""
    asked = asked_of(workspace, project_id, epics, filter(is_on_left_out, questions))
    found = (
        (left_out_by_ids(one.question, ids), one.answer)
        for one in asked
        if one.answer and one.answer.is_tested
    )
    return tuple(
        _settled(workspace, project_id, question, given) for question, given in found if question
    )


def _settled(workspace: Workspace, project_id: str, question: Question, given: Answer) -> Question:
    chunks = answer_chunks(workspace, project_id, given)
    return question.model_copy(update={"source_answers": _as_words(chunks)})


def answer_chunks(workspace: Workspace, project_id: str, given: Answer) -> tuple[Chunk, ...]:
    """The chunks that hold an answer's own words; the document also says who gave it, and when."""
    chunks = chunks_of(workspace.library, project_id, given.document_id)
    return tuple(one for one in chunks if one.text in given.text or given.text in one.text)


def answers_told(
    workspace: Workspace, project_id: str, questions: Iterable[Question]
) -> tuple[Chunk, ...]:
    """The chunks of people's answers that these questions rest on."""
    library = workspace.library
    named = {one.chunk_id for each in questions for one in each.source_answers}
    held = library.document_ids(project_id, prefix=PREFIX) if named else ()
    chunks = (one for name in held for one in chunks_of(library, project_id, name))
    return tuple(one for one in chunks if one.id in named)


def _as_words(chunks: Iterable[Chunk]) -> tuple[SourceAnswer, ...]:
    return tuple(
        SourceAnswer(chunk_id=one.id, quote=one.text, passage=one.text, start=0) for one in chunks
    )


def _searched(
    workspace: Workspace,
    project_id: str,
    epics: Sequence[Epic],
    stored: Sequence[StoredDocument],
    exclude: Collection[str],
) -> list[Chunk]:
    """The rules and pages of a large project that are nearest to the criteria."""
    queries = [one.text for epic in epics for one in epic.criteria][:MAX_SEARCHED]
    config = workspace.project(project_id).retrieval.model_copy(
        update={"top_k": TopK(rule=5, criterion=0, case=0, table_row=3, prose=3)}
    )
    wanted = {one.id for one in stored}
    hits = current_texts(workspace, project_id).retrieve(queries, config, exclude_documents=exclude)
    return [hit.chunk for hit in hits if hit.chunk.document_id in wanted]


def _mentions(workspace: Workspace, project_id: str, epics: Sequence[Epic]) -> list[str]:
    """Texts of a large project that hold the rules which the criteria refer to."""
    config = workspace.project(project_id).retrieval.model_copy(update={"both_ways": False})
    names = {ref.name for e in epics for c in e.criteria for ref in find_references(c.text)}
    texts = current_texts(workspace, project_id)
    return [
        f"{hit.chunk.key} {hit.chunk.title}\n{hit.chunk.heading}\n{hit.chunk.text}"
        for name in sorted(names)
        for hit in texts.search(name, config, limit=5)
    ]
