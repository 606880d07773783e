"""Fine-tune on the company's own cases: dataset, training process, and the adapter that comes out.

A training run is a folder. Preparing it (linking cases, finding context, writing pairs) is work of
this process; training is a process of its own, which outlives this one. Whoever looks at a run that
is done finds its adapter registered.
"""

from __future__ import annotations

import hashlib
import re
import shutil
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from assistant.domain import Value
from assistant.errors import TrainingError
from assistant.training import child
from assistant.training.adapters import FIRST_PROMPT, AdapterRegistry, AdapterSheet
from assistant.training.config import TrainingConfig as TrainingConfig
from assistant.training.data.data_sheet import DataSheet as DataSheet
from assistant.training.data.dataset import read_case_file
from assistant.training.loop import Progress
from assistant.training.run_folder import RunFolder, RunState
from assistant.workflow.deployment.workspace import Workspace
from assistant.workflow.learning.training_data import (
    DatasetRecord,
    Report,
    TrainRequest,
    quiet,
    training_data,
)

DATASET, DATA_SHEET = "dataset.json", "data_sheet.json"
NEVER = "There is no training run '{}'. Runs: {}."


class TrainingRun(Value):
    """A run as a list shows it."""

    name: str
    config: TrainingConfig
    state: RunState
    dataset: DatasetRecord | None = None
    registered: bool = False


def prepare(
    workspace: Workspace,
    project_id: str,
    request: TrainRequest,
    *,
    report: Report = quiet,
    cancelled: Callable[[], bool] | None = None,
) -> DatasetRecord:
    """Make the dataset of a run and write it down, ready to start.

    Raises ``TrainingError`` where there are too few cases, or a run of this name.
    """
    folder = _new_folder(workspace, project_id, request.training.name)
    data = training_data(workspace, project_id, request, report=report, cancelled=cancelled)
    record = data.record
    child.prepare(
        folder,
        request.training,
        models_dir=workspace.settings.models_path,
        pairs=data.pairs,
        documents=_texts(workspace, project_id) if request.training.pretrain_first else (),
        data_sheet=data.sheet.model_dump_json(indent=2),
    )
    text = record.model_dump_json(indent=2)
    (folder / DATASET).write_text(text, encoding="utf-8")
    kept = _dataset_file(workspace, record.pairs_sha256)
    kept.parent.mkdir(parents=True, exist_ok=True)
    kept.write_text(text, encoding="utf-8")
    return record


def start(workspace: Workspace, project_id: str, name: str) -> RunState:
    """Start the process of a prepared run, or go on with one that stopped."""
    return child.start(_run_folder(workspace, project_id, name))


def begin(workspace: Workspace, project_id: str, request: TrainRequest) -> str:
    """Prepare and start a run in a worker thread; returns the id of the job that prepares it.

    Raises ``TrainingError`` at once for a name that is taken.
    """
    name = request.training.name
    _new_folder(workspace, project_id, name)
    job = preparing_job(project_id)
    if workspace.jobs.is_active(job):
        raise TrainingError("A dataset is being prepared already. Wait until its run has started.")

    def work(report: Callable[[int, int], None], stop: Callable[[], bool]) -> None:
        prepare(
            workspace, project_id, request, cancelled=stop,
            report=lambda step, done, total: report(done, total),
        )  # fmt: skip
        if not stop():
            start(workspace, project_id, name)

    workspace.jobs.start_counted(job, work)
    return job


def preparing_job(project_id: str) -> str:
    """Id of the job that prepares a dataset, one a project."""
    return f"dataset-{project_id}"


def cancel(workspace: Workspace, project_id: str, name: str) -> None:
    """Ask a run to stop at its next step; what was learned is kept, and it can go on."""
    child.cancel(_run_folder(workspace, project_id, name))


def resume(workspace: Workspace, project_id: str, name: str) -> RunState:
    """Go on with a run that was interrupted, cancelled or failed, from its last checkpoint."""
    return child.resume(_run_folder(workspace, project_id, name))


def remove(workspace: Workspace, project_id: str, name: str) -> None:
    """Delete a run with its checkpoints and log, which frees its name; an adapter that came of it
    stays. Raises ``TrainingError`` while it trains."""
    folder = _run_folder(workspace, project_id, name)
    if RunFolder(folder).state().active:
        raise TrainingError(f"The run '{name}' is training. Cancel it first.")
    (folder / "config.json").unlink()  # what is left of a removal that is cut off is no run
    shutil.rmtree(folder)


def runs(workspace: Workspace, project_id: str) -> tuple[TrainingRun, ...]:
    """The project's training runs, newest first; a run that is done gets its adapter registered."""
    root = _root(workspace, project_id)
    found = [path for path in root.glob("*") if (path / "config.json").exists()]
    found.sort(key=lambda path: (path / "config.json").stat().st_mtime, reverse=True)
    return tuple(_run(workspace, path) for path in found)


def run(workspace: Workspace, project_id: str, name: str) -> TrainingRun:
    """One run; ``TrainingError`` names those that exist."""
    return _run(workspace, _run_folder(workspace, project_id, name))


def progress(workspace: Workspace, project_id: str, name: str) -> tuple[Progress, ...]:
    """One line a step: loss, learning rate, tokens a second, seconds left, memory."""
    return RunFolder(_run_folder(workspace, project_id, name)).progress()


def data_sheet(workspace: Workspace, project_id: str, name: str) -> DataSheet:
    """What a run was trained on: the size of each split, and what was left out and why."""
    file = _run_folder(workspace, project_id, name) / DATA_SHEET
    return DataSheet.model_validate_json(file.read_bytes())


def log_of(workspace: Workspace, project_id: str, name: str) -> str:
    """The end of the process's log."""
    file = RunFolder(_run_folder(workspace, project_id, name)).log
    return file.read_text("utf-8", "replace")[-4000:] if file.exists() else ""


def wait(workspace: Workspace, project_id: str, name: str, *, seconds: float) -> TrainingRun:
    """Wait for a run to end, at most so long."""
    RunFolder(_run_folder(workspace, project_id, name)).wait(seconds)
    return run(workspace, project_id, name)


def adapters(workspace: Workspace) -> AdapterRegistry:
    """The registry of adapters, one a data folder."""
    return AdapterRegistry(workspace.settings.adapters_path)


def dataset_of(workspace: Workspace, adapter: str) -> DatasetRecord | None:
    """What an adapter was trained on; ``None`` where it was not trained here."""
    sheet = adapters(workspace).get(adapter).sheet
    return _record(_dataset_file(workspace, sheet.data_sheet_sha256))


def export(workspace: Workspace, name: str, target: Path, form: str) -> str:
    """Merge an adapter into its base and write it for other tools; the text says how to serve it.

    ``form`` is "gguf" (F16, for Ollama, LM Studio, llama-server), "safetensors" (for vLLM) or
    "lora" (not merged: its GGUF and its sheet).
    """
    if form == "lora":
        place = adapters(workspace).export(name, target / f"{name}-lora")
        return f"{place}: the sheet, and adapter.gguf for llama-server --lora"
    from assistant.training.adapter_merge import export_gguf, export_safetensors, merge, serve_text
    from assistant.training.base_models import find_base, load_base

    adapter = adapters(workspace).get(name)
    files = find_base(adapter.sheet.base.id, workspace.settings.models_path)
    base = load_base(files, dtype="float32")
    adapters(workspace).get(name, base=files.identity)
    target.mkdir(parents=True, exist_ok=True)
    merged = merge(base, adapter.folder)
    if form == "safetensors":
        place = export_safetensors(merged, base.tokenizer, target / name)
    elif files.gguf:
        place = export_gguf(
            merged, base.shape, files.folder / files.gguf, target / f"{name}-f16.gguf"
        )
    else:
        raise TrainingError(
            f"A GGUF of '{name}' needs a base that is GGUF. Export it as safetensors instead."
        )
    return serve_text(place, name, files)


def keep_upload(workspace: Workspace, name: str, data: bytes) -> Path:
    """Keep an uploaded file of cases beside the runs, in a folder named by its hash; once.

    Raises ``TrainingError`` where it holds no cases; then it is not kept.
    """
    folder = _uploads(workspace) / hashlib.sha256(data).hexdigest()[:12]
    kept = next(folder.glob("*.jsonl"), None)
    if kept is not None:
        return kept
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / f"{safe_name(Path(name).stem)}.jsonl"
    file.write_bytes(data)
    try:
        read_case_file(file)
    except TrainingError:
        shutil.rmtree(folder)
        raise
    return file


def uploads(workspace: Workspace) -> list[Path]:
    """Files of cases that were uploaded before, the latest first."""
    found = _uploads(workspace).rglob("*.jsonl")
    return sorted(found, key=lambda file: file.stat().st_mtime, reverse=True)


def forget_project(workspace: Workspace, project_id: str) -> None:
    """Delete the training runs of a project with their data; adapters in the registry stay."""
    shutil.rmtree(_root(workspace, project_id), ignore_errors=True)


def safe_name(text: str) -> str:
    """A name for a run, made of what a person typed: small letters, digits and dashes."""
    name = re.sub(r"[^a-z0-9]+", "-", text.casefold()).strip("-")[:48]
    return name or f"run-{datetime.now(UTC):%Y%m%d-%H%M}"


def _run(workspace: Workspace, folder: Path) -> TrainingRun:
    files = RunFolder(folder)
    state, config = files.state(), files.config
    record = _record(folder / DATASET)
    registry = adapters(workspace)
    registered = config.name in {adapter.sheet.name for adapter in registry.list()}
    if state.name == "done" and not registered and not (folder / "registered").exists():
        registry.add(_sheet(state, config, record), files.adapter)
        (folder / "registered").touch()  # an adapter that is deleted later stays so
        registered = True
    return TrainingRun(
        name=folder.name, config=config, state=state, dataset=record, registered=registered
    )


def _sheet(state: RunState, config: TrainingConfig, record: DatasetRecord | None) -> AdapterSheet:
    """What the registry keeps of a run that is done."""
    if state.base is None or state.shape is None:
        raise TrainingError(
            f"The run '{config.name}' does not say which base it used. Run it again."
        )
    metrics: dict[str, float] = {}
    for stage in state.stages:
        measured = stage.model_dump(exclude={"stage", "stopped"})
        for name, value in measured.items():
            if isinstance(value, int | float):
                metrics[f"{stage.stage}_{name}"] = float(value)
    return AdapterSheet(
        name=config.name,
        base=state.base,
        shape=state.shape,
        config=config,
        created=datetime.now(UTC),
        author=config.author,
        data_sheet_sha256=record.pairs_sha256 if record else "",
        train_pairs=state.train_pairs,
        prompt_version=record.prompt_version if record else FIRST_PROMPT,
        answer=record.answer if record else "case",
        metrics=metrics,
    )


def _record(file: Path) -> DatasetRecord | None:
    return DatasetRecord.model_validate_json(file.read_bytes()) if file.is_file() else None


def _root(workspace: Workspace, project_id: str) -> Path:
    name = hashlib.sha256(project_id.encode()).hexdigest()[:12]
    return workspace.settings.data_dir / "training" / name


def _uploads(workspace: Workspace) -> Path:
    return workspace.settings.data_dir / "training" / "uploads"


def _dataset_file(workspace: Workspace, sha256: str) -> Path:
    return workspace.settings.data_dir / "training" / "datasets" / f"{sha256}.json"


def _new_folder(workspace: Workspace, project_id: str, name: str) -> Path:
    """The folder of a run that is to be; ``TrainingError`` where there is one of this name."""
    folder = _root(workspace, project_id) / name
    if (folder / "config.json").exists():
        raise TrainingError(
            f"There is a training run '{name}' already. Choose another name, or delete that run."
        )
    return folder


def _run_folder(workspace: Workspace, project_id: str, name: str) -> Path:
    root = _root(workspace, project_id)
    names = sorted(path.name for path in root.glob("*") if (path / "config.json").exists())
    if name not in names:
        raise TrainingError(NEVER.format(name, ", ".join(names) or "none yet"))
    return root / name


def _texts(workspace: Workspace, project_id: str) -> tuple[str, ...]:
    """What continued pre-training reads: the project's rules, pages and epics, as they are."""
    return tuple(
        workspace.library.document(project_id, stored.id).text
        for stored in workspace.library.documents(project_id)
        if stored.kind in ("rules", "page", "epic")
    )
