"""The app: page configuration and navigation. Start it with ``python -m assistant start``."""

import streamlit as st

from assistant.ui import shell

st.set_page_config(page_title="UAT Assistant", page_icon=shell.ICON, layout="wide")

TITLES = (
    ("generate_test_cases", "Generate test cases", ":material/edit_note:"),
    ("review_cases", "Review cases", ":material/fact_check:"),
    ("import_sources", "Import sources", ":material/library_add:"),
    ("connections", "Connections", ":material/hub:"),
    ("configure_retrieval", "Configure retrieval", ":material/manage_search:"),
    ("company_template", "Company template", ":material/table_chart:"),
    ("train_adapter", "Train an adapter", ":material/model_training:"),
    ("compare_models", "Compare models", ":material/compare:"),
)
PAGES = [
    st.Page(f"pages/{name}.py", title=title, icon=icon, default=name == TITLES[0][0])
    for name, title, icon in TITLES
]

page = st.navigation(PAGES)
shell.enter(PAGES, page)
page.run()
