"""Coverage counts what traces to a criterion, and rejected cases never."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from assistant.domain import (
    AcceptanceCriterion,
    CaseStatus,
    Epic,
    Technique,
    TestCase,
    TestCondition,
    UserStory,
)
from assistant.suite import coverage

EPIC = Epic(
    key="E",
    title="E",
    stories=(
        UserStory(
            key="S1",
            title="S1",
            criteria=tuple(AcceptanceCriterion(id=f"S1-AC{n}", text="t") for n in (1, 2)),
        ),
        UserStory(key="S2", title="S2", criteria=(AcceptanceCriterion(id="S2-AC1", text="t"),)),
    ),
)


def case(
    case_id: str,
    *criteria: str,
    technique: Technique | None = "positive",
    status: CaseStatus = "draft",
) -> TestCase:
    return TestCase(
        id=case_id, title="t", criterion_ids=criteria, technique=technique, status=status
    )


def test_each_criterion_has_its_counts_by_technique_and_status() -> None:
    found = coverage(
        [EPIC],
        [
            case("1", "S1-AC1", status="accepted"),
            case("2", "S1-AC1", technique="negative"),
            case("3", "S1-AC1", "S1-AC2", technique="boundary"),
            case("4", "S2-AC1", technique=None, status="imported"),
            case("5", "X-AC9"),
        ],
    )
    first, second, third = found.criteria
    assert first.by_technique == {"positive": 1, "negative": 1, "boundary": 1}
    assert first.by_status == {"accepted": 1, "draft": 2}
    assert (first.has_positive, first.has_negative, first.has_boundary) == (True, True, True)
    assert (first.covered, first.accepted, first.gaps) == (True, True, ())
    assert (second.covered, second.accepted, second.gaps) == (True, False, ("positive",))
    assert (third.story_key, third.case_ids, third.by_technique) == ("S2", ("4",), {})
    assert (found.total, found.covered, found.accepted, found.cases) == (3, 3, 1, 5)
    assert found.by_technique == {"positive": 2, "negative": 1, "boundary": 1}
    assert found.untraced == ("5",)


def test_rejected_cases_do_not_count_but_are_told() -> None:
    found = coverage([EPIC], [case("1", "S1-AC1", status="rejected")])
    assert found.criteria[0].by_status == {"rejected": 1}
    assert not found.criteria[0].covered
    assert not found.criteria[0].has_positive
    assert found.cases == 0
    assert found.uncovered == ("S1-AC1", "S1-AC2", "S2-AC1")


def test_gaps_are_the_techniques_that_the_conditions_call_for() -> None:
    conditions = [
        TestCondition(id=t, criterion_id="S1-AC1", technique=t, statement="s", expected="e")
        for t in ("positive", "boundary")
    ]
    found = coverage([EPIC], [case("1", "S1-AC1")], conditions=conditions)
    assert [row.gaps for row in found.criteria] == [("boundary",), (), ()]


def test_nothing_to_cover_is_no_error() -> None:
    found = coverage([], [])
    assert (found.total, found.covered, found.accepted, found.uncovered) == (0, 0, 0, ())


@given(
    st.lists(
        st.tuples(
            st.sampled_from(["S1-AC1", "S1-AC2", "S2-AC1", "X"]),
            st.sampled_from(["draft", "accepted", "rejected", "imported"]),
        )
    )
)
def test_totals_agree_with_the_cases(pairs: list[tuple[str, CaseStatus]]) -> None:
    cases = [case(str(n), criterion, status=s) for n, (criterion, s) in enumerate(pairs)]
    found = coverage([EPIC], cases)
    counting = [(criterion, s) for criterion, s in pairs if s != "rejected"]
    assert found.cases == len(counting)
    assert sum(len(row.case_ids) for row in found.criteria) + len(found.untraced) == len(counting)
    assert found.accepted == len({c for c, s in counting if s == "accepted" and c != "X"})
    assert found.covered + len(found.uncovered) == found.total
