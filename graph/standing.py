"""Where a thing stands among others: what it is part of, up to the top, what is beside it and what is inside it.

https://www.w3.org/TR/skos-reference/#semantic-relations and https://www.w3.org/TR/vocab-org/
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import chain, islice

import pyoxigraph as ox

from orgatlas.graph.folding import folded
from orgatlas.graph.hierarchy import Hierarchy
from orgatlas.graph.labels import best_of, identifier_of, names_of
from orgatlas.graph.store import MemoryStore
from orgatlas.graph.vocabulary import LANGUAGES, name

RELATIONS = (
    (name("skos:broader"), name("skos:narrower")),
    (name("schema:containedInPlace"), name("schema:containsPlace")),
    (name("oa:hasSource"), None),
    (name("dct:isPartOf"), name("dct:hasPart")),
)
"""The properties by which things are part of others, each with the one that says the reverse, if there is one."""


HIGHEST, SEEN = 12, 500
"""Steps that are taken upwards, and things beside or inside another that are looked at."""

SHOWN = 12
"""Things beside or inside another that are told of."""


@dataclass(frozen=True, slots=True)
class Some:
    """A few of some things, and how many there are in all."""

    iris: tuple[str, ...] = ()
    total: int = 0


@dataclass(frozen=True, slots=True)
class Standing:
    """What a thing is part of, from the top; what is beside it, itself among them; and what is inside it.

    `higher` is how many wholes are above those, and `also` are direct wholes that are not among them.
    """

    above: tuple[str, ...] = ()
    higher: int = 0
    also: tuple[str, ...] = ()
    beside: Some = Some()
    inside: Some = Some()


def standing(store: MemoryStore, hierarchy: Hierarchy, iri: str, language: str) -> Standing:
    """Where a thing stands; nowhere in particular if nothing says that it is part of anything, or anything of it."""
    if iri in hierarchy:
        *above, _ = hierarchy.path(iri)
        beside = hierarchy.parts(above[-1] if above else None, language)
        shown, wholes = above[-HIGHEST:], hierarchy.wholes[iri]
        also = tuple(each for each in wholes if above and each != above[-1])[:SHOWN]
        parts = _around(hierarchy.parts(iri, language), None)
        return Standing(tuple(shown), len(above) - len(shown), also, _around(beside, iri), parts)
    for up, down in RELATIONS:
        above = _above(store, iri, up, down)
        inside = _ordered(store, _related(store, iri, down, up), language)
        if above or inside:
            beside = _ordered(store, _related(store, above[-1], down, up), language) if above else []
            direct = sorted(each for each in _related(store, iri, up, down) if each not in (iri, *above))
            return Standing(tuple(above), 0, tuple(direct[:SHOWN]), _around(beside, iri), _around(inside, None))
    return Standing()


def _above(store: MemoryStore, iri: str, up: ox.NamedNode, down: ox.NamedNode | None) -> list[str]:
    """The way from the top down to a thing, without it; where there are several, the first in the order of IRIs."""
    found: list[str] = []
    while len(found) < HIGHEST:
        wholes = sorted(
            each for each in _related(store, found[-1] if found else iri, up, down) if each not in (iri, *found)
        )
        # A whole that others of them are part of is further up.
        near = [
            each
            for each in wholes
            if not any(each in _related(store, other, up, down) for other in wholes if other != each)
        ]
        if not wholes:
            break
        found.append((near or wholes)[0])
    return found[::-1]


def _related(store: MemoryStore, iri: str, there: ox.NamedNode | None, back: ox.NamedNode | None) -> set[str]:
    """What a thing is related to by one property, or by the reverse of another."""
    node = ox.NamedNode(iri)
    said = (quad.object for quad in store.find(node, there, None)) if there else iter(())
    conversely = (quad.subject for quad in store.find(None, back, node)) if back else iter(())
    return {each.value for each in islice(chain(said, conversely), SEEN) if isinstance(each, ox.NamedNode)} - {iri}


def _ordered(store: MemoryStore, iris: Iterable[str], language: str) -> list[str]:
    """Things by what a reader of a language calls them; passages by their numbers."""

    def key(iri: str) -> tuple[str, str]:
        node = ox.NamedNode(iri)
        return folded(best_of(names_of(store, node), (language, *LANGUAGES)) or identifier_of(store, node) or ""), iri

    return sorted(iris, key=key)


def _around(iris: Sequence[str], centre: str | None) -> Some:
    """A few of some things, those around one of them if it is given."""
    start = max(iris.index(centre) - SHOWN // 2, 0) if centre in iris else 0
    return Some(tuple(iris[start : start + SHOWN]), len(iris))
