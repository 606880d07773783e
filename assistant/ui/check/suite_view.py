"""Check a suite: upload cases of any tool or take the project's own, watch them being checked, read
what was found; find the suites again that are kept."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

import streamlit as st

from assistant.domain import TestCase
from assistant.errors import SourceError, UnknownColumns
from assistant.ui.cases.sources_panel import open_wanted_source
from assistant.ui.check.checked_case import checked_case
from assistant.ui.check.criteria_gaps import criteria_gaps
from assistant.ui.check.suite_report import case_table, figures, older_note, writer_title
from assistant.ui.counts import counted
from assistant.ui.job_progress import job_progress
from assistant.ui.menus import close_menus, menu_key
from assistant.ui.plain_text import label, plain, visible
from assistant.ui.presses import pressed
from assistant.ui.sources.mapping_form import mapping_form
from assistant.ui.state import Session, errors_shown, note_done, page_action, show_done
from assistant.workflow.deployment import models
from assistant.workflow.deployment.jobs import JobState
from assistant.workflow.deployment.workspace import Workspace
from assistant.workflow.review import check_report, check_suite, kept_suites
from assistant.workflow.review.case_checks import Older, SuiteCheck
from assistant.workflow.review.check_suite import NONE_CHOSEN, read_suite
from assistant.workflow.review.duplicates import EXISTING
from assistant.workflow.review.kept_suites import KeptSuite, SuiteLine
from assistant.workflow.sources import import_sources

CASES, FILE, CLOSED = "suite_cases", "suite_upload", "suite_closed"
ANEW = "suite_anew"
"""Whether what was found stands aside for a new check."""
UPLOADED = "suite_uploaded"
"""The id of the suite whose file was uploaded in this session."""


@dataclass(frozen=True)
class Upload:
    """A file that was uploaded, as long as the session looks at it."""

    file_id: str
    name: str
    data: bytes


def suite_view(opened: Workspace, record: Session) -> None:
    """The upload and what is kept; of the suite that is open the progress, then the findings."""
    show_done()
    kept = kept_suites.kept(opened, record.project_id)
    if record.suite and record.suite in (one.name for one in kept):
        suite = kept_suites.find(opened, record.project_id, record.suite)
        if suite is not None:
            _close_button(record, record.suite)
            _open_suite(opened, record, suite)
            return
    given = st.file_uploader(
        "Cases as CSV or Excel, the export of Xray, Zephyr, TestRail or Azure, or a feature file",
        key=f"suite_file-{st.session_state.get(CLOSED, 0)}",
        help="Whoever wrote them. They are kept with the project once you check them, apart from "
        "its test cases.",
    )
    if given is not None:
        st.session_state[FILE] = Upload(given.file_id, given.name, given.getvalue())
    file: Upload | None = st.session_state.get(FILE)
    if file is None:
        _nothing_yet(opened, record)
        _imported(opened, record)
        _kept_list(record, kept)
        return
    if given is None:  # the uploader forgets its file when another page is looked at
        _close_button(record, file.name)
    _new(opened, record, file, kept)


def _close_button(record: Session, name: str) -> None:
    st.button(
        f"Close {label(name)}", icon=":material/close:", type="tertiary",
        key="close_suite", on_click=_close, args=(record,),
    )  # fmt: skip


def _close(record: Session) -> None:
    """Look at no suite any more; what is kept stays, and a check goes on."""
    record.suite = ""
    st.session_state[CLOSED] = st.session_state.get(CLOSED, 0) + 1
    for name in (CASES, FILE, UPLOADED, ANEW):
        st.session_state.pop(name, None)


def _kept_list(record: Session, kept: Collection[SuiteLine]) -> None:
    """The suites that are kept, each to be opened."""
    if not kept:
        return
    st.subheader("Kept in this project")
    for one in kept:
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            if st.button(
                label(one.name), icon=":material/rule:", type="tertiary", key=f"open-{one.name}"
            ):
                record.suite = one.name
                st.rerun()
            by = f" by {label(one.by)}" if one.by else ""
            st.caption(f"last changed {one.at:%d %b %Y %H:%M} UTC{by}")


def _new(opened: Workspace, record: Session, file: Upload, kept: Collection[SuiteLine]) -> None:
    """A file that was uploaded: what is kept of it already, or a check of it."""
    cases = _read(opened, record, file)
    if not cases:
        return
    name = kept_suites.name_of(file.name)
    before = next((one for one in kept if one.name == name), None)
    if before is not None:
        suite = kept_suites.find(opened, record.project_id, name)
        if suite is not None and suite.cases == cases:
            record.suite, st.session_state[UPLOADED] = name, suite.id
            st.rerun()
        st.caption(
            f":material/info: Takes the place of the {label(name)} that was kept "
            f"{before.at:%d %b %Y %H:%M} UTC. What was chosen for cases of the same id and title "
            "stays."
        )
    reader = _reader(opened)
    if _begins(len(cases)):
        with page_action():
            suite = kept_suites.keep(opened, record.project_id, file.name, cases, by=record.user)
            record.suite, st.session_state[UPLOADED] = name, suite.id
            _check(opened, record, reader)


def _begins(count: int) -> bool:
    return st.button(
        f"Check {counted(count, 'case')}", type="primary", icon=":material/rule:", key="check_suite"
    )


def _check(opened: Workspace, record: Session, reader: str) -> None:
    """Check all of the open suite, the imported cases as they stand now. Raises as
    ``kept_suites.check`` and ``keep_imported``."""
    st.session_state.pop(ANEW, None)
    if record.suite == kept_suites.IMPORTED:
        kept_suites.keep_imported(opened, record.project_id, by=record.user)
    kept_suites.check(opened, record.project_id, record.suite, reader=reader, by=record.user)


def _reader(opened: Workspace) -> str:
    """The model that is to read the cases too, where one is able to and is wanted."""
    able = models.readers(opened)
    if not able:
        return ""
    chosen = st.selectbox(
        "Read by a model too",
        ["", *able],
        format_func=lambda name: writer_title(opened, name) if name else "nobody",
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


def _imported(opened: Workspace, record: Session) -> None:
    """The way to check the cases that the project has imported, as they stand now."""
    count = opened.library.lineage.count_uncited(record.project_id, EXISTING)
    if not count:
        return
    if st.button(
        f"Take the {counted(count, 'imported case')} of this project",
        icon=":material/library_books:",
        key="take_imported",
        help="Which of your cases do the sources of today deny, or not know",
    ):
        with page_action():
            kept_suites.keep_imported(opened, record.project_id, by=record.user)
            record.suite = kept_suites.IMPORTED


def _read(opened: Workspace, record: Session, file: Upload) -> tuple[TestCase, ...]:
    """The cases of the upload, read once; columns that are not known are asked for here."""
    key = f"{record.project_id} {file.file_id}"
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


def _open_suite(opened: Workspace, record: Session, suite: KeptSuite) -> None:
    """A suite that is kept: how far its check is, or what was found; a new check of it."""
    job_id = kept_suites.job_of(record.project_id, suite)
    state = opened.jobs.state(job_id)
    if state.active:
        job_progress(
            opened,
            job_id,
            partial(_how_far, name=writer_title(opened, suite.reader) if suite.reader else ""),
            active=True,
            stop="stop_check",
            help="What was checked so far is shown",
        )
        return
    report = kept_suites.found(opened, record.project_id, record.suite)
    if state.error:  # of a check anew: what was found before is still there
        st.error(plain(state.error), icon=":material/error:")
    if report is None or st.session_state.get(ANEW):
        _anew(opened, record, suite, report)
    else:
        _report(opened, record, suite, report)


def _anew(opened: Workspace, record: Session, suite: KeptSuite, report: SuiteCheck | None) -> None:
    """A check of all of the suite. What was found before stays until it has ended."""
    if report is None:
        with st.container(horizontal=True, vertical_alignment="center"):
            st.caption("Its cases are kept, and nothing that was found of them.", width="stretch")
            _delete_menu(opened, record)
    reader = _reader(opened)
    with st.container(horizontal=True, gap="xsmall"):
        begins = _begins(len(suite.cases))
        if report is not None and st.button(
            "Back to what was found", key="keep_findings", type="tertiary"
        ):
            st.session_state.pop(ANEW, None)
            st.rerun()
    if begins:
        with page_action():
            _check(opened, record, reader)


def _again() -> None:
    """A way to check anew: what was stopped, after sources changed, or by a model too."""
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


def _report(opened: Workspace, record: Session, suite: KeptSuite, report: SuiteCheck) -> None:
    def again(numbers: Collection[int], chosen: Mapping[int, Sequence[str]] = NONE_CHOSEN) -> None:
        with page_action():
            kept_suites.again(
                opened, record.project_id, record.suite, numbers, chosen=chosen, by=record.user
            )
            close_menus()

    older = check_suite.older(opened, record.project_id, report)
    figures(opened, report)
    older_note(report, older, again)
    _actions(opened, record, suite, older)
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
    one = case_table(report, rows, f"{record.project_id} {suite.id}", older)
    if one is not None:
        checked_case(
            record.project_id, report, one, older, suite.chosen,
            lambda number, ids: again([number], {number: ids}),
        )  # fmt: skip
        open_wanted_source(opened)


def _actions(opened: Workspace, record: Session, suite: KeptSuite, older: Older) -> None:
    stem = visible(suite.file).rsplit(".", 1)[0] or "suite"
    file: Upload | None = st.session_state.get(FILE)
    with st.container(horizontal=True, gap="xsmall"):
        for form, ending, report_as in (
            ("CSV", "csv", check_report.as_csv),
            ("Markdown", "md", check_report.as_markdown),
        ):
            st.download_button(
                f"Report as {form}",
                # Made here, not at the click: see ``file_button`` in ``assistant/ui/home``.
                data=kept_suites.report_file(
                    opened, record.project_id, record.suite, report_as, older
                ),
                file_name=f"{stem}-check.{ending}",
                mime=f"text/{form.lower()}",
                icon=":material/download:",
                on_click="ignore",
            )
        if suite.file == kept_suites.IMPORTED:
            pass  # they are the project's already
        elif file is not None and st.session_state.get(UPLOADED) == suite.id:
            if st.button(
                "Import these cases",
                icon=":material/library_add:",
                key="import_suite",
                help="As test cases of the project, to be reviewed, covered and exported",
            ):
                _import(opened, record, file)
        else:
            st.button(
                "Import these cases", icon=":material/library_add:", disabled=True,
                key="import_suite", help="Upload the file again to import its cases",
            )  # fmt: skip
        _again()
        _delete_menu(opened, record)


def _delete_menu(opened: Workspace, record: Session) -> None:
    with st.popover(
        "Delete", icon=":material/delete:", type="tertiary", key=menu_key("delete_suite_menu")
    ):
        st.caption(
            "Its cases, what was chosen and what was found, for everybody. Cases that were "
            "imported stay."
        )
        if pressed(
            f"Delete {label(record.suite)}", type="primary", icon=":material/delete:",
            key=f"delete-{record.suite}",
        ):  # fmt: skip
            with page_action():
                kept_suites.delete(opened, record.project_id, record.suite, by=record.user)
                note_done(f"{record.suite} deleted")
                close_menus()
                _close(record)


def _import(opened: Workspace, record: Session, file: Upload) -> None:
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
        st.toast(f"{cases} imported: see Review cases", icon=":material/check:")
