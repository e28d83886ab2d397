"""The OWL 2 RL profile: what the W3C's grammar has passes, and everything else is named."""

from pathlib import Path

import pytest
from pyoxigraph import RdfFormat, Triple, parse

from orgatlas.graph.findings import Finding, Severity
from orgatlas.graph.owl_profile import DECLARED, DL, RL, check_profile

HEAD = """
@prefix : <http://example.org/> .
@prefix owl: <http://www.w3.org/2002/07/owl#> .
@prefix rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
<http://example.org> a owl:Ontology ; owl:versionInfo "1" .
:A a owl:Class ; rdfs:label "a"@en . :B a owl:Class . :C a owl:Class .
:p a owl:ObjectProperty . :q a owl:ObjectProperty . :r a owl:ObjectProperty .
:d a owl:DatatypeProperty . :n a owl:AnnotationProperty .
"""

INSIDE = [
    ":A rdfs:subClassOf :B , owl:Nothing ; owl:disjointWith :C .",
    "[ a owl:Class ; owl:unionOf ( :B :C ) ] rdfs:subClassOf :A .",
    "[ a owl:Class ; owl:oneOf ( :i :j ) ] rdfs:subClassOf :A .",
    "[ a owl:Restriction ; owl:onProperty :p ; owl:someValuesFrom owl:Thing ] rdfs:subClassOf :A .",
    "[ a owl:Restriction ; owl:onProperty [ owl:inverseOf :p ] ; owl:hasValue :i ] rdfs:subClassOf :A .",
    ":A rdfs:subClassOf [ a owl:Restriction ; owl:onProperty :p ; owl:allValuesFrom :B ] .",
    ":A rdfs:subClassOf [ a owl:Restriction ; owl:onProperty :d ; owl:allValuesFrom xsd:string ] .",
    ":A rdfs:subClassOf [ a owl:Class ; owl:complementOf [ a owl:Class ; owl:unionOf ( :B :C ) ] ] .",
    ":A rdfs:subClassOf [ a owl:Restriction ; owl:onProperty :p ; owl:maxCardinality 1 ] .",
    """:A rdfs:subClassOf [ a owl:Restriction ; owl:onProperty :p ;
       owl:maxQualifiedCardinality 0 ; owl:onClass :B ] .""",
    """:A owl:equivalentClass [ a owl:Class ; owl:intersectionOf (
       :B [ a owl:Restriction ; owl:onProperty :p ; owl:hasValue :i ] ) ] .""",
    "[] a owl:AllDisjointClasses ; owl:members ( :A :B :C ) .",
    "[] a owl:AllDifferent ; owl:distinctMembers ( :i :j ) .",
    """[] a owl:NegativePropertyAssertion ; owl:sourceIndividual :i ;
       owl:assertionProperty :p ; owl:targetIndividual :j .""",
    ":p rdfs:domain :A ; rdfs:range :B ; owl:inverseOf :q ; a owl:IrreflexiveProperty .",
    ":d rdfs:range xsd:nonNegativeInteger ; a owl:FunctionalProperty . :A owl:hasKey ( :d ) .",
    ":d rdfs:range [ a rdfs:Datatype ; owl:intersectionOf ( xsd:integer xsd:nonNegativeInteger ) ] .",
    ":even a rdfs:Datatype ; owl:equivalentClass xsd:integer . :d rdfs:range :even .",
    ":p owl:propertyChainAxiom ( :q :r ) .",
    ":p owl:propertyChainAxiom ( :p :q ) . :q owl:propertyChainAxiom ( :r :q ) .",
    ":i a :A , owl:NamedIndividual ; :p :j ; :d 'x' ; :n :k ; owl:sameAs :k .",
    ":p a rdf:Property . :A a rdfs:Class .",
]

OUTSIDE = [
    (":A rdfs:subClassOf [ a owl:Class ; owl:unionOf ( :B :C ) ] .", "UnionOf may not stand in superclass"),
    (
        ":A rdfs:subClassOf [ a owl:Restriction ; owl:onProperty :p ; owl:someValuesFrom :B ] .",
        "SomeValuesFrom may not stand in superclass",
    ),
    (
        "[ a owl:Restriction ; owl:onProperty :p ; owl:allValuesFrom :B ] rdfs:subClassOf :A .",
        "AllValuesFrom may not stand in subclass",
    ),
    ("[ a owl:Class ; owl:complementOf :B ] rdfs:subClassOf :A .", "ComplementOf may not stand in subclass"),
    (
        ":A owl:equivalentClass [ owl:intersectionOf ( :B [ a owl:Class ; owl:oneOf ( :i ) ] ) ] .",
        "OneOf may not stand in equivalent class",
    ),
    (
        ":A rdfs:subClassOf [ a owl:Restriction ; owl:onProperty :p ; owl:minCardinality 1 ] .",
        "MinCardinality",
    ),
    (
        ":A rdfs:subClassOf [ a owl:Restriction ; owl:onProperty :p ; owl:cardinality 1 ] .",
        "ExactCardinality",
    ),
    (":A rdfs:subClassOf [ a owl:Restriction ; owl:onProperty :p ; owl:maxCardinality 2 ] .", "0 or 1"),
    (":A rdfs:subClassOf [ a owl:Restriction ; owl:onProperty :p ; owl:hasSelf true ] .", "HasSelf"),
    (":A rdfs:subClassOf owl:Thing .", "owl:Thing may not stand in superclass"),
    (":p rdfs:domain [ a owl:Class ; owl:unionOf ( :A :B ) ] .", "UnionOf may not stand in superclass"),
    (":i a [ a owl:Class ; owl:unionOf ( :A :B ) ] .", "ClassAssertion(UnionOf("),
    (":A owl:unionOf ( :B :C ) .", "UnionOf may not define a class"),
    (":A owl:disjointUnionOf ( :B :C ) .", "no owl:disjointUnionOf"),
    (":p a owl:ReflexiveProperty .", "no owl:ReflexiveProperty"),
    (":d rdfs:range xsd:date .", "xsd:date is not a datatype"),
    (":d rdfs:range owl:real .", "owl:real is not a datatype"),
    (':i :d "2005-04-01"^^xsd:date .', "xsd:date is not a datatype"),
    (
        """:d rdfs:range [ a rdfs:Datatype ; owl:onDatatype xsd:integer ;
           owl:withRestrictions ( [ xsd:minInclusive 1 ] ) ] .""",
        "a data range may only be",
    ),
    (":A rdfs:subClassOf [ a owl:Class ] .", "is no class expression"),
    (
        ":A rdfs:subClassOf _:loop . _:loop a owl:Class ; owl:intersectionOf ( :B _:loop ) .",
        "no class expression",
    ),
    (":A owl:madeUp :B .", "no owl:madeUp"),
]

NOT_DL = [
    ":p a owl:TransitiveProperty , owl:FunctionalProperty .",
    ":p a owl:TransitiveProperty , owl:IrreflexiveProperty .",
    ":p owl:propertyChainAxiom ( :q :r ) ; a owl:AsymmetricProperty .",
    ":q a owl:TransitiveProperty . :p owl:inverseOf :q ; a owl:FunctionalProperty .",
    ":q a owl:TransitiveProperty ; rdfs:subPropertyOf :r . :r owl:propertyDisjointWith :p .",
    ":p a owl:TransitiveProperty . [] a owl:AllDisjointProperties ; owl:members ( :p :q ) .",
    """:q a owl:TransitiveProperty ; rdfs:subPropertyOf :p .
       :A rdfs:subClassOf [ a owl:Restriction ; owl:onProperty :p ; owl:maxCardinality 1 ] .""",
    ":p owl:propertyChainAxiom ( :q :r ) . :q owl:propertyChainAxiom ( :p :r ) .",
    ":p owl:propertyChainAxiom ( :q :p :r ) .",
    ":d a owl:ObjectProperty .",
]

UNDECLARED = [
    (":A rdfs:subClassOf :Z .", "Z"),
    (":i a :Z .", "Z"),
    (":A rdfs:subClassOf [ a owl:Class ; owl:complementOf :Z ] .", "Z"),
    (":z rdfs:domain :A .", "z"),
    (":i :z :j .", "z"),
    (":A rdfs:subClassOf [ a owl:Restriction ; owl:onProperty :z ; owl:allValuesFrom :B ] .", "z"),
    (":p owl:propertyChainAxiom ( :q :z ) .", "z"),
]


def triples(turtle: str) -> list[Triple]:
    return [quad.triple for quad in parse(HEAD + turtle, format=RdfFormat.TURTLE)]


def found(turtle: str) -> list[Finding]:
    return check_profile(triples(turtle))


@pytest.mark.parametrize("axiom", INSIDE)
def test_an_axiom_of_the_profile_passes(axiom: str) -> None:
    assert found(axiom) == []


@pytest.mark.parametrize(("axiom", "reason"), OUTSIDE)
def test_an_axiom_outside_the_profile_is_named_with_the_reason(axiom: str, reason: str) -> None:
    [finding] = found(axiom)
    assert (finding.rule, finding.severity) == (RL, Severity.VIOLATION)
    assert reason in finding.messages["en"]
    assert finding.messages.keys() == finding.remedy.keys() == {"en", "fr"}


@pytest.mark.parametrize("axioms", NOT_DL)
def test_a_condition_of_owl_2_dl_is_kept(axioms: str) -> None:
    assert {finding.rule for finding in found(axioms)} == {DL}


@pytest.mark.parametrize(("axiom", "term"), UNDECLARED)
def test_a_term_that_nothing_declares_is_named(axiom: str, term: str) -> None:
    [finding] = found(axiom)
    assert (finding.rule, finding.focus) == (DECLARED, f"<http://example.org/{term}>")


def test_the_message_shows_the_axiom() -> None:
    [finding] = found(":A rdfs:subClassOf [ a owl:Class ; owl:unionOf ( :B :C ) ] .")
    assert finding.messages == {
        "en": "SubClassOf(<http://example.org/A> UnionOf(<http://example.org/B> <http://example.org/C>)): "
        "UnionOf may not stand in superclass position.",
        "fr": "SubClassOf(<http://example.org/A> UnionOf(<http://example.org/B> <http://example.org/C>)) : "
        "UnionOf ne peut pas figurer en position de superclasse.",
    }
    assert finding.focus == "<http://example.org/A>"


def test_a_date_in_an_annotation_is_only_a_warning() -> None:
    [finding] = found(':A :n "2005-04-01"^^xsd:date .')
    assert (finding.rule, finding.severity) == (RL, Severity.WARNING)


def test_our_own_ontology_is_in_the_profile() -> None:
    files = sorted((Path(__file__).parents[2] / "ontology").glob("*.ttl"))
    base = "https://w3id.org/orgatlas/csc/"
    ours = [q.triple for file in files for q in parse(path=file, format=RdfFormat.TURTLE, base_iri=base)]
    assert len(ours) > 500
    assert [each for each in check_profile(ours) if each.severity is Severity.VIOLATION] == []
