"""Who may change the graph: whoever has the token, where changes are allowed at all.

https://www.rfc-editor.org/rfc/rfc6750 and https://www.rfc-editor.org/rfc/rfc9110#section-11
"""

import hashlib
import hmac
import re
from http import HTTPStatus
from pathlib import Path

from starlette.exceptions import HTTPException
from starlette.requests import Request

from orgatlas.api.atlas import Atlas
from orgatlas.graph.errors import UsageError

REALM = 'Bearer realm="orgatlas"'
TOKEN = re.compile(r"[A-Za-z0-9._~+/-]+=*")
"""https://www.rfc-editor.org/rfc/rfc6750#section-2.1"""


def read_token(file: Path | None, writable: bool) -> str | None:
    """The token in the first line of a file. Raises UsageError where one is needed and there is none."""
    if not writable:
        return None
    if file is None:
        raise UsageError("--writable needs --token-file, a file with the bearer token that changes are sent with.")
    try:
        lines = file.read_text(encoding="ascii").splitlines()
    except OSError as error:
        raise UsageError(f"The token file {file} cannot be read: {error.strerror}.") from None
    except UnicodeDecodeError:
        raise UsageError(f"The token file {file} holds what no bearer token may.") from None
    token = lines[0].strip() if lines else ""
    if not TOKEN.fullmatch(token):
        raise UsageError(f"The first line of {file} is no bearer token: letters, digits and -._~+/ are allowed in one.")
    return token


def require_writer(request: Request, atlas: Atlas) -> None:
    """Let only those pass who may change the graph: 403 where nobody may, 401 without the token or with another one."""
    if atlas.token is None:
        raise HTTPException(
            HTTPStatus.FORBIDDEN, "This service is read-only. Changes need a server started with --writable."
        )
    given = request.headers.getlist("authorization")
    if not given:
        raise _unauthorized(REALM, "A change needs the bearer token, in the header Authorization.")
    scheme, _, token = given[0].partition(" ")
    # Digests are compared, so that the time it takes says nothing of the length either.
    right = hmac.compare_digest(_digest(token.strip()), _digest(atlas.token))
    if len(given) > 1 or scheme.lower() != "bearer" or not right:
        raise _unauthorized(f'{REALM}, error="invalid_token"', "The token is not the one that changes need.")


def _digest(token: str) -> bytes:
    return hashlib.sha256(token.encode("utf-8", "surrogateescape")).digest()


def _unauthorized(challenge: str, detail: str) -> HTTPException:
    return HTTPException(HTTPStatus.UNAUTHORIZED, detail, {"WWW-Authenticate": challenge})
