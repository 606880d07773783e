"""Case files and the library as training material: read whole, linked, or refused by line."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.domain import AcceptanceCriterion, Epic, TestCase, UserStory
from assistant.errors import TrainingError
from assistant.generation.writers.item_answer import completion_of
from assistant.training.data.case_files import gherkin_parts, read_case_file
from assistant.training.data.dataset import from_library

GHERKIN = {
    "id": "features/cart/adding#1",
    "requirement_id": "features/cart/adding",
    "requirement_title": "Adding to the cart",
    "requirement": "In order to buy\nAs a Visitor\nI want to add products",
    "title": "Adding a product",
    "type": "Scenario",
    "tags": ["@cart"],
    "preconditions": ["Given the store has a product"],
    "steps": ["Given I see it", "When I add it", "And I save", "Then I see it", "And its price"],
    "examples": [],
}
MANUAL = {
    "id": 7,
    "story_key": "CC-12",
    "story_title": "Extensions",
    "title": "An extension of 14 days",
    "technique": "boundary",
    "preconditions": "The agent is signed in.\nThe account is open.",
    "steps": [
        {"action": "Enter the days", "test_data": "14", "expected": "The days are shown"},
        {"action": "Save", "expected_result": "It is granted"},
    ],
}


def write(path: Path, *rows: object) -> Path:
    path.write_text("\n".join(json.dumps(row) for row in rows) + "\n", encoding="utf-8")
    return path


def test_gherkin_rows_become_cases_of_their_story(tmp_path: Path) -> None:
    second = {**GHERKIN, "id": "2", "title": "Another"}
    (one,) = read_case_file(write(tmp_path / "c.jsonl", GHERKIN, second))
    assert (one.epic.key, one.epic.title) == ("features/cart", "cart")
    assert one.story.title == "Adding to the cart"
    assert one.story.narrative == GHERKIN["requirement"]
    case = one.cases[0]
    assert case.preconditions == ("Given the store has a product", "Given I see it")
    assert [(s.action, s.expected_result) for s in case.steps] == [
        ("When I add it", ""),
        ("And I save", "Then I see it\nAnd its price"),
    ]
    assert (case.status, case.origin.writer, case.labels) == ("imported", "import", ("@cart",))
    assert (case.story_key, case.epic_key) == ("features/cart/adding", "features/cart")


def test_manual_rows_are_read_too(tmp_path: Path) -> None:
    (one,) = read_case_file(write(tmp_path / "c.jsonl", MANUAL))
    case = one.cases[0]
    assert (case.id, case.technique, one.story.key) == ("7", "boundary", "CC-12")
    assert case.preconditions == ("The agent is signed in.", "The account is open.")
    assert [(s.action, s.test_data, s.expected_result) for s in case.steps] == [
        ("Enter the days", "14", "The days are shown"),
        ("Save", "", "It is granted"),
    ]


def test_cases_without_a_story_are_kept_apart(tmp_path: Path) -> None:
    lone = {"id": "x", "title": "Lone", "steps": ["When I add it", "Then I see it"]}
    linked, unlinked = read_case_file(write(tmp_path / "c.jsonl", GHERKIN, lone))
    assert linked.story.key == "features/cart/adding"
    assert (unlinked.story.key, [case.id for case in unlinked.cases]) == ("", ["x"])


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "no cases"),
        (b"\n\n", "no cases"),
        (b"{", "Line 1 .* no JSON"),
        (b"[1]", "Line 1 .* no JSON object"),
        (b"\xff\xfe", "UTF-8"),
        (b'{"id": "1", "title": ["x"], "steps": []}', "'title' is no text"),
        (b'{"id": "1", "title": "x", "steps": "When"}', "'steps' is no list"),
        (b'{"prompt": "a", "completion": "b"}', "Line 1 of bad.jsonl holds no case"),
        (b'{"id": "1", "title": "x", "steps": [3]}', "step 1 is neither"),
        (b'{"id": "1", "title": "x", "preconditions": {}, "steps": 3}', "'steps'|'preconditions'"),
        (b'{"id": "1", "title": "x"}\n{"id": "1", "title": "y"}', "Line 2 .* id '1' of line 1"),
    ],
)
def test_anything_else_is_refused_with_its_line(
    tmp_path: Path, content: bytes, reason: str
) -> None:
    path = tmp_path / "bad.jsonl"
    path.write_bytes(content)
    with pytest.raises(TrainingError, match=reason):
        read_case_file(path)
    with pytest.raises(TrainingError, match="cannot be read"):
        read_case_file(tmp_path / "absent.jsonl")


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from([*GHERKIN, "action", "expected"]), inner, max_size=5)
    ),
    max_leaves=15,
)


@pytest.mark.long
@given(st.lists(json_values, max_size=4))
def test_any_json_is_read_or_refused(
    tmp_path_factory: pytest.TempPathFactory, rows: list[object]
) -> None:
    path = write(tmp_path_factory.getbasetemp() / "any.jsonl", *rows)
    try:
        stories = read_case_file(path)
    except TrainingError:
        return
    assert sum(len(one.cases) for one in stories) > 0


lines = st.lists(
    st.tuples(
        st.sampled_from(["Given", "When", "Then", "And", "But", "*"]),
        st.sampled_from(["I add it", 'the store has "Food"', "I see it"]),
    ).map(" ".join),
    min_size=1,
    max_size=8,
)


@given(lines)
def test_no_line_of_a_scenario_is_lost(script: list[str]) -> None:
    before, steps = gherkin_parts(script, title="title")
    said = [*before]
    for step in steps:
        said += [step.action, *step.expected_result.split("\n")]
    assert [line for line in said if line and line != "title"] == script
    case = TestCase(id="c", title="t", preconditions=before, steps=steps)
    assert json.loads(completion_of(case))["p"] == [
        line.replace('"Food"', "“Food”") for line in before
    ]


def test_the_library_is_linked_by_story_criterion_or_only_story() -> None:
    criterion = AcceptanceCriterion(id="CC-12-AC1", text="x")
    story = UserStory(key="CC-12", title="Extensions", criteria=(criterion,))
    epics = (
        Epic(key="CC-1", title="Payments", stories=(story, UserStory(key="CC-13", title="B"))),
        Epic(key="CC-2", title="Moves", stories=(UserStory(key="CC-20", title="Moving"),)),
    )
    found = from_library(
        epics,
        (
            TestCase(id="1", title="by key", story_key="cc-12"),
            TestCase(id="2", title="by criterion", criterion_ids=("?", "CC-12-AC1")),
            TestCase(id="3", title="by epic", epic_key="CC-2"),
            TestCase(id="4", title="two stories", epic_key="CC-1"),
            TestCase(id="5", title="gone", story_key="CC-99"),
            TestCase(id="6", title="gone", criterion_ids=("CC-99-AC1",)),
        ),
    )
    assert [(one.story.key, [c.id for c in one.cases]) for one in found.stories] == [
        ("CC-12", ["1", "2"]),
        ("CC-20", ["3"]),
    ]
    assert [(one.case_id, one.reason) for one in found.left_out] == [
        ("4", "no link to a story"),
        ("5", "its story is not in the library"),
        ("6", "none of its criteria is in the library"),
    ]
