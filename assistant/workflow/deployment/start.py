"""Start the app: fetch what is missing, create the sample project once, then serve."""

from __future__ import annotations

import errno
import os
import socket
import subprocess
import sys
from collections.abc import Callable
from typing import NoReturn

from assistant.errors import SettingsError
from assistant.settings import Settings
from assistant.workflow.deployment.data_folder import DataFolderLock, app_folder
from assistant.workflow.deployment.jobs import Progress
from assistant.workflow.deployment.models import (
    DEFAULT_CHAT,
    DEFAULT_EMBEDDING,
    FetchProgress,
    fetch,
    is_here,
)
from assistant.workflow.deployment.workspace import Workspace
from assistant.workflow.sources.sample_project import ensure_sample_project

HOST = "127.0.0.1"
FIRST_PORT = 8501
PORTS_TRIED = 50


def prepare(
    settings: Settings,
    *,
    with_model: bool,
    say: Callable[[str], None],
    fetching: Callable[[FetchProgress], None],
    indexing: Progress,
) -> None:
    """Fetch and verify the models that are missing and create the sample project.

    The embedded writer is fetched only ``with_model``: search needs the embedding model alone.
    Where all is there already this takes a moment and fetches nothing. Raises ``IndexLocked``
    where another process has the data folder, and ``ModelUnavailable`` where a model cannot be had.
    """
    with Workspace.open(settings, exclusive=True) as workspace:
        wanted = [DEFAULT_EMBEDDING, *([DEFAULT_CHAT] if with_model else [])]
        for model_id in wanted:
            if not is_here(settings, model_id):
                say(f"Fetching {model_id} into {settings.models_path}")
            fetch(settings, model_id, progress=fetching)
        ensure_sample_project(workspace, progress=indexing)


def free_port(wanted: int | None, host: str = HOST) -> int:
    """The wanted port, or the first free one from 8501 on; ``SettingsError`` where it is taken.

    ``host`` is the address to listen on; ``SettingsError`` where it is none of this computer.
    """
    if wanted is not None:
        if _is_free(wanted, host):
            return wanted
        raise SettingsError(f"Port {wanted} is in use. Choose another one, or leave --port out.")
    for port in range(FIRST_PORT, FIRST_PORT + PORTS_TRIED):
        if _is_free(port, host):
            return port
    raise SettingsError(
        f"No port from {FIRST_PORT} to {FIRST_PORT + PORTS_TRIED - 1} is free. Choose one: --port."
    )


def _is_free(port: int, host: str) -> bool:
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        if sys.platform != "win32":
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            if isinstance(error, socket.gaierror) or error.errno == errno.EADDRNOTAVAIL:
                raise SettingsError(
                    f"'{host}' is no address of this computer. Leave --host out, or give 0.0.0.0."
                ) from error
            return False
        return True


def serve(settings: Settings, *, port: int, browser: bool, host: str = HOST) -> NoReturn:
    """Become the Streamlit server of the app, listening on ``host``; does not return.

    Settings travel in the environment, because the app builds its own from there.
    """
    app = app_folder() / ("app_with_tools.py" if settings.tools_http else "app.py")
    if not app.is_file():
        raise SettingsError(f"The app is not at '{app}'. Install the package again.")
    lock = DataFolderLock(settings.data_dir)
    lock.acquire()
    environment = {
        **os.environ,
        "UAT_DATA_DIR": str(settings.data_dir.resolve()),
        "UAT_MODELS_DIR": str(settings.models_path.resolve()),
        "UAT_LOCK_DESCRIPTOR": "-1",
    }
    command = [
        *(sys.executable, "-m", "streamlit", "run", str(app)),
        f"--server.port={port}",
        f"--server.address={host}",
        f"--server.headless={'false' if browser else 'true'}",
    ]
    os.chdir(app.parent)
    if sys.platform == "win32":  # a child cannot inherit a lock there: it takes its own
        lock.release()
        sys.exit(subprocess.run(command, env=environment, check=False).returncode)
    environment["UAT_LOCK_DESCRIPTOR"] = str(lock.hand_over())
    os.execve(sys.executable, command, environment)
