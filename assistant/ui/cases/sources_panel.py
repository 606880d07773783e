"""The sources of a case beside it: title, place, score, link, and the supporting words marked.

A source read whole in a drawer: the text around the cited words, then all of it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

import streamlit as st

from assistant.domain import Chunk, Citation, LintFinding, RejectedDraft, RetrievedChunk, TestCase
from assistant.errors import AssistantError
from assistant.ui.counts import date_time
from assistant.ui.plain_text import (
    highlighted,
    label,
    plain,
    safe_link,
    small,
    visible,
    with_tables,
    without_emphasis,
)
from assistant.ui.presses import pressed
from assistant.workflow.deployment.workspace import Workspace
from assistant.workflow.review.lineage import StepSource
from assistant.workflow.review.stale import cited_parts
from assistant.workflow.sources.read_source import SourceText, read_source
from assistant.workflow.writing import answers

READING = "source_reading"
"""The source that is to be opened when the page is drawn: two drawers cannot lie on each other."""


def read_button(
    project_id: str, chunk: Chunk, citations: Sequence[Citation] = (), *, key: str
) -> None:
    """A button that opens the source of ``chunk`` at the words that are cited."""
    if pressed(
        "Read it whole",
        icon=":material/menu_book:",
        type="tertiary",
        key=f"read-{key}",
        help="The document, at the cited place",
    ):
        st.session_state[READING] = (project_id, chunk.document_id, chunk, tuple(citations))
        st.rerun()


def open_wanted_source(opened: Workspace) -> None:
    """Open the source that a button asked for, over the page."""
    wanted = st.session_state.pop(READING, None)
    if wanted is not None:
        source_reader(opened, *wanted)


@st.dialog("Source", width="large", position="right", icon=":material/menu_book:")
def source_reader(
    opened: Workspace,
    project_id: str,
    document_id: str,
    chunk: Chunk | None = None,
    citations: Sequence[Citation] = (),
    version: int | None = None,
) -> None:
    """Show the document at the place that ``citations`` quote of ``chunk``, or a version of it."""
    try:
        source = read_source(opened, project_id, document_id, chunk, citations, version=version)
    except AssistantError as error:
        st.warning(plain(str(error)), icon=":material/link_off:")
        return
    st.markdown(f"**{label(source.title, limit=200)}** :gray-badge[version {source.version}]")
    if source.note:
        st.caption(label(source.note, limit=300))
    link = safe_link(source.uri)
    if link:
        st.link_button("Open where it came from", link, icon=":material/open_in_new:")
    whole = not source.marks or st.toggle("Show the whole document", key=f"whole-{document_id}")
    text, marks = _part(source) if whole else source.around()
    st.markdown(with_tables(*without_emphasis(text, marks)))


def _part(source: SourceText) -> tuple[str, tuple[tuple[int, int], ...]]:
    """The piece of a long document that is chosen, at first the one with the cited words."""
    if source.parts == 1:
        return source.part(0)
    number = st.number_input(
        f"Part, 1 to {source.parts}",
        min_value=1,
        max_value=source.parts,
        value=source.cited_part + 1,
        key=f"part-{source.document_id}",
    )
    return source.part(int(number or 1) - 1)


OTHERS_SHOWN = 12


def sources_panel(
    project_id: str,
    retrieved: Sequence[RetrievedChunk],
    case: TestCase,
    origins: Sequence[StepSource] = (),
    rejected: Sequence[RejectedDraft] = (),
) -> None:
    """What contradicts the case, its cited sources, then the others of ``retrieved``.

    ``origins`` say where each cited chunk comes from; ``rejected`` are the drafts that were refused
    of the run that wrote the case.
    """
    uses = _uses(case)
    derived = [str(step.number) for step in case.steps if step.support == "derived"]
    cited = [hit for hit in retrieved if hit.chunk.id in uses]
    _contradictions(project_id, retrieved, case)
    if case.unsupported_steps:
        unsupported = _steps([str(number) for number in case.unsupported_steps])
        st.markdown(f":orange-badge[:material/warning: No source has the result of {unsupported}]")
    if derived:
        st.caption(
            f":material/function: What {_steps(derived)} must show stands only in part in the "
            "words marked below: read it against them."
        )
    if not cited:
        st.caption("This case cites no source.")
    for hit in cited:
        found = [o for o in origins if o.chunk_id == hit.chunk.id]
        _cited(project_id, hit, uses[hit.chunk.id], found)
    others = [hit for hit in retrieved if hit.chunk.id not in uses and hit.stage != "page"]
    others_found(project_id, others, "Found but not cited")
    _refused_drafts(rejected, case)


def others_found(
    project_id: str, others: Sequence[RetrievedChunk], title: str, how: str = ""
) -> None:
    """What was found and is not used, folded away under a title, with ``how`` it was searched as
    Markdown; that alone where nothing else was found."""
    if not others:
        if how:
            st.caption(how)
        return
    with st.expander(f"{title} ({len(others)})", icon=":material/more_horiz:"):
        if how:
            st.caption(how)
        # One element for all: each costs a message and a render on every click.
        st.markdown("\n\n".join(_other(hit) for hit in others[:OTHERS_SHOWN]))
        _read_another(project_id, others[:OTHERS_SHOWN])


def _contradictions(project_id: str, retrieved: Sequence[RetrievedChunk], case: TestCase) -> None:
    """Each sentence of the case that a source denies, beside the sentence of the source."""
    denied = [one for one in case.findings if one.severity == "error"]
    for place, finding in enumerate(denied):
        message, _ = without_emphasis(finding.message)
        with st.container(border=True, gap="xsmall", key=f"contradiction-{place}"):
            where, own = _own_words(case, finding)
            st.markdown(
                f":red-badge[:material/error: {label(finding.rule)}] :small[:gray[{where}]]"
                + (f"  \n:red-background[{label(own, limit=600)}]" if own else "")
                + f"  \n{label(message, limit=900)}"
            )
            hit = _denying(retrieved, message, finding.words)
            if hit is not None:
                read_button(project_id, hit.chunk, key=f"denies-{place}")


def _own_words(case: TestCase, finding: LintFinding) -> tuple[str, str]:
    """Where a finding is, and the case's sentence with the words that it is about."""
    places = [("title", case.title), *(("precondition", text) for text in case.preconditions)]
    for step in case.steps:
        if finding.step in (None, step.number):
            texts = (step.expected_result, step.action, step.test_data)
            found = [(f"step {step.number}", text) for text in texts]
            places = found if finding.step else [*places, *found]
    fitting = (one for one in places if finding.words and finding.words in one[1])
    return next(fitting, (f"step {finding.step}" if finding.step else "the case", ""))


def _denying(retrieved: Sequence[RetrievedChunk], message: str, own: str) -> RetrievedChunk | None:
    """The source that a finding quotes: the quotation stands in its text."""
    quoted = [one.rstrip("… .") for one in re.findall("“([^”]{12,})”", message) if one != own]
    for hit in retrieved:
        text = " ".join(without_emphasis(hit.chunk.text)[0].split())
        if any(one in text for one in quoted):
            return hit
    return None


def _read_another(project_id: str, hits: Sequence[RetrievedChunk]) -> None:
    ranks = {hit.rank: hit for hit in hits}
    with st.container(horizontal=True, vertical_alignment="bottom", gap="xsmall"):
        rank = st.selectbox(
            "Source to read",
            list(ranks),
            format_func=lambda rank: f"{rank} {visible(ranks[rank].chunk.title)}",
            key="other-source",
            label_visibility="collapsed",
        )
        if rank in ranks:
            read_button(project_id, ranks[rank].chunk, key="other")


def _steps(numbers: Sequence[str]) -> str:
    if len(numbers) == 1:
        return f"step {numbers[0]}"
    return f"steps {', '.join(numbers[:-1])} and {numbers[-1]}"


def _other(hit: RetrievedChunk) -> str:
    message = label(without_emphasis(hit.chunk.text)[0], limit=240)
    return f"{_heading(hit)}  \n:small[:gray[{_place(hit)}]]  \n:small[:gray[{message}]]"


def _uses(case: TestCase) -> dict[str, list[tuple[Citation, str]]]:
    """For each cited chunk: its citations, each with what it supports in words."""
    uses: dict[str, list[tuple[Citation, str]]] = {}
    for citation, where, _ in cited_parts(case):
        uses.setdefault(citation.chunk_id, []).append((citation, where))
    return uses


def _cited(
    project_id: str,
    hit: RetrievedChunk,
    uses: Sequence[tuple[Citation, str]],
    origins: Sequence[StepSource],
) -> None:
    supports = "; ".join(dict.fromkeys(where for _, where in uses))
    facts = [f":material/link: Cited for {label(supports, limit=300)}"]
    if not all(one.compared for one, _ in uses):
        facts.append(
            ":material/translate: Cited by the model; another language, not compared: read it "
            "against the step."
        )
    if origins:
        facts.append(_origin(origins))
    source_card(project_id, hit, [citation for citation, _ in uses], facts)


def source_card(
    project_id: str,
    hit: RetrievedChunk,
    citations: Sequence[Citation],
    facts: Sequence[str] = (),
) -> None:
    """A source with the quoted words marked, lines of Markdown about it, and the way to it."""
    with st.container(border=True, gap="xsmall"):
        spans = [(citation.start, citation.end) for citation in citations]
        message = small(highlighted(*without_emphasis(hit.chunk.text, spans)))
        st.markdown(f"{_heading(hit)}  \n:small[:gray[{_place(hit)}]]\n\n{message}")
        if told := [*_standing(hit), *facts]:
            st.caption("  \n".join(told))
        with st.container(horizontal=True, gap="xsmall"):
            read_button(project_id, hit.chunk, citations, key=hit.chunk.id)
            link = safe_link(hit.chunk.uri)
            if link:
                st.link_button(
                    "Open where it came from", link, icon=":material/open_in_new:", type="tertiary"
                )


def _standing(hit: RetrievedChunk) -> list[str]:
    """That its document is a draft or an older edition, and by what that is known; its file, where
    the title is another; and what its opening says of its edition."""
    known = hit.standing
    told = [f":orange[:material/history: {label(known.status, limit=300)}]"] if known.stage else []
    named = known.file if known.file != hit.chunk.title else ""
    said = " · ".join(label(one, limit=240) for one in (named, known.head) if one)
    return [*told, f":material/description: {said}"] if said else told


def _origin(origins: Sequence[StepSource]) -> str:
    """The document version, the system, the person and the time; and whether the words stand."""
    one = origins[0]
    if not one.version:
        return ":material/edit_note: from the request, as it was read"
    version = f"version {one.version}"
    if one.current_version == 0:
        version += ", removed since"
    elif one.current_version != one.version:
        version += f" (now {one.current_version})"
    fetched = date_time(one.fetched_at)
    parts = (one.system, one.external_id, version, one.by, fetched)
    facts = " · ".join(label(part) for part in parts if part)
    stale = "" if all(each.stands for each in origins) else " :orange-badge[words changed]"
    return f":material/history: {facts}{stale}"


def _heading(hit: RetrievedChunk) -> str:
    key = f" {label(hit.chunk.key)}" if hit.chunk.key else ""
    return f":blue-badge[{hit.rank}]{key} **{label(hit.chunk.title or hit.chunk.document_id)}**"


def _place(hit: RetrievedChunk) -> str:
    origin = ""
    if hit.stage == "basis":
        is_answer = hit.chunk.document_id.startswith(answers.PREFIX)
        origin = "an answer in place of the criterion" if is_answer else "from the epic itself"
    parts = [hit.chunk.heading, hit.chunk.place, hit.chunk.kind.replace("_", " "), origin]
    return " · ".join(label(part, limit=160) for part in parts if part)


def _refused_drafts(rejected: Sequence[RejectedDraft], case: TestCase) -> None:
    """What the model wrote for this case and why it was not taken."""
    refused = [draft for draft in rejected if draft.condition_id in case.condition_ids]
    if not refused:
        return
    with st.expander(f"Refused drafts of the model ({len(refused)})", icon=":material/block:"):
        for draft in refused:
            st.markdown(f"**Attempt {draft.attempt}** {plain(draft.reason)}")
            st.code(draft.raw_output[:4000], language=None, wrap_lines=True)
