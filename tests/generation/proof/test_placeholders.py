"""A message whose place was left open is told; what is filled, told or markup is left alone."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from assistant.domain import TestCase

Prove = Callable[..., TestCase]
RULE = "placeholder not filled"
EMPTY = 'An empty field is refused with the message "Please complete the field {field name}."'
GREETING = "The page greets the customer with ‘Welcome back, <first name>’."


def found(case: TestCase) -> list[str]:
    return [one.message for one in case.findings if one.rule == RULE]


@pytest.mark.parametrize(
    ("text", "result", "place"),
    [
        (EMPTY, 'The message "Please complete the field {field name}." is shown.', "{field name}"),
        (GREETING, "The page shows ‘Welcome back, <first name>’.", "<first name>"),
    ],
)
def test_a_place_left_open_is_told_and_is_no_contradiction(
    prove: Prove, text: str, result: str, place: str
) -> None:
    case = prove(text, [("Open the page and send it.", "", result)])
    assert len(found(case)) == 1
    assert f"leaves “{place}” open" in found(case)[0]
    assert not [one for one in case.findings if one.severity == "error"]


@pytest.mark.parametrize(
    ("text", "action", "result"),
    [
        (EMPTY, "Send it.", 'The message "Please complete the field Surname." is shown.'),
        (EMPTY, "Send it.", 'The message "Please complete the field {field name}." is shown, where '
         "the field name is Surname."),
        (EMPTY, "", 'The message "Please complete the field {field name}." is shown.'),
        ('The name "<b>Bold</b> Ltd" is shown as it is.', "Open it.",
         'The name "<b>Bold</b> Ltd" is shown.'),
        ('The text "<img src=x onerror=alert(1)> and more" is shown.', "Open it.",
         'The text "<img src=x onerror=alert(1)> and more" is shown.'),
        ('The text "one line<br>and another" is shown.', "Open it.",
         'The text "one line<br>and another" is shown.'),
        ("The editor lists the placeholder ‘{first name}’.", "Open it.",
         "The editor lists ‘{first name}’."),
        ("The total is shown.", "Open it.", 'The message "Please wait for {something}" is shown.'),
    ],
)  # fmt: skip
def test_what_is_filled_told_meant_or_markup_is_left_alone(
    prove: Prove, text: str, action: str, result: str
) -> None:
    assert not found(prove(text, [(action, "", result)]))
