"""One process at a time works on a data folder: an OS lock that cannot go stale.

The vector index is held in process, so a second process would search an index that it cannot
open. The lock is released by the operating system when its holder dies, whatever way it dies.

Where the files of the app are: in the installed package, or beside it in a checkout.
"""

from __future__ import annotations

import os
import sys
from io import FileIO
from pathlib import Path

import assistant
from assistant.errors import IndexLocked, SettingsError


def app_folder() -> Path:
    """The folder of ``app.py``, ``pages/``, ``.streamlit/`` and ``sample_data/``.

    A wheel carries them as ``assistant/app`` (see ``pyproject.toml``); in a checkout they lie
    beside the package.
    """
    package = Path(assistant.__file__).resolve().parent
    shipped = package / "app"
    return shipped if shipped.is_dir() else package.parent


LOCK_NAME = "in-use.lock"


def prepare(folder: Path) -> None:
    """Create the data folder, readable by its owner alone; ``SettingsError`` where that fails."""
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        probe = folder / f".write-test-{os.getpid()}"
        probe.write_bytes(b"")
        probe.unlink()
    except OSError as error:
        raise SettingsError(
            f"The data folder '{folder}' cannot be written to ({error.strerror}). "
            "Name another one with --data-dir or UAT_DATA_DIR."
        ) from error


class DataFolderLock:
    """The lock of one data folder. ``acquire`` raises ``IndexLocked`` naming the other process."""

    def __init__(self, folder: Path, *, descriptor: int = -1) -> None:
        """``descriptor`` is a lock of this folder that was handed over, or -1."""
        self._folder = folder
        self._handed_over = descriptor
        self._file: FileIO | None = None

    @property
    def held(self) -> bool:
        """Whether this process holds the folder."""
        return self._file is not None

    def acquire(self) -> None:
        """Take the folder for this process; taking it twice changes nothing."""
        if self._file is not None:
            return
        path = self._folder / LOCK_NAME
        descriptor = self._taken_over(path)
        if descriptor is None:
            descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
        file = FileIO(descriptor, "r+b")
        try:
            _lock(file.fileno())
        except OSError as error:
            holder = (file.read(32) or b"").decode("ascii", "replace").strip() or "unknown"
            file.close()
            raise IndexLocked(
                f"The data folder '{self._folder}' is in use by another UAT Assistant "
                f"(process {holder}). Close that one first, or name another folder with --data-dir."
            ) from error
        file.seek(0)
        file.truncate()
        file.write(str(os.getpid()).encode())
        self._file = file

    def _taken_over(self, path: Path) -> int | None:
        """The descriptor that was handed over, where it really is this folder's lock."""
        try:
            given, wanted = os.fstat(self._handed_over), path.stat()
            same = (given.st_dev, given.st_ino) == (wanted.st_dev, wanted.st_ino)
        except OSError:
            return None
        descriptor, self._handed_over = self._handed_over, -1
        return descriptor if same else None

    def hand_over(self) -> int:
        """Let a program that this process becomes inherit the lock; returns its descriptor."""
        if self._file is None:
            raise SettingsError(f"The data folder '{self._folder}' is not held by this process.")
        os.set_inheritable(self._file.fileno(), True)
        return self._file.fileno()

    def release(self) -> None:
        """Give the folder back."""
        if self._file is not None:
            self._file.close()
            self._file = None


def _lock(descriptor: int) -> None:
    """Lock an open file exclusively without waiting; ``OSError`` where another process has it.

    On Windows a locked byte cannot be read by others, so a byte far behind the number is locked.
    """
    if sys.platform == "win32":
        import msvcrt

        os.lseek(descriptor, 1 << 20, os.SEEK_SET)
        msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
        os.lseek(descriptor, 0, os.SEEK_SET)
    else:
        import fcntl

        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
