"""What all requirements share is taken out of a question, and nothing else changes."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from assistant.domain import Chunk, RetrievalConfig, SearchFilter
from assistant.knowledge.knowledge_base import KnowledgeBase

RULES = SearchFilter(kinds=("rule",))
APART = RetrievalConfig(filter=RULES)
PLAIN = RetrievalConfig(filter=RULES, tell_apart=False)
SAID = "as an agent of the call centre I want the system to show"
TOPICS = ("invoices", "meters", "tariffs", "vouchers", "appointments", "complaints")
HUB = "an agent of the call centre wants the system to show the call centre of the agent"


@pytest.fixture
def filled(base: KnowledgeBase, make: Callable[..., Chunk]) -> KnowledgeBase:
    """A rule on each topic, and one that only repeats what every requirement says."""
    rules = [make("rules", n, f"{topic} are kept for ten years") for n, topic in enumerate(TOPICS)]
    hub = make("rules", len(rules), HUB)
    base.put([("rules", [one.model_copy(update={"kind": "rule"}) for one in (*rules, hub)])])
    return base


def criteria(make: Callable[..., Chunk], count: int) -> list[Chunk]:
    return [
        make("epic", n, f"{SAID} {topic}").model_copy(update={"kind": "criterion"})
        for n, topic in enumerate(TOPICS[:count])
    ]


def found(base: KnowledgeBase, query: str, config: RetrievalConfig = APART) -> list[str]:
    return [hit.chunk.text for hit in base.search(query, config, limit=7)]


def test_a_source_near_to_every_requirement_comes_first_for_none(
    filled: KnowledgeBase, make: Callable[..., Chunk]
) -> None:
    query = f"{SAID} vouchers"
    assert found(filled, query)[0] == HUB
    filled.put([("epic", criteria(make, 6))])
    assert found(filled, query, PLAIN)[0] == HUB
    for topic in TOPICS:
        assert found(filled, f"{SAID} {topic}")[0] == f"{topic} are kept for ten years"


def test_too_few_requirements_have_nothing_in_common(
    filled: KnowledgeBase, make: Callable[..., Chunk]
) -> None:
    filled.put([("epic", criteria(make, 4))])
    query = f"{SAID} vouchers"
    assert found(filled, query) == found(filled, query, PLAIN)


def test_it_follows_the_requirements(filled: KnowledgeBase, make: Callable[..., Chunk]) -> None:
    query = f"{SAID} vouchers"
    filled.put([("epic", criteria(make, 6))])
    assert found(filled, query)[0] != HUB
    filled.remove("epic")
    assert found(filled, query)[0] == HUB


def test_scores_and_floor_are_of_the_question_itself(
    filled: KnowledgeBase, make: Callable[..., Chunk]
) -> None:
    filled.put([("epic", criteria(make, 6))])
    query = f"{SAID} vouchers"
    plain = {row.chunk.text: row for row in filled.explain(query, PLAIN, limit=7).rows}
    apart = {row.chunk.text: row for row in filled.explain(query, APART, limit=7).rows}
    assert apart.keys() == plain.keys()
    for text, row in apart.items():
        assert row.dense_score == pytest.approx(plain[text].dense_score, abs=1e-4)
        assert row.relevant == plain[text].relevant


def test_a_question_that_says_only_what_all_say_is_still_answered(
    filled: KnowledgeBase, make: Callable[..., Chunk]
) -> None:
    filled.put([("epic", criteria(make, 6))])
    assert len(found(filled, SAID)) == 7
    assert found(filled, "vouchers")[0] == "vouchers are kept for ten years"
