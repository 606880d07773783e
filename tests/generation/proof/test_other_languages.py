"""German and French results are proved as English ones: a good one stands, and a changed number of
it is told."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import pytest

from assistant.domain import TestCase

Prove = Callable[..., TestCase]

RESULTS = [
    (
        "Erstattet ist am 29.12.2026 (18.12.2026 + {5|6} Werktage ohne 24. und 25.12.2026).",
        "Der Widerruf ging am 18.12.2026 ein; Frist sind 5 Werktage ohne 24.12. und Feiertage.",
        ["2026-12-18 + 5 Werktage without 2026-12-24, 2026-12-25 = 2026-12-29"],
    ),
    (
        "Le remboursement a lieu le {28|29} décembre 2026 (j+5 ouvrés, hors 25).",
        "La rétractation est arrivée le 18 décembre 2026 ; on rembourse sous 5 jours ouvrés.",
        ["2026-12-18 + 5 jours ouvrés without 2026-12-25 = 2026-12-28"],
    ),
    (
        "Gespeichert ist 760 genau auf der Grenze, {130|140} kWh über dem Stand.",
        "Der Stand ist 630 kWh, die Grenze 760 kWh.",
        ["760 kWh - 630 kWh = 130 kWh"],
    ),
    (
        "Der Zuschlag ist {37,80|38,70} €: 126 kg über den 1.000 kg, je kg 0,30 €.",
        "Palette P-77 wiegt 1.126 kg; über 1.000 kg kostet jedes kg 0,30 €.",
        ["1.126 kg - 1.000 kg = 126 kg", "126 kg * 0,30 € = 37,80 €"],
    ),
    (
        "Le besoin est de {1 120|1 210} kg.",
        "La parcelle a 7 ha ; il faut 160 kg par hectare.",
        ["160 kg/ha * 7 ha = 1120 kg"],
    ),
    (
        "Raum 2 ist von 14.30 Uhr bis {15.25|15.35} Uhr belegt.",
        "Der Termin um 14.30 Uhr in Raum 2 dauert 45 Minuten und 10 Minuten Reinigung.",
        ["14:30 + 45 Minuten + 10 Minuten = 15:25"],
    ),
    (
        "La salle est libre à {15 h 25|15 h 35}.",
        "La salle est prise à 14 h 30 pour 55 minutes.",
        ["14:30 + 55 minutes = 15:25"],
    ),
    (
        "Die Abrechnung zeigt {178,75|187,75} € für 6,5 Überstunden.",
        "Es sind 6,5 Überstunden zu 27,50 €.",
        ["6,5 Stunden * 27,50 € = 178,75 €"],
    ),
    (
        "Der Vertrag pausiert vom 1. bis {31.|30.} Juli 2027.",
        "Der Vertrag pausiert den ganzen Juli 2027, also 1 Monat.",
        ["2027-07-01 + 1 Monat - 1 Tag = 2027-07-31"],
    ),
    (
        "Der Preis ist {2.134,50|2.143,50} €.",
        "Der Preis von 2.072,33 € steigt um 3 %.",
        ["round(2.072,33 € * 1,03, 2) = 2.134,50 €"],
    ),
    (
        "Das Paket geht nach dem {2.|3.} Zustellversuch in die Filiale.",
        "Nach dem zweiten Zustellversuch geht das Paket in die Filiale.",
        [],
    ),
    (
        "Es folgen {drei|fünf} weitere Zustellversuche.",
        "Das System macht 3 weitere Zustellversuche.",
        [],
    ),
]  # fmt: skip


def changed(text: str) -> tuple[str, str]:
    """A text with the first and with the second of what it has in braces."""
    before, braces, after = text.replace("{", "}").split("}")
    good, bad = braces.split("|")
    return before + good + after, before + bad + after


@pytest.mark.parametrize(("result", "text", "calculation"), RESULTS)
def test_a_changed_number_is_told_and_a_good_one_stands(
    prove: Prove, result: str, text: str, calculation: Sequence[str]
) -> None:
    for said, good in zip(changed(result), (True, False), strict=True):
        case = prove(text, [("Öffnen.", "", said)], calculations=[calculation])
        told = {one.rule for one in case.findings} - {"unsupported"}
        assert (not told) is good, (said, case.findings)


@pytest.mark.parametrize(
    ("said", "stands"),
    [
        ("Alle drei Geräte stehen in der Liste.", True),
        ("Alle vier Geräte stehen in der Liste.", False),
        ("Tous les trois appareils sont listés.", True),
        ("Les quatre appareils sont listés.", False),
        ("Drei Geräte stehen in der Liste.", False),
    ],
)
def test_all_that_the_data_list_may_be_counted(prove: Prove, said: str, stands: bool) -> None:
    text = "Die Liste zeigt Geräte. La liste montre les appareils."
    case = prove(text, [("Öffnen.", "", said)], given=["Geräte, appareils: A-1, B-2 und C-3"])
    assert ("not in the sources" not in {one.rule for one in case.findings}) is stands


@pytest.mark.parametrize(
    ("criterion", "text", "stands"),
    [
        ("Der Antrag wird angenommen.", "ein Bescheid liegt nicht vor", True),
        ("Der Antrag wird angenommen.", "ein Bescheid ist nicht erstellt", False),
        ("Der Antrag wird angenommen.", "Der Antrag ist nicht eingegangen", False),
        ("Der Schaden wird gemeldet.", "Der Schaden ist ohne Fotos gemeldet", True),
        ("Der Schaden wird gemeldet.", "Der Schaden ist nicht gemeldet", False),
        ("Le colis est livré.", "Le colis est sans autorisation", True),
        ("Le colis est livré.", "Le colis n'est pas arrivé", False),
    ],
)
def test_what_the_data_deny_may_be_denied(
    prove: Prove, criterion: str, text: str, stands: bool
) -> None:
    given = [
        "Zum Schaden gibt es keine Fotos; zum Antrag liegt kein Bescheid vor",
        "Il n'y a pas d'autorisation",
    ]
    case = prove(criterion, [("Öffnen.", "", text)], given=given, outcomes=[criterion])
    assert (not case.findings) is stands, case.findings


VOUCHER = "Gutscheine werden bei einer Stornierung nicht ausgezahlt, sondern wieder gutgeschrieben."
LIMIT = "BR-10: At most 2 vouchers can be used per booking."
LOOK = ("Look up the voucher with which the booking was paid.", "", "")


def looked_up(prove: Prove, result: str, *, cited: Sequence[int], criterion: str = "") -> TestCase:
    """A case in English whose second source is German."""
    criterion = criterion or "A booking can be cancelled until the day before departure."
    given = ["The booking was paid with a voucher of the company, and cancelled on the same day."]
    step = (*LOOK[:2], result)
    return prove(criterion, [step], given=given, sources=[VOUCHER, LIMIT], cited=cited)


def test_a_source_in_another_language_that_a_step_cites_stays_and_is_not_compared(
    prove: Prove,
) -> None:
    (step,) = looked_up(prove, "The voucher has been credited again.", cited=[2]).steps
    assert [(one.source, one.quote, one.compared) for one in step.citations] == [
        (2, VOUCHER, False)
    ]
    assert step.support == "not compared"
    strange = "A gleaming certificate lands inside the wallet unexpectedly."
    (step,) = looked_up(prove, strange, cited=[2]).steps
    assert step.support == "not compared", "no word of it could stand there"
    (step,) = looked_up(prove, "The voucher of 77.00 EUR is credited again.", cited=[2]).steps
    assert step.support == "unsupported", "a value can be compared"


def test_the_mark_of_a_compared_source_does_not_speak_for_one_that_is_not(prove: Prove) -> None:
    (step,) = looked_up(prove, "At most 2 vouchers are used per booking.", cited=[2, 3]).steps
    assert [(one.source, one.compared) for one in step.citations] == [(3, True), (2, False)]
    assert step.support == "supported"


def test_a_source_in_another_language_lends_no_mark_to_words_that_stand_nowhere(
    prove: Prove,
) -> None:
    strange = "A gleaming certificate for the booking lands inside the wallet."
    (step,) = looked_up(prove, strange, cited=[3]).steps
    assert step.support == "unsupported"
    (step,) = looked_up(prove, strange, cited=[2, 3]).steps
    assert step.support == "not compared"
    assert (2, False) in [(one.source, one.compared) for one in step.citations]


def test_without_a_source_of_its_own_a_step_gets_the_nearest_words(prove: Prove) -> None:
    (step,) = looked_up(prove, "The voucher has been credited again.", cited=[]).steps
    assert [one.compared for one in step.citations] == [True]
    row = "Midi: 28; Standard: 49; Doppeldecker: 74"
    case = prove(
        "Eine Reservierung wird für 7 Tage gehalten und danach wieder frei.",
        [("Die Reservierung nach 8 Tagen öffnen.", "", "Die Reservierung ist wieder frei.")],
        sources=[row], cited=[2],
    )  # fmt: skip
    assert 2 not in [one.source for one in case.steps[0].citations], "a row of names has no tongue"
