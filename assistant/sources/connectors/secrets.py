"""Secrets of connections: from the environment or the system's keyring, bound to one host.

The name of a secret is made of the host it may be sent to, so that no connection to another host
can ever carry it. Nothing here is stored, and what comes back from a system is cleaned of it.
"""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from ipaddress import IPv6Address
from typing import Any, Literal
from urllib.parse import quote, quote_plus

from assistant.sources.connectors.addresses import Origin

SECRET_PREFIX = "UAT_SECRET_"
KEYRING_SERVICE = "uat-assistant"
HIDDEN = "[secret]"
SecretState = Literal["environment", "keyring", "not set"]


def secret_name(origin: Origin) -> str:
    """The environment variable that holds the secret for a host (and port, where unusual).

    ``.`` becomes ``_`` and ``-`` becomes ``__``: no two hosts share a name, because neither sign
    stands beside the other in a host name.
    """
    host = origin.host
    if ":" in host:
        host = IPv6Address(host).exploded.replace(":", ".")
    name = re.sub(r"\.", "_", host.replace("-", "__")).upper()
    usual = {"https": 443, "http": 80}.get(origin.scheme)
    return f"{SECRET_PREFIX}{name}" + ("" if origin.port == usual else f"_PORT_{origin.port}")


@dataclass(frozen=True)
class Secrets:
    """Where secrets come from: the environment first, then the keyring."""

    environment: Mapping[str, str] = field(default_factory=dict, repr=False)
    keyring: Callable[[str], str] | None = field(default=None, repr=False)
    """Gives the secret of a name, or an empty text."""

    def get(self, origin: Origin) -> str:
        """The secret that may be sent to ``origin``; empty where none is set."""
        name = secret_name(origin)
        found = self.environment.get(name, "").strip()
        if not found and self.keyring is not None:
            found = self.keyring(name).strip()
        return found

    def state(self, origin: Origin) -> SecretState:
        """Where the secret of a host comes from, never what it is."""
        if self.environment.get(secret_name(origin), "").strip():
            return "environment"
        return "keyring" if self.get(origin) else "not set"


def system_keyring(name: str) -> str:
    """The secret that the operating system's keyring holds under a name; empty where none is.

    A computer without a keyring (a server, often) holds none.
    """
    try:
        import keyring
        from keyring.errors import KeyringError
    except ImportError:
        return ""
    try:
        return keyring.get_password(KEYRING_SERVICE, name) or ""
    except KeyringError:
        return ""


def has_keyring() -> bool:
    """Whether the operating system has a keyring that a secret can be kept in."""
    return bool(_keyrings())


def _keyrings() -> list[Any]:
    """The keyrings that keep a secret well, the best first.

    ``keyring`` gives one that would keep it as plain text, or nothing at all, a priority below 1.
    """
    try:
        import keyring
    except ImportError:
        return []
    own = keyring.get_keyring()
    return [one for one in getattr(own, "backends", None) or (own,) if one.priority >= 1]


def keep_in_keyring(name: str, secret: str) -> bool:
    """Keep a secret in the operating system's keyring; False where there is none that can.

    An empty ``secret`` takes it out.
    """
    try:
        from keyring.errors import KeyringError, PasswordDeleteError
    except ImportError:
        return False
    for backend in _keyrings():
        try:
            if secret:
                backend.set_password(KEYRING_SERVICE, name, secret)
            else:
                backend.delete_password(KEYRING_SERVICE, name)
        except PasswordDeleteError:
            return True  # nothing was kept
        except KeyringError:
            continue
        return True
    return False


class Redactor:
    """Takes secrets out of text and bytes, in every form that they are sent in."""

    def __init__(self, secrets: Iterable[str] = ()) -> None:
        forms = set[str]()
        for secret in secrets:
            if len(secret) >= 4:
                forms.update({secret, quote(secret, safe=""), quote_plus(secret)})
                forms.add(b64encode(secret.encode()).decode().rstrip("="))
        self._forms = sorted(forms, key=len, reverse=True)

    def clean(self, text: str) -> str:
        """``text`` without the secrets."""
        for form in self._forms:
            text = text.replace(form, HIDDEN)
        return text

    def clean_bytes(self, data: bytes) -> bytes:
        """``data`` without the secrets."""
        for form in self._forms:
            data = data.replace(form.encode(), HIDDEN.encode())
        return data
