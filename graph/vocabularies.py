"""The ontology and the shapes as documents of their own, as their IRIs promise.

https://www.w3.org/TR/swbp-vocab-pub/ (recipes for publishing vocabularies)
"""

from collections.abc import Iterable, Iterator

import pyoxigraph as ox

from orgatlas.graph.bundle import Bundle, read_files
from orgatlas.graph.canonical import labels_for, renamed
from orgatlas.graph.errors import UnknownResource
from orgatlas.graph.internal import internal
from orgatlas.graph.store import UNNAMED, MemoryStore, Query, placed
from orgatlas.graph.vocabulary import VOCABULARY_GRAPH, name

TYPE, ONTOLOGY, VERSION = name("rdf:type"), name("owl:Ontology"), name("owl:versionIRI")


def ontology_triples(store: MemoryStore, bundle: Bundle, version: str | None = None) -> list[ox.Triple]:
    """The ontology, in an order that never changes: its header, its terms, the axioms about them.

    Of a bundle that is what its vocabulary states, less the concepts that are things of the bundle; of plain files, what they
    state of every term they declare; there may be none. `version` is the end of a version IRI. Raises UnknownResource where
    there is no such version.
    """
    stated = {quad.triple for quad in _vocabulary(store, bundle)}
    versions = {
        triple.object.value
        for triple in stated
        if triple.predicate == VERSION and isinstance(triple.object, ox.NamedNode)
    }
    if version is not None and not any(iri.rstrip("/").endswith(f"/{version}") for iri in versions):
        raise UnknownResource(version, sorted(versions))
    return _ordered(stated)


def shapes_triples(bundle: Bundle) -> list[ox.Triple]:
    """The shapes, in an order that never changes."""
    return _ordered({quad.triple for quad in read_files(bundle, bundle.shapes)})


def _vocabulary(store: MemoryStore, bundle: Bundle) -> Iterator[ox.Quad]:
    graph = ox.NamedNode(bundle.base + VOCABULARY_GRAPH)
    if store.has_graph(graph):
        for quad in store.quads_of(graph):
            if not (isinstance(quad.subject, ox.NamedNode) and quad.subject.value.startswith(bundle.base)):
                yield quad
        return
    results = store.query(Query(internal("declared"), values={"vocabulary": graph}, whole=True)).results
    assert isinstance(results, ox.QuerySolutions)
    headers = [quad.subject for quad in store.find(None, TYPE, ONTOLOGY)]
    waiting = [*headers, *(row["term"] for row in results)]
    seen = set(waiting)
    while waiting:
        for quad in store.find(waiting.pop(), None, None):
            if quad.graph_name != store.inferred and not _follows(store, quad):
                yield quad
                if isinstance(quad.object, ox.BlankNode) and quad.object not in seen:
                    seen.add(quad.object)
                    waiting.append(quad.object)


def _follows(store: MemoryStore, quad: ox.Quad) -> bool:
    """Whether a triple of the union is there only because it follows."""
    inferred = store.inferred is not None and placed(quad.triple, store.inferred) in store
    return quad.graph_name == UNNAMED and inferred


def _ordered(triples: Iterable[ox.Triple]) -> list[ox.Triple]:
    """The header first, then the terms by name, then what has none, under labels of its own; of each its type first."""
    quads = [placed(triple) for triple in triples]
    found = [quad.triple for quad in renamed(quads, labels_for(quads))]
    headers = {triple.subject for triple in found if triple.object == ONTOLOGY}
    return sorted(
        found,
        key=lambda triple: (
            triple.subject not in headers,
            isinstance(triple.subject, ox.BlankNode),
            str(triple.subject),
            triple.predicate != TYPE,
            *map(str, triple),
        ),
    )
