"""The data folder's lock: one process at a time, never stale."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from assistant.errors import IndexLocked, SettingsError
from assistant.workflow.deployment.data_folder import DataFolderLock, prepare

HOLDER = (
    "import sys, time\n"
    "from pathlib import Path\n"
    "from assistant.workflow.deployment.data_folder import DataFolderLock\n"
    "lock = DataFolderLock(Path(sys.argv[1]))\n"
    "lock.acquire()\n"
    "print('held', flush=True)\n"
    "time.sleep(60)\n"
)


def test_a_second_process_is_told_who_holds_the_folder(tmp_path: Path) -> None:
    holder = subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(tmp_path)], stdout=subprocess.PIPE, text=True
    )
    try:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "held\n"
        with pytest.raises(IndexLocked, match=rf"process {holder.pid}\b.*--data-dir"):
            DataFolderLock(tmp_path).acquire()
    finally:
        os.kill(holder.pid, signal.SIGKILL)
        holder.wait()
    lock = DataFolderLock(tmp_path)
    lock.acquire()
    lock.acquire()
    assert lock.held
    lock.release()
    assert not lock.held


def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(SettingsError, match="--data-dir"):
        prepare(tmp_path / "file" / "data")


def test_a_new_folder_is_its_owners_alone(tmp_path: Path) -> None:
    prepare(tmp_path / "data")
    assert (tmp_path / "data").stat().st_mode & 0o077 == 0


def test_a_lock_survives_when_its_process_becomes_another_program(tmp_path: Path) -> None:
    """What ``start`` does: take the folder, then become the server, which takes it over."""
    second = (
        "import os, sys\n"
        "from pathlib import Path\n"
        "from assistant.workflow.deployment.data_folder import DataFolderLock\n"
        "lock = DataFolderLock(Path(sys.argv[1]), descriptor=int(os.environ['LOCK']))\n"
        "input()\n"
        "lock.acquire()\n"
        "print('taken over', flush=True)\n"
        "input()\n"
    )
    first = (
        "import os, sys\n"
        "from pathlib import Path\n"
        "from assistant.workflow.deployment.data_folder import DataFolderLock\n"
        "lock = DataFolderLock(Path(sys.argv[1]))\n"
        "lock.acquire()\n"
        "environment = {**os.environ, 'LOCK': str(lock.hand_over())}\n"
        "print('held', flush=True)\n"
        "os.execve(sys.executable, [sys.executable, '-c', sys.argv[2], sys.argv[1]], environment)\n"
    )
    holder = subprocess.Popen(
        [sys.executable, "-c", first, str(tmp_path), second],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert holder.stdin is not None
    assert holder.stdout is not None
    try:
        assert holder.stdout.readline() == "held\n"
        with pytest.raises(IndexLocked, match=str(holder.pid)):
            DataFolderLock(tmp_path).acquire()
        holder.stdin.write("\n")
        holder.stdin.flush()
        assert holder.stdout.readline() == "taken over\n"
        with pytest.raises(IndexLocked, match=str(holder.pid)):
            DataFolderLock(tmp_path).acquire()
    finally:
        holder.kill()
        holder.wait()
    DataFolderLock(tmp_path).acquire()
