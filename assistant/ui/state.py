"""The session's one record, the services that all sessions share, and the guard of the pages."""

from __future__ import annotations

import logging
import secrets
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal
from urllib.parse import parse_qsl

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx
from streamlit.runtime.state.session_state import WStates

from assistant.errors import AssistantError
from assistant.settings import Settings, load_settings
from assistant.ui.browser_memory import browser_id, remembered_name
from assistant.ui.browser_scripts import browser_went
from assistant.ui.plain_text import plain
from assistant.workflow.deployment.workspace import Workspace

RECORD = "session"
WANTED_PAGE = "wanted_page"
LIBRARY_CASE = "library_opened"
"""The case that the library shows beside its table."""
CASE_PROBLEM = "case_problem"
"""Why the last change of the open case was refused; shown once."""
DONE = "done_notes"
CHOSEN_WRITER = "compose_writer"
"""The writer that the next run gets; without it that is the project's default."""
DEFAULT_USER = "Tester"
TURN_SECONDS = 0.001
"""How long a thread that computes keeps the interpreter while others want it. A page asks the
database many times and gets the interpreter back after each answer only when such a turn is over:
with Python's 5 ms a click beside one computing thread takes about twice as long as with 1 ms."""

log = logging.getLogger(__name__)


def _names(states: WStates) -> Iterator[str]:
    return iter(tuple(states.states))


# A press starts a second thread beside the one that still draws the page (``fastReruns``), each
# with a lock of its own on the session's widgets: Streamlit walks through them while the other adds
# one, and the page ends with "dictionary changed size during iteration". One thread at a time would
# do as well, but a click beside an upload took twice as long.
WStates.__iter__ = _names  # type: ignore[method-assign]


@dataclass
class Session:
    """What one browser tab is looking at; plain values only, everything else is in the library."""

    project_id: str = ""
    run_id: str = ""
    case_id: str = ""
    suite: str = ""
    """The name of the checked suite that is open: see ``kept_suites``."""
    view: str = ""
    """Which part of a run or of the library is looked at, where it is not the first."""
    talks: dict[str, str] = field(default_factory=dict)
    """The talk with the sources that is open, by its project."""
    user: str = DEFAULT_USER
    names_given: int = 0
    """How often the name was given or taken back here."""
    browser: str = ""
    """What the browser is known by: see ``browser_memory``."""
    id: str = field(default_factory=lambda: secrets.token_hex(8))
    follows: str = ""
    """The session that the page was of before the connection was lost, once that was said."""
    went: float = 0.0
    """When the browser's Back or Forward that was followed last was used: see ``browser_went``."""

    def open_run(self, run_id: str) -> None:
        """Look at a run, from its first case on."""
        self.run_id = run_id
        self.case_id = self.view = ""


def library_last(record: Session) -> str:
    """Where the last decision on many cases of the library is kept, to be taken back as one."""
    return f"library-last-{record.project_id}"


def session() -> Session:
    """This session's record. Its first reading takes up what the address names."""
    if RECORD not in st.session_state:
        address = st.query_params
        st.session_state[RECORD] = Session(
            project_id=address.get("project", ""),
            run_id=address.get("run", ""),
            case_id=address.get("case", ""),
            suite=address.get("suite", ""),
            view=address.get("view", ""),
            talks={address.get("project", ""): address.get("talk", "")},
            user=settings().user or remembered_name() or DEFAULT_USER,
            browser=browser_id(),
            went=browser_went()[0],
        )
    record: Session = st.session_state[RECORD]
    return record


def keep_address(record: Session, *parts: Literal["run", "suite", "view", "talk"]) -> None:
    """Make the address name what is on screen, so that a reload or a second tab finds it again."""
    known = {
        "run": record.run_id, "suite": record.suite, "view": record.view,
        "talk": record.talks.get(record.project_id, ""),
    }  # fmt: skip
    wanted = {"project": record.project_id} | {name: known[name] for name in parts}
    if "run" in parts:
        wanted["case"] = record.case_id
    wanted = {name: value for name, value in wanted.items() if value}
    if st.query_params.to_dict() != wanted:
        st.query_params.from_dict(wanted)


def follow_browser(record: Session, *, with_run: bool) -> None:
    """Look at what the address names where the browser's Back or Forward led to it."""
    context = get_script_run_ctx()
    marked = context is not None and context.is_history_navigation
    when, query = browser_went()
    address = dict(parse_qsl(query.removeprefix("?"))) if when != record.went else {}
    record.went = when
    if not address and marked:
        address = st.query_params.to_dict()
    if "project" not in address:
        return
    if record.project_id != address["project"]:
        record.project_id = address["project"]
        record.open_run("")
    if with_run:
        if record.run_id != address.get("run", ""):
            record.open_run(address.get("run", ""))
        record.case_id = address.get("case", record.case_id)


def view_chosen(record: Session, views: Mapping[str, str], key: str) -> str:
    """What to look at of several things, by their labels: a choice that a reload keeps."""
    if st.session_state.get(key) not in views:
        st.session_state[key] = record.view if record.view in views else next(iter(views))
    shown = st.segmented_control(
        "Show", list(views), format_func=views.__getitem__, required=True, key=key,
        label_visibility="collapsed",
    )  # fmt: skip
    shown = shown or next(iter(views))
    record.view = "" if shown == next(iter(views)) else shown
    return shown


def given_name(record: Session) -> str:
    """The name that the person gave; empty where none was given."""
    return "" if record.user == DEFAULT_USER else record.user


def require_shell(page: str) -> None:
    """Every page's first line: without the app's shell, go through ``app.py`` and come back.

    Streamlit finds the folder ``pages/`` by itself, so on a fresh server an address such as
    ``/import_sources`` runs the page without ``app.py``, and without whatever ``app.py`` checks.
    """
    if RECORD not in st.session_state:
        session()
        st.session_state[WANTED_PAGE] = Path(page).stem
        st.switch_page("app.py")


def settings() -> Settings:
    """The deployment's settings, from the environment, read once per process."""
    return _settings()


@st.cache_resource(show_spinner=False)
def _settings() -> Settings:
    return load_settings()


def workspace() -> Workspace:
    """The data folder, opened once per process and shared by all sessions."""
    chosen = settings()
    return _workspace(str(chosen.data_dir), chosen)


@st.cache_resource(show_spinner=False, on_release=lambda opened: opened.close())
def _workspace(data_dir: str, _settings: Settings) -> Workspace:
    """Keyed by the data folder; the settings come along unhashed, because they hold secrets."""
    sys.setswitchinterval(TURN_SECONDS)
    if _settings.tools_http and "app_with_tools" not in sys.modules:
        log.warning("UAT_TOOLS_HTTP has no effect here: run app_with_tools.py instead of app.py.")
    return Workspace.open(_settings, exclusive=True, waits=False)


@contextmanager
def errors_shown() -> Iterator[None]:
    """Show an expected error with its next step where it happened; anything else is a bug."""
    try:
        yield
    except AssistantError as error:
        st.error(plain(str(error)), icon=":material/error:")


@contextmanager
def page_action() -> Iterator[None]:
    """Something that a person asked for: its expected error, as ``errors_shown``, or the page drawn
    anew after it."""
    with errors_shown():
        yield
        st.rerun()


def note_done(said: str, *, icon: str = ":material/check:") -> None:
    """Say what was done when the page is drawn anew. Streamlit drops what a drawing that is ended
    has not sent yet, so that a toast just before ``st.rerun`` is often never seen."""
    st.session_state[DONE] = (*st.session_state.get(DONE, ()), (said, icon))


def show_done() -> None:
    """What ``note_done`` noted, once."""
    for said, icon in st.session_state.pop(DONE, ()):
        st.toast(said, icon=icon)


@contextmanager
def error_kept(key: str = CASE_PROBLEM) -> Iterator[None]:
    """Keep an expected error in the session, for ``show_problem``: a callback draws nothing."""
    try:
        yield
    except AssistantError as error:
        st.session_state[key] = str(error)


def show_problem(key: str = CASE_PROBLEM) -> None:
    """What ``error_kept`` kept under this key, once."""
    if problem := st.session_state.pop(key, ""):
        st.error(plain(problem), icon=":material/error:")
