"""What will be written and from which sources: conditions, then retrieval, then questions.

Three LangChain runnables, joined; each fills in its part of the request.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cache
from time import perf_counter
from typing import TYPE_CHECKING, Protocol

from assistant.design.processes.end_to_end import conditions_of_epic
from assistant.design.questions.questions import raise_questions
from assistant.design.questions.scope import is_scope_statement
from assistant.domain import (
    AcceptanceCriterion,
    Chunk,
    Epic,
    GenerationConfig,
    Question,
    RetrievalConfig,
    RetrievedChunk,
    TestCondition,
    UserStory,
)
from assistant.generation.cancellation import CancelCheck, raise_if_cancelled
from assistant.generation.numbering import (
    Numbering,
    StandingOf,
    each_once,
    not_known,
    story_chunks,
)
from assistant.language.dates_and_times import find_moments
from assistant.language.sentences import sentences
from assistant.language.word_lists import read_patterns

if TYPE_CHECKING:
    from langchain_core.runnables import Runnable


MOST_PAGE_CHARACTERS = 6_000
"""Of a page that is told whole where a part of it was found: what a word means, how a number is
written or who may do it often stands beside the part that a search finds."""

MOST_TABLE_CHARACTERS = 12_000
"""Of a table or sheet that is told whole where a row of it was found. Each row has the heads of
its columns: with 6,000 an extract of 38 records for the test was told in part, and cases had others
prepared."""

MOST_OPENING_CHARACTERS = 600
"""Of what a page opens with, told whole even of a long page."""

MOST_CHARACTERS = 40_000
"""Of all that is added so to the sources of a story."""

MOST_COMMENT_CHARACTERS = 4_000
"""Of the comments on a story and its epic."""

COMMENT_SCORE = 1.0
"""Where a prompt is too small for all, before the parts of pages that nothing was found for."""

MOST_OF_OTHERS = 20_000
"""Of what was found for the other stories of the run, told to a story's writer too."""

MOST_OF_OTHER_CRITERIA = 6_000
"""Of the criteria of those stories."""

PAGE_KINDS = ("rule", "prose", "table_row")

MOST_OF_TEST_DAYS = 3
"""Sources that say when the test takes place."""

MOST_OF_TEST_PLAN = 6_000
"""Characters of the pages that are about the test itself: its scope, calendar, accounts, data."""

MOST_OF_ACCOUNTS = 3_000
"""Characters of the lists of accounts that testers have."""

ACCOUNT_QUERIES = (
    "Test users, accounts and logins with their roles for the acceptance test",
    "Testbenutzer und Anmeldenamen mit ihren Rollen",
    "comptes et identifiants de test par rôle",
    "usuarios de prueba y sus roles",
)

TEST_DAY_QUERIES = (
    "When does the user acceptance test (UAT) take place: first and last day, dates",
    "recette utilisateur : dates de début et de fin",
    "Abnahmetest: Zeitraum, erster und letzter Tag",
    "pruebas de aceptación: fechas de inicio y fin",
)
_PATTERNS = read_patterns(__file__)
_TEST_DAYS, _ACCOUNTS = _PATTERNS["test_days"], _PATTERNS["test_accounts"]


class Retriever(Protocol):
    """What the chain needs of a knowledge base."""

    def retrieve(
        self,
        queries: Sequence[str],
        config: RetrievalConfig,
        *,
        exclude_documents: Collection[str] = (),
    ) -> tuple[RetrievedChunk, ...]:
        """Chunks for the queries, merged without duplicates, best first."""
        ...

    def chunks(self, document_id: str) -> tuple[Chunk, ...]:
        """The chunks of a document, in its order."""
        ...


@dataclass(frozen=True)
class Item:
    """A condition with everything that its brief needs; ``places`` find its stories' sources."""

    places: tuple[int, ...]
    epic: Epic
    story: UserStory
    criterion: AcceptanceCriterion
    condition: TestCondition


@dataclass(frozen=True)
class Request:
    """A request on its way through the chain: each step fills in what it finds."""

    epics: tuple[Epic, ...]
    basis: tuple[Chunk, ...]
    asked: tuple[Question, ...] | None = None
    """Questions that were raised before the run started; ``None``: raise them here."""
    answers: tuple[Chunk, ...] = ()
    """What a person has answered to some of them, told with the story of their criterion."""
    items: tuple[Item, ...] = ()
    left_out: tuple[str, ...] = ()
    """Criteria that the request leaves out."""
    questions: tuple[Question, ...] = ()
    sources: tuple[tuple[RetrievedChunk, ...], ...] = ()
    of_the_test: tuple[RetrievedChunk, ...] = ()
    """What seems to say when the test takes place, what it leaves out and who runs it, for whoever
    writes whole stories."""
    retrieved: tuple[RetrievedChunk, ...] = ()
    seconds: float = 0.0

    def is_answered(self, question: Question) -> bool:
        """Whether a person had answered a question when the run started."""
        told = {chunk.id for chunk in self.answers}
        return any(one.chunk_id in told for one in question.source_answers)


def planning(
    retriever: Retriever,
    retrieval: RetrievalConfig,
    generation: GenerationConfig,
    cancelled: CancelCheck,
    *,
    whole_stories: bool = False,
    standing: StandingOf = not_known,
) -> Runnable[Request, Request]:
    """conditions | retrieve | questions; for a writer of ``whole_stories`` also what says when the
    test takes place"""
    from langchain_core.runnables import RunnableLambda

    def conditions(request: Request) -> Request:
        items: list[Item] = []
        held = {
            (epic.key, criterion.id): (place, story, criterion)
            for place, (epic, story) in enumerate(stories_of(request.epics))
            for criterion in story.criteria
        }
        for epic in request.epics:
            raise_if_cancelled(cancelled, "Deriving conditions")
            for one in conditions_of_epic(
                epic,
                techniques=generation.techniques,
                depth=generation.depth,
                left_out=generation.criteria_left_out,
            ):
                _, story, criterion = held[epic.key, one.criterion_id]
                places = dict.fromkeys(held[epic.key, name][0] for name in one.criterion_ids)
                items.append(Item(tuple(places), epic, story, criterion, one))
        return replace(request, items=tuple(items), left_out=generation.criteria_left_out)

    def retrieve(request: Request) -> Request:
        started = perf_counter()
        numbering = Numbering(standing=standing)
        pages = cache(retriever.chunks)  # stories find the same pages
        sources = []
        for epic, story in stories_of(request.epics):
            raise_if_cancelled(cancelled, "Searching for sources")
            found = story_sources(
                epic, story, request.basis, retriever, retrieval, numbering, pages
            )
            told = numbering.retrieved(_answers(request, story))
            sources.append(each_once((*found, *told)))
        test = _of_the_test(request.basis, retriever, retrieval, pages) if whole_stories else ()
        return replace(
            request,
            sources=tuple(sources),
            of_the_test=tuple(numbering.retrieved(test)),
            retrieved=numbering.all,
            seconds=perf_counter() - started,
        )

    def questions(request: Request) -> Request:
        if request.asked is not None:
            numbers = {one.chunk.id: one.rank for one in request.retrieved}
            return replace(request, questions=tuple(_numbered(request.asked, numbers)))
        by_epic: list[Question] = []
        stages = {one.chunk.document_id: one.standing.stage for one in request.retrieved}
        for epic in request.epics:
            chunks = {
                source.chunk.id: source.chunk
                for (owner, _), sources in zip(
                    stories_of(request.epics), request.sources, strict=True
                )
                if owner is epic
                for source in sources
                if source.is_hit and not source.chunk.is_comment
            }
            by_epic += raise_questions(
                epic, tuple(chunks.values()), left_out=request.left_out, stages=stages
            )
        return replace(request, questions=tuple(by_epic))

    return (
        RunnableLambda(conditions, name="conditions")
        | RunnableLambda(retrieve, name="retrieve")
        | RunnableLambda(questions, name="questions")
    )


def stories_of(epics: Sequence[Epic]) -> list[tuple[Epic, UserStory]]:
    """The stories that have a criterion, each with its epic, in source order."""
    return [(epic, story) for epic in epics for story in epic.stories if story.criteria]


def _answers(request: Request, story: UserStory) -> Iterator[RetrievedChunk]:
    """What a person has answered to questions on the criteria of a story."""
    own = {one.id for one in story.criteria}
    named = {
        one.chunk_id
        for question in request.asked or ()
        if question.criterion_id in own
        for one in question.source_answers
    }
    for chunk in request.answers:
        if chunk.id in named:
            yield RetrievedChunk(chunk=chunk, score=COMMENT_SCORE, rank=1, stage="page")


def _numbered(questions: Iterable[Question], numbers: Mapping[str, int]) -> Iterator[Question]:
    """The questions, each answer of a source with the number that it has in the run."""
    for question in questions:
        answers = tuple(
            one.model_copy(update={"source": numbers.get(one.chunk_id, one.source)})
            for one in question.source_answers
        )
        yield question.model_copy(update={"source_answers": answers})


def query_of(story: UserStory, text: str) -> str:
    """What is searched for words of a story: a criterion's text, below the story's title."""
    return f"{story.title}: {text}"


def _asked(text: str) -> tuple[str, ...]:
    """A criterion whole, then each of its sentences where it has several: what one of them alone
    is about is lost among the words of the others."""
    lines = [line for line in text.splitlines() if line.strip()]
    parts = [one.text.strip() for line in lines for one in sentences(line)]
    return (text, *parts) if len(parts) > 1 else (text,)


def story_sources(
    epic: Epic,
    story: UserStory,
    basis: Sequence[Chunk],
    retriever: Retriever,
    retrieval: RetrievalConfig,
    numbering: Numbering,
    pages: Callable[[str], tuple[Chunk, ...]],
) -> tuple[RetrievedChunk, ...]:
    """The numbered sources of a story: its own chunks first, then what is found for its criteria
    and what was remarked on it, then the rest of the pages that were found (``pages``: the chunks
    of a document).

    Documents that the basis chunks stand in are not searched: they would find themselves.
    """
    own = numbering.basis(story_chunks(epic, story, basis))
    queries = [query_of(story, text) for one in story.criteria for text in _asked(one.text)]
    found = retriever.retrieve(
        queries, retrieval, exclude_documents={chunk.document_id for chunk in basis}
    )
    remarks = _comments(epic, story, basis)
    found = (*found, *remarks, *rest_of_pages(found, pages, retrieval))
    return tuple({one.rank: one for one in (*own, *numbering.retrieved(found))}.values())


def _comments(epic: Epic, story: UserStory, basis: Sequence[Chunk]) -> Iterator[RetrievedChunk]:
    """The comments on a story, then those on its epic, of each the latest as far as they go: what
    was decided since it was written often stands there alone."""
    left = MOST_COMMENT_CHARACTERS
    for key in (story.key, epic.key):
        said = [one for one in basis if one.is_comment and key in one.heading.split()]
        for chunk in reversed(said):
            if len(chunk.text) > left:
                break
            left -= len(chunk.text)
            yield RetrievedChunk(chunk=chunk, score=COMMENT_SCORE, rank=1, stage="page")


def _of_the_test(
    basis: Sequence[Chunk],
    retriever: Retriever,
    retrieval: RetrievalConfig,
    pages: Callable[[str], tuple[Chunk, ...]],
) -> tuple[RetrievedChunk, ...]:
    """What holds for the cases of every story and nothing of a criterion's words finds: where the
    sources seem to say when the test takes place, the rest of a page that is about it by its title
    (a plan, minutes of its preparation), and lists of the accounts that testers have."""
    found = [one.chunk for one in retriever.retrieve(TEST_DAY_QUERIES, retrieval)]
    days = [
        chunk
        for chunk in {one.id: one for one in (*found, *basis)}.values()
        if chunk.kind not in ("case", "criterion")
        and any(map(_names_test_day, chunk.text.splitlines()))
    ][:MOST_OF_TEST_DAYS]
    told, plans = [*days], list[Chunk]()
    for document in dict.fromkeys(chunk.document_id for chunk in (*days, *found)):
        page = [one for one in pages(document) if one.kind in PAGE_KINDS]
        written = any(one.kind != "table_row" for one in page)  # no mere extract of data
        if written and _TEST_DAYS.search(page[0].title):
            plans += page
    told += _as_far_as(plans, MOST_OF_TEST_PLAN)
    accounts: list[Chunk] = []
    for one in retriever.retrieve(ACCOUNT_QUERIES, retrieval):
        chunk = one.chunk
        if chunk.kind == "table_row" and _ACCOUNTS.search(f"{chunk.heading}\n{chunk.text}"):
            accounts += [row for row in pages(chunk.document_id)
                         if row.kind == chunk.kind and row.heading == chunk.heading]  # fmt: skip
    told += _as_far_as({one.id: one for one in accounts}.values(), MOST_OF_ACCOUNTS)
    return tuple(
        RetrievedChunk(chunk=chunk, score=COMMENT_SCORE, rank=1, stage="page")
        for chunk in {one.id: one for one in told}.values()
    )


def _as_far_as(chunks: Iterable[Chunk], characters: int) -> list[Chunk]:
    """The chunks from the first on that have room."""
    kept = []
    for chunk in chunks:
        characters -= len(chunk.text)
        if characters < 0:
            break
        kept.append(chunk)
    return kept


def _names_test_day(line: str) -> bool:
    """Whether a line has a word for the test and a date."""
    return bool(_TEST_DAYS.search(line)) and any(
        isinstance(one.value, date) for one in find_moments(line)
    )


def found_for_others(request: Request, places: Sequence[int]) -> tuple[RetrievedChunk, ...]:
    """What was found for the other stories of the run and not for those at ``places``, page by
    page, of the same epic first and best first, behind all of their own: the page of roles that one
    criterion names, or the talk in which a limit was decided, holds for the cases of every story. A
    page that does not fit is left out whole. Then the criteria of the other stories, of the same
    epic first: what one says has to be filled in, or who decides, holds for the cases of all."""
    owners = [epic for epic, _ in stories_of(request.epics)]
    known = {one.rank for place in places for one in request.sources[place]}
    of_epics = {chunk.document_id for chunk in request.basis}
    pages: dict[str, dict[int, RetrievedChunk]] = {}
    best: dict[str, tuple[bool, float]] = {}
    near: dict[int, RetrievedChunk] = {}
    far: dict[int, RetrievedChunk] = {}
    for owner, sources in zip(owners, request.sources, strict=True):
        is_near = owner is owners[places[0]]
        for one in sources:
            chunk = one.chunk
            if one.rank in known:
                continue
            if one.stage == "basis":
                if chunk.kind == "criterion" and not is_scope_statement(chunk.text):
                    (near if is_near else far)[one.rank] = one
            elif chunk.kind in PAGE_KINDS and chunk.document_id not in of_epics:
                pages.setdefault(chunk.document_id, {})[one.rank] = one
                worth = (is_near, one.score)
                best[chunk.document_id] = max(worth, best.get(chunk.document_id, worth))
    told: list[RetrievedChunk] = []
    left = MOST_OF_OTHERS
    for name in sorted(pages, key=best.__getitem__, reverse=True):
        size = sum(len(one.chunk.text) for one in pages[name].values())
        if size <= left:
            left -= size
            told += pages[name].values()
    left = MOST_OF_OTHER_CRITERIA
    for one in (*near.values(), *far.values()):
        if len(one.chunk.text) <= left:
            left -= len(one.chunk.text)
            told.append(one)
    return tuple(one.model_copy(update={"score": 0.0, "stage": "page"}) for one in told)


def rest_of_pages(
    found: Sequence[RetrievedChunk],
    pages: Callable[[str], tuple[Chunk, ...]],
    retrieval: RetrievalConfig,
) -> Iterator[RetrievedChunk]:
    """What stands beside the parts that were found, of short pages and of short tables and sheets
    of long ones (records for the test differ in a value only), those found best first; before it
    how each page opens, with the score of its best part: what holds for all of it, and whether
    it is still in force, is often said there alone."""
    known = {one.chunk.id for one in found}
    kinds = [kind for kind in PAGE_KINDS if getattr(retrieval.top_k, kind)]
    left = MOST_CHARACTERS
    best: dict[str, float] = {}
    for one in found:
        best[one.chunk.document_id] = max(one.score, best.get(one.chunk.document_id, 0.0))
    openings: list[tuple[float, Chunk]] = []
    rest: list[tuple[float, Chunk]] = []
    for document_id, score in best.items():
        page = _page_of([one for one in pages(document_id) if one.kind in kinds])
        if page and _is_opening(page[0]):
            openings.append((score, page[0]))
        if _length(page) <= MOST_PAGE_CHARACTERS:
            rest += [(0.0, one) for one in page]
            continue
        tables: dict[str, list[Chunk]] = {
            one.chunk.heading: []
            for one in found
            if one.chunk.document_id == document_id and one.chunk.kind == "table_row"
        }
        for row in page:
            if row.kind == "table_row" and row.heading in tables:
                tables[row.heading].append(row)
        for table in tables.values():
            if _length(table) <= MOST_TABLE_CHARACTERS:
                rest += [(0.0, row) for row in table]
    for score, chunk in (*openings, *rest):
        if chunk.id in known or len(chunk.text) > left:
            continue
        known.add(chunk.id)
        left -= len(chunk.text)
        yield RetrievedChunk(chunk=chunk, score=score, rank=len(known), stage="page")


def _length(chunks: Iterable[Chunk]) -> int:
    return sum(len(one.text) for one in chunks)


def _page_of(chunks: Sequence[Chunk]) -> Sequence[Chunk]:
    """The parts of a page without the remarks on it; of a talk, which is nothing but remarks, all:
    what it decides stands in no other words' neighbourhood."""
    page = [one for one in chunks if not one.is_comment]
    return page if any(not _is_opening(one) for one in page) else chunks


def _is_opening(chunk: Chunk) -> bool:
    """Whether a chunk stands above the first heading of its page, and is short."""
    return " > " not in chunk.heading and len(chunk.text) <= MOST_OPENING_CHARACTERS
