"""What the room is for: on the sample project, a criterion's rule comes back for it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from assistant.domain import AcceptanceCriterion, RetrievalConfig, SearchFilter
from assistant.knowledge.chunks.chunking import split
from assistant.knowledge.embedding import SentenceEmbedder
from assistant.knowledge.index_writer import embedded_text
from assistant.knowledge.knowledge_base import KnowledgeBase
from assistant.knowledge.qdrant.homes import ServerHome
from assistant.knowledge.qdrant.index import ChunkPoint, IndexQuery, Scope
from assistant.knowledge.qdrant.server import QdrantServer, ServerConfig
from assistant.sources.files.files import read_file
from assistant.sources.reading import Reading

RULE_OF = {
    "BIL-202-AC1": "BR-BIL-10", "BIL-202-AC2": "BR-BIL-10", "BIL-203-AC1": "BR-BIL-09",
    "BIL-203-AC3": "BR-BIL-08", "BIL-401-AC1": "BR-BIL-13", "BIL-401-AC2": "BR-BIL-15",
    "BIL-401-AC3": "BR-BIL-14", "BIL-401-AC4": "BR-BIL-14", "BIL-402-AC1": "BR-BIL-17",
    "BIL-402-AC2": "BR-BIL-17", "BIL-402-AC3": "BR-BIL-18", "BIL-402-AC6": "BR-BIL-17",
    "BIL-403-AC1": "BR-BIL-20", "BIL-404-AC1": "BR-BIL-22", "BIL-404-AC3": "BR-BIL-24",
    "BIL-404-AC4": "BR-BIL-24", "CC-101-AC1": "BR-CC-01", "CC-101-AC2": "BR-CC-02",
    "CC-101-AC4": "BR-CC-07", "CC-201-AC1": "BR-CC-08", "CC-202-AC1": "BR-CC-10",
    "CC-202-AC2": "BR-CC-10", "CC-202-AC3": "BR-CC-10", "CC-202-AC4": "BR-CC-11",
    "CC-204-AC1": "BR-CC-13", "CC-204-AC2": "BR-CC-13", "CC-302-AC4": "BR-CC-15",
    "CC-302-AC5": "BR-CC-16", "CC-303-AC1": "BR-CC-18", "CC-303-AC6": "BR-CC-19",
    "FS-301-AC1": "BR-FS-01", "FS-301-AC2": "BR-FS-02", "FS-301-AC4": "BR-FS-04",
    "FS-302-AC1": "BR-FS-05", "FS-302-AC2": "BR-FS-06", "FS-303-AC3": "BR-FS-07",
    "FS-303-AC4": "BR-FS-08", "FS-304-AC1": "BR-FS-11",
}  # fmt: skip
"""Criteria with a limit, and the rule that states it; read by hand."""


@pytest.fixture(scope="module")
def readings(project_root: Path) -> list[Reading]:
    folder = project_root / "sample_data"
    files = [*folder.glob("epics/*.md"), *folder.glob("wiki/*.md"), folder / "existing_cases.csv"]
    return [read_file(file.name, file.read_bytes()) for file in sorted(files)]


@pytest.fixture(scope="module")
def sample(
    readings: list[Reading], embedder: SentenceEmbedder, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[KnowledgeBase]:
    folder = tmp_path_factory.mktemp("sample") / "index"
    base = KnowledgeBase.open(folder, embedder, project_id="sample")
    base.put([(r.document.id, split(r.document, epics=r.epics, cases=r.cases)) for r in readings])
    yield base
    base.close()


def test_everything_read_is_chunked_under_its_key(readings: list[Reading]) -> None:
    for reading in readings:
        chunks = split(reading.document, epics=reading.epics, cases=reading.cases)
        keys = {(chunk.kind, chunk.key) for chunk in chunks}
        for epic in reading.epics:
            assert {("story", story.key) for story in epic.stories} <= keys
            assert {("criterion", each.id) for each in epic.criteria} <= keys
        assert {("case", case.id) for case in reading.cases} <= keys
        if reading.cases:
            assert {chunk.kind for chunk in chunks} == {"case"}, "no row is there twice"


@pytest.mark.long
def test_the_rule_of_a_criterion_is_in_the_first_three(
    readings: list[Reading], sample: KnowledgeBase
) -> None:
    criteria: dict[str, tuple[str, AcceptanceCriterion]] = {
        criterion.id: (reading.document.id, criterion)
        for reading in readings
        for epic in reading.epics
        for criterion in epic.criteria
    }
    missed = []
    for criterion_id, rule in RULE_OF.items():
        document_id, criterion = criteria[criterion_id]
        found = sample.retrieve(
            [criterion.text], RetrievalConfig(), exclude_documents=[document_id]
        )
        rules = [hit.chunk.key for hit in found if hit.chunk.kind == "rule"]
        if rule not in rules[:3]:
            missed.append((criterion_id, rule, rules))
    assert not missed


@pytest.mark.long
def test_what_has_nothing_to_do_with_the_project_stays_out(sample: KnowledgeBase) -> None:
    for question in (
        "The player scores a goal from the penalty spot in the second half.",
        "Bake the bread for forty minutes at two hundred degrees.",
    ):
        assert sample.retrieve([question], RetrievalConfig()) == ()


@pytest.fixture(scope="module")
def on_server(
    sample: KnowledgeBase, embedder: SentenceEmbedder, qdrant_on_http: ModuleType
) -> Iterator[KnowledgeBase]:
    """The points of ``sample`` on a server."""
    running: Any = qdrant_on_http.QdrantOnHttp()
    server = QdrantServer(ServerConfig(url=running.url))
    everything = Scope("sample")
    vectors = sample._index.vectors(everything)
    home = ServerHome(server, embedder, "sample")
    home.keep(sample.meta)
    home.index.upsert(
        [
            ChunkPoint(
                record,
                vectors[record.embedded],
                sample._bm25.document(embedded_text(record.chunk)),
            )
            for record in sample._index.records(everything)
        ]
    )
    for document in sample._index.documents():
        home.index.point_at(document)
    base = KnowledgeBase.open(server, embedder, project_id="sample")
    yield base
    base.close()
    server.close()
    running.stop()


FILTERS = (
    SearchFilter(), SearchFilter(kinds=("rule",)), SearchFilter(kinds=("case", "story")),
    SearchFilter(releases=("drop 3",)), SearchFilter(teams=("Call Centre",), kinds=("criterion",)),
)  # fmt: skip


@pytest.mark.slow
def test_a_server_finds_what_the_embedded_engine_finds(
    readings: list[Reading], sample: KnowledgeBase, on_server: KnowledgeBase
) -> None:
    """Criteria as questions, exact: the same chunks with the same scores, list by list."""
    k = 20
    found = 0
    texts = [each.text for r in readings for epic in r.epics for each in epic.criteria]
    config = RetrievalConfig(exact=True)
    assert on_server.documents() == sample.documents()
    for number, text in enumerate(texts):
        scope = Scope("sample", FILTERS[number % len(FILTERS)])
        asked = [
            IndexQuery(scope, k + 1, dense=sample._embedder.queries([text])[0], exact=True),
            IndexQuery(scope, k + 1, sparse=sample._bm25.query(text), exact=True),
        ]
        answers = zip(sample._index.query(asked), on_server._index.query(asked), strict=True)
        for ours, theirs in answers:
            scores = [hit.score for hit in ours[:k]]
            assert [hit.score for hit in theirs[:k]] == pytest.approx(scores, abs=1e-4)
            # Of chunks that score the same at the end of a list, either may be the one in it.
            last = ours[k].score + 1e-4 if len(ours) > k else 0.0
            ids, others = (
                {hit.point_id for hit in hits[:k] if hit.score > last} for hits in (ours, theirs)
            )
            assert ids == others
            found += len(ids)
        prompt, other = (base.retrieve([text], config) for base in (sample, on_server))
        assert [hit.chunk.id for hit in prompt] == [hit.chunk.id for hit in other]
        # What rivals take off is measured over all candidates, and of those that score the same at
        # the end of a list either may be one.
        scores = [hit.score for hit in other]
        assert [hit.score for hit in prompt] == pytest.approx(scores, abs=2e-3)
    assert found > k * len(texts)
