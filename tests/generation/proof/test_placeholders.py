"""A message whose place was left open is told; what is filled, told or markup is left alone."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from assistant.domain import TestCase
from assistant.generation.proof.placeholders import fillings

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


COVER = (
    "Key: WTY-01; Where: Case, after save; Text: No valid cover found for serial number {serial}. "
    "Check the report before you promise a free visit."
)
VISIT = "> Your technician comes on {date} between {from} and {to}. Need another time? {link}"
TICKETS = "Text: {n} issued ticket(s) still carry the old name. They will not be changed."


@pytest.mark.parametrize(
    ("text", "message", "filled"),
    [
        (COVER, "No valid cover found for serial number HV24.", ("hv24",)),
        (
            COVER,
            "No valid cover found for serial number HV24. Check the report before you promise a "
            "free visit.",
            ("hv24",),
        ),
        (COVER, "No valid cover found for the serial number HV24.", ()),
        (COVER, "No valid cover found for serial number", ()),
        (COVER, "HV24", ()),
        (
            VISIT,
            "Your technician comes on 9 March between 10:00 and 12:00. Need another time? {link}",
            ("9 march", "10:00", "12:00", "{link}"),
        ),
        (VISIT, "A technician comes on 9 March between 10:00 and 12:00.", ()),
        (TICKETS, "3 issued ticket(s) still carry the old name.", ("3",)),
        ("No place at all.", "No place at all.", ()),
        (
            "Words: There is an open claim: {0}; 0 = its number",
            "There is an open claim: RC-00151",
            ("rc-00151",),
        ),
        ("Subject: Claim {!Claim__c.Name} is closed", "Claim RC-00151 is closed", ("rc-00151",)),
        (
            "Your lesson is on {0,date,dd/MM/yyyy} at {0,time,HH:mm}.",
            "Your lesson is on 01/02/2027 at 14:00.",
            ("01/02/2027", "14:00"),
        ),
    ],
)
def test_a_message_is_a_sources_own_with_its_places_filled(
    text: str, message: str, filled: tuple[str, ...]
) -> None:
    assert fillings(message, text) == filled


@pytest.mark.parametrize(
    ("message", "stands"),
    [("No valid cover found …", True), ("No valid cover found...", True), ("No cover at …", False)],
)
def test_a_message_may_be_cut_short(prove: Prove, message: str, stands: bool) -> None:
    steps = [("Save the case.", "HV240917032", f"“{message}” is not shown.")]
    case = prove("If cover is found nothing is shown.", steps, sources=[COVER])
    told = [one for one in case.findings if one.rule == "not in the sources"]
    assert bool(told) is not stands


@pytest.mark.parametrize(("serial", "stands"), [("HV240917032", True), ("HV240917033", False)])
def test_what_fills_a_place_stands_in_the_data(prove: Prove, serial: str, stands: bool) -> None:
    steps = [
        ("Save the case.", "HV240917032", f"“No valid cover found for serial number {serial}.” is "
         "shown."),
    ]  # fmt: skip
    case = prove("If no cover is found the agreed message is shown.", steps, sources=[COVER])
    told = [one for one in case.findings if one.rule == "not in the sources"]
    assert bool(told) is not stands


@pytest.mark.parametrize(
    ("names", "stands"),
    [
        ("Ana Ruiz", True),
        ("Ana Ruiz, Eva Gil and Jo Day", True),
        ("Ana Ruiz y Eva Gil", True),
        ("Ana Ruiz of Eva Gil", False),
        ("Ana Ruiz and Eva Day", False),
    ],
)
def test_all_that_fills_a_place_stands_in_the_data(prove: Prove, names: str, stands: bool) -> None:
    told = "Text: This request is waiting for the approval of {approvers}."
    steps = [
        ("Send it.", "Ana Ruiz; Eva Gil; Jo Day",
         f"“This request is waiting for the approval of {names}.” is shown."),
    ]  # fmt: skip
    case = prove("The agreed message is shown.", steps, sources=[told])
    assert any(one.rule == "not in the sources" for one in case.findings) is not stands


@pytest.mark.parametrize(
    ("day", "stands"),
    [("1 December 2026", True), ("2026-12-01", True), ("2 December 2026", False)],
)
def test_a_day_fills_a_place_however_it_is_written(prove: Prove, day: str, stands: bool) -> None:
    told = "Text: A swap is possible from {EligibleDate}."
    steps = [
        ("Open it.", "Delivered on 2026-12-01", f"“A swap is possible from {day}.” is shown."),
    ]  # fmt: skip
    case = prove("The standard reason is shown.", steps, sources=[told])
    assert any(one.rule == "not in the sources" for one in case.findings) is not stands


@pytest.mark.parametrize(("fee", "stands"), [("£18.00", True), ("£19.00", False)])
def test_an_amount_of_a_row_fills_a_place(prove: Prove, fee: str, stands: bool) -> None:
    told = ["Text: A late fee of {0} will be put on your account.", "Item: Late fee; Price £: 18"]
    steps = [("Cancel it.", "", f"“A late fee of {fee} will be put on your account.” is shown.")]
    case = prove("The agreed message is shown.", steps, sources=told)
    assert any(one.rule == "not in the sources" for one in case.findings) is not stands


@pytest.mark.parametrize(
    ("day", "known"),
    [("Thu 15 Oct", True), ("15 Oct", True), ("Fri 15 Oct", False), ("Thu 22 Oct", False)],
)
def test_a_day_that_fills_a_place_is_one_of_the_data(prove: Prove, day: str, known: bool) -> None:
    text = "SMS M-04: We fit your glass on {date} between {from} and {to}. Call us: 01 555."
    case = prove(
        text,
        [("Book the slot.", "Thursday 15 October 2026, 10:30–12:30",
          f"“We fit your glass on {day} between 10:30 and 12:30. Call us: 01 555.”")],
    )  # fmt: skip
    assert (case.unsupported_steps == ()) is known, case.findings


def test_a_day_without_a_year_falls_on_no_day_of_the_week(prove: Prove) -> None:
    text = "SMS M-04: We fit your glass on {date}. Call us: 01 555 before eight."
    result = "“We fit your glass on Fri 15 Oct. Call us: 01 555 before eight.”"
    case = prove(text, [("Book the slot.", "Slot of 15 October", result)])
    assert case.unsupported_steps == (1,)
