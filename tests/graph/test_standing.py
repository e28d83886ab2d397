"""Where a thing stands: units, concepts, places and passages alike, and nothing that runs in a circle."""

import pyoxigraph as ox
import pytest

from orgatlas.graph.bundle import Bundle
from orgatlas.graph.hierarchy import Hierarchy
from orgatlas.graph.labels import local_name
from orgatlas.graph.standing import HIGHEST, SHOWN, Standing, standing
from orgatlas.graph.store import MemoryStore

PREFIXES = """
@base <https://example.org/> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
@prefix dct: <http://purl.org/dc/terms/> .
@prefix schema: <https://schema.org/> .
"""


def names(iris: tuple[str, ...]) -> list[str]:
    return [local_name(each) for each in iris]


def of(turtle: str, thing: str) -> Standing:
    store = MemoryStore(ox.parse(PREFIXES + turtle, format=ox.RdfFormat.TURTLE))
    return standing(store, Hierarchy(store), f"https://example.org/{thing}", "en")


@pytest.mark.parametrize(
    ("thing", "above", "beside", "inside"),
    [
        ("unit/research-branch", ["csc", "policy-and-research-sector"], "rights-redress-and-resolution-branch", None),
        ("org/csc", [], "csc", "policy-and-research-sector"),
        ("concept/population/inmates", ["offenders"], "sex-offenders", "mainstream-inmate-population"),
        ("place/GB-ENG", ["GB"], "GB-ENG", None),
        ("source/B/s04", ["B"], "s05", None),
    ],
)
def test_things_of_the_built_in_graph_stand_somewhere(
    closed: MemoryStore, bundle: Bundle, thing: str, above: list[str], beside: str, inside: str | None
) -> None:
    found = standing(closed, Hierarchy(closed), f"{bundle.base}id/{thing}", "en")
    assert names(found.above) == above
    assert beside in names(found.beside.iris)
    assert (inside in names(found.inside.iris)) if inside else not found.inside.iris


def test_what_nothing_says_so_of_stands_nowhere() -> None:
    assert of("<a> skos:prefLabel 'a' .", "a") == Standing()


def test_circles_end() -> None:
    found = of("<a> skos:broader <b> . <b> skos:broader <c> . <c> skos:broader <a> .", "a")
    assert names(found.above) == ["c", "b"]
    assert of("<a> skos:broader <a> .", "a") == Standing()


def test_the_way_up_is_no_longer_than_a_page_holds() -> None:
    chain = "".join(f"<c{each}> schema:containedInPlace <c{each + 1}> . " for each in range(100))
    assert len(of(chain, "c0").above) == HIGHEST


def test_a_far_whole_is_above_the_near_one() -> None:
    assert names(of("<a> dct:isPartOf <far> , <near> . <near> dct:isPartOf <far> .", "a").above) == ["far", "near"]


def test_of_many_things_beside_it_those_around_it_are_told_of() -> None:
    found = of("".join(f"<w> dct:hasPart <p{each:03}> . " for each in range(300)), "p150")
    assert len(found.beside.iris) == SHOWN
    assert found.beside.total == 300
    assert "p150" in names(found.beside.iris)
