"""The condition clauses of a sentence as single facts, and how they are joined."""

from __future__ import annotations

import re
from dataclasses import replace

from assistant.design.causes import Fact, Tree, read_facts, read_occasions, turned
from assistant.design.clause_words import (
    OCCASION,
)
from assistant.design.logic import Expression, joined
from assistant.design.rules import Condition
from assistant.design.sentences import Span


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
    """The tree over indices of ``parts``, to which its facts are added."""
    if isinstance(tree, Fact):
        own = tree.own or tree.words
        place = Span(own, tree.end - len(own), tree.end)
        full = tree.words if tree.words != own else ""
        parts.append(replace(condition, words=place, holds=tree.holds, full=full))
        return len(parts) - 1
    return joined([_numbered(part, condition, parts) for part in tree.parts], all_=tree.all)
