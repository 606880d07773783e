"""The tools in the app's own server, where ``UAT_TOOLS_HTTP`` is set: ``/mcp`` and ``/api``.

MCP is served as streamable HTTP without sessions: each request stands for itself. REST is the same
table of tools. Both go through ``Admission`` first.

The tools as an OpenAPI document, made of the one table of tools.
"""

from __future__ import annotations

import json
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

import anyio
from pydantic.json_schema import models_json_schema
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from assistant.errors import MissingExtra
from assistant.mcp_server.admission import Admission
from assistant.mcp_server.server import SAYS, Refused, ToolDesk, needs_sdk, server
from assistant.mcp_server.tool_scope import Json, ToolScope
from assistant.mcp_server.tools import TOOLS
from assistant.settings import Settings
from assistant.workflow.deployment.workspace import Workspace

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

REFERENCE = "#/components/schemas/{model}"


def document() -> dict[str, Any]:
    """The document (OpenAPI 3.1): a path for each tool."""
    _, schemas = models_json_schema(
        [(one.takes, "validation") for one in TOOLS], ref_template=REFERENCE
    )
    refusal = {"type": "object", "properties": {"error": {"type": "string"}}, "required": ["error"]}
    refused = {"$ref": REFERENCE.format(model="Refusal")}
    wait = {
        "Retry-After": {
            "description": "seconds to wait, where known",
            "schema": {"type": "integer"},
        }
    }
    answers = {
        "200": _answer("what the tool says", {"type": "object"}),
        "429": _answer("too many calls", refused) | {"headers": wait},
        "default": _answer("refused, and why", refused),
    }
    paths = {
        f"/api/tools/{one.name}": {
            "post": {
                "operationId": one.name,
                "summary": one.says,
                "description": one.description,
                "requestBody": {
                    "required": True,
                    "content": _json({"$ref": REFERENCE.format(model=one.takes.__name__)}),
                },
                "responses": answers,
            }
        }
        for one in TOOLS
    }
    return {
        "openapi": "3.1.0",
        "info": {"title": "UAT Assistant", "version": "1", "description": SAYS},
        "paths": paths,
        "security": [{"token": []}],
        "components": {
            "schemas": schemas["$defs"] | {"Refusal": refusal},
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
        },
    }


def _answer(says: str, schema: dict[str, Any]) -> dict[str, Any]:
    return {"description": says, "content": _json(schema)}


def _json(schema: dict[str, Any]) -> dict[str, Any]:
    return {"application/json": {"schema": schema}}


MOST_BYTES = 1_000_000
"""Of a request."""
BODY_SECONDS = 30
"""How long a request's body may take to arrive."""
SCOPE = "tool_scope"

log = logging.getLogger(__name__)
Inner = Callable[[Request, bytes], Awaitable["ASGIApp"]]
"""Answers an admitted request, with its body."""


class Way:
    """An application that answers requests of one method (empty: of any) once they are admitted."""

    def __init__(self, admission: Admission, method: str, inner: Inner) -> None:
        self._admission = admission
        self._method = method
        self._inner = inner

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        request = Request(scope, receive)
        try:
            scope[SCOPE] = await self._admission.scope(request)
            if self._method not in ("", request.method):
                raise Refused(405, f"Only {self._method} is answered here.", Allow=self._method)
            body = await _body(request)
            app = await self._inner(request, body)
            receive = _once_more(body, receive)
        except Refused as refusal:
            app = _said(refusal.status, {"error": refusal.says}, refusal.headers)
        except ClientDisconnect:
            return
        await app(scope, receive, send)


class Door:
    """Routes for the app's server, and what has to run beside them.

    ``opened`` gives the workspace that the pages work with.
    """

    def __init__(self, opened: Callable[[], Workspace], settings: Settings) -> None:
        admission = Admission(opened, settings)
        self._desk = ToolDesk()
        self._manager: Any = None
        self.routes: list[BaseRoute] = []
        if settings.tools_http:
            self.routes = [
                Route("/mcp", Way(admission, "POST", self._mcp)),
                Route("/api/openapi.json", Way(admission, "GET", self._document)),
                Route("/api/tools/{name}", Way(admission, "POST", self._call)),
                Route("/api/{rest:path}", Way(admission, "", self._nothing)),
            ]

    @asynccontextmanager
    async def lifespan(self, _app: object) -> AsyncIterator[None]:
        """What answers MCP, as long as the app's server runs."""
        if not self.routes:
            yield
            return
        try:
            needs_sdk("MCP at /mcp (UAT_TOOLS_HTTP)")
        except MissingExtra as error:
            log.warning("%s. /api is served.", error)
            yield
            return
        from mcp.server.streamable_http_manager import StreamableHTTPSessionManager

        self._manager = StreamableHTTPSessionManager(
            server(self._answer), json_response=True, stateless=True
        )
        async with self._manager.run():
            yield

    async def _answer(self, request: Any, name: str, given: Mapping[str, Any]) -> Json:
        scope: ToolScope = request.scope[SCOPE]
        return await self._desk.answer(scope, name, given)

    async def _mcp(self, _request: Request, _body: bytes) -> ASGIApp:
        if self._manager is None:
            raise Refused(503, "MCP needs the extra 'mcp', which is not installed here.")
        handle: ASGIApp = self._manager.handle_request
        return handle

    async def _document(self, _request: Request, _body: bytes) -> ASGIApp:
        return _said(200, document())

    async def _nothing(self, _request: Request, _body: bytes) -> ASGIApp:
        raise Refused(404, "There is nothing here. GET /api/openapi.json lists the tools.")

    async def _call(self, request: Request, body: bytes) -> ASGIApp:
        if request.headers.get("content-type", "").partition(";")[0] != "application/json":
            raise Refused(415, "The body has to be application/json.")
        try:
            given = json.loads(body or b"{}")
        except (ValueError, RecursionError):
            raise Refused(400, "The body is no JSON.") from None
        if not isinstance(given, dict):
            raise Refused(400, "The body is no JSON object.")
        return _said(200, await self._answer(request, request.path_params["name"], given))


async def _body(request: Request) -> bytes:
    declared = request.headers.get("content-length", "0")
    body = bytearray()
    try:
        with anyio.fail_after(BODY_SECONDS):
            if not declared.isdigit() or int(declared) > MOST_BYTES:
                raise Refused(413, f"A request may have {MOST_BYTES:,} bytes.")
            async for part in request.stream():
                body += part
                if len(body) > MOST_BYTES:
                    raise Refused(413, f"A request may have {MOST_BYTES:,} bytes.")
    except TimeoutError:
        raise Refused(408, "The request did not arrive in time.") from None
    return bytes(body)


def _once_more(body: bytes, receive: Receive) -> Receive:
    """Gives the body that was read already, then what else comes."""
    held: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

    async def again() -> Message:
        return held.pop() if held else await receive()

    return again


def _said(status: int, says: Json, headers: Mapping[str, str] | None = None) -> Response:
    return Response(
        json.dumps(says),
        status,
        {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff", **(headers or {})},
        "application/json",
    )
