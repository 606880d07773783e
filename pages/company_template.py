"""The company's case template: from a sample or a tool, edited in a table, seen on real cases."""

import streamlit as st

from assistant.ui.state import keep_address, require_shell, session, workspace
from assistant.ui.template.template_editor import (
    template_editor,
    template_preview,
    template_sources,
)

require_shell(__file__)

record = session()
opened = workspace()
st.title("Company template")
template_sources(opened, record)
template = template_editor(opened, record)
if template is not None:
    template_preview(opened, record, template)
keep_address(record)
