"""The app: page configuration and navigation. Start it with ``python -m assistant start``."""

import streamlit as st

from assistant.ui import shell

st.set_page_config(page_title="UAT Assistant", page_icon=shell.ICON, layout="wide")

DAILY = (
    ("generate_test_cases", "Generate test cases", ":material/edit_note:"),
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
MENU = {
    section: [
        st.Page(f"pages/{name}.py", title=title, icon=icon, default=name == DAILY[0][0])
        for name, title, icon in pages
    ]
    for section, pages in {"": DAILY, "Set up": SET_UP}.items()
}

page = st.navigation(MENU)
shell.enter([page for pages in MENU.values() for page in pages], page)
page.run()
