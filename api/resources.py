"""Identifiers that answer: /id names a thing, and leads to the page or the document that tells of it.

https://www.w3.org/TR/cooluris/#r303gendocument, https://www.rfc-editor.org/rfc/rfc8288 (links) and
https://www.w3.org/TR/dx-prof-conneg/ (profiles)

Where a client is sent is made from what the graph speaks of, never from what the client wrote.
"""

import shlex
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from functools import lru_cache
from http import HTTPStatus
from urllib.parse import quote, urlencode

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from orgatlas.api.addresses import LEGAL, SUFFIXES, candidates, data_path, document_iri, page_path, things
from orgatlas.api.answers import send
from orgatlas.api.atlas import Atlas
from orgatlas.api.caching import unchanged, validators
from orgatlas.api.languages import LANGUAGES, N_, translations
from orgatlas.api.limits import absolute_iri, query_pairs
from orgatlas.api.negotiation import choose, choose_profile, encoding_for
from orgatlas.api.pages import language_for, page_url, render, site_root
from orgatlas.api.resource import View, resource_view
from orgatlas.api.sparql import GRAPH_TYPES
from orgatlas.graph.errors import SilentProfile, UnknownFormat, UnknownResource
from orgatlas.graph.formats import GRAPH_FORMATS
from orgatlas.graph.internal import about
from orgatlas.graph.profiles import Profile, find_profile
from orgatlas.graph.terms import abbreviated, expanded
from orgatlas.graph.vocabulary import ID, PREFIXES

OF_DOCUMENTS = ("iri", "format", "profile")

FORMS: Mapping[str, str] = {media_type: form.suffix for media_type, form in GRAPH_TYPES.items()} | {"text/csv": "csv"}
"""The forms of a description, by the media types that clients know them by."""

MEDIA_TYPES: Mapping[str, str] = {form.suffix: form.media_type for form in GRAPH_FORMATS} | {"csv": "text/csv"}

FORM_NAMES: Mapping[str, str] = {form.suffix: form.title for form in GRAPH_FORMATS} | {"csv": "CSV"}

OURS, OUR_NAME = PREFIXES["atlas"], "atlas"
"""The profile of documents in our own words: its IRI and its name."""

PAGE = "text/html"
VARY = "Accept, Accept-Language, Accept-Profile"
STATUSES: Mapping[str, str] = {
    "stated": N_("stated"),
    "added": N_("added"),
    "derived": N_("derived"),
}
"""What the status of a fact is called."""

SECTIONS: Mapping[str, frozenset[str]] = {
    "services": frozenset({PREFIXES["cpsv"] + "PublicService"}),
    "countries": frozenset(
        PREFIXES["atlas"] + each for each in ("Country", "Subdivision", "Jurisdiction", "Engagement")
    ),
}
"""The lists, by the classes of what stands in them."""

IN_SCHEME = PREFIXES["skos"] + "inScheme"

QUESTIONS = 5
"""Questions of the library that a page offers."""

PATH_LIMIT = 4000
"""Characters that the path to a thing may have."""


async def identifier(request: Request, atlas: Atlas) -> Response:
    """From the name of a thing to the page or the document that tells of it, as the client likes it.

    With the suffix of a form, the document itself.
    """
    path = _sent_path(request).removeprefix("/")
    stem, suffix = _without_suffix(path)
    base = atlas.bundle.base
    if query := request.scope["query_string"].decode("ascii", "replace"):
        # It may be part of the name.
        with suppress(UnknownResource):
            return _see_other(request, atlas, await atlas.readers.resource(candidates(base, f"{path}?{query}")))
    if suffix:
        return await _document(request, atlas, candidates(base, stem), suffix, candidates(base, path))
    return _see_other(request, atlas, await atlas.readers.resource(candidates(base, path)))


async def elsewhere(request: Request, atlas: Atlas) -> Response:
    """What stands below the base and not below /id, such as a graph; what is neither there nor like it is no page."""
    try:
        return await identifier(request, atlas)
    except UnknownResource as error:
        if error.nearest:
            raise
        raise HTTPException(HTTPStatus.NOT_FOUND) from None


async def document(request: Request, atlas: Atlas) -> Response:
    """What the graph says of a thing, in the form of the suffix, or in the one that the client likes."""
    path = _sent_path(request).removeprefix("/data/")
    stem, suffix = _without_suffix(path)
    base = atlas.bundle.base
    return await _document(request, atlas, things(base, stem), suffix, things(base, path) if suffix else ())


async def document_of(request: Request, atlas: Atlas) -> Response:
    """What the graph says of whatever has the IRI that is asked for."""
    return await _document(request, atlas, [_asked_iri(request)], None)


async def resource_page(request: Request, atlas: Atlas, language: str) -> Response:
    """The page that tells of a thing."""
    if "path" in request.path_params:
        path = _sent_path(request).removeprefix(f"/{language}/")
        found = [*things(atlas.bundle.base, path), *things(atlas.bundle.base, path.rstrip("/"))]
    else:
        path, found = "", [_asked_iri(request)]
    iri, spoken = await atlas.readers.resource_and_profiles(found)
    if path.endswith("/") and not iri.endswith("/"):
        # So are pages called that a host of files serves.
        return RedirectResponse(page_path(atlas.bundle.base, language, iri), HTTPStatus.PERMANENT_REDIRECT)
    addresses = {iri: document_iri(atlas.bundle.base, iri)}
    whole = atlas.fixed or any(name == "all" for name, _ in query_pairs(request))
    view = resource_view(await atlas.readers.sheet(addresses, language).read_json(), atlas, language, whole)
    canonical = page_path(atlas.bundle.base, language, iri)
    return render(
        request,
        language,
        "resource.html",
        headers={"Link": f'{_links(atlas, iri, None)}, <{canonical}>; rel="canonical"'},
        view=view,
        canonical=canonical,
        all=whole,
        whole=f"{canonical}{'&' if '?' in canonical else '?'}all",
        section=_section(view, language),
        profiles=[
            (atlas.profiles[each].title, _with_profile(data_path(atlas.bundle.base, iri, "ttl"), atlas.profiles[each]))
            for each in spoken
        ],
        media_types=MEDIA_TYPES,
        form_names=FORM_NAMES,
        status_words={status: translations(language).gettext(words) for status, words in STATUSES.items()},
        fetch=f"curl -LH 'Accept: text/turtle' {shlex.quote(_address(request, atlas, iri))}",
        query=page_url(language, "sparql", query=about("statements-about", "thing", iri)),
        questions=_questions(view, atlas, language),
        reference=iri.removeprefix(atlas.bundle.base + ID),
    )


def _section(view: View, language: str) -> str | None:
    """The list that a thing is found in, which the head of its page marks."""
    if view.level is not None:
        return page_url(language, "org")
    classes = {type.iri for type in view.types}
    return next((page_url(language, page) for page, known in SECTIONS.items() if classes & known), None)


def _address(request: Request, atlas: Atlas, iri: str) -> str:
    """Where programs get the thing from here."""
    root, base = site_root(request, atlas), atlas.bundle.base
    return root + _uri(iri.removeprefix(base)) if iri.startswith(base) else f"{root.rstrip('/')}{data_path(base, iri)}"


def _questions(view: View, atlas: Atlas, language: str) -> list[tuple[Mapping[str, str], str]]:
    """Questions of the library that may be asked about the thing, and their addresses."""
    if atlas.fixed:
        return []
    groups = {group.property.iri: {fact.value.iri for fact in group.facts} for group in view.groups}
    kinds = {type.iri for type in view.types} | groups.get(IN_SCHEME, set())
    base, prefixes = atlas.bundle.base, atlas.bundle.prefixes
    found = []
    for question in atlas.library.values():
        for parameter in question.parameters:
            if (
                parameter.choices
                and expanded(parameter.choices, base, {**prefixes, **question.prefixes}).value in kinds
            ):
                url = page_url(language, "queries", question.name, **{parameter.name: abbreviated(view.iri, prefixes)})
                found.append((question.title, url))
                break
    return found[:QUESTIONS]


async def _document(
    request: Request, atlas: Atlas, found: Sequence[str], suffix: str | None, else_found: Sequence[str] = ()
) -> Response:
    """The document of the first thing there is; what ends like a suffix may belong to a name as well."""
    profile, named = wanted_profile(request, atlas.profiles)
    chosen = suffix or _chosen(request, named and profile is not None)
    tags = validators(
        atlas, str(request.url.path), str(request.url.query), chosen or "", profile.name if profile else ""
    )
    # Who has the tag of this edition was answered before: nobody need be asked whether there is such a thing.
    varying = "Accept-Profile, Accept-Encoding" if suffix else f"{VARY}, Accept-Encoding"
    if chosen and (kept := unchanged(request, {**tags, "Vary": varying}, certain=False)) is not None:
        return kept
    try:
        iri, spoken = await atlas.readers.resource_and_profiles(found)
    except UnknownResource:
        if not else_found:
            raise
        iri, spoken = await atlas.readers.resource_and_profiles([*else_found, *found])
    if chosen is None:
        language = language_for(request)
        return RedirectResponse(page_path(atlas.bundle.base, language, iri), HTTPStatus.SEE_OTHER, {"Vary": VARY})
    base = atlas.bundle.base
    if profile is not None and profile.name not in spoken:
        if named:
            raise SilentProfile(profile.name, iri, spoken)
        profile = None
    headers = {
        **tags,
        "Link": ", ".join((_links(atlas, iri, chosen), *_profile_links(atlas, iri, chosen, spoken, profile))),
        "Content-Profile": f"<{profile.iri if profile else OURS}>",
        "Vary": varying,
        **({} if suffix else {"Content-Location": _with_profile(data_path(base, iri, chosen), profile)}),
    }
    if (kept := unchanged(request, headers)) is not None:
        return kept
    if profile is not None:
        opened = atlas.readers.profiled(profile.name, iri, SUFFIXES[chosen], encoding_for(request))
    else:
        opened = atlas.readers.describe({iri: document_iri(base, iri)}, SUFFIXES[chosen], encoding_for(request))
    media_type = MEDIA_TYPES[chosen]
    return await send(request, opened, (media_type, media_type), headers)


def _see_other(request: Request, atlas: Atlas, iri: str) -> Response:
    base = atlas.bundle.base
    profile, named = wanted_profile(request, atlas.profiles)
    chosen = _chosen(request, named and profile is not None)
    if chosen is None:
        language = language_for(request)
        target = page_path(base, language, iri)
    else:
        target = _with_profile(data_path(base, iri, chosen), profile if named else None)
    return RedirectResponse(target, HTTPStatus.SEE_OTHER, {"Vary": VARY, "Link": _links(atlas, iri, None)})


def _chosen(request: Request, in_profile: bool) -> str | None:
    """The suffix of the form that a client likes best, None for a page: Turtle instead in a profile it named.

    Raises UnknownFormat, or 406 where none will do.
    """
    formats = [value for name, value in query_pairs(request) if name == "format"]
    if formats:
        if len(formats) > 1:
            raise HTTPException(HTTPStatus.BAD_REQUEST, "The parameter 'format' may be given once.")
        name = formats[0].lower().replace(" ", "+")
        suffix = FORMS.get(name) or next((each for each, form in SUFFIXES.items() if name in (each, form)), None)
        if suffix is None:
            raise UnknownFormat(formats[0], [*SUFFIXES.values()])
        return suffix
    media_type = _liked(request.headers.get("accept"))
    if media_type is None:
        detail = f"Available: {', '.join((PAGE, *MEDIA_TYPES.values()))}."
        raise HTTPException(HTTPStatus.NOT_ACCEPTABLE, detail, {"Vary": VARY})
    if media_type == PAGE:
        return "ttl" if in_profile else None  # no page is in other words
    return FORMS[media_type]


@lru_cache(256)
def _liked(accept: str | None) -> str | None:
    # Turtle stands first: a client that takes anything is a program.
    return choose(accept, [*FORMS, PAGE])


def _links(atlas: Atlas, iri: str, chosen: str | None) -> str:
    """Where else the thing is told of, and what holds for that."""
    base = atlas.bundle.base
    links = [
        f'<{data_path(base, iri, each)}>; rel="alternate describedby"; type="{MEDIA_TYPES[each]}"'
        for each in SUFFIXES
        if each != chosen
    ]
    links += [
        f'<{page_path(base, language, iri)}>; rel="alternate"; type="{PAGE}"; hreflang="{language}"'
        for language in LANGUAGES
    ]
    if chosen:
        links.append(f'<{data_path(base, iri, chosen)}>; rel="canonical"')
        links.append(f'<{_uri(iri)}>; rel="describes"')
    if atlas.bundle.manifest.licence:
        links.append(f'<{_uri(atlas.bundle.resolve(atlas.bundle.manifest.licence))}>; rel="license"')
    return ", ".join(links)


def _profile_links(
    atlas: Atlas, iri: str, chosen: str, spoken: Sequence[str], profile: Profile | None
) -> Iterator[str]:
    """The profile of a document, and the others in which its thing is told of.

    These are no mere alternates: rdflib reads the first of those that is JSON-LD in place of the document itself.
    """
    address = data_path(atlas.bundle.base, iri, chosen)
    rest = f'rel="alternate describedby"; type="{MEDIA_TYPES[chosen]}"'
    yield f'<{profile.iri if profile else OURS}>; rel="profile"'
    if profile is not None:
        yield f'<{address}>; {rest}; formats="{OURS}"'
    for name in spoken:
        if profile is None or profile.name != name:
            other = atlas.profiles[name]
            yield f'<{_with_profile(address, other)}>; {rest}; formats="{other.iri}"'


def _with_profile(address: str, profile: Profile | None) -> str:
    if profile is None:
        return address
    return f"{address}{'&' if '?' in address else '?'}{urlencode({'profile': profile.name})}"


def wanted_profile(request: Request, profiles: Mapping[str, Profile]) -> tuple[Profile | None, bool]:
    """The profile that a client asks for, None for our own words, and whether it named that itself: by a parameter.

    Else it is the one it likes best of those there are. Raises UnknownProfile where a parameter names another.
    """
    given = [value for name, value in query_pairs(request) if name in ("profile", "_profile")]
    if len(given) > 1:
        raise HTTPException(HTTPStatus.BAD_REQUEST, "The parameter 'profile' may be given once.")
    if given:
        return (None if given[0] in ("", OURS, OUR_NAME) else find_profile(profiles, given[0])), True
    if (header := request.headers.get("accept-profile")) is None:
        return None, False
    offers = {OURS: None, OUR_NAME: None} | {each.iri: each for each in profiles.values()} | dict(profiles)
    liked = choose_profile(header, list(offers))
    return (offers[liked] if liked else None), False


def _uri(iri: str) -> str:
    """An IRI as a header can hold it."""
    return quote(iri, safe=f"{LEGAL}?#[]")


def _sent_path(request: Request) -> str:
    """The path of a request as it was sent."""
    path: str = request.scope["raw_path"].decode("ascii", "replace")  # httptools lets nothing else pass
    if len(path) > PATH_LIMIT:
        raise HTTPException(
            HTTPStatus.REQUEST_URI_TOO_LONG, f"The address of a thing may have {PATH_LIMIT:,} characters."
        )
    return path


def _without_suffix(path: str) -> tuple[str, str | None]:
    """The path and the suffix of a form, if it ends in one."""
    stem, _, suffix = path.rpartition(".")
    return (stem, suffix) if suffix in SUFFIXES and stem and not stem.endswith("/") else (path, None)


def _asked_iri(request: Request) -> str:
    given = [value for name, value in query_pairs(request) if name == "iri"]
    if len(given) != 1:
        raise HTTPException(HTTPStatus.BAD_REQUEST, "Name one thing: ?iri=IRI.")
    return absolute_iri(given[0], "The parameter 'iri'")
