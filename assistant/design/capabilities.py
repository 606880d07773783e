"""What somebody can do, or may do alone: "the system allows a user to delete a route"."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from assistant.design.casing import indefinite
from assistant.design.clauses import Clause
from assistant.design.nouns import singular
from assistant.design.people import (
    head_noun,
    is_generic_person,
    is_person,
    is_system,
    without_article,
)
from assistant.design.verbs import base_of_gerund, is_base

_LETTING = frozenset(("allow", "let", "enable", "permit", "help"))
_OFFERING = re.compile(
    r"^(?:(?P<who>[\w ]+?) )?(?:with )?(?:the |an |a )?(?:ability|option|means|possibility"
    r"|facility|functionality|capability"
    r"|way|mechanism|opportunity|chance|feature|function|interface)s?(?: for (?P<for>[\w ]+?))?"
    r" (?:to|of|for) (?P<do>\w.*)$",
    re.IGNORECASE,
)
_POSSIBLE = re.compile(r"^(?:always )?possible (?:for (?P<who>.+?) )?to (?P<do>.+)$", re.IGNORECASE)
_TO_DO = re.compile(r"^(?P<who>.+?) (?:to )(?P<do>[a-z]+\b.*)$")


@dataclass(frozen=True, slots=True)
class Capability:
    """``who`` can do ``what`` (a verb phrase in the base form)."""

    who: str
    what: str


def find_capability(clause: Clause | None) -> Capability | None:
    """The capability that a clause grants; ``None`` for anything else, denials included."""
    if clause is None or clause.negated:
        return None
    if clause.form == "modal" and clause.auxiliary in ("can", "may", "could", "might"):
        if clause.verb == "be" or not clause.verb or not _acts(clause):
            return None
        return Capability(clause.subject, f"{clause.verb} {clause.tail}".strip())
    if clause.verb in _LETTING:
        match = _TO_DO.match(clause.tail)
        if match and is_base(match["do"].split()[0]) and len(match["who"].split()) <= 6:
            return Capability(match["who"], match["do"])
    if clause.verb in ("provide", "offer", "give", "have", "support", "include", "present", "want"):
        match = _OFFERING.match(clause.tail)
        if match:
            do = _as_base(match["do"])
            who = (
                match["who"]
                or match["for"]
                or (clause.subject if clause.verb in ("have", "want") else "")
            )
            if do:
                return Capability(who if who and is_person(who) else "the user", do)
    possible = _POSSIBLE.match(clause.tail) if clause.verb == "be" or clause.form == "be" else None
    if possible:
        return Capability(possible["who"] or "the user", possible["do"])
    return None


def _as_base(words: str) -> str | None:
    first, _, rest = words.partition(" ")
    base = first if is_base(first) else base_of_gerund(first)
    return f"{base} {rest}".strip() if base else None


def _acts(clause: Clause) -> bool:
    if is_person(clause.subject):
        return True
    if clause.verb in ("have", "contain", "include", "exceed", "last"):
        return False
    named = re.match(r"The [A-Z]?\w*(?: [A-Z]\w*){0,4}$", clause.subject)
    if clause.auxiliary == "can" and named:
        last_part = re.sub(r"[A-Z][a-z]+(?=[A-Z])", "", clause.subject)  # "ResearcherPublisher"
        if not is_system(last_part):
            return True
    if clause.verb in (
        "have",
        "contain",
        "include",
        "exceed",
        "last",
        "take",
        "run",
        "use",
        "occur",
        "appear",
    ):
        return False
    return not is_system(clause.subject) and clause.auxiliary in ("can", "may") and (
        clause.subject[:1].isupper() and len(clause.subject.split()) <= 4
        and clause.subject.split()[0].lower() not in ("the", "a", "an", "all", "each")
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Restriction:
    """Something that only ``roles`` may do; ``sentence`` says it of ``{who}`` with ``{may}``."""

    roles: tuple[str, ...]
    rest: str
    passive: bool = False
    acting: bool = True

    @property
    def who(self) -> str:
        """The roles in words: "a Team Leader or the Complaints Manager"."""
        return _listed(self.roles, "or")

    @property
    def nobody_else(self) -> str:
        """Somebody without any of the roles."""
        singles = [_single(role) for role in self.roles]
        if len(singles) == 1:
            return f"someone who is not {singles[0]}"
        return f"someone who is neither {_listed(singles, 'nor')}"

    @property
    def activity(self) -> str:
        """What is kept for the roles, after "can" or, in the passive, after "can be"."""
        return self.rest.split("|")[1] if self.passive else self.rest

    @property
    def thing(self) -> str:
        """What it is done to, where it was said in the passive."""
        return self.rest.split("|")[0] if self.passive else ""

    def said_of(self, who: str, *, can: bool) -> str:
        """That somebody can, or cannot, do it."""
        modal = "can" if can else "cannot"
        if self.passive:
            return f"{self.thing} {modal} be {self.activity} by {who}"
        return f"{who} {modal} {self.activity}"

    @property
    def is_people(self) -> bool:
        """Whether the roles are people, not things ("only PDF files")."""
        return self.acting and all(is_person(role) or _is_role_name(role) for role in self.roles)


_ONLY_BY = re.compile(
    r"^(?P<subject>.+?) (?P<modal>can|may|must|should|shall|will|is|are)\b(?P<middle>.*?)\b(?:and"
    r" )?only (?P<verb>be \w+ |\w+ed )?by "
    r"(?P<role>(?:a |an |the )?[\w -]+?)(?P<end>$|,| after| before| if| when)",
    re.IGNORECASE,
)
_ONLY_TO = re.compile(
    r"^(?P<subject>.+?) (?:is|are|must be|shall be|should be) (?:only (?P<a>available|visible"
    r"|accessible|shown|displayed|open)"
    r" (?:to|for)|(?P<b>available|visible|accessible|shown|displayed|open) only (?:to|for)"
    r"|(?P<c>restricted|limited) to"
    r"|(?P<d>available|visible|accessible|shown|displayed|open) (?:to|for)(?= .* only$))"
    r" (?P<role>[\w ,-]+?)(?: only)?$",
    re.IGNORECASE,
)
_KEPT = re.compile(r"\b(?:only|restricted|limited)\b", re.IGNORECASE)
MAX_LENGTH = 1500
"""Characters beyond which a text is no sentence that keeps a right for somebody."""
_MODAL_WORD = {
    "can": "can",
    "may": "can",
    "must": "can",
    "should": "can",
    "shall": "can",
    "will": "can",
}


@lru_cache(maxsize=8192)
def find_restriction(text: str, clause: Clause | None) -> Restriction | None:
    """ "Only X may ...", "... only by X", "... only available to X"; ``None`` for anything else."""
    text = text.strip(" .")
    if clause is not None and re.match(r"only\s", clause.subject, re.IGNORECASE):
        roles = _roles(clause.subject[5:])
        if clause.form == "modal" and clause.verb:
            said = f"{clause.verb} {clause.tail}".strip()
            acting = clause.verb != "be"
            return None if clause.negated else Restriction(roles, said, acting=acting)
        if clause.form in ("be", "present") and not clause.negated:
            return Restriction((clause.subject[5:],), clause.tail, acting=False)
        return None
    if len(text) > MAX_LENGTH or not _KEPT.search(text):
        return None
    by = _ONLY_BY.match(text)
    if by and (is_person(by["role"]) or _is_role_name(by["role"])):
        verb = (by["verb"] or "").strip() or by["middle"].strip(" ,")
        verb = re.sub(r"^be ", "", re.sub(r",? once$", "", verb))
        return Restriction(_roles(by["role"]), f"{by['subject']}|{verb}", passive=True)
    to = _ONLY_TO.match(text)
    if to and all(is_person(role) or _is_role_name(role) for role in _roles(to["role"])):
        return Restriction(
            _roles(to["role"]), f"access {to['subject'][:1].lower() + to['subject'][1:]}"
        )
    return None


def _roles(words: str) -> tuple[str, ...]:
    apart = re.split(
        r",? (?:or|and) (?=(?:an?|the|any) )|, (?=(?:an?|the|any) )", words.strip(" ,")
    )
    if len(apart) > 1:
        return tuple(role for part in apart for role in _roles(part))
    if re.search(r"\b(?:that|who|which|with|of)\b", words):
        return (words.strip(),)
    parts = re.split(r",\s+(?:or |and )?|\s+or\s+|\s+and\s+", words.strip())
    return tuple(part.strip() for part in parts if part.strip())


def _is_role_name(phrase: str) -> bool:
    words = without_article(phrase).split()
    return bool(words) and all(word[:1].isupper() for word in words) and len(words) <= 4


def _single(role: str) -> str:
    if re.search(r"\b(?:that|who|which|with|of|in|on)\b", role):
        return f"among {role}" if singular(head_noun(role)) != head_noun(role) else role
    return (
        indefinite(singular(role))
        if singular(role) != role or not role.startswith("the ")
        else role
    )


def _listed(items: tuple[str, ...] | list[str], word: str) -> str:
    if len(items) == 1:
        return items[0]
    if word == "nor":
        return f" {word} ".join(items)
    return f"{', '.join(items[:-1])} {word} {items[-1]}"


def lacks_role(who: str) -> str | None:
    """Somebody else than a specific role; ``None`` for "the user" and pronouns, whom all are."""
    if is_generic_person(who) or not is_person(who):
        return None
    return f"someone who is not {indefinite(singular(without_article(who)))}"
