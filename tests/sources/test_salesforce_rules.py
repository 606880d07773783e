"""Salesforce's rules outside of objects and flows: access, workflow, approvals, values, words."""

from __future__ import annotations

from file_writers import archive

from assistant.sources.files.batches import read_files
from assistant.sources.files.files import read_file


def metadata(kind: str, body: str) -> str:
    """A metadata file of this type."""
    return (
        f'<?xml version="1.0" encoding="UTF-8"?>\n<{kind} '
        'xmlns="http://soap.sforce.com/2006/04/metadata" '
        f'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">{body}</{kind}>'
    )


def text_of(name: str, kind: str, body: str) -> str:
    """What is read of one metadata file."""
    return read_file(name, metadata(kind, body).encode()).document.text


def criterion(field: str, operation: str, value: str = "") -> str:
    """One item of criteria."""
    given = f"<value>{value}</value>" if value else ""
    return (
        f"<criteriaItems><field>{field}</field><operation>{operation}</operation>{given}"
        "</criteriaItems>"
    )


def test_a_field_says_what_may_be_in_it() -> None:
    field = """<fullName>{0}__c</fullName><label>{0}</label>"""
    name = "objects/Ticket__c/fields/x.field-meta.xml"
    rows = {
        "City": field.format("City") + """<type>Picklist</type><required>true</required>
<description>Where it is.</description><inlineHelpText>Choose one</inlineHelpText>
<valueSet><controllingField>Country__c</controllingField><restricted>true</restricted>
<valueSetDefinition><sorted>false</sorted>
<value><fullName>OSL</fullName><default>true</default><label>Oslo</label></value>
<value><fullName>Rome</fullName><default>false</default><label>Rome</label></value>
<value><fullName>Old</fullName><isActive>false</isActive><label>Old</label></value>
</valueSetDefinition><valueSettings><controllingFieldValue>Norway</controllingFieldValue>
<valueName>OSL</valueName></valueSettings></valueSet>""",
        "Older": field.format("Older") + """<type>Picklist</type><picklist>
<controllingField>Country__c</controllingField><picklistValues><fullName>A</fullName>
<default>false</default><controllingFieldValues>Norway</controllingFieldValues>
<controllingFieldValues>Italy</controllingFieldValues></picklistValues></picklist>""",
        "Total": field.format("Total") + """<type>Summary</type>
<summarizedField>Line__c.Cost__c</summarizedField><summaryForeignKey>Line__c.Ticket__c
</summaryForeignKey><summaryOperation>sum</summaryOperation><summaryFilterItems>
<field>Line__c.State__c</field><operation>notEqual</operation><value>Void,Draft</value>
</summaryFilterItems>""",
        "Owner": field.format("Owner") + """<type>Lookup</type><referenceTo>Person__c</referenceTo>
<deleteConstraint>Restrict</deleteConstraint><lookupFilter><active>true</active>
<booleanFilter>1 AND 2</booleanFilter><errorMessage>Only active people.</errorMessage>
<filterItems><field>Person__c.Active__c</field><operation>equals</operation><value>True</value>
</filterItems><filterItems><field>Person__c.Area__c</field><operation>equals</operation>
<valueField>$Source.Area__c</valueField></filterItems><isOptional>false</isOptional>
</lookupFilter>""",
        "Code": field.format("Code") + """<type>EncryptedText</type><length>20</length>
<maskChar>asterisk</maskChar><maskType>lastFour</maskType><unique>true</unique>
<caseSensitive>false</caseSensitive><defaultValue>"x"</defaultValue>""",
    }  # fmt: skip
    found = {
        label: text_of(name, "CustomField", body).split("\n")[-2] for label, body in rows.items()
    }
    assert found["City"] == (
        "| City | City__c | Picklist | yes | one of: Oslo (OSL) [default], Rome; no longer "
        "offered: Old; depends on Country__c; OSL only with Norway | Where it is. Help text: "
        "Choose one |"
    )
    assert "values: A; depends on Country__c; A only with Norway or Italy" in found["Older"]
    assert (
        "sum of Line__c.Cost__c by Line__c.Ticket__c where Line__c.State__c is none of Void,Draft"
    ) in found["Total"]
    assert (
        "refers to Person__c; the record referred to cannot be deleted; only records where "
        "Person__c.Active__c is True and Person__c.Area__c is $Source.Area__c, message "
        '"Only active people."'
    ) in found["Owner"]
    assert "| EncryptedText(20) | no | unique, whatever the case; default" in found["Code"]
    assert "masked (lastFour) with asterisk" in found["Code"]


def test_workflow_rules_and_approvals_say_what_their_actions_do() -> None:
    workflow = f"""<alerts><fullName>Tell</fullName><description>Tell</description>
<recipients><recipient>Leads</recipient><type>role</type></recipients>
<recipients><type>owner</type></recipients><template>unfiled$public/Late</template></alerts>
<fieldUpdates><fullName>Set_late</fullName><field>Late__c</field><literalValue>1</literalValue>
<name>Set late</name><operation>Literal</operation></fieldUpdates>
<rules><fullName>Late tickets</fullName><actions><name>Set_late</name><type>FieldUpdate</type>
</actions><active>false</active><booleanFilter>1 OR 2</booleanFilter>
{criterion("Ticket__c.Due__c", "lessThan", "TODAY")}{criterion("Ticket__c.Owner", "equals")}
<description>Marks late ones.</description><triggerType>onCreateOrTriggeringUpdate</triggerType>
<workflowTimeTriggers><actions><name>Tell</name><type>Alert</type></actions>
<offsetFromField>Ticket__c.Due__c</offsetFromField><timeLength>-3</timeLength>
<workflowTimeTriggerUnit>Days</workflowTimeTriggerUnit></workflowTimeTriggers></rules>"""
    approval = f"""<active>true</active><allowRecall>true</allowRecall><allowedSubmitters>
<type>owner</type></allowedSubmitters><approvalPageFields><field>Name</field></approvalPageFields>
<approvalStep><allowDelegate>true</allowDelegate><assignedApprover>
<approver><name>Leads</name><type>queue</type></approver>
<approver><name>Boss__c</name><type>relatedUserField</type></approver>
<whenMultipleApprovers>Unanimous</whenMultipleApprovers></assignedApprover>
<entryCriteria>{criterion("Ticket__c.Cost__c", "greaterThan", "500")}</entryCriteria>
<ifCriteriaNotMet>ApproveRecord</ifCriteriaNotMet><label>Lead</label><name>Lead</name>
<rejectBehavior><type>RejectRequest</type></rejectBehavior></approvalStep>
<entryCriteria><formula>NOT(ISBLANK(Cost__c))</formula></entryCriteria>
<finalApprovalActions><action><name>Set_late</name><type>FieldUpdate</type></action>
</finalApprovalActions><finalApprovalRecordLock>true</finalApprovalRecordLock>
<label>Spend</label><recordEditability>AdminOnly</recordEditability>"""
    data = archive({
        "src/workflows/Ticket__c.workflow-meta.xml": metadata("Workflow", workflow),
        "src/approvalProcesses/Ticket__c.Spend.approvalProcess-meta.xml":
            metadata("ApprovalProcess", approval),
    })  # fmt: skip
    found = {
        each.reading.document.id: each.reading.document.text
        for each in read_files("m.zip", data)
        if each.reading
    }
    rules = found["salesforce:workflow:Ticket__c"]
    assert "## Late tickets (inactive)\n\nMarks late ones." in rules
    assert "edited so that it meets the criteria for the first time." in rules
    assert "- Criteria: Ticket__c.Due__c is less than TODAY or Ticket__c.Owner is empty." in rules
    assert "- Then field update Set_late (sets Late__c to 1)." in rules
    assert (
        "- 3 days before Ticket__c.Due__c: alert Tell (e-mail unfiled$public/Late to role Leads, "
        "owner)."
    ) in rules
    steps = found["salesforce:approval-process:Ticket__c.Spend"]
    assert "- A record enters where `NOT(ISBLANK(Cost__c))`." in steps
    assert "- May be submitted by owner." in steps
    assert "- While it waits, administrators may edit the record." in steps
    assert "- On final approval: field update Set_late (sets Late__c to 1)." in steps
    assert (
        "1. Lead\n   - Where Ticket__c.Cost__c is greater than 500; otherwise the record is "
        "approved.\n   - Approved by queue Leads, related user field Boss__c; all of them must "
        "approve.\n   - A delegate may approve too.\n   - On rejection the request is rejected."
    ) in steps


def test_assignment_escalation_and_duplicates() -> None:
    text = text_of(
        "Case.assignmentRules-meta.xml",
        "AssignmentRules",
        f"""<assignmentRule>
<fullName>Mail</fullName><active>true</active><ruleEntry><assignedTo>Spam</assignedTo>
<assignedToType>Queue</assignedToType><booleanFilter>1 AND (2 OR 3)</booleanFilter>
{criterion("Case.Subject", "startsWith", "Win")}{criterion("Case.Email", "contains", "a.example")}
{criterion("Case.Email", "notContain", "b.example")}</ruleEntry><ruleEntry>
<assignedTo>Desk</assignedTo><assignedToType>Queue</assignedToType></ruleEntry></assignmentRule>""",
    )
    assert (
        "1. If Case.Subject starts with Win and (Case.Email contains a.example or Case.Email does "
        "not contain b.example): assigned to queue Spam.\n2. Always: assigned to queue Desk."
    ) in text
    text = text_of("Case.escalationRules-meta.xml", "EscalationRules", f"""<escalationRule>
<fullName>Standard</fullName><active>true</active><ruleEntry>
<businessHoursSource>Case</businessHoursSource>{criterion("Case.Priority", "equals", "High,Top")}
<escalationAction><assignedTo>Leads</assignedTo><assignedToType>Queue</assignedToType>
<minutesToEscalation>120</minutesToEscalation><notifyCaseOwner>true</notifyCaseOwner>
</escalationAction><escalationStartTime>CaseCreation</escalationStartTime></ruleEntry>
</escalationRule>""")  # fmt: skip
    assert (
        "1. If Case.Priority is one of High,Top: escalated.\n   - 120 minutes after the case was "
        "created, assigned to queue Leads, told to the case owner.\n"
        "   - Business hours source: Case"
    ) in text
    text = text_of(
        "Contact.Same.duplicateRule-meta.xml",
        "DuplicateRule",
        """
<actionOnInsert>Block</actionOnInsert><actionOnUpdate>Allow</actionOnUpdate>
<alertText>You have this person already.</alertText><duplicateRuleFilter xsi:nil="true"/>
<duplicateRuleMatchRules><matchRuleSObjectType>Contact</matchRuleSObjectType>
<matchingRule>Same_mail</matchingRule></duplicateRuleMatchRules><isActive>true</isActive>
<masterLabel>Same person</masterLabel><operationsOnUpdate>Alert</operationsOnUpdate>
<securityOption>EnforceSharingRules</securityOption><sortOrder>2</sortOrder>""",
    )
    assert (
        "- On create: a duplicate is refused.\n- On edit: a duplicate is allowed (alert)." in text
    )
    assert '- Message: "You have this person already."' in text
    assert "- Matched with Contact by rule Same_mail." in text
    text = text_of(
        "Contact.matchingRule-meta.xml",
        "MatchingRules",
        """<matchingRules>
<fullName>Same_mail</fullName><booleanFilter>1 OR 2</booleanFilter><label>Same mail</label>
<matchingRuleItems><blankValueBehavior>NullNotAllowed</blankValueBehavior>
<fieldName>Email</fieldName><matchingMethod>Exact</matchingMethod></matchingRuleItems>
<matchingRuleItems><fieldName>Phone</fieldName><matchingMethod>Phone</matchingMethod>
</matchingRuleItems><ruleStatus>Active</ruleStatus></matchingRules>""",
    )
    assert "- Same mail (active): Email exact (blanks do not match) or Phone phone." in text


def test_profiles_and_sharing() -> None:
    text = text_of(
        "Clerk.profile",
        "Profile",
        """<custom>true</custom>
<fieldPermissions><editable>false</editable><field>Ticket__c.Cost__c</field>
<readable>true</readable></fieldPermissions><layoutAssignments><layout>Ticket__c-Short</layout>
<recordType>Ticket__c.Minor</recordType></layoutAssignments><recordTypeVisibilities>
<default>true</default><recordType>Ticket__c.Minor</recordType><visible>true</visible>
</recordTypeVisibilities><tabVisibilities><tab>Ticket__c</tab><visibility>DefaultOn</visibility>
</tabVisibilities><customPermissions><enabled>true</enabled><name>Close_tickets</name>
</customPermissions><loginIpRanges><startAddress>10.0.0.1</startAddress>
<endAddress>10.0.0.9</endAddress></loginIpRanges><userLicense>Salesforce</userLicense>
<userPermissions><enabled>true</enabled><name>ExportReport</name></userPermissions>""",
    )
    assert text.startswith("# Profile Clerk\n\nLicence: Salesforce\n")
    for line in (
        "| Ticket__c.Cost__c | read |", "- Ticket__c.Minor: visible, default",
        "- Ticket__c: default on", "- ExportReport", "- Custom permissions: Close_tickets",
        "- Ticket__c-Short for record type Ticket__c.Minor", "- From 10.0.0.1 to 10.0.0.9",
    ):  # fmt: skip
        assert line in text.split("\n")
    text = text_of("Ticket__c.sharingRules-meta.xml", "SharingRules", f"""<sharingCriteriaRules>
<fullName>r</fullName><accessLevel>Edit</accessLevel><label>To leads</label>
<sharedTo><role>Lead</role></sharedTo><booleanFilter>1 OR 2</booleanFilter>
{criterion("Area__c", "equals", "North")}{criterion("Area__c", "equals", "East")}
<includeRecordsOwnedByAll>true</includeRecordsOwnedByAll></sharingCriteriaRules>
<sharingOwnerRules><fullName>o</fullName><accessLevel>Read</accessLevel><label>All</label>
<sharedTo><allInternalUsers></allInternalUsers></sharedTo>
<sharedFrom><group>Clerks</group></sharedFrom></sharingOwnerRules>""")  # fmt: skip
    assert (
        "- To leads: role Lead may edit records where Area__c is North or Area__c is East." in text
    )
    assert "  - Include records owned by all: true" in text
    assert "- All: all internal users may read records owned by group Clerks." in text


def test_values_words_and_records() -> None:
    record = """<label>{0}</label><protected>false</protected><values><field>Limit__c</field>
<value xsi:type="xsd:double">{1}</value></values><values><field>Note__c</field>
<value xsi:nil="true"/></values>"""
    layout = """<layoutSections><label>Main</label><layoutColumns><layoutItems>
<behavior>Required</behavior><field>Name</field></layoutItems><layoutItems>
<behavior>Readonly</behavior><field>Cost__c</field></layoutItems></layoutColumns>
</layoutSections>"""
    xsd = 'xmlns:xsd="http://www.w3.org/2001/XMLSchema"'
    data = archive({
        "app/customMetadata/Tier.Gold.md-meta.xml":
            metadata("CustomMetadata", record.format("Gold", "9")).replace("xmlns:xsi", xsd
                                                                           + " xmlns:xsi"),
        "app/customMetadata/Tier.Base.md":
            metadata("CustomMetadata", record.format("Base", "1")).replace("xmlns:xsi", xsd
                                                                           + " xmlns:xsi"),
        "app/layouts/Ticket__c-Clerk Layout.layout-meta.xml": metadata("Layout", layout),
        "app/labels/CustomLabels.labels-meta.xml": metadata(
            "CustomLabels", "<labels><fullName>Late</fullName><language>en_US</language>"
            "<protected>true</protected><shortDescription>Late</shortDescription>"
            "<value>This ticket is late.</value></labels>"),
        "app/globalValueSets/Area.globalValueSet-meta.xml": metadata(
            "GlobalValueSet", "<customValue><fullName>N</fullName><default>true</default>"
            "<label>North</label></customValue><masterLabel>Area</masterLabel>"),
        "app/pathAssistants/P.pathAssistant-meta.xml": metadata(
            "PathAssistant", "<active>true</active><entityName>Ticket__c</entityName>"
            "<fieldName>Status__c</fieldName><masterLabel>Way</masterLabel><pathAssistantSteps>"
            "<fieldNames>Cost__c</fieldNames><info>&lt;p&gt;Ask first.&lt;/p&gt;</info>"
            "<picklistValueName>New</picklistValueName></pathAssistantSteps>"),
        "app/email/Mails/Late.email-meta.xml": metadata(
            "EmailTemplate", "<name>Late</name><subject>Your ticket is late</subject>"),
        "app/email/Mails/Late.email": "Dear {!Contact.Name},\nit is late.",
        "app/quickActions/Ticket__c.Close.quickAction-meta.xml": metadata(
            "QuickAction", "<fieldOverrides><field>Status__c</field><literalValue>Closed"
            "</literalValue></fieldOverrides><label>Close</label><type>Update</type>"
            "<successMessage>It is closed.</successMessage>"),
        "app/tabs/Ticket__c.tab-meta.xml": metadata("CustomTab", "<motif>x</motif>"),
    })  # fmt: skip
    found = {
        each.reading.document.id.removeprefix("salesforce:"): each.reading.document.text
        for each in read_files("m.zip", data)
        if each.reading
    }
    assert (
        "| Record | Limit__c |\n| --- | --- |\n| Gold | 9 |\n| Base | 1 |"
        in (found["custom-metadata:Tier"])
    )
    assert "- Main: Name (required), Cost__c (read only)" in found["object:Ticket__c"]
    assert "| Late | This ticket is late. | Late |" in found["labels:CustomLabels"]
    assert "- North (N) [default]" in found["value-set:Area"]
    assert "1. New, key fields Cost__c\n   Ask first." in found["path:P"]
    template = found["e-mail-template:Late"]
    assert "Subject: Your ticket is late" in template
    assert "Dear {!Contact.Name},\nit is late." in template
    action = found["quick-action:Ticket__c.Close"]
    assert "- Field overrides:\n  - Field: Status__c\n  - Literal value: Closed" in action
    assert "- Success message: It is closed." in action
    assert not any("Tab" in name for name in found)


def test_any_other_metadata_alone_is_a_list() -> None:
    text = text_of(
        "Desk.settings-meta.xml",
        "CaseSettings",
        """<defaultCaseOwner>Desk
</defaultCaseOwner><emailToCase><enableEmailToCase>true</enableEmailToCase></emailToCase>""",
    )
    assert text.startswith("# Case settings Desk\n\n- Default case owner: Desk\n")
    assert "- Email to case:\n  - Enable email to case: true" in text
