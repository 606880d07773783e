"""What a format cannot hold is said, by case; what a tool has a place for is put there."""

from __future__ import annotations

import csv
import io
import json
from datetime import date

import pytest

from assistant.domain import CaseOrigin, CaseTemplate, Column, TestCase, TestStep
from assistant.errors import TemplateError
from assistant.suite.export import losses, write_csv
from assistant.suite.mapping_files import mapping_files
from assistant.suite.rows import UNSUPPORTED_MARK
from assistant.suite.template import (
    AZURE_DEVOPS,
    DEFAULT_TEMPLATE,
    READY_TEMPLATES,
    TESTRAIL,
    XRAY,
    template_problems,
)

CASE = TestCase(
    id="CC-12-AC1-P",
    title="Extend a plan",
    objective="A plan runs longer.",
    preconditions=("The plan is active.",),
    postconditions=("The plan ends 14 days later.",),
    priority="High",
    release="Drop-3",
    team="Call Centre",
    epic_key="CC-10",
    story_key="CC-12",
    criterion_ids=("CC-12-AC1", "CC-12-AC2"),
    labels=("smoke",),
    open_questions=("How often may it be extended?",),
    origin=CaseOrigin(writer="model"),
    steps=(TestStep(number=1, action="Save", test_data="14", expected_result="It is saved."),),
)
BARE = TestCase(
    id="B-1", title="Bare", steps=(TestStep(number=1, action="Open", expected_result=""),)
)
WRITTEN = (
    CASE.objective, *CASE.preconditions, *CASE.postconditions, CASE.story_key, *CASE.criterion_ids,
    "smoke", "Save", "14", "It is saved.",
)  # fmt: skip


def cells(template: CaseTemplate, *cases: TestCase) -> list[dict[str, str]]:
    data = write_csv(template, cases, profile="import", sources={})
    return list(csv.DictReader(io.StringIO(data.decode("utf-8-sig"), newline="")))


def told(template: CaseTemplate, *cases: TestCase) -> dict[str, tuple[str, ...]]:
    return {one.what: one.case_ids for one in losses(template, cases, profile="import")}


@pytest.mark.parametrize("template", [*READY_TEMPLATES, DEFAULT_TEMPLATE], ids=lambda t: t.name)
def test_what_is_not_in_the_file_is_said_and_what_is_said_is_not(template: CaseTemplate) -> None:
    file = "\n".join(cell for row in cells(template, CASE) for cell in row.values())
    lost = told(template, CASE)
    names = dict(
        zip(
            ("objective", "preconditions", "postconditions", "user story", "acceptance criteria",
             "acceptance criteria", "labels", "actions", "test data", "expected results"),
            WRITTEN, strict=True,
        )
    )  # fmt: skip
    for what, words in names.items():
        assert (words in file) != (what in lost), (what, words)
    assert all(ids == (CASE.id,) for ids in lost.values())
    assert template_problems(template, CASE) == ()


def test_azure_devops_holds_story_criteria_priority_and_postconditions() -> None:
    title = cells(AZURE_DEVOPS, CASE)[0]
    assert title["Priority"] == "1"
    assert title["Tags"] == "smoke; Drop-3; Call Centre; CC-10; CC-12; CC-12-AC1; CC-12-AC2; draft"
    assert "Postconditions:\n- The plan ends 14 days later." in title["Description"]
    assert set(told(AZURE_DEVOPS, CASE)) == {"support"}


def test_no_ready_template_loses_postconditions_without_saying_so() -> None:
    for template in READY_TEMPLATES:
        file = "\n".join(cell for row in cells(template, CASE) for cell in row.values())
        lost = "postconditions" in told(template, CASE)
        assert lost == (template is TESTRAIL)
        assert lost != (CASE.postconditions[0] in file)


def test_a_test_date_stands_in_the_file_for_each_tool() -> None:
    dated = CASE.model_copy(update={"test_date": date(2027, 2, 15)})
    for template in (*READY_TEMPLATES, DEFAULT_TEMPLATE):
        file = "\n".join(cell for row in cells(template, dated, BARE) for cell in row.values())
        assert "test dates" not in told(template, dated, BARE)
        assert file.count("2027-02-15") == 1
        assert ("Test date: 2027-02-15" in file) == (template in READY_TEMPLATES)
        undated = [cell for row in cells(template, CASE) for cell in (*row, *row.values())]
        assert not any("test date" in cell.lower() for cell in undated)


def test_testrail_has_the_test_date_above_the_preconditions_unless_a_column_has_it() -> None:
    dated = CASE.model_copy(update={"test_date": date(2027, 2, 15)})
    lines = cells(TESTRAIL, dated)[0]["Preconditions"].split("\n")
    assert lines == ["Test date: 2027-02-15", *CASE.preconditions]
    day = Column(header="Day", field="test_date")
    own = TESTRAIL.model_copy(update={"columns": (*TESTRAIL.columns, day)})
    (row, *_) = cells(own, dated)
    assert (row["Day"], row["Preconditions"]) == ("2027-02-15", "\n".join(CASE.preconditions))
    kept = tuple(one for one in TESTRAIL.columns if one.field != "preconditions")
    none = TESTRAIL.model_copy(update={"columns": kept})
    assert told(none, dated)["test dates"] == (CASE.id,)


def test_losses_are_said_by_case() -> None:
    other = CASE.model_copy(update={"id": "CC-12-AC2-P"})
    found = losses(TESTRAIL, [CASE, BARE, other], profile="import")
    post = next(one for one in found if one.what == "postconditions")
    assert post.case_ids == ("CC-12-AC1-P", "CC-12-AC2-P")
    assert post.sentence == "TestRail has no place for postconditions: CC-12-AC1-P, CC-12-AC2-P."
    many = [CASE.model_copy(update={"id": f"T-{number}"}) for number in range(12)]
    sentence = losses(TESTRAIL, [*many, BARE], profile="import")[0].sentence
    assert sentence.endswith("T-8, T-9 and 2 more.")
    sentence = losses(TESTRAIL, many, profile="import")[0].sentence
    assert sentence.endswith(": all 12 cases.")


@pytest.mark.parametrize("template", READY_TEMPLATES, ids=lambda t: t.name)
def test_no_mark_of_ours_enters_an_expected_result_of_an_import_file(
    template: CaseTemplate,
) -> None:
    data = write_csv(template, [CASE], profile="import", sources={}).decode("utf-8-sig")
    assert UNSUPPORTED_MARK.strip() not in data
    assert told(template, CASE)["support"] == (CASE.id,)
    excel = write_csv(template, [CASE], profile="excel", sources={}).decode("utf-8-sig")
    assert f"It is saved.{UNSUPPORTED_MARK}" in excel


def test_more_cases_than_a_tool_takes_at_once_are_said() -> None:
    many = [BARE.model_copy(update={"id": f"T-{number}"}) for number in range(1001)]
    assert not told(XRAY, *many[:1000])
    [found] = losses(XRAY, many, profile="import")
    assert found.case_ids == ("T-1000",)
    assert "1,000" in found.sentence
    assert not losses(AZURE_DEVOPS, many, profile="import")


def test_the_xray_mapping_links_the_story_where_the_link_type_is_known() -> None:
    column = next(n for n, c in enumerate(XRAY.columns) if c.header == "Links")
    [file] = mapping_files(XRAY, project_key="CC", link_type_id="10200")
    fields = {
        one["column.index"]: one["jira.field"]["id"]
        for one in json.loads(file.content)["config.field.mappings"]
    }
    assert fields[column] == "__issuelink_outward_10200"
    assert file.lost == ""
    [file] = mapping_files(XRAY, project_key="CC")
    assert "__issuelink" not in file.content
    assert "Links" in file.lost
    with pytest.raises(TemplateError, match="“tests” is no number of a link type"):
        mapping_files(XRAY, project_key="CC", link_type_id="tests")


def test_a_description_repeats_no_column() -> None:
    columns = (Column(header="P", field="preconditions"), Column(header="D", field="description"))
    [row] = cells(CaseTemplate(name="T", row_per="case", columns=columns), CASE)
    assert row["P"] not in row["D"]
    assert "User story: CC-12" in row["D"]
    assert "Priority: High" in row["D"]
    assert "Open questions:\n- How often may it be extended?" in row["D"]


def test_the_file_has_the_order_of_the_screen() -> None:
    cases = [BARE.model_copy(update={"id": name}) for name in ("T-10", "T-2", "A-1")]
    assert [row["Issue ID"] for row in cells(XRAY, *cases)] == ["T-10", "T-2", "A-1"]
