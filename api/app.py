"""The HTTP application: every route in one table, and what holds for all of them.

https://www.rfc-editor.org/rfc/rfc9110
"""

import json
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import cache, partial
from http import HTTPStatus
from importlib.metadata import PackageNotFoundError, version
from typing import Any

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from fastapi.openapi.utils import get_openapi
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Match
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from orgatlas.api import (
    catalogue,
    chart,
    countries,
    dumps,
    explain,
    graphs,
    help,
    home,
    library,
    ontology_pages,
    pages,
    problems,
    resources,
    search,
    services,
    sparql,
    vocabularies,
    workbench,
)
from orgatlas.api.addresses import WELL_KNOWN
from orgatlas.api.atlas import Atlas, open_atlas
from orgatlas.api.caching import unchanged, validators
from orgatlas.api.languages import LANGUAGES, language_of
from orgatlas.api.openapi import operation, question_path
from orgatlas.api.presence import while_present
from orgatlas.graph.bundle import Bundle
from orgatlas.graph.documents import MEDIA_TYPES
from orgatlas.graph.errors import AtlasError
from orgatlas.graph.pool import Readers
from orgatlas.graph.settings import Settings

Handler = Callable[[Request, Atlas], Awaitable[Response]]
PageHandler = Callable[[Request, Atlas, str], Awaitable[Response]]

log = logging.getLogger(__name__)


async def health(_: Request, atlas: Atlas) -> Response:
    """Whether the service is up, which edition it serves, and how many triples that has."""
    readers = atlas.readers
    state = {"status": "ok" if readers.alive else "loading", "edition": readers.digest, "triples": readers.triples}
    status = HTTPStatus.OK if readers.alive else HTTPStatus.SERVICE_UNAVAILABLE
    return Response(json.dumps(state), status, {"Cache-Control": "no-store"}, "application/json")


ALLOWED = (
    "Accept, Accept-Encoding, Accept-Language, Accept-Profile, Content-Type, "
    "If-Modified-Since, If-None-Match, If-Range, Range"
)
"""The headers that scripts of other sites may send."""


async def preflight(request: Request, _: Atlas) -> Response:
    """What a script of another site may do here: ask, without credentials."""
    methods = ", ".join(allowed_methods(request))
    headers = {
        "Allow": methods,
        "Access-Control-Allow-Methods": methods,
        "Access-Control-Allow-Headers": ALLOWED,
        "Access-Control-Max-Age": "86400",
    }
    if "QUERY" in methods:
        headers["Accept-Query"] = f"{sparql.QUERY}, {sparql.FORM}"
    return Response(status_code=HTTPStatus.NO_CONTENT, headers=headers)


@dataclass(frozen=True, slots=True)
class Row:
    """A method on a path, who answers it, and what the API description says of it.

    `parameters` are names in PARAMETERS, those of a query string; `body` are the media types of what is sent.
    """

    method: str
    path: str
    handler: Handler
    parameters: tuple[str, ...] = ()
    body: tuple[str, ...] = ()


ROUTES = (
    Row("GET", "/sparql", sparql.by_get, ("query", *sparql.OF_QUERIES)),
    Row("QUERY", "/sparql", sparql.by_query, sparql.OF_QUERIES, (sparql.QUERY, sparql.FORM)),
    Row("POST", "/sparql", sparql.by_post, (*sparql.OF_QUERIES, *sparql.OF_UPDATES), sparql.SENT),
    Row("OPTIONS", "/sparql", preflight),
    *(
        row
        for path in (graphs.PATH, graphs.PATH + "/{path:path}")
        for row in (
            Row("GET", path, graphs.read, graphs.OF_READS),
            Row("PUT", path, graphs.replace, graphs.OF_WRITES, tuple(MEDIA_TYPES)),
            Row("POST", path, graphs.add, graphs.OF_WRITES, graphs.ACCEPTED),
            Row("DELETE", path, graphs.delete, graphs.OF_WRITES),
            Row("OPTIONS", path, preflight),
        )
    ),
    Row("GET", "/queries/{file}", library.file),
    Row("OPTIONS", "/queries/{file}", preflight),
    Row("GET", "/explain", explain.explanation, explain.OF_EXPLANATIONS),
    Row("OPTIONS", "/explain", preflight),
    Row("GET", "/suggest", search.suggest, search.OF_SUGGESTIONS),
    Row("OPTIONS", "/suggest", preflight),
    Row("GET", "/data", resources.document_of, resources.OF_DOCUMENTS),
    Row("GET", "/data/{path:path}", resources.document),
    Row("OPTIONS", "/data/{path:path}", preflight),
    Row("GET", "/id/{path:path}", resources.identifier),
    Row("OPTIONS", "/id/{path:path}", preflight),
    *(
        row
        for path in ("/ns", "/ns.{suffix}", "/ns/{version}", "/shapes", "/shapes.{suffix}")
        for row in (Row("GET", path, vocabularies.vocabulary), Row("OPTIONS", path, preflight))
    ),
    Row("GET", "/context.jsonld", vocabularies.context),
    Row("OPTIONS", "/context.jsonld", preflight),
    Row("GET", "/dumps/", dumps.index),
    Row("GET", "/dumps/{file}", dumps.dump),
    Row("OPTIONS", "/dumps/{file}", preflight),
    Row("GET", WELL_KNOWN, catalogue.description, ("format",)),
    Row("OPTIONS", WELL_KNOWN, preflight),
    Row("GET", "/sitemap.xml", catalogue.sitemap),
    Row("GET", "/sitemap-{part}.xml", catalogue.sitemap_part),
    Row("GET", "/robots.txt", catalogue.robots),
    Row("GET", "/healthz", health),
    Row("GET", "/static/{name}", pages.static),
    Row("GET", "/", home.entrance),
)

PAGES: dict[str, PageHandler] = {
    "/": home.home,
    "/org": chart.chart,
    "/org.svg": chart.picture,
    "/org.csv": chart.table,
    "/services": services.services_page,
    "/help": help.help_page,
    "/queries/": library.list_page,
    "/queries/{name}": library.question_page,
    "/sparql": workbench.workbench,
    "/explain": explain.explanation_page,
    "/ns": ontology_pages.ontology_page,
    "/shapes": ontology_pages.shapes_page,
    "/countries": countries.countries_page,
    "/dataset": catalogue.dataset_page,
    "/search": search.search_page,
    "/resource": resources.resource_page,
    "/{path:path}": resources.resource_page,
}
"""The pages, by what stands behind the language."""

FRESH = (workbench.workbench,)
"""Those that may differ where the edition does not: a query may ask for the time."""

DESCRIBED = (
    *("/sparql", graphs.PATH, graphs.PATH + "/{path:path}", "/queries/{file}", "/explain", "/suggest"),
    *("/id/{path:path}", "/data/{path:path}", "/data", "/healthz"),
)
"""The paths that the API description speaks of; the others are for people."""


def create_app(
    bundle: Bundle, readers: Readers, settings: Settings, token: str | None = None, fixed: bool = False
) -> FastAPI:
    """The application for a bundle whose keeper runs; `fixed` pages have no link to what only a server can answer.

    Raises BrokenBundle if a question cannot be read.
    """
    try:
        release = version("orgatlas")
    except PackageNotFoundError:
        release = "0"
    # The bundled pages of documentation load scripts from elsewhere, and a slash is added here without naming the host.
    app = FastAPI(title="Orgatlas", version=release, docs_url=None, redoc_url=None, redirect_slashes=False)
    app.state.atlas = atlas = open_atlas(bundle, readers, settings, token, fixed)
    for row in ROUTES:
        _add(app, row, atlas)
    for language in LANGUAGES:
        for path, handler in PAGES.items():
            _add(app, Row("GET", f"/{language}{path}", _page(handler, language)), atlas)
            if path.endswith("/"):
                _add(app, Row("GET", f"/{language}{path}".removesuffix("/"), _to_slash), atlas)
    # Whatever else stands below the base has its address here, too.
    _add(app, Row("GET", "/{path:path}", resources.elsewhere), atlas)
    app.openapi = cache(partial(_described, app, atlas))  # type: ignore[method-assign]  # the way that FastAPI documents
    for error in (AtlasError, HTTPException, RequestValidationError):
        app.add_exception_handler(error, _fail)
    app.add_exception_handler(Exception, _fail_safely)
    return app


def _described(app: FastAPI, atlas: Atlas) -> dict[str, Any]:
    """The API description, with an operation for each question of the library."""
    description = get_openapi(title=app.title, version=app.version, routes=app.routes)
    description["paths"] |= dict(map(question_path, atlas.library.values()))
    return description


def allowed_methods(request: Request) -> list[str]:
    """The methods that the path of a request knows."""
    known = {"OPTIONS"} if request.method == "OPTIONS" else set[str]()
    for route in request.app.routes:
        if route.matches(request.scope)[0] is not Match.NONE:
            known |= route.methods or set()
    return sorted(known)


class SafeHeaders:
    """Adds the headers of every answer, and lets scripts of other sites read what is no page."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on and the answer back."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        added = SAFE if language_of(scope["path"]) is not None else SAFE_AND_SHARED

        async def marked(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message["headers"], *added]
            await send(message)

        await self.app(scope, receive, marked)


SAFE = [(name.lower().encode(), value.encode()) for name, value in pages.SAFE_HEADERS.items()]
SAFE_AND_SHARED = [
    *SAFE,
    (b"access-control-allow-origin", b"*"),
    (b"access-control-expose-headers", pages.EXPOSED.encode()),
]


class Directly:
    """Answers what programs ask most, past the layers that FastAPI has for other needs: they cost more than the answer."""

    def __init__(self, app: FastAPI) -> None:
        self.app = app
        self.handlers = {(row.method, row.path): row.handler for row in ROUTES if row.path in DIRECT}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer, or pass the request on."""
        handler = self.handlers.get((scope["method"], scope["path"])) if scope["type"] == "http" else None
        if handler is None:
            await self.app(scope, receive, send)
            return
        scope["app"] = self.app
        request = Request(scope, receive, send)
        try:
            response = await _work(handler, request, self.app.state.atlas)
        except (AtlasError, HTTPException) as error:
            response = await _fail(request, error)
        except Exception as error:
            log.exception("A fault of the service")
            response = await problems.answer(request, error)
        await response(scope, receive, send)


DIRECT = ("/sparql",)
"""The paths that programs ask most."""


def at_the_door(app: FastAPI) -> ASGIApp:
    """The application as it is served."""
    return SafeHeaders(Directly(app))


def _work(handler: Handler, request: Request, atlas: Atlas) -> Awaitable[Response]:
    # A request with a body is watched by its handler, once the body is read.
    work = handler(request, atlas)
    return while_present(request, work) if request.method in ("GET", "HEAD") else work


def _add(app: FastAPI, row: Row, atlas: Atlas) -> None:
    async def endpoint(request: Request) -> Response:
        return await _work(row.handler, request, atlas)

    app.add_api_route(
        row.path,
        endpoint,
        methods=[row.method],
        name=row.handler.__name__,
        description=row.handler.__doc__,
        response_class=Response,
        # OpenAPI 3.1 has no word for QUERY.
        include_in_schema=row.path in DESCRIBED and row.method not in ("OPTIONS", "QUERY"),
        openapi_extra=operation(row.method, row.path, row.parameters, row.body),
    )
    if row.method == "GET":
        app.add_api_route(row.path, endpoint, methods=["HEAD"], include_in_schema=False)


def _page(handler: PageHandler, language: str) -> Handler:
    async def in_language(request: Request, atlas: Atlas) -> Response:
        if handler in FRESH:
            return await handler(request, atlas, language)
        query = request.scope["query_string"].decode("ascii", "replace")
        headers = {**validators(atlas, request.scope["path"], query), "Vary": "Accept-Encoding"}
        if (kept := unchanged(request, headers, certain=False)) is not None:
            return kept
        response = await handler(request, atlas, language)
        if response.status_code != HTTPStatus.OK:
            return response
        response.headers.update(headers)
        return unchanged(request, headers) or response

    return in_language


async def _to_slash(request: Request, _: Atlas) -> Response:
    return RedirectResponse(request.scope["path"] + "/", HTTPStatus.PERMANENT_REDIRECT)


async def _fail(request: Request, error: Exception) -> Response:
    if isinstance(error, AtlasError) and type(error) not in problems.STATUS:
        log.error("A fault of the service", exc_info=error)
    response = await problems.answer(request, error)
    if response.status_code == HTTPStatus.METHOD_NOT_ALLOWED:
        response.headers["Allow"] = ", ".join(allowed_methods(request))
    return response


async def _fail_safely(request: Request, error: Exception) -> Response:
    """The server logs the error; of what it says nothing is sent."""
    return await problems.answer(request, error)
