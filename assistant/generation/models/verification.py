"""Is a model file the one it claims to be? Hash once, remember the file's state, ask again later.

A marker beside the model's folder records size, modification time, inode and hash of each file
that was found right, so that showing which models are here reads no gigabyte. What opens a model
hashes it whatever the marker says, once in a process while the system tells no change of the file.
"""

from __future__ import annotations

import hashlib
import os
import time
from functools import lru_cache
from pathlib import Path

from pydantic import Field, ValidationError

from assistant.domain import Value
from assistant.errors import ModelUnavailable
from assistant.generation.models.catalogue import CatalogueModel, ModelFile
from assistant.generation.models.partial import BLOCK_BYTES

_TICKS = 2.0
"""Seconds; a file system's clock may tick as seldom as that."""


class VerifiedFile(Value):
    """The state of a file at the moment its hash was found right."""

    size_bytes: int
    mtime_ns: int
    inode: int
    sha256: str


class VerifiedModel(Value):
    """The marker: which files of a model were verified."""

    files: dict[str, VerifiedFile] = Field(default_factory=dict)


def file_state(path: Path, sha256: str) -> VerifiedFile:
    """State of ``path`` now, to be remembered with its hash. ``OSError`` where it is absent."""
    found = path.stat()
    return VerifiedFile(
        size_bytes=found.st_size, mtime_ns=found.st_mtime_ns, inode=found.st_ino, sha256=sha256
    )


def is_unchanged(path: Path, state: VerifiedFile) -> bool:
    """Whether ``path`` is still in this state, as far as can be seen without reading it."""
    try:
        return file_state(path, state.sha256) == state
    except OSError:
        return False


def sha256_of(*paths: Path) -> str:
    """SHA-256 of the files' bytes, one after the other, read in blocks."""
    digest = hashlib.sha256()
    for path in paths:
        with path.open("rb") as stream:
            while block := stream.read(BLOCK_BYTES):
                digest.update(block)
    return digest.hexdigest()


def hash_in_process(path: Path) -> str:
    """SHA-256 of a file, remembered while this process runs and the file's change time stays.

    Nobody can set that time, as they can that of modification. A file that was changed a moment ago
    is read again: a second change within a tick of the clock has the same time. ``OSError`` where
    it cannot be read. Windows keeps the time of creation there, so each call reads the file.
    """
    found = path.stat()
    if os.name == "nt" or abs(time.time() - found.st_ctime) < _TICKS:
        return sha256_of(path)
    return _hash_in_state(path, found.st_dev, found.st_ino, found.st_size, found.st_ctime_ns)


@lru_cache(maxsize=64)
def _hash_in_state(path: Path, *state: int) -> str:
    return sha256_of(path)


def marker_path(model: CatalogueModel, models_dir: Path) -> Path:
    """Where it is remembered that a model was verified."""
    return models_dir / f"{model.id}.verified.json"


def read_marker(model: CatalogueModel, models_dir: Path) -> VerifiedModel:
    """The marker; an absent or damaged one remembers nothing."""
    try:
        return VerifiedModel.model_validate_json(marker_path(model, models_dir).read_bytes())
    except (OSError, ValidationError):
        return VerifiedModel()


def write_marker(model: CatalogueModel, models_dir: Path, marker: VerifiedModel) -> None:
    """Replace the marker in one step. Where the folder is read-only nothing is remembered."""
    path = marker_path(model, models_dir)
    fresh = path.with_suffix(f".{os.getpid()}.tmp")
    try:
        fresh.write_text(marker.model_dump_json(), encoding="utf-8")
        os.replace(fresh, path)
    except OSError:
        return


def is_remembered(file: ModelFile, path: Path, marker: VerifiedModel) -> bool:
    """Whether ``path`` is unchanged since its hash was found to be the pinned one."""
    known = marker.files.get(file.name)
    if known is None or known.sha256 != file.sha256:
        return False
    return is_unchanged(path, known)


def check_file(
    file: ModelFile, path: Path, *, set_aside: bool = True, again: bool = True
) -> VerifiedFile:
    """Hash ``path`` and return its state; ``again``: although this process may have done so.

    Raises ``ModelUnavailable`` where it is absent or not the pinned file; a wrong file is set aside
    under another name, so that nothing can open it by mistake, unless it is the user's own.
    """
    try:
        state = file_state(path, file.sha256)
        hashed = sha256_of if again else hash_in_process
        right = state.size_bytes == file.size_bytes and hashed(path) == file.sha256
    except OSError as error:
        raise ModelUnavailable(f"{path} cannot be read ({error}).") from error
    if not right and not set_aside:
        raise ModelUnavailable(
            f"{path} has changed since it was added: its SHA-256 is another. It was not opened. If "
            f"that is as it should be, add it again with: python -m assistant models add {path}"
        )
    if not right:
        aside = path.with_name(f"{path.name}.refused")
        try:
            os.replace(path, aside)
        except OSError as error:
            where = f"could not be set aside ({error}); delete {path}"
        else:
            where = f"is set aside as {aside}"
        raise ModelUnavailable(
            f"{file.name} is not the file the catalogue names: its SHA-256 or size is wrong. "
            f"It was not opened and {where}."
        )
    return state
