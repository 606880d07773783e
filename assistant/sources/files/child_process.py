"""Runs a file reader in a process of its own, within limits of time, memory and output.

The reader (``readers/child.py``) gets the bytes on standard input and answers with JSON lines, so
a damaged or hostile file can only ever damage that process.
"""

from __future__ import annotations

import json
import logging
import os
import select
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path

from assistant.errors import UnreadableFile
from assistant.sources.files.archives import ReadLimits

log = logging.getLogger(__name__)
_CHILD = Path(__file__).parent.parent / "readers" / "child.py"

_KEPT_VARIABLES = (
    "PATH", "PYTHONPATH", "PYTHONHOME", "VIRTUAL_ENV", "LD_LIBRARY_PATH", "SYSTEMROOT", "TEMP",
    "TMP", "TMPDIR", "LANG",
)  # fmt: skip

_LOWER_PRIORITY = int(getattr(subprocess, "BELOW_NORMAL_PRIORITY_CLASS", 0))
"""Windows only; elsewhere the child process steps back by itself."""

Record = list[object] | dict[str, object]


def run_reader(
    reader: str, data: bytes, shown: str, limits: ReadLimits, **options: object
) -> Iterator[Record]:
    """What ``reader`` (a name of ``readers.child.READERS``) says about ``data``, record by record.

    ``shown`` is the file's name for messages; ``options`` go to the reader. Raises
    ``UnreadableFile`` where the file is damaged, protected by a password, refused as dangerous, or
    goes over a limit; the message names the file and the next step.
    """
    request = {
        "reader": reader,
        "memory": limits.memory_bytes,
        "seconds": int(limits.seconds) + 1,
        "output": limits.output_bytes,
        "options": {"max_cells": limits.max_cells, **options},
    }
    with tempfile.TemporaryFile() as source, tempfile.TemporaryFile() as target:
        source.write(data)
        source.seek(0)
        in_time = _forks.run if sys.platform == "linux" else _run_once
        if not in_time(json.dumps(request), source.fileno(), target.fileno(), limits.seconds):
            raise UnreadableFile(
                f"{shown} took longer than {limits.seconds:.0f} seconds to read and was "
                "stopped. Split it, or export its content as text or CSV, and import that."
            )
        target.seek(0)
        yield from _records(target, shown)


def _run_once(request: str, source: int, target: int, seconds: float) -> bool:
    """Run a reader in a Python started for it; whether it ended in time."""
    command = [sys.executable, "-P", str(_CHILD), request]
    with subprocess.Popen(
        command, stdin=source, stdout=target, stderr=subprocess.DEVNULL,
        env=child_environment(), creationflags=_LOWER_PRIORITY,
    ) as child:  # fmt: skip
        try:
            child.wait(seconds)
        except subprocess.TimeoutExpired:
            child.kill()
            return False
    return True


class _Forks:
    """Runs readers in processes forked from one that has imported what they need.

    A fork begins in a hundredth of the time that Python and the libraries take to start. It is a
    process of its own all the same: what it does to itself ends with it. On Linux only: Windows
    cannot fork, and libraries of macOS may crash in a fork.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._control: socket.socket | None = None
        self._process: subprocess.Popen[bytes] | None = None

    def run(self, request: str, source: int, target: int, seconds: float) -> bool:
        """As ``_run_once``."""
        deadline = time.monotonic() + seconds
        for _ in range(_ATTEMPTS):
            ours, theirs = os.pipe()
            try:
                try:
                    self._ask(request, [source, target, theirs], deadline)
                finally:
                    os.close(theirs)
                if not _ready(ours, deadline):  # it hangs: the next file gets another
                    with self._lock:
                        self._close()
                    return False
                if word := os.read(ours, 4):
                    return _ended(int.from_bytes(word, "big"), ours, deadline)
            finally:
                os.close(ours)
        left = deadline - time.monotonic()
        return left > 0 and _run_once(request, source, target, left)

    def _ask(self, request: str, descriptors: list[int], deadline: float) -> None:
        """Send a request; where nobody hears it any more, its pipe is closed without a word."""
        data = request.encode()
        with self._lock, suppress(OSError):
            control = self._open()
            control.settimeout(max(_SHORTEST_SECONDS, deadline - time.monotonic()))
            try:
                socket.send_fds(control, [len(data).to_bytes(4, "big")], descriptors)
                control.sendall(data)
            except BaseException:  # half a request would be read as the next one's beginning
                self._close()
                raise

    def _open(self) -> socket.socket:
        """The socket to the process that forks, which is started where it is not there."""
        if self._control is None or self._process is None or self._process.poll() is not None:
            self._close()
            self._control, theirs = socket.socketpair()
            with theirs:
                self._process = subprocess.Popen(
                    [sys.executable, "-P", str(_CHILD), "--serve"], stdin=theirs.fileno(),
                    stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=child_environment(),
                )  # fmt: skip
        return self._control

    def _close(self) -> None:
        """End the process that forks; those that read go on."""
        if self._control is not None:
            self._control.close()
        if self._process is not None:
            self._process.kill()
            self._process.wait()
        self._control = self._process = None

    def forget(self) -> None:
        """Begin anew in a process that was forked: what serves it is its parent's child."""
        if self._control is not None:
            self._control.close()
        self._lock = threading.Lock()
        self._control = self._process = None


_ATTEMPTS = 3
"""One may be lost in the idle end of the process, one in sending to it before it is gone."""

_SHORTEST_SECONDS = 0.1
_forks = _Forks()
if sys.platform == "linux":
    os.register_at_fork(after_in_child=_forks.forget)


def _ready(status: int, deadline: float) -> bool:
    """Whether the pipe had a word, or was closed, in time. ``select`` ends at 1,024 descriptors."""
    poll = select.poll()
    poll.register(status, select.POLLIN)
    return bool(poll.poll(max(0.0, deadline - time.monotonic()) * 1000))


def _ended(process: int, status: int, deadline: float) -> bool:
    """Whether a reader closed its pipe, as its end does, in time; else it is killed."""
    ended = False
    try:
        ended = _ready(status, deadline) and not os.read(status, 1)
    finally:
        if not ended:
            with suppress(ProcessLookupError):
                os.kill(process, signal.SIGKILL)
    return ended


def child_environment() -> dict[str, str]:
    """What a child process may know of the environment: nothing that could be a secret."""
    kept = {name: os.environ[name] for name in _KEPT_VARIABLES if name in os.environ}
    return {**kept, "OMP_NUM_THREADS": "1", "PYTHONUTF8": "1"}


def _records(lines: Iterable[bytes], name: str) -> Iterator[Record]:
    for line in lines:
        try:
            record = json.loads(line)
        except (ValueError, RecursionError) as error:
            raise failed(name, "damaged", "reading it stopped early") from error
        if isinstance(record, dict) and "error" in record:
            if record.get("detail"):
                log.info("a file could not be read: %s", record["detail"])
            raise failed(name, str(record["error"]), str(record.get("message", "")))
        if isinstance(record, dict) and record.get("end"):
            return
        if isinstance(record, list | dict):
            yield record
    raise failed(name, "damaged", "reading it stopped early")


def failed(name: str, kind: str, message: str) -> UnreadableFile:
    """The error for a file whose reader failed: ``kind`` is what the child process called it."""
    if kind == "password":
        return password_protected(name)
    if kind == "dangerous":
        return UnreadableFile(
            f"{name} was refused: {message}. Save it again from the program that wrote it, "
            "or import its text."
        )
    if kind in {"size", "memory"}:
        why = message or "it needs too much memory"
        return UnreadableFile(
            f"{name} is too large to read ({why}). Import it in parts, or as text or CSV."
        )
    return UnreadableFile(
        f"{name} could not be read ({message or 'it is damaged'}). Open and save it again in the "
        "program that wrote it, or import its content as text or CSV."
    )


def password_protected(name: str) -> UnreadableFile:
    """The error for a file that only opens with a password."""
    return UnreadableFile(
        f"{name} is protected by a password. Save a copy without the password and import that."
    )
