"""What a text strikes through is no source: neither read, nor indexed, nor tested."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.sources.files.files import read_file
from assistant.sources.pasted.pasted import read_pasted, read_text
from assistant.sources.pasted.strikethrough import leave_out_struck


@pytest.mark.parametrize(
    ("text", "kept", "count"),
    [
        ("cancel within ~~14~~ 10 days", "cancel within 10 days", 1),
        ("~~old~~ H2O", "H2O", 1),
        ("The fee is 7.00, ~~3.00 for members~~.", "The fee is 7.00.", 1),
        ("- one\n- ~~two~~\n- three", "- one\n- three", 1),
        ("> ~~Minimum 12 hives.\n> Valid for 30 days.~~ Kept.", "> Kept.", 1),
        ("| a | b |\n| --- | --- |\n| ~~x~~ | ~~y~~ |", "| a | b |\n| --- | --- |", 2),
        (
            "| Photo | ~~needed~~ ~~one~~ |\n| Notes | 30 ~~10~~ |\n| ~~Old~~ | no |",
            "| Notes | 30 |\n| | no |",
            4,
        ),
        ("`~~x~~` and\n```\n~~y~~\n```", "`~~x~~` and\n```\n~~y~~\n```", 0),
        ("from ~~A\n\nto~~ B", "from ~~A\n\nto~~ B", 0),
        ("~~~~ and \\~~no~~ and 5 ~~ 6 ~~ 7", "~~~~ and \\~~no~~ and 5 ~~ 6 ~~ 7", 0),
        ("~~~\n~~a~~\n~~~\n~~b~~ c", "~~~\n~~a~~\n~~~\nc", 1),
        ("```\n~~open~~", "```\n~~open~~", 0),
        ("1. a\n2. **~~b~~**\n3. c\n- [x] ~~d~~", "1. a\n3. c", 2),
        ("The **~~old~~** fee, **~~once~~ 7**", "The fee, ** 7**", 2),
        ("~~ca. ~14 days~~ 10 days", "10 days", 1),
        ("- ~~a\n- b~~ c", "- ~~a\n- b~~ c", 0),
        ("|~~5|~~10|", "|~~5|~~10|", 0),
        ("## ~~Old~~\ntext", "## ~~Old~~\ntext", 0),
    ],
)
def test_struck_passages_are_left_out(text: str, kept: str, count: int) -> None:
    assert leave_out_struck(text) == (kept, count)


@given(st.text(alphabet="a~`\\ \n|-,.", max_size=60))
def test_it_only_takes_away(text: str) -> None:
    kept, count = leave_out_struck(text)
    letters = iter(text)
    assert all(any(each == letter for letter in letters) for each in kept)
    assert (kept == text) == (count == 0)


def test_a_struck_limit_and_a_struck_criterion_are_not_read() -> None:
    reading = read_pasted(
        "# ABC-1 Cancel\n## ABC-2 As a customer I want to cancel\nAcceptance criteria:\n"
        "- The customer can cancel within ~~14~~ 10 days.\n- ~~The fee is EUR 5.00.~~\n"
    )
    (story,) = reading.epics[0].stories
    assert [each.text for each in story.criteria] == ["The customer can cancel within 10 days."]
    assert "Left out what the text strikes through (2 passages)." in reading.notes


def test_a_struck_story_leaves_its_criteria_to_no_other() -> None:
    reading = read_pasted(
        "# ABC-1 Cancel\n## ABC-2 As a customer I want to cancel\nAcceptance criteria:\n"
        "- One is shown.\n## ~~ABC-3 As a customer I want to delete~~\nAcceptance criteria:\n"
        "- Two is shown.\n"
    )
    assert [each.text for each in reading.epics[0].stories[0].criteria] == ["One is shown."]


def test_a_struck_item_of_a_numbered_list_is_no_criterion() -> None:
    reading = read_pasted(
        "h1. ABC-1 Cancel\nh2. ABC-2 As a customer I want to cancel\nAcceptance criteria:\n"
        "# One is shown.\n# -Two is shown.-\n# *-Three is shown.-*\n"
    )
    (story,) = reading.epics[0].stories
    assert [each.text for each in story.criteria] == ["One is shown."]


def test_a_page_is_kept_without_what_it_strikes_through() -> None:
    page = (
        "# Rules\n\nh2. is no heading here.\n\n~~Minimum order is 12 hives.~~ Old contracts only."
    )
    assert "12 hives" not in read_text(page, as_kind="page").document.text
    wiki = "h1. Rules\nThe fee is -5- 7 EUR.\n"
    assert "The fee is 7 EUR." in read_text(wiki, as_kind="page").document.text


def test_a_struck_criterion_of_an_exported_issue_is_not_read() -> None:
    rows = (
        "Summary,Issue key,Issue id,Issue Type,Status,Project key,Description,"
        "Custom field (Acceptance Criteria),Parent\n"
        "Cancel,ABC-1,1,Epic,To Do,ABC,Customers cancel.,,\n"
        'Cancel,ABC-2,2,Story,To Do,ABC,As a customer I want to cancel,"* The customer can cancel'
        ' -within 14 days- within 10 days.\n* -The fee is EUR 5.00.-",1\n'
    )
    reading = read_file("jira.csv", rows.encode())
    criteria = [each.text for epic in reading.epics for each in epic.criteria]
    assert criteria == ["The customer can cancel within 10 days."]
    assert "14" not in reading.document.text
    assert "Left out what the text strikes through (2 passages)." in reading.notes
