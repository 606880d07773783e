"""Cases that go on from others: what they need when one is thrown away or gets another title."""

from __future__ import annotations

import csv
import io

import pytest

from assistant.domain import GenerationConfig, GenerationRun, TestCase, TestStep
from assistant.generation.lint import lint
from assistant.workflow.deployment.workspace import Workspace
from assistant.workflow.review import export_cases, lineage, review
from assistant.workflow.writing import runs

RUN = "run-1"
REJECTED, RENAMED, LATER = review.OF_CHAIN
STEP = TestStep(number=1, action="Pay it", expected_result="It is paid", support="supported")


def case(name: str, title: str, after: str = "", *, story: str = "S-1") -> TestCase:
    lines = (f"After the case “{after}”: L-1 is in state Draft",) if after else ()
    return TestCase(id=name, title=title, story_key=story, preconditions=lines, steps=(STEP,))


@pytest.fixture
def opened(empty_project: tuple[Workspace, str]) -> tuple[Workspace, str]:
    """A run in whose list the first story got one more case, which goes on from the second's."""
    workspace, project_id = empty_project
    run = GenerationRun(id=RUN, by="Bob", request="r", generation=GenerationConfig())
    workspace.library.start_run(project_id, run)
    for one in (
        case("A", "Clerk builds a run"),
        case("B", "Clerk sends the run", "Clerk builds a run", story="S-2"),
        case("C", "Clerk reads the run", "Clerk builds a run", story="S-2"),
        case("D", "A sent run cannot be cancelled", "Clerk sends the run"),
        case("E", "Clerk opens the list"),
    ):
        workspace.library.add_case(project_id, RUN, one)
    return workspace, project_id


def decide(opened: tuple[Workspace, str], name: str, status: str) -> None:
    seen = opened[0].library.case(opened[1], name).row_version
    review.set_status(*opened, name, status, reason="r", seen_version=seen, by="Ann")


def title(opened: tuple[Workspace, str], name: str, words: str) -> None:
    stored = opened[0].library.case(opened[1], name)
    edited = stored.case.model_copy(update={"title": words})
    review.save(*opened, edited, seen_version=stored.row_version, by="Ann")


def undo(opened: tuple[Workspace, str], name: str) -> None:
    seen = opened[0].library.case(opened[1], name).row_version
    opened[0].library.undo(opened[1], name, by="Ann", expected_version=seen)


def needing(opened: tuple[Workspace, str]) -> dict[str, list[str]]:
    """The needs of a chain by case; each of such cases is one that needs a person."""
    rows = runs.case_rows(*opened, RUN)
    found = {row.id: [one for one in row.needs if one in review.OF_CHAIN] for row in rows}
    assert all(row.needs_you for row in rows if found[row.id])
    return {name: needs for name, needs in found.items() if needs}


def test_a_rejected_case_is_told_at_those_that_go_on_from_it_until_it_is_taken_back(opened):
    assert needing(opened) == {}
    decide(opened, "C", "accepted")
    decide(opened, "A", "rejected")
    assert needing(opened) == {"B": [REJECTED], "C": [REJECTED]}
    assert lineage.successors(*opened, [RUN], ["A"]) == ["B", "C"]
    decide(opened, "C", "rejected")
    assert needing(opened) == {"B": [REJECTED]}, "nobody runs the other"
    assert lineage.successors(*opened, [RUN], ["A"]) == ["B"]
    undo(opened, "C")
    undo(opened, "A")
    assert needing(opened) == {}


def test_another_title_is_told_at_those_that_name_the_earlier_one(opened) -> None:
    title(opened, "B", "Clerk mails the run")
    assert needing(opened) == {"D": [RENAMED]}
    title(opened, "B", "Clerk posts the run")
    decide(opened, "E", "accepted")
    assert needing(opened) == {"D": [RENAMED]}
    assert lineage.successors(*opened, [RUN], ["B"]) == ["D"]
    undo(opened, "B")
    undo(opened, "B")
    assert needing(opened) == {}


def change(opened: tuple[Workspace, str], name: str, **fields: object) -> None:
    stored = opened[0].library.case(opened[1], name)
    edited = stored.case.model_copy(update=fields)
    review.save(*opened, edited, seen_version=stored.row_version, by="Ann")


def test_a_title_that_no_case_named_while_it_stood_is_not_told(opened) -> None:
    change(opened, "D", preconditions=("The run has the status “Sent”",))
    title(opened, "E", "Sent")
    undo(opened, "E")
    assert needing(opened) == {}
    change(opened, "E", objective="To see the list")
    assert needing(opened) == {}, "no case goes on from E"
    title(opened, "E", "Sent")
    title(opened, "E", "Clerk opens the list")
    assert needing(opened) == {}, "as after an undo"


def test_a_title_that_a_case_named_is_told_when_it_is_taken_back(opened) -> None:
    title(opened, "B", "Clerk mails the run")
    change(opened, "D", preconditions=("After the case “Clerk mails the run”: L-1 is sent",))
    assert needing(opened) == {}
    undo(opened, "B")
    assert needing(opened) == {"D": [RENAMED]}
    assert lineage.successors(*opened, [RUN], ["B"]) == ["D"]
    change(opened, "B", objective="To mail it")
    assert needing(opened) == {"D": [RENAMED]}
    title(opened, "B", "Clerk mails the run")
    assert needing(opened) == {}


def test_a_case_that_was_written_before_the_one_it_names_is_told_too(opened) -> None:
    opened[0].library.add_case(opened[1], RUN, case("F", "Clerk ends it", "Clerk starts it"))
    opened[0].library.add_case(opened[1], RUN, case("G", "Clerk starts it"))
    title(opened, "G", "Clerk begins it")
    assert needing(opened) == {"F": [RENAMED]}


def test_another_title_moves_no_case_in_a_file(opened) -> None:
    title(opened, "B", "Clerk mails the run")
    assert [one.id for one in export_cases.select(*opened, run_id=RUN)] == ["A", "E", "B", "D", "C"]
    target = export_cases.targets(*opened)[0]
    data = export_cases.file_of(*opened, ["D", "B"], target).decode("utf-8-sig")
    titles = [row["Title"] for row in csv.DictReader(io.StringIO(data)) if row["Title"]]
    assert titles == ["Clerk mails the run", "A sent run cannot be cancelled"]


def test_all_leave_a_case_to_a_person_whose_beginning_is_gone(opened) -> None:
    decide(opened, "A", "rejected")
    held = opened[0].library.cases(opened[1], run_id=RUN)
    outcome = review.accept_all(*opened, held, by="Ann")
    assert [name for name, _ in outcome.changed] == ["D", "E"]


def test_no_file_has_a_case_before_the_one_it_goes_on_from(opened) -> None:
    assert [one.id for one in export_cases.select(*opened, run_id=RUN)] == ["A", "E", "B", "D", "C"]
    target = export_cases.targets(*opened)[0]
    data = export_cases.file_of(*opened, ["D", "E", "C", "A"], target).decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(data)))
    order = [row["Title"] for row in rows if row["Title"]]
    assert order == [
        "A sent run cannot be cancelled",  # what it goes on from is not in the file
        "Clerk opens the list",
        "Clerk builds a run",
        "Clerk reads the run",
    ]


def test_lint_has_nothing_against_such_a_precondition() -> None:
    chained = case("B", "Clerk sends the run", "Clerk builds a run of 31 pieces")
    assert lint(chained) == lint(chained.model_copy(update={"preconditions": ("L-1",)}))
