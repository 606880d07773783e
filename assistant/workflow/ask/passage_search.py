"""The passages that a question is answered from: what is found, and what stands beside it.

Where the sources of an answer disagree on what it quotes.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache

from assistant.domain import Chunk, RetrievedChunk, TopK
from assistant.generation.answers.answer_parts import Answer, AnswerSource
from assistant.generation.answers.sentence_proof import conflicts_of
from assistant.workflow.deployment.workspace import Workspace
from assistant.workflow.sources.duplicate_texts import CurrentTexts
from assistant.workflow.sources.source_standing import standings
from assistant.workflow.writing.answers import Answer as GivenAnswer
from assistant.workflow.writing.answers import answers_to

MAX_SOURCES = 24
"""Of eight projects' 213 facts 170 stood in the prompt with 16 of them and 2,000 characters beside
each of the best four, which took half of the room for the only place of two facts; 183 stand there
with these sizes and what is found second, in a prompt that is a quarter longer. The sizes were
partly chosen on these facts: of others the gain may be smaller."""
DEEP = 32
"""So many of the nearest passages of any kind have a say in the order."""
BESIDE_OF, BESIDE, BESIDE_CHARACTERS = 8, 4, 1500
"""Of so many best passages, so many that stand next to each in its document, up to so many
characters, are told as well: a step of a list says little without its neighbours."""
PART, PARTS = 4_000, 24_000
"""A part of a document (a table, a section, a mail or chat without any) of at most so many
characters is told whole where something of it is found, up to so many characters in all: the row
beside the one that is found says which day is closed."""
LATER, LATER_CHARACTERS = 4, 1500
"""Of the comments behind one that is found, on the same issue: what one asks a later one answers or
takes back."""
FURTHER = 12
"""Passages that other wordings of a question may add to its own."""
SECOND_OF, SECOND, SECOND_CHARACTERS = 2, 8, 1000
"""Passages of other documents that are found with the question and one of so many best passages
together: this names the rule, the record or the parameter with the rest of the answer."""
RANK_WEIGHT = 10
"""What two searches found is merged by rank; as in rank fusion, with fewer hits."""
ROOM = TopK(rule=6, criterion=4, story=2, case=3, table_row=5, prose=8)
"""At least so many of each kind are looked for: a case is written for one criterion that is known,
the answer to a question may stand anywhere."""


def sources_of(
    workspace: Workspace,
    project_id: str,
    texts: CurrentTexts,
    question: str,
    earlier: Sequence[Answer],
    wordings: Sequence[str] = (),
    *,
    for_model: bool = True,
) -> tuple[AnswerSource, ...]:
    """What retrieval finds in ``texts`` for the question, numbered from 1, without older copies.

    A question that follows another (``earlier``) is searched with alone and behind it: what both
    find comes first, whether it goes on with the matter or turns to another. Its other
    ``wordings`` add passages and a say in the order; they take none away. ``for_model`` adds the
    rest of short tables and sections.
    """
    queries = [question, *(f"{one.question} {question}" for one in earlier[-1:])]
    config = workspace.project(project_id).retrieval
    least = ROOM.model_dump()
    room = {kind: max(size, least[kind]) for kind, size in config.top_k.model_dump().items()}
    config = config.model_copy(update={"top_k": TopK(**room), "both_ways": False})
    found: dict[str, RetrievedChunk] = {}
    weights: dict[str, float] = {}

    def nearest(query: str) -> list[RetrievedChunk]:
        deep = texts.search(query, config, limit=DEEP)
        return [one for one in deep if not texts.is_older(one.chunk)]

    def weigh(weights: dict[str, float], hits: Sequence[RetrievedChunk]) -> None:
        for rank, hit in enumerate(hits, 1):
            found.setdefault(hit.chunk.id, hit)
            weights[hit.chunk.id] = weights.get(hit.chunk.id, 0.0) + 1 / (RANK_WEIGHT + rank)

    def look_for(query: str) -> None:
        # A question seldom has the words of its answer: what lies below the floor has a say too,
        # and is not put behind the last of each kind, which would take all the room.
        weigh(weights, texts.retrieve([query], config))
        weigh(weights, nearest(query))

    def ordered() -> list[str]:
        return sorted(weights, key=lambda name: -weights[name])

    for query in queries:
        look_for(query)
    own = ordered()[:MAX_SOURCES]
    second: dict[str, float] = {}
    for one in [found[name].chunk for name in own[:SECOND_OF]]:
        around = nearest(_with_words_of(one, question))
        weigh(second, [hit for hit in around if hit.chunk.document_id != one.document_id])
    added = [one for one in sorted(second, key=lambda name: -second[name]) if one not in own]
    for query in wordings:
        look_for(query)
    further = [name for name in ordered() if name not in own][: FURTHER if wordings else 0]
    best = [found[name] for name in ordered() if name in (*own, *further)]
    best += [found[name] for name in added[:SECOND] if name not in further]
    middle = dict.fromkeys((*ordered()[:BESIDE_OF], *own[:BESIDE_OF]))
    hits = [*best, *_beside(texts, best, [found[name] for name in middle])]
    hits += _later_comments(texts, hits, best)
    if for_model:  # a person reads the nearest passages, and no table beside them
        hits += _parts_of(texts, hits, best)
    found_in = {hit.chunk.document_id for hit in hits}
    fetched = workspace.library.fetched_at(project_id, found_in)
    known = standings(workspace, project_id)
    return tuple(
        AnswerSource(
            number=number,
            chunk=hit.chunk,
            score=hit.score,
            fetched_at=fetched.get(hit.chunk.document_id),
            standing=known.of(hit.chunk.document_id),
        )
        for number, hit in enumerate(hits, 1)
    )


def _with_words_of(chunk: Chunk, question: str) -> str:
    """A question with the key and words of a passage: what changes a rule names it by its key."""
    return f"{question} {chunk.key} {chunk.text}"[:SECOND_CHARACTERS]


def _beside(
    texts: CurrentTexts, best: Sequence[RetrievedChunk], middle: Sequence[RetrievedChunk]
) -> Iterator[RetrievedChunk]:
    """The chunks before and behind those of ``middle`` in their documents, nearest first."""
    known = {one.chunk.id for one in best}
    for hit in middle:
        mine, left = hit.chunk, BESIDE_CHARACTERS
        others = texts.chunks(mine.document_id)
        for chunk in sorted(others, key=lambda one: abs(one.ordinal - mine.ordinal))[: BESIDE + 1]:
            if chunk.id in known or chunk.is_comment:
                continue
            if len(chunk.text) > left:
                break
            known.add(chunk.id)
            left -= len(chunk.text)
            yield RetrievedChunk(chunk=chunk, score=0.0, rank=len(known), stage="page")


def _later_comments(
    texts: CurrentTexts, hits: Sequence[RetrievedChunk], best: Sequence[RetrievedChunk]
) -> Iterator[RetrievedChunk]:
    """The comments behind the ``best`` ones on the same issue, in the order in which they stand."""
    known = {one.chunk.id for one in hits}
    for hit in best:
        mine, left = hit.chunk, LATER_CHARACTERS
        if not mine.is_comment:
            continue
        behind = [
            one
            for one in texts.chunks(mine.document_id)
            if one.is_comment and one.ordinal > mine.ordinal and _issue(one) == _issue(mine)
        ]
        for chunk in behind[:LATER]:
            left -= len(chunk.text)
            if left < 0:
                break
            if chunk.id not in known:
                known.add(chunk.id)
                yield RetrievedChunk(chunk=chunk, score=0.0, rank=len(known), stage="page")


def _issue(comment: Chunk) -> str:
    """The heading of the issue that a comment is on."""
    return comment.heading.partition(" > ")[0]


def _parts_of(
    texts: CurrentTexts, hits: Sequence[RetrievedChunk], best: Sequence[RetrievedChunk]
) -> Iterator[RetrievedChunk]:
    """The rest of the short parts that the ``best`` passages are of, best first."""
    known = {one.chunk.id for one in hits}
    seen = set[tuple[str, str]]()
    held: dict[str, Sequence[Chunk]] = {}
    left = PARTS
    for hit in best:
        place = (hit.chunk.document_id, hit.chunk.heading)
        if place in seen:
            continue
        seen.add(place)
        if place[0] not in held:
            held[place[0]] = texts.chunks(place[0])
        part = [one for one in held[place[0]] if one.heading == place[1]]
        if sum(len(one.text) for one in part) > PART:
            continue
        for chunk in part:
            if chunk.id in known or chunk.is_comment or len(chunk.text) > left:
                continue
            known.add(chunk.id)
            left -= len(chunk.text)
            yield RetrievedChunk(chunk=chunk, score=0.0, rank=len(known), stage="page")


RULES = TopK(rule=5, criterion=0, story=0, case=0, table_row=0, prose=3)
"""What a criterion among the sources is compared with."""


def with_conflicts(
    workspace: Workspace, project_id: str, texts: CurrentTexts, answer: Answer
) -> Answer:
    """The answer with where its sources disagree on what it quotes."""
    found = [one.hit for one in answer.sources]
    quoted = [one for hit in found for one in answer.quotations(hit.rank)]
    if not quoted:
        return answer
    stamp = workspace.library.documents_stamp(project_id)
    given = _answers_given(workspace, project_id, stamp)
    people = {one.document_id for several in given.values() for one in several}
    replaced = {name for name, several in given.items() if any(one.replaces for one in several)}
    # What a person has answered decides: neither it nor a criterion in whose place it stands is a
    # side of a conflict.
    hits = [
        hit
        for hit in found
        if hit.chunk.document_id not in people
        and not (hit.chunk.kind == "criterion" and hit.chunk.key in replaced)
    ]
    criteria = [hit.chunk.text for hit in hits if hit.chunk.kind == "criterion"]
    config = workspace.project(project_id).retrieval.model_copy(update={"top_k": RULES})
    around = texts.retrieve(criteria, config)
    others = [hit.chunk for hit in (*found, *around)]
    decided = {name: [one.question for one in several] for name, several in given.items()}
    conflicts = conflicts_of(quoted, hits, others, decided)
    return answer.model_copy(update={"conflicts": conflicts})


@lru_cache(maxsize=8)
def _answers_given(
    workspace: Workspace, project_id: str, _stamp: str
) -> Mapping[str, tuple[GivenAnswer, ...]]:
    """What people answered on the project's criteria: every epic is read for it, so once until a
    document changes."""
    return answers_to(workspace, project_id, workspace.library.epics(project_id))
