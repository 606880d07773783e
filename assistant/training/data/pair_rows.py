"""Open pairs as training rows: the question and the answer of the writer that asks item by item.

Where the product reads the same item from the criterion, its own item stands in the prompt; else
the item is made of the pair's test, data and outcome by the functions that the product uses. The
answer holds steps alone: title and preconditions are code's. Whole domains are kept back.

A set of training rows made of open pairs: its folder, the domains kept back, its data sheet.
"""

from __future__ import annotations

import hashlib
import io
import json
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from pydantic import Field, ValidationError

from assistant.domain import Value
from assistant.errors import TrainingError, first_problem
from assistant.generation.prompts import Message
from assistant.generation.proof import Sources
from assistant.generation.writer import CaseBrief
from assistant.generation.writers.item_answer import (
    MAX_EXPECTED,
    MAX_LINE,
    ItemDraft,
    read_item_draft,
    steps_of,
)
from assistant.generation.writers.item_checks import ItemGround, reason_against
from assistant.generation.writers.item_prompt import ItemPrompt, item_prompt, retry_messages
from assistant.generation.writers.item_writer import bearing_sources
from assistant.suite.near_duplicates import near_duplicates, shingles
from assistant.training.data.data_sheet import DataSheet, LeftOut, NearDuplicate
from assistant.training.data.dataset import describe_pairs
from assistant.training.data.open_items import case_of_pair, own_data, own_item
from assistant.training.data.open_pairs import OpenPair, PlacedPair
from assistant.training.data.pair_checks import NEAR, PairReport
from assistant.training.data.pairs import CasePair, Split, pairs_in, write_jsonl
from assistant.training.data.selection import CountTokens

ROWS, SHEET, SET = "pairs.jsonl", "data_sheet.md", "pair_set.json"
HELD_OUT_DOMAINS = 6
VALIDATION_DOMAINS = 3


class DomainSplit(Value):
    """Domains that are never trained on, and those that a run is watched on."""

    held_out: tuple[str, ...] = Field(min_length=1)
    validation: tuple[str, ...] = Field(min_length=1)

    def of(self, domain: str) -> Split:
        """The split of a domain; what is not named is trained on."""
        if domain in self.held_out:
            return "held-out"
        return "validation" if domain in self.validation else "train"


class PairSet(Value):
    """What stands beside the rows: where they came from, and everything one has to know of them.

    ``matches`` counts how the items stand to the product's own; ``own_outcomes`` and ``own_data``
    how many rows have the product's own outcome and data. ``corrections`` are further rows: answers
    to a refused draft.
    """

    source_sha256: str
    split: DomainSplit
    matches: tuple[tuple[str, int], ...]
    own_outcomes: int
    own_data: int
    corrections: int
    exceptions: tuple[str, ...]
    sheet: DataSheet

    def to_markdown(self) -> str:
        """The data sheet, with the domains and the items."""
        lines = [
            self.sheet.to_markdown().rstrip(),
            "",
            "## Domains",
            "",
            f"Never trained on: {', '.join(self.split.held_out)}. Watched while training: "
            f"{', '.join(self.split.validation)}. All others are trained on.",
            "",
            "## Items",
            "",
            *(f"- {count}: {name}" for name, count in self.matches),
            f"- {self.own_outcomes}: with the outcome as the product quotes it",
            f"- {self.own_data}: with the data as the product computes them, of the pair's person",
            f"- {self.corrections} further rows: the same answer to a refused draft",
            "",
            f"SHA-256 of the files of pairs: `{self.source_sha256}`.",
            "",
            f"## Kept against a finding of the proof: {len(self.exceptions)}",
            "",
            *(f"- {one}" for one in self.exceptions),
        ]
        return "\n".join(lines).rstrip() + "\n"


class PairRows(Value):
    """The rows of all splits, in the order of the pairs, and their set."""

    rows: tuple[CasePair, ...]
    about: PairSet

    def write(self, folder: Path) -> Path:
        """Write rows, set and data sheet into a folder; returns the file of the rows."""
        try:
            folder.mkdir(parents=True, exist_ok=True)
            write_jsonl(self.rows, folder / ROWS)
            (folder / SET).write_text(self.about.model_dump_json(indent=2) + "\n", "utf-8")
            (folder / SHEET).write_text(self.about.to_markdown(), "utf-8")
        except OSError as error:
            raise TrainingError(
                f"The rows could not be written into '{folder}' ({error.strerror})."
            ) from error
        return folder / ROWS


def draw_split(pairs: Sequence[PlacedPair], seed: int) -> DomainSplit:
    """Domains drawn with a seed; one more domain moves few of the others.

    Raises ``TrainingError`` where there are too few domains.
    """
    names = {one.pair.domain for one in pairs}
    if len(names) <= HELD_OUT_DOMAINS + VALIDATION_DOMAINS:
        raise TrainingError(
            f"The pairs are of {len(names)} domains; at least "
            f"{HELD_OUT_DOMAINS + VALIDATION_DOMAINS + 1} are needed to keep "
            f"{HELD_OUT_DOMAINS} back and watch {VALIDATION_DOMAINS}. Name fewer with a split file."
        )
    drawn = sorted(names, key=lambda name: hashlib.sha256(f"{seed} {name}".encode()).digest())
    end = HELD_OUT_DOMAINS + VALIDATION_DOMAINS
    return DomainSplit(
        held_out=tuple(sorted(drawn[:HELD_OUT_DOMAINS])),
        validation=tuple(sorted(drawn[HELD_OUT_DOMAINS:end])),
    )


def read_split(path: Path) -> DomainSplit:
    """The domains named in a JSON file, which may be that of an earlier set."""
    try:
        text = path.read_text("utf-8")
        if '"source_sha256"' in text:
            return PairSet.model_validate_json(text).split
        return DomainSplit.model_validate_json(text)
    except (OSError, ValueError) as error:
        raise TrainingError(
            f"'{path}' names no split ({_reason(error)}). Write "
            '{"held_out": [domains], "validation": [domains]}.'
        ) from error


def read_set(folder: Path) -> PairSet:
    """The set in a folder of rows. Raises ``TrainingError`` where there is none."""
    try:
        return PairSet.model_validate_json((folder / SET).read_bytes())
    except OSError as error:
        raise TrainingError(
            f"'{folder}' holds no rows of open pairs ({SET} is missing). Make them with: "
            "python -m assistant pairs build FILE... --out DIR"
        ) from error
    except ValidationError as error:
        raise TrainingError(
            f"{SET} in '{folder}' cannot be read ({first_problem(error)}). Build the rows again."
        ) from error


def rows_of(folder: Path) -> Iterator[CasePair]:
    """The rows of a folder, whose file is as its set says.

    Raises ``TrainingError`` where the file is missing or was changed.
    """
    about = read_set(folder)
    file = folder / ROWS
    try:
        data = file.read_bytes()
    except OSError as error:
        raise TrainingError(f"'{file}' cannot be read ({error.strerror}).") from error
    digest = hashlib.sha256(data).hexdigest()
    if digest != about.sheet.sha256:
        raise TrainingError(
            f"{ROWS} in '{folder}' was changed since it was built: its SHA-256 is {digest}, not "
            f"{about.sheet.sha256}. Build the rows again."
        )
    yield from pairs_in(io.StringIO(data.decode("utf-8")), ROWS)


def _reason(error: Exception) -> str:
    if isinstance(error, ValidationError):
        return first_problem(error)
    return str(error).splitlines()[0] if str(error) else type(error).__name__


def build_rows(
    pairs: Sequence[PlacedPair],
    checked: PairReport,
    split: DomainSplit,
    *,
    seed: int = 0,
    split_given: bool = False,
    corrections: bool = False,
    special_tokens: Sequence[str] = (),
    count_tokens: CountTokens | None = None,
    report: Callable[[int, int], None] = lambda done, total: None,
) -> PairRows:
    """A row for each pair that the check did not refuse.

    With ``corrections`` a train pair whose sibling is on another side is the answer to a refused
    draft too, in the very conversation of a second attempt. ``special_tokens`` are neutralised as
    in generation; ``split_given`` tells the data sheet that no ``seed`` drew the split.
    Raises ``TrainingError`` where a domain of the split holds no pair.
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
    maker = _Maker(split, special_tokens)
    rows = []
    by_criterion: dict[str, list[OpenPair]] = {}
    for pair in kept:
        by_criterion.setdefault(pair.criterion_key, []).append(pair)
    for done, pair in enumerate(kept, start=1):
        rows.append(maker.row(pair))
        if corrections and split.of(pair.domain) == "train":
            again = maker.correction(pair, by_criterion[pair.criterion_key])
            rows += [again] if again is not None else []
        report(done, len(kept))
    sheet = describe_pairs(
        rows,
        split_by="domain",
        seed=seed,
        left_out=left_out,
        near=near,
        count_tokens=count_tokens,
        split_given=split_given,
    )
    return PairRows(
        rows=tuple(rows),
        about=PairSet(
            source_sha256=checked.sha256,
            split=split,
            matches=tuple(maker.matches.most_common()),
            own_outcomes=maker.own_outcomes,
            own_data=maker.own_data,
            corrections=maker.corrections,
            exceptions=tuple(one.says for one in checked.exceptions),
            sheet=sheet,
        ),
    )


class _Maker:
    """Makes the rows of one pair after another, and counts what stands in them."""

    def __init__(self, split: DomainSplit, special_tokens: Sequence[str]) -> None:
        self._split = split
        self._special = special_tokens
        self.matches: Counter[str] = Counter()
        self.own_outcomes = self.own_data = self.corrections = 0

    def row(self, pair: OpenPair) -> CasePair:
        """The pair as a row."""
        brief, match, outcome = own_item(pair)
        self.matches[match] += 1
        self.own_outcomes += outcome
        prompt, data = self._prompt(pair, brief)
        self.own_data += bool(data)
        return self._as_row(pair, brief, pair.id, prompt, prompt.messages)

    def correction(self, pair: OpenPair, siblings: Sequence[OpenPair]) -> CasePair | None:
        """The pair as the answer to a refused one: its own steps with the result of a sibling that
        is on another side. ``None`` where no such draft is refused, or the pair itself would be."""
        brief, _, _ = own_item(pair)
        prompt, _ = self._prompt(pair, brief)
        ground = ItemGround(brief, pair.facts, self._special)
        right = self._draft(pair, brief)
        if reason_against(right, ground):
            return None
        for other in siblings:
            if other.outcome == pair.outcome or other.id == pair.id:
                continue
            told = self._draft(other, brief).s[-1].e
            last = right.s[-1].model_copy(update={"e": told})
            wrong = right.model_copy(update={"s": (*right.s[:-1], last)})
            reason = reason_against(wrong, ground)
            if reason:
                answer = wrong.model_dump(exclude={"p"}, mode="json")
                messages = retry_messages(prompt, answer, reason, self._special)
                self.corrections += 1
                return self._as_row(pair, brief, f"{pair.id}-again", prompt, messages)
        return None

    def _draft(self, pair: OpenPair, brief: CaseBrief) -> ItemDraft:
        return read_item_draft(json.loads(self._answer(pair, brief)))

    @staticmethod
    def _answer(pair: OpenPair, brief: CaseBrief) -> str:
        return steps_of(case_of_pair(pair, brief, Sources(brief.sources)))

    def _prompt(self, pair: OpenPair, brief: CaseBrief) -> tuple[ItemPrompt, str]:
        """The question, and the product's own data where these stand in it."""
        data = own_data(pair, brief)
        prompt = item_prompt(
            brief.story,
            brief.criterion,
            brief.condition,
            bearing_sources(brief, Sources(brief.sources)),
            self._special,
            data=data or "; ".join(pair.facts),
            examples=False,
        )
        return prompt, data

    def _as_row(
        self,
        pair: OpenPair,
        brief: CaseBrief,
        case_id: str,
        prompt: ItemPrompt,
        messages: tuple[Message, ...],
    ) -> CasePair:
        return CasePair(
            case_id=case_id,
            story_key=pair.criterion_key,
            epic_key=pair.domain,
            split=self._split.of(pair.domain),
            with_context=bool(prompt.offered),
            prompt=messages,
            completion=self._answer(pair, brief),
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
