"""Bring epics, rules, pages and existing cases into the project; see what is indexed and when."""

import streamlit as st

from assistant.ui.sources.documents_table import documents_table
from assistant.ui.sources.import_panel import import_panel
from assistant.ui.sources.masking_panel import masking_panel
from assistant.ui.sources.sync_panel import sync_panel
from assistant.ui.state import require_shell, session, workspace

require_shell(__file__)

record = session()
st.title("Import sources")
with st.container(border=True):
    import_panel(workspace(), record)
masking_panel(workspace(), record)
sync_panel(workspace(), record)
documents_table(workspace(), record)
