"""A form for SPARQL queries, with the answer below it.

https://www.w3.org/TR/sparql11-query/
"""

from collections.abc import Callable, Mapping
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import Response

from orgatlas.api.atlas import Atlas
from orgatlas.api.limits import Pairs, query_pairs
from orgatlas.api.manual import without_head
from orgatlas.api.outcome import Asked, Outcome, apart, outcome
from orgatlas.api.pages import page_url, render
from orgatlas.api.sparql import SparqlRequest, from_pairs
from orgatlas.graph.internal import internal
from orgatlas.graph.library import ParameterType, Question

EXAMPLES = 8
"""Questions of the library that are offered as examples."""


async def workbench(request: Request, atlas: Atlas, language: str) -> Response:
    """The form, with the answer or with what is wrong and where. Without a query there is nothing to answer yet."""
    pairs, page = apart(query_pairs(request))
    asked = from_pairs(pairs) if any(name == "query" and value.strip() for name, value in pairs) else None
    found = Outcome()
    if asked is not None:
        found = await outcome(request, atlas, language, Asked(asked.query, _pairs(asked), _file(asked)), page)
    return render(
        request,
        language,
        "sparql.html",
        status=found.status,
        inferred=asked.query.inferred if asked else True,
        text=asked.query.text if asked else without_head(internal("first-query")),
        found=found,
        examples=[
            (question.title, page_url(language, "sparql", query=without_head(question.text)))
            for question in atlas.library.values()
            if _stands_alone(question)
        ][:EXAMPLES],
        prefixes=sorted(atlas.bundle.prefixes.items()),
    )


def _pairs(asked: SparqlRequest) -> Pairs:
    """The parameters that ask the same."""
    return [
        ("query", asked.query.text),
        *(("default-graph-uri", iri) for iri in asked.query.default_graphs),
        *(("named-graph-uri", iri) for iri in asked.query.named_graphs),
        *([] if asked.query.inferred else [("infer", "false")]),
    ]


def _file(asked: SparqlRequest) -> Callable[[str, Mapping[str, str]], str]:
    """The address of the answer as a file."""

    def address(suffix: str, more: Mapping[str, str]) -> str:
        return f"/sparql?{urlencode([*_pairs(asked), ('format', suffix), *more.items()])}"

    return address


def _stands_alone(question: Question) -> bool:
    """Whether a question says enough without the values of its parameters."""
    return all(each.optional or each.type is ParameterType.LANGUAGE for each in question.parameters)
