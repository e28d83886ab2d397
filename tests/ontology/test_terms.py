"""Every term of ours says in both languages what it means, and the four standard files are one OWL 2 RL ontology."""

from pyoxigraph import Literal, NamedNode, parse

from orgatlas.graph.build import Edition
from orgatlas.graph.bundle import BUILT_IN, STANDARD_ONTOLOGY
from orgatlas.graph.owl_profile import check_profile
from orgatlas.graph.vocabulary import PREFIXES, name

TERMS = ("owl:Class", "owl:ObjectProperty", "owl:DatatypeProperty", "owl:AnnotationProperty")


def test_every_class_and_property_has_label_definition_and_example_in_both_languages(edition: Edition) -> None:
    triples = [quad.triple for quad in edition.ontology]
    types = {name(each) for each in TERMS}
    terms = {
        triple.subject
        for triple in triples
        if triple.predicate == name("rdf:type")
        and triple.object in types
        and isinstance(triple.subject, NamedNode)
        and triple.subject.value.startswith(PREFIXES["atlas"])
    }
    assert len(terms) > 40
    for term in terms:
        said = {
            (triple.predicate, triple.object.language)
            for triple in triples
            if triple.subject == term and isinstance(triple.object, Literal)
        }
        for predicate in ("rdfs:label", "skos:definition", "skos:example"):
            for language in ("en", "fr"):
                assert (name(predicate), language) in said, (term, predicate, language)


def test_the_standard_files_are_in_the_profile() -> None:
    triples = [
        quad.triple
        for file in STANDARD_ONTOLOGY
        for quad in parse(path=str(BUILT_IN / "ontology" / file), rename_blank_nodes=True)
    ]
    assert check_profile(triples) == []


def test_the_standard_files_name_no_organisation() -> None:
    for file in STANDARD_ONTOLOGY:
        assert "orgatlas/csc/" not in (BUILT_IN / "ontology" / file).read_text(encoding="utf-8"), file
