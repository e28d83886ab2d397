"""What is taken in from a request: not more than a limit, and only what is UTF-8.

https://www.rfc-editor.org/rfc/rfc9110#section-15.5.14
"""

from http import HTTPStatus
from urllib.parse import parse_qsl

from starlette.exceptions import HTTPException
from starlette.requests import Request

BODY_LIMIT = 1024 * 1024
"""Bytes that the body of a request may have."""

PATIENCE = 16 * BODY_LIMIT
"""Bytes after which the rest of too large a body is not even read."""

PAIRS_LIMIT = 1000
"""Parameters that a request may have."""

Pairs = list[tuple[str, str]]


async def read_body(request: Request) -> bytes:
    """The body, refused once it is larger than the limit, whatever its Content-Length says.

    What is too much is not kept. It is read on for a while, since a client that still writes sees its connection
    break and not the answer.
    """
    body, size = bytearray(), 0
    async for chunk in request.stream():
        size += len(chunk)
        if size <= BODY_LIMIT:
            body += chunk
        elif size > PATIENCE:
            break
    if size > BODY_LIMIT:
        limit = f"The body of a request may have {BODY_LIMIT:,} bytes."
        raise HTTPException(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, limit, {"Connection": "close"})
    return bytes(body)


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


def query_pairs(request: Request) -> Pairs:
    """The names and values of the query string of a request."""
    return read_pairs(request.scope["query_string"])
