"""Deployment settings: paths, endpoints and secrets, read from the environment once.

Built by the callers at the top (``__main__`` and ``ui``) and passed down; nothing below reads the
environment. The user's own choices (``RetrievalConfig``, ``GenerationConfig``) are kept apart, in
the library, with the project.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Self

from pydantic import Field, PrivateAttr, SecretStr, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from assistant.errors import SettingsError

SECRET_PREFIX = "UAT_SECRET_"


def default_data_dir() -> Path:
    """The folder that data is kept in unless ``UAT_DATA_DIR`` or ``--data-dir`` names another."""
    if sys.platform == "win32":
        base = Path(os.environ.get("LOCALAPPDATA", Path.home() / "AppData" / "Local"))
    elif sys.platform == "darwin":
        base = Path.home() / "Library" / "Application Support"
    else:
        base = Path(os.environ.get("XDG_DATA_HOME", Path.home() / ".local" / "share"))
    return base / "uat-assistant"


def _secrets() -> dict[str, SecretStr]:
    return {
        name.upper(): SecretStr(value)
        for name, value in os.environ.items()
        if name.upper().startswith(SECRET_PREFIX)
    }


class Settings(BaseSettings):
    """Deployment settings; each is an environment variable with the prefix ``UAT_``."""

    model_config = SettingsConfigDict(env_prefix="UAT_", frozen=True, extra="ignore")

    data_dir: Path = default_data_dir()
    user: str = ""
    threads: int = 0
    """Threads of the embedded model and of the embeddings; 0 means one per core."""

    models_dir: Path | None = None
    """Where model files are kept; ``None`` means ``data_dir/models``."""

    offline: bool = False
    """True: nothing is fetched and no other system is asked; what needs it is an error."""

    added_models: bool = True
    """False: only the models of the catalogue are offered, for a deployment that people share."""

    lock_settings: bool = False
    """True: the page *Settings* shows everything and changes nothing, for a deployment that people
    share."""

    lock_descriptor: int = -1
    """Open lock of the data folder that ``start`` hands over to the app it becomes."""

    preload: str = ""
    """Id of the embedded model that the app loads in the background when it starts."""

    endpoint_provider: str = ""
    """Provider of a configured model endpoint: openai, azure, ollama or anthropic; empty: openai
    where an address is given."""

    endpoint_url: str = ""
    endpoint_model: str = ""
    endpoint_api_key: SecretStr = SecretStr("")
    endpoint_context_tokens: int = Field(32_768, ge=4_096)
    """Tokens that prompt and answer of the endpoint's model may have together."""
    endpoint_timeout: float | None = Field(None, gt=0)
    """Seconds that an answer of the endpoint may take; ``None``: ``model_timeout``, else 300."""

    price_input: float | None = Field(None, ge=0)
    """Price of a million tokens that the endpoint reads; with ``price_output`` cost is shown."""

    price_output: float | None = Field(None, ge=0)
    """Price of a million tokens that the endpoint writes."""

    price_cached: float | None = Field(None, ge=0)
    """Price of a million tokens read from the endpoint's cache; ``None``: as ``price_input``."""

    price_currency: str = "USD"

    model_timeout: float | None = Field(None, gt=0)
    """Seconds that a model's whole answer may take; ``None``: 600 for the embedded model."""

    allowed_hosts: str = ""
    """Hosts that connections may name, with commas; empty: any public host a person enters."""

    private_hosts: str = ""
    """Hosts, addresses and networks (10.1.0.0/16) of the company's own network, or of this
    computer, that connections may reach, with commas."""

    tools_http: bool = False
    """True: the app serves its tools to other programs at ``/mcp`` and ``/api``, to those with a
    token."""

    tools_hosts: str = ""
    """Names under which programs reach the tools, with commas, beside those of this computer."""

    tools_token: SecretStr = SecretStr("")
    """Token with which ``mcp`` passes calls on to the running app."""

    tools_url: str = "http://127.0.0.1:8501"
    """Address of the running app that ``mcp`` passes calls on to; on this computer."""

    secrets: dict[str, SecretStr] = Field(default_factory=_secrets, repr=False, exclude=True)
    """Secrets of connections by the name of their variable, ``UAT_SECRET_`` and the host."""

    library_url: SecretStr = SecretStr("")
    """Address of the PostgreSQL database that keeps the library; empty means a file in
    ``data_dir``."""

    qdrant_url: str = ""
    """Address of a Qdrant server or cluster; empty means the embedded index in ``data_dir``."""

    qdrant_api_key: SecretStr = SecretStr("")
    qdrant_timeout: float = Field(30.0, ge=1, le=600)
    """Seconds that a question to the server may take."""

    qdrant_prefix: str = Field("uat", pattern=r"^[A-Za-z0-9_-]{1,40}$")
    """Beginning of the names of all collections: one for each data folder on a shared server."""

    qdrant_replication: int = Field(1, ge=1, le=100)
    qdrant_write_consistency: int = Field(0, ge=0, le=100)
    """Copies that must have a write before it counts; 0 means the majority of them."""

    qdrant_shards: int = Field(1, ge=1, le=1000)
    qdrant_ca_file: Path | None = None
    """Certificates (PEM) to trust instead of the public ones."""

    qdrant_insecure: bool = False
    """True: a server elsewhere may be used without TLS or without a key."""

    _saved: frozenset[str] = PrivateAttr(frozenset())
    """Names of the values that a person saved in the data folder."""

    @property
    def saved_fields(self) -> frozenset[str]:
        """Names of the values in use that a person saved, not the environment."""
        return self._saved

    @property
    def set_fields(self) -> frozenset[str]:
        """Names of the values that the environment (or an option of the command) sets."""
        given = self.model_fields_set - self._saved
        return frozenset(name for name in given if getattr(self, name) not in ("", None))

    def with_saved(self, values: Mapping[str, object]) -> Self:
        """These settings with values that a person saved, wherever the environment sets none."""
        taken = {name: value for name, value in values.items() if name not in self.set_fields}
        result = self.model_copy(update=taken)
        result._saved = self._saved | taken.keys()
        return result

    @property
    def models_path(self) -> Path:
        """Folder of the model files."""
        return self.models_dir or self.data_dir / "models"

    @property
    def library_path(self) -> Path:
        """File of the library's SQLite database."""
        return self.data_dir / "library.sqlite3"

    @property
    def adapters_path(self) -> Path:
        """Folder of the trained adapters."""
        return self.data_dir / "adapters"

    @property
    def outbound_log_path(self) -> Path:
        """File that lists every host ever contacted."""
        return self.data_dir / "outbound-hosts.jsonl"

    def index_path(self, project_id: str) -> Path:
        """Folder of a project's vector index."""
        return self.data_dir / "index" / project_id


def load_settings(**overrides: object) -> Settings:
    """Settings from the environment, with ``overrides`` (from the command line) on top.

    Raises ``SettingsError`` naming the variable that is wrong.
    """
    given = {name: value for name, value in overrides.items() if value is not None}
    try:
        return Settings(**given)  # type: ignore[arg-type]
    except ValidationError as error:
        first = error.errors()[0]
        name = "UAT_" + "_".join(str(part) for part in first["loc"]).upper()
        raise SettingsError(
            f"{name} is not usable ({first['msg']}). Correct or unset it and start again."
        ) from error
