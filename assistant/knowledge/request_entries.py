"""The epics and stories of a project as a list to choose from, and those nearest to a request or to
some of its words."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from math import log

from assistant.domain import Epic, UserStory, Value
from assistant.knowledge.name_matching import tokens
from assistant.knowledge.sparse import Bm25Encoder

IN_TEXT = 0.5
"""What a word of a story's text weighs beside one of a title."""
SURELY_TELLING = 2
"""Entries up to which a word tells something, however few there are."""
CRITERION_CHARACTERS = 160
"""Of a criterion, told in place of a title."""


class RequestEntry(Value):
    """An epic, a story or a criterion with all that a request may call it by; ``epic`` is that of a
    story, ``story`` that of a criterion, whose title are its first words."""

    key: str
    title: str
    epic: str = ""
    story: str = ""
    filed: tuple[str, ...] = ()
    """Release, sprint, team and labels: a story's own, else the release and team of its epic."""


def entries_of(epics: Sequence[Epic]) -> tuple[RequestEntry, ...]:
    """Each epic and then its stories, in the order of the project; each key once."""
    found: dict[str, RequestEntry] = {}
    for epic in epics:
        filed = (epic.release, epic.team, *epic.labels)
        found.setdefault(
            epic.key, RequestEntry(key=epic.key, title=epic.title, filed=_named(filed))
        )
        for story in epic.stories:
            own = (story.release or epic.release, story.sprint, story.team or epic.team)
            entry = RequestEntry(
                key=story.key,
                title=story.title,
                epic=epic.key,
                filed=_named((*own, *story.labels)),
            )
            found.setdefault(story.key, entry)
    return tuple(found.values())


def criterion_entries(epics: Sequence[Epic]) -> tuple[RequestEntry, ...]:
    """Each criterion, in the order of the project; each key once, and none that a story has too."""
    taken = {one.key for one in entries_of(epics)}
    found: dict[str, RequestEntry] = {}
    for story in (story for epic in epics for story in epic.stories):
        for one in story.criteria:
            said = " ".join(f"{one.title} {one.text}".split())[:CRITERION_CHARACTERS]
            entry = RequestEntry(key=one.id, title=said, story=story.key)
            found.setdefault(one.id, entry)
    return tuple(entry for key, entry in found.items() if key not in taken)


def nearest_entries(
    text: str, entries: Sequence[RequestEntry], most: int
) -> tuple[RequestEntry, ...]:
    """At most so many, in their order: those that share the most telling words with the request.

    A story has the words of its epic's title too. Words that few entries have tell more.
    """
    if len(entries) <= most:
        return tuple(entries)
    titles = {one.key: one.title for one in entries}
    words = [_words(" ".join((e.key, e.title, titles.get(e.epic, ""), *e.filed))) for e in entries]
    counts = Counter(word for own in words for word in own)
    asked = _words(text)

    def nearness(at: int) -> float:
        return sum(log(1 + len(entries) / counts[word]) for word in words[at] & asked)

    best = sorted(range(len(entries)), key=lambda at: -nearness(at))[:most]
    return tuple(entries[at] for at in sorted(best))


class EntryWords:
    """The words of all epics and stories, for those nearest to words that name none of them."""

    def __init__(self, epics: Sequence[Epic]) -> None:
        encoder = Bm25Encoder()
        self._titles: dict[str, frozenset[int]] = {}
        self._words: dict[str, frozenset[int]] = {}
        for epic in epics:
            issues: list[Epic | UserStory] = [epic, *epic.stories]
            for each in issues:
                title = " ".join((each.title, *each.labels))
                text = _text_of(each) if isinstance(each, UserStory) else ""
                self._titles.setdefault(each.key, frozenset(encoder.counts(title)))
                self._words.setdefault(each.key, frozenset(encoder.counts(f"{title} {text}")))
        self._counts = Counter(word for words in self._words.values() for word in words)

    def nearest(
        self, stems: Collection[int], most: int, *, in_titles: bool = False
    ) -> tuple[str, ...]:
        """At most so many keys that share the most telling of these stems, nearest first; with
        ``in_titles`` by titles and labels alone.

        A word of a title tells twice what one of a criterion does, and one that a third of all have
        tells nothing. What shares less than half of what the nearest does is left aside, and so are
        those that are equally near where there is no room for all of them.
        """
        places, count = self._titles if in_titles else self._words, len(self._words)
        weights = {
            stem: log(1 + count / self._counts[stem])
            for stem in stems
            if 0 < self._counts[stem] <= max(SURELY_TELLING, count / 3)
        }
        scores = {
            key: sum(
                weight * (1 if stem in self._titles[key] else IN_TEXT)
                for stem, weight in weights.items()
                if stem in words
            )
            for key, words in places.items()
        }
        best = max(scores.values(), default=0.0)
        near = [key for key, score in scores.items() if score and score >= best / 2]
        near.sort(key=lambda key: -scores[key])
        last = scores[near[most]] if len(near) > most else 0.0
        return tuple(key for key in near[:most] if scores[key] > last)


def _text_of(story: UserStory) -> str:
    criteria = (f"{one.title} {one.text}" for one in story.criteria)
    return " ".join((story.narrative, *criteria))


def _named(fields: Sequence[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(field for field in fields if field))


def _words(text: str) -> frozenset[str]:
    return frozenset(token.word for token in tokens(text))
