"""The outline of a text to epics: which headings are epics, which are stories, what is between."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from assistant.sources.pasted.blocks import Listing, Meta, Paragraph, Steps, parse_blocks
from assistant.sources.pasted.lines import Line, read_marker, step_word
from assistant.sources.pasted.metadata import Metadata
from assistant.sources.pasted.names_and_ids import MODAL, find_key
from assistant.sources.pasted.outline import PARTS, STORYLIKE, Node, title_like
from assistant.sources.pasted.story_parts import (
    StoryDraft,
    add_part,
    block_text,
    draft_story,
    finish_story,
    headed,
    listed_stories,
)
from assistant.sources.pasted.story_sentences import sentence_in, starts_story, wish_word
from assistant.sources.pasted.tables import Table


@dataclass(slots=True)
class EpicDraft:
    """An epic while it is read."""

    key: str = ""
    title: str = ""
    label: str = ""
    """The author's own id ("E06"), where there is no key."""

    description: list[str] = field(default_factory=list)
    meta: Metadata = field(default_factory=Metadata)
    stories: list[StoryDraft] = field(default_factory=list)
    rules: list[Node] = field(default_factory=list)
    by_place: bool = False
    """Whether it reads as a story, and only the stories below it tell that it is their epic."""


class BasisReader:
    """Reads one outline; ``epics()`` gives its epics, each with at least one story."""

    def __init__(self, text: str, root: Node, *, title: str = "") -> None:
        self.text = text
        self.root = root
        self.title = title
        self.drafts: list[EpicDraft] = []
        self.pending = EpicDraft()
        """What stands above the first epic or story: title, description, metadata."""
        self.kinds: dict[int, str] = {}
        self.wish: Node | None = None
        """The key line that is an epic by its place alone."""

    def epics(self) -> list[EpicDraft]:
        """The epics in source order, their stories finished."""
        _nest_keyed(self.root)
        self._nest_below_wish()
        _separate_stories(self.root)
        self._classify(self.root, under_story=False)
        if not any(kind == "story" for kind in self.kinds.values()):
            self._fall_back()
        self._visit(self.root, None)
        if self.drafts and not any(draft is self.pending for draft in self.drafts):
            self._give_away_pending()
        for epic in self.drafts:
            if not any(_promising(story) for story in epic.stories) and epic.rules:
                story = StoryDraft(epic.key or epic.label, epic.title)
                for node in epic.rules:
                    add_part(story, node, "criteria")
                epic.stories.append(story)
            else:
                for node in epic.rules:
                    self._describe(epic, node)
            for story in epic.stories:
                finish_story(self.text, story)
        return self.drafts

    def _give_away_pending(self) -> None:
        """What stood above the epics belongs to each of them (metadata) and to the first."""
        first, above = self.drafts[0], self.pending
        first.description[:0] = [part for part in (above.title, *above.description) if part]
        first.meta.other.extend(above.meta.other)
        for epic in self.drafts:
            for name in ("release", "team", "project", "author"):
                value, own = getattr(above.meta, name), getattr(epic.meta, name)
                if value and not own:
                    setattr(epic.meta, name, value)
                elif value and value != own:
                    first.meta.other.append(f"{name.capitalize()}: {value}")
            epic.meta.labels.extend(x for x in above.meta.labels if x not in epic.meta.labels)

    def _nest_below_wish(self) -> None:
        """A first key line that reads like a story ("As a bank we want ...") is the epic of those
        below it, where it states no criterion, each of them does, nothing else is an epic, and it
        has not the form that each of them has."""
        heads = [child for child in self.root.children if child.role not in PARTS]
        if len(heads) < 3 or any(not line.blank for line in self.root.body):
            return
        first, rest = heads[0], heads[1:]
        if first.role != "keyed" or any(child.role in STORYLIKE for child in first.children):
            return
        if any(one.role not in STORYLIKE or one.level != rest[0].level for one in rest):
            return
        above, *below = (self._own_parts(one) for one in heads)
        if above.criteria or not all(one.criteria for one in below):
            return
        if above.meta.kind and all(one.meta.kind == above.meta.kind for one in below):
            return  # each is said to be a story
        wish, wishes = _wish_of(above), set(map(_wish_of, below))
        if wish and "" not in wishes and (wish == "i" or wishes == {wish}):
            return  # "As a customer I want" above others that begin so
        if _is_headed_alike(first, rest) and not wish and wishes == {""}:
            return
        self.root.children = [child for child in self.root.children if child not in rest]
        first.children.extend(rest)
        self.wish = first

    def _own_parts(self, node: Node) -> StoryDraft:
        """A node's own lines and parts, without the stories below it, read as a story."""
        story = StoryDraft()
        story.add("intro", "", node.body)
        for child in node.children:
            if child.role not in STORYLIKE:
                add_part(story, child, "group")
        finish_story(self.text, story)
        return story

    # --- Which node is what -------------------------------------------------------------------

    def _classify(self, node: Node, *, under_story: bool) -> str:
        inside = under_story or node.role in STORYLIKE
        kids = [self._classify(child, under_story=inside) for child in node.children]
        below = any(
            kid in {"story", "group"}
            for kid, child in zip(kids, node.children, strict=True)
            if child.role not in PARTS
        )
        evidence = node.has_sentence or any(self._strong(child) for child in node.children)
        if node.role in PARTS:
            kind = "group" if below else "part"
        elif node is self.root:
            own = evidence and not below
            kind = "story" if own else "group"
        elif node.role in {"epic", "container"} or below:
            kind = "group"
        elif node.role in {"story", "sentence", "keyed"}:
            kind = "story"
        else:
            evidence = evidence or (not under_story and _weak(node.body))
            kind = "story" if evidence else "plain"
        self.kinds[id(node)] = kind
        return kind

    def _strong(self, node: Node) -> bool:
        if node.role in {"criteria", "scenario", "criterion"}:
            return True
        return node.role in {"narrative", "description"} and (
            any(starts_story(line.text) for line in node.body)
            or any(self._strong(child) for child in node.children)
        )

    def _fall_back(self) -> None:
        """No story is marked: headings with lists or requirements below them are stories."""
        leaves = [n for n in self.root.walk() if self.kinds.get(id(n)) == "plain"]
        listed = [n for n in leaves if _has_list(n.body)]
        stated = [n for n in leaves if any(MODAL.search(line.text) for line in n.body)]
        parents = {id(child): n for n in self.root.walk() for child in n.children}
        for node in listed or stated:
            self.kinds[id(node)] = "story"
            self._group_above(node, parents)
        if not (listed or stated):
            epic = next((n for n in self.root.walk() if n.role == "epic"), None)
            tops = [n for n in self.root.children if self.kinds.get(id(n)) == "plain"]
            if (
                epic is None
                and len(tops) == 1
                and not any(not line.blank for line in self.root.body)
            ):
                self.kinds[id(tops[0])] = "story"
            elif epic is None:
                self.kinds[id(self.root)] = "story"

    def _group_above(self, node: Node, parents: dict[int, Node]) -> None:
        """Make every node between ``node`` and the root a group."""
        above = parents[id(node)]
        while above is not self.root and self.kinds.get(id(above)) != "group":
            self.kinds[id(above)] = "group"
            above = parents[id(above)]

    # --- From the top down --------------------------------------------------------------------

    def _visit(self, node: Node, epic: EpicDraft | None) -> None:
        kind = self.kinds.get(id(node), "plain")
        if kind == "story":
            if node is self.root:
                self._root_story(node)
            else:
                self._epic(epic).stories.append(draft_story(node))
            return
        if kind in {"plain", "part"}:
            self._describe(epic or self._current(), node)
            return
        own_story = self._own_story(node)
        if self._is_epic(node, epic):
            epic = EpicDraft(node.key, node.title or node.name, node.id)
            epic.by_place = node is self.wish
            self.drafts.append(epic)
            self._body(node.body if not own_story else [], epic)
        elif node is self.root:
            self._root_body(node, own_story)
        elif not own_story:
            target = epic or self._current()
            if node.role != "container" and node.title:
                target.description.append(_titled(node))
            self._body(
                node.body, target, stories=self._epic(epic) if node.role == "container" else None
            )
        if own_story and node is not self.root:
            if node.title and self._epic(epic).title != node.title:
                self._epic(epic).description.append(_titled(node))
            story = StoryDraft()
            story.add("intro", "", node.body)
            self._epic(epic).stories.append(story)
        self._children(node, epic)
        if (
            epic is not None
            and self.drafts
            and self.drafts[-1] is epic
            and not epic.stories
            and node.role == "epic"
        ):
            self._epic_as_story(epic, node)

    def _children(self, node: Node, epic: EpicDraft | None) -> None:
        last: StoryDraft | None = None
        owner = epic
        for child in node.children:
            kind = self.kinds.get(id(child), "plain")
            if kind != "part":
                self._visit(child, epic)
                last = None
                continue
            owner = epic or (self.drafts[-1] if self.drafts else None)
            if child.role in {"criteria", "scenario", "criterion", "steps"}:
                named = self._story_named(child.key)
                if named is None and last is None:
                    own = self._own_story(node) and owner is not None and owner.stories
                    last = owner.stories[-1] if own and owner is not None else None
                if named is None and last is None:
                    target = self._epic(epic)
                    last = StoryDraft(target.key or target.label, target.title)
                    target.stories.append(last)
                add_part(named or last or StoryDraft(), child, "criteria")
            elif child.role == "rules" and epic is not None:
                epic.rules.append(child)
            else:
                self._describe(epic or self._current(), child)

    def _story_named(self, key: str) -> StoryDraft | None:
        stories = (story for epic in self.drafts for story in epic.stories)
        return next((story for story in stories if key and story.key == key), None)

    def _own_story(self, node: Node) -> bool:
        """Whether a group's own lines are a story beside those below it. What is called an epic and
        states no criterion, where each story below does, is only described by its sentence."""
        below = [child for child in node.children if self.kinds.get(id(child)) == "story"]
        if not node.has_sentence or not below or any(c.role != "sentence" for c in below):
            return False
        return (
            node.role != "epic"
            or bool(self._own_parts(node).criteria)
            or not all(self._own_parts(child).criteria for child in below)
        )

    def _is_epic(self, node: Node, epic: EpicDraft | None) -> bool:
        if node is self.root or node.role == "container":
            return False
        if node.role in {"epic", "keyed"}:
            return True
        if epic is not None or (self._own_story(node) and not node.markdown):
            return False
        groups = [n for n in node.walk() if n is not node and self.kinds.get(id(n)) == "group"]
        if any(n.role in {"epic", "keyed"} for n in groups):
            return False
        direct = [c for c in node.children if self.kinds.get(id(c)) == "story"]
        nested = [
            c for c in node.children if self.kinds.get(id(c)) == "group" and c.role == "unknown"
        ]
        return bool(direct) or len(nested) < 2

    def _epic(self, epic: EpicDraft | None) -> EpicDraft:
        """``epic``, or the epic that is made for stories that stand under none."""
        if epic is not None:
            return epic
        if not any(draft is self.pending for draft in self.drafts):
            self.drafts.append(self.pending)
        return self.pending

    def _current(self) -> EpicDraft:
        return self.drafts[-1] if self.drafts else self.pending

    def _epic_as_story(self, epic: EpicDraft, node: Node) -> None:
        """An epic without stories: its own text is its one story."""
        story = StoryDraft(epic.key or epic.label, epic.title)
        story.add("intro", "", node.body)
        for child in node.children:
            add_part(story, child, "group")
        story.meta = Metadata()
        epic.description, epic.rules = [], []
        epic.stories.append(story)

    # --- Text above and between stories -------------------------------------------------------

    def _root_story(self, node: Node) -> None:
        story = draft_story(node)
        self._epic(None).stories.append(story)
        self.pending.meta.merge(story.meta)
        story.meta = Metadata()
        story.key = story.key or find_key(self.pending.meta.key)

    def _root_body(self, node: Node, own_story: bool) -> None:
        lines = list(node.body)
        filled = [n for n, line in enumerate(lines) if not line.blank]
        if filled and title_like(lines[filled[0]].text):
            first = filled[0]
            apart = len(filled) == 1 or filled[1] > first + 1
            if apart or not own_story:
                self.pending.title = lines[first].content.strip("*_ ")
                del lines[first]
        if own_story:
            story = StoryDraft()
            story.add("intro", "", lines)
            self._epic(None).stories.append(story)
        else:
            self._body(lines, self.pending)

    def _body(
        self, lines: Sequence[Line], epic: EpicDraft, stories: EpicDraft | None = None
    ) -> None:
        """Lines that belong to an epic itself: metadata, description, and lists of stories."""
        for block in parse_blocks(lines, metadata=True):
            if isinstance(block, Meta):
                epic.meta.add(block.pairs)
            elif (
                stories is not None
                and isinstance(block, Listing)
                and (found := listed_stories(block))
            ):
                stories.stories.extend(found)
            else:
                epic.description.append(block_text(self.text, block))

    def _describe(self, epic: EpicDraft, node: Node) -> None:
        blocks = parse_blocks(node.body, metadata=node.role != "criteria")
        parts = []
        for block in blocks:
            if isinstance(block, Meta):
                epic.meta.add(block.pairs)
            else:
                parts.append(block_text(self.text, block))
        parts = headed(_titled(node) if node.title else "", parts)
        epic.description.extend(part for part in parts if part)
        for child in node.children:
            if self.kinds.get(id(child)) in {"story", "group"}:
                self._visit(child, epic if epic in self.drafts else None)
            else:
                self._describe(epic, child)


def _titled(node: Node) -> str:
    if node.name:
        return node.name
    return f"{node.key if node.role == 'keyed' else node.id} {node.title}".strip()


def _promising(story: StoryDraft) -> bool:
    return any(
        section.part in {"criteria", "scenario", "criterion"}
        or any(isinstance(block, Listing | Steps | Table) for block in section.blocks)
        for section in story.sections
    )


def _weak(lines: Sequence[Line]) -> bool:
    """Signs of criteria without a heading that says so: items with ids, Given and Then."""
    words: set[str] = set()
    for line in lines:
        marker = read_marker(line)
        if marker and marker.id and not marker.series:
            return True
        words.add(step_word(line.text[marker.content :] if marker else line.text))
    return {"given", "then"} <= words


def _has_list(lines: Sequence[Line]) -> bool:
    blocks = parse_blocks(lines, metadata=True)
    return any(isinstance(block, Listing | Table | Steps) for block in blocks)


def _separate_stories(root: Node) -> None:
    """Headings below a keyed heading that each have a story sentence are stories of an epic."""
    for node in root.walk():
        stories = [
            child for child in node.children if child.has_own_sentence and child.role == "unknown"
        ]
        if len(stories) > 1:
            for child in stories:
                child.has_sentence = True
            node.has_sentence = any(starts_story(line.text) for line in node.body)


def _nest_keyed(node: Node) -> None:
    """A first key line without criteria, before key lines that have them, is their epic, unless a
    heading and its words alone make it one of them."""
    for child in node.children:
        _nest_keyed(child)
    keyed = [child for child in node.children if child.role not in PARTS]
    if len(keyed) < 2 or keyed[0].role != "keyed":
        return
    first, rest = keyed[0], keyed[1:]
    if _is_headed_alike(first, rest) and not any(child.has_sentence for child in rest):
        return
    known = STORYLIKE if first.markdown else STORYLIKE | {"unknown"}
    if any(child.role not in known or child.level != rest[0].level for child in rest):
        return
    are_stories = all(_is_story(child) for child in rest)
    if not are_stories and any(child.role == "unknown" for child in rest):
        return
    if (
        _is_story(first)
        if are_stories
        else _storylike(first) or not all(_storylike(c) for c in rest)
    ):
        return
    node.children = [child for child in node.children if child not in rest]
    first.children.extend(rest)


def _is_headed_alike(first: Node, rest: Sequence[Node]) -> bool:
    """Whether nodes stand below headings of one level: no epic stands beside its stories so."""
    return first.markdown and all(one.markdown and one.level == first.level for one in rest)


def _wish_of(story: StoryDraft) -> str:
    """Who wants what a story's sentence says: "I", or "we" as in an epic's; else empty."""
    return wish_word(sentence_in(story.narrative))


def _is_story(node: Node) -> bool:
    """Whether a story sentence or a section of criteria says that a node is a story."""
    sections = {"criteria", "scenario", "criterion", "narrative"}
    return node.has_sentence or any(child.role in sections for child in node.children)


def _storylike(node: Node) -> bool:
    return (
        _is_story(node)
        or _has_list(node.body)
        or any(
            isinstance(b, Paragraph) and starts_story(b.lines[0].text)
            for b in parse_blocks(node.body, metadata=True)
        )
    )
