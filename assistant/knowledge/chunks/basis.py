"""Where the parts of an epic stand in the document that it was read from."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from assistant.domain import (
    AcceptanceCriterion,
    ChunkKind,
    Epic,
    SourceDocument,
    SourceMetadata,
    UserStory,
)
from assistant.knowledge.chunks.blocks import Outline, Span, Spans

_MAX_FLEXIBLE_WORDS = 600


@dataclass(frozen=True, slots=True)
class Claim:
    """A criterion or a story's narrative: its words, and its span (-1 where it was composed)."""

    kind: ChunkKind
    key: str
    text: str
    path: tuple[str, ...]
    metadata: SourceMetadata
    start: int = -1
    end: int = -1


def claims_of_epics(
    document: SourceDocument, epics: Sequence[Epic], outline: Outline
) -> tuple[Claim, ...]:
    """The narratives and criteria of all epics, each with its place in the document.

    No two spans overlap: what would lie inside another span is composed instead.
    """
    finder = _Finder(document, outline)
    return tuple(claim for epic in epics for claim in finder.claims(epic))


class _Finder:
    def __init__(self, document: SourceDocument, outline: Outline) -> None:
        self._document = document
        self._text = document.text
        self._outline = outline
        self._taken = Spans()
        self._at = 0

    def claims(self, epic: Epic) -> Iterator[Claim]:
        top = _name(epic.key, epic.title)
        for story in epic.stories:
            metadata = _metadata(self._document.metadata, epic, story)
            path = (top, _name(story.key, story.title))
            criteria = [(each, self._criterion_span(each)) for each in story.criteria]
            yield self._narrative(story, path, metadata, [s for _, s in criteria if s])
            for each, span in criteria:
                claim = self._claim("criterion", each.id, each.text, span, path, metadata)
                named = each.title and each.title not in claim.path
                yield replace(claim, path=(*claim.path, each.title)) if named else claim

    def _narrative(
        self,
        story: UserStory,
        path: tuple[str, ...],
        metadata: SourceMetadata,
        criteria: Sequence[Span],
    ) -> Claim:
        words = story.narrative or story.title
        span = self._search(words, self._at) or self._search(words, 0)
        self._at = max(self._at, *(end for _, end in criteria), span[1] if span else 0, 0)
        return self._claim("story", story.key, words, span, path, metadata)

    def _claim(
        self,
        kind: ChunkKind,
        key: str,
        text: str,
        span: Span | None,
        path: tuple[str, ...],
        metadata: SourceMetadata,
    ) -> Claim:
        if span is None:
            return Claim(kind, key, text, path, metadata)
        start, end = span
        above = tuple(heading.title for heading in self._outline.path_at(start))
        return Claim(kind, key, self._text[start:end], above or path, metadata, start, end)

    def _criterion_span(self, criterion: AcceptanceCriterion) -> Span | None:
        start, end = criterion.start, criterion.end
        if start is not None and end is not None and 0 <= start < end <= len(self._text):
            same = _words(self._text[start:end]) == _words(criterion.text)
            if same and self._taken.add((start, end)):
                return start, end
        elif criterion.form != "table":
            return self._search(criterion.text, self._at)
        return None

    def _search(self, words: str, after: int) -> Span | None:
        """Take the first span after ``after`` that holds these words, white space aside."""
        words = words.strip()
        if not words:
            return None
        start = self._text.find(words, after)
        if start >= 0:
            span = (start, start + len(words))
            return span if self._taken.add(span) else None
        parts = words.split()
        if len(parts) < 2 or len(parts) > _MAX_FLEXIBLE_WORDS:
            return None
        match = re.compile(r"\s+".join(map(re.escape, parts))).search(self._text, after)
        return match.span() if match and self._taken.add(match.span()) else None


def _words(text: str) -> list[str]:
    """The words of a text; the source may emphasise some of them."""
    return re.findall(r"[^\W_]+", text)


def _name(key: str, title: str) -> str:
    return title if not key or title.startswith(key) else f"{key} {title}".strip()


def _metadata(metadata: SourceMetadata, epic: Epic, story: UserStory) -> SourceMetadata:
    return metadata.model_copy(
        update={
            "release": epic.release or metadata.release,
            "team": epic.team or metadata.team,
            "labels": tuple(dict.fromkeys(metadata.labels + epic.labels + story.labels)),
            "key": epic.key or metadata.key,
        }
    )
