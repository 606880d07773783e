"""A new version of a rules page is previewed and kept: the cases and the question that the preview
announced are those that the project tells afterwards."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from syncing import quick_workspace
from written_again import run_of

from assistant.domain import TestStep
from assistant.workflow.deployment.workspace import Workspace
from assistant.workflow.review import next_proof, preview_change, stale
from assistant.workflow.review.preview_change import ChangePreview
from assistant.workflow.review.stale import StaleCase
from assistant.workflow.sources import import_sources, next_version
from assistant.workflow.writing import runs
from assistant.workflow.writing.requests import GenerateRequest
from assistant.workflow.writing.runs import RunView

EPIC = """# LN-4 Library loans

## LN-41 Lend a book
As a librarian I want to lend a book so that a reader can take it home.

Acceptance criteria:
- A book returned more than 21 days after the date of the loan is booked as "Overdue".
- The reader gets a receipt by email.
- A reader under 16 pays the young reader fee as well (see house rules BR-12).
- A reader without a card is sent to the desk.
"""
LATE = "A book is late if it is returned more than 21 days after the date of the loan."
FEE = "If the reader is under 16, a young reader fee of £3 applies."
RULES = (
    f"# House rules\n\nBR-1 {LATE}\n\nBR-12 {FEE}\n\nBR-2 A shelf holds at most 40 books.\n\n"
    "BR-3 A lost card costs £5.\n"
)
LATER, FEE_NOW = LATE.replace("21", "14"), FEE.replace("£3", "£4")


class Project:
    """A rules page, an epic with its outlines, and what is told of them."""

    def __init__(self, workspace: Workspace, project_id: str, rules: str = RULES) -> None:
        self.workspace, self.project_id = workspace, project_id
        self.run_id = run_of(workspace, project_id, GenerateRequest(epic_keys=("LN-4",))).id
        documents = workspace.library.documents(project_id)
        (self.document,) = [one.id for one in documents if one.kind == "rules"]

    def preview(self, old: str, new: str) -> ChangePreview:
        text = next_version.present_text(self.workspace, self.project_id, self.document)
        assert old in text
        source = next_version.read_next_text(
            self.workspace, self.project_id, self.document, text.replace(old, new)
        )
        return preview_change.preview_change(self.workspace, self.project_id, source)

    def keep(self, found: ChangePreview) -> None:
        preview_change.apply_change(self.workspace, self.project_id, found, by="Ann")

    def stale(self) -> dict[str, StaleCase]:
        return stale.by_case(stale.stale_cases(self.workspace, self.project_id))

    def view(self) -> RunView:
        read = runs.view(self.workspace, self.project_id, self.run_id)
        return runs.with_present_text(self.workspace, self.project_id, read)

    def traced_to(self, words: str) -> set[str]:
        (epic,) = self.workspace.library.run_epics(self.project_id, self.run_id)
        (criterion,) = [one.id for one in epic.criteria if words in one.text]
        held = self.workspace.library.cases(self.project_id)
        found = {one.id for one in held if criterion in one.case.criterion_ids}
        assert found
        return found

    def say(self, case_id: str, title: str, action: str) -> None:
        stored = self.workspace.library.case(self.project_id, case_id)
        step = TestStep(number=1, action=action, expected_result="It is done.")
        edited = stored.case.model_copy(
            update={"title": title, "steps": (step,), "citations": (), "preconditions": ()}
        )
        self.workspace.library.update_case(
            self.project_id, edited, expected_version=stored.row_version, by="Tess"
        )


@pytest.fixture
def files(tmp_path: Path) -> list[Path]:
    (tmp_path / "loans.md").write_text(EPIC, "utf-8")
    (tmp_path / "house-rules.md").write_text(RULES, "utf-8")
    return [tmp_path / "loans.md", tmp_path / "house-rules.md"]


@pytest.fixture
def project(tmp_path: Path, files: list[Path]) -> Iterator[Project]:
    with quick_workspace(tmp_path / "data") as (workspace, project_id, _):
        import_sources.index_paths(workspace, project_id, files)
        yield Project(workspace, project_id)


def test_what_the_new_text_denies_is_stale_once_it_is_kept(project: Project) -> None:
    found = project.preview("21 days", "14 days")
    expected = project.traced_to("21 days")
    assert {one.case_id for one in found.cases if one.is_denied} == expected
    project.keep(found)
    told = project.stale()
    assert set(told) == {one.case_id for one in found.cases}
    for case in found.cases:
        held = told[case.case_id]
        assert tuple(fault for one in held.findings for fault in one.faults) == case.faults
        assert {(one.old, one.new) for one in held.findings} == {(f"BR-1 {LATE}", f"BR-1 {LATER}")}
        stored = project.workspace.library.case(project.project_id, case.case_id)
        assert stale.says_otherwise(stored.case, held)
    rows = runs.case_rows(project.workspace, project.project_id, project.run_id, stale=told)
    assert {one.id for one in rows if one.needs_you and one.is_stale} == expected
    run = project.workspace.library.run(project.project_id, project.run_id)
    quality = runs.quality_of(project.workspace, project.project_id, run)
    (figure,) = [one for one in quality.figures if one.name.casefold().startswith("stale")]
    assert set(figure.case_ids) == expected


def test_still_right_holds_until_the_source_says_something_else(project: Project) -> None:
    project.keep(project.preview("21 days", "14 days"))
    for case in project.stale().values():
        seen = [one.key for one in case.findings]
        stale.still_right(project.workspace, project.project_id, case.case_id, seen=seen, by="Tess")
    assert project.stale() == {}
    found = project.preview("14 days", "10 days")
    expected = project.traced_to("21 days")
    assert {one.case_id for one in found.cases} == expected
    project.keep(found)
    assert set(project.stale()) == expected


def test_the_question_that_was_announced_is_asked_in_the_run_until_it_is_settled(
    project: Project,
) -> None:
    before = project.view()
    found = project.preview("21 days", "14 days")
    (announced,) = [one.question for one in found.questions if not one.settled]
    project.keep(found)
    (raised,) = project.view().raised
    assert (raised.question.text, raised.is_open) == (announced.text, True)
    assert raised.question in project.view().open_questions
    assert project.view().change is None, "no criterion reads otherwise"
    settling = project.preview("14 days", "21 days")
    assert [one.question.text for one in settling.questions if one.settled] == [announced.text]
    project.keep(settling)
    assert project.view() == before


def test_a_question_that_a_run_asked_is_told_as_settled(tmp_path: Path, files: list[Path]) -> None:
    files[1].write_text(RULES.replace("21 days", "14 days"), "utf-8")
    with quick_workspace(tmp_path / "data") as (workspace, project_id, _):
        import_sources.index_paths(workspace, project_id, files)
        project = Project(workspace, project_id)
        (asked,) = [one for one in project.view().asked if one.question.kind == "conflict"]
        found = project.preview("14 days", "21 days")
        assert [one.question.text for one in found.questions] == [asked.question.text]
        project.keep(found)
        assert project.view().earlier == (asked,)
        assert asked not in project.view().asked


def test_a_source_that_comes_in_asks_in_the_runs_of_before(project: Project) -> None:
    text = f"# Loans from next year\n\nBR-21 {LATE.replace('21', '30')}\n"
    source = import_sources.preview_text(
        project.workspace, project.project_id, text, title="Loans from next year"
    )
    found = preview_change.preview_change(project.workspace, project.project_id, source)
    (announced,) = [one.question.text for one in found.questions]
    project.keep(found)
    assert [one.question.text for one in project.view().raised] == [announced]


def test_a_case_whose_criterion_names_a_rule_is_touched_by_its_change(project: Project) -> None:
    found = project.preview("£3", "£4")
    expected = project.traced_to("BR-12")
    named = [one for one in found.cases if any(each.rule for each in one.rests_on)]
    assert {one.case_id for one in named} == expected
    assert found.names == len(named), "they cite nothing that changes"
    for case in named:
        (sentence,) = case.rests_on
        words = (sentence.rule, sentence.old, sentence.new)
        assert words == ("BR-12", f"BR-12 {FEE}", f"BR-12 {FEE_NOW}")
    project.keep(found)
    told = project.stale()
    assert set(told) == {one.case_id for one in found.cases}
    for name in expected:
        rules = [one for one in told[name].findings if one.change == stale.RULE_CHANGED]
        assert {(one.quote, one.old, one.new) for one in rules} == {words}
        assert any(one.where.startswith("acceptance criterion") for one in rules)


def test_a_case_that_names_the_rule_itself_is_touched(project: Project) -> None:
    held = project.traced_to("without a card") | project.traced_to("receipt")
    first, other, third = sorted(held | project.traced_to("21 days"))[:3]
    project.say(first, "The fee of BR-12 is asked for", "Ask for it.")
    project.say(other, "The fee is asked for", "Ask for what BR-12 says.")
    project.say(third, "The fee of BR-1 is asked for", "Ask for it as in BR-12.1 or XBR-12.")
    found = project.preview("£3", "£4")
    touched = {one.case_id for one in found.cases}
    assert {first, other} <= touched
    assert third not in touched
    project.keep(found)
    told = project.stale()
    assert set(told) == touched
    places = [(one.where, one.quote) for name in (first, other) for one in told[name].findings]
    assert places == [("title", "BR-12"), ("step 1, action", "BR-12")]


def test_cases_are_proved_once_until_their_words_or_a_source_change(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = project.preview("21 days", "14 days")
    project.keep(found)
    proved: list[str] = []
    real = next_proof.grounded

    def seen(case, ground):
        proved.append(case.id)
        return real(case, ground)

    monkeypatch.setattr(next_proof, "grounded", seen)
    expected = project.stale()
    assert (set(expected), proved) == ({one.case_id for one in found.cases}, [])
    name = min(expected)
    project.say(name, "A receipt is sent", "Send it.")
    assert name not in project.stale()
    assert set(proved) == {name}
    proved.clear()
    project.keep(project.preview("14 days", "10 days"))
    assert set(project.stale()) == set(expected) - {name}
    assert set(proved) == {one.id for one in project.workspace.library.cases(project.project_id)}
