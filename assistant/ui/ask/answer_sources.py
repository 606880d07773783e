"""The sources of an answer beside it: quoted words marked, how fresh, and the way into each."""

from __future__ import annotations

import streamlit as st

from assistant.ui.cases.sources_panel import others_found, source_card
from assistant.ui.plain_text import label
from assistant.workflow.ask.ask_sources import Answer, AnswerSource

CARDS, NEAREST_SHOWN = 5, 3
PANE = 400


def answer_sources(project_id: str, answer: Answer) -> None:
    """The sources that are quoted, then those that were found and are not."""
    quoted = [one for one in answer.sources if answer.quotations(one.number)]
    rest = [one for one in answer.sources if one not in quoted]
    if quoted:
        st.markdown("**Sources**")
    elif rest and not answer.is_open:
        st.markdown("**Nearest passages**")
        quoted, rest = rest[:NEAREST_SHOWN], rest[NEAREST_SHOWN:]
    rest = [*quoted[CARDS:], *rest]
    if quoted:
        # A pane of its own: the page is scrolled to its end, where the answer has to be seen.
        with st.container(height=PANE, border=False):
            for source in quoted[:CARDS]:
                told = [_fresh(source)]
                source_card(project_id, source.hit, answer.quotations(source.number), told)
    if answer.also_searched:
        st.caption(f":material/search: {label(answer.also_searched, limit=1_400)}")
    others_found(project_id, [one.hit for one in rest], "Also found" if quoted else "Found")


def _fresh(source: AnswerSource) -> str:
    fetched = f" · fetched {source.fetched_at.astimezone():%d %b %Y}" if source.fetched_at else ""
    return f":material/history: version {source.chunk.version}{fetched}"
