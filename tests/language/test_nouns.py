"""Nouns in the singular and in the plural, first words in lower case, German nouns."""

from __future__ import annotations

import pytest

from assistant.language.casing import lower_start
from assistant.language.nouns import german_parts, german_roots, plural, singular
from assistant.language.verbs import third_person


def test_forms() -> None:
    assert [third_person(v) for v in ("send", "apply", "have", "pass", "pay")] == [
        "sends", "applies", "has", "passes", "pays"]  # fmt: skip
    assert [singular(n) for n in ("addresses", "failed attempts", "policies", "statuses")] == [
        "address", "failed attempt", "policy", "status"]  # fmt: skip
    assert [plural(n) for n in ("address", "category", "working day", "box")] == [
        "addresses", "categories", "working days", "boxes"]  # fmt: skip
    assert lower_start("Sort Code") == "Sort Code"
    assert lower_start("Passwords") == "passwords"


@pytest.mark.parametrize(
    "forms",
    [
        "Prüfling Prüflinge Prüflingen Prüflings", "Belegung Belegungen", "Haus Hauses Häusern",
        "Zeugnis Zeugnisses Zeugnissen", "Leiterin Leiterinnen", "Konto Konten", "Kurs Kurse",
        "Ausweis Ausweise", "Amt Ämtern Amtes", "Zug Züge", "Tafel Tafeln", "Fahrer Fahrern",
        "Vertrag Vertrags Verträge Verträgen", "Frist Fristen", "Buch Büchern", "Schaden Schäden",
        "Mangel Mängel Mängeln", "Vater Väter Vätern", "Baum Bäume", "Fuß Füße", "Krankenhaus "
        "Krankenhäuser", "Gast Gäste", "Bundesland Bundesländern", "Käufer Käufern", "Nacht Nächte",
    ],
)  # fmt: skip
def test_forms_of_a_german_noun_have_a_root_with_its_singular(forms: str) -> None:
    first, *others = map(german_roots, forms.split())
    assert all(first & one for one in others)


@pytest.mark.parametrize(
    "words",
    [
        "Förderung Forderung", "Förderungen Forderungen", "Zählung Zahlung", "Schüler Schule",
        "Auszählung Auszahlung", "Schülern Schulen", "Kläger Klage", "Käufer Kauf", "Bürger Burg",
        "Verkäufern Verkaufs", "Händler Handel", "Würde wurde", "Küche Kuchen", "Zähler Zahler",
        "Eigentümer Eigentum", "Ausländer Ausland", "Empfänger Empfang", "Anhänger Anhang",
    ],
)  # fmt: skip
def test_an_umlaut_that_no_plural_has_makes_another_noun(words: str) -> None:
    one, other = map(german_roots, words.split())
    assert not one & other


@pytest.mark.parametrize(
    ("whole", "others", "parts"),
    [
        ("Antwortfrist", "Frist Antwort", "Frist Antwort"),
        ("Kündigungsfristen", "Frist Kündigungen", "Frist Kündigungen"),
        ("Kundenwünsche", "Wunsch Kunde", "Wunsch Kunde"),
        ("Antwortfrist", "Frist Lieferung", ""),
        ("Wohnungsschäden", "Schaden Wohnung", "Schaden Wohnung"),
        ("Wohnungsschaden", "Schäden Wohnungen", "Schäden Wohnungen"),
        ("Zahlungsforderung", "Förderung Zahlung", ""),
        ("Zahlungsförderungen", "Forderung Zahlung", ""),
        ("Hauskäufer", "Kauf Haus", ""),
        ("Antwortzeit", "Frist Antwort", ""),
        ("Belegung", "Belegung", ""),
    ],
)
def test_a_german_compound_has_its_first_and_its_last_part(
    whole: str, others: str, parts: str
) -> None:
    roots = frozenset[str]().union(*map(german_roots, others.split()))
    found = frozenset[str]().union(*(german_parts(one, roots) for one in german_roots(whole)))
    assert {one for one in others.split() if found & german_roots(one)} == set(parts.split())
