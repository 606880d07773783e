"""What a browser remembers from one visit to the next: whose it is, the project looked at last, the
writer chosen last in each project, and an id under which what is typed in it is kept.

There is no sign-in. Cookies of this app's own address hold them, written by a script (see
``browser_scripts``) and read when a session begins. Where a browser keeps none, each visit begins
as the first.
"""

from __future__ import annotations

import re
from secrets import token_hex
from urllib.parse import unquote

import streamlit as st

from assistant.ui.browser_scripts import keep_cookies

PERSON, PROJECT, BROWSER = "uat_person", "uat_project", "uat_browser"
WRITER = "uat_writer_"
"""Begins the name of the cookie with the writer of a project; its id follows."""
MAX_NAME = 80
_CHOSEN = "writers_chosen"
_ID = re.compile(r"[0-9a-f]{32}")


def remembered_name() -> str:
    """The name that a person gave in this browser; empty where none did."""
    return tidy_name(_cookie(PERSON))


def remembered_project() -> str:
    """The id of the project that was looked at last in this browser, which may be gone since."""
    found = _cookie(PROJECT)
    return found if _ID.fullmatch(found) else ""


def browser_id() -> str:
    """What this browser is known by; a new one where it has none yet."""
    found = _cookie(BROWSER)
    return found if _ID.fullmatch(found) else token_hex(16)


def remembered_writer(project_id: str, default: str) -> str:
    """What was chosen last in this browser to write in a project; empty where nothing was, or where
    the project starts with another writer by now than ``default`` was then."""
    held = _chosen().get(project_id) or _cookie(WRITER + project_id)
    then, _, writer = held.partition("|")
    return writer if then == default else ""


def remember_writer(project_id: str, writer: str, default: str) -> None:
    """Have the browser keep what was chosen to write in a project that starts with ``default``."""
    st.session_state[_CHOSEN] = _chosen() | {project_id: f"{default}|{writer}"}


def _chosen() -> dict[str, str]:
    """What was chosen in this tab, by project."""
    found: dict[str, str] = st.session_state.setdefault(_CHOSEN, {})
    return found


def remember(*, name: str, given: int, project_id: str, browser: str) -> None:
    """Have the browser keep these for its next visit. The name, which an empty one forgets, and
    writers are kept each time that they were ``given`` or chosen in this tab: another tab may have
    been given others since."""
    once = {PERSON: name} if given else {}
    once |= {WRITER + key: value for key, value in _chosen().items()}
    keep_cookies({PROJECT: project_id, BROWSER: browser}, once=once, number=given)


def tidy_name(name: str) -> str:
    """A name on one line, and no longer than one is."""
    return " ".join(name.split())[:MAX_NAME].strip()


def _cookie(name: str) -> str:
    return unquote(st.context.cookies.to_dict().get(name, ""))
