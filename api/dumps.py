"""The whole data set as files, with the checksum of each.

https://www.rfc-editor.org/rfc/rfc9110#section-14 (a download that broke off goes on where it did)
"""

import re
from difflib import get_close_matches
from http import HTTPStatus

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import FileResponse, RedirectResponse, Response

from orgatlas.api.atlas import Atlas
from orgatlas.api.caching import unchanged, validators
from orgatlas.api.pages import language_for, page_url

CHECKSUM = ".sha256"
RANGES = re.compile(r"bytes=[0-9,\s-]+", re.IGNORECASE)


async def index(request: Request, _: Atlas) -> Response:
    """The list of the files, on the page of the data set."""
    language = language_for(request)
    target = f"{page_url(language, 'dataset')}#files"
    return RedirectResponse(target, HTTPStatus.SEE_OTHER, {"Vary": "Accept-Language"})


async def dump(request: Request, atlas: Atlas) -> Response:
    """A file of the whole data set; with .sha256 behind its name, its checksum as sha256sum(1) writes it."""
    name = request.path_params["file"]
    file, known = name.removesuffix(CHECKSUM), atlas.dumps
    if file not in known:
        nearest = get_close_matches(file, known) or list(known)
        raise HTTPException(HTTPStatus.NOT_FOUND, f"There is no such file. Files: {', '.join(nearest)}.")
    book = await atlas.shelf.take(file)
    headers = validators(atlas, name)
    if name != file:
        text = Response(f"{book.sha256}  {file}\n", headers=headers, media_type="text/plain")
        return unchanged(request, headers) or text
    # What may be asked for in pieces has a tag that stands for its very bytes.
    headers |= {"ETag": f'"{book.sha256}"'}
    if (kept := unchanged(request, headers)) is not None:
        return kept
    if request.method == "HEAD" or not RANGES.fullmatch(request.headers.get("range", "")):
        # A range is defined for GET only, and one of an unknown unit is as good as none.
        request.scope["headers"] = [each for each in request.scope["headers"] if each[0] != b"range"]
    found = known[file]
    return FileResponse(
        book.path, headers=headers, media_type="application/gzip" if found.compressed else found.media_type
    )
