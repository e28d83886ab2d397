"""What things are called: the property that matters most first, every language, and no name without end."""

import pyoxigraph as ox

from orgatlas.graph.folding import folded
from orgatlas.graph.labels import LENGTH, best_of, names_of
from orgatlas.graph.store import MemoryStore

NODE = ox.NamedNode("https://example.org/a")


def names(turtle: str) -> dict[str, str]:
    prefixes = "@prefix skos: <http://www.w3.org/2004/02/skos/core#> . @prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> . "
    text = f"{prefixes} <https://example.org/a> {turtle} ."
    return dict(names_of(MemoryStore(ox.parse(text, format=ox.RdfFormat.TURTLE)), NODE))


def test_the_preferred_label_comes_before_others_and_each_language_has_one() -> None:
    found = names('rdfs:label "later"@en , "nom"@fr ; skos:prefLabel "b"@en , "a"@en , "plain"')
    assert found == {"": "plain", "en": "a", "fr": "nom"}


def test_blank_names_and_things_that_are_no_texts_are_no_names() -> None:
    assert names('skos:prefLabel "\\u200b\\u00ad" ; rdfs:label "b"') == {"": "b"}
    assert names('skos:prefLabel "  "@en , <https://example.org/b> ; rdfs:label "b"@en') == {"en": "b"}


def test_a_name_without_end_is_cut() -> None:
    assert len(names(f'skos:prefLabel "{"x" * 5000}"')[""]) == LENGTH


def test_the_best_name_is_in_the_first_language_that_has_one() -> None:
    assert best_of({"de": "d", "fr": "f"}, ("en", "fr")) == "f"
    assert best_of({"de": "d"}, ("en", "fr")) == "d"
    assert best_of({}, ("en",)) == ""


def test_neither_accents_nor_case_count() -> None:
    assert folded("École ŒUVRE ß") == folded("ecole œuvre SS")
