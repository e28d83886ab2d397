"""Answers of the readers on their way out: streamed as they come, or read up to a limit to be shown on a page.

https://www.w3.org/TR/sparql11-results-json/ and https://www.rfc-editor.org/rfc/rfc9110#section-8
"""

import codecs
import json
import logging
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.types import Receive, Scope, Send

from orgatlas.api.atlas import Atlas
from orgatlas.api.negotiation import encoding_for
from orgatlas.graph.errors import AtlasError
from orgatlas.graph.formats import GraphFormat, TableFormat
from orgatlas.graph.pool import StreamedAnswer, Visit
from orgatlas.graph.settings import Settings
from orgatlas.graph.store import Query

ROW_LIMIT = 1000
"""Rows, or lines of a graph, that a page shows."""

COLUMN_LIMIT = 50
"""Columns that a page shows."""

CELL_LIMIT = 20_000
"""Cells that a page shows: of a wide table, fewer rows than the limit of rows."""

SIZE_LIMIT = 8 * 1024 * 1024
"""Characters of an answer that are read for a page."""

Binding = Mapping[str, Mapping[str, Any]]

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Forms:
    """The forms that suit a client for either kind of answer, with the media types it knows them by."""

    table: TableFormat | None = None
    graph: GraphFormat | None = None
    table_type: str | None = None
    graph_type: str | None = None


@dataclass(frozen=True, slots=True)
class Shown:
    """What a page shows of an answer: a truth value, or columns and rows, or a graph in Turtle.

    `cut` says that rows or lines are left out, and `narrowed` that columns are.
    """

    truth: bool | None = None
    columns: tuple[str, ...] = ()
    rows: tuple[Binding, ...] = ()
    graph: str | None = None
    cut: bool = False
    narrowed: bool = False


class Streamed(StreamingResponse):
    """A response that holds on to its reader until the last byte is sent or the client has gone."""

    def __init__(self, first: bytes, rest: AsyncIterator[bytes], reader: AsyncExitStack, **more: Any) -> None:
        async def whole() -> AsyncIterator[bytes]:
            yield first
            async for chunk in rest:
                yield chunk

        super().__init__(whole(), **more)
        self._reader = reader

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send it. A failure leaves the response unfinished, so that the server breaks the connection."""
        try:
            async with self._reader:
                await super().__call__(scope, receive, send)
        except AtlasError as error:
            log.warning("An answer was broken off: %s", error)


async def stream(
    request: Request, atlas: Atlas, query: Query, forms: Forms, headers: Mapping[str, str] | None = None
) -> Response:
    """The answer to a query as it comes from a reader. What fails before the first byte is raised, as a QueryError."""
    table, graph = forms.table, forms.graph
    encoding = encoding_for(request)
    opened = atlas.readers.ask(query, table.name if table else None, graph.name if graph else None, encoding)
    types = (
        forms.table_type or (table.media_type if table else ""),
        forms.graph_type or (graph.media_type if graph else ""),
    )
    return await send(
        request, opened, types, {**(headers or {}), "Orgatlas-Limits": _limits(atlas.settings, query.seconds)}
    )


async def send(
    request: Request,
    opened: Visit,
    types: tuple[str, str],
    headers: Mapping[str, str] | None = None,
) -> Response:
    """What a reader has to say; `types` are the media types of a table and of a graph."""
    answer = await opened.__aenter__()
    media_type = types[answer.kind == "triples"]
    said = {"Vary": "Accept-Encoding", **(headers or {}), **_said(answer)}
    if answer.whole is not None:
        return Response(answer.whole, headers=said, media_type=media_type)
    async with AsyncExitStack() as stack:
        stack.push_async_exit(opened)
        first = await anext(answer.chunks, b"")
        if request.method == "HEAD":
            return StreamingResponse(_nothing(), headers=said, media_type=media_type)
        return Streamed(first, answer.chunks, stack.pop_all(), headers=said, media_type=media_type)


def _said(answer: StreamedAnswer) -> dict[str, str]:
    said = {"Orgatlas-Edition": answer.edition}
    if answer.encoding:
        said["Content-Encoding"] = answer.encoding
    if answer.cut:
        said["Orgatlas-Truncated"] = answer.cut
    return said


@lru_cache(256)
def _limits(settings: Settings, seconds: float | None) -> str:
    """The limits of an answer to a query: a long one is on its way before it is known whether one of them cuts it."""
    seconds = min(seconds or settings.query_timeout, settings.query_timeout)
    rows = f"rows={settings.max_rows}, " if settings.max_rows else ""
    return f"{rows}bytes={settings.max_bytes}, seconds={seconds:g}"


async def _nothing() -> AsyncIterator[bytes]:
    """The body of an answer to HEAD, which says nothing of the length of the whole."""
    for chunk in list[bytes]():
        yield chunk


async def shown(atlas: Atlas, query: Query, row_limit: int = ROW_LIMIT) -> Shown:
    """As much of an answer as a page shows; the reader is let go as soon as that is known."""
    async with atlas.readers.ask(query, "json", "turtle") as answer:
        if answer.kind == "triples":
            return await _graph(answer.chunks, row_limit)
        if answer.kind == "boolean":
            return Shown(truth=json.loads(b"".join([chunk async for chunk in answer.chunks]))["boolean"])
        return await _table(answer.chunks, row_limit)
    raise AssertionError("a context that swallows its errors")


async def _graph(chunks: AsyncIterator[bytes], limit: int) -> Shown:
    text, decoder = "", codecs.getincrementaldecoder("utf-8")()
    async for chunk in chunks:
        text += decoder.decode(chunk)
        if text.count("\n") > limit or len(text) > SIZE_LIMIT:
            break
    lines = text[:SIZE_LIMIT].splitlines()
    return Shown(graph="\n".join(lines[:limit]), cut=len(lines) > limit or len(text) > SIZE_LIMIT)


async def _table(chunks: AsyncIterator[bytes], limit: int) -> Shown:
    """Rows are taken one by one from what has come so far: an answer cut in the middle is no JSON as a whole."""
    decoder, rows = codecs.getincrementaldecoder("utf-8")(), list[Binding]()
    scan = json.JSONDecoder().raw_decode
    columns, narrowed = tuple[str, ...](), False
    text, place, size, begun = "", 0, 0, False
    async for chunk in chunks:
        text, place = text[place:] + decoder.decode(chunk), 0
        size += len(chunk)
        try:
            if not begun:
                head, end = scan(text, text.index(":") + 1)
                place = text.index("[", end) + 1
                columns, narrowed = tuple(head["vars"][:COLUMN_LIMIT]), len(head["vars"]) > COLUMN_LIMIT
                limit = min(limit, CELL_LIMIT // max(len(columns), 1))
                begun = True
            while len(rows) <= limit:
                if text[place : place + 1] == ",":
                    place += 1
                if text[place : place + 1] == "]":
                    return Shown(columns=columns, rows=tuple(rows), narrowed=narrowed)
                row, place = scan(text, place)
                rows.append(row)
            return Shown(columns=columns, rows=tuple(rows[:limit]), cut=True, narrowed=narrowed)
        except RecursionError:  # a term within a term, hundreds of times
            break
        except ValueError:
            if size > SIZE_LIMIT:
                break
    return Shown(columns=columns, rows=tuple(rows), cut=True, narrowed=narrowed)
