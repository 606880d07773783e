"""Salesforce metadata and records: objects, fields, rules, flows, record types, permission sets."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from file_writers import archive

from assistant.sources.files.batches import read_files
from assistant.sources.files.files import read_file
from assistant.sources.reading import Reading

HEAD = (
    '<?xml version="1.0" encoding="UTF-8"?>\n<{0} xmlns="http://soap.sforce.com/2006/04/metadata">'
)

OBJECT = (
    HEAD.format("CustomObject")
    + """<label>Plan</label><sharingModel>Private</sharingModel>
<fields><fullName>Days__c</fullName><label>Days</label><type>Number</type><precision>3</precision>
<scale>0</scale><required>true</required></fields>
<validationRules><fullName>Max_Days</fullName><active>true</active>
<description>A plan is limited</description>
<errorConditionFormula>Days__c &gt; 14</errorConditionFormula>
<errorDisplayField>Days__c</errorDisplayField>
<errorMessage>At most 14 days.</errorMessage></validationRules>
<recordTypes><fullName>Gold</fullName><label>Gold plan</label><active>true</active>
<picklistValues><picklist>Status__c</picklist><values><fullName>New%2FOpen</fullName></values>
</picklistValues></recordTypes></CustomObject>"""
)


def read_all(name: str, data: bytes) -> dict[str, Reading]:
    """The readings of an upload by document id."""
    found = [each.reading for each in read_files(name, data) if each.reading]
    return {reading.document.id: reading for reading in found}


def test_object_file_with_rules_and_record_types() -> None:
    for found in (
        read_all("m.zip", archive({"unpackaged/objects/Plan__c.object": OBJECT})),
        read_all("Plan__c.object", OBJECT.encode()),
    ):
        reading = found["salesforce:object:Plan__c"]
        text = reading.document.text
        assert reading.document.kind == "rules"
        assert (
            "- Max_Days: A plan is limited. Saving is refused where `Days__c > 14`. "
            'Message at Days__c: "At most 14 days."'
        ) in text
        assert "| Days | Days__c | Number(3, 0) | yes |" in text
        assert "## Record type Gold plan\n\n- Status__c: New/Open" in text


def test_rule_in_a_file_of_its_own_joins_its_object() -> None:
    rule = (
        HEAD.format("ValidationRule") + "<fullName>No_Past</fullName><active>false</active>"
        "<errorConditionFormula>Date__c &lt; TODAY()</errorConditionFormula>"
        "<errorMessage>Not in the past.</errorMessage></ValidationRule>"
    )
    base = "force-app/main/default/objects/Plan__c"
    data = archive({
        f"{base}/Plan__c.object-meta.xml": OBJECT,
        f"{base}/validationRules/No_Past.validationRule-meta.xml": rule,
        f"{base}/listViews/All.listView-meta.xml": HEAD.format("ListView") + "</ListView>",
        "broken/x.flow-meta.xml": "<Flow>",
    })  # fmt: skip
    [reading] = read_all("m.zip", data).values()
    assert "- No_Past (inactive): Saving is refused where `Date__c < TODAY()`." in (
        reading.document.text
    )
    assert "1 ListView" in reading.report.unread_parts
    assert any("broken/x.flow" in part for part in reading.report.unread_parts)


def test_a_part_of_an_object_alone_is_named_with_the_object_of_its_folder() -> None:
    """A folder that is synced gives its files one by one, each with its path."""
    field = (
        HEAD.format("CustomField") + "<fullName>Reason__c</fullName><label>Reason</label>"
        "<type>Picklist</type><valueSet><valueSetDefinition><value><fullName>Late</fullName>"
        "<isActive>false</isActive></value><value><fullName>Lost</fullName></value>"
        "</valueSetDefinition></valueSet></CustomField>"
    )
    path = "force-app/main/default/objects/Plan__c/fields/Reason__c.field-meta.xml"
    found = read_all(path, field.encode())
    reading = found["salesforce:object:Plan__c.Reason__c"]
    assert reading.document.title == "Plan__c.Reason__c"
    assert reading.document.text.startswith("# Plan__c\n")
    assert "values: Lost; no longer offered: Late" in reading.document.text
    assert [*read_all("Reason__c.field-meta.xml", field.encode())] == [
        "salesforce:object:Reason__c"
    ]


def test_what_belongs_to_an_object_is_told_with_it() -> None:
    base = "app/objects/Plan__c"
    told = HEAD.format("CustomObject") + (
        "<externalSharingModel>Private</externalSharingModel><label>Plan</label><nameField>"
        "<displayFormat>P-{0000}</displayFormat><label>Plan number</label><type>AutoNumber</type>"
        "</nameField></CustomObject>"
    )
    process = HEAD.format("BusinessProcess") + (
        "<fullName>Short</fullName><isActive>true</isActive><values><fullName>New</fullName>"
        "<default>true</default></values><values><fullName>Closed</fullName></values>"
        "</BusinessProcess>"
    )
    record = HEAD.format("RecordType") + (
        "<fullName>Gold</fullName><active>true</active><businessProcess>Short</businessProcess>"
        "<label>Gold</label><picklistValues><picklist>Level__c</picklist><values><fullName>Low"
        "</fullName><default>true</default></values><values><fullName>High</fullName></values>"
        "</picklistValues></RecordType>"
    )
    fields = HEAD.format("FieldSet") + (
        "<fullName>Ask</fullName><displayedFields><field>Days__c</field>"
        "<isRequired>true</isRequired></displayedFields><label>Asked</label></FieldSet>"
    )
    page = HEAD.format("FlexiPage") + (
        "<flexiPageRegions><itemInstances><fieldInstance><fieldInstanceProperties>"
        "<name>uiBehavior</name><value>required</value></fieldInstanceProperties>"
        "<fieldItem>Record.Days__c</fieldItem><visibilityRule><booleanFilter>1 OR 2</booleanFilter>"
        "<criteria><leftValue>{!Record.Level__c}</leftValue><operator>EQUAL</operator>"
        "<rightValue>High</rightValue></criteria><criteria>"
        "<leftValue>{!$Permission.CustomPermission.Boss}</leftValue><operator>EQUAL</operator>"
        "<rightValue>true</rightValue></criteria></visibilityRule></fieldInstance></itemInstances>"
        "</flexiPageRegions><masterLabel>Plan page</masterLabel>"
        "<sobjectType>Plan__c</sobjectType></FlexiPage>"
    )
    data = archive({
        f"{base}/Plan__c.object-meta.xml": told,
        f"{base}/businessProcesses/Short.businessProcess-meta.xml": process,
        f"{base}/recordTypes/Gold.recordType-meta.xml": record,
        f"{base}/fieldSets/Ask.fieldSet-meta.xml": fields,
        "app/flexipages/Plan.flexipage-meta.xml": page,
    })  # fmt: skip
    [reading] = read_all("m.zip", data).values()
    text = reading.document.text
    assert "Sharing model for external users: Private (only owners and those above them)" in text
    assert "Record name: Plan number, AutoNumber P-{0000}" in text
    assert "## Business process Short\n\n- New [default]\n- Closed" in text
    assert "Business process: Short\n\n- Level__c: Low [default], High" in text
    assert "## Field set Asked\n\n- Shown: Days__c (required)" in text
    assert (
        "## Lightning page Plan page\n\n- Days__c: required, shown only if Record.Level__c is High "
        "or $Permission.CustomPermission.Boss is true"
    ) in text


def test_real_application(shared_dir: Path) -> None:
    base = shared_dir / "data/imports/salesforce_dreamhouse/force-app"
    if not base.is_dir():
        pytest.skip("the folder of real payloads is absent")
    files = [path for path in sorted(base.rglob("*")) if path.is_file()]
    data = archive({str(path.relative_to(base)): path.read_bytes() for path in files})
    found = read_all("app.zip", data)
    assert set(found) == {
        "salesforce:flow:Create_property", "salesforce:permission-set:dreamhouse",
        "salesforce:object:Broker__c", "salesforce:object:Property__c",
    }  # fmt: skip
    fields = found["salesforce:object:Property__c"].document.text
    count = len([path for path in files if "Property__c/fields/" in path.as_posix()])
    assert sum(line.startswith("| ") for line in fields.split("\n")) == count + 2
    assert "one of: Contracted, Pre Market, Available, Under Agreement, Closed" in fields
    assert "| Broker | Broker__c | Lookup | no | refers to Broker__c |" in fields
    assert "formula `TODAY() - Date_Listed__c`" in fields
    flow = found["salesforce:flow:Create_property"].document.text
    assert "If get_main_content_document is not empty: Content Document Found" in flow
    assert "creates a record (Property__c)" in flow
    allowed = found["salesforce:permission-set:dreamhouse"].document.text
    assert "| Property__c | create, read, edit, delete, view all, modify all |" in allowed


def test_user_stories_of_copado() -> None:
    record = {
        "attributes": {"type": "copado__User_Story__c", "url": "/services/data/x/a1"},
        "Name": "US-0000012", "copado__User_Story_Title__c": "Extend a plan",
        "copado__userStory_Role__c": "agent", "copado__userStory_need__c": "to extend a plan",
        "copado__userStory_reason__c": "it runs longer", "copado__Status__c": "Approved",
        "copado__Acceptance_Criteria__c": "<ul><li>It is shown</li><li>It is saved</li></ul>",
        "copado__Epic__r": {"attributes": {}, "Name": "EP-7"},
        "copado__Release__r": {"Name": "R1"},
    }  # fmt: skip
    reading = read_file("us.json", json.dumps({"totalSize": 1, "records": [record]}).encode())
    [epic] = reading.epics
    [story] = epic.stories
    assert (epic.key, epic.release, story.key) == ("EP-7", "R1", "US-0000012")
    assert [c.text for c in story.criteria] == ["It is shown", "It is saved"]
    assert story.narrative == "As a agent I want to extend a plan so that it runs longer"
    assert reading.fields[0].field == "copado__Acceptance_Criteria__c"
