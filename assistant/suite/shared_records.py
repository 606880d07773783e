"""Records that several cases name in different words: where they need one in different states, a
tester who runs the first finds it spoiled for the next. Code counts words and knows no states."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Sequence
from functools import partial
from itertools import dropwhile, groupby

from assistant.domain import TestCase, Value
from assistant.language.casing import FUNCTION_WORD, record_names
from assistant.language.function_words import articles_of
from assistant.suite.preconditions import same_words, without_mark

_CLAUSE_END = re.compile(r"[,;:.](?:\s|$)")
_WORD = re.compile(r"[\w-]+")


class RecordUse(Value):
    """The words of preconditions that name a record, and the cases that have just these."""

    lines: tuple[str, ...]
    cases: tuple[TestCase, ...]


class SharedRecord(Value):
    """A record by its name, and its uses in the order of the cases."""

    name: str
    uses: tuple[RecordUse, ...]

    @property
    def counts(self) -> str:
        """How many cases name it, in how many ways."""
        cases = sum(len(use.cases) for use in self.uses)
        return f"{cases} cases, {len(self.uses)} different preconditions"


def shared_records(cases: Sequence[TestCase]) -> tuple[SharedRecord, ...]:
    """The records that cases name in different words: first those that are to be set up for some of
    them only, then by how many ways there are; last those with which no precondition begins.

    A record has a number, or a name in a precondition that is to be set up. A precondition is about
    what its first clause with a name has: the articles of an order stand behind it. Keys of what is
    tested, and words that an objective has, are those of no record.
    """
    tested = dict.fromkeys(
        f"{one.epic_key} {one.story_key} {one.criterion_ids} {one.release}" for one in cases
    )
    keys = {*record_names("\n".join(tested))}
    objectives = dict.fromkeys(one.objective for one in cases)
    subject = "\n".join((*tested, *objectives)).casefold()
    lines = [without_mark(line) for case in cases for line in case.preconditions]
    named = partial(_names, articles=articles_of("\n".join(text for _, text in lines)))
    set_up: dict[tuple[str, ...], set[str]] = defaultdict(set)
    lengths: dict[str, set[int]] = defaultdict(set)
    for name in {name for marked, text in lines if marked for name in _about(text, named)[1]}:
        if " " in name and name.casefold() not in subject:
            parts = _WORD.findall(name)
            set_up[*parts].add(name)
            lengths[parts[0]].add(len(parts))

    def names_in(clause: str) -> set[str]:
        parts = _WORD.findall(clause)
        runs = (
            tuple(parts[at : at + length])
            for at, part in enumerate(parts)
            for length in lengths.get(part, ())
        )
        known = (one for run in runs for one in set_up.get(run, ()))
        return {*record_names(clause), *(one for one in known if one in clause)} - keys

    words: dict[tuple[bool, str], str] = {}
    first: dict[str, int] = {}
    found: dict[str, dict[tuple[tuple[bool, str], ...], list[TestCase]]] = {}
    for case in cases:
        lines_of: dict[str, dict[tuple[bool, str], None]] = defaultdict(dict)
        for line in case.preconditions:
            key = same_words(line)
            words.setdefault(key, line.strip())
            place, names = _about(key[1], names_in)
            first.update((name, min(place, first.get(name, place))) for name in names[:1])
            for name in names:
                lines_of[name][key] = None
        for name, mine in lines_of.items():
            found.setdefault(name, {}).setdefault(tuple(mine), []).append(case)

    def order(name: str) -> tuple[bool, bool, int]:
        kinds = {any(to_set_up for to_set_up, _ in mine) for mine in found[name]}
        return first[name] > 0, len(kinds) == 1, -len(found[name])

    shared = (name for name in first if len(found[name]) > 1)
    return tuple(
        SharedRecord(
            name=name,
            uses=tuple(
                RecordUse(lines=tuple(map(words.__getitem__, mine)), cases=tuple(users))
                for mine, users in found[name].items()
            ),
        )
        for name in sorted(shared, key=order)
    )


def _about(text: str, names_in: Callable[[str], set[str]]) -> tuple[int, list[str]]:
    """The names in the first clause that has one, in their order, and which clause that is."""
    for place, clause in enumerate(_CLAUSE_END.split(text)):
        if found := names_in(clause):
            return place, sorted(found, key=lambda one: (clause.find(one), one))
    return 0, []


def _names(clause: str, *, articles: frozenset[str]) -> set[str]:
    """The numbers, and names of two words and more: "Ada Horn"; no role with a letter, and no
    article before a name."""
    runs = (words for is_name, words in groupby(clause.split(), _is_name) if is_name)

    def names_nothing(word: str) -> bool:
        return FUNCTION_WORD.fullmatch(word) is not None or word.casefold() in articles

    names = (" ".join(dropwhile(names_nothing, words)).rstrip(')”"') for words in runs)
    return {*record_names(clause), *(one for one in names if " " in one and one[-2] != " ")}


def _is_name(word: str) -> bool:
    return word[0].isupper() and not any(map(str.isdigit, word))
