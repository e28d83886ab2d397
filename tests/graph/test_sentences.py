"""A sentence is cut at its terms, whatever they are called, and says so where it would be too long."""

import pyoxigraph as ox
import pytest

from orgatlas.graph.paths import index
from orgatlas.graph.sentences import EXPRESSION_LIMIT, Sentences, is_short, triples

PREFIXES = """
@prefix : <https://example.org/> .
@prefix owl: <http://www.w3.org/2002/07/owl#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
"""


def read(text: str) -> list[ox.Triple]:
    return [quad.triple for quad in ox.parse(PREFIXES + text, format=ox.RdfFormat.TURTLE)]


def test_the_terms_of_a_sentence_are_parts_and_are_mentioned() -> None:
    [axiom] = read(":A rdfs:subClassOf :B .")
    mentioned: list[str] = []
    sentence = Sentences(index([axiom]), mentioned.append).axiom(axiom)
    assert sentence["en"] == [
        "whatever is “",
        {"iri": "https://example.org/A"},
        "” is “",
        {"iri": "https://example.org/B"},
        "”",
    ]
    assert sentence.keys() == {"en", "fr"}
    assert set(mentioned) == {"https://example.org/A", "https://example.org/B"}


def test_a_text_that_looks_like_a_mark_stays_a_text() -> None:
    sentences = Sentences({}, lambda iri: None)
    text = f"before {sentences.marked(ox.Literal(chr(0) + '7' + chr(0)))} after"
    assert sentences.parts(text) == ["before ", "\0007\0", " after"]


def test_what_is_no_axiom_is_no_sentence() -> None:
    [statement] = read(':A rdfs:label "A" .')
    assert Sentences(index([statement]), lambda iri: None).axiom(statement) == {}


@pytest.mark.parametrize(("parts", "short"), [(3, True), (EXPRESSION_LIMIT + 1, False)])
def test_an_expression_has_so_many_parts_at_most(parts: int, short: bool) -> None:
    [axiom, *rest] = read(f":A rdfs:subClassOf _:x . _:x owl:unionOf ( {':B ' * parts}) .")
    graph = index([axiom, *rest])
    assert is_short(graph, axiom.object) is short
    said = Sentences(graph, lambda iri: None).axiom(axiom)
    assert (said["en"] == ["an expression too long to tell"]) is not short


def test_an_index_gives_back_its_triples() -> None:
    statements = read(":A rdfs:subClassOf :B , [ owl:unionOf ( :C :D ) ] .")
    assert set(triples(index(statements))) == set(statements)
