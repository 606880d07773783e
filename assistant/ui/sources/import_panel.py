"""Bring sources in: paste or upload, look at what was found, then keep it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import streamlit as st

from assistant.errors import AssistantError
from assistant.ui.counts import counted, listed
from assistant.ui.plain_text import label, plain, visible, with_tables, without_emphasis
from assistant.ui.presses import pressed
from assistant.ui.sources.change_preview import found_source_view
from assistant.ui.sources.mapping_form import (
    READ,
    Columns,
    forget_readings,
    keep_columns,
    mapping_form,
)
from assistant.ui.sources.stale_note import stale_note, stale_noted
from assistant.ui.state import Session, errors_shown, note_done, page_action
from assistant.workflow.deployment.workspace import Workspace
from assistant.workflow.sources import import_sources, next_version, read_source
from assistant.workflow.sources.import_sources import FilePreviews, Preview, TextKind
from assistant.workflow.sources.sample_project import SAMPLE_PROJECT, ensure_sample_project

if TYPE_CHECKING:
    from streamlit.runtime.uploaded_file_manager import UploadedFile

WAYS = {
    "upload": ":material/upload_file: Upload files",
    "paste": ":material/content_paste: Paste text",
    "sample": ":material/science: Sample project",
}
CHANGE_BADGES = {
    "new": ":green-badge[new]",
    "changed": ":orange-badge[changed]",
    "unchanged": ":gray-badge[unchanged]",
}
READ_AS: dict[TextKind | None, str] = {
    None: "What it looks like",
    "epic": "Epic or story",
    "rules": "Business rules",
    "page": "Wiki page",
}
Found = tuple[Preview, "UploadedFile | None"]
"""What was found, and the upload that holds nothing else."""
UPLOADS_KEY = "import_round"
KEPT_ANEW = "import_kept_anew"
"""How many sources were found and which columns were saved, where all is to be kept as it is read
with these."""
SHOWN = 30
REFUSALS_SHOWN = 5
READ_CHARACTERS = 4_000
"""Of a source's text before it is kept; all of it is on its page then."""


def import_panel(opened: Workspace, record: Session) -> None:
    """One of three ways in, then the preview of what would be kept."""
    way = st.segmented_control(
        "How do the sources come?",
        list(WAYS),
        format_func=WAYS.__getitem__,
        default="upload",
        required=True,
        key="import_way",
        label_visibility="collapsed",
    )
    if way == "sample":
        _sample(opened, record)
        return
    stale_note(opened, record)
    found = _pasted(opened, record) if way == "paste" else _uploaded(opened, record)
    if found:
        _preview_and_keep(opened, record, found)


def _sample(opened: Workspace, record: Session) -> None:
    st.markdown(
        "An energy retailer's programme: six epics of three releases and teams, business rules, "
        "wiki pages, sixty existing test cases and the company's template, in a project of its own."
    )
    if pressed("Load the sample project", type="primary", icon=":material/science:"):
        with page_action():
            bar = st.progress(0.0, "Reading the sample…")

            def indexed(done: int, total: int) -> None:
                bar.progress(done / max(1, total), f"Indexing {done} of {total}")

            project = ensure_sample_project(opened, progress=indexed)
            record.project_id = project.id
            record.open_run("")
            note_done(f"{SAMPLE_PROJECT} is ready")


def _pasted(opened: Workspace, record: Session) -> list[Found]:
    round_number = st.session_state.get(UPLOADS_KEY, 0)
    left, right = st.columns([2, 1])
    title = left.text_input("Title", key=f"import_title_{round_number}", placeholder="Optional")
    kind = right.selectbox("Read as", list(READ_AS), format_func=READ_AS.__getitem__)
    text = st.text_area(
        "Text",
        key=f"import_text_{round_number}",
        height=240,
        placeholder="An epic, business rules, a wiki page: Markdown, Jira wiki text or plain text.",
    )
    if not (text or "").strip():
        st.caption("Nothing is kept before you have seen what was found in it.")
        return []
    with errors_shown():
        preview = import_sources.preview_text(
            opened, record.project_id, text or "", title=title or "", as_kind=kind
        )
        return [(preview, None)]
    return []


def _uploaded(opened: Workspace, record: Session) -> list[Found]:
    files = st.file_uploader(
        "Documents, tables, exports of Jira, Confluence, Salesforce or a test tool, ZIPs of them",
        accept_multiple_files=True,
        key=f"import_files_{st.session_state.get(UPLOADS_KEY, 0)}",
        help="PDF, Word, PowerPoint, Excel, OpenDocument, CSV, HTML, MHTML, Markdown, AsciiDoc, "
        "reStructuredText, MediaWiki exports, text, RTF, mail, calendars (ICS), JSON, XML, ReqIF, "
        "YAML, messages (.properties, XLIFF, RESX) and Gherkin; scans and pictures (PNG, JPEG, "
        "TIFF, WebP) where the extra ocr is installed. The content decides what a file is, not its "
        "name. At most 50 MB each.",
    )
    previews: list[Found] = []
    refused: list[tuple[str, str]] = []
    progress = st.empty()
    for number, file in enumerate(files, start=1):
        if len(files) > 1 and not _is_read(record, file, files):
            progress.progress(number / len(files), f"Reading {number} of {len(files)} files")
        found = _read(opened, record, file, files)
        whole = len(found.previews) == 1 and not found.failed
        previews.extend((preview, file if whole else None) for preview in found.previews)
        refused.extend(found.failed)
    progress.empty()
    _refusals(refused, len(previews))
    apart = import_sources.separate_files(opened, record.project_id, [one for one, _ in previews])
    return [(one, file) for one, (_, file) in zip(apart, previews, strict=True)]


def _refusals(refused: Sequence[tuple[str, str]], read: int) -> None:
    """What could not be read and why; a long list is folded, with its count above it."""
    if len(refused) <= REFUSALS_SHOWN:
        for name, problem in refused:
            named = "" if problem.startswith(name) else f"**{label(name)}**: "
            st.error(f"{named}{plain(problem)}", icon=":material/error:")
        return
    st.error(
        f"{counted(len(refused), 'file')} could not be read, {read} could. The reasons are below; "
        "what was read can be kept.",
        icon=":material/error:",
    )
    with st.expander(f"Not read ({len(refused)})", icon=":material/error:"):
        st.dataframe(
            {
                "File": [visible(name) for name, _ in refused],
                "Why, and what to do": [visible(problem) for _, problem in refused],
            },
            hide_index=True,
            column_config={"File": st.column_config.TextColumn(width=240)},
            alt="Files that could not be read",
        )


def _key(record: Session, file: UploadedFile, files: Sequence[UploadedFile]) -> str:
    """What a reading is kept under; that of a file which may include others depends on them."""
    others = files if import_sources.may_include(file.name) else [file]
    return " ".join([record.project_id, file.file_id, *(each.file_id for each in others)])


def _is_read(record: Session, file: UploadedFile, files: Sequence[UploadedFile]) -> bool:
    return _key(record, file, files) in st.session_state.get(READ, {})


def _read(
    opened: Workspace, record: Session, file: UploadedFile, files: Sequence[UploadedFile]
) -> FilePreviews:
    """What a file holds; read once, since every click on the page asks again."""
    read: dict[str, FilePreviews] = st.session_state.setdefault(READ, {})
    key = _key(record, file, files)
    together = {each.name: each.getvalue for each in files}
    if key not in read:
        with st.spinner(f"Reading {visible(file.name)}…"):
            bar = st.empty()

            def pages(done: int, total: int) -> None:
                bar.progress(done / max(1, total), f"Reading by OCR: {done} of {total} pages done")

            try:
                read[key] = import_sources.preview_files(
                    opened, record.project_id, file.name, file.getvalue(), pages=pages,
                    together=together,
                )  # fmt: skip
                bar.empty()
            except AssistantError as error:
                read[key] = FilePreviews(previews=(), failed=((file.name, str(error)),))
    return read[key]


def _preview_and_keep(opened: Workspace, record: Session, found: Sequence[Found]) -> None:
    # The button stands above what may be a long list; what it keeps is known below it.
    top = st.container(horizontal=True, vertical_alignment="center")
    top.subheader("What was found", icon=":material/visibility:", width="stretch")
    order = st.container()
    kept: list[Preview] = []
    columns: list[Columns] = []
    for number, (preview, file) in enumerate(found[:SHOWN]):
        with st.container(border=True, gap="xsmall"):
            _preview(preview)
            kept.append(_version_or_own(opened, record, preview, number))
            if kept[-1].change != "unchanged":
                found_source_view(opened, record, kept[-1], number)
            if file is not None and preview.reading.columns:
                columns += _columns(opened, record, preview, file)
    if len(found) > SHOWN:
        more = f"and {len(found) - SHOWN} more, read like these"
        st.caption(f"{more}; what is new among them is a source of its own")
    kept += [preview for preview, _ in found[SHOWN:]]
    kept = [preview for preview in kept if preview.change != "unchanged"]
    with order:
        kept, is_clear = _in_order(kept)
    again = st.session_state.pop(KEPT_ANEW, None)
    if top.button(
        f"Keep and index {counted(len(kept), 'source')}",
        type="primary",
        icon=":material/library_add:",
        disabled=not is_clear or not (kept or any(one.is_chosen for one in columns)),
        key="keep",
    ):
        with page_action():
            if names := keep_columns(opened, record, columns):
                # What they give is what is kept, so all is read again with them first.
                st.session_state[KEPT_ANEW] = (len(found), names)
                forget_readings()
            else:
                _keep(opened, record, kept)
    elif again is not None:
        count, names = again
        with page_action():
            note_done(f"Columns saved as {' and '.join(f'“{visible(name)}”' for name in names)}")
            if count == len(found) and kept and is_clear:
                _keep(opened, record, kept)


def _in_order(kept: Sequence[Preview]) -> tuple[list[Preview], bool]:
    """The same with the newest of several files for one source last, since the last one is in
    force; and whether a person said of each such source which it is."""
    of_source: dict[str, list[Preview]] = {}
    for preview in kept:
        of_source.setdefault(preview.reading.document.id, []).append(preview)
    several = [versions for versions in of_source.values() if len(versions) > 1]
    newest = [_newest(versions) for versions in several]
    last = [one for one in newest if one is not None]
    others = [one for one in kept if all(one is not each for each in last)]
    return [*others, *last], len(last) == len(several)


def _newest(versions: Sequence[Preview]) -> Preview | None:
    """Which of several files for one source is the newest, as a person says."""
    document = versions[0].reading.document
    names = [label(one.name) for one in versions]
    st.warning(
        f"{', '.join(names[:-1])} and {names[-1]} are to be versions of one source, "
        f"{label(document.id.removeprefix(import_sources.FILE))}: the newest will be in force, "
        "what came before stands in its history. Say which is the newest, or say below that one of "
        "them is a source of its own.",
        icon=":material/low_priority:",
    )

    def name(place: int) -> str:
        return visible(versions[place].name)

    hashes = "-".join(one.reading.document.content_hash[:12] for one in versions)
    chosen = st.selectbox(
        "The newest of them", list(range(len(versions))), index=None, format_func=name,
        key=f"newest-{hashes}", placeholder="Which of them is the newest?",
    )  # fmt: skip
    return None if chosen is None else versions[chosen]


def _keep(opened: Workspace, record: Session, kept: Sequence[Preview]) -> None:
    """Keep these sources, and begin anew."""
    with stale_noted(opened, record, f"{counted(len(kept), 'source')} kept"):
        import_sources.store(opened, record.project_id, kept, by=record.user)
    forget_readings()
    st.session_state[UPLOADS_KEY] = st.session_state.get(UPLOADS_KEY, 0) + 1


def _version_or_own(opened: Workspace, record: Session, preview: Preview, number: int) -> Preview:
    """A file with the name of a source is its next version, unless a person says otherwise."""
    if not import_sources.is_named_alike(preview):
        return _own_or_version(opened, record, preview, number)
    own = st.toggle(
        "Another document that has the same name: keep both",
        key=f"own-{number}-{preview.reading.document.content_hash[:12]}",
    )
    return import_sources.beside(opened, record.project_id, preview) if own else preview


def _own_or_version(opened: Workspace, record: Session, preview: Preview, number: int) -> Preview:
    """A file that has another source's heading or name is its own, unless a person says otherwise:
    else both are in force. One that has its very name and heading, as a page of a folder does that
    is uploaded alone, is its next version."""
    alike = next_version.may_be_versions_of(opened, record.project_id, preview)
    if not alike:
        return preview
    titles = {one.id: f"{one.title} ({read_source.file_of(one)})" for one in alike}
    chosen = st.selectbox(
        "Is this the next version of a source that the project has? Else both are in force.",
        names := ["", *titles],
        index=names.index(next_version.likely_version_of(alike, preview)),
        format_func=lambda name: visible(titles[name]) if name else "No, a source of its own",
        key=f"version-{number}-{preview.reading.document.content_hash[:12]}",
    )
    if not chosen:
        return preview
    version = next_version.as_version_of(opened, record.project_id, preview, chosen)
    if version.change == "unchanged":
        st.caption(f"It says the same as {label(titles[chosen])}: nothing to keep.")
    else:
        st.caption(f"Kept as version {version.stored_version + 1} of {label(titles[chosen])}.")
    return version


def _columns(
    opened: Workspace, record: Session, preview: Preview, file: UploadedFile
) -> Sequence[Columns]:
    """How a table is read: asked where that is unsure, offered otherwise; what is unsaved of it."""
    unsure = preview.reading.columns == "unsure"
    if unsure:
        st.warning(
            "This table may hold test cases or user stories, but that is not certain. Check what "
            "it holds and what each column is read as: it is kept as shown here.",
            icon=":material/rule_settings:",
        )
    elif not st.toggle("Show and correct the columns", key=f"columns-{file.file_id}"):
        return ()
    data = file.getvalue()
    with errors_shown():
        return mapping_form(opened, record, file.file_id, file.name, data, unsure=unsure)
    return ()


def _preview(preview: Preview) -> None:
    reading = preview.reading
    version = f" version {preview.stored_version + 1}" if preview.change == "changed" else ""
    st.markdown(
        f"**{label(preview.name)}** {CHANGE_BADGES[preview.change]}{version} "
        f":blue-badge[{reading.document.kind.replace('_', ' ')}]"
    )
    if preview.copy_of:
        st.caption(
            f":orange[:material/file_copy:] The project has the same file already, as "
            f"**{label(preview.copy_of)}**. Kept too, it is found and quoted twice."
        )
    nothing = "No epics or cases: its text is a source for cases and answers."
    if reading.columns == "unsure":
        nothing = "Not read as cases or stories by itself: see its columns."
    st.caption(listed(preview.counts) or nothing)
    for epic in reading.epics:
        meta = " · ".join(label(part) for part in (epic.release, epic.team) if part)
        st.markdown(f":small[**{label(epic.key)}** {label(epic.title)} :gray[{meta}]]")
        for story in epic.stories:
            count = counted(len(story.criteria), "criterion")
            st.markdown(
                f":small[{chr(0xA0) * 4}{label(story.key)} {label(story.title)} :gray[{count}]]"
            )
    for choice in reading.fields:
        st.caption(
            f":material/rule_settings: {label(choice.role)} taken from "
            f"**{label(choice.name or choice.field)}** ({label(choice.reason)})"
        )
    for sentence in reading.report.sentences:
        st.caption(f":orange[:material/report:] {label(sentence, limit=400)}")
    for note in reading.notes_with_gaps:
        st.caption(f":material/info: {label(note, limit=300)}")
    text = reading.document.text
    if text.strip():
        with st.expander("The text as it was read", icon=":material/menu_book:"):
            shown = text[:READ_CHARACTERS]
            st.markdown(with_tables(*without_emphasis(shown, ())))
            if len(text) > len(shown):
                st.caption(f"and {len(text) - len(shown):,} more characters")
    if reading.cases:
        with st.expander(f"Existing cases ({len(reading.cases)})"):
            for case in reading.cases[:20]:
                st.markdown(f":small[**{label(case.id)}** {label(case.title)}]")
    if reading.unread:
        with st.expander(f"Not understood ({len(reading.unread)})", icon=":material/help:"):
            for piece in reading.unread[:50]:
                st.caption(label(piece.reason))
                st.text(visible(piece.text[:600]))
