"""Near-duplicate cases: found without comparing all with all, clustered, explained in words.

Two cases are compared where they have one title, expect one message or share some of their rarest
words, so that thousands of cases take seconds. Meaning is asked for only where words are alike in
part and nothing speaks against: the embedding comes in as a function, because this room knows no
model.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Hashable, Iterable, Mapping, Sequence
from math import log
from typing import Any

from assistant.domain import CaseStatus, TestCase, Value
from assistant.suite.case_words import words
from assistant.suite.evidence import MESSAGE_WORDS
from assistant.suite.similarity import Likeness, Meaning, Profile, as_compared, compare

Embed = Callable[[Sequence[str]], Any]
"""Texts to unit vectors: an array of shape ``(len(texts), dimension)``."""

RARE_WORDS = 12
"""Of each case, so many of its rarest words lead to the cases it is compared with."""
MOST_SHARING = 60
"""A word that more cases share says nothing; a longer list is cut to its neighbours in order."""
SHARED_RARE = 2
SHARED_WEIGHT = 0.45
"""Share of the weight of a case's words that the other must hold; rare words weigh more."""
LEAST_TITLES = 0.4
"""Cosine of the titles below which meaning is not looked at further."""


class DuplicatePair(Value):
    """Two cases that are the same, and why."""

    left: str
    right: str
    likeness: float
    reason: str


class DuplicateCluster(Value):
    """Cases that are all the same one; ``keep`` is the one to keep: what existed before, accepted
    or imported first.

    ``exists``: the one to keep is none of the cases that were looked at, but existed before them.
    """

    case_ids: tuple[str, ...]
    keep: str
    reason: str
    pairs: tuple[DuplicatePair, ...]
    exists: bool = False

    @property
    def surplus(self) -> tuple[str, ...]:
        """The cases that could go."""
        return tuple(case_id for case_id in self.case_ids if case_id != self.keep)

    def same_as(self, case_id: str) -> tuple[str, ...]:
        """The cases that were compared with this one and say what it says: all where it is the one
        to keep, that one where it is another."""
        return tuple(
            pair.right if pair.left == case_id else pair.left
            for pair in self.pairs
            if case_id in (pair.left, pair.right)
        )


class DuplicateReport(Value):
    """What was compared and found. ``share`` is the share of cases that could go, 0 to 1."""

    cases: int
    compared: int
    clusters: tuple[DuplicateCluster, ...]

    @property
    def surplus(self) -> tuple[str, ...]:
        """All cases that could go, in order of the clusters."""
        return tuple(case_id for cluster in self.clusters for case_id in cluster.surplus)

    @property
    def within(self) -> tuple[str, ...]:
        """Those of them that repeat another of the cases themselves."""
        return tuple(name for one in self.clusters if not one.exists for name in one.surplus)

    @property
    def existing(self) -> tuple[str, ...]:
        """Those of them that repeat a case which existed before."""
        return tuple(self.repeats)

    @property
    def repeats(self) -> dict[str, DuplicatePair]:
        """For each of them, the pair whose ``right`` is the case that existed before."""
        return {pair.left: pair for one in self.clusters if one.exists for pair in one.pairs}

    @property
    def share(self) -> float:
        """Share of the cases that another case makes superfluous."""
        return len(self.surplus) / self.cases if self.cases else 0.0


_KEPT_FIRST: Mapping[CaseStatus, int] = {"accepted": 0, "imported": 1, "draft": 2, "rejected": 3}


def decide(left: TestCase, right: TestCase, embed: Embed | None = None) -> Likeness:
    """Whether two cases are the same; by meaning too where ``embed`` is given."""
    first, second = as_compared(Profile(left), Profile(right))
    found = compare(first, second)
    if found.by_meaning and embed is not None:
        vectors = _Vectors(embed, (*first.meaning, *second.meaning))
        found = compare(first, second, meaning=vectors.meaning(first, second))
    return found


class _Vectors:
    """Cosines between texts, each of which is embedded once."""

    def __init__(self, embed: Embed, texts: Iterable[str]) -> None:
        distinct = list(dict.fromkeys(texts))
        self._row = {text: number for number, text in enumerate(distinct)}
        self._vectors = embed(distinct) if distinct else ()

    def cosine(self, left: str, right: str) -> float:
        """How alike two of the texts are in meaning."""
        return float(self._vectors[self._row[left]] @ self._vectors[self._row[right]])

    def meaning(self, left: Profile, right: Profile) -> Meaning:
        """How alike two cases are in title, results and whole."""
        title, result, whole = map(self.cosine, left.meaning, right.meaning)
        return title, result, whole


def find_duplicates(
    cases: Sequence[TestCase],
    *,
    among: Sequence[TestCase] = (),
    embed: Embed | None = None,
) -> DuplicateReport:
    """Clusters of the same case in ``cases``, and between them and ``among`` (what exists).

    Pairs within ``among`` are not looked for. Ids must be distinct over both. Rejected cases are
    left out. ``cases`` of the report counts ``cases`` alone.
    """
    new = [case for case in cases if case.status != "rejected"]
    known = {case.id for case in new}
    old = [case for case in among if case.status != "rejected" and case.id not in known]
    profiles = [Profile(case) for case in (*new, *old)]
    candidates = _candidates(profiles, len(new))
    found = _same(profiles, candidates, embed)
    order = {profile.case.id: place for place, profile in enumerate(profiles)}
    by_id = {profile.case.id: profile.case for profile in profiles}
    clusters = _clusters(found, order, by_id, {case.id for case in old})
    return DuplicateReport(cases=len(new), compared=len(candidates), clusters=clusters)


def same_across_stories(
    cases: Sequence[TestCase], *, texts: str, embed: Embed | None = None
) -> tuple[DuplicatePair, ...]:
    """Pairs of cases of different stories that are the same, ``left`` the one that comes first.

    ``texts`` are the criteria and sources that the cases were written from: a name that is in none
    of them is an example. Rejected cases are left out, and outlines: they say too little of their
    story ("17:00: “before 17:00” does not hold") to be told from those of another.
    """
    told = frozenset(words(texts, whole=True))
    profiles = [
        Profile(case, told) for case in cases if case.status != "rejected" and not case.is_outline
    ]
    candidates = [
        (a, b)
        for a, b in _candidates(profiles, len(profiles))
        if profiles[a].case.story_key != profiles[b].case.story_key
    ]
    return tuple(_same(profiles, candidates, embed))


def _same(
    profiles: Sequence[Profile], candidates: Sequence[tuple[int, int]], embed: Embed | None
) -> list[DuplicatePair]:
    """The pairs of places that are the same case; by meaning too where ``embed`` is given."""
    found: list[DuplicatePair] = []
    unclear: list[tuple[Profile, Profile]] = []
    for a, b in candidates:
        pair = as_compared(profiles[a], profiles[b])
        likeness = compare(*pair)
        if likeness.by_meaning and embed is not None:
            unclear.append(pair)
        elif likeness.same:
            found.append(_pair(*pair, likeness))
    if unclear and embed is not None:
        titles = _Vectors(embed, [one.case.title for pair in unclear for one in pair])
        unclear = [
            (left, right)
            for left, right in unclear
            if not left.titled or titles.cosine(left.title, right.title) >= LEAST_TITLES
        ]
        texts = [text for pair in unclear for one in pair for text in one.meaning]
        vectors = _Vectors(embed, texts)
        for left, right in unclear:
            likeness = compare(left, right, meaning=vectors.meaning(left, right))
            if likeness.same:
                found.append(_pair(left, right, likeness))
    return found


def _candidates(profiles: Sequence[Profile], new: int) -> list[tuple[int, int]]:
    """Pairs of places that share rare words, the first of them among the ``new``."""
    counts = Counter(word for profile in profiles for word in profile.key_words)
    holding: dict[str, list[int]] = defaultdict(list)
    for place, profile in enumerate(profiles):
        rare = sorted(
            (word for word in profile.key_words if counts[word] > 1),
            key=lambda word: (counts[word], word),
        )
        for word in rare[:RARE_WORDS]:
            holding[word].append(place)
    shared: Counter[tuple[int, int]] = Counter()
    for places in holding.values():
        for at, a in enumerate(places):
            if a >= new:
                break
            for b in places[at + 1 : at + 1 + MOST_SHARING]:
                shared[a, b] += 1
    weights = {word: log(1 + len(profiles) / number) for word, number in counts.items()}
    heavy = [sum(weights[word] for word in profile.key_words) for profile in profiles]

    def worth(a: int, b: int) -> bool:
        common = sum(weights[word] for word in profiles[a].key_words & profiles[b].key_words)
        return common >= SHARED_WEIGHT * (heavy[a] + heavy[b]) / 2

    alike = {
        (a, b)
        for (a, b), number in shared.items()
        if number >= min(SHARED_RARE, len(profiles[a].key_words), len(profiles[b].key_words))
        and worth(a, b)
    }
    return sorted(
        (a, b)
        for a, b in alike | _of_one(profiles, new, _title) | _of_one(profiles, new, _messages)
        if _of_one_kind(profiles[a].case, profiles[b].case)
    )


def _title(profile: Profile) -> Hashable:
    return profile.title_key


def _messages(profile: Profile) -> Hashable:
    """What is expected to be shown; "English (United States)" is a value that many cases show."""
    told = [one for one in profile.messages if len(one.split()) > MESSAGE_WORDS]
    return profile.messages if told else ()


def _of_one(
    profiles: Sequence[Profile], new: int, of: Callable[[Profile], Hashable]
) -> set[tuple[int, int]]:
    """Pairs of places that have one title, or expect one message, the first among the ``new``."""
    having: dict[Hashable, list[int]] = defaultdict(list)
    for place, profile in enumerate(profiles):
        if of(profile):
            having[of(profile)].append(place)
    return {
        (a, b)
        for places in having.values()
        for at, a in enumerate(places)
        if a < new
        for b in places[at + 1 : at + 1 + MOST_SHARING]
    }


def _of_one_kind(left: TestCase, right: TestCase) -> bool:
    """Whether both cases walk a process, or neither: a walk says what its single cases say."""
    return (left.technique == "end-to-end") == (right.technique == "end-to-end")


def _pair(left: Profile, right: Profile, likeness: Likeness) -> DuplicatePair:
    return DuplicatePair(
        left=left.case.id,
        right=right.case.id,
        likeness=round(likeness.likeness, 3),
        reason=likeness.reason,
    )


def _clusters(
    pairs: Sequence[DuplicatePair],
    order: Mapping[str, int],
    cases: Mapping[str, TestCase],
    existing: Collection[str],
) -> tuple[DuplicateCluster, ...]:
    """Stars around the case to keep: sameness is not passed on along a chain of cases."""
    partners: dict[str, dict[str, DuplicatePair]] = defaultdict(dict)
    for pair in pairs:
        partners[pair.left][pair.right] = pair
        partners[pair.right][pair.left] = pair
    best = sorted(
        partners,
        key=lambda name: (
            name not in existing,
            _KEPT_FIRST[cases[name].status],
            -len(partners[name]),
            order[name],
        ),
    )
    taken: set[str] = set()
    clusters: list[DuplicateCluster] = []
    for keep in best:
        if keep in taken:
            continue
        others = sorted((n for n in partners[keep] if n not in taken), key=order.__getitem__)
        if not others:
            continue
        taken.update((keep, *others))
        held = tuple(partners[keep][name] for name in others)
        clusters.append(
            DuplicateCluster(
                case_ids=tuple(sorted((keep, *others), key=order.__getitem__)),
                keep=keep,
                reason=held[0].reason,
                pairs=held,
                exists=keep in existing,
            )
        )
    return tuple(sorted(clusters, key=lambda one: order[one.case_ids[0]]))
