"""Personal data with a form is masked, the same value by the same number; all else is as it was."""

from __future__ import annotations

import re
from collections.abc import Sequence

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from assistant.domain import (
    AcceptanceCriterion,
    Epic,
    Place,
    SourceDocument,
    SourceMetadata,
    TestCase,
    TestStep,
    UserStory,
)
from assistant.sources.files.files import read_file
from assistant.sources.masking import masking
from assistant.sources.masking.masking import mask_reading
from assistant.sources.masking.recognisers import PLACEHOLDER
from assistant.sources.reading import Reading


def in_order(text: str) -> str:
    """Placeholders of each kind numbered 1, 2, 3 as they come, whatever number they have."""
    seen: dict[str, dict[str, int]] = {}

    def short(match: re.Match[str]) -> str:
        numbers = seen.setdefault(match[1], {})
        return f"[{match[1]} {numbers.setdefault(match[2], len(numbers) + 1)}]"

    return PLACEHOLDER.sub(short, text)


def mask_text(text: str, names: Sequence[str] = ()) -> str:
    return in_order(masking.mask_text(text, names))


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("Write to anna.meier@bank.example.", "Write to [e-mail 1]."),
        ("Log in as Anna@Example.com or anna@example.com", "Log in as [e-mail 1] or [e-mail 1]"),
        ("a@b.de and c@d.fr", "[e-mail 1] and [e-mail 2]"),
        ("müller@bücher.example", "[e-mail 1]"),
        ("IBAN DE89 3704 0044 0532 0130 00 is kept", "IBAN [account number 1] is kept"),
        ("FR1420041010050500013M02606", "[account number 1]"),
        ("DE89370400440532013000 = DE89 3704 0044 0532 0130 00", "[account number 1] = "
         "[account number 1]"),
        ("NO93 8601 1117 947 and NO9386011117947", "[account number 1] and [account number 1]"),
        ("61 1090 1014 0000 0712 1981 2874", "[account number 1]"),
        ("Card 4111 1111 1111 1111, Amex 3782 822463 10005", "Card [card number 1], Amex "
         "[card number 2]"),
        ("Pay with 4012888888881881", "Pay with [card number 1]"),
        ("Call +49 (0)89 / 636-48018 now", "Call [phone 1] now"),
        ("Tel.: 030 901820", "Tel.: [phone 1]"),
        ("Téléphone portable : 06 12 34 56 78", "Téléphone portable : [phone 1]"),
        ("Handynummer 0151/23456789", "Handynummer [phone 1]"),
        ("Phone: 020 7946 0958, again +44 20 7946 0958", "Phone: [phone 1], again [phone 1]"),
        ("The customer, (212) 736-5000, calls", "The customer, [phone 1], calls"),
        ("log in as 'anna@example.com'", "log in as '[e-mail 1]'"),
        ("mail = 'a.m@b.de'; a.m@b.de-Adresse", "mail = '[e-mail 1]'; [e-mail 1]-Adresse"),
        ("_a_b@example.com_ or a_b@example.com", "_[e-mail 1]_ or [e-mail 1]"),
        ("Tel.: 030 - 901820, Fax 030/901820-12", "Tel.: [phone 1], Fax [phone 2]"),
        ("Téléphone : 06.12.34.56.78", "Téléphone : [phone 1]"),
        ("Tel. 030 901820. Later 030 901820 is dialled.", "Tel. [phone 1]. Later [phone 1] is "
         "dialled."),
        ("She wrote [e-mail 1], he a@b.de", "She wrote [e-mail 1], he [e-mail 2]"),
    ],
)  # fmt: skip
def test_what_has_a_form_is_masked(text: str, masked: str) -> None:
    assert mask_text(text) == masked


@pytest.mark.parametrize(
    "text",
    [
        "CC-200 is shown within 14 days.",
        "Order 4711-0815-2026-0042 and invoice 2026112800017 are open.",
        "Between 1,000,000.00 EUR and 12 000 000 EUR, that is +5 000 000.",
        "From 2026-11-28 10:15:00 to 28.11.2026, version 1.20.300.4000.",
        "Order number 4111 1111 1111 1112",  # its check digit is wrong
        "IBAN DE00 3704 0044 0532 0130 00 is refused",  # so is this one's
        "The barcode 4006381333931 and the IMEI 490154203237518",
        "A phone number has 7 to 15 digits; mobile 2026-11-28; telephone 112",
        "Phone orders: 20261128 of 4711",
        "mobile (501)  192.0 and mobile (501)  284.0",
        "icon@2x.png, left-pad@1.3.0, @anna, anna@localhost",
        "https://user:secret@host.example/path",
        "The Service Desk closes the request of a customer.",
        "550e8400-e29b-41d4-a716-446655440000",
        "CC-12-AC3, REQ 0049 30, 00 49 30 and Fax form 12",
        "BIC DEUTDEFF500, customer 12345678, account 55779911",
        "Mobile: 1500000 requests. The limit is 1500000 EUR; order 1500000 too.",
        "Mobile: 1200 - 1500 px, tablet 1501 px",
        "Portable 2023-2024, mobile: 1.000.000 EUR, phone 12 500 000 users",
        "Mobile 10.15.7 / 11.2.3, mobile 04.12.17-04.12.31",
        "Fax 24.12.24 - 31.12.24, fax 01.02.24 - 31.12.24, fax 01/02/2024",
        "Phone: 0800-1600, phone 08.00-16.00",
        "Mobile 0151234567 EUR, mobile 0151234567 px",
        "",
    ],
)
def test_what_has_none_stays_letter_for_letter(text: str) -> None:
    assert mask_text(text) == text


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("Anna Meier asks.", "[name 1] asks."),
        ("ANNA\nMEIER and Meier, Anna", "[name 1] and [name 1]"),
        ("Anna Meier's account", "[name 1]'s account"),
        ("Anna Meier-Schulz and Anna Meiers", "Anna Meier-Schulz and Anna Meiers"),
        ("Long pays for a long time", "[name 1] pays for a long time"),
    ],
)
def test_names_that_the_project_gives_are_masked(text: str, masked: str) -> None:
    assert mask_text(text, ["Anna Meier", "Long"]) == masked


@pytest.mark.long
@settings(max_examples=200, deadline=None)
@given(st.from_regex(r"[1-9][0-9]{6,10}", fullmatch=True))
def test_a_label_alone_makes_no_telephone_number_of_a_count(number: str) -> None:
    text = f"Mobile: {number} requests. The limit is {number}."
    assert mask_text(text) == text


def test_a_value_has_one_number_in_every_text_of_a_project_and_another_value_another() -> None:
    rule = "Send the report to {}."
    first, second = (
        masking.mask_text(rule.format(mail), key="ours") for mail in ("a@x.de", "b@x.de")
    )
    assert first != second
    (number,) = PLACEHOLDER.findall(first)
    later = masking.mask_text("Ask c@x.de, b@x.de and A@x.de.", key="ours")
    assert PLACEHOLDER.findall(later)[2] == number
    assert masking.mask_text(rule.format("a@x.de"), key="theirs") != first


PIECES = st.lists(
    st.one_of(
        st.sampled_from([
            "anna@example.com", "DE89 3704 0044 0532 0130 00", "4111111111111111", "+49 30 901820",
            "Tel. 030 901820", "030 901820", "Anna Meier", "[e-mail 3]", "[name", "+", "00", " ",
            ",", "4111 1111 1111 1111", "a@b.de4111", "@", ".", "\n",
        ]),
        st.text(max_size=12),
        st.from_regex(r"[0-9 ()+./-]{1,24}", fullmatch=True),
    ),
    max_size=14,
).map("".join)  # fmt: skip


@pytest.mark.long
@settings(max_examples=300, deadline=None)
@given(PIECES)
def test_masking_twice_is_masking_once(text: str) -> None:
    once = masking.mask_text(text, ["Anna Meier", "mail"])
    assert masking.mask_text(once, ["Anna Meier", "mail"]) == once


@settings(max_examples=200, deadline=None)
@given(st.text(st.characters(exclude_categories=["Nd", "Cs"], exclude_characters="@")))
def test_a_text_without_digits_and_addresses_is_unchanged(text: str) -> None:
    assert mask_text(text) == text


@pytest.mark.long
@settings(max_examples=150, deadline=None)
@given(PIECES, PIECES, PIECES)
@example(before="", said="anna@example.com+49 30 901820", after="")
def test_offsets_follow_the_text(before: str, said: str, after: str) -> None:
    text = f"{before}\n¶{said}¶\n{after}"
    start = len(before) + 1
    reading = reading_of(text, start, start + len(said) + 2)
    masked = mask_reading(reading, ["Anna Meier"])
    place, text = masked.places[0], masked.document.text
    assert text[place.start : place.end] == masked.epics[0].criteria[0].text
    criterion = masked.epics[0].criteria[0]
    assert (criterion.start, criterion.end) == (place.start, place.end)
    assert mask_reading(masked, ["Anna Meier"]) == masked


def reading_of(text: str, start: int, end: int, author: str = "") -> Reading:
    document = SourceDocument(
        id="d", kind="epic", title="t", text=text, content_hash="0",
        metadata=SourceMetadata(author=author),
    )  # fmt: skip
    criterion = AcceptanceCriterion(id="A-1", text=text[start:end], start=start, end=end)
    story = UserStory(key="A", title="s", criteria=(criterion,))
    return Reading(
        document=document,
        epics=(Epic(key="E", title="e", stories=(story,)),),
        places=(Place(start=start, end=end, label="page 1"),),
    )


def test_a_reading_is_masked_throughout_with_one_number_for_a_value() -> None:
    text = "Comment of Ann Lee: pay anna@x.de.\nThe mail goes to bob@y.fr."
    reading = reading_of(text, 35, len(text), author="Lee, Ann <ann@lee.example>")
    case = TestCase(
        id="bob@y.fr",
        title="Mail to bob@y.fr",
        epic_key="bob@y.fr",
        story_key="bob@y.fr",
        steps=(TestStep(number=1, action="Open", test_data="anna@x.de", expected_result="sent"),),
    )
    comment = Place(start=0, end=35, label="comment by Ann Lee, 2026-05-03")
    masked = mask_reading(
        reading.model_copy(update={"cases": (case,), "places": (comment, *reading.places)})
    )
    name, anna, bob = (match.group() for match in PLACEHOLDER.finditer(masked.document.text))
    assert masked.document.text == f"Comment of {name}: pay {anna}.\nThe mail goes to {bob}."
    assert in_order(masked.document.text) == (
        "Comment of [name 1]: pay [e-mail 1].\nThe mail goes to [e-mail 2]."
    )
    assert masked.epics[0].criteria[0].text == f"The mail goes to {bob}."
    assert masked.document.metadata.author == name
    assert [place.label for place in masked.places] == [f"comment by {name}, 2026-05-03", "page 1"]
    found = masked.cases[0]  # by these it is found again
    assert (found.id, found.epic_key, found.story_key) == ("bob@y.fr",) * 3
    assert found.title == f"Mail to {bob}"
    assert found.steps[0].test_data == anna
    assert masked.report.sentences == ("Masked: 2 e-mail addresses, 1 name",)


def test_a_reading_without_personal_data_is_the_same() -> None:
    reading = reading_of("Orders up to 14 days old are shown as CC-200.", 0, 10)
    assert mask_reading(reading) is reading


@pytest.mark.parametrize(
    ("author", "kept", "is_found"),
    [
        ("Meier, Anna", "[name 1]", True),
        ("Meier, Anna [EXT]", "[name 1]", True),
        ("Meier, Dr. Anna (Unlicensed)", "[name 1]", True),
        ("Prof. Dr. Anna Meier <a@b.de>", "[name 1]", True),
        ("Anna Meier", "[name 1]", False),  # by its form it could be a team's
        ("anna meier", "[name 1]", False),
        ("ameier", "[name 1]", False),
        ("Programme Office", "[name 1]", False),
        ("Product Owner", "[name 1]", False),
        ("a.meier@bank.example", "[e-mail 1]", False),
        ("unknown", "unknown", False),
        ("", "", False),
    ],
)
def test_an_authors_field_is_masked_and_the_text_where_the_field_tells_a_person(
    author: str, kept: str, is_found: bool
) -> None:
    text = "The Product Owner or the Programme Office asks Anna Meier or Meier, Anna"
    masked = mask_reading(reading_of(text, 0, 4, author=author))
    assert in_order(masked.document.metadata.author) == kept
    if is_found:
        text = text.replace("Meier, Anna", "[name 1]").replace("Anna Meier", "[name 1]")
    assert in_order(masked.document.text) == text


def test_a_name_with_a_particle_is_found_both_ways_round() -> None:
    text = "Karl von Stein, that is von Stein, Karl, pays; Stein stays"
    masked = mask_reading(reading_of(text, 0, 4, author="von Stein, Karl"))
    assert in_order(masked.document.text) == "[name 1], that is [name 1], pays; Stein stays"


def test_who_wrote_the_rows_of_an_export_is_masked_in_its_text() -> None:
    data = (
        "Key,Summary,Reporter,Description\n"
        'CC-1,Pay,"Meier, Anna",Anna Meier pays.\nCC-2,Log,Product Owner,The Product Owner logs.\n'
    )
    masked = mask_reading(read_file("r.csv", data.encode()))
    text = in_order(masked.document.text)
    assert "[name 1] pays." in text
    assert "The Product Owner logs." in text
    assert in_order("".join(masked.authors)) == "[name 1][name 2]"
    assert masked.report.masked == "Masked: 2 names"
