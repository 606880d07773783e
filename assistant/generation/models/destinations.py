"""Where a prompt goes: the words that stand beside every model that can be chosen.

Light on purpose: the screen shows it before anything of LangChain is imported.
"""

from __future__ import annotations

from urllib.parse import SplitResult

from assistant.errors import SettingsError
from assistant.knowledge.qdrant.addresses import is_loopback, usable_parts

STAYS = "stays on this computer"

DEFAULT_URLS = {
    "embedded": "",
    "openai": "https://api.openai.com/v1",
    "azure": "",
    "ollama": "http://localhost:11434",
    "anthropic": "https://api.anthropic.com",
}
"""Address of each provider where none is configured; empty where it has none of its own."""


def destination_of(provider: str, url: str = "") -> str:
    """ "stays on this computer", or "leaves for HOST" ("..., unencrypted" over plain HTTP).

    Raises ``SettingsError`` where the address cannot be used.
    """
    if provider == "embedded":
        return STAYS
    parts = split_address(url.strip() or DEFAULT_URLS.get(provider, ""), provider)
    if is_loopback(parts):
        return STAYS
    plain = ", unencrypted" if parts.scheme == "http" else ""
    return f"leaves for {parts.hostname}{plain}"


def split_address(url: str, provider: str) -> SplitResult:
    """The parts of an endpoint's address.

    Raises ``SettingsError`` for one that is empty, no http(s) address, or that readers of addresses
    disagree about (blanks, backslashes, names and passwords, non-ASCII hosts).
    """
    parts = usable_parts(url)
    if parts is None:
        raise SettingsError(
            f"The address of the {provider} endpoint is not usable. Write it like "
            f"https://host.example/v1, without a key in it, under Settings or in UAT_ENDPOINT_URL."
        )
    return parts
