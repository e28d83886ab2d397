"""The home page: what there is, as units in a tree, services, countries and questions, each a link to its answer."""

import asyncio
from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from orgatlas.api.addresses import DESCRIBED_BY, WELL_KNOWN
from orgatlas.api.answers import Shown, shown
from orgatlas.api.atlas import Atlas
from orgatlas.api.branches import State, branches
from orgatlas.api.known import FACT_LIMIT, Entry, Known
from orgatlas.api.library import by_tag
from orgatlas.api.negotiation import choose
from orgatlas.api.pages import language_for, render
from orgatlas.api.sparql import GRAPH_TYPES

LIST_LIMIT = 50
"""Members of one list that the page shows; the queries look for one more."""

PART_LIMIT = 12
"""Parts of one unit that the page shows."""

QUESTION_LIMIT = 5
"""Questions of one subject that the page shows."""


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of engagement with its partners, and whether there are more; no entry where no kind is stated."""

    entry: Entry | None
    partners: tuple[Entry, ...]
    more: bool


async def entrance(request: Request, _: Atlas) -> Response:
    """From / to the home page in the reader's language; for who likes data better, to the description of the data set."""
    headers = {"Vary": "Accept, Accept-Language", "Link": DESCRIBED_BY}
    if choose(request.headers.get("accept"), ["text/html", *GRAPH_TYPES]) != "text/html":
        return RedirectResponse(WELL_KNOWN, 303, headers)
    language = language_for(request)
    return RedirectResponse(f"/{language}/", 303, headers)


async def home(request: Request, atlas: Atlas, language: str) -> Response:
    """The home page."""
    outline, services, partners = await asyncio.gather(
        atlas.readers.outline([], {"language": language, "opened": [], "limit": PART_LIMIT}).read_json(),
        shown(atlas, atlas.own_query("services-named"), FACT_LIMIT),
        shown(atlas, atlas.own_query("partners"), FACT_LIMIT),
    )
    known = Known(atlas, language)
    known.take(services)
    found = known.ordered(known.having("service"))
    return render(
        request,
        language,
        "home.html",
        tree=branches(outline, atlas, language, State()),
        units=outline["total"],
        services=[known.entry(each) for each in found[:LIST_LIMIT]],
        more_services=len(found) > LIST_LIMIT,
        kinds=kinds_of_engagement(partners, atlas, language),
        tags={tag: questions[:QUESTION_LIMIT] for tag, questions in by_tag(atlas.library).items()},
        questions=len(atlas.library),
        cut=services.cut or partners.cut,
    )


def kinds_of_engagement(answer: Shown, atlas: Atlas, language: str) -> tuple[Kind, ...]:
    """The partners of engagements under each kind, with its notes: they say what is an example only."""
    known = Known(atlas, language)
    known.take(answer)
    partners: dict[str, list[str]] = {}
    for place in known.ordered(known.having("kind")):
        for kind in known.of(place, "kind"):
            partners.setdefault(kind, []).append(place)
    return tuple(
        Kind(
            known.entry(kind, noted=True) if kind else None,
            tuple(map(known.entry, partners[kind][:LIST_LIMIT])),
            len(partners[kind]) > LIST_LIMIT,
        )
        for kind in (*known.ordered(each for each in partners if each), *([""] if "" in partners else []))
    )
