"""Shared preconditions: what holds before all or most cases of an epic or a story, told once."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from assistant.ui.plain_text import label
from assistant.workflow.writing.shared_preconditions import SharedLine


def shared_preconditions_panel(lines: Sequence[SharedLine]) -> None:
    """The lines by epic and story, folded; nothing where there is none."""
    if not lines:
        return
    title = f"Shared preconditions ({len(lines)})"
    with st.expander(title, icon=":material/playlist_add_check:", key="shared_preconditions"):
        for key in dict.fromkeys(line.key for line in lines):
            told = [f":small[**{label(key)}**]"]
            told += [
                f":small[{label(line.text, limit=260)} :gray[{label(line.why)}]]"
                for line in lines
                if line.key == key
            ]
            st.markdown("  \n".join(told))
        st.caption("Each case keeps them too: a test tool shows one case at a time.")
