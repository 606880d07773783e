"""What the checks found in a case, worst first, each with a fix where there is one."""

from __future__ import annotations

from collections.abc import Callable, Collection

import streamlit as st

from assistant.domain import LintFinding, TestCase
from assistant.ui.plain_text import label, plain, without_emphasis

SHOWN = 6
"""Findings shown open; more are folded away."""

Apply = Callable[[LintFinding], None]


def findings_panel(
    case: TestCase,
    apply: Apply | None = None,
    *,
    told: Collection[LintFinding] = (),
    key: str = "findings",
) -> None:
    """The findings of a case; ``apply`` is called with one whose fix is wanted. Without it, fixes
    are not offered. Those ``told`` elsewhere on the page are left out, unless there is a fix."""
    open_ones = [one for one in case.findings if one not in told or (one.fix and apply)]
    found = sorted(open_ones, key=lambda one: (one.severity != "error", one.step or 0))
    if not found:
        return
    errors = sum(one.severity == "error" for one in found)
    against = f", {errors} against a source" if errors else ""
    with st.container(border=True, gap="xsmall", key=key):
        st.markdown(
            f":small[**{len(found)} {'finding' if len(found) == 1 else 'findings'}{against}**]"
        )
        for place, one in enumerate(found[:SHOWN]):
            _finding(one, place, apply)
        if len(found) > SHOWN:
            with st.expander(f"{len(found) - SHOWN} more"):
                for place, one in enumerate(found[SHOWN:], start=SHOWN):
                    _finding(one, place, apply)


def _finding(one: LintFinding, place: int, apply: Apply | None) -> None:
    color, icon = ("red", "error") if one.severity == "error" else ("orange", "warning")
    where = f"step {one.step}" if one.step else "case"
    said, _ = without_emphasis(" ".join(one.message.split()))
    with st.container(horizontal=True, vertical_alignment="center", gap="xsmall"):
        st.markdown(
            f":small[:{color}[:material/{icon}:] **{where}, {label(one.rule)}:** {plain(said)}]",
            width="stretch",
        )
        if one.fix is not None and apply is not None:
            st.button(
                label(one.fix.says, limit=60),
                key=f"fix-{place}",
                type="tertiary",
                icon=":material/auto_fix_high:",
                help="Put it into the case; Undo takes it back",
                on_click=apply,
                args=(one,),
            )
