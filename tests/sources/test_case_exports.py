"""Existing cases from XML exports: TestRail, TestLink and Zephyr Scale."""

from __future__ import annotations

import json

from reading_checks import steps_of

from assistant.sources.files.files import read_file

TESTRAIL = """<?xml version="1.0" encoding="UTF-8"?>
<suite><id>S1</id><name>Care</name><sections><section><name>Plans</name><cases>
<case><id>C101</id><title>Extend a plan</title><type>Functional</type><priority>High</priority>
<status>Design</status><assignedto>Ada</assignedto>
<references>CC-12, CC-13</references><custom><preconds>A plan exists</preconds>
<steps_separated><step><index>1</index><content>Open the plan</content>
<expected>It is shown</expected></step><step><index>2</index>
<content>Extend it &amp;amp; save</content>
<expected>It is saved</expected></step></steps_separated></custom></case>
</cases><sections><section><name>Fees</name><cases>
<case><id>C102</id><title>Fee</title><priority>Low</priority><custom>
<steps>1. Open
2. Pay</steps><expected>1. Shown
2. Paid</expected></custom></case></cases></section></sections></section></sections></suite>"""

TESTLINK = """<?xml version="1.0" encoding="UTF-8"?>
<testsuite name="Plans"><node_order><![CDATA[1]]></node_order>
<testcase internalid="77" name="Extend a plan"><externalid><![CDATA[12]]></externalid>
<fullexternalid><![CDATA[CARE-12]]></fullexternalid>
<summary><![CDATA[<p>Checks the <b>limit</b></p>]]></summary>
<preconditions><![CDATA[<p>A plan exists</p>]]></preconditions>
<importance><![CDATA[3]]></importance>
<steps><step><step_number><![CDATA[1]]></step_number>
<actions><![CDATA[<p>Open the plan</p>]]></actions>
<expectedresults><![CDATA[<ul><li>It is shown</li></ul>]]></expectedresults></step>
<step><step_number><![CDATA[2]]></step_number><actions><![CDATA[Save]]></actions>
<expectedresults><![CDATA[Saved]]></expectedresults></step></steps>
<keywords><keyword name="regression"/></keywords>
<requirements><requirement><doc_id><![CDATA[REQ-9]]></doc_id></requirement></requirements>
</testcase><testsuite name="Fees"><testcase internalid="78" name="Fee"><summary/><steps/></testcase>
</testsuite></testsuite>"""


def test_testrail() -> None:
    reading = read_file("cases.xml", TESTRAIL.encode())
    first, second = reading.cases
    assert (first.id, first.title, first.priority) == ("C101", "Extend a plan", "High")
    assert first.preconditions == ("A plan exists",)
    assert steps_of(first) == [
        ("Open the plan", "It is shown"),
        ("Extend it & save", "It is saved"),
    ]
    assert first.story_key == "CC-12"
    assert first.labels == ("Care", "Plans")
    assert second.labels == ("Care", "Plans", "Fees")
    assert steps_of(second) == [("Open", "Shown"), ("Pay", "Paid")]
    assert reading.document.kind == "test_cases"


def test_testlink() -> None:
    reading = read_file("cases.xml", TESTLINK.encode())
    first, second = reading.cases
    assert (first.id, first.title, first.priority) == ("CARE-12", "Extend a plan", "High")
    assert first.objective == "Checks the **limit**"
    assert first.preconditions == ("A plan exists",)
    assert steps_of(first) == [("Open the plan", "- It is shown"), ("Save", "Saved")]
    assert first.labels == ("Plans", "regression")
    assert first.story_key == "REQ-9"
    assert (second.id, second.title, second.steps) == ("78", "Fee", ())
    assert second.labels == ("Plans", "Fees")


TESTRAIL_TEXT = """<?xml version="1.0" encoding="UTF-8"?>
<suite><id>S1</id><name>Master</name><description></description><sections><section>
<name>Fees</name><cases>
<case><id>C25</id><title>Pay</title><template>Test Case (Text)</template><type>Other</type>
<priority>Critical</priority><references></references><custom>
<automation_type><id>0</id><value> None</value></automation_type>
<preconds>1. A plan exists
2. A fee is due</preconds><steps>1. Open &lt;url&gt;

2. Press [Pay]

</steps><expected>The fee of R&amp;D is paid </expected></custom></case>
<case><id>C26</id><title>Cancel</title><template>Test Case (Steps)</template><custom>
<steps_case><step><content>&lt;p&gt;Open&lt;/p&gt;</content><expected>Shown</expected></step>
<step><content>1) Cancel
2) Confirm</content><expected></expected></step></steps_case></custom></case>
</cases></section></sections></suite>"""
"""TestRail's two templates in one export: a text, and steps in a field that a company named."""


def test_testrail_templates() -> None:
    text, steps = read_file("testrail.xml", TESTRAIL_TEXT.encode()).cases
    assert (text.id, text.priority, text.labels) == ("C25", "High", ("Master", "Fees"))
    assert text.preconditions == ("A plan exists", "A fee is due")
    assert steps_of(text) == [("Open <url>", ""), ("Press [Pay]", "The fee of R&D is paid")]
    assert steps_of(steps) == [("Open", "Shown"), ("1) Cancel\n2) Confirm", "")]


def test_cases_without_ids_keep_their_steps() -> None:
    step = "<step><actions>{}</actions><expectedresults>{}</expectedresults></step>"
    steps = step.format("Open", "Shown") + step.format("Save", "Saved")
    case = f'<testcase name="x"><summary/><steps>{steps}</steps></testcase>'
    suite = f'<testsuite name="A">{case}{case}</testsuite>'
    cases = read_file("a.xml", suite.encode()).cases
    assert [steps_of(case) for case in cases] == [[("Open", "Shown"), ("Save", "Saved")]] * 2
    assert len({case.id for case in cases}) == 2


ZEPHYR = """<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<project><projectId>10</projectId><projectKey>CC</projectKey><exportDate>2024-01-02</exportDate>
<folders><folder fullPath="Care/Fees" index="0"/></folders><testCases>
<testCase id="1" key="CC-T1"><attachments/><confluencePageLinks/><createdBy>U1</createdBy>
<customFields/><folder><![CDATA[Care/Fees]]></folder>
<issues><issue><key>CC-12</key><summary><![CDATA[Pay]]></summary></issue></issues>
<labels><label><![CDATA[smoke]]></label></labels><name><![CDATA[Pay a fee]]></name>
<objective><![CDATA[<strong>Pays</strong> a fee]]></objective>
<precondition><![CDATA[A plan exists<br />A fee is due]]></precondition>
<priority><![CDATA[High]]></priority><status><![CDATA[Approved]]></status><parameters/>
<testScript type="steps"><steps><step index="0"><customFields/>
<description><![CDATA[Open<br />the &bdquo;fees&rdquo;]]></description>
<expectedResult><![CDATA[<ul><li>Shown</li></ul>]]></expectedResult>
<testData><![CDATA[https://example.org]]></testData></step>
<step index="1"><description><![CDATA[Pay]]></description></step></steps></testScript></testCase>
<testCase id="2" key="CC-T2"><folder><![CDATA[Care]]></folder><issues/><labels/>
<name><![CDATA[Cancel]]></name><priority><![CDATA[Low]]></priority><testScript type="bdd">
<details><![CDATA[Given a <plan>
When it is cancelled
Then it ends]]></details></testScript></testCase>
<testCase id="3" key="CC-T3"><name><![CDATA[Empty]]></name></testCase></testCases></project>"""
"""Zephyr Scale's XML export: folders by path, steps with data, scripts in one piece."""


def test_zephyr_scale() -> None:
    reading = read_file("zephyr.xml", ZEPHYR.encode())
    pay, cancel, empty = reading.cases
    assert reading.report.reader == "Zephyr Scale"
    assert (pay.id, pay.title, pay.objective) == ("CC-T1", "Pay a fee", "**Pays** a fee")
    assert (pay.priority, pay.story_key) == ("High", "CC-12")
    assert pay.labels == ("Care", "Fees", "smoke")
    assert pay.preconditions == ("A plan exists", "A fee is due")
    assert steps_of(pay) == [("Open\nthe „fees”", "- Shown"), ("Pay", "")]
    assert pay.steps[0].test_data == "https://example.org"
    assert cancel.preconditions == ("Given a <plan>",)
    assert steps_of(cancel) == [("When it is cancelled", "Then it ends")]
    assert (empty.id, empty.steps) == ("CC-T3", ())


def test_testlink_before_1_9_keeps_steps_and_results_in_two_texts() -> None:
    case = (
        '<testcase internalid="4" name="Pay"><summary><![CDATA[]]></summary>'
        "<steps><![CDATA[<ol><li>Open</li><li>Pay</li></ol>]]></steps>"
        "<expectedresults><![CDATA[<p>It is paid</p>]]></expectedresults></testcase>"
    )
    data = f'<testsuite name=""><details/><testsuite name="Fees">{case}</testsuite></testsuite>'
    (found,) = read_file("old.xml", data.encode()).cases
    assert (found.id, found.labels) == ("4", ("Fees",))
    assert steps_of(found) == [("Open", ""), ("Pay", "It is paid")]


def test_testlink_requirements() -> None:
    need = (
        "<requirement><docid>{0}</docid><title>{0} t</title><description>d</description>"
        "</requirement>"
    )
    data = (
        '<requirement-specification><req_spec title="Care" doc_id="S"><scope>s</scope>'
        f'<req_spec title="Fees" doc_id="S1">{need.format("R1")}{need.format("R2")}</req_spec>'
        "</req_spec></requirement-specification>"
    )
    (epic,) = read_file("req.xml", data.encode()).epics
    assert (epic.key, epic.title) == ("S1", "Fees")
    assert [(story.key, story.title, story.narrative) for story in epic.stories] == [
        ("R1", "R1 t", "d"), ("R2", "R2 t", "d"),
    ]  # fmt: skip
    alone = f"<requirements>{need.format('R1')}{need.format('R2')}</requirements>"
    (epic,) = read_file("reqs.xml", alone.encode()).epics
    assert [story.key for story in epic.stories] == ["R1", "R2"]


def test_pictures_in_testrail_are_left_out_and_counted() -> None:
    def picture(number: int) -> str:
        return f"![](index.php?/attachments/get/{number})"

    separated = (
        f"<case><id>C2</id><title>Wait</title><custom><steps_separated>"
        f"<step><content>1. Wait</content><expected>{picture(4)}</expected></step>"
        f"<step><content>{picture(4)}</content><expected></expected></step>"
        "</steps_separated></custom></case>"
    )
    text = (
        f"<case><id>C1</id><title>Pay</title><custom><preconds>{picture(1)}\nA plan</preconds>"
        f"<steps>1. Pay\n2. {picture(2)}</steps><expected>Paid **now** {picture(3)}"
        '&lt;img src="index.php?/attachments/get/5"/&gt;</expected></custom></case>'
    )
    data = (
        f"<suite><name>M</name><sections><section><name>A</name><cases>{text}{separated}"
        "</cases></section></sections></suite>"
    )
    reading = read_file("a.xml", data.encode())
    pay, wait = reading.cases
    assert pay.preconditions == ("A plan",)
    assert steps_of(pay) == [("Pay", "Paid **now**")]
    assert steps_of(wait) == [("Wait", "")]
    assert reading.report.unread_parts == ("5 pictures",)


def test_pictures_in_testrail_over_rest_are_left_out_and_counted() -> None:
    case = {
        "id": 1, "title": "Pay", "section_id": 2, "priority_id": 2,
        "custom_preconds": "![](index.php?/attachments/get/1)",
        "custom_steps_separated": [
            {"content": "- Pay\n![](index.php?/attachments/get/2)", "expected": "Paid"}
        ],
    }  # fmt: skip
    reading = read_file("a.json", json.dumps([case]).encode())
    (found,) = reading.cases
    assert (found.preconditions, steps_of(found)) == ((), [("Pay", "Paid")])
    assert reading.report.unread_parts == ("2 pictures",)
