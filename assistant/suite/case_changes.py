"""What of an existing case is not the criterion's any more, and how it would read.

A case is out of date where it checks the same and says another number, another message or another
name than the criterion. The words to exchange are found once and then exchanged all through the
case, so that the list of changes is the edit a tester would make.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence, Set
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Literal

from rapidfuzz import fuzz

from assistant.domain import TestCase, Value
from assistant.suite.amounts import amount_text
from assistant.suite.case_views import CaseView, Rarity
from assistant.suite.case_words import names, quoted, stem, words
from assistant.suite.condition_demands import Claim
from assistant.suite.evidence import Quantity, meaningful_stems, messages, quantities

Part = Literal["title", "precondition", "action", "test data", "expected result", "calculation"]
ALIKE_MESSAGE = 55
"""From this likeness (0 to 100, equal letters in order) two messages are versions of one."""
SAME_CHECK = 0.5
"""Share of what the condition tells that the case must say, the exchanged words aside."""
MOST_PAIRS = 1_000_000
"""Pairs of words that two texts are compared by: a thousand words with a thousand take half a
second where they repeat themselves."""
_WORDS, _LINES = re.compile(r"\S+"), re.compile(r"\n|\S+")
_NUMBER = re.compile(r"(?<![\w.,])\d{1,3}(?:,\d{3})+(?:\.\d+)?|(?<![\w.,])\d+(?:\.\d+)?")
_SPELT = (
    "zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten",
    "eleven", "twelve",
)  # fmt: skip
_ORDINALS = ("", "first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth")
_CLAUSES = re.compile(r"[\n;:]|[.,](?=\s)|\b(?:and|but)\b")
_RUN = re.compile(r"[A-Z][\w-]*(?: [A-Z][\w-]*)*")


class StepChange(Value):
    """Words of a case before and after; ``step`` 0 is the title or a precondition."""

    step: int
    part: Part
    before: str
    after: str

    @property
    def diff(self) -> tuple[tuple[Literal["same", "out", "in"], str], ...]:
        """The change word by word: what stays, what goes, what comes."""
        return word_diff(self.before, self.after)


@dataclass(frozen=True)
class Changed:
    """A case brought up to date, the changes that do it, and why they are needed."""

    case: TestCase
    changes: tuple[StepChange, ...]
    reason: str


def word_diff(
    before: str, after: str, *, lines: bool = False
) -> tuple[tuple[Literal["same", "out", "in"], str], ...]:
    """Two texts as runs of equal, removed and added words, in reading order. With ``lines`` the
    end of a line is a word too. Very long ones are not compared: all of both counts as changed."""
    pieces = _LINES if lines else _WORDS
    old, new = pieces.findall(before), pieces.findall(after)
    if old == new:
        return (("same", " ".join(old)),) if old else ()
    if len(old) * len(new) > MOST_PAIRS:
        return (("out", " ".join(old)), ("in", " ".join(new)))
    found: list[tuple[Literal["same", "out", "in"], str]] = []
    for kind, a, b, c, d in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if kind == "equal":
            found.append(("same", " ".join(old[a:b])))
            continue
        if b > a:
            found.append(("out", " ".join(old[a:b])))
        if d > c:
            found.append(("in", " ".join(new[c:d])))
    return tuple(found)


def changes_for(
    claim: Claim, view: CaseView, rarity: Rarity, *, renamed: bool = True
) -> Changed | None:
    """How the case must change to check the condition; ``None`` where it checks something else.

    With ``renamed`` off, another name makes it another check. Another name and another limit at
    once always do.
    """
    said = claim.situation_words | claim.outcome_words
    numbers = _old_numbers(claim, view)
    message = _old_message(claim, view)
    name = _old_name(claim, view, rarity) if renamed else None
    if name and numbers:
        return None
    fresh = frozenset(stem(one) for one in name[1].split()) if name else frozenset()
    if rarity.covered(said - fresh, view.all_words) < SAME_CHECK:
        return None
    edits: list[Callable[[str], str]] = []
    reasons = []
    if message:
        old, new = message
        edits.append(lambda text: text.replace(old, new))
        reasons.append(f"it expects the message “{old[:80]}”, the criterion says “{new[:80]}”")
    if numbers:
        edits.append(lambda text: _renumbered(text, numbers))
        reasons.append(
            "it checks "
            + " and ".join(f"{numbers.words(old)}, the criterion says {numbers.words(new)}"
                           for old, new in numbers.limits.items())
        )  # fmt: skip
    if name:
        old_name, new_name = name
        pattern = re.compile(rf"\b{re.escape(old_name)}\b")
        edits.append(lambda text: pattern.sub(new_name, text))
        reasons.append(f"it says “{old_name}” where the criterion says “{new_name}”")
    if not edits:
        return None

    def edit(text: str) -> str:
        for one in edits:
            text = one(text)
        return text

    changes = _edited(view.case, edit)
    if not changes:
        return None
    return Changed(_with(view.case, edit), changes, f"The same check, but {'; '.join(reasons)}.")


def out_of_date(claim: Claim, view: CaseView) -> bool:
    """Whether a limit that the condition is about is another one in the case."""
    return _old_numbers(claim, view) is not None


def _with(case: TestCase, edit: Callable[[str], str]) -> TestCase:
    steps = tuple(
        step.model_copy(
            update={
                "action": edit(step.action),
                "test_data": edit(step.test_data),
                "expected_result": edit(step.expected_result),
            }
        )
        for step in case.steps
    )
    return case.model_copy(
        update={
            "title": edit(case.title),
            "preconditions": tuple(map(edit, case.preconditions)),
            "steps": steps,
        }
    )


def _edited(case: TestCase, edit: Callable[[str], str]) -> tuple[StepChange, ...]:
    parts: list[tuple[int, Part, str]] = [(0, "title", case.title)]
    parts += [(0, "precondition", text) for text in case.preconditions]
    for step in case.steps:
        parts.append((step.number, "action", step.action))
        parts.append((step.number, "test data", step.test_data))
        parts.append((step.number, "expected result", step.expected_result))
    return tuple(
        StepChange(step=number, part=part, before=text, after=edit(text))
        for number, part, text in parts
        if text and edit(text) != text
    )


# --- Numbers --------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Numbers:
    """Old limits with the new ones, and every number to exchange (points beside a limit too)."""

    limits: Mapping[float, float]
    exchanged: Mapping[float, float]
    kind: Quantity

    def words(self, value: float) -> str:
        """A value as the reason names it."""
        return amount_text((value, self.kind.unit))


def _old_numbers(claim: Claim, view: CaseView) -> _Numbers | None:
    """Limits of the case that the criterion has replaced by others of their kind."""
    stated = _all(claim.criterion.text)
    mine = _all(claim.text)
    for kind in stated:
        if not any(kind.alike(one) for one in mine):
            continue
        now = _values(kind, stated)
        held = _values(kind, view.every_quantity)
        if now & held:
            continue
        near = {value + step for value in now for step in (-1, 1)}
        new = sorted(now)
        texts = ("\n".join(view.messages.values()), view.case.title)
        choices = (*(_values(kind, _all(text)) for text in texts), held - near - {0.0})
        old = next((sorted(one) for one in choices if len(one) == len(new)), [])
        if not old or not _of_one_thing(claim, view, kind, now, old):
            continue
        limits = dict(zip(old, new, strict=True))
        exchanged = dict(limits)
        for value in held:
            for before, after in limits.items():
                if value not in limits and 0 < abs(value - before) <= 1:
                    exchanged[value] = after + (value - before)
        return _Numbers(limits, exchanged, kind)
    return None


def _of_one_thing(
    claim: Claim, view: CaseView, kind: Quantity, now: Set[float], old: Sequence[float]
) -> bool:
    """Whether words beside the number in the criterion stand beside the old one in the case: the
    days of a refund are not those before a departure."""
    wanted = _beside(claim.criterion.text, kind, now)
    texts = (*_places(view.case), *(step.test_data for step in view.case.steps))
    held = frozenset().union(*(_beside(text, kind, frozenset(old)) for text in texts))
    return bool(wanted & held)


def _beside(text: str, kind: Quantity, values: Set[float]) -> frozenset[str]:
    """The stems of the clauses that hold a number of one kind with one of these values."""
    found: set[str] = set()
    for clause in (part for one in (text, *quoted(text)) for part in _CLAUSES.split(one)):
        if any(one.alike(kind) and one.value in values for one in _all(clause)):
            found |= meaningful_stems(clause)
    return frozenset(found) - {stem(kind.unit)}


def _all(text: str) -> list[Quantity]:
    """Quantities of a text, those inside of quotation marks too."""
    return quantities(text) + quantities(" . ".join(quoted(text)))


def _values(kind: Quantity, among: Sequence[Quantity]) -> set[float]:
    return {one.value for one in among if one.alike(kind)}


def _renumbered(text: str, numbers: _Numbers) -> str:
    """The text with the old numbers of that kind exchanged, spelt ones included."""

    def figure(match: re.Match[str]) -> str:
        value = float(match[0].replace(",", ""))
        if value not in numbers.exchanged or not _counts(text, match.start(), numbers.kind):
            return match[0]
        return _written(numbers.exchanged[value], like=match[0])

    text = _NUMBER.sub(figure, text)
    for before, after in numbers.exchanged.items():
        for table in (_SPELT, _ORDINALS):
            if before == int(before) and 0 < before < len(table):
                new = table[int(after)] if 0 < after < len(table) else f"{after:g}"
                text = _respelt(text, table[int(before)], new, numbers.kind)
    return text


def _respelt(text: str, old: str, new: str, kind: Quantity) -> str:
    """The text with a number written as a word exchanged where it counts things of this kind."""

    def word(match: re.Match[str]) -> str:
        return new if _counts(text, match.start(), kind) else match[0]

    return re.sub(rf"\b{old}\b", word, text, flags=re.IGNORECASE)


def _counts(text: str, start: int, kind: Quantity) -> bool:
    """Whether the number at ``start`` counts things of this kind."""
    begin = start - 1 if text[max(0, start - 1) : start] in ("£", "$", "€") else start
    found = quantities(text[begin : start + 60])
    if any(one.alike(kind) for one in found[:2]):
        return True
    before = text[max(0, start - 5) : start]
    return before.lower().endswith("day ") and kind.unit == "day"


def _written(value: float, *, like: str) -> str:
    decimals = len(like.split(".")[1]) if "." in like else 0
    if decimals:
        return f"{value:,.{decimals}f}"
    return f"{value:,.0f}" if "," in like else f"{value:g}"


# --- Messages and names ---------------------------------------------------------------------------


def _old_message(claim: Claim, view: CaseView) -> tuple[str, str] | None:
    """A message of the case that is an earlier version of one that the condition expects."""
    current = messages(claim.criterion.text) | claim.shown
    for key, text in claim.shown.items():
        if key in view.messages:
            continue
        others = [old for other, old in view.messages.items() if other not in current]
        best = max(others, key=lambda old: fuzz.ratio(old, text), default="")
        if best and fuzz.ratio(best, text) >= ALIKE_MESSAGE:
            return best, text
    return None


def _old_name(claim: Claim, view: CaseView, rarity: Rarity) -> tuple[str, str] | None:
    """A name of the case in whose place the condition has another one."""
    wanted = {**claim.situation_names, **claim.outcome_names}
    missing = {key: name for key, name in wanted.items() if key not in view.all_words}
    if not missing or len(missing) > 3:
        return None
    new = next((run for run in _RUN.findall(claim.text) if run.split()[-1] in missing.values()), "")
    new = " ".join(word for word in new.split() if word in missing.values())
    known = frozenset(words(claim.criterion.text, whole=True)) | frozenset(
        words(claim.text, whole=True)
    )
    rest = (claim.situation_words | claim.outcome_words) - set(missing)
    best, share = "", 0.0
    for text in _places(view.case):
        old = [run for run in _runs(text) if not {stem(word) for word in run.split()} & known]
        if len(old) != 1:
            continue
        covered = rarity.covered(rest, meaningful_stems(text))
        if covered > share:
            best, share = old[0], covered
    return (best, new) if best and new and share >= SAME_CHECK / 2 else None


def _places(case: TestCase) -> list[str]:
    steps = [f"{step.action} {step.expected_result}" for step in case.steps]
    return [case.title, *case.preconditions, *steps]


def _runs(text: str) -> list[str]:
    """Names of a text as runs of capitalised words, and short quoted values."""
    inside = set(names(text, whole=True))
    found = []
    for run in _RUN.findall(text):
        kept = [word for word in run.split() if word in inside]
        if kept:
            found.append(" ".join(kept))
    found += [one for one in quoted(text) if one[:1].isupper() and len(one.split()) < 3]
    return list(dict.fromkeys(found))
