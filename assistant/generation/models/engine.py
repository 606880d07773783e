"""The embedded engine: llama.cpp in this process (xllamacpp), spoken to on a loopback address.

The address takes a random key that only this process knows, and never a model path or a setting
from outside. Conversations use llama.cpp's built-in writers (ChatML for the catalogue's models):
the template inside a model file is code by someone else and is not rendered.
"""

from __future__ import annotations

import os
import re
import secrets
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from assistant.errors import ModelUnavailable
from assistant.generation.cancellation import CancelCheck, never_cancelled, raise_if_cancelled
from assistant.generation.models.gguf import SpecialToken, read_special_tokens
from assistant.generation.models.llama_library import import_llama
from assistant.generation.prompts import Message

if TYPE_CHECKING:
    import httpx

PROMPT_CACHE_MIB = 512
"""Memory for prompts read earlier: some thirty stories of Qwen 1.5B (llama.cpp's own: 8 GiB)."""
HTTP_THREADS = 4
READ_SECONDS = 300.0
PIECE_CHARACTERS = 600
"""About 150 tokens: two seconds of reading on two cores."""
SMALL_BYTES = 256 * 1024 * 1024
"""A model below this writes with one thread: threads meet at the end of each of its many small
products, which costs more than it saves. SmolLM2 135M on two virtual cores: 70 tokens/s alone
against 44, with an adapter 62 against 18. Reading a prompt, in large products, uses all cores."""
CLOSE_SECONDS = 10.0
_CLOSED = "The embedded model was closed. Start the application again."


def usable_cores() -> int:
    """Cores that this process may run on; more threads than these collapse each other."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


class LlamaEngine:
    """A chat model in this process. Construction is light; ``load`` reads the model.

    ``context_tokens`` is the longest prompt with its answer; one answer is written at a time (each
    more would make the others slower). ``threads`` 0 means one per usable core.
    ``adapters`` are GGUF LoRA files for this model, loaded beside it; each request says which of
    them is in use (``lora``). ``chat_format`` names the writer of conversations. All methods may be
    called from any thread.
    """

    def __init__(
        self,
        path: Path,
        *,
        context_tokens: int,
        threads: int,
        adapters: Sequence[Path] = (),
        chat_format: str = "chatml",
    ) -> None:
        self.path = path
        self.adapters = tuple(adapters)
        self.chat_format = chat_format
        self.context_tokens = context_tokens
        self.threads = threads or usable_cores()
        small = not threads and path.is_file() and path.stat().st_size < SMALL_BYTES
        self.writing_threads = 1 if small else self.threads
        self.api_key = secrets.token_urlsafe(32)
        self._lock = threading.Lock()
        self._server: Any = None
        self._closing = threading.Event()
        self._running = 0
        self._idle = threading.Condition()
        self._vocabulary: tuple[SpecialToken, ...] | None = None

    def load(self) -> None:
        """Read the model into memory; seconds the first time, nothing where it is there already.

        Raises ``ModelUnavailable`` where llama.cpp refuses it.
        """
        with self._lock:
            if self._closing.is_set():
                raise ModelUnavailable(_CLOSED)
            if self._server is not None:
                return
            llama = import_llama()
            parameters = llama.CommonParams()
            parameters.model.path = str(self.path)
            parameters.n_ctx = self.context_tokens
            parameters.n_parallel = 1
            parameters.cpuparams.n_threads = self.writing_threads
            parameters.cpuparams_batch.n_threads = self.threads
            parameters.n_threads_http = HTTP_THREADS
            # llama.cpp's cache of earlier prompts does not tell adapters apart: what one of them
            # read would serve another (measured). A slot's own prompt is read anew on a change.
            parameters.cache_ram_mib = 0 if self.adapters else PROMPT_CACHE_MIB
            parameters.lora_adapters = [
                llama.CommonAdapterLoraInfo(str(path), 0.0) for path in self.adapters
            ]
            parameters.use_jinja = False
            parameters.chat_template = self.chat_format
            parameters.api_keys = [self.api_key]
            parameters.hostnames = ["127.0.0.1"]
            parameters.port = 0
            parameters.ui = False
            parameters.endpoint_slots = False
            parameters.fit_params = False
            parameters.verbosity = 0
            try:
                self._server = llama.Server(parameters)
            except (RuntimeError, OSError) as error:
                beside = ", ".join(path.name for path in self.adapters)
                raise ModelUnavailable(
                    f"llama.cpp could not load {self.path.name} with a context of "
                    f"{self.context_tokens} tokens: the file may be damaged (check it with: python "
                    f"-m assistant models verify) or memory too short (close other programs)."
                    + (
                        f" It was loaded with the adapters {beside}: one may be damaged or made "
                        f"for another model."
                        if beside
                        else ""
                    )
                ) from error

    def close(self) -> None:
        """End running requests and free the model's memory. A closed engine stays closed."""
        self._closing.set()
        deadline = time.monotonic() + CLOSE_SECONDS
        with self._idle:
            while self._running and (left := deadline - time.monotonic()) > 0:
                self._idle.wait(left)
        with self._lock:
            self._server = None

    @property
    def base_url(self) -> str:
        """OpenAI-compatible address, on this computer only; loads the model first if need be."""
        self.load()
        with self._lock:
            if self._server is None:
                raise ModelUnavailable(_CLOSED)
            return f"{self._server.listening_address}/v1"

    @property
    def vocabulary(self) -> tuple[SpecialToken, ...]:
        """Special tokens of the model's own vocabulary."""
        if self._vocabulary is None:
            self._vocabulary = read_special_tokens(self.path)
        return self._vocabulary

    @property
    def special_tokens(self) -> tuple[str, ...]:
        """Their texts, to be neutralised in whatever a user or a document wrote."""
        return tuple(token.text for token in self.vocabulary)

    def lora(self, active: int | None) -> list[dict[str, float]]:
        """The request field that switches adapter number ``active`` on and all others off.

        ``None`` is the model alone. Empty where no adapter is loaded: nothing has to be said then.
        """
        return [
            {"id": number, "scale": 1.0 if number == active else 0.0}
            for number in range(len(self.adapters))
        ]

    def grammar(self, schema: Mapping[str, object]) -> str:
        """Grammar for answers under a JSON schema, without blanks between the tokens.

        llama.cpp's own conversion allows indented JSON, and models then write it: measured on
        Qwen 1.5B, twice the tokens for the same case. llguidance also makes length limits free.
        """
        compact = {
            "whitespace_flexible": False,
            "item_separator": ",",
            "key_separator": ":",
        }
        grammar: str = import_llama().json_schema_to_grammar({**schema, "x-guidance": compact})
        if grammar.startswith("%llguidance"):
            return grammar
        # A build without llguidance writes GBNF, where one rule holds all optional blanks.
        return re.sub(r"(?m)^space ::= .*$", 'space ::= ""', grammar)

    @contextmanager
    def request(self, cancelled: CancelCheck) -> Iterator[CancelCheck]:
        """Registers a running request; what it yields is also true once the engine closes.

        ``close`` waits for registered requests, since llama.cpp would write them to their end.
        """
        if self._closing.is_set():
            raise ModelUnavailable(_CLOSED)
        with self._idle:
            self._running += 1
        try:
            yield lambda: self._closing.is_set() or cancelled()
        finally:
            with self._idle:
                self._running -= 1
                self._idle.notify_all()

    def tokenise(self, text: str) -> tuple[int, ...]:
        """Token ids of ``text`` as in a prompt, where special tokens count.

        Raises ``ModelUnavailable`` where the engine does not answer, as it does once it is closed.
        """
        body = {"content": text, "add_special": False, "parse_special": True}
        return tuple(self._told("/tokenize", body)["tokens"])

    def prompt_of(self, messages: Sequence[Message]) -> str:
        """The text that the model reads for these messages. Raises as ``tokenise``."""
        return str(self._told("/apply-template", {"messages": _as_json(messages)})["prompt"])

    def _told(self, path: str, body: Mapping[str, object]) -> dict[str, Any]:
        import httpx

        try:
            with self._client() as client:
                answer = client.post(path, json=body)
                answer.raise_for_status()
                return dict(answer.json())
        except httpx.HTTPError as error:
            raise ModelUnavailable(f"The embedded model does not answer ({error}).") from error

    def read_ahead(
        self,
        messages: Sequence[Message],
        *,
        adapter: int | None = None,
        cancelled: CancelCheck = never_cancelled,
    ) -> None:
        """Read these messages now, so that a later call that begins with them need not.

        Blocks while it reads (about 70 tokens a second of Qwen 1.5B on two cores). It reads the
        last message piece by piece, each going on from the one before, since llama.cpp cannot be
        interrupted while it reads: a cancel, or another user's call, waits for one piece only.
        What was read serves calls with the same ``adapter`` (its number) only.
        Raises ``Cancelled``, and ``ModelUnavailable`` where the engine does not answer.
        """
        import httpx

        size = len(self.tokenise(self.prompt_of(messages)))
        if size >= self.context_tokens:
            raise ModelUnavailable(
                f"The prompt has {size} tokens; the embedded model reads at most "
                f"{self.context_tokens}. Choose fewer sources."
            )
        *first, (role, text) = messages
        ends = [*range(PIECE_CHARACTERS, len(text), PIECE_CHARACTERS), len(text)]
        with self.request(cancelled) as stop, self._client() as client:
            for end in ends:
                raise_if_cancelled(stop, "Reading ahead")
                body: dict[str, Any] = {
                    "messages": _as_json([*first, (role, text[:end])]),
                    "max_tokens": 1,
                    "temperature": 0,
                }
                if self.adapters:
                    body["lora"] = self.lora(adapter)
                try:
                    answer = client.post("/v1/chat/completions", json=body)
                except httpx.HTTPError as error:
                    raise ModelUnavailable(
                        f"The embedded model does not answer ({error})."
                    ) from error
                if answer.status_code != 200:
                    raise ModelUnavailable(
                        f"The embedded model did not read ahead (HTTP {answer.status_code}). "
                        f"Start the application again."
                    )

    def _client(self) -> httpx.Client:
        """A client of our own server; no proxy from the environment may come in between."""
        import httpx

        return httpx.Client(
            base_url=self.base_url.removesuffix("/v1"),
            headers={"Authorization": f"Bearer {self.api_key}"},
            timeout=READ_SECONDS,
            trust_env=False,
        )


def _as_json(messages: Sequence[Message]) -> list[dict[str, str]]:
    return [{"role": role, "content": text} for role, text in messages]
