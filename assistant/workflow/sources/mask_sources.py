"""Personal data in what comes into a project is masked before it is kept, where that is chosen.

Whatever brings a source, this is the one place: what is stored, indexed, quoted and put into
prompts is the masked text. It covers what has a form (see ``assistant/sources/masking``) and the
names that the project or the source gives; it makes nothing anonymous.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from assistant.domain import MaskingConfig, SourceDocument, TestCase
from assistant.errors import LibraryError
from assistant.sources.reading import Reading
from assistant.workflow.deployment.jobs import JobState
from assistant.workflow.sources.index_jobs import index_in_background

if TYPE_CHECKING:
    from assistant.workflow.deployment.workspace import Workspace

Progress = Callable[[int, int], None]
StopCheck = Callable[[], bool]


def choices(workspace: Workspace, project_id: str) -> MaskingConfig:
    """Whether a project masks what comes in, and the names it gives."""
    return workspace.project(project_id).masking


def save_choices(
    workspace: Workspace, project_id: str, *, enabled: bool, names: Sequence[str], by: str = ""
) -> MaskingConfig:
    """Keep the switch and the names, each once; what is stored already stays as it is.

    Raises ``LibraryError`` where there are too many names, or one is too long.
    """
    given = (" ".join(name.split()) for name in names)
    config = MaskingConfig(enabled=enabled, names=tuple(dict.fromkeys(filter(None, given))))
    workspace.library.save_masking(project_id, config, by=by)
    return config


def masked(workspace: Workspace, project_id: str, reading: Reading) -> Reading:
    """A reading as the project keeps it: masked where that is switched on, else the same."""
    config = choices(workspace, project_id)
    if not config.enabled:
        return reading
    from assistant.sources.masking.masking import mask_reading  # numbering plans, only where used

    return mask_reading(reading, config.names)


def masked_text(workspace: Workspace, project_id: str, text: str) -> str:
    """Words that a person writes into a source of the project, masked where that is on."""
    config = choices(workspace, project_id)
    if not config.enabled:
        return text
    from assistant.sources.masking.masking import mask_text

    return mask_text(text, config.names)


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
    """Mask the present version of every source of a project; returns how many changed.

    Each becomes a next version, not yet indexed. Earlier versions, and what runs and cases kept of
    them, stay as they are until they are erased. Raises ``LibraryError`` where masking is off.
    """
    from assistant.sources.masking.masking import SAYS, mask_reading
    from assistant.workflow.writing.answers import PREFIX as ANSWER

    library, config = workspace.library, choices(workspace, project_id)
    if not config.enabled:
        raise LibraryError("Masking is switched off in this project. Switch it on first.")
    held, changed = library.documents(project_id), 0
    for number, one in enumerate(held):
        if stopped():
            break
        progress(number, len(held))
        if library.find_document(project_id, one.id) is None:
            continue  # removed since it was listed
        document, epics, cases = library.document_parts(project_id, one.id)
        before = Reading(document=document, epics=epics, cases=cases)
        # An answer names the tester who gave it: that is part of what it is worth.
        after = mask_reading(before, config.names, authors=not one.id.startswith(ANSWER))
        if after == before:
            continue
        kept = (said for said in after.document.extraction if not said.startswith(SAYS))
        told = {"extraction": (*kept, after.report.masked)}
        library.put_document(
            project_id, after.document.model_copy(update=told), epics=after.epics,
            cases=after.cases, by=by, connection_id=one.connection_id,
        )  # fmt: skip
        changed += 1
    return changed


def mask_in_background(workspace: Workspace, project_id: str, *, by: str = "") -> None:
    """Mask what is stored in a worker thread, one a project, and index what changed."""
    job = _job(project_id)

    def work(stop: StopCheck) -> None:
        def report(done: int, total: int) -> None:
            workspace.jobs.report(job, done, total)

        if mask_stored(workspace, project_id, by=by, progress=report, stopped=stop):
            index_in_background(workspace, project_id)

    if not workspace.jobs.is_active(job):
        workspace.jobs.start(job, work)


def masking_stored(workspace: Workspace, project_id: str) -> JobState:
    """How far masking in the background is, in sources."""
    return workspace.jobs.state(_job(project_id))


def _job(project_id: str) -> str:
    return f"index-{project_id}-mask"
