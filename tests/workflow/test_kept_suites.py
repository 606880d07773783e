"""Checked suites that a project keeps: cases, choices and what was found are there for whoever
opens the workspace next, until they are deleted, too old or erased."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta
from pathlib import Path

import pytest
from syncing import WordEmbedder, quick_workspace

from assistant.domain import RetrievalConfig, TestCase, TestStep, utc_now
from assistant.errors import LibraryError, SourceError
from assistant.library import SUITE_KINDS
from assistant.settings import Settings
from assistant.sources.files.files import read_file
from assistant.workflow.deployment import erase
from assistant.workflow.deployment.workspace import Workspace
from assistant.workflow.review import check_suite, kept_suites
from assistant.workflow.review.case_checks import SuiteCheck
from assistant.workflow.sources import import_sources, mask_sources

EPIC = """# UM-1 Umbrellas

## UM-2 Lend an umbrella

### Acceptance criteria

- An umbrella is lent for 14 days to a guest who shows a card at the desk.
- A guest who lost an umbrella pays a fee of 20 euros.

## UM-3 Return an umbrella

### Acceptance criteria

- A wet umbrella is dried in the cellar before it is lent again.
"""
RULES = "# Rules of the desk\n\nThe desk is open till 6 pm, on the day of the fair till 9 pm.\n"
NAME = "cases.csv"
Opened = tuple[Workspace, str]


def case(number: int, title: str, result: str, *keys: str) -> TestCase:
    steps = (TestStep(number=1, action="Go to the desk.", expected_result=result),)
    return TestCase(id=f"T-{number}", title=title, criterion_ids=keys, steps=steps)


LENT = case(1, "Lend", "An umbrella is lent for 14 days to a guest who shows a card.", "UM-2")
WRONG = case(2, "Dry", "The wet umbrella is dried in the cellar.", "UM-2-AC2")
CASES = (LENT, WRONG)
CHOSEN = {2: ("UM-3-AC1",)}


def put(workspace: Workspace, project_id: str, name: str, text: str) -> None:
    import_sources.put(workspace, project_id, read_file(name, text.encode()))


@pytest.fixture
def opened(tmp_path: Path) -> Iterator[Opened]:
    with quick_workspace(tmp_path / "data") as (workspace, project_id, _):
        put(workspace, project_id, "epic.md", EPIC)
        put(workspace, project_id, "rules.md", RULES)
        yield workspace, project_id


def ended(opened: Opened) -> str:
    """The error that the check of the suite ended with, if any."""
    suite = kept_suites.find(*opened, NAME)
    assert suite is not None
    job_id = kept_suites.job_of(opened[1], suite)
    assert opened[0].jobs.wait(job_id, 60)
    return opened[0].jobs.state(job_id).error


def found(opened: Opened) -> SuiteCheck:
    report = kept_suites.found(*opened, NAME)
    assert report is not None
    return report


def checked(opened: Opened, cases: Sequence[TestCase] = CASES, *, reader: str = "") -> SuiteCheck:
    kept_suites.keep(*opened, NAME, cases, by="Tess")
    kept_suites.check(*opened, NAME, reader=reader, by="Tess")
    assert ended(opened) == ""
    return found(opened)


def again(
    opened: Opened, numbers: Sequence[int], chosen: Mapping[int, Sequence[str]]
) -> SuiteCheck:
    kept_suites.again(*opened, NAME, numbers, chosen=chosen, by="Ann")
    assert ended(opened) == ""
    return found(opened)


def linked(report: SuiteCheck, number: int) -> tuple[str, tuple[str, ...]]:
    (one,) = (one.link for one in report.cases if one.number == number)
    return one.by, one.criterion_ids


def rows(opened: Opened) -> list[str]:
    saved = opened[0].library.saved
    return [kind for kind in SUITE_KINDS for _ in saved.history(opened[1], kind)]


def test_the_next_day_cases_choices_and_verdicts_are_there_with_what_changed_since(
    tmp_path: Path,
) -> None:
    with quick_workspace(tmp_path / "data") as (workspace, project_id, _):
        put(workspace, project_id, "epic.md", EPIC)
        put(workspace, project_id, "rules.md", RULES)
        checked((workspace, project_id))
        before = again((workspace, project_id), [2], CHOSEN)
        assert not workspace.library.cases(project_id), "no test case of the project"
    with Workspace.open(Settings(data_dir=tmp_path / "data")) as workspace:
        workspace._embedders[RetrievalConfig().embedding_model] = WordEmbedder()
        next_day = (workspace, project_id)
        (line,) = kept_suites.kept(*next_day)
        assert (line.name, line.by) == (NAME, "Ann")
        suite = kept_suites.find(*next_day, NAME)
        assert suite is not None
        assert suite.cases == CASES
        assert suite.chosen == CHOSEN
        report = found(next_day)
        assert report == before
        assert linked(report, 2) == ("person", ("UM-3-AC1",))
        assert not check_suite.older(*next_day, report).changes
        put(workspace, project_id, "rules.md", "# Rules of the desk\n\nIt is open till 8 pm.\n")
        older = check_suite.older(*next_day, report)
        assert [one.says for one in older.changes] == ["rules.md (changed)"]


def test_a_choice_is_taken_back_and_what_the_case_names_counts_again(opened: Opened) -> None:
    checked(opened)
    assert linked(again(opened, [2], CHOSEN), 2) == ("person", ("UM-3-AC1",))
    report = again(opened, [2], {2: ()})
    assert linked(report, 2) == ("key", ("UM-2-AC2",))
    assert report.chosen == {}
    suite = kept_suites.find(*opened, NAME)
    assert suite is not None
    assert suite.chosen == {}


def test_another_search_makes_every_verdict_older(opened: Opened) -> None:
    workspace, project_id = opened
    report = checked(opened)
    config = workspace.project(project_id).retrieval
    cases_alone = config.model_copy(update={"top_k": config.top_k.model_copy(update={"case": 9})})
    workspace.save_retrieval(project_id, cases_alone)
    assert not check_suite.older(*opened, report).changes, "no suite is held against cases"
    workspace.save_retrieval(project_id, config.model_copy(update={"sparse_weight": 3.0}))
    older = check_suite.older(*opened, report)
    assert [one.says for one in older.changes] == ["settings of the search (changed)"]
    assert older.searched
    assert older.numbers == (1, 2)
    after = again(opened, [1, 2], {})
    assert not check_suite.older(*opened, after).changes


def test_the_states_of_the_sources_do_not_grow_with_the_choices(opened: Opened) -> None:
    checked(opened)
    for _ in range(3):
        report = again(opened, [2], CHOSEN)
        assert len(report.states) == 1, "the sources are the same"
    put(*opened, "rules.md", "# Rules of the desk\n\nIt is open till 8 pm.\n")
    assert len(again(opened, [2], {}).states) == 2
    assert len(again(opened, [1], {}).states) == 1, "no verdict is of the earlier one"


def test_the_library_has_one_row_of_the_cases_and_one_of_what_was_found(opened: Opened) -> None:
    checked(opened)
    again(opened, [2], CHOSEN)
    again(opened, [2], {2: ()})
    assert sorted(rows(opened)) == ["suite", "suite check"]


def test_a_changed_file_of_the_name_keeps_the_choices_of_the_cases_in_both(opened: Opened) -> None:
    checked(opened)
    again(opened, [2], CHOSEN)
    first = kept_suites.find(*opened, NAME)
    assert kept_suites.keep(*opened, NAME, CASES) == first, "the same file"
    new = case(3, "Lost", "The guest pays a fee of 20 euros.", "UM-2-AC2")
    suite = kept_suites.keep(*opened, NAME, (new, WRONG))
    assert suite.chosen == {2: ("UM-3-AC1",)}
    assert kept_suites.found(*opened, NAME) is None, "nothing was found of this one yet"
    twice = kept_suites.keep(*opened, NAME, (new, WRONG, WRONG))
    assert twice.chosen == {}, "which of both was meant is not known"


def test_where_a_check_fails_what_was_found_and_chosen_stays(opened: Opened) -> None:
    workspace, project_id = opened
    checked(opened)
    before = again(opened, [2], CHOSEN)
    kept_suites.check(*opened, NAME, reader="nobody")
    assert "nobody" in ended(opened)
    assert found(opened) == before
    for one in workspace.library.documents(project_id):
        import_sources.remove(workspace, project_id, one.id)
    kept_suites.again(*opened, NAME, [1], chosen={1: ("UM-2-AC1",)})
    assert "no sources" in ended(opened)
    assert found(opened) == before
    put(*opened, "epic.md", EPIC)
    report = again(opened, [2], {})
    assert linked(report, 1) == ("person", ("UM-2-AC1",)), "chosen though its check failed"


def test_a_suite_that_is_deleted_during_its_check_does_not_come_back(
    opened: Opened, monkeypatch: pytest.MonkeyPatch
) -> None:
    def deletes(*given: object, **more: object) -> SuiteCheck:
        kept_suites.delete(*opened, NAME)
        return report

    report = checked(opened)
    monkeypatch.setattr(kept_suites, "check_cases", deletes)
    suite = kept_suites.find(*opened, NAME)
    assert suite is not None
    kept_suites.check(*opened, NAME)
    assert opened[0].jobs.wait(kept_suites.job_of(opened[1], suite), 60)
    assert rows(opened) == []
    assert kept_suites.kept(*opened) == ()


def test_what_is_not_kept_is_not_checked(opened: Opened) -> None:
    with pytest.raises(LibraryError, match="Upload its file"):
        kept_suites.check(*opened, NAME)
    kept_suites.keep(*opened, NAME, CASES)
    with pytest.raises(LibraryError, match="not kept any more"):
        kept_suites.again(*opened, NAME, [1])


def test_an_erased_source_takes_what_was_found_and_a_project_the_suite(opened: Opened) -> None:
    workspace, project_id = opened
    desk = case(3, "Desk", "The desk is open till 6 pm.")
    report = checked(opened, (*CASES, desk))
    assert "on the day of the fair" in report.model_dump_json()
    again(opened, [2], CHOSEN)
    what = erase.erase_request(workspace, project_id, document_ids=["file:rules.md"])
    assert "checked suites or what was found of them: 1" in (
        workspace.library.erasing.preview(what).told
    )
    erase.erase(workspace, what, by="Tess")
    assert rows(opened) == ["suite"]
    suite = kept_suites.find(*opened, NAME)
    assert suite is not None
    assert suite.chosen == CHOSEN, "work that no check does again"
    after = checked(opened, (*CASES, desk))
    assert linked(after, 2) == ("person", ("UM-3-AC1",))
    erase.project(workspace, project_id, by="Tess")
    assert rows(opened) == []


def test_cases_that_say_what_an_erased_source_says_go_with_it(opened: Opened) -> None:
    workspace, project_id = opened
    said = "The desk is open till 6 pm, on the day of the fair till 9 pm."
    checked(opened, (*CASES, case(3, "Desk", said)))
    what = erase.erase_request(workspace, project_id, document_ids=["file:rules.md"])
    erase.erase(workspace, what, by="Tess")
    assert rows(opened) == []


def test_nothing_is_erased_while_a_suite_is_checked(
    opened: Opened, monkeypatch: pytest.MonkeyPatch
) -> None:
    workspace, project_id = opened
    kept_suites.keep(*opened, NAME, CASES)
    monkeypatch.setattr(
        workspace.jobs, "active_ids", lambda prefix: (prefix,) * ("check" in prefix)
    )
    with pytest.raises(LibraryError, match="suite is being checked"):
        erase.project(workspace, project_id, by="Tess")


def test_a_suite_goes_by_the_age_limit_from_its_last_change_on(opened: Opened) -> None:
    workspace, project_id = opened
    checked(opened)
    saved = workspace.library.saved
    saved.drop_before(project_id, SUITE_KINDS, utc_now() - timedelta(minutes=5))
    assert len(rows(opened)) == 2
    saved.drop_before(project_id, SUITE_KINDS, utc_now() + timedelta(minutes=5))
    assert rows(opened) == []


def test_what_is_kept_is_masked_with_what_is_stored(opened: Opened) -> None:
    workspace, project_id = opened
    mail = case(3, "Mail", "A mail goes to petra.petersen@example.org.")
    checked(opened, (*CASES, mail))
    again(opened, [2], CHOSEN)
    mask_sources.save_choices(workspace, project_id, enabled=True, names=())
    mask_sources.mask_stored(workspace, project_id)
    suite = kept_suites.find(*opened, NAME)
    assert suite is not None
    assert "petra.petersen" not in suite.model_dump_json()
    assert suite.chosen == CHOSEN
    assert rows(opened) == ["suite"]


def test_the_imported_cases_are_a_suite_as_they_stand_now(opened: Opened) -> None:
    with pytest.raises(SourceError, match="holds no imported case"):
        kept_suites.keep_imported(*opened)
    rows = "ID,Title,Story,Step,Expected Result\n"
    row = "T-{},Lend,UM-2,Go to the desk,An umbrella is lent for {} days.\n"
    put(*opened, "old.csv", rows + row.format(1, 14) + row.format(2, 21) + row.format(3, 30))
    third = opened[0].library.case(opened[1], "T-3")
    opened[0].library.set_status(
        opened[1], "T-3", "rejected", by="Ann", expected_version=third.row_version
    )
    suite = kept_suites.keep_imported(*opened, by="Ann")
    assert [one.id for one in suite.cases] == ["T-1", "T-2"], "T-3 is rejected"
    assert kept_suites.keep_imported(*opened) == suite, "nothing changed since"
    report = check_suite.check_file(*opened, None)
    assert {one.case.id for one in report.cases if one.case.findings} == {"T-2"}
    put(*opened, "old.csv", rows + row.format(1, 14))
    assert kept_suites.keep_imported(*opened).id != suite.id
