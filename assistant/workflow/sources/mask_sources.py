"""Personal data in what comes into a project is masked before it is kept, where that is chosen.

Whatever brings a source, this is the one place: what is stored, indexed, quoted and put into
prompts is the masked text. It covers what has a form (see ``assistant/sources/masking``) and the
names that the project or the source gives; it makes nothing anonymous.
"""

from __future__ import annotations

from collections.abc import Sequence
from secrets import token_hex
from typing import TYPE_CHECKING

from assistant.domain import MaskingConfig, SourceDocument, TestCase
from assistant.errors import LibraryError
from assistant.library import StoredDocument
from assistant.sources.reading import Reading
from assistant.workflow.deployment.jobs import Progress, StopCheck
from assistant.workflow.sources.index_jobs import index_in_background

if TYPE_CHECKING:
    from assistant.workflow.deployment.workspace import Workspace

_TRIES = 5


def save_choices(
    workspace: Workspace, project_id: str, *, enabled: bool, names: Sequence[str], by: str = ""
) -> MaskingConfig:
    """Keep the switch and the names, each once; what is stored already stays as it is.

    Raises ``LibraryError`` where there are too many names, or one is too long.
    """
    given = (" ".join(name.split()) for name in names)
    config = MaskingConfig(
        enabled=enabled,
        names=tuple(dict.fromkeys(filter(None, given))),
        key=workspace.project(project_id).masking.key or token_hex(16),
    )
    workspace.library.save_masking(project_id, config, by=by)
    return config


def masked(workspace: Workspace, project_id: str, reading: Reading) -> Reading:
    """A reading as the project keeps it: masked where that is switched on, else the same."""
    config = workspace.project(project_id).masking
    if not config.enabled:
        return reading
    from assistant.sources.masking.masking import mask_reading  # numbering plans, only where used

    return mask_reading(reading, config.names, key=config.key)


def masked_text(workspace: Workspace, project_id: str, text: str) -> str:
    """Words that a person or a program hands in, masked where that is on."""
    config = workspace.project(project_id).masking
    if not config.enabled:
        return text
    from assistant.sources.masking.masking import mask_text

    return mask_text(text, config.names, key=config.key)


def masked_cases(
    workspace: Workspace, project_id: str, cases: Sequence[TestCase]
) -> tuple[TestCase, ...]:
    """Test cases that are looked at and not kept, masked where that is on."""
    document = SourceDocument(id="", kind="test_cases", title="", text="", content_hash="")
    return masked(workspace, project_id, Reading(document=document, cases=tuple(cases))).cases


def mask_stored(
    workspace: Workspace,
    project_id: str,
    *,
    by: str = "",
    progress: Progress = lambda done, total: None,
    stopped: StopCheck = lambda: False,
) -> int:
    """Mask the present version of every source of a project, the requests that were begun in it
    and not sent, and the checked suites; returns how many sources changed.

    Each becomes a next version, not yet indexed; its imported cases keep what was edited and
    decided, in masked words. What is stored or removed meanwhile is read again or left alone.
    Earlier versions, and what runs and cases kept of them, stay as they are until they are erased.
    Raises ``LibraryError`` where masking is off, or a source changes each time it is read.
    """
    library, config = workspace.library, workspace.project(project_id).masking
    if not config.enabled:
        raise LibraryError("Masking is switched off in this project. Switch it on first.")
    from assistant.workflow.review import kept_suites
    from assistant.workflow.writing import request_drafts

    request_drafts.mask_kept(workspace, project_id)
    kept_suites.mask_kept(workspace, project_id, by=by)
    held, changed = library.documents(project_id), 0
    with_cases = {one.document_id for one in library.cases(project_id)}
    for number, one in enumerate(held):
        if stopped():
            break
        progress(number, len(held))
        changed += mask_source(
            workspace, project_id, one.id, config, has_cases=one.id in with_cases, by=by
        )
    return changed


def mask_source(
    workspace: Workspace,
    project_id: str,
    document_id: str,
    config: MaskingConfig,
    *,
    has_cases: bool,
    by: str,
) -> bool:
    """Mask the present version of a source as ``mask_stored`` does; whether that changed it."""
    for tries_left in reversed(range(_TRIES)):
        held = workspace.library.find_document(project_id, document_id)
        if held is None:
            return False  # removed since it was listed
        try:
            with_cases = has_cases or held.case_count > 0
            return _mask_version(workspace, project_id, held, config, with_cases=with_cases, by=by)
        except LibraryError:  # it, or a case of it, was changed or removed since it was read
            if not tries_left:
                raise
    return False


def _mask_version(
    workspace: Workspace,
    project_id: str,
    held: StoredDocument,
    config: MaskingConfig,
    *,
    with_cases: bool,
    by: str,
) -> bool:
    library = workspace.library
    document, epics, cases = library.document_parts(project_id, held.id, held.version)
    before = Reading(document=document, epics=epics, cases=cases)
    after = masked_again(before, config)
    if after == before:
        return False
    stored = library.cases(project_id) if with_cases else ()
    present = [one for one in stored if one.document_id == held.id]
    theirs = before.model_copy(update={"cases": tuple(one.case for one in present)})
    words = masked_again(theirs, config).cases
    library.put_document(
        project_id, after.document, epics=after.epics, cases=after.cases,
        by=by, connection_id=held.connection_id, expected_version=held.version,
        masked={one.id: (one, case) for one, case in zip(present, words, strict=True)},
    )  # fmt: skip
    return True


def masked_again(stored: Reading, config: MaskingConfig) -> Reading:
    """A version that was stored, as it is kept from now on: masked where that is on, which its
    document says; the same where nothing in it is to be masked."""
    if not config.enabled:
        return stored
    from assistant.sources.masking.masking import SAYS, mask_reading
    from assistant.workflow.writing.answers import PREFIX as ANSWER

    # An answer names the tester who gave it: that is part of what it is worth.
    authors = not stored.document.id.startswith(ANSWER)
    after = mask_reading(stored, config.names, key=config.key, authors=authors)
    if after == stored:
        return stored
    told = (said for said in after.document.extraction if not said.startswith(SAYS))
    return after.changed({"extraction": (*told, after.report.masked)})


def mask_in_background(workspace: Workspace, project_id: str, *, by: str = "") -> None:
    """Mask what is stored in a worker thread, one a project, and index what changed."""

    def work(report: Progress, stop: StopCheck) -> None:
        if mask_stored(workspace, project_id, by=by, progress=report, stopped=stop):
            index_in_background(workspace, project_id)

    workspace.jobs.start_counted(job_of(project_id), work)


def job_of(project_id: str) -> str:
    """Id of the job that masks what a project has stored, in sources."""
    return f"index-{project_id}-mask"
