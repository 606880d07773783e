"""A source comes in that the project did not have: cases that rest on another limit are told."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from pathlib import Path
from typing import Any

import pytest
from syncing import quick_workspace, sync_folder
from written_again import run_of, write_now

from assistant.errors import LibraryError
from assistant.library.lineage import LineageStore
from assistant.workflow.deployment.workspace import Workspace
from assistant.workflow.review import export_cases, preview_change, stale
from assistant.workflow.sources import import_sources
from assistant.workflow.writing.requests import GenerateRequest

EPIC = """# CC-9 Vouchers

## CC-91 Redeem a voucher
As a customer I want to redeem a voucher so that I pay less.

Acceptance criteria:
- A voucher is accepted up to 40 days after it was issued.
- An expired voucher is refused with the message "This voucher has expired."
"""
RULES = "# Voucher rules\n\n- **BR-V-01** A voucher holds at most 200 EUR.\n"
OTHER = "A voucher is accepted up to 60 days after it was issued."


class Project:
    """Vouchers with the cases of their epic, and a folder whose files are imported."""

    def __init__(self, workspace: Workspace, project_id: str, folder: Path) -> None:
        self.workspace, self.project_id, self._folder = workspace, project_id, folder

    def keep(self, name: str, text: str) -> None:
        file = self._folder / name
        file.write_text(text, "utf-8")
        import_sources.index_paths(self.workspace, self.project_id, [file])

    def preview(self, title: str, text: str) -> preview_change.ChangePreview:
        source = import_sources.preview_text(self.workspace, self.project_id, text, title=title)
        return preview_change.preview_change(self.workspace, self.project_id, source)

    def stale(self) -> dict[str, stale.StaleCase]:
        return stale.by_case(stale.stale_cases(self.workspace, self.project_id))

    def saying(self, words: str) -> set[str]:
        """Cases of the first criterion that say words, from the library alone."""
        held = self.workspace.library.cases(self.project_id)
        (first, *_), *_ = [
            [one.id for one in epic.criteria]
            for run in self.workspace.library.runs(self.project_id)
            for epic in self.workspace.library.run_epics(self.project_id, run.id)
        ]
        return {one.id for one in held if first in one.case.criterion_ids and words in one.body}


@pytest.fixture
def project(tmp_path: Path) -> Iterator[Project]:
    with quick_workspace(tmp_path / "data") as (workspace, project_id, _):
        made = Project(workspace, project_id, tmp_path)
        made.keep("vouchers.md", EPIC)
        made.keep("rules.md", RULES)
        run_of(workspace, project_id, GenerateRequest(epic_keys=("CC-9",)))
        yield made


def test_a_new_source_names_the_cases_that_say_another_limit(project: Project) -> None:
    expected = project.saying("40 days")
    assert expected
    assert project.stale() == {}
    project.keep("later.md", f"# Vouchers from 2027\n\n{OTHER} They are sent by email.\n")
    found = project.stale()
    assert set(found) == expected
    for case in found.values():
        assert not case.has_changes
        for one in case.findings:
            assert (one.change, one.quote, one.new) == ("another limit", "40 days", OTHER)
            assert "up to 40 days" in one.old
            assert one.title == "Vouchers from 2027"


def test_a_note_that_tells_the_former_limit_counts_wherever_it_holds(project: Project) -> None:
    expected = project.saying("40 days")
    note = "From Release 4.2 a voucher is accepted up to 60 days after it was issued (was 40 days)."
    project.keep("mail.md", f"# From the change board\n\n{note}\n")
    assert set(project.stale()) == expected


def test_the_preview_tells_the_sources_that_say_the_former_value(project: Project) -> None:
    project.keep("page.md", "# Gifts\n\nA gift card is sent 5 days after the order. It is free.\n")
    (told,) = project.preview(
        "Mail", "From May on a gift card is sent 2 days after the order (was 5 days)."
    ).former
    assert told.title == "Gifts"
    assert told.said == "A gift card is sent 5 days after the order."
    assert told.new.endswith("2 days after the order (was 5 days).")
    for text in ("A gift card is sent 2 days after the order.", "A card was lost (was 5 days)."):
        assert project.preview("Mail", text).former == ()


def test_a_file_of_cases_tells_another_limit_from_a_change_of_their_sources(
    project: Project,
) -> None:
    project.keep("later.md", f"# Vouchers from 2027\n\n{OTHER}\n")
    expected = len(project.saying("40 days"))
    assert expected

    def said() -> str:
        file = export_cases.export_csv(project.workspace, project.project_id)
        return "\n".join(file.warnings)

    held = len(project.workspace.library.cases(project.project_id))
    limited = f"{expected} of {held} cases for which a newer source sets another limit: "
    assert limited in said()
    assert "whose sources changed since" not in said(), "no source of theirs did"
    project.keep("vouchers.md", EPIC.replace('"This voucher has expired."', '"Too late."'))
    changed = sum(one.has_changes for one in project.stale().values())
    assert changed
    assert f"{changed} of {held} cases whose sources changed since (stale): " in said()
    assert limited in said()


def test_a_file_of_one_run_looks_at_what_that_run_read_alone(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    workspace, project_id = project.workspace, project.project_id
    (first,) = [one.id for one in workspace.library.runs(project_id)]
    second = run_of(workspace, project_id, GenerateRequest(epic_keys=("CC-9",)))
    project.keep("later.md", f"# Vouchers from 2027\n\n{OTHER}\n")
    whole = project.stale()
    asked: set[str] = set()
    real = LineageStore.chunks_of_runs

    def seen(self: LineageStore, name: str, run_ids: Collection[str]) -> Any:
        asked.update(run_ids)
        return real(self, name, run_ids)

    monkeypatch.setattr(LineageStore, "chunks_of_runs", seen)
    file = export_cases.export_csv(workspace, project_id, run_id=first)
    assert "for which a newer source sets another limit" in "\n".join(file.warnings)
    assert asked == {first}
    for run_id in (first, second.id):
        of_run = stale.stale_cases(workspace, project_id, run_id=run_id)
        assert of_run == tuple(one for one in whole.values() if one.run_id == run_id)
        assert of_run


@pytest.mark.parametrize(
    "text",
    [
        "A voucher is accepted up to 40 days after it was issued.",
        "A gift card is accepted up to 60 days after it was bought.",
        "A voucher was accepted up to 60 days after it was issued.",
        "A voucher in Ireland is accepted up to 60 days after it was issued.",
        "Voucher rules of 2019. A voucher is accepted up to 60 days after it was issued.",
        "This page is no longer valid.\n\nA voucher is accepted up to 60 days after it was issued.",
    ],
)
def test_a_source_that_agrees_or_is_about_something_else_names_none(
    project: Project, text: str
) -> None:
    project.keep("later.md", f"# More on vouchers\n\n{text}\n")
    assert project.stale() == {}


def test_a_case_is_settled_by_a_word_by_other_words_or_by_writing_it_again(
    project: Project,
) -> None:
    project.keep("later.md", f"# Vouchers from 2027\n\n{OTHER}\n")
    first, *others = project.stale().values()
    seen = [one.key for one in first.findings]
    stale.still_right(project.workspace, project.project_id, first.case_id, seen=seen, by="Tess")
    assert set(project.stale()) == {one.case_id for one in others}
    stale.undo_still_right(project.workspace, project.project_id, first.case_id, by="Tess")
    assert first.case_id in project.stale()
    write_now(project.workspace, project.project_id, [first.case_id])
    assert first.case_id not in project.stale(), "its writer had the new source before it"
    project.keep("last.md", f"# Vouchers, later still\n\n{OTHER.replace('60', '90')}\n")
    again = project.stale()[others[0].case_id]
    assert {one.new for one in again.findings} == {OTHER, OTHER.replace("60", "90")}


def test_a_source_that_a_sync_brings_counts_and_one_renamed_does_not(
    project: Project, tmp_path: Path
) -> None:
    folder = tmp_path / "wiki"
    folder.mkdir()
    page = folder / "later.md"
    page.write_text(f"# Vouchers from 2027\n\n{OTHER}\n", "utf-8")
    sync_folder(project.workspace, project.project_id, folder)
    found = project.stale()
    assert found
    write_now(project.workspace, project.project_id, list(found))
    assert project.stale() == {}
    page.rename(page.with_name("renamed.md"))
    sync_folder(project.workspace, project.project_id, folder)
    assert project.stale() == {}


def test_a_document_that_the_project_does_not_have_is_previewed(project: Project) -> None:
    before = [one.id for one in project.workspace.library.documents(project.project_id)]
    found = project.preview("Vouchers from 2027", f"{OTHER}\n")
    assert found.is_new
    assert {one.case_id for one in found.cases} == project.saying("40 days")
    assert {each.new for one in found.cases for each in one.rests_on} == {OTHER}
    assert any("60 days" in one.question.text for one in found.questions if not one.settled)
    assert [one.id for one in project.workspace.library.documents(project.project_id)] == before
    assert project.stale() == {}
    nothing = project.preview("Gift cards", "A gift card holds at most 50 EUR.")
    assert (nothing.cases, nothing.questions) == ((), ())
    preview_change.apply_change(project.workspace, project.project_id, found, by="Tess")
    assert set(project.stale()) == {one.case_id for one in found.cases}
    with pytest.raises(LibraryError, match="has changed since"):
        preview_change.apply_change(project.workspace, project.project_id, found, by="Tess")
