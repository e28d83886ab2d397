"""A triple is named by IRIs, prefixes, literals, or names that only one thing bears."""

import pyoxigraph as ox
import pytest

from orgatlas.graph.bundle import Bundle, empty_bundle
from orgatlas.graph.errors import ParameterError
from orgatlas.graph.naming import Names
from orgatlas.graph.store import MemoryStore
from orgatlas.graph.vocabulary import name


@pytest.fixture(scope="module")
def names(closed: MemoryStore, bundle: Bundle) -> Names:
    """Names of the built-in graph."""
    return Names(closed, bundle)


UNIT = "https://w3id.org/orgatlas/csc/id/unit/research-branch"


@pytest.mark.parametrize(
    "text",
    [
        "unit:research-branch",
        UNIT,
        f"<{UNIT}>",
        "<id/unit/research-branch>",
        "Research Branch",
        "research branch",
        " Direction générale de  la recherche ",
        "research-branch",
    ],
)
def test_a_thing_is_named_in_many_ways(names: Names, text: str) -> None:
    assert names.resource("s", text) == ox.NamedNode(UNIT)


def test_a_property_is_meant_where_a_property_stands_and_a_class_where_a_class_does(names: Names) -> None:
    assert names.triple("unit:research-branch", "a", "org:Organization").predicate == name("rdf:type")
    assert names.triple("unit:research-branch", "a", "sector").object == name("atlas:Sector")
    assert names.triple("CSC", "oversees", "CSC").predicate == name("atlas:oversees")


@pytest.mark.parametrize(
    ("text", "literal"),
    [
        ('"Research Branch"@en', ox.Literal("Research Branch", language="en")),
        ("Research Branch", ox.Literal("Research Branch", language="en")),
        ("'x'", ox.Literal("x")),
        ("60", ox.Literal(60)),
        ("true", ox.Literal(True)),
        ('"2005-04-01"^^xsd:date', ox.Literal("2005-04-01", datatype=name("xsd:date"))),
    ],
)
def test_an_object_may_be_a_literal(names: Names, text: str, literal: ox.Literal) -> None:
    assert names.triple("unit:research-branch", "skos:prefLabel", text).object == literal


def test_a_literal_is_taken_in_the_words_in_which_it_is_held() -> None:
    held = ox.Quad(ox.NamedNode("x:s"), ox.NamedNode("x:p"), ox.Literal("01", datatype=name("xsd:integer")))
    names = Names(MemoryStore([held]), empty_bundle())
    assert names.triple("<x:s>", "<x:p>", '"01"^^xsd:integer').object == ox.Literal(1)


@pytest.mark.parametrize(
    ("terms", "place", "said"),
    [
        (("nobody", "a", "atlas:Sector"), "s", "the name of something"),
        (("Reserch Branch", "a", "atlas:Sector"), "s", "Research Branch"),
        (("unit:research-branch", "nothing", "atlas:Sector"), "p", "the name of something"),
        (("unit:research-branch", "_:b", "atlas:Sector"), "p", "a property"),
        (("unit:research-branch", "a", '"x" . <a:b> <a:c> <a:d>'), "o", "a literal"),
        (("unit:research-branch", "a", '"x'), "o", "a literal"),
        (("<not an iri>", "a", "atlas:Sector"), "s", "<not an iri>"),
        (("", "a", "atlas:Sector"), "s", "it is empty"),
        (("Chaplain", "a", "atlas:Sector"), "s", "chaplaincy services"),
        (("x" * 3000, "a", "atlas:Sector"), "s", "characters"),
        (("sector", "a", "atlas:Sector"), "s", "one thing only"),
    ],
)
def test_what_cannot_be_meant_is_told(names: Names, terms: tuple[str, str, str], place: str, said: str) -> None:
    with pytest.raises(ParameterError) as caught:
        names.triple(*terms)
    assert caught.value.name == place
    assert said in str(caught.value)


def test_apostrophes_and_capitals_are_no_obstacle(names: Names) -> None:
    assert names.resource("s", "services d'aumônerie") == names.resource("s", "services d’aumônerie")
    assert names.resource("s", "csc") == names.resource("s", "CSC")
    assert names.resource("p", "engagedWith") == name("atlas:engagedWith")


def test_a_thing_is_called_in_a_language_or_by_its_iri(names: Names) -> None:
    assert names.said(ox.NamedNode(UNIT), "fr") == "Direction générale de la recherche"
    assert names.said(ox.NamedNode(UNIT), "de") == "Research Branch"
    assert names.said(name("rdf:type"), "fr") == "est de type"
    assert names.said(name("owl:Thing"), "en") == "owl:Thing"
