"""What a search finds, as pages and scripts show it: names in words, each with the page that tells of it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from orgatlas.api.atlas import Atlas
from orgatlas.api.languages import N_, Wording, typeset
from orgatlas.api.pages import page_url, resource_url
from orgatlas.graph.search import Search

TITLES: Mapping[str, str] = {
    "unit": N_("Units"),
    "service": N_("Services"),
    "place": N_("Places"),
    "topic": N_("Topics"),
    "engagement": N_("Engagements"),
    "term": N_("Terms of the ontology"),
    "source": N_("Sources"),
    "question": N_("Questions"),
    "other": N_("Other things"),
}
"""What the things of a kind are called."""

SINGLE: Mapping[str, str] = {"term": N_("term of the ontology"), "question": N_("question")}
"""What one thing is called whose class has no name to show."""


@dataclass(frozen=True, slots=True)
class Hit:
    """A thing that was found. `matched` is the name by which it was, where that is not the one shown."""

    name: Wording
    url: str
    kind: str
    type: Wording | None
    parent: Wording | None
    matched: Wording | None


@dataclass(frozen=True, slots=True)
class Found:
    """What was found, whether that is only written much alike, and, where counted, how many things of each kind there are."""

    hits: tuple[Hit, ...]
    near: bool
    counts: Mapping[str, int]


async def find(atlas: Atlas, asked: Search) -> Found:
    """Search the edition that is there. Raises EngineFailed, Busy, QueryTimeout and ReaderLost."""
    told = await atlas.finder.find(asked)
    hits = tuple(_hit(each, atlas, asked.language) for each in told["hits"])
    return Found(hits, told["near"] and bool(hits), told.get("counts", {}))


def _hit(told: Mapping[str, Any], atlas: Atlas, language: str) -> Hit:
    name, matched = _wording(told["name"]), _wording(told["matched"])
    return Hit(
        name=name or Wording(told["iri"]),
        url=_url(told, atlas, language),
        kind=told["kind"],
        type=_wording(told["type"]),
        parent=_wording(told["parent"]),
        matched=matched,
    )


def _url(told: Mapping[str, Any], atlas: Atlas, language: str) -> str:
    if told["kind"] == "question":
        return page_url(language, "queries", told["iri"])
    if told["anchor"]:
        return f"{page_url(language, 'ns')}#{told['anchor']}"
    return resource_url(atlas, language, told["iri"]) or page_url(language, "resource", iri=told["iri"])


def _wording(told: Mapping[str, str | None] | None) -> Wording | None:
    return typeset(Wording(told["text"] or "", told["language"])) if told else None
