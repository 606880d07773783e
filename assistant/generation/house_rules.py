"""The company's own rules of style: learnt where nearly all of its cases keep them, then checked.

What the template states (the longest title, how a title is put together) and what its cases show
without saying so (how titles begin, who acts in a step, whether a result "should be" or "is",
whether actions carry numbers of their own, how ids are built). What more than a twentieth of the
cases do otherwise is no rule, so that nearly all cases that it is learnt from keep it. Findings are
advice; a fix cuts, moves or puts together what is there and words nothing.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Literal

from assistant.domain import CaseTemplate, Fix, LintFinding, StepText, TestCase, TestStep, Value
from assistant.generation.sentence_words import QUOTED, clipped
from assistant.language.clauses import parse_clause
from assistant.language.nouns import is_person
from assistant.language.verbs import is_base
from assistant.suite.titles import titled

ENOUGH = 10
"""Cases (or steps) below which nothing is learnt."""

NEARLY_ALL = 0.95

Person = Literal["", "imperative", "third person"]
Modal = Literal["", "is", "should"]

_NUMBER = re.compile(r"^\s*(?:step\s*)?\d{1,3}\s*[.):]\s+(?=\S)", re.IGNORECASE)
_AS_WHO = re.compile(r"^As [^,]{2,60}, (?=\w)")
_LEADS = re.compile(
    r"^(?:to )?(verify|check|validate|ensure|confirm|test)(?:ing)?( that| whether| if)?\b",
    re.IGNORECASE,
)
_BE = re.compile(r"\b(is|are)\b(?! (?:to|supposed|expected)\b)")
_SHOULD = re.compile(r"\bshould\b", re.IGNORECASE)


class HouseRules(Value):
    """The rules that a company's cases keep; what is empty is not checked.

    ``lead`` begins titles, ``max_title`` and ``title_pattern`` are the template's; ``actor`` acts
    where steps are told of somebody; ``id_shape`` has "A" for letters and "0" for a number
    (``shape_of``).
    """

    lead: str = ""
    max_title: int | None = None
    title_pattern: str = ""
    person: Person = ""
    actor: str = "The user"
    modal: Modal = ""
    unnumbered: bool = False
    id_shape: str = ""


def learn_rules(cases: Sequence[TestCase], template: CaseTemplate | None = None) -> HouseRules:
    """The rules that nearly all of these cases keep, and those of the template.

    Cases written as Given/When/Then teach nothing about steps.
    """
    steps = [s for case in cases for s in case.steps if not _gherkin(s.action)]
    people = Counter(_person(step.action) for step in steps)
    actors = Counter(who for step in steps if (who := _actor(step.action)))
    results = [s.expected_result for s in steps if s.expected_result.strip()]
    titles = [case.title for case in cases if case.title.strip()]
    imported = [case.id for case in cases if case.origin.writer == "import"]
    title = next((c for c in template.columns if c.field == "title"), None) if template else None
    person = _habit([one for one in people.elements() if one])
    should = _habit(["should" if _says_should(text) else "is" for text in results])
    return HouseRules(
        lead=_habit([lead_of(text) for text in titles]),
        max_title=title.max_chars if title else None,
        title_pattern=template.title_pattern if template else "",
        person="imperative" if person == "imperative" else "third person" if person else "",
        actor=actors.most_common(1)[0][0] if actors else "The user",
        modal="should" if should == "should" else "is" if should else "",
        unnumbered=_habit([str(bool(_NUMBER.match(s.action))) for s in steps]) == "False",
        id_shape=_habit([shape_of(name) for name in imported]),
    )


def _habit(values: Sequence[str]) -> str:
    """The value that nearly all have; "" where there are few, or no such value."""
    if len(values) < ENOUGH:
        return ""
    value, count = Counter(values).most_common(1)[0]
    return value if count >= NEARLY_ALL * len(values) else ""


def check_rules(case: TestCase, rules: HouseRules) -> Iterator[LintFinding]:
    """What in a case breaks the company's rules, with a fix where one can be made."""
    yield from _title(case, rules)
    if rules.id_shape and case.origin.writer == "import" and not has_shape(case.id, rules.id_shape):
        message = f"Ids of other cases look like {rules.id_shape} (A: letters, 0: a number)."
        yield LintFinding(rule="id style", message=message, words=case.id)
    for step in case.steps:
        if _gherkin(step.action) or step.action.lstrip().startswith("|"):
            continue
        for rule in (_numbered, _told_of, _modal):
            yield from rule(step, rules)


def shape_of(name: str) -> str:
    """An id with its letters and numbers made alike: "UAT-CC-12" -> "A-A-0".

    A number that is filled up with zeros keeps its length: "UAT-0012" -> "A-0000".
    """

    def alike(part: re.Match[str]) -> str:
        said = part.group()
        if not said.isdigit():
            return "A"
        return "0" * len(said) if said[0] == "0" else "0"

    return re.sub(r"\d+|[^\W\d_]+", alike, name)


def has_shape(name: str, shape: str) -> bool:
    """Whether an id has a shape; a number of full length has no zero to fill it up."""

    def pattern(part: re.Match[str]) -> str:
        said = part.group()
        if said == "A":
            return r"[^\W\d_]+"
        if said[0] != "0":
            return re.escape(said)
        length = len(said)
        return rf"(?:\d{{{length}}}|[1-9]\d{{{length},}})" if length > 1 else r"(?:0|[1-9]\d*)"

    return re.fullmatch(re.sub(r"A|0+|.", pattern, shape), name) is not None


# --- Titles ---------------------------------------------------------------------------------------


def _title(case: TestCase, rules: HouseRules) -> Iterator[LintFinding]:
    title = case.title.strip()
    if not title:
        return
    outline = case.origin.writer == "outline"  # its title quotes the text
    if rules.lead and not outline and lead_of(title) != rules.lead:
        yield LintFinding(
            rule="title style",
            message=f"Titles of other cases begin with “{rules.lead}”.",
            words=title,
        )
    ours = case.model_copy(update={"origin": case.origin.model_copy(update={"writer": "rules"})})
    whole = titled(rules.title_pattern, ours)
    if case.origin.writer == "import" and whole != title:
        yield LintFinding(
            rule="title pattern",
            message=f"The template puts titles together as “{rules.title_pattern}”.",
            words=title,
            fix=Fix(says="Put it together so", title=whole),
        )
    over = len(whole) - (rules.max_title or len(whole))
    if over > 0:
        shorter = clipped(title, max(len(title) - over, 1))
        yield LintFinding(
            rule="title too long for the template",
            message=f"With {len(whole)} characters it does not fit: the template allows "
            f"{rules.max_title}.",
            words=title,
            fix=Fix(says="Shorten the title", title=shorter) if len(title) > over else None,
        )


def lead_of(title: str) -> str:
    """What a title begins with where it says that something is verified ("Verify that"), or ""."""
    match = _LEADS.match(title)
    if match is None:
        return ""
    lead = f"{match.group(1).capitalize()}{(match.group(2) or ' that').lower()}"
    return lead.replace(" if", " that").replace(" whether", " that")


# --- Steps ----------------------------------------------------------------------------------------


def _numbered(step: TestStep, rules: HouseRules) -> Iterator[LintFinding]:
    number = _NUMBER.match(step.action)
    if rules.unnumbered and number is not None:
        yield _found(
            step,
            "numbered step",
            "Steps are numbered by their column; other cases have no number in the action.",
            number.group().strip(),
            Fix(says="Take the number out", steps=(_with(step, step.action[number.end() :]),)),
        )


def _told_of(step: TestStep, rules: HouseRules) -> Iterator[LintFinding]:
    person = _person(step.action)
    if not rules.person or not person or person == rules.person:
        return
    if rules.person == "imperative":
        message = "Steps of other cases are instructions (“Select ...”), not told of somebody."
    else:
        message = f"Steps of other cases are told of somebody (“{rules.actor} selects ...”)."
    yield _found(step, "step style", message, step.action.strip(), None)


def _modal(step: TestStep, rules: HouseRules) -> Iterator[LintFinding]:
    result = step.expected_result
    if not rules.modal or not result.strip():
        return
    says = "should" if _says_should(result) else "is"
    if says == rules.modal:
        return
    if rules.modal == "is":
        message = "Expected results of other cases say what is, not what “should be”."
    elif _BE.search(QUOTED.sub(" ", result)):
        message = "Expected results of other cases say what “should be”."
    else:
        return  # "The page opens": no word that "should" could go with
    yield _found(step, "result style", message, result.strip(), None)


def _person(action: str) -> Person:
    """Who acts in a step: the tester who is told to, or somebody; "" where it cannot be told."""
    text = _AS_WHO.sub("", _NUMBER.sub("", action)).strip()
    first = re.match(r"[A-Za-z]+", text)
    if first is None:
        return ""
    if _actor(text):
        return "third person"
    return "imperative" if is_base(first.group().lower()) else ""


def _actor(action: str) -> str:
    """The somebody that a step is told of ("The user"), or ""."""
    text = _NUMBER.sub("", action).strip()
    if not re.match(r"(?:The|An?|User|Agent|Tester|I|We)\b", text):
        return ""
    clause = parse_clause(text.rstrip(" ."))
    if clause is None or not clause.subject or clause.form == "be":
        return ""
    return clause.subject if text.startswith(clause.subject) and is_person(clause.subject) else ""


def _says_should(text: str) -> bool:
    return bool(_SHOULD.search(QUOTED.sub(" ", text)))


def _gherkin(action: str) -> bool:
    return bool(re.match(r"\s*(?:given|when|then|and|but|\*)\s", action, re.IGNORECASE))


def _with(step: TestStep, action: str) -> StepText:
    return StepText(action=action, test_data=step.test_data, expected_result=step.expected_result)


def _found(step: TestStep, rule: str, message: str, words: str, fix: Fix | None) -> LintFinding:
    return LintFinding(rule=rule, message=message, step=step.number, words=words, fix=fix)
