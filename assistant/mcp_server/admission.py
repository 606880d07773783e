"""Who may call over HTTP: a known host, no other site's page, a token, its project, not too often.

Nothing is read of a request's body before its token is known.
"""

from __future__ import annotations

import logging
import time
from collections import deque
from collections.abc import Callable
from functools import partial
from urllib.parse import urlsplit

import anyio
from starlette.requests import Request

from assistant.errors import AssistantError
from assistant.mcp_server.tool_desk import Refused
from assistant.mcp_server.tool_scope import THIS_COMPUTER, ToolScope
from assistant.settings import Settings
from assistant.workflow.deployment import tool_tokens
from assistant.workflow.deployment.workspace import Workspace

CALLS_A_MINUTE = 120
"""Requests of one token; an MCP client makes two or three before its first call."""
FAILURES_A_MINUTE = 20
"""Requests without a known token from one address that are told so; more have to wait."""
MOST_KEYS = 10_000

log = logging.getLogger(__name__)


class RateLimit:
    """At most so many a minute, for each key."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._times: dict[str, deque[float]] = {}

    def check(self, key: str) -> None:
        """Count one more; raises ``Refused`` (429) where that is too many."""
        now = time.monotonic()
        if len(self._times) > MOST_KEYS:
            self._times.clear()
        times = self._times.setdefault(key, deque())
        while times and now - times[0] >= 60:
            times.popleft()
        if len(times) >= self._most:
            wait = str(int(61 - (now - times[0])))
            says = f"Too many requests. Wait {wait} seconds and ask again."
            raise Refused(429, says, **{"Retry-After": wait})
        times.append(now)


class Admission:
    """Lets requests in, or raises ``Refused``."""

    def __init__(self, opened: Callable[[], Workspace], settings: Settings) -> None:
        self._opened = opened
        named = (name.strip().lower() for name in settings.tools_hosts.split(","))
        self._hosts = {*THIS_COMPUTER, *filter(None, named)}
        self._calls, self._failures = RateLimit(CALLS_A_MINUTE), RateLimit(FAILURES_A_MINUTE)
        self._lookups = anyio.CapacityLimiter(2)

    async def scope(self, request: Request) -> ToolScope:
        """The project and the person of a request. Raises ``Refused``."""
        self._check_origin(request)
        if set(request.query_params) - {"project"}:
            raise Refused(400, "The address has an unknown parameter. Only 'project' is known.")
        kind, _, token = request.headers.get("authorization", "").partition(" ")
        scope = None
        if kind.lower() == "bearer":
            scope = await anyio.to_thread.run_sync(
                partial(self._scope_of, token.strip()), limiter=self._lookups
            )
        if scope is None:
            self._failures.check(request.client.host if request.client else "")
            says = "A token is needed: Authorization: Bearer TOKEN. Make one with: tokens add NAME."
            raise Refused(401, says, **{"WWW-Authenticate": "Bearer"})
        self._calls.check(f"{scope.project_id} {scope.by}")
        wanted = request.query_params.getlist("project")
        if any(one not in (scope.project_id, scope.project_name) for one in wanted):
            raise Refused(403, "This token is for another project.")
        return scope

    def _check_origin(self, request: Request) -> None:
        """A name that was bent to this address, or a page of another site, gets nothing."""
        hosts = request.headers.getlist("host")
        try:
            name = urlsplit(f"//{hosts[0]}").hostname if len(hosts) == 1 else None
            origins = [urlsplit(one).netloc for one in request.headers.getlist("origin")]
        except ValueError:
            name, origins = None, []
        if name not in self._hosts:
            raise Refused(421, "The tools are not served under this name (UAT_TOOLS_HOSTS).")
        if any(one != hosts[0] for one in origins):
            raise Refused(403, "Pages of other sites may not call the tools.")

    def _scope_of(self, token: str) -> ToolScope | None:
        try:
            workspace = self._opened()
            holder = tool_tokens.holder_of(workspace, token)
            if holder is None:
                return None
            project = workspace.project(holder.project_id)
            return ToolScope(workspace, project.id, f"{holder.name} (tool)", project.name)
        except AssistantError as error:
            log.warning("tools: %s", error)
            raise Refused(503, "The app cannot open its data now; its log says why.") from error
