"""The model endpoint: where it is, its key, its prices; test it, save it, remove it."""

from __future__ import annotations

import streamlit as st

from assistant.ui.plain_text import label, plain
from assistant.ui.presses import pressed
from assistant.ui.state import CHOSEN_WRITER, errors_shown, note_done, page_action
from assistant.workflow.deployment import endpoint_settings, models, ways_of_writing
from assistant.workflow.deployment.endpoint_settings import (
    OWN_ADDRESSES,
    PROVIDER_TITLES,
    EndpointView,
    SavedEndpoint,
)
from assistant.workflow.deployment.endpoints import ENDPOINT_SECONDS
from assistant.workflow.deployment.workspace import Workspace

ROUND, TRIAL, NOTE = "endpoint_round", "endpoint_trial", "endpoint_note"
MODEL_EXAMPLES = {
    "openai": "gpt-4o-mini",
    "azure": "the name of the deployment",
    "ollama": "qwen2.5:7b",
    "anthropic": "claude-3-5-haiku-latest",
}
WIDE = frozenset({"provider", "url", "model"})
"""Fields whose label has room for the variable that sets them."""
SENT = "Prompts go there: epic, story, checklist, sources, up to two of your cases, and answers."


def endpoint_form(opened: Workspace) -> None:
    """The fields, what leaves this computer with them, and the buttons."""
    st.subheader("Endpoint", icon=":material/dns:")
    st.caption(
        "A model that a server offers: OpenAI, Azure, Anthropic, Ollama, or anything compatible in "
        "your own network. It writes where it is the writer of a run; projects may start with it."
    )
    if opened.endpoint_problem:
        st.error(plain(opened.endpoint_problem), icon=":material/error:")
    with st.container(border=True):
        wanted = _fields(opened)
        view = endpoint_settings.view(opened, wanted)
        _what_leaves(view)
        _key_and_buttons(opened, view, wanted)
        _outcome(wanted)
        _default(opened)
        if endpoint_settings.is_saved(opened) and not opened.settings.lock_settings:
            _remove(opened)


def _fields(opened: Workspace) -> SavedEndpoint:
    """What is in use as widgets; what the environment sets cannot be typed over."""
    before = endpoint_settings.current(opened) or SavedEndpoint(provider="openai")
    outside = endpoint_settings.set_by(opened.settings)
    locked = opened.settings.lock_settings
    mark = f"_{st.session_state.get(ROUND, 0)}"

    def named(field: str, title: str) -> str:
        return f"{title} (set by `{outside[field]}`)" if field in outside else title

    def off(field: str) -> bool:
        return locked or field in outside

    first, second = st.columns(2, gap="small")
    providers = list(PROVIDER_TITLES)
    provider = first.selectbox(
        named("provider", "Provider"),
        providers,
        index=providers.index(before.provider),
        format_func=lambda name: PROVIDER_TITLES.get(name, name).partition(" (")[0],
        key=f"endpoint_provider{mark}",
        disabled=off("provider"),
    )
    url = second.text_input(
        named("url", "Address"),
        value=before.url,
        placeholder=OWN_ADDRESSES[provider] or "https://NAME.openai.azure.com",
        key=f"endpoint_url{mark}",
        disabled=off("url"),
    )
    wide, *narrow = st.columns([2, 1, 1], gap="small")
    model = wide.text_input(
        named("model", "Model"),
        value=before.model,
        placeholder=MODEL_EXAMPLES[provider],
        key=f"endpoint_model{mark}",
        disabled=off("model"),
    )
    timeout = narrow[0].number_input(
        "Time limit (s)",
        min_value=1.0,
        value=before.timeout,
        step=30.0,
        format="%.0f",
        placeholder=f"{opened.settings.model_timeout or ENDPOINT_SECONDS:.0f}",
        key=f"endpoint_timeout{mark}",
        disabled=off("timeout"),
        help="How long an answer may take.",
    )
    context = narrow[1].number_input(
        "Context",
        min_value=4_096,
        value=before.context_tokens,
        step=4_096,
        key=f"endpoint_context{mark}",
        disabled=off("context_tokens"),
        help="Tokens that prompt and answer may have together.",
    )
    wide, *narrow = st.columns([2, 1, 1], gap="small")
    cells = (wide, narrow[0])
    prices = {
        field: cells[place].number_input(
            title,
            min_value=0.0,
            value=getattr(before, field),
            step=0.1,
            format="%.2f",
            placeholder="none",
            key=f"endpoint_{field}{mark}",
            disabled=off(field),
            help="Price of a million tokens. With both, `generate` tells the cost of a run.",
        )
        for place, (field, title) in enumerate(
            (("price_input", "Per 1M tokens read"), ("price_output", "Per 1M written"))
        )
    }
    currency = narrow[1].text_input(
        "Currency",
        value=before.price_currency,
        max_chars=8,
        key=f"endpoint_currency{mark}",
        disabled=off("price_currency"),
    )
    narrow_ones = [f"`{name}`" for field, name in outside.items() if field not in WIDE]
    if narrow_ones:
        st.caption(f":material/terminal: Also set outside of this page: {', '.join(narrow_ones)}.")
    return before.model_copy(
        update={
            "provider": provider,
            "url": (url or "").strip(),
            "model": (model or "").strip(),
            "timeout": timeout,
            "context_tokens": context,
            "price_currency": (currency or "").strip(),
            **prices,
        }
    )


def _what_leaves(view: EndpointView) -> None:
    """Where text goes with it, said beside it."""
    if not (view.values.url or view.values.model):
        return
    if view.address_problem:
        if view.values.url:
            st.caption(f":orange[:material/error:] {plain(view.address_problem)}")
    elif view.leaves:
        where = f":orange[:material/cloud_upload: Text {label(view.destination)}.]"
        st.markdown(f":small[{where} {SENT}]")
    else:
        st.caption(f":material/lock: Text {label(view.destination)}.")


def _key_and_buttons(opened: Workspace, view: EndpointView, wanted: SavedEndpoint) -> None:
    """The key, where it is looked for and kept, and what can be done.

    A form: outside of one a key that is left with Tab would not be taken.
    """
    locked = opened.settings.lock_settings
    number = st.session_state.get(ROUND, 0)
    with st.form(f"endpoint_form_{number}", border=False, enter_to_submit=False):
        key = st.text_input(
            f"Key (set by `{view.key_set_by}`)" if view.key_set_by else "Key",
            type="password",
            placeholder="in the keyring" if view.key_state == "keyring" else "where it wants one",
            key=f"endpoint_key_{number}",
            disabled=locked or bool(view.key_set_by),
        )
        _key_note(view)
        with st.container(horizontal=True, vertical_alignment="center"):
            tested = pressed(
                "Test",
                button=st.form_submit_button,
                icon=":material/network_check:",
                key="endpoint_test",
                disabled=locked,
                help="Sends one sentence of ours and asks for an answer of six tokens.",
            )
            saved = pressed(
                "Save",
                button=st.form_submit_button,
                type="primary",
                icon=":material/save:",
                key="endpoint_save",
                disabled=locked,
            )
            if locked:
                st.caption(":material/lock: Settings are locked here (UAT_LOCK_SETTINGS=1).")
            elif {"provider", "model"} <= view.set_by.keys():
                st.caption("Environment variables set this endpoint; they win over what is saved.")
    if tested:
        st.session_state.pop(NOTE, None)
        with errors_shown(), st.spinner("Asking…"):
            trial = endpoint_settings.try_out(opened, wanted, key=key or "")
            st.session_state[TRIAL] = (wanted, trial)
            if trial.worked and not key and wanted == endpoint_settings.current(opened):
                _start_with_it(opened)
    if saved:
        with page_action():
            tried = st.session_state.pop(TRIAL, None)  # where saving fails, that alone is told
            st.session_state[NOTE] = endpoint_settings.save(opened, wanted, key=key or "")
            st.session_state[TRIAL] = tried
            st.session_state[ROUND] = number + 1
            note_done("The endpoint is saved")
            worked = tried is not None and tried[0] == wanted and tried[1].worked
            if worked and st.session_state[NOTE]:  # what was tried had a key that was not kept
                worked = endpoint_settings.try_out(opened, wanted).worked
            if worked:
                _start_with_it(opened)


def _start_with_it(opened: Workspace) -> None:
    """An endpoint that answered is the default writer, where nobody has chosen another."""
    if endpoint_settings.start_with_it(opened):
        st.session_state.pop(CHOSEN_WRITER, None)
        note_done("Projects start with it as the writer", icon=":material/star:")


def _default(opened: Workspace) -> None:
    """Whether projects start with the endpoint, and the way back."""
    used = endpoint_settings.current(opened)
    if used is None:
        return
    if not endpoint_settings.starts_with_it(opened):
        st.caption(
            f":material/star_border: Projects do not start with {label(used.model)}. It becomes "
            "their writer when it is tested and saved and nobody has chosen another; else choose "
            "it above (*Make default*)."
        )
        return
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.markdown(
            f":small[:material/star: Projects start with **{label(used.model)}** as the writer, "
            "but one with an adapter of its own as the default.]",
            width="stretch",
        )
        if pressed(
            "Start with outlines", type="tertiary", icon=":material/undo:",
            key="endpoint_not_default", disabled=opened.settings.lock_settings,
        ):  # fmt: skip
            with page_action():
                ways_of_writing.choose_first_writer(opened.settings, models.OUTLINE_WRITER)
                st.session_state.pop(CHOSEN_WRITER, None)


def _key_note(view: EndpointView) -> None:
    """Where the key is looked for and kept."""
    if view.key_set_by or view.address_problem:
        return
    variable = view.key_variable
    if not endpoint_settings.has_keyring():
        st.caption(
            ":material/key: This computer has no keyring that the app can use. A key that is typed "
            f"serves *Test* and is not kept: start the app with `{variable}`."
        )
    elif view.key_state == "keyring":
        st.caption(":green[:material/key:] Its key is in the system's keyring.")
    else:
        st.caption(f":material/key: *Save* keeps a key in the system's keyring, as `{variable}`.")


def _remove(opened: Workspace) -> None:
    with st.popover("Remove", icon=":material/delete:"):
        st.markdown("Forget the saved endpoint, and its key in the keyring?")
        if pressed("Forget it", type="primary", key="endpoint_remove"):
            with page_action():
                endpoint_settings.remove(opened)
                st.session_state[ROUND] = st.session_state.get(ROUND, 0) + 1
                st.session_state.pop(NOTE, None)


def _outcome(wanted: SavedEndpoint) -> None:
    """What the last trial of just these values came to, and what was not kept."""
    if unkept := st.session_state.get(NOTE):
        st.warning(
            f"The endpoint is saved, its key is not: there is no keyring. Start the app with "
            f"`{unkept}` set to it.",
            icon=":material/key_off:",
        )
    tried = st.session_state.get(TRIAL)
    if tried is None or tried[0] != wanted:
        return
    trial = tried[1]
    show, icon = (st.success, "check") if trial.worked else (st.error, "error")
    show(plain(trial.text), icon=f":material/{icon}:")
