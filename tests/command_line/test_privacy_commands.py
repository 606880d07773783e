"""``erase`` by command: shows first, erases with ``--yes``, and says what it did not reach.

``mask`` from a shell: the switch before the first source, names of a file, what is stored.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from syncing import write

from assistant.sources.masking.recognisers import PLACEHOLDER

SECRET = "Zyxomatic"
Run = Callable[..., str]


@pytest.fixture(autouse=True)
def indexed(run: Run, tmp_path: Path) -> None:
    """Two files, one of them with the secret, indexed in the project P."""
    write(tmp_path / "files" / "rules.md", f"# Business rules\n\n- BR-1 {SECRET} is shown.\n")
    write(tmp_path / "files" / "other.md", "# Other rules\n\n- BR-2 A refund is paid.\n")
    run("index", str(tmp_path / "files"), "--project", "P")


def holds(folder: Path) -> bool:
    return any(SECRET.encode() in path.read_bytes() for path in folder.rglob("*") if path.is_file())


@pytest.mark.long
def test_a_document_is_shown_first_and_erased_when_asked(run: Run, tmp_path: Path) -> None:
    command = ("erase", "document", "file:rules.md", "--project", "P")
    assert "documents: 1" in run(*command)
    assert holds(tmp_path / "data")
    said = run(*command, "--yes")
    assert "documents: 1" in said
    assert "not reached: Files that were exported" in said
    assert not holds(tmp_path / "data")
    assert [row["id"] for row in json.loads(run("sources", "--project", "P", "--json"))] == [
        "file:other.md"
    ]


def test_a_project_is_erased_by_its_name(run: Run, tmp_path: Path) -> None:
    assert "--project" in run("erase", "project", "--yes", status=2)
    run("erase", "project", "--project", "P")
    assert holds(tmp_path / "data")
    said = run("erase", "project", "--project", "P", "--yes", "--json")
    assert len(json.loads(said)["erasure"]["documents"]) == 2
    assert not holds(tmp_path / "data")


def test_what_is_older_than_the_limit(run: Run, tmp_path: Path) -> None:
    said = run("erase", "expired", "--project", "P", "--keep-days", "30", "--yes")
    assert "nothing" in said
    assert holds(tmp_path / "data"), "it came in today"


def test_ids_are_asked_for_where_they_are_needed(run: Run) -> None:
    assert "erase case ID" in run("erase", "case", "--project", "P", status=2)
    assert "takes no id" in run("erase", "removed", "x", "--project", "P", status=2)
    assert "There is no run" in run("erase", "run", "nope", "--project", "P", status=2)


TEXT = "# Calls\n\nKlara answers anna@bank.example. Orders are kept for 10 years.\n"


@pytest.mark.long
def test_what_is_stored_is_masked_after_it_was_switched_on(
    run: Callable[..., str], tmp_path: Path
) -> None:
    page, names = tmp_path / "page.md", tmp_path / "names.txt"
    page.write_text(TEXT, encoding="utf-8")
    names.write_text("Klara\n", encoding="utf-8")
    run("index", str(page), "--project", "P")
    assert "switched off" in run("mask", "stored", "--project", "P", status=2)
    told = run("mask", "on", "--project", "P", "--names", str(names))
    assert told == "Masking is on; names of the project: 1.\n"
    assert "anna@bank.example" in run("search", "Klara", "--project", "P")
    assert "Sources that were masked now: 1." in run("mask", "stored", "--project", "P")
    found = run("search", "orders", "--project", "P")
    assert "[name] answers [e-mail]." in PLACEHOLDER.sub(r"[\1]", found)
    assert "Klara" not in found
    told = json.loads(run("mask", "stored", "--project", "P", "--json"))
    assert told == {"enabled": True, "names": 1, "sources_masked": 0}


def test_it_is_switched_on_before_anything_comes_in(
    run: Callable[..., str], tmp_path: Path
) -> None:
    page = tmp_path / "page.md"
    page.write_text(TEXT, encoding="utf-8")
    run("mask", "on", "--project", "New")
    run("index", str(page), "--project", "New")
    assert "Klara answers [e-mail " in run("search", "orders", "--project", "New")
    run("mask", "off", "--project", "New")
    assert run("mask", "--project", "New").startswith("Masking is off")


def test_a_file_of_names_that_is_none_is_told(run: Callable[..., str], tmp_path: Path) -> None:
    told = run("mask", "on", "--names", str(tmp_path / "none.txt"), status=2)
    assert "one name a line" in told
