"""A model endpoint on this computer that answers as a test tells it, over real HTTP."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

KEY = "sk-canary-1234567890"
"""The key that a test types; it may stand nowhere."""

GOOD = '{"ok": true}'


class EndpointServer(ThreadingHTTPServer):
    """Answers every request by ``answer``; keeps the keys and bodies that came."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Request)
        self.answer: Callable[[_Request], None] = streams(GOOD)
        self.keys: list[str] = []
        self.bodies: list[dict[str, object]] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/v1"

    @property
    def key_variable(self) -> str:
        """The variable that a key for this server is looked for in."""
        return f"UAT_SECRET_127_0_0_1_PORT_{self.server_port}"


class _Request(BaseHTTPRequestHandler):
    server: EndpointServer

    def do_POST(self) -> None:
        length = int(self.headers.get("Content-Length", 0))
        self.server.bodies.append(json.loads(self.rfile.read(length)))
        self.server.keys.append(self.headers.get("Authorization", "").removeprefix("Bearer "))
        if self.path != "/v1/chat/completions":
            refuses(404, "no such page")(self)
            return
        try:
            self.server.answer(self)
        except (BrokenPipeError, ConnectionResetError):
            return  # the client gave up, which a test wants

    def log_message(self, *_: object) -> None:
        return


def streams(
    text: str, *, after: float = 0.0, reason: str = "stop", tokens: tuple[int, int] | None = None
) -> Callable[[_Request], None]:
    """Answers with a text, after some seconds; ``reason`` is why it ended, ``tokens`` what was read
    and written."""

    def answer(request: _Request) -> None:
        time.sleep(after)
        request.send_response(200)
        request.send_header("Content-Type", "text/event-stream")
        request.end_headers()
        for delta, why in (({"role": "assistant", "content": text}, None), ({}, reason)):
            choice = {"index": 0, "delta": delta, "finish_reason": why}
            chunk = {"id": "1", "object": "chat.completion.chunk", "created": 1, "model": "m",
                     "choices": [choice]}  # fmt: skip
            request.wfile.write(f"data: {json.dumps(chunk)}\n\n".encode())
        if tokens is not None:
            usage = {"prompt_tokens": tokens[0], "completion_tokens": tokens[1],
                     "total_tokens": sum(tokens)}  # fmt: skip
            chunk |= {"choices": [], "usage": usage}
            request.wfile.write(f"data: {json.dumps(chunk)}\n\n".encode())
        request.wfile.write(b"data: [DONE]\n\n")

    return answer


def refuses(status: int, message: str, **headers: str) -> Callable[[_Request], None]:
    """Refuses with a status and the vendor's words."""

    def answer(request: _Request) -> None:
        body = json.dumps({"error": {"message": message}}).encode()
        request.send_response(status)
        for name, value in headers.items():
            request.send_header(name.replace("_", "-"), value)
        request.send_header("Content-Type", "application/json")
        request.send_header("Content-Length", str(len(body)))
        request.end_headers()
        request.wfile.write(body)

    return answer


@contextmanager
def endpoint_server() -> Iterator[EndpointServer]:
    """A running one."""
    server = EndpointServer()
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
