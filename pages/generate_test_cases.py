"""Home: name an epic, watch its cases come in, review each beside its sources, download CSV."""

import streamlit as st

from assistant.ui.state import keep_address, require_shell, session, workspace

require_shell(__file__)

record = session()
opened = workspace()
if record.run_id:
    from assistant.ui.home.run_view import run_view

    run_view(opened, record)
else:
    st.title("Generate test cases")
    # After the title: what reads an epic is long to import, and something is to be seen first.
    from assistant.ui.home.request_form import compose
    from assistant.ui.home.run_view import earlier_runs

    compose(opened, record)
    earlier_runs(opened, record)
keep_address(record, "run", "view")
