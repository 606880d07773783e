"""The parts of one story: which of its lines are narrative, which are acceptance criteria."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal, cast, get_args

from assistant.sources.pasted.blocks import (
    Block,
    Code,
    Listing,
    Meta,
    Paragraph,
    Steps,
    parse_blocks,
)
from assistant.sources.pasted.criteria import (
    CriterionDraft,
    block_criteria,
    cut,
    listing_criteria,
    steps_criterion,
)
from assistant.sources.pasted.lines import Line, Passage, passage, sentences, unmarked
from assistant.sources.pasted.metadata import Metadata
from assistant.sources.pasted.names_and_ids import KEY, MODAL, is_key
from assistant.sources.pasted.outline import Node, title_like
from assistant.sources.pasted.story_sentences import (
    continues_story,
    sentence_in,
    shortened,
    starts_story,
    story_title,
)
from assistant.sources.pasted.tables import Table

Part = Literal["intro", "narrative", "description", "group", "criteria", "scenario", "criterion",
               "steps", "notes"]  # fmt: skip
_FREE = frozenset({"intro", "narrative", "description", "group"})
_LISTS_FROM: tuple[frozenset[str], ...] = (
    frozenset({"intro", "narrative", "group"}),
    frozenset({"description"}),
)
"""Where lists count as criteria when the story marks none: first here, then there."""


_NUMBERED = re.compile(r"^\s*\d{1,3}(?:\.\d{1,3})*(?:[.)]|(?<=\.\d)|(?<=\.\d\d))\s+(?=\S)")


@dataclass(slots=True)
class Section:
    """A part of a story with its heading and blocks."""

    part: Part
    title: str
    blocks: list[Block]
    given: str = ""


@dataclass(slots=True)
class StoryDraft:
    """A story while it is read."""

    key: str = ""
    title: str = ""
    label: str = ""
    """The author's own id ("US 2"), where there is no key."""

    name: str = ""
    """The heading, where it holds a label and key only: the title if there is no narrative."""

    sections: list[Section] = field(default_factory=list)
    meta: Metadata = field(default_factory=Metadata)
    narrative: list[str] = field(default_factory=list)
    criteria: list[CriterionDraft] = field(default_factory=list)

    named: bool = False
    """Whether the title comes from a heading or the narrative, not from the first criterion."""

    def add(self, part: Part, title: str, lines: Sequence[Line], given: str = "") -> None:
        """Take a section; its metadata lines go to ``meta``."""
        blocks = parse_blocks(lines, metadata=part in _FREE | {"notes"})
        for block in blocks:
            if isinstance(block, Meta):
                self.meta.add(block.pairs)
        kept: list[Block] = [block for block in blocks if not isinstance(block, Meta)]
        if kept or title:
            self.sections.append(Section(part, title, kept, given))


def draft_story(node: Node) -> StoryDraft:
    """The story that an outline node holds, with all parts below it as sections."""
    label = node.id if node.role in {"story", "unknown"} else ""
    title = node.title if node.role != "unknown" else _NUMBERED.sub("", node.title)
    story = StoryDraft(node.key, title, label, node.name)
    story.add("intro", "", node.body)
    for child in node.children:
        add_part(story, child, "group")
    return story


def add_part(story: StoryDraft, node: Node, inherited: Part) -> None:
    """Add an outline node below a story as a section, and what is below it after it."""
    part: Part
    if node.role == "rules":
        part = "criteria"
    elif node.role in get_args(Part) and node.role not in {"intro", "group"}:
        part = cast(Part, node.role)
    else:
        part = inherited
    story.add(part, node.title, node.body, node.id or node.key)
    below: Part = part if part in {"criteria", "notes", "description"} else "group"
    for child in node.children:
        add_part(story, child, "criteria" if part == "criterion" else below)


def finish_story(text: str, story: StoryDraft) -> None:
    """Decide what is a criterion: fill ``narrative``, ``criteria`` and ``title``."""
    _take_title(story)
    lists_from = _lists_from(story)
    background = [
        block for section in story.sections if section.part == "steps" for block in section.blocks
    ]
    for section in story.sections:
        if section.part in {"criteria", "criterion", "scenario"}:
            _criteria(text, story, section)
        elif section.part in _FREE:
            _free(text, story, section, section.part in lists_from)
        else:
            _keep(text, story, section.title, section.blocks)
    if not story.criteria:
        _requirements(text, story)
    if background:
        _compose(text, story, background)
    if not story.title and (sentence := sentence_in(story.narrative)):
        story.title = story_title(sentence)
    if not story.title:
        story.title = story.name or (
            shortened(unmarked(story.narrative[0])) if story.narrative else ""
        )
    story.named = bool(story.title)
    if not story.title and story.criteria:
        first = story.criteria[0]
        story.title = shortened(first.title or first.passage.text)


def _take_title(story: StoryDraft) -> None:
    """Take the title from metadata or from a short first line, where the heading gave none."""
    story.key = story.key or story.meta.key
    if not story.title and story.meta.title:
        story.title = story.meta.title
    intro = next((section for section in story.sections if section.part == "intro"), None)
    first = intro.blocks[0] if intro and intro.blocks else None
    if story.title or not isinstance(first, Paragraph) or intro is None:
        return
    rest, head = first.lines[1:], first.lines[0].content
    if starts_story("\n".join(line.text for line in first.lines)) and not starts_story(head):
        return  # a sentence over several lines
    adjacent = bool(rest) and starts_story("\n".join(line.text for line in rest))
    alone = not rest and (len(intro.blocks) > 1 or len(story.sections) > 1)
    if starts_story(head):
        adjacent = adjacent and "I want" not in head
    if (adjacent and (title_like(head) or starts_story(head))) or (alone and title_like(head)):
        story.title = head.strip("*_ ")
        first.lines = rest
        if not rest:
            intro.blocks.pop(0)


def _marked(block: Block, section: Section) -> bool:
    """Whether a list in running text is plainly one of criteria: its items carry ids."""
    if not isinstance(block, Listing):
        return False
    sure = section.part != "description"
    return any(item.marker.id and (sure or not item.marker.series) for item in block.items)


def _has_ids(blocks: Sequence[Block]) -> bool:
    """Whether the first block is a list of criteria with ids of their own."""
    first = blocks[0] if blocks else None
    return isinstance(first, Listing) and bool(first.items[0].marker.id)


def _lists_from(story: StoryDraft) -> frozenset[str]:
    """The kinds of free section whose lists and tables are this story's criteria."""
    explicit = any(
        section.part in {"criteria", "criterion", "scenario"} and (section.blocks or section.given)
        for section in story.sections
    )
    free = [section for section in story.sections if section.part in _FREE]
    if explicit or any(_marked(b, s) for s in free for b in s.blocks):
        return frozenset()
    kinds = Listing | Table | Steps  # steps mark the place: a list beside them is of criteria too
    for parts in _LISTS_FROM:
        if any(isinstance(b, kinds) for s in free if s.part in parts for b in s.blocks):
            return parts
    return frozenset()


def _criteria(text: str, story: StoryDraft, section: Section) -> None:
    if section.part == "criteria":
        _take(text, story, section.blocks, section.title)
        return
    before = len(story.criteria)
    if section.part == "scenario":
        steps = [
            line for block in section.blocks if isinstance(block, Steps) for line in block.lines
        ]
        rest = [block for block in section.blocks if not isinstance(block, Steps | Table)]
        tables = [block for block in section.blocks if isinstance(block, Table)]
        if steps:
            whole = Steps([*steps, *(line for table in tables for line in table.lines)])
            story.criteria.append(steps_criterion(text, whole, title=section.title))
            lists = [one for one in rest if isinstance(one, Listing) and _behind(one, steps[0])]
            _keep(text, story, "", [block for block in rest if block not in lists])
            for block in lists:
                story.criteria.extend(listing_criteria(text, block))
        else:
            _take(text, story, section.blocks, section.title)
    elif all(isinstance(block, Paragraph) for block in section.blocks) and section.blocks:
        lines = [
            line for block in section.blocks if isinstance(block, Paragraph) for line in block.lines
        ]
        whole_words = passage(text, lines)
        story.criteria.append(CriterionDraft(whole_words, "text", section.title))
    elif section.title and _has_ids(section.blocks[:1]):  # the heading is the criterion itself
        story.criteria.append(CriterionDraft(Passage(section.title), "text"))
        _take(text, story, section.blocks, "")
    else:
        _take(text, story, section.blocks, section.title)
    if len(story.criteria) == before and section.title:
        story.criteria.append(CriterionDraft(Passage(section.title), "text"))
    _name_by_heading(story.criteria[before:], section.given)


def _behind(listing: Listing, first: Line) -> bool:
    """Whether a list stands behind the steps of a scenario: it has criteria beside the scenario."""
    return listing.lines[0].start > first.start


def _name_by_heading(drafts: Sequence[CriterionDraft], given: str) -> None:
    """Give the id of a heading to what stands below it: "AC 2", "AC 2-2" for a second item. Rows of
    a table below a sentence keep their own numbers."""
    if not given or not drafts or drafts[0].given:
        return
    if given.isdigit():
        drafts[0].number = int(given)
        return
    drafts[0].given = given
    for number, draft in enumerate(drafts[1:], start=2):
        if not draft.given and (draft.form != "table" or drafts[0].form == "table"):
            draft.given = f"{given}-{number}"


def _take(text: str, story: StoryDraft, blocks: Sequence[Block], title: str) -> None:
    before = len(story.criteria)
    for draft in block_criteria(text, blocks, title=title):
        if isinstance(draft, CriterionDraft):
            story.criteria.append(draft)
        elif draft.text:
            story.narrative.append(draft.text)
    if title and len(story.criteria) == before:
        story.narrative.append(title)


def _free(text: str, story: StoryDraft, section: Section, lists: bool) -> None:
    """A section of running text; its lists are criteria if ``lists``, its steps and the lists
    beside these always."""
    blocks, before = section.blocks, len(story.criteria)
    kept: list[Block] = []
    beside = any(isinstance(block, Steps) for block in blocks)
    for number, block in enumerate(blocks):
        wanted = (
            isinstance(block, Steps)
            or (isinstance(block, Listing | Table) and lists)
            or (isinstance(block, Listing) and beside)
        )
        if not (wanted or _marked(block, section)):
            kept.append(block)
            continue
        lead = blocks[number - 1] if number else None
        opens = isinstance(lead, Paragraph) and lead.lines[-1].content.rstrip("*_ ").endswith(":")
        title = section.title if section.part == "group" else ""
        if (
            opens
            and isinstance(lead, Paragraph)
            and kept
            and kept[-1] is lead
            and not starts_story(lead.lines[0].text)
        ):
            kept.pop()
            _take(text, story, [lead, block], title)
        else:
            _take(text, story, [block], title)
    used = section.part == "group" and len(story.criteria) > before
    _keep(text, story, "" if used and not kept else section.title, kept)


def _keep(text: str, story: StoryDraft, title: str, blocks: Sequence[Block]) -> None:
    """Keep blocks as narrative, under their heading."""
    parts = headed(title, [block_text(text, block) for block in blocks])
    story.narrative.extend(part for part in parts if part)


def headed(title: str, parts: list[str]) -> list[str]:
    """``parts`` with their heading, where there is one, over the first."""
    if not title:
        return parts
    return [f"{title}:\n{parts[0]}", *parts[1:]] if parts else [title]


def block_text(text: str, block: Block) -> str:
    """The words of a block as they stand."""
    if isinstance(block, Meta):
        return "\n".join(f"{label}: {value}" for label, value in block.pairs)
    lines = block.lines
    if isinstance(block, Listing | Table | Code):
        return "\n".join(line.text for line in lines).strip("\n")
    return passage(text, list(lines)).text


def _requirements(text: str, story: StoryDraft) -> None:
    """Without any other criterion: sentences that state a requirement ("shall") are criteria."""
    narrative: list[str] = []
    for section in story.sections:
        if section.part not in _FREE:
            blocks = [block_text(text, block) for block in section.blocks]
            narrative.extend(headed(section.title, blocks))
            continue
        count, own = len(story.criteria), list[str]()
        title = section.title if section.part == "group" else ""
        for block in section.blocks:
            if not isinstance(block, Paragraph):
                own.append(block_text(text, block))
                continue
            story_lines, rest = _story_lines(block.lines)
            head, tail = (
                _after_sentence(passage(text, story_lines)) if story_lines else (None, None)
            )
            if head is not None:
                own.append(head.text)
            for words in (tail, passage(text, rest) if rest else None):
                if words is not None:
                    _split_requirements(words, story, own, title)
        shown = section.title if not title or len(story.criteria) == count else ""
        narrative.extend(headed(shown, own))
    if story.criteria:
        story.narrative = [part for part in narrative if part]


def _story_lines(lines: Sequence[Line]) -> tuple[list[Line], list[Line]]:
    """The lines of a story sentence at the beginning of a paragraph, and the lines after it."""
    if not lines or not starts_story("\n".join(line.text for line in lines[:6])):
        return [], list(lines)
    count = 1
    while count < len(lines):
        line = lines[count]
        wrapped = line.content[:1].islower()
        if not (continues_story(line.text) or wrapped):
            break
        count += 1
    return list(lines[:count]), list(lines[count:])


def _after_sentence(words: Passage) -> tuple[Passage, Passage | None]:
    found = list(sentences(words.text, 0, len(words.text)))
    if len(found) < 2:
        return words, None
    return cut(words, 0, found[0][1]), cut(words, found[1][0], len(words.text))


def _split_requirements(
    words: Passage, story: StoryDraft, narrative: list[str], title: str
) -> None:
    for begin, end in sentences(words.text, 0, len(words.text)):
        part = cut(words, begin, end)
        if MODAL.search(part.text):
            story.criteria.append(CriterionDraft(part, "text", title))
        else:
            narrative.append(part.text)


def _compose(text: str, story: StoryDraft, background: Sequence[Block]) -> None:
    """Put a Background's steps before those of every scenario: each criterion then stands alone."""
    shared = "\n".join(block_text(text, block) for block in background).strip()
    for draft in story.criteria:
        if draft.form == "gherkin":
            draft.passage = Passage(f"{shared}\n{draft.passage.text}")
    if not any(draft.form == "gherkin" for draft in story.criteria):
        story.narrative.append(shared)


def listed_stories(listing: Listing) -> list[StoryDraft]:
    """The stories of a list whose items are all stories by key ("- CC-12: title"), else ``[]``."""
    if not all(re.fullmatch(KEY, i.marker.id) and is_key(i.marker.id) for i in listing.items):
        return []
    stories = []
    ends = [item.lines[0].start for item in listing.items[1:]] + [listing.lines[-1].end + 1]
    for item, end in zip(listing.items, ends, strict=True):
        story = StoryDraft(item.marker.id)
        if starts_story(item.lines[0].text):
            story.add("intro", "", item.lines)
        else:
            story.title = " ".join(line.content for line in item.lines).strip("*_ ")
        last = item.lines[-1].end
        below = [line for line in listing.lines if last < line.start and line.end < end]
        story.add("intro", "", below)
        stories.append(story)
    return stories
