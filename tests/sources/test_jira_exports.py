"""Jira's exports: CSV with all fields, XML, REST JSON with ADF or wiki text; real payloads too."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from file_writers import delimited

from assistant.errors import UnreadableFile
from assistant.knowledge.chunks.chunking import split
from assistant.sources.files.files import read_file
from assistant.sources.reading import Reading


def criteria_of(reading: Reading) -> dict[str, list[str]]:
    """Texts of the criteria by story key."""
    return {s.key: [c.text for c in s.criteria] for e in reading.epics for s in e.stories}


HEADER = [
    "Summary", "Issue key", "Issue id", "Issue Type", "Status", "Project key", "Project name",
    "Priority", "Resolution", "Assignee", "Reporter", "Fix Version/s", "Fix Version/s",
    "Component/s", "Labels", "Labels", "Description", "Outward issue link (Blocks)",
    "Inward issue link (Tests)",
    "Custom field (Acceptance Criteria)", "Custom field (Epic Link)", "Custom field (Epic Name)",
    "Custom field (Team)", "Parent id", "Comment", "Comment", "Reporter Id",
]  # fmt: skip


def jira_csv(rows: list[dict[str, str]]) -> bytes:
    """An export with these issues; a list of cells fills repeated columns."""
    table = [HEADER]
    for row in rows:
        cells, used = list[str](), dict[str, int]()
        for name in HEADER:
            parts = row.get(name, "").split("||")
            at = used.get(name, 0)
            used[name] = at + 1
            cells.append(parts[at] if at < len(parts) else "")
        table.append(cells)
    return delimited(table)


def test_csv_with_all_fields() -> None:
    data = jira_csv(
        [
            {"Summary": "Payment plans", "Issue key": "CC-10", "Issue id": "900",
             "Issue Type": "Epic", "Custom field (Epic Name)": "Plans", "Status": "Open",
             "Project key": "CC"},
            {"Summary": "Extend", "Issue key": "CC-12", "Issue id": "901", "Issue Type": "Story",
             "Status": "In Progress", "Project key": "CC", "Reporter": "Ada", "Priority": "High",
             "Fix Version/s": "R1||R2", "Labels": "plan||web", "Component/s": "Billing",
             "Description": "h2. Why\nAs an agent I want to extend a plan.\n# first\n# second",
             "Outward issue link (Blocks)": "CC-14", "Inward issue link (Tests)": "CC-77",
             "Custom field (Acceptance Criteria)": "* The plan is shown\n* The plan is saved",
             "Custom field (Epic Link)": "CC-10", "Custom field (Team)": "Nova",
             "Comment": "one||two"},
            {"Summary": "Part of it", "Issue key": "CC-13", "Issue id": "902",
             "Issue Type": "Sub-task", "Parent id": "901", "Project key": "CC"},
        ]
    )  # fmt: skip
    reading = read_file("jira.csv", data)
    [epic] = reading.epics
    assert (epic.key, epic.title) == ("CC-10", "Payment plans")
    assert criteria_of(reading) == {
        "CC-12": ["The plan is shown", "The plan is saved"],
        "CC-13": [],
    }
    for criterion in epic.criteria:
        assert reading.document.text[criterion.start : criterion.end] == criterion.text
    assert "## Why" in reading.document.text
    assert "1. first" in reading.document.text
    story = next(story for story in epic.stories if story.key == "CC-12")
    assert (story.release, story.team) == ("R1, R2", "Nova, Billing")
    assert (story.labels, reading.authors) == (("plan", "web"), ("Ada",))
    chosen = {field.role: field.name for field in reading.fields}
    assert chosen == {"criteria": "Acceptance Criteria", "team": "Team", "epic": "Epic Link"}
    assert reading.report.unread_parts == ()
    assert reading.document.metadata.project == "CC"


def test_stories_stand_below_their_own_epic_and_comments_behind_all() -> None:
    """The export's order is newest first; a comment's cell is date, account and text."""
    reading = read_file(
        "jira.csv",
        jira_csv(
            [
                {"Summary": "Ships", "Issue key": "CC-2", "Issue Type": "Epic"},
                {"Summary": "Planes", "Issue key": "CC-1", "Issue Type": "Epic",
                 "Project key": "CC", "Reporter": "Ann Lee", "Reporter Id": "70:a1"},
                {"Summary": "No epic", "Issue key": "CC-5", "Issue Type": "Story"},
                {"Summary": "Land", "Issue key": "CC-4", "Issue Type": "Story",
                 "Custom field (Epic Link)": "CC-1", "Description": "It lands.",
                 "Custom field (Acceptance Criteria)": "* Wheels are out\n* Lights are on",
                 "Comment": "19/May/26 10:02 AM;70:a1;*Decided:* 3 wheels, -2-."
                            "||05/06/26;70:b2;ok"},
                {"Summary": "Sail", "Issue key": "CC-3", "Issue Type": "Story",
                 "Custom field (Epic Link)": "CC-2",
                 "Custom field (Acceptance Criteria)": "* Sails are up\n* Flags are out"},
            ]
        ),
    )  # fmt: skip
    text = reading.document.text
    headings = [line for line in text.split("\n") if line.startswith("#")]
    assert headings == [
        "## CC-5 No epic",
        "# CC-2 Ships", "## CC-3 Sail", "### Acceptance criteria",
        "# CC-1 Planes", "## CC-4 Land", "### Acceptance criteria",
        "# Comments on CC-4 Land", "#### Comment by Ann Lee, 2026-05-19", "#### Comment by 70:b2",
    ]  # fmt: skip
    assert "**Decided:** 3 wheels." in text
    assert criteria_of(reading)["CC-4"] == ["Wheels are out", "Lights are on"]
    remarks = [chunk for chunk in split(reading.document.model_copy(
        update={"places": reading.places}), epics=reading.epics) if chunk.is_comment]  # fmt: skip
    assert [chunk.place for chunk in remarks] == [
        "comment by Ann Lee, 2026-05-19", "comment by 70:b2",
    ]  # fmt: skip


XML = """<?xml version="1.0" encoding="UTF-8"?>
<!-- RSS generated by JIRA -->
<rss version="0.92"><channel><title>Jira</title>
<item><title>[CC-10] Plans</title><link>https://jira.example.org/browse/CC-10</link>
<key id="1">CC-10</key><summary>Plans</summary><type id="6">Epic</type><status id="1">Open</status>
<project id="1" key="CC">Care</project></item>
<item><title>[CC-12] Extend</title><link>https://jira.example.org/browse/CC-12</link>
<project id="1" key="CC">Care</project>
<description>
&lt;p&gt;As an agent I want to &lt;b&gt;extend&lt;/b&gt; a plan.&lt;/p&gt;</description>
<key id="2">CC-12</key><summary>Extend</summary><type id="7">Story</type>
<status id="3">Done</status><reporter username="ada">Ada</reporter><fixVersion>R1</fixVersion>
<labels><label>plan</label></labels><component>Billing</component>
<issuelinks><issuelinktype id="1"><name>Blocks</name><outwardlinks description="blocks">
<issuelink><issuekey id="9">CC-14</issuekey></issuelink></outwardlinks></issuelinktype></issuelinks>
<customfields>
<customfield id="customfield_10100" key="x:textarea">
<customfieldname>Definition of OK</customfieldname>
<customfieldvalues><customfieldvalue>
&lt;ul&gt;&lt;li&gt;Given a plan, when it is extended, then it is
saved&lt;/li&gt;&lt;li&gt;the fee is shown&lt;/li&gt;&lt;/ul&gt;</customfieldvalue>
</customfieldvalues>
</customfield>
<customfield id="customfield_10008" key="x:epic"><customfieldname>Epic Link</customfieldname>
<customfieldvalues><customfieldvalue>CC-10</customfieldvalue></customfieldvalues></customfield>
</customfields><comments>
<comment id="1" author="5f:ada" created="Tue, 19 May 2026 10:02:00 +0100">
&lt;p&gt;Only &lt;b&gt;paid&lt;/b&gt; plans.&lt;/p&gt;</comment>
</comments></item></channel></rss>"""


def test_xml_with_criteria_found_by_content() -> None:
    reading = read_file("jira.xml", XML.encode())
    assert "#### Comment by 5f:ada, 2026-05-19\n\nOnly **paid** plans." in reading.document.text
    [epic] = reading.epics
    assert (epic.key, epic.uri) == ("CC-10", "https://jira.example.org/browse/CC-10")
    assert len(criteria_of(reading)["CC-12"]) == 2
    assert "I want to **extend** a plan" in reading.document.text
    field = next(field for field in reading.fields if field.role == "criteria")
    assert field.name == "Definition of OK"
    assert field.reason.startswith("by its content")
    assert reading.authors == ("Ada",)


@pytest.mark.parametrize("name", ["Epos-Verknüpfung", "Epic-Verknüpfung", "Lien d'épopée"])
def test_the_link_to_the_epic_is_found_whatever_its_name(name: str) -> None:
    """In a Jira that is set up in another language, and in companies' own fields."""
    [epic] = read_file("jira.xml", XML.replace("Epic Link", name).encode()).epics
    assert (epic.key, [story.key for story in epic.stories]) == ("CC-10", ["CC-12"])
    row = {"Issue Type": "Story", "Status": "Open", "Project key": "CC", "Issue id": "2"}
    data = jira_csv(
        [
            {**row, "Summary": "Plans", "Issue key": "CC-10", "Issue Type": "Epic"},
            {**row, "Summary": "Extend", "Issue key": "CC-12", "Custom field (Epic Link)": "CC-10"},
        ]
    )
    [epic] = read_file("jira.csv", data.replace(b"Epic Link", name.encode())).epics
    assert (epic.key, [story.key for story in epic.stories]) == ("CC-10", ["CC-12"])


def test_a_field_that_holds_more_than_keys_links_to_no_epic() -> None:
    text = XML.replace("Epic Link", "Notes").replace(
        ">CC-10</customfieldvalue>", ">CC-10, see</customfieldvalue>"
    )
    reading = read_file("jira.xml", text.encode())
    assert {s.key: e.key for e in reading.epics for s in e.stories}["CC-12"] != "CC-10"


def test_xml_as_the_cloud_writes_it() -> None:
    """No declaration, comments first, types in the site's language, the epic as parent."""
    item = (
        "<item><title>[{0}] {2}</title><key id='1'>{0}</key><summary>{2}</summary>"
        "<type id='1'>{1}</type><description/><labels>\n</labels>{3}</item>\n"
    )
    text = (
        "<!--\nRSS generated by JIRA (1001.0.0) at Thu Sep 05 15:25:08 UTC 2024\n-->\n"
        '<!-- uncomment this:\n<?xml-stylesheet href="<base-url>/a.xsl" type="text/xsl"?>\n-->\n'
        '<rss version="0.92">\n<channel><title>Jira</title><issue start="0" end="2" total="2"/>\n'
        + item.format("CC-3", "История", "Extend", "<parent id='2'>CC-2</parent>")
        + item.format("CC-2", "Эпик", "Plans", "")
        + "</channel>\n</rss>\n"
    )
    [epic] = read_file("SearchRequest.xml", text.encode()).epics
    assert (epic.key, epic.title) == ("CC-2", "Plans")
    assert [(story.key, story.title) for story in epic.stories] == [("CC-3", "Extend")]


def test_xml_with_the_steps_of_zephyr_squad_and_xray() -> None:
    """The fields are known by their keys: a site may call them what it likes."""
    zephyr = (
        '<customfield id="a" key="com.thed.zephyr.je:zephyr-je-customfield-teststep">'
        "<customfieldname>Schritte</customfieldname><customfieldvalues><steps>"
        "<step><orderId>2</orderId><step>Save</step><data/><result>Saved</result></step>"
        "<step><orderId>1</orderId><step>Open</step><data>P-1</data><result>Shown</result></step>"
        "</steps></customfieldvalues></customfield>"
    )
    xray = (
        '<customfield id="b" key="com.xpandit.plugins.xray:steps-editor-custom-field">'
        "<customfieldname>Cucumber Scenario</customfieldname><customfieldvalues><customfieldvalue>"
        "Given a plan\nWhen it is cancelled\nThen it ends</customfieldvalue></customfieldvalues>"
        "</customfield>"
    )
    item = (
        "<item><title>t</title><key id='1'>CC-{0}</key><summary>Test {0}</summary>"
        "<type id='1'>Test</type><customfields>{1}</customfields></item>"
    )
    data = f"<rss><channel>{item.format(1, zephyr)}{item.format(2, xray)}</channel></rss>"
    reading = read_file("tests.xml", data.encode())
    steps, script = reading.cases
    assert [(s.action, s.test_data, s.expected_result) for s in steps.steps] == [
        ("Open", "P-1", "Shown"), ("Save", "", "Saved"),
    ]  # fmt: skip
    assert script.preconditions == ("Given a plan",)
    assert script.steps[0].expected_result == "Then it ends"
    assert not reading.fields


def adf(*items: str) -> dict[str, object]:
    """A document with a bullet list."""
    listed = [{"type": "listItem", "content": [{"type": "paragraph", "content": [
        {"type": "text", "text": item}]}]} for item in items]  # fmt: skip
    return {"type": "doc", "version": 1, "content": [{"type": "bulletList", "content": listed}]}


def test_rest_with_documents_in_custom_fields() -> None:
    fields = {
        "summary": "Extend", "issuetype": {"name": "Story"}, "status": {"name": "Open"},
        "description": adf("why"), "customfield_10034": adf("It is shown", "It is saved"),
        "parent": {"key": "CC-10", "fields": {"summary": "Plans", "issuetype": {"name": "Epic"}}},
        "labels": ["a"], "fixVersions": [{"name": "R1"}], "customfield_1": {"value": "Nova"},
    }  # fmt: skip
    payload = {
        "issues": [{"key": "CC-12", "self": "https://x.example.org/rest/api/3/issue/1",
                    "fields": fields}],
        "names": {"customfield_10034": "AC", "customfield_1": "Squad"},
    }  # fmt: skip
    reading = read_file("search.json", json.dumps(payload).encode())
    [epic] = reading.epics
    assert (epic.key, epic.title, epic.team, epic.release) == ("CC-10", "Plans", "Nova", "R1")
    assert criteria_of(reading) == {"CC-12": ["It is shown", "It is saved"]}
    assert epic.stories[0].uri == "https://x.example.org/browse/CC-12"
    assert {f.role: f.field for f in reading.fields} == {
        "criteria": "customfield_10034", "team": "customfield_1",
    }  # fmt: skip


def test_xray_tests_in_rest_become_cases() -> None:
    steps = {"steps": [{"fields": {"Action": "Open", "Data": "P-1", "Expected Result": "Shown"}}]}
    payload = [
        {"key": "CC-77", "fields": {"summary": "Opens", "issuetype": {"name": "Test"},
         "customfield_5": steps, "issuelinks": [{"type": {"outward": "tests"},
         "outwardIssue": {"key": "CC-12"}}]}, "names": {"customfield_5": "Manual Test Steps"}},
        {"key": "CC-80", "fields": {"summary": "Run", "issuetype": {"name": "Test Execution"}}},
    ]  # fmt: skip
    reading = read_file("t.json", json.dumps(payload).encode())
    [case] = reading.cases
    assert (case.id, case.story_key) == ("CC-77", "CC-12")
    step = case.steps[0]
    assert (step.action, step.test_data, step.expected_result) == ("Open", "P-1", "Shown")


def test_fields_of_the_wrong_shape_are_a_typed_refusal() -> None:
    xray = {"issues": [{"extKey": "A-1", "summary": None, "issueType": "Story"}],
            "tests": [{"extKey": "A-2", "steps": [{"action": "Open"}]}]}  # fmt: skip
    assert read_file("a.json", json.dumps(xray).encode()).epics
    xray["issues"][0]["labels"] = "not a list"
    with pytest.raises(UnreadableFile, match=r"a\.json could not be read.*labels"):
        read_file("a.json", json.dumps(xray).encode())
    broken = [{"key": "A-1", "fields": {"summary": 5, "labels": 7, "issuelinks": "x"}}]
    with pytest.raises(UnreadableFile, match=r"a\.json"):
        read_file("a.json", json.dumps(broken).encode())


@pytest.fixture(scope="session")
def imports(shared_dir: Path) -> Path:
    """The folder of real payloads."""
    folder = shared_dir / "data/imports"
    if not folder.is_dir():
        pytest.skip("the folder of real payloads is absent")
    return folder


def real(imports: Path, name: str) -> Reading:
    """The reading of a real payload."""
    path = imports / name
    return read_file(path.name, path.read_bytes())


def test_real_issue_of_version_2(imports: Path) -> None:
    reading = real(imports, "atlassian_mcp/MOCK_JIRA_ISSUE_RESPONSE.json")
    [epic] = reading.epics
    [story] = epic.stories
    assert (epic.key, story.key, story.title) == ("EPIC-KEY-1", "PROJ-123", "Test Issue Summary")
    assert story.narrative == "This is a test issue description"
    assert (story.release, story.team, story.labels) == ("v1.0", "Backend", ("test-label",))
    assert reading.authors == ("Reporter User",)
    assert [place.label for place in reading.places] == ["comment by Commenter User, 2024-01-01"]


def test_real_searches(imports: Path) -> None:
    found = real(imports, "jira_rest_jira-cli/jira/testdata/search.json").epics
    assert {story.key for epic in found for story in epic.stories} == {"TEST-1", "TEST-2", "TEST-3"}
    epics = real(imports, "jira_rest_jira-cli/jira/testdata/epic.json").epics
    assert [(epic.key, epic.title) for epic in epics] == [
        ("EPIC-1", "Epic 1 summary"), ("EPIC-2", "Epic 2 summary"),
    ]  # fmt: skip
    partial = real(imports, "atlassian_mcp/MOCK_JIRA_JQL_RESPONSE.json")
    assert partial.epics[0].key == "PROJ-120"
    assert any("34 issues; this file holds 1" in note for note in partial.notes)
    sprint = real(imports, "jira_rest_go-jira/issues_in_sprint.json")
    assert (sprint.epics[0].key, sprint.epics[0].title) == ("AR-37", "Moderation: Design")


def test_real_issue_of_version_3_with_links(imports: Path) -> None:
    reading = real(imports, "jira_rest_jira-cli/jira/testdata/issue.json")
    assert "Test description" in reading.document.text


def test_real_document_format_keeps_every_word(imports: Path) -> None:
    text = real(imports, "jira_rest_jira-cli/adf/testdata/md.json").document.text
    assert text.startswith("# H1\n\n## H2\n\n1. Some text\n2. Some more text\n")
    assert "- Prefix: Unordered list item 1\n  - Next\n    - Another\n      - New level" in text
    assert "| Table Header 1 | Table Header 2 | Table Header 3 |\n| --- | --- | --- |" in text
    assert "```go\npackage main" in text
    payload = json.loads((imports / "jira_rest_jira-cli/adf/testdata/md.json").read_text())

    def words(node: object) -> list[str]:
        if isinstance(node, dict):
            struck = {"type": "strike"} in node.get("marks", [])
            own = [node["text"]] if node.get("type") == "text" and not struck else []
            return own + [w for value in node.values() for w in words(value)]
        return [w for value in node for w in words(value)] if isinstance(node, list) else []

    plain = text.replace("<br>", "\n")
    assert [w for w in words(payload) if w.strip() and w.strip() not in plain] == []


def test_the_xray_demo_project(imports: Path) -> None:
    reading = real(imports, "xray_demo/data.json")
    assert [len(epic.stories) for epic in reading.epics] == [3, 3, 1, 8]
    assert len(reading.cases) == 20
    by_id = {case.id: case for case in reading.cases}
    assert [len(by_id[key].steps) for key in ("EXT-KEY-26", "EXT-KEY-36", "EXT-KEY-37")] == [
        3,
        3,
        4,
    ]
    login = by_id["EXT-KEY-18"]
    assert (login.story_key, login.epic_key) == ("EXT-KEY-2", "EXT-KEY-1")
    assert by_id["EXT-KEY-26"].steps[2].expected_result.endswith("unsubscribed successfully.")
    assert sum(bool(case.story_key) for case in reading.cases) == 18
    assert [len(epic.stories) for epic in reading.epics[:3]] == [3, 3, 1]
    assert all(case.steps for case in reading.cases)


BUG = """Verify the end date.

{steps}

# Open the application
# Choose a date from the calendar

{expected} Dates in the future are refused.

{actual} Dates in the future are taken.
"""


@pytest.mark.parametrize(
    ("steps", "expected", "actual"),
    [
        ("Steps :", "Expected result :", "Actual result :"),
        ("*Steps to reproduce:*", "*Expected result*:", "*Actual result*:"),
        ("Steps to reproduce-\n", "expected Result-\n\n", "Actual Result-\n\n"),
        ("h3. How to reproduce", "h3. Expected behaviour\n", "h3. Observed behaviour\n"),
        ("Schritte zur Reproduktion:", "Erwartetes Ergebnis:", "Tatsächliches Ergebnis:"),
        ("Étapes de reproduction :", "Résultat attendu :", "Résultat obtenu :"),
        ("Pasos para reproducir:", "Resultado esperado:", "Resultado actual:"),
        ("Шаги воспроизведения:", "Ожидаемый результат:", "Фактический результат:"),
    ],
)
def test_what_a_bug_does_is_no_criterion(steps: str, expected: str, actual: str) -> None:
    told = BUG.format(steps=steps, expected=expected, actual=actual)
    reading = read_file("jira.csv", jira_csv([
        {"Summary": "End date", "Issue key": "RR-88", "Issue id": "1", "Issue Type": "Bug",
         "Project key": "RR", "Description": told},
    ]))  # fmt: skip
    assert criteria_of(reading) == {"RR-88": ["Dates in the future are refused."]}
    narrative = reading.epics[0].stories[0].narrative
    assert "Choose a date from the calendar" in narrative
    assert "Dates in the future are taken." in narrative


def test_steps_in_the_description_of_a_test() -> None:
    rows = [
        {"Summary": "Delete", "Issue key": "TJ-70", "Issue id": "1", "Issue Type": "Test",
         "Project key": "TJ", "Outward issue link (Blocks)": "TJ-13",
         "Description": "Check Edit and press delete.\nExpected: The entry is deleted."},
        {"Summary": "Deposit", "Issue key": "TJ-71", "Issue id": "2", "Issue Type": "Test",
         "Project key": "TJ",
         "Description": "Guards the minimum.\n\nPrecondition: an account is open.\n*Steps:*\n"
         "# Open the account\n# Enter 0\n\n*Expected result:* The deposit is refused."},
        {"Summary": "Pay", "Issue key": "TJ-73", "Issue id": "4", "Issue Type": "Test",
         "Project key": "TJ", "Description": "1. Open the bill\nExpected: The bill is shown.\n"
         "2. Press pay\nExpected: It is paid.\nA receipt is sent."},
        {"Summary": "Look around", "Issue key": "TJ-72", "Issue id": "3", "Issue Type": "Test",
         "Project key": "TJ", "Description": "Look for what is odd."},
    ]  # fmt: skip
    found = {case.id: case for case in read_file("jira.csv", jira_csv(rows)).cases}
    assert [(s.action, s.expected_result) for s in found["TJ-70"].steps] == [
        ("Check Edit and press delete.", "The entry is deleted.")
    ]
    deposit = found["TJ-71"]
    assert [(s.action, s.expected_result) for s in deposit.steps] == [
        ("Open the account", ""), ("Enter 0", "The deposit is refused."),
    ]  # fmt: skip
    assert deposit.objective == "Guards the minimum."
    assert [(s.action, s.expected_result) for s in found["TJ-73"].steps] == [
        ("Open the bill", "The bill is shown."),
        ("Press pay", "It is paid.\nA receipt is sent."),
    ]  # fmt: skip
    assert "an account is open." in "\n".join(deposit.preconditions)
    assert found["TJ-72"].objective == "Look for what is odd."
    assert not found["TJ-72"].steps


def test_the_one_story_that_a_test_relates_to_is_its_story() -> None:
    header = "Summary,Issue key,Issue id,Issue Type,Project key,Outward issue link (Relates),"
    header += "Outward issue link (Relates)\n"
    rows = (
        "Edit an entry,TJ-13,1,Story,TJ,,\nPay,TJ-14,2,Story,TJ,,\nBroken,TJ-15,3,Bug,TJ,,\n"
        "One,TJ-70,4,Test,TJ,TJ-13,TJ-15\nTwo,TJ-71,5,Test,TJ,TJ-13,TJ-14\n"
        "Elsewhere,TJ-72,6,Test,TJ,TJ-99,\n"
    )
    reading = read_file("jira.csv", (header + rows).encode())
    assert {case.id: case.story_key for case in reading.cases} == {
        "TJ-70": "TJ-13", "TJ-71": "", "TJ-72": "",
    }  # fmt: skip


@pytest.mark.parametrize(
    "header",
    [
        "Zusammenfassung,Vorgangsschlüssel,Vorgangs-ID,Vorgangstyp,Status,Projektschlüssel,"
        "Beschreibung,Benutzerdefinierte Felder (Epic Link),Stichwörter,"
        "Ausgehende Vorgangsverknüpfung (Blocks)",
        "Résumé,Clé de ticket,ID de ticket,Type de ticket,État,Clé de projet,Description,"
        "Champs personnalisés (Epic Link),Étiquettes,Lien de ticket sortant (Blocks)",
        "Resumen,Clave de incidencia,ID de la incidencia,Tipo de Incidencia,Estado,"
        "Clave del proyecto,Descripción,Campo personalizado (Epic Link),Etiquetas,"
        "Enlace de incidencia saliente (Blocks)",
        "Resumo,Chave da item,ID da item,Tipo de item,Status,Chave do projeto,Descrição,"
        "Campo personalizado (Epic Link),Categorias,Link de item externo (Blocks)",
        "Тема,Ключ проблемы,ID проблемы,Тип задачи,Статус,Ключ проекта,Описание,"
        "Пользовательское поле (Epic Link),Метки,Исходящая связь задачи (Blocks)",
        "Özet,Konu anahtarı,Konu kimliği,Konu Türü,Durum,Proje anahtarı,Açıklama,"
        "Özel alan (Epic Link),Etiketler,Dışa doğru konu bağlantısı (Blocks)",
        "要約,課題キー,課題 ID,課題タイプ,ステータス,プロジェクトキー,説明,"
        "カスタムフィールド (Epic Link),ラベル,Outward issue link (Blocks)",
    ],
)
def test_an_export_in_another_language(header: str) -> None:
    rows = (
        "Login feature,KAN-15,10014,Epic,Acceptance,KAN,,,,\n"
        'Pay by card,KAN-8,10001,Story,Open,KAN,"As a user I want to pay.\n\n'
        'Acceptance criteria:\n* The amount is shown.\n* The card is charged.",KAN-15,web,KAN-9\n'
    )
    reading = read_file("jira.csv", f"{header}\n{rows}".encode())
    (epic,) = reading.epics
    assert (epic.key, epic.title) == ("KAN-15", "Login feature")
    assert criteria_of(reading) == {"KAN-8": ["The amount is shown.", "The card is charged."]}
    (story,) = epic.stories
    assert (story.labels, reading.document.metadata.project) == (("web",), "KAN")
    assert reading.notes == ("Issue types in the file: Epic, Story.",)


def test_another_table_with_such_names_is_no_export() -> None:
    data = "Resumen,Estado,Descripción\nPagar,Abierto,El cliente debe pagar.\n"
    reading = read_file("tabla.csv", data.encode())
    assert "El cliente debe pagar." in reading.document.text
