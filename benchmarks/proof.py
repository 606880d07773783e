"""How exactly the proof marks: false alarms on good cases, misses on planted faults.

Usage: python benchmarks/proof.py PAIRS.jsonl [--part develop|second|kept] [--bare] [--losses KIND]

PAIRS.jsonl holds cases written in the role of a UAT analyst, each with its criterion, sources and
the item that it tests. They count as good: a case with an error or an unsupported step is a false
alarm. Into each of them one fault of each kind is planted by code; a fault is found where the case
gets an error or an unsupported step. ``--part`` takes a part of the domains: the proof was written
on "develop", ``--bare`` leaves out what the checklist says of facts and outcomes. Compares to
nothing: the truth is known by construction.
"""

from __future__ import annotations

import argparse
import json
import random
import re
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from assistant.domain import (
    AcceptanceCriterion,
    Chunk,
    Fact,
    Outcome,
    RetrievedChunk,
    TestCase,
    TestCondition,
    TestStep,
)
from assistant.generation.proof import (
    Ground,
    Sources,
    covered_conditions,
    grounded,
    with_sources,
)
from assistant.language.quantities import find_messages, find_quantities

CRITERION = "AC-1"


@dataclass(frozen=True)
class Step:
    """A step of a pair."""

    do: str
    data: str
    see: str
    sources: tuple[int, ...]


@dataclass(frozen=True)
class Pair:
    """A criterion with one item to test and the case for it."""

    domain: str
    language: str
    story: str
    criterion: str
    sources: tuple[str, ...]
    item: str
    outcome: str
    title: str
    given: tuple[str, ...]
    steps: tuple[Step, ...]

    @property
    def text(self) -> str:
        """All that the case says."""
        said = (f"{step.do}\n{step.data}\n{step.see}" for step in self.steps)
        return "\n".join((*self.given, *said))

    @property
    def known(self) -> str:
        """All that the case may rest on."""
        return "\n".join((self.criterion, *self.sources, self.story, self.text))


def read_pairs(path: Path) -> list[Pair]:
    """The pairs of a file with one JSON object a line."""
    found = []
    for line in path.read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        case = row["case"]
        steps = tuple(Step(s["do"], s["data"], s["see"], tuple(s["from"])) for s in case["steps"])
        found.append(
            Pair(
                row["domain"], row["language"], row["story"], row["criterion"],
                tuple(row["sources"]), row["test"], row["outcome"], case["title"],
                tuple(case["given"]), steps,
            )
        )  # fmt: skip
    return found


PARTS = {"develop": slice(1, None, 2), "second": slice(0, None, 4), "kept": slice(2, None, 4)}
"""Domains by their place in order: those that the proof was written on, those that were looked at
after a first run, and those that nobody looked at."""


def part(pairs: Sequence[Pair], name: str) -> list[Pair]:
    """The pairs of the domains of a part."""
    wanted = set(sorted({pair.domain for pair in pairs})[PARTS[name]])
    return [pair for pair in pairs if pair.domain in wanted]


# --- What the checklist says --------------------------------------------------------------------

_QUOTED = re.compile(r"“([^“”]*)”")
_SIDE = re.compile(r"“([^“”]*)” (holds|does not hold)")
_OUTCOME = re.compile(r"(not: )?(?:\[(\d+)\] )?“([^“”]*)”")


def facts_of(item: str) -> tuple[Fact, ...]:
    """The facts of an item in the fixed words of the pairs."""
    head, _, rest = item.partition(";")
    if head.startswith("value: ") and (side := _SIDE.search(rest)):
        value = head.removeprefix("value: ")
        first = Fact(kind="limit", quote=side[1], holds=side[2] == "holds", value=value)
        return first, *_sides(rest[side.end() :])
    if head.startswith("role: "):
        role, quote = head.removeprefix("role: "), _QUOTED.search(rest)
        if quote is not None:
            return (Fact(kind="role", quote=quote[1], holds=role != "another", value=role),)
    change = re.match(r"(not allowed: )?from “([^“”]*)” to “([^“”]*)”", item)
    if change is not None:
        return (Fact(kind="transition", quote=change[2], value=change[3], holds=not change[1]),)
    entry = re.match(r"field “([^“”]*)” (?:is|has) ([^;]*)", item)
    if entry is not None:
        return (Fact(kind="field", quote=entry[1], value=entry[2].strip()),)
    return tuple(_sides(item)) or (Fact(kind="main flow", quote=""),)


def _sides(text: str) -> Iterator[Fact]:
    for side in _SIDE.finditer(text):
        limit = any(quantity.is_limit for quantity in find_quantities(side[1]))
        yield Fact(kind="limit" if limit else "condition", quote=side[1], holds=side[2] == "holds")


def condition_of(pair: Pair, *, bare: bool = False) -> TestCondition:
    """The item as a test condition; ``bare`` without facts and outcomes."""
    outcomes = tuple(
        Outcome(
            source_id=f"c{found[2]}" if found[2] else CRITERION,
            quote=found[3],
            happens=not found[1],
        )
        for found in _OUTCOME.finditer(pair.outcome)
    )
    return TestCondition(
        id="AC-1-1", criterion_id=CRITERION, technique="positive", statement=pair.item,
        facts=() if bare else facts_of(pair.item), outcomes=() if bare else outcomes,
    )  # fmt: skip


def ground_of_pair(pair: Pair, *, bare: bool = False) -> Ground:
    """What the case of a pair may rest on."""
    return Ground(
        sources=_sources(pair.criterion, pair.sources),
        criteria=(AcceptanceCriterion(id=CRITERION, text=pair.criterion),),
        conditions=(condition_of(pair, bare=bare),),
        context=(pair.story,),
    )


def _sources(criterion: str, texts: Sequence[str]) -> Sources:
    chunks = []
    for rank, text in enumerate((criterion, *texts), start=1):
        own = rank == 1
        chunk = Chunk(
            id=f"c{rank - 1}", document_id="d" if own else f"d{rank}", ordinal=rank, text=text,
            kind="criterion" if own else "rule", key=CRITERION if own else "",
        )  # fmt: skip
        stage = "basis" if own else "fused"
        chunks.append(RetrievedChunk(chunk=chunk, score=1, rank=rank, stage=stage))
    return Sources(chunks)


def case_of(pair: Pair, sources: Sources) -> TestCase:
    """The case, its source numbers made citations."""
    steps = tuple(
        TestStep(
            number=number, action=step.do, test_data=step.data, expected_result=step.see,
            citations=with_sources(step.see, [n + 1 for n in step.sources], sources),
        )
        for number, step in enumerate(pair.steps, start=1)
    )  # fmt: skip
    return TestCase(
        id="TC-1", title=pair.title, preconditions=pair.given, steps=steps,
        criterion_ids=(CRITERION,), condition_ids=("AC-1-1",),
    )  # fmt: skip


# --- Planted faults -----------------------------------------------------------------------------

Plant = Callable[[Pair, Sequence[Pair], random.Random], Pair | None]


def _with_see(pair: Pair, number: int, see: str, do: str | None = None) -> Pair:
    steps = list(pair.steps)
    old = steps[number]
    steps[number] = replace(old, see=see, do=old.do if do is None else do)
    return replace(pair, steps=tuple(steps))


def _shuffled(pair: Pair, chance: random.Random) -> list[int]:
    numbers = list(range(len(pair.steps)))
    chance.shuffle(numbers)
    return numbers


def other_number(pair: Pair, others: Sequence[Pair], chance: random.Random) -> Pair | None:
    """A number of a result becomes one that stands nowhere."""
    for number in _shuffled(pair, chance):
        see = pair.steps[number].see
        spots = [q for q in find_quantities(see) if re.fullmatch(r"[\d,]+(?:\.\d\d)?", q.digits)]
        chance.shuffle(spots)
        for spot in (spot for spot in spots if spot.digits in spot.text):
            changed = _changed(spot.digits, pair.known, chance)
            if changed:
                place = spot.start + spot.text.index(spot.digits)
                new = see[:place] + changed + see[place + len(spot.digits) :]
                return _with_see(pair, number, new)
    return None


def _changed(digits: str, known: str, chance: random.Random) -> str:
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


def _sibling(pair: Pair, others: Sequence[Pair], kind: str) -> Pair | None:
    """The case of the other side: the same words of the criterion, the other way round."""
    mine = [fact for fact in facts_of(pair.item) if fact.kind == kind]
    for other in others:
        if other.criterion != pair.criterion:
            continue
        for fact in facts_of(other.item):
            if fact.kind == kind and any(
                fact.quote == own.quote and fact.holds != own.holds for own in mine
            ):
                return other
    return None


def _situation_of(pair: Pair, other: Pair) -> Pair:
    """The case with the preconditions, actions and data of another one, its own results kept."""
    theirs = [*other.steps, *pair.steps[len(other.steps) :]]
    steps = tuple(
        replace(step, do=one.do, data=one.data)
        for step, one in zip(pair.steps, theirs, strict=False)
    )
    return replace(pair, given=other.given, steps=steps)


def other_side(pair: Pair, others: Sequence[Pair], chance: random.Random) -> Pair | None:
    """The data lie on the other side of the limit: its value in place of theirs."""
    other = _sibling(pair, others, "limit")
    if other is None:
        return None
    mine, theirs = (facts_of(one.item)[0].value for one in (pair, other))
    number = r"\d[\d.,]*"
    old, new = re.match(number, mine), re.match(number, theirs)
    if old and new and old.group() != new.group():
        said = rf"(?<![\d.,]){re.escape(old.group())}(?![\d]|[.,]\d)"
        swap = lambda text: re.sub(said, new.group(), text)  # noqa: E731
        if any(re.search(said, s.do + s.data) for s in pair.steps) or any(
            re.search(said, line) for line in pair.given
        ):
            changed = tuple(replace(s, do=swap(s.do), data=swap(s.data), see=swap(s.see))
                            for s in pair.steps)  # fmt: skip
            return replace(pair, given=tuple(map(swap, pair.given)), steps=changed)
    return _situation_of(pair, other)


def turned_role(pair: Pair, others: Sequence[Pair], chance: random.Random) -> Pair | None:
    """Somebody else acts: the situation of the other side, or another role in the same words."""
    facts = [fact for fact in facts_of(pair.item) if fact.kind == "role"]
    if not facts:
        return None
    other = _sibling(pair, others, "role")
    if other is not None:
        return _situation_of(pair, other)
    if facts[0].holds:
        return _replaced(pair, re.escape(facts[0].value), "trainee")
    return _replaced(pair, r"\b(?:is not|is no) (?=an?\b|the\b)?", "is ")


def _replaced(pair: Pair, pattern: str, new: str) -> Pair | None:
    swap = lambda text: re.sub(pattern, new, text, flags=re.IGNORECASE)  # noqa: E731
    steps = tuple(replace(s, do=swap(s.do), data=swap(s.data)) for s in pair.steps)
    changed = replace(pair, given=tuple(map(swap, pair.given)), steps=steps)
    return changed if changed != pair else None


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


def turned_negation(pair: Pair, others: Sequence[Pair], chance: random.Random) -> Pair | None:
    """A statement of a result is denied, or a denial left out; quotations stay as they are."""
    for number in _shuffled(pair, chance):
        see = pair.steps[number].see
        quoted = [(message.start, message.end) for message in find_messages(see)]
        spots = [
            (match, new)
            for pattern, new in (*_DENIALS[pair.language], *_ASSERTIONS[pair.language])
            for match in re.finditer(pattern, see)
            if not any(start <= match.start() < end for start, end in quoted)
        ]
        if spots:
            match, new = chance.choice(spots)
            changed = see[: match.start()] + match.expand(new) + see[match.end() :]
            return _with_see(pair, number, changed)
    return None


def other_message(pair: Pair, others: Sequence[Pair], chance: random.Random) -> Pair | None:
    """A quoted message of a result becomes another: of the same text, or of another domain."""
    for number in _shuffled(pair, chance):
        see = pair.steps[number].see
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


def invented_rule(pair: Pair, others: Sequence[Pair], chance: random.Random) -> Pair | None:
    """A sentence of another domain's criterion or result stands behind a result."""
    strange = [o for o in others if o.domain != pair.domain and o.language == pair.language]
    for _ in range(20 if strange else 0):
        other = chance.choice(strange)
        text = chance.choice((other.criterion, chance.choice(other.steps).see))
        sentences = [one for one in re.split(r"(?<=[.!?;])\s+", text) if len(one.split()) > 4]
        if sentences:
            number = chance.randrange(len(pair.steps))
            see = pair.steps[number].see.rstrip(" .;") + ". " + chance.choice(sentences)
            return _with_see(pair, number, see)
    return None


_CHECK = {"en": "Check whether", "de": "Prüfen, ob", "fr": "Vérifier si"}


def echo(pair: Pair, others: Sequence[Pair], chance: random.Random) -> Pair | None:
    """The result is the criterion, or what the action was to check."""
    number = chance.randrange(len(pair.steps))
    see = pair.steps[number].see
    if chance.random() < 0.5:
        see = re.split(r"(?<=[.!?;])\s+", pair.criterion)[0]
    return _with_see(pair, number, see, f"{_CHECK[pair.language]} {see}")


def result_of_other_side(pair: Pair, others: Sequence[Pair], chance: random.Random) -> Pair | None:
    """The results that belong to the other side of the item."""
    kinds = ("limit", "condition", "role")
    other = next((found for kind in kinds if (found := _sibling(pair, others, kind))), None)
    if other is None:
        return None
    mine, theirs = pair.steps[-1], other.steps[-1]
    return replace(pair, steps=(*pair.steps[:-1], replace(mine, see=theirs.see)))


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


# --- Measuring ----------------------------------------------------------------------------------


@dataclass
class Row:
    """How many were checked, how many marked, and the cases that were decided wrongly."""

    made: int = 0
    marked: int = 0
    losses: list[str] = field(default_factory=list)

    @property
    def share(self) -> float:
        """The share that was marked."""
        return self.marked / self.made if self.made else 0.0


def measure(
    pairs: Sequence[Pair], *, everything: Sequence[Pair] = (), bare: bool = False, seed: int = 7
) -> dict[str, Row]:
    """Rows by kind: the cases as written under "good", then each kind of fault."""
    rows = {name: Row() for name in ("good", *FAULTS)}
    for pair in pairs:
        ground = ground_of_pair(pair, bare=bare)
        _count(rows["good"], pair, ground, fault=False)
        for name, plant in FAULTS.items():
            chance = random.Random(f"{seed} {name} {pair.item} {pair.criterion}")
            changed = plant(pair, everything or pairs, chance)
            if changed is not None and changed.text != pair.text:
                _count(rows[name], changed, ground, fault=True)
    return rows


def _count(row: Row, pair: Pair, ground: Ground, *, fault: bool) -> None:
    case = grounded(case_of(pair, ground.sources), ground)
    errors = [one for one in case.findings if one.severity == "error"]
    marked = bool(errors or case.unsupported_steps)
    row.made += 1
    row.marked += marked
    if marked != fault:
        said = "\n    ".join(
            (f"{pair.domain}: {pair.item}", f"C: {pair.criterion}", f"O: {pair.outcome}",
             *(f"S: {text}" for text in pair.sources), f"G: {' | '.join(pair.given)}",
             *(f"{s.do} # {s.data} => {s.see}" for s in pair.steps),
             *(f"! {one.step} {one.rule}: {one.message}" for one in case.findings),
             f"! unsupported {case.unsupported_steps}" if marked else "")
        )  # fmt: skip
        row.losses.append(said)


def coverage(pairs: Sequence[Pair]) -> tuple[Row, Row]:
    """How many cases cover the item that they were written for, and how many items of the other
    side of the same criterion are counted as covered."""
    own, wrong = Row(), Row()
    for pair in pairs:
        case = case_of(pair, _sources(pair.criterion, pair.sources))
        _covers(own, case, pair, pair, right=True)
        others = [other for other in pairs if other.criterion == pair.criterion]
        for other in others:
            if (
                _sibling(pair, [other], "limit")
                or _sibling(pair, [other], "condition")
                or (_sibling(pair, [other], "role"))
            ):
                _covers(wrong, case, pair, other, right=False)
    return own, wrong


def _covers(row: Row, case: TestCase, pair: Pair, item: Pair, *, right: bool) -> None:
    found = bool(covered_conditions(case, [condition_of(item)]))
    row.made += 1
    row.marked += found
    if found != right:
        row.losses.append(
            "\n    ".join(
                (
                    f"{pair.domain}: asked for {item.item}",
                    f"C: {pair.criterion}",
                    f"O: {item.outcome}",
                    f"G: {' | '.join(pair.given)}",
                    *(f"{s.do} # {s.data} => {s.see}" for s in pair.steps),
                )
            )
        )


def told(rows: dict[str, Row]) -> Iterator[str]:
    """Both tables as lines."""
    good = rows["good"]
    yield f"false alarms on good cases: {good.marked} of {good.made} ({good.share:.1%})"
    for name, row in rows.items():
        if name != "good":
            yield f"  {name:<26} marked {row.marked:>3} of {row.made:>3} ({row.share:.1%})"


def main() -> None:
    """Measure and print."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("pairs", type=Path)
    options.add_argument("--part", choices=PARTS)
    options.add_argument("--bare", action="store_true")
    options.add_argument("--seed", type=int, default=7)
    options.add_argument("--losses", help="print what was decided wrongly of this kind")
    given = options.parse_args()
    everything = read_pairs(given.pairs)
    pairs = part(everything, given.part) if given.part else everything
    rows = measure(pairs, everything=pairs, bare=given.bare, seed=given.seed)
    for line in told(rows):
        print(line)
    own, wrong = coverage(pairs)
    print(f"item of the case covered: {own.marked} of {own.made} ({own.share:.1%})")
    print(f"other side counted as covered: {wrong.marked} of {wrong.made} ({wrong.share:.1%})")
    rows |= {"covered": own, "not covered": wrong}
    for loss in rows[given.losses].losses if given.losses else ():
        print(loss)


if __name__ == "__main__":
    main()
