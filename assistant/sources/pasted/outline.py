"""The outline of a text: its headings as a tree, each with the lines below it.

A story sentence that is not under a heading of its own begins a node too, so that stories that
follow each other as plain paragraphs or list items are told apart.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

from assistant.sources.pasted.headings import (
    EPIC_LEVEL,
    PART_LEVEL,
    STORY_LEVEL,
    Heading,
    Role,
    read_heading,
    sentence_heading,
)
from assistant.sources.pasted.lines import Line, plain, read_marker, step_word, unwrap
from assistant.sources.pasted.metadata import metadata_field, metadata_pairs
from assistant.sources.pasted.names_and_ids import (
    WEAK_NAME,
    SectionName,
    is_area_id,
    is_left_out,
    split_key,
)
from assistant.sources.pasted.story_sentences import starts_story
from assistant.sources.pasted.tables import lists_requirements, read_table, table_length

PARTS = frozenset(
    {"criteria", "rules", "narrative", "description", "notes", "scenario", "steps", "criterion"}
)
"""Roles that belong to the story or epic above them."""

STORYLIKE = frozenset({"story", "keyed", "sentence"})
"""Roles of stories; a key alone may also be an epic's."""

_FENCE = re.compile(r"^\s*(`{3,}|~{3,})\s*(\w*)")
_QUOTE = re.compile(r"^\s{0,3}>\s?")
_PURPOSE = re.compile(r"\s*(?:so\s+(?:that|I|we)|in\s+order|because)\b", re.IGNORECASE)
_FENCED_PROSE = frozenset({"gherkin", "feature", "cucumber", "text", "txt", "md", "markdown"})


@dataclass(slots=True)
class Node:
    """A heading with what stands below it; the root has no heading."""

    role: Role | SectionName
    level: int
    title: str = ""
    key: str = ""
    id: str = ""
    name: str = ""
    markdown: bool = False
    body: list[Line] = field(default_factory=list)
    children: list[Node] = field(default_factory=list)
    has_sentence: bool = False
    has_own_sentence: bool = False
    """Whether a story sentence stands below this heading of its own, inside a story or epic."""

    feature: bool = False
    count: int = 0
    """The list number of the story sentence, where it has one."""

    remark: tuple[str, str] | None = None
    start: int = 0
    """Who remarked what stands here, on which day, and the offset of the line that says so."""

    def walk(self) -> Iterator[Node]:
        """This node and all below it, in order."""
        yield self
        for child in self.children:
            yield from child.walk()


def open_fences(lines: Sequence[Line]) -> list[Line]:
    """``lines`` without block-quote marks, and with fenced blocks marked as code.

    A fence that holds Gherkin or text is opened: its lines count as ordinary ones.
    """
    result: list[Line] = []
    at = 0
    while at < len(lines):
        line = lines[at]
        match = _FENCE.match(line.text)
        if not match:
            quote = _QUOTE.match(line.text)
            result.append(
                line.part(quote.end()) if quote and quote.end() < len(line.text) else line
            )
            at += 1
            continue
        mark = match.group(1)
        end = next(
            (n for n in range(at + 1, len(lines)) if lines[n].text.strip().startswith(mark)), None
        )
        inside = list(lines[at + 1 : end if end is not None else len(lines)])
        first = next((line.text for line in inside if not line.blank), "")
        if end is None or match.group(2).lower() in _FENCED_PROSE or _reads_as_prose(first):
            result.extend(inside)
        else:
            result.extend(Line(line.start, line.end, line.text, code=True) for line in inside)
        at = (end if end is not None else len(lines)) + 1
    return result


def _reads_as_prose(first: str) -> bool:
    head = first.strip()
    return (
        bool(step_word(head))
        or starts_story(head)
        or re.match(r"(?:@\w|feature:|scenario|background:|rule:)", head, re.IGNORECASE) is not None
    )


def build_outline(lines: Sequence[Line]) -> Node:
    """The tree of headings over ``lines`` (fences opened, front matter taken off)."""
    return _Builder(lines).build()


class _Builder:
    def __init__(self, lines: Sequence[Line]) -> None:
        self.lines = lines
        self.root = Node("unknown", 0)
        self.stack = [self.root]
        self.inline = False
        self.keys_in_fields = len({key for line in lines if (key := _key_field(line))})
        self.open_sentence = ""
        """The story sentence that the line before belongs to."""

    @property
    def story(self) -> Node | None:
        """The innermost open story."""
        return next((node for node in reversed(self.stack) if node.role in STORYLIKE), None)

    @property
    def in_criteria(self) -> bool:
        return any(
            node.role in {"criteria", "rules", "scenario", "criterion"} for node in self.stack
        )

    def build(self) -> Node:
        at = 0
        while at < len(self.lines):
            line = self.lines[at]
            if self.inline and (line.blank or _listed(line)):
                self._end_inline()
            length = 0 if line.code or line.blank else table_length(self.lines, at)
            if length:
                rows, node = self.lines[at : at + length], self.stack[-1]
                at += length
                if self.in_criteria or not lists_requirements(read_table(rows)):
                    node.body.extend(rows)
                elif left_out := next(filter(_is_left_out, self.stack), None):
                    left_out.role = "notes"
                    node.body.extend(rows)
                else:  # whatever else its section is called
                    node.children.append(Node("criteria", node.level + 1, body=list(rows)))
                continue
            heading = (
                self._field(line)
                or read_heading(self.lines, at, in_story=self._in_intro())
                or sentence_heading(line, self._beside())
            )
            if heading is not None:
                if is_area_id(heading.id) and self._holds_story(at + heading.length, heading):
                    heading = replace(heading, role="unknown", title=_heading_words(line), id="")
                self._open(heading)
                self.stack[-1].remark, self.stack[-1].start = heading.remark, line.start
                at += heading.length
                continue
            place = self._sentence(at)
            if place == "new":
                self._open_sentence(line)
            self.stack[-1].body.append(self._without_bullet(line, begins=bool(place)))
            at += 1
        for node in self.root.walk():
            if node.role == "steps" and not _is_background(node):
                node.role = "notes"
        return self.root

    def _holds_story(self, at: int, heading: Heading) -> bool:
        """Whether a story sentence or a section of criteria stands below a heading, which begins a
        story then, whatever its id looks like."""
        below = [line for line in self.lines[at : at + 8] if not line.blank][:4]
        if starts_story("\n".join(plain(line.text).lstrip(" \t-•+") for line in below)):
            return True
        for number in range(at, len(self.lines)):
            found = read_heading(self.lines, number, in_story=True)
            if found is None:
                continue
            nested = found.level > heading.level or not found.markdown
            if (
                found.role == "criteria"
                and nested
                and not WEAK_NAME.search(self.lines[number].text)
            ):
                return True
            if found.level <= heading.level:
                return False
        return False

    def _in_intro(self) -> bool:
        return self.story is not None and not self.in_criteria

    def _field(self, line: Line) -> Heading | None:
        """The story that a field "Story ID: CC-12" begins, where the text has several of them."""
        key = _key_field(line)
        return Heading("keyed", STORY_LEVEL, "", key) if key and self.keys_in_fields > 1 else None

    def _beside(self) -> str | None:
        """The id of the story whose criteria are open; ``None`` where none are."""
        if not self.in_criteria:
            return None
        return self.story.id if self.story is not None else ""

    def _open(self, heading: Heading) -> None:
        if self.inline:
            self._end_inline()
        level, role, story = heading.level, heading.role, self.story
        if heading.feature and story is not None and not story.feature:
            level, role = PART_LEVEL, "criteria"
        if heading.markdown and role != "epic" and any(n.level == EPIC_LEVEL for n in self.stack):
            level += EPIC_LEVEL  # below an epic whose own heading is a plain line
        part = role in PARTS
        begun = story is not None and (story.role != "keyed" or story.has_sentence)
        if story is not None and begun and role in {"story", "keyed"} and not heading.markdown:
            level = min(level, story.level)  # beside the open story, whatever its form
        if part and story is not None and story.level >= STORY_LEVEL and level < PART_LEVEL:
            level = PART_LEVEL if role not in {"scenario", "criterion"} else level + PART_LEVEL
        if role == "unknown" and not heading.markdown and self.in_criteria:
            level = max(level, PART_LEVEL + 1)
        while len(self.stack) > 1 and (
            self.stack[-1].level >= level
            or (not part and self.stack[-1].role in PARTS and role != "unknown")
        ):
            self.stack.pop()
        node = Node(
            role, level, heading.title, heading.key, heading.id, heading.name, heading.markdown
        )
        self.stack[-1].children.append(node)
        self.stack.append(node)
        if heading.rest is not None:
            node.body.append(heading.rest)
            node.has_sentence = starts_story(heading.rest.text) and heading.remark is None
            self.inline = heading.inline

    def _end_inline(self) -> None:
        """Close a label of one paragraph, and go on in the section that it stood in."""
        self.inline = False
        closed = self.stack.pop()
        siblings = self.stack[-1].children
        before = siblings[-2] if len(siblings) > 1 and siblings[-1] is closed else None
        if before is not None and before.role in {"criteria", "rules"}:
            node = Node(before.role, before.level)
            siblings.append(node)
            self.stack.append(node)

    def _sentence(self, at: int) -> Literal["", "first", "new"]:
        """Whether a story sentence on line ``at`` begins a story of its own ("new"), or is the one
        of the story or heading that is open ("first")."""
        line = self.lines[at]
        marker = read_marker(line)
        words = line.text[marker.content :] if marker else line.text
        head = plain(words[:12]).lstrip().casefold()
        open_still = (
            self.open_sentence
            and not starts_story(self.open_sentence)
            and not head.startswith("as ")
        )
        if not head.startswith(_STARTS) or open_still:
            return ""
        following = "\n".join(
            plain(self.lines[n].text).lstrip(" \t-•+")
            for n in range(at + 1, min(at + 5, len(self.lines)))
        )
        if not starts_story(words + "\n" + following):
            return ""
        if self._in_notes(at) or self._continues_purpose(at):
            return ""
        listed = marker is not None and marker.listed
        story = self.story
        holder = next(node for node in reversed(self.stack) if node.role not in PARTS)
        if story is None:
            return self._sentence_alone(holder, listed)
        if holder is not story and not holder.has_own_sentence:
            holder.has_own_sentence = story.has_sentence = True
            return "first"
        if not story.has_sentence:
            if listed and story.role == "keyed" and self._another_listed(at):
                return "new"
            story.has_sentence = True
            return "first"
        if story.role == "sentence":
            counted = (
                marker is not None and story.count > 0 and marker.number == f"{story.count + 1}"
            )
            return "" if listed and self.in_criteria and not counted else "new"
        return "new" if not listed and (self.in_criteria or self._below_items(at)) else ""

    def _in_notes(self, at: int) -> bool:
        """Whether line ``at`` stands in notes; a remark may end with its paragraph."""
        apart = at > 0 and self.lines[at - 1].blank
        return any(node.role == "notes" and not (apart and node.remark) for node in self.stack)

    def _another_listed(self, at: int) -> bool:
        """Whether another list item below, under the same heading, is a story sentence too."""
        for number in range(at + 1, min(at + 200, len(self.lines))):
            line = self.lines[number]
            heading = read_heading(self.lines, number, in_story=True)
            if heading is not None and heading.role not in PARTS:
                return False
            marker = read_marker(line)
            if marker and marker.listed and line.indent == self.lines[at].indent:
                words = [line.text[marker.content :]]
                words += [below.text for below in self.lines[number + 1 : number + 4]]
                if starts_story("\n".join(words)):
                    return True
        return False

    def _sentence_alone(self, holder: Node, listed: bool) -> Literal["", "first", "new"]:
        """What a story sentence begins where no story is open."""
        if listed:
            return "" if self.in_criteria else "new"
        first = not holder.has_sentence
        holder.has_sentence = True
        if first:
            return "first"
        return "" if self.stack[-1].role == "description" else "new"

    def _below_items(self, at: int) -> bool:
        """Whether line ``at`` begins a paragraph below items of a list, with or without ids."""
        above = next((n for n in range(at - 1, -1, -1) if not self.lines[n].blank), None)
        return above is not None and above < at - 1 and read_marker(self.lines[above]) is not None

    def _without_bullet(self, line: Line, *, begins: bool) -> Line:
        """A line of a story sentence without its list mark: no item, and so no criterion."""
        marker = read_marker(line)
        listed = marker is not None and marker.listed
        words = line.part(marker.content) if marker is not None and listed else line
        open_still = bool(self.open_sentence) and not starts_story(self.open_sentence)
        purpose = _PURPOSE.match(plain(words.text)) is not None
        if not begins and not (self.open_sentence and (purpose or open_still)):
            self.open_sentence = ""
            return line
        self.open_sentence = f"{'' if begins else self.open_sentence}\n{words.text}".strip()
        return words

    def _continues_purpose(self, at: int) -> bool:
        """Whether "As a ..." goes on with "In order to ..." (or a one-line summary) above it."""
        above = self.lines[at - 1] if at else None
        if above is None or above.blank:
            return False
        words = plain(above.text).lstrip(" \t-•+\\").casefold()
        if words.startswith(("in order", "so that")):
            return True
        here = plain(self.lines[at].text).lstrip(" \t-•+\\").casefold()
        if here.startswith(("i ", "so that", "in order")) and words.startswith(
            ("as ", "in ", "so ")
        ):
            return True
        return (
            words.startswith(("as a", "as the"))
            and " can " in f"{words} "
            and " want" not in words
            and not re.search(r"\b(?:i|we)\b", here)
        )

    def _open_sentence(self, line: Line) -> None:
        marker = read_marker(line)
        title = "" if marker and marker.listed else self._take_title()
        level = self.story.level if self.story is not None else STORY_LEVEL
        while len(self.stack) > 1 and (
            self.stack[-1].level >= level or self.stack[-1].role in PARTS
        ):
            self.stack.pop()
        key = marker.id if marker else ""
        count = int(marker.number) if marker and marker.number.isdigit() else 0
        node = Node("sentence", level, title, key, has_sentence=True, count=count)
        self.stack[-1].children.append(node)
        self.stack.append(node)

    def _take_title(self) -> str:
        """Take the line just above off the section before: it is the title of what begins."""
        body = self.stack[-1].body
        at = len(body) - 1
        while at >= 0 and body[at].blank and len(body) - at <= 1:
            at -= 1
        if at < 0 or (self.stack[-1] is self.root and at == 0):
            return ""
        line = body[at]
        above = body[at - 1] if at else None
        if not title_like(line.text) or (
            above is not None and not above.blank and not read_marker(above)
        ):
            return ""
        del body[at:]
        return line.content


def _is_left_out(node: Node) -> bool:
    """Whether the requirements of a section are not to be built."""
    return node.role == "notes" or (node.role == "unknown" and is_left_out(node.title))


def _heading_words(line: Line) -> str:
    """The words of a heading as they stand, with the id that they begin with."""
    return unwrap(line.content.strip("# \t").rstrip(":"))


def _key_field(line: Line) -> str:
    """The key that a metadata line holds and nothing else."""
    pairs = [] if line.code or line.blank else metadata_pairs(line.text)
    if len(pairs) != 1 or metadata_field(pairs[0][0]) != "key":
        return ""
    key, rest = split_key(pairs[0][1])
    return "" if rest else key


def _is_background(node: Node) -> bool:
    """Whether a section of preconditions holds steps of Gherkin, not sentences."""
    first = next((line.text for line in node.body if not line.blank), "")
    marker = read_marker(Line(0, len(first), first))
    return bool(step_word(first[marker.content :].lstrip() if marker else first.lstrip()))


def _listed(line: Line) -> bool:
    marker = read_marker(line)
    return marker is not None and marker.listed


_STARTS = (
    "as ", "as	", "as:", "in order", "so that", "i want", "i need", "i would",
    "als ", "en tant", "como ", "come ", "som ", "jako ",
)  # fmt: skip


def title_like(text: str) -> bool:
    """Whether a plain line can be a title: short, no sentence, no list item, no metadata."""
    content = plain(text).strip()
    return (
        0 < len(content) <= 120
        and len(content.split()) <= 15
        and content[-1] not in ".!?;:,"
        and any(character.isalpha() for character in content)
        and read_marker(Line(0, len(text), text)) is None
        and not step_word(content)
        and not starts_story(content)
        and not metadata_pairs(text)
    )
