"""The forms that epics, stories and criteria are written in, each read to what it says."""

from __future__ import annotations

import pytest
from reading_checks import sound

from assistant.domain import UserStory
from assistant.errors import SourceError
from assistant.sources.pasted.pasted import MAX_PASTED_CHARACTERS, read_pasted, story_as_criterion


def stories_of(text: str) -> list[UserStory]:
    """The stories of a text, checked to be sound."""
    reading = read_pasted(text)
    return [story for epic in reading.epics for story in epic.stories]


def texts(story: UserStory) -> list[str]:
    """The criteria's texts."""
    return [criterion.text for criterion in story.criteria]


MARKDOWN = """# CC-10 Payment plans

**Release:** Drop-3 | **Team:** Call Centre
Labels: arrears, plans
Priority: High

Customers in arrears agree a plan.

## CC-12 Extend a plan

As a call centre agent
I want to extend a plan
so that customers stay on supply.

### Acceptance criteria

- AC1: The agent can extend by up to 14 days.
- AC2: Beyond 14 days:
  - the extension is rejected
  - "Limit exceeded" is shown
- A note is kept
  on the account.

### Out of scope

- Refunds

## CC-13 - Cancel a plan

**As an** agent **I want** to cancel a plan **so that** it ends.

**Acceptance criteria**

1. Given an active plan
   When it is cancelled
   Then it is closed
2. Given a closed plan when it is cancelled then nothing happens

## Dependencies

- CC-99 must be live
"""


def test_markdown_epic() -> None:
    reading = read_pasted(MARKDOWN)
    sound(reading)
    (epic,) = reading.epics
    assert (epic.key, epic.title) == ("CC-10", "Payment plans")
    assert (epic.release, epic.team, epic.labels) == ("Drop-3", "Call Centre", ("arrears", "plans"))
    assert epic.description.startswith("Customers in arrears agree a plan.")
    assert "CC-99 must be live" in epic.description
    extend, cancel = epic.stories
    assert (extend.key, cancel.key) == ("CC-12", "CC-13")
    assert [c.id for c in extend.criteria] == ["CC-12-AC1", "CC-12-AC2", "CC-12-AC3"]
    assert extend.criteria[1].text.count("\n") == 2
    assert extend.criteria[2].text == "A note is kept\n  on the account."
    assert "Refunds" in extend.narrative
    assert [c.form for c in cancel.criteria] == ["gherkin", "gherkin"]
    assert reading.document.id == "epic:CC-10"
    assert reading.document.metadata.release == "Drop-3"
    assert any("Priority: High" in note for note in reading.notes)
    assert not reading.unread


@pytest.mark.parametrize(
    "label",
    [
        "Acceptance criteria:",
        "Acceptance Criteria",
        "ACCEPTANCE CRITERIA",
        "**Acceptance criteria:**",
        "__Acceptance Criteria__",
        "*Acceptance criteria*",
        "### Acceptance Criteria",
        "###### AC",
        "AC:",
        "ACs:",
        "A/C:",
        "Acceptance Criterion:",
        "Conditions of satisfaction",
        "## Requirements",
        "Acceptance criteria (given by the product owner):",
        "## 3. Acceptance criteria",
        "Akzeptanzkriterien:",
        "Critères d'acceptation :",
        "Criterios de aceptación:",
        "验收标准：",
        "- **Acceptance criteria:**",
        "Acceptance Criteria\n-------------------",
    ],
)
@pytest.mark.parametrize(
    "mark", ["- ", "* ", "• ", "+ ", "1. ", "1) ", "a) ", "- [ ] ", "[ ] ", "– ", "(1) "]
)
def test_labels_and_list_marks(label: str, mark: str) -> None:
    marks = [mark, mark.replace("1", "2").replace("a)", "b)")]
    lines = [
        f"{mark}{words}"
        for mark, words in zip(marks, ("The plan is shown", "The fee is £5"), strict=True)
    ]
    if label.startswith("- "):
        lines = [f"  {line}" for line in lines]
    text = "CC-12: Extend a plan\n\nAs an agent I want to extend plans.\n\n" + "\n".join(
        [label, "", *lines]
    )
    (story,) = stories_of(text)
    assert texts(story) == ["The plan is shown", "The fee is £5"]
    assert story.key == "CC-12"
    assert story.narrative == "As an agent I want to extend plans."


@pytest.mark.parametrize(
    "line",
    [
        "As a user I want to log in so that I see my bills.",
        "As a user, I want to log in so that I see my bills.",
        "As an Admin,\nI want to log in,\nso that I see my bills.",
        "**As a** user\n**I want to** log in\n**So that** I see my bills",
        "- As a user\n- I want to log in\n- So that I see my bills",
        "In order to see my bills\nAs a user\nI want to log in",
        "As a user\\\nI want to log in\\\nSo that I see my bills",
        "As the account holder I would like to log in",
        "As a <role> I need to log in because bills matter",
        "AS A user I WANT to log in SO THAT I see my bills",
        "As a user, I should be able to log in",
        "As a: user\nI want: to log in\nSo that: I see my bills",
        "I want to log in so that I can see my bills",
        "Als Kunde möchte ich mich anmelden, damit ich meine Rechnungen sehe.",
        "En tant que client, je veux me connecter afin de voir mes factures.",
        "Como cliente quiero iniciar sesión para ver mis facturas.",
        "> As a user I want to log in so that I see my bills.",
        '"As a user I want to log in so that I see my bills."',
    ],
)
def test_story_sentences(line: str) -> None:
    (story,) = stories_of(f"{line}\n\nAcceptance criteria\n- The bill is shown\n")
    assert texts(story) == ["The bill is shown"]
    assert story.narrative
    assert story.title


def test_several_stories_on_one_line_and_on_lines() -> None:
    one_line = "As a user I want to pay. As a clerk I want to refund. As an admin I want to audit."
    assert [s.title for s in stories_of(one_line)] == ["Pay", "Refund", "Audit"]
    assert [s.title for s in stories_of(one_line.replace(". As", ".\nAs"))] == [
        "Pay",
        "Refund",
        "Audit",
    ]
    listed = "# Payments\n\n" + one_line.replace("As a", "\n1. As a")
    assert [s.title for s in stories_of(listed)] == ["Pay", "Refund", "Audit"]


def test_plain_stories_with_titles_above_them() -> None:
    text = """Manage plans

As an agent, I want to extend plans so that A.
- crit one
- crit two

Cancel plans
As an agent, I want to cancel plans so that B.
Acceptance Criteria
Given a plan
When it is cancelled
Then it ends

Given no plan
When it is cancelled
Then nothing happens
"""
    reading = read_pasted(text)
    (epic,) = reading.epics
    first, second = epic.stories
    assert texts(first) == ["crit one", "crit two"]
    assert second.title == "Cancel plans"
    assert [c.form for c in second.criteria] == ["gherkin", "gherkin"]


@pytest.mark.parametrize(
    "head",
    [
        "Story: CC-12 Extend plan",
        "User Story CC-12 - Extend plan",
        "CC-12 - Extend plan",
        "[CC-12] Extend plan",
        "## CC-12: Extend plan",
        "**CC-12 Extend plan**",
        "### Story CC-12: Extend plan",
        "Extend plan (CC-12)\n===",
        "h3. CC-12 Extend plan\n{panel}\nx\n{panel}",
        "## [CC-12] Extend plan",
        "User story: CC-12 Extend plan",
    ],
)
def test_keys_of_stories(head: str) -> None:
    text = (
        f"Epic: CC-10 Payment plans\n\n{head}\nAs a user I want x.\nAcceptance criteria:\n- y "
        f"must be shown\n"
    )
    (epic,) = read_pasted(text).epics
    assert (epic.key, epic.title) == ("CC-10", "Payment plans")
    (story,) = epic.stories
    assert (story.key, story.title) == ("CC-12", "Extend plan")
    assert story.criteria[0].id == "CC-12-AC1"


def test_plain_key_lines_make_an_epic_of_the_first() -> None:
    text = """CC-10 - Payment plans
Release: Drop-2

CC-12 - Extend
As an agent I want to extend
AC1: at most 14 days
AC2: once a year

CC-13 - Cancel
As an agent I want to cancel
AC1: at any time
"""
    (epic,) = read_pasted(text).epics
    assert (epic.key, epic.release) == ("CC-10", "Drop-2")
    assert [c.id for c in epic.criteria] == ["CC-12-AC1", "CC-12-AC2", "CC-13-AC1"]


def test_two_epics_in_one_paste() -> None:
    text = (
        "# Epic CC-10: Plans\n## CC-11 A\n- a is shown\n### Acceptance criteria\n- x\n"
        "# Epic CC-20: Fees\n## CC-21 B\n### Acceptance criteria\n- y\n"
    )
    reading = read_pasted(text)
    assert [epic.key for epic in reading.epics] == ["CC-10", "CC-20"]
    assert [[s.key for s in epic.stories] for epic in reading.epics] == [["CC-11"], ["CC-21"]]
    assert reading.document.id == "epic:CC-10+CC-20"


def test_scenarios_without_a_feature() -> None:
    text = """## CC-12 Extend
As an agent I want to extend a plan

Background:
Given I am logged in

Scenario: Within the limit
Given a plan of 10 days
When I extend it by 4
Then it is extended

Scenario Outline: Beyond the limit
Given a plan of <days> days
When I extend it
Then it is refused
Examples:
| days |
| 15 |
| 20 |
"""
    (story,) = stories_of(text)
    assert [c.title for c in story.criteria] == ["Within the limit", "Beyond the limit"]
    assert all(c.text.startswith("Given I am logged in\n") for c in story.criteria)
    assert "| 20 |" in story.criteria[1].text


def test_criteria_as_headings() -> None:
    text = (
        "## CC-12 Extend\n\n### AC1: Within the limit\n\nThe plan is extended.\n\n"
        "### AC2: Beyond\n\nGiven a plan\nWhen 15 days are asked\nThen it is refused\n"
    )
    (story,) = stories_of(text)
    assert [(c.id, c.title) for c in story.criteria] == [
        ("CC-12-AC1", "Within the limit"),
        ("CC-12-AC2", "Beyond"),
    ]
    assert story.criteria[0].text == "The plan is extended."


def test_given_when_then_under_titled_items() -> None:
    text = """CC-12: Extend
AC1: Within the limit
Given a plan
When extended
Then it is saved

AC2: Beyond the limit
- Given a plan
- When extended
- Then it is refused
"""
    (story,) = stories_of(text)
    assert [(c.id, c.title, c.form) for c in story.criteria] == [
        ("CC-12-AC1", "Within the limit", "gherkin"),
        ("CC-12-AC2", "Beyond the limit", "gherkin"),
    ]
    assert story.criteria[1].text == "Given a plan\nWhen extended\nThen it is refused"


@pytest.mark.parametrize("mark", ["3. ", "- ", "* "])
def test_the_first_step_may_stand_behind_the_mark_of_its_item(mark: str) -> None:
    steps = "GIVEN a contract\n   WHEN it is handed over\n   THEN its status is ISSUED."
    text = (
        f"# A-1 Hire\n\n## A-2 Issue\nAcceptance criteria\n- The fee is shown.\n\n{mark}{steps}\n"
    )
    *_, criterion = read_pasted(text).epics[0].stories[0].criteria
    assert (criterion.text, criterion.title, criterion.form) == (steps, "", "gherkin")


def test_the_rows_of_a_table_below_an_id_alone_are_all_its_own() -> None:
    table = "| Amount | Result |\n| --- | --- |\n| up to £50.00 | granted |\n| more | sent on |"
    (story,) = stories_of(f"CC-12: Credit\n\nAcceptance criteria\n\n**AC1**\n\n{table}\n\n**AC2**\n"
                          "\nA refused credit is kept.\n")  # fmt: skip
    assert [c.id for c in story.criteria] == ["CC-12-AC1", "CC-12-AC1-2", "CC-12-AC2"]


@pytest.mark.parametrize(
    "table",
    [
        "| ID | Acceptance criterion |\n|---|---|\n| AC1 | The plan is shown |\n| AC2 | The "
        "fee is £5 |",
        "ID\tAcceptance criterion\nAC1\tThe plan is shown\nAC2\tThe fee is £5",
        "| # | Criteria |\n|:-:|---|\n| 1 | The plan is shown |\n| 2 | The fee is £5 |",
        "No.\tAcceptance Criteria\n1\tThe plan is shown\n2\tThe fee is £5",
    ],
)
def test_tables_of_criteria(table: str) -> None:
    reading = read_pasted(f"CC-12: Extend\n\nAcceptance criteria\n\n{table}\n")
    sound(reading)
    criteria = reading.epics[0].criteria
    assert [(c.id, c.text) for c in criteria] == [
        ("CC-12-AC1", "The plan is shown"),
        ("CC-12-AC2", "The fee is £5"),
    ]
    assert all(c.form == "table" and c.start is not None for c in criteria)


def test_rows_are_composed_with_their_headers() -> None:
    text = (
        "CC-12: Extend\n\nAcceptance criteria\n\n| Given | When | Then |\n|---|---|---|\n| a "
        "plan | extended | saved |\n\n"
        "The letter depends on the days:\n\n| Days overdue | Letter |\n|---|---|\n| 1-14 | "
        "Reminder |\n| 15+ | Warning |\n"
    )
    (story,) = stories_of(text)
    assert texts(story) == [
        "Given a plan\nWhen extended\nThen saved",
        "Days overdue: 1-14; Letter: Reminder",
        "Days overdue: 15+; Letter: Warning",
    ]
    assert story.criteria[1].title == "The letter depends on the days"


def test_requirements_in_prose() -> None:
    text = (
        "Removal of planned flight\n\nIf requested the scheduler shall unassign the plan. "
        "This is rare. It must be logged."
    )
    (story,) = stories_of(text)
    assert story.title == "Removal of planned flight"
    assert texts(story) == [
        "If requested the scheduler shall unassign the plan.",
        "It must be logged.",
    ]
    assert story.narrative == "This is rare."


@pytest.mark.parametrize("marks", ['""', "“”", "«»", "„“", "''"])
def test_a_message_of_two_sentences_is_not_cut(marks: str) -> None:
    shown = f"{marks[0]}Items must come back. It cannot be closed.{marks[1]}"
    last = f"As long as a line is out the user must get the message {shown}"
    text = f"CC-1: Closing\n\nAcceptance criteria\nA status must not be left out. {last}"
    (story,) = stories_of(text)
    assert texts(story) == ["A status must not be left out.", last]
    (more,) = stories_of(f"{text} All lines must be back.")
    assert texts(more) == ["A status must not be left out.", last, "All lines must be back."]


def test_requirement_ids_are_kept() -> None:
    text = (
        "# Login\n\nREQ-7: The user shall log in.\nREQ-8: The user shall log out.\nFR 3 - It "
        "shall lock."
    )
    (story,) = stories_of(text)
    ids = [c.id for c in story.criteria]
    assert ids[:2] == ["REQ-7", "REQ-8"]
    assert ids[2].endswith("FR-3")


def test_nested_items() -> None:
    text = """CC-12: Extend
Acceptance criteria
- The form has:
  - a name
  - a date
- Validation
  - The name must have 3 letters
  - The date must be in the future
- The agent may extend a plan once
  - The plan is shown in green afterwards
"""
    (story,) = stories_of(text)
    assert texts(story)[0] == "The form has:\n  - a name\n  - a date"
    assert [c.title for c in story.criteria[1:3]] == ["Validation", "Validation"]
    assert texts(story)[3:] == [
        "The agent may extend a plan once",
        "The plan is shown in green afterwards",
    ]


def test_description_is_no_criterion() -> None:
    text = """## CC-12 Extend

### Description
As an agent I want to extend plans.
- background point that must not count

### Acceptance criteria
- The plan is extended

### Notes
- The mock-up must be updated

### Definition of done
- Tests must pass
"""
    (story,) = stories_of(text)
    assert texts(story) == ["The plan is extended"]
    assert "background point" in story.narrative
    assert "Tests must pass" in story.narrative


def test_a_paste_without_criterion_says_so_and_offers_the_story() -> None:
    reading = read_pasted("As an agent I want to extend plans so that customers stay.")
    (epic,) = reading.epics
    (story,) = epic.stories
    assert not story.criteria
    assert not reading.notes
    (note,) = reading.notes_with_gaps
    assert "No acceptance criterion" in note
    assert story.key in note
    offered = story_as_criterion(epic, story.key)
    assert [c.text for c in offered.criteria] == [story.narrative]
    assert offered.criteria[0].id == f"{story.key}-AC1"
    assert story_as_criterion(offered, story.key) == offered
    with pytest.raises(SourceError, match="no story NOPE"):
        story_as_criterion(epic, "NOPE")


@pytest.mark.parametrize("head", ["## PAY-1 Pay\n\n", "PAY-1: "])
def test_a_story_is_its_own_criterion_without_the_marks_of_emphasis(head: str) -> None:
    (epic,) = read_pasted(f"{head}**As a** guest **I want** to pay by *card*.").epics
    (criterion,) = story_as_criterion(epic, "PAY-1").criteria
    assert criterion.text == "As a guest I want to pay by card."


@pytest.mark.parametrize("text", ["", "  \n\t\n", "\ufeff", "---\n***\n", "\u200b\u200b"])
def test_an_empty_paste_is_refused(text: str) -> None:
    with pytest.raises(SourceError, match="empty"):
        read_pasted(text)


def test_a_paste_of_two_megabytes_is_refused_at_once() -> None:
    with pytest.raises(SourceError, match="2,000,000"):
        read_pasted("x" * (2 * MAX_PASTED_CHARACTERS))


def test_made_ids_stay_when_text_is_added() -> None:
    before = read_pasted("As an agent I want to extend plans.\n- one is shown\n- two is shown")
    after = read_pasted(
        "As an agent I want to extend plans.\n- one is shown\n- two is shown\n- three is shown\n\n"
        "As a clerk I want to cancel plans.\n- four is shown"
    )
    assert [c.id for c in before.epics[0].criteria] == [c.id for c in after.epics[0].criteria][:2]
    assert before.epics[0].key == after.epics[0].key


def test_front_matter_and_metadata_of_a_story() -> None:
    text = """---
title: Payment plans
key: CC-10
release: Drop-3
labels: [a, b]
---
## CC-12 Extend
Epic: CC-10
Labels: urgent
As an agent I want x.
- y is shown
"""
    reading = read_pasted(text)
    (epic,) = reading.epics
    assert (epic.key, epic.title, epic.release, epic.labels) == (
        "CC-10",
        "Payment plans",
        "Drop-3",
        ("a", "b"),
    )
    assert epic.stories[0].labels == ("urgent",)


def test_as_kind_keeps_a_page_whole() -> None:
    reading = read_pasted("# Rules\nTeam: Billing\n\nBR-1: A must be B", as_kind="rules")
    assert reading.document.kind == "rules"
    assert reading.document.metadata.team == "Billing"
    assert not reading.epics


def test_a_copied_ticket_with_its_fields_below() -> None:
    text = (
        "CC-12\nExtend payment plan\n\nDescription\nAs an agent\nI want to extend a plan\n\n"
        "Acceptance Criteria\n\nAC 1: It is extended\nAC 2: A letter is sent\n\n"
        "Priority: Medium\nLabels: plans\nOut of scope: refunds\n"
    )
    (story,) = stories_of(text)
    assert (story.key, story.title, story.labels) == ("CC-12", "Extend payment plan", ("plans",))
    assert texts(story) == ["It is extended", "A letter is sent"]
    assert "refunds" in story.narrative


def test_a_label_of_one_paragraph_ends_at_the_next_item() -> None:
    text = "Plans\n\n1. It must be shown.\n\nOut of scope: refunds\n2. A letter must be sent.\n"
    (story,) = stories_of(text)
    assert texts(story) == ["It must be shown.", "A letter must be sent."]


def test_a_key_used_for_several_stories_stays_unique() -> None:
    text = "CC-2 - a title\nStory: CC-2 b title\n## Background c\nCC-1 - d title\nCC-2 - e title"
    sound(read_pasted(text))


def test_stories_are_numbered_beyond_a_thousand_and_a_year_is_no_number() -> None:
    lines = (f"Story {one}: The agent can search claim {one}." for one in range(995, 1010))
    text = "\n".join(lines)
    (epic,) = read_pasted(text).epics
    assert len(epic.stories) == 15
    assert epic.stories[-1].title == "The agent can search claim 1009."
    plans = "# Plans\n\nEpic 2024 goals are named here.\n\n- One is faster search."
    (epic,) = read_pasted(plans).epics
    assert epic.title == "Plans"
