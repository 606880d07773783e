"""The model endpoint that a person saved for this deployment, in a file of the data folder.

What the environment sets comes first. The file holds no key: a key is bound to the host that it
may be sent to, as those of connections are, and ``UAT_ENDPOINT_API_KEY`` goes to no address but
one that the environment names.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Literal

from filelock import FileLock
from pydantic import Field, ValidationError

from assistant.domain import GenerationConfig, Value
from assistant.errors import ConnectorError, SettingsError, first_problem
from assistant.generation.models.chat_models import ChatEndpoint, open_configured
from assistant.generation.models.destinations import DEFAULT_URLS, STAYS, destination_of
from assistant.settings import Settings
from assistant.sources.connectors.addresses import Origin, read_address
from assistant.sources.connectors.secrets import SecretState, secret_name
from assistant.workflow.sources.outbound import check_saved_endpoint, note_endpoint, secrets_of

Provider = Literal["openai", "azure", "ollama", "anthropic"]
OWN_KEY = "UAT_ENDPOINT_API_KEY"


class SavedEndpoint(Value):
    """What a person saves of an endpoint; prices are those of a million tokens, times seconds."""

    provider: Provider
    url: str = ""
    model: str = ""
    context_tokens: int = Field(default=32_768, ge=4_096)
    timeout: float | None = Field(default=None, gt=0)
    price_input: float | None = Field(default=None, ge=0)
    price_output: float | None = Field(default=None, ge=0)
    price_currency: str = "USD"


SETTING_OF = {
    name: name if name.startswith("price_") else f"endpoint_{name}"
    for name in SavedEndpoint.model_fields
}
"""Field of a saved endpoint -> the setting that it stands for."""


def path_of(settings: Settings) -> Path:
    """The file of the saved endpoint."""
    return settings.data_dir / "endpoint.json"


def read(settings: Settings) -> SavedEndpoint | None:
    """What is saved, ``None`` where nothing is. Raises ``SettingsError`` for a damaged file."""
    path = path_of(settings)
    try:
        return SavedEndpoint.model_validate_json(path.read_bytes())
    except FileNotFoundError:
        return None
    except OSError as error:
        raise SettingsError(
            f"The saved endpoint, {path}, cannot be read ({error.strerror}). Make it readable."
        ) from error
    except ValidationError as error:
        raise SettingsError(
            f"The saved endpoint, {path}, is not used: it cannot be understood "
            f"({first_problem(error)}). Correct the file, or move it away and save the endpoint "
            "again; it was left as it is."
        ) from error


def write(settings: Settings, saved: SavedEndpoint | None) -> None:
    """Replace what is saved at once, or delete it (``None``); a damaged file is never replaced.

    Raises ``SettingsError`` where the file is damaged or cannot be written.
    """
    path = path_of(settings)
    with locked(path, "The endpoint cannot be saved"):
        read(settings)
        if saved is None:
            path.unlink(missing_ok=True)
        else:
            replace(path, saved.model_dump_json(indent=2) + "\n")


@contextmanager
def locked(path: Path, problem: str) -> Iterator[None]:
    """Change a file of the data folder, which is made where it is missing, alone.

    Raises ``SettingsError`` with this problem where the folder cannot be written.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        with FileLock(path.with_suffix(".lock")):
            yield
    except OSError as error:
        raise SettingsError(
            f"{problem} in {path.parent} ({error.strerror}). Make it writable, or choose another "
            f"data folder with --data-dir."
        ) from error


def replace(path: Path, text: str) -> None:
    """Put a new text in a file's place at once; whoever reads it meanwhile has the old one."""
    fresh = path.with_suffix(f".{os.getpid()}.tmp")
    fresh.write_text(text, encoding="utf-8")
    fresh.replace(path)


def in_use(settings: Settings) -> tuple[Settings, str]:
    """The settings with the saved endpoint below what the environment sets.

    An address without a provider is that of an ``openai`` server, as most are. The text says why
    what is saved is not used; it is empty where nothing is wrong.
    """
    problem = ""
    try:
        saved = read(settings)
        settings = settings if saved is None else with_endpoint(settings, saved)
    except SettingsError as error:
        problem = str(error)
    if settings.endpoint_url.strip() and not settings.endpoint_provider.strip():
        settings = settings.with_saved({"endpoint_provider": "openai"})
    return settings, problem


def with_endpoint(settings: Settings, saved: SavedEndpoint) -> Settings:
    """The settings with this endpoint below what the environment sets.

    Provider and address belong together: a provider of the environment has no saved address.
    """
    values = {SETTING_OF[name]: value for name, value in saved.model_dump().items()}
    if "endpoint_provider" in settings.set_fields:
        del values["endpoint_url"]
    return settings.with_saved(values)


def address_is_saved(settings: Settings) -> bool:
    """Whether nothing but what a person saved says where the endpoint is."""
    return {"endpoint_provider", "endpoint_url"} <= settings.saved_fields


def address(settings: Settings) -> str:
    """The endpoint's address: the configured one, else the provider's own."""
    provider = settings.endpoint_provider.strip().lower()
    return settings.endpoint_url.strip() or DEFAULT_URLS.get(provider, "")


def destination(settings: Settings) -> str:
    """Where text goes with the endpoint, or that its address cannot be used."""
    try:
        return destination_of(settings.endpoint_provider, settings.endpoint_url)
    except SettingsError:
        return "its address cannot be used"


def key_of(settings: Settings) -> str:
    """The key that may be sent to the endpoint; empty where none is set."""
    own = settings.endpoint_api_key.get_secret_value()
    if own and not address_is_saved(settings):
        return own
    origin = _origin(settings)
    return "" if origin is None else secrets_of(settings).get(origin)


def key_state(settings: Settings) -> tuple[str, SecretState]:
    """The variable that the key is looked for in, and where one was found; never the key."""
    if settings.endpoint_api_key.get_secret_value() and not address_is_saved(settings):
        return OWN_KEY, "environment"
    origin = _origin(settings)
    if origin is None:
        return OWN_KEY, "not set"
    return secret_name(origin), secrets_of(settings).state(origin)


def _origin(settings: Settings) -> Origin | None:
    try:
        return read_address(address(settings))[0]
    except ConnectorError:
        return None


def open_endpoint(
    settings: Settings,
    timeout: float,
    config: GenerationConfig,
    *,
    key: str = "",
    retries: int | None = None,
) -> ChatEndpoint:
    """The endpoint of these settings, its host checked and noted; nothing is sent yet.

    ``timeout`` in seconds for a whole answer; ``key`` is sent where none is set. Raises
    ``ModelUnavailable`` where the host may not be asked, and as ``open_configured`` does.
    """
    if destination_of(settings.endpoint_provider, settings.endpoint_url) != STAYS:
        if address_is_saved(settings):
            check_saved_endpoint(settings, address(settings))
        else:
            note_endpoint(settings, address(settings))
    return open_configured(
        settings.endpoint_provider,
        settings.endpoint_url,
        settings.endpoint_model,
        key_of(settings) or key,
        timeout,
        config,
        context_tokens=settings.endpoint_context_tokens,
        retries=retries,
    )


def checked(settings: Settings, saved: SavedEndpoint) -> SavedEndpoint:
    """A saved endpoint that could work, tidied; ``SettingsError`` says what is wrong with it.

    Nothing is contacted.
    """
    saved = saved.model_copy(update={"url": saved.url.strip(), "model": saved.model.strip()})
    merged = with_endpoint(settings, saved)
    if not merged.endpoint_model:
        raise SettingsError("Name the model as its server calls it, and try again.")
    destination_of(merged.endpoint_provider, merged.endpoint_url)
    if address_is_saved(merged):
        try:
            read_address(address(merged))
        except ConnectorError as error:
            raise SettingsError(str(error)) from error
    return saved
