"""Blind rating: two cases of one condition, and not which column wrote which."""

from __future__ import annotations

import streamlit as st

from assistant.errors import AssistantError
from assistant.ui.plain_text import label, plain, visible
from assistant.ui.presses import pressed
from assistant.ui.state import Session
from assistant.workflow.deployment.workspace import Workspace
from assistant.workflow.learning import comparison_view as views
from assistant.workflow.learning.comparison_view import OUTCOMES, Comparison

PLACE = "rating_place"


def rating(opened: Workspace, record: Session, comparison: Comparison) -> None:
    """Choose two columns, rate pair after pair, and see the shares when you ask for them."""
    titles = {result.column: result.title for result in comparison.columns}
    if len(titles) < 2:
        st.caption("Blind rating needs two columns.")
        return
    chosen = st.pills(
        "Two columns", list(titles), selection_mode="multi", format_func=titles.__getitem__,
        default=list(titles)[:1] + list(titles)[3:4] if len(titles) > 3 else list(titles)[:2],
        key="rating_columns",
    )  # fmt: skip
    if len(chosen) != 2:
        st.caption("Choose exactly two.")
        return
    try:
        sheet = views.rating_sheet(comparison, chosen[0], chosen[1])
    except AssistantError as error:
        st.info(plain(str(error)), icon=":material/info:")
        return
    items = views.blind_items(comparison, sheet)
    given = {
        (one.item_id, one.side): one.outcome
        for one in views.ratings_of(opened, record.project_id, sheet)
        if one.by == record.user
    }
    rated = sum((item.id, "left") in given and (item.id, "right") in given for item in items)
    st.progress(rated / len(items), f"{rated} of {len(items)} pairs rated by {label(record.user)}")
    place = min(int(st.session_state.get(PLACE, rated)), len(items) - 1)
    item = items[place]
    st.markdown(f"**{label(item.story_title)}** — {label(item.situation, limit=300)}")
    with st.grid(2, min_column_width=340):
        for side, text in (("left", item.left), ("right", item.right)):
            with st.container(border=True):
                st.text(visible(text))
                key = f"rate-{sheet.id}-{item.id}-{side}"
                outcome = st.segmented_control(
                    "This case is", list(OUTCOMES), key=key,
                    default=given.get((item.id, "left" if side == "left" else "right")),
                )  # fmt: skip
                which: views.Side = "left" if side == "left" else "right"
                if outcome and given.get((item.id, which)) != outcome:
                    views.rate(
                        opened, record.project_id, sheet, item.id, which, outcome, by=record.user
                    )
                    given[item.id, which] = outcome
    with st.container(horizontal=True):
        if pressed("Previous pair", icon=":material/arrow_back:", disabled=place == 0):
            st.session_state[PLACE] = place - 1
            st.rerun()
        if pressed("Next pair", icon=":material/arrow_forward:", disabled=place + 1 >= len(items)):
            st.session_state[PLACE] = place + 1
            st.rerun()
    if st.toggle("Show which column was rated how", key="rating_reveal"):
        _summary(opened, record, comparison, sheet, titles)


def _summary(
    opened: Workspace,
    record: Session,
    comparison: Comparison,
    sheet: views.RatingSheet,
    titles: dict[str, str],
) -> None:
    summary = views.sum_up(comparison, sheet, views.ratings_of(opened, record.project_id, sheet))
    table: dict[str, list[str]] = {"Column": [titles[one.column] for one in summary.columns]}
    table["Rated"] = [str(one.rated) for one in summary.columns]
    for outcome in OUTCOMES:
        table[outcome.capitalize()] = [str(one.counts.get(outcome, 0)) for one in summary.columns]
    table["Usable or minor fix"] = [
        "–"
        if one.good.value is None or one.good.low is None or one.good.high is None
        else f"{one.good.value:.0%} ({one.good.low:.0%} to {one.good.high:.0%})"
        for one in summary.columns
    ]
    st.table(table)
    better = ", ".join(f"{titles[name]} {count}" for name, count in summary.preferred.items())
    st.caption(f"Rated better: {better}, the same {summary.ties}. Raters: {summary.raters}.")
