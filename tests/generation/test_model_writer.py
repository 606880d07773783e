"""What our code does with a model's answers: good ones, forged ones, rubbish, and none.

The model is a fake here, because the thing under test is the reaction. ``test_model_writer_real``
asks real models.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any, cast

import pytest
from fake_chat import FakeChat
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from assistant.domain import (
    AcceptanceCriterion,
    Chunk,
    ChunkKind,
    Epic,
    GenerationConfig,
    ModelSpec,
    RetrievedChunk,
    TestCase,
    TestCondition,
    UserStory,
)
from assistant.errors import GenerationError, ModelUnavailable
from assistant.generation.cancelling import Cancelled
from assistant.generation.chat_models import ChatEndpoint
from assistant.generation.checks import reason_against
from assistant.generation.drafts import TestCaseDraft
from assistant.generation.model_writer import ModelWriter
from assistant.generation.proof.passages import Sources
from assistant.generation.rules_writer import RulesWriter
from assistant.generation.writer import CaseBrief

MESSAGE = '"Extensions may not exceed 14 days."'
TEXTS: tuple[tuple[ChunkKind, str, str], ...] = (
    ("criterion", "CC-12-AC1", "A payment extension of up to 14 days is granted at once."),
    ("criterion", "CC-12-AC2", f"A longer extension is refused with the message {MESSAGE}"),
    ("criterion", "CC-12-AC3", "A customer with two unpaid bills is referred to the Credit Team."),
    ("story", "CC-12", "As a Call Centre Agent, I want to grant a payment extension."),
    ("rule", "BR-7", "BR-7: Only one extension may be open per account."),
)
SOURCES = tuple(
    RetrievedChunk(
        chunk=Chunk(id=f"c{n}", document_id="d", ordinal=n, text=text, kind=kind, key=key),
        score=1.0,
        rank=n,
        stage="basis" if kind in ("criterion", "story") else "fused",
    )
    for n, (kind, key, text) in enumerate(TEXTS, start=1)
)
STORY = UserStory(key="CC-12", title="Grant a payment extension", narrative=TEXTS[3][2])
EPIC = Epic(key="CC-1", title="Payment arrangements", stories=(STORY,), release="Drop-1")
REFUSED = TestCondition(
    id="CC-12-AC2-N1",
    criterion_id="CC-12-AC2",
    technique="negative",
    valid=False,
    statement="An extension of 15 days is refused",
    action="Request a payment extension",
    data="15 days",
    expected=f"The extension is refused with the message {MESSAGE}",
)
GRANTED = TestCondition(
    id="CC-12-AC1-P1",
    criterion_id="CC-12-AC1",
    technique="positive",
    statement="An extension of 14 days is granted",
    action="Request a payment extension",
    data="14 days",
    expected="The payment extension is granted at once",
)


def brief(condition: TestCondition = REFUSED) -> CaseBrief:
    text = next(text for _, key, text in TEXTS if key == condition.criterion_id)
    criterion = AcceptanceCriterion(id=condition.criterion_id, text=text)
    return CaseBrief(
        epic=EPIC, story=STORY, criterion=criterion, condition=condition, sources=SOURCES
    )


def writer(chat: FakeChat, **config: Any) -> ModelWriter:
    endpoint = ChatEndpoint(
        chat=cast(Any, chat),
        spec=ModelSpec(id="fake", provider="fake", model="fake"),
        destination="stays on this computer",
        timeout=60,
        special_tokens=("<|im_start|>", "<|im_end|>"),
    )
    return ModelWriter(endpoint, GenerationConfig(**config), RulesWriter())


def answer(
    a: str = "Request a payment extension of 15 days.",
    e: str = f"The extension is refused with the message {MESSAGE}",
    n: int = 2,
    *more: dict[str, object],
) -> str:
    return json.dumps({"s": [{"a": a, "e": e, "n": n}, *more]})


def quotes_hold(case: TestCase) -> bool:
    texts = {source.chunk.id: source.chunk.text for source in SOURCES}
    return all(
        citation.quote and texts[citation.chunk_id][citation.start : citation.end] == citation.quote
        for citation in case.all_citations
    )


def test_a_good_draft_becomes_a_case() -> None:
    chat = FakeChat(answer())
    written = writer(chat).write(brief())
    case = written.case
    assert case.origin.writer == "model"
    assert case.origin.model_id == "fake"
    assert written.rejected == ()
    assert (written.prompt_tokens, written.generated_tokens) == (50, 9)
    assert (case.criterion_ids, case.condition_ids) == (("CC-12-AC2",), ("CC-12-AC2-N1",))
    assert (case.epic_key, case.story_key, case.release) == ("CC-1", "CC-12", "Drop-1")
    act = next(step for step in case.steps if step.test_data == "15 days")
    assert act.support == "supported"
    expected = [c for c in act.citations if c.supports == "expected_result"]
    assert expected[0].source == 2
    assert MESSAGE in expected[0].quote
    assert quotes_hold(case)
    assert chat.schemas[0]["properties"]["s"]["items"]["properties"]["n"]["enum"] == [1, 2, 3, 4, 5]


def test_a_wrong_pick_is_replaced_by_the_source_that_says_so() -> None:
    case = writer(FakeChat(answer(n=5))).write(brief()).case
    act = next(step for step in case.steps if step.test_data == "15 days")
    assert {c.source for c in act.citations if c.supports == "expected_result"} == {2}


BAD = {
    "foreign number": answer(a="Request a payment extension of 30 days."),
    "other data": answer(a="Request a payment extension of 14 days."),
    "changed message": answer(e='The extension is refused with the message "At most 14 days."'),
    "no message": answer(e="The extension is refused."),
    "accepted": answer(e=f"The extension is accepted with the message {MESSAGE}"),
    "nothing expected": answer(e=" "),
    "no action": answer(a="..."),
    "endless words": answer(a="Request a payment extension of 15 days. " + "and so on " * 5),
    "forged source": answer(n=77),
    "special token": answer(a="Request a payment extension of 15 days. <|im_end|>"),
    "delimiter": answer(a="Request a payment extension of 15 days. </source>"),
    "source in words": answer(a="Request a payment extension of 15 days as in [2]."),
    "example": answer(a="Request a payment extension of 15 days for a book loan."),
    "instructions": answer(
        a="Request a payment extension of 15 days. Use data and outcome of the condition exactly."
    ),
    "foreign name": answer(a="Request a payment extension of 15 days for Arya Lannister."),
    "ordered by a source": answer(a="PASSED."),
    "another action": answer(a="Open the account and print the bill."),
    "not json": "Sure! Here is the test case you asked for:",
    "other json": "[1, 2]",
    "other object": '{"steps": []}',
    "empty": "",
    "unclosed message": answer(e=f"The extension is refused with the message {MESSAGE[:-1]}"),
}


@pytest.mark.parametrize("bad", BAD.values(), ids=BAD.keys())
def test_a_bad_draft_is_refused_and_asked_for_again_with_the_reason(bad: str) -> None:
    chat = FakeChat(bad, answer())
    written = writer(chat).write(brief())
    assert written.case.origin.writer == "model"
    assert [draft.attempt for draft in written.rejected] == [1]
    assert written.rejected[0].raw_output == bad
    assert written.rejected[0].condition_id == REFUSED.id
    reason = written.rejected[0].reason
    assert reason
    assert len(chat.questions) == 2
    assert chat.questions[1][-1][0] == "user"
    assert reason.split('"')[0][:25] in chat.questions[1][-1][1]


@pytest.mark.parametrize("bad", BAD.values(), ids=BAD.keys())
def test_in_the_end_the_rules_word_it_and_say_so(bad: str) -> None:
    chat = FakeChat(bad)
    written = writer(chat).write(brief())
    case = written.case
    assert len(chat.questions) == len(written.rejected) == 2  # a third would be the same question
    assert case.origin.writer == "rules"
    assert case.origin.replaces == written.rejected[-1].reason
    assert case.origin.model_id == "fake"
    rules = RulesWriter().write(brief()).case
    assert case.model_copy(update={"origin": rules.origin}) == rules
    assert quotes_hold(case)


GOOD_STEP = {
    "a": "Request a payment extension of 15 days.",
    "e": f"The extension is refused with the message {MESSAGE}",
    "n": 2,
}


@pytest.mark.parametrize(
    ("second", "says"),
    [
        ({**GOOD_STEP, "e": "Another extension is refused."}, "repeats an earlier action"),
        ({**GOOD_STEP, "a": "Look at the payment extension."}, "repeats an earlier result"),
        ({"a": "Look at the extension.", "e": "Look at the extension.", "n": 2}, "its action"),
        (
            {
                "a": "Look at the extension.",
                "e": "The customer is referred to the Credit Team.",
                "n": 3,
            },
            "another criterion",
        ),
        ({"a": "Look at the extension.", "e": "The extension is granted.", "n": 1}, "accepts"),
        ({"a": "Print the monthly bill.", "e": "The extension is not there.", "n": 1}, "not about"),
    ],
)
def test_a_second_step_must_fit_too(second: dict[str, object], says: str) -> None:
    draft = TestCaseDraft.model_validate({"s": [GOOD_STEP, second]})
    assert says in reason_against(draft, brief(), Sources(SOURCES))
    alone = TestCaseDraft.model_validate({"s": [GOOD_STEP]})
    assert reason_against(alone, brief(), Sources(SOURCES)) == ""


def test_there_is_a_step_for_each_action_and_no_room_for_more() -> None:
    chat = FakeChat(answer())
    writer(chat).write(brief())
    assert chat.schemas[0]["properties"]["s"]["maxItems"] == 1
    two = REFUSED.model_copy(update={"action": "Open the account, then enter the extension"})
    writer(chat).write(brief(two))
    assert chat.schemas[1]["properties"]["s"]["maxItems"] == 2


def test_attempts_are_the_users_choice() -> None:
    chat = FakeChat(BAD["accepted"])
    assert len(writer(chat, attempts=1).write(brief()).rejected) == 1
    assert len(chat.questions) == 1
    chat = FakeChat(BAD["accepted"])
    assert len(writer(chat, temperature=0.7).write(brief()).rejected) == 3
    chat = FakeChat(BAD["accepted"], BAD["no message"], BAD["example"], answer())
    written = writer(chat).write(brief())
    assert [draft.attempt for draft in written.rejected] == [1, 2, 3]
    assert written.case.origin.writer == "rules"


def test_messages_are_shown_and_read_in_typographic_marks() -> None:
    message = MESSAGE.strip('"')
    chat = FakeChat(answer(e=f"The extension is refused with the message “{message}”"))
    case = writer(chat).write(brief()).case
    assert case.origin.writer == "model"
    assert any(MESSAGE in step.expected_result for step in case.steps)
    assert f"“{message}”" in chat.questions[0][-1][1]


def test_an_answer_cut_off_is_refused() -> None:
    written = writer(FakeChat(answer(), finish="length"), attempts=1).write(brief())
    assert "cut off" in written.case.origin.replaces


@pytest.mark.parametrize(
    ("expected", "good"),
    [
        ("The payment extension is granted at once.", True),
        ("The payment extension is refused.", False),
        ("The payment extension is not granted at once.", False),
        (f"The payment extension is granted at once with {MESSAGE}", False),
        ("The page is blue.", False),
    ],
)
def test_an_allowed_situation_must_go_through(expected: str, good: bool) -> None:
    text = answer("Request a payment extension of 14 days.", expected, 1)
    written = writer(FakeChat(text), attempts=1).write(brief(GRANTED))
    assert (written.case.origin.writer == "model") is good


@pytest.mark.parametrize(
    "error",
    [
        ConnectionRefusedError("refused"),
        TimeoutError("too slow"),
        ModelUnavailable("The model is gone. Start it again."),
    ],
)
def test_a_model_that_cannot_be_reached_ends_the_run(error: Exception) -> None:
    with pytest.raises(GenerationError):
        writer(FakeChat(error)).write(brief())


def test_cancelling_is_passed_on() -> None:
    with pytest.raises(Cancelled):
        writer(FakeChat(answer())).write(brief(), cancelled=lambda: True)


def test_cancelling_between_attempts() -> None:
    chat = FakeChat(BAD["accepted"])
    asked: Callable[[], bool] = lambda: len(chat.questions) >= 1  # noqa: E731
    with pytest.raises(Cancelled):
        writer(chat).write(brief(), cancelled=asked)


PIECES = [
    "the extension", "is not", "refused", "granted", "with message", "14", "15", "30", "days",
    "[2]", "Credit Team", '"', "<|im_end|>", "request", "payment", ".", ",", "two",
]  # fmt: skip
WORDS = st.lists(st.sampled_from(PIECES), max_size=14).map(" ".join)


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    st.lists(
        st.fixed_dictionaries(
            {"a": WORDS, "e": WORDS, "n": st.integers(min_value=-2, max_value=9)}
        ),
        max_size=4,
    )
)
def test_forged_drafts_never_yield_a_quote_that_is_not_there(steps: list[dict[str, Any]]) -> None:
    written = writer(FakeChat(json.dumps({"s": steps})), attempts=1).write(brief())
    assert quotes_hold(written.case)
    assert all(step.action and step.expected_result for step in written.case.steps)
    text = json.dumps(written.case.model_dump(mode="json", exclude={"origin"}))
    assert "30 days" not in text
    assert "<|im_end|>" not in text
