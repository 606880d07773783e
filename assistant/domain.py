"""Value types that every room shares: the test basis, chunks, conditions, cases and runs.

All of them are frozen pydantic models that refuse unknown fields, so a value can be passed between
threads, stored as JSON and compared without surprises. Terms follow the ISTQB glossary and
IEEE 29119-3; ``Chunk`` and ``RetrievedChunk`` follow LangChain and Qdrant.
"""

from __future__ import annotations

from bisect import bisect_right
from datetime import UTC, date, datetime
from typing import Annotated, ClassVar, Literal, get_args

from pydantic import AfterValidator, BaseModel, ConfigDict, Field


class Value(BaseModel):
    """Base of all value types: immutable, and strict about unknown fields."""

    model_config = ConfigDict(frozen=True, extra="forbid")


def utc_now() -> datetime:
    """Current time in UTC, with a time zone, so that stored times never depend on the machine."""
    return datetime.now(UTC)


# --- The test basis: epics and source documents -----------------------------------------------

CriterionForm = Literal["bullet", "flow", "gherkin", "rule", "table", "text"]
"""How a criterion was written: list item, flow of a use case, Given/When/Then, numbered rule, table
row, or prose."""


class AcceptanceCriterion(Value):
    """A condition that a user story must meet (ISTQB: acceptance criterion).

    ``text`` keeps the author's words, without marks of emphasis. ``start`` and ``end`` are
    character offsets of these words in the text of the source document, or ``None`` where they were
    typed or composed (a table row with its headers, for example).
    """

    id: str
    text: str
    form: CriterionForm = "bullet"
    title: str = ""
    start: int | None = None
    end: int | None = None


class UserStory(Value):
    """A user story of an epic: its narrative and its acceptance criteria, in source order.

    ``release``, ``team``, ``sprint`` and ``labels`` are those that the story names itself.
    """

    key: str
    title: str
    narrative: str = ""
    criteria: tuple[AcceptanceCriterion, ...] = ()
    labels: tuple[str, ...] = ()
    release: str = ""
    team: str = ""
    sprint: str = ""
    uri: str = ""


class Epic(Value):
    """An epic: the largest unit of the test basis; every criterion is found through it."""

    key: str
    title: str
    description: str = ""
    stories: tuple[UserStory, ...] = ()
    labels: tuple[str, ...] = ()
    release: str = ""
    team: str = ""
    uri: str = ""

    @property
    def criteria(self) -> tuple[AcceptanceCriterion, ...]:
        """All acceptance criteria of all stories, in source order."""
        return tuple(criterion for story in self.stories for criterion in story.criteria)

    def story_of(self, criterion_id: str) -> UserStory:
        """The story that holds this criterion; ``KeyError`` where none does."""
        for story in self.stories:
            if any(criterion.id == criterion_id for criterion in story.criteria):
                return story
        raise KeyError(criterion_id)


class Unread(Value):
    """A piece of text that was not understood: shown to the user, never dropped."""

    text: str
    reason: str
    start: int = 0
    end: int = 0


DocumentKind = Literal["epic", "rules", "page", "test_cases", "table"]
"""What a source document is: a test basis, business rules, a wiki page, existing cases, a table."""


class SourceMetadata(Value):
    """Where a source document belongs; the fields that retrieval can filter on.

    ``outdated`` are the words by which a page says of itself that it is no longer in force,
    ``edition`` is the number of the edition that a test basis is by its name or opening ("1.2"),
    ``file`` the name of the file that was read where the document's id does not hold this one.
    """

    project: str = ""
    release: str = ""
    team: str = ""
    labels: tuple[str, ...] = ()
    author: str = ""
    key: str = ""
    outdated: str = ""
    edition: str = ""
    file: str = ""


FILE = "file:"
"""How the ids of files' documents begin; those of epics are made of their keys."""

COMMENT = "comment by "
"""How the label of a place begins that is a comment: what somebody remarked, never a rule."""


class Place(Value):
    """Where in the original a stretch of a document's text stood.

    ``start`` and ``end`` are offsets into ``SourceDocument.text``; ``label`` is what a citation
    says: "page 4", "slide 2", "sheet Rules, row 12", "comment by Ann Lee, 2026-05-03".
    """

    start: int
    end: int
    label: str


class SourceDocument(Value):
    """A document as fetched, converted to Markdown.

    ``content_hash`` is the SHA-256 of the original bytes, taken once; ``version`` counts the
    versions of the same ``id`` and starts at 1. ``places`` are in order and tell where parts of the
    text stood in the original; ``extraction`` is what could not be read of it, in sentences.
    """

    id: str
    kind: DocumentKind
    title: str
    text: str
    uri: str = ""
    metadata: SourceMetadata = SourceMetadata()
    version: int = 1
    content_hash: str
    fetched_at: datetime = Field(default_factory=utc_now)
    places: tuple[Place, ...] = ()
    extraction: tuple[str, ...] = ()

    def place_at(self, offset: int) -> str:
        """The label of the place that holds ``offset``, or an empty string."""
        number = bisect_right(self.places, offset, key=lambda place: place.start) - 1
        return self.places[number].label if number >= 0 and offset < self.places[number].end else ""


# --- Knowledge: what is indexed and what comes back ------------------------------------------

ChunkKind = Literal["story", "criterion", "rule", "case", "table_row", "prose"]
CHUNK_KINDS: tuple[ChunkKind, ...] = get_args(ChunkKind)


class Chunk(Value):
    """A piece of a source document that is embedded and cited as a whole.

    ``id`` is the UUIDv5 of document id, ordinal and text hash, so that indexing the same text again
    changes nothing. ``start`` and ``end`` are offsets into ``SourceDocument.text`` (-1 where the
    text was composed, such as a table row with its headers). ``key`` is the key of what the chunk
    holds where it has one (a criterion id, a case id), ``heading`` the path of headings above it.
    """

    id: str
    document_id: str
    ordinal: int
    text: str
    start: int = -1
    end: int = -1
    heading: str = ""
    kind: ChunkKind = "prose"
    key: str = ""
    title: str = ""
    uri: str = ""
    version: int = 1
    place: str = ""
    """Where it stood in the original, where that needs saying: "page 4", "sheet Rules, row 12"."""
    metadata: SourceMetadata = SourceMetadata()

    @property
    def is_comment(self) -> bool:
        """Whether it is what somebody remarked about an issue, and so no test basis."""
        return self.place.startswith(COMMENT)


RetrievalStage = Literal["basis", "dense", "sparse", "fused", "reranked", "page"]
"""How a chunk got into the prompt: as the epic itself (``basis``), by a stage of retrieval, or as
the rest of a ``page`` of which retrieval found a part."""


DocumentStage = Literal["", "draft", "older edition", "outdated"]


class Standing(Value):
    """What is known of the document that a source is of, beside the words of the source.

    ``file`` is the name of its file, ``head`` what its opening says of its edition and date, word
    for word. ``stage`` is set where it is no newest or no agreed edition, and ``reason`` says by
    what that is known, with the words that say it.
    """

    file: str = ""
    head: str = ""
    stage: DocumentStage = ""
    reason: str = ""

    @property
    def status(self) -> str:
        """Its stage with the reason; empty where there is none."""
        return f"{self.stage}: {self.reason}" if self.stage else ""


class RetrievedChunk(Value):
    """A chunk with the rank it got; ``rank`` is 1-based and equals ``[n]`` in the prompt."""

    chunk: Chunk
    score: float
    rank: int = Field(ge=1)
    stage: RetrievalStage = "fused"
    standing: Standing = Standing()

    @property
    def is_hit(self) -> bool:
        """Whether a search found it by its own words."""
        return self.stage not in ("basis", "page")


# --- Test design ------------------------------------------------------------------------------

Technique = Literal[
    "positive", "negative", "boundary", "decision-table rule", "state transition", "role",
    "pairwise", "end-to-end",
]  # fmt: skip
TECHNIQUES: tuple[Technique, ...] = get_args(Technique)
TECHNIQUE_LETTERS: dict[Technique, str] = {
    "positive": "P", "negative": "N", "boundary": "B", "decision-table rule": "D",
    "state transition": "S", "role": "R", "pairwise": "W", "end-to-end": "E",
}  # fmt: skip
"""What stands for a technique in the ids of conditions and cases."""

Depth = Literal["smoke", "standard", "thorough"]
DEPTHS: tuple[Depth, ...] = get_args(Depth)
"""How much is tested: the paths that must work, each rule and limit, or every combination."""


Priority = Literal["High", "Medium", "Low"]
PRIORITIES: tuple[Priority, ...] = get_args(Priority)


class Evidence(Value):
    """Words in a criterion (``source_id``) that a condition or a question rests on, by offset."""

    source_id: str
    quote: str
    start: int
    end: int


FactKind = Literal[
    "main flow", "condition", "limit", "role", "transition", "field", "row", "scenario"
]
"""What a test condition sets: the plain flow, words that hold or do not, a value at a limit, who
acts, a change of state, a field's entry, the cells of a table row, or steps of a scenario."""


FLOW = "flow"
"""The value of a main flow that is a flow of a use case, with its steps."""


class Fact(Value):
    """One thing that a test condition sets, in verbatim words of the criterion.

    ``holds`` tells on which side the tester is: whether the quoted words are true of the situation.
    ``value`` is what code adds to the quotation: the value tried at a limit ("31 days"), the entry
    of a field ("empty"), the role that acts ("another"), whether a step of a scenario is "given" or
    "when"; a fixed phrase or a computed value, never a sentence.
    """

    kind: FactKind
    quote: str
    holds: bool = True
    value: str = ""


class Outcome(Value):
    """What the text says for this side, verbatim. ``happens`` is false for what must then not be.

    ``source_id`` is the criterion, or the chunk that the words stand in.
    """

    source_id: str
    quote: str
    happens: bool = True


class TestCondition(Value):
    """An item of the checklist (ISTQB: test condition): data and quotations of a criterion.

    It holds no sentence of its own. ``facts`` are what the case must set and ``outcomes`` what the
    text says happens then; where it says nothing for this side, there is no outcome. ``statement``
    is the label that people read, made of fixed phrases, values and quotations of the facts
    ("31 days: “up to 30 days” does not hold"); ``expected`` is the outcomes in one line ("not:
    “the request is accepted”", or empty), ``precondition`` the facts that are no value, ``data``
    the value, all written by code from facts and outcomes; ``action`` is empty.

    ``variables`` are the facts and quantities of the criterion that the case depends on, each with
    its value ("true", "false" or a concrete value): ``{"the account is frozen": "true"}``.
    ``valid`` says whether the situation is one that the criterion allows: a boundary just inside a
    limit is valid, one just outside is not.

    Conditions stored by earlier versions hold sentences in these fields and no facts.
    """

    __test__: ClassVar[bool] = False

    id: str
    criterion_id: str
    technique: Technique
    valid: bool = True
    statement: str
    precondition: str = ""
    action: str = ""
    data: str = ""
    expected: str = ""
    evidence: tuple[Evidence, ...] = ()
    priority: Priority = "Medium"
    variables: dict[str, str] = {}
    facts: tuple[Fact, ...] = ()
    outcomes: tuple[Outcome, ...] = ()
    legs: tuple[TestCondition, ...] = ()
    """Of an end-to-end condition: the conditions that it walks through, in their order."""

    @property
    def is_flow(self) -> bool:
        """Whether it is a flow of several steps; its outcome is the last of them, actor and all."""
        return any(fact.value == FLOW and "\n" in fact.quote for fact in self.facts)

    @property
    def criterion_ids(self) -> tuple[str, ...]:
        """The criteria that it belongs to: its own, or those that it walks through."""
        return tuple(dict.fromkeys(leg.criterion_id for leg in self.legs)) or (self.criterion_id,)


QuestionKind = Literal[
    "ambiguous", "untestable", "missing limit", "missing rule", "unknown reference", "conflict",
    "out of scope", "left open", "how to run",
]  # fmt: skip
"""The last asks nothing of the rules: where a result is seen, how data come."""


class SourceAnswer(Value):
    """Words of a source that answer a question, as the writer of the cases named them.

    They stand in the chunk word for word, but for white space and bold type; whether they answer
    is for a person to judge. ``source`` is the chunk's number in the prompt, and ``passage``, from
    ``start`` on, the words as they stand in its text, empty where their place is unknown.
    """

    chunk_id: str
    quote: str
    source: int = Field(default=1, ge=1)
    passage: str = ""
    start: int = Field(default=0, ge=0)

    @property
    def citation(self) -> Citation | None:
        """The words as what the data of a case rest on; ``None`` where their place is unknown."""
        if not self.passage:
            return None
        return Citation(
            chunk_id=self.chunk_id, source=self.source, quote=self.passage, start=self.start,
            end=self.start + len(self.passage), supports="precondition",
        )  # fmt: skip


class Question(Value):
    """Something a tester should ask before cases are written, with the words that raise it.

    ``suggestion`` is how the criterion would read if the other side of a contradiction is right.
    ``source_answers`` are what the sources say to it, where a run wrote its cases by them.
    ``case_titles`` name the cases that, as their writer says, follow one of the possible answers,
    or that need the answer to be run; ``names_cases``: he was asked for all of them, and named
    these, maybe none.
    """

    criterion_id: str
    kind: QuestionKind
    text: str
    evidence: tuple[Evidence, ...] = ()
    suggestion: str = ""
    source_answers: tuple[SourceAnswer, ...] = ()
    case_titles: tuple[str, ...] = ()
    names_cases: bool = False

    @property
    def is_open(self) -> bool:
        """Whether no source says anything to it, as far as a run has found."""
        return not self.source_answers

    @property
    def is_on_running(self) -> bool:
        """Whether it only asks how a tester runs and sees it, not what holds."""
        return self.kind == "how to run"


NoticeKind = Literal["language", "instruction", "left out"]


class Notice(Value):
    """Something a person should know about a text before cases are written of it.

    ``quote`` are the words that it is about, where it is about words; ``source_id`` is the epic,
    story, criterion or chunk that they stand in.
    """

    kind: NoticeKind
    text: str
    source_id: str = ""
    quote: str = ""


# --- Test cases -------------------------------------------------------------------------------

Support = Literal["supported", "derived", "not compared", "unsupported"]
"""Whether the words of an expected result stand in a source, follow from one, or neither; "not
compared" where all that is cited for it is in another language."""

CaseStatus = Literal["draft", "accepted", "rejected", "imported"]


class Citation(Value):
    """Pointer from a step's action or expected result to the words of the chunk that support it.

    ``quote`` is ``chunk.text[start:end]``; ``source`` is the ``[n]`` it had in the prompt.
    ``compared``: its words were held against the step's; those of another language cannot be.
    """

    chunk_id: str
    source: int = Field(ge=1)
    quote: str
    start: int = Field(ge=0)
    end: int = Field(ge=0)
    supports: Literal["precondition", "action", "expected_result"] = "expected_result"
    compared: bool = True


class TestStep(Value):
    """One action and its observable result (IEEE 29119-3: test step).

    ``calculation`` tells line by line how values of the result came about: "840.00 * 5% = 42.00".
    """

    __test__: ClassVar[bool] = False

    number: int = Field(ge=1)
    action: str
    test_data: str = ""
    expected_result: str
    calculation: tuple[str, ...] = ()
    citations: tuple[Citation, ...] = ()
    support: Support = "unsupported"


WriterRating = Literal["", "poor", "unknown"]
"""What readers say of a writer's cases: "poor" (they rejected most), "unknown" (nobody has rated
them, and no probe found the model able to write a story at once); empty where neither is so."""


class CaseOrigin(Value):
    """Who wrote a case: a model, a person, an import, or code as an outline.

    "rules" are cases that earlier versions worded by rule. ``replaces`` tells why an outline stands
    where a model's case was asked for. ``rating`` is what was known of the model when it wrote.
    """

    writer: Literal["outline", "rules", "model", "person", "import"]
    model_id: str = ""
    replaces: str = ""
    edited_by: str = ""
    rating: WriterRating = ""


class StepText(Value):
    """The words of a step, without number and sources."""

    action: str
    test_data: str = ""
    expected_result: str = ""


class Fix(Value):
    """What a rule proposes in place of the words it found fault with.

    ``steps`` stand in place of the finding's step (none: the step goes), ``preconditions`` are
    added to the case's, ``title`` replaces its title. ``None`` leaves a part as it is.
    """

    says: str
    title: str | None = None
    preconditions: tuple[str, ...] = ()
    steps: tuple[StepText, ...] | None = None


Severity = Literal["error", "warning"]


SECOND_READER = "second reader"
"""The rule of a finding that is a model's doubt: nothing is proved, a person has to look."""

DRAFT_OR_OLD = "draft or old source"
"""The rule of a finding that all sources of a result are drafts, older editions or outdated."""

OTHER_LIMIT = "other limit"
"""The rule of a finding that a case keeps to a limit or a text of a source and not to its
criterion's."""

CONTRADICTION, WRONG_SIDE, INCONSISTENT = "contradiction", "wrong side", "inconsistent data"
DENYING_RULES = frozenset((CONTRADICTION, WRONG_SIDE, INCONSISTENT))
"""The rules of findings that a source, the criterion or the case's own data say otherwise."""


class LintFinding(Value):
    """A fault found in a case by rule: the place, the very words, and a fix where a rule has one.

    An ``error`` says something that a source denies; a ``warning`` is advice to the reviewer.
    """

    rule: str
    message: str
    step: int | None = None
    words: str = ""
    severity: Severity = "warning"
    fix: Fix | None = None


class TestCase(Value):
    """A test case (IEEE 29119-3) with its traceability and the sources of every step."""

    __test__: ClassVar[bool] = False

    id: str
    title: str
    objective: str = ""
    test_date: date | None = None
    """The day on which it is to be run, as its writer or a person planned it."""
    preconditions: tuple[str, ...] = ()
    steps: tuple[TestStep, ...] = ()
    postconditions: tuple[str, ...] = ()
    priority: Priority = "Medium"
    technique: Technique | None = None
    release: str = ""
    team: str = ""
    epic_key: str = ""
    story_key: str = ""
    criterion_ids: tuple[str, ...] = ()
    condition_ids: tuple[str, ...] = ()
    claimed_ids: tuple[str, ...] = ()
    """Conditions that its writer named; ``condition_ids`` are those that it is seen to show."""
    labels: tuple[str, ...] = ()
    citations: tuple[Citation, ...] = ()
    findings: tuple[LintFinding, ...] = ()
    open_questions: tuple[str, ...] = ()
    """Questions on its criteria that nobody had answered when it was written."""
    running_questions: tuple[str, ...] = ()
    """What its writer asked that only says how to run and see it: it waits for none of them."""
    status: CaseStatus = "draft"
    status_reason: str = ""
    origin: CaseOrigin = CaseOrigin(writer="rules")

    @property
    def all_citations(self) -> tuple[Citation, ...]:
        """Citations of the case itself and of each of its steps, in order."""
        return self.citations + tuple(c for step in self.steps for c in step.citations)

    @property
    def unnumbered(self) -> TestCase:
        """The same with every citation as ``[1]``: its number differs from run to run."""

        def bare(cited: tuple[Citation, ...]) -> dict[str, object]:
            return {"citations": tuple(one.model_copy(update={"source": 1}) for one in cited)}

        steps = tuple(step.model_copy(update=bare(step.citations)) for step in self.steps)
        return self.model_copy(update={"steps": steps, **bare(self.citations)})

    @property
    def is_outline(self) -> bool:
        """Whether a person still has to word a step: its action is empty."""
        return not self.steps or any(not step.action.strip() for step in self.steps)

    @property
    def is_unfinished(self) -> bool:
        """Whether it is an outline made here. An imported case has the form that its company gave
        it, and stands as it is."""
        return self.is_outline and self.origin.writer != "import"

    @property
    def stands_in(self) -> bool:
        """Whether it holds the text's own words where a model was asked for a case and gave none:
        it may read as a whole case (a scenario gives its actions), and nobody has edited it."""
        origin = self.origin
        return origin.writer == "outline" and bool(origin.replaces) and not origin.edited_by

    @property
    def needs_you(self) -> bool:
        """Whether a person has to look before the case can be used: a finding that is an error, a
        second reader's doubt, a limit that is not its criterion's, a result that no source
        supports, or drafts and old ones alone, an open question, an outline to complete or that
        stands where a model gave no case, or a writer whose cases no check can tell apart."""
        errors = any(
            finding.severity == "error"
            or finding.rule in (SECOND_READER, OTHER_LIMIT, DRAFT_OR_OLD)
            for finding in self.findings
        )
        open_words = bool(self.unsupported_steps or self.open_questions or self.is_outline)
        open_words = open_words or self.stands_in
        return errors or open_words or bool(self.origin.rating)

    @property
    def unsupported_steps(self) -> tuple[int, ...]:
        """Numbers of the steps whose expected result no source supports; steps without one count
        for nothing."""
        return tuple(
            step.number
            for step in self.steps
            if step.support == "unsupported" and step.expected_result.strip()
        )


class StoryCases(Value):
    """One user story, in its epic, with the test cases that exist for it."""

    epic: Epic
    story: UserStory
    cases: tuple[TestCase, ...]


# --- Company template -------------------------------------------------------------------------

TemplateField = Literal[
    "id", "title", "objective", "test_date", "preconditions", "postconditions", "priority", "type",
    "release", "team", "epic", "story", "criteria", "labels", "status", "writer", "sources",
    "support", "questions",
    "step_number", "step_action", "step_data", "step_expected", "step_sources", "step_support",
    "steps", "description", "tags", "constant",
]  # fmt: skip
"""What a template column can hold. ``steps`` is all steps in one cell, for one row per case;
``description`` is what a tool without columns for it keeps in one text: id, objective,
test date, preconditions, postconditions, story, criteria, priority and open questions, each where
the template has no column for it; ``tags`` are labels, release, team, epic, story and criteria."""


CASE_PARTS: dict[str, str] = {
    "preconditions": "Preconditions",
    "postconditions": "Postconditions",
    "calculations": "Calculations",
    "questions": "Open questions",
    "test_date": "Test date",
    "story": "User story",
    "criteria": "Acceptance criteria",
    "priority": "Priority",
    "id": "Test case",
}
"""What the parts of a case are called in a text that holds several of them (``description``), in
their order: so they are written, and so they are read back."""

HOW_TO_RUN = "How to run it: "
"""Begins a question among a file's open ones that only says how a case is run and seen."""


class Column(Value):
    """A column of the company's template. ``values`` renames ours to theirs ("High" -> "P1"); a
    status that it renames in a column of labels or tags ("draft" -> "draft") is one of them.

    ``separator`` joins the values of a field that has several (criteria, labels); ``every_row``
    fills a field of the case on each of its rows where the template fills it on the first only.
    An ``optional`` column stands in a file only where one of its cases fills it.
    """

    header: str = Field(min_length=1)
    field: TemplateField
    required: bool = False
    max_chars: int | None = Field(default=None, ge=1)
    allowed: tuple[str, ...] = ()
    default: str = ""
    values: dict[str, str] = {}
    separator: str = Field(default=", ", min_length=1)
    every_row: bool = False
    optional: bool = False


class CaseTemplate(Value):
    """The company's test case template: columns in order, one row per case or per step.

    Of a case with a row per step, ``repeat_case_fields`` fills the fields of the case on each row,
    else on the first; ``title_row`` puts them on a row of their own above the steps.
    ``preconditions_first`` writes the preconditions as the first step, for tools without a place
    for them; ``date_in_preconditions`` the test date as their first line, for tools without one
    for it.
    """

    name: str
    row_per: Literal["case", "step"] = "step"
    columns: tuple[Column, ...] = Field(min_length=1)
    title_pattern: str = ""
    repeat_case_fields: bool = True
    title_row: bool = False
    preconditions_first: bool = False
    date_in_preconditions: bool = False
    max_cases: int | None = Field(default=None, ge=1)
    """How many cases the tool takes in one import."""


# --- Models and choices -----------------------------------------------------------------------


OUTLINE_WRITER = "outline"
"""The writer that is no model: outlines from quotations and values."""

_FORMER_OUTLINE_WRITER = "rules"
"""Its id in runs and configurations of earlier versions."""


def present_writer_id(writer_id: str) -> str:
    """The id under which a writer is known now."""
    return OUTLINE_WRITER if writer_id == _FORMER_OUTLINE_WRITER else writer_id


WriterId = Annotated[str, AfterValidator(present_writer_id)]
"""Who writes: the outline, a model's id, one with an adapter ("model+adapter"), "endpoint"."""

ADAPTER_SIGN = "+"
"""Joins a model and its adapter in a writer's id."""


class ModelSpec(Value):
    """Which model wrote, exactly. Base and +FT differ by ``adapter`` alone."""

    id: str
    provider: str
    model: str
    revision: str = ""
    sha256: str = ""
    adapter: str = ""
    context_tokens: int = Field(default=4096, ge=256)

    @property
    def full_id(self) -> str:
        """Model and adapter as one name: "model+adapter", or the model's id where it has none."""
        return f"{self.id}{ADAPTER_SIGN}{self.adapter}" if self.adapter else self.id


class SearchFilter(Value):
    """Metadata that a hit must carry; an empty tuple means any."""

    releases: tuple[str, ...] = ()
    teams: tuple[str, ...] = ()
    labels: tuple[str, ...] = ()
    kinds: tuple[ChunkKind, ...] = ()
    document_ids: tuple[str, ...] = ()


class TopK(Value):
    """How many chunks of each kind one criterion may bring into the prompt."""

    rule: int = Field(default=5, ge=0, le=20)
    criterion: int = Field(default=1, ge=0, le=20)
    story: int = Field(default=0, ge=0, le=20)
    case: int = Field(default=3, ge=0, le=20)
    table_row: int = Field(default=4, ge=0, le=20)
    prose: int = Field(default=4, ge=0, le=20)


FusionMethod = Literal["dbsf", "rrf"]
"""How dense and sparse hits become one list: distribution-based score fusion, or by rank alone."""


class RetrievalConfig(Value):
    """The user's choices for retrieval; saved with the project and with each run."""

    embedding_model: str = "all-MiniLM-L6-v2"
    top_k: TopK = TopK()
    dense_weight: float = Field(default=1.0, ge=0.0, le=10.0)
    sparse_weight: float = Field(default=1.0, ge=0.0, le=10.0)
    fusion: FusionMethod = "dbsf"
    rrf_k: int = Field(default=60, ge=1, le=1000)
    candidates: int = Field(default=40, ge=1, le=500)
    exact: bool = False
    tell_apart: bool = True
    """Search with what sets a requirement apart from the others of the project."""
    both_ways: bool = True
    """Hold back sources that another requirement of the project is nearer to (with ``tell_apart``
    and fused scores). For requirements only: off where anything else is asked."""
    filter: SearchFilter = SearchFilter()


class MaskingConfig(Value):
    """Whether personal data is masked in what comes into a project, and the names to mask in it.

    ``key`` makes the project's numbers: the same value has the same one in all its sources.
    """

    enabled: bool = False
    names: tuple[str, ...] = ()
    key: str = Field(default="", repr=False)


class GenerationConfig(Value):
    """The user's choices for writing cases; saved with each run."""

    writer: WriterId = OUTLINE_WRITER
    techniques: tuple[Technique, ...] = TECHNIQUES
    depth: Depth = "standard"
    skip: tuple[str, ...] = ()
    """Conditions that an existing case covers as it is: no case is written for them."""
    tested: tuple[str, ...] = ()
    """Of ``skip`` those that existing cases test, as a model says that read them: who writes whole
    stories is shown the cases, and decides what of an item they leave out."""
    criteria_left_out: tuple[str, ...] = ()
    """Criteria that the request leaves out: they have no condition, and nothing is asked of them;
    a writer reads them all the same."""
    asked: str = ""
    """The sentence that somebody typed to have the cases, where one did."""
    temperature: float = Field(default=0.0, ge=0.0, le=2.0)
    seed: int = 7
    max_steps: int = Field(default=6, ge=1, le=20)
    max_tokens: int = Field(default=400, ge=64, le=32_768)
    attempts: int = Field(default=3, ge=1, le=5)
    timeout_seconds: float | None = Field(default=None, gt=0)
    """Seconds that a model's whole answer may take; ``None``: what the deployment allows."""
    read_again: bool = False
    """Whether the model reads its drafts once more when all are written (``SECOND_READER``)."""


class RejectedDraft(Value):
    """A model's output that was refused, kept with the reason so that it can be looked at."""

    condition_id: str
    attempt: int
    raw_output: str
    reason: str


RunStatus = Literal["queued", "running", "done", "cancelled", "failed", "interrupted"]


class Timings(Value):
    """Seconds per stage of a run, and what the model read and wrote, in tokens."""

    retrieve: float = 0.0
    first_case: float = 0.0
    generate: float = 0.0
    total: float = 0.0
    prompt_tokens: int = 0
    cached_tokens: int = 0
    generated_tokens: int = 0


class GenerationRun(Value):
    """One request and all that came of it: everything needed to reproduce a CSV."""

    id: str
    created_at: datetime = Field(default_factory=utc_now)
    by: str = ""
    request: str
    status: RunStatus = "queued"
    error: str = ""
    model: ModelSpec | None = None
    prompt_version: str = ""
    retrieval: RetrievalConfig = RetrievalConfig()
    generation: GenerationConfig = GenerationConfig()
    epics: tuple[Epic, ...] = ()
    conditions: tuple[TestCondition, ...] = ()
    questions: tuple[Question, ...] = ()
    retrieved: tuple[RetrievedChunk, ...] = ()
    cases: tuple[TestCase, ...] = ()
    rejected: tuple[RejectedDraft, ...] = ()
    uncovered_criteria: tuple[str, ...] = ()
    timings: Timings = Timings()
