"""Open pairs held against the product's own proof: which of them teach something wrong.

A pair is refused where its quotations are not verbatim, its value lies on another side than
``test`` claims, a number or a message of a result stands nowhere, its results contradict its
outcome, or another pair says the same. Words of a result that no text has are a doubt, and refuse
nothing. Whoever looked at a finding of the proof and disagrees keeps the pair by its id; it is then
listed as an exception.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from types import MappingProxyType

from assistant.domain import Value
from assistant.generation.proof import Sources, ground_of, grounded
from assistant.generation.proof.proof_faults import REPETITION, RULES, UNSUPPORTED
from assistant.generation.proof.support_texts import folded
from assistant.suite.near_duplicates import near_duplicates, shingles
from assistant.training.data.open_items import (
    UnreadItem,
    brief_of,
    case_of_pair,
    outcomes_of,
    quotations,
    side_of,
)
from assistant.training.data.open_pairs import (
    MOST_DATA_WORDS,
    TITLE_WORDS,
    OpenFiles,
    OpenPair,
    PairFault,
    PlacedPair,
)

NEAR = 0.85
"""Share of their runs of words from which on two criteria, or two cases, say the same."""

FORM, QUOTATION, SIDE, DUPLICATE = "form", "quotation", "side", "duplicate"

JUDGED = RULES | {SIDE}
"""Rules of the proof, which errs now and then: a person may overrule them."""

DOUBTS = frozenset((UNSUPPORTED, REPETITION))
"""Rules that are worth a look and refuse nothing: words that no text has, a sentence said twice."""

Report = Callable[[int, int], None]


class PairCounts(Value):
    """What the files hold: pairs, criteria, and pairs by domain, language, technique and test."""

    pairs: int
    criteria: int
    with_sources: int
    domains: tuple[tuple[str, int], ...]
    languages: tuple[tuple[str, int], ...]
    techniques: tuple[tuple[str, int], ...]
    tests: tuple[tuple[str, int], ...]


class PairReport(Value):
    """The lines refused, those worth a look, those kept against a finding, and what there is."""

    refused: tuple[PairFault, ...]
    doubts: tuple[PairFault, ...]
    exceptions: tuple[PairFault, ...]
    unknown_ids: tuple[str, ...]
    """Ids to be kept that no pair has any more, or of which nothing is found."""
    counts: PairCounts
    sha256: str

    @property
    def refused_places(self) -> frozenset[tuple[str, int]]:
        """File and line of everything that is refused."""
        return frozenset((one.file, one.line) for one in self.refused)


def check_pairs(
    files: OpenFiles, *, keep: Collection[str] = (), report: Report = lambda done, total: None
) -> PairReport:
    """Every pair through the proof. ``keep`` are ids of pairs whose findings a person overruled;
    ``report`` gets pairs done and pairs in all."""
    refused, doubts, exceptions = list(files.faults), list[PairFault](), list[PairFault]()
    for done, placed in enumerate(files.pairs, start=1):
        for rule, reason in _faults(placed.pair):
            fault = _fault(placed, rule, reason)
            if rule in JUDGED and placed.pair.id in keep:
                exceptions.append(fault)
            else:
                (doubts if rule in DOUBTS else refused).append(fault)
        report(done, len(files.pairs))
    refused += duplicates(files.pairs)
    order = {file: place for place, file in enumerate(dict.fromkeys(_all_files(files)))}
    used = {one.pair_id for one in exceptions}
    return PairReport(
        refused=tuple(sorted(refused, key=lambda one: (order[one.file], one.line))),
        doubts=tuple(doubts),
        exceptions=tuple(exceptions),
        unknown_ids=tuple(sorted(set(keep) - used)),
        counts=_counts([one.pair for one in files.pairs]),
        sha256=files.sha256,
    )


def _all_files(files: OpenFiles) -> Iterator[str]:
    yield from (one.file for one in files.faults)
    yield from (one.file for one in files.pairs)


def _fault(placed: PlacedPair, rule: str, reason: str) -> PairFault:
    return PairFault(
        file=placed.file, line=placed.line, rule=rule, reason=reason, pair_id=placed.pair.id
    )


# --- One pair -------------------------------------------------------------------------------------


def _faults(pair: OpenPair) -> Iterator[tuple[str, str]]:
    """Rule and reason of everything that is wrong with a pair; what it says is proved only where
    its form and its quotations are right."""
    found = [*_form(pair), *_quotations(pair)]
    if found:
        yield from found
        return
    try:
        yield from _proved(pair)
    except UnreadItem as error:
        yield FORM, str(error)


def _form(pair: OpenPair) -> Iterator[tuple[str, str]]:
    least, most = TITLE_WORDS
    title = pair.case.title
    if not least <= len(title.split()) <= most:
        yield FORM, f"title has {len(title.split())} words; write {least} to {most}"
    if title.casefold().startswith("verify that"):
        yield FORM, "title begins with “Verify that”; say what is proved"
    if len(pair.data.split()) > MOST_DATA_WORDS:
        yield FORM, f"data has {len(pair.data.split())} words; at most {MOST_DATA_WORDS}"
    for number, step in enumerate(pair.case.steps, start=1):
        for source in step.sources:
            if not 0 <= source <= len(pair.sources):
                yield FORM, f"step {number}: from names source {source}, which there is not"


def _quotations(pair: OpenPair) -> Iterator[tuple[str, str]]:
    criterion = folded(pair.criterion)
    for words in quotations(pair.test):
        if not _verbatim(words, criterion):
            yield QUOTATION, f"test: “{words}” does not stand in the criterion"
    try:
        outcomes = outcomes_of(pair)
    except UnreadItem as error:
        yield FORM, str(error)
        return
    if not outcomes:
        yield FORM, "outcome quotes nothing; quote what the text says for this side"
    for one in outcomes:
        number = int(one.source_id or 0)
        if number > len(pair.sources):
            yield QUOTATION, f"outcome: there is no source {number}"
            continue
        where = f"source {number}" if number else "the criterion"
        text = folded(pair.sources[number - 1]) if number else criterion
        if not _verbatim(one.quote, text):
            yield QUOTATION, f"outcome: “{one.quote}” does not stand in {where}"


def _verbatim(words: str, text: str) -> bool:
    return bool(words.strip()) and folded(words).strip() in text


def _proved(pair: OpenPair) -> Iterator[tuple[str, str]]:
    brief = brief_of(pair)
    for fact in brief.condition.facts:
        if (
            fact.kind == "limit"
            and fact.value
            and side_of(fact, pair.criterion) is (not fact.holds)
        ):
            holds = "holds" if fact.holds else "does not hold"
            yield SIDE, f"at {fact.value} it is not so that “{fact.quote}” {holds}"
    sources = Sources(brief.sources)
    case = case_of_pair(pair, brief, sources)
    for one in grounded(case, ground_of(brief.as_story(), sources)).findings:
        place = f"step {one.step}: " if one.step else ""
        yield one.rule, place + one.message


# --- Across pairs ---------------------------------------------------------------------------------


def duplicates(pairs: Sequence[PlacedPair]) -> Iterator[PairFault]:
    """Pairs that ask or answer what an earlier one does; siblings share their criterion."""
    seen: dict[tuple[str, str], PlacedPair] = {}
    told: set[tuple[str, int]] = set()
    for placed in pairs:
        key = (folded(placed.pair.criterion), folded(placed.pair.test))
        first = seen.setdefault(key, placed)
        if first is not placed:
            told.add((placed.file, placed.line))
            yield _fault(placed, DUPLICATE, f"criterion and test are those of {_place(first)}")
    fresh = [one for one in pairs if (one.file, one.line) not in told]
    yield from _near(fresh)


def _near(pairs: Sequence[PlacedPair]) -> Iterator[PairFault]:
    criteria: dict[str, PlacedPair] = {}
    for placed in pairs:
        criteria.setdefault(folded(placed.pair.criterion), placed)
    for left, right, share in _alike({text: text for text in criteria}):
        first, later = criteria[left], criteria[right]
        reason = f"the criterion is nearly that of {_place(first)} ({share:.0%} of its words)"
        yield _fault(later, DUPLICATE, reason)
    answers = {str(place): one.pair.answer for place, one in enumerate(pairs)}
    asked = {str(place): folded(one.pair.criterion) for place, one in enumerate(pairs)}
    for left, right, share in _alike(answers, siblings=asked):
        first, later = pairs[int(left)], pairs[int(right)]
        reason = f"the steps are nearly those of {_place(first)} ({share:.0%} of their words)"
        yield _fault(later, DUPLICATE, reason)


def _alike(
    texts: dict[str, str], *, siblings: Mapping[str, str] = MappingProxyType({})
) -> Iterator[tuple[str, str, float]]:
    """Names of texts that say nearly the same, the earlier first; each later one once.

    Those of one value in ``siblings`` may be alike; only the very same words are told.
    """
    places = {name: place for place, name in enumerate(texts)}
    runs = {name: shingles(text) for name, text in texts.items()}
    told: set[str] = set()
    for left, right, share in near_duplicates(runs, runs, NEAR):
        if share < 1 and left in siblings and siblings[left] == siblings[right]:
            continue
        if places[left] < places[right] and right not in told:
            told.add(right)
            yield left, right, share


def _place(placed: PlacedPair) -> str:
    return f"{placed.file}:{placed.line}"


# --- What the files hold --------------------------------------------------------------------------


def _counts(pairs: Sequence[OpenPair]) -> PairCounts:
    return PairCounts(
        pairs=len(pairs),
        criteria=len({pair.criterion_key for pair in pairs}),
        with_sources=sum(bool(pair.sources) for pair in pairs),
        domains=_ranked(pair.domain for pair in pairs),
        languages=_ranked(pair.language for pair in pairs),
        techniques=_ranked(pair.case.technique for pair in pairs),
        tests=_ranked(_form_of(pair.test) for pair in pairs),
    )


def _ranked(values: Iterable[str]) -> tuple[tuple[str, int], ...]:
    return tuple(sorted(Counter(values).items(), key=lambda item: (-item[1], item[0])))


def _form_of(test: str) -> str:
    """The first words of a test, by which its form is known; “...” for a bare quotation."""
    return "“...”" if test.startswith("“") else test.partition(":")[0].partition(" “")[0]
