"""How exactly the proof marks: false alarms on good cases, misses on planted faults.

Usage: python benchmarks/proof.py PAIRS [PAIRS ...] [--most N] [--bare] [--losses KIND]

PAIRS are files of open pairs, or folders of them (``sample_data/pairs``); they are read as the
product reads them: item, sources and case of each. The cases count as good: one with an error or an
unsupported step is a false alarm. Into each of them one fault of each kind is planted by code; it
is found where such a finding is new, which means that the good case has none of the same rule,
step and words. ``--most`` draws whole criteria until there are so many pairs; ``--bare`` leaves out
what the checklist says of facts and outcomes. Compares to nothing: the truth is known by
construction. Pairs that ``pairs check`` passed were held against the same proof, so their false
alarms are those that a reader overruled, and no rate for cases that nobody proved.
"""

from __future__ import annotations

import argparse
import random
import sys
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from planted_faults import FAULTS, on_other_side, text_of

from assistant.domain import LintFinding, TestCase
from assistant.generation.proof import RULES, Sources, covered_conditions, ground_of, grounded
from assistant.generation.proof.proof_faults import DRAFT_OR_OLD, REPETITION, UNFILLED
from assistant.generation.writer import CaseBrief
from assistant.training.data.open_items import UnreadItem, brief_of, case_of_pair
from assistant.training.data.open_pairs import OpenPair, read_open_pairs

MARKS = RULES - {REPETITION, UNFILLED, DRAFT_OR_OLD}
"""Rules of an error or of an unsupported step; the others are remarks."""


@dataclass
class Row:
    """How many were checked, how many of them count, and the cases that were decided wrongly."""

    made: int = 0
    marked: int = 0
    losses: list[str] = field(default_factory=list)

    @property
    def share(self) -> float:
        """The share that counts; 0 where nothing was checked."""
        return self.marked / self.made if self.made else 0.0

    def count(self, counts: bool, *, right: bool, loss: str) -> None:
        """One more, which counts or does not; ``loss`` tells of it where that is not ``right``."""
        self.made += 1
        self.marked += counts
        if counts != right:
            self.losses.append(loss)


# --- Pairs --------------------------------------------------------------------------------------


def read_pairs(paths: Sequence[Path]) -> tuple[list[OpenPair], list[str]]:
    """The pairs of files and folders, and why lines are left out: no pair, or no readable item."""
    files = read_open_pairs(paths)
    pairs, left_out = [], [fault.says for fault in files.faults]
    for placed in files.pairs:
        try:
            brief_of(placed.pair)
        except UnreadItem as error:
            left_out.append(f"{placed.file}:{placed.line}: {error}")
        else:
            pairs.append(placed.pair)
    return pairs, left_out


def drawn(pairs: Sequence[OpenPair], most: int, seed: int) -> list[OpenPair]:
    """At most so many pairs: whole criteria, drawn with a seed, in the order of the pairs."""
    by_criterion: dict[str, list[OpenPair]] = {}
    for pair in pairs:
        by_criterion.setdefault(pair.criterion_key, []).append(pair)
    keys = list(by_criterion)
    random.Random(seed).shuffle(keys)
    chosen: set[str] = set()
    room = most
    for key in keys:
        if len(by_criterion[key]) > room:
            break
        chosen.add(key)
        room -= len(by_criterion[key])
    return [pair for pair in pairs if pair.criterion_key in chosen]


def planted(
    pairs: Sequence[OpenPair], everything: Sequence[OpenPair], name: str, seed: int
) -> Iterator[tuple[OpenPair, OpenPair]]:
    """Each pair that has a place for a kind of fault, and the same pair with it."""
    for pair in pairs:
        chance = random.Random(f"{seed} {name} {pair.test} {pair.criterion}")
        changed = FAULTS[name](pair, everything, chance)
        if changed is not None and text_of(changed) != text_of(pair):
            yield pair, changed


# --- Measuring ----------------------------------------------------------------------------------


def new_findings(case: TestCase, good: TestCase, rules: Collection[str]) -> list[LintFinding]:
    """The findings of these rules that the good case has not: other rule, step or words."""
    known = {(one.rule, one.step, one.words) for one in good.findings}
    return [
        one
        for one in case.findings
        if one.rule in rules and (one.rule, one.step, one.words) not in known
    ]


def measure(
    pairs: Sequence[OpenPair],
    *,
    everything: Sequence[OpenPair] = (),
    bare: bool = False,
    seed: int = 7,
) -> dict[str, Row]:
    """Rows by kind: under "good" the cases with a mark, under each fault those it is found in.

    ``everything`` is where sentences and messages of other domains come from.
    """
    rows = {name: Row() for name in ("good", *FAULTS)}
    briefs = {pair.id: _brief(pair, bare=bare) for pair in pairs}
    proved = {pair.id: _proved(pair, briefs[pair.id]) for pair in pairs}
    for pair in pairs:
        good = proved[pair.id]
        marks = [one for one in good.findings if one.rule in MARKS]
        rows["good"].count(bool(marks), right=False, loss=_told(pair, marks))
    for name in FAULTS:
        for pair, changed in planted(pairs, everything or pairs, name, seed):
            case = _proved(changed, briefs[pair.id])
            found = new_findings(case, proved[pair.id], MARKS)
            rows[name].count(bool(found), right=True, loss=_told(changed, case.findings))
    return rows


def _brief(pair: OpenPair, *, bare: bool) -> CaseBrief:
    brief = brief_of(pair)
    if not bare:
        return brief
    untold = {"facts": (), "outcomes": (), "expected": "", "statement": pair.test}
    return brief.model_copy(update={"condition": brief.condition.model_copy(update=untold)})


def _proved(pair: OpenPair, brief: CaseBrief) -> TestCase:
    sources = Sources(brief.sources)
    return grounded(case_of_pair(pair, brief, sources), ground_of(brief.as_story(), sources))


def coverage(pairs: Sequence[OpenPair]) -> tuple[Row, Row]:
    """How many cases cover the item that they were written for, and how many items of the other
    side of the same criterion are counted as covered."""
    own, wrong = Row(), Row()
    siblings: dict[str, list[OpenPair]] = {}
    for pair in pairs:
        siblings.setdefault(pair.criterion_key, []).append(pair)
    for pair in pairs:
        brief = brief_of(pair)
        case = case_of_pair(pair, brief, Sources(brief.sources))
        _covers(own, case, pair, pair, right=True)
        for other in siblings[pair.criterion_key]:
            if on_other_side(pair, [other]):
                _covers(wrong, case, pair, other, right=False)
    return own, wrong


def _covers(row: Row, case: TestCase, pair: OpenPair, item: OpenPair, *, right: bool) -> None:
    condition = brief_of(item).condition
    loss = f"asked for {item.test}\n    {_told(pair)}"
    row.count(bool(covered_conditions(case, [condition])), right=right, loss=loss)


def _told(pair: OpenPair, findings: Sequence[LintFinding] = ()) -> str:
    """A case with what it was held against and what was found, to be read."""
    return "\n    ".join(
        (
            f"{pair.domain}: {pair.test}",
            f"C: {pair.criterion}",
            f"O: {pair.outcome}",
            *(f"S: {text}" for text in pair.sources),
            f"D: {pair.data}",
            f"G: {' | '.join(pair.case.given)}",
            *(f"{step.do} # {step.data} => {step.see}" for step in pair.case.steps),
            *(f"! {one.step} {one.rule}: {one.message}" for one in findings),
        )
    )


def told(rows: Mapping[str, Row]) -> Iterator[str]:
    """False alarms and faults found, a line each."""
    good = rows["good"]
    yield f"false alarms on good cases: {good.marked} of {good.made} ({good.share:.1%})"
    for name in FAULTS:
        row = rows[name]
        yield f"  {name:<26} found {row.marked:>4} of {row.made:>4} ({row.share:.1%})"


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure and print."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("pairs", type=Path, nargs="+")
    options.add_argument("--most", type=int, help="draw whole criteria up to so many pairs")
    options.add_argument("--bare", action="store_true")
    options.add_argument("--seed", type=int, default=7)
    options.add_argument(
        "--losses",
        choices=("good", *FAULTS, "covered", "not covered"),
        help="print what was decided wrongly of this kind",
    )
    given = options.parse_args(arguments)
    everything, left_out = read_pairs(given.pairs)
    for reason in left_out:
        print(f"left out: {reason}", file=sys.stderr)
    pairs = drawn(everything, given.most, given.seed) if given.most else everything
    if not pairs:
        options.error("there is no pair to measure")
    rows = measure(pairs, everything=everything, bare=given.bare, seed=given.seed)
    print(f"{len(pairs)} pairs, {len(left_out)} lines left out")
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
