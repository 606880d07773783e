"""A request in a sentence to what it asks for: which epics, which techniques, about what."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Literal

from assistant.domain import TECHNIQUES, SearchFilter, Technique, Value
from assistant.knowledge.name_matching import Match, Token, find_names, tokens

_KEY = re.compile(r"(?<![\w-])[A-Za-z][A-Za-z0-9_]{1,15}-\d{1,7}(?![\w-])")

_TECHNIQUE_NAMES: dict[Technique, tuple[str, ...]] = {
    "positive": ("positive", "happy path", "happy day"),
    "negative": ("negative", "unhappy path", "sad path"),
    "boundary": ("boundary", "boundaries", "boundary value", "edge case", "limit value"),
    "decision-table rule": ("decision table", "decision table rule", "business rule combination"),
    "state transition": ("state transition", "status transition", "state change"),
    "role": ("role based", "permission based"),
    "pairwise": ("pairwise", "pair wise", "all pairs", "combinatorial"),
    "end-to-end": ("end to end", "e2e", "scenario testing", "business process"),
}
_TECHNIQUE_WORDS: dict[Technique, tuple[str, ...]] = {
    "positive": ("valid",),
    "negative": ("invalid", "error", "failure", "rejection"),
    "boundary": ("limit", "edge"),
    "state transition": ("transition",),
    "role": ("role", "permission", "authorisation", "authorization"),
}
"""Words that name a technique only right before "tests" or "cases"."""

_CASE_WORDS = frozenset({"test", "case", "scenario", "condition", "check", "uat"})
_JOINING = frozenset({"and", "or", "plu", "also", "to", "through", "thru", "until"})
_RANGE = frozenset({"to", "through", "thru", "until"})
_EXCLUDING = frozenset({"no", "not", "without", "except", "excluding", "exclude", "skip"})
_OF_RELEASE = frozenset({"release", "version", "drop", "sprint", "iteration"})
_OF_TEAM = frozenset({"team", "squad"})
_OF_LABEL = frozenset({"label", "labelled", "labeled", "tag", "tagged"})
_ANNOUNCING = _OF_RELEASE | _OF_TEAM | _OF_LABEL

_REQUEST = """
a about acceptance all an and any are as at be belong belonging between build by can case concerning
condition could cover coverage covering create criteria criterion deliver do doe draft each epic
every for from full generate get give have help i in into is it just label labeled labelled like
list make me my need new of on only or our out planned please prepare produce provide regarding
related release run scenario script set should show some squad storie story suite tag tagged team
test testing that the their them these thi to uat up u use user using version want we where which
will with within would write you your
"""
_REQUEST_WORDS = frozenset(_REQUEST.split())
"""Words of the request itself, in the singular form of ``phrases.tokens``."""


Sense = Literal["question", "order", "unclear"]
"""What a request is: asked to know something, to have cases written, or nobody can tell."""

_ASKING = ("?", "？", "؟")
_OF_CASES = re.compile(r"test|prueba|scenario|szenari|scénario|escenario|\buat\b", re.IGNORECASE)
"""What cases are called in the languages of ``language``: most of them say "test"."""


def sense_of(text: str) -> Sense:
    """Whether a sentence asks to know something or orders cases to be written.

    Told by what no phrasing changes: a question mark at its end, and whether it speaks of cases at
    all. "Which tests cover CC-12?" may be either.
    """
    asks = text.rstrip(" \t\r\n\"'”’»)").endswith(_ASKING) or text.lstrip().startswith("¿")
    of_cases = bool(_OF_CASES.search(text)) or any(t.word in _CASE_WORDS for t in tokens(text))
    if asks:
        return "unclear" if of_cases else "question"
    return "order" if of_cases else "unclear"


class Vocabulary(Value):
    """The names that a project knows; ``epics`` are ``(key, title)`` pairs."""

    releases: tuple[str, ...] = ()
    teams: tuple[str, ...] = ()
    labels: tuple[str, ...] = ()
    epics: tuple[tuple[str, str], ...] = ()


class ParsedRequest(Value):
    """A request, understood as far as it was.

    ``text`` are the words left over, for a search by meaning; ``understood`` says in words what was
    recognised, ``unmatched`` names keys, releases, teams and labels that the project does not know.
    """

    text: str
    filter: SearchFilter
    epic_keys: tuple[str, ...] = ()
    techniques: tuple[Technique, ...] = ()
    understood: tuple[str, ...] = ()
    unmatched: tuple[str, ...] = ()


def parse_request(text: str, vocabulary: Vocabulary) -> ParsedRequest:
    """What a request such as "negative cases for CC-12 and CC-13" asks for.

    Names are matched loosely ("drop 3", "call center"); nothing is guessed: a name that the project
    does not know is reported, and other words are left for a search by meaning.
    """
    parser = _Parser(text[:10_000], vocabulary)
    return parser.parse()


class _Parser:
    def __init__(self, text: str, vocabulary: Vocabulary) -> None:
        self._text = text
        self._vocabulary = vocabulary
        self._tokens = tokens(text)
        self._free = [True] * len(self._tokens)

    def parse(self) -> ParsedRequest:
        keys = {key: key for key, _ in self._vocabulary.epics}
        epic_keys = [match.name for match in self._take(keys)]
        releases = self._releases()
        teams = [match.name for match in self._take(self._vocabulary.teams)]
        titles = {title: key for key, title in self._vocabulary.epics if len(tokens(title)) > 1}
        epic_keys += [titles[match.name] for match in self._take(titles)]
        techniques = self._techniques()
        labels = self._labels()
        unmatched = self._unknown()
        left = self._left_over()
        wanted = SearchFilter(
            releases=_unique(releases), teams=_unique(teams), labels=_unique(labels)
        )
        understood = [
            *(f"release {name}" for name in wanted.releases),
            *(f"team {name}" for name in wanted.teams),
            *(f"label {name}" for name in wanted.labels),
            *(f"epic {key}" for key in _unique(epic_keys)),
            *(f"technique {name}" for name in techniques),
            *([f"about {left}"] if left else []),
        ]
        return ParsedRequest(
            text=left,
            filter=wanted,
            epic_keys=_unique(epic_keys),
            techniques=techniques,
            understood=tuple(understood),
            unmatched=_unique(unmatched),
        )

    def _take(self, names: Iterable[str]) -> list[Match]:
        """Find names among the free tokens, which are free no longer."""
        matches = find_names(self._tokens, names, self._free)
        for match in matches:
            self._close(range(match.first, match.last))
        return matches

    def _releases(self) -> list[str]:
        """Releases by name, and by number after one: "Drop 1 and 2", "Drops 1 to 3"."""
        known = {_words(name): name for name in self._vocabulary.releases}
        found: list[str] = []
        for match in self._take(self._vocabulary.releases):
            found.append(match.name)
            stem, last = _words(match.name)[:-1], _words(match.name)[-1]
            at, spanning = match.last, False
            while at < len(self._tokens) and self._free[at] and last.isdigit():
                word = self._tokens[at].word
                if word in _JOINING:
                    spanning = word in _RANGE
                elif word.isdigit() and (*stem, word) in known:
                    numbers = range(int(last), int(word) + 1) if spanning else [int(word)]
                    names = (known.get((*stem, str(number))) for number in numbers)
                    found.extend(name for name in names if name)
                    self._close(range(match.last, at + 1))
                    last, spanning = word, False
                else:
                    break
                at += 1
        return found

    def _techniques(self) -> tuple[Technique, ...]:
        """Techniques in the order of the domain; "no boundary cases" means all the others."""
        by_name = {name: tech for tech, names in _TECHNIQUE_NAMES.items() for name in names}
        matches = [(by_name[match.name], match) for match in self._take(by_name)]
        by_word = {name: tech for tech, names in _TECHNIQUE_WORDS.items() for name in names}
        for match in reversed(find_names(self._tokens, by_word, self._free)):
            if self._before_cases(match.last):
                self._close(range(match.first, match.last))
                matches.append((by_word[match.name], match))
        wanted, barred = set(), set()
        for technique, match in matches:
            before = self._tokens[match.first - 1].word if match.first else ""
            if before in _EXCLUDING:
                barred.add(technique)
                self._free[match.first - 1] = False
            else:
                wanted.add(technique)
        if barred and not wanted:
            wanted = set(TECHNIQUES)
        return tuple(each for each in TECHNIQUES if each in wanted - barred)

    def _before_cases(self, at: int) -> bool:
        """Whether only joining and technique words stand between here and "tests" or "cases"."""
        for token, free in zip(self._tokens[at : at + 6], self._free[at : at + 6], strict=True):
            if token.word in _CASE_WORDS:
                return True
            if free and token.word not in _JOINING:
                return False
        return False

    def _labels(self) -> list[str]:
        """Labels of several words, and single words announced as labels ("#refunds").

        A single word that happens to be a label is no reason to bar every epic without it.
        """
        found: list[str] = []
        for match in find_names(self._tokens, self._vocabulary.labels, self._free):
            before = {token.word for token in self._tokens[max(0, match.first - 4) : match.first]}
            hashed = self._text[: self._tokens[match.first].start].endswith("#")
            if len(_words(match.name)) > 1 or hashed or before & _OF_LABEL:
                found.append(match.name)
                self._close(range(match.first, match.last))
        return found

    def _unknown(self) -> list[str]:
        """Keys, and names announced as a release, team or label, that the project does not know."""
        unknown: list[str] = []
        stems = {_words(name)[:-1] for name in self._vocabulary.releases} - {()}
        for match in _KEY.finditer(self._text):
            inside = [
                i for i, t in enumerate(self._tokens) if match.start() <= t.start < match.end()
            ]
            if all(self._free[i] for i in inside):
                unknown.append(match[0])
                self._close(inside)
        for at, token in enumerate(self._tokens):
            following = self._tokens[at + 1] if at + 1 < len(self._tokens) else None
            if following is None or not (self._free[at] and self._free[at + 1]):
                continue
            if following.is_number and ((token.word,) in stems or token.word in _ANNOUNCING):
                unknown.append(self._text[token.start : following.end])
                self._close([at, at + 1])
            elif following.word in _OF_TEAM and token.word not in _REQUEST_WORDS:
                unknown.append(self._text[token.start : token.end])
                self._close([at, at + 1])
            elif token.word in _ANNOUNCING and following.word not in _REQUEST_WORDS:
                run = self._run(at + 1)
                if self._text[token.end : following.start].strip() in {"", ":"}:
                    unknown.append(self._text[following.start : self._tokens[run[-1]].end])
                    self._close([at, *run])
        return unknown

    def _run(self, at: int) -> list[int]:
        """Tokens from ``at`` on that are one name: nothing but spaces or hyphens between them."""
        run = [at]
        while at + 1 < len(self._tokens) and self._free[at + 1]:
            gap = self._text[self._tokens[at].end : self._tokens[at + 1].start]
            if gap.strip(" -_") or self._tokens[at + 1].word in _REQUEST_WORDS | _JOINING:
                break
            at += 1
            run.append(at)
        return run

    def _close(self, places: Iterable[int]) -> None:
        for place in places:
            self._free[place] = False

    def _left_over(self) -> str:
        """Runs of free tokens without the words of the request at their ends."""
        runs: list[list[Token]] = [[]]
        for token, free in zip(self._tokens, self._free, strict=True):
            if free:
                runs[-1].append(token)
            elif runs[-1]:
                runs.append([])
        parts = []
        for run in runs:
            kept = _stripped(run)
            if kept:
                parts.append(" ".join(self._text[kept[0].start : kept[-1].end].split()))
        return ", ".join(parts)


def _stripped(run: Sequence[Token]) -> Sequence[Token]:
    content = [i for i, token in enumerate(run) if token.word not in _REQUEST_WORDS | _JOINING]
    return run[content[0] : content[-1] + 1] if content else ()


def _words(name: str) -> tuple[str, ...]:
    return tuple(token.word for token in tokens(name))


def _unique(names: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(names))
