"""Nouns in the singular and in the plural, first words in lower case, German nouns."""

from __future__ import annotations

import pytest

from assistant.language.casing import lower_start
from assistant.language.nouns import german_parts, german_stem, plural, singular
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
    ],
)  # fmt: skip
def test_forms_of_a_german_noun_have_one_stem(forms: str) -> None:
    assert len(set(map(german_stem, forms.split()))) == 1


@pytest.mark.parametrize(
    ("whole", "others", "parts"),
    [
        ("Antwortfrist", "Frist Antwort", "Frist Antwort"),
        ("Kündigungsfristen", "Fristen Kündigung", "Frist Kündigung"),
        ("Kundenwünsche", "Wunsch Kunde", "Wunsch Kunde"),
        ("Antwortfrist", "Frist Lieferung", ""),
        ("Antwortzeit", "Frist Antwort", ""),
        ("Belegung", "Belegung", ""),
    ],
)
def test_a_german_compound_has_its_first_and_its_last_part(
    whole: str, others: str, parts: str
) -> None:
    found = german_parts(german_stem(whole), {german_stem(one) for one in others.split()})
    assert found == {german_stem(one) for one in parts.split()}
