"""One answer: its sentences with their sources, what is not in them, where they differ.

The sources of an answer beside it: quoted words marked, how fresh, and the way into each.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import streamlit as st

from assistant.ui.ask.ask_talks import CARRIED
from assistant.ui.cases.sources_panel import others_found, source_card
from assistant.ui.counts import counted
from assistant.ui.home.kept_request import ASKED, PASTE, TEXT, hand_over
from assistant.ui.job_progress import waits_for_model
from assistant.ui.plain_text import highlighted, label, one_line, plain, small, without_emphasis
from assistant.ui.presses import pressed
from assistant.ui.state import RECORD, Session, errors_shown
from assistant.workflow.ask.ask_sources import (
    UNWORKED,
    Answer,
    AnswerPassage,
    AnswerSentence,
    AnswerSource,
    sense_of,
)
from assistant.workflow.ask.ask_talks import save_rule
from assistant.workflow.deployment.endpoints import ENDPOINT_WRITER
from assistant.workflow.deployment.workspace import Workspace

PASSAGES_SHOWN = 5
GENERATE = "pages/generate_test_cases.py"


def answer_view(opened: Workspace, record: Session, answer: Answer, *, is_last: bool) -> None:
    """What came of a question; what can be done with it stands below the last one."""
    for note in answer.notes:
        st.caption(f":material/translate: {label(note, limit=300)}")
    if answer.conclusion:
        by = "".join(f"; {plain(line)}" for line in answer.calculation)
        said = [f"**{plain(answer.conclusion)}**"]
        said.append(
            f":small[:gray[:material/lightbulb: the model's conclusion from what follows{by}]]"
        )
        if answer.unworked:
            own = plain("; ".join(answer.unworked))
            said.append(f":small[:orange[:material/help: {UNWORKED}: {own}]]")
        st.markdown("  \n".join(said))
    if answer.sentences:
        st.markdown("  \n".join(_sentence(answer, one) for one in answer.sentences))
    if answer.is_open:
        _progress(opened, answer)
    if answer.state == "passages":
        _passages(answer, answer.passages)
    if answer.state == "not said":
        _not_said(answer)
    if answer.error:
        st.error(plain(answer.error), icon=":material/error:")
    if answer.unfinished:
        icon = ":material/content_cut:" if answer.cut_off else ":material/report:"
        st.caption(f"{icon} {label(answer.unfinished, limit=400)}")
    if answer.state == "cancelled":
        st.caption(":material/stop_circle: Cancelled.")
    if answer.unproved:
        _unproved(answer)
    for place, conflict in enumerate(answer.conflicts):
        with st.container(border=True, gap="xsmall", key=f"conflict-{answer.id}-{place}"):
            quotes = (conflict.ours, conflict.theirs)
            st.markdown(
                ":red-badge[:material/difference: The sources disagree]  \n"
                + "  \n".join(f"“{_line(one.quote)}” {_mark(one.source)}" for one in quotes)
            )
    if is_last and not answer.is_open:
        _actions(opened, record, answer)


def _sentence(answer: Answer, sentence: AnswerSentence) -> str:
    """A sentence with the numbers of its sources, that it rests on drafts and older editions alone
    where it does, and below one in the model's own words what it was read from."""
    numbers = dict.fromkeys(citation.source for citation in sentence.citations)
    said = f"{plain(sentence.text)} {' '.join(map(_mark, numbers))}"
    if stages := answer.stages_of(sentence):
        said += f" :orange-badge[:material/history: {' / '.join(stages)}]"
    if not sentence.is_paraphrase:
        return said
    quotes = " … ".join(f"“{_line(one.quote)}”" for one in sentence.citations)
    return (
        f"{said}  \n:small[:gray[:material/format_quote: in the model's words, read from {quotes}]]"
    )


def _mark(number: int) -> str:
    return f":blue-badge[{number}]"


def _line(text: str) -> str:
    return label(without_emphasis(one_line(text))[0], limit=600)


def _progress(opened: Workspace, answer: Answer) -> None:
    told = "Searching the sources…"
    if before := opened.jobs.runs_before(answer.id):
        waits = waits_for_model(opened, st.session_state[RECORD].project_id, before)
        told = f"{waits}. Passages alone are found at once…"
    elif answer.shown:
        found = counted(len(answer.shown), "passage")
        told = f"Reading {found}; each sentence is shown once it is compared…"
    elif answer.state == "writing" and answer.sources:
        told = "Opening the model…"
    elif answer.state == "writing" and answer.writer == ENDPOINT_WRITER:
        told = "Asking the model for other words to search with…"
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown(f":gray[:material/progress_activity: {told}]", width="stretch")
        if pressed("Cancel", icon=":material/stop_circle:", key=f"cancel-{answer.id}"):
            opened.jobs.cancel(answer.id)


def _passages(answer: Answer, passages: Sequence[AnswerPassage]) -> None:
    """The sentence of each passage that is nearest to the question, best passage first."""
    for passage in passages[:PASSAGES_SHOWN]:
        source = answer.source(passage.number)
        if source is not None:
            quote = source.chunk.text[passage.start : passage.end]
            name = label(source.chunk.key or source.chunk.title, limit=60)
            stage = source.standing.stage
            old = f" :orange-badge[:material/history: {stage}]" if stage else ""
            st.markdown(f"“{_line(quote)}” {_mark(passage.number)}{old} :small[:gray[{name}]]")


def _not_said(answer: Answer) -> None:
    sources = counted(answer.searched_documents, "source")
    passages = counted(answer.searched_chunks, "passage")
    if answer.passages:  # words and meaning are near; the model made nothing of them
        st.markdown(
            f"**The model gave no answer that was found in the sources.** Searched: {sources}, "
            f"{passages}. These bear on the question:"
        )
        _passages(answer, answer.passages)
        return
    nearest = " These were found first; one of them may still answer it:" if answer.nearest else ""
    st.markdown(f"**{answer.silence}** Searched: {sources}, {passages}.{nearest}")
    _passages(answer, answer.nearest)


def _unproved(answer: Answer) -> None:
    """Sentences that nothing proves, apart, with the words that are missing marked."""
    with st.container(border=True, gap="xsmall", key=f"unproved-{answer.id}"):
        st.markdown(":orange[:material/help: Written by the model, not found in the sources]")
        for sentence in answer.unproved:
            spans = sentence.missing_places
            why = [label(without_emphasis(one)[0], limit=300) for one in sentence.denied]
            if not (spans or why):
                why = ["No source was found to say just this."]
            lines = [highlighted(sentence.text, spans), *(f":gray[{one}]" for one in why)]
            st.markdown("  \n".join(small(one) for one in lines))


def _actions(opened: Workspace, record: Session, answer: Answer) -> None:
    """Save as a rule, write cases from it, or ask again."""
    said, left_out = _to_keep(answer)
    if left_out:
        _left_out(left_out, is_all=not said)
    with st.container(horizontal=True, gap="xsmall"):
        if said:
            with st.popover("Save as a rule", icon=":material/bookmark_add:", type="tertiary"):
                _rule_form(opened, record, answer, said)
            if pressed(
                "Write test cases", icon=":material/edit_note:", type="tertiary", key="to_cases"
            ):
                _to_cases(opened, record, answer, said)
        ended = answer.state in ("failed", "cancelled")
        if ended and pressed("Ask again", icon=":material/refresh:", key="ask_again"):
            st.session_state[CARRIED] = answer.question
            st.rerun()
        if sense_of(answer.question) == "order" and pressed(
            "Write test cases for this request", icon=":material/edit_note:", key="to_order"
        ):
            hand_over(opened, record, "ask", {ASKED: answer.question})
            record.open_run("")
            st.switch_page(GENERATE)


def _to_keep(answer: Answer) -> tuple[list[str], dict[str, tuple[str, ...]]]:
    """The sentences that a rule or cases may be made of, of passages the first; and those that rest
    on drafts and older editions alone, each with what these are."""
    every = {one.text: answer.stages_of(one) for one in answer.sentences}
    if answer.state == "passages":
        every = {}
        for passage in answer.passages[:PASSAGES_SHOWN]:
            source = answer.source(passage.number)
            if source is not None:
                stage = source.standing.stage
                quote = one_line(source.chunk.text[passage.start : passage.end])
                every[quote] = (stage,) if stage else ()
                if not stage:
                    break
    said = [text for text, stages in every.items() if not stages]
    return said, {text: stages for text, stages in every.items() if stages}


def _left_out(sentences: Mapping[str, Sequence[str]], *, is_all: bool) -> None:
    """Which sentences become no rule and no cases, and why."""
    stages = " / ".join(dict.fromkeys(one for several in sentences.values() for one in several))
    why = f"on sources that may not be in force ({stages})"
    told = f"No rule and no test cases are offered: all of it rests {why}."
    if not is_all:
        named = " · ".join(f"“{label(without_emphasis(one)[0], limit=160)}”" for one in sentences)
        told = f"Left out of a rule and of test cases, as it rests {why} alone: {named}"
    st.caption(f":material/history: {told}")


def _rule_form(opened: Workspace, record: Session, answer: Answer, said: list[str]) -> None:
    """A name and the words, to be changed before they are kept as a source."""
    with st.form(f"rule-{answer.id}", border=False):
        name = st.text_input("Name of the rule", max_chars=120)
        text = st.text_area("Text", value="\n".join(f"- {one}" for one in said), height=140)
        saved = pressed(
            "Save", key=f"save-{answer.id}", button=st.form_submit_button, type="primary"
        )
    if saved:
        with errors_shown():
            stored = save_rule(opened, record.project_id, name or "", text or "", by=record.user)
            st.success(f"Kept as a source: {label(stored.title)}", icon=":material/check:")


def _to_cases(opened: Workspace, record: Session, answer: Answer, said: list[str]) -> None:
    """The answer as criteria in the request for cases, to be read and changed there."""
    criteria = "\n".join(f"- {one}" for one in said)
    text = f"# {answer.question}\n\n## Acceptance criteria\n\n{criteria}\n"
    hand_over(opened, record, PASTE, {TEXT: text})
    record.open_run("")
    st.switch_page(GENERATE)


CARDS, NEAREST_SHOWN = 5, 3
PANE = 400


def answer_sources(project_id: str, answer: Answer) -> None:
    """The sources that are quoted, then those that were found and are not."""
    quoted = [one for one in answer.sources if answer.quotations(one.number)]
    rest = [one for one in answer.sources if one not in quoted]
    if quoted:
        st.markdown("**Sources**")
    elif rest and not answer.is_open:
        st.markdown("**Nearest passages**")
        quoted, rest = rest[:NEAREST_SHOWN], rest[NEAREST_SHOWN:]
    rest = [*quoted[CARDS:], *rest]
    if quoted:
        # A pane of its own: the page is scrolled to its end, where the answer has to be seen.
        with st.container(height=PANE, border=False):
            for source in quoted[:CARDS]:
                told = [*_naming(answer, source), _fresh(source)]
                words = answer.quotations(source.number) or answer.nearest_words(source.number)
                source_card(project_id, source.hit, words, told)
    said = answer.also_searched
    others_found(
        project_id,
        [one.hit for one in rest],
        "Also found" if quoted else "Found",
        f":material/search: {label(said, limit=1_400)}" if said else "",
    )


def _naming(answer: Answer, source: AnswerSource) -> list[str]:
    numbers = "".join(f" [{one}]" for one in answer.naming(source.number))
    return [f":material/alt_route: named by its key in{numbers}"] if numbers else []


def _fresh(source: AnswerSource) -> str:
    fetched = f" · fetched {source.fetched_at.astimezone():%d %b %Y}" if source.fetched_at else ""
    return f":material/history: version {source.chunk.version}{fetched}"
