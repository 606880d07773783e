"""The folder of one training run: its files, its state, and whether its process still lives.

::

    config.json  pairs.jsonl  documents.jsonl  data_sheet.json   what is asked for
    state.json   progress.jsonl  training.log                    what happens
    checkpoint/<stage>/   adapter/                               what comes out

The child holds a lock on ``running.lock`` as long as it lives; the system frees it however the
child ends, so a state that says "running" without the lock is an interrupted run.
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

from filelock import FileLock, Timeout

from assistant.domain import Value
from assistant.errors import TrainingError
from assistant.training.checkpoints import write_bytes
from assistant.training.config import BaseIdentity, BaseShape, TrainingConfig, read_config
from assistant.training.data.pairs import CasePair, read_jsonl, write_jsonl
from assistant.training.loop import Progress, StageResult

RunStateName = Literal["queued", "running", "done", "failed", "cancelled", "interrupted"]
START_SECONDS = 60.0
"""How long a started child may take until it holds its lock."""
LOCK_SECONDS = 5.0
"""How long a child waits for its lock: far longer than any look at it takes."""
LOOK_SECONDS = 0.05
"""How long a look waits for another look to end."""


class RunState(Value):
    """What ``state.json`` says. ``error`` is a sentence for the user, empty unless it failed."""

    name: RunStateName = "queued"
    error: str = ""
    pid: int = 0
    changed: datetime
    left_out: tuple[str, ...] = ()
    train_pairs: int = 0
    validation_pairs: int = 0
    base: BaseIdentity | None = None
    shape: BaseShape | None = None
    stages: tuple[StageResult, ...] = ()

    @property
    def active(self) -> bool:
        """Whether a process works on it, or soon will."""
        return self.name in {"queued", "running"}


class RunFolder:
    """Paths and files of a run; holds nothing itself, so any process may make one."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.adapter = path / "adapter"
        self.log = path / "training.log"

    @property
    def config(self) -> TrainingConfig:
        """The config; ``TrainingError`` where it is missing or damaged."""
        return read_config(self.path / "config.json")

    @property
    def models_dir(self) -> Path:
        """Folder of the catalogue's models."""
        place = json.loads((self.path / "place.json").read_text(encoding="utf-8"))
        return Path(place["models_dir"])

    def pairs(self) -> Iterator[CasePair]:
        """The pairs, training and validation."""
        file = self.path / "pairs.jsonl"
        return read_jsonl(file) if file.exists() else iter(())

    def documents(self) -> tuple[str, ...]:
        """Texts for continued pre-training."""
        file = self.path / "documents.jsonl"
        if not file.exists():
            return ()
        lines = file.read_text(encoding="utf-8").splitlines()
        return tuple(json.loads(line)["text"] for line in lines if line)

    def checkpoints(self, stage: str) -> Path:
        """Folder of a stage's checkpoints."""
        return self.path / "checkpoint" / stage

    def write(
        self,
        config: TrainingConfig,
        models_dir: Path,
        pairs: Iterable[CasePair],
        documents: Iterable[str],
        data_sheet: str,
    ) -> None:
        """Put down what is asked for. Raises ``TrainingError`` where a run is there already."""
        if (self.path / "config.json").exists():
            raise TrainingError(f"There is a run in {self.path.name} already. Start a new one.")
        self.path.mkdir(parents=True, exist_ok=True)
        write_jsonl(pairs, self.path / "pairs.jsonl")
        texts = [json.dumps({"text": text}, ensure_ascii=False) for text in documents]
        write_bytes(self.path / "documents.jsonl", "".join(f"{t}\n" for t in texts).encode())
        write_bytes(self.path / "data_sheet.json", data_sheet.encode())
        place = json.dumps({"models_dir": str(models_dir.resolve())})
        write_bytes(self.path / "place.json", place.encode())
        self.set_state(name="queued")
        write_bytes(self.path / "config.json", config.model_dump_json(indent=2).encode())

    def state(self) -> RunState:
        """The state, as it really is: interrupted where the child died without a word."""
        written = self._written_state()
        if not written.active or self.is_locked():
            return written
        written = self._written_state()  # it may have ended between the two looks
        age = (datetime.now(UTC) - written.changed).total_seconds()
        if written.name == "running" or (written.name == "queued" and age > START_SECONDS):
            return written.model_copy(update={"name": "interrupted"})
        return written

    def set_state(self, **changes: object) -> RunState:
        """Write the state with some fields changed."""
        file = self.path / "state.json"
        known = self._written_state().model_dump() if file.exists() else {}
        state = RunState.model_validate({**known, **changes, "changed": datetime.now(UTC)})
        write_bytes(file, state.model_dump_json(indent=2).encode())
        return state

    def _written_state(self) -> RunState:
        file = self.path / "state.json"
        try:
            return RunState.model_validate_json(file.read_bytes())
        except (OSError, ValueError) as error:
            raise TrainingError(
                f"{self.path.name} holds no readable training run ({error}). Start a new run."
            ) from error

    def lock(self, *, seconds: float = LOCK_SECONDS) -> FileLock:
        """The lock that the child holds while it lives; it is waited for so long.

        Whoever asks whether a child lives holds it too, for a moment: a child that did not wait
        could take that moment for another child.
        """
        return FileLock(self.path / "running.lock", timeout=seconds)

    def is_locked(self, *, seconds: float = LOOK_SECONDS) -> bool:
        """Whether a child lives, and does not end within so long."""
        lock = self.lock(seconds=seconds)
        try:
            lock.acquire(poll_interval=LOOK_SECONDS / 10)
        except Timeout:
            return True
        lock.release()
        return False

    def wait(self, seconds: float) -> RunState:
        """Wait until the run is over, for at most so long; its state."""
        deadline = time.monotonic() + seconds
        while (state := self.state()).active and time.monotonic() < deadline:
            time.sleep(0.2)
        return state

    def append_progress(self, progress: Progress) -> None:
        """Add one line of progress."""
        with (self.path / "progress.jsonl").open("a", encoding="utf-8") as file:
            file.write(progress.model_dump_json() + "\n")

    def progress(self) -> tuple[Progress, ...]:
        """The progress so far: one line a step. A resumed run's repeated steps replace the former.

        A last line that is being written is left out.
        """
        file = self.path / "progress.jsonl"
        if not file.exists():
            return ()
        lines: dict[tuple[str, int], Progress] = {}
        for line in file.read_text(encoding="utf-8").splitlines():
            try:
                item = Progress.model_validate_json(line)
            except ValueError:
                continue
            for key in [k for k in lines if k[0] == item.stage and k[1] >= item.step]:
                del lines[key]
            lines[item.stage, item.step] = item
        return tuple(lines.values())

    def ask_to_cancel(self) -> None:
        """Leave word for the child to stop at its next step."""
        (self.path / "cancel").touch()

    def take_back_cancel(self) -> None:
        """Remove the word."""
        (self.path / "cancel").unlink(missing_ok=True)

    @property
    def cancel_asked(self) -> bool:
        """Whether someone left it."""
        return (self.path / "cancel").exists()
