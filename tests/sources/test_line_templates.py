"""Templates of lines: what fields, optional pieces and tables write; that all can be read."""

from __future__ import annotations

from collections.abc import Iterator
from xml.etree.ElementTree import Element, fromstring

import pytest

from assistant.sources.readers.salesforce_metadata.line_templates import (
    LINE_FORMS,
    TEXT_FORMS,
    Choice,
    Lines,
    Template,
    template,
)
from assistant.sources.readers.salesforce_metadata.salesforce_details import (
    BLOCKS,
    DOCUMENTS,
    PARTS,
    WORDS,
)
from assistant.sources.readers.salesforce_metadata.salesforce_export import FORMS
from assistant.sources.readers.salesforce_metadata.salesforce_flows import flow_lines

RULE = fromstring(
    "<rule><name>Late</name><active>false</active><kind>onCreate</kind><note> a\n b </note>"
    "<to>Ann</to><to>Bo</to><step><name>one</name></step><step/><empty/></rule>"
)
WRITER = Lines({}, {"who": "<{name}>"}, {"kinds": {"onCreate": "at first", "*": "on {}"}}, {})


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("{name}: {note}", "Late: a b"),
        ("{title}", None),
        ("{title?}!", "!"),
        ("{title|name}", "Late"),
        ("{title|@number}", "7"),
        ("{kind:kinds}, {name:kinds}, {kind:words}", "at first, on Late, on create"),
        ("{to*}", "Ann, Bo"),
        ("{step*:who}", "<one>"),
        ("{step/name}", "one"),
        ("{name}[ ({?active=false}inactive)][ {title}]", "Late (inactive)"),
        ("[{title}|{note}|none]", "a b"),
        ("[{title}|none]", "none"),
        ("[[{title}]]", None),
        ("{?to>1}several{?to}", "several"),
        ("{?step>2}many", None),
        ("{?active!=false}on", None),
        ("{?empty=}{?title=}{?empty}nothing", "nothing"),
        ("{?title}nothing", None),
        (r"{name} \[{active}\]", "Late [false]"),
    ],
)
def test_a_template_is_filled_or_does_not_stand(source: str, text: str | None) -> None:
    assert WRITER.given(number="7").text(source, RULE) == text


@pytest.mark.parametrize("source", ["{a b:}", "[{a}", "{}"])
def test_a_template_that_cannot_be_read_is_refused(source: str) -> None:
    with pytest.raises(ValueError, match=r"no field|not closed"):
        template(source)


def test_tables_of_lines_number_pad_and_frame_what_they_write() -> None:
    entries = [
        {"first": ["## To", ""], "each": "to", "lines": ["{@number}. {.}"], "last": [""]},
        {"first": ["## Nobody"], "each": "nobody", "lines": ["{.}"]},
        {"pad": "  ", "only": "rule", "lines": ["{name}\n{note}"]},
        {"except": "rule", "lines": ["{name}"]},
        {"each": "missing|.", "header": ["A", "B"], "cells": ["{name}", "{title}"]},
        {"each": "step", "lines": ["{^name}: {name}"]},
        {"rest": ["active", "kind", "to", "step"]},
    ]
    assert list(WRITER.lines(entries, RULE)) == [
        "## To", "", "1. Ann", "2. Bo", "", "  Late", "  a b", "| A | B |", "| --- | --- |",
        "| Late |  |", "Late: one", "- Name: Late", "- Note: a b",
    ]  # fmt: skip


def templates_of(found: object, key: str = "") -> Iterator[str]:
    """Every template in the table."""
    if isinstance(found, str) and key not in {"each", "only", "except", "pad", "use", "kind",
                                              "same", "join", "items", "logic"}:  # fmt: skip
        yield found
    elif isinstance(found, dict):
        for name, inner in found.items():
            yield from templates_of(inner, name) if name not in {"rest", "header"} else ()
    elif isinstance(found, list):
        for inner in found:
            yield from templates_of(inner)


def forms_of(pieces: Template) -> Iterator[str]:
    """Every form that a template names."""
    for piece in pieces:
        if isinstance(piece, Choice):
            for inner in piece.templates:
                yield from forms_of(inner)
        elif not isinstance(piece, str):
            yield from piece.forms


@pytest.mark.parametrize("table", [DOCUMENTS, BLOCKS, PARTS], ids=["documents", "blocks", "parts"])
def test_every_template_can_be_read_and_names_forms_that_there_are(table: object) -> None:
    flow = flow_lines(Lines(BLOCKS, PARTS, WORDS, FORMS), Element("Flow"))
    known = {*PARTS, *WORDS, *LINE_FORMS, *TEXT_FORMS, *flow.forms, *flow.names, "effect", "does"}
    for source in templates_of(table):
        assert set(forms_of(template(source))) <= known, source
