"""Which terms a graph has, whose they are, and where a page shows them."""

from collections.abc import Sequence
from pathlib import Path

import pyoxigraph as ox
import pytest

from orgatlas.graph import terminology
from orgatlas.graph.build import Edition, build, edition_store
from orgatlas.graph.bundle import BUILT_IN, Bundle, empty_bundle, open_bundle
from orgatlas.graph.store import MemoryStore
from orgatlas.graph.terminology import Terminology, anchor
from orgatlas.graph.vocabulary import name

MINISTRY = BUILT_IN / "tests" / "bundles" / "ministry"
PREFIXES = """
@prefix : <https://example.org/other#> .
@prefix owl: <http://www.w3.org/2002/07/owl#> .
@prefix rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
"""


def terms_of(text: str) -> Terminology:
    quads = ox.parse(PREFIXES + text, format=ox.RdfFormat.TURTLE)
    return Terminology(MemoryStore(quads), empty_bundle())


@pytest.mark.parametrize(
    ("iri", "place"),
    [
        ("https://w3id.org/orgatlas/ns#Engagement", "Engagement"),
        ("https://w3id.org/orgatlas/csc/ns#Cell", "Cell"),
        ("https://w3id.org/orgatlas/ns#main", "atlas:main"),
        ("https://w3id.org/orgatlas/ns#section-class", "atlas:section-class"),
        ("http://www.w3.org/ns/org#Organization", "org:Organization"),
        ("https://nowhere.example/Été'%20", "https://nowhere.example/%C3%89t%C3%A9%27%2520"),
    ],
)
def test_a_term_of_ours_is_found_by_its_local_name_and_another_by_its_prefixed_name(
    bundle: Bundle, iri: str, place: str
) -> None:
    assert anchor(iri, bundle) == place


def test_no_two_terms_have_one_place() -> None:
    store = MemoryStore(
        ox.Quad(ox.NamedNode(each), name("rdf:type"), name("owl:Class"))
        for each in ("https://w3id.org/orgatlas/ns#A", "https://example.org/atlas/ns#A", "https://example.org/b#A")
    )
    anchors = Terminology(store, empty_bundle()).anchors
    assert len(anchors) == len(set(anchors.values())) == 3
    assert "A" in anchors.values()


def test_the_terms_of_another_vocabulary_are_not_ours(edition: Edition, closed: MemoryStore) -> None:
    terms = Terminology(closed, edition.bundle)
    assert terms.own["https://w3id.org/orgatlas/ns#Sector"] == "https://w3id.org/orgatlas/ns"
    assert terms.kinds["https://w3id.org/orgatlas/ns#levels"] == "scheme"
    assert terms.kinds["http://www.w3.org/ns/org#Organization"] == "class"
    assert "http://www.w3.org/ns/org#Organization" not in terms.own
    assert not any(each.startswith("https://w3id.org/orgatlas/csc/") for each in terms.kinds)
    assert not any(each.startswith("http://www.w3.org/2002/07/owl#") for each in terms.kinds)


def test_the_terms_of_a_bundle_are_its_own_though_no_ontology_is_named() -> None:
    edition = build(open_bundle([MINISTRY]))
    terms = Terminology(edition_store(edition), edition.bundle)
    assert terms.own["https://example.org/ministry/ns#Office"] == ""
    assert terms.own["https://example.org/ministry/ns#level-office"] == ""


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        (":A a owl:Class .", {"A": "class"}),
        (":A a rdfs:Class , rdfs:Datatype .", {"A": "datatype"}),
        (":p a rdf:Property .", {"p": "property"}),
        (":p a owl:TransitiveProperty .", {"p": "object"}),
        (":p a owl:DatatypeProperty , owl:FunctionalProperty .", {"p": "data"}),
        (":A a owl:Class ; rdfs:subClassOf :B .", {"A": "class", "B": "class"}),
        (":p a rdf:Property ; rdfs:domain :A .", {"p": "property", "A": "class"}),
        (":p a rdf:Property ; rdfs:range owl:Thing , [ a owl:Class ] .", {"p": "property"}),
    ],
)
def test_what_is_only_spoken_of_is_a_term_as_well(text: str, kinds: dict[str, str]) -> None:
    assert {iri.rpartition("#")[2]: kind for iri, kind in terms_of(text).kinds.items()} == kinds


def test_many_classes_leave_room_for_the_properties(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(terminology, "TERM_LIMIT", 20)
    text = "".join(f":C{each} a owl:Class . " for each in range(100))
    for properties, shares in ((1, (19, 1, 81)), (30, (10, 10, 110))):
        terms = terms_of(text + "".join(f":z{each} a owl:ObjectProperty . " for each in range(properties)))
        kinds: Sequence[str] = list(terms.kinds.values())
        assert (kinds.count("class"), kinds.count("object"), terms.left) == shares
        assert terms.classes == 100


def test_what_merely_follows_is_not_said_of_a_term(tmp_path: Path) -> None:
    file = tmp_path / "a.ttl"
    file.write_text(
        PREFIXES + ":A a owl:Class ; rdfs:subClassOf :B . :B a owl:Class ; rdfs:subClassOf :C . :C a owl:Class ."
    )
    edition = build(open_bundle([file]))
    store = edition_store(edition)
    a, c = ox.NamedNode("https://example.org/other#A"), ox.NamedNode("https://example.org/other#C")
    below = ox.NamedNode("http://www.w3.org/2000/01/rdf-schema#subClassOf")
    assert any(True for _ in store.find(a, below, c))
    assert c not in Terminology(store, edition.bundle).graph[a][below]
