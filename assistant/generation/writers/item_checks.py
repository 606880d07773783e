"""What comes back for an item, compared with its data and the quoted outcome.

People, dates and amounts that a model chooses for its actions are test data and stay free. Held are
the expected results, for they claim: values and messages must stand in criterion, sources, data or
the case's own actions, and nothing may say the opposite of the quoted outcome. Each check returns a
reason that the model is told for its next attempt and that is kept with the refused draft.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from assistant.domain import Fact
from assistant.generation.proof.passages import NEAR_PREFIX
from assistant.generation.proof.polarity import read_clauses
from assistant.generation.proof.support_texts import folded, stands_in
from assistant.generation.sentence_words import accepts_or_refuses, clause_texts, content_stems
from assistant.generation.writer import CaseBrief
from assistant.generation.writers.item_answer import ItemDraft, ItemStep
from assistant.generation.writers.item_prompt import EXAMPLE_WORDS, SYSTEM
from assistant.language.casing import bare_words
from assistant.language.languages import language_of, leans_to
from assistant.language.quantities import find_messages, find_quantities, foreign_values
from assistant.language.word_lists import read_patterns

SAME_WORDS = 0.85
"""Share of their words that a result has in common with what it repeats."""

SAME_EVENT = 0.6
"""Share of a quotation's words in a clause that speaks of the same thing."""

FEWEST_WORDS = 6
"""Words of a criterion from which on a result that has them all repeats it."""

FEWEST_TOLD = 4
"""Words of an outcome from which on an action that has them all tells it."""

FEWEST_SHARED = 2
"""Words of criterion, sources and data in results that have none of the outcome's."""

NO_RESULT = "no step has an expected result; write what the tester must see in the last e"

_LEAK_WORDS = 8
_PROMPT_MARKS = re.compile(
    r"</?\s*(?:source|criterion|story|case|item)\b[^>]*>|<\|[^|>]*\|>|"
    r"^\s*(?:test|data|outcome)\s*:|\bnot: |” does not hold\b|” holds\b",
    re.IGNORECASE | re.MULTILINE,
)
_NOTHING = re.compile(r"^[^\d]*0(?:[.,]0+)?[^\d]*$")
"""An amount of nothing, which follows wherever nothing is to be paid."""
_PATTERNS = read_patterns(__file__)
_DENIES = _PATTERNS["denies"]


@dataclass(frozen=True)
class ItemGround:
    """What a draft is held against: its brief, and its situation in lines."""

    brief: CaseBrief
    situation: Sequence[str]
    special_tokens: Sequence[str] = ()

    @property
    def texts(self) -> tuple[str, ...]:
        """All texts that a result may take its values and messages from."""
        brief = self.brief
        condition = brief.condition
        return (
            brief.criterion.text,
            brief.story.title,
            brief.story.narrative,
            brief.epic.title,
            condition.statement,
            condition.data,
            condition.precondition,
            condition.expected,
            *self.situation,
            *(source.chunk.text for source in brief.sources),
        )

    @property
    def outcome(self) -> tuple[tuple[str, bool], ...]:
        """What must happen, and what must not, in the words of the text."""
        condition = self.brief.condition
        if condition.facts:
            return tuple((one.quote, one.happens) for one in condition.outcomes)
        return ((condition.expected, True),) if condition.expected.strip() else ()


def without_repeats(draft: ItemDraft) -> ItemDraft:
    """The draft with each precondition and each pair of action and result once, blanks dropped."""
    steps: dict[tuple[str, str], ItemStep] = {}
    for step in draft.s:
        if step.a.strip():
            steps.setdefault((bare_words(step.a), bare_words(step.e)), step)
    lines = {bare_words(line): line for line in reversed(draft.p) if line.strip()}
    return draft.model_copy(
        update={"p": tuple(reversed(lines.values())), "s": tuple(steps.values())}
    )


def reason_against(draft: ItemDraft, ground: ItemGround) -> str:
    """Why a draft is refused, in words that tell how to correct it; "" where it is used."""
    return next((reason for check in _CHECKS for reason in check(draft, ground)), "")


def _complete(draft: ItemDraft, ground: ItemGround) -> Iterator[str]:
    if not draft.s or not all(bare_words(step.a) for step in draft.s):
        yield "a step has no action"
    if not bare_words(draft.results):
        yield NO_RESULT
    for text in draft.texts:
        if text.count("“") != text.count("”"):
            yield f'"{text[:60]}" leaves a quotation open'


def _repetition(draft: ItemDraft, ground: ItemGround) -> Iterator[str]:
    actions = [bare_words(step.a) for step in draft.s]
    if len(set(actions)) < len(actions):
        yield "two steps have the same action; write one step less"
    for text in draft.texts:
        words = bare_words(text).split()
        runs = [tuple(words[at : at + 3]) for at in range(len(words) - 2)]
        if any(runs.count(run) > 2 for run in set(runs)):
            yield "a text repeats the same words again and again"


def _leaks(draft: ItemDraft, ground: ItemGround) -> Iterator[str]:
    instructions = f" {bare_words(SYSTEM)} "
    told = frozenset(word for text in ground.texts for word in bare_words(text).split())
    for text in draft.texts:
        mark = _PROMPT_MARKS.search(text)
        if mark:
            yield f'"{mark.group().strip()}" belongs to the question, not to the case'
        words = bare_words(text).split()
        if EXAMPLE_WORDS & (frozenset(words) - told):
            yield "the words of an example stand in the case"
        for at in range(len(words) - _LEAK_WORDS + 1):
            if f" {' '.join(words[at : at + _LEAK_WORDS])} " in instructions:
                yield "a text repeats the instructions"
        if any(len(token.strip()) > 1 and token in text for token in ground.special_tokens):
            yield "a control token of the model stands in the text"


def _language(draft: ItemDraft, ground: ItemGround) -> Iterator[str]:
    brief = ground.brief
    wanted = language_of(f"{brief.criterion.text} {brief.story.narrative}")
    text = "\n".join((*(step.a for step in draft.s), draft.results))
    written = language_of(text)
    if written != wanted and not leans_to(text, wanted, rather_than=written):
        yield f"the criterion is in {wanted}; write the case in {wanted}"


def _values(draft: ItemDraft, ground: ItemGround) -> Iterator[str]:
    """Values and messages of a result that stand nowhere, the case's own data included."""
    own = [text for step in draft.s for text in (step.a, step.d)]
    known = [*ground.texts, *draft.p, *own]
    everything = folded("\n".join(ground.texts) + "\n" + "\n".join(own))
    for number, step in enumerate(draft.s, start=1):
        strange = foreign_values(_unquoted(step.e), known)
        strange = tuple(one for one in strange if not _NOTHING.search(one))
        if strange:
            where = f"expected result (e) of step {number}"
            yield f'{where}: "{strange[0]}" stands in no source and in no data'
        for message in find_messages(step.e):
            if not stands_in(message.text.strip(" .!?,;:"), everything):
                yield f"expected result (e) of step {number}: “{message.text}” stands in no source"


def _sides(draft: ItemDraft, ground: ItemGround) -> Iterator[str]:
    """An action with another value than the one that puts the tester on this side."""
    done = "\n".join(text for step in draft.s for text in (step.a, step.d))
    for fact in ground.brief.condition.facts:
        if fact.kind in ("limit", "field") and fact.value and _on_another_side(fact, done):
            yield f"use {fact.value}, as the data say, and no other value for it"


def _on_another_side(fact: Fact, done: str) -> bool:
    wanted = find_quantities(fact.value)
    if len(wanted) != 1 or not wanted[0].unit:
        return False
    used = {one.value for one in find_quantities(done) if one.unit == wanted[0].unit}
    return bool(used) and wanted[0].value not in used


def _outcome(draft: ItemDraft, ground: ItemGround) -> Iterator[str]:
    """A result that says the opposite of what is quoted, or leaves out its message."""
    said = folded(draft.results)
    entered = folded("\n".join(text for step in draft.s for text in (step.a, step.d)))
    for quote, happens in ground.outcome:
        bound = _bound_messages(quote)
        for message in find_messages(quote):
            words = message.text.strip(" .!?,;:")
            stated = stands_in(words, said)
            if happens and not (stated or message.text in bound or stands_in(words, entered)):
                yield f"the expected result (e) must hold “{message.text}”, word for word"
            if not happens and stated and not _denied(message.text, draft.results):
                yield f"“{message.text}” must not be shown here"
    yield from _turned(draft, ground)
    yield from _accepts(draft, ground)


def _bound_messages(quote: str) -> frozenset[str]:
    """Messages that a quotation binds to a condition: "only if “Parcel locker” is chosen"."""
    return frozenset(
        message.text
        for clause in clause_texts(quote)
        if any(one.bound for one in read_clauses(clause))
        for message in find_messages(clause)
    )


def _turned(draft: ItemDraft, ground: ItemGround) -> Iterator[str]:
    """A clause that denies what must happen, or says what must not, in the words of the text."""
    said = [
        (one, content_stems(one), bool(_DENIES.search(one))) for one in clause_texts(draft.results)
    ]
    for quote, happens in ground.outcome:
        for part in clause_texts(_unquoted(quote)):
            words = content_stems(part)
            denied = bool(_DENIES.search(part))
            for clause, own, denies in said:
                same = len(words) > 1 and len(words & own) / len(words) >= SAME_EVENT
                if same and (denied == denies) != happens:
                    told = "the opposite of" if happens else "what must not happen:"
                    yield f"“{clause}” says {told} “{quote}”"


def _accepts(draft: ItemDraft, ground: ItemGround) -> Iterator[str]:
    """Results that go through where the outcome refuses, or the other way round."""
    accepts = refuses = False
    for quote, happens in ground.outcome:
        goes, stops = _goes_through(quote)
        accepts = accepts or (goes if happens else stops)
        refuses = refuses or (stops if happens else goes)
    goes, stops = _goes_through(draft.results)
    told = "; ".join(quote if happens else f"not: {quote}" for quote, happens in ground.outcome)
    if refuses and not accepts and goes and not stops:
        yield f"the results accept, but the outcome is: {told}"
    if accepts and not refuses and stops and not goes:
        yield f"the results refuse, but the outcome is: {told}"


def _goes_through(text: str) -> tuple[bool, bool]:
    """Whether a text says that something goes through, and that it does not, in words for either.

    A denial of anything else ("no quote attached", "no mail is sent") says neither.
    """
    accepts = refuses = False
    for clause in clause_texts(text):
        if any(accepts_or_refuses(_DENIES.sub(" ", clause))):
            goes, stops = accepts_or_refuses(clause)
            accepts, refuses = accepts or goes, refuses or stops
    return accepts, refuses


def _states(draft: ItemDraft, ground: ItemGround) -> Iterator[str]:
    """Results that speak neither of the outcome nor of two things of criterion, sources or data."""
    brief = ground.brief
    texts = [brief.criterion.text, *ground.situation]
    texts += [source.chunk.text for source in brief.sources]
    words = content_stems(draft.results)
    near = {word[:NEAR_PREFIX] for word in words}
    quoted = {word[:NEAR_PREFIX] for text, _ in ground.outcome for word in content_stems(text)}
    told = frozenset[str]().union(*map(content_stems, texts))
    if quoted and not near & quoted and len(words & told) < FEWEST_SHARED:
        yield "the expected results (e) must state the outcome for these data"


def _echo(draft: ItemDraft, ground: ItemGround) -> Iterator[str]:
    """An action that tells the outcome, a result that only repeats its action or the criterion."""
    criterion = content_stems(ground.brief.criterion.text)
    own = ground.brief.criterion.id
    told = [
        content_stems(_unquoted(one.quote))
        for one in ground.brief.condition.outcomes
        if one.source_id == own  # a source may tell how it is done
    ]
    for number, step in enumerate(draft.s, start=1):
        words = content_stems(step.e)
        done = content_stems(step.a)
        if any(len(one) >= FEWEST_TOLD and one <= done for one in told):
            yield f"action (a) of step {number} tells the outcome; it is what the tester does"
        if not words:
            continue
        if _shared(words, done) >= SAME_WORDS:
            yield f"expected result (e) of step {number} only repeats its action"
        if len(criterion) >= FEWEST_WORDS and _shared(words, criterion) >= SAME_WORDS:
            yield f"expected result (e) of step {number} repeats the criterion; say what is seen"


Check = Callable[[ItemDraft, ItemGround], Iterator[str]]
_CHECKS: tuple[Check, ...] = (
    _complete,
    _repetition,
    _leaks,
    _language,
    _values,
    _sides,
    _outcome,
    _states,
    _echo,
)


def _shared(left: frozenset[str], right: frozenset[str]) -> float:
    return len(left & right) / len(left | right) if left | right else 0.0


def _denied(message: str, results: str) -> bool:
    """Whether every clause that holds a message denies it."""
    held = [one for one in clause_texts(results) if folded(message).strip() in folded(one)]
    return bool(held) and all(_DENIES.search(_unquoted(one)) for one in held)


def _unquoted(text: str) -> str:
    for message in reversed(find_messages(text)):
        text = text[: message.start - 1] + " " + text[message.end + 1 :]
    return text
