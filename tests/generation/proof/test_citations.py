"""Citations: the right words of the right source, or none."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.domain import (
    CaseOrigin,
    Chunk,
    ChunkKind,
    Citation,
    RetrievedChunk,
    TestCase,
    TestStep,
)
from assistant.generation.proof.citations import resolve, verified
from assistant.generation.proof.passages import Sources, quoted

TEXTS: tuple[tuple[ChunkKind, str, str], ...] = (
    ("criterion", "CC-1-AC1", "An extension of up to 14 days is granted at once."),
    ("criterion", "CC-1-AC2", 'A longer extension is refused with the message "At most 14 days".'),
    (
        "criterion",
        "CC-1-AC3",
        "Given a customer with two unpaid bills, when the agent requests an extension, then the "
        'request goes to the Credit Team and the agent sees "Referred".',
    ),
    ("story", "CC-1", "As an agent I want to grant an extension so that nobody is dunned."),
    ("rule", "BR-7", "BR-7: Only one extension may be open per account. A second one is refused."),
    ("rule", "BR-9", "BR-9: Customers on a prepayment meter cannot have an extension."),
    (
        "prose",
        "",
        "Extensions were introduced in 2019. An agent opens the Payment Extension tab, enters the "
        "number of days and saves. The account history then shows who granted the extension.",
    ),
)


def source(rank: int, text: str, kind: ChunkKind = "prose", key: str = "") -> RetrievedChunk:
    chunk = Chunk(id=f"c{rank}", document_id="d", ordinal=rank, text=text, kind=kind, key=key)
    return RetrievedChunk(chunk=chunk, score=1 / rank, rank=rank, stage="fused")


@pytest.fixture
def sources() -> Sources:
    return Sources(
        source(rank, text, kind, key) for rank, (kind, key, text) in enumerate(TEXTS, start=1)
    )


@pytest.mark.parametrize(
    ("statement", "rank", "quote"),
    [
        ("The extension is granted at once.", 1, "granted at once"),
        ('The extension is refused with the message "At most 14 days".', 2, "At most 14 days"),
        ("The request goes to the Credit Team.", 3, "then the request goes to the Credit Team"),
        ('The agent sees "Referred".', 3, 'the agent sees "Referred"'),
        ("A second extension on the account is refused.", 5, "A second one is refused."),
        ("The account history shows who granted the extension.", 7, "The account history then"),
    ],
)
def test_the_supporting_words_are_found(
    sources: Sources, statement: str, rank: int, quote: str
) -> None:
    found = resolve(statement, sources)
    assert found.support == "supported"
    assert found.citations[0].source == rank
    assert quote in found.citations[0].quote


def test_a_comment_carries_no_expected_result() -> None:
    said = source(1, "A third extension is refused.")
    assert resolve("A third extension is refused.", Sources([said])).support == "supported"
    comment = said.chunk.model_copy(update={"place": "comment by Ann Lee, 2026-05-03"})
    found = resolve(
        "A third extension is refused.", Sources([said.model_copy(update={"chunk": comment})])
    )
    assert found.support == "unsupported"


def test_a_quote_is_trimmed_to_the_clause_that_supports(sources: Sources) -> None:
    quote = resolve("The request goes to the Credit Team.", sources).citations[0].quote
    assert quote == "then the request goes to the Credit Team"


@pytest.mark.parametrize("wrong", [1, 3, 4, 5, 6, 7, 99])
def test_a_wrong_pick_is_replaced_by_the_source_that_says_so(sources: Sources, wrong: int) -> None:
    statement = 'The extension is refused with the message "At most 14 days".'
    found = resolve(statement, sources, picked=(wrong,))
    assert [citation.source for citation in found.citations] == [2]


@pytest.mark.parametrize(
    "statement",
    [
        "The extension of 30 days is granted at once.",
        'The extension is refused with the message "At most 30 days".',
        "The invoice is printed in colour.",
        "The request goes to the Field Service team.",
        "The extension is not granted.",
        "The request does not go to the Credit Team.",
        "A second extension on the account is accepted.",
        "Customers on a prepayment meter can have an extension.",
        "The agent is referred.",
        'The extension is granted at once and the message "At most 14 days" is not displayed.',
        'The message "At most 14 days" is not displayed.',
    ],
)
@pytest.mark.parametrize("picked", [1, 2, 3, 5, 6])
def test_a_pick_that_does_not_support_the_words_is_dropped(
    sources: Sources, statement: str, picked: int
) -> None:
    found = resolve(statement, sources, picked=(picked,))
    assert (found.support, found.citations) == ("unsupported", ())


def test_a_good_pick_is_kept_over_an_equal_one() -> None:
    twins = Sources([source(1, "The plan is saved."), source(2, "The plan is saved.")])
    assert resolve("The plan is saved.", twins, picked=(2,)).citations[0].source == 2


def test_what_a_technique_computed_is_derived_from_the_criterion(sources: Sources) -> None:
    basis = sources.of_key("CC-1-AC1")
    statement = "The extension of 15 days is not granted."
    computed = ("An extension of 15 days", "15 days")
    found = resolve(statement, sources, basis=basis, computed=computed)
    assert found.support == "derived"
    assert found.citations[0].source == 1
    strange = "The extension of 16 days is not granted."
    assert resolve(strange, sources, basis=basis, computed=computed).support == "unsupported"


def test_a_boundary_value_cites_the_limit_it_was_computed_from() -> None:
    row = "Field: First name; Type: Text; Required: Yes; Length: 2-50"
    sources = Sources([source(1, row, "criterion", "AC-1")])
    found = resolve(
        "Enter a First name that has 51 characters.",
        sources,
        supports="action",
        basis=sources.of_key("AC-1"),
        computed=("A First name that has 51 characters is not accepted", "51 characters"),
        evidence=("Field: First name", "Length: 2-50"),
    )
    assert found.support == "derived"
    assert [citation.quote for citation in found.citations] == ["First name", "Length: 2-50"]


def test_a_wish_of_a_story_supports_no_expected_result(sources: Sources) -> None:
    assert resolve("Nobody is dunned.", sources).support == "unsupported"


def test_an_identifier_is_not_taken_for_a_value() -> None:
    sources = Sources([source(1, "BR-7: Only one extension may be open.", "rule", "BR-7")])
    assert resolve("Only one extension may be open for 7 days.", sources).support == "unsupported"


def test_quoted_finds_exact_words_only(sources: Sources) -> None:
    passage = sources.of_key("BR-9")
    assert passage is not None
    found = quoted(passage, "prepayment meter", "precondition")
    assert found is not None
    assert found.quote == "prepayment meter"
    assert quoted(passage, "smart meter", "precondition") is None
    assert quoted(passage, "  ", "precondition") is None


def test_verified_drops_what_is_no_substring(sources: Sources) -> None:
    good = resolve("The extension is granted at once.", sources).citations[0]
    forged = [
        good.model_copy(update={"quote": "is granted for 30 days"}),
        good.model_copy(update={"chunk_id": "another-project"}),
        good.model_copy(update={"source": 77}),
        good.model_copy(update={"start": good.start + 1}),
        good.model_copy(update={"start": 0, "end": 0, "quote": ""}),
    ]
    for citation in forged:
        step = TestStep(
            number=1, action="a", expected_result="b", citations=(citation,), support="supported"
        )
        case = TestCase(id="x", title="x", steps=(step,), origin=CaseOrigin(writer="model"))
        checked = verified(case, [passage.source for passage in sources.passages])
        assert checked.all_citations == ()
        assert checked.unsupported_steps == (1,)
    step = TestStep(
        number=1, action="a", expected_result="b", citations=(good,), support="supported"
    )
    case = TestCase(id="x", title="x", steps=(step,))
    assert verified(case, [passage.source for passage in sources.passages]) == case


PIECES = ["an extension", "14 days", "is not granted", "refused", "Credit Team", ",", ".", "\n"]
WORDS = st.lists(st.sampled_from(PIECES), max_size=12).map(" ".join)


@given(st.text(max_size=120) | WORDS, st.lists(st.text(max_size=200) | WORDS, max_size=4))
def test_a_quote_always_stands_in_its_chunk(statement: str, texts: list[str]) -> None:
    items = [source(rank, text) for rank, text in enumerate(texts, start=1)]
    sources = Sources(items)
    basis = sources.passages[0] if sources.passages else None
    for computed in ((), (statement,)):
        found = resolve(statement, sources, picked=(1, 9), basis=basis, computed=computed)
        by_id = {item.chunk.id: item.chunk for item in items}
        for citation in found.citations:
            assert isinstance(citation, Citation)
            text = by_id[citation.chunk_id].text
            assert citation.quote
            assert text[citation.start : citation.end] == citation.quote
