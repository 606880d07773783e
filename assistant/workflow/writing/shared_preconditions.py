"""What holds before all or most cases of an epic or a story: as its text states it, and as the
cases of a run have it."""

from __future__ import annotations

from collections.abc import Sequence

from assistant.design.shared_preconditions import shared_preconditions
from assistant.domain import Epic, GenerationRun, Value
from assistant.suite.common_preconditions import common_preconditions


class SharedLine(Value):
    """One line of the panel: whose precondition it is, its words, and what makes it shared."""

    key: str
    text: str
    why: str


def of_epics(epics: Sequence[Epic]) -> tuple[SharedLine, ...]:
    """What the texts of epics and stories state for all of their criteria."""
    return tuple(
        SharedLine(
            key=one.key,
            text=one.text,
            why=f"stated for the {one.level}" if one.stated else "given in each of its criteria",
        )
        for epic in epics
        for one in shared_preconditions(epic)
    )


def of_run(run: GenerationRun) -> tuple[SharedLine, ...]:
    """What most cases of a run start from, by epic and by story."""
    return tuple(
        SharedLine(
            key=one.story_key or one.epic_key,
            text=one.text,
            why=f"{one.cases} of {one.total} cases",
        )
        for one in common_preconditions(run.cases)
    )
