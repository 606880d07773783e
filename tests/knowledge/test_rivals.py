"""A source that another requirement finds better comes later, and only for requirements."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from assistant.domain import Chunk, RetrievalConfig, SearchFilter
from assistant.knowledge.knowledge_base import KnowledgeBase

CASES = SearchFilter(kinds=("case",))
BOTH = RetrievalConfig(filter=CASES)
ONE = RetrievalConfig(filter=CASES, both_ways=False)

OWN = "refund of a voucher after the deadline of the month"
RIVAL = "refund of a voucher that a partner paid by invoice"
ASKED = "a refund of a voucher by invoice after the deadline"
TOPICS = ("meters are read", "tariffs are changed", "appointments are moved", "complaints are kept")


@pytest.fixture
def filled(base: KnowledgeBase, make: Callable[..., Chunk]) -> KnowledgeBase:
    """A case of each requirement; the rival's has more words of the question than the own one's."""
    texts = (OWN, RIVAL, *TOPICS)
    base.put(
        [
            (
                "cases",
                [make("cases", n, f"check {text}", kind="case") for n, text in enumerate(texts)],
            )
        ]
    )
    return base


def put_requirements(
    base: KnowledgeBase, make: Callable[..., Chunk], texts: tuple[str, ...]
) -> None:
    base.put([("epic", [make("epic", n, text, kind="criterion") for n, text in enumerate(texts)])])


def scores(base: KnowledgeBase, query: str, config: RetrievalConfig) -> dict[str, float]:
    return {hit.chunk.text: hit.score for hit in base.search(query, config, limit=9)}


def test_what_another_requirement_finds_better_loses(
    filled: KnowledgeBase, make: Callable[..., Chunk]
) -> None:
    put_requirements(filled, make, (ASKED, RIVAL, *TOPICS))
    one, both = scores(filled, ASKED, ONE), scores(filled, ASKED, BOTH)
    assert one.keys() == both.keys()
    assert all(both[text] <= one[text] for text in one)
    lost = {text: one[text] - both[text] for text in one}
    assert lost[f"check {RIVAL}"] > 0.05
    assert lost[f"check {OWN}"] == pytest.approx(0.0, abs=1e-6)


def test_without_the_rival_nothing_is_held_back(
    filled: KnowledgeBase, make: Callable[..., Chunk]
) -> None:
    put_requirements(filled, make, (ASKED, *TOPICS))
    one, both = scores(filled, ASKED, ONE), scores(filled, ASKED, BOTH)
    assert both[f"check {RIVAL}"] == pytest.approx(one[f"check {RIVAL}"], abs=1e-6)


def test_a_requirement_is_no_rival_of_itself(
    filled: KnowledgeBase, make: Callable[..., Chunk]
) -> None:
    """Writing asks "story title: criterion", which is near its own criterion, not the same."""
    put_requirements(filled, make, (RIVAL, *TOPICS))
    query = f"Vouchers: {RIVAL}"
    one, both = scores(filled, query, ONE), scores(filled, query, BOTH)
    assert both[f"check {RIVAL}"] == pytest.approx(one[f"check {RIVAL}"], abs=1e-6)


@pytest.mark.parametrize(
    "config",
    [
        BOTH.model_copy(update={"fusion": "rrf"}),
        BOTH.model_copy(update={"tell_apart": False}),
    ],
    ids=["ranks know no lead", "not told apart"],
)
def test_only_scores_that_are_told_apart(
    filled: KnowledgeBase, make: Callable[..., Chunk], config: RetrievalConfig
) -> None:
    put_requirements(filled, make, (ASKED, RIVAL, *TOPICS))
    off = config.model_copy(update={"both_ways": False})
    assert scores(filled, ASKED, config) == pytest.approx(scores(filled, ASKED, off), abs=1e-6)


def test_few_requirements_are_no_rivals(filled: KnowledgeBase, make: Callable[..., Chunk]) -> None:
    put_requirements(filled, make, (ASKED, RIVAL, *TOPICS[:2]))
    assert scores(filled, ASKED, BOTH) == pytest.approx(scores(filled, ASKED, ONE), abs=1e-6)


def test_a_named_source_stays_first(filled: KnowledgeBase, make: Callable[..., Chunk]) -> None:
    named = make("more", 0, f"check {RIVAL} again", kind="case").model_copy(update={"key": "TC-12"})
    filled.put([("more", [named])])
    put_requirements(filled, make, (ASKED, RIVAL, *TOPICS))
    assert next(iter(scores(filled, f"{ASKED} as in TC-12", BOTH))) == named.text


def test_requirements_found_as_sources_keep_their_scores(
    filled: KnowledgeBase, make: Callable[..., Chunk]
) -> None:
    put_requirements(filled, make, (ASKED, RIVAL, *TOPICS))
    criteria = SearchFilter(kinds=("criterion",))
    both = BOTH.model_copy(update={"filter": criteria})
    one = ONE.model_copy(update={"filter": criteria})
    assert scores(filled, ASKED, both) == pytest.approx(scores(filled, ASKED, one), abs=1e-6)


def test_retrieve_holds_back_too(filled: KnowledgeBase, make: Callable[..., Chunk]) -> None:
    put_requirements(filled, make, (ASKED, RIVAL, *TOPICS))
    found = {
        config.both_ways: {hit.chunk.text: hit.score for hit in filled.retrieve([ASKED], config)}
        for config in (ONE, BOTH)
    }
    assert found[True][f"check {RIVAL}"] < found[False][f"check {RIVAL}"]
