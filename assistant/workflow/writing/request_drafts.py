"""The request that somebody has begun in a project and not sent, kept so that a reload of the page
does not lose it.

It is masked as what is sent would be, belongs to one browser, and is dropped when its run has
begun, when it is cleared, with its project, and when nobody has touched it for a month.
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


def keep(workspace: Workspace, project_id: str, owner: str, draft: RequestDraft) -> None:
    """Keep a draft in place of the owner's earlier one; an empty one drops that, and so does a text
    that is too long to be read.

    Raises ``LibraryError`` where the project is gone.
    """
    drafts = workspace.library.request_drafts
    if draft.is_empty or len(draft.text) > MAX_PASTED_CHARACTERS:
        drafts.drop(project_id, owner)
        return
    said = {
        "text": masked_text(workspace, project_id, draft.text),
        "ask": masked_text(workspace, project_id, draft.ask),
    }
    drafts.keep(project_id, owner, draft.model_copy(update=said).model_dump_json())
    drafts.remove_before(project_id, utc_now() - timedelta(days=DAYS))


def find(workspace: Workspace, project_id: str, owner: str) -> KeptDraft | None:
    """What the owner left in a project, where something is left."""
    found = workspace.library.request_drafts.find(project_id, owner)
    if found is None:
        return None
    return KeptDraft(draft=RequestDraft.model_validate_json(found.body), at=found.at)


def drop(workspace: Workspace, project_id: str, owner: str) -> None:
    """Forget the owner's draft; nothing happens where there is none."""
    workspace.library.request_drafts.drop(project_id, owner)
