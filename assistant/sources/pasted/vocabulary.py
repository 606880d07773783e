"""Words that name the parts of an epic: section names, metadata labels, story and epic markers."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Literal, cast

from assistant.language.word_lists import read_patterns, word_lists

EPIC_WORDS = word_lists("epics", Path(__file__).parent.parent / "words")
"""Words that name the parts of an epic, as patterns."""

SectionName = Literal["criteria", "rules", "narrative", "description", "notes", "container"]
"""``rules`` are criteria inside a story; ``notes`` (out of scope, risks, ...) never are."""

_SECTION = re.compile(
    "|".join(
        f"(?P<{name}>{'|'.join(patterns)})" for name, patterns in EPIC_WORDS["sections"].items()
    ),
    re.IGNORECASE,
)
_NUMBERING = re.compile(r"^\s*(?:\(?\d{1,2}(?:\.\d{1,2})*[.)]?|[A-Za-z][.)])\s+")
_PATTERNS = read_patterns(__file__)
_TAIL = _PATTERNS["tail"]
_TAKES_TAIL = _PATTERNS["takes_tail"]
_ALSO = re.compile(r"\s*(?:&|/|\band\b|\+|,)\s*", re.IGNORECASE)


def section_name(label: str) -> SectionName | None:
    """What a heading or label names as a part of an epic or story, or ``None``.

    Numbering, a trailing colon, brackets ("(GWT)") and "for CC-12" are ignored, and of two names
    joined by "and" the first decides, except that criteria win.
    """
    return _section(label)[0]


def section_tail(label: str) -> str:
    """What stands behind a section's name: "CC-12" of "Acceptance criteria for CC-12"."""
    return _section(label)[1]


def _section(label: str) -> tuple[SectionName | None, str]:
    label = _NUMBERING.sub("", label.strip(" \t#*_:：")).strip(" *_:：")
    if not label or len(label) > 90:
        return None, ""
    if whole := _match(label):
        return whole, ""
    tail = _TAIL.search(label)
    if tail and tail.start() > 0:
        head = label[: tail.start()]
        found = _match(head)
        if found and (tail["bracket"] or _TAKES_TAIL.search(head)):
            return found, (tail["bracket"] or tail["of"] or "").strip()
    parts = [part for part in _ALSO.split(label) if part]
    if 1 < len(parts) <= 3:
        names = [_match(part) for part in parts]
        if all(names):
            return ("criteria" if "criteria" in names else names[0]), ""
    return None, ""


def _match(label: str) -> SectionName | None:
    match = _SECTION.fullmatch(" ".join(label.split()))
    return cast(SectionName, match.lastgroup) if match else None


EPIC_WORD, STORY_WORD = ("|".join(EPIC_WORDS["labels"][name]) for name in ("epic", "story"))
SCENARIO_MARKER = _PATTERNS["scenario_marker"]
BACKGROUND_MARKER = re.compile(r"^\s*(?:background|precondition(?:s)?)\s*:\s*$", re.IGNORECASE)

MODAL = _PATTERNS["modal"]
"""A sentence that states a requirement."""
