"""What Streamlit leaves to the browser: eight scripts and two sheets of our own, all constant.

They are given keys and numbers, and what the browser keeps (a name, ids), never a word of a
document, a case or a model. Where a browser runs
none of them, the page works all the same: a text is read when it is left, panes have a fixed
height, and the sources stand beside the case.
"""

from __future__ import annotations

from collections.abc import Mapping

import streamlit as st

PAUSE_MS = 600
"""How long after the last key stroke a text is read."""
NARROW = 1200
"""Below this width, in pixels, list, case and sources do not fit side by side."""
_NARROW = "window_narrow"
_ENTRIES = "one-entry-a-page"
_YEAR = 365 * 24 * 3600

_READ_WHILE_TYPING = """
export default function({ data }) {
  let timer;
  const read = (event) => {
    const area = event.target;
    if (!area.closest || !area.closest(".st-key-" + data.key)) return;
    clearTimeout(timer);
    timer = setTimeout(() => area.dispatchEvent(new KeyboardEvent("keydown", {
      key: "Enter", code: "Enter", ctrlKey: true, bubbles: true, cancelable: true,
    })), data.pause);
  };
  document.addEventListener("input", read, true);
  return () => { clearTimeout(timer); document.removeEventListener("input", read, true); };
}
"""
_WIDTH = """
export default function({ data, setStateValue }) {
  let told = data.told;
  const tell = () => {
    const narrow = window.innerWidth < data.narrow;
    if (narrow !== told) { told = narrow; setStateValue("narrow", narrow); }
  };
  tell();
  window.addEventListener("resize", tell);
  return () => window.removeEventListener("resize", tell);
}
"""
_CHOSEN_IN_VIEW = """
export default function({ data }) {
  const inside = ".st-key-" + data.key;
  const show = () => {
    const chosen = document.querySelector(inside + " input[type=radio]:checked");
    const row = chosen && chosen.closest('[data-testid="stRadioGroup"] > div');
    if (row) row.scrollIntoView({ block: "nearest" });
  };
  // Streamlit takes a key pressed on an input, a row's choice too, for typing: the page gets it.
  const pass = (event) => {
    const at = event.target;
    const typed = event.key.length === 1 && event.key !== " ";
    if (!typed || event.ctrlKey || event.metaKey || event.altKey) return;
    if (at.type !== "radio" || !at.closest(inside)) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    document.body.dispatchEvent(new KeyboardEvent("keydown", {
      key: event.key, code: event.code, keyCode: event.keyCode, which: event.keyCode,
      shiftKey: event.shiftKey, bubbles: true, cancelable: true,
    }));
    document.body.dispatchEvent(new KeyboardEvent("keyup", {
      key: event.key, code: event.code, keyCode: event.keyCode, which: event.keyCode,
      bubbles: true,
    }));
  };
  document.addEventListener("keydown", pass, true);
  const timers = [0, 150, 500].map((wait) => setTimeout(show, wait));
  return () => {
    timers.forEach(clearTimeout);
    document.removeEventListener("keydown", pass, true);
  };
}
"""
_FROM_THE_TOP = """
const shown = {};
export default function({ data }) {
  const pane = document.querySelector(".st-key-" + data.key);
  if (pane && shown[data.key] !== data.id) pane.scrollTop = 0;
  shown[data.key] = data.id;
}
"""
_KEEP_COOKIES = """
const done = {};
export default function({ data }) {
  const once = {};
  for (const [name, value] of Object.entries(data.once)) {
    const said = data.number + " " + value;
    if (done[name] !== said) once[name] = value;
    done[name] = said;
  }
  const kept = document.cookie.split("; ");
  const safe = location.protocol === "https:" ? "; Secure" : "";
  for (const [name, value] of Object.entries({ ...data.cookies, ...once })) {
    const said = name + "=" + encodeURIComponent(value);
    if (value ? kept.includes(said) : !kept.some((one) => one.startsWith(name + "="))) continue;
    const seconds = value ? data.seconds : 0;
    document.cookie = `${said}; path=/; max-age=${seconds}; SameSite=Strict${safe}`;
  }
}
"""
_ASK_BEFORE_LEAVING = """
export default function({ data }) {
  let field, sent;
  const inside = (at) => at.closest && at.closest(".st-key-" + data.key);
  const begin = (event) => { if (inside(event.target)) ({ value: sent } = field = event.target); };
  const end = (event) => { if (event.target === field) field = undefined; };
  const send = (event) => {
    const done = event.key === "Enter" && (event.ctrlKey || event.metaKey);
    if (done && event.target === field) sent = field.value;
  };
  const ask = (event) => {
    if (field && field.isConnected && field.value !== sent) event.preventDefault();
  };
  document.addEventListener("focusin", begin, true);
  document.addEventListener("focusout", end, true);
  document.addEventListener("keydown", send, true);
  window.addEventListener("beforeunload", ask);
  return () => {
    document.removeEventListener("focusin", begin, true);
    document.removeEventListener("focusout", end, true);
    document.removeEventListener("keydown", send, true);
    window.removeEventListener("beforeunload", ask);
  };
}
"""
_ONE_ENTRY_A_PAGE = """
export default function({ setStateValue }) {
  // Streamlit adds an entry to the browser's history with every change of the address. Another case
  // of the same run is no other page, nor is an address that only gets the names of what it shows.
  const push = history.pushState;
  let path = location.pathname;
  history.pushState = function(state, title, to) {
    const now = new URL(location.href), next = new URL(to, location.href);
    const stays = (name) => now.searchParams.get(name) === next.searchParams.get(name);
    const same = now.pathname === next.pathname
      && (!now.searchParams.has("project") || (stays("project") && stays("run")));
    path = next.pathname;
    return (same ? history.replaceState : push).call(history, state, title, to);
  };
  // Streamlit marks the drawing that Back or Forward asks for, but the mark is lost where anything
  // else (a field, a script of the page) asks for a drawing before that one has begun. A state
  // stays. Heard before Streamlit hears it, so that no drawing knows less than this.
  const went = () => {
    if (location.pathname === path) {
      setStateValue("went", { at: performance.now(), to: location.search });
    }
    path = location.pathname;
  };
  window.addEventListener("popstate", went, true);
  return () => {
    history.pushState = push;
    window.removeEventListener("popstate", went, true);
  };
}
"""
_CONNECTED_AGAIN = """
export default function({ data, setStateValue }) {
  // After a restart the page that stands is of a session that is gone: what is done in a part of it
  // (a fragment) is asked of a server that does not know this part, and nothing comes of it. A
  // value from outside of all parts has the whole page drawn.
  const app = document.querySelector('[data-testid="stApp"]');
  const state = "data-test-connection-state";
  let lost = false;
  const look = () => {
    const connected = app.getAttribute(state) === "CONNECTED";
    if (connected && lost) setStateValue("before", data.session);
    lost = !connected;
  };
  const seen = new MutationObserver(look);
  seen.observe(app, { attributes: true, attributeFilter: [state] });
  return () => seen.disconnect();
}
"""
_SHEET = """
/* Links from a heading to itself: on pages kept by their address they lead nowhere, Tab by Tab. */
[data-testid="stHeaderActionElements"] { display: none; }
/* A row of steps is as high as its words: Streamlit lets rows that do not wrap scroll instead. */
.st-key-steps [data-testid="stHorizontalBlock"] { overflow: visible; }
/* Where ticked cases go stays in sight above a long list of them. */
[data-testid="stLayoutWrapper"]:has(> .st-key-schedule-move) {
  position: sticky; top: 3.5rem; z-index: 2; padding: 0.5rem 0; background: Canvas;
}
/* The page as a whole has the focus after a click beside everything: no field is marked by that. */
[data-testid="stMain"]:focus-visible::before { box-shadow: none; }
@media (max-width: 1200px) {
  .stMainBlockContainer, [data-testid="stBottomBlockContainer"] {
    padding-left: 1.5rem; padding-right: 1.5rem;
  }
}
"""
_PANES = """
.stMainBlockContainer { padding: 3.4rem 1.5rem 0.5rem; }
/* The panes take what the rows above them leave of the window, however these wrap: the page has no
   scroll bar of its own. */
.stMainBlockContainer:has([class*="st-key-pane-"]) {
  height: 100vh; min-height: 34rem; display: flex; flex-direction: column;
}
.stMainBlockContainer :is(
  [data-testid="stVerticalBlock"], [data-testid="stLayoutWrapper"]
):has([class*="st-key-pane-"]) { flex: 1 1 0 !important; min-height: 0; }
.stMainBlockContainer [data-testid="stHorizontalBlock"]:has([class*="st-key-pane-"]) {
  flex: 1 1 0; min-height: 0; height: 100%; align-items: stretch; overflow: hidden;
}
.stMainBlockContainer [data-testid="stColumn"]:has([class*="st-key-pane-"]) {
  min-height: 0; display: flex; flex-direction: column;
}
[data-testid="stLayoutWrapper"]:has(> [class*="st-key-pane-"]) { height: auto !important; }
/* Fields of a step side by side only where each is wide enough to type into. */
.st-key-pane-case { container-type: inline-size; }
@container (max-width: 30rem) {
  [class*="st-key-step-"] [data-testid="stHorizontalBlock"]:has(> [data-testid="stColumn"]) {
    flex-wrap: wrap;
  }
  [class*="st-key-step-"] [data-testid="stColumn"] { flex-basis: 100%; min-width: 100%; }
}
.st-key-pane-list { padding: 0.5rem; gap: 0.5rem; }
.st-key-pane-list [data-testid="stRadioGroup"] { gap: 0; width: 100%; }
.st-key-pane-list [data-testid="stRadioGroup"] > div {
  width: 100%; padding: 0.2rem 0.4rem 0.3rem;
  border-bottom: 1px solid rgba(128, 128, 128, 0.22); position: relative;
}
/* The label covers both lines of its row: a click on the second chooses the case too. */
.st-key-pane-list [data-testid="stRadioOption"] { position: static; }
.st-key-pane-list [data-testid="stRadioOption"]::after {
  content: ""; position: absolute; inset: 0; z-index: 1; cursor: pointer;
}
.st-key-pane-list [data-testid="stRadioGroup"] p { line-height: 1.3; }
.st-key-pane-list [data-testid="stRadioGroup"] > div:has(input:checked) {
  background: rgba(31, 95, 191, 0.12); box-shadow: inset 3px 0 0 rgb(31, 95, 191);
}
"""

_read = st.components.v2.component("uat_read_while_typing", js=_READ_WHILE_TYPING)
_width = st.components.v2.component("uat_width", js=_WIDTH)
_in_view = st.components.v2.component("uat_chosen_in_view", js=_CHOSEN_IN_VIEW)
_top = st.components.v2.component("uat_from_the_top", js=_FROM_THE_TOP)
_cookies = st.components.v2.component("uat_keep_cookies", js=_KEEP_COOKIES)
_leaving = st.components.v2.component("uat_ask_before_leaving", js=_ASK_BEFORE_LEAVING)
_entries = st.components.v2.component("uat_one_entry_a_page", js=_ONE_ENTRY_A_PAGE)
_connected = st.components.v2.component("uat_connected_again", js=_CONNECTED_AGAIN)
_sheet = st.components.v2.component("uat_sheet", css=_SHEET, isolate_styles=False)
_panes = st.components.v2.component("uat_panes", css=_PANES, isolate_styles=False)


def read_while_typing(key: str) -> None:
    """Read the text area with this key as it is typed or pasted, without Ctrl+Enter."""
    _read(key=f"read-{key}", data={"key": key, "pause": PAUSE_MS})


def is_narrow() -> bool:
    """Whether the window is too narrow for three panes; known once the browser has told."""
    before = was_narrow()
    data = {"narrow": NARROW, "told": before}
    told = _width(key="window-width", data=data, on_narrow_change=lambda: None).narrow
    # After another page what was told is gone, and the browser tells only what is new to it.
    narrow = st.session_state[_NARROW] = before if told is None else bool(told)
    return narrow


def was_narrow() -> bool:
    """What ``is_narrow`` said when this page was drawn last: it is asked once a page."""
    return bool(st.session_state.get(_NARROW))


def chosen_in_view(key: str, chosen: int) -> None:
    """Scroll the list with this key so far that its row number ``chosen`` is seen."""
    _in_view(key=f"in-view-{key}", data={"key": key, "chosen": chosen})


def from_the_top(key: str, shown: str) -> None:
    """Scroll the container with this key to its top when it shows something else than before;
    ``shown`` is the id of that."""
    _top(key=f"top-{key}", data={"key": key, "id": shown})


def keep_cookies(cookies: Mapping[str, str], *, once: Mapping[str, str], number: int) -> None:
    """Have the browser keep these for a year, for this address alone; an empty one goes. Those of
    ``once`` are written when they or ``number`` have changed in this tab, and left alone
    otherwise."""
    data = {"cookies": dict(cookies), "once": dict(once), "number": number}
    _cookies(key="cookies", data=data | {"seconds": _YEAR})


def ask_before_leaving(key: str) -> None:
    """Have the browser ask before a page is left or loaded anew while a field in the container
    with this key holds words that are not sent yet: they are when the field is left."""
    _leaving(key=f"leaving-{key}", data={"key": key})


def one_entry_a_page() -> None:
    """Have the browser's Back lead to the page or run before, and not to the case before; see
    ``browser_went``."""
    _entries(key=_ENTRIES, on_went_change=lambda: None)


def browser_went() -> tuple[float, str]:
    """Where within this page the browser's Back or Forward led last: when (milliseconds since the
    tab was loaded) and the query of the address; zero and empty where it never did."""
    told = st.session_state.get(_ENTRIES)
    went = told.get("went") if isinstance(told, Mapping) else None
    if not isinstance(went, Mapping):
        return 0.0, ""
    return float(went.get("at", 0.0)), str(went.get("to", ""))


def session_before(session: str) -> str:
    """Have the whole page drawn when the connection to the server was lost and is back; the name of
    the session that the page was of when it was lost, which may be this one; empty if it never was.
    """
    data = {"session": session}
    told = _connected(key="connected-again", data=data, on_before_change=lambda: None)
    return str(told.before or "")


def sheet() -> None:
    """Headings without links, steps that do not scroll, and narrow margins in a narrow window."""
    _sheet(key="sheet")


def panes() -> None:
    """Let the panes of the page fill the window."""
    _panes(key="panes-sheet")
