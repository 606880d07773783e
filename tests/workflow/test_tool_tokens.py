"""Tokens for a project's tools: shown once, kept as a hash, gone with their project."""

from __future__ import annotations

import hashlib
from contextlib import AbstractContextManager
from datetime import datetime, timedelta

import pytest
from sqlalchemy import Connection

from assistant.domain import Value, utc_now
from assistant.errors import LibraryError, TokenEnded
from assistant.library.storage.database import Database
from assistant.workflow.deployment import erase, tool_tokens
from assistant.workflow.deployment.workspace import Workspace


def test_only_the_hash_is_kept(workspace: Workspace, project_id: str) -> None:
    token = tool_tokens.add(workspace, project_id, " Ann  Lee ", by="Tess")
    holder = tool_tokens.holder_of(workspace, token)
    assert holder is not None
    assert (holder.name, holder.project_id) == ("Ann Lee", project_id)
    (saved,) = workspace.library.saved.history(project_id, tool_tokens.KIND)
    assert token not in saved.body
    assert hashlib.sha256(token.encode()).hexdigest() in saved.body
    (event,) = workspace.library.events(project_id, limit=1)
    assert (event.by, event.action, event.detail) == ("Tess", "saved tool token", "Ann Lee")


def test_a_token_is_looked_up_by_one_query(
    workspace: Workspace, project_id: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    token = tool_tokens.add(workspace, project_id, "Ann")
    for name in ("One", "Two", "Three"):
        tool_tokens.add(workspace, workspace.create_project(name).id, "Ann")
    read, times = Database.read, []

    def counted(database: Database) -> AbstractContextManager[Connection]:
        times.append(1)
        return read(database)

    monkeypatch.setattr(Database, "read", counted)
    holder = tool_tokens.holder_of(workspace, token)
    assert holder is not None
    assert (holder.project_id, len(times)) == (project_id, 1)


@pytest.mark.parametrize("text", ["", "uat_", "x" * 47, "uat_" + "A" * 43, "uat_" + "ä" * 43])
def test_any_other_text_is_nobodys(workspace: Workspace, project_id: str, text: str) -> None:
    tool_tokens.add(workspace, project_id, "Ann")
    assert tool_tokens.holder_of(workspace, text) is None


def test_a_revoked_token_is_nobodys_and_a_new_one_is_another(
    workspace: Workspace, project_id: str
) -> None:
    first = tool_tokens.add(workspace, project_id, "Ann")
    with pytest.raises(LibraryError, match="has a token already"):
        tool_tokens.add(workspace, project_id, "Ann")
    tool_tokens.revoke(workspace, project_id, "Ann")
    assert tool_tokens.holder_of(workspace, first) is None
    second = tool_tokens.add(workspace, project_id, "Ann")
    assert second != first
    assert tool_tokens.holder_of(workspace, first) is None
    assert tool_tokens.holder_of(workspace, second) is not None


@pytest.mark.parametrize("name", ["", "   ", "x" * 121])
def test_a_name_that_cannot_be_kept_is_refused(
    workspace: Workspace, project_id: str, name: str
) -> None:
    with pytest.raises(LibraryError):
        tool_tokens.add(workspace, project_id, name)
    with pytest.raises(LibraryError):
        tool_tokens.revoke(workspace, project_id, name)


def test_tokens_go_with_their_project(workspace: Workspace) -> None:
    other = workspace.create_project("Other")
    token = tool_tokens.add(workspace, other.id, "Ann")
    erase.project(workspace, other.id, by="Tess")
    assert tool_tokens.holder_of(workspace, token) is None


def ended(workspace: Workspace, project_id: str) -> str:
    """Ann's token, past its end."""
    token = "uat_" + "A" * 43
    yesterday = utc_now() - timedelta(days=1)
    kept = tool_tokens.SavedToken(sha256=tool_tokens.hash_of(token), ends_at=yesterday)
    workspace.library.saved.save(project_id, tool_tokens.KIND, "Ann", kept)
    return token


def test_a_token_ends_after_its_days(workspace: Workspace, project_id: str) -> None:
    tool_tokens.add(workspace, project_id, "Ann")
    tool_tokens.add(workspace, project_id, "Bob", days=1)
    days = [one.ends_at - one.made_at for one in tool_tokens.holders(workspace, project_id)
            if one.ends_at is not None]  # fmt: skip
    assert [round(one / timedelta(days=1), 3) for one in days] == [90, 1]


def test_an_ended_token_says_so_and_the_next_one_takes_its_place(
    workspace: Workspace, project_id: str
) -> None:
    token = ended(workspace, project_id)
    with pytest.raises(TokenEnded, match=r"ended on \d\d .* tokens add NAME"):
        tool_tokens.holder_of(workspace, token)
    second = tool_tokens.add(workspace, project_id, "Ann")
    assert tool_tokens.holder_of(workspace, second) is not None
    assert tool_tokens.holder_of(workspace, token) is None
    assert len(tool_tokens.holders(workspace, project_id)) == 1


@pytest.mark.parametrize("days", [0, -1, 3_651])
def test_days_that_make_no_sense_are_refused(
    workspace: Workspace, project_id: str, days: int
) -> None:
    with pytest.raises(LibraryError, match="1 to 3650 days"):
        tool_tokens.add(workspace, project_id, "Ann", days=days)
    assert not tool_tokens.holders(workspace, project_id)


def test_a_token_of_an_earlier_version_has_no_end(workspace: Workspace, project_id: str) -> None:
    class Earlier(Value):
        sha256: str
        made_at: datetime

    token = "uat_" + "B" * 43
    long_ago = utc_now() - timedelta(days=4_000)
    kept = Earlier(sha256=tool_tokens.hash_of(token), made_at=long_ago)
    workspace.library.saved.save(project_id, tool_tokens.KIND, "Ann", kept)
    holder = tool_tokens.holder_of(workspace, token)
    assert holder is not None
    assert (holder.ends_at, holder.ended) == (None, False)
