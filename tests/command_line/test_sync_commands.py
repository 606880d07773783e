"""``sync``, ``sources`` and ``stale`` by command: JSON for scripts, and what a person reads.

``preview``: what a new version changes, as JSON and for people; kept only with ``--apply``.
"""

from __future__ import annotations

import io
import json
import sys
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from endpoint_server import endpoint_server, streams
from syncing import write

SENTENCE = "A voucher is accepted within 40 days after it was issued."
EPIC, PAGE = "vouchers.md", "rules.md"
FILES = {
    EPIC: "# CC-9 Vouchers\n\n## CC-91 Redeem a voucher\nAs a customer I want to redeem a voucher "
    f"so that I pay less.\n\nAcceptance criteria:\n- {SENTENCE}\n",
    PAGE: "# Business rules\n\n- BR-91 A voucher that has expired is refused.\n",
}
Run = Callable[..., str]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with an epic and a page beside it."""
    for name, text in FILES.items():
        write(tmp_path / "Wiki" / name, text)
    return tmp_path / "Wiki"


@pytest.mark.long
def test_a_folder_is_followed_and_what_rests_on_a_change_is_written_again(
    run: Run, folder: Path
) -> None:
    def read(*arguments: str) -> Any:
        return json.loads(run(*arguments, "--project", "P", "--json"))

    (first,) = read("sync", "--folder", str(folder), "--every", "60")
    assert (first["new"], first["failed"], first["complete"]) == (2, 0, True)
    rows = {row["external_id"]: row for row in read("sources")}
    assert set(rows) == {EPIC, PAGE}
    assert {(row["version"], row["indexed"], row["connection"]) for row in rows.values()} == {
        (1, True, "Wiki")
    }
    epic = str(folder / EPIC)
    read("generate", "--epic", epic, "--writer", "outline")
    assert len(read("sources")) == 2, "the epic that the folder holds is not kept a second time"
    assert read("stale") == []
    changed = SENTENCE.replace("40", "30")
    write(folder / EPIC, FILES[EPIC].replace(SENTENCE, changed), at=1_700_000_001)
    (again,) = read("sync", "--all")
    assert (again["changed"], again["unchanged"]) == (1, 1)
    assert [one["external_id"] for one in again["changes"]] == [EPIC]
    stale = read("stale")
    assert stale
    findings = [one for case in stale for one in case["findings"]]
    assert {(one["old"], one["new"]) for one in findings} == {(SENTENCE, changed)}
    told = run("stale", "--project", "P")
    assert f"{len(stale)} stale cases" in told
    assert "now: " in told
    assert read("stale", "--write-again") == []


def test_what_sync_and_sources_say_to_a_person(run: Run, folder: Path) -> None:
    (folder / "broken.csv").write_bytes(b"\x00\x01\x02" * 400)
    told = run("sync", "--folder", str(folder))
    assert "Wiki: 2 new, 0 changed, 0 unchanged, 0 removed, 1 could not be read" in told
    assert "failed     broken.csv" in told
    listed = run("sources")
    assert listed.splitlines()[0].split()[:2] == ["DOCUMENT", "KIND"]
    (row,) = [line for line in listed.splitlines() if line.startswith("broken.csv")]
    assert "not read" in row
    assert "0 stale cases" in run("stale")


def test_what_is_asked_wrongly_says_what_to_do(run: Run, tmp_path: Path) -> None:
    assert "Name one: sync CONNECTION" in run("sync", status=2)
    assert "Name one: sync CONNECTION" in run("sync", "Wiki", "--all", status=2)
    assert "is not a folder" in run("sync", "--folder", str(tmp_path / "none"), status=2)
    assert "no connection yet" in run("sync", "--all", status=2)
    assert "Nowhere" in run("sync", "Nowhere", status=2)


PREVIEWED = """# CC-9 Vouchers

## CC-91 Redeem a voucher
As a customer I want to redeem a voucher so that I pay less.

Acceptance criteria:
- A voucher is accepted up to 40 days after it was issued.
- An expired voucher is refused with the message "This voucher has expired."
"""


@pytest.mark.long
def test_a_change_is_told_and_kept_only_when_it_is_applied(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    old, new = tmp_path / "vouchers.md", tmp_path / "new.md"
    old.write_text(PREVIEWED, "utf-8")
    new.write_text(PREVIEWED.replace("40 days", "30 days"), "utf-8")
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
        PREVIEWED.replace('with the message "This voucher has expired."', "in red"), "utf-8"
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


@pytest.mark.long
def test_a_model_reads_the_existing_cases_beside_a_page(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    old, new, suite = (tmp_path / name for name in ("vouchers.md", "new.md", "suite.csv"))
    old.write_text(PREVIEWED, "utf-8")
    new.write_text(PREVIEWED.replace("40 days", "30 days"), "utf-8")
    suite.write_text(
        "ID,Title,Step,Expected Result\nT1,Old voucher,Redeem it on day 40,It is accepted\n",
        "utf-8",
    )
    run("index", str(old), str(suite))
    asked = "preview", "Vouchers", "--text", str(new), "--read-by", "endpoint"
    said = run(*asked, status=1)
    assert "The existing cases were not all read: " in said
    assert "The text was not kept" in said, "the preview is told all the same"
    change = {"step": 1, "words": "40", "instead": "30", "source": "accepted up to 30 days"}
    entry = {"case": "T1", "impact": "change", "changes": [change], "because": "Sooner."}
    with endpoint_server() as server:
        monkeypatch.setenv("UAT_ENDPOINT_PROVIDER", "openai")
        monkeypatch.setenv("UAT_ENDPOINT_URL", server.url)
        monkeypatch.setenv("UAT_ENDPOINT_MODEL", "m")
        server.answer = streams(json.dumps({"cases": [entry]}))
        told = json.loads(run(*asked, "--apply", "--json"))
        assert [one["case_id"] for one in told["existing_cases"]["found"]] == ["T1"]
        said = run("impact", "--page", "Vouchers", "--propose", status=1)
        assert "accepted up to 30 days" in server.bodies[-1]["messages"][-1]["content"]
        assert "changes proposed: 1" in said
        run("impact", "--changed-since", "2026-01-31", status=1)
        told = server.bodies[-1]["messages"][-1]["content"]
        assert '<changes page="Vouchers"' in told, "what it says whole: it came in since"
    assert json.loads(run("impact", "--changed-since", "2100-01-01", "--json"))["read"] == {}
    assert "“last week” is no day" in run("impact", "--changed-since", "last week", status=2)


def test_the_present_text_applied_keeps_its_version(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "vouchers.md"
    file.write_text(PREVIEWED, "utf-8")
    run("index", str(file))
    asked = "preview", "Vouchers", "--text", str(file), "--apply"
    assert json.loads(run(*asked, "--json"))["applied"] is False
    (row,) = json.loads(run("sources", "--json"))
    assert row["version"] == 1
    file.write_text(PREVIEWED.replace("40 days", "30 days"), "utf-8")
    assert json.loads(run(*asked, "--json"))["applied"] is True


def test_what_cannot_be_previewed_ends_with_one_line(run: Run, tmp_path: Path) -> None:
    old, empty = tmp_path / "vouchers.md", tmp_path / "empty.md"
    old.write_text(PREVIEWED, "utf-8")
    empty.write_text(" \n", "utf-8")
    run("index", str(old))
    assert "no document “Gift cards”" in run("preview", "Gift cards", "--text", str(old), status=2)
    assert "is not a file" in run("preview", "Vouchers", "--text", str(tmp_path), status=2)
    assert "is empty" in run("preview", "Vouchers", "--text", str(empty), status=2)


def test_sources_come_back_by_command(run: Run, folder: Path) -> None:
    def read(*arguments: str) -> Any:
        return json.loads(run("sources", *arguments, "--json"))

    run("sync", "--folder", str(folder))
    before = {row["external_id"]: row for row in read()}
    document = before[PAGE]["id"]
    changed = FILES[PAGE].replace("refused", "accepted")
    write(folder / PAGE, changed, at=1_700_000_001)
    run("sync", "--all")
    assert [(one["version"], one["by"]) for one in read("versions", "Business rules")] == [
        (2, "Tess"), (1, "Tess"),
    ]  # fmt: skip
    (back,) = read("use", document, "--version", "1")
    assert (back["version"], back["indexed_version"]) == (3, 3)
    assert "is the present text" in run("sources", "use", document, "--version", "1")
    (folder / PAGE).unlink()
    run("sync", "--all")
    (gone,) = read("removed")
    assert (gone["id"], gone["title"], gone["version"]) == (document, "Business rules", 3)
    assert document in run("sources", "removed")
    assert f"{document}: version 3 is in the project" in run("sources", "restore", document)
    assert {row["id"] for row in read()} == {row["id"] for row in before.values()}
    assert read("removed") == []


def test_what_is_restored_before_one_that_cannot_be_is_indexed(run: Run, folder: Path) -> None:
    run("sync", "--folder", str(folder))
    (folder / PAGE).unlink()
    run("sync", "--all")
    (gone,) = json.loads(run("sources", "removed", "--json"))
    said = run("sources", "restore", gone["id"], "typo", status=2)
    assert "no removed source “typo”: `sources removed`" in said
    rows = json.loads(run("sources", "--json"))
    assert [row["indexed"] for row in rows if row["id"] == gone["id"]] == [True]


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("restore",), "sources removed"),
        (("removed", "x"), "takes no document"),
        (("versions",), "Name one document"),
        (("use", "x"), "Say which version"),
    ],
)
def test_sources_says_what_is_missing(
    run: Run, folder: Path, arguments: tuple[str, ...], says: str
) -> None:
    run("sync", "--folder", str(folder))
    assert says in run("sources", *arguments, status=2)
