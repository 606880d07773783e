"""Where a case starts, what changes in it, and on which side of a limit it stands.

Cases of one suite use the same words for opposite situations: what is given in one is denied in
the other, a status goes from A to B or from B to A, one keeps within a limit and one passes it. A
comparison of wording or of meaning hardly sees that.
"""

from __future__ import annotations

import re

from assistant.language.word_lists import read_patterns
from assistant.suite.amounts import Amount, amount_text, placed_amounts
from assistant.suite.case_words import opposed, quoted_with_place, stem, without_quotes

GivenStates = tuple[frozenset[str], frozenset[str]]
"""Values that a case starts from, and values that it says it does not start from."""
Moves = frozenset[tuple[str, str]]
"""Changes of state, each from one to another."""
Sides = dict[Amount, frozenset[str]]
"""For each amount on which sides of it a text stands."""
EndStates = tuple[frozenset[str], frozenset[str]]
"""Stems of the states that a result keeps, and of those that it does not reach."""
_SHORT = 4
"""A quoted text of so many words or fewer is a value; a longer one is a message."""
_PATTERNS = read_patterns(__file__)
_DENIED = _PATTERNS["denied"]
_NAME = r"[\"“']?(?P<{0}>[A-Z][\w-]*(?: [A-Z][\w-]*){{0,4}})[\"”']?"
_MOVE = re.compile(rf"\bfrom {_NAME.format('start')} (?:back )?to {_NAME.format('end')}")
_PAST = _PATTERNS["past"]
_SHORT_OF = _PATTERNS["short_of"]
_KEPT = _PATTERNS["kept"]


def given_states(texts: tuple[str, ...]) -> GivenStates:
    """Quoted values that are given, and those that are denied ("whose status is not "Open"")."""
    given: set[str] = set()
    denied: set[str] = set()
    for text in texts:
        for value, start in quoted_with_place(text):
            if len(value.split()) <= _SHORT:
                before = text[max(0, start - 40) : start]
                (denied if _DENIED.search(before) else given).add(value)
    return frozenset(given), frozenset(denied)


def opposed_states(ours: GivenStates, theirs: GivenStates) -> list[str]:
    """What one case starts from and the other denies, or another state of the same thing.

    A state is written with a capital ("Active"); what is not ("nodejs-release") is an example.
    """
    for mine, other in ((ours, theirs), (theirs, ours)):
        only = (mine[0] & other[1]) - mine[1] - other[0]
        if only:
            return [f"only one starts from “{min(only)}”"]
    first, second = ({value for value in each[0] if value[:1].isupper()} for each in (ours, theirs))
    if first and second and not first & second:
        return [f"one starts from “{min(first)}”, the other from “{min(second)}”"]
    return []


def moves(text: str) -> Moves:
    """The changes of state in a text: "from New to Assigned"."""
    return frozenset(
        (match["start"].casefold(), match["end"].casefold()) for match in _MOVE.finditer(text)
    )


def moves_apart(ours: Moves, theirs: Moves) -> list[str]:
    """Changes of state of which both texts name one, and not the same one."""
    if ours and theirs and not ours & theirs:
        shown = [" to ".join(sorted(one)[0]) for one in (ours, theirs)]
        return [f"“{shown[0]}” against “{shown[1]}”"]
    return []


def sides(text: str) -> Sides:
    """For each amount on which side of it the text stands: "past", "short of", "kept", "at"."""
    bare = without_quotes(text)
    found: dict[Amount, set[str]] = {}
    for value, unit, place in placed_amounts(bare):
        before = bare[max(0, place - 30) : place].rstrip("£$€ ") + " "
        side = (
            "past" if _PAST.search(before)
            else "short of" if _SHORT_OF.search(before)
            else "kept" if _KEPT.search(before)
            else "at"
        )  # fmt: skip
        found.setdefault((value, unit), set()).add(side)
    return {amount: frozenset(each) for amount, each in found.items()}


def sides_apart(ours: Sides, theirs: Sides) -> list[str]:
    """A limit that one text passes, or stays short of, and that the other keeps or stands at."""
    for amount in ours.keys() & theirs.keys():
        mine, other = ours[amount], theirs[amount]
        if mine & other or not {"past", "short of"} & (mine | other):
            continue
        return [f"{min(mine)} {amount_text(amount)} against {min(other)} {amount_text(amount)}"]
    return []


def results_opposed(ours: frozenset[str], theirs: frozenset[str]) -> list[str]:
    """Opposite words of which each result has its own: "hidden" and "visible"."""
    pair = opposed(ours - theirs, theirs - ours)
    return [f"“{pair[0]}” against “{pair[1]}” is expected"] if pair else []


_STAYS = re.compile(rf"\b(?:stays|remains|is still) {_NAME.format('state')}")
_NOT_TO = re.compile(
    rf"\b(?:not|never) (?:change|move|go|switch|turn)s? (?:back )?(?:in)?to {_NAME.format('state')}"
)


def end_states(text: str) -> EndStates:
    """The states that a result keeps ("stays Open"), and those that it does not reach."""
    return (
        frozenset(stem(match["state"]) for match in _STAYS.finditer(text)),
        frozenset(stem(match["state"]) for match in _NOT_TO.finditer(text)),
    )


def end_apart(ours: EndStates, theirs: EndStates) -> list[str]:
    """A state that one result keeps and that the other does not reach."""
    for (kept, _), (_, missed) in ((ours, theirs), (theirs, ours)):
        if kept & missed:
            return [f"only one ends in “{min(kept & missed)}”"]
    return []
