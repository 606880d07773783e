"""A new version of a source, looked at before it is published: what it would change."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

import streamlit as st

from assistant.ui.counts import counted
from assistant.ui.plain_text import label
from assistant.ui.sources.change_view import change_view
from assistant.ui.state import Session, errors_shown, note_done, page_action
from assistant.workflow.deployment.workspace import Workspace
from assistant.workflow.review import preview_change
from assistant.workflow.review.preview_change import ChangePreview
from assistant.workflow.sources import import_sources, next_version
from assistant.workflow.sources.import_sources import StoredDocument

SEEN = "change_preview"
"""What was looked at last, with the text it was made of."""
DRAFTS = "change_preview_texts"
"""What was typed for each document, kept while its field is not on the screen."""
APPLIED = "change_preview_applied"
"""The document whose new version was just kept."""
PREFILLED = 60_000
"""Characters of a present version that is put into the field to be rewritten."""
WAYS = {
    "write": ":material/edit_note: Rewrite or paste",
    "upload": ":material/upload_file: Upload a file",
}


@dataclass(frozen=True)
class Seen:
    """A preview and what it was made of: the project, and the given text by its hash."""

    made_of: str
    found: ChangePreview


@dataclass(frozen=True)
class Draft:
    """A typed text, and the version that was the present one when it was begun."""

    text: str
    version: int


def previewing(record: Session, document: StoredDocument) -> bool:
    """The switch between a document's versions and the preview of its next one."""
    key = f"previewing_{_place(record.project_id, document.id)}"
    if st.session_state.pop(APPLIED, "") == document.id:
        st.session_state[key] = False
    return st.toggle(
        "Preview a new version",
        key=key,
        help="See what a new text would change before it is published.",
    )


def change_preview(opened: Workspace, record: Session, document: StoredDocument) -> None:
    """The new text, what it would change, and the button that keeps it."""
    st.caption(
        "What a new version of this source would change, before it is published. Nothing is kept "
        "until you apply it."
    )
    name, data = _given(opened, record, document)
    made_of = hashlib.sha256(
        "\0".join((_place(record.project_id, document.id), str(document.version), name)).encode()
        + data
    ).hexdigest()
    if st.button(
        "Show what it would change",
        type="primary",
        icon=":material/difference:",
        key="preview_change",
        disabled=not data.strip(),
    ):
        st.session_state.pop(SEEN, None)
        with errors_shown():
            found = _previewed(opened, record, document.id, name, data)
            st.session_state[SEEN] = Seen(made_of, found)
    seen: Seen | None = st.session_state.get(SEEN)
    if seen is None or seen.found.document_id != document.id:
        return
    if seen.made_of != made_of:
        what = "text" if seen.found.version == document.version else "source"
        st.caption(
            f":material/update: The {what} is another one now: show again what it would change."
        )
        return
    _result(opened, record, seen.found)


def _place(project_id: str, document_id: str) -> str:
    return f"{project_id}_{document_id}"


def _given(opened: Workspace, record: Session, document: StoredDocument) -> tuple[str, bytes]:
    """The new version: the file's name, empty for a text, and its bytes."""
    written = next_version.is_written(document)
    way = "upload" if not written else st.segmented_control(
        "How does the new version come?", list(WAYS), format_func=WAYS.__getitem__,
        default="write", required=True, key="preview_way", label_visibility="collapsed",
    )  # fmt: skip
    if way == "upload":
        file = st.file_uploader(
            "The new version as a file",
            key=f"preview_file_{_place(record.project_id, document.id)}",
        )
        return (file.name, file.getvalue()) if file is not None else ("", b"")
    return "", _typed(opened, record, document).encode("utf-8", "replace")


def _typed(opened: Workspace, record: Session, document: StoredDocument) -> str:
    """The field with what was typed into it, or with the present text to be rewritten."""
    drafts: dict[str, Draft] = st.session_state.setdefault(DRAFTS, {})
    present = next_version.present_text(opened, record.project_id, document.id)
    place = _place(record.project_id, document.id)
    key = f"preview_text_{place}"
    draft = drafts.get(place)
    said = draft.text if draft is not None else present if len(present) <= PREFILLED else ""
    if st.session_state.get(key) != said:
        st.session_state[key] = said

    def keep() -> None:
        begun = draft.version if draft is not None else document.version
        drafts[place] = Draft(st.session_state[key] or "", begun)

    def begin_again() -> None:
        drafts.pop(place, None)

    st.text_area(
        "The new text",
        key=key,
        on_change=keep,
        height=260,
        placeholder="All of the new text: Markdown, Jira wiki text or plain text.",
        help="The present version stands here: rewrite it, or paste the new one in its place.",
    )
    if draft is not None and draft.version != document.version:
        with st.container(horizontal=True, vertical_alignment="center"):
            st.caption(
                f":orange[:material/warning:] You began this text on version {draft.version}; the "
                f"source is at version {document.version} now.",
                width="stretch",
            )
            st.button(
                f"Begin again from version {document.version}",
                icon=":material/restart_alt:",
                key="begin_again",
                on_click=begin_again,
            )
    return said


def _previewed(
    opened: Workspace, record: Session, document_id: str, name: str, data: bytes
) -> ChangePreview:
    project_id = record.project_id
    bar = st.progress(0.0, "Reading the new version…")
    if name:
        source = next_version.read_next_file(opened, project_id, document_id, name, data)
    else:
        text = data.decode("utf-8", "replace")
        source = next_version.read_next_text(opened, project_id, document_id, text)

    def proved(done: int, total: int) -> None:
        bar.progress(done / max(1, total), f"Holding cases against it: run {done} of {total}")

    found = preview_change.preview_change(opened, project_id, source, progress=proved)
    bar.empty()
    return found


def _result(opened: Workspace, record: Session, found: ChangePreview) -> None:
    if not found.changes:
        moved = f" {counted(found.moved, 'sentence')} would stand elsewhere." if found.moved else ""
        st.info(f"No sentence changes.{moved}", icon=":material/check:")
    if found.changes or found.source.change != "unchanged":
        _apply(opened, record, found)
        change_view(found)


def _apply(opened: Workspace, record: Session, found: ChangePreview) -> None:
    with st.container(horizontal=True, vertical_alignment="center"):
        says = "Applied, it is indexed, and the cases that rest on what changes are marked stale."
        if found.connection:
            says += (
                f" Nothing is written to {label(found.connection)}: when the page changes there, "
                "or all of it is read again, a sync brings that text in place of this one."
            )
        st.caption(says, width="stretch")
        if st.button(
            f"Apply as version {found.version + 1}", icon=":material/publish:", key="apply_change"
        ):
            with page_action():
                kept = preview_change.apply_change(opened, record.project_id, found, by=record.user)
                import_sources.index_in_background(opened, record.project_id)
                st.session_state.pop(SEEN, None)
                if found.source.name == next_version.PASTED:
                    place = _place(record.project_id, found.document_id)
                    st.session_state.get(DRAFTS, {}).pop(place, None)
                st.session_state[APPLIED] = found.document_id
                note_done(f"Version {kept.version} kept")
