"""Drafts to epics with final keys and ids, and the notes that tell what is missing."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from assistant.domain import AcceptanceCriterion, Epic, SourceMetadata, UserStory
from assistant.sources.pasted.basis import EpicDraft
from assistant.sources.pasted.criteria import CriterionDraft
from assistant.sources.pasted.lines import unmarked
from assistant.sources.pasted.metadata import Metadata
from assistant.sources.pasted.names_and_ids import (
    KEY,
    Taken,
    find_key,
    is_area_id,
    is_key,
    split_key,
    title_key,
)
from assistant.sources.pasted.story_parts import StoryDraft
from assistant.sources.pasted.story_sentences import shortened

_GLOBAL_ID = re.compile(
    rf"{KEY}[-_ .:]?(?:AC|ac|Ac)?[ _#-]{{0,2}}\d*[a-z]?"
    rf"|[A-Z]{{1,8}}\d{{0,3}}(?:[.-]\d{{1,4}}){{2,6}}|[A-Z]{{1,8}}\d{{0,4}}(?:[.-][A-Z]{{0,3}}\d{{1,4}}){{2,6}}"
)
_AC = re.compile(r"^(?:AC|(?:Acceptance\s+)?Criteri(?:on|a))[ _#-]*(\d.*)$", re.IGNORECASE)


_TITLE = 250
"""Characters of a title; a longer one is cut, and kept whole in the text below it."""


@dataclass(frozen=True, slots=True)
class Ids:
    """Ids given out so far, level by level: a story may carry the key of its epic."""

    epics: Taken = field(default_factory=Taken)
    stories: Taken = field(default_factory=Taken)
    criteria: Taken = field(default_factory=Taken)
    shared: frozenset[str] = frozenset()
    """Ids that criteria of several stories are given by the author."""


@dataclass(frozen=True, slots=True)
class Assembled:
    """Epics, the metadata they share, and notes."""

    epics: tuple[Epic, ...]
    metadata: SourceMetadata
    notes: tuple[str, ...]
    titled: bool
    """Whether the first epic's key comes from the text or from a title, and so stays the same."""


def assemble(drafts: Sequence[EpicDraft], *, title: str = "", uri: str = "") -> Assembled:
    """Epics from drafts. Keys in the text are kept; others are made from titles and positions."""
    ids, notes, epics = Ids(shared=_shared_ids(drafts)), list[str](), list[Epic]()
    titled = bool(title)
    for draft in drafts:
        meta = draft.meta
        linked = meta.epic or next((s.meta.epic for s in draft.stories if s.meta.epic), "")
        link_key, link_title = split_key(linked) if linked else ("", "")
        named = draft.title or meta.title
        name = named or link_title or title
        first = draft.stories[0] if draft.stories else StoryDraft()
        titled = titled or bool(
            draft.key or meta.key or link_key or name or first.key or first.named
        )
        linked_alone = bool(link_title) and not named
        alone = first.key if not linked_alone and (len(draft.stories) < 2 or not name) else ""
        if any(one.form == "flow" for one in first.criteria):
            alone = ""  # the ids of use cases are counted anew in every document
        name = name or first.title or "Untitled"
        key = _key(draft, link_key) or alone or title_key(name)
        key = ids.epics.claim(key)
        stories = _stories(draft, key, uri, ids)
        meta.release = meta.release or _shared(draft, "release")
        meta.team = meta.team or _shared(draft, "team")
        if draft.by_place:
            notes.append(
                f"{key} is read as the epic of the stories below it: they state acceptance "
                "criteria, it states none. If it is a story too, add criteria to it."
            )
        epics.append(
            Epic(
                key=key,
                title=shortened(unmarked(name), _TITLE),
                description=_joined(draft.description, name),
                stories=stories,
                labels=tuple(dict.fromkeys(meta.labels)),
                release=meta.release,
                team=meta.team,
                uri=uri,
            )
        )
    notes.extend(_other_notes(drafts, epics))
    metadata = _metadata(drafts, epics)
    if len(drafts) == 1 and (own := _only_story(drafts[0], epics[0])):
        metadata = metadata.model_copy(update={"key": own})
    return Assembled(tuple(epics), metadata, tuple(notes), titled)


def _only_story(draft: EpicDraft, epic: Epic) -> str:
    """The key of the one story that a text is, where it only names its epic; else empty."""
    if len(draft.stories) != 1 or draft.key or draft.title or draft.meta.title:
        return ""
    story = draft.stories[0]
    linked = draft.meta.epic or story.meta.epic
    return epic.stories[0].key if linked and (story.key or find_key(story.meta.key)) else ""


def _key(draft: EpicDraft, linked: str) -> str:
    """The epic's key as the author gives it; a mere number is none."""
    label = draft.label if draft.label[:1].isalpha() else ""
    return draft.key or find_key(draft.meta.key) or linked or "".join(label.split())


def _joined(parts: Sequence[str], title: str) -> str:
    """Paragraphs in one text; a title too long for one stands in front of them."""
    whole = [title] if len(" ".join(title.split())) > _TITLE else []
    return "\n\n".join(part for part in (*whole, *parts) if part.strip())


def _shared(draft: EpicDraft, name: str) -> str:
    """What all stories that say something agree on."""
    said = {value for story in draft.stories if (value := str(getattr(story.meta, name)))}
    return said.pop() if len(said) == 1 else ""


def _stories(draft: EpicDraft, epic_key: str, uri: str, ids: Ids) -> tuple[UserStory, ...]:
    stories = []
    for number, story in enumerate(draft.stories, 1):
        made = _story_key(epic_key, story.label) if story.label else f"{epic_key}-S{number}"
        wanted = story.key or find_key(story.meta.key) or made
        key = ids.stories.claim(wanted)
        narrative = _joined(story.narrative, story.title)
        stories.append(
            UserStory(
                key=key,
                title=shortened(unmarked(story.title or narrative or key), _TITLE),
                narrative=narrative,
                criteria=tuple(_criteria(story, key, ids)),
                labels=tuple(dict.fromkeys(story.meta.labels)),
                release=story.meta.release,
                team=story.meta.team,
                sprint=story.meta.sprint,
                uri=uri,
            )
        )
    return tuple(stories)


def _story_key(epic_key: str, given: str) -> str:
    """The key of a story by the author's id: as it is where it tells one epic's story from
    another's ("E06.01"), else behind the epic's key ("US 2", "3", "B")."""
    if re.match(r"(?!U?S)[A-Z]{1,6}\d+[.-]\w", given):
        return given
    parts = re.sub(r"[ _-]", "", given)
    return f"{epic_key}-{parts if parts[:1].isalpha() else f'S{parts}'}"


def _criteria(story: StoryDraft, key: str, ids: Ids) -> list[AcceptanceCriterion]:
    """Criteria with ids: the text's own, or ``<story key>-AC<n>`` counted so that later additions
    change nothing. Where the author gave ids, table rows without one are ``<story key>-ROW<n>``."""
    taken, shared = ids.criteria, ids.shared
    authors = {given for draft in story.criteria if (given := _given_id(draft, key, shared))}
    criteria, counted, rows = [], _Numbers(f"{key}-AC"), _Numbers(f"{key}-ROW")
    for draft in story.criteria:
        wanted = _given_id(draft, key, shared)
        if wanted:
            counted.pass_by(wanted)
        else:
            numbers = rows if authors and draft.form == "table" else counted
            wanted = numbers.next(draft.number, lambda one: one in taken or one in authors)
        words = draft.passage
        criteria.append(
            AcceptanceCriterion(
                id=taken.claim(wanted),
                text=unmarked(words.text),
                form=draft.form,
                title=unmarked(draft.title),
                start=words.start,
                end=words.end,
            )
        )
    return criteria


class _Numbers:
    """Ids of one kind, counted upwards past those that are taken."""

    def __init__(self, start: str) -> None:
        self.start = start
        self.last = 0

    def pass_by(self, given: str) -> None:
        """Go on behind an id of the author's."""
        ordinal = given.removeprefix(self.start)
        if ordinal.isascii() and ordinal.isdigit():
            self.last = max(self.last, int(ordinal))

    def next(self, number: int, used: Callable[[str], bool]) -> str:
        """The id of ``number`` where that is still ahead, else the next that is free."""
        number = number if number > self.last else self.last + 1
        while used(f"{self.start}{number}"):
            number += 1
        self.last = number
        return f"{self.start}{number}"


def _shared_ids(drafts: Sequence[EpicDraft]) -> frozenset[str]:
    stories = [{_written(one) for one in s.criteria} for draft in drafts for s in draft.stories]
    counts = Counter(given for story in stories for given in story)
    return frozenset(given for given, count in counts.items() if count > 1)


def _written(draft: CriterionDraft) -> str:
    return " ".join(draft.given.split()).strip(".:")


def _given_id(draft: CriterionDraft, key: str, shared: frozenset[str]) -> str:
    """The id that the text gives: global ones as they are, short ones after the story's key, as
    those of an area are where several stories have the same."""
    given = _written(draft)
    if not given:
        return ""
    if match := _AC.match(given):
        return f"{key}-AC{match.group(1)}"
    if is_area_id(given) and given not in shared:
        return given
    if _GLOBAL_ID.fullmatch(given) and is_key("-".join(given.split("-")[:2])):
        return given.replace(" ", "-")
    return f"{key}-{re.sub(r'[^A-Za-z0-9.]+', '-', given).strip('-')}"


def _other_notes(drafts: Sequence[EpicDraft], epics: Sequence[Epic]) -> list[str]:
    used = {name for epic in epics for name in (epic.key, epic.title)}
    used |= {name for epic in epics for s in epic.stories for name in (s.key, s.title)}
    metas: list[Metadata] = [m for d in drafts for m in (d.meta, *(s.meta for s in d.stories))]
    other = [words for meta in metas for words in meta.other]
    for meta in metas:
        pairs = [("Kind", meta.kind), ("Key", meta.key), ("Title", meta.title), ("Epic", meta.epic)]
        other += [f"{name}: {value}" for name, value in pairs if value and not _used(value, used)]
    unique = list(dict.fromkeys(other))
    return ["Read but not used for test design: " + "; ".join(unique) + "."] if unique else []


def _used(value: str, used: set[str]) -> bool:
    key, title = split_key(value)
    return value in used or (key in used and title in used | {""})


def _metadata(drafts: Sequence[EpicDraft], epics: Sequence[Epic]) -> SourceMetadata:
    releases = {epic.release for epic in epics}
    teams = {epic.team for epic in epics}
    metas = [m for d in drafts for m in (d.meta, *(s.meta for s in d.stories))]
    labels = dict.fromkeys(label for meta in metas for label in meta.labels)
    return SourceMetadata(
        project=next((meta.project for meta in metas if meta.project), ""),
        release=releases.pop() if len(releases) == 1 else "",
        team=teams.pop() if len(teams) == 1 else "",
        labels=tuple(labels),
        author=next((meta.author for meta in metas if meta.author), ""),
        key=epics[0].key if len(epics) == 1 else "",
    )
