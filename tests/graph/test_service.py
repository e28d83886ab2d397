"""The service description says what is so, and every question in it is one that can be asked."""

from pathlib import Path

import pyoxigraph as ox

from orgatlas.graph.bundle import Bundle
from orgatlas.graph.library import library_of
from orgatlas.graph.matching import FUNCTIONS
from orgatlas.graph.service import SD, Abilities, describe_service
from orgatlas.graph.store import MemoryStore, Query
from orgatlas.graph.vocabulary import PREFIXES, name

ENDPOINT = ox.NamedNode("http://127.0.0.1:8000/sparql")


def _described(closed: MemoryStore, bundle: Bundle, abilities: Abilities) -> list[ox.Triple]:
    return describe_service(closed, bundle, library_of(bundle).values(), ENDPOINT.value, abilities)


def described(closed: MemoryStore, bundle: Bundle, abilities: Abilities) -> ox.Store:
    store = ox.Store()
    store.extend(ox.Quad(*each) for each in _described(closed, bundle, abilities))
    return store


def objects(store: ox.Store, subject: ox.NamedNode, predicate: ox.NamedNode) -> set[str]:
    return {str(quad.object).strip("<>") for quad in store.quads_for_pattern(subject, predicate, None, None)}


def test_it_says_what_the_service_can_do(closed: MemoryStore, bundle: Bundle) -> None:
    language, feature = ox.NamedNode(SD + "supportedLanguage"), ox.NamedNode(SD + "feature")
    plain = described(closed, bundle, Abilities())
    assert objects(plain, ENDPOINT, language) == {SD + "SPARQL10Query", SD + "SPARQL11Query"}
    assert objects(plain, ENDPOINT, feature) == {SD + "EmptyGraphs", SD + "UnionDefaultGraph"}
    able = described(closed, bundle, Abilities(writable=True, federated=True))
    assert SD + "SPARQL11Update" in objects(able, ENDPOINT, language)
    assert SD + "BasicFederatedQuery" in objects(able, ENDPOINT, feature)


def test_its_numbers_are_those_of_the_graph(closed: MemoryStore, bundle: Bundle) -> None:
    store = described(closed, bundle, Abilities())
    default = ox.NamedNode(f"{ENDPOINT.value}#default-graph")
    assert objects(store, default, name("void:triples")) == {f'"{len(closed)}"^^<{PREFIXES["xsd"]}integer'}
    named = set(store.quads_for_pattern(None, ox.NamedNode(SD + "name"), None, None))
    assert {quad.object for quad in named} == closed.named_graphs()
    partitions = list(store.quads_for_pattern(default, name("void:propertyPartition"), None, None))
    assert len(partitions) > 50


def test_every_question_in_it_can_be_asked(closed: MemoryStore, bundle: Bundle, index: Path) -> None:
    store = described(closed, bundle, Abilities())
    texts = [
        quad.object.value
        for predicate in ("sh:select", "sh:ask", "sh:construct")
        for quad in store.quads_for_pattern(None, name(predicate), None, None)
        if isinstance(quad.object, ox.Literal)
    ]
    assert len(texts) == len(library_of(bundle))
    for text in texts:
        closed.query(Query(text, bundle.base, index=index))


def test_the_functions_are_named_and_told_of_in_both_languages(closed: MemoryStore, bundle: Bundle) -> None:
    store = described(closed, bundle, Abilities())
    functions = objects(store, ENDPOINT, ox.NamedNode(SD + "extensionFunction"))
    assert functions == {each.value for each in FUNCTIONS}
    for function in FUNCTIONS:
        assert objects(store, function, name("rdf:type")) == {SD + "Function"}
        for predicate in ("rdfs:label", "rdfs:comment"):
            texts = [quad.object for quad in store.quads_for_pattern(function, name(predicate), None, None)]
            assert {text.language for text in texts if isinstance(text, ox.Literal)} == {"en", "fr"}
