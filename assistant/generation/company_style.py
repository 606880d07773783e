"""How a company words its test cases."""

from __future__ import annotations

import re

from assistant.domain import Value
from assistant.generation.sentence_words import QUOTED, phrase, sentence
from assistant.language.casing import capital, lower_start

_LEADS = re.compile(
    r"^(?:to )?(verify|check|validate|ensure|confirm|test)(?:ing)?( that| whether| if)?\b",
    re.IGNORECASE,
)
_BE = re.compile(r"\b(is|are)\b(?! (?:to|supposed|expected)\b)")
_SHOULD = re.compile(r"\bshould\b", re.IGNORECASE)


class CompanyStyle(Value):
    """The few habits that a rule can follow.

    ``lead`` begins titles ("Verify that"; empty where titles are plain statements), ``should``
    tells whether expected results say "should be" in place of "is", ``stops`` whether steps end
    with a full stop.
    """

    lead: str = "Verify that"
    should: bool = False
    stops: bool = True

    def title(self, statement: str, *, limit: int) -> str:
        """A title from a statement, at most ``limit`` characters, cut at a word."""
        text = phrase(statement)
        known = _LEADS.match(text)
        if known:
            text = phrase(text[known.end() :])
        title = f"{self.lead} {lower_start(text)}" if self.lead else capital(text)
        if len(title) <= limit:
            return title
        cut = title.rfind(" ", 0, limit)
        return title[: cut if cut > limit // 2 else limit - 1].rstrip(" ,;:(\"“'") + "…"

    def line(self, text: str) -> str:
        """An action or an expected result, closed the company's way."""
        closed = sentence(text)
        if self.stops or closed[-2:-1] in "\"”’'" or not closed.endswith("."):
            return closed
        return closed[:-1]

    def expected(self, text: str) -> str:
        """An expected result, with "should be" where the company writes so."""
        if not self.should or _SHOULD.search(text):
            return self.line(text)
        quoted = [match.span() for match in QUOTED.finditer(text)]
        for match in _BE.finditer(text):
            if not any(start <= match.start() < end for start, end in quoted):
                rest = text[match.end() :]
                negated = rest.startswith(" not ")
                tail = rest[4:] if negated else rest
                modal = "should not be" if negated else "should be"
                return self.line(text[: match.start()] + modal + tail)
        return self.line(text)


def lead_of(title: str) -> str:
    """What a title begins with where it says that something is verified ("Verify that"), or ""."""
    match = _LEADS.match(title)
    if match is None:
        return ""
    lead = f"{match.group(1).capitalize()}{(match.group(2) or ' that').lower()}"
    return lead.replace(" if", " that").replace(" whether", " that")
