"""What this deployment writes with: models, the endpoint, and where the rest is set up."""

import streamlit as st

from assistant.ui.settings.endpoint_form import endpoint_form
from assistant.ui.settings.model_table import model_table
from assistant.ui.settings.name_form import name_form
from assistant.ui.settings.setup_links import setup_links
from assistant.ui.state import keep_address, require_shell, session, workspace

require_shell(__file__)

record = session()
opened = workspace()
st.title("Settings")
name_form(record)
model_table(opened, record)
endpoint_form(opened)
setup_links()
keep_address(record)
