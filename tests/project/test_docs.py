"""What the pages of docs/ name is there: settings, folders, commands, names of the code.

That links and the list of pages are whole is checked by ``make docs``, where a warning is an error.
"""

from __future__ import annotations

import argparse
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from assistant.command_line import options
from assistant.settings import SECRET_PREFIX, Settings

ROOT = Path(__file__).resolve().parents[2]
DOCS = ROOT / "docs"
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted(DOCS.glob("*.md"))]
VARIABLE = re.compile(r"\bUAT_[A-Z][A-Z_]*[A-Z]\b")
ROW = re.compile(r"^\| `(UAT_[A-Z_]+(?:\.\.\.)?)` \| (?:([^|]*) \| )?[^|]+ \|$", re.MULTILINE)


def product() -> Iterator[Path]:
    """Every file of the product and its deployment in which a setting can stand."""
    yield from (ROOT / "assistant").rglob("*.py")
    yield from (ROOT / "deploy").iterdir()
    yield from (ROOT / ".ci").iterdir()
    yield from (ROOT / name for name in ("Dockerfile", "compose.yaml", "Makefile"))


def read_by_tests() -> set[str]:
    """The variables that tests and benchmarks read; those that they only set are no settings."""
    paths = [*(ROOT / "tests").rglob("*.py"), *(ROOT / "benchmarks").rglob("*.py")]
    words = "\n".join(path.read_text("utf-8") for path in paths)
    return set(re.findall(r'environ(?:\.get\(|\[)"(UAT_[A-Z_]+)"', words))


def rows() -> dict[str, str]:
    """The settings that the reference lists, with their default."""
    found = ROW.findall((DOCS / "settings.md").read_text("utf-8"))
    return {name: default.strip() for name, default in found}


def fields() -> set[str]:
    """The variables of the settings; secrets have a name each."""
    return {f"UAT_{name.upper()}" for name in Settings.model_fields if name != "secrets"}


def test_every_setting_stands_in_the_reference() -> None:
    assert fields() <= rows().keys()
    assert f"{SECRET_PREFIX}..." in rows()


def test_every_variable_of_the_code_stands_in_the_reference_and_no_other() -> None:
    words = "\n".join(path.read_text("utf-8") for path in product())
    read = set(VARIABLE.findall(words)) | fields() | read_by_tests()
    listed = {name for name in rows() if not name.endswith("...")}
    assert listed <= read
    beginnings = {name for name in read if any(row.startswith(f"{name}_") for row in listed)}
    unlisted = read - listed - beginnings
    assert {name for name in unlisted if not f"{name}_".startswith(SECRET_PREFIX)} == set()


def test_the_defaults_of_the_reference_are_those_of_the_code() -> None:
    told = rows()
    compared = 0
    for name, field in Settings.model_fields.items():
        said = told.get(f"UAT_{name.upper()}", "")
        default = field.default
        if isinstance(default, bool):
            assert said == str(int(default)), name
        elif isinstance(default, int | float):
            assert float(said) == default, name
        elif isinstance(default, str) and default:
            assert said == f"`{default}`", name
        else:
            continue
        compared += 1
    assert compared >= 12


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_files_and_folders_that_a_page_names_are_there(page: Path) -> None:
    text = page.read_text("utf-8")
    named = re.findall(
        r"`((?:assistant|tests|benchmarks|deploy|pages|examples|sample_data)/[a-z\d_./-]*)`", text
    )
    for name in named:
        assert (ROOT / name).exists(), f"{page.name} names {name}"
    for target in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", text):
        assert (page.parent / target).exists(), f"{page.name} links to {target}"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_commands_that_a_page_names_exist(page: Path) -> None:
    parser = options.build_parser()
    choices: set[str] = set()
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            choices |= set(action.choices)
    text = page.read_text("utf-8")
    named = set(re.findall(r"(?:python -m assistant|uat-assistant) ([a-z]+)\b", text))
    assert named - {"start"} <= choices


def test_every_room_has_its_part_of_the_page_of_rooms() -> None:
    text = (DOCS / "rooms.md").read_text("utf-8")
    headings = " ".join(re.findall(r"^## (.+)$", text, re.MULTILINE))
    rooms = {path.parent.name for path in (ROOT / "assistant").glob("*/__init__.py")}
    assert rooms <= set(re.findall(r"\w+", headings))


@pytest.mark.long
def test_names_of_the_code_in_the_recipes_exist() -> None:
    words = "\n".join(path.read_text("utf-8") for path in (ROOT / "assistant").rglob("*.py"))
    words += (ROOT / "app.py").read_text("utf-8")
    for page in ("extend.md", "rooms.md"):
        text = (DOCS / page).read_text("utf-8")
        names = set(re.findall(r"`([A-Z][a-z]+[A-Z]\w+|[A-Z][A-Z_]+[A-Z]|[a-z]+_[a-z_]+)\b", text))
        for name in names:
            assert re.search(rf"\b{name}\b", words), f"{page} names {name}"


def test_readme_stays_short() -> None:
    assert len((ROOT / "README.md").read_text("utf-8").splitlines()) <= 150
