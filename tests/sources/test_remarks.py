"""What people remarked between the lines of a pasted epic: theirs, and no criterion."""

from __future__ import annotations

import pytest

from assistant.knowledge.chunks.chunking import split
from assistant.sources.pasted.names_and_ids import comment_head
from assistant.sources.pasted.pasted import REMARKS, read_pasted

STORY = """# PAY-1 Refunds

## PAY-2 Refund a charge
As an agent I want to refund a charge, so that the customer gets the money back.

Acceptance criteria
- A refund of up to £250.00 is paid at once.
- The customer gets a letter.

Comment by A. Lee, 2026-05-03: Is a letter enough? My people send mails.
Comment by B. Moore, 2026-05-04: Decided: a mail at most 2 days later.

It holds for all brands:
- also for the smaller ones.

## PAY-3 Stop a charge
As an agent I want to stop a charge, so that nothing is taken.

Acceptance criteria
- Kommentar von C. Ott, 05.05.2026: Wirklich sofort?
- A stopped charge is taken from nobody.
"""


def test_a_remark_and_all_below_it_is_no_criterion_and_is_told() -> None:
    reading = read_pasted(STORY)
    epic = reading.epics[0]
    assert [[one.text for one in story.criteria] for story in epic.stories] == [
        ["A refund of up to £250.00 is paid at once.", "The customer gets a letter."],
        ["A stopped charge is taken from nobody."],
    ]
    assert REMARKS.format("3 comments") in reading.notes
    assert not reading.unread


def test_each_remark_is_a_source_of_its_own_by_somebody_on_a_day() -> None:
    reading = read_pasted(STORY)
    document = reading.document.model_copy(update={"places": reading.places})
    said = [one for one in split(document, epics=reading.epics) if one.is_comment]
    more = said.pop(2)
    assert (more.place, more.text) == (said[1].place, "- also for the smaller ones.")
    assert [(one.place, one.heading.split(" > ")[1]) for one in said] == [
        ("comment by A. Lee, 2026-05-03", "PAY-2 Refund a charge"),
        ("comment by B. Moore, 2026-05-04", "PAY-2 Refund a charge"),
        ("comment by C. Ott, 2026-05-05", "PAY-3 Stop a charge"),
    ]
    assert said[1].text.startswith("Comment by B. Moore, 2026-05-04: Decided")


def test_a_story_below_a_remark_begins_anew() -> None:
    text = (
        "As a driver I want to park, so that I can rest.\n\nComment by A. Lee, 2026-05-03: Why?\n\n"
        "As a guest I want to book, so that I have a room.\n"
    )
    [epic] = read_pasted(text).epics
    assert len(epic.stories) == 2


@pytest.mark.parametrize(
    ("line", "who", "words"),
    [
        ("**Comment (M. Osei, 3 Nov 2026):** Decided.", ("M. Osei", "2026-11-03"), "Decided."),
        ("Ann Lee added a comment - 03/Nov/26 10:12 AM", ("Ann Lee", "2026-11-03"), ""),
        ("ann-lee commented on Nov 3, 2026", ("ann-lee", "2026-11-03"), ""),
        ("> Comment by Ann: fine", ("Ann", ""), "fine"),
        ("Comment of 2026-11-03: four", ("", "2026-11-03"), "four"),
        ("#### Comment by Ann Lee, 2026-05-03", ("Ann Lee", "2026-05-03"), ""),
        ("> **Ann Lee** – 03.05.2026 16:42", ("Ann Lee", "2026-05-03"), ""),
        (
            "Ann van der Lee, 03.05.2026 09:15: Decided.",
            ("Ann van der Lee", "2026-05-03"),
            "Decided.",
        ),
        ("> Ann Lee (3 May 2026): Decided.", ("Ann Lee", "2026-05-03"), "Decided."),
        ("Commentaire de Léa Roux, 3 novembre 2026 : non", ("Léa Roux", "2026-11-03"), "non"),
    ],
)
def test_heads_of_remarks(line: str, who: tuple[str, str], words: str) -> None:
    found = comment_head(line)
    assert found is not None
    assert (found[:2], line[found[2] :]) == (who, words)


@pytest.mark.parametrize(
    "line",
    [
        "Comments: see the page",
        "Comment by the customer: is stored with the ticket",
        "Comment field: at most 250 characters",
        "Comments are stored for 30 days: then deleted",
        "A comment by the agent is mandatory: 10 to 250 characters",
        "Valid from 01.04.2025 09:15",
        "Release 2.1 – 11.03.2025 09:15",
        "Decided by Ann Lee, 2026-05-03: the limit is 3",
        "Ann Lee, 2026-05-03",
        "The shop opens on 11.03.2025 at 09:15",
        "Comment: from 2026-05-03 the limit is 3",
        "Comments from 1 January 2027: deleted after 30 days",
    ],
)
def test_words_about_comments_are_none(line: str) -> None:
    assert comment_head(line) is None
