"""Where calls of tools come in, by whichever way: one of each tool at a time.

Each that is begun is noted.
"""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Mapping
from functools import partial
from typing import Any

import anyio

from assistant.errors import AssistantError
from assistant.mcp_server.tool_scope import Json, ToolScope, without_places
from assistant.mcp_server.tools import TOOLS, ToolSpec

MOST_OPEN = 2
"""Calls of a tool by one person that are answered or wait at a time; one more is refused."""
MOST_WAITING = 8
"""Calls of a tool that may wait for their turn; one more is refused."""

log = logging.getLogger(__name__)


class Refused(Exception):
    """A call that gets no answer: why, for whoever called, and the status of HTTP that says so."""

    def __init__(self, status: int, says: str, **headers: str) -> None:
        super().__init__(says)
        self.status = status
        self.says = says
        self.headers = headers


class ToolDesk:
    """Runs calls in worker threads, while the app's own threads go on."""

    def __init__(self) -> None:
        self._tools = {one.name: one for one in TOOLS}
        self._turns = {one.name: anyio.CapacityLimiter(1) for one in TOOLS}
        self._open: Counter[tuple[str, str, str]] = Counter()

    async def answer(self, scope: ToolScope, name: str, given: Mapping[str, Any]) -> Json:
        """What a tool says. Raises ``Refused``."""
        tool = self._tools.get(name)
        if tool is None:
            there = ", ".join(self._tools)
            raise Refused(404, f"There is no tool '{name[:80]}'. There are: {there}.")
        turn = self._turns[name]
        mine = (scope.project_id, scope.by, name)
        if self._open[mine] >= MOST_OPEN or turn.statistics().tasks_waiting >= MOST_WAITING:
            raise Refused(429, "Too many calls at once. Wait for an answer and ask again.")
        self._open[mine] += 1
        try:
            call = partial(_called, tool, scope, given)
            return await anyio.to_thread.run_sync(call, limiter=turn)
        finally:
            self._open[mine] -= 1
            self._open += Counter()  # forgets those with none


def _called(tool: ToolSpec[Any], scope: ToolScope, given: Mapping[str, Any]) -> Json:
    outcome = "failed"
    try:
        if scope.still is not None and not scope.still():
            raise Refused(401, "The token was revoked or ended while this call waited.")
        answer = tool.call(scope, given)
        outcome = "answered"
    except Refused:
        outcome = "refused"
        raise
    except AssistantError as error:
        outcome = "refused"
        raise Refused(422, without_places(str(error), scope.workspace.settings)) from error
    except Exception as error:  # a bug, not an answer: it surfaces in the log, the server goes on
        log.exception("tool %s failed", tool.name)
        raise Refused(500, "An internal error ended this call.") from error
    finally:
        _note(tool, scope, outcome)
    return answer


def _note(tool: ToolSpec[Any], scope: ToolScope, outcome: str) -> None:
    """Keep the call with the person's name; what cannot be kept gets no answer."""
    try:
        scope.workspace.library.note_tool_call(scope.project_id, tool.name, outcome, by=scope.by)
    except AssistantError as error:
        log.warning("tools: %s", error)
        raise Refused(503, "The app cannot write its library now; its log says why.") from error
