"""What a tuned model's draft must not do: the checks that decide whether its words are used.

A tuned model may bring names of its own (they are marked by ``bleed``, not refused). Refused are
broken forms, repetition, parts of the question, and numbers or messages that contradict what the
condition's own data and outcome say.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from assistant.design.quantities import foreign_values
from assistant.generation.company_prompt import COMPANY_SYSTEM, CompanyDraft, CompanyStep
from assistant.generation.proof.bleed import brief_texts
from assistant.generation.wording import content_stems, says
from assistant.generation.writer import CaseBrief

OUTCOME_SHARE = 0.5
"""Share of the outcome's words that the expected results must hold to state it."""

NO_RESULT = "no step has an expected result; write what the tester must see in the last e"

_LEAK_WORDS = 8
_PROMPT_MARKS = re.compile(
    r"</?\s*(?:source|condition|story|case)\b[^>]*>|<\|[^|>]*\|>|"
    r"\(not allowed: the outcome|^\s*(?:situation|outcome|criterion)\s*:",
    re.IGNORECASE | re.MULTILINE,
)


def without_repeats(draft: CompanyDraft) -> CompanyDraft:
    """The draft with each precondition and each pair of action and result once, blanks dropped."""
    steps: dict[tuple[str, str], CompanyStep] = {}
    for step in draft.s:
        if step.a.strip():
            steps.setdefault((_flat(step.a), _flat(step.e)), step)
    lines: dict[str, str] = {}
    for line in draft.p:
        if line.strip():
            lines.setdefault(_flat(line), line)
    return draft.model_copy(update={"p": tuple(lines.values()), "s": tuple(steps.values())})


def reason_against_company(
    draft: CompanyDraft, brief: CaseBrief, special_tokens: Sequence[str] = ()
) -> str:
    """Why a draft is refused, in words that tell how to correct it; empty where it is used."""
    for check in (_complete, _repetition, _leaks, _contradictions):
        reason = next(check(draft, brief), "")
        if reason:
            return reason
    for token in special_tokens:
        if len(token.strip()) > 1 and any(token in text for text in draft.texts):
            return "a control token of the model stands in the text"
    return ""


def states_outcome(results: str, expected: str) -> bool:
    """Whether expected results hold every value and most words of a condition's outcome."""
    if foreign_values(expected, [results]):
        return False
    wanted = content_stems(expected)
    return not wanted or len(wanted & content_stems(results)) >= OUTCOME_SHARE * len(wanted)


def _complete(draft: CompanyDraft, brief: CaseBrief) -> Iterator[str]:
    if not draft.s:
        yield "s: no step has an action"
    if not brief.condition.expected and not any(step.e.strip() for step in draft.s):
        yield NO_RESULT
    for text in draft.texts:
        if text.count("“") != text.count("”"):
            yield f'"{text[:60]}" leaves a quotation open'


def _repetition(draft: CompanyDraft, brief: CaseBrief) -> Iterator[str]:
    for text in draft.texts:
        for line in text.splitlines():
            words = _flat(line).split()
            runs = [tuple(words[at : at + 3]) for at in range(len(words) - 2)]
            if any(runs.count(run) > 2 for run in set(runs)):
                yield "a text repeats the same words again and again"


def _leaks(draft: CompanyDraft, brief: CaseBrief) -> Iterator[str]:
    instructions = f" {_flat(COMPANY_SYSTEM)} "
    for text in draft.texts:
        mark = _PROMPT_MARKS.search(text)
        if mark:
            yield f'"{mark.group().strip()}" belongs to the question'
        words = _flat(text).split()
        for at in range(len(words) - _LEAK_WORDS + 1):
            if f" {' '.join(words[at : at + _LEAK_WORDS])} " in instructions:
                yield "a text repeats the instructions"


def _contradictions(draft: CompanyDraft, brief: CaseBrief) -> Iterator[str]:
    """Values against the condition's own: only where it has data or an outcome to hold against."""
    condition = brief.condition
    if not (condition.data or condition.expected):
        return
    allowed = brief_texts(brief)
    for number, step in enumerate(draft.s, start=1):
        for key, text in (("a", step.a), ("e", step.e)):
            strange = foreign_values(text, allowed)
            if strange:
                yield f'{key} of step {number}: "{strange[0]}" is not in the condition'
    accepts, refuses = says(condition.expected)
    for number, step in enumerate(draft.s, start=1):
        step_accepts, step_refuses = says(step.e)
        if refuses and not accepts and step_accepts and not step_refuses and step is draft.s[-1]:
            yield f"e of step {number} accepts, but the outcome is: {condition.expected}"
        if accepts and not refuses and step_refuses and not step_accepts:
            yield f"e of step {number} refuses, but the outcome is: {condition.expected}"


def _flat(text: str) -> str:
    return " ".join(re.findall(r"\w+", text.casefold()))
