"""A run as a process of its own: done, cancelled, killed, resumed; what its folder says."""

from __future__ import annotations

import os
import signal
import sys
import time
from pathlib import Path
from threading import Timer

import pytest
from filelock import FileLock
from tiny import made_up_pairs, small_run

from assistant.errors import TrainingError
from assistant.training import child
from assistant.training.run_folder import RunFolder


def prepared(folder: Path, base: Path, **changes: object) -> RunFolder:
    """A run of the made-up pairs, ready to start."""
    config = small_run(base, **changes)
    child.prepare(folder, config, models_dir=base.parent, pairs=made_up_pairs())
    return RunFolder(folder)


def wait_for_step(run: RunFolder, step: int) -> None:
    """Wait until the child has reported this step."""
    deadline = time.monotonic() + 240
    while not any(progress.step >= step for progress in run.progress()):
        assert run.state().active, run.log.read_text()
        assert time.monotonic() < deadline
        time.sleep(0.05)


@pytest.mark.long
def test_in_process_run_ends_with_an_adapter(tiny_folder: Path, tmp_path: Path) -> None:
    run = prepared(tmp_path / "run", tiny_folder)
    state = child.run(run.path)
    assert state.name == "done", state.error
    assert (state.train_pairs, state.validation_pairs) == (30, 6)
    assert state.base is not None
    assert [p.step for p in run.progress()] == [1, 2, 3, 4, 5, 6]
    assert {file.name for file in run.adapter.iterdir()} == {
        "adapter.gguf",
        "adapter_config.json",
        "adapter_model.safetensors",
    }
    with pytest.raises(TrainingError, match="is done"):
        child.resume(run.path)


@pytest.mark.slow
def test_pretraining_before_fine_tuning(tiny_folder: Path, tmp_path: Path) -> None:
    config = small_run(tiny_folder, pretrain_first=True, max_steps=2, max_tokens=128)
    child.prepare(
        tmp_path / "run",
        config,
        models_dir=tmp_path,
        pairs=made_up_pairs(),
        documents=["A tariff changes on the first day of the month. " * 300],
    )
    state = child.run(tmp_path / "run")
    assert state.name == "done", state.error
    assert [result.stage for result in state.stages] == ["pretraining", "sft"]


@pytest.mark.long
def test_a_look_at_the_lock_is_not_another_child(tiny_folder: Path, tmp_path: Path) -> None:
    run = prepared(tmp_path / "run", tiny_folder, max_steps=1)
    look = FileLock(run.path / "running.lock", thread_local=False)
    look.acquire()
    Timer(0.5, look.release).start()
    assert child.run(run.path).name == "done"


@pytest.mark.long
def test_second_child_is_refused(
    tiny_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = prepared(tmp_path / "run", tiny_folder)
    monkeypatch.setattr(RunFolder.lock, "__kwdefaults__", {"seconds": 0.2})
    with run.lock(), pytest.raises(TrainingError, match="running already"):
        child.run(run.path)


@pytest.mark.long
def test_a_child_that_said_how_it_ended_is_waited_for(
    tiny_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = prepared(tmp_path / "run", tiny_folder)
    ending = FileLock(run.path / "running.lock", thread_local=False)
    started: list[object] = []
    monkeypatch.setattr(child.subprocess, "Popen", lambda *_, **__: started.append(ending))
    ending.acquire()
    run.set_state(name="running")
    with pytest.raises(TrainingError, match="running already"):
        child.resume(run.path)
    run.set_state(name="cancelled")
    Timer(0.5, ending.release).start()
    assert child.resume(run.path).name == "queued"
    assert started == [ending]


@pytest.mark.long
def test_failure_is_said_in_the_state(tiny_folder: Path, tmp_path: Path) -> None:
    run = prepared(tmp_path / "run", tiny_folder, learning_rate=1e30, max_gradient_norm=1e30)
    state = child.run(run.path)
    assert state.name == "failed"
    assert "smaller learning rate" in state.error


@pytest.mark.long
def test_changed_base_is_refused_on_resume(tiny_folder: Path, tmp_path: Path) -> None:
    import shutil

    base = tmp_path / "base"
    shutil.copytree(tiny_folder, base)
    run = prepared(tmp_path / "run", base)
    run.ask_to_cancel()
    assert child.run(run.path).name == "cancelled"
    weights = base / "model.safetensors"
    weights.write_bytes(weights.read_bytes()[:-1] + b"\x01")
    run.take_back_cancel()
    state = child.run(run.path)
    assert state.name == "failed"
    assert "has changed" in state.error


@pytest.mark.long
def test_ten_pairs_are_refused(tiny_folder: Path, tmp_path: Path) -> None:
    config = small_run(tiny_folder, least_pairs=50)
    with pytest.raises(TrainingError, match=r"10 pairs are too few.*at least 50"):
        child.prepare(tmp_path / "run", config, models_dir=tmp_path, pairs=made_up_pairs()[:12])


@pytest.mark.long
def test_run_that_never_got_its_process_reads_as_interrupted(
    tiny_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = prepared(tmp_path / "run", tiny_folder)
    assert run.state().name == "queued"
    monkeypatch.setattr("assistant.training.run_folder.START_SECONDS", -1.0)
    assert run.state().name == "interrupted"
    child.cancel(run.path)
    assert run.state().name == "cancelled"


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="SIGKILL")
def test_kill_resume_cancel(tiny_folder: Path, tmp_path: Path) -> None:
    whole = prepared(tmp_path / "whole", tiny_folder, max_steps=15)
    child.start(whole.path)
    assert whole.wait(400).name == "done", whole.log.read_text()
    run = prepared(tmp_path / "run", tiny_folder, max_steps=15)
    child.start(run.path)
    wait_for_step(run, 5)
    with pytest.raises(TrainingError, match="running already"):
        child.start(run.path)
    os.kill(run.state().pid, signal.SIGKILL)
    assert run.wait(20).name == "interrupted"
    child.resume(run.path)
    reached = run.progress()[-1].step
    wait_for_step(run, reached + 2)
    child.cancel(run.path)
    assert run.wait(60).name == "cancelled"
    child.resume(run.path)
    assert run.wait(400).name == "done", run.log.read_text()
    losses = [(p.step, p.loss, p.validation_loss) for p in run.progress()]
    assert losses == [(p.step, p.loss, p.validation_loss) for p in whole.progress()]
    first, second = (r.adapter / "adapter_model.safetensors" for r in (whole, run))
    assert first.read_bytes() == second.read_bytes()
