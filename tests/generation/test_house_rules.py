"""The company's rules of style: learnt where nearly all cases keep them, told with a fix."""

from __future__ import annotations

from pathlib import Path

import pytest

from assistant.domain import (
    CaseOrigin,
    CaseTemplate,
    Column,
    LintFinding,
    TestCase,
    TestStep,
)
from assistant.generation.house_rules import (
    HouseRules,
    check_rules,
    has_shape,
    learn_rules,
    shape_of,
)
from assistant.generation.lint import lint, with_fix
from assistant.workflow.review.case_lists import cases_in

SAMPLE = Path(__file__).parents[2] / "sample_data" / "existing_cases.csv"


def case(
    number: int = 1,
    title: str = "Verify that the refund is paid",
    action: str = "Select Save.",
    expected: str = "The refund is paid.",
    *,
    writer: str = "import",
    case_id: str = "",
) -> TestCase:
    return TestCase(
        id=case_id or f"UAT-{number:04}",
        title=title,
        steps=(TestStep(number=1, action=action, expected_result=expected),),
        origin=CaseOrigin.model_validate({"writer": writer}),
        preconditions=("A payment exists.",),
    )


def house(**fields: str) -> HouseRules:
    """What twenty such cases teach."""
    return learn_rules([case(number, **fields) for number in range(1, 21)])


def findings(one: TestCase, rules: HouseRules) -> list[LintFinding]:
    return list(check_rules(one, rules))


def fixed(one: TestCase, rules: HouseRules) -> TestCase:
    """The case with its only finding's fix in it."""
    (found,) = findings(one, rules)
    return with_fix(one, found)


def test_nothing_is_learnt_from_few_cases_or_from_mixed_ones() -> None:
    assert learn_rules([case(number) for number in range(9)]) == HouseRules()
    actions = ("Select Save.", "The user selects Save.")
    mixed = [case(number, action=actions[number % 2]) for number in range(20)]
    assert learn_rules(mixed).person == ""


def test_a_habit_is_kept_by_nineteen_of_twenty_and_not_by_eighteen() -> None:
    others = [case(number, action="The user selects Save.") for number in range(2)]
    ours = [case(number) for number in range(18)]
    assert learn_rules([*ours, case(18), others[0]]).person == "imperative"
    assert learn_rules([*ours, *others]).person == ""


@pytest.mark.parametrize(
    "title", ["Refund is paid", "Check that the refund is paid", "Test: the refund"]
)
def test_titles_begin_as_others_do(title: str) -> None:
    (found,) = findings(case(title=title), house())
    assert (found.rule, found.fix) == ("title style", None), "a person words it"
    assert not findings(case(title="Verify whether the refund is paid"), house())


def test_steps_are_told_as_others_are() -> None:
    (found,) = findings(case(action="The user selects Save and enters a name."), house())
    assert (found.rule, found.fix) == ("step style", None), "a person words it"
    for action in ("As a Team Leader, open the list.", "Let the ledger confirm it.", "Save"):
        assert not findings(case(action=action), house()), action
    third = house(action="The agent selects Save.")
    (found,) = findings(case(action="Open the list."), third)
    assert "The agent selects" in found.message


def test_results_are_worded_as_others_are() -> None:
    (found,) = findings(case(expected="The refund should be paid."), house())
    assert (found.rule, found.fix) == ("result style", None), "a person words it"
    assert not findings(case(expected='"You should be here." is displayed.'), house())
    should = house(expected="The refund should be paid.")
    (found,) = findings(case(expected="The list is empty."), should)
    assert (found.rule, found.fix) == ("result style", None)
    assert not findings(case(expected='The page "Your cart is empty." opens.'), should)


def test_actions_carry_no_number_where_others_carry_none() -> None:
    assert fixed(case(action="1. Open the list."), house()).steps[0].action == "Open the list."
    assert not findings(case(action="3 refunds are paid."), house(expected="x"))
    numbered = house(action="1. Select Save.")
    assert not findings(case(action="1. Open the list."), numbered)


def test_ids_of_imported_cases_look_alike() -> None:
    assert [one.rule for one in findings(case(case_id="REFUND_7"), house())] == ["id style"]
    assert not findings(case(case_id="TC-PAY-1-AC1-P1", writer="rules"), house())


def test_the_template_sets_pattern_and_length_of_titles() -> None:
    columns = (Column(header="Title", field="title", max_chars=40),)
    template = CaseTemplate(name="T", row_per="case", columns=columns, title_pattern="{id} {title}")
    rules = learn_rules([], template)
    ours = case(writer="rules", title="Verify that the refund is paid")
    assert not findings(ours, rules)
    long = case(writer="rules", title="Verify that the refund is paid to the customer's account")
    short = fixed(long, rules)
    assert len(f"{short.id} {short.title}") <= 40
    assert not findings(short, rules)
    assert fixed(case(), rules).title == "UAT-0001 Verify that the refund is paid"


def test_an_outline_is_titled_by_a_quotation_of_its_text() -> None:
    one = case(title="31 days: “up to 30 days” does not hold")
    outline = one.model_copy(update={"origin": CaseOrigin(writer="outline")})
    assert not [found for found in findings(outline, house()) if found.rule == "title style"]


def test_the_sample_suite_keeps_its_own_rules() -> None:
    cases = list(cases_in(SAMPLE))
    rules = learn_rules(cases)
    assert (rules.lead, rules.person, rules.modal) == ("Verify that", "imperative", "is")
    broken = {one.id for one in cases for _ in check_rules(one, rules)}
    assert broken == {"UAT-BIL-0014"}, "the sample's bad example: “should be more or less the same”"


def test_lint_tells_them_after_its_own_findings() -> None:
    one = case(title="Refund")
    assert [found.rule for found in lint(one, house())] == [
        *(found.rule for found in lint(one)),
        "title style",
    ]


@pytest.mark.parametrize(
    ("name", "like", "fits"),
    [
        ("TC-9", "TC-10", True),
        ("TC-1234", "TC-10", True),
        ("TC-012", "TC-10", False),
        ("TC_12", "TC-10", False),
        ("UAT-0042", "UAT-0001", True),
        ("UAT-1234", "UAT-0001", True),
        ("UAT-12345", "UAT-0001", True),
        ("UAT-42", "UAT-0001", False),
    ],
)
def test_a_number_may_grow_unless_it_is_filled_up(name: str, like: str, fits: bool) -> None:
    assert has_shape(name, shape_of(like)) is fits
