"""RDF/XML that is XML: the engine's own is none where the end of an IRI cannot be the name of an element.

https://www.w3.org/TR/rdf-syntax-grammar/
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from itertools import groupby
from typing import IO
from xml.sax.saxutils import escape, quoteattr

import pyoxigraph as ox

from orgatlas.graph.errors import Inexpressible
from orgatlas.graph.vocabulary import PREFIXES, name

TYPE = name("rdf:type")
RDF, XSD = PREFIXES["rdf"], PREFIXES["xsd"]

_START = (
    r"A-Z_a-z\xC0-\xD6\xD8-\xF6\xF8-\u02FF\u0370-\u037D\u037F-\u1FFF\u200C\u200D\u2070-\u218F\u2C00-\u2FEF"
    r"\u3001-\uD7FF\uF900-\uFDCF\uFDF0-\uFFFD\U00010000-\U000EFFFF"
)
XML_NAME = re.compile(rf"[{_START}][{_START}.0-9\xB7\u0300-\u036F\u203F\u2040-]*$")
"""What an element can be called, at the end of an IRI: https://www.w3.org/TR/xml-names/#NT-NCName"""

SYNTAX = {
    RDF + each for each in ("Description", "ID", "RDF", "about", "datatype", "li", "nodeID", "parseType", "resource")
}
SYNTAX |= {RDF + each for each in ("aboutEach", "aboutEachPrefix", "bagID")}
"""What RDF/XML uses itself, so that no property or class can be called so."""

NOT_XML = re.compile(r"[\x00-\x08\x0B\x0C\x0E-\x1F\uFFFE\uFFFF]")

Prefixes = Mapping[str, str]
Term = ox.NamedNode | ox.BlankNode | ox.Literal | ox.Triple


def write_rdfxml(triples: Iterable[ox.Triple], output: IO[bytes], prefixes: Prefixes) -> None:
    """Write triples, those of a subject together. Raises Inexpressible for what it cannot say, before anything is written."""
    found = list(triples)
    for text in _rdfxml(found, _element_names(found, prefixes)):
        output.write(text.encode())


def _element_names(triples: Iterable[ox.Triple], prefixes: Prefixes) -> dict[str, tuple[str, str]]:
    """The names and namespaces of properties and classes as elements; raises Inexpressible for what cannot be said."""
    spaces = {space: prefix for prefix, space in prefixes.items() if prefix and not prefix.lower().startswith("xml")}
    spaces[RDF] = "rdf"
    names: dict[str, tuple[str, str]] = {}
    for triple in triples:
        value = triple.object
        if isinstance(value, ox.Triple) or (
            isinstance(value, ox.Literal) and (value.direction or NOT_XML.search(value.value))
        ):
            raise Inexpressible("RDF/XML", str(value))
        for node in (triple.predicate, value) if triple.predicate == TYPE else (triple.predicate,):
            if not isinstance(node, ox.NamedNode) or node.value in names:
                continue
            if (found := XML_NAME.search(node.value)) and node.value not in SYNTAX:
                space = node.value[: found.start()]
                prefix = spaces.setdefault(space, _free(spaces.values()))
                names[node.value] = f"{prefix}:{found[0]}", space
            elif node == triple.predicate:
                raise Inexpressible("RDF/XML", f"the property {node}")
    return names


def _free(taken: Iterable[str]) -> str:
    held = set(taken)
    return next(each for number in range(1, len(held) + 2) if (each := f"ns{number}") not in held)


def _rdfxml(triples: Iterable[ox.Triple], names: Mapping[str, tuple[str, str]]) -> Iterator[str]:
    spaces = {name.partition(":")[0]: space for name, space in names.values()} | {"rdf": RDF}
    yield '<?xml version="1.0" encoding="UTF-8"?>\n<rdf:RDF'
    yield from (f"\n  xmlns:{prefix}={quoteattr(space)}" for prefix, space in sorted(spaces.items()))
    yield ">\n"
    for subject, said in groupby(triples, key=lambda triple: triple.subject):
        first, *others = said
        kind = first.object.value if first.predicate == TYPE and isinstance(first.object, ox.NamedNode) else ""
        element = names[kind][0] if kind in names else "rdf:Description"
        yield f"\n<{element} {_reference(subject, 'rdf:about')}>\n"
        for triple in others if kind in names else (first, *others):
            yield f"  {_property(names[triple.predicate.value][0], triple.object)}\n"
        yield f"</{element}>\n"
    yield "\n</rdf:RDF>\n"


def _property(element: str, value: Term) -> str:
    if not isinstance(value, ox.Literal):
        return f"<{element} {_reference(value, 'rdf:resource')}/>"
    attribute = ""
    if value.language:
        attribute = f" xml:lang={quoteattr(value.language)}"
    elif value.datatype.value != XSD + "string":
        attribute = f" rdf:datatype={quoteattr(value.datatype.value)}"
    # A reader of XML takes a bare carriage return for a line feed.
    return f"<{element}{attribute}>{escape(value.value, {chr(13): '&#13;'})}</{element}>"


def _reference(node: Term, attribute: str) -> str:
    if isinstance(node, ox.BlankNode):
        return f'rdf:nodeID="{node.value}"'
    assert isinstance(node, ox.NamedNode)
    return f"{attribute}={quoteattr(node.value)}"
