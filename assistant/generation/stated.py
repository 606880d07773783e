"""Preconditions that hold for every case of an epic or a story, as lines of a case."""

from __future__ import annotations

from collections.abc import Iterator

from assistant.design.shared import as_line, stated_preconditions
from assistant.generation.case_plan import Line
from assistant.generation.proof.passages import Sources, quoted
from assistant.generation.writer import CaseBrief


def stated_lines(brief: CaseBrief, sources: Sources) -> Iterator[Line]:
    """What the epic and the story state for all of their criteria, one line for each."""
    for text in (brief.epic.description, brief.story.narrative):
        for words in stated_preconditions(text):
            found = (quoted(one, words, "precondition") for one in sources.passages)
            citation = next((one for one in found if one is not None), None)
            yield Line(as_line(words), (citation,) if citation else ())
