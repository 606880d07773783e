"""Connect Jira, Confluence, Salesforce and databases; see what is set and what was contacted."""

import streamlit as st

from assistant.ui.sources.connection_cards import connection_cards, connection_form
from assistant.ui.sources.services_table import contacted_hosts, services_table
from assistant.ui.state import keep_address, require_shell, session, workspace

require_shell(__file__)

record = session()
opened = workspace()
st.title("Connections")
grid = st.grid(2, min_column_width=400, gap=("medium", "large"))
with grid.cell():
    connection_cards(opened, record)
with grid.cell(), st.container(border=True):
    connection_form(opened, record)
services_table(opened)
contacted_hosts(opened)
keep_address(record)
