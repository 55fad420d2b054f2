"""The description of the portal's own interface, for programs and for people. Both are made from its code."""

import functools
import json
from dataclasses import dataclass, field

from django.contrib.auth.decorators import login_not_required
from django.shortcuts import render
from django.views.decorators.http import require_safe
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.views import SpectacularJSONAPIView
from rest_framework.permissions import AllowAny

from core.api import PublicRate
from core.versions import conditional

schema = conditional()(SpectacularJSONAPIView.as_view(permission_classes=[AllowAny], throttle_classes=[PublicRate]))


@dataclass(frozen=True)
class Field:
    """A parameter, or a field of a document: its name, what it holds, and what it means."""

    name: str
    kind: str
    text: str = ""
    values: str = ""
    document: str = ""


@dataclass(frozen=True)
class Operation:
    """Something that can be asked."""

    key: str
    method: str
    path: str
    summary: str
    text: str
    parameters: list[Field]
    examples: list[str]
    answers: list[Field]
    question: str = ""


@dataclass(frozen=True)
class Interface:
    """All that the page of documentation tells."""

    operations: list[Operation] = field(default_factory=list)
    documents: list[tuple[str, str, list[Field]]] = field(default_factory=list)


@login_not_required
@require_safe
@conditional()
def documentation(request):
    return render(request, "config/interface.html", {"interface": _interface()})


@functools.cache
def _interface():
    """Read the schema for people: it changes with the code only."""
    described = SchemaGenerator().get_schema(request=None, public=True)
    operations = [
        _operation(path, method, one) for path, methods in described["paths"].items() for method, one in methods.items()
    ]
    documents = [
        (name, one.get("description", ""), [_field(key, value) for key, value in one["properties"].items()])
        for name, one in sorted(described["components"]["schemas"].items())
        if one.get("properties")
    ]
    return Interface(operations, documents)


def _operation(path, method, one):
    body = next(iter(one.get("requestBody", {}).get("content", {}).values()), {})
    return Operation(
        key=one["operationId"],
        method=method.upper(),
        path=path,
        summary=one.get("summary", ""),
        text=one.get("description", ""),
        parameters=[
            _field(parameter["name"], parameter["schema"], parameter.get("description", ""))
            for parameter in one.get("parameters", [])
        ],
        examples=[
            json.dumps(example["value"], indent=2, ensure_ascii=False) for example in body.get("examples", {}).values()
        ],
        answers=[
            Field(
                status, _kind(_schema_of(answer)), answer.get("description", ""), document=_document(_schema_of(answer))
            )
            for status, answer in one["responses"].items()
        ],
        question=_document(body.get("schema", {})),
    )


def _schema_of(answer):
    return next(iter(answer.get("content", {}).values()), {}).get("schema", {})


def _field(name, schema, text=""):
    choices = [value for value in schema.get("enum", []) if value not in (None, "")]
    if all(isinstance(value, int) for value in choices):
        choices.sort()
    values = f"One of {', '.join(str(value) for value in choices)}. " if choices else ""
    if "default" in schema:
        values += f"{schema['default']} unless you say."
    return Field(name, _kind(schema), text or schema.get("description", ""), values.strip(), _document(schema))


def _parts(schema):
    return [schema, *schema.get("allOf", []), *schema.get("oneOf", []), schema.get("items", {})]


def _document(schema):
    """The name of the document that a schema refers to, nothing where it is plain."""
    for part in _parts(schema):
        if "$ref" in part:
            return part["$ref"].rpartition("/")[2]
    return ""


def _kind(schema):
    words = {
        "string": "text", "integer": "whole number", "number": "number", "boolean": "true or false", "array": "list",
        "object": "by name",
    }  # fmt: skip
    kind = words.get(schema.get("type", ""), "")
    formats = {"date": "day", "date-time": "moment", "uuid": "UUID", "uri": "web address", "decimal": "amount"}
    kind = formats.get(schema.get("format", ""), kind)
    return f"{kind} or null" if schema.get("nullable") and kind else kind
