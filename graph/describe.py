"""The description of a resource: what is said of it, what points to it, what all that is called, and where it is stated.

https://www.w3.org/TR/cooluris/ (what an identifier leads to) and https://www.w3.org/TR/rdf11-mt/#reification

A description is a document of its own. Its statements stand in their graphs where a form can name graphs, and in every form
each has a part of the document that says which graph states it: a passage, an authority, or the graph of what follows.
"""

import csv
import hashlib
import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from itertools import islice
from typing import Any

import pyoxigraph as ox

from orgatlas.graph.bundle import Bundle
from orgatlas.graph.canonical import labels_for, mentions_blank_node, renamed
from orgatlas.graph.context import Context, write_jsonld
from orgatlas.graph.directory import Directory
from orgatlas.graph.errors import UnknownResource
from orgatlas.graph.formats import GraphFormat
from orgatlas.graph.internal import internal
from orgatlas.graph.rdfxml import write_rdfxml
from orgatlas.graph.store import UNNAMED, MemoryStore, Query, Term
from orgatlas.graph.vocabulary import DATASET, INFERRED_GRAPH, name

LIMITS: Mapping[str, int] = {"own": 5000, "incoming": 1000, "using": 1000, "inside": 1000}
"""Statements of each role that a description holds; queries/internal/describe.rq asks for one more."""

FRAGMENTS = 200
"""Parts of a document, named by # and more, that are described with it."""

NESTED = 1000
"""Statements of blank nodes that a description holds."""

OWN_FIRST = ("own", "inside", "using", "incoming", "name", "graph")
"""The roles, in the order in which a reader wants them."""

TYPE, STATEMENT = name("rdf:type"), name("rdf:Statement")
SUBJECT, PREDICATE, OBJECT = name("rdf:subject"), name("rdf:predicate"), name("rdf:object")
SOURCE, LICENSE, PART_OF = name("dct:source"), name("dct:license"), name("dct:isPartOf")
TOPIC, DOCUMENT = name("foaf:primaryTopic"), name("foaf:Document")

COLUMNS = ("subject", "predicate", "object", "language", "datatype", "graph", "status")
"""The columns of a description as a table."""


@dataclass(frozen=True, slots=True)
class Said:
    """A statement with why it is in a description, and the graph that states it, None where it is in no named graph."""

    role: str
    triple: ox.Triple
    graph: ox.NamedNode | None


@dataclass(frozen=True, slots=True)
class Description:
    """What there is to say of a resource, in an order that never changes. `cut` says that there is more."""

    resource: ox.NamedNode
    said: tuple[Said, ...]
    cut: bool


def described(store: MemoryStore, directory: Directory, candidates: Iterable[str]) -> Description:
    """The description of the first of some IRIs that the graph speaks of, with the parts of its document.

    Raises UnknownResource.
    """
    tried = list(candidates)
    for resource in _nodes(tried):
        said, cut = _said(store, resource)
        whole = "#" not in resource.value
        parts = list(islice(directory.fragments(resource.value), FRAGMENTS + 1)) if whole else []
        for part in parts[:FRAGMENTS]:
            more, too_much = _said(store, ox.NamedNode(part))
            said |= more
            cut |= too_much
        if said:
            nested = list(islice(_nested(store, said), NESTED + 1))
            said |= dict.fromkeys(nested[:NESTED])
            cut |= len(parts) > FRAGMENTS or len(nested) > NESTED
            return Description(resource, _ordered(_labelled(said), resource), cut)
    raise _unknown(tried, directory)


def known(store: MemoryStore, directory: Directory, candidates: Iterable[str]) -> str:
    """The first of some IRIs that the graph speaks of, or that name a document with parts. Raises UnknownResource."""
    tried = list(candidates)
    for node in _nodes(tried):
        if (
            any(
                next(store.find(*pattern), None)
                for pattern in ((node, None, None), (None, None, node), (None, node, None))
            )
            or any(True for _ in store.quads_of(node))
            or next(directory.fragments(node.value), None)
        ):
            return node.value
    raise _unknown(tried, directory)


def _nodes(iris: Iterable[str]) -> Iterator[ox.NamedNode]:
    """Those that are IRIs: what a client sent may be none."""
    for iri in iris:
        with suppress(ValueError):
            yield ox.NamedNode(iri)


def _unknown(tried: Sequence[str], directory: Directory) -> UnknownResource:
    """Nothing was found; what is like the likeliest may be meant."""
    return UnknownResource(tried[0], directory.nearest(tried[0])) if tried else UnknownResource("", ())


def _said(store: MemoryStore, resource: ox.NamedNode) -> tuple[dict[Said, None], bool]:
    """The rows of the query, and whether it was cut; names only of what is spoken of in what is left."""
    results = store.query(Query(internal("describe"), values={"resource": resource}, whole=True)).results
    assert isinstance(results, ox.QuerySolutions)
    counts, said, names = dict.fromkeys(LIMITS, 0), dict[Said, None](), list[Said]()
    for row in results:
        role = row["role"].value
        each = Said(role, ox.Triple(row["subject"], row["predicate"], row["object"]), row["graph"])
        if role == "name":
            names.append(each)
        elif role not in LIMITS or counts[role] < LIMITS[role]:
            said[each] = None
        if role in LIMITS:
            counts[role] += 1
    spoken = {term for each in said for term in (*each.triple, each.graph)}
    if any(each.role in LIMITS for each in said):
        said |= dict.fromkeys(each for each in names if each.triple.subject in spoken)
    return said, any(counts[role] > LIMITS[role] for role in LIMITS)


def _nested(store: MemoryStore, said: Iterable[Said]) -> Iterator[Said]:
    """What is said of blank nodes that one comes to: only here can they be described."""
    own = (each.triple.object for each in said if each.role == "own")
    waiting = [term for term in own if isinstance(term, ox.BlankNode)]
    seen = set(waiting)
    while waiting:
        found = list(store.find(waiting.pop(), None, None))
        named = {quad.triple for quad in found if quad.graph_name != UNNAMED}
        for quad in found:
            if quad.graph_name == UNNAMED and quad.triple in named:
                continue  # it is there as part of the union
            yield Said("own", quad.triple, quad.graph_name if isinstance(quad.graph_name, ox.NamedNode) else None)
            if isinstance(quad.object, ox.BlankNode) and quad.object not in seen:
                seen.add(quad.object)
                waiting.append(quad.object)


def _labelled(said: Iterable[Said]) -> Iterable[Said]:
    """The same under labels for blank nodes that do not change from one reading of the files to the next."""
    found = list(said)
    quads = [_placed(each.triple, each.graph) for each in found]
    if not any(map(mentions_blank_node, quads)):
        return found
    labelled = renamed(quads, labels_for(quads))
    return [replace(each, triple=quad.triple) for each, quad in zip(found, labelled, strict=True)]


def _ordered(said: Iterable[Said], resource: ox.NamedNode) -> tuple[Said, ...]:
    """The resource itself first, types before all else; a statement that is there for two reasons once, for the first."""
    by_key = sorted(
        said,
        key=lambda each: (
            OWN_FIRST.index(each.role),
            each.triple.subject != resource,
            str(each.triple.subject),
            each.triple.predicate != TYPE,
            *map(str, each.triple),
            str(each.graph),
        ),
    )
    once: dict[tuple[ox.Triple, ox.NamedNode | None], Said] = {}
    for each in by_key:
        once.setdefault((each.triple, each.graph), each)
    return tuple(once.values())


# The description as a document.


def document(description: Description, bundle: Bundle, address: str) -> list[ox.Quad]:
    """A description as a document at an address: what is said, each statement in its graph, and what is said of it.

    Of each statement of the resource a part of the document tells the graphs that state it, as rdf:Statement has it; its
    address is a digest of the statement, and so does not change while the statement is there.
    """
    quads = [_placed(each.triple, each.graph) for each in description.said]
    place = ox.NamedNode(address)
    about = [
        ox.Quad(place, TYPE, DOCUMENT),
        ox.Quad(place, TOPIC, description.resource),
        ox.Quad(place, PART_OF, ox.NamedNode(f"{bundle.base}{DATASET}")),
    ]
    if bundle.manifest.licence:
        about.append(ox.Quad(place, LICENSE, ox.NamedNode(bundle.resolve(bundle.manifest.licence))))
    graphs: dict[ox.Triple, list[ox.NamedNode]] = {}
    for each in description.said:
        if each.role in LIMITS and each.graph is not None and not isinstance(each.triple.object, ox.Triple):
            graphs.setdefault(each.triple, []).append(each.graph)
    for triple, stating in graphs.items():
        part = ox.NamedNode(f"{address}#{_digest(triple)}")
        about += [
            ox.Quad(part, TYPE, STATEMENT),
            ox.Quad(part, SUBJECT, triple.subject),
            ox.Quad(part, PREDICATE, triple.predicate),
            ox.Quad(part, OBJECT, triple.object),
            *(ox.Quad(part, SOURCE, graph) for graph in stating),
        ]
    return [*quads, *about]


def in_form(quads: Iterable[ox.Quad], form: GraphFormat, bundle: Bundle, context: Context) -> bytes:
    """A document in a form of RDF; forms without named graphs get each triple once. Of the context it holds what it needs.

    Raises Inexpressible for what RDF/XML or JSON-LD cannot say.
    """
    found = list(quads)
    if any(map(mentions_blank_node, found)):
        found = list(renamed(found, labels_for(found)))
    if form.engine == ox.RdfFormat.JSON_LD:
        output = io.BytesIO()
        write_jsonld(found, context, output)
        return output.getvalue()
    prefixes = prefixes_of(found, bundle)
    if form.datasets:
        order = {graph: place for place, graph in enumerate(dict.fromkeys(quad.graph_name for quad in found))}
        found.sort(key=lambda quad: order[quad.graph_name])  # what stands in one graph stands together
        return ox.serialize(found, format=form.engine, prefixes=prefixes) or b""
    triples = dict.fromkeys(quad.triple for quad in found)
    if form.engine == ox.RdfFormat.RDF_XML:
        output = io.BytesIO()
        write_rdfxml(sorted(triples, key=lambda triple: str(triple.subject)), output, prefixes)
        return output.getvalue()
    return ox.serialize(triples, format=form.engine, prefixes=prefixes) or b""


def prefixes_of(quads: Iterable[ox.Quad], bundle: Bundle) -> dict[str, str]:
    """Those prefixes that are of use in some quads."""
    begun = _beginnings(quads)
    return {prefix: namespace for prefix, namespace in bundle.prefixes.items() if namespace in begun}


def _beginnings(quads: Iterable[ox.Quad]) -> set[str]:
    """What the IRIs of some quads begin with, up to each sign at which a namespace may end."""
    terms = {term for quad in quads for term in (*quad.triple, quad.graph_name)}
    iris = {term.value for term in terms if isinstance(term, ox.NamedNode)}
    iris |= {term.datatype.value for term in terms if isinstance(term, ox.Literal)}
    return {iri[: end + 1] for iri in iris for end, letter in enumerate(iri) if letter in "/#:"}


def _placed(triple: ox.Triple, graph: ox.NamedNode | None) -> ox.Quad:
    return ox.Quad(triple.subject, triple.predicate, triple.object, graph or UNNAMED)


def _digest(triple: ox.Triple) -> str:
    """16 hexadecimal digits of the SHA-256 of a statement as N-Triples has it."""
    return hashlib.sha256(str(triple).encode()).hexdigest()[:16]


# The description as a table.


def as_table(description: Description, bundle: Bundle) -> bytes:
    """A description as CSV (RFC 4180): one row for each statement and graph that states it.

    The status is stated, derived or added: by a passage, by the reasoner, by whoever else speaks in that graph.
    """
    passages = _passages(description)
    return _csv(
        (each.triple, each.graph.value if each.graph else "", _status(each.graph, passages, bundle))
        for each in description.said
        if each.role in LIMITS
    )


def triples_as_table(triples: Iterable[ox.Triple]) -> bytes:
    """Triples in the same columns; nothing is said of where they are stated."""
    return _csv((triple, "", "") for triple in triples)


def _csv(rows: Iterable[tuple[ox.Triple, str, str]]) -> bytes:
    output = io.StringIO()
    writer = csv.writer(output, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    for triple, graph, status in rows:
        language = datatype = ""
        if isinstance(triple.object, ox.Literal):
            language = triple.object.language or ""
            datatype = "" if language else triple.object.datatype.value
        writer.writerow((*map(_text, triple), language, datatype, graph, status))
    return output.getvalue().encode()


def as_rows(description: Description, bundle: Bundle) -> dict[str, Any]:
    """A description for JSON: `resource`, `cut`, and `rows` of role, status and terms as SPARQL's results write them.

    `fact` is what the statement is known by within a document, or a page.
    """
    passages = _passages(description)
    rows = [
        {
            "role": each.role,
            "status": _status(each.graph, passages, bundle),
            **{place: _json(term) for place, term in zip(("s", "p", "o"), each.triple, strict=True)},
            "graph": each.graph.value if each.graph else None,
            "fact": _digest(each.triple) if each.role in LIMITS else None,
        }
        for each in description.said
    ]
    return {"resource": description.resource.value, "cut": description.cut, "rows": rows}


def _json(term: Term) -> dict[str, str]:
    if isinstance(term, ox.NamedNode):
        return {"type": "uri", "value": term.value}
    if isinstance(term, ox.BlankNode):
        return {"type": "bnode", "value": term.value}
    if isinstance(term, ox.Literal):
        if term.language:
            return {"type": "literal", "value": term.value, "xml:lang": term.language}
        return {"type": "literal", "value": term.value, "datatype": term.datatype.value}
    return {"type": "triple", "value": str(term)}


def _passages(description: Description) -> set[Term]:
    """The graphs that are passages: those that have a source."""
    return {each.triple.subject for each in description.said if each.triple.predicate == name("oa:hasSource")}


def _text(term: Term) -> str:
    return term.value if isinstance(term, ox.NamedNode | ox.Literal) else str(term)


def _status(graph: ox.NamedNode | None, passages: set[Term], bundle: Bundle) -> str:
    if graph is not None and graph.value == bundle.base + INFERRED_GRAPH:
        return "derived"
    return "stated" if graph is None or graph in passages or bundle.plain else "added"
