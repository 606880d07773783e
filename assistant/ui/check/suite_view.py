"""Check a suite: upload cases of any tool, watch them being checked, read what was found."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

import streamlit as st

from assistant.domain import TestCase
from assistant.errors import SourceError, UnknownColumns
from assistant.ui.cases.case_list import table_height
from assistant.ui.cases.sources_panel import open_wanted_source
from assistant.ui.check.checked_case import COLORS, NAMED, checked_case
from assistant.ui.check.criteria_gaps import criteria_gaps
from assistant.ui.counts import counted
from assistant.ui.job_progress import job_progress
from assistant.ui.menus import close_menus
from assistant.ui.plain_text import label, plain, visible
from assistant.ui.presses import pressed
from assistant.ui.row_selection import choice_handler, chosen
from assistant.ui.sources.mapping_form import mapping_form
from assistant.ui.state import Session, errors_shown, page_action
from assistant.workflow.deployment import models
from assistant.workflow.deployment.jobs import JobState
from assistant.workflow.deployment.workspace import Workspace
from assistant.workflow.review import check_report, check_suite
from assistant.workflow.review.case_checks import (
    VERDICTS,
    CaseCheck,
    Older,
    SuiteCheck,
    Verdict,
    verdict_of,
)
from assistant.workflow.review.check_suite import SuiteWork, read_suite
from assistant.workflow.sources import import_sources
from assistant.workflow.writing import second_reading

WORK, CASES, FILE, TABLE = "suite_work", "suite_cases", "suite_upload", "suite_table"
CHOSEN = "suite_case"
ANEW = "suite_anew"
"""Whether what was found stands aside for a new check."""
TABLE_HEIGHT = 400
SHOWN = 2000
"""Rows of the table; the report has all of them."""


@dataclass(frozen=True)
class Upload:
    """A file that was uploaded, as long as the session looks at it."""

    file_id: str
    name: str
    data: bytes


def suite_view(opened: Workspace, record: Session) -> None:
    """The upload, then the progress, then the findings."""
    given = st.file_uploader(
        "Cases as CSV or Excel, the export of Xray, Zephyr, TestRail or Azure, or a feature file",
        key="suite_file",
        help="Whoever wrote them. Nothing is kept unless you import the cases.",
    )
    if given is not None:
        st.session_state[FILE] = Upload(given.file_id, given.name, given.getvalue())
    file: Upload | None = st.session_state.get(FILE)
    if file is None:
        _nothing_yet(opened, record)
        return
    if given is None:  # the uploader forgets its file when another page is looked at
        st.button(
            f"Close {label(file.name)}", icon=":material/close:", type="tertiary",
            key="close_suite", on_click=_close, args=(opened,),
        )  # fmt: skip
    work: SuiteWork | None = st.session_state.get(WORK)
    own = work is not None and work.key == _key(record, file)
    if work is not None and own and not st.session_state.get(ANEW):
        _work(opened, record, file, work)
        return
    cases = _read(opened, record, file)
    reader = _reader(opened) if cases else ""
    with st.container(horizontal=True, gap="xsmall"):
        begins = bool(cases) and st.button(
            f"Check {counted(len(cases), 'case')}",
            type="primary",
            icon=":material/rule:",
            key="check_suite",
        )
        if own and st.button("Back to what was found", key="keep_findings", type="tertiary"):
            st.session_state.pop(ANEW, None)
            st.rerun()
    if begins:
        st.session_state.pop(ANEW, None)
        key = _key(record, file)
        if work is not None:  # of another file or project, which nobody looks at any more
            opened.jobs.cancel(work.job_id)
        st.session_state[WORK] = check_suite.start(
            opened, record.project_id, cases, file=file.name, key=key, reader=reader,
            before=work if own else None,
        )  # fmt: skip
        st.rerun()


def _reader(opened: Workspace) -> str:
    """The model that is to read the cases too, where one is able to and is wanted."""
    able = second_reading.readers(opened)
    if not able:
        return ""
    chosen = st.selectbox(
        "Read by a model too",
        ["", *able],
        format_func=lambda name: _title(opened, name) if name else "nobody",
        key="suite_reader",
        width=320,
        help="A second reader doubts results beside criteria and sources. It finds much that "
        "comparing words does not, and overlooks things.",
    )
    if chosen:
        st.caption(
            f"Your text (cases and sources) {label(models.writer(opened, chosen).destination)}."
        )
    return chosen or ""


def _title(opened: Workspace, reader: str) -> str:
    return label(models.writer(opened, reader).title)


def _close(opened: Workspace) -> None:
    """Forget the file, its cases and what was found."""
    work: SuiteWork | None = st.session_state.pop(WORK, None)
    if work is not None:
        opened.jobs.cancel(work.job_id)
    for name in (CASES, FILE, ANEW):
        st.session_state.pop(name, None)


def _nothing_yet(opened: Workspace, record: Session) -> None:
    st.caption(
        "Every expected result is held against this project's criteria, rules and pages: the words "
        "that support it, sentences that deny it, numbers and messages that stand nowhere, results "
        "that only repeat their action, cases that say the same, and faults of wording."
    )
    if not opened.library.documents(record.project_id):
        st.info(
            "This project has no sources yet. Import its epics, rules and pages first.",
            icon=":material/inbox:",
        )


def _key(record: Session, file: Upload) -> str:
    return f"{record.project_id} {file.file_id}"


def _read(opened: Workspace, record: Session, file: Upload) -> tuple[TestCase, ...]:
    """The cases of the upload, read once; columns that are not known are asked for here."""
    key = _key(record, file)
    known: tuple[str, tuple[TestCase, ...]] | None = st.session_state.get(CASES)
    if known is not None and known[0] == key:
        return known[1]
    cases: tuple[TestCase, ...] = ()
    with errors_shown():
        try:
            with st.spinner(f"Reading {visible(file.name)}…"):
                cases = read_suite(opened, record.project_id, file.name, file.data)
        except UnknownColumns as unsure:
            st.warning(plain(str(unsure)), icon=":material/rule_settings:")
            mapping_form(opened, record, file.file_id, file.name, file.data, unsure=True)
    if cases:
        st.session_state[CASES] = (key, cases)
    return cases


def _work(opened: Workspace, record: Session, file: Upload, work: SuiteWork) -> None:
    state = opened.jobs.state(work.job_id)
    if state.active:
        job_progress(
            opened,
            work.job_id,
            partial(_how_far, name=_title(opened, work.reader) if work.reader else ""),
            active=True,
            stop="stop_check",
            help="What was checked so far is shown",
        )
    elif work.report is not None:
        if state.error:  # of a check anew: what was found before is still there
            st.error(plain(state.error), icon=":material/error:")
        _report(opened, record, file, work, work.report)
    else:
        st.error(plain(state.error), icon=":material/error:")
        _again()


def _again() -> None:
    """A way to check anew: what failed or was stopped, after sources changed, or by a model too.

    What was found stays until the check begins.
    """
    if st.button("Check again", icon=":material/refresh:", key="check_again",
                 help="With a model or without; what was found stays until you start"):  # fmt: skip
        st.session_state[ANEW] = True
        st.rerun()


def _how_far(state: JobState, name: str) -> str:
    """``name`` is of the model that reads the cases once they are checked: each counts twice."""
    if not state.total:
        return "Checking: reading the sources"
    total = state.total // 2 if name else state.total
    if name and state.done >= total:
        return f"Checked; {state.done - total} of {counted(total, 'case')} read by {name}"
    return f"Checking: {state.done} of {counted(total, 'case')}"


def _report(
    opened: Workspace, record: Session, file: Upload, work: SuiteWork, report: SuiteCheck
) -> None:
    def again(
        numbers: Collection[int], chosen: Mapping[int, tuple[str, ...]] | None = None
    ) -> None:
        with page_action():
            cases = _read(opened, record, file)
            st.session_state[WORK] = check_suite.start_again(
                opened, record.project_id, work, cases, numbers, chosen=chosen or {}
            )
            close_menus()

    older = check_suite.older(opened, record.project_id, report)
    _figures(opened, report)
    _older(report, older, again)
    _actions(opened, record, file, report, older)
    criteria_gaps(opened, record, report)
    wanted = st.pills(
        "Show",
        [name for name, count in report.counts.items() if count],
        selection_mode="multi",
        format_func=lambda name: f"{name} ({report.counts[name]})",
        key="suite_verdicts",
        label_visibility="collapsed",
    )
    rows = [one for one in report.worst_first if not wanted or one.verdict in wanted]
    one = _table(report, rows, _key(record, file), older)
    if one is not None:
        checked_case(
            record.project_id, report, one, older,
            lambda number, ids: again([number], {number: ids}),
        )  # fmt: skip
        open_wanted_source(opened)


def _older(report: SuiteCheck, older: Older, again: Callable[[Collection[int]], None]) -> None:
    """That sources changed since verdicts were made: which, and a way to check them again."""
    if not older.changes:
        return
    names = ", ".join(label(one.says, limit=80) for one in older.changes[:NAMED])
    more = len(older.changes) - NAMED
    names += f" and {more} more" if more > 0 else ""
    of = f"{len(older.numbers)} of {counted(len(report.cases), 'verdict')} made before that."
    held = (
        f"{counted(len(older.touched), 'case')} held against what changed; it may bear on the "
        "others too."
        if older.touched
        else "No case was held against it; it may bear on them all the same."
    )
    with st.container(border=True, key="suite_older"):
        st.markdown(
            f":orange[:material/update:] **Sources changed since**: {names}  \n"
            f":small[:gray[{of} {held}]]"
        )
        with st.container(horizontal=True, gap="xsmall"):
            if older.touched and older.others and pressed(
                f"Check {counted(len(older.touched), 'case')} again",
                icon=":material/refresh:", key="check_touched", type="primary",
            ):  # fmt: skip
                again(older.touched)
            if pressed(
                f"Check {'all ' if len(older.numbers) > 1 else ''}"
                f"{counted(len(older.numbers), 'case')} again",
                icon=":material/refresh:", key="check_older",
                type="tertiary" if older.touched and older.others else "primary",
            ):  # fmt: skip
                again(older.numbers)


def _figures(opened: Workspace, report: SuiteCheck) -> None:
    badges = " ".join(
        f":{COLORS[name]}-badge[{count} {name}]" for name, count in report.counts.items() if count
    )
    checked = counted(len(report.cases), "case")
    of = checked if len(report.cases) == report.total else f"{checked} of {report.total}"
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown(f"**{of} checked** {badges}", width="stretch")
        with st.popover("What the verdicts mean", icon=":material/help:", type="tertiary"):
            st.markdown("\n".join(f"- **{name}**: {said}" for name, said in VERDICTS.items()))
    if report.read_by:
        read = f"{report.read} of {len(report.cases)} read by {_title(opened, report.read_by)}"
        st.caption(f":material/person_search: {read}")


def _actions(
    opened: Workspace, record: Session, file: Upload, report: SuiteCheck, older: Older
) -> None:
    stem = visible(file.name).rpartition(".")[0] or "suite"
    with st.container(horizontal=True, gap="xsmall"):
        for form, ending, report_as in (
            ("CSV", "csv", check_report.as_csv),
            ("Markdown", "md", check_report.as_markdown),
        ):
            st.download_button(
                f"Report as {form}",
                data=report_as(report, older),
                file_name=f"{stem}-check.{ending}",
                mime=f"text/{form.lower()}",
                icon=":material/download:",
                on_click="ignore",
            )
        if st.button(
            "Import these cases",
            icon=":material/library_add:",
            key="import_suite",
            help="Keep them in the project; until then nothing is kept",
        ):
            _keep(opened, record, file)
        _again()


def _keep(opened: Workspace, record: Session, file: Upload) -> None:
    with errors_shown():
        found = import_sources.preview_files(opened, record.project_id, file.name, file.data)
        held = [one for one in found.previews if one.counts["case"]]
        if not held:
            raise SourceError(
                f"'{file.name}' holds scenarios. They are imported as criteria to test, not as "
                "cases: do that under Import sources."
            )
        import_sources.store(opened, record.project_id, held, by=record.user)
        cases = counted(sum(one.counts["case"] for one in held), "case")
        st.toast(f"{cases} kept: see Review cases", icon=":material/check:")


def _table(
    report: SuiteCheck, rows: Sequence[CaseCheck], key: str, older: Older
) -> CaseCheck | None:
    """The cases of the file with this key, worst first; the one that is chosen, else the first."""
    shown = {f"{key} {one.number}": one for one in rows[:SHOWN]}
    numbers = [one.number for one in shown.values()]
    in_part = 0 < len(older.numbers) < len(report.cases)
    st.dataframe(
        {
            "Verdict": [one.verdict for one in shown.values()],
            "Case": [visible(one.case.id) for one in shown.values()],
            "Title": [visible(one.case.title) for one in shown.values()],
            "Held against": [visible(_held_in_table(report, one)) for one in shown.values()],
            **(
                {"Older": ["yes" if number in older.numbers else "" for number in numbers]}
                if in_part
                else {}
            ),
            "First finding": [_first(one) for one in shown.values()],
        },
        key=TABLE,
        on_select=choice_handler(TABLE, CHOSEN, list(shown)),
        selection_mode="single-row",
        hide_index=True,
        placeholder="",
        height=table_height(len(shown), TABLE_HEIGHT),
        column_config={
            "Verdict": st.column_config.TextColumn(width=128),
            "Case": st.column_config.TextColumn(width=104),
            "Title": st.column_config.TextColumn(width=300),
            "Held against": st.column_config.TextColumn(
                width=136, help="? is not sure: the case does not say which criterion it is about"
            ),
            "Older": st.column_config.TextColumn(
                width=60, help="Its verdict is older than the sources"
            ),
            "First finding": st.column_config.TextColumn(width=290),
        },
        alt="Checked cases, worst first",
    )
    if len(rows) > len(shown):
        st.caption(f"and {len(rows) - len(shown)} more; the reports have all of them")
    return shown.get(chosen(CHOSEN)) or next(iter(shown.values()), None)


def _held_in_table(report: SuiteCheck, checked: CaseCheck) -> str:
    """The criteria; of those that are not sure the likeliest, with a question mark."""
    ids = checked.link.criterion_ids
    if checked.link.is_sure or not ids:
        return ", ".join(ids)
    near = report.near(checked)
    return f"? {near[0]}" + (f" +{len(near) - 1}" if len(near) > 1 else "")


def _first(checked: CaseCheck) -> str:
    """The finding that decided the verdict."""
    order: list[Verdict] = list(VERDICTS)
    ranked = sorted(checked.case.findings, key=lambda one: order.index(verdict_of([one])))
    return visible(ranked[0].message) if ranked else ""
