"""What things are called: the names that the graph gives, by language.

https://www.w3.org/TR/skos-reference/#labels
"""

from collections.abc import Mapping
from urllib.parse import unquote

import pyoxigraph as ox

from orgatlas.graph.folding import is_seen
from orgatlas.graph.store import MemoryStore
from orgatlas.graph.vocabulary import name

NAMES = tuple(map(name, ("skos:prefLabel", "rdfs:label", "dct:title", "schema:name", "foaf:name")))
"""The properties that name things, those that are to be shown first."""

IDENTIFIER = name("dct:identifier")

LENGTH = 300
"""Characters of a name that are of use to anybody."""

Names = Mapping[str, str]
"""A name in each language; under "" the one that has none."""


def names_of(store: MemoryStore, node: ox.NamedNode) -> Names:
    """The names of a thing. Of two in one language that the same property gives, the first in the order of letters counts."""
    found: dict[str, str] = {}
    for property in NAMES:
        given = sorted(
            (quad.object.language or "", quad.object.value)
            for quad in store.find(node, property, None)
            if isinstance(quad.object, ox.Literal) and is_seen(quad.object.value)
        )
        for language, text in given:
            found.setdefault(language, text[:LENGTH])
    return found


def local_name(iri: str) -> str:
    """The last part of an IRI, for what has no name."""
    return unquote(iri.rstrip("/#").replace("#", "/").rpartition("/")[2]) or iri


def identifier_of(store: MemoryStore, node: ox.NamedNode) -> str | None:
    """The number or code by which a thing is known, of several the first in the order of letters."""
    found = (quad.object.value for quad in store.find(node, IDENTIFIER, None) if isinstance(quad.object, ox.Literal))
    return min(found, default=None)


def best_of(names: Names, languages: tuple[str, ...]) -> str:
    """The name in the first of some languages that has one, else any, else nothing."""
    return next((names[each] for each in (*languages, "", *names) if each in names), "")
