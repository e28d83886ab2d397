"""Terms and triples of pyoxigraph as rdflib's, and back: for what only rdflib can do.

Term by term and not through a document, because rdflib's parsers rewrite literals ("01" becomes "1").
https://www.w3.org/TR/rdf11-concepts/#section-triples
"""

from collections.abc import Iterable
from typing import TYPE_CHECKING

import pyoxigraph
from pyoxigraph import BlankNode, NamedNode, Triple

from orgatlas.graph.errors import EngineFailed, shortened

if TYPE_CHECKING:
    import rdflib
    from rdflib.term import Node

XSD_STRING = "http://www.w3.org/2001/XMLSchema#string"


def to_rdflib(triples: Iterable[Triple]) -> "rdflib.Graph":
    """A new rdflib graph of these triples."""
    import rdflib

    graph = rdflib.Graph()
    for triple in triples:
        graph.add((_to_node(triple.subject), _to_node(triple.predicate), _to_node(triple.object)))
    return graph


def from_rdflib(graph: "rdflib.Graph") -> list[Triple]:
    """The triples of an rdflib graph; ValueError where a term is none of RDF 1.1's."""
    found = []
    for subject, predicate, value in graph:
        start, link = _from_node(subject), _from_node(predicate)
        if isinstance(start, pyoxigraph.Literal) or not isinstance(link, NamedNode):
            raise ValueError(f"{start} {link} can not begin a triple")
        found.append(Triple(start, link, _from_node(value)))
    return found


def _to_node(term: NamedNode | BlankNode | pyoxigraph.Literal | Triple) -> "Node":
    import rdflib

    match term:
        case NamedNode(value=iri):
            return rdflib.URIRef(iri)
        case BlankNode(value=label):
            return rdflib.BNode(label)
        case pyoxigraph.Literal() if term.direction is None:
            datatype = None if term.language or term.datatype.value == XSD_STRING else term.datatype.value
            return rdflib.Literal(
                term.value,
                lang=term.language,
                datatype=rdflib.URIRef(datatype) if datatype else None,
                normalize=False,
            )
    raise EngineFailed(f"rdflib knows RDF 1.1 only, and has no place for {shortened(str(term))}")


def _from_node(node: "Node") -> NamedNode | BlankNode | pyoxigraph.Literal:
    import rdflib

    match node:
        case rdflib.URIRef():
            return NamedNode(str(node))
        case rdflib.BNode():
            return BlankNode(str(node))
        case rdflib.Literal(language=str(language)):
            return pyoxigraph.Literal(str(node), language=language)
        case rdflib.Literal():
            return pyoxigraph.Literal(str(node), datatype=NamedNode(str(node.datatype or XSD_STRING)))
        case _:
            raise ValueError(f"{node!r} is not a term of RDF 1.1")
