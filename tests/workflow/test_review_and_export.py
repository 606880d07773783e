"""Review and export: versions, reasons, conflicts, and files that say what they hold."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from pathlib import Path

import pytest
from written_again import run_of

from assistant.domain import CaseTemplate, TestCase, TestStep
from assistant.errors import EditConflict, LibraryError
from assistant.library import StoredCase
from assistant.settings import Settings
from assistant.suite.template import DEFAULT_TEMPLATE, READY_TEMPLATES
from assistant.workflow.deployment.workspace import Workspace
from assistant.workflow.review import export_cases, own_cases, review
from assistant.workflow.review.review import StepEdit
from assistant.workflow.sources import import_sources
from assistant.workflow.sources.sample_project import SAMPLE_PROJECT
from assistant.workflow.writing.requests import GenerateRequest


@pytest.fixture(scope="module")
def written(
    sample_data_dir: Path,
    models_dir: Path,
    copy_folder: Callable[[Path, Path], Path],
    tmp_path_factory: pytest.TempPathFactory,
) -> tuple[Path, str]:
    """A data folder with a finished run of outlines on a sample epic, and the run's id."""
    folder = copy_folder(sample_data_dir, tmp_path_factory.mktemp("written") / "data")
    with Workspace.open(Settings(data_dir=folder, models_dir=models_dir)) as workspace:
        project_id = workspace.project(SAMPLE_PROJECT).id
        return folder, run_of(workspace, project_id, GenerateRequest(epic_keys=("CC-100",))).id


@pytest.fixture
def data_dir(
    written: tuple[Path, str], tmp_path: Path, copy_folder: Callable[[Path, Path], Path]
) -> Path:
    """A copy of the folder with the run, for each test."""
    return copy_folder(written[0], tmp_path / "data")


@pytest.fixture
def run_id(written: tuple[Path, str]) -> str:
    """The finished run."""
    return written[1]


def test_a_changed_result_loses_its_support_and_the_others_keep_theirs(
    workspace: Workspace, project_id: str, run_id: str
) -> None:
    case = workspace.library.cases(project_id, run_id=run_id)[0].case
    edits = [
        StepEdit(action=s.action, test_data=s.test_data, expected_result=s.expected_result)
        for s in case.steps
    ]
    assert review.edited_steps(case, edits) == case.steps
    edits[-1] = edits[-1].model_copy(update={"expected_result": "The moon is displayed."})
    steps = review.edited_steps(case, [*edits, StepEdit(action="Wait", expected_result="Nothing")])
    assert steps[: len(edits) - 1] == case.steps[:-1]
    assert steps[len(edits) - 1].support == "unsupported"
    assert not [c for c in steps[len(edits) - 1].citations if c.supports == "expected_result"]
    assert steps[-1].number == len(case.steps) + 1


def test_a_sentence_put_into_a_result_leaves_its_sources_and_is_told_until_it_goes(
    workspace: Workspace, project_id: str, run_id: str
) -> None:
    """The sources of the unchanged sentences went with the edit; nothing told of the new one."""
    seen = next(
        one
        for one in workspace.library.cases(project_id, run_id=run_id)
        if one.case.steps[-1].support == "supported" and not one.case.is_outline
    )
    before = seen.case.steps[-1]
    assert "the password is saved" in before.expected_result
    put_in = "The password is whistled."

    def saved(stored: StoredCase, result: str, title: str = "") -> StoredCase:
        edits = [
            StepEdit(action=s.action, test_data=s.test_data, expected_result=s.expected_result)
            for s in stored.case.steps
        ]
        edits[-1] = edits[-1].model_copy(update={"expected_result": result})
        update: dict[str, object] = {"steps": review.edited_steps(stored.case, edits)}
        update |= {"title": title} if title else {}
        case = stored.case.model_copy(update=update)
        return review.save(workspace, project_id, case, seen_version=stored.row_version, by="Tess")

    def told(stored: StoredCase) -> list[str]:
        return [one.words for one in stored.case.findings if one.words == put_in]

    def cited(stored: StoredCase) -> set[str]:
        return {one.quote for one in stored.case.steps[-1].citations}

    edited = saved(seen, f"{before.expected_result}. {put_in}")
    assert told(edited) == [put_in]
    assert cited(edited) >= {one.quote for one in before.citations}
    assert edited.case.steps[-1].support != "supported"
    again = saved(edited, edited.case.steps[-1].expected_result, title="Another title")
    assert told(again) == [put_in], "another edit does not make it right"
    back = saved(again, before.expected_result)
    assert told(back) == []
    assert back.case.steps[-1].support == "supported"


def test_a_stale_edit_is_refused_and_nothing_is_overwritten(
    workspace: Workspace, project_id: str, run_id: str
) -> None:
    seen = workspace.library.cases(project_id, run_id=run_id)[0]

    def save(title: str) -> None:
        edited = seen.case.model_copy(update={"title": title})
        review.save(workspace, project_id, edited, seen_version=seen.row_version, by="Tess")

    save("First words")
    with pytest.raises(EditConflict):
        save("Second words")
    assert workspace.library.case(project_id, seen.id).title == "First words"


def test_a_case_needs_a_title_and_whole_steps(
    workspace: Workspace, project_id: str, run_id: str
) -> None:
    seen = workspace.library.cases(project_id, run_id=run_id)[0]
    empty = seen.case.steps[0].model_copy(update={"expected_result": " "})
    for change in ({"title": "  "}, {"steps": ()}, {"steps": (empty,)}):
        with pytest.raises(LibraryError, match="not saved"):
            review.save(
                workspace,
                project_id,
                seen.case.model_copy(update=change),
                seen_version=seen.row_version,
                by="Tess",
            )


def test_a_rejection_needs_a_reason(workspace: Workspace, project_id: str, run_id: str) -> None:
    seen = workspace.library.cases(project_id, run_id=run_id)[0]
    with pytest.raises(LibraryError, match="why"):
        review.set_status(
            workspace, project_id, seen.id, "rejected", seen_version=seen.row_version, by="Tess"
        )


def test_all_leaves_out_the_rejected_and_accepted_only_holds_the_accepted(
    workspace: Workspace, project_id: str, run_id: str
) -> None:
    cases = workspace.library.cases(project_id, run_id=run_id)
    whole = next(one for one in cases if not review.set_aside(one))
    outline, second, *_ = (one for one in cases if review.set_aside(one) == review.OUTLINE)
    with pytest.raises(LibraryError, match="Accept some first"):
        export_cases.export_csv(workspace, project_id, run_id=run_id, selection="accepted")
    review.accept_all(workspace, project_id, [whole, outline], by="Tess")
    review.set_status(
        workspace, project_id, second.id, "rejected",
        reason="Duplicate", seen_version=second.row_version, by="Tess",
    )  # fmt: skip
    accepted = export_cases.export_csv(workspace, project_id, run_id=run_id, selection="accepted")
    everything = export_cases.export_csv(workspace, project_id, run_id=run_id)
    assert (accepted.cases, everything.cases) == (1, len(cases) - 1)
    assert whole.id in accepted.content.decode("utf-8-sig")
    rows = list(csv.reader(io.StringIO(everything.content.decode("utf-8-sig"), newline="")))
    assert second.id not in {row[0] for row in rows}
    assert accepted.name.endswith("-accepted-cases.csv")


def test_a_file_has_the_cases_story_by_story_a_persons_own_with_their_storys(
    workspace: Workspace, project_id: str, run_id: str
) -> None:
    run = workspace.library.run(project_id, run_id)
    first, *_, last = run.epics[0].stories
    own = own_cases.new_case(
        workspace, project_id, run_id, title="A case of mine",
        criterion_ids=[first.criteria[0].id], by="Tess",
    )  # fmt: skip
    everything = export_cases.export_csv(workspace, project_id, run_id=run_id)
    rows = list(csv.reader(io.StringIO(everything.content.decode("utf-8-sig"), newline="")))
    names = list(dict.fromkeys(row[0] for row in rows[1:] if row[0]))
    of_last = next(n for n, name in enumerate(names) if last.key in name)
    assert names.index(own.id) < of_last < len(names) - 1


def test_the_names_of_files_for_two_tools_differ(
    workspace: Workspace, project_id: str, run_id: str
) -> None:
    targets = export_cases.targets(workspace, project_id)
    names = [
        export_cases.export_csv(
            workspace, project_id, run_id=run_id, profile=one.profile, template=one.template
        ).name
        for one in targets
    ]
    assert len(set(names)) == len(targets)
    assert sum("-all-cases-azure-devops-" in name for name in names) == 1


@pytest.mark.parametrize("template", [DEFAULT_TEMPLATE, *READY_TEMPLATES], ids=lambda t: t.name)
def test_a_file_names_an_epic_without_a_key_by_its_title(
    workspace: Workspace, project_id: str, template: CaseTemplate
) -> None:
    """A key that was made here is known in no other tool, and a folder's name has no sign of a
    path; a key that a source gives stays."""
    text = "# Fees/Refunds\n\n## US-7 Pay\n\n- A late return costs EUR 2.50."
    found = import_sources.preview_text(workspace, project_id, text, as_kind="epic")
    import_sources.store(workspace, project_id, [found], by="Tess")
    [epic] = found.reading.epics
    step = TestStep(number=1, action="Return it.", expected_result="The fee is EUR 2.50.")
    case = TestCase(id="TC-1", title="Fee", epic_key=epic.key, story_key="US-7", steps=(step,))
    keyed = case.model_copy(update={"id": "TC-2", "epic_key": "CC-100"})
    made = keyed.model_copy(update={"id": "TC-3", "story_key": f"{epic.key}-S1"})
    file = export_cases.as_csv(
        workspace, project_id, [case, keyed, made], title="T", profile="import", template=template
    ).content.decode("utf-8-sig")
    assert epic.key not in file
    assert "Fees Refunds" in file
    assert "CC-100" in file
    assert "US-7" in file


def test_a_downloaded_file_is_the_same_each_time(
    workspace: Workspace, project_id: str, run_id: str
) -> None:
    first = export_cases.export_csv(workspace, project_id, run_id=run_id)
    assert first == export_cases.export_csv(workspace, project_id, run_id=run_id)


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ("Saved. £144.00 is due by 19 March 2026.", [0]),
        ("“Saved. £144.00 is due by 23 March 2026.”", [0, 1]),
        ("Saved. £150.00 is due by 23 March 2026.", [1]),
        ("Saved. £144.00 is due on the 23rd place of the list.", [0]),
    ],
)
def test_a_calculation_of_a_value_that_an_edit_takes_away_goes_with_it(said, kept) -> None:
    lines = ("£720.00 * 20% = £144.00", "2026-03-09 + 14 days = 2026-03-23")
    result = "Saved. £144.00 is due by 23 March 2026."
    step = TestStep(number=1, action="Save", expected_result=result, calculation=lines)
    case = TestCase(id="T", title="Save", steps=(step,))
    (after,) = review.edited_steps(case, [StepEdit(action="Save it", expected_result=said)])
    assert after.calculation == tuple(lines[place] for place in kept)


def test_an_edit_is_checked_again_and_a_fix_can_be_taken_back(
    workspace: Workspace, project_id: str, run_id: str
) -> None:
    seen = workspace.library.cases(project_id, run_id=run_id)[0]
    edits = [
        StepEdit(action=s.action, test_data=s.test_data, expected_result=s.expected_result)
        for s in seen.case.steps
    ]
    edits[-1] = StepEdit(
        action="Press Search and verify that the account is open.",
        expected_result="The moon is displayed to the Regional Auditor.",
    )
    edited = seen.case.model_copy(update={"steps": review.edited_steps(seen.case, edits)})
    saved = review.save(workspace, project_id, edited, seen_version=seen.row_version, by="Tess")
    told = {finding.rule: finding for finding in saved.case.findings}
    assert told["not in the sources"].words == "Regional Auditor"
    assert saved.case.steps[-1].support == "unsupported"
    fixed = review.apply_fix(
        workspace,
        project_id,
        saved.case,
        told["misplaced verification"],
        seen_version=saved.row_version,
        by="Tess",
    )
    assert fixed.case.steps[-1].action == "Press Search."
    assert "misplaced verification" not in {finding.rule for finding in fixed.case.findings}
    with pytest.raises(LibraryError, match="no longer there"):
        review.apply_fix(
            workspace,
            project_id,
            fixed.case,
            told["misplaced verification"],
            seen_version=fixed.row_version,
            by="Tess",
        )
    back = workspace.library.undo(
        project_id, seen.id, expected_version=fixed.row_version, by="Tess"
    )
    assert back.case.steps == saved.case.steps
