"""Which lines of a text tell of an epic, a story, its criteria or a requirement."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from assistant.sources.pasted.headings import Heading, read_heading
from assistant.sources.pasted.lines import Line, read_marker
from assistant.sources.pasted.names_and_ids import REQUIREMENT_ID, WEAK_NAME
from assistant.sources.pasted.story_sentences import starts_story

LONGEST_HEADING = 200
_ATX = re.compile(r"\s{0,3}#{1,6}\s")

Tells = Literal[
    "sentence", "requirement", "epic", "story", "keyed", "scenario", "criteria", "nothing"
]
"""What a line is: a user story's sentence, a requirement by its id, or a heading of one of these;
``keyed`` is one with an issue's key and no word for what it is."""


@dataclass(frozen=True, slots=True)
class IssueLine:
    """What a line tells of, its words behind a marker, and the heading that it is, if any."""

    tells: Tells
    words: str = ""
    heading: Heading | None = None


def issue_line(lines: Sequence[Line], at: int) -> IssueLine:
    """What the line ``at`` of a text tells of.

    "Story: SAT-102", which names another page's, tells of nothing; nor does a section that other
    pages have too ("Requirements", "Expected behaviour").
    """
    line = lines[at]
    if line.blank or line.code:
        return IssueLine("nothing")
    marker = read_marker(line)
    heading = read_heading(lines, at, in_story=False) if len(line.text) < LONGEST_HEADING else None
    words = line.text[marker.content :] if marker else line.text
    tells: Tells = "sentence" if starts_story(words) else "nothing"
    if tells == "nothing" and marker and REQUIREMENT_ID.match(marker.id):
        tells = "requirement"
    if tells == "nothing" and heading:
        tells = _heading_tells(heading, line)
    return IssueLine(tells, words, heading)


def _heading_tells(heading: Heading, line: Line) -> Tells:
    role = heading.role
    if role == "story":
        return role if heading.title or _ATX.match(line.text) else "nothing"
    if role == "criterion":
        return "requirement" if REQUIREMENT_ID.match(heading.id) else "nothing"
    if role == "criteria":
        return "nothing" if WEAK_NAME.search(line.text) else role
    return role if role in ("epic", "keyed", "scenario") else "nothing"
