"""The table of chat-model providers, each with LangChain's own integration for it.

Integrations are imported when a model is opened, never before: they cost seconds.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any, Literal

from pydantic import SecretStr

from assistant.domain import GenerationConfig, ModelSpec
from assistant.errors import SettingsError, needs_extra
from assistant.generation.models.destinations import DEFAULT_URLS, split_address
from assistant.generation.models.engine import LlamaEngine
from assistant.knowledge.qdrant.addresses import is_loopback

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel
    from langchain_openai import ChatOpenAI

Method = Literal["json_schema", "function_calling", "json_mode"]
"""How a provider is asked for structured output (LangChain's names)."""

RETRIES = 2
"""Repeated requests after a refused connection, 429 or 5xx; the time limit holds for all."""
NO_KEY = "none"
"""Sent where none is configured: clients insist on a key, local servers ignore it."""


@dataclass(frozen=True)
class Connection:
    """What a person configured. ``timeout`` in seconds, for a whole answer with its ``retries``,
    ``RETRIES`` where none are named."""

    url: str
    model: str
    api_key: str
    timeout: float
    config: GenerationConfig
    retries: int | None = None

    @property
    def max_retries(self) -> int:
        """How often a request is repeated."""
        return RETRIES if self.retries is None else self.retries

    @property
    def key(self) -> SecretStr:
        """The key, or a placeholder."""
        return SecretStr(self.api_key or NO_KEY)


@dataclass(frozen=True)
class Provider:
    """A row of the table: how to build its chat model, and what must be installed for it."""

    id: str
    title: str
    module: str
    extra: str
    build: Callable[[Connection], BaseChatModel]
    method: Method = "json_schema"

    @property
    def default_url(self) -> str:
        """Its own address, or empty where one must be configured."""
        return DEFAULT_URLS[self.id]


def _openai(connection: Connection) -> BaseChatModel:
    tokens = connection.config.max_tokens
    own = split_address(connection.url, "openai").hostname == "api.openai.com"
    return _compatible_class()(
        model=connection.model,
        base_url=connection.url,
        api_key=connection.key,
        max_retries=connection.max_retries,
        max_completion_tokens=tokens,
        # Compatible servers know the older name only, or both.
        extra_body=None if own else {"max_tokens": tokens},
        use_responses_api=False,
        **_streamed(connection.config, connection.timeout, _uses_environment(connection)),
    )


def _azure(connection: Connection) -> BaseChatModel:
    from langchain_openai import AzureChatOpenAI

    return AzureChatOpenAI(
        azure_endpoint=connection.url,
        azure_deployment=connection.model,
        api_version="2024-10-21",
        api_key=connection.key,
        max_retries=connection.max_retries,
        max_tokens=connection.config.max_tokens,
        **_streamed(connection.config, connection.timeout, _uses_environment(connection)),
    )


def _streamed(config: GenerationConfig, timeout: float, from_environment: bool) -> dict[str, Any]:
    """What all models of OpenAI's kind are built with: choices, streams, and a client that goes
    where the configuration says; ``from_environment`` lets it use the machine's proxy."""
    import openai

    return {
        "temperature": config.temperature,
        "seed": config.seed,
        "timeout": timeout,
        "streaming": True,
        "stream_usage": True,
        # No redirects: the screen names the host that was configured, not one that it points to.
        "http_client": openai.DefaultHttpxClient(
            timeout=timeout, trust_env=from_environment, follow_redirects=False
        ),
        "http_socket_options": (),
    }


def _ollama(connection: Connection) -> BaseChatModel:
    from langchain_ollama import ChatOllama

    config = connection.config
    options: dict[str, Any] = {
        "timeout": connection.timeout,
        "trust_env": _uses_environment(connection),
        "follow_redirects": False,
    }
    if connection.api_key:
        options["headers"] = {"Authorization": f"Bearer {connection.api_key}"}
    chat: BaseChatModel = ChatOllama(
        model=connection.model,
        base_url=connection.url,
        temperature=config.temperature,
        seed=config.seed,
        num_predict=config.max_tokens,
        client_kwargs=options,
    )
    return chat


def _anthropic(connection: Connection) -> BaseChatModel:
    from langchain_anthropic import ChatAnthropic

    chat: BaseChatModel = ChatAnthropic(
        model=connection.model,
        base_url=connection.url,
        api_key=connection.key,
        timeout=connection.timeout,
        max_retries=connection.max_retries,
        temperature=connection.config.temperature,
        max_tokens=connection.config.max_tokens,
        stop=None,
        streaming=True,
    )
    return chat


def _uses_environment(connection: Connection) -> bool:
    """A local endpoint's text stays here, so the environment's proxy is for the others only."""
    return not is_loopback(split_address(connection.url, "configured"))


PROVIDERS: tuple[Provider, ...] = (
    Provider(
        id="openai",
        title="OpenAI or any compatible server (vLLM, LM Studio, llama-server)",
        module="langchain_openai",
        extra="",
        build=_openai,
    ),
    Provider(id="azure", title="Azure OpenAI", module="langchain_openai", extra="", build=_azure),
    Provider(id="ollama", title="Ollama", module="langchain_ollama", extra="ollama", build=_ollama),
    Provider(
        id="anthropic",
        title="Anthropic",
        module="langchain_anthropic",
        extra="anthropic",
        build=_anthropic,
        method="function_calling",
    ),
)


def provider(provider_id: str) -> Provider:
    """The row called ``provider_id``; ``SettingsError`` lists the known ones otherwise."""
    for row in PROVIDERS:
        if row.id == provider_id.strip().lower():
            return row
    known = ", ".join(row.id for row in PROVIDERS)
    raise SettingsError(
        f"'{provider_id}' is no known provider. Choose one under Settings, or set "
        f"UAT_ENDPOINT_PROVIDER to one of: {known}."
    )


def build_chat(row: Provider, connection: Connection) -> BaseChatModel:
    """LangChain's chat model for a configured endpoint.

    Raises ``SettingsError`` (no model, unusable address) or ``MissingExtra``.
    """
    if not connection.model:
        raise SettingsError(
            f"No model is named for the {row.id} endpoint. Name it under Settings, or "
            f"with UAT_ENDPOINT_MODEL."
        )
    split_address(connection.url, row.id)
    needs_extra(row.module, row.extra, f"The provider {row.id}")
    return row.build(connection)


def embedded_chat(
    engine: LlamaEngine,
    spec: ModelSpec,
    config: GenerationConfig,
    *,
    lora: Sequence[Mapping[str, float]] = (),
    timeout: float,
) -> BaseChatModel:
    """LangChain's chat model on the address of the engine in this process.

    ``timeout`` in seconds, for a whole answer.
    ``lora`` goes with each request: the scale of each adapter that the engine has loaded.
    """
    return _compatible_class()(
        engine=engine,
        model=spec.model,
        base_url=engine.base_url,
        api_key=SecretStr(engine.api_key),
        max_retries=RETRIES,
        max_completion_tokens=config.max_tokens,
        extra_body={"lora": [dict(one) for one in lora]} if lora else None,
        use_responses_api=False,
        # The server drops a connection after a stream without saying so; asking it to close keeps
        # the client from using it once more.
        default_headers={"Connection": "close"},
        **_streamed(config, timeout, from_environment=False),
    )


@cache
def _compatible_class() -> type[ChatOpenAI]:
    """``ChatOpenAI`` whose structured streams are read as plain ones.

    The openai client's own reader of structured streams stumbles over servers that repeat or leave
    out the role in each piece, as several compatible ones do; it is passed by where the format
    travels in the request's body alone. An ``engine`` gets ``LlamaEngine.grammar`` instead.
    """
    from langchain_openai import ChatOpenAI
    from pydantic import Field

    class CompatibleChat(ChatOpenAI):
        engine: Any = Field(default=None, exclude=True, repr=False)

        def _get_request_payload(self, *args: Any, **kwargs: Any) -> dict[str, Any]:
            payload: dict[str, Any] = super()._get_request_payload(*args, **kwargs)
            asked = payload.pop("response_format", None)
            if asked is not None:
                constraint = {"response_format": asked}
                if self.engine is not None:
                    constraint = {"grammar": self.engine.grammar(asked["json_schema"]["schema"])}
                payload["extra_body"] = {**(payload.get("extra_body") or {}), **constraint}
            return payload

    return CompatibleChat
