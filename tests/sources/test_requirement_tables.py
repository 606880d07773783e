"""Requirement tables to epics: exports of Jira and other tools, and tables of our own."""

from __future__ import annotations

import openpyxl
import pytest
from file_writers import saved
from reading_checks import sound

from assistant.sources.files.files import read_file
from assistant.sources.grids.table_kinds import recognise
from assistant.sources.pasted.pasted import read_pasted
from assistant.workflow.sources.import_sources import document_of

JIRA = """Issue key,Summary,Issue Type,Description,Custom field (Acceptance Criteria),\
Custom field (Epic Link),Fix Version/s,Component/s,Labels,Labels
CC-10,Payment plans,Epic,About plans.,,,Drop-3,Call Centre,a,
CC-12,Extend a plan,Story,"As an agent I want to extend plans.","* It is *saved*
* It must be shown
h3. Notes
* none",CC-10,Drop-3,Call Centre,a,b
CC-13,Cancel a plan,Story,"As an agent I want to cancel.

*Acceptance criteria*
# It ends
# A letter is sent",,CC-10,Drop-3,Call Centre,,
CC-20,Alone,Story,Nothing else,,,,,,
"""


def test_a_jira_export() -> None:
    reading = read_file("jira.csv", JIRA.encode())
    sound(reading)
    epic, loose = reading.epics
    assert (epic.key, epic.title, epic.release, epic.team) == (
        "CC-10",
        "Payment plans",
        "Drop-3",
        "Call Centre",
    )
    extend, cancel = epic.stories
    assert [c.id for c in extend.criteria] == ["CC-12-AC1", "CC-12-AC2"]
    assert extend.labels == ("a", "b")
    assert [c.text for c in cancel.criteria] == ["It ends", "A letter is sent"]
    assert all(c.start is not None for c in epic.criteria)
    assert [story.key for story in loose.stories] == ["CC-20"]
    assert reading.document.kind == "epic"


def test_a_story_keeps_what_it_names_itself() -> None:
    data = (
        "Issue key,Summary,Issue Type,Custom field (Acceptance Criteria),Epic Link,Fix versions,"
        "Components,Team,Sprint,Sprint,Creator\n"
        "CC-10,Plans,Epic,,,,,,,,Ada\n"
        "CC-12,Extend,Story,* It is saved,CC-10,Drop 2,Web,Lions,CC Sprint 1,CC Sprint 2,Ada\n"
        "CC-13,Cancel,Story,* It ends,CC-10,Drop 3,Web,,,,Ada\n"
    )
    reading = read_file("jira.csv", data.encode())
    sound(reading)
    (epic,) = reading.epics
    told = [(one.release, one.team, one.sprint) for one in epic.stories]
    assert told == [("Drop 2", "Lions, Web", "CC Sprint 1, CC Sprint 2"), ("Drop 3", "Web", "")]
    assert epic.release == "", "its stories do not agree"


def test_a_row_per_criterion() -> None:
    data = (
        "Epic,User Story,Title,AC ID,Acceptance Criterion\n"
        "CC-10 Plans,CC-12,Extend,AC1,It is saved\n"
        ",,,AC2,It is shown\n"
        "CC-10 Plans,CC-13,Cancel,AC1,It ends\n"
    )
    reading = read_file("r.csv", data.encode())
    sound(reading)
    (epic,) = reading.epics
    assert (epic.key, epic.title) == ("CC-10", "Plans")
    assert sum(len(story.criteria) for story in epic.stories) == 3
    assert [c.text for c in epic.criteria] == ["It is saved", "It is shown", "It ends"]


def test_roles_needs_and_reasons_make_a_narrative() -> None:
    data = (
        "copado__User_Story_Title__c,copado__userStory_Role__c,copado__userStory_need__c,"
        "copado__userStory_reason__c,copado__Acceptance_Criteria__c\n"
        "Extend,agent,to extend,customers stay,- It is saved\n"
    )
    (epic,) = read_file("copado.csv", data.encode()).epics
    (story,) = epic.stories
    assert story.narrative == "As a agent\nI want to extend\nso that customers stay"
    assert [c.text for c in story.criteria] == ["It is saved"]


def test_salesforce_names_of_fields_are_read_as_words() -> None:
    """What its data loader writes: the record's name is its number where a title stands beside."""
    header = (
        "Id,Name,RecordType.Name,agf__Subject__c,agf__Details__c,Acceptance_Criteria__c,"
        "agf__Epic__r.Name,agf__Scheduled_Build__r.Name,agf__Product_Tag__r.Name\n"
    )
    rows = (
        "a0QKe00000Lm4T1MAJ,W-104211,User Story,Take items off hire,As a customer I want it.,"
        "<ol><li>The lines are <b>ticked</b>.</li><li>A date is chosen.</li></ol>,"
        "Off-hire,R26.12 Winter,Hire\n"
        "a0QKe00000Lm4T6MAJ,W-104212,User Story,Take a call,Agents note it.,AC1 - It is prefilled.,"
        "Off-hire,R26.12 Winter,Hire\n"
    )
    reading = read_file("work.csv", (header + rows).encode())
    (epic,) = reading.epics
    assert (epic.title, epic.release) == ("Off-hire", "R26.12 Winter")
    assert [(story.key, story.title) for story in epic.stories] == [
        ("W-104211", "Take items off hire"), ("W-104212", "Take a call"),
    ]  # fmt: skip
    assert epic.key not in {story.key for story in epic.stories}
    assert [c.text for c in epic.criteria] == [
        "The lines are ticked.", "A date is chosen.", "It is prefilled.",
    ]  # fmt: skip
    assert any("agf__Product_Tag__r.Name" in note for note in reading.notes)
    assert "Hire" not in {epic.title, *(story.title for story in epic.stories)}


def test_given_when_then_columns() -> None:
    data = "Story,Title,Given,When,Then\nCC-12,Extend,a plan,extended,it is saved\n"
    (epic,) = read_file("g.csv", data.encode()).epics
    assert epic.criteria[0].text == "Given a plan\nWhen extended\nThen it is saved"
    assert epic.criteria[0].form == "gherkin"


def test_columns_that_are_not_used_are_named() -> None:
    data = "Key,Summary,Acceptance Criteria,Weather\nCC-1,Login,- it is shown,sunny\n"
    reading = read_file("k.csv", data.encode())
    assert "Columns not used: Weather." in reading.notes


def test_other_tables_are_tables() -> None:
    for header in (
        "Name,Town",
        "id,name,description,price",
        "Name,Action",
        "Date,Type,Value",
        "a,b,c",
    ):
        assert recognise(header.split(",")) is None
    reading = read_file("t.csv", b"id,name,description,price\n1,Chair,Wooden,5\n")
    assert reading.document.kind == "table"
    assert "| Chair | Wooden |" in reading.document.text


@pytest.mark.parametrize(
    ("header", "kind"),
    [
        ("ID;Anforderung;Erwartung", None),
        ("ID;Exigence;Attendu", None),
        ("ID;Title;Expected", "cases"),
        ("ID;Test;Expected;Actual", "cases"),
        ("ID;Requirement;Expected result", "cases"),
        ("ID;Testfall;Erwartung", "cases"),
        ("ID;Titel;Vorbedingung;Erwartet", "cases"),
        ("ID;Titel;Schritt;Erwartet", "cases"),
        ("ID;Testfall;Vorbedingung;Schritt;Testschritt;Erwartet", "cases"),
    ],
)
def test_that_something_is_expected_makes_no_cases_alone(header: str, kind: str | None) -> None:
    columns = recognise(header.split(";"))
    assert (columns and columns.kind) == kind
    row = ";".join(["R-1", "Der Preis steht in der Liste", *"abcd"][: header.count(";") + 1])
    assert bool(read_file("r.csv", f"{header}\n{row}\n".encode()).cases) == (kind == "cases")


def test_a_table_copied_out_of_a_spreadsheet() -> None:
    tabs = (
        'Key\tSummary\tAcceptance Criteria\nCC-12\tExtend\t"- It is saved\n- It is shown"\n'
        "CC-13\tCancel\tIt ends\n"
    )
    piped = (
        "| Key | Summary | Acceptance Criteria |\n|---|---|---|\n"
        "| CC-12 | Extend | - It is saved<br>- It is shown |\n| CC-13 | Cancel | It ends |\n"
    )
    for text in (tabs, piped):
        reading = read_pasted(text)
        sound(reading)
        (epic,) = reading.epics
        assert [c.id for c in epic.criteria] == ["CC-12-AC1", "CC-12-AC2", "CC-13-AC1"]
        assert [c.text for c in epic.criteria] == ["It is saved", "It is shown", "It ends"]


def test_cases_copied_out_of_a_spreadsheet() -> None:
    reading = read_pasted("ID\tTitle\tStep\tExpected Result\nT-1\tExtend\tOpen\tShown\n")
    assert reading.cases[0].steps[0].expected_result == "Shown"


def test_work_items_of_azure_devops_with_rich_text_and_status() -> None:
    data = (
        "ID,Work Item Type,Title,State,Priority,Area Path,Iteration Path,Tags,Description,"
        "Acceptance Criteria\n"
        "12,User Story,Extend a plan,Active,2,Plans,R1,plan; web,"
        '"<div>As an agent I want to <b>extend</b> a plan &amp; pay</div>",'
        '"<ul><li>It is shown</li><li>It is saved</li></ul>"\n'
    )
    reading = read_file("ado.csv", data.encode())
    [epic] = reading.epics
    [story] = epic.stories
    assert story.narrative == "As an agent I want to **extend** a plan & pay"
    assert [c.text for c in story.criteria] == ["It is shown", "It is saved"]
    for criterion in story.criteria:
        assert reading.document.text[criterion.start : criterion.end] == criterion.text
    assert (story.key, story.labels) == ("12", ("plan", "web"))
    assert (story.title, story.team) == ("Extend a plan", "Plans")


def test_the_row_of_a_requirement_is_remembered() -> None:
    data = "Key,Summary,Acceptance Criteria\nCC-1,One,- a is shown\nCC-2,Two,- b is shown\n"
    reading = read_file("r.csv", data.encode())
    text = reading.document.text
    assert document_of(reading).place_at(text.index("a is shown")) == "row 2"
    assert document_of(reading).place_at(text.index("b is shown")) == "row 3"
    assert document_of(reading).place_at(text.index("CC-2 Two")) == "row 3"


TESTLINK_CSV = """#docid,title,description,type,status,expected_coverage,node_order
REQ-1,Cancel a plan,"The agent cancels a plan within 14 days.",3,V,1,1
REQ-2,Extend a plan,"The agent extends a plan once.",2,D,1,2
"""


@pytest.mark.parametrize("name", ["reqs.csv", "reqs.txt", "reqs"])
@pytest.mark.parametrize("mark", ["#docid", "# docid", "docid", "#Doc ID", '"#docid"'])
def test_testlink_s_requirements_as_csv(name: str, mark: str) -> None:
    data = TESTLINK_CSV.replace("#docid", mark, 1).encode()
    reading = read_file(name, data)
    stories = [story for epic in reading.epics for story in epic.stories]
    assert [(story.key, story.title) for story in stories] == [
        ("REQ-1", "Cancel a plan"), ("REQ-2", "Extend a plan"),
    ]  # fmt: skip
    assert "within 14 days" in reading.document.text
    assert "extends a plan once" in stories[1].narrative


# --- Reports of Salesforce --------------------------------------------------------------------

FOOTER = (
    '\n\n"Stories by epic"\n'
    '"Copyright (c) 2000-2027 salesforce.com, inc. All rights reserved."\n'
    '"Confidential Information - Do Not Distribute"\n"Generated By:  Ada B  12.04.2027 09:41"\n'
    '"Brook Ltd"\n'
)


def test_a_report_names_the_object_before_the_field() -> None:
    data = (
        "User Story: User Story Reference,User Story: User Story Name,Acceptance Criteria,"
        "Release: Release Name,Epic: Epic Name,Sprint: Sprint Name,Epic: Description,"
        "User Story: Last Modified Date,Release: Status\n"
        "US-0000004,Extend a plan,- It is saved,R27.2,Plans,S4,All about plans,1.2.2027,Open\n"
        "US-0000005,Cancel a plan,- It ends,R27.3,Plans,S5,All about plans,1.2.2027,Open\n"
        "US-0000006,Pay,- It is paid,R27.3,Payments,S5,Money,1.2.2027,Open\n"
    )
    reading = read_file("report.csv", (data + FOOTER).encode())
    sound(reading)
    plans, payments = reading.epics
    assert [plans.title, payments.title] == ["Plans", "Payments"]
    told = [(one.key, one.title, one.release, one.sprint) for one in plans.stories]
    assert told == [
        ("US-0000004", "Extend a plan", "R27.2", "S4"),
        ("US-0000005", "Cancel a plan", "R27.3", "S5"),
    ]  # fmt: skip
    assert [story.key for story in payments.stories] == ["US-0000006"] != [payments.key]
    assert not any("about plans" in story.narrative for story in plans.stories)
    assert "salesforce.com" not in reading.document.text
    [note] = [note for note in reading.notes if note.startswith("Columns not used")]
    assert "Release: Status" in note
    assert "Release Name" not in note


def test_a_report_s_numbers_are_keys_beside_titles() -> None:
    data = (
        "User Story: User Story Name,User Story: ID,Title,Acceptance Criteria,Epic: Epic Name,"
        "Epic: Title\n"
        "US-0000007,a0B5g00000AbCdE,Order a box,- It is ordered,EP-0012,Boxes\n"
    )
    (epic,) = read_file("report.csv", data.encode()).epics
    assert (epic.key, epic.title) == ("EP-0012", "Boxes")
    assert [(story.key, story.title) for story in epic.stories] == [("US-0000007", "Order a box")]
    work = (
        "Work: Work ID,Subject,Details,Epic: Epic Name,Scheduled Build: Build Name,"
        "Scrum Team: Team Name,Account: Account Name\nW-12,Pay,Members pay.,EP-0003,B1,Reds,Brook\n"
    )
    (epic,) = read_file("work.csv", work.encode()).epics
    (story,) = epic.stories
    assert (epic.key, story.key, story.release, story.team) == ("EP-0003", "W-12", "B1", "Reds")


def test_a_formatted_report_has_lines_above_and_counts_between() -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    rows = {
        2: ["Stories by epic"],
        3: ["As of 2027-04-12 • Generated by Ada B • Sorted by Epic: Epic Name (Ascending)"],
        5: ["Filtered By"], 6: ["   Show: All user stories"],
        8: ["Epic: Epic Name  ↑", "User Story: User Story Reference", "Title", "Want to"],
        9: ["Claims", "US-1", "File a claim", "file a claim"],
        10: [None, "US-2", "Cancel a claim", "to cancel a claim"],
        11: ["Subtotal", "Count", 2],
        12: ["Payments", "US-3", "Pay", "pay"],
        13: ["Subtotal", "Count", 1], 14: ["Total", "Count", 3],
        16: ["Confidential Information - Do Not Distribute"],
        17: ["Copyright © 2000-2027 salesforce.com, inc. All rights reserved."],
    }  # fmt: skip
    for number, cells in rows.items():
        for column, cell in enumerate(cells, 2):
            sheet.cell(number, column, cell)
    sheet.merge_cells("B2:E2")
    sheet.merge_cells("B9:B10")
    reading = read_file("report.xlsx", saved(book))
    told = [(epic.title, [story.key for story in epic.stories]) for epic in reading.epics]
    assert told == [("Claims", ["US-1", "US-2"]), ("Payments", ["US-3"])]
    assert document_of(reading).place_at(reading.document.text.index("US-3")) == (
        "sheet Sheet, row 12"
    )
    assert "salesforce.com" not in reading.document.text


@pytest.mark.parametrize(
    ("header", "cell", "words"),
    [
        ("Want to", "extend a plan", "I want to extend a plan"),
        ("I want to", "to extend a plan", "I want to extend a plan"),
        ("I want", "to extend a plan", "I want to extend a plan"),
        ("Want to", "I want a plan", "I want a plan"),
    ],
)
def test_a_narrative_goes_by_the_labels_of_its_columns(header: str, cell: str, words: str) -> None:
    data = (
        f"Key,Title,As a,{header},So that,Acceptance Criteria,Technical Notes\n"
        f"CC-1,Extend,Member,{cell},I stay,- It is saved,Class PlanJob\n"
    )
    (epic,) = read_file("k.csv", data.encode()).epics
    assert epic.stories[0].narrative == f"As a Member\n{words}\nso that I stay\n\nClass PlanJob"


# --- What makes rows stories ------------------------------------------------------------------


@pytest.mark.parametrize(
    "table",
    [
        "Id,Text,Where,Story\nM-1,Thank you. It is sent.,Mail,CC-12\nM-2,Choose.,Form,CC-12\n",
        "Id,Text,Story\nMSG-1,Thank you.,CC-12 Extend a plan\nMSG-2,Choose.,CC-13 Cancel\n",
        "Id,Text,User Story\nM-1,Thank you.,CC-12 and CC-13\nM-2,Choose.,CC-12\nM-3,Yes,all\n",
        "Id,Text,Story\nM-1,Thank you.,4111\nM-2,Choose.,4112\n",
        "Id,Text,Story ID\nM-1,Thank you.,CC-12\nM-2,Choose.,CC-12\n",
        "Id,Text,Epic\nM-1,Thank you.,CC-10\nM-2,Choose.,CC-10\n",
        "Bug: Bug Name,Title,User Story: User Story Reference\nB-1,Slow,US-1\nB-2,Stuck,US-1\n",
        'ID,Name,Description,Stories\nBR-1,Fee,5 EUR,"CC-12, CC-13"\nBR-2,Late,2 EUR,CC-12\n',
    ],
)
def test_rows_about_stories_are_no_stories(table: str) -> None:
    reading = read_file("texts.csv", table.encode())
    assert (reading.document.kind, reading.epics) == ("table", ())
    assert table.split("\n")[1].split(",")[1] in reading.document.text


@pytest.mark.parametrize(
    ("table", "keys"),
    [
        ("ID,Requirement\nREQ-1,The system saves.\nREQ-2,It shows.\n", ["REQ-1", "REQ-2"]),
        ("ID,Title,Epic\nCC-1,Pay,CC-10\nCC-2,Stop,CC-10\n", ["CC-1", "CC-2"]),
        ("ID,Title,Story points\nCC-1,Pay,3\nCC-2,Stop,5\n", ["CC-1", "CC-2"]),
        ("ID,Title,Story points,Linked stories\nCC-1,Pay,3,\nCC-2,Go,5,CC-1\nCC-3,End,1,\n",
         ["CC-1", "CC-2", "CC-3"]),
        ("#,Title,Description,User Story\n1,Pay,x,US-7\n2,Stop,y,US-9\n", ["US-7", "US-9"]),
        ("ID,Text,Requirement\nUS-1,As a clerk I want to pay.,BR-1\n"
         "US-2,As a clerk I want to stop.,BR-1\n", ["US-1", "US-2"]),
        ("Story,Title,Given,When,Then\nCC-12,Pay,a plan,it ends,it is paid\n", ["CC-12"]),
        ("User Story: User Story Reference,Title,Status\nUS-7,Pay,Open\n", ["US-7"]),
    ],
)  # fmt: skip
def test_rows_with_words_of_their_own_are_stories(table: str, keys: list[str]) -> None:
    reading = read_file("stories.csv", table.encode())
    found = [story for epic in reading.epics for story in epic.stories]
    assert [story.key for story in found] == keys
    assert not any(word in story.narrative for story in found for word in ("BR-1", "US-7", "CC-"))


def test_criteria_listed_with_the_stories_they_belong_to() -> None:
    data = (
        "ID,Acceptance criterion,Story\nAC-1,It is saved.,CC-12\nAC-2,It is shown.,CC-12\n"
        "AC-3,It ends.,CC-13\n"
    )
    (epic,) = read_file("criteria.csv", data.encode()).epics
    assert [(story.key, [c.text for c in story.criteria]) for story in epic.stories] == [
        ("CC-12", ["It is saved.", "It is shown."]), ("CC-13", ["It ends."]),
    ]  # fmt: skip


RULES = (
    "ID,Title,Description,Type,Status,Severity\n"
    "BH-1,Fees,A kayak costs 7 euros.,System Requirement,Approved,Must\n"
    "BH-2,Colours,It is red.,System Requirement,Rejected,Should\n"
    'BH-3,Speed,"It is fast:\n- on the sea",Non-Functional,Draft,Must\n'
)


def test_a_list_of_requirements_says_of_each_its_id_and_status() -> None:
    reading = read_file("polarion.csv", RULES.encode())
    document = reading.document
    assert (document.kind, reading.epics, reading.cases) == ("rules", (), ())
    assert document.text == (
        "## BH-1 Fees\n\nA kayak costs 7 euros.\n\n"
        "(Type: System Requirement; Status: Approved; Severity: Must)\n\n"
        "## BH-3 Speed\n\nIt is fast:\n- on the sea\n\n"
        "(Type: Non-Functional; Status: Draft; Severity: Must)\n"
    )
    assert "Withdrawn, left out: BH-2 Colours (Rejected)." in reading.notes
    assert {one.label for one in reading.places} == {"row 2", "row 4"}


def test_a_list_of_requirements_loses_no_cell_and_no_line() -> None:
    data = (
        "ID,Title,Type,Verification\n"
        'R-1,Members,Requirement,"1. Book\n2. Cancel",see R-2\n'
        "R-2,Boats,Requirement,By hand\n"
        ",,,\nAll fees are in euros.,,,\n"
    )
    assert read_file("rules.csv", data.encode()).document.text == (
        "## R-1 Members\n\nVerification:\n\n1. Book\n2. Cancel\n\n(Type: Requirement; see R-2)\n\n"
        "## R-2 Boats\n\n(Type: Requirement; Verification: By hand)\n\n"
        "All fees are in euros.\n"
    )


def test_a_note_below_the_titles_of_requirements_is_no_rule() -> None:
    data = "ID,Title,Type\nR-1,Members,Requirement\nR-2,Boats,Requirement\n,Fees are net.,\n"
    text = read_file("rules.csv", data.encode()).document.text
    assert text.endswith("\n\nFees are net.\n")


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("System Requirement", "Kayak"),  # what they are says nobody
        ("ID", "Colour"),
        ("BH-1,Fees,A kayak costs 7 euros.", ",,"),
    ],
)
def test_data_with_a_status_is_no_list_of_requirements(old: str, new: str) -> None:
    reading = read_file("boats.csv", RULES.replace(old, new).encode())
    assert reading.document.kind == "table"
    assert "Rejected" in reading.document.text


def test_what_sharepoint_says_of_a_lists_columns_is_left_out() -> None:
    schema = '"ListSchema={""schemaXmlList"":[""<Field Name=\\""Title\\"" />""]}"\n'
    reading = read_file("list.csv", f"{schema}Term,Meaning\nKayak,a boat\nPier,a place\n".encode())
    assert reading.document.text.startswith("| Term | Meaning |")
    assert reading.places[0].label == "row 3"


def test_a_requirement_is_its_own_criterion_where_no_column_says_more() -> None:
    rows = [
        "ID | Requirement | Prio",
        "R1 | A tour above 9 h is split. | M",
        "R2 | Bay 3 stays free. | S",
    ]
    pasted = read_pasted("\n".join(f"| {row} |" for row in (rows[0], "--- | --- | ---", *rows[1:])))
    sound(pasted)
    (epic,) = pasted.epics
    assert [(one.id, one.text) for one in epic.criteria] == [
        ("R1-AC1", "A tour above 9 h is split."), ("R2-AC1", "Bay 3 stays free."),
    ]  # fmt: skip
    titled = read_file("r.csv", b"ID,Requirement Title,Prio\nR1,Split tours,M\nR2,Bay 3,S\n")
    assert not [one for epic in titled.epics for one in epic.criteria], "a title states nothing"
    said = read_file("r.csv", b"ID,Requirement,Acceptance criteria\nR1,Split tours,Each is < 9 h\n")
    assert [one.text for one in said.epics[0].criteria] == ["Each is < 9 h"]


def test_a_feature_above_stories_is_no_scenario() -> None:
    header = "ID,Type,Name,Acceptance Criteria,Phase,Release,Feature,Epic"
    row = '7,User Story,Count crates,"- A count is whole.\n- 0 is allowed.",New,R2,Handover,Round'
    (epic,) = read_file(
        "octane.csv", f"{header}\n{row}\n8,User Story,Sign,- Name.,New,R2,X,Round".encode()
    ).epics
    assert (epic.title, epic.stories[0].key, epic.stories[0].release) == ("Round", "7", "R2")
    assert [one.text for one in epic.stories[0].criteria] == ["A count is whole.", "0 is allowed."]
    scenario = '"Given a crate\nWhen it is counted\nThen 1 is shown"'
    tests = read_file("t.csv", f"ID,Name,Feature\nT1,Count,{scenario}\n".encode())
    assert [one.id for one in tests.cases] == ["T1"]


TICKETS = (
    "Issue key,Issue Type,Summary,Status,Component/s,Last comment\n"
    "SD-1,Incident,The printer jams,Closed,Facility,Roller changed.\n"
    "SD-2,{type},How far back may we correct?,Resolved,Desk,{words}\n"
)


def test_tickets_are_a_table_with_all_that_was_answered() -> None:
    answer = "Only the two months closed last."
    data = TICKETS.format(type="Question", words=answer)
    found = read_file("tickets.csv", data.encode())
    assert not found.epics
    assert answer in found.document.text


def test_a_story_among_tickets_makes_them_no_table() -> None:
    data = TICKETS.format(type="Story", words="")
    found = read_file("tickets.csv", data.encode())
    assert [story.key for epic in found.epics for story in epic.stories] == ["SD-1", "SD-2"]


@pytest.mark.parametrize(
    "body",
    [
        "### {0}-020 Return of goods\n\nGoods shall be taken back.\n\n### {0}-030 Cut goods\n\n"
        "Cut goods shall be refused.\n",
        "**{0}-020** Goods shall be taken back.\n\n**{0}-030** Cut goods shall be refused.\n",
        "- {0}-020: Goods shall be taken back.\n- {0}-030: Cut goods shall be refused.\n",
        "| Id | Requirement |\n| --- | --- |\n| {0}-020 | Goods shall be taken back. |\n"
        "| {0}-030 | Cut goods shall be refused. |\n",
    ],
)
@pytest.mark.parametrize("area", ["REQ-INT", "F-REL", "OE-SALES-B"])
def test_a_document_of_requirements_is_read_by_ids_of_areas(area: str, body: str) -> None:
    text = f"# Requirements Specification\n\n## 3 Returns\n\n{body.format(area)}"
    found = read_file("spec.md", text.encode())
    assert {one.id: one.text for epic in found.epics for one in epic.criteria} == {
        f"{area}-020": "Goods shall be taken back.",
        f"{area}-030": "Cut goods shall be refused.",
    }


def test_a_chapter_that_is_called_by_an_area_is_no_requirement() -> None:
    text = "# MASVS-AUTH-1\n\n## Control\n\nThe app is safe.\n\n## Description\n\nMost do.\n"
    found = read_file("MASVS-AUTH-1.md", text.encode())
    assert "MASVS-AUTH-1" not in {one.id for epic in found.epics for one in epic.criteria}


@pytest.mark.parametrize("key", ["US-PAY", "EPIC-PAY", "PAY-UI"])
@pytest.mark.parametrize("colon", ["", ":"])
@pytest.mark.parametrize(
    "want", ["As a customer I want to pay so that it is quick.\n\n", "Paid.\n\n"]
)
def test_a_story_under_an_id_of_its_area_is_no_criterion(key: str, colon: str, want: str) -> None:
    text = "# Payments\n\n" + "".join(
        f"## {key}-0{n}{colon} Pay {n}\n\n{want}### Acceptance Criteria\n\n"
        f"- A card has {n} digits.\n\n"
        for n in (1, 2)
    )
    stories = [one for epic in read_file("s.md", text.encode()).epics for one in epic.stories]
    assert [(one.title, [c.text for c in one.criteria]) for one in stories] == [
        (f"{key}-0{n}{colon} Pay {n}", [f"A card has {n} digits."]) for n in (1, 2)
    ]


@pytest.mark.parametrize(
    "line",
    [
        "AES-GCM-256: files are encrypted with it.",
        "SEPA-CT-01: the bank sends it.",
        "TC-PAY-01: a card is refused.",
        "AC-UI-01: a card has 16 digits.",
    ],
)
def test_what_is_no_series_of_requirements_keeps_its_subject(line: str) -> None:
    text = f"# Story RF-1: Refund\n\n## Acceptance criteria\n\n- A lead signs.\n- {line}\n"
    (epic,) = read_file("s.md", text.encode()).epics
    assert [(one.id, one.text) for one in epic.criteria] == [
        ("RF-1-AC1", "A lead signs."), ("RF-1-AC2", line),
    ]  # fmt: skip


def test_one_id_twice_is_no_series() -> None:
    items = "- SEPA-CT-01: it is sent.\n- SEPA-CT-01: it ends.\n"
    text = f"# Story RF-1: Refund\n\n## Acceptance criteria\n\n{items}"
    (epic,) = read_file("s.md", text.encode()).epics
    assert [one.text for one in epic.criteria] == [
        "SEPA-CT-01: it is sent.",
        "SEPA-CT-01: it ends.",
    ]


def test_an_id_that_two_stories_have_is_told_apart_by_the_story() -> None:
    for given in ("AC-UI-01", "REQ-INT-010"):
        text = "# Epic SH-1: Shop\n\n" + "".join(
            f"## Story SH-{n}: Part {n}\nAs a buyer I want part {n} so that I own it.\n\n"
            f"| Id | Criterion |\n|---|---|\n| {given} | It holds {n}. |\n\n"
            for n in (2, 3)
        )
        (epic,) = read_file("s.md", text.encode()).epics
        assert [one.id for one in epic.criteria] == [f"SH-2-{given}", f"SH-3-{given}"]


REFUNDS = (
    "# Refunds\n\n## Story RF-1: Refund\nAs a clerk I want to refund so that it is paid.\n\n"
    "### Acceptance criteria\n- A lead signs.\n\n## {0}\n| Id | Requirement | Note |\n"
    "|---|---|---|\n{1}\n"
)
REQUIREMENT_ROWS = "| BR-9.01 | Refunds to cards | x |\n| BR-9.02 | Refunds in cash | y |"


@pytest.mark.parametrize(
    "heading",
    [
        "Deferred to release 3", "Rejected requirements", "7 Not in this release", "History",
        "Superseded requirements", "Requirements withdrawn", "Out of scope of release 2",
        "Abgelehnte Anforderungen", "Exigences rejetées",
    ],
)  # fmt: skip
def test_requirements_that_are_left_out_are_no_criteria(heading: str) -> None:
    reading = read_file("d.md", REFUNDS.format(heading, REQUIREMENT_ROWS).encode())
    assert [one.text for epic in reading.epics for one in epic.criteria] == ["A lead signs."]


@pytest.mark.parametrize(
    "rows",
    [
        "| TC-01 | BR-5.01 | passed |\n| TC-02 | BR-5.02, BR-5.03 | failed |",
        "| 1 | Wear shoes | yes |\n| F2 | Wear a hat | no |",
    ],
)
def test_a_table_that_traces_or_compares_states_no_requirements(rows: str) -> None:
    reading = read_file("d.md", REFUNDS.format("Coverage", rows).encode())
    assert [one.text for epic in reading.epics for one in epic.criteria] == ["A lead signs."]


def test_a_table_of_requirements_has_rows_that_only_head_others() -> None:
    rows = f"| 9 Returns | | |\n{REQUIREMENT_ROWS}"
    reading = read_file("d.md", REFUNDS.format("Rejected claims", rows).encode())
    ids = [one.id for epic in reading.epics for one in epic.criteria]
    assert {"BR-9.01", "BR-9.02"} <= set(ids)


@pytest.mark.parametrize(
    ("title", "lines"),
    [
        ("System Requirements", "- RAM 16 GB or more\n- CPU 4 cores\n- CPU 8 cores, better"),
        ("System Requirements", "- F1: a key.\n- F2: a key."),
        ("Exigences de sécurité", "- Q3: a date.\n- Q4: a date."),
        ("Business Requirements", "- Q3 2026 is the date.\n- CR 12 was rejected.\n- Q4 2026 too."),
        ("Business Requirements", "- A1: Ann.\n- B2: Bob."),
        *((title, "- OE-1.1: Ann asks.\n- OE-1.2: Bob asks.")
          for title in ("BRD review minutes", "User requirements workshop",
                        "Functional requirements: open points", "Protokoll zum Lastenheft",
                        "Compte rendu : cahier des charges")),
    ],
)  # fmt: skip
def test_a_page_about_requirements_is_no_document_of_them(title: str, lines: str) -> None:
    assert read_file("m.md", f"# {title}\n\nOf Ann.\n\n{lines}\n".encode()).epics == ()


@pytest.mark.parametrize(
    "title", ["System Requirements Specification", "BRD", "Lastenheft", "Exigences fonctionnelles"]
)
def test_a_document_of_requirements_is_known_by_its_title_and_ids(title: str) -> None:
    text = f"# {title}\n\n- OE-1.1: Goods shall be taken back.\n- OE-1.2 It shall be paid.\n"
    (epic,) = read_file("m.md", text.encode()).epics
    assert len(epic.criteria) == 2


@pytest.mark.parametrize(
    ("header", "is_story"),
    [
        (("Version", "Date", "Who", "What"), False),
        (("Who", "What", "When"), False),
        (("Who", "What", "Why"), True),
        (("Key", "Who", "What"), True),
    ],
)
def test_who_did_what_is_no_story(header: tuple[str, ...], is_story: bool) -> None:
    assert (recognise(header) is not None) == is_story


def test_comments_of_an_export_with_few_columns_are_read() -> None:
    text = (
        "Issue key,Issue Type,Summary,Reporter,Description,Comment,Comment\n"
        'CC-12,Story,Extend a plan,Ann,"As an agent I want to extend plans.\n\nAC:\n- It is saved",'
        '24/Mar/26 10:02 AM;Bo;Saved within 5 days now.,"Ann 07/Apr/26: no, within 3 days."\n'
    )
    reading = read_file("jira.csv", text.encode())
    assert [c.text for epic in reading.epics for c in epic.criteria] == ["It is saved"]
    _, behind = reading.document.text.split("Comment", 1)
    assert "Saved within 5 days now." in behind
    assert "no, within 3 days." in behind
    assert "comment by Bo, 2026-03-24" in [one.label for one in reading.places]


def test_what_the_other_columns_of_a_backlog_say_is_kept_as_remarks() -> None:
    text = (
        "Key,Story,Acceptance Criteria,Owner,Estimate,Business remarks\n"
        "CC-12,Extend a plan,It is saved,Ann Lee,5,From May on only once a year by mail of Bo\n"
        "CC-13,Cancel a plan,It ends,Bo,3,see above\n"
    )
    reading = read_file("backlog.csv", text.encode())
    assert "# Comments on CC-12\n" in reading.document.text
    assert "comment by column Business remarks" in [one.label for one in reading.places]
    assert "see above" not in reading.document.text
    (note,) = [one for one in reading.notes if one.startswith("Columns not used")]
    assert "Business remarks" not in note
    assert "Estimate" in note or "Owner" in note
