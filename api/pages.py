"""Pages: HTML from templates, with what every page shows and the headers that keep it safe.

https://html.spec.whatwg.org/multipage/ and https://www.w3.org/TR/CSP3/
"""

import hashlib
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import cache
from http import HTTPStatus
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from orgatlas.api.addresses import page_path
from orgatlas.api.atlas import Atlas
from orgatlas.api.languages import (
    LANGUAGES,
    NAMES,
    Wording,
    isolated,
    language_of,
    number,
    runs_leftwards,
    seconds,
    size,
    translations,
    typeset,
    worded,
)
from orgatlas.api.limits import query_pairs
from orgatlas.api.negotiation import choose_language, encoding_for
from orgatlas.graph.encodings import WORTH_IT, encoded
from orgatlas.graph.vocabulary import PREFIXES

WEB = Path(__file__).parent / "web"
MEDIA_TYPES = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}

SAFE_HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; connect-src 'self'; "
        "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
}
"""The headers of every answer."""

EXPOSED = (
    "Accept-Ranges, Content-Encoding, Content-Length, Content-Location, Content-Profile, Content-Range, ETag, Link, Location, "
    "Orgatlas-Edition, Orgatlas-Limits, Orgatlas-Truncated, Retry-After"
)
"""The headers that scripts of other sites may read."""


def render(
    request: Request,
    language: str,
    template: str,
    status: HTTPStatus = HTTPStatus.OK,
    headers: Mapping[str, str] | None = None,
    **values: Any,
) -> Response:
    """A page in a language."""
    atlas: Atlas = request.app.state.atlas
    values = {"section": None} | values
    values |= {
        "language": language,
        "other": next(each for each in LANGUAGES if each != language),
        "own_url": _in_language(request, language),
        "other_url": _in_language(request, next(each for each in LANGUAGES if each != language)),
        "path": request.scope["path"],
        "manifest": atlas.bundle.manifest,
        "edition": atlas.readers.digest[:12],
        "triples": atlas.readers.triples,
        "modified": edition_date(atlas),
        "fixed": atlas.fixed,
    }
    html = _environment(language).get_template(template).render(values)
    return coded(request, HTMLResponse(html, status, {"Content-Language": language, **(headers or {})}))


def coded(request: Request, response: Response) -> Response:
    """A response that is there as a whole, in the content coding that its client likes."""
    said = response.headers.get("vary")
    response.headers["Vary"] = f"{said}, Accept-Encoding" if said else "Accept-Encoding"
    if len(response.body) > WORTH_IT and (coding := encoding_for(request)):
        response.body = encoded(bytes(response.body), coding)
        response.headers["Content-Encoding"] = coding
        response.headers["Content-Length"] = str(len(response.body))
    return response


def edition_date(atlas: Atlas) -> str:
    """The day since when the edition is here, as YYYY-MM-DD."""
    return datetime.fromtimestamp(atlas.readers.modified, UTC).date().isoformat()


def language_for(request: Request) -> str:
    """The language in which a client is sent to a page."""
    return choose_language(request.headers.get("accept-language"), LANGUAGES)


def page_url(language: str, *segments: str, **parameters: str) -> str:
    """The address of a page."""
    path = "/".join(("", language, *(quote(segment, safe="") for segment in segments)))
    return f"{path}?{urlencode(parameters, safe=':/')}" if parameters else path


def question_file(atlas: Atlas, name: str, **given: str) -> str | None:
    """The address of the answer to a question of the library as CSV; none where the bundle does not have it."""
    if name not in atlas.library:
        return None
    path = f"/queries/{name}.csv"
    return path if atlas.fixed else f"{path}?{urlencode(given, safe=':/')}"


def site_root(request: Request, atlas: Atlas) -> str:
    """The address of the server as its client knows it; where nobody serves, the base of the data."""
    if atlas.fixed:
        return atlas.bundle.base.rstrip("#/") + "/"
    return f"{request.url.scheme}://{request.url.netloc}/"


def resource_url(atlas: Atlas, language: str, iri: str) -> str | None:
    """The page that tells of a resource of the bundle; plain files may speak of any."""
    if iri.startswith(PREFIXES["atlas"]) and not atlas.bundle.plain:
        return f"{page_url(language, 'ns')}#{quote(iri.removeprefix(PREFIXES['atlas']))}"
    if not (atlas.bundle.plain or iri.startswith(atlas.bundle.base)):
        return None
    return page_path(atlas.bundle.base, language, iri)


def static_url(name: str) -> str:
    """The address of a file of ours, with its version."""
    return f"/static/{name}?v={_static_files()[name][1]}"


async def static(request: Request, _: Atlas) -> Response:
    """A file of ours. Its address carries its version, so that nobody has to ask for it twice."""
    files = _static_files()
    name = request.path_params["name"]
    if name not in files:
        raise HTTPException(HTTPStatus.NOT_FOUND)
    content, version = files[name]
    current = request.query_params.get("v") == version
    caching = "public, max-age=31536000, immutable" if current else "public, max-age=300"
    coding = encoding_for(request) if len(content) > WORTH_IT else ""
    headers = {"Cache-Control": caching, "Vary": "Accept-Encoding", **({"Content-Encoding": coding} if coding else {})}
    return Response(_static_coded(name, coding), headers=headers, media_type=MEDIA_TYPES[Path(name).suffix])


@cache
def _static_files() -> dict[str, tuple[bytes, str]]:
    """Every file of the static folder with its version, by name."""
    contents = {path.name: path.read_bytes() for path in (WEB / "static").iterdir() if path.suffix in MEDIA_TYPES}
    return {name: (content, hashlib.sha256(content).hexdigest()[:12]) for name, content in contents.items()}


@cache
def _static_coded(name: str, coding: str) -> bytes:
    content, _ = _static_files()[name]
    return encoded(content, coding) if coding else content


@cache
def _environment(language: str) -> Environment:
    environment = Environment(
        loader=FileSystemLoader(WEB / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        extensions=["jinja2.ext.i18n"],
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    environment.install_gettext_translations(translations(language), newstyle=True)  # type: ignore[attr-defined]

    def say(wording: Wording | Mapping[str, str]) -> Markup:
        """A text of the graph, marked with its language where that is not the page's, and kept from turning what is beside it."""
        known = typeset(wording if isinstance(wording, Wording) else worded(wording, language))
        element = "bdi" if runs_leftwards(known.text) else "span"
        if known.language not in (None, language):
            return Markup('<{0} lang="{1}">{2}</{0}>').format(element, known.language, known.text)
        return Markup("<bdi>{}</bdi>").format(known.text) if element == "bdi" else Markup.escape(known.text)

    environment.filters |= {
        "say": say,
        "plain": lambda wording: typeset(wording).text,
        "isolated": lambda wording: isolated(typeset(wording).text),
        "plainly": lambda wordings: worded(wordings, language).text,
        "number": lambda value: number(value, language),
        "seconds": lambda value: seconds(value, language),
        "size": lambda value: size(value, language),
    }
    environment.globals |= {
        "language_names": NAMES,
        "page_url": lambda *segments, **parameters: page_url(language, *segments, **parameters),
        "static_url": static_url,
    }
    return environment


def _in_language(request: Request, language: str) -> str:
    """The address of the same page in a language; what it shows of the graph changes language too."""
    path = request.scope["path"]
    if (own := language_of(path)) is None:
        return f"/{language}/"
    try:
        pairs = query_pairs(request)
    except HTTPException:
        pairs = []
    changed = [(name, language if name == "lang" and value == own else value) for name, value in pairs]
    moved = quote(f"/{language}{path.removeprefix(f'/{own}')}")
    return f"{moved}?{urlencode(changed, safe=':/')}" if changed else moved
