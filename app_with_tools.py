"""The app with its tools for other programs: what ``start`` runs where UAT_TOOLS_HTTP is set."""

from pathlib import Path

import streamlit as st

from assistant.mcp_server.http_door import Door
from assistant.settings import load_settings
from assistant.ui.state import workspace

door = Door(workspace, load_settings())
app = st.App(Path(__file__).with_name("app.py"), routes=door.routes, lifespan=door.lifespan)
