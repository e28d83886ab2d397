"""What is taken in from a request: not more than a limit, not slower than one, and only what is UTF-8.

https://www.rfc-editor.org/rfc/rfc9110#section-15.5.9 and https://www.rfc-editor.org/rfc/rfc9110#section-15.5.14
"""

import asyncio
import tempfile
import zlib
from collections.abc import AsyncIterator, Collection
from contextlib import asynccontextmanager
from http import HTTPStatus
from pathlib import Path
from urllib.parse import parse_qsl

from pyoxigraph import NamedNode
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request

from orgatlas.graph.errors import ParameterError, shortened

BODY_LIMIT = 1024 * 1024
"""Bytes that a query and its parameters may have."""

PATIENCE = 16 * 1024 * 1024
"""Bytes after which the rest of too large a body is not even read."""

SECONDS, RATE = 20.0, 16 * 1024
"""A body has so many seconds, and one more for each so many bytes that have come."""

PAIRS_LIMIT = 1000
"""Parameters that a request may have."""

Pairs = list[tuple[str, str]]


def content_type(request: Request) -> str:
    """The media type of a body, in small letters and without parameters. Of these UTF-8 will do and no other charset."""
    lines = request.headers.getlist("content-type")
    if len(lines) > 1:
        raise HTTPException(HTTPStatus.BAD_REQUEST, "A request has one Content-Type.")
    media_type, *parameters = "".join(lines).lower().split(";")
    for parameter in parameters:
        name, _, value = parameter.partition("=")
        if name.strip() == "charset" and value.strip(" \"'") not in ("utf-8", "utf8"):
            raise HTTPException(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, "SPARQL and RDF are sent in UTF-8.")
    return media_type.strip()


async def read_body(request: Request) -> bytes:
    """The body of a query, refused once it is larger than the limit, whatever its Content-Length says."""
    return b"".join([chunk async for chunk in content_of(request, BODY_LIMIT)])


@asynccontextmanager
async def kept(content: AsyncIterator[bytes], folder: Path) -> AsyncIterator[Path]:
    """A file with some content, so that its size costs this process nothing. It is gone afterwards."""
    with tempfile.NamedTemporaryFile(prefix="upload-", dir=folder) as file:
        async for chunk in content:
            file.write(chunk)
        file.flush()
        yield Path(file.name)


async def content_of(request: Request, limit: int) -> AsyncIterator[bytes]:
    """The body as it comes, decoded where it is compressed; what it grows to counts, too.

    What is too much is not kept. It is read on for a while, since a client that still writes sees its connection
    break and not the answer.
    """
    said = ",".join(request.headers.getlist("content-encoding")).lower().split(",")
    codings = [name for each in said if (name := each.strip()) not in ("", "identity")]
    if codings not in ([], ["gzip"], ["x-gzip"]):
        raise HTTPException(
            HTTPStatus.UNSUPPORTED_MEDIA_TYPE, "A body may be compressed once, by gzip.", {"Accept-Encoding": "gzip"}
        )
    decoder = zlib.decompressobj(wbits=31) if codings else None
    size = 0
    async for chunk in _in_time(request):
        if size > limit:
            size += len(chunk)
            if size > limit + PATIENCE:
                break
            continue
        if decoder is not None:
            chunk = _inflated(decoder, chunk, limit - size + 1)
        size += len(chunk)
        if size <= limit:
            yield chunk
    if size > limit:
        detail = f"The body of this request may have {limit:,} bytes."
        raise HTTPException(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, detail, {"Connection": "close"})
    if decoder is not None and not decoder.eof:
        raise HTTPException(HTTPStatus.BAD_REQUEST, "The body is not whole: its gzip data breaks off.")


def _inflated(decoder: "zlib._Decompress", chunk: bytes, room: int) -> bytes:
    """What a chunk decodes to, no longer than there is room: a little may grow into very much."""
    try:
        found = decoder.decompress(chunk, room)
    except zlib.error:
        raise HTTPException(HTTPStatus.BAD_REQUEST, "The body is not the gzip data that it says it is.") from None
    if decoder.unused_data:
        raise HTTPException(HTTPStatus.BAD_REQUEST, "Something follows the gzip data of the body.")
    return found


async def _in_time(request: Request) -> AsyncIterator[bytes]:
    """The chunks of a body, given up where they come too slowly."""
    loop = asyncio.get_running_loop()
    end = loop.time() + SECONDS
    chunks = aiter(request.stream())
    while True:
        try:
            async with asyncio.timeout_at(end):
                chunk = await anext(chunks, None)
        except ClientDisconnect:
            raise HTTPException(HTTPStatus.BAD_REQUEST, "The body of the request breaks off.") from None
        except TimeoutError:
            detail = "The body of the request came too slowly."
            raise HTTPException(HTTPStatus.REQUEST_TIMEOUT, detail, {"Connection": "close"}) from None
        if chunk is None:
            return
        end += len(chunk) / RATE
        yield chunk


def decoded(body: bytes) -> str:
    """The text of a body."""
    try:
        return body.decode("utf-8")
    except UnicodeDecodeError as error:
        raise HTTPException(HTTPStatus.BAD_REQUEST, f"The body is not UTF-8 at byte {error.start}.") from None


def read_pairs(encoded: bytes) -> Pairs:
    """The names and values of a query string or a form, which Starlette would decode with replacement characters."""
    try:
        text = encoded.decode("utf-8")
        return parse_qsl(text, keep_blank_values=True, errors="strict", max_num_fields=PAIRS_LIMIT)
    except UnicodeDecodeError:
        raise HTTPException(HTTPStatus.BAD_REQUEST, "The parameters are not UTF-8.") from None
    except ValueError:
        limit = f"A request may have {PAIRS_LIMIT:,} parameters."
        raise HTTPException(HTTPStatus.BAD_REQUEST, limit) from None


def absolute_iri(text: str, what: str) -> str:
    """The text, which has to be an absolute IRI; `what` says of what, at the beginning of a sentence."""
    try:
        return NamedNode(text).value
    except ValueError as error:
        detail = f"{what} is an absolute IRI, and {shortened(text)!r} is none: {error}."
        raise HTTPException(HTTPStatus.BAD_REQUEST, detail) from None


def query_pairs(request: Request) -> Pairs:
    """The names and values of the query string of a request."""
    return read_pairs(request.scope["query_string"])


def first_value(pairs: Pairs, name: str) -> str:
    """The first value of a parameter that is not blank, else nothing."""
    return next((value.strip() for given, value in pairs if given == name and value.strip()), "")


def one_of(name: str, value: str, known: Collection[str]) -> str:
    """The value of a parameter, which has to be one of some. Raises ParameterError."""
    if value not in known:
        raise ParameterError(name, f"one of {', '.join(known)}", value)
    return value


def whole_number(name: str, value: str, most: int, least: int = 1) -> int:
    """The value of a parameter as a number, which has to be within some bounds. Raises ParameterError."""
    if not (value.isascii() and value.isdecimal() and len(value) < 9 and least <= int(value) <= most):
        raise ParameterError(name, f"a whole number from {least} to {most:,}", value)
    return int(value)
