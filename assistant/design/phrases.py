"""A clause with one of its limits made concrete: "within 14 days of" -> "15 days after"."""

from __future__ import annotations

import re

from assistant.design.amounts import Quantity
from assistant.design.clauses import parse_clause
from assistant.design.lexicon import word_set
from assistant.design.verbs import base_of_gerund, base_of_participle, base_of_third, is_base

_NO_OF = word_set(
    """aged be is are was were been am have has had contain contains of to in on at by for from
    with without within into than as exactly only and or but after before about a an the its
    their any not every each until over under per between must shall should can may will does do
    equals equal reach reaches take takes last lasts cost costs hold holds charge when if where
    along once getting get gets enter enters more some this that these those"""
)
_INNER = re.compile(
    r"^(?:a |an |the )?(?:max\.|min\.|(?:maximum|max|minimum|min|earliest|latest|longest"
    r"|shortest|highest|lowest|largest"
    r"|smallest|greatest|fewest|oldest|youngest|upper limit|lower limit|limit|cap)\b)(?P<inner>.*?)"
    r"(?P<be>\s(?:is|are|of|at|on|was|must be|shall be|should be|will be|be|:|=)|:|=)?"
    r"(?:\s(?:a|an|the|its|their))?$"
)
_STATES = re.compile(r"^(?P<state>valid|active|available|usable|accessible|open) for$")
_HELD = re.compile(r"^(?P<state>locked|blocked|suspended|held|reserved|kept|retained|stored) for$")


def with_value(clause: str, offset: int, quantity: Quantity, value: str) -> str:
    """``clause`` (which starts at ``offset`` of its source) with the limit replaced by ``value``.

    Numbers of a list or range that the phrase also holds go with it.
    """
    start = max(0, quantity.phrase_start - offset)
    end = min(len(clause), quantity.phrase_end - offset)
    before, after = clause[:start], clause[end:]
    said, before, after = _phrase(quantity, before, after, value)
    text = f"{before.rstrip()} {said}{after}" if before.strip() else f"{said}{after}"
    if (not before.strip() or re.search(r"(?:,|\band|\bor) $", before)) and _SEVERAL.match(value):
        text = _agreeing(text, text.find(said) + len(said))
    text = re.sub(r"\(\s+", "(", text)
    text = re.sub(r"\ba (day|number|value|score|rating|quantity) of (?=\d+\b)", r"\1 ", text)
    text = re.sub(r"\s+([,.;])", r"\1", re.sub(r"[ \t]{2,}", " ", text))
    return text.strip()


_SEVERAL = re.compile(r"(?!1 )\d|(?:more|fewer|less|at) (?:than |least |most )(?!(?:1|one) )", re.I)
_MANY = {"is": "are", "was": "were", "has": "have", "does": "do"}


def _agreeing(text: str, place: int) -> str:
    """ "5 failed attempts locks" -> "5 failed attempts lock", where the value is the subject."""
    acts = re.match(r" (?P<verb>[a-z]+s)\b", text[place:])
    base = _MANY.get(acts["verb"]) or base_of_third(acts["verb"]) if acts else None
    return f"{text[:place]} {base}{text[place + len(acts.group()) :]}" if acts and base else text


_LOOKED_BACK = re.compile(
    r"(?:in|during|over|of|from|throughout|within)(?: (?:the|his|her|their|its))? "
    r"(?:last|past|previous|preceding)$"
)
""" "(bought) in the last (30 days)": bought 31 days ago."""


def _phrase(quantity: Quantity, before: str, after: str, value: str) -> tuple[str, str, str]:
    word, kind = quantity.word, quantity.kind
    last = re.split(r"[\s(]+", before.strip())[-1].lower() if before.strip() else ""
    if kind in ("date", "time") and re.match(
        r"(?:before|after|no|other|exactly|a time|from|up to)\b", value
    ):
        return value, re.sub(r"\b(?:on|at)\s*$", "", before), after
    if kind == "date":
        return ("" if last == "on" else "on ") + value, before, after
    if kind == "time":
        return ("" if last == "at" else "at ") + value, before, after
    measure = re.match(r"(?:up to|above|over|more than|below|under|less than) (an? \w+ of)$", word)
    if measure:
        return f"{'' if last in _NO_OF else 'at '}{measure[1]} {value}", before, after
    back = _LOOKED_BACK.match(word)
    if back and kind == "duration" and not after.startswith(" of "):
        far = re.match(r"at most ", value)
        said = f"{word} {value.removeprefix('at most ')}" if far else f"{value} ago"
        return said, before, after
    if word.startswith("within"):
        return _within(quantity, before, after, value, last)
    if "exceed" in word or word.startswith(("not be ", "cannot be ", "can't be ", "mustn't be ")):
        return _be_value(word, before, after, value)
    if re.match(r"(?:not|never|cannot|can't|mustn't|no) (?:have|contain|take|last) ", word):
        return f"{word.split()[1]} {value}", before, after
    if "older than" in word or "younger than" in word:
        said = (
            value
            if re.search(r"\bold$", value) or after.strip().startswith("old")
            else f"{value} old"
        )
        return said, before, after
    held = _HELD.match(word)
    if held:
        return f"still {held['state']} after {value}", before, after
    state = _STATES.match(word)
    if state:
        still = "" if re.search(r"\b(?:stay|remain)s?$", last) else "still "
        return f"{still}{state['state']} after {value}", before, after
    inner = _INNER.match(word)
    if inner and (inner["inner"].strip() or inner["be"] not in (None, " of")):
        noun = inner["inner"].strip()
        be = (inner["be"] or "").strip()
        link = {"": "of", ":": "of", "=": "of", "at": "is", "on": "is"}.get(be, be)
        if not noun:
            return f"{word} {value}", before, after
        article = "the " if word.startswith("the ") else ""
        return f"{article}{noun} {link} {value}".strip(), before, after
    if last in ("consist", "consists") and re.match(r"(?:up to )?[\d]|other", value):
        return f"of {value}", before, after
    if inner:  # "a maximum of 10 items" -> "10 items"
        before = re.sub(r"\b(?:an?|the)\s*$", "", before, flags=re.IGNORECASE)
    if word.endswith("the first"):
        return (f"after {value}" if kind == "duration" else value), before, after
    if word in ("at the latest", "at the earliest") and word in after:
        return value, before, after.replace(f" {word}", "", 1)
    ahead = re.match(r"(in advance|beforehand|ahead) (?:as|at) (?:a|the) (?:max|min)", word)
    if ahead:
        return f"{value} {ahead[1]}", before, after
    opened = re.match(r"from(?P<what> an? .+ of)?$", word)
    if opened and kind not in ("age", "date", "time", "duration"):  # "free delivery from £40"
        after = re.sub(r"^ (?:on|onwards?|upwards?)\b", "", after)
        below = re.sub(r"^(?:less|fewer) than ", "", value)
        return f"{'at' if below == value else 'below'}{opened['what'] or ''} {below}", before, after
    until = re.match(r"(?:before|until) (?P<who>.+)", word)
    if until:  # "before a calf is 20 days old"
        return f"when {until['who']} {value}", before, after
    if word in ("above", "below", "over", "under") and re.search(r"(?:ed|ary)$", last):
        said = re.sub(r"^at most ", "up to ", re.sub(r"^at least ", "from ", value))
        return (f"at {value}" if re.match(r"[\d€$£]", value) else said), before, after
    if word in ("after", "only after"):
        return f"after {value}", before, after
    if word == "for":  # "keeps entries for 365 days, after which they are deleted"
        return (
            f"after {value}",
            before,
            re.sub(r"^,? (?:after which|and (?:then|thereafter)).*", "", after),
        )
    return _linked(quantity, before, value, last), before, after


def _within(
    quantity: Quantity, before: str, after: str, value: str, last: str
) -> tuple[str, str, str]:
    anchor = re.match(r"\s+(?:of|after|from|following)\b", after)
    if quantity.kind == "duration":
        if anchor:
            return value, before, " after" + after[anchor.end() :]
        if re.match(r"\s+(?:before|prior to)\b", after):
            return value, before, after
        if last in ("due", "expire", "expires", "expiring", "ends", "starts", "start", "end"):
            return f"in {value}", before, after
        return f"after {value}", before, after
    if quantity.kind in ("percent", "measure"):
        return f"{value} away", before, " from" + after[anchor.end() :] if anchor else after
    return value, before, after


def _be_value(word: str, before: str, after: str, value: str) -> tuple[str, str, str]:
    stripped = re.sub(
        r"\s*\b(?:must|may|can|shall|should|will|does|do|is|are)\s*$",
        "",
        before,
        flags=re.IGNORECASE,
    )
    if word == "exceeding" or word.startswith(("without", "not exceeding", "not to exceed")):
        return f"of {value}", before, after
    subject = parse_clause(f"{stripped.strip()} must be x")
    verb = "are" if subject and subject.plural else "is"
    return f"{verb} {value}", stripped, after


_PERFECT = re.compile(r"\b(?:has|have|had)(?: not| already| only)? \S+\s*$", re.IGNORECASE)
""" "has chosen (less than 24 credits)"."""


def _linked(quantity: Quantity, before: str, value: str, last: str) -> str:
    """``value`` with "of" where it hangs on a noun: "over £500" -> "of £500.01"."""
    if (
        not last
        or last in _NO_OF
        or last in ("x", "×")
        or last[-1] in ":(,="
        or last.endswith("ly")
    ):
        return value
    if quantity.kind == "duration" or quantity.unit == "times":
        return value
    if re.search(r"[\"”'’)]$", last):
        return value
    if (base_of_third(last) or is_base(last)) and re.search(
        r"\b(?:that|which|who)\s+\S+\s*$", before
    ):
        return value
    clause = parse_clause(f"{before} {value}")
    if clause and clause.form != "past" and (clause.tail or "").strip() == value.strip():
        return value
    joined = re.search(r"(?:,|\band|\bor|\bthen)\s+\S+\s*$", before)
    if joined and base_of_third(last):
        return value
    if is_base(last) and not clause:
        return value
    modal = re.search(
        r"(?:\b(?:can|may|must|shall|should|will|cannot|to|not)|n['’]t)\s+(?:\w+ly )?$",
        before[: -len(last)] or "",
    )
    if (
        (is_base(last) and modal)
        or base_of_gerund(last)
        or (base_of_participle(last) and (last.endswith("ed") or _PERFECT.search(before)))
    ):
        return value
    return f"of {value}"
