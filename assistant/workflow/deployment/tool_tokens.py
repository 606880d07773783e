"""Tokens of the people whose programs use a project's tools.

A token is shown once, when it is made; its SHA-256 is kept, with the project and the person. It is
256 random bits, so that nobody finds it by trying, whatever the hash. It ends after some
days; one that an earlier version kept has no end.
"""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
from datetime import datetime, timedelta
from typing import Final

from pydantic import Field

from assistant.domain import Value, utc_now
from assistant.errors import LibraryError, TokenEnded
from assistant.library.storage.records import SavedValue
from assistant.workflow.deployment.workspace import Workspace

KIND: Final = "tool token"
DAYS = 90
"""How long a token is good for, unless somebody says otherwise."""
MOST_DAYS = 3_650
_FORM = re.compile(r"uat_[A-Za-z0-9_-]{43}")


class SavedToken(Value):
    """What is kept of a token."""

    sha256: str
    made_at: datetime = Field(default_factory=utc_now)
    ends_at: datetime | None = None


class TokenHolder(Value):
    """A person with a token for one project; without ``ends_at`` it never ends."""

    name: str
    project_id: str
    made_at: datetime
    ends_at: datetime | None = None

    @property
    def ended(self) -> bool:
        """Whether the token is worth nothing any more."""
        return self.ends_at is not None and self.ends_at <= utc_now()


def add(workspace: Workspace, project_id: str, name: str, *, days: int = DAYS, by: str = "") -> str:
    """Make a token for a person, good for ``days``, and return it; it cannot be shown again.

    It takes the place of one that has ended. Raises ``LibraryError`` where the name is empty, too
    long, or has a token that is still good, and for less than a day or more than ten years.
    """
    if not 1 <= days <= MOST_DAYS:
        raise LibraryError(f"A token is good for 1 to {MOST_DAYS} days. Choose a number of them.")
    person = " ".join(name.split())
    if any(one.name == person and not one.ended for one in holders(workspace, project_id)):
        raise LibraryError(f"“{person}” has a token already. Revoke it, or add another name.")
    token = f"uat_{secrets.token_urlsafe(32)}"
    kept = SavedToken(sha256=hash_of(token), ends_at=utc_now() + timedelta(days=days))
    workspace.library.saved.save(project_id, KIND, person, kept, by=by)
    return token


def revoke(workspace: Workspace, project_id: str, name: str, *, by: str = "") -> None:
    """Make a person's token worthless at once; ``LibraryError`` where there is none."""
    person = " ".join(name.split())
    if all(one.name != person for one in holders(workspace, project_id)):
        raise LibraryError(f"“{person}” has no token in this project. See: tokens list.")
    workspace.library.saved.remove(project_id, KIND, person, by=by)


def holders(workspace: Workspace, project_id: str) -> tuple[TokenHolder, ...]:
    """Who has a token for the project, by name."""
    kept = workspace.library.saved.latest(project_id, KIND)
    return tuple(_read(project_id, one)[0] for one in kept)


def holder_of(workspace: Workspace, token: str) -> TokenHolder | None:
    """Whose token this is; ``None`` for any other text. Raises ``TokenEnded`` for one past its end.

    Every kept hash is compared, each in a time that does not depend on where they differ.
    """
    if not _FORM.fullmatch(token):
        return None
    given = hash_of(token)
    found = None
    for project_id, saved in workspace.library.saved.latest_everywhere(KIND):
        holder, kept = _read(project_id, saved)
        if hmac.compare_digest(kept.sha256, given):
            found = holder
    if found is not None and found.ended:
        raise TokenEnded(
            f"This token ended on {found.ends_at:%d %b %Y}. Make another one with: tokens add NAME."
        )
    return found


def _read(project_id: str, saved: SavedValue) -> tuple[TokenHolder, SavedToken]:
    token = SavedToken.model_validate_json(saved.body)
    holder = TokenHolder(
        name=saved.name, project_id=project_id, made_at=token.made_at, ends_at=token.ends_at
    )
    return holder, token


def holds_token(text: str) -> bool:
    """Whether something of a token's form stands in a text, where none belongs."""
    return _FORM.search(text) is not None


def hash_of(token: str) -> str:
    """The SHA-256 that is kept of a token."""
    return hashlib.sha256(token.encode()).hexdigest()
