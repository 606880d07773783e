"""Numbers with their nouns, and moments, as people read them."""

from __future__ import annotations

from datetime import datetime

FORMS = {
    "epic": "epics",
    "story": "stories",
    "criterion": "criteria",
    "case": "cases",
    "verdict": "verdicts",
    "run": "runs",
    "draft": "drafts",
    "item": "items",
    "source": "sources",
    "passage": "passages",
    "question": "questions",
    "fault": "faults",
    "test case": "test cases",
    "file": "files",
    "step": "steps",
    "row": "rows",
    "column": "columns",
    "link": "links",
    "missing case": "missing cases",
    "stale case": "stale cases",
    "existing case": "existing cases",
    "imported case": "imported cases",
    "other case": "other cases",
    "other imported case": "other imported cases",
    "other written case": "other written cases",
    "document": "documents",
    "version": "versions",
    "sentence": "sentences",
    "changed sentence": "changed sentences",
    "tick": "ticks",
    "piece not understood": "pieces not understood",
    "pair": "pairs",
    "older talk": "older talks",
}


def counted(number: int, noun: str) -> str:
    """``counted(1, "story")`` is "1 story", ``counted(2, "story")`` is "2 stories"."""
    return f"{number} {noun if number == 1 else FORMS[noun]}"


def listed(counts: dict[str, int]) -> str:
    """The counts that are not zero, as a list of nouns."""
    return ", ".join(counted(number, noun) for noun, number in counts.items() if number)


def date_time(moment: datetime | None, never: str = "") -> str:
    """A moment in the clock of this computer; ``never`` where there is none."""
    return f"{moment.astimezone():%d %b %Y, %H:%M}" if moment else never
