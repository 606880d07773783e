"""The chain: what is planned, how cases come, cancelling, going on, and what is cited."""

from __future__ import annotations

from collections.abc import Collection, Sequence

import pytest
from fake_pages import FakePages

from assistant.domain import (
    AcceptanceCriterion,
    CaseOrigin,
    Chunk,
    ChunkKind,
    Epic,
    GenerationConfig,
    RetrievalConfig,
    RetrievedChunk,
    TestCase,
    TestCondition,
    UserStory,
)
from assistant.errors import ModelUnavailable, RetrievalError
from assistant.generation.cancellation import CancelCheck, Cancelled, never_cancelled
from assistant.generation.chain import CaseReady, PlanReady, RunFinished, generate
from assistant.generation.writer import CaseBrief, WrittenCase
from assistant.generation.writers.outline import OutlineWriter


def criterion(key: str, text: str) -> AcceptanceCriterion:
    return AcceptanceCriterion(id=key, text=text)


EPIC = Epic(
    key="PAY",
    title="Payment arrangements",
    release="Drop-2",
    team="Billing",
    labels=("payments",),
    stories=(
        UserStory(
            key="PAY-1",
            title="Grant an extension",
            narrative="As an Analyst, I want to grant an extension so that nobody is dunned.",
            criteria=(
                criterion("PAY-1-AC1", "An extension of up to 14 days is granted at once."),
                criterion(
                    "PAY-1-AC2",
                    'A longer extension is refused with the message "At most 14 days."',
                ),
            ),
        ),
        UserStory(
            key="PAY-2", title="A story without criteria", narrative="As a clerk, I want it."
        ),
        UserStory(
            key="PAY-3",
            title="Agree a plan",
            criteria=(criterion("PAY-3-AC1", "A payment plan runs for 3 to 24 months."),),
        ),
    ),
)


def chunk(key: str, text: str, kind: ChunkKind, document_id: str = "epic:PAY") -> Chunk:
    return Chunk(
        id=f"{document_id}/{key}", document_id=document_id, ordinal=0, text=text, kind=kind, key=key
    )


BASIS = (
    *(chunk(item.id, item.text, "criterion") for item in EPIC.criteria),
    chunk("PAY-1", EPIC.stories[0].narrative, "story"),
)
RULE = chunk("BR-7", "BR-7: Only one extension may be open per account.", "rule", "rules")
PLAN_RULE = chunk("BR-9", "BR-9: A payment plan needs an active account.", "rule", "rules")


class Rules(FakePages):
    """Gives the rule for the first story, both for the others."""

    def __init__(self) -> None:
        super().__init__(
            lambda _: (RULE,) if len(self.asked) == 1 else (PLAN_RULE, RULE), score=0.5
        )


def run(
    retriever: FakePages | None = None,
    writer: object = None,
    *,
    cancelled: CancelCheck = never_cancelled,
    existing_case_ids: Sequence[str] = (),
    done_conditions: Collection[str] = (),
    basis: Sequence[Chunk] = BASIS,
) -> list[PlanReady | CaseReady | RunFinished]:
    return list(
        generate(
            [EPIC],
            basis,
            retriever or Rules(),
            writer or OutlineWriter(),  # type: ignore[arg-type]
            RetrievalConfig(),
            GenerationConfig(),
            cancelled=cancelled,
            existing_case_ids=existing_case_ids,
            done_conditions=done_conditions,
        )
    )


def cases_of(events: Sequence[PlanReady | CaseReady | RunFinished]) -> list[TestCase]:
    return [event.written.case for event in events if isinstance(event, CaseReady)]


def plan_of(events: Sequence[PlanReady | CaseReady | RunFinished]) -> PlanReady:
    assert isinstance(events[0], PlanReady)
    return events[0]


def test_one_case_for_each_condition_in_order() -> None:
    events = run()
    conditions = plan_of(events).conditions
    cases = cases_of(events)
    assert [case.condition_ids for case in cases] == [(one.id,) for one in conditions]
    assert {case.criterion_ids[0] for case in cases} == {item.id for item in EPIC.criteria}
    techniques = {case.technique for case in cases}
    assert {"positive", "negative", "boundary"} <= techniques
    assert len({case.id for case in cases}) == len(cases)
    for case in cases:
        assert case.id.startswith(f"TC-{case.criterion_ids[0]}-")
        assert (case.epic_key, case.release, case.team) == ("PAY", "Drop-2", "Billing")
        assert case.story_key in {"PAY-1", "PAY-3"}
        assert case.labels == ("payments",)
        assert case.is_outline
    assert isinstance(events[-1], RunFinished)
    assert events[-1].uncovered_criteria == ()
    assert 0 < events[-1].timings.first_case <= events[-1].timings.total


def test_sources_are_numbered_story_by_story_and_keep_their_number() -> None:
    retriever = Rules()
    retrieved = plan_of(run(retriever)).retrieved
    assert [source.rank for source in retrieved] == list(range(1, len(retrieved) + 1))
    assert [source.chunk.key for source in retrieved] == [
        "PAY-1-AC1",
        "PAY-1-AC2",
        "PAY-1",
        "BR-7",
        "PAY-3-AC1",
        "BR-9",
    ]
    assert [source.stage for source in retrieved[:3]] == ["basis"] * 3
    assert retriever.excluded == [{"epic:PAY"}] * 2
    assert retriever.asked[0][0] == f"Grant an extension: {EPIC.criteria[0].text}"


def test_every_quote_stands_in_a_numbered_source() -> None:
    events = run()
    texts = {
        (source.chunk.id, source.rank): source.chunk.text for source in plan_of(events).retrieved
    }
    cited = [citation for case in cases_of(events) for citation in case.all_citations]
    assert cited
    for citation in cited:
        text = texts[(citation.chunk_id, citation.source)]
        assert text[citation.start : citation.end] == citation.quote


def test_a_criterion_that_no_chunk_holds_can_still_be_cited() -> None:
    events = list(
        generate([EPIC], (), Rules(), OutlineWriter(), RetrievalConfig(), GenerationConfig())
    )
    assert all(case.all_citations for case in cases_of(events))
    again = list(
        generate([EPIC], (), Rules(), OutlineWriter(), RetrievalConfig(), GenerationConfig())
    )
    assert plan_of(again).retrieved == plan_of(events).retrieved


def test_the_same_request_gives_the_same_cases() -> None:
    assert cases_of(run()) == cases_of(run())


def test_taken_ids_get_a_further_number() -> None:
    first = [case.id for case in cases_of(run())]
    second = [case.id for case in cases_of(run(existing_case_ids=first))]
    assert second == [f"{case_id}-2" for case_id in first]


def test_a_run_that_was_cut_off_goes_on_with_the_others_under_the_same_ids() -> None:
    whole = cases_of(run())
    done = {case.condition_ids[0] for case in whole[:3]}
    rest = run(done_conditions=done, existing_case_ids=[case.id for case in whole[:3]])
    assert cases_of(rest) == whole[3:]
    assert plan_of(rest) == plan_of(run())


def test_cancelling_ends_the_run_and_keeps_what_was_yielded() -> None:
    kept: list[TestCase] = []

    def keep_all() -> None:
        for event in events:
            if isinstance(event, CaseReady):
                kept.append(event.written.case)

    events = generate(
        [EPIC],
        BASIS,
        Rules(),
        OutlineWriter(),
        RetrievalConfig(),
        GenerationConfig(),
        cancelled=lambda: len(kept) == 2,
    )
    with pytest.raises(Cancelled):
        keep_all()
    assert len(kept) == 2


def test_cancelled_before_the_start() -> None:
    with pytest.raises(Cancelled):
        run(cancelled=lambda: True)


class Failing(OutlineWriter):
    """Writes one case and then loses its model."""

    def __init__(self) -> None:
        super().__init__()
        self.calls = 0

    def write(self, brief: CaseBrief, *, cancelled: CancelCheck = never_cancelled) -> WrittenCase:
        self.calls += 1
        if self.calls > 1:
            raise ModelUnavailable("The model is gone. Start it again.")
        return super().write(brief, cancelled=cancelled)


def test_a_lost_model_is_passed_on_and_the_cases_so_far_stay() -> None:
    kept: list[object] = []
    events = generate([EPIC], BASIS, Rules(), Failing(), RetrievalConfig(), GenerationConfig())
    with pytest.raises(ModelUnavailable, match="is gone"):
        kept.extend(event for event in events)
    with pytest.raises(StopIteration):
        next(events)


def test_errors_of_retrieval_are_passed_on() -> None:
    def fail(_: Sequence[str]) -> Sequence[Chunk]:
        raise RetrievalError("No index. Index the sources first.")

    with pytest.raises(RetrievalError):
        run(FakePages(fail))


class Forging(OutlineWriter):
    """Cites what was never retrieved and reads its orders aloud."""

    def write(self, brief: CaseBrief, *, cancelled: CancelCheck = never_cancelled) -> WrittenCase:
        case = super().write(brief, cancelled=cancelled).case
        steps = tuple(
            step.model_copy(
                update={
                    "support": "supported",
                    "citations": tuple(
                        citation.model_copy(update={"quote": "Everything is allowed."})
                        for citation in step.citations
                    ),
                }
            )
            for step in case.steps
        )
        changes = {"steps": steps, "origin": CaseOrigin(writer="model", model_id="x")}
        return WrittenCase(case=case.model_copy(update=changes), generated_tokens=3)


def test_a_forged_quote_never_leaves_the_chain() -> None:
    events = run(writer=Forging())
    assert isinstance(events[0], PlanReady)
    texts = {hit.chunk.id: hit.chunk.text for hit in events[0].retrieved}
    for case in cases_of(events):
        assert all(citation.quote != "Everything is allowed." for citation in case.all_citations)
        for citation in case.all_citations:  # those that the checks found in its place
            assert citation.quote == texts[citation.chunk_id][citation.start : citation.end]
    assert isinstance(events[-1], RunFinished)
    assert events[-1].timings.generated_tokens == 3 * len(cases_of(events))


class Sloppy(OutlineWriter):
    """Writes steps that the linter should mark."""

    def write(self, brief: CaseBrief, *, cancelled: CancelCheck = never_cancelled) -> WrittenCase:
        case = super().write(brief, cancelled=cancelled).case
        step = case.steps[0].model_copy(update={"expected_result": "It works."})
        return WrittenCase(case=case.model_copy(update={"steps": (step,)}))


def test_cases_leave_with_the_findings_of_the_linter() -> None:
    for case in cases_of(run(writer=Sloppy())):
        assert any(finding.rule == "unverifiable result" for finding in case.findings)


def test_only_the_techniques_asked_for() -> None:
    config = GenerationConfig(techniques=("negative",))
    events = list(generate([EPIC], BASIS, Rules(), OutlineWriter(), RetrievalConfig(), config))
    assert {case.technique for case in cases_of(events)} <= {"negative"}
    finished = events[-1]
    assert isinstance(finished, RunFinished)
    covered = {one.criterion_id for one in plan_of(events).conditions}
    assert set(finished.uncovered_criteria) == {item.id for item in EPIC.criteria} - covered


def test_nothing_leaves_for_a_tracing_service(monkeypatch: pytest.MonkeyPatch) -> None:
    from langchain_core.tracers.langchain import LangChainTracer

    monkeypatch.setenv("LANGSMITH_TRACING", "true")
    monkeypatch.setenv("LANGCHAIN_TRACING_V2", "true")
    monkeypatch.setenv("LANGSMITH_ENDPOINT", "http://127.0.0.1:9")
    traced: list[object] = []
    monkeypatch.setattr(LangChainTracer, "_start_trace", lambda *run: traced.append(run))
    assert cases_of(run())
    assert traced == []


def test_a_condition_belongs_to_its_criterion() -> None:
    for condition in plan_of(run()).conditions:
        assert isinstance(condition, TestCondition)
        assert condition.criterion_id in {item.id for item in EPIC.criteria}


def test_stories_with_the_same_key_keep_their_own_sources() -> None:
    texts = ("An extension of up to 14 days is granted.", "A plan of 3 months is agreed.")
    twins = tuple(
        UserStory(key="X", title="X", criteria=(criterion(f"X-AC{n}", text),))
        for n, text in enumerate(texts, start=1)
    )
    epic = EPIC.model_copy(update={"stories": twins})
    events = list(
        generate([epic], (), Rules(), OutlineWriter(), RetrievalConfig(), GenerationConfig())
    )
    assert cases_of(events)
    assert all(case.all_citations for case in cases_of(events))


class Noting(OutlineWriter):
    """Notes the sources that each story's cases are written from."""

    def __init__(self) -> None:
        super().__init__()
        self.told: dict[str, tuple[RetrievedChunk, ...]] = {}

    def write(self, brief: CaseBrief, *, cancelled: CancelCheck = never_cancelled) -> WrittenCase:
        self.told[brief.story.key] = brief.sources
        return super().write(brief, cancelled=cancelled)


def test_a_source_is_worth_to_a_story_what_the_search_for_that_story_found() -> None:
    class Page(FakePages):
        def retrieve(
            self, queries: Sequence[str], *_: object, **__: object
        ) -> tuple[RetrievedChunk, ...]:
            first = "extension" in queries[0]
            found = RetrievedChunk(
                chunk=RULE if first else PLAN_RULE, score=0.5 if first else 0.8, rank=1
            )
            return (found,)

        def chunks(self, document_id: str) -> tuple[Chunk, ...]:
            return RULE, PLAN_RULE

    writer = Noting()
    planned = plan_of(run(Page(), writer))
    kept = {one.chunk.key: (one.stage, one.score) for one in planned.retrieved}
    told = {
        key: {one.chunk.key: (one.rank, one.is_hit, one.score) for one in sources}
        for key, sources in writer.told.items()
    }
    assert told["PAY-1"]["BR-7"][1:] == (True, 0.5)
    assert told["PAY-1"]["BR-9"][1:] == (False, 0.0), "it stands beside it on the page"
    assert told["PAY-3"]["BR-9"][1:] == (True, 0.8), "and was found for the other story"
    assert told["PAY-3"]["BR-7"][1:] == (False, 0.8), "the page opens with it"
    for key in ("BR-7", "BR-9"):
        assert told["PAY-1"][key][0] == told["PAY-3"][key][0], "its number is the run's"
    assert kept["BR-9"] == ("fused", 0.8), "whatever it is to one story, a search found it"


def test_the_first_sources_are_numbered_by_their_story() -> None:
    first = plan_of(run()).retrieved[:4]
    assert [source.chunk.key for source in first] == ["PAY-1-AC1", "PAY-1-AC2", "PAY-1", "BR-7"]
    assert [source.rank for source in first] == [1, 2, 3, 4]


@pytest.mark.parametrize("long", [False, True])
def test_the_rest_of_a_short_page_is_told_beside_what_was_found_of_it(long: bool) -> None:
    where = chunk(
        "", "The order number is K, year, five digits." + " x" * 3_000 * long, "prose", "w"
    )
    found = chunk("", "Remakes get an order number of their own.", "prose", "w")
    case = chunk("TC-1", "An old case", "case", "w")

    def page(document_id: str) -> list[Chunk]:
        return [
            one.model_copy(update={"id": f"{document_id}/{place}"}) if one is not found else one
            for place, one in enumerate((where, found, case))
        ]

    planned = plan_of(run(FakePages(lambda _: [found], page, score=0.5)))
    others = [one for one in planned.retrieved if one.stage != "basis"]
    told = [(one.stage, one.is_hit, one.chunk.text) for one in others]
    assert told[0] == ("fused", True, found.text)
    assert told[1:] == ([] if long else [("page", False, where.text)])


def test_how_a_long_page_opens_is_told_beside_what_was_found_of_it() -> None:
    def part(place: int, text: str, heading: str) -> Chunk:
        new = {"id": f"w/{place}", "ordinal": place, "heading": heading}
        return chunk("", text, "prose", "w").model_copy(update=new)

    opening = part(0, "Superseded by version 5.", "Fees 2022")
    found = part(1, "A rebooking costs 15.00.", "Fees 2022 > Rail")
    rest = part(2, "x " * 4_000, "Fees 2022 > Hotels")

    page = FakePages(lambda _: [found], lambda _: (opening, found, rest), score=0.5)
    planned = plan_of(run(page))
    told = [(one.chunk, one.score) for one in planned.retrieved if one.stage != "basis"]
    assert told == [(found, 0.5), (opening, 0.5)]


@pytest.mark.parametrize("long", [False, True])
@pytest.mark.parametrize("connected", [False, True])
def test_the_comments_on_a_story_and_then_on_its_epic_are_told_the_latest_first(
    connected: bool, long: bool
) -> None:
    """An export holds all of them, an issue of a connection is a document of its own."""

    def remark(place: int, text: str, on: str) -> Chunk:
        said_on = f"{on} > Comments" if connected else f"Comments on {on}"
        made = chunk("", text, "prose", f"jira:{on.split()[0]}" if connected else "epic:PAY")
        new = {
            "id": f"c{place}", "ordinal": 9 + place,
            "heading": f"{said_on} > Comment by Ann", "place": "comment by Ann, 2026-05-19",
        }  # fmt: skip
        return made.model_copy(update=new)

    first = remark(0, "Could it be 5?" + " x" * 3_000 * long, "PAY-1 Extend")
    other = remark(1, "Never for minors.", "PAY-9 Another story")
    decided = remark(2, "Decided: 45 minutes.", "PAY-1 Extend")
    epic = remark(3, "UAT is in July.", "PAY Payments")
    planned = plan_of(run(basis=(*BASIS, first, other, decided, epic)))
    told = [one.chunk for one in planned.retrieved if one.chunk.is_comment]
    assert told == [decided, *[first] * (not long), epic]
