"""Configured endpoints that fail in every way: each failure is typed and names the next step."""

from __future__ import annotations

import json
import socket
import threading
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from assistant.domain import GenerationConfig
from assistant.errors import GenerationError, InvalidOutput, ModelTimeout, ModelUnavailable
from assistant.generation.cancellation import Cancelled
from assistant.generation.models import providers
from assistant.generation.models.chat_models import ChatEndpoint, invoke_structured, open_configured
from assistant.generation.models.structured import MAX_ANSWER_CHARACTERS
from assistant.generation.prompts import Message

SCHEMA: dict[str, object] = {
    "title": "Draft",
    "description": "A test step.",
    "type": "object",
    "properties": {"action": {"type": "string"}},
    "required": ["action"],
    "additionalProperties": False,
}
ASK: tuple[Message, ...] = (("system", "Answer as JSON."), ("user", "One step, please."))
ANSWER = '{"action": "Open the customer\'s account"}'


class Endpoint(ThreadingHTTPServer):
    """An OpenAI-compatible endpoint whose next answers are given as functions."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Request)
        self.answers: list[Callable[[_Request], None]] = []
        self.bodies: list[dict[str, object]] = []
        self.headers: list[dict[str, str]] = []
        self.stopped = threading.Event()
        """Set once the client has gone away in the middle of an answer."""

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/v1"


class _Request(BaseHTTPRequestHandler):
    server: Endpoint

    def do_POST(self) -> None:
        length = int(self.headers.get("Content-Length", 0))
        self.server.bodies.append(json.loads(self.rfile.read(length)))
        self.server.headers.append(dict(self.headers))
        answers = self.server.answers
        answer = answers.pop(0) if len(answers) > 1 else answers[0]
        try:
            answer(self)
        except (BrokenPipeError, ConnectionResetError):
            self.server.stopped.set()

    def start_stream(self) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.end_headers()

    def piece(self, text: str, reason: str | None = None, role: str | None = "assistant") -> None:
        delta = {"content": text} if role is None else {"role": role, "content": text}
        chunk = {
            "id": "1",
            "object": "chat.completion.chunk",
            "created": 1,
            "model": "m1",
            "choices": [{"index": 0, "delta": delta, "finish_reason": reason}],
        }
        self.event(chunk)

    def event(self, data: object) -> None:
        self.wfile.write(f"data: {json.dumps(data)}\n\n".encode())
        self.wfile.flush()

    def done(self) -> None:
        usage = {
            "prompt_tokens": 20,
            "completion_tokens": 9,
            "total_tokens": 29,
            "prompt_tokens_details": {"cached_tokens": 16},
        }
        self.event(
            {
                "id": "1",
                "object": "chat.completion.chunk",
                "created": 1,
                "model": "m1",
                "choices": [],
                "usage": usage,
            }
        )
        self.wfile.write(b"data: [DONE]\n\n")

    def log_message(self, *args: object) -> None:
        return


def streams(
    *texts: str, reason: str = "stop", role: str | None = "assistant"
) -> Callable[[_Request], None]:
    def answer(request: _Request) -> None:
        request.start_stream()
        for text in texts:
            request.piece(text, role=role)
        request.piece("", reason, role=role)
        request.done()

    return answer


def status(code: int, body: str = '{"error": {"message": "no"}}', **headers: str):  # type: ignore[no-untyped-def]
    def answer(request: _Request) -> None:
        request.send_response(code)
        for name, value in headers.items():
            request.send_header(name.replace("_", "-"), value)
        request.send_header("Content-Length", str(len(body)))
        request.end_headers()
        request.wfile.write(body.encode())

    return answer


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[Endpoint]:
    monkeypatch.setattr(providers, "RETRIES", 0)
    endpoint = Endpoint()
    threading.Thread(target=endpoint.serve_forever, args=(0.02,), daemon=True).start()
    yield endpoint
    endpoint.shutdown()
    endpoint.server_close()


def opened(server: Endpoint, timeout: float = 10, key: str = "k-123") -> ChatEndpoint:
    config = GenerationConfig(temperature=0.0, seed=11, max_tokens=99)
    return open_configured("openai", server.url, "m1", key, timeout, config)


@pytest.mark.long
@pytest.mark.parametrize("role", ["assistant", None])
def test_a_good_answer_with_its_counts(server: Endpoint, role: str | None) -> None:
    """Servers differ: some repeat the role in every piece, some never tell it."""
    server.answers = [streams(ANSWER[:10], ANSWER[10:], role=role)]
    reply = invoke_structured(opened(server), ASK, SCHEMA)
    assert reply.data == {"action": "Open the customer's account"}
    assert reply.raw == ANSWER
    assert (reply.prompt_tokens, reply.cached_tokens, reply.generated_tokens) == (20, 16, 9)
    body = server.bodies[0]
    assert body["messages"] == [
        {"role": "system", "content": "Answer as JSON."},
        {"role": "user", "content": "One step, please."},
    ]
    assert (body["temperature"], body["seed"], body["max_tokens"]) == (0.0, 11, 99)
    assert body["response_format"]["json_schema"]["schema"]["required"] == ["action"]  # type: ignore[index]
    assert {k.lower(): v for k, v in server.headers[0].items()}["authorization"] == "Bearer k-123"


@pytest.mark.long
def test_health_asks_for_a_tiny_answer(server: Endpoint) -> None:
    server.answers = [streams('{"ok": true}')]
    opened(server).health()
    server.answers = [status(401)]
    with pytest.raises(ModelUnavailable, match="UAT_ENDPOINT_API_KEY"):
        opened(server).health()


@pytest.mark.parametrize(
    ("code", "words"),
    [
        (400, "refused the request"),
        (401, "UAT_ENDPOINT_API_KEY"),
        (403, "rights"),
        (402, "Top up"),
        (404, "UAT_ENDPOINT_URL"),
        (408, "UAT_MODEL_TIMEOUT"),
        (413, "fewer sources"),
        (418, "418"),
        (429, "slow down"),
        (500, "HTTP 500"),
        (503, "HTTP 503"),
        (504, "in between"),
        (529, "overloaded"),
    ],
)
def test_a_refusal_says_what_to_do(server: Endpoint, code: int, words: str) -> None:
    server.answers = [status(code)]
    with pytest.raises(ModelUnavailable, match=words) as failure:
        invoke_structured(opened(server), ASK, SCHEMA)
    assert "m1" in str(failure.value)
    assert "k-123" not in str(failure.value)
    assert len(str(failure.value)) < 600


@pytest.mark.long
@pytest.mark.parametrize(
    ("code", "message", "kind", "words"),
    [
        (400, "maximum context length is 4096", "x", "fewer sources"),
        (400, "prompt is too long: 210000 tokens > 200000 maximum", "", "fewer sources"),
        (400, "Please shorten it", "context_length_exceeded", "fewer sources"),
        (404, "The model `m1` does not exist", "model_not_found", "GET /models"),
        (404, 'model "m1" not found, try pulling it first', "", "GET /models"),
        (404, "model: m1", "not_found_error", "GET /models"),
        (404, "File Not Found", "not_found_error", "/chat/completions"),
        (429, "You exceeded your current quota", "insufficient_quota", "Waiting does not help"),
        (400, "Your credit balance is too low", "invalid_request_error", "Waiting does not help"),
        (429, "Rate limit reached", "rate_limit_exceeded", "Wait a minute"),
    ],
)
def test_a_refusal_is_told_apart_by_the_words_of_the_server(
    server: Endpoint, code: int, message: str, kind: str, words: str
) -> None:
    body = json.dumps({"error": {"message": message, "type": kind, "code": kind or None}})
    server.answers = [status(code, body)]
    with pytest.raises(ModelUnavailable, match=words) as failure:
        invoke_structured(opened(server), ASK, SCHEMA)
    assert not isinstance(failure.value, ModelTimeout)


@pytest.mark.long
def test_a_server_that_says_how_long_to_wait_is_believed(server: Endpoint) -> None:
    server.answers = [status(429, retry_after="17")]
    with pytest.raises(ModelUnavailable, match="Wait 17 s"):
        invoke_structured(opened(server), ASK, SCHEMA)


@pytest.mark.long
@pytest.mark.parametrize("code", [408, 504])
def test_a_gateway_that_gave_up_is_an_answer_not_in_time(server: Endpoint, code: int) -> None:
    server.answers = [status(code)]
    with pytest.raises(ModelTimeout):
        invoke_structured(opened(server), ASK, SCHEMA)


@pytest.mark.long
def test_nobody_listens() -> None:
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    endpoint = open_configured(
        "openai", f"http://127.0.0.1:{port}/v1", "m1", "", 10, GenerationConfig()
    )
    started = time.monotonic()
    with pytest.raises(ModelUnavailable, match="cannot be reached") as failure:
        invoke_structured(endpoint, ASK, SCHEMA)
    assert not isinstance(failure.value, ModelTimeout)
    assert time.monotonic() - started < 30


@pytest.mark.long
def test_a_busy_endpoint_is_asked_again(server: Endpoint, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(providers, "RETRIES", 2)
    server.answers = [status(429, retry_after="0"), status(503), streams(ANSWER)]
    assert invoke_structured(opened(server), ASK, SCHEMA).raw == ANSWER
    assert len(server.bodies) == 3


@pytest.mark.long
def test_a_silent_endpoint_is_given_up(server: Endpoint) -> None:
    gone = threading.Event()
    server.answers = [lambda request: gone.wait(20) and None]
    started = time.monotonic()
    with pytest.raises(ModelTimeout, match="UAT_MODEL_TIMEOUT"):
        invoke_structured(opened(server, timeout=0.5), ASK, SCHEMA)
    assert time.monotonic() - started < 15
    gone.set()


@pytest.mark.long
def test_a_silent_endpoint_can_be_cancelled(server: Endpoint) -> None:
    gone = threading.Event()
    server.answers = [lambda request: gone.wait(20) and None]
    started = time.monotonic()
    with pytest.raises(Cancelled):
        invoke_structured(
            opened(server), ASK, SCHEMA, cancelled=lambda: time.monotonic() - started > 0.2
        )
    assert time.monotonic() - started < 15
    gone.set()


def _drips(request: _Request) -> None:
    request.start_stream()
    request.piece('{"action": "')
    while True:
        request.piece("x")
        time.sleep(0.02)


@pytest.mark.long
def test_a_stream_without_end_is_stopped_by_the_time_limit(server: Endpoint) -> None:
    server.answers = [_drips]
    with pytest.raises(ModelTimeout, match="within"):
        invoke_structured(opened(server, timeout=0.8), ASK, SCHEMA)
    assert server.stopped.wait(60), "the connection was closed, so the endpoint can stop"


@pytest.mark.long
def test_cancelling_closes_the_stream(server: Endpoint) -> None:
    server.answers = [_drips]
    started = time.monotonic()
    with pytest.raises(Cancelled):
        invoke_structured(
            opened(server), ASK, SCHEMA, cancelled=lambda: time.monotonic() - started > 0.4
        )
    assert server.stopped.wait(60)


@pytest.mark.long
def test_a_huge_answer_is_stopped_and_its_start_kept(server: Endpoint) -> None:
    server.answers = [streams(*["x" * 10_000] * 1000)]
    with pytest.raises(InvalidOutput, match="without an end") as failure:
        invoke_structured(opened(server, timeout=20), ASK, SCHEMA)
    assert 0 < len(failure.value.raw_output) < MAX_ANSWER_CHARACTERS
    assert len(server.bodies) == 1


def _cut(request: _Request) -> None:
    request.start_stream()
    request.piece(ANSWER[:15])
    request.connection.shutdown(socket.SHUT_RDWR)


def _cut_chunked(request: _Request) -> None:
    request.protocol_version = "HTTP/1.1"
    request.send_response(200)
    request.send_header("Content-Type", "text/event-stream")
    request.send_header("Transfer-Encoding", "chunked")
    request.end_headers()
    request.wfile.write(b"500\r\ndata: {")
    request.wfile.flush()
    request.connection.shutdown(socket.SHUT_RDWR)


@pytest.mark.long
@pytest.mark.parametrize("cut", [_cut, _cut_chunked])
def test_a_stream_that_breaks_off_is_no_answer(
    server: Endpoint, cut: Callable[[_Request], None]
) -> None:
    server.answers = [cut]
    with pytest.raises(GenerationError) as failure:
        invoke_structured(opened(server), ASK, SCHEMA)
    assert isinstance(failure.value, ModelUnavailable | InvalidOutput)
    assert not isinstance(failure.value, Cancelled)


@pytest.mark.long
@pytest.mark.parametrize(
    "text",
    ["", "Sure! Here you are.", ANSWER[:-3], "[1, 2]", "null", ANSWER + ANSWER, "\x00\ufffd"],
)
def test_an_answer_that_is_no_object_is_invalid_and_kept(server: Endpoint, text: str) -> None:
    server.answers = [streams(text)]
    with pytest.raises(InvalidOutput) as failure:
        invoke_structured(opened(server), ASK, SCHEMA)
    assert failure.value.raw_output == text


@pytest.mark.long
def test_an_answer_cut_by_its_length_is_invalid_and_kept(server: Endpoint) -> None:
    server.answers = [streams('{"action": "Open', reason="length")]
    with pytest.raises(InvalidOutput, match="too long") as failure:
        invoke_structured(opened(server), ASK, SCHEMA)
    assert failure.value.raw_output == '{"action": "Open'


@pytest.mark.long
@pytest.mark.parametrize(
    "answer",
    [
        status(200, "<html>captive portal</html>", Content_Type="text/html"),
        status(200, "", Content_Type="text/event-stream"),
        status(200, "data: {broken\n\n", Content_Type="text/event-stream"),
        status(200, 'data: {"choices": 7}\n\n', Content_Type="text/event-stream"),
        status(200, 'data: {"error": {"message": "boom"}}\n\n', Content_Type="text/event-stream"),
        status(200, "\xff\xfe", Content_Type="application/json"),
        status(204, ""),
    ],
    ids=["html", "empty stream", "broken event", "wrong event", "error event", "bytes", "nothing"],
)
def test_rubbish_is_a_typed_error(server: Endpoint, answer: Callable[[_Request], None]) -> None:
    server.answers = [answer]
    with pytest.raises(GenerationError) as failure:
        invoke_structured(opened(server, timeout=60), ASK, SCHEMA)
    assert isinstance(failure.value, ModelUnavailable | InvalidOutput)


@pytest.mark.long
def test_a_redirect_is_not_followed(server: Endpoint) -> None:
    elsewhere = Endpoint()
    threading.Thread(target=elsewhere.serve_forever, args=(0.02,), daemon=True).start()
    elsewhere.answers = [streams(ANSWER)]
    server.answers = [status(307, "", Location=f"{elsewhere.url}/chat/completions")]
    with pytest.raises(GenerationError):
        invoke_structured(opened(server), ASK, SCHEMA)
    assert elsewhere.bodies == []
    elsewhere.shutdown()
    elsewhere.server_close()


@pytest.mark.long
def test_a_proxy_of_the_environment_does_not_see_local_text(
    server: Endpoint, monkeypatch: pytest.MonkeyPatch
) -> None:
    proxy = Endpoint()
    threading.Thread(target=proxy.serve_forever, args=(0.02,), daemon=True).start()
    proxy.answers = [streams(ANSWER)]
    for variable in ("HTTP_PROXY", "http_proxy", "ALL_PROXY"):
        monkeypatch.setenv(variable, f"http://127.0.0.1:{proxy.server_port}")
    monkeypatch.setenv("NO_PROXY", "")
    server.answers = [streams(ANSWER)]
    invoke_structured(opened(server), ASK, SCHEMA)
    assert proxy.bodies == []
    proxy.shutdown()
    proxy.server_close()
