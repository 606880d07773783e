"""What a case starts from: the role it is run in, the situation, and the way to the place.

Roles stand in the story ("As a Call Centre Agent, I want ..."); how one signs in and where one
starts stands in existing cases of the same epic, team or role, if anywhere. Nothing is made up:
without such a source the case starts from the story's own words.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from assistant.design.casing import definite, indefinite
from assistant.design.nouns import is_plural
from assistant.design.people import head_noun
from assistant.design.quantities import find_messages, find_quantities
from assistant.design.verbs import is_base
from assistant.domain import TestCondition
from assistant.generation.case_plan import Line, PlannedStep
from assistant.generation.outcomes import subject_of
from assistant.generation.proof.passages import Passage, Sources, quoted
from assistant.generation.style import CompanyStyle
from assistant.generation.wording import capitalised, content_stems, phrase, stem, stem_set
from assistant.generation.writer import CaseBrief

_ROLE = re.compile(
    r"\bas (?P<role>(?:an?|the) [^,.;:\n]{2,60}?)"
    r"(?:,|\s*\n|\.|;|:| I (?:want|need|would|can|have|must|am|'d)\b)",
    re.IGNORECASE,
)
_WANT = re.compile(
    r"\bI(?: want| need| would like|'d like| wish)(?: to be able)? to (?P<want>.+?)"
    r"(?=,? so that\b|,? in order to\b|,? because\b|[.\n]|$)",
    re.IGNORECASE | re.DOTALL,
)
_SIGN_IN = re.compile(r"\b(?:logged|signed|log|logs|sign|signs) ?(?:in|on|into)\b", re.IGNORECASE)
_LOOKED_AT = re.compile(
    r"(?:check|look at|observe|view|review) "
    r"(?P<thing>(?!(?:it|them|whether|that|what|if|an? case)\b).{3,90})",
    re.IGNORECASE,
)
_ON_SCREEN = re.compile(
    r"\b(?:button|field|page|link|tab|screen|list|message|panel|icon|menu|column|box|banner|form|"
    r"view|dialog|label|heading|layout|section|status|date|time|reason|fee|amount|number|price|"
    r"value|code|type|name|password|e?mail|notification|result|outcome|rule|access|system)(?:e?s)?\b",
    re.IGNORECASE,
)
_ACTED_ON = re.compile(
    r"\w+ (?P<thing>(?:the|an?) (?:[\w-]+ ){0,3}?[\w-]+)(?= (?:\d|with|for|to|in|on|of|by|after|"
    r"before|within|without|from|as|at|that|who|which|when|where|and|or|is|are|until|so)\b|$)",
    re.IGNORECASE,
)
_STATES = frozenset(
    {"be", "see", "have", "know", "get", "receive", "avoid", "feel", "trust", "understand", "save"}
)
_AS_WHO = re.compile(r"As (?P<who>(?:an?|the|someone|anyone|somebody)\b[^,]{0,80}), ")
_MAKING = stem_set(
    """enter add create register raise submit request make send use select choose upload type set
    let record write try place order bring put fill leave check generate give do"""
)
_CREATED = re.compile(r"\b(?:created|registered|raised|sent|generated|issued|written|added)\b")
_PLACE = re.compile(
    r"\w+(?: (?:to|into|in to))? (?P<thing>(?:the|an?) .+?)(?= (?:in|on|from|at|with|by) |$)", re.I
)
_CASE_LINE = re.compile(
    r"^(?P<number>\d+)\. (?P<action>.+?)(?: \(test data: (?P<data>.*)\))?$"
    r"(?:\n\s+Expected result: (?P<expected>.+))?",
    re.MULTILINE,
)
_PRECONDITION = re.compile(r"^Precondition: (?P<text>.+)$", re.MULTILINE)
_WAY_VERBS = stem_set("open navigate go log sign launch access browse switch")
_STAFF = stem_set(
    """agent manager analyst admin administrator user leader lead engineer operator clerk officer
    supervisor specialist coordinator planner dispatcher technician assistant advisor adviser
    representative tester editor moderator member developer owner buyer seller staff employee
    consultant inspector reviewer approver"""
)


@dataclass(frozen=True)
class Role:
    """A role as the story names it ("a Call Centre Agent"), and where it does so."""

    phrase: str
    line: Line

    @property
    def name(self) -> str:
        """The role without its article."""
        return re.sub(r"^(?:an?|the) ", "", self.phrase, flags=re.IGNORECASE)

    @property
    def signs_in(self) -> bool:
        """Whether somebody with this role plainly works in the system itself."""
        words = self.name.split()
        return len(words) <= 4 and stem(words[-1]) in _STAFF


def story_role(brief: CaseBrief, sources: Sources) -> Role | None:
    """The role in the story's narrative, or ``None`` where it names none."""
    passage = sources.of_key(brief.story.key)
    for text in (brief.story.narrative, brief.story.title):
        match = _ROLE.search(text)
        if match:
            words = phrase(match["role"])
            article, _, name = words.partition(" ")
            role = f"{article.lower()} {name}"
            citation = quoted(passage, match["role"].strip(), "precondition") if passage else None
            return Role(role, Line(f"The user is {role}.", (citation,) if citation else ()))
    return None


def sign_in_line(role: Role, sources: Sources) -> Line:
    """How the role signs in: as existing cases say it where they name this role, else plainly."""
    found: Counter[str] = Counter()
    places: dict[str, Passage] = {}
    for passage in _cases(sources):
        for match in _PRECONDITION.finditer(passage.source.chunk.text):
            text = match["text"].strip()
            if _SIGN_IN.search(text) and role.name.casefold() in text.casefold():
                found[text] += 1
                places.setdefault(text, passage)
    if found:
        text = found.most_common(1)[0][0]
        citation = quoted(places[text], text, "precondition")
        return Line(text, (citation,) if citation else ())
    if role.signs_in:
        return Line(f"The user is logged in as {role.phrase}.", role.line.citations)
    return role.line


def way_there(brief: CaseBrief, sources: Sources) -> PlannedStep | None:
    """The first step that existing cases of the same epic or team take most often.

    What those cases see there belongs to their own data; of it only the place itself is kept.
    """
    about = content_stems(
        " ".join(
            (brief.epic.title, brief.epic.description, brief.story.title, brief.story.narrative,
             brief.criterion.text)
        )
    )  # fmt: skip
    found: Counter[str] = Counter()
    places: dict[str, tuple[Passage, str]] = {}
    for passage in _cases(sources):
        metadata = passage.source.chunk.metadata
        same_epic = bool(brief.epic.key) and metadata.key == brief.epic.key
        same_team = bool(brief.epic.team) and metadata.team == brief.epic.team
        action, expected = next(_case_steps(passage), ("", ""))
        if not (same_epic or same_team) or not _is_way(action):
            continue
        shared = len(content_stems(action) & about)
        if same_epic or shared >= 2:
            found[action] += 2 * same_epic + min(shared, 2)
            if action not in places or len(expected) < len(places[action][1]):
                places[action] = (passage, expected)
    if not found:
        return None
    action = found.most_common(1)[0][0]
    return _arrival(action, *places[action])


def _arrival(action: str, passage: Passage, expected: str) -> PlannedStep | None:
    """The step that leads to a place, with the place as its result."""
    place = _PLACE.match(phrase(action))
    doing = quoted(passage, action, "action")
    if place is None or doing is None:
        return None
    thing = definite(place["thing"])
    be = "are" if is_plural(head_noun(thing) or thing) else "is"
    said = f"{capitalised(thing)} {be} displayed"
    sees = expected if expected.casefold().startswith(said.casefold()) else action
    seen = quoted(passage, sees[: len(said)] if sees is expected else sees, "expected_result")
    return PlannedStep(
        action,
        said + ".",
        citations=(doing, seen) if seen else (doing,),
        support="unsupported" if seen is None else "supported" if sees is expected else "derived",
    )


def start_of_story(
    brief: CaseBrief, role: Role | None, sources: Sources, style: CompanyStyle
) -> PlannedStep | None:
    """A first step in the story's own words: the role starts what it wants to do."""
    passage = sources.of_key(brief.story.key)
    match = _WANT.search(brief.story.narrative)
    if match is None or role is None:
        return None
    want = phrase(
        re.split(r",? (?:while|whenever|as soon as|so|without|by whatever)\b|,", match["want"])[0]
    )
    first = want.split(" ", 1)[0]
    if (
        not is_base(first)
        or first in _STATES
        or len(want) > 90
        or re.search(r"\b(?:I|my|me|we|our)\b", want)
    ):
        return None
    rule = brief.criterion  # a business rule beside the story may be about something else
    if not rule.id.startswith(brief.story.key) and not (
        content_stems(want) & content_stems(rule.text)
    ):
        return None
    citation = quoted(passage, want, "expected_result") if passage else None
    action = quoted(passage, want, "action") if passage else None
    return PlannedStep(
        style.line(f"As {role.phrase}, start to {want}"),
        style.expected(f"The function to {want} is available"),
        citations=tuple(one for one in (action, citation) if one),
        support="supported" if citation else "unsupported",
    )


def acting_role(condition: TestCondition) -> str:
    """The role that a condition's own action is done in ("a Team Leader"), or ""."""
    match = _AS_WHO.match(condition.action)
    return phrase(match["who"]) if match else ""


def prepared_step(
    condition: TestCondition,
    given: Sequence[Line],
    step: Callable[[str, str], PlannedStep],
    style: CompanyStyle,
) -> PlannedStep | None:
    """A first step that brings up the thing that is tested, or puts the situation in place."""
    action, expected = phrase(condition.action), phrase(condition.expected)
    who = acting_role(condition)
    if who:
        return step(style.line(f"Sign in as {who}"), style.expected(f"{who} is signed in"))
    looked = _LOOKED_AT.match(action)
    if looked is not None:
        made = indefinite(re.sub(r"^(?:the|an?) ", "", looked["thing"]))
        if not _ON_SCREEN.search(made):
            return step(
                style.line(f"Prepare {made}"), style.expected(f"{capitalised(made)} is in place")
            )
    acted = _ACTED_ON.match(action)
    makes_it = stem(action.split(" ", 1)[0]) in _MAKING
    thing = acted["thing"] if acted and not makes_it else ""
    thing = re.sub(r" (?:once|twice|again)$", "", thing)
    if not thing and not _CREATED.search(expected):
        subject = subject_of(expected).removeprefix("The ")
        thing = indefinite(subject) if subject else ""
    if thing and not _ON_SCREEN.search(thing):
        be = "are" if is_plural(head_noun(thing) or thing) else "is"
        seen = f"{capitalised(definite(thing))} {be} displayed"
        return step(style.line(f"Open {thing}"), style.expected(seen))
    if given:
        return step(
            style.line("Put the starting situation in place"), style.expected(given[-1].text)
        )
    return None


def given_lines(brief: CaseBrief, sources: Sources) -> Iterator[Line]:
    """The preconditions that the criterion itself states, one line for each."""
    passage = sources.of_key(brief.criterion.id)
    parts = re.split(r"\n+|;\s+|\.\s+(?=[A-Z])", brief.condition.precondition)
    for part in parts:
        text = phrase(re.sub(r"^(?:given|and|but)\b(?: that)?\s+", "", part.strip(), flags=re.I))
        if text:
            citation = quoted(passage, text, "precondition") if passage else None
            if citation is None and passage:
                window = next(iter(sources.find(text, [passage])), None)
                citation = window.citation("precondition") if window else None
            yield Line(_stated(text), (citation,) if citation else ())


def _stated(text: str) -> str:
    """A given as a line: a clause as it is, a noun phrase as what exists."""
    return capitalised(text) + ("" if text[-1] in ".!?" else ".")


def _cases(sources: Sources) -> Iterator[Passage]:
    return (p for p in sources.passages if p.source.chunk.kind == "case")


def _case_steps(passage: Passage) -> Iterator[tuple[str, str]]:
    for match in _CASE_LINE.finditer(passage.source.chunk.text):
        if match["expected"]:
            yield match["action"].strip(), match["expected"].strip()


def _is_way(action: str) -> bool:
    """Whether an action only leads somewhere, without data that belongs to another case."""
    first = action.split(" ", 1)[0]
    return (
        stem(first) in _WAY_VERBS
        and not find_quantities(action)
        and not find_messages(action)
        and not re.search(r"\d| and ", action)
    )
