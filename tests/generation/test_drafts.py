"""The shape that a model fills: its schema, and how an answer is read."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.errors import InvalidOutput
from assistant.generation.drafts import MAX_EXPECTED, draft_schema, read_draft

STEP = {"a": "Request it.", "e": "It is refused.", "n": 2}


def test_the_schema_offers_the_sources_and_bounds_the_steps() -> None:
    schema = draft_schema((3, 1, 3), max_steps=4)
    steps = schema["properties"]["s"]  # type: ignore[index]
    assert steps["maxItems"] == 4
    assert steps["minItems"] == 1
    assert steps["items"]["properties"]["n"]["enum"] == [1, 3]
    assert steps["items"]["additionalProperties"] is False
    assert schema["title"]


def test_a_good_answer_is_read() -> None:
    draft = read_draft({"s": [STEP]}, sources=(1, 2), max_steps=3)
    assert draft.s[0].texts == ("Request it.", "It is refused.")


@pytest.mark.parametrize(
    ("data", "says"),
    [
        ({}, "s"),
        ({"s": []}, "s"),
        ({"s": [STEP] * 4}, "4 steps"),
        ({"s": [{**STEP, "n": 7}]}, "7 is no source"),
        ({"s": [{**STEP, "n": "two"}]}, "s.0.n"),
        ({"s": [{**STEP, "source": "BR-7"}]}, "s.0.source"),
        ({"s": [{"a": "x", "n": 1}]}, "s.0.e"),
        ({"s": [{**STEP, "e": "x" * (MAX_EXPECTED + 1)}]}, "s.0.e"),
        ({"s": "text"}, "s"),
    ],
)
def test_a_wrong_answer_says_what_to_correct(data: dict[str, object], says: str) -> None:
    with pytest.raises(InvalidOutput) as refused:
        read_draft(data, sources=(1, 2), max_steps=3, raw="raw")
    assert says in str(refused.value)
    assert refused.value.raw_output == "raw"


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["s", "a", "d", "e", "n", "x"]), inner, max_size=5)
    ),
    max_leaves=12,
)


@given(st.dictionaries(st.sampled_from(["s", "t", "a"]), JSON, max_size=3))
def test_rubbish_is_read_or_refused_and_nothing_else(data: dict[str, object]) -> None:
    try:
        draft = read_draft(data, sources=(1, 2), max_steps=3)
    except InvalidOutput:
        return
    assert 1 <= len(draft.s) <= 3
    assert {step.n for step in draft.s} <= {1, 2}
