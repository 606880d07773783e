"""What is read of a model's answer about a story, whole or while it is still being written."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.errors import InvalidOutput
from assistant.generation.writers.story_draft import (
    ObjectStream,
    QuestionDraft,
    read_case,
    readable,
    story_schema,
)

texts = st.text(st.characters(exclude_categories=("Cs",)), max_size=12)
cases = st.lists(
    st.fixed_dictionaries(
        {"title": texts, "steps": st.lists(st.fixed_dictionaries({"action": texts}), max_size=3)}
    ),
    max_size=4,
)

CASE = {
    "criteria": ["AC1", "AC9"],
    "covers": ["AC1-B1", "made-up"],
    "technique": "boundary",
    "title": " Eleven days wait for both ",
    "preconditions": ["Ann Lee is logged in", "  "],
    "steps": [
        {
            "action": "Request leave.",
            "data": "1 to 15 June",
            "expected": "It waits.",
            "sources": [1, 7],
        }
    ],
}


def read(data: dict[str, object]) -> object:
    return read_case(data, criteria=["AC1"], items=["AC1-B1"], sources={1, 2})


@given(cases, st.integers(min_value=1, max_value=9), st.sampled_from([None, 1]))
def test_cases_are_found_while_they_are_written(
    written: list[dict[str, object]], size: int, indent: int | None
) -> None:
    answer = json.dumps({"cases": written, "questions": [{"question": "}]"}]}, indent=indent)
    stream = ObjectStream()
    found = []
    for end in range(size, len(answer) + size, size):
        found += stream.feed(answer[:end])
    assert found == written


@pytest.mark.parametrize("text", ["", "no JSON", '{"cases": 7', '{"cases": [7, {"a": 1}]'])
def test_what_is_no_case_is_not_found(text: str) -> None:
    assert ObjectStream().feed(text) == []


def test_ids_and_sources_that_were_not_offered_mean_nothing() -> None:
    draft = read_case(CASE, criteria=["AC1"], items=["AC1-B1"], sources={1, 2})
    assert (draft.criteria, draft.covers) == (("AC1",), ("AC1-B1",))
    assert draft.steps[0].sources == (1,)
    assert draft.title == "Eleven days wait for both"
    assert draft.preconditions == ("Ann Lee is logged in",)


def test_fields_beside_ours_and_unknown_techniques_are_left_aside() -> None:
    data = {**CASE, "id": "TC-1", "technique": "smoke"}
    draft = read_case(data, criteria=["AC1"], items=["AC1-B1"], sources={1})
    assert draft.technique == "positive"


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"steps": []}, "steps"),
        ({"title": ""}, "title"),
        ({"steps": [{"action": ""}]}, "action"),
        ({"steps": [{"action": "a"}] * 16}, "steps"),
        ({"steps": [{"action": "a" * 1201}]}, "action"),
        ({"preconditions": ["one"] * 13}, "preconditions"),
        ({"preconditions": "one"}, "preconditions"),
    ],
)
def test_a_case_that_is_none_is_refused_by_name(change: dict[str, object], named: str) -> None:
    with pytest.raises(InvalidOutput, match=named):
        read({**CASE, **change})


def test_the_schema_offers_only_what_there_is() -> None:
    schema = story_schema(["AC1"], ["AC1-B1"])
    assert '"enum": ["AC1-B1"]' in json.dumps(schema)
    assert '"enum": []' not in json.dumps(story_schema([], []))
    properties = schema["properties"]
    assert isinstance(properties, dict)
    assert list(properties) == ["withdrawn", "cases", "questions", "answers"]


def test_questions_that_cannot_be_read_are_left_out() -> None:
    questions = [{"criterion": "AC1", "words": "days", "question": "Which days?"}, {"words": 3}, 7]
    assert [one.question for one in readable(QuestionDraft, questions)] == ["Which days?"]
    assert readable(QuestionDraft, "none") == ()
