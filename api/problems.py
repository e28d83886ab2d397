"""What went wrong, told to the client: an RFC 9457 problem, or a page where a person reads it.

https://www.rfc-editor.org/rfc/rfc9457
"""

import asyncio
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any

from fastapi.exceptions import RequestValidationError
from pyoxigraph import NamedNode
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from orgatlas.api.atlas import Atlas
from orgatlas.api.hits import Hit, find
from orgatlas.api.languages import N_, Wording, language_of, translations, worded
from orgatlas.api.negotiation import choose
from orgatlas.api.pages import language_for, render, resource_url
from orgatlas.graph.errors import (
    AtlasError,
    Busy,
    EvaluationFailed,
    Inexpressible,
    OutboundRefused,
    ParameterError,
    ProofTooLarge,
    QuerySyntaxError,
    QueryTimeout,
    ReaderLost,
    ShapesViolated,
    SilentProfile,
    TooMuchFollows,
    UnknownEdition,
    UnknownFormat,
    UnknownGraph,
    UnknownProfile,
    UnknownQuestion,
    UnknownResource,
    UnreadableData,
    WriteRefused,
    WrongAnswerKind,
    shortened,
)
from orgatlas.graph.search import TEXT_LIMIT, Search

MEDIA_TYPE = "application/problem+json"
TYPES = "https://w3id.org/orgatlas/problem#"

STATUS: Mapping[type[AtlasError], HTTPStatus] = {
    Busy: HTTPStatus.SERVICE_UNAVAILABLE,
    EvaluationFailed: HTTPStatus.BAD_REQUEST,
    Inexpressible: HTTPStatus.NOT_ACCEPTABLE,
    OutboundRefused: HTTPStatus.BAD_REQUEST,
    ParameterError: HTTPStatus.BAD_REQUEST,
    ProofTooLarge: HTTPStatus.SERVICE_UNAVAILABLE,
    QuerySyntaxError: HTTPStatus.BAD_REQUEST,
    QueryTimeout: HTTPStatus.SERVICE_UNAVAILABLE,
    ReaderLost: HTTPStatus.SERVICE_UNAVAILABLE,
    ShapesViolated: HTTPStatus.UNPROCESSABLE_ENTITY,
    SilentProfile: HTTPStatus.NOT_ACCEPTABLE,
    TooMuchFollows: HTTPStatus.CONFLICT,
    UnknownEdition: HTTPStatus.NOT_FOUND,
    UnknownFormat: HTTPStatus.NOT_ACCEPTABLE,
    UnknownGraph: HTTPStatus.NOT_FOUND,
    UnknownProfile: HTTPStatus.NOT_ACCEPTABLE,
    UnknownQuestion: HTTPStatus.NOT_FOUND,
    UnknownResource: HTTPStatus.NOT_FOUND,
    UnreadableData: HTTPStatus.BAD_REQUEST,
    WriteRefused: HTTPStatus.CONFLICT,
    WrongAnswerKind: HTTPStatus.NOT_ACCEPTABLE,
}
"""Errors that the client can do something about. Any other is a fault of ours: 500, and its text stays here."""

TITLES: Mapping[HTTPStatus, str] = {
    HTTPStatus.BAD_REQUEST: N_("This request cannot be understood"),
    HTTPStatus.UNAUTHORIZED: N_("This change needs a token"),
    HTTPStatus.FORBIDDEN: N_("This is not allowed here"),
    HTTPStatus.NOT_FOUND: N_("There is no such page"),
    HTTPStatus.METHOD_NOT_ALLOWED: N_("This method is not allowed here"),
    HTTPStatus.NOT_ACCEPTABLE: N_("None of the forms asked for is available"),
    HTTPStatus.REQUEST_TIMEOUT: N_("This request came too slowly"),
    HTTPStatus.CONFLICT: N_("This change cannot be made here"),
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: N_("This request is too large"),
    HTTPStatus.UNSUPPORTED_MEDIA_TYPE: N_("This kind of body is not understood"),
    HTTPStatus.UNPROCESSABLE_ENTITY: N_("This change would break a rule"),
    HTTPStatus.INTERNAL_SERVER_ERROR: N_("Something went wrong here"),
    HTTPStatus.SERVICE_UNAVAILABLE: N_("The query was not finished"),
}
"""What a page says above the detail; a problem in JSON says it in English."""

TOLD: Mapping[type[AtlasError], str] = {
    OutboundRefused: N_("%(keyword)s is switched off: this service asks no other server."),
    ParameterError: N_("The value of the parameter “%(name)s” cannot be used."),
    Busy: N_("No reader was free. Try again shortly."),
    QueryTimeout: N_("The query was stopped at its limit of %(seconds)g seconds."),
    ReaderLost: N_("The query exhausted the process that answered it. Nothing else was affected."),
    ProofTooLarge: N_("This follows, but no proof was found among the %(facts)d nearest statements."),
    UnknownEdition: N_("This edition is not here any more, or not yet. What is here is edition %(current)s."),
    UnknownProfile: N_("There is no profile of this name."),
    UnknownQuestion: N_("There is no question of this name."),
    UnknownResource: N_("The graph does not speak of this."),
}
"""The details that a page can say in its own language; other details stay in English, and say so."""

PERHAPS = 5
"""Things that a page proposes in place of what is not there."""

SHOWN = ("line", "column", "nearest", "expected", "known", "findings", "graph")
"""The fields of an error that a problem carries under the same name."""


@dataclass(frozen=True, slots=True)
class Problem:
    """A problem as RFC 9457 describes it: `fields` are its extension members.

    `told` is the detail as a page can translate it, with `values` for its names.
    """

    status: HTTPStatus
    title: str
    detail: str | None = None
    type: str = "about:blank"
    told: str | None = None
    values: Mapping[str, Any] = field(default_factory=dict)
    fields: Mapping[str, Any] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)


def problem(error: Exception) -> Problem:
    """What may be told of an error."""
    match error:
        case HTTPException():
            status = HTTPStatus(error.status_code)
            title = TITLES.get(status, status.phrase)
            detail = None if error.detail == status.phrase else error.detail
            return Problem(status, title, detail, headers=error.headers or {})
        case RequestValidationError():
            status = HTTPStatus.BAD_REQUEST
            return Problem(status, TITLES[status], "; ".join(str(each["msg"]) for each in error.errors()))
        case AtlasError() if type(error) in STATUS:
            return _of_ours(error, STATUS[type(error)])
    status = HTTPStatus.INTERNAL_SERVER_ERROR
    return Problem(status, TITLES[status])


def _of_ours(error: AtlasError, status: HTTPStatus) -> Problem:
    values = vars(error)
    fields = {name: values[name] for name in SHOWN if values.get(name) not in (None, ())}
    if "graph" in fields:
        fields["graph"] = shortened(fields["graph"], 2000)
    if isinstance(error, ParameterError):
        fields["parameter"] = shortened(error.name)
    return Problem(
        status,
        TITLES[status],
        detail=shortened(str(error), 2000),
        type=TYPES + re.sub(r"(?<=[a-z])(?=[A-Z])", "-", type(error).__name__).lower(),
        told=None if isinstance(error, OutboundRefused) and error.reason else TOLD.get(type(error)),
        values=values,
        fields=fields,
        headers={"Retry-After": "1"} if status == HTTPStatus.SERVICE_UNAVAILABLE else {},
    )


async def answer(request: Request, error: Exception) -> Response:
    """A problem as a page under /en/ and /fr/ and for whoever likes a page better, else in JSON."""
    found = problem(error)
    if (language := language_of(request.scope["path"])) is not None:
        return await _page(request, found, language, found.headers)
    varying = {**found.headers, "Vary": "Accept, Accept-Language"}
    if choose(request.headers.get("accept"), [MEDIA_TYPE, "application/json", "text/html"]) == "text/html":
        return await _page(request, found, language_for(request), varying)
    members = {
        "type": found.type,
        "title": found.title,
        "status": found.status,
        "detail": found.detail,
        **found.fields,
    }
    content = json.dumps({name: value for name, value in members.items() if value is not None}, ensure_ascii=False)
    return Response(content, found.status, varying, MEDIA_TYPE)


async def _page(request: Request, found: Problem, language: str, headers: Mapping[str, str]) -> Response:
    """A problem as a page, with what may have been meant."""
    return render(
        request,
        language,
        "error.html",
        status=found.status,
        headers=headers,
        problem=found,
        told=told(found, language),
        nearest=await _nearest(request.app.state.atlas, found, language),
        perhaps=await _perhaps(request, found, language),
    )


async def _nearest(atlas: Atlas, found: Problem, language: str) -> list[tuple[Wording, str, str | None]]:
    """The things that a problem names as nearest, where it is about a thing: their names, IRIs and pages."""
    iris: Sequence[str] = found.fields.get("nearest", ()) if found.told == TOLD[UnknownResource] else ()
    try:
        answers = await asyncio.gather(
            *(atlas.readers.table(atlas.own_query("names", thing=NamedNode(iri))) for iri in iris)
        )
    except AtlasError:
        answers = [[] for _ in iris]  # the page says already what went wrong
    return [
        (_name(rows, language) or Wording(iri), iri, resource_url(atlas, language, iri))
        for iri, rows in zip(iris, answers, strict=True)
    ]


def _name(rows: Sequence[Mapping[str, Any]], language: str) -> Wording | None:
    names: dict[str, str] = {}
    for row in rows:
        names.setdefault(row["name"].get("xml:lang", ""), row["name"]["value"])
    return worded(names, language) if names else None


async def _perhaps(request: Request, found: Problem, language: str) -> Sequence[Hit]:
    """What a search finds for the last part of an address at which there is nothing, and near which nothing is known.

    Nobody waits for an index to be made for this.
    """
    atlas: Atlas = request.app.state.atlas
    text = request.scope["path"].rstrip("/").rpartition("/")[2]
    if found.status != HTTPStatus.NOT_FOUND or found.fields.get("nearest") or len(text) > TEXT_LIMIT:
        return ()
    if not atlas.finder.is_ready:
        return ()
    try:
        return (await find(atlas, Search(text, language, count=PERHAPS))).hits
    except AtlasError:
        return ()  # the page says already what went wrong


def told(found: Problem, language: str) -> str | None:
    """The detail in a language, where we have it in words of our own."""
    return translations(language).gettext(found.told) % found.values if found.told else None
