"""Chat models through LangChain: the embedded one for real, and where each one's text goes."""

from __future__ import annotations

import hashlib
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from assistant.domain import GenerationConfig
from assistant.errors import (
    InvalidOutput,
    MissingExtra,
    ModelTimeout,
    ModelUnavailable,
    SettingsError,
)
from assistant.generation.cancellation import Cancelled
from assistant.generation.models.catalogue import (
    DEFAULT_EMBEDDING,
    SMALL_CHAT,
    ModelFile,
    find_model,
)
from assistant.generation.models.chat_models import (
    ChatEndpoint,
    destination_of,
    invoke_structured,
    open_configured,
    open_embedded,
)
from assistant.generation.models.providers import PROVIDERS
from assistant.generation.models.structured import read_object
from assistant.generation.prompts import Message

CONFIG = GenerationConfig(max_tokens=128)


def draft_schema(sources: tuple[int, ...] = (1, 2, 3)) -> dict[str, object]:
    return {
        "title": "Draft",
        "description": "A test step.",
        "type": "object",
        "properties": {
            "action": {"type": "string", "minLength": 3, "maxLength": 60},
            "source": {"type": "integer", "enum": list(sources)},
        },
        "required": ["action", "source"],
        "additionalProperties": False,
    }


ASK: tuple[Message, ...] = (
    ("system", "You write test steps as JSON."),
    ("user", "Write one step: the customer asks for a refund. Sources: [1] [2] [3]"),
)
LONG_SCHEMA = {
    "title": "Long",
    "description": "A very long text.",
    "type": "object",
    "properties": {"text": {"type": "string", "minLength": 20_000}},
    "required": ["text"],
    "additionalProperties": False,
}


# --- The embedded model -----------------------------------------------------------------------


@pytest.mark.long
def test_answers_under_the_schema_of_each_call(small_endpoint: ChatEndpoint) -> None:
    for sources in ((1, 2, 3), (7,), (4, 9)):
        reply = invoke_structured(small_endpoint, ASK, draft_schema(sources))
        assert set(reply.data) == {"action", "source"}
        assert reply.data["source"] in sources
        assert 3 <= len(str(reply.data["action"])) <= 60
        assert reply.generated_tokens > 0


@pytest.mark.long
def test_writes_no_blanks_between_json_tokens(small_endpoint: ChatEndpoint) -> None:
    raw = invoke_structured(small_endpoint, ASK, draft_schema()).raw
    assert raw.startswith('{"action":"')
    assert '","source":' in raw
    assert "\n" not in raw


@pytest.mark.long
def test_same_input_same_answer(small_endpoint: ChatEndpoint) -> None:
    first = invoke_structured(small_endpoint, ASK, draft_schema())
    assert invoke_structured(small_endpoint, ASK, draft_schema()).raw == first.raw


@pytest.mark.long
def test_a_second_call_reads_only_its_own_tokens(small_endpoint: ChatEndpoint) -> None:
    shared = "Rule: refunds are paid within 14 days. " * 30
    first = invoke_structured(
        small_endpoint, (("system", "S"), ("user", shared + "Step one.")), draft_schema()
    )
    second = invoke_structured(
        small_endpoint, (("system", "S"), ("user", shared + "The other step.")), draft_schema()
    )
    assert first.prompt_tokens > 250
    assert second.prompt_tokens - second.cached_tokens < 20


@pytest.mark.long
def test_what_was_read_ahead_is_not_read_again(small_endpoint: ChatEndpoint) -> None:
    shared = "Rule: meters are read on the first Monday. " * 30
    small_endpoint.read_ahead((("system", "S"), ("user", shared)))
    reply = invoke_structured(
        small_endpoint, (("system", "S"), ("user", shared + "Write a step.")), draft_schema()
    )
    assert reply.prompt_tokens - reply.cached_tokens < 20


@pytest.mark.long
def test_cancel_really_stops_the_writing(small_endpoint: ChatEndpoint) -> None:
    endless = small_endpoint.with_config(GenerationConfig(max_tokens=4096))
    started = time.monotonic()
    with pytest.raises(Cancelled):
        invoke_structured(
            endless, ASK, LONG_SCHEMA, cancelled=lambda: time.monotonic() - started > 0.4
        )
    assert time.monotonic() - started < 15
    # Were it still writing its 4,096 tokens, this would wait for the only slot.
    started = time.monotonic()
    invoke_structured(small_endpoint, ASK, draft_schema())
    assert time.monotonic() - started < 30


@pytest.mark.long
def test_a_time_limit_ends_the_call(small_endpoint: ChatEndpoint) -> None:
    hurried = small_endpoint.with_config(GenerationConfig(max_tokens=4096, timeout_seconds=0.4))
    with pytest.raises(ModelTimeout, match="within"):
        invoke_structured(hurried, ASK, LONG_SCHEMA)


@pytest.mark.long
def test_an_answer_cut_off_is_invalid_and_kept(small_endpoint: ChatEndpoint) -> None:
    short = small_endpoint.with_config(GenerationConfig(max_tokens=64))
    with pytest.raises(InvalidOutput, match="cut off") as failure:
        invoke_structured(short, ASK, LONG_SCHEMA)
    assert failure.value.raw_output.startswith('{"text":"')


@pytest.mark.long
def test_a_prompt_beyond_the_context_says_so(small_endpoint: ChatEndpoint) -> None:
    with pytest.raises(ModelUnavailable, match="longer than"):
        invoke_structured(small_endpoint, (("user", "word " * 9000),), draft_schema())
    invoke_structured(small_endpoint, ASK, draft_schema())


@pytest.mark.long
def test_two_users_at_once_both_get_answers(small_endpoint: ChatEndpoint) -> None:
    replies: dict[int, object] = {}

    def user(number: int) -> None:
        question: tuple[Message, ...] = (("user", f"Step for customer {number}, please."),)
        replies[number] = invoke_structured(small_endpoint, question, draft_schema((number,))).data

    threads = [threading.Thread(target=user, args=(number,)) for number in (1, 2, 3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(120)
    assert {number: data["source"] for number, data in replies.items()} == {1: 1, 2: 2, 3: 3}  # type: ignore[index]


def test_the_spec_names_the_exact_model(small_endpoint: ChatEndpoint) -> None:
    spec = small_endpoint.spec
    assert spec.sha256 == find_model(SMALL_CHAT).weights.sha256
    assert (spec.provider, small_endpoint.destination) == ("embedded", "stays on this computer")


def test_a_wrong_file_is_refused_before_the_engine_opens_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def opened(self: object) -> None:
        raise AssertionError("the engine opened a file with a wrong hash")

    monkeypatch.setattr("assistant.generation.models.engine.LlamaEngine.load", opened)
    model = find_model(SMALL_CHAT)
    path = tmp_path / model.id / model.files[0].name
    path.parent.mkdir()
    path.write_bytes(b"GGUF" + b"\0" * 1000)
    with pytest.raises(ModelUnavailable, match="SHA-256"):
        open_embedded(model, path, threads=1, config=CONFIG)
    with pytest.raises(ModelUnavailable, match="no chat model"):
        open_embedded(find_model(DEFAULT_EMBEDDING), tmp_path, threads=1, config=CONFIG)


@pytest.mark.parametrize("change", ["other bytes", "gone"])
def test_a_file_that_changes_while_it_is_loaded_is_not_used(
    change: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "tiny.gguf"
    path.write_bytes(b"GGUF")
    file = ModelFile(name=path.name, size_bytes=4, sha256=hashlib.sha256(b"GGUF").hexdigest())
    model = find_model(SMALL_CHAT).model_copy(update={"files": (file,)})
    closed: list[bool] = []

    def load(self: object) -> None:
        path.write_bytes(b"GGUF, longer") if change == "other bytes" else path.unlink()

    monkeypatch.setattr("assistant.generation.models.engine.LlamaEngine.load", load)
    monkeypatch.setattr(
        "assistant.generation.models.engine.LlamaEngine.close", lambda self: closed.append(True)
    )
    with pytest.raises(ModelUnavailable, match="changed while it was being loaded"):
        open_embedded(model, path, threads=1, config=CONFIG)
    assert closed == [True]


@pytest.mark.slow
def test_the_embedded_model_opens_no_connection_elsewhere(small_chat_path: Path) -> None:
    """With every way out watched and a proxy and tracing set in the environment."""
    code = f"""
import socket, os
real = socket.socket.connect
def watched(self, address):
    assert self.family == socket.AF_UNIX or address[0] in ("127.0.0.1", "::1"), address
    assert address[1] != 9, "the proxy was asked"
    return real(self, address)
socket.socket.connect = watched
def lookup(host, *rest, **kw):
    assert host in ("127.0.0.1", b"127.0.0.1", "localhost"), host
    return find(host, *rest, **kw)
find, socket.getaddrinfo = socket.getaddrinfo, lookup
from pathlib import Path
from assistant.domain import GenerationConfig
from assistant.generation.models.catalogue import SMALL_CHAT, find_model
from assistant.generation.models.chat_models import open_embedded
endpoint = open_embedded(find_model(SMALL_CHAT), Path({str(small_chat_path)!r}), threads=2,
                         config=GenerationConfig())
endpoint.health()
import time; time.sleep(0.5)
endpoint.close()
print("answered")
"""
    environment = {
        **__import__("os").environ,
        **dict.fromkeys(("HTTP_PROXY", "http_proxy", "ALL_PROXY"), "http://127.0.0.1:9"),
        "LANGSMITH_TRACING": "true",
        "LANGSMITH_API_KEY": "lsv2_test",
    }
    done = subprocess.run(
        [sys.executable, "-c", code], env=environment, capture_output=True, text=True, timeout=60
    )
    assert done.stdout == "answered\n", done.stderr
    assert "AssertionError" not in done.stderr


# --- Where the text goes ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("provider", "url", "expected"),
    [
        ("embedded", "", "stays on this computer"),
        ("openai", "http://localhost:1234/v1", "stays on this computer"),
        ("openai", "http://127.0.0.1:8000/v1", "stays on this computer"),
        ("openai", "http://127.8.9.1/v1", "stays on this computer"),
        ("openai", "http://[::1]:8080/v1", "stays on this computer"),
        ("ollama", "", "stays on this computer"),
        ("openai", "", "leaves for api.openai.com"),
        ("anthropic", "", "leaves for api.anthropic.com"),
        ("azure", "https://ours.openai.azure.com", "leaves for ours.openai.azure.com"),
        ("openai", "http://10.0.0.5:8000/v1", "leaves for 10.0.0.5, unencrypted"),
        ("ollama", "http://gpu.corp.example:11434", "leaves for gpu.corp.example, unencrypted"),
        ("openai", "https://localhost.evil.example/v1", "leaves for localhost.evil.example"),
        ("openai", "https://127.0.0.1.evil.example/v1", "leaves for 127.0.0.1.evil.example"),
        ("openai", "http://0.0.0.0:8000/v1", "leaves for 0.0.0.0, unencrypted"),
    ],
)
def test_destination(provider: str, url: str, expected: str) -> None:
    assert destination_of(provider, url) == expected


@pytest.mark.parametrize(
    "url",
    [
        "http://localhost@evil.example/v1",
        "http://127.0.0.1\\@evil.example/v1",
        "http://evil.example\\.localhost/",
        "file:///etc/passwd",
        "ftp://localhost/",
        "localhost:8000",
        "http://",
        "http://ⓛocalhost/",
        "http://local host/",
        "http://localhost:99999/",
        "javascript:alert(1)",
    ],
)
def test_an_address_that_readers_disagree_about_is_refused(url: str) -> None:
    with pytest.raises(SettingsError, match="UAT_ENDPOINT_URL"):
        destination_of("openai", url)
    with pytest.raises(SettingsError, match="UAT_ENDPOINT_URL"):
        open_configured("openai", url, "m", "", 1, CONFIG)


def test_configured_endpoints_need_a_known_provider_and_a_model() -> None:
    with pytest.raises(SettingsError, match=r"'skynet'.*openai, azure, ollama, anthropic"):
        open_configured("skynet", "http://localhost/v1", "m", "", 1, CONFIG)
    with pytest.raises(SettingsError, match="UAT_ENDPOINT_MODEL"):
        open_configured("openai", "http://localhost/v1", " ", "", 1, CONFIG)
    with pytest.raises(SettingsError, match="UAT_ENDPOINT_URL"):
        open_configured("azure", "", "m", "", 1, CONFIG)


def test_an_absent_extra_names_the_install_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("assistant.errors.find_spec", lambda name: None)
    with pytest.raises(MissingExtra, match=r'pip install "uat-assistant\[ollama\]"'):
        open_configured("ollama", "", "llama3", "", 1, CONFIG)


@pytest.mark.parametrize("row", PROVIDERS, ids=lambda row: row.id)
def test_every_installed_provider_opens_without_sending(row) -> None:  # type: ignore[no-untyped-def]
    pytest.importorskip(row.module)
    endpoint = open_configured(row.id, "https://h.example/", "m1", "secret-key", 5, CONFIG)
    assert endpoint.destination == "leaves for h.example"
    assert endpoint.spec.id == f"{row.id}:m1"
    assert "secret-key" not in repr(endpoint), "keys stay out of logs"
    endpoint.read_ahead(ASK)
    endpoint.close()


# --- Reading answers strictly -----------------------------------------------------------------


@pytest.mark.parametrize("text", ['{"a": 1}', ' {"a": 1}\n', '```json\n{"a": 1}\n```'])
def test_reads_an_object(text: str) -> None:
    assert read_object(text, "It") == {"a": 1}


@pytest.mark.parametrize(
    "text",
    [
        "",
        "  ",
        "[1]",
        "null",
        '{"a": 1',
        '{"a": 1} and more',
        "Sure! {}",
        "[" * 100_000,
        "```\n```",
    ],
)
def test_reads_nothing_else(text: str) -> None:
    with pytest.raises(InvalidOutput) as failure:
        read_object(text, "It")
    assert failure.value.raw_output == text
