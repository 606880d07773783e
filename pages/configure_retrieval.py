"""Decide how sources are found: try a query, and measure the choices on the project's own links."""

import streamlit as st

from assistant.ui.sources.measure_panel import measure_panel
from assistant.ui.sources.retrieval_form import query_trial, retrieval_form
from assistant.ui.state import require_shell, session, workspace

require_shell(__file__)

record = session()
st.title("Configure retrieval")
grid = st.grid(2, min_column_width=400, gap=("medium", "large"))
trial, form = grid.cell(), grid.cell()
with form:
    config = retrieval_form(workspace(), record)
with trial:
    query_trial(workspace(), record, config)
    measure_panel(workspace(), record, config)
