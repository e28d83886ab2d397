"""What the API description says of a route beside its path: its parameters, its body and its answers.

https://spec.openapis.org/oas/v3.1.1.html#operation-object
"""

import re
from collections.abc import Mapping
from typing import Any

from orgatlas.api.problems import MEDIA_TYPE
from orgatlas.graph.findings import wording
from orgatlas.graph.formats import GRAPH_FORMATS, TABLE_FORMATS
from orgatlas.graph.library import Parameter, ParameterType, Question
from orgatlas.graph.syntax import verb

TEXT: Mapping[str, Any] = {"type": "string"}
IRIS: Mapping[str, Any] = {"type": "array", "items": {"type": "string", "format": "iri"}}

PARAMETERS: Mapping[str, tuple[str, Mapping[str, Any]]] = {
    "query": ("A SPARQL query. Without one, GET answers with the service description.", TEXT),
    "default-graph-uri": ("A graph that is merged into the default graph of the query.", IRIS),
    "named-graph-uri": ("A graph that the query may name.", IRIS),
    "using-graph-uri": ("A graph that is merged into the default graph of an update's patterns.", IRIS),
    "using-named-graph-uri": ("A graph that the patterns of an update may name.", IRIS),
    "format": (
        "The form of the answer, in place of Accept: csv, spreadsheet, json, xml, tsv, ttl, nt, rdf, jsonld, trig, nq.",
        TEXT,
    ),
    "infer": ("false: only what is stated is looked at, not what follows.", {"type": "boolean"}),
    "timeout": (
        "Seconds after which the query is stopped, if that is less than the service allows.",
        {"type": "number"},
    ),
    "edition": (
        "The digest of the edition that is meant, 12 digits or more; where another one is here, the answer is 404.",
        {"type": "string", "pattern": "^[0-9a-f]{12,64}$"},
    ),
    "s": ("The subject of a statement: an IRI, a name with a prefix, or a name that one thing bears.", TEXT),
    "p": ("Its property, likewise, or a for rdf:type.", TEXT),
    "o": ("Its object, likewise, or a literal as Turtle writes it.", TEXT),
    "iri": ("The IRI of a thing, wherever it stands.", {"type": "string", "format": "iri"}),
    "profile": ("The vocabulary to describe it in, in place of Accept-Profile: a name or the IRI of a profile.", TEXT),
    "q": ("What is looked for: a name, the beginning of one, or an acronym.", {"type": "string", "maxLength": 200}),
    "lang": ("The language of whoever reads the answer, in place of Accept-Language: en, fr.", TEXT),
    "kind": (
        "The only kind of things that are wanted: unit, service, place, topic, engagement, term, source, question, other.",
        TEXT,
    ),
    "limit": ("How many things are wanted at most.", {"type": "integer", "minimum": 1, "maximum": 20}),
    "graph": ("The name of a graph.", {"type": "string", "format": "iri"}),
    "default": ("The default graph is meant.", {"type": "string", "maxLength": 0}),
}
"""What each parameter of a query string means, and its schema."""

NEEDED = ("s", "p", "o", "iri")
"""Those without which nothing can be answered."""


CHANGES = {
    "204": {"description": "The change was made; Orgatlas-Edition names what is there now."},
    "201": {"description": "The change was made, and made a graph."},
    "401": {"description": "The change needs the bearer token."},
    "403": {"description": "The service is read-only."},
    "422": {"description": "The change would break a shape. Nothing was changed."},
}
PROBLEM: Mapping[str, Any] = {"content": {MEDIA_TYPE: {"schema": {"type": "object"}}}}


def operation(method: str, path: str, parameters: tuple[str, ...], body: tuple[str, ...]) -> dict[str, Any]:
    """The parts of an operation object that FastAPI cannot know; `body` are the media types of what is sent."""
    found: dict[str, Any] = {
        "parameters": [
            *({"name": name, "in": "path", "required": True, "schema": TEXT} for name in re.findall(r"{(\w+)", path)),
            *(
                {
                    "name": name,
                    "in": "query",
                    "required": name in NEEDED,
                    "description": PARAMETERS[name][0],
                    "schema": PARAMETERS[name][1],
                }
                for name in parameters
            ),
        ],
        "responses": {
            **(CHANGES if method != "GET" else {}),
            "4XX": {"description": "What is wrong with the request, as RFC 9457 has it.", **PROBLEM},
            "503": {
                "description": "A limit was reached, and the problem names it; or another try may succeed.",
                **PROBLEM,
            },
        },
    }
    if body:
        found["requestBody"] = {"required": True, "content": {media_type: {"schema": TEXT} for media_type in body}}
    return found


SCHEMAS: Mapping[ParameterType, Mapping[str, Any]] = {
    ParameterType.IRI: {"type": "string", "minLength": 1},
    ParameterType.LANGUAGE: {"type": "string", "pattern": "^[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*$"},
    ParameterType.INTEGER: {"type": "integer", "minimum": -(10**18) + 1, "maximum": 10**18 - 1},
    ParameterType.DATE: {"type": "string", "format": "date"},
    ParameterType.TEXT: TEXT,
    ParameterType.BOOLEAN: {"type": "boolean"},
}
"""What a parameter of a question takes, by its type."""

OF_ANSWERS = ("infer", "edition")
"""The parameters that every question has, unless it has one of its own by that name."""


def question_path(question: Question) -> tuple[str, dict[str, Any]]:
    """The path at which a question is answered, and its path item object, from its head alone."""
    graph = verb(question.text) in ("CONSTRUCT", "DESCRIBE")
    forms = GRAPH_FORMATS if graph else TABLE_FORMATS
    suffixes = {"type": "string", "enum": [form.suffix for form in forms]}
    own = [_parameter(each) for each in question.parameters]
    common = [
        {"name": name, "in": "query", "description": PARAMETERS[name][0], "schema": PARAMETERS[name][1]}
        for name in OF_ANSWERS
        if name not in question.names
    ]
    content: dict[str, Any] = {form.media_type: {} for form in forms}
    get = {
        "operationId": f"question {question.name}",
        "summary": wording(question.title, "en"),
        "description": wording(question.description, "en"),
        "tags": list(question.tags),
        "parameters": [{"name": "form", "in": "path", "required": True, "schema": suffixes}, *own, *common],
        "responses": {
            "200": {"description": "A graph." if graph else "A table, or yes or no.", "content": content},
            "4XX": {"description": "What is wrong with the request, as RFC 9457 has it.", **PROBLEM},
            "503": {"description": "A limit was reached, and the problem names it.", **PROBLEM},
        },
    }
    return f"/queries/{question.name}.{{form}}", {"get": get}


def _parameter(parameter: Parameter) -> dict[str, Any]:
    """A parameter of a question. An IRI may be written with a prefix, so that its schema is that of a text."""
    schema = dict(SCHEMAS[parameter.type])
    description = wording(parameter.label, "en")
    if parameter.type is ParameterType.IRI:
        description += ": an IRI, or a name with a prefix"
        description += f"; one of {parameter.choices}." if parameter.choices else "."
    found: dict[str, Any] = {
        "name": parameter.name,
        "in": "query",
        "required": not parameter.optional and parameter.default is None,
        "description": description,
        "schema": schema,
    }
    if parameter.default is not None:
        value = _example(parameter, parameter.default)
        schema["default"], found["example"] = value, value
    return found


def _example(parameter: Parameter, text: str) -> str | int | bool:
    if parameter.type is ParameterType.INTEGER:
        return int(text)
    return text == "true" if parameter.type is ParameterType.BOOLEAN else text
