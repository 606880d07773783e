"""The test cases of a file on this computer or of an upload, read and not kept."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from assistant.domain import CaseOrigin, Epic, TestCase
from assistant.errors import SourceError, UnknownColumns
from assistant.sources.files.batches import read_files
from assistant.sources.grids.mapping import ColumnMapping
from assistant.training.data.case_files import gherkin_parts


def cases_of_file(path: Path) -> tuple[TestCase, ...]:
    """The cases of a file or an archive, each id once.

    Raises ``SourceError`` where the file cannot be read or holds no case.
    """
    cases: dict[str, TestCase] = {}
    problem = ""
    for outcome in read_files(path.name, bytes_of(path)):
        problem = problem or outcome.error
        for case in outcome.reading.cases if outcome.reading else ():
            cases.setdefault(case.id, case)
    if not cases:
        raise SourceError(problem or f"No test case was found in '{path}'. Is it the right file?")
    return tuple(cases.values())


def bytes_of(path: Path) -> bytes:
    """What a file holds; ``SourceError`` where it cannot be read."""
    try:
        return path.read_bytes()
    except OSError as error:
        raise SourceError(
            f"'{path}' cannot be read ({error.strerror}). Name a file that holds test cases."
        ) from error


def cases_in_bytes(
    name: str, data: bytes, *, mappings: Sequence[ColumnMapping] = ()
) -> Iterator[TestCase]:
    """The cases of a file or an archive; the scenarios of a feature file are cases.

    Raises ``SourceError`` where one of its files cannot be read, ``UnknownColumns`` where one is a
    table of cases, or the only thing there is a table, and no saved mapping reads it.
    """
    table, found = "", 0
    for outcome in read_files(name, data, mappings=mappings):
        if outcome.reading is None:
            raise SourceError(f"'{outcome.name}' cannot be read: {outcome.error}")
        reading = outcome.reading
        if reading.columns == "unsure" and not reading.cases:
            raise _unknown_columns(outcome.name)
        cases = reading.cases or [one for epic in reading.epics for one in _scenarios(epic)]
        if reading.document.kind == "table" and not cases:
            table = outcome.name
        found += len(cases)
        yield from cases
    if table and not found:
        raise _unknown_columns(table)


def _unknown_columns(name: str) -> UnknownColumns:
    return UnknownColumns(
        f"'{name}' is a table, but which of its columns hold test cases is not known for certain. "
        "Say what each of them holds and save that: Import sources, Show and correct the columns."
    )


def _scenarios(epic: Epic) -> Iterator[TestCase]:
    for criterion in epic.criteria:
        if criterion.form == "gherkin":
            before, steps = gherkin_parts(criterion.text.splitlines())
            yield TestCase(
                id=criterion.id,
                title=criterion.title or epic.story_of(criterion.id).title,
                preconditions=before,
                steps=steps,
                status="imported",
                origin=CaseOrigin(writer="import"),
            )
