"""Criteria without a case in a checked suite, by story, and a way to write cases for them."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from assistant.domain import GenerationConfig
from assistant.ui.check.checked_case import NAMED
from assistant.ui.counts import counted
from assistant.ui.home.write_again_menu import writer_choice
from assistant.ui.menus import close_menus, menu_key
from assistant.ui.plain_text import label
from assistant.ui.presses import pressed
from assistant.ui.state import Session, errors_shown
from assistant.workflow.deployment import models
from assistant.workflow.deployment.workspace import Workspace
from assistant.workflow.review import check_report
from assistant.workflow.review.case_checks import Gap, SuiteCheck
from assistant.workflow.writing import generate_cases
from assistant.workflow.writing.requests import GenerateRequest, understand

LISTED = 40
"""Criteria that the page lists; the reports have all of them."""


def criteria_gaps(opened: Workspace, record: Session, report: SuiteCheck) -> None:
    """The criteria of the suite's epics without a case in it, by story, and a way to write some."""
    gaps = report.gaps
    if not gaps:
        return
    perhaps = [one.criterion.id for one in gaps if one.perhaps]
    none = [one.criterion.id for one in gaps if not one.perhaps]
    words = {check_report.NOT_NAMED: len(none), check_report.PERHAPS: len(perhaps)}
    counts = [f"{count} {said}" for said, count in words.items() if count]
    with st.expander(
        f"Criteria without a case in this suite: {', '.join(counts)}",
        icon=":material/playlist_remove:",
    ):
        stopped = len(report.cases) < report.total
        said = ["Not all cases were checked."] if stopped else []
        if perhaps:
            said.append(
                "*Perhaps*: a case that names the story alone quotes it, or none of the story, or "
                "a case that names nothing is nearest to it."
            )
        if any(one.link.by == "story" and not one.link.is_sure for one in report.cases):
            said.append(
                "A criterion may be meant by a case that names its story alone: choose the case's "
                "criterion, and it is certain."
            )
        if said:
            st.caption(" ".join(said))
        stories: dict[str, list[Gap]] = {}
        for one in gaps[:LISTED]:
            stories.setdefault(one.criterion.story_key, []).append(one)
        for key, several in stories.items():
            lines = [f"**{label(key)}** {label(several[0].criterion.story_title, limit=120)}"]
            lines += [f"- {_gap(one)}" for one in several]
            st.markdown("\n".join(lines))
        if len(gaps) > LISTED:
            st.caption(f"and {len(gaps) - LISTED} more; the reports have all of them")
        if others := report.other_epics:
            st.caption(f"No case is held against {label(', '.join(others), limit=300)}.")
        _write_menu(opened, record, report, none, perhaps)


def _gap(gap: Gap) -> str:
    maybe = ""
    if gap.perhaps:
        more = len(gap.perhaps) - NAMED
        named = ", ".join(label(one) for one in gap.perhaps[:NAMED])
        maybe = f" :orange[perhaps {named}{f' and {more} more' if more > 0 else ''}]"
    return f":small[**{label(gap.criterion.id)}** {label(gap.criterion.text, limit=200)}{maybe}]"


def _write_menu(
    opened: Workspace,
    record: Session,
    report: SuiteCheck,
    none: Sequence[str],
    perhaps: Sequence[str],
) -> None:
    """Write cases for the criteria that have none and, if wanted, those that perhaps have one."""
    with st.popover(
        "Write cases for them", icon=":material/playlist_add:", key=menu_key("suite_gaps_menu")
    ):
        too = (
            bool(perhaps) and bool(none) and st.checkbox(
                f"For the {counted(len(perhaps), 'criterion')} that perhaps have one, too",
                key=menu_key("suite_gaps_perhaps"),
            )
        )  # fmt: skip
        ids = (*none, *(perhaps if too or not none else ()))
        default = models.default_writer(opened, record.project_id)
        writer = writer_choice(opened, default, "suite-gaps-writer")
        if pressed(
            f"Write for {counted(len(ids), 'criterion')}",
            type="primary", icon=":material/playlist_add:", key="write_suite_gaps",
        ):  # fmt: skip
            with errors_shown():
                epics = tuple(
                    dict.fromkeys(one.epic_key for one in report.criteria if one.id in ids)
                )
                request = GenerateRequest(epic_keys=epics, criteria=ids)
                found = understand(opened, record.project_id, request)
                run = generate_cases.begin(
                    opened, record.project_id, found, GenerationConfig(writer=writer),
                    by=record.user,
                )  # fmt: skip
                generate_cases.start(opened, record.project_id, run)
                record.open_run(run.id)
                close_menus()
                st.switch_page("pages/generate_test_cases.py")
