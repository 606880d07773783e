"""How sources are found: the project's choices.

Try a query: what is found, and how each stage of retrieval ranked it.
"""

from __future__ import annotations

import streamlit as st

from assistant.domain import (
    CHUNK_KINDS,
    ChunkKind,
    FusionMethod,
    RetrievalConfig,
    SearchFilter,
    TopK,
)
from assistant.ui.job_progress import index_note
from assistant.ui.plain_text import cut, label, plain, small, visible, without_emphasis
from assistant.ui.presses import pressed
from assistant.ui.state import Session, errors_shown, note_done, page_action
from assistant.workflow.deployment import models
from assistant.workflow.deployment.workspace import Workspace
from assistant.workflow.sources import search_sources
from assistant.workflow.sources.search_sources import SearchTrace

KIND_NAMES: dict[ChunkKind, str] = {
    "rule": "Business rules",
    "criterion": "Criteria of other stories",
    "story": "Other stories",
    "case": "Existing test cases",
    "table_row": "Table rows",
    "prose": "Wiki pages",
}
FUSION_NAMES: dict[FusionMethod, str] = {"dbsf": "By score (DBSF)", "rrf": "By rank (RRF)"}


def retrieval_form(opened: Workspace, record: Session) -> RetrievalConfig:
    """The project's choices as widgets, kept on request; returns them as they stand now."""
    saved = opened.project(record.project_id).retrieval
    known = search_sources.vocabulary(opened, record.project_id)
    key = f"retrieval-{record.project_id}-"
    st.subheader("Sources per criterion", icon=":material/format_list_numbered:")
    counts: dict[str, int] = {}
    with st.container(border=True):
        cells = st.columns(2)
        for place, kind in enumerate(KIND_NAMES):
            counts[kind] = cells[place % 2].number_input(
                KIND_NAMES[kind],
                min_value=0,
                max_value=20,
                value=getattr(saved.top_k, kind),
                key=f"{key}{kind}",
            )
    st.subheader("Meaning and words", icon=":material/balance:")
    with st.container(border=True):
        dense = st.slider(
            "Weight of meaning (dense vectors)", 0.0, 5.0, saved.dense_weight, 0.25,
            key=f"{key}dense",
        )  # fmt: skip
        sparse = st.slider(
            "Weight of words (BM25)", 0.0, 5.0, saved.sparse_weight, 0.25, key=f"{key}sparse"
        )
        fusion = st.segmented_control(
            "Both lists become one",
            list(FUSION_NAMES),
            default=saved.fusion,
            format_func=lambda name: FUSION_NAMES[name],
            key=f"{key}fusion",
        )
        tell_apart = st.toggle(
            "Search with what sets a requirement apart",
            saved.tell_apart,
            key=f"{key}apart",
            help="What all requirements of the project have in common is left out of a question, "
            "so that sources which are near to everything do not come first.",
        )
        both_ways = st.toggle(
            "Hold back sources that another requirement is nearer to",
            saved.both_ways,
            disabled=not tell_apart or fusion == "rrf",
            key=f"{key}both-ways",
            help="A source that another requirement of the project finds better is more likely "
            "meant for that one. For criteria and stories only, with scores fused by DBSF and with "
            "what sets a requirement apart; a query tried on this page is searched without it.",
        )
        exact = st.toggle(
            "Compare with every source (exact, slower on large projects)",
            saved.exact,
            key=f"{key}exact",
        )
    st.subheader("Only sources of", icon=":material/filter_alt:")
    with st.container(border=True):
        releases = _choice("Release", known.releases, saved.filter.releases, f"{key}releases")
        teams = _choice("Team", known.teams, saved.filter.teams, f"{key}teams")
        labels = _choice("Label", known.labels, saved.filter.labels, f"{key}labels")
        kinds = _choice("Kind", CHUNK_KINDS, saved.filter.kinds, f"{key}kinds")
    embedding = st.selectbox(
        "Embedding model",
        [row.id for row in models.list_models(opened.settings) if row.task == "embedding"],
        key=f"{key}embedding",
        help="Another model means that the project is indexed again.",
    )
    config = RetrievalConfig(
        embedding_model=embedding or saved.embedding_model,
        top_k=TopK(**counts),
        dense_weight=dense,
        sparse_weight=sparse,
        fusion=fusion or saved.fusion,
        rrf_k=saved.rrf_k,
        candidates=saved.candidates,
        exact=exact,
        tell_apart=tell_apart,
        both_ways=both_ways,
        filter=SearchFilter(
            releases=releases,
            teams=teams,
            labels=labels,
            kinds=tuple(kind for kind in CHUNK_KINDS if kind in kinds),
        ),
    )
    _keep(opened, record, saved, config)
    return config


def _choice(name: str, known: tuple[str, ...], saved: tuple[str, ...], key: str) -> tuple[str, ...]:
    """Some of the known values; none chosen means any. A saved value stays, known or not."""
    options = tuple(dict.fromkeys([*known, *saved]))
    return tuple(
        st.multiselect(
            name, options, default=list(saved), key=key, placeholder="Any", format_func=visible
        )
    )


def _keep(
    opened: Workspace, record: Session, saved: RetrievalConfig, config: RetrievalConfig
) -> None:
    with st.container(horizontal=True, vertical_alignment="center"):
        if pressed(
            "Save for this project",
            type="primary",
            icon=":material/save:",
            disabled=config == saved,
            key="save_retrieval",
        ):
            with page_action():
                opened.save_retrieval(record.project_id, config)
                note_done("Saved; the next run uses it")
        if config != saved:
            st.caption(":material/edit: Not saved yet; the query beside it tries it out.")


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
