"""JSON Schema and OpenAPI: what may stand in each field, as tables of fields.

Each object is a table with a field a row, under the headings that lists of fields have; each
operation of an API names its parameters, what it is sent and what it answers. A reference inside
the document is followed once: the row of a field has the limits of what it refers to, and an
object that is referred to has a table of its own. What has no place in a table stays as JSON.

Sources of the formats: JSON Schema, drafts 4 to 2020-12; OpenAPI Specification 3.1 and Swagger 2.0.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote

from assistant.sources.json_values import mapping, objects
from assistant.sources.markdown_tables import code_block, markdown_table
from assistant.sources.readers.refusals import Refused

MAX_ROWS = 50_000
MAX_DEPTH = 8
"""Objects in each other whose fields are rows of one table; what lies deeper stays as JSON."""
_METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace", "query")
_COLUMNS = {
    "minLength": "Min length", "maxLength": "Max length", "minimum": "Minimum",
    "maximum": "Maximum", "enum": "Allowed values", "format": "Format", "pattern": "Pattern",
    "default": "Default",
}  # fmt: skip
"""Keywords that lists of fields have a column for."""
_RULES = (
    "const", "exclusiveMinimum", "exclusiveMaximum", "multipleOf", "minItems", "maxItems",
    "uniqueItems", "minProperties", "maxProperties", "nullable", "readOnly", "writeOnly",
    "deprecated", "contentMediaType", "contentEncoding", "dependentRequired",
)  # fmt: skip
_FLAGS = frozenset({
    "exclusiveMinimum", "exclusiveMaximum", "uniqueItems", "nullable", "readOnly", "writeOnly",
    "deprecated",
})  # fmt: skip
_SAID = frozenset({
    *_COLUMNS, *_RULES, "$schema", "$id", "id", "$ref", "$defs", "definitions", "$comment", "title",
    "description", "type", "properties", "required", "items", "allOf", "oneOf", "anyOf", "example",
    "examples", "$anchor", "$vocabulary", "xml", "externalDocs", "discriminator",
})  # fmt: skip
_HEADER = ("Field", "Property", "In", "Type", "Required", *_COLUMNS.values(), "Rules",
           "Description", "Example")  # fmt: skip


def read_schema(payload: object) -> list[object] | None:
    """The records of a schema or an API: one document; ``None`` for any other payload.

    Raises ``Refused`` where it has more fields than ``MAX_ROWS``.
    """
    document = mapping(payload)
    if is_api(document):
        tables = _Tables(document)
        return _records(tables, "OpenAPI", mapping(document.get("info")), tables.api())
    if is_schema(document):
        tables = _Tables(document)
        return _records(tables, "JSON Schema", document, tables.schema())
    return None


def is_api(document: Mapping[str, Any]) -> bool:
    """Whether a payload describes an API (OpenAPI, Swagger)."""
    version = document.get("openapi") or document.get("swagger")
    inside = {"paths", "components", "webhooks", "definitions"} & document.keys()
    return isinstance(version, str | int | float) and bool(inside)


def is_schema(document: Mapping[str, Any]) -> bool:
    """Whether a payload is a JSON Schema: it says so, or it is an object with fields."""
    if "json-schema.org" in str(document.get("$schema", "")):
        return True
    fields = document.get("properties")
    return (
        document.get("type") == "object" and isinstance(fields, dict) and bool(fields)
        and all(isinstance(one, dict) and one.keys() & _SAID for one in fields.values())
    )  # fmt: skip


def _records(
    tables: _Tables, reader: str, about: Mapping[str, Any], parts: Iterator[str]
) -> list[object]:
    title = _line(about.get("title"))
    said = [f"# {title}"] if title else []
    said += [text] if (text := _text(about.get("description"))) else []
    text = "\n\n".join([*said, *filter(None, parts)])
    records: list[object] = [
        {"document": {"id": "", "title": title, "text": text, "kind": "page"}},
        {"report": {"reader": reader, "parts": tables.rows}},
    ]
    if tables.elsewhere:
        names = ", ".join(list(tables.elsewhere)[:10])
        words = "References to other documents, or to nothing in this one, were not followed"
        records.insert(1, {"note": f"{words}: {names}."})
    return records


@dataclass
class _Tables:
    """The tables of one document."""

    document: Mapping[str, Any]

    def __post_init__(self) -> None:
        self.rows = 0
        self.elsewhere: dict[str, None] = {}

    # --- A schema -------------------------------------------------------------------------------

    def schema(self) -> Iterator[str]:
        """The tables of a JSON Schema and of its definitions."""
        root = {k: v for k, v in self.document.items() if k not in ("title", "description")}
        yield from self._object("", root)
        for kind in ("$defs", "definitions"):
            for name, schema in mapping(self.document.get(kind)).items():
                yield from self._object(name, mapping(schema))

    def _object(self, name: str, schema: Mapping[str, Any]) -> Iterator[str]:
        """A heading with the name, what is said of an object, its fields, and what is left."""
        title = _line(schema.get("title"))
        if name:
            yield f"## {title} ({name})" if title and title != name else f"## {name}"
        elif title:
            yield f"## {title}"
        yield _text(schema.get("description"))
        fields = list(self._fields(schema))
        fields = fields or list(self._fields(mapping(schema.get("items")), "[]."))
        if fields:
            yield self._table(fields)
        elif name:
            about = {k: v for k, v in schema.items() if k not in ("title", "description")}
            yield self._table([{**self._row(name, about, False), "Required": ""}])
        elif kind := self._type(schema):
            yield f"Type: {kind}"
        yield from self._variants(schema)
        if fields:
            yield self._rest(schema)

    def _variants(self, schema: Mapping[str, Any]) -> Iterator[str]:
        for key, heading in (("oneOf", "One of"), ("anyOf", "Any of")):
            variants = objects(schema.get(key))
            for number, one in enumerate(variants, 1):
                if fields := list(self._fields(one)) if "$ref" not in one else []:
                    title = _line(one.get("title")) or str(number)
                    yield f"### {heading}: {title}"
                    yield _text(one.get("description"))
                    yield self._table(fields)
            if names := [name for one in variants if (name := _name_of(one.get("$ref")))]:
                yield f"{heading}: {', '.join(names)}"

    def _rest(self, schema: Mapping[str, Any]) -> str:
        """What no table has, as it stands."""
        known = {k: v for k, v in schema.items() if k not in ("oneOf", "anyOf")}
        left = {**{key: known[key] for key in _RULES if key in known}, **_left(known)}
        short = {k: v for k, v in left.items() if not isinstance(v, dict | list)}
        lines = [f"- {words}" for key, value in short.items() if (words := _rule(key, value))]
        if long := {k: v for k, v in left.items() if k not in short}:
            lines += ["", code_block(json.dumps(long, ensure_ascii=False, indent=2), "json")]
        return "\n".join(lines)

    def _fields(
        self, schema: Mapping[str, Any], before: str = "", depth: int = 0
    ) -> Iterator[dict[str, str]]:
        """A row for each field, those of objects in it with the way to them ("address.street").

        References are followed for the object itself alone: those that fields refer to have tables
        of their own, and would be repeated on each way that leads to them.
        """
        fields, required = dict[str, Mapping[str, Any]](), set[str]()
        for part in self._parts(schema) if depth == 0 else _own_parts(schema):
            fields |= {str(name): mapping(one) for name, one in _properties(part).items()}
            if isinstance(needed := part.get("required"), list):
                required |= set(map(str, needed))
        for name, field in fields.items():
            yield self._row(f"{before}{name}", field, name in required)
            inner, mark = (mapping(field.get("items")), "[]") if "items" in field else (field, "")
            if depth < MAX_DEPTH:
                yield from self._fields(inner, f"{before}{name}{mark}.", depth + 1)
            elif deeper := [part["properties"] for part in _own_parts(inner) if _properties(part)]:
                words = "; ".join(json.dumps(one, ensure_ascii=False) for one in deeper)
                yield {"Field": f"{before}{name}", "Rules": _cut(words)}

    def _parts(self, schema: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
        """A schema and those that it is put together of, each reference once."""
        stack, seen = list[Mapping[str, Any]]([schema]), set[str]()
        while stack:
            part = stack.pop()
            if isinstance(reference := part.get("$ref"), str):
                if reference in seen:
                    continue
                seen.add(reference)
                part = self._resolved(part)
            yield part
            stack += reversed(objects(part.get("allOf")))

    def _row(self, name: str, given: Mapping[str, Any], required: bool) -> dict[str, str]:
        """The cells of a field, by column."""
        self.rows += 1
        if self.rows > MAX_ROWS:
            raise Refused("size", f"it has more than {MAX_ROWS:,} fields")
        field = self._resolved(given)
        if "$ref" in given and _is_object(field):
            field = given  # what is said of the object stands above its own table
        title = _line(field.get("title"))
        items = self._resolved(mapping(field.get("items")))
        limits = items if items and not _is_object(items) else field
        rules = [_rule(key, field.get(key)) for key in _RULES]
        rules += [_rule(key, value) for key, value in _left(field).items()]
        for part in list(_own_parts(field))[1:]:
            beside = {k: v for k, v in part.items() if k in {*_COLUMNS, *_RULES}} | _left(part)
            needed = part.get("required")
            if more := set(map(str, needed if isinstance(needed, list) else [])) - {
                *_properties(part)
            }:
                beside["required"] = sorted(more)
            rules += [_rule(key, value) for key, value in beside.items()]
        if limits is items:
            rules += [_rule(key, items.get(key)) for key in _RULES]
        example = field.get("example", field.get("examples"))
        return {
            "Field": title or name,
            "Property": name,
            "Type": self._type(given),
            "Required": "yes" if required else "no",
            **{
                column: _values(field[key] if key in field else limits[key])
                for key, column in _COLUMNS.items()
                if key in field or key in limits
            },
            "Rules": "; ".join(filter(None, rules)),
            "Description": _line(field.get("description")),
            "Example": _values(example) if example is not None else "",
        }

    def _table(self, fields: Sequence[Mapping[str, str]]) -> str:
        named = any(field.get("Property", field["Field"]) != field["Field"] for field in fields)
        header = [
            column for column in _HEADER
            if any(field.get(column) for field in fields) and (column != "Property" or named)
        ]  # fmt: skip
        return markdown_table([header, *([_cut(f.get(c, "")) for c in header] for f in fields)])

    def _type(self, schema: Mapping[str, Any], depth: int = 0) -> str:
        """What a value is: "string", "array of Address", "Card or Iban"."""
        if reference := schema.get("$ref"):
            resolved = self._resolved(schema)
            if _is_object(resolved) or depth or "type" not in resolved:
                return _name_of(reference)
            return self._type({k: v for k, v in resolved.items() if k != "$ref"}, depth + 1)
        kinds = schema.get("type")
        kind = " or ".join(map(str, kinds)) if isinstance(kinds, list) else _line(kinds)
        if isinstance(schema.get("items"), dict) and depth < MAX_DEPTH:
            inner = self._type(schema["items"], depth + 1)
            return f"{kind or 'array'} of {inner}" if inner else kind
        for key, joined in (("oneOf", " or "), ("anyOf", " or "), ("allOf", " and ")):
            parts = objects(schema.get(key)) if depth < MAX_DEPTH else []
            if not kind and (names := [t for one in parts if (t := self._type(one, depth + 1))]):
                return joined.join(dict.fromkeys(names))
        return kind

    def _resolved(self, schema: Mapping[str, Any]) -> Mapping[str, Any]:
        """What a reference in the document leads to, with what is said beside it; one step."""
        reference = schema.get("$ref")
        if not isinstance(reference, str):
            return schema
        at: object = self.document
        for part in reference.removeprefix("#/").split("/") if reference.startswith("#/") else ():
            at = mapping(at).get(unquote(part).replace("~1", "/").replace("~0", "~"))
        if reference == "#" or (reference.startswith("#/") and isinstance(at, dict)):
            return {**mapping(at), **{k: v for k, v in schema.items() if k != "$ref"}}
        self.elsewhere[reference] = None
        return schema

    # --- An API ---------------------------------------------------------------------------------

    def api(self) -> Iterator[str]:
        """The operations of an API, then its schemas."""
        for kind in ("paths", "webhooks"):
            for path, item in mapping(self.document.get(kind)).items():
                shared = objects(mapping(item).get("parameters"))
                for method in _METHODS:
                    if operation := mapping(mapping(item).get(method)):
                        yield from self._operation(f"{method.upper()} {path}", operation, shared)
        inside = mapping(self.document.get("components")).get("schemas")
        for schemas in (inside, self.document.get("definitions")):
            for name, schema in mapping(schemas).items():
                yield from self._object(name, mapping(schema))

    def _operation(
        self, name: str, operation: Mapping[str, Any], shared: Sequence[Mapping[str, Any]]
    ) -> Iterator[str]:
        summary = _line(operation.get("summary"))
        yield f"## {name}: {summary}" if summary else f"## {name}"
        if operation.get("deprecated") is True:
            yield "- deprecated"
        yield _text(operation.get("description"))
        given = [self._resolved(one) for one in (*shared, *objects(operation.get("parameters")))]
        by_name = {(str(one.get("name")), str(one.get("in"))): one for one in given}
        rows = [self._parameter(one) for one in by_name.values() if one.get("in") != "body"]
        if rows:
            yield self._table(rows)
        for one in by_name.values():
            if one.get("in") == "body":
                yield from self._body("Request body", mapping(one.get("schema")), one)
        body = self._resolved(mapping(operation.get("requestBody")))
        for media, content in mapping(body.get("content")).items():
            heading = f"Request body ({media})"
            yield from self._body(heading, mapping(mapping(content).get("schema")), body)
        answers = mapping(operation.get("responses"))
        told = [self._answer(str(status), mapping(one)) for status, one in answers.items()]
        if told:
            header = ["Response", "Description", "Body", "Example"]
            shown = [n for n, _ in enumerate(header) if any(row[n] for row in told)]
            yield markdown_table([[row[n] for n in shown] for row in (header, *told)])

    def _parameter(self, parameter: Mapping[str, Any]) -> dict[str, str]:
        schema = mapping(parameter.get("schema"))
        for content in mapping(parameter.get("content")).values():
            schema = schema or mapping(mapping(content).get("schema"))
        # Swagger 2.0 has the keywords of a schema beside those of the parameter.
        schema = schema or {k: v for k, v in parameter.items() if k in _SAID and k != "required"}
        said = {
            key: parameter[key]
            for key in ("description", "deprecated", "example")
            if key in parameter
        }
        required = parameter.get("required") is True
        row = self._row(_line(parameter.get("name")), {**schema, **said}, required)
        return {**row, "In": _line(parameter.get("in"))}

    def _body(
        self, heading: str, schema: Mapping[str, Any], about: Mapping[str, Any]
    ) -> Iterator[str]:
        """What is sent: the name of its schema, which has a table of its own, or its fields."""
        kind = self._type(schema)
        yield f"{heading}: {kind}" if kind else heading
        yield _text(about.get("description"))
        if "$ref" not in schema:
            items = mapping(schema.get("items"))
            if fields := list(self._fields(items if items and "$ref" not in items else schema)):
                yield self._table(fields)
            yield from self._variants(schema)

    def _answer(self, status: str, given: Mapping[str, Any]) -> list[str]:
        answer = self._resolved(given)
        kinds, examples = list[str](), list[str]()
        contents = list(map(mapping, mapping(answer.get("content")).values())) or [dict(answer)]
        for content in contents:
            schema = mapping(content.get("schema"))
            kinds.append(self._type(schema))
            shown = [mapping(one).get("value") for one in mapping(content.get("examples")).values()]
            for one in (content.get("example"), *shown):
                if one is not None:
                    examples.append(_values(one))
        return [
            status, _line(answer.get("description")), ", ".join(dict.fromkeys(filter(None, kinds))),
            _cut("; ".join(examples)),
        ]  # fmt: skip


def _properties(schema: Mapping[str, Any]) -> Mapping[str, Any]:
    return mapping(schema.get("properties"))


def _own_parts(schema: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """A schema and the parts in it that it is put together of, without what is referred to."""
    stack = [schema]
    while stack:
        yield (part := stack.pop())
        stack += reversed(objects(part.get("allOf")))


def _left(schema: Mapping[str, Any]) -> dict[str, Any]:
    """The keywords that nothing else is written of, without extensions ("x-...")."""
    left = {k: v for k, v in schema.items() if k not in _SAID and not str(k).startswith("x-")}
    if left.get("additionalProperties") in (True, {}):
        del left["additionalProperties"]
    for key in ("oneOf", "anyOf"):
        if any(
            one.keys() - {"type", "title"} and "$ref" not in one for one in objects(schema.get(key))
        ):
            left[key] = schema[key]
    return left


def _is_object(schema: Mapping[str, Any]) -> bool:
    return "properties" in schema or schema.get("type") == "object" or "allOf" in schema


def _rule(key: str, value: object) -> str:
    """A keyword without a column, with its value; "" for one that is switched off."""
    if key in _FLAGS and isinstance(value, bool):
        return key if value else ""
    return f"{key}: {_cut(_values(value))}" if value is not None else ""


def _values(value: object) -> str:
    if isinstance(value, list) and all(not isinstance(one, dict | list) for one in value):
        return ", ".join(map(_values, value))
    if isinstance(value, str):
        return " ".join(value.split())
    return json.dumps(value, ensure_ascii=False)


def _line(value: object) -> str:
    return " ".join(value.split()) if isinstance(value, str) else ""


def _text(value: object) -> str:
    """A description, which is Markdown; its headings are none of the document's."""
    text = value.strip() if isinstance(value, str) else ""
    return re.sub(r"^#{1,6}[ \t]+(.+?)[ \t]*$", r"**\1**", text, flags=re.MULTILINE)


def _name_of(reference: object) -> str:
    """ "Address" of "#/components/schemas/Address"; all of a reference to another document."""
    if not isinstance(reference, str):
        return ""
    inside = reference.startswith("#/")
    return unquote(reference.rpartition("/")[2]) if inside else reference


def _cut(text: str) -> str:
    """A cell of at most 1,000 characters: examples may be whole documents."""
    return text if len(text) <= 1_000 else f"{text[:1_000]}…"
