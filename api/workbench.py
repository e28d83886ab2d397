"""A plain form for SPARQL queries, with the answer below it.

https://www.w3.org/TR/sparql11-query/
"""

from http import HTTPStatus
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import Response

from orgatlas.api.answers import shown
from orgatlas.api.atlas import Atlas
from orgatlas.api.library import without_head
from orgatlas.api.limits import query_pairs
from orgatlas.api.pages import page_url, render
from orgatlas.api.problems import problem, told
from orgatlas.api.sparql import SparqlRequest, from_pairs
from orgatlas.api.tables import table
from orgatlas.graph.errors import QueryError
from orgatlas.graph.formats import GRAPH_FORMATS, TABLE_FORMATS
from orgatlas.graph.internal import internal
from orgatlas.graph.library import ParameterType, Question

EXAMPLES = 8
"""Questions of the library that are offered as examples."""


async def workbench(request: Request, atlas: Atlas, language: str) -> Response:
    """The form, with the answer or with what is wrong and where. Without a query there is nothing to answer yet."""
    pairs = query_pairs(request)
    asked = from_pairs(pairs) if any(name == "query" and value.strip() for name, value in pairs) else None
    answer, fault = None, None
    if asked is not None:
        try:
            answer = await shown(atlas, asked.query)
        except QueryError as error:
            fault = problem(error)
    forms = GRAPH_FORMATS if answer is not None and answer.graph is not None else TABLE_FORMATS
    return render(
        request,
        language,
        "sparql.html",
        status=fault.status if fault else HTTPStatus.OK,
        inferred=asked.query.inferred if asked else True,
        text=asked.query.text if asked else without_head(internal("first-query")),
        answer=answer,
        table=table(answer, atlas, language),
        fault=fault,
        told=told(fault, language) if fault else None,
        files=[(form.suffix, _file_url(asked, form.suffix)) for form in forms] if asked else [],
        examples=[
            (question.title, page_url(language, "sparql", query=without_head(question.text)))
            for question in atlas.library.values()
            if _stands_alone(question)
        ][:EXAMPLES],
        prefixes=sorted(atlas.bundle.prefixes.items()),
    )


def _file_url(asked: SparqlRequest, suffix: str) -> str:
    pairs = [
        ("query", asked.query.text),
        *(("default-graph-uri", iri) for iri in asked.query.default_graphs),
        *(("named-graph-uri", iri) for iri in asked.query.named_graphs),
        *([] if asked.query.inferred else [("infer", "false")]),
        ("format", suffix),
    ]
    return f"/sparql?{urlencode(pairs)}"


def _stands_alone(question: Question) -> bool:
    """Whether a question says enough without the values of its parameters."""
    return all(each.optional or each.type is ParameterType.LANGUAGE for each in question.parameters)
