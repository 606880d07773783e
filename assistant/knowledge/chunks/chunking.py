"""Source documents to chunks: what is cited as a whole stays whole, and nothing is lost.

An acceptance criterion, a story's narrative, a rule, a table row with its headers and an existing
case are a chunk each; the rest is prose, joined to passages within a section. Every character of
the document that is not white space, punctuation or a list marker stands in the text or the
heading path of some chunk.
"""

from __future__ import annotations

import hashlib
import re
import uuid
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from assistant.domain import (
    COMMENT,
    AcceptanceCriterion,
    Chunk,
    ChunkKind,
    Epic,
    SourceDocument,
    SourceMetadata,
    TestCase,
    UserStory,
)
from assistant.knowledge.chunks import markup
from assistant.knowledge.chunks.blocks import (
    Block,
    Outline,
    Path,
    RuleReader,
    Span,
    Spans,
    read_blocks,
    trim,
)
from assistant.knowledge.chunks.composed_chunks import (
    Holder,
    Holders,
    case_text,
    case_values,
    row_text,
)
from assistant.knowledge.chunks.text_pieces import MAX_CHARACTERS, passages

_NAMESPACE = uuid.UUID("6f1d8f0e-3c50-5c0c-9d5f-0f4c5a4f6f57")
_HAS_WORD = re.compile(r"\w")
_LABEL_CHARACTERS = 40
_LABEL_WORDS = 3
"""Of a label on a line of its own: "Acceptance criteria", "KEG-20"."""


@dataclass(frozen=True, slots=True)
class _Draft:
    """A chunk to be: where it stands (``text`` empty means the span itself) and what it is."""

    start: int
    end: int
    kind: ChunkKind
    path: tuple[str, ...]
    key: str = ""
    text: str = ""
    metadata: SourceMetadata | None = None
    joinable: bool = False


def split(
    document: SourceDocument, *, epics: Sequence[Epic] = (), cases: Sequence[TestCase] = ()
) -> tuple[Chunk, ...]:
    """The chunks of a document, in the order in which they stand in it.

    ``epics`` and ``cases`` are what was read from this document; their criteria, narratives and
    cases become chunks under their own keys. ``Chunk.text`` is ``document.text[start:end]``, or a
    composed text where ``start`` is -1.
    """
    drafts = [
        draft
        for draft in _Splitter(document, epics, cases).drafts()
        if (draft.text or document.text[draft.start : draft.end]).strip()
    ]
    return tuple(_chunk(document, ordinal, draft) for ordinal, draft in enumerate(drafts))


def _chunk(document: SourceDocument, ordinal: int, draft: _Draft) -> Chunk:
    text = draft.text or document.text[draft.start : draft.end]
    composed = bool(draft.text)
    digest = hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
    name = f"{document.id}\n{ordinal}\n{digest}".encode("utf-8", "backslashreplace")
    return Chunk(
        id=str(uuid.uuid5(_NAMESPACE, name.decode("utf-8"))),
        document_id=document.id,
        ordinal=ordinal,
        text=text,
        start=-1 if composed else draft.start,
        end=-1 if composed else draft.end,
        heading=" > ".join(draft.path),
        kind=draft.kind,
        key=draft.key,
        title=document.title,
        uri=document.uri,
        version=document.version,
        place=document.place_at(draft.start),
        metadata=draft.metadata or document.metadata,
    )


class _Splitter:
    def __init__(
        self, document: SourceDocument, epics: Sequence[Epic], cases: Sequence[TestCase]
    ) -> None:
        self._document = document
        self._text = document.text
        outline = read_blocks(document.text)
        self._outline: Outline = replace(outline, blocks=tuple(self._apart(outline.blocks)))
        own = tuple(each for each in self._outline.blocks if not self._is_comment(each.start))
        self._rules = RuleReader(document.text, document.kind, replace(self._outline, blocks=own))
        self._claims = claims_of_epics(document, epics, self._outline)
        self._spans = Spans((claim.start, claim.end) for claim in self._claims)
        self._cases = cases
        self._used: set[int] = set()

    def _is_comment(self, offset: int) -> bool:
        """Whether a comment stands there: it is cited as one, and states no rule."""
        return self._document.place_at(offset).startswith(COMMENT)

    def _apart(self, blocks: Iterable[Block]) -> Iterator[Block]:
        """The blocks cut where a comment begins or ends: several may stand in one paragraph."""
        said = [one for one in self._document.places if one.label.startswith(COMMENT)]
        edges = sorted({edge for one in said for edge in (one.start, one.end)})
        for block in blocks:
            cut = block.kind != "row"
            inner = [edge for edge in edges if cut and block.start < edge < block.end]
            for start, end in pairwise([block.start, *inner, block.end]):
                start, end = trim(self._text, start, end)
                if start < end:
                    yield replace(block, start=start, end=end) if inner else block

    def _same_voice(self, one: _Draft, other: _Draft) -> bool:
        """Whether two passages stand in one comment, or both in none."""
        said = [self._document.place_at(each.start) for each in (one, other)]
        return said[0] == said[1] or not any(place.startswith(COMMENT) for place in said)

    def drafts(self) -> Iterator[_Draft]:
        """All drafts in document order; composed ones stand where their rows stood, or last."""
        found = [self._claimed(claim) for claim in self._claims if claim.start >= 0]
        rows = [
            block for block in self._outline.blocks
            if block.kind == "row" and not self._is_comment(block.start)
        ]  # fmt: skip
        found.extend(self._held(rows))
        sections = self._rule_sections()
        found.extend(sections)
        whole = Spans((section.start, section.end) for section in sections)
        for block in self._outline.blocks:
            if block.start not in self._used and not whole.overlap(block.start, block.end):
                found.extend(self._of_block(block))
        found.sort(key=lambda draft: draft.start)
        found = list(self._joined(found))
        yield from self._with_lone_headings(found)

    def _claimed(self, claim: Claim) -> _Draft:
        return _Draft(
            claim.start, claim.end, claim.kind, claim.path, claim.key, metadata=claim.metadata
        )

    def _held(self, rows: Sequence[Block]) -> Iterator[_Draft]:
        """Composed criteria, narratives and cases, at the first of the rows read into them."""
        claims = [claim for claim in self._claims if claim.start < 0]
        texts = [claim.text for claim in claims] + [case_text(case) for case in self._cases]
        names: list[tuple[str, ...]] = [(claim.key,) for claim in claims]
        names += [(case.id, case.title) for case in self._cases]
        contained = [Holder(c.text, (c.key,)) for c in self._claims if c.start >= 0]
        known = [()] * len(claims) + [case_values(case) for case in self._cases]
        days = [None] * len(claims) + [case.test_date for case in self._cases]
        holders = [Holder(*each) for each in zip(texts, names, known, days, strict=True)]
        finder = Holders([*holders, *contained])
        place: dict[int, Block] = {}
        end = -1
        for row in rows:
            below = end >= 0 and not self._text[end : row.start].strip()
            number = finder.of(row.cells, below=below)
            end = row.end
            if number is not None:
                self._used.add(row.start)
                place.setdefault(number, row)
        for number, (text, holder) in enumerate(zip(texts, holders, strict=True)):
            spot = place.get(number)
            start = spot.start if spot else len(self._text) + number
            whole = "\n".join([text, *holder.rest])
            if number < len(claims):
                claim = claims[number]
                path = (*_titles(spot.path), *_lead(spot)) if spot else claim.path
                yield _Draft(start, start, claim.kind, path, claim.key, whole, claim.metadata)
            elif text.strip():
                case = self._cases[number - len(claims)]
                path = _titles(spot.path) if spot else ()
                metadata = _of_case(self._document.metadata, case)
                yield _Draft(start, start, "case", path, case.id, whole, metadata)

    def _rule_sections(self) -> list[_Draft]:
        """Sections that a rule's id heads and that fit one passage: one chunk with the heading."""
        sections: list[_Draft] = []
        headings = self._outline.headings
        for number, heading in enumerate(headings):
            key = self._rules.key_of(heading.title)
            if not key or self._is_comment(heading.start):
                continue
            stop = headings[number + 1].start if number + 1 < len(headings) else len(self._text)
            blocks = [b for b in self._outline.blocks if heading.end <= b.start < stop]
            if not blocks or blocks[-1].end - heading.start > MAX_CHARACTERS:
                continue
            if any(b.kind == "row" for b in blocks) or self._spans.overlap(heading.start, stop):
                continue
            path = _titles(self._outline.path_at(heading.start)[:-1])
            sections.append(_Draft(heading.start, blocks[-1].end, "rule", path, key))
        return sections

    def _of_block(self, block: Block) -> Iterator[_Draft]:
        path = _titles(block.path)
        if self._spans.overlap(block.start, block.end):
            for gap in self._spans.gaps(block.start, block.end):
                start, end = trim(self._text, *gap)
                if _HAS_WORD.search(self._text, start, end):
                    for part in passages(self._text, start, end):
                        yield _Draft(*part, "prose", path, joinable=True)
            return
        is_rule, key = (False, "") if self._is_comment(block.start) else self._rules.rule(block)
        lead = _lead(block)
        if block.kind == "row":
            kind: ChunkKind = "rule" if is_rule else "table_row"
            headed = any(header for header, _ in block.cells)
            text = row_text(block.cells) if headed else ""
            yield _Draft(block.start, block.end, kind, path + lead, key, text)
        elif is_rule:
            section = self._rules.section_key(block.path)
            yield from self._whole_or_parts(block, path + lead, key or section)
        else:
            alone = block.kind == "item" and markup.is_definition(self._text[block.start :])
            for start, end in passages(self._text, block.start, block.end):
                yield _Draft(start, end, "prose", path, joinable=not alone)

    def _whole_or_parts(self, block: Block, path: tuple[str, ...], key: str) -> Iterator[_Draft]:
        """A rule as one chunk; one too long for that falls apart at its nested items."""
        if block.end - block.start <= MAX_CHARACTERS:
            start = block.start + markup.bullet_length(self._text[block.start : block.end])
            yield _Draft(start, block.end, "rule", path, key)
            return
        lines = list(markup.lines_of(self._text[block.start : block.end]))
        nested = [line.start for line in lines[1:] if markup.item_indent(line.text) is not None]
        starts = [block.start, *(block.start + start for start in nested)]
        head = markup.plain(markup.after_marker(self._text[block.start :].split("\n", 1)[0]))
        for start, end in zip(starts, [*starts[1:], block.end], strict=True):
            start, end = trim(self._text, start, end)
            inner = path if start == block.start else (*path, head[:120])
            yield _Draft(start, end, "rule", inner, key)

    def _joined(self, drafts: Iterable[_Draft]) -> Iterator[_Draft]:
        """Neighbouring prose of one section as passages; labels go to the chunk they stand by."""
        held: _Draft | None = None
        for draft in drafts:
            if held is not None:
                between = self._text[held.end : draft.start]
                fits = draft.end - held.start <= MAX_CHARACTERS and self._same_voice(held, draft)
                if draft.joinable and draft.path == held.path and fits and not between.strip():
                    held = replace(held, end=draft.end)
                    continue
                label = self._text[held.start : held.end]
                if _is_label_of(label, between, draft):
                    title = markup.plain(markup.after_marker(label)).strip(" :.)-–—([")
                    named = any(map(str.isalpha, title)) and title not in "".join(draft.path[-1:])
                    draft = replace(draft, path=(*draft.path, title) if named else draft.path)
                else:
                    yield held
                held = None
            if draft.joinable:
                held = draft
            else:
                yield draft
        if held is not None:
            yield held

    def _with_lone_headings(self, drafts: Sequence[_Draft]) -> list[_Draft]:
        """``drafts`` and a chunk for each heading that no chunk carries."""
        carried = {title for draft in drafts for title in draft.path}
        spoken = Spans((draft.start, draft.end) for draft in drafts if not draft.text)
        found = list(drafts)
        for heading in self._outline.headings:
            inside = spoken.overlap(heading.start, heading.end)
            if heading.title in carried or inside or not _HAS_WORD.search(heading.title):
                continue
            path = _titles(self._outline.path_at(heading.start)[:-1])
            start, end = trim(self._text, heading.start, heading.end)
            found.append(_Draft(start, end, "prose", path))
        return sorted(found, key=lambda draft: draft.start)


def _is_label_of(label: str, between: str, draft: _Draft) -> bool:
    """Whether ``label`` merely names what follows it: "AC1:" on its line, "AC" on one above."""
    lines = (label + between).count("\n")
    short = len(label) <= _LABEL_CHARACTERS and "\n" not in label
    above = len(label.split()) <= _LABEL_WORDS and not _HAS_WORD.search(between)
    named = short and (not lines or above)
    return named and draft.kind in {"criterion", "story"} and not draft.text


def _lead(block: Block) -> tuple[str, ...]:
    """The sentence that leads into the block's list or table, as the last part of its path."""
    return (block.intro,) if block.intro else ()


def _titles(path: Path) -> tuple[str, ...]:
    return tuple(heading.title for heading in path)


def _of_case(metadata: SourceMetadata, case: TestCase) -> SourceMetadata:
    return metadata.model_copy(
        update={
            "release": case.release or metadata.release,
            "team": case.team or metadata.team,
            "labels": tuple(dict.fromkeys(metadata.labels + case.labels)),
            "key": case.epic_key or metadata.key,
        }
    )


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
