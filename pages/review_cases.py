"""The library: every case of the project, found, decided on, traced, compared and downloaded."""

import streamlit as st

from assistant.ui.library.library_view import library_view
from assistant.ui.state import keep_address, require_shell, session, workspace

require_shell(__file__)

record = session()
st.title("Review cases")
library_view(workspace(), record)
keep_address(record, "view")
