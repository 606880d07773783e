"""The numbers ``[n]`` that sources have in a run.

Numbers are unique through a run and equal ``RetrievedChunk.rank``: story by story, first the
story's own chunks (its criteria, then its narrative), then what was retrieved for it. A chunk that
has a number already keeps it, with the score and stage that it has for the story at hand: what a
search found for one is seldom worth as much for another.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterable, Sequence
from textwrap import wrap

from assistant.domain import (
    Chunk,
    ChunkKind,
    Epic,
    RetrievedChunk,
    SourceMetadata,
    Standing,
    UserStory,
)

PART_CHARACTERS = 1_000
"""Of a part of a description that no chunk holds: a prompt shows so much of one source."""

BEGINNING = 40
"""Characters of a chunk that are looked at first."""

MOSTLY = 0.95
"""Share of a description that chunks must hold: headings and marks of lists may be lacking."""

_NAMESPACE = uuid.UUID("0c1b1a52-8a6e-5a53-9b0f-6f6e2f4d8c11")


StandingOf = Callable[[str], Standing]
"""What is known of the document with this id."""


def not_known(document_id: str) -> Standing:
    """The standing of documents of which nothing is known."""
    return Standing()


class Numbering:
    """Hands out numbers; remembers which chunk has which."""

    def __init__(
        self, numbered: Iterable[RetrievedChunk] = (), standing: StandingOf = not_known
    ) -> None:
        self._numbered = {one.chunk.id: one for one in numbered}
        self._standing = standing

    @property
    def all(self) -> tuple[RetrievedChunk, ...]:
        """Every numbered chunk, by number; a chunk that was found or is an epic's own is that,
        whatever else it was beside."""
        return tuple(self._numbered.values())

    def basis(self, chunks: Iterable[Chunk]) -> tuple[RetrievedChunk, ...]:
        """Number the chunks of the epic itself."""
        return tuple(self._number(chunk, 1.0, "basis") for chunk in chunks)

    def retrieved(self, found: Iterable[RetrievedChunk]) -> tuple[RetrievedChunk, ...]:
        """Number what retrieval found, best first; scores and stages stay as they are."""
        return tuple(self._number(item.chunk, item.score, item.stage) for item in found)

    def _number(self, chunk: Chunk, score: float, stage: str) -> RetrievedChunk:
        known = self._numbered.get(chunk.id)
        rank = known.rank if known else len(self._numbered) + 1
        numbered = RetrievedChunk.model_validate(
            {
                "chunk": chunk, "score": score, "rank": rank, "stage": stage,
                "standing": self._standing(chunk.document_id),
            }
        )  # fmt: skip
        if known is None or _weight(numbered) > _weight(known):
            self._numbered[chunk.id] = numbered
        return numbered


def each_once(sources: Iterable[RetrievedChunk]) -> tuple[RetrievedChunk, ...]:
    """Sources of several stories, each once, as the story has it that it is worth most for."""
    found: dict[int, RetrievedChunk] = {}
    for one in sources:
        held = found.get(one.rank)
        if held is None or (_weight(one), one.score) > (_weight(held), held.score):
            found[one.rank] = one
    return tuple(found.values())


def _weight(source: RetrievedChunk) -> int:
    return 2 if source.stage == "basis" else int(source.is_hit)


def story_chunks(epic: Epic, story: UserStory, chunks: Sequence[Chunk]) -> tuple[Chunk, ...]:
    """The basis chunks of a story: one for each criterion, in order, then the narrative, then the
    description of the epic.

    A criterion that no chunk holds (it was typed, not read from a document) is made one, so that
    its words can be cited like all others.
    """
    criteria = {chunk.key: chunk for chunk in chunks if chunk.kind == "criterion"}
    found = [
        criteria.get(one.id) or _chunk(epic, story, "criterion", one.id, one.text)
        for one in story.criteria
    ]
    narrative = [chunk for chunk in chunks if chunk.kind == "story" and chunk.key == story.key]
    if not narrative and story.narrative.strip():
        narrative = [_chunk(epic, story, "story", story.key, story.narrative)]
    return (*found, *narrative[:1], *_described(epic, chunks))


def _described(epic: Epic, chunks: Sequence[Chunk]) -> list[Chunk]:
    """The chunks that hold the epic's description, which may state rules and preconditions for all
    of its stories; of a description that they hold only some of, its parts."""
    told = _flat(epic.description)
    if not told:
        return []
    page = [c for c in chunks if c.kind in ("prose", "rule") and not c.is_comment]
    # A document may hold the chunks of a thousand stories: most fall out by how they begin.
    begun = [c for c in page if (start := _flat(c.text[:BEGINNING])) and start in told]
    found = [chunk for chunk in begun if _flat(chunk.text) in told]
    if sum(len(_flat(chunk.text)) for chunk in found) >= MOSTLY * len(told):
        return found
    long = (chunk for chunk in page if len(chunk.text) >= len(told))
    if whole := next((chunk for chunk in long if told in _flat(chunk.text)), None):
        return [whole]
    parts = wrap(told, PART_CHARACTERS, break_long_words=True, break_on_hyphens=False)
    return [_chunk(epic, None, "prose", epic.key, part) for part in parts]


def _flat(text: str) -> str:
    return " ".join(text.split())


def _chunk(epic: Epic, story: UserStory | None, kind: ChunkKind, key: str, text: str) -> Chunk:
    document_id = f"epic:{epic.key}"
    name = "\n".join((document_id, kind, key, text)).encode("utf-8", "backslashreplace")
    return Chunk(
        id=str(uuid.uuid5(_NAMESPACE, name.decode("utf-8"))),
        document_id=document_id,
        ordinal=0,
        text=text,
        heading=f"{epic.title} > {story.title}" if story else epic.title,
        kind=kind,
        key=key,
        title=epic.title,
        uri=(story.uri if story else "") or epic.uri,
        metadata=SourceMetadata(
            release=epic.release, team=epic.team, labels=epic.labels, key=epic.key
        ),
    )
