"""Scores on disk as they come, so that a killed comparison goes on where it was.

One JSON line a score, written through to the disk; the last line of a killed program may be torn
and is then written anew.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path

from pydantic import ValidationError

from assistant.domain import StoryCases
from assistant.errors import AssistantError
from assistant.evaluation.records import CaseLoss, CaseScore


class ScoreLog:
    """The scores of one comparison, in a file."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def scores(self) -> tuple[CaseScore, ...]:
        """What is there so far; a torn last line is cut off.

        Raises ``AssistantError`` where any other line is not a score: another file, or damaged.
        """
        if not self._path.exists():
            return ()
        data = self._path.read_bytes()
        whole, _, torn = data.rpartition(b"\n")
        if torn:
            with self._path.open("r+b") as file:
                file.truncate(len(data) - len(torn))
        found = []
        for number, line in enumerate(whole.splitlines(), start=1):
            try:
                found.append(CaseScore.model_validate_json(line))
            except ValidationError as error:
                raise AssistantError(
                    f"Line {number} of {self._path.name} is not a score of a comparison. Remove "
                    "the file and compare again."
                ) from error
        return tuple(found)

    def add(self, score: CaseScore) -> None:
        """Append a score; when this returns, it survives a crash."""
        line = score.model_dump_json().encode("utf-8") + b"\n"
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            with self._path.open("ab") as file:
                file.write(line)
                file.flush()
                os.fsync(file.fileno())
        except OSError as error:
            raise AssistantError(
                f"The score could not be written to {self._path} ({error}). Free some space, or "
                "make the folder writable, and start again: what was scored is kept."
            ) from error


def losses_of(
    stories: Iterable[StoryCases], measured: Iterable[tuple[str, int, float]]
) -> tuple[CaseLoss, ...]:
    """Losses with their stories, from ``(case id, tokens, summed loss in nats)``.

    Raises ``AssistantError`` for a case that none of the stories has.
    """
    story_of = {case.id: item.story.key for item in stories for case in item.cases}
    found = []
    for case_id, tokens, nll in measured:
        if case_id not in story_of:
            raise AssistantError(
                f"There is a loss of case “{case_id}”, which none of the compared stories has. "
                "Measure the losses on the same stories."
            )
        found.append(CaseLoss(case_id=case_id, story_key=story_of[case_id], tokens=tokens, nll=nll))
    return tuple(found)
