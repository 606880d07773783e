"""The words of a condition clause as single facts joined by "and" and "or".

"the name or the address is missing" is two facts that share a predicate, "is frozen or closed" two
that share a subject, "neither ... nor" two that are denied. Each fact gets words that stand alone;
their offsets end where the fact's own words end, so that a limit in it keeps its place.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from itertools import pairwise

from assistant.language.clauses import Clause, parse_clause
from assistant.language.coordination import MAX_CLAUSE, joins_ends, starts_clause
from assistant.language.nouns import ARTICLE
from assistant.language.quoted_messages import mask_quotes
from assistant.language.verbs import base_of_third, is_base
from assistant.language.word_lists import word_set
from assistant.reading.ellipsis import COMPARED_TO, shared_complement, shared_subject

MAX_PARTS = 12


@dataclass(frozen=True, slots=True)
class Fact:
    """One fact of a condition: its words, where they end in the text, whether it must hold."""

    words: str
    end: int
    holds: bool = True
    own: str = ""
    """Its words as they stand, where a subject was lent to it."""
    part: str = ""
    """Where several facts share a clause: the words of it that are this one's alone."""


@dataclass(frozen=True, slots=True)
class Facts:
    """Facts of which ``all`` or else any one must hold."""

    all: bool
    parts: tuple[Fact | Facts, ...]


Tree = Fact | Facts

PROVIDED = (
    r"(?<!\bbe )(?<!\bis )(?<!\bare )(?<!\bwas )(?<!\bwere )(?<!\bbeen )"
    r"provided(?! (?:by|for|to|with|in|on|at(?! (?:least|most)\b)|as|from|via|when|if|and|or)\b)"
    r"|(?:on|under) (?:the )?condition that|on the understanding that|assuming(?: that)?"
)
"""The conjunction, not the verb of "a signature must be provided for parcels"."""
_APART = re.compile(
    r",?\s(?:(?P<not>unless|except (?:when|if|where)|but not (?:when|if|where)|as long as no|and"
    r" not (?:when|if))|(?:but |and )?(?:only )?(?:provided that"
    rf"|{PROVIDED}|as long as|so long as))\s+",
    re.IGNORECASE,
)
_CONNECTOR = re.compile(
    r"(?P<comma>,)?\s(?P<word>and|or|but)\s+(?!a half\b)"
    r"(?P<more>(?:also |then |additionally |if |when"
    r" |where |that |either |both (?=[^,.;]* and ))*)"
    r"|[,;]\s+(?P<again>(?:if |when |where |that )?)(?!and\b|or\b|but\b)",
    re.IGNORECASE,
)
_PREDICATE = word_set(
    """is are was were has have had can cannot can't could does do did doesn't don't didn't must
    shall should will may might isn't aren't hasn't haven't wasn't never"""
)
_VERBS_ONLY = word_set(
    """contain include exceed belong require consist exist expire arrive differ involve concern
    receive lack"""
)
"""Verbs that cannot be read as a state: "(are new or) contain alcohol", unlike "... or open"."""
_COMPARED = re.compile(r"[A-Za-z][\w '’-]{0,60} ?(?:[<>]=?|=|≤|≥) ?\S.{0,40}")
"""A comparison in signs, which needs no verb: "Amount > $100,000"."""
_THERE_IS = re.compile(r"\bthere['’]s (?!been\b)", re.IGNORECASE)
_LEADING = re.compile(r"^(?:(?:if|when|where|that|also|then)\s+)+", re.IGNORECASE)


def denial(tree: Tree) -> Tree:
    """The denial of a tree: every fact denied, "and" and "or" exchanged."""
    if isinstance(tree, Fact):
        return replace(tree, holds=not tree.holds)
    return Facts(not tree.all, tuple(denial(part) for part in tree.parts))


def read_facts(words: str, end: int, *, occasions: bool = False, depth: int = 0) -> Tree:
    """The facts that the words of a condition state; ``end`` is where they end in the text.

    ``occasions`` says that "when ... and when ..." in them lists alternatives.
    """
    text = words.strip(" ,;.")
    end -= len(words) - len(words.rstrip(" ,;."))
    apart = _APART.search(mask_quotes(text))
    if apart and depth < 4 and parse_clause(text[: apart.start()]):
        before = end - len(text) + apart.start()
        left = read_facts(text[: apart.start()], before, depth=depth + 1)
        right = read_facts(text[apart.end() :], end, depth=depth + 1)
        return Facts(True, (left, denial(right) if apart["not"] else right))
    lead = _LEADING.match(text)
    text = text[lead.end() :] if lead else text
    pieces = _pieces(text)
    if occasions and len(pieces) > 1 and all(piece.when for piece in pieces[1:]):
        pieces = [
            replace(piece, word="or" if piece.word == "and" else piece.word) for piece in pieces
        ]
    if len(pieces) == 1 or len(pieces) > MAX_PARTS:
        return _simple(text, end)
    start = end - len(text)
    return _grouped(text, start, pieces)


@dataclass(frozen=True, slots=True)
class _Piece:
    """A clause with the connector before it; ``weak`` marks a comma or a group that opens.

    ``when`` says that the clause repeats "when", ``shares`` that it has no subject of its own.
    """

    start: int
    end: int
    word: str = ""
    weak: bool = False
    opens: bool = False
    when: bool = False
    shares: bool = False


def _pieces(text: str) -> list[_Piece]:
    """Clauses of the text: each with a subject and verb of its own, or a verb of its own."""
    masked = mask_quotes(text)
    subject = ""
    found = [_Piece(0, len(text))]
    for match in _CONNECTOR.finditer(masked):
        left = text[found[-1].start : match.start()]
        right = text[match.end() : match.end() + MAX_CLAUSE]
        if len(found) > 1 and subject and not _own(left):
            left = f"{subject} {left}"
        clause = parse_clause(left)
        compared = clause is None and _COMPARED.fullmatch(left.strip())
        if match["word"] == "or" and COMPARED_TO.match(masked, match.end()):
            continue  # "is £50 or above"
        if (clause is None and not compared) or joins_ends(masked, match.start(), match.end()):
            continue
        opener = re.search(r"\b(?:if|when) ", match["more"] or "", re.IGNORECASE)
        if not (opener or _own(right) or (clause is not None and _continues(right, clause))):
            continue
        subject = (clause.subject if clause else "") or subject
        word = (match["word"] or ",").lower().replace("but", "and")
        more = (match["more"] or "").lower()
        found[-1] = replace(found[-1], end=match.start())
        opens = "either" in more or re.match(r"(?:\S+ ){1,4}either\b", right) is not None
        again = bool(match["again"]) or "if " in more or "when " in more
        found.append(
            _Piece(
                match.end(), len(text), word, bool(match["comma"]) or again, opens,
                "when " in more + (match["again"] or "").lower(),
                not (opener or _own(right)),
            )
        )  # fmt: skip
    if any(piece.word in ("and", "or") for piece in found):
        return found
    if len(found) > 1 and ";" in text:
        return [replace(piece, word="and" if piece.word else "") for piece in found]
    return [_Piece(0, len(text))]


def _own(right: str) -> bool:
    """Whether a clause with a subject of its own begins here, and not a word before its joint."""
    if not _PREDICATE.isdisjoint(right.split()[:1]):
        return False
    if not starts_clause(right) and not _starts_past_clause(right):
        return False
    clause = parse_clause(right)
    joint = re.match(
        r"(?P<first>.+?) (?P<word>and|or) (?P<second>.+)", clause.subject if clause else ""
    )
    if clause is None or joint is None:
        return True
    named = ARTICLE.match(joint["first"])
    if joint["word"] == "and" and not clause.plural:
        return False
    return bool(named) or not ARTICLE.match(joint["second"])


def _starts_past_clause(right: str) -> bool:
    """Whether a clause in the simple past begins here: "the incident happened abroad"."""
    clause = parse_clause(re.split(r",|\b(?:and|or)\b", right[:MAX_CLAUSE])[0])
    return bool(
        clause and clause.form == "past" and ARTICLE.match(right)
        and not re.search(r"\b(?:and|or|that|which|who)\b|,", clause.subject)
    )  # fmt: skip


def _continues(right: str, before: Clause) -> bool:
    """Whether a predicate of the subject before begins here."""
    words = [word.strip(",.;").lower() for word in right.split()[:3]]
    if not words:
        return False
    if words[0] in _PREDICATE:
        return True
    if len(words) < 2 or words[1] in ("is", "are", "was", "were", "has", "have"):
        return False
    if words[0] in ("no", "not"):
        return False
    if base_of_third(words[0]):
        return not before.plural
    many = before.plural and before.form in ("present", "be", "perfect")
    verb = is_base(words[0]) and (before.form != "be" or words[0] in _VERBS_ONLY)
    return bool(many and verb) or bool(
        before.plural and before.subject.lower() in ("they", "we", "you") and is_base(words[0])
    )


def _grouped(text: str, start: int, pieces: list[_Piece]) -> Tree:
    """The tree of several clauses: a comma or "either" parts wider than "or", "or" than "and"."""
    kinds = [piece.word for piece in pieces]
    for index in range(len(kinds) - 1, 0, -1):  # a list comma takes the word that ends the list
        if kinds[index] == ",":
            ends = _end_of_item(text, pieces, index)
            kinds[index] = kinds[ends] if ends < len(kinds) else "and"
            pieces[index] = replace(pieces[index], weak=ends > index + 1)
    subject = ""
    trees: list[Tree] = []
    for piece in pieces:
        words = own = text[piece.start : piece.end].strip()
        if trees and subject and not _own(words) and not _NAMED_AGAIN.match(words):
            words = f"{subject} {words}"
        if " or " not in words:  # the other half of "either" is a piece of its own
            words = re.sub(r"\beither ", "", words)
        clause = parse_clause(words)
        if clause and clause.subject:
            subject = clause.subject
        tree = _simple(words, start + piece.end)
        trees.append(_standing(tree, own))
    return _tree(trees, list(zip(kinds, pieces, strict=True)))


def _standing(tree: Tree, own: str) -> Tree:
    """A tree whose facts know the words of their clause as they stand."""
    if isinstance(tree, Fact):
        return replace(tree, own=own)
    return Facts(tree.all, tuple(_standing(part, own) for part in tree.parts))


_NAMED_AGAIN = re.compile(r"(?:it|they|he|she|there|the|an?)\s", re.IGNORECASE)


def _end_of_item(text: str, pieces: list[_Piece], index: int) -> int:
    """The piece after an item of a list; a predicate that shares the item's subject belongs to it:
    "(A is paid,) B is new or is open, (and C is signed)"."""
    after = index + 1
    while (
        after < len(pieces) - 1 and not pieces[after].weak and not _own(text[pieces[after].start :])
    ):
        after += 1
    return after


def _tree(trees: list[Tree], joints: list[tuple[str, _Piece]]) -> Tree:
    if len(trees) == 1:
        return trees[0]
    kinds = {kind for kind, _ in joints[1:]}
    if len(kinds) == 1:
        return Facts(kinds == {"and"}, tuple(trees))
    shared = [piece.shares for kind, piece in joints[1:] if kind == "or"]
    own = [not piece.shares for kind, piece in joints[1:] if kind == "and"]
    if shared and own and all((*shared, *own)) and kinds == {"and", "or"}:
        split = _split(trees, joints, lambda kind, piece: kind == "and")
        if split is not None:  # "A is abroad and B is worth 22 euros or contains alcohol"
            return split
    for chosen in (
        lambda kind, piece: piece.opens,
        lambda kind, piece: piece.weak and kind == "and",
        lambda kind, piece: piece.weak and kind == "or",
        lambda kind, piece: kind == "or",
    ):
        split = _split(trees, joints, chosen)
        if split is not None:
            return split
    return Facts(True, tuple(trees))


def _split(
    trees: list[Tree],
    joints: list[tuple[str, _Piece]],
    chosen: Callable[[str, _Piece], bool],
) -> Tree | None:
    cuts = [
        index for index in range(1, len(trees)) if chosen(joints[index][0], joints[index][1])
    ]  # fmt: skip
    kinds = {joints[index][0] for index in cuts}
    if len(kinds) != 1:
        return None
    bounds = [0, *cuts, len(trees)]
    groups = [_tree(trees[a:b], joints[a:b]) for a, b in pairwise(bounds)]
    return Facts(kinds == {"and"}, tuple(groups))


def read_occasions(words: str, end: int) -> Tree:
    """What may occur, one by one: "a timeout or a network error"."""
    parts = re.split(rf",\s+(?:or )?|\s+or\s+(?!{COMPARED_TO.pattern})", words.strip(" ,;."))
    facts = tuple(Fact(part, end) for part in parts if part)
    return Facts(False, facts) if len(facts) > 1 else Fact(words.strip(" ,;."), end)


_NEITHER = re.compile(r"\bneither\b\s", re.IGNORECASE)
_BOTH = re.compile(r"\b(?:both|either)\s", re.IGNORECASE)


def _simple(words: str, end: int) -> Tree:
    """The facts of one clause: those that share its subject or its predicate."""
    words = _THERE_IS.sub("there is ", words)
    masked = mask_quotes(words)
    if _NEITHER.search(masked) and re.search(r"\bnor\b", masked):
        said = _swapped(_swapped(words, _NEITHER, ""), re.compile(r",?\bnor\b", re.I), "or")
        return denial(_simple(said, end))
    both = _BOTH.search(masked)
    marked = both is not None
    said = words[: both.start()] + words[both.end() :] if both else words
    clause = parse_clause(said)
    if clause is not None:
        for reader in (shared_subject, shared_complement):
            parts = reader(said, clause, marked=marked)
            if parts:
                shared = zip(parts.words, parts.parts, strict=True)
                facts = tuple(Fact(said, end, part=part) for said, part in shared)
                return Facts(parts.all, facts)
    return Fact(words, end)


def _swapped(words: str, pattern: re.Pattern[str], by: str) -> str:
    match = pattern.search(mask_quotes(words))
    return words[: match.start()] + by + words[match.end() :] if match else words
