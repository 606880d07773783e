"""What several tests of this room ask of readings and of the cases in them."""

from __future__ import annotations

import re

from assistant.domain import TestCase
from assistant.sources.pasted.lines import unmarked
from assistant.sources.reading import Reading


def represented(reading: Reading) -> set[str]:
    """All words that a reading holds outside of its document's text."""
    meta = reading.document.metadata
    parts = [reading.document.title, meta.project, meta.release, meta.team, meta.author, meta.key]
    parts += meta.labels
    for epic in reading.epics:
        parts += [epic.key, epic.title, epic.description, epic.release, epic.team, *epic.labels]
        for story in epic.stories:
            parts += [story.key, story.title, story.narrative, *story.labels]
            parts += [story.release, story.team, story.sprint]
            for criterion in story.criteria:
                parts += [criterion.id, criterion.text, criterion.title]
    for case in reading.cases:
        parts.append(case.model_dump_json())
    parts += [piece.text for piece in reading.unread]
    parts += reading.notes
    return {word.casefold() for word in re.findall(r"\w+", "\n".join(parts))}


def sound(reading: Reading) -> None:
    """Asserts what holds for every reading: unique ids, right offsets, reasons for the unread."""
    text = reading.document.text
    epics = [epic.key for epic in reading.epics]
    stories = [story.key for epic in reading.epics for story in epic.stories]
    criteria = [c for epic in reading.epics for c in epic.criteria]
    ids = [criterion.id for criterion in criteria]
    for names in (epics, stories, ids):
        assert len(set(names)) == len(names), f"ids are not unique: {names}"
        assert all(name.strip() for name in names)
    for criterion in criteria:
        assert criterion.text.strip(), criterion
        assert (criterion.start is None) == (criterion.end is None)
        if criterion.start is not None:
            assert unmarked(text[criterion.start : criterion.end]) == criterion.text
    for piece in reading.unread:
        assert piece.reason
        if piece.end:
            assert text[piece.start : piece.end].strip() == piece.text.strip()


def steps_of(case: TestCase) -> list[tuple[str, str]]:
    """Action and expected result of each step."""
    return [(step.action, step.expected_result) for step in case.steps]


def whole_steps_of(case: TestCase) -> list[tuple[str, str, str]]:
    """Action, data and expected result of each step."""
    return [(step.action, step.test_data, step.expected_result) for step in case.steps]
