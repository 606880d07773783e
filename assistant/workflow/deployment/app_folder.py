"""Where the files of the app are: in the installed package, or beside it in a checkout."""

from __future__ import annotations

from pathlib import Path

import assistant


def app_folder() -> Path:
    """The folder of ``app.py``, ``pages/``, ``.streamlit/`` and ``sample_data/``.

    A wheel carries them as ``assistant/app`` (see ``pyproject.toml``); in a checkout they lie
    beside the package.
    """
    package = Path(assistant.__file__).resolve().parent
    shipped = package / "app"
    return shipped if shipped.is_dir() else package.parent
