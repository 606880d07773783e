"""Where a request names what a project knows, or announces a name that it does not know."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from assistant.domain import Epic, UserStory
from assistant.knowledge.name_matching import (
    Match,
    Token,
    distinct_names,
    find_names,
    name_key,
    tokens,
)
from assistant.knowledge.request_parts import PartKind, Vocabulary
from assistant.knowledge.request_words import (
    announcing,
    closed_words,
    folded,
    language_of_request,
    parted_words,
    split_compounds,
    story_words,
)

_KEY = re.compile(r"(?<![\w-])[A-Za-z][A-Za-z0-9_]{1,15}-\d{1,7}(?:\.\d{1,4})*(?![\w-])")
BREAK = re.compile(r"[,;.:!?()\n“”\"/+&|]|\s[-–—]\s")
"""A sign that parts what stands before it from what follows."""
_SHORT = 4
"""Letters of a word that leaves out up to which a full stop after it is that of "excl."."""
_CRITERION = "ac"
"""Between a story's key and a number: the key of a criterion."""
_LABEL_REACH = 4
"""Tokens between "labelled" and a label."""


@dataclass(frozen=True, slots=True)
class Mention:
    """Tokens ``first`` to ``last`` (exclusive) that name something, as the project spells it."""

    kind: PartKind
    name: str
    first: int
    last: int
    known: bool = True
    of_story: bool = False


_VERSION = re.compile(r"(?<![\w.])\d+(?:\.\d+)+$")


class RequestNames:
    """The tokens of a request, and which of them are names; ``free`` are those that are not.

    ``labels`` are the names that are labels alone. ``classes`` are the tables of closed-class words
    that the others belong to, empty for content.
    """

    def __init__(self, text: str, vocabulary: Vocabulary) -> None:
        self.text = text
        self.tokens = split_compounds(tokens(text))
        self.words = [folded(token.word) for token in self.tokens]
        self.free = [True] * len(self.tokens)
        self.mentions: list[Mention] = []
        self.language = language_of_request(self.words, self._in_titles(vocabulary))
        self.classes = [""] * len(self.tokens)
        for phrase in closed_words(self.language).find(self.words, self.free):
            self.classes[phrase.first : phrase.last] = [phrase.meaning] * (
                phrase.last - phrase.first
            )
        self.unread: list[str] = []
        self._reasons()
        self._epics = vocabulary.epics
        self._named = named = _by_kind(vocabulary)
        self.labels = named["label"]
        self._take("epic", {epic.key: epic.key for epic in self._epics})
        stories = [story for epic in self._epics for story in epic.stories]
        self._take("story", {story.key: story.key for story in stories})
        self._criteria()
        self._take("release", {name: name for name in named["release"]})
        self._take("release", _versions(named["release"]))
        keys: dict[str, PartKind] = {epic.key: "epic" for epic in self._epics}
        keys |= {story.key: "story" for story in stories}
        self._story_numbers([story.key for story in stories])
        self._numbers(keys)
        self._numbers(dict.fromkeys(named["release"], "release"))
        self._same_releases(named["release"])
        all_titles = [*(one.title for one in self._epics), *(one.title for one in stories)]
        titles = [title for title in all_titles if len(tokens(title)) > 1]
        self._take("team", {name: name for name in named["team"]}, longer=(*self.labels, *titles))
        self._titles("epic", self._epics)
        self._titles("story", stories)
        self._parted()
        self._announced_labels()
        self._unknown()

    def _in_titles(self, vocabulary: Vocabulary) -> list[bool]:
        """Which words stand beside another as they do in a title: no title tells the language."""
        known = vocabulary.titles
        pairs = [known.has_pair(one.word, then.word) for one, then in pairwise(self.tokens)]
        return [any(pairs[max(0, at - 1) : at + 1]) for at in range(len(self.tokens))]

    def said(self, first: int, last: int) -> str:
        """The words of tokens, as the request has them."""
        return " ".join(self.text[self.tokens[first].start : self.tokens[last - 1].end].split())

    def runs_of(self, words: Collection[str]) -> list[tuple[int, int]]:
        """Where free tokens of these words stand, those beside one another as one run."""
        runs: list[tuple[int, int]] = []
        for at in (n for n, word in enumerate(self.words) if self.free[n] and word in words):
            first = runs.pop()[0] if runs and runs[-1][1] == at else at
            runs.append((first, at + 1))
        return runs

    def gap(self, at: int) -> str:
        """What stands between token ``at`` and the one before it."""
        between = self.text[self.tokens[at - 1].end : self.tokens[at].start] if at else ""
        short = at > 0 and self.classes[at - 1] == "without" and len(self.words[at - 1]) <= _SHORT
        return between.replace(".", "") if short else between

    def add(self, mention: Mention) -> None:
        """Keep a mention; its tokens are free no longer."""
        self.mentions.append(mention)
        self.free[mention.first : mention.last] = [False] * (mention.last - mention.first)

    def _reasons(self) -> None:
        """Nothing is asked for from "because" to the next sign."""
        for at, name in enumerate(self.classes):
            if name == "because" and self.free[at]:
                end = at + 1
                while end < len(self.tokens) and not BREAK.search(self.gap(end)):
                    end += 1
                self.free[at:end] = [False] * (end - at)
                self.unread.append(self.said(at, end))

    def _take(self, kind: PartKind, names: Mapping[str, str], longer: tuple[str, ...] = ()) -> None:
        """Find spellings among the free tokens, each with the name that it stands for, but none
        that is part of one of the ``longer`` names."""
        for match in find_names(self.tokens, (*names, *longer), self.free):
            if match.name not in names:
                continue
            spelt = _spelt(match.name)
            ends = ((match.first, spelt[0]), (match.last - 1, spelt[-1]))
            if match.last - match.first == 1 and self.classes[match.first] == "cases":
                beside = {*self.words[max(0, match.first - 1) : match.last + 1]}
                if not beside & announcing(kind):
                    continue  # "test cases", where a team is called "Test"
            if all(not self.classes[at] or self.words[at] == word for at, word in ends):
                self.add(Mention(kind, names[match.name], match.first, match.last))

    def _same_releases(self, releases: tuple[str, ...]) -> None:
        """Beside a release, those of the same name but for a word for one: "4.2", "Release 4.2".

        Beside one with the product's name the version alone too, as the product's own tracker has
        it: "Shop 4.2", "4.2". Where two products have that version it may be the other's.
        """
        same: dict[tuple[str, ...], list[str]] = {}
        for name in releases:
            same.setdefault(_bare_release(name), []).append(name)
        of_version: dict[tuple[str, ...], set[tuple[str, ...]]] = {}
        for words in same:
            of_version.setdefault(_version(words), set()).add(words)
        for found in [one for one in self.mentions if one.kind == "release" and one.known]:
            words = _bare_release(found.name)
            version = _version(words)
            alone = len(version) > 1 and of_version.get(version) == {version, words}
            for name in (*same.get(words, ()), *(same[version] if alone else ())):
                if name != found.name:
                    self.add(Mention("release", name, found.first, found.last))

    def _titles(self, kind: PartKind, issues: Sequence[Epic | UserStory]) -> None:
        """Find titles of several words; one that several have names them all."""
        held: dict[str, list[Epic | UserStory]] = {}
        for each in issues:
            if len(tokens(each.title)) > 1:
                held.setdefault(name_key(each.title), []).append(each)
        before = len(self.mentions)
        self._take(kind, {first.title: first.key for first, *_ in held.values()})
        others = {first.key: [each.key for each in more] for first, *more in held.values()}
        for found in self.mentions[before:]:
            for key in others[found.name]:
                self.add(Mention(kind, key, found.first, found.last))

    def _parted(self) -> None:
        """A verb leaves out where its other half follows in the clause, or else a known name."""
        for first, last in parted_words(self.language):
            for at, word in enumerate(self.words):
                if word == first and self.free[at] and not self.classes[at]:
                    end = at + 1
                    while end < len(self.words) and not BREAK.search(self.gap(end)):
                        end += 1
                    named = self.free[at + 1 : at + 2] == [False] and end > at + 1
                    if named or last in self.words[at + 1 : end]:
                        self.classes[at] = "without"

    def _story_numbers(self, keys: Sequence[str]) -> None:
        """The key of a story by its number alone, where no other has it: "story 413"."""
        for phrase in story_words(self.language).find(self.words, self.free):
            at = phrase.last
            whole = self._number(at) and self._version_end(at) == at + 1
            if whole and not BREAK.search(self.gap(at)):
                named = [key for key in keys if _spelt(key)[-1:] == (self.words[at],)]
                if len(named) == 1:
                    self.add(Mention("story", named[0], at, at + 1))

    def _criteria(self) -> None:
        """The key of a criterion names its story; the rest of it is told."""
        for mention in [one for one in self.mentions if one.kind == "story"]:
            at = mention.last
            if self.words[at : at + 1] == [_CRITERION] and self._number(at + 1):
                self.add(Mention("criterion", self.said(mention.first, at + 2), at, at + 2, False))

    def _numbers(self, names: Mapping[str, PartKind]) -> None:
        """Names by number after one: "Drop 1 and 2", "Drops 1 to 3", "CC-201, 202"."""
        known = {_spelt(name): name for name in names}
        for mention in [one for one in self.mentions if one.name in names and one.known]:
            *stem, last = _spelt(mention.name)
            at, spanning = mention.last, False
            while at < len(self.tokens) and last.isdigit():
                if self.gap(at).strip() == ".":
                    break
                word = self.words[at]
                again = self.words[at : at + len(stem)] == stem
                end = at + len(stem) if again else at
                if self.free[at] and self.classes[at] in ("and", "until"):
                    spanning = self.classes[at] == "until"
                elif spanning and self.words[end : end + 1] and self.words[end].isdigit():
                    self._span(names, known, mention, self.words[end], (at, end + 1))
                    if again:
                        break
                    last, spanning = word, False
                elif self.free[at] and word.isdigit() and (*stem, word) in known:
                    self.add(Mention(names[known[*stem, word]], known[*stem, word], at, at + 1))
                    last = word
                elif self.free[at] and self._and_unknown(at, mention):
                    name = f"{self.said(mention.first, mention.first + 1)} {word}"
                    self.add(Mention(mention.kind, name, at, at + 1, False))
                else:
                    break
                at += 1

    def _span(
        self,
        names: Mapping[str, PartKind],
        known: Mapping[tuple[str, ...], str],
        mention: Mention,
        until: str,
        place: tuple[int, int],
    ) -> None:
        """The names from that of ``mention`` to this number, all said by the tokens of ``place``.

        Releases that are not there are told in runs; of keys, which have gaps, the last alone.
        """
        *stem, begin = _spelt(mention.name)
        low, high = sorted((int(begin), int(until)))
        held = {
            int(words[-1]): name
            for words, name in known.items()
            if list(words[:-1]) == stem and words[-1].isdigit() and low <= int(words[-1]) <= high
        }
        for name in held.values():
            self.add(Mention(names[name], name, *place))
        if int(until) not in held and mention.kind != "release":
            key = mention.name.removesuffix(begin) + until
            self.add(Mention("epic", key, *place, False))
        elif mention.kind == "release":
            said = self.said(mention.first, mention.first + 1)
            edges = [low - 1, *sorted(held), high + 1]
            for before, after in pairwise(edges):
                if after - before > 1:
                    ends = dict.fromkeys((before + 1, after - 1))
                    name = f"{said} {'–'.join(map(str, ends))}"
                    self.add(Mention("release", name, *place, False))

    def _and_unknown(self, at: int, mention: Mention) -> bool:
        joined = self.classes[at - 1] == "and" and self.tokens[at].is_number
        return joined and mention.kind == "release"

    def _announced_labels(self) -> None:
        """Labels after a word for one ("labelled refunds"), after "#", or called a team."""
        telling = announcing("label")
        for match in find_names(self.tokens, self.labels, self.free):
            before = set(self.words[max(0, match.first - _LABEL_REACH) : match.first])
            if before & telling or self._hashed(match.first) or self._called_team(match):
                self.add(Mention("label", match.name, match.first, match.last))

    def _called_team(self, match: Match) -> bool:
        """Whether a word for a team stands right before or after words of content."""
        beside = [at for at in (match.first - 1, match.last) if 0 <= at < len(self.words)]
        return not any(self.classes[match.first : match.last]) and any(
            self.words[at] in announcing("team")
            and not BREAK.search(self.gap(max(at, match.first)))
            for at in beside
        )

    def _unknown(self) -> None:
        """Keys, and names announced as a release, team or label, that the project does not know."""
        for found in _KEY.finditer(self.text):
            places = [
                n for n, t in enumerate(self.tokens) if found.start() <= t.start < found.end()
            ]
            if places and all(self.free[n] for n in places):
                kind: PartKind = (
                    "release" if self.words[places[0]] in self._stems("release") else "epic"
                )
                self.add(Mention(kind, found[0], places[0], places[-1] + 1, False))
        prefixes = {_spelt(epic.key)[0] for epic in self._epics if _spelt(epic.key)}
        for at in range(len(self.tokens)):
            if not self.free[at]:
                continue
            word = self.words[at]
            if self._number(at + 1) and (
                word in self._stems("release") or word in announcing("release")
            ):
                after = self._version_end(at + 1)
                self._add_unknown("release", at, at, after)
                while self.classes[after : after + 1] in (["and"], ["until"]) and self._number(
                    after + 1
                ):
                    first, after = after + 1, self._version_end(after + 1)
                    self._add_unknown("release", first - 1, first, after)
            elif self._number(at + 1) and word in prefixes:
                self._add_unknown("epic", at, at, at + 2)
            elif self._hashed(at):
                self._add_unknown("label", at, at, self._run(at))
            elif self._is_content(at) and at + 1 < len(self.words):
                self._announced_after(at, self._run(at))
            else:
                self._after(at)

    def _version_end(self, at: int) -> int:
        """Where a version that begins with the number ``at`` ends: "2.1"."""
        at += 1
        while self._number(at) and self.gap(at) == ".":
            at += 1
        return at

    def _announced_after(self, at: int, end: int) -> None:
        """A name right before the word that announces it: "the Metering team"."""
        if end >= len(self.words) or not self.free[end] or BREAK.search(self.gap(end)):
            return
        kinds: tuple[PartKind, ...] = ("team", "label", "release")
        for kind in kinds:
            if self.words[end] in announcing(kind):
                known = find_names(self.tokens[:end], self._named[kind], self.free[:end])
                named = any(match.last == end for match in known)
                if not named and not (self._number(end + 1) or self._is_content(end + 1)):
                    self._add_unknown(kind, at, at, end)
                return

    def _after(self, at: int) -> None:
        """A name right after the word that announces it: "team Marketing", "release: Phoenix".

        A word right behind a name of its kind belongs to that: "the Billing team owns".
        """
        before = [one.kind for one in self.mentions if one.last == at]
        kinds: tuple[PartKind, ...] = ("release", "team", "label")
        for kind in kinds:
            announced = self.words[at] in announcing(kind) and self._is_content(at + 1)
            if kind in before and not BREAK.search(self.gap(at)):
                return
            if announced and self.gap(at + 1).strip() in {"", ":"}:
                self._add_unknown(kind, at, at + 1, self._run(at + 1))
                return

    def _add_unknown(self, kind: PartKind, closing: int, first: int, last: int) -> None:
        self.add(Mention(kind, self.said(first, last), first, last, False))
        self.free[closing:last] = [False] * (last - closing)

    def _run(self, at: int) -> int:
        """Where a name that begins at ``at`` ends: only spaces or hyphens between its words."""
        at += 1
        while self._is_content(at) and not self.gap(at).strip(" -_"):
            at += 1
        return at

    def _is_content(self, at: int) -> bool:
        return at < len(self.tokens) and self.free[at] and not self.classes[at]

    def _number(self, at: int) -> bool:
        return at < len(self.tokens) and self.tokens[at].is_number and self.free[at]

    def _hashed(self, at: int) -> bool:
        return self.text[: self.tokens[at].start].endswith("#")

    def _stems(self, kind: PartKind) -> frozenset[str]:
        """What numbered names begin with: "drop" of "Drop-3"."""
        spelt = (_spelt(name) for name in self._named[kind])
        return frozenset(words[0] for words in spelt if len(words) > 1 and words[-1].isdigit())


def _versions(releases: tuple[str, ...]) -> dict[str, str]:
    """The releases that a version alone names, by it: "2026.3" for "Release 2026.3"."""
    found: dict[str, list[str]] = {}
    for name in releases:
        if match := _VERSION.search(name):
            found.setdefault(match[0], []).append(name)
    return {version: names[0] for version, names in found.items() if len(names) == 1}


def _bare_release(name: str) -> tuple[str, ...]:
    words = _spelt(name)
    return tuple(word for word in words if word not in announcing("release")) or words


def _version(words: tuple[str, ...]) -> tuple[str, ...]:
    """The numbers at the end of a name's words."""
    first = next((at for at, word in enumerate(words[::-1]) if not word.isdigit()), len(words))
    return words[len(words) - first :]


def _by_kind(vocabulary: Vocabulary) -> dict[str, tuple[str, ...]]:
    """Each name once, in one of its spellings: a release, or else a team, or else a label.

    What is called as releases are ("drop-3") is one, whichever field it stands in.
    """
    stems = announcing("release") | {
        words[0] for name in vocabulary.releases if len(words := _spelt(name)) > 1
    }
    labels: list[str] = []
    numbered: list[str] = []
    for name in vocabulary.labels:
        *stem, last = _spelt(name) or ("",)
        numbered_so = len(stem) == 1 and stem[0] in stems and last.isdigit()
        (numbered if numbered_so else labels).append(name)
    releases = (*vocabulary.release_names, *numbered)
    found: dict[str, tuple[str, ...]] = {}
    taken: set[str] = set()
    for kind, fields in (("release", releases), ("team", vocabulary.teams), ("label", labels)):
        names = distinct_names(fields)
        found[kind] = tuple(name for name in names if name_key(name) not in taken)
        taken.update(map(name_key, names))
    return found


def _spelt(name: str) -> tuple[str, ...]:
    found: list[Token] = tokens(name)
    return tuple(folded(token.word) for token in found)
