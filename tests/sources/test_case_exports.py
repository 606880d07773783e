"""Existing cases from XML exports: TestRail and TestLink."""

from __future__ import annotations

from assistant.domain import TestCase
from assistant.sources.files import read_file

TESTRAIL = """<?xml version="1.0" encoding="UTF-8"?>
<suite><id>S1</id><name>Care</name><sections><section><name>Plans</name><cases>
<case><id>C101</id><title>Extend a plan</title><type>Functional</type><priority>High</priority>
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


def steps_of(case: TestCase) -> list[tuple[str, str]]:
    """Action and expected result of each step."""
    return [(step.action, step.expected_result) for step in case.steps]


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
    assert [link.key for link in reading.items[0].links] == ["CC-12", "CC-13"]
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
