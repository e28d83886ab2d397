"""What the API description says of a route beside its path: its parameters, its body and its answers.

https://spec.openapis.org/oas/v3.1.1.html#operation-object
"""

import re
from collections.abc import Mapping
from typing import Any

from orgatlas.api.problems import MEDIA_TYPE

TEXT: Mapping[str, Any] = {"type": "string"}
IRIS: Mapping[str, Any] = {"type": "array", "items": {"type": "string", "format": "iri"}}

PARAMETERS: Mapping[str, tuple[str, Mapping[str, Any]]] = {
    "query": ("A SPARQL query. Without one, GET answers with the service description.", TEXT),
    "default-graph-uri": ("A graph that is merged into the default graph of the query.", IRIS),
    "named-graph-uri": ("A graph that the query may name.", IRIS),
    "using-graph-uri": ("A graph that is merged into the default graph of an update's patterns.", IRIS),
    "using-named-graph-uri": ("A graph that the patterns of an update may name.", IRIS),
    "format": (
        "The form of the answer, in place of Accept: csv, json, xml, tsv, ttl, nt, rdf, jsonld, trig, nq.",
        TEXT,
    ),
    "infer": ("false: only what is stated is looked at, not what follows.", {"type": "boolean"}),
    "timeout": (
        "Seconds after which the query is stopped, if that is less than the service allows.",
        {"type": "number"},
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
