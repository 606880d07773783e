"""How exactly grounding marks what stands in no source: planted faults, harmless rewordings.

Usage: python benchmarks/grounding.py [STORIES_FOLDER] [--every N] [--losses]

Cases of the rule-based writer on the sample project, and on public stories where STORIES_FOLDER
(with ``asvs_user_stories.jsonl``, ``dalpiaz.jsonl``) is given, get one fault each: another number,
amount, date, name, message or state, the negation turned, an invented field, an added sentence that
no source says. A fault is found where its step gets a new mark. A mark is false on a step as
written, or reworded without changing what it says. Prints found and false shares by kind, the
share of turned or exchanged statements reported as a contradiction, and the share of expected
results that are supported or derived. Compares to nothing: the truth is known by construction.
"""

from __future__ import annotations

import argparse
import json
import random
import re
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path

from assistant.design.conditions import derive_conditions
from assistant.design.moments import NO_YEAR, format_moment
from assistant.design.quantities import Quantity, find_messages, find_quantities
from assistant.domain import Chunk, Epic, RetrievedChunk, TestCase, TestStep
from assistant.generation.grounding import RULES, Ground, ground_of, grounded
from assistant.generation.numbering import Numbering, story_chunks
from assistant.generation.passages import Sources
from assistant.generation.rules_writer import RulesWriter
from assistant.generation.wording import names
from assistant.generation.writer import CaseBrief
from assistant.knowledge.chunking import split
from assistant.sources.files import read_file
from assistant.sources.pasted import read_pasted, story_as_criterion

ROOT = Path(__file__).resolve().parent.parent

RETRIEVED = 6
"""Chunks of rules and pages that a story gets beside its own."""

NAMES = (
    "Branch Supervisor", "Hubspot", "Regional Auditor", "Zendesk", "Loyalty Desk", "Kiosk Operator",
    "Oracle Fusion", "Warehouse Clerk", "Marketing Cloud", "Franchise Owner", "Workday",
    "Compliance Officer",
)  # fmt: skip
FIELDS = (
    "loyalty tier", "Nickname", "shipping weight", "Tax Exemption Code", "birthplace",
    "Preferred Language", "warranty end", "shoe size", "IBAN Checksum", "referral source",
)  # fmt: skip
MESSAGES = (
    "Your session has expired, please sign in again.", "An unknown problem occurred.",
    "Thank you, your parcel is on its way.", "This voucher was used before.",
    "Please call the hotline during office hours.", "Upload finished with warnings.",
)  # fmt: skip
SENTENCES = (
    "The regional manager gets a weekly digest.", "A loyalty voucher is posted to the household.",
    "The warehouse prints a packing slip.", "An audit entry is written to the ledger.",
    "The page loads within a second.", "A push message reaches the mobile phone.",
    "The marketing newsletter is unsubscribed.", "The invoice is archived as a PDF.",
    "The discount is doubled for returning shoppers.", "The helpdesk opens a follow-up ticket.",
    "Points are credited to the bonus wallet.", "The GPS position is stored with the entry.",
    "The background turns green.", "The supplier is informed by fax.",
    "The chatbot offers a survey afterwards.", "A fraud score is calculated.",
)  # fmt: skip
STATES = ("Archived", "Escalated", "Quarantined", "Superseded", "Parked")
WORDS = ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven",
         "twelve", "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen",
         "nineteen", "twenty")  # fmt: skip
SYNONYMS = {
    "displayed": "shown", "refused": "rejected", "shown": "displayed", "rejected": "refused",
    "available": "offered", "cannot": "can not", "sees": "gets to see", "is not": "isn't",
    "removed": "deleted", "cancelled": "canceled", "after": "following",
}  # fmt: skip

Text = Callable[[str, random.Random, str], str | None]
"""A change of a text: the text, a source of chance, and all that the case may rest on."""


@dataclass
class Tally:
    """How many of a kind were made, and how many of them were marked or reported."""

    made: int = 0
    marked: int = 0
    reported: int = 0
    losses: list[str] = field(default_factory=list)

    @property
    def share(self) -> float:
        """Share that was marked."""
        return self.marked / self.made if self.made else 0.0


@dataclass
class Measured:
    """Planted faults, rewordings and untouched steps by kind, and the support of all results."""

    planted: dict[str, Tally] = field(default_factory=lambda: defaultdict(Tally))
    harmless: dict[str, Tally] = field(default_factory=lambda: defaultdict(Tally))
    results: int = 0
    backed: int = 0
    cases: int = 0

    def total(self, rows: dict[str, Tally]) -> Tally:
        """All kinds together."""
        return Tally(sum(r.made for r in rows.values()), sum(r.marked for r in rows.values()))


# --- Cases to plant faults in ---------------------------------------------------------------------


def sample_briefs() -> Iterator[CaseBrief]:
    """A brief for every condition of the sample epics, with rules and pages beside the story."""
    chunks: list[Chunk] = []
    for page in sorted((ROOT / "sample_data/wiki").glob("*.md")):
        chunks += split(read_file(page.name, page.read_bytes()).document)
    for file in sorted((ROOT / "sample_data/epics").glob("*.md")):
        reading = read_file(file.name, file.read_bytes())
        basis = split(reading.document, epics=reading.epics)
        for epic in reading.epics:
            yield from _briefs(epic, basis, chunks)


def story_briefs(folder: Path, every: int = 1) -> Iterator[CaseBrief]:
    """Briefs of public user stories: those with scenarios, and bare ones as their own criterion."""
    texts = []
    for line in (folder / "asvs_user_stories.jsonl").read_text("utf-8").splitlines()[::6]:
        row = json.loads(line)
        story = row["story"].lstrip("\\")
        scenarios = "\n\n".join(row["gherkin"])
        texts.append(f"# {row['feature']}\n\n{story}\n\nAcceptance criteria\n\n{scenarios}")
    lines = (folder / "dalpiaz.jsonl").read_text("utf-8").splitlines()
    texts += [json.loads(line)["story"] for line in lines[:: len(lines) // 30]]
    for text in texts[::every]:
        for epic in read_pasted(text).epics:
            for story in epic.stories:
                if not story.criteria:
                    epic = story_as_criterion(epic, story.key)
            yield from _briefs(epic, (), ())


def _briefs(epic: Epic, basis: Sequence[Chunk], others: Sequence[Chunk]) -> Iterator[CaseBrief]:
    found = Sources(
        [RetrievedChunk(chunk=c, score=1.0, rank=n) for n, c in enumerate(others, start=1)]
    )
    for story in epic.stories:
        numbering = Numbering()
        own = numbering.basis(story_chunks(epic, story, basis))
        words = " ".join(criterion.text for criterion in story.criteria)
        near = [window.passage.source for window in found.find(words)[:RETRIEVED]]
        sources = (*own, *numbering.retrieved(near))
        for criterion in story.criteria:
            for condition in derive_conditions(story, criterion):
                yield CaseBrief(
                    epic=epic, story=story, criterion=criterion, condition=condition,
                    sources=sources,
                )  # fmt: skip


# --- Faults -----------------------------------------------------------------------------------


def _quantities(text: str, kinds: set[str]) -> list[Quantity]:
    return [q for q in find_quantities(text) if q.kind in kinds]


def other_number(text: str, chance: random.Random, known: str) -> str | None:
    """Another count, duration, length or share."""
    found = _quantities(text, {"count", "duration", "length", "percent", "size", "number", "age"})
    found = [q for q in found if q.digits and isinstance(q.value, Decimal)]
    if not found:
        return None
    quantity = chance.choice(found)
    return _exchanged(text, quantity, [3, 7, 11, 40, 2], known)


def other_amount(text: str, chance: random.Random, known: str) -> str | None:
    """Another amount of money."""
    found = [q for q in _quantities(text, {"money"}) if q.digits]
    return _exchanged(text, chance.choice(found), [13, 55, 7], known) if found else None


def _exchanged(text: str, quantity: Quantity, more: list[int], known: str) -> str | None:
    assert isinstance(quantity.value, Decimal)
    for step in more:
        digits = (
            f"{quantity.value + step:,f}"
            if "," in quantity.digits
            else (f"{quantity.value + step:f}")
        )
        if not re.search(rf"(?<!\d){re.escape(digits)}(?!\d)", known):
            at = quantity.start + len(quantity.prefix)
            return text[:at] + digits + text[at + len(quantity.digits) :]
    return None


def other_date(text: str, chance: random.Random, known: str) -> str | None:
    """Another date or time of day."""
    found = _quantities(text, {"date", "time"})
    if not found:
        return None
    quantity = chance.choice(found)
    value = quantity.value
    if quantity.kind == "time":
        moved = value.replace(hour=(value.hour + 3) % 24)  # type: ignore[union-attr]
    else:
        moved = value.replace(day=value.day % 28 + 1)  # type: ignore[union-attr]
    said = format_moment(moved, quantity.style)  # type: ignore[arg-type]
    return None if said in known else text[: quantity.start] + said + text[quantity.end :]


def other_name(text: str, chance: random.Random, known: str) -> str | None:
    """A person or system that is named nowhere, in place of one that is, or added."""
    name = chance.choice(NAMES)
    found = names(text)
    if found:
        old = chance.choice(found)
        return re.sub(rf"(?<=\s){re.escape(old)}\b", name, text, count=1)
    return re.sub(r"\.?$", f" by the {name}.", text.strip(), count=1)


def other_message(text: str, chance: random.Random, known: str) -> str | None:
    """Another text in the message."""
    found = [q for q in find_messages(text) if len(q.text.split()) > 2]
    if not found:
        return None
    return text[: found[0].start] + chance.choice(MESSAGES) + text[found[0].end :]


def other_state(text: str, chance: random.Random, known: str) -> str | None:
    """A status that is named nowhere."""
    state = chance.choice(STATES)
    found = re.search(r"\bstatus\b[^.;]*?([\"“])(\w[\w ]*)([\"”])", text, re.IGNORECASE)
    if found:
        return text[: found.start(2)] + state + text[found.end(2) :]
    return None


def turned(text: str, chance: random.Random, known: str) -> str | None:
    """The opposite, by its first auxiliary."""
    if re.search(r"\b(?:no|nothing|nobody|none|never)\b", text, re.IGNORECASE):
        return None
    if "cannot " in text:
        return text.replace("cannot ", "can ", 1)
    match = re.search(r"\b(is|are|can|will|may|must|has been|have been|does|do)\b( not)?", text)
    if match is None:
        return None
    return text[: match.start()] + match[1] + ("" if match[2] else " not") + text[match.end() :]


def new_field(text: str, chance: random.Random, known: str) -> str | None:
    """A field that is named nowhere."""
    where = chance.choice(("field", "tab", "button", "column"))
    return re.sub(
        r"\.?$", f", and the {chance.choice(FIELDS)} {where} is filled.", text.strip(), count=1
    )


def new_sentence(text: str, chance: random.Random, known: str) -> str | None:
    """A sentence more that no source says."""
    return f"{text.strip().rstrip('.')}. {chance.choice(SENTENCES)}"


def whole_sentence(text: str, chance: random.Random, known: str) -> str | None:
    """A result that no source says in place of the one that was there."""
    return chance.choice(SENTENCES)


def borrowed(others: Sequence[str]) -> Text:
    """A result of another epic's case in place of the one that was there."""

    def change(text: str, chance: random.Random, known: str) -> str | None:
        return chance.choice(others) if others else None

    return change


FAULTS: dict[str, tuple[Text, tuple[str, ...]]] = {
    "number": (other_number, ("expected_result", "action", "test_data")),
    "amount": (other_amount, ("expected_result", "action", "test_data")),
    "date": (other_date, ("expected_result", "action", "test_data")),
    "name": (other_name, ("expected_result", "action")),
    "message": (other_message, ("expected_result",)),
    "state": (other_state, ("expected_result", "action")),
    "negation": (turned, ("expected_result",)),
    "field": (new_field, ("expected_result", "action")),
    "sentence added": (new_sentence, ("expected_result",)),
    "sentence": (whole_sentence, ("expected_result",)),
}
# "borrowed" needs the other cases, see ``measure``.
DENIED = ("number", "amount", "date", "message", "negation")
"""Faults that a source denies, where they are made in a result."""


# --- Rewordings -------------------------------------------------------------------------------


def in_words(text: str, chance: random.Random, known: str) -> str | None:
    """Digits as words, or words as digits."""
    for quantity in find_quantities(text):
        if quantity.kind in ("count", "duration", "length") and not quantity.prefix:
            digits, at = quantity.digits, quantity.start
            if digits.isdigit() and 3 <= int(digits) <= 20:
                return text[:at] + WORDS[int(digits) - 1] + text[at + len(digits) :]
            if digits.lower() in WORDS[2:]:
                number = str(WORDS.index(digits.lower()) + 1)
                return text[:at] + number + text[at + len(digits) :]
    return None


def other_currency(text: str, chance: random.Random, known: str) -> str | None:
    """The amount with the currency's code, or with separators."""
    match = re.search(r"£\s?([\d,]+(?:\.\d\d)?)", text)
    if match is None or any(q.start <= match.start() < q.end for q in find_messages(text)):
        return None  # the text of a message is not reworded without harm
    plain = match[1].replace(",", "")
    said = chance.choice((f"GBP {match[1]}", f"{plain} GBP", f"£{Decimal(plain):,f}"))
    return text[: match.start()] + said + text[match.end() :]


def other_format(text: str, chance: random.Random, known: str) -> str | None:
    """The same date or time, written another way."""
    found = _quantities(text, {"date", "time"})
    if not found:
        return None
    quantity = found[0]
    styles: tuple[str, ...] = ("24", "12")
    if quantity.kind == "date":
        no_year = quantity.value.year == NO_YEAR  # type: ignore[union-attr]
        styles = ("mdy long", "dmy short") if no_year else ("iso", "dmy short", "mdy long")
    said = format_moment(quantity.value, chance.choice(styles))  # type: ignore[arg-type]
    return text[: quantity.start] + said + text[quantity.end :]


def other_quotes(text: str, chance: random.Random, known: str) -> str | None:
    """The same message in other quotation marks, without its closing stop."""
    found = find_messages(text)
    if not found:
        return None
    quoted = found[0]
    left, right = chance.choice((("“", "”"), ("‘", "’"), ("«", "»"), ('"', '"')))
    words = quoted.text.rstrip(".")
    return f"{text[: quoted.start - 1]}{left}{words}{right}{text[quoted.end + 1 :]}"


def synonym(text: str, chance: random.Random, known: str) -> str | None:
    """A word that testers use for another."""
    for old, new in SYNONYMS.items():
        if re.search(rf"\b{old}\b", text) and f'"{old}' not in text:
            return re.sub(rf"\b{old}\b", new, text, count=1)
    return None


def other_form(text: str, chance: random.Random, known: str) -> str | None:
    """An observer's frame around the same words."""
    first = text[:1].lower() + text[1:] if re.match(r"(?:The|An?|No|Nothing)\b", text) else text
    return chance.choice(("It is shown that ", "The tester sees that ", "Result: ")) + first


def upper_case(text: str, chance: random.Random, known: str) -> str | None:
    """Another case and more space."""
    return "  " + text.upper() if not find_messages(text) else text.replace(" ", "  ", 2)


REWORDINGS: dict[str, Text] = {
    "words for digits": in_words,
    "currency": other_currency,
    "date format": other_format,
    "quotation marks": other_quotes,
    "synonym": synonym,
    "frame": other_form,
    "case": upper_case,
}


# --- Measuring --------------------------------------------------------------------------------


def measure(briefs: Sequence[CaseBrief], *, seed: int = 7, every: int = 1) -> Measured:
    """Plant one fault of each kind, and each rewording, in the cases of the briefs."""
    chance = random.Random(seed)
    writer = RulesWriter()
    found = Measured()
    results = [
        (brief.epic.key, brief.condition.expected)
        for brief in briefs[::7]
        if len(brief.condition.expected.split()) > 5
    ]
    for brief in briefs[::every]:
        case = writer.write(brief).case
        ground = ground_of(brief, writer.prepared(brief)[0])
        checked = grounded(case, ground)
        found.cases += 1
        marks = _marks(checked)
        for step in checked.steps:
            found.results += 1
            found.backed += step.support != "unsupported"
            _count(found.harmless["as written"], step.number in {n for n, *_ in marks}, step)
        rest = "\n".join(
            (*ground.texts.values(), brief.condition.data, brief.condition.statement,
             brief.condition.expected, brief.story.narrative)
        )  # fmt: skip
        others = [text for key, text in results if key != brief.epic.key]
        faults = {**FAULTS, "borrowed": (borrowed(others), ("expected_result",))}
        for kind, (change, places) in faults.items():
            _plant(found.planted[kind], kind, checked, ground, change, places, chance, rest)
        for kind, change in REWORDINGS.items():
            _plant(
                found.harmless[kind], kind, checked, ground, change, ("expected_result",),
                chance, rest, fault=False,
            )  # fmt: skip
    return found


def _plant(
    tally: Tally, kind: str, case: TestCase, ground: Ground, change: Text,
    places: Sequence[str], chance: random.Random, rest: str, *, fault: bool = True,
) -> None:  # fmt: skip
    """Make one change in a step of the case, check the case again and count the marks."""
    options = [(step, place) for step in case.steps for place in places]
    chance.shuffle(options)
    before = _marks(case)
    for step, place in options:
        old = getattr(step, place)
        new = change(old, chance, rest) if old.strip() else None
        if new is None or new == old or step.support == "unsupported":
            continue
        edited = _edited(step, place, new)
        steps = tuple(edited if one.number == step.number else one for one in case.steps)
        again = grounded(case.model_copy(update={"steps": steps}), ground)
        added = [mark for mark in _marks(again) if mark not in before and mark[0] == step.number]
        _count(tally, bool(added) == fault, step, f"{old} >> {new} {added}")
        if fault:
            told = any(mark[1] == "contradiction" for mark in added)
            tally.reported += told
            if kind in DENIED and added and not told:
                tally.losses.append(f"not as contradiction: {old} >> {new}")
        return


def _count(tally: Tally, right: bool, step: TestStep, words: str = "") -> None:
    tally.made += 1
    tally.marked += right
    if words and not right:
        tally.losses.append(words)
    elif not words and right:
        tally.losses.append(f"{step.action} => {step.expected_result}")


def _edited(step: TestStep, place: str, words: str) -> TestStep:
    """The step as an edit leaves it: a new result has lost the citations of the old one."""
    update: dict[str, object] = {place: words}
    if place == "expected_result":
        update["support"] = "unsupported"
        update["citations"] = tuple(c for c in step.citations if c.supports != place)
    return step.model_copy(update=update)


def _marks(case: TestCase) -> set[tuple[int | None, str, str]]:
    marks = {(f.step, f.rule, f.words) for f in case.findings if f.rule in RULES}
    return marks | {(number, "unsupported", "") for number in case.unsupported_steps}


def told(found: Measured, *, losses: bool = False) -> Iterator[str]:
    """The figures as lines; ``harmless`` rows count what was rightly left alone."""
    share = found.backed / found.results if found.results else 0.0
    yield f"{found.cases} cases, {found.results} results, supported or derived {share:.3f}"
    total = found.total(found.planted)
    yield f"planted faults found: {total.share:.3f} of {total.made}"
    for kind, row in found.planted.items():
        reported = (
            f", as contradiction {row.reported / max(row.made, 1):.3f}" if kind in DENIED else ""
        )
        yield f"  {kind:<16} {row.share:.3f} of {row.made}{reported}"
        yield from (f"      missed: {loss}" for loss in row.losses[:12] if losses)
    untouched = found.harmless["as written"]
    yield f"false marks on steps as written: {untouched.share:.3f} of {untouched.made}"
    yield from (f"      {loss}" for loss in untouched.losses[:20] if losses)
    reworded = {kind: row for kind, row in found.harmless.items() if kind != "as written"}
    total = found.total(reworded)
    yield f"false marks on rewordings: {1 - total.share:.3f} of {total.made}"
    for kind, row in reworded.items():
        yield f"  {kind:<16} {1 - row.share:.3f} of {row.made}"
        yield from (f"      marked: {loss}" for loss in row.losses[:12] if losses)


def main() -> None:
    """Measure and print."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("stories", type=Path, nargs="?")
    options.add_argument("--every", type=int, default=1, help="every N-th condition only")
    options.add_argument("--seed", type=int, default=7)
    options.add_argument("--half", choices=("first", "second"), help="stories of one half only")
    options.add_argument("--losses", action="store_true")
    given = options.parse_args()
    sets = {"sample project": list(sample_briefs())}
    if given.stories is not None:
        sets["public stories"] = list(story_briefs(given.stories))
    for name, briefs in sets.items():
        keys = list(dict.fromkeys(brief.story.key + brief.story.narrative for brief in briefs))
        if given.half:
            kept = set(keys[::2] if given.half == "first" else keys[1::2])
            briefs = [b for b in briefs if b.story.key + b.story.narrative in kept]
        print(f"# {name}", flush=True)
        for line in told(measure(briefs, seed=given.seed, every=given.every), losses=given.losses):
            print(line)


if __name__ == "__main__":
    main()
