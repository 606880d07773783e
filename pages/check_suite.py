"""Check a suite: cases that any tool or person wrote, held against the project's sources."""

import streamlit as st

from assistant.ui.check.suite_view import suite_view
from assistant.ui.state import keep_address, require_shell, session, workspace

require_shell(__file__)

record = session()
st.title("Check a suite")
suite_view(workspace(), record)
keep_address(record, "suite")
