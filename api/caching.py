"""What a client keeps is good as long as the edition is: entity tags, dates, and the answer that nothing has changed.

https://www.rfc-editor.org/rfc/rfc9110#section-8.8 and https://www.rfc-editor.org/rfc/rfc9110#section-13
"""

import hashlib
import re
from email.utils import formatdate, parsedate_to_datetime
from functools import cache
from http import HTTPStatus
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from starlette.requests import Request
from starlette.responses import Response

from orgatlas.api.atlas import Atlas
from orgatlas.graph.errors import UnknownEdition

CODE = Path(__file__).parent

SHORTEST = 12
"""Digits of its digest by which an edition is called; more may be given."""

_TAG = re.compile(r'(?:W/)?("[!#-~\x80-\xff]*")')


def validators(atlas: Atlas, *variant: str) -> dict[str, str]:
    """The headers by which an answer is known again; `variant` tells addresses, and the forms of one address, apart.

    The tag is weak, since a coding makes other bytes of the same answer.
    """
    of_it = hashlib.sha256("\0".join((atlas.readers.digest, release(), *variant)).encode()).hexdigest()[:24]
    return {
        "ETag": f'W/"{of_it}"',
        "Last-Modified": formatdate(atlas.readers.modified, usegmt=True),
        "Cache-Control": "no-cache",
    }


def unchanged(request: Request, headers: dict[str, str], certain: bool = True) -> Response | None:
    """The answer that what the client has is still good, if it is.

    Unless it is `certain` that there is something at this address, only the tag of it will do, which nobody else has.
    """
    if request.method not in ("GET", "HEAD"):
        return None
    tags = request.headers.get("if-none-match")
    if not certain and (tags is None or tags.strip() == "*"):
        return None
    if tags is not None:
        # The condition on the date counts only where there is none on the tag.
        known = tags.strip() == "*" or headers["ETag"].removeprefix("W/") in _TAG.findall(tags)
    else:
        known = _is_since(request.headers.get("if-modified-since"), headers["Last-Modified"])
    return Response(status_code=HTTPStatus.NOT_MODIFIED, headers=headers) if known else None


def require_edition(atlas: Atlas, wanted: str | None) -> None:
    """Raise UnknownEdition unless an edition is the one that is here, or none is asked for."""
    digest = atlas.readers.digest
    if wanted and not (len(wanted) >= SHORTEST and digest.startswith(wanted.lower())):
        raise UnknownEdition(wanted, digest[:SHORTEST])


def _is_since(header: str | None, modified: str) -> bool:
    if header is None:
        return False
    try:
        return parsedate_to_datetime(header) >= parsedate_to_datetime(modified)
    except (ValueError, TypeError, OverflowError):
        return False


@cache
def release() -> str:
    """What stands for this release and for its pages: they change where the edition does not."""
    try:
        number = version("orgatlas")
    except PackageNotFoundError:
        number = "0"
    total = hashlib.sha256(number.encode())
    for file in sorted((*CODE.glob("*.py"), *(CODE / "web").rglob("*"))):
        if file.is_file() and file.suffix in (".py", ".html", ".css", ".js", ".mo", ".svg", ".json"):
            total.update(file.read_bytes())
    return total.hexdigest()
