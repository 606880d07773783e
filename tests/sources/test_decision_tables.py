"""Decision tables with their rules in columns, and columns named like a criterion's parts."""

from __future__ import annotations

import pytest

from assistant.sources.pasted.pasted import read_pasted

HEAD = "# Epic: Checkout\n\n## Story SH-1: Discounts\n\n### Acceptance criteria\n\n"


def criteria(table: str) -> list[str]:
    (epic,) = read_pasted(HEAD + table).epics
    return [criterion.text for story in epic.stories for criterion in story.criteria]


@pytest.mark.parametrize("heads", ["R1 | R2 | R3", "Rule 1 | Rule 2 | Rule 3", "1 | 2 | 3"])
def test_each_rule_column_is_a_criterion(heads: str) -> None:
    table = (
        f"| Conditions | {heads} |\n|---|---|---|---|\n"
        "| Customer is a business | Y | Y | N |\n"
        "| Order is over £500 | Y | N | - |\n"
        "| Actions | | | |\n"
        "| A discount is applied | X | | |\n"
        "| Delivery is free | X | X | |\n"
    )
    assert criteria(table) == [
        "Customer is a business: Yes; Order is over £500: Yes;"
        " Outcome: A discount is applied and Delivery is free",
        "Customer is a business: Yes; Order is over £500: No; Outcome: Delivery is free",
        "Customer is a business: No; Outcome: none",
    ]


def test_actions_are_known_by_their_marks_where_nothing_names_them() -> None:
    table = (
        "| | Rule 1 | Rule 2 |\n|---|---|---|\n| Member | Yes | No |\n| Delivery is free | X | |\n"
    )
    assert criteria(table) == [
        "Member: Yes; Outcome: Delivery is free",
        "Member: No; Outcome: none",
    ]


def test_numbered_columns_of_values_are_no_rules() -> None:
    table = "| Zone | 1 | 2 |\n|---|---|---|\n| Letter | £1.20 | £2.40 |\n| Parcel | £4 | £6 |\n"
    assert criteria(table) == ["Zone: Letter; 1: £1.20; 2: £2.40", "Zone: Parcel; 1: £4; 2: £6"]


def test_a_field_specification_keeps_its_names_and_rules() -> None:
    table = (
        "| Name | Rule | Required |\n|---|---|---|\n| Street | letters only | Yes |\n"
        "| Remark | none | No |\n"
    )
    assert criteria(table) == [
        "Name: Street; Rule: letters only; Required: Yes",
        "Name: Remark; Rule: none; Required: No",
    ]
