"""Try a query: what is found, and how each stage of retrieval ranked it."""

from __future__ import annotations

import streamlit as st

from assistant.domain import RetrievalConfig
from assistant.ui.home.index_note import index_note
from assistant.ui.plain_text import cut, label, plain, small, visible, without_emphasis
from assistant.ui.state import Session, errors_shown
from assistant.workflow.deployment.workspace import Workspace
from assistant.workflow.sources import search_sources
from assistant.workflow.sources.search_sources import SearchTrace

HITS_SHOWN = 10
TEXT_SHOWN = 400
FEW, TEXTS_HEIGHT = 3, 460


def query_trial(opened: Workspace, record: Session, config: RetrievalConfig) -> None:
    """A query under the choices as they stand on screen, saved or not."""
    st.subheader("Try a query", icon=":material/search:")
    query = st.text_input(
        "Query",
        key="trial_query",
        label_visibility="collapsed",
        placeholder="For example: cooling-off period of a business contract",
        persist_state="session",
    )
    if not (query or "").strip():
        st.caption("Shows what is found, with the rank and score of each stage.")
        return
    with errors_shown():
        trace = search_sources.explain(
            opened, record.project_id, query or "", config, limit=HITS_SHOWN
        )
        index_note(opened, record.project_id)
        _table(trace)
        _texts(trace)


def _table(trace: SearchTrace) -> None:
    st.caption(
        f"{trace.seconds * 1000:.0f} ms: query embedding {trace.embed_seconds * 1000:.0f}, "
        f"search {trace.search_seconds * 1000:.1f}, fusion {trace.fuse_seconds * 1000:.1f}, "
        f"reading {trace.read_seconds * 1000:.1f}"
    )
    if not trace.rows:
        st.info("Nothing was found. Import sources, or widen the filter.", icon=":material/search:")
        return
    table = {
        "Rank": [row.rank for row in trace.rows],
        "Source": [visible(row.chunk.title or row.chunk.document_id) for row in trace.rows],
        "Kind": [row.chunk.kind.replace("_", " ") for row in trace.rows],
        "Fused": [row.score for row in trace.rows],
        "Meaning": [_place(row.dense_rank, row.dense_score) for row in trace.rows],
        "Words": [_place(row.sparse_rank, row.sparse_score) for row in trace.rows],
    }
    number, text = st.column_config.NumberColumn, st.column_config.TextColumn
    st.dataframe(
        table,
        hide_index=True,
        column_config={
            "Rank": number(width=44),
            "Source": text(width=126),
            "Kind": text(width=68),
            "Fused": number(format="%.3f", width=58),
            "Meaning": text(width=80, help="Rank and cosine by dense vectors"),
            "Words": text(width=84, help="Rank and score by BM25"),
        },
        alt="What the query found, with rank and score of each stage",
    )


def _place(rank: int | None, score: float | None) -> str:
    return f"#{rank} · {score:.2f}" if rank and score is not None else "–"


def _texts(trace: SearchTrace) -> None:
    """What was found, in a pane of its own: the choices below stay near."""
    pane = st.container(height=TEXTS_HEIGHT if len(trace.rows) > FEW else "content", border=False)
    for row in trace.rows:
        chunk = row.chunk
        with pane, st.container(border=True, gap="xsmall"):
            key = f" {label(chunk.key)}" if chunk.key else ""
            st.markdown(
                f":blue-badge[{row.rank}]{key} **{label(chunk.title or chunk.document_id)}**"
            )
            if chunk.heading:
                st.caption(label(chunk.heading, limit=160))
            text, _ = without_emphasis(chunk.text)
            st.markdown(small(plain(cut(text, TEXT_SHOWN))))
            if not row.relevant:
                st.caption(":material/block: Too weak to enter a prompt.")
