"""Source numbers become verbatim citations of the words that are nearest to a result."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.domain import Chunk, RetrievedChunk
from assistant.generation.proof import Sources, with_sources
from assistant.generation.proof.result_citations import carries

TEXTS = (
    "Transfers above 10,000 EUR need a second approval. Transfers up to 10,000 EUR are sent at "
    "once.",
    'Wiki: transfers that wait are listed under "Approvals" with the status "Pending".',
    "Rule 12: the cut-off time is 16:00.",
)


def sources(texts: tuple[str, ...] = TEXTS) -> Sources:
    found = []
    for rank, text in enumerate(texts, start=1):
        chunk = Chunk(id=f"c{rank}", document_id=f"d{rank}", ordinal=rank, text=text)
        found.append(RetrievedChunk(chunk=chunk, score=1, rank=rank, stage="fused"))
    return Sources(found)


@pytest.mark.parametrize(
    ("result", "numbers", "quotes"),
    [
        ("The transfer is sent at once.", [1], ["Transfers up to 10,000 EUR are sent at once."]),
        ("The transfer waits for a second approval and is listed as \"Pending\".", [1, 2],
         ["Transfers above 10,000 EUR need a second approval.", TEXTS[1].removeprefix("Wiki: ")]),
        ("The transfer is sent at once.", [3], []),  # speaks of something else
        ("The transfer is sent at once.", [9, 0], []),  # no such source
        ("The transfer is sent at once.", [1, 1], ["Transfers up to 10,000 EUR are sent at once."]),
        ("16:00", [3], []),  # a number alone supports nothing
    ],
)  # fmt: skip
def test_the_nearest_words_of_each_number_are_cited(
    result: str, numbers: list[int], quotes: list[str]
) -> None:
    found = with_sources(result, numbers, sources())
    assert [citation.quote for citation in found] == quotes


@given(st.text(max_size=80), st.lists(st.text(max_size=120), max_size=3))
def test_a_quote_always_stands_in_its_chunk(result: str, texts: list[str]) -> None:
    kept = tuple(text for text in texts if text)
    for citation in with_sources(result, [1, 2, 3], sources(kept)):
        text = kept[citation.source - 1]
        assert citation.quote
        assert text[citation.start : citation.end] == citation.quote


def test_what_is_carried_is_most_of_the_words_that_are_no_data() -> None:
    quote = ["the transfer is sent at once"]
    assert carries("The transfer of Tom Berg is sent.", quote, frozenset({"tom", "berg"}))
    assert not carries("The transfer of Tom Berg is sent.", quote)
    assert carries("The transfer is sent by courier.", quote)  # two of three words
    assert not carries("The bank informs the customer by letter.", quote)
