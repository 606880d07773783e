"""What a browser remembers from one visit to the next: whose it is, the project looked at last, and
an id under which what is typed in it is kept.

There is no sign-in. Three cookies of this app's own address hold them, written by a script (see
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
MAX_NAME = 80
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


def remember(*, name: str, given: int, project_id: str, browser: str) -> None:
    """Have the browser keep these for its next visit. The name, which an empty one forgets, is kept
    each time that it was ``given`` in this tab: another tab may have been given another since."""
    keep_cookies({PROJECT: project_id, BROWSER: browser}, once={PERSON: name}, number=given)


def tidy_name(name: str) -> str:
    """A name on one line, and no longer than one is."""
    return " ".join(name.split())[:MAX_NAME].strip()


def _cookie(name: str) -> str:
    return unquote(st.context.cookies.to_dict().get(name, ""))
