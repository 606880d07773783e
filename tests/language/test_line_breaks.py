"""Lines that a mail program or an editor broke, and lines that stand for themselves."""

from __future__ import annotations

from textwrap import wrap

import pytest

from assistant.generation.sentence_words import sentences
from assistant.language.line_breaks import soft_breaks, without_quote_marks
from assistant.language.quantities import find_quantities

SENTENCES = [
    "Dear all, we agreed last Thursday that the fee of 5 EUR is no longer taken from members.",
    "The deposit for a booking is paid to our Partner in Zurich before the course begins, and it "
    "is paid back within 30 days of the end.",
    "Die Gebühr für Gäste entfällt ab dem 1. Mai ganz.",
    "For all the others it stays as it has been in the year before 2026.",
]


def said(text: str) -> list[str]:
    shown = without_quote_marks(text)
    return [" ".join(shown[a:b].removeprefix("> ").split()) for a, b in sentences(text)]


@pytest.mark.parametrize("width", range(60, 81))
@pytest.mark.parametrize("quoted", ["", "> "])
def test_a_sentence_of_a_wrapped_text_is_whole(width: int, quoted: str) -> None:
    lines = wrap(" ".join(SENTENCES), width)
    assert said("\n".join(quoted + line for line in lines)) == SENTENCES


@pytest.mark.parametrize(
    "text",
    [
        "We agreed that the fee is no longer\ntaken from 1 May.",
        "- We agreed that the fee is no longer\ntaken from 1 May.",
        "- The refund is made within\n  30 days of the end of\n  March.",
        "> We agreed that the fee is no longer\n> taken from 1 May.",
        "> > - The deposit is taken by the\n> >   Partner in Zurich.",
        "The deposit is taken by the\nPartner in Zurich.",
        "Die Gebühr wird nicht mehr erhoben und\nGäste zahlen nichts.",
        "Die Gebühr gilt für Gäste bis zum\n31. Dezember.",
        "Die Gebühr gilt für Gäste bis zum 31.\nDezember.",
    ],
)
def test_what_goes_on_in_the_next_line_is_one_sentence(text: str) -> None:
    assert len(soft_breaks(text)) == text.count("\n")
    assert len(said(text)) == 1


@pytest.mark.parametrize(
    "text",
    [
        "Name\nAddress\nTelephone",
        "name\naddress\ntelephone number",
        "The customer pays the fee online\nThe customer gets an invoice",
        "The fee is taken for each booking\n- members pay nothing",
        "The fee is taken for each booking\n2. members pay nothing",
        "The fee is taken for each booking\n\nfrom 1 May",
        "The fee is taken for each booking:\nfrom 1 May",
        "The fee is taken for each booking  \nfrom 1 May",
        "> The fee is taken for each booking\nfrom 1 May",
        "The fee is taken for each booking\nOwner: Anna",
        "owner: Anna and her colleagues\nfee: 5 EUR",
        "# The fee is taken for each booking\nfrom 1 May",
        "```\nthe fee is taken for each\nbooking of a guest\n```",
        "Given a customer of the shop who has paid\nWhen she cancels",
    ],
)
def test_lines_that_stand_for_themselves(text: str) -> None:
    assert not soft_breaks(text)


def test_the_mark_of_a_quoted_line_is_no_comparison() -> None:
    text = "> The refund is made to the customer of the\n> 30 days offer, and for amounts\n> above."
    assert [one.comparison for one in find_quantities(text)] == ["none"]
    (cut_out,) = find_quantities("The refund is made to him\n> 30 days in all.")
    assert cut_out.comparison == "none"
    (limit,) = find_quantities("> 30 days: no refund")
    assert limit.comparison == "more than"
