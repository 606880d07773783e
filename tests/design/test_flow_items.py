"""Flows of use cases: one item for the flow, one for each branch that it names."""

from __future__ import annotations

from assistant.design.conditions import derive_conditions
from assistant.design.questions.questions import raise_questions
from assistant.domain import AcceptanceCriterion, Chunk, Epic, TestCondition, UserStory

MAIN = """1. The clerk opens the reservation.
2. The clerk picks the seats. Steps 2 to 4 are repeated for each guest.
3. The system sets the status to CHANGED."""


def items(text: str) -> list[TestCondition]:
    return list(derive_conditions(AcceptanceCriterion(id="UC-1-x", text=text, form="flow")))


def test_a_flow_is_one_item_with_its_last_step_as_the_result() -> None:
    (item,) = items(MAIN)
    assert (item.technique, item.valid, item.priority) == ("positive", True, "High")
    assert item.statement == "flow: “1. The clerk opens the reservation.” …"
    assert item.facts[0].quote == MAIN
    assert [one.quote for one in item.outcomes] == ["The system sets the status to CHANGED"]


def test_a_branch_of_a_flow_is_an_item_where_the_flow_says_what_follows() -> None:
    flow, holds, fails = items(
        "2a Guest is known\n2a1. The system shows the guest.\n2a2. If the visit is announced, the "
        "system prints the badge; otherwise the porter calls the host."
    )
    assert flow.statement == "flow: “2a Guest is known” …"
    assert [one.quote for one in holds.outcomes] == ["the system prints the badge"]
    assert [one.quote for one in fails.outcomes] == ["the porter calls the host"]
    assert (holds.technique, fails.technique) == ("positive", "negative")
    for one in (holds, fails):
        assert "2a" not in "".join(fact.quote for fact in one.facts)


def test_a_flow_that_refuses_is_negative_and_one_of_another_language_is_quoted_whole() -> None:
    (item,) = items("3a Seats are taken\n3a1. The clerk cannot change the reservation.")
    assert (item.technique, item.valid) == ("negative", False)
    (item,) = items("1a Gutschein ist abgelaufen: Das System zeigt „Gutschein abgelaufen“.")
    assert item.technique == "positive"
    assert item.statement.startswith("main flow: “1a Gutschein")


def test_smoke_keeps_the_flow() -> None:
    criterion = AcceptanceCriterion(id="UC-1-main", text=MAIN, form="flow")
    (item,) = derive_conditions(criterion, depth="smoke")
    assert item.facts[0].quote == MAIN


def test_a_table_of_steps_is_named_by_its_first_step() -> None:
    (item,) = items("Step | Actor | System\n1 | Opens the claim. | Shows it.\n2 | - | Ends.")
    assert item.statement == "flow: “1 | Opens the claim. | Shows it.” …"


def test_who_does_a_step_is_no_branch() -> None:
    text = "E1 Scale is lost\nE1.1 The weight can be entered only by a person with the permission."
    assert [one.statement for one in items(text)] == ["flow: “E1 Scale is lost” …"]


def test_flows_and_their_titles_contradict_nothing() -> None:
    def flow(name: str, text: str) -> AcceptanceCriterion:
        return AcceptanceCriterion(id=f"UC-1-{name}", text=text, form="flow")

    refused = flow("6a", "6a Manager refuses\n6a1. The system reverses the recorded repayment.")
    locked = flow("2b", "2b Purchase is locked\n2b1. No repayment can be recorded.")
    late = flow("5a", "5a Offer is no longer valid\n5a1. The clerk calculates again.")
    story = UserStory(key="UC-1", title="Cancel", criteria=(locked, refused, late))
    rule = Chunk(
        id="r", document_id="d", ordinal=0, kind="rule", key="BR-14", text="The offer is valid."
    )
    found = raise_questions(Epic(key="E", title="E", stories=(story,)), sources=[rule])
    assert not [one for one in found if one.kind == "conflict"]


def test_a_first_step_without_a_full_stop_is_no_title() -> None:
    steps = "1. If the amount is over 500 EUR, the system asks for approval\n2. The system pays it"
    flow, *branches = items(steps)
    assert flow.statement.startswith("flow: “1. If the amount")
    assert any(one.technique == "boundary" for one in branches)


def test_the_result_is_the_last_step_whole_and_not_that_the_flow_ends() -> None:
    def result(text: str) -> str:
        return items(text)[0].outcomes[0].quote

    assert result("1. It opens.\n2. The system prints\nthe badge.") == (
        "The system prints\nthe badge"
    )
    ends = "2a Guest is known\n2a1. The system shows the guest.\n2a2. The use case ends."
    assert result(ends) == "The system shows the guest"
    assert result("1. The flow continues at step 3.") == "The flow continues at step 3"


def test_a_wrapped_sentence_is_no_flow() -> None:
    text = "The system shows the order number and the\ndate of delivery."
    (item,) = derive_conditions(AcceptanceCriterion(id="A", text=text, form="bullet"))
    assert item.statement == (
        "main flow: “The system shows the order number and the date of delivery.”"
    )
    assert not item.is_flow
    assert items(MAIN)[0].is_flow
