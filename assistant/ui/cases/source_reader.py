"""A source read whole in a drawer: the text around the cited words, then all of it."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from assistant.domain import Chunk, Citation
from assistant.errors import AssistantError
from assistant.ui.plain_text import highlighted, label, plain, safe_link, without_emphasis
from assistant.ui.presses import pressed
from assistant.workflow.deployment.workspace import Workspace
from assistant.workflow.sources.read_source import SourceText, read_source

READING = "source_reading"
"""The source that is to be opened when the page is drawn: two drawers cannot lie on each other."""


def read_button(
    project_id: str, chunk: Chunk, citations: Sequence[Citation] = (), *, key: str
) -> None:
    """A button that opens the source of ``chunk`` at the words that are cited."""
    if pressed(
        "Read it whole",
        icon=":material/menu_book:",
        type="tertiary",
        key=f"read-{key}",
        help="The document, at the cited place",
    ):
        st.session_state[READING] = (project_id, chunk.document_id, chunk, tuple(citations))
        st.rerun()


def open_wanted_source(opened: Workspace) -> None:
    """Open the source that a button asked for, over the page."""
    wanted = st.session_state.pop(READING, None)
    if wanted is not None:
        source_reader(opened, *wanted)


@st.dialog("Source", width="large", position="right", icon=":material/menu_book:")
def source_reader(
    opened: Workspace,
    project_id: str,
    document_id: str,
    chunk: Chunk | None = None,
    citations: Sequence[Citation] = (),
) -> None:
    """Show the document at the place that ``citations`` quote of ``chunk``."""
    try:
        source = read_source(opened, project_id, document_id, chunk, citations)
    except AssistantError as error:
        st.warning(plain(str(error)), icon=":material/link_off:")
        return
    st.markdown(f"**{label(source.title, limit=200)}** :gray-badge[version {source.version}]")
    if source.note:
        st.caption(label(source.note, limit=300))
    link = safe_link(source.uri)
    if link:
        st.link_button("Open where it came from", link, icon=":material/open_in_new:")
    whole = not source.marks or st.toggle("Show the whole document", key=f"whole-{document_id}")
    text, marks = _part(source) if whole else source.around()
    st.markdown(highlighted(*without_emphasis(text, marks)))


def _part(source: SourceText) -> tuple[str, tuple[tuple[int, int], ...]]:
    """The piece of a long document that is chosen, at first the one with the cited words."""
    if source.parts == 1:
        return source.part(0)
    number = st.number_input(
        f"Part, 1 to {source.parts}",
        min_value=1,
        max_value=source.parts,
        value=source.cited_part + 1,
        key=f"part-{source.document_id}",
    )
    return source.part(int(number or 1) - 1)
