"""Base, +RAG, +FT and +Both side by side on held-out cases: figures, cases, rating, advice."""

import streamlit as st

from assistant.ui.learning.comparison_form import comparison_form
from assistant.ui.learning.comparison_view import comparison_view
from assistant.ui.state import keep_address, require_shell, session, workspace

require_shell(__file__)

record = session()
opened = workspace()
st.title("Compare models")
comparison_form(opened, record)
comparison_view(opened, record)
keep_address(record)
