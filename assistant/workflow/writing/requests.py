"""What a person asked for, and what was understood of it, before anything is written.

A request names its epics in one of three ways: pasted text, keys picked from the library, or a
sentence. Understanding it costs no model call and stores nothing, so it can be shown on every
keystroke: the epics, what could not be read, the questions a tester should ask, and how many cases
of each technique would be written.

What a sentence asks for: its parts, the epics and stories they select, what names nothing.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterable, Sequence

from assistant.design.description_rules import described_rules, other_passages, with_described
from assistant.design.processes.end_to_end import conditions_of_epic
from assistant.design.questions.notices import find_notices
from assistant.domain import (
    TECHNIQUES,
    AcceptanceCriterion,
    Depth,
    Epic,
    GenerationRun,
    Notice,
    Question,
    Technique,
    TestCondition,
    Unread,
    UserStory,
    Value,
)
from assistant.errors import SourceError
from assistant.generation.request_choice import RequestChoice
from assistant.knowledge.query import parse_request
from assistant.knowledge.request_parts import SCOPE, RequestReading, Vocabulary
from assistant.knowledge.request_parts import RequestPart as RequestPart
from assistant.knowledge.selection import Near, Selection, Told, select
from assistant.sources.pasted.pasted import own_words, read_pasted, story_as_criterion
from assistant.sources.reading import Reading
from assistant.workflow.deployment.jobs import Progress
from assistant.workflow.deployment.workspace import Workspace
from assistant.workflow.sources.mask_sources import masked
from assistant.workflow.sources.search_sources import vocabulary
from assistant.workflow.writing.answers import (
    Answer,
    answers_to,
    question_key,
    raised_questions,
    with_answers,
)
from assistant.workflow.writing.answers import answer as keep_answer
from assistant.workflow.writing.request_merge import merge

MOST_ON_PAGE = 1_000
"""So many stories, and so many criteria, a pasted text may have on a page."""
FIRST_WORDS, PLACE_WORDS = 12, 6
"""Of a passage, so many words are shown, and so many tell where it stands."""
LISTED_KEYS = 3
"""Up to so many keys are named; more are counted."""
LISTED_STORIES = LISTED_NEAR = 12
_FIELDS = {
    "release": "release",
    "sprint": "sprint",
    "team": "team or component",
    "label": "label",
    "title": "title",
}


class Asked(Value):
    """A sentence as it was read with the names that the project had (``known``).

    ``parts`` are all that it names and that have an effect, ``reading`` those that a person did not
    take out (``taken_out``), ``selection`` what is left to write for. ``by_choice``: a model chose
    the epics and stories, by the sentence. ``unconfirmed`` and ``set_aside`` are ids of parts that
    code read and a model did not, or read otherwise: the latter are out until a person takes them.
    """

    known: Vocabulary
    parts: tuple[RequestPart, ...]
    taken_out: tuple[str, ...] = ()
    reading: RequestReading
    selection: Selection
    by_choice: bool = False
    unconfirmed: tuple[str, ...] = ()
    set_aside: tuple[str, ...] = ()

    def without(self, ids: Collection[str]) -> Asked:
        """The same sentence, of a reading that is whole, with these parts left aside."""
        reading = self.reading.without(ids)
        if self.by_choice and not any(_is_wanted(part) for part in reading.parts):
            # "All but these" is what a sentence may say, but not what is left of a choice.
            reading = reading.without([part.id for part in reading.parts if part.excluded])
        return self.model_copy(
            update={
                "taken_out": tuple(ids),
                "reading": reading,
                "selection": select(reading, self.known),
            }
        )

    def with_choice(self, choice: RequestChoice, added: Sequence[str] = ()) -> Asked:
        """The same sentence, whole, as a model read it, with the epics and stories that a person
        ``added``; see ``merge`` for what of code's reading stays."""
        merged = merge(self.reading, choice, self.known.epics, added)
        left = merged.reading.without(merged.set_aside)
        return self.model_copy(
            update={
                "parts": _with_effect(merged.reading, left),
                "taken_out": (),
                "reading": merged.reading,
                "selection": select(left, self.known),
                "by_choice": bool(choice.write or choice.unknown),
                "unconfirmed": merged.unconfirmed,
                "set_aside": merged.set_aside,
            }
        )

    @property
    def told(self) -> tuple[Told, ...]:
        """What names nothing or is not among what is selected, with what is known instead."""
        return self.selection.told

    @property
    def depths(self) -> tuple[Depth, ...]:
        """The depths that the sentence does not leave out."""
        return self.reading.depths

    @property
    def unread(self) -> tuple[str, ...]:
        """Words that stand where nothing is named."""
        return self.reading.unread

    @property
    def taken(self) -> tuple[Epic, ...]:
        """What is written for: the epics with the stories that were asked for."""
        wanted = {chosen.epic for chosen in self.selection.chosen}
        return tuple(self.narrowed(epic) for epic in self.known.epics if epic.key in wanted)

    def narrowed(self, epic: Epic) -> Epic:
        """An epic with the stories that were asked for."""
        wanted = next((c.stories for c in self.selection.chosen if c.epic == epic.key), ())
        if not wanted:
            return epic
        stories = tuple(story for story in epic.stories if story.key in wanted)
        return epic.model_copy(update={"stories": stories})


def _is_wanted(part: RequestPart) -> bool:
    return part.kind not in SCOPE and not part.excluded


def _with_effect(reading: RequestReading, counted: RequestReading) -> tuple[RequestPart, ...]:
    """The known parts of a reading, each once, that are not idle in what of it is ``counted``."""
    idle = {part.id for part in counted.without_effect}
    parts = (part for part in reading.parts if part.known and part.id not in idle)
    return tuple({part.id: part for part in parts}.values())


def read_asked(workspace: Workspace, project_id: str, text: str) -> Asked:
    """Read a sentence with the names of a project."""
    known = vocabulary(workspace, project_id)
    reading = parse_request(text, known)
    return Asked(
        known=known,
        parts=_with_effect(reading, reading),
        reading=reading,
        selection=select(reading, known),
    )


def part_title(part: RequestPart, asked: Asked | None = None) -> str:
    """A part in words: what it is, its name, whether it is left out, and where it was found if its
    kind does not tell all of it ("Call Centre: team or component of CC-1, label of CC-2")."""
    carriers = [one for one in asked.selection.carriers if one.part == part.id] if asked else []
    places = [f"{_FIELDS[one.field]} of {_several(one.keys)}" for one in carriers]
    usual = "title" if part.kind == "topic" else part.kind
    if part.of_story:
        keys = [key for one in carriers for key in one.keys]
        noun = "stories" if len(keys) > 1 else "story"
        named = f"{noun} {_several(keys)} (“{part.name}”)" if keys else f"story “{part.name}”"
    elif [one.field for one in carriers] not in ([], [usual]):
        named = f"{part.name}: {', '.join(places)}"
    elif part.kind == "topic":
        named = f"titles with “{part.name}”"
    else:
        named = f"{part.kind} {part.name}"
        if part.kind in SCOPE and part.words.casefold() not in ("", part.name):
            named += f" (“{part.words}”)"
    return f"{'without ' if part.excluded else ''}{named}"


def two_ways(asked: Asked) -> list[str]:
    """A line for each part that code read and the model did not, or read otherwise."""
    ways = ((asked.unconfirmed, "kept, though the model read nothing of it"),
            (asked.set_aside, "left aside, as the model read it otherwise"))  # fmt: skip
    titles = {part.id: part_title(part, asked) for part in asked.parts}
    return [f"{titles[name]}: {what}" for ids, what in ways for name in ids if name in titles]


def taken_title(epic: Epic) -> str:
    """An epic with how many criteria each story has: "CC-1 Refunds: 5 criteria (CC-2: 5)"."""
    stories = ", ".join(f"{story.key}: {len(story.criteria)}" for story in epic.stories)
    if len(epic.stories) > LISTED_STORIES:
        stories = f"{len(epic.stories)} stories"
    count = len(epic.criteria)
    noun = "criterion" if count == 1 else "criteria"
    return f"{epic.key} {epic.title}: {count} {noun}" + (f" ({stories})" if stories else "")


def near_title(near: Near, asked: Asked) -> str:
    """What is not taken although it is near, and why: "CC-2 Refunds: Drop 3, but not Billing"."""
    epic = next(epic for epic in asked.known.epics if epic.key == near.chosen.epic)
    stories = [story for story in epic.stories if story.key in near.chosen.stories]
    one = stories[0] if len(stories) == 1 else epic
    named = f"{one.key} {one.title}"
    if len(stories) > LISTED_KEYS:
        named = f"{len(stories)} stories of {epic.key}"
    elif len(stories) > 1:
        named = ", ".join(story.key for story in stories)
    more = ", …" if len(near.instead) > LISTED_KEYS else ""
    why = ", ".join(near.instead[:LISTED_KEYS]) + more or f"no {' or '.join(near.fields)}"
    return f"{named}: {', '.join(near.has)}, but not {' or '.join(near.lacks)} ({why})"


def not_taken(asked: Asked) -> list[str]:
    """A line for each of the first that are near and not taken, and how many more there are."""
    near = asked.selection.near
    lines = [near_title(one, asked) for one in near[:LISTED_NEAR]]
    return [*lines, f"{len(near) - LISTED_NEAR} more"] if len(near) > LISTED_NEAR else lines


def _first(keys: Sequence[str]) -> str:
    more = f" and {len(keys) - LISTED_NEAR} more" if len(keys) > LISTED_NEAR else ""
    return f"{', '.join(keys[:LISTED_NEAR])}{more}"


def _several(keys: Sequence[str]) -> str:
    return ", ".join(keys) if len(keys) <= LISTED_KEYS else f"{len(keys)} issues"


def nothing_selected(asked: Asked, *, told_beside: bool = False) -> str:
    """Why a sentence selects nothing, and what there is to name; with ``told_beside`` only what a
    page that shows how the sentence was read does not show."""
    known = asked.known
    if not known.epics:
        return "This project holds no epic yet. Import some, or paste one."
    told = "; ".join(one.note for one in asked.told)
    if told and told_beside:
        return "Nothing is selected yet: see below the sentence, or pick epics."
    named = ", ".join(part_title(part, asked) for part in asked.reading.parts if part.known)
    why = told or (f"nothing is left of: {named}" if named else "no epic is named")
    near = "; ".join(near_title(one, asked) for one in asked.selection.near[:LISTED_KEYS])
    why = f"{why}. Near is {near}" if near else why
    return (
        f"Nothing is selected: {why}. Releases: {', '.join(known.release_names) or 'none'}. "
        f"Teams: {', '.join(known.team_names) or 'none'}. "
        f"Epics: {_first([epic.key for epic in known.epics])}."
    )


class GenerateRequest(Value):
    """A request: exactly one of ``text``, ``reading``, ``epic_keys`` and ``ask`` is given.

    ``reading`` is a file already read (the command line). ``taken_out`` are the ids of parts of
    ``ask`` that do not count; ``criteria`` are those of ``epic_keys`` that alone are wanted, where
    it names any. ``techniques`` and ``depth`` are those of the sentence where it names
    any. ``stories_as_criteria`` names stories without a criterion whose narrative is to be taken
    as one, ``described`` rules of descriptions that are to be criteria too. ``most_criteria`` is
    how many criteria, and how many stories, a text may have; ``None``: any number.
    """

    text: str = ""
    title: str = ""
    reading: Reading | None = None
    epic_keys: tuple[str, ...] = ()
    criteria: tuple[str, ...] = ()
    ask: str = ""
    taken_out: tuple[str, ...] = ()
    techniques: tuple[Technique, ...] = TECHNIQUES
    depth: Depth = "standard"
    stories_as_criteria: tuple[str, ...] = ()
    described: tuple[str, ...] = ()
    most_criteria: int | None = None


class Understanding(Value):
    """A request as understood. ``reading`` is the pasted text, to be kept when the run starts;
    ``asked`` is what a sentence says, ``described`` the rules that stand in descriptions alone."""

    request: str
    epics: tuple[Epic, ...]
    reading: Reading | None = None
    techniques: tuple[Technique, ...] = TECHNIQUES
    depth: Depth = "standard"
    conditions: tuple[TestCondition, ...] = ()
    questions: tuple[Question, ...] = ()
    settled: tuple[Question, ...] = ()
    """Those that a person has answered, with the words of the answer."""
    answers: tuple[Answer, ...] = ()
    notices: tuple[Notice, ...] = ()
    unread: tuple[Unread, ...] = ()
    notes: tuple[str, ...] = ()
    asked: Asked | None = None
    described: tuple[AcceptanceCriterion, ...] = ()
    other_passages: tuple[AcceptanceCriterion, ...] = ()
    """What else of the descriptions stands in no criterion, as it may be taken as one."""
    criteria_left_out: tuple[str, ...] = ()
    """The criteria of its stories that the request leaves out."""

    @property
    def in_no_criterion(self) -> dict[str, str]:
        """A line for each of ``other_passages``, by its id: where it stands and its first words."""
        lines = self.lines_of(self.other_passages)
        return {one.id: _place_of(one.text, lines.get(one.id)) for one in self.other_passages}

    def lines_of(self, passages: Iterable[AcceptanceCriterion]) -> dict[str, int]:
        """The line of the text that each begins on, by its id, of those that are found there."""
        text = self.reading.document.text if self.reading else ""
        lines = {one.id: _line_of(one.text, text) for one in passages}
        return {name: line for name, line in lines.items() if line is not None}

    @property
    def by_technique(self) -> dict[Technique, int]:
        """How many cases of each technique would be written, in the order of the techniques."""
        counts = Counter(condition.technique for condition in self.conditions)
        return {technique: counts[technique] for technique in TECHNIQUES if counts[technique]}

    @property
    def keyed_questions(self) -> dict[str, Question]:
        """The open questions by the id under which an answer is kept."""
        criteria = {one.id: one for epic in self.epics for one in epic.criteria}
        return {question_key(criteria[one.criterion_id], one): one for one in self.questions}

    @property
    def stories_without_criteria(self) -> tuple[UserStory, ...]:
        """Stories that nothing can be tested against, unless the story itself is taken as one."""
        return tuple(s for epic in self.epics for s in epic.stories if not s.criteria)

    @property
    def stories_as_criteria(self) -> tuple[UserStory, ...]:
        """Stories that state no criterion and are taken as their own."""
        return tuple(
            story
            for epic in self.epics
            for story in epic.stories
            if len(story.criteria) == 1 and story.criteria[0].text == own_words(story)
        )

    @property
    def nothing_to_test(self) -> str:
        """Why nothing would be written, and the next step; empty where there is an item."""
        ids = [one.id for epic in self.epics for one in epic.criteria]
        criteria = sum(one not in self.criteria_left_out for one in ids)
        if self.conditions:
            return ""
        if ids and not criteria:
            every = "the one criterion" if len(ids) == 1 else f"all {len(ids)} criteria"
            return (
                f"There is nothing to test: the request leaves out {every} of what it asks for. "
                "Take out the words of the sentence that leave them out, or ask for more."
            )
        if not criteria:
            keys = ", ".join(story.key for story in self.stories_without_criteria) or "the text"
            return (
                f"There is nothing to test: no acceptance criterion in {keys}. Add a list of "
                "criteria, or let the story itself be the criterion."
            )
        read = "the criterion" if criteria == 1 else f"the {criteria} criteria"
        if set(self.techniques) < set(TECHNIQUES):
            names = ", ".join(self.techniques)
            return (
                f"There is nothing to test: no item of the technique {names} was read from {read}. "
                "Choose more techniques, or take out the words of the sentence that ask for these."
            )
        return f"There is nothing to test: no item was read from {read}. Word it as a rule."


def understand(
    workspace: Workspace,
    project_id: str,
    request: GenerateRequest,
    *,
    asked: Asked | None = None,
    comparing: Progress | None = None,
) -> Understanding:
    """Find the epics of a request and derive what would be tested.

    ``asked`` is the sentence of the request where it has been read already. ``comparing`` gets
    criteria compared and in all, where there are thousands. Raises
    ``SourceError`` where the request is empty or names nothing that is there.
    """
    reading = request.reading
    left_out: tuple[str, ...] = ()
    techniques, depth = request.techniques, request.depth
    if reading is None and request.text.strip():
        reading = _reading_of(workspace, project_id, request.text, request.title)
    if reading is not None:
        _check_size(reading.epics, request.most_criteria)
        reading = masked(workspace, project_id, reading)
        epics = reading.epics
        ids: tuple[str, ...] = (reading.document.id,)
        name = name_of(epics) or reading.document.title
        if not epics:
            raise SourceError(_nothing_to_test(reading))
    elif request.ask.strip():
        if asked is None:
            asked = read_asked(workspace, project_id, request.ask).without(request.taken_out)
        techniques = asked.reading.techniques or techniques
        depth = asked.reading.depth or (depth if depth in asked.depths else asked.depths[-1])
        keys = [chosen.epic for chosen in asked.selection.chosen]
        epics, ids = _stored_epics(workspace, project_id, keys)
        epics = tuple(asked.narrowed(epic) for epic in epics)
        name = " ".join(request.ask.split())
        if not epics:
            raise SourceError(nothing_selected(asked))
    else:
        epics, ids = _stored_epics(workspace, project_id, request.epic_keys)
        name = name_of(epics)
        if not epics:
            raise SourceError("No epic is chosen. Paste one, pick some, or ask in a sentence.")
        if request.criteria:
            epics, left_out = _only(epics, request.criteria)
    described = tuple(rule for epic in epics for rule in described_rules(epic))
    others = tuple(one for epic in epics for one in other_passages(epic))
    epics = tuple(_with_stories_as_criteria(epic, request.stories_as_criteria) for epic in epics)
    epics = tuple(with_described(epic, request.described) for epic in epics)
    given = answers_to(workspace, project_id, epics)
    epics = tuple(with_answers(epic, given) for epic in epics)
    if asked:
        left_out = asked.selection.criteria_left_out
    open_ones, settled = raised_questions(
        workspace,
        project_id,
        epics,
        given,
        exclude_documents=_holding(reading, ids),
        left_out=left_out,
        progress=comparing,
    )
    return Understanding(
        request=name,
        epics=epics,
        reading=reading,
        techniques=techniques,
        depth=depth,
        conditions=conditions_of(epics, techniques, depth, left_out),
        questions=open_ones,
        settled=settled,
        answers=tuple(one for several in given.values() for one in several),
        notices=find_notices(epics),
        unread=reading.unread if reading else (),
        notes=reading.notes if reading else (),
        asked=asked,
        described=described,
        other_passages=others,
        criteria_left_out=left_out,
    )


def _only(
    epics: Sequence[Epic], criteria: Sequence[str]
) -> tuple[tuple[Epic, ...], tuple[str, ...]]:
    """The stories that these criteria are of, and their other criteria, which are left out.

    Raises ``SourceError`` where the epics have none of them any more.
    """
    kept = []
    for epic in epics:
        stories = tuple(s for s in epic.stories if any(one.id in criteria for one in s.criteria))
        if stories:
            kept.append(epic.model_copy(update={"stories": stories}))
    if not kept:
        raise SourceError(
            f"The project holds none of {', '.join(criteria[:LISTED_KEYS])} any more. Check the "
            "suite again."
        )
    others = (one.id for epic in kept for one in epic.criteria if one.id not in criteria)
    return tuple(kept), tuple(others)


def _reading_of(workspace: Workspace, project_id: str, text: str, title: str) -> Reading:
    """A pasted text as read; kept, because a page asks for it whenever it is drawn."""
    return workspace.memo.get(
        "pasted texts", project_id, (text, title), lambda: read_pasted(text, title=title), most=4
    )


def _line_of(passage: str, text: str) -> int | None:
    """The line of a text that a passage begins on, where it is found."""
    words = passage.split()[:PLACE_WORDS]
    found = re.search(r"\s+".join(map(re.escape, words)), text)
    return text.count("\n", 0, found.start()) + 1 if found else None


def _place_of(passage: str, line: int | None) -> str:
    """The line of a passage, where it is known, and its first words."""
    words = passage.split()
    place = f"line {line}: " if line else ""
    more = " …" if len(words) > FIRST_WORDS else ""
    return f"{place}“{' '.join(words[:FIRST_WORDS])}{more}”"


def _check_size(epics: Sequence[Epic], most: int | None) -> None:
    stories = [story for epic in epics for story in epic.stories]
    criteria = sum(len(story.criteria) for story in stories)
    if most is None or max(len(stories), criteria) <= most:
        return
    raise SourceError(
        f"The text has {len(stories):,} stories and {criteria:,} criteria; at most {most:,} of "
        "each are read at once, so none of them was taken and the text stays as it is. Import it "
        "as a file under Import sources and pick its epics, or give its stories in several texts."
    )


def answer_question(
    workspace: Workspace,
    project_id: str,
    found: Understanding,
    question_id: str,
    text: str,
    *,
    by: str,
    replaces: bool = False,
) -> Answer:
    """Keep the answer to one of ``found.keyed_questions``; see ``answers.answer``.

    Raises ``SourceError`` where no such question is open, and for an empty or over-long answer.
    """
    question = found.keyed_questions.get(question_id)
    if question is None:
        raise SourceError(
            f"No open question has the id {question_id!r}. List the open questions and take an id "
            "from there."
        )
    epic = next(
        epic
        for epic in found.epics
        if any(one.id == question.criterion_id for one in epic.criteria)
    )
    return keep_answer(workspace, project_id, epic, question, text, by=by, replaces=replaces)


def conditions_of(
    epics: Sequence[Epic],
    techniques: Sequence[Technique],
    depth: Depth = "standard",
    left_out: Collection[str] = (),
) -> tuple[TestCondition, ...]:
    """Every test condition of these epics, in the order in which cases are written, but those of
    criteria that are ``left_out``."""
    return tuple(
        condition
        for epic in epics
        for condition in conditions_of_epic(
            epic, techniques=techniques, depth=depth, left_out=left_out
        )
    )


def conditions_of_run(run: GenerationRun) -> tuple[TestCondition, ...]:
    """What follows from the epics of a run with what was chosen for it."""
    chosen = run.generation
    return conditions_of(run.epics, chosen.techniques, chosen.depth, chosen.criteria_left_out)


def _holding(reading: Reading | None, ids: Sequence[str]) -> frozenset[str]:
    """The documents that hold the epics themselves: they are not compared with themselves."""
    return frozenset(ids) | ({reading.document.id} if reading is not None else frozenset())


def _stored_epics(
    workspace: Workspace, project_id: str, keys: Sequence[str]
) -> tuple[tuple[Epic, ...], tuple[str, ...]]:
    """The stored epics with these keys, in the order asked for, and the documents they are in."""
    held = workspace.library.held_epics(project_id)
    wanted = [held[key] for key in dict.fromkeys(keys) if key in held]
    ids = dict.fromkeys(document_id for holders, _ in wanted for document_id in holders)
    return tuple(epic for _, epic in wanted), tuple(ids)


def _with_stories_as_criteria(epic: Epic, keys: Sequence[str]) -> Epic:
    for story in epic.stories:
        if story.key in keys and not story.criteria:
            epic = story_as_criterion(epic, story.key)
    return epic


def name_of(epics: Sequence[Epic]) -> str:
    """A line for a list of runs: the first epic by key and title, and how many more."""
    if not epics:
        return ""
    first = f"{epics[0].key} {epics[0].title}".strip()
    return f"{first} and {len(epics) - 1} more" if len(epics) > 1 else first


def _nothing_to_test(reading: Reading) -> str:
    what = {
        "rules": "business rules",
        "page": "a wiki page",
        "test_cases": "existing test cases",
        "table": "a table",
    }.get(reading.document.kind, "text")
    return (
        f"This reads as {what}: no epic or user story was found in it. Add a line such as "
        "'As a ... I want ...' or a heading 'Acceptance criteria' with a list, or import it as a "
        "source."
    )
