"""Qdrant's REST interface on a socket of this computer, for tests of what is said over it.

No Qdrant server can be installed from a package index. What stands in for it here is the engine
that qdrant-client has in memory for tests, behind a real HTTP server: every request is checked
against qdrant-client's models, which come from Qdrant's own OpenAPI description. Faults of a
network or of a server can be put in its way.
"""

from __future__ import annotations

import json
import re
import ssl
import threading
import time
import warnings
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from pydantic import TypeAdapter, ValidationError
from pydantic_core import to_jsonable_python
from qdrant_client import QdrantClient, models

KEY = "a-secret-key"


@dataclass
class Fault:
    """What happens to the next ``times`` requests whose "METHOD /path" matches ``route``.

    ``holding`` narrows it to bodies with these words in them. The request is carried out first
    where ``done`` is set: then only its answer is lost.
    ``drop`` closes the connection without an answer; ``seconds`` is silence before anything.
    """

    route: str
    times: int = 1
    holding: str = ""
    status: int = 503
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b'{"status": {"error": "put in the way"}, "time": 0.0}'
    done: bool = False
    drop: bool = False
    seconds: float = 0.0


class QdrantOnHttp(ThreadingHTTPServer):
    """One server with its collections; ``requests`` holds "METHOD /path" of all that came in."""

    daemon_threads = True

    def __init__(
        self, *, key: str = "", version: str = "1.19.0", tls: tuple[str, str] | None = None
    ) -> None:
        super().__init__(("127.0.0.1", 0), _Request)
        self.key = key
        self.version = version
        self.faults: list[Fault] = []
        self.requests: list[str] = []
        self.bodies: list[Any] = []
        self.headers: list[dict[str, str]] = []
        self.lock = threading.RLock()
        self.schemas: dict[str, dict[str, Any]] = {}
        self.engine = QdrantClient(":memory:")
        self.scheme = "http"
        if tls is not None:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(*tls)
            self.socket = context.wrap_socket(self.socket, server_side=True)
            self.scheme = "https"
        self._thread = threading.Thread(target=self.serve_forever, args=(0.02,), daemon=True)
        self._thread.start()

    @property
    def url(self) -> str:
        return f"{self.scheme}://127.0.0.1:{self.server_port}"

    @property
    def host(self) -> str:
        return f"127.0.0.1:{self.server_port}"

    def names(self) -> list[str]:
        """The collections that are there."""
        with self.lock:
            return sorted(each.name for each in self.engine.get_collections().collections)

    def count(self, method: str, route: str) -> int:
        """How many requests came in for a route."""
        return sum(bool(re.fullmatch(f"{method} {route}", each)) for each in self.requests)

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that goes away is no news."""

    def stop(self) -> None:
        """Go away; a second call does nothing."""
        if not self._thread.is_alive():
            return
        self.shutdown()
        self.server_close()
        self._thread.join(5)
        self.engine.close()

    def answer(self, method: str, path: str, body: Any) -> Any:
        """The result of a request; ``ValueError`` for a collection that is not there."""
        for wanted, pattern, handler in _ROUTES:
            found = re.fullmatch(pattern, path)
            if found and wanted == method:
                with self.lock, warnings.catch_warnings():
                    warnings.simplefilter("ignore")
                    return handler(self, body, *found.groups())
        raise LookupError(f"{method} {path}")


class _Request(BaseHTTPRequestHandler):
    server: QdrantOnHttp
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        server = self.server
        path = self.path.split("?")[0]
        raw = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        server.requests.append(f"{self.command} {self.path}")
        server.headers.append({name.lower(): value for name, value in self.headers.items()})
        server.bodies.append(json.loads(raw) if raw else None)
        fault = self._fault(f"{self.command} {path}", json.dumps(server.bodies[-1]))
        if fault is not None:
            if fault.seconds:
                time.sleep(fault.seconds)
            if fault.done:
                server.answer(self.command, path, server.bodies[-1])
            if fault.drop:
                self.close_connection = True
                return
            self._send(fault.status, fault.body, fault.headers)
            return
        if server.key and self.headers.get("api-key") != server.key:
            self._send(401, b"Must provide an API key or an Authorization bearer token")
            return
        try:
            result = server.answer(self.command, path, json.loads(raw) if raw else None)
        except ValidationError as error:
            self._error(400, f"Format error in JSON body: {error}")
        except ValueError as error:
            self._error(404 if "not found" in str(error) else 400, str(error))
        except LookupError as error:
            self._error(404, str(error))
        else:
            self._json(200, result if path == "/" else _wrapped(result))

    do_PUT = do_POST = do_DELETE = do_PATCH = do_GET

    def _fault(self, request: str, body: str) -> Fault | None:
        with self.server.lock:
            for fault in self.server.faults:
                wanted = re.match(fault.route, request) and fault.holding in body
                if fault.times > 0 and wanted:
                    fault.times -= 1
                    return fault
        return None

    def _error(self, status: int, what: str) -> None:
        self._json(status, {"status": {"error": what}, "time": 0.0})

    def _json(self, status: int, value: Any) -> None:
        self._send(status, json.dumps(to_jsonable_python(value)).encode())

    def _send(self, status: int, body: bytes, headers: dict[str, str] | None = None) -> None:
        try:
            self.send_response(status)
            for name, value in (headers or {}).items():
                self.send_header(name, value)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)
        except OSError:
            self.close_connection = True

    def log_message(self, *args: object) -> None:
        return


Handler = Callable[..., Any]


def _wrapped(result: Any) -> dict[str, Any]:
    return {"result": result, "status": "ok", "time": 0.0}


def _read(model: type[Any], body: Any) -> Any:
    return TypeAdapter(model).validate_python(body)


def _create(server: QdrantOnHttp, body: Any, name: str) -> bool:
    wanted = _read(models.CreateCollection, body)
    given = {key: getattr(wanted, key) for key in ("shard_number", "replication_factor")}
    server.schemas[name] = {}
    return server.engine.create_collection(
        name, vectors_config=wanted.vectors, sparse_vectors_config=wanted.sparse_vectors, **given
    )


def _collection(server: QdrantOnHttp, body: Any, name: str) -> Any:
    info = to_jsonable_python(server.engine.get_collection(name))
    schema = {key: {"data_type": kind, "points": 0} for key, kind in server.schemas[name].items()}
    return {**info, "payload_schema": schema}


def _drop(server: QdrantOnHttp, body: Any, name: str) -> bool:
    return server.engine.delete_collection(name)


def _index(server: QdrantOnHttp, body: Any, name: str) -> Any:
    wanted = _read(models.CreateFieldIndex, body)
    server.engine.get_collection(name)
    server.schemas[name][wanted.field_name] = wanted.field_schema
    return _done()


def _upsert(server: QdrantOnHttp, body: Any, name: str) -> Any:
    return server.engine.upsert(name, _read(models.PointsList, body).points)


def _vectors(server: QdrantOnHttp, body: Any, name: str) -> Any:
    return server.engine.update_vectors(name, _read(models.UpdateVectors, body).points)


def _delete(server: QdrantOnHttp, body: Any, name: str) -> Any:
    return server.engine.delete(name, _read(models.FilterSelector, body))


def _retrieve(server: QdrantOnHttp, body: Any, name: str) -> Any:
    wanted = _read(models.PointRequest, body)
    return server.engine.retrieve(name, wanted.ids, with_payload=wanted.with_payload or False)


def _scroll(server: QdrantOnHttp, body: Any, name: str) -> Any:
    wanted = _read(models.ScrollRequest, body)
    points, offset = server.engine.scroll(
        name,
        scroll_filter=wanted.filter,
        limit=wanted.limit or 10,
        offset=wanted.offset,
        with_payload=wanted.with_payload or False,
        with_vectors=wanted.with_vector or False,
    )
    return {"points": points, "next_page_offset": offset}


def _count(server: QdrantOnHttp, body: Any, name: str) -> Any:
    wanted = _read(models.CountRequest, body)
    return server.engine.count(name, count_filter=wanted.filter, exact=bool(wanted.exact))


def _query(server: QdrantOnHttp, body: Any, name: str) -> Any:
    wanted = _read(models.QueryRequestBatch, body)
    return server.engine.query_batch_points(name, wanted.searches)


def _done() -> Any:
    return models.UpdateResult(operation_id=0, status=models.UpdateStatus.COMPLETED)


_NAMED = r"/collections/([\w-]+)"
_ROUTES: tuple[tuple[str, str, Handler], ...] = (
    ("GET", "/", lambda server, body: {"title": "qdrant", "version": server.version}),
    ("GET", "/collections", lambda server, body: server.engine.get_collections()),
    (
        "GET",
        f"{_NAMED}/exists",
        lambda server, body, name: {"exists": server.engine.collection_exists(name)},
    ),
    ("GET", _NAMED, _collection),
    ("PUT", _NAMED, _create),
    ("DELETE", _NAMED, _drop),
    ("PUT", f"{_NAMED}/index", _index),
    ("PUT", f"{_NAMED}/points", _upsert),
    ("PUT", f"{_NAMED}/points/vectors", _vectors),
    ("POST", f"{_NAMED}/points/delete", _delete),
    ("POST", f"{_NAMED}/points", _retrieve),
    ("POST", f"{_NAMED}/points/scroll", _scroll),
    ("POST", f"{_NAMED}/points/count", _count),
    ("POST", f"{_NAMED}/points/query/batch", _query),
)
