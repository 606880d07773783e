"""Existing cases beside all that came in or changed since a moment: a release seldom changes one
source alone."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime

import streamlit as st

from assistant.ui.counts import counted, date_time
from assistant.ui.plain_text import label
from assistant.ui.sources.change_preview import page_impact
from assistant.ui.state import Session
from assistant.workflow.deployment import models
from assistant.workflow.deployment.workspace import Workspace
from assistant.workflow.impact import page_change
from assistant.workflow.impact.page_change import ChangedPage

ARRIVALS, NAMED = 20, 12


def arrivals_panel(opened: Workspace, record: Session, ticked: Collection[str]) -> None:
    """What came in or changed since a chosen moment (of it the ``ticked`` sources, where there are
    any), and what a model says that it makes of existing cases."""
    if not models.readers(opened):
        return
    moments = page_change.arrivals(opened, record.project_id)[:ARRIVALS]
    if not moments:
        return
    held = f"arrival-{record.project_id}"  # the field is not drawn beside a source's own page
    kept = st.session_state.get(held)
    left, right = st.columns([1, 3], gap="medium", vertical_alignment="bottom")
    since = left.selectbox(
        "What came in or changed, since",
        moments,
        index=moments.index(kept) if kept in moments else 0,
        format_func=lambda moment: _said(moment, moments),
        key=f"arrival_{record.project_id}_{moments[0]}",
    )
    st.session_state[held] = since if since != moments[0] else None
    pages = page_change.changed_since(opened, record.project_id, since)
    if ticked:
        pages = tuple(one for one in pages if one.version.document.id in ticked)
    right.caption(_named(pages, "" if ticked else " Tick some to read for these alone."))
    if not pages:
        return
    page_impact(opened, record, pages)


def _said(moment: datetime, moments: Sequence[datetime]) -> str:
    """A moment to the minute, with its seconds where another has the same minute."""
    said = date_time(moment)
    alone = [date_time(one) for one in moments].count(said) == 1
    return said if alone else f"{said}:{moment.astimezone():%S}"


def _named(pages: Sequence[ChangedPage], also: str) -> str:
    """The sources that changed, each with how much."""
    if not pages:
        return "No sentence of these sources changed."
    named = "; ".join(
        f"{label(one.version.document.title, limit=60)} "
        f"({'new' if one.is_new else counted(len(one.changes), 'sentence')})"
        for one in pages[:NAMED]
    )
    more = f"; and {len(pages) - NAMED} more" if len(pages) > NAMED else ""
    return f"{counted(len(pages), 'source')}: {named}{more}.{also}"
