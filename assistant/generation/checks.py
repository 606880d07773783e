"""What a model's draft must not do: the checks that decide whether its words are used.

A draft is judged against the condition it was written for, never trusted. Each check returns a
reason that is shown to the model for its next attempt and kept with the refused draft.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence

from assistant.design.quantities import find_messages, foreign_values
from assistant.generation.drafts import TestCaseDraft
from assistant.generation.prompts import EXAMPLE_WORDS, SYSTEM
from assistant.generation.proof.passages import Sources
from assistant.generation.wording import content_stems, says, stem, unknown_names
from assistant.generation.writer import CaseBrief

OUTCOME_SHARE = 0.5
"""Share of the outcome's words that the expected results must hold."""

ACTION_SHARE = 0.4
"""Share of an action's words that must be the condition's, and of its action's that must occur."""

_LEAK_WORDS = 7
"""As many words of the instructions in a row are no coincidence."""

_PROMPT_MARKS = re.compile(
    r"</?\s*(?:source|condition|example)\b|<\|[^|>]*\|>|\bits source is\b|\[\d+\]"
    r"|\bas an? [^,.]{2,60},? I want\b",
    re.IGNORECASE,
)


def reason_against(
    draft: TestCaseDraft, brief: CaseBrief, sources: Sources, special_tokens: Sequence[str] = ()
) -> str:
    """Why a draft is refused, in words that tell how to correct it; empty where it is good."""
    for check in _CHECKS:
        reason = next(check(draft, brief, sources), "")
        if reason:
            return reason
    for step in draft.s:
        for token in special_tokens:
            if len(token.strip()) > 1 and any(token in text for text in step.texts):
                return "a control token of the model stands in the text"
    return ""


Check = Callable[[TestCaseDraft, CaseBrief, Sources], Iterator[str]]


def _complete(draft: TestCaseDraft, brief: CaseBrief, sources: Sources) -> Iterator[str]:
    for number, step in enumerate(draft.s, start=1):
        if len(content_stems(step.a)) == 0:
            yield f"a of step {number} says nothing"
        if len(content_stems(step.e)) == 0:
            yield f"e of step {number} says nothing"
        for key, text in zip("ae", step.texts, strict=True):
            if text.count('"') % 2 or text.count("“") != text.count("”"):
                yield f"{key} of step {number} leaves a quotation open"


def _repetition(draft: TestCaseDraft, brief: CaseBrief, sources: Sources) -> Iterator[str]:
    actions: set[str] = set()
    results: set[str] = set()
    for number, step in enumerate(draft.s, start=1):
        action, result = _flat(step.a), _flat(step.e)
        if action in actions:
            yield f"step {number} repeats an earlier action"
        if result in results:
            yield f"step {number} repeats an earlier result; write one step less"
        actions.add(action)
        results.add(result)
        if action == result:
            yield f"e of step {number} repeats its action; e is what the tester sees"
        for text in step.texts:
            words = _flat(text).split()
            runs = [tuple(words[at : at + 3]) for at in range(len(words) - 2)]
            if any(runs.count(run) > 2 for run in set(runs)):
                yield f"step {number} repeats the same words again and again"


def _leaks(draft: TestCaseDraft, brief: CaseBrief, sources: Sources) -> Iterator[str]:
    allowed = {word for text in _all_texts(brief) for word in content_stems(text)}
    example = {stem(word) for word in EXAMPLE_WORDS} - allowed
    instructions = f" {_flat(SYSTEM)} "
    for number, step in enumerate(draft.s, start=1):
        for text in step.texts:
            mark = _PROMPT_MARKS.search(text)
            if mark and mark.group().casefold() not in brief.condition.expected.casefold():
                yield f'step {number} holds "{mark.group()}", which belongs to the question'
            if example & content_stems(text):
                yield f"step {number} speaks of the example, not of this condition"
            words = _flat(text).split()
            for at in range(len(words) - _LEAK_WORDS + 1):
                if f" {' '.join(words[at : at + _LEAK_WORDS])} " in instructions:
                    yield f"step {number} repeats the instructions"


def _foreign(draft: TestCaseDraft, brief: CaseBrief, sources: Sources) -> Iterator[str]:
    condition = brief.condition
    own = (condition.statement, condition.precondition, condition.action, condition.data)
    for number, step in enumerate(draft.s, start=1):
        strange = foreign_values(step.a, own)
        if strange:
            yield f'step {number}: "{strange[0]}" is not in the condition; use its data exactly'
        passage = sources.ranked(step.n)
        cited = (passage.source.chunk.text,) if passage else ()
        strange = foreign_values(step.e, (*own, condition.expected, brief.criterion.text, *cited))
        if strange:
            yield f'e of step {number}: "{strange[0]}" is in no source; use the outcome exactly'
        if not _stated(step.e, brief):
            yield f"e of step {number}: the message belongs to another outcome"


def _stated(expected: str, brief: CaseBrief) -> bool:
    """Whether every message of an expected result is one that this very condition leads to."""
    condition = brief.condition
    own = [condition.expected, condition.statement, condition.data, condition.precondition]
    if condition.valid and not find_messages(condition.expected):
        own.append(brief.criterion.text)
    return all(
        not foreign_values('"' + _inside(message.text) + '"', own)
        for message in find_messages(expected)
    )


def _names(draft: TestCaseDraft, brief: CaseBrief, sources: Sources) -> Iterator[str]:
    allowed = list(_all_texts(brief))
    for number, step in enumerate(draft.s, start=1):
        for text in step.texts:
            for name in unknown_names(text, allowed):
                yield f'step {number}: the name "{name}" stands nowhere in the condition'


def _outcome(draft: TestCaseDraft, brief: CaseBrief, sources: Sources) -> Iterator[str]:
    condition = brief.condition
    results = "\n".join(step.e for step in draft.s)
    missing = foreign_values(condition.expected, [results])
    if missing:
        yield f'e must state the outcome with "{missing[0]}": {condition.expected}'
    wanted = content_stems(condition.expected)
    if wanted and len(wanted & content_stems(results)) / len(wanted) < OUTCOME_SHARE:
        yield f"e must state the outcome: {condition.expected}"
    accepts, refuses = says(condition.expected)
    for number, step in enumerate(draft.s, start=1):
        step_accepts, step_refuses = says(step.e)
        if refuses and not accepts and step_accepts and not step_refuses:
            yield f"e of step {number} accepts, but the outcome is: {condition.expected}"
        if accepts and not refuses and step_refuses and not step_accepts:
            yield f"e of step {number} refuses, but the outcome is: {condition.expected}"
    if refuses and not accepts and not any(says(step.e)[1] for step in draft.s):
        yield f"e must say that it does not go through: {condition.expected}"


def _relevance(draft: TestCaseDraft, brief: CaseBrief, sources: Sources) -> Iterator[str]:
    """An action that is not this condition's: copied from elsewhere, or ordered by a source."""
    condition = brief.condition
    wanted = content_stems(condition.action or condition.statement)
    own = wanted | content_stems(
        "\n".join(
            (condition.statement, condition.precondition, condition.data, brief.criterion.text)
        )
    )
    for number, step in enumerate(draft.s, start=1):
        words = content_stems(step.a)
        if len(words & own) < ACTION_SHARE * len(words):
            yield f"a of step {number} is not about this condition: {condition.action}"
    done = content_stems("\n".join(step.a for step in draft.s))
    if wanted and len(wanted & done) < ACTION_SHARE * len(wanted):
        yield f"a must do this: {condition.action or condition.statement}"


def _bleeding(draft: TestCaseDraft, brief: CaseBrief, sources: Sources) -> Iterator[str]:
    """An expected result that tells what another criterion of the story says."""
    own = content_stems(
        " ".join((brief.condition.expected, brief.condition.statement, brief.criterion.text))
    )
    for number, step in enumerate(draft.s, start=1):
        words = content_stems(step.e)
        if not words or len(words & own) / len(words) >= 0.5:
            continue
        windows = sources.find(step.e)
        chunk = windows[0].passage.source.chunk if windows else None
        if chunk and chunk.kind == "criterion" and chunk.key != brief.criterion.id:
            yield f"e of step {number} tells the outcome of another criterion"


_CHECKS: tuple[Check, ...] = (
    _complete,
    _repetition,
    _leaks,
    _foreign,
    _outcome,
    _relevance,
    _bleeding,
    _names,
)


def _flat(text: str) -> str:
    return " ".join(re.findall(r"\w+", text.casefold()))


def _inside(message: str) -> str:
    return message.strip(" \"'“”‘’")


def _all_texts(brief: CaseBrief) -> Iterator[str]:
    condition = brief.condition
    yield from (condition.statement, condition.precondition, condition.action, condition.data)
    yield from (condition.expected, brief.criterion.text, brief.story.title, brief.story.narrative)
    yield brief.epic.title
    yield from (source.chunk.text for source in brief.sources)
