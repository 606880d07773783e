"""The chain with a model that writes a story's cases at once: plan, prove, ids, questions."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from datetime import date
from typing import Any, cast

import pytest
from fake_chat import FakeChat
from fake_pages import FakePages

from assistant.design.processes.end_to_end import conditions_of_epic
from assistant.domain import (
    AcceptanceCriterion,
    CaseStatus,
    Chunk,
    Epic,
    GenerationConfig,
    ModelSpec,
    Question,
    RetrievalConfig,
    Standing,
    TestCase,
    TestCondition,
    TestStep,
    UserStory,
)
from assistant.generation.chain import (
    CaseReady,
    CaseRefused,
    Event,
    PlanReady,
    QuestionsReady,
    RunFinished,
    generate,
)
from assistant.generation.models.chat_models import ChatEndpoint
from assistant.generation.writer import CaseIds, Revision
from assistant.generation.writers.story_writer import StoryWriter

EPIC = Epic(
    key="LIB", title="Loans", description="Out of scope: reservations.",
    stories=(
        UserStory(
            key="LIB-1", title="Lend a book",
            criteria=(
                AcceptanceCriterion(id="LIB-1-AC1", text="A book can be lent for up to 30 days."),
            ),
        ),
        UserStory(
            key="LIB-2", title="Return a book",
            criteria=(
                AcceptanceCriterion(
                    id="LIB-2-AC1",
                    text='If the book is late, the message "Please pay the fee" is shown.',
                ),
            ),
        ),
    ),
)  # fmt: skip


def one_rule(text: str) -> FakePages:
    """One page is found for everything."""
    rule = Chunk(id="fees", document_id="fees", ordinal=0, text=text, title="Fees")
    return FakePages(lambda _: [rule], lambda _: [rule], score=0.9)


def conditions(criterion_id: str) -> list[TestCondition]:
    return [one for one in conditions_of_epic(EPIC) if one.criterion_id == criterion_id]


def case(title: str, criterion_id: str, expected: str, data: str) -> dict[str, object]:
    return {
        "criteria": [criterion_id], "covers": [one.id for one in conditions(criterion_id)][:1],
        "technique": "positive", "title": title, "preconditions": ["Ann Lee has a library card"],
        "steps": [{"action": f"Do what {title} asks", "data": data, "expected": expected,
                   "sources": [1, 2]}],
    }  # fmt: skip


LENT = case("A loan of 30 days", "LIB-1-AC1", "The book is lent for 30 days.", "30 days")
LATE = case(
    "A late book asks for the fee", "LIB-2-AC1",
    'The message "Please pay the fee" is shown.', "returned on day 31",
)  # fmt: skip


def answer(*cases: object, questions: Sequence[object] = ()) -> str:
    return json.dumps({"cases": cases, "questions": questions})


def run(*answers: str, **options: Any) -> tuple[list[Event], FakeChat]:
    chat = FakeChat(*answers)
    endpoint = ChatEndpoint(
        chat=cast(Any, chat),
        spec=ModelSpec(id="fake", provider="fake", model="fake", context_tokens=32_000),
        destination="stays on this computer", timeout=60,
    )  # fmt: skip
    config = GenerationConfig()
    writer = StoryWriter(endpoint, config, options.pop("outline", Outlines()), date(2026, 7, 1))
    epic = options.pop("epic", EPIC)
    texts = options.pop("texts", FakePages())
    epics = [epic, *options.pop("beside", ())]
    events = generate(epics, (), texts, writer, RetrievalConfig(), config, **options)
    return list(events), chat


class Outlines:
    """Stands for the outline."""

    spec = None

    def write(self, brief: Any, **_: object) -> Any:
        from assistant.generation.writer import WrittenCase

        name = brief.condition.id
        return WrittenCase(
            case=TestCase(
                id="", title=name, criterion_ids=(brief.criterion.id,), condition_ids=(name,)
            )
        )


def cases_of(events: Sequence[Event]) -> list[TestCase]:
    return [event.written.case for event in events if isinstance(event, CaseReady)]


def test_a_call_a_story_and_every_item_has_its_case() -> None:
    asked = [{"criterion": "LIB-1-AC1", "words": "30 days", "question": "Calendar days?"}]
    events, chat = run(
        answer(LENT, questions=asked), answer(), answer(LATE), answer(), questions=()
    )
    assert isinstance(events[0], PlanReady)
    assert isinstance(events[-1], RunFinished)
    first, *_ = cases_of(events)
    assert first.title == "A loan of 30 days"
    assert first.id.startswith("TC-LIB-1-AC1-")
    covered = {name for one in cases_of(events) for name in one.condition_ids}
    single = {one.id for one in conditions_of_epic(EPIC) if not one.legs}
    assert covered >= single
    ids = [one.id for one in cases_of(events)]
    assert len(set(ids)) == len(ids)
    questions = [
        one for event in events if isinstance(event, QuestionsReady) for one in event.questions
    ]
    assert [one.text for one in questions] == ["Calendar days?"]
    prompt = chat.questions[0][1][1]
    assert "<out_of_scope>" in prompt
    assert '<criterion id="LIB-2-AC1"' not in prompt, "that story's cases are asked for alone"


def page(name: str, text: str, **more: Any) -> Chunk:
    return Chunk(id=name, document_id=name, ordinal=0, text=text, kind="prose", title=name, **more)


def test_a_storys_writer_is_told_what_was_found_for_the_others_of_its_epic() -> None:
    pages = (
        page("Fees", "A late book costs EUR 2.00."),
        page("Long", "A volunteer puts books back. " * 900),
        page("Talk", "A guest may not lend.", place="comment by Ann"),
        page("Roles", "Only a librarian lends and takes back."),
        page("Case", "An old case").model_copy(update={"kind": "case"}),
    )
    texts = FakePages(lambda queries: pages if "Lend" in queries[0] else pages[:1])
    events, chat = run(answer(LENT), answer(), answer(LATE), answer(), texts=texts)
    lend, late = chat.questions[0][1][1], chat.questions[2][1][1]
    assert all(f'of="{one.title}"' in lend for one in pages[:4])
    sources = re.findall(r'<source n="(\d+)"[^>]* of="([^"]+)">', late)
    told = {name for _, name in sources}
    fitting = {"Fees", "Roles", "Talk", "LIB-1-AC1 Lend a book (Loans)", "LIB Loans"}
    assert told == fitting, "what fits, a talk too, and what the epic says"
    number = next(n for n, name in sources if name == "Roles")
    assert f'<source n="{number}" kind="page" of="Roles">' in lend, "its number is the run's"
    planned = next(event for event in events if isinstance(event, PlanReady))
    stages = {one.chunk.title: one.is_hit for one in planned.retrieved if one.chunk.title}
    assert stages["Roles"], "the search found it, if for the other story"


def test_what_a_long_description_says_is_told_whole_under_a_number() -> None:
    lines = [f"Branch {number} lends at most {number} books to a guest." for number in range(60)]
    long = EPIC.stories[0].model_copy(update={"narrative": "\n\n".join(lines)})
    told = "\n\n".join(line.replace("Branch", "Desk") for line in lines)
    epic = EPIC.model_copy(update={"stories": (long, EPIC.stories[1]), "description": told})
    events, chat = run(answer(LENT), answer(), answer(LATE), answer(), epic=epic)
    prompt = chat.questions[0][1][1]
    number = re.search(r'<story n="(\d+)">', prompt)
    planned = next(event for event in events if isinstance(event, PlanReady))
    assert number
    kinds = {one.rank: one.chunk.kind for one in planned.retrieved}
    assert kinds[int(number[1])] == "story"
    assert prompt.count(lines[-1]) == 1, "all of it, once"
    assert told.splitlines()[0] in prompt


def test_criteria_of_other_stories_are_told_those_of_the_own_epic_first() -> None:
    texts = ("A guest may not lend. " * 400, "The branch manager decides who may lend.")
    criteria = tuple(
        AcceptanceCriterion(id=f"BR-1-AC{number}", text=text)
        for number, text in enumerate(texts, 1)
    )
    story = UserStory(key="BR-1", title="Branches", criteria=criteria)
    beside = [Epic(key="BR", title="Branches", stories=(story,))]
    _, chat = run(*[answer(LENT), answer(), answer(LATE), answer()] * 2, beside=beside)
    others = re.findall(r'<source n="\d+" kind="criterion" of="(\S+)', chat.questions[0][1][1])
    assert others == ["LIB-2-AC1", "BR-1-AC2"], "the long one does not fit"


def test_what_a_last_bullet_leaves_out_is_told_to_each_story() -> None:
    said = AcceptanceCriterion(id="LIB-2-AC2", text="Out of scope: e-books, inter-library loans.")
    last = EPIC.stories[1]
    last = last.model_copy(update={"criteria": (*last.criteria, said)})
    epic = EPIC.model_copy(update={"stories": (EPIC.stories[0], last)})
    _, chat = run(answer(LENT), answer(), answer(LATE), answer(), epic=epic)
    for question in (chat.questions[0], chat.questions[2]):
        assert "<out_of_scope>e-books</out_of_scope>" in question[1][1]
        assert "LIB-2-AC2" not in question[1][1], "nothing is tested there"


def test_done_conditions_are_not_asked_for_again() -> None:
    done = [one.id for one in conditions_of_epic(EPIC) if one.criterion_id != "LIB-2-AC1"]
    events, chat = run(answer(LATE), answer(), done_conditions=done)
    assert {name for one in cases_of(events) for name in one.criterion_ids} == {"LIB-2-AC1"}
    prompts = [text for question in chat.questions for _, text in question]
    checklists = [text.split("<checklist>")[1] for text in prompts if "<checklist>" in text]
    assert checklists
    assert "LIB-1-AC1" not in "".join(checklists)


STANDS = TestCase(
    id="TC-7", title="A loan ends on day 30", preconditions=("Ann Lee has a library card",),
    steps=(
        TestStep(number=1, action="Lend the atlas to Ann Lee", test_data="30 days",
                 expected_result="The book is lent for 30 days."),
        TestStep(number=2, action="Look at her account on day 30",
                 expected_result="The atlas stands there as lent."),
    ),
    story_key="LIB-1", criterion_ids=("LIB-1-AC1",), priority="Low",
    postconditions=("Give it back",),
)  # fmt: skip


def revised(**changes: Any) -> Revision:
    names = tuple(one.id for one in conditions("LIB-1-AC1"))
    return Revision(case=STANDS, conditions=names, **changes)


def mended(**changes: object) -> dict[str, object]:
    """The case as a model gives it back, with one word more."""
    steps = [
        {"action": one.action, "data": one.test_data, "expected": one.expected_result,
         "sources": [1]}
        for one in STANDS.steps
    ]  # fmt: skip
    steps[1]["action"] = "Look at her account on day 30, before closing time"
    return {
        "criteria": ["LIB-1-AC1"], "covers": [], "technique": "boundary", "title": "Another title",
        "aim": "", "preconditions": list(STANDS.preconditions), "steps": steps, **changes,
    }  # fmt: skip


def test_a_case_is_written_again_as_the_same_test() -> None:
    revision = revised(wrong=("Step 2: no source says it",), wish="Say when on day 30")
    events, chat = run(answer(mended()), revisions=[revision])
    (again,) = cases_of(events)
    (asked,) = chat.questions
    assert "Step 2: Look at her account on day 30\n  Expected: The atlas stands" in asked[1][1]
    assert "<wrong>Step 2: no source says it</wrong>" in asked[1][1]
    assert "<wish>Say when on day 30</wish>" in asked[1][1]
    assert "Write the SAME test again" in asked[1][1]
    assert '<criterion id="LIB-1-AC1"' in asked[1][1]
    assert "The cases that cover" not in asked[1][1]
    assert (again.id, again.title) == ("TC-7", "A loan ends on day 30")
    assert again.steps[1].action.endswith("before closing time")
    assert (again.priority, again.postconditions) == ("Low", ("Give it back",))
    assert set(again.condition_ids) <= set(revision.conditions)
    assert again.condition_ids, "code sees what it covers, whatever the model claims"


def test_a_case_written_again_keeps_its_day_unless_it_gets_another() -> None:
    dated = STANDS.model_copy(update={"test_date": date(2026, 7, 2)})
    again = revised().model_copy(update={"case": dated})
    for said, day in (("", date(2026, 7, 2)), ("2026-07-03", date(2026, 7, 3))):
        events, _ = run(answer(mended(test_date=said)), revisions=[again])
        (case,) = cases_of(events)
        assert case.test_date == day


def test_a_run_that_goes_on_is_told_what_it_wrote_before() -> None:
    earlier = STANDS.model_copy(update={"test_date": date(2026, 7, 2)})
    _, chat = run(answer(LENT), answer(), answer(LATE), answer(), earlier=[earlier])
    assert "2026-07-02: “A loan ends on day 30”" in chat.questions[0][1][1]


def test_only_a_reason_changes_the_title_of_a_case_written_again() -> None:
    why = "Loans end after 20 days now."
    events, _ = run(answer(mended(aim=why)), revisions=[revised()])
    (ready,) = [one for one in events if isinstance(one, CaseReady)]
    assert (ready.written.case.title, ready.written.aim) == ("Another title", why)


def test_one_step_is_asked_for_and_the_others_stay() -> None:
    step = {"action": "Look at her account at noon", "data": "day 30", "calculation": [],
            "expected": "The book is lent for 30 days.", "sources": [1]}  # fmt: skip
    events, chat = run(json.dumps(step), revisions=[revised(step=2)])
    (ready,) = [one for one in events if isinstance(one, CaseReady)]
    case = ready.written.case
    assert ready.written.step == 2
    assert (case.steps[1].number, case.steps[1].action) == (2, "Look at her account at noon")
    assert case.steps[0].action == STANDS.steps[0].action
    assert set(chat.schemas[0]["properties"]) == {
        "action", "data", "expected", "calculation", "sources"
    }  # fmt: skip
    assert "Write step 2 of <case> again" in chat.questions[0][1][1]
    assert "Step 1: Lend the atlas to Ann Lee" in chat.questions[0][1][1]


def test_a_step_that_proof_refuses_is_asked_for_once_more() -> None:
    def step(expected: str) -> str:
        said = {"action": "Look at her account", "data": "", "sources": [1]}
        return json.dumps(
            said | {"expected": expected, "calculation": ["30 days + 1 day = 40 days"]}
        )

    wrong, right = step("The book is lent for 40 days."), step("The book is lent for 30 days.")
    events, chat = run(wrong, right, revisions=[revised(step=2)])
    assert "doubts this:" in chat.questions[1][-1][1]
    assert "give it once more as it is" in chat.questions[1][-1][1]
    assert cases_of(events)[0].steps[1].expected_result == "The book is lent for 30 days."


def test_another_test_never_takes_the_place_of_a_case() -> None:
    other = mended(steps=[{"action": "Reserve a room for Sunday", "data": "",
                           "expected": "A key is handed out", "sources": [1]}])  # fmt: skip
    events, chat = run(answer(other), answer(mended()), revisions=[revised()])
    assert "it is another test" in chat.questions[1][-1][1]
    assert "as it is" not in chat.questions[1][-1][1]
    assert cases_of(events)[0].steps[1].action.endswith("before closing time")
    events, chat = run(answer(other), answer(other), revisions=[revised()])
    (refused,) = [one.refusal for one in events if isinstance(one, CaseRefused)]
    assert not cases_of(events)
    assert (refused.case_id, len(refused.rejected), len(chat.questions)) == ("TC-7", 2, 2)
    events, _ = run(answer(other), revisions=[revised(wish="Test the room instead")])
    assert cases_of(events)[0].steps[0].action == "Reserve a room for Sunday"


def test_nothing_written_leaves_a_case_as_it_is() -> None:
    events, chat = run(answer(), revisions=[revised()])
    assert [one.refusal.reason for one in events if isinstance(one, CaseRefused)] == [
        "the model wrote nothing for it"
    ]
    assert len(chat.questions) == 2


def test_an_outline_written_again_is_the_case_of_its_items() -> None:
    outline = STANDS.model_copy(
        update={"steps": (TestStep(number=1, action="", expected_result="x"),)}
    )
    revision = Revision(case=outline, conditions=revised().conditions, wish="Short")
    events, chat = run(answer(LENT), revisions=[revision])
    (only,) = cases_of(events)
    assert (only.id, only.title) == ("TC-7", "A loan of 30 days")
    assert "Write exactly one case" in chat.questions[0][1][1]
    assert "<case>" not in chat.questions[0][1][1]


def test_open_questions_stand_at_the_cases_of_their_criteria() -> None:
    open_one = Question(criterion_id="LIB-2-AC1", kind="missing rule", text="When is a book late?")
    events, chat = run(answer(LENT), answer(), answer(LATE), answer(), questions=[open_one])
    by_title = {one.title: one for one in cases_of(events)}
    assert by_title["A late book asks for the fee"].open_questions == ("When is a book late?",)
    assert by_title["A loan of 30 days"].open_questions == ()
    prompts = [text for question in chat.questions for _, text in question]
    assert any("<open_question" in text and "When is a book late?" in text for text in prompts)


def test_a_question_of_a_criterion_that_only_asks_is_told_with_its_story() -> None:
    asks = AcceptanceCriterion(id="LIB-2-AC2", text="(?) May a neighbour return it?")
    last = EPIC.stories[1]
    last = last.model_copy(update={"criteria": (*last.criteria, asks)})
    epic = EPIC.model_copy(update={"stories": (EPIC.stories[0], last)})
    _, chat = run(answer(LENT), answer(), answer(LATE), answer(), epic=epic)
    told = ['criterion="LIB-2-AC2"' in question[1][1] for question in chat.questions]
    assert told == [False, False, True, True]


def test_ids_follow_the_conditions_and_are_never_given_twice() -> None:
    planned = conditions_of_epic(EPIC)
    first = planned[0]
    ids = CaseIds(planned, taken=())
    named = TestCase(
        id="", title="a", criterion_ids=(first.criterion_id,), condition_ids=(first.id,)
    )
    extra = named.model_copy(update={"condition_ids": ()})
    given = [ids.of(named), ids.of(named), ids.of(extra)]
    assert given[0] == CaseIds(planned).of(named)
    assert len(set(given)) == 3
    assert CaseIds(planned, taken=[given[0]]).of(named) == f"{given[0]}-2"


@pytest.mark.parametrize("text", ["", "none"])
def test_without_an_answer_every_item_is_outlined(text: str) -> None:
    events, _ = run(text)
    assert {one.title for one in cases_of(events)} == {one.id for one in conditions_of_epic(EPIC)}


def test_a_story_is_told_what_the_cases_before_it_use() -> None:
    used = LENT | {"preconditions": ["The book “Emma” was asked for on 2026-07-02 at 10:00"]}
    _, chat = run(answer(used), answer(), answer(LATE), answer())
    first, later = chat.questions[0][1][1], chat.questions[2][1][1]
    assert "<taken>" not in first
    assert "<taken>Emma; 2026-07-02 10:00</taken>" in later


@pytest.mark.parametrize(
    ("said", "day"),
    [
        (" 2026-07-02", date(2026, 7, 2)),
        ("", None),
        ("Thursday", None),
        ("2026-02-30", None),
        ("20260702", None),
        ("9999-12-31", None),
    ],
)
def test_a_case_has_the_day_that_its_writer_planned(said: str, day: date | None) -> None:
    events, _ = run(answer(LENT | {"test_date": said}), answer())
    found = next(one for one in cases_of(events) if one.title == LENT["title"])
    assert found.test_date == day


def test_a_story_is_told_the_titles_of_the_cases_before_it_by_their_days() -> None:
    dated = LENT | {"preconditions": ["Date of the test: 2 July 2026"], "test_date": "2026-07-02"}
    _, chat = run(answer(dated), answer(), answer(LATE), answer())
    first, later = chat.questions[0][1][1], chat.questions[2][1][1]
    assert "<written>" not in first
    assert f"<written>\n2026-07-02: 1\n2026-07-02: “{LENT['title']}”" in later


def test_every_story_is_told_the_request_and_what_says_when_the_test_is() -> None:
    """Both stand beside the stories: in a sentence, a chat, minutes."""

    found = (
        page("Chat", "UAT 13 to 24 October, the sandbox refreshes on the 10th."),
        page("Board", "12 stories are ready.\nSend them to UAT."),
    )
    talk = FakePages(lambda queries: found if "acceptance test" in " ".join(queries) else ())
    events, chat = run(
        answer(LENT), answer(), answer(LATE), answer(), texts=talk, request="We start on the 13th"
    )
    for prompt in (chat.questions[0][1][1], chat.questions[2][1][1]):
        assert '<request n="0">We start on the 13th</request>' in prompt
        assert "UAT 13 to 24 October" in prompt
        assert "ready" not in prompt, "its number is none of a line that names the test"
    planned = next(event for event in events if isinstance(event, PlanReady))
    (days,) = [one for one in planned.retrieved if one.chunk.title == "Chat"]
    assert not days.is_hit, "no question is raised on it"
    _, chat = run(answer(LENT), answer(), answer(LATE), answer())
    assert "<request n=" not in chat.questions[0][1][1]


def test_every_story_is_told_the_plan_of_the_test_and_the_accounts() -> None:
    """The plan is known by its title, and of an extract whose title names the test no row is told
    that nothing found; accounts are told with the rest of their table."""

    def row(title: str, heading: str, text: str) -> Chunk:
        return page(title, text).model_copy(
            update={"kind": "table_row", "heading": heading, "id": f"{title} {text}"}
        )

    left_out = "Item: LIB-9 Fines; Reason: not configured"
    plan = [page("UAT plan", "The test ends on Friday."), row("UAT plan", "Scope", left_out)]
    extract = [row("UAT extract", "", "READER: R-1"), row("UAT extract", "", "READER: R-2")]
    users = [row("Matrix", "Test users", "Login: t2.desk; Role: Librarian"),
             row("Matrix", "Test users", "Login: t2.lead; Role: Head"),
             row("Matrix", "Rights", "Lend: Librarian")]  # fmt: skip
    held = {"UAT plan": plan, "UAT extract": extract, "Matrix": users}

    def found(queries: Sequence[str]) -> list[Chunk]:
        about = " ".join(queries)
        named = [plan[0], extract[0]] if "take place" in about else []
        return named + [users[0]] * ("logins" in about)

    for name, chunks in held.items():
        held[name] = [one.model_copy(update={"document_id": name}) for one in chunks]
    plan, extract, users = held.values()
    _, chat = run(
        answer(LENT), answer(), answer(LATE), answer(), texts=FakePages(found, held.__getitem__)
    )
    for prompt in (chat.questions[0][1][1], chat.questions[2][1][1]):
        assert left_out in prompt
        assert "Login: t2.desk" in prompt
        assert "Login: t2.lead" in prompt
        assert "Lend: Librarian" not in prompt
        assert "READER" not in prompt


def test_a_short_sheet_of_a_long_workbook_is_told_whole_where_a_row_of_it_was_found() -> None:
    """Records for the test differ in one value, so a search finds some of them and not others."""

    def row(sheet: str, text: str) -> Chunk:
        return page("Data", text).model_copy(
            update={"kind": "table_row", "heading": sheet, "id": text}
        )

    credits = [row("Credits", f"Credit: SC-{n}; Amount: {n}.00") for n in range(140, 160)]
    notes = [row("Notes", "Note: paper moon")]
    told = notes[0].model_copy(update={"kind": "page", "id": "told", "text": "See the notes."})
    stock = [row("Stock", f"Book: B-{n}; Shelf: {'x' * 60}") for n in range(200)]
    staff = [row("Staff", "Name: Ann Lee")]

    workbook = FakePages(
        lambda queries: (credits[3], stock[5], told) if "Lend" in queries[0] else (),
        lambda name: (*credits, *stock, *staff, *notes, told) if name == "Data" else (),
    )
    _, chat = run(answer(LENT), answer(), answer(LATE), answer(), texts=workbook)
    lend = chat.questions[0][1][1]
    assert all(one.text in lend for one in credits)
    assert [one.text in lend for one in stock].count(True) == 1, "a long sheet is not"
    assert staff[0].text not in lend
    assert told.text in lend
    assert notes[0].text not in lend, "a text under the same heading is no row of the sheet"


def present(title: str, *, status: CaseStatus = "accepted", **fields: Any) -> TestCase:
    """A case that is there, with an id, of the first criterion."""
    return TestCase(id="TC-1", title=title, criterion_ids=("LIB-1-AC1",), status=status, **fields)


def written(events: Sequence[Event]) -> list[str]:
    return [one.written.case.title for one in events if isinstance(one, CaseReady)]


LENDING = EPIC.model_copy(update={"stories": EPIC.stories[:1]})


@pytest.mark.parametrize("status", ["accepted", "rejected", "imported"])
def test_a_case_that_is_there_is_shown_and_not_written_again(status: CaseStatus) -> None:
    there = present("A loan of 30 days", status=status, status_reason="Not ours")
    done = [one.id for one in conditions("LIB-1-AC1")][1:]
    events, chat = run(answer(LENT), epic=LENDING, present=[there], done_conditions=done)
    assert written(events) == [], "neither the case nor an outline in its place"
    (asked,) = chat.questions
    prompt = str(asked)
    assert f'<present_case status="{status}: Not ours">A loan of 30 days' in prompt
    assert "Write only what they leave out" in prompt
    rejected = [
        draft for one in events if isinstance(one, QuestionsReady) for draft in one.rejected
    ]
    assert ["repeats a case" in one.reason for one in rejected] == [True]


def test_where_a_case_claims_an_item_the_model_may_find_that_none_is_lacking() -> None:
    first, *others = [one.id for one in conditions("LIB-1-AC1")]
    claims = present("Thirty days", claimed_ids=(first,))
    options: dict[str, Any] = {"epic": LENDING, "done_conditions": others}
    events, chat = run(answer(), present=[claims], **options)
    assert (written(events), len(chat.questions)) == ([], 1)
    refused = claims.model_copy(update={"status": "rejected"})
    events, chat = run(answer(), answer(), present=[refused], **options)
    assert written(events) == [first], "nothing is there for it: an outline"


DRAFT = Standing(file="Fees_draft.md", stage="draft", reason="“draft” stands in its name")


@pytest.mark.parametrize(
    ("old", "sources", "alone"),
    [
        ({"fees"}, [3], True),
        ({"fees"}, [1, 3], False),
        ({"fees", "epic:LIB"}, [1, 3], False),  # who writes for a draft knows that it is one
        (set(), [3], False),
    ],
)
def test_a_result_of_a_draft_alone_is_marked_and_the_model_is_told_which_is_one(
    old: set[str], sources: list[int], alone: bool
) -> None:
    says = "A book can be lent for up to 30 days. " if 1 in sources else ""
    said = f"{says}The loan for 30 days is logged."
    made = case("A loan is logged", "LIB-1-AC1", said, "30 days")
    made["steps"] = [{**made["steps"][0], "sources": sources}]  # type: ignore[index]
    rule = one_rule("Each loan of a book for 30 days is logged.")
    events, chat = run(
        answer(made), answer(), epic=LENDING, texts=rule,
        standing=lambda name: DRAFT if name in old else Standing(),
    )  # fmt: skip
    assert ('file="Fees_draft.md" status="draft: “draft” stands' in str(chat.questions[0])) == (
        bool(old)
    )
    first = next(one.written.case for one in events if isinstance(one, CaseReady))
    told = [one for one in first.findings if one.rule == "draft or old source"]
    message = "Rests on a draft alone: Fees_draft.md (“draft” stands in its name)."
    assert [(one.message, one.step, one.severity) for one in told] == (
        [(message, 1, "warning")] if alone else []
    )
    assert first.needs_you or not alone


def test_a_question_of_a_run_names_a_draft_that_says_otherwise_as_one() -> None:
    rule = one_rule("A book can be lent for up to 21 days.")
    events, _ = run(
        answer(), answer(), epic=LENDING, texts=rule,
        standing=lambda name: DRAFT if name == "fees" else Standing(),
    )  # fmt: skip
    (planned,) = [one for one in events if isinstance(one, PlanReady)]
    asked = [one.text for one in planned.questions]
    assert any("but the draft " in one and "says 21 days" in one for one in asked), asked


def test_no_case_is_shown_where_all_are_written() -> None:
    _, chat = run(answer(LENT), answer(), epic=LENDING)
    assert "present_case" not in str(chat.questions[0])
