"""A story's own sentence as a rule: "As a parent I want to sign" -> the parent can sign."""

from __future__ import annotations

import re
from dataclasses import replace

from assistant.design.clauses import parse_clause
from assistant.design.criteria import read_rules
from assistant.design.messages import mask_quotes
from assistant.design.outcomes import is_restrictive
from assistant.design.rules import Rule, moved
from assistant.design.sentences import Span, span
from assistant.design.verbs import base_of_gerund, is_base, third_person
from assistant.design.wording import negation

_STORY = re.compile(
    r"\bas (?:an? |the )?(?P<role>[^,.;:\n]{2,80}?)\s*[,\\]*"
    r"\s+(?:I|we)(?:['’]d| would)?\s*(?:also )?(?P<not>do(?:n['’]t| not) )?"
    r"(?P<want>want|need|wish|like|should|can|must|will|may|am able|have|expect|would like)\b(?:"
    r" to (?=be able to|be prevented from))?",
    re.IGNORECASE,
)
_PURPOSE = re.compile(
    r",?\s+(?:so that|so (?=I|we|they)|in order (?:to|that)|because)\b|\n\s*\n", re.IGNORECASE
)


_OCCASION = re.compile(
    r"\s*as (?:an? |the )?(?P<role>[^,.;:\n]{2,80}?),\s+"
    r"(?P<when>(?:if|when|whenever|once|unless|after|until|where|as soon as)\s[^\n;]{3,300}?)"
    r",\s+(?:then )?"
    r"(?:I|we) (?:(?P<modal>want|need|should|can|must|will|may|am able)\b(?: to (?=be able to))?"
    r"|(?P<verb>[a-z]+)\b)",
    re.IGNORECASE,
)
_WHEN = re.compile(
    r"\b(?:unless|only (?:when|once|after|where)|provided that"
    r"|(?<!even )if(?! (?:necessary|needed|required|desired|wanted|possible|applicable|any)\b))\b",
    re.IGNORECASE,
)


def read_narrative(text: str) -> Rule | None:
    """The rule in a story sentence, or ``None`` where the text is none.

    Its effect is told of the role ("The parent can sign ..."); offsets of the words wanted stay
    those of ``text``.
    """
    match = _STORY.search(text)
    if match is None or match.start() > 400:
        return _on_occasion(text)
    purpose = _PURPOSE.search(text, match.end())
    wanted = span(text, match.end(), purpose.start() if purpose else len(text))
    whole = span(text, match.start(), wanted.end)
    role = re.sub(r"\s+", " ", match["role"]).strip()
    said = _told_of(role, match["want"].lower(), wanted)
    if match["not"] and said is not None:
        said = _denied(said)
    if said is None:
        return None
    return _conditional(whole, said) or Rule(
        whole, said, restrictive=is_restrictive(said.text), told=True
    )


def _on_occasion(text: str) -> Rule | None:
    """The rule of "As a customer, if my basket is over 50 EUR, I get free shipping"."""
    match = _OCCASION.match(text)
    if match is None:
        return None
    role, when = re.sub(r"\s+", " ", match["role"]).strip(), match["when"]
    wanted = span(text, match.end(), len(text))
    if match["modal"]:
        said = _told_of(role, match["modal"].lower(), wanted)
    elif is_base(match["verb"]):
        rest = span(text, match.end("verb"), len(text))
        said = _composed(f"The {role} {third_person(match['verb'])} ", rest.text, rest, 0)
    else:
        return None
    if said is None:
        return None
    when = _of_others(when)
    rules = read_rules(f"{when}, {said.text}")
    if len(rules) != 1 or not rules[0].conditions:
        return None
    cut = len(when) + 2

    def place(words: Span) -> Span:
        by = said.start - cut if words.start >= cut else match.end("when") - len(when)
        return replace(words, start=max(0, words.start + by), end=words.end + by)

    return replace(moved(rules[0], place), whole=span(text, 0, len(text)), told=True)


def _conditional(whole: Span, said: Span) -> Rule | None:
    """The rule of a sentence that says when its wish is granted: "... only if the exit is paid"."""
    if _WHEN.search(mask_quotes(said.text)) is None:
        return None
    rules = read_rules(said.text)
    if len(rules) != 1 or not rules[0].conditions:
        return None

    def place(words: Span) -> Span:
        start, end = words.start + said.start, words.end + said.start
        return replace(words, start=max(0, start), end=end)

    return replace(moved(rules[0], place), whole=whole, told=True)


def role_of(narrative: str) -> str:
    """The role that a story speaks for ("Call Centre Agent"), or an empty string."""
    match = _STORY.search(narrative)
    if match:
        return re.sub(r"\s+", " ", match["role"]).strip()
    plain = re.match(r"\s*as (?:an? |the )?(?P<role>[^,.;:\n]{2,60})", narrative, re.IGNORECASE)
    return plain["role"].strip() if plain else ""


def _denied(said: Span) -> Span:
    """What the role does not want, as something that it cannot do or does not get."""
    text = re.sub(r"^(The .+?) can ", r"\1 cannot ", said.text, count=1)
    if text == said.text:
        text = negation(said.text) or said.text
    return Span(text, said.end - len(text), said.end)


def _told_of(role: str, want: str, wanted: Span) -> Span | None:
    text = wanted.text.rstrip(".")
    lead = re.match(r"(?:to )?(?:be )?(?:able|allowed|permitted) to\s+", text, re.IGNORECASE)
    prevented = re.match(r"(?:to )?(?:be )?prevented from\s+(?=\w)", text, re.IGNORECASE)
    if prevented:
        rest = text[prevented.end() :]
        first, _, more = rest.partition(" ")
        base = base_of_gerund(first)
        return _composed(f"The {role} cannot {base or first} ", more, wanted, len(text) - len(more))
    if lead:
        return _verb_phrase(role, text, lead.end(), wanted)
    if want in ("should", "can", "must", "will", "may"):
        return _verb_phrase(role, text, 0, wanted)
    plain = re.match(r"to (?!be\b)(?:also |easily |quickly )?(?=[a-z])", text, re.IGNORECASE)
    if plain:
        return _verb_phrase(role, text, plain.end(), wanted)
    be = re.match(r"to be\s+", text, re.IGNORECASE)
    if be:
        return _composed(f"The {role} is ", text[be.end() :], wanted, be.end())
    other = re.match(
        r"(?P<who>(?:the |a |an |my |our |all |each )?[\w '’-]{2,80}?) to (?P<do>(?:be )?[a-z]+\b)",
        text,
    )
    if other and (other["do"].startswith("be ") or is_base(other["do"])):
        who = re.sub(r"^(?:my|our)\b", f"the {role}'s", other["who"])
        rest = text[other.end("who") + 4 :]
        return _composed(f"{who} should ", rest, wanted, other.end("who") + 4)
    clause = parse_clause(text)
    if clause and clause.form in ("be", "modal") and len(clause.subject.split()) < 7:
        return Span(text, wanted.start, wanted.start + len(text))
    if not text:
        return None
    return _composed(f"The {role} has ", text, wanted, 0)


_STATES = frozenset(("have", "know", "understand", "feel", "receive"))


def _verb_phrase(role: str, text: str, offset: int, wanted: Span) -> Span:
    rest = text[offset:]
    first, _, more = rest.partition(" ")
    if first.lower() in _STATES and more:
        return _composed(
            f"The {role} {third_person(first.lower())} ", more, wanted, offset + len(first) + 1
        )
    base = base_of_gerund(first) if not is_base(first) else None
    if base:
        return _composed(f"The {role} can {base} ", more, wanted, offset + len(first) + 1)
    return _composed(f"The {role} can ", rest, wanted, offset)


def _composed(lead: str, rest: str, wanted: Span, offset: int) -> Span:
    """A span whose text is told anew, placed so that offsets into ``rest`` stay true."""
    text = _of_others(lead + rest)
    start = wanted.start + offset - len(lead)
    return Span(text, start, start + len(text))


def _of_others(text: str) -> str:
    """What the teller says of themselves, said of others: "my page" -> "their page"."""
    said = re.sub(r"\bI['’]m\b|\bI am\b", "they are", text)
    said = re.sub(r"\bI['’]ve\b|\bI have\b", "they have", said)
    for mine, theirs in (("I", "they"), ("we", "they"), ("me", "them"), ("us", "them"),
                         ("my", "their"), ("our", "their"),
                         ("myself", "themselves"), ("mine", "theirs")):  # fmt: skip
        said = re.sub(rf"\b{mine}\b", theirs, said)
    return said
