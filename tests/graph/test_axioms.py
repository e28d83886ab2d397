"""Axioms ask for the rules of the W3C's tables, and for no others."""

from collections.abc import Iterable

import pytest
from pyoxigraph import BlankNode, NamedNode, RdfFormat, Triple, parse

from orgatlas.graph.axioms import (
    AXIOM_CLASSES,
    AXIOM_PREDICATES,
    OWL,
    TYPE,
    Atom,
    Term,
    compile_rules,
    expressions,
    is_axiom,
)
from orgatlas.graph.tables import TABLES

PREFIXES = """
@prefix : <https://example.org/> .
@prefix owl: <http://www.w3.org/2002/07/owl#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
"""


def turtle(text: str) -> list[Triple]:
    return [quad.triple for quad in parse(PREFIXES + text, format=RdfFormat.TURTLE)]


def example(name: str) -> NamedNode:
    return NamedNode(f"https://example.org/{name}")


def local_names(terms: Iterable[Term]) -> set[str]:
    return {term.value.rpartition("#")[2] for term in terms if isinstance(term, NamedNode)}


def names(text: str) -> set[str]:
    """The rules that axioms ask for, beyond those that are always there."""
    always = {rule.name for rule in compile_rules([])}
    return {rule.name for rule in compile_rules(turtle(text))} - always


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (":p rdfs:domain :C .", {"prp-dom"}),
        (":p rdfs:range :C .", {"prp-rng"}),
        (":p a owl:TransitiveProperty .", {"prp-trp"}),
        (":p owl:inverseOf :q .", {"prp-inv1", "prp-inv2"}),
        (":p owl:propertyChainAxiom (:q :r) .", {"prp-spo2"}),
        (":C owl:hasKey (:p) .", {"prp-key"}),
        (":C owl:unionOf (:D) .", {"cls-uni", "scm-uni"}),
        (":C owl:intersectionOf (:D :E) .", {"cls-int1", "cls-int2", "scm-int"}),
        (":C owl:hasValue :x ; owl:onProperty :p .", {"cls-hv1", "cls-hv2"}),
        (":C rdfs:subClassOf :D .", {"cax-sco"}),
        (":C owl:complementOf :D .", {"cls-com"}),
        (":p rdfs:label 'nothing to conclude' .", set()),
    ],
)
def test_an_axiom_asks_for_its_rules_only(text: str, expected: set[str]) -> None:
    assert names(text) == expected


def test_rules_that_are_always_there_speak_of_the_schema_of_sameness_or_of_nothing() -> None:
    assert {rule.name.partition("-")[0] for rule in compile_rules([])} == {"scm", "eq", "cls"}


def test_a_rule_knows_its_axiom() -> None:
    axioms = turtle(":p owl:propertyChainAxiom (:q :r) .")
    [rule] = [rule for rule in compile_rules(axioms) if rule.name == "prp-spo2"]
    assert rule.axiom == next(triple for triple in axioms if triple.subject == example("p"))
    assert rule.body == (Atom("x0", example("q"), "x1"), Atom("x1", example("r"), "x2"))
    assert rule.head == Atom("x0", example("p"), "x2")


def test_two_chains_of_one_property_are_two_rules() -> None:
    axioms = turtle(":p owl:propertyChainAxiom (:q :r) , (:r :q :s) .")
    assert sorted(len(rule.body) for rule in compile_rules(axioms) if rule.name == "prp-spo2") == [2, 3]


@pytest.mark.parametrize(
    "text",
    [
        "<https://example.org/C> owl:unionOf _:ring . _:ring rdf:first :D ; rdf:rest _:ring .",
        ":C owl:unionOf _:cut . _:cut rdf:first :D .",
        ":C owl:unionOf _:fork . _:fork rdf:first :D , :E ; rdf:rest () .",
    ],
    ids=["ring", "cut short", "two firsts"],
)
def test_a_list_that_is_not_well_formed_asks_for_nothing(text: str) -> None:
    assert names("@prefix rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#> . " + text) == set()


def test_hollow_axioms_do_not_make_everything_a_thing() -> None:
    rules = compile_rules(turtle(":p rdfs:domain owl:Thing . :C rdfs:subClassOf owl:Thing ."))
    assert all(rule.head is None or rule.head[1:] != (TYPE, NamedNode(OWL + "Thing")) for rule in rules)


def test_blank_nodes_are_expressions_only_where_an_axiom_makes_them_so() -> None:
    axioms = turtle(
        """
        :A owl:equivalentClass _:both .
        _:both owl:intersectionOf (:B _:some) .
        _:some owl:onProperty _:inverse ; owl:someValuesFrom :C .
        _:inverse owl:inverseOf :p .
        _:office a :Office ; owl:sameAs :headquarters .
        :O owl:oneOf (_:member) .
        """
    )
    labels = {term.value for term in expressions(axioms) if isinstance(term, BlankNode)}
    individuals = {triple.subject for triple in axioms if triple.object in {example("Office"), example("headquarters")}}
    cells = {triple.subject for triple in axioms if triple.predicate.value.endswith("#first")}
    members = {triple.object for triple in axioms if triple.subject in cells} - cells
    assert len(labels) == 3 + len(cells) == 6
    assert not labels & {term.value for term in individuals if isinstance(term, BlankNode)}
    assert sum(isinstance(member, BlankNode) and member.value not in labels for member in members) == 1


def test_every_axiom_of_the_tables_is_recognised_as_one() -> None:
    columns = [line.split("|")[1] for line in TABLES.splitlines() if "|" in line]
    phrases = [phrase.split() for column in columns for phrase in column.split(",")]
    triples = [phrase for phrase in phrases if len(phrase) == 3 and phrase[1] != "in"]
    assert {predicate for _, predicate, _ in triples if predicate != "a"} <= local_names(AXIOM_PREDICATES)
    assert {kind for _, predicate, kind in triples if predicate == "a"} <= local_names(AXIOM_CLASSES)
    assert is_axiom(example("p"), TYPE, NamedNode(OWL + "TransitiveProperty"))
    assert not is_axiom(example("x"), TYPE, example("Office"))
