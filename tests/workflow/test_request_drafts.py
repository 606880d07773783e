"""A request that was begun and not sent: how long it is kept, that it is masked, and which goes."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from syncing import quick_workspace

from assistant.domain import TestCase, utc_now
from assistant.workflow.deployment import erase
from assistant.workflow.deployment.workspace import Workspace
from assistant.workflow.sources import mask_sources
from assistant.workflow.writing import request_drafts
from assistant.workflow.writing.request_drafts import RequestDraft

ME, OTHER = "a" * 32, "b" * 32
MAIL = "ada.wick@example.com"
Opened = tuple[Workspace, str]


@pytest.fixture
def opened(tmp_path: Path) -> Iterator[Opened]:
    with quick_workspace(tmp_path / "data") as (workspace, project_id, _):
        yield workspace, project_id


def test_one_that_nobody_touched_for_a_month_is_gone(
    opened: Opened, monkeypatch: pytest.MonkeyPatch
) -> None:
    workspace, project_id = opened
    long_ago = utc_now() - timedelta(days=31)
    with monkeypatch.context() as then:
        then.setattr("assistant.library.request_drafts.utc_now", lambda: long_ago)
        then.setattr("assistant.workflow.writing.request_drafts.utc_now", lambda: long_ago)
        request_drafts.keep(*opened, ME, RequestDraft(text="left"))
        then.setattr(
            "assistant.workflow.writing.request_drafts.utc_now",
            lambda: long_ago + timedelta(days=29),
        )
        assert request_drafts.find(*opened, ME)
        request_drafts.drop_old(*opened)
        assert request_drafts.find(*opened, ME), "a month is not over"
    request_drafts.keep(workspace, workspace.create_project("Else").id, ME, RequestDraft(text="a"))
    assert request_drafts.find(*opened, ME) is None
    assert workspace.project(project_id).retention_days is None
    erase.keep_limits(workspace)
    assert workspace.library.request_drafts.find(project_id, ME) is None


def test_what_was_kept_before_is_masked_when_it_is_read_and_with_what_is_stored(
    opened: Opened,
) -> None:
    workspace, project_id = opened
    kept_at = request_drafts.keep(*opened, ME, RequestDraft(text=f"Ask {MAIL}.", ask=MAIL))
    mask_sources.save_choices(*opened, enabled=True, names=())
    found = request_drafts.find(*opened, ME)
    assert found is not None
    assert MAIL not in found.draft.model_dump_json()
    mask_sources.mask_stored(*opened)
    stored = workspace.library.request_drafts.find(project_id, ME)
    assert stored is not None
    assert MAIL not in stored.body
    assert "Ask [e-mail" in stored.body
    assert stored.at == kept_at


def test_only_the_one_that_was_kept_then_is_dropped(opened: Opened) -> None:
    first = request_drafts.keep(*opened, ME, RequestDraft(text="of one tab"))
    second = request_drafts.keep(*opened, ME, RequestDraft(text="of another tab"))
    request_drafts.drop(*opened, ME, first)
    assert request_drafts.keep(*opened, ME, RequestDraft(), before=first) is None
    found = request_drafts.find(*opened, ME)
    assert found is not None
    assert (found.draft.text, found.at) == ("of another tab", second)
    assert request_drafts.keep(*opened, ME, RequestDraft(), before=second) is None
    assert request_drafts.find(*opened, ME) is None


def test_one_is_lost_when_it_gave_way_to_another_and_not_when_something_was_erased(
    opened: Opened,
) -> None:
    workspace, project_id = opened
    first = request_drafts.keep(*opened, ME, RequestDraft(text="of one tab"))
    assert first is not None
    assert not request_drafts.is_lost(*opened, ME, first)
    second = request_drafts.keep(*opened, ME, RequestDraft(text="of another tab"))
    assert not request_drafts.is_lost(*opened, ME, first), "the other one is the latest"
    request_drafts.drop(*opened, ME, second)
    assert request_drafts.is_lost(*opened, ME, first)
    workspace.library.add_case(project_id, None, TestCase(id="T-1", title="t"), by="Tess")
    erase.erase(workspace, erase.Wanted(project_id, cases=("T-1",)), by="Tess")
    assert not request_drafts.is_lost(*opened, ME, first)
