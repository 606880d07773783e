"""Conditions written as a list: "if all of the following apply:" and the items below."""

from __future__ import annotations

import re

from assistant.language.clauses import parse_clause
from assistant.language.quoted_messages import mask_quotes
from assistant.language.sentences import Span, span, start_of
from assistant.reading.logic import Junction
from assistant.reading.outcomes import is_restrictive
from assistant.reading.rules import Condition, Rule

_HEAD = re.compile(
    r"(?P<before>[^\n]*?)\b(?P<word>only if|only when|if|when|where|provided(?: that)?"
    r"|unless|as long as)"
    r" (?P<how>all|any|each|every|either|one|at least one|both|none)?(?: (?:one )?of)?"
    r"(?P<list> ?(?:the following|these|those)(?: (?:conditions?|criteria|points?|statements?))?"
    r"(?: (?:is|are|apply|applies|holds?|has|have|been|true|met|fulfilled|satisfied|the case))*)?"
    r"(?P<main>, [^:\n]+)?:\s*", re.I,
)  # fmt: skip
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
