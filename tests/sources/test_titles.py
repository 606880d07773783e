"""Titles keep what was written: identifiers, paths and signs are no Markdown."""

from __future__ import annotations

import pytest

from assistant.sources.files.files import read_file
from assistant.sources.pasted.lines import plain
from assistant.sources.pasted.pages import text_kind
from assistant.sources.pasted.pasted import read_pasted

TITLES = [
    "Update agf__ADM_Work__c",
    "Copy C:\\temp to \\\\server\\share",
    "Compute 2*3 of snake_case",
    "Delete *.tmp below C:\\new",
    "Set `my_var_name` to a_b_c".replace("`", ""),
    "Show 3 * 4 = 12",
    "Map copado__User_Story__c and agf__ADM_Epic__c",
]
FORMS = [
    "# ABC-1 {}", "# ABC-1: {}", "## Story ABC-1: {}", "# Epic: ABC-1 {}", "**ABC-1 {}**",
    "ABC-1 - {}", "Story ABC-1: {}", "# {} [ABC-1]", "# **ABC-1** {}", "# 1.2 ABC-1 {}",
]  # fmt: skip


@pytest.mark.long
@pytest.mark.parametrize("title", TITLES)
@pytest.mark.parametrize("form", FORMS)
def test_a_heading_with_a_key_keeps_what_was_written(form: str, title: str) -> None:
    text = f"{form.format(title)}\n\nAcceptance criteria:\n- A name is shown.\n"
    for reading in (read_pasted(text), read_file("a.md", text.encode())):
        (epic,) = reading.epics
        assert {epic.title, *(story.title for story in epic.stories)} == {title}
        assert "ABC-1" in {epic.key, *(story.key for story in epic.stories)}


@pytest.mark.parametrize(
    ("written", "title"),
    [
        ("# ABC-1 Use `agf__Subject__c` now", "Use agf__Subject__c now"),
        ("# **ABC-1 Update it**", "Update it"),
        ("# ABC-1 **Update** the *name*", "Update the name"),
        ("# ABC-1 Save agf\\_\\_ADM\\_Work\\_\\_c", "Save agf__ADM_Work__c"),
    ],
)
def test_markdown_around_words_is_no_part_of_a_title(written: str, title: str) -> None:
    (epic,) = read_pasted(f"{written}\n\n- A name is shown.\n").epics
    assert " ".join(epic.title.split()) == title


def test_a_story_sentence_gives_a_title_with_its_identifiers() -> None:
    text = "As an admin I want to map agf__ADM_Work__c to C:\\temp so that I see 2*3 rows.\n"
    (epic,) = read_pasted(text + "\n- A name is shown.\n").epics
    assert epic.stories[0].title == "Map agf__ADM_Work__c to C:\\temp"


@pytest.mark.parametrize(
    ("text", "blanked"),
    [
        (
            "**Bold** and *thin* and __both__ and _one_",
            "  Bold   and  thin  and   both   and  one ",
        ),
        ("* item of snake_case", "  item of snake_case"),
        ("- **Story: A", "-   Story: A"),
        ("Title**", "Title  "),
        ("C:\\temp\\", "C:\\temp "),
        ("2*3*4 and a_b_c", "2*3*4 and a_b_c"),
        ("`code_name` is", " code_name  is"),
    ],
)
def test_only_marks_are_blanked_and_the_length_stays(text: str, blanked: str) -> None:
    assert plain(text) == blanked
    assert len(plain(text)) == len(text)


@pytest.mark.parametrize("need", ["agf__ADM_Work__c rows", "eBay orders", "x2 rates"])
def test_an_identifier_at_the_beginning_of_a_title_keeps_its_case(need: str) -> None:
    text = f"As an admin I want {need} so that I see them.\n\n- A name is shown.\n"
    assert read_pasted(text).epics[0].stories[0].title == need


TIERS = """# ABC-1 Charges

## Acceptance criteria

{}

| Kilometres over | Rate |
|---|---|
| 0 - 1,000 | EUR 0.00 |
| more than 1,000 | EUR 0.08 |

{}
"""
ROWS = [
    "Kilometres over: 0 - 1,000; Rate: EUR 0.00",
    "Kilometres over: more than 1,000; Rate: EUR 0.08",
]


@pytest.mark.parametrize("bullet", ["", "- "])
def test_a_lead_in_of_a_table_that_states_a_rule_is_a_criterion(bullet: str) -> None:
    rule = "Mileage is what exceeds the contract. A rate holds for its own kilometres only:"
    text = TIERS.format(f"{bullet}{rule}", f"{bullet}A late fee is charged.")
    (epic,) = read_pasted(text).epics
    assert [one.text for one in epic.criteria] == [rule, *ROWS, "A late fee is charged."]
    assert {one.title for one in epic.criteria[1:3]} == {"A rate holds for its own kilometres only"}


@pytest.mark.parametrize("lead", ["The rates are:", "- The rates are:", "Example 1. Rates:"])
def test_a_lead_in_that_only_names_a_table_is_the_title_of_its_rows(lead: str) -> None:
    (epic,) = read_pasted(TIERS.format(lead, "")).epics
    assert [one.text for one in epic.criteria] == ROWS
    assert all(one.title.endswith(("The rates are", "Rates")) for one in epic.criteria)


@pytest.mark.parametrize(
    ("begins", "title"),
    [
        ("<p>Status: agreed &nbsp; Owner: Ann</p><h2>1. Open days</h2>", "open days"),
        ("<h2>1. Open days</h2>", "open days"),
        ("<p>Status: agreed</p><h1>Days of the pier</h1><h2>1. Open days</h2>", "Days of the pier"),
        ("<p>Days of the pier</p><h2>1. Open days</h2>", "Days of the pier"),
        ("<p>Owner: Ann</p><p>The pier opens at 9.</p>", "open days"),
    ],
)
def test_a_title_is_no_line_of_metadata_and_no_section(begins: str, title: str) -> None:
    ends = "<h2>2. Fees</h2>" if "<h2>" in begins else ""
    page = f"<html><body>{begins}<p>The pier opens at 8.</p>{ends}</body></html>"
    assert read_file("open_days.xhtml", page.encode()).document.title == title


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("24 Hour Cancellation", "Fees"), ("3 ways to pay", "2 ways to cancel"),
        ("1. Open days", "Fees"), ("360 Degree feedback", "2. Fees"),
    ],
)  # fmt: skip
def test_a_title_may_begin_with_a_number(first: str, second: str) -> None:
    page = f"<p>Please note</p><h2>{first}</h2><p>Cancel by 8.</p><h2>{second}</h2><p>None.</p>"
    assert read_file("spec.html", page.encode()).document.title == first


def test_the_rest_of_a_sentence_that_begins_with_a_key_is_no_story() -> None:
    page = (
        "# Plan\n\nCounter sessions of both branches are used, GRE-1 and\nBIE-1 are open all day.\n"
    )
    assert text_kind(page) == "page"
    reading = read_pasted(f"{page}\n- CC-11 refund a payment\n- CC-12 refund a part\n")
    keys = [story.key for epic in reading.epics for story in epic.stories]
    assert "BIE-1" not in keys


def test_a_plan_of_the_acceptance_test_holds_no_criteria() -> None:
    plan = "# 1 Scope\n\nUser acceptance test of release 2.0: areas Counter and Bar.\n\n# 2 Dates\n"
    assert text_kind(plan) == "page"
    kept = read_pasted("## CC-12 Refund\n\nAcceptance criteria for CC-12:\n- It is paid.\n")
    assert [one.text for epic in kept.epics for one in epic.criteria] == ["It is paid."]


@pytest.mark.parametrize("called", ["UAT plan – Kornhof R1.0", "Testkonzept", "Plan de recette"])
def test_when_a_test_is_passed_is_no_criterion_of_a_story(called: str) -> None:
    told = "# Acceptance criteria\n\n- all prio-1 bugs closed\n- 90 % of planned cases passed\n"
    assert text_kind(f"{called}\n\n{told}", called) == "page"
    assert text_kind(f"# {called}\n\n#{told}") == "page"
    assert text_kind(told) == "epic"
    story = "As a clerk I want to pay.\n\n"
    assert text_kind(f"{called}\n\n{story}{told}", called) == "epic"


def test_a_document_of_several_epics_is_not_called_by_its_first() -> None:
    story = "## CC-1{n} Pay\n\nAs a clerk I want to pay.\n\nAcceptance criteria:\n- It is paid.\n\n"
    two = "".join(f"# Epic: Part {n}\n\n" + story.format(n=n) for n in (1, 2))
    (first, second) = read_file("Release_9_backlog.md", two.encode()).epics
    assert (first.title, second.title) == ("Part 1", "Part 2")
    assert read_file("Release_9_backlog.md", two.encode()).document.title == "Release 9 backlog"
    one = two.partition("# Epic: Part 2")[0]
    assert read_file("Release_9_backlog.md", one.encode()).document.title == "Part 1"
