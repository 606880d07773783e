"""Jira wiki text: recognised, converted, and read as any Markdown epic."""

from __future__ import annotations

import time

import pytest
from reading_checks import sound

from assistant.sources.pasted.jira_wiki import is_jira_wiki, jira_to_markdown
from assistant.sources.pasted.pasted import read_pasted

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


def test_a_wiki_epic() -> None:
    reading = read_pasted(WIKI)
    sound(reading)
    (epic,) = reading.epics
    assert (epic.key, epic.title, epic.release) == ("CC-10", "Payment plans", "Drop-3")
    extend, cancel = epic.stories
    assert [c.text for c in extend.criteria] == [
        "The agent sees the plan\n   - in green",
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
        (
            "* It shows: {quote}Paid on {date}.{quote} in red",
            "- It shows: “Paid on {date}.” in red",
        ),
        ("{quote}Why?{quote}\nSo", "\n> Why?\n\nSo"),
        ("----", "---"),
        ("{code:java}\nint x = *y*;\n{code}", "```java\nint x = *y*;\n```"),
        ("{noformat}one{noformat}", "```\none\n```"),
        ("2*3*4 and a_b_c", "2*3*4 and a_b_c"),
        (r"8 \-\- 64, \*all\*, \[a\], \{x\}, a\_b", "8 -- 64, *all*, [a], {x}, a_b"),
        (r"\* no item", "* no item"),
        (r"up to \{code} only", "up to {code} only"),
        ("{toc:maxLevel=2}{children}", ""),
        ("{section}\n{column:width=5%}\nwords{column}\n{section}", "\n\nwords\n\n"),
        ("GET /orders/{code}/{section}/{div}", "GET /orders/{code}/{section}/{div}"),
        ("{info}Only once.{info}", "\nOnly once.\n"),
        ("Say {code} here", "Say {code} here"),
        (
            "{*}Note{*}: H{~}2{~}O, {_}x{_}^2^, a{-}b{-} {+}c{+}d",
            "**Note**: H2O, _x_^2^, a~~b~~ cd",
        ),
        ("{*}Given {*}a ~small~ plan, ~5 to ~10 days", "**Given** a small plan, ~5 to ~10 days"),
        ("Call {code:java}f(*a*);{code} now", "Call\n```java\nf(*a*);\n```\nnow"),
        ("Call: {noformat}\n*a*\n{noformat}\nend", "Call:\n```\n*a*\n```\nend"),
    ],
)
def test_notation(wiki: str, markdown: str) -> None:
    assert jira_to_markdown(wiki) == markdown


@pytest.mark.parametrize(
    ("wiki", "jira", "confluence"),
    [
        ("[https://a.b/c|https://a.b/c]", "<https://a.b/c>", "<https://a.b/c>"),
        ("[https://a.b/c|https://a.b/c|smart-link]", "<https://a.b/c>", "<https://a.b/c>"),
        ("[the *plan*|https://a.b/-c-]", *("[the **plan**](https://a.b/-c-)",) * 2),
        ("[mailto:ada@a.b]", "<ada@a.b>", "<ada@a.b>"),
        ("[~ada] [~accountid:5b10ac8d82e05b22cc7d4ef5]", "@ada @user", "@ada @user"),
        ("[^spec v2.pdf] [#limits]", "spec v2.pdf limits", "spec v2.pdf limits"),
        ("[optional] and [1]", "[optional] and [1]", "optional and 1"),
        ("[Yes|No] [Mr|Mrs|Ms]", "Yes (No) Mr (Mrs, Ms)", "Yes Mr"),
        ("[debug()|default:View Debug]", "debug() (default:View Debug)", "debug()"),
        ("[SPACE:Page name]", "[SPACE:Page name]", "Page name"),
        ("[Note: see 10:30]", "[Note: see 10:30]", "Note: see 10:30"),
        ("[Page#top] [C# rules]", "[Page#top] [C# rules]", "Page C# rules"),
        ("[/2011/05/12/News of May]", "[/2011/05/12/News of May]", "News of May"),
        ("[ ] a, [x] b, {{c[0]}} and d[1]", *("[ ] a, [x] b, `c[0]` and d[1]",) * 2),
        (r"\[Other page\]", "[Other page]", "[Other page]"),
        ("a{div:class=x}b{div} c", "a{div:class=x}b{div} c", "ab c"),
        ("a {comment}b{comment}c", "a {comment}b{comment}c", "a\nc"),
        ("{comment}== a\nb ==={comment}\nc", "{comment}== a\nb ==={comment}\nc", "c"),
        ("{comment}a\nb", "{comment}a\nb", "{comment}a\nb"),
        ("A&nbsp;B &lt; C", "A&nbsp;B &lt; C", "A B < C"),
        ("|a|[b|https://c.d/?e=1&copy=2|tip]|", *("\n| a | [b](https://c.d/?e=1&copy=2) |",) * 2),
        (r"|a\|b|!c.png|width=3!|", *("\n| a\\|b | ![c.png](c.png) |",) * 2),
    ],
)  # fmt: skip
def test_links_of_both_tools(wiki: str, jira: str, confluence: str) -> None:
    assert jira_to_markdown(wiki) == jira
    assert jira_to_markdown(wiki, confluence=True) == confluence


def test_markdown_is_not_taken_for_wiki_text() -> None:
    assert not is_jira_wiki(
        "# Title\n\n## Part\n\n* item\n* **bold** item\n\n| a | b |\n|---|---|\n| 1 | 2 |"
    )
    assert not is_jira_wiki("As a user I want {{SIZE}} meters\n\n*emphasis*\n")
    assert is_jira_wiki("*Acceptance criteria*\n# one\n# two")
    assert not is_jira_wiki("# A title\n\nWrite {code} around code.\n")
    assert is_jira_wiki("# one\n\n{code}\na\n{code}\n# two")


@pytest.mark.long
def test_conversion_time_grows_with_the_length_only() -> None:
    begin = time.perf_counter()
    jira_to_markdown(WIKI * 2000)
    assert time.perf_counter() - begin < 15


@pytest.mark.slow
@pytest.mark.parametrize("confluence", [False, True])
@pytest.mark.parametrize(
    ("begin", "shape"),
    [("", "{quote}"), ("", "x {code:a} {info} "), ("{info}", "x {code:a} "), ("", "x {code}\n"),
     ("|a|b\n", "x\n"), ("", "{comment}"), ("", "{comment:a} x "), ("", "{*}a"), ("", "~a "),
     ("", "[a|"), ("", "{toc:"), ("|", "[a| ")],
)  # fmt: skip
def test_no_shape_takes_long(begin: str, shape: str, confluence: bool) -> None:
    text = begin + shape * (500_000 // len(shape))
    started = time.perf_counter()
    jira_to_markdown(text, confluence=confluence)
    assert time.perf_counter() - started < 15
