"""The addresses of the ontology and of the shapes: a page for people, RDF for programs.

https://www.w3.org/TR/swbp-vocab-pub/
"""

from http import HTTPStatus

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from orgatlas.api.answers import send
from orgatlas.api.atlas import Atlas
from orgatlas.api.caching import unchanged, validators
from orgatlas.api.languages import LANGUAGES
from orgatlas.api.negotiation import choose, encoding_for
from orgatlas.api.pages import language_for, page_url
from orgatlas.api.sparql import GRAPH_TYPES
from orgatlas.graph.formats import GRAPH_FORMATS, GraphFormat

PAGE = "text/html"
SUFFIXES = {form.suffix: form for form in GRAPH_FORMATS}
VARY = "Accept, Accept-Language"


async def vocabulary(request: Request, atlas: Atlas) -> Response:
    """The ontology, or with the path /shapes the shapes: a page or RDF, as the client likes it or the suffix says.

    Behind the ontology may stand one of its versions.
    """
    path = request.scope["path"].strip("/")
    stem, _, suffix = path.rpartition(".")
    form = SUFFIXES.get(suffix)
    which, _, version = (stem if form else path).partition("/")
    if which not in ("ns", "shapes"):
        raise HTTPException(HTTPStatus.NOT_FOUND)
    if form is None:
        media_type = choose(request.headers.get("accept"), [*GRAPH_TYPES, PAGE])
        if media_type is None:
            raise HTTPException(
                HTTPStatus.NOT_ACCEPTABLE, f"Available: {', '.join((PAGE, *GRAPH_TYPES))}.", {"Vary": VARY}
            )
        form = GRAPH_TYPES.get(media_type)
    if form is None:
        await _known(atlas, which, version)
        language = language_for(request)
        return RedirectResponse(page_url(language, which), HTTPStatus.SEE_OTHER, {"Vary": VARY})
    return await _document(request, atlas, which, version, form)


async def context(request: Request, atlas: Atlas) -> Response:
    """The context of our JSON-LD documents, which hold what they need of it themselves."""
    headers = validators(atlas)
    if (kept := unchanged(request, headers)) is not None:
        return kept
    return await send(request, atlas.readers.context(encoding_for(request)), ("", "application/ld+json"), headers)


async def _document(request: Request, atlas: Atlas, which: str, version: str, form: GraphFormat) -> Response:
    chosen = request.scope["path"].endswith(f".{form.suffix}")
    address = f"/{which}" + (f"/{version}" if version else "")
    others = [each for each in GRAPH_FORMATS if each is not form]
    links = [f'<{address}.{each.suffix}>; rel="alternate"; type="{each.media_type}"' for each in others]
    links += [f'<{page_url(each, which)}>; rel="alternate"; type="{PAGE}"; hreflang="{each}"' for each in LANGUAGES]
    headers = {
        **validators(atlas, request.scope["path"], form.suffix),
        "Link": ", ".join((*links, f'<{address}.{form.suffix}>; rel="canonical"')),
        "Vary": "Accept-Encoding" if chosen else f"{VARY}, Accept-Encoding",
        **({} if chosen else {"Content-Location": f"{address}.{form.suffix}"}),
    }
    if (kept := unchanged(request, headers, certain=False)) is not None:
        return kept
    opened = atlas.readers.vocabulary(which, version or None, form.name, encoding_for(request))
    response = await send(request, opened, ("", form.media_type), headers)
    return unchanged(request, headers) or response


async def _known(atlas: Atlas, which: str, version: str) -> None:
    """Raises UnknownResource where there is no such vocabulary, or none of this version."""
    async with atlas.readers.vocabulary(which, version or None, "ntriples"):
        pass
