"""Ask for test cases: paste an epic, pick epics, or ask in a sentence; see what was understood."""

from __future__ import annotations

from collections.abc import Mapping

import streamlit as st

from assistant.domain import AcceptanceCriterion, GenerationConfig
from assistant.errors import AssistantError
from assistant.ui.browser_memory import remember_writer, remembered_writer
from assistant.ui.browser_scripts import read_while_typing
from assistant.ui.counts import counted, listed
from assistant.ui.home.asked_parts import (
    ask_instead,
    asked_parts,
    is_asked,
    question_offer,
    scope_choices,
)
from assistant.ui.home.checklist_panel import checklist_panel, shared_preconditions_panel
from assistant.ui.home.existing_panel import (
    again,
    earlier_panel,
    existing_panel,
    existing_summary,
    items_with_case,
    only_new,
)
from assistant.ui.home.impact_panel import impact_panel
from assistant.ui.home.kept_request import (
    ASKED,
    PICKED,
    TEXT,
    WAY,
    bring_back,
    clear_button,
    sent,
)
from assistant.ui.home.more_writers import more_writers
from assistant.ui.home.questions_panel import questions_panel
from assistant.ui.job_progress import comparison_progress, index_note
from assistant.ui.plain_text import label, plain, visible, with_tables
from assistant.ui.presses import draw_button, forget_press, is_pressed
from assistant.ui.settings.model_table import rated_words
from assistant.ui.state import CHOSEN_WRITER, Session, errors_shown
from assistant.ui.technique_colors import TECHNIQUE_COLORS
from assistant.workflow.deployment import models
from assistant.workflow.deployment.models import WriterChoice
from assistant.workflow.deployment.workspace import Workspace
from assistant.workflow.sources.sample_project import example_epic
from assistant.workflow.sources.search_sources import epic_choices
from assistant.workflow.writing import (
    generate_cases,
    read_ahead,
    second_reading,
)
from assistant.workflow.writing.requests import (
    MOST_ON_PAGE,
    Asked,
    GenerateRequest,
    Understanding,
    nothing_selected,
    read_asked,
    understand,
)

WAYS = {
    "paste": ":material/content_paste: Paste an epic",
    "pick": ":material/checklist: Pick epics",
    "ask": ":material/chat: Ask in a sentence",
}
MOST_OF_ORDER, NAMED = 400, 3
"""Characters of a pasted text that may be an order, and epics that are named of those it names."""
UNREAD_OPEN = 3
"""Up to so many pieces that were not read are shown open."""
MOST_OF_PASSAGE, MOST_ROWS = 3_000, 40
"""Characters and rows that are shown of a passage of a description."""
START_NOW = "compose_start_now"
DESCRIBED = "described_rules"
STORIES = "stories_as_criteria"
READ_AGAIN = "compose_read_again"
GENERATE = "generate"
NOTHING = "request_without_items"
"""The request as it was last understood, where nothing would be written for it."""


def compose(opened: Workspace, record: Session) -> None:
    """The request on the left, what was understood of it on the right, one button to start."""
    bring_back(opened, record)
    grid = st.grid(2, min_column_width=380, gap=("medium", "large"))
    left, right = grid.cell(), grid.cell()
    with left:
        way = st.segmented_control(
            "How do you want to name the epic?",
            list(WAYS),
            format_func=WAYS.__getitem__,
            required=True,
            key=WAY,
            label_visibility="collapsed",
            persist_state="session",
        )
        request = _request(opened, record, str(way))
        read = st.empty()  # for what stands below the window where there is one column
        asked = None
        if request.ask.strip() and not is_asked(request.ask):
            asked = asked_parts(opened, record, request.ask)
            request = request.model_copy(update={"taken_out": asked.taken_out})
        request = request.model_copy(update=scope_choices(asked))
        request = request.model_copy(
            update={
                "described": tuple(st.session_state.get(DESCRIBED, ())),
                "stories_as_criteria": tuple(st.session_state.get(STORIES, ())),
            }
        )
        selects_nothing = asked is not None and not asked.taken
        empty = selects_nothing or st.session_state.get(NOTHING) == _as_sent(request)
        _writer_and_start(opened, record, empty=empty)
        index_note(opened, record.project_id)
    if is_asked(request.ask):
        forget_press(GENERATE)  # a question is no order, whatever was pressed
    if is_pressed(GENERATE):
        # Before the checklist is drawn and compared, which takes long where a text is new: whatever
        # draws the page again meanwhile, as a choice of another depth does, would lose the press.
        with left, errors_shown(), st.spinner("Reading the text…"), comparison_progress() as tell:
            found = understand(opened, record.project_id, request, asked=asked, comparing=tell)
            forget_press(GENERATE)
            _start(opened, record, found)
        forget_press(GENERATE)  # there was an error, and it is shown
    with right:
        understanding, nothing_left = _understood(opened, record, request, asked)
    if understanding:
        items = counted(len(understanding.conditions), "item")
        icon = ":material/check:" if understanding.conditions else ":orange[:material/rule:]"
        have = items_with_case(opened, record, understanding, st.session_state[CHOSEN_WRITER])
        earlier = f", {have} of them with a case of an earlier run already" if have else ""
        read.caption(f"{icon} Read: {items} on the checklist{earlier}. See *As understood*.")
    if understanding and bool(understanding.nothing_to_test or nothing_left) != empty:
        # The button was drawn before the checklist, which takes long where a text is new.
        st.session_state[NOTHING] = "" if empty else _as_sent(request)
        st.rerun()
    if understanding:
        read_ahead.prepare(
            opened, record.project_id, understanding, st.session_state[CHOSEN_WRITER] or ""
        )


def _as_sent(request: GenerateRequest) -> str:
    """The request with who writes it and whether it is all written again."""
    return f"{st.session_state.get(CHOSEN_WRITER)} {again()} {request.model_dump_json()}"


def _request(opened: Workspace, record: Session, way: str) -> GenerateRequest:
    if way == "pick":
        choices = epic_choices(opened, record.project_id)
        picked = st.multiselect(
            "Epics in this project",
            list(choices),
            format_func=lambda key: visible(choices.get(key) or key),
            key=PICKED,
            placeholder="Choose one or more epics" if choices else "Import an epic first",
            persist_state="session",
        )
        clear_button(opened, record)
        return GenerateRequest(epic_keys=tuple(picked))
    if way == "ask":
        asked = st.text_input(
            "What do you need?",
            key=ASKED,
            placeholder="Generate UAT test cases for Drop-3 Call Centre epics",
            persist_state="session",
        )
        clear_button(opened, record)
        return GenerateRequest(ask=asked or "")
    text = st.text_area(
        "Epic, stories and acceptance criteria",
        key=TEXT,
        height=330,
        placeholder=(
            "Paste from Jira, Confluence, a document or a mail: free text, Markdown, wiki markup, "
            "Gherkin, bullets or numbers."
        ),
        persist_state="session",
    )
    with st.container(horizontal=True, gap="small"):
        # Leaving the text reads it; the button is where the eye looks for it.
        st.button("Read it", icon=":material/visibility:", type="tertiary", key="read_it")
        st.button(
            "Insert an example",
            icon=":material/lightbulb:",
            type="tertiary",
            on_click=lambda: st.session_state.update({TEXT: example_epic()}),
        )
        clear_button(opened, record)
        read_while_typing(TEXT)
    return GenerateRequest(text=text or "", most_criteria=MOST_ON_PAGE)


def _writer_and_start(opened: Workspace, record: Session, *, empty: bool) -> None:
    """Who writes, where the text goes, and the button, which does nothing for an ``empty`` list."""
    choices = {choice.id: choice for choice in models.writers(opened)}
    usable = [key for key, choice in choices.items() if choice.usable]
    with st.container(horizontal=True, vertical_alignment="bottom"):
        writer = st.selectbox(
            "Writer",
            usable,
            index=usable.index(_first_writer(opened, record, choices)),
            # The words of an option are its name in the browser: with its state among them, a
            # model that was loaded meanwhile would be chosen no longer.
            format_func=lambda key: choices[key].title if key in choices else key,
            key=CHOSEN_WRITER,
            persist_state="session",
            on_change=lambda: _remember(opened, record, choices, st.session_state[CHOSEN_WRITER]),
        )
        outlines = (writer or models.OUTLINE_WRITER) == models.OUTLINE_WRITER
        draw_button(
            "Write outlines" if outlines else "Generate test cases",
            type="primary",
            icon=":material/play_arrow:",
            key=GENERATE,
            disabled=empty,
            help="Nothing would be written: see beside it" if empty else None,
        )
    choice = choices[writer or models.OUTLINE_WRITER]
    if outlines:
        _outlines_note(opened, record, choices)
    leaves = choice.leaves or opened.chunks_leave
    where = ":orange[:material/cloud_upload:]" if leaves else ":material/lock:"
    if not opened.chunks_leave:
        st.caption(f"{where} Your text {label(choice.destination)}.")
    else:
        writes = f"{choice.destination} to be written" if choice.leaves else "is written here"
        st.caption(
            f"{where} Your text {label(writes)}; its chunks are kept at "
            f"{label(opened.chunks_kept_at)}."
        )
    if choice.rating:
        st.caption(
            f":orange[:material/science:] {rated_words(choice)} Each is marked to be read line by "
            "line. Outlines quote the text; a larger model is set up under Settings."
        )
    more_writers(opened)
    if second_reading.can_read(opened, choice.id):
        st.checkbox(
            "Read the cases once more, and mend",
            value=True,
            key=READ_AGAIN,
            persist_state="session",
            help="When all are written, the model reads them beside criteria and sources: for what "
            "is false, and as the tester who runs them. What it doubts is written again. About a "
            "third more tokens, and those of each case that is mended.",
        )
    if choice.state in ("loading", "loadable") and not choice.leaves:
        st.checkbox(
            "Show outlines at once, while this model loads",
            value=False,
            key=START_NOW,
            help="Starts a run of outlines beside the model's run.",
        )
    elif choice.problem:
        st.warning(plain(choice.problem), icon=":material/warning:")


def _first_writer(opened: Workspace, record: Session, choices: Mapping[str, WriterChoice]) -> str:
    """What this browser chose last in the project, while it is there and the model behind its name
    is the same; else what the project starts with."""
    default = models.default_writer(opened, record.project_id)
    last = remembered_writer(record.project_id, default)
    same = (key for key, one in choices.items() if one.usable and _named(one) == last)
    return next(same, default)


def _named(choice: WriterChoice) -> str:
    return f"{choice.id} {choice.title}"


def _remember(
    opened: Workspace, record: Session, choices: Mapping[str, WriterChoice], writer: str
) -> None:
    if writer in choices:
        default = models.default_writer(opened, record.project_id)
        remember_writer(record.project_id, _named(choices[writer]), default)


def _outlines_note(opened: Workspace, record: Session, choices: Mapping[str, WriterChoice]) -> None:
    """What comes out without a model, and the way to one."""

    def write_with(name: str) -> None:
        st.session_state[CHOSEN_WRITER] = name
        _remember(opened, record, choices, name)

    says = (
        "Without a model **outlines** come out, no finished cases: they quote your text, and most "
        "of their steps are yours to word."
    )
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.caption(f":orange[:material/edit_note:] {says}", width="stretch")
        able = models.readers(opened)
        if able:
            title = label(models.writer(opened, able[0]).title)
            st.button(
                f"Write with {title}", icon=":material/smart_toy:", key="write_with_model",
                on_click=write_with, args=(able[0],),
            )  # fmt: skip
        elif not opened.settings.lock_settings:
            st.page_link(
                "pages/settings.py", label="Set up a model", icon=":material/settings:",
                width="content",
            )  # fmt: skip


def _understood(
    opened: Workspace, record: Session, request: GenerateRequest, asked: Asked | None
) -> tuple[Understanding | None, str]:
    """Show the epics as they were understood, before anything is written; with why nothing is left
    to write where all has cases of earlier runs."""
    st.subheader("As understood", icon=":material/visibility:")
    if not (request.text.strip() or request.epic_keys or request.ask.strip()):
        st.caption(
            "The epic's stories and acceptance criteria appear here, with the questions worth "
            "asking and the number of cases, before anything is written."
        )
        return None, ""
    if is_asked(request.ask):
        question_offer(record, request.ask)
        return None, ""
    ask_instead(record, request.ask)
    if asked is not None and not asked.taken:
        st.warning(plain(nothing_selected(asked, told_beside=True)), icon=":material/help:")
        return None, ""
    try:
        with comparison_progress() as tell:
            found = understand(opened, record.project_id, request, asked=asked, comparing=tell)
    except AssistantError as error:
        st.warning(plain(str(error)), icon=":material/help:")
        return None, ""
    _counts(found)
    if found.nothing_to_test and any(epic.criteria for epic in found.epics):
        st.warning(plain(found.nothing_to_test), icon=":material/rule:")
    writer = st.session_state[CHOSEN_WRITER] or models.OUTLINE_WRITER
    nothing_left = earlier_panel(opened, record, found, writer)
    existing_summary(opened, record, found)
    _as_sentence(opened, record, request.text, found)
    _without_criteria(found)
    _described(found)
    _unread_and_questions(opened, record, found)
    existing_panel(opened, record, found)
    impact_panel(opened, record, found)
    shared_preconditions_panel(found.epics)
    checklist_panel(found)
    return found, nothing_left


def _counts(found: Understanding) -> None:
    stories = sum(len(epic.stories) for epic in found.epics)
    criteria = sum(len(epic.criteria) for epic in found.epics)
    st.markdown(
        f"**{counted(len(found.conditions), 'item')}** on the checklist, from "
        + listed({"epic": len(found.epics), "story": stories, "criterion": criteria})
    )
    badges = [
        f":{TECHNIQUE_COLORS[name]}-badge[{count} {name}]"
        for name, count in found.by_technique.items()
    ]
    if badges:
        st.markdown(" ".join(badges))


def _as_sentence(opened: Workspace, record: Session, text: str, found: Understanding) -> None:
    """For a line or two without a criterion, which as a sentence name epics of the project: they
    may be an order, typed into the wrong field."""
    words = " ".join(text.split())
    if not words or len(words) > MOST_OF_ORDER or any(epic.criteria for epic in found.epics):
        return
    if is_asked(words):
        return
    taken = read_asked(opened, record.project_id, words).taken
    if not taken:
        return
    named = ", ".join(label(f"{epic.key} {epic.title}", limit=80) for epic in taken[:NAMED])
    more = f" and {len(taken) - NAMED} more" if len(taken) > NAMED else ""
    st.info(f"As a sentence this asks for {named}{more}.", icon=":material/chat:")
    st.button(
        "Ask it in a sentence", key="as_sentence", icon=":material/chat:",
        on_click=lambda: st.session_state.update({WAY: "ask", ASKED: words}),
    )  # fmt: skip


def _without_criteria(found: Understanding) -> None:
    lacking = [story.key for story in found.stories_without_criteria]
    taken = st.session_state.get(STORIES, ())
    keys = lacking + [one.key for one in found.stories_as_criteria if one.key in taken]
    if not keys:
        return
    if lacking:
        several = len(lacking) > 1
        named = f"{len(lacking)} stories" if several else label(lacking[0])
        st.warning(
            f"No acceptance criterion was found in {named}. Add a list of criteria, or let "
            f"{'a' if several else 'the'} story itself be the criterion.",
            icon=":material/rule:",
        )
    st.pills(
        "Take the story itself as one criterion",
        [s.key for epic in found.epics for s in epic.stories if s.key in keys],
        selection_mode="multi",
        key=STORIES,
        format_func=label,
        wrap=True,
        persist_state="page",
    )
    if len(lacking) > 1:
        st.button(
            f"Take all {len(keys)}",
            key="all_stories_as_criteria",
            icon=":material/done_all:",
            on_click=lambda: st.session_state.update({STORIES: keys}),
        )


def _described(found: Understanding) -> None:
    """Rules that stand in descriptions alone, and what else no criterion has, each to be taken as a
    criterion too."""
    passages = (*found.described, *found.other_passages)
    texts = {one.id: one.text for one in passages}
    if not texts:
        return
    taken = [one for one in st.session_state.get(DESCRIBED, ()) if one in texts]
    with st.expander(
        f"Stated in a description, in no criterion ({len(texts)})",
        icon=":material/playlist_add:",
        expanded=bool(taken),
    ):
        st.caption("The checklist has no item for these unless you take them as criteria.")
        st.pills(
            "Take as criteria",
            list(texts),
            selection_mode="multi",
            key=DESCRIBED,
            format_func=lambda name: label(_opening(texts.get(str(name), str(name))), limit=60),
            persist_state="page",
        )
        lines = found.lines_of(passages)
        for rule in found.described:
            _passage(rule, lines.get(rule.id))
        if found.described and found.other_passages:
            st.caption("No rule was read in these:")
        for one in found.other_passages:
            _passage(one, lines.get(one.id))


def _opening(passage: str) -> str:
    """A passage on a button: of a table the cells of its first row."""
    if not passage.startswith("|"):
        return passage
    return " · ".join(cell.strip() for cell in passage.split("\n")[0].strip("| ").split("|"))


def _passage(one: AcceptanceCriterion, line: int | None) -> None:
    """What somebody reads who decides whether to take it: all of it, a table as a table."""
    place = f" :small[:gray[line {line}]]" if line else ""
    if one.text.startswith("|"):
        *rows, rest = (one.text + "\n").split("\n", MOST_ROWS)
        words = "\n\n" + with_tables("\n".join(rows), ()) + ("\n\n…" if rest.strip() else "")
    else:
        words = f" {label(one.text, limit=MOST_OF_PASSAGE)}"
    st.markdown(f"**{label(one.id)}**{place}{words}")


def _unread_and_questions(opened: Workspace, record: Session, found: Understanding) -> None:
    if found.unread:
        with st.expander(
            f"Left over, not read ({len(found.unread)})",
            icon=":material/unpublished:",
            expanded=len(found.unread) <= UNREAD_OPEN,
        ):
            for piece in found.unread:
                st.caption(label(piece.reason))
                st.text(visible(piece.text[:600]))
    questions_panel(opened, record, found)
    for note in found.notes:
        st.caption(f":material/info: {label(note, limit=300)}")


def _start(opened: Workspace, record: Session, found: Understanding) -> None:
    writer = st.session_state[CHOSEN_WRITER]
    wanted = [writer]
    if writer != models.OUTLINE_WRITER and st.session_state.get(START_NOW):
        wanted.append(models.OUTLINE_WRITER)
    for name in wanted:
        run = generate_cases.begin(
            opened,
            record.project_id,
            found,
            GenerationConfig(
                writer=name,
                read_again=bool(st.session_state.get(READ_AGAIN))
                and second_reading.can_read(opened, name),
            ),
            by=record.user,
            only_new=only_new(),
            # Outlines beside a model's run were asked for, though that run has cases meanwhile.
            again=again() or name != writer,
        )
        generate_cases.start(opened, record.project_id, run)
        record.open_run(run.id)
    sent(opened, record)
    st.rerun()
