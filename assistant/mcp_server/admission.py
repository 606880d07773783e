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

from assistant.errors import AssistantError, TokenEnded
from assistant.mcp_server.server import Refused
from assistant.mcp_server.tool_scope import ToolScope
from assistant.settings import Settings
from assistant.workflow.deployment import tool_tokens
from assistant.workflow.deployment.workspace import Workspace

CALLS_A_MINUTE = 120
"""Requests of one token; an MCP client makes two or three before its first call."""
FAILURES_A_MINUTE = 20
"""Requests without a known token from one address that are told so; more have to wait."""
HOSTS = ("localhost", "127.0.0.1", "::1")
"""Names under which the tools are always served: these, and no other loopback address."""
MOST_KEYS = 10_000
MOST_LOOKUPS = 40
"""Requests that may wait for their token to be looked up."""

log = logging.getLogger(__name__)


class RateLimit:
    """At most so many a minute, for each key."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._times: dict[str, deque[float]] = {}

    def check(self, key: str) -> None:
        """Count one more; raises ``Refused`` (429) where that is too many."""
        times = self.look(key)
        times.append(time.monotonic())

    def look(self, key: str) -> deque[float]:
        """The times that count, without one more; raises ``Refused`` (429) where there is room for
        none."""
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
        return times


class Admission:
    """Lets requests in, or raises ``Refused``."""

    def __init__(self, opened: Callable[[], Workspace], settings: Settings) -> None:
        self._opened = opened
        self._hosts = {*HOSTS, *_names(settings.tools_hosts)}
        self._calls, self._failures = RateLimit(CALLS_A_MINUTE), RateLimit(FAILURES_A_MINUTE)
        self._lookups = anyio.CapacityLimiter(2)
        self._let_in: set[str] = set()

    async def scope(self, request: Request) -> ToolScope:
        """The project and the person of a request. Raises ``Refused``."""
        self._check_origin(request)
        if set(request.query_params) - {"project"}:
            raise Refused(400, "The address has an unknown parameter. Only 'project' is known.")
        kind, _, token = request.headers.get("authorization", "").partition(" ")
        address = request.client.host if request.client else ""
        scope = None
        says = "A token is needed: Authorization: Bearer TOKEN. Make one with: tokens add NAME."
        if kind.lower() == "bearer":
            try:
                scope = await self._looked_up(token.strip(), address)
            except TokenEnded as ended:
                says = str(ended)
        if scope is None:
            self._failures.check(address)
            raise Refused(401, says, **{"WWW-Authenticate": "Bearer"})
        self._calls.check(f"{scope.project_id} {scope.by}")
        wanted = request.query_params.getlist("project")
        if any(one not in (scope.project_id, scope.project_name) for one in wanted):
            raise Refused(403, "This token is for another project.")
        return scope

    async def _looked_up(self, token: str, address: str) -> ToolScope | None:
        """Whose token it is. A token that came in before is looked up however many others failed
        from its address."""
        hashed = tool_tokens.hash_of(token)
        if hashed not in self._let_in:
            self._failures.look(address)
        if self._lookups.statistics().tasks_waiting >= MOST_LOOKUPS:
            says = "Too many requests wait for their token to be looked up. Ask again."
            raise Refused(503, says, **{"Retry-After": "1"})
        look_up = partial(self._scope_of, token)
        try:
            scope = await anyio.to_thread.run_sync(look_up, limiter=self._lookups)
        except TokenEnded:
            self._let_in.discard(hashed)
            raise
        if scope is not None:
            self._let_in.add(hashed)
        else:
            self._let_in.discard(hashed)
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
            by = f"{holder.name} (tool)"
            still = partial(_still_held, workspace, token, holder)
            return ToolScope(workspace, project.id, by, project.name, still)
        except TokenEnded:
            raise
        except AssistantError as error:
            log.warning("tools: %s", error)
            raise Refused(503, "The app cannot open its data now; its log says why.") from error


def _still_held(workspace: Workspace, token: str, holder: tool_tokens.TokenHolder) -> bool:
    try:
        return tool_tokens.holder_of(workspace, token) == holder
    except TokenEnded:
        return False


def _names(hosts: str) -> set[str]:
    """The names in ``UAT_TOOLS_HOSTS``, without ports; what is no name is told in the log."""
    found = set()
    for entry in filter(None, map(str.strip, hosts.split(","))):
        host = f"[{entry}]" if entry.count(":") > 1 and "[" not in entry else entry
        try:
            name = urlsplit(host if "//" in host else f"//{host}").hostname
        except ValueError:
            name = None
        if name:
            found.add(name)
        else:
            log.warning("UAT_TOOLS_HOSTS: '%s' is no name of a host.", entry)
    return found
