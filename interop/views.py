"""The page that explains the API, drawn from its own schema."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET
from drf_spectacular.generators import SchemaGenerator

METHODS = ("get", "post", "put", "patch", "delete")


@dataclass(frozen=True)
class Operation:
    """A call a program may make."""

    method: str
    path: str
    words: str
    parameters: list[tuple[str, bool]]
    fields: list[tuple[str, str]]


@require_GET
def docs(request: HttpRequest) -> HttpResponse:
    """List the operations with their parameters and what they answer."""
    generator: Any = SchemaGenerator
    schema: dict[str, Any] = generator().get_schema(request=None, public=True)
    operations = [
        _operation(schema, path, method, facts)
        for path, methods in schema["paths"].items()
        for method, facts in methods.items()
        if method in METHODS
    ]
    return render(request, "interop/docs.html", {"operations": operations})


def _operation(schema: dict[str, Any], path: str, method: str, facts: dict[str, Any]) -> Operation:
    asked = [(row["name"], bool(row.get("required"))) for row in facts.get("parameters", [])]
    body = facts.get("requestBody", {})
    asked += [(name, True) for name, _kind in _fields(schema, body)]
    answers = facts["responses"]
    answer = answers.get("201") or answers.get("200") or {}
    words = facts.get("description", "")
    return Operation(method.upper(), path, words, asked, _fields(schema, answer))


def _fields(schema: dict[str, Any], message: dict[str, Any]) -> list[tuple[str, str]]:
    """Return the fields of a message; of a page of rows those of a row."""
    content = message.get("content", {}).get("application/json", {})
    found = _resolve(schema, content.get("schema", {}))
    rows = found.get("properties", {}).get("results")
    if rows:
        found = _resolve(schema, rows["items"])
    properties: dict[str, dict[str, Any]] = found.get("properties", {})
    return [(name, facts.get("type", "")) for name, facts in properties.items()]


def _resolve(schema: dict[str, Any], node: dict[str, Any]) -> dict[str, Any]:
    name = node.get("$ref", "").rpartition("/")[2]
    found: dict[str, Any] = schema["components"]["schemas"][name] if name else node
    return found
