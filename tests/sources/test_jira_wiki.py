"""Jira wiki text: recognised, converted, and read as any Markdown epic."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest

from assistant.sources.jira_wiki import is_jira_wiki, jira_to_markdown
from assistant.sources.pasted import read_pasted
from assistant.sources.reading import Reading

WIKI = """h1. CC-10 Payment plans
*Release:* Drop-3

h2. CC-12 Extend
As an agent I want to extend plans so that customers stay.

h3. Acceptance criteria
* The *agent* sees {color:red}the plan{color}
** in green
# First numbered
# Second [numbered|https://example.com/a]

||Given||When||Then||
|a plan|extended|saved|

{panel:title=Out of scope}
* Refunds
{panel}

h2. CC-13 Cancel
{noformat}
Given a plan
When cancelled
Then closed
{noformat}
"""


def test_a_wiki_epic(sound: Callable[[Reading], None]) -> None:
    reading = read_pasted(WIKI)
    sound(reading)
    (epic,) = reading.epics
    assert (epic.key, epic.title, epic.release) == ("CC-10", "Payment plans", "Drop-3")
    extend, cancel = epic.stories
    assert [c.text for c in extend.criteria] == [
        "The **agent** sees the plan\n   - in green",
        "First numbered",
        "Second [numbered](https://example.com/a)",
        "Given a plan\nWhen extended\nThen saved",
    ]
    assert "Refunds" in extend.narrative
    assert [c.text for c in cancel.criteria] == ["Given a plan\nWhen cancelled\nThen closed"]
    assert any("Jira wiki" in note for note in reading.notes)


@pytest.mark.parametrize(
    ("wiki", "markdown"),
    [
        ("h3. Title", "### Title"),
        ("*bold* and _it_ and +ins+ and -gone-", "**bold** and _it_ and ins and ~~gone~~"),
        ("5-10 days - not - struck", "5-10 days - not - struck"),
        ("{{mono}}", "`mono`"),
        ("[~user] and [https://a.b/c]", "@user and <https://a.b/c>"),
        ("# a\n# b\n## c\n# d", "1. a\n2. b\n   1. c\n3. d"),
        ("* a\n** b\n*# c", "- a\n   - b\n   1. c"),
        ("bq. quoted", "> quoted"),
        ("----", "---"),
        ("{code:java}\nint x = *y*;\n{code}", "```java\nint x = *y*;\n```"),
        ("{noformat}one{noformat}", "```\none\n```"),
        ("2*3*4 and a_b_c", "2*3*4 and a_b_c"),
    ],
)
def test_notation(wiki: str, markdown: str) -> None:
    assert jira_to_markdown(wiki) == markdown


def test_markdown_is_not_taken_for_wiki_text() -> None:
    assert not is_jira_wiki(
        "# Title\n\n## Part\n\n* item\n* **bold** item\n\n| a | b |\n|---|---|\n| 1 | 2 |"
    )
    assert not is_jira_wiki("As a user I want {{SIZE}} meters\n\n*emphasis*\n")
    assert is_jira_wiki("*Acceptance criteria*\n# one\n# two")


def test_conversion_time_grows_with_the_length_only() -> None:
    begin = time.perf_counter()
    jira_to_markdown(WIKI * 2000)
    assert time.perf_counter() - begin < 15
