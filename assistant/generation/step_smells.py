"""Smells of a single step: what is found by its words, and what a rule can put in their place.

They go beyond the catalogue of Soares et al., "Manual Tests Do Smell!" (arXiv 2308.01386). A fix is
offered only where the words themselves show how.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path

from assistant.domain import Fix, LintFinding, StepText, TestStep
from assistant.generation.proof.support_texts import unquoted
from assistant.generation.sentence_words import phrase, sentence, stem
from assistant.language.casing import bare_words, capital
from assistant.language.word_lists import read_patterns, word_lists

_PATTERNS = read_patterns(__file__)
_AMBIGUOUS = _PATTERNS["ambiguous"]
_UNVERIFIABLE = _PATTERNS["unverifiable"]
_CONDITIONAL = _PATTERNS["conditional"]
_WHETHER = _PATTERNS["whether"]
_WITHOUT_DATA = _PATTERNS["without_data"]
_TACIT = _PATTERNS["tacit"]
_ENTRY_VERBS = frozenset({"enter", "type", "input", "fill", "key"})
_WORDS = word_lists("words", Path(__file__).parent)["step_smells"]
_ACTION_VERBS = frozenset(map(stem, _WORDS["actions"]))
_DOING = frozenset(map(stem, _WORDS["doing"]))
"""Verbs of which an imperative asks somebody to do something, rather than to look."""

_JOINED = re.compile(
    r",\s*(?:and\s+|then\s+)*|\s+(?:and\s+then|and|then)\s+|[;.]\s+", re.IGNORECASE
)
_FIRST_WORD = re.compile(r"\s*(?:the\s+user\s+|user\s+|i\s+|please\s+)?([A-Za-z]+)", re.IGNORECASE)
_CONCRETE = re.compile(r"\d|[\"“‘']\S|[A-Z]{2,}|\s[A-Z][a-z]+|[<{]\w+[>}]")
_FINITE = (
    r"(?:is|are|was|were|has|have|can|cannot|does|do|should|will|must|may|shows?|displays?|"
    r"appears?|contains?|opens?|becomes?|matches|remains?|works?|reads?|exists?)"
)
_CHECKS = r"(?:verify|check|ensure|confirm|make sure|validate|assert|observe|see)"
_VERIFIES = re.compile(
    rf"^(?P<before>.*?)(?:^|[,;.]?\s+(?:and|then|and then)\s+|[.;]\s+)(?P<verb>{_CHECKS})\s+"
    r"(?:that\s+(?P<that>.+)|"
    rf"(?P<clause>(?:the|an?|no|all|it|they|you|user)\b(?:(?!\b(?:that|which|who)\b).)*?"
    rf"\b{_FINITE}\b.*))$",
    re.IGNORECASE | re.DOTALL,
)
_TOLD = re.compile(rf"\b{_FINITE}\b|\bnot\b", re.IGNORECASE)
_STATE_BEFORE = _PATTERNS["state_before"]

_SEEN = _PATTERNS["seen"]
"""An action that only tells what is seen."""

StepRule = Callable[[TestStep], Iterator[LintFinding]]


def _parts(step: TestStep) -> tuple[tuple[str, str], ...]:
    return ("action", step.action), ("expected result", step.expected_result)


def _found(
    rule: str, step: TestStep, words: str, message: str, fix: Fix | None = None
) -> LintFinding:
    return LintFinding(rule=rule, message=message, step=step.number, words=words, fix=fix)


def ambiguous(step: TestStep) -> Iterator[LintFinding]:
    """Words that leave open what exactly is meant."""
    for part, text in _parts(step):
        bare = unquoted(text)
        found = next((m for m in _AMBIGUOUS.finditer(bare) if not _is_name(m)), None)
        if found and not (part == "expected result" and _UNVERIFIABLE.search(unquoted(text))):
            message = f'"{found.group()}" in the {part} leaves open what exactly is meant.'
            yield _found("ambiguous word", step, found.group(), message)


def unverifiable(step: TestStep) -> Iterator[LintFinding]:
    """A result that nobody can observe."""
    found = _UNVERIFIABLE.search(unquoted(step.expected_result))
    if found:
        message = f'"{found.group()}" cannot be observed; say what the tester should see.'
        yield _found("unverifiable result", step, found.group(), message)


def conditional(step: TestStep) -> Iterator[LintFinding]:
    """A step that does not say which of two ways the test goes."""
    for part, text in _parts(step):
        found = _CONDITIONAL.search(_WHETHER.sub("", unquoted(text)))
        if found:
            message = f"The {part} depends on a condition; write one case for each branch."
            yield _found("conditional step", step, found.group().strip(" ,;.("), message)


EAGER = 7
"""Actions of a step from which on it is one of several. Of a large model's cases written here,
raters call those with one, two and three in a step usable in 87, 87 and 92 %, of a plain chat's in
53, 38 and 23 %; no reason that they give speaks of the number of actions
(``benchmarks/smells.py --ratings``). Of 18 with four to six ("open the trip, open its booking,
start a refund and select the item") two raters call 17 usable, of 31 with fewer 27
(``benchmarks/rating/rail-desk``)."""


def actions(text: str) -> tuple[str, ...]:
    """The verbs of the actions that an instruction asks for, quotations aside."""
    bare = unquoted(text)
    pieces, start = [], 0
    for match in [*_JOINED.finditer(bare), None]:
        end = match.start() if match else len(bare)
        if bare[start:end].strip():
            pieces.append((start, end))
        start = match.end() if match else end
    verbs: list[str] = []
    for place, (start, end) in enumerate(pieces):
        word = _FIRST_WORD.match(bare[start:end])
        after_stop = start > 0 and bare[:start].rstrip().endswith((".", ";"))
        opens = bool(word) and (place == 0 or after_stop or bare[start:end].strip()[0].islower())
        if word and opens and stem(word.group(1)) in _ACTION_VERBS:
            verbs.append(word.group(1).lower())
    return tuple(verbs)


def several_actions(step: TestStep) -> Iterator[LintFinding]:
    """More actions than a tester takes in one step."""
    verbs = actions(step.action)
    if len(verbs) < EAGER:
        return
    names = ", ".join(verbs)
    message = f"The step asks for {len(verbs)} actions ({names}); split it."
    yield _found("several actions", step, names, message)


def misplaced_action(step: TestStep) -> Iterator[LintFinding]:
    """An instruction where the result should stand."""
    bare = unquoted(step.expected_result)
    for match in re.finditer(r"[^\n.;]+(?:[.;](?!\s)[^\n.;]+)*", bare):
        line = step.expected_result[match.start() : match.end()].strip()
        word = re.match(r"\s*(?:then\s+|please\s+)?([A-Za-z]+)\s+\S", match.group(), re.I)
        if word is None or stem(word.group(1)) not in _DOING:
            continue
        first = re.split(r",|\band\b", match.group())[0]
        if not word.group(1).endswith(("ed", "ing")) and not _TOLD.search(first):
            rest = phrase(step.expected_result.replace(line, " "))
            fix = None
            if rest:
                moved = f"{step.action.rstrip(' .')}. {sentence(line)}"
                steps = (StepText(action=moved, test_data=step.test_data,
                                  expected_result=sentence(rest)),)  # fmt: skip
                fix = Fix(says="Move it to the action", steps=steps)
            message = f'"{phrase(line)[:80]}" is something to do, not something to see.'
            yield _found("misplaced action", step, phrase(line), message, fix)
            return


def misplaced_precondition(step: TestStep) -> Iterator[LintFinding]:
    """A first step that says what must be so before the test."""
    if not _STATE_BEFORE.match(step.action.strip()):
        return
    text = re.sub(
        r"^(?:pre-?conditions?:\s*|"
        r"(?:please )?(?:ensure|make sure|assure|be sure|assume)\s+(?:that\s+)?)",
        "", phrase(step.action), flags=re.IGNORECASE,
    )  # fmt: skip
    fix = Fix(says="Make it a precondition", preconditions=(sentence(text),), steps=())
    message = "The step says what must be so before the test; make it a precondition."
    yield _found("misplaced precondition", step, phrase(step.action), message, fix)


def misplaced_verification(step: TestStep) -> Iterator[LintFinding]:
    """A check of the result where the action should stand."""
    action = step.action.strip()
    found = _VERIFIES.match(action)
    looks = found is not None and found["verb"].casefold() in ("check", "see", "observe")
    if found is not None and looks and not found["that"] and step.expected_result.strip():
        return  # "Check the case in which ...": where to look; what is seen stands beside it
    if found is not None and found["clause"] and _is_act(found["clause"]):
        return
    if found is None and _SEEN.match(unquoted(action)) and not _STATE_BEFORE.match(action):
        message = f'"{phrase(action)[:80]}" is what to see; it belongs in the expected result.'
        yield _found("misplaced verification", step, phrase(action), message)
        return
    if found is None:
        asks = re.match(rf"{_CHECKS}\s+(?:if|whether)\b", action, re.IGNORECASE)
        if asks and not step.expected_result.strip():
            message = "The step checks something but states no expected result."
            yield _found("misplaced verification", step, phrase(action), message)
        return
    said = sentence(found["that"] or found["clause"])
    before = phrase(found["before"])
    result = step.expected_result.strip()
    if bare_words(said) not in bare_words(result):
        result = f"{said} {result}".strip() if result else said
    fix = None
    if before:
        steps = (StepText(action=sentence(capital(before)), test_data=step.test_data,
                          expected_result=result),)  # fmt: skip
        fix = Fix(says="Move it to the expected result", steps=steps)
    message = f'"{phrase(said)[:80]}" is what to see; it belongs in the expected result.'
    yield _found("misplaced verification", step, phrase(said), message, fix)


def _is_act(clause: str) -> bool:
    """Whether what is confirmed is a thing, before the next act is named: "Confirm the cancellation
    and open the booking"."""
    onward = re.search(r"\b(?:and|or|then)\s+(?:then\s+)?([a-z]+)", clause, re.IGNORECASE)
    if onward is None or stem(onward[1]) not in _DOING:
        return False
    return re.search(rf"\b{_FINITE}\b", clause[: onward.start()], re.IGNORECASE) is None


def tacit_knowledge(step: TestStep) -> Iterator[LintFinding]:
    """Something that only those who know can do."""
    for part, text in _parts(step):
        found = _TACIT.search(unquoted(text))
        if found:
            message = f'"{found.group()}" in the {part} stands for knowledge that is not written.'
            yield _found("tacit knowledge", step, found.group(), message)
            return


def missing_parts(step: TestStep) -> Iterator[LintFinding]:
    """A step without an action, or without anything to see."""
    if not step.action.strip():
        yield _found("no action", step, "", "The step has no action.")
    if not step.expected_result.strip():
        yield _found("no expected result", step, "", "The step has no expected result.")


def missing_data(step: TestStep) -> Iterator[LintFinding]:
    """An entry without the data to enter."""
    if step.test_data.strip():
        return
    first = _FIRST_WORD.match(step.action)
    enters = bool(first) and first.group(1).lower() in _ENTRY_VERBS if first else False
    vague = _WITHOUT_DATA.search(step.action)
    if vague or (enters and not _CONCRETE.search(step.action[1:])):
        message = "The step enters something but names no concrete data."
        yield _found("missing data", step, vague.group() if vague else "", message)


STEP_RULES: tuple[StepRule, ...] = (
    missing_parts,
    ambiguous,
    several_actions,
    unverifiable,
    conditional,
    missing_data,
    misplaced_action,
    misplaced_verification,
    tacit_knowledge,
)


def _is_name(match: re.Match[str]) -> bool:
    """Whether a word is written like a name inside a sentence ("the Quick Starts card")."""
    return match.start() > 0 and match.group()[0].isupper()
