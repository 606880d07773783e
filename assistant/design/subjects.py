"""A subject that is a condition: "Users who have not confirmed their address cannot ...".

Such a rule has no "if", but it decides: it holds for some and not for the others. Its positive and
its negative get this as a fact of theirs, as the conditions of any other rule.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from assistant.design.casing import lower_start, one_line
from assistant.design.complements import not_done_so, other_thing
from assistant.design.drafts import Draft, in_subject, limits_of
from assistant.design.people import without_article
from assistant.design.rules import Rule
from assistant.design.verbs import base_of_gerund

_DENIED = re.compile(r"\b(?:not|no|never|without|nor)\b|n['’]t\b", re.IGNORECASE)


def with_subject_fact(
    rule: Rule, met: Draft, failing: Sequence[Draft]
) -> tuple[Draft, list[Draft]]:
    """The drafts with what the rule asks of its subject as a variable: true in one, false in the
    other; unchanged where the drafts do not differ in that."""
    subject = _qualified(rule)
    if subject is None or met.variables:
        return met, list(failing)
    held = _speaks_of(met, subject)
    name, affirmed = _named(subject)
    made = []
    decided = False
    for draft in failing:
        other = _speaks_of(draft, subject)
        if draft.variables or other == held:
            made.append(draft)
            continue
        decided = True
        made.append(replace(draft, variables=((name, _truth(other == affirmed)),)))
    if not decided:
        return met, list(failing)
    return replace(met, variables=((name, _truth(held == affirmed)),)), made


def _truth(value: bool) -> str:
    return "true" if value else "false"


def _qualified(rule: Rule) -> str | None:
    """The subject of a rule that holds for some things only; ``None`` for any other rule."""
    clause = rule.clause
    if clause is None or rule.conditions or not clause.subject:
        return None
    doing = base_of_gerund(clause.subject.split(" ")[0].lower()) and " " in clause.subject
    limited = doing or any(in_subject(rule, quantity) for quantity in limits_of(rule))
    turned = other_thing(clause.subject) or (rule.restrictive and not_done_so(clause.subject))
    return clause.subject if limited or turned else None


def _named(subject: str) -> tuple[str, bool]:
    """The fact, said positively where the words allow, and whether the subject affirms it."""
    turned = other_thing(subject) if _DENIED.search(subject) else None
    affirmed = turned is None or _DENIED.search(turned) is not None
    said = subject if affirmed else turned
    return lower_start(without_article(one_line(said or subject))), affirmed


def _speaks_of(draft: Draft, subject: str) -> bool:
    """Whether a draft is about the subject itself, not about what is otherwise."""
    words = without_article(one_line(subject)).casefold()
    said = draft.statement.casefold()
    return words in said and not said.startswith(f"not {words}")
