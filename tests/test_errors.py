"""What is told of data that pydantic refuses."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from assistant.domain import TestCase
from assistant.errors import first_problem


def refused(data: object) -> ValidationError:
    with pytest.raises(ValidationError) as caught:
        TestCase.model_validate(data)
    return caught.value


def test_the_first_problem_is_told_with_its_place() -> None:
    error = refused({"id": "T", "title": "A case", "steps": [{"number": "one"}], "more": 1})
    assert error.error_count() > 1
    assert first_problem(error, "the case").startswith("steps.0.number: Input should be")


def test_a_problem_of_the_whole_has_the_place_that_is_named_or_none() -> None:
    error = refused("no object")
    assert first_problem(error, "the case").startswith("the case: Input should be")
    assert first_problem(error).startswith("Input should be")
