"""The tools as an OpenAPI document, made of the one table of tools."""

from __future__ import annotations

from typing import Any

from pydantic.json_schema import models_json_schema

from assistant.mcp_server.server import SAYS
from assistant.mcp_server.tools import TOOLS

REFERENCE = "#/components/schemas/{model}"


def document() -> dict[str, Any]:
    """The document (OpenAPI 3.1): a path for each tool."""
    _, schemas = models_json_schema(
        [(one.takes, "validation") for one in TOOLS], ref_template=REFERENCE
    )
    refusal = {"type": "object", "properties": {"error": {"type": "string"}}, "required": ["error"]}
    refused = {"$ref": REFERENCE.format(model="Refusal")}
    wait = {
        "Retry-After": {
            "description": "seconds to wait, where known",
            "schema": {"type": "integer"},
        }
    }
    answers = {
        "200": _answer("what the tool says", {"type": "object"}),
        "429": _answer("too many calls", refused) | {"headers": wait},
        "default": _answer("refused, and why", refused),
    }
    paths = {
        f"/api/tools/{one.name}": {
            "post": {
                "operationId": one.name,
                "summary": one.says,
                "description": one.description,
                "requestBody": {
                    "required": True,
                    "content": _json({"$ref": REFERENCE.format(model=one.takes.__name__)}),
                },
                "responses": answers,
            }
        }
        for one in TOOLS
    }
    return {
        "openapi": "3.1.0",
        "info": {"title": "UAT Assistant", "version": "1", "description": SAYS},
        "paths": paths,
        "security": [{"token": []}],
        "components": {
            "schemas": schemas["$defs"] | {"Refusal": refusal},
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
        },
    }


def _answer(says: str, schema: dict[str, Any]) -> dict[str, Any]:
    return {"description": says, "content": _json(schema)}


def _json(schema: dict[str, Any]) -> dict[str, Any]:
    return {"application/json": {"schema": schema}}
