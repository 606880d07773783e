"""Add a connection: a kind of system, its address, what to fetch, and where its secret goes."""

from __future__ import annotations

import streamlit as st

from assistant.errors import ConnectorError
from assistant.ui.plain_text import label, plain
from assistant.ui.presses import pressed
from assistant.ui.state import Session, note_done, page_action
from assistant.workflow.deployment.workspace import Workspace
from assistant.workflow.sources import connections
from assistant.workflow.sources.connections import KINDS, ConnectionConfig, ConnectionKind

ROUND = "connection_round"
ICONS = {
    "jira_cloud": ":material/cloud:",
    "jira_data_center": ":material/dns:",
    "confluence_cloud": ":material/article:",
    "confluence_data_center": ":material/article:",
    "salesforce": ":material/cloud_circle:",
    "sql": ":material/database:",
}

ATTACHMENT_NEEDS = {
    "confluence_cloud": "Confluence Cloud keeps them on another host, which must be named in "
    "UAT_ALLOWED_HOSTS; a token with scopes needs search:confluence and "
    "readonly:content.attachment:confluence.",
}


def connection_form(opened: Workspace, record: Session) -> None:
    """The form; a connection is kept without its secret, and nothing is contacted yet."""
    st.subheader("Add a connection", icon=":material/add_link:")
    chosen = st.selectbox(
        "System",
        [kind.kind for kind in KINDS],
        format_func=lambda name: connections.kind_of(name).title,
        key="connection_kind",
    )
    kind = connections.kind_of(chosen)
    number = st.session_state.get(ROUND, 0)
    taken = {view.config.name for view in connections.connections(opened, record.project_id)}
    names = (kind.title, *(f"{kind.title} {count}" for count in range(2, len(taken) + 3)))
    free = next(name for name in names if name not in taken)
    key = f"{kind.kind}_{number}"
    name = st.text_input("Name", value=free, key=f"connection_name_{key}")
    config = connection_inputs(ConnectionConfig(kind=kind.kind, name=name or "", url=""), key=key)
    _secret(opened, kind, config)
    if pressed("Add", type="primary", icon=":material/add_link:", key="connection_add"):
        with page_action():
            added = connections.add(opened, record.project_id, config, by=record.user)
            st.session_state[ROUND] = number + 1
            note_done(f"{label(added.name)} is added")


def connection_inputs(config: ConnectionConfig, *, key: str) -> ConnectionConfig:
    """Everything of a connection that can be changed later too, as ``config`` has it at first."""
    kind = connections.kind_of(config.kind)
    url = st.text_input(
        "Address", config.url, placeholder=kind.address, key=f"connection_url_{key}"
    )
    user = st.text_input(
        kind.user + ("" if kind.user_required else " (optional)"),
        config.user,
        key=f"connection_user_{key}",
    )
    fetch = st.text_area(
        f"What to fetch: {kind.fetch}",
        config.fetch,
        placeholder=kind.fetch_example,
        height=90,
        key=f"connection_fetch_{key}",
    )
    chosen: dict[str, object] = {"url": url or "", "user": user or "", "fetch": fetch or ""}
    if kind.has_comments:
        chosen["comments"] = st.toggle(
            "Comments of issues",
            value=config.comments,
            help="They stand below their issue, under author and date, and can be found and cited. "
            "They are never read as acceptance criteria or rules.",
            key=f"comments_{key}",
        )
    if kind.has_attachments:
        chosen["attachments"] = st.toggle(
            "Attached files",
            value=config.attachments,
            help="PDF, Word, Excel, PowerPoint, CSV, Markdown, HTML and text, each a document of "
            "its own. " + ATTACHMENT_NEEDS.get(kind.kind, ""),
            key=f"attachments_{key}",
        )
    if chosen.get("attachments"):
        chosen["attachment_mb"] = st.number_input(
            "Up to how many MB a file", 1, 50, config.attachment_mb, key=f"attachment_mb_{key}"
        )
    return config.model_copy(update=chosen)


def _secret(opened: Workspace, kind: ConnectionKind, config: ConnectionConfig) -> None:
    """Where the secret goes: its name is made of the host that it may be sent to."""
    st.caption(f":material/key: It needs {label(kind.secret, limit=300)}; {kind.permission}.")
    if not config.url.strip():
        return
    try:
        secret = connections.secret_view(opened, config)
    except ConnectorError as error:
        st.caption(f":orange[:material/error:] {plain(str(error))}")
        return
    if not secret.is_set:
        st.caption("Set it before you start the app; it is never stored or shown:")
        st.code(f"export {secret.variable}='…'", language="bash", wrap_lines=True)
    elif secret.variable:
        st.caption(f":green[:material/check_circle:] Its secret is set ({secret.state}).")
