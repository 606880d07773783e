"""``preview``: what a new version changes, as JSON and for people; kept only with ``--apply``."""

from __future__ import annotations

import io
import json
import sys
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import pytest

Run = Callable[..., str]
EPIC = """# CC-9 Vouchers

## CC-91 Redeem a voucher
As a customer I want to redeem a voucher so that I pay less.

Acceptance criteria:
- A voucher is accepted up to 40 days after it was issued.
- An expired voucher is refused with the message "This voucher has expired."
"""


def test_a_change_is_told_and_kept_only_when_it_is_applied(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    old, new = tmp_path / "vouchers.md", tmp_path / "new.md"
    old.write_text(EPIC, "utf-8")
    new.write_text(EPIC.replace("40 days", "30 days"), "utf-8")
    run("index", str(old))
    run("generate", "--epic", str(old))
    told = json.loads(run("preview", "epic:CC-9", "--text", str(new), "--json"))
    assert told["applied"] is False
    assert told["counts"]["changed"] == 1
    resting = {one["case_id"] for one in told["cases"] if one["rests_on"]}
    assert len(resting) == told["counts"]["rests_on_what_changes"] > 0
    assert {one["criterion_id"] for one in told["checklist"]["arising"]} == {"CC-91-AC1"}
    said = run("preview", "Vouchers", "--text", str(new))
    assert "today: A voucher is accepted up to 40 days after it was issued." in said
    assert "then:  A voucher is accepted up to 30 days after it was issued." in said
    assert all(name in said for name in resting)
    other = tmp_path / "other.md"
    other.write_text(
        EPIC.replace('with the message "This voucher has expired."', "in red"), "utf-8"
    )
    told = run("preview", "Vouchers", "--text", str(other))
    assert "step 1, not in what its run read: “" in told
    assert "stands in no source of this case." in told
    assert json.loads(run("stale", "--json")) == []
    (row,) = json.loads(run("sources", "--json"))
    assert row["version"] == 1
    given = SimpleNamespace(buffer=io.BytesIO(new.read_bytes()))
    monkeypatch.setattr(sys, "stdin", given)
    run("preview", "Vouchers", "--text", "-", "--apply")
    (row,) = json.loads(run("sources", "--json"))
    assert (row["version"], row["indexed"]) == (2, True)
    assert {one["case_id"] for one in json.loads(run("stale", "--json"))} == resting


def test_the_present_text_applied_keeps_its_version(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "vouchers.md"
    file.write_text(EPIC, "utf-8")
    run("index", str(file))
    asked = "preview", "Vouchers", "--text", str(file), "--apply"
    assert json.loads(run(*asked, "--json"))["applied"] is False
    (row,) = json.loads(run("sources", "--json"))
    assert row["version"] == 1
    file.write_text(EPIC.replace("40 days", "30 days"), "utf-8")
    assert json.loads(run(*asked, "--json"))["applied"] is True


def test_what_cannot_be_previewed_ends_with_one_line(run: Run, tmp_path: Path) -> None:
    old, empty = tmp_path / "vouchers.md", tmp_path / "empty.md"
    old.write_text(EPIC, "utf-8")
    empty.write_text(" \n", "utf-8")
    run("index", str(old))
    assert "no document “Gift cards”" in run("preview", "Gift cards", "--text", str(old), status=2)
    assert "is not a file" in run("preview", "Vouchers", "--text", str(tmp_path), status=2)
    assert "is empty" in run("preview", "Vouchers", "--text", str(empty), status=2)
