"""A page that says of itself that it is no longer in force, and one that speaks of other things."""

from __future__ import annotations

import pytest

from assistant.language.validity import is_withdrawn, outdated_words


@pytest.mark.parametrize(
    ("title", "opening", "said"),
    [
        (
            "Fees 2022",
            "**Superseded by version 5. Do not test it.** It stays here",
            "Superseded by",
        ),
        ("W", "> **SUPERSEDED** – replaced by “Rules” as of 1 January 2024.", "SUPERSEDED – repl"),
        (
            "W",
            "Owner: Pricing\n\nThis page is no longer valid, see Fees.",
            "This page is no longer",
        ),
        ("W", "These rules no longer apply.", "These rules"),
        ("W", "Obsolete since 2023", "Obsolete since"),
        ("W", "superseded 22/04/25 – see [Rules (v2)](rules.html).", "superseded 22/04/25"),
        ("W", "Outdated 1 May 2025.", "Outdated 1 May 2025."),
        ("W", "Status: outdated", "Status: outdated"),
        ("W", "Diese Seite ist veraltet.", "Diese Seite"),
        ("W", "Cette page n'est plus en vigueur.", "Cette page"),
        ("W", "Ta strona jest nieaktualna.", "Ta strona"),
        ("W", "> **PAGE REMPLACÉE.** Voir le barème.", "PAGE REMPLACÉE."),
        ("W", "Diese Anleitung ist nicht mehr anwendbar.", "Diese Anleitung"),
        ("W", "REPLACED by version 5.0 from 1 April 2026.\n\n# 1 Scope", "REPLACED by version 5.0"),
        ("W", "Ersetzt durch „Gebühren 2026“.", "Ersetzt durch"),
        ("W", "Replaced by Fees 2026.", "Replaced by Fees"),
        ("[Archived] Fees", "", "[Archived] Fees"),
        ("Fees (superseded)", "", "Fees (superseded)"),
        ("OLD – Fees", "", "OLD – Fees"),
        ("Fees – outdated", "", "Fees – outdated"),
    ],
)
def test_a_page_that_says_it_of_itself(title: str, opening: str, said: str) -> None:
    assert outdated_words(title, opening).startswith(said)


@pytest.mark.parametrize(
    ("title", "opening"),
    [
        ("Archived orders", "Archived orders cannot be edited."),
        ("Archive", "Withdrawn cases stay visible."),
        ("W", "Superseded 22/04/25 prices are shown in red."),
        ("W", "Outdated cards are refused. A ticket that is no longer valid is refused."),
        ("W", "This page describes how superseded orders are archived."),
        ("W", "The page shows outdated prices in red."),
        ("W", "The document is archived after 30 days; the text is replaced by dots."),
        ("W", "This version replaces version 4. It supersedes all earlier rules."),
        ("W", "Ersetzt eine Karte die alte, so gilt die neue. Ersetzt das der Kunde?"),
        ("W", "Replaced by us free of charge, cards are posted. Replaced by dots."),
        ("W", "Replaced items are refunded. Page replaced the old one."),
        ("Old-age pension", "A pension is paid from 67."),
        ("Two-year-old contracts", "Do not use capital letters in names."),
        ("", ""),
    ],
)
def test_a_page_about_other_things(title: str, opening: str) -> None:
    assert outdated_words(title, opening) == ""


@pytest.mark.parametrize("status", ["Obsolete", " rejected ", "No longer  valid", "Zurückgezogen"])
def test_a_status_that_says_as_a_whole_that_nothing_is_in_force(status: str) -> None:
    assert is_withdrawn(status)


@pytest.mark.parametrize(
    "status", ["", "Released", "Not rejected", "Obsolete after drop 3", "Open"]
)
def test_a_status_that_says_other_things(status: str) -> None:
    assert not is_withdrawn(status)
