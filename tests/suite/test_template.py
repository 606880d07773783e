"""The company template: reading, writing, its own rules, and cases against it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.domain import CaseTemplate, Column, TestCase, TestStep
from assistant.errors import TemplateError
from assistant.suite.template import (
    DEFAULT_TEMPLATE,
    dump_template,
    load_template,
    template_problems,
)


def template_text(*columns: Mapping[str, object], **more: object) -> str:
    return json.dumps({"name": "T", "columns": list(columns), **more})


def test_the_default_template_is_read_back_equal() -> None:
    assert load_template(dump_template(DEFAULT_TEMPLATE)) == DEFAULT_TEMPLATE


def test_a_template_saved_with_a_byte_order_mark_is_read() -> None:
    assert load_template("\ufeff" + dump_template(DEFAULT_TEMPLATE)) == DEFAULT_TEMPLATE


ID = {"header": "ID", "field": "id"}


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("{", ("not valid JSON", "line 1")),
        ("[]", ("not an object", "columns")),
        ('{"name": "T"}', ("lacks “columns”",)),
        (template_text(), ("columns",)),
        (template_text(ID, {"field": "id"}), ("Column 2", "lacks “header”")),
        (template_text({"header": "P", "field": "prio"}), ("Column 1", "“prio”", "priority")),
        (template_text({**ID, "requierd": True}), ("Column 1", "“requierd”", "required")),
        (template_text({**ID, "max_chars": 0}), ("Column 1", "max_chars")),
        (template_text(ID, ID), ("“ID”", "twice")),
        (template_text({"header": "  ", "field": "id"}), ("blank",)),
        (
            template_text({"header": "P", "field": "priority", "allowed": ["P1"], "default": "P2"}),
            ("“P”", "“P2”", "“P1”"),
        ),
        (
            template_text(
                {"header": "P", "field": "priority", "allowed": ["P1"], "values": {"High": "1"}}
            ),
            ("“P”", "“1”"),
        ),
        (template_text(ID, title_pattern="{story} {nope}"), ("{nope}", "{story}")),
        (template_text({"header": "C", "field": "constant", "required": True}), ("“C”", "default")),
        (template_text({"header": "\ud800", "field": "id"}), ("JSON",)),
        (template_text({**ID, "required": True, "optional": True}), ("“ID”", "required", "Choose")),
    ],
)
def test_a_faulty_template_names_the_place_and_the_mend(text: str, words: tuple[str, ...]) -> None:
    with pytest.raises(TemplateError) as caught:
        load_template(text)
    for word in words:
        assert word in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.long
@given(st.text() | st.recursive(st.none() | st.text(), lambda x: st.lists(x)).map(json.dumps))
def test_any_text_is_a_template_or_a_template_error(text: str) -> None:
    with pytest.raises(TemplateError):
        load_template(text)


def test_real_json_documents_never_escape_as_another_error(shared_dir: Path) -> None:
    files = sorted((shared_dir / "hostile" / "jsontestsuite").rglob("*.json"))
    assert files
    for file in files:
        text = file.read_bytes().decode("utf-8", errors="surrogateescape")
        with pytest.raises(TemplateError):
            load_template(text)


CASE = TestCase(
    id="TC-1",
    title="A title that is long",
    priority="High",
    labels=("smoke", "billing"),
    steps=(
        TestStep(number=1, action="Open", expected_result="Opened"),
        TestStep(number=2, action="Close", expected_result=" "),
    ),
)


def problems(*columns: Column, row_per: str = "step") -> tuple[str, ...]:
    template = CaseTemplate.model_validate({"name": "T", "row_per": row_per, "columns": columns})
    return template_problems(template, CASE)


def test_a_required_step_field_names_the_step_that_lacks_it() -> None:
    found = problems(Column(header="Result", field="step_expected", required=True))
    assert found == ("Result, step 2: required, but empty.",)


def test_a_required_case_field_is_reported_once_and_a_default_fills_it() -> None:
    column = Column(header="Team", field="team", required=True)
    assert problems(column) == ("Team: required, but empty.",)
    assert problems(column.model_copy(update={"default": "Billing"})) == ()


def test_a_cell_longer_than_the_template_allows_is_reported() -> None:
    assert (
        "20 characters, the template allows 10"
        in problems(Column(header="T", field="title", max_chars=10))[0]
    )
    assert problems(Column(header="T", field="title", max_chars=20)) == ()


def test_values_are_checked_in_the_companys_words() -> None:
    column = Column(header="P", field="priority", allowed=("P1", "P2"))
    assert "“High” is not allowed; use one of “P1”, “P2”" in problems(column)[0]
    assert problems(column.model_copy(update={"values": {"High": "P1"}})) == ()


def test_each_label_is_checked_on_its_own() -> None:
    assert problems(Column(header="L", field="labels", allowed=("smoke", "billing"))) == ()
    found = problems(Column(header="L", field="labels", allowed=("smoke",)))
    assert len(found) == 1
    assert "“billing”" in found[0]


def test_a_case_without_steps_lacks_what_steps_must_have() -> None:
    empty = CASE.model_copy(update={"steps": ()})
    found = template_problems(DEFAULT_TEMPLATE, empty)
    assert "Action: required, but empty." in found
