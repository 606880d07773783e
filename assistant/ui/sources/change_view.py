"""What a new version of a source would change: sentences, cases, questions, checklist."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

import streamlit as st

from assistant.domain import TestCondition
from assistant.ui.counts import counted
from assistant.ui.plain_text import label, without_emphasis
from assistant.ui.technique_colors import TECHNIQUE_COLORS
from assistant.ui.word_marks import marked_words
from assistant.workflow.review.preview_change import (
    ChangePreview,
    ChecklistChange,
    NewFault,
    TouchedCase,
)
from assistant.workflow.review.sentences import word_diff

FIRST = 12
"""Entries of a list that are shown before all of it is asked for."""
T = TypeVar("T")


def change_view(found: ChangePreview) -> None:
    """The counts, then each part with today's words beside the new ones."""
    _summary(found)
    if found.changes:
        _sentences(found)
    _cases(found)
    if found.questions:
        _questions(found)
    if found.checklist is not None:
        _checklist(found.checklist)


def _summary(found: ChangePreview) -> None:
    """The counts, and nothing that a check does not know."""
    badges = [f":gray-badge[{counted(n, 'sentence')} {kind}]" for kind, n in found.counts.items()]
    if found.rests:
        badges.append(f":orange-badge[{_with_verb(found.rests, 'rest')} on what changes]")
    if found.denied:
        badges.append(f":red-badge[{counted(found.denied, 'case')}: the new text says otherwise]")
    if found.checklist is not None:
        come, go = len(found.checklist.arising), len(found.checklist.vanishing)
        badges.append(f":blue-badge[checklist: {come} new, {go} gone]")
    raised = sum(not one.settled for one in found.questions)
    if raised:
        more = f", on criteria of {found.asked} other cases" if found.asked else ""
        badges.append(f":violet-badge[{counted(raised, 'question')} raised{more}]")
    st.markdown(" ".join(badges))
    if found.languages:
        old, new = map(label, found.languages)
        st.warning(
            f"The present text reads as {old}, the new one as {new}. Sentences are compared word "
            "by word, so nearly all count as changed, and cases keep their language.",
            icon=":material/translate:",
        )
    for note in _first(found.notes, "notes"):
        st.caption(f":material/info: {label(note, limit=300)}")


def _with_verb(cases: int, verb: str) -> str:
    return f"{counted(cases, 'case')} {verb}{'s' if cases == 1 else ''}"


def _head(title: str, icon: str, note: str = "") -> None:
    st.markdown(f"**:material/{icon}: {title}**" + (f" :small[:gray[{note}]]" if note else ""))


def _first(entries: Sequence[T], key: str) -> Sequence[T]:
    """The first of a long list, or all of it where that is asked for."""
    if len(entries) <= FIRST or st.toggle(f"Show all {len(entries)}", key=f"preview_all_{key}"):
        return entries
    return entries[:FIRST]


def _beside(old: str, new: str, gone: str = "") -> None:
    """Two versions of a sentence, the words that differ marked."""
    old, new = without_emphasis(old)[0], without_emphasis(new)[0]
    words = word_diff(old, new)
    left, right = st.columns(2, gap="small")
    left.markdown(
        f":small[{marked_words(words, 'out')}]" if old else ":small[:gray[no sentence like it]]"
    )
    right.markdown(f":small[{marked_words(words, 'in')}]" if new else f":small[:gray[{gone}]]")


def _sentences(found: ChangePreview) -> None:
    moved = f"; {counted(found.moved, 'sentence')} only stand elsewhere" if found.moved else ""
    _head("In the text", "article", f"today's on the left, the new one on the right{moved}")
    shown = _first(found.changes, "sentences")
    with st.container(border=True):
        for one in shown:
            _beside(one.old, one.new, "no sentence like it")


def _cases(found: ChangePreview) -> None:
    _head("Cases", "fact_check", "today's sentence on the left, the new one on the right")
    if not found.cases:
        st.caption(
            "No case rests on what changes, and the proof finds nothing new in the cases whose "
            "sources change."
            if found.changes
            else "No case is touched."
        )
    grouped: dict[tuple[tuple[str, str], ...], list[TouchedCase]] = {}
    for one in _first(found.cases, "cases"):
        grouped.setdefault(tuple((each.old, each.new) for each in one.rests_on), []).append(one)
    for sentences, cases in grouped.items():
        with st.container(border=True, gap="xsmall"):
            for old, new in sentences:
                _beside(old, new, "nothing like it stands there")
            if not sentences:
                st.caption("They cite no sentence that changes.")
            for one in cases:
                _case(one)
    facts = [f"{found.untouched} other written cases: no check finds that this touches them"]
    if found.asked:
        facts.insert(0, f"{_with_verb(found.asked, 'belong')} to criteria with a raised question")
    facts.append(f"{_with_verb(found.resting, 'cite')} this source in all")
    if found.uncited:
        facts.append(
            f"{found.uncited} imported cases cite no source, so nothing can be told of them"
        )
    if found.righted:
        facts.append(f"no longer stale: {', '.join(map(label, found.righted[:FIRST]))}")
    st.caption(" · ".join(facts))


def _case(one: TouchedCase) -> None:
    denied = " :red-badge[the new text says otherwise]" if one.is_denied else ""
    places = [place for each in one.rests_on for place in each.places]
    where = "; ".join(dict.fromkeys(place.where for place in places))
    rests = f" :orange-badge[rests on it: {label(where, limit=200)}]" if where else ""
    st.markdown(
        f"**{label(one.case_id)}** {label(one.title)} :gray-badge[{one.status}]{denied}{rests}"
    )
    facts = [fault.finding.words for fault in one.faults if fault.finding.words]
    lines = [
        f"the case says: {label(words, limit=400)}"
        for words in dict.fromkeys(place.said for place in places)
        if words and not any(each in words for each in facts)
    ]
    lines += [_fault(fault) for fault in one.faults]
    if lines:
        st.markdown("  \n".join(f":small[:gray[{line}]]" for line in lines))


def _fault(fault: NewFault) -> str:
    where = f"step {fault.finding.step}" if fault.finding.step else "the case"
    why = label(without_emphasis(fault.finding.message)[0], limit=900)
    if not fault.denied:
        return f"{where}, not in what its run read: {why}"
    expects = f" The step expects: {label(fault.said, limit=400)}" if fault.said else ""
    return f":red[:material/error: {where}, {fault.finding.rule}:] {why}{expects}"


def _questions(found: ChangePreview) -> None:
    _head("Questions", "contact_support", "raised by the new text, or settled by it")
    for one in _first(found.questions, "questions"):
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


def _checklist(change: ChecklistChange) -> None:
    _head("Checklist", "checklist", f"{counted(change.staying, 'item')} of these epics stay")
    if not (change.arising or change.vanishing):
        st.caption("No item comes or goes.")
        return
    left, right = st.columns(2, gap="small")
    with left:
        st.caption(f"Gone: {len(change.vanishing)}")
        _items(change.vanishing, "gone")
    with right:
        st.caption(f"New: {len(change.arising)}")
        _items(change.arising, "new")


def _items(items: Sequence[TestCondition], key: str) -> None:
    for one in _first(items, key):
        st.markdown(
            f":small[:{TECHNIQUE_COLORS[one.technique]}[{one.technique}] "
            f"{label(one.criterion_id)} {label(one.statement, limit=300)}]"
        )
