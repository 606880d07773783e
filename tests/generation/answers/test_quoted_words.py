"""Sentences in a model's own words: shown with words that stand in a source and bear them, else
put aside with the reason."""

from __future__ import annotations

from pathlib import Path

import pytest

from assistant.domain import Chunk, RetrievedChunk
from assistant.generation.answers.answer_parts import AnswerSentence
from assistant.generation.answers.quoted_words import Quote, concluded
from assistant.generation.answers.sentence_proof import AnswerProof

RULES = (
    "Deposits of the boat hire.\n\nKind Deposit (EUR)\nCanoe 40.00\nSailing boat 250.00\n\n"
    "A **deposit** is paid back within 5 working days, unless the boat is damaged. The Harbour "
    "Master may keep it. Cash is not taken. The message is “Please pay at the pier.”"
)
ROLES = (
    "Function: Waive a deposit; Hire Desk: -; Harbour Master: X; Auditor: -",
    "Function: Close a hire; Hire Desk: X; Harbour Master: X; Auditor: -",
)


def source(number: int, text: str, heading: str = "") -> RetrievedChunk:
    chunk = Chunk(
        id=f"c{number}", document_id=f"d{number}", ordinal=0, text=text, kind="prose",
        title="Boat hire handbook", heading=heading, start=0, end=len(text),
    )  # fmt: skip
    return RetrievedChunk(chunk=chunk, score=1.0, rank=number)


SOURCES = (
    source(1, RULES),
    source(2, ROLES[0], "Role matrix (X = allowed, - = not allowed)"),
    source(3, ROLES[1], "Role matrix (X = allowed, - = not allowed)"),
    source(4, "| 7300001017 | Ann Lee |\n\n- **Handover**: the boat is given to its hirer."),
)


def test_an_article_in_front_of_a_unit_that_is_defined_is_no_number() -> None:
    defined = (source(1, "Working day = Monday to Friday without public holidays."),)
    for text, shown in (
        ("A working day is one from Monday to Friday.", True),
        ("The fee is due within a working day, Monday to Friday.", False),
        ("A working day after Monday to Friday the fee is due.", False),
    ):
        found = AnswerProof(defined).prove(text, [Quote(1, "Working day = Monday to Friday")])
        assert found.is_shown is shown, found


def test_words_of_a_comment_may_be_copied_with_whose_comment_it_is() -> None:
    comment = source(1, "AC6: reopen only by team leads, 21 days after Closed.")
    chunk = comment.chunk.model_copy(update={"place": "comment by m.okoro, 2026-05-18"})
    sources = (comment.model_copy(update={"chunk": chunk}),)
    copied = "(comment by m.okoro, 2026-05-18) AC6: reopen only by team leads, 21 days"
    found = AnswerProof(sources).prove("Team leads reopen it for 21 days only.", [Quote(1, copied)])
    assert found.is_shown, found
    assert found.citations[0].quote == "AC6: reopen only by team leads, 21 days"


def told(text: str, *quotes: tuple[int, str]) -> AnswerSentence:
    given = [Quote(number, words) for number, words in quotes]
    return AnswerProof(SOURCES).prove(text, given)


@pytest.mark.parametrize(
    ("text", "quotes"),
    [
        (
            "Letting guests off the deposit is for the Harbour Master.",
            [(2, "Function: Waive a deposit; Hire Desk: -; Harbour Master: X")],
        ),
        ("Hirers of a canoe leave a deposit of EUR 40.00.", [(1, "Deposit (EUR) Canoe 40.00")]),
        ("Hirers of a sailing boat leave a deposit of EUR 250.00.",
         [(1, "Kind Deposit (EUR) … Sailing boat 250.00")]),
        ("Hirers hold the deposit again within 5 working days, unless the boat is damaged.",
         [(1, "A deposit is paid back within 5 working days, unless the boat is damaged.")]),
        ("Letting guests off the deposit is not for the Auditor.",
         [(2, "Function: Waive a deposit; … Auditor: -")]),
        ("The message about cash is “Please pay at the pier.”",
         [(1, '"Cash is not taken. … message is "Please pay at the pier."')]),
        ("The hire of Ann Lee has the number 7300001017.", [(4, "7300001017 | Ann Lee")]),
        ("What stands for the handover is that the boat is given to its hirer.",
         [(4, "Handover: the boat is given to its hirer")]),
        ("Ending a hire falls to the Hire Desk or the Harbour Master.",
         [(3, "Function: Close a hire; Hire Desk: X; Harbour Master: X")]),
    ],
)  # fmt: skip
def test_a_sentence_stands_beside_the_words_that_it_was_read_from(
    text: str, quotes: list[tuple[int, str]]
) -> None:
    found = told(text, *quotes)
    assert found.is_shown, (found.missing, found.denied)
    assert found.is_paraphrase
    for one in found.citations:
        assert one.quote == SOURCES[one.source - 1].chunk.text[one.start : one.end]


def test_of_a_sentence_that_is_quoted_in_part_all_is_shown() -> None:
    words = "deposit** is paid back within 5 working days, unless the boat is damaged"
    said = "Hirers hold the deposit again within 5 working days, unless the boat is damaged."
    found = told(said, (1, words), (2, "Function: Waive a deposit"))
    assert found.is_paraphrase
    assert [one.quote for one in found.citations] == [
        "A **deposit** is paid back within 5 working days, unless the boat is damaged.",
        "Function: Waive a deposit",
    ]


DAYS = "A deposit is paid back within 5 working days, unless the boat is damaged."


@pytest.mark.parametrize(
    ("text", "quotes", "why"),
    [
        # Words that stand in no source, or in another than the one that is named.
        ("Hirers of a canoe leave a deposit of EUR 40.00.", [(1, "A canoe costs EUR 40.00")], ""),
        ("Hirers of a canoe leave a deposit of EUR 40.00.", [(2, "Canoe 40.00")], ""),
        ("Hirers of a canoe leave a deposit of EUR 40.00.", [(9, "Canoe 40.00")], ""),
        ("Hirers of a canoe leave a deposit of EUR 40.00.", [(1, "Canoe")], ""),
        # A number, a name, a key or a message that is not in what is quoted.
        ("Hirers of a canoe leave a deposit of EUR 250.00.", [(1, "Canoe 40.00")], "250.00"),
        ("The deposit is back with its hirer within 50 working days, unless the boat is damaged.",
         [(1, DAYS)], "50"),
        ("The Hire Desk may keep it in the end.", [(1, "The Harbour Master may keep it.")],
         "Hire Desk"),
        ("By BR-7 a deposit is back within 5 working days, unless the boat is damaged.",
         [(1, DAYS)], "BR-7"),
        ("Hirers see “Please pay now.” as the message.",
         [(1, "The message is “Please pay at the pier.”")], "Please pay now."),
        ("The hire of Ann Lee has the number 7300001999.", [(4, "7300001017 | Ann Lee")],
         "7300001999"),
        ("The hire of Ann Lee has the number DE7300001017.", [(4, "7300001017 | Ann Lee")],
         "DE7300001017"),
        # Half of what is said is not there.
        ("Lifejackets are checked each spring by a diver, the deposit too.",
         [(1, "A deposit is paid back")], "diver"),
        # The opposite, and what was left out of it.
        ("Letting guests off the deposit is for the Auditor.",
         [(2, "Function: Waive a deposit; … Auditor: -")], "denied"),
        ("Hirers can pay: cash is taken.", [(1, "Cash is not taken.")], "denied|contradicts"),
        ("In the end the Harbour Master must keep it.", [(1, "The Harbour Master may keep it.")],
         "must"),
        ("Hirers get the deposit back within 5 working days.", [(1, DAYS)], "unless"),
    ],
)  # fmt: skip
def test_what_the_quoted_words_do_not_bear_is_put_aside(
    text: str, quotes: list[tuple[int, str]], why: str
) -> None:
    found = told(text, *quotes)
    assert not found.is_shown, found.citations
    said = " ".join((*found.missing, *found.denied))
    assert any(one in said for one in why.split("|")), (found.missing, found.denied)


def test_what_a_source_says_in_these_words_needs_no_quotation() -> None:
    found = told("The Harbour Master may keep it.", (1, "words that stand nowhere"))
    assert found.is_shown
    assert not found.is_paraphrase


@pytest.mark.parametrize(
    ("text", "lines", "own"),
    [
        ("No, TD-7 is paid by transfer.", (), ()),
        ("No.", (), ()),
        ("No, only up to EUR 3,000.00.", (), ()),
        ("No, only up to EUR 5,000.00.", (), ("EUR 5,000.00",)),
        ("No, EUR 0.75 too much.", ("EUR 3,000.75 - EUR 3,000.00 = EUR 0.75",), ()),
        ("No, EUR 0.85 too much.", ("EUR 3,000.75 - EUR 3,000.00 = EUR 0.85",), ("EUR 0.85",)),
        ("No, EUR 0.75 too much.", ("EUR 4,000.75 - EUR 4,000.00 = EUR 0.75",), ("EUR 0.75",)),
        ("No.", ("EUR 3,000.75 - EUR 3,000.00 = EUR 0.75",), ()),
        ("No, MSG-9 is shown.", (), ("MSG-9",)),
        ("No: “Please wait.” is shown.", (), ("Please wait.",)),
        ("No, the Harbour Master decides.", (), ("Harbour Master",)),
        ("No, Friday is too late.", (), ()),
        ("No, Tuesday is too late.", (), ("Tuesday",)),
        ("No, Fri 28 Aug 2026 is too late.", (), ()),
        ("No, Thu 28 Aug 2026 is too late.", (), ("Thu",)),
        ("No, 28 Aug 2026 is right and Sat 29 Aug too late.", (), ("29 Aug",)),
        ("No, Sat 29 Aug 2026 is too late.", (), ("29 Aug 2026",)),
    ],
)
def test_what_a_conclusion_brings_of_its_own_is_told_of_a_trusted_writer_and_drops_another_s(
    text: str, lines: tuple[str, ...], own: tuple[str, ...]
) -> None:
    said = ["TD-7 has an amount of EUR 3,000.75.", "Cash is paid up to EUR 3,000.00."]
    asked = "Can TD-7 be paid in cash on fri 28 aug?"
    sound = () if text == "No." else tuple(one for one in lines if not one.endswith("0.85"))
    assert concluded(text, lines, asked, said, is_trusted=True) == (text, sound, own)
    shown = () if own else sound
    found = concluded(text, lines, asked, said, is_trusted=False)
    assert found == (("", (), ()) if own else (text, shown, ()))


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("22 h 15 min are left.", ["2027-02-12 08:15 - 2027-02-11 10:00 = 22 h 15 min"]),
        ("It comes to EUR 54.11.",
         ["EUR 200.42 * 27 % = EUR 54.1134",
          "round(EUR 54.1134 / EUR 0.01) * EUR 0.01 = EUR 54.11"]),
    ],
)  # fmt: skip
def test_lengths_of_two_units_and_what_is_rounded_to_the_cent_are_worked_out(text, lines) -> None:
    asked = "What is left on 11 Feb at 10 am, and what does it come to?"
    said = ["The sailing departs 2027-02-12 08:15.", "27 % of EUR 200.42 are paid, to the cent."]
    assert concluded(text, lines, asked, said, is_trusted=False)[2] == ()
    assert concluded(text, lines, asked, said, is_trusted=False)[0] == text
    other = text.replace("15 min", "16 min").replace("54.11", "54.12")
    assert concluded(other, lines, asked, said, is_trusted=True)[2]


@pytest.mark.parametrize("trusted", [True, False])
@pytest.mark.parametrize(
    "text",
    ["", "No. " * 200, "x", "xxx", "...", "n/a", "N.A.", "TBD", "<conclusion>", "—", "none", "null",
     "string", "Entfällt.", "Keine Angabe", "k. A."],
)  # fmt: skip
def test_a_conclusion_is_short_and_drawn_from_sentences(text: str, trusted: bool) -> None:
    assert concluded(text, (), "Is it?", ["It is."], is_trusted=trusted) == ("", (), ())
    assert concluded("No.", (), "Is it?", [], is_trusted=trusted) == ("", (), ())
    for short in ("No.", "No", "Nein", "B", "None.", "Nil.", "Empty.", "String.", "X", "X."):
        assert concluded(short, (), "Is B?", ["It is."], is_trusted=trusted)[0] == short
    assert concluded("x", (), "Is it X or Y?", ["It is."], is_trusted=trusted)[0] == "x"


@pytest.mark.parametrize(
    "line",
    ["it is simply so = EUR 0.75", "EUR 9.00 - EUR 1.00 = EUR 8.00", "EUR 3,000.00 + 1 = EUR 9.00"],
)
def test_no_line_is_shown_beside_a_conclusion_that_was_not_worked_out(line: str) -> None:
    said = ["TD-7 has an amount of EUR 3,000.75.", "Cash is paid up to EUR 3,000.00."]
    right = "EUR 3,000.75 - EUR 3,000.00 = EUR 0.75"
    asked = "Can TD-7 be paid in cash?"
    found = concluded("No, EUR 0.75 too much.", (line, right), asked, said, is_trusted=False)
    assert found == ("No, EUR 0.75 too much.", (right,), ())


def shares() -> dict[tuple[str, str, bool], list[bool]]:
    """Whether each sentence of ``other_forms.tsv`` is shown, by language, what is wrong with it
    ("true": nothing) and whether its writer is trusted."""
    found: dict[tuple[str, str, bool], list[bool]] = {}
    for line in Path(__file__).with_name("other_forms.tsv").read_text("utf-8").splitlines():
        language, kind, words, text = line.split("\t")
        for trusted in (True, False):
            proof = AnswerProof([source(1, words)], is_trusted=trusted)
            shown = proof.prove(text, [Quote(1, words)]).is_shown
            found.setdefault((language, kind, trusted), []).append(shown)
    return found


def test_sentences_with_other_forms_of_the_nouns_are_shown_and_wrong_ones_put_aside() -> None:
    found = shares()
    assert {key: sum(one) for key, one in found.items() if key[1] == "true"} == {
        ("de", "true", True): 63, ("de", "true", False): 63,  # of 64; "Fundsachen" of "Ein Fund"
        ("fr", "true", True): 15, ("fr", "true", False): 15,
        ("es", "true", True): 15, ("es", "true", False): 15,
    }  # fmt: skip
    assert not any(any(one) for key, one in found.items() if key[1] == "number")
    assert not any(found["es", "negation", False])
    assert sum(found["de", "negation", False]) <= 1, "“kein Schloss” of “Schlösser”"
    assert sum(found["de", "noun", True]) <= 5, "of 28; half of their words stand there"
    assert sum(found["de", "role", True]) <= 9, "of 14"


PAID = "Die Zahlung ist innerhalb von 10 Tagen nach Erhalt der Rechnung zu leisten."
TERM = "Die Frist zur Antwort beträgt 10 Tage und ist nicht verlängerbar."
DELAI = "L'annulation est possible par écrit et le délai est de 14 jours."


@pytest.mark.parametrize(
    ("words", "text", "is_shown"),
    [
        ("Jeder Prüfling erhält einen Sitzplan.", "Prüflingen wird er ausgehändigt.", True),
        ("Jeder Prüfling erhält einen Sitzplan.", "Prüfungen werden verschoben.", False),
        ("Die Frist zur Antwort beträgt 10 Werktage.", "Antwortfrist: 10 Werktage lang.", True),
        ("Die Frist zur Antwort beträgt 10 Werktage.", "Lieferzeit: 10 Werktage lang.", False),
        ("Die Antwortfrist beträgt 10 Werktage.", "Antwort: Frist 10 Werktage.", True),
        ("Züge fahren ab Gleis 3.", "Ein Zug geht von Gleis 3.", True),
        ("Die Gebühr beträgt für Mitglieder 4 EUR.", "Pfand kostet Gäste 4 EUR.", False),
        ("Die Gebühr beträgt für Mitglieder 4 EUR.", "The charge is 4 EUR.", True),
        (PAID, "Payment due in 10 days.", True),
        (PAID, "Cancellation possible within 10 days.", True),
        (PAID, "Payment due in 12 days.", False),
        (PAID, "Lieferzeit: 10 Tage.", False),
        ("Die Gebühr beträgt für Mitglieder 4 EUR und ist bar fällig.", "Members pay 4 EUR.", True),
        ("Die Gebühr beträgt 4 EUR.", "Members pay 4 EUR.", True),
        ("Members pay 4 EUR.", "Die Gebühr ist 4 EUR.", True),
        ("Status: Confirmed", "Die Buchung ist bestätigt.", True),
        ("Der Export dauert 9 Sekunden und läuft nachts.", "Export takes 9 seconds.", True),
        ("Der Name ist ein Pflichtfeld und wird geprüft.", "Name required.", True),
        (TERM, "Délai de réponse : 10 jours.", True),
        (TERM.replace("Tage", "Werktage"), "Response deadline: 10 working days.", True),
        (DELAI, "Cancellation takes 14 days.", True),
        (DELAI, "Cancellation possible within 14 days.", True),
        (DELAI, "Remise accordée aux membres : 14 jours.", False),
        ("MIT students pay Cambridge fees.", "MIT students pay Boston fees.", False),
        ("VON NEUMANN pays Cambridge fees.", "VON NEUMANN pays Boston fees.", False),
        ("预订 可以 在 18:00 前 取消。 费用 由 酒店 承担。", "Cancel until 18:00.", True),
    ],
)
def test_a_short_sentence_is_of_the_language_of_its_source_where_a_word_tells_so(
    words: str, text: str, is_shown: bool
) -> None:
    proof = AnswerProof([source(1, words)], is_trusted=True)
    found = proof.prove(text, [Quote(1, words)])
    assert found.is_shown is is_shown, found
