"""The condition clauses of a sentence as single facts, and how they are joined.

Those told in the middle ("An order must, if it is large, be signed") and those of a list below the
sentence ("if all of the following apply:") are read here; ``leading_conditions`` and
``trailing_conditions`` read the rest.
"""

from __future__ import annotations

import re
from dataclasses import replace

from assistant.language.clauses import parse_clause
from assistant.language.coordination import (
    OCCASION,
    OPPOSED,
)
from assistant.language.quoted_messages import mask_quotes
from assistant.language.sentences import Span, span, start_of
from assistant.language.word_lists import read_patterns
from assistant.reading.condition_facts import Fact, Tree, denial, read_facts, read_occasions
from assistant.reading.logic import Expression, Junction, join_expressions
from assistant.reading.outcomes import is_restrictive
from assistant.reading.rules import Condition, Rule


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
        trees.append(_numbered(tree if condition.holds else denial(tree), condition, parts))
    return parts, join_expressions(trees, all_=True) if trees else None


_PATTERNS = read_patterns(__file__)
_CLAUSE_WORDS = _PATTERNS["clause_words"]


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
        return join_expressions(sure, all_=tree.all) if len(sure) == len(placed) else None
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


MAX_LEFT = 120
"""Characters before an aside: a subject, and perhaps its auxiliary."""
_OPENS = _PATTERNS["opens"]
_SUBORDINATE = _PATTERNS["subordinate"]


def take_aside(text: str, start: int, end: int, conditions: list[Condition]) -> Span | None:
    """The effect around a condition between commas, which is added to ``conditions``.

    The effect keeps the aside; ``None`` where no condition stands between a subject and its verb.
    """
    masked = mask_quotes(text)
    opened = _OPENS.search(masked, start, min(end, start + MAX_LEFT))
    if opened is None:
        return None
    left = text[start : opened.start()].strip()
    before = parse_clause(left)
    if _SUBORDINATE.match(left) or (before is not None and (before.verb or before.tail)):
        return None
    word = re.sub(r"\s+", " ", opened["word"].lower())
    stops = [m.start() for m in re.finditer(r",\s+", masked[opened.end() : end])]
    for stop in reversed(stops):
        words = span(text, opened.end(), opened.end() + stop)
        rest = span(text, opened.end() + stop + 1, end)
        said = rest.text.rstrip(".")
        whole = f"{left} {said}"
        clause = parse_clause(whole)
        if clause is None or not (clause.verb or clause.tail) or not parse_clause(words.text):
            continue
        if len(clause.subject) > len(left) or parse_clause(said) is not None:
            continue
        stop_at = rest.end - (len(rest.text) - len(said))
        conditions.append(Condition(word, words, not word.startswith(OPPOSED)))
        return span(text, start, stop_at)
    return None


_HEAD = _PATTERNS["head"]
_ITEM = re.compile(r"\s*(?:[-*•–]\s+|\(?\d{1,2}[.)]\s+|\(?[a-z]\)\s+)", re.IGNORECASE)


def read_listed(text: str) -> Rule | None:
    """The rule of a list of conditions; ``None`` for any other text."""
    match = _HEAD.match(mask_quotes(text))
    if match is None or (
        not match["list"] and not match["how"] and "\n" not in text[match.end("word") :]
    ):
        return None
    items, after = _items(text, match.end())
    if len(items) < 2 or not all(parse_clause(item.text) for item in items):
        return None
    main = match["main"]
    place = (match.start("main") + 2, match.end("main")) if main else match.span("before")
    effect = span(text, start_of(text, place[0]) if not main else place[0], place[1])
    if not effect.text and after is not None:
        effect, after = after, None
    if effect.text.lower().startswith("then "):
        effect = span(text, effect.start + 5, effect.end)
    if not parse_clause(effect.text):
        return None
    how = (match["how"] or "").lower()
    joints = {
        word
        for item in items
        for word in re.findall(r"[,;]?\s(and|or)$", text[item.start : item.end + 5])
    }
    any_ = how in ("any", "either", "one", "at least one", "none") or joints == {"or"}
    denied = (match["word"].lower() == "unless") != (how == "none")
    conditions = tuple(Condition("if", item, not denied) for item in items)
    logic = Junction(any_ == denied, tuple(range(len(items))))
    return Rule(
        span(text, 0, len(text)), effect, conditions, logic,
        otherwise=_otherwise(after), restrictive=is_restrictive(effect.text),
    )  # fmt: skip


def _items(text: str, start: int) -> tuple[list[Span], Span | None]:
    """The items of a list, without the words that join them, and a sentence after it."""
    rest = text[start:]
    bulleted = bool(_ITEM.match(rest)) or "\n" in rest.strip()
    cut = re.compile(r"\n" if bulleted else r";")
    places = [0, *(m.end() for m in cut.finditer(rest))]
    ends = [*(m.start() for m in cut.finditer(rest)), len(rest)]
    items: list[Span] = []
    after = None
    for begin, stop in zip(places, ends, strict=True):
        line = rest[begin:stop]
        if not line.strip():
            continue
        mark = _ITEM.match(line)
        if bulleted and mark is None and items:
            after = span(text, start + begin, start + stop)
            break
        piece = re.sub(r"[,;.]?\s*\b(?:and|or)?\s*$", "", line[mark.end() if mark else 0 :])
        piece = re.sub(r"[,;.]+$", "", piece)
        lead = re.match(r"\s*(?:and |or )?(?:if |when |that )?", piece)
        offset = start + begin + (mark.end() if mark else 0)
        items.append(span(text, offset + (lead.end() if lead else 0), offset + len(piece)))
    return items, after


def _otherwise(after: Span | None) -> Span | None:
    lead = (
        re.match(r"(?:otherwise|else|if not|in all other cases)\b,?\s+", after.text, re.I)
        if after
        else None
    )
    if after is None or lead is None:
        return None
    return Span(after.text[lead.end() :], after.start + lead.end(), after.end)
