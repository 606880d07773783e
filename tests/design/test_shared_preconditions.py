"""Preconditions stated once: which words of an epic or a story hold before all of its cases."""

from __future__ import annotations

import pytest

from assistant.design.shared_preconditions import shared_preconditions, stated_preconditions
from assistant.domain import AcceptanceCriterion, Epic, UserStory
from assistant.sources.pasted.pasted import read_pasted

TEXT = """# HR-9 Leave requests

Employees ask for leave by mail today.

## Preconditions

- The employee has an active contract.
- The leave calendar of the year is published.

## Assumptions

- The payroll interface is switched on.
- Will the works council agree?

## HR-91 Request leave

As an Employee, I want to request leave so that my absence is planned.

Preconditions:
- The employee has a day of leave left

### Acceptance criteria

- Given a personal calendar, when the employee submits a request, then it is saved.
- Given a personal calendar, when the employee withdraws a request, then it is removed.

## HR-92 Approve leave

As a Line Manager, I want to approve leave so that the team is staffed.

### Acceptance criteria

Background:
  Given a submitted request

Scenario: Approve
  When the manager selects Approve
  Then the request is approved

Scenario: Reject
  When the manager selects Reject
  Then the request is rejected
"""


def test_sections_of_epic_and_story_and_common_givens_are_shared() -> None:
    (epic,) = read_pasted(TEXT).epics
    assert [story.key for story in epic.stories] == ["HR-91", "HR-92"], "no story of its own"
    assert epic.stories[0].criteria[0].text.startswith("Given a personal calendar, when")
    found = [(one.level, one.key, one.text, one.stated) for one in shared_preconditions(epic)]
    assert found == [
        ("epic", "HR-9", "The employee has an active contract.", True),
        ("epic", "HR-9", "The leave calendar of the year is published.", True),
        ("epic", "HR-9", "The payroll interface is switched on.", True),
        ("story", "HR-91", "The employee has a day of leave left.", True),
        ("story", "HR-91", "A personal calendar.", False),
        ("story", "HR-92", "A submitted request.", False),
    ]
    texts = (epic.description, *(story.narrative for story in epic.stories))
    for one in shared_preconditions(epic):
        assert not one.stated or any(one.quote in text for text in texts), "the author's words"


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Preconditions: the test system is up.", ("the test system is up.",)),
        ("**Pre-conditions:**\n1. A\n2. B\n\nMore text.", ("A", "B")),
        ("Prerequisites:\nThe user is signed in.\n\nThe page is new.", ("The user is signed in.",)),
        ("Assumption: TBD", ()),
        ("Assumptions:\n- Exports are out of scope.\n- A key is there.", ("A key is there.",)),
        ("The precondition of all this is money.", ()),
        ("Assumptions:\n\nNotes:\n- Not one of them.", ()),
        ("", ()),
    ],
)
def test_only_a_section_states_preconditions(text: str, found: tuple[str, ...]) -> None:
    assert stated_preconditions(text) == found


def test_what_one_criterion_has_alone_is_not_shared() -> None:
    texts = ("Given a key, when it turns, then the door opens.", "The door is green.")
    criteria = [AcceptanceCriterion(id=f"D-1-AC{n}", text=t) for n, t in enumerate(texts, 1)]
    both = UserStory(key="D-1", title="Open", criteria=tuple(criteria))
    alone = UserStory(key="D-2", title="Open", criteria=tuple(criteria[:1]))
    assert shared_preconditions(Epic(key="D", title="Doors", stories=(both, alone))) == ()
