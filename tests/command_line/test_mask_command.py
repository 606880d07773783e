"""``mask`` from a shell: the switch before the first source, names of a file, what is stored."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

from assistant.sources.masking.recognisers import PLACEHOLDER

TEXT = "# Calls\n\nKlara answers anna@bank.example. Orders are kept for 10 years.\n"


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
