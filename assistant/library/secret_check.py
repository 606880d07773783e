"""Keeps secrets out of what is stored: options that would hold one are refused."""

from __future__ import annotations

import re
from collections.abc import Mapping
from urllib.parse import urlsplit

from assistant.errors import LibraryError
from assistant.library.storage.stored_json import plain

_SECRET_NAME = re.compile(
    r"(?:access|auth|refresh|api|bearer|client|security|user|private)?[-_ ]?"
    r"(?:password|passwd|pwd|secret|token|credentials?|authorization)"
    r"|(?:access|api|private|secret)[-_ ]?key",
    re.IGNORECASE,
)
"""Names that a secret goes by, as a whole: ``token_variable`` is none of them."""


def refuse_secrets(options: Mapping[str, str]) -> None:
    """Raise ``LibraryError`` for an option named like a secret, or a URL with a password."""
    for name, value in options.items():
        if _SECRET_NAME.fullmatch(name.strip()) or _has_password(value):
            raise LibraryError(
                f"The option “{plain(name)}” holds a secret, which is never stored. Set it as an "
                "environment variable or in the keyring, and leave it out here."
            )


def _has_password(value: str) -> bool:
    try:
        return "://" in value and urlsplit(value).password is not None
    except ValueError:
        return False
