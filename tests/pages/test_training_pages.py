"""Train an adapter and compare models, as pages: what is there, what is missing, a small run."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import pytest
from on_page import text_of
from streamlit.testing.v1 import AppTest

from assistant.errors import TrainingError
from assistant.settings import Settings
from assistant.training.loop import StageResult
from assistant.training.run_folder import RunFolder
from assistant.workflow.deployment.workspace import Workspace
from assistant.workflow.learning import train_adapter
from assistant.workflow.learning.compare_models import SMALL_CHAT
from assistant.workflow.learning.train_adapter import TrainingConfig
from assistant.workflow.learning.training_data import DatasetConfig, TrainRequest


def test_the_linked_cases_are_counted(app: AppTest) -> None:
    app.switch_page("pages/train_adapter.py").run()
    assert not app.exception
    assert "50 cases" in text_of(app)
    assert not app.button(key="train").disabled


def test_a_run_gets_what_the_fields_say(app: AppTest, monkeypatch: pytest.MonkeyPatch) -> None:
    begun: list[TrainRequest] = []
    monkeypatch.setattr(train_adapter, "begin", lambda *given: begun.append(given[-1]))
    app.switch_page("pages/train_adapter.py").run()
    app.button(key="train").click().run()
    (request,) = begun
    assert (request.training.name, request.training.base) == ("company", SMALL_CHAT)
    assert (request.training.rank, request.training.alpha) == (16, 32)
    assert (request.dataset.split_by, request.cases_file) == ("story", None)


def test_an_empty_project_says_what_is_missing(
    environment: Path, open_app: Callable[..., AppTest]
) -> None:
    with Workspace.open(Settings(data_dir=environment)) as workspace:
        project = workspace.create_project("Fresh")
    app = open_app(project=project.id)
    app.switch_page("pages/train_adapter.py").run()
    assert not app.exception
    assert app.button(key="train").disabled
    assert "needed" in text_of(app)
    app.switch_page("pages/compare_models.py").run()
    base = next(box for box in app.selectbox if box.label == "Base model")
    assert len(base.options) > 1
    app.button(key="compare").click().run()
    assert not app.exception
    assert ["There are no cases yet" in error.value for error in app.error] == [True]
    assert "Not complete" not in text_of(app)


def test_a_file_that_is_not_there_yet_is_no_other_cases(app: AppTest) -> None:
    app.switch_page("pages/train_adapter.py").run()
    app.button_group(key="train_source").set_value("A file of cases").run()
    assert not app.exception
    assert "linked to" not in text_of(app)
    assert "train" not in {button.key for button in app.button}
    wrong = ("pairs.jsonl", b'{"prompt": "a", "completion": "b"}\n', "application/json")
    app.file_uploader(key="train_file").set_value(wrong).run()
    assert [error.value.replace("\\", "").split(":")[0] for error in app.error] == [
        "Line 1 of pairs.jsonl holds no case"
    ]
    app.switch_page("pages/compare_models.py").run()
    assert not app.button(key="compare").disabled
    held_out = next(one for one in app.button_group if one.key == "compare_This project's cases")
    held_out.set_value("A file").run()
    assert not app.exception
    assert app.button(key="compare").disabled


@pytest.mark.long
def test_a_run_says_what_it_learned_from_and_that_its_time_was_over(
    environment: Path, open_app: Callable[..., AppTest]
) -> None:
    with Workspace.open(Settings(data_dir=environment)) as workspace:
        (project,) = workspace.projects()
        wanted = TrainRequest(
            training=TrainingConfig(base=SMALL_CHAT, name="ours"), dataset=DatasetConfig(rows="one")
        )
        train_adapter.prepare(workspace, project.id, wanted)
    (folder,) = (file.parent for file in environment.glob("training/*/*/config.json"))
    (folder / "registered").touch()
    early = StageResult(
        stage="sft",
        steps=1,
        seconds=1,
        tokens=1,
        best_loss=None,
        best_step=0,
        stopped="out of time",
    )
    RunFolder(folder).set_state(name="done", train_pairs=37, stages=(early,))
    app = open_app()
    app.switch_page("pages/train_adapter.py").run()
    assert not app.exception
    (head,) = (one.value for one in app.markdown if "**ours**" in one.value)
    assert head.endswith("SmolLM2 135M Instruct · 37 pairs · out of time]]")
    assert list(app.table[0].value["Split"]) == ["train", "validation", "held-out"]
    assert "Left out, its story is not in the library: 10 cases" in text_of(app)
    with Workspace.open(Settings(data_dir=environment)) as workspace:
        RunFolder(folder).set_state(name="queued")
        with pytest.raises(TrainingError, match="Cancel it first"):
            train_adapter.remove(workspace, project.id, "ours")
        RunFolder(folder).set_state(name="cancelled")
        with pytest.raises(TrainingError, match="or delete that run"):
            train_adapter.prepare(workspace, project.id, wanted)
    app.run()
    app.button(key="delete-now-ours").click().run()
    assert not app.exception
    assert "**ours**" not in text_of(app)
    assert not folder.exists()


@pytest.mark.slow
def test_a_comparison_runs_and_every_view_of_it_opens(app: AppTest) -> None:
    app.switch_page("pages/compare_models.py").run()
    assert not app.exception
    app.number_input(key="compare_limit").set_value(3)
    app.button_group(key="compare_columns_False").set_value(["rules"])
    app.button(key="compare").click().run()
    assert not app.exception
    deadline = time.monotonic() + 240
    while not app.dataframe:
        assert time.monotonic() < deadline
        time.sleep(0.3)
        app.run()
    assert "Advice" in {header.value for header in app.subheader}
    figures = app.dataframe[0].value
    assert "Recall of reference cases" in set(figures["Figure"])
    for view in ("cases", "rating", "table", "figures"):
        app.button_group(key="comparison_shown").set_value(view).run()
        assert not app.exception, view
