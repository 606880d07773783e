"""Lines of a text that a reading holds nowhere: shown as unread, never dropped."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from assistant.domain import Epic, SourceMetadata, Unread
from assistant.language.casing import bare_words
from assistant.sources.pasted.ids import split_key
from assistant.sources.pasted.labels import OWN_ID, read_label
from assistant.sources.pasted.lines import Line, plain, sentences, split_lines
from assistant.sources.pasted.markers import mark_series, read_marker
from assistant.sources.pasted.metadata import metadata_field
from assistant.sources.pasted.table_criteria import names_role
from assistant.sources.pasted.vocabulary import BACKGROUND_MARKER, SCENARIO_MARKER, section_name

REASON = "Taken neither for a story, a criterion, a description nor a note."

_TAG = re.compile(r"</?[A-Za-z][^<>\n]{0,60}>")
_FENCE = re.compile(r"^\s*(?:`{3,}|~{3,})")
_HEADING = re.compile(r"^\s*(?:>\s*)*#{1,6}\s+")
_NUMBERING = re.compile(r"^\s*\(?\d{1,3}(?:\.\d{1,3})*[.)]?\s+")
_PIECES = re.compile(r"(?<!\\)\||\t|[:：=](?=\s|$)|\s[–—-]+\s|[(),;\[\]{}]|\s{2,}")
_KEYWORD = re.compile(
    r"(?:examples?|scenarios?|feature|rule|background|beispiele?|exemples?|ejemplos)", re.IGNORECASE
)


def left_over(
    text: str, epics: Sequence[Epic], metadata: SourceMetadata, notes: Sequence[str]
) -> list[Unread]:
    """The runs of lines of ``text`` of which some words stand nowhere in what was read.

    Words count as held where they stand in a row, as written, in a criterion, narrative,
    description, title, key, label, metadata or note. Names of sections and fields, list marks and
    labels of stories need not be kept.
    """
    held = _Held(text, epics, metadata, notes)
    found: list[Unread] = []
    last: Line | None = None
    for line in mark_series(split_lines(text)):
        if line.blank or held.holds(line):
            continue
        joins = last is not None and not text[last.end : line.start].strip()
        start = found.pop().start if joins else line.start
        found.append(
            Unread(text=text[start : line.end].strip(), reason=REASON, start=start, end=line.end)
        )
        last = line
    return found


class _Held:
    """What a reading holds: places of criteria in the text, and all words by line and in a row."""

    def __init__(
        self, text: str, epics: Sequence[Epic], metadata: SourceMetadata, notes: Sequence[str]
    ) -> None:
        parts = list(_parts(text, epics, metadata, notes))
        self.lines = {bare_words(line) for part in parts for line in part.split("\n")}
        self.whole = " ¶ ".join(["", *(bare_words(part) for part in parts), ""])

    def holds(self, line: Line) -> bool:
        """Whether every piece of a line is held, or only names or counts something."""
        words = bare_words(line.text)
        if not words or words in self.lines or _FENCE.match(line.text):
            return True
        bare = _HEADING.sub("", line.text)
        marker = read_marker(Line(line.start, line.end, bare, series=line.series))
        behind = bare[marker.content :] if marker else _NUMBERING.sub("", bare)
        own = OWN_ID.match(behind)
        behind = behind[own.end() :] if own else split_key(behind)[1]
        label = read_label(behind)
        behind = behind[label.at :] if label else behind
        if self._holds(bare) or self._holds(behind):
            return True
        return all(
            self._holds(behind[start:end])
            or all(self._holds(piece) or _names(piece) for piece in _pieces(behind[start:end]))
            for start, end in sentences(behind, 0, len(behind))
        )

    def _holds(self, piece: str) -> bool:
        words = bare_words(piece)
        return not words or words in self.lines or f" {words} " in self.whole


def _parts(
    text: str, epics: Sequence[Epic], metadata: SourceMetadata, notes: Sequence[str]
) -> Iterator[str]:
    yield from notes
    yield from metadata.labels
    yield from (metadata.project, metadata.release, metadata.team, metadata.author, metadata.key)
    for epic in epics:
        yield from (epic.key, epic.title, epic.description, epic.release, epic.team, *epic.labels)
        for story in epic.stories:
            yield from (story.key, story.title, story.narrative, *story.labels)
            for criterion in story.criteria:
                yield from (criterion.id, criterion.title, criterion.text)
                if criterion.start is not None:
                    yield text[criterion.start : criterion.end]


def _pieces(text: str) -> list[str]:
    return _PIECES.split(plain(_TAG.sub(" | ", text)))


def _names(piece: str) -> bool:
    """Whether a piece of a line only names a part, field, column or kind, or counts."""
    bare = plain(piece).strip().strip(".,!?\"'“”-–—>#/ ")
    if len(bare) < 2 or bare.replace(".", "").isdigit():
        return True
    label = read_label(f"{bare}:")
    return (
        section_name(bare) is not None
        or metadata_field(bare) is not None
        or bool(len(bare.split()) < 4 and names_role(bare))
        or bool(label and not label.title)
        or _KEYWORD.fullmatch(bare) is not None
        or SCENARIO_MARKER.fullmatch(f"{bare}:") is not None
        or BACKGROUND_MARKER.match(f"{bare}:") is not None
    )
