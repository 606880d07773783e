"""Datasets: what leaks, what is left out, and whether the same inputs give the same bytes."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assistant.domain import (
    AcceptanceCriterion,
    CaseOrigin,
    Epic,
    RetrievedChunk,
    StoryCases,
    TestCase,
    TestCondition,
    TestStep,
    UserStory,
)
from assistant.errors import TrainingError
from assistant.generation.writers.existing_case import condition_of_case, criterion_of
from assistant.generation.writers.item_answer import completion_of
from assistant.generation.writers.item_prompt import item_prompt
from assistant.suite.near_duplicates import near_duplicates, shingles, similarity
from assistant.suite.template import DEFAULT_TEMPLATE
from assistant.training.data.context import CaseContext, case_chunks, guard_context
from assistant.training.data.data_sheet import LeftOut
from assistant.training.data.dataset import (
    Dataset,
    DatasetConfig,
    describe_pairs,
    pairs_of,
    read_case_file,
    select,
)
from assistant.training.data.masking import Masker
from assistant.training.data.pairs import read_jsonl

SMALL = DatasetConfig(min_train=2)
THINGS = (
    "bill",
    "tariff",
    "meter",
    "refund",
    "deposit",
    "contract",
    "address",
    "rebate",
    "account",
)
DEEDS = ("opens", "closes", "prints", "signs", "exports", "archives", "renames", "shares", "locks")


def case(number: int, story: int, **changes: Any) -> TestCase:
    thing, deed = THINGS[story % 9], DEEDS[number % 9]
    words = f"{thing} {deed} {story} {number}"
    return TestCase(
        id=f"S{story}-{number}",
        title=f"The agent {deed} the {thing} of customer {story}",
        preconditions=(f"Given customer {story} has a {thing} marked {words}",),
        steps=(
            TestStep(
                number=1,
                action=f"When the agent {deed} the {words}",
                expected_result=f"Then the {thing} number {number} of {story} {deed} with {words}",
            ),
        ),
        status="imported",
        story_key=f"S{story}",
    ).model_copy(update=changes)


def story(number: int, *cases: TestCase) -> StoryCases:
    words = f"{THINGS[number % 9]} {DEEDS[number // 9 % 9]} {number}"
    return StoryCases(
        epic=Epic(key=f"E{number % 4}", title="Epic"),
        story=UserStory(
            key=f"S{number}", title=f"Work on {words}", narrative=f"As an agent I want {words}"
        ),
        cases=cases or tuple(case(n, number) for n in range(3)),
    )


def corpus(stories: int = 20) -> tuple[StoryCases, ...]:
    return tuple(story(number) for number in range(stories))


def everything(stories: Sequence[StoryCases]) -> Callable[..., list[RetrievedChunk]]:
    """A retriever that finds every case there is, leaks included."""
    chunks = [chunk for one in stories for chunk in case_chunks(one)]

    def found(one: StoryCases, condition: TestCondition) -> list[RetrievedChunk]:
        return [RetrievedChunk(chunk=c, score=1.0, rank=n) for n, c in enumerate(chunks, 1)]

    return found


def build_pairs(
    stories: Sequence[StoryCases],
    context_for: Any,
    config: DatasetConfig,
    *,
    left_out: Sequence[LeftOut] = (),
    **choices: Any,
) -> Dataset:
    selection = select(stories, config, left_out=left_out)
    return pairs_of(selection, context_for, config, **choices)


def left_out(data: Dataset) -> dict[str, str]:
    return {one.case_id: one.reason for one in data.sheet.left_out}


# --- Pairs --------------------------------------------------------------------------------------


def test_a_pair_is_exactly_generations_prompt_and_schema() -> None:
    data = build_pairs(corpus(), None, SMALL)
    one = next(s for s in corpus() if s.story.key == data.pairs[0].story_key)
    source = one.cases[0]
    condition = condition_of_case(one.story, source)
    asked = item_prompt(
        one.story, criterion_of(one.story, condition), condition, (), examples=False
    )
    assert data.pairs[0].prompt == asked.messages
    assert data.pairs[0].completion == completion_of(source)
    assert not any(pair.with_context for pair in data.pairs)


def test_each_case_comes_once_without_and_once_with_context() -> None:
    data = build_pairs(corpus(), everything(corpus()), SMALL)
    for split in ("train", "validation", "held-out"):
        plain = [p.case_id for p in data.of(split, with_context=False)]  # type: ignore[arg-type]
        beside = [p.case_id for p in data.of(split, with_context=True)]  # type: ignore[arg-type]
        assert plain == beside
        assert plain


def test_one_row_a_case_takes_the_share_with_context() -> None:
    config = SMALL.model_copy(update={"rows": "one", "with_context": 0.5})
    data = build_pairs(corpus(40), everything(corpus(40)), config)
    train = data.of("train")
    assert len({pair.case_id for pair in train}) == len(train)
    assert 0.3 < sum(pair.with_context for pair in train) / len(train) < 0.7


def test_the_context_never_holds_the_answer_its_siblings_or_what_is_kept_back() -> None:
    stories = corpus()
    copy = case(0, 3, id="copy", story_key="S9")
    stories = (*stories[:9], story(9, *stories[9].cases, copy), *stories[10:])
    selection = select(stories, SMALL.model_copy(update={"drop_near_duplicates": False}))
    hidden = {c.id for s in selection.of("held-out", "validation") for c in s.cases}
    seen: list[tuple[str, str]] = []
    context = guard_context(selection, everything(stories), SMALL)
    for one in selection.stories:
        for own in one.cases:
            for found in context(one, condition_of_case(one.story, own)):
                seen.append((own.id, found.chunk.key))
                assert found.chunk.key not in {c.id for c in one.cases}
                assert found.chunk.key not in hidden
                assert found.chunk.text.split("\n")[1:] != [own.preconditions[0]]
    assert seen
    assert ("S3-0", "copy") not in seen
    assert ("copy", "S3-0") not in seen
    data = pairs_of(selection, everything(stories), SMALL)
    reasons = dict(data.sheet.kept_from_context)
    assert reasons["a case of the same story"] > 0
    assert reasons["a case that is kept back"] > 0
    assert reasons["holds the answer"] == 1


def test_a_story_that_holds_the_answer_is_no_pair() -> None:
    leaking = case(0, 1)
    text = "\n".join(
        [*leaking.preconditions, leaking.steps[0].action, leaking.steps[0].expected_result]
    )
    one = story(1, leaking)
    criterion = AcceptanceCriterion(id="AC1", text=text)
    one = one.model_copy(update={"story": one.story.model_copy(update={"criteria": (criterion,)})})
    data = build_pairs((*corpus()[:1], one, *corpus()[2:]), None, SMALL)
    assert left_out(data)["S1-0"] == "its story or condition holds the answer already"
    assert "S1-0" not in {pair.case_id for pair in data.pairs}


# --- Splits -------------------------------------------------------------------------------------


@pytest.mark.long
@settings(max_examples=25, deadline=None)
@given(st.sampled_from(["story", "epic", "time"]), st.integers(0, 99), st.integers(8, 24))
def test_no_story_or_epic_is_divided(by: str, seed: int, size: int) -> None:
    config = DatasetConfig.model_validate({"split_by": by, "seed": seed, "min_train": 1})
    data = build_pairs(corpus(size), None, config)
    splits: dict[str, set[str]] = {}
    for pair in data.pairs:
        splits.setdefault(pair.epic_key if by == "epic" else pair.story_key, set()).add(pair.split)
    assert all(len(found) == 1 for found in splits.values())
    assert data.of("held-out")
    assert data.of("train")


def test_by_time_the_last_stories_are_kept_back() -> None:
    data = build_pairs(corpus(), None, SMALL.model_copy(update={"split_by": "time"}))
    keys = list(dict.fromkeys(pair.story_key for pair in data.of("held-out")))
    assert keys == ["S16", "S17", "S18", "S19"]


def test_near_duplicates_across_the_split_are_reported_and_dropped() -> None:
    stories = list(corpus())
    split = select(stories, SMALL).split_of
    kept_back = next(s for s in stories if split[s.story.key] == "held-out")
    place = next(n for n, s in enumerate(stories) if split[s.story.key] == "train")
    twin = kept_back.cases[0].model_copy(update={"id": "twin", "title": "Another title"})
    stories[place] = stories[place].model_copy(update={"cases": (*stories[place].cases, twin)})
    data = build_pairs(stories, None, SMALL)
    (found,) = data.sheet.near_duplicates
    assert (found.kind, found.train_id, found.other_id) == ("case", "twin", kept_back.cases[0].id)
    assert left_out(data)["twin"] == "nearly a case that is kept back"
    kept = build_pairs(stories, None, SMALL.model_copy(update={"drop_near_duplicates": False}))
    assert "twin" in {pair.case_id for pair in kept.of("train")}
    assert [one.dropped for one in kept.sheet.near_duplicates] == [False]


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.lists(st.sampled_from("abcdef"), max_size=14).map(" ".join), max_size=8),
    st.lists(st.lists(st.sampled_from("abcdef"), max_size=14).map(" ".join), max_size=8),
    st.floats(0.35, 1.0),
)
def test_the_quick_search_finds_every_near_duplicate(
    left: list[str], right: list[str], threshold: float
) -> None:
    one = {f"l{n}": shingles(text) for n, text in enumerate(left)}
    two = {f"r{n}": shingles(text) for n, text in enumerate(right)}
    slow = {
        (a, b)
        for a, x in one.items()
        for b, y in two.items()
        if similarity(x, y) >= threshold and x
    }
    assert {(a, b) for a, b, _ in near_duplicates(one, two, threshold)} == slow


# --- Filters ------------------------------------------------------------------------------------


def test_what_is_left_out_is_told_with_the_reason() -> None:
    long = TestStep(number=1, action="x" * 3000, expected_result="y")
    odd = (
        case(0, 30, status="rejected"),
        case(1, 30, origin=CaseOrigin(writer="model", edited_by="Ann")),
        case(2, 30, steps=()),
        case(3, 30, steps=(long,)),
        case(4, 30, title=" "),
        case(5, 30, id="S30-5b"),
        case(5, 30),
        case(6, 30, steps=(TestStep(number=1, action="Look", expected_result=""),)),
    )
    lone = StoryCases(
        epic=Epic(key="", title=""), story=UserStory(key="", title=""), cases=(case(7, 30),)
    )
    data = build_pairs((*corpus(), story(30, *odd), lone), None, SMALL)
    assert left_out(data) == {
        "S30-0": "status rejected",
        "S30-1": "edited in review, which the project does not learn from",
        "S30-2": "no steps",
        "S30-3": "the case is longer than 2400 characters",
        "S30-4": "no title",
        "S30-5": "an exact copy of another case",
        "S30-6": "no expected result",
        "S30-7": "no link to a story",
    }
    learns = SMALL.model_copy(update={"include_edited": True})
    assert "S30-1" not in left_out(build_pairs((*corpus(), story(30, *odd)), None, learns))


def test_smells_and_the_template_are_filters_on_request() -> None:
    vague = TestStep(number=1, action="Check it", expected_result="It works as expected")
    stories = (*corpus(), story(30, case(0, 30, steps=(vague,))))
    assert "S30-0" not in left_out(build_pairs(stories, None, SMALL))
    strict = SMALL.model_copy(update={"smells": ("unverifiable result",)})
    assert left_out(build_pairs(stories, None, strict))["S30-0"] == "smell: unverifiable result"
    column = DEFAULT_TEMPLATE.columns[1].model_copy(update={"max_chars": 45})
    template = DEFAULT_TEMPLATE.model_copy(update={"columns": (column,), "name": "Short"})
    long = (
        *corpus(),
        story(30, case(0, 30, title="A title that is longer than forty-five letters")),
    )
    short = build_pairs(long, None, SMALL.model_copy(update={"template": template}))
    assert left_out(short)["S30-0"] == "does not fit the template Short"


def test_too_few_pairs_tell_the_number_needed() -> None:
    with pytest.raises(TrainingError, match=r"at least 30 are needed.*at least \d+ more"):
        build_pairs(corpus(3), None, DatasetConfig())
    copies = tuple(
        story(n, *(case(0, 0, id=f"{n}-{m}", title="Same") for m in range(9))) for n in range(20)
    )
    with pytest.raises(TrainingError, match="179 cases are exact copies"):
        build_pairs(copies, None, DatasetConfig())
    lone = StoryCases(
        epic=Epic(key="", title=""), story=UserStory(key="", title=""), cases=corpus()[0].cases
    )
    with pytest.raises(TrainingError, match="None of the 3 cases is linked"):
        build_pairs((lone,), None, SMALL)


# --- Bytes --------------------------------------------------------------------------------------


def test_the_same_inputs_and_seed_give_the_same_bytes(tmp_path: Path) -> None:
    stories = corpus()
    first = build_pairs(stories, everything(stories), SMALL)
    again = build_pairs(stories, everything(stories), SMALL)
    one, two = first.write(tmp_path / "1"), again.write(tmp_path / "2")
    assert one.read_bytes() == two.read_bytes()
    assert hashlib.sha256(one.read_bytes()).hexdigest() == first.sheet.sha256
    assert tuple(read_jsonl(one)) == first.pairs
    other = build_pairs(stories, None, SMALL.model_copy(update={"seed": 8}))
    assert other.selection.split_of != first.selection.split_of
    row = json.loads(one.read_text(encoding="utf-8").splitlines()[0])
    assert [item["role"] for item in row["prompt"]] == ["system", "user"]
    assert row["completion"][0]["role"] == "assistant"
    sheet = (tmp_path / "1" / "data_sheet.md").read_text(encoding="utf-8")
    assert first.sheet.sha256 in sheet
    assert "| train |" in sheet


def test_lengths_are_counted_in_tokens_where_they_can_be() -> None:
    data = build_pairs(corpus(), None, SMALL)
    sheet = describe_pairs(
        data.pairs, split_by="story", seed=7, count_tokens=lambda text: len(text.split())
    )
    units = {(one.what, one.unit) for one in sheet.lengths}
    assert {("prompt", "tokens"), ("completion", "tokens"), ("prompt", "characters")} <= units


# --- Masking ------------------------------------------------------------------------------------


def test_an_inch_mark_opens_no_name() -> None:
    assert Masker().text('rims of 20" and 17"') == 'rims of NUMBER_1" and NUMBER_2"'


def test_masked_pairs_hold_the_same_placeholder_for_the_same_words() -> None:
    step = TestStep(
        number=1,
        action='When I add "Food" to GB-SCT for ted@example.com',
        expected_result='Then "Food" costs $20.00 for Jon Snow',
    )
    named = case(
        0, 30, title='Adding "Food"', preconditions=("Given the store is in Norway",), steps=(step,)
    )
    data = build_pairs(
        (*corpus(), story(30, named)), None, SMALL.model_copy(update={"masked": True})
    )
    pair = next(pair for pair in data.pairs if pair.case_id == "S30-0")
    text = pair.prompt[-1][1] + pair.completion
    for value in ("Food", "GB-SCT", "ted@", "20.00", "Jon Snow", "Norway"):
        assert value not in text
    assert "Adding “NAME_1”" in pair.prompt[-1][1]
    assert pair.completion.count("“NAME_1”") == 2
    assert "KEY_1" in pair.completion
    assert data.sheet.masked


# --- Context ------------------------------------------------------------------------------------


class CountingEmbedder:
    """Vectors of letter counts: quick, and the same everywhere."""

    fingerprint = "letters"
    dimension = 26

    def documents(self, texts: Sequence[str]) -> Any:
        import numpy as np

        rows = [[text.lower().count(chr(97 + n)) + 0.01 for n in range(26)] for text in texts]
        array = np.asarray(rows, dtype=np.float32)
        return array / np.linalg.norm(array, axis=1, keepdims=True)

    def queries(self, texts: Sequence[str]) -> Any:
        return self.documents(texts)


def test_the_context_is_searched_in_the_train_split_only() -> None:
    stories = corpus(30)
    selection = select(stories, SMALL)
    train = {c.id for s in selection.of("train") for c in s.cases}
    results = []
    for _ in range(2):
        context = CaseContext.open(CountingEmbedder(), selection.of("train"))
        data = pairs_of(selection, context.context_for, SMALL)
        one = selection.of("held-out")[0]
        found = context.context_for(one, condition_of_case(one.story, one.cases[0]))
        assert found
        assert {source.chunk.key for source in found} <= train
        results.append(data.sheet.sha256)
    assert results[0] == results[1]
    assert sum(pair.with_context for pair in data.pairs) > 20


# --- A real corpus ------------------------------------------------------------------------------


@pytest.mark.long
def test_sylius_by_story_and_by_feature_folder(shared_dir: Path) -> None:
    path = shared_dir / "data" / "cases" / "sylius.jsonl"
    if not path.is_file():
        pytest.skip("the Sylius corpus is absent")
    stories = read_case_file(path)
    assert (len(stories), sum(len(one.cases) for one in stories)) == (612, 1620)
    data = build_pairs(stories, None, DatasetConfig())
    splits = {one.split: one for one in data.sheet.splits}
    assert splits["held-out"].stories >= 100
    assert splits["train"].cases > 1000
    assert len(data.sheet.left_out) < 60
    assert data.sheet.near_duplicates
    by_epic = build_pairs(stories, None, DatasetConfig(split_by="epic"))
    epics = {pair.epic_key: pair.split for pair in by_epic.pairs}
    assert all(epics[pair.epic_key] == pair.split for pair in by_epic.pairs)
