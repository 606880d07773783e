"""Models, endpoint and index of this deployment, and every host that was ever contacted."""

from __future__ import annotations

import streamlit as st

from assistant.ui.cases.case_list import table_height
from assistant.ui.counts import date_time
from assistant.ui.plain_text import visible
from assistant.workflow.deployment import services
from assistant.workflow.deployment.workspace import Workspace
from assistant.workflow.sources import connections


def services_table(opened: Workspace) -> None:
    """What else is configured, where it runs, and whether its secret is set."""
    st.subheader("Models, endpoint and index", icon=":material/memory:")
    rows = services.services(opened)
    st.dataframe(
        {
            "What": [visible(row.what) for row in rows],
            "Which": [visible(row.name) for row in rows],
            "Where": [visible(row.where) for row in rows],
            "State": [visible(row.state) for row in rows],
            "Key": [row.secret for row in rows],
            "Set with": [row.setting for row in rows],
        },
        hide_index=True,
        alt="Models, endpoint and index of this deployment",
    )


def contacted_hosts(opened: Workspace) -> None:
    """The log of contacted hosts, the latest first."""
    found = connections.contacts(opened)
    title = "Hosts contacted" if found else "Hosts contacted: none yet"
    st.subheader(title, icon=":material/public:")
    offline = opened.settings.offline
    st.caption(
        "The offline switch is on (UAT_OFFLINE): no other system is asked."
        if offline
        else "Only hosts of connections, models, the endpoint, the Qdrant and the PostgreSQL "
        "server are asked. UAT_OFFLINE=1 stops everything."
    )
    if not found:
        return
    st.dataframe(
        {
            "Host": [visible(f"{one.host}:{one.port}") for one in found],
            "For": [visible(one.purpose) for one in found],
            "Address": [one.address for one in found],
            "First": [date_time(one.first_at) for one in found],
            "Last": [date_time(one.last_at) for one in found],
            "Outcome": ["refused" if one.refused else "contacted" for one in found],
        },
        hide_index=True,
        height=table_height(len(found), 400),
        alt="Hosts that were contacted",
    )
