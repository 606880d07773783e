"""Network addresses as people write them: which are usable, and which are this computer."""

from __future__ import annotations

from ipaddress import ip_address
from urllib.parse import SplitResult, urlsplit


def is_loopback(parts: SplitResult) -> bool:
    """Whether an address is this computer by its form: ``localhost`` or a loopback IP address.

    Names that merely resolve to one are not trusted: what they resolve to can change.
    """
    host = (parts.hostname or "").rstrip(".")
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def usable_parts(url: str) -> SplitResult | None:
    """The parts of an http(s) address; ``None`` for one that cannot be used.

    Unusable is what readers of addresses disagree about too: blanks, backslashes, names and
    passwords, non-ASCII hosts.
    """
    try:
        parts = urlsplit(url)
        usable = (
            parts.scheme in {"http", "https"}
            and bool(parts.hostname)
            and url.isascii()
            and not any(character in url for character in "\\@<>\"' \t\r\n")
            and parts.port != 0
        )
    except ValueError:
        return None
    return parts if usable else None
