"""The service description: what this endpoint understands, what it holds, and what one might ask it.

https://www.w3.org/TR/sparql11-service-description/, with statistics of https://www.w3.org/TR/void/ and questions as
https://www.w3.org/TR/shacl-af/#SPARQLExecutable
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from urllib.parse import quote, urljoin

import pyoxigraph as ox

from orgatlas.graph.bundle import Bundle
from orgatlas.graph.formats import GRAPH_FORMATS
from orgatlas.graph.internal import internal
from orgatlas.graph.library import Question
from orgatlas.graph.matching import FUNCTIONS, MATCHES, RANK
from orgatlas.graph.store import MemoryStore, Query
from orgatlas.graph.syntax import verb
from orgatlas.graph.vocabulary import name

SD = "http://www.w3.org/ns/sparql-service-description#"
FORMATS = "http://www.w3.org/ns/formats/"
RESULT_FORMATS = (
    *("SPARQL_Results_JSON", "SPARQL_Results_XML", "SPARQL_Results_CSV", "SPARQL_Results_TSV"),
    *("Turtle", "N-Triples", "RDF_XML", "JSON-LD", "TriG", "N-Quads"),
)
"""https://www.w3.org/ns/formats/"""

STATISTICS = ("statistics", "partitions", "graph-sizes")
"""The questions of queries/internal whose answers describe the data set."""

EXECUTABLES: Mapping[str, tuple[str, str]] = {
    "ASK": ("SPARQLAskExecutable", "ask"),
    "CONSTRUCT": ("SPARQLConstructExecutable", "construct"),
    "DESCRIBE": ("SPARQLConstructExecutable", "construct"),
    "SELECT": ("SPARQLSelectExecutable", "select"),
}
"""By the form of a query: the class of SHACL it belongs to, and the property that holds its text."""

FUNCTION_WORDS: Mapping[ox.NamedNode, tuple[Mapping[str, str], Mapping[str, str]]] = {
    MATCHES: (
        {"en": "matches", "fr": "correspond"},
        {
            "en": "Whether the search finds a thing (an IRI) for some words (a text): atlas:matches(?thing, ?words).",
            "fr": "Si la recherche trouve une chose (un IRI) pour des mots (un texte) : atlas:matches(?chose, ?mots).",
        },
    ),
    RANK: (
        {"en": "rank", "fr": "rang"},
        {
            "en": (
                "The place of a thing among what the search finds for some words, 1 being the best, and an error if it is not "
                "found: atlas:rank(?thing, ?words). The language of the words is that of the reader, English if they have none."
            ),
            "fr": (
                "Le rang d’une chose parmi ce que la recherche trouve pour des mots, 1 étant le meilleur, et une erreur si elle "
                "n’est pas trouvée : atlas:rank(?chose, ?mots). La langue des mots est celle du lecteur, l’anglais à défaut."
            ),
        },
    ),
}
"""By function: what it is called, and what it does."""

TYPE, LABEL, COMMENT = name("rdf:type"), name("rdfs:label"), name("rdfs:comment")


@dataclass(frozen=True, slots=True)
class Abilities:
    """What a service can do beside answering: be changed, say what follows, ask other services."""

    writable: bool = False
    reasoning: bool = True
    federated: bool = False


def describe_service(
    store: MemoryStore, bundle: Bundle, questions: Iterable[Question], endpoint: str, abilities: Abilities
) -> list[ox.Triple]:
    """What there is to say of the service at an endpoint that answers from a store, with the questions of its library."""
    service = ox.NamedNode(endpoint)
    dataset, prefixes = ox.NamedNode(f"{endpoint}#dataset"), ox.NamedNode(f"{endpoint}#prefixes")
    triples = [
        *_abilities(service, store, abilities),
        *_functions(),
        ox.Triple(service, _sd("defaultDataset"), dataset),
        *_dataset(dataset, store, bundle),
        ox.Triple(service, name("sh:prefixes"), prefixes),
        *_prefixes(prefixes, bundle.prefixes),
        *(triple for each in questions for triple in _question(each, service, prefixes)),
    ]
    # What is said of one thing stands together, in the order in which things are first spoken of.
    order = {triple.subject: place for place, triple in reversed(list(enumerate(triples)))}
    return sorted(triples, key=lambda triple: order[triple.subject])


def _abilities(service: ox.NamedNode, store: MemoryStore, abilities: Abilities) -> Iterator[ox.Triple]:
    yield ox.Triple(service, TYPE, _sd("Service"))
    yield ox.Triple(service, _sd("endpoint"), service)
    for language in ("SPARQL10Query", "SPARQL11Query", *(("SPARQL11Update",) if abilities.writable else ())):
        yield ox.Triple(service, _sd("supportedLanguage"), _sd(language))
    features = {"EmptyGraphs": True, "UnionDefaultGraph": not store.strict, "BasicFederatedQuery": abilities.federated}
    for feature in (feature for feature, there in features.items() if there):
        yield ox.Triple(service, _sd("feature"), _sd(feature))
    for form in RESULT_FORMATS:
        yield ox.Triple(service, _sd("resultFormat"), ox.NamedNode(FORMATS + form))
    for form in RESULT_FORMATS[-len(GRAPH_FORMATS) :] if abilities.writable else ():
        yield ox.Triple(service, _sd("inputFormat"), ox.NamedNode(FORMATS + form))
    for function in FUNCTIONS:
        yield ox.Triple(service, _sd("extensionFunction"), function)
    if abilities.reasoning:
        regime = ox.NamedNode("http://www.w3.org/ns/entailment/OWL-RDF-Based")
        yield ox.Triple(service, _sd("defaultEntailmentRegime"), regime)
        profile = ox.NamedNode("http://www.w3.org/ns/owl-profile/RL")
        yield ox.Triple(service, _sd("defaultSupportedEntailmentProfile"), profile)


def _functions() -> Iterator[ox.Triple]:
    """The functions beside those of SPARQL."""
    for function in FUNCTIONS:
        label, comments = FUNCTION_WORDS[function]
        yield ox.Triple(function, TYPE, _sd("Function"))
        for language in comments:
            yield ox.Triple(function, LABEL, ox.Literal(label[language], language=language))
            yield ox.Triple(function, COMMENT, ox.Literal(comments[language], language=language))


def _dataset(dataset: ox.NamedNode, store: MemoryStore, bundle: Bundle) -> Iterator[ox.Triple]:
    default = ox.NamedNode(f"{dataset.value.removesuffix('dataset')}default-graph")
    yield ox.Triple(dataset, TYPE, _sd("Dataset"))
    yield ox.Triple(dataset, TYPE, name("void:Dataset"))
    yield ox.Triple(dataset, _sd("defaultGraph"), default)
    yield ox.Triple(default, TYPE, _sd("Graph"))
    for language, text in bundle.manifest.name.items():
        yield ox.Triple(dataset, name("dct:title"), ox.Literal(text, language=language))
    for predicate, iri in (("dct:license", bundle.manifest.licence), ("dct:publisher", bundle.manifest.publisher)):
        if iri:
            yield ox.Triple(dataset, name(predicate), ox.NamedNode(bundle.resolve(iri)))
    for statistic in STATISTICS:
        of = dataset if statistic == "graph-sizes" else default
        answer = store.query(Query(internal(statistic), values={"dataset": of})).results
        assert isinstance(answer, ox.QueryTriples)
        yield from answer


def _prefixes(node: ox.NamedNode, prefixes: Mapping[str, str]) -> Iterator[ox.Triple]:
    for prefix, namespace in sorted(prefixes.items()):
        declaration = ox.BlankNode()
        yield ox.Triple(node, name("sh:declare"), declaration)
        yield ox.Triple(declaration, name("sh:prefix"), ox.Literal(prefix))
        yield ox.Triple(declaration, name("sh:namespace"), ox.Literal(namespace, datatype=name("xsd:anyURI")))


def _question(question: Question, service: ox.NamedNode, prefixes: ox.NamedNode) -> Iterator[ox.Triple]:
    """A question of the library, at the address where it is answered."""
    node = ox.NamedNode(urljoin(service.value, f"/queries/{quote(question.name)}"))
    kind, predicate = EXECUTABLES[verb(question.text) or "SELECT"]
    yield ox.Triple(node, TYPE, name("sh:SPARQLExecutable"))
    yield ox.Triple(node, TYPE, name(f"sh:{kind}"))
    for language, text in question.title.items():
        yield ox.Triple(node, LABEL, ox.Literal(text, language=language))
    for language, text in question.description.items():
        yield ox.Triple(node, COMMENT, ox.Literal(text, language=language))
    yield ox.Triple(node, name(f"sh:{predicate}"), ox.Literal(question.text))
    yield ox.Triple(node, name("sh:prefixes"), prefixes)
    yield ox.Triple(node, name("schema:target"), service)


def _sd(local: str) -> ox.NamedNode:
    return ox.NamedNode(SD + local)
