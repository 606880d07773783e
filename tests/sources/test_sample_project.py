"""The sample project parses whole: nothing that matters is left unread."""

from __future__ import annotations

from pathlib import Path

import pytest
from reading_checks import sound

from assistant.sources.files.files import read_file


def files(folder: Path) -> list[Path]:
    found = sorted(folder.glob("*.md"))
    if not found:
        pytest.skip(f"{folder.name} holds no Markdown")
    return found


def test_epics(project_root: Path) -> None:
    for path in files(project_root / "sample_data/epics"):
        reading = read_file(path.name, path.read_bytes())
        sound(reading)
        (epic,) = reading.epics
        assert reading.document.kind == "epic", path.name
        assert path.name.startswith(epic.key)
        assert epic.release.startswith("Drop-")
        assert epic.team
        assert epic.stories
        assert all(story.criteria for story in epic.stories), path.name
        assert all(criterion.id.startswith(epic.key.split("-")[0]) for criterion in epic.criteria)
        assert not reading.unread


def test_wiki_pages(project_root: Path) -> None:
    kinds = []
    for path in files(project_root / "sample_data/wiki"):
        reading = read_file(path.name, path.read_bytes())
        kinds.append(reading.document.kind)
        assert reading.document.metadata.team
        assert not reading.epics
        assert not reading.unread
    assert set(kinds) == {"rules", "page"}


def test_existing_cases(project_root: Path) -> None:
    path = project_root / "sample_data/existing_cases.csv"
    if not path.is_file():
        pytest.skip("the sample cases are absent")
    reading = read_file(path.name, path.read_bytes())
    assert len(reading.cases) >= 60
    assert all(case.steps and case.title and case.story_key for case in reading.cases)
    assert all(step.action and step.expected_result for c in reading.cases for step in c.steps)
    assert not reading.unread
