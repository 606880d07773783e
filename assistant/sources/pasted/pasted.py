"""Pasted text to a test basis: free text, Markdown, Jira wiki text, Gherkin, tables.

What is recognised, in this order: a Gherkin feature file, a table of requirements or test cases,
and otherwise an outline of headings, labels, keys and story sentences with what stands below them.
Before, what a text strikes through is left out: its author took it back, so it is no source of
anything. Behind it, the lines that the reading holds nowhere are shown as unread, never dropped.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Literal

from assistant.domain import (
    COMMENT,
    AcceptanceCriterion,
    Epic,
    Place,
    SourceDocument,
    SourceMetadata,
    Unread,
    UserStory,
)
from assistant.errors import SourceError
from assistant.language.casing import bare_words
from assistant.sources.files.clean import clean_text
from assistant.sources.grids.comments import said_by
from assistant.sources.grids.table_files import pasted_table, read_grids
from assistant.sources.pasted.assemble import Assembled, assemble
from assistant.sources.pasted.basis import BasisReader, EpicDraft
from assistant.sources.pasted.drawn_transitions import with_transitions
from assistant.sources.pasted.feature_files import InvalidGherkin, is_feature_file, read_features
from assistant.sources.pasted.headings import OWN_ID, read_label
from assistant.sources.pasted.layout_tags import leave_out_layout
from assistant.sources.pasted.lines import (
    Line,
    is_rule_line,
    mark_series,
    plain,
    read_marker,
    sentences,
    split_lines,
    unlinked,
    unmarked,
)
from assistant.sources.pasted.metadata import Metadata, front_matter, metadata_field
from assistant.sources.pasted.names_and_ids import (
    BACKGROUND_MARKER,
    SCENARIO_MARKER,
    digest,
    section_name,
    split_key,
)
from assistant.sources.pasted.outline import Node, build_outline, open_fences
from assistant.sources.pasted.pages import page_metadata, page_title
from assistant.sources.pasted.story_sentences import split_story_lines
from assistant.sources.pasted.strikethrough import leave_out_struck, struck_note
from assistant.sources.pasted.tables import names_role
from assistant.sources.pasted.use_case_names import names_use_case_part
from assistant.sources.pasted.use_cases import read_use_cases
from assistant.sources.reading import Reading

MAX_PASTED_CHARACTERS = 1_000_000

TextKind = Literal["epic", "rules", "page"]

REMARKS = "Of {} the words are given to the model and cited as a comment; none is a criterion."


def read_pasted(text: str, *, title: str = "", as_kind: TextKind | None = None) -> Reading:
    """The test basis in ``text``.

    The document's text is ``text`` cleaned, without what it strikes through and, where it was Jira
    wiki text, converted to Markdown; criteria carry their offsets in it. With ``as_kind`` "rules"
    or "page" the text is kept as such a document and no epic is looked for. Raises ``SourceError``
    where the text is empty or longer than ``MAX_PASTED_CHARACTERS``.
    """
    if len(text) > MAX_PASTED_CHARACTERS:
        raise SourceError(
            f"The pasted text has {len(text):,} characters; at most {MAX_PASTED_CHARACTERS:,} are "
            "read at once. Paste one epic at a time, or import the text as a file."
        )
    reading = read_text(text, title=title, as_kind=as_kind or "epic")
    if not any(character.isalnum() for character in reading.document.text):
        raise SourceError(
            "The pasted text is empty: it holds no letter or digit. Paste an epic, a user story "
            "or acceptance criteria."
        )
    return reading


def read_text(
    text: str,
    *,
    title: str = "",
    uri: str = "",
    as_kind: TextKind,
    document_id: str = "",
    is_markdown: bool = False,
) -> Reading:
    """The reading of a text of any length; see ``read_pasted``. What a reader wrote as Markdown
    is not looked at for other markup."""
    from assistant.sources.pasted.jira_wiki import is_jira_wiki, jira_to_markdown

    cleaned = clean_text(text)
    notes, words, pasted = list(cleaned.notes), cleaned.text, text
    if not is_markdown and not is_feature_file(words) and is_jira_wiki(words):
        words = pasted = jira_to_markdown(words)
        notes.append("Read as Jira wiki text and converted to Markdown.")
    if not is_feature_file(words):
        if (laid_out := with_transitions(leave_out_layout(words))) != words:
            words = pasted = laid_out
        if (kept := leave_out_struck(words))[1]:
            words = pasted = kept[0]
            notes.append(struck_note(kept[1]))
    title = " ".join(clean_text(title).text.split())
    if as_kind != "epic":
        return _document(words, text, as_kind, title, uri, document_id, notes)
    table = pasted_table(pasted)
    if table is not None:
        return read_grids(
            [table], title=title or "Pasted table", notes=notes, uri=uri,
            document_id=document_id or f"paste:{digest(words)}", content_hash=digest(text, 64),
        )  # fmt: skip
    places = list[Place]()
    drafts, unread = _drafts(words, notes, places)
    found = assemble(drafts, title=title, uri=uri)
    notes.extend(found.notes)
    unread = unread or _nothing_read(words, found.epics)
    if not (unread or is_feature_file(words)):
        said = [words[one.start : one.end] for one in places]
        unread = left_over(words, found.epics, found.metadata, (title, *notes, *said))
        if said:
            notes.append(REMARKS.format(f"{len(said)} comment{'s' * (len(said) > 1)}"))
    return Reading(
        document=SourceDocument(
            id=document_id or _document_id(found, words),
            kind="epic",
            title=title or _title(found),
            text=words,
            uri=uri,
            metadata=found.metadata,
            content_hash=digest(text, 64),
        ),
        epics=found.epics,
        unread=tuple(unread),
        notes=tuple(notes),
        places=tuple(places),
    )


def _drafts(
    words: str, notes: list[str], places: list[Place]
) -> tuple[list[EpicDraft], list[Unread]]:
    if is_feature_file(words):
        try:
            return read_features(words)
        except InvalidGherkin as error:
            why = f" ({error})" if str(error) else ""
            notes.append(f"Not valid Gherkin{why}, so read as plain text.")
    use_cases, rest = read_use_cases(words)
    if not use_cases:
        root = _outline(words)
        places += _remarks(root)
        return _epics(words, root), []
    return _joined(_epics(rest, _outline(rest)), use_cases) if rest else use_cases, []


def _joined(epics: list[EpicDraft], use_cases: Sequence[EpicDraft]) -> list[EpicDraft]:
    """A chapter of use cases is an epic, unless it has no name or is one of the text's epics: those
    without a name are of the first."""
    by_title = {one.title or one.stories[0].title: one for one in reversed(epics)}
    for chapter in use_cases:
        if not chapter.title or chapter.title in by_title:
            by_title.get(chapter.title, epics[0]).stories.extend(chapter.stories)
        else:
            epics.append(chapter)
    return epics


def _outline(words: str) -> Node:
    lines = split_lines(words)
    length = front_matter(lines)[1]
    return build_outline(mark_series(split_story_lines(open_fences(lines[length:]))))


def _epics(words: str, root: Node) -> list[EpicDraft]:
    reader = BasisReader(words, root)
    reader.pending.meta.add(front_matter(split_lines(words))[0])
    return reader.epics()


def _remarks(root: Node) -> Iterator[Place]:
    """What people remarked between the lines: cited as theirs, and no rule."""
    for node in root.walk():
        if node.remark is not None:
            name, day = node.remark
            end = max((line.end for one in node.walk() for line in one.body
                       if not (line.blank or is_rule_line(line))), default=node.start)  # fmt: skip
            label = f"{COMMENT}{said_by(name, day)}"
            yield Place(start=node.start, end=end, label=label)


def _nothing_read(words: str, epics: tuple[Epic, ...]) -> list[Unread]:
    """All of the text, where no story came of it, or only one that holds none of its words."""
    told = any(
        epic.description or story.narrative or story.criteria or story.title != story.key
        for epic in epics
        for story in epic.stories
    )
    if told or not words.strip():
        return []
    reason = "No user story, acceptance criterion or requirement was recognised in this text."
    return [Unread(text=words.strip(), reason=reason, start=0, end=len(words))]


def _document(
    words: str, text: str, kind: TextKind, title: str, uri: str, document_id: str, notes: list[str]
) -> Reading:
    """A rules or wiki page: kept whole, with the metadata of its front matter and first lines."""
    meta: Metadata = page_metadata(words)
    return Reading(
        document=SourceDocument(
            id=document_id or f"paste:{digest(words)}",
            kind=kind,
            title=title or meta.title or page_title(words) or "Untitled",
            text=words,
            uri=uri,
            metadata=meta.stored(),
            content_hash=digest(text, 64),
        ),
        notes=tuple(notes),
    )


def _title(found: Assembled) -> str:
    """Of the first epic, or of the one story of a text that only names its epic."""
    first = found.epics[0] if found.epics else None
    stories = [one for one in first.stories if one.key == found.metadata.key] if first else []
    if first is None or first.key == found.metadata.key or not stories:
        return first.title if first else "Untitled"
    return stories[0].title


def _document_id(found: Assembled, words: str) -> str:
    """``epic:<KEY>`` (of a story that only names its epic ``story:<KEY>``) where the key stays the
    same when the text changes, else ``paste:<hash>``."""
    keys = [epic.key for epic in found.epics]
    if found.metadata.key and keys != [found.metadata.key]:
        return f"story:{found.metadata.key}"
    if not keys or not found.titled:
        return f"paste:{digest(words)}"
    joined = "+".join(keys)
    return f"epic:{joined}" if len(joined) <= 80 else f"epic:{keys[0]}+{digest(joined)}"


def story_as_criterion(epic: Epic, story_key: str) -> Epic:
    """``epic`` with the story itself as its one criterion, for a story that states none.

    A story that has criteria is left as it is. Raises ``SourceError`` where the epic has no such
    story.
    """
    if not any(story.key == story_key for story in epic.stories):
        known = ", ".join(story.key for story in epic.stories) or "none"
        raise SourceError(f"Epic {epic.key} has no story {story_key}. Its stories are: {known}.")
    stories = []
    for story in epic.stories:
        if story.key == story_key and not story.criteria:
            criterion = AcceptanceCriterion(
                id=f"{story.key}-AC1", text=own_words(story), form="text"
            )
            story = story.model_copy(update={"criteria": (criterion,)})
        stories.append(story)
    return epic.model_copy(update={"stories": tuple(stories)})


def own_words(story: UserStory) -> str:
    """What a story says of itself: its narrative, without marks of emphasis as criteria are read,
    or where it has none its title."""
    return unmarked(story.narrative) or story.title


REASON = "Taken neither for a story, a criterion, a description nor a note."

_TAG = re.compile(r"</?[A-Za-z][^<>\n]{0,60}>")
_FENCE = re.compile(r"^\s*(?:`{3,}|~{3,})")
_HEADING = re.compile(r"^\s*(?:>\s*)*#{1,6}\s+")
_NUMBERING = re.compile(r"^\s*\(?\d{1,3}(?:\.\d{1,3})*[.)]?\s+")
_PIECES = re.compile(r"(?<!\\)\||\t|[:：=](?=\s|$)|\s[·•–—-]+\s|[(),;\[\]{}]|\s{2,}")
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
        shown = unlinked(line.text)
        linked = shown != line.text and held.holds(replace(line, text=shown))
        if line.blank or linked or held.holds(line):
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
            yield from (story.key, story.title, story.narrative, story.release, story.team)
            yield from story.labels
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
        or names_use_case_part(bare)
        or SCENARIO_MARKER.fullmatch(f"{bare}:") is not None
        or BACKGROUND_MARKER.match(f"{bare}:") is not None
    )
