"""Fine-tune on the sample project's own cases, write with the adapter, compare: for real, small."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from assistant.domain import GenerationConfig
from assistant.errors import SettingsError, TrainingError
from assistant.generation.models.catalogue import SMALL_CHAT
from assistant.workflow.deployment import models
from assistant.workflow.deployment.workspace import Workspace
from assistant.workflow.learning import compare_models, comparison_view, train_adapter
from assistant.workflow.learning.compare_models import CompareRequest
from assistant.workflow.learning.train_adapter import TrainingConfig
from assistant.workflow.learning.training_data import DatasetConfig, TrainRequest, case_stories
from assistant.workflow.writing import generate_cases
from assistant.workflow.writing.requests import GenerateRequest, understand

WRITER = f"{SMALL_CHAT}+tiny"


def request(name: str = "tiny", **changes: object) -> TrainRequest:
    values = {"base": SMALL_CHAT, "name": name, "max_steps": 2, "batch_tokens": 1024} | changes
    return TrainRequest(
        training=TrainingConfig.model_validate(values),
        dataset=DatasetConfig(rows="one"),
    )


@pytest.mark.slow
def test_the_projects_cases_are_linked_and_split(workspace: Workspace, project_id: str) -> None:
    record = train_adapter.prepare(workspace, project_id, request())
    assert record.train_stories
    assert record.held_out_stories
    assert not set(record.train_stories) & set(record.held_out_stories)
    with pytest.raises(TrainingError, match="already"):
        train_adapter.prepare(workspace, project_id, request())


def test_a_project_without_cases_is_told_so_before_anything_begins(workspace: Workspace) -> None:
    empty = workspace.create_project("Empty")
    with pytest.raises(TrainingError, match="There are no cases yet"):
        train_adapter.prepare(workspace, empty.id, request())
    with pytest.raises(TrainingError, match="There are no cases yet"):
        compare_models.begin(workspace, empty.id, CompareRequest(columns=("rules",)))
    assert not compare_models.unfinished(workspace, empty.id)


def test_an_uploaded_file_keeps_its_name_and_only_where_it_holds_cases(
    workspace: Workspace, project_id: str
) -> None:
    lone = b'{"title": "Lone", "steps": ["Save"]}\n'
    file = train_adapter.keep_upload(workspace, "Cases.jsonl", lone)
    assert file.name == "cases.jsonl"
    assert train_adapter.keep_upload(workspace, "other.jsonl", lone) == file
    found = case_stories(workspace, project_id, file)
    assert (found.case_count, len(found.stories), len(found.left_out)) == (0, 0, 1)
    with pytest.raises(TrainingError, match="None of the 1 cases is linked"):
        compare_models.begin(
            workspace, project_id, CompareRequest(columns=("rules",), cases_file=file)
        )
    for wrong in (b'{"prompt": "a", "completion": "b"}\n', b"not JSON"):
        with pytest.raises(TrainingError, match=r"Line 1 of pairs\.jsonl"):
            train_adapter.keep_upload(workspace, "pairs.jsonl", wrong)
    assert train_adapter.uploads(workspace) == [file]


def test_a_column_that_needs_an_adapter_says_so(workspace: Workspace, project_id: str) -> None:
    with pytest.raises(SettingsError, match="needs an adapter"):
        compare_models.begin(workspace, project_id, CompareRequest(columns=("ft",)))
    with pytest.raises(TrainingError, match="no adapter 'none'"):
        compare_models.begin(workspace, project_id, CompareRequest(adapter="none"))


@pytest.mark.slow
def test_the_rules_alone_can_be_compared(workspace: Workspace, project_id: str) -> None:
    seen = []
    comparison = compare_models.run_now(
        workspace, project_id, CompareRequest(columns=("rules",), limit=3), progress=seen.append
    )
    assert comparison.complete
    assert seen[-1].done == seen[-1].total > 0
    assert compare_models.open_comparison(workspace, project_id, comparison.id) == comparison
    rows = {row.metric: row for row in comparison_view.figure_rows(comparison)}
    assert 0 <= rows["recall"].cells["rules"].value <= 1
    behind = comparison_view.cases_behind(comparison, "rules", "similarity")
    assert len(behind) == len(comparison.scores)
    assert behind[0].text
    assert compare_models.advice_of(workspace, comparison)


@pytest.mark.slow
def test_a_comparison_that_stopped_goes_on(workspace: Workspace, project_id: str) -> None:
    """What was scored is not written again, and the request is the one that it began with."""
    asked = CompareRequest(columns=("rules",), limit=3, perplexity=False)
    comparison_id = compare_models.create(workspace, project_id, asked)
    seen: list[int] = []
    part = compare_models.run_now(
        workspace, project_id, asked, comparison_id=comparison_id,
        progress=lambda at: seen.append(at.done), cancelled=lambda: len(seen) > 1,
    )  # fmt: skip
    assert not part.complete
    again = compare_models.request_of(workspace, project_id, comparison_id)
    assert again == asked
    whole = compare_models.run_now(workspace, project_id, again, comparison_id=comparison_id)
    assert whole.complete
    written = {score.condition.id: score.seconds for score in whole.scores}
    assert all(written[score.condition.id] == score.seconds for score in part.scores)
    assert len(whole.scores) > len(part.scores) > 0


@pytest.mark.parametrize("wrong", ["none", "../comparisons", ""])
def test_a_comparison_that_is_not_there_cannot_go_on(
    workspace: Workspace, project_id: str, wrong: str
) -> None:
    with pytest.raises(SettingsError, match="could go on"):
        compare_models.request_of(workspace, project_id, wrong)


@pytest.mark.slow
def test_train_write_and_compare(
    workspace: Workspace,
    project_id: str,
    fetched_model: Callable[[str], Path],
) -> None:
    fetched_model(SMALL_CHAT)
    train_adapter.prepare(workspace, project_id, request())
    train_adapter.start(workspace, project_id, "tiny")
    run = train_adapter.wait(workspace, project_id, "tiny", seconds=900)
    assert run.state.name == "done", run.state.error
    assert run.registered
    lines = train_adapter.progress(workspace, project_id, "tiny")
    assert [line.step for line in lines] == [1, 2]

    # The adapter is a writer like any other.
    choice = models.writer(workspace, WRITER)
    assert choice.usable
    text = (
        "# PAY-7 Refunds\n\n## PAY-71 Refund\n\nAcceptance criteria:\n- A refund is paid at once.\n"
    )
    found = understand(workspace, project_id, GenerateRequest(text=text, techniques=("positive",)))
    begun = generate_cases.begin(
        workspace, project_id, found, GenerationConfig(writer=WRITER, attempts=1)
    )
    done = generate_cases.run_now(workspace, project_id, begun)
    assert done.model is not None
    assert done.model.adapter == "tiny"
    assert done.cases

    # One loaded model serves the base and the adapter; what was trained on is not measured.
    asked = CompareRequest(adapter="tiny", columns=("base", "both"), limit=2, max_tokens=120)
    comparison = compare_models.run_now(workspace, project_id, asked)
    record = train_adapter.dataset_of(workspace, "tiny")
    assert record is not None
    assert not {score.story_key for score in comparison.scores} & set(record.train_stories)
    base, both = comparison.losses["base"], comparison.losses["both"]
    assert [loss.case_id for loss in base] == [loss.case_id for loss in both]
    assert sum(loss.nll for loss in both) < sum(loss.nll for loss in base)

    # A default can be promoted, taken back, and the adapter deleted.
    registry = train_adapter.adapters(workspace)
    registry.promote("tiny", project_id)
    assert models.default_writer(workspace, project_id) == WRITER
    registry.roll_back(project_id)
    registry.delete("tiny")
    assert not train_adapter.run(workspace, project_id, "tiny").registered
