"""A server on 127.0.0.1 that answers over real HTTP and remembers what it was asked."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

from assistant.sources.connectors.opening import Connector
from assistant.sources.synced import FetchedDocument

TOKEN = "CANARY-t0ken/with+signs=7Q"


@dataclass
class Asked:
    """One request that a server got."""

    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    body: str = ""


@dataclass
class Answer:
    """What a server answers; ``drip`` seconds pass before every byte of the body."""

    body: Any = None
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    drip: float = 0.0
    raw: bytes | None = None


@dataclass
class FakeServer:
    """A server; ``answer`` is asked for every request, ``asked`` keeps them."""

    answer: Callable[[Asked], Answer]
    asked: list[Asked] = field(default_factory=list)
    connections: int = 0
    url: str = ""

    def start(self) -> None:
        """Listen on a free port of 127.0.0.1."""
        outer = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            disable_nagle_algorithm = True  # or every answer waits 40 ms for an acknowledgement

            def setup(self) -> None:
                outer.connections += 1
                super().setup()

            def do_GET(self) -> None:
                split = urlsplit(self.path)
                length = int(self.headers.get("content-length") or 0)
                asked = Asked(
                    self.command,
                    split.path,
                    {k: v[0] for k, v in parse_qs(split.query).items()},
                    {k.lower(): v for k, v in self.headers.items()},
                    self.rfile.read(length).decode(),
                )
                outer.asked.append(asked)
                answer = outer.answer(asked)
                body = answer.raw if answer.raw is not None else json.dumps(answer.body).encode()
                self.send_response(answer.status)
                for name, value in answer.headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                try:
                    if answer.drip:
                        for place in range(len(body)):
                            time.sleep(answer.drip)
                            self.wfile.write(body[place : place + 1])
                            self.wfile.flush()
                    else:
                        self.wfile.write(body)
                except OSError:
                    self.close_connection = True

            do_POST = do_GET

            def log_message(self, *_: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self._server.block_on_close = False
        self.port = self._server.server_port
        self.url = f"http://127.0.0.1:{self.port}"
        threading.Thread(
            target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True
        ).start()

    def stop(self) -> None:
        """Stop listening."""
        self._server.shutdown()
        self._server.server_close()


Connect = Callable[..., Connector]
Serve = Callable[..., FakeServer]
"""What the fixtures of these names are."""


def documents(source: Connector, **options: Any) -> list[FetchedDocument]:
    """All documents that a connection fetches, page after page."""
    return [one for page in source.fetch(**{"since": None, **options}) for one in page.documents]
