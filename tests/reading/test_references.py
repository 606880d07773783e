"""A criterion that leans on rules which stand elsewhere is told by its words."""

from __future__ import annotations

import pytest

from assistant.reading.references import KnownTexts, refers_elsewhere


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("The fee depends on the days left, as in the business rules.", "the business rules"),
        ("Warranty rules apply to items bought online.", "Warranty rules"),
        ("The usual limits apply.", "The usual limits"),
        ("The discount is granted as agreed.", "as agreed"),
        ("The fee is computed according to the price list.", "the price list"),
        ("The fee follows, see BR-7.", "BR-7"),
        ("The fee is shown as in AC-3.", ""),  # a criterion, which has a checklist of its own
        ("The case number has the form C 345/25.", ""),
        ("No rules apply.", ""),
        ("The rule is saved and shown in the list of rules.", ""),
        ("Each day costs a fee, as in the table below.", ""),
        ("The message “see the price list” is shown.", ""),
        ("When both conditions apply, the fee is EUR 10.", ""),
        ("Both conditions apply.", ""),
        ("These rules apply: the fee is EUR 5.", ""),
        ("The following rules apply: the fee is EUR 5, the deposit EUR 9.", ""),
        ("Discount rules apply: the fee is EUR 5.", ""),
        ("If the discount rule applies, the price is EUR 5.", ""),
        ("The price is EUR 5 once the discount rule applies.", ""),
        ("If none of the conditions apply, the fee is EUR 5.", ""),
        ("None of the conditions apply.", ""),
        ("On Cancel the page is shown as before.", ""),
        ("Following the law clerk's approval, the deed is sent.", ""),
        ("The deed is sent under the law clerk’s name.", ""),
        ("On Save the usual page is shown.", ""),
        ("The customer is stored under the agreement number 4711.", ""),
        ("The applicable fee is EUR 5.", ""),
        ("The applicable fee is charged.", "The applicable fee"),
        ("If the fee is unpaid, the usual limits apply.", "the usual limits"),
        ("The fee is charged under the contract of the customer.", "the contract"),
    ],
)
def test_what_stands_elsewhere_is_named_by_the_criterion_s_words(text: str, words: str) -> None:
    assert refers_elsewhere(text, ["PAY-71-AC3", "PAY-71"]) == words


def test_a_file_whose_name_joins_the_words_is_the_document_that_they_name() -> None:
    text = "Only a person with the permission according to the role matrix enters it."
    assert [one.words for one in KnownTexts(["Rights of roles"]).unknown(text)] == ["role matrix"]
    assert not KnownTexts(["RoleMatrix_AURIS2\nSheet1\nClerk: no"]).unknown(text)
    assert KnownTexts([text]).unknown(text, own=text)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Priority is P2 if the home is uninhabitable.", []),
        ("All other claims are P3.", []),
        ("The priority is one of P1, P2 or P3.", []),
        ("A claim of P2 is answered within 4 hours.", ["P2"]),
        ("The claim is refused, see P7.", ["P7"]),
    ],
)
def test_a_value_that_the_text_itself_gives_is_no_rule_that_stands_nowhere(
    text: str, words: list[str]
) -> None:
    held = KnownTexts(["A P1 claim is offered within 2 minutes.", text])
    assert [one.words for one in held.unknown(text, own=text)] == words


def test_words_of_two_sentences_or_lines_are_no_name_of_a_document() -> None:
    text = "The fee is computed according to the price list."
    for said in ("It is the full price. List all.", "Price\nList of all", "a nice price, listed"):
        assert [one.words for one in KnownTexts([said]).unknown(text)] == ["price list"], said
    for said in ("price_list_2026.xlsx", "PriceList.xlsx", "in the Price-List", "the price list"):
        assert not KnownTexts([said]).unknown(text), said
