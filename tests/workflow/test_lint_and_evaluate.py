"""Judging files of cases and writers: every kind of file, honest figures, errors that help."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from assistant.errors import AssistantError, SourceError
from assistant.workflow.deployment.workspace import Workspace
from assistant.workflow.learning import evaluations
from assistant.workflow.learning.evaluations import EvaluateRequest
from assistant.workflow.review import case_lists, review
from assistant.workflow.writing import recheck_case

SAMPLE = Path(__file__).parent.parent.parent / "sample_data"


def test_a_table_of_cases_is_linted_with_fixes() -> None:
    report = case_lists.lint_files([SAMPLE / "existing_cases.csv"])
    assert report.cases == 60
    vague = {row.rule for row in report.rows if row.case_id == "UAT-CC-0013"}
    assert {"unverifiable result", "ambiguous word", "conditional step"} <= vague
    assert any(row.fix for row in report.rows)
    assert report.by_rule == {
        rule: sum(row.rule == rule for row in report.rows) for rule in report.by_rule
    }


def test_scenarios_and_json_lines_are_cases(tmp_path: Path) -> None:
    feature = tmp_path / "refund.feature"
    feature.write_text(
        "Feature: Refund\n  As an agent I want refunds\n  Scenario: pay\n    Given a payment\n"
        "    When I follow the standard process\n    Then the refund is shown\n"
    )
    lines = tmp_path / "cases.jsonl"
    row = {"id": "A", "title": "Pay", "steps": [{"action": "Pay as usual.", "expected": "Paid."}]}
    lines.write_text(json.dumps(row))
    report = case_lists.lint_files([feature, lines])
    assert report.cases == 2
    assert [(row.file, row.rule) for row in report.rows] == [
        ("refund.feature", "tacit knowledge"),
        ("cases.jsonl", "tacit knowledge"),
    ]


def test_a_file_without_cases_is_an_error(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text("# A page\n\nWithout any test case.\n")
    for path in (page, tmp_path / "absent.csv", tmp_path / "absent.jsonl"):
        with pytest.raises(AssistantError, match=path.name):
            case_lists.lint_files([path])


def test_a_file_that_cannot_be_read_is_an_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "cases.csv"
    path.write_text("Title,Expected Result\n")

    def locked(_: Path) -> bytes:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "read_bytes", locked)
    with pytest.raises(SourceError, match=r"cases\.csv' cannot be read \(Permission denied\)"):
        case_lists.lint_files([path])


def test_an_imported_case_is_checked_when_looked_at_and_takes_a_fix(
    workspace: Workspace, project_id: str
) -> None:
    stored = workspace.library.case(project_id, "UAT-CC-0013")
    shown = recheck_case.case_with_findings(workspace, project_id, stored)
    (found,) = (one for one in shown.findings if one.rule == "misplaced verification")
    saved = review.apply_fix(
        workspace, project_id, shown, found, seen_version=stored.row_version, by="Tess"
    )
    assert found.words in saved.case.steps[1].expected_result
    assert saved.status == "imported"
    checked = recheck_case.case_with_findings(workspace, project_id, saved)
    assert "misplaced verification" not in [one.rule for one in checked.findings]
    other = recheck_case.case_with_findings(
        workspace, project_id, workspace.library.case(project_id, "UAT-BIL-0009")
    )
    assert not [one for one in other.findings if one.rule.endswith("style")]


def held_out(path: Path) -> Path:
    """Two stories with reference cases, written as lines."""
    rows = []
    for number, thing in enumerate(("refund", "discount"), start=1):
        for limit in ("accepted", "refused"):
            rows.append(
                {
                    "id": f"{thing}-{limit}",
                    "title": f"A {thing} is {limit}",
                    "requirement_id": f"S-{number}",
                    "requirement_title": f"Give a {thing}",
                    "requirement": f"As an agent I want to give a {thing} of up to £50.",
                    "steps": [
                        {
                            "action": f"Give a {thing} of £{50 if limit == 'accepted' else 51}.",
                            "expected": f"The {thing} is {limit}.",
                        }
                    ],
                }
            )
    path.write_text("\n".join(json.dumps(row) for row in rows))
    return path


@pytest.mark.long
@pytest.mark.parametrize("mode", ["rag", "base"])
def test_a_writer_is_measured_on_held_out_stories(
    workspace: Workspace, project_id: str, tmp_path: Path, mode: str
) -> None:
    request = EvaluateRequest.model_validate(
        {"cases_file": held_out(tmp_path / "held.jsonl"), "mode": mode}
    )
    report = evaluations.run_now(workspace, project_id, request)
    assert (report.stories, report.reference_cases) == (2, 4)
    assert report.written_cases >= 2
    assert report.matcher.pairs > 0
    assert 0.5 < report.matcher.accuracy <= 1.0
    for name in ("recall", "precision", "f1", "grounded", "valid", "smells", "seconds"):
        figure = report.figures[name]
        assert figure.value is not None
        assert figure.low is not None
        assert figure.high is not None
        assert figure.low <= figure.value <= figure.high, name
    assert report.figures["grounded"].value == 1.0
