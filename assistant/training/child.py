"""A training run as a process of its own: ``python -m assistant.training.child RUN_FOLDER``.

It outlives the application that started it, works at a lower priority, and says how far it is in
the run folder's files; the application only reads those.
"""

from __future__ import annotations

import logging
import os
import subprocess
import sys
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

from filelock import Timeout

from assistant.errors import AssistantError, TrainingError, needs_extra
from assistant.training.config import TrainingConfig
from assistant.training.data.pairs import CasePair
from assistant.training.run_folder import LOCK_SECONDS, LOOK_SECONDS, RunFolder, RunState

log = logging.getLogger(__name__)
NICENESS = 10


def prepare(
    run_folder: Path,
    config: TrainingConfig,
    *,
    models_dir: Path,
    pairs: Iterable[CasePair] = (),
    documents: Iterable[str] = (),
    data_sheet: str = "{}",
) -> None:
    """Write down a run, ready to start: pairs of the splits "train" and "validation", documents.

    Raises ``TrainingError`` where the pairs are too few or a run is there already.
    """
    rows = [pair for pair in pairs if pair.split in {"train", "validation"}]
    train = sum(pair.split == "train" for pair in rows)
    if "sft" in config.stages and train < config.least_pairs:
        raise TrainingError(
            f"{train} pairs are too few to train on: at least {config.least_pairs} are needed. "
            f"Add accepted or imported cases that are linked to a story."
        )
    RunFolder(run_folder).write(config, models_dir, rows, documents, data_sheet)


def start(run_folder: Path) -> RunState:
    """Start the process of a prepared run, and return at once. Raises ``MissingExtra``."""
    needs_extra("peft", "train", "Fine-tuning")
    from assistant.training.sft import usable_threads

    folder = RunFolder(run_folder)
    # A child that has said how it ended is waited for: it gives back its memory before its lock.
    seconds = LOOK_SECONDS if folder.state().active else LOCK_SECONDS
    if folder.is_locked(seconds=seconds):
        raise TrainingError(f"The run {run_folder.name} is running already.")
    folder.take_back_cancel()
    state = folder.set_state(name="queued", error="", pid=0)
    threads = str(usable_threads(folder.config.threads))
    root = str(Path(__file__).resolve().parents[2])
    path = os.pathsep.join([root, *filter(None, [os.environ.get("PYTHONPATH")])])
    environment = {
        **os.environ,
        "PYTHONPATH": path,
        "OMP_NUM_THREADS": threads,
        "OMP_WAIT_POLICY": "PASSIVE",
        "TOKENIZERS_PARALLELISM": "false",
        "TQDM_DISABLE": "1",
        "HF_HUB_DISABLE_TELEMETRY": "1",
    }
    options: dict[str, object] = {"start_new_session": True}
    if sys.platform == "win32":
        options = {
            "creationflags": subprocess.BELOW_NORMAL_PRIORITY_CLASS
            | subprocess.CREATE_NEW_PROCESS_GROUP
        }
    with folder.log.open("ab") as log_file:
        subprocess.Popen(  # type: ignore[call-overload]
            [sys.executable, "-m", "assistant.training.child", str(run_folder.resolve())],
            stdin=subprocess.DEVNULL,
            stdout=log_file,
            stderr=log_file,
            env=environment,
            **options,
        )
    return state


def cancel(run_folder: Path) -> None:
    """Ask a run to stop at its next step; what was learned is kept, and it can be resumed."""
    folder = RunFolder(run_folder)
    folder.ask_to_cancel()
    if folder.state().name == "interrupted":
        folder.set_state(name="cancelled")


def resume(run_folder: Path) -> RunState:
    """Go on with a run that was interrupted, cancelled or failed, from its last checkpoint."""
    if RunFolder(run_folder).state().name == "done":
        raise TrainingError(f"The run {run_folder.name} is done. Start a new one.")
    return start(run_folder)


def run(run_folder: Path) -> RunState:
    """Do the work of a run in this process; its last state. Errors end up in the state."""
    folder = RunFolder(run_folder)
    try:
        with folder.lock():
            folder.set_state(name="running", error="", pid=os.getpid())
            try:
                return _train(folder)
            except AssistantError as error:
                log.error("%s", error)
                return folder.set_state(name="failed", error=str(error))
            except MemoryError:
                return folder.set_state(
                    name="failed",
                    error="Memory is too short for this run. Choose fewer batch_tokens or a "
                    "smaller base model, then start again.",
                )
            except Exception as error:  # a bug, not an outcome: named here, traced in the log
                log.exception("the run failed")
                return folder.set_state(
                    name="failed",
                    error=f"An internal error ended the run ({type(error).__name__}: {error}). "
                    f"Details are in {folder.log.name} of the run.",
                )
    except Timeout:
        raise TrainingError(f"The run {run_folder.name} is running already.") from None


def _train(folder: RunFolder) -> RunState:
    import torch

    from assistant.training.adapter_merge import ARCHITECTURES, write_gguf_lora
    from assistant.training.base_models import find_base, load_base
    from assistant.training.loop import StageData
    from assistant.training.sft import (
        encode_documents,
        encode_split,
        hold_out,
        sample_evenly,
        save_adapter,
        train_stage,
        usable_threads,
        with_lora,
    )

    config = folder.config
    torch.set_num_threads(usable_threads(config.threads))
    known = folder.state().base
    files = find_base(config.base, folder.models_dir, sha256=known.sha256 if known else "")
    base = load_base(files, dtype=config.dtype, method=config.method)
    folder.set_state(base=files.identity, shape=base.shape)
    model = with_lora(base, config)
    results = []
    for stage in config.stages:
        if stage == "pretraining":
            blocks = encode_documents(base.tokenizer, folder.documents(), config.max_tokens)
            data = StageData(stage, *hold_out(blocks))
        else:
            train, held = encode_split(base, folder.pairs(), config)
            data = StageData(
                stage, train.examples, sample_evenly(held.examples, config.validation_limit)
            )
            folder.set_state(
                left_out=(*train.too_long, *held.too_long),
                train_pairs=len(train.examples),
                validation_pairs=len(held.examples),
            )
        result, weights = train_stage(
            model,
            base,
            data,
            config,
            folder.checkpoints(stage),
            report=folder.append_progress,
            cancelled=lambda: folder.cancel_asked,
        )
        results.append(result)
        folder.set_state(stages=tuple(results))
        if result.stopped == "cancelled":
            return folder.set_state(name="cancelled")
    save_adapter(model, weights, base, folder.adapter)
    if base.shape.model_type in ARCHITECTURES:
        write_gguf_lora(folder.adapter, base.shape, folder.adapter / "adapter.gguf")
    return folder.set_state(name="done")


def main(arguments: list[str]) -> int:
    """The process: 0 where the run was done or cancelled."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s")
    if hasattr(os, "nice"):
        with suppress(OSError):
            os.nice(NICENESS)
    with suppress(OSError):
        # Linux weighs a session as a whole against others by this, whatever its processes' nice is.
        Path("/proc/self/autogroup").write_text(str(NICENESS))
    return 0 if run(Path(arguments[0])).name in {"done", "cancelled"} else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
