"""Nouns in the singular and in the plural, and first words in lower case."""

from __future__ import annotations

from assistant.language.casing import lower_start
from assistant.language.nouns import plural, singular
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
