"""What a browser remembers from one visit to the next: whose it is, the project looked at last, the
writer chosen last in each project, and an id under which what is typed in it is kept.

There is no sign-in. Four cookies of this app's own address hold them, written by a script (see
``browser_scripts``) and read when a session begins. Where a browser keeps none, each visit begins
as the first.
"""

from __future__ import annotations

import json
import re
from secrets import token_hex
from urllib.parse import unquote

import streamlit as st

from assistant.ui.browser_scripts import keep_cookies

PERSON, PROJECT, BROWSER = "uat_person", "uat_project", "uat_browser"
WRITERS = "uat_writers"
MAX_NAME = 80
MOST_WRITERS = 10
"""Of so many projects the writer is remembered: a cookie is sent with each request."""
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


def remembered_writer(project_id: str) -> str:
    """What was chosen last in this browser to write in a project; empty where nothing was."""
    return _writers().get(project_id, "")


def remember_writer(project_id: str, writer: str) -> None:
    """Have the browser keep what was chosen to write in a project."""
    others = {key: name for key, name in _writers().items() if key != project_id}
    newest = list((others | {project_id: writer}).items())[-MOST_WRITERS:]
    st.session_state[_CHOSEN] = dict(newest)


def forget_writers() -> None:
    """What projects start with has been chosen anew, and holds."""
    st.session_state[_CHOSEN] = {}


def _writers() -> dict[str, str]:
    if _CHOSEN not in st.session_state:
        try:
            held = json.loads(_cookie(WRITERS) or "{}")
        except ValueError:
            held = {}
        pairs = held.items() if isinstance(held, dict) else ()
        st.session_state[_CHOSEN] = {
            key: name for key, name in pairs if _ID.fullmatch(key) and isinstance(name, str)
        }
    found: dict[str, str] = st.session_state[_CHOSEN]
    return found


def remember(*, name: str, given: int, project_id: str, browser: str) -> None:
    """Have the browser keep these for its next visit. The name, which an empty one forgets, is kept
    each time that it was ``given`` in this tab: another tab may have been given another since."""
    writers = json.dumps(_writers()) if _writers() else ""
    kept = {PROJECT: project_id, BROWSER: browser, WRITERS: writers}
    keep_cookies(kept, once={PERSON: name}, number=given)


def tidy_name(name: str) -> str:
    """A name on one line, and no longer than one is."""
    return " ".join(name.split())[:MAX_NAME].strip()


def _cookie(name: str) -> str:
    return unquote(st.context.cookies.to_dict().get(name, ""))
