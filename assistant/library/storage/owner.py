"""Who runs a job: a process, named so that a later one with its number is not taken for it."""

from __future__ import annotations

import os
import socket
import sys
from pathlib import Path


def current_owner() -> str:
    """This process as ``host/pid/start``; ``start`` is empty where the system does not tell."""
    return f"{socket.gethostname()}/{os.getpid()}/{_start_token(os.getpid())}"


def is_alive(owner: str) -> bool:
    """Whether the process that ``owner`` names still runs on this computer.

    False for a process of another computer and for a name that ``current_owner`` did not make.
    """
    host, _, rest = owner.rpartition("/")[0].rpartition("/")
    start = owner.rpartition("/")[2]
    if host != socket.gethostname() or not rest.isdigit():
        return False
    pid = int(rest)
    return _exists(pid) and _start_token(pid) == start


def is_local(owner: str) -> bool:
    """Whether ``owner`` names a process of this computer."""
    return owner.startswith(f"{socket.gethostname()}/")


def _start_token(pid: int) -> str:
    """Clock ticks between boot and the start of the process (proc(5), field 22), on Linux."""
    try:
        text = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""
    state, *fields = text.rpartition(")")[2].split()
    return "" if state in "ZX" else fields[18]


def _exists(pid: int) -> bool:
    if sys.platform == "win32":
        import ctypes

        query_limited_information = 0x1000
        handle = ctypes.windll.kernel32.OpenProcess(query_limited_information, False, pid)
        if handle:
            ctypes.windll.kernel32.CloseHandle(handle)
        return bool(handle)
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
