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
_BESIDE = ("default", "discriminator", "example", "examples")
"""Keywords of an object with a table of its fields, which has no cell for them."""
_FLAGS = frozenset({
    "exclusiveMinimum", "exclusiveMaximum", "uniqueItems", "nullable", "readOnly", "writeOnly",
    "deprecated",
})  # fmt: skip
_SAID = frozenset({
    *_COLUMNS, *_RULES, "$schema", "$id", "id", "$ref", "$defs", "definitions", "$comment", "title",
    "description", "type", "properties", "required", "items", "allOf", "oneOf", "anyOf", "example",
    "examples", "$anchor", "$vocabulary", "xml", "externalDocs", "discriminator",
})  # fmt: skip
_ANSWERS = ("#/components/responses/", "#/responses/")
"""Where the answers of an API stand that operations refer to."""
_PARAMETER = frozenset({"name", "in", "description", "schema", "content", "$ref"})
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
        self.followed: set[str] = set()
        """References whose object was read where it is used."""

    # --- A schema -------------------------------------------------------------------------------

    def schema(self) -> Iterator[str]:
        """The tables of a JSON Schema and of its definitions."""
        yield from self._object("", _without(self.document, "title", "description"))
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
        inner, mark = _innermost(schema)
        fields = list(self._fields(schema)) or list(self._fields(inner, f"{mark}."))
        if fields:
            yield self._table(fields)
        elif name:
            about = _without(schema, "title", "description")
            yield self._table([{**self._row(name, about, False), "Required": ""}])
        elif kind := self._type(schema):
            yield f"Type: {kind}"
        yield from self._variants(schema)
        if fields:
            yield self._rest(schema)
            if mark:
                yield self._rest(inner)

    def _variants(self, schema: Mapping[str, Any]) -> Iterator[str]:
        for key, heading in (("oneOf", "One of"), ("anyOf", "Any of")):
            variants = objects(schema.get(key))
            for number, one in enumerate(variants, 1):
                if fields := list(self._fields(one)) if "$ref" not in one else []:
                    title = _line(one.get("title")) or str(number)
                    yield f"### {heading}: {title}"
                    yield _text(one.get("description"))
                    yield self._table(fields)
                    yield self._rest(one)
            if names := [name for one in variants if (name := _name_of(one.get("$ref")))]:
                yield f"{heading}: {', '.join(names)}"

    def _rest(self, schema: Mapping[str, Any]) -> str:
        """What no table has, as it stands."""
        known = _without_variants(schema)
        return _kept(
            {key: known[key] for key in (*_RULES, *_BESIDE) if key in known} | _left(known)
        )

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
            inner, mark = _innermost(field)
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
        items = list(self._items(field))
        limits = items[-1] if items and not _is_object(items[-1]) else field
        rules = [_rule(key, field.get(key)) for key in _RULES]
        rules += [_rule(key, value) for key, value in _left(field).items()]
        for part in list(_own_parts(field))[1:]:
            beside = {k: v for k, v in part.items() if k in {*_COLUMNS, *_RULES}} | _left(part)
            needed = part["required"] if isinstance(part.get("required"), list) else []
            if more := set(map(str, needed)) - {*_properties(part)}:
                beside["required"] = sorted(more)
            rules += [_rule(key, value) for key, value in beside.items()]
        for depth, one in enumerate(items, 1):
            of = "" if one is limits else "items." * depth
            known = {key: one[key] for key in _RULES if key in one} | _left(one)
            rules += [f"{of}{words}" for k, v in known.items() if (words := _rule(k, v))]
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

    def _items(self, schema: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
        """What stands in an array and in the arrays in it, down to an object referred to."""
        for _ in range(MAX_DEPTH):
            given = mapping(schema.get("items"))
            schema = self._resolved(given)
            if not schema or ("$ref" in given and _is_object(schema)):
                return
            yield schema

    def _table(self, fields: Sequence[Mapping[str, str]]) -> str:
        named = any(field.get("Property", "") not in ("", field.get("Field")) for field in fields)
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
            return self._type(_without(resolved, "$ref"), depth + 1)
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
        self.followed.add(reference)
        if reference == "#" or (reference.startswith("#/") and isinstance(at, dict)):
            return mapping(at) | _without(schema, "$ref")
        self.elsewhere[reference] = None
        return schema

    # --- An API ---------------------------------------------------------------------------------

    def api(self) -> Iterator[str]:
        """The operations of an API, then its answers and schemas, then what is left."""
        for kind in ("paths", "webhooks"):
            for path, item in mapping(self.document.get(kind)).items():
                if not str(path).startswith("x-"):
                    yield from self._path(str(path), self._resolved(mapping(item)))
        inside = mapping(self.document.get("components"))
        for answers in (inside.get("responses"), self.document.get("responses")):
            if told := mapping(answers):
                yield "## Responses"
                yield from self._answers(told)
        for schemas in (inside.get("schemas"), self.document.get("definitions")):
            for name, schema in mapping(schemas).items():
                yield from self._object(name, mapping(schema))
        if left := _kept(self._unread()):
            yield "## Other keys"
            yield left

    def _unread(self) -> dict[str, Any]:
        """The keys of the document and its components that nothing else is written of."""
        info = _without(mapping(self.document.get("info")), "title", "description")
        left = {"info": info} | _without(
            self.document, "openapi", "swagger", "info", "paths", "webhooks", "components",
            "definitions", "responses", "parameters",
        )  # fmt: skip
        for kind in ("paths", "webhooks"):
            items = mapping(self.document.get(kind)).items()
            left[kind] = {k: v for k, v in items if str(k).startswith("x-")}
        left["parameters"] = self._unused("#/parameters", self.document.get("parameters"))
        parts = _without(mapping(self.document.get("components")), "schemas", "responses")
        used = {k: self._unused(f"#/components/{k}", v) for k, v in parts.items()}
        left["components"] = {k: v for k, v in used.items() if v != {}}
        return {k: v for k, v in left.items() if v not in ({}, None)}

    def _unused(self, place: str, part: object) -> object:
        """What of a part no reference was followed to; another value than an object as it is."""
        if not isinstance(part, dict):
            return part
        return {k: v for k, v in part.items() if f"{place}/{k}" not in self.followed}

    def _path(self, path: str, item: Mapping[str, Any]) -> Iterator[str]:
        """What is said of a path, then each of its operations."""
        said = [
            _line(item.get("summary")), _text(item.get("description")),
            _kept(_without(item, "summary", "description", "parameters", *_METHODS)),
        ]  # fmt: skip
        if any(said):
            yield f"## {path}"
            yield from said
        shared = objects(item.get("parameters"))
        for method in _METHODS:
            if operation := mapping(item.get(method)):
                yield from self._operation(f"{method.upper()} {path}", operation, shared)

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
        if body := self._resolved(mapping(operation.get("requestBody"))):
            about = _without(body, "content")
            for media, content in mapping(body.get("content")).items():
                heading = f"Request body ({media})"
                yield from self._body(heading, mapping(mapping(content).get("schema")), about)
                yield _kept(_without(mapping(content), "schema"))
            if not mapping(body.get("content")):
                yield from self._body("Request body", {}, about)
        yield from self._answers(mapping(operation.get("responses")))
        yield _kept(_without(operation, "summary", "deprecated", "description", "parameters",
                             "requestBody", "responses"))  # fmt: skip

    def _parameter(self, parameter: Mapping[str, Any]) -> dict[str, str]:
        schema = mapping(parameter.get("schema"))
        for content in mapping(parameter.get("content")).values():
            schema = schema or mapping(mapping(content).get("schema"))
        # Swagger 2.0 has the keywords of a schema beside those of the parameter.
        schema = schema or {k: v for k, v in parameter.items() if k in _SAID and k != "required"}
        told = ("description", "deprecated", "example")
        said = {key: parameter[key] for key in told if key in parameter}
        required = parameter.get("required") is True
        row = self._row(_line(parameter.get("name")), {**schema, **said}, required)
        left = _without(parameter, *said, *schema, "required", *_PARAMETER)
        rules = [row["Rules"], *(_rule(key, value) for key, value in left.items())]
        return {**row, "In": _line(parameter.get("in")), "Rules": "; ".join(filter(None, rules))}

    def _body(
        self, heading: str, schema: Mapping[str, Any], about: Mapping[str, Any]
    ) -> Iterator[str]:
        """What is sent: the name of its schema, which has a table of its own, or its fields."""
        kind = self._type(schema)
        yield f"{heading}: {kind}" if kind else heading
        yield _text(about.get("description"))
        yield _kept({k: v for k, v in about.items() if k not in _PARAMETER and v is not False})
        yield from self._inline(schema)

    def _inline(self, schema: Mapping[str, Any]) -> Iterator[str]:
        """What is said of a schema where it is used: nothing of one that is referred to."""
        if "$ref" in schema:
            return
        inner, mark = _innermost(schema)
        inner = {} if "$ref" in inner else inner
        if fields := list(self._fields(schema)) or list(self._fields(inner, f"{mark}.")):
            yield self._table(fields)
            yield self._rest(schema)
            if mark:
                yield self._rest(inner)
        else:
            row = self._row("", _without_variants(schema), False)
            known = {k: v for k, v in row.items() if v and k not in ("Type", "Required")}
            if known:
                yield self._table([known])
        yield from self._variants(schema)

    def _answers(self, answers: Mapping[str, Any]) -> Iterator[str]:
        """The table of what is answered, then what its rows have no cell for."""
        told = [self._answer(str(status), mapping(one)) for status, one in answers.items()]
        if told:
            header = ["Response", "Description", "Body", "Example"]
            shown = [n for n, _ in enumerate(header) if any(row[n] for row in told)]
            yield markdown_table([[row[n] for n in shown] for row in (header, *told)])
        for status, given in answers.items():
            if not str(mapping(given).get("$ref", "")).startswith(_ANSWERS):
                yield from self._answered(f"Response {status}", self._resolved(mapping(given)))

    def _answered(self, heading: str, answer: Mapping[str, Any]) -> Iterator[str]:
        """The headers of an answer, its fields and its other keys, under headings where any are."""
        headers = mapping(answer.get("headers"))
        given = {name: self._resolved(mapping(one)) for name, one in headers.items()}
        # A header is a parameter that has its name and place as a key.
        rows = [
            self._parameter({**one, "name": name, "in": "header"}) for name, one in given.items()
        ]
        if rows:
            yield f"{heading}, headers"
            yield self._table([_without(row, "In", "Required") for row in rows])
        for media, content in _contents(answer).items():
            parts = [
                *self._inline(mapping(content.get("schema"))),
                _kept(_without(content, "schema", "example", "examples")),
            ]
            if any(parts):
                yield f"{heading} ({media})" if media else heading
                yield from parts
        left = _without(answer, "description", "headers", "content", "schema", "example", "$ref")
        if kept := _kept(left if "content" not in answer else _without(left, "examples")):
            yield f"{heading}, other keys"
            yield kept

    def _answer(self, status: str, given: Mapping[str, Any]) -> list[str]:
        answer = self._resolved(given)
        kinds, examples = list[str](), list[str]()
        for content in _contents(answer).values():
            kinds.append(self._type(mapping(content.get("schema"))))
            shown = [
                self._resolved(mapping(one)).get("value")
                for one in mapping(content.get("examples")).values()
            ]
            for one in (content.get("example"), *shown):
                if one is not None:
                    examples.append(_values(one))
        # An answer that is referred to has its fields below its own name.
        reference = str(given.get("$ref", ""))
        kinds += [f"see {_name_of(reference)}"] if reference.startswith(_ANSWERS) else []
        return [
            status, _line(answer.get("description")), ", ".join(dict.fromkeys(filter(None, kinds))),
            _cut("; ".join(examples)),
        ]  # fmt: skip


def _contents(answer: Mapping[str, Any]) -> dict[str, Mapping[str, Any]]:
    """The schema and examples of an answer by media type; Swagger 2.0 has one schema, for all."""
    contents = mapping(answer.get("content"))
    if contents:
        return {str(media): mapping(content) for media, content in contents.items()}
    return {"": {key: answer[key] for key in ("schema", "example") if key in answer}}


def _properties(schema: Mapping[str, Any]) -> Mapping[str, Any]:
    return mapping(schema.get("properties"))


def _innermost(schema: Mapping[str, Any]) -> tuple[Mapping[str, Any], str]:
    """What stands in an array, or in the arrays in it, with a "[]" for each."""
    mark = ""
    while isinstance(items := schema.get("items"), dict):
        schema, mark = items, f"{mark}[]"
    return schema, mark


def _kept(left: Mapping[str, Any]) -> str:
    """Keys that have no place in a table: a line each, or JSON where the value is no short one."""
    short = {k: v for k, v in left.items() if not isinstance(v, dict | list)}
    lines = [f"- {words}" for key, value in short.items() if (words := _rule(key, value))]
    if long := {k: v for k, v in left.items() if k not in short}:
        lines += ["", code_block(json.dumps(long, ensure_ascii=False, indent=2), "json")]
    return "\n".join(lines).strip("\n")


def _without(values: Mapping[str, Any], *keys: str) -> dict[str, Any]:
    return {key: value for key, value in values.items() if key not in keys}


def _without_variants(schema: Mapping[str, Any]) -> dict[str, Any]:
    """A schema without the alternatives that ``_variants`` tells: names, and tables of fields."""
    told = [
        key for key in ("oneOf", "anyOf")
        if all("$ref" in one or any(map(_properties, _own_parts(one)))
               for one in objects(schema.get(key)))
    ]  # fmt: skip
    return _without(schema, *told)


def _own_parts(schema: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """A schema and the parts in it that it is put together of, without what is referred to."""
    stack = [schema]
    while stack:
        yield (part := stack.pop())
        stack += reversed(objects(part.get("allOf")))


def _left(schema: Mapping[str, Any]) -> dict[str, Any]:
    """The keywords that nothing else is written of, without extensions ("x-...")."""
    left = {k: v for k, v in schema.items() if k not in _SAID and not str(k).startswith("x-")}
    if isinstance(schema.get("items"), list | bool):
        left["items"] = schema["items"]
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
