"""Source numbers become verbatim citations of the words that are nearest to a result."""

from __future__ import annotations

from itertools import zip_longest

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.domain import CaseOrigin, Chunk, Citation, RetrievedChunk, TestCase, TestStep
from assistant.generation.proof import Sources, verified, with_sources
from assistant.generation.proof.passages import quoted
from assistant.generation.proof.result_citations import carries, cited, still_cited

TEXTS = (
    "Transfers above 10,000 EUR need a second approval. Transfers up to 10,000 EUR are sent at "
    "once.",
    'Wiki: transfers that wait are listed under "Approvals" with the status "Pending".',
    "Rule 12: the cut-off time is 16:00.",
)


def sources(texts: tuple[str, ...] = TEXTS, places: tuple[str, ...] = ()) -> Sources:
    found = []
    for rank, (text, place) in enumerate(zip_longest(texts, places, fillvalue=""), start=1):
        chunk = Chunk(id=f"c{rank}", document_id=f"d{rank}", ordinal=rank, text=text, place=place)
        found.append(RetrievedChunk(chunk=chunk, score=1, rank=rank, stage="fused"))
    return Sources(found)


@pytest.mark.parametrize(
    ("result", "numbers", "quotes"),
    [
        # a short paragraph stands whole: its sentences explain each other
        ("The transfer is sent at once.", [1], [TEXTS[0]]),
        ("The transfer waits for a second approval and is listed as \"Pending\".", [1, 2],
         [TEXTS[0], TEXTS[1]]),
        ("The transfer is sent at once.", [3], []),  # speaks of something else
        ("The transfer is sent at once.", [9, 0], []),  # no such source
        ("The transfer is sent at once.", [1, 1], [TEXTS[0]]),
        ("16:00", [3], []),  # a number alone supports nothing
    ],
)  # fmt: skip
def test_the_nearest_words_of_each_number_are_cited(
    result: str, numbers: list[int], quotes: list[str]
) -> None:
    found = with_sources(result, numbers, sources())
    assert [citation.quote for citation in found] == quotes


def test_talk_that_decides_a_value_is_cited_beside_the_page_that_it_changes() -> None:
    page = "A box may be out for up to 28 days, the day of collection not counted."
    talk = (
        "8 June 2027, 09:03, Maud Lee: third school this week\n\n"
        "8 June 2027, 10:36, Imogen Tarrant: Decision: the longest loan is 35 days, not 28.\n\n"
        "8 June 2027, 10:38, Parveen Kolstad: noted"
    )
    result = (
        "The dates are taken over (2 November 2027 + 35 days = 7 December 2027, the day of "
        "collection not counted)."
    )
    held = sources((page, talk), ("", "comment by Maud Lee (with 2 replies), 2027-06-08"))
    found = with_sources(result, [1, 2], held)
    assert {citation.source for citation in found} == {1, 2}
    assert any("35 days" in citation.quote for citation in found)


def test_a_count_is_cited_from_the_source_that_counts_the_same() -> None:
    held = sources(
        ("One transfer must not hold more than fits.", "The lorry takes 36 sets at most.",
         "The lorry takes 36 boxes at most.")
    )  # fmt: skip
    result = "The transfer is created and holds 36 sets"
    found = with_sources(result, [1, 2, 3], held, action="Choose 36 sets")
    assert {citation.source for citation in found} == {1, 2}


def test_an_item_with_a_lettered_mark_stands_for_itself() -> None:
    held = sources(("a) The request is refused.\nb) the fee is paid\nc) The clerk is told.",))
    (found,) = with_sources("The fee is paid.", [1], held)
    assert found.quote == "the fee is paid"


RIGHTS = (
    "A right can be renewed for 5, 10 or 20 years, until 6 months after its end date (grace "
    'period). Before that, "Renew" is greyed out; the new period always begins the day after the '
    "old end date, also in the grace period.",
    "The fee is the rate of the grave times the years. For 20 years 5 % is deducted. In the grace "
    "period 10 % are added.",
    'With "Create notice" the renewal gets status "Notified". With full payment it becomes '
    '"Active".',
    "* Find a right: **Register > Rights** (by number\nor holder)\n* Renewal: open the right, tab "
    "**Rights**, button **Renew**\n* Surrender: **More > Surrender**",
    "Refunds of exactly 1,500 EUR need no approval. While a refund waits, the surrender is "
    '"In approval".',
    "Example: a right that ends on 31 Oct 2031 is renewed to the end date 31 Oct 2041.",
    "Clerk: enter surrenders and letters of their own district.",
    "* Single grave: 42.00 EUR; 1 coffin and 2 urns\n* Double grave: 78.00 EUR; 2 coffins and 4 "
    "urns\n\nThese rates hold from January.",
    "Working days are Monday to Friday. The day of the notice does not count.",
)


@pytest.mark.parametrize(
    ("result", "action", "title", "numbers", "quotes"),
    [
        # the status that is quoted; no way through the menu beside it
        ('The renewal is "Active".', "Open the right, tab Rights, button Renew.", "", [3, 4],
         [RIGHTS[2]]),
        # an item of a list with its mark and its brackets, over the end of a line
        ("The right is found by its holder.", "", "", [4],
         ["Find a right: **Register > Rights** (by number\nor holder)"]),
        # the title says what a result is about that says little
        ("The surrender is not in the list.", "Open the list.",
         "A refund of exactly 1,500 EUR needs no approval", [4, 5], [RIGHTS[4]]),
        # an example with other dates adds nothing to the rule
        ("The right is renewed; the new end date is 31 Jul 2037.", "", "", [1, 6], [RIGHTS[0]]),
        # a rule in other words than the result, and how to count its days
        ("He cannot enter it.", "As Tom, try to enter the surrender.",
         "A clerk does not act for another district", [7], [RIGHTS[6]]),
        ('The renewal is "Notified" until 5 May (20 working days).', "", "", [3, 9],
         [RIGHTS[2], RIGHTS[8]]),
        # the row that an amount was computed with, which shares no word with the result
        ("The fee is 780.00 EUR (78.00 EUR times 10 years).", "", "", [2, 8],
         [RIGHTS[1], "Double grave: 78.00 EUR; 2 coffins and 4 urns"]),
        # rows that nothing tells apart stand together
        ("The urn is refused; the grave has no place.", "", "", [8],
         [RIGHTS[7][2:RIGHTS[7].index("\n\n")]]),
        # a source that shares no word with the result
        ("The reminder letter names the place of payment.", "", "", [5, 6], []),
    ],
)  # fmt: skip
def test_a_short_source_that_the_writer_named_is_trusted(
    result: str, action: str, title: str, numbers: list[int], quotes: list[str]
) -> None:
    found = with_sources(result, numbers, sources(RIGHTS), action=action, title=title)
    assert [citation.quote for citation in found] == quotes


LONG = (
    "Forms are kept for a year. A clerk signs them. With payment in full the renewal becomes "
    '"Active". The new end date is written to the grave. The office is closed in August.'
)


@pytest.mark.parametrize(
    ("result", "others", "quotes"),
    [
        # the nearest sentence, with the next one, which tells as much more
        ('The renewal is "Active"; the grave shows the new end date.', (),
         [LONG[LONG.index("With"):LONG.index(" The office")]]),
        ('The renewal is "Active".', (), [LONG[LONG.index("With"):LONG.index(" The new")]]),
        # a word in common is no reason to show it beside a better source
        ('The renewal is "Notified".', ('A renewal is "Notified" at first.',),
         ['A renewal is "Notified" at first.']),
    ],
)  # fmt: skip
def test_of_a_long_source_the_part_is_cited_that_tells_more_than_others(
    result: str, others: tuple[str, ...], quotes: list[str]
) -> None:
    found = with_sources(result, [1, 2], sources((LONG, *others)))
    assert [citation.quote for citation in found] == quotes


def test_a_criterion_is_named_with_any_result_and_shown_where_it_adds_something() -> None:
    rule = 'A dispute is resolved with "Uphold"; the statement becomes "Final".'
    criterion = 'When the period ends the statement becomes "Final" and can be downloaded.'
    kinds = zip((rule, criterion), ("rule", "criterion"), strict=True)
    held = Sources(
        RetrievedChunk(
            chunk=Chunk(id=f"c{rank}", document_id="d", ordinal=rank, text=text, kind=kind),
            score=1, rank=rank, stage="fused",
        )
        for rank, (text, kind) in enumerate(kinds, start=1)
    )  # fmt: skip

    def quotes(result: str) -> list[str]:
        return [one.quote for one in with_sources(result, [2, 1], held, action="Resolve it.")]

    assert quotes('The statement is "Final".') == [rule]
    assert quotes('The statement is "Final" and can be downloaded.') == [rule, criterion]


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


@pytest.mark.parametrize(
    ("line", "quotes"),
    [
        ("Tom Berg's transfer above 10,000 EUR needs a second approval.",
         ["Transfers above 10,000 EUR need a second approval."]),
        ("Open the list of approvals that wait with the status Pending.",
         [TEXTS[1]]),
        ("Print the invoice in colour and post it.", []),
    ],
)  # fmt: skip
def test_an_action_is_cited_where_a_source_holds_most_of_it(line: str, quotes: list[str]) -> None:
    found = cited(line, sources(), "action")
    assert [(one.quote, one.supports) for one in found] == [(quote, "action") for quote in quotes]


def test_quoted_finds_exact_words_only() -> None:
    passage = sources().passages[2]
    found = quoted(passage, "cut-off time", "precondition")
    assert found is not None
    assert found.quote == "cut-off time"
    assert quoted(passage, "opening time", "precondition") is None
    assert quoted(passage, "  ", "precondition") is None


def test_verified_drops_what_is_no_substring() -> None:
    held = sources()
    chunks = [passage.source for passage in held.passages]
    (good,) = with_sources("The transfer is sent at once.", [1], held)
    step = TestStep(
        number=1, action="a", expected_result="b", citations=(good,), support="supported"
    )
    case = TestCase(id="x", title="x", steps=(step,), origin=CaseOrigin(writer="model"))
    assert verified(case, chunks) == case
    for change in (
        {"quote": "are sent for 30 days"},
        {"chunk_id": "another-project"},
        {"source": 77},
        {"start": good.start + 1},
        {"start": 0, "end": 0, "quote": ""},
    ):
        forged = step.model_copy(update={"citations": (good.model_copy(update=change),)})
        checked = verified(case.model_copy(update={"steps": (forged,)}), chunks)
        assert checked.all_citations == ()
        assert checked.unsupported_steps == (1,)


@pytest.mark.parametrize(
    ("after", "stays"),
    [
        (
            "The tax of 19 % and the discount of 5 % are shown. It can be printed.",
            {"tax", "discount"},
        ),
        ("The tax of 20 % and the discount of 5 % are shown.", {"discount"}),
        ("The discount of 5 % is shown.", {"discount"}),
        ("The moon is shown.", set()),
    ],
)
def test_a_citation_stays_as_long_as_all_that_it_bears_on(after: str, stays: set[str]) -> None:
    quotes = {"tax": "Insurance tax is 19 %.", "discount": "The discount is 5 % of the premium."}
    held = [
        Citation(chunk_id=name, source=1, quote=text, start=0, end=len(text))
        for name, text in quotes.items()
    ]
    before = "The tax of 19 % and the discount of 5 % are shown."
    assert {one.chunk_id for one in still_cited(before, after, held, "")} == stays
