"""The request that somebody has begun in a project and not sent, kept so that a reload of the page
does not lose it.

It is masked as what is sent would be, and belongs to one browser in one project. It is dropped
when its run has begun, when it is cleared, with its project, when a source is erased whose words it
holds, and when nobody has touched it for a month. The moment it was kept at names it: a browser has
one for all its tabs, and a tab drops none that another tab kept since.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from assistant.domain import Value, utc_now
from assistant.sources.pasted.pasted import MAX_PASTED_CHARACTERS
from assistant.workflow.deployment.workspace import Workspace
from assistant.workflow.sources.mask_sources import masked_text

DAYS = 30


class RequestDraft(Value):
    """What stands in the fields, and which of the three ways to name an epic is open."""

    way: str = ""
    text: str = ""
    ask: str = ""
    epic_keys: tuple[str, ...] = ()

    @property
    def is_empty(self) -> bool:
        """Whether nothing was asked for yet."""
        return not (self.text.strip() or self.ask.strip() or self.epic_keys)


class KeptDraft(Value):
    """A draft, and when it was last changed."""

    draft: RequestDraft
    at: datetime


def keep(
    workspace: Workspace,
    project_id: str,
    owner: str,
    draft: RequestDraft,
    *,
    before: datetime | None = None,
) -> datetime | None:
    """Keep a draft in place of the owner's earlier one; returns when it was kept.

    An empty one, or a text that is too long to be read, is not kept (``None``), and drops the one
    that was kept ``before``. Raises ``LibraryError`` where the project is gone.
    """
    if draft.is_empty or len(draft.text) > MAX_PASTED_CHARACTERS:
        drop(workspace, project_id, owner, before)
        return None
    body = _masked(workspace, project_id, draft).model_dump_json()
    return workspace.library.request_drafts.keep(project_id, owner, body)


def find(workspace: Workspace, project_id: str, owner: str) -> KeptDraft | None:
    """What the owner left in a project, where something is left: masked where the project masks by
    now."""
    found = workspace.library.request_drafts.find(project_id, owner)
    if found is None or found.at < _oldest():
        return None
    draft = RequestDraft.model_validate_json(found.body)
    return KeptDraft(draft=_masked(workspace, project_id, draft), at=found.at)


def is_lost(workspace: Workspace, project_id: str, owner: str, at: datetime) -> bool:
    """Whether the draft that was kept then gave way to another tab's, which is gone as well.

    Where something was erased since, it may have held the words, and is no loss.
    """
    library = workspace.library
    return library.request_drafts.find(project_id, owner) is None and not any(
        one.action == "erased" and one.at >= at for one in library.events(project_id, calls=False)
    )


def drop(workspace: Workspace, project_id: str, owner: str, at: datetime | None) -> None:
    """Forget the draft that was kept then; nothing happens where it is gone, or was never kept."""
    if at is not None:
        workspace.library.request_drafts.drop(project_id, owner, at)


def drop_old(workspace: Workspace, project_id: str) -> None:
    """Forget the drafts of a project that nobody has touched for a month."""
    workspace.library.request_drafts.remove_before(project_id, _oldest())


def mask_kept(workspace: Workspace, project_id: str) -> None:
    """Mask the drafts that were kept before the project was told to mask, or what."""

    def mask(body: str) -> str:
        draft = RequestDraft.model_validate_json(body)
        return _masked(workspace, project_id, draft).model_dump_json()

    workspace.library.request_drafts.rewrite(project_id, mask)


def _oldest() -> datetime:
    return utc_now() - timedelta(days=DAYS)


def _masked(workspace: Workspace, project_id: str, draft: RequestDraft) -> RequestDraft:
    said = {
        "text": masked_text(workspace, project_id, draft.text),
        "ask": masked_text(workspace, project_id, draft.ask),
    }
    return draft.model_copy(update=said)
