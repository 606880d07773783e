"""ReqIF: specifications in their order, requirements under their ids, withdrawn ones left out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import count
from xml.sax.saxutils import escape, quoteattr

import pytest
from file_writers import archive

from assistant.errors import SourceError
from assistant.sources.files.batches import read_files
from assistant.sources.files.files import read_file
from assistant.sources.files.folder_source import READABLE_SUFFIXES
from assistant.sources.reading import Reading

KINDS = {
    "Status": "ENUMERATION", "ReqIF.Text": "XHTML", "ReqIF.ChapterName": "XHTML",
    "Weight": "INTEGER", "Limit": "REAL", "Safety relevant": "BOOLEAN", "Due": "DATE",
    "Team": "ENUMERATION",
}  # fmt: skip
"""Of the attributes used here; all others are strings."""

Node = tuple[str, Sequence["Node"]]
Objects = Mapping[str, Mapping[str, str]]


def _value(name: str, words: str) -> str:
    kind = KINDS.get(name, "STRING")
    where = f"<DEFINITION><ATTRIBUTE-DEFINITION-{kind}-REF>d-{escape(name)}" \
            f"</ATTRIBUTE-DEFINITION-{kind}-REF></DEFINITION>"  # fmt: skip
    if kind == "ENUMERATION":
        chosen = "".join(f"<ENUM-VALUE-REF>e-{one}</ENUM-VALUE-REF>" for one in words.split("+"))
        return f"<ATTRIBUTE-VALUE-{kind}>{where}<VALUES>{chosen}</VALUES></ATTRIBUTE-VALUE-{kind}>"
    if kind == "XHTML":
        return (
            f"<ATTRIBUTE-VALUE-{kind}>{where}<THE-VALUE><h:div>{words}</h:div></THE-VALUE>"
            f"</ATTRIBUTE-VALUE-{kind}>"
        )
    return f"<ATTRIBUTE-VALUE-{kind} THE-VALUE={quoteattr(words)}>{where}</ATTRIBUTE-VALUE-{kind}>"


def _branch(node: Node) -> str:
    key, below = node
    inner = f"<CHILDREN>{''.join(map(_branch, below))}</CHILDREN>" if below else ""
    return (
        f"<SPEC-HIERARCHY><OBJECT><SPEC-OBJECT-REF>{key}</SPEC-OBJECT-REF></OBJECT>{inner}"
        "</SPEC-HIERARCHY>"
    )


def reqif(
    objects: Objects,
    specifications: Mapping[str, Sequence[Node]],
    *,
    title: str = "Bike hire",
    prolog: str = "",
) -> bytes:
    """A ReqIF document with these objects (attributes by name) in these hierarchies."""
    names = dict.fromkeys(name for values in objects.values() for name in values)
    chosen = dict.fromkeys(
        one for values in objects.values() for name, words in values.items()
        if KINDS.get(name) == "ENUMERATION" for one in words.split("+")
    )  # fmt: skip
    definitions = "".join(
        f"<ATTRIBUTE-DEFINITION-{KINDS.get(n, 'STRING')} IDENTIFIER='d-{n}' LONG-NAME='{n}'/>"
        for n in names
    )
    enums = "".join(f"<ENUM-VALUE IDENTIFIER='e-{one}' LONG-NAME='{one}'/>" for one in chosen)
    written = "".join(
        f"<SPEC-OBJECT IDENTIFIER='{key}'><VALUES>"
        f"{''.join(_value(name, words) for name, words in values.items())}</VALUES></SPEC-OBJECT>"
        for key, values in objects.items()
    )
    numbers = count()
    trees = "".join(
        f"<SPECIFICATION IDENTIFIER='s-{next(numbers)}' LONG-NAME='{name}'><CHILDREN>"
        f"{''.join(map(_branch, nodes))}</CHILDREN></SPECIFICATION>"
        for name, nodes in specifications.items()
    )
    return (
        f"<?xml version='1.0' encoding='UTF-8'?>{prolog}<REQ-IF "
        "xmlns='http://www.omg.org/spec/ReqIF/20110401/reqif.xsd' "
        "xmlns:h='http://www.w3.org/1999/xhtml'><THE-HEADER><REQ-IF-HEADER IDENTIFIER='h'>"
        f"<TITLE>{title}</TITLE></REQ-IF-HEADER></THE-HEADER><CORE-CONTENT><REQ-IF-CONTENT>"
        "<DATATYPES><DATATYPE-DEFINITION-ENUMERATION IDENTIFIER='t'><SPECIFIED-VALUES>"
        f"{enums}</SPECIFIED-VALUES></DATATYPE-DEFINITION-ENUMERATION></DATATYPES><SPEC-TYPES>"
        f"<SPEC-OBJECT-TYPE IDENTIFIER='o'><SPEC-ATTRIBUTES>{definitions}</SPEC-ATTRIBUTES>"
        f"</SPEC-OBJECT-TYPE></SPEC-TYPES><SPEC-OBJECTS>{written}</SPEC-OBJECTS>"
        f"<SPECIFICATIONS>{trees}</SPECIFICATIONS></REQ-IF-CONTENT></CORE-CONTENT></REQ-IF>"
    ).encode()


def need(key: str, text: str, status: str = "Approved", **more: str) -> dict[str, str]:
    """A requirement's attributes."""
    return {"ReqIF.ForeignID": key, "ReqIF.Text": text, "Status": status, **more}


FEES = {"ReqIF.ChapterName": "Fees", "ReqIF.ForeignID": "1"}
LATE = {"ReqIF.ChapterName": "Late returns", "ReqIF.ChapterNumber": "1.1"}


def read(objects: Objects, *nodes: Node) -> Reading:
    return read_file("bikes.reqif", reqif(objects, {"Bikes": nodes}))


def test_requirements_stand_in_their_order_under_their_ids_with_their_attributes() -> None:
    objects = {
        "b": need("HIRE-2", "<h:p>A <h:b>cargo</h:b> bike costs 22 €.</h:p>", "In review"),
        "a": need("HIRE-1", "A day costs 14 €.", Weight="3", Due="2026-10-05", **{
            "Safety relevant": "false", "Limit": "2.5", "Team": "Shop+Depot",
            "ReqIF.ForeignCreatedBy": "ada", "Rationale": "So it was agreed.\nTwice."}),
        "c": FEES, "d": LATE, "e": need("HIRE-3", "Later than 18:00 is late.", "Approved"),
        "loose": need("HIRE-9", "A helmet is free."),
    }  # fmt: skip
    reading = read(objects, ("c", [("a", []), ("d", [("e", [])]), ("b", [])]))
    assert reading.document.title == "Bike hire"
    assert reading.document.text == (
        "# Bike hire\n\n## Fees\n\n"
        "- **HIRE-1** (Status: Approved; Weight: 3; Due: 2026-10-05; Safety relevant: false; "
        "Limit: 2.5; Team: Shop, Depot)\n\n  A day costs 14 €.\n\n"
        "  Rationale: So it was agreed.\n  Twice.\n\n"
        "### 1.1 Late returns\n\n- **HIRE-3** (Status: Approved)\n\n  Later than 18:00 is late.\n\n"
        "## Fees\n\n- **HIRE-2** (Status: In review)\n\n  A **cargo** bike costs 22 €.\n\n"
        "## In no specification\n\n- **HIRE-9** (Status: Approved)\n\n  A helmet is free.\n"
    )
    assert reading.report.reader == "ReqIF"


def test_lists_and_tables_of_a_requirement_stay_in_it() -> None:
    text = (
        "<h:h1>Sizes</h1><h:p>A bike has:</h:p><h:ul><h:li>a bell</h:li><h:li>a lock</h:li></h:ul>"
        "<h:table><h:tr><h:th>Bike</h:th><h:th>Fee</h:th></h:tr><h:tr><h:td>Cargo</h:td><h:td>22"
        "</h:td></h:tr></h:table><h:object data='a.ole'><h:object data='a.png'>x</h:object>"
        "</h:object>"
    ).replace("</h1>", "</h:h1>")
    reading = read({"a": need("HIRE-1", text)}, ("a", []))
    assert reading.document.text == (
        "# Bike hire\n\n- **HIRE-1** (Status: Approved)\n\n  **Sizes**\n\n  A bike has:\n\n"
        "  - a bell\n  - a lock\n\n  | Bike | Fee |\n  | --- | --- |\n  | Cargo | 22 |\n"
    )
    assert reading.report.unread_parts == ("1 pictures and embedded objects",)


@pytest.mark.parametrize("status", ["Obsolete", "rejected", "Deprecated", "veraltet", "Retiré"])
def test_a_withdrawn_requirement_is_left_out_and_named(status: str) -> None:
    objects = {"a": need("HIRE-1", "A day costs 12 €.", status), "b": need("HIRE-2", "It is 14 €.")}
    reading = read(objects, ("a", []), ("b", []))
    assert "HIRE-1" not in reading.document.text
    assert "It is 14 €." in reading.document.text
    assert any(f"HIRE-1 ({status})" in note for note in reading.notes)


def test_what_another_party_or_a_longer_status_says_stays_with_the_requirement() -> None:
    objects = {
        "a": need("HIRE-1", "One.", **{"Supplier status": "Rejected"}),
        "b": need("HIRE-2", "Two.", "Obsolete after drop 3"),
        "c": {"ReqIF.ChapterName": "Old fees", "Status": "Obsolete"}, "d": need("HIRE-4", "Four."),
    }  # fmt: skip
    text = read(objects, ("a", []), ("b", []), ("c", [("d", [])])).document.text
    assert "**HIRE-1** (Status: Approved; Supplier status: Rejected)" in text
    assert "**HIRE-2** (Status: Obsolete after drop 3)" in text
    assert "## Old fees (Status: Obsolete)\n\n- **HIRE-4**" in text


def test_struck_words_are_no_requirement() -> None:
    words = "At most <h:span style='text-decoration: line-through'>14</h:span> 10 days."
    reading = read({"a": need("HIRE-1", words)}, ("a", []))
    assert "At most 10 days." in reading.document.text


@pytest.mark.parametrize(
    ("names", "written"),
    [
        (
            ("Object Identifier", "Object Short Text", "Object Text"),
            "- **S-7** Bell\n\n  It rings.",
        ),
        (("ID", "Summary", "Description"), "- **S-7** Bell\n\n  It rings."),
        (("ReqIF.ForeignID", "ReqIF.Name", "Remark"), "- **S-7** Bell (Remark: It rings.)"),
        (("Object Identifier", "ReqIF.ForeignID", "ReqIF.Text"), "- **S-7** It rings."),
        (("Category", "ReqIF.Name", "ReqIF.Text"), "- Bell (Category: S-7)\n\n  It rings."),
    ],
)
def test_attributes_have_the_roles_that_tools_name_them_by(
    names: tuple[str, str, str], written: str
) -> None:
    values = dict(zip(names, ("S-7", "Bell", "It rings."), strict=True))
    values.update({"ReqIF.ForeignID": "57"} if names[1] == "ReqIF.ForeignID" else {})
    text = read_file(
        "a.reqif", reqif({"a": values}, {"A": [("a", [])]}).replace(
            b"<h:div>It rings.</h:div>", b"<h:p>It rings.</h:p>")
    ).document.text  # fmt: skip
    assert text == f"# Bike hire\n\n{written}\n"


def test_a_name_without_text_heads_what_stands_below_it() -> None:
    objects = {"a": {"ReqIF.Name": "Depot", "ReqIF.ForeignID": "F-1"}, "b": need("HIRE-1", "One."),
               "c": {"ReqIF.Text": "A remark of nobody's."}}  # fmt: skip
    text = read(objects, ("a", [("b", []), ("c", [])])).document.text
    assert "## **F-1** Depot\n\n- **HIRE-1** (Status: Approved)\n\n  One.\n\nA remark of" in text


def test_several_specifications_have_a_heading_each() -> None:
    objects = {"a": need("HIRE-1", "One."), "b": need("HIRE-2", "Two."), "c": FEES}
    data = reqif(objects, {"Shop": [("c", [("a", [])])], "Depot": [("b", []), ("a", [])]})
    text = read_file("a.reqif", data).document.text
    headings = [line for line in text.split("\n") if line.startswith("#")]
    assert headings == ["# Bike hire", "## Shop", "### Fees", "## Depot"]
    assert text.count("HIRE-1") == 1


def test_requirements_by_id_are_told_from_pages_as_everywhere() -> None:
    objects = {"c": FEES, "a": need("REQ-1", "The bike is green."), "b": need("REQ-2", "It rings.")}
    reading = read(objects, ("c", [("a", []), ("b", [])]))
    assert reading.document.kind == "epic"
    assert [criterion.id for epic in reading.epics for criterion in epic.criteria] == [
        "REQ-1", "REQ-2",
    ]  # fmt: skip
    rules = read_file("r.reqif", reqif(objects, {"A": [("c", [])]}, title="Rules of hire"))
    assert rules.document.title == "Rules of hire"


def test_an_archive_of_reqif_is_one_document() -> None:
    first = reqif({"a": need("HIRE-1", "One.")}, {"A": [("a", [])]})
    other = reqif({"a": need("HIRE-1", "Two.")}, {"B": [("a", [])]}, title="Depot")
    reading = read_file(
        "a.reqifz", archive({"x.reqif": first, "y.reqif": other, "z.png": b"\x89PNG"})
    )
    assert reading.document.title == "a"
    assert reading.document.text.startswith("# Bike hire\n\n- **HIRE-1**")
    assert "# Depot\n\n- **HIRE-1** (Status: Approved)\n\n  Two." in reading.document.text
    assert reading.report.unread_parts == ("1 files beside it",)
    mixed = list(
        read_files("a.zip", archive({"x.reqif": first, "notes.md": "# Notes\n\nSome words.\n"}))
    )
    assert [one.reading.document.title for one in mixed if one.reading] == ["Bike hire", "Notes"]
    assert {".reqif", ".reqifz"} <= READABLE_SUFFIXES


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (reqif({}, {"A": []}), "export the module again with its objects"),
        (reqif({"a": FEES}, {"A": [("a", [])]}), "no requirement with text"),
        (reqif({"a": need("H-1", "One.", "Obsolete")}, {"A": [("a", [])]}), "that is in force"),
        (reqif({"a": need("H-1", "One.")}, {"A": [("a", [])]})[:-300], "not well-formed XML"),
        (
            reqif({"a": need("H-1", "&z;")}, {"A": [("a", [])]}, prolog="<!DOCTYPE r [<!ENTITY a "
                  "'ha'><!ENTITY z '&a;&a;&a;&a;&a;&a;&a;&a;'>]>"),
            "declares a document type or entities",
        ),
        (
            reqif({"a": need("H-1", "<h:div>" * 300 + "x" + "</h:div>" * 300)}, {}),
            "too deeply",
        ),
    ],
)  # fmt: skip
def test_what_is_empty_damaged_or_hostile_is_refused_in_words(data: bytes, said: str) -> None:
    for name, content in (("a.reqif", data), ("a.reqifz", archive({"a.reqif": data}))):
        with pytest.raises(SourceError, match=said):
            read_file(name, content)
