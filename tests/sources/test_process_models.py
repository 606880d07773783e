"""Process models (BPMN) say who does what and what follows; decision models (DMN) are tables."""

from __future__ import annotations

from assistant.sources.files.files import read_file
from assistant.sources.files.folder_source import READABLE_SUFFIXES

BPMN = "http://www.omg.org/spec/BPMN/20100524/MODEL"
DMN = "https://www.omg.org/spec/DMN/20191111/MODEL/"

NODES = """
<startEvent id="s" name="Claim received"/>
<userTask id="t1" name="Check claim"><documentation>Status CHECKING.</documentation></userTask>
<exclusiveGateway id="g" name="Above EUR 500?"/>
<userTask id="t2" name="Second signature"/>
<parallelGateway id="join"/>
<endEvent id="e" name="Paid"/>
<boundaryEvent id="b" attachedToRef="t2">
  <timerEventDefinition><timeDuration>P14D</timeDuration></timerEventDefinition></boundaryEvent>
<textAnnotation id="n"><text>Never by the
 same clerk</text></textAnnotation>
<association id="a" sourceRef="t2" targetRef="n"/>
<sequenceFlow id="f1" sourceRef="s" targetRef="t1"/>
<sequenceFlow id="f2" sourceRef="t1" targetRef="g"/>
<sequenceFlow id="f3" name="yes" sourceRef="g" targetRef="t2"/>
<sequenceFlow id="f4" sourceRef="g" targetRef="join">
  <conditionExpression>amount &lt;= 500</conditionExpression></sequenceFlow>
<sequenceFlow id="f5" sourceRef="t2" targetRef="join"/>
<sequenceFlow id="f6" sourceRef="join" targetRef="e"/>
<sequenceFlow id="f7" sourceRef="b" targetRef="t1"/>
"""
LANES = """<laneSet><lane name="Clerk"><flowNodeRef>t1</flowNodeRef></lane>
<lane name="Head of claims"><flowNodeRef>t2</flowNodeRef></lane></laneSet>"""


def process(inner: str, name: str = "Claims") -> bytes:
    inside = f'<process name="{name}">{inner}</process>'
    return f'<definitions xmlns="{BPMN}">{inside}</definitions>'.encode()


def test_a_process_is_who_does_what_and_where_the_flow_goes_on() -> None:
    document = read_file("claims.bpmn", process(LANES + NODES)).document
    assert document.title == "Claims"
    assert document.text.strip().split("\n") == [
        "# Claims",
        "",
        "- **Claim received** (start event)",
        "  - → Check claim",
        "- **Check claim** (user task, Clerk): Status CHECKING.",
        "  - → Above EUR 500?",
        "- **Above EUR 500?** (exclusive gateway)",
        "  - yes → Second signature",
        "  - amount <= 500 → Paid",
        "- **Second signature** (user task, Head of claims): Never by the same clerk",
        "  - → Paid",
        "- **Paid** (end event)",
        "- **boundary event** (boundary event, on “Second signature”): P14D",
        "  - → Check claim",
    ]


def test_gateways_that_lead_to_each_other_end_the_flow() -> None:
    loop = """<task id="t" name="Wait"/><exclusiveGateway id="x"/><exclusiveGateway id="y"/>
    <sequenceFlow sourceRef="t" targetRef="x"/><sequenceFlow sourceRef="x" targetRef="y"/>
    <sequenceFlow sourceRef="y" targetRef="x"/><sequenceFlow sourceRef="y" targetRef="gone"/>"""
    assert "Wait" in read_file("p.xml", process(loop)).document.text


def test_what_is_remarked_on_a_gateway_a_flow_or_nothing_is_kept() -> None:
    inner = """<task id="t" name="Check"/><task id="u" name="Pay"/>
    <exclusiveGateway id="g"/><exclusiveGateway id="h"><documentation>Both have signed.
    </documentation></exclusiveGateway>
    <sequenceFlow id="f" name="yes" sourceRef="t" targetRef="g">
      <conditionExpression>amount &lt;= 500</conditionExpression></sequenceFlow>
    <sequenceFlow id="k" sourceRef="g" targetRef="h"/>
    <sequenceFlow id="l" sourceRef="h" targetRef="u"/>
    <textAnnotation id="n"><text>Once a day</text></textAnnotation>
    <textAnnotation id="m"><text>Valid from 2027</text></textAnnotation>
    <textAnnotation id="o"><text>Not on Sundays</text></textAnnotation>
    <association sourceRef="f" targetRef="n"/><association sourceRef="o" targetRef="g"/>"""
    assert read_file("p.bpmn", process(inner)).document.text.strip().split("\n")[2:] == [
        "- **Check** (task)",
        "  - yes (amount <= 500) → exclusive gateway: Once a day",
        "- **Pay** (task)",
        "- **exclusive gateway** (exclusive gateway): Not on Sundays",
        "  - → exclusive gateway",
        "- **exclusive gateway** (exclusive gateway): Both have signed.",
        "  - → Pay",
        "- Valid from 2027",
    ]


def test_a_remark_outside_of_every_process_stands_above_them() -> None:
    data = f"""<definitions xmlns="{BPMN}"><collaboration>
    <textAnnotation id="n"><text>Draft of May</text></textAnnotation></collaboration>
    <process id="p" name="Refund"><task id="t" name="Pay"/></process></definitions>""".encode()
    lines = read_file("p.bpmn", data).document.text.strip().split("\n")
    assert lines == ["# Refund", "", "- Draft of May", "", "- **Pay** (task)"]


def test_a_model_of_participants_alone_is_the_tree_of_its_elements() -> None:
    data = f"""<definitions xmlns="{BPMN}"><collaboration><participant id="a" name="Shop"/>
    <participant id="b" name="Bank"/><messageFlow name="Order" sourceRef="a" targetRef="b"/>
    </collaboration></definitions>""".encode()
    text = read_file("p.bpmn", data).document.text
    assert all(f"- name: {name}" in text for name in ("Shop", "Bank", "Order"))


def test_entries_of_contexts_and_business_knowledge_stand_under_their_names() -> None:
    def literal(text: str) -> str:
        return f"<literalExpression><text>{text}</text></literalExpression>"

    data = f"""<definitions xmlns="{DMN}" name="Fees">
    <decision name="Fee"><context>
    <contextEntry><variable name="base"/>{literal("kilos * 2")}</contextEntry>
    <contextEntry><variable name="surcharge"/><invocation>{literal("Surcharge")}
    <binding><parameter name="kg"/>{literal("kilos")}</binding></invocation></contextEntry>
    <contextEntry>{literal("base + surcharge")}</contextEntry></context></decision>
    <businessKnowledgeModel name="Surcharge"><encapsulatedLogic><formalParameter name="kg"/>
    {literal("if kg > 20 then 5 else 0")}</encapsulatedLogic></businessKnowledgeModel>
    <decision name="Zone"><relation><column name="country"/><column name="zone"/>
    <row>{literal("AT")}{literal("1")}</row></relation></decision></definitions>""".encode()
    blocks = read_file("fees.dmn", data).document.text.strip().split("\n\n")
    assert blocks == [
        "# Fees",
        "## Fee",
        "- base: kilos * 2",
        "- surcharge:",
        "Surcharge",
        "- kg: kilos",
        "- base + surcharge",
        "## Surcharge",
        "Parameters: kg",
        "if kg > 20 then 5 else 0",
        "## Zone",
        "| country | zone |\n| --- | --- |\n| AT | 1 |",
    ]


def test_several_processes_are_named_by_their_participants() -> None:
    data = f"""<definitions xmlns="{BPMN}" name="Refunds"><collaboration>
    <participant name="Shop" processRef="p"/><participant name="Bank" processRef="q"/>
    <messageFlow name="Order" sourceRef="t" targetRef="u"/></collaboration>
    <process id="p"><sendTask id="t" name="Order refund"/></process>
    <process id="q"><task id="u" name="Pay"/></process></definitions>""".encode()
    text = read_file("refunds.bpmn", data).document.text
    assert text.index("# Refunds") < text.index("## Shop") < text.index("Order → Pay")
    assert text.index("## Bank") < text.index("**Pay** (task)")


def test_a_decision_table_is_a_table_with_a_rule_a_row() -> None:
    def entry(kind: str, text: str) -> str:
        return f"<{kind}><text>{text}</text></{kind}>"

    rules = "".join(
        f"<rule>{entry('inputEntry', age)}{entry('inputEntry', kind)}{entry('outputEntry', fee)}"
        f"<description>{said}</description></rule>"
        for age, kind, fee, said in (
            ("&lt; 18", "", "0.00", "Child"), ("-", '"A","B"', '"free | \nlater"', ""),
        )
    )  # fmt: skip
    data = f"""<definitions xmlns="{DMN}" name="Fees">
    <inputData name="age"><description>On the day of booking</description></inputData>
    <decision name="Fee"><question>What is paid?</question><decisionTable hitPolicy="FIRST">
    <input label="Age"><inputExpression><text>age</text></inputExpression></input>
    <input><inputExpression><text>kind</text></inputExpression></input>
    <output name="fee"/>{rules}</decisionTable></decision>
    <decision name="Tax"><literalExpression><text>fee * 0.2</text></literalExpression></decision>
    </definitions>""".encode()
    text = read_file("fees.dmn", data).document.text
    assert text.strip().split("\n") == [
        "# Fees",
        "",
        "- age: On the day of booking",
        "",
        "## Fee",
        "",
        "What is paid?",
        "",
        "Hit policy: FIRST",
        "",
        "| Age | kind | fee | Annotation |",
        "| --- | --- | --- | --- |",
        "| < 18 | - | 0.00 | Child |",
        "| - | A,B | free \\| later |  |",
        "",
        "## Tax",
        "",
        "fee * 0.2",
    ]


def test_a_folder_looks_at_models() -> None:
    assert {".bpmn", ".dmn"} <= READABLE_SUFFIXES
