"""SPARQL over HTTP: the query operation by GET, QUERY and both kinds of POST, and the update operation by POST.

https://www.w3.org/TR/sparql11-protocol/ and, for QUERY, https://datatracker.ietf.org/doc/draft-ietf-httpbis-safe-method-w-body/
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from http import HTTPStatus

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from orgatlas.api.access import require_writer
from orgatlas.api.answers import Forms, send, stream
from orgatlas.api.atlas import Atlas
from orgatlas.api.caching import require_edition
from orgatlas.api.changes import make
from orgatlas.api.limits import (
    Pairs,
    absolute_iri,
    content_of,
    content_type,
    decoded,
    query_pairs,
    read_body,
    read_pairs,
)
from orgatlas.api.negotiation import choose, encoding_for
from orgatlas.api.pages import language_for
from orgatlas.api.presence import while_present
from orgatlas.graph.commit import Change
from orgatlas.graph.errors import UnknownFormat
from orgatlas.graph.formats import ANSWER_FORMATS, GRAPH_FORMATS, TABLE_FORMATS, Form, GraphFormat
from orgatlas.graph.pool import once
from orgatlas.graph.store import Query

FORM, QUERY, UPDATE = "application/x-www-form-urlencoded", "application/sparql-query", "application/sparql-update"

SENT = (QUERY, FORM, UPDATE)
"""What may be posted."""

OF_QUERIES = ("default-graph-uri", "named-graph-uri", "infer", "format", "timeout", "edition")
OF_UPDATES = ("using-graph-uri", "using-named-graph-uri")
"""The parameters of either operation, beside its text."""

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

VARY = {"Vary": "Accept, Accept-Encoding"}


@dataclass(frozen=True, slots=True)
class SparqlRequest:
    """One query operation; `format` and `edition` are what the parameters of these names say."""

    query: Query
    format: str | None = None
    edition: str | None = None


async def by_get(request: Request, atlas: Atlas) -> Response:
    """The query operation by GET; without a query, the description of the service.

    Who likes a page better is sent to one with the same query.
    """
    pairs = query_pairs(request)
    names = {name for name, _ in pairs}
    if "format" not in names and _wants_page(request.headers.get("accept")):
        language = language_for(request)
        search = request.scope["query_string"].decode("ascii", "replace")
        target = f"/{language}/sparql" + (f"?{search}" if search else "")
        return RedirectResponse(target, 303, {"Vary": "Accept, Accept-Language"})
    if "update" in names:
        raise HTTPException(HTTPStatus.BAD_REQUEST, "An update is sent by POST, never in the address.")
    if not names & {"query", "default-graph-uri", "named-graph-uri"}:
        return await _describe(request, atlas, pairs)
    return await _answer(request, atlas, from_pairs(pairs))


async def by_query(request: Request, atlas: Atlas) -> Response:
    """The query operation by the method QUERY, which is safe as GET is and has a body as POST has."""
    pairs = await _sent(request, (QUERY, FORM))
    return await while_present(request, _answer(request, atlas, from_pairs(pairs)))


async def by_post(request: Request, atlas: Atlas) -> Response:
    """The query or the update operation by POST: a field of a form, or the body itself."""
    if content_type(request) == UPDATE:
        require_writer(request, atlas)
        pairs = query_pairs(request)
        if any(name in ("query", "update") for name, _ in pairs):
            raise HTTPException(HTTPStatus.BAD_REQUEST, "The update is the body; the address must not hold another.")
        return await make(request, atlas, _change(pairs), content_of(request, atlas.settings.max_upload))
    pairs = await _sent(request, SENT)
    if not any(name == "update" for name, _ in pairs):
        return await while_present(request, _answer(request, atlas, from_pairs(pairs)))
    require_writer(request, atlas)
    return await make(request, atlas, _change(pairs), once(_only(pairs, "update").encode()))


async def _sent(request: Request, types: tuple[str, ...]) -> Pairs:
    """The parameters of a request whose body is a query or a form."""
    pairs = query_pairs(request)
    media_type = content_type(request)
    if media_type == FORM:
        return pairs + read_pairs(await read_body(request))
    if media_type == QUERY:
        return [*pairs, ("query", decoded(await read_body(request)))]
    known = ", ".join(types)
    headers = {"Accept-Post": known} if request.method == "POST" else {"Accept-Query": known}
    raise HTTPException(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, f"Send it as {' or '.join(types)}.", headers)


def from_pairs(pairs: Pairs) -> SparqlRequest:
    """The query operation that the parameters of a request describe."""
    text = _only(pairs, "query")
    for name, _ in pairs:
        if name in ("update", *OF_UPDATES):
            raise HTTPException(HTTPStatus.BAD_REQUEST, f"A query takes no parameter {name!r}.")
    formats, seconds, editions = (_values(pairs, each) for each in ("format", "timeout", "edition"))
    if max(map(len, (formats, seconds, editions))) > 1:
        detail = "The parameters 'format', 'timeout' and 'edition' may be given once."
        raise HTTPException(HTTPStatus.BAD_REQUEST, detail)
    query = Query(
        text,
        default_graphs=tuple(_graphs(pairs, "default-graph-uri")),
        named_graphs=tuple(_graphs(pairs, "named-graph-uri")),
        seconds=_seconds(seconds[0]) if seconds else None,
        inferred=infers(pairs),
    )
    return SparqlRequest(query, formats[0] if formats else None, editions[0] if editions else None)


def _change(pairs: Pairs) -> Change:
    """The update operation that the parameters of a request describe."""
    for name, _ in pairs:
        if name in ("query", "default-graph-uri", "named-graph-uri"):
            raise HTTPException(HTTPStatus.BAD_REQUEST, f"An update takes no parameter {name!r}.")
    using, named = tuple(_graphs(pairs, "using-graph-uri")), tuple(_graphs(pairs, "using-named-graph-uri"))
    return Change("update", using=using, using_named=named)


def _only(pairs: Pairs, name: str) -> str:
    """The value of a parameter that has to be there once."""
    values = _values(pairs, name)
    if len(values) != 1:
        found = "none" if not values else str(len(values))
        raise HTTPException(HTTPStatus.BAD_REQUEST, f"Expected exactly one parameter {name!r}, but got {found}.")
    return values[0]


def _values(pairs: Pairs, wanted: str) -> list[str]:
    return [value for name, value in pairs if name == wanted]


def _graphs(pairs: Pairs, name: str) -> list[str]:
    """The graphs that a parameter names; forms of other services send it empty where they mean none."""
    return [absolute_iri(value, f"The parameter {name!r}") for value in _values(pairs, name) if value]


def infers(pairs: Pairs) -> bool:
    """Whether what follows is to be looked at: `infer` is the parameter of RDF4J's servers, true where it is not given."""
    return is_true(pairs, "infer", True)


def is_true(pairs: Pairs, name: str, otherwise: bool) -> bool:
    """What a parameter that is true or false says; `otherwise` where it is not given. Raises 400."""
    values = _values(pairs, name)
    if len(values) > 1 or not {each.lower() for each in values} <= {"true", "false"}:
        raise HTTPException(HTTPStatus.BAD_REQUEST, f"The parameter {name!r} is true or false, and given once.")
    return values[0].lower() == "true" if values else otherwise


def _seconds(text: str) -> float:
    if not re.fullmatch(r"[0-9]{1,9}(\.[0-9]{1,9})?", text) or float(text) == 0:
        raise HTTPException(HTTPStatus.BAD_REQUEST, "The parameter 'timeout' is a number of seconds above 0.")
    return float(text)


def chosen_forms(accept: str | None, format: str | None) -> Forms:
    """The forms that suit a client, for a table and for a graph; raises UnknownFormat, or 406 if none does."""
    if format is not None:
        return _named_forms(format.lower())
    forms = _suiting(accept)
    if forms.table is None and forms.graph is None:
        known = ", ".join(form.media_type for form in (*TABLE_FORMATS, *GRAPH_FORMATS))
        raise HTTPException(HTTPStatus.NOT_ACCEPTABLE, f"Available: {known}.", VARY)
    return forms


@lru_cache(256)
def _suiting(accept: str | None) -> Forms:
    table, graph = choose(accept, list(TABLE_TYPES)), choose(accept, list(GRAPH_TYPES))
    return Forms(TABLE_TYPES[table] if table else None, GRAPH_TYPES[graph] if graph else None, table, graph)


@lru_cache(256)
def _wants_page(accept: str | None) -> bool:
    return choose(accept, [*TABLE_TYPES, *GRAPH_TYPES, "text/html"]) == "text/html"


def _named_forms(name: str) -> Forms:
    # A plus sign in a query string means a space, and few who write application/sparql-results+json there know it.
    media_type = name.replace(" ", "+")
    table = TABLE_TYPES.get(media_type) or _called(name, ANSWER_FORMATS)
    graph = GRAPH_TYPES.get(media_type) or _called(name, GRAPH_FORMATS) or GRAPH_NAMES.get(name)
    if table is None and graph is None:
        raise UnknownFormat(name, [form.name for form in (*ANSWER_FORMATS, *GRAPH_FORMATS)])
    known_as = media_type if "/" in media_type else None
    return Forms(table, graph, known_as, known_as)


def _called(name: str, forms: Sequence[Form]) -> Form | None:
    return next((form for form in forms if name in (form.name, form.suffix)), None)


def graph_form(request: Request, formats: Sequence[str]) -> tuple[GraphFormat, str]:
    """The form in which a client wants a graph, and the media type it knows that by. Raises as chosen_forms does."""
    if len(formats) > 1:
        raise HTTPException(HTTPStatus.BAD_REQUEST, "The parameter 'format' may be given once.")
    forms = chosen_forms(request.headers.get("accept"), formats[0] if formats else None)
    if forms.graph is None:
        raise HTTPException(HTTPStatus.NOT_ACCEPTABLE, f"Available: {', '.join(GRAPH_TYPES)}.", VARY)
    return forms.graph, forms.graph_type or forms.graph.media_type


async def _answer(request: Request, atlas: Atlas, asked: SparqlRequest) -> Response:
    require_edition(atlas, asked.edition)
    forms = chosen_forms(request.headers.get("accept"), asked.format)
    return await stream(request, atlas, asked.query, forms, VARY)


async def _describe(request: Request, atlas: Atlas, pairs: Pairs) -> Response:
    """The description of this service, at the address by which the client knows it."""
    form, media_type = graph_form(request, _values(pairs, "format"))
    endpoint = str(request.url.replace(query="", fragment=""))
    opened = atlas.readers.service(endpoint, list(atlas.library), form.name, encoding_for(request))
    return await send(request, opened, ("", media_type), VARY)
