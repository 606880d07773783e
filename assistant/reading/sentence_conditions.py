"""The condition clauses of a sentence as single facts, and how they are joined."""

from __future__ import annotations

import re
from dataclasses import replace

from assistant.language.clause_words import (
    OCCASION,
)
from assistant.language.sentences import Span
from assistant.reading.condition_facts import Fact, Tree, read_facts, read_occasions, turned
from assistant.reading.logic import Expression, joined
from assistant.reading.rules import Condition


def condition_parts(
    conditions: list[Condition], effect: Span
) -> tuple[list[Condition], Expression | None]:
    """The single facts of all condition clauses, and how they are joined.

    After the effect, "when A, when B and when C" lists occasions of which each is enough.
    """
    parts: list[Condition] = []
    trees: list[Expression] = []
    for condition in conditions:
        words = condition.words
        if condition.holds and not _CLAUSE_WORDS.match(condition.keyword):
            trees.append(len(parts))
            parts.append(condition)
            continue
        if condition.keyword in OCCASION:
            tree = read_occasions(words.text, words.end)
        else:
            occasions = condition.keyword in ("when", "whenever") and words.start > effect.start
            tree = read_facts(words.text, words.end, occasions=occasions)
        trees.append(_numbered(tree if condition.holds else turned(tree), condition, parts))
    return parts, joined(trees, all_=True) if trees else None


_CLAUSE_WORDS = re.compile(
    r"(?:only )?(?:if|when|where|once|after)\b|(?:as|so) (?:long|soon) as|provided|given|in |unless"
    r"|on (?:the )?(?:condition|understanding)|under (?:the )?condition|assuming|until|except"
    r"|while|whenever|before", re.IGNORECASE
)  # fmt: skip


def _numbered(tree: Tree, condition: Condition, parts: list[Condition]) -> Expression:
    """The tree over indices of ``parts``, to which its facts are added.

    Conditions that share words are told apart by the part of them that is their own; where that
    cannot be found, or a denial stands among the shared words, the clause stays one condition.
    """
    found: list[Condition] = []
    tree_ = _placed(tree, condition, found, len(parts))
    if tree_ is None:
        found = [condition]
        tree_ = len(parts)
    parts += found
    return tree_


def _placed(
    tree: Tree, condition: Condition, found: list[Condition], first: int
) -> Expression | None:
    """The tree over the conditions ``found``, numbered from ``first``; ``None`` where not sure."""
    if not isinstance(tree, Fact):
        placed = [_placed(part, condition, found, first) for part in tree.parts]
        sure = [part for part in placed if part is not None]
        return joined(sure, all_=tree.all) if len(sure) == len(placed) else None
    words = _found(condition.words, tree.words, tree.end)
    whole = (tree.own and _found(condition.words, tree.own, tree.end)) or condition.words
    part = _found(whole, tree.part, tree.end) if tree.part else None
    if part is not None and _DENIED.search(whole.text.replace(part.text, "")):
        part = None
    alone = words is not None and _LAST.fullmatch(whole.text.partition(words.text)[2])
    if words is not None and (part is None or alone):
        found.append(replace(condition, words=words, holds=tree.holds))
    elif part is not None:
        found.append(replace(condition, words=whole, holds=tree.holds, full=tree.words, part=part))
    elif tree.part or not tree.own or _found(condition.words, tree.own, tree.end) is None:
        return None
    else:
        found.append(replace(condition, words=whole, holds=tree.holds, full=tree.words))
    return first + len(found) - 1


_LAST = re.compile(r"(?:,? (?:and|or) \S+)?")
"""What may stand behind words that are whole: of "Gold or Platinum status" they share the noun."""
_DENIED = re.compile(r"\b(?:not|no|neither|nor|never|none|nobody|cannot)\b|n['’]t\b", re.IGNORECASE)


def _found(within: Span, words: str, end: int) -> Span | None:
    """Words as they stand in a span, the place that ends nearest to ``end``."""
    words = words.strip(" ,;.")
    places = [m.start() for m in re.finditer(re.escape(words), within.text)] if words else []
    if not places:
        return None
    at = min(places, key=lambda place: abs(within.start + place + len(words) - end))
    return Span(words, within.start + at, within.start + at + len(words))
