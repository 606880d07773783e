"""How sources are found: the project's choices."""

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
from assistant.ui.plain_text import visible
from assistant.ui.presses import pressed
from assistant.ui.state import Session, note_done, page_action
from assistant.workflow.deployment import models
from assistant.workflow.deployment.workspace import Workspace
from assistant.workflow.sources import search_sources

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
