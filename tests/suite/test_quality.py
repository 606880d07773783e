"""The quality figures: each counts what its rule says and names the cases behind it."""

from __future__ import annotations

from assistant.domain import LintFinding, TestCase, TestStep
from assistant.suite.quality import quality


def case(name: str, *, support: str = "supported", **more) -> TestCase:
    step = TestStep(number=1, action="Pay", expected_result="Paid", support=support)
    return TestCase(id=name, title=name, steps=(step,), **more)


def test_each_figure_names_its_cases() -> None:
    finding = LintFinding(rule="several actions", message="two")
    denial = LintFinding(rule="contradiction", message="30 days, not 14", severity="error")
    cases = [
        case("GOOD"),
        case("DENIED", findings=(denial,)),
        case("UNPROVED", support="unsupported"),
        case("SMELLY", findings=(finding,)),
        case("TWIN"),
        case("THERE"),
        case("GONE", status="rejected"),
    ]
    found = quality(
        cases,
        duplicates=["TWIN", "GONE"],
        existing=["THERE"],
        criteria=4,
        covered=["A", "B"],
        no_smells=["contradiction"],
        left_out=3,
    )
    figures = {figure.name: figure for figure in found.figures}
    assert figures["No automatic finding"].case_ids == ("GOOD",)
    assert figures["No automatic finding"].share == 1 / 6
    assert figures["Against a source"].case_ids == ("DENIED",)
    assert figures["Not in the sources"].case_ids == ("UNPROVED",)
    assert figures["Duplicates"].case_ids == ("TWIN",)
    assert figures["Exist already"].case_ids == ("THERE",)
    assert figures["With a smell"].case_ids == ("SMELLY",)
    assert figures["Criteria with a case"].share == 0.5
    assert {name for name, one in figures.items() if one.left_out} == {"Criteria with a case"}
    assert found.findings == {"several actions": 1}


def test_a_stale_case_is_a_finding_and_a_proposed_change_is_told() -> None:
    cases = [
        case("GOOD"),
        case("OLD", status="accepted"),
        case("PROPOSED"),
        case("GONE", status="rejected"),
    ]
    found = quality(
        cases,
        duplicates=[],
        criteria=1,
        covered=[],
        stale=["OLD", "GONE"],
        proposed={"PROPOSED": 1},
    )
    figures = {figure.name: figure.case_ids for figure in found.figures}
    assert figures["No automatic finding"] == ("GOOD", "PROPOSED")
    assert figures["Stale"] == ("OLD",)
    assert figures["Change proposed"] == ("PROPOSED",)


def test_nothing_is_said_of_a_template_that_is_not_there() -> None:
    for problems, told in ((None, []), ((), [0]), (("A",), [1])):
        found = quality([case("A")], duplicates=[], criteria=0, covered=[], problems=problems)
        assert [one.count for one in found.figures if one.name == "Template faults"] == told


def test_an_empty_run_has_figures_of_nothing() -> None:
    found = quality([], duplicates=[], criteria=0, covered=[])
    assert all(figure.share == 0 for figure in found.figures)
