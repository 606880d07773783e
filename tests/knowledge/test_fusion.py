from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.domain import FusionMethod, RetrievalConfig, TopK
from assistant.errors import RetrievalError
from assistant.knowledge.fusion import Fused, Lists, fuse, is_relevant, same_words
from assistant.knowledge.knowledge_base import KnowledgeBase
from assistant.knowledge.qdrant.index import Hit

CONFIG = RetrievalConfig()


def test_fusion_by_hand() -> None:
    lists = Lists(dense=[Hit("a", 0.9), Hit("b", 0.8)], sparse=[Hit("b", 7.0), Hit("c", 3.0)])
    found = fuse(lists, RetrievalConfig(fusion="rrf", dense_weight=2.0, sparse_weight=1.0))
    assert [hit.point_id for hit in found] == ["b", "a", "c"]
    assert [hit.score for hit in found] == pytest.approx([2 / 62 + 1 / 61, 2 / 61, 1 / 62])
    assert (found[0].dense_rank, found[0].sparse_rank) == (2, 1)
    assert (found[2].dense_rank, found[2].sparse_score) == (None, 3.0)


def test_by_rank_the_same_words_score_the_same() -> None:
    lists = Lists(sparse=[Hit("a", 9.0), Hit("y", 5.0), Hit("x", 5.0), Hit("b", 1.0)])
    found = {hit.point_id: hit.score for hit in fuse(lists, RetrievalConfig(fusion="rrf"))}
    assert found == pytest.approx({"a": 1 / 61, "x": 1 / 62, "y": 1 / 62, "b": 1 / 64})


def test_fusion_by_score_by_hand() -> None:
    """Mean 5 and deviation 2 by words, so 9 is two deviations above: 2 / 6 + 0.5."""
    sparse = [Hit("s", 9.0), *(Hit(f"r{n}", 5.0) for n in range(2)), Hit("u", 1.0)]
    spread = 8**0.5
    lists = Lists(dense=[Hit("u", 0.9), Hit("s", 0.9)], sparse=sparse)
    found = {hit.point_id: hit.score for hit in fuse(lists, RetrievalConfig(sparse_weight=2.0))}
    assert found["s"] == pytest.approx(0.5 + 2 * (4 / (6 * spread) + 0.5))
    assert found["u"] == pytest.approx(0.5 + 2 * (-4 / (6 * spread) + 0.5))
    assert found["r0"] == pytest.approx(2 * 0.5)


def test_a_hit_that_stands_out_in_one_list_beats_one_that_barely_leads_the_other() -> None:
    dense = [Hit(name, 0.50 - n / 1000) for n, name in enumerate("abhcdefg")]
    sparse = [Hit("h", 30.0), *(Hit(name, 5.0 - n / 10) for n, name in enumerate("abcdefg"))]
    assert fuse(Lists(dense, sparse), CONFIG)[0].point_id == "h"
    assert fuse(Lists(dense, sparse), RetrievalConfig(fusion="rrf"))[0].point_id == "a"


@given(
    st.lists(st.floats(-1, 1, allow_nan=False), max_size=20),
    st.lists(st.floats(0, 60, allow_nan=False), max_size=20),
    st.sampled_from(["dbsf", "rrf"]),
)
def test_whatever_the_scores_named_chunks_lead_and_better_in_both_is_better(
    dense: list[float], sparse: list[float], method: FusionMethod
) -> None:
    def hits(scores: list[float]) -> list[Hit]:
        ordered = sorted(scores, reverse=True)
        return [Hit(f"p{n:02}", score) for n, score in enumerate(ordered)]

    lists = Lists(hits(dense), hits(sparse), [Hit("named", 0.0)])
    found = fuse(lists, RetrievalConfig(fusion=method))
    assert found[0].score <= next(each.score for each in found if each.named) + 1e-12
    places = {each.point_id: each.score for each in found}
    both = [f"p{n:02}" for n in range(min(len(dense), len(sparse)))]
    for better, worse in pairwise(both):
        assert places[better] >= places[worse] - 1e-12


def test_a_named_chunk_comes_first() -> None:
    dense = [Hit(name, 1.0 - n / 10) for n, name in enumerate("abc")]
    lists = Lists(dense=dense, sparse=dense, named=[Hit("z", 0.1)])
    found = fuse(lists, CONFIG)
    assert found[0].point_id in {"a", "z"}
    both = fuse(Lists(dense, dense, [dense[2]]), CONFIG)
    assert [hit.point_id for hit in both] == ["c", "a", "b"]
    assert both[0].named


def test_the_floor() -> None:
    assert is_relevant(Fused("a", 1.0, dense_score=0.5), (1,), (2,))
    assert not is_relevant(Fused("a", 1.0, dense_score=0.1), (1, 2, 3, 4), (4, 5, 6, 7))
    assert is_relevant(Fused("a", 1.0), (1, 2, 3, 4), (2, 3, 4, 5, 6, 7, 8))
    assert is_relevant(Fused("a", 1.0), (1,), (1, 2, 3)), "every word of the question is there"
    assert not is_relevant(Fused("a", 1.0), (), (1, 2, 3))


def test_what_shares_three_words_with_a_question_is_found_and_what_shares_two_is_not(
    base: KnowledgeBase, make
) -> None:
    three, two = "refund letter bank account form", "refund letter parcel driver route"
    base.put([(text, [make(text, 0, text)]) for text in (three, two)])
    words_alone = RetrievalConfig(dense_weight=0.0)
    found = base.retrieve(["refund letter bank postage ticket harbour"], words_alone)
    assert [hit.chunk.text for hit in found] == [three]


def test_only_the_same_words_are_the_same(make) -> None:
    def words(text: str) -> tuple[str, str]:
        return same_words(make("d", 0, text))

    assert words("**A refund** takes 14 days.") == words("a refund takes 14 days")
    assert words("A refund takes 14 days.") != words("A refund takes 15 days.")
    assert words("An agent may approve it.") != words("An agent may not approve it.")


def test_search_and_explain_agree(base: KnowledgeBase, make) -> None:
    base.put([("d", [make("d", n, f"refund rule {n} of the agent") for n in range(30)])])
    found = base.search("refund rule 7", CONFIG, limit=5)
    by_rank = base.explain("refund rule 7", RetrievalConfig(fusion="rrf"), limit=5).rows[0]
    trace = base.explain("refund rule 7", CONFIG, limit=5)
    assert [hit.rank for hit in found] == [1, 2, 3, 4, 5]
    assert [row.chunk for row in trace.rows] == [hit.chunk for hit in found]
    assert [row.score for row in trace.rows] == pytest.approx([hit.score for hit in found])
    assert found[0].chunk.text == "refund rule 7 of the agent"
    assert by_rank.dense_rank is not None
    assert by_rank.sparse_rank is not None
    assert by_rank.score == pytest.approx(
        1 / (60 + by_rank.dense_rank) + 1 / (60 + by_rank.sparse_rank)
    )
    assert trace.seconds > 0


@pytest.mark.parametrize(("dense", "sparse"), [(1.0, 0.0), (0.0, 1.0)])
def test_a_stage_without_weight_has_no_part(base: KnowledgeBase, make, dense, sparse) -> None:
    base.put([("d", [make("d", n, f"refund rule {n}") for n in range(9)])])
    config = RetrievalConfig(dense_weight=dense, sparse_weight=sparse)
    rows = base.explain("refund rule 3", config).rows
    assert rows[0].chunk.text == "refund rule 3"
    assert {row.sparse_rank is None for row in rows} == {sparse == 0.0}
    assert {row.dense_rank is None for row in rows} == {dense == 0.0}


def test_questions_that_cannot_be_answered_say_why(base: KnowledgeBase) -> None:
    with pytest.raises(RetrievalError, match="empty"):
        base.search("  \n", CONFIG)
    with pytest.raises(RetrievalError, match="weight"):
        base.search("refund", RetrievalConfig(dense_weight=0.0, sparse_weight=0.0))
    assert base.search("refund", CONFIG) == ()
    assert base.retrieve(["", "refund"], CONFIG) == ()
    assert base.search("the of and", CONFIG) == (), "nothing but stop words"


@pytest.mark.long
def test_each_kind_gets_its_share(base: KnowledgeBase, make) -> None:
    cases = [make(f"c{n}", 0, f"refund case number {n}", kind="case") for n in range(60)]
    rules = [make(f"r{n}", 0, f"refund case number rule {n}", kind="rule") for n in range(2)]
    base.put([(chunk.document_id, [chunk]) for chunk in [*cases, *rules]])
    config = RetrievalConfig(candidates=5, top_k=TopK(rule=3, case=2, criterion=0, prose=0))
    found = base.retrieve(["refund case number 5"], config)
    kinds = [hit.chunk.kind for hit in found]
    assert kinds.count("case") == 2
    assert kinds.count("rule") == 2, "sixty cases do not crowd out the rules"
    assert [hit.rank for hit in found] == [1, 2, 3, 4]
    assert [hit.score for hit in found] == sorted((hit.score for hit in found), reverse=True)


def test_several_questions_are_merged_without_duplicates(base: KnowledgeBase, make) -> None:
    texts = ["refund within five days", "letter to the customer", "Refund: within FIVE days!"]
    base.put([(f"d{n}", [make(f"d{n}", 0, text)]) for n, text in enumerate(texts)])
    config = RetrievalConfig(top_k=TopK(prose=2))
    found = base.retrieve(["refund within five days", "letter to the customer"], config)
    assert len(found) == len({same_words(hit.chunk) for hit in found}) == 2
    assert base.retrieve(["letter to the customer"], config, exclude_documents={"d1"}) == ()


def test_no_document_takes_all_places(base: KnowledgeBase, make) -> None:
    loud = [make("loud", n, f"refund refund refund words {n}", kind="rule") for n in range(20)]
    base.put([("loud", loud), ("quiet", [make("quiet", 0, "refund words quiet", kind="rule")])])
    found = base.retrieve(["refund words"], RetrievalConfig(top_k=TopK(rule=8)))
    documents = [hit.chunk.document_id for hit in found]
    assert documents.count("loud") == 4
    assert "quiet" in documents


def test_the_rows_of_one_table_leave_room_for_a_row_of_another(base: KnowledgeBase, make) -> None:
    """As many documents as rows are wanted bring their best one, whoever has more of them."""
    tables = {
        name: [make(name, n, f"{words} row {n}", kind="table_row") for n in range(3)]
        for name, words in (
            ("statuses", "refund refund refund paid"), ("buttons", "refund refund paid"),
            ("limits", "refund paid"), ("others", "letter sent"),
        )
    }  # fmt: skip
    base.put(list(tables.items()))
    for rows, wanted in ((3, ["buttons", "limits", "statuses"]), (1, ["statuses"])):
        found = base.retrieve(["refund paid"], RetrievalConfig(top_k=TopK(table_row=rows)))
        assert sorted({hit.chunk.document_id for hit in found}) == wanted
        assert len(found) <= 2 * rows


def test_a_rule_named_by_its_id_is_found(base: KnowledgeBase, make) -> None:
    rules = [make("d", n, f"BR-{n} the refund", kind="rule", key=f"BR-{n}") for n in range(30)]
    base.put([("d", rules)])
    assert base.search("what does br-17 say", CONFIG)[0].chunk.key == "BR-17"
    assert base.retrieve(["as laid down in BR-9"], CONFIG)[0].chunk.key == "BR-9"
    assert base.explain("BR-9", CONFIG).rows[0].named
