"""Erase documents, cases, runs and projects everywhere in the data folder, and keep age limits.

Removing takes a source out of the project; it can be restored, and its history stays. Erasing
takes the words away: from the library with its history, from the files of the database and from
those of the index. It says what it cannot reach.
"""

from __future__ import annotations

import logging
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta

from assistant.domain import Value, utc_now
from assistant.errors import AssistantError, LibraryError
from assistant.failpoints import reach
from assistant.library import QUOTING_KINDS, Erasure
from assistant.library import Wanted as Wanted
from assistant.workflow.deployment import erase_marker
from assistant.workflow.deployment.workspace import Workspace
from assistant.workflow.learning.train_adapter import forget_project
from assistant.workflow.writing import request_drafts
from assistant.workflow.writing.answers import PREFIX
from assistant.workflow.writing.runs import AGAIN

EXPORTS = (
    "Files that were exported or downloaded before, and backups of the data folder, are not "
    "reached. Delete them yourself."
)
LIMIT_BY = "age limit"
log = logging.getLogger(__name__)


class Erased(Value):
    """What was erased, and where its words may still be: a sentence for each place."""

    erasure: Erasure
    unreached: tuple[str, ...] = ()


def erase_request(
    workspace: Workspace,
    project_id: str,
    *,
    document_ids: Sequence[str] = (),
    case_ids: Sequence[str] = (),
    run_ids: Sequence[str] = (),
) -> Wanted:
    """These things with what belongs to them: answers on an epic, runs that wrote again."""
    library = workspace.library
    keys = {
        epic.key
        for name in document_ids
        if library.find_document(project_id, name) is not None
        for epic in library.document_parts(project_id, name)[1]
    }
    answers = [
        one.id
        for one in library.documents(project_id)
        if one.id.startswith(PREFIX) and one.metadata.key in keys
    ]
    again = [
        one.id
        for one in library.runs(project_id)
        if any(one.id.startswith(f"{AGAIN}{name}-") for name in run_ids)
    ]
    return Wanted(
        project_id,
        documents=tuple(dict.fromkeys((*document_ids, *answers))),
        cases=tuple(dict.fromkeys(case_ids)),
        runs=tuple(dict.fromkeys((*run_ids, *again))),
    )


def erase(workspace: Workspace, what: Wanted, *, by: str) -> Erased:
    """Erase these things and all that was made of them.

    Raises ``LibraryError`` for what is not there, and while a run or an answer is written, a suite
    is checked or sources come in.
    """
    settings, erasing = workspace.settings, workspace.library.erasing
    _only_one_at_work(workspace, what.project_id)
    unreached = (*_left_elsewhere(workspace, what), *_made_of_it(workspace))
    knowledge = workspace.knowledge(what.project_id) if what.documents else None
    with _begun(workspace, what.project_id, erasing.preview(what).comparisons):
        erasure = erasing.erase(what, by=by)
    workspace.forget_contents(what.project_id)
    reach("after_erase")
    if knowledge is not None:
        for document_id in erasure.documents:
            knowledge.remove(document_id)
        if not knowledge.rewrite():
            unreached += (_on_server(workspace),)
    unreached += tuple(
        f"“{title}”, which was removed, still holds words of it: erase that too."
        for title in erasure.also_in
    )
    unreached += _files(workspace, erasure.comparisons)
    erase_marker.end(settings, what.project_id)
    return Erased(erasure=erasure, unreached=(*unreached, EXPORTS))


def removed(workspace: Workspace, project_id: str) -> Wanted:
    """The sources that were removed from a project and that its history still holds words of."""
    gone = workspace.library.erasing.removed_documents(project_id)
    return erase_request(workspace, project_id, document_ids=gone)


def project(workspace: Workspace, project_id: str, *, by: str) -> Erased:
    """Erase a project with everything in it. Raises ``LibraryError`` as ``erase``."""
    _only_one_at_work(workspace, project_id)
    unreached = _made_of_it(workspace)
    compared = [one.id for one in workspace.library.comparisons.all(project_id)]
    compared += _compared_in(workspace, project_id)
    with _begun(workspace, project_id, compared):
        erasure = workspace.library.erasing.erase_project(project_id, by=by)
    workspace.forget_contents(project_id)
    reach("after_erase")
    workspace.forget_knowledge(project_id)
    if workspace.chunks_kept_at:
        unreached += (_on_server(workspace),)
    forget_project(workspace, project_id)
    unreached += _files(workspace, compared)
    erase_marker.end(workspace.settings, project_id)
    return Erased(erasure=erasure, unreached=(*unreached, EXPORTS))


# --- Limits of age ------------------------------------------------------------------------------


def expired(workspace: Workspace, project_id: str, *, now: datetime | None = None) -> Wanted:
    """What of a project is older than its limit: nothing where it has none.

    A case or run counts from its last change; a source, removed or not, from when it was last
    stored or fetched, and not before the cases that rest on it.
    """
    library = workspace.library
    days = workspace.project(project_id).retention_days
    if days is None:
        return Wanted(project_id)
    limit = (now or utc_now()) - timedelta(days=days)
    cases = library.cases(project_id)
    young = {one.id for one in cases if one.updated_at >= limit}
    kept_runs = {one.run_id for one in cases if one.id in young}
    old_runs = [
        one.id
        for one in library.runs(project_id)
        if (one.finished_at or one.created_at) < limit
        and one.id not in kept_runs
        and not _is_for(one.id, kept_runs)
    ]
    old_cases = [
        one.id
        for one in cases
        if one.id not in young and one.document_id is None and one.run_id not in old_runs
    ]
    stored = {one.id: (one.stored_at, one.fetched_at) for one in library.documents(project_id)}
    for gone in library.removed_documents(project_id):
        stored[gone.id] = (gone.stored_at, gone.fetched_at)
    documents = [
        name
        for name, moments in stored.items()
        if max(*moments, _checked(workspace, project_id, name)) < limit
        and not young & {*library.erasing.cases_of(Wanted(project_id, documents=(name,)))}
    ]
    return erase_request(
        workspace, project_id, document_ids=documents, case_ids=old_cases, run_ids=old_runs
    )


def keep_limits(workspace: Workspace) -> None:
    """Erase in every project what is older than its limit, and requests that were begun and left
    long ago; what is busy is left for next time."""
    for one in workspace.projects():
        try:
            request_drafts.drop_old(workspace, one.id)
            if one.retention_days is None:
                continue
            limit = utc_now() - timedelta(days=one.retention_days)
            workspace.library.asked.remove_before(one.id, limit)
            workspace.library.proposals.remove_before(one.id, limit)
            workspace.library.request_drafts.remove_before(one.id, limit)
            workspace.library.saved.drop_before(one.id, QUOTING_KINDS, limit)
            old = expired(workspace, one.id)
            if old.documents or old.cases or old.runs:
                erase(workspace, old, by=LIMIT_BY)
        except AssistantError as error:
            log.warning("what is older than the limit could not be erased: %s", error)


def _is_for(run_id: str, kept: Collection[str | None]) -> bool:
    """Whether a run wrote cases again for the list of a run that is kept."""
    return any(run_id.startswith(f"{AGAIN}{name}-") for name in kept if name)


def _checked(workspace: Workspace, project_id: str, document_id: str) -> datetime:
    """When a connection last brought a document; long ago where none did."""
    origin = workspace.library.connections.origin(project_id, document_id)
    return origin.fetched_at if origin else datetime.min.replace(tzinfo=utc_now().tzinfo)


# --- What is beside the library -----------------------------------------------------------------


def _only_one_at_work(workspace: Workspace, project_id: str) -> None:
    """Nobody may write down again what is being erased."""
    workspace.take_folder()
    for prefix in (f"index-{project_id}", f"sync-{project_id}-"):
        if workspace.jobs.active_ids(prefix):
            raise LibraryError(
                "Sources of this project are being read or indexed. Let that end, then erase again."
            )
    if workspace.jobs.active_ids(f"check-{project_id}-"):
        raise LibraryError(
            "A suite is being checked in this project. Let that end, or stop it, then erase again."
        )
    if workspace.jobs.active_ids(f"impact-{project_id}-"):
        raise LibraryError(
            "Existing cases of this project are being read. Let that end, or stop it, then erase "
            "again."
        )
    if any(workspace.jobs.is_active(one.id) for one in workspace.library.asked.all(project_id)):
        raise LibraryError(
            "A question of this project is being answered. Let that end, then erase again."
        )


def _left_elsewhere(workspace: Workspace, what: Wanted) -> tuple[str, ...]:
    """Where a person keeps the same words on purpose, in this project or in another system."""
    library, project_id = workspace.library, what.project_id
    names = {one.id: one.name for one in library.connections.list(project_id)}
    titles = {one.id: one for one in library.documents(project_id)}
    gone = {one.id: one for one in library.removed_documents(project_id)}
    found: dict[str, None] = {}
    for name in what.documents:
        held = titles.get(name) or gone.get(name)
        origin = library.connections.origin(project_id, name)
        if held is not None and origin is not None and origin.connection_id in names:
            system = names[origin.connection_id]
            found[f"“{system}” still has “{held.title}”: delete it there, or it comes back."] = None
    epics = library.documents_of_epics(project_id)
    for run_id in what.runs:
        for epic in library.run_epics(project_id, run_id):
            for name in epics.get(epic.key, ()):
                if name in titles:
                    found[f"{epic.key} stays as the source “{titles[name].title}”."] = None
    held_cases = {one.id: one for one in library.cases(project_id)} if what.cases else {}
    for name in what.cases:
        document_id = held_cases[name].document_id if name in held_cases else None
        if document_id in titles and document_id not in what.documents:
            found[f"The source “{titles[document_id].title}” still holds {name}."] = None
    in_runs = {one.key for name in what.runs for one in library.run_epics(project_id, name)}
    held_by = library.erasing.held_by_removed(project_id, {*what.cases, *in_runs})
    kept = [(one, name) for one, its in held_by.items() for name in its]
    theirs = ((name, held_cases[name]) for name in what.cases if name in held_cases)
    kept += [(one.document_id or "", name) for name, one in theirs]
    for document_id, name in kept:  # a case that somebody decided on may have an id of its own
        if document_id in gone and document_id not in what.documents:
            found[
                f"“{gone[document_id].title}”, which was removed, still holds {name}: erase that "
                "too, or it comes back when the source is restored."
            ] = None
    return tuple(found)


def _made_of_it(workspace: Workspace) -> tuple[str, ...]:
    """Adapters and their training data, which cannot be searched for words."""
    settings = workspace.settings
    folders = (settings.adapters_path, settings.data_dir / "training")
    if any(path.is_file() for folder in folders for path in folder.rglob("*")):
        return ("Adapters and training data that were made of it stay: delete them where needed.",)
    return ()


def _on_server(workspace: Workspace) -> str:
    return (
        f"Qdrant at {workspace.chunks_kept_at} takes the words out of its files some time later; "
        "its snapshots keep them."
    )


@contextmanager
def _begun(workspace: Workspace, project_id: str, comparison_ids: Sequence[str]) -> Iterator[None]:
    """Noted as begun, unless the library refuses."""
    erase_marker.begin(workspace.settings, project_id, comparison_ids)
    try:
        yield
    except LibraryError:
        erase_marker.end(workspace.settings, project_id)
        raise


def _compared_in(workspace: Workspace, project_id: str) -> tuple[str, ...]:
    """Comparisons that were begun in a project: their folders tell."""
    marks = (workspace.settings.data_dir / "comparisons").glob("*/project")
    return tuple(one.parent.name for one in marks if one.read_text(encoding="utf-8") == project_id)


def _files(workspace: Workspace, comparison_ids: Sequence[str]) -> tuple[str, ...]:
    """Folders of comparisons go, the database's files are written anew; what that did not reach."""
    erase_marker.delete_comparisons(workspace.settings, comparison_ids)
    if workspace.library.erasing.compact():
        return ()
    return (
        "The database still keeps older pages: another reader has it open, or it is a server with "
        "a log of its own. Erase again later.",
    )
