"""Every rule has a name in words, and axioms are told in sentences of both languages."""

import pytest
from pyoxigraph import Literal, NamedNode, RdfFormat, Triple, parse

from orgatlas.graph.axioms import Term, compile_rules
from orgatlas.graph.build import Edition
from orgatlas.graph.reasons import RULES, Reasons
from orgatlas.graph.tables import read_tables

PREFIXES = """
@prefix : <https://example.org/> .
@prefix owl: <http://www.w3.org/2002/07/owl#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
"""


def label(term: Term, language: str) -> str:
    if isinstance(term, Literal):
        return term.value
    return term.value.rpartition("/")[2] if isinstance(term, NamedNode) else str(term)


def told(text: str, rule: str) -> dict[str, str]:
    axioms = [quad.triple for quad in parse(PREFIXES + text, format=RdfFormat.TURTLE)]
    [found, *_] = [each for each in compile_rules(axioms) if each.name == rule]
    return Reasons(axioms, label).axiom(found.axioms)


def test_every_rule_has_a_name_in_words() -> None:
    names = {line.name for line in read_tables()} | {"prp-spo2", "cls-int1", "prp-key"}
    assert names == RULES.keys()
    assert all(english and french and english != french for english, french in RULES.values())


@pytest.mark.parametrize(
    ("text", "rule", "english", "french"),
    [
        (":p rdfs:domain :A .", "prp-dom", "whatever has “p” is “A”", "tout ce qui a « p » est"),
        (":p a owl:TransitiveProperty .", "prp-trp", "“p” is transitive", "« p » est transitive"),
        (":r owl:propertyChainAxiom (:p :q) .", "prp-spo2", "“p”, then “q” make “r”", "« p », puis « q » donnent"),
        (
            ":A owl:equivalentClass [ owl:intersectionOf (:B [ owl:onProperty :p ; owl:hasValue :v ]) ] .",
            "cax-eqc2",
            "“A” means at once “B” and something whose “p” is “v”",
            "« A » signifie à la fois « B » et quelque chose dont « p » est « v »",
        ),
        (
            ":A rdfs:subClassOf [ owl:onProperty [ owl:inverseOf :p ] ; owl:someValuesFrom [ owl:unionOf (:B :C) ] ] .",
            "cax-sco",
            "whatever is “A” is something with a the inverse of “p” that is either “B” or “C”",
            "tout ce qui est « A » est quelque chose ayant un l’inverse de « p » qui est soit « B », soit « C »",
        ),
        (":A owl:disjointWith :B .", "cax-dw", "nothing is both “A” and “B”", "rien n’est à la fois"),
    ],
)
def test_an_axiom_is_a_sentence(text: str, rule: str, english: str, french: str) -> None:
    said = told(text, rule)
    assert said["en"].startswith(english)
    assert said["fr"].replace("\u00a0", " ").startswith(french)


def test_a_ring_of_expressions_ends() -> None:
    text = "_:a owl:intersectionOf (:B _:a) . :A rdfs:subClassOf _:a ."
    assert "…" in told(text, "cax-sco")["en"]


def test_every_axiom_of_the_built_in_ontology_can_be_told(edition: Edition) -> None:
    axioms = edition.closure.axioms
    reasons = Reasons(axioms, label)
    untold = [rule for rule in compile_rules(axioms) if rule.axioms and rule.head and not reasons.axiom(rule.axioms)]
    assert untold == []


def test_what_is_no_axiom_is_not_told() -> None:
    a, b = NamedNode("https://example.org/a"), NamedNode("https://example.org/b")
    assert Reasons([], label).axiom((Triple(a, b, a),)) == {}
    assert Reasons([], label).axiom(()) == {}
