"""The outline: every line a fixed phrase, a value, or words that stand in the text."""

from __future__ import annotations

import re
from time import process_time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.domain import (
    AcceptanceCriterion,
    Chunk,
    CriterionForm,
    Epic,
    Fact,
    Outcome,
    RetrievedChunk,
    TestCase,
    TestCondition,
    UserStory,
)
from assistant.generation.cancellation import Cancelled
from assistant.generation.writer import CaseBrief
from assistant.generation.writers.outline import OutlineWriter

TEXT = (
    "Requests for more than 10 consecutive working days are approved by the line manager and by "
    "HR, all others by the line manager only."
)
LIMIT = "more than 10 consecutive working days"
PHRASES = re.compile(
    r"\b(?:holds|does not hold|not|role|another|field|is|empty|[Ff]rom|to|Main flow|Set|"
    r"Fill in|Leave|As|as|in)\b|[:;,|\s]"
)


def brief(
    *facts: Fact,
    outcomes: tuple[Outcome, ...] = (),
    text: str = TEXT,
    form: CriterionForm = "bullet",
    statement: str = "",
) -> CaseBrief:
    criterion = AcceptanceCriterion(id="L-1-AC1", text=text, form=form)
    story = UserStory(key="L-1", title="Approve leave", criteria=(criterion,), labels=("hr",))
    condition = TestCondition(
        id="L-1-AC1-B1",
        criterion_id="L-1-AC1",
        technique="boundary",
        statement=statement or "; ".join(f"“{fact.quote}”" for fact in facts),
        facts=facts,
        outcomes=outcomes,
    )
    chunk = Chunk(
        id="c1", document_id="d", ordinal=0, text=f"1. {text}", kind="criterion", key="L-1-AC1"
    )
    return CaseBrief(
        epic=Epic(key="L", title="Leave", stories=(story,), release="R1"),
        story=story,
        criterion=criterion,
        condition=condition,
        sources=(RetrievedChunk(chunk=chunk, score=1, rank=1, stage="basis"),),
    )


def happens(quote: str, *, happens: bool = True) -> Outcome:
    return Outcome(source_id="L-1-AC1", quote=quote, happens=happens)


def outline(of: CaseBrief) -> TestCase:
    return OutlineWriter().write(of).case


def assert_true_to_the_text(case: TestCase, of: CaseBrief) -> None:
    """All that stands outside “ ” is a value or a fixed phrase; all inside stands in the text."""
    values = [fact.value for fact in of.condition.facts if fact.value]
    for line in (case.title, *case.preconditions, *(_texts(case))):
        for quoted in re.findall(r"“([^”]*)”", line):
            assert quoted in (
                *values,
                *map(_flat, (of.criterion.text, *values)),
            ) or quoted in _flat(of.criterion.text)
        rest = re.sub(r"“[^”]*”", "", line)
        for value in values:
            rest = rest.replace(value, "")
        assert not PHRASES.sub("", rest), line


def _texts(case: TestCase) -> list[str]:
    return [
        text
        for step in case.steps
        for cell in (step.action, step.test_data, step.expected_result)
        for text in cell.splitlines()
    ]


def _flat(text: str) -> str:
    return " ".join(text.split())


def test_a_value_beyond_a_limit_is_quoted_and_left_to_complete() -> None:
    of = brief(
        Fact(kind="limit", quote=LIMIT, value="11 consecutive working days"),
        outcomes=(happens("approved by the line manager and by HR"),),
        statement=f"11 consecutive working days: “{LIMIT}” holds",
    )
    case = outline(of)
    assert case.title == f"11 consecutive working days: “{LIMIT}” holds"
    assert case.preconditions == (case.title,)
    (step,) = case.steps
    assert (step.action, step.test_data) == ("", "11 consecutive working days")
    assert step.expected_result == "“approved by the line manager and by HR”"
    assert step.support == "supported"
    (citation,) = step.citations
    assert citation.quote == "approved by the line manager and by HR"
    assert of.sources[0].chunk.text[citation.start : citation.end] == citation.quote
    assert (case.is_outline, case.needs_you) == (True, True)
    assert (case.origin.writer, case.origin.replaces) == ("outline", "")
    assert (case.epic_key, case.story_key, case.release, case.labels) == ("L", "L-1", "R1", ("hr",))
    assert case.citations[0].quote == LIMIT
    assert_true_to_the_text(case, of)


def test_what_must_not_happen_is_derived_from_the_words_that_say_when_it_does() -> None:
    of = brief(
        Fact(kind="limit", quote=LIMIT, value="10 consecutive working days", holds=False),
        outcomes=(happens("by HR", happens=False), happens("by the line manager only")),
    )
    (step,) = outline(of).steps
    assert step.expected_result == "not: “by HR”; “by the line manager only”"
    assert step.support == "derived"


def test_where_the_text_says_nothing_for_a_side_nothing_is_expected() -> None:
    case = outline(brief(Fact(kind="condition", quote="by HR", holds=False)))
    assert case.preconditions == ("“by HR” does not hold",)
    assert [(step.expected_result, step.support) for step in case.steps] == [("", "unsupported")]


def test_words_that_stand_in_no_source_support_nothing() -> None:
    (step,) = outline(
        brief(Fact(kind="condition", quote="by HR"), outcomes=(happens("gone"),))
    ).steps
    assert (step.support, step.citations) == ("unsupported", ())


def test_the_main_flow_is_named_by_its_whole_sentence() -> None:
    whole = "after a rejection by the admin, the user receives an email"
    case = outline(
        brief(
            Fact(kind="main flow", quote=whole), outcomes=(happens("the user receives an email"),)
        )
    )
    assert case.title == f"Main flow: “{whole}”"
    case = outline(brief(Fact(kind="main flow", quote=TEXT), outcomes=(happens(TEXT),)))
    assert case.title.startswith("Main flow: “Requests for more than 10 consecutive")
    assert len(case.title) <= 120
    assert case.preconditions == ()
    assert case.steps[0].expected_result == f"“{TEXT}”"


def test_the_objective_is_the_criterion_by_its_id_cut_between_words_where_it_is_long() -> None:
    assert outline(brief(Fact(kind="limit", quote=LIMIT))).objective == f"L-1-AC1: “{TEXT}”"
    long = f"| {LIMIT} |\n" + "HR approves " * 40
    quoted = outline(brief(Fact(kind="limit", quote=LIMIT), text=long)).objective
    words = quoted.removeprefix("L-1-AC1: “").removesuffix("…”")
    assert len(words) < 300
    assert " ".join(long.split()).startswith(f"{words} ")


def test_a_scenario_is_a_whole_case_in_its_own_words() -> None:
    text = "Given a frozen account\nWhen the agent asks for more time\nThen “Frozen” is shown"
    of = brief(
        Fact(kind="scenario", quote="a frozen account", value="given"),
        Fact(kind="scenario", quote="the agent asks for more time", value="when"),
        outcomes=(happens("“Frozen” is shown"),),
        text=text,
        form="gherkin",
    )
    case = outline(of)
    assert case.title == "the agent asks for more time"
    assert case.preconditions == ("a frozen account",)
    (step,) = case.steps
    assert (step.action, step.expected_result) == (
        "the agent asks for more time",
        "“Frozen” is shown",
    )
    assert {one.supports for one in step.citations} == {"action", "expected_result"}
    assert not case.is_outline


def test_the_cells_of_a_row_are_set_under_their_headings() -> None:
    of = brief(
        Fact(kind="row", quote="100", value="Amount"),
        Fact(kind="row", quote="DE", value="Country"),
        outcomes=(happens("Accepted"),),
        text="Amount: 100; Country: DE; Result: Accepted; Amount; Country",
        form="table",
    )
    (step,) = outline(of).steps
    assert step.action == "Set “Amount” to “100”\nSet “Country” to “DE”"
    assert step.expected_result == "“Accepted”"
    assert_true_to_the_text(outline(of), of)


@pytest.mark.parametrize(
    ("facts", "action"),
    [
        ((Fact(kind="field", quote="Reason", value="empty"),), "Leave “Reason” empty"),
        (
            (
                Fact(kind="field", quote="Reason"),
                Fact(kind="limit", quote="at least 20", value="19 characters", holds=False),
            ),
            "Fill in “Reason”: 19 characters",
        ),
        (
            (
                Fact(kind="role", quote="Clerk", value="Clerk"),
                Fact(kind="condition", quote="Approve"),
            ),
            "As “Clerk”: “Approve”",
        ),
        (
            (
                Fact(kind="transition", quote="New", value="from"),
                Fact(kind="transition", quote="Sent", value="to"),
                Fact(kind="condition", quote="Send"),
                Fact(kind="role", quote="Clerk", value="Clerk"),
            ),
            "From “New”, as “Clerk”: “Send”",
        ),
        ((Fact(kind="condition", quote="Approve"),), ""),
        (
            (
                Fact(kind="role", quote="Clerk", value="another", holds=False),
                Fact(kind="condition", quote="Approve"),
            ),
            "",
        ),
    ],
)
def test_rows_of_tables_give_their_actions(facts: tuple[Fact, ...], action: str) -> None:
    text = "Reason: at least 20; New; Send; Sent; Clerk; Approve; yes"
    of = brief(*facts, outcomes=(happens("yes"),), text=text, form="table")
    case = outline(of)
    assert case.steps[0].action == action
    assert case.is_outline == (not action)
    assert_true_to_the_text(case, of)


def test_a_sentence_with_a_role_gives_no_action() -> None:
    of = brief(
        Fact(kind="role", quote="HR", value="HR"),
        Fact(kind="condition", quote=LIMIT),
        outcomes=(happens("approved"),),
    )
    assert outline(of).is_outline


def test_a_walk_has_a_step_for_each_leg_with_its_own_citation() -> None:
    one = brief(Fact(kind="condition", quote=LIMIT), outcomes=(happens("by HR"),))
    second = AcceptanceCriterion(id="L-1-AC2", text="Approved leave is shown in the calendar.")
    leg = TestCondition(
        id="L-1-AC2-P1",
        criterion_id="L-1-AC2",
        technique="positive",
        statement="main flow",
        facts=(Fact(kind="condition", quote="Approved leave"),),
        outcomes=(Outcome(source_id="L-1-AC2", quote="is shown in the calendar"),),
    )
    story = one.story.model_copy(update={"criteria": (*one.story.criteria, second)})
    chunk = one.sources[0].chunk.model_copy(
        update={"id": "c2", "key": "L-1-AC2", "text": second.text}
    )
    of = one.model_copy(
        update={
            "story": story,
            "epic": one.epic.model_copy(update={"stories": (story,)}),
            "sources": (*one.sources, RetrievedChunk(chunk=chunk, score=1, rank=2, stage="basis")),
            "condition": one.condition.model_copy(
                update={"legs": (one.condition, leg), "facts": (), "outcomes": ()}
            ),
        }
    )
    case = outline(of)
    assert [step.test_data for step in case.steps] == [
        f"“{LIMIT}” holds",
        "“Approved leave” holds",
    ]
    assert [step.expected_result for step in case.steps] == [
        "“by HR”",
        "“is shown in the calendar”",
    ]
    assert [step.citations[0].source for step in case.steps] == [1, 2]
    assert case.criterion_ids == ("L-1-AC1", "L-1-AC2")


def test_a_condition_of_an_earlier_version_is_shown_as_it_was_stored() -> None:
    of = brief(statement="An extension of 15 days is refused")
    old = of.condition.model_copy(
        update={"precondition": "The account is open", "data": "15 days", "expected": "Refused"}
    )
    case = outline(of.model_copy(update={"condition": old}))
    assert case.title == "An extension of 15 days is refused"
    assert case.preconditions == ("The account is open",)
    assert (case.steps[0].test_data, case.steps[0].expected_result) == ("15 days", "Refused")


@given(st.data())
def test_whatever_the_facts_are_the_lines_are_true_to_the_text(data: st.DataObject) -> None:
    words = TEXT.split()

    def some() -> str:
        start = data.draw(st.integers(0, len(words) - 2))
        return " ".join(words[start : start + data.draw(st.integers(1, 8))])

    kinds = st.sampled_from(["condition", "limit", "role", "field", "row", "transition"])
    facts = [
        Fact(
            kind=data.draw(kinds),
            quote=some(),
            holds=data.draw(st.booleans()),
            value=data.draw(st.sampled_from(["", "11 days", "empty", "another"])),
        )
        for _ in range(data.draw(st.integers(1, 4)))
    ]
    told = [happens(some(), happens=data.draw(st.booleans())) for _ in range(2)]
    of = brief(*facts, outcomes=tuple(told), statement=f"“{facts[0].quote}”")
    case = outline(of)
    assert_true_to_the_text(case, of)
    texts = {source.chunk.id: source.chunk.text for source in of.sources}
    assert all(texts[c.chunk_id][c.start : c.end] == c.quote for c in case.all_citations)


def test_an_outline_is_immediate_and_can_be_cancelled() -> None:
    of = brief(Fact(kind="condition", quote=LIMIT), outcomes=(happens("by HR"),))
    writer = OutlineWriter()
    started = process_time()
    for _ in range(200):
        writer.write(of)
    assert process_time() - started < 1
    with pytest.raises(Cancelled):
        writer.write(of, cancelled=lambda: True)
