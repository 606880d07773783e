"""Open pairs as training rows: the question and the answer of the writer that asks item by item.

Where the product reads the same item from the criterion, its own item stands in the prompt; else
the item is made of the pair's test, data and outcome by the functions that the product uses. The
answer holds steps alone: title and preconditions are code's. Whole domains are kept back.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Sequence
from typing import Literal

from assistant.design.processes.end_to_end import conditions_of_epic
from assistant.domain import Fact, Outcome, TestCondition
from assistant.errors import TrainingError
from assistant.generation.proof import Sources
from assistant.generation.proof.support_texts import folded
from assistant.generation.writer import CaseBrief
from assistant.generation.writers.item_answer import MAX_EXPECTED, MAX_LINE, steps_of
from assistant.generation.writers.item_prompt import item_prompt
from assistant.generation.writers.item_writer import bearing_sources
from assistant.training.data.data_sheet import LeftOut, NearDuplicate
from assistant.training.data.dataset import describe_pairs
from assistant.training.data.near_duplicates import near_duplicates, shingles
from assistant.training.data.open_items import brief_of, case_of_pair
from assistant.training.data.open_pairs import OpenPair, PlacedPair
from assistant.training.data.pair_checks import NEAR, PairReport
from assistant.training.data.pair_sets import DomainSplit, PairRows, PairSet
from assistant.training.data.pairs import CasePair, Split
from assistant.training.data.selection import CountTokens

Match = Literal["the same words", "the same item", "built from the pair"]
"""How the item of a row stands to what the product reads from the criterion."""


def build_rows(
    pairs: Sequence[PlacedPair],
    checked: PairReport,
    split: DomainSplit,
    *,
    seed: int = 0,
    special_tokens: Sequence[str] = (),
    count_tokens: CountTokens | None = None,
    report: Callable[[int, int], None] = lambda done, total: None,
) -> PairRows:
    """A row for each pair that the check did not refuse.

    ``special_tokens`` are neutralised as in generation. Raises ``TrainingError`` where a domain of
    the split holds no pair.
    """
    _known_domains(pairs, split)
    left_out: list[LeftOut] = []
    kept = []
    for placed in pairs:
        reason = "refused by the check" if _place(placed) in checked.refused_places else ""
        reason = reason or too_long(placed.pair)
        if reason:
            left_out.append(_left(placed.pair, reason))
        else:
            kept.append(placed.pair)
    near = _near(kept, split)
    dropped = {one.train_id for one in near}
    left_out += [_left(one, "nearly a pair that is kept back") for one in kept if one.id in dropped]
    kept = [one for one in kept if one.id not in dropped]
    matches: Counter[str] = Counter()
    own_outcomes = 0
    rows: list[CasePair] = []
    for done, pair in enumerate(kept, start=1):
        brief, match, own = own_item(pair)
        matches[match] += 1
        own_outcomes += own
        rows.append(_row(pair, brief, split.of(pair.domain), special_tokens))
        report(done, len(kept))
    sheet = describe_pairs(
        rows,
        split_by="domain",
        seed=seed,
        left_out=left_out,
        near=near,
        count_tokens=count_tokens,
    )
    return PairRows(
        rows=tuple(rows),
        about=PairSet(
            source_sha256=checked.sha256,
            split=split,
            matches=tuple(matches.most_common()),
            own_outcomes=own_outcomes,
            exceptions=tuple(one.says for one in checked.exceptions),
            sheet=sheet,
        ),
    )


def _row(pair: OpenPair, brief: CaseBrief, split: Split, special_tokens: Sequence[str]) -> CasePair:
    sources = Sources(brief.sources)
    prompt = item_prompt(
        brief.story,
        brief.criterion,
        brief.condition,
        bearing_sources(brief, sources),
        special_tokens,
        data="; ".join(pair.facts),
        examples=False,
    )
    return CasePair(
        case_id=pair.id,
        story_key=pair.criterion_key,
        epic_key=pair.domain,
        split=split,
        with_context=bool(prompt.offered),
        prompt=prompt.messages,
        completion=steps_of(case_of_pair(pair, brief, sources)),
    )


def too_long(pair: OpenPair) -> str:
    """Why the product's schema would cut the answer; "" where it would not."""
    for number, step in enumerate(pair.case.steps, start=1):
        for name, text, most in (
            ("do", step.do, MAX_LINE), ("data", step.data, MAX_LINE),
            ("see", step.see, MAX_EXPECTED),
        ):  # fmt: skip
            if len(text) > most:
                return f"{name} of step {number} is longer than {most} characters"
    return ""


# --- The product's own item -----------------------------------------------------------------------


def own_item(pair: OpenPair) -> tuple[CaseBrief, Match, bool]:
    """The pair's brief with the item that the product reads from the criterion where that is the
    same, how it stands to it, and whether the outcome is the product's too.

    Outcomes are those of the criterion, as in the product: what sources say stands in the prompt.
    """
    brief = brief_of(pair)
    wanted = brief.condition
    told = tuple(one for one in wanted.outcomes if one.source_id == brief.criterion.id)
    condition = wanted.model_copy(update={"outcomes": told})
    match: Match = "built from the pair"
    offered = [one for one in conditions_of_epic(brief.epic, depth="thorough") if not one.legs]
    same = [one for one in offered if folded(one.statement) == folded(wanted.statement)]
    found = next(iter(same), None) or next((o for o in offered if _same_item(o, wanted)), None)
    own = False
    if found is not None:
        match = "the same words" if same else "the same item"
        own = bool(found.outcomes) and _agree(found.outcomes, told)
        condition = condition.model_copy(
            update={
                "statement": found.statement,
                "facts": found.facts,
                "outcomes": found.outcomes if own else told,
            }
        )
    return brief.model_copy(update={"condition": condition}), match, own


def _same_item(one: TestCondition, other: TestCondition) -> bool:
    """Whether two items set the same: each fact of the one has its fellow among the other's."""
    return len(one.facts) == len(other.facts) and all(
        any(_same_fact(fact, theirs) for theirs in other.facts) for fact in one.facts
    )


def _same_fact(one: Fact, other: Fact) -> bool:
    if _kind(one) != _kind(other) or one.holds != other.holds:
        return False
    if not _within(one.quote, other.quote):
        return False
    values = (_value(one), _value(other))
    return values[0] == values[1] or (one.kind == "role" and _within(*values))


def _kind(fact: Fact) -> str:
    """A limit without a value is a condition: which it is called depends on the reader."""
    return "condition" if fact.kind == "limit" and not fact.value else fact.kind


def _value(fact: Fact) -> str:
    """A value by its digits, for the units stand in one of "17" and "17 years" alone."""
    digits = "".join(re.findall(r"\d+", fact.value))
    return digits or folded(fact.value).strip()


def _within(one: str, other: str) -> bool:
    """Whether one text holds the other, closing stops left aside."""
    words = [folded(text).strip(" .;,") for text in (one, other)]
    return words[0] in words[1] or words[1] in words[0]


def _agree(own: Sequence[Outcome], told: Sequence[Outcome]) -> bool:
    """Whether each outcome of the product speaks of one of the pair's, to the same side."""
    return all(
        any(one.happens == other.happens and _within(one.quote, other.quote) for other in told)
        for one in own
    )


# --- The split ------------------------------------------------------------------------------------


def _known_domains(pairs: Sequence[PlacedPair], split: DomainSplit) -> None:
    names = {one.pair.domain for one in pairs}
    unknown = [name for name in (*split.held_out, *split.validation) if name not in names]
    if unknown:
        raise TrainingError(
            f"The split names domains of which there is no pair: {', '.join(unknown)}."
        )
    both = set(split.held_out) & set(split.validation)
    if both:
        raise TrainingError(f"The split names domains twice: {', '.join(sorted(both))}.")


def _near(pairs: Sequence[OpenPair], split: DomainSplit) -> list[NearDuplicate]:
    """Train pairs of which criterion or steps are nearly those of one kept back."""
    train = [one for one in pairs if split.of(one.domain) == "train"]
    others = [one for one in pairs if split.of(one.domain) != "train"]
    found = []
    for kind, text_of in (("criterion", _criterion), ("case", _answer)):
        sides = [{one.id: shingles(text_of(one)) for one in part} for part in (train, others)]
        found += [
            NearDuplicate(
                kind=kind, train_id=left, other_id=right, similarity=round(share, 4), dropped=True
            )
            for left, right, share in near_duplicates(sides[0], sides[1], NEAR)
        ]
    return found


def _criterion(pair: OpenPair) -> str:
    return pair.criterion


def _answer(pair: OpenPair) -> str:
    return pair.answer


def _left(pair: OpenPair, reason: str) -> LeftOut:
    return LeftOut(case_id=pair.id, reason=reason, story_key=pair.criterion_key)


def _place(placed: PlacedPair) -> tuple[str, int]:
    return placed.file, placed.line
