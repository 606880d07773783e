"""The rule-based writer: complete cases in the company's words, and nothing made up."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assistant.design.conditions import derive_conditions
from assistant.design.quantities import foreign_values
from assistant.domain import (
    AcceptanceCriterion,
    Chunk,
    Epic,
    RetrievedChunk,
    SourceMetadata,
    TestCase,
    TestStep,
    UserStory,
)
from assistant.generation.lint import MAX_TITLE
from assistant.generation.numbering import Numbering, story_chunks
from assistant.generation.rules_writer import RulesWriter
from assistant.generation.style import learn_style
from assistant.generation.writer import CaseBrief

NARRATIVE = "As a Call Centre Agent, I want to grant a payment extension so that nobody is dunned."
EXISTING = """Verify that an extension can be found
Precondition: The user is logged in to the Service Console as Call Centre Agent (uat.agent1).
1. Open the customer's account in the Service Console. (test data: Account 8500001033)
   Expected result: The customer's account is displayed with the flag Vulnerable.
2. Select the Extensions tab.
   Expected result: The extension of 9 days is listed."""


def existing_case(team: str = "Call Centre", key: str = "CC-1") -> RetrievedChunk:
    chunk = Chunk(
        id="case-1",
        document_id="file:cases.csv",
        ordinal=0,
        text=EXISTING,
        kind="case",
        key="UAT-1",
        metadata=SourceMetadata(team=team, key=key),
    )
    return RetrievedChunk(chunk=chunk, score=0.4, rank=90)


def briefs(
    text: str,
    *,
    narrative: str = NARRATIVE,
    form: str = "bullet",
    extra: tuple[RetrievedChunk, ...] = (),
    style: tuple[TestCase, ...] = (),
) -> Iterator[CaseBrief]:
    criterion = AcceptanceCriterion.model_validate({"id": "CC-12-AC1", "text": text, "form": form})
    story = UserStory(
        key="CC-12", title="Grant a payment extension", narrative=narrative, criteria=(criterion,)
    )
    epic = Epic(key="CC-1", title="Payment arrangements", team="Call Centre", stories=(story,))
    sources = (*Numbering().basis(story_chunks(epic, story, ())), *extra)
    for condition in derive_conditions(story, criterion):
        yield CaseBrief(
            epic=epic,
            story=story,
            criterion=criterion,
            condition=condition,
            sources=sources,
            style=style,
        )


def write(text: str, **options: object) -> list[TestCase]:
    return [RulesWriter().write(brief).case for brief in briefs(text, **options)]  # type: ignore[arg-type]


def words_of(case: TestCase) -> str:
    parts = [case.title, case.objective, *case.preconditions, *case.postconditions]
    for step in case.steps:
        parts += [step.action, step.test_data, step.expected_result]
    return "\n".join(parts)


def check_whole(case: TestCase, brief: CaseBrief) -> None:
    """What holds of every case, whatever it was written from."""
    assert case.title
    assert len(case.title) <= MAX_TITLE
    assert case.objective
    assert 1 <= len(case.steps) <= 6
    assert [step.number for step in case.steps] == list(range(1, len(case.steps) + 1))
    assert all(step.action.strip() and step.expected_result.strip() for step in case.steps)
    texts = {source.chunk.id: source.chunk.text for source in brief.sources}
    ranks = {source.chunk.id: source.rank for source in brief.sources}
    for citation in case.all_citations:
        assert citation.quote
        assert texts[citation.chunk_id][citation.start : citation.end] == citation.quote
        assert ranks[citation.chunk_id] == citation.source
    for step in case.steps:
        cited = any(citation.supports == "expected_result" for citation in step.citations)
        assert cited == (step.support != "unsupported")
    condition = brief.condition
    assert case.priority == condition.priority
    assert case.technique == condition.technique


REFUSAL = (
    "A payment extension of more than 14 days is refused with the message "
    '"Extensions may not exceed 14 days."'
)


def test_a_refusal_is_acted_on_seen_and_checked_for_what_must_not_happen() -> None:
    cases = write(REFUSAL)
    negative = next(case for case in cases if case.technique == "negative")
    act = next(
        step for step in negative.steps if "Extensions may not exceed" in step.expected_result
    )
    assert act.support == "supported"
    assert "Extensions may not exceed 14 days." in act.citations[-1].quote
    assert negative.steps[-1].expected_result.startswith("Nothing has been saved or changed")
    assert negative.postconditions == ("The data is as it was before the test.",)


def test_limits_have_their_data_and_their_outcome_on_the_right_side() -> None:
    boundaries = [case for case in write(REFUSAL) if case.technique == "boundary"]
    found = {}
    for case in boundaries:
        act = next(step for step in case.steps if step.test_data)
        found[act.test_data] = act.expected_result
    assert "refused" in found["15 days"]
    assert "refused" not in found["14 days"]


def test_gherkin_becomes_precondition_action_and_checks() -> None:
    text = (
        "Given a customer with two unpaid bills\nWhen the agent requests an extension\n"
        'Then the message "Referred to Credit Team" is displayed\n'
        'And the Extension Status changes from "New" to "Referred"'
    )
    positive = next(case for case in write(text, form="gherkin") if case.technique == "positive")
    assert any("two unpaid bills" in line for line in positive.preconditions)
    said = [step.expected_result for step in positive.steps]
    shown = next(n for n, text in enumerate(said) if "Referred to Credit Team" in text)
    changed = next(n for n, text in enumerate(said) if "changes from" in text)
    assert shown < changed
    assert positive.steps[shown].action == "Request an extension."
    assert positive.postconditions == ('The Extension Status is "Referred".',)
    assert positive.unsupported_steps == ()


def test_a_table_row_becomes_data() -> None:
    row = "Meter type: Smart; Notice: More than 49 days; Exit fee: £25.00"
    for case in write(row, form="table"):
        assert any(step.test_data for step in case.steps)
        assert any("£25.00" in step.expected_result for step in case.steps)


def test_the_role_of_the_story_signs_in_as_existing_cases_say() -> None:
    plain = write(REFUSAL)[0]
    assert plain.preconditions[0] == "The user is logged in as a Call Centre Agent."
    assert plain.citations[0].quote == "a Call Centre Agent"
    known = write(REFUSAL, extra=(existing_case(),))[0]
    assert known.preconditions[0].endswith("as Call Centre Agent (uat.agent1).")
    assert known.citations[0].source == 90


def test_the_way_there_comes_from_cases_of_the_same_team_without_their_data() -> None:
    step = write(REFUSAL, extra=(existing_case(),))[0].steps[0]
    assert step.action == "Open the customer's account in the Service Console."
    assert step.expected_result == "The customer's account is displayed."
    assert step.support == "supported"
    assert {citation.source for citation in step.citations} == {90}
    other = write(REFUSAL, extra=(existing_case("Field Service", "FS-1"),))
    assert all("8500001033" not in words_of(case) for case in other)
    assert other[0].steps[0].action != step.action


def test_titles_follow_the_company() -> None:
    def style(title: str, expected: str) -> tuple[TestCase, ...]:
        step = TestStep(number=1, action="Open it", expected_result=expected)
        return tuple(TestCase(id=str(n), title=title, steps=(step,)) for n in range(4))

    assert all(case.title.startswith("Verify that ") for case in write(REFUSAL))
    checked = write(REFUSAL, style=style("Check that a plan is saved", "The plan should be saved"))
    assert all(case.title.startswith("Check that ") for case in checked)
    assert any("should be" in step.expected_result for case in checked for step in case.steps)
    assert not any(step.action.endswith(".") for case in checked for step in case.steps)
    plain = write(REFUSAL, style=style("Plan is saved", "The plan is saved."))
    assert not any(case.title.startswith(("Verify", "Check")) for case in plain)


def test_style_needs_examples() -> None:
    assert learn_style(()).lead == "Verify that"
    case = TestCase(id="1", title="Plan")
    assert learn_style((case,)) == learn_style(())


TEXTS = [
    "A Billing Analyst may waive an exit fee of up to £75.00; a higher amount needs approval.",
    "Only a Team Leader may unlock verification before the 30 minutes have passed.",
    "Waiver Reason is mandatory and is one of Bereavement, Moving Home or Our Error.",
    "The result list shows no more than 50 accounts.",
    "Each attempt is written to the Verification Log with the agent and the result.",
    "The page loads quickly.",
    "Given a plan with the Plan Status \"Active\", when the last instalment is paid, then the Plan "
    'Status changes from "Active" to "Completed".',
    "Reports",
    "•",
    "As a user I want to be able to export the list so that I can share it",
]  # fmt: skip


@pytest.mark.parametrize("text", TEXTS)
def test_nothing_is_made_up(text: str) -> None:
    for brief in briefs(text, extra=(existing_case(),)):
        case = RulesWriter().write(brief).case
        check_whole(case, brief)
        condition = brief.condition
        allowed = [
            text, NARRATIVE, condition.statement, condition.precondition, condition.action,
            condition.data, condition.expected, brief.criterion.id, *case.preconditions[:1],
        ]  # fmt: skip
        assert foreign_values(words_of(case), allowed) == ()


@pytest.mark.parametrize("text", [text for text in TEXTS if " " in text])
def test_there_are_two_steps_at_least_where_the_criterion_says_something(text: str) -> None:
    for case in write(text):
        assert len(case.steps) >= 2, words_of(case)


def test_template_syntax_in_texts_stays_as_it_is() -> None:
    text = 'The label "{{7*7}} {0.__class__} ${HOME} %s" is shown.'
    case = write(text)[0]
    assert "{{7*7}} {0.__class__} ${HOME} %s" in words_of(case)


PIECES = [
    "given", "when", "then", "and", "the user", "must not exceed", "14 days", "£5", '"No"', ";",
    ",", ".", "\n", "|", ":", "if", "is", "status changes from A to B", "only", "admin", "can",
    "²", "١٢", "\u202e", "mandatory",
]  # fmt: skip


@settings(max_examples=150, deadline=None)
@given(
    st.text(max_size=160)
    | st.lists(st.sampled_from(PIECES), max_size=24).map(" ".join),
    st.sampled_from(["bullet", "gherkin", "rule", "table", "text"]),
    st.text(max_size=60) | st.just(NARRATIVE),
)  # fmt: skip
def test_any_text_gives_whole_cases(text: str, form: str, narrative: str) -> None:
    for brief in briefs(text, form=form, narrative=narrative):
        check_whole(RulesWriter().write(brief).case, brief)


def test_real_stories_give_whole_cases(shared_dir: Path) -> None:
    lines = (shared_dir / "data/stories/asvs_user_stories.jsonl").read_text("utf-8").splitlines()
    writer, count = RulesWriter(), 0
    for line in lines:
        row = json.loads(line)
        for text in row["gherkin"]:
            for brief in briefs(
                text, form="gherkin", narrative=re.sub(r"\\\n", "\n", row["story"])
            ):
                check_whole(writer.write(brief).case, brief)
                count += 1
    assert count > 200
