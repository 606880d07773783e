"""Runs a file reader in a process of its own, within limits of time, memory and output.

The reader (``readers/child.py``) gets the bytes on standard input and answers with JSON lines, so
a damaged or hostile file can only ever damage that process.
"""

from __future__ import annotations

import json
import logging
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Iterator
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
        command = [sys.executable, "-P", str(_CHILD), json.dumps(request)]
        with subprocess.Popen(
            command, stdin=source, stdout=target, stderr=subprocess.DEVNULL,
            env=child_environment(), creationflags=_LOWER_PRIORITY,
        ) as child:  # fmt: skip
            try:
                child.wait(limits.seconds)
            except subprocess.TimeoutExpired as error:
                child.kill()
                raise UnreadableFile(
                    f"{shown} took longer than {limits.seconds:.0f} seconds to read and was "
                    "stopped. Split it, or export its content as text or CSV, and import that."
                ) from error
        target.seek(0)
        yield from _records(target, shown)


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
