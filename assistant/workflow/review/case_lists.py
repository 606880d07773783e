"""The test cases of a file on this computer, read and not kept."""

from __future__ import annotations

from pathlib import Path

from assistant.domain import TestCase
from assistant.errors import SourceError
from assistant.sources.files.batches import read_files


def cases_of_file(path: Path) -> tuple[TestCase, ...]:
    """The cases of a file or an archive, each id once.

    Raises ``SourceError`` where the file cannot be read or holds no case.
    """
    try:
        data = path.read_bytes()
    except OSError as error:
        raise SourceError(
            f"'{path}' cannot be read ({error.strerror}). Name a file that holds test cases."
        ) from error
    cases: dict[str, TestCase] = {}
    problem = ""
    for outcome in read_files(path.name, data):
        problem = problem or outcome.error
        for case in outcome.reading.cases if outcome.reading else ():
            cases.setdefault(case.id, case)
    if not cases:
        raise SourceError(problem or f"No test case was found in '{path}'. Is it the right file?")
    return tuple(cases.values())
