"""JSON-LD in short words says exactly what the quads say, to more than one reader."""

import io
import json
from collections.abc import Iterable, Sequence
from typing import Any

import pyoxigraph as ox
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rdflib import Dataset

from orgatlas.graph.build import Edition
from orgatlas.graph.canonical import canonical
from orgatlas.graph.context import context, write_jsonld
from orgatlas.graph.errors import Inexpressible
from orgatlas.graph.vocabulary import PREFIXES, name

X = "https://x.example/"
ONTOLOGY = """
@prefix a: <https://x.example/a#> . @prefix b: <https://x.example/b/> . @prefix owl: <http://www.w3.org/2002/07/owl#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> . @prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> . @prefix dcat: <http://www.w3.org/ns/dcat#> .
a:Thing a owl:Class ; rdfs:label "thing"@en . b:Thing a owl:Class .
a:part a owl:ObjectProperty . a:whole a owl:ObjectProperty , owl:FunctionalProperty .
b:part a owl:DatatypeProperty . a:size a owl:DatatypeProperty ; rdfs:range xsd:integer .
a:day a owl:DatatypeProperty , owl:FunctionalProperty ; rdfs:range xsd:date .
a:type a owl:ObjectProperty . a:urn a owl:ObjectProperty . a:with%20space a owl:ObjectProperty .
skos:prefLabel a owl:AnnotationProperty . skos:altLabel a owl:AnnotationProperty . dcat:startDate a owl:AnnotationProperty .
"""
OWN = {**PREFIXES, "a": X + "a#", "b": X + "b/", "part": X + "part/", "odd": X + "od", "id": X + "id/"}
TERMS = context(OWN, ox.parse(ONTOLOGY, format=ox.RdfFormat.TURTLE))
THING = ox.NamedNode(X + "1")

IRIS = [
    *("a:b", "urn:x", "part:1", "label:x", "xsd:string", "http:x", "mailto:a@b", "tag:a,b:c", "a:", "skos:altLabel"),
    *(X, X + "a#part", X + "é/ü", X + "../up", X + "a/./b", X + "?q=a:b#f", X + "part/1", X + "od/1", X + "a#//x"),
    *(
        "http://www.w3.org/1999/02/22-rdf-syntax-ns#type",
        "http://www.w3.org/1999/02/22-rdf-syntax-ns#nil",
        "HTTP://X/%7e",
    ),
]
PROPERTIES = [
    *(TERMS[term]["@id"] for term in ("part", "whole", "size", "day", "prefLabel", "altLabel", "startDate", "urn")),
    *(X + "b/part", X + "a#type", X + "a#with%20space", X + "a#unknown", X + "od/1", X + "x", "a:b", "urn:x"),
    *("http://www.w3.org/1999/02/22-rdf-syntax-ns#type", "http://www.w3.org/1999/02/22-rdf-syntax-ns#first"),
]
DATATYPES = ["integer", "boolean", "date", "decimal", "double", "string", "anyURI"]
WORDS = [
    "",
    "1",
    "-7",
    "01",
    "-0",
    "1.0",
    "1E400",
    "true",
    "True",
    "2026-01-31",
    "9" * 30,
    "@id",
    "@none",
    "_:a",
    "a:b",
    X,
]

nodes = st.sampled_from(IRIS).map(ox.NamedNode) | st.sampled_from("xyz").map(ox.BlankNode)
words = st.sampled_from(WORDS) | st.text(st.characters(exclude_categories=["Cs"]), max_size=4)
tagged = st.builds(
    lambda text, tag: ox.Literal(text, language=tag), words, st.sampled_from(["en", "fr", "en-ca", "x-none"])
)
typed = st.builds(
    lambda text, datatype: ox.Literal(text, datatype=ox.NamedNode(datatype)),
    words,
    st.sampled_from([PREFIXES["xsd"] + each for each in DATATYPES] + [X + "a#own", PREFIXES["rdf"] + "JSON", "a:b"]),
)
predicates = st.sampled_from(PROPERTIES).map(ox.NamedNode)
graphs = st.just(ox.DefaultGraph()) | nodes
quads = st.lists(st.builds(ox.Quad, nodes, predicates, nodes | tagged | typed, graphs), max_size=8)


def written(found: Iterable[ox.Quad], terms: dict[str, Any] = TERMS) -> bytes:
    output = io.BytesIO()
    write_jsonld(found, terms, output)
    return output.getvalue()


def read(document: bytes) -> set[ox.Quad]:
    return set(canonical(ox.parse(document, format=ox.RdfFormat.JSON_LD)))


def by_rdflib(document: bytes, form: str) -> set[ox.Quad]:
    dataset = Dataset()
    dataset.parse(data=document, format=form)
    lines = dataset.serialize(format="nquads", encoding="utf-8")
    return set(canonical(ox.parse(lines, format=ox.RdfFormat.N_QUADS)))


def said(*triples: tuple[str, ox.NamedNode | ox.Literal | ox.BlankNode]) -> dict[str, Any]:
    """The node object of what is said of one thing, and the context it needs."""
    found = [ox.Quad(THING, ox.NamedNode(predicate), value) for predicate, value in triples]
    assert read(written(found)) == set(found)
    document = json.loads(written(found))
    [node] = document["@graph"]
    return {"context": document["@context"], **node}


@settings(max_examples=400, deadline=None)
@given(quads)
def test_a_document_says_exactly_what_the_quads_say(found: list[ox.Quad]) -> None:
    assert read(written(found)) == set(canonical(found))


def test_so_it_does_for_the_built_in_graph(edition: Edition) -> None:
    found = [*edition.stated, *edition.inferred()]
    document = written(found, context(edition.bundle.prefixes, edition.ontology))
    assert read(document) == set(canonical(found))
    assert by_rdflib(document, "json-ld") == by_rdflib(
        ox.serialize(found, format=ox.RdfFormat.N_QUADS) or b"", "nquads"
    )


@settings(max_examples=100, deadline=None)
@given(quads)
def test_rdflib_reads_the_same(found: list[ox.Quad]) -> None:
    lines = ox.serialize(found, format=ox.RdfFormat.N_QUADS) or b""
    assert by_rdflib(written(found), "json-ld") == by_rdflib(lines, "nquads")


@settings(max_examples=50, deadline=None)
@given(quads, st.randoms(use_true_random=False))
def test_the_order_of_the_quads_does_not_matter(found: list[ox.Quad], chance: Any) -> None:
    other = [*found, *found[:2]]
    chance.shuffle(other)
    assert written(other) == written(found)


def test_what_says_nothing_is_a_document_too() -> None:
    assert json.loads(written([])) == {"@context": {"@version": 1.1}, "@graph": []}


def test_terms_are_called_by_their_local_names() -> None:
    node = said((X + "a#size", ox.Literal(7)), (PREFIXES["rdf"] + "type", ox.NamedNode(X + "a#Thing")))
    assert node == {
        "context": {
            "@version": 1.1,
            "Thing": {"@id": X + "a#Thing"},
            "size": {"@id": X + "a#size", "@container": "@set"},
        },
        "@id": X + "1",
        "@type": ["Thing"],
        "size": [7],
    }


def test_of_two_terms_of_one_name_the_vocabulary_that_comes_first_has_it() -> None:
    node = said((X + "a#part", THING), (X + "b/part", ox.Literal("two")))
    assert (node["part"], node["b:part"]) == ([X + "1"], ["two"])
    other = context({"b": OWN["b"], **OWN}, ox.parse(ONTOLOGY, format=ox.RdfFormat.TURTLE))
    assert (other["part"]["@id"], other["Thing"]["@id"]) == (X + "b/part", X + "b/Thing")


def test_a_term_takes_the_name_of_a_prefix_of_the_bundle_and_not_of_a_standard_one() -> None:
    found = ox.parse(
        f"<{X}a#part> a <{PREFIXES['owl']}ObjectProperty> . <{X}a#skos> a <{PREFIXES['owl']}ObjectProperty> .",
        format=ox.RdfFormat.TURTLE,
    )
    terms = context(OWN, found)
    assert terms["part"] == {"@id": X + "a#part", "@type": "@id", "@container": "@set"}
    assert terms["skos"] == PREFIXES["skos"]


@pytest.mark.parametrize("local", ["type", "with%20space"])
def test_a_name_that_is_a_keyword_or_no_name_keeps_its_prefix(local: str) -> None:
    assert local not in TERMS
    assert said((X + f"a#{local}", THING))[f"a:{local}"] == [{"@id": X + "1"}]


def test_a_prefix_that_json_ld_would_not_take_for_one_is_not_in_the_context() -> None:
    assert "odd" not in TERMS
    assert said((X + "od/1", THING))[X + "od/1"] == [{"@id": X + "1"}]


def test_a_word_that_is_the_scheme_of_an_iri_is_not_used() -> None:
    node = said((X + "a#part", ox.NamedNode("part:1")), (X + "a#size", ox.NamedNode("a:b")))
    assert set(node["context"]) == {"@version", "size"}
    assert (node[X + "a#part"], node["size"]) == ([{"@id": "part:1"}], [{"@id": "a:b"}])


def test_of_a_context_only_what_is_used_is_written() -> None:
    node = said((X + "a#unknown", ox.Literal("1.0", datatype=name("xsd:decimal"))), (X + "a#size", ox.Literal("x")))
    assert set(node["context"]) == {"@version", "a", "xsd", "size"}


def test_labels_are_one_a_language_and_other_texts_many() -> None:
    label, other = PREFIXES["skos"] + "prefLabel", PREFIXES["skos"] + "altLabel"
    node = said(
        (label, ox.Literal("Unité", language="fr")),
        (label, ox.Literal("Unit", language="en")),
        (other, ox.Literal("U", language="en")),
    )
    assert (node["prefLabel"], list(node["prefLabel"])) == ({"en": "Unit", "fr": "Unité"}, ["en", "fr"])
    assert node["altLabel"] == {"en": ["U"]}


def test_two_labels_of_one_language_are_both_there() -> None:
    label = PREFIXES["skos"] + "prefLabel"
    node = said(
        (label, ox.Literal("b", language="en")), (label, ox.Literal("a", language="en")), (label, ox.Literal("c"))
    )
    assert (node["prefLabel"], node[label]) == ({"en": ["a", "b"]}, ["c"])


def test_a_functional_property_has_one_value_and_others_an_array() -> None:
    node = said((X + "a#whole", THING), (X + "a#part", THING))
    assert (node["whole"], node["part"]) == (X + "1", [X + "1"])
    assert said((X + "a#whole", THING), (X + "a#whole", ox.BlankNode("c14n0")))["whole"] == ["_:c14n0", X + "1"][::-1]


def test_dates_are_strings_and_what_is_no_date_says_what_it_is() -> None:
    day, moment = (ox.Literal("2026-01-31", datatype=name(f"xsd:{each}")) for each in ("date", "dateTime"))
    node = said((X + "a#day", day), (PREFIXES["dcat"] + "startDate", moment))
    assert node["day"] == "2026-01-31"
    assert node["startDate"] == [{"@value": "2026-01-31", "@type": "xsd:dateTime"}]


@pytest.mark.parametrize(("text", "value"), [("7", 7), ("-7", -7), ("07", None), ("-0", None), ("9" * 16, None)])
def test_only_a_number_that_json_keeps_as_it_is_is_one(text: str, value: int | None) -> None:
    written = said((X + "a#size", ox.Literal(text, datatype=name("xsd:integer"))))["size"]
    assert written == [value if value is not None else {"@value": text, "@type": "xsd:integer"}]


@pytest.mark.parametrize(
    "value",
    [ox.Triple(THING, name("rdf:type"), THING), ox.Literal("a", language="ar", direction=ox.BaseDirection.RTL)],
    ids=["triple", "direction"],
)
def test_what_json_ld_cannot_say_is_refused_before_anything_is_written(value: ox.Triple | ox.Literal) -> None:
    output = io.BytesIO()
    with pytest.raises(Inexpressible, match="JSON-LD"):
        write_jsonld([ox.Quad(THING, name("rdf:type"), THING), ox.Quad(THING, name("rdf:value"), value)], TERMS, output)
    assert output.getvalue() == b""


def test_each_term_of_the_built_in_context_is_said_once_and_is_no_prefix(edition: Edition) -> None:
    terms = context(edition.bundle.prefixes, edition.ontology)
    iris = [each["@id"] for each in terms.values() if isinstance(each, dict)]
    assert len(iris) == len(set(iris)) > 100
    assert terms["subOrganizationOf"] == {
        "@id": PREFIXES["org"] + "subOrganizationOf",
        "@type": "@id",
        "@container": "@set",
    }
    assert terms["Country"]["@id"] == PREFIXES["atlas"] + "Country"
    assert all("@prefix" not in each for each in terms.values() if isinstance(each, dict))


def test_the_context_is_the_same_in_whatever_order_the_ontology_is_read(edition: Edition) -> None:
    backwards: Sequence[ox.Quad] = edition.ontology[::-1]
    terms = context(edition.bundle.prefixes, edition.ontology)
    assert json.dumps(context(edition.bundle.prefixes, backwards)) == json.dumps(terms)
