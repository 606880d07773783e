"""One case to read: what it needs, its preconditions and steps at once, each step with its mark.

What the checks found in a case, worst first, each with a fix where there is one.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from types import MappingProxyType

import streamlit as st

from assistant.domain import Citation, LintFinding, TestCase, TestStep
from assistant.ui.counts import counted, weekday_date
from assistant.ui.plain_text import (
    highlighted,
    label,
    label_lines,
    plain,
    small,
    visible,
    without_emphasis,
)
from assistant.workflow.review.case_checks import (
    MARK_WORDS,
    StepMark,
    denies,
    mark_of,
    rests_on_old,
)
from assistant.workflow.review.review import (
    ANSWERED,
    CONTRADICTS,
    DOUBTED,
    FAULTY,
    OLD,
    OTHER,
    OUTLINE,
    QUESTION,
    SAID,
    UNSUPPORTED,
    contradictions_of,
    doubts_of,
    drafts_of,
    faults_of,
    needs_of,
    other_limits_of,
)
from assistant.workflow.writing.answers import Answer, Asked
from assistant.workflow.writing.replies import Replies, SourceWords

MARKS: dict[StepMark, tuple[str, str]] = {
    "denied": ("red", f"✗ {MARK_WORDS['denied']}"),
    "supported": ("gray", "its words are in its data or"),
    "derived": ("blue", "its words are in part in"),
    "not compared": ("violet", "cited by the model; another language, not compared:"),
    "unsupported": ("orange", f"⚠ {MARK_WORDS['unsupported']}"),
}
"""The color and the words of a step's mark; ``[n]`` beside it names the sources.

They say what was compared, words with words: whether a result follows is for a person to judge.
"""
NEED_COLORS = {CONTRADICTS: "red", FAULTY: "red", OUTLINE: "violet", SAID: "blue"}
"""The others are orange."""
_FINDINGS: dict[str, Callable[[TestCase], tuple[LintFinding, ...]]] = {
    CONTRADICTS: contradictions_of,
    FAULTY: faults_of,
    OTHER: other_limits_of,
    DOUBTED: doubts_of,
}
"""By need: the findings that are its reasons, told in their words."""
LONGEST = 1200
NO_REPLIES = Replies()
QUESTION_START = 60
"""Characters of a question that many cases carry; all of it stands in *Questions* and on hover."""


"""The answers to the questions that a case carries, or whose answer it cites, by what is asked, and
whether its words were written before the first answer to one that it carries."""


def case_view(
    case: TestCase,
    criteria: dict[str, str],
    replies: Replies = NO_REPLIES,
    how_to_run: Sequence[Asked] = (),
    chain: Sequence[str] = (),
    draw_chain: Callable[[], None] = lambda: None,
    waiting: Mapping[str, int] = MappingProxyType({}),
    open_questions: Callable[[], None] = lambda: None,
) -> None:
    """The case's words, nothing to type into; ``criteria`` are its criteria's texts by id,
    ``how_to_run`` what was asked on running it, ``chain`` as ``needs_of`` takes it; ``draw_chain``
    is called below the preconditions, ``waiting`` how many cases of the run carry a question;
    ``open_questions`` shows the list of these."""
    st.markdown(f"**{label(case.title, limit=300)}**")
    test_date_line(case)
    of_many = [one for one in case.open_questions if waiting.get(one, 0) > 1]
    of_many = [one for one in of_many if one not in replies.standing]
    needs_lines(case, replies, chain, of_many)
    for number, question in enumerate(of_many):
        others = waiting[question] - (case.status != "rejected")
        _question_of_many(number, question, others, open_questions)
    remarks = [
        f":small[:gray[{line}]]"
        for name in case.criterion_ids
        for line in _named_lines(name, criteria.get(name, ""))
    ]
    if remarks:
        st.markdown("  \n".join(remarks))
    if how_to_run:
        st.markdown("  \n".join(f":small[{_on_running(one)}]" for one in how_to_run))
    _lines("Preconditions", case.preconditions)
    draw_chain()
    steps_table(case)
    _lines("Objective", [one for one in case.objective.splitlines() if not _quotes(one, criteria)])
    _lines("Postconditions", case.postconditions)


def _question_of_many(
    number: int, question: str, others: int, open_questions: Callable[[], None]
) -> None:
    """A question that more cases carry, in a line: it is read and answered once, in *Questions*."""
    with st.container(horizontal=True, vertical_alignment="center", gap="xsmall"):
        said = label(question, limit=QUESTION_START)
        st.markdown(f":small[:orange-badge[{QUESTION}] {said}]", width="content")
        # A press draws the cases alone, and the other view is beside them.
        if st.button(
            f":small[:gray[{counted(others, 'other case')} {'waits' if others == 1 else 'wait'} "
            "for it]]",
            key=f"question-of-many-{number}",
            type="tertiary",
            help=label(question, limit=LONGEST),
            on_click=open_questions,
        ):
            st.rerun()


def test_date_line(case: TestCase) -> None:
    """The day on which the case is run; nothing where it has none."""
    if case.test_date:
        st.markdown(f":small[:gray[:material/event: Test date: {weekday_date(case.test_date)}]]")


def _named_lines(name: str, text: str) -> list[str]:
    first, *rest = label_lines(text, limit=400) or [""]
    return [f"**{label(name)}** {first}".rstrip(), *rest]


def _on_running(asked: Asked) -> str:
    text, given = asked.question.text, asked.answer
    return f":blue-badge[how to run] {_answered(text, given) if given else label(text, limit=300)}"


def _quotes(line: str, criteria: dict[str, str]) -> bool:
    """Whether a line of an objective only quotes a criterion, which stands above with its words."""
    name, _, quote = line.partition(": ")
    words = quote.strip("“”").removesuffix("…")
    return bool(words) and words in " ".join(criteria.get(name, "").split())


def needs_lines(
    case: TestCase,
    replies: Replies = NO_REPLIES,
    chain: Sequence[str] = (),
    elsewhere: Sequence[str] = (),
) -> None:
    """Why a person has to look at the case: each reason, a contradiction with both its texts, a
    question with its answer, but those that stand ``elsewhere``."""
    lines = []
    given = replies.answers
    for need in needs_of(case, replies.standing, chain=chain):
        mark = f":{NEED_COLORS.get(need, 'orange')}-badge[{need}]"
        said: Sequence[str] = ()
        if need in _FINDINGS:
            said = [_sentence(one) for one in _FINDINGS[need](case)]
        elif need == OLD:
            said = [f"step {', '.join(str(one.step) for one in drafts_of(case))}"]
        elif need == QUESTION:
            still_open = [one for one in case.open_questions if one not in replies.standing]
            still_open = [one for one in still_open if one not in elsewhere]
            if not still_open:
                continue
            said = [label(question, limit=300) for question in still_open]
        elif need == ANSWERED:
            said = [_answered(one, given[one]) for one in case.open_questions if one in given]
            if replies.come_later:
                said += ["– The case was written before: write it again, or read it against this."]
        elif need == SAID:
            carried = [one for one in case.open_questions if one in replies.sources]
            said = [_said_by_sources(one, replies.sources[one]) for one in carried]
        elif need == UNSUPPORTED:
            said = [f"step {', '.join(map(str, case.unsupported_steps))}"]
        lines.append(f"{mark} {(' ' if need in (QUESTION, ANSWERED, SAID) else '; ').join(said)}")
    known = {text: one for text, one in given.items() if text not in case.open_questions}
    for text, one in known.items():
        lines.append(f":green-badge[answered before it was written] {_answered(text, one)}")
    if case.origin.replaces:
        lines.append(f":gray[:material/swap_horiz: {label(case.origin.replaces, limit=240)}]")
    if case.status == "rejected" and case.status_reason:
        reason = label(case.status_reason, limit=240)
        lines.append(f":red[:material/block:] Rejected: {reason}")
    if lines:
        st.markdown("  \n".join(f":small[{line}]" for line in lines))


def told_by_needs(case: TestCase) -> tuple[LintFinding, ...]:
    """The findings that ``needs_lines`` says in words."""
    return tuple(one for found in (*_FINDINGS.values(), drafts_of) for one in found(case))


def _answered(question: str, answer: Answer) -> str:
    said = label(" ".join(answer.text.split()), limit=400)
    return f"{label(question, limit=300)} Answered by {label(answer.by)}: “{said}”"


def _said_by_sources(question: str, said: Sequence[SourceWords]) -> str:
    words = "; ".join(label(one.quotation, limit=400) for one in said)
    return f"{label(question, limit=300)} {words}"


def _sentence(finding: LintFinding) -> str:
    where = f"step {finding.step}: " if finding.step else ""
    return f"{where}{label(without_emphasis(finding.message)[0], limit=400)}"


def _lines(title: str, texts: Sequence[str]) -> None:
    if texts:
        lines = (f"- {plain(text)}" for text in texts)
        st.markdown(f":small[:gray[{title}]]\n\n" + "\n".join(lines))


def steps_table(case: TestCase, *, marks: bool = True) -> None:
    """The steps, action on the left, expected result with its mark on the right."""
    widths = [1, 1]
    with st.container(gap="xsmall", key="steps"):
        left, right = st.columns(widths, gap="small", wrap=False)
        left.markdown(":small[:gray[Step, test data]]")
        right.markdown(":small[:gray[Expected result]]")
        for step in case.steps:
            left, right = st.columns(widths, gap="small", wrap=False)
            left.markdown(_action(step))
            right.markdown(_expected(step, case.findings if marks else (), marks=marks))


def _action(step: TestStep) -> str:
    said = plain(step.action) if step.action.strip() else f":violet-badge[{OUTLINE}]"
    data = f"  \n:small[:gray[Data:] {plain_line(step.test_data)}]" if step.test_data else ""
    return f"**{step.number}**\u2002{said}{data}"


def plain_line(text: str) -> str:
    """Several lines of text as one line of a small note."""
    return label(" / ".join(visible(text).splitlines()), limit=LONGEST)


def _expected(step: TestStep, findings: Sequence[LintFinding], *, marks: bool) -> str:
    if not step.expected_result.strip():
        return ":gray[nothing is stated]"
    places = [
        (at, at + len(word))
        for word in _faulty_words(step, findings)
        if (at := step.expected_result.find(word)) >= 0
    ]
    said = highlighted(step.expected_result, places)
    if not marks:
        return said
    sums = label("; ".join(step.calculation).replace(" * ", " × "), limit=LONGEST)
    told = f"  \n:small[:gray[:material/calculate: {sums}]]" if sums else ""
    old = "".join(f"  \n:small[{_old_line(one)}]" for one in findings if rests_on_old(one, step))
    return f"{said}  \n{mark(step, findings, words=True)}{old}{told}"


def _old_line(finding: LintFinding) -> str:
    return f":orange[:material/history: {label(finding.message, limit=400)}]"


def mark(step: TestStep, findings: Sequence[LintFinding], *, words: bool = False) -> str:
    """Whether the sources have the result, in words, with their numbers; with ``words`` also what
    they lack or deny. Nothing where no result is stated."""
    found = mark_of(step, findings)
    if found is None:
        return ""
    color, said = MARKS[found]
    denied, compared = found == "denied", step.support != "not compared"
    cited = () if denied else [one for one in step.citations if one.compared == compared]
    numbers = _numbers(cited)
    others = [one for one in step.citations if not one.compared and compared and not denied]
    if others:
        color_of_others, words_of_others = MARKS["not compared"]
        numbers += f"] :{color_of_others}-badge[{words_of_others}{_numbers(others)}"
    lacking = ""
    faulty = sorted(_faulty_words(step, findings)) if words else ()
    if faulty:
        lacking = " " + small(", ".join(f"“{label(word, limit=80)}”" for word in faulty))
    return f":{color}-badge[{said}{numbers}]{lacking}"


def _numbers(cited: Sequence[Citation]) -> str:
    return "".join(f" \\[{number}\\]" for number in dict.fromkeys(one.source for one in cited))


def _faulty_words(step: TestStep, findings: Sequence[LintFinding]) -> set[str]:
    """The words of a step that a finding is about, where no source has the result or one of them
    denies it."""
    denied = [one for one in findings if denies(one, step)]
    own = [one for one in findings if one.step == step.number]
    found = [*denied, *own] if denied or step.support == "unsupported" else []
    return {one.words for one in found if one.words}


SHOWN = 6
"""Findings shown open; more are folded away."""

Apply = Callable[[LintFinding], None]


def findings_panel(
    case: TestCase,
    apply: Apply | None = None,
    *,
    told: Collection[LintFinding] = (),
    key: str = "findings",
) -> None:
    """The findings of a case; ``apply`` is called with one whose fix is wanted. Without it, fixes
    are not offered. Those ``told`` elsewhere on the page are left out, unless there is a fix."""
    open_ones = [one for one in case.findings if one not in told or (one.fix and apply)]
    found = sorted(open_ones, key=lambda one: (one.severity != "error", one.step or 0))
    if not found:
        return
    errors = sum(one.severity == "error" for one in found)
    against = f", {errors} against a source" if errors else ""
    with st.container(border=True, gap="xsmall", key=key):
        st.markdown(
            f":small[**{len(found)} {'finding' if len(found) == 1 else 'findings'}{against}**]"
        )
        for place, one in enumerate(found[:SHOWN]):
            _finding(one, place, apply)
        if len(found) > SHOWN:
            with st.expander(f"{len(found) - SHOWN} more"):
                for place, one in enumerate(found[SHOWN:], start=SHOWN):
                    _finding(one, place, apply)


def template_faults(faults: Sequence[str]) -> None:
    """Which rules of the company's template the case breaks."""
    if not faults:
        return
    with st.container(border=True, gap="xsmall", key="template-faults"):
        st.markdown(f":small[**{counted(len(faults), 'fault')} against the company's template**]")
        for one in faults[:SHOWN]:
            st.markdown(f":small[:orange[:material/rule:] {label(one, limit=300)}]")
        if len(faults) > SHOWN:
            st.caption(f"and {len(faults) - SHOWN} more")


def _finding(one: LintFinding, place: int, apply: Apply | None) -> None:
    color, icon = ("red", "error") if one.severity == "error" else ("orange", "warning")
    where = f"step {one.step}" if one.step else "case"
    said, _ = without_emphasis(" ".join(one.message.split()))
    with st.container(horizontal=True, vertical_alignment="center", gap="xsmall"):
        st.markdown(
            f":small[:{color}[:material/{icon}:] **{where}, {label(one.rule)}:** {plain(said)}]",
            width="stretch",
        )
        if one.fix is not None and apply is not None:
            st.button(
                label(one.fix.says, limit=60),
                key=f"fix-{place}",
                type="tertiary",
                icon=":material/auto_fix_high:",
                help="Put it into the case; Undo takes it back",
                on_click=apply,
                args=(one,),
            )
