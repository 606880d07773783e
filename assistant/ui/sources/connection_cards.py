"""The connections of the project: try one, confirm its fields, see its secret's state, remove.

Add a connection: a kind of system, its address, what to fetch, and where its secret goes.
"""

from __future__ import annotations

import streamlit as st

from assistant.errors import AssistantError, ConnectorError
from assistant.ui.counts import date_time
from assistant.ui.job_progress import job_progress
from assistant.ui.plain_text import label, plain, visible
from assistant.ui.presses import pressed
from assistant.ui.state import Session, note_done, page_action
from assistant.workflow.deployment.workspace import Workspace
from assistant.workflow.sources import connections, sync_jobs
from assistant.workflow.sources.connections import (
    KINDS,
    ConnectionConfig,
    ConnectionKind,
    ConnectionView,
    FieldProposal,
)

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
    _secret_input(opened, kind, config)
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


def _secret_input(opened: Workspace, kind: ConnectionKind, config: ConnectionConfig) -> None:
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


ROLE_WORDS = {
    "criteria": "Acceptance criteria",
    "release": "Release",
    "team": "Team",
    "epic": "Epic",
}
ALWAYS_READ = {
    "release": "Fix versions of Jira and releases of Copado are read anyway.",
    "epic": "Parents are read anyway.",
}
NONE = ""


def connection_cards(opened: Workspace, record: Session) -> None:
    """A card for each connection."""
    views = connections.connections(opened, record.project_id)
    st.subheader(f"In this project ({len(views)})", icon=":material/hub:")
    if not views:
        st.caption(
            "Nothing yet. Add Jira, Confluence, Salesforce or a database; *Sync* then fetches "
            "epics, stories, pages and records. How often is chosen under *Import sources*."
        )
    for view in views:
        with st.container(border=True, gap="xsmall"):
            _card(opened, record, view)


def _place(view: ConnectionView) -> str:
    """Where the session keeps what belongs to a connection: other projects have the same ids."""
    return f"{view.connection.project_id}-{view.connection.id}"


def _card(opened: Workspace, record: Session, view: ConnectionView) -> None:
    key = view.connection.id
    st.markdown(
        f"{ICONS[view.kind.kind]} **{label(view.config.name)}** :blue-badge[{view.kind.title}]"
    )
    st.markdown(f":small[{label(view.config.url)}]  \n:small[:gray[{label(view.config.fetch)}]]")
    _secret(view)
    for role, field in view.config.fields.items():
        st.caption(f":material/rule_settings: {ROLE_WORDS[role]} from **{label(field)}**")
    job = sync_jobs.job_of(view.connection)
    active = opened.jobs.is_active(job)
    if active:
        job_progress(
            opened,
            job,
            lambda state: f"Syncing: {state.done} of {state.total or '…'}",
            active=True,
        )
    else:
        last = date_time(view.last_synced_at, never="never")
        st.caption(f":material/sync: Last sync: {last}")
    if view.problem:
        st.error(plain(view.problem), icon=":material/error:")
    with st.container(horizontal=True):
        if active:
            if pressed("Stop", key=f"stop_{key}", icon=":material/stop_circle:"):
                opened.jobs.cancel(job)
        elif st.button("Sync", key=f"sync_{key}", icon=":material/sync:", type="primary"):
            st.session_state.pop(f"tested_{_place(view)}", None)
            sync_jobs.start(opened, view.connection, by=record.user)
            st.rerun()
        if pressed("Test", key=f"test_{key}", icon=":material/network_check:"):
            _test(opened, view)
        if view.kind.has_fields and pressed(
            "Find fields", key=f"find_{key}", icon=":material/manage_search:"
        ):
            _find_fields(opened, view)
        _remove(opened, record, view)
    outcome = st.session_state.get(f"tested_{_place(view)}")
    if outcome and outcome[1] != view.problem:
        (st.success if outcome[0] else st.error)(plain(outcome[1]))
    _proposals(opened, record, view)
    _edit(opened, record, view)


def _secret(view: ConnectionView) -> None:
    secret = view.secret
    if not secret.variable:
        return
    if secret.is_set:
        st.caption(f":green[:material/key:] Secret: set ({secret.state})")
    else:
        st.caption(
            f":orange[:material/key_off:] Secret: not set. Set `{secret.variable}` to "
            f"{label(view.kind.secret, limit=200)}, and start the app again."
        )


def _test(opened: Workspace, view: ConnectionView) -> None:
    key = f"tested_{_place(view)}"
    with st.spinner("Asking…"):
        try:
            st.session_state[key] = (True, connections.try_out(opened, view.config))
        except AssistantError as error:
            st.session_state[key] = (False, str(error))


def _find_fields(opened: Workspace, view: ConnectionView) -> None:
    key = _place(view)
    with st.spinner("Looking at the latest items…"):
        try:
            st.session_state[f"found_{key}"] = connections.propose_fields(opened, view.config)
            st.session_state.pop(f"tested_{key}", None)
        except AssistantError as error:
            st.session_state[f"tested_{key}"] = (False, str(error))


def _proposals(opened: Workspace, record: Session, view: ConnectionView) -> None:
    """What each field holds, proposed with the evidence, for a person to confirm."""
    key = _place(view)
    found: tuple[FieldProposal, ...] = st.session_state.get(f"found_{key}", ())
    if not found:
        return
    with st.form(f"fields_{key}", border=False):
        chosen = {proposal.role: _choice(key, view, proposal) for proposal in found}
        if pressed(
            "Use these fields", key=f"use-{key}", button=st.form_submit_button, type="primary"
        ):
            with page_action():
                connections.confirm_fields(opened, view.connection, chosen, by=record.user)
                st.session_state.pop(f"found_{key}", None)
                note_done("Kept; the next sync reads everything with them")


def _choice(key: str, view: ConnectionView, proposal: FieldProposal) -> str:
    by_field = {each.field: each for each in proposal.candidates}
    options = [NONE, *by_field]
    before = view.config.fields.get(proposal.role, proposal.field)

    def shown(field: str) -> str:
        if field == NONE:
            return "none"
        one = by_field[field]
        return visible(f"{one.name} ({field}), filled in {one.filled} of {one.looked_at}")

    choice = st.selectbox(
        ROLE_WORDS[proposal.role],
        options,
        index=options.index(before) if before in options else 0,
        format_func=shown,
        key=f"role_{key}_{proposal.role}",
    )
    if proposal.field or proposal.role not in ALWAYS_READ:
        st.caption(f"Proposed: {label(proposal.evidence, limit=200)}")
    else:
        st.caption(ALWAYS_READ[proposal.role])
    return str(choice or NONE)


def _edit(opened: Workspace, record: Session, view: ConnectionView) -> None:
    """Its address, what is fetched and what else, to be changed; then everything is read again."""
    key, held = view.connection.id, view.connection.options
    # Streamlit knows an input by its key alone: what another project's connection of this id has,
    # or somebody else has changed since, would stay in it and be kept here.
    drawn = hash((_place(view), *sorted(held.items())))
    with st.expander("Edit", icon=":material/edit:", key=f"edit_{key}"):
        chosen = connection_inputs(view.config, key=f"{key}_{drawn}")
        st.caption("After a change the next sync reads everything again.")
        with st.container(horizontal=True):
            keep = pressed("Keep", type="primary", key=f"keep_{key}")
            again = pressed(
                "Sync everything again",
                key=f"again_{key}",
                help="Also what has not changed: comments, labels and files that could not be "
                "fetched.",
            )
        if keep:
            with page_action():
                now = connections.change(opened, view.connection, chosen, by=record.user).options
                if now != held:
                    for what in ("tested", "found"):
                        st.session_state.pop(f"{what}_{_place(view)}", None)
                done = "is as it was" if now == held else "is changed"
                note_done(f"{label(view.config.name)} {done}")
        if again:
            sync_jobs.start(opened, view.connection, by=record.user, full=True)
            st.rerun()


def _remove(opened: Workspace, record: Session, view: ConnectionView) -> None:
    with st.popover("Remove", icon=":material/link_off:"):
        st.markdown(f"Remove {label(view.config.name)}? What came in through it stays.")
        if pressed("Remove it", type="primary", key=f"remove_{view.connection.id}"):
            with page_action():
                sync_jobs.disconnect(opened, view.connection, by=record.user)
