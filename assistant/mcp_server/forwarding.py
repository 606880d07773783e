"""``mcp`` beside the running app: calls on stdin go on to the app, with a person's token."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from assistant.errors import SettingsError
from assistant.mcp_server.server import serve_with
from assistant.mcp_server.tool_desk import Refused
from assistant.mcp_server.tool_scope import Json
from assistant.settings import Settings
from assistant.workflow.deployment.services import is_here


def forward(settings: Settings, project: str) -> None:
    """Answer on stdin and stdout with what the app at ``UAT_TOOLS_URL`` says.

    ``project`` has to be the token's, unless it is empty. Raises ``SettingsError`` for an address
    that is none of this computer, and ``MissingExtra`` where the SDK is not installed.
    """
    import httpx

    address = settings.tools_url.rstrip("/")
    if not is_here(address):
        raise SettingsError(
            "UAT_TOOLS_URL has to be an address of this computer: http://127.0.0.1:8501. For an "
            "app elsewhere give the program its address, https://HOST/mcp, and the token."
        )
    headers = {"Authorization": f"Bearer {settings.tools_token.get_secret_value()}"}
    parameters = {"project": project} if project else {}
    # No limit of time: a model may write for minutes. No proxy gets to see the token.
    one_use = httpx.Limits(max_keepalive_connections=0)
    client = httpx.AsyncClient(timeout=None, trust_env=False, limits=one_use)

    async def answer(_request: object, name: str, given: Mapping[str, Any]) -> Json:
        path = f"{address}/api/tools/{quote(name, safe='')}"
        try:
            reply = await client.post(path, json=dict(given), params=parameters, headers=headers)
            said: Json = reply.json()
        except httpx.HTTPError:
            raise Refused(503, f"The app does not answer at {address} (UAT_TOOLS_URL).") from None
        except ValueError:
            says = f"The app at {address} does not serve its tools. Start it with UAT_TOOLS_HTTP=1."
            raise Refused(503, says) from None
        if reply.status_code != 200:
            raise Refused(reply.status_code, str(said.get("error", reply.status_code)))
        return said

    serve_with(answer)
