"""The company's template: columns as a person edits them, and as a sample's are known already."""

from __future__ import annotations

import pytest

from assistant.domain import CaseTemplate
from assistant.errors import TemplateError
from assistant.sources.grids.mapping import suggest_mapping
from assistant.suite.template import DEFAULT_TEMPLATE, UNDATED_TEMPLATE
from assistant.workflow.deployment.workspace import Workspace
from assistant.workflow.review import company_template
from assistant.workflow.review.company_template import ColumnEdit
from assistant.workflow.sources import map_columns

HEADERS = ["Kennung", "Fall", "Ablauf", "Wirkung", "Notiz"]
ROWS = [
    ["T-1", "Plan verlängern", "Den Plan öffnen", "Er steht da", ""],
    ["T-2", "Plan beenden", "Den Plan beenden", "Er ist beendet", "x"],
]
SAMPLE = "\n".join(map(";".join, [HEADERS, *ROWS])).encode()


def edited(*edits: ColumnEdit) -> CaseTemplate:
    return company_template.edited(edits, name="Ours", layout="step")


def test_faults_are_told_by_case_and_only_of_a_template_of_the_companys_own(
    project_with_case: tuple[Workspace, str],
) -> None:
    workspace, project_id = project_with_case
    cases = [one.case for one in workspace.library.cases(project_id)]
    assert company_template.faults(workspace, project_id, cases) is None
    for needed, told in ((True, {"C"}), (False, set())):
        column = ColumnEdit(row=1, place=1, header="Why", field="objective", required=needed)
        company_template.save(workspace, project_id, edited(column))
        found = company_template.faults(workspace, project_id, cases)
        assert found is not None
        assert set(found) == told
        assert all("Why: " in one for problems in found.values() for one in problems)


def test_a_project_that_was_given_the_template_before_test_dates_has_the_default_one(
    empty_project: tuple[Workspace, str],
) -> None:
    workspace, project_id = empty_project
    before = [one for one in DEFAULT_TEMPLATE.columns if one.field != "test_date"]
    undated = DEFAULT_TEMPLATE.model_copy(update={"columns": tuple(before)})
    for columns, kept in ((before, DEFAULT_TEMPLATE), (before[:-1], None)):
        given = undated.model_copy(update={"columns": tuple(columns)})
        workspace.library.save_template(project_id, given)
        assert workspace.project(project_id).template == (kept or given)


def test_a_column_that_stands_where_a_case_fills_it_stays_so_when_others_are_edited() -> None:
    edits = company_template.edits_of(DEFAULT_TEMPLATE)
    assert company_template.edited(edits, name="Standard", layout="step") == DEFAULT_TEMPLATE
    assert [one.header for one in edits if one.optional] == ["Test Date"]


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ({"header": " ", "field": "questions"}, "Row 3 (“questions”) has no header"),
        ({"header": "Open", "field": None}, "Row 3 (“Open”) holds nothing yet"),
    ],
)
def test_a_row_that_is_filled_in_by_half_is_refused_by_its_number(
    row: dict[str, str], said: str
) -> None:
    whole = company_template.edits_of(edited(ColumnEdit(row=1, place=1, header="T", field="title")))
    with pytest.raises(TemplateError) as refused:
        edited(*whole, ColumnEdit.model_validate({"row": 3, "place": 2, **row}))
    assert said in str(refused.value)


def test_a_sample_is_known_by_the_columns_that_were_saved_for_its_headers(
    empty_project: tuple[Workspace, str],
) -> None:
    workspace, project_id = empty_project
    mapping = suggest_mapping(HEADERS, ROWS)
    for number, field in enumerate(("id", "title", "step_action", "step_expected", "ignore")):
        mapping = mapping.with_field(number, field)
    map_columns.save(workspace, project_id, "Ours", mapping)
    template = company_template.from_sample(workspace, project_id, "ours.csv", SAMPLE)
    fields = {column.header: column.field for column in template.columns}
    assert (fields["Kennung"], fields["Fall"]) == ("id", "title")
    assert (fields["Ablauf"], fields["Wirkung"]) == ("step_action", "step_expected")
    assert fields["Notiz"] == "constant"
    other = SAMPLE.replace(b"Wirkung", b"Folge")
    unknown = company_template.from_sample(workspace, project_id, "others.csv", other)
    assert "step_expected" not in {column.field for column in unknown.columns}


def test_a_standard_template_of_earlier_gets_the_test_date_unless_somebody_took_it_out(
    empty_project: tuple[Workspace, str],
) -> None:
    workspace, project_id = empty_project
    workspace.library.save_template(project_id, UNDATED_TEMPLATE, by="an earlier version")
    assert workspace.project(project_id).template == DEFAULT_TEMPLATE
    company_template.save(workspace, project_id, UNDATED_TEMPLATE, by="Ann")
    assert workspace.project(project_id).template == UNDATED_TEMPLATE
