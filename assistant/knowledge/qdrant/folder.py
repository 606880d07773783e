"""A collection's folder: who holds it, and what its vectors were made with.

::

    collection.json   format, project, embedding fingerprint, dimension (this module)
    lock              pid of the process that holds the folder, locked by the operating system
    shard/            files of the engine
    shard.new/        the same without what was deleted, while they are written anew
    shard.graph-*/    a copy that gets its graph, while that is built
"""

from __future__ import annotations

import contextlib
import os
import shutil
import tempfile
from pathlib import Path
from typing import BinaryIO

from pydantic import ValidationError

from assistant.errors import IndexLocked, RetrievalError
from assistant.failpoints import reach
from assistant.knowledge.qdrant.collection import CollectionMeta, damaged

META = "collection.json"
LOCK = "lock"
SHARD = "shard"
NEW_SHARD = "shard.new"
OLD_SHARD = "shard.old"
GRAPH_PREFIX = "shard.graph-"
_LOCKED_BYTE = 1 << 30


def read_meta(folder: Path) -> CollectionMeta | None:
    """The collection's record, or ``None`` where the folder holds no collection yet.

    Raises ``RetrievalError`` where it is damaged.
    """
    path = folder / META
    try:
        raw = path.read_bytes()
    except FileNotFoundError:
        if (folder / SHARD).exists():
            raise RetrievalError(damaged(f"in {folder}", f"{META} is missing")) from None
        return None
    except OSError as error:
        raise RetrievalError(f"The index record {path} cannot be read: {error}.") from error
    try:
        meta = CollectionMeta.model_validate_json(raw)
    except ValidationError as error:
        raise RetrievalError(damaged(f"in {folder}", f"{META} is not readable")) from error
    return meta


def write_meta(folder: Path, meta: CollectionMeta) -> None:
    """Replace the collection's record in one step: a kill leaves the old one or the new one."""
    handle, name = tempfile.mkstemp(prefix=META, dir=folder)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(meta.model_dump_json(indent=2).encode("utf-8"))
            file.flush()
            os.fsync(file.fileno())
        os.replace(name, folder / META)
    except BaseException:
        with contextlib.suppress(OSError):
            os.unlink(name)
        raise


def discard(folder: Path) -> None:
    """Delete a collection so that it can be rebuilt; ``IndexLocked`` while a process holds it."""
    if not folder.exists():
        return
    lock = FolderLock(folder)
    try:
        shutil.rmtree(folder / SHARD, ignore_errors=True)
        _remove_leftovers(folder)
        with contextlib.suppress(FileNotFoundError):
            (folder / META).unlink()
    finally:
        lock.release()


def put_new_shard(folder: Path) -> None:
    """Put the complete ``NEW_SHARD`` in the place of the shard, which nobody has open;
    ``finish_new_shard`` removes what was there."""
    os.replace(folder / SHARD, folder / OLD_SHARD)
    reach("between_shards")
    os.replace(folder / NEW_SHARD, folder / SHARD)
    reach("after_new_shard")


def finish_new_shard(folder: Path) -> None:
    """End ``put_new_shard``, wherever it was cut off: one shard, the others gone."""
    if (folder / OLD_SHARD).exists() and not (folder / SHARD).exists():
        os.replace(folder / NEW_SHARD, folder / SHARD)
    _remove_leftovers(folder)


def _remove_leftovers(folder: Path) -> None:
    for leftover in (folder / OLD_SHARD, folder / NEW_SHARD, *folder.glob(f"{GRAPH_PREFIX}*")):
        shutil.rmtree(leftover, ignore_errors=True)


class FolderLock:
    """Holds a folder for this process until released; the system releases it when a process dies.

    Raises ``IndexLocked`` naming the holder's pid.
    """

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / LOCK
        self._file: BinaryIO | None = open(path, "a+b")  # noqa: SIM115
        try:
            _lock(self._file)
        except OSError as error:
            pid = _holder(self._file)
            self._file.close()
            who = "this process" if pid == str(os.getpid()) else f"process {pid or 'unknown'}"
            raise IndexLocked(
                f"The search index in {folder} is in use by {who}. Stop that process, use the app "
                "that is already running, or choose another data folder (--data-dir)."
            ) from error
        self._file.seek(0)
        self._file.truncate()
        self._file.write(str(os.getpid()).encode("ascii"))
        self._file.flush()

    def release(self) -> None:
        """Give the folder back; a second call does nothing."""
        if self._file is not None:
            self._file.close()
            self._file = None


def _holder(file: BinaryIO) -> str:
    with contextlib.suppress(OSError):
        file.seek(0)
        text = file.read(20).decode("ascii", "replace")
        return text if text.isdigit() else ""
    return ""


def _lock(file: BinaryIO) -> None:
    if os.name == "nt":
        import msvcrt

        file.seek(_LOCKED_BYTE)
        msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)  # type: ignore[attr-defined]
    else:
        import fcntl

        fcntl.flock(file.fileno(), fcntl.LOCK_EX | fcntl.LOCK_NB)
