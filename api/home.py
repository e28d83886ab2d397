"""The home page: what there is, as units in a tree, services, countries and questions, each a link to its answer."""

import asyncio
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from urllib.parse import unquote

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from orgatlas.api.addresses import DESCRIBED_BY, WELL_KNOWN
from orgatlas.api.answers import Binding, Shown, shown
from orgatlas.api.atlas import Atlas
from orgatlas.api.languages import LANGUAGES, Wording, folded
from orgatlas.api.library import by_tag
from orgatlas.api.negotiation import choose
from orgatlas.api.pages import language_for, render, resource_url
from orgatlas.api.sparql import GRAPH_TYPES

LIST_LIMIT = 200
"""Members of one list that the page shows."""

TREE_LIMIT = 1000
DEPTH_LIMIT = 20
"""Units, and levels below each other, that the tree shows."""

FACT_LIMIT = 20_000
"""Rows of an answer that are looked at."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A thing in a list: its name, the address of what is known of it, and words beside it."""

    name: Wording
    url: str | None = None
    beside: tuple[Wording, ...] = ()


@dataclass(frozen=True, slots=True)
class Listing:
    """Things, as many as a page holds, and how many more there are."""

    entries: tuple[Entry, ...]
    more: int = 0


@dataclass(frozen=True, slots=True)
class Node:
    """A unit with what is directly inside it."""

    entry: Entry
    children: tuple["Node", ...] = ()
    more: int = 0


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of engagement with what is noted about it and its partners; no name where no kind is stated."""

    name: Wording | None
    notes: tuple[Wording, ...]
    partners: Listing


@dataclass(slots=True)
class Facts:
    """What is known of a thing so far: every text of the graph under its language."""

    names: list[Wording] = field(default_factory=list)
    notes: list[Wording] = field(default_factory=list)
    related: dict[str, None] = field(default_factory=dict)
    rank: int = 0


async def entrance(request: Request, _: Atlas) -> Response:
    """From / to the home page in the reader's language; for who likes data better, to the description of the data set."""
    headers = {"Vary": "Accept, Accept-Language", "Link": DESCRIBED_BY}
    if choose(request.headers.get("accept"), ["text/html", *GRAPH_TYPES]) != "text/html":
        return RedirectResponse(WELL_KNOWN, 303, headers)
    language = language_for(request)
    return RedirectResponse(f"/{language}/", 303, headers)


async def home(request: Request, atlas: Atlas, language: str) -> Response:
    """The home page."""
    units, services, countries = await asyncio.gather(
        *(shown(atlas, atlas.own_query(f"home-{name}"), FACT_LIMIT) for name in ("units", "services", "countries"))
    )
    roots, more = unit_tree(units, atlas, language)
    return render(
        request,
        language,
        "home.html",
        roots=roots,
        more=more,
        services=service_list(services, atlas, language),
        kinds=kinds_of_engagement(countries, atlas, language),
        tags=by_tag(atlas.library),
        cut=units.cut or services.cut or countries.cut,
    )


def unit_tree(answer: Shown, atlas: Atlas, language: str) -> tuple[tuple[Node, ...], int]:
    """The units as trees, and how many roots were left out.

    Every unit is below some root: one without a parent is a root, and so is one of a circle. A unit with two
    parents stands below both, with its parts below the first alone; that also ends every circle.
    """
    units: defaultdict[str, Facts] = defaultdict(Facts)
    levels: defaultdict[str, list[Wording]] = defaultdict(list)
    for row in answer.rows:
        iri = row["unit"]["value"]
        _take(units[iri], row, related="parent")
        levels[iri] += _wordings(row, "levelLabel")
        if rank := re.fullmatch(r"[0-9]{1,9}", row.get("rank", {}).get("value", "")):
            units[iri].rank = int(rank[0])
    ordered = sorted(units, key=lambda iri: (units[iri].rank, *_order(iri, _name(iri, units, language))))
    parts: defaultdict[str, list[str]] = defaultdict(list)
    for iri in ordered:
        for parent in units[iri].related:
            if parent != iri:
                parts[parent].append(iri)
    tops = _tops(ordered, parts, units)
    drawn: set[str] = set()

    def node(iri: str, depth: int) -> Node:
        beside = _best(levels[iri], language)
        entry = Entry(_name(iri, units, language), resource_url(atlas, language, iri), (beside,) if beside else ())
        if iri in drawn:
            return Node(entry)
        drawn.add(iri)
        inside = parts[iri]
        children: list[Node] = []
        for part in inside[:LIST_LIMIT]:
            if depth == DEPTH_LIMIT or len(drawn) >= TREE_LIMIT:
                break
            children.append(node(part, depth + 1))
        return Node(entry, tuple(children), len(inside) - len(children))

    return tuple(node(iri, 1) for iri in tops[:LIST_LIMIT]), max(len(tops) - LIST_LIMIT, 0)


def _tops(ordered: Iterable[str], parts: Mapping[str, list[str]], units: Mapping[str, Facts]) -> list[str]:
    """Units from which every unit can be reached downwards: those without a parent, then one of each circle left."""
    reached: set[str] = set()
    tops: list[str] = []
    alone = [iri for iri in ordered if not set(units[iri].related) & units.keys() - {iri}]
    for iri in (*alone, *ordered):
        if iri not in reached:
            tops.append(iri)
            waiting = [iri]
            while waiting:
                if (each := waiting.pop()) not in reached:
                    reached.add(each)
                    waiting += parts.get(each, [])
    return tops


def service_list(answer: Shown, atlas: Atlas, language: str) -> Listing:
    """The services with who provides each, unless one and the same provides them all."""
    services: defaultdict[str, Facts] = defaultdict(Facts)
    providers: defaultdict[str, Facts] = defaultdict(Facts)
    for row in answer.rows:
        _take(services[row["service"]["value"]], row, related="provider")
        if "provider" in row:
            providers[row["provider"]["value"]].names += _wordings(row, "providerLabel")
    names = {iri: _name(iri, providers, language) for iri in providers}
    beside = {
        iri: tuple(names[provider] for provider in facts.related) if len(providers) > 1 else ()
        for iri, facts in services.items()
    }
    return _listing(services, atlas, language, beside)


def kinds_of_engagement(answer: Shown, atlas: Atlas, language: str) -> tuple[Kind, ...]:
    """The partners of engagements under each kind, with its notes: they say what is an example only."""
    things: defaultdict[str, Facts] = defaultdict(Facts)
    partners: defaultdict[str, dict[str, None]] = defaultdict(dict)
    for row in answer.rows:
        kind, place = (row.get(name, {}).get("value", "") for name in ("kind", "place"))
        _take(things[place or kind], row)
        if place and "label" not in row:
            partners[kind][place] = None
    kinds = sorted(partners, key=lambda iri: (not iri, *_order(iri, _name(iri, things, language))))
    return tuple(
        Kind(
            _name(iri, things, language) if iri else None,
            _notes(things[iri], language),
            _listing({place: things[place] for place in partners[iri]}, atlas, language),
        )
        for iri in kinds
    )


def _listing(
    things: Mapping[str, Facts],
    atlas: Atlas,
    language: str,
    beside: Mapping[str, tuple[Wording, ...]] | None = None,
) -> Listing:
    names = {iri: _name(iri, things, language) for iri in things}
    ordered = sorted(names, key=lambda iri: _order(iri, names[iri]))
    entries = (
        Entry(names[iri], resource_url(atlas, language, iri), (beside or {}).get(iri, ()))
        for iri in ordered[:LIST_LIMIT]
    )
    return Listing(tuple(entries), max(len(ordered) - LIST_LIMIT, 0))


def _take(facts: Facts, row: Binding, related: str = "") -> None:
    facts.names += _wordings(row, "label")
    facts.notes += _wordings(row, "note")
    if related in row:
        facts.related[row[related]["value"]] = None


def _wordings(row: Binding, column: str) -> Iterator[Wording]:
    if column in row:
        yield Wording(row[column]["value"], row[column].get("xml:lang"))


def _name(iri: str, things: Mapping[str, Facts], language: str) -> Wording:
    """The name of a thing, else the last part of its IRI."""
    best = _best(things[iri].names, language)
    return best or Wording(unquote(re.split(r"[/#]", iri.rstrip("/#"))[-1]) or iri)


def _best(wordings: Iterable[Wording], language: str) -> Wording | None:
    preferred = (language, *LANGUAGES)

    def order(wording: Wording) -> tuple[int, str]:
        known = wording.language in preferred
        return (preferred.index(wording.language or "") if known else len(preferred), wording.text)

    return min(wordings, key=order, default=None)


def _notes(facts: Facts, language: str) -> tuple[Wording, ...]:
    """The notes in the language of the page, else those there are."""
    own = [note for note in facts.notes if note.language == language]
    return tuple(sorted(set(own or facts.notes), key=lambda note: note.text))


def _order(iri: str, name: Wording) -> tuple[str, str]:
    return folded(name.text), iri
