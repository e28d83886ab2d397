"""Every constraint of SHACL is said in words of both languages, and no shape is too deep or too round for it."""

from typing import Any

import pyoxigraph as ox
import pytest

from orgatlas.graph.constraints import PART_LIMIT, Constraints
from orgatlas.graph.paths import index
from orgatlas.graph.sentences import Sentences

PREFIXES = """
@prefix : <https://example.org/> .
@prefix atlas: <https://w3id.org/orgatlas/ns#> .
@prefix rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#> .
@prefix sh: <http://www.w3.org/ns/shacl#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
"""
SHAPE = ox.NamedNode("https://example.org/s")


def read(text: str) -> tuple[Constraints, Any]:
    graph = index(quad.triple for quad in ox.parse(PREFIXES + text, format=ox.RdfFormat.TURTLE))
    return Constraints(graph, Sentences(graph, lambda iri: None)), graph


def text(sentence: dict[str, list[Any]], language: str) -> str:
    parts = (each if isinstance(each, str) else each["iri"].rpartition("/")[2] for each in sentence[language])
    return "".join(parts).replace("\u00a0", " ")


def said(requirement: dict[str, Any], language: str) -> list[Any]:
    inner = [said(each, language) for each in requirement.get("parts", ())]
    return [text(requirement["words"], language), *([inner] if inner else [])]


def told(shape: str, language: str = "en") -> list[Any]:
    constraints, graph = read(f":s {shape} .")
    return [each for requirement in constraints.requirements(graph[SHAPE]) for each in said(requirement, language)]


@pytest.mark.parametrize(
    ("shape", "english", "french"),
    [
        ("sh:minCount 1 ; sh:maxCount 1", "exactly one value", "exactement une valeur"),
        ("sh:minCount 2 ; sh:maxCount 2", "exactly 2 values", "exactement 2 valeurs"),
        ("sh:minCount 2 ; sh:maxCount 5", "between 2 and 5 values", "entre 2 et 5 valeurs"),
        ("sh:maxCount 0", "no value", "aucune valeur"),
        ("sh:class :C", "every value is “C”", "chaque valeur est « C »"),
        ("sh:datatype :d", "every value is of the datatype “d”", "chaque valeur est du type de données « d »"),
        ("sh:nodeKind sh:IRI", "every value is an IRI", "chaque valeur est un IRI"),
        ("sh:nodeKind sh:BlankNodeOrIRI", "every value is no literal", "chaque valeur n’est pas un littéral"),
        ("sh:in ( :a :b )", "every value is one of “a”, “b”", "chaque valeur est l’une de « a », « b »"),
        ("sh:in ( :a )", "every value is “a”", "chaque valeur est « a »"),
        ("sh:hasValue 7", "one of the values is 7", "l’une des valeurs est 7"),
        ('sh:pattern "^{0}$"', "every value has the pattern “^{0}$”", "chaque valeur suit le motif « ^{0}$ »"),
        ("sh:minLength 3", "every value has at least 3 characters", "chaque valeur compte au moins 3 caractères"),
        ("sh:minInclusive 1.5", "every value is 1.5 or more", "chaque valeur vaut 1.5 ou plus"),
        ("sh:maxExclusive 9", "every value is less than 9", "chaque valeur vaut moins de 9"),
        (
            'sh:languageIn ( "en" "fr" )',
            "every value is a text in one of the languages “en”, “fr”",
            "chaque valeur est un texte dans l’une des langues « en », « fr »",
        ),
        (
            "sh:uniqueLang true",
            "no two values are in the same language",
            "deux valeurs ne sont jamais dans la même langue",
        ),
        ("sh:equals :q", "the values are those of “q”", "les valeurs sont celles de « q »"),
        ("sh:disjoint :q", "no value is one of “q”", "aucune valeur n’est une valeur de « q »"),
        (
            "sh:lessThan :q",
            "every value comes before every value of “q”",
            "chaque valeur précède chaque valeur de « q »",
        ),
        (
            'sh:sparql [ sh:message "It runs in a circle."@en , "Ça tourne en rond."@fr ]',
            "a query finds no case of this: It runs in a circle.",
            "une requête ne trouve aucun cas de ceci : Ça tourne en rond.",
        ),
        ("sh:sparql [ ]", "a query finds nothing wrong", "une requête ne trouve rien à redire"),
        ("sh:someday :x", "the constraint “shacl#someday” holds", "la contrainte « shacl#someday » est respectée"),
    ],
)
def test_a_constraint_of_a_path_is_said_of_its_values(shape: str, english: str, french: str) -> None:
    assert told(f"sh:path :p ; {shape}") == [english]
    assert told(f"sh:path :p ; {shape}", "fr") == [french]


def test_a_constraint_of_a_thing_is_said_of_itself() -> None:
    assert told("sh:class :C") == ["the thing itself is “C”"]
    assert told("sh:closed true ; sh:ignoredProperties ( rdf:type )") == [
        "there is no property beside those named here"
    ]
    assert told("sh:closed false") == []
    assert told('atlas:check "a.rq"') == ["the query of the file a.rq finds nothing wrong"]
    assert told('atlas:check "python"') == ["a program compares the data with the texts"]


@pytest.mark.parametrize(
    ("shape", "parts"),
    [
        (
            "sh:or ( [ sh:class :A ] [ sh:not [ sh:class :B ] ] :Rule )",
            [
                "of the thing itself, at least one of these holds:",
                [["it is “A”"], ["of it, this does not hold:", [["it is “B”"]]], ["the rule “Rule” holds"]],
            ],
        ),
        (
            "sh:xone ( [ sh:path :p ; sh:minCount 1 ; sh:class :A ] :Rule )",
            [
                "of the thing itself, exactly one of these holds:",
                [["for “p”:", [["at least one value"], ["every value is “A”"]]], ["the rule “Rule” holds"]],
            ],
        ),
        ("sh:property [ sh:path :p ; sh:maxCount 1 ]", ["for “p”:", [["at most one value"]]]),
        (
            "sh:path :p ; sh:qualifiedValueShape [ sh:class :A ] ; sh:qualifiedMinCount 1 ; sh:qualifiedMaxCount 2",
            ["between 1 and 2 values of which this holds:", [["it is “A”"]]],
        ),
        ("sh:path :p ; sh:node [ sh:nodeKind sh:IRI ]", ["of every value, this holds:", [["it is an IRI"]]]),
        (
            "sh:and ( [ sh:class :A ; sh:class :B ] )",
            ["of the thing itself, all of this holds:", [["all of this holds:", [["it is “A”"], ["it is “B”"]]]]],
        ),
    ],
)
def test_shapes_inside_others_are_parts(shape: str, parts: list[Any]) -> None:
    assert told(shape) == parts


@pytest.mark.parametrize(
    ("path", "words"),
    [
        (":p", "“p”"),
        ("[ sh:inversePath :p ]", "the inverse of “p”"),
        ("( :p [ sh:inversePath :q ] )", "“p”, then the inverse of “q”"),
        ("[ sh:alternativePath ( :p :q :r ) ]", "“p” or else “q” or else “r”"),
        ("[ sh:zeroOrMorePath :p ]", "“p”, any number of times"),
        ("[ sh:oneOrMorePath ( :p :q ) ]", "“p”, then “q”, once or more"),
        ("[ sh:zeroOrOnePath :p ]", "“p”, once or not at all"),
    ],
)
def test_paths_are_said_in_words(path: str, words: str) -> None:
    constraints, graph = read(f":s sh:path {path} .")
    found = constraints.path(graph[SHAPE][ox.NamedNode("http://www.w3.org/ns/shacl#path")][0])
    assert text(found, "en") == words
    assert text(found, "fr") != words or path == ":p"


def test_a_path_or_a_shape_that_is_part_of_itself_ends() -> None:
    constraints, graph = read(":s sh:path _:p . _:p sh:inversePath _:p .")
    assert text(constraints.path(ox.BlankNode("p")), "en").endswith("…") or graph
    round = f":s sh:or ( {'_:x ' * 30}) . _:x sh:or ( {'_:x ' * 30}) ."
    constraints, graph = read(round)
    assert _count(constraints.requirements(graph[SHAPE])) < 40 * PART_LIMIT


def _count(requirements: list[dict[str, Any]]) -> int:
    return sum(1 + _count(each.get("parts", [])) for each in requirements)
