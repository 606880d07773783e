"""Facts that share words: several subjects of one predicate, several complements of one verb."""

from __future__ import annotations

import re
from dataclasses import dataclass

from assistant.language.clauses import Clause
from assistant.language.finite_verbs import PREPOSITIONS
from assistant.language.nouns import ARTICLE
from assistant.language.quoted_messages import mask_quotes
from assistant.language.sentences import has_whole_brackets
from assistant.language.verbs import base_of_participle, third_person
from assistant.language.word_lists import read_patterns, word_set

MAX_WORDS = 9


@dataclass(frozen=True, slots=True)
class Shared:
    """Clauses of which ``all`` or else any one must hold, and the part of each that is its own."""

    all: bool
    words: tuple[str, ...]
    parts: tuple[str, ...]


_PATTERNS = read_patterns(__file__)
_JOINT = _PATTERNS["joint"]
COMPARED_TO = _PATTERNS["compared_to"]
_AT_OR = re.compile(r"\b(?:at|on|equals?(?: to)?)$", re.IGNORECASE)
_LEVEL = re.compile(r"(?:below|under|above|over|before|after|[a-z]+ than)\b", re.IGNORECASE)
_RELATIVE = re.compile(r"\b(?:that|which|who|whose|whom|where|when|if|because)\b", re.IGNORECASE)
_FIXED = _PATTERNS["fixed"]
_HAVING = word_set("have contain include hold own possess lack match meet satisfy fulfil fulfill")
_DETERMINER = word_set("a an the its his her their our your my any no at all each every")
_SINGULAR = {"are": "is", "have": "has", "were": "was", "do": "does"}


_NAMED_AS = re.compile(r"(?:such as|including|e\.g\.|for example|like)\b", re.IGNORECASE)


def shared_subject(text: str, clause: Clause, *, marked: bool) -> Shared | None:
    """One clause for each of the subjects that "and" or "or" joins; ``None`` for one subject."""
    subject = clause.subject
    if not text.startswith(subject) or _RELATIVE.search(subject) or _FIXED.search(subject):
        return None
    found = _parts(subject)
    if found is None:
        return None
    kind, parts = found
    if kind == "and" and not marked:
        return None  # "A and B are separated": what holds of both may hold of neither alone
    if any(_NAMED_AS.match(part) for part in parts):
        return None  # "assets, such as scripts or fonts, are loaded"
    if any(len(part.split()) > 6 or re.search(r"\d", part) for part in parts):
        return None
    rest = text[len(subject) :]
    article = ARTICLE.match(parts[0])
    named = [
        part if ARTICLE.match(part) or article is None or part[:1].isupper()
        else article.group() + part
        for part in parts
    ]  # fmt: skip
    if kind == "and" or clause.plural:
        rest = _for_one(rest, clause)
    return Shared(kind == "and", tuple(f"{name}{rest}" for name in named), tuple(parts))


def _for_one(rest: str, clause: Clause) -> str:
    """A predicate of many as a predicate of one: " have a card" -> " has a card"."""
    first, _, more = rest.strip().partition(" ")
    one = _SINGULAR.get(first.lower())
    if one is None and clause.form == "present" and not clause.negated:
        one = third_person(clause.verb)
    return f" {one or first} {more}".rstrip()


def _parts(text: str) -> tuple[str, list[str]] | None:
    """Parts that one kind of word joins, and that word; ``None`` where nothing or both join."""
    masked = mask_quotes(text)
    kinds: set[str] = set()
    cuts: list[tuple[int, int]] = []
    for match in _JOINT.finditer(masked):
        after = masked[match.end() :]
        if match["word"] and match["word"].lower() == "or" and COMPARED_TO.match(after):
            continue
        lead = masked[: match.start()]
        if _AT_OR.search(lead) and _LEVEL.match(after):
            continue  # "at or below 130 %"
        if match["word"] and re.search(r"\b(?:between|from)\b[^,]*\d[^,]*$", lead):
            continue
        before = match.group().lower()
        kind = (match["word"] or ("and" if "but" in before else "")).lower()
        if kind:
            kinds.add(kind)
        cuts.append((match.start(), match.start("not") + 1 if match["not"] else match.end()))
    if not cuts or len(kinds) != 1:
        return None
    places = [0, *(end for _, end in cuts)]
    ends = [*(start for start, _ in cuts), len(text)]
    parts = [text[a:b].strip() for a, b in zip(places, ends, strict=True)]
    if not all(part and has_whole_brackets(part) for part in parts) or len(parts) > 8:
        return None  # "the form (PDF or JPG)" is one thing
    return kinds.pop(), parts


def shared_complement(text: str, clause: Clause, *, marked: bool) -> Shared | None:
    """One clause for each complement that "and" or "or" joins; ``None`` for one complement."""
    tail = clause.tail
    if not tail or not text.endswith(tail):
        return None
    head = text[: len(text) - len(tail)]
    masked = mask_quotes(tail)
    relative = _RELATIVE.search(masked)
    if _FIXED.search(masked) or (relative and re.search(r"\b(?:and|or)\b", masked)):
        return None
    found = _parts(tail)
    if found is None:
        return None
    kind, parts = found
    if any(len(part.split()) > MAX_WORDS for part in parts):
        return None
    state = clause.form in ("be", "perfect") or clause.verb in ("be", *_HAVING)
    if kind == "and" and not (state or marked):
        return None
    if kind == "and" and clause.form == "be" and _adverbial(parts):
        return None
    prefix = _prefix(parts, clause)
    if prefix is None:
        return None
    first, *others = parts
    said = [f"{head}{first}"]
    for part in others:
        bare = re.sub(r"^not ", "", part)
        own = f"{head.rstrip()} not " if bare != part and not clause.negated else head
        lead = "" if _full(bare, clause) else prefix
        said.append(f"{own}{lead}{bare}")
    return Shared(kind == "and" or clause.negated, tuple(said), tuple(parts))


def _adverbial(parts: list[str]) -> bool:
    """Whether what follows "and" is a further circumstance rather than a further state."""
    return any(re.match(r"(?:then|so|therefore|thus)\b", part) for part in parts[1:])


def _full(part: str, clause: Clause) -> bool:
    """Whether a part begins the way a whole complement of this clause does."""
    first = part.split()[0].lower()
    opening = clause.tail.split()[0].lower()
    if first == opening:
        return True
    if clause.form in ("be", "perfect"):
        state = bool(base_of_participle(first)) or first.endswith(("er", "able", "ing"))
        same = bool(base_of_participle(opening)) or opening.endswith(("er", "able", "ing"))
        return state and (same or clause.form == "perfect" or opening in PREPOSITIONS)
    return False


def _prefix(parts: list[str], clause: Clause) -> str | None:
    """The words of the first part that the others share: "caused by " of "caused by storm"."""
    words = parts[0].split(" ")
    second = re.sub(r"^not ", "", parts[1]).split(" ")
    opening = second[0].lower()
    lower = [word.lower() for word in words]
    if _full(" ".join(second), clause):
        return ""
    if opening in PREPOSITIONS or _COMPARES.match(" ".join(second)):
        same = [i for i, word in enumerate(lower) if word in PREPOSITIONS]
        return _upto(words, same[0]) if same else ""
    if opening in _DETERMINER or second[0][:1].isdigit() or second[0][:1] in "£$€":
        same = [
            i for i, word in enumerate(lower) if word in _DETERMINER or re.match(r"[£$€\d]", word)
        ]
        return _upto(words, same[0]) if same else ""
    if second[0][:1].isupper() or second[0][:1] in "\"“'‘":
        same = [i for i, word in enumerate(words) if word[:1].isupper() or word[:1] in "\"“'‘"]
        return _upto(words, same[0]) if same else ""
    place = [i for i, word in enumerate(lower) if word in PREPOSITIONS]
    if place and place[-1] + 1 < len(words):
        after = place[-1] + 1
        if lower[after] in _DETERMINER and after + 1 < len(words):
            after += 1
        return _upto(words, after)
    article = lower[0] in _DETERMINER and len(words) > 1
    return f"{words[0]} " if article else ""


_COMPARES = re.compile(r"(?:more|less|fewer|later|earlier) than |at (?:least|most) |up to ", re.I)
""" "lies before the start or (more than a year after it)"."""


def _upto(words: list[str], index: int) -> str:
    return " ".join(words[:index]) + " " if index else ""
