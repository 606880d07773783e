"""A model file while it is being fetched: resumable, hashed on the way, renamed when it is right.

Shared by all sources, so that a file half fetched from one can be finished from another: the bytes
are the same, and only their hash decides.
"""

from __future__ import annotations

import hashlib
import os
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from types import TracebackType
from typing import Literal, Self

from assistant.domain import Value
from assistant.errors import ModelUnavailable
from assistant.generation.models.catalogue import CatalogueModel, ModelFile

PARTIAL_SUFFIX = ".partial"
BLOCK_BYTES = 1024 * 1024
TELL_SECONDS = 0.1
"""Progress is told no more often than this."""

FetchPhase = Literal["waiting", "checking", "downloading", "done"]


class FetchProgress(Value):
    """How far fetching a model has come."""

    model_id: str
    phase: FetchPhase
    bytes_done: int = 0
    bytes_total: int = 0


class SourceFailed(ModelUnavailable):
    """One source of a model did not deliver; another one may."""


class FetchJob:
    """What fetching one model needs to tell: its progress, and the addresses that it asks."""

    def __init__(
        self,
        model: CatalogueModel,
        progress: Callable[[FetchProgress], None] | None,
        contact: Callable[[str], None] | None = None,
    ) -> None:
        self.model = model
        self.contact = contact
        self.source = ""
        self.finished_bytes = 0
        """Bytes of this model's files that are complete."""
        self._progress = progress
        self._told_phase = ""
        self._told_at = 0.0
        self._furthest = 0

    def report(self, phase: FetchPhase, file_bytes: int = 0) -> None:
        """Tell the caller; ``file_bytes`` counts the file in hand."""
        total = self.model.size_bytes
        done = min(self.finished_bytes + file_bytes, total)
        if phase == "downloading":
            # What waits in wheels was counted as it came; appending it must not count back.
            done = self._furthest = max(self._furthest, done)
        now = FetchProgress(
            model_id=self.model.id,
            phase=phase,
            bytes_done=done,
            bytes_total=total,
        )
        if self._progress is None:
            return
        at = time.monotonic()
        if phase != self._told_phase or at >= self._told_at + TELL_SECONDS:
            self._told_phase, self._told_at = phase, at
            self._progress(now)

    def contacting(self, *addresses: str) -> None:
        """Tell the caller which web addresses are about to be asked."""
        for address in addresses:
            if self.contact is not None:
                self.contact(address)

    def start_over(self) -> None:
        """Progress may go back: what was counted of the file in hand is worth nothing."""
        self._furthest = self.finished_bytes


class PartialFile:
    """The growing file beside its final place, as a context manager.

    Opening it hashes what an earlier attempt left. ``ends`` are the offsets at which the source can
    go on; what lies behind the last of them is cut off. Without ``ends`` any offset will do.
    """

    def __init__(
        self, folder: Path, file: ModelFile, job: FetchJob, ends: Sequence[int] | None = None
    ) -> None:
        self.file = file
        self.job = job
        self.target = folder / file.name
        self.path = partial_path(folder, file)
        self.target.parent.mkdir(parents=True, exist_ok=True)
        self._hash = hashlib.sha256()
        self._stream = self.path.open("r+b" if self.path.exists() else "w+b")
        self.size = 0
        found = os.fstat(self._stream.fileno()).st_size
        if found > file.size_bytes:
            found = 0
        if ends is not None:
            found = max((end for end in ends if end <= found), default=0)
        self._stream.truncate(found)
        try:
            while self.size < found:
                block = self._stream.read(min(BLOCK_BYTES, found - self.size))
                self._hash.update(block)
                self.size += len(block)
                job.report("checking", self.size)
        except BaseException:
            self._stream.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._stream.close()

    @property
    def missing(self) -> int:
        """Bytes still to come."""
        return self.file.size_bytes - self.size

    def write(self, block: bytes) -> None:
        """Append ``block``. Raises ``SourceFailed`` where more comes than the file has."""
        if len(block) > self.missing:
            self.restart()
            raise SourceFailed(f"{self.job.source} sent more bytes than {self.file.name} has")
        self._stream.write(block)
        self._hash.update(block)
        self.size += len(block)
        self.job.report("downloading", self.size)

    def sync(self) -> None:
        """Make what was written survive a power cut, so that a later start can build on it."""
        self._stream.flush()
        os.fsync(self._stream.fileno())

    def restart(self) -> None:
        """Forget all that was fetched of this file."""
        self._stream.seek(0)
        self._stream.truncate(0)
        self._hash = hashlib.sha256()
        self.size = 0
        self.job.start_over()

    def finish(self) -> None:
        """Check size and hash, then put the file in its place in one step.

        Raises ``SourceFailed``; a file with a wrong hash is deleted, for no part of it can be
        trusted.
        """
        if self.missing:
            raise SourceFailed(
                f"{self.job.source} ended {self.missing} bytes before the end of {self.file.name}"
            )
        self.sync()
        self._stream.close()
        found = self._hash.hexdigest()
        if found != self.file.sha256:
            self.path.unlink()
            self.job.start_over()
            raise SourceFailed(
                f"{self.file.name} from {self.job.source} has SHA-256 {found}, "
                f"not {self.file.sha256}: it is not the file it claims to be and was deleted"
            )
        os.replace(self.path, self.target)
        self.job.finished_bytes += self.file.size_bytes


def partial_path(folder: Path, file: ModelFile) -> Path:
    """Where a file of a model grows while it is fetched."""
    return folder / f"{file.name}{PARTIAL_SUFFIX}"
