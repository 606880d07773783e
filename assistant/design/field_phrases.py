"""Phrases that say what a field must be like, as predicates: "2-50" is "must have between ...".

Read are the ways in which specifications say it: "max 30", "Text(80)", "> 0", "letters only", "not
in the future", "valid e-mail address, unique", "required if the customer is a business".
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from assistant.design.casing import either, indefinite, lower_start, one_line

WHEN = re.compile(
    r"^(?P<lead>.*?)\b(?P<word>only if|only when|if|when|where|unless)\b (?P<words>[^()]+)",
    re.IGNORECASE | re.DOTALL,
)
NUMBER = r"[+-]?[€$£]?\d[\d,.' ]*(?<=\d)%?"
_RANGE = re.compile(
    rf"^(?:between |from )?(?P<low>{NUMBER})\s*(?:-|–|—|\.\.+|…|to|and|until)\s*"
    rf"(?P<high>{NUMBER})"
    r"(?P<unit>(?: [^\d]*)?)$",
    re.IGNORECASE,
)
_MOST = r"(?:max(?:imum|\.)?(?: of| length)?:?|up to|at most|not more than|no more than|≤|<=)"
_LEAST = r"(?:min(?:imum|\.)?(?: of| length)?:?|at least|not less than|no less than|≥|>=)"
_EXACT = r"(?:exactly|fixed:?|=)"
_AMOUNT = re.compile(
    rf"^(?:(?P<most>{_MOST})|(?P<least>{_LEAST})|(?P<exact>{_EXACT}))?\s*(?P<number>{NUMBER})"
    r"(?P<unit> ?[^\d(]*)(?:\((?P<after>max|min|fixed|exact)[a-z.]*\))?$",
    re.IGNORECASE,
)
_UNIT = re.compile(
    r"^(?P<unit>(?:alpha)?numeric characters|characters?|chars?|digits?|letters?|words?|symbols?"
    r"|bytes?)\b", re.IGNORECASE
)  # fmt: skip
_SIZED = re.compile(
    r"\b(?:characters?|chars?|digits?|letters?|words?|symbols?|(?:decimal )?places|decimals?"
    r"|items?|lines?|files?|entries|attachments?)\b", re.IGNORECASE
)  # fmt: skip
_SIGNS = (
    (r"(?:≥|>=)", "at least"), (r"(?:≤|<=)", "at most"), (r">", "greater than"),
    (r"<", "less than"), (r"(?:min(?:imum|\.)?:?)", "at least"),
    (r"(?:max(?:imum|\.)?:?)", "at most"),
)  # fmt: skip
_LIST = re.compile(r"\s*(?:[,;/|\n]|\bor\b)\s*", re.IGNORECASE)
_KINDS = (
    (r"date ?/? ?time|datetime|timestamp", "a date and time"),
    (r"date", "a date"),
    (r"time", "a time"),
    (r"integer|int|whole number|long", "a whole number"),
    (r"number|numeric|decimal|currency|money|float|double|percent(?:age)?", "a number"),
    (r"e-?mail(?: address)?", "a valid e-mail address"),
    (r"(?:tele)?phone(?: number)?", "a valid phone number"),
    (r"url|link|web address", "a valid URL"),
)


def of_type(text: str) -> Iterator[str]:
    """What a type asks: "Text(80)", "Date (dd/mm/yyyy)", "Picklist: A, B"."""
    for pattern, kind in _KINDS:
        if re.match(rf"(?:{pattern})\b", text, re.IGNORECASE):
            yield f"must be {kind}"
            break
    more = re.match(r"[A-Za-z -]+?\s*(?:\((?P<inner>[^()]+)\)|[:–]\s*(?P<rest>.+))$", text)
    if more is None:
        return
    inner = (more["inner"] or more["rest"]).strip()
    if re.match(r"(?:pick ?list|drop ?-?down|select|radio|enum|list|choice|combo)", text, re.I):
        yield from of_values(inner)
    elif re.match(r"(?:text|string|(?:n?var)?char|long text|memo|free text)", text, re.I):
        yield from sized(inner, "characters")
    elif re.match(r"(?:date|time)", text, re.I) and re.search(r"[dmyhs]{2}", inner, re.I):
        yield f"must have the format {inner}"


def sized(text: str, unit: str) -> Iterator[str]:
    """A length in words; a number alone is the greatest, as it is in a database."""
    found = _RANGE.match(text)
    if found:
        yield f"must have between {found['low']} and {found['high']} {_unit(found['unit'], unit)}"
        return
    amount = _AMOUNT.match(text)
    if amount is None:
        for part in re.split(r"\s*[,;]\s*", text) if re.search("[,;]", text) else ():
            yield from sized(part, unit)
        return
    after = (amount["after"] or "").lower()
    named = _UNIT.match(amount["unit"].strip())
    lead = (
        "at least " if amount["least"] or after == "min"
        else "at most " if amount["most"] or after == "max"
        else "" if amount["exact"] or after in ("fixed", "exact") or named
        else "at most "
    )  # fmt: skip
    yield f"must have {lead}{amount['number'].strip()} {_unit(amount['unit'], unit)}"


def _unit(words: str, usual: str) -> str:
    found = _UNIT.match(words.strip())
    said = found["unit"].lower() if found else usual
    return re.sub(r"^chars?$", "characters", said)


def of_values(text: str) -> Iterator[str]:
    found = _RANGE.match(text)
    if found:
        yield f"must be between {found['low']} and {found['high']}{found['unit']}"
        return
    values = [value.strip(" .") for value in _LIST.split(text) if value.strip(" .")]
    if 2 <= len(values) <= 12 and all(len(value.split()) <= 5 for value in values):
        yield f"must be one of {either(values)}"
    elif len(values) < 2:
        yield from (said for said, _ in of_rule(text, known=True))


_LEAST_AND_MOST = re.compile(
    r"\bmin(?:imum|\.)?:? (?P<low>\d+)(?:,| and| /|,? or)? max(?:imum|\.)?:? (?P<high>\d+)\b",
    re.IGNORECASE,
)


_FORMATS = re.compile(
    r",? (?P<formats>(?:file |allowed )?(?:formats?|types?):? [A-Z0-9]{2,5}"
    r"(?:(?:, | or | and |/)[A-Z0-9]{2,5})+)$"
)
_COUNTED = re.compile(r"\b(?:digits|characters|letters)\b", re.IGNORECASE)


def _with_unit(part: str, unit: str) -> str:
    """A bare number beside "only digits" counts these: "min 8", "8 to 15"."""
    found = _RANGE.match(part) or _AMOUNT.match(part)
    return part if found is None or found["unit"].strip() else f"{part.strip()} {unit}"


def parts(text: str) -> Iterator[str]:
    """The rules of a cell: apart at semicolons and lines, at commas where each part is one."""
    for line in re.split(r"\s*[;\n•]\s*|(?<=[a-z)])\.\s+(?=[A-Z])", text[:MAX_CELL]):
        said = _LEAST_AND_MOST.sub(r"\g<low> to \g<high>", one_line(line))
        formats = _FORMATS.search(said)
        if formats and formats.start() > 0:
            yield from _phrases(said[: formats.start()])
            yield formats["formats"]
        else:
            yield from _phrases(said)


def _phrases(said: str) -> Iterator[str]:
    commas = [part for part in re.split(r",\s+(?:and )?|\s+and\s+", said) if part]
    unit = _COUNTED.search(said)
    commas = [_with_unit(part, unit[0].lower()) if unit else part for part in commas]
    bare = any(re.fullmatch(_CHARACTERS, part, re.IGNORECASE) for part in commas)
    if len(commas) > 1 and not bare and all(any(of_rule(p, known=True)) for p in commas):
        yield from commas
    elif said:
        yield said


MAX_CELL = 2_000
"""Characters of a cell that are read; more is no specification of one field."""


_CHARACTERS = (
    r"(?:letters|digits|numbers|characters|alphabets?|spaces|hyphens|symbols|emojis?|html"
    r"|(?:alpha)?numerics?)"
)
_ASKS = re.compile(
    r"^(?:(?:the |this )?(?:field|value|entry|input|date|number|amount|text|it) )?"
    r"(?P<must>must not|should not|shall not|may not|must|should|shall|cannot|can['’]?t|can not)"
    r" (?P<rest>.+)$",
    re.IGNORECASE,
)
_ADJECTIVE = re.compile(
    r"^(?:an? )?(?:valid|unique|numeric|alphanumeric|alphabetic|positive|negative|non-negative"
    r"|whole|existing|active|different|future|past|(?:upper|lower) ?-?case|integer"
    r"|in the (?:past|future)|today\b|on or (?:after|before)|after|before|earlier|later|equal to"
    r"|(?:the )?same as|between|greater|less|more than|fewer|larger|smaller|higher|lower|older"
    r"|younger|at least|at most|up to|exactly|no (?:more|less|later|earlier|longer|older) than"
    r"|\d+ years)\b",
    re.IGNORECASE,
)
_SHOWN = re.compile(
    r"(?P<be>(?:is |are )?)(?:enabled|disabled|visible|hidden|shown|displayed|editable|read-?only"
    r"|inactive|locked|gr[ea]yed out|calculated|auto-?(?:filled|populated|generated|calculated))\b",
    re.IGNORECASE,
)
_SOME_OF = re.compile(
    r"(?:at least )?(?P<number>\d+|one|two|an?) (?P<what>(?:upper|lower)[ -]?case"
    r"(?: letters?| characters?)?|capitals?(?: letters?)?|special characters?|numbers?|symbols?)$",
    re.IGNORECASE,
)
_RULE_ID = re.compile(r"^[A-Z]{1,10}[ _-]?\d[\w.-]*(?:, [A-Z]{1,10}[ _-]?\d[\w.-]*)*$")


def of_rule(text: str, *, known: bool = False) -> Iterator[tuple[str, str]]:
    """Predicates of one rule of a cell, each with its condition.

    ``known`` leaves out what can only be kept as it stands ("checked against the register").
    """
    said = one_line(text)
    when = WHEN.match(said)
    if when and when["lead"].strip() and when["word"].lower() != "where":
        word = "unless " if when["word"].lower() == "unless" else ""
        inner = _predicate(when["lead"].strip(" ,("))
        if inner is not None:
            yield inner, word + one_line(when["words"])
            return
    predicate = _predicate(said)
    if predicate is not None:
        yield predicate, ""
    elif not known and re.search(r"[a-z]{3}", said) and not _RULE_ID.match(said):
        inner = said.replace('"', "'")
        yield f'must conform to "{inner}"', ""


def _predicate(said: str) -> str | None:
    """What follows the name of the field, where a rule is said in one of the usual ways."""
    asks = _ASKS.match(said)
    if asks:
        must = re.sub(r"^(?:can['’]?t|can not)$", "cannot", asks["must"].lower())
        return f"{must.replace('may not', 'must not')} {asks['rest']}"
    if re.match(r"(?:not |non-?)(?:empty|blank|null)$|mandatory$|required$", said, re.IGNORECASE):
        return "must be entered"
    if re.match(r"optional$", said, re.IGNORECASE):
        return "may be left empty"
    shown = _SHOWN.match(said)
    if shown:
        return f"is {lower_start(said[shown.end('be') :])}"
    said = re.sub(r"^each (?:file |item |one )?", "", said, flags=re.IGNORECASE)
    formats = re.match(r"(?:file |allowed )?(?:formats?|types?):? (?P<list>.+)$", said, re.I)
    if formats and _LIST.search(formats["list"]):
        return next(iter(of_values(formats["list"])), None)
    counted = _SOME_OF.match(said)
    if counted:
        what = re.sub(r"case$", "case letter", counted["what"], flags=re.IGNORECASE)
        return f"must contain at least {counted['number']} {what}"
    if re.match(r"(?:an? |in )?(?:valid|correct) format$", said, re.IGNORECASE):
        return "must have a valid format"
    for pattern, words in _SIGNS:
        sign = re.match(rf"{pattern}\s*(?=[\d€$£.-])", said, re.IGNORECASE)
        if sign:
            said = f"{words} {said[sign.end() :]}"
            break
    said = re.sub(r"^(\d+) ?\+(?= |$)", r"at least \1", said)
    only = re.match(
        rf"(?:only (?P<a>.*{_CHARACTERS}.*)|(?P<b>.*{_CHARACTERS}.*) only|(?P<c>{_CHARACTERS}))$",
        said, re.IGNORECASE,
    )  # fmt: skip
    if only:
        return f"must contain {lower_start(only['a'] or only['b'] or only['c'])} only"
    if re.match(r"no\b(?! (?:more|less|later|earlier|longer|older|fewer))", said, re.IGNORECASE):
        return f"must not contain {said[3:]}"
    if re.match(r"not\b", said, re.IGNORECASE):
        return f"must not be {said[4:]}"
    span = _RANGE.match(said)
    if span:
        verb = "have" if _SIZED.search(span["unit"]) else "be"
        return f"must {verb} between {span['low']} and {span['high']}{span['unit']}"
    if re.match(r"at least (?:one|1|a|an)\b", said, re.IGNORECASE):
        return f"must contain {lower_start(said)}"
    if re.match(r"\d+ ?(?:digits?|characters?|chars?|letters?)\b", said, re.IGNORECASE):
        return f"must have {said}"
    form = re.match(r"(?:in (?:the )?)?format:? ", said, re.IGNORECASE)
    if form:
        return f"must have the format {said[form.end() :]}"
    does = re.match(r"(?P<verb>match|start|begin|end|contain|include|consist)(?:e?s)? ", said, re.I)
    if does:
        return f"must {does['verb'].lower()} {said[does.end() :]}"
    if _ADJECTIVE.match(said):
        has = _SIZED.search(said) and re.match(
            r"(?:at|up|exactly|between|no|more|less|fewer)", said, re.I
        )
        named = re.match(r"(?:valid|positive|whole|existing|future|past|unique|active|negative) \w",
                         said, re.I)  # fmt: skip
        return f"must {'have' if has else 'be'} {indefinite(lower_start(said)) if named else said}"
    return None
