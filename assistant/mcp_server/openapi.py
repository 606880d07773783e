"""The tools as an OpenAPI document, made of the one table of tools."""

from __future__ import annotations

from typing import Any

from pydantic.json_schema import models_json_schema

from assistant.mcp_server.server import SAYS
from assistant.mcp_server.tools import TOOLS

REFUSALS = {
    "400": "no JSON object",
    "401": "no token, or none that is known",
    "403": "another project, or a page of another site",
    "413": "too large",
    "422": "an argument that is unknown or wrong, or what the tool says against it",
    "429": "too many calls; Retry-After says how many seconds to wait",
}
REFERENCE = "#/components/schemas/{model}"


def document() -> dict[str, Any]:
    """The document (OpenAPI 3.1): a path for each tool."""
    _, schemas = models_json_schema(
        [(one.takes, "validation") for one in TOOLS], ref_template=REFERENCE
    )
    refusal = {"type": "object", "properties": {"error": {"type": "string"}}, "required": ["error"]}
    answers = {"200": _answer("what the tool says", {"type": "object"})}
    answers |= {code: _answer(says, {"$ref": REFERENCE.format(model="Refusal")})
                for code, says in REFUSALS.items()}  # fmt: skip
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
