"""Lists of values said without a verb of duty: "Allowed values for size: S, M, L"."""

from __future__ import annotations

import re

from assistant.design.casing import capital, either
from assistant.design.nouns import singular

_LIST = re.compile(
    r"(?:the )?(?:allowed|possible|valid|permitted|available|accepted|supported|selectable)"
    r" (?P<what>[\w -]{2,40}?)(?: (?:for|of|in) (?P<name>[\w '’\"-]{2,60}?))?"
    r"(?: (?:are|include)(?: the following)?:?|:) (?P<list>[^:;]+)$",
    re.IGNORECASE,
)
_CONTROL = r"(?:pick ?-?list|drop ?-?down(?: list| menu)?|list|radio button|select(?:ion)?)"
_NAMED_VALUES = re.compile(
    rf"(?:the )?(?:(?P<name>[\w '’\"-]{{2,60}}?) )??(?:{_CONTROL} )?(?:values|options|choices)"
    r"(?: (?:for|of|in) (?P<of>[\w '’\"-]{2,60}?))?"
    r"(?: are(?: the following)?:?|:) (?P<list>[^:;]+)$",
    re.IGNORECASE,
)
""" "Stage picklist values for the record type Tender: Open, Won, Lost"."""
_OFFERED = re.compile(
    rf"(?:the )?(?P<name>[\w '’\"-]{{2,60}}?) {_CONTROL}"
    r" (?:contains|has|offers|includes|shows|lists) (?:only )?"
    r"(?:the )?(?:following )?(?:values|options|choices|entries):? (?P<list>[^:;]+)$",
    re.IGNORECASE,
)
_VALUES = re.compile(r"(?:values|options|entries|choices|selections)", re.IGNORECASE)
_PART = re.compile(r",\s*(?:and |or )?|\s+(?:and|or)\s+|\s*/\s*")


def values_stated(sentence: str) -> str | None:
    """A list of allowed values as a duty ("Size must be one of S, M or L"), else ``None``."""
    said = sentence.strip().rstrip(".")
    offered = _OFFERED.match(said) or _NAMED_VALUES.match(said)
    found = offered or _LIST.match(said)
    if found is None:
        return None
    parts = [part.strip() for part in _PART.split(found["list"]) if part.strip()]
    if not 2 <= len(parts) <= 12 or any(len(part.split()) > 4 for part in parts):
        return None
    if offered is not None:
        if any(part[:1].islower() for part in parts):
            return None
        name = _named(offered)
    elif _VALUES.fullmatch(found["what"]):
        name = found["name"]
    else:
        words = found["what"].split(" ")
        if words[-1] == singular(words[-1]):
            return None  # "Valid identification: ..." names no kind of value
        name = " ".join([*words[:-1], singular(words[-1])])
        name = f"{name} of {found['name']}" if found["name"] else name
    if not name:
        return None
    lead = name if re.match(r"(?:the|a|an) ", name, re.IGNORECASE) else f"the {name}"
    return f"{capital(lead)} must be one of {either(parts)}"


def _named(found: re.Match[str]) -> str:
    """The field whose values are listed, with what they hold for: "Stage for a Tender"."""
    groups = found.groupdict()
    name, of = groups["name"] or "", groups.get("of") or ""
    if re.fullmatch(r"(?:allowed|possible|valid|permitted|available|accepted)?", name, re.I):
        return of
    return f"{name} of {of}" if of else name
