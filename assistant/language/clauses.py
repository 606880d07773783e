"""One clause taken apart: subject, auxiliary, negation, verb and the rest.

No model and no tagger: auxiliaries and a verb lexicon find the finite verb, relative clauses are
stepped over, quotations are left whole. A clause that cannot be read gives ``None``, and the
callers have a safe frame for it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from assistant.language.finite_verbs import (
    ADVERBS,
    CONTRACTED_SUBJECTS,
    CONTRACTIONS,
    PREPOSITIONS,
    Form,
    is_plural_subject,
    main_verb,
    tokens_of,
    without_adverbs,
)
from assistant.language.verbs import base_of_participle, base_of_past, base_of_third, is_base


@dataclass(frozen=True, slots=True)
class Clause:
    """A finite clause. ``auxiliary`` is lower case and never negated ("can", "is", "has", "does").

    ``verb`` is the base of the main verb; after "be" it is empty and ``tail`` holds the complement
    ("displayed in red").
    """

    subject: str
    form: Form
    auxiliary: str
    negated: bool
    verb: str
    tail: str
    plural: bool

    @property
    def passive(self) -> str:
        """Base of the participle after "be" ("display" for "is displayed"), or an empty string.

        In capitals it names a state: "the Stage is Closed Won".
        """
        words = self.tail.split() if self.form == "be" or self.verb == "be" else []
        while words and words[0].lower().rstrip(",") in ADVERBS:
            words = words[1:]
        if not words or words[0].istitle():
            return ""
        return base_of_participle(words[0].strip(",.;:")) or ""


_SEMI_MODALS = (
    (
        re.compile(r"^(?:be )?(?:able|allowed|permitted|entitled|authori[sz]ed) to (?=\w)", re.I),
        "can",
    ),
    (re.compile(r"^(?:be )?(?:required|obliged|expected|supposed) to (?=\w)", re.I), "must"),
)
_HAVE_TO = re.compile(r"^to (?=[a-z])")


REACH = 400
"""Characters within which a clause's verb is looked for: any text is read in bounded time."""


@lru_cache(maxsize=8192)
def parse_clause(text: str) -> Clause | None:
    """Read ``text`` as one finite clause; ``None`` where no subject and finite verb are found."""
    words = tokens_of(text[:REACH])
    place = main_verb(text, words)
    if place is None:
        return None
    index, form = place
    subject = text[: words[index].start].strip(" ,")
    auxiliary, negated = CONTRACTIONS.get(words[index].lower, (words[index].lower, False))
    subject = CONTRACTED_SUBJECTS.get(words[index].lower, subject)
    plural = is_plural_subject(subject, auxiliary)
    index += 1
    if form in ("present", "past"):
        tail = text[words[index - 1].end :].strip()
        base = base_of_past(auxiliary) if form == "past" else base_of_third(auxiliary)
        if base is None:
            base = (
                auxiliary[:-1] if auxiliary.endswith("s") and not is_base(auxiliary) else auxiliary
            )
        elif form == "present" and not is_base(auxiliary):
            plural = False  # its verb says so, as in "the field Order Details becomes mandatory"
        subject, negated = without_adverbs(subject)
        return Clause(subject, form, "", negated, base, tail, plural)
    if words[index - 1].comma and form == "modal":  # "shall, in rejecting a command, report"
        resumed = next((i for i in range(index, len(words)) if words[i].comma), None)
        if resumed is None or resumed + 1 >= len(words):
            return None
        index = resumed + 1
    while index < len(words):
        word = words[index].lower
        longer = word == "no" and index + 1 < len(words) and words[index + 1].lower == "longer"
        if word in ("not", "never") or longer:
            negated = True
            index += 2 if longer else 1
        elif word in ADVERBS or (
            word.endswith("ly") and word != "exactly" and not is_base(word) and form != "be"
        ):
            index += 1
        else:
            break
    rest = text[words[index].start :].strip() if index < len(words) else ""
    for pattern, modal in _SEMI_MODALS:
        match = pattern.match(rest)
        if match and form in ("modal", "be") and _acts(match.group(), rest[match.end() :]):
            verb, tail = _verb_and_tail(rest[match.end() :])
            return Clause(subject, "modal", modal, negated, verb, tail, plural)
    if form == "do" and rest.lower().startswith("have to "):
        verb, tail = _verb_and_tail(rest[8:])
        return Clause(subject, "modal", "must", negated, verb, tail, plural)
    if form == "be":
        return Clause(subject, "be", auxiliary, negated, "", rest, plural)
    if form == "perfect":
        match = _HAVE_TO.match(rest)
        if match and auxiliary in ("has", "have"):
            verb, tail = _verb_and_tail(rest[match.end() :])
            return Clause(subject, "modal", "must", negated, verb, tail, plural)
        if not _is_perfect(rest):
            return Clause(subject, "present", "", negated, "have", rest, plural)
        return Clause(subject, "perfect", auxiliary, negated, "", rest, plural)
    verb, tail = _verb_and_tail(rest)
    if verb.lower() in PREPOSITIONS | {"the", "a", "an", "and", "or"}:
        return None
    return Clause(subject, form, auxiliary, negated, verb, tail, plural)


def _acts(lead: str, rest: str) -> bool:
    """Whether a verb follows "able to"; "entitled to the allowance" names a thing."""
    return "entitled" not in lead.lower() or is_base(rest.split()[0].strip(",."))


def _is_perfect(rest: str) -> bool:
    words = rest.split()
    first = words[0].strip(",.").lower() if words else ""
    if first in ("limited", "restricted", "required", "set") and len(words) > 1:
        return False  # "has limited access" has no perfect in it
    return first == "been" or base_of_participle(first) is not None


def _verb_and_tail(rest: str) -> tuple[str, str]:
    verb, _, tail = rest.partition(" ")
    stripped = verb.rstrip(",;:.")
    return stripped, (verb[len(stripped) :] + " " + tail).strip() if tail else ""
