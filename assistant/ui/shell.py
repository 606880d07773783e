"""What stands around every page: the sidebar with the project, and what every page must have.

After the first paint: load what the first search and the first case will need.
"""

from __future__ import annotations

import gc
import logging
import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import streamlit as st

from assistant.errors import AssistantError
from assistant.ui.browser_memory import remember, remembered_project
from assistant.ui.browser_scripts import one_entry_a_page, session_before, sheet
from assistant.ui.erase_panel import erased_note, keep_and_erase
from assistant.ui.plain_text import label, plain, visible
from assistant.ui.presses import forget_presses, forget_unreached, pressed
from assistant.ui.state import (
    RECORD,
    WANTED_PAGE,
    Session,
    errors_shown,
    follow_browser,
    given_name,
    keep_address,
    page_action,
    session,
    show_done,
    workspace,
)
from assistant.workflow.deployment import models
from assistant.workflow.deployment.workspace import Workspace
from assistant.workflow.sources import search_sources
from assistant.workflow.sources.sample_project import SAMPLE_PROJECT, ensure_sample_project

if TYPE_CHECKING:
    from streamlit.navigation.page import StreamlitPage

CHOICE = "project_choice"
LOGO = str(Path(__file__).with_name("logo.svg"))
ICON = str(Path(__file__).with_name("icon.svg"))
"""A file of our own: the browser would fetch an icon that is named from another host."""
WRITER_MARKS = {
    "ready": ":green[:material/check_circle:]",
    "loading": ":blue[:material/hourglass_top:]",
    "loadable": ":gray[:material/radio_button_unchecked:]",
    "failed": ":red[:material/error:]",
}


def enter(pages: Sequence[StreamlitPage], chosen: StreamlitPage) -> None:
    """Draw the shell around the chosen page, or stop with what is missing to show it."""
    st.logo(LOGO, size="large")
    record = session()
    wanted = st.session_state.pop(WANTED_PAGE, "")
    for page in pages:
        if wanted and page.url_path == wanted and page is not chosen:
            st.switch_page(page)
    try:
        opened = workspace()
    except AssistantError as error:
        st.error(plain(str(error)), icon=":material/lock:")
        st.stop()
    erased_note()
    show_done()
    projects = opened.projects()
    if not projects:
        _first_project(opened, record)
        st.stop()
    ids = {project.id for project in projects}
    follow_browser(record, with_run=chosen is pages[0])
    if record.project_id not in ids:
        last = remembered_project()
        sample = opened.find_project(SAMPLE_PROJECT)
        usual = sample.id if sample else projects[0].id
        _look_at(record, last if last in ids else usual)
    forget_presses((chosen.url_path, record.project_id, record.run_id))
    # A run takes the whole width; the sidebar is one click away.
    with_run = chosen is pages[0] and bool(record.run_id)
    name = next(one.name for one in projects if one.id == record.project_id)
    st.set_page_config(
        page_title=f"{chosen.title} · {visible(name)}",
        initial_sidebar_state="collapsed" if with_run else "auto",
    )
    with st.sidebar:
        _project_chooser(opened, record)
        with st.container(gap="xxsmall"):
            _writers(opened)
            _person(opened, record)
            sheet()
            one_entry_a_page()
            before = session_before(record.id)
            if before not in ("", record.id, record.follows):
                st.toast(BACK, icon=":material/sync:", duration="long")
                record.follows = before
            remember(
                name=given_name(record),
                given=record.names_given,
                project_id=record.project_id,
                browser=record.browser,
            )
    warm_up_once(str(opened.settings.data_dir), opened, record.project_id)
    keep_address(record, *(("run", "view") if chosen is pages[0] else ()))


def leave() -> None:
    """What is to be done when the page has been drawn to its end."""
    forget_unreached()


def _look_at(record: Session, project_id: str) -> None:
    record.project_id = project_id
    record.open_run("")


def _project_chooser(opened: Workspace, record: Session) -> None:
    names = {project.id: visible(project.name) for project in opened.projects()}
    st.session_state[CHOICE] = record.project_id

    def choose() -> None:
        _look_at(st.session_state[RECORD], st.session_state[CHOICE])

    with st.container(gap="small"):
        st.selectbox(
            "Project",
            list(names),
            format_func=lambda project_id: names.get(project_id, project_id),
            key=CHOICE,
            on_change=choose,
            icon=":material/folder_open:",
        )
        with st.container(gap=None):
            # The key changes with the project, so that it closes when one was created.
            key = f"new_project_{record.project_id}"
            with st.popover("New project", icon=":material/add:", type="tertiary", key=key):
                with st.form("new_project", border=False, width=340):
                    name = st.text_input(
                        "Name",
                        max_chars=80,
                        placeholder="For example: Drop-4",
                        key=f"new_project_name_{record.project_id}",  # as of the menu
                    )
                    created = pressed("Create", button=st.form_submit_button, type="primary")
                if created:
                    with page_action():
                        _look_at(record, opened.create_project(name or "").id)
            keep_and_erase(opened, record)


def _writers(opened: Workspace) -> None:
    """The writers that can be used now and where the text goes with each."""
    st.caption("Writers")
    for choice in models.writers(opened):
        if choice.usable:
            where = "" if not choice.leaves else f" · :orange[{label(choice.destination)}]"
            st.markdown(
                f":small[{WRITER_MARKS[choice.state]} {label(choice.title)} "
                f":gray[{models.STATE_WORDS[choice.state]}{where}]]"
            )
    library, index = opened.library_kept_at, opened.chunks_kept_at
    if not (library or index):
        st.caption(":material/lock: Sources, cases and decisions stay on this computer.")
        return
    kept = f"kept at :orange[{label(library)}]" if library else "stored on this computer"
    beside = f"; chunks of the sources are kept at :orange[{label(index)}]" if index else ""
    st.caption(f":material/database: Sources, cases and decisions are {kept}{beside}.")


def _person(opened: Workspace, record: Session) -> None:
    """Under which name this person signs, where that is theirs to say."""
    if opened.settings.user:
        return
    more = "" if given_name(record) else ": say your name"
    st.page_link(
        "pages/settings.py",
        label=f":small[:gray[You sign as {label(record.user)}{more}]]",
        icon=":material/person:",
        help="Decisions, answers and changes carry this name. It is set under Settings.",
    )


def _first_project(opened: Workspace, record: Session) -> None:
    """An empty data folder: offer the sample, or an empty project."""
    st.title("Welcome to UAT Assistant")
    st.markdown(
        "Paste an epic and get UAT test cases: beside each expected result stand the words of a "
        "source, or a mark that none says it. Until you set up a large model, the cases are "
        "outlines: quotations and values for you to complete."
    )
    left, right = st.columns(2, gap="medium")
    with left, st.container(border=True, height="stretch"):
        st.subheader("Look around first", icon=":material/bolt:")
        st.caption("An energy retailer's programme: epics, business rules, wiki pages, test cases.")
        if pressed("Create the sample project", type="primary", key="create_sample"):
            with errors_shown():
                _create_sample(opened, record)
    with right, st.container(border=True, height="stretch"), st.form("first", border=False):
        st.subheader("Start with your own", icon=":material/create_new_folder:")
        name = st.text_input("Project name", max_chars=80, placeholder="For example: Drop-4")
        if pressed("Create an empty project", button=st.form_submit_button):
            with page_action():
                _look_at(record, opened.create_project(name or "").id)


def _create_sample(opened: Workspace, record: Session) -> None:
    bar = st.progress(0.0, "Fetching the embedding model (92 MB, once)…")

    def fetched(progress: models.FetchProgress) -> None:
        bar.progress(
            progress.bytes_done / max(1, progress.bytes_total),
            f"Fetching the embedding model: {progress.bytes_done / 1e6:.0f} MB",
        )

    def indexed(done: int, total: int) -> None:
        bar.progress(done / max(1, total), f"Indexing the sample: {done:,} of about {total:,}")

    models.fetch(opened.settings, models.DEFAULT_EMBEDDING, progress=fetched)
    bar.progress(0.0, "Loading the embedding model; the first time this can take a minute…")
    project = ensure_sample_project(opened, progress=indexed)
    _look_at(record, project.id)
    st.rerun()


BACK = (
    "The connection was lost and is back. What was saved is here; look whether what you did last "
    "is among it."
)
SECONDS_AFTER_PAINT = 1.0
log = logging.getLogger(__name__)


@st.cache_resource(show_spinner=False)
def warm_up_once(data_dir: str, _workspace: Workspace, project_id: str) -> threading.Timer:
    """Start warming up in the background; once per process, whoever comes first."""
    timer = threading.Timer(SECONDS_AFTER_PAINT, warm_up, (_workspace, project_id))
    timer.daemon = True
    timer.start()
    return timer


def warm_up(workspace: Workspace, project_id: str) -> None:
    """Load the embedding model, open the index, load the language model where one is wanted; then
    keep the schedule of the connections.

    A collection of garbage of all generations would walk through everything that was just loaded,
    and holds up every click meanwhile; frozen, it is left out of that.
    """
    if models.is_here(workspace.settings, models.DEFAULT_EMBEDDING):
        _quietly(lambda: search_sources.search(workspace, project_id, "warm up", limit=1))
    gc.collect()
    gc.freeze()
    preload = workspace.settings.preload
    if preload and models.is_here(workspace.settings, preload):
        _quietly(lambda: models.load(workspace, preload))
        gc.collect()
        gc.freeze()
    # Only here: the connectors' libraries would hold up the first paint.
    from assistant.workflow.sources import sync_jobs

    sync_jobs.start_schedule(workspace)


def _quietly(step: Callable[[], object]) -> None:
    """Run a step of the warm-up; its error comes up again where a person asks for the thing."""
    try:
        step()
    except AssistantError as error:
        log.warning("warm-up: %s", error)
