"""The Atlassian Document Format: every word is kept, apart from its neighbours, in Markdown."""

from __future__ import annotations

import json
from typing import Any

import pytest

from assistant.sources.files.files import read_file

Node = dict[str, Any]


def node(kind: str, *content: Node, **attrs: object) -> Node:
    """A node with its attributes and the nodes in it."""
    found: Node = {"type": kind}
    if attrs:
        found["attrs"] = attrs
    return found | ({"content": list(content)} if content else {})


def text(words: str, *marks: str | Node) -> Node:
    """A text node with marks."""
    given = [{"type": mark} if isinstance(mark, str) else mark for mark in marks]
    return {"type": "text", "text": words} | ({"marks": given} if given else {})


def paragraph(*content: Node | str) -> Node:
    """A paragraph of texts and inline nodes."""
    return node("paragraph", *(text(e) if isinstance(e, str) else e for e in content))


def item(*content: Node) -> Node:
    """An item of a list."""
    return node("listItem", *content)


def cell(*content: Node, header: bool = False, **attrs: object) -> Node:
    """A cell of a table."""
    return node("tableHeader" if header else "tableCell", *content, **attrs)


def markdown(*content: Node) -> str:
    """What is read of a document, as a file."""
    data = json.dumps({"version": 1, "type": "doc", "content": list(content)}).encode()
    return read_file("page.json", data).document.text.strip("\n")


def test_merged_cells_are_repeated_and_cells_hold_lines() -> None:
    found = markdown(node(
        "table",
        node("tableRow", cell(paragraph(text("Case", "strong")), header=True, colspan=2),
             cell(paragraph("Total ", text("sum", "strong")), header=True)),
        node("tableRow", cell(paragraph("A|B"), rowspan=2),
             cell(paragraph("one", node("hardBreak"), "two")),
             cell(node("bulletList", item(paragraph("x")), item(paragraph("y"))))),
        node("tableRow", cell(node("codeBlock", text("a = 1\nb = 2"), language="py")),
             cell(node("panel", paragraph("careful"), panelType="warning"),
                  node("nestedExpand", paragraph("inside"), title="More"))),
        node("tableRow", cell(node("table", node("tableRow", cell(paragraph("p")),
                                                 cell(paragraph("q"))))), cell(), cell()),
    ))  # fmt: skip
    assert found.split("\n") == [
        "| Case | Case | Total **sum** |",
        "| --- | --- | --- |",
        "| A\\|B | one<br>two | - x<br>- y |",
        "| A\\|B | a = 1<br>b = 2 | careful<br>**More**<br>inside |",
        "| p / q |  |  |",
    ]


def test_a_header_of_two_rows_is_one() -> None:
    found = markdown(node(
        "table",
        node("tableRow", cell(paragraph("Role"), header=True, rowspan=2),
             cell(paragraph("Limit"), header=True, colspan=2)),
        node("tableRow", cell(paragraph("Refund"), header=True),
             cell(paragraph("Credit"), header=True)),
        node("tableRow", cell(paragraph("Agent")), cell(paragraph("40")), cell(paragraph("15"))),
    ))  # fmt: skip
    assert found.split("\n") == [
        "| Role | Limit – Refund | Limit – Credit |", "| --- | --- | --- |", "| Agent | 40 | 15 |",
    ]  # fmt: skip


def test_lists_keep_their_levels_tasks_and_paragraphs() -> None:
    found = markdown(
        node("orderedList",
             item(paragraph("first"), node("bulletList", item(paragraph("inner")))),
             item(paragraph("second"), paragraph("more of it"),
                  node("codeBlock", text("```\nx\n```"))),
             order=9),
        node("taskList", node("taskItem", text("done"), state="DONE"),
             node("taskList", node("taskItem", text("part"), state="TODO")),
             node("blockTaskItem", paragraph("block"), state="TODO")),
        node("decisionList", node("decisionItem", text("agreed"), state="DECIDED"),
             node("decisionItem", text("open"), state="UNDECIDED")),
    )  # fmt: skip
    assert found == (
        "9. first\n   - inner\n10. second\n\n    more of it\n\n    ````\n    ```\n    x\n    ```\n"
        "    ````\n\n- [x] done\n  - [ ] part\n- [ ] block\n\n- agreed\n- open (undecided)"
    )


def test_marks_are_written_once_around_what_has_them() -> None:
    link: Node = {"type": "link", "attrs": {"href": "https://a.example"}}
    colour: Node = {"type": "textColor", "attrs": {"color": "#ff0000"}}
    raised: Node = {"type": "subsup", "attrs": {"type": "sup"}}
    found = markdown(
        paragraph(text("Acc", "strong"), text("ept", "strong", colour),
                  text(" it", "strong", "em")),
        paragraph(text("see ", link), text("here", link, "underline"), " or not"),
        paragraph("use ", text("a`b", "code", "strong"), " and 10", text("6", raised)),
        paragraph(text("old", "strike"), " H", text("2", {"type": "subsup",
                                                        "attrs": {"type": "sub"}}), "O"),
    )  # fmt: skip
    assert found.split("\n\n") == [
        "**Accept _it_**",
        "[see here](https://a.example) or not",
        "use **``a`b``** and 10^6",
        "H2O",
    ]


def test_inline_nodes_are_not_glued_to_words() -> None:
    found = markdown(
        paragraph("Ask", node("mention", id="1", text="@Ada"), node("status", text="TO DO"),
                  node("status", text="DONE"), "(", node("date", timestamp="1700000000000"), ")."),
        paragraph("See", node("inlineCard", url="https://a.example/x"), "and",
                  node("inlineCard", data={"name": "Rules", "url": "https://b.example"}),
                  node("emoji", shortName=":ok:", text="👌"), ", ",
                  node("placeholder", text="name"), "!"),
    )  # fmt: skip
    assert found.split("\n\n") == [
        "Ask @Ada TO DO DONE (2023-11-14).",
        "See https://a.example/x and [Rules](https://b.example)👌, name!",
    ]


def test_pictures_cards_layouts_and_expands() -> None:
    found = markdown(
        node("mediaSingle", node("media", type="file", id="1", alt="The form"),
             node("caption", text("As it "), text("looks", "em")), layout="center"),
        node("mediaGroup", node("media", type="file", id="2", __fileName="a.pdf")),
        node("layoutSection", node("layoutColumn", paragraph("left"), width=50),
             node("layoutColumn", node("heading", text("right"), node("hardBreak"), text("side"),
                                       level=3), width=50)),
        node("expand", paragraph("hidden"), title="Details"),
        node("embedCard", url="https://c.example"),
        node("blockquote", paragraph("said"), paragraph("again")),
        node("rule"),
    )  # fmt: skip
    assert found.split("\n\n") == [
        "[picture: The form]", "As it _looks_", "[picture: a.pdf]", "left", "### right side",
        "**Details**", "hidden", "https://c.example", "> said\n>\n> again", "---",
    ]  # fmt: skip


def test_elements_of_apps_keep_their_words() -> None:
    def macro(name: str, /, **given: str) -> dict[str, object]:
        params = {each: {"value": value} for each, value in given.items()}
        return {"extensionKey": name, "parameters": {"macroParams": params}}

    found = markdown(
        node("bodiedExtension", paragraph("one"), paragraph("two"), **macro("panel", title="Rule")),
        node("multiBodiedExtension",
             node("extensionFrame", paragraph("tab"), node("bulletList", item(paragraph("x")))),
             node("extensionFrame", paragraph("next")), extensionKey="tabs"),
        node("extension", **macro("include", page="Other page")),
        node("extension", **macro("toc", maxLevel="3")),
        node("extension", extensionKey="k", text="what the app shows"),
        paragraph("Issue", node("inlineExtension", **macro("jira", key="AB-1"))),
    )  # fmt: skip
    assert found.split("\n\n") == [
        "**Rule**", "one", "two", "tab", "- x", "next", "[include: Other page]",
        "what the app shows", "Issue AB-1",
    ]  # fmt: skip


def test_unknown_nodes_keep_their_words_apart() -> None:
    found = markdown(
        node("hologram", paragraph("a"), node("shelf", paragraph("b"), paragraph("c"))),
        node("hologram", text("in"), text("line")),
        paragraph("before", node("newInline", text("its words")), "behind"),
        node("unsupportedBlock", originalValue=node("someMacro", paragraph("kept"))),
        node("confluenceUnsupportedBlock", cxhtml="<p>from <b>storage</b></p>"),
        node("heading", text("Odd"), level="high"),
    )
    assert found.split("\n\n") == [
        "a", "b", "c", "inline", "before its words behind", "kept", "from **storage**", "# Odd",
    ]  # fmt: skip


@pytest.mark.long
@pytest.mark.parametrize("kind", ["blockquote", "hologram", "expand"])
def test_deep_and_wide_documents_are_read(kind: str) -> None:
    deep = paragraph("core")
    for _ in range(40):
        deep = node(kind, deep)
    wide = [paragraph(text(f"w{n}", "strong"), text("x", "em")) for n in range(5000)]
    found = markdown(deep, *wide)
    assert "core" in found
    assert "**w4999**_x_" in found
