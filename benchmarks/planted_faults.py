"""Faults planted by code into the cases of open pairs.

A kind of fault is a function of a pair, all pairs and chance; it gives the pair with the fault, or
``None`` where that has no place. Only the case and its data change, never what it is held against.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Sequence

from assistant.domain import Fact, FactKind
from assistant.language.quantities import find_messages, find_quantities
from assistant.training.data.open_items import facts_of
from assistant.training.data.open_pairs import OpenPair, OpenStep

Plant = Callable[[OpenPair, Sequence[OpenPair], random.Random], OpenPair | None]


def text_of(pair: OpenPair) -> str:
    """All that a case says, its data included."""
    return "\n".join((pair.data, *pair.case.given, pair.answer))


def _changed(
    pair: OpenPair,
    steps: Sequence[OpenStep],
    given: Sequence[str] | None = None,
    data: str | None = None,
) -> OpenPair:
    case = pair.case.model_copy(
        update={
            "steps": tuple(steps), "given": pair.case.given if given is None else tuple(given)
        }
    )  # fmt: skip
    return pair.model_copy(update={"case": case, "data": pair.data if data is None else data})


def _with_see(pair: OpenPair, number: int, see: str, do: str | None = None) -> OpenPair:
    steps = list(pair.case.steps)
    old = steps[number]
    steps[number] = old.model_copy(update={"see": see, "do": old.do if do is None else do})
    return _changed(pair, steps, pair.case.given, pair.data)


def _shuffled(pair: OpenPair, chance: random.Random) -> list[int]:
    numbers = list(range(len(pair.case.steps)))
    chance.shuffle(numbers)
    return numbers


def other_number(
    pair: OpenPair, others: Sequence[OpenPair], chance: random.Random
) -> OpenPair | None:
    """A number of a result becomes one that stands nowhere."""
    known = "\n".join((pair.criterion, *pair.sources, pair.story, text_of(pair)))
    for number in _shuffled(pair, chance):
        see = pair.case.steps[number].see
        spots = [q for q in find_quantities(see) if re.fullmatch(r"[\d,]+(?:\.\d\d)?", q.digits)]
        chance.shuffle(spots)
        for spot in (spot for spot in spots if spot.digits in spot.text):
            other = _other_digits(spot.digits, known, chance)
            if other:
                place = spot.start + spot.text.index(spot.digits)
                new = see[:place] + other + see[place + len(spot.digits) :]
                return _with_see(pair, number, new)
    return None


def _other_digits(digits: str, known: str, chance: random.Random) -> str:
    whole, dot, cents = digits.partition(".")
    value = int(whole.replace(",", ""))
    options = [value + 1, value + 2, max(value - 1, 0), value * 2, value + 10, value * 10]
    chance.shuffle(options)
    for option in options:
        new = f"{option:,}" if "," in whole or option > 9999 else str(option)
        new += dot + cents
        if option and not re.search(rf"(?<![\d.,]){re.escape(new)}(?![\d])", known):
            return new
    return ""


# --- The other side -----------------------------------------------------------------------------


def sibling(pair: OpenPair, others: Sequence[OpenPair], kind: FactKind) -> OpenPair | None:
    """The case of the other side: the same words of the criterion, the other way round."""
    mine = _of_kind(pair, kind)
    for other in others if mine else ():
        if other.criterion != pair.criterion or other.story != pair.story:
            continue
        if any(
            fact.quote == own.quote and fact.holds != own.holds
            for fact in _of_kind(other, kind)
            for own in mine
        ):
            return other
    return None


def on_other_side(pair: OpenPair, others: Sequence[OpenPair]) -> OpenPair | None:
    """The case of the other side of a limit, a condition or a role."""
    kinds: tuple[FactKind, ...] = ("limit", "condition", "role")
    return next((found for kind in kinds if (found := sibling(pair, others, kind))), None)


def _of_kind(pair: OpenPair, kind: FactKind) -> list[Fact]:
    return [fact for fact in facts_of(pair) if fact.kind == kind]


def _situation_of(pair: OpenPair, other: OpenPair) -> OpenPair:
    """The case with the preconditions, actions and data of another one, its own results kept."""
    theirs = [*other.case.steps, *pair.case.steps[len(other.case.steps) :]]
    steps = [
        step.model_copy(update={"do": one.do, "data": one.data})
        for step, one in zip(pair.case.steps, theirs, strict=False)
    ]
    return _changed(pair, steps, other.case.given, other.data)


def other_side(
    pair: OpenPair, others: Sequence[OpenPair], chance: random.Random
) -> OpenPair | None:
    """The data lie on the other side of the limit: its value in place of theirs."""
    other = sibling(pair, others, "limit")
    if other is None:
        return None
    number = re.compile(r"\d[\d.,]*")
    old, new = (number.match(_of_kind(one, "limit")[0].value) for one in (pair, other))
    if old and new and old.group() != new.group():
        said = re.compile(rf"(?<![\d.,]){re.escape(old.group())}(?![\d]|[.,]\d)")
        situation = (pair.data, *pair.case.given, *(s.do + s.data for s in pair.case.steps))
        if any(map(said.search, situation)):
            return _replaced(pair, said, new.group(), results=True)
    return _situation_of(pair, other)


def turned_role(
    pair: OpenPair, others: Sequence[OpenPair], chance: random.Random
) -> OpenPair | None:
    """Somebody else acts: the situation of the other side, or another role in the same words."""
    roles = _of_kind(pair, "role")
    if not roles:
        return None
    other = sibling(pair, others, "role")
    if other is not None:
        return _situation_of(pair, other)
    if roles[0].holds:
        return _replaced(pair, re.compile(re.escape(roles[0].value), re.IGNORECASE), "trainee")
    return _replaced(pair, re.compile(r"\b(?:is not|is no) (?=an?\b|the\b)?", re.IGNORECASE), "is ")


def _replaced(
    pair: OpenPair, said: re.Pattern[str], new: str, *, results: bool = False
) -> OpenPair:
    """Other words in preconditions, actions and data, and with ``results`` in these too."""

    def swap(text: str) -> str:
        return said.sub(lambda _: new, text)

    steps = [
        step.model_copy(
            update={
                "do": swap(step.do),
                "data": swap(step.data),
                "see": swap(step.see) if results else step.see,
            }
        )
        for step in pair.case.steps
    ]
    return _changed(pair, steps, tuple(map(swap, pair.case.given)), swap(pair.data))


def result_of_other_side(
    pair: OpenPair, others: Sequence[OpenPair], chance: random.Random
) -> OpenPair | None:
    """The result that belongs to the other side of the item."""
    other = on_other_side(pair, others)
    if other is None:
        return None
    return _with_see(pair, len(pair.case.steps) - 1, other.case.steps[-1].see)


_DENIALS = {
    "en": [
        (r"\bcannot\b", "can"), (r"\b(is|are|was|were|does|do|did|has|have|can|be) not\b", r"\1"),
        (r"\bno longer\b", "still"), (r"\b[Nn]othing (is|has)\b", r"everything \1"),
        (r"\b([Tt]here is) no\b", r"\1 a"), (r"\b([Tt]here are) no\b", r"\1"),
        (r"\bwithout\b", "with"), (r"\b[Nn]o (?=\w+ (?:is|are|has)\b)", "The "),
    ],
    "de": [(r"\bnicht(?: mehr)?\b ?", ""), (r"\b([Kk])ein(e|en|er|em)?\b", r"ein\2"),
           (r"\bohne\b", "mit")],
    "fr": [(r"\bn[e'] ?(\w+) (?:pas|plus)\b", r"\1"), (r"\b[Aa]ucune?\b", "une"),
           (r"\bsans\b", "avec")],
}  # fmt: skip
_ASSERTIONS = {
    "en": [(r"\b(is|are|was|were|can|has been|have been|must)\b(?! not| no\b| only)", r"\1 not"),
   (r"\b(shows|has|opens|goes|lists|stays|gets|names|appears|contains|keeps)\b(?! no)",
            r"does not \1")],
    "de": [(r"\b(ist|sind|wird|werden|steht|hat|bleibt|erscheint|trägt|zeigt|geht)\b(?! nicht)",
            r"\1 nicht")],
    "fr": [(r"\b(est|sont|reste|restent|affiche|reçoit|passe|contient)\b(?! pas)", r"ne \1 pas")],
}  # fmt: skip


def _turns(language: str) -> list[tuple[str, str]]:
    return [*_DENIALS.get(language, ()), *_ASSERTIONS.get(language, ())]


def turned_negation(
    pair: OpenPair, others: Sequence[OpenPair], chance: random.Random
) -> OpenPair | None:
    """A statement of a result is denied, or a denial left out; quotations stay as they are.

    The style of such a result gives it away without any source: what learns on it needs a baseline
    that sees no source (RESULTS.md, "The proof of written cases").
    """
    for number in _shuffled(pair, chance):
        see = pair.case.steps[number].see
        quoted = [(message.start, message.end) for message in find_messages(see)]
        spots = [
            (match, new)
            for pattern, new in _turns(pair.language)
            for match in re.finditer(pattern, see)
            if not any(start <= match.start() < end for start, end in quoted)
        ]
        if spots:
            match, new = chance.choice(spots)
            changed = see[: match.start()] + match.expand(new) + see[match.end() :]
            return _with_see(pair, number, changed)
    return None


def other_message(
    pair: OpenPair, others: Sequence[OpenPair], chance: random.Random
) -> OpenPair | None:
    """A quoted message of a result becomes another: of the same text, or of another domain."""
    for number in _shuffled(pair, chance):
        see = pair.case.steps[number].see
        messages = [one for one in find_messages(see) if len(one.text.split()) > 1]
        if not messages:
            continue
        old = chance.choice(messages)
        near = [one.text for text in (pair.criterion, *pair.sources) for one in find_messages(text)]
        near = [text for text in near if text not in see and len(text.split()) > 1]
        far = [
            one.text
            for other in others
            if other.domain != pair.domain and other.language == pair.language
            for one in find_messages(other.criterion)
            if len(one.text.split()) > 1
        ]
        options = near if near and chance.random() < 0.5 else far
        if not options:
            continue
        new = chance.choice(options)
        return _with_see(pair, number, see[: old.start] + new + see[old.end :])
    return None


def invented_rule(
    pair: OpenPair, others: Sequence[OpenPair], chance: random.Random
) -> OpenPair | None:
    """A sentence of another domain's criterion or result stands behind a result."""
    strange = [o for o in others if o.domain != pair.domain and o.language == pair.language]
    for _ in range(20 if strange else 0):
        other = chance.choice(strange)
        text = chance.choice((other.criterion, chance.choice(other.case.steps).see))
        sentences = [one for one in re.split(r"(?<=[.!?;])\s+", text) if len(one.split()) > 4]
        if sentences:
            number = chance.randrange(len(pair.case.steps))
            see = pair.case.steps[number].see.rstrip(" .;") + ". " + chance.choice(sentences)
            return _with_see(pair, number, see)
    return None


_CHECK = {"en": "Check whether", "de": "Prüfen, ob", "fr": "Vérifier si"}


def echo(pair: OpenPair, others: Sequence[OpenPair], chance: random.Random) -> OpenPair | None:
    """The result is the criterion, or what the action was to check."""
    if pair.language not in _CHECK:
        return None
    number = chance.randrange(len(pair.case.steps))
    see = pair.case.steps[number].see
    if chance.random() < 0.5:
        see = re.split(r"(?<=[.!?;])\s+", pair.criterion)[0]
    return _with_see(pair, number, see, f"{_CHECK[pair.language]} {see}")


FAULTS: dict[str, Plant] = {
    "other number": other_number,
    "value of the other side": other_side,
    "turned role": turned_role,
    "turned negation": turned_negation,
    "other message": other_message,
    "invented rule": invented_rule,
    "echo": echo,
    "result of the other side": result_of_other_side,
}
