"""``tokens``: who may use a project's tools over HTTP; ``mcp``: the tools on stdin and stdout."""

from __future__ import annotations

from argparse import Namespace

from assistant.command_line.output import Terminal
from assistant.command_line.project_request import open_workspace, reading_project
from assistant.errors import IndexLocked, SettingsError
from assistant.workflow.deployment import tool_tokens


def tokens(options: Namespace, terminal: Terminal) -> None:
    """Make a token, list their holders, or revoke one; works while the app runs."""
    if options.action != "list" and not options.name:
        raise SettingsError(f"Name a person: tokens {options.action} NAME.")
    with open_workspace(options, terminal, embed=False) as workspace:
        project_id = reading_project(workspace, options, terminal, create=False)
        project = workspace.project(project_id).name
        if options.action == "add":
            days = tool_tokens.DAYS if options.days is None else options.days
            token = tool_tokens.add(workspace, project_id, options.name, days=days, by=options.by)
            terminal.note(
                f"The token of “{options.name}” for the project “{project}”, good for "
                f"{days} days, shown once:"
            )
            if terminal.json:
                terminal.document({"token": token})
            else:
                terminal.line(token)
            return
        if options.action == "revoke":
            tool_tokens.revoke(workspace, project_id, options.name, by=options.by)
            terminal.note(f"The token of “{options.name}” is worth nothing from now on.")
        held = tool_tokens.holders(workspace, project_id)
    if terminal.document(held):
        return
    for holder in held:
        since = f"since {holder.made_at.astimezone():%d %b %Y}"
        terminal.line(f"{holder.name}  {since}  {_end_of(holder)}")
    terminal.note(f"{len(held)} tokens for the project “{project}”.")


def _end_of(holder: tool_tokens.TokenHolder) -> str:
    """Until when a token is good."""
    if holder.ends_at is None:
        return "no end"
    return f"{'ended' if holder.ended else 'until'} {holder.ends_at.astimezone():%d %b %Y}"


def mcp(options: Namespace, terminal: Terminal) -> None:
    """Answer other programs on stdin and stdout until they hang up."""
    from assistant.mcp_server.server import forward, serve

    if terminal.json:
        raise SettingsError("mcp speaks its own protocol on stdout: leave out --json.")
    if options.settings.tools_token.get_secret_value():
        forward(options.settings, options.project or "")
        return
    try:
        workspace = open_workspace(options, terminal)
    except IndexLocked as error:
        raise IndexLocked(
            f"{error} Or use the tools of the open app: start it with UAT_TOOLS_HTTP=1, make a "
            "token with 'tokens add NAME', and give the program the app's address followed by /mcp "
            "(http://localhost:8501/mcp) and the token, or this command UAT_TOOLS_TOKEN."
        ) from error
    with workspace:
        serve(workspace, reading_project(workspace, options, terminal))
