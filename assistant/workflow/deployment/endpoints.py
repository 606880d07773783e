"""The chat models that this process holds open: each loaded once, shared, closed at the end."""

from __future__ import annotations

import threading
from typing import Literal

from assistant.domain import ADAPTER_SIGN, GenerationConfig
from assistant.errors import AssistantError, ModelUnavailable, TrainingError
from assistant.generation.models.catalogue import CatalogueModel
from assistant.generation.models.chat_models import (
    EMBEDDED_SECONDS,
    AdapterFile,
    ChatEndpoint,
    open_embedded,
)
from assistant.generation.models.fetch import present_path
from assistant.generation.writers.item_prompt import ITEM_PROMPT_VERSION
from assistant.settings import Settings
from assistant.training.adapters import Adapter, AdapterRegistry
from assistant.training.config import BaseIdentity
from assistant.workflow.deployment.add_models import known_model
from assistant.workflow.deployment.endpoint_file import open_endpoint

ENDPOINT_WRITER = "endpoint"
"""The writer that stands for the configured endpoint, whatever model it serves."""
NO_ENDPOINT = (
    "No model endpoint is configured. Name one under Settings, or set UAT_ENDPOINT_MODEL with "
    "UAT_ENDPOINT_URL or UAT_ENDPOINT_PROVIDER (openai, azure, ollama, anthropic) and start again."
)

ENDPOINT_SECONDS = 300.0
"""Time for an answer of a configured endpoint unless another is set: a story's cases at once."""

_CLOSED = "The program is ending: no model is opened any more. Start it again."

CHOICES = ("temperature", "seed", "max_tokens", "timeout_seconds")
"""What a run chooses that an open endpoint is bound to."""

EndpointState = Literal["idle", "loading", "ready", "failed"]


def split_writer(writer_id: str) -> tuple[str, str]:
    """Model and adapter of a writer id: "model+adapter", or "model" and an empty name."""
    model, _, adapter = writer_id.partition(ADAPTER_SIGN)
    return model, adapter


def writer_id_of(model: str, adapter: str) -> str:
    """The writer id of a model, with an adapter where one is named."""
    return f"{model}{ADAPTER_SIGN}{adapter}" if adapter else model


def outdated(adapter: Adapter) -> str:
    """Why an adapter cannot write any more, in a sentence; "" where it can."""
    trained = adapter.sheet.prompt_version
    if trained == ITEM_PROMPT_VERSION:
        return ""
    return (
        f"The adapter '{adapter.sheet.name}' was trained to answer another question ({trained}) "
        f"than the one that is asked now ({ITEM_PROMPT_VERSION}). Train it again on the same cases."
    )


class Endpoints:
    """Chat endpoints by writer id. Opening one twice gives the same one; all calls are safe."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._lock = threading.Lock()
        self._opening: dict[str, threading.Lock] = {}
        self._open: dict[tuple[str, str], ChatEndpoint] = {}
        self._states: dict[str, tuple[EndpointState, str]] = {}
        self._closed = False

    def use(self, settings: Settings) -> None:
        """Work with these settings from now on; the configured endpoint is opened anew by them."""
        with self._lock:
            self._settings = settings
            for key in [key for key in self._open if key[0] == ENDPOINT_WRITER]:
                del self._open[key]  # who still asks it keeps it
            self._states[ENDPOINT_WRITER] = ("idle", "")

    def state(self, writer_id: str) -> tuple[EndpointState, str]:
        """Whether the model is loaded, and why not where loading it failed."""
        with self._lock:
            return self._states.get(writer_id, ("idle", ""))

    def open(self, writer_id: str, config: GenerationConfig) -> ChatEndpoint:
        """The endpoint of this writer under these choices; loads the model where that is needed.

        One loaded model serves the base and all its adapters. Raises ``ModelUnavailable`` where it
        cannot be loaded or reached, ``TrainingError`` where an adapter is unknown or has changed.
        """
        model_id, adapter = split_writer(writer_id)
        config = self._in_time(model_id, config)
        key = (writer_id, config.model_dump_json(include=set(CHOICES)))
        # One embedded model is opened at a time, whichever it is: each takes a gigabyte.
        kind = ENDPOINT_WRITER if model_id == ENDPOINT_WRITER else "embedded"
        with self._lock:
            gate = self._opening.setdefault(kind, threading.Lock())
        with gate:
            with self._lock:
                endpoint = self._open.get(key) or self._beside_loaded(model_id, adapter, config)
                if endpoint is None:
                    self._states[writer_id] = ("loading", "")
            if endpoint is None:
                try:
                    endpoint = self._connect(model_id, adapter, config)
                except AssistantError as error:
                    with self._lock:
                        self._states[writer_id] = ("failed", str(error))
                    raise
            with self._lock:
                if self._closed:
                    endpoint.close()
                    raise ModelUnavailable(_CLOSED)
                self._open[key] = endpoint
                self._states[writer_id] = ("ready", "")
            return endpoint

    def _in_time(self, model_id: str, config: GenerationConfig) -> GenerationConfig:
        """These choices with a time limit: the run's own, else the deployment's."""
        settings = self._settings
        limit = config.timeout_seconds or settings.model_timeout
        if model_id == ENDPOINT_WRITER:
            limit = config.timeout_seconds or settings.endpoint_timeout or settings.model_timeout
            limit = limit or ENDPOINT_SECONDS
        return config.model_copy(update={"timeout_seconds": limit or EMBEDDED_SECONDS})

    def _beside_loaded(
        self, model_id: str, adapter: str, config: GenerationConfig
    ) -> ChatEndpoint | None:
        """The loaded model with other choices or another adapter: no second copy in memory.

        The caller holds the lock.
        """
        for (name, _), endpoint in self._open.items():
            if split_writer(name)[0] != model_id or endpoint.engine is None:
                continue
            if not adapter or adapter in endpoint.adapters:
                return endpoint.with_adapter(adapter).with_config(config)
        return None

    def _connect(self, model_id: str, adapter: str, config: GenerationConfig) -> ChatEndpoint:
        settings = self._settings
        if model_id != ENDPOINT_WRITER:
            model = known_model(settings, model_id)
            if model.task != "chat":
                raise ModelUnavailable(f"{model.id} embeds texts; it cannot write test cases.")
            path = present_path(model, settings.models_path)  # hashed where it is opened
            files = self._adapter_files(model, adapter) if adapter else ()
            self.forget()
            return open_embedded(
                model,
                path,
                threads=settings.threads,
                config=config,
                adapters=files,
                active=adapter,
            )
        if not settings.endpoint_provider:
            raise ModelUnavailable(NO_ENDPOINT)
        return open_endpoint(settings, config.timeout_seconds or ENDPOINT_SECONDS, config)

    def _adapter_files(self, model: CatalogueModel, wanted: str) -> tuple[AdapterFile, ...]:
        """Every adapter of this base, each checked; one that is damaged hinders only itself."""
        registry = AdapterRegistry(self._settings.adapters_path)
        base = BaseIdentity(id=model.id, sha256=model.weights.sha256)
        found = []
        for adapter in registry.list():
            name = adapter.sheet.name
            if name != wanted and adapter.sheet.base.sha256 != base.sha256:
                continue
            try:
                checked = registry.get(name, base=base)
            except TrainingError:
                if name == wanted:
                    raise
                continue
            if name == wanted and (problem := outdated(checked)):
                raise ModelUnavailable(problem)
            if checked.gguf is not None:
                steps = checked.sheet.answer == "steps"
                found.append(AdapterFile(name=name, path=checked.gguf, steps_only=steps))
        if wanted not in {file.name for file in found}:
            registry.get(wanted, base=base)
            raise ModelUnavailable(
                f"The adapter '{wanted}' has no file for the embedded engine. Export it merged and "
                "serve it, or train on a Llama or Qwen model."
            )
        return tuple(found)

    def forget(self) -> None:
        """Free the embedded model in memory: one at a time, because each takes a gigabyte. The next
        opening sees the adapters as they are then."""
        with self._lock:
            keys = [key for key in self._open if key[0] != ENDPOINT_WRITER]
            closing = [self._open.pop(key) for key in keys]
            for writer_id, _ in keys:
                self._states[writer_id] = ("idle", "")
        for endpoint in closing:  # waits for running calls, which may take a while
            endpoint.close()

    def close(self) -> None:
        """Close every endpoint and free the models."""
        with self._lock:
            self._closed = True
            closing = list(self._open.values())
            self._open.clear()
        for endpoint in closing:
            endpoint.close()
