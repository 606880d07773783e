"""Confluence: storage format, XML space exports and HTML exports, REST pages."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from file_writers import archive

from assistant.sources.files.batches import read_files
from assistant.sources.files.files import read_file
from assistant.sources.reading import Reading

STORAGE = """<h2>Limits</h2><ac:structured-macro ac:name="toc" /><p>See
<ac:structured-macro ac:name="jira"><ac:parameter ac:name="server">S</ac:parameter>
<ac:parameter ac:name="key">ABC-121</ac:parameter></ac:structured-macro>, state
<ac:structured-macro ac:name="status"><ac:parameter ac:name="colour">Green</ac:parameter>
<ac:parameter ac:name="title">LIVE</ac:parameter></ac:structured-macro>.</p>
<ac:structured-macro ac:name="code"><ac:parameter ac:name="language">java</ac:parameter>
<ac:plain-text-body><![CDATA[if (a < 1) {
  b();
}]]></ac:plain-text-body></ac:structured-macro>
<ac:task-list><ac:task><ac:task-id>7</ac:task-id><ac:task-status>incomplete</ac:task-status>
<ac:task-body>ask the team</ac:task-body></ac:task><ac:task><ac:task-id>8</ac:task-id>
<ac:task-status>complete</ac:task-status><ac:task-body>decide</ac:task-body></ac:task>
</ac:task-list>
<ac:structured-macro ac:name="info"><ac:parameter ac:name="title">Note</ac:parameter>
<ac:rich-text-body><p>Only <strong>once</strong>.</p></ac:rich-text-body></ac:structured-macro>
<p><ac:link><ri:page ri:content-title="Other rules" /></ac:link> by
<ac:link><ri:user ri:username="ada" /></ac:link></p>
<table><tbody><tr><th>Plan</th><th>Limit</th></tr>
<tr><td><p>Basic</p></td><td><ul><li>14 days</li><li>once</li></ul></td></tr></tbody></table>"""


def test_storage_format_with_macros_tasks_tables_and_code() -> None:
    text = read_file("page.html", STORAGE.encode()).document.text
    assert "See\nABC-121, state\nLIVE." in text.replace(" \n", "\n")
    assert "```java\nif (a < 1) {\n  b();\n}\n```" in text
    assert "- [ ] ask the team\n- [x] decide" in text
    assert "**Note**\n\n> Only **once**." in text
    assert "Other rules by\n@ada" in text
    assert "| Plan | Limit |\n| --- | --- |\n| Basic | - 14 days<br>- once |" in text
    for glued in ("javaif", "incomplete", "Green", "SABC", "7"):
        assert glued not in text.replace("14", "")


@pytest.mark.parametrize(
    ("user", "shown"),
    [
        ('ri:username="ada"', "@ada"),
        ('ri:userkey="2c9e48d553c3b7db015516fa640b00bd"', "@user"),
        ('ri:userkey="ada"', "@user"),  # a key is no name, whatever it looks like
        ('ri:account-id="557058:f58131cb-b67d-43c7-b30d-6b58d40bd077"', "@user"),
        ('ri:account-id="5b10ac8d82e05b22cc7d4ef5"', "@user"),
        ('ri:account-id="ada.l"', "@ada.l"),
    ],
)
def test_a_key_of_a_user_is_not_shown(user: str, shown: str) -> None:
    page = f"<p><ac:link><ri:user {user} /></ac:link>, please look. Owner: <ri:user {user} /></p>"
    text = read_file("page.html", page.encode()).document.text
    assert text == f"{shown}, please look. Owner: {shown}\n"
    named = page.replace("</ac:link>", "<ac:link-body>Ada L.</ac:link-body></ac:link>")
    assert "Ada L., please" in read_file("page.html", named.encode()).document.text


def thing(kind: str, number: int | str, *properties: str) -> str:
    return f'<object class="{kind}"><id name="id">{number}</id>{"".join(properties)}</object>'


def value(name: str, words: str) -> str:
    return f'<property name="{name}"><![CDATA[{words}]]></property>'


def link(name: str, kind: str, number: int | str) -> str:
    return f'<property name="{name}" class="{kind}"><id name="id">{number}</id></property>'


def exported(*things: str) -> str:
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n<hibernate-generic datetime="2026-11-01">'
        + "\n".join(things)
        + "</hibernate-generic>\n"
    )


def one_page(body: str, *more: str) -> str:
    """A space export of one page in the markup that ``body`` has."""
    return exported(
        thing("Page", 10, value("title", "Rules *here*"), value("contentStatus", "current")),
        thing("BodyContent", 20, value("body", body), link("content", "Page", 10), *more),
    )


def entities(body: str) -> str:
    """A space export: a page with an old version and a deleted one, a label, a blog post."""
    current = value("contentStatus", "current")
    space = link("space", "Space", 1)
    escaped = body.replace("]]>", "]] >")
    return exported(
        thing("Space", 1, value("key", "CARE")),
        thing("Page", 10, value("title", "Business rules"), current, space),
        thing("Page", 9, value("title", "Business rules"), current, space,
                link("originalVersion", "Page", 10)),
        thing("Page", 8, value("title", "Gone"), value("contentStatus", "deleted"), space),
        thing("Page", 11, value("title", "Child"), current, space, link("parent", "Page", 10)),
        thing("BlogPost", 12, value("title", "News"), current, space),
        thing("BodyContent", 20, value("body", escaped), link("content", "Page", 10)),
        thing("BodyContent", 21, value("body", "<p>old words</p>"), link("content", "Page", 9)),
        thing("BodyContent", 22, value("body", "<p>child words</p>"), link("content", "Page", 11)),
        thing("BodyContent", 23, value("body", "<p>news</p>"), link("content", "BlogPost", 12)),
        thing("Label", 30, value("name", "billing")),
        thing("Labelling", 31, link("label", "Label", 30), link("content", "Page", 10)),
    )  # fmt: skip


def test_space_export_gives_current_pages() -> None:
    data = archive(
        {"entities.xml": entities(STORAGE), "exportDescriptor.properties": "spaceKey=CARE",
         "attachments/10/1/1": b"picture"}
    )  # fmt: skip
    found = list(read_files("space.zip", data))
    readings = [each.reading for each in found if each.reading]
    assert [r.document.title for r in readings] == ["Business rules", "Child", "News"]
    rules = readings[0]
    assert rules.document.id == "confluence:10"
    assert rules.document.kind == "rules"
    assert rules.document.metadata.project == "CARE"
    assert rules.document.metadata.labels == ("billing",)
    assert "if (a < 1) {" in rules.document.text
    assert "| Basic | - 14 days<br>- once |" in rules.document.text
    assert all("old words" not in r.document.text for r in readings)
    assert rules.report.unread_parts == (
        "1 attached files", "2 old versions, drafts or deleted pages",
    )  # fmt: skip


WIKI = r"""{toc:maxLevel=2}
{tip}You can get it here:&nbsp;[http://x.example/d|http://x.example/d]
{tip}

{section}
{column:width=60%}
h2. {anchor:pw}Password rules
{column}
{section}
# At least *8* characters \-\- no more than 64.
# [debug()|default:View Debug] shows \{it\}.
#* See [Other page], [the *table*|Other page#top], [SPACE:Page] and [~ada].

|| Field || Required ||
| Name {color:red}new{color} | Yes |
{children}

{code:xml|title=config.xml}
<a>[x]</a> \-
{code}"""


def test_a_page_of_an_old_confluence_is_in_wiki_markup() -> None:
    data = archive({"entities.xml": one_page(WIKI)})
    reading = read_file("space.zip", data)
    assert reading.document.title == "Rules *here*"
    words = re.sub(r"\n{2,}", "\n\n", reading.document.text)
    assert words == (
        "# Rules *here*\n\nYou can get it here: <http://x.example/d>\n\n## Password rules\n\n"
        "1. At least **8** characters -- no more than 64.\n2. debug() shows {it}.\n"
        "   - See Other page, the **table**, Page and @ada.\n\n"
        "| Field | Required |\n| --- | --- |\n| Name new | Yes |\n\n"
        "**config.xml**\n```xml\n<a>[x]</a> \\-\n```\n"
    )
    assert reading.notes == ("Read as Confluence wiki markup and converted to Markdown.",)


def test_the_markup_that_a_body_names_is_the_one_that_is_read() -> None:
    def text(body: str, *more: str) -> str:
        data = archive({"entities.xml": one_page(body, *more)})
        return read_file("space.zip", data).document.text.partition("\n\n")[2]

    kinds = {number: f'<property name="bodyType">{number}</property>' for number in (0, 2)}
    assert text("The *limit* of [Plan]", kinds[0]) == "The **limit** of Plan\n"
    assert text("The *limit* of [Plan]", kinds[2]) == "The *limit* of [Plan]\n"
    assert text("<p>The [Plan]</p>") == "The [Plan]\n"
    assert text("Said: <b>The [Plan]</b>") == "Said: **The [Plan]**\n"
    assert text("h2. A\n{code}\n<b>x</b>\n{code}") == "## A\n```\n<b>x</b>\n```\n"


def test_a_page_about_wiki_markup_keeps_its_title() -> None:
    data = archive({"entities.xml": one_page("<p>Write {code} around code.</p>")})
    assert read_file("space.zip", data).document.text.startswith("# Rules *here*\n\nWrite {code}")


def test_the_entities_of_a_space_alone_are_read_as_the_export() -> None:
    def told(name: str, data: bytes) -> list[tuple[object, ...]]:
        found = [each.reading.document for each in read_files(name, data) if each.reading]
        assert {one.metadata.file for one in found} == {name}
        unnamed = {"file": ""}
        return [(d.id, d.text, d.metadata.model_copy(update=unnamed)) for d in found]

    xml = entities("<p>The limit is 14 days.</p>")
    zipped = told("space.zip", archive({"entities.xml": xml}))
    assert len(zipped) == 3
    for name, data in (
        ("entities.xml", xml.encode()),
        ("entities (1).xml", xml.replace("UTF-8", "UTF-16").encode("utf-16")),
    ):
        assert told(name, data) == zipped
    [inside] = list(read_files("a.zip", archive({"space/entities.xml": one_page("<p>Hi</p>")})))
    assert inside.reading is not None
    assert inside.reading.document.id == "confluence:10"
    [bad] = read_files("entities.xml", xml.replace("</object>", "", 1).encode())
    assert "entities.xml is not well-formed" in bad.error


def test_names_of_users_in_an_export() -> None:
    """Keys as in exports of Confluence Cloud: the name of a user is an address or the key."""
    keys = ["5b10ac8d82e05b22cc7d4ef5", "8a7f80835ee2", "712020:c531b087-f581-31cb-b67d-43c7b30d"]
    mentions = "; ".join(f'<ac:link><ri:user ri:userkey="{key}" /></ac:link>' for key in keys)
    cloud = f'<ac:link><ri:user ri:account-id="{keys[0]}" /></ac:link>'
    xml = exported(
        thing("ConfluenceUserImpl", keys[0], value("name", "Ada@x.example"),
              value("lowerName", "ada@x.example")),
        thing("ConfluenceUserImpl", keys[1], value("name", "grace")),
        thing("ConfluenceUserImpl", keys[2], value("name", keys[2])),
        thing("InternalUser", 5, value("lowerName", "ada@x.example"),
              value("displayName", "Ada Lovelace")),
        thing("Page", 10, value("title", "A"), value("contentStatus", "current"),
              link("creator", "ConfluenceUserImpl", keys[0]), value("originalVersionId", "")),
        thing("Page", 9, value("title", "A"), value("contentStatus", "current"),
              value("originalVersionId", "10")),
        thing("BodyContent", 20, value("body", f"<p>{mentions}; {cloud}</p>"),
              link("content", "Page", 10)),
        thing("Label", 30, value("name", "billing"), value("namespace", "global")),
        thing("Label", 31, value("name", "favourite"), value("namespace", "my")),
        thing("Labelling", 40, link("label", "Label", 30), link("content", "Page", 10)),
        thing("Labelling", 41, link("label", "Label", 31), link("content", "Page", 10)),
    )  # fmt: skip
    document = read_file("space.zip", archive({"entities.xml": xml})).document
    assert document.text == "# A\n\n@Ada Lovelace; @grace; @user; @Ada Lovelace\n"
    assert document.metadata.author == "Ada Lovelace"
    assert document.metadata.labels == ("billing",)


def test_space_export_with_entities_is_refused() -> None:
    bomb = '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "b">]><x>&a;</x>'
    [found] = read_files("space.zip", archive({"entities.xml": bomb}))
    assert "refused" in found.error


def test_an_epic_on_a_wiki_page_becomes_a_test_basis() -> None:
    page = (
        "<h2>CC-12 Extend a plan</h2><p>As an agent I want to extend a plan.</p>"
        "<h3>Acceptance criteria</h3><ul><li>It is shown</li><li>It is saved</li></ul>"
    )
    found = list(read_files("space.zip", archive({"entities.xml": entities(page)})))
    reading = found[0].reading
    assert reading is not None
    assert reading.document.id == "confluence:10"
    assert [c.text for c in reading.epics[0].criteria] == ["It is shown", "It is saved"]


def test_html_export_of_a_space() -> None:
    page = (
        "<!DOCTYPE html><html><head><title>CARE : Rules</title></head><body><div id='page'>"
        "<div id='breadcrumb-section'>CARE / Home</div><div id='main-content' class='wiki-content'>"
        "<h1>Rules</h1><p>One plan.</p></div><section class='footer'>Generated</section>"
        "</div></body></html>"
    )
    [found] = read_files("html.zip", archive({"CARE/Rules_10.html": page}))
    assert found.reading is not None
    assert found.reading.document.text == "# Rules\n\nOne plan.\n"


def test_html_export_keeps_who_changed_a_page_when_and_its_comments() -> None:
    page = (
        "<!DOCTYPE html><html><head><title>CARE : Rules</title></head><body><div id='page'>"
        "<div class='page-metadata'>Created by <span>Ann Lee</span>, last modified on 02 Jul 2025"
        "</div><div id='main-content' class='wiki-content'><p>Wait 15 minutes.</p></div>"
        "<div class='pageSection group'><div class='pageSectionHeader'><h2 id='attachments'>"
        "Attachments:</h2></div><a href='x.png'>x.png</a></div>"
        "<div class='pageSection group'><div class='pageSectionHeader'><h2 id='comments'>Comments:"
        "</h2></div><table><tr><td><a name='comment-1'></a><font><p>It is 10 now.</p></font><div>"
        "Posted by bo at Jul 02, 2025 09:03</div></td></tr></table></div></div></body></html>"
    )
    [found] = read_files("html.zip", archive({"CARE/Rules_10.html": page}))
    assert found.reading is not None
    assert found.reading.document.text == (
        "Created by Ann Lee, last modified on 02 Jul 2025\n\nWait 15 minutes.\n\n## Comments:\n\n"
        "It is 10 now.\n\nPosted by bo at Jul 02, 2025 09:03\n"
    )


def test_real_pages(shared_dir: Path) -> None:
    folder = shared_dir / "data/imports/atlassian_mcp"
    if not folder.is_dir():
        pytest.skip("the folder of real payloads is absent")
    path = folder / "MOCK_PAGE_RESPONSE.json"
    reading = read_file(path.name, path.read_bytes())
    document = reading.document
    assert (document.id, document.title) == ("confluence:987654321", "Example Meeting Notes")
    assert (document.metadata.project, document.metadata.author) == (
        "PROJ", "Example User (Unlicensed)",
    )  # fmt: skip
    assert document.uri.startswith("https://example.atlassian.net/wiki/spaces/PROJ/pages/")
    assert document.text == (
        "# Example Meeting Notes\n\n## Date\n\n2024-01-01\n\n## Participants\n\n- @user123\n\n"
        "## Goals\n\n- Example goal\n"
    )
    path = folder / "MOCK_PAGES_FROM_SPACE_RESPONSE.json"
    several: list[Reading] = [
        each.reading for each in read_files(path.name, path.read_bytes()) if each.reading
    ]
    assert [r.document.title for r in several] == [
        "Sample Research Paper Title", "Example Meeting Notes",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("sign", "shown"),
    [
        ("\x1c", "Only once."), ("\x00", "Only once."), ("\ufffe", "Only once."),
        ("\x0c", "Only once."), ("]]>&#28;<![CDATA[", "Only once."),
        ("]]>&#x1f;<![CDATA[", "Only once."),
    ],
)  # fmt: skip
def test_signs_that_xml_forbids_are_taken_out_and_told(sign: str, shown: str) -> None:
    xml = one_page(f"<p>Only{sign} once.</p>")
    for data in (xml.encode(), xml.replace("UTF-8", "UTF-16").encode("utf-16")):
        [outcome] = list(read_files("entities.xml", data))
        assert outcome.reading is not None, outcome.error
        assert shown in outcome.reading.document.text
        assert any("control characters" in note for note in outcome.reading.notes)


def test_a_zero_width_joint_in_an_end_mark_is_read() -> None:
    macro = (
        '<ac:structured-macro ac:name="code"><ac:plain-text-body><![CDATA[a &lt; b]]{}>'
        "</ac:plain-text-body></ac:structured-macro><p>After it.</p>"
    )
    for joint in (" ", "\u200b", "\u200d", "\ufeff"):
        [outcome] = list(read_files("entities.xml", one_page(macro.format(joint)).encode()))
        assert outcome.reading is not None, outcome.error
        text = outcome.reading.document.text
        assert "After it." in text
        assert "]]" not in text


def test_a_saved_body_in_storage_format_is_read_behind_a_comment() -> None:
    told = "<!-- GET /wiki/rest/api/content/1?expand=body.storage -->\n"
    reading = read_file("rules_storage.xml", f"{told}{STORAGE}".encode())
    assert "ABC-121" in reading.document.text
    assert "ac:" not in reading.document.text


def test_an_info_box_at_the_top_of_a_page_is_not_its_title() -> None:
    box = (
        '<ac:structured-macro ac:name="info"><ac:rich-text-body><p>Owner: Ann. For ABC-1</p>'
        "</ac:rich-text-body></ac:structured-macro><p>Slots are of two hours.</p>"
    )
    assert read_file("Booking-rules_storage.xml", box.encode()).document.title.startswith("Booking")
