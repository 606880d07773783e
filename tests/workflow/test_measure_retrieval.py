"""Measuring a project's search on the project's own links: which links, and what they show."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from syncing import quick_workspace

from assistant.domain import (
    AcceptanceCriterion,
    Chunk,
    Citation,
    Epic,
    GenerationRun,
    RetrievalConfig,
    RetrievedChunk,
    SearchFilter,
    SourceDocument,
    TestCase,
    TestStep,
    UserStory,
)
from assistant.errors import RetrievalError
from assistant.workflow.deployment.workspace import Workspace
from assistant.workflow.sources import measure_retrieval, project_links
from assistant.workflow.sources.measure_retrieval import MeasuredRow, ProjectMeasure, measure_now
from assistant.workflow.sources.reindex import index_pending

COUNT = 24
RULES = "\n\n".join(f"- BR-{n:02}: item{n} must be paid within {n} days." for n in range(COUNT))
Opened = tuple[Workspace, str]


def _document(name: str, text: str, kind: str) -> SourceDocument:
    return SourceDocument.model_validate(
        {"id": name, "kind": kind, "title": name, "text": text, "content_hash": name}
    )


@pytest.fixture
def opened(tmp_path: Path) -> Iterator[Opened]:
    """A story of many criteria, a case for each, and rules; embedded by words."""
    criteria = tuple(
        AcceptanceCriterion(id=f"CC-1-AC{n}", text=f"As CC-1-AC{n} says, item{n} is paid (T-{n}).")
        for n in range(COUNT)
    )
    story = UserStory(key="CC-1", title="Pay", narrative="Items are paid.", criteria=criteria)
    cases = tuple(
        TestCase(
            id=f"T-{n}",
            title=f"Verify item{n}",
            criterion_ids=(f"cc-1-ac{n}",),
            steps=(TestStep(number=1, action=f"Pay item{n}", expected_result="Paid"),),
        )
        for n in range(COUNT)
    )
    loose = (
        TestCase(id="T-S", title="The whole story", story_key="CC-1"),
        TestCase(id="T-X", title="Something else", criterion_ids=("ZZ-9",)),
    )
    with quick_workspace(tmp_path / "data") as (workspace, project_id, _):
        put = workspace.library.put_document
        epic = Epic(key="E-1", title="Payments", stories=(story,))
        text = "\n\n".join(f"- {one.text}" for one in criteria)
        put(project_id, _document("epic", text, "epic"), epics=(epic,))
        put(project_id, _document("cases", "table", "test_cases"), cases=(*cases, *loose))
        put(project_id, _document("rules", RULES, "rules"))
        index_pending(workspace.library, workspace.knowledge(project_id), project_id)
        yield workspace, project_id


def measured(workspace: Workspace, project_id: str, screen: RetrievalConfig) -> ProjectMeasure:
    """Measured in the thread of the test; nobody looks at how far it is."""
    return measure_now(workspace, project_id, screen, lambda done, total: None, lambda: False)


def _row(workspace: Workspace, project_id: str, screen: RetrievalConfig, name: str) -> MeasuredRow:
    way = measured(workspace, project_id, screen).ways[0]
    return next(row for row in way.rows if row.metric == name)


def test_imported_cases_are_links_of_what_they_name(opened: Opened) -> None:
    links = project_links.project_links(*opened)
    ((way, questions),) = links.questions.items()
    assert (way, len(questions), links.count(way)) == ("existing cases", COUNT + 1, COUNT + 1)
    assert links.left_out == {project_links.NO_CRITERION: 1}
    by_id = {one.id: one for one in questions}
    assert by_id["CC-1"].text.startswith("Pay: Items are paid.")
    assert list(by_id["CC-1"].sources.values()) == ["T-S"]
    assert by_id["CC-1-AC3"].own_documents == {"epic"}


def test_no_question_holds_an_id_of_either_side(opened: Opened) -> None:
    for one in project_links.project_links(*opened).questions["existing cases"]:
        assert "CC-1" not in one.text
        assert one.id == "CC-1" or not any(name in one.text for name in one.sources.values())


@pytest.mark.long
def test_saved_choices_alone_have_figures_and_no_difference(opened: Opened) -> None:
    workspace, project_id = opened
    before = workspace.knowledge(project_id).documents()
    told: list[tuple[int, int]] = []
    report = measure_now(
        workspace, project_id, RetrievalConfig(), lambda *at: told.append(at), lambda: False
    )
    existing, cited = report.ways
    assert (existing.links, existing.asked, cited.links, cited.rows) == (25, 25, 0, ())
    assert {row.metric for row in existing.rows} == set(measure_retrieval.SHOWN)
    assert all(row.saved.clusters == 25 and row.difference is None for row in existing.rows)
    assert existing.rows[0].saved.value > 0.9, "the words of each case are those of its criterion"
    assert told[0] == (0, 25)
    assert existing.milliseconds["saved"] > 0
    assert (existing.places[0].asked, existing.places[0].saved) == ("CC-1", 26), "worst first"
    assert {one.saved for one in existing.places[1:]} == {1}
    assert workspace.knowledge(project_id).documents() == before


@pytest.mark.long
def test_choices_on_the_screen_are_held_against_the_saved_ones(opened: Opened) -> None:
    rules_only = RetrievalConfig(filter=SearchFilter(kinds=("rule",)))
    lost = _row(*opened, rules_only, "map").difference
    assert lost is not None
    assert lost.high is not None
    assert lost.high < 0
    fewer = RetrievalConfig()
    fewer = fewer.model_copy(update={"top_k": fewer.top_k.model_copy(update={"case": 0})})
    same = _row(*opened, fewer, "map").difference
    assert same is not None
    assert (same.value, same.low, same.high) == (0, 0, 0), "the numbers per kind rank nothing"
    assert _row(*opened, fewer, "let through").screen.value == 0
    assert _row(*opened, fewer, "handed over").difference.value < 0


@pytest.mark.parametrize(
    ("screen", "says"),
    [
        (RetrievalConfig(embedding_model="another"), "Save it"),
        (RetrievalConfig(dense_weight=0, sparse_weight=0), "weight"),
    ],
)
def test_what_cannot_be_measured_is_refused(
    opened: Opened, screen: RetrievalConfig, says: str
) -> None:
    with pytest.raises(RetrievalError, match=says):
        measured(*opened, screen)


@pytest.mark.long
def test_too_few_links_give_no_figure_and_stopping_none_either(opened: Opened) -> None:
    workspace, project_id = opened
    stopped = measure_now(workspace, project_id, RetrievalConfig(), lambda *_: None, lambda: True)
    assert (stopped.stopped, stopped.ways) == (True, ())
    for stored in workspace.library.cases(project_id)[5:]:
        workspace.library.set_status(
            project_id, stored.id, "rejected", by="Tess", expected_version=stored.row_version
        )
    report = measured(workspace, project_id, RetrievalConfig())
    assert [(way.links, way.rows) for way in report.ways] == [(5, ()), (0, ())]


def test_many_links_of_one_question_give_no_figure(opened: Opened) -> None:
    workspace, project_id = opened
    cases = tuple(
        TestCase(
            id=f"T-{n}",
            title=f"Verify item{n}",
            story_key="CC-1",
            steps=(TestStep(number=1, action=f"Pay item{n}", expected_result="Paid"),),
        )
        for n in range(COUNT)
    )
    whole = _document("cases", "another table", "test_cases")
    workspace.library.put_document(project_id, whole, cases=cases)
    index_pending(workspace.library, workspace.knowledge(project_id), project_id)
    existing = measured(workspace, project_id, RetrievalConfig()).ways[0]
    assert (existing.links, existing.questions, existing.asked) == (COUNT, 1, 0)
    assert (existing.rows, existing.places) == ((), ())


@pytest.mark.long
def test_of_very_many_questions_the_same_ones_are_drawn(
    opened: Opened, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(measure_retrieval, "MOST_QUESTIONS", 20)
    first, again = (measured(*opened, RetrievalConfig()).ways[0] for _ in range(2))
    assert (first.asked, first.questions, len(first.places)) == (20, 25, 20)
    assert first.places == again.places
    assert first.rows[0].saved.clusters == 20


def _accept(opened: Opened, chunks: list[Chunk], criterion_ids: tuple[str, ...]) -> None:
    """An accepted case of a run that cites these chunks."""
    workspace, project_id = opened
    library = workspace.library
    run = GenerationRun(id=f"run-{len(library.cases(project_id))}", request="Pay")
    library.start_run(project_id, run)
    hits = [RetrievedChunk(chunk=one, score=1.0, rank=n) for n, one in enumerate(chunks, 1)]
    library.record_plan(run.id, (), (), hits)
    cited = tuple(
        Citation(chunk_id=one.id, source=n, quote=one.text[:4], start=0, end=4)
        for n, one in enumerate(chunks, 1)
    )
    step = TestStep(number=1, action="Pay", expected_result="Paid", citations=cited)
    case = TestCase(
        id=run.id, title=run.id, steps=(step,), criterion_ids=criterion_ids, citations=cited[:1]
    )
    stored = library.add_case(project_id, run.id, case)
    library.set_status(
        project_id, stored.id, "accepted", by="Tess", expected_version=stored.row_version
    )


@pytest.mark.long
def test_citations_of_accepted_cases_are_links_of_their_own(opened: Opened) -> None:
    workspace, project_id = opened
    knowledge = workspace.knowledge(project_id)
    rules = [one for one in knowledge.chunks("rules") if one.kind == "rule"]
    assert len(rules) == COUNT
    for number, rule in enumerate(rules):
        _accept(opened, [rule], (f"CC-1-AC{number}",))
    changed = rules[0].model_copy(update={"id": "gone", "text": "BR-99: nothing like it"})
    _accept(opened, [knowledge.chunks("epic")[0], changed], ("CC-1-AC1",))
    _accept(opened, [rules[0]], ("CC-1-AC1", "CC-1-AC2"))
    links = project_links.project_links(*opened)
    assert links.count("cited sources") == COUNT
    assert links.left_out == {
        project_links.NO_CRITERION: 1,
        project_links.OWN_EPIC: 1,
        project_links.NOT_INDEXED: 1,
        project_links.SEVERAL: 1,
    }
    one = next(each for each in links.questions["cited sources"] if each.id == "CC-1-AC3")
    assert (one.kinds, list(one.sources.values())) == (("rule",), ["BR-03"])
    cited = measured(workspace, project_id, RetrievalConfig()).ways[1]
    assert (cited.way, cited.links) == ("cited sources", COUNT)
    assert cited.rows[0].saved.value > 0.9
