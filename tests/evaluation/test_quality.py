"""What is asked of written cases: no more than the company's own cases give."""

from __future__ import annotations

from assistant.domain import CaseTemplate, Column, TestCase, TestStep
from assistant.evaluation.quality import template_as_used

TEMPLATE = CaseTemplate(
    name="T",
    row_per="case",
    columns=(Column(header="Given", field="preconditions", required=True),),
)


def suite(size: int, without: int) -> list[TestCase]:
    """So many cases, the first of them without preconditions."""
    step = TestStep(number=1, action="Save", expected_result="It is saved.")
    given = ("A payment exists.",)
    return [
        TestCase(
            id=f"C{n}", title=f"T{n}", steps=(step,), preconditions=() if n < without else given
        )
        for n in range(size)
    ]


def test_a_column_stays_required_where_a_tenth_of_the_cases_lack_it_and_not_where_more_do() -> None:
    assert template_as_used(TEMPLATE, suite(20, without=2)) == TEMPLATE
    (column,) = template_as_used(TEMPLATE, suite(20, without=3)).columns
    assert not column.required
    assert template_as_used(TEMPLATE, []) == TEMPLATE
