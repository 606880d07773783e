"""Messages and roles of a case, held against the side that its condition claims."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from assistant.domain import Fact, Outcome, TestCondition
from assistant.generation.proof.claims import PLACE
from assistant.generation.proof.polarity import read_clauses
from assistant.generation.proof.proof_faults import CONTRADICTION, WRONG_SIDE, Mark, shown
from assistant.generation.proof.statement_words import NEGATORS, Lexicon, all_content, denies
from assistant.generation.sentence_words import clause_texts
from assistant.language.casing import bare_words
from assistant.language.clauses import parse_clause
from assistant.language.quantities import find_quantities
from assistant.language.quoted_messages import find_messages, mask_quotes
from assistant.language.sentences import sentences
from assistant.language.word_lists import read_patterns

ANOTHER = "another"
"""Value of a role fact where somebody acts who does not have the role."""

_PATTERNS = read_patterns(__file__)
_ONLY = _PATTERNS["only"]
_TOWARDS = re.compile(r"^\s+(?:to|by|for|von|durch|für|par|à)\b", re.IGNORECASE)
_UNTIL = _PATTERNS["until"]


_ACTOR = re.compile(r"(?:As|Als|En tant que|Como|Jako) (?P<name>[A-ZÀ-Ý][^,]{2,40}),")
_PERSON = re.compile(r"\b[A-ZÀ-Ý][\w'’-]+ [A-ZÀ-Ý][\w'’-]+")
_NUMBER = re.compile(r"\d+(?:[.,]\d+)*")
_PAUSED = re.compile(r"[.!?…]$|[,;:.!?]\s")


# --- Messages -------------------------------------------------------------------------------------


def messages_of_other_side(result: str, conditions: Sequence[TestCondition]) -> Iterator[Mark]:
    """Messages that a result affirms while the text denies them for this side, or the reverse."""
    told = [one for condition in conditions for one in condition.outcomes]
    of_a_side = [
        one
        for condition in conditions
        for one in condition.outcomes
        if not _is_of_all_sides(condition, one)
    ]
    affirmed = {bare_words(m) for one in told if one.happens for m in _messages(one.quote)}
    settled = {
        bare_words(m)
        for one in of_a_side
        if one.happens
        for m in _messages(one.quote)
        if len(m.split()) > 1
    }
    denied = {
        bare_words(m): one.quote for one in told if not one.happens for m in _messages(one.quote)
    }
    for text, negative, of_time in shown_messages(result):
        said = bare_words(text)
        if negative and said in settled and said not in denied and not of_time:
            yield Mark(CONTRADICTION, text, f"{shown(text)} is what the text says here.")
        elif not negative and said in denied and said not in affirmed and not of_time:
            message = f"{shown(text)} is denied here: not {shown(denied[said])}."
            yield Mark(WRONG_SIDE, text, message)


def _is_of_all_sides(condition: TestCondition, outcome: Outcome) -> bool:
    """Whether a main flow, which sets nothing, quotes a rule and what is so otherwise, in another
    sentence, across a limit ("8.0 or more is “Full strength”, below 6.0 is “Weak”") or by "only":
    a button that is shown only from a day on is not before it."""
    kinds = {fact.kind for fact in condition.facts}
    limits = sum(one.is_limit for one in find_quantities(outcome.quote))
    several = len(sentences(outcome.quote)) > 1 or limits > 1
    return kinds == {"main flow"} and (several or bool(_ONLY.search(outcome.quote)))


def other_message(
    results: Sequence[str], conditions: Sequence[TestCondition], given: Sequence[str] = ()
) -> Iterator[tuple[int, Mark]]:
    """The place of a result that affirms a message, where the one that the criterion gives for this
    side stands in no result. What is ``given`` (preconditions and test data) somebody enters, and
    no system says: the reason of a waiver."""
    ids = {one.criterion_id for one in conditions}
    wanted = [
        message
        for condition in conditions
        for one in condition.outcomes
        if one.happens and one.source_id in ids
        for message in _messages(one.quote)
        if is_sentence(message)
    ]
    said = " ".join(map(bare_words, results))
    filled = _without_numbers(said)
    fixed = {run for one in conditions for text in _quotes(one) for run in _outside(text)}
    if not wanted or any(
        bare_words(message) in said
        or PLACE.search(message)
        # "Unit 0214 has £86.50 overdue": whether other numbers are the case's is asked elsewhere
        or (
            not fixed.intersection(_NUMBER.findall(message)) and _without_numbers(message) in filled
        )
        for message in wanted
    ):
        return
    entered = [bare_words(line) for line in given]
    for place, result in enumerate(results):
        for text, negative, _ in shown_messages(result):
            if negative or any(bare_words(text) in line for line in entered):
                continue
            if is_sentence(text) or _is_shown(text, result):
                message = f"{shown(text)}, but here the text says {shown(wanted[0])}."
                yield place, Mark(CONTRADICTION, text, message)


def _without_numbers(text: str) -> str:
    """The words of a text, each of its numbers as one."""
    return _NUMBER.sub("0", bare_words(text))


def _quotes(condition: TestCondition) -> Iterator[str]:
    yield from (one.quote for one in condition.outcomes)
    yield from (one.quote for one in condition.facts)


def _outside(text: str) -> list[str]:
    """The numbers that a text says outside of its messages: a limit is no place to fill in."""
    return _NUMBER.findall(mask_quotes(text))


def _is_shown(text: str, result: str) -> bool:
    """Whether two words or more are what is shown, not the name of something: shows "Wrong PIN"."""
    words = re.escape(text)
    return len(text.split()) > 1 and bool(
        re.search(rf"\b(?:shows?|displays?|says?|reads?)\s+\W?{words}", result, re.IGNORECASE)
        or re.search(rf"{words}\W\s+(?:appears?|is (?:shown|displayed))\b", result, re.IGNORECASE)
    )


def is_sentence(text: str) -> bool:
    """Whether a quotation tells something, as a message does: it has a verb or ends or pauses in a
    mark. The name of a field or a status does not."""
    words = text.split()
    if len(words) < 2:
        return False
    return _PAUSED.search(text.strip()) is not None or parse_clause(text) is not None


def shown_messages(result: str) -> Iterator[tuple[str, bool, bool]]:
    """The messages of a result, whether its clause denies them, and whether it speaks of another
    time."""
    for clause in clause_texts(result):
        found = list(find_messages(clause))
        if found:
            read = read_clauses(clause)
            for message in found:
                before = clause[: message.start]
                negative = sum(w.casefold() in NEGATORS for w in re.findall(r"[\w'’]+", before))
                after = clause[message.end :]
                behind = sum(w.casefold() in NEGATORS for w in re.findall(r"[\w'’]+", after))
                yield (
                    message.text, bool((negative or behind) % 2), any(one.of_time for one in read),
                )  # fmt: skip


def _messages(text: str) -> list[str]:
    """The messages of a text that its clause neither denies nor takes away."""
    return [
        message.text
        for clause in clause_texts(text)
        for message in find_messages(clause)
        if not any(one.negative or one.of_time for one in read_clauses(clause))
    ]


# --- Roles ----------------------------------------------------------------------------------------


def turned_roles(
    condition: TestCondition, lines: Sequence[str], all_conditions: Sequence[TestCondition]
) -> Iterator[Mark]:
    """Roles that the condition claims and nobody in the case has, or that the one who acts has
    although somebody else is to act; a case of both sides needs both."""
    both = {
        fact.quote for one in all_conditions for fact in one.facts
        if fact.kind == "role" and fact.holds
    }  # fmt: skip
    for fact in condition.facts:
        roles = roles_of(fact) if fact.kind == "role" else ()
        if not roles:
            continue
        having = [
            line for line in lines
            # who may act, not who does
            if (fact.holds or bare_words(fact.quote) not in bare_words(line))
            and any(_has_role(line, role) for role in roles)
        ]  # fmt: skip
        if fact.holds and not having:
            message = f"The case is to be done by {shown(fact.value)}; nobody in it has this role."
            yield Mark(WRONG_SIDE, fact.value, message)
        elif fact.holds or fact.quote in both:
            continue
        elif having and not any(
            _lacks_role(line, role) or _is_done_by_another(lines, role)
            for line in lines for role in roles
        ):  # fmt: skip
            message = (
                f"Somebody else is to act ({shown(fact.quote)}); here it is {shown(having[0])}."
            )
            yield Mark(WRONG_SIDE, having[0], message)


_WHOSE = re.compile(r"\b(?:whose|who|dessen|deren|dont|qui|cuy[oa]s?)\b", re.IGNORECASE)
"""What describes somebody instead of naming a role."""


def roles_of(fact: Fact) -> tuple[frozenset[str], ...]:
    """The words of each role that a fact is about: "only A or B may ..." names two; "people whose
    role allows it" names none."""
    said = fact.value
    if not said or said == ANOTHER:
        match = _ONLY.search(fact.quote)
        said = _UNTIL.split(_TOWARDS.sub("", match["role"]))[0] if match else ""
    if _WHOSE.search(said):
        return ()
    found = (all_content(part) for part in re.split(r"\b(?:and|or|und|oder|et|ou|y|o|en)\b", said))
    return tuple(words for words in found if words)


def _has_role(line: str, role: frozenset[str]) -> bool:
    return any(
        Lexicon((part,)).share(role) == 1 and not denies(part) for part in clause_texts(line)
    )


def _lacks_role(line: str, role: frozenset[str]) -> bool:
    return any(Lexicon((part,)).share(role) == 1 and denies(part) for part in clause_texts(line))


def _is_done_by_another(lines: Sequence[str], role: frozenset[str]) -> bool:
    """Whether somebody acts ("As Ann Lee, send it") whom no line gives the role."""
    actors = {match["name"] for line in lines if (match := _ACTOR.match(line))}
    return any(
        not any(_has_role(said, role) for line in lines for said in _said_of(name, line))
        for name in actors
    )


def _said_of(name: str, line: str) -> Iterator[str]:
    """The words behind a name up to the next person's: "Ann Lee, nurse, and Dr. Ben Otto, ..."."""
    behind = line.partition(name)[2]
    other = _PERSON.search(behind)
    if behind:
        yield behind[: other.start()] if other else behind
