"""HTML that lays out Markdown, and pages of one story each, as Notion and wikis export them."""

from __future__ import annotations

import pytest

from assistant.sources.files.files import read_file
from assistant.sources.pasted.layout_tags import leave_out_layout

USER = "0A1B2C3D-0001-4ABC-8DEF-0123456789AB"

STORY = """# LIB-{n} {title}

Status: Ready
Release: Spring
Epic: [Lending online](Lending%20online%20b169cef8d88fa6f9534b2126b252e2a7.md)

As a **reader** I want to {title} so that I need not come in.

## Acceptance criteria

- AC1 The loan is moved by 14 days.
- AC2 A loan that is overdue cannot be moved.

<aside>
🚧 Only staff see the fee.

</aside>
"""


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("One\n<aside>\n💡 Two\n\n</aside>\nThree", "One\n\n💡 Two\n\n\nThree"),
        ("<details><summary>Limits</summary>\n\n- 5\n</details>", "**Limits**\n\n- 5\n"),
        ('<div class="columns"><div>\nText\n</div></div>', "\nText\n"),
        ("Press <b>Save</b> in <aside>the margin</aside>.", None),
        ("```\n<aside>\n</aside>\n```\n<aside>\ny\n</aside>", "```\n<aside>\n</aside>\n```\n\ny\n"),
        ("Show `</details>` at the end", None),
        ("[[_TOC_]]\n# Loans\n  [[_TOSP_]] \n[TOC]\n[[toc]]\n{:toc}", "\n# Loans\n\n\n\n"),
        ("```\n[TOC]\n```\nWrite [TOC] for a table, see [[toc]].", None),
        (f"Ask @<{USER}>, @<b> or `a@<c>`.", "Ask @user, @<b> or `a@<c>`."),
        ("/status must answer 200.\n/close ends it\n/close\n    /status 200\n/cc @maud", None),
        ("<b>\n~todo\n~Draft, ~\"on hold\"\n~5 minutes\n@smoke\n</b>", None),
        (f"~~~\n@<{USER}>\n~~~", None),
    ],
)  # fmt: skip
def test_lines_of_layout_alone_go_and_what_they_hold_stays(text: str, left: str | None) -> None:
    assert leave_out_layout(text) == (text if left is None else left)


def test_a_page_of_one_story_is_a_document_of_its_own_below_the_epic_that_it_names() -> None:
    first, second = (
        read_file(f"LIB-{n} page.md", STORY.format(n=n, title=title).encode())
        for n, title in ((101, "renew a loan"), (102, "reserve a book"))
    )

    assert [one.document.id for one in (first, second)] == ["story:LIB-101", "story:LIB-102"]
    assert first.unread == ()
    assert first.document.title == "renew a loan"
    assert {epic.title for one in (first, second) for epic in one.epics} == {"Lending online"}
    assert len({epic.key for one in (first, second) for epic in one.epics}) == 1
    story = first.epics[0].stories[0]
    assert (story.key, first.epics[0].release) == ("LIB-101", "Spring")
    assert "aside" not in first.document.text
    for criterion in story.criteria:
        assert first.document.text[criterion.start : criterion.end].endswith(criterion.text)


def test_a_story_below_an_epic_with_a_key_is_called_after_itself() -> None:
    text = STORY.format(n=101, title="renew").replace(
        "Epic: [Lending online](Lending%20online%20b169cef8d88fa6f9534b2126b252e2a7.md)",
        "Epic: LIB-100 Lending online",
    )
    read = read_file("page.md", text.encode())
    assert (read.document.id, read.document.metadata.key) == ("story:LIB-101", "LIB-101")
    assert (read.epics[0].key, read.epics[0].title) == ("LIB-100", "Lending online")


def test_a_row_of_a_list_that_names_a_story_is_no_story() -> None:
    row = "# Declined\n\nApplies to: Loan\nMeaning: Turned down with a reason\nStory: LIB-102\n"
    read = read_file("Declined 3f2a.md", row.encode())
    assert (read.document.kind, read.epics) == ("page", ())
    told = read_file("page.md", b"Story: LIB-102\n\nAs a reader I want to renew a loan.\n")
    assert [story.key for story in told.epics[0].stories] == ["LIB-102"]


def test_a_list_of_notion_is_called_without_the_number_behind_its_name() -> None:
    number = "be1c1e272d242a6e7cbe3ca5c1f38014"
    read = read_file(
        f"Loan statuses {number}.csv", b"Name,Meaning\nOverdue,Not back by the due date\n"
    )
    assert read.document.title == "Loan statuses"
    assert number in read.document.id
