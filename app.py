"""The app: page configuration and navigation. Start it with ``python -m assistant start``."""

import streamlit as st

from assistant.ui import shell

st.set_page_config(page_title="UAT Assistant", page_icon=shell.ICON, layout="wide")

DAILY = (
    ("review_cases", "Review cases", ":material/fact_check:"),
    ("ask_sources", "Ask", ":material/forum:"),
    ("check_suite", "Check a suite", ":material/rule:"),
    ("import_sources", "Import sources", ":material/library_add:"),
    ("settings", "Settings", ":material/settings:"),
)
SET_UP = (
    ("connections", "Connections", ":material/hub:"),
    ("configure_retrieval", "Configure retrieval", ":material/manage_search:"),
    ("company_template", "Company template", ":material/table_chart:"),
    ("train_adapter", "Train an adapter", ":material/model_training:"),
    ("compare_models", "Compare models", ":material/compare:"),
)
HOME = st.Page(
    "pages/generate_test_cases.py", title="Generate test cases", icon=":material/edit_note:",
    url_path="", default=True,
)  # fmt: skip
BY_NAME = st.Page(
    lambda: None, title=HOME.title, url_path="generate_test_cases", visibility="hidden"
)
daily, set_up = (
    [st.Page(f"pages/{name}.py", title=title, icon=icon) for name, title, icon in pages]
    for pages in (DAILY, SET_UP)
)

page = st.navigation({"": [HOME, *daily, BY_NAME], "Set up": set_up})
if page is BY_NAME:  # Streamlit gives home no address but "/"
    st.switch_page(HOME, query_params=st.query_params.to_dict())
shell.enter([HOME, *daily, *set_up], page)
page.run()
shell.leave()
