"""Where a sentence ends, in the languages that criteria are written in."""

from __future__ import annotations

import pytest

from assistant.generation.sentence_words import sentences as sentences_of_cases
from assistant.language.sentences import sentences


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("Ohne den 24. und 25.12.2026 wird geliefert.", 1),
        ("Der Vertrag beginnt am 1. März. Er endet nie.", 2),
        ("Nach dem 2. Versuch ist Schluss.", 1),
        ("Der 1. und 2. Versuch zählen.", 1),
        ("Es bleiben 12. Danach wird bestellt.", 2),
        ("Der Preis gilt zzgl. Versand bzw. Abholung.", 1),
        ("Die Prüfung dauert 12 Min. Danach ist frei.", 2),
        ("Erlaubt sind max. Werte.", 1),
        ("Le rendez-vous de M. Paul est pris. Il dure 5 min.", 2),
        ("Wait 5 min. Then go on.", 2),
        ("The limit is 5. The rest is refused.", 2),
    ],
)
def test_a_full_stop_of_a_day_a_place_or_a_short_form_ends_no_sentence(
    text: str, count: int
) -> None:
    assert len(sentences(text)) == count
    assert len(sentences_of_cases(text)) == count
