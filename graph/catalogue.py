"""The description of the data set, for catalogues and harvesters: what it holds, in which forms, and under which licence.

https://www.w3.org/TR/vocab-dcat-3/ and https://www.w3.org/TR/void/
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import islice
from typing import Any
from urllib.parse import urljoin

import pyoxigraph as ox

from orgatlas.graph.bundle import Bundle
from orgatlas.graph.canonical import canonical_hash, labels_for, renamed
from orgatlas.graph.dumps import Dump
from orgatlas.graph.errors import EngineFailed
from orgatlas.graph.internal import internal
from orgatlas.graph.naming import Names
from orgatlas.graph.store import MemoryStore, Query, placed
from orgatlas.graph.vocabulary import DATASET, PREFIXES, name

MEDIA = "https://www.iana.org/assignments/media-types/"
PROTOCOL = "https://www.w3.org/TR/sparql11-protocol/"
LANGUAGES = "http://publications.europa.eu/resource/authority/language/"
OF_LANGUAGE: Mapping[str, str] = {"en": "ENG", "fr": "FRA"}
"""The languages that the table of the EU, which DCAT profiles ask for, names otherwise than by their tag."""

TYPE, TITLE, DESCRIPTION = name("rdf:type"), name("dct:title"), name("dct:description")

EXAMPLES = 12
"""Resources that are named as examples."""


@dataclass(frozen=True, slots=True)
class Measured:
    """What takes long to find out of a data set, and is the same wherever it is served.

    `statistics` are triples of VoID about it, as N-Triples; `examples` are classes with how many members they have and one of
    them; `hash` is None where blank nodes are too much alike: then there is one, and nobody can wait for it.
    """

    statistics: str
    examples: tuple[tuple[str, int, str], ...]
    hash: str | None


@dataclass(frozen=True, slots=True)
class Place:
    """Where a data set is served: the address of the server's root, the digest of its edition, and since when it is this.

    `modified` is in seconds since 1970. `queried` says that somebody is there to answer queries.
    """

    root: str
    digest: str
    modified: float
    queried: bool = True


def measured(store: MemoryStore, bundle: Bundle) -> Measured:
    """Count, look for examples, and digest all that is stated."""
    dataset = ox.NamedNode(bundle.base + DATASET)
    counted = [triple for each in ("statistics", "partitions") for triple in _counted(dataset, store, each)]
    statistics = ox.serialize(counted, format=ox.RdfFormat.N_TRIPLES) or b""
    try:
        digest = canonical_hash(store.stated())
    except EngineFailed:
        digest = None
    return Measured(statistics.decode(), tuple(_examples(store, bundle)), digest)


def catalogued(
    store: MemoryStore, bundle: Bundle, measures: Measured, place: Place, dumps: Iterable[Dump]
) -> list[ox.Triple]:
    """What there is to say of the data set, in an order that never changes; blank nodes have canonical labels."""
    dataset = ox.NamedNode(bundle.base + DATASET)
    triples = dict.fromkeys(
        (
            *_document(dataset, bundle, place),
            *_stated(dataset, store),
            *_dataset(dataset, store, bundle, measures, place),
            *_statistics(dataset, measures),
            *(triple for dump in dumps for triple in _distribution(dataset, dump, bundle, place)),
            *(_service(dataset, place) if place.queried else ()),
        )
    )
    quads = [placed(triple) for triple in triples]
    quads = list(renamed(quads, labels_for(quads)))
    order = {triple.subject: number for number, triple in reversed(list(enumerate(triples)))}
    last = len(order)
    return sorted(
        (quad.triple for quad in quads),
        key=lambda triple: (
            order.get(triple.subject, last),
            str(triple.subject),
            triple.predicate != TYPE,
            *map(str, triple),
        ),
    )


def _document(dataset: ox.NamedNode, bundle: Bundle, place: Place) -> Iterator[ox.Triple]:
    document = ox.NamedNode(urljoin(place.root, ".well-known/void"))
    yield ox.Triple(document, TYPE, name("void:DatasetDescription"))
    yield ox.Triple(document, name("foaf:primaryTopic"), dataset)
    for language, text in bundle.manifest.name.items():
        yield ox.Triple(document, TITLE, ox.Literal(text, language=language))


def _stated(dataset: ox.NamedNode, store: MemoryStore) -> Iterator[ox.Triple]:
    """What the graph itself says of the data set: its title, its sources, what it leaves open."""
    yield from sorted({quad.triple for quad in store.find(dataset, None, None)}, key=str)


def _dataset(
    dataset: ox.NamedNode, store: MemoryStore, bundle: Bundle, measures: Measured, place: Place
) -> Iterator[ox.Triple]:
    yield ox.Triple(dataset, TYPE, name("dcat:Dataset"))
    yield ox.Triple(dataset, TYPE, name("void:Dataset"))
    said = {quad.predicate for quad in store.find(dataset, None, None)}
    wordings = ((TITLE, bundle.manifest.name), (DESCRIPTION, bundle.manifest.notice or bundle.manifest.name))
    for predicate, texts in wordings:
        if predicate not in said:
            for language, text in texts.items():
                yield ox.Triple(dataset, predicate, ox.Literal(text, language=language))
    for predicate, iri in (
        (name("dct:license"), bundle.manifest.licence),
        (name("dct:publisher"), bundle.manifest.publisher),
    ):
        if iri and predicate not in said:
            yield ox.Triple(dataset, predicate, ox.NamedNode(bundle.resolve(iri)))
    if bundle.manifest.publisher:
        publisher = ox.NamedNode(bundle.resolve(bundle.manifest.publisher))
        yield ox.Triple(publisher, TYPE, name("foaf:Agent"))
        for quad in store.find(publisher, name("rdfs:label"), None):
            yield ox.Triple(publisher, name("foaf:name"), quad.object)
    for tag in bundle.manifest.languages:
        code = OF_LANGUAGE.get(tag)
        yield ox.Triple(dataset, name("dct:language"), ox.NamedNode(LANGUAGES + code) if code else ox.Literal(tag))
    yield ox.Triple(dataset, name("dct:modified"), ox.Literal(_time(place), datatype=name("xsd:dateTime")))
    yield ox.Triple(dataset, name("dcat:version"), ox.Literal(place.digest))
    yield ox.Triple(dataset, name("dcat:landingPage"), ox.NamedNode(urljoin(place.root, "en/dataset")))
    yield ox.Triple(dataset, name("void:uriSpace"), ox.Literal(bundle.base))
    if place.queried:
        yield ox.Triple(dataset, name("void:sparqlEndpoint"), ox.NamedNode(urljoin(place.root, "sparql")))
    for ontology in store.find(None, TYPE, name("owl:Ontology")):
        yield ox.Triple(dataset, name("dct:conformsTo"), ontology.subject)
    shown = dict.fromkeys(example for _, _, example in measures.examples if "#" not in example)
    for example in islice(shown, EXAMPLES):
        yield ox.Triple(dataset, name("void:exampleResource"), ox.NamedNode(example))
    if measures.hash is None:
        return
    checksum = ox.NamedNode(f"{dataset.value}#rdfc-1.0")
    yield ox.Triple(dataset, name("spdx:checksum"), checksum)
    yield ox.Triple(checksum, TYPE, name("spdx:Checksum"))
    yield ox.Triple(checksum, name("spdx:algorithm"), name("spdx:checksumAlgorithm_sha256"))
    yield ox.Triple(checksum, name("spdx:checksumValue"), ox.Literal(measures.hash, datatype=name("xsd:hexBinary")))
    for language, text in HASHED.items():
        yield ox.Triple(checksum, name("rdfs:comment"), ox.Literal(text, language=language))


def _time(place: Place) -> str:
    return datetime.fromtimestamp(int(place.modified), UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


HASHED = {
    "en": "Of all that is stated, as canonical N-Quads (RDFC-1.0).",
    "fr": "De tout ce qui est énoncé, en N-Quads canoniques (RDFC-1.0).",
}


def _statistics(dataset: ox.NamedNode, measures: Measured) -> Iterator[ox.Triple]:
    """Numbers, and the vocabularies that classes and properties belong to."""
    found = [quad.triple for quad in ox.parse(measures.statistics, format=ox.RdfFormat.N_TRIPLES)]
    yield from found
    terms = {triple.object for triple in found if triple.predicate in (name("void:class"), name("void:property"))}
    used = {term.value for term in terms if isinstance(term, ox.NamedNode)}
    for namespace in sorted(PREFIXES.values()):
        if any(iri.startswith(namespace) for iri in used):
            yield ox.Triple(dataset, name("void:vocabulary"), ox.NamedNode(namespace))


def _counted(dataset: ox.NamedNode, store: MemoryStore, statistic: str) -> list[ox.Triple]:
    answer = store.query(Query(internal(statistic), values={"dataset": dataset}, whole=True)).results
    assert isinstance(answer, ox.QueryTriples)
    return list(answer)


def _examples(store: MemoryStore, bundle: Bundle) -> list[tuple[str, int, str]]:
    """The classes that have members below the base, those with most first: the IRI, how many, and one of them."""
    answer = store.query(Query(internal("examples"), values={"base": ox.Literal(bundle.base)}, whole=True)).results
    assert isinstance(answer, ox.QuerySolutions)
    return [(row["class"].value, int(row["members"].value), row["example"].value) for row in answer]


def _distribution(dataset: ox.NamedNode, dump: Dump, bundle: Bundle, place: Place) -> Iterator[ox.Triple]:
    address = ox.NamedNode(urljoin(place.root, f"dumps/{dump.file}"))
    node = ox.NamedNode(f"{dataset.value}#{dump.file}")
    yield ox.Triple(dataset, name("dcat:distribution"), node)
    yield ox.Triple(dataset, name("void:dataDump"), address)
    yield ox.Triple(node, TYPE, name("dcat:Distribution"))
    for language, text in dump.title.items():
        yield ox.Triple(node, TITLE, ox.Literal(text, language=language))
    yield ox.Triple(node, name("dcat:accessURL"), ox.NamedNode(urljoin(place.root, "dumps/")))
    yield ox.Triple(node, name("dcat:downloadURL"), address)
    yield ox.Triple(node, name("dcat:mediaType"), ox.NamedNode(MEDIA + dump.media_type.partition(";")[0]))
    if dump.compressed:
        yield ox.Triple(node, name("dcat:compressFormat"), ox.NamedNode(MEDIA + "application/gzip"))
    if dump.profile:
        yield ox.Triple(node, name("dct:conformsTo"), ox.NamedNode(dump.profile))
    if bundle.manifest.licence:
        yield ox.Triple(node, name("dct:license"), ox.NamedNode(bundle.resolve(bundle.manifest.licence)))


def _service(dataset: ox.NamedNode, place: Place) -> Iterator[ox.Triple]:
    service = ox.NamedNode(urljoin(place.root, "sparql"))
    yield ox.Triple(service, TYPE, name("dcat:DataService"))
    yield ox.Triple(service, TITLE, ox.Literal("SPARQL", language="en"))
    yield ox.Triple(service, TITLE, ox.Literal("SPARQL", language="fr"))
    yield ox.Triple(service, name("dcat:endpointURL"), service)
    yield ox.Triple(service, name("dcat:endpointDescription"), service)
    yield ox.Triple(service, name("dct:conformsTo"), ox.NamedNode(PROTOCOL))
    yield ox.Triple(service, name("dcat:servesDataset"), dataset)


def summary(store: MemoryStore, bundle: Bundle, measures: Measured, place: Place) -> dict[str, Any]:
    """What a page shows of the data set: what is `said` of it, `numbers`, `classes` with examples, its `hash`."""
    names = Names(store, bundle)
    dataset = ox.NamedNode(bundle.base + DATASET)
    numbers = {
        str(triple.predicate.value).rpartition("#")[2]: int(triple.object.value)
        for triple in _statistics(dataset, measures)
        if triple.subject == dataset and isinstance(triple.object, ox.Literal)
    }
    said: dict[str, list[dict[str, str]]] = {}
    for triple in _stated(dataset, store):
        if isinstance(triple.object, ox.Literal) and triple.object.language:
            words = {triple.object.language: triple.object.value}
            said.setdefault(triple.predicate.value, []).append(words)
    return {
        "iri": dataset.value,
        "said": said,
        "numbers": numbers,
        "publisher": names.of(ox.NamedNode(bundle.resolve(bundle.manifest.publisher)))
        if bundle.manifest.publisher
        else {},
        "classes": [
            {
                "iri": iri,
                "label": names.of(ox.NamedNode(iri)),
                "members": members,
                "example": example,
                "called": names.of(ox.NamedNode(example)),
            }
            for iri, members, example in measures.examples
        ],
        "sources": [
            {"iri": quad.object.value, "label": names.of(quad.object) or _titles(store, quad.object)}
            for quad in sorted(store.find(dataset, name("dct:source"), None), key=str)
            if isinstance(quad.object, ox.NamedNode) and quad.graph_name == ox.DefaultGraph()
        ],
        "hash": measures.hash,
        "modified": _time(place),
    }


def _titles(store: MemoryStore, thing: ox.NamedNode) -> dict[str, str]:
    titles = (quad.object for quad in store.find(thing, TITLE, None))
    return {each.language or "": each.value for each in titles if isinstance(each, ox.Literal)}
