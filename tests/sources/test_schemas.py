"""JSON Schema and OpenAPI are tables of fields, in JSON and in YAML."""

from __future__ import annotations

import json

import pytest

from assistant.design.techniques.field_rules import field_rules
from assistant.errors import UnreadableFile
from assistant.knowledge.chunks.chunking import split
from assistant.sources.files.files import read_file

DRAFT = "https://json-schema.org/draft/2020-12/schema"

API = """openapi: 3.0.3
info: {title: Booking API, version: 1.10}
paths:
  /bookings/{id}:
    parameters:
      - {name: id, in: path, required: true, schema: {type: string, format: uuid}}
    post:
      summary: Book a slot
      requestBody:
        content: {application/json: {schema: {$ref: '#/components/schemas/Booking'}}}
      responses:
        409: {description: Slot is full, content: {a/b: {example: Too late.}}}
components:
  schemas:
    Email: {type: string, maxLength: 120}
    Base: {type: object, properties: {note: {type: string, maxLength: 280}}}
    Booking:
      description: What a member books.
      allOf:
        - $ref: '#/components/schemas/Base'
        - $ref: '#/components/schemas/Booking'
        - required: [note]
          properties:
            email: {$ref: '#/components/schemas/Email'}
            parent: {$ref: '#/components/schemas/Booking'}
            status: {type: string, enum: [no, on, 1.10]}
            address: {type: object, properties: {zip: {pattern: '^[0-9]{5}$'}}}
            other: {$ref: 'other.yaml#/X'}
"""


def schema(**about: object) -> str:
    payload = json.dumps({"$schema": DRAFT, **about}, ensure_ascii=False)
    return read_file("form.json", payload.encode()).document.text.strip()


def test_a_field_is_a_row_with_its_limits() -> None:
    data = {
        "$schema": DRAFT, "title": "Application", "required": ["nom"],
        "properties": {
            "nom": {"type": "string", "title": "Nom", "minLength": 1, "maxLength": 280},
            "age": {"type": "integer", "minimum": 18, "exclusiveMaximum": 99},
            "ok": {"const": True},
        },
    }  # fmt: skip
    document = read_file("form.json", json.dumps(data).encode()).document
    assert (document.title, document.kind) == ("Application", "page")
    rows = [chunk.text for chunk in split(document) if chunk.kind == "table_row"]
    assert rows == [
        "Field: Nom; Property: nom; Type: string; Required: yes; Min length: 1; Max length: 280",
        "Field: age; Property: age; Type: integer; Required: no; Minimum: 18; "
        "Rules: exclusiveMaximum: 99",
        "Field: ok; Property: ok; Required: no; Rules: const: true",
    ]
    [(row, asked)] = field_rules(rows[0], table=True)
    limits = [limit.text for one in asked for limit in one.limits]
    assert (row.name, limits) == ("Nom", ["1 characters", "280 characters"])


def test_a_regular_expression_sets_no_limit() -> None:
    [(_, asked)] = field_rules("Field: Phone; Required: no; Pattern: ^0[1-9][0-9]{8}$", table=True)
    assert [one.kind for one in asked] == ["free", "other"]


def test_an_api_in_yaml_is_its_operations_and_the_tables_of_its_schemas() -> None:
    read = read_file("api.yaml", API.encode())
    blocks = read.document.text.strip().split("\n\n")
    assert read.document.title == "Booking API"
    assert blocks[1:5] == [
        "## POST /bookings/{id}: Book a slot",
        "| Field | In | Type | Required | Format |\n| --- | --- | --- | --- | --- |\n"
        "| id | path | string | yes | uuid |",
        "Request body (application/json): Booking",
        "| Response | Description | Example |\n| --- | --- | --- |\n"
        "| 409 | Slot is full | Too late. |",
    ]
    assert "1.10" in blocks[-1]
    assert blocks[-4] == "What a member books."
    assert blocks[-3].split("\n")[2:] == [
        "| note | string | yes | 280 |  |  |",
        "| email | string | no | 120 |  |  |",
        "| parent | Booking | no |  |  |  |",
        "| status | string | no |  | no, on, 1.10 |  |",
        "| address | object | no |  |  |  |",
        "| address.zip |  | no |  |  | ^[0-9]{5}$ |",
        "| other | other.yaml#/X | no |  |  |  |",
    ]
    [note] = read.notes
    assert note.endswith("not followed: other.yaml#/X.")


def test_what_has_no_column_stays() -> None:
    text = schema(
        properties={"a": {"oneOf": [{"maxLength": 3}, {"type": "null"}], "not": {"const": "x"}}},
        additionalProperties=False,
        anyOf=[{"required": ["a"]}, {"required": ["b"]}],
        **{"if": {"required": ["a"]}},
    )
    assert 'oneOf: [{"maxLength": 3}, {"type": "null"}]' in text
    assert 'not: {"const": "x"}' in text
    assert "- additionalProperties: false" in text
    assert '"if": {' in text
    assert '"anyOf": [' in text


def test_references_in_a_circle_end() -> None:
    text = schema(**{
        "$ref": "#", "allOf": [{"$ref": "#"}],
        "properties": {"a": {"$ref": "#/properties/a"}, "b": {"$ref": "#/$defs/x"}},
        "$defs": {"x": {"$ref": "#/$defs/y"}, "y": {"$ref": "#/$defs/x"}},
    })  # fmt: skip
    assert text.startswith("| Field | Type | Required |")


def api(**about: object) -> list[str]:
    payload = json.dumps({"openapi": "3.0.3", "info": {"title": "Shop"}, "paths": {}, **about})
    return read_file("api.json", payload.encode()).document.text.strip().split("\n\n")


def of_json(schema: object) -> dict[str, object]:
    return {"content": {"application/json": {"schema": schema}}}


def test_the_fields_of_an_answer_that_has_its_schema_inside_are_rows() -> None:
    total = {"type": "object", "properties": {"total": {"type": "integer", "maximum": 500}}}
    answers = {
        "200": {"description": "ok", **of_json({"type": "array", "items": total, "maxItems": 9}),
                "headers": {"X-Left": {"description": "calls", "schema": {"maximum": 100}}}},
        "404": {"$ref": "#/components/responses/Gone"},
        "409": {"description": "full", **of_json({"type": "string", "maxLength": 7})},
    }  # fmt: skip
    gone = {"description": "gone", **of_json({"properties": {"code": {"enum": [1, 2]}}})}
    blocks = api(
        paths={"/o": {"get": {"responses": answers}}}, components={"responses": {"Gone": gone}}
    )
    assert blocks[3:] == [
        "Response 200, headers",
        "| Field | Maximum | Description |\n| --- | --- | --- |\n| X-Left | 100 | calls |",
        "Response 200 (application/json)",
        "| Field | Type | Required | Maximum |\n| --- | --- | --- | --- |\n"
        "| [].total | integer | no | 500 |",
        "- maxItems: 9",
        "Response 409 (application/json)",
        "| Max length |\n| --- |\n| 7 |",
        "## Responses",
        "| Response | Description |\n| --- | --- |\n| Gone | gone |",
        "Response Gone (application/json)",
        "| Field | Required | Allowed values |\n| --- | --- | --- |\n| code | no | 1, 2 |",
    ]
    assert "| 404 | gone | see Gone |" in blocks[2]


def test_arrays_in_arrays_have_their_fields_and_limits() -> None:
    deep = {"type": "object", "properties": {"deep": {"maxLength": 7}}}
    codes = {"type": "array", "maxItems": 3, "items": {"type": "string", "maxLength": 2}}
    text = schema(properties={"grid": {"items": {"items": deep}}, "codes": {"items": codes}})
    assert text.split("\n")[2:] == [
        "| grid | array of array of object | no |  |  |",
        "| grid[][].deep |  | no | 7 |  |",
        "| codes | array of array of string | no | 2 | items.maxItems: 3 |",
    ]


def test_what_is_said_of_an_api_beside_its_fields_stays() -> None:
    path = {
        "description": "Only for sellers.",
        "get": {"summary": "List", "security": [], "operationId": "listOrders",
                "parameters": [{"$ref": "#/components/parameters/Page"}],
                "requestBody": {"required": True, **of_json({"$ref": "#/components/schemas/M"})}},
    }  # fmt: skip
    page = {"name": "page", "in": "query", "style": "form", "schema": {"maximum": 30}}
    blocks = api(
        servers=[{"description": "100 calls a minute"}],
        tags=[{"name": "orders", "description": "Orders are archived after 30 days."}],
        paths={"/orders": path},
        components={
            "securitySchemes": {"oauth": {"description": "Valid 15 minutes"}},
            "parameters": {"Page": page, "Other": {**page, "name": "never used"}},
            "schemas": {"M": {"type": "object", "properties": {"a": {}}, "example": {"a": 41}}},
        },
    )
    text = "\n".join(blocks)
    assert blocks[1:3] == ["## /orders", "Only for sellers."]
    assert "| page | query | no | 30 | style: form |" in text
    assert "- required" in text
    assert "- operationId: listOrders" in text
    for said in (
        '"security": []',
        '"orders"',
        "100 calls a",
        "after 30 days",
        "Valid 15",
        "never used",
        '"a": 41',
    ):
        assert said in text
    assert text.count('"name": "page"') == 0


def test_an_object_that_a_field_refers_to_is_not_repeated_in_each_table() -> None:
    names = ["Employee", "Department", "Office"]
    fields = {n.lower(): {"allOf": [{"$ref": f"#/$defs/{n}"}]} for n in names}
    one = {"type": "object", "properties": {"name": {"maxLength": 50}, **fields}}
    text = schema(**{"$defs": dict.fromkeys(names, one)})
    assert text.count("| employee | Employee |") == text.count("| name |") == len(names)
    assert "employee.name" not in text


def test_what_is_said_beside_a_reference_stays_with_the_field() -> None:
    parts = [
        {"$ref": "#/$defs/Base"},
        {"required": ["note", "zip"], "properties": {"zip": {"maxLength": 5}}, "minProperties": 2},
    ]
    text = schema(**{
        "properties": {"home": {"allOf": parts}},
        "$defs": {"Base": {"type": "object", "properties": {"note": {"type": "string"}}}},
    })  # fmt: skip
    assert text.split("\n\n")[0].split("\n")[2:] == [
        "| home | Base | no |  | minProperties: 2; required: note |",
        "| home.zip |  | yes | 5 |  |",
    ]


def test_objects_deep_in_each_other_stay_as_json() -> None:
    field: dict[str, object] = {"type": "string", "maxLength": 7}
    for _ in range(30):
        field = {"type": "object", "properties": {"p": field}}
    text = schema(**field)
    assert text.count("\n") < 20
    assert '"maxLength": 7' in text


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("openapi: 3.0.0\npaths: &p\n  /a: *p\n", "holds itself"),
        (
            "openapi: 3.0.0\na0: &a0 [x]\n"
            + "".join(f"a{i}: &a{i} [{'*a' + str(i - 1)}{(', *a' + str(i - 1)) * 9}]\n"
                      for i in range(1, 12)),
            "1,000,000",
        ),
        ("openapi: 3.0.0\ninfo: !!python/object/apply:os.system ['x']\n", "object of Python"),
    ],
)  # fmt: skip
def test_yaml_that_cannot_be_read_is_named(text: str, why: str) -> None:
    with pytest.raises(UnreadableFile, match=why):
        read_file("api.yaml", text.encode())


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("openapi: 3.0.0\npaths: {a\n", "line 3"),
        ("openapi: 3.0.0\ninfo:\n  version: @project.version@\n", "line 3, column 12"),
        ("openapi: 3.0.0\npaths: {}\n---\nspring: {}\n", "line 3"),
        ("openapi: 3.0.0\npaths: {}\nx: !!bool maybe\n", ""),
    ],
)
def test_an_api_that_is_not_valid_yaml_stays_as_code(text: str, place: str) -> None:
    read = read_file("api.yaml", text.encode())
    assert read.document.text.strip() == f"```yaml\n{text}```"
    [note] = read.notes
    assert "not valid YAML" in note
    assert place in note


@pytest.mark.parametrize("key", ["openapi", "swagger", "$schema"])
def test_settings_of_a_program_are_no_schema(key: str) -> None:
    text = (
        f"{key}:\n  enabled: true\n  version: @project.version@\n---\nspring:\n  profiles: prod\n"
    )
    read = read_file("application.yml", text.encode())
    assert "profiles: prod" in read.document.text
    assert not read.notes


def test_values_under_a_tag_stay_as_they_are_written() -> None:
    fields = "{a: {default: !!binary aGVsbG8=}, b: {default: !!timestamp 2026-01-02}, c: !ref {}}"
    text = f"openapi: 3.0.0\ncomponents: {{schemas: {{A: {{properties: {fields}}}}}}}\n"
    read = read_file("api.yaml", text.encode())
    assert "| a | no | aGVsbG8= |\n| b | no | 2026-01-02 |\n| c |" in read.document.text


def test_other_json_and_yaml_stay_what_they_were() -> None:
    text = "$schema: https://json.schemastore.org/ci\nsteps:\n- a: !ref x\n"
    assert read_file("ci.yaml", text.encode()).document.text.startswith("```yaml\n$schema")
    plain = json.dumps({"type": "object", "properties": {"colour": {"red": 1}}})
    assert "- colour:" in read_file("a.json", plain.encode()).document.text
