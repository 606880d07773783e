"""Values of a model's text that nothing allowed states: neither missed nor cried wolf over."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.language.quantities import foreign_values

SUPPORTED = [
    ("Request the refund 14 days after purchase", ["within fourteen days of purchase"]),
    ("Enter fourteen days", ["14 days"]),
    ("Pay 1000", ["£1,000"]),
    ("Pay GBP 1000", ["£1,000"]),
    ("Pay £1000.00", ["£1,000"]),
    ("Pay 1,000 pounds", ["£1,000"]),
    ("At 5pm submit it", ["before 17:00"]),
    ("At 17:00", ["5 pm"]),
    ("Step 1: open the page. Step 2: click", ["nothing"]),
    ("1. Open the page\n2. Click Save", [""]),
    ("Open the first page and the second tab", [""]),
    ("Wait 24 hours", ["1 day"]),
    ("Wait 1 day", ["24 hours"]),
    ("Wait 60 minutes", ["an hour"]),
    ('Click "Save" and then "Next"', ["x"]),
    (
        'The message "Refund period has expired" is shown',
        ['otherwise "Refund period has expired." is shown'],
    ),
    ("The message ‘Too late’ is shown", ['message "Too late"']),
    ("On 31 March 2026", ["2026-03-31"]),
    ("On 31/03/2026", ["31 March 2026"]),
    ("On 31 March", ["31 March 2026"]),
    ("In 2026", ["31 March 2026"]),
    ("One user opens one page", [""]),
    ("Both fields", [""]),
    ("The fee of 74,50 € is due", ["Day rate: 74,50"]),
    ("Pay €74.50", ["| A | 14,90 | 74,50 |"]),
    ("Attach a meter to the site", ["Meters are attached"]),
    ("After a meter is read, choose a BAR", [""]),
    ("According to BR-CC-01", ["BR-CC-01 A caller"]),
    ("8 characters", ["8 to 20 characters"]),
    ("20 characters", ["8 to 20 characters"]),
    ("10% discount", ["10 percent"]),
    ("10 per cent", ["10%"]),
    ("5MB file", ["5 MB"]),
    ("error 404", ["HTTP 404"]),
    ("the 15th day", ["x"]),
    ("two-factor login", ["x"]),
    ("a 30-day period", ["30 days"]),
    ("Enter 15", ["15 days"]),
    ("15 days", ["data: 15"]),
    ("3 failed attempts", ["3 attempts"]),
    ("Click 'Don't save'", ["x"]),
    ("version 2.1", ["version 2.1"]),
    ("Set quantity to 0", ["0 items"]),
    ("a password with 7 characters, e.g. Abc", ["7 characters"]),
    ("within the 30-minute window", ["30 minutes"]),
    ("£0.01 above", ["0.01"]),
    ("open 24/7", ["x"]),
    ("ten attempts", ["10 attempts"]),
]
FOREIGN = [
    ("A board of more than a metre", ["A board of more than 2 m"]),
    ("Request the refund 15 days after purchase", ["within 14 days"]),
    ("Wait 14 hours", ["14 days"]),
    ("Pay £500", ["£1,000"]),
    ("Pay €1,000", ["£1,000"]),
    ("Pay 1,001", ["£1,000"]),
    ("At 5pm", ["before 17:30"]),
    ("At 17:01", ["17:00"]),
    ('The message "Your refund was rejected" is shown', ["message is shown"]),
    ('An error message "Denied" appears', ["x"]),
    ("On 1 April 2026", ["31 March 2026"]),
    ("According to BR-CC-99", ["BR-CC-01"]),
    ("twenty-one days", ["20 days"]),
    ("three failed attempts", ["5 attempts"]),
    ("Enter a password of 6 characters", ["8 to 20 characters"]),
    ("15%", ["10%"]),
    ("4 MB", ["5 MB"]),
    ("order 12345", ["order is placed"]),
    ("error 500 is shown", ["error 404"]),
    ("age 17", ["18 years"]),
    ("2 of 4 items", ["2 of the 3 items"]),
    ("£14", ["14 days"]),
    ("14%", ["14 days"]),
    ("9:30", ["9:00"]),
    ("0 items", ["at least 1 item"]),
    ("Enter 42", ["x"]),
    ("version 3.0", ["version 2.1"]),
    ("Enter a date of 12/05/2024", ["x"]),
    ("30 minutes", ["15 minutes; 30 days"]),
]


@pytest.mark.parametrize(("text", "allowed"), SUPPORTED)
def test_supported_values_are_not_foreign(text: str, allowed: list[str]) -> None:
    assert foreign_values(text, allowed) == ()


@pytest.mark.parametrize(("text", "allowed"), FOREIGN)
def test_values_stated_nowhere_are_foreign(text: str, allowed: list[str]) -> None:
    found = foreign_values(text, allowed)
    assert len(found) == 1
    assert found[0] in text


@given(st.text(max_size=200))
def test_a_text_is_never_foreign_to_itself(text: str) -> None:
    assert foreign_values(text, [text]) == ()


@given(st.integers(20, 9_999))
def test_a_changed_number_is_always_found(number: int) -> None:
    allowed = [f"within {number} days"]
    assert foreign_values(f"after {number} days", allowed) == ()
    assert foreign_values(f"after {number + 1} days", allowed) == (f"{number + 1} days",)
