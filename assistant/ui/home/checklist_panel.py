"""What would be tested, before anything is written: the checklist, grouped by criterion, and what
holds before the cases of an epic or a story."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import streamlit as st

from assistant.domain import TECHNIQUES, AcceptanceCriterion, Epic, TestCondition
from assistant.ui.counts import counted
from assistant.ui.plain_text import label, label_lines
from assistant.ui.technique_colors import TECHNIQUE_COLORS
from assistant.workflow.writing.analyse_epic import shared_preconditions
from assistant.workflow.writing.requests import Understanding


def checklist_panel(found: Understanding) -> None:
    """Each epic with its stories and criteria; below a criterion, the items that rest on it."""
    items: dict[str, list[TestCondition]] = {}
    for condition in found.conditions:
        items.setdefault(condition.criterion_id, []).append(condition)
    for epic in found.epics:
        meta = " · ".join(label(part) for part in (epic.release, epic.team) if part)
        with st.expander(
            f"**{label(epic.key)}** {label(epic.title)}", expanded=len(found.epics) == 1
        ):
            if meta:
                st.caption(meta)
            for story in epic.stories:
                lines = [f":small[**{label(story.key)} {label(story.title)}**]"]
                for criterion in story.criteria:
                    left_out = criterion.id in found.criteria_left_out
                    lines += _criterion(criterion, items.get(criterion.id, ()), left_out=left_out)
                st.markdown("  \n".join(lines))
            walks = [one for one in found.conditions if one.criterion_id == epic.key]
            if walks:
                st.markdown("  \n".join(_items(walks)))


def _criterion(
    criterion: AcceptanceCriterion, items: Sequence[TestCondition], *, left_out: bool
) -> Iterator[str]:
    count = counted(len(items), "item") if items else ":orange[no item]"
    count = "left out" if left_out else count
    said = label_lines(criterion.text, limit=400)
    said[0] = f":gray[{label(criterion.id)}] {said[0]}"
    said[-1] += f" :gray[({count})]"
    yield from (f":small[{line}]" for line in said)
    yield from _items(items)


def _items(items: Sequence[TestCondition]) -> Iterator[str]:
    ordered = sorted(items, key=lambda one: TECHNIQUES.index(one.technique))
    for one in ordered:
        mark = f":{TECHNIQUE_COLORS[one.technique]}[■]"
        yield (f":small[\u2003{mark} {label(one.statement, limit=240)} :gray[{one.technique}]]")


def shared_preconditions_panel(epics: Sequence[Epic]) -> None:
    """What the texts of epics and stories state for all of their criteria, folded."""
    shared = [one for epic in epics for one in shared_preconditions(epic)]
    if not shared:
        return
    title = f"Shared preconditions ({len(shared)})"
    with st.expander(title, icon=":material/playlist_add_check:", key="shared_preconditions"):
        lines = [
            f":small[**{label(one.key)}** {label(one.text, limit=260)} :gray["
            + (f"stated for the {one.level}" if one.stated else "given in each of its criteria")
            + "]]"
            for one in shared
        ]
        st.markdown("  \n".join(lines))
        st.caption("Each case keeps them too: a test tool shows one case at a time.")
