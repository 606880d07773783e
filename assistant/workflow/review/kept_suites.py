"""Checked suites as a project keeps them: the cases of a file, the criteria that people chose for
them, and what was found, until somebody deletes them, they reach the age limit or are erased.

A suite has the name of its file; the imported cases of the project are one too. The same file
again, changed, takes its place; what was chosen for a case that is in both stays chosen. What
people chose is kept apart from what was found: it is work that no check does again. Checks run in
the background, one at a time of a suite; whoever looks at it sees how far.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime
from functools import partial
from typing import TypeVar

from pydantic import Field

from assistant.domain import TestCase, Value
from assistant.errors import LibraryError
from assistant.library import SUITE_KINDS, SavedKind
from assistant.workflow.deployment.jobs import Progress, StopCheck
from assistant.workflow.deployment.workspace import Workspace
from assistant.workflow.review.case_checks import Older, SuiteCheck
from assistant.workflow.review.check_suite import (
    NONE_CHOSEN,
    check_again,
    check_cases,
    imported_cases,
    with_choices,
)
from assistant.workflow.sources.mask_sources import masked_cases

SUITE, CHECK = SUITE_KINDS
MAX_NAME = 100
"""Characters of a file's name that a suite has for its own, from its end."""
READ_HELD = 2
"""Suites, and checks, that are remembered as they were read: 2,000 cases take a second."""
IMPORTED = "Imported cases"
"""What the suite of the project's imported cases is called; the name of a file has an ending."""
V = TypeVar("V", bound=Value)


class KeptSuite(Value):
    """The cases of a file as they were read, and the criteria that people chose for them, by the
    number of the case. ``id`` is another one when another file of the name takes its place."""

    id: str = Field(default_factory=lambda: uuid.uuid4().hex[:12])
    file: str
    cases: tuple[TestCase, ...]
    chosen: dict[int, tuple[str, ...]] = Field(default_factory=dict)
    reader: str = ""
    """The model that reads the cases too, in the check that was begun last."""


class Found(Value):
    """What was found of the suite with this id."""

    suite: str
    report: SuiteCheck


class SuiteLine(Value):
    """A suite in a list: its name, when it was kept or a criterion chosen last, and by whom."""

    name: str
    at: datetime
    by: str = ""


def name_of(file: str) -> str:
    """The name that the suite of a file is kept under."""
    return " ".join(file.split())[-MAX_NAME:].strip() or "suite"


def kept(workspace: Workspace, project_id: str) -> tuple[SuiteLine, ...]:
    """The suites that a project keeps, by name."""
    saved = workspace.library.saved
    checks = {one.name: one for one in saved.names(project_id, CHECK)}
    suites = saved.names(project_id, SUITE)
    last = (max((one, checks.get(one.name, one)), key=lambda row: row.at) for one in suites)
    return tuple(SuiteLine(name=one.name, at=one.at, by=one.by) for one in last)


def find(workspace: Workspace, project_id: str, name: str) -> KeptSuite | None:
    """A suite that is kept, where there is one."""
    return _kept(workspace, project_id, SUITE, name, KeptSuite)


def found(workspace: Workspace, project_id: str, name: str) -> SuiteCheck | None:
    """What was found last of the suite that is kept now, unless that is erased."""
    held = _kept(workspace, project_id, CHECK, name, Found)
    suite = find(workspace, project_id, name)
    return held.report if held and suite and held.suite == suite.id else None


def report_file(
    workspace: Workspace,
    project_id: str,
    name: str,
    report_as: Callable[[SuiteCheck, Older], bytes],
    older: Older,
) -> bytes:
    """What was found of a suite as a file, made once for all that look at it; empty where nothing
    was found."""
    report = found(workspace, project_id, name)
    if report is None:
        return b""
    key = (report_as.__name__, name, _seq(workspace, project_id, CHECK, name), older)
    made = partial(report_as, report, older)
    return workspace.memo.get("suite reports", project_id, key, made, most=2 * READ_HELD)


def _seq(workspace: Workspace, project_id: str, kind: SavedKind, name: str) -> int | None:
    """What tells one saving of a name from the next; ``None`` where nothing is kept."""
    rows = workspace.library.saved.names(project_id, kind)
    return next((one.seq for one in rows if one.name == name), None)


def _kept(
    workspace: Workspace, project_id: str, kind: SavedKind, name: str, of: type[V]
) -> V | None:
    """What is kept under a name, read once for all that look at it."""
    saved = workspace.library.saved
    seq = _seq(workspace, project_id, kind, name)
    if seq is None:
        return None

    def read() -> V | None:
        row = saved.find(project_id, kind, name)
        return of.model_validate_json(row.body) if row else None

    return workspace.memo.get(kind, project_id, (name, seq), read, most=READ_HELD)


def keep(
    workspace: Workspace, project_id: str, file: str, cases: Sequence[TestCase], *, by: str = ""
) -> KeptSuite:
    """Keep the cases of a file as a suite, in place of an earlier one of its name.

    What was chosen stays with the cases whose id and title are in both, each once.
    """
    name = name_of(file)
    before = find(workspace, project_id, name)
    if before is not None and before.cases == tuple(cases):
        return before
    chosen: dict[int, tuple[str, ...]] = {}
    if before is not None:
        workspace.jobs.cancel(job_of(project_id, before))
        places = _places(cases)
        for case, number in _places(before.cases).items():
            if number in before.chosen and case in places:
                chosen[places[case]] = before.chosen[number]
    suite = KeptSuite(file=file, cases=tuple(cases), chosen=chosen)
    workspace.library.saved.replace(project_id, SUITE, name, suite, by=by)
    return suite


def keep_imported(workspace: Workspace, project_id: str, *, by: str = "") -> KeptSuite:
    """Keep the project's imported cases as they stand now as a suite. Raises as
    ``imported_cases``."""
    return keep(workspace, project_id, IMPORTED, imported_cases(workspace, project_id), by=by)


def _places(cases: Sequence[TestCase]) -> dict[tuple[str, str], int]:
    """The numbers of the cases by id and title, without those that share both."""
    found: dict[tuple[str, str], int] = {}
    twice = set()
    for number, case in enumerate(cases, start=1):
        key = (case.id, case.title)
        if key in found:
            twice.add(key)
        found[key] = number
    return {key: number for key, number in found.items() if key not in twice}


def delete(workspace: Workspace, project_id: str, name: str, *, by: str = "") -> None:
    """Delete a suite with what was chosen and found; cases that were imported stay imported."""
    suite = find(workspace, project_id, name)
    if suite is not None:
        workspace.jobs.cancel(job_of(project_id, suite))
    workspace.library.saved.drop(project_id, SUITE_KINDS, name, by=by)


def mask_kept(workspace: Workspace, project_id: str, *, by: str = "") -> None:
    """Mask the suites that were kept before the project was told to mask, or what. What was found
    of them goes: it quotes the cases and the sources as they were."""
    saved = workspace.library.saved
    for one in saved.names(project_id, SUITE):
        suite = find(workspace, project_id, one.name)
        if suite is None:
            continue
        workspace.jobs.cancel(job_of(project_id, suite))
        masked = masked_cases(workspace, project_id, suite.cases)
        suite = KeptSuite(file=suite.file, cases=masked, chosen=suite.chosen)
        saved.replace(project_id, SUITE, one.name, suite, by=by)
        saved.drop(project_id, (CHECK,), one.name, by=by)
    workspace.memo.forget(project_id)


# --- Checks in the background ---------------------------------------------------------------------


def job_of(project_id: str, suite: KeptSuite) -> str:
    """Id of the job that checks a suite; one at a time."""
    return f"check-{project_id}-{suite.id}"


def check(
    workspace: Workspace, project_id: str, name: str, *, reader: str = "", by: str = ""
) -> None:
    """Check all of a suite in a worker thread; cancelled, it ends after the case in hand, and keeps
    what was checked. Where it fails, what was found before is still there.

    Raises ``LibraryError`` where the suite is not kept.
    """
    suite = _held(workspace, project_id, name, reader=reader, by=by)

    def work(report: Progress, stop: StopCheck) -> None:
        checked = check_cases(
            workspace, project_id, suite.cases, file=suite.file, progress=report, cancelled=stop,
            reader=reader, chosen=suite.chosen,
        )  # fmt: skip
        _keep_found(workspace, project_id, name, suite, checked, by)
        _check_rest(workspace, project_id, name, report, stop, by)

    workspace.jobs.start_counted(job_of(project_id, suite), work)


def again(
    workspace: Workspace,
    project_id: str,
    name: str,
    numbers: Collection[int],
    *,
    chosen: Mapping[int, Sequence[str]] = NONE_CHOSEN,
    by: str = "",
) -> None:
    """Check some cases of a checked suite again in a worker thread. What is ``chosen`` is kept at
    once, and stays where the check fails; none takes a choice back.

    Raises ``LibraryError`` where the suite is not kept, or not checked yet.
    """
    before = found(workspace, project_id, name)
    if before is None:
        raise LibraryError("What was found of this suite is not kept any more. Check it again.")
    suite = _held(workspace, project_id, name, reader=before.read_by, chosen=chosen, by=by)

    def work(report: Progress, stop: StopCheck) -> None:
        _check_rest(workspace, project_id, name, report, stop, by, numbers)

    workspace.jobs.start_counted(job_of(project_id, suite), work)


def _check_rest(
    workspace: Workspace,
    project_id: str,
    name: str,
    report: Progress,
    stop: StopCheck,
    by: str,
    numbers: Collection[int] = (),
) -> None:
    """Check these cases again, and those for which something was chosen that was not checked yet:
    somebody may choose while a check runs, which then waits for no other one."""
    wanted = set(numbers)
    while not stop():
        suite = find(workspace, project_id, name)
        before = found(workspace, project_id, name)
        if suite is None or before is None:
            return  # deleted or erased meanwhile
        numbers_held = {one.number for one in before.cases}
        changed = {
            number
            for number in suite.chosen.keys() | before.chosen.keys()
            if suite.chosen.get(number) != before.chosen.get(number)
        }
        wanted |= changed & numbers_held
        if not wanted:
            return
        choices = {number: suite.chosen.get(number, ()) for number in changed}
        anew = check_again(
            workspace, project_id, before, suite.cases, wanted, progress=report, cancelled=stop,
            chosen=choices,
        )  # fmt: skip
        _keep_found(workspace, project_id, name, suite, anew, by)
        wanted = set()


def _keep_found(
    workspace: Workspace,
    project_id: str,
    name: str,
    suite: KeptSuite,
    report: SuiteCheck,
    by: str,
) -> None:
    """Keep what was found, unless the suite was deleted or another took its place meanwhile."""
    now = find(workspace, project_id, name)
    if now is not None and now.id == suite.id:
        value = Found(suite=suite.id, report=report)
        workspace.library.saved.replace(project_id, CHECK, name, value, by=by)


def _held(
    workspace: Workspace,
    project_id: str,
    name: str,
    *,
    reader: str,
    chosen: Mapping[int, Sequence[str]] = NONE_CHOSEN,
    by: str,
) -> KeptSuite:
    """The suite, kept with the reader that it gets now and with what is chosen now."""
    suite = find(workspace, project_id, name)
    if suite is None:
        raise LibraryError(
            f"No suite “{name}” is kept in this project. Upload its file to check it."
        )
    changed = {"reader": reader, "chosen": with_choices(suite.chosen, chosen)}
    now = suite.model_copy(update=changed)
    if now != suite:
        workspace.library.saved.replace(project_id, SUITE, name, now, by=by)
    return now
