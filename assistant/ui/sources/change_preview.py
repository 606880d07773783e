"""A new version of a source, looked at before it is published: what it would change.

What a new version of a source would change: sentences, cases, questions, checklist.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from assistant.domain import TestCondition
from assistant.ui.cases.impact_view import ReadFor, impact_view
from assistant.ui.cases.stale_panel import fault_line
from assistant.ui.counts import counted, with_verb
from assistant.ui.plain_text import label, without_emphasis
from assistant.ui.sources.stale_note import stale_noted
from assistant.ui.state import Session, errors_shown, page_action
from assistant.ui.technique_colors import TECHNIQUE_COLORS
from assistant.ui.two_texts import beside
from assistant.workflow.deployment.workspace import Workspace
from assistant.workflow.impact import page_change
from assistant.workflow.impact.page_change import ChangedPage
from assistant.workflow.review import preview_change, review_library
from assistant.workflow.review.preview_change import (
    ChangePreview,
    ChecklistChange,
    TouchedCase,
)
from assistant.workflow.review.stale import NUMBER_CHANGED, RULE_CHANGED
from assistant.workflow.sources import import_sources, next_version
from assistant.workflow.sources.import_sources import StoredDocument

SEEN = "change_preview"
"""What was looked at last, with the text it was made of."""
DRAFTS = "change_preview_texts"
"""What was typed for each document, kept while its field is not on the screen."""
ROUND = "change_preview_round"
"""How many new versions were kept: the switch begins anew with each, and is off."""
PREFILLED = 60_000
"""Characters of a present version that is put into the field to be rewritten."""
INTRO = (
    "It reads each beside what {beside}, imported ones too, and says which words of which are "
    "wrong by it, and which test what is taken away."
)
LATER = "When the version is applied, the changes can be proposed beside the cases."
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
    kept = st.session_state.get(ROUND, 0)
    key = f"previewing_{_place(record.project_id, document.id)}_{kept}"
    return st.toggle(
        "Preview a new version",
        key=key,
        help="See what a new text would change before it is published.",
    )


def change_preview(opened: Workspace, record: Session, document: StoredDocument) -> None:
    """The new text, what it would change, and the button that keeps it."""
    st.caption(
        "What a new version of this source would change, before it is published. It is not kept "
        "until you apply it."
    )
    name, data = _given(opened, record, document)
    made_of = hashlib.sha256(
        "\0".join((_place(record.project_id, document.id), str(document.version), name)).encode()
        + data
    ).hexdigest()
    pressed = st.button(
        "Show what it would change",
        type="primary",
        icon=":material/difference:",
        key="preview_change",
        disabled=not data.strip(),
    )
    slot = st.empty()  # always there: what stands below keeps its place, and what was unfolded
    if pressed:
        st.session_state.pop(SEEN, None)
        with errors_shown():
            found = _previewed(opened, record, document.id, name, data, slot)
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
    _result(opened, record, document, seen.found)


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
    opened: Workspace,
    record: Session,
    document_id: str,
    name: str,
    data: bytes,
    slot: DeltaGenerator,
) -> ChangePreview:
    project_id = record.project_id
    bar = slot.progress(0.0, "Reading the new version…")
    if name:
        source = next_version.read_next_file(opened, project_id, document_id, name, data)
    else:
        text = data.decode("utf-8", "replace")
        source = next_version.read_next_text(opened, project_id, document_id, text)

    def proved(done: int, total: int) -> None:
        bar.progress(done / max(1, total), f"Holding cases against it: case {done} of {total}")

    found = preview_change.preview_change(opened, project_id, source, progress=proved)
    slot.empty()
    return found


def _result(
    opened: Workspace, record: Session, document: StoredDocument, found: ChangePreview
) -> None:
    if not found.changes:
        moved = f" {counted(found.moved, 'sentence')} would stand elsewhere." if found.moved else ""
        st.info(f"No sentence changes.{moved}", icon=":material/check:")
    if found.changes or found.source.change != "unchanged":
        _apply(opened, record, found)
        if found.changes and document.kind != "test_cases":
            page_impact(opened, record, [page_change.previewed(found)], later=LATER)
        change_view(found, found.document_id)


def page_impact(
    opened: Workspace, record: Session, pages: Sequence[ChangedPage], *, later: str = ""
) -> None:
    """What a model says that what changes in pages makes of existing cases, and the way to it;
    ``later``: why changes of cases are not proposed yet."""
    reading = page_change.last(opened, record.project_id, pages)

    def start(reader: str, every: bool) -> None:
        page_change.start(
            opened, record.project_id, pages, reader=reader, by=record.user, every=every
        )

    one = pages[0]
    beside, what = ("this page says", "page") if one.is_new else ("changes here", "version")
    if len(pages) > 1:
        beside, what = "changes in these sources", "change"
    intro = INTRO.format(beside=beside)
    stale = reading is not None and page_change.sources_changed(opened, record.project_id, reading)
    job = page_change.job_of(record.project_id, pages)
    parts = page_change.parts_at_least(pages)
    impact_view(opened, record, ReadFor(what, intro, job, reading, start, stale, later, parts))


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
                said = f"Applied as version {found.version + 1}"
                with stale_noted(opened, record, said, place=found.document_id):
                    preview_change.apply_change(opened, record.project_id, found, by=record.user)
                import_sources.index_in_background(opened, record.project_id)
                st.session_state.pop(SEEN, None)
                if found.source.name == next_version.PASTED:
                    place = _place(record.project_id, found.document_id)
                    st.session_state.get(DRAFTS, {}).pop(place, None)
                st.session_state[ROUND] = st.session_state.get(ROUND, 0) + 1


FIRST = 12
"""Entries of a list that are shown before all of it is asked for."""
T = TypeVar("T")


def found_source_view(
    opened: Workspace, record: Session, source: import_sources.Preview, number: int
) -> None:
    """A switch, and behind it what a document that was found would touch: a new one, or the next
    version of one that the project has, with the words that change.

    ``number`` is the preview's place on the page: one file may be uploaded twice.
    """
    document = source.reading.document
    place = f"{number}_{document.id}_{document.content_hash[:12]}"
    says = "Show the cases and questions it touches"
    if source.change == "changed":
        says = "Show what changes, and the cases and questions it touches"
    if not st.toggle(
        says,
        key=f"touches_{_place(record.project_id, place)}",
        help="Held against the project as it is. Nothing is kept.",
    ):
        return
    with errors_shown(), st.spinner("Holding cases and criteria against it…"):
        stamp = review_library.stamp(opened, record.project_id)
        said = source.model_dump_json(exclude={"reading": {"document": {"fetched_at"}}})
        made_of = hashlib.sha256(said.encode("utf-8", "replace")).hexdigest()
        change_view(_touched(opened, record.project_id, source, made_of, stamp), place)


@st.cache_data(show_spinner=False, max_entries=16)
def _touched(
    _opened: Workspace,
    project_id: str,
    _source: import_sources.Preview,
    made_of: str,
    stamp: str,
) -> ChangePreview:
    """Held against the project once per change of it, and per reading of the document
    (``made_of``): the same text can be read as rules or as a page, its columns in several ways."""
    return preview_change.preview_change(_opened, project_id, _source)


def change_view(found: ChangePreview, place: str) -> None:
    """The counts, then each part with today's words beside the new ones.

    ``place`` tells this view from the others on the page.
    """
    _summary(found, place)
    if found.changes and not found.is_new:
        _sentences(found, place)
    if found.former:
        _former(found, place)
    _cases(found, place)
    if found.questions:
        _questions(found, place)
    if found.checklist is not None:
        _checklist(found.checklist, place)


def _summary(found: ChangePreview, place: str) -> None:
    """The counts, and nothing that a check does not know."""
    counts = {} if found.is_new else found.counts
    badges = [f":gray-badge[{counted(n, 'sentence')} {kind}]" for kind, n in counts.items()]
    if found.is_new and found.rests:
        badges.append(f":orange-badge[another limit than {with_verb(found.rests, 'rest')} on]")
    elif found.rests:
        badges.append(f":orange-badge[{with_verb(found.rests, 'rest')} on what changes]")
    if found.says:
        badges.append(f":orange-badge[{with_verb(found.says, 'say')} a number that changes]")
    if found.names:
        badges.append(f":orange-badge[{with_verb(found.names, 'name')} a rule that changes]")
    if found.denied:
        badges.append(f":red-badge[{counted(found.denied, 'case')}: the new text says otherwise]")
    if found.checklist is not None:
        come, go = len(found.checklist.arising), len(found.checklist.vanishing)
        badges.append(f":blue-badge[checklist: {come} new, {go} gone]")
    if found.former:
        sources = len({one.document_id for one in found.former})
        said = with_verb(sources, "say", "other source")
        badges.append(f":orange-badge[{said} a value that the new text calls the former]")
    raised = sum(not one.settled for one in found.questions)
    if raised:
        more = f", on criteria of {counted(found.asked, 'other case')}" if found.asked else ""
        badges.append(f":violet-badge[{counted(raised, 'question')} raised{more}]")
    if badges:
        st.markdown(" ".join(badges))
    if found.languages and not found.is_new:
        old, new = map(label, found.languages)
        st.warning(
            f"The present text reads as {old}, the new one as {new}. Sentences are compared word "
            "by word, so nearly all count as changed, and cases keep their language.",
            icon=":material/translate:",
        )
    for note in () if found.is_new else _first(found.notes, f"{place}_notes"):
        st.caption(f":material/info: {label(note, limit=300)}")


def _head(title: str, icon: str, note: str = "") -> None:
    st.markdown(f"**:material/{icon}: {title}**" + (f" :small[:gray[{note}]]" if note else ""))


def _first(entries: Sequence[T], key: str) -> Sequence[T]:
    """The first of a long list, or all of it where that is asked for."""
    if len(entries) <= FIRST or st.toggle(f"Show all {len(entries)}", key=f"preview_all_{key}"):
        return entries
    return entries[:FIRST]


def _sentences(found: ChangePreview, place: str) -> None:
    moved = f"; {counted(found.moved, 'sentence')} only stand elsewhere" if found.moved else ""
    _head("In the text", "article", f"today's on the left, the new one on the right{moved}")
    shown = _first(found.changes, f"{place}_sentences")
    with st.container(border=True):
        for one in shown:
            beside(one.old, one.new, gone="no sentence like it")


def _former(found: ChangePreview, place: str) -> None:
    _head(
        "Other sources", "difference", "left: they say the former value; right: the new text's one"
    )
    with st.container(border=True):
        for one in _first(found.former, f"{place}_former"):
            st.caption(label(one.title))
            beside(one.said, one.new, gone="")


def _cases(found: ChangePreview, place: str) -> None:
    sides = "left: what the cases rest on; right: the new source"
    if not found.is_new:
        sides = "today's sentence on the left, the new one on the right"
    _head("Cases", "fact_check", sides)
    if not found.cases and found.is_new:
        st.caption("No case is found that cites, or is traced to, another limit on the same.")
    elif not found.cases:
        st.caption(
            "No case rests on what changes, and the proof finds nothing new in the cases whose "
            "sources change."
            if found.changes
            else "No case is touched."
        )
    grouped: dict[tuple[tuple[str, str], ...], list[TouchedCase]] = {}
    for one in _first(found.cases, f"{place}_cases"):
        grouped.setdefault(tuple((each.old, each.new) for each in one.rests_on), []).append(one)
    for sentences, cases in grouped.items():
        with st.container(border=True, gap="xsmall"):
            for old, new in sentences:
                beside(old, new, gone="nothing like it stands there")
            if not sentences:
                st.caption("They cite no sentence that changes.")
            for one in cases:
                _case(one)
    others = counted(found.untouched, "other written case")
    it = "it" if found.untouched == 1 else "them"
    facts = [f"{others}: no check finds that this touches {it}"]
    if found.asked:
        facts.insert(0, f"{with_verb(found.asked, 'belong')} to criteria with a raised question")
    if not found.is_new:
        facts.append(f"{with_verb(found.resting, 'cite')} this source in all")
    if found.uncited:
        silent = with_verb(found.uncited, "cite", "other imported case")
        them = "it" if found.uncited == 1 else "them"
        facts.append(
            f"{silent} no source, and comparing words finds no number of {them} that changes"
        )
    if found.righted:
        facts.append(f"no longer stale: {', '.join(map(label, found.righted[:FIRST]))}")
    st.caption(" · ".join(facts))


def _case(one: TouchedCase) -> None:
    denied = " :red-badge[the new text says otherwise]" if one.is_denied else ""
    places = [place for each in one.rests_on for place in each.places]
    rests = "".join(
        f" :orange-badge[{how}: {label('; '.join(where), limit=200)}]"
        for how, where in _hold(one).items()
    )
    st.markdown(
        f"**{label(one.case_id)}** {label(one.title)} :gray-badge[{one.status}]{denied}{rests}"
    )
    facts = [fault.finding.words for fault in one.faults if fault.finding.words]
    lines = [
        f"the case says: {label(words, limit=400)}"
        for words in dict.fromkeys(place.said for place in places)
        if words and not any(each in words for each in facts)
    ]
    lines += [fault_line(fault) for fault in one.faults]
    if lines:
        st.markdown("  \n".join(f":small[:gray[{line}]]" for line in lines))


def _hold(one: TouchedCase) -> dict[str, list[str]]:
    """The places of a case by what they have to do with the sentences that change."""
    found: dict[str, list[str]] = {}
    for each in one.rests_on:
        how = "says its number" if each.change == NUMBER_CHANGED else "rests on it"
        if each.change == RULE_CHANGED:
            how = f"names {label(each.rule)}, which changed"
        where = found.setdefault(how, [])
        where += [place.where for place in each.places if place.where not in where]
    return found


def _questions(found: ChangePreview, place: str) -> None:
    _head("Questions", "contact_support", "raised by the new text, or settled by it")
    for one in _first(found.questions, f"{place}_questions"):
        with st.container(border=True, gap="xsmall"):
            badge = ":green-badge[settled]" if one.settled else ":violet-badge[raised]"
            cases = f" :gray[cases: {label(', '.join(one.case_ids), limit=300)}]"
            st.markdown(
                f"{badge} **{label(one.question.criterion_id)}** "
                f"{label(one.question.text, limit=600)}"
                + (f" :small[{cases}]" if one.case_ids else "")
            )
            quotes = [each.quote for each in one.question.evidence[1:]]
            left, right = st.columns(2, gap="small")
            left.markdown(f":small[{label(one.criterion, limit=600)}]")
            quoted, _ = without_emphasis(" … ".join(quotes))
            right.markdown(f":small[{label(quoted, limit=600)}]")


def _checklist(change: ChecklistChange, place: str) -> None:
    _head("Checklist", "checklist", f"{counted(change.staying, 'item')} of these epics stay")
    if not (change.arising or change.vanishing):
        st.caption("No item comes or goes.")
        return
    left, right = st.columns(2, gap="small")
    with left:
        st.caption(f"Gone: {len(change.vanishing)}")
        _items(change.vanishing, f"{place}_gone")
    with right:
        st.caption(f"New: {len(change.arising)}")
        _items(change.arising, f"{place}_new")


def _items(items: Sequence[TestCondition], key: str) -> None:
    for one in _first(items, key):
        st.markdown(
            f":small[:{TECHNIQUE_COLORS[one.technique]}[{one.technique}] "
            f"{label(one.criterion_id)} {label(one.statement, limit=300)}]"
        )
