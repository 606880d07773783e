"""What becomes of a tuned model's answers: used, corrected, refused, marked.

The model is a fake here, because the thing under test is the reaction; ``test_adapters`` asks a
real one.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from typing import Any, cast

import pytest
from fake_chat import FakeChat
from hypothesis import given
from hypothesis import strategies as st

from assistant.domain import (
    AcceptanceCriterion,
    Chunk,
    Epic,
    GenerationConfig,
    ModelSpec,
    RetrievedChunk,
    TestCase,
    TestCondition,
    UserStory,
)
from assistant.errors import ModelUnavailable
from assistant.generation.chat_models import ChatEndpoint
from assistant.generation.company_prompt import brief_of_case
from assistant.generation.company_writer import CompanyWriter
from assistant.generation.lint import lint
from assistant.generation.proof.citations import verified
from assistant.generation.rules_writer import RulesWriter
from assistant.generation.writer import CaseBrief

STORY = UserStory(
    key="CC-12",
    title="Grant a payment extension",
    narrative="As an Agent, I want to grant a payment extension.",
)
EPIC = Epic(key="CC-1", title="Payment arrangements", stories=(STORY,), release="Drop-1")
MESSAGE = "Extensions may not exceed 14 days."
CRITERION = AcceptanceCriterion(
    id="CC-12-AC2", text=f'An extension of more than 14 days is refused with "{MESSAGE}"'
)
REFUSED = TestCondition(
    id="CC-12-AC2-N1",
    criterion_id="CC-12-AC2",
    technique="negative",
    valid=False,
    statement="An extension of 15 days is refused",
    action="Request a payment extension",
    data="15 days",
    expected=f'The extension is refused with the message "{MESSAGE}"',
)
SOURCES = (
    RetrievedChunk(
        chunk=Chunk(
            id="c1",
            document_id="d",
            ordinal=0,
            text=CRITERION.text,
            kind="criterion",
            key=CRITERION.id,
        ),
        score=1.0,
        rank=1,
        stage="basis",
    ),
    RetrievedChunk(
        chunk=Chunk(
            id="c2",
            document_id="r",
            ordinal=0,
            text="The agent is signed in to the billing desk.",
            kind="rule",
        ),
        score=1.0,
        rank=2,
    ),
)
BRIEF = CaseBrief(epic=EPIC, story=STORY, criterion=CRITERION, condition=REFUSED, sources=SOURCES)
EXISTING = brief_of_case(EPIC, STORY, TestCase(id="old-1", title="Granting an extension"))


def writer(chat: FakeChat, *, adapter: str = "") -> CompanyWriter:
    endpoint = ChatEndpoint(
        chat=cast(Any, chat),
        spec=ModelSpec(id="m", provider="test", model="m", adapter=adapter),
        destination="here",
        timeout=60,
        special_tokens=("<|im_start|>", "<|im_end|>"),
    )
    return CompanyWriter(endpoint, GenerationConfig(), RulesWriter())


def answer(*steps: tuple[str, str], before: Sequence[str] = ()) -> str:
    return json.dumps({"p": list(before), "s": [{"a": a, "e": e} for a, e in steps]})


GOOD = answer(
    ("When I open the billing desk", ""),
    ("And I request an extension of 15 days", f"Then it is refused with “{MESSAGE}”"),
    before=("Given the agent is signed in to the billing desk", "And it is Friday"),
)


def test_the_case_is_the_models_and_everything_else_is_computed() -> None:
    chat = FakeChat(GOOD)
    written = writer(chat).write(BRIEF)
    case = written.case
    assert case.origin.writer == "model"
    assert (case.epic_key, case.story_key, case.criterion_ids) == ("CC-1", "CC-12", ("CC-12-AC2",))
    assert case.condition_ids == ("CC-12-AC2-N1",)
    assert case.release == "Drop-1"
    assert case.preconditions[0] == "Given the agent is signed in to the billing desk"
    assert [step.action for step in case.steps] == [
        "When I open the billing desk",
        "And I request an extension of 15 days",
    ]
    assert case.steps[1].expected_result == f'Then it is refused with "{MESSAGE}"'
    assert case.steps[1].support == "supported"
    assert {one.supports for one in case.all_citations} >= {"precondition", "expected_result"}
    assert verified(case, SOURCES) == case
    assert chat.schemas[0]["title"] == "CompanyCaseDraft"
    assert written.generated_tokens == 9


def test_the_case_names_the_adapter_that_wrote_it() -> None:
    case = writer(FakeChat(GOOD), adapter="company").write(BRIEF).case
    assert case.origin.model_id == "m+company"
    assert writer(FakeChat(GOOD)).write(BRIEF).case.origin.model_id == "m"


def test_a_step_without_an_expected_result_has_no_support() -> None:
    case = writer(FakeChat(GOOD)).write(BRIEF).case
    assert case.steps[0].support == "unsupported"
    assert all(one.supports == "action" for one in case.steps[0].citations)


def test_an_outcome_that_the_draft_leaves_out_is_added() -> None:
    case = (
        writer(FakeChat(answer(("When I request an extension of 15 days", "")))).write(BRIEF).case
    )
    assert case.origin.writer == "model"
    assert case.steps[-1].expected_result == REFUSED.expected
    assert case.steps[-1].support == "supported"


def test_data_that_the_draft_leaves_out_stand_with_its_step() -> None:
    text = answer(("When I request a payment extension", f"Then I see “{MESSAGE}”, it is refused"))
    case = writer(FakeChat(text)).write(BRIEF).case
    assert case.steps[-1].test_data == "15 days"
    assert writer(FakeChat(GOOD)).write(BRIEF).case.steps[-1].test_data == ""


def test_what_no_source_holds_is_marked_and_kept() -> None:
    text = answer(
        ("When I add “Food”", "Then I see “Food”"), before=["Given there is a Lannister Coat"]
    )
    case = writer(FakeChat(text)).write(EXISTING).case
    assert [(one.step, one.rule) for one in case.findings] == [
        (None, "not in the sources"),
        (1, "not in the sources"),
    ]
    assert case.title == "Granting an extension"
    assert case.steps[0].action == 'When I add "Food"'


def test_repeats_are_dropped() -> None:
    text = answer(
        ("When I add it", ""),
        ("When I add it", ""),
        ("And I save", "Then I see it"),
        before=["Given I am here", "given i am here.", "  "],
    )
    case = writer(FakeChat(text)).write(EXISTING).case
    assert case.preconditions == ("Given I am here",)
    assert [step.action for step in case.steps] == ["When I add it", "And I save"]
    assert [step.number for step in case.steps] == [1, 2]
    assert "duplicate step" not in {finding.rule for finding in lint(case)}


@pytest.mark.parametrize(
    ("bad", "reason"),
    [
        ("no JSON", "JSON"),
        (answer(), "s"),
        (answer(("When I add it", "")), "expected result"),
        (answer(("When I say “hello", "Then I see it")), "open"),
        (answer(("add it " * 6, "Then I see it")), "again and again"),
        (answer(("When I read <condition>", "Then I see it")), "question"),
        (answer(("When I read <|im_end|>", "Then I see it")), "token|question"),
        (answer(("Write the one acceptance test case for the condition", "x")), "instructions"),
    ],
)
def test_a_bad_draft_is_asked_for_again_with_the_reason(bad: str, reason: str) -> None:
    chat = FakeChat(bad, answer(("When I add it", "Then I see it")))
    written = writer(chat).write(EXISTING)
    assert written.case.origin.writer == "model"
    (rejected,) = written.rejected
    assert rejected.raw_output == bad
    assert re.search(reason, rejected.reason)
    assert chat.questions[1][-1][1].startswith("Refused: ")
    assert chat.questions[1][: len(chat.questions[0])] == chat.questions[0]


def test_a_tuned_model_is_asked_the_same_again_for_a_shorter_form() -> None:
    """It never saw a correction in its training."""
    chat = FakeChat("no JSON", answer(("When I add it", "Then I see it")))
    written = writer(chat, adapter="company").write(EXISTING)
    assert len(written.rejected) == 1
    assert chat.questions[1] == chat.questions[0]
    first, second = (schema["properties"]["s"]["maxItems"] for schema in chat.schemas)
    assert second < first


def test_the_last_answer_cannot_be_cut_off() -> None:
    """Its schema holds no more characters than its tokens can, lists and texts together."""
    chat = FakeChat("no JSON")
    writer(chat, adapter="company").write(EXISTING)
    last = chat.schemas[-1]["properties"]
    step = last["s"]["items"]["properties"]
    most = last["p"]["maxItems"] * (last["p"]["items"]["maxLength"] + len('"",'))
    texts = step["a"]["maxLength"] + step["e"]["maxLength"]
    most += last["s"]["maxItems"] * (texts + len('{"a":"","e":""},'))
    assert most + len('{"p":[],"s":[]}') <= 3 * GenerationConfig().max_tokens
    assert len(chat.schemas) == GenerationConfig().attempts


def test_a_model_that_expects_nothing_is_made_to_say_what_it_expects() -> None:
    chat = FakeChat(answer(("When I add it", "")), answer(("When I add it", "Then I see it")))
    case = writer(chat, adapter="company").write(EXISTING).case
    assert case.steps[0].expected_result == "Then I see it"
    first, second = (
        schema["properties"]["s"]["items"]["properties"]["e"]["minLength"]
        for schema in chat.schemas
    )
    assert (first, second) == (0, 1)


def test_a_text_that_only_the_schema_ended_is_refused() -> None:
    """Such a text stops in the middle of a word; a case by rule is better."""
    long = (
        "When I add apples, bread, cheese, dates, eggs, figs, grapes, honey, ink, jam, kale, limes"
    )
    endless = answer((f"{long}, milk, nuts, oats, pears, quince, rice, salt and", "Then I see it"))
    written = writer(FakeChat("no JSON", "no JSON", endless), adapter="company").write(EXISTING)
    assert written.case.origin.writer == "rules"
    assert "is longer than" in written.rejected[-1].reason


def test_a_comparison_keeps_the_models_own_words() -> None:
    """The last readable draft stands though it was refused; nothing readable is an empty case."""
    bad = answer(("When I say “hello", "Then I see it"))
    kept = CompanyWriter(
        writer(FakeChat(bad))._endpoint, GenerationConfig(), RulesWriter(), keep_refused=True
    )
    case = kept.write(EXISTING).case
    assert case.origin.writer == "model"
    assert case.origin.replaces
    assert "hello" in case.steps[0].action
    none = CompanyWriter(
        writer(FakeChat("no JSON"))._endpoint, GenerationConfig(), RulesWriter(), keep_refused=True
    )
    assert none.write(EXISTING).case.steps == ()


@pytest.mark.parametrize(
    "bad",
    [
        answer(("When I request an extension of 90 days", f"Then “{MESSAGE}”")),
        answer(("When I request it", "Then it is refused with “You cannot do this any more”")),
        answer(("When I request 15 days", "Then the extension is accepted and saved")),
    ],
)
def test_what_contradicts_the_conditions_own_data_is_refused(bad: str) -> None:
    written = writer(FakeChat(bad)).write(BRIEF)
    assert written.case.origin.writer == "rules"
    assert written.case.origin.replaces
    assert len(written.rejected) >= 2
    assert written.case.steps


def test_the_same_words_are_fine_where_the_condition_states_nothing() -> None:
    text = answer(("When I request 90 days", "Then it is refused with “You cannot do this now”"))
    case = writer(FakeChat(text)).write(EXISTING).case
    assert case.origin.writer == "model"
    assert len(case.findings) == 2


def test_a_model_that_is_gone_ends_the_run() -> None:
    with pytest.raises(ModelUnavailable):
        writer(FakeChat(ModelUnavailable("gone"))).write(BRIEF)


@given(
    st.text(max_size=200)
    | st.recursive(
        st.none() | st.integers() | st.text(max_size=20),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(st.sampled_from(["p", "s", "a", "e"]), inner, max_size=4)
        ),
        max_leaves=12,
    ).map(json.dumps)
)
def test_whatever_a_model_answers_a_whole_case_comes_of_it(raw: str) -> None:
    case = writer(FakeChat(raw)).write(BRIEF).case
    assert case.steps
    assert all(step.action.strip() for step in case.steps)
    assert verified(case, SOURCES) == case
