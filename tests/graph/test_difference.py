"""Two versions of an ontology are compared term by term, and which one came before is found."""

import pytest
from pyoxigraph import Literal, NamedNode, RdfFormat, Triple, parse

from orgatlas.graph.difference import Difference, before, difference
from orgatlas.graph.paths import Node
from orgatlas.graph.vocabulary import name

PREFIXES = """
@prefix : <https://example.org/ns#> .
@prefix owl: <http://www.w3.org/2002/07/owl#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
<https://example.org/ns> a owl:Ontology .
"""
EX = "https://example.org/ns#"
ROOM = ':Room a owl:Class ; skos:definition "A place."@en ; rdfs:label "room"@en .'


def triples(text: str) -> list[Triple]:
    return [quad.triple for quad in parse(PREFIXES + text, format=RdfFormat.TURTLE)]


def compared(old: str, new: str) -> Difference:
    return difference(triples(old), triples(new))


def test_terms_come_and_go() -> None:
    assert compared(":A a owl:Class .", ":B a owl:Class .") == Difference((EX + "B",), (EX + "A",))


def test_nothing_has_changed_where_blank_nodes_only_bear_other_names() -> None:
    text = ":A a owl:Class ; rdfs:subClassOf _:{0} . _:{0} owl:unionOf ( :B [ owl:onProperty :p ; owl:hasValue :v ] ) ."
    assert compared(text.format("x"), text.format("y")) == Difference()


@pytest.mark.parametrize(
    ("new", "what"),
    [
        (ROOM.replace("A place", "A space"), ("definition",)),
        (ROOM.replace('"room"', '"hall"'), ("label",)),
        (ROOM + ":Room rdfs:subClassOf :Place .", ("axioms",)),
        (ROOM.replace("owl:Class", "owl:ObjectProperty"), ("axioms",)),
        (ROOM + ":Room owl:equivalentClass [ owl:unionOf ( :Hall :Cell ) ] .", ("axioms",)),
        (ROOM + "[] a owl:AllDisjointClasses ; owl:members ( :Room :Hall ) .", ("axioms",)),
        (ROOM.replace("A place", "A space") + ":Room rdfs:subClassOf :Place .", ("definition", "axioms")),
        (ROOM + ":Room rdfs:seeAlso :Place .", None),
    ],
)
def test_a_change_is_told_by_its_sort(new: str, what: tuple[str, ...] | None) -> None:
    assert compared(ROOM, new) == Difference(changed={EX + "Room": what} if what else {})


@pytest.mark.parametrize("mark", [":Room owl:deprecated true .", ":Room a owl:DeprecatedClass ."])
def test_a_term_that_is_given_up_is_no_change_of_axioms(mark: str) -> None:
    assert compared(ROOM, ROOM + mark) == Difference(deprecated=(EX + "Room",))
    assert compared(ROOM + mark, ROOM + mark) == Difference()


def header(version: str, prior: str = "") -> dict[NamedNode, list[Node]]:
    found: dict[NamedNode, list[Node]] = {
        name("owl:versionInfo"): [Literal(version)],
        name("owl:versionIRI"): [NamedNode(EX + version)],
    }
    return found | ({name("owl:priorVersion"): [NamedNode(EX + prior)]} if prior else {})


def test_the_version_before_is_the_one_named_else_the_newest_older_one() -> None:
    others = {each: header(each) for each in ("0.9.0", "0.10.0", "1.0.0", "2.0.0")}
    assert before(header("1.0.0"), others) == "0.10.0"
    assert before(header("1.0.0", prior="0.9.0"), others) == "0.9.0"
    assert before(header("0.9.0"), others) == ""
