"""The template decides columns, order, defaults and words; the cases are never changed."""

from __future__ import annotations

from datetime import date

import pytest

from assistant.domain import (
    CaseOrigin,
    CaseTemplate,
    Chunk,
    Citation,
    Column,
    LintFinding,
    TemplateField,
    TestCase,
    TestStep,
)
from assistant.suite import rows
from assistant.suite.rows import DENIED_MARK, UNSUPPORTED_MARK
from assistant.suite.step_marks import MARK_WORDS, mark_of

CHUNK = Chunk(
    id="c1", document_id="d", ordinal=0, text="A refund takes 14 days.", title="Refund rules"
)
QUOTE = Citation(chunk_id="c1", source=2, quote="takes 14 days", start=9, end=22)
LOST = Citation(chunk_id="gone", source=1, quote="no longer there", start=0, end=15)

CASE = TestCase(
    id="CC-12-AC1-P",
    title="Refund within 14 days",
    preconditions=("The customer is known.", "An invoice exists."),
    priority="High",
    technique="positive",
    epic_key="CC",
    story_key="CC-12",
    criterion_ids=("CC-12-AC1", "CC-12-AC2"),
    labels=("smoke",),
    steps=(
        TestStep(
            number=1,
            action="Enter the claim",
            test_data="14 days",
            expected_result="It is accepted.",
            citations=(QUOTE, LOST),
            support="supported",
        ),
        TestStep(number=2, action="Open the log", expected_result="It lists the claim."),
    ),
)


def table(
    *columns: Column | TemplateField, case: TestCase = CASE, **options: object
) -> list[list[str]]:
    made = [Column(header=c, field=c) if isinstance(c, str) else c for c in columns]
    template = CaseTemplate.model_validate({"name": "T", "columns": made, **options})
    return list(rows(template, [case], sources={"c1": CHUNK}))


def test_header_then_one_row_per_step_with_case_fields_repeated() -> None:
    assert table("id", "step_number", "step_action", "step_data", "step_support") == [
        ["id", "step_number", "step_action", "step_data", "step_support"],
        [
            "CC-12-AC1-P", "1", "Enter the claim", "14 days",
            "its words are in its data or the sources",
        ],
        ["CC-12-AC1-P", "2", "Open the log", "", "not in the sources"],
    ]  # fmt: skip


def test_test_data_goes_with_the_action_where_it_has_no_column() -> None:
    assert [row[0] for row in table("step_action")] == [
        "step_action", "Enter the claim\nTest data: 14 days", "Open the log",
    ]  # fmt: skip


def test_data_without_an_action_begins_no_cell_with_an_empty_line() -> None:
    idle = CASE.steps[0].model_copy(update={"action": ""})
    outline = CASE.model_copy(update={"steps": (idle, *CASE.steps[1:])})
    assert table("step_action", case=outline)[1] == ["Test data: 14 days"]
    (_, (cell,)) = table("steps", row_per="case", case=outline)
    assert cell.startswith("1. Test data: 14 days\nExpected result")


def test_case_fields_stand_only_in_the_first_row_where_asked() -> None:
    constant = Column(header="Type", field="constant", default="Manual")
    found = table("id", constant, "step_number", repeat_case_fields=False)
    assert found[1:] == [["CC-12-AC1-P", "Manual", "1"], ["", "", "2"]]


def test_one_row_per_case_lists_the_steps_in_a_cell() -> None:
    found = table("id", "steps", "support", row_per="case")
    assert found[1] == [
        "CC-12-AC1-P",
        "1. Enter the claim\nTest data: 14 days\nExpected result: It is accepted.\n"
        "2. Open the log\nExpected result: It lists the claim.",
        "not in the sources",
    ]


def test_step_columns_of_one_row_per_case_are_numbered() -> None:
    found = table("step_action", "step_data", "step_support", row_per="case")
    assert found[1] == [
        "1. Enter the claim\n2. Open the log",
        "1. 14 days",
        "1. its words are in its data or the sources\n2. not in the sources",
    ]


def test_a_result_that_was_not_compared_is_said_to_be_so() -> None:
    first, second = CASE.steps
    steps = (first, second.model_copy(update={"support": "not compared"}))
    found = table("step_support", "support", case=CASE.model_copy(update={"steps": steps}))
    words = "cited by the model; another language, not compared"
    assert [row[0] for row in found[2:]] == [words]
    assert found[1][1] == words, "the weakest of the case"


def test_sources_name_rank_title_and_quote() -> None:
    found = table("step_sources", "sources")
    lines = "[1] “no longer there”\n[2] Refund rules: “takes 14 days”"
    assert found[1:] == [[lines, lines], ["", lines]]


def test_values_are_renamed_and_defaults_fill_what_is_empty() -> None:
    found = table(
        Column(header="P", field="priority", values={"High": "P1"}),
        Column(header="Team", field="team", default="Billing"),
        Column(header="Labels", field="labels", values={"smoke": "Smoke test"}),
        "criteria",
        "preconditions",
    )
    assert found[1] == [
        "P1",
        "Billing",
        "Smoke test",
        "CC-12-AC1, CC-12-AC2",
        "The customer is known.\nAn invoice exists.",
    ]


def test_an_unsupported_result_is_visible_in_a_template_without_a_support_column() -> None:
    cells = [row[0] for row in table("step_expected")[1:]]
    assert cells == ["It is accepted.", "It lists the claim." + UNSUPPORTED_MARK]
    assert [row[0] for row in table("step_expected", "support")[1:]] == [
        "It is accepted.",
        "It lists the claim.",
    ]


def denied(words: str = "14 days", step: int | None = None, rule: str = "wrong side") -> TestCase:
    """The case with a finding on its data, and a second step that a source supports."""
    found = LintFinding(rule=rule, message="m", words=words, step=step, severity="error")
    first, second = CASE.steps
    steps = (first, second.model_copy(update={"support": "supported"}))
    return CASE.model_copy(update={"findings": (found,), "steps": steps})


@pytest.mark.parametrize(
    "case",
    [denied(rule="contradiction"), denied(rule="inconsistent data"), denied(), denied("x", 1)],
)
def test_a_step_that_is_denied_is_not_said_to_have_its_words_in_a_source(case: TestCase) -> None:
    found = [row[0] for row in table("step_support", case=case)[1:]]
    assert found == [MARK_WORDS["denied"], MARK_WORDS["supported"]]
    marks = [mark_of(step, case.findings) for step in case.steps]
    assert found == [MARK_WORDS[mark] for mark in marks if mark], "what the screen says"
    assert table("support", "title", case=case, row_per="case")[1][0] == MARK_WORDS["denied"]


OLD = "Rests on a draft alone: Fees_draft.md (“draft” stands in its name or at its head)"


def test_a_result_that_rests_on_a_draft_alone_says_so_in_a_file_too() -> None:
    found = LintFinding(rule="draft or old source", message=f"{OLD}.", step=1)
    case = CASE.model_copy(update={"findings": (found,)})
    said = f"{MARK_WORDS['supported']}; {OLD}"
    assert table("step_support", "step_expected", case=case)[1] == [said, "It is accepted."]
    whole = table("step_support", "support", case=case, row_per="case")[1]
    assert whole == [f"1. {said}\n2. not in the sources", f"not in the sources; {OLD}"]
    ours = Column(header="Ok", field="step_support", values={"supported": "yes"})
    assert table(ours, "step_expected", case=case)[1] == ["yes", f"It is accepted. [{OLD}]"]
    behind = table("step_expected", case=case, preconditions_first=True)
    assert behind[2] == [f"It is accepted. [{OLD}]"]


def test_a_case_that_is_denied_in_words_of_no_step_is_not_said_to_be_supported() -> None:
    case = denied("in the title")
    assert table("step_support", "support", case=case)[1] == [
        MARK_WORDS["supported"], MARK_WORDS["denied"],
    ]  # fmt: skip


def test_a_denied_step_keeps_its_mark_behind_a_step_of_preconditions() -> None:
    found = table("step_support", case=denied("x", 1), preconditions_first=True)[1:]
    assert [row[0] for row in found] == ["", MARK_WORDS["denied"], MARK_WORDS["supported"]]


def test_a_denied_result_has_the_companys_worst_word_where_it_has_none_for_it() -> None:
    theirs = {"supported": "Yes", "unsupported": "No"}
    column = Column(header="S", field="step_support", values=theirs)
    assert table(column, case=denied())[1:] == [["No"], ["Yes"]]
    told = column.model_copy(update={"values": theirs | {"denied": "Wrong"}})
    assert table(told, case=denied())[1:] == [["Wrong"], ["Yes"]]


def test_a_denied_result_is_visible_in_a_template_without_a_support_column() -> None:
    edited = denied().model_copy(update={"origin": CaseOrigin(writer="outline", edited_by="Ann")})
    assert table("step_expected", case=edited)[1:] == [
        ["It is accepted." + DENIED_MARK], ["It lists the claim."],
    ]  # fmt: skip


def test_imported_cases_are_not_marked() -> None:
    imported = CASE.model_copy(update={"origin": CaseOrigin(writer="import")})
    assert table("step_expected", case=imported)[2] == ["It lists the claim."]


def test_the_writer_is_told_in_full_or_in_the_templates_words() -> None:
    origin = CaseOrigin(writer="rules", replaces="it cited nothing", edited_by="Ann")
    case = CASE.model_copy(update={"origin": origin})
    found = table("writer", Column(header="W", field="writer", allowed=("rules",)), case=case)
    assert found[1] == ["rules, in place of the model's draft, edited by Ann", "rules"]


def test_a_title_pattern_is_filled_once_and_never_evaluated() -> None:
    case = CASE.model_copy(update={"title": "{epic} {0.__class__}"})
    pattern = {"title_pattern": "{story}: {title}"}
    assert table("title", case=case, **pattern)[1] == ["CC-12: {epic} {0.__class__}"]
    again = case.model_copy(update={"title": "CC-12: {epic} {0.__class__}"})
    assert table("title", case=again, **pattern)[1] == ["CC-12: {epic} {0.__class__}"]


def test_a_case_without_steps_has_one_row() -> None:
    empty = CASE.model_copy(update={"steps": ()})
    assert table("id", "step_action", case=empty)[1:] == [["CC-12-AC1-P", ""]]
    assert table("id", "steps", case=empty, row_per="case")[1:] == [["CC-12-AC1-P", ""]]


def test_cases_keep_their_order_and_steps_are_ordered() -> None:
    ids = ["A-10", "A-2", "B", "A-1"]
    steps = CASE.steps[::-1]
    cases = [CASE.model_copy(update={"id": case_id, "steps": steps}) for case_id in ids]
    template = CaseTemplate(
        name="T",
        columns=(Column(header="i", field="id"), Column(header="n", field="step_number")),
    )
    found = list(rows(template, cases, sources={}))[1:]
    assert [row[0] for row in found][::2] == ids
    assert [row[1] for row in found] == ["1", "2"] * 4


def test_an_optional_column_stands_in_a_file_where_a_case_fills_it() -> None:
    day = Column(header="Day", field="test_date", optional=True)
    template = CaseTemplate(name="T", columns=(Column(header="Id", field="id"), day))
    bare = CASE.model_copy(update={"steps": ()})
    dated = bare.model_copy(update={"id": "D", "test_date": date(2027, 2, 15)})
    assert list(rows(template, [bare], sources={})) == [["Id"], [CASE.id]]
    assert list(rows(template, [bare, dated], sources={})) == [
        ["Id", "Day"], [CASE.id, ""], ["D", "2027-02-15"],
    ]  # fmt: skip
    always = day.model_copy(update={"optional": False})
    template = template.model_copy(update={"columns": (always,)})
    assert list(rows(template, [bare], sources={})) == [["Day"], [""]]
