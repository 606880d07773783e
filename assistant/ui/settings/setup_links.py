"""Where the rest is set up: a line for each page that is not needed every day."""

from __future__ import annotations

import streamlit as st

PAGES = (
    ("connections", "Connections", ":material/hub:", "Jira, Confluence, Salesforce, databases"),
    (
        "configure_retrieval",
        "Configure retrieval",
        ":material/manage_search:",
        "How sources are found",
    ),
    (
        "company_template",
        "Company template",
        ":material/table_chart:",
        "The columns of your test cases",
    ),
    (
        "train_adapter",
        "Train an adapter",
        ":material/model_training:",
        "Teach a model your wording",
    ),
    ("compare_models", "Compare models", ":material/compare:", "Measure writers side by side"),
)


def setup_links() -> None:
    """Links with what each page is for."""
    st.subheader("For this project", icon=":material/folder_open:")
    grid = st.grid(3, min_column_width=260, gap="small")
    for name, title, icon, about in PAGES:
        with grid.cell(), st.container(border=True, gap="xxsmall", height="stretch"):
            st.page_link(f"pages/{name}.py", label=title, icon=icon)
            st.caption(about)
