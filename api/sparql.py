"""SPARQL over HTTP: the query operation, by GET, by URL-encoded POST and by POST directly.

https://www.w3.org/TR/sparql11-protocol/#query-operation
"""

from collections.abc import Sequence
from dataclasses import dataclass
from http import HTTPStatus

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from orgatlas.api.answers import Forms, stream
from orgatlas.api.atlas import Atlas
from orgatlas.api.languages import LANGUAGES
from orgatlas.api.limits import Pairs, decoded, query_pairs, read_body, read_pairs
from orgatlas.api.negotiation import choose, choose_language
from orgatlas.api.presence import while_present
from orgatlas.graph.errors import UnknownFormat
from orgatlas.graph.formats import GRAPH_FORMATS, TABLE_FORMATS, Form
from orgatlas.graph.store import Query

FORM, QUERY = "application/x-www-form-urlencoded", "application/sparql-query"

TABLE_TYPES = {form.media_type: form for form in TABLE_FORMATS} | {
    "application/json": TABLE_FORMATS[0],
    "application/xml": TABLE_FORMATS[1],
    "text/xml": TABLE_FORMATS[1],
}
"""Forms of tables by media type: their own, then the general ones that clients ask for instead."""

GRAPH_TYPES = {form.media_type: form for form in GRAPH_FORMATS} | {
    "application/json": GRAPH_FORMATS[3],
    "application/xml": GRAPH_FORMATS[2],
    "text/xml": GRAPH_FORMATS[2],
}
"""Forms of graphs by media type, likewise."""

GRAPH_NAMES = {"json": GRAPH_FORMATS[3], "xml": GRAPH_FORMATS[2]}
"""What a graph comes in where ?format= asks in the words for a table."""

VARY = {"Vary": "Accept"}


@dataclass(frozen=True, slots=True)
class SparqlRequest:
    """One query operation; `format` is what ?format= says."""

    query: Query
    format: str | None = None


async def by_get(request: Request, atlas: Atlas) -> Response:
    """The query operation by GET. Who likes a page better is sent to one with the same query."""
    pairs = query_pairs(request)
    offers = [*TABLE_TYPES, *GRAPH_TYPES, "text/html"]
    wants_page = choose(request.headers.get("accept"), offers) == "text/html"
    if wants_page and not any(name == "format" for name, _ in pairs):
        language = choose_language(request.headers.get("accept-language"), LANGUAGES)
        search = request.scope["query_string"].decode("ascii", "replace")
        target = f"/{language}/sparql" + (f"?{search}" if search else "")
        return RedirectResponse(target, 303, {"Vary": "Accept, Accept-Language"})
    return await _answer(request, atlas, from_pairs(pairs))


async def by_post(request: Request, atlas: Atlas) -> Response:
    """The query operation by POST: the query is a field of a form, or the body itself."""
    media_type, _, parameters = request.headers.get("content-type", "").partition(";")
    charset = parameters.partition("charset=")[2].partition(";")[0].strip(" \"'").lower()
    if charset not in ("", "utf-8", "utf8"):
        raise HTTPException(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, "A query is sent in UTF-8.")
    pairs = query_pairs(request)
    match media_type.strip().lower():
        case "application/x-www-form-urlencoded":
            pairs += read_pairs(await read_body(request))
        case "application/sparql-query":
            pairs.append(("query", decoded(await read_body(request))))
        case _:
            expected = f"Send a query as {QUERY} or {FORM}."
            raise HTTPException(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, expected, {"Accept-Post": f"{QUERY}, {FORM}"})
    return await while_present(request, _answer(request, atlas, from_pairs(pairs)))


def from_pairs(pairs: Pairs) -> SparqlRequest:
    """The operation that the parameters of a request describe."""
    queries, formats, defaults, named_graphs = (
        [value for name, value in pairs if name == wanted]
        for wanted in ("query", "format", "default-graph-uri", "named-graph-uri")
    )
    if len(queries) != 1:
        found = "none" if not queries else str(len(queries))
        raise HTTPException(HTTPStatus.BAD_REQUEST, f"Expected exactly one parameter 'query', but got {found}.")
    if len(formats) > 1:
        raise HTTPException(HTTPStatus.BAD_REQUEST, "Expected at most one parameter 'format'.")
    query = Query(queries[0], default_graphs=tuple(defaults), named_graphs=tuple(named_graphs))
    return SparqlRequest(query, formats[0] if formats else None)


def chosen_forms(accept: str | None, format: str | None) -> Forms:
    """The forms that suit a client, for a table and for a graph; raises UnknownFormat, or 406 if none does."""
    if format is not None and "/" not in format:
        return _named_forms(format.lower())
    # A plus sign in a query string means a space, and few who write application/sparql-results+json there know it.
    accept = format.replace(" ", "+") if format is not None else accept
    table, graph = choose(accept, list(TABLE_TYPES)), choose(accept, list(GRAPH_TYPES))
    if table is None and graph is None:
        known = ", ".join(form.media_type for form in (*TABLE_FORMATS, *GRAPH_FORMATS))
        raise HTTPException(HTTPStatus.NOT_ACCEPTABLE, f"Available: {known}.", VARY)
    return Forms(TABLE_TYPES[table] if table else None, GRAPH_TYPES[graph] if graph else None, table, graph)


def _named_forms(name: str) -> Forms:
    table, graph = _called(name, TABLE_FORMATS), _called(name, GRAPH_FORMATS) or GRAPH_NAMES.get(name)
    if table is None and graph is None:
        raise UnknownFormat(name, [form.name for form in (*TABLE_FORMATS, *GRAPH_FORMATS)])
    return Forms(table, graph)


def _called(name: str, forms: Sequence[Form]) -> Form | None:
    return next((form for form in forms if name in (form.name, form.suffix)), None)


async def _answer(request: Request, atlas: Atlas, asked: SparqlRequest) -> Response:
    forms = chosen_forms(request.headers.get("accept"), asked.format)
    return await stream(request, atlas, asked.query, forms, VARY)
