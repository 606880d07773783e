"""Chat models: the embedded one and configured endpoints, behind one type.

Which providers there are is a table. Every endpoint says where the text goes, and a local one gets
a client that neither a proxy nor a redirect can lead elsewhere.
"""

from __future__ import annotations

from collections.abc import Generator, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from assistant.domain import GenerationConfig, ModelSpec
from assistant.errors import ModelUnavailable
from assistant.generation.cancellation import CancelCheck, never_cancelled
from assistant.generation.models.catalogue import CatalogueModel
from assistant.generation.models.destinations import STAYS, destination_of
from assistant.generation.models.engine import LlamaEngine
from assistant.generation.models.fetch import ensure_verified
from assistant.generation.models.gguf import check_adapter_file
from assistant.generation.models.providers import (
    Connection,
    Method,
    build_chat,
    embedded_chat,
    provider,
)
from assistant.generation.models.structured import StructuredReply, object_schema, stream
from assistant.generation.models.verification import is_unchanged
from assistant.generation.prompts import Message

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel

CONTEXT_TOKENS = 8192
"""Context of the embedded model: its memory grows with it, and no prompt of ours needs more."""

EMBEDDED_SECONDS = 600.0
"""Time for an answer of the embedded model unless another is chosen: a slow computer writes a whole
case in minutes, and a slow case is better than none."""

_PING_SCHEMA: Mapping[str, object] = {
    "title": "Ping",
    "description": "An answer to a check of the connection.",
    **object_schema(ok={"type": "boolean", "description": "Always true."}),
}


@dataclass(frozen=True)
class AdapterFile:
    """A GGUF LoRA that is loaded beside its base model; ``name`` switches it on.

    ``steps_only`` tells that it has learned to write steps alone, without preconditions.
    """

    name: str
    path: Path
    steps_only: bool = False


@dataclass(frozen=True)
class ChatEndpoint:
    """A chat model that can be asked.

    ``destination`` is shown wherever the model can be chosen. ``special_tokens`` must be
    neutralised in untrusted text (empty where the endpoint's server does that itself).
    ``adapters`` are the names of the adapters loaded beside an embedded model, ``spec.adapter`` is
    the one in use; those of ``steps_adapters`` write steps alone, as code gives the preconditions.
    """

    chat: BaseChatModel = field(repr=False)  # its own may hold the key
    spec: ModelSpec
    destination: str
    timeout: float
    special_tokens: tuple[str, ...] = ()
    method: Method = "json_schema"
    engine: LlamaEngine | None = None
    config: GenerationConfig = field(default_factory=GenerationConfig)
    adapters: tuple[str, ...] = ()
    steps_adapters: frozenset[str] = frozenset()

    @property
    def steps_only(self) -> bool:
        """Whether the adapter in use has learned to write steps alone."""
        return self.spec.adapter in self.steps_adapters

    @property
    def name(self) -> str:
        """What messages call it."""
        return f"The model {self.spec.model}" if self.engine is None else "The embedded model"

    def with_config(self, config: GenerationConfig) -> ChatEndpoint:
        """The same loaded embedded model with other choices; only for an embedded one."""
        if self.engine is None:
            raise ModelUnavailable("A configured endpoint is opened anew for other choices.")
        return _embedded(self.engine, self.spec, config, self.adapters, self.steps_adapters)

    def with_adapter(self, name: str) -> ChatEndpoint:
        """The same loaded embedded model with the adapter ``name`` in use; "" is the model alone.

        Raises ``ModelUnavailable`` where no such adapter is loaded.
        """
        if self.engine is None:
            raise ModelUnavailable(
                f"{self.name} cannot take the adapter '{name}': adapters are loaded beside the "
                f"embedded model. A server needs a merged model (export the adapter)."
            )
        spec = self.spec.model_copy(update={"adapter": name})
        return _embedded(self.engine, spec, self.config, self.adapters, self.steps_adapters)

    def read_ahead(
        self, messages: Sequence[Message], *, cancelled: CancelCheck = never_cancelled
    ) -> None:
        """Let the embedded engine read a prompt's shared beginning now; elsewhere nothing happens.

        Blocks while it reads: call it from a worker thread. Raises as ``LlamaEngine.read_ahead``.
        """
        if self.engine is not None:
            number = _number_of(self.spec.adapter, self.adapters)
            self.engine.read_ahead(messages, adapter=number, cancelled=cancelled)

    def health(self) -> None:
        """Ask for a tiny structured answer. Raises ``GenerationError`` with the next step."""
        question: tuple[Message, ...] = (("user", 'Answer with the JSON object {"ok": true}.'),)
        invoke_structured(self, question, _PING_SCHEMA)

    def close(self) -> None:
        """End running calls and free the embedded model; elsewhere nothing happens."""
        if self.engine is not None:
            self.engine.close()


def invoke_structured(
    endpoint: ChatEndpoint,
    messages: Sequence[Message],
    schema: Mapping[str, object],
    *,
    cancelled: CancelCheck = never_cancelled,
) -> StructuredReply:
    """One answer of ``endpoint`` under a JSON schema (with a ``title``).

    Raises ``ModelUnavailable`` (refused, silent, cut, 401, 429, 5xx, prompt too long),
    ``InvalidOutput`` with the raw answer (no JSON object, cut off, endless) or ``Cancelled``.
    Whether the object fits the schema is for the caller to check: not every endpoint enforces it.
    """
    *_, reply = stream_structured(endpoint, messages, schema, cancelled=cancelled)
    assert isinstance(reply, StructuredReply)  # the last value, where nothing was raised
    return reply


def stream_structured(
    endpoint: ChatEndpoint,
    messages: Sequence[Message],
    schema: Mapping[str, object],
    *,
    cancelled: CancelCheck = never_cancelled,
) -> Generator[str | StructuredReply, None, None]:
    """The answer as it is written: the text so far each time it has grown, last the whole reply.

    Raises as ``invoke_structured``. Closing the iterator ends the call.
    """
    running = (
        nullcontext(cancelled) if endpoint.engine is None else endpoint.engine.request(cancelled)
    )
    with running as stop:
        structured = endpoint.chat.with_structured_output(
            dict(schema), method=endpoint.method, include_raw=True
        )
        yield from stream(
            structured, messages, endpoint=endpoint.name, timeout=endpoint.timeout, cancelled=stop
        )


def open_embedded(
    model: CatalogueModel,
    path: Path,
    *,
    threads: int,
    config: GenerationConfig,
    adapters: Sequence[AdapterFile] = (),
    active: str = "",
) -> ChatEndpoint:
    """Load a known model into this process; seconds. ``threads`` 0 means one per core.

    The file is hashed before the engine opens it. ``adapters`` are loaded beside it and cost their
    own size in memory; ``active`` is the one in use at first (``ChatEndpoint.with_adapter`` gives
    the others). Raises ``ModelUnavailable``.
    """
    if model.task != "chat":
        raise ModelUnavailable(f"{model.id} is no chat model. Choose one that is.")
    hashed = ensure_verified(model, path)
    context = min(CONTEXT_TOKENS, model.context_tokens)
    names = tuple(adapter.name for adapter in adapters)
    _number_of(active, names)
    for adapter in adapters:
        check_adapter_file(adapter.path, path)
    engine = LlamaEngine(
        path,
        context_tokens=context,
        threads=threads,
        adapters=[adapter.path for adapter in adapters],
        chat_format=model.chat_format,
    )
    engine.load()
    if not is_unchanged(path, hashed):
        engine.close()
        raise ModelUnavailable(
            f"{path.name} was changed while it was being loaded, so it is not known what was read. "
            f"It is not used. Find out what changes it, then load the model again."
        )
    spec = model.spec(context_tokens=context).model_copy(update={"adapter": active})
    steps = frozenset(adapter.name for adapter in adapters if adapter.steps_only)
    return _embedded(engine, spec, config, names, steps)


def _number_of(name: str, adapters: Sequence[str]) -> int | None:
    """The number of an adapter among the loaded ones; ``None`` for none ("")."""
    if not name:
        return None
    if name not in adapters:
        loaded = ", ".join(adapters) or "none"
        raise ModelUnavailable(
            f"The adapter '{name}' is not loaded (loaded: {loaded}). Open the model with it."
        )
    return tuple(adapters).index(name)


def _embedded(
    engine: LlamaEngine,
    spec: ModelSpec,
    config: GenerationConfig,
    adapters: tuple[str, ...] = (),
    steps_adapters: frozenset[str] = frozenset(),
) -> ChatEndpoint:
    lora = engine.lora(_number_of(spec.adapter, adapters))
    return ChatEndpoint(
        chat=embedded_chat(
            engine, spec, config, lora=lora, timeout=config.timeout_seconds or EMBEDDED_SECONDS
        ),
        spec=spec,
        destination=STAYS,
        timeout=config.timeout_seconds or EMBEDDED_SECONDS,
        special_tokens=engine.special_tokens,
        engine=engine,
        config=config,
        adapters=adapters,
        steps_adapters=steps_adapters,
    )


def open_configured(
    provider_id: str,
    url: str,
    model: str,
    api_key: str,
    timeout: float,
    config: GenerationConfig,
    context_tokens: int = 32_768,
    retries: int | None = None,
) -> ChatEndpoint:
    """An endpoint by configuration; nothing is sent yet.

    ``provider_id`` is a row of ``providers.PROVIDERS``; an empty ``url`` means the provider's own.
    A refused connection, 429 or 5xx is asked again up to ``retries`` times
    (``providers.RETRIES`` where none are named).
    Raises ``SettingsError`` for an unknown provider or unusable address, ``MissingExtra`` with the
    install line where the provider's package is absent.
    """
    row = provider(provider_id)
    connection = Connection(
        url=url.strip() or row.default_url,
        model=model.strip(),
        api_key=api_key,
        timeout=timeout,
        config=config,
        retries=retries,
    )
    return ChatEndpoint(
        chat=build_chat(row, connection),
        spec=ModelSpec(
            id=f"{row.id}:{connection.model}",
            provider=row.id,
            model=connection.model,
            context_tokens=context_tokens,
        ),
        destination=destination_of(row.id, connection.url),
        timeout=timeout,
        method=row.method,
    )
