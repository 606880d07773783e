"""A whole comparison with real writers on the sample stories, and its edges on small ones."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import pytest

from assistant.domain import (
    Chunk,
    ModelSpec,
    RetrievedChunk,
    StoryCases,
    TestCase,
    TestCondition,
)
from assistant.errors import AssistantError
from assistant.evaluation.advice import advise
from assistant.evaluation.columns import ColumnSpec
from assistant.evaluation.matching import TextEmbedder
from assistant.evaluation.records import CaseLoss, CaseScore, Comparison, EvaluationSet
from assistant.evaluation.report import markdown, plain
from assistant.evaluation.runner import (
    Progress,
    choose_stories,
    compare,
)
from assistant.generation.cancellation import CancelCheck, Cancelled
from assistant.generation.proof.bleed import bleed_findings
from assistant.generation.writer import CaseBrief, WrittenCase
from assistant.generation.writers.outline import OutlineWriter

Conditions = Callable[[StoryCases], Sequence[TestCondition]]
Stories = Callable[[int], tuple[StoryCases, ...]]

SET = EvaluationSet(name="small", seed=3)


class Untitled(OutlineWriter):
    """The outline with a title that tells nothing."""

    def write(self, brief: CaseBrief, *, cancelled: CancelCheck = lambda: False) -> WrittenCase:
        case = super().write(brief, cancelled=cancelled).case
        return WrittenCase(case=case.model_copy(update={"title": "Case"}))


def run(
    stories: Sequence[StoryCases],
    columns: dict[str, ColumnSpec],
    conditions: Conditions,
    embedder: TextEmbedder,
    **more: object,
) -> tuple[list[CaseScore], Comparison]:
    """The scores that were yielded, and the comparison at the end."""
    given = {"comparison_id": "c1", "evaluation_set": SET, **more}
    *scores, last = compare(stories, columns, conditions, embedder=embedder, **given)  # type: ignore[arg-type]
    assert isinstance(last, Comparison)
    return [score for score in scores if isinstance(score, CaseScore)], last


@pytest.fixture(scope="module")
def sample_comparison(
    sample_stories: tuple[StoryCases, ...], derived: Conditions, meaning: TextEmbedder
) -> Comparison:
    """Outlines of the first sample stories, with their titles and without."""
    stories = sample_stories[:3]
    few: Conditions = lambda item: derived(item)[:4]  # noqa: E731
    style = tuple(case for item in sample_stories[3:] for case in item.cases)
    columns = {
        "rules": ColumnSpec(OutlineWriter(), context_for=lambda *_: (), style=style),
        "base": ColumnSpec(Untitled()),
    }
    losses = {"base": [CaseLoss(case_id="x", story_key=stories[0].story.key, tokens=10, nll=20.0)]}
    return run(stories, columns, few, meaning, company=style, losses=losses)[1]


@pytest.mark.long
def test_a_comparison_of_the_sample_stories(sample_comparison: Comparison) -> None:
    found = sample_comparison
    assert [column.column for column in found.columns] == ["base", "rules"]
    rules, base = found.column("rules"), found.column("base")
    assert rules.stories == base.stories == 3
    assert rules.cases == base.cases == len(found.scores) // 2
    for name in ("recall", "precision", "f1", "similarity", "style", "valid", "grounded"):
        figure = rules.figures[name]
        assert figure.value is not None
        assert figure.low is not None
        assert figure.high is not None
        assert 0 <= figure.low <= figure.value <= figure.high <= 1
    whole = [not score.case.is_outline for score in found.scores_of("rules")]
    assert rules.figures["valid"].value == pytest.approx(sum(whole) / len(whole))
    assert rules.figures["recall"].value > 0  # type: ignore[operator]
    assert base.figures["case_steps"].value == 1.0
    assert base.figures["perplexity"].value == pytest.approx(7.389, abs=1e-3)
    assert found.value("rules", "perplexity") is None
    assert 0.5 < (found.company["style"].value or 0) < 1.0


def test_every_figure_leads_back_to_its_cases(sample_comparison: Comparison) -> None:
    found = sample_comparison
    references = sum(len(story.cases) for story in found.references)
    for column in ("rules", "base"):
        scores = found.scores_of(column)
        matched = [match.case_id for score in scores for match in score.matched]
        assert len(set(matched)) == len(matched)
        assert found.value(column, "recall") == pytest.approx(len(matched) / references)
        grounded = sum(score.grounded for score in scores) / sum(s.expected for s in scores)
        assert found.value(column, "grounded") == pytest.approx(grounded)
        known = sum(score.known_templates for score in scores)
        share = known / sum(score.templates for score in scores)
        assert found.value(column, "style_templates") == pytest.approx(share)
        assert all(score.text and score.case.steps for score in scores)
    ids = {case.id for story in found.references for case in story.cases}
    assert {score.nearest.case_id for score in found.scores if score.nearest} <= ids


def test_a_comparison_is_one_json_document(sample_comparison: Comparison) -> None:
    text = sample_comparison.model_dump_json()
    assert Comparison.model_validate_json(text) == sample_comparison


def test_the_report_tells_the_same(sample_comparison: Comparison) -> None:
    advice = advise(sample_comparison)
    text = markdown(sample_comparison, advice)
    assert "| | Base | Outline | Your own cases |" in text
    assert "Recall of reference cases" in text
    assert "not enough data" in text
    told = plain(sample_comparison, advice)
    assert told["columns"]["rules"]["figures"]["recall"]["value"] == sample_comparison.value(  # type: ignore[index,call-overload]
        "rules", "recall"
    )


def test_the_same_again_gives_the_same_figures(
    small_stories: Stories, derived: Conditions, words: TextEmbedder
) -> None:
    columns = {"rules": ColumnSpec(OutlineWriter()), "base": ColumnSpec(Untitled())}
    one, other = (run(small_stories(6), columns, derived, words)[1] for _ in range(2))
    timed = {"seconds", "memory"}
    for left, right in zip(one.columns, other.columns, strict=True):
        assert {k: v for k, v in left.figures.items() if k not in timed} == {
            k: v for k, v in right.figures.items() if k not in timed
        }
    assert [d for d in one.differences if d.metric not in timed] == [
        d for d in other.differences if d.metric not in timed
    ]


class CountingWriter(OutlineWriter):
    """The outline, counting what it is asked for, and cancelling when told to."""

    def __init__(self, stop_after: int = 10_000) -> None:
        super().__init__()
        self.briefs: list[CaseBrief] = []
        self._stop_after = stop_after

    def write(self, brief: CaseBrief, *, cancelled: CancelCheck = lambda: False) -> WrittenCase:
        if len(self.briefs) >= self._stop_after:
            raise Cancelled("Writing a case was cancelled.")
        self.briefs.append(brief)
        return super().write(brief, cancelled=cancelled)


def test_a_cancelled_comparison_goes_on_where_it_stopped(
    small_stories: Stories, derived: Conditions, words: TextEmbedder
) -> None:
    stories = small_stories(4)
    whole = run(stories, {"rules": ColumnSpec(CountingWriter())}, derived, words)[1]
    stopping = {"rules": ColumnSpec(CountingWriter(stop_after=3))}
    scores, cut = run(stories, stopping, derived, words)
    assert (len(scores), cut.complete) == (3, False)
    assert cut.column("rules").stories < 4
    writer = CountingWriter()
    more, ended = run(
        stories,
        {"rules": ColumnSpec(writer)},
        derived,
        words,
        done=cut.scores,
    )
    assert len(more) == len(writer.briefs) == len(whole.scores) - 3
    assert ended.complete
    assert ended.value("rules", "recall") == whole.value("rules", "recall")
    assert [score.place for score in ended.scores] == [score.place for score in whole.scores]


def test_a_condition_that_changed_is_written_again(
    small_stories: Stories, derived: Conditions, words: TextEmbedder
) -> None:
    stories = small_stories(1)
    found = run(stories, {"rules": ColumnSpec(OutlineWriter())}, derived, words)[1]
    writer = CountingWriter()

    def changed(item: StoryCases) -> list[TestCondition]:
        first, *others = derived(item)
        return [first.model_copy(update={"statement": "something else"}), *others]

    run(stories, {"rules": ColumnSpec(writer)}, changed, words, done=found.scores)
    assert len(writer.briefs) == 1


def test_cancelling_between_cases_ends_with_what_is_there(
    small_stories: Stories, derived: Conditions, words: TextEmbedder
) -> None:
    columns = {"rules": ColumnSpec(OutlineWriter())}
    scores, found = run(small_stories(2), columns, derived, words, cancelled=lambda: True)
    assert (scores, found.complete, found.scores) == ([], False, ())
    assert found.value("rules", "recall") is None
    assert markdown(found)


def test_columns_get_the_same_conditions_and_only_retrieval_gets_context(
    small_stories: Stories, derived: Conditions, words: TextEmbedder
) -> None:
    rule = Chunk(id="k", document_id="d", ordinal=0, text="A rule.", kind="rule", key="BR-1")
    plain_writer, helped = CountingWriter(), CountingWriter()
    columns = {
        "base": ColumnSpec(plain_writer),
        "rag": ColumnSpec(
            helped, context_for=lambda *_: (RetrievedChunk(chunk=rule, score=1.0, rank=1),)
        ),
    }
    seen: list[Progress] = []
    run(small_stories(2), columns, derived, words, progress=seen.append)
    assert [brief.condition for brief in plain_writer.briefs] == [
        brief.condition for brief in helped.briefs
    ]
    for brief in plain_writer.briefs:
        assert {source.stage for source in brief.sources} == {"basis"}
    for brief in helped.briefs:
        assert [source.chunk.id for source in brief.sources][-1] == "k"
        ranks = [source.rank for source in brief.sources]
        assert ranks == list(range(1, len(ranks) + 1))
    assert [one.done for one in seen] == list(range(len(seen)))
    assert seen[-1].done == seen[-1].total


def test_the_answer_never_comes_with_the_context(
    small_stories: Stories, derived: Conditions, words: TextEmbedder
) -> None:
    (item,) = small_stories(1)
    first, second = item.cases
    by_key = Chunk(id="1", document_id="d", ordinal=0, text="x", kind="case", key=first.id)
    lines = [f"{step.action} -> {step.expected_result}" for step in second.steps]
    copied = Chunk(id="2", document_id="d", ordinal=1, text=" | ".join(lines), kind="prose")
    other = Chunk(id="3", document_id="d", ordinal=2, text="Another case", kind="case", key="R-9")
    hits = [RetrievedChunk(chunk=one, score=1.0, rank=1) for one in (by_key, copied, other)]
    writer = CountingWriter()
    scores, _ = run([item], {"rag": ColumnSpec(writer, lambda *_: hits)}, derived, words)
    assert {source.chunk.id for source in writer.briefs[0].sources} & {"1", "2", "3"} == {"3"}
    assert scores[0].left_out == (first.id, "2")


def test_what_cannot_be_compared_is_refused(
    small_stories: Stories, derived: Conditions, words: TextEmbedder
) -> None:
    (item,) = small_stories(1)
    columns = {"rules": ColumnSpec(OutlineWriter())}
    twice = [condition for condition in derived(item) for _ in range(2)]
    for stories, asked, conditions, words_of_it in (
        ([item, item], columns, derived, "Two stories have the key"),
        ([item], {}, derived, "no column"),
        ([], columns, derived, "nothing to compare"),
        ([item], columns, lambda _: (), "nothing to compare"),
        ([item], columns, lambda _: twice, "the same id"),
        ([item], {"best": columns["rules"]}, derived, "no column “best”"),
    ):
        with pytest.raises(AssistantError, match=words_of_it):
            run(stories, asked, conditions, words)


def test_stories_are_drawn_by_seed(small_stories: Stories) -> None:
    stories = small_stories(12)
    one = choose_stories(stories, 5, seed=1)
    assert one == choose_stories(stories, 5, seed=1)
    assert set(one) <= set(choose_stories(stories, 8, seed=1))
    assert {s.story.key for s in one} == {
        s.story.key for s in choose_stories(stories[::-1], 5, seed=1)
    }
    assert one != choose_stories(stories, 5, seed=2)
    assert choose_stories(stories, 0, seed=1) == stories
    without = stories[0].model_copy(update={"cases": ()})
    assert choose_stories([without], 0, seed=1) == ()


class InventingWriter(OutlineWriter):
    """The outline with a foreign name in every case, as a tuned model would."""

    def __init__(self, *, marks: bool) -> None:
        super().__init__()
        self._marks = marks

    @property
    def spec(self) -> ModelSpec:  # type: ignore[override]
        return ModelSpec(id="m", provider="p", model="m")

    def write(self, brief: CaseBrief, *, cancelled: CancelCheck = lambda: False) -> WrittenCase:
        written = super().write(brief, cancelled=cancelled)
        case: TestCase = written.case
        step = case.steps[0].model_copy(update={"action": 'Choose the "Lannister Coat"'})
        case = case.model_copy(update={"steps": (step, *case.steps[1:])})
        if self._marks:
            case = case.model_copy(update={"findings": bleed_findings(case, brief)})
        return WrittenCase(case=case)


def test_foreign_names_are_counted(
    small_stories: Stories, derived: Conditions, words: TextEmbedder
) -> None:
    columns = {
        "ft": ColumnSpec(InventingWriter(marks=False)),
        "both": ColumnSpec(InventingWriter(marks=True), context_for=lambda *_: ()),
        "rules": ColumnSpec(OutlineWriter()),
    }
    trained = ['Choose the "Lannister Coat"', "Something else"]
    found = run(small_stories(3), columns, derived, words, training_texts=trained)[1]
    assert found.scores_of("ft")[0].memorised == ("Lannister Coat", 'Choose the "Lannister Coat"')
    assert (found.value("ft", "memorised"), found.value("rules", "memorised")) == (2.0, 0.0)
    assert found.value("ft", "bleed") == found.value("ft", "bleed_unmarked") == 1.0
    assert (found.value("both", "bleed"), found.value("both", "bleed_unmarked")) == (1.0, 0.0)
    assert found.value("rules", "bleed") == 0.0
    assert found.column("ft").model == ModelSpec(id="m", provider="p", model="m")
    assert {item for score in found.scores_of("ft") for item in score.bleed} == {"Lannister Coat"}
