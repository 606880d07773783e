"""Salesforce flows: when they start, their steps in order, their screens and their messages."""

from __future__ import annotations

from assistant.sources.files.files import read_file


def flow_text(body: str, *, kind: str = "AutoLaunchedFlow") -> str:
    """What is read of a flow with this body."""
    data = (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        '<Flow xmlns="http://soap.sforce.com/2006/04/metadata"><label>Ticket</label>'
        f"<apiVersion>60.0</apiVersion>{body}<processType>{kind}</processType>"
        "<status>Active</status></Flow>"
    )
    return read_file("Ticket.flow-meta.xml", data.encode()).document.text


def to(name: str, tag: str = "connector") -> str:
    """A connector to a step."""
    return f"<{tag}><targetReference>{name}</targetReference></{tag}>"


def condition(left: str, operator: str, right: str) -> str:
    """A condition with a value such as ``<stringValue>x</stringValue>``."""
    return (
        f"<conditions><leftValueReference>{left}</leftValueReference>"
        f"<operator>{operator}</operator><rightValue>{right}</rightValue></conditions>"
    )


def test_steps_stand_in_the_order_in_which_they_are_taken() -> None:
    text = flow_text(f"""
<assignments><name>Close_it</name><label>Close it</label><locationX>10</locationX>
<assignmentItems><assignToReference>$Record.Status__c</assignToReference><operator>Assign</operator>
<value><stringValue>Closed</stringValue></value></assignmentItems></assignments>
<assignments><name>Alone</name><label>Alone</label><assignmentItems>
<assignToReference>count</assignToReference><operator>Add</operator>
<value><numberValue>1.0</numberValue></value></assignmentItems></assignments>
<decisions><name>Is_old</name><label>Is it old?</label>{to("Close_it", "defaultConnector")}
<defaultConnectorLabel>Young</defaultConnectorLabel>
<rules><name>Old</name><conditionLogic>1 AND (2 OR 3)</conditionLogic>
{condition("age", "GreaterThan", "<numberValue>30.0</numberValue>")}
{condition("$Record.Tier__c", "EqualTo", "<stringValue>Gold</stringValue>")}
{condition("$Record.Owner__c", "IsNull", "<booleanValue>true</booleanValue>")}
{to("Ask_lead")}<label>Old</label></rules></decisions>
<recordLookups><name>Find_lead</name><label>Find lead</label>{to("Is_old")}
{to("Refuse", "faultConnector")}<filterLogic>or</filterLogic>
<filters><field>Role__c</field><operator>EqualTo</operator>
<value><stringValue>Lead</stringValue></value></filters>
<filters><field>Active__c</field><operator>EqualTo</operator>
<value><booleanValue>true</booleanValue></value></filters>
<getFirstRecordOnly>true</getFirstRecordOnly><object>Person__c</object>
<storeOutputAutomatically>true</storeOutputAutomatically></recordLookups>
<subflows><name>Ask_lead</name><label>Ask lead</label>{to("Close_it")}
<flowName>Ask_somebody</flowName><inputAssignments><name>person</name>
<value><elementReference>Find_lead.Id</elementReference></value></inputAssignments></subflows>
<customErrors><name>Refuse</name><label>Refuse</label><customErrorMessages>
<errorMessage>No lead was found.</errorMessage><fieldSelection>Status__c</fieldSelection>
<isFieldError>true</isFieldError></customErrorMessages></customErrors>
<start>{to("Find_lead")}<doesRequireRecordChangedToMeetCriteria>true
</doesRequireRecordChangedToMeetCriteria><filterLogic>and</filterLogic>
<filters><field>Status__c</field><operator>IsChanged</operator>
<value><booleanValue>true</booleanValue></value></filters>
<object>Ticket__c</object><recordTriggerType>CreateAndUpdate</recordTriggerType>
<scheduledPaths><name>Later</name><label>Remind</label>{to("Close_it")}
<offsetNumber>-2</offsetNumber><offsetUnit>Days</offsetUnit><recordField>Due__c</recordField>
<timeSource>RecordField</timeSource></scheduledPaths>
<triggerType>RecordBeforeSave</triggerType></start>""")
    assert (
        "Starts on Ticket__c when a record is created or updated before it is saved where "
        "Status__c has changed and only if the record was changed to meet this."
    ) in text
    assert "- Remind: 2 days before Due__c, then Close it.\n- At once: Find lead." in text
    steps = [line for line in text.split("\n") if line[:2] in {f"{n}." for n in range(1, 9)}]
    assert [line.split(":")[0] for line in steps] == [
        "1. Find lead", "2. Is it old?", "3. Ask lead", "4. Refuse", "5. Close it",
    ]  # fmt: skip
    assert '   - Records where Role__c is "Lead" or Active__c is true' in text
    assert (
        '- If age is greater than 30 and ($Record.Tier__c is "Gold" or $Record.Owner__c is empty):'
        " Old, then Ask lead."
    ) in text
    assert "   - Otherwise: Young, then Close it." in text
    assert "   - person = Find_lead.Id" in text
    assert '   - Message at Status__c: "No lead was found."' in text
    assert "## Steps that no connector leads to\n\n- Alone: assigns values.\n  - count += 1" in text
    assert "60.0" not in text
    assert "locationX" not in text


def test_a_screen_with_sections_choices_and_conditions() -> None:
    text = flow_text(f"""
<choices><name>c_post</name><choiceText>&lt;p&gt;By post&lt;/p&gt;</choiceText>
<dataType>String</dataType><value><stringValue>post</stringValue></value></choices>
<dynamicChoiceSets><name>shops</name><dataType>String</dataType><displayField>Name</displayField>
<filterLogic>and</filterLogic><filters><field>Open__c</field><operator>EqualTo</operator>
<value><booleanValue>true</booleanValue></value></filters><object>Shop__c</object>
</dynamicChoiceSets>
<decisions><name>How</name><label>How?</label><rules><name>Post</name>
<conditionLogic>and</conditionLogic>
{condition("delivery", "EqualTo", "<elementReference>c_post</elementReference>")}
<label>Post</label></rules></decisions>
<screens><name>Ask</name><label>Ask</label><allowBack>false</allowBack><allowFinish>true
</allowFinish><allowPause>true</allowPause>{to("How")}
<fields><name>Hint</name><fieldText>&lt;p&gt;Say &lt;b&gt;how&lt;/b&gt;.&lt;/p&gt;</fieldText>
<fieldType>DisplayText</fieldType></fields>
<fields><name>Box</name><fieldType>RegionContainer</fieldType>
<fields><name>Box_1</name><fieldType>Region</fieldType>
<fields><name>delivery</name><choiceReferences>c_post</choiceReferences>
<choiceReferences>shops</choiceReferences><dataType>String</dataType>
<fieldText>Delivery</fieldText><fieldType>RadioButtons</fieldType><isRequired>true</isRequired>
</fields><inputParameters><name>width</name><value><stringValue>6</stringValue></value>
</inputParameters></fields></fields>
<fields><name>zip</name><dataType>String</dataType><fieldText>Postal code</fieldText>
<fieldType>InputField</fieldType><helpText>&lt;p&gt;Five digits&lt;/p&gt;</helpText>
<isRequired>true</isRequired><validationRule>
<errorMessage>&lt;p&gt;Enter five digits&lt;/p&gt;</errorMessage>
<formulaExpression>LEN({{!zip}}) = 5</formulaExpression></validationRule>
<visibilityRule><conditionLogic>and</conditionLogic>
{condition("delivery", "EqualTo", "<elementReference>c_post</elementReference>")}
</visibilityRule></fields>
<fields><name>who</name><extensionName>c:person</extensionName>
<fieldType>ComponentInstance</fieldType>
<inputParameters><name>label</name><value><stringValue>Contact</stringValue></value>
</inputParameters><inputParameters><name>errorMessage</name>
<value><stringValue>Choose a contact</stringValue></value></inputParameters>
<isRequired>true</isRequired></fields>
<fields><fieldType>ObjectProvided</fieldType><isRequired>true</isRequired>
<objectFieldReference>Ticket__c.Name</objectFieldReference></fields></screens>
<start>{to("Ask")}</start>""", kind="Flow")  # fmt: skip
    assert "1. Ask: shows a screen, then How?." in text
    assert "   - Shows: Say **how**." in text
    assert (
        "   - Field Delivery (required), radio buttons, kept as delivery\n"
        "     - Choices: By post; Name of Shop__c where Open__c is true"
    ) in text
    assert "   - Field Postal code (required), string, kept as zip" in text
    assert "     - Shown only if delivery is By post" in text
    assert "     - Help text: Five digits" in text
    assert (
        '     - Accepted only if `LEN({!zip}) = 5`, otherwise message: "Enter five digits"'
    ) in text
    assert "   - Field Contact, c:person, kept as who" in text
    assert '     - errorMessage = "Choose a contact"' in text
    assert "   - Field Ticket__c.Name (required), object provided" in text
    assert "   - Without going back." in text
    assert "   - If delivery is By post: Post." in text


def test_loops_waits_and_what_is_done_to_collections() -> None:
    text = flow_text(f"""
<actionCalls><name>Mail</name><label>Mail</label><actionName>Ticket__c.Late</actionName>
<actionType>emailAlert</actionType>{to("Each")}<inputParameters><name>SObjectRowId</name>
<value><elementReference>Each.Id</elementReference></value></inputParameters>
<outputParameters><assignToReference>sent</assignToReference><name>ok</name></outputParameters>
</actionCalls>
<collectionProcessors><name>Only_late</name><label>Only late</label>{to("Each")}
<collectionProcessorType>FilterCollectionProcessor</collectionProcessorType>
<collectionReference>tickets</collectionReference><conditionLogic>and</conditionLogic>
{condition("item.Late__c", "EqualTo", "<booleanValue>true</booleanValue>")}
<limit>5</limit></collectionProcessors>
<loops><name>Each</name><label>Each</label><collectionReference>Only_late</collectionReference>
<iterationOrder>Asc</iterationOrder>{to("Mail", "nextValueConnector")}
{to("Pause", "noMoreValuesConnector")}</loops>
<recordDeletes><name>Drop</name><label>Drop drafts</label><filters><field>Draft__c</field>
<operator>EqualTo</operator><value><booleanValue>true</booleanValue></value></filters>
<object>Ticket__c</object></recordDeletes>
<waits><name>Pause</name><label>Pause</label>{to("Drop", "defaultConnector")}
<defaultConnectorLabel>Nothing to wait for</defaultConnectorLabel>
<waitEvents><name>e</name><conditionLogic>and</conditionLogic>
{condition("open", "EqualTo", "<booleanValue>true</booleanValue>")}{to("Drop")}
<eventType>AlarmEvent</eventType><inputParameters><name>TimeOffset</name>
<value><numberValue>3.0</numberValue></value></inputParameters><label>Three days</label>
</waitEvents></waits>
<start>{to("Only_late")}<schedule><frequency>Daily</frequency><startDate>2026-01-01</startDate>
<startTime>07:00:00.000Z</startTime></schedule><object>Ticket__c</object>
<triggerType>Scheduled</triggerType></start>
<textTemplates><name>Body</name><isViewedAsPlainText>false</isViewedAsPlainText>
<text>&lt;p&gt;Dear {{!name}},&lt;/p&gt;&lt;p&gt;it is late.&lt;/p&gt;</text></textTemplates>
<constants><name>LIMIT</name><dataType>Number</dataType><value><numberValue>7.0</numberValue>
</value></constants>
<variables><name>recordId</name><dataType>String</dataType><isCollection>false</isCollection>
<isInput>true</isInput><isOutput>false</isOutput></variables>
<variables><name>hidden</name><dataType>String</dataType><isInput>false</isInput></variables>""")
    assert "Starts on Ticket__c on a schedule (Daily, 2026-01-01, 07:00:00.000Z)." in text
    steps = [line for line in text.split("\n") if line[:2] in {f"{n}." for n in range(1, 9)}]
    assert [line.split(":")[0] for line in steps] == [
        "1. Only late", "2. Each", "3. Mail", "4. Pause", "5. Drop drafts",
    ]  # fmt: skip
    assert "   - Where item.Late__c is true\n   - At most 5 records" in text
    assert "   - For each: Mail.\n   - After the last: Pause." in text
    assert "3. Mail: calls an action (Ticket__c.Late, email alert), then Each." in text
    assert "   - sent = its ok" in text
    assert "- Three days: waits for alarm event if open is true, then Drop drafts." in text
    assert "     - TimeOffset = 3" in text
    assert "   - Nothing to wait for: then Drop drafts." in text
    assert "- Body:\n  Dear {!name},\n\n  it is late." in text
    assert "- LIMIT = 7" in text
    assert "- recordId (input, String)" in text
    assert "hidden" not in text


def test_a_process_of_process_builder_and_steps_for_people() -> None:
    text = flow_text(
        """
<processMetadataValues><name>ObjectType</name><value><stringValue>Ticket__c</stringValue></value>
</processMetadataValues><processMetadataValues><name>TriggerType</name>
<value><stringValue>onAllChanges</stringValue></value></processMetadataValues>
<startElementReference>Stage</startElementReference>
<orchestratedStages><name>Stage</name><label>Review</label><stageSteps><name>s</name>
<label>Look at it</label><actionName>Review_Flow</actionName>
<actionType>stepInteractive</actionType>
<assignees><assignee><stringValue>Leads</stringValue></assignee><assigneeType>Queue</assigneeType>
</assignees><inputParameters><name>id</name><value><elementReference>$Record.Id</elementReference>
</value></inputParameters></stageSteps></orchestratedStages>
<formulas><processMetadataValues><name>originalFormula</name>
<value><stringValue>[Ticket__c].Age__c</stringValue></value></processMetadataValues>
<name>f</name><expression>{!current.Age__c}</expression></formulas>""",
        kind="Workflow",
    )
    assert "Starts on Ticket__c when a record is created or edited." in text
    assert "1. Review: a stage." in text
    assert '   - Look at it: step interactive, Review_Flow\n     - For queue "Leads"' in text
    assert "     - id = $Record.Id" in text
    assert "- f: `{!current.Age__c}`" in text
    assert "originalFormula" not in text
