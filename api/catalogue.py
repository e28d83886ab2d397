"""The data set as a whole: its page, its description for catalogues, and the map of the site for crawlers.

https://www.w3.org/TR/void/#well-known, https://www.sitemaps.org/protocol.html and https://www.rfc-editor.org/rfc/rfc9309
"""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Any
from xml.sax.saxutils import escape

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from orgatlas.api.addresses import DESCRIBED_BY, SUFFIXES, data_path, page_path
from orgatlas.api.answers import send
from orgatlas.api.atlas import Atlas
from orgatlas.api.caching import unchanged, validators
from orgatlas.api.languages import LANGUAGES, Wording, worded
from orgatlas.api.limits import query_pairs
from orgatlas.api.negotiation import choose, encoding_for
from orgatlas.api.pages import language_for, page_url, render, resource_url, site_root
from orgatlas.api.sparql import GRAPH_TYPES, graph_form
from orgatlas.graph.vocabulary import PREFIXES

PAGE = "text/html"
VARY = "Accept, Accept-Language, Accept-Encoding"

MAP_LIMIT = 10_000
"""Things in one part of the site map: each has an address a language, of which there may be 50,000."""

PAGES = ("", "org", "services", "countries", "queries/", "ns", "shapes", "dataset", "help")
"""The pages that are not of one thing."""

TITLE, DESCRIPTION, NOTE = (PREFIXES["dct"] + "title", PREFIXES["dct"] + "description", PREFIXES["skos"] + "scopeNote")


async def description(request: Request, atlas: Atlas) -> Response:
    """The description of the data set as DCAT and VoID, where harvesters look for it; for people its page."""
    formats = [value for name, value in query_pairs(request) if name == "format"]
    if not formats and choose(request.headers.get("accept"), [*GRAPH_TYPES, PAGE]) == PAGE:
        language = language_for(request)
        return RedirectResponse(page_url(language, "dataset"), HTTPStatus.SEE_OTHER, {"Vary": VARY})
    form, media_type = graph_form(request, formats)
    headers = {**validators(atlas, form.name), "Vary": VARY}
    if (kept := unchanged(request, headers)) is not None:
        return kept
    opened = await atlas.readers.catalogue(site_root(request, atlas), form.name, not atlas.fixed, encoding_for(request))
    return await send(request, opened, ("", media_type), headers)


async def dataset_page(request: Request, atlas: Atlas, language: str) -> Response:
    """The page of the data set."""
    summary = await (await atlas.readers.catalogue(site_root(request, atlas), "json")).read_json()
    base = atlas.bundle.base
    return render(
        request,
        language,
        "dataset.html",
        headers={"Link": DESCRIBED_BY},
        summary=summary,
        title=_said(summary, TITLE) or dict(atlas.bundle.manifest.name),
        description=_said(summary, DESCRIPTION) or dict(atlas.bundle.manifest.notice),
        notes=[worded(each, language) for each in (_said(summary, NOTE),) if each],
        classes=[
            (
                _called(each["label"], each["iri"], language),
                each["members"],
                _called(each["called"], each["example"], language),
                page_path(base, language, each["example"]),
                f"SELECT ?thing {{ ?thing a <{each['iri']}> }}",
            )
            for each in summary["classes"]
        ],
        sources=[
            (_called(each["label"], each["iri"], language), resource_url(atlas, language, each["iri"]))
            for each in summary["sources"]
        ],
        files=[(dump, atlas.dumps[f"{name}.gz"]) for name, dump in atlas.dumps.items() if not dump.compressed],
        documents=[(suffix, data_path(base, summary["iri"], suffix)) for suffix in SUFFIXES if summary["said"]],
        described=schema_org(summary, atlas, site_root(request, atlas)),
        root=site_root(request, atlas),
    )


def _said(summary: Mapping[str, Any], predicate: str) -> dict[str, str]:
    found: dict[str, str] = {}
    for words in summary["said"].get(predicate, ()):
        for tag, text in words.items():
            found.setdefault(tag, text)
    return found


def _called(label: Mapping[str, str], iri: str, language: str) -> Wording:
    known = worded(label, language)
    return known if known.text else Wording(iri)


def schema_org(summary: Mapping[str, Any], atlas: Atlas, address: str) -> dict[str, Any]:
    """The data set as search engines read it (https://schema.org/Dataset)."""
    manifest = atlas.bundle.manifest
    said = {"@context": "https://schema.org/", "@type": "Dataset", "@id": summary["iri"]}
    texts = {
        "name": _said(summary, TITLE) or manifest.name,
        "description": _said(summary, DESCRIPTION) or manifest.notice or manifest.name,
    }
    for key, words in texts.items():
        said[key] = [{"@language": tag, "@value": text} for tag, text in words.items()]
    return {
        **said,
        "url": f"{address}en/dataset",
        "inLanguage": list(manifest.languages),
        "isAccessibleForFree": True,
        "version": atlas.readers.digest[:12],
        "dateModified": summary["modified"],
        **({"license": atlas.bundle.resolve(manifest.licence)} if manifest.licence else {}),
        **(
            {"creator": _publisher(summary, atlas), "publisher": _publisher(summary, atlas)}
            if manifest.publisher
            else {}
        ),
        "distribution": [
            {
                "@type": "DataDownload",
                "name": worded(dump.title, "en").text,
                "encodingFormat": "application/gzip" if dump.compressed else dump.media_type,
                "contentUrl": f"{address}dumps/{dump.file}",
            }
            for dump in atlas.dumps.values()
        ],
    }


def _publisher(summary: Mapping[str, Any], atlas: Atlas) -> dict[str, Any]:
    names = [{"@language": tag, "@value": text} for tag, text in summary["publisher"].items()]
    iri = atlas.bundle.resolve(atlas.bundle.manifest.publisher or "")
    return {"@type": "Organization", "@id": iri, **({"name": names} if names else {})}


# For crawlers.


async def robots(request: Request, atlas: Atlas) -> Response:
    """Who may look at what: everybody at every page, and nobody at what a query makes."""
    lines = ["User-agent: *", "Disallow: /sparql", "Disallow: /suggest"]
    asked = ("sparql", "explain", "search")
    lines += [f"Disallow: /{language}/{each}" for each in asked for language in LANGUAGES]
    lines += [f"Sitemap: {site_root(request, atlas)}sitemap.xml", ""]
    headers = validators(atlas, "robots")
    return unchanged(request, headers) or Response("\n".join(lines), headers=headers, media_type="text/plain")


async def sitemap(request: Request, atlas: Atlas) -> Response:
    """The map of the site; of a large one, the list of its parts."""
    headers = validators(atlas)
    if (kept := unchanged(request, headers)) is not None:
        return kept
    address, modified = site_root(request, atlas), _day(atlas)
    iris, total = await atlas.readers.listing(0, MAP_LIMIT)
    if total <= MAP_LIMIT:
        content = _map(address, [*_pages(), *_things(atlas, iris)], modified)
    else:
        parts = range(-(-total // MAP_LIMIT))
        content = _index([f"{address}sitemap-{part}.xml" for part in parts], modified)
    return Response(content, headers=headers, media_type="application/xml")


async def sitemap_part(request: Request, atlas: Atlas) -> Response:
    """A part of the map of the site."""
    part = request.path_params["part"]
    if not (part.isascii() and part.isdecimal() and len(part) < 7):
        raise HTTPException(HTTPStatus.NOT_FOUND)
    iris, _ = await atlas.readers.listing(int(part) * MAP_LIMIT, MAP_LIMIT)
    if not iris:
        raise HTTPException(HTTPStatus.NOT_FOUND)
    pages = _pages() if part == "0" else []
    content = _map(site_root(request, atlas), [*pages, *_things(atlas, iris)], _day(atlas))
    return Response(content, headers=validators(atlas), media_type="application/xml")


def _day(atlas: Atlas) -> str:
    return datetime.fromtimestamp(atlas.readers.modified, UTC).date().isoformat()


Paths = Mapping[str, str]
"""The addresses of one page, by language."""


def _pages() -> list[Paths]:
    return [{language: f"/{language}/{page}" for language in LANGUAGES} for page in PAGES]


def _things(atlas: Atlas, iris: list[str]) -> Iterator[Paths]:
    for iri in iris:
        paths = {language: page_path(atlas.bundle.base, language, iri) for language in LANGUAGES}
        if not any("?" in path for path in paths.values()):
            yield paths


def _map(address: str, pages: list[Paths], modified: str) -> str:
    """An entry for each page and language, which names the other language as well."""
    lines = []
    for paths in {paths[LANGUAGES[0]]: paths for paths in pages}.values():
        places = {language: _place(address, path) for language, path in paths.items()}
        others = "".join(
            f'<xhtml:link rel="alternate" hreflang="{language}" href="{place}"/>' for language, place in places.items()
        )
        lines += [f"<url><loc>{each}</loc><lastmod>{modified}</lastmod>{others}</url>" for each in places.values()]
    return _xml("urlset", lines)


def _index(places: list[str], modified: str) -> str:
    lines = [f"<sitemap><loc>{escape(place)}</loc><lastmod>{modified}</lastmod></sitemap>" for place in places]
    return _xml("sitemapindex", lines)


def _place(address: str, path: str) -> str:
    return escape(f"{address.rstrip('/')}{path}", {'"': "&quot;"})


def _xml(name: str, lines: list[str]) -> str:
    spaces = 'xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" xmlns:xhtml="http://www.w3.org/1999/xhtml"'
    return "\n".join(('<?xml version="1.0" encoding="UTF-8"?>', f"<{name} {spaces}>", *lines, f"</{name}>", ""))
