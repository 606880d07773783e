"""Confluence: storage format, XML space exports and HTML exports, REST pages."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from assistant.sources.batches import read_files
from assistant.sources.files import read_file
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


def entities(body: str) -> str:
    """A space export: a page with an old version and a deleted one, a label, a blog post."""

    def thing(kind: str, number: int, *properties: str) -> str:
        return f'<object class="{kind}"><id name="id">{number}</id>{"".join(properties)}</object>'

    def value(name: str, words: str) -> str:
        return f'<property name="{name}"><![CDATA[{words}]]></property>'

    def link(name: str, kind: str, number: int) -> str:
        return f'<property name="{name}" class="{kind}"><id name="id">{number}</id></property>'

    current = value("contentStatus", "current")
    space = link("space", "Space", 1)
    escaped = body.replace("]]>", "]] >")
    return (
        '<?xml version="1.0" encoding="UTF-8"?><hibernate-generic datetime="2026-11-01">'
        + thing("Space", 1, value("key", "CARE"))
        + thing("Page", 10, value("title", "Business rules"), current, space)
        + thing("Page", 9, value("title", "Business rules"), current, space,
                link("originalVersion", "Page", 10))
        + thing("Page", 8, value("title", "Gone"), value("contentStatus", "deleted"), space)
        + thing("Page", 11, value("title", "Child"), current, space, link("parent", "Page", 10))
        + thing("BlogPost", 12, value("title", "News"), current, space)
        + thing("BodyContent", 20, value("body", escaped), link("content", "Page", 10))
        + thing("BodyContent", 21, value("body", "<p>old words</p>"), link("content", "Page", 9))
        + thing("BodyContent", 22, value("body", "<p>child words</p>"), link("content", "Page", 11))
        + thing("BodyContent", 23, value("body", "<p>news</p>"), link("content", "BlogPost", 12))
        + thing("Label", 30, value("name", "billing"))
        + thing("Labelling", 31, link("label", "Label", 30), link("content", "Page", 10))
        + "</hibernate-generic>"
    )  # fmt: skip


def test_space_export_gives_current_pages(archive: Callable[..., bytes]) -> None:
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
    assert readings[1].items[0].parent == "10"
    assert all("old words" not in r.document.text for r in readings)
    assert rules.report.unread_parts == (
        "1 attached files", "2 old versions, drafts or deleted pages",
    )  # fmt: skip


def test_space_export_with_entities_is_refused(archive: Callable[..., bytes]) -> None:
    bomb = '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "b">]><x>&a;</x>'
    [found] = read_files("space.zip", archive({"entities.xml": bomb}))
    assert "refused" in found.error


def test_an_epic_on_a_wiki_page_becomes_a_test_basis(archive: Callable[..., bytes]) -> None:
    page = (
        "<h2>CC-12 Extend a plan</h2><p>As an agent I want to extend a plan.</p>"
        "<h3>Acceptance criteria</h3><ul><li>It is shown</li><li>It is saved</li></ul>"
    )
    found = list(read_files("space.zip", archive({"entities.xml": entities(page)})))
    reading = found[0].reading
    assert reading is not None
    assert reading.document.id == "confluence:10"
    assert [c.text for c in reading.epics[0].criteria] == ["It is shown", "It is saved"]


def test_html_export_of_a_space(archive: Callable[..., bytes]) -> None:
    page = (
        "<!DOCTYPE html><html><head><title>CARE : Rules</title></head><body><div id='page'>"
        "<div id='breadcrumb-section'>CARE / Home</div><div id='main-content' class='wiki-content'>"
        "<h1>Rules</h1><p>One plan.</p></div><section class='footer'>Generated</section>"
        "</div></body></html>"
    )
    [found] = read_files("html.zip", archive({"CARE/Rules_10.html": page}))
    assert found.reading is not None
    assert found.reading.document.text == "# Rules\n\nOne plan.\n"


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
