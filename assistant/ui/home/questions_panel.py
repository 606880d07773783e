"""Questions to ask first, each answered in place; what was answered; what else to know.

The questions of a run: answered in place, and the cases that waited for the answer written.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

import streamlit as st

from assistant.domain import (
    AcceptanceCriterion,
    Epic,
    Notice,
    Question,
    QuestionKind,
    RetrievedChunk,
)
from assistant.ui.cases.depth_matrix import case_button
from assistant.ui.counts import counted, date_time
from assistant.ui.home.quality_panel import open_in_run
from assistant.ui.home.writing_progress import write_again_button, writing_progress
from assistant.ui.plain_text import cut, highlighted, label, plain, visible, without_emphasis
from assistant.ui.presses import pressed
from assistant.ui.state import Session, page_action
from assistant.workflow.deployment.workspace import Workspace
from assistant.workflow.writing import answers, write_again
from assistant.workflow.writing.requests import Understanding
from assistant.workflow.writing.runs import ACTIVE, RunView, StoredCase

KIND_COLORS: dict[QuestionKind, str] = {
    "ambiguous": "orange",
    "untestable": "orange",
    "missing limit": "orange",
    "missing rule": "orange",
    "unknown reference": "blue",
    "conflict": "red",
    "out of scope": "violet",
    "left open": "orange",
    "how to run": "blue",
}
SHORT = 4
"""Questions up to which a list is shown open."""

MOST_OF_CRITERION = 300
"""Characters of a criterion beside a question on it."""

MOST_BEFORE = 120
"""Of those, before the words that raise the question."""

PASSAGES = 3
"""Passages shown where a question is answered."""

FEWER = "answers_that_leave_less"
"""By question: the text that would leave its criterion less to test, and what was said of it."""
NOT_CHOSEN = (
    f"Nothing is saved yet. Choose *{answers.TESTED}* or *{answers.STAYS_OUT}*, then press *Save "
    "the answer*; your text is kept."
)
NO_CRITERION = "Nothing is saved yet. Choose a criterion that the answer is for."
MAX_SHOWN = 60
"""Questions with a form on one page; the others are counted."""


def questions_panel(opened: Workspace, record: Session, found: Understanding) -> None:
    """The open questions with a form each, the answers given, and notices, as far as there are."""
    notices_list(notice for notice in found.notices if notice.kind != "left out")
    if found.questions:
        with st.expander(
            f"Questions to ask first ({len(found.questions)})", icon=":material/contact_support:"
        ):
            st.caption(
                "Answer here, or go on: a case carries the open questions that bear on it. An "
                "answer becomes a source with your name and the date."
            )
            for question in found.questions[:MAX_SHOWN]:
                question_to_answer(opened, record, found.epics, question)
            if len(found.questions) > MAX_SHOWN:
                st.caption(f"{len(found.questions) - MAX_SHOWN} more are listed with the run.")
    if found.answers:
        with st.expander(f"Answered ({len(found.answers)})", icon=":material/task_alt:"):
            for answer in found.answers:
                answer_given(opened, record, answer)
    left_out = [notice for notice in found.notices if notice.kind == "left out"]
    if left_out:
        with st.expander(
            f"Out of scope, no cases ({len(left_out)})", icon=":material/do_not_disturb_on:"
        ):
            for notice in left_out:
                st.markdown(
                    f":small[{label(notice.quote, limit=300)}]  \n"
                    f":small[:gray[{label(notice.text, limit=200)}]]"
                )


def notices_list(notices: Iterable[Notice]) -> None:
    """Other languages, and words that read like instructions to the assistant."""
    for notice in notices:
        quote = f"  \n“{label(notice.quote, limit=300)}”" if notice.quote else ""
        if notice.kind == "instruction":
            st.warning(plain(notice.text) + quote, icon=":material/report:")
        else:
            st.info(plain(notice.text) + quote, icon=":material/translate:")


def question_text(question: Question, alike: Sequence[Question] = (), *, limit: int = 600) -> str:
    """A question as Markdown: its kind, its criterion and those of ``alike``, what is asked."""
    criteria = ", ".join(one.criterion_id for one in (question, *alike))
    return (
        f":{KIND_COLORS[question.kind]}-badge[{question.kind}] "
        f"**{label(criteria, limit=limit)}**  \n"
        f"{label(question.text, limit=limit)}"
    )


def _ground_lines(question: Question, criterion: AcceptanceCriterion) -> None:
    """The criterion with the words that raise a question marked, and such words of other texts."""
    text = " ".join(without_emphasis(criterion.text)[0].split())
    quotes = (" ".join(without_emphasis(one.quote)[0].split()) for one in question.evidence)
    places = {quote: text.find(quote) for quote in quotes if quote}
    first = min((at for at in places.values() if at >= 0), default=0)
    start = text.rfind(" ", 0, first - MOST_BEFORE) + 1 if first > MOST_BEFORE else 0
    shown = ("…" if start else "") + cut(text[start:], MOST_OF_CRITERION)
    spans = [(at, at + len(quote)) for quote in places if (at := shown.find(quote)) >= 0]
    others = [f"“{label(quote, limit=300)}”" for quote, at in places.items() if at < 0]
    st.caption("  \n".join((highlighted(shown, spans), *others)), width="stretch")


def _source_answer_lines(question: Question, retrieved: Sequence[RetrievedChunk]) -> None:
    """What the sources say to a question, each with where it stands."""
    chunks = {one.chunk.id: one.chunk for one in retrieved}
    for said in question.source_answers:
        chunk = chunks.get(said.chunk_id)
        named = label(f"{chunk.key} {chunk.title}".strip()) if chunk else ""
        st.markdown(
            f":blue-badge[:material/menu_book: a source says] “{label(said.quote, limit=300)}”  \n"
            f":small[:gray[{named}]]",
            help="The cases that cite this source were written by it. Answer only where it is "
            "not what holds here.",
        )


def question_to_answer(
    opened: Workspace,
    record: Session,
    epics: Sequence[Epic],
    question: Question,
    retrieved: Sequence[RetrievedChunk] = (),
    cases: Sequence[StoredCase] | None = None,
    alike: Sequence[Question] = (),
) -> None:
    """A question on one of these epics with what a run's sources (``retrieved``) say to it, those
    of the run's ``cases`` that carry it, and the form that answers it. ``alike`` ask the same of
    other criteria."""
    _, criterion = _asked_of(epics, question)
    key = answers.question_key(criterion, question)
    same = {one.criterion_id: one for one in (question, *alike)}
    with st.container(border=True, gap="small"):
        row = st.container(horizontal=True, wrap=False, vertical_alignment="top")
        row.markdown(question_text(question, alike, limit=400), width="stretch")
        with st.container(horizontal=True, vertical_alignment="center"):
            _ground_lines(question, criterion)
            if cases is not None:
                asked = [answers.Asked(question=one) for one in same.values()]
                _carried([one for one in cases if any(a.is_on(one.case) for a in asked)], key)
        _source_answer_lines(question, retrieved)
        with (
            row.popover("Answer", icon=":material/edit_note:", key=f"answer-{key}"),
            st.form(f"form-{key}", border=False),
        ):
            # Where the form opens above its button, it lies over the question.
            st.markdown(question_text(question, alike, limit=400))
            meant: Sequence[str] = list(same)
            if alike:
                meant = st.multiselect(
                    "For", list(same), default=list(same), key=f"for-{key}",
                    help="The answer is kept for each of these criteria; the others still ask.",
                )  # fmt: skip
            words = "the answer in your own words"
            chosen: str | None = None
            replaces = False
            if is_left_out := answers.is_on_left_out(question):
                chosen = st.radio(
                    "Is it tested?",
                    (answers.TESTED, answers.STAYS_OUT),
                    index=None,
                    captions=("*Write the missing cases* in *Coverage* writes for it then.", ""),
                    label_visibility="collapsed",
                    key=f"tested-{key}",
                )
                words = "why, or who decided it"
            text = st.text_area(
                f"What {visible(criterion.id)} should say, or {words}"
                if question.suggestion
                else words.capitalize(),
                value=visible(question.suggestion),
                height=120,
                max_chars=answers.MAX_ANSWER,
                key=f"text-{key}",
            )
            if not is_left_out and not alike:
                replaces = st.checkbox(
                    "Write the cases for this text instead of the criterion's own",
                    value=bool(question.suggestion),
                    key=f"replaces-{key}",
                    help=f"Only where your text says all that {visible(criterion.id)} is to say: "
                    "its own words no longer count then.",
                )
            if pressed(
                "Save the answer", button=st.form_submit_button, type="primary", key=f"save-{key}"
            ):
                if not meant:
                    st.warning(NO_CRITERION, icon=":material/rule:")
                elif is_left_out and not chosen:  # words alone may say either
                    st.warning(NOT_CHOSEN, icon=":material/rule:")
                else:
                    said = f"{chosen or ''} {text or ''}".strip()
                    targets = [(_asked_of(epics, same[name])[0], same[name]) for name in meant]
                    _save(opened, record, targets, said, replaces, key)
            if key in st.session_state.get(FEWER, {}):
                st.warning(st.session_state[FEWER][key][1], icon=":material/rule:")
            of_it = [one for one in cases or () if criterion.id in one.case.criterion_ids]
            _passages(retrieved, of_it)


def _passages(retrieved: Sequence[RetrievedChunk], cases: Sequence[StoredCase]) -> None:
    """What the sources say that most of these cases cite, the texts of the epics left out."""
    cited = Counter(
        name for one in cases for name in {cite.chunk_id for cite in one.case.all_citations}
    )
    found = [one for one in retrieved if one.stage != "basis" and cited[one.chunk.id]]
    found.sort(key=lambda one: (-cited[one.chunk.id], one.rank))
    lines = [
        f"**{label(f'{one.chunk.key} {one.chunk.title}'.strip())}** "
        f"“{label(without_emphasis(one.chunk.text)[0], limit=MOST_OF_CRITERION)}”"
        for one in found[:PASSAGES]
    ]
    if lines:
        st.caption("What the cases of this criterion rest on:  \n" + "  \n".join(lines))


def _carried(cases: Sequence[StoredCase], key: str) -> None:
    """How many cases carry a question; each is opened from there."""
    if not cases:
        st.caption("No case carries it", width="content")
        return
    title = f"Carried by {counted(len(cases), 'case')}"
    with st.popover(title, type="tertiary", key=f"carried-{key}"):
        for one in cases:
            case_button(one.id, one.title, f"carried-{key}", open_in_run)


def _save(
    opened: Workspace,
    record: Session,
    targets: Sequence[tuple[Epic, Question]],
    text: str,
    replaces: bool,
    key: str,
) -> None:
    """Keep the answer on each criterion of which the question is asked. One that takes the
    criterion's place and leaves less to test is shown with what would be left first: it may be an
    answer and no criterion."""
    fewer = st.session_state.setdefault(FEWER, {})
    seen = fewer.pop(key, None)
    said = (text, _fewer_items(*targets[0], text)) if replaces and text.strip() else (text, "")
    if said[1] and said != seen:
        fewer[key] = said
        return
    with page_action():
        for epic, question in targets:
            answers.answer(
                opened, record.project_id, epic, question, text, by=record.user, replaces=replaces
            )


def _asked_of(epics: Sequence[Epic], question: Question) -> tuple[Epic, AcceptanceCriterion]:
    return next((e, c) for e in epics for c in e.criteria if c.id == question.criterion_id)


def _fewer_items(epic: Epic, question: Question, text: str) -> str:
    """What a criterion would have to be tested with this text in its place, where that is less."""
    now, then = answers.items_to_test(epic, question.criterion_id, text)
    if len(then) >= len(now):
        return ""
    listed = "\n".join(f"- {label(one.statement, limit=160)}" for one in then) or "- nothing"
    return (
        f"With this text in its place {label(question.criterion_id)} has "
        f"{counted(len(then), 'item')} to test instead of {len(now)}:\n\n{listed}\n\n"
        "Write it as the criterion should read, or take the tick away: it is then kept beside the "
        "criterion. *Save the answer* once more keeps it as it is."
    )


def answer_given(
    opened: Workspace,
    record: Session,
    answer: answers.Answer,
    carried_by: Sequence[StoredCase] = (),
) -> None:
    """An answer with who gave it and when, the cases that still carry its question, and a click
    that withdraws it."""
    with st.container(border=True):
        taken = " · in place of the criterion" if answer.replaces else ""
        st.markdown(
            f":green-badge[:material/check: answered] **{label(answer.criterion_id)}**  \n"
            f"{label(answer.question, limit=300)}"
        )
        st.text(visible(answer.text))
        with st.container(horizontal=True, vertical_alignment="center"):
            st.caption(
                f"{label(answer.by)}, {date_time(answer.at)}{taken}",
                width="stretch",
            )
            if carried_by:
                _carried(carried_by, answer.document_id)
            if pressed(
                "Withdraw",
                icon=":material/undo:",
                type="tertiary",
                key=f"withdraw-{answer.document_id}",
                help="The question is open again; the answer is kept under Removed in Import "
                "sources until it is erased.",
            ):
                with page_action():
                    answers.withdraw(opened, record.project_id, answer.document_id, by=record.user)


def _each_once(
    view: RunView,
) -> tuple[list[answers.Asked], dict[int, list[Question]]]:
    """The questions of a run, those first to which no source says anything. What is asked of
    several criteria in the same words stands at the first, with the others by its ``id``."""
    groups: dict[tuple[object, ...], list[answers.Asked]] = {}
    for one in (*view.raised, *view.asked):
        alone = one.answer is not None or not one.question.is_open
        key = (view.is_raised(one), view.is_beside(one), one.once, id(one) if alone else 0)
        groups.setdefault(key, []).append(one)
    firsts = sorted((group[0] for group in groups.values()), key=lambda o: not o.question.is_open)
    return firsts, {
        id(first): [one.question for one in others] for first, *others in groups.values()
    }


REASON = "its question was answered"
"""Why cases are written again here, as their history says it."""


AFTER_RUN = (
    "An answer becomes a source with your name and the date; the cases written again after it "
    "rest on it."
)
DURING_RUN = (
    "An answer becomes a source with your name and the date. This run began without what you "
    "answer now: once it is done, the cases that carry an answered question can be written again "
    "from here."
)


def run_questions(opened: Workspace, record: Session, view: RunView) -> None:
    """What was open when the cases were written: each with a form, or its answer; and notices."""
    notices_list(view.notices)
    run = view.run
    if not view.asked and not view.raised and not view.earlier:
        st.caption(":material/check: No open question was found in these criteria.")
        return
    active = view.summary.status in ACTIVE
    with st.container():  # its place stays where there is no progress: see ``run_view``
        writing = active or writing_progress(opened, record)
    st.caption(DURING_RUN if active else AFTER_RUN)
    cases = [
        one
        for one in opened.library.cases(record.project_id, run_id=run.id)
        if one.status != "rejected"
    ]

    def shown(one: answers.Asked) -> None:
        if one.answer is None:
            epics = run.epics
            if view.is_raised(one):
                epics = view.change.now if view.change is not None else epics
                st.markdown(":orange-badge[:material/fiber_new: raised by the present text]")
            question_to_answer(
                opened, record, epics, one.question, run.retrieved, cases, alike.get(id(one), ())
            )
            return
        carrying = [stored for stored in cases if one.is_on(stored.case)]
        answer_given(opened, record, one.answer, carrying)
        waiting = [stored.id for stored in carrying if write_again.can_be_written(stored)]
        if waiting and not writing:
            write_again_button(
                opened,
                record,
                waiting,
                reason=REASON,
                key=f"again-{one.answer.document_id}",
                help="The cases that carry this question, from the present sources",
            )

    every, alike = _each_once(view)
    beside = [one for one in every if view.is_beside(one)]
    ordered = [one for one in every if not view.is_beside(one)]
    of_running = [one for one in ordered if one.question.is_on_running]
    on_what_holds = [one for one in ordered if not one.question.is_on_running]
    said = [one for one in on_what_holds if one.answer is None and not one.question.is_open]
    for one in on_what_holds:
        if said and one is said[0]:
            st.markdown(f"**{counted(len(said), 'question')} to which a source says something**")
        shown(one)
    if of_running:
        title = f"How to run and see it ({len(of_running)})"
        with st.expander(title, icon=":material/visibility:", expanded=len(of_running) < SHORT):
            st.caption("No case waits for these. An answer is a source for what is written next.")
            for one in of_running:
                shown(one)
    if beside:
        with st.expander(
            f"On criteria that are left out ({len(beside)})", icon=":material/do_not_disturb_on:"
        ):
            st.caption("No case is written for these criteria unless somebody says so above.")
            for one in beside:
                shown(one)
    if view.earlier:
        title = f"No longer asked: their words stand no more ({len(view.earlier)})"
        with st.expander(title, icon=":material/task_alt:"):
            for one in view.earlier:
                st.markdown(question_text(one.question, limit=400))
