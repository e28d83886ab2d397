"""The page of services: what each is, who provides it, and whom it is for."""

from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response

from orgatlas.api.answers import shown
from orgatlas.api.atlas import Atlas
from orgatlas.api.known import FACT_LIMIT, Entry, Known, meant
from orgatlas.api.languages import Wording
from orgatlas.api.limits import first_value, query_pairs
from orgatlas.api.pages import question_file, render
from orgatlas.graph.terms import abbreviated

SERVICE_LIMIT = 100
"""Services that the page shows; queries/internal/services.rq looks for one more."""

ENTRY_LIMIT = 20
"""Providers, and audiences, of one service that the page shows."""

QUESTION = "services"
"""The question of the library that answers with the table as a file."""


@dataclass(frozen=True, slots=True)
class Service:
    """A row of the table: the service, what it is in words, who provides it, and whom it is for."""

    entry: Entry
    text: Wording
    providers: tuple[Entry, ...]
    audiences: tuple[Entry, ...]


async def services_page(request: Request, atlas: Atlas, language: str) -> Response:
    """The page; with `audience`, an IRI or a name with a prefix, only what is for that population."""
    asked = first_value(query_pairs(request), "audience")
    answer = await shown(atlas, atlas.own_query("services"), FACT_LIMIT)
    known = Known(atlas, language)
    known.take(answer)
    every = known.ordered(known.having("service"))
    audiences = known.ordered({each for service in every for each in known.of(service, "audience")})
    wanted = meant(asked, audiences, atlas)
    found = [each for each in every if not asked or wanted in known.of(each, "audience")]
    return render(
        request,
        language,
        "services.html",
        services=[_service(each, known) for each in found[:SERVICE_LIMIT]],
        cut=answer.cut or len(every) > SERVICE_LIMIT,
        choices=[(abbreviated(each, atlas.bundle.prefixes), known.name(each)) for each in audiences],
        chosen=abbreviated(wanted, atlas.bundle.prefixes) if wanted else "",
        unknown="" if wanted else asked[:300],
        file=question_file(atlas, QUESTION, lang=language),
    )


def _service(iri: str, known: Known) -> Service:
    return Service(
        known.entry(iri),
        known.text(iri, "text"),
        known.entries(known.of(iri, "provider"))[:ENTRY_LIMIT],
        known.entries(known.of(iri, "audience"))[:ENTRY_LIMIT],
    )
